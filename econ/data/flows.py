"""Flows, not holdings: what each holder bought, with every imputed month marked.

Net purchases come from the official net-purchase columns: Bertaut-Judson to 2020-12, TIC SLT from 2023-02.
Between them nothing was published; there the flow is the change in the SLT position less the modelled valuation
change (`econ.data.valuation`), and the month is flagged. Changes are never taken across a survey break.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pandas as pd

from econ import checks
from econ.data.archive import EMBEDDED, read_table, table_bytes
from econ.data.catalogue import AGGREGATES
from econ.data.convert import monthly
from econ.data.holders import HOLDERS, holder
from econ.data.valuation import RATES, ValuationModel, fit_valuation, left_out_error
from econ.data.vintage import Vintage
from econ.errors import SeriesNotFound, SpecificationError

MEASURES = ("net_purchases", "valuation_change", "position_change", "gap", "mfh_change", "position", "mfh_holdings",
            "benchmarked_change", "benchmarked_holdings")  # fmt: skip
SCALES = ("debt", "usd_bn")
IMPUTED = pd.period_range("2021-01", "2023-01", freq="M")
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
def _single(code: str, as_of: str, stamp: tuple[Vintage, ...]) -> pd.DataFrame:
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


@lru_cache(maxsize=8)
def _debt(as_of: str, stamp: tuple[Vintage, ...]) -> pd.Series:
    frame, _ = read_table("FYGFDPUN", as_of)
    return pd.Series(frame["value"].to_numpy() / 1000.0, index=pd.PeriodIndex(frame["date"], freq="Q"))


def debt_scale(index: pd.PeriodIndex, *, as_of: str = EMBEDDED) -> pd.Series:
    """Federal debt held by the public at the end of the previous quarter, USD billions, for each month.

    NaN where that quarter is not yet published.
    """
    return _scale(index, as_of, stamp_of(as_of))


def _scale(index: pd.PeriodIndex, as_of: str, stamp: tuple[Vintage, ...]) -> pd.Series:
    debt = _debt(as_of, stamp)
    return pd.Series(debt.reindex(index.asfreq("Q") - 1).to_numpy(), index=index)


def codes_of(name: str) -> tuple[str, ...]:
    """Codes behind a holder's or an aggregate's name."""
    wanted = str(name).strip().lower()
    if wanted in AGGREGATES:
        return AGGREGATES[wanted][1]
    if "+" in wanted:
        return tuple(holder(part).code for part in wanted.split("+"))
    return (holder(wanted).code,)


def flows(
    holder: str, measure: str = "net_purchases", scale: str = "debt", imputed: bool = True, *, as_of: str = EMBEDDED
) -> pd.DataFrame:
    """What a holder bought, or how its reported holdings and their value changed, month by month.

    Parameters
    ----------
    holder : str
        Code, slug or name (``"CHN"``, ``"china"``), or an aggregate: ``"japan_uk"``, ``"china_belgium"``,
        ``"china_custody"`` (China, Belgium, Luxembourg, Hong Kong), or codes joined by ``+``.
    measure : str
        Long-term Treasuries: ``"net_purchases"`` (positive: the holder buys), ``"valuation_change"``,
        ``"position_change"``, ``"position"``, ``"gap"`` (change less purchases less valuation). All Treasuries:
        ``"mfh_change"``, ``"mfh_holdings"``, and, for one holder to 2011-06, ``"benchmarked_change"`` and
        ``"benchmarked_holdings"`` (`econ.data.custody_adjusted`), which have a standard error.
    scale : str
        ``"debt"``: percent of federal debt held by the public at the end of the previous quarter;
        ``"usd_bn"``: billions of dollars.
    imputed : bool
        Whether to give the imputed months; ``False`` leaves them NaN.
    as_of : str
        Vintage.

    Returns
    -------
    DataFrame
        Index: months. Columns: ``value``, ``imputed`` (bool), ``source``; ``std_error`` for benchmarked measures.

    Raises
    ------
    SeriesNotFound
        For an unknown holder, with suggestions.
    SpecificationError
        For an unknown measure or scale.

    Notes
    -----
    Change in position = net purchases + valuation change + a gap (reclassification, residence, survey
    benchmarks). In imputed months the gap is inside the imputed purchases, and NaN as a series of its own.

    Examples
    --------
    >>> july = flows("china", scale="usd_bn").loc["2025-07"]
    >>> float(july["value"]), july["source"]
    (-23.572, 'TIC SLT')
    """
    for word, known, what in ((measure, MEASURES, "measure"), (scale, SCALES, "scale")):
        checks.choice(what, word, known)
    table = flow_table(holder, measure, scale, as_of=as_of, stamp=stamp_of(as_of))
    return table if imputed else table.assign(value=table["value"].where(~table["imputed"]))


def flow_table(name: str, measure: str, scale: str, *, as_of: str, stamp: tuple[Vintage, ...]) -> pd.DataFrame:
    """What `flows` gives, from files that were verified already."""
    read, codes = _reader(measure), codes_of(name)
    if measure.startswith("benchmarked") and len(codes) > 1:
        raise SpecificationError(
            f"{measure} is of one holder; {name!r} is {len(codes)}; add up what they report instead."
        )
    parts = [read(code, as_of, stamp) for code in codes]
    index = parts[0].index
    for part in parts[1:]:
        index = index.intersection(part.index)
    value = sum((part.loc[index, measure] for part in parts[1:]), start=parts[0].loc[index, measure])
    flag = np.logical_or.reduce([part.loc[index, "imputed"].to_numpy(bool) for part in parts])
    flag &= measure in ("net_purchases", "valuation_change") or measure.startswith("benchmarked")
    columns = {"value": value, "imputed": flag, "source": parts[0].loc[index, "source"]}
    if f"{measure}_std_error" in parts[0]:
        columns["std_error"] = parts[0].loc[index, f"{measure}_std_error"]
    if scale == "debt":
        per_debt = 100.0 / _scale(pd.PeriodIndex(index), as_of, stamp)
        columns |= {each: columns[each] * per_debt for each in ("value", "std_error") if each in columns}
    return pd.DataFrame(columns)


def _reader(measure: str) -> Callable[[str, str, tuple[Vintage, ...]], pd.DataFrame]:
    """Who reads the files behind a measure."""
    if measure.startswith("benchmarked"):
        from econ.data.custody import benchmarked  # statsmodels comes with it: only who asks pays

        return benchmarked
    return holdings_by_survey if measure.startswith("mfh") else _single


def valuation_fit(*, as_of: str = EMBEDDED) -> pd.DataFrame:
    """How well the valuation model fits the months with official valuation, holder by holder.

    Returns
    -------
    DataFrame
        Index: slug. Columns: duration (years, sum of both key rates), convexity, r2, rmse (percent of the
        position), rmse_usd (billions, at each month's position), nobs; ``r2_slt``, ``rmse_slt``: the model
        fitted to the Bertaut-Judson months only and asked for the SLT months, which it never saw.
    """
    rows = {}
    for entry in HOLDERS:
        stamp = stamp_of(as_of)
        official, model = _official(entry.code, as_of, stamp), _model(entry.code, as_of, stamp)
        official = official.loc["2011-07":]
        errors = _valuation_returns(official) - model.returns(_yields(as_of, stamp)).reindex(official.index)
        rows[entry.slug] = {
            "name": entry.name,
            "duration": model.duration,
            "convexity": model.params["convexity"],
            "r2": model.r2,
            "rmse": model.rmse,
            "rmse_usd": float(np.sqrt(((errors / 100.0 * _previous_position(official)) ** 2).mean())),
            "nobs": model.nobs,
            **_out_of_sample(official, _yields(as_of, stamp)),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def valuation_alternatives(*, as_of: str = EMBEDDED) -> pd.DataFrame:
    """The valuation model with two key rates, which is used, against one with the 10-year yield alone.

    Returns
    -------
    DataFrame
        Index: slug. For each model (``two``, ``one``): ``left_out_*``, root mean squared error of each year predicted
        from the others, and ``rmse_slt_*``, of the SLT months predicted from the Bertaut-Judson ones, percent of the
        position; ``bought_2022_*``, the net purchases that it leaves for 2022, USD billions; ``better``: the model
        with the smaller left-out error.
    """
    stamp, rows = stamp_of(as_of), {}
    yields = _yields(as_of, stamp)
    for entry in HOLDERS:
        official = _official(entry.code, as_of, stamp).loc["2011-07":]
        returns, row = _valuation_returns(official), {}
        for word, rates in (("two", RATES), ("one", RATES[1:])):
            model = fit_valuation(returns, yields, rates=rates)
            valuation = model.returns(yields).reindex(official.index) / 100.0 * _previous_position(official)
            row[f"left_out_{word}"] = left_out_error(returns, yields, rates=rates)
            row[f"rmse_slt_{word}"] = _out_of_sample(official, yields, rates=rates)["rmse_slt"]
            row[f"bought_2022_{word}"] = float((official["position_change"] - valuation).loc["2022-01":"2022-12"].sum())
        rows[entry.slug] = {**row, "better": min(("two", "one"), key=lambda word: row[f"left_out_{word}"])}
    return pd.DataFrame.from_dict(rows, orient="index")


def _out_of_sample(official: pd.DataFrame, yields: pd.DataFrame, *,
                   rates: tuple[str, ...] = RATES) -> dict[str, float]:  # fmt: skip
    """Fit on the months to 2020-12, predict those from 2023-02."""
    returns = _valuation_returns(official)
    model = fit_valuation(returns.loc[:"2020-12"], yields.loc[:"2020-12"], rates=rates)
    late = returns.loc["2023-02":]
    errors = (late - model.returns(yields).reindex(late.index)).dropna()
    return {
        "r2_slt": float(1.0 - (errors**2).sum() / (late.loc[errors.index] ** 2).sum()),
        "rmse_slt": float(np.sqrt((errors**2).mean())),
    }
