"""Classes of dates: releases, meetings, auctions, interventions, each by a written rule, a dated list or a record.

The rule, time zone, span and source of every class stand in ``calendars.csv``, dates that no rule gives in
``calendar_dates.csv``. How often the rules hit the day is measured in ``tests/replication/test_calendars.py``
on official lists that are not shipped, and printed in the column ``checked``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
from pandas.tseries.holiday import GoodFriday, USFederalHolidayCalendar

from econ.border import checked
from econ.data.archive import EMBEDDED, verified
from econ.data.catalogue import entry as series_named
from econ.data.convert import native
from econ.data.dates import within
from econ.data.use import remembered
from econ.data.vintage import Vintage
from econ.errors import SchemaError, SeriesNotFound, suggestion
from econ.threads import silenced

_FOLDER = Path(__file__).parent
BOOK_COLUMNS = ("name", "title", "made_by", "rule", "time", "tz", "first", "last", "checked", "source")
DATE_COLUMNS = ("name", "date", "time", "tz", "label", "replaces", "source")
WEDNESDAY, THURSDAY, SATURDAY = 2, 3, 5
HOLIDAYS = ("1984-12-01", "2031-01-31")
"""Days between which holidays are known: before the first and after the last day of every class."""

Rule = Callable[[pd.Timestamp, pd.Timestamp], pd.DatetimeIndex]


def calendars() -> pd.DataFrame:
    """The codebook of the classes of dates that `calendar` gives.

    Returns
    -------
    DataFrame
        Index ``name``; ``title``; ``made_by`` (``rule``, ``list`` or ``record``); ``rule``: in words; ``time``: of the
        day, "" when not known or not needed; ``tz``; ``first``, ``last``: days between which the class is complete;
        ``checked``: what the dates were compared with, and how often they agree; ``source``.

    Examples
    --------
    >>> calendars().loc["payrolls", "made_by"]
    'rule'
    """
    return _book().copy()


@cache
def _book() -> pd.DataFrame:
    frame = _read("calendars.csv", BOOK_COLUMNS).set_index("name")
    return frame.assign(first=pd.to_datetime(frame["first"]), last=pd.to_datetime(frame["last"]))


@checked
def calendar(name: str, start: object = None, end: object = None, *, as_of: str = EMBEDDED) -> pd.DataFrame:
    """Dates of one class between two days, ready to serve as events or as confounders of a study.

    Parameters
    ----------
    name : str
        Row of `calendars`, such as ``"fomc"``, ``"cpi"``, ``"payrolls"`` or ``"tic_release"``.
    start, end : date, optional
        First and last day; those of the class when absent.
    as_of : str
        Data vintage of the record from which a class is read; rules and lists are of none.

    Returns
    -------
    DataFrame
        ``date``; ``time`` and ``tz`` of the news ("" when not known: it then counts as before the close);
        ``kind`` (the name); ``label``; ``source``. In order of date.

    Raises
    ------
    SeriesNotFound
        For an unknown name, with suggestions.
    SpecificationError
        If a day asked for is none, or outside those for which the class is complete.
    VintageMissing
        If the vintage has no such record.

    Examples
    --------
    >>> calendar("payrolls", "2025-06-01", "2025-08-31")["date"].dt.strftime("%Y-%m-%d").tolist()
    ['2025-06-06', '2025-07-03', '2025-08-01']
    >>> calendar("tic_release", "2009-01-01", "2009-03-31")["date"].dt.strftime("%Y-%m-%d").tolist()
    ['2009-01-16', '2009-02-17', '2009-03-16']
    """
    book = calendars()
    if name not in book.index:
        raise SeriesNotFound(f"no calendar {name!r}; {suggestion(str(name), list(book.index))}")
    entry, cure = book.loc[[name]].iloc[0], "ask within, or give dates of your own"
    low, high = within(start, end, f"calendar {name!r}", first=entry["first"], last=entry["last"], cure=cure)
    stamp = () if entry["made_by"] != "record" else verified((series_named(RECORDS[name]).table,), as_of)
    frame = _whole(name, as_of if stamp else EMBEDDED, stamp)
    return frame[(frame["date"] >= low) & (frame["date"] <= high)].reset_index(drop=True)


@remembered(64)
def _whole(name: str, as_of: str, stamp: tuple[Vintage, ...]) -> pd.DataFrame:
    """All dates of a class; the stamp is that of the record, if it is read from one."""
    entry = _book().loc[[name]].iloc[0]
    listed = _read("calendar_dates.csv", DATE_COLUMNS)
    listed = listed[listed["name"] == name]
    frame = listed if entry["made_by"] == "list" else _with_moves(_made(name, entry, as_of), listed)
    frame = frame.assign(date=pd.to_datetime(frame["date"]), kind=name)
    frame = frame[(frame["date"] >= entry["first"]) & (frame["date"] <= entry["last"])]
    source = frame["source"].where(frame["source"] != "", entry["source"])
    columns = ["date", "time", "tz", "kind", "label", "source"]
    made: pd.DataFrame = frame.assign(source=source)[columns].sort_values("date", kind="stable")
    return made


def _with_moves(made: pd.DataFrame, moved: pd.DataFrame) -> pd.DataFrame:
    """Dates made; those that ``moved`` replaces give way to what happened (nothing, when its date is empty)."""
    kept = made[~made["date"].isin(pd.to_datetime(moved["replaces"]))]
    return pd.concat([kept, moved[moved["date"] != ""]])


def _made(name: str, entry: pd.Series, as_of: str) -> pd.DataFrame:
    """Dates by rule or from the record."""
    return _recorded(name, entry, as_of) if entry["made_by"] == "record" else _ruled(name, entry)


def _ruled(name: str, entry: pd.Series) -> pd.DataFrame:
    """Dates by the rule of that name."""
    ruled = pd.DataFrame({"date": RULES[name](entry["first"], entry["last"]), "time": entry["time"], "tz": entry["tz"]})
    return ruled.assign(label=entry["title"] + " " + ruled["date"].dt.strftime("%Y-%m-%d"), source="")


def _recorded(name: str, entry: pd.Series, as_of: str) -> pd.DataFrame:
    """Days with an operation in the record, labelled by side and amount."""
    amounts = native(series_named(RECORDS[name]), as_of)
    amounts = amounts[(amounts.index >= entry["first"]) & (amounts.index <= entry["last"]) & (amounts != 0.0)]
    labels = [f"Japan {'buys' if each > 0 else 'sells'} dollars: JPY {abs(each) / 1e4:g}tn" for each in amounts]
    found = pd.DataFrame({"date": amounts.index, "time": entry["time"], "tz": entry["tz"], "label": labels})
    return found.assign(source="")


def _months(start: pd.Timestamp, end: pd.Timestamp) -> pd.DatetimeIndex:
    """First day of every month that the span touches."""
    return pd.period_range(start, end, freq="M").to_timestamp()


@cache
def _federal_holidays() -> pd.DatetimeIndex:
    """Federal holidays as observed. Days of mourning and other closures by proclamation are not among them."""
    with silenced(pd.errors.PerformanceWarning):  # pandas hides it too, by filters that threads take from each other
        return USFederalHolidayCalendar().holidays(*HOLIDAYS)


def business_days(start: pd.Timestamp, end: pd.Timestamp) -> pd.DatetimeIndex:
    """Weekdays of New York that are no federal holiday, from one day to another."""
    days = pd.bdate_range(start, end)
    return days[~days.isin(_federal_holidays())]


def _not_a_holiday(days: pd.DatetimeIndex, step: int) -> pd.DatetimeIndex:
    """The days, each one that is a federal holiday moved by ``step`` days."""
    return pd.DatetimeIndex(days.where(~days.isin(_federal_holidays()), days + pd.Timedelta(days=step)))


def payrolls(start: pd.Timestamp, end: pd.Timestamp) -> pd.DatetimeIndex:
    """Third Friday after the reference week of the month before; see ``calendars.csv``."""
    twelfth = _months(start, end) - pd.DateOffset(months=1) + pd.Timedelta(days=11)
    saturday = twelfth + pd.to_timedelta((SATURDAY - twelfth.day_of_week) % 7, unit="D")
    friday = saturday + pd.Timedelta(days=20)
    early = (friday.month == 1) & (friday.day <= 3)
    friday = pd.DatetimeIndex(friday.where(~early, friday + pd.Timedelta(days=7)))
    return _not_a_holiday(friday, -1)


def tic_release(start: pd.Timestamp, end: pd.Timestamp) -> pd.DatetimeIndex:
    """Eleventh federal business day of every month."""
    first, after = _months(start, end)[0], _months(start, end)[-1] + pd.offsets.MonthEnd()
    days = business_days(first, after)
    number = pd.Series(1, index=days).groupby(days.to_period("M")).cumsum()
    return pd.DatetimeIndex(number.index[number == 11])


def second_weekday(weekday: int) -> Rule:
    """Rule: second such weekday of the month (Monday is 0), the day before when it is a federal holiday."""

    def rule(start: pd.Timestamp, end: pd.Timestamp) -> pd.DatetimeIndex:
        first = _months(start, end)
        days = first + pd.to_timedelta((weekday - first.day_of_week) % 7 + 7, unit="D")
        return _not_a_holiday(days, -1)

    return rule


def quarter_end(start: pd.Timestamp, end: pd.Timestamp) -> pd.DatetimeIndex:
    """Last day of every quarter on which the bond market trades: it does before a New Year's Day on a Saturday."""
    good_fridays = pd.DatetimeIndex(GoodFriday.dates(*HOLIDAYS))
    weekdays = pd.bdate_range(start, pd.Timestamp(end) + pd.offsets.QuarterEnd())
    new_years_eve = (weekdays.month == 12) & (weekdays.day == 31)
    days = weekdays[~weekdays.isin(_federal_holidays()) | new_years_eve]
    days = days[~days.isin(good_fridays)]
    last = pd.Series(days, index=days).groupby(days.to_period("Q")).max()
    return pd.DatetimeIndex(last)


def h41(start: pd.Timestamp, end: pd.Timestamp) -> pd.DatetimeIndex:
    """Every Thursday, the day after when it is a federal holiday."""
    return _not_a_holiday(pd.date_range(start, end, freq="W-THU"), 1)


def seventh(start: pd.Timestamp, end: pd.Timestamp) -> pd.DatetimeIndex:
    """Seventh day of every month."""
    return _months(start, end) + pd.Timedelta(days=6)


RULES: dict[str, Rule] = {
    "payrolls": payrolls,
    "tic_release": tic_release,
    "auction_10y": second_weekday(WEDNESDAY),
    "auction_30y": second_weekday(THURSDAY),
    "quarter_end": quarter_end,
    "h41": h41,
    "safe_reserves": seventh,
}

RECORDS = {"intervention_days": "japan_intervention_usd"}
"""Daily series of the archive whose days other than zero make a class."""


@cache
def _table(name: str) -> pd.DataFrame:
    return pd.read_csv(_FOLDER / name, dtype=str, keep_default_na=False)


def _read(name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    frame = _table(name)
    if tuple(frame.columns) != columns:
        raise SchemaError(f"{name} must have the columns {columns}; found {tuple(frame.columns)}.")
    return frame.copy()
