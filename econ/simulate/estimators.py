"""The designs that enter the tournament: each reads one simulated sample and gives an `Estimate` of a known number."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd

from econ.data.dataset import Dataset
from econ.errors import SpecificationError, suggestion
from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.eventstudy import EventStudy
from econ.infer import anderson_rubin, fieller, reduced_form, regress
from econ.infer.weak import ReducedForm
from econ.offset import quantity_offset
from econ.projection import LocalProjection
from econ.simulate.holders import ALLY, SELLER
from econ.simulate.market import TreasuryMarket
from econ.simulate.sample import HORIZON, VARIABLES, Sample
from econ.simulate.truth import Truth, impact_of
from econ.var.proxy import Proxy, ProxyResults

CHANGE = "yield_change"
FIRST_EVENT = 160  # business days before the first operation studied
FLOW, ALLIED = f"{SELLER}_net_purchases", f"{ALLY}_net_purchases"


@dataclass(frozen=True)
class Estimator:
    """One way to estimate the price impact or the offset.

    Parameters
    ----------
    name : str
        Row of the table.
    estimate : callable
        Takes a `Sample`, gives an `Estimate` (its ``region``, or its interval, is the set whose coverage counts).
        Must be importable (a function of a module) to run in other processes.
    target : str
        Number it aims at: ``"impact"`` (bp per 1% of debt bought by the seller, the ally reacting),
        ``"ally_impact"``, ``"official_impact"``, ``"offset"``.
    needs : tuple of str
        What the market must have: ``"operations"``, ``"regimes"``, ``"proxy"``, ``"intervention"``.
    words : str
        What it does, for notes of tables.
    """

    name: str
    estimate: Callable[[Sample], Estimate]
    target: str = "impact"
    needs: tuple[str, ...] = ()
    words: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        for word, known, what in ((self.target, TARGETS, "target"), *((need, NEEDS, "need") for need in self.needs)):
            if word not in known:
                raise SpecificationError(f"design {self.name!r}: no {what} {word!r}; {suggestion(word, known)}")

    def truth(self, market: TreasuryMarket) -> float:
        """The number it aims at."""
        return TARGETS[self.target](market)

    def check(self, market: TreasuryMarket) -> None:
        """Refuse a market in which the design has nothing to work with."""
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
}
NEEDS: Mapping[str, tuple[Callable[[TreasuryMarket], bool], str]] = {
    "operations": (lambda m: m.event_rate > 0.0 and m.event_size > 0.0, "the market has no operations of the seller"),
    "regimes": (lambda m: len(m.regimes) > 1, "the market has one variance regime only"),
    "proxy": (lambda m: m.proxy_strength > 0.0, "the proxy is unrelated to the seller's shock"),
    "intervention": (lambda m: m.intervention_strength > 0.0, "the market has no interventions"),
}


def _from_instrument(sample: Sample, form: ReducedForm, sign: float = 1.0) -> Estimate:
    """Ratio of reduced form to first stage with its Anderson-Rubin set."""
    value = sign * float(form.outcome[0] / form.first[0])
    region = anderson_rubin(form, level=sample.level)
    if sign < 0.0:
        region = type(region)(tuple((-high, -low) for low, high in reversed(region.intervals)), region.level)
    reason = Unavailable("the set is inverted, not built from a standard error")
    return Estimate(value, reason, region.lower, region.upper, sample.level, nobs=form.nobs, region=region)


def oracle(sample: Sample) -> Estimate:
    """True flow instrumented by the true innovation of the seller: infeasible."""
    truth = sample.truth
    values, shock = truth.frame, truth.shocks["seller"].to_numpy()
    form = reduced_form(values["yield_10y"].to_numpy(), values[SELLER].to_numpy(), shock, cov="hc1")
    return _from_instrument(sample, form)


def offset_oracle(sample: Sample) -> Estimate:
    """As the oracle, with the ally's purchases as outcome."""
    truth = sample.truth
    values, shock = truth.frame, truth.shocks["seller"].to_numpy()
    form = reduced_form(values[ALLY].to_numpy(), values[SELLER].to_numpy(), shock, cov="hc1")
    return _from_instrument(sample, form, -1.0)


def least_squares(sample: Sample, regressor: str = FLOW, outcome: str = CHANGE, sign: float = 1.0) -> Estimate:
    """OLS with Newey-West errors."""
    frame = sample.frame
    fit = regress(sign * frame[outcome], frame[regressor], cov="hac")
    return fit.estimate(regressor, level=sample.level)


def recursive_impact(sample: Sample, first: str = FLOW) -> Estimate:
    """Recursive VAR, ``first`` ordered first: cumulated response of the yield over the seller's own, Fieller set."""
    irf = sample.recursive(first)
    shock, own, price = irf.shocks.index(FLOW), irf.responses.index(FLOW), irf.responses.index(CHANGE)
    assert irf.draws is not None
    sums = irf.draws[:, : HORIZON + 1, :, shock].sum(axis=1)
    point = irf.point[: HORIZON + 1, :, shock].sum(axis=0)
    covariance = np.cov(sums[:, price], sums[:, own])
    region = fieller(float(point[price]), float(point[own]), covariance, level=sample.level)
    value = float(point[price] / point[own])
    reason = Unavailable("the set is Fieller's")
    return Estimate(value, reason, region.lower, region.upper, sample.level, nobs=irf.nobs, region=region)


def recursive_offset(sample: Sample) -> Estimate:
    """Quantity offset of the recursive VAR with the seller first."""
    return quantity_offset(sample.recursive(FLOW), FLOW, ALLIED, horizon=HORIZON, level=sample.level)


def projected(
    sample: Sample, response: str = CHANGE, impulse: str = FLOW, *, instrument: str = "seller_news", sign: float = 1.0
) -> Estimate:
    """LP-IV: one-step cumulative multiplier at the horizon, Anderson-Rubin set, Newey-West."""
    others = tuple(name for name in VARIABLES if name not in (response, impulse))
    model = LocalProjection(
        sample.dataset.select(*VARIABLES, instrument),
        response=response,
        impulse=impulse,
        controls=others,
        lags=1,
        instrument=instrument,
        cumulative="multiplier",
        lag_augmented=False,
    )
    irf = model.fit(horizon=HORIZON, cov="hac")
    return _from_instrument(sample, irf.parent.reduced_form(response, HORIZON), sign)  # type: ignore[attr-defined]


def proxy_var(sample: Sample) -> Estimate:
    """Proxy VAR: response of the yield on impact to a unit of the seller's purchases, Anderson-Rubin set."""
    svar = sample.fit.identify(Proxy(sample.frame["seller_news"], shock="seller", normalise=FLOW))
    assert isinstance(svar, ProxyResults)
    table = svar.weak_iv_set(response=CHANGE, horizon=0, level=sample.level)
    intervals = tuple((float(low), float(high)) for low, high in zip(table["lower"], table["upper"], strict=True))
    region = ConfidenceSet(intervals, sample.level)
    impact = svar.impact["seller"]
    value = float(impact[CHANGE]) / float(impact[FLOW])
    reason = Unavailable("the set is inverted, not built from a standard error")
    return Estimate(value, reason, region.lower, region.upper, sample.level, nobs=sample.fit.nobs, region=region)


def granular(sample: Sample) -> Estimate:
    """Other officials' flow instrumented by size- minus precision-weighted country shocks, Anderson-Rubin set."""
    flows, sizes = sample.countries
    growth = flows / sizes
    own = growth - growth.mean(axis=1, keepdims=True)  # time effects take the common part out
    precision = 1.0 / own.var(axis=0)
    instrument = own @ (sizes - precision / precision.sum())
    frame = sample.frame
    rows = slice(len(growth) - len(frame), None) if sample.lag == 0 else slice(1, 1 + len(frame))
    form = reduced_form(frame[CHANGE].to_numpy(), flows.sum(axis=1)[rows], instrument[rows], cov="hac")
    return _from_instrument(sample, form)


def _study(sample: Sample) -> EventStudy:
    data, truth = sample.daily
    return EventStudy(data, _placeable(truth, data), response="yield_10y", window=(0, 0), overlap="first")


def _placeable(truth: Truth, data: Dataset) -> pd.DataFrame:
    """Operations with a full estimation window before them."""
    events: pd.DataFrame = truth.events
    return events.iloc[np.flatnonzero(events["date"] >= data.frame.index[FIRST_EVENT])]


def event_study(sample: Sample) -> Estimate:
    """Abnormal change of the yield on days of operations, regressed on their announced size."""
    results = _study(sample).fit()
    sizes = results.events["size"].astype(float).reset_index(drop=True)
    moves = results.cumulative.reset_index(drop=True)
    return regress(moves, sizes, cov="hc1").estimate("size", level=sample.level)


def variance_shift(sample: Sample) -> Estimate:
    """Effect identified by the extra variance of days of operations (Rigobon and Sack 2004)."""
    data, truth = sample.daily
    frame = data.frame[[FLOW]].assign(yield_10y=100.0 * data.frame["yield_10y"].diff()).iloc[1:]
    study = EventStudy(
        frame, _placeable(truth, data), response="yield_10y", window=(0, 0), overlap="first", transform="level"
    )
    shift = study.fit().variance_shift(impulse=FLOW, level=sample.level)
    if isinstance(shift, Unavailable) or shift.effect is None:  # no shift: nothing is learnt
        return Estimate(
            0.0, Unavailable("no variance shift"), -math.inf, math.inf, sample.level, nobs=len(truth.events)
        )
    return shift.effect


ESTIMATORS: Mapping[str, Estimator] = {
    estimator.name: estimator
    for estimator in (
        Estimator("oracle", oracle, words="true flow, true shock (infeasible)"),
        Estimator("ols_holdings", partial(least_squares, regressor=f"{SELLER}_position_change"), words="naive"),
        Estimator("ols_flows", least_squares, words="valuation-free flows"),
        Estimator("recursive_flow_first", recursive_impact, words="seller ordered first"),
        Estimator("recursive_yield_first", partial(recursive_impact, first=CHANGE), words="yield ordered first"),
        Estimator("proxy_var", proxy_var, needs=("proxy",), words="VAR with the proxy as instrument"),
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
        Estimator("offset_oracle", offset_oracle, target="offset", words="true flows, true shock (infeasible)"),
        Estimator(
            "offset_ols",
            partial(least_squares, outcome=ALLIED, sign=-1.0),
            target="offset",
            words="ally's on seller's flow",
        ),
        Estimator("offset_recursive", recursive_offset, target="offset", words="seller ordered first"),
        Estimator(
            "offset_lp_iv",
            partial(projected, response=ALLIED, sign=-1.0),
            target="offset",
            needs=("proxy",),
            words="projection with the proxy as instrument",
        ),
    )
}
