"""Pictures of what the shocks made: of forecast errors and of history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from econ import checks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from econ.var.structure.structural import StructuralResults

LEFT_OUT = ("initial", "deterministic")
"""Components of history that are no shocks."""


def plot_fevd(
    svar: StructuralResults, horizon: int, *, variable: str | Sequence[str] | None = None, ax: Any = None
) -> Figure:
    """Draw the variance shares of each shock as stacked areas, a panel a variable.

    Parameters
    ----------
    svar : StructuralResults
        The identified VAR.
    horizon : int
        Longest forecast.
    variable : str or sequence of str, optional
        Which; all by default.
    ax : matplotlib Axes or sequence of them, optional
        Where to draw, one a variable.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from econ.responses.page import COLOURS, HATCHES, legend, panels, style, words

    shares, names = svar.fevd(horizon), _chosen(svar, variable)
    with style():
        page, axes = panels(1, len(names), ax, width=3.2, height=2.8)
        for axis, name in zip(axes.ravel(), names, strict=True):
            table = shares.xs(name, level="variable")
            bottom = np.zeros(len(table))
            for number, shock in enumerate(table.columns):
                top = bottom + table[shock].to_numpy()
                axis.fill_between(
                    table.index, bottom, top, facecolor=COLOURS[number % 6], hatch=HATCHES[number % 6],
                    edgecolor="white", linewidth=0.0, alpha=0.8, label=str(shock),
                )  # fmt: skip
                bottom = top
            axis.set_ylim(0.0, 1.0)
            axis.set_xlim(table.index[0], max(table.index[-1], 2))
            words(axis, title=name, x="step")
        axes.ravel()[0].set_ylabel("share of the variance")
        legend(axes.ravel()[-1], outside=True)
    return page


def plot_historical_decomposition(
    svar: StructuralResults, variable: str | Sequence[str] | None = None, *, ax: Any = None
) -> Figure:
    """Draw what each shock made of history as stacked bars, and their sum as a line.

    The line is the data less their initial condition and deterministic terms.

    Parameters
    ----------
    svar : StructuralResults
        The identified VAR.
    variable : str or sequence of str, optional
        A panel each; all by default.
    ax : matplotlib Axes or sequence of them, optional
        Where to draw, one a variable.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from econ.responses.page import legend, panels, style, words

    history, names = svar.historical_decomposition(), _chosen(svar, variable)
    with style():
        page, axes = panels(len(names), 1, ax, width=6.0, height=2.2)
        for axis, name in zip(axes.ravel(), names, strict=True):
            every: pd.DataFrame = history[[name]].droplevel(0, axis=1)
            parts = every.drop(columns=[part for part in LEFT_OUT if part in every.columns])
            _stack(axis, parts)
            words(axis, title=name, y=svar.parent.units[name])
        legend(axes.ravel()[0], outside=True)
    return page


def _stack(axis: Axes, parts: pd.DataFrame) -> None:
    """Positive parts upwards, negative ones downwards, from zero."""
    from econ.responses.page import COLOURS, HATCHES

    index = parts.index.to_timestamp() if isinstance(parts.index, pd.PeriodIndex) else parts.index
    above, below = np.zeros(len(parts)), np.zeros(len(parts))
    for number, name in enumerate(parts.columns):
        values = parts[name].to_numpy()
        base = np.where(values >= 0.0, above, below)
        axis.fill_between(
            index, base, base + values, step="mid", facecolor=COLOURS[number % 6], hatch=HATCHES[number % 6],
            edgecolor="white", linewidth=0.0, alpha=0.8, label=str(name),
        )  # fmt: skip
        above, below = above + np.maximum(values, 0.0), below + np.minimum(values, 0.0)
    axis.plot(index, parts.sum(axis=1), color="black", linewidth=1.0, label="all shocks")
    axis.axhline(0.0, color="black", linewidth=0.6)


def _chosen(svar: StructuralResults, variable: str | Sequence[str] | None) -> tuple[str, ...]:
    names = svar.parent.variables if variable is None else checks.names("variable", variable, least=1)
    for name in names:
        checks.position("variable", name, svar.parent.variables)
    return names
