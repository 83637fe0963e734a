"""Dates: a hole is found whatever the calendar, and a single wrong date is named."""

import numpy as np
import pandas as pd
import pytest

from econ.data import Dataset
from econ.data.index import as_period_index, with_rows_for_holes
from econ.errors import FrequencyError


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
