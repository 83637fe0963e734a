"""Arrays in, arrays out: maximum likelihood when β is known and some equations do not adjust, for B samples at once.

With x the equations whose rows of α are zero and o the others, Δy_x is regressed on Z2, and Δy_o on Z2, Δy_x and β'Z1:
the likelihood is the product of the two (Johansen 1995, section 8.2). Symbols as in `_kernels`.
"""

from __future__ import annotations

import numpy as np

from econ.arrays import Array, Mask
from econ.var import _kernels as algebra
from econ.var.cointegration._kernels import Layout


def selection(where: Layout, beta: Array, silent: Mask) -> Array:
    """Columns that turn W_t into [Z2, Δy_x, β'Z1, Δy_o]; ``silent`` (n,) says which equations are x."""
    second = where.free + where.inside
    z2, z1, z0 = np.split(where.selection, [where.free, second], axis=1)
    return np.hstack([z2, z0[:, silent], z1 @ beta, z0[:, ~silent]])


def sample_factor(paths: Array, terms: Array, where: Layout, *, columns: Array) -> Array:
    """Lower factor of the products of those columns in B samples."""
    lower = np.tril(algebra.bordered_gram(paths, terms, where.p))
    gram = lower + np.swapaxes(np.tril(lower, -1), 1, 2)
    return np.asarray(np.linalg.cholesky(columns.T @ gram @ columns))


def estimates(factor: Array, where: Layout, silent: Mask) -> tuple[Array, Array, Array]:
    """Ψ (B, m2, n), α (B, n, r) and the Cholesky factor of û'û (B, n, n), equations in data order."""
    draws, n, x = len(factor), where.n, int(silent.sum())
    rank = factor.shape[1] - where.free - n
    own, given = slice(where.free, where.free + x), slice(where.free + x, where.free + x + rank)
    rest = slice(where.free + x + rank, None)
    psi, alpha = np.zeros((draws, where.free, n)), np.zeros((draws, n, rank))
    first = _solved(factor[:, : where.free, : where.free], factor[:, own, : where.free])
    last = _solved(factor[:, : given.stop, : given.stop], factor[:, rest, : given.stop])
    omega = last[:, own]
    psi[:, :, silent], psi[:, :, ~silent] = first, last[:, : where.free] + first @ omega
    alpha[:, ~silent] = np.swapaxes(last[:, given], 1, 2)
    root = np.zeros((draws, n, n))
    root[:, silent, :x] = factor[:, own, own]
    root[:, ~silent, :x] = np.swapaxes(omega, 1, 2) @ factor[:, own, own]
    root[:, ~silent, x:] = factor[:, rest, rest]
    return psi, alpha, np.asarray(np.linalg.cholesky(root @ np.swapaxes(root, 1, 2)))


def _solved(lower: Array, right: Array) -> Array:
    """Coefficients L'⁻¹ R' of a regression, from the blocks of a lower factor."""
    return np.asarray(np.linalg.solve(np.swapaxes(lower, 1, 2), np.swapaxes(right, 1, 2)))
