"""The S form (gross trades to 2023-01) and SLT Table 3D (Treasuries held, to 2023-01), country by country."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from econ.data.parsers.places import coded_holder
from econ.data.parsers.source import Source, Wide, split_quoted

_SECURITIES = ("treasury", "agency", "corporate_bonds", "us_stocks", "foreign_bonds", "foreign_stocks")
S1_ITEMS = (*(f"gross_purchases_{name}" for name in _SECURITIES), *(f"gross_sales_{name}" for name in _SECURITIES))
"""Columns [1] to [12]: what foreigners bought from, then sold to, US residents."""
SLT3D_ITEMS = ("treasury_total", "treasury_long_term", "treasury_short_term")

_S1_FOOT = [
    ["Country", "Country", "End of", "notes", "agencies", "bonds", "stocks", "Bonds", "Stocks", "notes", "agencies",
     "bonds", "stocks", "Bonds", "Stocks"],
    ["name", "code", "month", *(f"[{place}]" for place in range(1, 13))],
    ["----------"] * 15,
]  # fmt: skip
_3D_HEAD = [
    ["", "", "", "Total U.S.", "Long-term", "Short-term"],
    ["", "", "", "Treasury  U.S", ". Treasury  U.S", ". Treasury"],
    ["", "", "", "Securities", "Securities", "Securities"],
    [""],
    ["", "", "", "----------", "----------", "----------"],
]


def s1_globl(source: Source) -> pd.DataFrame:
    """Parse gross purchases and sales of long-term securities by foreigners, 1977-01 to 2023-01, USD millions."""
    lines = source.complete_lines()
    rows = [[cell.strip() for cell in split_quoted(line, "\t")] for line in lines]
    ruler = next((place for place, row in enumerate(rows[:60]) if row == _S1_FOOT[2]), None)
    if ruler is None or rows[ruler - 2 : ruler + 1] != _S1_FOOT:
        source.fail(1 if ruler is None else ruler, "the header changed: expected the columns [1] to [12] and a ruler.")
    heading = " ".join(" ".join(row) for row in rows[:ruler])
    for words in ("Transactions with Foreigners in Long-term", "All amounts in millions of dollars"):
        if words not in heading:
            source.fail(1, f"expected the words {words!r} above the table.")
    buys, sells = heading.find("Gross purchases by foreigners"), heading.find("Gross sales by foreigners")
    if not 0 <= buys < sells:
        source.fail(1, "expected gross purchases, then gross sales, above the columns.")
    body = {number: row for number, row in enumerate(rows, start=1) if number > ruler + 1 and any(row)}
    return _panel(source, body, S1_ITEMS, first=ruler + 2)


def slt3d_globl(source: Source) -> pd.DataFrame:
    """Parse holdings of Treasuries (all, long-term, short-term), 2011-09 to 2023-01, USD millions."""
    lines = source.complete_lines()
    rows = [split_quoted(line, ",") for line in lines[:14]]
    if len(rows) < 14 or "".join(rows[4]).strip() != "TABLE 3D:  U.S. Treasury Securities Held byForeign Residents 1/":
        source.fail(5, "expected the title 'TABLE 3D: U.S. Treasury Securities Held by Foreign Residents'.")
    if "".join(rows[5]) != "Millions of dollars" or rows[8:13] != _3D_HEAD:
        source.fail(9, "the header changed: expected all, long-term and short-term Treasuries in millions of dollars.")
    body: dict[int, list[str]] = {}
    ended = False
    for number in range(14, len(lines) + 1):
        line = lines[number - 1]
        if _ROW_3D.fullmatch(line):
            if ended:
                source.fail(number, "figures under the end of the table.")
            body[number] = split_quoted(line, ",")
        elif line.strip('"') == "Notes:":
            ended = True
        elif not ended and line not in ('""', ""):
            source.fail(number, f"expected name, code, month and three figures, found {line[:60]!r}.")
    if not ended:
        source.fail(len(lines), "the file ends before its notes; it is cut.")
    frame = _panel(source, body, SLT3D_ITEMS, first=15)
    return frame


_CELL = r'(?:"[^"]*"|[^",]+)'
_ROW_3D = re.compile(rf'"[^"]+",[0-9]{{5}},"[0-9-]+"(?:,{_CELL}){{3}}')


def _panel(source: Source, body: dict[int, list[str]], items: tuple[str, ...], *, first: int) -> pd.DataFrame:
    """Rows of name, code, month and figures; never negative; totals checked where a total is printed."""
    if not body or min(body) != first:
        source.fail(first, "expected figures right under the header.")
    lines, rows = list(body), list(body.values())
    width = len(items) + 3
    for number, row in body.items():
        if len(row) != width:
            source.fail(number, f"expected {width} cells, found {len(row)}; a separator is missing or doubled.")
    pairs = {(row[0].strip(), row[1]): line for row, line in zip(rows, lines, strict=True)}
    known = {pair: coded_holder(source, line, *pair) for pair, line in pairs.items()}
    printed = [row[0].strip() for row in rows]
    names = [known[name, row[1]] for name, row in zip(printed, rows, strict=True)]
    months = source.months([row[2] for row in rows], lines)
    source.unique(list(zip(names, months.asi8.tolist(), strict=True)), lines)
    columns = [source.numbers([row[3 + place] for row in rows], lines, missing="n.a.") for place in range(len(items))]
    values = np.column_stack(columns)
    negative = (values < 0).any(axis=1)
    if negative.any():
        source.fail(lines[int(np.argmax(negative))], "a negative holding or gross trade.")
    if items == SLT3D_ITEMS:
        gap = np.abs(values[:, 0] - values[:, 1] - values[:, 2])
        if (gap > 2).any():
            where = int(np.argmax(gap > 2))
            source.fail(lines[where], f"long-term and short-term miss the total by {gap[where]:.0f} million.")
    return Wide(months, names, printed, items, values, "usd_mn").tidy("holder")
