"""Classes of dates: the rules against official lists read elsewhere, the codebook, and bad requests."""

import hashlib
import importlib
import itertools
import re
import shutil

import pandas as pd
import pytest

from econ.data import calendar, calendars, events
from econ.data.archive import ARCHIVE, EMBEDDED
from econ.data.calendars import HOLIDAYS
from econ.data.use import using
from econ.errors import SchemaError, SeriesNotFound, SpecificationError, VintageMissing
from econ.eventstudy import place_events

# Read from the list of archived releases of the Bureau of Labor Statistics (empsit_MMDDYYYY) and its yearly schedules;
# January 2000, August 2009 to June 2010 were not read
PAYROLLS = {
    2000: "0204 0303 0407 0505 0602 0707 0804 0901 1006 1103 1208",
    2001: "0105 0202 0309 0406 0504 0601 0706 0803 0907 1005 1102 1207",
    2002: "0104 0201 0308 0405 0503 0607 0705 0802 0906 1004 1101 1206",
    2003: "0110 0207 0307 0404 0502 0606 0703 0801 0905 1003 1107 1205",
    2004: "0109 0206 0305 0402 0507 0604 0702 0806 0903 1008 1105 1203",
    2005: "0107 0204 0304 0401 0506 0603 0708 0805 0902 1007 1104 1202",
    2006: "0106 0203 0310 0407 0505 0602 0707 0804 0901 1006 1103 1208",
    2007: "0105 0202 0309 0406 0504 0601 0706 0803 0907 1005 1102 1207",
    2008: "0104 0201 0307 0404 0502 0606 0703 0801 0905 1003 1107 1205",
    2009: "0109 0206 0306 0403 0508 0605 0702 0807",
    2010: "0702 0806 0903 1008 1105 1203",
    2011: "0107 0204 0304 0401 0506 0603 0708 0805 0902 1007 1104 1202",
    2012: "0106 0203 0309 0406 0504 0601 0706 0803 0907 1005 1102 1207",
    2013: "0104 0201 0308 0405 0503 0607 0705 0802 0906 1022 1108 1206",
    2014: "0110 0207 0307 0404 0502 0606 0703 0801 0905 1003 1107 1205",
    2015: "0109 0206 0306 0403 0508 0605 0702 0807 0904 1002 1106 1204",
    2016: "0108 0205 0304 0401 0506 0603 0708 0805 0902 1007 1104 1202",
    2017: "0106 0203 0310 0407 0505 0602 0707 0804 0901 1006 1103 1208",
    2018: "0105 0202 0309 0406 0504 0601 0706 0803 0907 1005 1102 1207",
    2019: "0104 0201 0308 0405 0503 0607 0705 0802 0906 1004 1101 1206",
    2020: "0110 0207 0306 0403 0508 0605 0702 0807 0904 1002 1106 1204",
    2021: "0108 0205 0305 0402 0507 0604 0702 0806 0903 1008 1105 1203",
    2022: "0107 0204 0304 0401 0506 0603 0708 0805 0902 1007 1104 1202",
    2023: "0106 0203 0310 0407 0505 0602 0707 0804 0901 1006 1103 1208",
    2024: "0105 0202 0308 0405 0503 0607 0705 0802 0906 1004 1101 1206",
    2025: "0110 0207 0307 0404 0502 0606 0703 0801 0905 1120 1216",
    2026: "0109 0211 0306 0403 0508 0605 0702",
}
# US Treasury, Using the TIC System, as of August 2009
TIC_2009 = "0116 0217 0316 0415 0515 0615 0716 0817 0916 1016 1117 1215"
TIC_2010 = "0119 0216 0315 0415 0517 0615 0716 0816 0916 1018 1116 1215"


def days(year, words):
    return [f"{year}-{word[:2]}-{word[2:]}" for word in words.split()]


def dates(name, *span):
    return calendar(name, *span)["date"].dt.strftime("%Y-%m-%d").tolist()


def test_the_payroll_rule_gives_every_release_that_was_read():
    read = list(itertools.chain.from_iterable(days(year, words) for year, words in PAYROLLS.items()))
    assert len(read) == 307
    not_read = [date for date in dates("payrolls") if date < "2000-02" or "2009-08-08" < date < "2010-07"]
    assert [date for date in dates("payrolls") if date not in not_read] == read


def test_the_tic_rule_gives_the_two_years_that_the_treasury_printed():
    assert dates("tic_release", "2009-01-01", "2010-12-31") == days(2009, TIC_2009) + days(2010, TIC_2010)


def test_rules_respect_holidays():
    assert dates("h41", "2024-11-25", "2024-12-05") == ["2024-11-29", "2024-12-05"]  # Thanksgiving
    assert dates("quarter_end", "2024-01-01", "2024-06-30") == ["2024-03-28", "2024-06-28"]  # Good Friday, a weekend
    assert "2020-11-10" in dates("auction_10y")  # the second Wednesday is Veterans Day
    assert dates("safe_reserves", "2026-03-01", "2026-03-31") == ["2026-03-07"]  # a Saturday


def test_rules_reach_back_over_the_holidays_of_the_eighties():
    assert dates("quarter_end", "1986-01-01", "1986-03-31") == ["1986-03-31"]
    assert dates("quarter_end", "1991-01-01", "1991-03-31") == ["1991-03-28"]  # Good Friday on the 29th
    first = calendars()["first"].min()
    assert pd.Timestamp(HOLIDAYS[0]) < first < calendars()["last"].max() < pd.Timestamp(HOLIDAYS[1])


def test_the_decisions_before_statements_say_what_came_between_meetings():
    early = calendar("fomc", None, "1999-12-31")
    between = early["label"].str.contains("between meetings")
    assert (len(early), between.sum()) == (147, 46)
    assert (early["time"] != "").all()
    assert early["source"].str.startswith("Bauer and Swanson").all()
    meetings = early.loc[~between, "date"].dt.year.value_counts()
    assert (meetings.loc[1993:1999] == 8).all()
    placed = place_events(calendar("fomc", "1990-12-01", "1990-12-31"), pd.bdate_range("1990-12-03", "1990-12-31"))
    assert placed["day"].dt.day.tolist() == [7, 19, 19]  # 15:30 on the 18th is the close, too late for the quote


def test_listed_classes_are_as_many_as_their_publishers_say():
    fomc = calendar("fomc")
    scheduled = fomc[fomc["label"] == "FOMC statement"]["date"].dt.year.value_counts()
    assert (scheduled.loc[2000:2019] == 8).all()
    assert (scheduled.loc[2021:2025] == 8).all()
    assert scheduled[2020] == 7  # the meeting of 17-18 March was called off
    cpi = calendar("cpi")["date"].dt.year.value_counts()
    assert (cpi.loc[2010:2024] == 12).all()
    assert cpi[2025] == 11  # October 2025 was never published
    for name in ("fomc", "cpi", "payrolls"):
        assert calendar(name)["date"].dt.day_of_week.lt(5).sum() >= len(calendar(name)) - 1  # 15 March 2020, a Sunday


def test_every_class_can_be_studied_and_says_where_it_comes_from():
    book = calendars()
    index = pd.bdate_range("1984-12-03", "2026-12-31")
    for name, entry in book.iterrows():
        table = calendar(name)
        assert list(table.columns) == ["date", "time", "tz", "kind", "label", "source"]
        assert table["date"].is_monotonic_increasing
        assert not table["date"].duplicated().any()
        assert (table["kind"] == name).all()
        assert (table["source"] != "").all()
        assert (table["label"] != "").all()
        assert entry["rule"].endswith(".")
        assert entry["made_by"] in ("rule", "list", "record")
        assert table["date"].between(entry["first"], entry["last"]).all()
        assert len(place_events(table, index)) == len(table)


def test_times_decide_the_day():
    index = pd.bdate_range("2020-03-02", "2020-03-31")
    placed = place_events(calendar("fomc", "2020-03-01", "2020-03-31"), index)["day"].dt.day.tolist()
    assert placed == [3, 16, 23]  # the statement of Sunday the 15th belongs to Monday
    placed = place_events(calendar("h41", "2020-03-01", "2020-03-20"), index)["day"].dt.day.tolist()
    assert placed == [6, 13, 20]  # Thursday after the close


def test_the_hand_made_catalogue_is_untouched():
    assert len(events()) == 41
    with pytest.raises(
        SeriesNotFound, match=r"'fomc' is no kind of the catalogue but a calendar; use econ\.data\.calendar"
    ):
        events("fomc")


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (("fomcs",), SeriesNotFound, "did you mean 'fomc'"),
        (("cpi", "2005-01-01"), SpecificationError, "complete from 2010-01-01"),
        (("fomc", pd.Timestamp("2020-01-01", tz="UTC")), SpecificationError, "days without a time zone"),
        (("payrolls", "1999-12-01"), SpecificationError, "complete from 2000-01-01"),
        (("fomc", "1988-01-01"), SpecificationError, "complete from 1988-02-04"),
        (("intervention_days", "2026-01-01", "2026-07-01"), SpecificationError, "to 2026-06-30"),
        (("tic_release", None, "2025-01-01"), SpecificationError, "to 2023-09-30"),
        (("fomc", "2020-01-01", "2019-01-01"), SpecificationError, "asked from 2020-01-01 to 2019-01-01"),
    ],
)
def test_requests_outside_a_class_are_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        calendar(*arguments)


def test_a_changed_file_is_refused(monkeypatch):
    module = importlib.import_module("econ.data.calendars")
    monkeypatch.setattr(module, "_table", lambda name: pd.DataFrame({"name": ["fomc"]}))
    module._book.cache_clear()  # of what earlier tests have read
    with pytest.raises(SchemaError, match=r"calendars\.csv must have the columns"):
        calendars()


def test_what_is_handed_out_may_be_edited():
    first, book = calendar("fomc"), calendars()
    first["label"], book["rule"] = "edited", "edited"
    assert "edited" not in set(calendar("fomc")["label"]) | set(calendars()["rule"])


def test_a_record_is_read_from_the_vintage_asked_for(tmp_path, monkeypatch):
    """The record of another vintage lacks the operation of one day; classes by rule are of no vintage."""
    folder = tmp_path / "2026-08-20"
    shutil.copytree(ARCHIVE / EMBEDDED, folder)
    record, manifest = folder / "mof_usdjpy.csv", folder / "manifest.csv"
    old = record.read_bytes()
    text = re.sub(rb"2003-01-15,[-0-9.]+", b"2003-01-15,0", old)
    assert text != old
    record.write_bytes(text)
    sums = [hashlib.sha256(each).hexdigest().encode() for each in (old, text)]
    manifest.write_bytes(manifest.read_bytes().replace(*sums).replace(b",%d," % len(old), b",%d," % len(text)))
    monkeypatch.setenv("ECON_DATA", str(tmp_path))
    days = [set(calendar("intervention_days", as_of=each)["date"]) for each in (EMBEDDED, "2026-08-20")]
    assert days[0] - days[1] == {pd.Timestamp("2003-01-15")}
    assert days[1] < days[0]
    assert calendar("fomc", as_of="2026-08-20").equals(calendar("fomc"))
    with using() as files:
        calendar("intervention_days", as_of="2026-08-20")
    assert [each.file for each in files] == ["2026-08-20/mof_usdjpy.csv"]
    with pytest.raises(VintageMissing, match="no vintage '2026-09-01'"):
        calendar("intervention_days", as_of="2026-09-01")
