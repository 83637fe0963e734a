"""Bertaut-Judson (IFDP 1113): monthly positions, flows and valuation changes, by country and for officials."""

from __future__ import annotations

import numpy as np
import pandas as pd

from econ.data.parsers.places import coded_holder
from econ.data.parsers.source import Source, Wide

_CLASSES = ("agcy", "corp", "stk", "treas")
_PARTS = ("survey_pos", "adj_net_flow", "adj_val_chg", "monthly_gap", "est_pos")


_COVERAGE_CHANGE = pd.Period("2012-01", freq="M")
"""The reporters of the survey replaced those of the flow form; estimates jump between these months."""
_ROUNDING = 2.1
"""USD millions: five figures rounded to a million."""


def _fields(prefix: str) -> tuple[str, ...]:
    return tuple(f"{prefix}_{kind}_{part}" for kind in _CLASSES for part in _PARTS)


def _rows(source: Source, header: list[str]) -> tuple[list[list[str]], list[int]]:
    lines = source.complete_lines()
    found = [cell.strip() for cell in lines[0].split(",")]
    if found != header:
        moved = [cell for cell in found if cell not in header] or found
        source.fail(1, f"the header changed: expected {len(header)} known columns, found {moved[:4]}.")
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        row = [cell.strip() for cell in line.split(",")]
        if len(row) != len(header):
            source.fail(number, f"expected {len(header)} cells, found {len(row)}; a separator is missing or doubled.")
        rows.append(row)
    if not rows:
        source.fail(2, "no figures under the header.")
    return rows, list(range(2, len(rows) + 2))


def _values(source: Source, rows: list[list[str]], lines: list[int], fields: tuple[str, ...]) -> np.ndarray:
    columns = [
        source.numbers([row[3 + place] or "ND" for row in rows], lines, missing="ND") for place in range(len(fields))
    ]
    values = np.column_stack(columns)
    for place, field in enumerate(fields):
        negative = values[:, place] < 0
        if field.endswith("survey_pos") and negative.any():
            source.fail(lines[int(np.argmax(negative))], f"a negative position in column {field}.")
    return values


def _check_identity(source: Source, names: list[str], months: pd.PeriodIndex, values: np.ndarray,
                    lines: list[int]) -> None:  # fmt: skip
    """Change in the estimate = flow + valuation + gap, to the million, but for the month of the coverage change."""
    codes = pd.factorize(pd.Series(names))[0]
    order = np.lexsort((months.asi8, codes))
    month, holder = months.asi8[order], codes[order]
    follows = (np.diff(month) == 1) & (np.diff(holder) == 0) & (month[1:] != _COVERAGE_CHANGE.ordinal)
    for start in range(0, values.shape[1], len(_PARTS)):
        part = values[order, start : start + len(_PARTS)]
        error = np.abs(np.diff(part[:, 4]) - part[1:, 1:4].sum(axis=1))
        wrong = follows & (error > _ROUNDING)  # NaN where something is not published
        if wrong.any():
            where = int(np.argmax(wrong)) + 1
            source.fail(
                lines[order[where]],
                f"the change in the estimate of class {_CLASSES[start // len(_PARTS)]} differs by "
                f"{error[where - 1]:.1f} million from flow, valuation and gap.",
            )


def _check_blanks(source: Source, rows: dict[tuple[str, int], list[str]], lines: list[int]) -> None:
    """Refuse blanks but two: gap and estimate together, or the gap alone where the estimate begins with a survey.

    Elsewhere a blank is a doubled separator, and the figures after it belong to other columns.
    """
    for ((name, month), row), line in zip(rows.items(), lines, strict=True):
        if "" not in row:
            continue
        before = rows.get((name, month - 1), ["."] * len(row))
        for start in range(3, len(row), len(_PARTS)):
            survey, flow, valuation, gap, estimate = row[start : start + len(_PARTS)]
            begins = survey != "ND" and before[start + 4] == ""
            gap_allowed = gap != "" or estimate == "" or begins
            if "" in (survey, flow, valuation) or (estimate == "" and gap != "") or not gap_allowed:
                source.fail(line, f"an unexpected blank in cells {start + 1} to {start + len(_PARTS)}.")


def _month_ends(source: Source, cells: list[str], lines: list[int]) -> pd.PeriodIndex:
    days = source.days(cells, lines, form="%m/%d/%Y")
    if not days.is_month_end.all():
        where = int(np.argmin(days.is_month_end))
        source.fail(lines[where], f"expected the last day of a month, found {cells[where]}.")
    return days.to_period("M")


def bertaut_judson(source: Source) -> pd.DataFrame:
    """Parse positions, flows, valuation changes and gaps by country and class, USD millions."""
    fields = _fields("ftot")
    rows, lines = _rows(source, ["date", "country_name", "country_code", *fields])
    months = _month_ends(source, [row[0] for row in rows], lines)
    known = {(row[1], row[2]): line for row, line in zip(rows, lines, strict=True)}
    holders = {pair: coded_holder(source, line, *pair) for pair, line in known.items()}
    names = [holders[row[1], row[2]] for row in rows]
    keys = list(zip(names, months.asi8.tolist(), strict=True))
    source.unique(keys, lines)
    _check_blanks(source, dict(zip(keys, rows, strict=True)), lines)
    values = _values(source, rows, lines, fields)
    _check_identity(source, names, months, values, lines)
    return Wide(months, names, [row[1] for row in rows], fields, values, "usd_mn").tidy("holder")


def foiadj(source: Source) -> pd.DataFrame:
    """Parse the same for all foreign official holders, 1984-12 to 2011-06, USD millions.

    The file prints country code 99996 and "All Countries and IROs", because it adds up the officials of all
    countries; the holder is ``OFF``.
    """
    fields = _fields("foi")
    rows, lines = _rows(source, ["date", "country code", "country name", *fields])
    for row, line in zip(rows, lines, strict=True):
        if row[1:3] != ["99996", "All Countries and IROs"]:
            source.fail(line, f"expected 99996, All Countries and IROs; found {row[1:3]}.")
    months = _month_ends(source, [row[0] for row in rows], lines)
    source.consecutive(months, lines)
    if any("" in row for row in rows):
        source.fail(lines[["" in row for row in rows].index(True)], "a blank where ND or a figure is printed.")
    values = _values(source, rows, lines, fields)
    _check_identity(source, ["OFF"] * len(rows), months, values, lines)
    return Wide(months, ["OFF"] * len(rows), [row[2] for row in rows], fields, values, "usd_mn").tidy("holder")
