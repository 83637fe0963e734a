"""Random-walk Metropolis in the angles of both elasticities, many chains at a time."""

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
BURN_IN, THIN = 150, 5
"""Sweeps that every chain forgets, and from one kept draw to the next."""
CANDIDATES = 4000
TARGET = 0.35
"""Share of proposals accepted that the steps are tuned to during the burn-in."""
MOVES = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
"""Directions (φ_1, φ_2): across the ridge in either elasticity, and along it."""


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
        height = self.log_density(state)
        steps = np.array([1.0, 1.0, 3.0]) / math.sqrt(self.likelihood.degrees)
        kept, accepted = np.empty((length, chains, 2)), 0.0
        for sweep in range(BURN_IN + length * THIN):
            for move in range(len(MOVES)):
                state, height, share = self._step(state, height, steps[move] * MOVES[move], generator)
                if sweep < BURN_IN:  # ever smaller changes, none once draws are kept
                    steps[move] *= math.exp((share - TARGET) / (1.0 + 0.1 * sweep))
                else:
                    accepted += share
            if sweep >= BURN_IN:
                kept[(sweep - BURN_IN) // THIN] = state
        values = np.swapaxes(kept, 0, 1).reshape(-1, 2)[:size]
        draws = np.column_stack([side.value(values[:, j]) for j, side in enumerate(self.pair)])
        return Walk(draws, length, accepted / (len(MOVES) * length * THIN))

    def log_density(self, angles: Array) -> Array:
        """Log posterior density of angles (N, 2), up to a constant."""
        found = self.likelihood.ridge(*angles.T)
        for side, angle in zip(self.pair, angles.T, strict=True):
            value = side.value(angle)
            found = found + side.slope(angle) + side.known(value) + side.prior._logpdf(value)
        return found

    def _step(
        self, state: Array, height: Array, step: Array, generator: np.random.Generator
    ) -> tuple[Array, Array, float]:
        """One proposal a chain; sizes differ by chance, so that narrow and wide parts are both walked."""
        size = generator.standard_normal(len(state)) * np.exp(generator.standard_normal(len(state)))
        proposed = state + size[:, None] * step
        candidate = self.log_density(proposed)
        taken = np.log1p(-generator.random(len(state))) < candidate - height
        return np.where(taken[:, None], proposed, state), np.where(taken, candidate, height), float(taken.mean())

    def _starts(self, chains: int, generator: np.random.Generator) -> Array:
        """Draws of one prior with the other elasticity on the ridge, chosen by what the rest of the density says."""
        found = []
        for place, side in enumerate(self.pair):
            uniform = np.clip(generator.random(CANDIDATES), 1e-12, 1.0 - 1e-12)
            values = side.prior._quantile(uniform)
            angle = side.angle(values)
            across = generator.standard_normal(CANDIDATES) / math.sqrt(self.likelihood.degrees)
            other = angle + (0.5 - place) * math.pi + across
            angles = np.column_stack([angle, other] if place == 0 else [other, angle])
            weights = self.log_density(angles) - side.prior._logpdf(values) - side.slope(angle)
            top = weights.max()
            if math.isfinite(top):
                shares = np.exp(weights - top)
                found.append(angles[generator.choice(CANDIDATES, chains, p=shares / shares.sum())])
        if not found:  # no draw of either prior has the other near: walk there from both medians
            medians = [float(side.angle(side.prior._quantile(np.array(0.5)))) for side in self.pair]
            found = [np.tile(medians, (chains, 1))]
        pool = np.concatenate(found)
        start: Array = generator.permutation(pool)[:chains]
        return start
