"""Arrays in, arrays out: all horizons and responses of a local projection at once.

Symbols: h = 0..H horizons, t = 0..T - 1 rows of the sample of horizon 0, n responses, s impulses, m instruments.
Horizon h uses the first T - h rows; arrays over (h, t) are zero in the rows beyond, so sums over t need no mask.
q (T, k) is an orthonormal basis of the controls on all T rows.
"""

from __future__ import annotations

import numpy as np
import scipy

from econ.arrays import Array
from econ.infer._kernels import cosines

NEARLY_SINGULAR = 1e-8
EXACT = 1e-10  # share of an outcome below which what is left of it is rounding
WELL_CONDITIONED = 1e3
SAFE_DIAGONAL = 1e-4


def orthonormal(x: Array) -> Array | None:
    """Orthonormal basis of the columns of x (T, k) by Cholesky, twice; None unless they are well conditioned.

    The first pass leaves an error of cond(x)^2 eps in q'q, which the second removes (Yamamoto et al. 2015). Three times
    as fast as Householder's, which serves where columns are nearly dependent and must be named.
    """
    q = x / np.maximum(np.sqrt((x * x).sum(axis=0)), np.finfo(float).tiny)
    for _ in range(2):
        try:
            lower = np.linalg.cholesky(q.T @ q)
        except np.linalg.LinAlgError:
            return None
        if np.diag(lower).min() < SAFE_DIAGONAL:
            return None
        q = scipy.linalg.solve_triangular(lower, q.T, lower=True, check_finite=False).T
    return np.ascontiguousarray(q)


def row_mask(size: int, horizon: int) -> Array:
    """Mark with one the rows t < T - h that horizon h can use: (H + 1, T, 1)."""
    t, h = np.arange(size)[None, :], np.arange(horizon + 1)[:, None]
    return (t < size - h).astype(float)[:, :, None]


def inverse_products(q: Array, horizon: int) -> Array:
    """(q_h'q_h)^{-1} on the rows of each horizon, (H + 1, k, k); infinite from where the rows no longer span.

    Dropping the row d takes the inverse m to ``m + (m d)(m d)' / (1 - d'm d)`` (Sherman and Morrison 1950).
    """
    size, k = q.shape
    inverse = np.full((horizon + 1, k, k), np.inf)
    inverse[0] = np.eye(k)
    for h in range(1, horizon + 1):
        d = q[size - h]
        gain = inverse[h - 1] @ d
        room = 1.0 - d @ gain
        if room < NEARLY_SINGULAR:
            break
        np.multiply(gain[:, None], gain[None, :] / room, out=inverse[h])
        inverse[h] += inverse[h - 1]
    return inverse


def condition(inverse: Array) -> Array:
    """Upper bound of the largest eigenvalue of each inverse, none of whose eigenvalues is below one: (H + 1,)."""
    return np.asarray(np.trace(inverse, axis1=1, axis2=2) - inverse.shape[1] + 1.0)


def partial_out(q: Array, inverse: Array, v: Array, mask: Array) -> Array:
    """Residuals of v (H + 1, T, c) on the controls of each horizon, zero beyond its rows.

    One matrix product serves all horizons, because they share q and v is zero beyond their rows. Where the rows
    left make the controls nearly collinear, a second pass removes what rounding left of them in the first.
    """
    horizons, size, columns = v.shape
    for _ in range(1 if condition(inverse).max() < WELL_CONDITIONED else 2):
        wide = v.transpose(1, 0, 2).reshape(size, -1)
        c = (q.T @ wide).reshape(-1, horizons, columns).transpose(1, 0, 2)
        fitted = q @ (inverse @ c).transpose(1, 0, 2).reshape(-1, horizons * columns)
        v = v - fitted.reshape(size, horizons, columns).transpose(1, 0, 2)
        v *= mask
    return v


def leverage(q: Array, inverse: Array, d: Array, mask: Array) -> Array:
    """Diagonal of the hat matrix of controls and impulses, (H + 1, T)."""
    controls = ((q @ inverse) * q).sum(axis=2)
    own = ((d @ np.linalg.inv(transpose(d) @ d)) * d).sum(axis=2)
    result: Array = (controls + own) * mask[:, :, 0]
    return result


def lengths(values: Array) -> Array:
    """Length over rows of (H + 1, T, n) values: (H + 1, n)."""
    result: Array = np.sqrt(np.einsum("htn,htn->hn", values, values))
    return result


def transpose(x: Array) -> Array:
    """Swap the last two axes."""
    return np.swapaxes(x, -1, -2)


def fitted_impulse(d: Array, z: Array) -> Array:
    """First stage: projection of d (H + 1, T, s) on z (H + 1, T, m)."""
    result: Array = z @ np.linalg.solve(transpose(z) @ z, transpose(z) @ d)
    return result


def two_stage(y: Array, d: Array, fitted: Array) -> tuple[Array, Array]:
    """Estimate b = (d^'d)^{-1} d^'y (H + 1, s, n) and influence functions psi (H + 1, T, s, n)."""
    bread = np.linalg.inv(transpose(fitted) @ d).astype(float)
    b = bread @ (transpose(fitted) @ y)
    weights = fitted @ transpose(bread)
    rest = d @ b
    np.subtract(y, rest, out=rest)
    psi = weights[:, :, :, None] * rest[:, :, None, :]
    return b, psi


def liml(y: Array, d: Array, fitted: Array, z: Array) -> tuple[Array, Array]:
    """k-class estimate with k the smallest root of |W_1 - k W_0| = 0, one response at a time.

    W_1 and W_0 are the cross-products of (y, d) and of their residuals on z. b = (x'd)^{-1} x'y with
    x = d - k (d - d^); the influence functions use d^ as linearmodels and Stata do.
    """
    estimates, influences = [], []
    for i in range(y.shape[2]):
        both = np.concatenate([y[:, :, i : i + 1], d], axis=2)
        rest = both - fitted_impulse(both, z)
        roots = np.linalg.eigvals(np.linalg.solve(transpose(rest) @ rest, transpose(both) @ both))
        k = np.real(roots).min(axis=1)[:, None, None]
        x = d - k * (d - fitted)
        bread = np.linalg.inv(transpose(x) @ d).astype(float)
        b = bread @ (transpose(x) @ y[:, :, i : i + 1])
        u = y[:, :, i : i + 1] - d @ b
        estimates.append(b)
        influences.append((fitted @ transpose(bread) * u)[:, :, :, None])
    return np.concatenate(estimates, axis=2), np.concatenate(influences, axis=3)


def box_sums(psi: Array, lags: int) -> Array:
    """Moving sums over lags + 1 rows divided by sqrt(lags + 1), (T + lags, c).

    Their cross-product is the Bartlett estimate: a triangle is a box on a box.
    """
    size, columns = psi.shape
    total = np.zeros((size + 2 * lags + 1, columns))
    np.cumsum(psi, axis=0, out=total[lags + 1 : lags + 1 + size])
    total[lags + 1 + size :] = total[lags + size]
    result: Array = (total[lags + 1 :] - total[: size + lags]) / np.sqrt(lags + 1.0)
    return result


def spread(psi: Array, cov: str, bandwidth: int) -> Array:
    """Rows r (R, c) such that r'r is the covariance of sum_t psi_t, psi (T, c)."""
    if cov == "hac":
        return box_sums(psi, bandwidth)
    if cov == "ewc":
        result: Array = cosines(len(psi), bandwidth).T @ psi / np.sqrt(bandwidth)
        return result
    return psi


def hat_autocovariance(q: Array, horizon: int) -> Array:
    """sum_t q_t'q_{t-j} for j = 0..H: traces of the lagged hat matrix of the controls."""
    size = len(q)
    return np.array([float((q[j:] * q[: size - j]).sum()) for j in range(horizon + 1)])
