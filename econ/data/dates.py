"""Dates given as text: ISO 8601 and nothing else, so that one text has one reading.

``05/03/2016`` is 5 March in London and 3 May in New York, and a parser that guesses takes ``13/06/2016`` beside it the
other way round. Whoever has such dates says how they are meant: ``pandas.to_datetime(dates, dayfirst=True)``.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TypeAlias

import numpy as np
import pandas as pd

from econ.errors import EconError, FrequencyError, SchemaError, SpecificationError

Bound: TypeAlias = str | dt.date | np.datetime64 | pd.Period | int | None

_DAY = r"\d{4}-\d\d-\d\d"
_CLOCK = r"(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
_DAY_OR_TIME = re.compile(_DAY + _CLOCK)
_SPAN = re.compile(rf"\d{{4}}(?:-?Q[1-4]|-\d\d|{_DAY[5:]})?")
_LENGTHS = {"Y": 0, "Q": 1, "M": 2}
"""How fine the text of a period must be: the year alone names no month."""


def day(value: object, what: str, error: type[EconError] = SchemaError) -> pd.Timestamp:
    """A day, or a moment with its time, from a date, a timestamp or ISO text.

    Parameters
    ----------
    value : date, datetime, Timestamp, datetime64, Period of a day, or str such as "2016-03-05"
        What the caller passed; text may carry a time and a zone, as in "2016-03-05 14:00+09:00".
    what : str
        Whose date it is, for the message.
    error : type of EconError
        What to raise: `SchemaError` for a value in a table, `SpecificationError` for an argument.

    Raises
    ------
    SchemaError or SpecificationError
        For a number, a missing date, a date that does not exist, or text in another order.

    Examples
    --------
    >>> day("2016-03-05", "event 'sale'").day_name()
    'Saturday'
    """
    moment = value.to_timestamp() if isinstance(value, pd.Period) and value.freqstr in ("D", "B") else value
    iso = isinstance(moment, str) and _DAY_OR_TIME.fullmatch(moment.strip()) is not None
    try:
        if iso or (isinstance(moment, (dt.date, np.datetime64)) and not pd.isna(moment)):
            return pd.Timestamp(moment.strip() if isinstance(moment, str) else moment)  # type: ignore[arg-type]
    except ValueError:
        pass  # 30 February, or a year that no timestamp reaches
    raise error(
        f"{what} has the date {value!r}, which is no day in ISO form such as '2016-03-05'; "
        "dates in another order say which with pandas.to_datetime(..., format=...)."
    )


def within(
    start: object, end: object, what: str, *, first: pd.Timestamp, last: pd.Timestamp, cure: str
) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day asked for of something complete from ``first`` to ``last``, which None stands for.

    Raises
    ------
    SpecificationError
        If a day is none or has a time zone, the start comes after the end, or either lies outside; says ``cure``.

    Examples
    --------
    >>> low, high = pd.Timestamp("1991-04-01"), pd.Timestamp("2026-06-30")
    >>> within("2003-01-01", None, "the record", first=low, last=high, cure="ask within")[0].year
    2003
    """
    low = first if start is None else day(start, "the start", SpecificationError)
    high = last if end is None else day(end, "the end", SpecificationError)
    zoned = [stamp for stamp in (low, high) if stamp.tz is not None]
    if zoned:
        raise SpecificationError(f"{what} has days without a time zone; found {zoned[0]}; use tz_localize(None).")
    if low < first or high > last or low > high:
        raise SpecificationError(
            f"{what} is complete from {first.date()} to {last.date()}; asked from {low.date()} to {high.date()}; "
            f"{cure}."
        )
    return low, high


def days(values: pd.Series, what: str) -> pd.Series:
    """A column of days: :func:`day` of each, but for columns that hold timestamps already.

    Raises
    ------
    SchemaError
        For the first value that is none, or if only some of them have a time zone.
    """
    if pd.api.types.is_datetime64_any_dtype(values.dtype) and not values.hasnans:
        return values
    read = [day(value, what) for value in values]
    try:
        return pd.Series(pd.DatetimeIndex(read), index=values.index, name=values.name)
    except (TypeError, ValueError) as error:
        raise SchemaError(f"{what} has dates with different time zones, or with and without one; give one.") from error


def period(value: object, index: pd.PeriodIndex) -> pd.Period:
    """A period of the frequency of ``index`` from a period of that frequency or ISO text at least as fine.

    Raises
    ------
    SpecificationError
        For anything else: a year alone names no month, "03/2016" no month either.

    Examples
    --------
    >>> period("2020-03", pd.period_range("2020-01", periods=2, freq="Q"))
    Period('2020Q1', 'Q-DEC')
    """
    if isinstance(value, pd.Period) and value.freq == index.freq:
        return value
    if isinstance(value, str) and _SPAN.fullmatch(value.strip()):
        fineness = 0 if len(value.strip()) == 4 else 1 if "Q" in value else 2
        try:
            if fineness >= _LENGTHS.get(index.freqstr[0], 2):
                return pd.Period(value.strip(), freq=index.freqstr)
        except ValueError:
            pass  # a thirteenth month
    raise SpecificationError(
        f"{value!r} names no period of frequency {index.freqstr}; write it in ISO form, such as {str(index[0])!r}."
    )


def months(values: pd.Series, what: str) -> pd.PeriodIndex:
    """A column of months: :func:`period` of each, but for columns that hold periods or timestamps already.

    Raises
    ------
    SchemaError
        For the first value that names no month.

    Examples
    --------
    >>> months(pd.Series(["2015-06", "2015-07-31"]), "a survey").strftime("%Y-%m").tolist()
    ['2015-06', '2015-07']
    """
    if isinstance(values.dtype, pd.PeriodDtype) or pd.api.types.is_datetime64_any_dtype(values.dtype):
        if values.hasnans:
            raise SchemaError(f"{what} has no date in row {values.index[values.isna()][0]!r}; give it one.")
        return pd.PeriodIndex(values, freq="M")
    try:
        return pd.PeriodIndex([period(value, _MONTHS) for value in values], freq="M")
    except SpecificationError as error:
        raise SchemaError(f"the date of {what} is not understood: {error}") from error


_MONTHS = pd.period_range("2015-06", periods=1, freq="M")
"""What a month looks like, for messages."""


def place(value: object, index: pd.Index) -> int | None:
    """Row of one date of ``index``, read by :func:`period` or :func:`day`; None where the index does not hold it.

    Raises
    ------
    SpecificationError
        If ``value`` is no date.

    Examples
    --------
    >>> place("2020-03", pd.period_range("2020-01", periods=4, freq="M"))
    2
    """
    key: object = value
    if isinstance(index, pd.PeriodIndex):
        key = period(value, index)
    elif isinstance(index, pd.DatetimeIndex):
        key = day(value, "the period asked for", SpecificationError)
    found = int(index.get_indexer(pd.Index([key]))[0])
    return None if found < 0 else found


def span(start: Bound, end: Bound, index: pd.Index) -> slice:
    """The slice of ``index`` from one end to the other, both included; None leaves an end open.

    Parameters
    ----------
    start, end : str, date, Timestamp, Period, int or None
        Text may be as coarse as one likes: "2020" is its January as a start and its December as an end.
    index : Index
        Periods, dates or integers.

    Raises
    ------
    SpecificationError
        For text that is not ISO, a date that does not exist, or a value that such an index cannot hold.

    Examples
    --------
    >>> months = pd.period_range("2019-01", "2021-12", freq="M")
    >>> len(pd.Series(0, index=months).loc[span("2020", "2020-03", months)])
    3
    """
    return slice(_end(start, index, first=True), _end(end, index, first=False))


def _end(value: Bound, index: pd.Index, *, first: bool) -> pd.Timestamp | int | None:
    if value is None:
        return None
    which = "first" if first else "last"
    if not isinstance(index, (pd.PeriodIndex, pd.DatetimeIndex)):
        if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
            return int(value)
        raise SpecificationError(f"the {which} row of the sample must be an integer, as the index is; found {value!r}.")
    try:
        if isinstance(value, str) and _SPAN.fullmatch(value.strip()):
            value = pd.Period(value.strip())
        if isinstance(value, pd.Period):
            return value.start_time if first else value.end_time
        stamp = day(value, "the sample", SpecificationError)
        if stamp.tz is None:
            return stamp
    except ValueError:
        pass  # a thirteenth month
    raise SpecificationError(f"the {which} date of the sample must be in ISO form, such as '2020-03'; found {value!r}.")


def trading_days(index: pd.Index, what: str) -> pd.DatetimeIndex:
    """Days as daily data have them: in order, each once, without a clock; holidays and longer closures may be missing.

    Parameters
    ----------
    index : Index
        The rows.
    what : str
        What needs them, for the message.

    Raises
    ------
    FrequencyError
        For periods, numbers, weeks and other dates that are usually further apart than a day; a time of day or a zone.
    SchemaError
        For missing, repeated or unordered days.

    Examples
    --------
    >>> len(trading_days(pd.bdate_range("2024-07-01", periods=10), "an event study"))
    10
    """
    if not isinstance(index, pd.DatetimeIndex):
        found = f"periods {index.freqstr}" if isinstance(index, pd.PeriodIndex) else f"an index of {index.dtype}"
        raise FrequencyError(f"{what} needs daily data, a DatetimeIndex with one row a day; found {found}.")
    if index.hasnans:
        raise SchemaError(f"the days of {what} hold a missing date; give every row its date.")
    if index.tz is not None or not (index == index.normalize()).all():
        raise FrequencyError(
            f"{what} needs days without time of day or zone; found {index[0]}; use "
            "index.tz_localize(None).normalize() on the dates of the market."
        )
    days = np.diff(index.to_numpy()) / np.timedelta64(1, "D")
    if (days <= 0.0).any():
        after = int(np.argmax(days <= 0.0))
        raise SchemaError(
            f"the days of {what} must go up; {index[after + 1].date()} stands after {index[after].date()}; sort them "
            "and keep one row a day."
        )
    if len(days) > 1 and np.median(days) > 1.0:
        raise FrequencyError(
            f"{what} needs daily data; found dates that are usually {np.median(days):g} days apart, from "
            f"{index[0].date()} on; give one row a day."
        )
    return index


def listed(chosen: object) -> list[object]:
    """One date or several, in any container that has an order, as a list.

    Examples
    --------
    >>> listed("2020-03"), listed(pd.Index(["2020-03", "2020-04"])), listed(range(2))
    (['2020-03'], ['2020-03', '2020-04'], [0, 1])
    """
    if isinstance(chosen, (list, tuple, range, pd.Index, pd.Series)):
        return list(chosen)
    return list(np.atleast_1d(chosen)) if isinstance(chosen, np.ndarray) else [chosen]
