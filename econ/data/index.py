"""Dates and values that every table must have: regular periods, business days, finite numbers."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from econ.errors import FrequencyError, SchemaError

_SPACING = {"Y": (360, 370), "Q": (85, 95), "M": (26, 35)}
"""Days from one date to the next: the least there may be and the most the median may be."""


def as_period_index(index: pd.Index) -> pd.Index:
    """Turn regular monthly, quarterly or annual timestamps into periods; leave weeks, days and numbers.

    Raises
    ------
    SchemaError
        If the index holds neither dates, periods nor consecutive integers, or a missing date.
    FrequencyError
        If daily timestamps carry a time of day or a time zone.
    """
    if index.hasnans:
        raise SchemaError("the index holds a missing date; give every row its date.")
    if isinstance(index, pd.PeriodIndex):
        return index
    if not isinstance(index, pd.DatetimeIndex):
        if pd.api.types.is_integer_dtype(index.dtype):
            return index
        raise SchemaError(
            f"the index must hold periods, dates or 0, 1, 2, ...; found {index.dtype}; use pandas.PeriodIndex."
        )
    if index.tz is not None or not (index == index.normalize()).all():
        raise FrequencyError("daily data need dates without time of day or zone; use index.normalize().")
    code = _period_code(index)
    return index if code is None else index.to_period(code)


def _period_code(index: pd.DatetimeIndex) -> str | None:
    """Tell months, quarters and years by the days between dates; None means weeks or days."""
    if len(index) < 3 or not index.is_monotonic_increasing or not index.is_unique:
        return None
    days = np.diff(index.to_numpy()) / np.timedelta64(1, "D")
    for code, (shortest, longest) in _SPACING.items():
        if days.min() >= shortest and np.median(days) <= longest:
            return code
    return None


def is_weekly(index: pd.Index) -> bool:
    """Whether dates are usually seven days apart."""
    if not isinstance(index, pd.DatetimeIndex) or len(index) < 3:
        return False
    return bool(np.median(np.diff(index.to_numpy()) / np.timedelta64(1, "D")) == 7)


def dates(index: pd.Index) -> pd.Index:
    """Dates as every dated table has them: periods or days in order, each once, none missing between them.

    The one rule for whatever a caller passes with dates on it: models, regressions, panels, instruments.

    Raises
    ------
    SchemaError, FrequencyError
        As :func:`as_period_index` and :func:`check_index`.

    Examples
    --------
    >>> dates(pd.to_datetime(["2020-01-31", "2020-02-29", "2020-03-31"])).freqstr
    'M'
    """
    clean = as_period_index(index)
    check_index(clean)
    return clean


def panel_dates(index: pd.Index) -> pd.Index:
    """Rows (unit, period) of a panel with regular timestamps as periods, one frequency for all units.

    Gaps within a unit are for :func:`check_index`, unit by unit.

    Raises
    ------
    SchemaError
        If a row stands twice, or its period is neither date, period nor integer.
    FrequencyError
        If units have different frequencies, or daily timestamps a time of day or a zone.
    """
    if not index.is_unique:
        raise SchemaError(f"row {index[index.duplicated()][0]} stands twice; keep one row a unit and period.")
    units, when = index.get_level_values(0), index.get_level_values(1)
    found = {str(each.freqstr) for each in when if isinstance(each, pd.Period)}
    if len(found) > 1:
        raise FrequencyError(f"a panel has one frequency for all units; found {sorted(found)}; convert them first.")
    if not isinstance(when, pd.DatetimeIndex):
        as_period_index(when)
        return index
    codes: dict[str | None, object] = {}
    for unit in units.unique():
        part = as_period_index(when[units == unit].sort_values())
        if len(part) > 2:  # two dates do not tell months from days
            codes.setdefault(part.freqstr if isinstance(part, pd.PeriodIndex) else None, unit)
    if len(codes) > 1:
        words = " and ".join(f"{code or 'days or irregular'} (unit {unit!r})" for code, unit in codes.items())
        raise FrequencyError(f"a panel has one frequency for all units; found {words}; convert or drop one.")
    code = next(iter(codes), None)
    return index if code is None else pd.MultiIndex.from_arrays([units, when.to_period(code)], names=index.names)


def check_index(index: pd.Index) -> None:
    """Refuse duplicated, unordered or missing periods, naming the first offender.

    Raises
    ------
    SchemaError
        On duplicated or unordered dates.
    FrequencyError
        On a gap between periods, or integers that do not go up by one.
    """
    if len(index) == 0:
        raise SchemaError("the table has no rows; check the sample asked for.")
    if not index.is_unique:
        raise SchemaError(f"date {index[index.duplicated()][0]} stands twice; keep one row a date.")
    if not index.is_monotonic_increasing:
        where = int(np.argmin([left < right for left, right in itertools.pairwise(index)]))
        raise SchemaError(
            f"dates are not in order: {index[where]} stands before {index[where + 1]}; sort_index() first."
        )
    if isinstance(index, pd.DatetimeIndex) and not is_weekly(index):
        return
    ordinals = index.asi8 if isinstance(index, pd.PeriodIndex) else index.to_numpy()
    step = np.timedelta64(7, "D") if isinstance(index, pd.DatetimeIndex) else 1
    gaps = np.flatnonzero(np.diff(ordinals) != step)
    if gaps.size:
        before, after = index[gaps[0]], index[gaps[0] + 1]
        raise FrequencyError(
            f"dates jump from {before} to {after}; insert the missing periods or cut the sample there."
        )


def check_values(frame: pd.DataFrame, *, allow_missing: bool) -> None:
    """Refuse text, infinite and (unless allowed) missing values, naming column and first date.

    Raises
    ------
    SchemaError
        With the column, the rule and the first offending date and value.
    """
    if not frame.columns.is_unique:
        raise SchemaError(f"column {frame.columns[frame.columns.duplicated()][0]!r} stands twice; rename one.")
    if frame.shape[1] == 0:
        raise SchemaError("the table has no columns; name at least one series.")
    for name in frame.columns:
        column = frame[name]
        if not pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_complex_dtype(column.dtype):
            raise SchemaError(f"column {name!r} must hold numbers; found {column.dtype}.")
        values = column.to_numpy(dtype=float, na_value=np.nan)
        infinite = np.isinf(values)
        if infinite.any():
            where = frame.index[int(np.argmax(infinite))]
            raise SchemaError(f"column {name!r} must be finite; found {values[np.argmax(infinite)]} at {where}.")
        absent = np.isnan(values)
        if absent.any() and not allow_missing:
            where = frame.index[int(np.argmax(absent))]
            raise SchemaError(
                f"column {name!r} must have no missing values; found nan at {where}; "
                "choose a sample without it or fill it by a rule you state."
            )
