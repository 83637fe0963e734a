"""Equal price impacts of seller and ally: algebra, an independent two-stage estimate, size, power, refusals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from econ import VAR, Cholesky, MovingBlock
from econ.errors import NotIdentified, SpecificationError
from econ.infer import anderson_rubin
from econ.offset import instrumented_symmetry, symmetry
from econ.projection import LocalProjection
from econ.testing import simulated_var

NAMES = ("cn", "jp", "y")


def irf_of(beta=(-10.0, -10.0), periods=400, seed=1, draws=199):
    impact = np.array([[1.0, 0.0, 0.0], [-0.4, 0.8, 0.0], [beta[0] - 0.4 * beta[1], 0.8 * beta[1], 4.0]])
    data = simulated_var(periods, rng=seed, lags=[np.diag([0.3, 0.3, 0.1])], impact=impact, names=NAMES)
    return VAR(data, lags=1).fit().identify(Cholesky(*NAMES)).irf(4, MovingBlock(draws=draws), rng=seed)


def market(beta=(-10.0, -10.0), periods=300, seed=1, strength=1.0):
    """Flows answer news about yields, so that least squares is biased; each holder has an instrument."""
    draws = np.random.default_rng(seed).standard_normal((periods, 5))
    news = draws[:, 4]
    cn = strength * draws[:, 0] + 0.5 * draws[:, 2] + 0.3 * news
    jp = -0.4 * cn + strength * draws[:, 1] + 0.5 * draws[:, 3] - 0.2 * news
    change = beta[0] * cn + beta[1] * jp + 5.0 * news
    index = pd.period_range("2000-01", periods=periods, freq="M")
    frame = pd.DataFrame({"cn": cn, "jp": jp, "change": change, "z": draws[:, 0], "w": draws[:, 1]}, index=index)
    return frame.assign(y=frame["change"].cumsum())


def test_impacts_on_a_known_market():
    irf = irf_of((-10.0, -6.0))
    point = np.zeros((1, 3, 3))
    point[0] = [[1.0, 0.0, 0.0], [-0.4, 0.8, 0.0], [-10.0 + 2.4, -4.8, 4.0]]
    draws = point + 0.01 * np.random.default_rng(1).standard_normal((200, 1, 3, 3))
    found = symmetry(replace(irf, point=point, draws=draws), "cn", "jp", response="y", horizon=0)
    assert (found.seller.value, found.ally.value) == pytest.approx((-10.0, -6.0), rel=1e-12)
    assert found.difference.value == pytest.approx(-4.0, rel=1e-12)
    assert found.tests["p_value"].max() < 1e-6


def test_the_delta_method_agrees_with_the_spread_of_the_draws():
    irf = irf_of(periods=3000, draws=999)
    found = symmetry(irf, "cn", "jp", response="y", horizon=2, cumulative=True)
    sums = irf.draws[:, :3].sum(axis=1)
    own = [np.linalg.solve(path[:2, :2].T, path[2, :2]) for path in sums]
    spread = np.std(np.array(own) @ [1.0, -1.0], ddof=1)
    assert found.difference.std_error == pytest.approx(spread, rel=0.05)
    assert found.parent is irf


def test_two_instruments_are_two_stage_least_squares():
    iv = pytest.importorskip("linearmodels.iv")
    frame = market((-10.0, -4.0))
    found = instrumented_symmetry(frame, "cn", "jp", response="y", instruments=("z", "w"), horizon=0, lags=1, cov="hc0")
    table = frame.iloc[1:]
    lagged = frame[["cn", "jp", "y", "z", "w"]].shift().iloc[1:].add_prefix("L.").assign(const=1.0)
    fit = iv.IV2SLS(table["change"], lagged, table[["cn", "jp"]], table[["z", "w"]]).fit(cov_type="robust")
    assert (found.seller.value, found.ally.value) == pytest.approx(tuple(fit.params[["cn", "jp"]]), rel=1e-9)
    errors = tuple(fit.std_errors[["cn", "jp"]])
    assert (found.seller.std_error, found.ally.std_error) == pytest.approx(errors, rel=1e-9)
    gap = fit.cov.loc["cn", "cn"] + fit.cov.loc["jp", "jp"] - 2 * fit.cov.loc["cn", "jp"]
    assert found.tests.loc["Wald", "statistic"] == pytest.approx(found.difference.value**2 / gap, rel=1e-8)


@pytest.mark.parametrize("cov", ["hc1", "hac"])
def test_anderson_rubin_rejects_exactly_where_the_set_of_one_impact_is_empty(cov):
    frame = market((-10.0, -8.8)).assign(both=lambda x: x["cn"] + x["jp"])
    found = instrumented_symmetry(
        frame, "cn", "jp", response="change", instruments=("z", "w"), horizon=2, lags=1, cov=cov, cumulative=True
    )
    # the same regressors: lags of all series
    model = LocalProjection(
        frame, "change", "both", instrument=("z", "w"), controls=("cn", "z", "w"), lags=1, cumulative="multiplier",
        lag_augmented=False,
    )  # fmt: skip
    form = model.fit(2, cov).reduced_form("change", 2)
    p_value = found.tests.loc["Anderson-Rubin", "p_value"]
    assert 1e-8 < p_value < 0.9
    assert not anderson_rubin(form, level=1.0 - p_value - 1e-6).intervals
    assert anderson_rubin(form, level=1.0 - p_value + 1e-6).intervals


def test_changes_summed_equal_levels_differenced():
    frame = market((-10.0, -4.0))
    options = {"instruments": ("z", "w"), "horizon": 3, "cov": "hac"}
    level = instrumented_symmetry(frame, "cn", "jp", response="y", lags=1, controls=("change",), **options)
    change = instrumented_symmetry(
        frame, "cn", "jp", response="change", lags=1, controls=("y",), cumulative=True, **options
    )
    assert level.difference.value == pytest.approx(change.difference.value, rel=1e-10)


@pytest.mark.parametrize("design", ["var", "projections"])
def test_units_and_order_do_not_matter(design):
    if design == "var":
        one = symmetry(irf_of(), "cn", "jp", response="y", horizon=2)
        two = symmetry(irf_of(), "jp", "cn", response="y", horizon=2)
    else:
        frame = market((-10.0, -6.0))
        options = {"response": "change", "cumulative": True, "horizon": 1, "lags": 1}
        one = instrumented_symmetry(frame, "cn", "jp", instruments=("z", "w"), **options)
        two = instrumented_symmetry(frame.assign(z=7 * frame["z"]), "jp", "cn", instruments=("w", "z"), **options)
    assert one.difference.value == pytest.approx(-two.difference.value, rel=1e-9)
    np.testing.assert_allclose(one.tests["statistic"], two.tests["statistic"].astype(float), rtol=1e-6)


def test_bad_requests_raise_their_own_error():
    irf = irf_of()
    for options, error in (
        ({"ally": "cn"}, SpecificationError),
        ({"shocks": ("cn", "cn")}, SpecificationError),
        ({"horizon": 5}, SpecificationError),
        ({"level": 0}, SpecificationError),
    ):
        with pytest.raises(error):
            symmetry(irf, "cn", **{"ally": "jp", "response": "y", "horizon": 2} | options)
    point = irf.point.copy()
    point[:, :2, 1] = point[:, :2, 0]
    with pytest.raises(NotIdentified, match="same proportion"):
        symmetry(replace(irf, point=point), "cn", "jp", response="y", horizon=2)
    with pytest.raises(SpecificationError, match="stands twice in instruments"):
        instrumented_symmetry(market(), "cn", "jp", response="y", instruments=("z", "z"), horizon=1)
    with pytest.raises(SpecificationError, match="lags must be a positive integer"):
        instrumented_symmetry(market(), "cn", "jp", response="y", instruments=("z", "w"), horizon=1, lags=0)


@pytest.mark.slow
def test_size_and_power():
    options = {
        "response": "change",
        "cumulative": True,
        "instruments": ("z", "w"),
        "horizon": 1,
        "lags": 1,
        "cov": "hc1",
    }
    equal, apart, weak = (
        np.mean(
            [
                instrumented_symmetry(market(beta, 300, seed, strength), "cn", "jp", **options).tests["p_value"] < 0.10
                for seed in range(300)
            ],
            axis=0,
        )
        for beta, strength in (((-10.0, -10.0), 1.0), ((-10.0, -7.0), 1.0), ((-10.0, -10.0), 0.05))
    )
    assert 0.06 <= equal[0] <= 0.15
    assert equal[1] <= 0.10
    assert weak[1] <= 0.10
    assert apart.min() > 0.9


@pytest.mark.slow
def test_sizes_of_the_docstring():
    """Equal impacts, 177 months, six months ahead: Wald rejects somewhat too often, Anderson-Rubin too seldom."""
    rejected = []
    for seed in range(120):
        draws = np.random.default_rng(seed).standard_normal((179, 3))
        flows = np.zeros((179, 2))
        for t in range(1, 179):
            flows[t] = 0.3 * flows[t - 1] + draws[t, :2] @ [[1.0, -0.4], [0.0, 0.8]]
        months = pd.period_range("2000-01", periods=179, freq="M")
        frame = pd.DataFrame(flows, index=months, columns=["cn", "jp"])
        frame["y"] = -10.0 * flows.sum(axis=1) + 4.0 * draws[:, 2]
        irf = VAR(frame, lags=2).fit().identify(Cholesky(*NAMES)).irf(6, MovingBlock(draws=199), rng=seed)
        one = symmetry(irf, "cn", "jp", response="y", horizon=6, cumulative=True).tests["p_value"]
        options = {"response": "change", "cumulative": True, "instruments": ("z", "w"), "horizon": 6}
        two = instrumented_symmetry(market(periods=177, seed=seed), "cn", "jp", **options).tests["p_value"]
        rejected.append([*one, *two])
    wald, ar, wald_iv, ar_iv = (np.array(rejected) < 0.05).mean(axis=0)
    assert 0.01 <= wald <= 0.17
    assert 0.03 <= wald_iv <= 0.20
    assert max(ar, ar_iv) <= 0.06
