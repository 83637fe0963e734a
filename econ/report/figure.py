"""`Figure`: plotted numbers and the function that draws them."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
from pandas.api.types import is_float_dtype

from econ import checks
from econ.errors import SpecificationError, VintageMissing
from econ.frozen import guarded
from econ.report.noise import same

if TYPE_CHECKING:
    import matplotlib.figure


@guarded
@dataclass(frozen=True, eq=False)
class Figure:
    """A figure: its numbers, and how they are drawn.

    Parameters
    ----------
    data : DataFrame
        Every number that is plotted, tidy, plain columns; written beside the picture as CSV.
    draw : callable
        ``draw(figure, data)`` puts axes on an empty ``matplotlib.figure.Figure``; it plots from
        ``data`` only, so that the CSV is the picture.
    width, height : float
        Inches; a text column is 6.5 wide.

    Raises
    ------
    SpecificationError
        If ``data`` has no rows.

    Examples
    --------
    >>> import pandas as pd
    >>> data = pd.DataFrame({"horizon": [0, 1], "response": [1.0, 0.5]})
    >>> figure = Figure(data, lambda page, data: page.subplots().plot(data["horizon"], data["response"]))
    >>> figure.svg() == figure.svg()
    True
    """

    data: pd.DataFrame
    draw: Callable[[Any, pd.DataFrame], object]
    width: float = 6.5
    height: float = 3.4

    def __post_init__(self) -> None:
        check_plotted(self.data)
        for name in ("width", "height"):
            checks.keep(self, **{name: checks.real(name, getattr(self, name), above=0.0)})

    def svg(self) -> str:
        """Picture with its letters as outlines, which need no font, and without clock or random names."""
        with self._page() as page:
            return _svg(page)

    def pdf(self) -> bytes:
        """Picture with embedded fonts, without clock; laid out by the measures of the SVG."""
        return self.both()[1]

    def both(self) -> tuple[str, bytes]:
        """SVG and PDF of one drawing."""
        with self._page() as page:
            return _svg(page), _pdf(page)

    def plot(self) -> matplotlib.figure.Figure:
        """Draw it for the screen: a notebook shows it, ``plt.show()`` does if pyplot was imported before."""
        from econ.responses.page import new_page, style

        with style():
            page = new_page(self.width, self.height)
            self.draw(page, self.data.copy())
        return page

    def to_csv(self) -> str:
        """The plotted numbers at full precision."""
        return plotted_csv(self.data)

    @contextmanager
    def _page(self) -> Iterator[matplotlib.figure.Figure]:
        from matplotlib.figure import Figure as Page

        from econ.responses.page import style

        with style():
            page: matplotlib.figure.Figure = Page(figsize=(self.width, self.height))
            self.draw(page, self.data.copy())
            yield page

    def _repr_svg_(self) -> str:
        return self.svg()


@guarded
@dataclass(frozen=True, eq=False)
class Picture:
    """A figure read back from disk: the plotted numbers and the SVG."""

    data: pd.DataFrame
    path: Path

    def svg(self) -> str:
        """The picture as it stands on disk; `VintageMissing` where it was not drawn."""
        if not self.path.exists():
            raise VintageMissing(f"no picture {self.path.name}; run make to draw it.")
        return self.path.read_text(encoding="utf-8")

    def to_csv(self) -> str:
        """The plotted numbers at full precision."""
        return plotted_csv(self.data)

    def _repr_svg_(self) -> str:
        return self.svg()


def _svg(page: matplotlib.figure.Figure) -> str:
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    drawn, canvas = io.StringIO(), cast(Any, FigureCanvasSVG(page))
    resolution = page.dpi  # of what is kept as pixels
    canvas.print_svg(drawn, metadata={"Date": None, "Creator": None})
    page.dpi = resolution
    return "\n".join(line.rstrip() for line in drawn.getvalue().splitlines()) + "\n"


def _pdf(page: matplotlib.figure.Figure) -> bytes:
    """PDF of a page that the SVG has laid out: to do so again takes as long as to draw it."""
    from matplotlib.backends.backend_pdf import FigureCanvasPdf

    drawn, canvas = io.BytesIO(), cast(Any, FigureCanvasPdf(page))
    page.set_layout_engine("none")
    canvas.print_pdf(drawn, metadata={"CreationDate": None, "Creator": None, "Producer": None})
    return drawn.getvalue()


def check_plotted(data: pd.DataFrame) -> None:
    """Raise ``SpecificationError`` unless ``data`` is a table with rows and distinct column names."""
    if not isinstance(data, pd.DataFrame) or data.empty or not data.columns.is_unique:
        raise SpecificationError("a figure needs its plotted numbers: a DataFrame with rows and distinct columns.")


def plotted_csv(data: pd.DataFrame) -> str:
    """Comma-separated text without the index; dates in ISO form."""
    return str(data.to_csv(index=False, lineterminator="\n"))


def plotted_frame(text: str) -> pd.DataFrame:
    """Read back what :func:`plotted_csv` wrote, to the last digit; blank cells of a column of numbers are gaps."""
    head, *rows = csv.reader(io.StringIO(text))
    return pd.DataFrame({name: _numbers([row[place] for row in rows]) for place, name in enumerate(head)})


def settled(path: Path, data: pd.DataFrame) -> pd.DataFrame:
    """Plotted numbers as they stand in ``path`` if the new ones differ from them in the last digits only.

    The picture is drawn from what this returns, so that it, too, is the same to the byte on every machine. Noise is
    relative to the largest number of a column: a line that crosses zero has no last digits of its own.
    """
    if not path.exists():
        return data
    old, new = plotted_frame(path.read_text(encoding="utf-8")), plotted_frame(plotted_csv(data))
    if list(old) != list(new) or len(old) != len(new) or not all(_but_noise(old[name], new[name]) for name in new):
        return data
    kept = {str(name): old[str(name)].to_numpy() for name in data if is_float_dtype(data[name])}
    return data.assign(**kept)


def _but_noise(old: pd.Series, new: pd.Series) -> bool:
    if not (is_float_dtype(old) and is_float_dtype(new)):
        return bool(old.equals(new))
    size = float(np.nan_to_num(old[np.isfinite(old)].abs().max()))  # NaN where there is none
    pairs = zip(old.tolist(), new.tolist(), strict=True)
    return all(same(was, now, size) or (math.isnan(was) and math.isnan(now)) for was, now in pairs)


def _numbers(words: list[str]) -> list[float] | list[str]:
    try:
        return [float(word) if word else math.nan for word in words]
    except ValueError:
        return words
