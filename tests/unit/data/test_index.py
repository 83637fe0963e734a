"""Dates: a hole is found whatever the calendar, and a single wrong date is named."""

import numpy as np
import pandas as pd
import pytest

from econ.data import Dataset
from econ.data.dates import trading_days
from econ.data.index import as_period_index, check_index, with_rows_for_holes
from econ.errors import FrequencyError, SchemaError
from econ.eventstudy import EventStudy, place_events
from econ.offset import realised_volatility


def table(index):
    return pd.DataFrame({"x": np.random.default_rng(0).standard_normal(len(index))}, index=index)


@pytest.mark.parametrize("start", ["2001-09-11", "2019-04-27"])
def test_a_closure_passes_and_a_hole_of_years_does_not(start):
    days = pd.bdate_range("2000-01-03", "2024-12-31")
    first = pd.Timestamp(start)
    closed = days[(days < first) | (days > first + pd.Timedelta(days=9))]
    assert len(Dataset.from_frame(table(closed)).frame) == len(closed)
    hole = days[(days < first) | (days > first + pd.Timedelta(days=3 * 365))]
    with pytest.raises(FrequencyError, match=f"jump from {hole[hole < first][-1]}"):
        Dataset.from_frame(table(hole))


def test_a_missing_fortnight_or_two_month_period_is_found():
    fortnights = pd.date_range("2010-01-08", periods=60, freq="14D")
    assert len(Dataset.from_frame(table(fortnights)).frame) == 60
    with pytest.raises(FrequencyError, match="jump"):
        Dataset.from_frame(table(fortnights.delete(slice(20, 22))))
    pairs = pd.period_range("2010-01", periods=40, freq="2M")
    assert len(Dataset.from_frame(table(pairs)).frame) == 40
    with pytest.raises(FrequencyError, match="2015-01 to 2015-05"):
        Dataset.from_frame(table(pairs.delete(31)))


@pytest.mark.parametrize("step", [14, 21])
def test_one_date_missing_every_second_or_third_week_is_a_hole(step):
    steps = pd.date_range("2010-01-08", periods=60, freq=f"{step}D")
    check_index(steps)
    with pytest.raises(FrequencyError, match=f"jump from {steps[19].date()}.* to {steps[21].date()}"):
        check_index(steps.delete(20))


def test_no_day_of_data_of_all_seven_is_a_holiday():
    days = pd.date_range("2010-01-01", periods=400)
    check_index(days)
    for gone in (slice(100, 101), slice(100, 114)):
        with pytest.raises(FrequencyError, match=f"jump from {days[99].date()}"):
            check_index(days.delete(gone))


def test_twice_a_month_and_business_days_with_a_session_on_a_saturday_pass():
    months = pd.period_range("2010-01", periods=40, freq="M").to_timestamp()
    check_index(months.union(months + pd.Timedelta(days=14)))
    days = pd.bdate_range("2010-01-01", periods=400)
    check_index(days.delete(slice(100, 108)).union([pd.Timestamp("2010-03-06")]))


FRIDAYS = pd.date_range("2010-01-08", periods=400, freq="W-FRI")
DAYS = pd.bdate_range("2010-01-04", periods=400)
NO_DAYS = {
    "weeks": (FRIDAYS, FrequencyError, "usually 7 days apart"),
    "fortnights": (FRIDAYS[::2], FrequencyError, "usually 14 days apart"),
    "months": (pd.period_range("2010-01", periods=400, freq="M"), FrequencyError, "found periods M"),
    "numbers": (pd.RangeIndex(400), FrequencyError, "an index of int64"),
    "a zone": (DAYS.tz_localize("UTC"), FrequencyError, "zone"),
    "a clock": (DAYS + pd.Timedelta(hours=9), FrequencyError, "time of day"),
    "repeated": (DAYS[:399].append(DAYS[-2:-1]), SchemaError, "must go up"),
}


@pytest.mark.parametrize("case", NO_DAYS)
def test_what_is_no_daily_data_is_refused_where_days_are_wanted(case):
    index, error, words = NO_DAYS[case]
    with pytest.raises(error, match=words):
        trading_days(index, "an event study")
    with pytest.raises((error, FrequencyError)):
        realised_volatility(table(index)["x"])
    news = pd.DataFrame({"date": ["2010-09-06"], "kind": ["sale"], "label": ["on a Monday"]})
    if isinstance(index, pd.DatetimeIndex):
        with pytest.raises(error, match=words):
            place_events(news, index)
    if case in ("weeks", "fortnights", "months"):
        with pytest.raises(FrequencyError, match="an event study needs daily data"):
            EventStudy(table(index), news, response="x", window=(0, 1), estimation=(-30, -1)).fit()


def test_days_with_closures_are_days():
    assert trading_days(DAYS.delete(slice(50, 60)), "an event study").size == 390
    assert trading_days(DAYS[:1], "an event study").size == 1


@pytest.mark.parametrize(
    ("freq", "advice"),
    [("QE-NOV", "Q-NOV"), ("QS-FEB", "Q-OCT"), ("YE-MAR", "Y-MAR"), ("YS-OCT", "Y-SEP"), ("YE-SEP", "Y-SEP")],
)
def test_fiscal_quarters_and_years_do_not_become_calendar_ones(freq, advice):
    index = pd.date_range("2000-01-01", periods=20, freq=freq)
    with pytest.raises(FrequencyError, match=f"to_period\\('{advice}'\\)"):
        as_period_index(index)
    kept = index.to_period(advice)
    assert as_period_index(kept).equals(kept)
    assert ((kept.start_time == index) | (kept.end_time.normalize() == index)).all()


@pytest.mark.parametrize("freq", ["QE", "QS", "YE", "YS", "ME", "MS"])
def test_calendar_dates_become_periods_at_whatever_end(freq):
    index = pd.date_range("2000-01-01", periods=20, freq=freq)
    assert as_period_index(index).equals(index.to_period(freq[0]))
    assert as_period_index(index + pd.Timedelta(days=0 if freq[1] == "E" else 14)).equals(index.to_period(freq[0]))


def test_dates_of_every_fourth_week_are_no_months():
    with pytest.raises(FrequencyError, match=r"2000-03-03 and 2000-03-31 both fall into 2000-03: .* fourth week"):
        as_period_index(pd.date_range("2000-01-07", periods=30, freq="28D"))


def test_one_mistyped_day_in_monthly_dates_is_named():
    months = pd.date_range("2010-01-31", periods=60, freq="ME")
    wrong = months.insert(30, pd.Timestamp("2012-07-10"))
    with pytest.raises(FrequencyError, match="2012-07-10"):
        Dataset.from_frame(table(wrong))
    assert isinstance(Dataset.from_frame(table(months)).frame.index, pd.PeriodIndex)


def test_month_starts_after_month_ends_are_named():
    ends, starts = (
        pd.date_range("2010-01-31", "2011-08-31", freq="ME"),
        pd.date_range("2011-09-01", periods=9, freq="MS"),
    )
    with pytest.raises(FrequencyError, match="2011-09-01 comes 1 days after 2011-08-31"):
        Dataset.from_frame(table(ends.append(starts)))


def test_a_loaded_series_shows_its_hole_as_missing_days():
    two_chunks = pd.bdate_range("2020-01-01", periods=5).append(pd.bdate_range("2020-03-02", periods=5))
    whole = with_rows_for_holes(table(two_chunks))
    assert list(whole.index) == list(pd.bdate_range("2020-01-01", "2020-03-06"))
    assert whole["x"].isna().sum() == len(whole) - 10
    assert with_rows_for_holes(table(two_chunks[:5])).equals(table(two_chunks[:5]))


@pytest.mark.parametrize("code", ["M", "Q", "Y"])
def test_periods_that_carry_a_time_or_a_zone_are_told_to_become_periods(code):
    periods = pd.period_range("2000-01", periods=12, freq=code)
    for index, found in (
        (periods.to_timestamp(how="end"), "a time of day"),
        (periods.to_timestamp().tz_localize("Asia/Tokyo"), "the zone Asia/Tokyo"),
    ):
        with pytest.raises(
            FrequencyError,
            match=rf"(monthly|quarterly|annual) data .*{found}.*to_period\('{code}'\) gives {periods[0]}",
        ):
            as_period_index(index)
        plain = index if index.tz is None else index.tz_localize(None)
        assert as_period_index(plain.to_period(code)).equals(periods)


def test_days_with_a_time_are_told_to_drop_it():
    with pytest.raises(
        FrequencyError, match=r"neither time of day nor zone; found a time of day .*index.normalize\(\)"
    ):
        as_period_index(pd.date_range("2020-01-01 16:00", periods=20, freq="B"))
