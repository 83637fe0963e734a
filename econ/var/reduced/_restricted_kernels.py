"""Arrays in, arrays out: generalised least squares of a VAR some of whose coefficients are zero.

Symbols as in `_kernels`: B draws, k regressors (deterministic first), n variables, p lags. ``free`` (k, n) says which
coefficients are estimated, in the order of the parameters (L1 first). ``factor`` (B, k + n, k + n) is the lower
Cholesky factor of [X Y]'[X Y] with the oldest lag first, as :func:`econ.var._kernels.cross_factor` gives it.
"""

from __future__ import annotations

import numpy as np

from econ.arrays import Array, Mask, Rows
from econ.var import _kernels as kernels


def lag_order(k: int, n: int, p: int) -> Rows:
    """Where the regressors stand when the lag blocks are turned; its own inverse."""
    m = k - n * p
    return np.concatenate([np.arange(m), (m + np.arange(n * p)).reshape(p, n)[::-1].reshape(-1)])


def data_factor(x: Array, y: Array, p: int) -> Array:
    """The factor of the data, (1, k + n, k + n), by QR, which squares nothing; ``x`` (T, k) has L1 first."""
    turned = x[:, lag_order(x.shape[1], y.shape[1], p)]
    upper: Array = np.linalg.qr(np.hstack([turned, y]), mode="r")  # type: ignore[assignment]
    return upper.T[None]


def restricted_coefficients(factor: Array, free: Mask, p: int, *, rounds: int = 1) -> Array:
    """Coefficients (B, k, n), L1 first, of every draw by estimated GLS.

    With S = L_YY L_YY' the residual cross product of unrestricted least squares, the free coefficients b minimise
    tr((Y - X B) S⁻¹ (Y - X B)'): (R' (S⁻¹ ⊗ X'X) R) b = R' vec(X'Y S⁻¹) (Lütkepohl 2005, section 5.2.2). Equations
    that hold every regressor need no system of their own: with r the other equations and u these,
    B_u = B̂_u + (B_r - B̂_r) S_rr⁻¹ S_ru, and B_r is the same estimator on the equations r alone, since given y_r the
    equations u are unrestricted regressions. Further ``rounds`` solve for what the last left over of the right-hand
    side, which wins back the digits that X'X loses.
    """
    k, n = free.shape
    kept = free[lag_order(k, n, p)]
    own, other = np.flatnonzero(~kept.all(axis=0)), np.flatnonzero(kept.all(axis=0))
    found = kernels.newest_first(kernels.coefficients(factor, n, p), p)
    residual = factor[:, k:, k:] @ np.swapaxes(factor[:, k:, k:], 1, 2)
    weight = np.linalg.inv(residual[:, own[:, None], own])
    design = factor[:, :k, :k]
    solved = np.zeros((len(factor), k, len(own)))
    rows, columns = np.nonzero(kept[:, own])
    if len(rows):
        gram = design @ np.swapaxes(design, 1, 2)
        normal = gram[:, rows[:, None], rows] * weight[:, columns[:, None], columns]
        scale = np.sqrt(np.einsum("bqq->bq", normal))
        unit = normal / scale[:, :, None] / scale[:, None, :]
        for _ in range(rounds):
            left = factor[:, k + own, :k] - np.swapaxes(solved, 1, 2) @ design
            cross = (design @ np.swapaxes(left, 1, 2) @ weight)[:, rows, columns] / scale
            solved[:, rows, columns] += np.linalg.solve(unit, cross[:, :, None])[:, :, 0] / scale
    change = solved - found[:, :, own]
    found[:, :, own] = solved
    if len(other):
        found[:, :, other] += change @ weight @ residual[:, own[:, None], other]
    return kernels.newest_first(found, p)


def residual_factor(factor: Array, coefs: Array, p: int) -> Array:
    """Cholesky factor of (Y - X B)'(Y - X B) for any coefficients (B, k, n), L1 first: (B, n, n)."""
    k = coefs.shape[1]
    turned = np.swapaxes(kernels.newest_first(coefs, p), 1, 2)
    fitted = factor[:, k:, :k] - turned @ factor[:, :k, :k]
    last = factor[:, k:, k:]
    cross = fitted @ np.swapaxes(fitted, 1, 2) + last @ np.swapaxes(last, 1, 2)
    return np.asarray(np.linalg.cholesky(cross), dtype=float)


def shift_lags(factor: Array, coefs: Array, shift: Array, *, free: Mask) -> tuple[Array, Array]:
    """Add ``shift`` (B, n p, n) to the lag coefficients; estimate the free terms again, equation by equation.

    Returns the coefficients (B, k, n) and the Cholesky factor of û'û (B, n, n).
    """
    (k, n), p = free.shape, shift.shape[1] // free.shape[1]
    m = k - n * p
    coefs = coefs.copy()
    coefs[:, m:] += shift
    if m:
        head = factor[:, :m, :m]
        lags = np.swapaxes(kernels.newest_first(coefs, p), 1, 2)[:, :, m:]
        left = factor[:, k:, :m] - lags @ factor[:, m:k, :m]  # (Y - Z A)'D = left head'
        gram, cross = head @ np.swapaxes(head, 1, 2), head @ np.swapaxes(left, 1, 2)
        for equation in range(n):
            rows = np.flatnonzero(free[:m, equation])
            coefs[:, rows, equation] = np.linalg.solve(
                gram[:, rows[:, None], rows], cross[:, rows, equation][:, :, None]
            )[:, :, 0]
    return coefs, residual_factor(factor, coefs, p)


def covariance(gram: Array, sigma: Array, free: Mask) -> Array:
    """(R' (Σ⁻¹ ⊗ X'X) R)⁻¹ among the coefficients, zero where they are not free: (k n, k n), equation by equation.

    ``gram`` (k, k) is X'X and ``free`` (k, n) in the same order of regressors.
    """
    k, n = free.shape
    columns, rows = np.nonzero(free.T)
    weight = np.linalg.inv(sigma)
    normal = gram[rows[:, None], rows] * weight[columns[:, None], columns]
    scale = np.sqrt(np.diag(normal))
    full = np.zeros((k * n, k * n))
    where: Rows = columns * k + rows
    full[where[:, None], where] = np.linalg.inv(normal / scale[:, None] / scale) / scale[:, None] / scale
    return full
