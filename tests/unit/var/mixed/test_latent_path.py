"""The distribution of latent values given parameters: against a Kalman smoother, dense algebra, and the sums."""

from copy import copy
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from econ.data import Dataset
from econ.var.mixed._edge_kernels import Edges, agreed
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
    return LatentPath(
        layout.known, layout.sums, terms=np.ones((len(layout.index) - LAGS, 1)), lags=LAGS, start=parameters()[2]
    )


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
    found = latent.draw(coefficients[None], factor[None])[0]
    np.testing.assert_allclose(found, mean, atol=1e-8)
    band = latent.band(coefficients[None], factor[None])[0][0]
    size = len(latent.free)
    precision = np.zeros((size, size))
    for step in range(latent.width):
        places = np.arange(size - step)
        precision[places + step, places] = precision[places, places + step] = band[: size - step, step]
    spread = latent.map @ np.linalg.inv(precision) @ latent.map.T
    expected = covariance[latent.t, latent.j, latent.j]
    np.testing.assert_allclose(np.diag(spread), expected, atol=1e-8)


def test_draws_have_that_mean_and_variance_and_keep_every_sum(layout, latent):
    coefficients, factor, start = parameters()
    mean, covariance = kalman(layout, coefficients, factor, start)
    noise = np.random.default_rng(5).standard_normal((1000, len(latent.free)))
    draws = latent.draw(np.repeat(coefficients[None], 1000, 0), np.repeat(factor[None], 1000, 0), noise)
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
    coefficients, factor, _ = (each if isinstance(each, Start) else each[None] for each in parameters())
    noise = np.random.default_rng(1).standard_normal((1, len(latent.free)))
    other = copy(latent)
    other.consistent = lambda path: latent.consistent(path + 7.0)
    other._around(np.ones((len(layout.index) - LAGS, 1)))
    assert np.abs(other.path - latent.path).max() > 5.0
    np.testing.assert_allclose(
        other.draw(coefficients, factor, noise), latent.draw(coefficients, factor, noise), atol=1e-10
    )


def many(count):
    """Coefficients and factors of so many draws."""
    drawn = [parameters(seed=seed)[:2] for seed in range(count)]
    return tuple(np.stack(each) for each in zip(*drawn, strict=True))


def test_draws_of_many_parameters_are_those_of_one_after_the_other(latent):
    coefficients, factors = many(3)
    noise = np.random.default_rng(2).standard_normal((3, len(latent.free)))
    one = [latent.draw(coefficients[[d]], factors[[d]], noise[[d]])[0] for d in range(3)]
    np.testing.assert_allclose(latent.draw(coefficients, factors, noise), one, rtol=1e-12, atol=1e-12)


def known_from(layout, rows):
    """The layout without what a table of lower frequency published for periods that end in its last rows."""
    end = len(layout.index) - rows
    groups = tuple(
        replace(group, published=np.where(group.last >= end, np.nan, group.published)) for group in layout.groups
    )
    return replace(layout, groups=groups)


def test_edges_end_whole_paths(layout):
    """Layouts of several lengths and with more or less published: the draws of whole paths, from one head."""
    coefficients, factors = many(3)
    start = parameters()[2]
    layouts = [layout, layout.cut(55), known_from(layout, 6), known_from(layout.cut(57), 14)]
    for until, least in ((50, 20), (30, 10), (5, 0)):
        edges = Edges.of(layouts, start=start, lags=LAGS, trend="c", until=until)
        assert least <= edges.cut <= max(until - LAGS, 0)
        assert (edges.head is None) == (edges.cut == 0)
        found = edges.draw(coefficients, factors, [np.random.default_rng(seed) for seed in range(4)])
        for seed, (each, paths) in enumerate(zip(layouts, found, strict=True)):
            terms = np.ones((len(each.index) - LAGS, 1))
            whole = LatentPath(each.known, each.sums, terms=terms, lags=LAGS, start=start)
            noise = np.random.default_rng(seed).standard_normal((3, len(whole.free)))
            expected = whole.draw(coefficients, factors, noise)
            np.testing.assert_allclose(paths[:, edges.cut - edges.first :], expected[:, edges.cut :], atol=1e-10)
            group = each.groups[0]
            row = len(group.periods) - 1
            value = edges.values(paths, group, column=group.column, row=row)
            np.testing.assert_allclose(value, group.aggregated(expected[:, :, group.column])[:, row], atol=1e-10)


def test_layouts_agree_before_the_first_value_or_sum_that_only_one_has(layout):
    lags, whole = LAGS, len(layout.index)
    one = replace(layout, base=layout.base.copy())
    one.base[20, 0] += 1.0
    flow = layout.groups[0]
    for other, end in (
        (layout, whole),
        (layout.cut(40), 40),
        (one, 20),
        (replace(layout, groups=(replace(flow, published=np.where(np.arange(len(flow.periods)) == 5, np.nan,
         flow.published)), *layout.groups[1:])), int(flow.first[5])),
    ):  # fmt: skip
        cut = agreed([layout, other], lags=lags, until=whole)
        assert end - lags - 5 < cut <= end - lags
        assert cut in flow.last + 1
    assert agreed([layout, layout], lags=lags, until=14) <= 12


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
