"""Bayesian VAR: closed forms, hyperparameters, chains."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from econ.data import Dataset
from econ.errors import SampleTooShort, SchemaError, SingularDesign, SpecificationError
from econ.estimate import Unavailable
from econ.testing import simulated_var
from econ.var import VAR, BayesianVAR, Cholesky, Minnesota, MovingBlock, OutlierScaling
from econ.var._kernels import inverse_wishart_factors
from econ.var.posterior.conjugate import ConjugatePosterior
from econ.var.posterior.convergence import effective_sample_size, r_hat, split_chains
from econ.var.posterior.minnesota import DIFFUSE

FLAT = Minnesota(tightness=math.inf)
LAGS = 2


@pytest.fixture(scope="module")
def posterior(data):
    return BayesianVAR(data, lags=LAGS).fit(draws=1000, rng=1)


def prior_moments(data, *, tightness, decay=1.0, own=1.0, lags=LAGS):
    """Mean, covariance factor Ω (diagonal) and scale S of the prior, from the formulas in words."""
    y = data.frame.to_numpy()
    n = y.shape[1]
    scale = np.empty(n)
    for j in range(n):
        slope, intercept = np.polyfit(y[:-1, j], y[1:, j], 1)
        error = y[1:, j] - intercept - slope * y[:-1, j]
        scale[j] = error @ error / (len(error) - 2)
    mean = np.zeros((1 + n * lags, n))
    mean[1 : n + 1] = own * np.eye(n)
    variance = [DIFFUSE] + [tightness**2 / (lag ** (2 * decay) * scale[j]) for lag in (1, 2) for j in range(n)]
    return mean, np.diag(variance), np.diag(scale), n + 2


def update(state, x, y, size=1.0):
    """Conjugate update of (mean, Ω, S, degrees) by one observation with error scale ``size``."""
    mean, omega, scale, degrees = state
    spread = size**2 + x @ omega @ x
    error = y - x @ mean
    gain = omega @ x / spread
    return (
        mean + np.outer(gain, error),
        omega - np.outer(gain, x @ omega),
        scale + np.outer(error, error) / spread,
        degrees + 1,
    )


def log_predictive(state, x, y, size=1.0):
    """Multivariate t of the next observation."""
    mean, omega, scale, degrees = state
    df = degrees - len(y) + 1
    spread = size**2 + x @ omega @ x
    return stats.multivariate_t(loc=x @ mean, shape=scale * spread / df, df=df).logpdf(y)


def sequential_log_likelihood(data, state, *, dummies=(), sizes=None):
    """Sum of one-step predictive densities after the prior has seen the artificial observations."""
    y = data.frame.to_numpy()
    for x, target in dummies:
        state = update(state, x, target)
    total = 0.0
    for t in range(LAGS, len(y)):
        x = np.concatenate([[1.0], y[t - 1], y[t - 2]])
        size = 1.0 if sizes is None else sizes[t - LAGS]
        total += log_predictive(state, x, y[t], size)
        state = update(state, x, y[t], size)
    return total, state


def artificial(data, mu, delta):
    initial = data.frame.to_numpy()[:LAGS].mean(axis=0)
    rows = []
    for j, level in enumerate(initial):
        one = np.zeros(len(initial))
        one[j] = level / mu
        rows.append((np.concatenate([[0.0], one, one]), one))
    rows.append((np.concatenate([[1.0], initial, initial]) / delta, initial / delta))
    return rows


def test_flat_prior_gives_least_squares(data):
    ols = VAR(data, lags=LAGS).fit()
    fit = BayesianVAR(data, lags=LAGS, prior=FLAT).fit(draws=200, rng=1)
    np.testing.assert_allclose(fit.params, ols.params, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(fit.cross_inverse, ols.cross_inverse, rtol=1e-9)
    expected = ols.sigma_u * ols.df_resid / (ols.df_resid - len(ols.variables) - 1)
    np.testing.assert_allclose(fit.sigma_u, expected, rtol=1e-10)
    assert isinstance(fit.log_marginal_likelihood, Unavailable)


def test_prior_of_no_variance_gives_the_prior_mean(data):
    prior = Minnesota(tightness=1e-7, own_lag={"china": 0.0, "japan": 0.5})
    params = BayesianVAR(data, lags=LAGS, prior=prior).fit(draws=10, rng=1).params
    expected = np.zeros((6, 3))
    expected[:3] = np.diag([0.0, 0.5, 1.0])
    np.testing.assert_allclose(params.iloc[1:], expected, atol=1e-8)


def test_marginal_likelihood_equals_the_product_of_predictive_densities(data):
    prior = Minnesota(tightness=0.3, decay=1.5)
    fit = BayesianVAR(data, lags=LAGS, prior=prior).fit(draws=5, rng=1)
    state = prior_moments(data, tightness=0.3, decay=1.5)
    expected, after = sequential_log_likelihood(data, state)
    assert fit.log_marginal_likelihood == pytest.approx(expected, rel=1e-8)
    np.testing.assert_allclose(fit.params, after[0], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(fit.sigma_u, after[2] / (after[3] - 4), rtol=1e-7)


def test_artificial_observations_enter_prior_and_marginal_likelihood(data):
    prior = Minnesota(tightness=0.3, sum_of_coefficients=0.8, initial_observation=0.6)
    fit = BayesianVAR(data, lags=LAGS, prior=prior).fit(draws=5, rng=1)
    state = prior_moments(data, tightness=0.3)
    expected, after = sequential_log_likelihood(data, state, dummies=artificial(data, 0.8, 0.6))
    assert fit.log_marginal_likelihood == pytest.approx(expected, rel=1e-8)
    np.testing.assert_allclose(fit.params, after[0], rtol=1e-6, atol=1e-8)


@pytest.fixture(scope="module")
def pandemic():
    """A VAR(1) whose errors are 12, 8 and 5 times larger in March, April, May 2020, then recover at 0.7."""
    generator = np.random.default_rng(4)
    dates = pd.period_range("2000-01", "2023-12", freq="M")
    first = dates.get_loc(pd.Period("2020-03"))
    sizes = np.ones(len(dates))
    sizes[first:] = OutlierScaling.weights(np.array([[12.0, 8.0, 5.0, 0.7]]), len(dates) - first)[0]
    values = np.zeros((len(dates), 2))
    for t in range(1, len(dates)):
        error = np.array([[1.0, 0.0], [0.5, 0.8]]) @ generator.standard_normal(2)
        values[t] = np.array([[0.5, 0.1], [0.2, 0.4]]) @ values[t - 1] + sizes[t] * error
    return Dataset.from_frame(pd.DataFrame(values, index=dates, columns=["x", "y"]))


def test_outlier_scales_enter_the_marginal_likelihood(pandemic):
    model = BayesianVAR(pandemic, lags=LAGS, outliers=OutlierScaling(), prior=Minnesota(tightness=0.5))
    free = np.array([[np.log(10.0), np.log(6.0), np.log(3.0), 0.9]])
    found = ConjugatePosterior(model, LAGS).solve(free).log_likelihood[0]
    index = pandemic.frame.index[LAGS:]
    first = index.get_loc(pd.Period("2020-03"))
    sizes = np.ones(len(index))
    recovery = 1.0 / (1.0 + np.exp(-0.9))
    sizes[first : first + 3] = 11.0, 7.0, 4.0
    sizes[first + 3 :] = 1.0 + 3.0 * recovery ** np.arange(1, len(index) - first - 2)
    early = Dataset.from_frame(pandemic.frame.loc[:"2020-02"])
    expected, _ = sequential_log_likelihood(pandemic, prior_moments(early, tightness=0.5), sizes=sizes)
    assert found == pytest.approx(expected, rel=1e-8)


def test_outlier_scaling_finds_the_sizes_and_saves_sigma(pandemic):
    scaled = BayesianVAR(pandemic, lags=1, outliers=OutlierScaling()).fit(draws=800, rng=1)
    plain = BayesianVAR(pandemic, lags=1).fit(draws=200, rng=1)
    truth = np.array([[1.0, 0.5], [0.5, 0.89]])
    assert np.abs(scaled.sigma_u - truth).to_numpy().max() < 0.2
    assert np.abs(plain.sigma_u - truth).to_numpy().max() > 0.5
    summary = scaled.summary().loc["hyperparameter"]
    for name, size in (("scale_0", 12.0), ("scale_1", 8.0), ("scale_2", 5.0), ("recovery", 0.7)):
        assert summary.loc[name, "lower"] < size < summary.loc[name, "upper"]
    assert (summary["r_hat"] < 1.1).all()
    assert (summary["effective_draws"] > 100).all()
    assert scaled.log_marginal_likelihood > plain.log_marginal_likelihood + 20


def test_hierarchical_posterior_equals_integration_on_a_grid(data, posterior):
    model = ConjugatePosterior(BayesianVAR(data, lags=LAGS), LAGS)
    grid = np.linspace(np.log(0.01), np.log(20.0), 4001)[:, None]
    density = np.concatenate(
        [
            model.solve(part).log_likelihood + model.hyperparameters.log_density(part)
            for part in np.array_split(grid, 20)
        ]
    )
    step = grid[1, 0] - grid[0, 0]
    top = density.max()
    weight = np.exp(density - top)
    assert posterior.log_marginal_likelihood == pytest.approx(top + np.log(weight.sum() * step), abs=0.05)
    cumulated = np.cumsum(weight) / weight.sum()
    found = np.log(posterior.hyperparameters["tightness"].to_numpy())
    for share in (0.1, 0.5, 0.9):
        quantile = grid[np.searchsorted(cumulated, share), 0]
        assert (found < quantile).mean() == pytest.approx(share, abs=0.06)


def test_hyperprior_densities_integrate_to_one(pandemic):
    prior = Minnesota(sum_of_coefficients="hierarchical", initial_observation="hierarchical")
    values = ConjugatePosterior(
        BayesianVAR(pandemic, lags=1, prior=prior, outliers=OutlierScaling()), 1
    ).hyperparameters
    assert len(values.names) == 7
    grid = np.linspace(-30.0, 30.0, 60001)
    for j in range(7):
        points = np.tile(values.start, (len(grid), 1))
        points[:, j] = grid
        others = values.log_density(values.start[None])[0]
        alone = values.log_density(points) - others
        # density of coordinate j alone = joint / (product of the others at the start)
        scale = _coordinate_density(values, j)
        with np.errstate(under="ignore"):
            assert np.exp(alone + scale).sum() * (grid[1] - grid[0]) == pytest.approx(1.0, abs=1e-6)


def _coordinate_density(values, j):
    from econ.var.posterior.hyperparameters import _log_prior

    return _log_prior(values.names[j], values.start[j : j + 1])[0]


def test_draws_have_the_moments_of_the_closed_form(data):
    fit = BayesianVAR(data, lags=LAGS, prior=Minnesota(tightness=0.2)).fit(draws=20000, rng=3, n_jobs=2)
    degrees = fit.nobs + 5
    np.testing.assert_allclose(fit.draws.sigma.mean(axis=0), fit.sigma_u, rtol=0.02)
    exact = np.sqrt(np.outer(np.diag(fit.cross_inverse), np.diag(fit.sigma_u)))
    np.testing.assert_allclose(fit.std_errors, exact, rtol=0.03)
    np.testing.assert_allclose(fit.coefficient_draws.mean(axis=0), fit.params, atol=5 * exact.max() / np.sqrt(20000))
    spread = fit.draws.sigma[:, 0, 0].std() / fit.sigma_u.iloc[0, 0]
    assert spread == pytest.approx(np.sqrt(2.0 / (degrees - 3 - 3)), rel=0.03)


def test_inverse_wishart_draws_are_lower_triangular_with_the_right_distribution():
    lower = np.array([[2.0, 0.0, 0.0], [0.5, 1.0, 0.0], [-0.3, 0.4, 0.7]])
    draws = inverse_wishart_factors(np.random.default_rng(1), lower[None], degrees=12, size=40000)
    assert np.all(draws[:, *np.triu_indices(3, 1)] == 0.0)
    sigma = draws @ np.swapaxes(draws, 1, 2)
    peer = stats.invwishart(df=12, scale=lower @ lower.T).rvs(40000, random_state=np.random.default_rng(2))
    for i, j in ((0, 0), (1, 1), (2, 2), (0, 2)):
        assert stats.ks_2samp(sigma[:, i, j], peer[:, i, j]).pvalue > 1e-3
    each = inverse_wishart_factors(np.random.default_rng(1), np.repeat(lower[None], 40000, 0), degrees=12, size=40000)
    np.testing.assert_allclose(each, draws, rtol=1e-12)


def test_draws_differ_repeat_and_do_not_depend_on_workers(data):
    model = BayesianVAR(data, lags=LAGS)
    first, again = model.fit(draws=250, rng=1), model.fit(draws=250, rng=1, n_jobs=2)
    np.testing.assert_array_equal(first.coefficient_draws, again.coefficient_draws)
    np.testing.assert_array_equal(first.factor_draws, again.factor_draws)
    assert first.log_marginal_likelihood == again.log_marginal_likelihood
    assert not np.array_equal(first.coefficient_draws, model.fit(draws=250, rng=2).coefficient_draws)
    assert len(np.unique(first.coefficient_draws[:, 1, 0])) == 250


def test_rescaling_and_reordering_change_nothing_else(data):
    first = BayesianVAR(data, lags=LAGS).fit(draws=100, rng=1)
    factor = np.array([1.0, 0.01, 100.0])
    larger = BayesianVAR(Dataset.from_frame(data.frame * factor), lags=LAGS).fit(draws=100, rng=1)
    np.testing.assert_allclose(larger.factor_draws, first.factor_draws * factor[:, None], rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(larger.hyperparameters, first.hyperparameters, rtol=1e-5)
    names = ["yield", "china", "japan"]
    fixed = Minnesota(tightness=0.2, sum_of_coefficients=1.0)
    one = BayesianVAR(data, lags=LAGS, prior=fixed).fit(draws=5, rng=1)
    other = BayesianVAR(data.select(*names), lags=LAGS, prior=fixed).fit(draws=5, rng=1)
    np.testing.assert_allclose(
        other.params.loc[one.params.index, list(one.variables)], one.params, rtol=1e-8, atol=1e-10
    )
    assert other.log_marginal_likelihood == pytest.approx(one.log_marginal_likelihood, rel=1e-12)


def test_far_levels_lose_no_digits(data):
    """A shift of the data by 1e5 shifts the constant only, up to the diffuse prior."""
    shifted = Dataset.from_frame(data.frame + 1e5)
    first = BayesianVAR(data, lags=LAGS, prior=FLAT).fit(draws=5, rng=1)
    second = BayesianVAR(shifted, lags=LAGS, prior=FLAT).fit(draws=5, rng=1)
    np.testing.assert_allclose(second.params.iloc[1:], first.params.iloc[1:], rtol=1e-6, atol=1e-8)


def test_identification_applies_to_every_draw(posterior):
    svar = posterior.identify(Cholesky("yield", "china", "japan"))
    np.testing.assert_allclose(svar.draws @ np.swapaxes(svar.draws, 1, 2), posterior.draws.sigma, rtol=1e-9, atol=1e-12)
    irf = svar.irf(12)
    assert irf.draws.shape == (1000, 13, 3, 3)
    lower, upper = irf.band(0.90)
    assert ((lower <= irf.point) & (irf.point <= upper)).mean() > 0.95
    d = 17
    second = posterior.draws.lag_blocks[d, 0] @ svar.draws[d]
    np.testing.assert_allclose(irf.draws[d, 1], second, rtol=1e-10, atol=1e-12)
    assert irf.parent.parent.parent.parent is posterior.parent.parent
    with pytest.raises(SpecificationError, match="bootstrap"):
        svar.irf(4, MovingBlock(draws=10), rng=1)


def test_results_have_the_interface_of_least_squares(posterior, data):
    assert posterior.variables == tuple(data.frame.columns)
    assert posterior.is_stable
    assert posterior.forecast(6).shape == (6, 9)
    fitted = data.frame.to_numpy()[LAGS:] - posterior.residuals
    np.testing.assert_allclose(fitted, posterior.parent.design(LAGS) @ posterior.params.to_numpy(), rtol=1e-12)
    assert posterior.stable_share > 0.9
    assert isinstance(posterior.aic, Unavailable)
    assert isinstance(posterior.bic, Unavailable)
    assert isinstance(posterior.hqic, Unavailable)
    assert posterior.pvalues.to_numpy().max() <= 1.0
    assert posterior.pvalues.loc["L1.yield", "yield"] < 0.01
    peer = stats.multivariate_normal(np.zeros(3), posterior.sigma_u).logpdf(posterior.residuals).sum()
    assert posterior.loglik == pytest.approx(peer, rel=1e-10)
    for refused in (lambda: posterior.granger("china", "japan"), posterior.bias_corrected):
        with pytest.raises(SpecificationError):
            refused()
    with pytest.raises(SpecificationError):
        posterior.bootstrap(MovingBlock(draws=10), rng=1)


def test_summary_reports_convergence(posterior):
    summary = posterior.summary()
    assert (summary["r_hat"] < 1.05).all()
    assert (summary["effective_draws"] > 200).all()
    assert summary.loc[("china", "L1.china"), "mean"] == pytest.approx(
        posterior.params.loc["L1.china", "china"], abs=0.02
    )
    assert list(summary.index.levels[0]).count("hyperparameter") == 1
    assert 0.3 < posterior.acceptance <= 1.0


def test_a_number_that_never_moves_has_converged():
    still = np.full((40, 1), 0.1) * 3.0  # whose mean is another number by a rounding error
    assert r_hat(split_chains(still, 20))[0] == 1.0
    assert effective_sample_size(split_chains(still, 20))[0] == 40.0


def test_r_hat_sees_chains_apart_and_effective_size_sees_autocorrelation():
    generator = np.random.default_rng(1)
    apart = generator.standard_normal((4, 200, 1)) + np.arange(4)[:, None, None]
    assert r_hat(apart)[0] > 1.3
    noise = generator.standard_normal((4, 20000, 1))
    chain = np.zeros_like(noise)
    for t in range(1, 20000):
        chain[:, t] = 0.8 * chain[:, t - 1] + noise[:, t]
    assert effective_sample_size(chain)[0] / 80000 == pytest.approx(0.2 / 1.8, rel=0.1)
    assert split_chains(generator.standard_normal((250, 3)), 100).shape == (4, 50, 3)


def test_tightness_follows_the_data():
    """Random walks ask for a tight prior, a strongly cross-dependent VAR for a loose one."""
    walk = simulated_var(200, rng=1, lags=[np.eye(3)], impact=np.eye(3), names=("a", "b", "c"))
    strong = [[0.2, 0.7, 0.0], [0.0, 0.2, 0.7], [-0.7, 0.0, 0.2]]
    cross = simulated_var(200, rng=1, lags=[strong], impact=np.eye(3), names=("a", "b", "c"))
    tight, loose = (
        BayesianVAR(each, lags=4).fit(draws=200, rng=1).hyperparameters["tightness"].mean() for each in (walk, cross)
    )
    assert tight < 0.15 < 0.4 < loose


@pytest.mark.parametrize(
    "bad",
    [
        {"tightness": 0.0},
        {"tightness": -1.0},
        {"tightness": math.nan},
        {"tightness": "tight"},
        {"decay": -0.5},
        {"sum_of_coefficients": 0.0},
        {"initial_observation": "yes"},
        {"own_lag": math.inf},
    ],
)
def test_refuses_bad_priors(bad):
    with pytest.raises(SpecificationError):
        Minnesota(**bad)


def test_refuses_bad_requests(data):
    model = BayesianVAR(data, lags=LAGS)
    with pytest.raises(SpecificationError, match="rng"):
        model.fit(draws=10)
    with pytest.raises(SpecificationError, match="draws must be a positive integer"):
        model.fit(draws=0, rng=1)
    with pytest.raises(SpecificationError, match="lags"):
        BayesianVAR(data, lags="aic")
    with pytest.raises(SpecificationError, match="prior"):
        BayesianVAR(data, lags=2, prior="minnesota")
    with pytest.raises(SpecificationError, match="did you mean 'china'"):
        BayesianVAR(data, lags=2, prior=Minnesota(own_lag={"chian": 0.0})).fit(draws=10, rng=1)
    with pytest.raises(SampleTooShort):
        BayesianVAR(data.frame.iloc[:20], lags=12)
    with pytest.raises(SpecificationError, match="2020-03"):
        BayesianVAR(data, lags=2, outliers=OutlierScaling()).fit(draws=10, rng=1)
    with pytest.raises(SchemaError, match="china"):
        BayesianVAR(data.frame.assign(china=1.0), lags=2)
    double = data.frame.assign(copy=data.frame["china"])
    with pytest.raises(SingularDesign, match=r"copy.*finite tightness"):
        BayesianVAR(double, lags=2, prior=FLAT).fit(draws=10, rng=1)
    with pytest.raises(SingularDesign, match=r"L1\.copy"):
        BayesianVAR(double, lags=2).fit(draws=10, rng=1)
    with pytest.raises(SpecificationError, match="one draw"):
        _ = model.fit(draws=1, rng=1).std_errors


def test_more_coefficients_than_observations_are_fine(data):
    fit = BayesianVAR(data.frame.iloc[:40], lags=12).fit(draws=100, rng=1)
    assert fit.params.shape == (37, 3)
    assert np.isfinite(fit.coefficient_draws).all()


@pytest.mark.slow
def test_credible_intervals_cover_the_truth():
    """Simulate and recover: 200 samples, T = 200, 90% intervals of impact, 3- and 12-month responses."""
    impact = np.array([[1.0, 0.0], [0.5, 0.8]])
    a = np.array([[0.5, 0.1], [0.2, 0.4]])
    truth = np.stack([np.linalg.matrix_power(a, h) @ impact for h in range(13)])
    prior = Minnesota(own_lag=0.0)
    inside = []
    for seed in range(200):
        sample = simulated_var(200, rng=seed)
        irf = BayesianVAR(sample, lags=2, prior=prior).fit(draws=400, rng=seed).identify(Cholesky("x", "y")).irf(12)
        lower, upper = irf.band(0.90)
        inside.append((lower <= truth) & (truth <= upper))
    coverage = np.mean(inside, axis=0)
    for h in (0, 3, 12):
        moving = [(1, 0), (1, 1), (0, 0)] if h == 0 else [(0, 0), (0, 1), (1, 0), (1, 1)]
        for i, j in moving:
            assert 0.84 <= coverage[h, i, j] <= 0.97, (h, i, j, coverage[h, i, j])


def test_prior_densities_are_the_named_distributions():
    from econ.var.posterior.hyperparameters import prior_density

    grid = np.array([0.05, 0.2, 0.6, 0.9])
    theta = 0.5 * (np.sqrt(0.2**2 + 4 * 0.4**2) - 0.2)
    np.testing.assert_allclose(prior_density("tightness", grid), stats.gamma(1 + 0.2 / theta, scale=theta).pdf(grid))
    np.testing.assert_allclose(prior_density("scale_1", grid + 1.0), stats.pareto(1.0).pdf(grid + 1.0))
    density = prior_density("recovery", np.linspace(0.001, 0.999, 999))
    assert np.linspace(0.001, 0.999, 999)[density.argmax()] == pytest.approx(0.8, abs=0.002)
    mean = np.average(np.linspace(0.001, 0.999, 999), weights=density)
    spread = np.sqrt(np.average((np.linspace(0.001, 0.999, 999) - mean) ** 2, weights=density))
    assert spread == pytest.approx(0.2, abs=0.002)


def test_plot_draws_a_panel_a_hyperparameter(posterior, data):
    (axis,) = posterior.plot().axes
    assert axis.get_title() == "tightness"
    with pytest.raises(SpecificationError, match="tightness"):
        posterior.plot(["tightnes"])
    with pytest.raises(SpecificationError, match="every hyperparameter is given"):
        BayesianVAR(data, lags=2, prior=Minnesota(tightness=0.2)).fit(draws=10, rng=1).plot()


@pytest.mark.parametrize("trend", ["n", "ct", "ctt"])
def test_trends_and_exogenous_terms_are_all_but_free(data, exog, trend):
    """A loose prior comes near least squares, whatever the terms; a flat one is least squares."""
    ols = VAR(data, lags=LAGS, trend=trend, exog=exog).fit()
    flat, loose = (
        BayesianVAR(data, lags=LAGS, trend=trend, exog=exog, prior=Minnesota(tightness=tightness)).fit(draws=10, rng=1)
        for tightness in (math.inf, 1e3)
    )
    np.testing.assert_allclose(flat.params, ols.params, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(loose.params, ols.params, rtol=1e-3, atol=1e-4)
    assert np.isfinite(loose.log_marginal_likelihood)


class Halved(Minnesota):
    """A prior of somebody else's: own first lags around a half."""

    def observations(self, model, lags, *, before=None):
        return replace(self, own_lag=0.5).halved(model, lags, before=before)

    def halved(self, model, lags, *, before):
        return super().observations(model, lags, before=before)


def test_a_prior_of_ones_own_overrides_the_observations_of_minnesota():
    data = simulated_var(periods=120, rng=1)
    ours, theirs, usual = (
        BayesianVAR(data, lags=2, prior=prior).fit(draws=60, rng=1)
        for prior in (Halved(tightness=0.1), Minnesota(tightness=0.1, own_lag=0.5), Minnesota(tightness=0.1))
    )
    assert np.array_equal(ours.params, theirs.params)
    assert not np.allclose(ours.params, usual.params, atol=1e-3)
