"""Forecasts under conditions on the paths of variables, for any shocks that make up the residuals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from econ.arrays import Array, Mask
from econ.errors import SpecificationError, suggestion
from econ.estimate import check_level
from econ.var import _kernels as kernels
from econ.var.reduced.forecasting import intervals, mean_path

if TYPE_CHECKING:
    from econ.var.reduced.results import VARResults

Conditions = Mapping[str, ArrayLike] | pd.DataFrame


def conditional_forecast(
    fit: VARResults,
    steps: int,
    conditions: Conditions,
    *,
    impact: Array,
    fixed: Mask | None = None,
    level: float,
    exog: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, Array]:
    """Paths under conditions, and the mean of the shocks that bring them about.

    With ȳ the unconditional forecast, future shocks ε ~ N(0, I) and R their effects, y = ȳ + R ε. Conditions C y = f
    and, for the shocks that are ``fixed``, Ξ ε ~ N(0, I), read D ε ~ N(d, Ω) together. The solution closest to ordinary
    shocks has mean D⁺ d and covariance I - D⁺ D + D⁺ Ω D⁺', D⁺ the Moore-Penrose inverse. With no shock fixed the paths
    are the same for every ``impact``: any factor of Σ_u serves.

    Parameters
    ----------
    fit : VARResults
        The VAR.
    steps : int
        Periods ahead.
    conditions : mapping of str to sequence, or DataFrame
        Paths by variable, ``steps`` values each, NaN where free, units of the variables.
    impact : array (n, n)
        Impact of n orthogonal shocks, impact @ impact.T = Σ_u.
    fixed : bool array (steps n,), optional
        Which of the stacked shocks keep their usual distribution; by default none.
    level : float
        Coverage of the intervals; coefficients taken as known.
    exog : DataFrame, optional
        Future exogenous regressors.

    Returns
    -------
    paths : DataFrame (steps, 3 n)
        Columns (variable, ``mean`` | ``lower`` | ``upper``); no width where conditioned.
    shocks : array (steps n,)
        Means, standard deviations.

    References
    ----------
    Waggoner, D. F. and T. Zha (1999), Conditional Forecasts in Dynamic Multivariate Models, Review of Economics and
    Statistics 81(4), 639-651.
    """
    from scipy.special import ndtri

    width = float(ndtri(0.5 + check_level(level) / 2.0))
    effect = kernels.stacked(kernels.responses(fit.as_draws.lag_blocks, impact[None], steps - 1))[0]
    expected = mean_path(fit, steps, exog=exog)
    wanted = _target(conditions, fit.variables, steps)
    bound = ~np.isnan(wanted)
    free = np.zeros(effect.shape[1], dtype=bool) if fixed is None else fixed
    mean, covariance = _closest_shocks(effect, (wanted - expected)[bound], bound=bound.reshape(-1), fixed=free)
    spread = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", effect, covariance, effect), 0.0)).reshape(steps, -1)
    spread[bound] = 0.0
    return intervals(fit, expected + (effect @ mean).reshape(steps, -1), width * spread), mean


def _closest_shocks(effect: Array, gap: Array, *, bound: Mask, fixed: Mask) -> tuple[Array, Array]:
    """Mean and covariance of the stacked shocks."""
    size = effect.shape[1]
    d = np.vstack([effect[bound], np.eye(size)[fixed]])
    target = np.concatenate([gap, np.zeros(fixed.sum())])
    inverse = np.linalg.pinv(d)
    mean = inverse @ target
    miss = np.abs(d @ mean - target).max()
    if miss > 1e-8 * max(1.0, np.abs(target).max()):
        raise SpecificationError(
            f"the driving shocks cannot bring about the conditions (they miss by {miss:.3g}); "
            "let more shocks drive the scenario or drop conditions."
        )
    usual = np.diag(np.concatenate([np.zeros(len(gap)), np.ones(fixed.sum())]))
    return mean, np.eye(size) - inverse @ d + inverse @ usual @ inverse.T


def _target(conditions: Conditions, variables: tuple[str, ...], steps: int) -> Array:
    """Conditions as an array (steps, n), NaN where free."""
    wanted = np.full((steps, len(variables)), np.nan)
    for name in conditions:
        if name not in variables:
            raise SpecificationError(f"no variable {name!r} in the VAR; {suggestion(str(name), variables)}")
        path = np.asarray(conditions[name], dtype=float)
        if path.shape != (steps,) or np.isinf(path).any():
            raise SpecificationError(
                f"the condition on {name!r} must give {steps} finite values (NaN where free); found {path.tolist()}."
            )
        wanted[:, variables.index(name)] = path
    if np.isnan(wanted).all():
        raise SpecificationError("no condition was given; name at least one value of one variable.")
    return wanted
