"""The parts of a `Table`: lines of cells, and how a cell becomes text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from econ import checks
from econ.errors import SpecificationError
from econ.estimate import Estimate, Unavailable
from econ.frozen import guarded
from econ.tables.numbers import MINUS, Number, check_number, decimals_for, render

Below: TypeAlias = Literal["se", "interval", "none"]
BELOW = get_args(Below)

_NUMERIC = re.compile(rf"^(?P<left>\(?[{MINUS}<]?(?:[\d,]+|∞))(?P<point>\.\d+)?(?P<right>[%)]*)$")


@guarded
@dataclass(frozen=True)
class Panel:
    """A line across the table that names the rows under it."""

    title: str


@guarded
@dataclass(frozen=True)
class Row:
    """A line of cells.

    Parameters
    ----------
    label : str
        Words in the first column.
    cells : sequence of Estimate, float, int, str or Unavailable
        One a column; ``""`` leaves a cell blank.
    decimals : int or sequence of int or None, optional
        Digits after the point in this row, or in each of its cells, whatever the table says.
    below : {"se", "interval", "none"}, optional
        What stands under an `Estimate` of this row, whatever the table says.
    """

    label: str
    cells: Sequence[Number]
    decimals: int | Sequence[int | None] | None = None
    below: Below | None = None

    def __post_init__(self) -> None:
        if self.below is not None:
            checks.choice("below", self.below, BELOW)
        if isinstance(self.decimals, Sequence) and len(self.decimals) != len(self.cells):
            raise SpecificationError(
                f"decimals of row {self.label!r} are one a cell, {len(self.cells)}, or one number."
            )
        for cell in self.cells:
            check_number(cell)


@dataclass(frozen=True)
class Line:
    """A line ready for the page: texts with the invisible characters that align their points."""

    label: str
    texts: tuple[str, ...]
    pads: tuple[str, ...]
    continued: bool = False


def row_of(row: Panel | Row | Sequence[Number]) -> Panel | Row:
    """A line of a table as it was given or as (label, cell, cell, ...)."""
    if isinstance(row, Panel):
        return row
    if isinstance(row, Row):
        return Row(row.label, tuple(row.cells), row.decimals, row.below)
    if isinstance(row, str) or not row or not isinstance(row[0], str):
        raise SpecificationError(f"a row is a Panel, a Row or (label, cell, ...); found {row!r}.")
    return Row(row[0], tuple(row[1:]))


def is_count(cell: Number) -> bool:
    """Whether a cell is a whole number."""
    return not isinstance(cell, (Estimate, str, Unavailable)) and decimals_for(cell) == 0


def value_text(cell: Number, decimals: int) -> str:
    """What stands in the line of a cell."""
    return render(cell, "text" if isinstance(cell, str) else f"value:{decimals}")


def under_text(cell: Number, decimals: int, below: Below) -> str:
    """What stands under an estimate."""
    if not isinstance(cell, Estimate) or below == "none":
        return ""
    if below == "interval":
        return render(cell, f"interval:{decimals}")
    return "" if isinstance(cell.std_error, Unavailable) else f"({render(cell, f'se:{decimals}')})"


def parts_of(cell: Number) -> dict[str, object]:
    """Take a cell apart into named values for the CSV; reasons and words stay text."""
    if not isinstance(cell, Estimate):
        return {"value": str(cell) if isinstance(cell, Unavailable) else cell}
    parts = {"value": cell.value, "std_error": cell.std_error, "lower": cell.lower, "upper": cell.upper}
    return {name: str(part) if isinstance(part, Unavailable) else float(part) for name, part in parts.items()}


def pads_of(texts: Sequence[str]) -> list[str]:
    """Invisible characters after each number that put the points of a column under each other."""
    found = [_NUMERIC.match(text) for text in texts]
    points = max((len(match["point"] or "") for match in found if match), default=0)
    right = max((match["right"] for match in found if match), key=len, default="")
    pads = []
    for match in found:
        if match is None:
            pads.append("")
            continue
        missing = points - len(match["point"] or "")
        zeros = "." + "0" * (missing - 1) if missing == points and points else "0" * missing
        pads.append(zeros + right[len(match["right"]) :])
    return pads
