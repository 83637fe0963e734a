"""Dates that every table must have: regular periods, business days."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from econ.arrays import Rows
from econ.errors import FrequencyError, SchemaError

HOLIDAYS = 14
"""Days by which two neighbours of a daily table may be further apart than usual: the longest closures take 10."""
SEVEN_DAYS = 0.25
"""Share of Saturdays and Sundays above which no day is a holiday: it is two sevenths in data of every day."""
_SPACING = {"Y": (360, 370), "Q": (85, 95), "M": (26, 35)}
"""Days from one date to the next: the least there may be and the most the median may be."""
_WORDS = {"Y": "annual", "Q": "quarterly", "M": "monthly"}


def as_period_index(index: pd.Index) -> pd.Index:
    """Turn regular monthly, quarterly or annual timestamps into periods; leave weeks, days and numbers.

    Raises
    ------
    SchemaError
        If the index holds neither dates, periods nor consecutive integers, or a missing date.
    FrequencyError
        If timestamps carry a time of day or a time zone, or a single date breaks the frequency of the others.
    """
    if isinstance(index, pd.MultiIndex):
        raise SchemaError(
            f"rows have {index.nlevels} labels {list(index.names)}, but one date each is wanted; pick a unit, or use "
            "econ.PanelProjection for a panel."
        )
    if index.hasnans:
        raise SchemaError("the index holds a missing date; give every row its date.")
    if isinstance(index, pd.PeriodIndex):
        return index
    if not isinstance(index, pd.DatetimeIndex):
        if pd.api.types.is_integer_dtype(index.dtype):
            return index
        such = f", such as {index[0]!r}" if len(index) else ""
        raise SchemaError(
            f"the index must hold periods, dates or 0, 1, 2, ...; found {index.dtype}{such}; "
            "frame.set_axis(pd.to_datetime(frame.index)) reads dates from text."
        )
    if _clocked(index).any():
        raise FrequencyError(_timed(index))
    code = _period_code(index)
    return index if code is None else _calendar_periods(index, code)


def _calendar_periods(index: pd.DatetimeIndex, code: str) -> pd.PeriodIndex:
    """Calendar months, quarters or years of dates that lie in one each, and not at the ends of other ones."""
    periods = index.to_period(code)
    twice = periods.duplicated()
    if twice.any() and (np.diff(index.to_numpy()) == np.timedelta64(28, "D")).all():
        where = int(np.argmax(twice))
        raise FrequencyError(
            f"{index[where - 1].date()} and {index[where].date()} both fall into {periods[where]}: dates of every "
            "fourth week are no months; convert them by a rule, or give rows 0, 1, 2, ..."
        )
    ends, starts = bool(index.is_month_end.all()), bool((index.day == 1).all())
    first, last = periods.to_timestamp(how="start").month, periods.to_timestamp(how="end").month
    outside = index.month != last
    if starts:  # a quarter may be dated by the first day of its last month too
        outside &= index.month != first
    if code != "M" and (ends or starts) and outside.all():
        word = {"Q": "quarters", "Y": "years"}[code]
        closing = index if ends else index - pd.Timedelta(days=1)
        month = max(closing, key=lambda day: day.month).strftime("%b").upper()
        raise FrequencyError(
            f"{index[0].date()}, {index[1].date()}, ... {'end' if ends else 'begin'} {word} that are none of the "
            f"calendar; index.to_period('{code}-{month}') keeps them, or move the dates to calendar {word}."
        )
    return periods


def plain_days(index: pd.DatetimeIndex, what: str = "daily data") -> pd.DatetimeIndex:
    """Days without a clock: which day a moment belongs to depends on the zone of the market.

    Raises
    ------
    FrequencyError
        For a time of day or a time zone; names the first such day.

    Examples
    --------
    >>> plain_days(pd.to_datetime(["2020-01-31"]))[0].day
    31
    """
    clocked = _clocked(index)
    if clocked.any():
        raise FrequencyError(
            f"{what} need dates without time of day or zone; found {index[clocked][0]}; use "
            "index.tz_localize(None).normalize() on the dates of the market."
        )
    return index


def _clocked(index: pd.DatetimeIndex) -> np.ndarray:
    """Which moments have a time of day or a zone, (T,)."""
    return np.ones(len(index), dtype=bool) if index.tz is not None else np.asarray(index != index.normalize())


def _timed(index: pd.DatetimeIndex) -> str:
    """What is wrong with dates that carry a time of day or a zone, and how dates of their frequency are had."""
    what = "a time of day" if index.tz is None else f"the zone {index.tz}"
    plain = "index" if index.tz is None else "index.tz_localize(None)"
    try:
        code = _period_code(index.tz_localize(None).normalize())
    except FrequencyError:
        code = None
    if code is None:
        return (
            f"dates must have neither time of day nor zone; found {what} in {index[0]}; use "
            f"{plain}.normalize() on the dates of the market."
        )
    return (
        f"{_WORDS[code]} data are dated by their periods; found {what} in {index[0]}; {plain}.to_period({code!r}) "
        f"gives {index.tz_localize(None)[0].to_period(code)} and so on."
    )


def _period_code(index: pd.DatetimeIndex) -> str | None:
    """Tell months, quarters and years by the days between dates; None means weeks or days."""
    if len(index) < 3 or not index.is_monotonic_increasing or not index.is_unique:
        return None
    days = np.diff(index.to_numpy()) / np.timedelta64(1, "D")
    usual = float(np.median(days))
    for code, (shortest, longest) in _SPACING.items():
        if days.min() >= shortest and usual <= longest:
            return code
        if shortest <= usual <= longest:
            odd = int(days.argmin())
            raise FrequencyError(
                f"dates are usually {usual:g} days apart, but {index[odd + 1].date()} comes {days[odd]:g} days after "
                f"{index[odd].date()}; correct that date, or give periods (pandas.PeriodIndex)."
            )
    return None


def is_weekly(index: pd.Index) -> bool:
    """Whether dates are usually seven days apart."""
    if not isinstance(index, pd.DatetimeIndex) or len(index) < 3:
        return False
    return bool(np.median(np.diff(index.to_numpy()) / np.timedelta64(1, "D")) == 7)


def dates(index: pd.Index) -> pd.Index:
    """Dates as every dated table has them: periods or days in order, each once, none missing between them.

    The one rule for whatever a caller passes with dates on it: models, regressions, panels, instruments.

    Raises
    ------
    SchemaError, FrequencyError
        As :func:`as_period_index` and :func:`check_index`.

    Examples
    --------
    >>> dates(pd.to_datetime(["2020-01-31", "2020-02-29", "2020-03-31"])).freqstr
    'M'
    """
    clean = as_period_index(index)
    check_index(clean)
    return clean


def panel_dates(index: pd.Index) -> pd.Index:
    """Rows (unit, period) of a panel with regular timestamps as periods, one frequency for all units.

    Gaps within a unit are for :func:`check_index`, unit by unit.

    Raises
    ------
    SchemaError
        If a row stands twice, or its period is neither date, period nor integer.
    FrequencyError
        If units have different frequencies, or daily timestamps a time of day or a zone.
    """
    if not index.is_unique:
        raise SchemaError(f"row {index[index.duplicated()][0]} stands twice; keep one row a unit and period.")
    units, when = index.get_level_values(0), index.get_level_values(1)
    _check_order(units, when)
    found = {str(each.freqstr) for each in when if isinstance(each, pd.Period)}
    if len(found) > 1:
        raise FrequencyError(f"a panel has one frequency for all units; found {sorted(found)}; convert them first.")
    if not isinstance(when, pd.DatetimeIndex):
        as_period_index(when)
        return index
    codes: dict[str | None, object] = {}
    for unit in units.unique():
        part = as_period_index(when[units == unit].sort_values())
        if len(part) > 2:  # two dates do not tell months from days
            codes.setdefault(part.freqstr if isinstance(part, pd.PeriodIndex) else None, unit)
    if len(codes) > 1:
        words = " and ".join(f"{code or 'days or irregular'} (unit {unit!r})" for code, unit in codes.items())
        raise FrequencyError(f"a panel has one frequency for all units; found {words}; convert or drop one.")
    code = next(iter(codes), None)
    return index if code is None else pd.MultiIndex.from_arrays([units, when.to_period(code)], names=index.names)


def _check_order(units: pd.Index, when: pd.Index) -> None:
    """Refuse a panel whose second level is none of periods because the first is."""
    dated = (pd.PeriodIndex, pd.DatetimeIndex)
    numbered = pd.api.types.is_integer_dtype(when.dtype)
    if isinstance(when, dated) or (numbered and not isinstance(units, dated)):
        return
    if isinstance(units, dated) or (pd.api.types.is_integer_dtype(units.dtype) and not numbered):
        raise SchemaError(
            f"rows of a panel are labelled (unit, period), in this order; found the period {units[0]} before the unit "
            f"{when[0]}; frame.swaplevel().sort_index() turns them."
        )


def check_index(index: pd.Index) -> None:
    """Refuse duplicated, unordered or missing periods, naming the first offender.

    Raises
    ------
    SchemaError
        On duplicated or unordered dates.
    FrequencyError
        On a gap between periods, a hole of more than two weeks between business days, a day missing from data of all
        seven days or a date from those of every second, third or fourth week, or integers that do not go up by one.
    """
    if len(index) == 0:
        raise SchemaError("the table has no rows; check the sample asked for.")
    if not index.is_unique:
        raise SchemaError(f"date {index[index.duplicated()][0]} stands twice; keep one row a date.")
    if not index.is_monotonic_increasing:
        where = int(np.argmin([left < right for left, right in itertools.pairwise(index)]))
        raise SchemaError(
            f"dates are not in order: {index[where]} stands before {index[where + 1]}; sort_index() first."
        )
    gaps = _gaps(index)
    if gaps.size:
        before, after = index[gaps[0]], index[gaps[0] + 1]
        raise FrequencyError(
            f"dates jump from {before} to {after}; insert the missing periods or cut the sample there."
        )


def _gaps(index: pd.Index) -> Rows:
    """Rows after which periods are missing; of daily dates, holidays pass and holes do not."""
    if isinstance(index, pd.PeriodIndex):
        places, step = index.asi8, getattr(index.freq, "n", 1)
        if step == 1 and places[-1] - places[0] == len(places) - 1:  # they increase, each stands once
            return np.array([], dtype=np.intp)
        return np.flatnonzero(np.diff(places) != step)
    if not isinstance(index, pd.DatetimeIndex):
        return np.flatnonzero(np.diff(index.to_numpy()) != 1)
    days = np.diff(index.to_numpy()) / np.timedelta64(1, "D")
    usual = float(np.median(days)) if len(days) else 0.0
    if is_weekly(index):
        return np.flatnonzero(days != 7)
    if usual > 7.0:  # two and four weeks, or twice a month: where one date is missing, the next is twice as far
        return np.flatnonzero(days >= 1.5 * usual)
    if usual == 1.0 and (index.day_of_week > 4).mean() > SEVEN_DAYS:
        return np.flatnonzero(days != 1.0)
    return np.flatnonzero(days > HOLIDAYS + usual)


def with_rows_for_holes(frame: pd.DataFrame) -> pd.DataFrame:
    """A daily table with a row of missing values for every business day of its holes, so that they are seen."""
    if not isinstance(frame.index, pd.DatetimeIndex):
        return frame
    days = [pd.bdate_range(frame.index[row], frame.index[row + 1]) for row in _gaps(frame.index)]
    for absent in days:
        frame = frame.reindex(frame.index.union(absent))
    return frame


def next_periods(index: pd.Index, steps: int) -> pd.Index:
    """The ``steps`` periods after the last of ``index``, in its own calendar.

    Months, quarters and other periods go on in their frequency, and integers count on. Dates that are the same number
    of days apart go on so (weeks, two weeks, all seven days); dates a fixed number of months apart keep the day of the
    month; other daily dates are business days.

    Raises
    ------
    FrequencyError
        If the dates follow no rule.

    Examples
    --------
    >>> next_periods(pd.date_range("2024-01-05", periods=4, freq="W-FRI"), 1)[0]
    Timestamp('2024-02-02 00:00:00')
    """
    last = index[-1]
    if isinstance(index, pd.PeriodIndex):
        return pd.period_range(last + index.freq, periods=steps, freq=index.freq)
    if not isinstance(index, pd.DatetimeIndex):
        return pd.RangeIndex(int(last) + 1, int(last) + 1 + steps)
    days = np.diff(index.to_numpy()) / np.timedelta64(1, "D")
    if len(days) > 1 and np.ptp(days) == 0.0 and (days[0] != 1.0 or len(index) > 5):
        return pd.DatetimeIndex([last + pd.Timedelta(days=float(days[0]) * step) for step in range(1, steps + 1)])
    months = np.diff(np.asarray(12 * index.year + index.month))
    if len(months) > 1 and months[0] > 0 and np.ptp(months) == 0:  # else each month would not be the same step away
        ends = bool(index.is_month_end.all())
        ahead = [last + pd.DateOffset(months=int(months[0]) * step) for step in range(1, steps + 1)]
        return pd.DatetimeIndex([day + pd.offsets.MonthEnd(0) if ends else day for day in ahead])
    if len(days) and (np.median(days) != 1.0 or (index.day_of_week > 4).any()):
        raise FrequencyError(
            f"the dates follow no calendar that could be continued after {last.date()} (steps of {days.min():g} to "
            f"{days.max():g} days); give periods (pandas.PeriodIndex), weeks, or business days."
        )
    return pd.bdate_range(last + pd.Timedelta(days=1), periods=steps)


def at_periods(table: pd.DataFrame, periods: pd.Index, *, what: str, partly: bool = False) -> pd.DataFrame:
    """Rows of ``table`` at ``periods``, matched by date.

    What is given at prediction or inference time is never taken by position, unless it has no dates (rows 0, 1, 2, ...)
    and one row a period.

    Parameters
    ----------
    table : DataFrame
        Rows with dates, in any order, each once.
    periods : Index
        The dates wanted.
    what : str
        Its name, for messages.
    partly : bool
        Whether periods may be absent (NaN); then none of the table's dates may lie outside ``periods``.

    Raises
    ------
    SchemaError
        Naming the first date that is missing, repeated, or outside.
    """
    dated = isinstance(periods, (pd.PeriodIndex, pd.DatetimeIndex))
    if dated and isinstance(table.index, pd.RangeIndex):
        if table.index.start != 0 or len(table) != len(periods):
            raise SchemaError(
                f"{what} has no dates and {len(table)} rows for the {len(periods)} periods {periods[0]} to "
                f"{periods[-1]}; give it these dates."
            )
        return table.set_axis(periods, axis=0)
    ordered = table.sort_index()
    index = as_period_index(ordered.index)
    if isinstance(periods, pd.PeriodIndex) and isinstance(index, pd.DatetimeIndex):
        index = index.to_period(periods.freqstr)  # too few dates to tell their frequency by
    ordered = ordered.set_axis(index, axis=0)
    if not index.is_unique:
        raise SchemaError(f"{what} has the date {index[index.duplicated()][0]} twice; keep one row a date.")
    absent, outside = periods.difference(index), index.difference(periods)
    if (len(absent) and not partly) or (partly and len(outside)):
        odd = f"no row for {absent[0]}" if not partly else f"a value at {outside[0]}"
        raise SchemaError(
            f"{what} has {odd}; it is matched by date, and the periods are {periods[0]} to {periods[-1]}; found "
            f"{ordered.index[0]} to {ordered.index[-1]}."
        )
    return ordered.reindex(periods)
