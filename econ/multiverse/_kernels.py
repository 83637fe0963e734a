"""Arrays in, arrays out: one linear specification, observed and in many null samples at once.

Symbols, rows scaled by the root of their weights: y (n,) outcome, x (n,) regressor, z (n,) its instrument or x itself,
q (n, k) orthonormal basis of the controls, M = I - qq'. ``b = z'My / z'Mx``, ``u = M(y - b x)``,
``psi = Mz u / z'Mx``. A capital letter holds one null sample a column, (n, B).
"""

from __future__ import annotations

import numpy as np

from econ.arrays import Array, Rows

SMALL = 1e-10
"""Share of its own length below which a regressor has no part of its own."""


def swept(q: Array, values: Array) -> Array:
    """Residuals of (n,) or (n, B) on q, projected twice so that rounding leaves nothing of q in them."""
    once = values - q @ (q.T @ values)
    result: Array = once - q @ (q.T @ once)
    return result


def bartlett_columns(psi: Array, lags: int) -> Array:
    """Bartlett variance of the sum of each column of psi (T, B).

    ``G_0 + 2 sum_l (1 - l / m) G_l = (1 / m) sum_t (psi_t + ... + psi_(t-m+1))^2`` with m = lags + 1 and zeros beyond
    the ends: never negative, and few passes whatever the lags, since sums of 1, 2, 4, ... rows make those of m.
    """
    periods, m = psi.shape[0], lags + 1
    sums = np.zeros((periods + 2 * lags, psi.shape[1]))
    sums[lags : lags + periods] = psi
    window, size, done = np.zeros((periods + lags, psi.shape[1])), 1, 0
    while done < m:
        if m & size:
            window += sums[done : done + len(window)]
            done += size
        sums = sums[:-size] + sums[size:]
        size *= 2
    variance: Array = np.einsum("tb,tb->b", window, window) / m
    return variance


def variances(psi: Array, u: Array, *, cov: str, lags: int, rows: Array, columns: int, scale: Array) -> Array:
    """Variance of b by column.

    Parameters
    ----------
    psi : array (T, B)
        Influence functions, in the order of time, zero where there is no row.
    u : array (T, B)
        Residuals, zero where there is no row.
    cov : {"hac", "hc0", "hc1", "classical"}
        Method.
    lags : int
        Of "hac".
    rows : array (B,)
        Rows of the sample.
    columns : int
        Regressors, controls included.
    scale : array (B,)
        ``z'Mz / (z'Mx)^2``, for "classical".
    """
    if cov == "hac":
        return bartlett_columns(psi, lags)
    if cov == "classical":
        squares: Array = np.einsum("tb,tb->b", u, u)
        return squares / (rows - columns) * scale
    variance: Array = np.einsum("tb,tb->b", psi, psi)
    return variance * (rows / (rows - columns)) if cov == "hc1" else variance


def fitted(q: Array, x: Array, z: Array, outcomes: Array) -> tuple[Array, Array, Array]:
    """B (B,), psi and u (n, B) for each column of ``outcomes``; x and z are swept already."""
    outcome = outcomes - q @ (q.T @ outcomes)
    denominator = float(z @ x)
    b = z @ outcome / denominator
    u = outcome - x[:, None] * b
    return b, u * (z / denominator)[:, None], u


def resampled(q: Array, columns: Array, counts: Array) -> tuple[Array, Array, Array, Array]:
    """The same when row t stands ``counts[t, j]`` times in sample j.

    With G the cross-products of ``[q, columns]`` in a sample, slopes on q and the cross-products S of what they leave
    are those of a partitioned regression: ``b = S_zy / S_zx``, and psi and u are linear in ``[q, columns]``.

    Parameters
    ----------
    q : array (n, k)
        Basis of the controls in the sample observed.
    columns : array (n, 2 or 3)
        y less its effect, x and, where it is not x, z; without their parts in q, so that S keeps its digits.
    counts : array (n, B)
        How often each row was drawn.

    Returns
    -------
    b : array (B,)
        NaN where x has no part of its own.
    psi, u : array (n, B)
        Of each row, not yet times its count.
    scale : array (B,)
        ``z'Mz / (z'Mx)^2``.
    """
    (n, k), m = q.shape, columns.shape[1]
    every = np.hstack([q, columns])
    gram = (counts.T @ (q[:, :, None] * q[:, None, :]).reshape(n, k * k)).reshape(-1, k, k)
    cross = (counts.T @ (every[:, :, None] * columns[:, None, :]).reshape(n, -1)).reshape(-1, k + m, m)
    slopes = solved(gram, cross[:, :k])
    left = cross[:, k:] - np.swapaxes(cross[:, :k], 1, 2) @ slopes
    denominator, squares, sizes = left[:, -1, 1], left[:, -1, -1], left[:, 1, 1]
    empty = (sizes <= SMALL * cross[:, k + 1, 1]) | (squares <= SMALL * cross[:, -1, -1])
    empty |= np.abs(denominator) <= SMALL * np.sqrt(np.maximum(sizes * squares, 0.0))
    safe = np.where(empty, 1.0, denominator)
    b = np.where(empty, 0.0, left[:, -1, 0] / safe)
    weights = np.concatenate([-slopes, np.broadcast_to(np.eye(m), (len(b), m, m))], axis=1)
    u = every @ (weights[:, :, 0] - b[:, None] * weights[:, :, 1]).T
    psi = every @ (weights[:, :, -1] / safe[:, None]).T
    psi *= u
    return np.where(empty, np.nan, b), psi, u, squares / safe**2


def solved(gram: Array, moments: Array) -> Array:
    """Slopes (B, k, m) from cross-products of an orthonormal basis; the shortest where a draw left a column out."""
    from scipy.linalg.lapack import dposv

    roots, turned = gram.copy(), np.swapaxes(moments, 1, 2).copy()  # in Fortran order seen from behind, as LAPACK wants
    failed = [bool(dposv(root.T, side.T, 1, 1, 1)[2]) for root, side in zip(roots, turned, strict=True) if root.size]
    slopes = np.swapaxes(turned, 1, 2)
    if failed:
        short = np.array(failed) | (np.einsum("bii->bi", roots).min(axis=1) ** 2 < SMALL)
        slopes[short] = np.linalg.pinv(gram[short], rcond=SMALL, hermitian=True) @ moments[short]
    return slopes


def counted(places: Rows, rows: int) -> Array:
    """How often each of ``rows`` rows stands in each column of ``places`` (T, B); -1 is no row."""
    draws = places.shape[1]
    flat = (places + 1) + np.arange(draws)[None, :] * (rows + 1)
    counts = np.bincount(flat.ravel(), minlength=draws * (rows + 1)).reshape(draws, rows + 1)
    result: Array = counts[:, 1:].T.astype(float)
    return result


def entries(places: Rows, rows: int) -> Rows:
    """Where ``values[places[t, j], j]`` lies in an array of values (rows, B) that one row of zeros follows, (T, B)."""
    draws = places.shape[1]
    result: Rows = np.where(places < 0, rows, places) * draws + np.arange(draws)
    return result


def in_order(values: Array, where: Rows) -> Array:
    """Values (n, B) of the row that stands at each place (T, B), zero where none does; see `entries`."""
    return np.concatenate([values.ravel(), np.zeros(values.shape[1])]).take(where)
