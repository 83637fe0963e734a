"""`ReducedDraws`: a batch of reduced forms of one VAR, on which schemes work."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from econ.arrays import Array, Mask, Rows, put
from econ.responses.resampling import Resample
from econ.var import _kernels as kernels

if TYPE_CHECKING:
    from econ.var.reduced.results import VARResults


@dataclass(frozen=True, eq=False)
class ReducedDraws:
    """B reduced forms of one VAR: the estimate itself (B = 1), bootstrap samples or posterior draws.

    Parameters
    ----------
    fit : VARResults
        The VAR they belong to.
    coefficients : array (B, k, n)
        In the order of ``fit.params``.
    factor : array (B, n, n)
        Lower Cholesky factor of the residual covariance (T - k degrees of freedom), variables in data order.
    paths : array (B, p + T, n), optional
        The bootstrap samples, units of the variables.
    resample : Resample, optional
        Which periods the errors came from; ``resample.apply(series)`` draws any other series (an instrument,
        a regime) jointly with them.
    stable : bool array (B,), optional
        Which draws have all roots inside the unit circle.
    unstable : int
        Unstable samples met, replaced ones included.
    """

    fit: VARResults
    coefficients: Array
    factor: Array
    paths: Array | None = None
    resample: Resample | None = field(default=None, repr=False)
    stable: Mask | None = field(default=None, repr=False)
    unstable: int = 0

    def __len__(self) -> int:
        return len(self.coefficients)

    def part(self, rows: slice) -> ReducedDraws:
        """Some of the draws."""
        resample = None if self.resample is None else self.resample.part(rows)
        return replace(
            self,
            coefficients=self.coefficients[rows],
            factor=self.factor[rows],
            paths=None if self.paths is None else self.paths[rows],
            resample=resample,
            stable=None if self.stable is None else self.stable[rows],
            unstable=0 if self.stable is None else int(np.count_nonzero(~self.stable[rows])),
        )

    @property
    def lag_blocks(self) -> Array:
        """A_1, ..., A_p of every draw: (B, p, n, n)."""
        return kernels.lag_blocks(self.coefficients, self.fit.lags)

    @cached_property
    def sigma(self) -> Array:
        """Residual covariance, (B, n, n)."""
        return self.factor @ np.swapaxes(self.factor, 1, 2)

    @cached_property
    def residuals(self) -> Array:
        """Residuals of every draw, (B, T, n); of the data themselves where no sample was simulated."""
        fit = self.fit
        terms = fit.parent.term_values(fit.lags)
        paths = fit.parent.parent.frame.to_numpy(dtype=float)[None] if self.paths is None else self.paths
        paths = np.broadcast_to(paths, (len(self), *paths.shape[1:]))
        fitted = terms @ self.coefficients[:, : terms.shape[1]]
        blocks = self.lag_blocks
        for lag in range(1, fit.lags + 1):
            fitted = fitted + paths[:, fit.lags - lag : paths.shape[1] - lag] @ np.swapaxes(blocks[:, lag - 1], 1, 2)
        return paths[:, fit.lags :] - fitted

    @property
    def unstable_rows(self) -> Rows:
        """Draws that have a root on or outside the unit circle."""
        assert self.stable is not None
        return np.flatnonzero(~self.stable)

    def replaced(self, rows: Rows, other: ReducedDraws) -> ReducedDraws:
        """These draws with ``rows`` taken from ``other``."""
        assert self.paths is not None
        assert other.paths is not None
        assert self.resample is not None
        assert other.resample is not None
        assert self.stable is not None
        assert other.stable is not None
        return replace(
            self,
            coefficients=put(self.coefficients, rows, other.coefficients),
            factor=put(self.factor, rows, other.factor),
            paths=put(self.paths, rows, other.paths),
            resample=self.resample.replaced(rows, other.resample),
            stable=put(self.stable, rows, other.stable),
            unstable=self.unstable + other.unstable,
        )
