"""Summary statistics: every variable of the paper, with its span, its moments, its missing months and its path."""

from __future__ import annotations

from typing import Any

import pandas as pd

import econ
from analyses._samples import loaded
from analyses._units import cell, month_words
from analyses._words import concept, span
from analyses.specification import Specification, baseline
from econ.data import Dataset
from econ.report import Exhibit, Figure, Panel, Row, Table, main, recorded


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Describe flows and yields over the sample of the VAR."""
    slugs = spec.summary.flows
    flows = loaded(spec, *(f"{slug}_net_purchases" for slug in slugs), "fed_net_purchases")
    flows = flows.sample(*spec.sample.main)
    rows: list[Row | Panel] = [Panel("Net purchases of long-term Treasuries, percent of debt a month")]
    months = len(pd.period_range(*spec.sample.main, freq="M"))
    rows += _rows(flows, months)
    rows.append(Panel("Monthly change of yields, basis points"))
    paths, ends = [_paths(flows)], ""
    for name in (*spec.yields.maturities, spec.yields.premium, *spec.summary.yields):
        data = econ.load(name, as_of=spec.as_of).convert(**{name: "basis points"}).transform(**{name: "diff"})
        data = data.sample(*spec.sample.main)
        rows += _rows(data, months)
        paths.append(_paths(data))
        if name == spec.yields.premium:
            ends = str(data.frame.index[-1])
    table = Table(
        ["Months", "Missing", "Mean", "Std. dev.", "Minimum", "Maximum", "Autocorr."],
        rows,
        notes=[
            f"Months {span(spec.sample.main)}, as far as published; the term premium ends in {ends}. "
            "A purchase is positive. Debt: federal debt held by the public at the end of the quarter before. "
            f"The German yield is a monthly average. Purchases: {concept(spec)}. Missing: months of the sample without a published figure. "
            "The Fed's purchases are the change in its holdings at face value."
        ],
    )
    debt = econ.load("federal_debt", frequency="Q", as_of=spec.as_of)
    return Exhibit(
        key="summary_statistics", title="Summary statistics", numbers=_numbers(flows, debt), tables={"": table},
        figures={"": Figure(pd.concat(paths, ignore_index=True), _draw, height=6.6)},
        spec=spec,
    )  # fmt: skip


def _numbers(flows: Dataset, debt: Dataset) -> dict[str, float | int | str]:
    last = float(debt.frame["federal_debt"].iloc[-1]) / 1e6
    described = flows.describe()
    return {
        "months": int(cell(described, "china_net_purchases", "nobs")),
        "missing_official": int(cell(described, "official_net_purchases", "missing")),
        "std_china": cell(described, "china_net_purchases", "std"),
        "std_japan": cell(described, "japan_net_purchases", "std"),
        "std_uk": cell(described, "uk_net_purchases", "std"),
        "debt_tn": last,
        "debt_quarter": str(debt.frame.index[-1]),
        "hundred_bn_share": 0.1 / last,
        "correlation_china_japan": _correlation(flows, "japan_net_purchases"),
        "correlation_china_uk": _correlation(flows, "uk_net_purchases"),
    }


def _rows(data: Dataset, months: int) -> list[Row]:
    """A line a variable; missing is what it lacks of the months of the sample, also where it ends before them."""
    rows = []
    for name, line in data.describe().iterrows():
        values = data.frame[str(name)]
        rows.append(
            Row(
                _label(data, str(name)),
                [
                    int(line["nobs"]),
                    months - int(line["nobs"]),
                    line["mean"],
                    line["std"],
                    line["min"],
                    line["max"],
                    float(values.autocorr(1)),
                ],
            )
        )
    return rows


def _label(data: Dataset, name: str) -> str:
    return data.variables[name].label.split(": net purchases")[0].removesuffix(", monthly average")


def _paths(data: Dataset) -> pd.DataFrame:
    """Every month from the first figure of a variable to its last, tidy: what is drawn."""
    parts = []
    for name in data.frame:
        known = data.frame[name].dropna()
        values = data.frame[name].loc[known.index[0] : known.index[-1]]  # a month without a figure breaks the line
        rows = {"variable": _label(data, str(name)), "month": month_words(values.index), "value": values.to_numpy()}
        parts.append(pd.DataFrame(rows))
    return pd.concat(parts, ignore_index=True)


def _draw(page: Any, data: pd.DataFrame) -> None:
    """One small panel a variable: flows in percent of debt first, then monthly changes of yields."""
    from matplotlib.dates import DateFormatter, YearLocator

    panels = list(data.groupby("variable", sort=False))
    grid = page.subplots(-(-len(panels) // 3), 3, sharex=True)
    for axes, (name, path) in zip(grid.flat, panels, strict=True):
        axes.axhline(0.0, color="0.6", linewidth=0.5)
        axes.plot(pd.PeriodIndex(path["month"], freq="M").to_timestamp(), path["value"], linewidth=0.6)
        axes.set_title(name, fontsize="small")
        axes.xaxis.set_major_locator(YearLocator(5))  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_formatter(DateFormatter("%Y"))  # type: ignore[no-untyped-call]
    page.supylabel("percent of debt a month; yields: basis points", fontsize="small")


def _correlation(flows: Dataset, other: str) -> float:
    return float(flows.frame["china_net_purchases"].corr(flows.frame[other]))


if __name__ == "__main__":
    main(result, baseline)
