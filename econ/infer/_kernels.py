"""Arrays in, arrays out: influence functions and the long-run variances of their sums.

Symbols: x (T, k) regressors, u (T,) residuals, psi (T, k) influence functions, so that
``b - beta = sum_t psi_t`` with ``psi_t = (x'x)^{-1} x_t u_t``, and the covariance of b is the long-run
variance of that sum.
"""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import NDArray

from econ.arrays import Array
from econ.errors import SingularDesign

RANK_TOLERANCE = 1e-10


def full_rank_qr(x: Array, names: list[str], what: str) -> tuple[Array, Array]:
    """Return q (T, k), r (k, k) of x; `SingularDesign` names the columns that depend on each other."""
    norm = np.sqrt((x * x).sum(axis=0))
    zero = np.flatnonzero(norm == 0.0)
    if zero.size:
        raise SingularDesign(f"column {names[zero[0]]!r} of {what} is zero throughout; drop it.")
    q, r = np.linalg.qr(x / norm)
    # |r_jj| is the length of unit column j outside the span of the columns before it
    dependent = np.flatnonzero(np.abs(np.diag(r)) < RANK_TOLERANCE)
    if dependent.size or x.shape[0] < x.shape[1]:
        raise SingularDesign(_dependence(x / norm, names, what))
    return q, r * norm


def _dependence(x: Array, names: list[str], what: str) -> str:
    r, order = scipy.linalg.qr(x, mode="r", pivoting=True)
    rank = int((np.abs(np.diag(r)) >= RANK_TOLERANCE).sum())
    column = order[rank] if rank < len(order) else order[-1]
    others = order[:rank]
    weights = np.linalg.lstsq(x[:, others], x[:, column], rcond=None)[0]
    involved = [names[j] for j, weight in zip(others, weights, strict=True) if abs(weight) > 1e-8]
    return (
        f"{what} has {x.shape[1]} columns but rank {rank}: {names[column]!r} is a combination of "
        f"{', '.join(repr(name) for name in involved[:6])}{', ...' if len(involved) > 6 else ''}; drop one of them."
    )


def influence(q: Array, r: Array, u: Array) -> Array:
    """Return psi (T, k) from the QR of x."""
    psi: Array = scipy.linalg.solve_triangular(r, (q * u[:, None]).T, lower=False).T
    return psi


def bartlett(psi: Array, lags: int) -> Array:
    """Var(sum psi) = G_0 + sum_l (1 - l / (lags + 1)) (G_l + G_l'), G_l = sum_t psi_t psi_{t-l}': (..., k, k).

    One sum, psi (T, k), or many, (..., T, k).
    """
    turned = np.swapaxes(psi, -1, -2)
    v: Array = turned @ psi
    for lag in range(1, lags + 1):
        g = turned[..., lag:] @ psi[..., :-lag, :]
        v += (1.0 - lag / (lags + 1.0)) * (g + np.swapaxes(g, -1, -2))
    return v


def cosines(size: int, terms: int) -> Array:
    """sqrt(2) cos(pi j (t - 1/2) / T), j = 1..terms, t = 1..T: (T, terms)."""
    t = np.arange(1, size + 1)[:, None] - 0.5
    j = np.arange(1, terms + 1)[None, :]
    waves: Array = np.sqrt(2.0) * np.cos(np.pi * j * t / size)
    return waves


def cosine(psi: Array, terms: int) -> Array:
    """Var(sum psi) = (1 / B) sum_j L_j L_j', L_j = sum_t psi_t sqrt(2) cos(pi j (t - 1/2) / T): (..., k, k)."""
    weighted = cosines(psi.shape[-2], terms).T @ psi
    v: Array = np.swapaxes(weighted, -1, -2) @ weighted / terms
    return v


def by_group(psi: Array, codes: NDArray[np.intp]) -> Array:
    """Sum psi within groups (G, k); codes run from 0 to G - 1."""
    sums = np.zeros((int(codes.max()) + 1, psi.shape[1]))
    np.add.at(sums, codes, psi)
    return sums


def weights_around(size: int, row: int, width: float) -> Array:
    """Normal kernel weights of the periods around one, (T,), one at the period itself."""
    distance = (np.arange(size) - row) / width
    return np.asarray(np.exp(-0.5 * np.minimum(distance * distance, 1400.0)))


def effective(weights: Array) -> float:
    """Effective observations of weights."""
    return float(weights.sum() ** 2 / (weights @ weights))
