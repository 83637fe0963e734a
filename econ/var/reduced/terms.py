"""Deterministic regressors of a VAR: trends, seasons, single periods."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array
from econ.data.dates import place
from econ.errors import SpecificationError

TRENDS = {"n": (), "c": ("const",), "ct": ("const", "trend"), "ctt": ("const", "trend", "trend_squared")}
SEASONS = {"M": 12, "Q": 4}
MAX_LAGS = 12  # longest that a criterion picks unless told otherwise


def seasons(index: pd.Index) -> int:
    """Seasons of a year: 12 for months, 4 for quarters.

    Raises
    ------
    SpecificationError
        For dates of any other frequency.
    """
    found = SEASONS.get(index.freqstr[0]) if isinstance(index, pd.PeriodIndex) else None
    if found is None:
        raise SpecificationError(
            f"seasonal=True needs monthly or quarterly data; these dates are {index.dtype}; pass dummies as exog=."
        )
    return found


def season_names(index: pd.Index) -> tuple[str, ...]:
    """``season_2``, ..., one for every season but the first of the year."""
    return tuple(f"season_{number}" for number in range(2, seasons(index) + 1))


def season_values(index: pd.Index, future: pd.Index) -> Array:
    """Centred dummies at ``future``, (T, S - 1): 1 - 1/S in their season, -1/S in others, zero over a year."""
    number = seasons(index)
    dates = pd.PeriodIndex(future)
    season = dates.month if number == 12 else dates.quarter
    values: Array = (np.asarray(season)[:, None] == np.arange(2, number + 1)) - 1.0 / number
    return values


def read_outliers(given: Sequence[str], index: pd.Index, lags: int) -> tuple[str, ...]:
    """Dates of single periods, each once and after the first ``lags``, as the index writes them.

    Raises
    ------
    SpecificationError
        For what is no date, a date outside of the sample or among the lags, or one that stands twice.
    """
    found = []
    for name in checks.names("outliers", given, least=1):
        row = place(name, index)
        if row is None or row < lags:
            raise SpecificationError(
                f"the outlier {name!r} is not among the periods that a VAR of {lags} lags explains, {index[lags]} to "
                f"{index[-1]}; leave it out."
            )
        found.append(row)
    return tuple(str(index[row])[:10] for row in _once(found, index))


def _once(rows: list[int], index: pd.Index) -> list[int]:
    for row in rows:
        if rows.count(row) > 1:
            raise SpecificationError(f"the outlier {index[row]} stands twice; name it once.")
    return rows


def outlier_names(dates: Sequence[str]) -> tuple[str, ...]:
    """``outlier_2020-03``, ..."""
    return tuple(f"outlier_{date}" for date in dates)


def outlier_values(dates: Sequence[str], index: pd.Index) -> Array:
    """1 in its own period, 0 elsewhere; (T, dates)."""
    values = np.zeros((len(index), len(dates)))
    for column, date in enumerate(dates):
        row = place(date, index)
        if row is not None:
            values[row, column] = 1.0
    return values
