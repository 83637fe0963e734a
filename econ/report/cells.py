"""The numbers in the tables of the web edition: each a link to its entry, each entry exact.

The page prints what pandoc was given, from ``tables/``; the entries are made of the results. Cell by cell the two are
held to each other, so a table of another run than its results stops the build.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from html import escape, unescape

from econ.errors import SpecificationError
from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.report.exhibit import Exhibit
from econ.tables.numbers import NOT_AVAILABLE, Number, render
from econ.tables.row import Line, Panel, Row
from econ.tables.table import Table

HEADS = ("Row", "Column", "Value", "s.e.", "Set", "Units", "Obs.")

_ROW = re.compile(
    r'<tr(?P<kind>[^>]*)>(?P<head>(?:<th scope="row"[^>]*>.*?</th>)?)(?P<cells><td class.*?)</tr>', re.DOTALL
)
_CELL = re.compile(r'<td class="(?P<side>\w+)">(?P<text>[^<]*)(?P<pad>.*?)</td>', re.DOTALL)


def holds_number(cell: Number) -> bool:
    """Whether a cell leads to an entry: all but blanks and words without a digit.

    Examples
    --------
    >>> [holds_number(cell) for cell in (0.5, "2.7-fold", "wrong", "")]
    [True, True, False, False]
    """
    return not isinstance(cell, str) or any(each.isdecimal() or each == "∞" for each in cell)


def table_of(exhibit: Exhibit, stem: str) -> Table:
    """The table of an exhibit that a file holds.

    Raises
    ------
    SpecificationError
        If the results have no such table.
    """
    found = {exhibit.stem(name): table for name, table in exhibit.tables.items()}
    if stem not in found:
        raise SpecificationError(
            f"the paper cannot be set; {exhibit.key}.json has no table {stem!r}, only {sorted(found)}; run make."
        )
    return found[stem]


def linked(body: str, stem: str, table: Table) -> str:
    """Rows of a table on the page with a link around each number.

    What stands under an estimate leads to the same entry, out of the tab order, which passes each cell once.

    Raises
    ------
    SpecificationError
        If a row of the page is not what the results say.
    """
    rows = {number: row for number, row in enumerate(table.body, start=1)}
    lines = iter(line for line in table.lines() if isinstance(line, Line))
    number = 0

    def row(match: re.Match[str]) -> str:
        nonlocal number
        line = next(lines, None)
        texts = tuple(unescape(each["text"]) for each in _CELL.finditer(match["cells"]))
        if line is None or texts != line.texts:
            raise SpecificationError(f"the paper cannot be set; {stem}.html prints {texts}, not {line}; run make.")
        number += not line.continued
        given = enumerate(zip(_CELL.finditer(match["cells"]), rows[number].cells, strict=True), start=1)
        cells = [_linked(cell, value, f"{stem}.{number}.{column}", line) for column, (cell, value) in given]
        return f"<tr{match['kind']}>{match['head']}{''.join(cells)}</tr>"

    body = _ROW.sub(row, body)
    if (line := next(lines, None)) is not None:
        raise SpecificationError(f"the paper cannot be set; {stem}.html ends before {line}; run make.")
    return body


def _linked(cell: re.Match[str], value: Number, place: str, line: Line) -> str:
    if not cell["text"] or not holds_number(value):
        return cell[0]
    away = ' tabindex="-1"' if line.continued else ""
    link = f'<a href="#cell:{place}"{away}>{cell["text"]}</a>'
    return f'<td class="{cell["side"]}">{link}{cell["pad"]}</td>'


def entries(exhibit: Exhibit, stem: str, link: str) -> str:
    """A table with one row for each number of a table of the page, ``link``: where it stands, what it is exactly."""
    table, name = table_of(exhibit, stem), escape(stem.replace("_", " "), quote=True)
    more = f'<a href="#lineage:{exhibit.key}">program, choices and files</a>'
    heads = "".join(f'<th scope="col">{head}</th>' for head in HEADS)
    rows = [
        f'<tr id="cell:{stem}.{number}.{column}"><th scope="row">{escape(row)}</th>'
        + "".join(f"<td>{escape(each)}</td>" for each in (table.names[column - 1], *exact(value).values()))
        + "</tr>"
        for number, column, row, value in _cells(table)
    ]
    return "\n".join([
        f'<p>Cells of {link}, as they are on disk; {more}.</p>',
        f'<div class="scroll" tabindex="0" role="region" aria-label="Cells of {name}"><table>',
        f"<thead><tr>{heads}</tr></thead><tbody>", *rows, "</tbody></table></div>",
    ])  # fmt: skip


def _cells(table: Table) -> Iterator[tuple[int, int, str, Number]]:
    """Row and column, from one, the row in words, and the value of each cell that holds a number."""
    panel, number = "", 0
    for row in table.rows:
        if isinstance(row, Panel):
            panel = row.title
        elif isinstance(row, Row):
            number += 1
            words = " · ".join(each for each in (panel, row.label) if each)
            yield from ((number, k, words, cell) for k, cell in enumerate(row.cells, start=1) if holds_number(cell))


def exact(value: Number) -> Mapping[str, str]:
    """Value, error, set, units and observations without rounding, digits as the results on disk spell them.

    Examples
    --------
    >>> exact(Estimate(-6.125, 1.5, -8.5, -3.5, units="bp", nobs=312))
    {'value': '-6.125', 'se': '1.5', 'interval': '90%: [-8.5, -3.5]', 'units': 'bp', 'nobs': '312'}
    """
    if not isinstance(value, Estimate):
        return {"value": _digits(value), "se": "", "interval": "", "units": "", "nobs": ""}
    ends = [each for each in value.interval if isinstance(each, Unavailable)]
    known = value.region is not None or not ends
    interval = _set(value.confidence_set()) if known else _digits(ends[0])
    return {
        "value": _digits(value.value), "se": _digits(value.std_error),
        "interval": f"{render(value, 'level')}: {interval}", "units": value.units,
        "nobs": str(value.nobs) if value.nobs else "",
    }  # fmt: skip


def _set(region: ConfidenceSet) -> str:
    return " ∪ ".join(f"[{_digits(low)}, {_digits(high)}]" for low, high in region) or "(empty)"


def _digits(value: Number) -> str:
    if isinstance(value, Unavailable):
        return f"{NOT_AVAILABLE}: {value.reason}"
    if isinstance(value, float) and math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return str(value)
