"""The Federal Reserve's portfolio (SOMA) by kind of security, weekly since 2003, as the New York Fed's API sends it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from econ.data.parsers.source import Source, Wide

_PARTS = ("mbs", "cmbs", "tips", "frn", "notesbonds", "bills", "agencies")
_FIELDS = (*_PARTS, "tipsInflationCompensation", "total")
_NAMES = tuple(name.replace("tipsInflationCompensation", "tips_inflation_compensation") for name in _FIELDS)
_ROUNDING = 1.0
"""Dollars: parts and total are printed to the cent."""
_LEAST = 1e11
"""Dollars: the portfolio was never below 600 billion; thousands or millions would be."""


def soma(source: Source) -> pd.DataFrame:
    """Parse ``/api/soma/summary.json``: par amounts in dollars, Wednesdays; an empty text is no figure.

    The total is the sum of the parts without the inflation compensation of TIPS, which is accounted for apart.
    """
    try:
        body = json.loads(source.text, object_pairs_hook=lambda pairs: _once(source, pairs))
    except ValueError as error:
        source.fail(getattr(error, "lineno", 1), f"not whole JSON ({error}); download it again.")
    rows = (
        body.get("soma", {}).get("summary") if isinstance(body, dict) and isinstance(body.get("soma"), dict) else None
    )
    if not isinstance(rows, list) or not rows:
        source.fail(1, "expected a list of weeks under soma, summary.")
    numbers = list(range(1, len(rows) + 1))
    for row, number in zip(rows, numbers, strict=True):
        if not isinstance(row, Mapping) or set(row) != {"asOfDate", *_FIELDS}:
            source.fail(number, f"week {number} has other fields than asOfDate, {', '.join(_FIELDS)}.")
        if not all(isinstance(value, str) for value in row.values()):
            source.fail(number, f"week {number} holds a value that is no text.")
    if len(rows) > 1 and rows[0]["asOfDate"] > rows[-1]["asOfDate"]:
        rows = rows[::-1]
    days = source.days([row["asOfDate"] for row in rows], numbers, form="%Y-%m-%d")
    source.ascending(days, numbers)
    values = np.column_stack([source.numbers([row[name] for row in rows], numbers, missing="") for name in _FIELDS])
    _check(source, values, numbers)
    return Wide(days, ["SOMA"] * len(days), None, _NAMES, values, "usd").tidy("series").assign(
        series=lambda frame: "SOMA_" + frame["item"], item="par"
    )  # fmt: skip


def _once(source: Source, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that stands twice: JSON would keep the last."""
    found = dict(pairs)
    if len(found) != len(pairs):
        source.fail(1, "a field stands twice in one object.")
    return found


def _check(source: Source, values: np.ndarray, lines: list[int]) -> None:
    total = values[:, _FIELDS.index("total")]
    gap = np.abs(total - np.nansum(values[:, : len(_PARTS)], axis=1))
    wrong = ~(gap <= _ROUNDING) | ~(total >= _LEAST)
    if wrong.any():
        where = int(np.argmax(wrong))
        source.fail(lines[where], f"week {where + 1}: the total is not the sum of its parts, or is not in dollars.")
    if (values < 0).any():
        source.fail(lines[int(np.argmax((values < 0).any(axis=1)))], "a negative holding.")
