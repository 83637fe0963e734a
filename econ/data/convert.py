"""From days and weeks to months, by a named rule, and never from an unfinished month."""

from __future__ import annotations

import pandas as pd

from econ import checks
from econ.data.archive import EMBEDDED, read_table, verified
from econ.data.catalogue import Entry, entry
from econ.data.use import remembered
from econ.data.vintage import Vintage
from econ.errors import FrequencyError, SchemaError, VintageMissing

RULES = ("last", "mean", "sum")
_STEP = {"D": pd.offsets.BDay(1), "W": pd.Timedelta(days=7)}


def native(item: Entry, as_of: str = EMBEDDED) -> pd.Series:
    """A plain series at its own frequency, checked against the catalogue's range.

    Raises
    ------
    VintageMissing
        If the series is known but not in this vintage.
    SchemaError
        If a value lies outside the range that the catalogue gives, naming series, date and value.
    """
    if not item.archived and as_of == EMBEDDED:
        raise VintageMissing(
            f"series {item.name!r} is in the catalogue but not in vintage {as_of}; "
            "`python -m econ data fetch` adds a vintage that has it."
        )
    (vintage,) = verified([item.table], as_of)
    return _series(item, as_of, vintage)


@remembered(256)
def _series(item: Entry, as_of: str, vintage: Vintage) -> pd.Series:
    """What `native` gives of a file that was found sound: the paper reads most of its series more than once."""
    frame, _ = read_table(item.table, as_of)
    column = item.column
    if column not in frame and "series" in frame:  # a publisher's file that holds many series
        frame, column = frame[frame["series"] == column], "value"
    if column not in frame or frame.empty:
        raise SchemaError(f"{vintage.file} has no series {item.column!r}; fetch again.")
    values = frame[column].astype(float)
    outside = (values < item.low) | (values > item.high)
    if outside.any():
        date, value = frame["date"][outside].iloc[0], values[outside].iloc[0]
        raise SchemaError(
            f"{vintage.file} column {item.column!r} must lie between {item.low} and {item.high} {item.units}; "
            f"found {value} at {date}; check the units."
        )
    return pd.Series(values.to_numpy(), index=_index(frame["date"], item.frequency), name=item.name)


def _index(dates: pd.Series, frequency: str) -> pd.DatetimeIndex | pd.PeriodIndex:
    """Days, months or quarters from text; days and months by way of numpy, which reads them five times as fast."""
    if frequency in "DW":
        unit = pd.DatetimeIndex(dates.iloc[:1]).unit  # that of pandas for text
        return pd.DatetimeIndex(dates.to_numpy().astype(f"datetime64[{unit}]"), name=dates.name)
    if frequency == "M":
        return pd.PeriodIndex(dates.to_numpy().astype("datetime64[M]"), freq="M", name=dates.name)
    return pd.PeriodIndex(dates, freq=frequency)


def monthly(name: str, *, as_of: str = EMBEDDED, rule: str | None = None) -> pd.Series:
    """A daily or weekly series by month; a monthly one as it is.

    Parameters
    ----------
    name : str
        Catalogue name of a plain series (not a flow).
    as_of : str
        Vintage.
    rule : str, optional
        ``"last"``, ``"mean"`` or ``"sum"``; default: the catalogue's rule for this series.

    Returns
    -------
    Series
        ``PeriodIndex[M]``. A month whose last observation is still to come is left out.

    Raises
    ------
    FrequencyError
        For a quarterly series, which months cannot be made of.
    SpecificationError
        For an unknown rule.
    """
    item = entry(name)
    series = native(item, as_of)
    if item.frequency == "M":
        return series
    if item.frequency == "Q":
        raise FrequencyError(f"{name!r} is quarterly; load it with frequency='Q'.")
    return by_month(series, item, rule)


def by_month(series: pd.Series, item: Entry, rule: str | None = None) -> pd.Series:
    """Days or weeks of a series of the catalogue by month, as :func:`monthly` has them."""
    word = item.rule if rule is None else rule
    word = checks.choice("rule", word, RULES, of=f"to make {item.name!r} monthly")
    present = series.dropna()
    months = pd.DatetimeIndex(present.index).to_period("M")
    grouped = present.groupby(months)
    out = grouped.agg(word)
    unfinished = (present.index[-1] + _STEP[item.frequency]).to_period("M") == months[-1]
    return out.iloc[:-1] if unfinished else out
