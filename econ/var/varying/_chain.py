"""`Chain`: a Gibbs sampler that runs until its draws are kept."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from econ.arrays import Array, Mask
from econ.var import _kernels as kernels
from econ.var.varying import _gibbs_kernels as gibbs

TRIES = 100
"""Paths that are drawn before a chain that rejects explosive ones stays where it is."""


@dataclass(frozen=True, eq=False)
class Kept:
    """Draws of one chain: coefficients (D, T, n, k), A below its diagonal (D, T, r), log volatilities (D, T, n)."""

    coefficients: Array
    rows: Array
    log_volatilities: Array
    steps: Array
    rejected: int


@dataclass(frozen=True, eq=False)
class Chain:
    """The sampler of one model; called with the number of draws to keep.

    Parameters
    ----------
    beliefs, sample
        Prior and data.
    burn, thin : int
        Sweeps forgotten at first, and sweeps a draw.
    lags : int or None
        With a number, paths that are explosive at any date are rejected.
    """

    beliefs: gibbs.Beliefs
    sample: gibbs.Sample
    burn: int
    thin: int
    lags: int | None

    def __call__(self, size: int, generator: np.random.Generator) -> Kept:
        """Run until ``size`` draws are kept."""
        (periods, n), k = self.sample.y.shape, self.sample.x.shape[1]
        below, state = np.tril_indices(n, -1), gibbs.start(self.beliefs, self.sample, generator)
        coefficients = np.empty((size, periods, n, k))
        rows, logs = np.empty((size, periods, len(below[0]))), np.empty((size, periods, n))
        precisions = [np.empty((size, *each.shape)) for each in _precisions(state)]
        rejected = 0
        for number in range(self.burn + size * self.thin):
            state, again = self._sweep(state, generator)
            rejected += again
            done, rest = divmod(number + 1 - self.burn, self.thin)
            if done > 0 and rest == 0:
                coefficients[done - 1], rows[done - 1] = state.coefficients, state.a[:, *below]
                logs[done - 1] = state.h
                for drawn, each in zip(precisions, _precisions(state), strict=True):
                    drawn[done - 1] = each
        return Kept(coefficients, rows, logs, _step_sizes(precisions), rejected)

    def _sweep(self, state: gibbs.State, generator: np.random.Generator) -> tuple[gibbs.State, int]:
        if self.lags is None:
            return gibbs.sweep(self.beliefs, self.sample, state, generator), 0
        state = gibbs.draw_h(self.beliefs, state, generator)
        rejected, proposed = 0, gibbs.draw_coefficients(self.beliefs, self.sample, state, generator)
        while explosive(proposed.coefficients, self.lags).any():
            rejected += 1
            if rejected == TRIES:
                proposed = state
                break
            proposed = gibbs.draw_coefficients(self.beliefs, self.sample, state, generator)
        return gibbs.finish(self.beliefs, self.sample, proposed, generator), rejected


def explosive(coefficients: Array, lags: int) -> Mask:
    """Which coefficients (..., n, k) have a root on or outside the unit circle."""
    blocks = kernels.lag_blocks(np.swapaxes(coefficients, -1, -2), lags)
    flat = blocks.reshape(-1, *blocks.shape[-3:])
    return np.asarray(~kernels.is_stable(flat).reshape(blocks.shape[:-3]))


def _precisions(state: gibbs.State) -> tuple[Array, ...]:
    """Of the steps of coefficients, rows of A and log volatilities."""
    return (*state.q, *state.s, state.w)


def _step_sizes(precisions: list[Array]) -> Array:
    """Standard deviations of steps, (D, all), from precisions (D, m, m) of each walk."""
    variances = [np.diagonal(np.linalg.inv(each), axis1=1, axis2=2) for each in precisions]
    return np.asarray(np.sqrt(np.concatenate(variances, axis=1)), dtype=float)


def concatenated(blocks: list[Kept]) -> Kept:
    """All chains, one after the other, in arrays that nobody can write to (so that results need no copy)."""
    found = {}
    for name in ("coefficients", "rows", "log_volatilities", "steps"):
        found[name] = np.concatenate([getattr(block, name) for block in blocks])
        found[name].flags.writeable = False
    return replace(blocks[0], **found, rejected=sum(block.rejected for block in blocks))
