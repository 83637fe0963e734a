"""The designs that enter the tournament: each reads one simulated sample and gives an `Estimate` of a known number."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from econ import checks
from econ.errors import SpecificationError
from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.eventstudy.shift import identify_shift, split_days
from econ.frozen import FrozenMapping, guarded
from econ.infer import reduced_form
from econ.infer.regression import slope
from econ.projection.granular import granular_series
from econ.simulate import structural
from econ.simulate.daily import DailyMarket
from econ.simulate.event_days import WINDOW
from econ.simulate.holders import ALLY, SELLER
from econ.simulate.market import TreasuryMarket
from econ.simulate.sample import ALLIED, CHANGE, FLOW, Sample
from econ.simulate.structural import from_instrument
from econ.simulate.truth import impact_of


@guarded
@dataclass(frozen=True)
class Estimator:
    """One way to estimate the price impact or the offset.

    Parameters
    ----------
    name : str
        Row of the table.
    estimate : callable
        Takes a `Sample`, gives an `Estimate` (its ``region``, or its interval, is the set whose coverage counts), or a
        `ConfidenceSet` alone where the sample gives no value.
        Must be importable (a function of a module) to run in other processes.
    target : str
        Number it aims at: ``"impact"`` (bp per 1% of debt bought by the seller, the ally reacting),
        ``"ally_impact"``, ``"official_impact"``, ``"offset"``, ``"price_offset"``; in a `DailyMarket`
        ``"flow_impact"`` (bp per 1% of debt sold by anybody, nobody reacting), ``"same_day"`` and ``"two_days"``
        (response to an operation, others leaning).
    needs : tuple of str
        What the market must have: ``"operations"``, ``"regimes"``, ``"proxy"``, ``"intervention"``.
    excludes : tuple of str
        Names of faults that its assumptions rule out: `Tournament.believable` does not hold them against it.
    words : str
        What it does, for notes of tables.
    """

    name: str
    estimate: Callable[[Any], Estimate | ConfidenceSet]
    target: str = "impact"
    needs: tuple[str, ...] = ()
    excludes: tuple[str, ...] = field(default=(), compare=False)
    words: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        known = {**TARGETS, **DAILY_TARGETS}
        for word, of, what in ((self.target, known, "target"), *((need, NEEDS, "need") for need in self.needs)):
            checks.choice(what, word, of, of=f"of design {self.name!r}")
        checks.keep(self, excludes=checks.names("excludes", self.excludes))

    def _described(self) -> dict[str, object]:
        """What tells it from another one: not the words and not the faults that it excludes."""
        return {"name": self.name, "target": self.target, "needs": list(self.needs), "does": self.estimate}

    def truth(self, market: TreasuryMarket | DailyMarket) -> float:
        """The number it aims at.

        Raises
        ------
        SpecificationError
            If the design belongs to the other kind of market.
        """
        if isinstance(market, DailyMarket) and self.target in DAILY_TARGETS:
            return DAILY_TARGETS[self.target](market)
        if isinstance(market, TreasuryMarket) and self.target in TARGETS:
            return TARGETS[self.target](market)
        kinds = "TreasuryMarket", "DailyMarket"
        wanted, given = kinds[self.target in DAILY_TARGETS], type(market).__name__
        raise SpecificationError(f"design {self.name!r} reads samples of a {wanted}; found a {given}.")

    def check(self, market: TreasuryMarket | DailyMarket) -> None:
        """Refuse a market of the other kind, or one in which the design has nothing to work with."""
        self.truth(market)
        for need in self.needs:
            if not NEEDS[need][0](market):
                raise SpecificationError(
                    f"design {self.name!r} does not apply: {NEEDS[need][1]}; leave it out or change the market."
                )


def _net_impact(market: TreasuryMarket) -> float:
    return market.impact * (1.0 - market.price_offset_value)


TARGETS: Mapping[str, Callable[[TreasuryMarket], float]] = {
    "impact": _net_impact,
    "ally_impact": partial(impact_of, shock="ally"),
    "official_impact": partial(impact_of, shock="officials"),
    "offset": lambda market: market.offset,
    "price_offset": lambda market: market.price_offset_value,
}
DAILY_TARGETS: Mapping[str, Callable[[DailyMarket], float]] = {
    "flow_impact": lambda market: market.impact,
    "same_day": lambda market: market.response(0),
    "two_days": lambda market: market.response(2),
}
NEEDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "operations": (lambda m: m.event_rate > 0.0 and m.event_size > 0.0, "the market has no operations of the seller"),
    "regimes": (lambda m: len(m.regimes) > 1, "the market has one variance regime only"),
    "proxy": (lambda m: m.proxy_strength > 0.0, "the proxy is unrelated to the seller's shock"),
    "intervention": (lambda m: m.intervention_strength > 0.0, "the market has no interventions"),
}


def oracle(sample: Sample, outcome: str = "yield_10y", sign: float = 1.0) -> Estimate:
    """True flow instrumented by the true innovation of the seller: infeasible."""
    samples, number = sample.samples, sample.number
    shock = samples.innovations[number, :, samples.market.shock_number("seller")]
    form = reduced_form(samples.column(outcome)[number], samples.column(SELLER)[number], shock, cov="hc1")
    return from_instrument(sample, form, sign)


def least_squares(sample: Sample, regressor: str = FLOW, outcome: str = CHANGE, sign: float = 1.0) -> Estimate:
    """OLS with Newey-West errors."""
    columns = sample.columns
    return slope(sign * columns[outcome], columns[regressor], cov="hac", level=sample.level)


def projected(
    sample: Sample, response: str = CHANGE, impulse: str = FLOW, *, instrument: str = "seller_news", sign: float = 1.0
) -> Estimate:
    """LP-IV: one-step cumulative multiplier at the horizon, Anderson-Rubin set, Newey-West."""
    return from_instrument(sample, sample.multiplier(response, impulse, instrument=instrument), sign)


def granular(sample: Sample) -> Estimate:
    """Other officials' flow instrumented by granular country shocks, Anderson-Rubin set."""
    flows, sizes = sample.countries
    z, change = granular_series(flows / sizes, sizes), sample.columns[CHANGE]
    months = slice(1, len(change) + 1)
    return from_instrument(sample, reduced_form(change, flows.sum(axis=1)[months], z[months], cov="hac"))


def event_study(sample: Sample) -> Estimate:
    """Abnormal change of the yield on days of operations, regressed on their announced size."""
    days = sample.event_days
    return slope(days.windows.cumulative, days.sizes, cov="hc1", level=sample.level)


def variance_shift(sample: Sample) -> Estimate | ConfidenceSet:
    """Effect identified by the extra variance of days of operations (Rigobon and Sack 2004)."""
    days = sample.event_days
    both = np.column_stack([days.flow, days.change])
    event, control = split_days(both, days.windows, WINDOW, window=WINDOW)
    shift = identify_shift(event, control, units=("", ""), level=sample.level, size=0.05, parent=None)
    if isinstance(shift, Unavailable) or shift.effect is None:  # no shift, so nothing is learnt: no value, all values
        return ConfidenceSet(((-math.inf, math.inf),), sample.level)
    return shift.effect


def by_name(*estimators: Estimator) -> Mapping[str, Estimator]:
    """Estimators by name, for everybody to read and nobody to edit."""
    return FrozenMapping({each.name: each for each in estimators})


ESTIMATORS: Mapping[str, Estimator] = by_name(
    Estimator("oracle", oracle, words="true flow, true shock (infeasible)"),
    Estimator("ols_holdings", partial(least_squares, regressor=f"{SELLER}_position_change"), words="naive"),
    Estimator("ols_flows", least_squares, words="valuation-free flows"),
    Estimator("recursive_flow_first", structural.recursive_impact, words="seller ordered first"),
    Estimator("recursive_yield_first", partial(structural.recursive_impact, first=CHANGE), words="yield ordered first"),
    Estimator("signs", structural.signs, words="seller's purchases up, yield down"),
    Estimator("signs_narrative", structural.narrative, words="and three known months of large shocks"),
    Estimator("heteroskedasticity", structural.heteroskedasticity, needs=("regimes",), words="two variance regimes"),
    Estimator("proxy_var", structural.proxy_var, needs=("proxy",), words="VAR with the proxy as instrument"),
    Estimator("lp_iv", projected, needs=("proxy",), words="projection with the proxy as instrument"),
    Estimator(
        "intervention",
        partial(projected, impulse=ALLIED, instrument=f"{ALLY}_intervention"),
        target="ally_impact",
        needs=("intervention",),
        words="the ally's flow instrumented by interventions",
    ),
    Estimator("granular", granular, target="official_impact", words="other officials' flow, granular instrument"),
    Estimator("event_study", event_study, needs=("operations",), words="days of operations"),
    Estimator("variance_shift", variance_shift, needs=("operations",), words="variance of days of operations"),
    Estimator(
        "offset_oracle",
        partial(oracle, outcome=ALLY, sign=-1.0),
        target="offset",
        words="true flows, true shock (infeasible)",
    ),
    Estimator(
        "offset_ols",
        partial(least_squares, outcome=ALLIED, sign=-1.0),
        target="offset",
        words="ally's on seller's flow",
    ),
    Estimator("offset_recursive", structural.recursive_offset, target="offset", words="seller ordered first"),
    Estimator(
        "offset_lp_iv",
        partial(projected, response=ALLIED, sign=-1.0),
        target="offset",
        needs=("proxy",),
        words="projection with the proxy as instrument",
    ),
)
