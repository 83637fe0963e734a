"""What a holder may react to: hedged yields, volatility, months of tension."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from econ import checks
from econ.border import checked
from econ.data.dates import days, period, trading_days
from econ.data.events import events as catalogue
from econ.data.index import check_index
from econ.errors import FrequencyError, SchemaError, SpecificationError

TENSION = ("china_sale_threat", "ally_sale_threat", "freeze", "tariff")
"""Kinds of events that count as geopolitical tension: threats to sell, freezes of reserves, tariffs."""

MINIMUM_DAYS = 10


@checked
def hedged_pickup(
    us_long: pd.Series,
    own_long: pd.Series,
    *,
    us_short: pd.Series,
    own_short: pd.Series,
    basis: pd.Series | None = None,
) -> pd.Series:
    """Yield that a foreigner gains with hedged Treasuries over bonds at home.

    ``(us_long - own_long) - (us_short - own_short) + basis``: dollars are sold forward, which by covered interest
    parity costs the difference of short rates, less the cross-currency basis (negative where hedging costs more than
    that). It is the slope of the US curve less that at home: a holder with short-dated hedges buys slope, not level.

    Parameters
    ----------
    us_long, own_long : Series
        Yields of long bonds in dollars and in the holder's currency, percent; one index of periods or days.
    us_short, own_short : Series
        Rates at the maturity of the hedge, percent.
    basis : Series, optional
        Cross-currency basis at that maturity, percent; by default parity holds.

    Returns
    -------
    Series
        Percentage points, on the dates that all have, missing where one is missing.

    Raises
    ------
    FrequencyError
        If the indices are not of one kind.
    SchemaError
        For repeated dates, text, or series with no date in common.

    References
    ----------
    Du, W., A. Tepper and A. Verdelhan (2018), Deviations from Covered Interest Rate Parity, Journal of Finance 73(3),
    915-957, for parity and the basis.

    Examples
    --------
    >>> months = pd.period_range("2022-10", periods=1, freq="M")
    >>> four, zero, rate, none = (pd.Series([value], index=months) for value in (4.0, 0.25, 4.6, -0.1))
    >>> print(hedged_pickup(four, zero, us_short=rate, own_short=none).round(2).iloc[0])
    -0.95
    """
    given = {"us_long": us_long, "own_long": own_long, "us_short": us_short, "own_short": own_short}
    if basis is not None:
        given["basis"] = basis
    table = _aligned(given)
    found = table["us_long"] - table["own_long"] - (table["us_short"] - table["own_short"])
    return (found + table["basis"] if basis is not None else found).rename("hedged_pickup")


@checked
def realised_volatility(daily: pd.Series, *, minimum: int = MINIMUM_DAYS) -> pd.Series:
    """Root of the sum of squared daily changes in each month.

    Parameters
    ----------
    daily : Series
        Level on business days, such as a yield in percent or the logarithm of an exchange rate; holidays may be absent.
    minimum : int, default 10
        Changes that a month needs; months with fewer are missing.

    Returns
    -------
    Series
        By month, in the units of ``daily``.

    Raises
    ------
    FrequencyError
        If the index is not one of days, such as weeks, or a hole of more than two weeks lies between two values: the
        jump over it is no daily change.
    SchemaError
        For repeated days, text, infinite values or no value at all.
    SpecificationError
        Unless ``minimum`` is a positive integer.

    References
    ----------
    Andersen, T. G., T. Bollerslev, F. X. Diebold and P. Labys (2003), Modeling and Forecasting Realized Volatility,
    Econometrica 71(2), 579-625.

    Examples
    --------
    >>> days = pd.bdate_range("2024-01-01", periods=20)
    >>> print(realised_volatility(pd.Series([4.0, 4.1] * 10, index=days)).round(3).iloc[0])
    0.436
    """
    minimum = checks.count("minimum", minimum)
    level = checks.figures("daily", daily, holes=True).dropna().sort_index()
    check_index(trading_days(level.index, "realised volatility"))
    changes = level.diff().iloc[1:]
    months = pd.DatetimeIndex(changes.index).to_period("M")
    squares = (changes**2).groupby(months)
    root: pd.Series = squares.sum() ** 0.5
    return root.where(squares.count() >= minimum).rename("realised_volatility")


@checked
def event_months(
    index: pd.PeriodIndex,
    kinds: Sequence[str] = TENSION,
    *,
    events: pd.DataFrame | None = None,
    known: tuple[object, object] | None = None,
) -> pd.Series:
    """Count the events of some kinds in every month.

    Parameters
    ----------
    index : PeriodIndex
        Months wanted.
    kinds : sequence of str
        Kinds of events; default ``TENSION``, a rule that looks at the kind of an event and not at what followed.
    events : DataFrame, optional
        Columns ``date`` and ``kind``; default :func:`econ.events`.
    known : (month, month), optional
        First and last month for which you take the list to be complete; default those of its first and last event of
        any kind, for nobody has looked beyond.

    Returns
    -------
    Series
        Number of events by month, 0 where there is none; NaN before and after the months that are known.

    Raises
    ------
    FrequencyError
        If the index is not one of months.
    UnknownName
        For an unknown kind.
    SpecificationError
        If ``known`` is no two months in order.

    Examples
    --------
    >>> found = event_months(pd.period_range("2025-01", "2025-06", freq="M"))
    >>> found[found > 0].index.astype(str).tolist()
    ['2025-04', '2025-05']
    >>> event_months(pd.period_range("2011-07", "2011-08", freq="M")).tolist()  # the first event is of August
    [nan, 0.0]
    """
    table = catalogue() if events is None else events
    if not isinstance(index, pd.PeriodIndex) or index.freqstr != "M":
        raise FrequencyError(f"events are counted by month; found an index of {type(index).__name__}.")
    for column in ("date", "kind"):
        checks.position("column", column, list(table.columns), of="in events")
    offered = sorted(set(table["kind"]))
    named = checks.names("kinds", kinds)
    for kind in named:
        checks.position("events of kind", kind, offered)
    months = pd.PeriodIndex(days(table["date"], "an event"), freq="M")
    first, last = (months.min(), months.max()) if known is None else _known(known, index)
    counts = pd.Series(1.0, index=months[table["kind"].isin(named)]).groupby(level=0).sum()
    found = counts.reindex(index, fill_value=0.0).rename("events")
    return found.where((index >= first) & (index <= last))


def _known(given: tuple[object, object], index: pd.PeriodIndex) -> tuple[pd.Period, pd.Period]:
    """First and last month of a record."""
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        raise SpecificationError(f"known is a first and a last month, such as ('2011-07', '2026-03'); found {given!r}.")
    first, last = (period(each, index) for each in given)
    if first > last:
        raise SpecificationError(f"known runs from its first month to its last; found {first} to {last}.")
    return first, last


def _aligned(given: dict[str, pd.Series]) -> pd.DataFrame:
    kinds = {name: _kind(name, series) for name, series in given.items()}
    if len(set(kinds.values())) > 1:
        raise FrequencyError(
            f"the series have different frequencies, {kinds}; convert one first, as in series.groupby(months).mean()."
        )
    for name, series in given.items():
        if not series.index.is_unique:
            raise SchemaError(f"{name} has {series.index[series.index.duplicated()][0]} twice; keep one row a date.")
        if not pd.api.types.is_numeric_dtype(series.dtype) or np.isinf(series.to_numpy(dtype=float)).any():
            raise SchemaError(f"{name} must hold finite numbers; found {series.dtype} with text or infinity in it.")
    table = pd.concat(given, axis=1, join="inner").sort_index()
    if table.empty:
        raise SchemaError(f"{list(given)} have no date in common; extend one of them.")
    return table


def _kind(name: str, series: pd.Series) -> str:
    if not isinstance(series, pd.Series) or not isinstance(series.index, (pd.PeriodIndex, pd.DatetimeIndex)):
        raise FrequencyError(f"{name} must be a Series by period or by day; found {type(series).__name__}.")
    return str(series.index.freqstr) if isinstance(series.index, pd.PeriodIndex) else "days"
