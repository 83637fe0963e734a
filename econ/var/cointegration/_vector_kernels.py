"""Maximum likelihood of β under linear restrictions, α concentrated out.

With vec β = h + H φ (columns of β one below the other) the log likelihood is -T / 2 times log |β'Nβ| - log |β'S11β| and
a constant, N = S11 - S10 S00⁻¹ S01 (Johansen 1995, chapter 7; Boswijk and Doornik 2004, section 4). Equations that do
not adjust, x, are regressors of the others: their Δy joins Z2 (Johansen 1995, theorem 8.1).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from econ.arrays import Array, Mask

ROUNDS, POLISH, APART = 1000, 10, 1e-5
SLOPE = 1e-7  # largest derivative of the criterion by φ, in units of the data, at which the search has ended


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


def smallest(given: Forms, span: Array, known: Array, *, rank: int) -> Found:
    """The β = [known, H φ] (n1, r) of the smallest criterion, H (n1, f) the same for all: an eigenvalue problem.

    Given known vectors b the two forms are those of the other combinations net of them (Johansen 1995, theorem 7.3).
    """
    from scipy.linalg import eigh

    count = known.shape[1]
    if count:
        span = span @ np.linalg.qr(span.T @ given.s11 @ known, mode="complete")[0][:, count:]
        inner = known.T @ given.n @ known
        turned = span.T @ given.n @ known
        form = span.T @ given.n @ span - turned @ np.linalg.solve(inner, turned.T)
    else:
        form = span.T @ given.n @ span
    if rank > count:
        vectors = eigh(form, span.T @ given.s11 @ span, subset_by_index=(0, rank - count - 1))[1]
        known = np.hstack([known, span @ vectors])
    return Found(known, criterion(given, known)[0], 0.0)


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

    phi = np.asarray(np.linalg.lstsq(span, start.T.reshape(-1) - fixed, rcond=None)[0], dtype=float)
    if len(phi):
        found = minimize(loss, phi, jac=True, method="BFGS", options={"gtol": 1e-7, "maxiter": ROUNDS})
        phi = _polished(loss, np.asarray(found.x))
    value, slope = loss(phi)
    return Found(matrix(phi), value, float(np.abs(slope).max(initial=0.0)))


def _polished(loss: Callable[[Array], tuple[float, Array]], phi: Array) -> Array:
    """Newton steps on the derivatives alone: the criterion itself is flat to the last digit before they are zero.

    Directions in which nothing changes (the length of a vector) have no step.
    """
    value, now = loss(phi)
    for _ in range(POLISH):
        shifts = APART * np.eye(len(phi))
        second = np.array([(loss(phi + shift)[1] - loss(phi - shift)[1]) / (2.0 * APART) for shift in shifts])
        moved = phi - np.linalg.pinv(0.5 * (second + second.T), rcond=1e-7, hermitian=True) @ now
        level, there = loss(moved)
        if np.abs(there).max() >= np.abs(now).max() or level > value + 1e-9:  # the second: on the way to a saddle
            break
        phi, now = moved, there
    return phi


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
