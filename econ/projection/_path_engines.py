"""Two estimators of a response by date: the path of least weighted average risk, and kernel weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from econ.arrays import Array
from econ.checks import SPARE
from econ.errors import SampleTooShort, SingularDesign
from econ.infer import _kernels as weighting
from econ.projection import _kernels as kernels
from econ.projection import _path_kernels as paths

if TYPE_CHECKING:
    from econ.projection.results import ProjectionResults

SHORTEST = 60
"""Rows that the largest amount of variation, 50, needs."""


class Engine(Protocol):
    """What estimates responses by date: horizon h has rows 0, ..., N - 1, N = nobs - h."""

    def path(self, h: int) -> tuple[Array, Array]:
        """Responses and standard errors, each (N, n, s)."""
        ...

    def combination(self, h: int, cell: tuple[int, int], a: Array) -> tuple[float, float]:
        """A weighted sum a (N,) of the path of one response, (response, shock), and its standard error."""
        ...


class LeastRisk:
    """Müller and Petalas (2010) on the influence functions of a projection."""

    def __init__(self, fit: ProjectionResults) -> None:
        self.fit = fit
        rows = fit.nobs - fit.horizon
        if rows < SHORTEST:
            raise SampleTooShort(
                f"a path needs {SHORTEST} rows at the last horizon; found {rows}; shorten the horizon or use a kernel."
            )
        self.known: dict[int, paths.Average] = {}

    def average(self, h: int) -> paths.Average:
        """Paths of all amounts of variation at a horizon, computed once."""
        if h not in self.known:
            self.known[h] = self._average(h)
        return self.known[h]

    def _average(self, h: int) -> paths.Average:
        size = self.fit.nobs - h
        x = size * self.fit.influence[h, :size].swapaxes(1, 2).reshape(size, -1)
        x = x - x.mean(axis=0)
        return paths.Average(x, size * self.fit.std_errors[h].reshape(-1) ** 2)

    def path(self, h: int) -> tuple[Array, Array]:
        """Responses and standard errors."""
        found, point = self.average(h), self.fit.point[h]
        return point + found.path.reshape(-1, *point.shape), found.errors().reshape(-1, *point.shape)

    def combination(self, h: int, cell: tuple[int, int], a: Array) -> tuple[float, float]:
        """A weighted sum of the path and its standard error."""
        i, j = cell
        value, error = self.average(h).combination(a, i * self.fit.point.shape[2] + j)
        return value + float(a.sum() * self.fit.point[h, i, j]), error

    def weights(self, h: int) -> Array:
        """Posterior weights of the amounts of variation, (11, n, s)."""
        found: Array = self.average(h).weights.reshape(-1, *self.fit.point.shape[1:])
        return found


class Kernel:
    """Giraitis, Kapetanios and Marcellino (2021): weighted (two-stage) least squares around each date."""

    def __init__(self, fit: ProjectionResults, width: float, *, local: bool) -> None:
        self.fit, self.width, self.local = fit, width, local
        rows = fit.nobs - fit.horizon
        self.columns = fit.parent.design.columns if local else 1
        found = weighting.effective(weighting.weights_around(rows, 0, width))
        if found < self.columns + SPARE:
            raise SampleTooShort(
                f"a bandwidth of {width:.1f} periods holds {found:.1f} effective observations at the sample's ends, "
                f"and {self.columns} local coefficients + {SPARE} need {self.columns + SPARE}; take a wider one, fewer "
                "controls, or controls='constant'."
            )

    def path(self, h: int) -> tuple[Array, Array]:
        """Responses and standard errors."""
        size = self.fit.nobs - h
        found = [self._around(h, row) for row in range(size)]
        return np.stack([each[0] for each in found])[:, :, None], np.stack([each[1] for each in found])[:, :, None]

    def _around(self, h: int, row: int) -> tuple[Array, Array]:
        b, psi = self._influence(h, row)
        rows = kernels.spread(psi, self.fit.cov, int(self.fit.bandwidths[h]))
        return b, np.sqrt((rows * rows).sum(axis=0))

    def _influence(self, h: int, row: int) -> tuple[Array, Array]:
        y, d, z, controls = self._data(h)
        weights = weighting.weights_around(len(y), row, self.width)
        if controls is not None:
            both = paths.locally_partialled(np.hstack([y, d, z]), controls, weights)
            n = y.shape[1]
            y, d, z = both[:, :n], both[:, n : n + 1], both[:, n + 1 :]
        try:
            b, psi = paths.local_estimate(y, d, z, weights)
        except np.linalg.LinAlgError as error:
            raise SingularDesign(
                f"the instruments are collinear around row {row} of horizon {h}; take a wider bandwidth."
            ) from error
        number = weighting.effective(weights)
        return b, psi * np.sqrt(number / (number - self.columns))

    def _data(self, h: int) -> tuple[Array, Array, Array, Array | None]:
        fit, size = self.fit, self.fit.nobs - h
        if not self.local:
            z = fit.instrument if _instrumented(fit) else fit.impulse
            return fit.outcome[h, :size], fit.impulse[h, :size], z[h, :size], None
        model, design = fit.parent, fit.parent.design
        y = design.leads(fit.horizon, cumulative=bool(model.cumulative), difference=model.difference)[h, :size]
        multiplier = model.cumulative == "multiplier"
        d = design.cumulated_impulse(fit.horizon)[h, :size] if multiplier else design.impulses[:size]
        z = design.impulses[:size] if design.instruments is None else design.instruments[:size]
        return y, d, z, design.controls[:size]

    def combination(self, h: int, cell: tuple[int, int], a: Array) -> tuple[float, float]:
        """A weighted sum of the path and its standard error, from the sum of the influence functions."""
        value, total = 0.0, np.zeros(len(a))
        for row in np.flatnonzero(a):
            b, psi = self._influence(h, int(row))
            value += float(a[row] * b[cell[0]])
            total += a[row] * psi[:, cell[0]]
        rows = kernels.spread(total[:, None], self.fit.cov, int(self.fit.bandwidths[h]))
        return value, float(np.sqrt((rows * rows).sum()))


def _instrumented(fit: ProjectionResults) -> bool:
    return bool(fit.parent.instruments) or fit.parent.cumulative == "multiplier"
