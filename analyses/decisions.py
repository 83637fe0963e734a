"""Decisions: the offset by estimand and design against thresholds fixed in advance, and symmetry of price impacts."""

from __future__ import annotations

import pandas as pd

import econ
from analyses._projections import granular
from analyses.specification import CHINA, FED, JAPAN, UK, YIELD, Specification, baseline, fitted
from econ import Cholesky, Dataset, Estimate, MovingBlock
from econ.data import Variable
from econ.offset import decisions, instrumented_offset, instrumented_symmetry, price_offset, quantity_offset, symmetry
from econ.report import Exhibit, Row, Table, main

ORDERS = {"flows_first": "China first", "allies_first": "China last"}
OWN = ("china_shock", "japan_shock")


def instrumented(spec: Specification) -> Dataset:
    """Purchases, the level of the yield, a control and the own granular shocks of China and Japan."""
    data = econ.load(CHINA, JAPAN, UK, FED, YIELD, as_of=spec.as_of).convert(**{YIELD: "basis points"})
    shocks = granular(spec).shocks[["china", "japan"]].set_axis(list(OWN), axis=1)
    variables = {**data.variables, **{name: Variable(name, name, "percent of position") for name in OWN}}
    return Dataset(data.frame.join(shocks, how="inner"), variables, data.vintages, parent=data).complete()


def estimates(spec: Specification) -> dict[tuple[str, str], Estimate]:
    """Every offset that the paper computes for six months."""
    horizon, level = spec.offset_horizon, spec.level
    found: dict[tuple[str, str], Estimate] = {}
    for order, words in ORDERS.items():
        svar = fitted(spec).identify(Cholesky(*getattr(spec, order)))
        irf = svar.irf(horizon, bootstrap=MovingBlock(draws=spec.draws), rng=spec.rng)
        found["Quantity, Japan", words] = quantity_offset(irf, CHINA, JAPAN, horizon=horizon, level=level)
        found["Quantity, Japan and UK", words] = quantity_offset(irf, CHINA, (JAPAN, UK), horizon=horizon, level=level)
        if order == "flows_first":
            found["Price, Japan", words] = price_offset(
                irf, CHINA, JAPAN, response=YIELD, horizon=horizon, cumulative=True, level=level
            )
    data = instrumented(spec)
    for words, ally in (("Quantity, Japan", JAPAN), ("Quantity, Japan and UK", (JAPAN, UK))):
        found[words, "China's own shock"] = instrumented_offset(
            data,
            CHINA,
            ally,
            instrument=OWN[0],
            horizon=horizon,
            controls=(FED,),
            lags=spec.projection_lags,
            level=level,
        )
    return found


def result(spec: Specification = baseline) -> Exhibit:
    """One verdict a row; then whether China's and Japan's purchases have one price impact."""
    found = decisions(estimates(spec), none=spec.no_offset, full=spec.full_offset)
    rows = [Row(f"{estimand}: {design}", _cells(line)) for (estimand, design), line in found.iterrows()]
    table = Table(
        ["Offset", "Set", "Months", "Months needed", "Verdict"], rows, decimals=2,
        notes=[
            f"Offset within {spec.offset_horizon} months and its {spec.level:.0%} set. None: inside "
            f"±{spec.no_offset}; offset: above {spec.full_offset}; fixed in advance. Months needed: at this precision a month, for "
            "an offset of 0 to be shown to be none and one of 1 to be full, each with 80% power."
        ],
    )  # fmt: skip
    symmetries, tests = _symmetry(spec)
    primary = found.loc[("Quantity, Japan", "China's own shock")]
    numbers = tests | {
        "instrumented": float(primary["value"]), "instrumented_lower": float(primary["lower"]),
        "instrumented_upper": float(primary["upper"]), "instrumented_verdict": str(primary["verdict"]),
    }  # fmt: skip
    return Exhibit(
        key="decisions", title="Verdicts on the offset, and symmetry", numbers=numbers,
        tables={"": table, "symmetry": symmetries}, vintages=instrumented(spec).vintages, spec=spec,
    )  # fmt: skip


def _cells(line: pd.Series) -> list:
    region = Estimate(float(line["value"]), 0.0, float(line["lower"]), float(line["upper"]))
    low, high = (f"{end:.2f}".replace("-", "−").replace("inf", "∞") for end in region.interval)
    return [float(line["value"]), f"[{low}, {high}]", int(line["nobs"]), line["nobs_needed"], str(line["verdict"])]


def _symmetry(spec: Specification) -> tuple[Table, dict[str, float]]:
    options = {"response": YIELD, "horizon": spec.primary_horizon, "level": spec.level}
    tests = {}
    for order, words in (("flows_first", "Flows first"), ("yields_first", "Yields first")):
        svar = fitted(spec).identify(Cholesky(*getattr(spec, order)))
        boot = MovingBlock(draws=spec.draws)
        tests[words] = symmetry(svar, CHINA, JAPAN, cumulative=True, bootstrap=boot, rng=spec.rng, **options)
    tests["Own granular shocks"] = instrumented_symmetry(
        instrumented(spec), CHINA, JAPAN, instruments=OWN, controls=(FED,), lags=spec.projection_lags, **options
    )
    rows = [
        Row(
            words,
            [
                test.seller,
                test.ally,
                float(test.tests.loc["Wald", "p_value"]),
                float(test.tests.loc["Anderson-Rubin", "p_value"]),
            ],
        )
        for words, test in tests.items()
    ]
    table = Table(
        ["China", "Japan", "Wald", "Anderson-Rubin"], rows, spans=[("Impact of a purchase of 1%, bp", 2), ("Equal: p-value", 2)],
        decimals=2, below="interval",
        notes=[
            f"10-year yield after {spec.primary_horizon} months, the other's purchases held fixed. Wald: delta method; "
            "Anderson-Rubin: valid however weak the shocks, by projection."
        ],
    )  # fmt: skip
    own = tests["Own granular shocks"]
    return table, {
        "symmetry_wald": float(own.tests.loc["Wald", "p_value"]),
        "symmetry_ar": float(own.tests.loc["Anderson-Rubin", "p_value"]),
    }


if __name__ == "__main__":
    main(result, baseline)
