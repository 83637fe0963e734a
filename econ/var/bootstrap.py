"""Simulate samples from the fitted VAR, estimate each again, all draws of a block at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from econ.parallel import map_blocks
from econ.var import _kernels as kernels
from econ.var.resampling import Bootstrap
from econ.var.scheme import ReducedDraws

if TYPE_CHECKING:
    from econ.var.results import VARResults

T = TypeVar("T")


def bootstrap_blocks(
    fit: VARResults,
    bootstrap: Bootstrap,
    read: Callable[[ReducedDraws], T],
    *,
    rng: int | np.random.SeedSequence | None,
    n_jobs: int = 1,
) -> list[T]:
    """Simulate, estimate and ``read`` every block of draws; only what ``read`` returns is kept.

    Parameters
    ----------
    fit : VARResults
        The VAR to simulate from.
    bootstrap : MovingBlock, Residual or Wild
        How errors are drawn.
    read : callable
        Takes the `ReducedDraws` of a block.
    rng : int or SeedSequence
        Seed.
    n_jobs : int
        Threads; the result does not depend on them.

    Returns
    -------
    list
        What ``read`` returned, block by block.
    """
    work = _Simulator(fit, bootstrap)
    return map_blocks(
        lambda size, generator: read(work(size, generator)), bootstrap.draws, rng=rng, n_jobs=n_jobs, label="bootstrap"
    )


class _Simulator:
    """The parts of the simulation that all blocks share."""

    def __init__(self, fit: VARResults, bootstrap: Bootstrap) -> None:
        self.fit, self.bootstrap = fit, bootstrap
        self.terms = fit.parent.term_values(fit.lags)
        self.residuals = fit.residuals.to_numpy()
        values = fit.parent.parent.frame.to_numpy(dtype=float)
        # with a constant, levels are simulated around their means: X'X of data far from zero loses digits
        self.centre = values.mean(axis=0) if "const" in fit.parent.terms else np.zeros(values.shape[1])
        self.pull = self.centre - self.centre @ fit.lag_blocks.sum(axis=0).T
        self.initial = values[: fit.lags] - self.centre
        self.expected = self.terms @ fit.params.to_numpy()[: self.terms.shape[1]] - self.pull

    def __call__(self, size: int, generator: np.random.Generator) -> ReducedDraws:
        fit = self.fit
        resample = self.bootstrap.resample(generator, size, fit.nobs)
        driving = resample.apply(self.residuals)
        driving += self.expected
        paths = kernels.simulate(fit.lag_blocks, driving, self.initial)
        coefficients, factor = kernels.estimate(paths, self.terms, fit.lags)
        if self.centre.any():
            means = kernels.lag_blocks(coefficients, fit.lags).sum(axis=1) @ self.centre
            coefficients[:, fit.parent.terms.index("const")] += self.centre - means
            paths += self.centre
        factor /= np.sqrt(fit.df_resid)
        return ReducedDraws(fit=fit, coefficients=coefficients, factor=factor, paths=paths, resample=resample)
