"""From a table of news to trading days: which close comes after the news, and which events to keep."""

from __future__ import annotations

import datetime as dt
import numbers
import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from econ.border import checked
from econ.data.dates import day, trading_days
from econ.errors import SchemaError, SpecificationError

COLUMNS = ("date", "kind", "label")
RESULT_COLUMNS = ("day", "position", "moved", "reason", "estimation_days", "cluster")


@checked
def place_events(
    events: pd.DataFrame,
    index: pd.DatetimeIndex,
    *,
    close: str = "15:30",
    zone: str = "America/New_York",
    half_days: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Find day 0 of every event: the first trading day whose close comes after the news.

    News on a trading day before the close has that day as day 0. News at or after the close, or on a day
    without trading, has the next trading day. An event without a time of day counts as before the close.

    Parameters
    ----------
    events : DataFrame
        Columns ``date``, ``kind``, ``label``; optional ``time`` ("HH:MM"), ``tz`` (IANA name, such as
        "Asia/Tokyo") and ``expected``. ``date`` may hold timestamps with a time zone instead.
    index : DatetimeIndex (T,)
        The trading days, increasing, without time or zone.
    close : str
        Local time of the quote: "15:30" is when the Treasury takes the quotes behind its yield curve.
    zone : str
        Time zone of the close.
    half_days : mapping of date to time, optional
        Days whose quote is taken earlier, such as ``{"2024-11-29": "13:00"}``.

    Returns
    -------
    DataFrame
        The rows of ``events`` with ``day`` (day 0), ``position`` (row of day 0 in ``index``) and ``moved``
        (why day 0 is not the date given, "" when it is).

    Raises
    ------
    FrequencyError
        If ``index`` holds no days: weeks, months, or dates with a time of day or a zone.
    SchemaError
        On unordered or repeated days, an absent column, an expected sign that is none, a missing or naive timestamp, a
        kind that is no text, a duplicate (date, time, kind), an unknown time zone, a date as text that is not in ISO
        form, or an event outside the trading days; names the event.

    Examples
    --------
    >>> days = pd.bdate_range("2024-07-01", periods=10)
    >>> news = pd.DataFrame({"date": ["2024-07-06"], "kind": ["sale"], "label": ["on a Saturday"]})
    >>> place_events(news, days)["day"].iloc[0].date().isoformat()
    '2024-07-08'
    """
    if len(index) == 0:
        raise SpecificationError("events are placed on trading days; found an index without any.")
    trading_days(index, "placing events")
    table = _checked(events)
    quote = _clock(close, "close")
    early = {day(date, "half_days").date(): _clock(time, "half_days") for date, time in (half_days or {}).items()}
    home = _zone(zone)
    local = [_local(row, home) for row in table.to_dict("records")]
    closes = [early.get(date, quote) for date, _ in local]
    after = np.array([time is not None and time >= at for (_, time), at in zip(local, closes, strict=True)])
    stamps = pd.DatetimeIndex([date for date, _ in local])
    before, through = index.searchsorted(stamps, side="left"), index.searchsorted(stamps, side="right")
    trades = through > before
    late = trades & after
    positions = np.where(late, through, before)
    _check_span(table["label"], stamps, index, positions)
    words = [f"news after the close of {at:%H:%M}" for at in closes]
    moved = np.select([late, trades], [words, ""], "no trading on the day of the news").tolist()
    return table.assign(day=index[positions], position=positions.astype(np.int64), moved=moved)


def is_expectation(word: object) -> bool:
    """Whether a cell of the column ``expected`` says a sign, both, that there is none, or nothing.

    Examples
    --------
    >>> [is_expectation(word) for word in ("+", "- (haven)", "+ / -", "0 (placebo)", -1.0, None, "up", "positive")]
    [True, True, True, True, True, True, False, False]
    """
    if isinstance(word, str):
        return re.fullmatch(r"[+\-\N{MINUS SIGN}0?/\s]*", re.sub(r"\(.*?\)", "", word)) is not None
    return isinstance(word, numbers.Real) or word is None or word is pd.NA


def _checked(events: pd.DataFrame) -> pd.DataFrame:
    if not events.columns.is_unique:
        again = events.columns[events.columns.duplicated()][0]
        raise SchemaError(f"events have the column {again!r} twice; keep one of them.")
    absent = [name for name in COLUMNS if name not in events.columns]
    if absent:
        raise SchemaError(f"events lack the columns {absent}; found {[str(name) for name in events.columns]}.")
    taken = [name for name in RESULT_COLUMNS if name in events.columns]
    if taken:
        raise SchemaError(f"events have the columns {taken}, which the study fills itself; rename them.")
    if events.empty:
        raise SpecificationError("the table of events has no rows; name at least one event.")
    for name in COLUMNS:
        if events[name].isna().any():
            row = events.index[events[name].isna()][0]
            raise SchemaError(f"column {name!r} of events has no value in row {row!r}; every event needs one.")
    for row, word in events["expected"].items() if "expected" in events.columns else ():
        if not is_expectation(word):
            raise SchemaError(
                f"expected is {word!r} in row {row!r} of events; write '+', '-', '+ / -' or '0' (what stands in "
                "brackets is left aside), or leave it empty."
            )
    keys = [name for name in ("date", "time", "kind") if name in events.columns]
    given = events[keys].astype(object).map(str)
    if given.duplicated().any():
        twice = given[given.duplicated()].iloc[0]
        raise SchemaError(f"event {dict(twice)} stands twice; keep one row an event.")
    return _named(events if events.index.is_unique else events.reset_index(drop=True))


def _named(events: pd.DataFrame) -> pd.DataFrame:
    """Events with kinds that are words, by which they are asked for; a label may be a number or a date too."""
    for kind, label in zip(events["kind"], events["label"], strict=True):
        if not isinstance(kind, str):
            raise SchemaError(
                f"event {label!r} is of the kind {kind!r}; name kinds in words, as events['kind'].map(str) does."
            )
    text = pd.api.types.is_string_dtype(events["label"].dtype)
    return events if text else events.astype({"label": object})


def _local(row: dict[Any, Any], zone: ZoneInfo) -> tuple[dt.date, dt.time | None]:
    """Date and time of the news on the clock of the close; no time when the event has none."""
    label = row["label"]
    stamp = day(row["date"], f"event {label!r}")
    time, name = row.get("time"), row.get("tz")
    has_time = isinstance(time, dt.time) or (isinstance(time, str) and time.strip() != "")
    if stamp.tz is None and not has_time:
        if stamp != stamp.normalize():
            raise SchemaError(
                f"event {label!r} has the naive timestamp {stamp}; give its time zone, or a date without a time."
            )
        return stamp.date(), None
    if stamp.tz is None:
        if not isinstance(name, str) or name.strip() == "":
            raise SchemaError(f"event {label!r} has the time {time!r} without a time zone; fill its column 'tz'.")
        clock = time if isinstance(time, dt.time) else _clock(str(time), f"time of event {label!r}")
        there = _localised(dt.datetime.combine(stamp.date(), clock), _zone(name), str(label)).astimezone(zone)
    elif has_time:
        raise SchemaError(f"event {label!r} has both a timestamp {stamp} and a time {time!r}; give one.")
    else:
        there = stamp.tz_convert(zone)
    return there.date(), there.time()


def _localised(moment: dt.datetime, zone: ZoneInfo, label: str) -> dt.datetime:
    """The moment on the clocks of a zone; one that does not exist or exists twice has two distances from UTC."""
    first, second = moment.replace(tzinfo=zone), moment.replace(tzinfo=zone, fold=1)
    if first.utcoffset() != second.utcoffset():
        raise SchemaError(
            f"event {label!r} happened at {moment}, which does not exist or exists twice in {zone}; give it in UTC."
        )
    return first


def _check_span(labels: pd.Series, stamps: pd.DatetimeIndex, index: pd.DatetimeIndex, positions: np.ndarray) -> None:
    outside = (stamps < index[0]) | (positions >= len(index))
    if outside.any():
        label, date = str(labels[outside].iloc[0]), stamps[outside][0].date()
        first, last = index[0].date(), index[-1].date()
        raise SchemaError(
            f"event {label!r} on {date} lies outside the data, which span {first} to {last}; "
            "extend the data or drop the event."
        )


def _clock(words: str, what: str) -> dt.time:
    try:
        return dt.time.fromisoformat(words.strip().zfill(5))
    except (ValueError, AttributeError) as error:
        raise SchemaError(f"{what} must be a time such as '15:30'; found {words!r}.") from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SchemaError(f"no time zone {name!r}; use an IANA name such as 'America/New_York'.") from error


def clusters(positions: np.ndarray, length: int) -> np.ndarray:
    """Number the groups of events whose windows share a day, directly or through others; (n,) from 0.

    Examples
    --------
    >>> clusters(np.array([10, 50, 11, 13]), 2).tolist()
    [0, 2, 0, 1]
    """
    order = np.argsort(positions, kind="stable")
    gaps = np.diff(positions[order]) >= length
    numbers = np.empty(len(positions), dtype=np.int64)
    numbers[order] = np.concatenate([[0], np.cumsum(gaps)])
    return numbers


def overlap_drops(positions: np.ndarray, length: int, rule: str) -> list[int | None]:
    """Which event makes each event go under ``rule``; None for those that stay.

    ``"keep"`` drops none, ``"first"`` keeps the first of every overlapping run (in order of day 0),
    ``"isolated"`` keeps only events that share no day with another.
    """
    drops: list[int | None] = [None] * len(positions)
    if rule == "keep":
        return drops
    kept: int | None = None
    order = [int(event) for event in np.argsort(positions, kind="stable")]
    for number, event in enumerate(order):
        near = [order[other] for other in (number - 1, number + 1) if 0 <= other < len(order)]
        if rule == "isolated":
            drops[event] = next((other for other in near if abs(positions[other] - positions[event]) < length), None)
        elif kept is not None and positions[event] - positions[kept] < length:
            drops[event] = kept
        else:
            kept = event
    return drops
