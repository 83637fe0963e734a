"""A `Table` as a workbook, through pandas; the same bytes at any time on any machine."""

from __future__ import annotations

import io
import re
import zipfile
from importlib.util import find_spec
from pathlib import Path

from econ.errors import SpecificationError
from econ.files import write_atomic
from econ.tables.table import Table

CLOCK = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
EPOCH = (1980, 1, 1, 0, 0, 0)
"""First date that a zip file knows."""


def to_excel(table: Table, path: Path | str) -> Path:
    """Write every number at full precision to one sheet: panel, row, statistic, then one column a head.

    Words that open with ``=``, ``+``, ``-`` or ``@`` stay words, not formulas.

    Parameters
    ----------
    table : Table
        What to write; title, facts and notes stand on a second sheet.
    path : Path or str
        Where; the name ends in ``.xlsx``.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    SpecificationError
        If the name does not end in ``.xlsx``, or openpyxl is not installed.
    WriteError
        If the file cannot be written; what was there stays.
    """
    import pandas as pd

    where = Path(path)
    if where.suffix != ".xlsx":
        raise SpecificationError(f"a workbook is called name.xlsx; found {where.name!r}.")
    if find_spec("openpyxl") is None:
        raise SpecificationError("to_excel needs openpyxl; pip install 'econ[excel]'.")
    rows = [[panel, label, statistic, *values] for panel, label, statistic, values in table.records()]
    about = [["title", table.title], *([name, _plain(value)] for name, value in table.facts)]
    about += [["note", words] for words in table.all_notes()]
    heads = ["panel", "row", "statistic", *table.names]
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer, engine="openpyxl") as book:
        for name, frame in (("results", pd.DataFrame(rows, columns=heads)), ("about", pd.DataFrame(about))):
            frame.to_excel(book, sheet_name=name, index=False, header=name == "results")
        for sheet in book.book.worksheets:
            for cell in (each for row in sheet.iter_rows() for each in row if each.data_type == "f"):
                cell.data_type = "s"
    write_atomic(where, _timeless(buffer.getvalue()))
    return where


def _plain(value: object) -> object:
    return value if isinstance(value, (int, float)) else str(value)


def _timeless(content: bytes) -> bytes:
    """The same workbook without the time at which it was made."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = CLOCK.sub(rb"\g<1>1980-01-01T00:00:00Z\g<2>", old.read(name))
            new.writestr(zipfile.ZipInfo(name, EPOCH), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()
