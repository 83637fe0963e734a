"""Bias correction, its guard, and what happens to unstable bootstrap samples."""

import numpy as np
import pytest

from econ.errors import SpecificationError, Unstable
from econ.testing import simulated_var
from econ.var import VAR, Cholesky, MovingBlock, Residual, Wild
from econ.var import _kernels as kernels
from econ.var.reduced.bias import guarded_share, pope_bias

PERSISTENT = [[[0.97, 0.0], [0.1, 0.9]]]


@pytest.mark.parametrize("trend", ["c", "n"])
def test_pope_is_the_textbook_bias_of_an_ar1(data, trend):
    fit = VAR(data.select("yield"), lags=1, trend=trend).fit()
    slope = fit.params.loc["L1.yield", "yield"]
    expected = -(1 + 3 * slope) / fit.nobs if trend == "c" else -2 * slope / fit.nobs
    assert pope_bias(fit)[0, 0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.slow
def test_pope_is_near_the_simulated_bias():
    lags = np.array([[[0.7, 0.1], [0.2, 0.5]], [[0.1, 0.0], [0.0, 0.1]]])
    fits = [VAR(simulated_var(100, rng=seed, lags=lags), lags=2).fit() for seed in range(600)]
    truth = np.vstack([lags[0].T, lags[1].T])
    errors = np.array([fit.params.to_numpy()[1:] - truth for fit in fits])
    spread = errors.std(axis=0) / np.sqrt(len(errors))
    predicted = np.mean([pope_bias(fit) for fit in fits], axis=0)
    assert (np.abs(errors.mean(axis=0) - predicted) < 4 * spread + 0.004).all()
    assert np.abs(errors.mean(axis=0)).max() > 0.02


def test_correction_raises_persistence_and_keeps_the_model_consistent(data):
    fit = VAR(data, lags=2).fit()
    corrected = fit.bias_corrected()
    assert corrected.roots[0] > fit.roots[0]
    np.testing.assert_allclose(corrected.params.to_numpy()[1:], fit.params.to_numpy()[1:] - corrected.bias, atol=1e-12)
    np.testing.assert_allclose(corrected.residuals.mean(), 0.0, atol=1e-10)
    parts = corrected.identify(Cholesky(*fit.variables)).historical_decomposition()
    total = parts.T.groupby(level="variable", sort=False).sum().T
    np.testing.assert_allclose(total, data.frame.iloc[2:], rtol=1e-9)
    with pytest.raises(SpecificationError, match="removed already"):
        corrected.bias_corrected()


def test_guard_stops_short_of_the_unit_circle():
    fit = next(
        fit
        for fit in (VAR(simulated_var(80, rng=seed, lags=PERSISTENT), lags=1).fit() for seed in range(100))
        if fit.is_stable and np.abs(np.linalg.eigvals((fit.params.iloc[1:] - pope_bias(fit)).T)).max() > 1.0
    )
    corrected = fit.bias_corrected()
    assert fit.roots[0] < corrected.roots[0] < 1.0
    removed = (fit.params - corrected.params).to_numpy()[1:] / corrected.bias
    assert 0.0 < removed.min() == pytest.approx(removed.max())
    assert removed.max() < 1.0


def test_shares_follow_the_schedule_of_the_guard():
    coefficients = np.array([[[0.9]], [[0.995]], [[1.01]]])
    bias = np.array([[-0.006]])

    def stable(c):
        return np.abs(c[:, 0, 0]) < 1.0

    share = guarded_share(coefficients, bias, stable, stable=stable(coefficients))
    expected, delta = 1.0, 1.0
    while 0.995 + expected * 0.006 >= 1.0:
        expected, delta = expected * delta, delta - 0.01
    np.testing.assert_allclose(share, [1.0, expected, 0.0])


def test_bias_by_bootstrap_agrees_with_pope(data):
    fit = VAR(data, lags=1).fit()
    drawn = fit.bias_corrected(Residual(draws=4000), rng=1).bias
    np.testing.assert_allclose(drawn, pope_bias(fit), atol=0.005)


def test_draws_of_a_corrected_fit_are_corrected(data):
    fit = VAR(data, lags=2).fit().bias_corrected()
    from econ.var.reduced.bootstrap import _Simulator

    draws = _Simulator(fit, MovingBlock(draws=5))(5, np.random.default_rng(1))
    y = draws.paths[2]
    again = VAR(data, lags=2)
    x = np.hstack([again.term_values(2), kernels.lag_matrix(y, 2)])
    least_squares = np.linalg.lstsq(x, y[2:], rcond=None)[0]
    expected = least_squares[1:] - fit.bias
    np.testing.assert_allclose(draws.coefficients[2, 1:], expected, atol=1e-9)
    u = y[2:] - x[:, 1:] @ expected
    constant = u.mean(axis=0)
    np.testing.assert_allclose(draws.coefficients[2, 0], constant, atol=1e-7)
    u = u - constant
    np.testing.assert_allclose(draws.sigma[2], u.T @ u / fit.df_resid, rtol=1e-8)


def test_pope_refuses_what_it_does_not_know(data, exog):
    with pytest.raises(SpecificationError, match="pass a bootstrap"):
        VAR(data, lags=1, trend="ct").fit().bias_corrected()
    with pytest.raises(SpecificationError, match="exogenous"):
        VAR(data, lags=1, exog=exog).fit().bias_corrected()
    corrected = VAR(data, lags=1, trend="ct").fit().bias_corrected(Residual(draws=200), rng=1)
    assert np.isfinite(corrected.params.to_numpy()).all()


def explosive():
    data = simulated_var(60, rng=1)
    frame = data.frame.copy()
    frame["x"] = 1.05 ** np.arange(60) + 0.1 * frame["x"]
    return VAR(frame, lags=1).fit()


def test_an_unstable_fit_is_refused_by_the_correction_and_kept_by_the_bootstrap():
    fit = explosive()
    assert not fit.is_stable
    with pytest.raises(Unstable, match="largest root"):
        fit.bias_corrected()
    irf = fit.identify(Cholesky("x", "y")).irf(4, Residual(draws=100), rng=1)
    assert irf.unstable > 50


def test_unstable_samples_are_counted_and_replaced():
    fit = VAR(simulated_var(60, rng=4, lags=[[[0.995, 0.0], [0.1, 0.9]]]), lags=1).fit()
    assert fit.is_stable
    kept = fit.bootstrap(Residual(draws=500, unstable="keep"), rng=1)
    redrawn = fit.bootstrap(Residual(draws=500), rng=1)
    roots = kernels.root_moduli(kernels.lag_blocks(kept, 1))[:, 0]
    count = int((roots >= 1.0).sum())
    assert count > 0
    assert (kernels.root_moduli(kernels.lag_blocks(redrawn, 1))[:, 0] < 1.0).all()
    svar = fit.identify(Cholesky("x", "y"))
    assert svar.irf(3, Residual(draws=500, unstable="keep"), rng=1).unstable == count
    assert svar.irf(3, Residual(draws=500), rng=1).unstable >= count
    same = (kept == redrawn).all(axis=(1, 2))
    assert same[roots < 1.0].mean() > 0.5
    parallel = fit.bootstrap(Residual(draws=500), rng=1, n_jobs=2)
    np.testing.assert_array_equal(parallel, redrawn)
    with pytest.raises(SpecificationError, match="redraw"):
        Residual(unstable="drop")


def test_stability_by_powers_equals_stability_by_eigenvalues():
    generator = np.random.default_rng(0)
    for n, p in ((1, 1), (2, 1), (3, 4), (6, 12)):
        a = generator.standard_normal((120, p, n, n)) * generator.uniform(0.1, 0.9, (120, 1, 1, 1)) / np.sqrt(n * p)
        roots = kernels.root_moduli(a)[:, 0]
        powers = np.arange(1, p + 1)[:, None, None]
        for target in (0.5, 0.99, 0.9999, 0.999999, 1.000001, 1.0001, 1.01, 3.0):
            scaled = a * (target / roots[:, None, None, None]) ** powers
            assert (kernels.is_stable(scaled) == (target < 1.0)).all(), (n, p, target)


def test_huge_coefficients_do_not_overflow_the_stability_check():
    a = np.zeros((3, 12, 2, 2))
    a[0, :] = 1e6 * np.eye(2)
    a[1, 0] = 0.5 * np.eye(2)
    a[2, 0] = [[0.5, 1e30], [0.0, 0.5]]
    np.testing.assert_array_equal(kernels.is_stable(a), [False, True, True])


def test_wild_draws_reduced_form_coefficients(fit):
    draws = fit.bootstrap(Wild(draws=1500), rng=1)
    assert draws.shape == (1500, 7, 3)
    ratio = draws.std(axis=0)[1:] / fit.std_errors.to_numpy()[1:]
    assert ratio.min() > 0.8
    assert ratio.max() < 1.25
