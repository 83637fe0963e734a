"""What publishers report of each holder, before anybody adds, scales or benchmarks: the ground under flows and custody.

Net purchases come from the official net-purchase columns: Bertaut-Judson to 2020-12, TIC SLT from 2023-02.
Between them nothing was published; there the flow is the change in the SLT position less the modelled valuation
change (`econ.data.valuation`), and the month is flagged. Changes are never taken across a survey break.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from econ.border import checked
from econ.data.archive import EMBEDDED, read_table, table_bytes
from econ.data.catalogue import AGGREGATES
from econ.data.convert import monthly
from econ.data.holders import holder
from econ.data.valuation import ValuationModel, fit_valuation
from econ.data.vintage import Vintage
from econ.errors import SeriesNotFound

Reader = Callable[[str, str, tuple[Vintage, ...]], pd.DataFrame]
"""What gives every measure of one holder: its code, the vintage and the files behind it in, one row a month out."""
IMPUTED = pd.period_range("2021-01", "2023-01", freq="M")
_NEVER_IMPUTED = ("position", "position_change", "gap")
"""Columns of `long_term` that hold published figures in the imputed months too, or nothing."""
_BREAKS = (pd.Period("2011-12", freq="M"),)
"""Months at which the MFH table changed its source without printing the month twice."""


def _panel(table: str, code: str, as_of: str) -> pd.DataFrame:
    """Rows of one holder on consecutive months, USD billions."""
    frame, _ = read_table(table, as_of)
    rows = frame.loc[frame["holder"] == code]
    index = pd.PeriodIndex(rows["date"], freq="M")
    out = rows[["net_purchases", "valuation_change", "position"]].set_axis(index, axis=0) / 1000.0
    return out if out.empty else out.reindex(pd.period_range(index.min(), index.max(), freq="M"))


@lru_cache(maxsize=256)
def _official(code: str, as_of: str, stamp: tuple[Vintage, ...]) -> pd.DataFrame:
    """Published columns of one holder, with ``position_change`` taken inside each source only.

    ``stamp`` names the files by checksum: a part of the cache's key, so that other bytes give another result.
    """
    parts = []
    tables = [("bertaut_judson", "Bertaut-Judson"), ("slt_table1", "TIC SLT")]
    if code == "OFF":
        tables.insert(0, ("foreign_official", "Bertaut-Judson"))
    for table, source in tables:
        panel = _panel(table, code, as_of)
        if panel.empty:
            continue
        panel["position_change"] = panel["position"].diff()
        panel["source"] = source
        if table == "slt_table1":
            panel = panel.loc["2021-01":]
        elif code == "OFF" and table == "bertaut_judson":
            panel = panel.loc["2011-07":]
        parts.append(panel)
    if not parts:
        raise SeriesNotFound(f"vintage {as_of} has no positions of {code}; choose another holder.")
    return pd.concat(parts)


def stamp_of(as_of: str) -> tuple[Vintage, ...]:
    """Files behind flows, each verified by its checksum."""
    names = ("bertaut_judson", "foreign_official", "slt_table1", "mfh", "FYGFDPUN", "DGS2", "DGS10")
    return tuple(table_bytes(name, as_of)[1] for name in names)


def _previous_position(official: pd.DataFrame) -> pd.Series:
    """Position a month earlier in the same source: the position less its change."""
    return official["position"] - official["position_change"]


def _valuation_returns(official: pd.DataFrame) -> pd.Series:
    """Official valuation change in percent of the position a month earlier."""
    return 100.0 * official["valuation_change"] / _previous_position(official)


@lru_cache(maxsize=8)
def _yields(as_of: str, stamp: tuple[Vintage, ...]) -> pd.DataFrame:
    names = ("yield_2y", "yield_10y")
    return pd.DataFrame({name: monthly(name, as_of=as_of) for name in names}).loc["2011-06":]


@lru_cache(maxsize=256)
def _model(code: str, as_of: str, stamp: tuple[Vintage, ...]) -> ValuationModel:
    return fit_valuation(_valuation_returns(_official(code, as_of, stamp)), _yields(as_of, stamp))


@checked
def valuation_model(name: str, *, as_of: str = EMBEDDED) -> ValuationModel:
    """Fitted duration-and-convexity model of a holder's long-term Treasuries.

    Parameters
    ----------
    name : str
        Code, slug or name of the holder.
    as_of : str
        Vintage.

    Returns
    -------
    ValuationModel
        With parameters, R2 and RMSE on the months that have an official valuation since 2011-07.
    """
    return _model(holder(name).code, as_of, stamp_of(as_of))


@lru_cache(maxsize=256)
def long_term(code: str, as_of: str, stamp: tuple[Vintage, ...]) -> pd.DataFrame:
    """Every measure of long-term Treasuries of one holder, imputed where nothing was published."""
    out = _official(code, as_of, stamp).copy()
    gap = out.index.isin(IMPUTED) & out["net_purchases"].isna() & out["position_change"].notna()
    out["imputed"] = gap
    if gap.any():
        modelled = _model(code, as_of, stamp).returns(_yields(as_of, stamp)).reindex(out.index)
        valuation = modelled / 100.0 * _previous_position(out)
        out.loc[gap, "valuation_change"] = valuation[gap]
        out.loc[gap, "net_purchases"] = (out["position_change"] - valuation)[gap]
        out.loc[gap, "source"] = "imputed: change in position less modelled valuation"
    explained = out["net_purchases"] + out["valuation_change"]
    out["gap"] = (out["position_change"] - explained).where(~out["imputed"])  # inside the imputed purchases
    return out


@lru_cache(maxsize=256)
def holdings_by_survey(code: str, as_of: str, stamp: tuple[Vintage, ...]) -> pd.DataFrame:
    """MFH holdings (new series at a survey break) and their change, taken inside one series only."""
    frame, _ = read_table("mfh", as_of)
    rows = frame.loc[frame["holder"] == code]
    if rows.empty:
        raise SeriesNotFound(f"the MFH table has no line for {code}; choose another holder.")
    dates = pd.PeriodIndex(rows["date"], freq="M")
    value = pd.Series(rows["value"].to_numpy(float), index=dates)
    series = rows["series"].to_numpy()
    start, end = value[series != "old"], value[series != "new"]
    months = pd.period_range(dates.min(), dates.max(), freq="M")
    start, end = start.reindex(months), end.reindex(months)
    change = end - start.shift()
    change[change.index.isin(_BREAKS)] = np.nan
    return pd.DataFrame(
        {"mfh_holdings": start, "mfh_change": change, "imputed": False, "source": "TIC MFH"}, index=months
    )


def codes_of(name: str) -> tuple[str, ...]:
    """Codes behind a holder's or an aggregate's name."""
    wanted = str(name).strip().lower()
    if wanted in AGGREGATES:
        return AGGREGATES[wanted][1]
    if "+" in wanted:
        return tuple(holder(part).code for part in wanted.split("+"))
    return (holder(wanted).code,)


def added_up(
    codes: Sequence[str], measure: str, *, read: Reader, as_of: str, stamp: tuple[Vintage, ...]
) -> pd.DataFrame:
    """A measure summed over holders, on the months that all of them have: ``value``, ``imputed``, ``source``."""
    parts = [read(code, as_of, stamp) for code in codes]
    index = parts[0].index
    for part in parts[1:]:
        index = index.intersection(part.index)
    value = sum((part.loc[index, measure] for part in parts[1:]), start=parts[0].loc[index, measure])
    flag = np.logical_or.reduce([part.loc[index, "imputed"].to_numpy(bool) for part in parts])
    flag &= measure not in _NEVER_IMPUTED
    return pd.DataFrame({"value": value, "imputed": flag, "source": parts[0].loc[index, "source"]})
