"""Flows, not holdings: what each holder bought, with every imputed month marked.

What publishers print of each holder is read in `econ.data.reported`, what surveys make of it in `econ.data.custody`;
here holders are added up and measured in dollars or in percent of the debt.
"""

from __future__ import annotations

from functools import partial

import pandas as pd

from econ import checks
from econ.border import checked
from econ.data.archive import EMBEDDED, read_table, table_bytes
from econ.data.concepts import CONCEPTS
from econ.data.custody import benchmarked
from econ.data.reported import added_up, codes_of, holdings_by_survey, long_term, stamp_of
from econ.data.use import remembered
from econ.data.vintage import Vintage
from econ.errors import SpecificationError

MEASURES = ("net_purchases", "valuation_change", "position_change", "gap", "mfh_change", "position", "mfh_holdings",
            "benchmarked_change", "benchmarked_holdings")  # fmt: skip
SCALES = ("debt", "usd_bn")


@remembered(8)
def _debt(as_of: str, stamp: tuple[Vintage, ...]) -> pd.Series:
    frame, _ = read_table("FYGFDPUN", as_of)
    return pd.Series(frame["value"].to_numpy() / 1000.0, index=pd.PeriodIndex(frame["date"], freq="Q"))


@checked
def debt_scale(index: pd.PeriodIndex, *, as_of: str = EMBEDDED) -> pd.Series:
    """Federal debt held by the public at the end of the previous quarter, USD billions, for each month.

    NaN where that quarter is not yet published.

    Raises
    ------
    SpecificationError
        For months before the debt is published at all, or an index that does not hold periods.

    Examples
    --------
    >>> round(float(debt_scale(pd.period_range("2025-01", periods=1, freq="M")).iloc[0]))
    28859
    """
    if not isinstance(index, pd.PeriodIndex):
        raise SpecificationError(f"debt is scaled by month; found an index of {type(index).__name__}, not PeriodIndex.")
    stamp = (table_bytes("FYGFDPUN", as_of)[1],)
    first = _debt(as_of, stamp).index[0] + 1
    if len(index) and index.asfreq("Q").min() < first:
        raise SpecificationError(
            f"debt held by the public is published from {first - 1} on and scales {first} and later; "
            f"asked for {index.min()}."
        )
    return _scale(index, as_of, stamp)


def _scale(index: pd.PeriodIndex, as_of: str, stamp: tuple[Vintage, ...]) -> pd.Series:
    """Debt for each month, NaN where there is none: a flow of 1984 keeps its place in a table of percent."""
    debt = _debt(as_of, stamp)
    return pd.Series(debt.reindex(index.asfreq("Q") - 1).to_numpy(), index=index)


BY_CONCEPT = ("net_purchases", "gap")
"""Measures that differ by the concept of a purchase."""


@checked
def flows(
    holder: str,
    measure: str = "net_purchases",
    scale: str = "debt",
    imputed: bool = True,
    *,
    concept: str = "spliced",
    as_of: str = EMBEDDED,
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
        Whether to give modelled months; ``False`` leaves them NaN. Net purchases have none but
        by position.
    concept : str
        Whose purchase it is, for ``"net_purchases"`` and ``"gap"``: ``"counterparty"`` (TIC S form, to 2023-01: where
        the other side of the trade sits), ``"holder"`` (TIC SLT, from 2023-02: in whose name the bond is reported),
        ``"spliced"`` (the first, then the second: the concept changes at 2023-02), ``"position"`` (change in
        position less valuation, which is modelled from 2021-01 to 2023-01), or ``"imputed"`` (spliced, with the last
        in those 25 months).
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
        For an unknown measure, scale or concept, a concept for a measure that has none, or overlapping holders.

    Notes
    -----
    Change in position = net purchases + valuation change + a gap (reclassification, residence, survey
    benchmarks), which is nil by definition for purchases by position.

    Examples
    --------
    >>> july = flows("china", scale="usd_bn").loc["2025-07"]
    >>> float(july["value"]), july["source"]
    (-23.572, 'TIC SLT')
    """
    for word, known, what in ((measure, MEASURES, "measure"), (scale, SCALES, "scale"), (concept, CONCEPTS, "concept")):
        checks.choice(what, word, known)
    if concept != "spliced" and measure not in BY_CONCEPT:
        raise SpecificationError(f"{measure} is the same under every concept; ask for it without concept={concept!r}.")
    table = flow_table(holder, measure, scale, concept=concept, as_of=as_of, stamp=stamp_of(as_of))
    return table if imputed else table.assign(value=table["value"].where(~table["imputed"]))


def flow_table(
    name: str, measure: str, scale: str, *, as_of: str, stamp: tuple[Vintage, ...], concept: str = "spliced"
) -> pd.DataFrame:
    """What `flows` gives, from files that were verified already."""
    return _flow_table(codes_of(name), name, (measure, scale, concept), as_of, stamp)


@remembered(1024)
def _flow_table(
    codes: tuple[str, ...], name: str, asked: tuple[str, str, str], as_of: str, stamp: tuple[Vintage, ...]
) -> pd.DataFrame:
    measure, scale, concept = asked
    if measure.startswith("benchmarked"):
        if len(codes) > 1:
            raise SpecificationError(
                f"{measure} is of one holder; {name!r} is {len(codes)}; add up what they report instead."
            )
        both = benchmarked(codes[0], as_of, stamp)
        table = both[["imputed", "source"]].assign(std_error=both[f"{measure}_std_error"])
        table.insert(0, "value", both[measure])
    else:
        read = holdings_by_survey if measure.startswith("mfh") else partial(long_term, measure=measure, concept=concept)
        table = added_up(codes, measure, read=read, as_of=as_of, stamp=stamp)
    if scale == "debt":
        per_debt = 100.0 / _scale(pd.PeriodIndex(table.index), as_of, stamp)
        table = table.assign(**{each: table[each] * per_debt for each in ("value", "std_error") if each in table})
    return table
