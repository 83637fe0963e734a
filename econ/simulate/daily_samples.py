"""Draw many samples of a `DailyMarket` at once, and hand out each as a design sees it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import scipy

from econ import checks
from econ.arrays import Array, Mask
from econ.errors import SpecificationError
from econ.estimate import Estimate
from econ.frozen import guarded
from econ.infer import NewsLeaning, Randomisation, news_leaning, randomise_slope
from econ.infer._kernels import bartlett
from econ.infer.regression import default_lags
from econ.simulate.daily_months import Impacts, granular_series, impacts_by_news, reduced_forms
from econ.simulate.samples import DAYS

if TYPE_CHECKING:
    from econ.infer.form import ReducedForm
    from econ.simulate.daily import DailyMarket

NEWS_DAYS = (4, 13)
"""Places in a month of payrolls and of a meeting of the FOMC."""
REFERENCE = 420
"""Months, 1991 to 2025, to which the squares and the campaigns of a market refer."""
UNITS = "1% of debt sold"
HORIZONS = (0, 2)
"""Trading days after an operation at which the yield is read."""
YEN_DAYS = 3
"""Days of the yen that decide on an operation, its own among them."""
OWNER, HUB = 0, 1
"""Holders of the operations, and of what counterparties book wrongly."""


@guarded
@dataclass(frozen=True, eq=False)
class DailySamples:
    """Many samples of one `DailyMarket`.

    Parameters
    ----------
    market : DailyMarket
        What was simulated.
    change : array (B, T)
        Daily changes of the yield, bp.
    news : array (B, T)
        What they would have been without flows, bp.
    sold : array (B, T)
        Operations, percent of debt sold; 0 on other days.
    flow : array (B, T)
        Purchases of all holders by the day, percent of debt; nobody publishes them.
    holders : array (B, M, K)
        Purchases by month as published, percent of debt.
    """

    market: DailyMarket
    change: Array = field(repr=False)
    news: Array = field(repr=False)
    sold: Array = field(repr=False)
    flow: Array = field(repr=False)
    holders: Array = field(repr=False)

    def __len__(self) -> int:
        return len(self.change)

    @property
    def months(self) -> int:
        """Months of each sample."""
        return int(self.holders.shape[1])

    @cached_property
    def days(self) -> pd.DatetimeIndex:
        """Trading days."""
        return pd.bdate_range("1991-01-02", periods=self.months * DAYS, name="date")

    @cached_property
    def scheduled(self) -> Mask:
        """Days of scheduled news (T,)."""
        return self.market.scheduled(self.months)

    @cached_property
    def monthly(self) -> tuple[Array, Array, Array]:
        """By month (B, M): change of the yield, bp; purchases of all, percent of debt; change on scheduled days, bp."""
        scheduled = np.where(self.scheduled, self.change, 0.0)
        return _by_month(self.change), self.holders.sum(axis=2), _by_month(scheduled)

    def impacts(self, level: float) -> tuple[Impacts, Impacts]:
        """The impact alone by scheduled news, the footprint of purchases left in and taken out."""
        level = checks.level(level)
        found: dict[float, tuple[Impacts, Impacts]] = self.__dict__.setdefault("_impacts", {})
        if level not in found:
            of = partial(impacts_by_news, *self.monthly, level=level)
            found.setdefault(level, (of(share=0.0), of(share=self.market.share)))
        return found[level]

    @cached_property
    def granular(self) -> tuple[ReducedForm, ...]:
        """Change and sales of the month on granular shocks of the holders, sample by sample."""
        (change, flow, _), sizes = self.monthly, self.market.sizes
        return tuple(reduced_forms(change, -flow, granular_series(self.holders / sizes, sizes)))


@guarded
@dataclass(frozen=True, eq=False)
class DailySample:
    """One sample of a `DailyMarket`, with what several designs share computed once.

    Parameters
    ----------
    samples : DailySamples
        The batch it belongs to.
    number : int
        Its place in the batch.
    seed : SeedSequence
        For whatever the design draws.
    draws : int
        Turns of the operations.
    level : float
        Coverage of the sets.
    """

    samples: DailySamples = field(repr=False)
    number: int
    seed: np.random.SeedSequence = field(repr=False)
    draws: int = 199
    level: float = 0.90

    def operation(self, horizon: int) -> Estimate:
        """Response to the dated amounts, with Newey and West's error and the set that turns do not reject.

        The numbers of :class:`econ.eventstudy.Operations` with horizons from -1 to 2, on arrays.

        Raises
        ------
        SpecificationError
            For another horizon than the day itself and two days after.
        """
        horizon = checks.count("horizon", horizon, least=0)
        if horizon not in HORIZONS:
            raise SpecificationError(f"operations are read after {HORIZONS} trading days; found {horizon}.")
        return self._responses[HORIZONS.index(horizon)]

    @cached_property
    def _responses(self) -> tuple[Estimate, ...]:
        """The response at each horizon."""
        outcomes, amounts, tests = self._turns
        least, made = default_lags(len(amounts)), []
        for j, horizon in enumerate(HORIZONS):
            error = slope(outcomes[:, j], amounts, lags=max(horizon, least))[1]
            made.append(self._turned(tests[j], error, f"response after {horizon} trading days"))
        return tuple(made)

    @cached_property
    def summed(self) -> Estimate:
        """Response over days 0 to 2 per amount sold on those days, by the amount of the first.

        The numbers of :class:`econ.eventstudy.Operations` with ``summed=True``, from the turns of the other responses.
        """
        outcomes, amounts, tests = self._turns
        own, lags = tests[-1].statistic, max(HORIZONS[-1], default_lags(len(amounts)))
        ratio = Randomisation(
            tests[-2].statistic / own, tests[-2].draws / own, tests[-1].draws / own, False, "two-sided",
            tests[-1].distribution,
        )  # fmt: skip
        error = slope(outcomes[:, -2], amounts, exposure=outcomes[:, -1], lags=lags)[1]
        return self._turned(ratio, error, "response per amount of the window")

    def _turned(self, test: Randomisation, error: float, label: str) -> Estimate:
        region = test.confidence_set(self.level)
        return Estimate(
            test.statistic, error, region.lower, region.upper, self.level, f"bp per {UNITS}", label,
            len(self._turns[1]), region=region,
        )  # fmt: skip

    @cached_property
    def _turns(self) -> tuple[Array, Array, list[Randomisation]]:
        """Changes at each horizon and amounts of the window (T, 3), amounts (T,), and the turns of each column."""
        level, sold, last = self.samples.change[self.number].cumsum(), self.samples.sold[self.number], HORIZONS[-1]
        size = len(level) - 1 - last
        window = sum(sold[1 + h : 1 + h + size] for h in range(last + 1))
        outcomes = np.column_stack([*(level[1 + h : 1 + h + size] - level[:size] for h in HORIZONS), window])
        amounts = sold[1 : 1 + size]
        return outcomes, amounts, randomise_slope(outcomes, amounts, draws=self.draws, rng=self.seed)

    @property
    def change(self) -> Array:
        """Change of the yield by month (M,), bp."""
        return self.samples.monthly[0][self.number]  # type: ignore[no-any-return]

    @property
    def flow(self) -> Array:
        """Purchases of all holders by month (M,), percent of debt."""
        return self.samples.monthly[1][self.number]  # type: ignore[no-any-return]

    @property
    def holders(self) -> Array:
        """Purchases by month and holder (M, K), as published."""
        return self.samples.holders[self.number]  # type: ignore[no-any-return]

    @property
    def news(self) -> Array:
        """Changes of the yield on the scheduled days of each month, summed (M,), bp."""
        return self.samples.monthly[2][self.number]  # type: ignore[no-any-return]

    @cached_property
    def uncorrected(self) -> NewsLeaning:
        """Leaning and impact by scheduled news, the footprint of purchases in it left in."""
        return self._leaning()

    @cached_property
    def corrected(self) -> NewsLeaning:
        """The same with the footprint taken out."""
        return self._leaning(share=self.samples.market.share)

    def _leaning(self, share: float = 0.0) -> NewsLeaning:
        units = ("% of debt per bp", f"bp per {UNITS}")
        return news_leaning(self.change, self.flow, self.news, share=share, level=self.level, units=units)

    @cached_property
    def impacts(self) -> tuple[Estimate, ...]:
        """The impact alone by scheduled news, the footprint left in and taken out."""
        units = f"bp per {UNITS}"
        return tuple(each.of(self.number, units) for each in self.samples.impacts(self.level))


def slope(y: Array, x: Array, *, exposure: Array | None = None, lags: int | None = None) -> tuple[float, float]:
    """Slope of y on x and a constant, or on an exposure by the instrument x, and Newey and West's standard error."""
    e = x if exposure is None else exposure
    y, x, e = y - y.mean(), x - x.mean(), e - e.mean()
    carried = float(x @ e)
    found = float(x @ y) / carried
    psi = (x * (y - found * e) / carried)[:, None]
    return found, math.sqrt(float(bartlett(psi, default_lags(len(x)) if lags is None else lags)[0, 0]))


def draw_daily(market: DailyMarket, size: int, months: int, seed: np.random.SeedSequence) -> DailySamples:
    """Draw ``size`` samples of ``months`` months."""
    generator = np.random.default_rng(seed)
    faults, days = market.faults, months * DAYS
    scheduled = market.scheduled(months)
    std, daily = np.where(scheduled, market.stds[1], market.stds[0]), market.flow / math.sqrt(DAYS)
    flight = generator.standard_normal((size, days)) * faults.risk
    rest = math.sqrt(1.0 - faults.risk**2)
    news = std * (rest * generator.standard_normal((size, days)) - flight)
    own = rest * daily * generator.standard_normal((size, days))
    shared = daily * flight + faults.direct * news * scheduled  # all holders alike
    sold = _operations(market, size, months, generator)
    sold = _answered(market, sold, news / std, generator, news=news)
    change, flow = equilibrium(market, news, own + shared - sold)
    holders = _split(market, _by_month(own), generator, std=rest * market.flow)
    holders += _by_month(shared)[..., None] * market.sizes + _by_month(change)[..., None] * market.leanings
    holders[..., OWNER] -= _by_month(sold)
    return DailySamples(market, change, news, sold, flow, _booked(holders, faults.misplaced))


def equilibrium(market: DailyMarket, news: Array, own: Array) -> tuple[Array, Array]:
    """Changes of the yield and purchases of all, (..., T), from the news and purchases other than leaning.

    ``((1 - d L) (1 + c G)) dy = (1 - d L) n - impact (1 - q L) own``, ``q = 1 - lasting (1 - d)``: a filter of one lag,
    and none where the impact lasts.
    """
    both = 1.0 + market.leaning * market.impact
    if market.lasting == 1.0:
        change = (news - market.impact * own) / both
    else:
        d, q = market.decay, 1.0 - market.lasting * (1.0 - market.decay)
        below = [both, -(d + market.leaning * market.impact * q)]
        change = scipy.signal.lfilter([1.0, -d], below, news) - scipy.signal.lfilter(
            [market.impact, -market.impact * q], below, own
        )
    return change, market.leaning * change + own


def _by_month(daily: Array) -> Array:
    """Sums over months (..., M)."""
    total: Array = daily.reshape(*daily.shape[:-1], -1, DAYS).sum(axis=-1)
    return total


def _operations(market: DailyMarket, size: int, months: int, generator: np.random.Generator) -> Array:
    """Amounts sold (B, T): campaigns of one sign on random days, the same sum of squares in every sample."""
    days = months * DAYS
    count = max(1, round(market.campaigns * months / REFERENCE))
    shape = (size, count)
    step = np.where(generator.random(shape) < market.faults.crowded, 1, 5)
    start = (generator.random(shape) * (days - market.length * step)).astype(int)
    scale = np.exp(market.spread * generator.standard_normal(shape)) * generator.choice([-1.0, 1.0], shape)
    amounts = scale[..., None] * (1.0 + 0.5 * generator.standard_normal((*shape, market.length)))
    places = start[..., None] + step[..., None] * np.arange(market.length)
    sold = np.zeros((size, days))
    np.add.at(sold, (np.arange(size)[:, None, None], places), amounts)
    wanted = market.squares * months / REFERENCE
    sold *= np.sqrt(wanted / (sold**2).sum(axis=1, keepdims=True))
    return sold


def _answered(
    market: DailyMarket, sold: Array, standard: Array, generator: np.random.Generator, *, news: Array
) -> Array:
    """Amounts that also answer the news of the day, and follow the yen of three days."""
    faults, rho = market.faults, market.yen_correlation
    if faults.yen:
        yen = rho * standard + math.sqrt(1.0 - rho**2) * generator.standard_normal(standard.shape)
        driver = yen.cumsum(axis=1)
        driver[:, YEN_DAYS:] -= driver[:, :-YEN_DAYS].copy()
        more = faults.yen * market.operation_std / math.sqrt(YEN_DAYS) * driver + faults.answer * news
    else:
        more = faults.answer * news
    answered: Array = sold + np.where(sold != 0.0, more, 0.0)
    return answered


def _split(market: DailyMarket, total: Array, generator: np.random.Generator, *, std: float) -> Array:
    """Own purchases of every holder (B, M, K) that add to the total (B, M).

    The total is a part common to all, in proportion to sizes, and independent parts with deviations in proportion to
    sizes; given the total, each is drawn freely and shifted by its share of the variance.
    """
    sizes = market.sizes
    power = np.concatenate([[market.common], (1.0 - market.common) * sizes**2 / (sizes @ sizes)])
    parts = std * np.sqrt(power) * generator.standard_normal((*total.shape, len(power)))
    parts += (total - parts.sum(axis=-1))[..., None] * power
    split: Array = parts[..., 1:] + parts[..., :1] * sizes
    return split


def _booked(holders: Array, misplaced: float) -> Array:
    """Purchases as counterparties book them: a share of everybody else's at the hub."""
    moved = misplaced * holders
    moved[..., HUB] = 0.0
    booked = holders - moved
    booked[..., HUB] += moved.sum(axis=-1)
    return booked
