"""Offset estimators on known truth: what biases a recursive order, who covers, and with which statistics."""

import warnings
from dataclasses import replace

import numpy as np
import pytest

from econ.errors import NotIdentified, SpecificationError, WeakInstrument
from econ.offset import OwnShocks, instrumented_offset, price_offset, quantity_offset
from econ.simulate import (
    OFFSET_ESTIMATORS,
    OFFSET_FAULTS,
    Faults,
    Shock,
    TreasuryMarket,
    offset_truths,
    recursive_bias,
    tournament,
    with_supply_shocks,
)
from econ.simulate.offsets import _ratio, by_projection, by_proxy, recursive
from econ.simulate.sample import ALLIED, FLOW, HORIZON, VARIABLES, Sample
from econ.var import Cholesky, MovingBlock, Proxy

ALL = list(OFFSET_ESTIMATORS.values())


@pytest.mark.parametrize("supply", [False, True])
@pytest.mark.parametrize("rho", [0.0, 0.5, 1.0])
def test_the_bias_of_a_recursive_offset_is_what_common_shocks_put_into_it(rho, supply):
    market = TreasuryMarket(offset=rho)
    market = with_supply_shocks(market) if supply else market
    sample = Sample(market.samples(1, 20_000, 3), 0, np.random.SeedSequence(1))
    order = sample.fit.identify(Cholesky(*VARIABLES)).irf(3).point.sum(axis=0)
    found = -order[VARIABLES.index(ALLIED), 0] / order[VARIABLES.index(FLOW), 0]
    parts = recursive_bias(market)
    assert found - rho == pytest.approx(parts.sum(), abs=0.03)
    assert abs(parts["seller"]) < 1e-12
    assert parts.idxmin() == "dollar"


def test_persistent_sales_weigh_more_in_the_sum():
    market = TreasuryMarket(offset=0.5)
    shocks = tuple(replace(shock, persistence=0.7) if shock.name == "seller" else shock for shock in market.shocks)
    lasting = replace(market, shocks=shocks)
    sample = Sample(lasting.samples(1, 20_000, 3), 0, np.random.SeedSequence(1))
    order = sample.fit.identify(Cholesky(*VARIABLES)).irf(6).point.sum(axis=0)
    found = -order[VARIABLES.index(ALLIED), 0] / order[VARIABLES.index(FLOW), 0]
    assert found - 0.5 == pytest.approx(recursive_bias(lasting, 6).sum(), abs=0.03)


def test_without_shocks_to_both_holders_there_is_no_bias():
    market = TreasuryMarket(offset=0.5)
    quiet = replace(market, shocks=tuple(_alone(shock) for shock in market.shocks), yield_std=None)
    assert abs(recursive_bias(quiet).sum()) < 0.03  # what is left comes through yields
    assert recursive_bias(market).sum() < -0.3
    assert recursive_bias(market.only("seller")).dropna().abs().max() < 1e-12
    for horizon in (-1, 1.5, True):
        with pytest.raises(SpecificationError, match="horizon"):
            recursive_bias(market, horizon)


def _alone(shock: Shock) -> Shock:
    both = {"china", "japan"} <= set(shock.loads)
    return replace(shock, std=0.0) if both else shock


def test_supply_shocks_leave_the_offsets_as_they_are():
    market = with_supply_shocks(TreasuryMarket(offset=0.4, price_offset=0.3))
    assert (market.offset, market.price_offset_value, market.impact) == (0.4, 0.3, -15.0)
    bought = market.reaction[[market.columns.index(name) for name in ("china", "japan")], market.shock_number("supply")]
    assert (bought < 0.0).all() or bought[0] < 0.0
    assert market.shocks[market.shock_number("supply")].std == pytest.approx(0.45)


def test_every_estimator_runs_and_aims_at_its_own_number():
    truths = offset_truths(impacts=(-60.0,), periods=(177,), faults={"archive": Faults.archive()})
    table = tournament(truths, ALL, 2, rng=1, draws=25, block=2).table
    assert set(table.index.get_level_values("estimator")) == set(OFFSET_ESTIMATORS)
    assert (table["failed"] == 0.0).all()
    assert (table["truth"] == table.index.get_level_values("offset")).all()
    again = tournament(truths, ALL, 2, rng=1, draws=25, block=2, n_jobs=2).table
    assert again["median_bias"].equals(table["median_bias"])


def test_the_price_offset_aims_at_the_price():
    market = TreasuryMarket(offset=0.5, price_offset=0.2)
    assert OFFSET_ESTIMATORS["price_own_sims_zha"].truth(market) == 0.2
    assert OFFSET_ESTIMATORS["recursive_fieller"].truth(market) == 0.5
    with pytest.raises(SpecificationError, match="interventions"):
        OFFSET_ESTIMATORS["price_own_sims_zha"].check(replace(market, intervention_strength=0.0))


@pytest.fixture(scope="module")
def drawn():
    """A sample, and the responses that the library draws from it."""
    sample = Sample(TreasuryMarket().samples(2, 120, 3), 1, np.random.SeedSequence(1), draws=25)
    proxies = (
        Proxy(sample.frame["seller_news"], shock="seller", normalise=FLOW),
        Proxy(sample.frame["japan_intervention"], shock="ally", normalise=ALLIED),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WeakInstrument)
        svar = sample.fit.identify(OwnShocks(*proxies, Cholesky(*VARIABLES)))
    return sample, svar.irf(HORIZON, bootstrap=MovingBlock(draws=25), rng=sample.seed)


def same(found, expected):
    for name in ("value", "std_error", "lower", "upper"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=1e-9), name
    if found.region is not None:
        assert np.ravel(found.region.intervals) == pytest.approx(np.ravel(expected.region.intervals), rel=1e-9)
    assert (found.nobs, found.level) == (expected.nobs, expected.level)


def test_one_bootstrap_serves_all_designs(drawn):
    sample, irf = drawn
    np.testing.assert_allclose(sample.theta, np.concatenate([irf.point[None], irf.draws]), rtol=1e-12, atol=1e-12)
    assert (sample.joint.shocks, sample.joint.responses, sample.joint.nobs) == (irf.shocks, irf.responses, irf.nobs)
    assert np.array_equal(sample.joint.draws, sample.theta[1:])
    np.testing.assert_allclose(sample.recursive(FLOW).draws[..., 0], sample.theta[1:, ..., 2], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("first", "shock"), [("recursive", FLOW), ("proxy_var", "seller")])
@pytest.mark.parametrize("method", ["fieller", "delta", "bootstrap"])
def test_quantities_on_arrays_are_those_of_the_library(drawn, first, shock, method):
    sample, irf = drawn
    found = (recursive if first == "recursive" else by_proxy)(sample, method)
    same(found, quantity_offset(irf, FLOW, ALLIED, horizon=HORIZON, shock=shock, method=method))


@pytest.mark.filterwarnings("ignore::econ.errors.EconWarning")
@pytest.mark.parametrize("method", ["sims-zha", "scenario", "least-squares", "reduced"])
def test_prices_on_arrays_are_those_of_the_library(drawn, method):
    sample, irf = drawn
    options = {"response": "yield_change", "horizon": 3, "cumulative": True, "method": method}
    for name, (shock, using) in {"own": ("seller", "ally"), "recursive": (FLOW, ALLIED)}.items():
        expected = price_offset(
            irf, FLOW, ALLIED, shock=shock, using=using, hold_seller=method == "scenario", **options
        )
        same(OFFSET_ESTIMATORS[f"price_{name}_{method.replace('-', '_')}"].estimate(sample), expected)


@pytest.mark.filterwarnings("ignore::econ.errors.EconWarning")
def test_a_proxy_var_has_the_anderson_rubin_set_of_the_library(drawn):
    sample, _ = drawn
    svar = sample.fit.identify(Proxy(sample.frame["seller_news"], shock="seller", normalise=FLOW))
    same(by_proxy(sample), quantity_offset(svar, FLOW, ALLIED, horizon=HORIZON))


def test_too_few_draws_and_a_sale_that_is_none_are_refused(drawn):
    few = Sample(drawn[0].samples, 0, np.random.SeedSequence(1), draws=19)
    for estimate in (recursive, OFFSET_ESTIMATORS["price_own_sims_zha"].estimate):
        with pytest.raises(SpecificationError, match="at least 20 draws of the responses; found 19"):
            estimate(few)
    with pytest.raises(NotIdentified, match="nothing to offset"):
        _ratio(drawn[0], np.zeros((26, 2)))


@pytest.mark.slow
def test_bias_and_coverage_of_every_estimator_by_fault():
    """T = 177, impact -60 bp, supply shocks of three times the calibrated size to which both holders react at once.

    Designs with instruments cover but where a fifth of the seller's flow is booked at hubs: its sale is understated, so
    an offset of one is found to be 1.2 to 1.4. With 600 samples proxy VARs cover there 85 and 84% (offset of a half),
    75 and 77% (offset of one), Monte Carlo error 1.7 points; here 100 samples are held to that within three of their
    own errors. Recursive orders never cover.
    """
    scores = tournament(offset_truths((-60.0,), (177,)), ALL, 100, rng=5, draws=99, n_jobs=2, block=25)
    table = scores.table[["median_bias", "coverage", "unbounded", "failed"]].astype(float)
    print(table.droplevel(["impact", "periods"]).unstack("offset").round(2).to_string())
    flat = table.reset_index()
    assert (flat["failed"] <= 0.02).all()
    instrumented = flat[flat["estimator"].isin(["proxy_var_anderson_rubin", "projection_anderson_rubin"])]
    hubs = instrumented["faults"].isin(["custody", "archive"]) & (instrumented["offset"] > 0.0)
    assert (instrumented.loc[~hubs, "coverage"] >= 0.80).all()
    proxy = instrumented["estimator"] == "proxy_var_anderson_rubin"
    assert (instrumented.loc[hubs & ~proxy, "coverage"] >= 0.78).all()
    proxies = instrumented[hubs & proxy]
    for offset, (covered, error) in {0.5: (0.85, 0.036), 1.0: (0.76, 0.043)}.items():
        found = proxies.loc[proxies["offset"] == offset, "coverage"]
        assert len(found) == 2
        assert ((found - covered).abs() <= 3.0 * error).all()
    full = instrumented[(instrumented["faults"] == "custody") & (instrumented["offset"] == 1.0)]
    assert full["median_bias"].between(0.15, 0.5).all()
    own = flat[flat["estimator"].str.startswith("price_own")]
    assert (own["coverage"] >= 0.80).all()
    recursive = flat[flat["estimator"] == "recursive_fieller"]
    assert (recursive["coverage"] <= 0.65).all()
    assert recursive["median_bias"].between(-0.45, -0.2).all()


@pytest.mark.slow
def test_price_offsets_are_right_in_long_samples():
    """3,000 months: with two proxies every method finds the price offset; a recursive order finds one where none is."""
    truths = offset_truths((-60.0,), (3000,), {"none": OFFSET_FAULTS["none"]})
    chosen = [each for name, each in OFFSET_ESTIMATORS.items() if name.startswith("price")]
    table = tournament(truths, chosen, 20, rng=5, draws=49, n_jobs=2, block=10).table
    flat = table[["median_bias", "coverage"]].astype(float).reset_index()
    print(flat.to_string())
    own = flat["estimator"].str.startswith("price_own")
    assert (flat.loc[own, "median_bias"].abs() < 0.15).all()
    assert (flat.loc[own, "coverage"] >= 0.80).all()
    none = flat[~own & (flat["offset"] == 0.0)]
    assert (none["coverage"] == 0.0).all()
    assert (none["median_bias"] > 2.0).all()


@pytest.mark.parametrize("method", ["anderson-rubin", "delta"])
def test_the_projection_that_designs_share_gives_the_offset_of_the_library(method):
    samples = TreasuryMarket(offset=0.5).samples(1, 120, rng=3)
    sample = Sample(samples, 0, np.random.SeedSequence(1))
    others = tuple(name for name in VARIABLES if name not in (FLOW, ALLIED))
    whole = instrumented_offset(
        sample.dataset, FLOW, ALLIED, instrument="seller_news", horizon=HORIZON, controls=others, lags=1, method=method
    )
    same(by_projection(sample, method), whole)
