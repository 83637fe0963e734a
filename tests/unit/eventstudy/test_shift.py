"""Identification by the extra variance of event days."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from econ.data import Dataset
from econ.errors import EstimationError, SampleTooShort, SeriesNotFound, SpecificationError
from econ.estimate import Unavailable
from econ.eventstudy import EventStudy, Outcome, VarianceShift
from econ.eventstudy.shift import Moments, brown_forsythe, gmm, moment_shift, robust_set

EFFECT = 0.6


def market(*, news_sd=8.0, seed=1, days=1600, count=60):
    """Two yields in bp with common and own shocks every day, and news on event days that moves y by 0.6 x."""
    generator = np.random.default_rng(seed)
    index = pd.bdate_range("2010-01-01", periods=days)
    common, own_x, own_y = generator.normal(scale=3.0, size=(3, days))
    positions = np.sort(generator.choice(np.arange(140, days - 2), size=count, replace=False))
    news = np.zeros(days)
    news[positions] = news_sd * generator.normal(size=count)
    x, y = news + common + own_x, EFFECT * news + 1.5 * common + own_y  # OLS of y on x is far from 0.6
    frame = pd.DataFrame({"yield_2y": x, "yield_10y": y}, index=index).cumsum()
    events = pd.DataFrame({"date": index[positions], "kind": "news", "label": [f"e{p}" for p in positions]})
    data = Dataset.from_frame(frame, units={"yield_2y": "bp", "yield_10y": "bp"})
    return EventStudy(data, events, response="yield_10y", window=(0, 0)).fit()


@pytest.mark.parametrize(
    ("event", "control", "error", "words"),
    [
        ([1.0, math.nan, 2.0], [1.0, 2.0, 4.0], SpecificationError, "change 1 of the event days"),
        ([1.0, 2.0, 4.0], [1.0, 2.0, math.inf], SpecificationError, "change 2 of the control days"),
        ([1.0], [1.0, 2.0], SampleTooShort, "two event days; found 1"),
        ([-2.0, 2.0], [-1.0, 1.0], EstimationError, "equally far"),
    ],
)
def test_two_groups_without_variances_are_refused(event, control, error, words):
    with pytest.raises(error, match=words):
        brown_forsythe(np.array(event), np.array(control))


def test_a_test_without_a_number_is_no_outcome():
    with pytest.raises(EstimationError, match="missing or constant changes"):
        Outcome(math.nan, 0.5, "N(0, 1)", "x")
    with pytest.raises(EstimationError, match="p-value nan"):
        Outcome(1.0, math.nan, "N(0, 1)", "x")


def test_brown_forsythe_equals_scipy():
    generator = np.random.default_rng(4)
    one, two = generator.standard_t(4, size=40), 1.4 * generator.standard_t(4, size=300)
    ours, theirs = brown_forsythe(one, two), stats.levene(one, two, center="median")
    assert ours.statistic == pytest.approx(theirs.statistic, rel=1e-12)
    assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-10)


def test_no_shift_is_said_with_its_reason():
    quiet = market(news_sd=0.0).variance_shift(impulse="yield_2y")
    assert isinstance(quiet, Unavailable)
    assert quiet.reason.startswith("no variance shift: variance ratio")
    assert "60 event against" in quiet.reason
    calm = market(news_sd=0.0)
    calm_days = calm.series.y.copy()
    calm_days[calm.windows.positions] *= 0.01  # much calmer event days reject equality, but are no news
    from dataclasses import replace

    calmer = replace(calm, series=replace(calm.series, y=calm_days))
    assert isinstance(calmer.variance_shift(), Unavailable)


def test_effect_is_recovered_where_regression_is_biased():
    shift = market().variance_shift(impulse="yield_2y")
    assert isinstance(shift, VarianceShift)
    assert abs(shift.effect.value - EFFECT) < 2.5 * shift.effect.std_error < 0.4
    assert EFFECT in shift.effect.region
    assert shift.effect.units == "bp per bp"
    assert shift.ratio > 2.0
    assert shift.brown_forsythe.p_value < 0.001
    assert shift.overidentification.p_value > 0.01
    assert shift.news.lower < EFFECT * 8.0 < shift.news.upper
    results = market()
    changes = np.diff(results.parent.data.frame.to_numpy(), axis=0)
    slope = np.polyfit(changes[:, 0], changes[:, 1], 1)[0]
    assert abs(slope - EFFECT) > 0.08


def test_gmm_does_not_hang_on_the_last_digit_of_the_moments():
    """Moments that contradict each other leave slow steps; another machine rounds otherwise."""
    rng = np.random.default_rng(4)
    moments = Moments(np.array([1.0, -0.8, 3.0]), np.diag([0.4, 0.2, 0.5]))
    found = []
    for _ in range(12):
        found.append(gmm(Moments(moments.difference * (1.0 + 1e-15 * rng.standard_normal(3)), moments.covariance)))
    assert np.ptp(found, axis=0).max() < 1e-10
    a, _, shift, loss = found[0]
    weight = np.linalg.inv(moments.covariance)
    gap = moments.difference - shift * np.array([1.0, a, a * a])
    assert loss == pytest.approx(gap @ weight @ gap)
    assert np.abs(np.array([[1.0, a, a * a], [0.0, shift, 2 * a * shift]]) @ weight @ gap).max() < 1e-8  # a minimum


def test_moments_and_gmm_equal_algebra():
    generator = np.random.default_rng(6)
    event, control = 2.0 * generator.normal(size=(50, 2)), generator.normal(size=(400, 2))
    moments = moment_shift(event, control)
    gap = np.cov(event, rowvar=False) - np.cov(control, rowvar=False)
    np.testing.assert_allclose(moments.difference, [gap[0, 0], gap[0, 1], gap[1, 1]], rtol=1e-12)
    exact = Moments(np.array([4.0, 2.0, 1.0]), moments.covariance)  # lambda 4, a = 1/2 fits all three
    value, _, shift, loss = gmm(exact)
    assert (value, shift, loss) == (pytest.approx(0.5), pytest.approx(4.0), pytest.approx(0.0, abs=1e-20))
    from scipy.optimize import minimize

    weight = np.linalg.inv(moments.covariance)

    def criterion(point):
        gap = point[0] * np.array([1.0, point[1], point[1] ** 2]) - moments.difference
        return gap @ weight @ gap

    value, error, shift, loss = gmm(moments)
    starts = [(lam, a) for lam in (0.5, 3.0, 6.0) for a in (-2.0, -0.5, 0.1, 0.5, 2.0)]
    best = min(
        (minimize(criterion, s, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}) for s in starts),
        key=lambda r: r.fun,
    )
    assert criterion((shift, value)) == pytest.approx(loss)
    assert loss == pytest.approx(best.fun, rel=1e-6)
    assert value == pytest.approx(best.x[1], abs=1e-4)
    assert error > 0.0


def test_robust_set_is_every_value_not_rejected():
    generator = np.random.default_rng(7)
    for scale in (1.02, 1.3, 3.0):
        moments = moment_shift(scale * generator.normal(size=(30, 2)), generator.normal(size=(300, 2)))
        region = robust_set(moments, 0.90)
        d, v = moments.difference, moments.covariance
        for a in np.linspace(-6.0, 6.0, 241):
            variance = v[1, 1] - 2 * a * v[0, 1] + a * a * v[0, 0]
            inside = abs(d[1] - a * d[0]) <= stats.norm.ppf(0.95) * math.sqrt(variance)
            assert (a in region) == inside


def test_scale_and_kind_of_units():
    shift = market().variance_shift(impulse="yield_2y")
    results = market()
    frame = results.parent.data.frame * [10.0, 1.0]
    study = EventStudy(frame, results.parent.events, response="yield_10y", window=(0, 0))
    scaled = study.fit().variance_shift(impulse="yield_2y")
    assert scaled.effect.value == pytest.approx(shift.effect.value / 10.0, rel=1e-6)
    assert scaled.effect.lower == pytest.approx(shift.effect.lower / 10.0, rel=1e-6)
    assert scaled.overidentification.statistic == pytest.approx(shift.overidentification.statistic, rel=1e-6)
    assert scaled.effect.units == ""


def test_bad_requests():
    results = market()
    with pytest.raises(SeriesNotFound, match="did you mean"):
        results.variance_shift(impulse="yield_2")
    with pytest.raises(SpecificationError, match="is the response"):
        results.variance_shift(impulse="yield_10y")
    with pytest.raises(SpecificationError, match="event window"):
        results.variance_shift(days=(0, 1))
    few = EventStudy(results.parent.data, results.parent.events.iloc[:2], response="yield_10y", window=(0, 0)).fit()
    assert "at least 3" in few.variance_shift().reason


@pytest.mark.slow
def test_robust_set_covers_and_no_news_is_mostly_found_absent():
    covered, available, found = 0, 0, 0
    for seed in range(400):
        shift = market(seed=seed, count=60, news_sd=5.0).variance_shift(impulse="yield_2y", size=0.9999)
        if not isinstance(shift, Unavailable):
            available += 1
            covered += EFFECT in shift.effect.region
        found += not isinstance(market(seed=1000 + seed, news_sd=0.0).variance_shift(), Unavailable)
    assert available > 380
    assert 0.85 <= covered / available <= 0.95
    assert found / 400 <= 0.05  # half of the 5% test: only a larger variance counts
