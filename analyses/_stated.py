"""What the story stated as figures and facts: N1 to N11 and F1 to F7, each held against figures of the archive."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

import econ
from analyses._lines import FALLS, RISES, Line, Part
from analyses._samples import loaded
from analyses.claims import FIRST_PRINTS, JAPAN_CLAIM, JULY, UK_CLAIM, Facts
from analyses.specification import Specification
from econ.data import facts, flows
from econ.data.archive import read_table
from econ.errors import DataError
from econ.infer import Claim, regress
from econ.report import Estimate

MFH, SLT = "TIC MFH", "TIC SLT"
PENSIONS = ("BOGZ1FL573061105Q", "BOGZ1FL223061143Q")
"""Treasuries of private and of state and local pension funds, financial accounts (Z.1), at FRED."""


def stated(spec: Specification) -> list[Line]:
    """Lines of the figures and the facts, in order."""
    found = Facts.read(spec)
    return [*_changes(found, spec), *_levels(spec), *_falls(found, spec), *_facts(spec)]


def known(key: str, spec: Specification) -> float:
    """The newest figure of a fact that had come out when the story appeared."""
    return float(facts(key, known_by=spec.ledger.story)["value"].iloc[-1])


def _changes(found: Facts, spec: Specification) -> list[Line]:
    first, tolerance = FIRST_PRINTS, spec.claims.tolerance
    china = found.reported["china"]
    sold = Claim("China's holdings fell in July 2025 by", 25.7, tolerance=tolerance, units="USD bn")
    held = Claim("China held in July 2025", 730.7, tolerance=tolerance, units="USD bn")
    now = float(china[JULY])
    lines = [
        Line("N1", "China sold $25.7bn in one go", f"{MFH}, July 2025", (
            Part(sold, -float(found.change["china"][JULY]), first["china_2025_06"] - first["china_2025_07"]),),
            note=f"Holdings, not sales: of long-term paper {-float(found.bought['china'][JULY]):.1f}bn were sold, bills are not told."),
        Line("N2", "China held $730.7bn, least since 2009", f"{MFH}, July 2025", (
            Part(held, now, first["china_2025_07"]), found.lower(2009)),
            note=f"The last month with less is {found.lowest_since}."),
    ]  # fmt: skip
    for number, name, slug, said in (("N3", "Japan", "japan", JAPAN_CLAIM), ("N4", "The UK", "uk", UK_CLAIM)):
        claim = Claim(f"{name}'s holdings rose in the first half of 2025 by", said, tolerance=tolerance, units="USD bn")
        printed = first[f"{slug}_2025_06"] - first[f"{slug}_2024_12"]
        part = Part(claim, found.half(found.change[slug]), printed)
        lines.append(Line(number, f"{name} added ${said:g}bn in half a year", f"{MFH}, 2025H1", (part,)))
    return lines


def _levels(spec: Specification) -> list[Line]:
    tolerance = spec.claims.tolerance
    debt = Claim("US debt", 37_000.0, "at least", units="USD bn")
    year = int(spec.ledger.story[:4])
    fitch = econ.events("rating").query("label.str.startswith('Fitch')")["date"].iloc[0].year
    cut = Claim("years from the Fitch downgrade to the story", 1.0)
    japan = Claim("Japan's debt", 260.0, "at least", units="% of GDP")
    bought = Claim("months in a row in which China's gold rose", 14.0)
    weight = Claim("weight of the renminbi in the special drawing right", 14.2, tolerance=tolerance, units="%")
    return [
        Line("N5", "US debt above $37tn", "Debt to the Penny, known then", (Part(debt, known("us_debt", spec)),)),
        Line("N6", "Fitch downgraded last year", "events of the archive", (Part(cut, float(year - fitch)),)),
        Line("N7", "Japan's debt above 260% of GDP", "IMF WEO, known then",
             (Part(japan, known("japan_debt_ratio", spec)),), note="The figure was a projection of 2022."),
        Line("N8", "China raised gold 14 months running", "SAFE", (Part(bought, float(_run(spec))),)),
        Line("N9", "Renminbi is 14.2% of the SDR", "IMF, basket of 2022",
             (Part(weight, known("sdr_renminbi_weight", spec)),)),
    ]  # fmt: skip


def _falls(found: Facts, spec: Specification) -> list[Line]:
    first = FIRST_PRINTS
    half = {slug: found.half(found.change[slug]) for slug in ("china", *spec.ledger.allies)}
    printed = first["china_2025_06"] - first["china_2024_12"]
    allies = sum(half[slug] for slug in spec.ledger.allies)
    return [
        Line("N10", "The decline is clear since 2022", f"{MFH}, years", found.decline(spec.claims.selling), shown=1,
            note="Holdings fell in each year since, but had fallen long before."),
        Line("N11", "China fell in 2025H1 while allies bought", f"{MFH}, 2025H1", (
            Part(Claim("China's holdings, change in 2025H1", FALLS, "sign", units="USD bn"), half["china"], printed),
            Part(Claim("allies' holdings, change in 2025H1", RISES, "sign", units="USD bn"), allies)),
            note=f"The first print showed a fall of {-printed:.1f}bn."),
    ]  # fmt: skip


def _facts(spec: Specification) -> list[Line]:
    frozen = econ.events("freeze")["date"]
    option = Claim("freezes of a central bank's reserves before the story", 1.0, "at least")
    month = pd.Period(spec.ledger.story, "M") - 1
    japan = loaded(spec, "japan_dollar_purchases_usd").frame["japan_dollar_purchases_usd"]
    bought = Claim("dollars that Japan's ministry bought from 2022", RISES, "sign", units="USD bn")
    return [
        _backstop(spec),
        _pensions(spec),
        Line("F3", "A freeze is a real option", "events of the archive",
             (Part(option, float((frozen <= spec.ledger.story).sum())),), note="What it did to demand is C5."),
        Line("F4", "Japan's reserves add Treasuries", "Ministry of Finance, days",
             (Part(bought, float(japan["2022-01":month].sum())),), note="The ministry sold dollars in 2022, 2024 and 2026; interest, and what the reserves hold, are not archived."),
        _special(spec),
        _proceeds(spec),
        _share(spec),
    ]  # fmt: skip


def _backstop(spec: Specification) -> Line:
    held = loaded(spec, "fed_treasuries").frame["fed_treasuries"] / 1000.0
    month = pd.Period(spec.ledger.story, "M") - 1
    before = Claim("the Fed's Treasuries, change over the year before", FALLS, "sign", units="USD bn")
    since = Claim("the Fed's Treasuries, change since the story", FALLS, "sign", units="USD bn")
    cap, bills = known("fed_redemption_cap", spec), facts("fed_bill_purchases")["value"].iloc[0]
    return Line("F1", "The Fed is no longer the last buyer", "H.4.1", (
        Part(before, float(held.loc[str(month)] - held.loc[str(month - 12)])), Part(since, float(held.iloc[-1] - held.loc[str(month)]))), shown=1,
        note=f"The second part could not be known then: ${cap:g}bn a month might run off; from December 2025 it bought about ${bills:g}bn of bills a month.")  # fmt: skip


def _pensions(spec: Specification) -> Line:
    """Pension funds' Treasuries since the end of 2022, where the vintage has them."""
    words, series = "US pension funds leave long Treasuries", "Z.1, pension funds"
    ratio = known("pension_funding_ratio", spec)
    told = f"The 100 largest corporate plans were {ratio:.1f}% funded at the end of 2024, which asks for less duration."
    try:
        tables = [read_table(name, spec.as_of)[0] for name in PENSIONS]
    except DataError:
        command = f"python -m econ data fetch {' '.join(PENSIONS)}"
        return Line("F2", words, series, (), missing=f"no series of it is in the vintage: {command}", note=told)
    columns = [
        pd.Series(table["value"].to_numpy(dtype=float), pd.PeriodIndex(table["date"], freq="Q")) for table in tables
    ]
    total = pd.concat(columns, axis=1).dropna().sum(axis=1)
    left = Claim("pension funds' Treasuries, change since the end of 2022", FALLS, "sign", units="USD bn")
    change = (float(total.iloc[-1]) - float(total["2022Q4"])) / 1000.0
    return Line("F2", words, series, (Part(left, change),), note=told)


def _special(spec: Specification) -> Line:
    """All official reserves of the UK over what its custodians held in the month of the newest figure seen."""
    line = facts("uk_official_reserves", known_by=spec.ledger.story).iloc[-1]
    month = pd.Period(line["date"], "M")
    held = loaded(spec, "uk_mfh_holdings").frame["uk_mfh_holdings"]
    claim = Claim("share of the UK's holdings that its government may own", spec.ledger.most, "at least")
    return Line("F5", "UK buying shows a special relationship", f"{MFH}; HM Treasury, {month}",
                (Part(claim, float(line["value"]) / float(held.loc[str(month)])),),
                note="An upper bound: as if all reserves, gold too, were Treasuries.")  # fmt: skip


def gold(spec: Specification) -> pd.DataFrame:
    """China's gold by month: ounces (10,000), price (USD bn per 10,000), bought (USD bn).

    A month without a workbook takes the ounces of the facts and the mean of its neighbours' prices.
    """
    frame = loaded(spec, "china_gold_ounces", "china_gold").frame
    ounces, worth = frame["china_gold_ounces"].copy(), frame["china_gold"]
    told = facts("china_gold_ounces")
    dated = pd.Series(told["value"].to_numpy(), pd.PeriodIndex(told["date"], freq="M"))
    ounces = ounces.fillna(dated.reindex(ounces.index))
    price = (0.1 * worth / ounces).interpolate(limit=1, limit_area="inside")
    return pd.DataFrame({"ounces": ounces, "price": price, "bought": ounces.diff() * price})


def _run(spec: Specification) -> int:
    """Months in a row, up to the last one known when the story appeared, in which the ounces rose."""
    rose = gold(spec)["ounces"].diff().loc[: pd.Period(spec.ledger.story, "M") - 1] > 0.0
    falls = np.flatnonzero(~rose.to_numpy())
    return len(rose) - 1 - int(falls[-1])


def _proceeds(spec: Specification) -> Line:
    """Gold and all members' money in two banks over China's net sales; remembered figures may not turn the verdict."""
    since, month = spec.ledger.gold_since, pd.Period(spec.ledger.story, "M") - 1
    bought = flows("china", scale="usd_bn", concept=spec.concept, as_of=spec.as_of)["value"]
    sold, metal = -float(bought[since:month].sum()), float(gold(spec)["bought"][since:month].sum())
    bank = known("aiib_capital", spec) * known("aiib_paid_in_share", spec) / 100.0
    other = known("ndb_paid_in", spec)
    parts = tuple(
        Part(Claim(f"share of the proceeds that gold and {words} can have taken", spec.ledger.most, "at least"),
             (metal + bank + more) / sold)
        for words, more in (("one bank", 0.0), ("two banks", other))
    )  # fmt: skip
    return Line("F6", "Proceeds went to gold and new banks", f"SAFE; {SLT}; banks' statutes", parts,
                note=f"An upper bound but for gold that is not reported: {metal:.1f}bn and all members' {bank:g} and (remembered) {other:g}bn against {sold:.0f}bn.",
                more={"gold": metal, "sold": sold})  # fmt: skip


def _share(spec: Specification) -> Line:
    """The dollar's share: whether it is lower than at the break, and whether its trend turned down there."""
    first, last = (pd.Period(month, "M").asfreq("Q") for month in spec.ledger.shares)
    broken = pd.Period(spec.ledger.shares_broken, "M").asfreq("Q")
    share = loaded(spec, "cofer_dollar_share", frequency="Q").frame["cofer_dollar_share"][first:last]
    turn = turned(share, broken, spec)
    fell = Claim("the dollar's share of reserves, change since the break", FALLS, "sign", units="points")
    faster = Claim("trend of that share after the break less that before", FALLS, "sign", units="points a year")
    return Line("F7", "De-dollarisation is a visible fact", f"IMF COFER, {first} to {last}", (
        Part(fell, float(share.iloc[-1] - share.loc[str(broken)])), Part(faster, turn)), shown=1,
        note="Of a share that falls on trend, the question is whether it fell faster. Shares are at current exchange rates, which move them too.")  # fmt: skip


def turned(share: pd.Series, broken: pd.Period, spec: Specification) -> Estimate:
    """Change of the yearly trend at a quarter, the level joined there; equal-weighted cosines and Student's t.

    Of 400 series of 49 quarters with errors of autocorrelation 0, 0.5 and 0.7, nominal 90% intervals cover 77, 77 and
    68%, too seldom for a set without zero to decide; one with zero decides nothing all the more. With four Bartlett
    lags, as was fixed first, they cover 77, 69 and 60%.
    """
    index: Any = share.index
    time = np.array([(quarter - broken).n for quarter in index]) / 4.0
    design = pd.DataFrame({"trend": time, "turn": np.maximum(time, 0.0)}, index=index)
    fit = regress(share, design, cov="ewc")
    return replace(fit.estimate("turn", level=spec.level, units="points a year"), label="turn of the trend")
