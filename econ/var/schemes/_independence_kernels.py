"""Arrays in, arrays out: rotate uncorrelated series until they are as independent as a contrast can tell.

Symbols: e (B, T, n) series of unit variance, Q (B, n, n) orthogonal, draws first.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np

from econ.arrays import Array
from econ.errors import NotConverged

NORMAL = 0.37456720749143806  # E log cosh of a standard normal
LOG_TWO = float(np.log(2.0))
SWEEPS = 60
TOGETHER = 20_000  # numbers of a series whose contrast is asked for at once: they stay near the processor
GRID = 16  # angles tried before refining: the contrast may have several valleys in a quarter turn
GOLDEN = 0.5 * (np.sqrt(5.0) - 1.0)
REFINE = 20  # golden-section steps: the bracket shrinks to 1e-5 radians
STILL = 1e-4  # radians; sampling errors are a thousand times larger
NEWTON = 20
REACH = 1e-2  # radians of the first Newton step: the search pair by pair has come nearer than this, or found no valley
FLAT = 1e-9  # least curvature beside the largest: below it a valley has no floor to be found

Contrast = Callable[[Array, Array, Array], Array]


def negentropy(a: Array, b: Array, _: Array) -> Array:
    """Minus the sum of (E log cosh e - its value for a normal)² over two series (..., T): low = far from Gaussian."""
    value: Array = -((log_cosh(a) - NORMAL) ** 2) - (log_cosh(b) - NORMAL) ** 2
    return value


def log_cosh(e: Array) -> Array:
    """Mean of log cosh over the last axis, without overflow."""
    size = np.abs(e)
    value = np.exp(-2.0 * size)
    np.log1p(value, out=value)
    value += size
    value -= LOG_TWO
    mean: Array = np.add.reduce(value, axis=-1) / e.shape[-1]
    return mean


def dependence(a: Array, b: Array, rest: Array) -> Array:
    """Squared distance covariances of all pairs that hold a or b (..., B, T), the others ``rest`` (B, T, n - 2)."""
    value = distance_covariance(a, b)
    for k in range(rest.shape[2]):
        other = np.broadcast_to(rest[:, :, k], a.shape)
        value = value + distance_covariance(a, other) + distance_covariance(b, other)
    return value


def distance_covariance(a: Array, b: Array) -> Array:
    """Squared distance covariance of two series (..., T): zero in population if and only if independent.

    E|X-X'||Y-Y'| + E|X-X'| E|Y-Y'| - 2 E|X-X'||Y-Y''| (Székely, Rizzo and Bakirov 2007). Sums of distances to one
    point come from sorting; only the first term needs all pairs.
    """
    flat = zip(a.reshape(-1, a.shape[-1]), b.reshape(-1, b.shape[-1]), strict=True)
    value: Array = np.array([_pair_distance_covariance(x, y) for x, y in flat]).reshape(a.shape[:-1])
    return value


def _pair_distance_covariance(x: Array, y: Array) -> float:
    count = len(x)
    products = np.subtract.outer(x, x) * np.subtract.outer(y, y)
    rows = _distances(x), _distances(y)
    first = np.abs(products).sum() / count**2
    second = rows[0].sum() * rows[1].sum() / count**4
    return float(first + second - 2.0 * (rows[0] @ rows[1]) / count**3)


def _distances(x: Array) -> Array:
    """Sum over l of |x_k - x_l|, for every k."""
    order = np.argsort(x)
    ordered, count = x[order], len(x)
    below = np.concatenate([[0.0], np.cumsum(ordered)[:-1]])
    position = np.arange(count)
    sums = np.empty(count)
    sums[order] = (2.0 * position - count) * ordered + x.sum() - 2.0 * below
    return sums


def fourth_moments(z: Array) -> Array:
    """Eigenvectors of E |z|² z z', (B, n, n): a start that does not depend on the order of the variables."""
    length = np.einsum("btn,btn->bt", z, z)
    return np.asarray(np.linalg.eigh(np.einsum("bt,btm,btn->bmn", length, z, z) / z.shape[1])[1], dtype=float)


def independent(z: Array, start: Array, contrast: Contrast) -> Array:
    """Q (B, n, n) such that z Q has the lowest contrast, pair by pair (Jacobi), from ``start``."""
    q, n = start.copy(), z.shape[2]
    e = z @ q
    for _ in range(SWEEPS):
        largest = 0.0
        for i, j in combinations(range(n), 2):
            rest = e[:, :, [k for k in range(n) if k not in (i, j)]]
            angle = _best_angle(e[:, :, i], e[:, :, j], rest, contrast=contrast)
            cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
            for values in (e, q):
                first, second = values[:, :, i].copy(), values[:, :, j].copy()
                values[:, :, i], values[:, :, j] = cos * first + sin * second, cos * second - sin * first
            largest = max(largest, float(np.abs(angle).max()))
        if largest < STILL or n == 2:
            return q
    raise NotConverged(
        f"components still turned by {largest:.1e} radians after {SWEEPS} sweeps; they may be too close to Gaussian "
        "to be told apart."
    )


def settled(z: Array, q: Array) -> Array:
    """Q (B, n, n) near ``q`` at which the derivatives of `negentropy` by every rotation are zero, by Newton steps.

    `independent` ends within a bracket, and which one depends on the last digits, which differ between processors;
    the zero of a derivative does not. A draw is left as it was where its steps do not shrink.
    """
    q, moving, reach = q.copy(), np.arange(len(z)), np.full(len(z), REACH)
    one = np.eye(z.shape[2])
    for _ in range(NEWTON if z.shape[2] > 1 else 0):
        turn = _newton(z[moving] @ q[moving])
        size = np.abs(turn).max(axis=(1, 2))
        shrinks = size < reach[moving]
        moving, turn = moving[shrinks], turn[shrinks]
        if not len(moving):
            break
        reach[moving] = size[shrinks]
        q[moving] = q[moving] @ np.linalg.solve(one - 0.5 * turn, one + 0.5 * turn)  # Cayley: orthogonal to rounding
    return q


def _newton(e: Array) -> Array:
    """Skew-symmetric A (B, n, n) with e exp(A) at the zero of the quadratic approximation; infinite where it has none.

    For m_i = E log cosh e_i the sum of -(m_i - NORMAL)² moves with that of m_i by E tanh(e_i) δ_i and, twice over,
    E δ_i² / cosh²(e_i), where e exp(A) = e + e A + e A² / 2 + ...
    """
    _, periods, n = e.shape
    pairs = np.array(list(combinations(range(n), 2))).T
    turns = np.zeros((pairs.shape[1], n, n))  # A of each pair
    which = np.arange(len(turns))
    turns[which, pairs[1], pairs[0]], turns[which, pairs[0], pairs[1]] = 1.0, -1.0
    tangent = np.tanh(e)
    by_value = np.swapaxes(tangent, 1, 2) @ e / periods  # E tanh(e_i) e_j
    bent = np.stack([np.swapaxes(e * w[..., None], 1, 2) @ e for w in np.moveaxis(1.0 - tangent**2, 2, 0)], 1) / periods
    gap = np.stack([log_cosh(e[:, :, i]) for i in range(n)], axis=1) - NORMAL
    first = np.einsum("bij,pji->bip", by_value, turns)
    twice = np.einsum("pjk,qki->pqji", turns, turns)
    second = np.einsum("bijk,pji,qki->bipq", bent, turns, turns, optimize=True)
    second += 0.5 * np.einsum("bij,pqji->bipq", by_value, twice + np.swapaxes(twice, 0, 1))
    gradient = -2.0 * np.einsum("bi,bip->bp", gap, first)
    hessian = -2.0 * (np.einsum("bi,bipq->bpq", gap, second) + np.einsum("bip,biq->bpq", first, first))
    roots, vectors = np.linalg.eigh(hessian)
    valley = roots[:, 0] > FLAT * roots[:, -1]
    turned = np.einsum("bpq,bp->bq", vectors, gradient) / np.where(valley[:, None], roots, 1.0)
    step = -np.einsum("bpq,bq->bp", vectors, turned)
    return np.where(valley[:, None, None], np.einsum("bp,pij->bij", step, turns), np.inf)


def _best_angle(a: Array, b: Array, rest: Array, *, contrast: Contrast) -> Array:
    """Angle in about [-π/4, π/4] with the lowest contrast, (B,); zero where no angle is lower."""

    def at(angle: Array) -> Array:
        cos, sin = np.cos(angle)[..., None], np.sin(angle)[..., None]
        return contrast(cos * a + sin * b, cos * b - sin * a, rest)

    step = 0.5 * np.pi / GRID
    grid = step * (np.arange(GRID) - GRID // 2)
    parts = np.array_split(np.broadcast_to(grid[:, None], (GRID, len(a))), min(GRID, -(-GRID * a.size // TOGETHER)))
    values = np.concatenate([at(angles) for angles in parts])
    centre = grid[values.argmin(axis=0)]
    low, high = centre - step, centre + step
    inner, outer = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_inner, at_outer = at(inner), at(outer)
    for _ in range(REFINE):
        left = at_inner < at_outer
        low, high = np.where(left, low, inner), np.where(left, outer, high)
        fresh = np.where(left, high - GOLDEN * (high - low), low + GOLDEN * (high - low))
        value = at(fresh)
        inner, outer = np.where(left, fresh, outer), np.where(left, inner, fresh)
        at_inner, at_outer = np.where(left, value, at_outer), np.where(left, at_inner, value)
    angle = 0.5 * (low + high)
    now = values[GRID // 2]
    return np.where(at(angle) < now - 1e-14 * np.abs(now), angle, 0.0)
