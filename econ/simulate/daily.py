"""`DailyMarket`: yields by the day, dated operations of one holder, and purchases of all holders known by the month."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from functools import cached_property

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Mask, Seed
from econ.errors import SpecificationError
from econ.frozen import guarded
from econ.parallel import seed_sequence
from econ.simulate.daily_samples import NEWS_DAYS, REFERENCE, DailySamples, draw_daily, equilibrium
from econ.simulate.samples import DAYS

MOST = 2_000
"""Months in a sample: calendars of nanoseconds end soon after."""


@guarded
@dataclass(frozen=True)
class DailyFaults:
    """What may go wrong in a `DailyMarket`, one switch each; all zero means that nothing does.

    Parameters
    ----------
    answer : float
        Amount sold on a day of operations, percent of debt, per bp of the same day's news.
    yen : float
        Standard deviation of the part of the amounts that follows the yen, in units of the root mean square of the
        rest. The yen of three days decides, today's among them, and the yen moves with the news of yields.
    crowded : float
        Share of campaigns that sell on days in a row rather than once a week, 0 to 1.
    unlike : float
        Standard deviation over holders of how strongly they lean, in units of the mean; the large lean more.
    risk : float
        Square root of the share of the news of yields, and of the purchases, that comes from flights to safety, which
        lower yields and let all holders buy, 0 to 1.
    misplaced : float
        Share of every other holder's purchases that counterparties book at the second largest, 0 to 1.
    direct : float
        Purchases, percent of debt, per bp of the news of scheduled days that do not come through the yield.

    Examples
    --------
    >>> DailyFaults(answer=0.01).none, DailyFaults().none
    (False, True)
    """

    answer: float = 0.0
    yen: float = 0.0
    crowded: float = 0.0
    unlike: float = 0.0
    risk: float = 0.0
    misplaced: float = 0.0
    direct: float = 0.0

    def __post_init__(self) -> None:
        for name in ("answer", "unlike", "direct"):
            checks.keep(self, **{name: checks.real(name, getattr(self, name))})
        for name in ("crowded", "risk", "misplaced"):
            checks.keep(self, **{name: checks.real(name, getattr(self, name), least=0.0, most=1.0)})
        checks.keep(self, yen=checks.real("yen", self.yen, least=0.0))

    @property
    def none(self) -> bool:
        """Whether every switch is off."""
        return not any(getattr(self, item.name) for item in fields(self))


@guarded
@dataclass(frozen=True)
class DailyMarket:
    """Daily market with impact, leaning, scheduled news, and months of flows.

        dy_t = n_t - G(L) f_t,    f_t = c dy_t + e_t - x_t,

    with the change of the yield dy (bp), news n of ``news_factor`` times the variance on two scheduled days of each
    month of 21, purchases f of all holders (percent of debt), leaning c, own purchases e, and amounts x sold in dated
    operations of the largest holder. ``G(L)`` cumulates to ``impact (lasting + (1 - lasting) decay^h)``.

    Parameters
    ----------
    impact : float
        Response of the yield on the day, bp per 1% of debt sold; at least 0.
    leaning : float
        c, percent of debt bought per bp that the yield rises; at least 0.
    lasting : float
        Share of the impact that stays, 0 to 1.
    decay : float
        Daily decay of the rest, below 1.
    noise : float
        Standard deviation of the news of an average day, bp.
    news_factor : float
        Variance of the news on scheduled days, in units of that on other days.
    flow : float
        Standard deviation of a month's own purchases, percent of debt.
    common : float
        Share of their variance that is common to all holders, in proportion to their size, 0 to 1, below 1.
    holders : int
        Holders, of sizes 1, 1/2, 1/3, ...
    squares : float
        Sum of squared operations in 420 months, (percent of debt)^2.
    campaigns : int
        Campaigns in 420 months, each of one sign; their sizes are lognormal.
    length : int
        Operations in a campaign, a week apart unless ``faults.crowded``.
    spread : float
        Standard deviation of the log of the size of a campaign.
    yen_correlation : float
        Of the yen's change with the news of yields on the same day, -1 to 1.
    faults : DailyFaults
        What goes wrong.

    Raises
    ------
    SpecificationError
        For a negative impact or leaning, or shares outside their range.

    Notes
    -----
    The defaults stand for public magnitudes of 1991 to 2026: a residual standard deviation of the 10-year yield's
    daily change of 6 bp and of its monthly change of 25 to 28 bp, of monthly foreign purchases of a quarter of a
    percent of debt, news days of three times the variance, and operations most of whose squares lie in a few campaigns.

    Examples
    --------
    >>> market = DailyMarket(impact=30.0, leaning=0.003)
    >>> round(market.response(2), 1)  # others lean against the operation
    27.5
    >>> samples = market.samples(2, 60, rng=1)
    >>> samples.change.shape, samples.holders.shape
    ((2, 1260), (2, 60, 15))
    """

    impact: float = 30.0
    leaning: float = 0.003
    lasting: float = 1.0
    decay: float = 0.8
    noise: float = 6.0
    news_factor: float = 3.0
    flow: float = 0.23
    common: float = 0.5
    holders: int = 15
    squares: float = 4.0
    campaigns: int = 30
    length: int = 8
    spread: float = 1.0
    yen_correlation: float = 0.5
    faults: DailyFaults = field(default_factory=DailyFaults)

    def __post_init__(self) -> None:
        real = {
            "impact": {"least": 0.0}, "leaning": {"least": 0.0}, "lasting": {"least": 0.0, "most": 1.0},
            "decay": {"least": 0.0, "below": 1.0}, "noise": {"above": 0.0}, "news_factor": {"above": 0.0},
            "flow": {"above": 0.0}, "common": {"least": 0.0, "below": 1.0}, "squares": {"above": 0.0},
            "spread": {"least": 0.0, "most": 5.0}, "yen_correlation": {"least": -1.0, "most": 1.0},
        }  # fmt: skip
        checks.keep(self, **{name: checks.real(name, getattr(self, name), **ends) for name, ends in real.items()})
        checks.keep(
            self,
            holders=checks.count("holders", self.holders, least=4, most=200),
            campaigns=checks.count("campaigns", self.campaigns, most=REFERENCE),
            length=checks.count("length", self.length, most=DAYS),
        )

    @property
    def sizes(self) -> Array:
        """Shares of the holders in what all hold (K,)."""
        ranks = 1.0 / np.arange(1.0, self.holders + 1.0)
        shares: Array = ranks / ranks.sum()
        return shares

    @property
    def leanings(self) -> Array:
        """Leaning c of each holder (K,), percent of debt per bp; they add to ``leaning``."""
        sizes, raw = self.sizes, np.linspace(1.0, -1.0, self.holders)
        raw = raw - sizes @ raw
        leanings: Array = self.leaning * sizes * (1.0 + self.faults.unlike * raw / raw.std())
        return leanings

    @property
    def share(self) -> float:
        """Share of a month's own purchases that falls on scheduled days: the leak of the impact into their news."""
        return len(NEWS_DAYS) / DAYS

    def scheduled(self, months: int) -> Mask:
        """Days of scheduled news (21 months,)."""
        month = np.isin(np.arange(DAYS), NEWS_DAYS)
        return np.tile(month, checks.count("months", months, most=MOST))

    @property
    def stds(self) -> tuple[float, float]:
        """Standard deviation of the news on other days and on scheduled days, bp."""
        plain = self.noise / math.sqrt(1.0 + self.share * (self.news_factor - 1.0))
        return plain, plain * math.sqrt(self.news_factor)

    def response(self, horizon: int) -> float:
        """Cumulated response of the yield to an operation of 1% of debt sold, others leaning, bp; 0 before."""
        horizon = checks.count("horizon", horizon, least=None, most=DAYS * MOST)
        if horizon < 0:
            return 0.0
        one = np.zeros(horizon + 1)
        one[0] = 1.0
        return float(equilibrium(self, np.zeros(horizon + 1), -one)[0].sum())

    @cached_property
    def moments(self) -> pd.DataFrame:
        """Second moments of one day in closed form, where the impact lasts: rows "other days", "scheduled days".

        Columns std_change (bp), std_flow (percent of debt), covariance (of change and purchases).

        Raises
        ------
        SpecificationError
            Where the impact fades: the days are then related.
        """
        if self.lasting != 1.0:
            raise SpecificationError("the moments of a day are in closed form where the impact lasts; take lasting=1.")
        both = 1.0 + self.leaning * self.impact
        from_news, from_own = np.array([1.0, self.leaning]) / both, np.array([-self.impact, 1.0]) / both
        rows = {}
        for name, std, on in zip(("other days", "scheduled days"), self.stds, (0.0, 1.0), strict=True):
            nn, no, oo = self._drivers(std, on * self.faults.direct)
            spread = nn * np.outer(from_news, from_news) + oo * np.outer(from_own, from_own)
            cross = np.outer(from_news, from_own)
            spread += no * (cross + cross.T)
            rows[name] = {
                "std_change": math.sqrt(spread[0, 0]), "std_flow": math.sqrt(spread[1, 1]), "covariance": spread[0, 1],
            }  # fmt: skip
        return pd.DataFrame.from_dict(rows, orient="index")

    def samples(self, size: int, months: int, rng: Seed) -> DailySamples:
        """Draw ``size`` samples of ``months`` months of 21 trading days at once, from 2 January 1991 on.

        Raises
        ------
        SpecificationError
            For fewer than 24 months, or if ``rng`` is None.
        """
        size, months = checks.count("size", size), checks.count("months", months, least=24, most=MOST)
        return draw_daily(self, size, months, seed_sequence(rng))

    @property
    def operation_std(self) -> float:
        """Root mean square of an operation without faults, percent of debt."""
        return math.sqrt(self.squares / (self.campaigns * self.length))

    def _drivers(self, std: float, direct: float) -> tuple[float, float, float]:
        """E[n^2], E[n own], E[own^2] of a day; own purchases are e - x."""
        faults, rate = self.faults, self.campaigns * self.length / (REFERENCE * DAYS)
        daily, yen = self.flow / math.sqrt(DAYS), faults.yen * self.operation_std
        tied = faults.answer * std**2 + yen * self.yen_correlation * std / math.sqrt(
            3.0
        )  # E[n x] on a day of operations
        both = faults.answer * yen * self.yen_correlation * std / math.sqrt(3.0)
        sold = self.operation_std**2 + (faults.answer * std) ** 2 + yen**2 + 2.0 * both
        tied_flow = -(faults.risk**2) * std * daily + direct * std**2  # E[n e]
        bought = daily**2 - (direct * std) ** 2 + 2.0 * direct * tied_flow  # E[e^2]
        own = bought + rate * (sold - 2.0 * tied * tied_flow / std**2)
        return std**2, tied_flow - rate * tied, own
