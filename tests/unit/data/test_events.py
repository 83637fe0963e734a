"""The event catalogue: dated, sourced, in order."""

import pytest

import econ
from econ.errors import SeriesNotFound


def test_every_event_has_a_source_a_zone_and_a_sign():
    table = econ.events()
    assert len(table) == 41
    assert (table[["id", "kind", "label", "source", "tz", "time"]] != "").all().all()
    assert table["date"].is_monotonic_increasing
    assert not table["source"].str.contains("memory|seen").any()


def test_a_kind_selects_its_events_and_an_unknown_one_is_refused():
    assert set(econ.events("intervention")["kind"]) == {"intervention"}
    with pytest.raises(SeriesNotFound, match="did you mean 'intervention'"):
        econ.events("interventions")


def test_the_record_custody_shift_is_in_the_archive_too():
    custody = econ.load("fed_custody", frequency="W").frame["fed_custody"] / 1000
    week = custody.diff()["2014-03-12"]
    assert -110 < week < -95
    assert custody.diff()[:"2014-03-12"].min() == week


def test_only_interventions_have_an_amount_and_it_is_the_one_in_the_label():
    table = econ.events()
    has = table["amount"].notna()
    assert set(table.loc[has, "kind"]) == {"intervention"}
    assert has.sum() == (table["kind"] == "intervention").sum()
    for _, row in table[has].iterrows():
        assert f"{row['amount']:g}" in row["label"]
