"""Claims scorecard: what a press story said about holders, against official figures of this vintage."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

import econ
from analyses._lines import Part, together
from analyses._units import summed
from analyses._words import concept
from analyses.specification import Specification, baseline
from econ.data import facts, flows
from econ.data.flows import BY_CONCEPT
from econ.data.reported import IMPUTED
from econ.infer import Claim
from econ.infer import verdict as judged
from econ.report import Exhibit, Panel, Row, Table, Unavailable, main, recorded

PUBLISHED = "2025-10-09"
"""Date of the story."""

FIRST_PRINTS: dict[str, float] = {
    f"{slug}_{date:%Y_%m}": float(value)
    for slug in ("china", "japan", "uk")
    for date, value in facts(f"mfh_first_print_{slug}")[["date", "value"]].itertuples(index=False)
}
"""USD billion as the TIC releases first printed them (Treasury releases of February, August and September 2025)."""

H1 = ("2025-01", "2025-06")
JULY = "2025-07"
JAPAN_CLAIM, UK_CLAIM = 32.0, 18.0


def verdict(claimed: float, first: float, now: float, *, tolerance: float = baseline.claims.tolerance) -> str:
    """Judge a claimed number by the first print and by this vintage, by one rule for all claims.

    Examples
    --------
    >>> verdict(25.7, 25.7, 35.8), verdict(32.0, 87.8, 86.4), verdict(10.0, 10.1, 10.0)
    ('right at first print', 'wrong: too small 2.7-fold', 'right')
    """
    found = judged(Claim("a number of the story", claimed, tolerance=tolerance), now, first)
    if found.word.startswith("right"):
        return found.word
    factor = now / claimed
    return f"wrong: too small {factor:.1f}-fold" if factor > 1 else f"wrong: too large {1 / factor:.1f}-fold"


def in_year(series: pd.Series, year: int) -> float | Unavailable:
    """Sum over a year; not available if a month of it was not published."""
    return summed(series[pd.PeriodIndex(series.index).year == year])


def _monthly(slug: str, measure: str, spec: Specification) -> pd.Series:
    """Published months of one measure, USD billion."""
    if measure in BY_CONCEPT:
        return flows(slug, measure, "usd_bn", concept=spec.concept, as_of=spec.as_of)["value"]
    return flows(slug, measure, "usd_bn", imputed=False, as_of=spec.as_of)["value"]


@dataclass(frozen=True, eq=False)
class Facts:
    """Official figures of one vintage, USD billion: month by month, and over the first half of 2025."""

    reported: dict[str, pd.Series]
    change: dict[str, pd.Series]
    bought: dict[str, pd.Series]
    fitch: pd.Timestamp

    @classmethod
    def read(cls, spec: Specification) -> Facts:
        """Read them from the archive."""
        slugs = ("china", "japan", "uk", "foreign")
        measures = ("mfh_holdings", "mfh_change", "net_purchases")
        reported, change, bought = ({slug: _monthly(slug, measure, spec) for slug in slugs} for measure in measures)
        ratings = econ.events("rating")
        return cls(
            reported, change, bought, fitch=ratings.loc[ratings["label"].str.startswith("Fitch"), "date"].iloc[0]
        )

    @staticmethod
    def half(series: pd.Series) -> float:
        """Sum over the first half of 2025."""
        return float(series.loc[H1[0] : H1[1]].sum())

    @property
    def peak(self) -> pd.Period:
        """Month of China's largest reported holdings."""
        china = self.reported["china"]
        return pd.PeriodIndex(china.index)[int(china.argmax())]

    @property
    def lowest_since(self) -> pd.Period:
        """Last month before July 2025 in which China's reported holdings were lower."""
        china = self.reported["china"]
        before = china.loc[:JULY].iloc[:-1]
        return pd.PeriodIndex(before[before < china[JULY]].index)[-1]

    def lower(self, year: int) -> Part:
        """That July 2025 was the lowest since a year: months before it, from that year on, with less."""
        china = self.reported["china"]
        before = china.loc[f"{year}-01" : JULY].iloc[:-1]
        claim = Claim(f"months from {year} to June 2025 with less than that", 0.0)
        return Part(claim, float((before < float(china[JULY])).sum()))

    def decline(self, years: tuple[int, int]) -> tuple[Part, Part]:
        """That holdings decline since a year: they fell in each from then on, and had their peak just before."""
        every = _years(years)
        falls = [in_year(self.change["china"], year) for year in every]
        fell = Claim(f"years from {every[0]} on in which China's holdings fell", float(len(every)), units="years")
        peak = Claim(f"years from the peak of China's holdings to {every[0]}", 1.0, "at most", units="years")
        return (
            Part(fell, float(sum(not isinstance(each, Unavailable) and each < 0.0 for each in falls))),
            Part(peak, float(every[0] - self.peak.year)),
        )

    def sold(self, year: int) -> float | Unavailable:
        """China's net sales in a year."""
        bought = in_year(self.bought["china"], year)
        return bought if isinstance(bought, Unavailable) else -bought


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Score every numerical claim that the archive can settle."""
    facts = Facts.read(spec)
    return Exhibit(
        key="claims", title="Claims scorecard", numbers=_numbers(facts, spec),
        tables={"": _scorecard(facts, spec), "annual": _annual_table(spec)},
        spec=spec,
    )  # fmt: skip


def _scorecard(facts: Facts, spec: Specification) -> Table:
    first, tolerance = FIRST_PRINTS, spec.claims.tolerance
    return Table(
        ["Claimed", "First print", "This vintage", "Net purchases", "Verdict"],
        [
            Panel("Numbers, USD billion"),
            _row("N1 China sold, 2025-07", 25.7, first["china_2025_06"] - first["china_2025_07"],
                 -float(facts.change["china"][JULY]), bought=-float(facts.bought["china"][JULY]), tolerance=tolerance),
            _row("N2 China held, 2025-07", 730.7, first["china_2025_07"], float(facts.reported["china"][JULY]),
                 tolerance=tolerance),
            *(_row(f"{number} {name} added, 2025H1", claimed, first[f"{slug}_2025_06"] - first[f"{slug}_2024_12"],
                   facts.half(facts.change[slug]), bought=facts.half(facts.bought[slug]), tolerance=tolerance)
              for number, name, slug, claimed in (("N3", "Japan", "japan", JAPAN_CLAIM), ("N4", "UK", "uk", UK_CLAIM))),
            Panel("Statements"),
            *_statements(facts, spec),
        ],
        decimals=1,
        notes=[
            f"The story appeared on {PUBLISHED}. First print: TIC release of the month. This vintage: {spec.as_of}, "
            "TIC Major Foreign Holders (all Treasuries, at market value). Net purchases: long-term Treasuries, TIC SLT "
            "Table 1, free of valuation; for N1 the sign is that of a sale. A number is right when it is within "
            f"{tolerance:.0%} of this vintage; the words are those of the ledger's rule. N5, N7 to N9 and the claims that are no numbers stand in the ledger."
        ],
    )  # fmt: skip


def _statements(facts: Facts, spec: Specification) -> list[Row]:
    first = FIRST_PRINTS["china_2025_06"] - FIRST_PRINTS["china_2024_12"]
    now, bought = facts.half(facts.change["china"]), facts.half(facts.bought["china"])
    lowest, fitch, peak = facts.lowest_since, facts.fitch, facts.peak
    return [
        Row("N2 lowest since", ["2009", "2008-12", str(lowest), "", _since_verdict(2009, facts)]),
        Row("N6 Fitch downgrade", ["last year", "", str(fitch.date()), "", _year_verdict(fitch.year)]),
        Row("N10 decline since", ["2022", "", str(peak), "", _peak_verdict(facts, spec)]),
        Row("N11 China, 2025H1", ["fell", first, now, bought, _fall_verdict(first, now, spec.claims.tolerance)]),
    ]


def _numbers(facts: Facts, spec: Specification) -> dict[str, float | str | Unavailable]:
    first = FIRST_PRINTS
    half = {slug: facts.half(series) for slug, series in facts.change.items()}
    return {
        "july_first": first["china_2025_06"] - first["china_2025_07"],
        "july_now": -float(facts.change["china"][JULY]),
        "july_sold": -float(facts.bought["china"][JULY]),
        "july_share": -float(flows("china", concept=spec.concept, as_of=spec.as_of)["value"][JULY]),
        "lowest_since": str(facts.lowest_since),
        "peak": str(facts.peak),
        "china_half_first": first["china_2025_06"] - first["china_2024_12"],
        "japan_factor": half["japan"] / JAPAN_CLAIM,
        "uk_factor": half["uk"] / UK_CLAIM,
        **{f"{slug}_half_change": value for slug, value in half.items()},
        **{f"{slug}_half_bought": facts.half(series) for slug, series in facts.bought.items()},
        **{f"sold_{year}": facts.sold(year) for year in _years(spec.claims.selling)},
    }


def _row(label: str, claimed: float, first: float, now: float, *, bought: float | str = "", tolerance: float) -> Row:
    return Row(label, [claimed, first, now, bought, verdict(claimed, first, now, tolerance=tolerance)])


def _since_verdict(claimed: int, facts: Facts) -> str:
    word = facts.lower(claimed).verdict.word
    return word if facts.lowest_since.year == claimed else f"{word}; less in {facts.lowest_since}"


def _year_verdict(year: int) -> str:
    gap = int(PUBLISHED[:4]) - year
    return "right" if gap == 1 else f"wrong: {gap} years before"


def _peak_verdict(facts: Facts, spec: Specification) -> str:
    """Judge "since 2022" by the rule of the ledger, and say of sales whether net sales rise every year."""
    word = together([part.verdict.word for part in facts.decline(spec.claims.selling)])
    holdings = word if word == "right" else f"{word}: peak {facts.peak}"
    sold = [facts.sold(year) for year in _years(spec.claims.selling)]
    known = [each for each in sold if not isinstance(each, Unavailable)]
    return f"{holdings}; sales rise" if known == sold and known == sorted(known) else holdings


def _fall_verdict(first: float, now: float, tolerance: float) -> str:
    """Judge a fall: how much of today's figure the first print showed."""
    if now >= 0:
        return "wrong: they rose"
    return "right" if first / now > 1 - tolerance else f"right; {max(first / now, 0):.0%} in first print"


def _years(span: tuple[int, int]) -> range:
    return range(span[0], span[1] + 1)


def _annual_table(spec: Specification) -> Table:
    """China year by year: what was reported and what was bought."""
    parts = {
        "Change in reported holdings": "mfh_change",
        "Net purchases": "net_purchases",
        "Valuation change": "valuation_change",
    }
    series = [_monthly("china", measure, spec) for measure in parts.values()]
    rows = [Row(str(year), [in_year(each, year) for each in series]) for year in _years(spec.claims.years)]
    return Table(
        list(parts), rows, stub="Year", decimals=1,
        notes=[
            "USD billion. Reported holdings: all Treasuries including bills (MFH). Net purchases and valuation change: "
            f"long-term Treasuries; purchases: {concept(spec)}. Nobody published a valuation change from {IMPUTED[0]} to "
            f"{IMPUTED[-1]}."
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main(result, baseline)
