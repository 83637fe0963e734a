"""Types of arrays and seeds, and the helpers that every room needs: written once, for all rooms."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Rows: TypeAlias = NDArray[np.intp]
Mask: TypeAlias = NDArray[np.bool_]
Seed: TypeAlias = int | np.random.SeedSequence | None


def put(old: NDArray[Any], rows: Rows, new: NDArray[Any]) -> NDArray[Any]:
    """A copy of ``old`` with ``rows`` of the first axis taken from ``new``.

    Examples
    --------
    >>> put(np.zeros(3), np.array([1]), np.ones(1))
    array([0., 1., 0.])
    """
    out = old.copy()
    out[rows] = new
    return out


_SOUND: weakref.WeakValueDictionary[int, NDArray[Any]] = weakref.WeakValueDictionary()
"""Arrays whose numbers were all looked at piece by piece, by identity."""


def mark_sound(array: NDArray[Any]) -> None:
    """Note that every number of a large array, which nobody may write to any more, is finite and of usual size.

    For who has looked at its pieces as they were made, near the processor and on all workers: checks of the whole
    would read it again from memory, on one.

    Examples
    --------
    >>> draws = np.ones(3)
    >>> draws.flags.writeable = False
    >>> mark_sound(draws)
    >>> is_sound(draws), is_sound(draws[:2]), is_sound(draws.copy())
    (True, False, False)
    """
    _SOUND[id(array)] = array


def is_sound(array: object) -> bool:
    """Whether :func:`mark_sound` was told so of this very array, and it refuses writing as it did then."""
    known = _SOUND.get(id(array))
    return known is not None and known is array and not known.flags.writeable


@contextlib.contextmanager
def broadcast_in_place() -> Iterator[None]:
    """Inside, numpy reads a broadcast operand where it lies, also where rows are shorter than its buffer.

    Otherwise it first writes a number out as often as the row is long, and a row as often as there are rows, 8192
    numbers at a time; for a comparison of 1,000 draws with one number a row that is half of the time.

    Examples
    --------
    >>> with broadcast_in_place():
    ...     np.ones((2, 3)) + np.ones((2, 1))
    array([[2., 2., 2.],
           [2., 2., 2.]])
    """
    with np.errstate():  # gives the buffer its size back
        np.setbufsize(16)
        yield
