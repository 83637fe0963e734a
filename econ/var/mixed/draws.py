"""`CompletedDraws`: posterior draws of a mixed-frequency VAR, each with its own latent values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from econ.arrays import Array, Mask
from econ.frozen import guarded
from econ.var._kernels import lag_matrix
from econ.var.reduced.draws import ReducedDraws


@guarded
@dataclass(frozen=True, eq=False, kw_only=True)
class CompletedDraws(ReducedDraws):
    """Posterior draws of the parameters, each with the data as it completed them.

    Parameters
    ----------
    fit, coefficients, factor, unstable
        As `ReducedDraws`.
    known : array (T, n)
        What was published, NaN where latent.
    latent : array (B, U)
        Draws of the latent values, in the order of the NaN of ``known``.
    """

    known: Array = field(repr=False)
    latent: Array = field(repr=False)

    @cached_property
    def paths(self) -> Array:
        """Completed data of every draw, (B, T, n)."""
        return completed(self.known, self.latent)

    @property
    def history(self) -> Array:
        """The last p periods of every draw, (B, p, n)."""
        lags = self.fit.lags
        known, unknown = self.known, np.isnan(self.known)
        last = int(np.count_nonzero(unknown[:-lags]))
        return completed(known[-lags:], self.latent[:, last:])

    @property
    def design(self) -> Array:
        """Regressors of every draw on its own completed data, (B, T - p, k)."""
        terms = self.fit.parent.term_values(self.fit.lags)
        return np.stack([np.hstack([terms, lag_matrix(path, self.fit.lags)]) for path in self.paths])

    @cached_property
    def residuals(self) -> Array:
        """Residuals of every draw on its own completed data, (B, T - p, n)."""
        return self.residuals_on(self.paths)

    def part(self, rows: slice) -> CompletedDraws:
        """Some of the draws."""
        return replace(self, coefficients=self.coefficients[rows], factor=self.factor[rows], latent=self.latent[rows])


def completed(known: Array, latent: Array) -> Array:
    """Paths (B, T, n) from what is known and draws (B, U) of the rest."""
    unknown: Mask = np.isnan(known)
    paths = np.broadcast_to(known, (len(latent), *known.shape)).copy()
    paths[:, unknown] = latent
    return paths
