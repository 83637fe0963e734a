"""Custody: what China bought, with the countries that hold its bonds, and benchmarked to the annual survey."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from analyses._units import cell, month_words, summed
from analyses._words import concept, listing, name_of
from analyses.specification import Specification, baseline
from econ import Estimate
from econ.data import custody_adjusted, flows
from econ.data.reported import IMPUTED, codes_of
from econ.report import Exhibit, Figure, Panel, Row, Table, Unavailable, main, recorded


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Sum China's purchases with and without its custodians; compare reports with what the survey finds."""
    slugs = spec.custody.groups
    bought = {slug: flows(slug, scale="usd_bn", concept=spec.concept, as_of=spec.as_of)["value"] for slug in slugs}
    moved = {slug: _moved(slug, spec) for slug in slugs}
    rows: list[Row | Panel] = []
    for title, found in (
        ("Net purchases of long-term Treasuries, $bn", bought),
        ("Change in position less valuation change, $bn", moved),
    ):
        rows.append(Panel(title))
        rows += [Row(_members(slug), _sums(found[slug], found[slugs[0]], spec)) for slug in slugs]
    table = Table(
        [*(each.key for each in spec.custody.spans), "Correlation"],
        rows,
        decimals=1,
        notes=[
            f"Purchases: {concept(spec)}. Nobody published a change in value from {IMPUTED[0]} to {IMPUTED[-1]}. The second panel adds what is no transaction: a bond that moves to another "
            "custodian, a reclassification, a survey. Correlation: of the monthly figures with those of China alone. Belgium is the home of Euroclear, Luxembourg of Clearstream and of funds; what they and Hong Kong hold "
            "for others than China is in the sums too, so that these are bounds of a kind and no estimates."
        ],
    )
    frame = _holdings(spec)
    return Exhibit(
        key="custody", title="China's bonds and their custodians", numbers=_numbers(bought, moved, frame, spec), tables={"": table},
        figures={"": Figure(frame, partial(_draw, level=spec.level), height=2.7)}, spec=spec,
    )  # fmt: skip


def _numbers(
    bought: dict[str, pd.Series], moved: dict[str, pd.Series], frame: pd.DataFrame, spec: Specification
) -> dict[str, Estimate | float | int | Unavailable]:
    """What the text says of the survey and of the custodians."""
    adjusted = custody_adjusted("china", hubs=spec.custody.survey_hubs, as_of=spec.as_of)
    first = spec.custody.spans[0]
    plain = custody_adjusted("china", hubs=(), as_of=spec.as_of)
    return {
        **{f"share_{hub}": adjusted.shares[hub] for hub in spec.custody.survey_hubs},
        "sigma": adjusted.sigma,
        "sigma_plain": plain.sigma,
        "largest_error": float(adjusted.frame["holdings_std_error"].max()),
        "surveys": adjusted.surveys,
        "survey_2010": cell(adjusted.frame, spec.custody.survey, "survey"),
        "reported_2010": cell(frame.set_index("month"), spec.custody.survey, "reported"),
        **{f"{slug}_since_2023": summed(bought[slug].loc[spec.custody.since :]) for slug in bought},
        **{f"{slug}_moved_2011": summed(moved[slug].loc[first.first : first.last]) for slug in moved},
        **{f"{slug}_correlation": _sums(bought[slug], bought[spec.custody.groups[0]], spec)[-1] for slug in bought},
    }


def _moved(slug: str, spec: Specification) -> pd.Series:
    """Change in position less valuation change, where both are published: purchases and the gap."""
    change, valuation = (
        flows(slug, name, "usd_bn", imputed=False, as_of=spec.as_of)["value"]
        for name in ("position_change", "valuation_change")
    )
    return change - valuation


def _members(slug: str) -> str:
    """The holders of a group."""
    return ", ".join(name_of(code) for code in codes_of(slug)) if len(codes_of(slug)) > 2 else _pair(slug)


def _pair(slug: str) -> str:
    return listing([name_of(code) for code in codes_of(slug)])


def _sums(series: pd.Series, china: pd.Series, spec: Specification) -> list[float | Unavailable]:
    sums = [summed(series.loc[each.first : each.last]) for each in spec.custody.spans]
    first, last = spec.custody.spans[0].first, spec.custody.spans[-1].last
    return [*sums, float(series.loc[first:last].corr(china.loc[first:last]))]


def _holdings(spec: Specification) -> pd.DataFrame:
    """Reported as it stood before each survey, and benchmarked with a band, USD billion."""
    adjusted = custody_adjusted("china", hubs=spec.custody.survey_hubs, as_of=spec.as_of)
    start = flows("china", "mfh_holdings", "usd_bn", as_of=spec.as_of)["value"]  # at a survey: what the survey found
    change = flows("china", "mfh_change", "usd_bn", as_of=spec.as_of)["value"]
    reported = (start.shift() + change).reindex(adjusted.frame.index)  # within the series that was then published
    reported.iloc[0] = start[reported.index[0]]
    lower, upper = adjusted.interval(spec.level)
    return pd.DataFrame(
        {
            "month": month_words(adjusted.frame.index),
            "reported": reported.to_numpy(),
            "benchmarked": adjusted.frame["holdings"].to_numpy(),
            "lower": lower.to_numpy(),
            "upper": upper.to_numpy(),
            "survey": adjusted.frame["survey"].fillna(-1.0).to_numpy(),
        }
    )


def _draw(page: Any, data: pd.DataFrame, level: float) -> None:
    axes = page.subplots()
    months = pd.PeriodIndex(data["month"], freq="M").to_timestamp()
    axes.fill_between(months, data["lower"], data["upper"], color="0.85", linewidth=0, label=f"{level:.0%} band")
    axes.plot(months, data["benchmarked"], label="benchmarked to the survey")
    axes.plot(months, data["reported"], linestyle="--", label="as reported before the next survey")
    surveyed = data["survey"] >= 0
    axes.plot(months[surveyed], data.loc[surveyed, "survey"], "k.", markersize=4, label="survey")
    axes.set_ylabel("USD billion")
    axes.legend(loc="upper left")


if __name__ == "__main__":
    main(result, baseline)
