"""What a parser cannot see: a wrong digit inside a figure, or another unit. Ranges, totals and adding-up tell.

Three guards stand between a parsed file and a vintage: values lie in the ranges of the catalogue; the groups of
holders of an SLT table add up to its grand total; and positions move by purchases and valuation but for a gap that is
never larger than a share of the position. What each catches is in ``tests/unit/data/test_checks.py``.
"""

from __future__ import annotations

import pandas as pd

from econ.data.catalogue import ENTRIES
from econ.errors import SchemaError

_TOTALS = {"slt_table1": ("position", 1e6, 5e7), "bertaut_judson": ("position", 1e6, 5e7), "mfh": ("value", 500, 5e4)}
"""Least and greatest total of all foreign holders, in the units of the table: billions for millions fall outside."""
_GROUPS = (
    ("Of Which: Foreign Official", "Of Which: Foreign Non-Official"),
    ("All Countries", "Total IROs"),
    ("Total Europe", "Canada", "Total Latin America", "Total Caribbean", "Total Asia", "Total Africa", "Total Other",
     "Total IROs"),
)  # fmt: skip
"""Lines of an SLT table that add up to its Grand Total."""
_ROUNDING = 8.0
"""USD millions: eight figures and a total, each rounded to a million, miss by 4.5 at most."""
_GAP = {"TOT": 0.04, "OFF": 0.04, "CHN": 0.06, "JPN": 0.06, "BRA": 0.06, "IND": 0.12, "BHS": 0.55}
_SMALL = 10_000.0
"""USD millions: below, a gap may be as large as the position (Russia since 2022)."""
_LARGEST_GAP = 0.25
"""Share of the position a month earlier; none in SLT since 2023-03 is above 0.16 (Indonesia) but the Bahamas' of
2024-09 (0.49), 0.02 (China, Japan) or 0.01 (all foreigners, all officials)."""


def check_ranges(table: str, frame: pd.DataFrame) -> None:
    """Refuse values outside the catalogue's ranges, and totals that can only be in other units.

    Raises
    ------
    SchemaError
        Naming table, column, date and value.
    """
    rules = []
    for item in ENTRIES.values():
        if item.table != table or item.holder:
            continue
        if item.column in frame:
            rules.append((item.column, item.low, item.high, frame))
        elif "series" in frame and item.column != "change":
            rules.append(("value", item.low, item.high, frame[frame["series"] == item.column]))
    if table in _TOTALS:
        rules.append((*_TOTALS[table], frame[frame["holder"] == "TOT"]))
    for column, low, high, rows in rules:
        outside = (rows[column] < low) | (rows[column] > high)
        if outside.any():
            date, value = rows.loc[outside, ["date", column]].iloc[0]
            raise SchemaError(
                f"{table} column {column!r} must lie between {low:g} and {high:g}; found {value:g} at {date}; the "
                "units changed?"
            )


def check_totals(table: str, parsed: pd.DataFrame) -> None:
    """Refuse an SLT table whose groups of holders do not add up to the Grand Total of Treasuries.

    Parameters
    ----------
    table : str
        Name for the message.
    parsed : DataFrame
        Parsed file of an SLT table, every printed line.

    Raises
    ------
    SchemaError
        Naming table, item, month and how much is missing.
    """
    treasuries = parsed[parsed["item"].str.contains("treas")]  # other classes miss their totals by up to 25 million
    wide = treasuries.set_index(["item", "date", "printed"])["value"].unstack("printed")
    for group in _GROUPS:
        if not {"Grand Total", *group} <= set(wide.columns):
            continue
        gap = (wide[list(group)].sum(axis=1, skipna=False) - wide["Grand Total"]).abs()
        wrong = gap[gap > _ROUNDING]
        if len(wrong):
            (item, date), size = wrong.index[0], wrong.iloc[0]
            raise SchemaError(
                f"{table} {item} of {date}: {', '.join(group)} miss the Grand Total by {size:,.0f}; a figure is wrong."
            )


def check_gaps(table: str, frame: pd.DataFrame) -> None:
    """Refuse a holder that lacks a month, or whose position moves by far more or less than purchases and valuation.

    Parameters
    ----------
    table : str
        Name for the message.
    frame : DataFrame
        Table of a vintage: ``date`` (month), ``holder``, ``net_purchases``, ``valuation_change``, ``position``.

    Raises
    ------
    SchemaError
        Naming table, holder, month and gap.
    """
    for holder, rows in frame.groupby("holder"):
        months = pd.PeriodIndex(rows["date"], freq="M")
        panel = rows.set_index(months).sort_index()
        panel = panel.reindex(pd.period_range(panel.index[0], panel.index[-1], freq="M"))
        lost = panel.index[panel["position"].isna()]
        if len(lost):
            raise SchemaError(
                f"{table} {holder} has no position in {lost[0]}, between months that have one; a line is lost."
            )
        before = panel["position"].shift()
        gap = panel["position"] - before - panel["net_purchases"] - panel["valuation_change"]
        limit = _GAP.get(str(holder), _LARGEST_GAP)
        wrong = gap[(gap.abs() > limit * before) & (before > _SMALL)]
        if len(wrong):
            raise SchemaError(
                f"{table} {holder} {wrong.index[0]}: the position moves by {wrong.iloc[0]:,.0f} more than purchases "
                f"and valuation, above {limit:.0%} of the position; a figure is wrong."
            )
