"""The S statistic of two moments that are linear in a nuisance parameter, at its least: a ratio of two quartics."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from econ.arrays import Array

ZERO = 1e-12
"""Determinant of the covariance, relative, below which two moments coincide."""
SMALLEST = 1e-250


def least_s(total: Array, spread: Array) -> Array:
    """Least over c of ``m'W^{-1}m`` with ``m = (t_0 - c t_1, t_2 - c t_3)`` and W its covariance: (n, 4), (n, 4, 4)."""
    first, second = (np.stack([total[:, i], -total[:, i + 1]], axis=1) for i in (0, 2))

    def quadratic(i: int, j: int) -> Array:
        cross = -(spread[:, i, j + 1] + spread[:, i + 1, j])
        return np.stack([spread[:, i, j], cross, spread[:, i + 1, j + 1]], axis=1)

    one, both, two = quadratic(0, 0), quadratic(0, 2), quadratic(2, 2)
    top = (
        _times(_times(first, first), two)
        - 2.0 * _times(_times(first, second), both)
        + _times(_times(second, second), one)
    )
    bottom = _times(one, two) - _times(both, both)
    slope = (_times(_slope(top), bottom) - _times(top, _slope(bottom)))[:, :7]  # the seventh power cancels
    at = _roots(slope).real
    floors = ZERO * np.abs(_at(one, at) * _at(two, at)) + SMALLEST  # moments that coincide leave nothing below
    values = _at(top, at) / np.maximum(_at(bottom, at), floors)
    far = top[:, -1:] / np.maximum(bottom[:, -1:], ZERO * (one * two)[:, -1:] + SMALLEST)
    least: Array = np.column_stack([values, far]).min(axis=1)
    return least


def _times(one: Array, two: Array) -> Array:
    """Products of polynomials, row by row, ascending."""
    out = np.zeros((len(one), one.shape[1] + two.shape[1] - 1))
    for power in range(one.shape[1]):
        out[:, power : power + two.shape[1]] += one[:, power : power + 1] * two
    return out


def _slope(polynomial: Array) -> Array:
    return polynomial[:, 1:] * np.arange(1, polynomial.shape[1])


def _at(polynomial: Array, points: Array) -> Array:
    found = np.zeros_like(points)
    for power in range(polynomial.shape[1] - 1, -1, -1):
        found = found * points + polynomial[:, power : power + 1]
    return found


def _roots(polynomial: Array) -> NDArray[np.complex128]:
    """Roots of each row, by the eigenvalues of its companion; a leading coefficient that vanishes gives a far one."""
    scale = np.maximum(np.abs(polynomial).max(axis=1), SMALLEST)
    lead = polynomial[:, -1]
    lead = np.where(np.abs(lead) < 1e-14 * scale, np.copysign(1e-14 * scale, lead), lead)
    degree = polynomial.shape[1] - 1
    companion = np.zeros((len(polynomial), degree, degree))
    companion[:, 1:, :-1] = np.eye(degree - 1)
    companion[:, :, -1] = -polynomial[:, :-1] / lead[:, None]
    return np.asarray(np.linalg.eigvals(companion), dtype=complex)
