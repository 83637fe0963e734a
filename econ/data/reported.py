"""What publishers report of each holder, before anybody adds, scales or benchmarks: the ground under flows and custody.

Positions and their valuation come from Bertaut-Judson to 2020-12 and from TIC SLT after. SLT prints no valuation before
2023-02: in the 25 months between the change in value is modelled (`econ.data.valuation`), and those months are flagged.
Net purchases are published throughout and have three concepts, see `econ.data.concepts`. Changes are never taken across
a survey break.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from econ.border import checked
from econ.data.archive import EMBEDDED, read_table, verified
from econ.data.catalogue import AGGREGATES
from econ.data.concepts import purchases
from econ.data.convert import monthly
from econ.data.holders import PARTS, WHOLES, holder
from econ.data.use import remembered
from econ.data.valuation import ValuationModel, fit_valuation
from econ.data.vintage import Vintage
from econ.errors import SeriesNotFound, SpecificationError

Reader = Callable[[str, str, tuple[Vintage, ...]], pd.DataFrame]
"""What gives every measure of one holder: its code, the vintage and the files behind it in, one row a month out."""
IMPUTED = pd.period_range("2021-01", "2023-01", freq="M")
"""Months without a published change in value."""
_NEVER_IMPUTED = ("position", "position_change")
"""Columns of `long_term` that hold published figures in those months too, or nothing."""
_BREAKS = (pd.Period("2011-12", freq="M"),)
"""Months at which the MFH table changed its source without printing the month twice."""


def _panel(table: str, code: str, as_of: str) -> pd.DataFrame:
    """Rows of one holder on consecutive months, USD billions."""
    frame, _ = read_table(table, as_of)
    rows = frame.loc[frame["holder"] == code]
    index = pd.PeriodIndex(rows["date"], freq="M")
    out = rows[["valuation_change", "position"]].set_axis(index, axis=0) / 1000.0
    return out if out.empty else out.reindex(pd.period_range(index.min(), index.max(), freq="M"))


@remembered(256)
def _official(code: str, as_of: str, stamp: tuple[Vintage, ...]) -> pd.DataFrame:
    """Published positions and valuation of one holder, with ``position_change`` taken inside each source only.

    ``stamp`` names the files by checksum: a part of the cache's key, so that other bytes give another result.
    """
    parts: list[pd.DataFrame] = []
    tables = [("bertaut_judson", "Bertaut-Judson"), ("slt_table1", "TIC SLT")]
    if code == "OFF":
        tables.insert(0, ("foreign_official", "Bertaut-Judson"))
    for table, source in tables:
        panel = _panel(table, code, as_of)
        if panel.empty:
            continue
        panel["position_change"] = panel["position"].diff()
        panel["source"] = source
        parts.append(panel.loc[parts[-1].index[-1] + 1 :] if parts else panel)
    if not parts:
        raise SeriesNotFound(f"vintage {as_of} has no positions of {code}; choose another holder.")
    return pd.concat(parts)


def stamp_of(as_of: str) -> tuple[Vintage, ...]:
    """Files behind flows, each verified by its checksum."""
    names = ("bertaut_judson", "foreign_official", "s_form", "slt_table1", "mfh", "FYGFDPUN", "DGS2", "DGS10")
    return verified(names, as_of)


def _previous_position(official: pd.DataFrame) -> pd.Series:
    """Position a month earlier in the same source: the position less its change."""
    return official["position"] - official["position_change"]


def _valuation_returns(official: pd.DataFrame) -> pd.Series:
    """Official valuation change in percent of the position a month earlier."""
    return 100.0 * official["valuation_change"] / _previous_position(official)


@remembered(8)
def _yields(as_of: str, stamp: tuple[Vintage, ...]) -> pd.DataFrame:
    names = ("yield_2y", "yield_10y")
    return pd.DataFrame({name: monthly(name, as_of=as_of) for name in names}).loc["2011-06":]


@remembered(256)
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


@remembered(512)
def long_term(
    code: str, as_of: str, stamp: tuple[Vintage, ...], measure: str, concept: str = "spliced"
) -> pd.DataFrame:
    """A measure of long-term Treasuries of one holder by month, from no more files than it takes.

    ``imputed`` marks months whose change in value is modelled, ``source`` says who printed the figure; of net purchases
    ``imputed_purchases`` and ``bought_from`` do, which are modelled only as the change in position less valuation
    (``concept="position"``). Other measures may stand beside the one that is asked for.
    """
    if code == "ROW":
        if concept in ("position", "imputed"):
            raise SeriesNotFound("nobody publishes positions of the rest of the world; ask for another concept.")
        return _bought(purchases(code, concept, as_of, stamp))
    if code in PARTS:
        return _joined(code, as_of, stamp, measure, concept)
    if measure in _NEVER_IMPUTED:
        return _official(code, as_of, stamp).assign(imputed=False)
    if measure == "net_purchases" and concept not in ("position", "imputed"):
        return _bought(purchases(code, concept, as_of, stamp))
    out = _valued(code, as_of, stamp)
    if measure == "valuation_change":
        return out
    bought = _by_concept(out, code, as_of, stamp, concept)
    index = out.index.union(bought.index)
    out = out.reindex(index).join(bought)
    out["gap"] = out["position_change"] - out["net_purchases"] - out["valuation_change"]
    for flag, source in (("imputed", "source"), ("imputed_purchases", "bought_from")):
        out[flag], out[source] = out[flag].eq(True), out[source].where(out[source].notna(), "")
    return out


def _by_concept(out: pd.DataFrame, code: str, as_of: str, stamp: tuple[Vintage, ...], concept: str) -> pd.DataFrame:
    """Net purchases beside positions and valuation, which stand for them under some concepts."""
    moved = (out["position_change"] - out["valuation_change"]).rename("net_purchases").to_frame()
    moved["imputed_purchases"], moved["bought_from"] = out["imputed"], "change in position less valuation"
    if concept == "position":
        return moved
    bought = _bought(purchases(code, "spliced" if concept == "imputed" else concept, as_of, stamp))[moved.columns]
    if concept != "imputed":
        return bought
    inside = bought.index.isin(IMPUTED)
    return pd.concat([bought[~inside], moved[moved.index.isin(bought.index[inside])]]).sort_index()


def _bought(series: pd.DataFrame) -> pd.DataFrame:
    named = series.rename(columns={"value": "net_purchases", "source": "bought_from"})
    return named.assign(imputed_purchases=False, imputed=False, source=named["bought_from"])


@remembered(256)
def _valued(code: str, as_of: str, stamp: tuple[Vintage, ...]) -> pd.DataFrame:
    """Positions and their change in value, modelled where none was published."""
    out = _official(code, as_of, stamp)
    out["imputed"] = out.index.isin(IMPUTED) & out["valuation_change"].isna() & out["position_change"].notna()
    if out["imputed"].any():
        modelled = _model(code, as_of, stamp).returns(_yields(as_of, stamp)).reindex(out.index)
        out.loc[out["imputed"], "valuation_change"] = (modelled / 100.0 * _previous_position(out))[out["imputed"]]
        out.loc[out["imputed"], "source"] = "modelled: yields on the position a month earlier"
    return out


def _joined(code: str, as_of: str, stamp: tuple[Vintage, ...], measure: str, concept: str) -> pd.DataFrame:
    """A line of the S form to 2000-12, and the sum of the places that carry it on."""
    parts = [long_term(part, as_of, stamp, measure, concept) for part in PARTS[code]]
    out = parts[0].copy()
    for part in parts[1:]:
        numbers = [name for name in out.columns if out[name].dtype.kind == "f"]
        out[numbers] += part[numbers].reindex(out.index)
        for flag in out.columns.intersection(["imputed", "imputed_purchases"]):
            out[flag] |= part[flag].reindex(out.index, fill_value=False)
    if measure != "net_purchases" or concept not in ("spliced", "counterparty", "imputed"):
        return out
    early = _bought(purchases(code, "counterparty", as_of, stamp))
    whole: pd.DataFrame = pd.concat([early[early.index < out.index[0]], out])
    return whole


@remembered(256)
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
    """Codes behind a holder's or an aggregate's name.

    Raises
    ------
    SeriesNotFound
        For an unknown holder.
    SpecificationError
        For a sum over places that overlap, as Belgium with Belgium-Luxembourg, or one named twice.
    """
    wanted = str(name).strip().lower()
    if wanted in AGGREGATES:
        return AGGREGATES[wanted][1]
    if "+" not in wanted:
        return (holder(wanted).code,)
    codes = tuple(holder(part).code for part in wanted.split("+"))
    for place, code in enumerate(codes):
        inside = [other for other in codes[:place] + codes[place + 1 :] if other in (code, *PARTS.get(code, ()))]
        if inside or code in WHOLES:
            other = inside[0] if inside else next(each for each in codes if each != code)
            raise SpecificationError(
                f"{name!r} counts {holder(other).name} twice: {holder(code).name} contains it; add places apart."
            )
    return codes


def added_up(
    codes: Sequence[str], measure: str, *, read: Reader, as_of: str, stamp: tuple[Vintage, ...]
) -> pd.DataFrame:
    """A measure summed over holders, on the months that all of them have: ``value``, ``imputed``, ``source``.

    Raises
    ------
    SeriesNotFound
        If a holder lacks the measure, as the rest of the world lacks positions.
    """
    parts = [read(code, as_of, stamp) for code in codes]
    lacking = [code for code, part in zip(codes, parts, strict=True) if measure not in part]
    if lacking:
        raise SeriesNotFound(f"nobody publishes {measure!r} of {holder(lacking[0]).name}; ask for net purchases.")
    flag, source = ("imputed_purchases", "bought_from") if measure == "net_purchases" else ("imputed", "source")
    index = parts[0].index
    for part in parts[1:]:
        index = index.intersection(part.index)
    value = sum((part.loc[index, measure] for part in parts[1:]), start=parts[0].loc[index, measure])
    imputed = np.logical_or.reduce([part.loc[index, flag].to_numpy(bool) for part in parts])
    imputed &= measure not in _NEVER_IMPUTED
    out = pd.DataFrame({"value": value, "imputed": imputed, "source": parts[0].loc[index, source]})
    known = out.index[out["value"].notna()]
    return out.loc[known[0] : known[-1]] if len(known) else out
