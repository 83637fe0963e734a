"""Forecasts under conditions on the paths of variables, for any shocks that make up the residuals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from econ import checks
from econ.arrays import Array, Mask
from econ.data.index import at_periods, next_periods
from econ.errors import SpecificationError
from econ.parallel import BLOCK
from econ.var import _kernels as kernels
from econ.var.reduced.forecasting import mean_paths, predictive_table

if TYPE_CHECKING:
    from econ.var.reduced.draws import ReducedDraws
    from econ.var.reduced.results import VARResults

Conditions = Mapping[str, ArrayLike] | pd.DataFrame
MISS = 1e-8  # of the largest gap that the conditions ask for


def conditional_forecast(
    draws: ReducedDraws,
    impact: Array,
    conditions: Conditions,
    *,
    steps: int,
    fixed: Mask | None = None,
    level: float = 0.90,
    exog: pd.DataFrame | None = None,
    uncertainty: Conditions | None = None,
) -> tuple[pd.DataFrame, Array]:
    """Paths under conditions, and the mean of the shocks that bring them about.

    With ȳ the unconditional forecast, future shocks ε ~ N(0, I) and R their effects, y = ȳ + R ε. Shocks that are
    ``fixed`` keep their distribution; the others, R_f their effects, are the closest to ordinary ones that meet the
    conditions C y = f: ε_f = (C R_f)⁺ (f - C ȳ - C R ε) + (I - (C R_f)⁺ C R_f) ξ, with ⁺ the Moore-Penrose inverse, ε
    the fixed shocks and ξ ~ N(0, I). With no shock fixed the paths are the same for every ``impact``: any factor of Σ_u
    serves. Of a posterior the result is the mixture over its draws, which are not weighted anew by how likely they
    make the conditions.

    Parameters
    ----------
    draws : ReducedDraws
        D reduced forms of one VAR.
    impact : array (D, n, s)
        Impact of s >= n uncorrelated shocks under each, B B' = Σ_u.
    conditions : mapping of str to sequence or Series, or DataFrame
        Paths by variable, units of the variables: ``steps`` values in order, NaN where free; or values at dates.
    steps : int
        Periods ahead.
    fixed : bool array (steps s,), optional
        Which of the stacked shocks keep their usual distribution; by default none.
    level : float, default 0.90
        Coverage of the intervals.
    exog : DataFrame, optional
        Future exogenous regressors, matched by date.
    uncertainty : mapping of str to sequence or Series, or DataFrame, optional
        Soft conditions: standard deviations around ``conditions``, in the same form, NaN or 0 where they are hard. The
        conditioned values then are independent normals, C y ~ N(f, diag(ω²)), and so f + ω η stands for f above
        (Andersson, Palmqvist and Waggoner 2010). Shocks are drawn as closely to ordinary ones as before.

    Returns
    -------
    paths : DataFrame (steps, 3 n)
        Columns (variable, ``mean`` | ``lower`` | ``upper``); no width where conditioned without uncertainty.
    shocks : array (D, steps s)
        Means, standard deviations.

    Raises
    ------
    SpecificationError
        For unknown names, paths of another length, no condition at all, or conditions that the shocks cannot meet.
    SchemaError
        For dates that are not among the next ``steps`` periods.

    References
    ----------
    Waggoner, D. F. and T. Zha (1999), Conditional Forecasts in Dynamic Multivariate Models, Review of Economics and
    Statistics 81(4), 639-651.
    Andersson, M. K., S. Palmqvist and D. F. Waggoner (2010), Density-Conditional Forecasts in Dynamic Multivariate
    Models, Sveriges Riksbank Working Paper 247.
    """
    steps = checks.count("steps", steps)
    fit = draws.fit
    expected = mean_paths(draws, steps, exog=exog)
    wanted = _target(conditions, fit, steps)
    bound = ~np.isnan(wanted)
    around = _deviations(uncertainty, fit, bound)
    free = np.ones(steps * impact.shape[2], dtype=bool) if fixed is None else ~fixed
    shocks, spread = np.zeros((len(draws), len(free))), np.empty((len(draws), *wanted.shape))
    for start in range(0, len(draws), BLOCK):  # the effects of all shocks are (steps n)² numbers a draw
        rows = slice(start, start + BLOCK)
        effect = kernels.stacked(kernels.responses(draws.lag_blocks[rows], impact[rows], steps - 1))
        gap = (wanted - expected[rows])[:, bound]
        shocks[rows, free], spread[rows] = _closest(effect, gap, bound=bound, free=free, around=around)
        expected[rows] += (effect @ shocks[rows, :, None]).reshape(-1, *wanted.shape)
    spread[:, bound] = around
    return predictive_table(fit, expected, spread, level=level), shocks


def _closest(effect: Array, gap: Array, *, bound: Mask, free: Mask, around: Array) -> tuple[Array, Array]:
    """Mean of the free shocks (b, free), and standard deviation of the paths (b, steps, n)."""
    rows = bound.reshape(-1)
    moved = effect[:, rows][:, :, free]
    inverse = np.linalg.pinv(moved)
    mean = (inverse @ gap[:, :, None])[..., 0]
    miss = np.abs((moved @ mean[..., None])[..., 0] - gap).max()
    if miss > MISS * max(1.0, float(np.abs(gap).max())):
        raise SpecificationError(
            f"the driving shocks cannot bring about the conditions (they miss by {miss:.3g}); "
            "let more shocks drive the scenario or drop conditions."
        )
    pull = effect[:, :, free] @ inverse
    rest = effect[:, :, free] - pull @ moved
    aside = effect[:, :, ~free] - pull @ effect[:, rows][:, :, ~free]
    variance = (rest**2).sum(axis=2) + (aside**2).sum(axis=2) + pull**2 @ around**2
    return mean, np.sqrt(variance).reshape(-1, *bound.shape)


def _target(conditions: Conditions, fit: VARResults, steps: int, *, what: str = "condition") -> Array:
    """Conditions as an array (steps, n), NaN where free."""
    if not isinstance(conditions, (Mapping, pd.DataFrame)):
        raise SpecificationError(
            f"conditions map variables to paths, such as {{'x': [0.5, 0.5]}}; found {type(conditions).__name__}."
        )
    future = next_periods(fit.data.frame.index, steps)
    wanted = np.full((steps, len(fit.variables)), np.nan)
    for name in map(str, conditions):
        column = checks.position("variable", name, fit.variables)
        path = conditions[name]
        if isinstance(path, pd.Series):
            path = at_periods(path.to_frame(), future, what=f"the {what} on {name!r}", partly=True).iloc[:, 0]
        values = checks.paths(f"the {what} on {name!r}", path)
        if values.shape != (steps,) or np.isinf(values).any():
            raise SpecificationError(
                f"the {what} on {name!r} must give {steps} finite values (NaN where free); found {values.tolist()}."
            )
        wanted[:, column] = values
    if np.isnan(wanted).all():
        raise SpecificationError(f"no {what} was given; name at least one value of one variable.")
    return wanted


def _deviations(uncertainty: Conditions | None, fit: VARResults, bound: Mask) -> Array:
    """Standard deviations of the conditioned values, in the order of ``bound``; zero where they are hard."""
    if uncertainty is None:
        return np.zeros(int(bound.sum()))
    found = _target(uncertainty, fit, len(bound), what="uncertainty of the condition")
    if (found < 0.0).any():
        raise SpecificationError(f"uncertainties are standard deviations, at least 0; found {np.nanmin(found):g}.")
    alone = ~np.isnan(found) & ~bound
    if alone.any():
        step, column = (int(each) for each in np.argwhere(alone)[0])
        raise SpecificationError(
            f"{fit.variables[column]!r} has an uncertainty but no condition in step {step + 1}; give it one."
        )
    return np.where(np.isnan(found), 0.0, found)[bound]
