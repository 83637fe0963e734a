"""Where every published value stands among the base periods, and which base periods it adds up.

The calendar is explicit. A base period belongs to the month, quarter or year of the day that dates it: a month to the
quarter of its last day, a day to its own month, and a week to the month of its last day, so that a month has four or
five weeks (weeks of the H.4.1 release end on Wednesdays). Days belong to the week that ends on or after them. Whatever
lies in a longer period belongs to it as a whole: sums of 4 and of 5 weeks take turns as the calendar says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from econ.arrays import Array, Mask, Rows
from econ.data.dataset import Dataset
from econ.data.index import next_periods
from econ.errors import SampleTooShort, SchemaError

FEWEST = 10
"""Published values that every series must have inside the calendar."""


@dataclass(frozen=True, eq=False)
class Group:
    """A series of lower frequency: its periods that lie wholly inside the calendar.

    Parameters
    ----------
    column : int
        Which variable it is.
    rule : str
        "sum", "average" or "end".
    periods : Index (G,)
        Its own periods, in order.
    ends : DatetimeIndex (G,)
        Their last days.
    first, last : array (G,)
        Base rows from the first to the last of each period, both included.
    published : array (G,)
        Values, NaN where missing.
    """

    column: int
    rule: str
    periods: pd.Index
    ends: pd.DatetimeIndex
    first: Rows
    last: Rows
    published: Array

    @property
    def lengths(self) -> Rows:
        """Base periods in each."""
        return self.last - self.first + 1

    def aggregated(self, path: Array) -> Array:
        """Own values (..., G) of a base path (..., T) of the variable."""
        if not len(self.periods):
            return path[..., :0]
        if self.rule == "end":
            return path[..., self.last]
        inside = path[..., self.first[0] : self.last[-1] + 1]
        sums: Array = np.add.reduceat(inside, self.first - self.first[0], axis=-1)
        return sums / self.lengths if self.rule == "average" else sums

    def at_base(self) -> Array:
        """Published values per base period, NaN where missing."""
        return self.published / self.lengths if self.rule == "sum" else self.published

    def part(self, rows: Mask | slice) -> Group:
        """Some of the periods."""
        periods, ends = self.periods[rows], self.ends[rows]
        return replace(
            self, periods=periods, ends=ends, first=self.first[rows], last=self.last[rows],
            published=self.published[rows],
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums of base values that are known: ``total`` is that of ``column`` over the rows from ``first`` to ``last``."""

    column: Rows
    first: Rows
    last: Rows
    total: Array

    def after(self, cut: int, *, first: int) -> Sums:
        """Those that begin at row ``cut`` or later, on a calendar that begins at row ``first``."""
        late = self.first >= cut
        return Sums(self.column[late], self.first[late] - first, self.last[late] - first, self.total[late])


@dataclass(frozen=True, eq=False)
class Layout:
    """All that was published, on the base calendar.

    Parameters
    ----------
    index : Index (T,)
        Base periods.
    days : DatetimeIndex (T,)
        The days that date them (the last of each period).
    variables : tuple of str
        Names, base series first.
    base : array (T, n)
        Values of base series, NaN where missing; columns of the others are NaN throughout.
    groups : tuple of Group
        Series of lower frequency.
    """

    index: pd.Index
    days: pd.DatetimeIndex | None
    variables: tuple[str, ...]
    base: Array
    groups: tuple[Group, ...]

    @cached_property
    def known(self) -> Array:
        """Base values that are known, (T, n), NaN elsewhere: published ones, and those that a single value pins."""
        values = self.base.copy()
        for group in self.groups:
            pins = np.isfinite(group.published) & ((group.rule == "end") | (group.lengths == 1))
            values[group.last[pins], group.column] = group.published[pins]
        return values

    @cached_property
    def sums(self) -> Sums:
        """Sums over two or more base periods that are known."""
        parts = []
        for group in self.groups:
            bound = np.isfinite(group.published) & (group.lengths > 1) & (group.rule != "end")
            total = group.published * (group.lengths if group.rule == "average" else 1.0)
            column = np.full(len(group.periods), group.column)
            parts.append([each[bound] for each in (column, group.first, group.last, total)])
        if not parts:
            none = np.empty(0, dtype=np.intp)
            return Sums(none, none, none, np.empty(0))
        return Sums(*(np.concatenate(each) for each in zip(*parts, strict=True)))

    def group(self, column: int) -> Group | None:
        """The lower frequency of a variable; None for a base series."""
        return next((group for group in self.groups if group.column == column), None)

    def cut(self, rows: int) -> Layout:
        """The first ``rows`` base periods."""
        days = None if self.days is None else self.days[:rows]
        groups = tuple(group.part(group.last < rows) for group in self.groups)
        return replace(self, index=self.index[:rows], days=days, base=self.base[:rows], groups=groups)

    def check(self) -> None:
        """Refuse a series that says too little inside the calendar.

        Raises
        ------
        SchemaError
            For one without any value, or with one value throughout.
        SampleTooShort
            For one with fewer than `FEWEST`.
        """
        for column, name in enumerate(self.variables):
            group = self.group(column)
            values = self.base[:, column] if group is None else group.published
            values = values[np.isfinite(values)]
            span = f"from {self.index[0]} to {self.index[-1]}"
            if not len(values):
                raise SchemaError(
                    f"{name!r} has no value {span}, where the base series are: they have no overlap; cut or drop it."
                )
            if np.ptp(values) == 0.0:
                raise SchemaError(f"column {name!r} is constant ({values[0]}) {span}; drop it.")
            if len(values) < FEWEST:
                raise SampleTooShort(
                    f"{name!r} has {len(values)} values {span}; at least {FEWEST} are needed; use a longer sample."
                )


def layout_of(tables: tuple[Dataset, ...], rules: Mapping[str, str], until: pd.Timestamp | None = None) -> Layout:
    """Put the tables on one calendar.

    It runs from the first to the last base period at which a base series has a value, and on to the last period of the
    other series that has one (and to ``until``). Their values before it, or in a period that begins before it, are left
    out: nothing is known about the base periods that they would add up.
    """
    base, *low = tables
    frame = base.frame
    full = np.flatnonzero(frame.notna().any(axis=1).to_numpy())
    if not len(full):
        raise SchemaError(f"columns {list(frame.columns)} of the base have no value at all; give data.")
    frame = frame.iloc[full[0] : full[-1] + 1]
    names = tuple(str(name) for table in tables for name in table.frame.columns)
    ends = [_last_day(table) for table in low] + ([until] if until is not None else [])
    index = _extended(frame.index, max(ends)) if ends else frame.index
    values = np.full((len(index), len(names)), np.nan)
    values[: len(frame), : frame.shape[1]] = frame.to_numpy(dtype=float)
    groups: list[Group] = []
    for table in low:
        for name in table.frame.columns:
            groups.append(_group(index, table.frame[name].dropna(), names.index(str(name)), rule=rules[str(name)]))
    return Layout(index, days_of(index) if base.frequency != "U" else None, names, values, tuple(groups))


def days_of(index: pd.Index) -> pd.DatetimeIndex:
    """The last day of each base period."""
    if isinstance(index, pd.PeriodIndex):
        return pd.DatetimeIndex(index.to_timestamp(how="end").normalize())
    return pd.DatetimeIndex(index)


def _last_day(table: Dataset) -> pd.Timestamp:
    """Last day of the last period of a table at which anything was published."""
    some = np.flatnonzero(table.frame.notna().any(axis=1).to_numpy())
    if not len(some):
        raise SchemaError(f"columns {list(table.frame.columns)} have no value at all; give data or drop them.")
    return days_of(table.frame.index[[some[-1]]])[0]


def _extended(index: pd.Index, until: pd.Timestamp) -> pd.Index:
    """The base calendar, gone on to the last base period that is dated ``until`` or before."""
    missing = (until - days_of(index[[-1]])[0]).days
    if missing <= 0:
        return index
    if len(index) < 3:
        raise SampleTooShort(f"the base has {len(index)} periods; at least 3 are needed to continue its calendar.")
    more = next_periods(index, missing)
    more = more[days_of(more) <= until]
    return index.append(more)


def _codes(days: pd.DatetimeIndex, like: pd.Index) -> Rows:
    """Number of the period of the frequency of ``like`` to which each day belongs."""
    if isinstance(like, pd.PeriodIndex):
        return np.asarray(days.to_period(like.freqstr).asi8, dtype=np.intp)
    anchor = pd.DatetimeIndex(like)[0]  # weeks: the first that ends on the day or after it
    return np.asarray(-((anchor - days).days // 7), dtype=np.intp)


def _periods(codes: Rows, like: pd.Index) -> tuple[pd.Index, pd.DatetimeIndex]:
    """Labels of periods by number, and their last days."""
    if isinstance(like, pd.PeriodIndex):
        periods: pd.Index = pd.PeriodIndex.from_ordinals(codes, freq=like.freqstr)  # type: ignore[attr-defined]
        return periods, days_of(periods)
    weeks = pd.DatetimeIndex(like)[0] + pd.to_timedelta(7 * codes, unit="D")
    return weeks, pd.DatetimeIndex(weeks)


def _group(index: pd.Index, series: pd.Series, column: int, *, rule: str) -> Group:
    """The periods of a series whose base periods are all on the calendar, and what was published for them."""
    around = pd.DatetimeIndex([_day_before(index), *days_of(index), days_of(next_periods(index, 1))[0]])
    codes = _codes(around, series.index)
    starts = np.flatnonzero(codes[1:-1] != codes[:-2])
    stops = np.flatnonzero(codes[1:-1] != codes[2:])
    stops = stops[stops >= starts[0]] if len(starts) else stops[:0]
    starts = starts[: len(stops)]
    inside = codes[1:-1][starts]
    periods, ends = _periods(inside, series.index)
    own = pd.Series(series.to_numpy(dtype=float), index=_codes(days_of(series.index), series.index))
    return Group(column, rule, periods, ends, starts, stops, own.reindex(inside).to_numpy(dtype=float))


def _day_before(index: pd.Index) -> pd.Timestamp:
    """The day that would date the base period before the first."""
    if isinstance(index, pd.PeriodIndex):
        return days_of(pd.PeriodIndex([index[0] - 1]))[0]
    steps = np.diff(np.asarray(index[:50], dtype="datetime64[D]")).astype(int)
    if len(steps) and np.ptp(steps) == 0:
        return pd.DatetimeIndex(index)[0] - pd.Timedelta(days=int(steps[0]))
    return pd.DatetimeIndex(index)[0] - pd.offsets.BDay(1)
