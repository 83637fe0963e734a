"""Single figures: each with a date, a source and whether it was seen; and those that the archive holds too agree."""

from importlib import import_module

import pandas as pd
import pytest

import econ
from econ.data import facts
from econ.errors import SchemaError, SeriesNotFound, SpecificationError


def test_every_figure_has_words_units_a_source_and_a_day_on_which_it_came_out():
    table = facts()
    assert len(table) == 27
    assert (table[["key", "units", "label", "source"]] != "").all().all()
    assert table["value"].notna().all()
    assert table["date"].is_monotonic_increasing
    assert set(table.loc[~table["seen"], "key"]) == {"fed_treasury_purchases", "ndb_paid_in"}
    assert not table["source"].str.contains("memory|seen").any()


def test_what_was_known_by_a_day_leaves_out_what_came_later():
    ratio = facts("japan_debt_ratio")
    assert ratio["value"].tolist() == [262.5, 234.9, 229.6]
    assert facts("japan_debt_ratio", known_by="2025-10-09")["value"].tolist() == [262.5, 234.9]
    assert (facts(known_by="2025-10-09")["published"] <= pd.Timestamp("2025-10-09")).all()
    with pytest.raises(SeriesNotFound, match="nothing of us_debt was known by 2025-01-01"):
        facts("us_debt", known_by="2025-01-01")
    with pytest.raises(SpecificationError, match="known_by has the date '9 October 2025'"):
        facts(known_by="9 October 2025")


def test_an_unknown_key_is_refused_with_the_nearest():
    with pytest.raises(SeriesNotFound, match="did you mean 'us_debt'"):
        facts("us_dept")


@pytest.mark.parametrize("damage", ["a column less", "a figure twice", "perhaps seen"])
def test_a_file_changed_into_something_else_is_refused(monkeypatch, tmp_path, damage):
    module = import_module("econ.data.facts")
    lines = module._FILE.read_text(encoding="utf-8").splitlines()
    changed = {
        "a column less": [lines[0].removesuffix(",source"), *lines[1:]],
        "a figure twice": [*lines, lines[-1]],
        "perhaps seen": [lines[0], lines[1].replace(",yes,", ",perhaps,"), *lines[2:]],
    }[damage]
    (tmp_path / "facts.csv").write_text("\n".join(changed), encoding="utf-8")
    monkeypatch.setattr(module, "_FILE", tmp_path / "facts.csv")
    with pytest.raises(SchemaError, match=r"facts\.csv must have columns"):
        facts()


def test_figures_that_the_archive_holds_too_agree():
    gold = econ.load("china_gold_ounces").frame["china_gold_ounces"]
    known = facts("china_gold_ounces").set_index("date")["value"]
    assert gold["2025-09"] == known["2025-09-30"]
    assert gold["2024-11"] < known["2024-12-31"] < gold["2025-01"]  # the workbook of 2024 lacks its last month
    debt = econ.load("federal_debt", frequency="Q").frame["federal_debt"] / 1000
    assert debt["2025Q2"] < facts("us_debt")["value"].iloc[0]  # gross debt is more than what the public holds
