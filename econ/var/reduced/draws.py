"""`ReducedDraws`: a batch of reduced forms of one VAR, on which schemes work; `SimulatedDraws`: with their samples."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from econ.arrays import Array, Mask, Rows, put
from econ.frozen import guarded
from econ.responses.resampling import Resample
from econ.var import _kernels as kernels

if TYPE_CHECKING:
    from econ.var.reduced.results import VARResults


@guarded
@dataclass(frozen=True, eq=False)
class ReducedDraws:
    """B reduced forms of one VAR on its data: the estimate itself (B = 1) or posterior draws.

    Parameters
    ----------
    fit : VARResults
        The VAR they belong to.
    coefficients : array (B, k, n)
        In the order of ``fit.params``.
    factor : array (B, n, n)
        Lower Cholesky factor of the residual covariance (T - k degrees of freedom), variables in data order.
    unstable : int
        Unstable samples met, replaced ones included; zero where none was simulated.
    """

    fit: VARResults
    coefficients: Array
    factor: Array
    unstable: int = 0

    def __len__(self) -> int:
        return len(self.coefficients)

    def part(self, rows: slice) -> ReducedDraws:
        """Some of the draws."""
        return replace(self, coefficients=self.coefficients[rows], factor=self.factor[rows])

    @property
    def lag_blocks(self) -> Array:
        """A_1, ..., A_p of every draw: (B, p, n, n)."""
        return kernels.lag_blocks(self.coefficients, self.fit.lags)

    @cached_property
    def sigma(self) -> Array:
        """Residual covariance, (B, n, n)."""
        return self.factor @ np.swapaxes(self.factor, 1, 2)

    @cached_property
    def observed_residuals(self) -> Array:
        """Residuals of every draw on the data, (B, T, n)."""
        return self.residuals_on(self.fit.data.frame.to_numpy(dtype=float)[None])

    @property
    def history(self) -> Array:
        """The last p periods of the sample, from which forecasts go on, (1, p, n): those of the data."""
        return self.fit.data.frame.to_numpy(dtype=float)[None, -self.fit.lags :]

    @property
    def design(self) -> Array:
        """Regressors in the order of the coefficients, (1, T, k): those of the data."""
        return self.fit.parent.design(self.fit.lags)[None]

    @property
    def residuals(self) -> Array:
        """Residuals of every draw on the sample it was estimated on, (B, T, n): here the data."""
        return self.observed_residuals

    def residuals_on(self, samples: Array) -> Array:
        """Residuals (B, T, n) that the coefficients leave on ``samples``, (B or 1, p + T, n)."""
        fit = self.fit
        terms = fit.parent.term_values(fit.lags)
        samples = np.broadcast_to(samples, (len(self), *samples.shape[1:]))
        fitted = terms @ self.coefficients[:, : terms.shape[1]]
        blocks = self.lag_blocks
        for lag in range(1, fit.lags + 1):
            lagged = samples[:, fit.lags - lag : samples.shape[1] - lag]
            fitted = fitted + lagged @ np.swapaxes(blocks[:, lag - 1], 1, 2)
        return samples[:, fit.lags :] - fitted


@guarded
@dataclass(frozen=True, eq=False, kw_only=True)
class SimulatedDraws(ReducedDraws):
    """Reduced forms estimated on bootstrap samples.

    Parameters
    ----------
    fit, coefficients, factor, unstable
        As `ReducedDraws`.
    paths : array (B, p + T, n)
        The bootstrap samples, units of the variables.
    resample : Resample
        Which periods the errors came from; ``resample.apply(series)`` draws any other series (an instrument,
        a regime) jointly with them.
    stable : bool array (B,)
        Which draws have all roots inside the unit circle.
    """

    paths: Array = field(repr=False)
    resample: Resample = field(repr=False)
    stable: Mask = field(repr=False)

    @property
    def design(self) -> Array:
        """Regressors of every draw in the order of the coefficients, (B, T, k)."""
        fit = self.fit
        terms, total = fit.parent.term_values(fit.lags), self.paths.shape[1]
        lagged = [self.paths[:, fit.lags - lag : total - lag] for lag in range(1, fit.lags + 1)]
        return np.concatenate([np.broadcast_to(terms, (len(self), *terms.shape)), *lagged], axis=2)

    @cached_property
    def residuals(self) -> Array:
        """Residuals of every draw on its own bootstrap sample, (B, T, n)."""
        return self.residuals_on(self.paths)

    @property
    def unstable_rows(self) -> Rows:
        """Draws that have a root on or outside the unit circle."""
        return np.flatnonzero(~self.stable)

    def part(self, rows: slice) -> SimulatedDraws:
        """Some of the draws."""
        return replace(
            self,
            coefficients=self.coefficients[rows],
            factor=self.factor[rows],
            paths=self.paths[rows],
            resample=self.resample.part(rows),
            stable=self.stable[rows],
            unstable=int(np.count_nonzero(~self.stable[rows])),
        )

    def replaced(self, rows: Rows, other: SimulatedDraws) -> SimulatedDraws:
        """These draws with ``rows`` taken from ``other``."""
        return replace(
            self,
            coefficients=put(self.coefficients, rows, other.coefficients),
            factor=put(self.factor, rows, other.factor),
            paths=put(self.paths, rows, other.paths),
            resample=self.resample.replaced(rows, other.resample),
            stable=put(self.stable, rows, other.stable),
            unstable=self.unstable + other.unstable,
        )
