"""Turn a test into a confidence set."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator

import numpy as np
from numpy.typing import ArrayLike

from econ.arrays import Array, Rows
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
    return invert_each(lambda _, angle: accept(angle), [centre], [scale], level=level, grid=grid)[0]


def invert_each(
    accept: Callable[[Rows, Array], Array],
    centre: ArrayLike,
    scale: ArrayLike,
    *,
    level: float,
    grid: int = GRID,
) -> list[ConfidenceSet]:
    """The same for many problems side by side.

    Parameters
    ----------
    accept : callable
        Of numbers of problems (n,) and an angle for each (n,).
    centre, scale : array (P,)
        Of each problem.
    level, grid
        As in :func:`invert`.

    Returns
    -------
    list of ConfidenceSet
        One a problem.
    """
    centre, scale = np.asarray(centre, dtype=float), np.asarray(scale, dtype=float)
    angle = np.linspace(-0.5 * math.pi, 0.5 * math.pi, grid + 2)[1:-1]
    every = np.repeat(np.arange(len(centre)), grid)
    inside = np.asarray(accept(every, np.tile(angle, len(centre)))).reshape(-1, grid) >= 0.0
    owner, turns = np.nonzero(inside[:, 1:] != inside[:, :-1])
    found = _edges(lambda searches, at: accept(owner[searches], at), angle[turns], angle[turns + 1])
    edges = [[-math.inf] if row[0] else [] for row in inside]
    for problem, each in zip(owner.tolist(), found, strict=True):
        edges[problem].append(float(centre[problem] + scale[problem] * math.tan(each)))
    for own, row in zip(edges, inside, strict=True):
        if row[-1]:
            own.append(math.inf)
    return [ConfidenceSet(tuple(zip(own[::2], own[1::2], strict=True)), level) for own in edges]


def _edges(accept: Callable[[Rows, Array], Array], low: Array, high: Array) -> list[float]:
    """A root between each ``low`` and ``high``, where ``accept`` changes its sign; one call a step for all of them.

    ``accept`` is told which searches ask.
    """
    searches = [_brent(float(one), float(other)) for one, other in zip(low, high, strict=True)]
    asked = [next(each) for each in searches]
    found, open_ = [0.0] * len(searches), list(range(len(searches)))
    while open_:
        values = np.asarray(accept(np.array(open_), np.array([asked[j] for j in open_]))).tolist()
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
