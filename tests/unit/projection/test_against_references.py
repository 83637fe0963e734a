"""Local projections against statsmodels, linearmodels and the recursive VAR."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from linearmodels.iv import IV2SLS, IVLIML

from econ.infer import ewc, ewc_terms
from econ.projection import LocalProjection
from econ.projection._kernels import orthonormal
from econ.var import VAR, Cholesky

LAGS, HORIZON = 3, 8


@pytest.fixture(scope="module")
def table():
    """Four persistent variables, two instruments, a dummy state."""
    generator = np.random.default_rng(8)
    size, names = 220, ["flow", "yield", "vix", "dollar"]
    shocks = generator.standard_normal((size, 4)) * [1.0, 8.0, 2.0, 0.5]
    shocks[:, 1] += -3.0 * shocks[:, 0]
    values = np.zeros((size, 4))
    for t in range(1, size):
        values[t] = [0.5, 0.95, 0.8, 0.9] * values[t - 1] + shocks[t]
    frame = pd.DataFrame(values, columns=names, index=pd.period_range("2001-01", periods=size, freq="M"))
    frame["z1"] = shocks[:, 0] + generator.standard_normal(size)
    frame["z2"] = 0.5 * shocks[:, 0] + 0.1 * values[:, 2] + generator.standard_normal(size)
    frame["stress"] = (generator.random(size) < 0.4).astype(float)
    return frame


def lagged(frame, names, lags):
    columns = {f"L{lag}.{name}": frame[name].shift(lag) for lag in range(1, lags + 1) for name in names}
    return pd.DataFrame(columns, index=frame.index).assign(const=1.0)


def rows(y, *parts):
    """Common rows without missing values."""
    whole = pd.concat([y.rename("y"), *parts], axis=1).dropna()
    return whole["y"], [whole[part.columns if isinstance(part, pd.DataFrame) else [part.name]] for part in parts]


@pytest.mark.parametrize("cov", ["hac", "hc0", "hc1", "hc2", "hc3"])
def test_least_squares_agree_with_statsmodels(table, cov):
    irf = (
        LocalProjection(
            table,
            response=["yield", "dollar"],
            impulse="flow",
            controls=["vix"],
            contemporaneous=["vix"],
            lags=LAGS,
            lag_augmented=False,
        )
        .fit(horizon=HORIZON, cov=cov)
        .irf
    )
    controls = lagged(table, ["yield", "dollar", "flow", "vix"], LAGS).assign(vix=table["vix"])
    for i, name in enumerate(["yield", "dollar"]):
        for h in range(HORIZON + 1):
            y, (w, x) = rows(table[name].shift(-h), controls, table["flow"])
            options = {"cov_kwds": {"maxlags": h}} if cov == "hac" else {}
            theirs = sm.OLS(y, pd.concat([w, x], axis=1)).fit(cov_type=cov.upper(), **options)
            assert irf.point[h, i, 0] == pytest.approx(theirs.params["flow"], rel=1e-8)
            assert irf.std_errors[h, i, 0] == pytest.approx(theirs.bse["flow"], rel=1e-8)


def test_bandwidth_overrides_the_horizon_and_ewc_is_its_definition(table):
    lp = LocalProjection(table, response="yield", impulse="flow", lags=LAGS, lag_augmented=False)
    fixed, cosine = lp.fit(HORIZON, "hac", bandwidth=5).irf, lp.fit(HORIZON, "ewc").irf
    for h in (0, 4, HORIZON):
        y, (w, x) = rows(table["yield"].shift(-h), lagged(table, ["yield", "flow"], LAGS), table["flow"])
        design = pd.concat([w, x], axis=1)
        theirs = sm.OLS(y, design).fit(cov_type="HAC", cov_kwds={"maxlags": 5})
        assert fixed.std_errors[h, 0, 0] == pytest.approx(theirs.bse["flow"], rel=1e-8)
        expected = np.sqrt(ewc(design.to_numpy(), theirs.resid.to_numpy())[-1, -1])
        assert cosine.std_errors[h, 0, 0] == pytest.approx(expected, rel=1e-8)
        assert cosine.parent.df[h] == ewc_terms(len(y))


def test_lag_augmentation_adds_one_lag_and_white_errors(table):
    irf = LocalProjection(table, response="yield", impulse="flow", lags=LAGS).fit(HORIZON).irf
    for h in (0, 3, HORIZON):
        y, (w, x) = rows(table["yield"].shift(-h), lagged(table, ["yield", "flow"], LAGS + 1), table["flow"])
        theirs = sm.OLS(y, pd.concat([w, x], axis=1)).fit(cov_type="HC1")
        assert irf.point[h, 0, 0] == pytest.approx(theirs.params["flow"], rel=1e-8)
        assert irf.std_errors[h, 0, 0] == pytest.approx(theirs.bse["flow"], rel=1e-8)


@pytest.mark.parametrize("estimator", ["2sls", "liml"])
@pytest.mark.parametrize("instruments", [["z1"], ["z1", "z2"]])
@pytest.mark.parametrize("cov", ["hac", "hc0"])
def test_instruments_agree_with_linearmodels(table, estimator, instruments, cov):
    irf = (
        LocalProjection(
            table,
            response=["yield", "vix"],
            impulse="flow",
            lags=LAGS,
            instrument=instruments,
            lag_augmented=False,
            estimator=estimator,
        )
        .fit(HORIZON, cov)
        .irf
    )
    model = {"2sls": IV2SLS, "liml": IVLIML}[estimator]
    controls = lagged(table, ["yield", "vix", "flow"], LAGS)
    for i, name in enumerate(["yield", "vix"]):
        for h in (0, 2, HORIZON):
            y, (w, x, z) = rows(table[name].shift(-h), controls, table["flow"], table[instruments])
            options = {"cov_type": "kernel", "kernel": "bartlett", "bandwidth": h} if cov == "hac" else {}
            theirs = model(y, w, x, z).fit(**(options or {"cov_type": "robust"}))
            assert irf.point[h, i, 0] == pytest.approx(theirs.params["flow"], rel=1e-8)
            assert irf.std_errors[h, i, 0] == pytest.approx(theirs.std_errors["flow"], rel=1e-8)


def test_cumulative_multiplier_is_one_step_instrumental_variables(table):
    lp = LocalProjection(
        table,
        response="dollar",
        impulse="flow",
        lags=LAGS,
        instrument="z1",
        cumulative="multiplier",
        lag_augmented=False,
    )
    results = lp.fit(HORIZON, "hac")
    controls = lagged(table, ["dollar", "flow"], LAGS)
    for h in (0, 3, HORIZON):
        y = sum(table["dollar"].shift(-j) for j in range(h + 1))
        x = sum(table["flow"].shift(-j) for j in range(h + 1)).rename("flow")
        y, (w, x, z) = rows(y, controls, x, table["z1"])
        theirs = IV2SLS(y, w, x, z).fit(cov_type="kernel", kernel="bartlett", bandwidth=h)
        assert results.point[h, 0, 0] == pytest.approx(theirs.params["flow"], rel=1e-8)
        assert results.std_errors[h, 0, 0] == pytest.approx(theirs.std_errors["flow"], rel=1e-8)
        first = sm.OLS(x, pd.concat([w, z], axis=1)).fit(cov_type="HAC", cov_kwds={"maxlags": h})
        assert results.first_stage(h).statistic == pytest.approx(first.tvalues["z1"] ** 2, rel=1e-8)


def test_multiplier_by_the_impulse_itself_is_the_ratio_of_cumulated_responses(table):
    options = {"impulse": "flow", "lags": LAGS, "lag_augmented": False}
    names = ["dollar", "flow"]
    one_step = LocalProjection(table, response=names, cumulative="multiplier", **options).fit(HORIZON).irf
    two_step = LocalProjection(table, response=names, cumulative=True, **options).fit(HORIZON).irf
    ratio = two_step.point[:, 0] / two_step.point[:, 1]
    np.testing.assert_allclose(one_step.point[:, 0], ratio, rtol=1e-9)
    np.testing.assert_allclose(one_step.point[:, 1], 1.0, rtol=1e-9)


def test_cumulative_response_is_the_projection_of_the_sum(table):
    irf = LocalProjection(table, response="yield", impulse="flow", lags=LAGS, cumulative=True).fit(HORIZON).irf
    y = sum(table["yield"].shift(-j) for j in range(HORIZON + 1))
    y, (w, x) = rows(y, lagged(table, ["yield", "flow"], LAGS + 1), table["flow"])
    theirs = sm.OLS(y, pd.concat([w, x], axis=1)).fit()
    assert irf.point[HORIZON, 0, 0] == pytest.approx(theirs.params["flow"], rel=1e-8)


def test_long_differences_equal_levels_when_the_last_level_is_a_control(table):
    levels = LocalProjection(table, response="yield", impulse="flow", lags=LAGS).fit(HORIZON).irf
    changes = LocalProjection(table, response="yield", impulse="flow", lags=LAGS, difference=True).fit(HORIZON).irf
    np.testing.assert_allclose(changes.point, levels.point, rtol=1e-9)
    np.testing.assert_allclose(changes.std_errors, levels.std_errors, rtol=1e-9)
    alone = (
        LocalProjection(table, response="yield", impulse="flow", lags=0, difference=True, lag_augmented=False)
        .fit(2, "hc0")
        .irf
    )
    y, (w, x) = rows(table["yield"].shift(-2) - table["yield"].shift(1), table[[]].assign(const=1.0), table["flow"])
    theirs = sm.OLS(y, pd.concat([w, x], axis=1)).fit(cov_type="HC0")
    assert alone.point[2, 0, 0] == pytest.approx(theirs.params["flow"], rel=1e-8)
    assert alone.std_errors[2, 0, 0] == pytest.approx(theirs.bse["flow"], rel=1e-8)


@pytest.mark.parametrize("transition", [None, 1.5])
def test_states_interact_with_every_regressor(table, transition):
    state = "stress" if transition is None else "vix"
    irf = (
        LocalProjection(
            table, response="yield", impulse="flow", lags=2, state=state, transition=transition, lag_augmented=False
        )
        .fit(4, "hac")
        .irf
    )
    assert irf.shocks == ("flow|low", "flow|high")
    weight = table["stress"]
    if transition is not None:
        standard = (table["vix"] - table["vix"].mean()) / table["vix"].std()
        weight = 1.0 / (1.0 + np.exp(-transition * standard))
    high = weight.shift(1)
    base = lagged(table, ["yield", "flow"], 2).assign(flow=table["flow"])
    both = pd.concat(
        [base.mul(1.0 - high, axis=0).add_suffix("|low"), base.mul(high, axis=0).add_suffix("|high")], axis=1
    )
    for h in (0, 4):
        y, (w,) = rows(table["yield"].shift(-h), both)
        theirs = sm.OLS(y, w).fit(cov_type="HAC", cov_kwds={"maxlags": h})
        for j, name in enumerate(irf.shocks):
            assert irf.point[h, 0, j] == pytest.approx(theirs.params[name], rel=1e-8)
            assert irf.std_errors[h, 0, j] == pytest.approx(theirs.bse[name], rel=1e-8)


def test_a_dummy_state_is_two_separate_projections(table):
    together = LocalProjection(table, response="yield", impulse="flow", lags=1, state="stress").fit(3, "hc0").irf
    assert together.at(2, response="yield", shock="flow|high").label == "yield to flow|high at horizon 2"
    high = table["stress"].shift(1) == 1.0
    y, (w, x) = rows(table["yield"].shift(-2), lagged(table, ["yield", "flow"], 2), table["flow"])
    keep = high.loc[y.index].to_numpy()
    theirs = sm.OLS(y[keep], pd.concat([w, x], axis=1)[keep]).fit(cov_type="HC0")
    assert together.point[2, 0, 1] == pytest.approx(theirs.params["flow"], rel=1e-8)
    assert together.std_errors[2, 0, 1] == pytest.approx(theirs.bse["flow"], rel=1e-8)


def test_basis_by_cholesky_is_that_of_householder_or_refused():
    generator = np.random.default_rng(3)
    x = generator.standard_normal((200, 6)) @ generator.standard_normal((6, 6)) * [1e6, 1.0, 1e-6, 1.0, 1.0, 1.0]
    q, other = orthonormal(x), np.linalg.qr(x)[0]
    np.testing.assert_allclose(q.T @ q, np.eye(6), atol=1e-13)
    np.testing.assert_allclose(q[:, :3] @ q[:, :3].T, other[:, :3] @ other[:, :3].T, atol=1e-11)
    assert orthonormal(np.column_stack([x, x[:, 0] + x[:, 1]])) is None
    assert orthonormal(np.column_stack([x, x[:, 1] * (1.0 + 1e-9 * generator.standard_normal(200))])) is None
    assert orthonormal(np.column_stack([x, np.zeros(200)])) is None


@pytest.mark.parametrize("several", [False, True])
def test_a_projection_on_an_instrument_is_an_internal_instrument_var_to_machine_precision(table, several):
    """The instrument first in a recursive VAR: ratios of impact responses are those of instruments (Plagborg-Møller and
    Wolf 2021, proposition 1 with the lags of the instrument among the controls), to the last digits at impact."""
    names = ["z1", "flow", "yield", "dollar"] + (["vix"] if several else [])
    svar = VAR(table[names], lags=LAGS).fit().identify(Cholesky(*names))
    irf = svar.irf(0, bootstrap=None)
    first = irf.shocks.index("z1")
    scale = irf.point[0, irf.responses.index("flow"), first]
    expected = [irf.point[0, irf.responses.index(name), first] / scale for name in ("yield", "dollar")]
    lp = LocalProjection(
        table, response=["yield", "dollar"], impulse="flow", controls=["z1", *names[4:]], instrument="z1", lags=LAGS,
        lag_augmented=False,
    ).fit(0, "hc0").irf  # fmt: skip
    np.testing.assert_allclose(lp.point[0, :, 0], expected, rtol=1e-9)


def test_one_step_ahead_equals_the_var_to_machine_precision(table):
    """Without a contemporaneous impulse the projection of y(t+1) on the state is the VAR's own regression."""
    names = ["flow", "yield", "vix"]
    fit = VAR(table[names], lags=1).fit()
    lp = LocalProjection(
        table, response=names, impulse="flow", contemporaneous=["yield", "vix"], lags=0, lag_augmented=False
    ).fit(1, "hc0").irf  # fmt: skip
    np.testing.assert_allclose(lp.point[1, :, 0], fit.params.loc["L1.flow", names], rtol=1e-9)


def test_impact_equals_the_recursive_var_to_machine_precision(table):
    names = ["vix", "flow", "yield", "dollar"]
    svar = VAR(table[names], lags=LAGS).fit().identify(Cholesky(*names))
    irf = svar.irf(0, bootstrap=None).scale(to=1.0, response="flow")
    lp = (
        LocalProjection(
            table,
            response=["yield", "dollar"],
            impulse="flow",
            controls=["vix"],
            contemporaneous=["vix"],
            lags=LAGS,
            lag_augmented=False,
        )
        .fit(0, "hc0")
        .irf
    )
    j = irf.shocks.index("flow")
    expected = [irf.point[0, irf.responses.index(name), j] for name in ("yield", "dollar")]
    np.testing.assert_allclose(lp.point[0, :, 0], expected, rtol=1e-10)


def test_projection_and_var_agree_up_to_the_lag_length_on_a_long_sample():
    generator = np.random.default_rng(5)
    size, lags = 20_000, 4
    shocks = generator.standard_normal((size, 2))
    values = np.zeros((size, 2))
    for t in range(2, size):
        values[t, 0] = 0.5 * values[t - 1, 0] + shocks[t, 0]
        values[t, 1] = 0.6 * values[t - 1, 1] + 0.3 * values[t - 2, 0] - 0.8 * shocks[t, 0] + shocks[t, 1]
    frame = pd.DataFrame(values, columns=["flow", "yield"])
    irf = VAR(frame, lags=lags).fit().identify(Cholesky("flow", "yield")).irf(lags, bootstrap=None)
    irf = irf.shock("flow").scale(to=1.0, response="flow")
    lp = LocalProjection(frame, response="yield", impulse="flow", lags=lags, lag_augmented=False).fit(lags).irf
    np.testing.assert_allclose(lp.point[:, 0, 0], irf.point[:, 1, 0], atol=0.01)
