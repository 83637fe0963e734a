"""Arrays in, arrays out: the algebra of y_t = D_t c + A_1 y_{t-1} + ... + A_p y_{t-p} + u_t.

Symbols: T effective observations, p lags, n variables, m deterministic and exogenous terms, k = m + n p rows
of coefficients (deterministic first, then L1 of every variable, L2, ...), B draws, s shocks, H horizon.
Axis order is always (draw, time or horizon, response, shock).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Rows: TypeAlias = NDArray[np.intp]

CHUNK = 6  # periods simulated by one matrix product


def deterministic(trend: str, start: int, count: int) -> Array:
    """Columns 1, t, t² of ``trend`` (``n``, ``c``, ``ct``, ``ctt``), t = start, ..., start + count - 1: (count, m)."""
    t = np.arange(start, start + count, dtype=float)
    return np.column_stack([t**power for power in range(len(trend) if trend != "n" else 0)] or [t[:, None][:, :0]])


def lag_matrix(y: Array, p: int) -> Array:
    """Rows [y_{t-1}, ..., y_{t-p}] for t = p, ..., len(y) - 1: (T, n p)."""
    return np.hstack([y[p - lag : len(y) - lag] for lag in range(1, p + 1)])


def least_squares(x: Array, y: Array) -> tuple[Array, Array]:
    """Coefficients (k, n) and (X'X)⁻¹ (k, k) from the QR decomposition of the rescaled design."""
    scale = np.sqrt(np.einsum("tk,tk->k", x, x))
    q, r = np.linalg.qr(x / scale)
    inverse = np.linalg.inv(r) / scale[:, None]
    return inverse @ (q.T @ y), inverse @ inverse.T


def dependent_columns(x: Array, tolerance: float = 1e-10) -> list[int]:
    """Columns of ``x`` that are linear combinations of earlier ones, up to ``tolerance`` of their length."""
    scale = np.sqrt(np.einsum("tk,tk->k", x, x))
    if not scale.all():
        return [int(j) for j in np.flatnonzero(scale == 0)]
    r = np.linalg.qr(x / scale, mode="r")
    return [int(j) for j in np.flatnonzero(np.abs(np.diagonal(r)) < tolerance)]


def lag_blocks(coefficients: Array, p: int) -> Array:
    """A_1, ..., A_p, each [equation, variable], out of (..., k, n) coefficients: (..., p, n, n)."""
    n = coefficients.shape[-1]
    lags = coefficients[..., coefficients.shape[-2] - n * p :, :]
    return np.swapaxes(lags.reshape(*coefficients.shape[:-2], p, n, n), -1, -2)


def companion(a: Array) -> Array:
    """Companion matrix (..., n p, n p) of lag blocks (..., p, n, n)."""
    p, n = a.shape[-3:-1]
    f = np.zeros((*a.shape[:-3], n * p, n * p))
    f[..., :n, :] = np.moveaxis(a, -3, -2).reshape(*a.shape[:-3], n, p * n)
    f[..., n:, :-n] = np.eye(n * (p - 1))
    return f


def root_moduli(a: Array) -> Array:
    """Moduli of the companion eigenvalues, largest first: (..., n p)."""
    moduli: Array = np.abs(np.linalg.eigvals(companion(a)))
    return np.sort(moduli, axis=-1)[..., ::-1]


def responses(a: Array, impact: Array, horizon: int) -> Array:
    """Θ_0 = impact, Θ_h = Σ_l A_l Θ_{h-l}: (B, H+1, n, s) from (B, p, n, n) and (B, n, s).

    The history is kept with time ascending, so that [Θ_{h-p}; ...; Θ_{h-1}] is one contiguous block.
    """
    draws, p, n, _ = a.shape
    s = impact.shape[-1]
    flat = np.ascontiguousarray(np.moveaxis(a[:, ::-1], 1, 2)).reshape(draws, n, p * n)
    history = np.zeros((draws, (p + horizon + 1) * n, s))
    history[:, p * n : (p + 1) * n] = impact
    for h in range(1, horizon + 1):
        np.matmul(flat, history[:, h * n : (h + p) * n], out=history[:, (h + p) * n : (h + p + 1) * n])
    return history[:, p * n :].reshape(draws, horizon + 1, n, s)


def simulate(a: Array, driving: Array, initial: Array) -> Array:
    """Paths y_t = Σ_l A_l y_{t-l} + e_t of every draw at once: (B, p + T, n).

    ``a`` (p, n, n) is shared by the draws, ``driving`` (B, T, n) holds e = D c + u, ``initial`` (p, n) starts
    every draw. ``CHUNK`` periods are one product: with window w = [y_{t-p}, ..., y_{t-1}, e_t, ..., e_{t+c-1}],
    contiguous in memory, [y_t, ..., y_{t+c-1}] = w M, where M holds the responses of the chunk.
    """
    draws, periods, n = driving.shape
    p = len(a)
    path = np.empty((draws, (p + periods) * n))
    path[:, : p * n] = initial.reshape(-1)
    path[:, p * n :] = driving.reshape(draws, -1)
    step = _propagator(a, min(CHUNK, periods))
    for start in range(0, periods, CHUNK):
        size = min(CHUNK, periods - start)
        window = path[:, start * n : (start + p + size) * n]
        path[:, (start + p) * n : (start + p + size) * n] = window @ step[: (p + size) * n, : size * n]
    return path.reshape(draws, p + periods, n)


def _propagator(a: Array, size: int) -> Array:
    """M ((p + size) n, size n): column block j is y_{t+j} as a function of p old values and ``size`` new errors."""
    p, n, _ = a.shape
    known = np.eye((p + size) * n).reshape(p + size, n, (p + size) * n)  # row block i: value i as a function of w
    for j in range(p, p + size):
        for lag in range(1, p + 1):
            known[j] += a[lag - 1] @ known[j - lag]
    return np.ascontiguousarray(known[p:].reshape(size * n, (p + size) * n).T)


def estimate(path: Array, terms: Array, p: int) -> tuple[Array, Array]:
    """OLS of every draw at once: coefficients (B, k, n) and lower Cholesky factors of û'û (B, n, n).

    ``path`` (B, p + T, n), ``terms`` (T, m). One Cholesky factor U of the bordered matrix [X Y]'[X Y] holds both:
    the triangle U_XX with U_XY gives the coefficients, U_YY'U_YY = û'û, so no residual is ever formed.
    """
    gram = bordered_gram(path, terms, p)
    n, m = path.shape[-1], terms.shape[-1]
    k = m + n * p
    upper = np.linalg.cholesky(gram, upper=True)
    solved = np.linalg.solve(upper[:, :k, :k], upper[:, :k, k:])
    lags = solved[:, m:].reshape(len(path), p, n, n)[:, ::-1].reshape(len(path), n * p, n)
    return np.concatenate([solved[:, :m], lags], axis=1), np.swapaxes(upper[:, k:, k:], 1, 2)


def bordered_gram(path: Array, terms: Array, p: int) -> Array:
    """Upper triangle of W'W, W_t = [D_t, y_{t-p}, ..., y_{t-1}, y_t]: (B, m + n (p + 1), same).

    Only the last block column needs sums over time. The lag blocks follow from G[i, j], the sum of
    y_{t-p+i} y_{t-p+j}' over t: G[i-1, j-1] = G[i, j] - (its last term) + (the term before its first), exactly.
    """
    draws, _, n = path.shape
    periods, m = terms.shape
    gram = np.zeros((draws, m + n * (p + 1), m + n * (p + 1)))
    gram[:, :m, :m] = terms.T @ terms
    latest = path[:, p:]
    for i in range(p + 1):
        rows = slice(m + i * n, m + (i + 1) * n)
        lagged = path[:, i : i + periods]
        gram[:, :m, rows] = terms.T @ lagged
        gram[:, rows, m + p * n :] = np.swapaxes(lagged, 1, 2) @ latest
    for j in range(p, 0, -1):
        rows = slice(m + n, m + (j + 1) * n)
        before = slice(m, m + j * n)
        first, last = path[:, :j].reshape(draws, -1), path[:, periods : periods + j].reshape(draws, -1)
        block = gram[:, rows, m + j * n : m + (j + 1) * n]
        block = block + first[:, :, None] * path[:, None, j - 1] - last[:, :, None] * path[:, None, periods + j - 1]
        gram[:, before, m + (j - 1) * n : m + j * n] = block
    return gram
