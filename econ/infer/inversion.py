"""Turn a test into a confidence set."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import scipy

from econ.arrays import Array, Mask
from econ.estimate import ConfidenceSet

GRID = 4001


def invert(
    accept: Callable[[Array], Array],
    centre: float,
    scale: float,
    *,
    level: float,
    grid: int = GRID,
    sure: Callable[[Array], Mask] | None = None,
) -> ConfidenceSet:
    """Collect the values at which ``accept`` is not negative.

    Parameters
    ----------
    accept : callable
        Continuous function of an array of angles; not negative where the test of the value
        ``centre + scale tan(angle)`` does not reject. A right angle is the test of an infinite value.
    centre, scale : float
        Place and unit: the estimate and its standard error make the grid dense where it matters.
    level : float
        Coverage written on the set.
    grid : int
        Angles tried at first; a piece that lies between two of them is not seen.
    sure : callable, optional
        Of the same angles, what is cheaper to know: True only where ``accept`` is positive. It is not asked there.

    Returns
    -------
    ConfidenceSet
        Ends found to 1e-12 in the angle; an end more than some 2,500 scales away is infinite.

    Examples
    --------
    >>> print(invert(lambda angle: 0.5 - np.abs(angle), 1.0, 2.0, level=0.9))
    [-0.09, 2.09]
    """
    angle = np.linspace(-0.5 * math.pi, 0.5 * math.pi, grid + 2)[1:-1]
    inside = np.zeros(len(angle), dtype=bool) if sure is None else np.array(sure(angle))
    inside[~inside] = np.asarray(accept(angle[~inside])) >= 0.0
    turns = np.flatnonzero(inside[1:] != inside[:-1])
    edges = [centre + scale * math.tan(_edge(accept, float(angle[j]), float(angle[j + 1]))) for j in turns]
    if inside[0]:
        edges.insert(0, -math.inf)
    if inside[-1]:
        edges.append(math.inf)
    return ConfidenceSet(tuple(zip(edges[::2], edges[1::2], strict=True)), level)


def _edge(accept: Callable[[Array], Array], low: float, high: float) -> float:
    return float(
        scipy.optimize.brentq(
            lambda angle: float(np.asarray(accept(np.array([angle])))[0]), low, high, xtol=1e-14, rtol=1e-12
        )
    )
