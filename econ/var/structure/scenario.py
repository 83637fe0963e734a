"""Conditional forecasts and structural scenarios: futures that meet conditions, and how unusual they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from econ import checks
from econ.arrays import Array
from econ.errors import SpecificationError
from econ.var import _kernels as kernels
from econ.var.reduced.forecasting import future_index, mean_path
from econ.var.structure.counterfactual import plausibility, stacked
from econ.var.structure.decomposition import OTHER

if TYPE_CHECKING:
    from econ.var.structure.structural import StructuralResults

Conditions = Mapping[str, ArrayLike] | pd.DataFrame


@dataclass(frozen=True, eq=False)
class Scenario:
    """A future that meets conditions.

    Parameters
    ----------
    paths : DataFrame (steps, 3 n)
        Columns (variable, ``mean`` | ``lower`` | ``upper``), units of the variables; no width where conditioned.
    shocks : DataFrame (steps, n)
        Mean of the shocks that bring it about, standard deviations. Shocks that the scheme leaves unidentified are
        ``other 1``, ``other 2``, ...
    divergence : float
        Kullback-Leibler divergence of the scenario's shocks from ordinary ones, half their squared length: the
        conditions move means and leave the spread of the shocks as it is.
    plausibility : float
        The same as the bias of a coin: 0.5 = ordinary, 1 = unheard of.
    parent : StructuralResults
        The identified VAR.
    """

    paths: pd.DataFrame = field(repr=False)
    shocks: pd.DataFrame = field(repr=False)
    divergence: float
    plausibility: float
    parent: StructuralResults = field(repr=False)


def scenario(
    svar: StructuralResults,
    steps: int,
    conditions: Conditions,
    *,
    driving: Sequence[str] | None = None,
    level: float = 0.90,
    exog: pd.DataFrame | None = None,
) -> Scenario:
    """Forecast under conditions on the paths of variables, brought about by chosen shocks.

    With ȳ the unconditional forecast, future shocks ε ~ N(0, I) and R their effects, y = ȳ + R ε. Conditions C y = f
    and, for the shocks that do not drive the scenario, Ξ ε ~ N(0, I), read D ε ~ N(d, Ω) together. The solution closest
    to ordinary shocks has mean D⁺ d and covariance I - D⁺ D + D⁺ Ω D⁺', D⁺ the Moore-Penrose inverse.

    Parameters
    ----------
    svar : StructuralResults
        The identified VAR.
    steps : int
        Periods ahead.
    conditions : mapping of str to sequence, or DataFrame
        Paths by variable, ``steps`` values each, NaN where free, units of the variables.
    driving : sequence of str, optional
        Shocks that may deviate from their usual distribution; by default all (a conditional forecast, which does not
        depend on the identification).
    level : float, default 0.90
        Coverage of the intervals; coefficients taken as known.
    exog : DataFrame, optional
        Future exogenous regressors.

    Returns
    -------
    Scenario

    Raises
    ------
    SpecificationError
        For unknown names, paths of another length, no condition at all, or conditions that the driving shocks cannot
        meet.

    References
    ----------
    Waggoner, D. F. and T. Zha (1999), Conditional Forecasts in Dynamic Multivariate Models, Review of Economics and
    Statistics 81(4), 639-651.
    Antolín-Díaz, J., I. Petrella and J. F. Rubio-Ramírez (2021), Structural scenario analysis with SVARs, Journal of
    Monetary Economics 117, 798-815.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR, Cholesky
    >>> svar = VAR(simulated_var(periods=300, rng=1), lags=1).fit().identify(Cholesky("x", "y"))
    >>> future = scenario(svar, 4, {"y": [1.0, 1.0, 1.0, 1.0]}, driving=["x"])
    >>> future.paths["y"]["mean"].round(10).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    from scipy.special import ndtri

    steps = checks.count("steps", steps)
    width = float(ndtri(0.5 + checks.level(level) / 2.0))
    fit = svar.parent
    impact, names = _completed(svar)
    effect = stacked(kernels.responses(svar.model.lag_blocks, impact[None], steps - 1))[0]
    expected = mean_path(fit, steps, exog=exog)
    wanted = _target(conditions, fit.variables, steps)
    bound = ~np.isnan(wanted)
    fixed = _fixed(names, driving, steps)
    mean, covariance = _closest_shocks(effect, (wanted - expected)[bound], bound=bound.reshape(-1), fixed=fixed)
    paths = expected + (effect @ mean).reshape(steps, -1)
    spread = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", effect, covariance, effect), 0.0)).reshape(steps, -1)
    spread[bound] = 0.0
    index = future_index(fit, steps)
    columns = pd.MultiIndex.from_product([fit.variables, ("mean", "lower", "upper")], names=["variable", "value"])
    values = np.stack([paths, paths - width * spread, paths + width * spread], axis=-1)
    divergence = 0.5 * float(mean @ mean)
    return Scenario(
        paths=pd.DataFrame(values.reshape(steps, -1), index=index, columns=columns),
        shocks=pd.DataFrame(mean.reshape(steps, -1), index=index, columns=names),
        divergence=divergence,
        plausibility=plausibility(divergence, len(mean)),
        parent=svar,
    )


def _closest_shocks(
    effect: Array, gap: Array, *, bound: NDArray[np.bool_], fixed: NDArray[np.bool_]
) -> tuple[Array, Array]:
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


def _completed(svar: StructuralResults) -> tuple[Array, list[str]]:
    """An impact matrix with n orthogonal shocks: the identified ones, then any that complete them."""
    impact, names = svar.impact.to_numpy(), list(svar.shock_names)
    missing = len(svar.parent.variables) - len(names)
    if missing == 0:
        return impact, names
    factor = svar.model.factor[0]
    rotation = np.linalg.qr(np.linalg.solve(factor, impact), mode="complete")[0]
    rest = factor @ rotation[:, len(names) :]
    return np.hstack([impact, rest]), names + [f"{OTHER} {number}" for number in range(1, missing + 1)]


def _target(conditions: Conditions, variables: tuple[str, ...], steps: int) -> Array:
    """Conditions as an array (steps, n), NaN where free."""
    wanted = np.full((steps, len(variables)), np.nan)
    for name in conditions:
        place = checks.position("variable", name, variables)
        path = np.asarray(conditions[variables[place]], dtype=float)
        if path.shape != (steps,) or np.isinf(path).any():
            raise SpecificationError(
                f"the condition on {name!r} must give {steps} finite values (NaN where free); found {path.tolist()}."
            )
        wanted[:, place] = path
    if np.isnan(wanted).all():
        raise SpecificationError("no condition was given; name at least one value of one variable.")
    return wanted


def _fixed(names: list[str], driving: Sequence[str] | None, steps: int) -> NDArray[np.bool_]:
    """Which of the stacked shocks keep their usual distribution."""
    moving = names if driving is None else checks.names("driving", driving)
    for name in moving:
        checks.position("shock", name, names)
    return np.tile([name not in moving for name in names], steps)
