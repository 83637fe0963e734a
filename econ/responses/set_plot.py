"""Pictures of weak-instrument sets: intervals, unions and open sets by horizon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class HasSets(Protocol):
    """Results with sets that stay valid when instruments are weak."""

    def weak_iv_set(self, response: str, horizon: int, level: float = 0.90, *, to: float = 1.0) -> pd.DataFrame:
        """Rows (response, shock), columns horizon, lower, upper."""


def plot_weak_iv_set(
    results: HasSets,
    response: str,
    horizon: int,
    *,
    levels: float | Sequence[float] = 0.90,
    to: float | None = None,
    ax: Any = None,
) -> Figure:
    """Draw the sets of ``weak_iv_set`` by horizon: a bar an interval, running off the picture where it is open.

    Parameters
    ----------
    results : results with ``weak_iv_set``
        A proxy VAR or an instrumented projection.
    response : str
        Name.
    horizon : int
        Last horizon.
    levels : float or sequence of float, default 0.90
        Coverage; the narrower sets are darker and thicker.
    to : float, optional
        Size of the shock, as in ``weak_iv_set``; as there when absent.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from econ.responses.page import coverages, legend, panels, style, words

    wanted = coverages(levels)
    size = {} if to is None else {"to": to}
    sets = [results.weak_iv_set(response, horizon, level, **size) for level in wanted]
    low, high = _edges(sets)
    with style():
        page, axes = panels(1, 1, ax, width=4.8, height=3.0)
        axis = axes[0, 0]
        for place, (level, table) in enumerate(zip(wanted, sets, strict=True)):
            _bars(axis, table, (low, high), place=place, count=len(wanted), label=f"{level:.0%} set")
        axis.axhline(0.0, linewidth=0.6, color="black")
        axis.set_ylim(low, high)
        shock = sets[0].index.get_level_values("shock")[0] if len(sets[0]) else "the shock"
        words(axis, title=f"{response} to {shock}", x="horizon")
        legend(axis)
    return page


def _edges(sets: Sequence[pd.DataFrame]) -> tuple[float, float]:
    """Ends of the picture: all finite ends and zero, with a margin."""
    ends = np.concatenate([[0.0], *(table[["lower", "upper"]].to_numpy(dtype=float).reshape(-1) for table in sets)])
    finite = ends[np.isfinite(ends)]
    margin = 0.1 * (float(np.ptp(finite)) or 1.0)
    return float(finite.min()) - margin, float(finite.max()) + margin


def _bars(axis: Axes, table: pd.DataFrame, edges: tuple[float, float], *, place: int, count: int, label: str) -> None:
    from econ.responses.page import COLOURS

    rows = table[["horizon", "lower", "upper"]].to_numpy(dtype=float)
    bottom, top = np.maximum(rows[:, 1], edges[0]), np.minimum(rows[:, 2], edges[1])
    width = 2.0 + 3.0 * place
    alpha = 0.35 if place < count - 1 else 0.9
    axis.vlines(rows[:, 0], bottom, top, color=COLOURS[0], alpha=alpha, linewidth=width, label=label)
    for side, mark in ((1, "v"), (2, "^")):  # where the set is open
        out = ~np.isfinite(rows[:, side])
        edge = edges[side - 1]
        axis.plot(rows[out, 0], np.full(int(out.sum()), edge), mark, color=COLOURS[1], clip_on=False, markersize=5)
