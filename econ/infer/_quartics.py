"""Where the S statistic of two moments that are linear in a nuisance parameter falls below a bound: least quartics.

S is a ratio of two quartics in the parameter, so that it falls below a bound somewhere if the quartic ``numerator -
bound denominator`` is negative there.
"""

from __future__ import annotations

import numpy as np

from econ.arrays import Array

SMALLEST = 1e-100
TURNS = np.array([[0.0], [2.0 * np.pi / 3.0]])
"""Of the angles of the least and the largest of three real roots of a cubic."""


def quartic(total: Array, spread: Array, bound: float) -> Array:
    """``det(W) (m'W^{-1}m - bound)`` with ``m = (t_0 - c t_1, t_2 - c t_3)`` and W its covariance.

    Parameters
    ----------
    total : array (n, 4)
        t of each problem.
    spread : array (n, 4, 4)
        Its covariance.
    bound : float
        What the statistic is compared with.

    Returns
    -------
    array (5, n)
        Coefficients of the powers of c, ascending.
    """
    first, second = (np.stack([total[:, i], -total[:, i + 1]]) for i in (0, 2))

    def quadratic(i: int, j: int) -> Array:
        cross = -(spread[:, i, j + 1] + spread[:, i + 1, j])
        return np.stack([spread[:, i, j], cross, spread[:, i + 1, j + 1]])

    one, both, two = quadratic(0, 0), quadratic(0, 2), quadratic(2, 2)
    top = (
        _times(_times(first, first), two)
        - 2.0 * _times(_times(first, second), both)
        + _times(_times(second, second), one)
    )
    return top - bound * (_times(one, two) - _times(both, both))


def least(quartics: Array) -> Array:
    """Least value of each quartic over ``(1 + c^2)^2``, at the c where the quartic is least: (5, n) gives (n,).

    Its sign is that of the least value. The quartic is least at a root of its slope, a cubic, in closed form; two steps
    of Newton's method take out what rounding left. Where it falls without end, its leading coefficient.
    """
    lead = np.where(quartics[4] > 0.0, quartics[4], 1.0)
    a, b, c = 0.75 * quartics[3] / lead, 0.5 * quartics[2] / lead, 0.25 * quartics[1] / lead
    third = a / 3.0
    q, r = third * third - b / 3.0, third * third * third + 0.5 * (c - third * b)
    gap = r * r - q * q * q
    size = np.cbrt(np.abs(r) + np.sqrt(np.maximum(gap, 0.0)))
    alone = -np.copysign(size + q / np.maximum(size, SMALLEST), r)
    root = np.sqrt(np.maximum(q, SMALLEST))
    angle = np.arccos(np.clip(r / (root * root * root), -1.0, 1.0)) / 3.0
    outer = -2.0 * root * np.cos(angle + TURNS)
    at = np.where(gap < 0.0, outer, alone) - third
    for _ in range(2):
        bend = (3.0 * at + 2.0 * a) * at + b
        at = at - (((at + a) * at + b) * at + c) / np.where(bend > 0.0, bend, np.inf)
    value = np.zeros_like(at)
    for coefficient in quartics[::-1]:
        value = value * at + coefficient
    ends = (value / (1.0 + at * at) ** 2).min(axis=0)
    found: Array = np.where(quartics[4] > 0.0, ends, quartics[4])
    return found


def _times(one: Array, two: Array) -> Array:
    """Products of polynomials, column by column, ascending."""
    out = np.zeros((len(one) + len(two) - 1, one.shape[1]))
    for power, coefficient in enumerate(one):
        out[power : power + len(two)] += coefficient * two
    return out
