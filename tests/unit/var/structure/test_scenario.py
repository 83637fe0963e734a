"""Shut-off responses, conditional forecasts and structural scenarios."""

from dataclasses import dataclass

import numpy as np
import pytest

from econ.errors import NotIdentified, SpecificationError
from econ.var import Cholesky, MaxShare, MovingBlock
from econ.var.structure.counterfactual import counterfactual, plausibility
from econ.var.structure.scenario import scenario
from econ.var.structure.structural import StructuralResults

NAMES = ("china", "japan", "yield")
METHODS = ("sims-zha", "scenario", "least-squares")


@pytest.fixture(scope="module")
def irf(svar):
    return svar.irf(8, MovingBlock(draws=60), rng=1)


@pytest.mark.parametrize("method", ["sims-zha", "scenario"])
def test_the_silenced_variable_does_not_move_and_the_path_is_the_sum_of_its_shocks(irf, method):
    found = counterfactual(irf, "china", silence="japan", using="japan", method=method)
    np.testing.assert_array_equal(found.irf.point[:, 1], 0.0)
    np.testing.assert_array_equal(found.irf.draws[:, :, 1], 0.0)
    for theta, used, path in (
        (irf.point, found.interventions, found.irf.point),
        (irf.draws[7], found.intervention_draws[7], found.irf.draws[7]),
    ):
        for h in range(9):
            expected = theta[h, :, 0] + sum(theta[h - j, :, 1] * used[j, 0] for j in range(h + 1))
            np.testing.assert_allclose(path[h, :, 0], expected, atol=1e-10)


def test_one_tool_leaves_no_choice_and_more_tools_need_smaller_shocks(irf):
    first = counterfactual(irf, "china", silence="japan", using="japan")
    second = counterfactual(irf, "china", silence="japan", using="japan", method="scenario")
    np.testing.assert_allclose(first.irf.point, second.irf.point, atol=1e-10)
    more = counterfactual(irf, "china", silence="japan", using=["japan", "yield"], method="scenario")
    assert (more.interventions**2).sum() < (first.interventions**2).sum()
    np.testing.assert_array_equal(more.irf.point[:, 1], 0.0)
    assert more.plausibility < first.plausibility


def test_two_variables_can_be_held_still(irf):
    found = counterfactual(irf, "china", silence=["japan", "yield"], using=["yield", "japan"])
    np.testing.assert_array_equal(found.irf.point[:, 1:], 0.0)


def test_least_squares_is_the_regression_on_the_impulse_at_zero(irf):
    found = counterfactual(irf, "china", silence="japan", using="japan", method="least-squares")
    x, y = irf.point[:, 1, 1], irf.point[:, 1, 0]
    size = -(x @ y) / (x @ x)
    assert found.interventions[0, 0] == pytest.approx(size)
    np.testing.assert_array_equal(found.interventions[1:], 0.0)
    np.testing.assert_allclose(found.irf.point[:, :, 0], irf.point[..., 0] + size * irf.point[..., 1])
    assert found.residual == pytest.approx(np.sqrt(((y + size * x) ** 2).mean()))


def test_the_response_shut_off_differs_from_the_actual_with_joint_draws(irf):
    found = counterfactual(irf, "china", silence="japan", using="japan")
    difference = irf.shock("china") - found.irf
    np.testing.assert_allclose(difference.draws[:, :, 1], irf.draws[:, :, 1, :1])
    assert found.irf.shocks == ("china | japan shut off",)


def test_a_scaled_shock_scales_the_counterfactual(irf):
    small = counterfactual(irf, "china", silence="japan", using="japan")
    large = counterfactual(irf.scale(to=-10.0, response="china"), "china", silence="japan", using="japan")
    factor = -10.0 / irf.point[0, 0, 0]
    np.testing.assert_allclose(large.irf.point, factor * small.irf.point, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(large.interventions, factor * small.interventions, rtol=1e-9)


def test_counterfactual_refuses_nonsense(irf):
    with pytest.raises(SpecificationError, match="against itself"):
        counterfactual(irf, "china", silence="japan", using="china")
    with pytest.raises(SpecificationError, match="exactly as many"):
        counterfactual(irf, "china", silence="japan", using=["japan", "yield"])
    with pytest.raises(SpecificationError, match="at least as many"):
        counterfactual(irf, "china", silence=["japan", "yield"], using="yield", method="scenario")
    with pytest.raises(SpecificationError, match="did you mean 'japan'"):
        counterfactual(irf, "china", silence="japn", using="japan")
    with pytest.raises(SpecificationError, match="no method"):
        counterfactual(irf, "china", silence="japan", using="japan", method="lucas")
    with pytest.raises(NotIdentified, match="do not move"):
        counterfactual(irf, "china", silence="japan", using="yield")


def test_a_fair_coin_and_a_certain_one():
    assert plausibility(0.0, 10) == 0.5
    assert plausibility(1e6, 10) == pytest.approx(1.0)
    q, count = 0.7, 24
    divergence = -0.5 * count * np.log(4 * q * (1 - q))
    assert plausibility(divergence, count) == pytest.approx(q)


def test_conditional_forecasts_are_gaussian_conditional_means(fit, svar):
    steps = 5
    path = [6.0, np.nan, 5.0, np.nan, np.nan]
    found = fit.forecast(steps, level=0.90, conditions={"china": path})
    theta = svar.irf(steps - 1).point
    effect = np.zeros((steps * 3, steps * 3))
    for i in range(steps):
        for j in range(i + 1):
            effect[3 * i : 3 * i + 3, 3 * j : 3 * j + 3] = theta[i - j]
    covariance = effect @ effect.T
    mean = fit.forecast(steps).xs("mean", axis=1, level="value").to_numpy().reshape(-1)
    rows = [0, 6]
    gain = covariance[:, rows] @ np.linalg.inv(covariance[np.ix_(rows, rows)])
    expected = mean + gain @ (np.array([6.0, 5.0]) - mean[rows])
    np.testing.assert_allclose(found.xs("mean", axis=1, level="value").to_numpy().reshape(-1), expected, rtol=1e-9)
    left = np.diag(covariance - gain @ covariance[rows])
    width = (found.xs("upper", axis=1, level="value") - found.xs("mean", axis=1, level="value")).to_numpy().reshape(-1)
    np.testing.assert_allclose(width, 1.6448536 * np.sqrt(np.maximum(left, 0.0)), atol=1e-6)


def test_conditional_forecasts_do_not_depend_on_the_identification(fit):
    conditions = {"yield": [40.0, 41.0, np.nan]}
    first = fit.identify(Cholesky(*NAMES)).forecast(3, conditions)
    for scheme in (Cholesky("yield", "japan", "china"), MaxShare("yield")):
        np.testing.assert_allclose(fit.identify(scheme).forecast(3, conditions), first, rtol=1e-8)


def test_a_scenario_uses_the_driving_shocks_only(svar):
    future = scenario(svar, 4, {"yield": [45.0, 44.0, 43.0, 42.0]}, driving=["china"])
    np.testing.assert_allclose(future.paths["yield"]["mean"], [45.0, 44.0, 43.0, 42.0])
    np.testing.assert_allclose(future.paths["yield"]["upper"], [45.0, 44.0, 43.0, 42.0])
    np.testing.assert_allclose(future.shocks[["japan", "yield"]], 0.0, atol=1e-10)
    assert future.shocks["china"].abs().max() > 1.0
    free = scenario(svar, 4, {"yield": [45.0, 44.0, 43.0, 42.0]})
    assert free.divergence < future.divergence
    assert 0.5 < free.plausibility < future.plausibility < 1.0
    assert future.divergence == pytest.approx(0.5 * float((future.shocks**2).to_numpy().sum()))


def test_a_scenario_at_the_forecast_is_ordinary(svar):
    path = svar.forecast(3)[("yield", "mean")]
    future = scenario(svar, 3, {"yield": path}, driving=["yield"])
    assert future.plausibility == pytest.approx(0.5, abs=1e-6)


def test_scenarios_refuse_what_cannot_be(svar):
    with pytest.raises(SpecificationError, match="cannot bring about"):
        scenario(svar, 2, {"china": [9.0, 9.0]}, driving=["yield"])
    with pytest.raises(SpecificationError, match="3 finite values"):
        scenario(svar, 3, {"china": [1.0, 2.0]})
    with pytest.raises(SpecificationError, match="no condition"):
        scenario(svar, 2, {"china": [np.nan, np.nan]})
    with pytest.raises(SpecificationError, match="did you mean 'china'"):
        scenario(svar, 1, {"chin": [1.0]})
    with pytest.raises(SpecificationError, match="no shock"):
        scenario(svar, 1, {"china": [1.0]}, driving=["fed"])


@dataclass(frozen=True)
class Doubled:
    """Two halves of every recursive shock: as many variances, twice the shocks."""

    def impact_batch(self, draws):
        return np.concatenate([draws.factor, draws.factor], axis=2) / np.sqrt(2.0)

    def identify(self, fit, rng=None):
        names = tuple(f"{name}{half}" for half in (1, 2) for name in fit.variables)
        return StructuralResults.from_point(fit, self, shock_names=names)


def test_halves_of_shocks_bring_about_the_same_future(svar):
    conditions = {"yield": [0.5, np.nan, -0.5]}
    whole, halves = scenario(svar, 3, conditions), scenario(svar.parent.identify(Doubled()), 3, conditions)
    np.testing.assert_allclose(halves.paths, whole.paths, atol=1e-10)
    assert halves.divergence == pytest.approx(whole.divergence, rel=1e-9)
    np.testing.assert_allclose(halves.shocks["china1"], whole.shocks["china"] / np.sqrt(2.0), atol=1e-10)
    assert halves.plausibility == plausibility(halves.divergence, 3 * 6)
    both = scenario(svar.parent.identify(Doubled()), 3, conditions, driving=["yield1", "yield2"])
    alone = scenario(svar, 3, conditions, driving=["yield"])
    np.testing.assert_allclose(both.paths, alone.paths, atol=1e-10)


def test_a_counterfactual_counts_the_shocks_where_they_are_more(svar):
    irf = svar.parent.identify(Doubled()).irf(4)
    found = counterfactual(irf, "china1", silence="japan", using="japan1")
    assert found.plausibility == plausibility(0.5 * float((found.interventions**2).sum()), 5 * 6)
