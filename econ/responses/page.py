"""The sheet that every picture of ours is drawn on: seen in a notebook, by ``plt.show()``, or saved.

It costs nothing until something is drawn: this module alone imports matplotlib, and only functions import it.
"""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import as_file, files
from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from econ import checks
from econ.errors import SpecificationError

WORDS: dict[str, Any] = {"parse_math": False}
"""Options of a text that holds names, units or titles as they are: two ``$`` in it are dollars, not mathematics."""
COLOURS = ("#1f3b6f", "#c4541a", "#4a8f5a", "#7b5aa6", "#555555", "#b8962e")
"""Those of the style: told apart by the colour-blind."""
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3)))
"""Lines told apart in grey."""
HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "----")
"""Areas told apart in grey."""

_DRAWING = threading.RLock()


class Page(Figure):
    """A figure that a notebook shows as a picture, once, whether or not pyplot was imported."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", bbox_inches="tight")
        return buffer.getvalue()

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None:
            pyplot.close(self)  # shown here, so the notebook need not show it again at the end of the cell
        return {"image/png": self._repr_png_(), "text/plain": repr(self)}


@contextmanager
def style() -> Iterator[None]:
    """The one style of all pictures, ``econ.mplstyle``, for one thread at a time.

    Matplotlib has one set of options for the process. A thread that leaves gives back those that it found, under the
    pen of another one inside, whose own style stays behind when it leaves last.
    """
    with (
        _DRAWING,
        as_file(files("econ.responses") / "econ.mplstyle") as path,
        matplotlib.style.context(["default", str(path)]),
    ):
        yield


def new_page(width: float, height: float, **options: Any) -> Figure:
    """An empty page; one of pyplot's figures, which ``plt.show()`` shows, once pyplot was imported.

    Whoever never imports pyplot has nothing to close.

    Parameters
    ----------
    width, height : float
        Inches.
    **options
        Passed to `matplotlib.figure.Figure`, such as ``layout="constrained"``.

    Examples
    --------
    >>> page = new_page(3.0, 2.0)
    >>> page._repr_png_()[1:4]
    b'PNG'
    """
    pyplot = sys.modules.get("matplotlib.pyplot")
    size = (width, height)
    return Page(size, **options) if pyplot is None else pyplot.figure(figsize=size, FigureClass=Page, **options)


def panels(rows: int, columns: int, ax: Any = None, *, width: float = 2.8, height: float = 2.0) -> tuple[Figure, Any]:
    """Axes in a grid, (rows, columns), on a new page or as the caller gave them.

    Parameters
    ----------
    rows, columns : int
        How many.
    ax : Axes or sequence of Axes, optional
        Where to draw instead: as many as there are panels, row by row.
    width, height : float
        Inches of each panel of a new page.

    Raises
    ------
    SpecificationError
        If ``ax`` is no axes, or not as many as there are panels.
    """
    if ax is None:
        empty = new_page(width * columns, height * rows, layout="constrained")
        return empty, empty.subplots(rows, columns, squeeze=False, sharex="col")
    given = [ax] if isinstance(ax, Axes) else list(np.ravel(np.asarray(ax, dtype=object)))
    if not all(isinstance(each, Axes) for each in given) or len(given) != rows * columns:
        found = len(given) if all(isinstance(each, Axes) for each in given) else repr(ax)
        raise SpecificationError(
            f"this picture has {rows * columns} panels, so ax takes as many axes; found {found}; choose fewer panels, "
            "or pass plt.subplots(rows, columns)[1]."
        )
    page: Any = given[0].get_figure(root=True)
    return page, np.array(given, dtype=object).reshape(rows, columns)


def coverages(levels: float | Sequence[float]) -> list[float]:
    """One level or several, the widest first.

    Raises
    ------
    SpecificationError
        For none, or one outside (0, 1).

    Examples
    --------
    >>> coverages((0.68, 0.90)), coverages(0.9)
    ([0.9, 0.68], [0.9])
    """
    found = [checks.level(each) for each in ([levels] if np.ndim(levels) == 0 else list(levels))]  # type: ignore[arg-type]
    if not found:
        raise SpecificationError("levels takes one coverage or several, such as (0.68, 0.90); found none.")
    return sorted(set(found), reverse=True)


def shade(place: int, count: int) -> float:
    """Opacity of the band in this place of ``count``, the widest, and lightest, first.

    Examples
    --------
    >>> shade(0, 1), shade(0, 2) < shade(1, 2)
    (0.25, True)
    """
    return 0.25 if count == 1 else 0.15 + 0.2 * place / (count - 1)


def fan(axes: Axes, x: Any, bands: Sequence[tuple[Any, Any]], middle: Any, *, number: int = 0, label: str = "") -> None:
    """A line with its bands, the widest first, in the colour and dash of its number."""
    colour = COLOURS[number % len(COLOURS)]
    for place, (lower, upper) in enumerate(bands):
        axes.fill_between(x, lower, upper, color=colour, alpha=shade(place, len(bands)), linewidth=0)
    axes.plot(x, middle, color=colour, linestyle=DASHES[number % len(DASHES)], label=label or None)


def words(axes: Axes, *, title: str = "", x: str = "", y: str = "") -> None:
    """Title and labels as they stand."""
    axes.set_title(title, **WORDS)
    axes.set_xlabel(x, **WORDS)
    axes.set_ylabel(y, **WORDS)


def legend(axes: Axes, *, outside: bool = False) -> None:
    """A legend whose names are taken as they stand; ``outside``, on the right, where areas fill the panel."""
    found = axes.legend(**({"loc": "center left", "bbox_to_anchor": (1.0, 0.5)} if outside else {}))
    for text in found.get_texts():
        text.set_parse_math(False)
