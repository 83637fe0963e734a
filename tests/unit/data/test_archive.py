"""The embedded vintage: complete, verified byte by byte, and equal to the tables it was built from."""

import csv
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import econ
from econ.data import archive, build_archive
from econ.data.catalogue import ENTRIES, TABLES
from econ.errors import (
    ChecksumMismatch,
    FrequencyError,
    SchemaError,
    SeriesNotFound,
    SpecificationError,
    VintageMissing,
)


@pytest.fixture
def copy(tmp_path, monkeypatch):
    shutil.copytree(archive.ARCHIVE, tmp_path / "archive")
    monkeypatch.setattr(archive, "ARCHIVE", tmp_path / "archive")
    return tmp_path / "archive" / archive.EMBEDDED


def test_every_file_matches_its_checksum_and_the_manifest_lists_all_files():
    files = {vintage.file.split("/")[1] for vintage in archive.verify_archive()}
    on_disk = {path.name for path in archive.folder().glob("*.csv")} - {"manifest.csv"}
    assert files == on_disk == {f"{name}.csv" for name in TABLES}


def test_a_tampered_file_is_named_with_both_checksums(copy):
    path = copy / "DGS10.csv"
    path.write_bytes(path.read_bytes().replace(b"6.58", b"6.59", 1))
    with pytest.raises(ChecksumMismatch, match=r"DGS10\.csv was changed: expected sha256 \w{64}, found \w{64}"):
        econ.load("yield_10y")


def test_a_missing_file_vintage_or_table_is_named(copy):
    (copy / "DGS2.csv").unlink()
    with pytest.raises(VintageMissing, match=r"DGS2\.csv"):
        econ.load("yield_2y")
    with pytest.raises(VintageMissing, match="no vintage '1999-01-01'; on disk are 2026-07-17"):
        econ.load("yield_10y", as_of="1999-01-01")
    for wrong in ("../2026-07-17", "2026-13-45", "x" * 300, "", None):
        with pytest.raises(SchemaError, match=r"named by the ISO date .*; on disk are 2026-07-17"):
            econ.load("yield_10y", as_of=wrong)
    with pytest.raises(SeriesNotFound, match="DGS10"):
        archive.read_table("DGS1O")


def test_a_malformed_file_with_a_right_checksum_is_still_refused(copy):
    import hashlib

    content = b"date,value\n2000-01-03,six\n"
    (copy / "DGS10.csv").write_bytes(content)
    rows = list(csv.reader((copy / "manifest.csv").read_text().splitlines()))
    for row in rows:
        if row[0] == "DGS10.csv":
            row[1] = hashlib.sha256(content).hexdigest()
    (copy / "manifest.csv").write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in rows))
    with pytest.raises(SchemaError, match=r"DGS10\.csv cannot be read"):
        econ.load("yield_10y")


def test_values_in_wrong_units_are_caught_by_the_catalogues_range(copy, monkeypatch):
    frame, vintage = archive.read_table("DGS10")
    from econ.data import convert

    other = replace(vintage, sha256="0" * 64)  # what is remembered is of the file as it is
    monkeypatch.setattr(convert, "verified", lambda names, as_of: (other,))
    monkeypatch.setattr(convert, "read_table", lambda name, as_of: (frame.assign(value=frame["value"] * 100), other))
    with pytest.raises(SchemaError, match=r"must lie between -1 and 20 percent; found 1170"):
        econ.load("yield_10y")


def test_unknown_series_get_a_suggestion_and_live_series_say_how_to_get_them():
    with pytest.raises(SeriesNotFound, match="did you mean 'yield_10y'"):
        econ.load("yield_10yr")
    with pytest.raises(VintageMissing, match="econ data fetch"):
        econ.load("vix")
    with pytest.raises(SpecificationError, match="once"):
        econ.load("yield_10y", "yield_10y")
    with pytest.raises(SpecificationError, match="at least 1 name"):
        econ.load()


def test_frequencies_are_never_mixed_silently():
    with pytest.raises(FrequencyError, match="monthly"):
        econ.load("china_net_purchases", frequency="D")
    with pytest.raises(FrequencyError, match="quarterly"):
        econ.load("federal_debt")
    with pytest.raises(FrequencyError, match="'W', not 'D'"):
        econ.load("fed_custody", "yield_10y", frequency="D")
    with pytest.raises(SpecificationError, match="no frequency 'X'"):
        econ.load("yield_10y", frequency="X")
    with pytest.raises(SpecificationError, match="no rule"):
        econ.load("yield_10y", rule="first")


def test_month_end_and_average_follow_their_rule_and_unfinished_months_are_left_out():
    daily = econ.load("yield_10y", frequency="D").frame["yield_10y"]
    monthly = econ.load("yield_10y").frame["yield_10y"]
    assert str(daily.index[-1].date()) == "2026-05-26"
    assert str(monthly.index[-1]) == "2026-04"
    assert monthly["2020-03"] == daily["2020-03-31"]
    mean = econ.load("yield_10y", rule="mean").frame["yield_10y"]
    official = econ.load("yield_10y_average").frame["yield_10y_average"]
    gap = (mean - official.reindex(mean.index)).abs()
    assert gap.max() <= 0.0051  # the official average is rounded to the hundredth


def test_known_quotes_and_holdings():
    daily = econ.load("yield_10y", frequency="D").frame["yield_10y"]
    assert (daily["2020-03-09"], daily["2020-03-18"]) == (0.54, 1.18)
    mfh = econ.load("china_mfh_holdings").frame["china_mfh_holdings"]
    assert mfh["2025-07"] == 695.6
    assert mfh["2010-06"] == 1112.1  # the new series of the survey break


def test_custody_zeros_are_missing_and_the_cpi_hole_stays_a_hole():
    assert str(econ.load("fed_custody").frame.index[0]) == "2007-07"
    cpi = econ.load("cpi").frame["cpi"]
    assert np.isnan(cpi["2025-10"])
    assert cpi.isna().sum() == 1


def test_the_catalogue_describes_every_series_and_every_archived_name_loads():
    table = econ.catalogue()
    words = table[["label", "units", "sign", "frequency", "source", "licence"]]
    assert (words != "").all().all()
    archived = table[table["archived"]]
    assert (archived["citation"] != "").all()
    assert set(table.index) == set(ENTRIES)
    for name, row in archived.iterrows():
        if row["column"] in ("mfh_change", "mfh_holdings") and "Saudi" not in row["label"]:
            continue  # every measure of one holder is enough for the long MFH table
        frequency = row["frequency"] if row["frequency"] == "Q" else "M"
        assert len(econ.load(name, frequency=frequency).frame) > 24, name


def test_provenance_names_each_file_behind_a_flow():
    def files(name, **options):
        data = econ.load(name, **options)
        return {vintage.file.split("/")[1].removesuffix(".csv") for vintage in data.vintages}

    slt, officials, valued = {"slt_table1"}, {"bertaut_judson", "foreign_official"}, {"DGS2", "DGS10"}
    assert files("official_net_purchases") == officials | slt | {"FYGFDPUN"}
    assert files("china_net_purchases") == {"s_form", "FYGFDPUN"} | slt
    assert files("china_net_purchases_usd", concept="counterparty") == {"s_form"}
    assert files("china_net_purchases_usd", concept="holder") == slt
    assert files("china_net_purchases_usd", concept="position") == {"bertaut_judson"} | slt | valued
    assert files("china_gap_usd") == {"bertaut_judson", "s_form"} | slt | valued
    assert files("official_position") == officials | slt


def test_loading_ignores_the_order_of_names():
    one = econ.load("yield_2y", "yield_10y").frame
    other = econ.load("yield_10y", "yield_2y").frame
    pd.testing.assert_frame_equal(one, other[one.columns])


def test_the_build_writes_the_committed_bytes(tmp_path, shared):
    built = build_archive.build(shared("figures"), tmp_path)
    for path in sorted(archive.folder().glob("*.csv")):
        assert (built / path.name).read_bytes() == path.read_bytes(), path.name


def test_the_builder_refuses_lines_that_break_the_layout(tmp_path):
    path = tmp_path / "DGS10.txt"
    path.write_text("2000-01 [17]: 658 649\n")
    with pytest.raises(SchemaError, match=r"2000-01: 20 trading days but 2 values"):
        build_archive.daily(path)
    path.write_text("1985: 1 2 3\n")
    with pytest.raises(SchemaError, match="3 of 12"):
        build_archive.yearly(path, per_year=12)
    path.write_text("2003: 01-01 5 01-08\n")
    with pytest.raises(SchemaError, match="pair up"):
        build_archive.weekly(path)
    with pytest.raises(SchemaError, match="no figures"):
        build_archive.daily(tmp_path / "absent.txt")


@pytest.mark.parametrize(("text", "percent"), [("658", "6.58"), ("54", "0.54"), ("5", "0.05"), ("-12", "-0.12")])
def test_basis_points_become_percent_exactly(text, percent):
    assert build_archive._basis_points(text) == percent


def test_names_in_the_catalogue_are_unique_and_ranges_are_ordered():
    assert econ.catalogue().index.is_unique
    assert all(item.low < item.high for item in ENTRIES.values())
