"""Arrays in, arrays out: the algebra of Δy_t = α β'Z1_t + Ψ'Z2_t + u_t, for B samples at once.

Symbols: T observations, n variables, p lags of the VAR in levels, r the rank; Z0 = Δy_t (n), Z1 = [y_{t-1}, restricted
terms] (n1), Z2 = [free terms, Δy_{t-1}, ..., Δy_{t-p+1}] (m2). S_ij are products of the residuals of Z_i and Z_j on Z2.
All of it stands in the lower factor F of [Z2 Z1 Z0]'[Z2 Z1 Z0], (B, m2 + n1 + n, same).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from econ.arrays import Array, Mask
from econ.var import _kernels as algebra


class Layout(NamedTuple):
    """Where everything stands: ``selection`` turns W_t = [D_t, y_{t-p}, ..., y_t] into [Z2, Z1, Z0]."""

    n: int
    p: int
    terms: int
    free: int  # m2
    inside: int  # n1
    selection: Array


class Canonical(NamedTuple):
    """Squared canonical correlations (B, q), largest first, and all q = min(n, n1) pairs β (B, n1, q), α (B, n, q).

    β'S11β = I, so that the first r columns of both give Π = αβ' of rank r, and û'û = S00 - αα'.
    """

    eigenvalues: Array
    beta: Array
    alpha: Array
    s00: Array


def layout(n: int, p: int, restricted: Mask) -> Layout:
    """The layout for n variables and p lags, ``restricted`` (m,) says which of the terms D stand in Z1."""
    m = len(restricted)
    width = m + n * (p + 1)
    eye = np.eye(width)
    level = eye[:, m:].reshape(width, p + 1, n)  # oldest first
    change = np.diff(level, axis=1)
    lagged = [change[:, p - 1 - lag] for lag in range(1, p)]  # newest first
    terms = eye[:, :m]
    z2 = np.hstack([terms[:, ~restricted], *lagged])
    z1 = np.hstack([level[:, p - 1], terms[:, restricted]])
    return Layout(n, p, m, z2.shape[1], z1.shape[1], np.hstack([z2, z1, change[:, p - 1]]))


def window(path: Array, terms: Array, p: int) -> Array:
    """W_t = [D_t, y_{t-p}, ..., y_t], (T, m + n (p + 1))."""
    return np.hstack([terms, *(path[lag : len(path) - p + lag] for lag in range(p + 1))])


def data_factor(z: Array) -> Array:
    """F of one sample z (T, m2 + n1 + n) by orthogonal triangles: (1, same, same)."""
    scale = np.sqrt(np.einsum("tk,tk->k", z, z))
    scale[scale == 0.0] = 1.0
    upper = np.linalg.qr(z / scale, mode="r") * scale
    return np.asarray(upper.T[None])


def sample_factor(paths: Array, terms: Array, where: Layout) -> Array:
    """F of B samples ``paths`` (B, p + T, n) with the same terms (T, m), from their sums of products."""
    lower = np.tril(algebra.bordered_gram(paths, terms, where.p))
    gram = lower + np.swapaxes(np.tril(lower, -1), 1, 2)
    turned = where.selection.T @ gram @ where.selection
    return np.asarray(np.linalg.cholesky(turned))


def parts(factor: Array, where: Layout) -> tuple[Array, Array, Array]:
    """Rows of F that belong to Z2, Z1 and Z0."""
    second = where.free + where.inside
    return factor[:, : where.free], factor[:, where.free : second], factor[:, second:]


def moments(factor: Array, where: Layout) -> tuple[Array, Array, Array]:
    """S00 (B, n, n), S01 (B, n, n1) and S11 (B, n1, n1), sums over time."""
    _, one, zero = parts(factor, where)
    one, zero = one[:, :, where.free :], zero[:, :, where.free :]
    turned = np.swapaxes(one, 1, 2)
    return zero @ np.swapaxes(zero, 1, 2), zero @ turned, one @ turned


def canonical(factor: Array, where: Layout) -> Canonical:
    """Solve |λ S11 - S10 S00⁻¹ S01| = 0 by the singular values of the whitened S01 (Johansen 1995, section 6.1)."""
    _, one, zero = parts(factor, where)
    inner = slice(where.free, where.free + where.inside)
    l11, l01, l0 = one[:, :, inner], zero[:, :, inner], zero[:, :, where.free :]
    s00 = l0 @ np.swapaxes(l0, 1, 2)
    _, sizes, right = np.linalg.svd(np.linalg.solve(np.linalg.cholesky(s00), l01), full_matrices=False)
    weights = np.swapaxes(right, 1, 2)
    beta = np.linalg.solve(np.swapaxes(l11, 1, 2), weights)
    return Canonical(np.clip(sizes**2, 0.0, 1.0 - 1e-15), beta, l01 @ weights, s00)


def free_rows(factor: Array, where: Layout, pi: Array) -> Array:
    """Ψ (B, m2, n): the regression of Z0 - Z1 ``pi``' on Z2, for ``pi`` = αβ' (B, n, n1)."""
    _, one, zero = parts(factor, where)
    left = zero[:, :, : where.free] - pi @ one[:, :, : where.free]
    lower = factor[:, : where.free, : where.free]
    return np.asarray(np.linalg.solve(np.swapaxes(lower, 1, 2), np.swapaxes(left, 1, 2)))


def level_rows(where: Layout, psi: Array, pi: Array) -> Array:
    """Coefficients of the VAR in levels, (B, k, n), terms first, then L1, ..., Lp."""
    k = where.terms + where.n * where.p
    rows = where.selection[:k, : where.free + where.inside] @ np.concatenate([psi, np.swapaxes(pi, 1, 2)], axis=1)
    rows[:, k - where.n :] += np.eye(where.n)
    return algebra.newest_first(rows, where.p)


def level_map(where: Layout, beta: Array) -> Array:
    """J (k, m2 + r): coefficients of the levels are J times those of [Z2, Z1 β], and y_{t-1} once."""
    k = where.terms + where.n * where.p
    turned = where.selection[:k, : where.free + where.inside].copy()
    rows = np.hstack([turned[:, : where.free], turned[:, where.free :] @ beta])
    lags = rows[where.terms :].reshape(where.p, where.n, -1)[::-1]
    return np.vstack([rows[: where.terms], lags.reshape(where.p * where.n, -1)])


def stationary_blocks(a: Array, rank: int, *, lead: Array | None = None) -> Array:
    """Lag blocks (B, p, n, n) of x_t = [β'y_t; β_⊥'Δy_t], a VAR without unit roots if y has n - r and is not explosive.

    ``a`` (B, p, n, n) are the blocks of the levels. Π = Σ A_l - I has rank r, and its rows span β: so do the columns
    of Π'G for any G (n, r) with α'G regular, such as an α near it (``lead``); without one singular values find them.
    With M = [β, β_⊥]' and P = diag(I_r, 0) the blocks are those of MΓ(L)M' (I - P L) + P L + MΠM'P L.
    """
    draws, p, n, _ = a.shape
    pi = a.sum(axis=1) - np.eye(n)
    if lead is None:
        back = np.swapaxes(np.linalg.svd(pi)[2], 1, 2)
    else:
        back = np.linalg.qr(np.swapaxes(pi, 1, 2) @ lead, mode="complete")[0]
    m = np.swapaxes(back, 1, 2)
    keep = np.diag((np.arange(n) < rank).astype(float))
    gamma = -np.cumsum(a[:, :0:-1], axis=1)[:, ::-1]  # Γ_i = -(A_{i+1} + ... + A_p)
    turned = m[:, None] @ gamma @ back[:, None]
    out = np.zeros((draws, p, n, n))
    out[:, 0] = keep + m @ pi @ back @ keep
    out[:, : p - 1] += turned
    out[:, 1:] -= turned @ keep
    return out


def orthogonal(matrix: Array) -> Array:
    """Orthonormal complement (B, n, n - r) of matrices (B, n, r) of full column rank."""
    return np.asarray(np.linalg.qr(matrix, mode="complete")[0][:, :, matrix.shape[2] :])


class Spaces(NamedTuple):
    """α, α_⊥ and the long-run effect C = β_⊥(α_⊥'Γβ_⊥)⁻¹α_⊥' of B reduced forms."""

    alpha: Array
    alpha_out: Array
    effect: Array


def spaces(a: Array, rank: int) -> Spaces:
    """What α and β of the levels' blocks ``a`` (B, p, n, n) span, and C of Granger's representation.

    Γ = I - Γ_1 - ... - Γ_{p-1} = I + A_2 + 2 A_3 + ... + (p - 1) A_p.
    """
    n = a.shape[2]
    left, sizes, right = np.linalg.svd(a.sum(axis=1) - np.eye(n))
    alpha = left[:, :, :rank] * sizes[:, None, :rank]
    alpha_out, beta_out = left[:, :, rank:], np.swapaxes(right, 1, 2)[:, :, rank:]
    gamma = np.eye(n) + np.einsum("l,blij->bij", np.arange(a.shape[1], dtype=float), a)
    turned = np.swapaxes(alpha_out, 1, 2)
    return Spaces(alpha, alpha_out, beta_out @ np.linalg.solve(turned @ gamma @ beta_out, turned))
