"""A simulated Treasury market with known offsets: the definitions agree with its truth; bias and coverage by design."""

import numpy as np
import pandas as pd
import pytest

from econ.offset import adding_up, instrumented_offset, price_offset, quantity_offset
from econ.simulate import TreasuryMarket
from econ.simulate.sample import Sample
from econ.var import IRF

OFFSETS = [0.0, 0.5, 1.0]


def responses(market, horizon=6):
    """The market's own responses, with draws so close to them that sets exist."""
    _, truth = market.simulate(60, rng=1)
    point = truth.irf(horizon)
    draws = point + 1e-9 * np.random.default_rng(1).standard_normal((50, *point.shape))
    return IRF(point=point, responses=market.columns, shocks=market.shock_names, draws=draws, nobs=60), truth


@pytest.mark.parametrize("rho", OFFSETS)
@pytest.mark.parametrize("pi", [None, 0.2])
def test_the_definitions_are_those_of_the_market(rho, pi):
    irf, truth = responses(TreasuryMarket(offset=rho, price_offset=None if rho == 0.0 else pi))
    share = quantity_offset(irf, "china", "japan", horizon=6, shock="seller")
    assert share.value == pytest.approx(truth.offset, abs=1e-10)
    options = {"response": "yield_10y", "shock": "seller", "using": "ally", "cumulative": True, "size": 0.05}
    held = price_offset(irf, "china", "japan", method="scenario", hold_seller=True, **options)
    assert held.value == pytest.approx(truth.price_offset, abs=1e-9)
    # China buys when yields rise: shutting Japan off moves its sale too, which only the scenario holds still
    for method in ("sims-zha", "reduced"):
        assert price_offset(irf, "china", "japan", method=method, **options).value == pytest.approx(
            truth.price_offset, abs=0.03
        )


def test_everybody_who_takes_the_sale_adds_to_one():
    irf, truth = responses(TreasuryMarket(offset=0.3))
    groups = [name for name in truth.parent.columns[:6] if name != "china"]
    split = adding_up(irf, "china", groups, supply="issuance", shock="seller", horizon=6)
    assert abs(split.total - 1.0) < 1e-12
    assert split.shares["japan"].value == pytest.approx(0.3, abs=1e-9)
    assert split.shares["less net supply"].value == pytest.approx(0.0, abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("rho", OFFSETS)
def test_bias_and_coverage_on_data_with_custody_noise_revisions_and_supply_shocks(rho):
    market = TreasuryMarket(offset=rho)
    samples = market.samples(150, 300, 7)
    seeds = np.random.SeedSequence(7).spawn(150)
    rows = []
    for number, seed in enumerate(seeds):
        sample = Sample(samples, number, seed, draws=199)
        frame = sample.frame[["china_net_purchases", "japan_net_purchases", "yield_change", "seller_news"]]
        options = {"instrument": "seller_news", "horizon": 3, "lags": 1, "controls": ("yield_change",)}
        pair = "china_net_purchases", "japan_net_purchases"
        found = {
            "instrument, Anderson-Rubin": instrumented_offset(frame, *pair, **options),
            "instrument, delta": instrumented_offset(frame, *pair, method="delta", **options),
            "recursive, Fieller": quantity_offset(
                sample.recursive("china_net_purchases"), "china_net_purchases", "japan_net_purchases", horizon=3
            ),
        }
        for name, estimate in found.items():
            covered = rho in estimate.region if estimate.region else estimate.lower <= rho <= estimate.upper
            rows.append((name, estimate.value - rho, covered))
    table = (
        pd.DataFrame(rows, columns=["design", "error", "covered"])
        .groupby("design")
        .agg({"error": "median", "covered": "mean"})
    )
    print(f"rho = {rho}\n{table.round(3).to_string()}")
    robust = table.loc["instrument, Anderson-Rubin"]
    assert robust["covered"] > 0.78, table
    assert abs(robust["error"]) < 0.15, table
