"""The numbers of a result as a tidy frame: one observation a row, named index levels, columns of numbers."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from econ.estimate import ConfidenceSet, Estimate, Unavailable

Observation: TypeAlias = dict[str, Any]
LEVELS = ("quantity", "item")
"""Names of the index levels of numbers that come from the fields of a result."""
_ORIGINS = ("parent", "parents", "folder")


def tidied(numbers: pd.DataFrame | pd.Series) -> pd.DataFrame:
    """A table of numbers with a name for each index level, NaN for what is unavailable and estimates spread out.

    An estimate becomes columns ``estimate``, ``std_error``, ``lower``, ``upper``, ``level``, ``units``; a ``std`` whose
    interval stands beside it is called ``std_error``.

    Examples
    --------
    >>> tidied(pd.DataFrame({"value": [Estimate(1.0, 0.5, 0.2, 1.8)]}, index=["share"])).loc["share", "std_error"]
    np.float64(0.5)
    """
    frame = numbers.to_frame("value") if isinstance(numbers, pd.Series) else numbers
    spread = [name for name in frame.columns if any(isinstance(each, Estimate) for each in frame[name])]
    if spread:
        rows = [_observation(value) for value in frame[spread[0]]]
        frame = pd.concat([_frame(rows, frame.index), frame.drop(columns=spread)], axis=1)
    columns = {name: _plain(frame[name]) for name in frame.columns}
    found = pd.DataFrame(columns, index=_named(frame.index))
    if {"std", "lower", "upper"} <= {*found.columns} and "std_error" not in found:
        found = found.rename(columns={"std": "std_error"})
    return found


def of_fields(result: object) -> pd.DataFrame:
    """Every number in the fields of a result: one row a ``quantity`` and ``item``, words and truths left out."""
    found = dict(_walk(result, ""))
    index = pd.MultiIndex.from_tuples([*found], names=LEVELS)
    return _frame([*found.values()], index)


def _walk(result: object, before: str) -> Iterator[tuple[tuple[str, str], Observation]]:
    for field in dataclasses.fields(result):  # type: ignore[arg-type]
        value, name = getattr(result, field.name), f"{before}{field.name}"
        if field.name in _ORIGINS or (isinstance(value, np.ndarray) and not field.repr):
            continue
        if dataclasses.is_dataclass(value) and not isinstance(value, (Estimate, ConfidenceSet, Unavailable)):
            if type(value).__module__.partition(".")[0] == "econ":
                yield from _walk(value, f"{name}.")
            continue
        for item, part in _parts(value):
            if _is_number(part) or isinstance(part, (Estimate, ConfidenceSet, Unavailable)):
                yield (name, item), _observation(part)


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    """The numbers of a field, each with the words that tell it from the others."""
    if isinstance(value, pd.DataFrame):
        for label, row in zip(value.index, value.itertuples(index=False, name=None), strict=True):
            yield from ((_words((label, name)), part) for name, part in zip(value.columns, row, strict=True))
    elif isinstance(value, (Mapping, pd.Series)):
        yield from ((_words((label,)), part) for label, part in value.items())
    elif isinstance(value, np.ndarray):
        yield from ((_words(place), part) for place, part in np.ndenumerate(value))
    else:
        yield "", value


def _words(parts: tuple[object, ...]) -> str:
    return ", ".join(", ".join(map(str, each)) if isinstance(each, tuple) else str(each) for each in parts)


def _observation(value: Any) -> Observation:
    """A value as the columns of its row."""
    if isinstance(value, Estimate):
        ends = {"estimate": value.value, "std_error": value.std_error, "lower": value.lower, "upper": value.upper}
        return {**{name: _number(end) for name, end in ends.items()}, "level": value.level, "units": value.units}
    if isinstance(value, ConfidenceSet):
        return {"estimate": math.nan, "lower": value.lower, "upper": value.upper, "level": value.level}
    return {"estimate": value if _is_number(value) else math.nan}


def _frame(rows: list[Observation], index: pd.Index) -> pd.DataFrame:
    """Rows under the columns that any of them has, in one order."""
    names = [
        name
        for name in ("estimate", "std_error", "lower", "upper", "level", "units")
        if any(name in row for row in rows)
    ]
    missing = {name: "" if name == "units" else math.nan for name in names}
    columns = {name: [row.get(name, missing[name]) for row in rows] for name in names}
    floats = {name: values if name == "units" else np.asarray(values, dtype=float) for name, values in columns.items()}
    return pd.DataFrame(floats, index=index)


def _plain(column: pd.Series) -> pd.Series:
    """Floats with NaN for what is unavailable, where the column is of numbers; other columns as they are."""
    if column.dtype != object:
        return column
    values = [_number(each) for each in column]
    return pd.Series(values, index=column.index, dtype=float) if all(map(_is_number, values)) else column


def _number(value: Any) -> Any:
    return math.nan if isinstance(value, Unavailable) else value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def _named(index: pd.Index) -> pd.Index:
    """The index with a name for each level that has none."""
    if isinstance(index, (pd.PeriodIndex, pd.DatetimeIndex)):
        return index.set_names(index.name or "date")
    spare = LEVELS if index.nlevels == len(LEVELS) else tuple(f"item_{place}" for place in range(index.nlevels))
    names = [spare[place] if name is None else name for place, name in enumerate(index.names)]
    return index.set_names(["item"] if index.nlevels == 1 and index.names[0] is None else names)
