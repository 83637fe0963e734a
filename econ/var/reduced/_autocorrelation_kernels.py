"""Arrays in, arrays out: statistics of residual autocorrelation, for B samples at once.

Symbols: T observations, n variables, k regressors, h lags tested; u (B, T, n) residuals, x (B, T, k) regressors.
"""

from __future__ import annotations

import numpy as np

from econ.arrays import Array, Mask


def portmanteau(u: Array, lags: int) -> Array:
    """Q = T² Σ_j tr(C_j' C_0⁻¹ C_j C_0⁻¹) / (T - j), j = 1, ..., h: (B,)."""
    periods = u.shape[1]
    factor = np.linalg.cholesky(np.swapaxes(u, 1, 2) @ u / periods)
    white = np.linalg.solve(factor, np.swapaxes(u, 1, 2))  # with C_0 = I a trace is a sum of squares
    total = np.zeros(len(u))
    for j in range(1, lags + 1):
        c = white[:, :, j:] @ np.swapaxes(white[:, :, :-j], 1, 2)
        total += (c**2).sum(axis=(1, 2)) / (periods - j)
    return total


def lagged(u: Array, lags: int) -> Array:
    """Rows [u_{t-1}, ..., u_{t-h}], zero before the sample: (B, T, n h)."""
    padded = np.concatenate([np.zeros((len(u), lags, u.shape[2])), u], axis=1)
    return np.concatenate([padded[:, lags - j : padded.shape[1] - j] for j in range(1, lags + 1)], axis=2)


def breusch_godfrey(x: Array, u: Array, lags: int) -> tuple[Array, Array]:
    """T (n - tr(S_R⁻¹ S_e)) and log |S_e| / |S_x|, each (B,).

    S_R are the products of û, S_x those of û on the regressors (the same for least squares) and S_e those of û on the
    regressors and its own h lags; all stand in the triangular factor of [x, lags, û].
    """
    k, n, periods = x.shape[2], u.shape[2], u.shape[1]
    unit = u / np.linalg.norm(u, axis=1, keepdims=True)
    z = lagged(unit, lags)
    x, z = x / np.linalg.norm(x, axis=1, keepdims=True), z / np.linalg.norm(z, axis=1, keepdims=True)
    last = np.asarray(np.linalg.qr(np.concatenate([x, z, unit], axis=2), mode="r"))[:, :, -n:]
    whole, own, left = (_gram(last, first) for first in (0, k, k + n * lags))
    trace = np.einsum("bii->b", np.linalg.solve(whole, left))
    return periods * (n - trace), np.linalg.slogdet(left)[1] - np.linalg.slogdet(own)[1]


def restricted_score(x: Array, u: Array, free: Mask, *, lags: int) -> Array:
    """c'V⁻¹c (B,): score c of the h lags and its variance V net of the ``free`` (k, n) coefficients.

    Regressors and lags are in units of their length.
    """
    z = lagged(u, lags)
    x, z = x / np.linalg.norm(x, axis=1, keepdims=True), z / np.linalg.norm(z, axis=1, keepdims=True)
    xt, zt = np.swapaxes(x, 1, 2), np.swapaxes(z, 1, 2)
    weight = np.linalg.inv(np.swapaxes(u, 1, 2) @ u / u.shape[1])
    keep = free.T.reshape(-1)
    own, shared = _kron(weight, xt @ x)[:, keep][:, :, keep], _kron(weight, zt @ x)[:, :, keep]
    c, left = _stacked(zt @ u @ weight), _stacked(xt @ u @ weight)[:, keep]
    solved = np.linalg.solve(own, np.concatenate([np.swapaxes(shared, 1, 2), left], axis=2))
    c = c - shared @ solved[:, :, -1:]  # the step of GLS used other weights, so its own score is not exactly zero
    variance = _kron(weight, zt @ z) - shared @ solved[:, :, :-1]
    return np.asarray((c * np.linalg.solve(variance, c)).sum(axis=(1, 2)))


def rao_f(log_wilks: float, n: int, m: int, *, df: float) -> tuple[float, float]:
    """Rao's F of Wilks' Λ for m regressors more in n equations, and its second degrees of freedom (the first are n m).

    ``df`` = T - k - m; exact for one equation. The degrees of freedom may be negative where the sample is too short.
    """
    under = n**2 + m**2 - 5
    r = np.sqrt((n**2 * m**2 - 4) / under) if under > 0 and n * m > 2 else 1.0
    second = float(r * (df - 0.5 * (n - m + 1)) - 0.5 * n * m + 1.0)
    return float(np.expm1(-log_wilks / r)) * second / (n * m), second


def pillai_f(trace: float, n: int, m: int, *, df: float) -> tuple[float, float]:
    """F of Pillai's trace, 0 to n, for m >= n regressors more in n equations, and its second degrees of freedom."""
    return trace / (n - trace) * df / m, n * df


def _gram(a: Array, first: int) -> Array:
    """Products of the columns of every matrix from row ``first`` on."""
    rows = a[:, first:]
    return np.swapaxes(rows, 1, 2) @ rows


def _kron(a: Array, b: Array) -> Array:
    """Kronecker product of every pair of matrices."""
    product = np.einsum("bij,bkl->bikjl", a, b)
    return np.asarray(product.reshape(len(a), a.shape[1] * b.shape[1], a.shape[2] * b.shape[2]))


def _stacked(a: Array) -> Array:
    """Columns of every matrix, one below the other: (B, rows columns, 1)."""
    return np.swapaxes(a, 1, 2).reshape(len(a), -1, 1)
