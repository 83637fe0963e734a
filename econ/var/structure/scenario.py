"""Conditional forecasts and structural scenarios: futures that meet conditions, and how unusual they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Mask
from econ.border import checked
from econ.frozen import guarded
from econ.tables.shown import Facts, Shown, period
from econ.var.reduced.conditional import Conditions, conditional_forecast
from econ.var.reduced.forecast_plot import draw_fans
from econ.var.structure.counterfactual import plausibility
from econ.var.structure.decomposition import OTHER, check_apart

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from econ.var.reduced.draws import ReducedDraws
    from econ.var.structure.structural import StructuralResults


@guarded
@dataclass(frozen=True, eq=False)
class Scenario(Shown):
    """A future that meets conditions.

    Parameters
    ----------
    paths : DataFrame (steps, 3 n)
        Columns (variable, ``mean`` | ``lower`` | ``upper``), units of the variables; no width where conditioned.
    shocks : DataFrame (steps, n), or (steps, s) for s > n shocks
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

    def plot(self, *, variable: str | Sequence[str] | None = None, history: int = 24, ax: Any = None) -> Figure:
        """Draw the last of the data and the fan of the scenario; see :mod:`econ.var.reduced.forecast_plot`."""
        return draw_fans(self.parent.parent, [self.paths], variable=variable, history=history, ax=ax)

    def _facts(self) -> Facts:
        return {
            "identification": type(self.parent.scheme).__name__,
            "periods": period(self.paths.index),
            "divergence": self.divergence,
            "plausibility (0.5 ordinary, 1 unheard of)": self.plausibility,
        }

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        """One row a variable and period, at the level that the scenario was made with."""
        variables = list(dict.fromkeys(self.paths.columns.get_level_values(0)))
        found: pd.DataFrame = pd.concat({name: self.paths[name] for name in variables}, names=["variable", "period"])
        return found


@checked
def scenario(
    svar: StructuralResults,
    steps: int,
    conditions: Conditions,
    *,
    driving: Sequence[str] | None = None,
    level: float = 0.90,
    exog: pd.DataFrame | None = None,
    uncertainty: Conditions | None = None,
) -> Scenario:
    """Forecast under conditions on the paths of variables, brought about by chosen shocks.

    The shocks that do not drive the scenario keep their distribution; the driving ones are the closest to ordinary ones
    that meet the conditions (:func:`econ.var.reduced.conditional.conditional_forecast`). Results with draws, of a
    posterior or of a set, give the mixture over their draws.

    Parameters
    ----------
    svar : StructuralResults
        The identified VAR.
    steps : int
        Periods ahead.
    conditions : mapping of str to sequence, or DataFrame
        Paths by variable, units of the variables: ``steps`` values in order, NaN where free; or values at dates.
    driving : sequence of str, optional
        Shocks that may deviate from their usual distribution; by default all (a conditional forecast, which does not
        depend on the identification).
    level : float, default 0.90
        Coverage of the intervals; without draws, coefficients are taken as known.
    exog : DataFrame, optional
        Future exogenous regressors, matched by date.
    uncertainty : mapping of str to sequence, or DataFrame, optional
        Standard deviations around ``conditions``, in the same form: soft conditions. Shocks, divergence and
        plausibility are those of the mean.

    Returns
    -------
    Scenario

    Raises
    ------
    SpecificationError
        For unknown names, paths of another length, no condition at all, conditions that the driving shocks cannot meet,
        or shocks that overlap (:func:`econ.var.structure.decomposition.check_apart`).

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
    steps = checks.count("steps", steps)
    check_apart(svar)
    reduced, impacts = svar.own_draws
    impacts, names = _completed(reduced, impacts, list(svar.shock_names))
    paths, shocks = conditional_forecast(
        reduced,
        impacts,
        conditions,
        steps=steps,
        fixed=_fixed(names, driving, steps),
        level=level,
        exog=exog,
        uncertainty=uncertainty,
    )
    divergence = 0.5 * float((shocks**2).sum(axis=1).mean())
    return Scenario(
        paths=paths,
        shocks=pd.DataFrame(shocks.mean(axis=0).reshape(steps, -1), index=paths.index, columns=names),
        divergence=divergence,
        plausibility=plausibility(divergence, shocks.shape[1]),
        parent=svar,
    )


def _completed(reduced: ReducedDraws, impacts: Array, names: list[str]) -> tuple[Array, list[str]]:
    """Impact matrices whose shocks make Σ_u: the identified ones, then any that complete them to n."""
    _, n, known = impacts.shape
    if known >= n:
        return impacts, names
    rotations = np.linalg.qr(np.linalg.solve(reduced.factor, impacts), mode="complete")[0]
    rest = reduced.factor @ rotations[:, :, known:]
    return np.concatenate([impacts, rest], axis=2), names + [f"{OTHER} {number}" for number in range(1, n - known + 1)]


def _fixed(names: list[str], driving: Sequence[str] | None, steps: int) -> Mask:
    """Which of the stacked shocks keep their usual distribution."""
    for name in () if driving is None else checks.names("driving", driving):
        checks.position("shock", name, names)
    return np.tile([driving is not None and name not in driving for name in names], steps)
