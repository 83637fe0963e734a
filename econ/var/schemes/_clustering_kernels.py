"""Arrays in, arrays out: rotations that make shocks with moving variances uncorrelated at every date.

Symbols: z (B, T, n) whitened errors, Q (B, n, n) orthogonal, e = z Q shocks, v (B, T, n) their variances, which
average to one over the sample.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
import scipy

from econ.arrays import Array, Rows
from econ.errors import NotConverged

ROUNDS = 60  # times that the variances follow the shocks
FREE = 12  # rounds in which parameters of the variances are chosen afresh; then they stay
SWEEPS = 200
STILL = 1e-7  # radians
EQUAL = 1e-12
NEWS = (0.0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
PERSISTENCE = (0.4, 0.6, 0.75, 0.85, 0.92, 0.96, 0.985)
GRID = np.array([(a, p) for p in PERSISTENCE for a in NEWS if a <= p])
TOGETHER = 16  # variances under one logarithm
LEAST = 0.02  # smallest variance relative to the average

Variances = Callable[[Array, Array | None, Rows], tuple[Array, Array]]


def path_tail(statistic: float, trim: float) -> float:
    """Probability that the largest of chi-squares with one degree of freedom along a path of breaks is above this.

    The path runs from the share ``trim`` of the sample to ``1 - trim``; equation (5) of James, B., K. L. James and
    D. Siegmund (1987), Tests for a change-point, Biometrika 74(1), 71-83. Smooth transitions move together even more.
    """
    if statistic < 1.0:
        return 1.0
    root = np.sqrt(statistic)
    span = 2.0 * np.log(1.0 / trim - 1.0)
    density = np.exp(-0.5 * statistic) / np.sqrt(2.0 * np.pi)
    return float(min(1.0, root * density * ((1.0 - 1.0 / statistic) * span + 4.0 / statistic)))


def rotate(z: Array, start: Array, variances: Variances) -> tuple[Array, bool]:
    """Q (B, n, n) that solves E[e_i e_j / v_i] = E[e_i e_j / v_j] for all pairs, and whether v has settled too.

    In turn: v from e, by ``variances(e, parameters, rows)`` (parameters are chosen afresh where they are None), and
    the least Σ_i E[e_i² / v_i] over rotations, whose first-order condition is the equation above. Draws that stand
    still are left alone, so that none depends on the others.
    """
    q, parameters, rows = start.copy(), None, np.arange(len(z))
    for count in range(ROUNDS):
        e = z[rows] @ q[rows]
        v, chosen = variances(e, parameters, rows)
        turned = least(e, 1.0 / v)
        q[rows] = q[rows] @ turned
        moving = np.abs(turned - np.eye(z.shape[2])).max(axis=(1, 2)) >= 10.0 * STILL
        rows, parameters = rows[moving], chosen[moving] if count >= FREE else None
        if not len(rows):
            return q, True
    return q, False


def least(e: Array, weights: Array) -> Array:
    """Orthogonal Q (B, n, n) with the smallest Σ_i E[(e Q)_i² weight_i], pair by pair in closed form."""
    e, n = e.copy(), e.shape[2]
    q = np.tile(np.eye(n), (len(e), 1, 1))
    for _ in range(SWEEPS):
        largest = 0.0
        for i, j in combinations(range(n), 2):
            a, b, first, second = e[:, :, i], e[:, :, j], weights[:, :, i], weights[:, :, j]
            gap = ((a**2 - b**2) * (first - second)).mean(axis=1)
            cross = 2.0 * (a * b * (first - second)).mean(axis=1)
            flat = np.hypot(gap, cross) < EQUAL  # both variances move together, or not at all: any angle will do
            angle = np.where(flat, 0.0, 0.5 * np.arctan2(-cross, -gap))
            cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
            for values in (e, q):
                old, other = values[:, :, i].copy(), values[:, :, j].copy()
                values[:, :, i], values[:, :, j] = cos * old + sin * other, cos * other - sin * old
            largest = max(largest, float(np.abs(angle).max()))
        if largest < STILL:
            return q
    raise NotConverged(f"shocks still turned by {largest:.1e} radians after {SWEEPS} sweeps; use another model.")


def garch(e: Array, parameters: Array | None, rows: Rows | None = None) -> tuple[Array, Array]:
    """GARCH(1, 1) variances 1 - ρ + a e²_{t-1} + (ρ - a) v_{t-1} of every shock, (a, ρ) the likeliest of a grid."""
    draws, periods, n = e.shape
    squares = np.ascontiguousarray(np.moveaxis(e, 1, 2)).reshape(draws * n, periods) ** 2
    if parameters is None:
        parameters = _losses(np.ascontiguousarray(squares.T)).argmin(axis=0).astype(float).reshape(draws, n)
    a, p = GRID[parameters.astype(int).ravel()].T
    v = np.moveaxis(_garch_paths(squares, a, p).reshape(draws, n, periods), 1, 2)
    return v / v.mean(axis=1, keepdims=True), parameters


def _garch_paths(squares: Array, a: Array, p: Array) -> Array:
    """Variances (S, T) with v_0 = 1 from e² (S, T) and parameters (S,): one linear equation a period."""
    right, band = np.ones(squares.shape), np.ones((2, *squares.shape))
    right[:, 1:] = (1.0 - p)[:, None] + a[:, None] * squares[:, :-1]
    band[1], band[1, :, -1] = (a - p)[:, None], 0.0
    path, _ = scipy.linalg.lapack.dtbtrs(band.reshape(2, -1), right.reshape(-1, 1), uplo="L", diag="U")
    return np.asarray(path).reshape(squares.shape)


def _losses(squares: Array) -> Array:
    """Σ_t log v_t + e_t² / v_t of every point of the grid, (G, S) from e² (T, S), the variances as of `_garch_paths`.

    One logarithm serves the product of several v.
    """
    a, p = GRID.T[:, :, None]
    v = np.ones((len(GRID), squares.shape[1]))
    loss, product, work = np.zeros_like(v), v.copy(), np.empty_like(v)
    for t, square in enumerate(squares):
        product *= v
        loss += np.divide(square, v, out=work)
        if t % TOGETHER == 0 or t == len(squares) - 1:
            loss += np.log(product, out=work)
            product[:] = 1.0
        v *= p - a
        v += 1.0 - p
        v += np.multiply(a, square, out=work)
    return loss


def transition(e: Array, weight: Array) -> Array:
    """Variances b_0 (1 - G_t) + b_1 G_t of every shock, G (B, T) or (1, T): reweighted least squares of e² on both.

    On a constant and G the coefficients are b_0 and b_1 - b_0, and the sums are those of 1 / v² and e² / v² with the
    powers of G.
    """
    squares = np.ascontiguousarray(np.swapaxes(e, 1, 2)) ** 2
    powers = weight[:, :, None] ** np.arange(3)
    v = np.ones_like(squares)
    for _ in range(20):
        inverse = 1.0 / (v * v)
        s, m = inverse @ powers, (inverse * squares) @ powers[:, :, :2]
        slope = (s[..., 0] * m[..., 1] - s[..., 1] * m[..., 0]) / (s[..., 0] * s[..., 2] - s[..., 1] ** 2)
        start = (m[..., 0] - s[..., 1] * slope) / s[..., 0]
        first, last = np.maximum(start, LEAST), np.maximum(start + slope, LEAST)
        v = (last - first)[..., None] * weight[:, None]
        v += first[..., None]
    v = np.swapaxes(v, 1, 2)
    relative: Array = v / v.mean(axis=1, keepdims=True)
    return relative


def clustering(z: Array, lags: int = 12) -> Array:
    """Eigenvectors of Σ_k E |z_{t-k}|² z_t z_t', a start that does not depend on the order of the variables."""
    length = np.einsum("btn,btn->bt", z, z)
    past = np.stack([length[:, lags - k : -k] for k in range(1, lags + 1)]).sum(axis=0)
    return weighted(z[:, lags:], past)


def weighted(z: Array, weight: Array) -> Array:
    """Eigenvectors of Σ_t G_t z_t z_t', (B, n, n)."""
    return np.asarray(np.linalg.eigh(np.einsum("bt,bti,btj->bij", weight, z, z))[1], dtype=float)
