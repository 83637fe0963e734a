"""Turn a test into a confidence set."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator

import numpy as np

from econ.arrays import Array
from econ.estimate import ConfidenceSet

GRID = 4001
STEPS = 100
"""Of a search for an end; bisection alone needs 37 for the angles of the coarsest grid."""


def invert(
    accept: Callable[[Array], Array],
    centre: float,
    scale: float,
    *,
    level: float,
    grid: int = GRID,
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
    inside = np.asarray(accept(angle)) >= 0.0
    turns = np.flatnonzero(inside[1:] != inside[:-1])
    edges = [centre + scale * math.tan(each) for each in _edges(accept, angle[turns], angle[turns + 1])]
    if inside[0]:
        edges.insert(0, -math.inf)
    if inside[-1]:
        edges.append(math.inf)
    return ConfidenceSet(tuple(zip(edges[::2], edges[1::2], strict=True)), level)


def _edges(accept: Callable[[Array], Array], low: Array, high: Array) -> list[float]:
    """A root between each ``low`` and ``high``, where ``accept`` changes its sign; one call a step for all of them."""
    searches = [_brent(float(one), float(other)) for one, other in zip(low, high, strict=True)]
    asked = [next(each) for each in searches]
    found, open_ = [0.0] * len(searches), list(range(len(searches)))
    while open_:
        values = np.asarray(accept(np.array([asked[j] for j in open_]))).tolist()
        waiting = []
        for j, value in zip(open_, values, strict=True):
            try:
                asked[j] = searches[j].send(value)
                waiting.append(j)
            except StopIteration as done:
                found[j] = done.value
        open_ = waiting
    return found


def _brent(low: float, high: float) -> Generator[float, float, float]:
    """The search of Brent (1973, chapter 4): yields where it wants the function, is sent its value there."""
    before, now = low, high
    f_before = yield before
    f_now = yield now
    if f_before == 0.0 or f_now == 0.0:
        return before if f_before == 0.0 else now
    if (f_before < 0.0) == (f_now < 0.0):  # rounding alone set the two apart
        return before if abs(f_before) < abs(f_now) else now
    other = f_other = last = step = 0.0
    for _ in range(STEPS):
        if f_before != 0.0 and f_now != 0.0 and (f_before < 0.0) != (f_now < 0.0):
            other, f_other = before, f_before
            last = step = now - before
        if abs(f_other) < abs(f_now):
            before, now, other = now, other, now
            f_before, f_now, f_other = f_now, f_other, f_now
        near, half = (1e-14 + 1e-12 * abs(now)) / 2.0, (other - now) / 2.0
        if f_now == 0.0 or abs(half) < near:
            break
        last, step = _step(last, step, near, half, ((before, f_before), (now, f_now), (other, f_other)))
        before, f_before = now, f_now
        now += step if abs(step) > near else math.copysign(near, half)
        f_now = yield now
    return now


def _step(
    last: float, step: float, near: float, half: float, points: tuple[tuple[float, float], ...]
) -> tuple[float, float]:
    """The step before and the next one: by a secant or an inverse quadratic where it is short enough, else half-way."""
    (before, f_before), (now, f_now), (other, f_other) = points
    if abs(last) > near and abs(f_now) < abs(f_before):
        if before == other:
            trial = -f_now * (now - before) / (f_now - f_before)
        else:
            one, two = (f_before - f_now) / (before - now), (f_other - f_now) / (other - now)
            trial = -f_now * (f_other * two - f_before * one) / (two * one * (f_other - f_before))
        if 2.0 * abs(trial) < min(abs(last), 3.0 * abs(half) - near):
            return step, trial
    return half, half
