"""Whose bonds they are: reported holdings of a country, benchmarked to the annual survey, with standard errors.

Three ways to read China's holdings beside the reported line: with Belgium (``china_belgium``), with Belgium,
Luxembourg and Hong Kong (``china_custody``; sums of reported lines, see `econ.data.flows`), and the state-space
version here. The survey asks custodians for the owner and so moves bonds bought through London back: at June 2010 it
found 1,112bn in China where reports had added up to 844bn, and 95bn in the UK in the place of 364bn.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd

from econ.border import checked
from econ.data.archive import EMBEDDED, read_table
from econ.data.benchmark import Benchmark, benchmark
from econ.data.dates import months as read_months
from econ.data.holders import holder
from econ.data.reported import added_up, codes_of, holdings_by_survey, long_term, stamp_of
from econ.data.use import remembered
from econ.data.vintage import Vintage
from econ.errors import SchemaError, SeriesNotFound

SURVEYED_HUBS = ("uk",)
"""Hubs whose reported changes may be the holder's: until 2011 the survey took from London what it gave to China."""
LAST_BREAK = pd.Period("2011-06", freq="M")
"""Last survey that the monthly table prints beside its own figure; from then on reports start from the survey."""


@checked
def custody_adjusted(
    name: str = "china",
    *,
    hubs: Sequence[str] = SURVEYED_HUBS,
    surveys: pd.Series | pd.DataFrame | None = None,
    survey_error: float = 0.0,
    as_of: str = EMBEDDED,
) -> Benchmark:
    """Holdings and monthly changes of one holder, benchmarked to the annual survey.

    Parameters
    ----------
    name : str
        Holder: code, slug or name.
    hubs : sequence of str
        Holders whose reported changes may be this holder's; none of them for a plain random walk.
    surveys : Series or DataFrame, optional
        Survey positions in long-term Treasuries: USD billions by month, or the parsed file
        (``econ.data.parse("shlhistdat", ...)``). Then the reported changes are net purchases plus valuation changes
        of long-term Treasuries since 2011-06, and the hidden flow is the gap between them and the next survey; after
        the last survey errors grow, although SLT then reports positions month by month. Default: the surveys inside
        the archive's table of major holders, 2000-03 to 2011-06, all Treasuries.
    survey_error : float
        Standard deviation of the error of a survey, USD billions.
    as_of : str
        Data vintage.

    Returns
    -------
    Benchmark
        USD billions; ``.frame`` has holdings and changes with standard errors.

    Raises
    ------
    SeriesNotFound
        For an unknown holder, or one without a survey.
    SampleTooShort
        With too few surveys for the hubs.

    Examples
    --------
    >>> adjusted = custody_adjusted("china")
    >>> june, march = adjusted.frame.loc["2010-06"], adjusted.frame.loc["2010-03"]
    >>> float(june["holdings"].round(1)), bool(june["holdings_std_error"] < 0.01 < march["holdings_std_error"])
    (1112.1, True)
    """
    if surveys is None:
        return _by_break(
            holder(name).code, tuple(holder(hub).code for hub in hubs), survey_error, as_of, stamp_of(as_of)
        )
    found = _survey_series(surveys, name)
    stamp = stamp_of(as_of)

    def moved(one: str) -> pd.Series:
        codes = codes_of(one)
        parts = [
            added_up(codes, part, read=partial(long_term, measure=part), as_of=as_of, stamp=stamp)["value"]
            for part in _EXPLAINED
        ]
        return parts[0].add(parts[1])

    change = moved(name)
    known = pd.PeriodIndex(change.index)[change.notna()]
    change = change.loc[known[0] - 1 :]  # the change in the month of the first survey is not used
    found = found[found.index.isin(change.index)]
    if found.empty:
        raise SeriesNotFound(f"no survey of {name!r} falls on a month of its reported flows; pass another table.")
    months = change.dropna().loc[found.index[0] :].index
    months = pd.period_range(months[0], months[-1], freq="M")
    others = {hub: moved(hub).reindex(months) for hub in hubs}
    hub_frame = pd.DataFrame(others, index=months) if others else None
    return benchmark(change.reindex(months), found, hub_frame, survey_error=survey_error)


_EXPLAINED = ("net_purchases", "valuation_change")


@remembered(32)
def _by_break(
    code: str, hubs: tuple[str, ...], survey_error: float, as_of: str, stamp: tuple[Vintage, ...]
) -> Benchmark:
    """Benchmark the MFH line of a holder to the surveys that the same table prints."""
    frame, _ = read_table("mfh", as_of)
    rows = frame[(frame["holder"] == code) & (frame["series"] == "new")]
    found = pd.Series(rows["value"].to_numpy(float), index=pd.PeriodIndex(rows["date"], freq="M"))
    found = found[found.index <= LAST_BREAK].sort_index()
    if found.empty:
        raise SeriesNotFound(f"the table of major holders prints no survey of {code}; choose another holder.")
    months = pd.period_range(found.index[0], LAST_BREAK, freq="M")
    reported = {each: holdings_by_survey(each, as_of, stamp)["mfh_change"].reindex(months) for each in (code, *hubs)}
    short = [each for each, change in reported.items() if not np.isfinite(change.iloc[1:]).all()]
    if short:
        raise SeriesNotFound(f"{short[0]} has no reported change in every month since {months[0]}; name other hubs.")
    hub_frame = pd.DataFrame({holder(each).slug: reported[each] for each in hubs}, index=months) if hubs else None
    return benchmark(reported[code], found, hub_frame, survey_error=survey_error)


def benchmarked(code: str, as_of: str, stamp: tuple[Vintage, ...]) -> pd.DataFrame:
    """What `econ.data.flows` gives as ``benchmarked_holdings`` and ``benchmarked_change``, with standard errors.

    A month is marked imputed unless a survey tells its holdings.
    """
    adjusted = _by_break(
        code, tuple(holder(hub).code for hub in SURVEYED_HUBS if holder(hub).code != code), 0.0, as_of, stamp
    )
    out = adjusted.frame[["holdings", "change", "holdings_std_error", "change_std_error"]].add_prefix("benchmarked_")
    return out.assign(imputed=adjusted.frame["survey"].isna(), source="TIC MFH, benchmarked to the annual survey")


def _survey_series(surveys: pd.Series | pd.DataFrame, name: str) -> pd.Series:
    if isinstance(surveys, pd.Series):
        return surveys.dropna().sort_index()
    missing = {"date", "holder", "item", "value"} - set(surveys.columns)
    if missing:
        raise SchemaError(f"the survey table lacks {sorted(missing)}; pass econ.data.parse('shlhistdat', file).")
    rows = surveys[(surveys["holder"] == holder(name).code) & (surveys["item"] == "treasury_long_term")]
    when = read_months(rows["date"], f"a survey of {name!r}")
    return pd.Series(rows["value"].to_numpy(float) / 1000.0, index=when).sort_index()
