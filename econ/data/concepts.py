"""Whose purchases they are: three official ways to say who bought Treasuries, and where they disagree.

* ``counterparty``: the TIC S form (to 2023-01) says where the *trading counterparty* of a US resident sits. A central
  bank that buys through a dealer in London is "the United Kingdom".
* ``holder``: the TIC SLT form (from 2023-02) says in whose name a custodian or issuer reports the bond.
* ``spliced``: the first to its end, then the second. `BREAK` is the month at which the concept changes.

A third concept, ``position`` (change in position less valuation), is made in `econ.data.reported`, and so is
``imputed``, which is spliced but for 2021-01 to 2023-01, where it takes the third: what an earlier edition of the paper
did before it used the S form. Bertaut and Judson's flows by country are those of the S form; foreign officials and
Saudi Arabia, which it does not print, have them to 2020-12 and nothing until 2023-02.
"""

from __future__ import annotations

import pandas as pd

from econ.data.archive import read_table
from econ.data.holders import HOLDERS, PARTS, holder
from econ.data.use import remembered
from econ.data.vintage import Vintage
from econ.errors import SeriesNotFound

CONCEPTS = ("spliced", "counterparty", "holder", "position", "imputed")
SOURCES = {
    "spliced": "TIC S form to 2023-01, TIC SLT Table 1 from 2023-02",
    "counterparty": "TIC S form, to 2023-01",
    "holder": "TIC SLT Table 1, from 2023-02",
    "imputed": "TIC S form to 2020-12, change in position less modelled valuation to 2023-01, TIC SLT Table 1 after",
    "position": "Change in position less valuation: Bertaut-Judson to 2020-12, TIC SLT Table 1 from 2021-01",
}
BREAK = pd.Period("2023-02", freq="M")
"""First month of the SLT form's net purchases: before it the trading counterparty counts, from it on the holder."""
LINES = tuple(entry.code for entry in HOLDERS if entry.s_form_first and entry.code != "TOT")
"""Places with a line of their own in the S form; no two of them overlap in any month."""
LISTED = tuple(code for code in LINES if code not in PARTS)
"""The same without lines that ended in 2000-12: what the rest of the world is without in the SLT form."""


@remembered(16)
def _wide(table: str, as_of: str, stamp: tuple[Vintage, ...]) -> pd.DataFrame:
    """Net purchases of one table, USD billions: months by holder."""
    frame, _ = read_table(table, as_of)
    wide = frame.pivot(index="date", columns="holder", values="net_purchases") / 1000.0
    wide.index = pd.PeriodIndex(wide.index, freq="M")
    return wide.dropna(how="all")


def _traded(code: str, form: pd.DataFrame) -> pd.Series:
    """The line of one holder in the S form, or the lines that make it up."""
    if code == "ROW":
        return form["TOT"] - form[list(LINES)].sum(axis=1)
    if code in PARTS:
        return form[code].fillna(form[list(PARTS[code])].sum(axis=1, min_count=len(PARTS[code])))
    return form[code]


def _counterparty(code: str, as_of: str, stamp: tuple[Vintage, ...]) -> pd.DataFrame:
    if code == "ROW" or holder(code).s_form_first:
        return _labelled(_traded(code, _wide("s_form", as_of, stamp)), "TIC S form")
    tables = ("foreign_official", "bertaut_judson") if code == "OFF" else ("bertaut_judson",)
    known = [wide[code] for wide in (_wide(table, as_of, stamp) for table in tables) if code in wide]
    if not known:
        raise SeriesNotFound(
            f"no form says with whom {holder(code).name} traded; ask for concept='holder', from {BREAK} on."
        )
    series = known[0]
    for later in known[1:]:
        series = series.combine_first(later)
    return _labelled(series, "Bertaut-Judson")


def _holder(code: str, as_of: str, stamp: tuple[Vintage, ...]) -> pd.DataFrame:
    table = _wide("slt_table1", as_of, stamp)
    table = table[table.index >= BREAK]
    if code == "ROW":
        return _labelled(table["TOT"] - table[list(LISTED)].sum(axis=1, min_count=len(LISTED)), "TIC SLT")
    parts = list(PARTS.get(code, (code,)))
    if not set(parts) <= set(table.columns):
        raise SeriesNotFound(f"the SLT form has no line of {holder(code).name}; ask for concept='counterparty'.")
    return _labelled(table[parts].sum(axis=1, min_count=len(parts)), "TIC SLT")


def _labelled(series: pd.Series, source: str) -> pd.DataFrame:
    """Published values on consecutive months, and where they stand."""
    known = series.dropna()
    months = pd.period_range(known.index[0], known.index[-1], freq="M")
    return pd.DataFrame({"value": known.reindex(months), "source": source}, index=months)


@remembered(256)
def purchases(code: str, concept: str, as_of: str, stamp: tuple[Vintage, ...]) -> pd.DataFrame:
    """Published net purchases of one holder, USD billions: ``value``, ``source``; NaN in months without a figure.

    Raises
    ------
    SeriesNotFound
        If no form prints this holder under the concept.
    """
    if concept == "counterparty":
        return _counterparty(code, as_of, stamp)
    if concept == "holder":
        return _holder(code, as_of, stamp)
    early, late = _counterparty(code, as_of, stamp), _holder(code, as_of, stamp)
    both = pd.concat([early[early.index < BREAK], late])
    months = pd.period_range(both.index[0], both.index[-1], freq="M")
    return both.reindex(months).fillna({"source": ""})
