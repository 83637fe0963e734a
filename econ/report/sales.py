"""What a sale of $100 billion does to the 10-year yield, design by design: the what-if of the explorer."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from econ.errors import SchemaError
from econ.estimate import Estimate, Unavailable
from econ.report.exhibit import Exhibit
from econ.report.noise import same
from econ.tables import Panel, Row, Table

PER = "$100bn"
"""The sale that the cells are per."""
PROJECTED = {
    "China": ("ols_china", "granular_china"),
    "Japan": ("ols_japan", "intervention", "intervention_shock"),
    "Foreign officials": ("ols_long",),
    "All foreign holders": ("ols_whole", "ols_foreign", "granular", "granular_ex_hubs", "combined"),
}
"""Who sells in each design of the projections, by the key of its numbers."""
SYSTEMS = {
    "China": ("", "sells", 1.0),
    "Japan": ("japan", "buys", -1.0),
    "United Kingdom's custodians": ("uk", "buys", -1.0),
}
"""Table of the structural systems by holder, what its panels call the act, and the sign that makes it a sale."""


def impacts(folder: Path) -> list[dict[str, Any]]:
    """Every design's response of the 10-year yield to a sale of $100 billion.

    Parameters
    ----------
    folder : Path
        Folder of the paper, with its results.

    Returns
    -------
    list of dict
        ``holder``, ``design``, ``after`` (words of the horizon), ``value`` (bp, positive: the yield rises), ``set``
        (see `parts_of`), ``level``, ``reason`` (why there is no set), ``associated`` (least squares, which say what
        goes with a sale and not what it does) and ``primary`` (the cell that decides).

    Raises
    ------
    SchemaError
        If a table has a design that no holder is known for, or lacks one.
    """
    found = _projections(Exhibit.open("price_impact", folder))
    found += _systems(Exhibit.open("structural_responses", folder))
    operations = Exhibit.open("operations", folder).numbers["primary_100bn"]
    found.append(_record("Japan", "Operations of the Ministry of Finance, by the day", "three days", operations, 1.0))
    holders = list(dict.fromkeys([*PROJECTED, *SYSTEMS]))
    return sorted((each for each in found if each), key=lambda each: holders.index(each["holder"]))


def _projections(exhibit: Exhibit) -> list[dict[str, Any]]:
    """Rows of the table, each known by its number of three months, whatever the page calls the design.

    `make` may keep a table and write the numbers again, so the two agree but for rounding.
    """
    place = _place(exhibit.table, PER)
    keys = {}
    for key in (key for keys_of in PROJECTED.values() for key in keys_of):
        number = exhibit.numbers.get(f"{key}_3")
        if not isinstance(number, Estimate):
            raise SchemaError(
                f"exhibit {exhibit.key!r} lacks the number '{key}_3' of a design; adapt econ/report/sales.py."
            )
        keys[number.value] = key
    primary = exhibit.numbers["primary_100bn"]
    who = {key: holder for holder, keys_of in PROJECTED.items() for key in keys_of}
    found = []
    for row in exhibit.table.body:
        shown = [cell.value for cell in row.cells if isinstance(cell, Estimate)]
        known = [key for value, key in keys.items() if any(same(value, each) for each in shown)]
        if len(known) != 1:
            raise SchemaError(
                f"nobody is known to sell in the design {row.label!r} of exhibit {exhibit.key!r}; say who in "
                "econ/report/sales.py."
            )
        made = _record(who[known[0]], row.label, "three months", row.cells[place], 1.0)
        if made:
            made["associated"] = known[0].startswith("ols")
            made["primary"] = isinstance(primary, Estimate) and same(primary.value, made["value"])
        found.append(made)
    return found


def _systems(exhibit: Exhibit) -> list[dict[str, Any]]:
    found = []
    for holder, (name, act, sign) in SYSTEMS.items():
        table, controls = exhibit.tables[name], ""
        place = _place(table, PER)
        for row in table.rows:
            if isinstance(row, Panel):
                controls = _controls(row.title, act)
            elif isinstance(row, Row):
                found.append(_record(holder, f"{row.label}, {controls}", "three months", row.cells[place], sign))
    return found


def _controls(title: str, act: str) -> str:
    """What a panel says of its controls; a panel that does not say who acts how is refused."""
    for words in ("with controls", "without controls"):
        if f" {act} " in title and f", {words}:" in title:
            return words
    raise SchemaError(
        f"the panel {title!r} does not say that somebody {act} with or without controls; adapt econ/report/sales.py."
    )


def _place(table: Table, words: str) -> int:
    """The column whose name holds some words."""
    found = [place for place, name in enumerate(table.names) if words in name]
    if len(found) != 1:
        raise SchemaError(f"one column must hold {words!r}; the table has {list(table.names)}.")
    return found[0]


def _record(holder: str, design: str, after: str, cell: object, sign: float) -> dict[str, Any]:
    """One design; empty where it has no number."""
    if not isinstance(cell, Estimate):
        return {}
    sale = cell if sign > 0 else -cell
    return {
        "holder": holder, "design": design, "after": after, "value": sale.value, "set": parts_of(sale),
        "level": sale.level, "reason": sale.lower.reason if isinstance(sale.lower, Unavailable) else "",
        "associated": False, "primary": False,
    }  # fmt: skip


def parts_of(number: object) -> list[list[float | None]] | None:
    """Parts of the set of an estimate as pairs, ``None`` for an open end; ``None`` for what has no set.

    Examples
    --------
    >>> from math import inf
    >>> parts_of(Estimate(1.0, 0.5, -inf, 1.8)), parts_of("words")
    ([[None, 1.8]], None)
    """
    if not isinstance(number, Estimate) or isinstance(number.lower, Unavailable):
        return None
    return [[None if math.isinf(end) else end for end in part] for part in number.confidence_set()]
