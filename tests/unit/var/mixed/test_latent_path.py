"""The distribution of latent values given parameters: against a Kalman smoother, dense algebra, and the sums."""

import numpy as np
import pandas as pd
import pytest

from econ.data import Dataset
from econ.var.mixed._latent_kernels import LatentPath, Start
from econ.var.mixed.layout import layout_of
from econ.var.mixed.tables import read_tables

NAMES = ["flow", "rate", "stock"]
LAGS = 2


def parameters(n=4, lags=LAGS, seed=0):
    """Coefficients with a constant, a factor, and the prior of the first values."""
    generator = np.random.default_rng(seed)
    a = 0.3 * generator.standard_normal((lags * n, n)) / np.repeat(np.arange(1, lags + 1), n)[:, None]
    coefficients = np.vstack([generator.standard_normal((1, n)), a])
    factor = np.linalg.cholesky(np.cov(generator.standard_normal((n, 40))) + 0.2 * np.eye(n))
    start = Start(np.linspace(0.0, 1.0, n), np.linspace(0.5, 1.5, n), generator.standard_normal(n), np.full(n, 4.0))
    return coefficients, factor, start


def weekly_tables(weeks=60, seed=1):
    """A weekly series with holes, a monthly sum, a monthly average with a hole, a quarterly stock."""
    generator = np.random.default_rng(seed)
    dates = pd.date_range("2020-01-01", periods=weeks, freq="W-WED")
    weekly = pd.DataFrame({"base": generator.standard_normal(weeks)}, index=dates)
    weekly.iloc[[7, 8, 30]] = np.nan
    months = pd.period_range("2019-11", dates[-1].to_period("M"), freq="M")
    monthly = pd.DataFrame(generator.standard_normal((len(months), 2)), index=months, columns=["flow", "rate"])
    monthly.iloc[6, 1] = np.nan
    monthly.iloc[-1, 0] = np.nan  # the ragged edge
    quarters = pd.period_range("2019Q4", periods=5, freq="Q")
    quarterly = pd.DataFrame({"stock": generator.standard_normal(5)}, index=quarters)
    return weekly, monthly, quarterly


RULES = {"flow": "sum", "rate": "average", "stock": "end"}


@pytest.fixture(scope="module")
def layout():
    return layout_of(read_tables(list(weekly_tables())), RULES)


@pytest.fixture(scope="module")
def latent(layout):
    return LatentPath(layout.known, layout.sums, lags=LAGS, start=parameters()[2])


def kalman(layout, coefficients, factor, start):
    """Smoothed means and covariances of statsmodels, states the last five or more periods, observed sums one a row."""
    from statsmodels.tsa.statespace.kalman_smoother import KalmanSmoother

    (periods, n), lags = layout.known.shape, LAGS
    deep = max(int(max(group.lengths.max() for group in layout.groups)), lags)
    sums, states = layout.sums, n * deep
    observed = np.vstack([layout.known.T, np.full((n, periods), np.nan)])
    design = np.zeros((2 * n, states, periods))
    design[:n, :n] = np.eye(n)[:, :, None]
    for column, first, last, total in zip(sums.column, sums.first, sums.last, sums.total, strict=True):
        observed[n + column, last] = total
        design[n + column, [column + n * back for back in range(last - first + 1)], last] = 1.0
    filter_ = KalmanSmoother(2 * n, states, n)
    filter_.bind(np.ascontiguousarray(observed.T))
    filter_["design"] = design
    transition, intercept = np.zeros((states, states, periods)), np.zeros((states, periods))
    transition[n:, :-n] = np.eye(states - n)[:, :, None]
    covariance = np.zeros((n, n, periods))
    for t in range(periods):  # the step from t to t + 1
        if t + 1 < lags:
            transition[:n, :n, t] = np.diag(start.persistence)
            intercept[:n, t] = start.centre * (1.0 - start.persistence)
            covariance[:, :, t] = np.diag(start.scale**2)
        else:
            transition[:n, : n * lags, t] = coefficients[1:].T
            intercept[:n, t] = coefficients[0]
            covariance[:, :, t] = factor @ factor.T
    filter_["transition"], filter_["state_intercept"], filter_["state_cov"] = transition, intercept, covariance
    filter_["selection"] = np.eye(states, n)
    first, spread = np.zeros(states), np.zeros((states, states))
    first[:n], spread[:n, :n] = start.centre, np.diag(start.variance)
    filter_.initialize_known(first, spread)
    smoothed = filter_.smooth()
    return smoothed.smoothed_state[:n].T, np.moveaxis(smoothed.smoothed_state_cov[:n, :n], 2, 0)


def test_mean_and_variance_are_those_of_a_kalman_smoother(layout, latent):
    coefficients, factor, start = parameters()
    assert set(layout.groups[0].lengths) == {4, 5}  # months have four or five weeks
    mean, covariance = kalman(layout, coefficients, factor, start)
    terms = np.ones((len(layout.index) - LAGS, 1))
    path = latent.consistent(np.zeros(layout.known.shape))
    found = latent.draw(path, coefficients, factor, terms=terms, generator=None)
    np.testing.assert_allclose(found, mean, atol=1e-8)
    band, _ = latent.band(coefficients, factor)
    size = len(latent.free)
    precision = np.zeros((size, size))
    for step in range(latent.width):
        places = np.arange(size - step)
        precision[places + step, places] = precision[places, places + step] = band[step, : size - step]
    spread = latent.map @ np.linalg.inv(precision) @ latent.map.T
    expected = covariance[latent.t, latent.j, latent.j]
    np.testing.assert_allclose(np.diag(spread), expected, atol=1e-8)


def test_draws_have_that_mean_and_variance_and_keep_every_sum(layout, latent):
    coefficients, factor, start = parameters()
    mean, covariance = kalman(layout, coefficients, factor, start)
    terms, generator = np.ones((len(layout.index) - LAGS, 1)), np.random.default_rng(5)
    path = latent.consistent(np.zeros(layout.known.shape))
    draws = np.array([latent.draw(path, coefficients, factor, terms=terms, generator=generator) for _ in range(1000)])
    for group in layout.groups:
        known = np.isfinite(group.published)
        found = group.aggregated(draws[:, :, group.column])[:, known]
        np.testing.assert_allclose(found, np.broadcast_to(group.published[known], found.shape), atol=1e-10)
    known = np.isfinite(layout.known)
    assert (draws[:, known] == layout.known[known]).all()
    error = (draws.mean(axis=0) - mean)[latent.unknown]
    variance = covariance[latent.t, latent.j, latent.j]
    assert np.abs(error / np.sqrt(variance / 1000)).max() < 4.5
    ratio = draws.var(axis=0)[latent.unknown] / variance
    assert np.abs(ratio - 1.0).max() < 4.5 * np.sqrt(2.0 / 1000)


def test_the_answer_does_not_hang_on_the_path_it_begins_with(layout, latent):
    coefficients, factor, _ = parameters()
    terms = np.ones((len(layout.index) - LAGS, 1))
    answers = [
        latent.draw(
            latent.consistent(np.full(layout.known.shape, level)), coefficients, factor, terms=terms,
            generator=np.random.default_rng(1),
        )
        for level in (0.0, 7.0)
    ]  # fmt: skip
    np.testing.assert_allclose(answers[0], answers[1], atol=1e-10)


def test_a_week_belongs_to_the_month_of_its_last_day(layout):
    flow = layout.groups[0]
    assert str(flow.periods[0]) == "2020-01"
    assert layout.index[flow.first[0]] == pd.Timestamp("2020-01-01")
    assert layout.index[flow.last[0]] == pd.Timestamp("2020-01-29")
    assert str(flow.periods[-1]) == "2021-02"
    assert flow.lengths.tolist()[:4] == [5, 4, 4, 5]


def test_the_calendar_goes_on_to_the_last_published_period_and_leaves_out_what_began_before_it():
    weekly, monthly, quarterly = weekly_tables()
    late = layout_of(read_tables([weekly.iloc[2:-6], monthly]), {"flow": "sum", "rate": "average"})
    assert late.index[0] == weekly.index[2]
    assert str(late.groups[0].periods[0]) == "2020-02"  # of January two weeks are not on the calendar
    assert late.index[-1] == pd.Timestamp("2021-02-24")  # the rate of February was published
    assert np.isnan(late.base[-6:, 0]).all()
    assert str(late.groups[0].periods[-1]) == "2021-02"
    months = Dataset.from_frame(monthly)
    quarters = layout_of(read_tables([months, quarterly]), {"stock": "end"})
    assert quarters.groups[0].lengths.tolist() == [3, 3, 3, 3]
    assert str(quarters.groups[0].periods[0]) == "2020Q1"


def test_days_belong_to_the_week_that_ends_on_or_after_them():
    days = pd.bdate_range("2020-01-02", "2020-03-31")
    daily = pd.DataFrame({"y": np.arange(len(days)) % 7.0}, index=days)
    weeks = pd.date_range("2020-01-01", periods=12, freq="W-WED")
    weekly = pd.DataFrame({"w": np.arange(12.0)}, index=weeks)
    group = layout_of(read_tables({"D": daily, "W": weekly}), {"w": "average"}).groups[0]
    assert group.periods[0] == pd.Timestamp("2020-01-08")
    assert days[group.first[0]] == pd.Timestamp("2020-01-02")
    assert group.lengths[:2].tolist() == [5, 5]
    assert group.published[:2].tolist() == [1.0, 2.0]
