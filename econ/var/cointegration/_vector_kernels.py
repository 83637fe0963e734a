"""Maximum likelihood of β under linear restrictions, α concentrated out.

With vec β = h + H φ (columns of β one below the other) the log likelihood is -T / 2 times log |β'Nβ| - log |β'S11β| and a
constant, N = S11 - S10 S00⁻¹ S01 (Johansen 1995, chapter 7; Boswijk and Doornik 2004, section 4). Equations that do not
adjust, x, are regressors of the others: their Δy joins Z2 (Johansen 1995, theorem 8.1).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from econ.arrays import Array, Mask

ROUNDS = 1000
SLOPE = 1e-6  # largest derivative of the criterion by φ, in units of the data, at which the search has ended


class Forms(NamedTuple):
    """N and S11 (n1, n1), in units of the data."""

    n: Array
    s11: Array


class Found(NamedTuple):
    """Where a search ended."""

    beta: Array
    value: float
    slope: float


def forms(s00: Array, s01: Array, s11: Array, silent: Mask) -> Forms:
    """N and S11 of the equations that adjust, given the others."""
    if silent.any():
        weights = np.linalg.solve(s00[np.ix_(silent, silent)], np.hstack([s00[silent][:, ~silent], s01[silent]]))
        moved = s00[~silent][:, silent]
        own = s00[np.ix_(~silent, ~silent)] - moved @ weights[:, : len(moved)]
        cross = s01[~silent] - moved @ weights[:, len(moved) :]
        s11 = s11 - s01[silent].T @ weights[:, len(moved) :]
        s00, s01 = own, cross
    return Forms(s11 - s01.T @ np.linalg.solve(s00, s01), s11)


def whitened(span: Array, s11: Array) -> Array:
    """Columns with the span of H (n1 r, f) in which β'S11β is a sum of squares of φ: the criterion is round in them."""
    if not span.shape[1]:
        return span
    blocks = span.reshape(-1, len(s11), span.shape[1])
    gram = np.einsum("rif,ij,rjg->fg", blocks, s11, blocks)
    return np.asarray(np.linalg.solve(np.linalg.cholesky(gram), span.T).T)


def search(given: Forms, start: Array, fixed: Array, *, span: Array) -> Found:
    """The smallest criterion near a β (n1, r): h (n1 r,) is ``fixed``, H (n1 r, f) ``span``."""
    from scipy.optimize import minimize

    n1, r = start.shape

    def matrix(phi: Array) -> Array:
        return np.asarray((fixed + span @ phi).reshape(r, n1).T)

    def loss(phi: Array) -> tuple[float, Array]:
        value, slope = criterion(given, matrix(phi))
        return value, span.T @ slope.T.reshape(-1)

    phi = np.linalg.lstsq(span, start.T.reshape(-1) - fixed, rcond=None)[0]
    if len(phi):
        phi = minimize(loss, phi, jac=True, method="BFGS", options={"gtol": 1e-9, "maxiter": ROUNDS}).x
    value, slope = loss(phi)
    return Found(matrix(phi), value, float(np.abs(slope).max(initial=0.0)))


def criterion(given: Forms, beta: Array) -> tuple[float, Array]:
    """The criterion log |β'Nβ| - log |β'S11β| and its derivatives (n1, r); infinite where β has lost its rank."""
    inner, outer = beta.T @ given.n @ beta, beta.T @ given.s11 @ beta
    if np.linalg.cond(outer) > 1e13:
        return np.inf, np.zeros_like(beta)
    value = np.linalg.slogdet(inner)[1] - np.linalg.slogdet(outer)[1]
    slope = 2.0 * (given.n @ beta @ np.linalg.inv(inner) - given.s11 @ beta @ np.linalg.inv(outer))
    return float(value), np.asarray(slope)


def dimension(alpha: Array, beta: Array, span: Array, *, silent: Mask) -> int:
    """Dimension of the set of Π = αβ' near a point: rank of its derivatives by the free elements of α and by φ."""
    (n, r), n1 = alpha.shape, len(beta)
    by_alpha = np.einsum("ia,kj->iajk", np.eye(n), beta).transpose(1, 3, 0, 2).reshape(n * n1, n * r)
    keep = np.repeat(~silent, r)
    by_beta = np.einsum("ij,ka->ikja", alpha, np.eye(n1)).reshape(n * n1, r * n1) @ span
    sizes = np.linalg.svd(np.hstack([by_alpha[:, keep], by_beta]), compute_uv=False)
    return int((sizes > 1e-9 * sizes[0]).sum())
