"""What the figures of several exhibits draw alike: sets that go on beyond the page, and the levels of bands."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def going_on(
    axes: Any,
    lower: ArrayLike,
    upper: ArrayLike,
    at: ArrayLike,
    *,
    window: tuple[float, float],
    color: str = "C0",
    upright: bool = False,
) -> None:
    """Arrows where sets go on beyond a window, which they are cut to: at its ends, on the line of each set.

    Parameters
    ----------
    axes : matplotlib Axes
        Where the sets are drawn.
    lower, upper, at : array (n,)
        Ends of the sets, and the place of each across them.
    window : (float, float)
        From where to where the axis shows; an end on it or beyond it goes on.
    color : str
        That of the sets.
    upright : bool
        Whether sets stand instead of lying.
    """
    marks = "v^" if upright else "<>"
    beyond = (np.asarray(lower, dtype=float) <= window[0], np.asarray(upper, dtype=float) >= window[1])
    for edge, mark, cut in zip(window, marks, beyond, strict=True):
        place = np.asarray(at, dtype=float)[cut]
        ends = np.full(len(place), edge)
        x, y = (place, ends) if upright else (ends, place)
        axes.plot(x, y, mark, color=color, ms=4, clip_on=False, zorder=3)


def bands(level: float, whole: str) -> dict[str, str]:
    """Labels of a band at each place and of the wider one around all of it.

    Examples
    --------
    >>> bands(0.9, "all days")
    {'each': '90% for each by itself', 'all': '90% for all days at once'}
    """
    return {"each": f"{level:.0%} for each by itself", "all": f"{level:.0%} for {whole} at once"}
