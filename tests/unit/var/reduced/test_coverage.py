"""Do intervals cover? Simulated at T = 300; minutes, so marked slow."""

import numpy as np
import pytest

from econ.responses.resampling import Resample
from econ.testing import simulated_var
from econ.var import VAR, Cholesky, LongRun, MaxShare, MovingBlock, Residual
from econ.var import _kernels as kernels
from econ.var.reduced.draws import ReducedDraws

LAGS = np.array([[[0.5, 0.1], [0.2, 0.4]]])
IMPACT = np.array([[1.0, 0.0], [0.5, 0.8]])
HORIZONS = [0, 3, 12]
RECURSIVE = Cholesky("x", "y")
SAMPLES = 500


def true_impact(scheme, lags=LAGS):
    """What the scheme makes of the true parameters."""
    fit = VAR(simulated_var(50, rng=1, lags=lags, impact=IMPACT), lags=1, trend="n").fit()
    factor = np.linalg.cholesky(IMPACT @ IMPACT.T)
    return scheme.impact_batch(ReducedDraws(fit, lags.swapaxes(1, 2).reshape(1, 2, 2), factor[None]))[0]


def coverage(bootstrap, *, corrected, kind="pointwise", scheme=RECURSIVE, lags=LAGS, periods=300):
    """Share of samples whose 90% band holds the truth, by horizon, response and shock."""
    truth = kernels.responses(lags[None], true_impact(scheme, lags)[None], 12)[0]
    inside = []
    for seed in range(SAMPLES):
        fit = VAR(simulated_var(periods, rng=seed, lags=lags, impact=IMPACT), lags=1).fit()
        fit = fit.bias_corrected() if corrected else fit
        irf = fit.identify(scheme).irf(12, bootstrap, rng=10**6 + seed)
        lower, upper = irf.band(0.90, kind)
        inside.append((lower <= truth) & (truth <= upper))
    if kind == "sup-t":
        return np.all(inside, axis=1).mean(axis=0)
    return np.mean(inside, axis=0)[HORIZONS]


@pytest.mark.slow
def test_bias_corrected_residual_bootstrap_covers():
    share = coverage(Residual(draws=399), corrected=True)
    assert share.min() > 0.86
    assert share[1:].max() < 0.94
    assert share[0][np.tril_indices(2)].max() < 0.94


@pytest.mark.slow
@pytest.mark.parametrize(("periods", "least", "most"), [(150, 0.68, 0.82), (300, 0.72, 0.86)])
def test_what_the_correction_of_the_bias_is_worth(periods, least, most):
    """The two rows of the page on coverage with roots of 0.8; the response of x to y is zero by the order."""
    given = {"lags": np.array([[[0.8, 0.0], [0.1, 0.8]]]), "periods": periods}
    rows, columns = np.tril_indices(2)
    plain = coverage(Residual(draws=199), corrected=False, **given)[:, rows, columns]
    better = coverage(Residual(draws=199), corrected=True, **given)[:, rows, columns]
    assert least < plain[1:].min() < most
    assert better.min() > 0.84
    assert better[1:].min() > plain[1:].min() + 0.04


@pytest.mark.slow
def test_moving_blocks_cover_as_their_docstring_says():
    share = coverage(MovingBlock(draws=399), corrected=True)
    assert share.min() > 0.84
    assert share[1:].max() < 0.94
    assert share[0][np.tril_indices(2)].max() < 0.94


@pytest.mark.slow
@pytest.mark.parametrize("scheme", [LongRun("x", "y"), MaxShare("y", (0, 12)), MaxShare("y", frequency=(18, 96))])
@pytest.mark.parametrize(("bootstrap", "least"), [(Residual(draws=399), 0.86), (MovingBlock(draws=399), 0.84)])
def test_other_schemes_cover_as_their_docstrings_say(scheme, bootstrap, least):
    share = coverage(bootstrap, corrected=True, scheme=scheme)
    assert share.min() > least
    assert share.max() < 0.94


def test_true_impact_of_the_recursive_scheme_is_the_one_simulated():
    np.testing.assert_allclose(true_impact(RECURSIVE), IMPACT, atol=1e-12)


@pytest.mark.slow
def test_sup_t_bands_cover_whole_paths():
    share = coverage(Residual(draws=399), corrected=True, kind="sup-t")
    assert share.min() > 0.85
    assert share.max() < 0.95


@pytest.mark.slow
def test_wild_draws_would_cover_the_impact_one_time_in_five():
    """The reason for which structural bands refuse the wild bootstrap."""
    covered, spread, truths = [], [], []
    for seed in range(200):
        fit = VAR(simulated_var(300, rng=seed, lags=LAGS, impact=IMPACT), lags=1).fit()
        generator = np.random.default_rng(seed)
        rows = np.broadcast_to(np.arange(fit.nobs), (199, fit.nobs))
        signs = generator.choice([-1.0, 1.0], size=rows.shape)
        errors = Resample(rows, signs=signs).apply(fit.residuals.to_numpy())
        errors += fit.params.loc["const"].to_numpy()
        initial = fit.data.frame.to_numpy()[:1]
        paths = kernels.simulate(fit.lag_blocks, errors, initial)
        factor = kernels.cross_factor(paths, fit.parent.term_values(1), 1)[:, -2:, -2:] / np.sqrt(fit.df_resid)
        drawn = factor[:, 1, 0]
        covered.append(np.quantile(drawn, 0.05) <= IMPACT[1, 0] <= np.quantile(drawn, 0.95))
        spread.append(drawn.std())
        truths.append(fit.as_draws.factor[0, 1, 0])
    assert np.mean(covered) < 0.35
    assert np.mean(spread) < 0.25 * np.std(truths)
