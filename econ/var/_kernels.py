"""Arrays in, arrays out: the algebra of y_t = D_t c + A_1 y_{t-1} + ... + A_p y_{t-p} + u_t.

Symbols: T effective observations, p lags, n variables, m deterministic and exogenous terms, k = m + n p rows
of coefficients (deterministic first, then L1 of every variable, L2, ...), B draws, s shocks, H horizon.
Axis order is always (draw, time or horizon, response, shock).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from econ.arrays import Array

CHUNK, WIDE = 6, 40  # periods simulated by one matrix product, and values that they are at most
NEAR = 2**19  # bytes of Grams that are factorised at a time


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
    """Θ_0 = impact, Θ_h = Σ_l A_l Θ_{h-l}: (B, H+1, n, s) from (B, p, n, n) and (B, n, s)."""
    draws, p, n, _ = a.shape
    flat, path = oldest_first(a), np.empty((draws, (horizon + 1) * n, impact.shape[-1]))
    path[:, :n] = impact
    for t in range(1, horizon + 1):
        start = max(t - p, 0)  # nothing moves before the shock
        known = slice((p - t + start) * n, None)
        np.matmul(flat[:, :, known], path[:, start * n : t * n], out=path[:, t * n : (t + 1) * n])
    return path.reshape(draws, horizon + 1, n, -1)


def propagate(a: Array, driving: Array, initial: Array) -> Array:
    """Paths y_t = Σ_l A_l y_{t-l} + e_t, each draw by its own A: (B, T, n, c).

    ``a`` (B, p, n, n), ``driving`` (B, T, n, c) holds c columns of e, ``initial`` (B, p, n, c) starts them.
    """
    draws, p, n, _ = a.shape
    flat, periods = oldest_first(a), driving.shape[1]
    history = np.concatenate([initial, driving], axis=1).reshape(draws, -1, driving.shape[-1])
    for t in range(periods):
        history[:, (t + p) * n : (t + p + 1) * n] += flat @ history[:, t * n : (t + p) * n]
    return history[:, p * n :].reshape(draws, periods, n, -1)


def oldest_first(a: Array) -> Array:
    """[A_p, ..., A_1] of every draw, (B, n, p n): time ascends in memory, [y_{t-p}; ...; y_{t-1}] is one block."""
    draws, p, n, _ = a.shape
    return np.ascontiguousarray(np.moveaxis(a[:, ::-1], 1, 2)).reshape(draws, n, p * n)


def simulate(a: Array, driving: Array, initial: Array) -> Array:
    """Paths y_t = Σ_l A_l y_{t-l} + e_t of every draw at once: (B, p + T, n).

    ``a`` (p, n, n) is shared by the draws, ``driving`` (B, T, n) holds e = D c + u, ``initial`` (p, n) starts
    every draw. ``CHUNK`` periods, fewer of many variables, are one product: with window
    w = [y_{t-p}, ..., y_{t-1}, e_t, ..., e_{t+c-1}], contiguous in memory, [y_t, ..., y_{t+c-1}] = w M, where M holds
    the responses of the chunk.
    """
    draws, periods, n = driving.shape
    p = len(a)
    path = np.empty((draws, (p + periods) * n))
    path[:, : p * n] = initial.reshape(-1)
    path[:, p * n :] = driving.reshape(draws, -1)
    chunk = max(1, min(CHUNK, WIDE // n))
    step = _propagator(a, min(chunk, periods))
    for start in range(0, periods, chunk):
        size = min(chunk, periods - start)
        window = path[:, start * n : (start + p + size) * n]
        path[:, (start + p) * n : (start + p + size) * n] = window @ step[: (p + size) * n, : size * n]
    return path.reshape(draws, p + periods, n)


def _propagator(a: Array, size: int) -> Array:
    """M ((p + size) n, size n): column block j is y_{t+j} as a function of p old values and ``size`` new errors."""
    p, n, _ = a.shape
    flat, known = oldest_first(a[None])[0], np.eye((p + size) * n)  # row block i: value i as a function of w
    for row in range(p * n, (p + size) * n, n):
        known[row : row + n] += flat @ known[row - p * n : row]
    return np.ascontiguousarray(known[p * n :].T)


def cross_factor(path: Array, terms: Array, p: int) -> Array:
    """Lower Cholesky factor of [X Y]'[X Y] of every draw, X_t = [D_t, y_{t-p}, ..., y_{t-1}], Y_t = y_t.

    ``path`` (B, p + T, n), ``terms`` (T, m); the factor is (B, k + n, k + n). Its last block row [L_YX, L_YY] holds
    the whole regression: the coefficients are L_XX'⁻¹ L_YX', and û'û = L_YY L_YY', so no residual is ever formed.
    Factors take the place of their Grams, a few at a time: those of all draws beside them would not stay in cache.
    """
    gram = bordered_gram(path, terms, p)
    few = max(1, NEAR // (8 * gram.shape[1] ** 2))
    for start in range(0, len(gram), few):
        gram[start : start + few] = np.linalg.cholesky(gram[start : start + few])
    return gram


def bordered_gram(path: Array, terms: Array, p: int) -> Array:
    """Lower triangle of W'W, W_t = [D_t, y_{t-p}, ..., y_{t-1}, y_t]: (B, m + n (p + 1), same); above it, anything.

    Only the last block row needs sums over time. The other lag blocks follow from G[i, j], the sum of
    y_{t-p+i} y_{t-p+j}' over t: G[i-1, j-1] = G[i, j] - (its last term) + (the term before its first), exactly.
    """
    draws, _, n = path.shape
    periods, m = terms.shape
    size = n * (p + 1)
    gram = np.empty((draws, m + size, m + size))
    gram[:, :m, :m] = terms.T @ terms
    gram[:, m:, :m] = _terms_by_window(path, terms, p)
    gram[:, -n:, m:] = _latest_by_window(path, p)
    ends = np.stack([path[:, :p].reshape(draws, -1), path[:, periods : periods + p].reshape(draws, -1)], axis=2)
    moved = np.swapaxes(ends, 1, 2) * np.array([[1.0], [-1.0]])
    np.matmul(ends, moved, out=gram[:, m : m + size - n, m : m + size - n])
    for width in range(p * n, 0, -n):
        later = gram[:, m + width : m + width + n, m + n : m + n + width]
        gram[:, m + width - n : m + width, m : m + width] += later
    return gram


def _terms_by_window(path: Array, terms: Array, p: int) -> Array:
    """Σ_t w_t D_t', w_t = [y_{t-p}, ..., y_t]: (B, n (p + 1), m), one product with shifted copies of D."""
    draws, total, n = path.shape
    periods, m = terms.shape
    shifted = np.zeros((p + 1, m, total))
    for i in range(p + 1):
        shifted[i, :, i : i + periods] = terms.T
    sums = shifted.reshape(-1, total) @ path
    return np.swapaxes(sums.reshape(draws, p + 1, m, n), 2, 3).reshape(draws, n * (p + 1), m)


def _latest_by_window(path: Array, p: int) -> Array:
    """Σ_t y_t w_t', w_t = [y_{t-p}, ..., y_t]: (B, n, n (p + 1)).

    Windows p + 1 periods apart do not overlap: they are the rows of a matrix that already lies in memory.
    """
    path = np.ascontiguousarray(path)
    draws, total, n = path.shape
    width, periods = p + 1, total - p
    count = periods // width
    by_draw, by_time, by_item = path.strides
    windows = np.lib.stride_tricks.as_strided(
        path, (draws, periods, width * n), (by_draw, by_time, by_item), writeable=False
    )
    sums = np.zeros((draws, n, width * n))
    part = np.empty_like(sums)
    apart = [windows[:, first : count * width : width] for first in range(width)] if count else []
    for rows in [*apart, np.ascontiguousarray(windows[:, count * width :])]:
        sums += np.matmul(np.swapaxes(rows[:, :, -n:], 1, 2), rows, out=part)
    return sums


def coefficients(factor: Array, n: int, p: int) -> Array:
    """Coefficients (B, k, n), L1 first, from the factor of :func:`cross_factor`."""
    from scipy.linalg.blas import dtrsm

    k = factor.shape[1] - n
    solved = np.zeros((len(factor), n, k + n))  # [B; -I] = -L'⁻¹ [0; L_YY'] asks for whole factors, which need no copy
    solved[:, :, k:] = factor[:, k:, k:]
    for lower, out in zip(factor, solved, strict=True):  # transposed views are Fortran order, as BLAS wants
        dtrsm(-1.0, lower.T, out.T, lower=0, overwrite_b=1)
    return newest_first(np.swapaxes(solved[:, :, :k], 1, 2), p)


def newest_first(rows: Array, p: int) -> Array:
    """Turn the order of the p lag blocks at the end of axis 1; it is its own inverse."""
    n = rows.shape[2]
    out = rows.copy()
    out[:, rows.shape[1] - n * p :] = (
        rows[:, rows.shape[1] - n * p :].reshape(-1, p, n, n)[:, ::-1].reshape(-1, n * p, n)
    )
    return out


def shift_lags(factor: Array, coefs: Array, shift: Array, *, p: int) -> tuple[Array, Array]:
    """Add ``shift`` (B, n p, n) to the lag coefficients and estimate the other terms again.

    Returns the coefficients (B, k, n) and the new Cholesky factor of û'û (B, n, n), which grows by
    shift' M shift, M = L_ZZ L_ZZ' the cross product of the lags Z net of the terms D.
    """
    n = coefs.shape[2]
    k = coefs.shape[1]
    m = k - n * p
    oldest_first = newest_first(shift, p)
    coefs = coefs.copy()
    coefs[:, m:] += shift
    if m:
        projection = np.swapaxes(factor[:, m:k, :m], 1, 2) @ oldest_first
        coefs[:, :m] -= np.linalg.solve(np.swapaxes(factor[:, :m, :m], 1, 2), projection)
    moved = np.swapaxes(factor[:, m:k, m:k], 1, 2) @ oldest_first
    residual = factor[:, k:, k:]
    cross = residual @ np.swapaxes(residual, 1, 2) + np.swapaxes(moved, 1, 2) @ moved
    return coefs, np.asarray(np.linalg.cholesky(cross), dtype=float)


def is_stable(a: Array) -> NDArray[np.bool_]:
    """Whether all companion eigenvalues of each draw lie inside the unit circle: (B,) from (B, p, n, n).

    Π_λ (1 - λ) = det(I - Σ_j A_j) < 0 proves a real root above one, asked with a margin for rounding. For the others
    a power F^m with norm below one proves it; |tr F^m| > n p proves the contrary. From m = p, squaring reaches
    p 2⁹ in nine products. The proofs are asked with a margin that single precision cannot use up. Draws without
    either proof (largest root within about 0.0003 of one) pay for eigenvalues.
    ``a`` should be in units of the residuals' standard deviations, so that norms mean something.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is left to the eigenvalues
        at_one = np.eye(a.shape[2]) - a.sum(axis=1)
        sizes = 1.0 + np.abs(a).sum(axis=(1, 3))
        stable, unstable = np.zeros(len(a), dtype=bool), np.linalg.det(at_one) < -1e-9 * sizes.prod(axis=1)
        undecided = np.flatnonzero(~unstable)
        power = _companion_power(a[undecided])
        for _ in range(10):
            norm = np.sqrt(np.einsum("bij,bij->b", power, power))
            trace = np.abs(np.einsum("bii->b", power))
            proofs = norm < 0.5, trace > 2.0 * power.shape[1] + 0.01 * norm
            stable[undecided[proofs[0]]], unstable[undecided[proofs[1]]] = True, np.isfinite(norm[proofs[1]])
            moving = ~proofs[0] & ~proofs[1] & (norm < 1e8)
            undecided, power = undecided[moving], power[moving]
            if not len(undecided):
                break
            power = power @ power
    rest = np.flatnonzero(~stable & ~unstable)
    if len(rest):
        stable[rest] = root_moduli(a[rest])[:, 0] < 1.0
    return stable


def _companion_power(a: Array) -> NDArray[np.float32]:
    """F^p in single precision, (B, n p, n p): its block rows are C_p, ..., C_1, y_{t+j-1} = C_j [y_{t-1}; ...]."""
    draws, p, n, _ = a.shape
    first = np.moveaxis(a, 1, 2).reshape(draws, n, p * n).astype(np.float32)
    power = np.empty((draws, n * p, n * p), dtype=np.float32)
    power[:, (p - 1) * n :] = first
    for j in range(p - 1, 0, -1):
        older = power[:, j * n : (j + 1) * n]
        newer = power[:, (j - 1) * n : j * n]
        np.matmul(older[:, :, :n], first, out=newer)
        newer[:, :, :-n] += older[:, :, n:]
    return power


def stacked(theta: Array) -> Array:
    """Effects of shocks at dates 0..H on variables at dates 0..H, (B, (H + 1) n, (H + 1) s): block lower triangular."""
    draws, steps, n, s = theta.shape
    effect = np.zeros((draws, steps, n, steps, s))
    for date in range(steps):
        effect[:, date:, :, date] = theta[:, : steps - date]
    return effect.reshape(draws, steps * n, steps * s)


def inverse_wishart_factors(generator: np.random.Generator, lower: Array, *, degrees: float, size: int) -> Array:
    """Lower Cholesky factors of Σ ~ IW(L L', ν): (size, n, n), from L (N, n, n), N = size or 1.

    W = A A' is Wishart(I, ν) for upper triangular A with a_ii² ~ χ²(ν - n + i), i = 1, ..., n, and standard normal
    elements above the diagonal (Bartlett, turned around); Σ = L W⁻¹ L' then has the lower factor L A'⁻¹.
    """
    n = lower.shape[1]
    inverse = _inverse_transpose(_bartlett(generator, n, degrees=degrees, size=size))
    if len(lower) == 1:
        product = (lower[0] @ inverse.reshape(n, -1)).reshape(n, n, size)
        return np.ascontiguousarray(product.transpose(2, 0, 1))
    return lower @ inverse.transpose(2, 0, 1)


def _bartlett(generator: np.random.Generator, n: int, *, degrees: float, size: int) -> Array:
    """A, (n, n, size)."""
    a = np.zeros((n, n, size))
    for i in range(n):
        a[i, i] = np.sqrt(generator.chisquare(degrees - n + i + 1, size=size))
        a[i, i + 1 :] = generator.standard_normal((n - i - 1, size))
    return a


def _inverse_transpose(a: Array) -> Array:
    """A'⁻¹ of upper triangular A, (n, n, N): lower triangular, by forward substitution; of one, by LAPACK."""
    from scipy.linalg.lapack import dtrtri

    if a.shape[2] == 1:
        return np.asarray(dtrtri(a[:, :, 0])[0].T[:, :, None])
    n = len(a)
    out = np.zeros_like(a)
    for i in range(n):
        out[i, i] = 1.0 / a[i, i]
        for m in range(i):
            out[i, : m + 1] -= a[m, i] * out[m, : m + 1]
        out[i, :i] *= out[i, i]
    return out


def inverse_lower(lower: Array) -> Array:
    """Inverses of small lower triangular matrices (N, n, n), all at once."""
    return np.ascontiguousarray(np.moveaxis(_inverse_transpose(np.ascontiguousarray(lower.T)), 2, 0))


def back_substitute(lower: Array, right: Array) -> Array:
    """L'⁻¹ ``right`` for lower triangular L (N, k, k) and right sides (M, k, c); N = M, or N = 1 for all."""
    from scipy.linalg.blas import dtrsm

    k = lower.shape[1]
    if len(lower) == 1:
        flat = right.swapaxes(0, 1).reshape(k, -1)
        solved = dtrsm(1.0, lower[0].T, flat, lower=0)
        return np.ascontiguousarray(solved.reshape(k, len(right), -1).swapaxes(0, 1))
    out = np.empty_like(right)
    for each, side, solution in zip(lower, right, out, strict=True):  # transposed views are Fortran order for BLAS
        solution[:] = dtrsm(1.0, each.T, side, lower=0)
    return out
