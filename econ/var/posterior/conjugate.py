"""The normal-inverse-Wishart posterior of a VAR for many hyperparameters at once, in coordinates that keep digits.

With z_t = [x_t, y_t], data and prior are one sum of cross products, M(h) = Σ_g w_g(h) W_g' W_g over groups g of rows.
R is the triangular factor of all rows at a reference h, so that R'⁻¹ M(h) R⁻¹ stays near the identity and its Cholesky
factor loses no digits to levels, trends or units. Symbols as in `_kernels`; N hyperparameter vectors at once.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, cast

import numpy as np

from econ.arrays import Array, Rows
from econ.errors import SingularDesign
from econ.var import _kernels as kernels
from econ.var._kernels import back_substitute, inverse_wishart_factors
from econ.var.posterior.hyperparameters import Hyperparameters
from econ.var.posterior.outlier_scaling import OutlierScaling

if TYPE_CHECKING:
    from econ.var.posterior.bayesian import BayesianVAR
    from econ.var.posterior.minnesota import Minnesota, PriorObservations


@dataclass(frozen=True, eq=False)
class Solution:
    """Posteriors of N hyperparameter vectors.

    Parameters
    ----------
    factor : array (N, k + n, k + n)
        Lower Cholesky factor of R'⁻¹ M(h) R⁻¹.
    density : callable
        What :attr:`log_likelihood` calls when it is first read.
    """

    factor: Array
    density: Callable[[], Array]

    @cached_property
    def log_likelihood(self) -> Array:
        """Log marginal likelihood of the data given the hyperparameters, (N,); NaN-free, -inf where improper."""
        return self.density()

    def take(self, rows: Rows) -> Solution:
        """The posteriors ``rows``."""
        return Solution(self.factor[rows], lambda: self.log_likelihood[rows])


class ConjugatePosterior:
    """What all hyperparameters share; made once per fit."""

    def __init__(self, model: BayesianVAR, lags: int, artificial: PriorObservations | None = None) -> None:
        prior, frame = cast("Minnesota", model.prior), model.parent.frame
        self.hyperparameters = Hyperparameters.of(model)
        self.flat = prior.is_flat
        rows = np.hstack([model.design(lags), frame.to_numpy(dtype=float)[lags:]])
        self.nobs, self.n = len(rows), len(model.variables)
        self.k = rows.shape[1] - self.n
        self.rows, self.outliers = rows, model.scaling
        self.first = self.nobs if model.scaling is None else model.scaling.position(frame.index[lags:])
        if model.volatility is not None:  # every period has a weight of its own
            self.first = 0
        before = None if model.scaling is None else lags + self.first
        self.artificial = prior.observations(model, lags, before=before) if artificial is None else artificial
        self.groups = self._groups(rows)
        self.upper = self._reference(self.hyperparameters.start, model.regressors(lags))
        scaled = {name: self.transformed(part) for name, part in self.groups.items()}
        self.late = scaled.pop("late")
        self.cross = {name: part.T @ part for name, part in scaled.items()}
        self.log_scale = np.log(np.abs(np.diagonal(self.upper)))

    def on(self, scaled: Array) -> ConjugatePosterior:
        """The same prior on other data, :meth:`transformed`, without outliers or volatility; one product."""
        other = copy(self)
        other.cross = {**self.cross, "data": scaled.T @ scaled}
        return other

    @property
    def degrees(self) -> int:
        """Degrees of freedom of the posterior of Σ."""
        artificial = sum(len(self.groups[name]) for name in ("persistence", "start") if name in self.groups)
        return self.nobs + artificial + (-self.k if self.flat else self.n + 2)

    def _groups(self, rows: Array) -> dict[str, Array]:
        """Rows by the weight they get."""
        prior = self.artificial
        groups = {"data": rows[: self.first], "late": rows[self.first :]}
        if not self.flat:
            groups |= {"fixed": np.vstack([prior.term_rows, prior.scale_rows]), "tightness": prior.lag_rows}
        if self.hyperparameters.uses("sum_of_coefficients"):
            groups["persistence"] = prior.persistence
        if self.hyperparameters.uses("initial_observation"):
            groups["start"] = prior.start
        return groups

    def _reference(self, free: Array, names: list[str]) -> Array:
        weights = {name: np.sqrt(weight[0]) for name, weight in self._weights(free[None]).items()}
        late = self.groups["late"] / self._late_scale(free[None])[0][:, None]
        rows = np.vstack([late, *(self.groups[name] * weight for name, weight in weights.items())])
        self._refuse_collinear(names)
        upper = np.asarray(np.linalg.qr(rows, mode="r"))
        return upper * np.where(np.diagonal(upper) < 0.0, -1.0, 1.0)[:, None]

    def _refuse_collinear(self, names: list[str]) -> None:
        """All regressors must be independent under a flat prior; terms and variables always, or Σ is singular."""
        data = np.vstack([self.groups["data"], self.groups["late"]])
        checked = self.k if self.flat else len(self.artificial.term_precision) + self.n
        dependent = kernels.dependent_columns(data[:, :checked])
        if dependent:
            raise SingularDesign(
                f"regressors {[names[j] for j in dependent]} are linear combinations of earlier ones; drop a variable"
                + (", use fewer lags or a finite tightness." if self.flat else ".")
            )

    def transformed(self, rows: Array) -> Array:
        """[x, y] R⁻¹, the coordinates that keep digits."""
        from scipy.linalg.lapack import dtrtrs

        solved, info = dtrtrs(self.upper.T, np.asarray_chkfinite(rows).T, lower=1)
        if info != 0:
            raise SingularDesign(f"column {info} of the design is a linear combination of earlier ones; drop it.")
        return np.asarray(solved.T)

    def _weights(self, free: Array) -> dict[str, Array]:
        """Weight of each group of rows for N free vectors: (N,) each."""
        named = self.hyperparameters.named(free)
        one = np.ones(len(free))
        weights = {"data": one}
        if not self.flat:
            weights |= {"fixed": one, "tightness": named["tightness"] ** -2}
        if "persistence" in self.groups:
            weights["persistence"] = named["sum_of_coefficients"] ** -2
        if "start" in self.groups:
            weights["start"] = named["initial_observation"] ** -2
        return weights

    def _late_scale(self, free: Array) -> Array:
        """s_t of the periods after the first outlier, (N, periods)."""
        periods = self.nobs - self.first
        if self.outliers is None:
            return np.ones((len(free), periods))
        return OutlierScaling.weights(self.hyperparameters.outlier_values(free), periods)

    def solve(self, free: Array, scale: Array | None = None) -> Solution:
        """Posterior and marginal likelihood for each row of ``free`` (N, number of hyperparameters).

        ``scale`` (T,) is the size of the errors of every period, if a volatility model gives it.
        """
        late = self._late_scale(free) if scale is None else np.broadcast_to(scale, (len(free), len(scale)))
        weights = self._weights(free)
        size = self.k + self.n
        total: Array = np.zeros((len(free), size, size))
        for name, weight in weights.items():
            total += weight[:, None, None] * self.cross[name]
        if len(self.late):
            weighted = self.late / late[:, :, None]
            total = total + np.swapaxes(weighted, 1, 2) @ weighted
        factor = np.asarray(np.linalg.cholesky(total), dtype=float)
        return Solution(factor, partial(self._log_likelihood, free, factor, late))

    def _log_likelihood(self, free: Array, factor: Array, late: Array) -> Array:
        """Matrix-t density of the data (Giannone, Lenza and Primiceri 2015, appendix); artificial data count as prior.

        log p = -(n T / 2) log π + log Γ_n((T + d) / 2) - log Γ_n(d / 2) + (n / 2) log|Ω⁻¹| + (d / 2) log|S_0|
        - (n / 2) log|X'X + Ω⁻¹| - ((T + d) / 2) log|S| - n Σ log s_t.
        """
        from scipy.special import multigammaln

        if self.flat:
            return np.full(len(free), -np.inf)
        n, k = self.n, self.k
        after = self.degrees
        before = after - self.nobs
        log_diagonal = np.log(np.diagonal(factor, axis1=1, axis2=2)) + self.log_scale
        design, residual = 2.0 * log_diagonal[:, :k].sum(axis=1), 2.0 * log_diagonal[:, k:].sum(axis=1)
        prior_design, prior_residual = self._prior_determinants(free)
        constant = multigammaln(after / 2.0, n) - multigammaln(before / 2.0, n) - 0.5 * n * self.nobs * np.log(np.pi)
        density: Array = constant + 0.5 * (n * (prior_design - design) + before * prior_residual - after * residual)
        if len(self.late):
            density = density - n * np.log(late).sum(axis=1)
        return density

    def _prior_determinants(self, free: Array) -> tuple[Array, Array]:
        """log|Ω⁻¹| and log|S_0| with the artificial observations in, (N,) each.

        Adding q rows [X, Y] to a prior (b, Ω, S): |Ω⁻¹ + X'X| = |Ω⁻¹| |I + X Ω X'| and S + E' (I + X Ω X')⁻¹ E with
        E = Y - X b, so that only q x q and n x n determinants are needed.
        """
        prior, k = self.artificial, self.k
        tightness = self.hyperparameters.named(free)["tightness"]
        precision = np.concatenate([prior.term_precision, prior.lag_precision])
        shrunk = np.arange(k) >= len(prior.term_precision)
        log_precision = np.log(precision).sum() - 2.0 * shrunk.sum() * np.log(tightness)
        scale = 2.0 * np.log(prior.scale).sum()
        weights = self._weights(free)
        names = [name for name in ("persistence", "start") if name in self.groups]
        if not names:
            return log_precision, np.full(len(free), scale)
        rows = np.concatenate([np.sqrt(weights[name])[:, None, None] * self.groups[name] for name in names], axis=1)
        deviation = np.sqrt(np.where(shrunk, tightness[:, None] ** 2, 1.0) / precision)
        spread = rows[:, :, :k] * deviation[:, None]
        inner = np.eye(rows.shape[1]) + spread @ np.swapaxes(spread, 1, 2)
        error = (rows[:, :, k:] - rows[:, :, :k] @ prior.mean) / prior.scale
        added = np.eye(self.n) + np.swapaxes(error, 1, 2) @ np.linalg.solve(inner, error)
        return log_precision + np.linalg.slogdet(inner)[1], scale + np.linalg.slogdet(added)[1]

    def draw(self, solution: Solution, size: int, generator: np.random.Generator) -> tuple[Array, Array, Array, Array]:
        """Draws from N posteriors (N = ``size``, or 1 for all).

        Returns
        -------
        means : array (N, k, n)
            Posterior means of the coefficients.
        scales : array (N, n, n)
            Lower factors of the posterior means of Σ.
        coefficients : array (size, k, n)
        factors : array (size, n, n)
            Lower Cholesky factors of Σ.
        """
        k, upper = self.k, self.upper
        lower = upper[k:, k:].T @ solution.factor[:, k:, k:]
        factors = inverse_wishart_factors(generator, lower, degrees=self.degrees, size=size)
        noise = generator.standard_normal((size, k, self.n)) @ np.swapaxes(factors, 1, 2)
        shift = np.swapaxes(solution.factor[:, k:, :k], 1, 2) @ upper[k:, k:]
        design = solution.factor[:, :k, :k]
        means = self._unscaled(back_substitute(design, shift) + upper[:k, k:])
        spread = self._unscaled(back_substitute(design, noise))
        return means, lower / np.sqrt(self.degrees - self.n - 1), means + spread, factors

    def cross_inverse(self, solution: Solution) -> Array:
        """(X'X + Ω⁻¹)⁻¹ of the first posterior, (k, k)."""
        from scipy.linalg import solve_triangular

        half = solve_triangular(solution.factor[0, : self.k, : self.k], np.eye(self.k), lower=True)
        root = self._unscaled(half.T[None])[0]
        inverse: Array = root @ root.T
        return inverse

    def _unscaled(self, values: Array) -> Array:
        """R_XX⁻¹ ``values`` for (N, k, c)."""
        from scipy.linalg.lapack import dtrtrs

        count, k, width = values.shape
        flat = values.transpose(1, 0, 2).reshape(k, -1)
        solved, _ = dtrtrs(self.upper[:k, :k].T, flat, lower=1, trans=1)
        return np.ascontiguousarray(solved.reshape(k, count, width).transpose(1, 0, 2))
