"""Values of a VAR that nobody published, drawn given the parameters, what was published, and sums that must hold.

Precision-based: with e_t = Σ_l G_l y_{t-l} - d_t, G_0 = I, G_l = -A_l, the log density of the path is quadratic with a
banded precision, P_{t,t+k} = Σ_l G_{l+k}' Σ⁻¹ G_l. Known entries leave the system. Of every known sum one entry, the
last, is the total less the others, so that the sum holds in every draw and the precision of the rest stays banded: the
path is y = r + N z with any r that agrees with what is known and z the free entries. One banded Cholesky factor gives
the mean and a draw. Every entry of N'PN is a fixed linear function of the partial sums of G_{l+k}' Σ⁻¹ G_l over l, and
few of these functions differ (all weeks inside a month of four have the same): a sparse matrix that is made once turns
the sums into the few values, and the band is looked up in them.

Symbols: T base periods, n variables, p lags, U unknown entries, Z free ones; time runs before variables in both.

Chan, J. C. C., A. Poon and D. Zhu (2023), High-dimensional conditionally Gaussian state space models with missing data,
Journal of Econometrics 236(1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy

from econ.arrays import Array, Mask, Rows
from econ.errors import EstimationError
from econ.var._kernels import lag_matrix

if TYPE_CHECKING:
    from econ.var.mixed.layout import Sums


@dataclass(frozen=True, eq=False)
class Start:
    """Prior of the first p values: y_0 ~ N(c, v), then y_t - c = ρ (y_{t-1} - c) + e_t, e_t ~ N(0, s²), (n,) each."""

    persistence: Array
    scale: Array
    centre: Array
    variance: Array

    def precision(self, lags: int) -> Array:
        """(n, p, p)."""
        step = np.eye(lags) - self.persistence[:, None, None] * np.eye(lags, k=-1)
        weight = np.repeat(self.scale[:, None] ** -2.0, lags, axis=1)
        weight[:, 0] = 1.0 / self.variance
        return np.asarray(np.swapaxes(step, 1, 2) @ (weight[:, :, None] * step))


class LatentPath:
    """The unknown entries of a (T, n) path and the map from parameters to their distribution; made once a layout."""

    def __init__(self, known: Array, sums: Sums, *, terms: Array, lags: int, start: Start) -> None:
        self.known, self.lags, self.start = known, lags, start
        self.unknown: Mask = np.isnan(known)
        self.t, self.j = np.nonzero(self.unknown)
        self.columns = np.unique(self.j)
        self.start_precision = start.precision(lags)
        self.lagged = _lagged(lags, len(self.columns))
        place = np.full(known.shape, -1)
        place[self.unknown] = np.arange(len(self.t))
        self._tie(place, sums)
        self._band(place)
        self._around(terms)

    def _tie(self, place: Rows, sums: Sums) -> None:
        """N (U, Z): a free entry is itself; the last of a sum is the total less the others."""
        from scipy.sparse import csr_array

        ties = zip(sums.column, sums.first, sums.last, strict=True)
        members = [place[first : last + 1, column] for column, first, last in ties]
        sizes = np.array([len(each) for each in members], dtype=np.intp)
        self.dropped = np.array([each[-1] for each in members], dtype=np.intp)
        self.others = np.concatenate([each[:-1] for each in members]) if members else np.empty(0, dtype=np.intp)
        self.owner = np.repeat(np.arange(len(members)), np.maximum(sizes - 1, 0))
        self.total = sums.total
        free = np.ones(len(self.t), dtype=bool)
        free[self.dropped] = False
        self.free = np.flatnonzero(free)
        number = np.cumsum(free) - 1
        rows = np.concatenate([self.free, self.dropped[self.owner]])
        columns = np.concatenate([number[self.free], number[self.others]])
        signs = np.concatenate([np.ones(len(self.free)), -np.ones(len(self.others))])
        self.map = csr_array((signs, (rows, columns)), shape=(len(self.t), len(self.free)))
        self.gather = self.map.T.tocsr()
        periods, n = self.known.shape
        self.flat = self.t * n + self.j
        slots = np.searchsorted(self.columns, self.j) * periods + self.t
        self.own, self.closing = slots[self.free], np.full(len(self.free), periods * len(self.columns))
        self.closing[number[self.others]] = slots[self.dropped[self.owner]]

    def _band(self, place: Rows) -> None:
        """The sparse matrix from partial sums to the band of N'PN, and the part of the band that the start adds."""
        from scipy.sparse import coo_array, csr_array

        u, v, upper, lower = _pairs(place[:, self.columns], self.lags)
        left, right, pair, weight = _expanded(self.map, u, v)
        fixed = self._start_band(place)
        self.width = 1 + int(max((left - right).max(initial=0), (fixed.row - fixed.col).max(initial=0)))
        size, sources = len(self.free), (self.lags + 1) * (self.lags + 2) * len(self.columns) ** 2
        slot = right * self.width + left - right
        some = lower[pair] >= 0
        values = np.concatenate([weight, -weight[some]])
        cells = np.concatenate([slot, slot[some]]), np.concatenate([upper[pair], lower[pair][some]])
        assemble = csr_array(coo_array((values, cells), shape=(size * self.width, sources)))
        # rows are told apart by their products with one vector: no two of them have the same by chance
        marks = assemble @ np.random.default_rng(0).standard_normal(sources)
        _, first, self.kind = np.unique(marks, return_index=True, return_inverse=True)
        self.kinds = assemble[first]
        own = fixed.col * self.width + fixed.row - fixed.col
        self.fixed = np.zeros(own.max(initial=-1) + 1)
        np.add.at(self.fixed, own, fixed.data)

    def _start_band(self, place: Rows) -> Any:
        """Lower triangle of N' P_0 N, P_0 the precision of the first p values."""
        from scipy.sparse import coo_array, tril

        size = len(self.t)
        none = np.empty(0, dtype=np.intp)
        parts: list[tuple[Array, Rows, Rows]] = [(np.empty(0), none, none)]
        for column in range(place.shape[1]):
            rows = np.flatnonzero(place[: self.lags, column] >= 0)
            at = place[rows, column]
            values = self.start_precision[column][np.ix_(rows, rows)]
            parts.append((values.ravel(), np.repeat(at, len(at)), np.tile(at, len(at))))
        values, rows, columns = (np.concatenate(each) for each in zip(*parts, strict=True))
        whole = coo_array((values, (rows, columns)), shape=(size, size)).tocsr()
        return tril(self.gather @ whole @ self.map).tocoo()

    def consistent(self, path: Array) -> Array:
        """A copy of a path (T, n) with what is known put in: values, and sums by their last entry."""
        out = np.where(self.unknown, path, self.known)
        entries = out[self.unknown]
        taken = np.bincount(self.owner, weights=entries[self.others], minlength=len(self.dropped))
        entries[self.dropped] = self.total - taken
        out[self.unknown] = entries
        return out

    def _around(self, terms: Array) -> None:
        """r, a path that agrees with what is known, its regressors, and the slope of the density of its first p values.

        ``terms`` (T - p, m) are the deterministic regressors.
        """
        self.path = self.consistent(np.broadcast_to(self.start.centre, self.known.shape))
        self.given = self.path[self.unknown]
        slope = np.zeros(self.known.shape)
        away = self.start.centre - self.path[: self.lags]
        slope[: self.lags] = np.einsum("its,si->ti", self.start_precision, away)
        self.first_slope = self.gather @ slope[self.unknown]
        self.rows = np.vstack([terms.T, lag_matrix(self.path, self.lags).T, self.path[self.lags :].T])

    def band(self, coefficients: Array, factors: Array) -> tuple[Array, Array]:
        """Lower bands of the precision of z, (D, Z, width), and Σ⁻¹ G of latent variables, (D, n, (p + 1) c).

        All bands one after the other, transposed, are one band in the order of LAPACK: of draws that do not meet.
        """
        (draws, n, _), p, c = factors.shape, self.lags, len(self.columns)
        root = np.linalg.inv(factors)
        weighted = np.empty((draws, n, p + 1, n))
        weighted[:, :, 0] = root
        lags = np.swapaxes(coefficients[:, coefficients.shape[1] - n * p :], 1, 2)
        weighted[:, :, 1:] = (-root @ lags).reshape(draws, n, p, n)
        own = weighted.take(self.columns, axis=3).reshape(draws, n, -1)
        product = (np.swapaxes(own, 1, 2) @ own).reshape(draws, -1)
        sums = np.zeros((draws, p + 1, p + 2, c * c))
        np.cumsum(product.take(self.lagged, axis=1), axis=2, out=sums[:, :, 1:])
        flat = (self.kinds @ sums.reshape(draws, -1).T).T.take(self.kind, axis=1)
        flat[:, : len(self.fixed)] += self.fixed
        slopes = np.asarray(np.swapaxes(root, 1, 2) @ own, dtype=float)
        return flat.reshape(draws, len(self.free), self.width), slopes

    def pull(self, coefficients: Array, slopes: Array) -> Array:
        """Slope of the log density at r in each free entry, (D, Z), given Σ⁻¹ G.

        The slope at t adds up -e_{t+l}' Σ⁻¹ G_l over l; that of a free entry is its own less that of the last of its
        sum.
        """
        draws, periods, p, c = len(slopes), len(self.known), self.lags, len(self.columns)
        fitted = np.swapaxes(coefficients, 1, 2) @ self.rows[: coefficients.shape[1]]
        parts = np.swapaxes(slopes, 1, 2) @ (fitted - self.rows[coefficients.shape[1] :])
        slope = np.zeros((draws, c * periods + 1))  # the last is that of no sum
        by_time = slope[:, :-1].reshape(draws, c, periods)
        for lag in range(p + 1):
            by_time[:, :, p - lag : periods - lag] += parts[:, lag * c : (lag + 1) * c]
        return np.asarray(slope.take(self.own, axis=1) - slope.take(self.closing, axis=1) + self.first_slope)

    def draw(self, coefficients: Array, factors: Array, noise: Array | float = 0.0) -> Array:
        """Draws of the path, or its means without noise, (D, T, n).

        Parameters
        ----------
        coefficients : array (D, k, n)
        factors : array (D, n, n)
            Lower Cholesky factors of Σ.
        noise : array (D, Z), optional
            Standard normals.

        Raises
        ------
        EstimationError
            If the precision is numerically singular.
        """
        band, slopes = self.band(coefficients, factors)
        half, lower = eliminated(band, self.pull(coefficients, slopes))
        return self.completed(solved(lower, half + noise))

    def completed(self, z: Array) -> Array:
        """Paths r + N z, (D, T, n), of free entries (D, Z)."""
        paths = np.repeat(self.path.reshape(1, -1), len(z), axis=0)
        paths[:, self.flat] = self.given + (self.map @ z.T).T
        return paths.reshape(len(z), *self.path.shape)


def eliminated(band: Array, pull: Array) -> tuple[Array, Array]:
    """L⁻¹ ``pull`` (D, Z) and L (D, Z, width) of lower bands LL', which are overwritten.

    Raises
    ------
    EstimationError
        If one is not positive definite, or a pull not finite.
    """
    draws, size, width = band.shape
    if not draws * size:
        return pull, band
    lower, info = scipy.linalg.lapack.dpbtrf(band.reshape(-1, width).T, lower=1, overwrite_ab=1)
    if info != 0 or not np.isfinite(pull).all():
        raise EstimationError(
            "the latent values have no finite distribution under a draw of the parameters (an explosive or nearly "
            "singular one); use a tighter prior, or fewer lags."
        )
    half = scipy.linalg.blas.dtbsv(width - 1, lower, pull.ravel(), lower=1)
    return half.reshape(draws, size), lower.T.reshape(band.shape)


def solved(lower: Array, half: Array) -> Array:
    """L'⁻¹ ``half``, (D, Z)."""
    if not half.size:
        return half
    width = lower.shape[2]
    band = lower.reshape(-1, width).T
    return np.asarray(scipy.linalg.blas.dtbsv(width - 1, band, half.ravel(), lower=1, trans=1)).reshape(half.shape)


def _lagged(p: int, c: int) -> Rows:
    """Where G_{l+k}'Σ⁻¹G_l stands among all G_m'Σ⁻¹G_l in the order (m, i, l, j); any if l + k > p."""
    k, lag, i, j = np.ogrid[: p + 1, : p + 1, :c, :c]
    place = ((np.minimum(lag + k, p) * c + i) * (p + 1) + lag) * c + j
    return np.asarray(place.reshape(p + 1, p + 1, c * c))


def _pairs(place: Rows, p: int) -> tuple[Rows, Rows, Rows, Rows]:
    """Pairs u <= v of unknown entries at most p periods apart, and which two partial sums differ by their precision.

    P_{t,s}[i, j], s = t + k, sums l from max(0, p - s) to min(p - k, T - 1 - s); the second sum is -1 where it is zero.
    """
    periods, c = place.shape
    none = np.empty(0, dtype=np.intp)
    found = [(none, none, none, none)]
    for k in range(p + 1):
        for i in range(c):
            for j in range(i if k == 0 else 0, c):
                t = np.flatnonzero((place[: periods - k, i] >= 0) & (place[k:, j] >= 0))
                s = t + k
                least, most = np.maximum(0, p - s), np.minimum(p - k, periods - 1 - s)
                source = [((k * (p + 2) + each) * c + i) * c + j for each in (most + 1, least)]
                found.append((place[t, i], place[s, j], source[0], np.where(least > 0, source[1], -1)))
    u, v, upper, lower = (np.concatenate(each) for each in zip(*found, strict=True))
    return u, v, upper, lower


def _expanded(ties: Any, u: Rows, v: Rows) -> tuple[Rows, Rows, Rows, Array]:
    """Cells (left >= right) of N'PN to which each pair adds, the number of the pair, and its weight."""
    begin, count = ties.indptr.astype(np.intp), np.diff(ties.indptr).astype(np.intp)
    each = count[u] * count[v]
    pair = np.repeat(np.arange(len(u)), each)
    inside = np.arange(len(pair)) - np.repeat(np.cumsum(each) - each, each)
    at_u, at_v = begin[u[pair]] + inside // count[v[pair]], begin[v[pair]] + inside % count[v[pair]]
    a, b = ties.indices[at_u].astype(np.intp), ties.indices[at_v].astype(np.intp)
    weight = ties.data[at_u] * ties.data[at_v]
    same = u[pair] == v[pair]
    weight = np.where(~same & (a == b), 2.0 * weight, weight)  # both orders fall on the diagonal
    keep = ~same | (a >= b)
    return np.maximum(a, b)[keep], np.minimum(a, b)[keep], pair[keep], weight[keep]
