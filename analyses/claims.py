"""Claims scorecard: what a press story said about holders, against official figures of this vintage."""

from __future__ import annotations

import pandas as pd

import econ
from analyses.specification import Specification, baseline
from econ.data import flows
from econ.report import Exhibit, Panel, Row, Table, main

PUBLISHED = "2025-10-09"
"""Date of the story."""

FIRST_PRINTS = {
    "china_2024_12": 759.0, "china_2025_06": 756.4, "china_2025_07": 730.7,
    "japan_2024_12": 1059.8, "japan_2025_06": 1147.6, "uk_2024_12": 722.7, "uk_2025_06": 858.1,
}  # fmt: skip
"""USD billion as the TIC releases first printed them (Treasury releases of February, August and September 2025)."""

TOLERANCE = 0.05
"""A claim within 5 percent of a figure agrees with it."""

H1 = ("2025-01", "2025-06")


def verdict(claimed: float, first: float, now: float) -> str:
    """Judge a claimed number by the first print and by this vintage, by one rule for all claims.

    Examples
    --------
    >>> verdict(25.7, 25.7, 35.8), verdict(32.0, 87.8, 86.4), verdict(10.0, 10.1, 10.0)
    ('right on first print', 'wrong: too small 2.7-fold', 'right')
    """
    if abs(claimed - now) <= TOLERANCE * abs(now):
        return "right"
    if abs(claimed - first) <= TOLERANCE * abs(first):
        return "right on first print"
    factor = now / claimed
    return f"wrong: too small {factor:.1f}-fold" if factor > 1 else f"wrong: too large {1 / factor:.1f}-fold"


def result(spec: Specification = baseline) -> Exhibit:
    """Score every numerical claim that the archive can settle."""
    reported = {
        slug: flows(slug, "mfh_holdings", "usd_bn", as_of=spec.as_of)["value"] for slug in ("china", "japan", "uk")
    }
    bought = {
        slug: flows(slug, scale="usd_bn", as_of=spec.as_of)["value"] for slug in ("china", "japan", "uk", "foreign")
    }
    change = {slug: flows(slug, "mfh_change", "usd_bn", as_of=spec.as_of)["value"] for slug in (*reported, "foreign")}
    half = {slug: float(series.loc[H1[0] : H1[1]].sum()) for slug, series in change.items()}
    half_bought = {slug: float(series.loc[H1[0] : H1[1]].sum()) for slug, series in bought.items()}
    july = float(change["china"]["2025-07"])
    first = FIRST_PRINTS
    lowest = _lowest_since(reported["china"], "2025-07")
    peak = reported["china"].idxmax()
    ratings = econ.events("rating")
    fitch = ratings.loc[ratings["label"].str.startswith("Fitch"), "date"].iloc[0]

    annual = {year: float(bought["china"][bought["china"].index.year == year].sum()) for year in range(2022, 2026)}
    table = Table(
        ["Claimed", "First print", "This vintage", "Net purchases", "Verdict"],
        [
            Panel("Numbers, USD billion"),
            _row("N1 China sold, 2025-07", 25.7, first["china_2025_06"] - first["china_2025_07"], -july,
                 -float(bought["china"]["2025-07"])),
            _row("N2 China held, 2025-07", 730.7, first["china_2025_07"], float(reported["china"]["2025-07"])),
            _row("N3 Japan added, 2025H1", 32.0, first["japan_2025_06"] - first["japan_2024_12"],
                 half["japan"], half_bought["japan"]),
            _row("N4 UK added, 2025H1", 18.0, first["uk_2025_06"] - first["uk_2024_12"], half["uk"],
                 half_bought["uk"]),
            Panel("Statements"),
            Row("N2 lowest since", ["2009", "2008-12", str(lowest), "", _since_verdict(2009, lowest)]),
            Row("N6 Fitch downgrade", ["last year", "", str(fitch.date()), "", _year_verdict(fitch.year)]),
            Row("N10 decline since", ["2022", "", str(peak), "", _peak_verdict(peak, annual)]),
            Row("N11 China, 2025H1",
                ["fell", first["china_2025_06"] - first["china_2024_12"], half["china"], half_bought["china"],
                 _fall_verdict(first["china_2025_06"] - first["china_2024_12"], half["china"])]),
            Panel("Outside the archive"),
            Row("N5, N7 debt of US, Japan", ["", "", "", "", "not settled here"]),
            Row("N8, N9 gold, SDR weight", ["", "", "", "", "not settled here"]),
        ],
        decimals=1,
        notes=[
            f"The story appeared on {PUBLISHED}. First print: TIC release of the month. This vintage: {spec.as_of}, "
            "TIC Major Foreign Holders (all Treasuries, at market value). Net purchases: long-term Treasuries, TIC SLT "
            "Table 1, free of valuation; for N1 the sign is that of a sale. A number is right when it is within "
            f"{TOLERANCE:.0%} of this vintage. N5 and N7 to N9 need series that the archive does not hold."
        ],
    )  # fmt: skip
    numbers = {
        "july_first": first["china_2025_06"] - first["china_2025_07"],
        "july_now": -july,
        "july_sold": -float(bought["china"]["2025-07"]),
        "july_share": -float(flows("china", as_of=spec.as_of)["value"]["2025-07"]),
        "holdings_first": first["china_2025_07"],
        "holdings_now": float(reported["china"]["2025-07"]),
        "lowest_since": str(lowest),
        "peak": str(peak),
        "japan_change": half["japan"], "japan_bought": half_bought["japan"], "japan_factor": half["japan"] / 32.0,
        "uk_change": half["uk"], "uk_bought": half_bought["uk"], "uk_factor": half["uk"] / 18.0,
        "china_half_first": first["china_2025_06"] - first["china_2024_12"],
        "china_half_now": half["china"], "china_half_sold": -half_bought["china"],
        "foreign_half": half["foreign"],
        "fitch_date": str(fitch.date()),
        **{f"sold_{year}": -value for year, value in annual.items()},
    }  # fmt: skip
    vintages = econ.load(
        "china_mfh_holdings", "china_net_purchases", "japan_net_purchases", "uk_net_purchases", as_of=spec.as_of
    ).vintages
    return Exhibit(
        key="claims", title="Claims scorecard", numbers=numbers, tables={"": table, "annual": _annual_table(spec)},
        vintages=vintages, spec=spec,
    )  # fmt: skip


def _row(label: str, claimed: float, first: float, now: float, bought: float | str = "") -> Row:
    return Row(label, [claimed, first, now, bought, verdict(claimed, first, now)])


def _lowest_since(reported: pd.Series, month: str) -> pd.Period:
    """Last earlier month with lower reported holdings."""
    before = reported.loc[:month].iloc[:-1]
    return before[before < reported[month]].index[-1]


def _since_verdict(claimed: int, found: pd.Period) -> str:
    return "right" if found.year == claimed else f"loose: since {found}"


def _year_verdict(year: int) -> str:
    gap = int(PUBLISHED[:4]) - year
    return "right" if gap == 1 else f"wrong: {gap} years before"


def _peak_verdict(peak: pd.Period, sums: dict[int, float]) -> str:
    """Judge "since 2022": holdings by their peak, sales by whether net sales rise every year."""
    holdings = "right" if peak.year in (2021, 2022) else f"wrong: peak {peak}"
    return f"{holdings}; sales rise" if list(sums.values()) == sorted(sums.values(), reverse=True) else holdings


def _fall_verdict(first: float, now: float) -> str:
    """Judge a fall: how much of today's figure the first print showed."""
    if now >= 0:
        return "wrong: they rose"
    return "right" if first / now > 1 - TOLERANCE else f"right; {max(first / now, 0):.0%} in first print"


def _annual_table(spec: Specification) -> Table:
    """China year by year: what was reported and what was bought."""
    parts = {
        "Change in reported holdings": flows("china", "mfh_change", "usd_bn", as_of=spec.as_of)["value"],
        "Net purchases": flows("china", "net_purchases", "usd_bn", as_of=spec.as_of)["value"],
        "Valuation change": flows("china", "valuation_change", "usd_bn", as_of=spec.as_of)["value"],
    }
    rows = []
    for year in range(2012, 2026):
        sums = [float(series[series.index.year == year].sum()) for series in parts.values()]
        rows.append(Row(str(year), sums))
    return Table(
        list(parts), rows, stub="Year", decimals=1,
        notes=[
            "USD billion. Reported holdings: all Treasuries including bills (MFH). Net purchases and valuation change: "
            "long-term Treasuries; 2021 and 2022 are imputed."
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main(result, baseline)
