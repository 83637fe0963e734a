"""Metropolis in the angles of both elasticities, many chains at a time: random walks, and leaps from prior to ridge."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from econ.arrays import Array
from econ.var.posterior._supply_demand_kernels import Likelihood, Side

CHAINS = 100
"""Most chains that walk together."""
SHORTEST = 8
"""Least draws that a chain keeps."""
BURN_IN, THIN = 100, 2
"""Sweeps that every chain forgets, and from one kept draw to the next."""
CANDIDATES = 4000
TARGET = 0.35
"""Share of proposals accepted that the steps are tuned to during the burn-in."""
MOVES = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
"""Directions (φ_1, φ_2): across the ridge in either elasticity, and along it."""
TOGETHER = 10_000
"""Draws of one block: 100 chains of 100."""


@dataclass(frozen=True, eq=False)
class Walk:
    """Draws (D, 2) of (b, c), chain after chain, ``length`` a chain; and the share of proposals accepted."""

    draws: Array
    length: int
    acceptance: float


@dataclass(frozen=True, eq=False)
class Walker:
    """Called with a number of draws and a generator, as :func:`econ.parallel.map_blocks` does."""

    likelihood: Likelihood
    pair: tuple[Side, Side]

    def __call__(self, size: int, generator: np.random.Generator) -> Walk:
        length = max(SHORTEST, math.ceil(size / CHAINS))
        chains = math.ceil(size / length)
        state = self._starts(chains, generator)
        steps = np.array([1.0, 1.0, 3.0]) / math.sqrt(self.likelihood.degrees)
        kept, accepted = np.empty((length, chains, 2)), 0.0
        for sweep in range(BURN_IN + length * THIN):
            for move in range(len(MOVES)):
                state, share = self._step(state, steps[move] * MOVES[move], generator)
                if sweep < BURN_IN:  # ever smaller changes, none once draws are kept
                    steps[move] *= math.exp((share - TARGET) / (1.0 + 0.1 * sweep))
                else:
                    accepted += share
            state, share = self._leap(state, generator)
            accepted += share * (sweep >= BURN_IN)
            if sweep >= BURN_IN:
                kept[(sweep - BURN_IN) // THIN] = state
        values = np.swapaxes(kept, 0, 1).reshape(-1, 2)[:size]
        draws = np.column_stack([side.value(values[:, j]) for j, side in enumerate(self.pair)])
        return Walk(draws, length, accepted / ((len(MOVES) + 1) * length * THIN))

    def _parts(self, angles: Array) -> tuple[Array, Array, Array]:
        """Log prior densities of both angles (N, 2), and the log of what is known of each alone."""
        densities, known = [], np.zeros(len(angles))
        for side, angle in zip(self.pair, angles.T, strict=True):
            value = side.value(angle)
            densities.append(side.slope(angle) + side.prior._logpdf(value))
            known = known + side.known(value)
        return densities[0], densities[1], known

    def log_density(self, angles: Array) -> Array:
        """Log posterior density of angles (N, 2), up to a constant."""
        first, second, known = self._parts(angles)
        return self.likelihood.ridge(*angles.T) + first + second + known

    def log_weight(self, angles: Array) -> Array:
        """Log of the posterior density over that of :meth:`_propose`, up to a constant."""
        first, second, known = self._parts(angles)
        proposal = np.logaddexp(first, second)
        possible = np.isfinite(proposal)
        return np.where(possible, first + second + known - np.where(possible, proposal, 0.0), -np.inf)

    def _step(self, state: Array, step: Array, generator: np.random.Generator) -> tuple[Array, float]:
        """One step a chain; sizes differ by chance, so that narrow and wide parts are both walked."""
        size = generator.standard_normal(len(state)) * np.exp(generator.standard_normal(len(state)))
        proposed = state + size[:, None] * step
        return _chosen(state, proposed, self.log_density(proposed) - self.log_density(state), generator)

    def _leap(self, state: Array, generator: np.random.Generator) -> tuple[Array, float]:
        """One proposal a chain from anywhere, so that pieces far from each other are all visited."""
        proposed = self._propose(len(state), generator)
        return _chosen(state, proposed, self.log_weight(proposed) - self.log_weight(state), generator)

    def _propose(self, size: int, generator: np.random.Generator) -> Array:
        """Draw one elasticity, either, from its prior, and the other from the ridge: angles (N, 2).

        On the ridge δ = φ_2 - φ_1 - π/2 has density cos(δ)^ν: sin(δ)² is Beta(1/2, (ν + 1) / 2).
        """
        beta = generator.beta(0.5, 0.5 * (self.likelihood.degrees + 1.0), size)
        across = np.arcsin(np.sqrt(beta)) * np.where(generator.random(size) < 0.5, -1.0, 1.0)
        uniform = np.clip(generator.random(size), 1e-15, 1.0 - 1e-15)
        first, second = (side.angle(side.prior._quantile(uniform)) for side in self.pair)
        by_impact = np.column_stack([first, first + 0.5 * math.pi + across])
        by_leaning = np.column_stack([second - 0.5 * math.pi - across, second])
        return np.where(generator.random(size)[:, None] < 0.5, by_impact, by_leaning)

    def _starts(self, chains: int, generator: np.random.Generator) -> Array:
        """Proposals chosen by their weights; both medians where none has any."""
        angles = self._propose(CANDIDATES, generator)
        weights = self.log_weight(angles)
        top = weights.max()
        if not math.isfinite(top):
            medians = [float(side.angle(side.prior._quantile(np.array(0.5)))) for side in self.pair]
            return np.tile(medians, (chains, 1))
        shares = np.exp(weights - top)
        start: Array = angles[generator.choice(CANDIDATES, chains, p=shares / shares.sum())]
        return start


def _chosen(state: Array, proposed: Array, log_ratio: Array, generator: np.random.Generator) -> tuple[Array, float]:
    """Metropolis: the proposal with the probability of the ratio, else the state; and the share of proposals taken."""
    taken = np.log1p(-generator.random(len(state))) < log_ratio
    return np.where(taken[:, None], proposed, state), float(taken.mean())
