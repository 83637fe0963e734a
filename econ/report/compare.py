"""Two states of one exhibit, cell by cell, with the tolerance that ``paper/exhibits.toml`` states."""

from __future__ import annotations

import math
import numbers
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from econ.errors import OutputDiffers, SchemaError, suggestion
from econ.estimate import Estimate
from econ.report.exhibit import Exhibit
from econ.report.numbers import Number

if TYPE_CHECKING:
    import pandas as pd

Part: TypeAlias = float | str

ABSENT = "absent"


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

    relative: float = 1e-8
    scale: float = 1e-2

    def difference(self, expected: Part, found: Part, size: float = 0.0) -> float:
        """Difference in the units of ``relative``; infinite where words, signs of infinity or kinds differ."""
        if isinstance(expected, str) or isinstance(found, str):
            return 0.0 if expected == found else math.inf
        if math.isinf(expected) or math.isinf(found):
            return 0.0 if expected == found else math.inf
        return abs(found - expected) / max(abs(expected), size, self.scale)


@dataclass(frozen=True)
class Comparison:
    """What comparing one exhibit gave.

    Parameters
    ----------
    largest : float
        Largest difference of any cell, relative.
    cells : int
        Cells compared.
    errors : tuple of OutputDiffers
        One for each cell outside the tolerance.
    """

    largest: float
    cells: int
    errors: tuple[OutputDiffers, ...]


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


def cells(exhibit: Exhibit) -> dict[str, Part]:
    """Every cell of an exhibit by a name that a reader can find: numbers, tables, plotted numbers."""
    return {name: cell for group in _groups(exhibit) for name, cell in group.items()}


def sizes(exhibit: Exhibit) -> dict[str, float]:
    """Largest finite number of the estimate or plotted line that each cell belongs to."""
    found: dict[str, float] = {}
    for group in _groups(exhibit):
        finite = [abs(cell) for cell in group.values() if isinstance(cell, float) and math.isfinite(cell)]
        found |= dict.fromkeys(group, max(finite, default=0.0))
    return found


def _groups(exhibit: Exhibit) -> Iterator[dict[str, Part]]:
    """Cells that stand or fall together: an estimate with its error and ends, or one plotted line."""
    for name, value in exhibit.numbers.items():
        parts = {f"{name}{part}": cell for part, cell in _parts(value).items()}
        kept = {part: cell for part, cell in parts.items() if part.endswith((".units", ".nobs", ".level"))}
        yield kept
        yield {part: cell for part, cell in parts.items() if part not in kept}
    for name, table in exhibit.tables.items():
        group: dict[str, dict[str, Part]] = {}
        for place, (panel, label, statistic, values) in enumerate(table.records(), start=1):
            if statistic == "value":  # the first line of a row; errors and ends of its estimates follow
                yield from group.values()
                group = {column: {} for column in table.names}
            row = " / ".join(word for word in (panel, label, statistic) if word)
            for column, cell in zip(table.names, values, strict=True):
                group[column][f"table {exhibit.stem(name)}, line {place} ({row}), {column}"] = _cell(cell)
        yield from group.values()
    for name, figure in exhibit.figures.items():
        for column in figure.data.columns:
            points = enumerate(figure.data[column].tolist(), start=1)
            yield {f"figure {exhibit.stem(name)}, point {place}, {column}": _cell(value) for place, value in points}


def _parts(value: Number) -> dict[str, Part]:
    if not isinstance(value, Estimate):
        return {"": _cell(value)}
    parts: dict[str, Part] = {"": value.value, ".units": value.units, ".nobs": value.nobs, ".level": value.level}
    for name in ("std_error", "lower", "upper"):
        parts[f".{name}"] = _cell(getattr(value, name))
    for place, (low, high) in enumerate(value.region or ()):
        parts |= {f".region[{place}].lower": low, f".region[{place}].upper": high}
    return parts


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
        1e-8 relative by default.

    Returns
    -------
    Comparison
        Largest difference, and an `OutputDiffers` for every cell outside the tolerance.
    """
    tolerance = tolerance or Tolerance()
    old, new, size = cells(expected), cells(found), sizes(expected)
    largest, errors = 0.0, []
    for name in dict.fromkeys([*old, *new]):
        was, now = old.get(name, ABSENT), new.get(name, ABSENT)
        difference = tolerance.difference(was, now, size.get(name, 0.0))
        largest = max(largest, difference)
        if difference > tolerance.relative:
            errors.append(
                OutputDiffers(
                    f"exhibit {expected.key!r}, {name}: expected {was!r}, found {now!r}, "
                    f"tolerance {tolerance.relative:g} relative; rebuild from the commit or explain the change."
                )
            )
    return Comparison(largest, len(old), tuple(errors))


def table_of_changes(former: Exhibit, latter: Exhibit) -> pd.DataFrame:
    """One row a cell that differs at all: was, is, difference (blank for words)."""
    import pandas as pd

    old, new = cells(former), cells(latter)
    rows = {}
    for name in dict.fromkeys([*old, *new]):
        was, now = old.get(name, ABSENT), new.get(name, ABSENT)
        if was != now:
            both = not isinstance(was, str) and not isinstance(now, str)
            rows[name] = {"was": was, "is": now, "difference": now - was if both else ""}  # type: ignore[operator]
    return pd.DataFrame.from_dict(rows, orient="index", columns=["was", "is", "difference"]).rename_axis("cell")
