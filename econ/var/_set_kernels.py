"""Arrays in, arrays out: inverse Wishart draws, rotations, weights. Many small matrices at once.

Inside a function draws stand last, (n, n, N): every operation is then one pass over long contiguous vectors, which
beats LAPACK calls on N small matrices tenfold. What comes in and goes out has draws first, as everywhere.
Symbols: n variables, N draws, C lower Cholesky factor of Σ, Q rotation, q_j its column j, s shocks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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


def rotation_columns(
    generator: np.random.Generator, constraints: list[Array], *, shape: tuple[int, int], first: Array | None = None
) -> tuple[Array, Array]:
    """Orthonormal q_1, ..., q_s, each uniform given its zeros r'q_j = 0 and the columns before it.

    ``constraints[j]`` (z_j, n, N) holds the vectors r of column j; ``shape`` = (n, N). Without constraints this is
    the first s columns of a Haar rotation. ``first`` (n, N) is taken as the first column instead of drawing it, and has
    no entry in ``constraints``. Gram-Schmidt runs twice over each vector, so that Q'Q = I to rounding.

    Returns
    -------
    columns : array (s, n, N)
    log_volume : array (N,)
        Σ_j log of the volume spanned by the constraints of column j after projection off the earlier columns.
    """
    n, size = shape
    columns: list[Array] = [] if first is None else [first]
    log_volume = np.zeros(size)
    for rows in constraints:
        basis = list(columns)
        for row in rows:
            direction, length = _orthonormal(row, basis)
            log_volume += np.log(length)
            basis.append(direction)
        columns.append(_orthonormal(generator.standard_normal((n, size)), basis)[0])
    return np.stack(columns), log_volume


def complete_columns(generator: np.random.Generator, columns: Array) -> Array:
    """The columns (s, n, N) and a Haar-distributed completion of them: (n, n, N)."""
    s, n, size = columns.shape
    found = list(columns)
    for _ in range(s, n):
        found.append(_orthonormal(generator.standard_normal((n, size)), found)[0])
    return np.stack(found)


def _orthonormal(vector: Array, basis: list[Array]) -> tuple[Array, Array]:
    """``vector`` (n, N) off the orthonormal ``basis``, with length one, and the length it had."""
    length = np.ones(vector.shape[1])
    for _ in range(2):
        for direction in basis:
            vector = vector - (direction * vector).sum(axis=0) * direction
        norm = np.sqrt((vector * vector).sum(axis=0))
        vector = vector / norm
        length = length * norm
    return vector, length


def restriction_gram(responses: Array, cells: list[tuple[int, int, int]], long_run: Array | None, *, p: int) -> Array:
    """C C' of zero restrictions, C their derivative by the structural coefficients: (N, z, z).

    With y' A_0 = Σ_l y_{t-l}' A_l + ε' the responses obey dL_h = -Σ_i L_i dA_0' L_{h-i} + Σ_l Σ_i L_i dA_l' L_{h-l-i}
    and dL_∞ = -L_∞ (dA_0' - Σ_l dA_l') L_∞. ``responses`` (N, H + 1, n, n) holds L_h, ``cells`` (variable, shock,
    horizon), horizon -1 = long run, ``long_run`` (N, n, n) holds L_∞.
    """
    size, _, n, _ = responses.shape
    rows = np.zeros((size, len(cells), (p + 1), n * n))
    for each, (i, j, horizon) in enumerate(cells):
        if horizon < 0:
            assert long_run is not None
            rows[:, each] = np.einsum("ba,bc->bac", long_run[:, i], long_run[:, :, j]).reshape(size, 1, -1)
            rows[:, each, 0] *= -1.0
            continue
        for lag in range(min(p, horizon) + 1):
            left, right = responses[:, : horizon - lag + 1, i], responses[:, horizon - lag :: -1, :, j]
            block = np.einsum("bha,bhc->bac", left, right[:, : horizon - lag + 1]).reshape(size, -1)
            rows[:, each, lag] = -block if lag == 0 else block
    flat = rows.reshape(size, len(cells), -1)
    gram: Array = flat @ np.swapaxes(flat, 1, 2)
    return gram


def effective_size(log_weights: Array) -> float:
    """(Σ w)² / Σ w²: equally weighted draws that tell as much."""
    weights = np.exp(log_weights - log_weights.max())
    return float(weights.sum() ** 2 / (weights**2).sum())


def systematic_rows(log_weights: Array, uniform: float) -> NDArray[np.intp]:
    """Rows in proportion to their weights, as many as there are, from one uniform number (systematic resampling)."""
    weights = np.exp(log_weights - log_weights.max())
    points = (np.arange(len(weights)) + uniform) / len(weights)
    rows = np.searchsorted(np.cumsum(weights) / weights.sum(), points)
    return np.minimum(rows, len(weights) - 1)
