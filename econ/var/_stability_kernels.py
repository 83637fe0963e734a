"""Arrays in, arrays out: a proof that a VAR estimated by least squares is stable, from its forecast alone.

Symbols as in `_kernels`. Let z_t = [y_{t-1}; ...; y_{t-p}] be the lags, D_t the terms, M the cross product of z_t net
of D_t over t = 1, ..., T, and F the companion matrix of the estimates. Least squares leaves residuals that are
orthogonal to both, so the cross product of z_{t+1} net of D_t is F M F' + e S e', with S = û'û and e the first n
columns of the identity. It is also at most M + V V', V = [z_{T+1}, Z'D (D'D)^(-1/2)], since one period enters, one
leaves, and the terms take away at least nothing; where the only term is a constant, V = z_{T+1} less the mean of z_t
will do. A left eigenvector u of F with root λ, |λ| >= 1, would then have, u_1 its first n elements,

    0 >= (1 - |λ|²) u'M u >= u_1' S u_1 - |u'V|²,   and so   |u'F^J V| = |λ|^J |u'V| >= (u_1' S u_1)^(1/2) for every J.

But u_j = Σ_{l >= j} λ^-(l-j+1) A_l' u_1 for j > 1, so u'F^J V = u_1' Σ_s λ^-s r_s, with r_s what the values before
period J of the forecast from V contribute to period J + s if those from J on are zero. Hence a forecast that comes to
Σ_s |S^(-1/2) r_s| < 1 at any J proves that there is no such root.
"""

from __future__ import annotations

import numpy as np

from econ.arrays import Array, Mask
from econ.var import _kernels as kernels

CERTAIN = 0.9  # below one by more than rounding can use up
ROUNDS = 3  # of 4 p periods each; a root of 0.98 falls to 0.06 in 144


def settles(a: Array, factor: Array, last: Array, *, constant: bool) -> Mask:
    """Which draws the forecast proves to be stable: (B,); False says nothing.

    ``a`` (B, p, n, n) are least-squares estimates on samples that end in ``last`` (B, p, n), ``factor`` their
    :func:`econ.var._kernels.cross_factor`; ``constant`` says that the only term is a column of ones.
    """
    draws, p, n, _ = a.shape
    step = _two_periods(a)
    start = _excess(factor, last, constant=constant)
    unit = kernels.inverse_lower(factor[:, -n:, -n:])
    found, rows = np.zeros(draws, dtype=bool), np.arange(draws)
    path = np.empty((draws, 5 * p * n, start.shape[2]))
    path[:, : p * n] = start
    for _ in range(ROUNDS):
        for t in range(0, 4 * p, 2):
            np.matmul(step, path[:, t * n : (t + p) * n], out=path[:, (t + p) * n : (t + p + 2) * n])
        path[:, : p * n] = path[:, 4 * p * n :]
        proved = _remainder(step[:, :n], unit, path[:, : p * n]) < CERTAIN
        found[rows[proved]] = True
        if proved.all():
            break
        left = ~proved
        step, unit, path, rows = step[left], unit[left], path[left], rows[left]
    return found


def _two_periods(a: Array) -> Array:
    """[y_t; y_{t+1}] as a function of [y_{t-p}; ...; y_{t-1}]: (B, 2 n, n p), the first n rows those of the VAR."""
    draws, p, n, _ = a.shape
    step = np.empty((draws, 2 * n, p * n))
    step[:, :n] = kernels.oldest_first(a)
    np.matmul(a[:, 0], step[:, :n], out=step[:, n:])
    step[:, n:, n:] += step[:, :n, :-n]
    return step


def _excess(factor: Array, last: Array, *, constant: bool) -> Array:
    """V, oldest period first: (B, n p, c)."""
    draws, p, n = last.shape
    k = factor.shape[1] - n
    crossed = factor[:, k - n * p : k, : k - n * p]
    latest = last.reshape(draws, p * n, 1)
    return latest - crossed / factor[:, :1, :1] if constant else np.concatenate([latest, crossed], axis=2)


def _remainder(flat: Array, unit: Array, window: Array) -> Array:
    """Σ_s |S^(-1/2) r_s| of forecasts whose last p values are ``window`` (B, n p, c): (B,).

    r_s takes the window from its period s on, zeros behind: all of them are one product with the shifted windows.
    """
    draws, n, width = flat.shape
    columns = window.shape[2]
    padded = np.zeros((draws, 2 * width, columns))
    padded[:, :width] = window
    by_draw, by_row, by_column = padded.strides
    shape, strides = (draws, width, width // n, columns), (by_draw, by_row, n * by_row, by_column)
    shifted = np.lib.stride_tricks.as_strided(padded, shape, strides, writeable=False).reshape(draws, width, -1)
    scaled = (unit @ (flat @ shifted)).reshape(draws, n, width // n, columns)
    total: Array = np.sqrt(np.einsum("bisc,bisc->bs", scaled, scaled)).sum(axis=1)
    return total
