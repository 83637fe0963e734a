"""From parsed official files to the tidy tables of a vintage: the same names and columns as in the archive."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from econ.data.catalogue import TABLES
from econ.data.holders import HOLDERS, HOLDERS_PRINTED
from econ.data.parsers.feio import PAIRS
from econ.errors import SchemaError

_CODES = frozenset(HOLDERS_PRINTED.values())
_CUSTODY_STARTS = "2007-07"
"""H.4.1 prints 0 for custody holdings before this month, and means missing."""
_MFH_OFFICIAL = {
    "Of Which: Foreign Official": "For. Official",
    "Of Which: Foreign Official Treasury Bills": "Treasury Bills",
    "Of Which: Foreign Official T-Bonds & Notes": "T-Bonds & Notes",
}

_ROWS = 20_000
"""Rows written at a time, so that half a million take little memory."""

Frames = Mapping[str, pd.DataFrame]


def _series(name: str, frames: Frames) -> pd.DataFrame:
    """One FRED series; a period without a figure keeps a blank row."""
    frame = frames["fred_csv"]
    values = pd.Series(frame["value"].to_numpy(), index=pd.Index(frame["date"]))
    if isinstance(frame["date"].dtype, pd.PeriodDtype):
        values = values.reindex(pd.period_range(frame["date"].min(), frame["date"].max()))
        text = [str(date) for date in values.index]
    else:
        text = [f"{date:%Y-%m-%d}" for date in values.index]
    out = pd.DataFrame({"date": text, "value": values.to_numpy()})
    if name == "WMTSECL1":
        out.loc[(out["value"] == 0) & (out["date"] < _CUSTODY_STARTS), "value"] = np.nan
    return out


def _acm(frames: Frames) -> pd.DataFrame:
    frame = frames["acm"]
    if not isinstance(frame["date"].dtype, pd.PeriodDtype):
        raise SchemaError("the ACM file holds days; the vintage needs its monthly sheet.")
    wide = frame.pivot_table(index="date", columns="series", values="value")[["ACMTP02", "ACMTP05", "ACMTP10"]]
    wide.columns = pd.Index(["tp2", "tp5", "tp10"])
    wide.insert(0, "date", wide.index.astype(str))
    return wide.reset_index(drop=True).round(4)  # the archive's precision: a hundredth of a basis point


def _holders(frame: pd.DataFrame, net: str, valuation: str, position: str) -> pd.DataFrame:
    """Long-term Treasuries of the holders with a code: net purchases, valuation change, position."""
    names = {net: "net_purchases", valuation: "valuation_change", position: "position"}
    kept = frame[frame["item"].isin(names) & frame["holder"].isin(_CODES)]
    wide = kept.set_index(["date", "holder", "item"])["value"].unstack("item").rename(columns=names)
    wide = wide.reindex(columns=list(names.values())).sort_index().reset_index()
    wide["date"] = wide["date"].astype(str)
    return wide


def _mfh(frames: Frames) -> pd.DataFrame:
    """MFH history, and the months of the current table that the history does not have yet."""
    history, current = frames["mfhhis01"], frames.get("slt_table5")
    parts = [history]
    if current is not None:
        current = current.assign(printed=current["printed"].replace(_MFH_OFFICIAL))
        parts.append(current[current["date"] > history["date"].max()])
    frame = pd.concat(parts, ignore_index=True)
    out = pd.DataFrame({
        "date": frame["date"].astype(str),
        "holder": frame["printed"].map(HOLDERS_PRINTED).fillna(""),
        "printed": frame["printed"],
        "series": frame["notes"].str.extract(r"^(new|old) series", expand=False).fillna(""),
        "value": frame["value"],
    })  # fmt: skip
    return out.sort_values(["date", "holder", "printed", "series"], ignore_index=True)


def _interventions(frames: Frames) -> pd.DataFrame:
    """Every weekday to the end of the record, zero without intervention; a column a pair, 100 million yen."""
    frame = frames["feio"]
    wide = frame.pivot_table(index="date", columns="series", values="value", aggfunc="sum")
    last = pd.Timestamp(str(frame["notes"].iloc[0]).removeprefix("every day to "))
    first = wide.index.min().to_period("Q").start_time
    days = pd.bdate_range(first, last).union(pd.DatetimeIndex(wide.index))
    wide = wide.reindex(index=days, columns=list(PAIRS)).fillna(0.0)
    wide.insert(0, "date", days.strftime("%Y-%m-%d"))
    return wide.reset_index(drop=True)


def _usdjpy(frames: Frames) -> pd.DataFrame:
    """Dollars against yen alone: what the archive holds of the record."""
    return _interventions(frames)[["date", "USDJPY"]].set_axis(["date", "value"], axis=1)


_SAFE = {
    "reserves": ("foreign_currency_reserves", "usd_100mn"),
    "gold": ("gold", "usd_100mn"),
    "gold_ounces": ("gold", "ounces_10000"),
}


def _safe_reserves(frames: Frames) -> pd.DataFrame:
    """Foreign currency reserves and gold by month, from a workbook a year; a month that none has keeps a blank row."""
    cells = frames["safe"].set_index(["date", "item", "unit"])["value"]
    wide = pd.DataFrame({name: cells.xs(where, level=("item", "unit")) for name, where in _SAFE.items()})
    wide = wide.reindex(pd.period_range(wide.index.min(), wide.index.max(), freq="M"))
    wide["reserves"] = [float(f"{value:.6g}") for value in wide["reserves"]]  # the archive's precision
    wide.insert(0, "date", wide.index.astype(str))
    return wide.reset_index(drop=True)


_S_FORM = ("gross_purchases_treasury", "gross_sales_treasury")
_S_FORM_NAMES = {"Belgium and Luxembourg": "BEL_LUX", "British West Indies": "CARIB"}


def _s_form(frames: Frames) -> pd.DataFrame:
    """Gross purchases less gross sales by foreigners, on the months that the codebook of holders names."""
    frame = frames["s1_globl"]
    frame = frame.assign(holder=frame["holder"].replace(_S_FORM_NAMES), date=frame["date"].astype(str))
    wide = frame[frame["item"].isin(_S_FORM)].set_index(["date", "holder", "item"])["value"].unstack("item")
    out = wide[_S_FORM[0]].sub(wide[_S_FORM[1]]).rename("net_purchases").sort_index().reset_index()
    spans = {entry.code: (entry.s_form_first, entry.s_form_last) for entry in HOLDERS if entry.s_form_first}
    first, last = (out["holder"].map({code: span[end] for code, span in spans.items()}) for end in (0, 1))
    return out[(out["date"] >= first) & (out["date"] <= last)].reset_index(drop=True)


def _gsw(frames: Frames) -> pd.DataFrame:
    """Zero-coupon yields, a column a maturity; the whole file stays in ``raw/``."""
    frame = frames["gsw"]
    zero = frame[frame["item"] == "zero_yield"]
    wide = zero.set_index(["date", "series"])["value"].unstack("series")
    wide.insert(0, "date", pd.DatetimeIndex(wide.index).strftime("%Y-%m-%d"))
    return wide.reset_index(drop=True)


_BUILDERS: dict[str, Callable[[Frames], pd.DataFrame]] = {
    "acm": _acm,
    "bertaut_judson": lambda frames: _holders(
        frames["bertaut_judson"], "ftot_treas_adj_net_flow", "ftot_treas_adj_val_chg", "ftot_treas_est_pos"
    ),
    "foreign_official": lambda frames: _holders(
        frames["foiadj"], "foi_treas_adj_net_flow", "foi_treas_adj_val_chg", "foi_treas_est_pos"
    ),
    "feio": _interventions,
    "gsw": _gsw,
    "mfh": _mfh,
    "mof_usdjpy": _usdjpy,
    "s_form": _s_form,
    "safe_reserves": _safe_reserves,
    "slt_table1": lambda frames: _holders(
        frames["slt_table1"], "for_lt_treas_net", "for_lt_treas_valchg", "for_lt_treas_pos"
    ),
}


def vintage_table(name: str, frames: Frames) -> pd.DataFrame:
    """Turn parsed files into one table of a vintage.

    Parameters
    ----------
    name : str
        Table of the vintage: a FRED series, or ``acm``, ``bertaut_judson``, ``foreign_official``, ``mfh``,
        ``mof_usdjpy``, ``s_form``, ``safe_reserves``, ``slt_table1``; any other table is kept as it was parsed.
    frames : mapping
        Parsed files by layout.

    Returns
    -------
    DataFrame
        Columns as in the embedded archive and dates as text; any other table as it was parsed.
    """
    if name in _BUILDERS:
        return _BUILDERS[name](frames)
    if set(frames) == {"fred_csv"}:
        return _series(name, frames)
    (frame,) = frames.values()
    return frame


def table_csv(frame: pd.DataFrame) -> bytes:
    """Write a table of a vintage; the same frame gives the same bytes."""
    parts = [_rows_csv([list(frame.columns)])]
    for start in range(0, len(frame), _ROWS):
        rows = frame.iloc[start : start + _ROWS]
        columns = [
            [_number(value) for value in rows[name]] if rows[name].dtype.kind in "fi" else rows[name].astype(str)
            for name in rows.columns
        ]
        parts.append(_rows_csv(zip(*columns, strict=True)))
    return b"".join(parts)


def _rows_csv(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _number(value: float) -> str:
    """Shortest decimal that reads back as the same number; blank for missing."""
    if np.isnan(value):
        return ""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def is_embedded(name: str) -> bool:
    """Whether the embedded archive has a table of that name."""
    return name in TABLES
