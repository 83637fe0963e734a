"""`compare`: several results side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import pandas as pd

from econ import checks
from econ.border import checked
from econ.errors import SpecificationError
from econ.estimate import Estimate, Unavailable
from econ.tables.numbers import Number
from econ.tables.row import Below, Row
from econ.tables.shown import POINTS, Shown, _cell
from econ.tables.table import Table, words_of
from econ.units import Measure, alike

Key: TypeAlias = tuple[str, ...]
NO_ERROR = Unavailable("this result gives no standard error")
NO_SET = Unavailable("this result gives no interval")


@checked
def compare(
    *results: Any,
    names: Sequence[str] | None = None,
    level: float = 0.90,
    below: Below = "se",
    shared: bool = True,
) -> Table:
    """Put results side by side: one column a result, one row a parameter or response that they have in common.

    Parameters
    ----------
    *results : results or Estimate
        At least two: VARs, responses, projections, regressions, event studies, posteriors, offsets.
    names : sequence of str, optional
        Heads of the columns; by default what kind of result each is.
    level : float, default 0.90
        Coverage of intervals; an `Estimate` keeps its own.
    below : {"se", "interval", "none"}
        What stands under each number; where a result has no standard error, its interval does.
    shared : bool, default True
        Whether only rows that at least two results have are shown.

    Returns
    -------
    Table
        The numbers, with the unit of a row where it is known, then what each result says of itself: sample,
        observations, method.

    Raises
    ------
    SpecificationError
        For fewer than two results, one that has nothing to compare, names that do not fit, results that have no
        row in common (says what each has), or a row of unlike numbers: of different units, to shocks of different
        sizes, or of sums beside responses. A row is one quantity; taken apart it would be left out as nobody else's.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR
    >>> data = simulated_var(120, rng=1)
    >>> table = compare(VAR(data, lags=1).fit(), VAR(data, lags=2).fit(), names=["one lag", "two lags"])
    >>> table.columns, table.body[0].label
    (('one lag', 'two lags'), 'x, const')
    """
    below, level = checks.choice("below", below, ("se", "interval", "none")), checks.level(level)
    if len(results) < 2:
        several = len(results) == 1 and isinstance(results[0], (list, tuple, dict))
        hint = "; hand them over one by one: compare(first, second, names=[...])" if several else ""
        raise SpecificationError(f"compare takes at least two results; found {len(results)}{hint}.")
    heads = _heads(results, names)
    columns = [_cells(result, level) for result in results]
    keys = list(dict.fromkeys(key for column in columns for key in column))
    common = [key for key in keys if sum(key in column for column in columns) > 1]
    if not common:
        has = "; ".join(f"{head} has {_some(column)}" for head, column in zip(heads, columns, strict=True))
        raise SpecificationError(
            f"these results have no parameter or response in common: {has}; compare like with like."
        )
    kept = common if shared else keys
    _check_alike(kept, dict(zip(heads, zip(results, columns, strict=True), strict=True)))
    rows = [_row(key, [column.get(key) for column in columns], below) for key in kept]
    left = len(keys) - len(kept)
    notes = [f"{left} rows that one result alone has are left out; shared=False shows them."] if left else []
    return Table(heads, [*rows, *_facts(results)], notes=notes, below=below)


def _check_alike(keys: Sequence[Key], results: Mapping[str, tuple[object, Mapping[Key, Estimate]]]) -> None:
    """Refuse a row whose numbers are measured in unlike ways: a row is one quantity."""
    for key in keys:
        cells = {head: (result, found[key]) for head, (result, found) in results.items() if key in found}
        alike(words_of(key), {repr(head): _measure(result, cell, key) for head, (result, cell) in cells.items()})


def _measure(result: object, cell: Estimate, key: Key) -> Measure:
    known = result._measure(key) if isinstance(result, Shown) else Measure()
    return Measure(cell.units, known.size or cell.size, known.kind or cell.kind)


def _heads(results: Sequence[object], names: Sequence[str] | None) -> list[str]:
    if names is None:
        kinds = [type(each).__name__ for each in results]
        return [f"({place}) {kind}" for place, kind in enumerate(kinds, start=1)]
    heads = list(checks.names("names", names))
    if len(heads) != len(results):
        raise SpecificationError(f"{len(results)} results need as many names; found {heads}.")
    return heads


def _cells(result: object, level: float) -> dict[Key, Estimate]:
    """Every number of a result that has a place of its own, by the names of its place."""
    if isinstance(result, Estimate):
        return {(result.label or "estimate",): result}
    if not isinstance(result, Shown):
        raise SpecificationError(f"compare takes results and Estimates; found {type(result).__name__}.")
    frame = result._numbers(level)
    points = [name for name in POINTS if name in frame.columns][:1]
    found: dict[Key, Estimate] = {}
    for label, row in frame.iterrows() if points else ():
        value = _cell(row[points[0]])
        if isinstance(value, Estimate):
            found[_key(label)] = value
        elif isinstance(value, (int, float)):
            key = _key(label)
            found[key] = _estimate(row, float(value), level, result._measure(key).units)
    if not found:
        raise SpecificationError(f"{type(result).__name__} has no estimates to compare; print its summary().")
    return found


def _key(label: object) -> Key:
    return tuple(str(part) for part in (label if isinstance(label, tuple) else (label,)))


def _estimate(row: pd.Series, value: float, level: float, units: str) -> Estimate:
    error = next((_part(row[name], NO_ERROR) for name in ("std_error", "std") if name in row), NO_ERROR)
    ends = [_part(row[name], NO_SET) if name in row else NO_SET for name in ("lower", "upper")]
    return Estimate(value, error, ends[0], ends[1], level=level, units=units)


def _part(value: object, instead: Unavailable) -> float | Unavailable:
    found = _cell(value)
    return float(found) if isinstance(found, (int, float)) else found if isinstance(found, Unavailable) else instead


def _row(key: Key, cells: Sequence[Estimate | None], below: Below) -> Row:
    known = [cell for cell in cells if cell is not None]
    bare = below == "se" and any(isinstance(cell.std_error, Unavailable) for cell in known)
    shown: Below = "interval" if bare and all(_has_set(cell) for cell in known) else below
    units = {cell.units for cell in known}
    words = words_of(key) + (f" ({units.pop()})" if len(units) == 1 and units != {""} else "")
    return Row(words, [_quiet(cell, shown) for cell in cells], below=shown)


def _quiet(cell: Estimate | None, below: Below) -> Number:
    """An estimate without reasons for what is not printed."""
    return "" if cell is None else replace(cell, parent=None) if below != "none" else cell.value


def _has_set(cell: Estimate) -> bool:
    return not isinstance(cell.lower, Unavailable) and not isinstance(cell.upper, Unavailable)


def _facts(results: Sequence[object]) -> list[Row]:
    """One row a fact that any result states."""
    stated = [_stated(result) for result in results]
    names = list(dict.fromkeys(name for facts in stated for name in facts))
    return [Row(name, [_cell(facts.get(name, "")) for facts in stated]) for name in names]


def _stated(result: Any) -> dict[str, Any]:
    if isinstance(result, Estimate):
        return {"observations": result.nobs} if result.nobs else {}
    return {name: value for name, value in result._facts().items() if not isinstance(value, Estimate)}


def _some(column: dict[Key, Estimate]) -> str:
    labels = [repr(words_of(key)) for key in column]
    return ", ".join(labels[:3]) + (f", ... ({len(labels)})" if len(labels) > 3 else "")
