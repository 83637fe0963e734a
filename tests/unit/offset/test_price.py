"""The price offset: algebra, counterfactuals against each other and against known markets, plausibility, refusals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from econ import VAR, Cholesky, MovingBlock
from econ.errors import EconWarning, NotIdentified, SeriesNotFound, SpecificationError
from econ.estimate import Unavailable
from econ.infer import fieller
from econ.offset import price_offset, quantity_offset
from econ.testing import simulated_var
from econ.var import IRF, counterfactual

NAMES = ("cn", "jp", "uk", "y")
LAGS = 0.4 * np.eye(4) + 0.1 * np.array([[0, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [-3, -2, -1, 0]])
METHODS = ("sims-zha", "scenario", "least-squares", "reduced")


def impact_of(rho, beta=(-10.0, -6.0, -4.0)):
    """Recursive impact: Japan buys rho of what China sells, yields fall by beta for each holder's purchases."""
    b = np.diag([1.0, 0.8, 0.6, 5.0])
    b[1, 0] = -rho
    b[3, :3] = beta[0] * b[0, :3] + beta[1] * b[1, :3] + beta[2] * b[2, :3]
    return b


def svar_of(rho=0.5, periods=400, seed=1, lags=LAGS):
    data = simulated_var(periods, rng=seed, lags=[lags], impact=impact_of(rho), names=NAMES)
    return VAR(data, lags=1).fit().identify(Cholesky(*NAMES))


def truth(rho, horizon=12, lags=LAGS, impact=None):
    theta = [impact_of(rho) if impact is None else impact]
    for _ in range(horizon):
        theta.append(lags @ theta[-1])
    return IRF(point=np.array(theta), responses=NAMES, shocks=NAMES, nobs=100)


@pytest.fixture(scope="module")
def irf():
    return svar_of().irf(12, MovingBlock(draws=199), rng=1)


@pytest.mark.parametrize("rho", [0.0, 0.5, 1.0])
def test_on_impact_the_offset_is_quantity_times_relative_price_impact(rho):
    expected = rho * -6.0 / -10.0
    for method in METHODS:
        found = price_offset(truth(rho), "cn", "jp", response="y", horizon=0, method=method, size=0.1)
        assert found.value == pytest.approx(expected, abs=1e-12)
        assert isinstance(found.std_error, Unavailable)


def test_sims_zha_period_by_period_in_plain_python():
    known = truth(0.5, 6)
    path, shocks = known.point[:, :, 0].copy(), []
    for h in range(7):
        shocks.append(-path[h, 1] / known.point[0, 1, 1])
        for later in range(h, 7):
            path[later] += known.point[later - h, :, 1] * shocks[-1]
    found = price_offset(known, "cn", "jp", response="y", horizon=6)
    assert found.value == pytest.approx(1.0 - known.point[6, 3, 0] / path[6, 3], rel=1e-12)
    np.testing.assert_allclose(found.parent.interventions["jp"], shocks, rtol=1e-12)
    np.testing.assert_allclose(found.parent.paths["shut off"], path, atol=1e-12)
    summed = price_offset(known, "cn", "jp", response="y", horizon=6, cumulative=True)
    assert summed.value == pytest.approx(1.0 - known.point[:, 3, 0].sum() / path[:, 3].sum(), rel=1e-12)


def test_a_scenario_with_one_shock_an_ally_is_sims_zha_and_agrees_with_the_var_room(irf):
    one, two = (price_offset(irf, "cn", "jp", response="y", method=method) for method in ("sims-zha", "scenario"))
    assert one.value == pytest.approx(two.value, rel=1e-9)
    assert (one.lower, one.upper) == pytest.approx((two.lower, two.upper), rel=1e-7)
    point = replace(irf, point=irf.point[:7], draws=irf.draws[:, :7])
    shut = counterfactual(point, "cn", silence="jp", using="jp")
    assert one.value == pytest.approx(1.0 - irf.point[6, 3, 0] / shut.irf.point[6, 3, 0], rel=1e-12)
    assert one.parent.plausibility == pytest.approx(shut.plausibility, rel=1e-12)
    more = price_offset(irf, "cn", "jp", response="y", method="scenario", using=("jp", "uk"))
    least = counterfactual(point, "cn", silence="jp", using=("jp", "uk"), method="scenario")
    assert more.value == pytest.approx(1.0 - irf.point[6, 3, 0] / least.irf.point[6, 3, 0], rel=1e-8)
    assert more.parent.plausibility < one.parent.plausibility
    once = counterfactual(point, "cn", silence="jp", using="jp", method="least-squares")
    found = price_offset(irf, "cn", "jp", response="y", method="least-squares")
    assert found.value == pytest.approx(1.0 - irf.point[6, 3, 0] / once.irf.point[6, 3, 0], rel=1e-9)
    assert found.parent.residual == pytest.approx(once.residual, rel=1e-9)


def test_every_draw_has_its_own_counterfactual(irf):
    found = price_offset(irf, "cn", "jp", response="y", horizon=3)
    shut = counterfactual(replace(irf, point=irf.point[:4], draws=irf.draws[:, :4]), "cn", silence="jp", using="jp").irf
    actual, without = irf.draws[:, 3, 3, 0], shut.draws[:, 3, 3, 0]
    covariance = np.cov(without - actual, without)
    top, bottom = shut.point[3, 3, 0] - irf.point[3, 3, 0], shut.point[3, 3, 0]
    region = fieller(top, bottom, covariance, level=0.90)
    assert (found.lower, found.upper) == pytest.approx((region.lower, region.upper), rel=1e-9)
    assert found.parent.parent is irf
    from_model = price_offset(
        irf.parent, "cn", "jp", response="y", horizon=3, bootstrap=MovingBlock(draws=199), rng=1, n_jobs=2
    )
    assert (from_model.value, from_model.region) == (found.value, found.region)


@pytest.mark.parametrize("method", METHODS)
def test_shutting_off_a_zero_response_changes_nothing(method):
    impact, lags = impact_of(0.0), LAGS.copy()
    lags[1, [0, 2, 3]] = 0.0  # Japan answers nobody
    known = truth(0.0, 8, lags, impact)
    generator = np.random.default_rng(1)
    noise = 1e-3 * generator.standard_normal((50, *known.point.shape))
    noise[:, :, 1, 0] = 0.0
    drawn = replace(known, draws=known.point + noise)
    found = price_offset(drawn, "cn", "jp", response="y", horizon=8, method=method)
    assert found.value == 0.0
    assert found.region.intervals == ((0.0, 0.0),)
    if method != "reduced":
        assert (found.parent.interventions.to_numpy() == 0.0).all()
        assert found.parent.plausibility == 0.5
        np.testing.assert_array_equal(found.parent.paths["actual"], found.parent.paths["shut off"])


def test_holding_the_seller_makes_both_sides_the_same_sale():
    lags = LAGS.copy()
    lags[0, 1] = 0.3  # China answers Japan
    known = truth(0.5, 6, lags)
    plain = price_offset(known, "cn", "jp", response="y", method="scenario")
    held = price_offset(known, "cn", "jp", response="y", method="scenario", hold_seller=True)
    paths = held.parent.paths
    np.testing.assert_allclose(paths["actual"]["cn"], paths["shut off"]["cn"], atol=1e-10)
    np.testing.assert_allclose(paths["shut off"]["jp"], 0.0, atol=1e-10)
    assert abs(held.value - plain.value) > 0.01
    assert list(held.parent.interventions.columns) == ["jp", "cn"]


def test_two_allies_are_both_shut_off():
    found = price_offset(truth(0.5, 6), "cn", ("jp", "uk"), response="y", horizon=6)
    np.testing.assert_allclose(found.parent.paths["shut off"][["jp", "uk"]], 0.0, atol=1e-12)
    other = price_offset(truth(0.5, 6), "cn", ("uk", "jp"), response="y", horizon=6)
    assert found.value == pytest.approx(other.value, rel=1e-12)


def test_size_and_units_do_not_move_the_offset(irf):
    plain = price_offset(irf, "cn", "jp", response="y")
    big = price_offset(irf, "cn", "jp", response="y", size=-5.0)
    assert (big.value, big.lower) == (plain.value, plain.lower)
    np.testing.assert_allclose(big.parent.interventions, -5.0 * plain.parent.interventions, rtol=1e-12)
    assert big.parent.plausibility > plain.parent.plausibility
    scaled = price_offset(irf.scale(-1.0, response="cn", shock="cn"), "cn", "jp", response="y")
    assert scaled.value == pytest.approx(plain.value, rel=1e-12)


def test_an_implausible_scenario_warns():
    with pytest.warns(EconWarning, match="coin of bias"):
        price_offset(truth(0.5), "cn", "jp", response="y", method="scenario", size=40.0)


def test_the_reduced_form_is_quantity_times_price_impacts(irf):
    found = price_offset(irf, "cn", "jp", response="y", horizon=4, method="reduced")
    sums = irf.point[:5].sum(axis=0)
    rho = quantity_offset(irf, "cn", "jp", horizon=4).value
    ally = irf.point[4, 3, 1] / sums[1, 1]
    net = irf.point[4, 3, 0] / sums[0, 0]
    assert found.value == pytest.approx(rho * ally / (net + rho * ally), rel=1e-12)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"ally": "cn"}, SpecificationError, "two holders"),
        ({"ally": ("jp", "jp")}, SpecificationError, "stands twice in ally"),
        ({"method": "sims"}, SpecificationError, "did you mean 'sims-zha'"),
        ({"horizon": 13}, SpecificationError, "from 0 to 12"),
        ({"response": "z"}, SeriesNotFound, "no response 'z'"),
        ({"ally": "us"}, SeriesNotFound, "no response 'us'"),
        ({"using": "cn"}, SpecificationError, "not the seller's"),
        ({"using": ("jp", "uk")}, SpecificationError, "exactly one shock"),
        ({"hold_seller": True}, SpecificationError, "scenario"),
        ({"size": 0.0}, SpecificationError, "size"),
        ({"level": 1.0}, SpecificationError, "coverage"),
        ({"using": "y"}, NotIdentified, "do not move"),
        ({"using": "y", "method": "scenario"}, NotIdentified, "unmet"),
        ({"using": "y", "method": "least-squares", "horizon": 0}, NotIdentified, "do not move"),
        ({"using": "y", "method": "reduced", "horizon": 0}, NotIdentified, "own purchases"),
        ({"bootstrap": MovingBlock(draws=99)}, SpecificationError, "identified VAR only"),
    ],
)
def test_bad_requests_raise_their_own_error(options, error, words):
    known = truth(0.5)
    point = known.point.copy()
    point[:, 1, 3] = 0.0  # the yield's shock does not move Japan
    request = {"ally": "jp", "response": "y"} | options
    with pytest.raises(error, match=words):
        price_offset(replace(known, point=point), "cn", **request)


def test_no_price_response_and_too_few_draws():
    known = truth(0.5)
    flat = known.point.copy()
    flat[:, 3, :2] = 0.0
    with pytest.raises(NotIdentified, match="does not respond"):
        price_offset(replace(known, point=flat), "cn", "jp", response="y")
    with pytest.raises(SpecificationError, match="20 draws"):
        price_offset(replace(known, draws=np.repeat(known.point[None], 5, 0)), "cn", "jp", response="y")


@pytest.mark.slow
@pytest.mark.parametrize("rho", [0.0, 0.5, 1.0])
def test_the_set_covers_the_true_offset(rho):
    """Yields in changes, summed, as in the paper; the median, because a ratio of normals has no mean."""
    options = {"response": "y", "horizon": 3, "size": 0.1, "cumulative": True}
    expected = {method: price_offset(truth(rho), "cn", "jp", method=method, **options).value for method in METHODS}
    rows = []
    for seed in range(200):
        drawn = svar_of(rho, 300, seed).irf(3, MovingBlock(draws=199), rng=seed)
        for method in METHODS:
            found = price_offset(drawn, "cn", "jp", method=method, **options)
            rows.append((method, found.value - expected[method], expected[method] in found.region))
    table = (
        pd.DataFrame(rows, columns=["method", "error", "covered"])
        .groupby("method")
        .agg({"error": "median", "covered": "mean"})
    )
    print(f"rho = {rho}\n{table.round(3).to_string()}")
    assert table["covered"].between(0.82, 0.97).all(), table
    assert (table["error"].abs() < 0.05).all(), table
