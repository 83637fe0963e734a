"""Which trading day carries the news, and which events stay."""

import numpy as np
import pandas as pd
import pytest

from econ.data import calendar
from econ.errors import SchemaError, SeriesNotFound, SpecificationError
from econ.eventstudy import EventStudy, place_events
from econ.eventstudy.calendar import clusters
from econ.testing import event_table, simulated_levels

# Thursday 2024-07-04 is a holiday: no row
DAYS = pd.DatetimeIndex([day for day in pd.bdate_range("2024-07-01", "2024-07-19") if day.day != 4])


def placed(date, time=None, tz=None, **options):
    row = {"date": [date], "kind": ["news"], "label": ["the news"]}
    if time is not None:
        row["time"] = [time]
    if tz is not None:
        row["tz"] = [tz]
    found = place_events(pd.DataFrame(row), DAYS, **options).iloc[0]
    return found["day"].date().isoformat(), found["moved"]


@pytest.mark.parametrize(
    ("date", "time", "tz", "day"),
    [
        ("2024-07-09", None, None, "2024-07-09"),
        ("2024-07-09", "15:29", "America/New_York", "2024-07-09"),
        ("2024-07-09", "15:30", "America/New_York", "2024-07-10"),
        ("2024-07-09", "16:00", "America/New_York", "2024-07-10"),
        ("2024-07-12", "17:15", "America/New_York", "2024-07-15"),  # Friday evening
        ("2024-07-03", "18:00", "America/New_York", "2024-07-05"),  # eve of the holiday
        ("2024-07-04", None, None, "2024-07-05"),
        ("2024-07-04", "19:00", "America/New_York", "2024-07-05"),  # the next close is the next day's anyway
        ("2024-07-06", None, None, "2024-07-08"),
        ("2024-07-10", "09:15", "Asia/Shanghai", "2024-07-10"),  # 21:15 on the 9th in New York
        ("2024-07-10", "03:00", "Asia/Tokyo", "2024-07-09"),  # 14:00 on the 9th in New York
        ("2024-07-10", "05:00", "Asia/Tokyo", "2024-07-10"),  # 16:00 on the 9th in New York
        ("2024-07-13", "10:00", "Europe/London", "2024-07-15"),  # Saturday
        (pd.Timestamp("2024-07-09 19:31", tz="UTC"), None, None, "2024-07-10"),  # 15:31 New York summer time
        (pd.Timestamp("2024-07-09 19:29", tz="UTC"), None, None, "2024-07-09"),
    ],
)
def test_day_zero_is_the_first_close_after_the_news(date, time, tz, day):
    assert placed(date, time, tz)[0] == day


def test_moves_are_reported_and_the_close_is_an_argument():
    assert placed("2024-07-09", "15:45", "America/New_York") == ("2024-07-10", "news after the close of 15:30")
    assert placed("2024-07-09", "15:45", "America/New_York", close="16:00") == ("2024-07-09", "")
    assert placed("2024-07-06") == ("2024-07-08", "no trading on the day of the news")
    early = {"2024-07-03": "13:00"}
    assert placed("2024-07-03", "13:30", "America/New_York")[0] == "2024-07-03"
    assert placed("2024-07-03", "13:30", "America/New_York", half_days=early)[0] == "2024-07-05"


def test_winter_and_summer_time_differ():
    days = pd.bdate_range("2024-01-01", "2024-07-19")
    table = pd.DataFrame(
        {
            "date": [pd.Timestamp("2024-01-09 20:00", tz="UTC"), pd.Timestamp("2024-07-09 20:00", tz="UTC")],
            "kind": "news",
            "label": ["winter, 15:00", "summer, 16:00"],
        }
    )
    assert place_events(table, days)["moved"].tolist() == ["", "news after the close of 15:30"]


@pytest.mark.parametrize(
    ("date", "time", "tz", "words"),
    [
        ("2024-07-09 10:00", None, None, "naive timestamp"),
        ("2024-07-09", "10:00", None, "without a time zone"),
        ("2024-07-09", "10:00", "New York", "no time zone"),
        ("2024-07-09", "noon", "America/New_York", "must be a time"),
        ("soon", None, None, "no day in ISO form"),
        ("2024-03-10", "02:30", "America/New_York", "does not exist"),
        (pd.Timestamp("2024-07-09 19:31", tz="UTC"), "10:00", "UTC", "give one"),
        ("2024-06-28", None, None, "outside the data, which span 2024-07-01 to 2024-07-19"),
        ("2024-07-19", "16:00", "America/New_York", "outside the data"),
    ],
)
def test_bad_timestamps_are_refused(date, time, tz, words):
    with pytest.raises(SchemaError, match=words):
        placed(date, time, tz)


def test_events_without_a_time_stand_beside_timed_ones():
    table = pd.DataFrame(
        {
            "date": ["2024-07-09", "2024-07-09"],
            "kind": ["a", "b"],
            "label": ["dated", "timed"],
            "time": [None, "16:30"],
            "tz": [None, "America/New_York"],
        }
    )
    assert place_events(table, DAYS)["day"].dt.day.tolist() == [9, 10]


def test_confounded_events_are_dropped_and_listed():
    frame = simulated_levels()
    index = frame.index
    events = event_table(index, (200, 300, 400, 500))
    saturday = index[400] + pd.Timedelta(days=(5 - index[400].day_of_week))
    confounders = {"FOMC": [index[301], "1999-01-01"], "CPI": [index[302], saturday]}
    results = EventStudy(frame, events, response="yield_10y", confounders=confounders).fit()
    hit = index.get_loc(saturday + pd.Timedelta(days=2)) <= 401  # a Saturday counts on Monday
    assert results.dropped["label"].tolist() == (["event 1", "event 2"] if hit else ["event 1"])
    assert results.dropped["reason"].iloc[0] == f"FOMC on {index[301].date()}"
    left = set(events["label"]) - set(results.dropped["label"])
    assert set(results.events["label"]) == left
    with pytest.raises(SpecificationError, match="no event is left of 1: FOMC"):
        EventStudy(frame, events.iloc[[1]], response="yield_10y", confounders=confounders).fit()


def test_dropped_events_stay_out_of_estimation_windows():
    frame = simulated_levels()
    frame.iloc[350:] += 5.0
    events = event_table(frame.index, (350, 400))
    dropped = EventStudy(frame, events, response="yield_10y", confounders={"FOMC": [frame.index[350]]}).fit()
    both = EventStudy(frame, events, response="yield_10y").fit()
    assert dropped.windows.scale[0] == both.windows.scale[1] < 0.1


def test_quarter_ends_confound_by_the_name_of_their_calendar():
    frame = simulated_levels()
    ends = calendar("quarter_end", frame.index[0], frame.index[-1])["date"]
    row = frame.index.get_loc(ends[6])
    events = event_table(frame.index, (row - 1, row + 5))
    results = EventStudy(frame, events, response="yield_10y", confounders=("quarter_end",)).fit()
    assert results.dropped["label"].tolist() == ["event 0"]


def test_overlap_rules():
    frame = simulated_levels()
    events = event_table(frame.index, (300, 301, 302, 303, 400, 500, 501))

    def kept(rule, window):
        study = EventStudy(frame, events, response="yield_10y", window=window, overlap=rule)
        return study.fit().events["position"].tolist()

    assert kept("keep", (0, 1)) == [300, 301, 302, 303, 400, 500, 501]
    assert kept("first", (0, 1)) == [300, 302, 400, 500]
    assert kept("first", (0, 0)) == [300, 301, 302, 303, 400, 500, 501]
    assert kept("isolated", (0, 1)) == [400]
    results = EventStudy(frame, events, response="yield_10y", overlap="first").fit()
    assert results.dropped["reason"].tolist()[0] == "window overlaps that of 'event 0'"


def test_same_day_of_one_kind_is_one_observation():
    frame = simulated_levels()
    friday = next(day for day in frame.index[300:] if day.day_of_week == 4)
    events = pd.DataFrame(
        {
            "date": [friday + pd.Timedelta(days=1), friday + pd.Timedelta(days=2), friday + pd.Timedelta(days=3)],
            "kind": ["sale", "sale", "denial"],
            "label": ["Saturday", "Sunday", "Monday"],
        }
    )
    results = EventStudy(frame, pd.concat([events, event_table(frame.index, (500, 600))]), response="yield_10y").fit()
    assert results.dropped["reason"].tolist() == ["same kind and day 0 as 'Saturday'"]
    assert len(results.abnormal) == 4
    assert results.tests().loc["t", "distribution"] == "t(2)"  # Saturday and Monday share day 0: one in the pool


def test_clusters_number_runs_of_overlapping_windows():
    assert clusters(np.array([10, 12, 30, 11]), 1).tolist() == [0, 2, 3, 1]
    assert clusters(np.array([10, 12, 30, 11]), 2).tolist() == [0, 0, 1, 0]


def daily_2020(last="2020-12-31"):
    """A random walk on weekdays of 2019 and 2020."""
    frame = simulated_levels(600, start="2019-01-01")
    return frame[frame.index <= last]


def test_calendars_of_the_package_are_confounders_by_name():
    frame = daily_2020()
    events = pd.DataFrame(
        {
            "date": ["2020-02-12", "2020-03-16", "2020-03-31", "2020-05-08", "2020-06-17", "2020-10-13", "2020-11-18"],
            "kind": "sale",
            "label": [
                "CPI next day",
                "FOMC on Sunday",
                "quarter end",
                "payrolls",
                "nothing",
                "CPI and 10-year",
                "nothing",
            ],
        }
    )
    names = ("fomc", "cpi", "payrolls", "auction_10y", "quarter_end")
    results = EventStudy(frame, events, response="yield_10y", confounders=names).fit()
    assert dict(zip(results.dropped["label"], results.dropped["reason"], strict=True)) == {
        "CPI next day": "cpi on 2020-02-13, auction_10y on 2020-02-12",
        "FOMC on Sunday": "fomc on 2020-03-16",
        "quarter end": "quarter_end on 2020-03-31",
        "payrolls": "payrolls on 2020-05-08",
        "CPI and 10-year": "cpi on 2020-10-13, auction_10y on 2020-10-14",
    }
    assert results.events["label"].tolist() == ["nothing", "nothing"]
    one = EventStudy(frame, events, response="yield_10y", confounders="fomc").fit()
    assert one.dropped["label"].tolist() == ["FOMC on Sunday"]


def test_times_of_a_users_own_table_decide_its_day():
    frame = daily_2020()
    events = pd.DataFrame({"date": ["2020-06-17", "2020-06-18"], "kind": "sale", "label": ["day of", "day after"]})
    table = pd.DataFrame({"date": ["2020-06-17", "2031-01-01"], "time": ["16:00", ""], "tz": ["America/New_York", ""]})

    def dropped(news):
        study = EventStudy(frame, events, response="yield_10y", window=(0, 0), confounders={"budget": news})
        return study.fit().dropped["label"].tolist()

    assert dropped(table) == ["day after"]  # after the close
    assert dropped(table.drop(columns=["time", "tz"])) == ["day of"]
    assert dropped(["2020-06-17"]) == ["day of"]
    assert dropped("h41") == []
    assert dropped(pd.DatetimeIndex(["2020-06-17"])) == ["day of"]
    assert dropped([pd.Timestamp("2020-06-17 20:00", tz="UTC")]) == ["day after"]  # 16:00 in New York
    with pytest.raises(SchemaError, match="confounder 'budget' has the date 'the 17th'"):
        dropped(["the 17th"])
    with pytest.raises(SchemaError, match="naive timestamp"):
        dropped(["2020-06-17 16:00"])
    with pytest.raises(SpecificationError, match="names of calendars or a mapping; found 5"):
        EventStudy(frame, events, response="yield_10y", confounders=5).fit()
    with pytest.raises(SchemaError, match="confounder 'budget' has no column 'date'"):
        dropped(pd.DataFrame({"day": ["2020-06-17"]}))
    with pytest.raises(SchemaError, match="without a time zone"):
        dropped(table.drop(columns="tz"))


def test_news_after_the_last_close_confounds_nothing():
    frame = daily_2020("2020-07-09")  # a Thursday: H.4.1 at 16:30
    events = event_table(frame.index, (len(frame) - 2,))
    results = EventStudy(frame, events, response="yield_10y", window=(0, 1), confounders=("h41",)).fit()
    assert results.dropped.empty


def test_a_calendar_that_does_not_reach_an_event_is_refused():
    frame = simulated_levels(600, start="2008-01-01")
    events = event_table(frame.index, (300, 560))
    with pytest.raises(
        SpecificationError, match=r"calendar 'cpi' is complete from 2010-01-01 .* 'event 0' on 2009-02-24"
    ):
        EventStudy(frame, events, response="yield_10y", confounders=("fomc", "cpi")).fit()
    EventStudy(frame, events.iloc[[1]], response="yield_10y", confounders=("fomc", "cpi")).fit()
    with pytest.raises(SeriesNotFound, match="no calendar 'fomcs'; did you mean 'fomc'"):
        EventStudy(frame, events, response="yield_10y", confounders="fomcs").fit()


def test_a_calendar_that_ends_before_an_event_is_refused():
    frame = simulated_levels(400, start="2023-01-02")
    events = event_table(frame.index, (180, 250))  # 2023-09-11 and 2023-12-18
    EventStudy(frame, events.iloc[[0]], response="yield_10y", confounders=("tic_release",)).fit()
    with pytest.raises(SpecificationError, match="to 2023-09-30; event 'event 1' on 2023-12-18 cannot be checked"):
        EventStudy(frame, events, response="yield_10y", confounders=("tic_release",)).fit()


def test_a_date_given_twice_confounds_once():
    frame = daily_2020()
    events = pd.DataFrame({"date": ["2020-06-17", "2020-08-19"], "kind": "sale", "label": ["hit", "clean"]})
    twice = {"budget": ["2020-06-17", "2020-06-17"]}
    results = EventStudy(frame, events, response="yield_10y", confounders=twice).fit()
    assert results.dropped["reason"].tolist() == ["budget on 2020-06-17"]


@pytest.mark.parametrize(
    "labels",
    [[1, 2, 3], [1.5, 2.5, 3.5], list(pd.to_datetime(["2020-01-01", "2020-02-03", "2020-04-05"])), ["a", 2, 3.0]],
    ids=["integers", "floats", "dates", "mixed"],
)
def test_labels_may_be_numbers_or_dates(labels):
    days = pd.bdate_range("2020-01-01", periods=400)
    frame = pd.DataFrame({"y": np.random.default_rng(1).normal(size=400).cumsum()}, index=days)
    news = pd.DataFrame({"date": days[[200, 250, 251]], "kind": "sale", "label": labels})
    found = EventStudy(frame, news, response="y", overlap="first").fit()
    assert found.events["label"].tolist() == labels[:2]
    assert found.dropped["reason"].tolist() == [f"window overlaps that of {labels[1]!r}"]
    named = EventStudy(frame, news.assign(label=list("abc")), response="y", overlap="first").fit()
    assert found.mean().value == named.mean().value
    assert "sale" in str(found.summary())
    saturday = pd.concat([news.iloc[[0]].assign(date=days[250] - pd.Timedelta(days=1), label="again"), news.iloc[1:]])
    twice = EventStudy(frame, saturday.assign(date=[days[249], days[250], days[250]], time=["16:00", "10:00", "11:00"],
                                              tz="America/New_York"), response="y").fit()  # fmt: skip
    assert twice.dropped["reason"].tolist() == ["same kind and day 0 as 'again'"] * 2


def test_kinds_are_words():
    days = pd.bdate_range("2020-01-01", periods=10)
    news = pd.DataFrame({"date": days[[2, 4]], "kind": [1, 2], "label": [7, 8]})
    with pytest.raises(SchemaError, match=r"event 7 is of the kind 1; name kinds in words"):
        place_events(news, days)
