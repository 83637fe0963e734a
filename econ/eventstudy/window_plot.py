"""Pictures of event windows and of placebo draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from econ import checks
from econ.errors import SpecificationError
from econ.estimate import Unavailable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from econ.eventstudy.placebo import Placebo
    from econ.eventstudy.results import EventStudyResults


def plot_windows(
    results: EventStudyResults,
    levels: float | Sequence[float] = 0.90,
    *,
    kind: str | Sequence[str] | None = None,
    ax: Any = None,
) -> Figure:
    """Draw the mean cumulative abnormal change over the window, a panel a class, with simultaneous bands.

    Parameters
    ----------
    results : EventStudyResults
        The study.
    levels : float or sequence of float, default 0.90
        Coverage of the sup-t bands of :meth:`EventStudyResults.path`: the narrower, the darker.
    kind : str or sequence of str, optional
        Classes of events; one panel of all together by default.
    ax : matplotlib Axes or sequence of them, optional
        Where to draw, one a class.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from econ.responses.page import coverages, fan, panels, style, words

    kinds: list[str | None] = [None] if kind is None else [kind] if isinstance(kind, str) else list(kind)
    paths = {each: [results.path(each, level=level) for level in coverages(levels)] for each in kinds}
    with style():
        page, axes = panels(1, len(kinds), ax, width=3.6, height=2.8)
        for axis, (each, tables) in zip(axes[0], paths.items(), strict=True):
            bands = [(table["lower sup-t"], table["upper sup-t"]) for table in tables]
            fan(axis, tables[0].index, bands, tables[0]["mean"])
            axis.axhline(0.0, linewidth=0.6, color="black")
            title = f"{each or 'all events'} ({len(results.select(each))})"
            words(axis, title=title, x="day", y=results.units)
            axis.set_xticks(tables[0].index)
    return page


def plot_placebo(placebo: Placebo, *, bins: int = 40, ax: Any = None) -> Figure:
    """Draw the density of the statistic over placebo dates, and the statistic at the events.

    Parameters
    ----------
    placebo : Placebo
        The test.
    bins : int, default 40
        Bars.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    SpecificationError
        If there are no draws.
    """
    from econ.responses.page import COLOURS, legend, panels, style, words

    bins = checks.count("bins", bins)
    draws = placebo.draws[np.isfinite(placebo.draws)]
    if isinstance(placebo.statistic, Unavailable) or not len(draws):
        raise SpecificationError(f"there are no placebo draws to show: {placebo.statistic}.")
    with style():
        page, axes = panels(1, 1, ax, width=4.5, height=2.8)
        axis = axes[0, 0]
        axis.hist(draws, bins=bins, density=True, color=COLOURS[0], alpha=0.35, label=f"{len(draws):,} placebo draws")
        p = placebo.p_value if isinstance(placebo.p_value, Unavailable) else f"{placebo.p_value:.3f}"
        axis.axvline(placebo.statistic, color=COLOURS[1], linestyle="--", label=f"events (p = {p})")
        words(axis, x="statistic", y="density")
        legend(axis)
    return page
