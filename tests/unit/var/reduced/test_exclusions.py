"""VARs with excluded coefficients: estimates, read-outs, bootstraps."""

import warnings

import numpy as np
import pandas as pd
import pytest

from econ.errors import SpecificationError, WeakInstrument
from econ.estimate import Unavailable
from econ.testing import simulated_var
from econ.var import (
    VAR,
    BayesianVAR,
    Cholesky,
    Heteroskedasticity,
    LongRun,
    MovingBlock,
    Proxy,
    Residual,
    SignRestrictions,
    sup_f,
)
from econ.var.reduced.bootstrap import bootstrap_blocks

pytestmark = pytest.mark.filterwarnings("ignore::econ.errors.WeakIdentification")  # test_doubt.py asks for it

NAMES = ("a", "b", "c")
LAGS = np.array(
    [
        [[0.5, 0.0, 0.0], [0.1, 0.3, 0.1], [-0.2, 0.1, 0.4]],
        [[0.1, 0.0, 0.0], [0.0, 0.2, -0.1], [0.1, 0.0, 0.1]],
    ]
)
IMPACT = np.array([[1.0, 0.0, 0.0], [0.4, 0.8, 0.0], [-0.5, 0.3, 1.2]])
EXOGENOUS = {"a": ["b", "c"]}
MIXED = {"a": ["b", "c"], "b": ["L2.a", "oil"], "c": ["L2.b", "const"]}


@pytest.fixture(scope="module")
def data():
    raw = simulated_var(220, rng=3, lags=LAGS, impact=IMPACT, names=NAMES).frame
    return raw + np.array([5.0, -2.0, 40.0])


@pytest.fixture(scope="module")
def exog(data):
    values = np.random.default_rng(5).standard_normal(len(data))
    return pd.DataFrame({"oil": values}, index=data.index)


def restricted(data, exog, exclude):
    return VAR(data, lags=2, exclude=exclude, exog=exog if exclude is MIXED else None)


def system_of(model):
    """The equations in the form that linearmodels wants."""
    full = VAR(model.data, lags=2, exog=model.exog).fit()
    free, index = model.fit().free, range(full.nobs)
    x = pd.DataFrame(full.parent.design(2), index=index, columns=full.params.index)
    y = model.parent.frame.iloc[2:].set_axis(index)
    return full, {name: {"dependent": y[name], "exog": x.loc[:, free[:, j]]} for j, name in enumerate(NAMES)}


@pytest.mark.parametrize("exclude", [EXOGENOUS, MIXED, {"a": "b", "b": "c", "c": "a"}])
def test_estimates_equal_those_of_linearmodels(data, exog, exclude):
    from linearmodels.system import SUR

    model = restricted(data, exog, exclude)
    fit = model.fit()
    full, equations = system_of(model)
    one_step = SUR(equations, sigma=full.sigma_u_mle).fit(method="gls", cov_type="unadjusted", iterate=False)
    free = fit.free.T.reshape(-1)
    ours = fit.params.to_numpy().T.reshape(-1)
    np.testing.assert_allclose(ours[free], one_step.params, rtol=1e-8)
    np.testing.assert_array_equal(ours[~free], 0.0)
    residuals = model.parent.frame.to_numpy()[2:] - full.parent.design(2) @ fit.params.to_numpy()
    np.testing.assert_allclose(fit.residuals, residuals, atol=1e-12)
    sigma = residuals.T @ residuals / (full.nobs - free.sum() / 3)
    np.testing.assert_allclose(fit.sigma_u, sigma, rtol=1e-12)
    x = np.kron(np.eye(3), full.parent.design(2))[:, free]
    weight = np.kron(np.linalg.inv(sigma), np.eye(full.nobs))
    np.testing.assert_allclose(
        fit.params_cov[np.ix_(free, free)], np.linalg.inv(x.T @ weight @ x), rtol=1e-7, atol=1e-12
    )
    assert fit.std_errors.to_numpy()[~fit.free].max() == 0.0
    assert isinstance(fit.tstats.to_numpy()[~fit.free][0], Unavailable)
    assert isinstance(fit.pvalues.to_numpy()[~fit.free][0], Unavailable)
    expected = fit.params.to_numpy()[fit.free] / fit.std_errors.to_numpy()[fit.free]
    np.testing.assert_allclose(fit.tstats.to_numpy()[fit.free].astype(float), expected)


def test_criteria_count_the_coefficients_that_are_estimated(data):
    fit = VAR(data, lags=2, exclude=EXOGENOUS).fit()
    log_determinant = np.linalg.slogdet(fit.sigma_u_mle)[1]
    assert fit.coefficients == 21 - 4
    assert fit.df_resid == pytest.approx(fit.nobs - 17 / 3)
    assert fit.aic == pytest.approx(log_determinant + 2 * 17 / fit.nobs)
    full = VAR(data, lags=2).fit()
    assert fit.loglik < full.loglik
    assert 2 * (full.loglik - fit.loglik) < 15  # the exclusions are true: chi-square with 4 degrees of freedom


def test_excluding_one_regressor_everywhere_is_the_smaller_regression(data, exog):
    """With the same regressors in every equation, GLS is least squares."""
    fit = VAR(data, lags=2, exog=exog, exclude={name: ["oil"] for name in NAMES}).fit()
    plain = VAR(data, lags=2).fit()
    np.testing.assert_allclose(fit.params.drop(index="oil"), plain.params, rtol=1e-9)
    no_constant = VAR(data, lags=2, exclude={name: ["const"] for name in NAMES}).fit()
    np.testing.assert_allclose(no_constant.params.iloc[1:], VAR(data, lags=2, trend="n").fit().params, rtol=1e-8)


def test_order_and_units_do_not_matter(data):
    fit = VAR(data, lags=2, exclude=EXOGENOUS).fit()
    other = VAR(data[["c", "a", "b"]] * [100.0, 1.0, 0.01], lags=2, exclude=EXOGENOUS).fit()
    back = other.params.loc[fit.params.index, list(NAMES)]
    units = np.array([1.0, 0.01, 100.0])
    rows = np.concatenate([[1.0], units, units])
    np.testing.assert_allclose(back.to_numpy() * rows[:, None] / units, fit.params, rtol=1e-8, atol=1e-12)


def test_levels_far_from_zero_keep_their_digits(data):
    near = VAR(data, lags=2, exclude=EXOGENOUS).fit().params.iloc[1:]
    far = VAR(data + 1e5, lags=2, exclude=EXOGENOUS).fit().params.iloc[1:]
    np.testing.assert_allclose(far, near, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("corrected", [False, True])
@pytest.mark.parametrize("bootstrap", [MovingBlock(draws=130, length=6), Residual(draws=130)])
@pytest.mark.parametrize("exclude", [EXOGENOUS, MIXED])
def test_each_draw_is_the_restricted_estimate_on_its_own_sample(data, exog, exclude, bootstrap, corrected):
    model = restricted(data, exog, exclude)
    fit = model.fit()
    if corrected:
        fit = fit.bias_corrected(Residual(draws=200), rng=9)
        np.testing.assert_array_equal(fit.params.to_numpy()[~fit.free], 0.0)
    draws = bootstrap_blocks(fit, bootstrap, lambda each: each, rng=1)[0]
    np.testing.assert_array_equal(draws.coefficients[:, ~fit.free], 0.0)
    assert len(np.unique(draws.coefficients[:, 1, 0])) == 100
    for row in (0, 57):
        sample = data * 0.0 + draws.paths[row]
        single = VAR(sample, lags=2, exclude=exclude, exog=model.exog).fit()
        expected, lagged = single.params.to_numpy().copy(), single.params.index.str.startswith("L")
        if corrected:
            expected[lagged] -= fit.bias
            x, y = single.parent.design(2), sample.to_numpy()[2:]
            left = y - x[:, lagged] @ expected[lagged]
            for j in range(3):
                keep = np.flatnonzero(fit.free[:, j] & ~lagged)
                expected[keep, j] = np.linalg.lstsq(x[:, keep], left[:, j], rcond=None)[0]
        np.testing.assert_allclose(draws.coefficients[row], expected, rtol=1e-6, atol=1e-8)
        u = sample.to_numpy()[2:] - single.parent.design(2) @ expected
        np.testing.assert_allclose(draws.sigma[row], u.T @ u / fit.df_resid, rtol=1e-6)
        np.testing.assert_allclose(draws.residuals[row], u, atol=1e-7)


@pytest.mark.parametrize(("trend", "exclude"), [("c", EXOGENOUS), ("ct", None)])
def test_studentised_intervals_where_the_bias_came_from_a_bootstrap(data, trend, exclude):
    fit = VAR(data, lags=1, trend=trend, exclude=exclude).fit().bias_corrected(Residual(draws=100), rng=1)
    irf = fit.identify(Cholesky(*NAMES)).irf(2, Residual(draws=60), rng=1, inner=15)
    lower, upper = irf.band(0.90, interval="studentised")
    moving = irf.draws.std(axis=0) > 0
    assert (lower[moving] < upper[moving]).all()
    spread = irf.draw_errors.mean(axis=0)[moving] / irf.draws.std(axis=0)[moving]
    assert spread.min() > 0.5
    assert spread.max() < 1.8


def test_draws_do_not_depend_on_workers(data):
    svar = VAR(data, lags=2, exclude=EXOGENOUS).fit().identify(Cholesky(*NAMES))
    first = svar.irf(6, MovingBlock(draws=250), rng=1)
    np.testing.assert_array_equal(first.draws, svar.irf(6, MovingBlock(draws=250), rng=1, n_jobs=2).draws)
    np.testing.assert_array_equal(first.draws[:, :, 0, 1:], 0.0)  # block exogenous and first in the order


def test_true_exclusions_narrow_the_bands(data):
    bootstrap = MovingBlock(draws=400)
    free, fewer = (
        VAR(data, lags=2, exclude=exclude).fit().identify(Cholesky(*NAMES)).irf(6, bootstrap, rng=1).draws.std(axis=0)
        for exclude in (None, EXOGENOUS)
    )
    assert fewer[4, 0, 0] < free[4, 0, 0]
    assert fewer[3, 1, 2] < free[3, 1, 2]


@pytest.mark.parametrize("exclude", [None, EXOGENOUS, MIXED])
def test_influence_is_the_derivative_by_the_weight_of_a_period(data, exog, exclude):
    fit = restricted(data, exog, exclude).fit()
    x, y = fit.parent.design(2), fit.data.frame.to_numpy()[2:]
    free = np.ones(fit.params.shape, dtype=bool) if fit.free is None else fit.free
    keep = free.T.reshape(-1)
    precision = np.linalg.inv(fit.sigma_u)

    def estimate(weights):
        gram = np.kron(precision, (x * weights[:, None]).T @ x)[np.ix_(keep, keep)]
        found = np.zeros(free.size)
        found[keep] = np.linalg.solve(gram, ((x * weights[:, None]).T @ y @ precision).T.reshape(-1)[keep])
        return found.reshape(free.shape[1], -1).T

    for t in (3, 100):
        up, down = np.ones(len(x)), np.ones(len(x))
        up[t], down[t] = 1.0 + 1e-4, 1.0 - 1e-4
        slope = (estimate(up) - estimate(down)) / 2e-4
        # the step of GLS used another Σ, so residuals are not exactly orthogonal: a difference of order 1 / T
        np.testing.assert_allclose(fit.influence[t], slope, atol=0.02 * np.abs(slope).max())


def test_weak_instrument_sets_hold_under_exclusions(data):
    fit = VAR(data, lags=2, exclude=EXOGENOUS).fit()
    noise = np.random.default_rng(2).standard_normal(fit.nobs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WeakInstrument)
        svar = fit.identify(Proxy(fit.residuals["b"] + 0.5 * noise, shock="b"))
    bounds = svar.weak_iv_set("c", 4, level=0.90).set_index("horizon")
    irf = svar.irf(4, MovingBlock(draws=999), rng=1).scale(to=1.0, response="b")
    lower, upper = (end[:, 2, 0] for end in irf.band(0.90))
    width = bounds["upper"] - bounds["lower"]
    np.testing.assert_allclose(width, upper - lower, rtol=0.35)


def test_diagnostics_count_and_weigh_what_is_estimated(data):
    fit = VAR(data, lags=2, exclude=EXOGENOUS).fit()
    table = fit.diagnostics(6)
    assert table.loc["portmanteau", "distribution"] == f"chi2({9 * 6 - 14})"
    assert table.loc["lm: chi-square", "distribution"] == "chi2(54)"
    df = fit.nobs - fit.coefficients / 3 - 18
    assert table.loc["lm", "distribution"] == f"F(54, {3 * df:.1f})"
    trace = table.loc["lm: chi-square", "statistic"] / fit.nobs
    assert table.loc["lm", "statistic"] == pytest.approx(trace / (3 - trace) * df / 18, rel=1e-12)
    boot = fit.diagnostics(6, Residual(draws=49), rng=1)
    assert boot.loc["lm", "distribution"] == "residual bootstrap, 49 draws"
    assert 0.0 < boot.loc["lm", "p_value"] <= 1.0
    loose = VAR(data, lags=2, exclude={"a": ["b", "c"]}).fit()
    unrestricted = VAR(data, lags=2).fit()
    assert loose.diagnostics(6).loc["lm: chi-square", "statistic"] == table.loc["lm: chi-square", "statistic"]
    assert unrestricted.diagnostics(6).loc["lm: chi-square", "statistic"] != table.loc["lm: chi-square", "statistic"]


def test_restricted_score_test_is_the_plain_one_without_exclusions(data):
    from econ.var.reduced import _autocorrelation_kernels as kernels

    fit = VAR(data, lags=2).fit()
    every = np.ones(fit.params.shape, dtype=bool)
    score = kernels.restricted_score(fit.parent.design(2)[None], fit.residuals.to_numpy()[None], every, lags=4)
    assert score[0] == pytest.approx(fit.diagnostics(4).loc["lm: chi-square", "statistic"], rel=1e-8)


def test_score_test_is_the_fall_of_the_weighted_sum_of_squares(data):
    """u on the free regressors of its equation, and on all lags of u too, both by GLS with the weights of S_R."""
    fit = VAR(data, lags=2, exclude={"a": ["a"], "c": ["L1.a", "c"]}).fit()  # false, so that the weights differ
    u, x = fit.residuals.to_numpy(), fit.parent.design(2)
    padded = np.vstack([np.zeros((3, 3)), u])
    z = np.hstack([padded[3 - lag : len(padded) - lag] for lag in range(1, 4)])
    root = np.linalg.cholesky(np.linalg.inv(u.T @ u / len(u))).T
    y = (u @ root.T).T.reshape(-1)
    free = np.kron(root, x)[:, fit.free.T.reshape(-1)]

    def left(design):
        scale = np.linalg.norm(design, axis=0)
        return ((y - design / scale @ np.linalg.lstsq(design / scale, y, rcond=None)[0]) ** 2).sum()

    expected = left(free) - left(np.hstack([free, np.kron(root, z)]))
    assert left(free) < y @ y - 0.01  # the score of the free coefficients is not zero: the correction matters
    assert fit.diagnostics(3).loc["lm: chi-square", "statistic"] == pytest.approx(expected, rel=1e-8)


def test_granger_tests_what_is_left(data):
    fit = VAR(data, lags=2, exclude={"c": ["L2.b"]}).fit()
    row = fit.granger("c", "b")
    assert row["distribution"] == f"F(1, {3 * fit.nobs - 20})"
    assert row["statistic"] == pytest.approx((fit.params.loc["L1.b", "c"] / fit.std_errors.loc["L1.b", "c"]) ** 2)
    with pytest.raises(SpecificationError, match="nothing to test"):
        VAR(data, lags=2, exclude=EXOGENOUS).fit().granger("a", ["b", "c"])


def test_breaks_are_looked_for_in_the_coefficients_of_the_equation(data):
    own = VAR(data, lags=2, exclude={"a": ["b", "c"]}).fit()
    alone = VAR(data[["a"]], lags=2).fit()
    # residuals of GLS and of least squares differ by regressors of the equation, which the test takes out
    assert sup_f(own, "a", rng=1, draws=50)["statistic"] == pytest.approx(
        sup_f(alone, "a", rng=1, draws=50)["statistic"], rel=1e-8
    )


@pytest.mark.parametrize("scheme", ["long-run", "regimes", "moments", "point signs"])
def test_every_kind_of_scheme_identifies_a_restricted_var(data, scheme):
    fit = VAR(data, lags=2, exclude=EXOGENOUS).fit()
    regimes = pd.Series(np.arange(len(data)) >= 100, index=data.index)
    found = {
        "long-run": LongRun(*NAMES),
        "regimes": Heteroskedasticity(regimes),
        "moments": Heteroskedasticity(regimes, "moments"),
        "point signs": SignRestrictions({"a": {"a": "+", "b": "+"}}, draws=40, reduced_form="point"),
    }[scheme]
    svar = fit.identify(found, rng=1)
    np.testing.assert_array_equal(svar.parent.params, fit.params)
    impact = svar.impact.to_numpy()
    if impact.shape[1] == 3:
        np.testing.assert_allclose(impact @ impact.T, fit.sigma_u, rtol=1e-8)
        assert svar.irf(3, MovingBlock(draws=20), rng=1).draws.shape == (20, 4, 3, 3)
    parts = svar.historical_decomposition()
    total = parts.T.groupby(level="variable", sort=False).sum().T
    np.testing.assert_allclose(total, data.iloc[2:], rtol=1e-9)


def test_lags_picked_by_a_criterion_are_those_of_the_free_var(data):
    fit = VAR(data, lags="aic", max_lags=4, exclude=EXOGENOUS).fit()
    assert fit.lags == VAR(data, lags="aic", max_lags=4).fit().lags
    assert not fit.free[1:, 0].reshape(fit.lags, 3)[:, 1:].any()


@pytest.mark.parametrize(
    ("exclude", "words"),
    [
        ({"d": ["a"]}, "no equation 'd'"),
        ({"a": ["oil"]}, "no regressor 'oil'"),
        ({"a": ["L3.b"]}, "no regressor 'L3.b'"),
        ({"a": ["trend"]}, "no regressor 'trend'"),
        ({"a": [1]}, "list of names"),
        ({}, "must map equations"),
        (["a"], "must be a Mapping"),
        ({name: [*NAMES, "const"] for name in NAMES}, "no coefficient"),
    ],
)
def test_refuses_exclusions_that_mean_nothing(data, exclude, words):
    with pytest.raises(SpecificationError, match=words):
        VAR(data, lags=2, exclude=exclude)


def test_refuses_what_knows_no_exclusions(data):
    fit = VAR(data, lags=2, exclude=EXOGENOUS).fit()
    with pytest.raises(SpecificationError, match="pass a bootstrap"):
        fit.bias_corrected()
    with pytest.raises(SpecificationError, match="reduced_form='point'"):
        fit.identify(SignRestrictions({"a": {"a": "+"}}, draws=10), rng=1)
    with pytest.raises(SpecificationError, match="excludes none"):
        BayesianVAR(data, lags=2, exclude=EXOGENOUS)


def test_an_equation_may_lose_all_its_regressors(data):
    fit = VAR(data - data.mean(), lags=1, trend="n", exclude={"a": list(NAMES)}).fit()
    np.testing.assert_array_equal(fit.params["a"], 0.0)
    draws = fit.identify(Cholesky(*NAMES)).irf(2, Residual(draws=20), rng=1).draws
    np.testing.assert_array_equal(draws[:, 1:, 0], 0.0)


@pytest.mark.slow
def test_intervals_under_exclusions_cover():
    """500 samples of T = 300, Residual with the bias taken off by a bootstrap: impact, 3 and 12 months."""
    lags = np.array([[[0.5, 0.0], [0.2, 0.4]]])
    impact = np.array([[1.0, 0.0], [0.5, 0.8]])
    from econ.var import _kernels as kernels

    truth = kernels.responses(lags[None], impact[None], 12)[0]
    inside = []
    for seed in range(500):
        fit = VAR(simulated_var(300, rng=seed, lags=lags, impact=impact), lags=1, exclude={"x": ["y"]}).fit()
        fit = fit.bias_corrected(Residual(draws=199), rng=seed)
        lower, upper = fit.identify(Cholesky("x", "y")).irf(12, Residual(draws=399), rng=10**6 + seed).band(0.90)
        inside.append((lower <= truth) & (truth <= upper))
    share = np.mean(inside, axis=0)[[0, 3, 12]]
    assert share.min() > 0.86
    assert share[:, 0, 0].max() < 0.94
    assert share[:, 1].max() < 0.94
