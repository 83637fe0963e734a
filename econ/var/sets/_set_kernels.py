"""Arrays in, arrays out: rotations, restrictions, weights. Many small matrices at once.

Inside a function draws stand last, (n, n, N): every operation is then one pass over long contiguous vectors, which
beats LAPACK calls on N small matrices tenfold. What comes in and goes out has draws first, as everywhere.
Symbols: n variables, N draws, C lower Cholesky factor of Σ, Q rotation, q_j its column j, s shocks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from econ.arrays import Array


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


def complete_columns(columns: Array, normals: Array) -> Array:
    """The columns (s, n, N) and, from standard ``normals`` (n - s, n, N), a Haar completion of them: (n, n, N)."""
    found = list(columns)
    for vector in normals:
        found.append(_orthonormal(vector, found)[0])
    return np.stack(found)


def _orthonormal(vector: Array, basis: list[Array]) -> tuple[Array, Array]:
    """``vector`` (n, N) off the orthonormal ``basis``, with length one, and the length it had."""
    vector, product = vector.copy(), np.empty_like(vector)
    length = np.ones(vector.shape[1])
    for _ in range(2):
        for direction in basis:
            along = np.multiply(direction, vector, out=product).sum(axis=0)
            vector -= np.multiply(along, direction, out=product)
        norm = np.sqrt(np.multiply(vector, vector, out=product).sum(axis=0))
        vector /= norm
        length *= norm
    return vector, length


def whiten(factors: Array, errors: Array) -> Array:
    """C⁻¹ u of lower triangular C (n, n, N) and errors (n, R, N), or (n, R, 1) for all: (n, R, N), by substitution."""
    n, _, size = factors.shape
    white = np.empty((n, errors.shape[1], size))
    for i in range(n):
        known = sum((factors[i, j] * white[j] for j in range(i)), np.zeros(1))
        white[i] = (errors[i] - known) / factors[i, i]
    return white


def restriction_gram(responses: Array, cells: list[tuple[int, int, int]], long_run: Array, *, p: int) -> Array:
    """C C' of zero restrictions, C their derivative by the structural coefficients: (N, z, z).

    With y' A_0 = Σ_l y_{t-l}' A_l + ε' the responses obey dL_h = -Σ_i L_i dA_0' L_{h-i} + Σ_l Σ_i L_i dA_l' L_{h-l-i}
    and dL_∞ = -L_∞ (dA_0' - Σ_l dA_l') L_∞. ``responses`` (N, H + 1, n, n) holds L_h, ``cells`` (variable, shock,
    horizon), horizon -1 = long run, ``long_run`` (N, n, n) holds L_∞ (empty where no cell asks for it).
    """
    size, _, n, _ = responses.shape
    rows = np.zeros((size, len(cells), (p + 1), n * n))
    for each, (i, j, horizon) in enumerate(cells):
        if horizon < 0:
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
