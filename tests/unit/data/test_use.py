"""Files that a computation used: each that is read, also where the value is remembered, and no other."""

import pandas as pd
import pytest

import econ
from econ.data.archive import EMBEDDED, read_table, table_bytes
from econ.data.calendars import calendar
from econ.data.use import remembered, used, using
from econ.data.vintage import Vintage

FILE = Vintage("2026-07-17", "Treasury", "SLT", "https://a", "a.csv", "aa" * 32, "public")
OTHER = Vintage("2026-07-17", "Fed", "H.15", "https://b", "b.csv", "bb" * 32, "public")


def names(files):
    return [file.file.split("/")[-1].removesuffix(".csv") for file in files]


@remembered(4)
def halved(x):
    if x < 0:
        raise ValueError(x)
    used(FILE)
    return x / 2


@remembered(4)
def quartered(x):
    used(OTHER)
    return halved(x) / 2


def test_who_is_given_a_remembered_value_has_used_its_files():
    for _ in range(3):
        with using() as files:
            assert halved(4.0) == 2.0
        assert list(files) == [FILE]


def test_what_is_remembered_passes_on_the_files_of_what_it_remembers():
    halved(8.0)  # remembered before anybody watches
    for _ in range(2):
        with using() as files:
            quartered(8.0)
        assert list(files) == [OTHER, FILE]


def test_an_outer_collection_is_told_unless_the_inner_one_keeps_it_back():
    with using() as outer:
        with using() as inner:
            halved(4.0)
        assert list(outer) == list(inner) == [FILE]
    with using() as outer:
        with using(tell=False) as inner:
            halved(4.0)
        assert (list(outer), list(inner)) == ([], [FILE])


def failing():
    with using():
        used(OTHER)
        halved(-1)


def test_files_of_a_computation_that_fails_are_told_and_collections_end():
    with using() as outer, pytest.raises(ValueError, match="-1"):
        failing()
    assert list(outer) == [OTHER]
    used(FILE)  # nobody watches
    assert list(outer) == [OTHER]


def test_every_reader_tells_its_files_twice_alike():
    index = pd.period_range("2025-01", periods=1, freq="M")
    readers = {
        "DGS10": lambda: read_table("DGS10"),
        "acm": lambda: table_bytes("acm"),
        "FYGFDPUN": lambda: econ.data.debt_scale(index),
        "mof_usdjpy": lambda: calendar("intervention_days"),
        "mfh": lambda: econ.data.custody_adjusted("china"),
        "mof_usdjpy EXJPUS FYGFDPUN DGS10": lambda: econ.data.operations(),
        "mfh s_form foreign_official": lambda: econ.data.against_surveys(),
    }
    for expected, read in readers.items():
        for _ in range(2):
            with using() as files:
                read()
            assert set(names(files)) == set(expected.split()), expected


def test_a_measure_takes_no_more_files_than_it_needs():
    positions, valued = {"bertaut_judson", "slt_table1"}, {"DGS2", "DGS10"}
    for measure, expected in {
        "net_purchases": {"s_form", "slt_table1"},
        "position": positions,
        "position_change": positions,
        "valuation_change": positions | valued,
        "gap": positions | valued | {"s_form"},
    }.items():
        with using() as files:
            econ.data.flows("china", measure, scale="usd_bn")
        assert set(names(files)) == expected, measure


def test_a_rule_of_dates_reads_no_file():
    with using() as files:
        calendar("payrolls")
    assert not files


def test_a_dataset_names_the_files_that_were_read_for_it_once_each():
    with using() as files:
        data = econ.load("china_net_purchases", "japan_net_purchases", "yield_10y")
    assert data.vintages == tuple(files)
    assert names(data.vintages) == ["s_form", "slt_table1", "FYGFDPUN", "DGS10"]
    assert {file.as_of for file in data.vintages} == {EMBEDDED}
