"""Designs on known truth: bias, coverage and power of each design in a simulated Treasury market like this sample."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from analyses._units import scored
from analyses._words import listing
from analyses.specification import Specification, baseline
from econ.report import Exhibit, Figure, Panel, Row, Table, Unavailable, main, recorded
from econ.simulate import ESTIMATORS, Truths, moments_table, tournament
from econ.simulate.grid import KNOWN_FAULTS
from econ.simulate.moments import archive_columns
from econ.tables.numbers import MINUS

TARGETS = {
    "Price impact, seller": "impact", "Price impact, ally or officials": "ally_impact official_impact",
    "Quantity offset": "offset",
}  # fmt: skip
WORDS = {
    "oracle": "True flows and true shock", "ols_holdings": "Least squares, holdings", "ols_flows": "Least squares, purchases",
    "recursive_flow_first": "Recursive, flows first", "recursive_yield_first": "Recursive, yields first", "signs": "Signs",
    "signs_narrative": "Signs and episodes", "heteroskedasticity": "Regimes of variance", "proxy_var": "External instrument, VAR",
    "lp_iv": "External instrument, projection", "event_study": "Event study", "variance_shift": "Variance of event days",
    "intervention": "Interventions", "granular": "Granular shocks", "offset_oracle": "Share: true flows and true shock",
    "offset_ols": "Share: least squares", "offset_recursive": "Share: recursive", "offset_lp_iv": "Share: external instrument",
}  # fmt: skip
"""Designs in the words of the text; one without words keeps its name."""


def _words(name: str) -> str:
    return WORDS.get(name, name.replace("_", " "))


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Tournament at the sample size and with the faults of the archive."""
    faults = {name: layer for name, layer in KNOWN_FAULTS.items() if name != "none"}
    market = spec.simulation
    truths = Truths(impacts=market.impacts, offsets=(market.offset,), periods=(market.periods,), faults=faults)
    scores = tournament(
        truths, replications=market.replications, rng=spec.rng, draws=market.draws, level=spec.level, block=market.block
    )
    table = scored(
        scores.table,
        ("median_bias", "coverage", "rejects"),
        field="simulation.replications",
        replications=market.replications,
    )
    believable = scores.believable(market.shortfall)
    return Exhibit(
        key="designs", title="Designs on known truth", numbers=_numbers(table, believable, spec),
        tables={"": _scores(table, believable, spec), "moments": _moments(spec)},
        figures={"": Figure(_curves(table, spec), partial(_draw, size=1.0 - spec.level), height=2.8)}, spec=spec,
    )  # fmt: skip


def _scores(table: pd.DataFrame, believable: pd.DataFrame, spec: Specification) -> Table:
    rows: list[Row | Panel] = []
    market, least = spec.simulation, spec.level - spec.simulation.shortfall
    for title, targets in TARGETS.items():
        rows.append(Panel(title))
        for name, estimator in ESTIMATORS.items():
            if estimator.target in targets.split():
                word = "yes" if believable.loc[name, "believable"] else "no"
                rows.append(Row(_words(name), [*_cells(table, name, spec), word]))
    error = 100.0 * (spec.level * (1.0 - spec.level) / market.replications) ** 0.5
    return Table(
        ["Median bias", "Coverage", "Power or size", "Median bias", "Coverage", "Power or size", "Believable"],
        rows,
        spans=[(f"Impact {impact:.0f}, offset {market.offset}".replace("-", MINUS), 3) for impact in market.impacts[:2]]
        + [("", 1)],
        decimals=2,
        notes=[
            f"{market.replications} simulated samples of {market.periods} months, calibrated to the archive, with its custody misattribution, "
            f"publication lag and revisions. Impact in bp per 1% of debt bought. Coverage of {spec.level:.0%} sets, in shares; its Monte "
            f"Carlo standard error is {error:.1f} points at {spec.level:.0%} and more below. Power or size: share of sets without zero. Believable: in every market "
            f"(impact {_impacts(spec)}) coverage and twice its Monte Carlo error there reach {least:.0%} together."
        ],
    )


def _impacts(spec: Specification) -> str:
    return listing([f"{impact:.0f}".replace("-", MINUS) for impact in spec.simulation.impacts])


def _numbers(table: pd.DataFrame, believable: pd.DataFrame, spec: Specification) -> dict[str, float | int | str]:
    kept = [_words(name) for name in believable.index[believable["believable"]] if "oracle" not in name]
    none, moderate, large = spec.simulation.impacts
    bias = table["median_bias"].xs(none, level="impact")
    return {
        "holdings_bias_at_zero": float(bias.xs("ols_holdings", level="estimator").iloc[0]),
        "flows_bias_at_zero": float(bias.xs("ols_flows", level="estimator").iloc[0]),
        "believable": len(kept),
        "believable_names": "; ".join(kept),
        "replications": spec.simulation.replications,
        "power_lp_iv": _power(table, "lp_iv", moderate),
        "power_granular": _power(table, "granular", moderate),
        "offset_recursive_bias": float(table["median_bias"].xs("offset_recursive", level="estimator").iloc[0]),
        "offset_recursive_coverage": float(table["coverage"].xs("offset_recursive", level="estimator").min()),
        "power_lp_iv_large": _power(table, "lp_iv", large),
    }


def _curves(table: pd.DataFrame, spec: Specification) -> pd.DataFrame:
    rows = [
        (_words(name), impact, _power(table, name, impact))
        for name in spec.simulation.curves
        for impact in spec.simulation.impacts
    ]
    return pd.DataFrame(rows, columns=["design", "impact", "rejects"])


def _draw(page: Any, data: pd.DataFrame, size: float) -> None:
    axes = page.subplots()
    for (design, curve), style in zip(
        data.groupby("design", sort=False), ("-", "--", ":", "-.", "-", "--"), strict=False
    ):
        axes.plot(curve["impact"], curve["rejects"], style, marker="o", ms=3, label=design)
    axes.axhline(size, color="0.4", lw=0.6)
    axes.set_xlabel("true price impact, bp per 1% of debt bought (negative: a purchase lowers the yield)")
    axes.set_ylabel("share of sets without zero")
    axes.set_ylim(0, 1.02)
    page.legend(loc="outside right upper")


def _power(table: pd.DataFrame, name: str, impact: float) -> float:
    return float(table["rejects"].xs(name, level="estimator").xs(impact, level="impact").iloc[0])


def _cells(table: pd.DataFrame, name: str, spec: Specification) -> list[float | Unavailable]:
    part = table.xs(name, level="estimator")
    cells = []
    for impact in spec.simulation.impacts[:2]:
        row = part.xs(impact, level="impact").iloc[0]
        cells += [row["median_bias"], row["coverage"], row["rejects"]]
    return cells


def _moments(spec: Specification) -> Table:
    """Standard deviations, autocorrelations and correlations with China's purchases: archive against model."""
    frame, months = moments_table(as_of=spec.as_of), archive_columns(spec.as_of).index
    words = {"std": "Standard deviation", "autocorrelation": "Autocorrelation", "correlation": "Correlation"}
    kept = [(kind, name) for kind, name in frame.index if kind != "correlation" or name.startswith("china, ")]
    rows = [
        Row(f"{words[kind]}: {name.replace('_', ' ')}", [float(x) for x in frame.loc[(kind, name)]])
        for kind, name in kept
    ]
    return Table(
        ["Archive", "Standard error", "Market"], rows, decimals=2,
        notes=[f"Archive: {months[0]} to {months[-1]}, with asymptotic standard errors. "
               "Market: implied by its parameters."],
    )  # fmt: skip


if __name__ == "__main__":
    main(result, baseline)
