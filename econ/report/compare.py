"""Two states of one exhibit, cell by cell, with the tolerance that ``paper/exhibits.toml`` states."""

from __future__ import annotations

import html
import math
import numbers
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from econ.errors import OutputDiffers, SchemaError, suggestion
from econ.estimate import Estimate
from econ.report.exhibit import Exhibit
from econ.report.figure import plotted_csv, plotted_frame
from econ.report.noise import NOISE, ZERO
from econ.tables.numbers import Number, decimals_for, fixed
from econ.tables.table import Table

if TYPE_CHECKING:
    import pandas as pd

Part: TypeAlias = float | str


@dataclass(frozen=True)
class Tolerance:
    """How far a cell may move: ``|found - expected| <= relative * max(|expected|, size, scale)``.

    ``size`` is the largest number of the same estimate or plotted line: a response of 0.01 bp with an error of 100 bp,
    a sum of larger ones, has no digits of its own to agree on.

    Parameters
    ----------
    relative : float
        Largest relative difference.
    scale : float
        Size below which a number counts as zero, so that rounding noise around zero passes.
    """

    relative: float = NOISE
    scale: float = ZERO

    def difference(self, expected: Part, found: Part, size: float = 0.0) -> float:
        """Difference in the units of ``relative``; infinite where words, signs of infinity or kinds differ."""
        if isinstance(expected, str) or isinstance(found, str):
            return 0.0 if expected == found else math.inf
        if math.isinf(expected) or math.isinf(found):
            return 0.0 if expected == found else math.inf
        return abs(found - expected) / max(abs(expected), size, self.scale)


@dataclass(frozen=True)
class Entry:
    """One cell: its value at full precision, its units, and the decimals it is printed with (None: plotted)."""

    value: Part
    units: str = ""
    decimals: int | None = None

    def __str__(self) -> str:
        if isinstance(self.value, str):
            return self.value
        text = f"{self.value:.6g}" if self.decimals is None else fixed(self.value, self.decimals)
        return f"{text} {self.units}".rstrip()


ABSENT = Entry("absent")


@dataclass(frozen=True)
class Change:
    """A cell that moved by more than the tolerance, by ``relative`` of its size."""

    cell: str
    was: Entry
    now: Entry
    relative: float

    def __str__(self) -> str:
        return f"{self.cell}: {self.was} → {self.now}"


@dataclass(frozen=True)
class Comparison:
    """What comparing one exhibit gave; prints its verdict in one line, and every change below, largest first.

    Parameters
    ----------
    key : str
        The exhibit.
    largest : float
        Largest difference of any cell, relative.
    cells : int
        Cells compared.
    tolerance : float
        Relative difference from which a cell counts as changed.
    changes : tuple of Change
        Every cell outside the tolerance, the largest change first.
    """

    key: str
    largest: float
    cells: int
    tolerance: float
    changes: tuple[Change, ...]

    @property
    def errors(self) -> tuple[OutputDiffers, ...]:
        """One error a change."""
        return tuple(
            OutputDiffers(
                f"exhibit {self.key!r}, {change.cell}: expected {change.was.value!r}, found {change.now.value!r}, "
                f"tolerance {self.tolerance:g} relative; rebuild from the commit or explain the change."
            )
            for change in self.changes
        )

    @property
    def verdict(self) -> str:
        """One line: whether the two states agree, and the largest change if they do not."""
        within = f"within {self.tolerance:g} relative"
        if not self.changes:
            return (
                f"exhibit {self.key!r}: all {self.cells} cells agree {within} (largest difference {self.largest:.0e})."
            )
        number = f"{len(self.changes)} of {self.cells} cells differ, the others agree {within}"
        return f"exhibit {self.key!r}: {number}; largest change: {self.changes[0]}."

    @property
    def frame(self) -> pd.DataFrame:
        """One row a change: was, is, difference (blank for words), both as printed, units."""
        import pandas as pd

        columns = ["was", "is", "difference", "printed was", "printed is", "units"]
        rows = {each.cell: _changed(each.was, each.now) for each in self.changes}
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("cell")

    def __len__(self) -> int:
        return len(self.changes)

    def __str__(self) -> str:
        return "\n".join([self.verdict, *(f"  {each}" for each in self.changes)])

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.verdict)}</p>{self.frame.to_html() if self.changes else ''}"


def _changed(was: Entry, now: Entry) -> list[object]:
    both = isinstance(was.value, float) and isinstance(now.value, float)
    difference = float(now.value) - float(was.value) if both else ""
    bare = [str(replace(each, units="")) for each in (was, now)]
    return [was.value, now.value, difference, *bare, now.units or was.units]


def tolerances(folder: Path) -> Mapping[str, Tolerance]:
    """Read ``exhibits.toml``: one table an exhibit, with ``tolerance`` and optionally ``scale``.

    Raises
    ------
    SchemaError
        For a key or value that is not understood.
    """
    path = folder / "exhibits.toml"
    if not path.exists():
        return {}
    found = {}
    for key, body in tomllib.loads(path.read_text(encoding="utf-8")).items():
        for name, value in body.items():
            if name not in ("tolerance", "scale") or isinstance(value, bool) or not isinstance(value, float):
                hint = suggestion(name, ["tolerance", "scale"])
                raise SchemaError(f"{path.name}: [{key}] {name} = {value!r} is not understood; {hint}")
        found[key] = Tolerance(body.get("tolerance", Tolerance.relative), body.get("scale", Tolerance.scale))
    return found


def cells(exhibit: Exhibit) -> dict[str, Entry]:
    """Every cell of an exhibit by a name that a reader can find: numbers, tables, plotted numbers."""
    return {name: entry for group in _groups(exhibit) for name, entry in group.items()}


def sizes(exhibit: Exhibit) -> dict[str, float]:
    """Largest finite number of the estimate or plotted line that each cell belongs to."""
    found: dict[str, float] = {}
    for group in _groups(exhibit):
        values = [entry.value for entry in group.values()]
        finite = [abs(value) for value in values if isinstance(value, float) and math.isfinite(value)]
        found |= dict.fromkeys(group, max(finite, default=0.0))
    return found


def _groups(exhibit: Exhibit) -> Iterator[dict[str, Entry]]:
    """Cells that stand or fall together: an estimate with its error and ends, or one plotted line."""
    for name, value in exhibit.numbers.items():
        parts = {f"{name}{part}": entry for part, entry in _parts(value).items()}
        kept = {part: entry for part, entry in parts.items() if part.endswith((".units", ".nobs", ".level"))}
        yield kept
        yield {part: entry for part, entry in parts.items() if part not in kept}
    for name, table in exhibit.tables.items():
        yield from _of_table(f"table {exhibit.stem(name)}", table)
    for name, figure in exhibit.figures.items():
        data = plotted_frame(plotted_csv(figure.data))  # words that look like numbers are numbers once they are stored
        for column in data.columns:
            points = enumerate(data[column].tolist(), start=1)
            yield {f"figure {exhibit.stem(name)}, point {at}, {column}": Entry(_cell(value)) for at, value in points}


def _of_table(what: str, table: Table) -> Iterator[dict[str, Entry]]:
    """Cells of a table, those of one estimate together."""
    group: dict[str, dict[str, Entry]] = {}
    rows = iter(table.body)
    for place, (panel, label, statistic, values) in enumerate(table.records(), start=1):
        if statistic == "value":  # the first line of a row; errors and ends of its estimates follow
            yield from group.values()
            group = {column: {} for column in table.names}
            row = next(rows)
        words = " / ".join(word for word in (panel, label, statistic) if word)
        places = table.decimals_of(row)
        for column, cell, source, decimals in zip(table.names, values, row.cells, places, strict=True):
            units = source.units if isinstance(source, Estimate) else ""
            group[column][f"{what}, line {place} ({words}), {column}"] = Entry(_cell(cell), units, decimals)
    yield from group.values()


def _parts(value: Number) -> dict[str, Entry]:
    decimals = decimals_for(value)
    if not isinstance(value, Estimate):
        return {"": Entry(_cell(value), decimals=decimals)}
    parts = {".units": Entry(value.units), ".nobs": Entry(float(value.nobs), decimals=0), ".level": Entry(value.level)}
    ends: dict[str, object] = {"": value.value}
    ends |= {f".{name}": getattr(value, name) for name in ("std_error", "lower", "upper")}
    for place, (low, high) in enumerate(value.region or ()):
        ends |= {f".region[{place}].lower": low, f".region[{place}].upper": high}
    return parts | {name: Entry(_cell(end), value.units, decimals) for name, end in ends.items()}


def _cell(value: object) -> Part:
    if isinstance(value, numbers.Real) and not isinstance(value, bool) and not math.isnan(value):
        return float(value)
    return "" if value is None or value != value else str(value)  # a gap in a plotted line reads back as NaN


def compare(expected: Exhibit, found: Exhibit, tolerance: Tolerance | None = None) -> Comparison:
    """Compare every cell of two states of one exhibit.

    Parameters
    ----------
    expected, found : Exhibit
        The committed state and the new one.
    tolerance : Tolerance, optional
        By default that up to which `make` keeps a file: `econ.report.noise`.

    Returns
    -------
    Comparison
        Largest difference, and every cell outside the tolerance.
    """
    tolerance = tolerance or Tolerance()
    old, new, size = cells(expected), cells(found), sizes(expected)
    largest, changes = 0.0, []
    for name in dict.fromkeys([*old, *new]):
        was, now = old.get(name, ABSENT), new.get(name, ABSENT)
        difference = tolerance.difference(was.value, now.value, size.get(name, 0.0))
        largest = max(largest, difference)
        if difference > tolerance.relative:
            changes.append(Change(name, was, now, difference))
    changes.sort(key=lambda change: -change.relative)
    return Comparison(expected.key, largest, len(old), tolerance.relative, tuple(changes))
