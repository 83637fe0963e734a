"""The market recovers its own parameters, matches the archive, repeats, and refuses impossible parameters."""

from dataclasses import replace

import numpy as np
import pytest

from econ.errors import SpecificationError, Unstable, VintageMissing
from econ.simulate import Faults, Holder, Regime, Shock, TreasuryMarket, moments_table
from econ.simulate.calibration import HOLDERS, SHOCKS
from econ.simulate.samples import _filtered
from econ.simulate.system import solve

TRUTHS = [(impact, offset) for impact in (0.0, -5.0, -15.0, -60.0) for offset in (0.0, 0.5, 1.0)]


@pytest.mark.parametrize(("impact", "offset"), TRUTHS)
def test_without_noise_the_sample_shows_the_parameters(impact, offset):
    data, truth = TreasuryMarket(impact=impact, offset=offset).only("seller").simulate(200, rng=1)
    flow, ally = (data.frame[f"{name}_net_purchases"].to_numpy() for name in ("china", "japan"))
    change = truth.frame["yield_10y"].to_numpy()
    np.testing.assert_allclose(change, impact * (1.0 - offset) * flow, rtol=0, atol=1e-10)
    np.testing.assert_allclose(-ally, offset * flow, rtol=0, atol=1e-10)
    np.testing.assert_allclose(100.0 * data.frame["yield_10y"].diff()[1:], change[1:], rtol=0, atol=1e-10)


def test_price_offset_is_what_shutting_the_ally_off_would_change():
    market = TreasuryMarket(impact=-20.0, offset=0.5, price_offset=0.2)
    row, column = market.columns.index("yield_10y"), market.shock_number("seller")
    flow = market.columns.index("china")
    actual, alone = solve(market), solve(market, ally=False)
    per_unit = [table[row, column] / table[flow, column] for table in (actual, alone)]
    assert per_unit[1] == pytest.approx(-20.0, abs=1e-10)
    assert 1.0 - per_unit[0] / per_unit[1] == pytest.approx(0.2, abs=1e-10)
    assert market.simulate(60, rng=1)[1].impact == pytest.approx(-16.0)


def test_analytic_responses_are_those_of_an_independent_recursion():
    market = TreasuryMarket(impact=-30.0, offset=0.4)
    truth = market.simulate(60, rng=2)[1]
    irf = truth.irf(5)
    primitive = {shock.name: shock for shock in market.shocks}
    seller = primitive["seller"]
    state = seller.std * np.sqrt(1 - seller.persistence**2) * seller.persistence ** np.arange(6)
    reaction = market.reaction[:, market.shock_number("seller")]
    np.testing.assert_allclose(irf[:, :, 0], np.outer(state, reaction), atol=1e-14)
    cumulated = irf.sum(axis=0)[:, 0]
    place = market.columns.index
    assert cumulated[place("yield_10y")] / cumulated[place("china")] == pytest.approx(truth.impact, abs=1e-10)
    assert -cumulated[place("japan")] / cumulated[place("china")] == pytest.approx(truth.offset, abs=1e-10)


@pytest.mark.parametrize("persistence", [0.0, 0.3, -0.9, 0.999])
def test_states_are_the_recursion_of_their_shocks(persistence):
    shocks = np.random.default_rng(3).standard_normal((2, 300))
    state = np.zeros((2, 301))
    for t in range(300):
        state[:, t + 1] = persistence * state[:, t] + shocks[:, t]
    kept = shocks.copy()
    np.testing.assert_allclose(_filtered(shocks, persistence), state[:, 1:], rtol=0, atol=1e-12)
    assert np.array_equal(shocks, kept)


def test_sample_moments_are_the_analytic_ones():
    market = TreasuryMarket()
    values = market.samples(300, 480, 5).values
    sample = np.einsum("btn,btm->nm", values, values) / (300 * 480)
    scale = np.sqrt(np.diag(market.covariance()))
    np.testing.assert_allclose(sample / np.outer(scale, scale), market.covariance() / np.outer(scale, scale), atol=0.03)
    lagged = np.einsum("btn,btm->nm", values[:, 1:], values[:, :-1]) / (300 * 479)
    # between the regimes' first and second halves only the variance moves
    np.testing.assert_allclose(
        lagged / np.outer(scale, scale), market.covariance(1) / np.outer(scale, scale), atol=0.03
    )


def test_the_default_market_has_the_moments_of_the_archive():
    table = moments_table()
    distance = (table["model"] - table["data"]) / table["std_error"]
    assert distance.xs("std").abs().max() < 1.0, distance
    assert distance.xs("autocorrelation").abs().max() < 1.0
    pairs = distance.xs("correlation").abs()
    assert (pairs > 2.0).mean() < 0.15
    key = ["china, yield_10y", "china, japan", "yield_2y, yield_10y", "hubs, fed"]
    assert pairs[key].max() < 1.5


def test_the_moments_of_the_archive_are_those_of_the_vintage_asked_for():
    with pytest.raises(VintageMissing, match="2026-09-01"):
        moments_table(as_of="2026-09-01")


def test_naive_holdings_flip_the_sign_of_flows_as_in_the_archive():
    """RESEARCH, fact 1: positive on valuation-free flows, about minus 30 to 50 on changes in holdings."""
    samples = TreasuryMarket(faults=Faults.archive()).samples(200, 177, 3)
    names = [holder.name for holder in samples.market.active]
    both = [names.index("china"), names.index("officials")]
    yields = samples.column("yield_10y")

    def slopes(x):
        x = x[:, :, both].sum(axis=2)
        x = x - x.mean(axis=1, keepdims=True)
        return (x * yields).sum(axis=1) / (x * x).sum(axis=1)

    flows, holdings = slopes(samples.published.flows), slopes(samples.published.position_changes)
    assert flows.mean() > 5.0
    assert -70.0 < holdings.mean() < -20.0
    assert (holdings < flows).all()


def test_news_keep_the_variance_of_the_yield_whatever_the_impact():
    for impact, offset in TRUTHS:
        market = TreasuryMarket(impact=impact, offset=offset)
        place = market.columns.index("yield_10y")
        assert np.sqrt(market.covariance()[place, place]) == pytest.approx(23.5, abs=1e-9)


def test_same_seed_same_sample_other_seed_other_sample():
    market = TreasuryMarket(faults=Faults.archive())
    first, again, other = (market.simulate(100, rng=seed)[0].frame for seed in (1, 1, 2))
    assert first.equals(again)
    assert not first.equals(other)


def test_relabelling_regimes_with_equal_scales_changes_nothing():
    one = TreasuryMarket(regimes=(Regime(1.0),)).simulate(100, rng=1)[0].frame
    two = TreasuryMarket(regimes=(Regime(0.3), Regime(0.7))).simulate(100, rng=1)[0].frame
    np.testing.assert_array_equal(one, two)


def test_variance_regimes_have_the_ratio_asked_for():
    market = TreasuryMarket(regimes=(Regime(0.5), Regime(0.5, {"seller": 3.0})))
    samples = market.samples(200, 400, 1)
    flow = samples.innovations[:, :, 0] * samples.scales[:, 0]
    assert flow[:, 200:].std() / flow[:, :200].std() == pytest.approx(3.0, rel=0.03)
    assert flow.std() == pytest.approx(0.077 * np.sqrt(1 - 0.15**2), rel=0.03)


def test_positions_change_by_flows_and_valuation():
    data, truth = TreasuryMarket().simulate(100, rng=4)
    frame = data.frame
    for name in ("china", "japan", "official"):
        parts = frame[f"{name}_net_purchases"] + frame[f"{name}_valuation_change"]
        np.testing.assert_allclose(parts, frame[f"{name}_position_change"], atol=1e-12)
    assert frame["china_valuation_change"].corr(truth.frame["yield_10y"]) < -0.9


def test_custody_moves_flows_to_hubs_and_keeps_the_sum():
    clean = TreasuryMarket().samples(3, 100, 1)
    faulty = TreasuryMarket(faults=Faults(custody=0.25)).samples(3, 100, 1)
    np.testing.assert_allclose(faulty.published.flows[:, :, 0], 0.75 * clean.published.flows[:, :, 0])
    np.testing.assert_allclose(faulty.published.flows.sum(axis=2), clean.published.flows.sum(axis=2), atol=1e-12)


def test_full_leakage_makes_flows_of_holdings():
    samples = TreasuryMarket(faults=Faults(leakage=1.0)).samples(2, 60, 1)
    np.testing.assert_allclose(samples.published.flows, samples.published.position_changes)


def test_lag_and_imputed_months_are_marked():
    data, _ = TreasuryMarket(faults=Faults(publication_lag=2, imputed=0.1)).simulate(200, rng=1)
    flow = data.frame["china_net_purchases"]
    assert flow.isna().sum() == 2
    assert flow.iloc[-2:].isna().all()
    assert len(data.variables["china_net_purchases"].imputed) == 20
    assert not data.frame["yield_10y"].isna().any()


def test_country_flows_add_to_the_group():
    samples = TreasuryMarket(countries=7).samples(4, 60, 1)
    flows, sizes = samples.country_flows()
    assert sizes.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(flows.sum(axis=2), samples.column("officials"), atol=1e-12)


def test_country_shocks_are_independent_across_countries():
    samples = TreasuryMarket(countries=5, regimes=(Regime(1.0),)).samples(200, 200, 1)
    flows, sizes = samples.country_flows()
    own = flows / sizes - samples.column("officials")[..., None]
    # own_k - sum_j w_j own_j: covariance s2 (1 - w_k - w_j + w'w) off, + s2 on the diagonal
    shock = samples.market.shocks[samples.market.shock_number("officials")]
    s2 = shock.std**2 / (sizes @ sizes)
    expected = s2 * (np.eye(5) - sizes[:, None] - sizes + sizes @ sizes)
    np.testing.assert_allclose(np.cov(own.reshape(-1, 5), rowvar=False), expected, atol=0.03 * s2)


def test_instruments_have_the_strength_asked_for_and_know_nothing_else():
    samples = TreasuryMarket(proxy_strength=0.5, intervention_strength=0.6).samples(300, 300, 1)
    market = samples.market
    seller = samples.innovations[:, :, market.shock_number("seller")].ravel()
    ally = samples.innovations[:, :, market.shock_number("ally")].ravel()
    macro = samples.innovations[:, :, market.shock_number("macro")].ravel()
    proxy, known = samples.seller_news.ravel(), samples.intervention.ravel()
    assert np.corrcoef(proxy, seller)[0, 1] == pytest.approx(0.5, abs=0.015)
    assert np.corrcoef(known, ally)[0, 1] == pytest.approx(0.6 * 0.98, abs=0.03)  # regimes mix scales
    assert abs(np.corrcoef(proxy, macro)[0, 1]) < 0.015
    assert ally.std() == pytest.approx(1.0, abs=0.02)


def test_daily_samples_add_to_monthly_variances_and_hold_operations():
    market = TreasuryMarket(event_rate=0.02)
    data, truth = market.simulate(2000, rng=1, frequency="D")
    assert data.frequency == "D"
    assert 15 < len(truth.events) < 80
    assert set(truth.events["kind"]) == {"sale", "purchase"}
    assert truth.events["date"].isin(data.frame.index).all()
    samples = replace(market, event_rate=0.0).samples(40, 4200, 2, frequency="D")
    monthly = samples.values.reshape(40, 200, 21, -1).sum(axis=2)
    expected = np.sqrt(np.diag(market.covariance()))
    np.testing.assert_allclose(monthly.std(axis=(0, 1)), expected, rtol=0.06)


def test_an_operation_moves_the_yield_by_impact_times_size():
    market = TreasuryMarket(impact=-40.0, offset=0.5).only("seller")
    _, truth = market.simulate(3000, rng=1, frequency="D")
    values, events = truth.frame, truth.events.set_index("date")
    ratio = values["yield_10y"] / values["china"]
    assert ratio.to_numpy() == pytest.approx(np.full(3000, -20.0), abs=1e-8)
    jump = values.loc[events.index, "china"] - values["china"].shift(1).loc[events.index]
    assert np.corrcoef(jump, events["size"])[0, 1] > 0.95


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"impact": 5.0}, "of at most 0"),
        ({"impact": float("nan")}, "of at most 0"),
        ({"offset": 0.0, "price_offset": 0.3}, "offset other than 0"),
        ({"holders": (*HOLDERS[:-1], replace(HOLDERS[-1], share=0.4))}, "add to 1; found 0.915"),
        ({"holders": HOLDERS[1:]}, "'china' once"),
        ({"regimes": (Regime(0.5), Regime(0.4))}, "add to 1; found 0.9"),
        ({"regimes": (Regime(1.0, {"sellers": 2.0}),)}, "did you mean 'seller'"),
        ({"shocks": (*SHOCKS, Shock("new", 1.0, 0.0, {"chine": 1.0}))}, "did you mean 'china'"),
        ({"proxy_strength": 1.5}, "from 0 to 1"),
        ({"yield_std": 0.0}, "above 0"),
        ({"countries": 2}, "at least 3"),
    ],
)
def test_impossible_parameters_are_refused(change, words):
    with pytest.raises(SpecificationError, match=words):
        TreasuryMarket(**change)


def test_unstable_systems_are_refused():
    with pytest.raises(Unstable, match="has persistence 1"):
        Shock("seller", 0.1, 1.0)
    eager = tuple(replace(holder, elasticity=0.02) if holder.name == "others" else holder for holder in HOLDERS)
    with pytest.raises(Unstable, match="must be smaller than"):
        TreasuryMarket(impact=-60.0, holders=eager)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: Shock("seller", -0.1), "at least 0; found -0.1"),
        (lambda: Regime(0.0), "above 0 and of at most 1"),
        (lambda: Regime(0.5, {"seller": -1.0}), "at least 0"),
        (lambda: Holder("x", 1.2), "from 0 to 1"),
        (lambda: Holder("x", 0.2, habitat=(0.5, 0.2, 0.2)), "add to 1; found 0.9"),
        (lambda: Faults(custody=1.2), "from 0 to 1"),
        (lambda: Faults(revision=-0.1), "at least 0"),
        (lambda: Faults(publication_lag=-1), "at least 0"),
        (lambda: TreasuryMarket().simulate(300, rng=None), "rng=None"),
        (lambda: TreasuryMarket().simulate(10, rng=1), "at least 24"),
        (lambda: TreasuryMarket().simulate(100, rng=1, frequency="W"), "no frequency 'W'"),
        (lambda: TreasuryMarket(faults=Faults(custody=0.1)).simulate(100, rng=1, frequency="D"), "monthly statistics"),
        (lambda: TreasuryMarket().only("sellr"), "did you mean 'seller'"),
    ],
)
def test_bad_requests_are_refused(build, words):
    with pytest.raises(SpecificationError, match=words):
        build()
