"""The sheet that every picture of ours is drawn on: seen in a notebook, by ``plt.show()``, or saved.

It costs nothing until something is drawn: this module alone imports matplotlib, and only functions import it.
"""

from __future__ import annotations

import io
import sys
from typing import Any

from matplotlib.figure import Figure

WORDS: dict[str, Any] = {"parse_math": False}
"""Options of a text that holds names, units or titles as they are: two ``$`` in it are dollars, not mathematics."""


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
