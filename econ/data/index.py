"""Dates and values that every table must have: regular periods, business days, finite numbers."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from econ.errors import FrequencyError, SchemaError

_PERIODS = {"M": "M", "Q": "Q", "Y": "Y", "A": "Y", "W": "W"}


def as_period_index(index: pd.Index) -> pd.Index:
    """Turn regular monthly, quarterly, annual or weekly timestamps into periods; leave days and numbers.

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
    """Infer the period from first dates of the spacing: None means days."""
    if len(index) < 3 or not index.is_monotonic_increasing or not index.is_unique:
        return None
    inferred = pd.infer_freq(index)
    if inferred is None:
        steps = np.diff(index.to_numpy()).astype("timedelta64[D]").astype(int)
        return "M" if np.median(steps) in (28, 29, 30, 31) and steps.min() >= 28 else None
    letter = inferred[1] if inferred[0] == "B" and inferred[1:2].isalpha() else inferred[0]  # "BME" is a month
    return _PERIODS.get(letter)


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
    if isinstance(index, pd.DatetimeIndex):
        return
    ordinals = index.asi8 if isinstance(index, pd.PeriodIndex) else index.to_numpy()
    gaps = np.flatnonzero(np.diff(ordinals) != 1)
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
