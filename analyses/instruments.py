"""Instruments: who carries the granular instrument, whether past yields predict it, what one holder changes."""

from __future__ import annotations

import pandas as pd

import econ
from analyses._projections import HUBS, PANEL, granular
from analyses.specification import Specification, baseline
from econ.data import holder
from econ.projection import Credentials, GranularInstrument, credentials
from econ.report import Exhibit, Panel, Row, Table, main

VARIANTS = {
    "All holders, one factor": {"factors": 1},
    "All holders, no factor": {"factors": 0},
    "All holders, two factors": {"factors": 2},
    "Without custody hubs": {"exclude": HUBS},
}
SIGNS = {("2015-08", "china"): "-", ("2016-11", "china"): "-", ("2022-10", "japan"): "-", ("2022-09", "japan"): "-",
         ("2024-05", "japan"): "-", ("2024-04", "japan"): "-"}  # fmt: skip
"""Months in which the record says that a holder sold: reserve defence of China, interventions of Japan."""
OFFICIALS = tuple(slug for slug in PANEL if slug not in HUBS)
BALANCE_LAGS = 12


def result(spec: Specification = baseline) -> Exhibit:
    """Credentials of the granular instrument and of its variants."""
    data = econ.load("foreign_net_purchases", "yield_10y", as_of=spec.as_of).convert(yield_10y="basis points")
    change = data.transform(yield_10y="diff").frame["yield_10y"].iloc[1:]
    sales = -data.frame["foreign_net_purchases"].rename("foreign_sales").iloc[1:]
    rows, checks = [Panel("Variant")], {}
    for words, options in VARIANTS.items():
        giv = granular(spec, **options)
        groups = () if "exclude" in options else (OFFICIALS, HUBS)
        checks[words] = credentials(giv, change, sales, groups=groups, lags=BALANCE_LAGS)
        rows.append(_row(words, giv, checks[words]))
    main_giv, main_checks = granular(spec), checks["All holders, one factor"]
    rows.append(Panel("One holder left out (all holders, one factor)"))
    influence = main_checks.influence
    for slug in influence["f"].sort_values().index[:5]:
        rows.append(Row(f"without {holder(slug).name}", ["", "", float(influence.loc[slug, "f"]), "", "", ""]))
    table = Table(
        ["Holders", "Largest share", "Effective F", "Balance: yield", "Balance: sales", "Overid."],
        rows,
        decimals=2,
        notes=[
            "Largest share: of the variance of the instrument that one holder carries. Effective F: of all foreign sales on the "
            f"instrument, without controls. Balance: p-value that {BALANCE_LAGS} lags of the change of the 10-year "
            "yield, or of sales, predict the instrument. Overid.: p-value that holders with official money and custody hubs "
            "identify one effect. The five holders without which the instrument is weakest are shown."
        ],
    )
    return Exhibit(
        key="instruments", title="What the granular instrument rests on", numbers=_numbers(main_giv, main_checks), tables=table,
        vintages=data.vintages, spec=spec,
    )  # fmt: skip


def _numbers(main_giv: GranularInstrument, main_checks: Credentials) -> dict[str, float | int]:
    signs = main_giv.sign_check(
        {key: sign for key, sign in SIGNS.items() if pd.Period(key[0]) in main_giv.shocks.index}
    )
    return {
        "holders": len(PANEL),
        "largest_share": float(main_giv.diagnostics.loc["largest_share", "value"]),
        "effective_holders": float(main_giv.diagnostics.loc["effective_holders", "value"]),
        "signs_agree": int(signs["agrees"].sum()),
        "signs_checked": len(signs),
        "balance_yield": float(main_checks.balance["p_value"].iloc[0]),
        "overidentification": float(main_checks.overidentification["p_value"].iloc[0]),
    }


def _row(words: str, giv: GranularInstrument, checks: Credentials) -> Row:
    over = checks.overidentification["p_value"]
    return Row(
        words,
        [
            len(giv.shocks.columns), float(giv.diagnostics.loc["largest_share", "value"]), float(checks.relevance.statistic),
            float(checks.balance["p_value"].iloc[0]), float(checks.balance["p_value"].iloc[1]),
            float(over.iloc[0]) if len(over) else "–",
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main(result, baseline)
