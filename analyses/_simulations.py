"""Parts of the specification on simulated markets; :mod:`analyses.specification` holds them with the others."""

from __future__ import annotations

from dataclasses import dataclass

from analyses import _kinds as kind
from analyses._kinds import known
from econ.errors import SpecificationError
from econ.report import Choices
from econ.simulate import DAILY_ESTIMATORS, DAILY_FAULTS


# fmt: off
@dataclass(frozen=True)
class Simulation(Choices, part="simulation"):
    """Tournaments of designs and of offsets on simulated markets."""

    periods: kind.Count = 177  # months of a sample: those of the main sample
    replications: kind.Count = 60  # samples of designs
    draws: kind.Count = 99  # bootstrap inside them
    block: kind.Count = 20  # replications that share a seed; another block gives other samples
    impacts: kind.Reals = (0.0, -15.0, -60.0)  # true price impact, bp per 1% of debt; the first two are shown
    offset: kind.Real = 0.5  # true offset
    shortfall: kind.Positive = 0.05  # a believable design covers at least the level less this
    curves: kind.Names = ("oracle", "lp_iv", "granular", "heteroskedasticity", "event_study", "variance_shift")  # drawn
    offset_replications: kind.Count = 50  # samples of offsets
    offset_draws: kind.Count = 79  # bootstrap inside them
    offset_block: kind.Count = 25  # as `block`
    offset_impact: kind.Real = -60.0  # at the top of the literature
    offsets: kind.Reals = (0.0, 0.5, 1.0)  # true offsets
    faults: kind.Names = ("none", "archive")  # of the statistics


@dataclass(frozen=True)
class DailySimulation(Choices, part="daily"):
    """Tournament of the designs with days, before any of them reads the sample; magnitudes are public and no results."""

    months: kind.Count = 420  # of 21 trading days: 1991 to 2025
    replications: kind.Count = 60  # samples of each market
    draws: kind.Count = 199  # turns of the operations
    block: kind.Count = 20  # replications that share a seed; another block gives other samples
    impacts: kind.Reals = (0.0, 15.0, 30.0, 60.0)  # true price impact, bp per 1% of debt sold
    shown: kind.Real = 30.0  # the one whose bias and power are shown by fault
    leaning: kind.Positive = 0.003  # percent of debt bought per bp that the yield rises
    noise: kind.Positive = 6.0  # standard deviation of the 10-year yield's daily change without flows, bp
    news_factor: kind.Positive = 3.0  # variance on the two scheduled days of a month, in units of other days
    flow: kind.Positive = 0.23  # standard deviation of a month's purchases beside leaning and operations, percent of debt
    squares: kind.Positive = 4.0  # sum of squared operations in the sample, (percent of debt)^2
    campaigns: kind.Count = 30  # of operations in the sample, of very unlike size
    length: kind.Count = 8  # operations in a campaign
    faults: kind.Names = tuple(DAILY_FAULTS)  # one at a time
    answer: kind.Positive = 0.01  # sold on a day of operations, percent of debt, per bp of the same day's news
    yen: kind.Positive = 1.0  # part of the amounts that follows the yen, in units of the rest
    crowded: kind.Positive = 1.0  # share of campaigns on days in a row
    unlike: kind.Positive = 0.5  # standard deviation of leaning across holders, in units of its mean
    risk: kind.Positive = 0.5  # root of the share of news and purchases that comes from flights to safety
    misplaced: kind.Positive = 0.2  # share of purchases that is booked at another holder
    direct: kind.Positive = 0.005  # percent of debt bought per bp of scheduled news, not through the yield
    curves: kind.Names = ("operations_day", "operations_summed", "news_corrected", "granular", "bracket")  # drawn

    def check(self) -> None:
        """Refuse names and impacts that are not tried."""
        known("daily.faults", self.faults, tuple(DAILY_FAULTS))
        known("daily.curves", self.curves, tuple(DAILY_ESTIMATORS))
        if self.faults[:1] != ("none",) or 0.0 not in self.impacts:
            raise SpecificationError(
                f"daily.faults begin with 'none' and daily.impacts hold 0; found {self.faults} and {self.impacts}."
            )
        if self.shown not in self.impacts:
            raise SpecificationError(f"daily.shown takes one of daily.impacts, {self.impacts}; found {self.shown}.")
# fmt: on
