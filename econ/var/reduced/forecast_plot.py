"""Fans: forecasts and scenarios after the last of the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from econ import checks
from econ.errors import SpecificationError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from econ.var.reduced.conditional import Conditions
    from econ.var.reduced.results import VARResults
    from econ.var.structure.structural import StructuralResults


def plot_forecast(
    results: VARResults | StructuralResults,
    steps: int,
    levels: float | Sequence[float] = (0.68, 0.90),
    *,
    variable: str | Sequence[str] | None = None,
    history: int = 24,
    ax: Any = None,
    conditions: Conditions | None = None,
    driving: Sequence[str] | None = None,
    exog: pd.DataFrame | None = None,
) -> Figure:
    """Draw the last of the data and the fan of a forecast, or of a scenario where there are conditions.

    Parameters
    ----------
    results : VARResults or StructuralResults
        Whose ``forecast``.
    steps : int
        Periods ahead.
    levels : float or sequence of float
        Coverage of each band, from the lightest to the darkest.
    variable : str or sequence of str, optional
        A panel each; all by default.
    history : int, default 24
        Periods of data before.
    ax : matplotlib Axes or sequence of them, optional
        Where to draw, one a variable.
    conditions, exog
        As for ``forecast``.
    driving : sequence of str, optional
        Shocks that bring the conditions about; of an identified VAR only.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from econ.responses.page import coverages

    fit: Any = getattr(results, "parent", results) if hasattr(results, "scheme") else results
    options: dict[str, Any] = {"conditions": conditions, "exog": exog}
    if driving is not None:
        if fit is results:
            raise SpecificationError("a reduced form has no shocks to drive a scenario; identify(...) some first.")
        options["driving"] = driving
    tables = [results.forecast(steps, level=level, **options) for level in coverages(levels)]
    return draw_fans(fit, tables, variable=variable, history=history, ax=ax)


def draw_fans(
    fit: VARResults, tables: Sequence[pd.DataFrame], *, variable: str | Sequence[str] | None, history: int, ax: Any
) -> Figure:
    """One panel a variable: data, mean, and the bands of each table (variable, mean | lower | upper)."""
    from econ.responses.page import fan, panels, style, words

    names = fit.variables if variable is None else checks.names("variable", variable, least=1)
    for name in names:
        checks.position("variable", name, fit.variables)
    past = fit.data.frame.iloc[-checks.count("history", history) :]
    with style():
        page, axes = panels(len(names), 1, ax, width=5.0, height=1.9)
        for axis, name in zip(axes[:, 0] if axes.shape[1] == 1 else axes.ravel(), names, strict=True):
            axis.plot(_places(past.index), past[name], color="black", linewidth=1.0)
            bands = [(table[name]["lower"], table[name]["upper"]) for table in tables]
            fan(axis, _places(tables[0].index), bands, tables[0][name]["mean"])
            axis.axvline(_places(past.index)[-1], color="0.6", linewidth=0.6)
            words(axis, title=name, y=fit.units[name])
    return page


def _places(index: pd.Index) -> pd.Index:
    """Where periods stand on an axis."""
    return index.to_timestamp() if isinstance(index, pd.PeriodIndex) else index
