"""The real files of the publishers: parsed in full, and equal to the embedded vintage wherever both have a figure."""

import numpy as np
import pandas as pd
import pytest

from econ.data.archive import read_table
from econ.data.catalogue import TABLES
from econ.data.fetchers import safe
from econ.data.fetchers.tables import vintage_table
from econ.data.parsers import parse

OFFICIAL = [
    ("acm", "nyfed/ACMTermPremium_monthly_2025-06.csv", 23070),
    ("bertaut_judson", "fed/bertaut_judson_positions_liabs_2021.csv", None),
    ("ebp", "fed/ebp_csv.csv", 642 * 3),
    ("ebp", "fed/vintages/ebp_csv_2025-03.csv", 627 * 3),
    ("foiadj", "fed/ticdata.liabilities.foiadj.txt", None),
    ("jgb", "other/jgbcme_all.csv", None),
    ("shlhistdat", "tic/shlhistdat.txt", 51978),
    ("mfhhis01", "tic/mfhhis01.txt", 12712),
    ("mfhhis01", "tic/vintages/mfhhis01_2026-04.txt", 12712),
    ("s1_globl", "tic/s1_globl.txt.gz", 41519 * 12),
    ("slt3d_globl", "tic/slt3d_globl.csv", None),
    ("slt_table1", "tic/slt_table1.txt", None),
    ("slt_table1", "tic/vintages/slt_table1_2026-06.txt", None),
    ("slt_table1", "tic/vintages/tic_slt_table1_eutax.xlsx", None),
    ("slt_table3", "tic/slt_table3.txt", None),
    ("slt_table5", "tic/slt_table5.txt", 325),
    *((("safe", f"other/safe_ora_{year}.xls" + "x" * (year > 2020), None)) for year in range(2020, 2027)),
]
NO_FRED_LAYOUT = ("2026-01-MD.csv", "h10_exchange_rates_monthly.csv")


@pytest.fixture(scope="module")
def raw(shared):
    return shared("data/raw")


def one(frame, **where):
    for name, value in where.items():
        frame = frame[frame[name].astype(str) == value]
    assert len(frame) == 1, f"{len(frame)} rows at {where}"
    return float(frame["value"].iloc[0])


@pytest.mark.parametrize(("layout", "file", "rows"), OFFICIAL)
def test_every_official_file_parses_to_finite_tidy_rows(raw, layout, file, rows):
    frame = parse(layout, raw / file)
    key = "holder" if "holder" in frame else "series"
    assert list(frame.columns[:6]) == ["date", key, "item", "value", "unit", "notes"]
    assert np.isfinite(frame["value"]).all()
    assert not frame.duplicated(["date", key, "item", "unit", "notes"]).any()
    assert rows is None or len(frame) == rows
    assert parse(layout, (raw / file).read_bytes()).equals(frame)


@pytest.mark.shared_files("data/raw/fred/*.csv", "data/raw/fred/vintages/*.csv", without=NO_FRED_LAYOUT)
def test_every_fred_file_parses_as_pandas_reads_it(shared_file):
    frame = parse("fred_csv", shared_file)
    plain = pd.read_csv(shared_file, na_values=["."]).set_axis(["date", "value"], axis=1).dropna()
    np.testing.assert_allclose(frame["value"], plain["value"], rtol=4e-16, atol=0.0)  # pandas before 3.1: the last bit
    dates = frame["date"]
    days = dates.dt.start_time if isinstance(dates.dtype, pd.PeriodDtype) else dates
    assert days.dt.strftime("%Y-%m-%d").tolist() == plain["date"].tolist()


def test_figures_that_everybody_quotes(raw):
    mfh = parse("mfhhis01", raw / "tic/mfhhis01.txt")
    china = mfh[(mfh["holder"] == "CHN") & (mfh["date"].astype(str) == "2010-06")]
    assert dict(zip(china["notes"].str[:14], china["value"], strict=True)) == {
        "new series XI;": 1112.1,
        "old series X; ": 843.7,
    }
    assert one(mfh, date="2025-07", holder="CHN") == 695.6
    table1 = parse("slt_table1", raw / "tic/slt_table1.txt")
    assert one(table1, date="2024-12", holder="CHN", item="for_lt_treas_pos") == 698635
    assert one(table1, date="2025-01", holder="CHN", item="for_lt_treas_pos") == 698635
    jgb = parse("jgb", raw / "other/jgbcme_all.csv")
    assert one(jgb, date="2026-06-30", series="JGB10Y") == 2.69
    reserves = parse("safe", raw / "other/safe_ora_2024.xlsx")
    assert one(reserves, date="2024-01", item="foreign_currency_reserves", unit="usd_100mn") == 32193.20


def test_survey_breaks_print_both_columns_of_march_2000_and_every_june(raw):
    mfh = parse("mfhhis01", raw / "tic/mfhhis01.txt")
    twice = mfh[mfh["notes"].str.contains("new series")]["date"].astype(str).unique()
    assert sorted(twice) == ["2000-03", *(f"{year}-06" for year in range(2002, 2012))]


def archived(name, shared):
    raw = shared("data/raw")
    if name in ("acm", "slt_table1", "bertaut_judson"):
        files = {
            "acm": "nyfed/ACMTermPremium_monthly_2025-06.csv",
            "slt_table1": "tic/slt_table1.txt",
            "bertaut_judson": "fed/bertaut_judson_positions_liabs_2021.csv",
        }
        return {name: parse(name, raw / files[name])}
    if name == "safe_reserves":
        return {"safe": pd.concat([parse("safe", raw / f"other/{each.file}") for each in safe.OFFICIALS])}
    if name == "s_form":
        return {"s1_globl": parse("s1_globl", raw / "tic/s1_globl.txt.gz")}
    if name == "foreign_official":
        return {"foiadj": parse("foiadj", raw / "fed/ticdata.liabilities.foiadj.txt")}
    if name == "mfh":
        return {
            "mfhhis01": parse("mfhhis01", raw / "tic/mfhhis01.txt"),
            "slt_table5": parse("slt_table5", raw / "tic/slt_table5.txt"),
        }
    return {"fred_csv": parse("fred_csv", shared(f"data/raw/fred/{name}.csv"))}


@pytest.mark.parametrize("name", sorted(name for name, table in TABLES.items() if table.served))
def test_the_archive_equals_the_publishers_file_on_every_common_observation(name, shared):
    table, (ours, _) = vintage_table(name, archived(name, shared)), read_table(name)
    assert tuple(table.columns) == TABLES[name].columns
    keys = [column for column in ("date", "printed" if name == "mfh" else "holder", "series") if column in ours]
    both = ours.merge(table, on=keys, suffixes=("_ours", "_theirs"))
    assert len(both) > 0.5 * len(ours.dropna()), "the files share too few observations to say anything"
    for column in set(TABLES[name].columns) - {*keys, "holder"}:
        left, right = both[f"{column}_ours"], both[f"{column}_theirs"]
        known = left.notna() & right.notna()
        assert known.sum() > 0
        tolerance = 5.1e-5 if name == "acm" else 0.0  # the archive gives term premia to four decimals
        wrong = both[known & ~np.isclose(left, right, rtol=1e-12, atol=tolerance)]
        assert wrong.empty, f"{name}.{column} differs:\n{wrong.head(20)}"
