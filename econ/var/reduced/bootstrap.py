"""Simulate samples from the fitted VAR, estimate each again, all draws of a block at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from econ.arrays import Array, Mask, Seed, broadcast_in_place
from econ.errors import SingularDesign, Unstable
from econ.frozen import sealed
from econ.parallel import map_blocks
from econ.responses.resampling import Bootstrap, check_bootstrap
from econ.var import _kernels as kernels
from econ.var.reduced import _restricted_kernels as restricted
from econ.var.reduced.bias import guarded_share
from econ.var.reduced.draws import SimulatedDraws

if TYPE_CHECKING:
    from econ.var.reduced.results import VARResults

T = TypeVar("T")

ROUNDS = 50  # times that unstable draws are drawn again
CACHE = 5 * 2**20  # bytes of cross products at a time: few calls, and what stays near the processor
LEAST = 8  # draws at a time, whatever their size


def bootstrap_blocks(
    fit: VARResults,
    bootstrap: Bootstrap,
    read: Callable[[SimulatedDraws], T],
    *,
    rng: Seed,
    n_jobs: int = 1,
    backend: str | None = None,
    scheduler: str | None = None,
    keep: Callable[[int, T], T] | None = None,
) -> list[T]:
    """Simulate, estimate and ``read`` every block of draws; only what ``read`` returns is kept.

    Parameters
    ----------
    fit : VARResults
        The VAR to simulate from.
    bootstrap : MovingBlock, Residual or Wild
        How errors are drawn.
    read : callable
        Takes the `SimulatedDraws` of a block.
    rng : int or SeedSequence
        Seed.
    n_jobs, backend, scheduler
        Workers; as in :func:`econ.parallel.map_blocks`. The result does not depend on them.
    keep : callable, optional
        What becomes of what ``read`` returned; see :func:`econ.parallel.map_blocks`.

    Returns
    -------
    list
        What ``read`` returned, or ``keep`` made of it, block by block.
    """
    check_bootstrap(bootstrap)
    return map_blocks(
        partial(_read, simulator=_Simulator(fit, bootstrap), read=read),
        bootstrap.draws,
        rng=rng,
        n_jobs=n_jobs,
        backend=backend,
        scheduler=scheduler,
        label="bootstrap",
        keep=keep,
    )


def _read(
    size: int, generator: np.random.Generator, *, simulator: _Simulator, read: Callable[[SimulatedDraws], T]
) -> T:
    """One block; a function of the module, so that other machines can import it."""
    return read(simulator(size, generator))


class _Simulator:
    """The parts of the simulation that all blocks share."""

    def __init__(self, fit: VARResults, bootstrap: Bootstrap) -> None:
        self.fit, self.bootstrap, self.estimator = fit, bootstrap, fit.estimator
        self.terms = fit.parent.term_values(fit.lags)
        # least squares shrinks residuals; without this the draws of Σ_u would centre on (T - k) / T of the estimate
        self.residuals = fit.residuals.to_numpy() * np.sqrt(fit.nobs / fit.df_resid)
        values = fit.data.frame.to_numpy(dtype=float)
        # with a constant, levels are simulated around their means: X'X of data far from zero loses digits
        self.centre = values.mean(axis=0) if _has_constants(fit) else np.zeros(values.shape[1])
        pull = self.centre - fit.lag_blocks.sum(axis=0) @ self.centre
        self.initial = values[: fit.lags] - self.centre
        self.expected = self.terms @ fit.params.to_numpy()[: self.terms.shape[1]] - pull
        self.scale = np.sqrt(np.diag(fit.sigma_u))
        self.lag_blocks = fit.lag_blocks
        width = self.terms.shape[1] + values.shape[1] * (fit.lags + 1)
        self.share = max(LEAST, CACHE // (8 * width**2))

    def __call__(self, size: int, generator: np.random.Generator) -> SimulatedDraws:
        """Draw ``size`` reduced forms; unstable ones are drawn again if the rule says so."""
        draws = self._sample(size, generator)
        if self.bootstrap.unstable == "keep" or not self.fit.redraws:
            return draws
        for _ in range(ROUNDS):
            bad = draws.unstable_rows
            if not len(bad):
                return draws
            draws = draws.replaced(bad, self._sample(len(bad), generator))
        raise Unstable(
            f"{len(bad)} of {size} bootstrap draws are still unstable after {ROUNDS} rounds (largest root of the fit "
            f"{self.fit.roots[0]:.4f}); difference the data, or pass unstable='keep' to the bootstrap."
        )

    def _sample(self, size: int, generator: np.random.Generator) -> SimulatedDraws:
        fit, lags = self.fit, self.fit.lags
        resample = self.bootstrap.resample(generator, size, fit.nobs)
        driving = resample.apply(self.residuals)
        with broadcast_in_place():
            driving += self.expected
        paths = kernels.simulate(self.lag_blocks, driving, self.initial)
        pieces = [self._estimates(piece) for piece in np.array_split(paths, -(-size // self.share))]
        coefficients, residual_factor, stable = (np.concatenate(each) for each in zip(*pieces, strict=True))
        if self.centre.any():
            means = kernels.lag_blocks(coefficients, lags).sum(axis=1) @ self.centre
            coefficients[:, fit.parent.terms.index("const")] += self.centre - means
            with broadcast_in_place():  # whole samples: a row at a time takes four times
                paths.reshape(size, -1)[:] += np.tile(self.centre, paths.shape[1])
        return SimulatedDraws(
            fit=fit,
            coefficients=sealed(coefficients),
            factor=sealed(residual_factor / np.sqrt(fit.df_resid)),
            paths=sealed(paths),
            resample=resample,
            stable=sealed(stable),
            unstable=len(stable) - int(stable.sum()),
        )

    def _estimates(self, paths: Array) -> tuple[Array, Array, Mask]:
        """Coefficients and the Cholesky factor of û'û of every draw, estimated as the fit itself was; which are stable.

        Whether a draw is stable is asked of its estimates, before the bias is taken off.
        """
        fit = self.fit
        try:
            factor, coefficients, residual_factor = self.estimator.estimates(paths, self.terms)
        except np.linalg.LinAlgError:
            raise SingularDesign(
                "the regressors of a bootstrap sample are numerically collinear; drop a variable, use fewer lags, or "
                "bring the variables to a similar mean."
            ) from None
        stable = self.estimator.settled(paths, self.terms, factor=factor, coefficients=coefficients)
        if not stable.all():
            stable[~stable] = self._is_stable(coefficients[~stable])
        if fit.bias is not None:  # off every stable draw, less where that would make it unstable
            share = guarded_share(coefficients, fit.bias, self._is_stable, stable=stable)
            shift = -share[:, None, None] * fit.bias
            if fit.free is None:
                coefficients, residual_factor = kernels.shift_lags(factor, coefficients, shift, p=fit.lags)
            else:
                coefficients, residual_factor = restricted.shift_lags(factor, coefficients, shift, free=fit.free)
        return coefficients, residual_factor, stable

    def _is_stable(self, coefficients: Array) -> Mask:
        blocks = kernels.lag_blocks(coefficients, self.fit.lags)
        return self.estimator.are_stable(blocks * self.scale / self.scale[:, None])


def _has_constants(fit: VARResults) -> bool:
    """Whether every equation has a constant, so that shifting a variable changes constants only."""
    terms = fit.parent.terms
    return "const" in terms and (fit.free is None or bool(fit.free[terms.index("const")].all()))
