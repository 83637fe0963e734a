"""Surprises of releases: what a first print says beyond the prints before it, as events with a regressor."""

from __future__ import annotations

import numpy as np
import pandas as pd

from econ import checks
from econ.border import checked
from econ.data.dates import days
from econ.errors import SampleTooShort, SchemaError

COLUMNS = ("date", "holder", "value", "release_date")
FEWEST = 30


@checked
def release_surprises(prints: pd.DataFrame, *, holder: str = "OFF", lags: int = 3) -> pd.DataFrame:
    """First prints less their forecast from earlier first prints, one event a release.

    The forecast is an autoregression with a constant on the last ``lags`` prints, fitted by OLS to the whole
    table; the surprise is its residual. Prints are taken in order of release; a month without a print is passed
    over, and of several months printed on one day the last counts.

    Parameters
    ----------
    prints : DataFrame
        Columns ``date`` (month), ``holder``, ``value`` (USD billions, positive: foreigners buy) and
        ``release_date``, as ``econ.data.realtime.first_prints(...).frame`` has them.
    holder : str
        Which holder's prints.
    lags : int
        Order of the autoregression.

    Returns
    -------
    DataFrame
        A table of events: ``date`` (of the release), ``kind`` ("tic_release"), ``label``, ``month``, ``surprise``
        (USD billions); for `EventStudy` and then ``results.slope("surprise")``.

    Raises
    ------
    SchemaError
        If a column is absent or a print is not finite.
    SpecificationError
        If ``lags < 1``; `UnknownName` if there is no such holder.
    SampleTooShort
        With fewer than 30 prints left after the lags.

    Examples
    --------
    >>> months = pd.period_range("2010-01", periods=60, freq="M")
    >>> values = np.random.default_rng(1).normal(size=60)
    >>> released = months.to_timestamp() + pd.Timedelta(days=75)
    >>> prints = pd.DataFrame({"date": months, "holder": "OFF", "value": values, "release_date": released})
    >>> table = release_surprises(prints)
    >>> len(table), bool(abs(table["surprise"].mean()) < 1e-12)
    (57, True)
    """
    absent = [name for name in COLUMNS if name not in prints.columns]
    if absent:
        raise SchemaError(f"prints lack the columns {absent}; found {[str(name) for name in prints.columns]}.")
    lags = checks.count("lags", lags)
    if not prints.columns.is_unique:
        raise SchemaError(f"prints have the column {prints.columns[prints.columns.duplicated()][0]!r} twice; drop one.")
    checks.position("prints of", holder, [str(name) for name in prints["holder"].unique()])
    own = prints[prints["holder"] == holder].sort_values(["release_date", "date"])
    own = own.drop_duplicates("release_date", keep="last").reset_index(drop=True)
    value = own["value"].to_numpy(dtype=float)
    if not np.isfinite(value).all():
        raise SchemaError(
            f"the print released on {own['release_date'][int(np.argmin(np.isfinite(value)))]} is no number."
        )
    if len(value) - lags < FEWEST:
        raise SampleTooShort(
            f"{len(value)} prints of {holder!r}; at least {FEWEST + lags} are needed; read more releases."
        )
    past = np.column_stack([np.ones(len(value) - lags), *(value[lags - lag : -lag] for lag in range(1, lags + 1))])
    residual = value[lags:] - past @ np.linalg.lstsq(past, value[lags:], rcond=None)[0]
    own = own.iloc[lags:]
    return pd.DataFrame(
        {
            "date": days(own["release_date"], "a print"),
            "kind": "tic_release",
            "label": "TIC for " + own["date"].astype(str),
            "month": own["date"],
            "surprise": residual,
        }
    ).reset_index(drop=True)
