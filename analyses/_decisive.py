"""Choices of the designs fixed anew, on 27 November 2026 and on grounds that do not use what exploration had shown.

Fields under "Added" and the part `variances` were chosen when results had been seen.

What had been seen before: on the same data, by earlier programs, a response of 8 to 17 bp to operations by the day, 16
to 39 bp from leaning that news identifies, and a share of Japan between -0.5 and 0 (section "What had been seen" of the
paper). Why these designs: the standard deviation of the yield over three days is a fifth of that over three months, and
operations are dated to the day; news says how flows lean whatever moves them; and a prior says what the rest leaves open.
The sample on which designs were chosen is 1985-01 to 2026-06: nothing in it is held out.
"""

from __future__ import annotations

from dataclasses import dataclass

from analyses import _kinds as kind
from econ.errors import SpecificationError
from econ.report import Choices


# fmt: off
@dataclass(frozen=True)
class Operations(Choices, part="operations"):
    """H1, first: Japan's operations by the day."""

    span: kind.DaySpan = ("1991-04-01", "2026-03-31")  # from the first day of the record to the last with debt to scale it
    day: kind.Whole = 2  # trading days after the operation in the cell that decides: the settlement of a spot trade
    summed: kind.Flag = True  # per amount of all days of the window: on known truth amounts on days in a row break the plain slope
    days: kind.Horizons = (0, 2, 5, 10, 20, 60)  # those in the table
    path: kind.Days = (-5, 10)  # drawn
    without: kind.DaySpan = ("2011-01-01", "2011-12-31")  # operations left out of the second set: the largest in dollars, after an
    # earthquake and in a crisis of the euro (in percent of debt 2003 and 2004 are larger, as was noticed after results); the sign
    # counts as decided if neither set holds zero
    clean: kind.Names = ("fomc",)  # days with it in the window are left out; of the calendars with news, the one known since 1991
    closed: kind.Rule = "next"  # an operation while New York is closed is met by its next day
    closed_otherwise: kind.Rule = "drop"  # the alternative that is printed
    maturities: kind.SeriesList = ("yield_2y", "yield_10y", "yield_30y")  # no daily 5-year yield or term premium is in the archive
    draws: kind.Count = 9999  # shifts within eras
    # Added when the response had been seen, and that it comes after the yield has moved: what a referee asks for next.
    apart: kind.Count = 5  # trading days without an operation before one that opens a campaign
    lags: kind.Count = 5  # changes of the yield before the operation, held fixed
    also: kind.Names = ("payrolls",)  # other news kept out of the window, from the day on which its calendar begins
    also_since: kind.Day = "2000-01-03"  # that day: the first with a quote
    campaign: kind.DaySpan = ("2003-01-01", "2004-03-31")  # the campaign with most of the weight, left out
    to_the_end: kind.Horizons = (5, 10)  # days that are kept free of the FOMC to their own end


@dataclass(frozen=True)
class Leaning(Choices, part="leaning"):
    """H1, second: leaning of all foreigners identified by news."""

    seller: kind.OneHolder = "foreign"  # whose purchases: of all, since who trades for whom does not matter then
    sample: kind.Months = ("2000-01", "2026-03")  # months in which both calendars are known
    news: kind.Names = ("fomc", "payrolls")  # days on which yields move by news that nobody but the public sees then
    alone: kind.Names = ("fomc",)  # the news that goes further back
    alone_sample: kind.Months = ("1988-03", "2026-03")  # its whole months
    lags: kind.Count = 3  # of purchases and of the change of the yield, partialled out of both
    # Added when results had been seen.
    shares: kind.Reals = (0.05, 0.08, 0.12)  # other parts of the impact on days of news: flows may cluster on them
    stress: kind.Months = ("2020-03", "2020-04")  # months left out
    steepest: kind.Positive = 0.2  # leaning to which the curve is drawn, percent of debt per 10 bp


@dataclass(frozen=True)
class Beliefs(Choices, part="beliefs"):
    """H1, third: a posterior. Location, scale and degrees of freedom of Student's t."""

    impact: kind.Reals = (16.0, 12.0, 3.0)  # bp per sale of 1% of debt: middle and spread of the literature on one scale
    sceptic: kind.Reals = (0.0, 16.0, 3.0)  # centred on none
    leaning: kind.Reals = (0.0, 0.005, 3.0)  # percent of debt per bp: a month's move of yields by a standard deviation
    # (25 bp) makes foreigners buy half a standard deviation of their flows, either way
    draws: kind.Count = 10000  # of the posterior

    def check(self) -> None:
        """Refuse what is no Student's t."""
        for name in ("impact", "sceptic", "leaning"):
            values = getattr(self, name)
            if len(values) != 3 or values[1] <= 0.0 or values[2] < 0.5:
                raise SpecificationError(
                    f"beliefs.{name} takes location, scale above 0 and degrees of freedom of 0.5 or more; found {values}."
                )


@dataclass(frozen=True)
class Replacement(Choices, part="replacement"):
    """H2: does Japan replace what China sells; and do others undo what official Japan buys."""

    horizon: kind.Whole = 6  # months, of the cell that decides
    less_than: kind.Positive = 0.25  # decided if the whole set lies below
    sample: kind.Months = ("2002-07", "2026-03")  # months in which China's purchases are known, with the surveys' help before 2011-07
    hubs: kind.Holders = ("uk",)  # through which China traded then
    trades_sample: kind.Months = ("1994-01", "2026-03")  # the longest, in which trades show a third of China's before 2011-07
    lags: kind.Count = 6  # of both flows
    reverse_horizon: kind.Whole = 3  # months of the reverse experiment: others' answer to an official Japanese purchase
    reverse_sample: kind.Months = ("1991-04", "2026-03")  # months with the record of operations


@dataclass(frozen=True)
class Variances(Choices, part="variances"):
    """Variances on the long sample; fixed when the designs above had been seen."""

    sample: kind.Months = ("1985-04", "2026-03")  # all foreigners, yields from month end to month end
    ends: kind.MonthList = ("1998-12", "2008-12", "2014-12", "2019-12")  # last months of the regimes but the last: the crises of
    # 1997 and 1998; policy at its lower bound; reserves have grown; they are defended, then calm (the last two as in the VAR)
    lags: kind.Count = 6  # of both
    draws: kind.Count = 499  # bootstrap

    def check(self) -> None:
        """Refuse regimes outside the sample."""
        if not all(self.sample[0] <= end < self.sample[1] for end in self.ends):
            raise SpecificationError(f"variances.ends lie inside variances.sample, {self.sample}; found {self.ends}.")
# fmt: on
