"""What else happened in an event's window: other news by name, from the calendars of `econ.data` or the user's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from econ.data.calendars import calendar, calendars
from econ.data.dates import days
from econ.errors import SchemaError, SpecificationError
from econ.eventstudy._kernels import Positions

Place = Callable[[pd.DataFrame, pd.DatetimeIndex], pd.DataFrame]
Confounders = str | Sequence[str] | Mapping[str, str | Sequence[object] | pd.DataFrame]


def confounded(
    placed: pd.DataFrame,
    index: pd.DatetimeIndex,
    confounders: Confounders,
    *,
    window: tuple[int, int],
    place: Place,
) -> list[str]:
    """Name, for every event, what else happened in its window ("" when nothing did).

    Parameters
    ----------
    placed : DataFrame
        Events with their ``label``, ``day`` and ``position``, as `place_events` gives them.
    index : DatetimeIndex (T,)
        Trading days.
    confounders : str, sequence of str, or mapping
        Names of calendars (`econ.data.calendars`), or other news by a name of one's own: a calendar, dates, or a table
        with a column ``date`` and optional ``time`` and ``tz``. Dates without a time count before the close, on
        a day without trading on the next trading day; those outside the data are ignored.
    window : (int, int)
        Event window.
    place : callable
        Finds the trading day of news, as `place_events` does for the events.

    Returns
    -------
    list of str (n,)

    Raises
    ------
    SpecificationError
        If an event's window lies outside the days for which a calendar is complete: whether something happened
        there is then not known.
    SchemaError
        If a table has no column ``date``, a date that is none, or a time without a zone.
    """
    found: list[list[str]] = [[] for _ in placed.index]
    positions = placed["position"].to_numpy()
    for name, news in _tables(confounders, placed, index, window=window).items():
        rows = _rows(name, news, index, place)
        rows = rows[rows < len(index)]  # not the news after the last close
        ordered, first, last = np.sort(rows), positions + window[0], positions + window[1]
        hit = np.searchsorted(ordered, last, side="right") > np.searchsorted(ordered, first, side="left")
        days = np.datetime_as_string(index.to_numpy()[rows].astype("datetime64[D]"))
        for event in np.flatnonzero(hit):
            hits = days[(rows >= first[event]) & (rows <= last[event])]
            found[event] += [f"{name} on {day}" for day in dict.fromkeys(hits.tolist())]
    return [", ".join(names) for names in found]


def _tables(
    confounders: Confounders, placed: pd.DataFrame, index: pd.DatetimeIndex, *, window: tuple[int, int]
) -> dict[str, pd.DataFrame]:
    """Every confounder as a table with a column ``date``."""
    if isinstance(confounders, str):
        confounders = (confounders,)
    if not isinstance(confounders, Mapping):
        if not isinstance(confounders, Sequence):
            raise SpecificationError(f"confounders must be names of calendars or a mapping; found {confounders!r}.")
        return {str(name): _known(name, placed, index, window=window) for name in confounders}
    return {
        name: _known(news, placed, index, window=window) if isinstance(news, str) else own_news(name, news)
        for name, news in confounders.items()
    }


def own_news(name: str, news: Sequence[object] | pd.DataFrame) -> pd.DataFrame:
    """The user's dates as a table."""
    table = news if isinstance(news, pd.DataFrame) else pd.DataFrame({"date": list(news)})
    if "date" not in table.columns:
        raise SchemaError(
            f"confounder {name!r} has no column 'date'; found {[str(column) for column in table.columns]}."
        )
    return table.assign(date=days(table["date"], f"confounder {name!r}"))


def _known(name: str, placed: pd.DataFrame, index: pd.DatetimeIndex, *, window: tuple[int, int]) -> pd.DataFrame:
    """The calendar's dates in the data, once it is complete for the window of every event."""
    book = calendars()
    if name not in book.index:
        calendar(name)  # raises, with the nearest names
    entry = book.loc[[name]].iloc[0]
    starts, ends = index[placed["position"] + window[0]], index[placed["position"] + window[1]]
    outside = (starts < entry["first"]) | (ends > entry["last"])
    if outside.any():
        event = placed[outside].iloc[0]
        raise SpecificationError(
            f"calendar {name!r} is complete from {entry['first'].date()} to {entry['last'].date()}; event "
            f"{event['label']!r} on {event['day'].date()} cannot be checked against it; drop such events, or give "
            "dates of your own as {name: dates}."
        )
    low, high = max(entry["first"], index[0]), min(entry["last"], index[-1])
    return calendar(name, low, high)


def _rows(name: str, news: pd.DataFrame, index: pd.DatetimeIndex, place: Place) -> Positions:
    """Row of the first close after each piece of news that lies in the data."""
    dates = news["date"]
    days = dates.dt.tz_localize(None) if isinstance(dates.dtype, pd.DatetimeTZDtype) else dates
    inside = news[((days >= index[0]) & (days <= index[-1])).to_numpy()]
    if inside.empty:
        return np.empty(0, dtype=np.int64)
    after = pd.DatetimeIndex([index[-1] + pd.offsets.BDay(1)])  # for news after the last close
    beyond = pd.DatetimeIndex(index.append(after))
    inside = inside[inside.columns.intersection(["date", "time", "tz"])].drop_duplicates()
    placed = place(inside.assign(kind=name, label=name), beyond)
    return np.asarray(placed["position"].to_numpy(), dtype=np.int64)
