"""Forecasts: dates matched, calendars continued, predictive distributions, equations without errors."""

import numpy as np
import pandas as pd
import pytest

from econ.errors import SchemaError, SpecificationError
from econ.testing import simulated_var
from econ.var import VAR, BayesianVAR, Cholesky, Minnesota, Scenario, SignRestrictions, scenario
from econ.var.reduced.forecasting import mixture_quantile


@pytest.fixture(scope="module")
def with_exog(data, exog):
    return VAR(data, lags=1, exog=exog).fit()


@pytest.fixture(scope="module")
def future(with_exog, exog):
    values = np.random.default_rng(8).standard_normal((3, 2))
    return pd.DataFrame(values, index=exog.index[-1] + np.arange(1, 4), columns=exog.columns)


def test_future_exogenous_rows_are_matched_by_date(with_exog, future):
    expected = with_exog.forecast(3, exog=future)
    for other in (
        future.iloc[::-1],
        future[future.columns[::-1]],
        future.to_timestamp(),
        future.reset_index(drop=True),
    ):
        pd.testing.assert_frame_equal(with_exog.forecast(3, exog=other), expected)
    with pytest.raises(SchemaError, match="no row for"):
        with_exog.forecast(3, exog=future.set_axis(future.index - 1))
    with pytest.raises(SchemaError, match="twice"):
        with_exog.forecast(3, exog=pd.concat([future, future.iloc[:1]]))


def test_rows_of_integer_data_are_matched_by_number_too(data, exog):
    plain, table = data.frame.reset_index(drop=True), exog.reset_index(drop=True)
    fit = VAR(plain, lags=1, exog=table).fit()
    with pytest.raises(SchemaError, match="no row for"):
        fit.forecast(2, exog=table.iloc[:2])
    assert list(fit.forecast(2, exog=table.iloc[:2].set_axis([260, 261])).index) == [260, 261]


def test_dated_conditions_are_matched_by_date(fit, svar):
    dates = fit.data.frame.index[-1] + np.arange(1, 4)
    path = pd.Series([41.0, 42.0, 43.0], index=dates)
    expected = fit.forecast(3, conditions={"yield": path.to_numpy()})
    for other in (path.iloc[::-1], path.iloc[[1, 0, 2]]):
        pd.testing.assert_frame_equal(fit.forecast(3, conditions={"yield": other}), expected)
        pd.testing.assert_frame_equal(svar.forecast(3, pd.DataFrame({"yield": other})), expected)
    partly = fit.forecast(3, conditions={"yield": path.iloc[[1]]})
    pd.testing.assert_frame_equal(partly, fit.forecast(3, conditions={"yield": [np.nan, 42.0, np.nan]}))
    with pytest.raises(SchemaError, match="a value at"):
        fit.forecast(3, conditions={"yield": path.set_axis(dates - 1)})


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (pd.date_range("2024-01-05", periods=60, freq="W-FRI"), ["2025-02-28", "2025-03-07"]),
        (pd.date_range("2024-01-01", periods=60, freq="D"), ["2024-03-01", "2024-03-02"]),
        (pd.date_range("2024-01-05", periods=60, freq="14D"), ["2026-04-24", "2026-05-08"]),
        (pd.bdate_range("2024-01-01", periods=60), ["2024-03-25", "2024-03-26"]),
        (pd.period_range("2010-01", periods=60, freq="2M"), ["2020-01", "2020-03"]),
    ],
    ids=["fridays", "all seven days", "two weeks", "business days", "two months"],
)
def test_forecasts_continue_the_calendar_of_the_data(index, expected):
    values = np.random.default_rng(0).standard_normal((60, 2))
    found = VAR(pd.DataFrame(values, index=index, columns=["x", "y"]), lags=1).fit().forecast(2)
    assert [str(each)[: len(expected[0])] for each in found.index] == expected


def _posterior(periods=60):
    data = simulated_var(periods, rng=4)
    return BayesianVAR(data, lags=2, prior=Minnesota(tightness=5.0)).fit(draws=600, rng=1)


def test_the_intervals_of_a_posterior_are_those_of_its_predictive_distribution():
    """Against simulation from every draw, 40 paths each: quantiles agree within the error of the simulation."""
    posterior, steps = _posterior(), 6
    found = posterior.forecast(steps, level=0.80)
    generator, draws = np.random.default_rng(7), posterior.draws
    history = np.repeat(posterior.data.frame.to_numpy()[-2:][None], 40, axis=0)
    paths = []
    for coefficients, factor in zip(draws.coefficients, draws.factor, strict=True):
        past = history.copy()
        for _ in range(steps):
            mean = coefficients[0] + past[:, -1] @ coefficients[1:3] + past[:, -2] @ coefficients[3:5]
            past = np.concatenate([past, (mean + generator.standard_normal((40, 2)) @ factor.T)[:, None]], axis=1)
        paths.append(past[:, 2:])
    paths = np.concatenate(paths)
    spread = paths.std(axis=0)
    for place, end in ((0.1, "lower"), (0.9, "upper")):
        ours = found.xs(end, axis=1, level="value").to_numpy()
        assert np.abs((ours - np.quantile(paths, place, axis=0)) / spread).max() < 0.03
    assert np.abs((found.xs("mean", axis=1, level="value") - paths.mean(axis=0)) / spread).to_numpy().max() < 0.03


def test_the_predictive_distribution_is_wider_than_that_at_the_posterior_mean():
    posterior = _posterior(40)
    found = posterior.forecast(12)
    width = (found.xs("upper", axis=1, level="value") - found.xs("lower", axis=1, level="value")).to_numpy()
    plain = VAR(posterior.data, lags=2).fit()
    narrow = plain.forecast(12)
    other = (narrow.xs("upper", axis=1, level="value") - narrow.xs("lower", axis=1, level="value")).to_numpy()
    assert (width[-1] / other[-1]).min() > 1.05


def test_conditions_of_a_posterior_hold_in_every_draw_and_leave_it_wide():
    posterior = _posterior()
    found = posterior.forecast(4, conditions={"y": [1.0, np.nan, np.nan, np.nan]})
    assert found[("y", "mean")].iloc[0] == pytest.approx(1.0)
    assert found[("y", "upper")].iloc[0] == pytest.approx(found[("y", "lower")].iloc[0], abs=1e-9)
    future = scenario(posterior.identify(Cholesky("x", "y")), 4, {"y": [1.0] * 4}, driving=["x"])
    assert isinstance(future, Scenario)
    np.testing.assert_allclose(future.paths["y"]["upper"], 1.0, atol=1e-8)
    signs = posterior.identify(SignRestrictions({"x": {"x": "+", "y": "+"}}, draws=50), rng=1)
    wide = signs.forecast(3, {"y": [1.0] * 3}, driving=["x"])
    assert (wide[("x", "upper")] > wide[("x", "lower")]).all()


def test_a_mixture_of_one_is_the_normal_and_a_point_mass_is_a_step():
    assert mixture_quantile(np.array([1.0]), np.array([2.0]), 0.975) == pytest.approx(1.0 + 2.0 * 1.959963985)
    assert mixture_quantile(np.array([0.0, 1.0]), np.zeros(2), 0.25) == pytest.approx(0.0, abs=1e-12)
    two = mixture_quantile(np.array([-1.0, 1.0]), np.array([1.0, 1.0]), 0.5)
    assert two == pytest.approx(0.0, abs=1e-12)


def test_refused_requests_say_what_to_pass(with_exog, future):
    with pytest.raises(SpecificationError, match="must be a DataFrame"):
        with_exog.forecast(3, exog=future.to_numpy())
    with pytest.raises(SpecificationError, match="DataFrame"):
        with_exog.forecast(3, exog=future[["vix"]])
