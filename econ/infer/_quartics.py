"""The S statistic of two moments that are linear in a nuisance parameter, at its least: a ratio of two quartics."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from econ.arrays import Array, Mask

ZERO = 1e-12
"""Determinant of the covariance, relative, below which two moments coincide."""
SMALLEST = 1e-250
MARGIN = 1e-6
"""By which a value must be below a bound before nobody looks for the least."""
TRIALS = np.linspace(-3.0, 3.0, 25)[:, None]
"""Standard errors from the root of the first moment at which `surely_below` tries the second parameter."""


def least_s(total: Array, spread: Array) -> Array:
    """Least over c of ``m'W^{-1}m`` with ``m = (t_0 - c t_1, t_2 - c t_3)`` and W its covariance: (n, 4), (n, 4, 4)."""
    top, bottom, one, two = _polynomials(total, spread)
    slope = (_times(_slope(top), bottom) - _times(top, _slope(bottom)))[:7]  # the seventh power cancels
    values = _ratio(_roots(slope).real.T, top, bottom, floors=(one, two))
    far = top[-1:] / np.maximum(bottom[-1:], ZERO * (one * two)[-1:] + SMALLEST)
    least: Array = np.concatenate([values, far]).min(axis=0)
    return least


def surely_below(total: Array, spread: Array, bound: float) -> Mask:
    """Where a few c show already that the least is below a bound, (n,): cheap, and silent where they do not."""
    polynomials = _polynomials(total, spread)
    with np.errstate(all="ignore"):
        centre = total[:, 0] / total[:, 1]
        unit = np.sqrt(_at(polynomials[2], centre[None, :])[0]) / total[:, 1]
        values = _ratio(centre + TRIALS * unit, *polynomials[:2], floors=polynomials[2:])
        return np.asarray((values < bound * (1.0 - MARGIN)).any(axis=0))


def _polynomials(total: Array, spread: Array) -> tuple[Array, Array, Array, Array]:
    """Numerator and denominator of S, and the variances of both moments, as polynomials in c: (power, n), ascending."""
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
    return top, _times(one, two) - _times(both, both), one, two


def _ratio(at: Array, top: Array, bottom: Array, *, floors: tuple[Array, Array]) -> Array:
    """S at each of (m, n) points; moments that coincide leave nothing below."""
    least = ZERO * np.abs(_at(floors[0], at) * _at(floors[1], at)) + SMALLEST
    values: Array = _at(top, at) / np.maximum(_at(bottom, at), least)
    return values


def _times(one: Array, two: Array) -> Array:
    """Products of polynomials, column by column, ascending."""
    out = np.zeros((len(one) + len(two) - 1, one.shape[1]))
    for power, coefficient in enumerate(one):
        out[power : power + len(two)] += coefficient * two
    return out


def _slope(polynomial: Array) -> Array:
    return polynomial[1:] * np.arange(1, len(polynomial))[:, None]


def _at(polynomial: Array, points: Array) -> Array:
    found = np.zeros_like(points)
    for coefficient in polynomial[::-1]:
        found = found * points + coefficient
    return found


def _roots(polynomial: Array) -> NDArray[np.complex128]:
    """Roots of each column, eigenvalues of its companion; a leading coefficient that vanishes gives a far one."""
    scale = np.maximum(np.abs(polynomial).max(axis=0), SMALLEST)
    lead = polynomial[-1]
    lead = np.where(np.abs(lead) < 1e-14 * scale, np.copysign(1e-14 * scale, lead), lead)
    degree = len(polynomial) - 1
    companion = np.zeros((polynomial.shape[1], degree, degree))
    companion[:, 1:, :-1] = np.eye(degree - 1)
    companion[:, :, -1] = (-polynomial[:-1] / lead).T
    return np.asarray(np.linalg.eigvals(companion), dtype=complex)
