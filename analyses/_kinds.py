"""Kinds of choices: what a field of the specification may hold. Each check returns the clean value or names the field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

import pandas as pd

from econ import checks
from econ.data import holder
from econ.data.catalogue import AGGREGATES, ENTRIES
from econ.data.concepts import CONCEPTS
from econ.data.holders import HOLDERS
from econ.errors import SpecificationError, suggestion
from econ.eventstudy.operations import RULES


def _listed(name: str, value: object, what: str) -> tuple[Any, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence) or not len(value):
        raise SpecificationError(f"{name} takes a list of {what}; found {value!r}.")
    if len(set(value)) < len(value):
        raise SpecificationError(f"{name} names {what}, each once; found {list(value)}.")
    return tuple(value)


def _dates(name: str, value: object, *, freq: str, how: str) -> tuple[str, str]:
    found = tuple(_date(name, each, freq=freq, how=how) for each in value) if isinstance(value, (tuple, list)) else ()
    if len(found) != 2 or found[0] > found[1]:
        raise SpecificationError(f"{name} takes a first and a last date such as {how!r}, in order; found {value!r}.")
    return found[0], found[1]


def _date(name: str, value: object, *, freq: str, how: str) -> str:
    try:
        period = pd.Period(value, freq=freq) if isinstance(value, str) and len(value) == len(how) else None
    except ValueError:
        period = None
    if period is None or str(period) != value:
        raise SpecificationError(f"{name} takes a date such as {how!r}; found {value!r}.")
    return value


def _ascending(name: str, value: object, *, freq: str, how: str) -> tuple[str, ...]:
    found = tuple(_date(name, each, freq=freq, how=how) for each in _listed(name, value, "dates"))
    if list(found) != sorted(found):
        raise SpecificationError(f"{name} takes dates in order; found {list(found)}.")
    return found


def _counts(name: str, value: object, *, least: int = 0) -> tuple[int, ...]:
    return tuple(checks.count(name, each, least=least) for each in _listed(name, value, "integers"))


def _reals(name: str, value: object) -> tuple[float, ...]:
    return tuple(checks.real(name, each) for each in _listed(name, value, "numbers"))


def _days(name: str, value: object) -> tuple[int, int]:
    pair = value if isinstance(value, (tuple, list)) and len(value) == 2 else None
    if pair is None or any(isinstance(day, bool) or not isinstance(day, int) for day in pair) or pair[0] > pair[1]:
        raise SpecificationError(f"{name} takes a first and a last trading day, such as (0, 1); found {value!r}.")
    return int(pair[0]), int(pair[1])


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise SpecificationError(f"{name} is True or False; found {value!r}.")
    return value


def _level(name: str, value: object) -> float:
    return checks.real(name, value, above=0.0, most=0.9999)


def _concept(name: str, value: object) -> str:
    return checks.choice(name, value, CONCEPTS)


def _rule(name: str, value: object) -> str:
    return checks.choice(name, value, RULES)


def _holder(name: str, value: object) -> str:
    known = [*(each.slug for each in HOLDERS), *AGGREGATES]
    if not isinstance(value, str) or value not in known:
        raise SpecificationError(f"{name} names holders; no holder {value!r}; {suggestion(str(value), known)}")
    return value


def _holders(name: str, value: object) -> tuple[str, ...]:
    return tuple(_holder(name, each) for each in checks.names(name, value))


def _series(name: str, value: object) -> tuple[str, ...]:
    found = checks.names(name, value)
    for each in found:
        if each not in ENTRIES:
            raise SpecificationError(f"{name} names series; no series {each!r}; {suggestion(each, ENTRIES)}")
    return found


def _one(check: Callable[[str, object], tuple[str, ...]]) -> Callable[[str, object], str]:
    def single(name: str, value: object) -> str:
        if not isinstance(value, str):
            raise SpecificationError(f"{name} is one name; found {value!r}.")
        return check(name, value)[0]

    return single


def _several(kind: type) -> Callable[[str, object], tuple[Any, ...]]:
    """Objects of one class, their keys each once."""

    def check(name: str, value: object) -> tuple[Any, ...]:
        for each in value if isinstance(value, (tuple, list)) else (value,):
            if not isinstance(each, kind):
                raise SpecificationError(f"{name} takes a list of {kind.__name__}; found {each!r}.")
        found: tuple[Any, ...] = tuple(value)  # type: ignore[arg-type]
        _listed(name, [each.key for each in found], f"a {kind.__name__} by its key")
        return found

    return check


@dataclass(frozen=True)
class NewsClass:
    """A class of events: key, panel of the table, words, kinds of the event catalogue, sign if selling raises yields."""

    key: str
    panel: str
    words: str
    kinds: tuple[str, ...]
    sign: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", checks.names(f"kinds of the class {self.key}", self.kinds, least=1))


@dataclass(frozen=True)
class Span:
    """A span with a name: words of the table, first and last date."""

    key: str
    first: str
    last: str


@dataclass(frozen=True)
class Dates:
    """A class of dates of ``econ.data.calendars``: key, panel and words of the table, whether others are left out."""

    key: str
    panel: str
    words: str
    alone: bool = True


MONTH, DAY = {"freq": "M", "how": "2011-07"}, {"freq": "D", "how": "2020-03-09"}
Flag = Annotated[bool, _flag]
Count = Annotated[int, checks.count]
Whole = Annotated[int, partial(checks.count, least=0)]
Counts = Annotated[tuple[int, ...], partial(_counts, least=1)]
Horizons = Annotated[tuple[int, ...], _counts]
Level = Annotated[float, _level]
Real = Annotated[float, checks.real]
Positive = Annotated[float, partial(checks.real, above=0.0)]
Reals = Annotated[tuple[float, ...], _reals]
Days = Annotated[tuple[int, int], _days]
Month = Annotated[str, partial(_date, **MONTH)]
Day = Annotated[str, partial(_date, **DAY)]
Months = Annotated[tuple[str, str], partial(_dates, **MONTH)]
DaySpan = Annotated[tuple[str, str], partial(_dates, **DAY)]
MonthList = Annotated[tuple[str, ...], partial(_ascending, **MONTH)]
Years = Annotated[tuple[int, int], _days]
Concept = Annotated[str, _concept]
Rule = Annotated[str, _rule]
Names = Annotated[tuple[str, ...], checks.names]
Holders = Annotated[tuple[str, ...], _holders]
OneHolder = Annotated[str, _one(_holders)]
SeriesList = Annotated[tuple[str, ...], _series]
OneSeries = Annotated[str, _one(_series)]
Classes = Annotated[tuple[NewsClass, ...], _several(NewsClass)]
Spans = Annotated[tuple[Span, ...], _several(Span)]
Calendars = Annotated[tuple[Dates, ...], _several(Dates)]


def known(name: str, keys: Sequence[str], among: Sequence[str]) -> None:
    """Refuse a key that another field does not define."""
    for key in keys:
        if key not in among:
            raise SpecificationError(f"{name}: no {key!r}; {suggestion(key, among)}")


def apart(name: str, *groups: Sequence[str]) -> None:
    """Refuse a holder that stands in two groups that are added up."""
    everybody = [each for group in groups for each in group]
    twice = [holder(each).name for each in everybody if everybody.count(each) > 1]
    if twice:
        raise SpecificationError(f"{twice[0]} stands twice in {name}; a holder belongs to one group.")
