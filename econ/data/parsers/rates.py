"""Curves: ACM term premia (New York Fed), excess bond premium (Federal Reserve Board), JGB yields (Japan MoF)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from econ.data.parsers.biff import is_old_workbook, old_workbook_lines
from econ.data.parsers.source import MONTHS, Source, Wide, split_quoted

_ACM = tuple(f"ACM{kind}{years:02d}" for kind in ("Y", "TP", "RNY") for years in range(1, 11))
_ACM_ITEMS = ("yield",) * 10 + ("term_premium",) * 10 + ("risk_neutral_yield",) * 10
_JGB = tuple(f"{years}Y" for years in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40))
_EBP = ("gz_spread", "ebp", "est_prob")


def _rows(source: Source, header: list[str], *, at: int = 1) -> tuple[list[list[str]], list[int]]:
    """Rows under a header on line ``at``; quotes may enclose a whole cell only."""
    if is_old_workbook(source.content):
        sheet = [[cell.strip() for cell in row] for row in old_workbook_lines(source, "ACM Monthly")]
        lines = [",".join(row) for row in sheet if any(row)]
    else:
        lines = source.complete_lines()
    if len(lines) <= at or split_quoted(lines[at - 1], ",") != header:
        source.fail(at, f"the header changed: expected {header[:4]} and {len(header) - 4} more columns.")
    rows = []
    for number, line in enumerate(lines[at:], start=at + 1):
        row = split_quoted(line, ",")
        if len(row) != len(header):
            source.fail(number, f"expected {len(header)} cells, found {len(row)}; a separator is missing or doubled.")
        rows.append(row)
    return rows, list(range(at + 1, at + 1 + len(rows)))


def _columns(source: Source, rows: list[list[str]], lines: list[int], missing: str | None) -> np.ndarray:
    width = len(rows[0])
    return np.column_stack(
        [source.numbers([row[place] for row in rows], lines, missing=missing) for place in range(1, width)]
    )


def _long(dates: pd.PeriodIndex | pd.DatetimeIndex, names: tuple[str, ...], values: np.ndarray, items: tuple[str, ...],
          unit: str | tuple[str, ...]) -> pd.DataFrame:  # fmt: skip
    """Columns become series; each keeps its own item and unit."""
    frame = Wide(dates, [""] * len(dates), None, names, values, "").tidy("series")
    frame["series"] = frame["item"]
    frame["item"] = frame["series"].map(dict(zip(names, items, strict=True)))
    units = (unit,) * len(names) if isinstance(unit, str) else unit
    frame["unit"] = frame["series"].map(dict(zip(names, units, strict=True)))
    return frame


def acm(source: Source) -> pd.DataFrame:
    """Parse ACM yields, term premia and risk-neutral yields, 1 to 10 years, percent.

    Takes the workbook of the New York Fed (its sheet ``ACM Monthly``) or a sheet of it as CSV. The monthly sheet
    (last trading day of each month) gives months, the daily sheet days. In each row the yield
    must be the sum of term premium and risk-neutral yield.
    """
    rows, lines = _rows(source, ["DATE", *_ACM])
    cells = [row[0] for row in rows]
    for cell, line in zip(cells, lines, strict=True):
        if cell[3:6] not in MONTHS:
            source.fail(line, f"expected a date like 30-Jun-1961, found {cell[:40]!r}.")
    days = source.days(cells, lines, form="%d-%b-%Y")
    source.ascending(days, lines)
    values = _columns(source, rows, lines, None)
    gap = np.abs(values[:, :10] - values[:, 10:20] - values[:, 20:]).max(axis=1)
    if (gap > 1e-6).any():
        where = int(np.argmax(gap > 1e-6))
        source.fail(lines[where], f"a yield differs from premium plus risk-neutral yield by {gap[where]:.4f}.")
    months = days.to_period("M")
    dates: pd.PeriodIndex | pd.DatetimeIndex = days
    if months.is_unique:
        source.consecutive(months, lines)
        dates = months
    return _long(dates, _ACM, values, _ACM_ITEMS, "percent")


def ebp(source: Source) -> pd.DataFrame:
    """Parse the Gilchrist-Zakrajsek spread, the excess bond premium and the recession probability, monthly."""
    rows, lines = _rows(source, ["date", *_EBP])
    days = source.days([row[0] for row in rows], lines, form="%Y-%m-%d")
    if (days.day != 1).any():
        source.fail(lines[int(np.argmax(days.day != 1))], "expected the first day of a month.")
    months = days.to_period("M")
    source.consecutive(months, lines)
    values = _columns(source, rows, lines, None)
    outside = (values[:, 2] < 0) | (values[:, 2] > 1) | (values[:, 0] <= 0)
    if outside.any():
        source.fail(lines[int(np.argmax(outside))], "a spread must be positive and a probability between 0 and 1.")
    return _long(months, _EBP, values, _EBP, ("percent", "percent", "probability"))


def jgb(source: Source) -> pd.DataFrame:
    """Parse constant-maturity yields of Japanese government bonds, business days, percent; ``-`` is no quote."""
    title = split_quoted(source.lines[0], ",")
    if not title or title[0] != "Interest Rate" or "(Unit : %)" not in title:
        source.fail(1, "expected the title 'Interest Rate' in '(Unit : %)'.")
    rows, lines = _rows(source, ["Date", *_JGB], at=2)
    days = source.days([row[0] for row in rows], lines, form="%Y/%m/%d")
    source.ascending(days, lines)
    values = _columns(source, rows, lines, "-")
    return _long(days, tuple(f"JGB{tenor}" for tenor in _JGB), values, ("yield",) * len(_JGB), "percent")
