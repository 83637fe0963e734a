"""How a VAR is estimated on other samples: what the bootstrap needs to know of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from econ.arrays import Array, Mask
from econ.var import _kernels as kernels
from econ.var._stability_kernels import settles
from econ.var.reduced import _restricted_kernels as restricted
from econ.var.reduced.terms import MAX_LAGS

if TYPE_CHECKING:
    from econ.data.dataset import Dataset
    from econ.var.reduced.model import VAR
    from econ.var.reduced.results import VARResults


class Estimator(Protocol):
    """Estimates samples as the VAR of the data was estimated."""

    def estimates(self, paths: Array, terms: Array) -> tuple[Array, Array, Array]:
        """Cross factor, coefficients (B, k, n) and Cholesky factor of û'û (B, n, n) of ``paths`` (B, p + T, n)."""
        ...

    def are_stable(self, blocks: Array) -> Mask:
        """Which of many lag blocks (B, p, n, n), in units of the residuals, are stable in its sense: (B,)."""
        ...

    def settled(self, paths: Array, terms: Array, *, factor: Array, coefficients: Array) -> Mask:
        """Which of the estimates are stable beyond doubt, by less work than :meth:`are_stable` does: (B,)."""
        ...

    def refitted(self, data: Dataset) -> VARResults:
        """The same specification, with the same number of lags, on other data."""
        ...


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """Ordinary least squares, or one step of GLS where coefficients are excluded."""

    model: VAR
    lags: int
    free: Mask | None

    def estimates(self, paths: Array, terms: Array) -> tuple[Array, Array, Array]:
        """As :meth:`Estimator.estimates`; the cross factor is that of :func:`econ.var._kernels.cross_factor`."""
        factor, n = kernels.cross_factor(paths, terms, self.lags), paths.shape[2]
        if self.free is None:
            return factor, kernels.coefficients(factor, n, self.lags), factor[:, -n:, -n:]
        coefficients = restricted.restricted_coefficients(factor, self.free, self.lags)
        return factor, coefficients, restricted.residual_factor(factor, coefficients, self.lags)

    def are_stable(self, blocks: Array) -> Mask:
        """All roots inside the unit circle."""
        return kernels.is_stable(blocks)

    def settled(self, paths: Array, terms: Array, *, factor: Array, coefficients: Array) -> Mask:
        """As :meth:`Estimator.settled`, by :func:`econ.var._stability_kernels.settles`; it needs all coefficients."""
        if self.free is not None:
            return np.zeros(len(paths), dtype=bool)
        constant = terms.shape[1] == 1 and bool((terms == 1.0).all())
        blocks = kernels.lag_blocks(coefficients, self.lags)
        return settles(blocks, factor, paths[:, -self.lags :], constant=constant)

    def refitted(self, data: Dataset) -> VARResults:
        """As :meth:`Estimator.refitted`."""
        return replace(self.model, data=data, lags=self.lags, max_lags=MAX_LAGS).fit()
