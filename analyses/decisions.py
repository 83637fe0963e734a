"""Decisions: the offset by estimand and design against thresholds fixed in advance, and symmetry of price impacts."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analyses._offsets import INTERVENTION, OWN, instrumented, own_shocks, proxy_system
from analyses.specification import CHINA, FED, JAPAN, UK, YIELD, Specification, baseline, fitted
from econ import Cholesky, Estimate, MovingBlock
from econ.offset import (
    Symmetry,
    decisions,
    instrumented_offset,
    instrumented_symmetry,
    price_offset,
    quantity_offset,
    symmetry,
)
from econ.report import Exhibit, Panel, Row, Table, main
from econ.var import IRF

QUANTITY = {"Quantity, Japan": JAPAN, "Quantity, UK custodians": UK, "Quantity, Japan and UK": (JAPAN, UK)}
PRICE = {"Price, Japan": JAPAN, "Price, Japan and UK": (JAPAN, UK)}
RECURSIVE = {"flows_first": "China first", "allies_first": "China last"}
PRICED = {"flows_first": "Flows first", "yields_first": "Yields first"}
PROJECTED = {"china_shock": "Projection, own shock", "china_shock_joint": "Same, allies in panel"}
PROXY, APART = "Proxy VAR, own shock", "Own shocks"


def estimates(spec: Specification) -> dict[tuple[str, str], Estimate]:
    """Every offset that the paper computes for six months, by estimand and design."""
    horizon, level = spec.offset_horizon, spec.level
    irfs = _responses(spec)
    svar, data = proxy_system(spec), instrumented(spec)
    found: dict[tuple[str, str], Estimate] = {}
    for estimand, ally in QUANTITY.items():
        for order, words in RECURSIVE.items():
            found[estimand, words] = quantity_offset(irfs[order], CHINA, ally, horizon=horizon, level=level)
        for instrument, words in PROJECTED.items():
            found[estimand, words] = instrumented_offset(
                data, CHINA, ally, instrument=instrument, horizon=horizon, controls=(FED,), lags=spec.projection_lags,
                level=level,
            )  # fmt: skip
        found[estimand, PROXY] = quantity_offset(svar, CHINA, ally, horizon=horizon, level=level)
    for estimand, ally in PRICE.items():
        for order, words in {**PRICED, "own": APART}.items():
            found[estimand, words] = price_offset(
                irfs[order], CHINA, ally, response=YIELD, horizon=horizon, cumulative=True, level=level
            )
    return found


def _responses(spec: Specification) -> dict[str, IRF]:
    """Responses under each order, and to each holder's own shock."""
    orders = dict.fromkeys((*RECURSIVE, *PRICED))
    systems = {order: fitted(spec).identify(Cholesky(*getattr(spec, order))) for order in orders}
    systems["own"] = own_shocks(spec)
    boot = MovingBlock(draws=spec.draws)
    return {order: svar.irf(spec.offset_horizon, bootstrap=boot, rng=spec.rng) for order, svar in systems.items()}


def result(spec: Specification = baseline) -> Exhibit:
    """One verdict a row; then whether China's and Japan's purchases have one price impact."""
    found = decisions(estimates(spec), none=spec.no_offset, full=spec.full_offset)
    rows: list[Row | Panel] = []
    for estimand, part in found.groupby(level="estimand", sort=False):
        rows.append(Panel(str(estimand)))
        rows += [Row(design, _cells(line)) for (_, design), line in part.iterrows()]
    table = Table(
        ["Offset", "Set", "Detectable", "Months", "Months needed", "Verdict"], rows, decimals=2,
        notes=[
            f"Offset within {spec.offset_horizon} months and its {spec.level:.0%} set. None: inside "
            f"±{spec.no_offset}; offset: above {spec.full_offset}; fixed in advance. Detectable: found by a two-sided test at 5% "
            "four times out of five. Months needed: at this precision a month, for "
            "an offset of 0 to be shown to be none and one of 1 to be full, each with 80% power, if the response that the "
            "offset divides by is what was estimated; where the set is unbounded that response may be zero, and no sample "
            "would do. Own shocks: granular, from the panel without the allies; with allies in the panel China's shock "
            "contains minus a part of their purchases."
        ],
    )  # fmt: skip
    symmetries, tests = _symmetry(spec)
    return Exhibit(
        key="decisions", title="Verdicts on the offset, and symmetry", numbers=tests | _numbers(found, spec),
        tables={"": table, "symmetry": symmetries}, vintages=instrumented(spec).vintages, spec=spec,
    )  # fmt: skip


def _numbers(found: pd.DataFrame, spec: Specification) -> dict[str, float | int | str]:
    numbers: dict[str, float | int | str] = {
        "verdicts": len(found),
        "undecided": int((found["verdict"] == "not decidable with these data").sum()),
    }
    for slug, words in (("instrumented", PROJECTED["china_shock"]), ("joint", PROJECTED["china_shock_joint"]),
                        ("proxy", PROXY)):  # fmt: skip
        line = found.loc[(f"Quantity, {_primary(spec)}", words)]
        numbers |= {
            slug: float(line["value"]), f"{slug}_lower": float(line["lower"]), f"{slug}_upper": float(line["upper"]),
            f"{slug}_verdict": str(line["verdict"]), f"{slug}_detectable": float(line["detectable"]),
        }  # fmt: skip
        if isinstance(line["nobs_needed"], int):
            numbers[f"{slug}_needed"] = line["nobs_needed"]
    return numbers


def _primary(spec: Specification) -> str:
    return {JAPAN: "Japan", UK: "UK custodians"}[spec.primary_ally]


def _cells(line: pd.Series) -> list:
    ends = float(line["lower"]), float(line["upper"])
    low, high = (f"{end:z.2f}".replace("-", "−").replace("inf", "∞") for end in ends)
    words = f"{'[' if math.isfinite(ends[0]) else '('}{low}, {high}{']' if math.isfinite(ends[1]) else ')'}"
    verdict = str(line["verdict"]).removesuffix(" with these data")
    return [float(line["value"]), words, line["detectable"], int(line["nobs"]), line["nobs_needed"], verdict]


def _symmetries(spec: Specification) -> dict[str, Symmetry]:
    """Both impacts and the tests that they are equal, by design."""
    options: dict[str, Any] = {"response": YIELD, "horizon": spec.primary_horizon, "level": spec.level}
    systems = {words: fitted(spec).identify(Cholesky(*getattr(spec, order))) for order, words in PRICED.items()}
    systems["Own shocks, VAR"] = own_shocks(spec)
    boot = MovingBlock(draws=spec.draws)
    tests = {
        words: symmetry(svar, CHINA, JAPAN, cumulative=True, bootstrap=boot, rng=spec.rng, **options)
        for words, svar in systems.items()
    }
    data = instrumented(spec)
    options |= {"controls": (FED,), "lags": spec.projection_lags}
    for words, of_japan in (("Own shocks, projections", OWN[JAPAN]), ("Own shock, interventions", INTERVENTION)):
        tests[words] = instrumented_symmetry(data, CHINA, JAPAN, instruments=(OWN[CHINA], of_japan), **options)
    return tests


def _symmetry(spec: Specification) -> tuple[Table, dict[str, float]]:
    tests = _symmetries(spec)
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
            "Anderson-Rubin: valid however weak the shocks, by projection. Interventions: yen for which Japan sold dollars, in "
            "five months."
        ],
    )  # fmt: skip
    own = tests["Own shocks, projections"]
    return table, {
        "symmetry_wald": float(own.tests.loc["Wald", "p_value"]),
        "symmetry_ar": float(own.tests.loc["Anderson-Rubin", "p_value"]),
        "symmetry_error": float(own.difference.std_error),  # type: ignore[arg-type]
    }


if __name__ == "__main__":
    main(result, baseline)
