"""Picture of robust bounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from econ import checks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from econ.var.sets.robust_bounds import RobustBounds


def plot_bounds(
    bounds: RobustBounds,
    levels: float | Sequence[float] = 0.90,
    *,
    response: str | Sequence[str] | None = None,
    ax: Any = None,
) -> Figure:
    """Draw the set of posterior means between lines, and the robust credible regions shaded.

    Parameters
    ----------
    bounds : RobustBounds
        The bounds.
    levels : float or sequence of float, default 0.90
        Probability of the regions.
    response : str or sequence of str, optional
        A panel each; all by default.
    ax : matplotlib Axes or sequence of them, optional
        Where to draw, one a response.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from econ.responses.page import COLOURS, coverages, panels, shade, style, words

    names = bounds.responses if response is None else checks.names("response", response, least=1)
    places = [checks.position("response", name, bounds.responses) for name in names]
    regions, horizons = [bounds.credible_region(level) for level in coverages(levels)], range(bounds.lower.shape[1])
    low, high = bounds.mean
    with style():
        page, axes = panels(1, len(names), ax, width=3.0, height=2.6)
        for axis, name, i in zip(axes.ravel(), names, places, strict=True):
            for place, (lower, upper) in enumerate(regions):
                alpha = shade(place, len(regions))
                axis.fill_between(horizons, lower[:, i], upper[:, i], color=COLOURS[0], alpha=alpha, linewidth=0)
            for end in (low, high):
                axis.plot(horizons, end[:, i], color=COLOURS[0])
            axis.axhline(0.0, linewidth=0.6, color="black")
            words(axis, title=f"{name} to {bounds.shock}", x="horizon")
    return page
