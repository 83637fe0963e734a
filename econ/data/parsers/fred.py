"""One FRED series as its CSV address serves it: a date, a value, a blank or a point where none exists."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from econ.data.catalogue import ENTRIES, TABLES
from econ.data.parsers.source import Source, Wide

_UNITS = {item.table: item.units for item in ENTRIES.values() if not item.archived}
_UNITS |= {name: table.units for name, table in TABLES.items()}
"""Units of the series that the catalogue knows; a FRED file does not print its own."""
_NAME = re.compile(r"[A-Z][A-Z0-9]{0,39}")
_NEAR_VALUE = re.compile(r"(?=.{4,8}$).*v.*a.*l.*u.*e.*|valu.?|.?alue|v.?lue|va.?ue|val.?e")
"""``value`` with characters too many, or one missing or other: a damaged header, not a series."""
_DATES = ("observation_date", "date")


def fred_csv(source: Source) -> pd.DataFrame:
    """Parse one series; months, quarters, half-years and years become periods, weeks and days stay timestamps.

    A half-year is a period of two quarters (``2Q``), named by its first.

    The series is named after the second column, or after the file where that column is called ``value``. A damaged
    header is another series' name, and no figure below it tells: so a name is taken only if it is the one asked for
    (``series=``), the name of the file, or written as FRED writes names (capitals and digits) and unlike ``value``.
    """
    lines = source.complete_lines()
    header = lines[0].split(",")
    if len(header) != 2 or header[0].lower() not in _DATES or not header[1]:
        source.fail(1, f"expected 'observation_date,SERIES', found {lines[0][:60]!r}.")
    name = _series_name(source, header[1])
    rows = [line.split(",") for line in lines[1:]]
    numbers = list(range(2, len(rows) + 2))
    for row, number in zip(rows, numbers, strict=True):
        if len(row) != 2:
            source.fail(number, f"expected a date and a value, found {len(row)} cells.")
    if not rows:
        source.fail(2, "no observations under the header.")
    days = source.days([row[0] for row in rows], numbers, form="%Y-%m-%d")
    dates = _periods(source, days, numbers)
    values = source.numbers(["" if row[1] == "." else row[1] for row in rows], numbers, missing="")
    unit = _UNITS.get(name, "")
    return Wide(dates, [name] * len(rows), None, ("value",), values[:, None], unit).tidy("series")


def _series_name(source: Source, column: str) -> str:
    stem = "" if source.name == "bytes" else re.sub(r"_[0-9]{4}-[0-9]{2}(-[0-9]{2})?$", "", source.name.split(".")[0])
    wanted = source.series.upper()
    if column.lower() == "value":
        return wanted or stem or "value"
    if wanted:
        if column.upper() != wanted:
            source.fail(1, f"asked for {source.series}, got {column[:40]!r}.")
        return wanted
    if column.upper() != stem.upper() and (_NAME.fullmatch(column) is None or _NEAR_VALUE.fullmatch(column.lower())):
        source.fail(1, f"{column[:40]!r} is no sound name of a FRED series; pass series= if it is the one you want.")
    return column.upper()


_STEPS = {1: "M", 3: "Q", 6: "2Q", 12: "Y"}
"""Months between two observations, and the period that each stands for."""


def _periods(source: Source, days: pd.DatetimeIndex, lines: list[int]) -> pd.PeriodIndex | pd.DatetimeIndex:
    """Tell periods from days by first days of months; a gap in periods is a lost line."""
    source.ascending(days, lines)
    if not (days.day == 1).all():
        return days
    if len(days) < 2:
        source.fail(lines[0], "one observation on the first of a month; its frequency cannot be told.")
    months = days.to_period("M")
    step = int(np.diff(months.asi8).min())
    if step not in _STEPS or ((days.month - 1) % step).any():
        source.fail(lines[0], f"observations are {step} months apart; expected months, quarters, half-years or years.")
    jump = np.flatnonzero(np.diff(months.asi8) != step)
    if jump.size:
        where = int(jump[0])
        source.fail(lines[where + 1], f"{months[where + 1]} follows {months[where]}; a line is missing between them.")
    return pd.PeriodIndex(days.to_period(_STEPS[step]))
