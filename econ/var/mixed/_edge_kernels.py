"""Paths that end in the ragged edges of several layouts of one calendar, drawn together.

The layouts say the same about base periods before row c, and no sum reaches over it. So these free entries have the
same columns of the precision and the same slopes in all, and leave the system once a draw of the parameters: with L
the columns of the Cholesky factor that are theirs, L_2 the rows of later entries in it and h = L_1⁻¹ times their
slopes, the later entries of a layout have the precision P_22 - L_2 L_2' and the slope g_2 - L_2 h. Its factor is the
rest of that of the whole, and the draws are those of whole paths with the same normals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from econ.arrays import Array, Rows
from econ.var import _kernels as kernels
from econ.var.mixed._latent_kernels import LatentPath, Start, eliminated, solved
from econ.var.mixed.layout import Group, Layout

TOGETHER = 10
"""Heads at once: their bands stay in the cache."""


@dataclass(frozen=True, eq=False)
class Edges:
    """Layouts from row ``first`` on, and what they share before row ``cut``.

    Parameters
    ----------
    head : LatentPath or None
        Rows up to p after ``cut``, by which whatever lies before it is tied to what lies after it.
    before : int
        Free entries of the head before ``cut``.
    tails : tuple of LatentPath
        Rows from ``first`` on, p before ``cut``; values before it are those of r.
    """

    cut: int
    first: int
    head: LatentPath | None
    before: int
    tails: tuple[LatentPath, ...]

    @classmethod
    def of(cls, layouts: Sequence[Layout], *, start: Start, lags: int, trend: str, until: int) -> Edges:
        """Cut layouts where they begin to differ, at row ``until`` at the latest."""
        cut = agreed(layouts, lags=lags, until=until)
        first, longest = max(cut - lags, 0), max(len(each.index) for each in layouts)
        terms, shared = kernels.deterministic(trend, lags + 1, longest - lags), layouts[0].cut(cut + lags)
        made = partial(LatentPath, lags=lags, start=start)
        head = made(shared.known, shared.sums, terms=terms[:cut]) if cut else None
        tails = []
        for each in layouts:
            known = each.known[first:].copy()
            if head is not None:
                known[:lags] = head.path[first:cut]
            tails.append(made(known, each.sums.after(cut, first=first), terms=terms[first : len(each.index) - lags]))
        before = 0 if head is None else int(np.count_nonzero(head.t[head.free] < cut))
        return cls(cut, first, head, before, tuple(tails))

    def draw(self, coefficients: Array, factors: Array, generators: Sequence[np.random.Generator]) -> list[Array]:
        """Paths of every layout from row ``first`` on, (D, rows, n); each takes the normals of a whole path."""
        parts = [slice(begin, begin + TOGETHER) for begin in range(0, len(factors), TOGETHER)]
        messages = [self._message(coefficients[part], factors[part]) for part in parts]
        weight, slope = (np.concatenate(each) for each in zip(*messages, strict=True))
        tied = slope.shape[1]
        row, column = np.tril_indices(tied)
        paths = []
        for tail, generator in zip(self.tails, generators, strict=True):
            noise = generator.standard_normal((len(factors), self.before + len(tail.free)))[:, self.before :]
            band, slopes = tail.band(coefficients, factors)
            pull = tail.pull(coefficients, slopes)
            band[:, column, row - column] -= weight[:, row, column]
            pull[:, :tied] -= slope
            half, lower = eliminated(band, pull)
            paths.append(tail.completed(solved(lower, half + noise)))
        return paths

    def _message(self, coefficients: Array, factors: Array) -> tuple[Array, Array]:
        """L_2 L_2' and L_2 h of the first later entries, those in p rows: (D, e, e) and (D, e)."""
        head, m = self.head, self.before
        if head is None or not m:
            return np.zeros((len(factors), 0, 0)), np.zeros((len(factors), 0))
        band, slopes = head.band(coefficients, factors)
        half, lower = eliminated(band, head.pull(coefficients, slopes))
        own = np.arange(max(m - head.width + 1, 0), m)
        apart = np.arange(m, len(head.free))[:, None] - own
        rows = np.where(apart < head.width, lower[:, own, np.minimum(apart, head.width - 1)], 0.0)
        return rows @ np.swapaxes(rows, 1, 2), (rows @ half[:, own, None])[:, :, 0]

    def values(self, paths: Array, group: Group | None, *, column: int, row: int) -> Array:
        """The value of a variable in one of its own periods, (D,)."""
        if group is None:
            return np.asarray(paths[:, row - self.first, column])
        one = group.part(slice(row, row + 1))
        moved = replace(one, first=one.first - self.first, last=one.last - self.first)
        return moved.aggregated(paths[:, :, column])[:, 0]


def agreed(layouts: Sequence[Layout], *, lags: int, until: int) -> int:
    """The last row at which no sum is open and before which, and p rows on, layouts say the same; 0 if none.

    Nothing is asked of rows from ``until`` on.
    """
    (ends, told), *others = (_bound(each) for each in layouts)
    rows = min(until, *(len(each.index) for each in layouts))
    for other, what in others:
        same = (other[:rows] == ends[:rows]) & ((what[:rows] == told[:rows]) | np.isnan(what[:rows] + told[:rows]))
        same &= np.isnan(what[:rows]) == np.isnan(told[:rows])
        rows = int(np.append(np.flatnonzero(~same.all(axis=1)), rows)[0])
    closed = 1 + np.flatnonzero(np.maximum.accumulate(ends.max(axis=1)) == np.arange(len(ends)))
    fitting = closed[(closed >= lags) & (closed <= rows - lags)]
    return int(fitting.max(initial=0))


def _bound(layout: Layout) -> tuple[Rows, Array]:
    """Of every base value the row that closes the sum which binds it (its own without one), and value or total."""
    told = layout.known.copy()
    ends = np.repeat(np.arange(len(told))[:, None], told.shape[1], axis=1)
    sums = layout.sums
    for column, first, last, total in zip(sums.column, sums.first, sums.last, sums.total, strict=True):
        ends[first : last + 1, column], told[first : last + 1, column] = last, total
    return ends, told
