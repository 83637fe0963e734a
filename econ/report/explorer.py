"""The explorer: one page on which a reader walks the results, ``explorer.html``, from the results on disk alone.

Nothing is estimated here. The page holds the numbers as JSON, the sources of ``page/`` and the plotting library of
``vendor/``; it opens from a disk, asks no network, and is the same to the byte whenever the results are.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeAlias

from econ.errors import EconError, SchemaError, suggestion
from econ.estimate import Estimate
from econ.files import renew
from econ.memory import within_memory
from econ.report.exhibit import Exhibit, built
from econ.report.runner import step
from econ.report.sales import impacts, parts_of
from econ.report.store import project_root, write
from econ.tables import Panel, Row, Table

Page: TypeAlias = dict[str, Any]

CURVES = (
    ("h1", "", "H1: yield after a sale", "bp per 1% of debt sold"),
    ("h2", "share", "H2: share that the ally buys", "share of a sale"),
)
"""Specification curves: name, figure of the exhibit that holds its points, words, units."""
SCRIPTS = ("d3.min.js", "plot.min.js")
EXHIBITS = (
    "multiverse", "leaning", "designs", "price_impact", "recursive_responses", "structural_responses", "operations",
    "ledger",
)  # fmt: skip
"""What the page shows."""
NUMBERS = ("value", "lower", "upper", "significant")
MONTHS = (("Same month", 0), ("1 month", 1), *((f"{each} months", each) for each in (3, 6, 12, 24)))


def explore(folder: Path | None = None) -> Path:
    """Write the explorer.

    Parameters
    ----------
    folder : Path, optional
        Folder of the paper, with its results, tables and figures; by default the project's.

    Returns
    -------
    Path
        ``explorer.html`` in that folder.

    Raises
    ------
    VintageMissing
        If an exhibit that it shows was not built.
    SchemaError
        If an exhibit lacks what the page shows of it.
    """
    folder = (folder or project_root() / "paper").resolve()
    page = folder / "explorer.html"
    write(page, assembled(payload(folder)))
    renew(page)
    return page


def explorable(folder: Path) -> bool:
    """Whether the folder of a paper has every exhibit that the explorer shows; another project need not."""
    return {*EXHIBITS} <= {*built(folder)}


def payload(folder: Path) -> Page:
    """Everything that the page shows, as JSON values; open ends of a set are ``None``.

    Raises
    ------
    VintageMissing
        If an exhibit that it shows was not built.
    SchemaError
        If an exhibit lacks what the page shows of it.
    """
    opened = {key: Exhibit.open(key, folder) for key in EXHIBITS}
    dates = sorted({each.as_of for exhibit in opened.values() for each in exhibit.vintages})
    return {
        "vintage": ", ".join(dates) or "none",
        "curves": {name: _curve(opened, name, figure, words, units) for name, figure, words, units in CURVES},
        "leaning": _leaning(opened["leaning"]),
        "power": _records(opened["designs"], ""),
        "responses": [*_projected(opened["price_impact"]), *_recursive(opened["recursive_responses"])],
        "sales": impacts(folder),
        "tables": {"designs": opened["designs"].table.to_html(), "ledger": _ledger(opened["ledger"]).to_html()},
    }


def assembled(page: Page) -> str:
    """The page as one file: sources, library and numbers, with a policy that lets nothing in or out."""
    room = files("econ.report")
    texts = {name: (room / "page" / f"explorer.{name}").read_text(encoding="utf-8") for name in ("html", "css", "js")}
    library = [(room / "vendor" / name).read_text(encoding="utf-8") for name in SCRIPTS]
    tables = page["tables"]
    numbers = json.dumps(
        {name: value for name, value in page.items() if name != "tables"},
        ensure_ascii=False, allow_nan=False, separators=(",", ":"),
    ).replace("</", "<\\/")  # fmt: skip
    given = {
        "style": texts["css"], "script": texts["js"], "library": "\n".join(library), "numbers": numbers,
        "vintage": page["vintage"], "designs": tables["designs"], "ledger": tables["ledger"],
    }  # fmt: skip
    pieces = texts["html"].split("@@")
    pieces[1::2] = [given[name] for name in pieces[1::2]]
    return "".join(pieces)


def _records(exhibit: Exhibit, figure: str) -> list[Page]:
    """Plotted numbers of a figure, a record a row."""
    if figure not in exhibit.figures:
        raise SchemaError(f"exhibit {exhibit.key!r} has no figure {figure!r}; {suggestion(figure, exhibit.figures)}")
    frame = exhibit.figures[figure].data
    return [
        {str(name): None if value != value else value for name, value in row.items()}
        for row in frame.to_dict(orient="records")
    ]


def _curve(opened: Mapping[str, Exhibit], name: str, figure: str, words: str, units: str) -> Page:
    """A specification curve: choices as places in the list of their options, and what Python says of all of it."""
    exhibit = opened["multiverse"]
    rows = _records(exhibit, figure)
    missing = [each for each in NUMBERS if each not in rows[0]]
    if missing:
        raise SchemaError(
            f"the points of {exhibit.stem(figure)!r} lack {missing[0]!r}; run python -m analyses.multiverse."
        )
    rows = [{name: each if name in NUMBERS else _label(each) for name, each in row.items()} for row in rows]
    axes = {axis: sorted({row[axis] for row in rows}, key=_in_order) for axis in rows[0] if axis not in NUMBERS}
    told = {each: exhibit.numbers[f"{name}_{each}"] for each in ("estimated", "median", "share_positive")}
    cited = [row for row in _records(opened["leaning"], "") if row["what"] == "literature"] if name == "h1" else []
    return {
        "words": words, "units": units, "told": told, "axes": axes,
        "cited": [[row["name"], row["impact"]] for row in cited],
        "value": [row["value"] for row in rows],
        "set": [[row["lower"], row["upper"]] for row in rows],
        "apart": [int(row["significant"] in (True, "True")) for row in rows],
        "codes": {axis: [options.index(row[axis]) for row in rows] for axis, options in axes.items()},
    }  # fmt: skip


def _label(option: object) -> str:
    """Words of an option; a count comes out of a column of numbers as a float."""
    return f"{option:g}" if isinstance(option, float) else str(option)


def _in_order(label: str) -> tuple[float, str]:
    """Numbers by size, words by letter."""
    return (float(label) if label.isdecimal() else -1.0, label)


def _leaning(exhibit: Exhibit) -> Page:
    """The curve b(c) with its sets, the designs on it, the literature; and what news says."""
    rows = _records(exhibit, "")
    by_kind = {kind: [row for row in rows if row["what"] == kind] for kind in ("curve", "design", "literature")}
    return {**by_kind, "news": parts_of(exhibit.numbers["both_leaning"])}


def _projected(exhibit: Exhibit) -> list[Page]:
    """Responses of the projections: every month where the figure has them, else the months of the table."""
    paths: dict[str, list[Page]] = {}
    for row in _records(exhibit, "paths"):
        paths.setdefault(str(row["design"]), []).append(
            {"month": row["month"], "value": row["value"], "pointwise": [row["lower"], row["upper"]]}
        )
    table = exhibit.tables["horizons"]
    places = [table.columns.index(words) for words, _ in MONTHS]
    found = []
    for line in table.body:
        cells = [line.cells[place] for place in places]
        points = [
            {"month": month, "value": cell.value, "pointwise": _hull(cell)}
            for (_, month), cell in zip(MONTHS, cells, strict=True)
            if isinstance(cell, Estimate)
        ]
        found.append({"design": line.label, "kind": "projection", "points": paths.get(line.label, points)})
    return found


def _recursive(exhibit: Exhibit) -> list[Page]:
    """Responses of the recursive systems, with both bands."""
    found: dict[str, list[Page]] = {}
    for row in _records(exhibit, ""):
        found.setdefault(f"{row['action']}, recursive, {str(row['order']).lower()}", []).append(
            {
                "month": row["horizon"], "value": row["response"], "pointwise": [row["lower"], row["upper"]],
                "simultaneous": [row["simultaneous_lower"], row["simultaneous_upper"]],
            }
        )  # fmt: skip
    return [{"design": words, "kind": "recursive", "points": points} for words, points in found.items()]


def _hull(estimate: Estimate) -> list[float | None] | None:
    """Ends of the set, ``None`` where one is open; of a union, those of all of it."""
    parts = parts_of(estimate)
    return [parts[0][0], parts[-1][1]] if parts else None


def _ledger(exhibit: Exhibit) -> Table:
    """Claims with the rule that each is held to and what to know, in one table."""
    claims, rules = exhibit.tables[""], exhibit.tables["rules"]
    held = {row.label: tuple(row.cells) for row in rules.body}
    rows: list[Panel | Row] = []
    for row in claims.rows:
        if isinstance(row, Row):
            told = held.get(row.label.split(" ", 1)[0], ("",) * len(rules.columns))
            rows.append(Row(row.label, [*_verdict_first(row.cells), *told], row.decimals, row.below))
        elif isinstance(row, Panel):
            rows.append(row)
    columns = [*_verdict_first(claims.columns), *rules.columns]
    return Table(columns, rows, stub="Claim", notes=claims.notes, decimals=claims.decimals, below=claims.below)


def _verdict_first(cells: Sequence[Any]) -> list[Any]:
    """The last column, which holds the word, in front."""
    return [cells[-1], *cells[:-1]]


def main(argv: Sequence[str] | None = None) -> int:
    """Write the explorer with a progress line; 1 and a message if it fails."""
    parser = argparse.ArgumentParser(prog="python -m econ.report.explorer", description="Write the explorer.")
    parser.add_argument("folder", nargs="?", type=Path, help="folder of the paper")
    folder = parser.parse_args(argv).folder
    try:
        with step("explorer"), within_memory("writing the explorer"):
            explore(folder)
    except EconError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
