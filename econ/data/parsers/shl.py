"""The annual survey of foreign holdings of US securities (SHL), every survey since 1974 in one wide table."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pandas as pd

from econ.data.parsers.places import coded_holder
from econ.data.parsers.source import MONTHS, Source, Wide, split_quoted

_TITLE, _UNITS = "Foreign Holdings of U.S. Securities at the End of the Period Shown", "Millions of Dollars."
_FIRST_HEADER = 10
_NOTE = re.compile(r"(?:,?\s*\([0-9, ]+\))+$")
_ITEMS = {
    ("Total", "Total securities"): "total", ("Total", "Total"): "total",
    ("Long-term", "Total long-term securities"): "total_long_term",
    ("Total", "Total long-term securities"): "total_long_term",
    ("Long-term", "Equity"): "equity", ("Long-term", "Total long-term Debt"): "debt_long_term",
    ("Long-term", "Debt"): "debt_long_term", ("Long-term", "Treasury Debt"): "treasury_long_term",
    ("Long-term", "Agency debt"): "agency_long_term", ("Long-term", "Corporate debt"): "corporate_long_term",
    ("Short-term", "Total short-term debt"): "debt_short_term", ("Short-term", "Treasury debt"): "treasury_short_term",
    ("Short-term", "Agency debt"): "agency_short_term", ("Short-term", "Corporate debt"): "corporate_short_term",
}  # fmt: skip
_ORDER = ("total", "total_long_term", "equity", "debt_long_term", "treasury_long_term", "agency_long_term",
          "corporate_long_term", "debt_short_term", "treasury_short_term", "agency_short_term",
          "corporate_short_term")  # fmt: skip
"""Order of the columns of each survey; early surveys lack some."""
_SUMS = (
    ("total", "equity", "debt_long_term", "debt_short_term"),
    ("debt_long_term", "treasury_long_term", "agency_long_term", "corporate_long_term"),
    ("debt_short_term", "treasury_short_term", "agency_short_term", "corporate_short_term"),
)
_TOLERANCE = 3.0
"""USD millions: a total and three parts, each rounded to a million; `*` is less than half a million."""


def shlhistdat(source: Source) -> pd.DataFrame:
    """Parse ``shlhistdat.txt``: holdings by country, survey and class of security, USD millions.

    ``*`` (less than half a million) and ``n.a.`` give no row. Where a survey prints total and parts they must add up.
    """
    rows = [split_quoted(line, "\t") for line in source.complete_lines()]
    if len(rows) < _FIRST_HEADER + 3 or rows[0][0] != _TITLE or rows[1][0] != _UNITS:
        source.fail(1, f"expected the title {_TITLE!r} and {_UNITS!r}.")
    dates, items = _header(source, rows)
    body: list[list[str]] = []
    lines: list[int] = []
    for number in range(_FIRST_HEADER + 3, len(rows) + 1):
        row = [cell.strip() for cell in rows[number - 1]]
        if re.fullmatch(r"[0-9]{5}", row[0]) is None:
            if any(row[2:]) or (not lines and any(row)):
                source.fail(number, f"figures without a country code: {row[:3]}.")
            continue
        if len(row) != len(items) + 2:
            source.fail(
                number, f"expected {len(items) + 2} cells, found {len(row)}; a separator is missing or doubled."
            )
        if lines and number != lines[-1] + 1:
            source.fail(number, "figures under the end of the table.")
        body.append(row)
        lines.append(number)
    if not lines or lines[-1] == len(rows):
        source.fail(len(rows), "the file ends before its notes; it is cut.")
    return _tidy(source, body, lines, dates, items)


def _header(source: Source, rows: list[list[str]]) -> tuple[list[pd.Period], list[str]]:
    """Survey and item of each column."""
    words, terms, classes = ([cell.strip() for cell in rows[_FIRST_HEADER - 1 + line]] for line in range(3))
    if not len(words) == len(terms) == len(classes) or classes[:2] != ["Country code", "Countries and Regions"]:
        source.fail(_FIRST_HEADER + 2, "the header changed: expected Country code, Countries and Regions.")
    dates, items = [], []
    for word, term, name in zip(words[2:], terms[2:], classes[2:], strict=True):
        match = re.fullmatch(rf"({'|'.join(MONTHS)}) ((?:19|20)[0-9]{{2}})", word)
        key = (term, _NOTE.sub("", name))
        if match is None or key not in _ITEMS:
            source.fail(_FIRST_HEADER, f"the header changed: column {word!r}, {term!r}, {name!r} is not known.")
        dates.append(pd.Period(year=int(match[2]), month=MONTHS.index(match[1]) + 1, freq="M"))
        items.append(_ITEMS[key])
    places = [(-date.ordinal, _ORDER.index(item)) for date, item in zip(dates, items, strict=True)]
    if any(later <= earlier for earlier, later in itertools.pairwise(places)):
        source.fail(_FIRST_HEADER, "surveys must stand once, the newest first, and their columns in the known order.")
    return dates, items


def _tidy(source: Source, body: list[list[str]], lines: list[int], dates: list[pd.Period],
          items: list[str]) -> pd.DataFrame:  # fmt: skip
    printed = [_NOTE.sub("", row[1]) for row in body]
    names = [coded_holder(source, line, name, row[0]) for row, name, line in zip(body, printed, lines, strict=True)]
    source.unique([(row[0],) for row in body], lines)
    cells = ["n.a." if cell == "*" else cell for row in body for cell in row[2:]]
    values = source.numbers(cells, np.repeat(lines, len(items)).tolist(), missing="n.a.").reshape(len(body), len(items))
    if (values < 0).any():
        source.fail(lines[int(np.argmax((values < 0).any(axis=1)))], "a negative position.")
    frames = []
    for date in dict.fromkeys(dates):
        places = [place for place, each in enumerate(dates) if each == date]
        block = values[:, places]
        found = [items[place] for place in places]
        _check(source, block, found, lines, date)
        index = pd.PeriodIndex([date] * len(body), freq="M")
        frames.append(Wide(index, names, printed, found, block, "usd_mn", "annual survey").tidy("holder"))
    return pd.concat(frames, ignore_index=True)


def _check(source: Source, block: np.ndarray, items: list[str], lines: list[int], date: pd.Period) -> None:
    for whole, *parts in _SUMS:
        if not {whole, *parts} <= set(items):
            continue
        gap = np.abs(block[:, items.index(whole)] - np.nansum(block[:, [items.index(part) for part in parts]], axis=1))
        wrong = gap > _TOLERANCE  # NaN where the total is not printed
        if wrong.any():
            where = int(np.argmax(wrong))
            source.fail(
                lines[where], f"{whole} of {date} differs from the sum of its parts by {gap[where]:.0f} million."
            )
