"""Draws of the future: parameters, shocks, and paths that must stay between bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from econ import checks
from econ.arrays import Array, Rows, Seed
from econ.border import checked
from econ.errors import NoAdmissibleDraw, SpecificationError
from econ.parallel import map_blocks
from econ.var import _kernels as kernels
from econ.var.reduced.forecasting import mean_paths

if TYPE_CHECKING:
    from econ.var.reduced.results import VARResults

ROUNDS = 400  # of simulated blocks, before bounds count as impossible


@checked
def predictive(
    fit: VARResults,
    steps: int,
    draws: int = 1000,
    *,
    rng: Seed = None,
    bounds: Mapping[str, ArrayLike] | None = None,
    exog: pd.DataFrame | None = None,
    n_jobs: int = 1,
) -> Array:
    """Draw the next ``steps`` periods from the predictive distribution.

    Each draw takes a reduced form (of a posterior: one of its draws, equally likely; of least squares: the estimate)
    and Gaussian shocks. Under ``bounds`` only paths between them are kept, so that draws come from the predictive
    distribution cut to the bounds, in which parameters that make the bounds likely have more weight (soft conditions of
    Waggoner and Zha 1999, section IV).

    Parameters
    ----------
    fit : VARResults
        The VAR.
    steps : int
        Periods ahead.
    draws : int, default 1000
        Paths.
    rng : int or SeedSequence
        Seed.
    bounds : mapping of str to array, optional
        Of a variable: two rows, lower and upper bounds in each of the ``steps`` periods, ±inf or NaN where there is
        none, units of the variable.
    exog : DataFrame, optional
        Future exogenous regressors, matched by date.
    n_jobs : int, default 1
        Threads; the draws do not depend on them.

    Returns
    -------
    array (draws, steps, n)
        Units of the variables.

    Raises
    ------
    SpecificationError
        For unknown names, bounds of another shape, lower bounds above upper ones, or no ``rng``.
    NoAdmissibleDraw
        If hardly a path in 400 stays between the bounds.

    References
    ----------
    Waggoner, D. F. and T. Zha (1999), Conditional Forecasts in Dynamic Multivariate Models, Review of Economics and
    Statistics 81(4), 639-651.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR
    >>> fit = VAR(simulated_var(periods=200, rng=1), lags=1).fit()
    >>> paths = predictive(fit, 2, 50, rng=1, bounds={"x": [[0.0, -np.inf], [np.inf, np.inf]]})
    >>> paths.shape, bool((paths[:, 0, 0] >= 0.0).all())
    ((50, 2, 2), True)
    """
    steps, draws = checks.count("steps", steps), checks.count("draws", draws)
    reduced = fit.as_draws if fit.posterior is None else fit.posterior
    means, blocks, factors = mean_paths(reduced, steps, exog=exog), reduced.lag_blocks, reduced.factor
    lower, upper = _limits(bounds, fit, steps)

    def paths(rows: Rows, generator: np.random.Generator) -> Array:
        shocks = factors[rows] @ generator.standard_normal((len(rows), steps, factors.shape[1])).transpose(0, 2, 1)
        start = np.zeros((len(rows), fit.lags, factors.shape[1], 1))
        moved: Array = kernels.propagate(blocks[rows], shocks.transpose(0, 2, 1)[..., None], start)[..., 0]
        return means[rows] + moved

    def work(size: int, generator: np.random.Generator) -> Array:
        kept: list[Array] = []
        for _ in range(ROUNDS):
            made = paths(generator.integers(0, len(reduced), size=size), generator)
            kept.append(made[((made >= lower) & (made <= upper)).all(axis=(1, 2))])
            if sum(map(len, kept)) >= size:
                return np.concatenate(kept)[:size]
        raise NoAdmissibleDraw(
            f"{sum(map(len, kept))} of {ROUNDS * size} simulated paths stay between the bounds, fewer than the {size} "
            "wanted; widen the bounds, or give paths as conditions= of forecast()."
        )

    return np.concatenate(map_blocks(work, draws, rng=rng, n_jobs=n_jobs, label="predictive"))


def _limits(bounds: Mapping[str, ArrayLike] | None, fit: VARResults, steps: int) -> tuple[Array, Array]:
    """Lower and upper bounds, (steps, n) each."""
    limits = np.empty((2, steps, len(fit.variables)))
    limits[0], limits[1] = -np.inf, np.inf
    for name, given in (bounds or {}).items():
        column = checks.position("variable", name, fit.variables)
        values = checks.paths(f"the bounds of {name!r}", given)
        if values.shape != (2, steps):
            raise SpecificationError(
                f"the bounds of {name!r} must be two rows, lower and upper, of {steps} values; found shape "
                f"{values.shape}."
            )
        filled = np.where(np.isnan(values), limits[:, :, column], values)
        if not (filled[0] < filled[1]).all():
            raise SpecificationError(
                f"a lower bound of {name!r} is not below its upper bound; give a value to meet as conditions= of "
                "forecast()."
            )
        limits[:, :, column] = filled
    return limits[0], limits[1]
