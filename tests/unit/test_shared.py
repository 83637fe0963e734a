"""What the package keeps for everybody, tables it has read and registries, nobody can edit."""

import copy
from collections.abc import Mapping, MutableMapping, MutableSequence, MutableSet

import numpy as np
import pandas as pd
import pytest

import econ
from econ.data import archive, concepts, convert, reported
from econ.data.catalogue import entry
from econ.data.flows import flow_table

ROOMS = (econ.data, econ.eventstudy, econ.infer, econ.multiverse, econ.offset, econ.projection, econ.report,
         econ.responses, econ.simulate, econ.tables, econ.var)  # fmt: skip

READERS = {
    "read_table": lambda: archive.read_table("DGS10")[0],
    "native": lambda: convert.native(entry("yield_10y"), archive.EMBEDDED),
    "monthly": lambda: convert.monthly("yield_10y"),
    "load": lambda: econ.load("yield_10y").frame,
    "flows": lambda: econ.data.flows("china"),
    "flow_table": lambda: flow_table("china", "net_purchases", "debt", as_of=archive.EMBEDDED, stamp=STAMP),
    "debt_scale": lambda: econ.data.debt_scale(pd.period_range("2015-01", "2016-03", freq="M")),
    "long_term": lambda: reported.long_term("CHN", archive.EMBEDDED, STAMP, "net_purchases"),
    "official": lambda: reported._official("CHN", archive.EMBEDDED, STAMP),
    "by survey": lambda: reported.holdings_by_survey("CHN", archive.EMBEDDED, STAMP),
    "purchases": lambda: concepts.purchases("CHN", "holder", archive.EMBEDDED, STAMP),
    "valuation": lambda: econ.data.valuation_model("china").params,
    "custody_adjusted": lambda: econ.data.custody_adjusted("china").frame,
    "calendar": lambda: econ.data.calendar("fomc"),
    "calendars": econ.data.calendars,
    "events": econ.data.events,
    "facts": econ.data.facts,
    "holders": econ.data.holders,
    "catalogue": econ.catalogue,
    "operations": econ.data.operations,
    "plotted": lambda: next(iter(econ.report.Exhibit.open("multiverse").figures.values())).data,
}
STAMP = reported.stamp_of(archive.EMBEDDED)


@pytest.mark.parametrize("name", READERS)
def test_no_edit_of_what_one_reader_gets_reaches_the_next(name):
    before = copy.deepcopy(READERS[name]())
    table = READERS[name]()
    for place in range(len(table)):
        cell = (place,) if table.ndim == 1 else (place, 0)
        table.iloc[cell] = table.iloc[(0, *cell[1:])] if place else table.iloc[(len(table) - 1, *cell[1:])]
    table.index.name = "edited"
    assert not table.equals(before)
    assert READERS[name]().equals(before)
    assert READERS[name]().index.name == before.index.name


def test_no_edit_of_a_table_in_memory_changes_what_load_gives_under_a_valid_checksum():
    frame = archive.read_table("DGS10")[0]
    frame.loc[:, "value"] = frame["value"] + 1.0
    frame["value"].array[0] = 99.0  # past pandas' own copying
    assert econ.load("yield_10y").frame["yield_10y"].iloc[-1] == pytest.approx(4.4)
    assert archive.read_table("DGS10")[0]["value"].iloc[0] == pytest.approx(11.7)


def test_no_edit_of_a_row_of_the_manifest_makes_another_checksum():
    row = archive.manifest_rows()[0]
    kept = row["sha256"]
    row["sha256"] = "0" * 64
    assert archive.manifest_rows()[0]["sha256"] == kept
    archive.verify_archive()


@pytest.mark.parametrize("room", [econ, *ROOMS], ids=lambda room: room.__name__)
def test_nothing_that_a_room_exports_can_be_edited(room):
    writable = (MutableMapping, MutableSequence, MutableSet, pd.DataFrame, pd.Series)
    for name in room.__all__:
        value = getattr(room, name)
        assert not isinstance(value, writable), name
        assert not isinstance(value, np.ndarray) or not value.flags.writeable, name


def test_registries_are_mappings_all_the_same():
    assert isinstance(econ.simulate.ESTIMATORS, Mapping)
    assert {**econ.offset.EPISODES}["March 2020"] == ("2020-03", "2020-03")
    with pytest.raises(TypeError):
        econ.simulate.OFFSET_FAULTS["mine"] = None
