"""Unit and time effects taken out of an unbalanced panel."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import scipy
from numpy.typing import NDArray

from econ.arrays import Array
from econ.frozen import guarded

Codes = NDArray[np.intp]


@guarded
@dataclass(frozen=True, eq=False)
class Effects:
    """Projection off unit effects, time effects, both or a constant.

    Parameters
    ----------
    units, periods : int array (N,)
        Codes 0, 1, ... of each row.
    unit, time : bool
        Which effects there are.
    """

    units: Codes = field(repr=False)
    periods: Codes = field(repr=False)
    unit: bool
    time: bool

    def residual(self, v: Array) -> Array:
        """Residuals of the columns of v (N, c) on the effects (on a constant when there are none).

        With both, unit means go first; the period effects then solve the T normal equations of period dummies
        less their unit means, whose matrix is ``diag(n_t) - sum_i n_it n_is / n_i``.
        """
        if not self.unit:
            return v - (self._mean(v, self.periods) if self.time else v.mean(axis=0))
        v = v - self._mean(v, self.units)
        if not self.time:
            return v
        effects = self._inverse @ _sums(v, self.periods)
        shift = effects[self.periods]
        result: Array = v - shift + self._mean(shift, self.units)
        return result

    @property
    def columns(self) -> int:
        """Coefficients beside the unit effects: the constant or the period effects."""
        return int(self.periods.max()) + 1 if self.time else 1

    @cached_property
    def _inverse(self) -> Array:
        counts = np.zeros((int(self.units.max()) + 1, int(self.periods.max()) + 1))
        np.add.at(counts, (self.units, self.periods), 1.0)
        each = counts.sum(axis=1)
        products = np.diag(counts.sum(axis=0)) - (counts / each[:, None]).T @ counts
        return np.asarray(scipy.linalg.pinvh(products))

    @staticmethod
    def _mean(v: Array, codes: Codes) -> Array:
        means = _sums(v, codes) / np.bincount(codes)[:, None]
        return np.asarray(means[codes])


def _sums(v: Array, codes: Codes) -> Array:
    sums = np.zeros((int(codes.max()) + 1, v.shape[1]))
    np.add.at(sums, codes, v)
    return sums
