"""China's official reserve assets (SAFE): one workbook a year, two columns a month."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from econ.data.parsers.biff import is_old_workbook, old_workbook_lines
from econ.data.parsers.source import Source, Wide
from econ.data.parsers.spreadsheet import is_workbook, workbook_lines

_ITEMS = {
    "1.": ("foreign_currency_reserves", "Foreign currency reserves"),
    "2.": ("imf_reserve_position", "IMF reserve position"),
    "3.": ("sdr", "SDRs"),
    "4.": ("gold", "Gold"),
    "5.": ("other_reserve_assets", "Other reserve assets"),
    "合计": ("total", "Total"),
}
_UNITS = ("usd_100mn", "sdr_100mn")


def safe(source: Source) -> pd.DataFrame:
    """Parse reserve assets in 100 million USD and SDR, and gold in 10,000 ounces; holder ``CHN``.

    The five items must add up to the printed total in every month and currency.
    """
    if is_workbook(source.content):
        rows = workbook_lines(source)
    elif is_old_workbook(source.content):
        rows = old_workbook_lines(source)
    else:
        source.fail(1, "expected a workbook (.xlsx or .xls); found something else.")
    rows = [[" ".join(cell.split()).removeprefix("'") for cell in row] for row in rows]
    top = next((place for place, row in enumerate(rows[:12]) if row and row[0].startswith("项目")), None)
    if top is None or not any(row[0].endswith("Official reserve assets") for row in rows[:top]):
        source.fail(1, "expected the title 'Official reserve assets' over the line of items.")
    months, columns = _months(source, rows, top)
    values, ounces = _figures(source, rows, top, columns)
    kept = np.isfinite(values["total"])
    if not kept.any() or (np.diff(kept.astype(int)) > 0).any():
        source.fail(top + 1, "months without figures stand before months with figures.")
    return _tidy(source, months, values, ounces)


def _months(source: Source, rows: list[list[str]], top: int) -> tuple[list[str], list[int]]:
    """Months of the header, and the column of each pair."""
    header = rows[top]
    columns = [place for place, cell in enumerate(header) if place and cell]
    months = []
    for place in columns:
        match = re.fullmatch(r"((?:19|20)[0-9]{2})\.([0-9]{1,2})", header[place])
        if match is None:
            source.fail(top + 1, f"expected a month like 2024.01, found {header[place][:40]!r}.")
        digits = match.group(2)  # the number 2024.10 is stored as 2024.1
        months.append(f"{match.group(1)}-{'10' if digits == '1' else digits.rjust(2, '0')}")
    expected = [f"{months[0][:4]}-{number:02d}" for number in range(1, len(months) + 1)] if months else []
    if not months or months != expected or columns != list(range(1, 2 * len(months), 2)):
        source.fail(top + 1, f"expected months from January, two columns each; found {months}.")
    for place in columns:
        found = " ".join(rows[number][place + side] for side in (0, 1) for number in (top + 1, top + 2)).split()
        if found != ["亿美元", "100million", "USD", "亿SDR", "100million", "SDR"]:
            source.fail(top + 2, f"expected '100million USD' and '100million SDR', found {found}.")
    return months, columns


def _figures(source: Source, rows: list[list[str]], top: int, columns: list[int]) -> tuple[dict[str, np.ndarray],
                                                                                           np.ndarray]:  # fmt: skip
    """Figures of each item (months, 2), and ounces of gold (months, 2)."""
    values: dict[str, np.ndarray] = {}
    ounces = np.full((len(columns), 2), np.nan)
    places = [place + side for place in columns for side in (0, 1)]
    for number in range(top + 3, len(rows)):
        head = rows[number][0].split(" ")[0]
        if head not in _ITEMS:
            continue
        item, words = _ITEMS[head]
        under = number + 1 < len(rows) and rows[number + 1][0] == words
        if item in values or not (under or rows[number][0].endswith(words)):
            source.fail(number + 1, f"expected {words!r} once, beside or under {head!r}.")
        cells = [rows[number][place] for place in places]
        values[item] = source.numbers(cells, [number + 1] * len(cells), missing="").reshape(-1, 2)
        if item == "gold":
            ounces = _ounces(source, rows, number + 1 + under, places)
    if set(values) != {item for item, _ in _ITEMS.values()}:
        source.fail(len(rows), f"expected six items, found {sorted(values)}.")
    parts = [values[item] for item in values if item != "total"]
    gap = np.abs(values["total"] - np.sum(parts, axis=0))
    complete = [np.isfinite(part) == np.isfinite(values["total"]) for part in (*parts, ounces)]
    if not np.all(complete) or (np.nan_to_num(gap) > 0.05).any():
        source.fail(top + 1, "the five items do not add up to the total in every month.")
    return values, ounces


def _ounces(source: Source, rows: list[list[str]], number: int, places: list[int]) -> np.ndarray:
    """Gold in 10,000 ounces, printed in words under both currencies."""
    if number >= len(rows):
        source.fail(number, "the line of ounces is missing.")
    cells = []
    for place in places:
        cell = rows[number][place]
        if cell and re.fullmatch(r"[0-9]+(\.[0-9]+)?万盎司", cell) is None:
            source.fail(number + 1, f"expected ounces like 7219万盎司, found {cell[:40]!r}.")
        cells.append(cell.removesuffix("万盎司"))
    out = source.numbers(cells, [number + 1] * len(cells), missing="").reshape(-1, 2)
    if not np.array_equal(out[:, 0], out[:, 1], equal_nan=True):
        source.fail(number + 1, "ounces differ between the two columns of a month.")
    return out


def _tidy(source: Source, months: list[str], values: dict[str, np.ndarray], ounces: np.ndarray) -> pd.DataFrame:
    dates = source.months(months, [1] * len(months))
    items = tuple(values)
    names = ["CHN"] * len(months)
    frames = [
        Wide(dates, names, None, items, np.column_stack([values[item][:, side] for item in items]), unit).tidy("holder")
        for side, unit in enumerate(_UNITS)
    ]
    frames.append(Wide(dates, names, None, ("gold",), ounces[:, :1], "ounces_10000").tidy("holder"))
    return pd.concat(frames, ignore_index=True)
