"""The Gibbs sampler: latent values given parameters, hyperparameters and parameters given the completed data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from econ.arrays import Array
from econ.var._kernels import lag_matrix
from econ.var.mixed._latent_kernels import LatentPath
from econ.var.posterior.common_volatility import STEP
from econ.var.posterior.conjugate import ConjugatePosterior, Solution
from econ.var.posterior.hyperparameters import Proposal


@dataclass(frozen=True, eq=False)
class Chain:
    """What one chain brings home: sums over its draws, and the draws."""

    means: Array
    variances: Array
    path: Array
    coefficients: Array
    factors: Array
    latent: Array
    free: Array
    accepted: int


class Begin(NamedTuple):
    """Where every chain begins: a draw under these parameters."""

    coefficients: Array
    factor: Array


class MixedSampler:
    """One chain; a sweep draws the latent values, the hyperparameters and the parameters.

    Given the completed data the posterior is that of a `BayesianVAR` with the same prior, whose size is fixed before
    (see :mod:`econ.var.mixed.prior`). Free hyperparameters take one step of a random walk on the marginal likelihood of
    the completed data, coefficients and Σ integrated out, then coefficients and Σ are drawn exactly.
    """

    def __init__(
        self,
        posterior: ConjugatePosterior,
        latent: LatentPath,
        begin: Begin,
        *,
        around: Proposal | None,
        burn: int,
        terms: Array,
    ) -> None:
        self.posterior, self.latent, self.begin = posterior, latent, begin
        self.around, self.burn, self.terms = around, burn, terms
        self._split()

    def _split(self) -> None:
        """What of the data changes from sweep to sweep: regressors and outcomes of variables with latent values."""
        latent, (n, k) = self.latent, (self.posterior.n, self.posterior.k)
        (periods, _), p, columns = latent.known.shape, latent.lags, latent.columns
        still = latent.path.copy()
        still[:, columns] = 0.0
        self.still = self.posterior.transformed(self.rows(still))
        begin = np.append(k, np.arange(k - n * p, k, n))[:, None]  # of y_t, y_{t-1}, ..., y_{t-p} among [x, y]
        self.turn = self.posterior.transformed(np.eye(k + n))[(begin + columns).ravel()]
        back = (np.arange(p, periods)[:, None] - np.arange(p + 1)) * n
        self.window = (back[:, :, None] + columns).reshape(periods - p, -1)

    def __call__(self, size: int, generator: np.random.Generator) -> Chain:
        """Run a chain until ``size`` draws are kept."""
        latent, (coefficients, factor) = self.latent, self.begin
        free = self.posterior.hyperparameters.start if self.around is None else self.around.mode
        unknown = np.empty((size, len(latent.t)))
        means, variances = np.zeros(coefficients.shape), np.zeros(factor.shape)
        average = np.zeros(latent.known.shape)
        kept, accepted = [], 0
        for sweep in range(-self.burn, size):
            noise = generator.standard_normal((1, len(latent.free)))
            (path,) = latent.draw(coefficients[None], factor[None], noise)
            posterior = self.posterior.on(path.take(self.window) @ self.turn + self.still)
            free, solution, moved = self._hyperparameters(posterior, free, generator)
            mean, scale, drawn, factors = posterior.draw(solution, 1, generator)
            coefficients, factor = drawn[0], factors[0]
            if sweep >= 0:
                means, variances, average = means + mean[0], variances + scale[0] @ scale[0].T, average + path
                kept.append((coefficients, factor, free))
                path.take(latent.flat, out=unknown[sweep])
                accepted += moved
        all_coefficients, all_factors, all_free = (np.stack(each) for each in zip(*kept, strict=True))
        return Chain(means, variances, average, all_coefficients, all_factors, unknown, all_free, accepted)

    def rows(self, path: Array) -> Array:
        """[x, y] of the completed data, (T - p, k + n)."""
        return np.hstack([self.terms, lag_matrix(path, self.latent.lags), path[self.latent.lags :]])

    def _hyperparameters(
        self, posterior: ConjugatePosterior, free: Array, generator: np.random.Generator
    ) -> tuple[Array, Solution, int]:
        if self.around is None:
            return free, posterior.solve(free[None]), 1
        step = STEP / np.sqrt(len(free)) * (self.around.root @ generator.standard_normal(len(free)))
        points = np.stack([free, free + step])
        solved = posterior.solve(points)
        density = solved.log_likelihood + posterior.hyperparameters.log_density(points)
        row = int(np.log(generator.random()) < density[1] - density[0])
        return points[row], solved.take(np.array([row])), row
