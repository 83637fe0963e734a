"""`Table`: results in rows and columns, kept as numbers until the page is set."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from econ import checks
from econ.errors import SpecificationError
from econ.estimate import Estimate, Unavailable, two_digits
from econ.frozen import guarded
from econ.tables.numbers import Number, check_number, decimals_for
from econ.tables.row import (
    BELOW,
    Below,
    Line,
    Panel,
    Row,
    is_count,
    pads_of,
    parts_of,
    row_of,
    under_text,
    value_text,
)

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


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
    title : str
        Line above the table.
    facts : sequence of (str, cell)
        What holds of the whole table: model, sample, covariance; printed between the title and the heads.
    origin : DataFrame or Series, optional
        What the table was made of; :meth:`to_frame` gives it back.

    Raises
    ------
    SpecificationError
        If a row or the spans do not fit the columns, two columns have one name, or a cell is NaN.

    Examples
    --------
    >>> from econ import Estimate
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
    title: str = ""
    facts: Sequence[tuple[str, Number]] = ()
    origin: pd.DataFrame | pd.Series | None = field(default=None, repr=False, compare=False)
    names: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        checks.choice("below", self.below, BELOW)
        for name in ("columns", "spans", "notes", "facts"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        for _, value in self.facts:
            check_number(value)
        object.__setattr__(self, "rows", tuple(row_of(row) for row in self.rows))
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

        Cells are read column by column, so that an integer beside a float stays one; a number that the usual two
        decimals would print as zero has two significant digits. :meth:`to_frame` gives the frame back, and so do
        ``table["column"]``, ``table.loc[row, "column"]`` and ``table.iloc[0]`` its parts.

        Examples
        --------
        >>> import pandas as pd
        >>> frame = pd.DataFrame({"mean": [0.25, -0.5], "months": [312, 10**17 + 1]}, index=["yield", "yield"])
        >>> [line.texts for line in Table.from_frame(frame).lines()]
        [('0.25', '312'), ('−0.50', '100,000,000,000,000,001')]
        """
        cells = [[_scalar(cell) for cell in frame.iloc[:, place]] for place in range(frame.shape[1])]
        rows = []
        for place, label in enumerate(frame.index):
            row = [column[place] for column in cells]
            rows.append(Row(words_of(label), row, None if decimals is not None else [_few(cell) for cell in row]))
        heads = [words_of(name) for name in frame.columns]
        return cls(heads, rows, stub=stub, notes=notes, decimals=decimals, origin=frame)

    def to_frame(self) -> pd.DataFrame:
        """The numbers at full precision: the frame it was made of, or one row a line and one column a head.

        Examples
        --------
        >>> Table(["a"], [("x", 0.123456)]).to_frame().loc["x", "a"]
        0.123456
        """
        import pandas as pd

        if self.origin is not None:
            return self.origin.to_frame("value") if isinstance(self.origin, pd.Series) else self.origin
        cells = [row.cells for row in self.body]
        return pd.DataFrame(cells, index=[row.label for row in self.body], columns=list(self.names), dtype=object)

    def __getitem__(self, name: Any) -> Any:
        return (self.to_frame() if self.origin is None else self.origin)[name]

    def __contains__(self, column: object) -> bool:
        return column in self.to_frame().columns

    def __len__(self) -> int:
        return len(self.body)

    @property
    def index(self) -> pd.Index:
        """Labels of :meth:`to_frame`."""
        return self.to_frame().index

    @property
    def loc(self) -> Any:
        """Parts of :meth:`to_frame` by label."""
        return self.to_frame().loc

    @property
    def iloc(self) -> Any:
        """Parts of :meth:`to_frame` by place."""
        return self.to_frame().iloc

    def lines(self) -> list[Panel | Line]:
        """Round every cell and pad it so that the points of a column stand under each other."""
        bare: list[Panel | Line] = []
        for row in self.rows:
            if isinstance(row, Panel):
                bare.append(row)
            elif isinstance(row, Row):
                bare.extend(self._texts(row))
        columns = list(zip(*(line.texts for line in bare if isinstance(line, Line)), strict=True))
        pads = zip(*(pads_of(column) for column in columns), strict=True)
        return [
            line if isinstance(line, Panel) else Line(line.label, line.texts, next(pads), line.continued)
            for line in bare
        ]

    def decimals_of(self, row: Row) -> list[int]:
        """Digits after the point with which each cell of a row is printed."""
        own = self.decimals if row.decimals is None else row.decimals
        each = own if isinstance(own, Sequence) else [own] * len(row.cells)
        return [
            decimals_for(cell) if places is None or is_count(cell) else places
            for cell, places in zip(row.cells, each, strict=True)
        ]

    def _texts(self, row: Row) -> list[Line]:
        cells = list(zip(row.cells, self.decimals_of(row), strict=True))
        first = Line(row.label, tuple(value_text(cell, places) for cell, places in cells), ())
        below = row.below or self.below
        second = tuple(under_text(cell, places, below) for cell, places in cells)
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
                parts = [parts_of(cell) for cell in row.cells]
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

    def to_latex(self) -> str:
        r"""LaTeX: a booktabs ``tabular`` with its notes, to stand inside a ``table``.

        Words are escaped. Minus signs, infinities and unions are Unicode; XeLaTeX and LuaLaTeX take them from the
        font, and pdfLaTeX needs to be told once, in the preamble::

            \usepackage{booktabs}
            \DeclareUnicodeCharacter{2212}{\ensuremath{-}}
            \DeclareUnicodeCharacter{221E}{\ensuremath{\infty}}
            \DeclareUnicodeCharacter{222A}{\ensuremath{\cup}}
        """
        from econ.tables.markup import to_latex

        return to_latex(self)

    def to_typst(self) -> str:
        """Typst: a ``table`` with its notes, to stand inside a ``figure``."""
        from econ.tables.markup import to_typst

        return to_typst(self)

    def to_html(self) -> str:
        """HTML: a ``table`` element with title, facts, heads, groups of rows and notes."""
        from econ.tables.markup import to_html

        return to_html(self)

    def to_markdown(self) -> str:
        """Markdown: a pipe table, which GitHub, Pandoc, MyST and Quarto read."""
        from econ.tables.text import to_markdown

        return to_markdown(self)

    def to_excel(self, path: Path | str) -> Path:
        """A workbook of one sheet with every number at full precision; see :func:`econ.tables.excel.to_excel`."""
        from econ.tables.excel import to_excel

        return to_excel(self, path)

    def __str__(self) -> str:
        from econ.tables.text import to_text

        return to_text(self)

    def __repr__(self) -> str:
        return f"Table({self.title + ': ' if self.title else ''}{len(self.body)} rows, {len(self.columns)} columns)"

    def _repr_html_(self) -> str:
        return self.to_html()


def _scalar(cell: Any) -> Any:
    """A cell of a frame as a plain number, whatever library made it."""
    return cell.item() if hasattr(cell, "item") else cell


def _few(cell: Any) -> int | None:
    """Decimals of a number that the usual two would print as zero; None for any other cell."""
    error = cell.std_error if isinstance(cell, Estimate) else Unavailable("")
    size = cell.value if isinstance(cell, Estimate) else cell
    if not isinstance(size, float) or isinstance(error, float) or not 0.0 < abs(size) < 0.005:
        return None
    return two_digits(size)


def words_of(label: object) -> str:
    """A label of a frame in words; those of several levels side by side."""
    return ", ".join(map(str, label)) if isinstance(label, tuple) else str(label)
