"""Forms of a table that are not those of the paper: workbook, Markdown."""

import io
import re
import zipfile

import pandas as pd
import pytest

from econ import Estimate, Unavailable
from econ.errors import SpecificationError, WriteError
from econ.tables import Panel, Table

TABLE = Table(
    ["a", "b"],
    [Panel("first"), ("=1+1", 1.23456789, Estimate(2.0, 0.5, 1.0, 3.0)), ("gone", Unavailable("no data"), 7)],
    title="Two", facts=[("n", 9)],
)  # fmt: skip


def test_markdown_has_a_row_a_line_and_its_notes():
    lines = TABLE.to_markdown().splitlines()
    assert lines[0] == "**Two**"
    assert "|:--|--:|--:|" in lines
    assert "| =1+1 | 1.23 | 2.00 |" in lines
    assert lines[-1] == "*Notes:* n.a. (gone): no data."


def test_a_workbook_needs_openpyxl_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("econ.tables.excel.find_spec", lambda name: None)
    with pytest.raises(SpecificationError, match=r"to_excel needs openpyxl; pip install 'econ\[excel\]'"):
        TABLE.to_excel(tmp_path / "t.xlsx")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(SpecificationError, match=r"a workbook is called name.xlsx; found 't.xls'"):
        TABLE.to_excel(tmp_path / "t.xls")


def workbook():
    """The least that a zip file with two clocks holds."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as book:
        book.writestr("docProps/core.xml", '<dcterms:created x="y">2026-01-01T10:00:00Z</dcterms:created>')
        book.writestr("sheet.xml", "<c>1</c>")
    return buffer.getvalue()


def test_a_workbook_has_no_clock():
    from econ.tables.excel import _timeless

    content = _timeless(workbook())
    assert content == _timeless(content)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert {each.date_time for each in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert re.search(rb">1980-01-01T00:00:00Z<", book.read("docProps/core.xml"))
        assert book.read("sheet.xml") == b"<c>1</c>"


def test_a_workbook_holds_every_number_at_full_precision(tmp_path):
    pytest.importorskip("openpyxl", reason="openpyxl is the extra 'excel'")
    path = TABLE.to_excel(tmp_path / "t.xlsx")
    first = path.read_bytes()
    read = pd.read_excel(path, sheet_name="results")
    assert read["row"].tolist()[:1] == ["=1+1"]  # words, no formula
    assert read.loc[0, "a"] == 1.23456789
    assert read.loc[read["statistic"] == "std_error", "b"].tolist() == [0.5]
    assert TABLE.to_excel(tmp_path / "u.xlsx").read_bytes() == first
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError):
        TABLE.to_excel(tmp_path / "file" / "t.xlsx")
