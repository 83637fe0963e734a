"""Designs on known truth: bias, coverage and power of each design in a simulated Treasury market like this sample."""

from __future__ import annotations

import pandas as pd

from analyses.specification import Specification, baseline
from econ.report import Exhibit, Panel, Row, Table, Unavailable, main
from econ.simulate import ESTIMATORS, Truths, moments_table, tournament
from econ.simulate.grid import KNOWN_FAULTS

REPLICATIONS, DRAWS, PERIODS = 60, 99, 177
IMPACTS, OFFSET = (0.0, -15.0), 0.5
TARGETS = {
    "Price impact, seller": "impact", "Price impact, ally or officials": "ally_impact official_impact",
    "Quantity offset": "offset",
}  # fmt: skip


def result(spec: Specification = baseline) -> Exhibit:
    """Tournament at the sample size and with the faults of the archive."""
    faults = {name: layer for name, layer in KNOWN_FAULTS.items() if name != "none"}
    truths = Truths(impacts=IMPACTS, offsets=(OFFSET,), periods=(PERIODS,), faults=faults)
    scores = tournament(truths, replications=REPLICATIONS, rng=spec.rng, draws=DRAWS, level=spec.level, block=20)
    believable = scores.believable()
    rows: list[Row | Panel] = []
    for title, targets in TARGETS.items():
        rows.append(Panel(title))
        for name, estimator in ESTIMATORS.items():
            if estimator.target in targets.split():
                rows.append(
                    Row(
                        name.replace("_", " "),
                        [*_cells(scores.table, name), "yes" if believable.loc[name, "believable"] else "no"],
                    )
                )
    error = 100.0 * (spec.level * (1.0 - spec.level) / REPLICATIONS) ** 0.5
    table = Table(
        ["Median bias", "Coverage", "Power or size", "Median bias", "Coverage", "Power or size", "Believable"],
        rows,
        spans=[(f"Impact {impact:.0f}, offset {OFFSET}", 3) for impact in IMPACTS] + [("", 1)],
        decimals=2,
        notes=[
            f"{REPLICATIONS} simulated samples of {PERIODS} months, calibrated to the archive, with its custody misattribution, "
            f"imputed months and revisions. Impact in bp per 1% of debt. Coverage of {spec.level:.0%} sets, in shares; its Monte "
            f"Carlo standard error is {error:.1f} points. Power or size: share of sets without zero. Believable: covers at least "
            "85% in both markets, less twice the Monte Carlo error."
        ],
    )
    naive = scores.table.xs("ols_holdings", level="estimator")["median_bias"]
    numbers = {
        "holdings_bias_at_zero": float(naive.xs(0.0, level="impact").iloc[0]),
        "flows_bias_at_zero": float(scores.table.xs("ols_flows", level="estimator")["median_bias"].xs(0.0, level="impact").iloc[0]),
        "believable": int(believable["believable"].sum()), "designs": len(believable),
        "believable_names": ", ".join(name.replace("_", " ") for name in believable.index[believable["believable"]] if "oracle" not in name),
        "replications": REPLICATIONS, "power_lp_iv": _power(scores.table, "lp_iv"), "power_granular": _power(scores.table, "granular"),
    }  # fmt: skip
    return Exhibit(
        key="designs", title="Designs on known truth", numbers=numbers, tables={"": table, "moments": _moments()}, spec=spec,
    )  # fmt: skip


def _power(table: pd.DataFrame, name: str) -> float:
    return float(table.xs(name, level="estimator")["rejects"].xs(IMPACTS[1], level="impact").iloc[0])


def _cells(table: pd.DataFrame, name: str) -> list[float | Unavailable]:
    part = table.xs(name, level="estimator")
    cells = []
    for impact in IMPACTS:
        row = part.xs(impact, level="impact").iloc[0]
        cells += [row["median_bias"], row["coverage"], row["rejects"]]
    return cells


def _moments() -> Table:
    """Standard deviations, autocorrelations and correlations with China's purchases: archive against model."""
    frame = moments_table()
    words = {"std": "Standard deviation", "autocorrelation": "Autocorrelation", "correlation": "Correlation"}
    kept = [(kind, name) for kind, name in frame.index if kind != "correlation" or name.startswith("china, ")]
    rows = [
        Row(f"{words[kind]}: {name.replace('_', ' ')}", [float(x) for x in frame.loc[(kind, name)]])
        for kind, name in kept
    ]
    return Table(
        ["Archive", "Standard error", "Market"], rows, decimals=2,
        notes=["Archive: months of the sample, with asymptotic standard errors. Market: implied by its parameters."],
    )  # fmt: skip


if __name__ == "__main__":
    main(result, baseline)
