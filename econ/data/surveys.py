r"""Where flows by trading counterparty lie: the S form against the annual surveys of who owns the bonds.

Between two surveys, :math:`S_0` and :math:`S_1`, what a holder bought is its change in position less that in value,

.. math:: F = S_1 - S_0 - \sum_t r_t \, P_{t-1}, \qquad P_t = S_0 + (S_1 - S_0)\, t / 12,

with :math:`r_t` the published valuation change of all foreign officials over their position a month earlier
(Bertaut-Judson), the one official monthly return of a portfolio of Treasuries before 2011. The S form, summed over the
same months, says instead with whom US residents traded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from econ.border import checked
from econ.data.archive import EMBEDDED, read_table
from econ.data.benchmark import benchmark
from econ.data.concepts import purchases
from econ.data.holders import HOLDERS, holder
from econ.data.reported import stamp_of
from econ.errors import SchemaError, SeriesNotFound
from econ.estimate import Estimate
from econ.frozen import guarded
from econ.tables.shown import Facts, Shown, period

SURVEYS = tuple(pd.Period(f"{year}-06", freq="M") for year in range(2002, 2012))
"""Annual surveys between the last change of method and the SLT form, which has been benchmarked to them since."""
TOLERANCE = 0.15
"""Share of the last position by which flows by counterparty may miss the surveys in nine years, and still stand for the
holder's own."""


@checked
def against_surveys(surveys: pd.DataFrame | None = None, *, as_of: str = EMBEDDED) -> pd.DataFrame:
    """Purchases between surveys by holder: what the S form prints, and what the owners turned out to have bought.

    Parameters
    ----------
    surveys : DataFrame, optional
        ``econ.data.parse("shlhistdat", file)``: long-term Treasuries. Default: the surveys inside the archive's table
        of major holders, all Treasuries, bills included.
    as_of : str
        Vintage.

    Returns
    -------
    DataFrame
        Index ``slug``, ``survey`` (month in which the interval ends). Columns, USD billions: ``counterparty``,
        ``surveyed``, ``position`` (found by the survey at its end). Holders without all ten surveys are left out.

    Raises
    ------
    SchemaError
        For a table that is no survey.
    SeriesNotFound
        If no holder has all ten surveys.

    Examples
    --------
    >>> table = against_surveys().loc["brazil"]
    >>> table[["counterparty", "surveyed"]].sum().round().tolist()
    [171.0, 195.0]
    """
    found = _surveyed(surveys, as_of)
    stamp, value = stamp_of(as_of), _returns(as_of)
    rows = {}
    for entry in HOLDERS:
        if not entry.s_form_first or entry.code not in found or found[entry.code].isna().any():
            continue
        bought = purchases(entry.code, "counterparty", as_of, stamp)["value"]
        position = found[entry.code].to_numpy(float)
        for place, (before, after) in enumerate(pairwise(SURVEYS)):
            months = pd.period_range(before + 1, after, freq="M")
            first, last = position[place], position[place + 1]
            priced = value[months].to_numpy() @ np.linspace(first, last, len(months), endpoint=False)
            rows[entry.slug, str(after)] = (float(bought[months].sum()), last - first - priced, last)
    if not rows:
        raise SeriesNotFound(f"no holder has all surveys from {SURVEYS[0]} to {SURVEYS[-1]}; pass a longer table.")
    index = pd.MultiIndex.from_tuples(rows, names=["slug", "survey"])
    return pd.DataFrame(list(rows.values()), index=index, columns=["counterparty", "surveyed", "position"])


@checked
def misplaced(table: pd.DataFrame) -> pd.DataFrame:
    """Totals of `against_surveys` by holder, and whether trades may stand for the holder's own purchases.

    Returns
    -------
    DataFrame
        Index ``slug``. ``counterparty``, ``surveyed`` (sums, USD billions), ``position`` (at the last survey),
        ``miss`` (their distance as a share of that position), ``correlation`` (of the nine years), ``alone`` (bool:
        the miss is at most `TOLERANCE`).

    Raises
    ------
    SchemaError
        For a table that `against_surveys` did not make.
    """
    wanted = ["counterparty", "surveyed", "position"]
    if list(table.index.names) != ["slug", "survey"] or [*table.columns] != wanted:
        raise SchemaError(
            f"the table must have the index (slug, survey) and the columns {wanted}; against_surveys makes it."
        )
    figures = table[wanted].apply(pd.to_numeric, errors="coerce")
    if table.empty or not np.isfinite(figures.to_numpy(float)).all() or (figures["position"] <= 0).any():
        raise SchemaError(
            "the table must have a row or more of finite figures with positive positions; drop the others."
        )
    if table.index.duplicated().any() or (table.groupby(level="slug").size() < 3).any():
        raise SchemaError("the table must have each holder and survey once, and three surveys a holder at least.")
    grouped = figures.groupby(level="slug", sort=False)
    out: pd.DataFrame = grouped[["counterparty", "surveyed"]].sum().assign(position=grouped["position"].last())
    out["miss"] = (out["counterparty"] - out["surveyed"]).abs() / out["position"]
    with np.errstate(invalid="ignore", divide="ignore"):  # what never changes has none; pandas before 3.1 says so aloud
        out["correlation"] = grouped.apply(lambda rows: rows["counterparty"].corr(rows["surveyed"]))
    out["alone"] = out["miss"] <= TOLERANCE
    return out


def _surveyed(surveys: pd.DataFrame | None, as_of: str) -> pd.DataFrame:
    """Positions found by surveys, USD billions: months by holder code."""
    if surveys is None:
        frame, _ = read_table("mfh", as_of)
        rows = frame[(frame["series"] == "new") & (frame["holder"] != "")]
    else:
        missing = {"date", "holder", "item", "value"} - set(surveys.columns)
        if missing:
            raise SchemaError(f"the survey table lacks {sorted(missing)}; pass econ.data.parse('shlhistdat', file).")
        rows = surveys[surveys["item"] == "treasury_long_term"]
        rows = rows.assign(value=rows["value"] / 1000.0)
    wide = rows.assign(date=rows["date"].astype(str)).pivot(index="date", columns="holder", values="value")
    wide.index = pd.PeriodIndex(wide.index, freq="M")
    return wide.reindex(list(SURVEYS))


def _returns(as_of: str) -> pd.Series:
    """Monthly valuation change of all foreign officials over their position a month earlier, in shares."""
    frame, _ = read_table("foreign_official", as_of)
    table = frame.set_index(pd.PeriodIndex(frame["date"], freq="M"))
    return table["valuation_change"] / table["position"].shift()


@guarded
@dataclass(frozen=True, eq=False)
class Reallocation(Shown):
    """Purchases of one holder after the survey has told whose the trades through hubs were.

    Parameters
    ----------
    frame : DataFrame (T, 4)
        By month, USD billions: ``counterparty`` (the S form's line of the holder), ``purchases`` and ``std_error``
        (smoothed, given the variance of the hidden flow), ``hubs`` (the S form's lines of the hubs together).
    shares : dict of str to Estimate
        For each hub, the share of its reported purchases that is the holder's.
    """

    frame: pd.DataFrame
    shares: dict[str, Estimate]

    def _facts(self) -> Facts:
        shares = {f"share behind {hub}": share for hub, share in self.shares.items()}
        return {"sample": period(self.frame.index), "units": "USD billions", **shares}

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        return self.frame


@checked
def reallocated_purchases(
    name: str = "china",
    *,
    hubs: Sequence[str] = ("uk",),
    surveys: pd.DataFrame | None = None,
    survey_error: float = 0.0,
    as_of: str = EMBEDDED,
) -> Reallocation:
    """Monthly purchases by owner, 2002-07 to 2011-06: the S form's, corrected by what surveys found behind hubs.

    The state-space model of `econ.data.benchmark`, with the holder's trades plus the change in value as the reported
    change, and the trades of the hubs as flows that may be the holder's.

    Parameters
    ----------
    name : str
        Holder: code, slug or name.
    hubs : sequence of str
        Places through which it may have traded.
    surveys : DataFrame, optional
        As in `against_surveys`.
    survey_error : float
        Standard deviation of the error of a survey, USD billions.
    as_of : str
        Vintage.

    Returns
    -------
    Reallocation

    Raises
    ------
    SeriesNotFound
        For an unknown holder, or one without all ten surveys.
    SampleTooShort
        With too many hubs for nine intervals.

    Examples
    --------
    >>> found = reallocated_purchases("china")
    >>> found.frame[["counterparty", "purchases"]].sum().round().tolist()
    [418.0, 1174.0]
    >>> round(found.shares["uk"].value, 2)
    0.48
    """
    code, stamp = holder(name).code, stamp_of(as_of)
    table = _surveyed(surveys, as_of)
    if code not in table or table[code].isna().any():
        raise SeriesNotFound(f"{name!r} lacks a survey between {SURVEYS[0]} and {SURVEYS[-1]}; choose another holder.")
    found = table[code].astype(float)
    months = pd.period_range(SURVEYS[0], SURVEYS[-1], freq="M")
    position = found.reindex(months).interpolate().shift()  # linear between surveys, a month earlier
    valued = (_returns(as_of)[months] * position).fillna(0.0)

    def trades(one: str) -> pd.Series:
        return purchases(holder(one).code, "counterparty", as_of, stamp)["value"].reindex(months)

    own, others = trades(code), pd.DataFrame({holder(hub).slug: trades(hub) for hub in hubs}, index=months)
    model = benchmark(own + valued, found, others if len(hubs) else None, survey_error=survey_error)
    frame = pd.DataFrame({
        "counterparty": own,
        "purchases": model.frame["change"] - valued,
        "std_error": model.frame["change_std_error"],
        "hubs": others.sum(axis=1),
    })  # fmt: skip
    return Reallocation(frame.iloc[1:], model.shares)
