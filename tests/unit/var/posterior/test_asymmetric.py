"""Asymmetric conjugate prior: against the symmetric one, the chain rule, dense algebra, and what must not matter."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from econ.errors import SingularDesign, SpecificationError, UnknownName
from econ.testing import simulated_var
from econ.var import AsymmetricMinnesota, BayesianVAR, Cholesky, CommonVolatility, Minnesota, OutlierScaling
from econ.var.posterior import asymmetric_posterior
from econ.var.posterior.asymmetric_posterior import AsymmetricPosterior
from econ.var.posterior.minnesota import DIFFUSE

MIXED = np.array([[0.6, 0.1, 0.0], [0.0, 0.5, 0.2], [0.1, 0.0, 0.7]])
ERRORS = np.array([[1.0, 0.0, 0.0], [0.5, 1.0, 0.0], [-0.3, 0.4, 1.0]])
LAGS = 2


def simulated(periods, rng):
    shocks = rng.standard_normal((periods + 50, 3)) @ ERRORS.T
    y = np.zeros((periods + 50, 3))
    for t in range(1, len(y)):
        y[t] = MIXED @ y[t - 1] + shocks[t]
    return pd.DataFrame(y[50:], columns=list("abc"), index=pd.period_range("2000-01", periods=periods, freq="M"))


@pytest.fixture(scope="module")
def three():
    return simulated(120, np.random.default_rng(1))


def dense(frame, own, cross, means):
    """Per equation: regressors, left side, prior precision (diagonal), ν and s², from the formulas in words."""
    y = frame.to_numpy()
    n = y.shape[1]
    scale = []
    for j in range(n):
        slope, intercept = np.polyfit(y[:-1, j], y[1:, j], 1)
        error = y[1:, j] - intercept - slope * y[:-1, j]
        scale.append(error @ error / (len(error) - 2))
    lagged = np.hstack([y[LAGS - lag : len(y) - lag] for lag in range(1, LAGS + 1)])
    deviation = y[LAGS:] - y[LAGS - 1 : -1] * means
    for i in range(n):
        tightness = [own if j == i else cross for j in range(n)]
        lags = [lag**2 * scale[j] / tightness[j] ** 2 for lag in range(1, LAGS + 1) for j in range(n)]
        x = np.hstack([np.ones((len(lagged), 1)), lagged, deviation[:, :i]])
        yield x, deviation[:, i], np.r_[1.0 / DIFFUSE, lags, scale[:i]], i + 3.0, scale[i]


@pytest.mark.parametrize("trend", ["c", "ct"])
@pytest.mark.parametrize("own_lag", [1.0, {"a": 0.3, "c": 0.0}])
def test_with_one_tightness_it_is_the_symmetric_prior(three, trend, own_lag):
    exog = pd.DataFrame({"z": np.random.default_rng(2).standard_normal(len(three))}, index=three.index)
    build = {"data": three, "lags": LAGS, "trend": trend, "exog": exog}
    same = BayesianVAR(**build, prior=Minnesota(0.3, decay=0.7, own_lag=own_lag)).fit(20, rng=1)
    found = BayesianVAR(**build, prior=AsymmetricMinnesota(0.3, 0.3, decay=0.7, own_lag=own_lag)).fit(20, rng=1)
    assert found.log_marginal_likelihood == pytest.approx(same.log_marginal_likelihood, abs=1e-8)
    pd.testing.assert_frame_equal(found.params, same.params, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(found.cross_inverse, same.cross_inverse, rtol=1e-8, atol=1e-10)


def test_draws_have_the_spread_of_the_symmetric_posterior(three):
    same = BayesianVAR(three, LAGS, prior=Minnesota(0.3)).fit(4000, rng=1)
    found = BayesianVAR(three, LAGS, prior=AsymmetricMinnesota(0.3, 0.3)).fit(4000, rng=2)
    np.testing.assert_allclose(found.std_errors, same.std_errors, rtol=0.07)
    np.testing.assert_allclose(found.sigma_u, same.sigma_u, atol=0.03)
    np.testing.assert_allclose(found.draws.sigma.std(axis=0), same.draws.sigma.std(axis=0), rtol=0.08)


@pytest.mark.parametrize(("own", "cross"), [(0.4, 0.1), (0.1, 0.4), (2.0, 0.002)])
def test_the_marginal_likelihood_is_the_product_of_predictive_densities(three, own, cross):
    fit = BayesianVAR(three, LAGS, prior=AsymmetricMinnesota(own, cross)).fit(2, rng=1)
    total = 0.0
    for x, y, precision, degrees, scale in dense(three, own, cross, 1.0):
        mean, cov = np.zeros(len(precision)), np.diag(1.0 / precision)
        for row, value in zip(x, y, strict=True):
            spread = 1.0 + row @ cov @ row
            error = value - row @ mean
            total += stats.t.logpdf(error, degrees, scale=np.sqrt(spread * scale / degrees))
            gain = cov @ row / spread
            mean, cov = mean + gain * error, cov - np.outer(gain, row @ cov)
            degrees, scale = degrees + 1.0, scale + error**2 / spread
    assert fit.log_marginal_likelihood == pytest.approx(total, abs=2e-7)


def test_means_and_spread_are_those_of_dense_algebra(three):
    model = BayesianVAR(three, LAGS, prior=AsymmetricMinnesota(0.4, 0.1, own_lag=0.5))
    posterior = AsymmetricPosterior(model, LAGS)
    solution = posterior.solve(np.empty((1, 0)))
    draws = 40_000
    found = asymmetric_posterior._structural(
        solution.equations[0], np.random.default_rng(3).standard_normal((draws, 10, 3)), np.ones((draws, 3))
    )
    for i, (x, y, precision, _, _) in enumerate(dense(three, 0.4, 0.1, 0.5)):
        inverse = np.linalg.inv(x.T @ x + np.diag(precision))
        size = len(precision)
        np.testing.assert_allclose(found[0][:size, i], inverse @ x.T @ y, atol=1e-9)
        scale = np.sqrt(np.diag(inverse))
        cov = np.cov(found[1][:, :size, i].T) / np.outer(scale, scale)
        np.testing.assert_allclose(cov, inverse / np.outer(scale, scale), atol=0.03)
        assert (found[1][:, size:, i] == 0.0).all()


def test_sigma_is_inverse_wishart_a_priori_in_any_order(three):
    posterior = AsymmetricPosterior(BayesianVAR(three, LAGS, prior=AsymmetricMinnesota(0.4, 0.1)), LAGS)
    scale, n = posterior.artificial.scale**2, 3
    sigma = stats.invwishart(8, np.eye(3)).rvs(random_state=4)
    for order in ([0, 1, 2], [2, 0, 1]):
        lower = np.linalg.cholesky(sigma[np.ix_(order, order)])
        variances = np.diag(lower) ** 2
        slopes = np.eye(n) - np.linalg.inv(lower / np.diag(lower))
        total = 0.0
        for i, degrees in enumerate(posterior.degrees):
            total += stats.invgamma.logpdf(variances[i], degrees / 2.0, scale=scale[order[i]] / 2.0)
            total += stats.norm.logpdf(slopes[i, :i], scale=np.sqrt(variances[i] / scale[order][:i])).sum()
            total -= (n - 1 - i) * np.log(variances[i])
        wanted = stats.invwishart.logpdf(sigma, n + 2, np.diag(scale))
        assert total == pytest.approx(wanted, abs=1e-10)


def test_units_do_not_matter(three):
    prior = AsymmetricMinnesota()
    one = BayesianVAR(three, LAGS, prior=prior).fit(60, rng=1)
    other = BayesianVAR(three * [1.0, 1e4, 1e-3], LAGS, prior=prior).fit(60, rng=1)
    pd.testing.assert_frame_equal(one.hyperparameters, other.hyperparameters, rtol=1e-4)
    shift = (len(three) - LAGS) * np.log([1e4, 1e-3]).sum()
    assert other.log_marginal_likelihood + shift == pytest.approx(one.log_marginal_likelihood, abs=1e-5)


def test_draws_do_not_depend_on_workers_nor_on_what_is_kept(three, monkeypatch):
    model = BayesianVAR(three, LAGS, prior=AsymmetricMinnesota())
    one = model.fit(150, rng=3)
    np.testing.assert_array_equal(model.fit(150, rng=3, n_jobs=2).coefficient_draws, one.coefficient_draws)
    monkeypatch.setattr(asymmetric_posterior, "KEPT", 0)
    np.testing.assert_array_equal(model.fit(150, rng=3).coefficient_draws, one.coefficient_draws)
    assert (model.fit(150, rng=4).coefficient_draws != one.coefficient_draws).all()


def test_the_maximum_is_one(three):
    fit = BayesianVAR(three, LAGS, prior=AsymmetricMinnesota(choose="maximum")).fit(30, rng=1)
    chosen = fit.hyperparameters.iloc[0]
    assert (fit.hyperparameters == chosen).all(axis=None)
    assert fit.acceptance == 1.0
    for name in ("own", "cross"):
        for factor in (0.8, 1.25):
            prior = AsymmetricMinnesota(**{**chosen, name: chosen[name] * factor})
            assert BayesianVAR(three, LAGS, prior=prior).fit(2, rng=1).log_marginal_likelihood < (
                fit.log_marginal_likelihood - 0.01
            )


def test_hyperparameters_spread_around_a_given_one(three):
    fit = BayesianVAR(three, LAGS, prior=AsymmetricMinnesota(own=0.5)).fit(200, rng=1)
    assert list(fit.hyperparameters) == ["cross"]
    assert fit.hyperparameters["cross"].std() > 0.0
    assert fit.acceptance > 0.5
    assert len(fit.plot().axes) == 1


def test_the_verbs_of_a_posterior(three):
    fit = BayesianVAR(three, LAGS, prior=AsymmetricMinnesota(0.4, 0.1)).fit(100, rng=1)
    irf = fit.identify(Cholesky("c", "a", "b")).irf(4)
    assert irf.draws.shape == (100, 5, 3, 3)
    np.testing.assert_allclose(fit.factor_draws, np.linalg.cholesky(fit.draws.sigma), atol=1e-12)
    assert fit.forecast(3).shape == (3, 9)
    np.testing.assert_allclose(np.diag(fit.params_cov), fit.std_errors.to_numpy().T.reshape(-1) ** 2, rtol=1e-9)
    with pytest.raises(SpecificationError, match="influence"):
        fit.influence  # noqa: B018
    assert fit.summary().loc[("a", "L1.a"), "mean"] == pytest.approx(fit.params.loc["L1.a", "a"], abs=0.03)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"own": 0.0}, "own, if not None"),
        ({"cross": np.inf}, "cross, if not None"),
        ({"cross": np.nan}, "cross, if not None"),
        ({"decay": -1.0}, "decay"),
        ({"choose": "maximal"}, "maximum"),
        ({"own_lag": np.nan}, "own_lag"),
    ],
)
def test_a_prior_that_is_none_is_refused(wrong, said):
    with pytest.raises(SpecificationError, match=said):
        AsymmetricMinnesota(**wrong)


def test_models_that_it_does_not_suit_are_refused(three):
    for extra in ({"outliers": OutlierScaling()}, {"volatility": CommonVolatility()}):
        with pytest.raises(SpecificationError, match="AsymmetricMinnesota takes errors of one size"):
            BayesianVAR(three, LAGS, prior=AsymmetricMinnesota(), **extra)
    with pytest.raises(UnknownName, match="own_lag"):
        BayesianVAR(three, LAGS, prior=AsymmetricMinnesota(own_lag={"q": 1.0})).fit(5, rng=1)
    twice = three.assign(d=three["a"] + three["b"])
    with pytest.raises(SingularDesign, match="linear combinations"):
        BayesianVAR(twice, LAGS, prior=AsymmetricMinnesota()).fit(5, rng=1)
    with pytest.raises(SpecificationError, match="rng"):
        BayesianVAR(simulated_var(60, rng=1), 1, prior=AsymmetricMinnesota()).fit(5)


@pytest.mark.slow
def test_intervals_cover_what_made_the_data():
    rng = np.random.default_rng(5)
    truth, sigma = np.zeros((7, 3)), ERRORS @ ERRORS.T
    truth[1:4] = MIXED.T
    covered = []
    for _ in range(60):
        fit = BayesianVAR(simulated(200, rng), LAGS, prior=AsymmetricMinnesota(own_lag=0.0)).fit(300, rng=1)
        for draws, true in ((fit.draws.coefficients, truth), (fit.draws.sigma, sigma)):
            lower, upper = np.quantile(draws, [0.05, 0.95], axis=0)
            covered.append(((lower <= true) & (true <= upper)).mean())
    assert 0.86 < np.mean(covered[::2]) < 0.96
    assert 0.85 < np.mean(covered[1::2]) < 0.94
