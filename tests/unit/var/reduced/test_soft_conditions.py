"""Soft conditions: Gaussian ones in closed form, bounds against cut normals, limits and refusals."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from econ.errors import NoAdmissibleDraw, SpecificationError, UnknownName
from econ.testing import simulated_var
from econ.var import VAR, BayesianVAR, Cholesky, Minnesota, scenario
from econ.var import _kernels as kernels
from econ.var.reduced.forecasting import mean_paths

CONDITIONS = {"x": [0.5, np.nan, 1.0]}
UNCERTAINTY = {"x": [0.3, np.nan, 0.0]}
WIDE = [np.inf, np.inf, np.inf]


@pytest.fixture(scope="module")
def data():
    return simulated_var(periods=150, rng=6)


@pytest.fixture(scope="module")
def fit(data):
    return VAR(data, lags=2).fit()


def test_gaussian_conditions_have_the_moments_of_the_closed_form(fit):
    effect = kernels.stacked(kernels.responses(fit.as_draws.lag_blocks, fit.as_draws.factor, 2))[0]
    cov, mean, n = effect @ effect.T, mean_paths(fit.as_draws, 3)[0].reshape(-1), len(fit.variables)
    column = fit.variables.index("x")
    rows = [column, 2 * n + column]
    pull = cov[:, rows] @ np.linalg.inv(cov[np.ix_(rows, rows)])
    wanted = mean + pull @ ([0.5, 1.0] - mean[rows])
    spread = cov - pull @ cov[rows] + pull @ np.diag([0.3**2, 0.0]) @ pull.T
    table = fit.forecast(3, 0.8, conditions=CONDITIONS, uncertainty=UNCERTAINTY)
    found = table.xs("mean", axis=1, level=1).to_numpy().reshape(-1)
    width = (table.xs("upper", axis=1, level=1) - table.xs("lower", axis=1, level=1)).to_numpy().reshape(-1)
    np.testing.assert_allclose(found, wanted, atol=1e-10)
    np.testing.assert_allclose((width / (2.0 * stats.norm.ppf(0.9))) ** 2, np.diag(spread), atol=1e-10)


def test_without_uncertainty_conditions_are_hard(fit):
    hard = fit.forecast(3, conditions=CONDITIONS)
    none = fit.forecast(3, conditions=CONDITIONS, uncertainty={"x": [0.0, np.nan, 0.0]})
    little = fit.forecast(3, conditions=CONDITIONS, uncertainty={"x": [1e-7, np.nan, 1e-7]})
    pd.testing.assert_frame_equal(hard, none)
    np.testing.assert_allclose(hard, little, atol=1e-6)
    assert (hard["y"]["upper"] < fit.forecast(3, conditions=CONDITIONS, uncertainty=UNCERTAINTY)["y"]["upper"]).any()


def test_a_condition_as_wide_as_the_forecast_itself_says_nothing(fit):
    free = fit.forecast(1)
    sigma = float(np.sqrt(fit.sigma_u.loc["x", "x"]))
    same = fit.forecast(1, conditions={"x": free["x"]["mean"].to_numpy()}, uncertainty={"x": [sigma]})
    np.testing.assert_allclose(same, free, atol=1e-10)


def test_scenarios_take_uncertainty(fit):
    svar = fit.identify(Cholesky(*fit.variables))
    ways = {"conditions": CONDITIONS, "uncertainty": UNCERTAINTY}
    found = svar.forecast(3, **ways)
    np.testing.assert_allclose(found, fit.forecast(3, **ways), atol=1e-9)
    driven = scenario(svar, 3, CONDITIONS, driving=["x"], uncertainty=UNCERTAINTY)
    hard = scenario(svar, 3, CONDITIONS, driving=["x"])
    pd.testing.assert_frame_equal(driven.shocks, hard.shocks)
    width = driven.paths["x"]["upper"] - driven.paths["x"]["lower"]
    np.testing.assert_allclose(width.iloc[[0, 2]], [2.0 * stats.norm.ppf(0.95) * 0.3, 0.0], atol=1e-9)


def test_draws_have_the_quantiles_of_the_forecast(fit, data):
    posterior = BayesianVAR(data, 2, prior=Minnesota(0.2)).fit(200, rng=1)
    for each in (fit, posterior):
        table, draws = each.forecast(4, 0.8), each.predictive(4, 20_000, rng=1)
        scale = draws.std(axis=0)
        for word, found in (("mean", draws.mean(axis=0)), ("upper", np.quantile(draws, 0.9, axis=0))):
            wanted = table.xs(word, axis=1, level=1).to_numpy()
            np.testing.assert_allclose((found - wanted) / scale, 0.0, atol=0.04)


def test_bounds_cut_the_predictive_distribution(fit):
    mean, sigma = mean_paths(fit.as_draws, 1)[0, 0], fit.sigma_u.to_numpy()
    x = fit.variables.index("x")
    lower, upper = mean[x] + np.array([0.5, 1.5]) * np.sqrt(sigma[x, x])
    draws = fit.predictive(1, 20_000, rng=2, bounds={"x": [[lower], [upper]]})[:, 0]
    cut = stats.truncnorm(0.5, 1.5)
    slope = sigma[:, x] / np.sqrt(sigma[x, x])
    np.testing.assert_allclose(draws.mean(axis=0), mean + slope * cut.mean(), atol=0.03)
    variance = np.diag(sigma) - slope**2 * (1.0 - cut.var())
    np.testing.assert_allclose(draws.var(axis=0), variance, rtol=0.04)
    assert (draws[:, x] >= lower).all()
    assert (draws[:, x] <= upper).all()


def test_bounds_weigh_the_draws_of_a_posterior(data):
    """Parameters under which the bounds are likely are drawn more often, as Bayes' rule says."""
    fit = BayesianVAR(data, 1, prior=Minnesota(0.2)).fit(2, rng=1)
    means, spread = mean_paths(fit.posterior, 1)[:, 0, 0], np.sqrt(fit.draws.sigma[:, 0, 0])
    edge = means.mean() + 1.2 * spread.mean()
    draws = fit.predictive(1, 20_000, rng=3, bounds={fit.variables[0]: [[edge], [np.inf]]})[:, 0, 0]
    chance = stats.norm.sf(edge, means, spread)
    tail = means + spread * stats.norm.pdf(edge, means, spread) * spread / chance
    assert draws.mean() == pytest.approx(float(chance @ tail / chance.sum()), abs=0.01)


def test_draws_do_not_depend_on_workers_and_exog_goes_on(fit, data):
    one, two = (fit.predictive(3, 150, rng=4, bounds={"x": [[-9.0, np.nan, -9.0], WIDE]}, n_jobs=j) for j in (1, 2))
    np.testing.assert_array_equal(one, two)
    assert (fit.predictive(3, 150, rng=5) != one).any()
    frame = data.frame
    other = VAR(frame, 1, "c", pd.DataFrame({"z": np.arange(len(frame)) % 7.0}, index=frame.index)).fit()
    far, near = (
        other.predictive(1, 50, rng=1, exog=pd.DataFrame({"z": [value]})).mean(axis=0)[0] for value in (1e3, 0.0)
    )
    np.testing.assert_allclose(far - near, other.params.loc["z"] * 1e3, rtol=1e-8)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"uncertainty": {"x": [0.1, 0.1, 0.1]}, "conditions": None}, "there are none"),
        ({"uncertainty": {"x": [0.1, 0.1, 0.1]}}, "no condition in step 2"),
        ({"uncertainty": {"x": [-0.1, np.nan, 0.1]}}, "at least 0"),
        ({"uncertainty": {"x": [0.1]}}, "must give 3 finite values"),
        ({"uncertainty": {"q": [0.1] * 3}}, "no variable 'q'"),
        ({"uncertainty": {}}, "no uncertainty of the condition was given"),
    ],
)
def test_uncertainty_that_makes_no_sense_is_refused(fit, wrong, said):
    with pytest.raises((SpecificationError, UnknownName), match=said):
        fit.forecast(3, **{"conditions": CONDITIONS, **wrong})


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ({"x": [[0.0, 0.0, 0.0]]}, "two rows"),
        ({"x": [[1.0] * 3, [1.0] * 3]}, "not below its upper bound"),
        ({"q": [[0.0] * 3, WIDE]}, "no variable 'q'"),
        ({"x": "wide"}, "numbers"),
    ],
)
def test_bounds_that_make_no_sense_are_refused(fit, bounds, said):
    with pytest.raises((SpecificationError, UnknownName), match=said):
        fit.predictive(3, 5, rng=1, bounds=bounds)


def test_bounds_that_no_path_meets_are_said(fit):
    with pytest.raises(NoAdmissibleDraw, match="widen the bounds"):
        fit.predictive(3, 5, rng=1, bounds={"x": [[1e6] * 3, WIDE]})
    with pytest.raises(SpecificationError, match="rng"):
        fit.predictive(3, 5)
