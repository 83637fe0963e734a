"""The picture of a specification curve: estimates in order over the choices behind them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from econ.arrays import Array
from econ.estimate import Estimate, Unavailable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from econ.multiverse.results import SpecificationCurveResults

SEEN, UNSEEN, OTHERS = "#0b3c6f", "#9aa5b1", "#c75b12"
"""Dark blue, light grey and orange: apart for every eye, and in print without colours by their lightness."""


def plot_curve(
    results: SpecificationCurveResults, literature: Mapping[str, Estimate] | None = None, *, ax: Any = None
) -> Figure:
    """Draw the sorted estimates with their sets over the matrix of choices.

    Dark estimates have a set that leaves out zero, light ones do not; the dashed line is their median. Diamonds on the
    right are the literature's.

    Parameters
    ----------
    results : SpecificationCurveResults
        What was estimated.
    literature : mapping of str to Estimate, optional
        Estimates of others by label, in the units of the curve.
    ax : sequence of matplotlib Axes, optional
        Where to draw: curve, matrix of choices and, with literature, its axes.

    Returns
    -------
    matplotlib.figure.Figure
        A notebook shows it; ``plt.show()`` does if pyplot was imported before; ``savefig`` saves it.

    Raises
    ------
    SpecificationError
        As `SpecificationCurveResults.beside`.

    Examples
    --------
    >>> from econ.multiverse import SpecificationCurve
    >>> def base(lags, sample):
    ...     return Estimate(lags + sample, 1.0, lags + sample - 1.6, lags + sample + 1.6)
    >>> results = SpecificationCurve(base, {"lags": [1, 2], "sample": [0, 3]}).run()
    >>> len(plot_curve(results).axes), len(plot_curve(results, {"theirs": Estimate(2.0, 1.0, 0.4, 3.6)}).axes)
    (2, 3)
    """
    from econ.responses.page import panels, style, words

    rows = results.estimates
    beside = None if literature is None else results.beside(literature)
    options = [(axis, label) for axis in results.curve.axes for label in results.curve.choices[axis]]
    with style():
        if ax is None:
            page, axes = _sheet(2.6 + 0.17 * (len(options) + len(results.curve.axes)), beside)
        else:
            page, grid = panels(1, 2 if beside is None else 3, ax)
            axes = list(grid[0])
        _draw_curve(axes[0], rows)
        words(axes[0], y=results.units or "estimate")
        _draw_matrix(axes[1], rows, results, options)
        if beside is not None:
            _draw_literature(axes[2], beside)
    return page


def _sheet(height: float, beside: pd.DataFrame | None) -> tuple[Figure, list[Axes]]:
    """The curve over the matrix, and room for the literature on the right."""
    from econ.responses.page import new_page

    page = new_page(8.0 if beside is None else 9.5, height, layout="constrained")
    grid = page.add_gridspec(
        2, 1 if beside is None else 2, height_ratios=[2.4, height - 2.4],
        width_ratios=None if beside is None else [8.0, min(0.35 * len(beside) + 0.3, 3.0)],
    )  # fmt: skip
    top = page.add_subplot(grid[0, 0])
    axes = [top, page.add_subplot(grid[1, 0], sharex=top)]
    return page, axes if beside is None else [*axes, page.add_subplot(grid[0, 1], sharey=top)]


def _draw_curve(axes: Axes, rows: pd.DataFrame) -> None:
    """Sets as lines, estimates as points; what has an open set runs to the edge of the picture."""
    values, at = rows["value"].to_numpy(dtype=float), np.arange(len(rows))
    seen = np.array([each is True or each is np.True_ for each in rows["significant"].tolist()])
    ends = [_finite(rows[name]) for name in ("lower", "upper")]
    inside = np.concatenate([values, *(end[np.isfinite(end)] for end in ends)])
    margin = 0.05 * (float(np.ptp(inside)) or 1.0)
    low, high = float(inside.min()) - margin, float(inside.max()) + margin
    for mask, colour, words in ((~seen, UNSEEN, "set holds zero"), (seen, SEEN, "set leaves out zero")):
        if not mask.any():
            continue
        bounded = mask & ~np.isnan(ends[0]) & ~np.isnan(ends[1])
        axes.vlines(
            at[bounded], np.clip(ends[0][bounded], low, high), np.clip(ends[1][bounded], low, high), color=colour,
            linewidth=min(1.5, 250.0 / len(rows)), alpha=0.45,
        )  # fmt: skip
        axes.plot(at[mask], values[mask], ".", color=colour, markersize=4 if len(rows) < 400 else 2, label=words)
    axes.axhline(0.0, color="black", linewidth=0.6)
    axes.axhline(float(np.median(values)), color="0.3", linewidth=0.9, linestyle="--", label="median")
    axes.set_ylim(low, high)
    axes.tick_params(labelbottom=False, bottom=False)
    axes.legend(
        frameon=False, fontsize="small", loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, borderaxespad=0.0
    )


def _finite(column: pd.Series) -> Array:
    """Ends of the sets, infinite where open; NaN where there are none."""
    return np.array([np.nan if isinstance(each, Unavailable) else float(each) for each in column.tolist()])


def _draw_matrix(
    axes: Axes, rows: pd.DataFrame, results: SpecificationCurveResults, options: list[tuple[str, str]]
) -> None:
    """One line an option, a mark where a specification has it; a gap between axes."""
    heights, names, last, place = [], [], "", 0.0
    for axis, label in options:
        place -= 1.0 if axis == last or not last else 1.7
        here = np.flatnonzero((rows[axis] == label).to_numpy())
        axes.plot(here, np.full(len(here), place), "|", color="0.15", markersize=5, markeredgewidth=0.7)
        heights.append(place)
        names.append(label if axis == last else f"{axis}:  {label}")
        last = axis
    axes.set_yticks(heights, names, fontsize="small")
    for text in axes.get_yticklabels():
        text.set_parse_math(False)
    axes.set_ylim(min(heights) - 0.8, max(heights) + 0.8)
    axes.tick_params(left=False, bottom=False, labelbottom=False)
    axes.set_xlabel(f"{len(rows)} specifications, from the smallest estimate to the largest")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _draw_literature(axes: Axes, beside: pd.DataFrame) -> None:
    """Estimates of others as diamonds with their sets, on the axis of the curve."""
    at, values = np.arange(len(beside)), beside["value"].to_numpy(dtype=float)
    low, high = (_finite(beside[name]) for name in ("lower", "upper"))
    known = np.isfinite(low) & np.isfinite(high)
    axes.vlines(at[known], low[known], high[known], color=OTHERS, linewidth=1.2)
    axes.plot(at, values, "D", color=OTHERS, markersize=4)
    bottom, top = axes.get_ylim()
    every = np.concatenate([values, low[known], high[known]])
    room = 0.05 * (top - bottom)
    axes.set_ylim(min(bottom, float(every.min()) - room), max(top, float(every.max()) + room))
    axes.axhline(0.0, color="black", linewidth=0.6)
    axes.set_xticks(at, [str(label) for label in beside.index], rotation=90, fontsize="small")
    for text in axes.get_xticklabels():
        text.set_parse_math(False)
        text.set_in_layout(False)  # they hang beside the matrix, where there is room
    axes.set_xlim(-0.7, len(beside) - 0.3)
    axes.tick_params(labelleft=False)
    axes.set_title("literature", fontsize="small")
