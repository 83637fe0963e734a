"""Reduced forms behind candidates: where they come from, and of each no more than somebody asks for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from econ.arrays import Array, Mask, Rows
from econ.errors import SpecificationError
from econ.var import _kernels as kernels
from econ.var.reduced.draws import ReducedDraws
from econ.var.sets import _set_kernels as set_kernels

if TYPE_CHECKING:
    from econ.var.reduced.results import VARResults


class ReducedForms:
    """Where reduced forms come from: the point estimate, a conjugate posterior, or draws made before.

    In the conjugate posterior B = B̂ + L E C' given Σ = C C', with L the lower Cholesky factor of (X'X)⁻¹ and E
    standard normal, so the first r rows of B need the first r rows of E only.
    """

    def __init__(self, fit: VARResults, kind: str) -> None:
        if kind == "posterior" and fit.free is not None:
            raise SpecificationError(
                "the posterior behind sign restrictions knows no excluded coefficients; pass reduced_form='point', or "
                "identify the VAR without exclude=."
            )
        self.fit, self.kind = fit, kind
        self.made = fit.posterior if kind == "posterior" else None
        self.root = fit.cross_root
        conjugate = kind == "posterior" and self.made is None
        cross = np.asarray(fit.sigma_u.to_numpy() * fit.df_resid, dtype=float)
        self.lower = np.linalg.cholesky(cross) if conjugate else None
        self.estimate = fit.as_draws

    @cached_property
    def sample(self) -> tuple[Array, Array]:
        """Left sides (T, n) and regressors (T, k) of the VAR."""
        fit = self.fit
        return fit.data.frame.to_numpy(dtype=float)[fit.lags :], fit.parent.design(fit.lags)

    def factors(self, generator: np.random.Generator, size: int) -> tuple[Array, Rows]:
        """Cholesky factors of Σ (size, n, n), and which earlier draw each is, if it is one."""
        if self.made is not None:
            rows = generator.integers(0, len(self.made), size=size)
            return self.made.factor[rows], rows
        rows = np.zeros(size, dtype=np.intp)
        if self.lower is None:
            return np.broadcast_to(self.estimate.factor, (size, *self.estimate.factor.shape[1:])), rows
        drawn = kernels.inverse_wishart_factors(
            generator, self.lower[None], degrees=float(self.fit.df_resid), size=size
        )
        return drawn, rows

    def start(
        self, generator: np.random.Generator, factors: Array, rows: Rows, *, lags: int | None = None
    ) -> Candidates:
        """Candidates with these factors, and noise enough for ``lags`` lags (all by default) of each."""
        if self.made is not None:
            return Candidates(self, factors, coefficients=self.made.coefficients[rows])
        if self.lower is None:
            size = len(factors)
            estimate = self.estimate.coefficients
            return Candidates(self, factors, coefficients=np.broadcast_to(estimate, (size, *estimate.shape[1:])))
        size, n, _ = factors.shape
        count = len(self.root) - n * (0 if lags is None else self.fit.lags - lags)
        return Candidates(self, factors, noise=generator.standard_normal((count, size, n)))

    def known(self, reduced: ReducedDraws) -> Candidates:
        """Candidates whose coefficients have been worked out."""
        return Candidates(self, reduced.factor, coefficients=reduced.coefficients)

    def complete(self, generator: np.random.Generator, started: Candidates) -> Candidates:
        """The same candidates with all the noise in their coefficients."""
        if started.coefficients is not None:
            return started
        known, size, n = started.noise.shape
        noise = np.empty((len(self.root), size, n))
        noise[:known] = started.noise
        generator.standard_normal(out=noise[known:])
        return replace(started, noise=noise)


@dataclass(frozen=True, eq=False)
class Candidates:
    """N reduced forms, their coefficients worked out as far as asked.

    Parameters
    ----------
    forms : ReducedForms
        Where they come from.
    factors : array (N, n, n)
        Lower Cholesky factors C of Σ.
    coefficients : array (N, k, n), optional
        Where they are known; else they follow from the noise.
    noise : array (r, N, n)
        First rows of E.
    """

    forms: ReducedForms
    factors: Array
    coefficients: Array | None = None
    noise: Array = field(default_factory=lambda: np.empty((0, 0, 0)))

    @cached_property
    def factors_last(self) -> Array:
        """``factors`` with candidates last, (n, n, N)."""
        return np.ascontiguousarray(np.moveaxis(self.factors, 0, 2))

    def part(self, keep: Mask) -> Candidates:
        """Some of them."""
        if keep.all():
            return self
        if self.coefficients is not None:
            return replace(self, factors=self.factors[keep], coefficients=self.coefficients[keep])
        return replace(self, factors=self.factors[keep], noise=self.noise[:, keep])

    def reduced(self, rows: Rows | None = None) -> ReducedDraws:
        """The reduced forms at ``rows``, or all."""
        rows = np.arange(len(self.factors)) if rows is None else rows
        coefficients = self._first(len(self.forms.root), rows)
        return ReducedDraws(fit=self.forms.fit, coefficients=coefficients, factor=self.factors[rows])

    def lag_blocks(self, lags: int, rows: Rows | None = None) -> Array:
        """A_1, ..., A_lags of those at ``rows``, or all, (M, lags, n, n)."""
        n = self.factors.shape[1]
        rows = np.arange(len(self.factors)) if rows is None else rows
        first = len(self.forms.root) - n * (self.forms.fit.lags - lags)
        return kernels.lag_blocks(self._first(first, rows), lags)

    def whitened(self, periods: Rows) -> Array:
        """C⁻¹ u_t at some periods, (n, R, N); from noise it is C⁻¹ (y_t - B̂' x_t) - E' L' x_t."""
        y, x = (each[periods] for each in self.forms.sample)
        known = self.forms.estimate.coefficients if self.coefficients is None else self.coefficients
        white = set_kernels.whiten(self.factors_last, np.moveaxis(y - x @ known, 0, 2).swapaxes(0, 1))
        if self.coefficients is None:
            rows, size, n = self.noise.shape
            moved = (x @ self.forms.root[:, :rows]) @ self.noise.reshape(rows, size * n)
            white -= np.moveaxis(moved.reshape(len(x), size, n), 2, 0)
        return white

    def _first(self, r: int, rows: Rows) -> Array:
        """First r rows of the coefficients of those at ``rows``, (M, r, n)."""
        if self.coefficients is not None:
            return self.coefficients[rows, :r]
        noise, estimate = self.noise[:r, rows], self.forms.estimate.coefficients[:, :r]
        spread = (self.forms.root[:r, :r] @ noise.reshape(r, -1)).reshape(noise.shape)
        return np.moveaxis(spread, 0, 1) @ np.swapaxes(self.factors[rows], 1, 2) + estimate
