"""TIC releases: dates as a class of events, surprises as a regressor; no variance shift, no slope, a small mean change.

The dates and first prints may be used but not shipped, so these tests read them where they lie.
"""

import pandas as pd
import pytest

import econ
from analyses import event_tic
from analyses.specification import baseline
from econ import EventStudy, Unavailable
from econ.data import calendar
from econ.data.realtime import first_prints
from econ.eventstudy import release_surprises


@pytest.fixture(scope="module")
def releases(shared):
    listed = pd.read_csv(shared("data/raw/first_prints/tic_release_dates.csv"))
    dates = pd.to_datetime(listed["release_date"]).drop_duplicates()
    return pd.DataFrame({"date": dates, "kind": "tic_release", "label": dates.dt.strftime("TIC %Y-%m-%d")})


def study(events, window=(0, 0)):
    daily = econ.load("yield_10y", frequency="D")
    return EventStudy(daily, events, response="yield_10y", window=window).fit()


def test_release_days_are_as_volatile_as_other_days_so_that_nothing_is_identified(releases):
    shift = study(releases).variance_shift()
    assert isinstance(shift, Unavailable)
    assert "no variance shift" in shift.reason


def test_the_mean_change_on_release_days_is_within_the_bound_of_no_effect(releases):
    for window in ((0, 0), (0, 1)):
        fit = study(releases, window)
        assert len(fit.events) > 240
        assert fit.detectability(by=None)["smallest bound"].iloc[0] < 2.5  # the bound fixed in advance is 5 bp


def test_surprises_in_official_flows_do_not_move_yields(shared):
    table = release_surprises(
        first_prints(shared("data/raw/first_prints/tic_first_prints.csv")).frame, holder="OFF", lags=3
    )
    slopes = event_tic.slopes(baseline, table)  # bp per $10bn
    for window, expected, bound in (((0, 0), -0.10, 0.6), ((0, 1), -0.18, 0.8)):
        slope = slopes[window]
        assert slope.nobs > 200
        assert slope.value == pytest.approx(expected, abs=0.25)  # found before: -0.10 (0.18) and -0.18 (0.22)
        assert slope.lower > -bound
        assert slope.upper < bound


def test_controls_leave_more_of_the_fall_with_the_true_dates_than_with_those_by_rule(releases):
    real, rule = (event_tic.controlled(baseline, dates) for dates in (releases["date"], event_tic.CLASS))
    first, *_ = real
    assert real[first].value == pytest.approx(-1.2, abs=0.1)
    assert rule[first].value == pytest.approx(-1.0, abs=0.1)
    last = "and FOMC, payrolls, auctions, quarter ends, coupon dates"
    assert -1.0 < real[last].value < rule[last].value < 0.0
    assert real[last].value / real[last].std_error > -2.0  # not significant at 5% either


def test_the_dates_by_rule_tell_what_the_releases_tell(releases):
    rule = study(calendar("tic_release"))
    inside = releases[releases["date"] <= "2023-09-30"]
    real = study(inside)
    assert rule.mean().value == pytest.approx(real.mean().value, abs=0.3)
    assert rule.mean().value < -0.5
    for fit in (rule, real):
        assert isinstance(fit.variance_shift(), Unavailable)
        assert fit.detectability(by=None)["smallest bound"].iloc[0] < 2.5
