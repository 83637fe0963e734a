"""Arrays in, arrays out: structural VECMs with zeros on impact and in the long run, for B reduced forms at once.

u_t = B ε_t, Σ = B B'; zeros are R vec B = 0 with the columns of B one below the other: rows pick elements of B or of C
B. B is found by scoring on the free parameters γ of vec B = S γ, S spanning the null space of R (Amisano and Giannini
1997; Lütkepohl 2005, sections 9.1.4 and 9.2).
"""

from __future__ import annotations

import numpy as np

from econ.arrays import Array, Mask

ROUNDS = 500
END = 1e-12  # largest score, a period and in units of the residuals, that ends the scoring
RANK = 1e-8


def constraints(effect: Array, short: Mask, long: Mask) -> Array:
    """R (B, q, n²): zeros on impact where ``short`` (n, n), in the end where ``long`` (n, n); [variable, shock]."""
    draws, n, _ = effect.shape
    rows = []
    for shock in range(n):
        block = slice(shock * n, (shock + 1) * n)
        for source, where in ((np.broadcast_to(np.eye(n), effect.shape), short), (effect, long)):
            for variable in np.flatnonzero(where[:, shock]):
                row = np.zeros((draws, n * n))
                row[:, block] = source[:, variable]
                rows.append(row)
    return np.stack(rows, axis=1) if rows else np.zeros((draws, 0, n * n))


def null_space(rows: Array, count: int) -> Array:
    """S (B, n², n² - count), the directions that ``rows`` of rank ``count`` leave."""
    if not rows.shape[1]:
        return np.broadcast_to(np.eye(rows.shape[2]), (len(rows), rows.shape[2], rows.shape[2]))
    return np.swapaxes(np.linalg.svd(rows)[2][:, count:], 1, 2)


def rank(rows: Array) -> int:
    """Rank of one set of restrictions (q, n²), each row in units of its length."""
    if not len(rows):
        return 0
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    sizes = np.linalg.svd(rows / np.where(length == 0.0, 1.0, length), compute_uv=False)
    return int((sizes > RANK).sum())


def undetermined(b: Array, span: Array) -> int:
    """Free parameters that B B' does not see: columns of the derivative of vech BB' by γ less its rank; b (n, n)."""
    n = len(b)
    moved = span.T.reshape(-1, n, n).transpose(0, 2, 1)  # dB for each γ
    cross = moved @ b.T
    change = (cross + cross.transpose(0, 2, 1))[:, *np.tril_indices(n)]
    sizes = np.linalg.svd(change, compute_uv=False)
    return int(span.shape[1]) - int((sizes > RANK * sizes[0]).sum())


def criterion(b: Array, sigma: Array) -> Array:
    """The criterion log |BB'| + tr (BB')⁻¹Σ, (B,)."""
    inverse = np.linalg.inv(b)
    return np.asarray(2.0 * np.linalg.slogdet(b)[1] + np.einsum("bij,bjk,bik->b", inverse, sigma, inverse))


def score(b: Array, sigma: Array, span: Array) -> tuple[Array, Array]:
    """Score (B, f) and information (B, f, f) a period, by γ.

    The score by B is B⁻¹'(B⁻¹ΣB⁻¹' - I), and the information (I ⊗ B⁻¹)'(I + K)(I ⊗ B⁻¹), K vec A = vec A'.
    """
    draws, n, _ = b.shape
    inverse = np.linalg.inv(b)
    turned = np.swapaxes(inverse, 1, 2)
    by_b = turned @ (inverse @ sigma @ turned - np.eye(n))
    moved = np.swapaxes(span, 1, 2).reshape(draws, -1, n, n)  # transposes of dB
    white = moved @ turned[:, None]  # (B⁻¹ dB)'
    flat, other = white.reshape(draws, -1, n * n), np.swapaxes(white, 2, 3).reshape(draws, -1, n * n)
    information = flat @ np.swapaxes(flat + other, 1, 2)
    return np.einsum("bfij,bji->bf", moved, by_b), information


def solve(start: Array, sigma: Array, span: Array) -> tuple[Array, Mask]:
    """B (B, n, n) of the largest likelihood near ``start``, and whether each search ended.

    ``sigma`` should be in units near one. A step that lowers the likelihood is halved.
    """
    draws = len(start)
    gamma = np.einsum("bvf,bv->bf", span, np.swapaxes(start, 1, 2).reshape(draws, -1))
    ended, active = np.zeros(draws, dtype=bool), np.arange(draws)
    for _ in range(ROUNDS):
        b, parts, forms = _matrix(gamma[active], span[active]), span[active], sigma[active]
        slope, information = score(b, forms, parts)
        here = np.abs(slope).max(axis=1) < END
        ended[active[here]] = True
        active, slope, information = active[~here], slope[~here], information[~here]
        if not len(active):
            break
        ridge = 1e-12 * np.einsum("bff->b", information)[:, None, None] * np.eye(information.shape[1])
        step = np.linalg.solve(information + ridge, slope[..., None])[..., 0]
        gamma[active] = _climbed(gamma[active], step, span[active], sigma=sigma[active])
    return _matrix(gamma, span), ended


def _climbed(gamma: Array, step: Array, span: Array, *, sigma: Array) -> Array:
    """γ after the longest of the steps 1, 1/2, 1/4, ... that does not lower the likelihood."""
    old = criterion(_matrix(gamma, span), sigma)
    length = np.ones(len(gamma))
    for _ in range(40):
        new = gamma + length[:, None] * step
        b = _matrix(new, span)
        regular = np.abs(np.linalg.det(b)) > 1e-12
        value = np.full(len(gamma), np.inf)
        value[regular] = criterion(b[regular], sigma[regular])
        worse = value > old + 1e-13 * np.abs(old)
        if not worse.any():
            break
        length[worse] *= 0.5
    return np.asarray(gamma + np.where(worse, 0.0, length)[:, None] * step)


def _matrix(gamma: Array, span: Array) -> Array:
    """B of vec B = S γ."""
    n = int(np.sqrt(span.shape[1]))
    return np.swapaxes((span @ gamma[..., None])[..., 0].reshape(len(gamma), n, n), 1, 2)
