"""One text, one date: ISO form is read, any other order is refused wherever a date may be given as text."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from econ.data import Dataset, calendar, custody_adjusted
from econ.data.dates import day, days, months, period, place, span
from econ.errors import SchemaError, SpecificationError
from econ.eventstudy import EventStudy
from econ.eventstudy.calendar import place_events
from econ.multiverse.prepared import _between
from econ.offset import episodes
from econ.offset.terms import event_months
from econ.projection.instruments import intervention_instrument, reserve_losses
from econ.testing import simulated_var
from econ.var import VAR, OutlierScaling, ShockSign
from econ.var.sets.narrative import NarrativeCheck

NOT_ISO = ["05/03/2016", "13/06/2016", "5 March 2016", "20160305", "2016-3-5", "2016-02-30", "2016-03", "2016", "soon"]
NO_DAYS = [*NOT_ISO, 5, 5.0, None, pd.NaT, True, pd.Period("2016-03", "M")]
MONTHS = pd.period_range("2019-01", "2021-12", freq="M")
DAYS = pd.bdate_range("2016-01-01", "2016-12-30")


@pytest.mark.parametrize(
    "value",
    ["2016-03-05", " 2016-03-05 ", dt.date(2016, 3, 5), np.datetime64("2016-03-05"), pd.Timestamp("2016-03-05"),
     pd.Period("2016-03-05", "D"), dt.datetime(2016, 3, 5)],
)  # fmt: skip
def test_a_day_has_one_reading(value):
    assert day(value, "x") == pd.Timestamp(2016, 3, 5)


def test_a_moment_keeps_its_time_and_zone():
    assert day("2016-03-05T14:00:30.5+09:00", "x") == pd.Timestamp("2016-03-05 05:00:30.5", tz="UTC")
    assert day("2016-03-05 14:00Z", "x") == pd.Timestamp("2016-03-05 14:00", tz="UTC")


@pytest.mark.parametrize("value", NO_DAYS, ids=repr)
def test_what_is_no_day_is_refused(value):
    with pytest.raises(SchemaError, match=r"sale has the date .* no day in ISO form"):
        day(value, "sale")


def news(date):
    return pd.DataFrame({"date": [date], "kind": ["sale"], "label": ["a"]})


def study(**options):
    frame = pd.DataFrame({"y": np.random.default_rng(0).standard_normal(len(DAYS))}, index=DAYS)
    return EventStudy(frame, news("2016-10-05"), response="y", window=(0, 0), **options).fit()


ENTRIES = {
    "place_events": lambda text: place_events(news(text), DAYS),
    "half_days": lambda text: place_events(news("2016-10-05"), DAYS, half_days={text: "13:00"}),
    "confounders": lambda text: study(confounders={"other": [text]}),
    "calendar": lambda text: calendar("fomc", text),
    "event_months": lambda text: event_months(MONTHS, kinds=["sale"], events=news(text)),
    "amounts": lambda text: intervention_instrument(
        MONTHS, pd.DataFrame({"date": [text], "amount": [1.0]})
    ),
}  # fmt: skip


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("text", NOT_ISO)
def test_every_door_for_days_refuses_them(entry, text):
    with pytest.raises((SchemaError, SpecificationError), match="ISO form"):
        ENTRIES[entry](text)


def test_two_readings_in_one_table_were_the_danger():
    table = pd.DataFrame({"date": ["05/03/2016", "13/06/2016"], "kind": "sale", "label": ["a", "b"]})
    with pytest.raises(SchemaError, match=r"event 'a' has the date '05/03/2016'"):
        place_events(table, DAYS)


def test_a_column_of_days_keeps_zones_and_refuses_a_mixture():
    zoned = days(pd.Series(["2016-03-05 14:00+09:00"]), "x")
    assert str(zoned.dt.tz) == "UTC+09:00"
    with pytest.raises(SchemaError, match="with and without"):
        days(pd.Series(["2016-03-05 14:00+09:00", "2016-03-05"]), "x")
    with pytest.raises(SchemaError, match="x has the date NaT"):
        days(pd.Series(pd.DatetimeIndex(["2016-03-05", None])), "x")


@pytest.mark.parametrize("text", ["03/2020", "2020-13", "2020-3", "2020", "2020Q1", "March 2020", 5, None])
def test_a_period_must_be_named_in_iso_form_and_as_finely_as_the_data(text):
    with pytest.raises(SpecificationError, match="names no period of frequency M"):
        period(text, MONTHS)


def tidy(text, **columns):
    return pd.DataFrame({"date": ["2019-01", text, "2019-03"], "value": [3.0, 2.0, 1.0], **columns})


MONTHLY = {
    "the first month of an episode": lambda text: episodes(["china"], {"e": (text, "2026-01")}),
    "the last month of an episode": lambda text: episodes(["china"], {"e": ("2015-01", text)}),
    "months": lambda text: months(pd.Series([text]), "a survey"),
    "reserves": lambda text: reserve_losses(tidy(text, item="foreign_currency_reserves")),
    "surveys": lambda text: custody_adjusted("china", surveys=tidy(text, holder="CHN", item="treasury_long_term")),
}


@pytest.mark.parametrize("entry", MONTHLY)
@pytest.mark.parametrize("text", ["03/04/2015", "March 2015", "2016", "2020-13", "04/2015", 5, None], ids=repr)
def test_every_door_for_months_refuses_them(entry, text):
    with pytest.raises((SchemaError, SpecificationError), match="ISO form"):
        MONTHLY[entry](text)


def test_months_are_read_from_text_days_and_periods():
    whole = episodes(["china"], {"e": ("2015-03", "2015-04")})
    for ends in (("2015-03-31", "2015-04-30"), (pd.Period("2015-03", "M"), "2015-04")):
        assert episodes(["china"], {"e": ends}).equals(whole)
    stamps = pd.Series(pd.to_datetime(["2015-03-31", "2015-04-30"]))
    assert months(stamps, "x").equals(pd.period_range("2015-03", "2015-04", freq="M"))
    with pytest.raises(SchemaError, match="a survey has no date in row 1"):
        months(stamps.where(stamps.index == 0), "a survey")


@pytest.mark.parametrize("index", [MONTHS, pd.bdate_range("2019-01-01", "2021-12-30")], ids=["months", "days"])
def test_samples_of_a_multiverse_are_read_in_iso_form(index):
    assert index[_between(index, ("2020", "2020-03"))].equals(index[(index.year == 2020) & (index.month < 4)])
    for text in ("03/04/2020", "March 2020", "2020-13"):
        with pytest.raises(SpecificationError, match="no two dates of the data"):
            _between(index, (text, "2021-01"))


def test_periods_are_read_at_the_frequency_of_the_data():
    quarters = pd.period_range("2019Q1", "2021Q4", freq="Q")
    assert period("2020Q2", quarters) == period("2020-05", quarters) == pd.Period("2020Q2")
    assert period("2020-05-31", MONTHS) == pd.Period("2020-05", "M")
    assert place("2020", pd.period_range("2019", "2021", freq="Y")) == 1
    assert place("2018-12", MONTHS) is None
    assert place(3, pd.RangeIndex(5)) == 3


@pytest.mark.parametrize("text", ["03/2020", "2020-13"])
def test_other_doors_for_periods_refuse_it_too(text):
    fit = VAR(simulated_var(periods=60, rng=1), lags=1).fit()
    assert isinstance(fit.residuals.index, pd.PeriodIndex)
    with pytest.raises(SpecificationError, match="ISO form"):
        NarrativeCheck((ShockSign("x", text, "+"),), fit.residuals.index, variables=("x", "y"), shocks=("x", "y"))
    with pytest.raises(SpecificationError, match=r"cannot start at .* ISO form"):
        OutlierScaling(start=text).position(MONTHS)


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ("2020-03", "2020-05", "2020-03", "2020-05"),
        ("2020", "2020", "2020-01", "2020-12"),
        ("2020Q2", "2020Q2", "2020-04", "2020-06"),
        ("2020-03-15", "2020-03-15", "2020-03", "2020-03"),
        (dt.date(2020, 3, 15), pd.Timestamp("2020-05-01"), "2020-03", "2020-05"),
        (pd.Period("2020Q2"), None, "2020-04", "2021-12"),
    ],
)
def test_ends_of_a_sample(start, end, first, last):
    frame = pd.DataFrame({"y": np.arange(36.0)}, index=MONTHS)
    kept = Dataset.from_frame(frame).sample(start, end).frame
    pd.testing.assert_frame_equal(kept, frame.loc[first:last])
    daily = pd.DataFrame({"y": 1.0 + np.arange(783.0)}, index=pd.bdate_range("2019-01-01", "2021-12-30"))
    kept = Dataset.from_frame(daily).sample("2020-03", "2020-05").frame
    pd.testing.assert_frame_equal(kept, daily.loc["2020-03":"2020-05"])


@pytest.mark.parametrize(
    "end", ["2020-13", "03/05/2020", "soon", 5, 2020.0, True, pd.Timestamp("2020-03-01", tz="UTC")]
)
def test_ends_that_are_no_dates_are_refused(end):
    data = Dataset.from_frame(pd.DataFrame({"y": np.arange(36.0)}, index=MONTHS))
    with pytest.raises(SpecificationError, match="ISO form"):
        data.sample(end)
    with pytest.raises(SpecificationError, match="ISO form"):
        data.sample(None, end)


def test_rows_without_dates_are_counted():
    rows = pd.RangeIndex(10)
    assert span(2, np.int64(4), rows) == slice(2, 4)
    with pytest.raises(SpecificationError, match="must be an integer"):
        span("2", None, rows)
