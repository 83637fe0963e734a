"""Designs that identify a shock in a VAR of flows, risk and the yield."""

from __future__ import annotations

import numpy as np

from econ.estimate import Estimate, Unavailable
from econ.infer import anderson_rubin, fieller
from econ.infer.form import ReducedForm
from econ.offset import quantity_offset
from econ.simulate.daily_samples import DailySample
from econ.simulate.sample import ALLIED, CHANGE, FLOW, HORIZON, Sample
from econ.var import (
    IRF,
    Heteroskedasticity,
    MovingBlock,
    Proxy,
    ShockContribution,
    ShockSign,
    SignRestrictions,
)
from econ.var.schemes.proxy_inference import responses_to_instruments

KNOWN_MONTHS = 3  # of large shocks, in the narrative design


def from_instrument(sample: Sample | DailySample, form: ReducedForm, sign: float = 1.0) -> Estimate:
    """Ratio of reduced form to first stage with its Anderson-Rubin set."""
    value = sign * float(form.outcome[0] / form.first[0])
    region = anderson_rubin(form, level=sample.level)
    if sign < 0.0:
        region = type(region)(tuple((-high, -low) for low, high in reversed(region.intervals)), region.level)
    reason = Unavailable("the set is inverted, not built from a standard error")
    return Estimate(value, reason, region.lower, region.upper, sample.level, nobs=form.nobs, region=region)


def _cumulated(irf: IRF, shock: str) -> tuple[np.ndarray, np.ndarray]:
    """Responses of yield and seller, summed over the horizon: point (2,) and draws (B, 2)."""
    column = irf.shocks.index(shock)
    rows = [irf.responses.index(CHANGE), irf.responses.index(FLOW)]
    draws = irf.joint_draws("a design")
    return irf.point[:, rows, column].sum(axis=0), draws[:, :, rows, column].sum(axis=1)


def _fieller(sample: Sample, irf: IRF, shock: str) -> Estimate:
    """Cumulated response of the yield over the seller's own, with the Fieller set of the draws."""
    point, draws = _cumulated(irf, shock)
    region = fieller(float(point[0]), float(point[1]), np.cov(draws, rowvar=False), level=sample.level)
    reason = Unavailable("the set is Fieller's")
    value = float(point[0] / point[1])
    return Estimate(value, reason, region.lower, region.upper, sample.level, nobs=irf.nobs, region=region)


def recursive_impact(sample: Sample, first: str = FLOW) -> Estimate:
    """Recursive VAR, ``first`` ordered first."""
    return _fieller(sample, sample.recursive(first), FLOW)


def recursive_offset(sample: Sample) -> Estimate:
    """Quantity offset of the recursive VAR with the seller first."""
    return quantity_offset(sample.recursive(FLOW), FLOW, ALLIED, horizon=HORIZON, level=sample.level)


def proxy_var(sample: Sample) -> Estimate:
    """Proxy VAR: response of the yield on impact to a unit of the seller's purchases, Anderson-Rubin set."""
    fit = sample.fit
    scheme = Proxy(sample.frame["seller_news"], shock="seller", normalise=FLOW)
    gamma, moments, nobs, influence = responses_to_instruments(scheme, fit, CHANGE, 0)
    outcome, first = gamma[fit.variables.index(CHANGE)], gamma[scheme.target(fit)]
    return from_instrument(sample, ReducedForm(outcome, first, influence[0].T @ influence[0], moments, nobs))


def heteroskedasticity(sample: Sample) -> Estimate:
    """Variance regimes known to the researcher; the shock is the one that the scheme names after the seller's flow."""
    regimes = sample.samples.regimes.reindex(sample.fit.residuals.index)
    svar = Heteroskedasticity(regimes, method="moments").identify(sample.fit)  # a share of samples is weak: no warning
    irf = svar.irf(HORIZON, bootstrap=MovingBlock(draws=sample.draws), rng=sample.seed)
    return _fieller(sample, irf, FLOW)


def signs(sample: Sample, narrative: tuple[ShockSign | ShockContribution, ...] = ()) -> Estimate:
    """Sign restrictions on impact: a seller's purchase raises its flow and lowers the yield; posterior quantiles."""
    scheme = SignRestrictions(
        {"seller": {FLOW: "+", CHANGE: "-"}}, narrative=narrative, draws=sample.draws, target_horizon=HORIZON
    )
    irf = sample.fit.identify(scheme, rng=sample.seed).irf(HORIZON)
    _, draws = _cumulated(irf, "seller")
    ratios = draws[:, 0] / draws[:, 1]
    tail = 0.5 - 0.5 * sample.level
    low, middle, high = np.quantile(ratios, [tail, 0.5, 1.0 - tail])
    reason = Unavailable("the set is a posterior set")
    return Estimate(float(middle), reason, float(low), float(high), sample.level, nobs=irf.nobs)


def narrative(sample: Sample) -> Estimate:
    """As `signs`, and history tells the sign and the main part of the seller's flow in the months of largest shocks."""
    samples, number = sample.samples, sample.number
    innovations = samples.innovations[number, :, samples.market.shock_number("seller")]
    months = sample.fit.residuals.index
    shocks = innovations[samples.index.get_indexer(months)]
    known = tuple(
        each
        for place in np.argsort(-np.abs(shocks), kind="stable")[:KNOWN_MONTHS]
        for each in (
            ShockSign("seller", months[place], "+" if shocks[place] > 0.0 else "-"),
            ShockContribution("seller", FLOW, months[place], rule="largest"),
        )
    )
    return signs(sample, known)
