"""Draw many samples of the market at once, and hand out each as a `Dataset` with its `Truth`."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array
from econ.data.dataset import Dataset, Variable
from econ.frozen import guarded
from econ.simulate.faults import Faults, Published, publish
from econ.simulate.holders import ALLY, DURATIONS, SELLER, Shock, regime_of, regime_scales
from econ.simulate.system import YIELDS
from econ.simulate.truth import Truth

if TYPE_CHECKING:
    from econ.simulate.market import TreasuryMarket

DAYS = 21  # business days in a month
START_YIELD = 4.0  # percent
INTERVENTION_RATE = 0.2
NEGLIGIBLE = 1e-18  # of a state: less than rounding
OFFICIAL = (SELLER, "officials")
SOURCE = "econ.simulate.TreasuryMarket"


@guarded
@dataclass(frozen=True, eq=False)
class Samples:
    """Many samples of one market.

    Parameters
    ----------
    market : TreasuryMarket
        What was simulated.
    frequency : str
        ``"M"`` or ``"D"``.
    innovations : array (B, T, shocks)
        Standard normal innovations of the states.
    scales : array (T, shocks)
        Standard deviation of the innovation of each state in each period, units of the state.
    values : array (B, T, columns)
        True variables, ``market.columns``: percent of debt, bp, index points.
    operations : array (B, T)
        One-day operations of the seller, percent of debt; zero in monthly data.
    seller_news, intervention : array (B, T)
        Proxy of the seller's innovation (standardised) and known part of the ally's demand (percent of debt).
    published : Published
        What the statistics say.
    seed : SeedSequence
        Seed of the granular panel.
    """

    market: TreasuryMarket
    frequency: str
    innovations: Array = field(repr=False)
    scales: Array = field(repr=False)
    values: Array = field(repr=False)
    operations: Array = field(repr=False)
    seller_news: Array = field(repr=False)
    intervention: Array = field(repr=False)
    published: Published = field(repr=False)
    seed: np.random.SeedSequence = field(repr=False)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def periods(self) -> int:
        """Periods of each sample."""
        return int(self.values.shape[1])

    @cached_property
    def index(self) -> pd.PeriodIndex | pd.DatetimeIndex:
        """Dates of every sample."""
        if self.frequency == "M":
            return pd.period_range("1985-01", periods=self.periods, freq="M")
        return pd.bdate_range("1990-01-01", periods=self.periods)

    def column(self, name: str) -> Array:
        """True values of one variable, (B, T)."""
        place = checks.position("column", name, self.market.columns, of="of the market")
        found: Array = self.values[:, :, place]
        return found

    @cached_property
    def clean(self) -> TreasuryMarket:
        """The same market with statistics that publish the truth."""
        return replace(self.market, faults=Faults())

    @cached_property
    def regimes(self) -> pd.Series:
        """Number of the variance regime of each period."""
        return pd.Series(regime_of(self.market.regimes, self.periods), index=self.index, name="regime")

    def columns(self, number: int) -> dict[str, Array]:
        """Published columns of one sample, (T,) each; those not yet published are missing."""
        number = checks.count("number", number, least=0, most=len(self) - 1)
        columns: dict[str, Array] = {}
        names = [holder.name for holder in self.market.active]
        parts = {
            "net_purchases": self.published.flows[number],
            "valuation_change": self.published.valuation[number],
            "position_change": self.published.position_changes[number],
        }
        for word, table in parts.items():
            for place, name in enumerate(names):
                columns[f"{name}_{word}"] = table[:, place]
            columns[f"official_{word}"] = sum(table[:, names.index(name)] for name in OFFICIAL)
        lag = self.market.faults.publication_lag
        return {name: _unpublished(values, lag) for name, values in columns.items()} | self._other_columns(number)

    def dataset(self, number: int) -> Dataset:
        """Published data of one sample."""
        frame = pd.DataFrame(self.columns(number), index=self.index)
        return Dataset(frame, {name: _variable(name, self.imputed) for name in frame.columns})

    @cached_property
    def imputed(self) -> frozenset[str]:
        """Months whose flows are imputed, as text."""
        months = self.market.faults.imputed_months(self.periods) if self.frequency == "M" else np.zeros(0, dtype=bool)
        return frozenset(str(period) for period in self.index[: len(months)][months])

    def truth(self, number: int) -> Truth:
        """What is behind one sample."""
        number = checks.count("number", number, least=0, most=len(self) - 1)
        market, index = self.market, self.index
        days = np.flatnonzero(self.operations[number])
        size = self.operations[number, days]
        kind = np.where(size < 0.0, "sale", "purchase")
        events = pd.DataFrame(
            {
                "date": index[days],
                "kind": kind,
                "label": [
                    f"seller's {word} of {abs(value):.3f}% of debt" for word, value in zip(kind, size, strict=True)
                ],
                "size": size,
            }
        )
        return Truth(
            parent=market,
            shocks=pd.DataFrame(self.innovations[number], index=index, columns=list(market.shock_names)),
            frame=pd.DataFrame(self.values[number], index=index, columns=list(market.columns)),
            regimes=self.regimes,
            events=events,
        )

    @cached_property
    def panel(self) -> tuple[Array, Array]:
        """:meth:`country_flows`, computed once."""
        return self.country_flows()

    def country_flows(self) -> tuple[Array, Array]:
        """Flows of the countries that make up ``"officials"``, (B, T, K) percent of debt, and their sizes (K,).

        Country k holds a share w_k of the group's debt and buys w_k times (what is common) plus its own; the own parts
        add to the group's own shock exactly: V_k are standard normal, conditional on sum_k w_k V_k.
        """
        market = self.market
        ranks = np.arange(1.0, market.countries + 1.0)
        sizes = ranks**-1.0 / (ranks**-1.0).sum()
        number = market.shock_number("officials")
        shock, total = market.shocks[number], self.innovations[:, :, number]
        norm = math.sqrt(float(sizes @ sizes))
        own = np.random.default_rng(self.seed).standard_normal((*total.shape, market.countries))
        own += ((total * norm - own @ sizes) / norm**2)[..., None] * sizes
        own *= (self.scales[:, number] / norm)[:, None]
        own = _filtered(own, _persistence(shock, self.frequency))
        state = own @ sizes
        common = self.column("officials") - state
        return sizes * (common[..., None] + own), sizes

    def _other_columns(self, number: int) -> dict[str, Array]:
        place = {name: position for position, name in enumerate(self.market.columns)}
        values = self.values[number]
        levels = {name: START_YIELD + np.cumsum(values[:, place[name]]) / 100.0 for name in YIELDS}
        return {
            **levels,
            "financial_conditions": np.cumsum(values[:, place["risk"]]),
            "net_issuance": values[:, place["issuance"]],
            "seller_news": self.seller_news[number],
            f"{ALLY}_intervention": self.intervention[number],
        }


def draw(market: TreasuryMarket, size: int, periods: int, seed: np.random.SeedSequence, frequency: str) -> Samples:
    """Simulate ``size`` samples: states by one filter a shock, variables by one matrix product."""
    main, panel = seed.spawn(2)
    generator = np.random.default_rng(main)
    innovations = generator.standard_normal((size, periods, len(market.shocks)))
    intervention = _known_part(market, innovations, generator)
    scales = _scales(market, periods, frequency)
    states = np.empty_like(innovations)
    for number, shock in enumerate(market.shocks):
        scaled = innovations[:, :, number] * scales[:, number]
        states[:, :, number] = _filtered(scaled, _persistence(shock, frequency))
    seller, ally = market.shock_number("seller"), market.shock_number("ally")
    operations = np.zeros((size, periods))
    if frequency == "D":
        operations = market.event_size * generator.standard_normal((size, periods))
        operations *= generator.random((size, periods)) < market.event_rate
        states[:, :, seller] += operations
    values = states @ market.reaction.T
    weight = market.proxy_strength
    noise = math.sqrt(1.0 - weight**2) * generator.standard_normal((size, periods))
    return Samples(
        market=market,
        frequency=frequency,
        innovations=innovations,
        scales=scales,
        values=values,
        operations=operations,
        seller_news=weight * innovations[:, :, seller] + noise,
        intervention=intervention * scales[:, ally],
        published=_published(market, values, generator),
        seed=panel,
    )


def _known_part(market: TreasuryMarket, innovations: Array, generator: np.random.Generator) -> Array:
    """Rare interventions, (B, T), mixed into the ally's innovations, whose variance stays one."""
    size, periods, _ = innovations.shape
    weight, ally = market.intervention_strength, market.shock_number("ally")
    known = weight / math.sqrt(INTERVENTION_RATE) * generator.standard_normal((size, periods))
    known *= generator.random((size, periods)) < INTERVENTION_RATE
    innovations[:, :, ally] *= math.sqrt(1.0 - weight**2)
    innovations[:, :, ally] += known
    return known


def _scales(market: TreasuryMarket, periods: int, frequency: str) -> Array:
    """Standard deviations of the innovations, (T, shocks); the first period is drawn from the stationary law."""
    persistence = np.array([_persistence(shock, frequency) for shock in market.shocks])
    std = np.array([shock.std for shock in market.shocks])
    if frequency == "D":
        std = std / np.array([_monthly_factor(value) for value in persistence])
    by_period = regime_scales(market.regimes, market.shocks)[regime_of(market.regimes, periods)]
    scales: Array = by_period * std * np.sqrt(1.0 - persistence**2)
    scales[0] = by_period[0] * std
    return scales


def _persistence(shock: Shock, frequency: str) -> float:
    """AR(1) coefficient; in daily data news of yields is unpredictable and flows decay as fast as in monthly data."""
    if frequency == "M":
        return shock.persistence
    if shock.persistence <= 0.0 or any(name in YIELDS for name in shock.loads):
        return 0.0
    return float(shock.persistence ** (1.0 / DAYS))


def _monthly_factor(persistence: float) -> float:
    """Standard deviation of the sum of a month's days over that of one day."""
    gaps = np.arange(1, DAYS)
    return math.sqrt(DAYS + 2.0 * float(((DAYS - gaps) * persistence**gaps).sum()))


def _filtered(shocks: Array, persistence: float) -> Array:
    """AR(1) along axis 1, from zero: ``1 / (1 - rho L) = (1 + rho L) (1 + rho^2 L^2) (1 + rho^4 L^4) ...``."""
    filtered, weight, lag = shocks.copy(), persistence, 1
    while abs(weight) > NEGLIGIBLE and lag < shocks.shape[1]:
        filtered[:, lag:] += weight * filtered[:, :-lag]
        weight, lag = weight * weight, 2 * lag
    return filtered


def _published(market: TreasuryMarket, values: Array, generator: np.random.Generator) -> Published:
    """Flows, valuation and positions: valuation = -duration x position x change of the holder's yield."""
    names = [holder.name for holder in market.active]
    place = [market.columns.index(name) for name in YIELDS]
    exposure = np.array(
        [
            [holder.share * weight * years / 100.0 for weight, years in zip(holder.habitat, DURATIONS, strict=True)]
            for holder in market.active
        ]
    )
    valuation = -values[:, :, place] @ exposure.T
    return publish(
        market.faults, values[:, :, : len(names)], valuation, (names.index(SELLER), names.index("hubs")), generator
    )


def _unpublished(values: Array, lag: int) -> Array:
    """Blank the last ``lag`` values."""
    if not lag:
        return values
    values = values.copy()
    values[-lag:] = np.nan
    return values


@lru_cache(maxsize=256)
def _variable(name: str, imputed: frozenset[str]) -> Variable:
    """What a simulated column means."""
    holder, _, word = name.partition("_")
    if word in ("net_purchases", "valuation_change", "position_change"):
        sign = {"net_purchases": "the holder buys", "valuation_change": "prices rise"}.get(word, "holdings rise")
        label, units = f"Simulated {holder}: {word.replace('_', ' ')}", "percent of debt"
        flagged = imputed if word == "net_purchases" else frozenset()
        return Variable(name, label, units, sign, source=SOURCE, imputed=flagged)
    label, units, sign = {
        "financial_conditions": ("Simulated financial conditions", "index", "tighter than average"),
        "net_issuance": ("Simulated net issuance", "percent of debt", "more debt"),
        "seller_news": ("Simulated proxy of the seller's demand", "standard deviations", "the seller buys"),
        f"{ALLY}_intervention": ("Simulated interventions", "percent of debt", "the ally buys"),
    }.get(name, (f"Simulated {name.replace('_', ' ')}", "percent", "higher means cheaper Treasuries"))
    return Variable(name, label, units, sign, source=SOURCE)
