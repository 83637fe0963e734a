"""What all threads of a process share and one may not change under another: modules, threads of BLAS, filters.

Nothing here needs the lock of the interpreter; nothing here is needed less with it.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextvars import copy_context
from functools import lru_cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:  # import econ costs nothing
    from concurrent.futures import Future, ThreadPoolExecutor

T = TypeVar("T")

_IMPORTING = threading.RLock()
_FILTERING = threading.RLock()


def imported(name: str) -> ModuleType:
    """A module, which one thread at a time imports.

    Python locks a module before its package. Where one thread imports the package, whose first lines import the
    module, and another the module, each waits for the other, and one of them is given half a module or none.

    Parameters
    ----------
    name : str
        Of the module, in full.

    Examples
    --------
    >>> imported("econ.errors").__name__
    'econ.errors'
    """
    with _IMPORTING:
        return import_module(name)


@contextlib.contextmanager
def silenced(category: type[Warning]) -> Iterator[None]:
    """Hide what other libraries warn of, one thread at a time.

    `warnings.catch_warnings` gives back the filters that it found. Two threads inside at once may each find those of
    the other, and the process keeps them for good.

    Parameters
    ----------
    category : type of Warning
        What is hidden.

    Examples
    --------
    >>> with silenced(UserWarning):
    ...     warnings.warn("no format fits", UserWarning, stacklevel=1)
    """
    with _FILTERING, warnings.catch_warnings():
        warnings.simplefilter("ignore", category)
        yield


def submitted(pool: ThreadPoolExecutor, work: Callable[[Any], T], item: Any) -> Future[T]:
    """Work for a thread of the pool, where `contextvars` say what they say here: who watches, what is hushed.

    Parameters
    ----------
    pool : ThreadPoolExecutor
        Whose threads begin with nothing of the caller's.
    work : callable
        What to do.
    item : object
        Its one argument.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> with ThreadPoolExecutor(1) as pool:
    ...     submitted(pool, len, "abc").result()
    3
    """
    return pool.submit(copy_context().run, work, item)


def mapped(pool: ThreadPoolExecutor, work: Callable[[Any], T], items: Sequence[Any]) -> Iterator[T]:
    """Results of the same in order; where one raises, what nobody has begun is let go.

    Parameters
    ----------
    pool : ThreadPoolExecutor
        Whose threads begin with nothing of the caller's.
    work : callable
        What to do with each item.
    items : sequence
        Its arguments.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> with ThreadPoolExecutor(2) as pool:
    ...     list(mapped(pool, len, ["abc", "d"]))
    [3, 1]
    """
    return pool.map(lambda item, context: context.run(work, item), items, [copy_context() for _ in items])


class _OneThread:
    """Holds BLAS to one thread from the first caller inside to the last, whoever leaves first.

    Callers that each gave back what they had found would set it to what the first found while others are at work,
    and at the end to the one thread that the last found.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._limits = contextlib.ExitStack()
        self._limited: Any = None
        self._inside = 0

    def __enter__(self) -> None:
        with self._lock:
            libraries = _libraries(len(sys.modules))
            if libraries is not self._limited:  # the first inside, or a library has come since
                self._limits.enter_context(libraries.limit(limits=1))
                self._limited = libraries
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._limited = None
                self._limits.close()


one_thread = _OneThread()
"""One thread for the libraries of this process while anybody is inside: ``with one_thread: ...``."""


@lru_cache(maxsize=1)
def _libraries(loaded: int) -> Any:
    """Libraries with threads of their own, looked for again when modules have been added."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
