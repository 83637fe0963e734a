"""Custody: what China bought, with the countries that hold its bonds, and benchmarked to the annual survey."""

from __future__ import annotations

import pandas as pd

import econ
from analyses.specification import Specification, baseline
from econ import Estimate
from econ.data import custody_adjusted, flows
from econ.report import Exhibit, Figure, Panel, Row, Table, main

MEASURES = {
    "china": "China",
    "china_belgium": "China and Belgium",
    "china_custody": "China, Belgium, Luxembourg, Hong Kong",
}
SPANS = {
    "2011–14": ("2011-07", "2014-12"),
    "2015–19": ("2015-01", "2019-12"),
    "2020–22": ("2020-01", "2022-12"),
    "2023–26": ("2023-01", "2026-05"),
}
HUBS = ("uk",)


def result(spec: Specification = baseline) -> Exhibit:
    """Sum China's purchases with and without its custodians; compare reports with what the survey finds."""
    bought = {slug: flows(slug, scale="usd_bn", as_of=spec.as_of)["value"] for slug in MEASURES}
    moved = {slug: _moved(slug, spec) for slug in MEASURES}
    rows: list[Row | Panel] = []
    for title, found in (
        ("Net purchases of long-term Treasuries, $bn", bought),
        ("Change in position less valuation change, $bn", moved),
    ):
        rows.append(Panel(title))
        rows += [Row(words, _sums(found[slug], found["china"])) for slug, words in MEASURES.items()]
    table = Table(
        [*SPANS, "Correlation"],
        rows,
        decimals=1,
        notes=[
            "Sums of months, imputed ones included. The second panel adds what is no transaction: a bond that moves to another "
            "custodian, a reclassification, a survey. Correlation: of the monthly figures with those of China alone. Belgium is the home of Euroclear, Luxembourg of Clearstream and of funds; what they and Hong Kong hold "
            "for others than China is in the sums too, so that these are bounds of a kind and no estimates."
        ],
    )
    frame = _holdings(spec)
    names = [f"{slug}_net_purchases_usd" for slug in MEASURES]
    files = econ.load(*names, as_of=spec.as_of).vintages + econ.load("china_mfh_holdings", as_of=spec.as_of).vintages
    return Exhibit(
        key="custody", title="China's bonds and their custodians", numbers=_numbers(bought, moved, frame, spec), tables=table,
        figures=Figure(frame, _draw, height=2.7), vintages=files, spec=spec,
    )  # fmt: skip


def _numbers(
    bought: dict[str, pd.Series], moved: dict[str, pd.Series], frame: pd.DataFrame, spec: Specification
) -> dict[str, Estimate | float | int]:
    """What the text says of the survey and of the custodians."""
    adjusted = custody_adjusted("china", hubs=HUBS, as_of=spec.as_of)
    plain = custody_adjusted("china", hubs=(), as_of=spec.as_of)
    return {
        "share_uk": adjusted.shares["uk"],
        "sigma": adjusted.sigma,
        "sigma_plain": plain.sigma,
        "largest_error": float(adjusted.frame["holdings_std_error"].max()),
        "surveys": adjusted.surveys,
        "survey_2010": float(adjusted.frame.loc["2010-06", "survey"]),
        "reported_2010": float(frame.set_index("month").loc["2010-06", "reported"]),
        **{f"{slug}_since_2023": float(bought[slug].loc["2023-01":].sum()) for slug in MEASURES},
        **{f"{slug}_moved_2011": float(moved[slug].loc[slice(*SPANS["2011–14"])].sum()) for slug in MEASURES},
        **{f"{slug}_correlation": float(bought[slug].corr(bought["china"])) for slug in MEASURES},
    }


def _moved(slug: str, spec: Specification) -> pd.Series:
    """Change in position less valuation change: purchases and the gap."""
    parts = [flows(slug, name, "usd_bn", as_of=spec.as_of)["value"] for name in ("position_change", "valuation_change")]
    return parts[0] - parts[1]


def _sums(series: pd.Series, china: pd.Series) -> list[float]:
    return [*(float(series.loc[first:last].sum()) for first, last in SPANS.values()), float(series.corr(china))]


def _holdings(spec: Specification) -> pd.DataFrame:
    """Reported as it stood before each survey, and benchmarked with a band, USD billion."""
    adjusted = custody_adjusted("china", hubs=HUBS, as_of=spec.as_of)
    start = flows("china", "mfh_holdings", "usd_bn", as_of=spec.as_of)["value"]  # at a survey: what the survey found
    change = flows("china", "mfh_change", "usd_bn", as_of=spec.as_of)["value"]
    reported = (start.shift() + change).reindex(adjusted.frame.index)  # within the series that was then published
    reported.iloc[0] = start[reported.index[0]]
    lower, upper = adjusted.interval(spec.level)
    return pd.DataFrame(
        {
            "month": adjusted.frame.index.strftime("%Y-%m"),
            "reported": reported.to_numpy(),
            "benchmarked": adjusted.frame["holdings"].to_numpy(),
            "lower": lower.to_numpy(),
            "upper": upper.to_numpy(),
            "survey": adjusted.frame["survey"].fillna(-1.0).to_numpy(),
        }
    )


def _draw(page, data: pd.DataFrame) -> None:  # noqa: ANN001
    axes = page.subplots()
    months = pd.PeriodIndex(data["month"], freq="M").to_timestamp()
    axes.fill_between(months, data["lower"], data["upper"], color="0.85", linewidth=0, label="90% band")
    axes.plot(months, data["benchmarked"], label="benchmarked to the survey")
    axes.plot(months, data["reported"], linestyle="--", label="as reported before the next survey")
    surveyed = data["survey"] >= 0
    axes.plot(months[surveyed], data.loc[surveyed, "survey"], "k.", markersize=4, label="survey")
    axes.set_ylabel("USD billion")
    axes.legend(loc="upper left")


if __name__ == "__main__":
    main(result, baseline)
