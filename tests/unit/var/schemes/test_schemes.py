"""Long-run and largest-share schemes, generalised responses, intervals of shares and of history."""

import numpy as np
import pandas as pd
import pytest

from econ.errors import SpecificationError, Unstable
from econ.testing import simulated_var
from econ.var import VAR, Cholesky, LongRun, MaxShare, MovingBlock, Residual, StructuralResults, Wild, generalised_irf
from econ.var.scheme import PointScheme

NAMES = ("china", "japan", "yield")


def test_long_run_effects_are_triangular_with_a_positive_diagonal(fit):
    order = ("yield", "china", "japan")
    svar = fit.identify(LongRun(*order))
    effect = np.linalg.solve(np.eye(3) - fit.lag_blocks.sum(axis=0), svar.impact.to_numpy())
    effect = pd.DataFrame(effect, index=list(fit.variables), columns=list(svar.impact)).loc[list(order), list(order)]
    np.testing.assert_allclose(np.triu(effect, 1), 0.0, atol=1e-12)
    assert (np.diag(effect) > 0).all()
    np.testing.assert_allclose(svar.impact @ svar.impact.T, fit.sigma_u, rtol=1e-10)
    np.testing.assert_allclose(svar.irf(600).cumulate().point[-1], effect.loc[list(fit.variables)], atol=1e-9)


def test_long_run_recovers_a_simulated_truth():
    lags = np.array([[[0.5, 0.2], [-0.3, 0.4]]])
    gap = np.eye(2) - lags[0]
    truth = gap @ np.array([[2.0, 0.0], [1.0, 1.5]])
    data = simulated_var(20000, rng=1, lags=lags, impact=truth, names=("output", "unemployment"))
    svar = VAR(data, lags=1).fit().identify(LongRun("output", "unemployment"))
    np.testing.assert_allclose(svar.impact, truth, atol=0.04)


def test_long_run_refuses_unstable_models_and_wrong_names(fit):
    with pytest.raises(SpecificationError, match="did you mean 'china'"):
        fit.identify(LongRun("chin", "japan", "yield"))
    data = simulated_var(60, rng=1).frame.copy()
    data["x"] = 1.05 ** np.arange(60) + 0.1 * data["x"]
    with pytest.raises(Unstable, match="in differences"):
        VAR(data, lags=1).fit().identify(LongRun("x", "y"))


def share_of(svar, shock, horizons):
    theta = svar.irf(max(horizons)).point[:, 2, svar.shock_names.index(shock)]
    return sum((theta[: h + 1] ** 2).sum() for h in horizons)


@pytest.mark.parametrize(("horizon", "horizons"), [(0, [0]), (8, [8]), ((2, 8), range(2, 9))])
def test_no_other_shock_explains_more(fit, horizon, horizons):
    best = share_of(fit.identify(MaxShare("yield", horizon)), "yield", horizons)
    factor = fit.as_draws.factor[0]
    theta = fit.identify(Cholesky(*NAMES)).irf(max(horizons)).point[:, 2]
    total = sum(np.outer(theta[lag], theta[lag]) for h in horizons for lag in range(h + 1))
    assert best == pytest.approx(np.linalg.eigvalsh(total).max(), rel=1e-10)
    impact = fit.identify(MaxShare("yield", horizon)).impact["yield"].to_numpy()
    assert impact @ np.linalg.solve(factor @ factor.T, impact) == pytest.approx(1.0)


def test_largest_share_at_impact_is_the_first_cholesky_shock(fit):
    ours = fit.identify(MaxShare("yield", 0)).impact["yield"]
    first = fit.identify(Cholesky("yield", "china", "japan")).impact["yield"]
    np.testing.assert_allclose(ours, first, rtol=1e-9)


def test_a_band_of_all_frequencies_is_the_whole_variance(fit):
    by_frequency = fit.identify(MaxShare("yield", frequency=(2.0, np.inf))).impact["yield"]
    by_horizon = fit.identify(MaxShare("yield", 400)).impact["yield"]
    np.testing.assert_allclose(by_frequency, by_horizon, rtol=2e-2)
    low = fit.identify(MaxShare("yield", frequency=(100.0, np.inf))).impact["yield"]
    assert not np.allclose(low, by_frequency, rtol=5e-2)


def test_largest_share_refuses_nonsense(fit):
    for horizon in (-1, (5, 2), 1.5, (0, True)):
        with pytest.raises(SpecificationError, match="horizon"):
            MaxShare("yield", horizon)
    with pytest.raises(SpecificationError, match="shortest"):
        MaxShare("yield", frequency=(32, 6))
    with pytest.raises(SpecificationError, match="did you mean 'yield'"):
        fit.identify(MaxShare("yields"))


@pytest.mark.parametrize("scheme", [Cholesky(*NAMES), LongRun(*NAMES), MaxShare("yield", (0, 6))])
def test_batches_equal_single_identification(data, fit, scheme):
    svar = fit.identify(scheme)
    blocks = svar.read_draws(lambda draws, impact: (draws, impact), MovingBlock(draws=3), rng=1)
    draws, impact = blocks[0]
    model = fit.parent
    for draw in range(3):
        table = data.frame * 0.0 + draws.paths[draw]
        single = VAR(table, lags=model.lags).fit().identify(scheme)
        np.testing.assert_allclose(impact[draw], single.impact, rtol=1e-6, atol=1e-8)


def test_partial_identification_still_adds_up(data, fit):
    svar = fit.identify(MaxShare("yield", (0, 6)))
    shares = svar.fevd(6)
    assert list(shares.columns) == ["yield", "other"]
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, rtol=1e-12)
    parts = svar.historical_decomposition()
    assert list(parts["china"].columns) == ["yield", "other", "initial", "deterministic"]
    total = parts.T.groupby(level="variable", sort=False).sum().T
    np.testing.assert_allclose(total, data.frame.iloc[2:], rtol=1e-10)
    np.testing.assert_allclose((svar.shocks**2).sum() / fit.df_resid, 1.0, rtol=1e-10)


def test_intervals_of_shares_are_quantiles_of_the_shares(svar):
    table = svar.fevd(4, MovingBlock(draws=120), rng=1, level=0.80)
    irf = svar.irf(3, MovingBlock(draws=120), rng=1)
    squares = np.cumsum(irf.draws**2, axis=1)
    shares = squares / squares.sum(axis=3, keepdims=True)
    lower = table.xs("lower", axis=1, level="value").to_numpy().reshape(4, 3, 3)
    np.testing.assert_allclose(lower, np.quantile(shares, 0.10, axis=0), rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(table.xs("point", axis=1, level="value"), svar.fevd(4))
    assert (table.xs("upper", axis=1, level="value").to_numpy() <= 1.0 + 1e-12).all()


def test_every_draw_of_the_decomposition_adds_to_the_data(svar, data):
    from econ.var.structure.decomposition import components

    blocks = svar.read_draws(components, MovingBlock(draws=30), rng=1)
    total = np.concatenate(blocks).sum(axis=3)
    np.testing.assert_allclose(total, np.broadcast_to(data.frame.iloc[2:], total.shape), rtol=1e-9)
    table = svar.historical_decomposition(MovingBlock(draws=30), rng=1, level=0.90)
    drawn = np.concatenate(blocks)[:, 100, 2, 0]
    cell = table["yield"]["china"].iloc[100]
    assert cell["lower"] == pytest.approx(np.quantile(drawn, 0.05))
    assert cell["point"] == svar.historical_decomposition()[("yield", "china")].iloc[100]
    same = svar.historical_decomposition(MovingBlock(draws=30), rng=1, n_jobs=2)
    assert same.equals(table)


def test_intervals_without_draws_are_refused(svar):
    for read in (lambda: svar.fevd(3, level=0.90), lambda: svar.historical_decomposition(level=0.90)):
        with pytest.raises(SpecificationError, match="need draws"):
            read()
    with pytest.raises(SpecificationError, match="rng"):
        svar.fevd(3, MovingBlock(draws=10))


def test_generalised_responses_equal_cholesky_with_the_variable_first(fit):
    ours = generalised_irf(fit, 6, bootstrap=Residual(draws=40), rng=1)
    for name in NAMES:
        order = (name, *(other for other in NAMES if other != name))
        first = fit.identify(Cholesky(*order)).irf(6, Residual(draws=40), rng=1).shock(name)
        np.testing.assert_allclose(ours.shock(name).point, first.point, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(ours.shock(name).draws, first.draws, rtol=1e-8, atol=1e-11)
    with pytest.raises(SpecificationError, match="wild bootstrap"):
        generalised_irf(fit, 6, bootstrap=Wild(), rng=1)


def test_studentised_intervals_use_the_error_of_every_draw(fit, svar):
    irf = svar.irf(2, Residual(draws=120), rng=1, inner=20)
    assert irf.draw_errors.shape == irf.draws.shape
    spread = irf.draws.std(axis=0, ddof=1)
    moving = spread > 0
    assert (np.abs(irf.draw_errors.mean(axis=0)[moving] / spread[moving] - 1.0) < 0.35).all()
    lower, upper = irf.band(0.90, interval="studentised")
    t = (irf.draws[:, 1, 2, 0] - irf.point[1, 2, 0]) / irf.draw_errors[:, 1, 2, 0]
    expected = irf.point[1, 2, 0] - np.quantile(t, [0.95, 0.05]) * spread[1, 2, 0]
    np.testing.assert_allclose((lower[1, 2, 0], upper[1, 2, 0]), expected, rtol=1e-9)
    again = svar.irf(2, Residual(draws=120), rng=1, inner=20, n_jobs=2)
    np.testing.assert_array_equal(again.draw_errors, irf.draw_errors)
    with pytest.raises(SpecificationError, match="inner=50"):
        svar.irf(2, Residual(draws=20), rng=1).band(interval="studentised")


class Lower:
    """A scheme of somebody else's: the two methods that docs/contributing.md asks for, nothing more."""

    def identify(self, fit, rng=None):
        return StructuralResults.from_point(fit, self, shock_names=fit.variables)

    def impact_batch(self, draws):
        return np.linalg.cholesky(draws.sigma)


def test_two_methods_make_a_scheme_that_can_be_bootstrapped():
    fit = VAR(simulated_var(periods=120, rng=1), lags=1).fit()
    assert isinstance(Lower(), PointScheme)
    ours, theirs = (
        fit.identify(scheme).irf(4, bootstrap=MovingBlock(draws=19), rng=1)
        for scheme in (Lower(), Cholesky(*fit.variables))
    )
    np.testing.assert_allclose(ours.point, theirs.point)
    np.testing.assert_allclose(ours.draws, theirs.draws)
