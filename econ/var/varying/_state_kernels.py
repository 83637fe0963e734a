"""Arrays in, arrays out: whole paths of random-walk states from their banded precision.

Symbols: T dates, m states, b_t = b_{t-1} + v_t with v_t normal (0, Q), b_1 normal (b0, P0), and e observations a date,
y_t = Z_t b_t + u_t with u_t normal (0, I). The precision of (b_1, ..., b_T) has the blocks Z_t' Z_t + 2 Q⁻¹ on its
diagonal (one Q⁻¹ less at either end, P0⁻¹ more at the first) and -Q⁻¹ beside it: banded, so that one Cholesky factor
and two triangular solves draw the path (Chan and Jeliazkov 2009, International Journal of Mathematical Modelling and
Numerical Optimisation 1(1)).

With Q⁻¹ = C C', C lower triangular, the steps of C' b_t have unit variance, beside the diagonal stands -I, and the band
is half as wide. The factor of the whole is that of this one with each row of blocks times C: the draws are the same.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import scipy

from econ.arrays import Array
from econ.errors import EstimationError


def banded_precision(seen: Array, first: Array) -> Array:
    """Precision of unit steps: lower bands of all columns, (T m, m + 1), from Z_t (T, e, m) and P0⁻¹ (m, m)."""
    periods, _, m = seen.shape
    columns = np.ascontiguousarray(seen.transpose(1, 2, 0))
    band = np.zeros((periods, m, m + 1))
    for d in range(m):  # diagonal by diagonal: the fewest and longest rows
        total = columns[0, d:] * columns[0, : m - d]
        for each in columns[1:]:
            total += each[d:] * each[: m - d]
        band[:, : m - d, d] = total.T
        band[0, : m - d, d] += first.diagonal(-d)
    band[1:, :, 0] += 1.0
    band[:-1, :, 0] += 1.0
    band[:-1, :, m] = -1.0
    return band.reshape(periods * m, m + 1)


def drawn(
    design: Array,
    outcome: Array,
    *,
    state: Array,
    initial: Array,
    mean: Array,
    generator: np.random.Generator | None,
) -> Array:
    """One draw of the path (T, m), or its mean, what the Kalman smoother gives, without a generator.

    Parameters
    ----------
    design, outcome : array (T, e, m), (T, e)
        Z_t and y_t.
    state, initial : array (m, m)
        Q⁻¹ and P0⁻¹.
    mean : array (m,)
        b0.
    generator : Generator, optional
        Source of T m normals.

    Raises
    ------
    EstimationError
        If the precision is numerically singular.
    """
    lower, info = scipy.linalg.lapack.dpotrf(state, lower=1)
    if info != 0:
        raise EstimationError(SINGULAR)
    turn, _ = scipy.linalg.lapack.dtrtri(lower, lower=1)
    seen = (design.reshape(-1, len(mean)) @ turn.T).reshape(design.shape)
    right = np.einsum("tem,te->tm", seen, outcome)
    right[0] += turn @ (initial @ mean)
    width = len(mean) + 1
    band = banded_precision(seen, turn @ initial @ turn.T)
    factor, info = scipy.linalg.lapack.dpbtrf(band.T, lower=1, overwrite_ab=1)
    if info != 0:
        raise EstimationError(SINGULAR)
    half = scipy.linalg.blas.dtbsv(width - 1, factor, right.ravel(), lower=1)
    if generator is not None:
        half += generator.standard_normal(len(half))
    path = scipy.linalg.blas.dtbsv(width - 1, factor, half, lower=1, trans=1).reshape(right.shape)
    return np.asarray(path @ turn)


SINGULAR = (
    "the precision of the states is not positive definite to the accuracy of this machine: a variance is too small or "
    "too large next to the data; rescale the variables or raise k_q, k_s and k_w."
)


def wishart(scale: Array, degrees: float, generator: np.random.Generator) -> Array:
    """The inverse of a draw of IW(scale, degrees), (m, m), of mean degrees scale⁻¹, by Bartlett."""
    below, places = _below(len(scale))
    lower, info = scipy.linalg.lapack.dpotrf(scale, lower=1)
    if info != 0:
        raise EstimationError(SINGULAR)
    triangle = generator.standard_normal(scale.shape) * below
    triangle.ravel()[:: len(scale) + 1] = np.sqrt(2.0 * generator.standard_gamma(0.5 * (degrees - places)))
    weight, _ = scipy.linalg.lapack.dtrtrs(lower, triangle, lower=1, trans=1)
    return np.asarray(weight @ weight.T)


@cache
def _below(m: int) -> tuple[Array, Array]:
    """Ones below the diagonal, (m, m), and 0, ..., m - 1."""
    return np.tri(m, k=-1), np.arange(float(m))
