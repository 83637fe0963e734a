"""Types of arrays and seeds, and the one helper that every room needs: written once, for all rooms."""

from __future__ import annotations

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
