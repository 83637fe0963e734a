"""SLT Tables 1 and 3: long-term (and all) Treasuries by country and month, one line each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from econ.data.parsers.places import coded_holder
from econ.data.parsers.source import Source, Wide, split_quoted
from econ.data.parsers.spreadsheet import is_workbook, workbook_lines

_KINDS = ("total", "treas", "agcy", "corp", "eqty")
_WORDS = {"pos": "Holdings", "net": "Net U.S. Sales", "valchg": "Valuation Change"}
_CLASSES = ("Total U.S. Securities", "U.S. Treasuries", "U.S. Agency Bonds", "U.S. Corp. & Other Bonds",
            "U.S. Corp. Equity")  # fmt: skip
_TOLERANCE = 6.0
"""USD millions: four figures rounded to a million miss their total by at most 2.5; `n.a.` parts are left out."""


@dataclass(frozen=True)
class _Layout:
    """Header of one SLT table."""

    title: str
    groups: tuple[str, ...]
    words: tuple[str, ...]
    fields: tuple[str, ...]
    sums: tuple[tuple[str, ...], ...]


_TABLE1 = _Layout(
    "Table 1: U.S. Long-Term Securities Held by Foreign Residents",
    tuple(name for name in _CLASSES for _ in _WORDS),
    tuple(word for _ in _CLASSES for word in _WORDS.values()),
    tuple(f"for_lt_{kind}_{what}" for kind in _KINDS for what in _WORDS),
    tuple(tuple(f"for_lt_{kind}_{what}" for kind in _KINDS) for what in _WORDS),
)
_TABLE3 = _Layout(
    "Table 3: U.S. Treasury Securities Held by Foreign Residents",
    ("Total U.S. Treasuries",) * 2 + ("Long-term U.S. Treasuries",) * 3 + ("Short-term U.S. Treasuries",) * 2,
    ("Holdings", "Net U.S. Sales", "Holdings", "Net U.S. Sales", "Valuation Change", "Holdings", "Net U.S. Sales"),
    ("for_treas_pos", "for_treas_net", "for_lt_treas_pos", "for_lt_treas_net", "for_lt_treas_valchg",
     "for_st_treas_pos", "for_st_treas_net"),
    (("for_treas_pos", "for_lt_treas_pos", "for_st_treas_pos"),
     ("for_treas_net", "for_lt_treas_net", "for_st_treas_net")),
)  # fmt: skip


def _header(source: Source, layout: _Layout, rows: list[list[str]]) -> None:
    """Refuse any header but the one known: a moved column is a wrong number under a right name."""
    width = len(layout.fields)
    wanted = {
        7: ["", "", "", *layout.groups],
        8: ["Country", "Country Code", "Date", *layout.words],
        9: ["country", "country_code", "date", *layout.fields],
    }
    if len(rows) < 10 or not rows[0][0].startswith(layout.title):
        source.fail(1, f"expected the title {layout.title!r}.")
    if rows[3][0] != "Millions of dollars":
        source.fail(4, f"expected 'Millions of dollars', found {rows[3][0][:40]!r}; the units changed.")
    for number, cells in wanted.items():
        found = [cell.strip() for cell in rows[number - 1]]
        if found != cells:
            moved = [cell for cell in found if cell not in cells] or found
            source.fail(number, f"the header changed: expected {width + 3} known columns, found {moved[:4]}.")


def _table(source: Source, layout: _Layout) -> pd.DataFrame:
    if is_workbook(source.content):
        rows = workbook_lines(source)
    else:
        rows = [split_quoted(line, "\t") for line in source.complete_lines()]
    _header(source, layout, rows)
    width = len(layout.fields) + 3
    lines: list[int] = []
    for number in range(10, len(rows) + 1):
        row = rows[number - 1]
        if not any(cell.strip() for cell in row[1:]):
            continue
        if len(row) != width:
            source.fail(number, f"expected {width} cells, found {len(row)}; a separator is missing or doubled.")
        if lines and lines[-1] != number - 1:
            source.fail(number, "figures under the end of the table.")
        lines.append(number)
    if not lines or lines[0] != 10:
        source.fail(10, "expected figures right under the header.")
    if lines[-1] == len(rows):
        source.fail(len(rows), "the file ends before its notes; it is cut.")
    return _tidy(source, layout, [rows[number - 1] for number in lines], lines)


def _tidy(source: Source, layout: _Layout, body: list[list[str]], lines: list[int]) -> pd.DataFrame:
    printed = [row[0].strip() for row in body]
    pairs = {(name, row[1].strip()): line for name, row, line in zip(printed, body, lines, strict=True)}
    known = {pair: coded_holder(source, line, *pair) for pair, line in pairs.items()}
    names = [known[name, row[1].strip()] for name, row in zip(printed, body, strict=True)]
    months = source.months([row[2].strip() for row in body], lines)
    source.unique(list(zip(names, months.asi8.tolist(), strict=True)), lines)
    columns = [
        source.numbers([row[3 + place].strip() for row in body], lines, missing="n.a.")
        for place in range(len(layout.fields))
    ]
    values = np.column_stack(columns)
    _check(source, layout, values, lines)
    return Wide(months, names, printed, layout.fields, values, "usd_mn").tidy("holder")


def _check(source: Source, layout: _Layout, values: np.ndarray, lines: list[int]) -> None:
    """Positions are not negative, and the parts of each line add up to its total."""
    for place, field in enumerate(layout.fields):
        negative = values[:, place] < 0
        if field.endswith("_pos") and negative.any():
            source.fail(lines[int(np.argmax(negative))], f"a negative position in column {field}.")
    for fields in layout.sums:
        places = [layout.fields.index(field) for field in fields]
        gap = np.abs(values[:, places[0]] - values[:, places[1:]].sum(axis=1))
        wrong = gap > _TOLERANCE  # NaN where a part is not published
        if wrong.any():
            where = int(np.argmax(wrong))
            source.fail(lines[where], f"{fields[0]} differs from the sum of its parts by {gap[where]:.0f} million.")


def slt_table1(source: Source) -> pd.DataFrame:
    """Parse SLT Table 1: positions, net US sales (positive: foreigners buy) and valuation changes by class."""
    return _table(source, _TABLE1)


def slt_table3(source: Source) -> pd.DataFrame:
    """Parse SLT Table 3: all, long-term and short-term Treasuries."""
    return _table(source, _TABLE3)
