"""Arrays in, arrays out: inverse Wishart draws, rotations, weights. Many small matrices at once.

Inside a function draws stand last, (n, n, N): every operation is then one pass over long contiguous vectors, which
beats LAPACK calls on N small matrices tenfold. What comes in and goes out has draws first, as everywhere.
Symbols: n variables, N draws, C lower Cholesky factor of Σ, Q rotation, q_j its column j, s shocks.
"""

from __future__ import annotations

import numpy as np

from econ.var._kernels import Array


def inverse_wishart_factors(generator: np.random.Generator, lower: Array, *, degrees: float, size: int) -> Array:
    """Lower Cholesky factors of Σ ~ IW(L L', ν): (size, n, n), from L (N, n, n), N = size or 1.

    W = A A' is Wishart(I, ν) for upper triangular A with a_ii² ~ χ²(ν - n + i), i = 1, ..., n, and standard normal
    elements above the diagonal (Bartlett, turned around); Σ = L W⁻¹ L' then has the lower factor L A'⁻¹.
    """
    n = lower.shape[1]
    inverse = _inverse_transpose(_bartlett(generator, n, degrees=degrees, size=size))
    if len(lower) == 1:
        product = (lower[0] @ inverse.reshape(n, -1)).reshape(n, n, size)
        return np.ascontiguousarray(np.moveaxis(product, 2, 0))
    return lower @ np.moveaxis(inverse, 2, 0)


def _bartlett(generator: np.random.Generator, n: int, *, degrees: float, size: int) -> Array:
    """A, (n, n, size)."""
    a = np.zeros((n, n, size))
    for i in range(n):
        a[i, i] = np.sqrt(generator.chisquare(degrees - n + i + 1, size=size))
        a[i, i + 1 :] = generator.standard_normal((n - i - 1, size))
    return a


def _inverse_transpose(a: Array) -> Array:
    """A'⁻¹ of upper triangular A, (n, n, N): lower triangular, by forward substitution."""
    n = len(a)
    out = np.zeros_like(a)
    for i in range(n):
        out[i, i] = 1.0 / a[i, i]
        for j in range(i):
            total = sum(a[m, i] * out[m, j] for m in range(j, i))
            out[i, j] = -total * out[i, i]
    return out


def back_substitute(lower: Array, right: Array) -> Array:
    """L'⁻¹ ``right`` for lower triangular L (N, k, k) and right sides (M, k, c); N = M, or N = 1 for all."""
    from scipy.linalg.blas import dtrsm

    k = lower.shape[1]
    if len(lower) == 1:
        flat = np.moveaxis(right, 0, 1).reshape(k, -1)
        solved = dtrsm(1.0, lower[0].T, flat, lower=0)
        return np.ascontiguousarray(np.moveaxis(solved.reshape(k, len(right), -1), 1, 0))
    out = np.empty_like(right)
    for each, side, solution in zip(lower, right, out, strict=True):  # transposed views are Fortran order for BLAS
        solution[:] = dtrsm(1.0, each.T, side, lower=0)
    return out
