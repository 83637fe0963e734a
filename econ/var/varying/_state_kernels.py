"""Arrays in, arrays out: whole paths of random-walk states from their banded precision.

Symbols: T dates, m states, b_t = b_{t-1} + v_t with v_t normal (0, Q), b_1 normal (b0, P0), and a likelihood that is
proportional to exp(-b_t' O_t b_t / 2 + b_t' c_t) at each date. The precision of (b_1, ..., b_T) has the blocks
O_t + 2 Q⁻¹ on its diagonal (one Q⁻¹ less at either end, P0⁻¹ more at the first) and -Q⁻¹ beside it: banded, so that one
Cholesky factor and two triangular solves draw the path (Chan and Jeliazkov 2009, International Journal of Mathematical
Modelling and Numerical Optimisation 1(1)).
"""

from __future__ import annotations

import numpy as np
import scipy

from econ.arrays import Array
from econ.errors import EstimationError


def banded_precision(observed: Array, state: Array, initial: Array) -> Array:
    """Lower band (2 m, T m) of the precision, LAPACK's order, from O (T, m, m), Q⁻¹ (m, m) and P0⁻¹ (m, m)."""
    periods, m, _ = observed.shape
    blocks = observed + 2.0 * state
    blocks[0] += initial - state
    blocks[-1] -= state
    band = np.zeros((periods, m, 2 * m))
    for j in range(m):
        band[:, j, : m - j] = blocks[:, j:, j]
        band[:, j, m - j : 2 * m - j] = -state[:, j]
    return np.asarray(band.reshape(periods * m, 2 * m).T)


def factorised(band: Array) -> Array:
    """Lower Cholesky factor of a banded matrix, in the same storage."""
    factor, info = scipy.linalg.lapack.dpbtrf(band, lower=1, overwrite_ab=1)
    if info != 0:
        raise EstimationError(
            "the precision of the states is not positive definite to the accuracy of this machine: a variance is too "
            "small or too large next to the data; rescale the variables or raise k_q, k_s and k_w."
        )
    return np.asarray(factor)


def smoothed(observed: Array, pull: Array, *, state: Array, initial: Array, mean: Array) -> Array:
    """Mean of the path (T, m) given everything else: what the Kalman smoother gives; arguments as :func:`drawn`."""
    factor = factorised(banded_precision(observed, state, initial))
    return _mean(factor, pull, initial @ mean)[1].reshape(pull.shape)


def drawn(
    observed: Array, pull: Array, *, state: Array, initial: Array, mean: Array, generator: np.random.Generator
) -> Array:
    """One draw of the path (T, m).

    Parameters
    ----------
    observed, pull : array (T, m, m), (T, m)
        O_t and c_t.
    state, initial : array (m, m)
        Q⁻¹ and P0⁻¹.
    mean : array (m,)
        b0.
    generator : Generator
        Source of T m normals.
    """
    factor = factorised(banded_precision(observed, state, initial))
    right = pull.copy()
    right[0] += initial @ mean
    half = _solve(factor, right.ravel(), b"N")
    half += generator.standard_normal(len(half))
    return _solve(factor, half, b"T").reshape(pull.shape)


def _mean(factor: Array, pull: Array, first: Array) -> tuple[Array, Array]:
    right = pull.copy()
    right[0] += first
    half = _solve(factor, right.ravel(), b"N")
    return half, _solve(factor, half.copy(), b"T")


def _solve(factor: Array, right: Array, trans: bytes) -> Array:
    found, _ = scipy.linalg.lapack.dtbtrs(factor, right[:, None], uplo=b"L", trans=trans, diag=b"N", overwrite_b=1)
    return np.asarray(found[:, 0])


def inverse_wishart(scale: Array, degrees: float, generator: np.random.Generator) -> tuple[Array, Array]:
    """A draw of IW(scale, degrees), mean scale / (degrees - m - 1), and its inverse, both (m, m), by Bartlett."""
    m = len(scale)
    lower = np.linalg.cholesky(scale)
    triangle = np.tril(generator.standard_normal((m, m)), -1)
    triangle[np.diag_indices(m)] = np.sqrt(2.0 * generator.standard_gamma(0.5 * (degrees - np.arange(m))))
    root = np.linalg.solve(triangle, lower.T).T  # root root' = L (A A')^-1 L'... with A A' Wishart(I, degrees)
    draw = root @ root.T
    weight = np.linalg.solve(lower.T, triangle)
    return draw, weight @ weight.T
