"""How a result shows itself: a few lines in a terminal, a table in a notebook, `summary` for the page."""

from __future__ import annotations

import dataclasses
import inspect
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from econ import checks
from econ.estimate import ConfidenceSet, Estimate, Unavailable, three_digits
from econ.tables.markup import fact_words
from econ.tables.numbers import Number
from econ.tables.row import Row
from econ.tables.table import Table, words_of
from econ.tables.tidy import of_fields, tidied
from econ.units import Measure

Facts: TypeAlias = Mapping[str, Any]
LINES = 12
"""Most lines of a ``repr``."""
LETTERS = 100
"""Most letters of a line of a ``repr``."""
ROWS = 40
"""Most rows that a notebook shows by itself."""
IN_UNITS = ("point", "estimate", "value", "mean", "median", "std_error", "std", "lower", "upper", "published")
"""Columns of one row that are in the same units, and so have the same digits after the point."""
POINTS = IN_UNITS[:5]
ERRORS = IN_UNITS[5:7]


class Shown:
    """Base of every result: ``repr``, what a notebook shows and ``summary`` come from the same facts and numbers.

    A subclass says what holds of the whole in ``_facts`` and gives its numbers in ``_numbers`` or ``to_frame``, or
    takes what its fields say.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "__repr__" not in vars(cls):  # a dataclass would write one that prints whole tables
            cls.__repr__ = Shown.__repr__  # type: ignore[method-assign]

    def summary(self, level: float = 0.90) -> Table:
        """Facts and numbers as a `Table`: prints, HTML, LaTeX, Typst, Markdown, CSV, Excel.

        Parameters
        ----------
        level : float, default 0.90
            Coverage of intervals.

        Returns
        -------
        Table
            ``to_frame()`` gives the numbers as a DataFrame.
        """
        return told(self, self._numbers(level), level=level)

    def to_frame(self, level: float = 0.90) -> pd.DataFrame:
        """The numbers as a tidy frame, for further work: one observation a row.

        Parameters
        ----------
        level : float, default 0.90
            Coverage of intervals that are computed now; an estimate that the result holds keeps its own, in a column
            ``level``.

        Returns
        -------
        DataFrame
            Index levels have names, such as ``response``, ``shock``, ``horizon``; ``quantity`` and ``item`` where the
            numbers are fields of the result. Columns ``estimate`` or ``point``, and where known ``std_error``,
            ``lower``, ``upper``; NaN for a number that is not available, of which `summary` says why.
        """
        own = type(self)._numbers is not Shown._numbers or type(self).summary is not Shown.summary
        return tidied(self._numbers(checks.level(level))) if own else of_fields(self)

    def _facts(self) -> Facts:
        """What holds of the whole result: sample, specification, key numbers; none by default."""
        return {}

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        """One row a number: by default those of an own frame, else what the fields hold, a row a label of several."""
        if type(self).to_frame is not Shown.to_frame:
            return self.to_frame(level)
        if type(self).summary is not Shown.summary:
            known = "level" in inspect.signature(self.summary).parameters
            return (self.summary(level=level) if known else self.summary()).to_frame()
        return pd.DataFrame(
            {"value": pd.Series({name: _cell(value) for name, value in _contents(self).items()}, dtype=object)}
        )

    def _measure(self, key: tuple[str, ...]) -> Measure:
        """What the number of the row ``key`` of ``_numbers`` is measured in, as far as the result knows."""
        units = getattr(self, "units", "")
        own = type(self)._numbers is not Shown._numbers or type(self).summary is not Shown.summary
        return Measure(units if own and isinstance(units, str) else "")

    def __repr__(self) -> str:
        pairs = fact_words(Table([], [], facts=_of_the_whole(self) or _few(self._numbers())))
        width = max((len(name) for name, _ in pairs), default=0)
        lines = [type(self).__name__, *(f"  {name:<{width}}  {' '.join(words.split())}" for name, words in pairs)]
        if len(lines) > LINES:
            lines = [*lines[: LINES - 1], "  ..."]
        return "\n".join(line if len(line) <= LETTERS else line[: LETTERS - 3] + "..." for line in lines)

    def _repr_html_(self) -> str:
        table = self.summary()
        if len(table) > ROWS:
            rest = f"{ROWS} of {len(table)} rows; summary() has all."
            table = dataclasses.replace(table, rows=table.rows[:ROWS], notes=[*table.notes, rest], origin=None)
        return table.to_html()


def told(result: Shown, numbers: pd.DataFrame | pd.Series, *, level: float | None = None) -> Table:
    """The `Table` of a result: its numbers under its facts, each with the digits that its error leaves.

    Parameters
    ----------
    result : Shown
        Whose facts.
    numbers : DataFrame or Series
        One row a number.
    level : float, optional
        Coverage of the columns ``lower`` and ``upper``, for the note.
    """
    frame = numbers.to_frame("value") if isinstance(numbers, pd.Series) else numbers
    columns = [words_of(name) for name in frame.columns]
    cells = [[_cell(each) for each in frame.iloc[:, place]] for place in range(frame.shape[1])]
    rows = [
        Row(words_of(label), row, [_places(name, cell, dict(zip(columns, row, strict=True)))
            for name, cell in zip(columns, row, strict=True)])
        for label, row in zip(frame.index, zip(*cells, strict=True), strict=True)
    ]  # fmt: skip
    notes = (
        [f"lower and upper: {level:.0%} intervals."] if level is not None and {"lower", "upper"} <= {*columns} else []
    )
    own = type(result)._numbers is not Shown._numbers or type(result).to_frame is not Shown.to_frame
    facts = _of_the_whole(result) if own else _said(result._facts())
    stub = ", ".join(str(name) for name in frame.index.names if name is not None)
    return Table(columns, rows, stub=stub, notes=notes, title=type(result).__name__, facts=facts, origin=numbers)


def period(index: pd.Index) -> str:
    """First and last date of a sample in words.

    Examples
    --------
    >>> period(pd.period_range("2020-01", periods=3, freq="M"))
    '2020-01 to 2020-03'
    """
    ends = [index[0], index[-1]]
    return " to ".join(str(end.date() if isinstance(end, pd.Timestamp) else end) for end in ends)


def listed(names: Sequence[object], most: int = 8) -> str:
    """Names in one line, the first ones where there are many.

    Examples
    --------
    >>> listed(["a", "b"]), listed(range(20), 3)
    ('a, b', '0, 1, 2, ... (20)')
    """
    words = ", ".join(str(name) for name in list(names)[:most])
    return words if len(names) <= most else f"{words}, ... ({len(names)})"


def degrees(df: float) -> float | str:
    """Degrees of freedom as a fact: with infinitely many it is the normal that counts.

    Examples
    --------
    >>> degrees(12.0), degrees(math.inf)
    (12.0, 'infinite (normal)')
    """
    return "infinite (normal)" if math.isinf(df) else df


def coefficient_table(values: pd.Series, errors: pd.Series, *, level: float, df: float = math.inf) -> pd.DataFrame:
    """Columns ``estimate``, ``std_error``, ``t``, ``p_value``, ``lower``, ``upper``, two-sided by Student's t.

    Parameters
    ----------
    values, errors : Series (k,)
        Coefficients and standard errors; `Unavailable` for one that was not estimated.
    level : float
        Coverage.
    df : float
        Degrees of freedom; infinite means the normal.

    Examples
    --------
    >>> coefficient_table(pd.Series({"x": 2.0}), pd.Series({"x": 1.0}), level=0.90).round(3).loc["x"].tolist()
    [2.0, 1.0, 2.0, 0.046, 0.355, 3.645]
    """
    from scipy.special import stdtr, stdtrit

    half, rows = float(stdtrit(df, 0.5 + checks.level(level) / 2.0)), []
    for value, error in zip(values.to_numpy(dtype=float), errors, strict=True):
        if isinstance(error, Unavailable):
            rows.append([value, *[error] * 5])
            continue
        t = value / error if error else math.copysign(math.inf, value)
        p = 2.0 * float(stdtr(df, -abs(t)))
        rows.append([value, float(error), t, p, value - half * error, value + half * error])
    return pd.DataFrame(rows, index=values.index, columns=["estimate", "std_error", "t", "p_value", "lower", "upper"])


def _of_the_whole(result: Shown) -> list[tuple[str, Number]]:
    """What holds of the whole: what the class says, or the fields that a line can hold."""
    return _said(result._facts() or _scalars(result))


def _said(facts: Facts) -> list[tuple[str, Number]]:
    """Facts as cells; what is not there is called none, and what is empty is left out."""
    cells = [(name, "none" if value is None else _cell(value)) for name, value in facts.items()]
    return [(name, cell) for name, cell in cells if cell != ""]


def _few(numbers: pd.DataFrame | pd.Series) -> list[tuple[str, Number]]:
    """The first numbers themselves, for a result of which nothing else is to be said."""
    first = numbers.iloc[: LINES - 1]
    values = first if isinstance(first, pd.Series) else first.iloc[:, 0]
    return [(words_of(label), _cell(value)) for label, value in values.items()]


def _contents(result: object) -> dict[str, Any]:
    """Everything in the fields of a dataclass that is one number or word, by field and label."""
    found: dict[str, Any] = {}
    for field in dataclasses.fields(result):  # type: ignore[arg-type]
        value = getattr(result, field.name)
        parts: Mapping[Any, Any] = {}
        if isinstance(value, (Mapping, pd.Series)) and len(value) <= ROWS:
            parts = dict(value.items())
        elif isinstance(value, pd.DataFrame) and value.size <= ROWS:
            labels = [f"{words_of(row)}, {words_of(column)}" for row in value.index for column in value]
            parts = dict(zip(labels, value.to_numpy(dtype=object).ravel(), strict=True))
        elif isinstance(value, np.ndarray) and field.repr and value.size <= ROWS:
            parts = {", ".join(map(str, place)): each for place, each in np.ndenumerate(value)}
        elif isinstance(value, Shown) and field.name != "parent":
            parts = _contents(value)
        found |= {f"{field.name.replace('_', ' ')}, {name}": part for name, part in parts.items() if _cell(part) != ""}
    return {**_scalars(result), **found}


def _scalars(result: object) -> dict[str, Any]:
    """The fields of a dataclass that a line can hold."""
    if not dataclasses.is_dataclass(result):
        return {}
    found = {field.name: getattr(result, field.name) for field in dataclasses.fields(result) if field.repr}
    names = {name: "observations" if name == "nobs" else name.replace("_", " ") for name in found}
    tables = (pd.DataFrame, pd.Series, np.ndarray, Mapping, Shown)
    plain = {name: value for name, value in found.items() if not isinstance(value, tables)}
    return {names[name]: value for name, value in plain.items() if _cell(value) != ""}


_KINDS: tuple[tuple[Any, Callable[[Any], Number]], ...] = (
    ((bool, np.bool_), lambda value: "yes" if value else "no"),
    ((str, Unavailable, Estimate), lambda value: value),
    (np.integer, int),
    ((float, np.floating), lambda value: "" if math.isnan(value) else float(value)),
    (int, int),
    (ConfidenceSet, str),
    ((pd.Period, pd.Timestamp), lambda value: str(value).removesuffix(" 00:00:00")),
    ((pd.DataFrame, pd.Series, np.ndarray), lambda value: ""),
    (pd.Index, lambda value: listed(value)),
    ((list, tuple, range), lambda value: listed(value) if all(isinstance(each, (str, int)) for each in value) else ""),
)


def _cell(value: Any) -> Number:
    """A value as the cell of a table; blank where a line cannot hold it."""
    for kind, words in _KINDS:
        if isinstance(value, kind):
            return words(value)
    if value is None or isinstance(value, (Mapping, list, tuple)) or callable(value):
        return ""
    return re.sub(r"\s+", " ", str(value))


def _places(name: str, cell: Number, row: Mapping[str, Number]) -> int | None:
    """Digits after the point: three significant ones of the error of the row, or of the number itself."""
    if isinstance(cell, (str, Unavailable, Estimate, int)):
        return None
    if name not in IN_UNITS and name.endswith(("p_value", "t")):
        return 3
    sizes = [abs(cell)]
    if name in IN_UNITS:
        for group in (ERRORS, POINTS):
            sizes = [abs(size) for size in (row.get(each) for each in group) if isinstance(size, float)]
            if any(sizes):
                break
    finite = [size for size in sizes if 0.0 < size < math.inf]
    return three_digits(finite[0]) if finite else 2
