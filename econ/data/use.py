"""Which files a computation used: every file that is read says so, and what is remembered says it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar, cast

import pandas as pd

from econ.data.vintage import Vintage

P = ParamSpec("P")
T = TypeVar("T")
Files = dict[Vintage, None]
"""Files in the order in which they were first used."""

_USED: ContextVar[Files | None] = ContextVar("used", default=None)
"""Files used by the computation that is watched; None when none is, or while the package itself looks."""


def used(*files: Vintage) -> None:
    """Say that files were read."""
    collected = _USED.get()
    if collected is not None:
        collected.update(dict.fromkeys(files))


@contextmanager
def using(*, tell: bool = True) -> Iterator[Files]:
    """Collect the files that are used inside; an outer collection gets them too, unless ``tell`` is False.

    Examples
    --------
    >>> import econ
    >>> with using() as files:
    ...     _ = econ.data.flows("china", scale="usd_bn")
    >>> [file.file for file in files]
    ['2026-07-17/s_form.csv', '2026-07-17/slt_table1.csv']
    """
    files: Files = {}
    token = _USED.set(files)
    try:
        yield files
    finally:
        _USED.reset(token)
        if tell:
            used(*files)


def remembered(maxsize: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """`functools.lru_cache` for what is made of files: who is given a remembered value has used its files.

    A table is handed out as the caller's own: an edit of it does not reach the next one who asks.

    Parameters
    ----------
    maxsize : int
        Values that are kept.

    Returns
    -------
    callable
        Decorator of a function whose arguments are hashable.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        def with_files(*values: P.args, **named: P.kwargs) -> tuple[T, tuple[Vintage, ...]]:
            with using(tell=False) as files:
                value = function(*values, **named)
            return value, tuple(files)

        kept = cast("Callable[P, tuple[T, tuple[Vintage, ...]]]", lru_cache(maxsize=maxsize)(with_files))

        @wraps(function)
        def told(*values: P.args, **named: P.kwargs) -> T:
            value, files = kept(*values, **named)
            used(*files)
            return _own(value)

        return told

    return decorate


def _own(value: T) -> T:
    """A copy of a table that is kept; frozen values as they are."""
    return cast("T", value.copy()) if isinstance(value, (pd.DataFrame, pd.Series)) else value
