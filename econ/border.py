"""The border of every public callable: what comes in is of the kind that the signature says, or is refused in words.

Bounds of numbers, words that are known and names that exist are the business of :mod:`econ.checks`. Here stand the
kinds: an integer, a word, a table, a mapping, results of another room, a function.
"""

from __future__ import annotations

import contextlib
import inspect
import math
import numbers
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from econ.arrays import is_sound
from econ.errors import SchemaError, SpecificationError
from econ.kinds import KINDS, NUMERIC, Kind, class_of, is_of, kind_of, refuse
from econ.memory import pieces

F = TypeVar("F", bound=Callable[..., Any])

MOST = 10_000_000
"""Largest integer argument: draws, horizons, lags. More fit neither a computer nor a lifetime."""
LARGEST = 1e100
"""Largest number in a table: the square of a larger one is no number on this machine."""
CELLS = 10_000
"""Up to so many the numbers of a table are sooner read than the types of its columns."""
ATOMS = (float, int, str, bool, type(None))
"""What its type says all of, whatever is asked for."""
_HUSHED: ContextVar[tuple[type[Warning], ...]] = ContextVar("hushed", default=())
"""Warnings that the package does not give, in this thread."""


def checked(function: F, *, levels: bool = False) -> F:
    """Refuse arguments that are not of the kind in the signature; written above a public function.

    Parameters
    ----------
    function : callable
        What to guard.
    levels : bool
        Whether tables may have columns of several levels, as those of results and pages have.

    Raises
    ------
    SpecificationError
        Naming the argument, what it takes, what was found and how to get it.
    SchemaError
        For a table whose columns have several levels.

    Examples
    --------
    >>> @checked
    ... def length(table: pd.DataFrame) -> int:
    ...     return len(table)
    >>> length([1, 2])
    Traceback (most recent call last):
    econ.errors.SpecificationError: table must be a DataFrame; found a list, [1, 2]; pd.DataFrame(values, index=dates, \
columns=names) makes one.
    """
    parameters = list(inspect.signature(function).parameters.values())
    kinds = {each.name: kind_of(each) for each in parameters}
    wanted = {name: kind for name, kind in kinds.items() if kind is not None}
    if not wanted:
        return function
    scope = function.__globals__
    checks = {name: _Check(name, wanted[name], scope, levels) if name in wanted else None for name in kinds}
    order = [checks[each.name] for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]
    rest = next((checks[each.name] for each in parameters if each.kind is each.VAR_POSITIONAL), None)
    more = next((checks[each.name] for each in parameters if each.kind is each.VAR_KEYWORD), None)
    places = len(order)

    @wraps(function)
    def call(*values: Any, **named: Any) -> Any:
        for check, value in zip(order, values, strict=False):
            if check is not None:
                check(value)
        if rest is not None:
            for value in values[places:]:
                rest(value)
        for name, value in named.items():
            check = checks.get(name, more)
            if check is not None:
                check(value)
        return function(*values, **named)

    return call  # type: ignore[return-value]


def told_by(function: Callable[..., Any]) -> Callable[[F], F]:
    """Give a method the help text of the function that does its work: its own arguments, without the examples.

    Written above a method whose own text is one line, so that ``help`` says what its arguments are.

    Examples
    --------
    >>> def area(shape, unit):
    ...     '''Size.
    ...
    ...     Parameters
    ...     ----------
    ...     shape : object
    ...         What to measure.
    ...     unit : str
    ...         In what.
    ...     '''
    >>> @told_by(area)
    ... def method(self, unit):
    ...     '''Size; see :func:`area`.'''
    >>> "unit : str" in method.__doc__, "shape" in method.__doc__
    (True, False)
    """

    def tell(method: F) -> F:
        text = inspect.cleandoc(function.__doc__ or "")
        text = re.split(r"\n(?:Examples|See Also)\n-+\n", text)[0]
        head, rule, rest = text.partition("Parameters\n----------\n")
        arguments, heading, after = rest.partition("\n\n")
        known = inspect.signature(method).parameters
        kept = [
            entry
            for entry in re.split(r"\n(?=\S)", arguments)
            if set(re.split(r", ", entry.split(" : ")[0].split("\n")[0])) & known.keys()
        ]
        method.__doc__ = "".join([head, rule, "\n".join(kept), heading, after]).rstrip() + "\n"
        return method

    return tell


def warn(message: str, category: type[Warning]) -> None:
    """Warn at the line of the caller outside the package, however many of its functions lie between."""
    if issubclass(category, _HUSHED.get()):
        return
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and str(frame.f_back.f_globals.get("__name__", "")).startswith("econ."):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level + 1)


@contextlib.contextmanager
def hushed(category: type[Warning]) -> Iterator[None]:
    """Without warnings of the package of this kind, in this thread and those that work for it in `econ.parallel`.

    `warnings.catch_warnings` changes the filters of all threads, and the last to leave may put back another's.

    Parameters
    ----------
    category : type of Warning
        Of :mod:`econ.errors`.

    Examples
    --------
    >>> from econ.errors import ShortSample
    >>> with hushed(ShortSample):
    ...     warn("five observations", ShortSample)
    """
    token = _HUSHED.set((*_HUSHED.get(), category))
    try:
        yield
    finally:
        _HUSHED.reset(token)


def checked_class(cls: type) -> None:
    """The same for the constructor and public methods that a class defines; what shows tables is made of any."""
    levels = hasattr(cls, "_repr_html_")
    for name, member in list(vars(cls).items()):
        if name.startswith("_") and name != "__init__":
            continue
        if inspect.isfunction(member):
            setattr(cls, name, checked(member, levels=levels and name == "__init__"))
        elif isinstance(member, (classmethod, staticmethod)):
            setattr(cls, name, type(member)(checked(member.__func__, levels=levels)))


class _Check:
    """The check of one argument. What passes by its type alone is not asked again for its kind, but for its size."""

    def __init__(self, name: str, kind: Kind, scope: Mapping[str, Any], levels: bool) -> None:
        self.name, self.kind, self.scope, self.levels = name, kind, scope, levels
        parts = kind[1] if kind[0] == "|" else (kind,)
        self.words = {each[0] for each in parts}
        self.deep = any(each[1] or each[0] == "ArrayLike" or each[0] in NUMERIC for each in parts)
        self.passed: dict[type, Callable[[Any], None]] = {}

    def __call__(self, value: object) -> None:
        self.passed.get(type(value), self._first)(value)

    def _first(self, value: object) -> None:
        if not is_of(value, self.kind, self.scope):
            refuse(self.name, value, self.kind)
        measure = self._measure(value)
        measure(value)
        if isinstance(value, ATOMS) or not (self.deep or self._unknown()):
            self.passed[type(value)] = measure

    def _unknown(self) -> bool:
        """Whether a word stands for a class that nobody has imported, so that anything passes until somebody does."""
        return any(word not in KINDS and class_of(word, self.scope) is None for word in self.words - {"None"})

    def _measure(self, value: object) -> Callable[[Any], None]:
        if isinstance(value, float):
            return self._check_number
        if isinstance(value, numbers.Integral) and "int" in self.words:
            return self._check_count
        return self._check_size if isinstance(value, (pd.DataFrame, pd.Series, np.ndarray)) else _pass

    def _check_number(self, value: float) -> None:
        if LARGEST < abs(value) < math.inf:
            raise SpecificationError(f"{self.name} is {value:g}; above {LARGEST:g} sums overflow: change units.")

    def _check_count(self, value: int) -> None:
        if not -MOST <= value <= MOST:
            raise SpecificationError(
                f"{self.name} must be an integer of at most {MOST:,}; found {int(value):,}; ask for less."
            )

    def _check_size(self, value: pd.DataFrame | pd.Series | np.ndarray) -> None:
        if not self.levels and isinstance(value, pd.DataFrame):
            check_flat(self.name, value.columns)
        _check_size(self.name, value)


def check_flat(name: str, columns: pd.Index) -> None:
    """Refuse columns of several levels, as ``pd.concat({"a": frame}, axis=1)`` and ``unstack`` make them.

    Raises
    ------
    SchemaError
        With the first column and how to make one name of it.
    """
    if columns.nlevels > 1:
        such = f", such as {columns[0]!r}" if len(columns) else ""
        raise SchemaError(
            f"the columns of {name} have {columns.nlevels} levels{such}, and one name each is wanted; "
            f"{name}.columns.map('_'.join) makes one of texts, {name}.droplevel(0, axis=1) keeps the last level."
        )


def _pass(value: object) -> None:
    """Nothing more to ask."""


def _check_size(name: str, value: pd.DataFrame | pd.Series | np.ndarray) -> None:
    if is_sound(value):
        return
    if isinstance(value, np.memmap) and value.ndim:
        for _, part in pieces(value):
            _check_size(name, np.asarray(part))
        return
    if _is_small(value):
        return
    columns = [value.iloc[:, place] for place in range(value.shape[1])] if isinstance(value, pd.DataFrame) else [value]
    for column in columns:
        if getattr(column.dtype, "kind", "") == "f":
            figures = np.asarray(column, dtype=float)
            flat = figures.ravel(order="K")
            with np.errstate(invalid="ignore", over="ignore"):
                if np.dot(flat, flat) <= LARGEST:  # so are all; False for NaN, and one pass
                    continue
                large = (np.abs(figures) > LARGEST) & np.isfinite(figures)
            if large.any():
                found = float(figures[large].flat[0])
                raise SpecificationError(f"{name} holds {found:g}; above {LARGEST:g} sums overflow: change units.")


def all_usual(figures: np.ndarray) -> bool:
    """Whether the sum of the squares shows that all are finite and none is too large; False leaves it open."""
    flat = figures.ravel(order="K")
    with np.errstate(all="ignore"):
        return bool(flat @ flat < LARGEST**2)


def _is_small(value: pd.DataFrame | pd.Series | np.ndarray) -> bool:
    """Whether all numbers together show that none is too large, whatever is missing; infinity leaves it open."""
    if isinstance(value, pd.DataFrame) and value.size > CELLS and len(set(value.dtypes)) > 1:
        return False
    figures = np.asarray(value if isinstance(value, np.ndarray) else value.to_numpy())
    if figures.dtype.kind != "f":
        return False
    figures = figures.astype(float, copy=False).ravel(order="K")
    if all_usual(figures):
        return True
    with np.errstate(all="ignore"):
        most, least = np.fmax.reduce(figures, initial=0.0), np.fmin.reduce(figures, initial=0.0)
    return bool(most <= LARGEST and least >= -LARGEST)
