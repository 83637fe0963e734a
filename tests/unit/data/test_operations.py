"""Japan's operations: published totals, dollars and shares of the debt, days without a quote in New York, bad input."""

import importlib
import re
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import econ
from econ.data import calendar, events, operations, parse
from econ.data.archive import EMBEDDED, read_table
from econ.data.build_archive import interventions
from econ.data.catalogue import TABLES
from econ.data.convert import monthly
from econ.data.fetchers.tables import vintage_table
from econ.data.operations import ERAS, dollar_purchases, settlement
from econ.errors import FrequencyError, SchemaError, SpecificationError
from econ.projection import intervention_instrument

SAMPLE = Path(__file__).with_name("samples") / "feio.csv"
UNQUOTED = [
    "1992-02-17", "1993-04-09", "1993-05-31", "1994-02-21", "1994-04-01", "1995-02-20", "1995-04-14", "1998-04-10",
    "1999-07-05", "1999-12-24", "2003-01-20", "2003-10-13", "2003-11-11", "2004-02-16",
]  # fmt: skip
"""Days with an operation on a holiday of New York or on Good Friday."""


def raw(table, date="date", value="value"):
    """A table of the archive as numbers by period of text, without the package's readers of series."""
    frame, _ = read_table(table, EMBEDDED)
    return pd.Series(frame[value].astype(float).to_numpy(), index=frame[date].astype(str))


@pytest.mark.parametrize(
    ("start", "end", "billions"),
    [
        ("2004-01-01", "2004-03-31", 14_831.3),
        ("2003-01-01", "2003-12-31", 20_246.5),
        ("2003-06-27", "2003-07-29", 2_027.1),
        ("1995-01-01", "1995-12-31", 4_958.9),
        ("2011-10-01", "2011-12-31", 9_091.7),
    ],
)
def test_operations_add_up_to_what_the_ministry_published(start, end, billions):
    assert operations(start, end)["yen_bn"].sum() == pytest.approx(billions, abs=0.05)
    data = econ.load("japan_intervention_usd", frequency="D").frame["japan_intervention_usd"]
    assert data[start:end].sum() == pytest.approx(10 * billions, abs=0.5)


def test_dollars_and_shares_are_the_yen_at_the_months_rate():
    table, rate, debt = operations(), raw("EXJPUS"), raw("FYGFDPUN")
    months = table["date"].dt.strftime("%Y-%m")
    np.testing.assert_allclose(table["usd_bn"], table["yen_bn"] / rate[months].to_numpy(), rtol=1e-12)
    before = (table["date"].dt.to_period("Q") - 1).astype(str)
    share = 100.0 * table["usd_bn"] * 1000.0 / debt.reindex(before).to_numpy()
    np.testing.assert_allclose(table["percent_of_debt"], share, rtol=1e-12)
    late = table["percent_of_debt"].isna()
    assert table.loc[late, "date"].dt.strftime("%Y-%m-%d").tolist() == ["2026-04-30", "2026-05-04", "2026-05-06"]
    assert table.set_index("date").loc["2022-10-21", "usd_bn"] == pytest.approx(-5620.2 / rate["2022-10"], rel=1e-12)


def test_the_error_of_a_monthly_rate_is_as_the_module_says():
    rate = raw("EXJPUS")["1991-03":]
    change = rate.pct_change().abs().dropna()
    assert change.median() == pytest.approx(0.015, abs=0.0005)
    beside = pd.concat([change, change.shift(-1)], axis=1).max(axis=1)
    of_operations = beside[operations()["date"].dt.strftime("%Y-%m").unique()]
    assert of_operations.max() == change["1995-08"] == pytest.approx(0.084, abs=0.0005)


def test_daily_rates_are_as_near_as_the_module_says(shared):
    listed = pd.read_csv(shared("data/raw/fred/DEXJPUS.csv"))
    daily = pd.Series(pd.to_numeric(listed["dexjpus"], errors="coerce").to_numpy(), pd.to_datetime(listed["date"]))
    table = operations().set_index("date")
    off = (table["usd_bn"] * daily.reindex(table.index) / table["yen_bn"] - 1.0).abs().dropna()
    assert len(off) == 158
    assert off.median() == pytest.approx(0.008, abs=0.0005)
    assert (off.idxmax().strftime("%Y-%m-%d"), round(off.max(), 3)) == ("2004-03-08", 0.033)


def test_an_era_has_one_side_and_holds_every_day():
    table = operations()
    sides = table.groupby("era", sort=False)["direction"].unique().map(list).to_dict()
    assert sides == {
        "1991-92": ["sells"], "1993-96": ["buys"], "1997-98": ["sells"], "1999-2004": ["buys"], "2010-11": ["buys"],
        "2022-26": ["sells"],
    }  # fmt: skip
    assert list(sides) == [era.label for era in ERAS]
    assert (np.sign(table["yen_bn"]) == table["direction"].map({"buys": 1.0, "sells": -1.0})).all()
    assert table["date"].is_monotonic_increasing
    assert not table["date"].duplicated().any()


def test_a_day_outside_the_eras_has_no_label(monkeypatch):
    module = importlib.import_module("econ.data.operations")
    monkeypatch.setattr(module, "ERAS", ERAS[:-1])
    assert operations("2022-01-01")["era"].unique().tolist() == [""]


def test_settlement_counts_two_business_days_of_new_york():
    days = pd.to_datetime(["1999-07-01", "2003-07-03", "2004-01-15", "2004-01-16", "2024-07-11"])
    expected = ["1999-07-06", "2003-07-08", "2004-01-20", "2004-01-21", "2024-07-15"]
    assert settlement(days).strftime("%Y-%m-%d").tolist() == expected
    table = operations()
    assert (table["settles"] > table["date"]).all()
    assert settlement(days[:0]).empty


def test_days_that_new_york_does_not_quote_stay_in_the_table_and_in_the_dataset():
    table = operations()
    assert table.loc[~table["quoted"], "date"].dt.strftime("%Y-%m-%d").tolist() == UNQUOTED
    joined = econ.load("yield_10y", "japan_dollar_purchases_usd", frequency="D").frame
    holes = joined[joined["yield_10y"].isna() & (joined["japan_dollar_purchases_usd"] != 0.0)]
    assert holes.index.strftime("%Y-%m-%d").tolist() == UNQUOTED
    assert joined["japan_dollar_purchases_usd"].notna().all()
    inside = table[table["date"] <= joined.index[-1]]
    assert joined["japan_dollar_purchases_usd"].sum() == pytest.approx(inside["usd_bn"].sum(), rel=1e-12)
    with pytest.raises(SchemaError, match="'yield_10y' must have no missing values"):
        econ.LocalProjection(joined["1999":"2000"], response="yield_10y", impulse="japan_dollar_purchases_usd").fit()


def test_an_operation_on_a_holiday_counts_at_the_next_quote():
    quotes = econ.load("yield_10y", frequency="D").frame.loc["1999-01":"2004-12"].index
    sold = intervention_instrument(quotes, operations())
    assert sold.series["1999-07-06"] == pytest.approx(-0.7837)  # trillions of yen, bought on 5 July
    assert sold.series.sum() == pytest.approx(-operations("1999-01-01", "2004-12-31")["yen_bn"].sum() / 1000.0)
    assert sold.source == "Ministry of Finance Japan"


def test_flows_load_by_day_and_by_month_with_the_files_behind_them():
    names = ("japan_dollar_purchases", "japan_dollar_purchases_usd")
    days = econ.load(*names, frequency="D")
    assert (days.frame.index[0], days.frame.index[-1]) == (pd.Timestamp("1991-04-01"), pd.Timestamp("2026-03-31"))
    months = econ.load(*names)
    pd.testing.assert_frame_equal(
        months.frame, days.frame.groupby(days.frame.index.to_period("M")).sum(), check_names=False, check_freq=False
    )
    assert {vintage.file.split("/")[1] for vintage in days.vintages} == {"mof_usdjpy.csv", "EXJPUS.csv", "FYGFDPUN.csv"}
    alone = econ.load("japan_dollar_purchases_usd")
    assert {vintage.file.split("/")[1] for vintage in alone.vintages} == {"mof_usdjpy.csv", "EXJPUS.csv"}
    assert str(alone.frame.index[-1]) == "2026-06"  # the debt of 2026Q1 is not in the vintage, the rate is
    largest = econ.load("japan_dollar_purchases", rule="last").frame["japan_dollar_purchases"]
    assert largest["1999-07"] == 0.0  # of the last day, not of the month
    assert [days.variables[name].units for name in names] == ["percent of debt", "usd_bn"]
    assert {days.variables[name].sign for name in names} == {"dollars are bought"}
    with pytest.raises(FrequencyError, match="'japan_dollar_purchases' has frequency 'D', not 'W'"):
        econ.load("japan_dollar_purchases", frequency="W")


def test_the_exchange_rate_loads_by_its_name():
    rate = econ.load("yen_per_dollar")
    assert rate.frame.loc["2022-10", "yen_per_dollar"] == raw("EXJPUS")["2022-10"]
    assert rate.variables["yen_per_dollar"].units == "yen per dollar"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("1991-03-31",), "is complete from 1991-04-01 to 2026-06-30; asked from 1991-03-31"),
        ((None, "2026-07-01"), "asked from 1991-04-01 to 2026-07-01"),
        (("2003-02-01", "2003-01-01"), "asked from 2003-02-01 to 2003-01-01"),
        (("01/02/2003",), "the start has the date '01/02/2003'"),
        ((None, 2004), "the end has the date 2004"),
        ((pd.Timestamp("2003-01-01", tz="Asia/Tokyo"),), "days without a time zone; found 2003-01-01"),
    ],
)
def test_days_outside_the_record_are_refused(arguments, words):
    with pytest.raises(SpecificationError, match=words):
        operations(*arguments)


def test_an_instrument_says_nothing_of_dates_beyond_the_record():
    """A table knows for which days it is complete, those it was asked for: beyond them zero would be a statement."""
    whole, part = operations(), operations("2003-01-01", "2004-03-31")
    assert (whole.attrs["complete"], part.attrs["complete"]) == (
        ("1991-04-01", "2026-06-30"), ("2003-01-01", "2004-03-31"),
    )  # fmt: skip
    months = partial(pd.period_range, freq="M")
    inside = intervention_instrument(months("1991-04", "2026-06"), whole).series
    assert (inside["1991-04"], len(inside)) == (0.0, 423)
    days = pd.bdate_range("2003-01-01", "2004-03-31")
    assert intervention_instrument(days, part).series.abs().sum() > 0.0
    for index, table, words in (
        (months("1991-03", "2004-12"), whole, "from 1991-04-01 to 2026-06-30; the index runs from 1991-03-01"),
        (months("2003-01", "2026-07"), whole, "to 2026-07-31"),
        (months("2003-01", "2004-04"), part, "from 2003-01-01 to 2004-03-31"),
        (pd.bdate_range("2003-01-01", "2004-04-01"), part, "to 2004-04-01; cut it"),
    ):
        with pytest.raises(SpecificationError, match=words):
            intervention_instrument(index, table)


def test_a_span_without_operations_is_an_empty_table():
    none = operations("2012-01-01", "2021-12-31")
    assert none.empty
    assert list(none.columns) == list(operations().columns)


def test_months_without_an_exchange_rate_are_named(monkeypatch):
    module = importlib.import_module("econ.data.operations")
    whole = module.native

    def cut(item, as_of):
        series = whole(item, as_of)
        return series[:"2026-04"] if item.name == "yen_per_dollar" else series

    monkeypatch.setattr(module, "native", cut)
    with pytest.raises(SchemaError, match=r"operations of 2026-05 to 2026-06 \(2 months\) have no yen per dollar"):
        dollar_purchases("usd_bn")
    with pytest.raises(SpecificationError, match="units"):
        dollar_purchases("yen_bn")


def test_the_event_catalogue_and_the_calendar_agree_with_the_record():
    table, listed = operations("2022-01-01"), events("intervention")
    # an event may speak of the days to the next one: 11 and 12 July 2024, and 30 April to 6 May 2026
    starts = [f"{date:%Y-%m-%d}" for date in listed["date"]]
    starts[2] = "2022-10-24"  # Sunday evening in New York
    spells = np.searchsorted(pd.DatetimeIndex(starts), table["date"], side="right") - 1
    sold = -table["yen_bn"].groupby(spells).sum() / 1000.0
    decimals = listed["amount"].map(lambda amount: len(f"{amount:g}".partition(".")[2]))
    assert [round(each, places) for each, places in zip(sold, decimals, strict=True)] == listed["amount"].tolist()
    days = calendar("intervention_days", "2022-01-01")
    timed = days[days["time"] != ""]
    assert timed[["date", "time", "tz"]].to_numpy().tolist() == listed[["date", "time", "tz"]].to_numpy().tolist()


def test_the_calendar_has_the_days_and_amounts_of_the_record():
    days, table = calendar("intervention_days"), operations()
    assert len(days) == len(table) == 361
    moved = days["date"] != table["date"]
    assert days.loc[moved, "date"].dt.strftime("%Y-%m-%d").tolist() == ["2022-10-23"]
    found = [re.match(r"Japan (sells|buys) dollars: JPY ([0-9.]+)tn", label).groups() for label in days["label"]]
    assert [side for side, _ in found] == table["direction"].tolist()
    np.testing.assert_allclose([float(size) for _, size in found], table["yen_bn"].abs() / 1000.0, rtol=1e-12)


def test_the_publishers_file_makes_the_table_of_the_archive():
    made = vintage_table("mof_usdjpy", {"feio": parse("feio", SAMPLE)})
    assert tuple(made.columns) == TABLES["mof_usdjpy"].columns == tuple(read_table("mof_usdjpy", EMBEDDED)[0].columns)
    ours, _ = read_table("mof_usdjpy", EMBEDDED)
    assert made["date"].tolist() == [day for day in ours["date"] if "2003-01-01" <= day <= "2003-09-30"]
    assert made.set_index("date")["value"].loc[lambda each: each != 0.0].to_dict() == {
        "2003-01-15": 80.0, "2003-01-16": 1234.0, "2003-07-01": 300.0, "2003-09-30": -2000.0,
    }  # fmt: skip


GOOD = "# a table\n2003-01: 15 8.3, 16 57\n2003-02: 24 -92.7, 25 -0.3\n"


def test_figures_become_every_weekday_in_hundreds_of_millions(tmp_path):
    path = tmp_path / "mof.txt"
    path.write_text(GOOD, encoding="utf-8")
    rows = dict(interventions(path))
    days = ("2003-01-14", "2003-01-15", "2003-01-16", "2003-02-24", "2003-02-25")
    assert [rows[day] for day in days] == ["0", "83", "570", "-927", "-3"]
    assert len(rows) == len(pd.bdate_range("1991-04-01", "2026-06-30"))
    assert all(value == "0" for day, value in rows.items() if day < "2003-01-15")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("2003-03 03 215.5", "line 4: expected 'YYYY-MM: DD amount, ...'"),
        ("2003-03: 03 215.55", "line 4: .*found '03 215.55'"),
        ("2003-03: 3 215.5", "line 4: .*found '3 215.5'"),
        ("2003-03: 03", "line 4: .*found '03'"),
        ("2003-03: 04 92.8, 03 215.5", "line 4: expected days in order"),
        ("2003-03: 03 215.5, 03 92.8", "line 4: expected days in order"),
        ("2003-01: 17 137.6", "line 4: expected days in order"),
        ("2003-06: 31 92.8", "line 4: expected an amount other than zero on a day .*found '31 92.8' in 2003-06"),
        ("2003-03: 03 0", "line 4: expected an amount other than zero"),
        ("2003-03: 03 0.0", "line 4: expected an amount other than zero"),
        ("2026-07: 01 5", "line 4: .* from 1991-04-01 to 2026-06-30; found '01 5' in 2026-07"),
    ],
)
def test_a_bad_line_of_figures_stops_the_build(tmp_path, line, words):
    path = tmp_path / "mof.txt"
    path.write_text(f"{GOOD}{line}\n", encoding="utf-8")
    with pytest.raises(SchemaError, match=rf"mof\.txt {words}"):
        interventions(path)


def test_monthly_sums_of_the_record_by_name():
    assert monthly("japan_intervention_usd")["2004-01":"2004-03"].sum() == pytest.approx(148_313.0)
