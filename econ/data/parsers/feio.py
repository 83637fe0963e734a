"""Japan's interventions in the currency market, day by day since April 1991 (Ministry of Finance).

The file is in CP932 and prints every date twice, in the Japanese and in the Western calendar, leaves out a year or
month that has not changed, and closes each quarter with a line of its total: three ways to see that it is whole.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from econ.data.parsers.source import MONTHS, Source, Wide

_HEADER = ["年", "月", "日", "Year", "Month", "Day", "金額(amount)", "売買通貨", "Currency pairs"]
_ERAS = {"昭和": 1925, "平成": 1988, "令和": 2018}
_CURRENCIES = {"us dollar": "USD", "japanese yen": "JPY", "euro": "EUR", "german mark": "DEM", "deutsche mark": "DEM",
               "indonesian rupiah": "IDR"}  # fmt: skip
PAIRS = ("USDJPY", "EURJPY", "USDDEM", "USDIDR", "IDRJPY", "DEMJPY")
"""Known pairs; an amount is positive when the ministry buys the first currency."""
_LEG = re.compile(rf"(?:the\s+)?({'|'.join(_CURRENCIES)})\s*\((sold|bought)\)", re.IGNORECASE)
_QUARTER = re.compile(r"(January|April|July|October) - (March|June|September|December) ([0-9]{4})")
_OPENS = {"January": ("March", 1), "April": ("June", 2), "July": ("September", 3), "October": ("December", 4)}


@dataclass
class _Reader:
    """Where in the calendar the file is, and what it has given so far."""

    source: Source
    year: int = 0
    month: int = 0
    open: list[tuple[pd.Timestamp, float]] = field(default_factory=list)
    quarter: pd.Period | None = None
    days: list[pd.Timestamp] = field(default_factory=list)
    pairs: list[str] = field(default_factory=list)
    amounts: list[float] = field(default_factory=list)


def feio(source: Source) -> pd.DataFrame:
    """Parse ``foreign_exchange_intervention_operations.csv``: one row a day and pair, 100 million yen.

    Positive: the ministry buys the first currency of the pair (dollars). Days between are days without
    intervention, to the end of the last quarter, which ``notes`` names.
    """
    rows = _rows(source)
    starts = [number for number, row in enumerate(rows, start=1) if [cell.strip() for cell in row] == _HEADER]
    if len(starts) != 1:
        source.fail(1, f"expected one line of headings {_HEADER[3:7]}, found {len(starts)}.")
    reader = _Reader(source)
    ended = False
    for number, row in enumerate(rows[starts[0] :], start=starts[0] + 1):
        cells = [cell.strip() for cell in row]
        if not any(cells[4:]) and _QUARTER.fullmatch("".join(cells[3:4])) is None:  # a blank line, or notes at the end
            ended = ended or any(cells)
            continue
        if len(cells) != len(_HEADER) or ended:
            source.fail(number, f"expected {len(_HEADER)} cells above the notes, found {len(cells)}.")
        (_day if cells[5] or cells[8] else _total)(reader, cells, number)
    if reader.open or reader.quarter is None:
        source.fail(len(rows), "the last quarter has no line of its total; the file is cut.")
    note = f"every day to {reader.quarter.end_time:%Y-%m-%d}"
    dates, values = pd.DatetimeIndex(reader.days), np.array(reader.amounts)[:, None]
    return Wide(dates, reader.pairs, None, ("purchases",), values, "jpy_100mn", note).tidy("series")


def _rows(source: Source) -> list[list[str]]:
    """Rows of the file, CP932 or UTF-8; a cell holds no line end."""
    try:
        text = source.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = source.content.decode("cp932")
        except UnicodeDecodeError as error:
            source.fail(source.content[: error.start].count(b"\n") + 1, f"bytes that are not CP932 text: {error}.")
    if not text.strip():
        source.fail(1, "the file is empty.")
    if not text.endswith("\n"):
        source.fail(text.count("\n") + 1, "the last line is cut; download the file again.")
    lines = text.removesuffix("\n").replace("\r\n", "\n").split("\n")
    rows = []
    for number, line in enumerate(lines, start=1):
        try:
            found = list(csv.reader(io.StringIO(line), strict=True))
        except csv.Error as error:
            source.fail(number, f"a line that is no CSV: {error}.")
        if len(found) > 1 or "\0" in line:
            source.fail(number, "a line end or zero byte inside a line.")
        rows.append(found[0] if found else [])
    return rows


def _day(reader: _Reader, cells: list[str], number: int) -> None:
    """One operation: the date of both calendars must be the same, and follow the one before."""
    source, japanese = reader.source, _japanese(reader, cells[:3], number)
    if cells[3]:
        reader.year = int(cells[3]) if re.fullmatch(r"(?:19|20)[0-9]{2}", cells[3]) else 0
    if cells[4]:
        name = cells[4].rstrip(".")[:3]
        reader.month = MONTHS.index(name) + 1 if name in MONTHS else 0
    day = int(cells[5]) if re.fullmatch(r"[0-9]{1,2}", cells[5]) else 0
    year, month = japanese[0] or reader.year, japanese[1] or reader.month
    if (year, month, japanese[2]) != (reader.year, reader.month, day) or bool(cells[0]) != bool(cells[3]):
        source.fail(number, f"the dates {cells[:3]} and {cells[3:6]} are not one day.")
    try:
        date = pd.Timestamp(year=reader.year, month=reader.month, day=day)
    except ValueError:
        source.fail(number, f"expected a date, found {cells[3:6]}.")
    if reader.days and date < reader.days[-1]:
        source.fail(number, f"{date:%Y-%m-%d} stands after {reader.days[-1]:%Y-%m-%d}; lines reordered?")
    pair, sign = _pair(source, cells[7], cells[8], number)
    if (date, pair) in zip(reader.days, reader.pairs, strict=True):
        source.fail(number, f"{pair} on {date:%Y-%m-%d} stands twice.")
    amount = float(source.numbers([cells[6]], [number], missing=None)[0])
    if amount <= 0:
        source.fail(number, f"expected a positive amount, found {cells[6]!r}.")
    reader.open.append((date, amount))
    reader.days.append(date)
    reader.pairs.append(pair)
    reader.amounts.append(sign * amount)


def _japanese(reader: _Reader, cells: list[str], number: int) -> tuple[int, int, int]:
    """Year (0 if left out), month (0 if left out) and day of the Japanese calendar."""
    year = re.fullmatch(rf"({'|'.join(_ERAS)})(元|[0-9]{{1,2}})年", cells[0])
    month, day = re.fullmatch(r"([0-9]{1,2})月", cells[1]), re.fullmatch(r"([0-9]{1,2})日", cells[2])
    if (cells[0] and year is None) or (cells[1] and month is None) or day is None:
        reader.source.fail(number, f"expected a Japanese date, found {cells}.")
    since = 0 if year is None else _ERAS[year[1]] + (1 if year[2] == "元" else int(year[2]))
    return since, int(month[1]) if month else 0, int(day[1])


def _pair(source: Source, japanese: str, english: str, number: int) -> tuple[str, int]:
    """Pair and sign: 1 if its first currency was bought. Both languages must say the same of yen and dollar."""
    legs = {_CURRENCIES[name.lower()]: word.lower() for name, word in _LEG.findall(english)}
    rest = re.sub(r"[\s,/・]+", "", _LEG.sub("", english))
    pair = next((known for known in PAIRS if set(legs) == {known[:3], known[3:]}), None)
    if pair is None or rest or sorted(legs.values()) != ["bought", "sold"]:
        source.fail(number, f"expected one currency sold and one bought, found {english[:60]!r}.")
    for code, word in (("USD", "米ドル"), ("JPY", "日本円")):
        said = {"bought": f"{word}買い", "sold": f"{word}売り"}
        if code in legs and said[legs[code]] not in japanese:
            source.fail(number, f"{japanese[:30]!r} and {english[:60]!r} say different things.")
    return pair, 1 if legs[pair[:3]] == "bought" else -1


def _total(reader: _Reader, cells: list[str], number: int) -> None:
    """The line that closes a quarter: the next quarter, holding the days above it, adding up to its total."""
    source, match = reader.source, _QUARTER.fullmatch(cells[3])
    if match is None or _OPENS[match[1]][0] != match[2] or "計" not in cells[0] or any(cells[4:6]) or any(cells[7:]):
        source.fail(number, f"expected a day or the total of a quarter, found {cells[:7]}.")
    quarter = pd.Period(year=int(match[3]), quarter=_OPENS[match[1]][1], freq="Q")
    if reader.quarter is not None and quarter != reader.quarter + 1:
        source.fail(number, f"{quarter} follows {reader.quarter}; a line is missing between them.")
    outside = [date for date, _ in reader.open if date.to_period("Q") != quarter]
    if outside:
        source.fail(number, f"{outside[0]:%Y-%m-%d} stands under {quarter}.")
    total = float(source.numbers([cells[6]], [number], missing=None)[0])
    gap = abs(total - sum(amount for _, amount in reader.open))
    if gap > 0.5 * (len(reader.open) + 1):  # each figure is rounded to 100 million
        source.fail(number, f"the days of {quarter} miss its total by {gap:g}.")
    reader.quarter, reader.open = quarter, []
