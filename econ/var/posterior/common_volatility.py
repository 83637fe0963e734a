"""`CommonVolatility`: errors of a Bayesian VAR whose size drifts, all together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from econ import checks
from econ.arrays import Array
from econ.frozen import guarded
from econ.var.posterior import _common_volatility_kernels as kernels

if TYPE_CHECKING:
    from econ.var.posterior.conjugate import ConjugatePosterior, Solution
    from econ.var.posterior.hyperparameters import Proposal

STEP = 1.7  # of the random walk of the hyperparameters, over the root of their number, in units of the proposal's root


@guarded
@dataclass(frozen=True)
class CommonVolatility:
    """Stochastic volatility common to all errors: u_t = exp(h_t / 2) ε_t, ε_t normal with covariance Σ.

    h_t = φ h_{t-1} + ω η_t, φ normal (0.9, 0.1²) cut to (-1, 1), ω² inverse gamma (5, 0.16). Given h the posterior
    stays conjugate, so the Gibbs sampler draws, in turn, the hyperparameters of the prior (random-walk Metropolis on
    the marginal likelihood), coefficients and Σ (exactly), h (blocks, exact by Metropolis and Hastings), φ and ω².
    Draws of h are reported with mean zero over the sample and Σ with the size that belongs to it: errors of average
    log size, to which structural responses and forecast intervals refer.
    A sweep of a VAR(12) of six variables and 300 months takes about 4 ms.

    Parameters
    ----------
    burn_in : int, default 200
        Sweeps that every chain of 100 draws forgets.
    thin : int, default 2
        Sweeps a draw.

    References
    ----------
    Carriero, A., T. E. Clark and M. Marcellino (2016), Common Drifting Volatility in Large Bayesian VARs, Journal of
    Business and Economic Statistics 34(3), 375-390.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import BayesianVAR
    >>> model = BayesianVAR(simulated_var(periods=120, rng=1), lags=1, volatility=CommonVolatility(burn_in=50))
    >>> model.fit(draws=50, rng=1).log_variances.shape
    (50, 119)
    """

    burn_in: int = 200
    thin: int = 2

    def __post_init__(self) -> None:
        checks.keep(self, burn_in=checks.count("burn_in", self.burn_in), thin=checks.count("thin", self.thin))


@dataclass(frozen=True, eq=False)
class Chain:
    """One chain: means, factors of the mean of Σ, coefficients, factors, hyperparameters and h of every draw."""

    draws: tuple[Array, ...]
    accepted: int


class VolatilityChain:
    """The Gibbs sampler of `CommonVolatility` for one posterior."""

    def __init__(self, posterior: ConjugatePosterior, around: Proposal | None, *, volatility: CommonVolatility) -> None:
        self.posterior, self.around, self.volatility = posterior, around, volatility

    def __call__(self, size: int, generator: np.random.Generator) -> Chain:
        """Run the chain until ``size`` draws are kept."""
        posterior, rows = self.posterior, self.posterior.rows
        free = posterior.hyperparameters.start if self.around is None else self.around.mode
        shape, scale = kernels.INNOVATION
        h, phi, omega2 = np.zeros(len(rows)), kernels.PERSISTENCE[0], scale / (shape - 1.0)
        kept, accepted = [], 0
        for sweep in range(self.volatility.burn_in + size * self.volatility.thin):
            free, solution, moved = self._hyperparameters(free, h, generator)
            means, scales, coefficients, factors = posterior.draw(solution, 1, generator)
            u = rows[:, posterior.k :] - rows[:, : posterior.k] @ coefficients[0]
            e = np.linalg.solve(factors[0], u.T)
            w = np.einsum("it,it->t", e, e)
            h = kernels.draw_log_variances(h, w, posterior.n, phi=phi, omega2=omega2, generator=generator)
            phi, omega2 = kernels.draw_dynamics(h, phi=phi, omega2=omega2, generator=generator)
            if sweep >= self.volatility.burn_in:
                accepted += moved
                if (sweep - self.volatility.burn_in + 1) % self.volatility.thin == 0:
                    level = np.exp(0.5 * h.mean())
                    kept.append((means[0], scales[0] * level, coefficients[0], factors[0] * level, free, h - h.mean()))
        return Chain(tuple(np.stack(column) for column in zip(*kept, strict=True)), accepted // self.volatility.thin)

    def _hyperparameters(self, free: Array, h: Array, generator: np.random.Generator) -> tuple[Array, Solution, int]:
        """One step of a random walk on the marginal likelihood given h, and the posterior at the new point."""
        posterior, scale = self.posterior, np.exp(0.5 * h)
        if self.around is None:
            return free, posterior.solve(free[None], scale), 1
        step = STEP / np.sqrt(len(free)) * (self.around.root @ generator.standard_normal(len(free)))
        points = np.stack([free, free + step])
        solved = posterior.solve(points, scale)
        density = solved.log_likelihood + posterior.hyperparameters.log_density(points)
        row = int(np.log(generator.random()) < density[1] - density[0])
        return points[row], solved.take(np.array([row])), row
