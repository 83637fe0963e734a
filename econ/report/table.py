"""`Table`: results in rows and columns, kept as numbers until the page is set."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from econ import checks
from econ.errors import SpecificationError
from econ.estimate import Estimate, Unavailable
from econ.frozen import guarded
from econ.report.numbers import MINUS, Number, check_number, decimals_for, render

if TYPE_CHECKING:
    import pandas as pd

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
    decimals : int, optional
        Digits after the point in this row, whatever the table says.
    below : {"se", "interval", "none"}, optional
        What stands under an `Estimate` of this row, whatever the table says.
    """

    label: str
    cells: Sequence[Number]
    decimals: int | None = None
    below: Below | None = None

    def __post_init__(self) -> None:
        if self.below is not None:
            checks.choice("below", self.below, BELOW)
        for cell in self.cells:
            check_number(cell)


@dataclass(frozen=True)
class Line:
    """A line ready for the page: texts with the invisible characters that align their points."""

    label: str
    texts: tuple[str, ...]
    pads: tuple[str, ...]
    continued: bool = False


@guarded
@dataclass(frozen=True)
class Table:
    """A table of results.

    Parameters
    ----------
    columns : sequence of str
        Heads of the columns of numbers.
    rows : sequence of Panel, Row or (label, cell, cell, ...)
        From top to bottom.
    spans : sequence of (str, int)
        Heads above the heads, with the number of columns each covers; ``""`` for none.
    stub : str
        Head of the column of labels.
    notes : sequence of str
        Sentences under the table; the reasons of unavailable cells are added by themselves.
    decimals : int, optional
        Digits after the point; by default two significant digits of the standard error, 2 for plain
        numbers, none for integers.
    below : {"se", "interval", "none"}
        What stands under an `Estimate`: its standard error in parentheses, its interval, or nothing.

    Raises
    ------
    SpecificationError
        If a row or the spans do not fit the columns, two columns have one name, or a cell is NaN.

    Examples
    --------
    >>> impact = Estimate(-6.0, 1.5, -8.5, -3.5, units="bp", nobs=312)
    >>> table = Table(["China"], [("10-year yield", impact), ("Observations", 312)])
    >>> print(table.to_csv(), end="")
    panel,row,statistic,China
    ,10-year yield,value,-6.0
    ,10-year yield,std_error,1.5
    ,10-year yield,lower,-8.5
    ,10-year yield,upper,-3.5
    ,Observations,value,312
    """

    columns: Sequence[str]
    rows: Sequence[Panel | Row | Sequence[Number]]
    spans: Sequence[tuple[str, int]] = ()
    stub: str = ""
    notes: Sequence[str] = ()
    decimals: int | None = None
    below: Below = "se"
    names: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        checks.choice("below", self.below, BELOW)
        for name in ("columns", "spans", "notes"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        object.__setattr__(self, "rows", tuple(_row(row) for row in self.rows))
        for row in self.body:
            if len(row.cells) != len(self.columns):
                raise SpecificationError(
                    f"row {row.label!r} has {len(row.cells)} cells; the table has {len(self.columns)} columns."
                )
            for cell in row.cells:
                check_number(cell)
        for span in self.spans:
            if not isinstance(span, tuple) or len(span) != 2:
                raise SpecificationError(f"a span is (words, number of columns); found {span!r}.")
        if self.spans and sum(width for _, width in self.spans) != len(self.columns):
            raise SpecificationError(f"spans {self.spans} must cover the {len(self.columns)} columns exactly.")
        object.__setattr__(self, "names", self._names())

    def _names(self) -> tuple[str, ...]:
        """Name each column by its span and head."""
        above = [text for text, width in self.spans for _ in range(width)] or [""] * len(self.columns)
        heads = zip(above, self.columns, strict=True)
        names = tuple(f"{top}: {head}" if top and head else top or head for top, head in heads)
        if len(set(names)) != len(names):
            raise SpecificationError(f"columns {list(names)} must have different names.")
        return names

    @property
    def body(self) -> list[Row]:
        """The rows that hold cells."""
        return [row for row in self.rows if isinstance(row, Row)]

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        *,
        stub: str = "",
        notes: Sequence[str] = (),
        decimals: int | None = None,
    ) -> Table:
        """Take a DataFrame: its index becomes the labels, its cells may be estimates, numbers or words.

        Cells are read column by column, so that an integer beside a float stays one.

        Examples
        --------
        >>> import pandas as pd
        >>> frame = pd.DataFrame({"mean": [0.25, -0.5], "months": [312, 10**17 + 1]}, index=["yield", "yield"])
        >>> [line.texts for line in Table.from_frame(frame).lines()]
        [('0.25', '312'), ('−0.50', '100,000,000,000,000,001')]
        """
        cells = [[_scalar(cell) for cell in frame.iloc[:, place]] for place in range(frame.shape[1])]
        rows = [Row(_words(label), [column[place] for column in cells]) for place, label in enumerate(frame.index)]
        return cls([_words(name) for name in frame.columns], rows, stub=stub, notes=notes, decimals=decimals)

    def lines(self) -> list[Panel | Line]:
        """Round every cell and pad it so that the points of a column stand under each other."""
        bare: list[Panel | Line] = []
        for row in self.rows:
            if isinstance(row, Panel):
                bare.append(row)
            elif isinstance(row, Row):
                bare.extend(self._texts(row))
        columns = list(zip(*(line.texts for line in bare if isinstance(line, Line)), strict=True))
        pads = zip(*(_pads(column) for column in columns), strict=True)
        return [
            line if isinstance(line, Panel) else Line(line.label, line.texts, next(pads), line.continued)
            for line in bare
        ]

    def decimals_of(self, row: Row) -> list[int]:
        """Digits after the point with which each cell of a row is printed."""
        decimals = self.decimals if row.decimals is None else row.decimals
        return [decimals_for(cell) if decimals is None or _is_count(cell) else decimals for cell in row.cells]

    def _texts(self, row: Row) -> list[Line]:
        cells = list(zip(row.cells, self.decimals_of(row), strict=True))
        first = Line(row.label, tuple(_value(cell, places) for cell, places in cells), ())
        below = row.below or self.below
        second = tuple(_under(cell, places, below) for cell, places in cells)
        return [first, Line("", second, (), continued=True)] if any(second) else [first]

    def all_notes(self) -> list[str]:
        """The notes, and under which rows a number is not available and why."""
        reasons: dict[str, list[str]] = {}
        for row in self.body:
            for cell in row.cells:
                if isinstance(cell, Unavailable) and row.label not in reasons.setdefault(cell.reason, []):
                    reasons[cell.reason].append(row.label)
        return [*self.notes, *(f"n.a. ({', '.join(rows)}): {reason}." for reason, rows in reasons.items())]

    def records(self) -> list[tuple[str, str, str, tuple[object, ...]]]:
        """Every cell at full precision: (panel, row, statistic, one value a column)."""
        found: list[tuple[str, str, str, tuple[object, ...]]] = []
        panel = ""
        for row in self.rows:
            if isinstance(row, Panel):
                panel = row.title
            elif isinstance(row, Row):
                parts = [_parts(cell) for cell in row.cells]
                for statistic in ("value", "std_error", "lower", "upper"):
                    values = tuple(part.get(statistic, "") for part in parts)
                    if statistic == "value" or any(value != "" for value in values):
                        found.append((panel, row.label, statistic, values))
        return found

    def to_csv(self) -> str:
        """Comma-separated text with every number at full precision."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(["panel", "row", "statistic", *self.names])
        for panel, label, statistic, values in self.records():
            writer.writerow([panel, label, statistic, *values])
        return buffer.getvalue()

    def to_tex(self) -> str:
        r"""LaTeX: a booktabs ``tabular`` with its notes, to stand inside a ``table``.

        Words are escaped. Minus signs, infinities and unions are Unicode; XeLaTeX and LuaLaTeX take them from the
        font, and pdfLaTeX needs to be told once, in the preamble::

            \usepackage{booktabs}
            \DeclareUnicodeCharacter{2212}{\ensuremath{-}}
            \DeclareUnicodeCharacter{221E}{\ensuremath{\infty}}
            \DeclareUnicodeCharacter{222A}{\ensuremath{\cup}}
        """
        from econ.report.markup import to_tex

        return to_tex(self)

    def to_typ(self) -> str:
        """Typst: a ``table`` with its notes, to stand inside a ``figure``."""
        from econ.report.markup import to_typ

        return to_typ(self)

    def to_html(self) -> str:
        """HTML: a ``table`` element with heads, groups of rows and notes."""
        from econ.report.markup import to_html

        return to_html(self)

    def _repr_html_(self) -> str:
        return self.to_html()


def _scalar(cell: Any) -> Any:
    """A cell of a frame as a plain number, whatever library made it."""
    return cell.item() if hasattr(cell, "item") else cell


def _words(label: object) -> str:
    """A label of a frame in words; those of several levels side by side."""
    return ", ".join(map(str, label)) if isinstance(label, tuple) else str(label)


def _row(row: Panel | Row | Sequence[Number]) -> Panel | Row:
    if isinstance(row, Panel):
        return row
    if isinstance(row, Row):
        return Row(row.label, tuple(row.cells), row.decimals, row.below)
    if isinstance(row, str) or not row or not isinstance(row[0], str):
        raise SpecificationError(f"a row is a Panel, a Row or (label, cell, ...); found {row!r}.")
    return Row(row[0], tuple(row[1:]))


def _is_count(cell: Number) -> bool:
    return not isinstance(cell, (Estimate, str, Unavailable)) and decimals_for(cell) == 0


def _value(cell: Number, decimals: int) -> str:
    return render(cell, "text" if isinstance(cell, str) else f"value:{decimals}")


def _under(cell: Number, decimals: int, below: Below) -> str:
    if not isinstance(cell, Estimate) or below == "none":
        return ""
    if below == "interval":
        return render(cell, f"interval:{decimals}")
    return "" if isinstance(cell.std_error, Unavailable) else f"({render(cell, f'se:{decimals}')})"


def _parts(cell: Number) -> dict[str, object]:
    """Take a cell apart into named values for the CSV; reasons and words stay text."""
    if not isinstance(cell, Estimate):
        return {"value": str(cell) if isinstance(cell, Unavailable) else cell}
    parts = {"value": cell.value, "std_error": cell.std_error, "lower": cell.lower, "upper": cell.upper}
    return {name: str(part) if isinstance(part, Unavailable) else float(part) for name, part in parts.items()}


def _pads(texts: Sequence[str]) -> list[str]:
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
