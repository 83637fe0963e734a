"""Recursive identification, decompositions and the bootstrap."""

import numpy as np
import pytest

from econ.data import Dataset
from econ.errors import SingularDesign, SpecificationError
from econ.responses.resampling import Resample
from econ.testing import simulated_var
from econ.var import VAR, Cholesky, MovingBlock, Residual, Wild

NAMES = ("china", "japan", "yield")


def test_responses_and_variance_shares_equal_those_of_statsmodels(data, svar, statsmodels_fit):
    peer = statsmodels_fit(data.frame, 2, "c")
    np.testing.assert_allclose(svar.irf(24).point, peer.orth_ma_rep(24), rtol=1e-10, atol=1e-10)
    shares = svar.fevd(12).to_numpy().reshape(12, 3, 3)
    np.testing.assert_allclose(shares, np.swapaxes(peer.fevd(12).decomp, 0, 1), rtol=1e-10, atol=1e-10)


def test_impact_reproduces_the_covariance_and_is_triangular_in_the_order_asked(fit):
    order = ("yield", "china", "japan")
    svar = fit.identify(Cholesky(*order))
    np.testing.assert_allclose(svar.impact @ svar.impact.T, fit.sigma_u, rtol=1e-12)
    triangular = svar.impact.loc[list(order), list(order)].to_numpy()
    np.testing.assert_array_equal(np.triu(triangular, 1), 0.0)
    assert (np.diag(triangular) > 0).all()
    assert svar.draws is None


def test_reordering_the_variables_only_permutes_the_responses(data):
    other = data.select("yield", "china", "japan")
    first = VAR(data, lags=2).fit().identify(Cholesky(*NAMES)).irf(6)
    second = VAR(other, lags=2).fit().identify(Cholesky(*NAMES)).irf(6)
    rows = [second.responses.index(name) for name in first.responses]
    np.testing.assert_allclose(first.point, second.point[:, rows], rtol=1e-9, atol=1e-12)
    assert first.shocks == second.shocks == NAMES


def test_rescaling_a_variable_rescales_its_responses(data):
    factor = np.array([1.0, 1.0, 100.0])
    larger = Dataset.from_frame(data.frame * factor)
    first = VAR(data, lags=2).fit().identify(Cholesky(*NAMES)).irf(6, MovingBlock(draws=50), rng=1)
    second = VAR(larger, lags=2).fit().identify(Cholesky(*NAMES)).irf(6, MovingBlock(draws=50), rng=1)
    np.testing.assert_allclose(second.point, first.point * factor[:, None], rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(second.draws, first.draws * factor[:, None], rtol=1e-6, atol=1e-9)


def test_shocks_recover_the_residuals(svar, fit):
    np.testing.assert_allclose(svar.shocks @ svar.impact.T.to_numpy(), fit.residuals.to_numpy(), atol=1e-12)
    variance = (svar.shocks**2).sum() / fit.df_resid
    np.testing.assert_allclose(variance, 1.0, rtol=1e-10)


def test_variance_shares_add_to_one(svar):
    np.testing.assert_allclose(svar.fevd(30).sum(axis=1), 1.0, rtol=1e-12)


@pytest.mark.parametrize("trend", ["n", "c", "ct"])
def test_decomposition_adds_to_the_data(data, exog, trend):
    svar = VAR(data, lags=2, trend=trend, exog=exog).fit().identify(Cholesky(*NAMES))
    parts = svar.historical_decomposition()
    total = parts.T.groupby(level="variable", sort=False).sum().T
    np.testing.assert_allclose(total, data.frame.iloc[2:], rtol=1e-10, atol=1e-10)
    assert list(parts["yield"].columns) == [*NAMES, "initial", "deterministic"]


def test_decomposition_uses_the_whole_moving_average(svar):
    theta = svar.irf(60).point
    shocks = svar.shocks["china"].to_numpy()
    t = 50
    expected = sum(theta[h, 2, 0] * shocks[t - h] for h in range(t + 1))
    found = svar.historical_decomposition()[("yield", "china")].iloc[t]
    assert found == pytest.approx(expected, rel=1e-10)


def test_cholesky_refuses_wrong_names(fit):
    with pytest.raises(SpecificationError, match="did you mean 'china'"):
        fit.identify(Cholesky("chian", "japan", "yield"))
    with pytest.raises(SpecificationError, match=r"leaves out \['yield'\]"):
        fit.identify(Cholesky("china", "japan"))
    with pytest.raises(SpecificationError, match="twice"):
        fit.identify(Cholesky("china", "china", "japan", "yield"))
    for scheme in ("cholesky", Cholesky):
        with pytest.raises(SpecificationError, match="must be a scheme, such as Cholesky"):
            fit.identify(scheme)


@pytest.mark.parametrize("bootstrap", [MovingBlock(draws=250), Residual(draws=250), MovingBlock(draws=250, length=5)])
def test_draws_differ_repeat_and_do_not_depend_on_workers(svar, bootstrap):
    first = svar.irf(6, bootstrap, rng=1)
    again = svar.irf(6, bootstrap, rng=1, n_jobs=2)
    other = svar.irf(6, bootstrap, rng=2)
    np.testing.assert_array_equal(first.draws, again.draws)
    assert not np.array_equal(first.draws, other.draws)
    assert len(np.unique(first.draws[:, 3, 2, 0])) == 250
    assert first.draws.shape == (250, 7, 3, 3)


def test_bootstrap_spread_is_near_the_asymptotic_standard_error(fit, svar, statsmodels_fit):
    peer = statsmodels_fit(fit.data.frame, 2, "c")
    expected = peer.irf(6).stderr(orth=True)
    for bootstrap in (Residual(draws=2000), MovingBlock(draws=2000, length=4)):
        spread = svar.irf(6, bootstrap, rng=1).draws.std(axis=0)
        moving = expected > 0.01
        ratio = spread[moving] / expected[moving]
        assert ratio.min() > 0.75
        assert ratio.max() < 1.35


def test_each_draw_is_the_estimate_on_its_own_sample(data, fit):
    """Simulate a draw by hand from the recorded rows and estimate it by the public class."""
    from econ.var.reduced.bootstrap import _Simulator

    draws = _Simulator(fit, MovingBlock(draws=3, length=7))(3, np.random.default_rng(1))
    u = fit.residuals.to_numpy() * np.sqrt(fit.nobs / fit.df_resid)
    rows, length = draws.resample.rows[1], draws.resample.block
    means = np.array([u[s : fit.nobs - length + 1 + s].mean(axis=0) for s in range(length)])
    y = list(data.frame.to_numpy()[:2])
    for t, row in enumerate(rows):
        a1, a2 = fit.lag_blocks
        y.append(fit.params.loc["const"].to_numpy() + a1 @ y[-1] + a2 @ y[-2] + u[row] - means[t % length])
    np.testing.assert_allclose(draws.paths[1], y, rtol=1e-9)
    again = VAR(Dataset.from_frame(data.frame * 0.0 + np.array(y)), lags=2).fit()
    np.testing.assert_allclose(draws.coefficients[1], again.params, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(draws.sigma[1], again.sigma_u, rtol=1e-8)
    np.testing.assert_allclose(draws.residuals[1], again.residuals, atol=1e-8)


@pytest.mark.parametrize("trend", ["n", "ct", "ctt"])
@pytest.mark.parametrize("lags", [1, 3])
def test_draws_under_every_trend_are_estimates_on_their_samples(data, trend, lags):
    from econ.var.reduced.bootstrap import bootstrap_blocks

    fit = VAR(data, lags=lags, trend=trend).fit()
    draws = bootstrap_blocks(fit, Residual(draws=3), lambda each: each, rng=1)[0]
    for row in range(3):
        single = VAR(data.frame * 0.0 + draws.paths[row], lags=lags, trend=trend).fit()
        np.testing.assert_allclose(draws.coefficients[row], single.params, rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(draws.sigma[row], single.sigma_u, rtol=1e-6)


def test_draws_centre_on_the_estimate_even_with_many_coefficients(data):
    svar = VAR(data, lags=24).fit().identify(Cholesky(*NAMES))
    assert svar.parent.df_resid / svar.parent.nobs < 0.7
    for bootstrap in (Residual(draws=400), MovingBlock(draws=400, length=4)):
        drawn = svar.irf(0, bootstrap, rng=1).draws[:, 0]
        np.testing.assert_allclose(np.diag(drawn.mean(axis=0)), np.diag(svar.impact), rtol=0.04)


def test_blocks_are_runs_of_consecutive_periods_and_all_starts_occur():
    resample = MovingBlock(draws=1, length=6).resample(np.random.default_rng(1), 500, 40)
    assert resample.rows.shape == (500, 40)
    steps = np.diff(resample.rows, axis=1)
    inside = np.arange(1, 40) % 6 != 0
    assert (steps[:, inside] == 1).all()
    assert set(resample.rows[:, 0]) == set(range(35))


def test_centring_makes_the_expected_error_zero():
    values = np.random.default_rng(1).standard_normal((30, 2)) + 3.0
    length = 4
    starts = np.arange(30 - length + 1)
    rows = np.resize(np.arange(length), 30)[None, :] % length + starts[:, None]
    every_start = Resample(np.minimum(rows, 29), block=length).apply(values)
    np.testing.assert_allclose(every_start[:, :length].mean(axis=0), 0.0, atol=1e-12)


def test_a_numerically_collinear_sample_is_reported_as_such(data):
    frame = data.frame.copy()
    frame["twin"] = frame["china"] + 1e-8 * np.random.default_rng(1).standard_normal(len(frame))
    fit = VAR(frame, lags=1).fit()
    with pytest.raises(SingularDesign, match="collinear"):  # of the residuals or of a draw: the last bit decides
        fit.identify(Cholesky(*NAMES, "twin")).irf(2, Residual(draws=100), rng=1)


def test_wild_refuses_structural_bands_with_the_reason(svar):
    with pytest.raises(SpecificationError, match="20%"):
        svar.irf(6, Wild(draws=100), rng=1)


def test_refuses_bad_bootstrap_requests(svar):
    with pytest.raises(SpecificationError, match="rng=None"):
        svar.irf(6, MovingBlock(draws=10))
    with pytest.raises(SpecificationError, match="horizon"):
        svar.irf(-1)
    with pytest.raises(SpecificationError, match="draws must be a positive integer"):
        MovingBlock(draws=0)
    with pytest.raises(SpecificationError, match="blocks of 500"):
        svar.irf(6, MovingBlock(draws=10, length=500), rng=1)
    with pytest.raises(SpecificationError, match="n_jobs"):
        svar.irf(6, MovingBlock(draws=10), rng=1, n_jobs=0)


def test_one_variable_has_one_shock(data):
    svar = VAR(data.select("yield"), lags=1).fit().identify(Cholesky("yield"))
    irf = svar.irf(4, MovingBlock(draws=60), rng=1)
    slope = svar.parent.params.loc["L1.yield", "yield"]
    np.testing.assert_allclose(irf.point[:, 0, 0], svar.impact.iloc[0, 0] * slope ** np.arange(5), rtol=1e-12)
    assert irf.draws.shape == (60, 5, 1, 1)


def test_provenance_walks_back_to_the_data(svar, data):
    estimate = svar.irf(3).at(1, response="yield", shock="china")
    assert estimate.parent.parent is svar
    assert svar.parent.parent.parent.frame.equals(data.frame)
    assert estimate.units == "bp"
    assert estimate.nobs == 258


@pytest.mark.parametrize(
    ("idle", "words"),
    [
        (lambda svar: svar.irf(2, inner=5), "inner=5 draws inside the samples of a bootstrap"),
        (lambda svar: svar.irf(2).band(interval="hall"), "the interval 'hall' needs draws"),
        (lambda svar: svar.fevd(2, kind="sup-t"), "kind='sup-t' is that of bands"),
        (lambda svar: svar.historical_decomposition(kind="sup-t"), "kind='sup-t' is that of bands"),
        (lambda svar: svar.forecast(2, driving=["x"]), "driving names shocks that meet conditions"),
    ],
)
def test_an_option_that_nothing_would_read_is_refused(idle, words):
    svar = VAR(simulated_var(100, rng=1), lags=1).fit().identify(Cholesky("x", "y"))
    with pytest.raises(SpecificationError, match=words):
        idle(svar)
