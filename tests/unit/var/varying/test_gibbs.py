"""The Gibbs sampler: states against the Kalman smoother, conditionals against dense algebra, the whole by Geweke."""

import numpy as np
import pytest
from scipy import stats

from econ.errors import EstimationError
from econ.var.posterior.convergence import effective_sample_size
from econ.var.varying import _gibbs_kernels as gibbs
from econ.var.varying import _state_kernels as states
from econ.var.varying import _volatility_kernels as volatility


def dense(design, outcome, *, state, initial, mean):
    """Mean and covariance of the path by one full matrix."""
    periods, _, m = design.shape
    observed, pull = np.swapaxes(design, 1, 2) @ design, (outcome[:, None] @ design)[:, 0]
    precision, right = np.zeros((periods * m, periods * m)), pull.copy()
    right[0] += initial @ mean
    for t in range(periods):
        here = slice(t * m, t * m + m)
        precision[here, here] += observed[t] + (initial if t == 0 else state)
        if t:
            before = slice(t * m - m, t * m)
            precision[before, before] += state
            precision[here, before] -= state
            precision[before, here] -= state
    covariance = np.linalg.inv(precision)
    return (covariance @ right.ravel()).reshape(periods, m), covariance


def problem(periods=30, m=2, seed=1):
    """A regression with a drifting coefficient: regressors, outcome, variances of errors, steps and start."""
    generator = np.random.default_rng(seed)
    z, y = generator.standard_normal((periods, m)), generator.standard_normal(periods)
    variance = np.exp(generator.standard_normal(periods))
    q = np.array([[0.3, 0.1], [0.1, 0.2]])[:m, :m]
    return z, y, variance, q, np.diag([2.0, 0.5][:m]), np.array([1.0, -1.0])[:m]


def in_precisions(z, y, variance, q, p0, b0):
    weight = variance[:, None] ** -0.5
    return ((z * weight)[:, None], y[:, None] * weight), {
        "state": np.linalg.inv(q),
        "initial": np.linalg.inv(p0),
        "mean": b0,
    }


def test_the_mean_of_the_path_is_that_of_the_kalman_smoother():
    from statsmodels.tsa.statespace.kalman_smoother import KalmanSmoother

    z, y, variance, q, p0, b0 = problem(periods=120)
    smoother = KalmanSmoother(k_endog=1, k_states=2, k_posdef=2)
    smoother.bind(y[:, None])
    smoother["design"], smoother["obs_cov"] = z.T[None], variance[None, None]
    smoother["transition"], smoother["selection"], smoother["state_cov"] = np.eye(2), np.eye(2), q
    smoother.initialize_known(b0, p0)
    reference = smoother.smooth().smoothed_state.T
    arrays, options = in_precisions(z, y, variance, q, p0, b0)
    np.testing.assert_allclose(states.drawn(*arrays, **options, generator=None), reference, rtol=0, atol=1e-8)


def test_draws_of_the_path_have_its_mean_and_covariance():
    arrays, options = in_precisions(*problem(periods=4))
    mean, covariance = dense(*arrays, **options)
    generator = np.random.default_rng(2)
    drawn = np.stack([states.drawn(*arrays, **options, generator=generator).ravel() for _ in range(8000)])
    np.testing.assert_allclose(drawn.mean(axis=0), mean.ravel(), atol=4.5 * np.sqrt(covariance.max() / 8000))
    np.testing.assert_allclose(np.cov(drawn.T), covariance, atol=0.09 * covariance.max())


def test_a_precision_that_is_none_is_refused_in_words():
    arrays, options = in_precisions(*problem(periods=4))
    nothing = 0.0 * arrays[0], arrays[1]
    for bad in ({"initial": np.zeros((2, 2))}, {"state": -np.eye(2)}):
        with pytest.raises(EstimationError, match="not positive definite"):
            states.drawn(*nothing, **options | bad, generator=np.random.default_rng(1))


def test_a_draw_is_that_of_the_factor_of_the_whole_precision():
    """x = L'⁻¹ (L⁻¹ c + ε) with L L' the precision in the order of time: the band of unit steps draws no other."""
    generator = np.random.default_rng(8)
    design, outcome = generator.standard_normal((5, 2, 3)), generator.standard_normal((5, 2))
    state = np.linalg.inv(np.cov(generator.standard_normal((3, 9))))
    options = {"state": state, "initial": np.diag([1.0, 2.0, 0.5]), "mean": np.array([1.0, 0.0, -1.0])}
    mean, covariance = dense(design, outcome, **options)
    lower = np.linalg.cholesky(np.linalg.inv(covariance))
    noise = np.linalg.solve(lower.T, np.random.default_rng(1).standard_normal(15)).reshape(5, 3)
    found = states.drawn(design, outcome, **options, generator=np.random.default_rng(1))
    np.testing.assert_allclose(found, mean + noise, atol=1e-11)


def test_inverse_wishart_draws_have_their_mean_and_so_have_their_inverses():
    generator, scale = np.random.default_rng(3), np.array([[2.0, 0.5], [0.5, 1.0]])
    precisions = np.array([states.wishart(scale, 9.0, generator) for _ in range(4000)])
    np.testing.assert_allclose(np.linalg.inv(precisions).mean(axis=0), scale / 6.0, atol=0.03)
    np.testing.assert_allclose(precisions.mean(axis=0), 9.0 * np.linalg.inv(scale), atol=0.45)


def test_ten_normals_are_the_log_of_a_chi_square():
    points = np.linspace(-12.0, 3.0, 200)
    exact = stats.chi2.cdf(np.exp(points), 1)
    mixed = (volatility.SHARES * stats.norm.cdf((points[:, None] - volatility.MEANS) / volatility.VARIANCES**0.5)).sum(
        1
    )
    assert np.abs(mixed - exact).max() < 2e-3  # as far as a sample of 100,000 could tell
    assert volatility.SHARES.sum() == pytest.approx(1.0, abs=1e-12)


def test_mixture_states_have_their_posterior_shares():
    logs, h = np.full((20_000, 1), -1.5), np.full((20_000, 1), 0.3)
    density = stats.norm.pdf(-1.5 - 0.6, volatility.MEANS, volatility.VARIANCES**0.5) * volatility.SHARES
    drawn = volatility.draw_mixture(logs, h, np.random.default_rng(4))
    shares = np.bincount(drawn[:, 0], minlength=10) / 20_000
    np.testing.assert_allclose(shares, density / density.sum(), atol=0.015)


def beliefs(form, n=2, k=2):
    """A prior that is tight, so that simulated data do not explode."""

    def walk(m, mean=0.0, size=0.09, scale=0.02):
        return gibbs.Walk(np.full(m, mean), np.eye(m) / size, scale * np.eye(m), m + 4.0)

    rows = tuple(walk(i, 0.3) for i in range(1, n))
    if form == "reduced":
        return gibbs.Beliefs((walk(n * k, 0.1),), rows, walk(n, -0.2))
    joint = tuple((np.eye(k + i) / 0.09, np.r_[np.full(k, 0.1), np.full(i, 0.3)]) for i in range(n))
    return gibbs.Beliefs(tuple(walk(k, 0.1) for _ in range(n)), rows, walk(n, -0.2), joint)


PERIODS = 6


def from_prior(prior, generator):
    """All parameters from the prior, exactly."""
    n, k = 2, 2

    def path(walk, precision):
        q = np.linalg.inv(precision)
        steps = generator.multivariate_normal(np.zeros(len(q)), q, PERIODS - 1)
        first = generator.multivariate_normal(walk.mean, np.linalg.inv(walk.initial))
        return np.vstack([first, first + steps.cumsum(axis=0)])

    q = tuple(walk.start(generator) for walk in prior.coefficients)
    s, w = tuple(walk.start(generator) for walk in prior.rows), prior.volatility.start(generator)
    a = np.tile(np.eye(n), (PERIODS, 1, 1))
    a[:, 1, :1] = path(prior.rows[0], s[0])
    b = np.concatenate([path(walk, each) for walk, each in zip(prior.coefficients, q, strict=True)], axis=1)
    b = b.reshape(PERIODS, n, k)
    coefficients = b if prior.joint is None else np.linalg.solve(a, b)
    h = path(prior.volatility, w)
    return gibbs.State(coefficients, a, h, np.zeros((PERIODS, n)), np.zeros((PERIODS, n), dtype=int), q, s, w)


def simulated(state, generator):
    """Data of the model: a constant and the first variable's last value as regressors."""
    y, last, x = np.empty((PERIODS, 2)), 0.5, np.ones((PERIODS, 2))
    for t in range(PERIODS):
        x[t, 1] = last
        e = np.exp(state.h[t]) * generator.standard_normal(2)
        y[t] = state.coefficients[t] @ x[t] + np.linalg.solve(state.a[t], e)
        last = y[t, 0]
    return gibbs.Sample(x, y)


def functions(state, sample):
    """What is compared: first and last values of every path, sizes of steps, squares, and moments of the data."""
    ends = [state.coefficients[[0, -1]].ravel(), state.a[[0, -1], 1, 0], state.h[[0, -1]].ravel()]
    precisions = [np.log(np.diag(each)) for each in (*state.q, *state.s, state.w)]
    first = np.concatenate([*ends, *precisions])
    level = np.concatenate([*ends])
    return np.concatenate([first, level**2, sample.y[-1], np.log(1.0 + sample.y[-1] ** 2), [state.h[-1] @ state.h[0]]])


def geweke(form, draws, sweep, seed=1):
    """z statistics of means: draws from prior and data, against a chain that redraws data and parameters in turn."""
    prior, generator = beliefs(form), np.random.default_rng(seed)
    independent = []
    for _ in range(draws):
        state = from_prior(prior, generator)
        independent.append(functions(state, simulated(state, generator)))
    chained, state = [], from_prior(prior, generator)
    for _ in range(draws):
        sample = simulated(state, generator)
        state = sweep(
            prior, sample, gibbs.draw_states(sample.residuals(state.coefficients), state, generator), generator
        )
        chained.append(functions(state, sample))
    first, second = np.array(independent), np.array(chained)
    size = effective_sample_size(second.reshape(2, draws // 2, -1))
    error = np.sqrt(first.var(axis=0) / draws + second.var(axis=0) / size)
    return (first.mean(axis=0) - second.mean(axis=0)) / error, size


@pytest.mark.slow
@pytest.mark.parametrize("form", ["reduced", "structural"])
def test_the_sampler_gets_it_right(form):
    """Joint distribution test of Geweke (2004): posterior draws of data drawn from the prior have the prior's law."""
    z, size = geweke(form, 8000, gibbs.sweep)
    assert size.min() > 150
    assert np.abs(z).max() < 3.9, z  # 35 statistics: a probability of 0.3% under normality
    assert stats.kstest(z, "norm").pvalue > 0.005


@pytest.mark.slow
def test_a_sampler_that_gets_it_wrong_is_seen():
    """Volatilities from the errors of the sweep before, with half the weight on the data."""

    def wrong(prior, sample, state, generator):
        spoiled = gibbs.Sample(sample.x, 0.7 * sample.y)
        return gibbs.sweep(prior, spoiled, state, generator)

    z, _ = geweke("reduced", 3000, wrong)
    assert np.abs(z).max() > 5.0
