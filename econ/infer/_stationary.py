"""The last digits of an optimum: where the derivative is zero, given a point that function values have found.

A function is flat at its least, so its values carry half of the digits of the place; which half-digit they end on
differs between processors, whose sums are made in other orders. The derivative crosses zero there and carries all.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from econ.arrays import Array

APART = 1e-5
"""Distance over which a derivative is differenced, in units near one."""
FLAT = 1e-9
"""Curvature, relative to the largest, of a direction in which nothing changes and no step is made."""
REACH = 1e-2
"""Longest first step: a search by values has come nearer than this, or has ended where no derivative is zero."""
ROUNDS = 20


def stationary(slope: Callable[[Array], Array], start: Array) -> Array:
    """Zero of ``slope`` next to ``start`` (p,), by Newton steps; ``start`` itself where there is none within reach.

    Parameters
    ----------
    slope : callable
        The derivatives (p,) of the function whose optimum is meant, in closed form.
    start : array (p,)
        Where a search by values has ended; in units near one.

    Returns
    -------
    array (p,)
        Where no step makes the derivatives smaller any more.
    """
    point, now, reach = start, slope(start), REACH
    for _ in range(ROUNDS):
        shifts = APART * np.eye(len(point))
        bent = np.array([(slope(point + shift) - slope(point - shift)) / (2.0 * APART) for shift in shifts])
        if not np.isfinite(bent).all():
            break
        step = np.linalg.pinv(0.5 * (bent + bent.T), rcond=FLAT, hermitian=True) @ now
        there = slope(point - step)
        if not np.abs(step).max() <= reach or not np.abs(there).max() < np.abs(now).max():
            break
        point, now, reach = point - step, there, float(np.abs(step).max())
    return point
