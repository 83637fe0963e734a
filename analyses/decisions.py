"""Decisions: the offset by estimand and design against thresholds fixed in advance, and symmetry of price impacts."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analyses._offsets import INTERVENTION, OWN, groups, instrumented, own_shocks, proxy_system
from analyses._samples import ordered, sampled
from analyses._units import cell
from analyses._words import buyer, listing, months, name_of, yield_words
from analyses.specification import CHINA, JAPAN, Specification, baseline, fitted
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
from econ.report import Exhibit, Panel, Row, Table, Unavailable, main, recorded
from econ.tables.numbers import render
from econ.var import IRF

RECURSIVE = {"flows_first": "China first", "allies_first": "China last"}
PRICED = {"flows_first": "Flows first", "yields_first": "Yields first"}
PROJECTED = {"china_shock": "Projection, own shock", "china_shock_joint": "Same, allies in panel"}
PROXY, APART = "Proxy VAR, own shock", "Own shocks"


def quantity(spec: Specification) -> dict[str, str | tuple[str, ...]]:
    """Estimands in quantities: each ally, and all together."""
    return {f"Quantity, {_together(ally)}": ally for _, ally in groups(spec).values()}


def price(spec: Specification) -> dict[str, str | tuple[str, ...]]:
    """Estimands in prices: the first ally, and all together."""
    allies = [ally for _, ally in groups(spec).values()]
    return {f"Price, {_together(ally)}": ally for ally in dict.fromkeys((allies[0], allies[-1]))}


def _elsewhere(spec: Specification) -> str:
    """How prices are read here, and which stand in the table of prices alone."""
    left = [_together(ally) for _, ally in groups(spec).values() if ally not in price(spec).values()]
    others = f", and those of {listing(left)} alone," if left else ""
    return f"Prices: allied purchases held at zero by shock sequences; by other ways{others} they stand in the supplementary table price_offset."


def _together(ally: str | tuple[str, ...]) -> str:
    return buyer(ally) if isinstance(ally, str) else listing([name_of(each) for each in ally])


def estimates(spec: Specification) -> dict[tuple[str, str], Estimate]:
    """Every offset that the paper computes for the horizon that decides, by estimand and design."""
    horizon, level = spec.offset.horizon, spec.level
    irfs = _responses(spec)
    svar, data = proxy_system(spec), instrumented(spec)
    found: dict[tuple[str, str], Estimate] = {}
    for estimand, ally in quantity(spec).items():
        for order, words in RECURSIVE.items():
            found[estimand, words] = quantity_offset(irfs[order], CHINA, ally, horizon=horizon, level=level)
        for instrument, words in PROJECTED.items():
            found[estimand, words] = instrumented_offset(
                data, CHINA, ally, instrument=instrument, horizon=horizon, controls=spec.offset.controls, lags=spec.projection.lags,
                level=level,
            )  # fmt: skip
        found[estimand, PROXY] = quantity_offset(svar, CHINA, ally, horizon=horizon, level=level)
    for estimand, ally in price(spec).items():
        for order, words in {**PRICED, "own": APART}.items():
            found[estimand, words] = price_offset(
                irfs[order], CHINA, ally, response=spec.primary.maturity, horizon=horizon, cumulative=True, level=level
            )
    return found


def _responses(spec: Specification) -> dict[str, IRF]:
    """Responses under each order, and to each holder's own shock."""
    orders = dict.fromkeys((*RECURSIVE, *PRICED))
    systems = {order: fitted(spec).identify(Cholesky(*ordered(spec, order))) for order in orders}
    systems["own"] = own_shocks(spec)
    boot = MovingBlock(draws=spec.var.draws)
    return {order: svar.irf(spec.offset.horizon, bootstrap=boot, rng=spec.rng) for order, svar in systems.items()}


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """One verdict a row; then whether China's and Japan's purchases have one price impact."""
    found = decisions(estimates(spec), none=spec.offset.none, full=spec.offset.full)
    rows: list[Row | Panel] = []
    for estimand, part in found.groupby(level="estimand", sort=False):
        rows.append(Panel(str(estimand)))
        rows += [Row(str(names[-1]), _cells(line)) for names, line in _lines(part)]
    table = Table(
        ["Offset", "Set", "Detectable", "Months", "Months needed", "Verdict"], rows, decimals=2,
        notes=[
            f"Offset within {months(spec.offset.horizon)} and its {spec.level:.0%} set. None: inside "
            f"±{spec.offset.none}; offset: above {spec.offset.full}; fixed in advance. Detectable: found by a two-sided test at 5% "
            "four times out of five. Months needed: at this precision a month, for "
            "an offset of 0 to be shown to be none and one of 1 to be full, each with 80% power, if the response that the "
            "offset divides by is what was estimated; where the set is unbounded that response may be zero, and no sample "
            "would do. Own shocks: granular, from the panel without the allies; with allies in the panel China's shock "
            f"contains minus a part of their purchases. {_elsewhere(spec)}",
            sampled(spec),
        ],
    )  # fmt: skip
    symmetries, tests = _symmetry(spec)
    return Exhibit(
        key="decisions", title="Verdicts on the offset, and symmetry", numbers={**tests, **_numbers(found, spec)},
        tables={"": table, "symmetry": symmetries}, spec=spec,
    )  # fmt: skip


def _lines(part: pd.DataFrame) -> list[tuple[tuple[str, str], pd.Series]]:
    """Names and contents of the rows."""
    return list(zip(part.index, (part.iloc[place] for place in range(len(part))), strict=True))


def _numbers(found: pd.DataFrame, spec: Specification) -> dict[str, float | int | str]:
    numbers: dict[str, float | int | str] = {
        "verdicts": len(found),
        "undecided": int((found["verdict"] == "not decidable with these data").sum()),
    }
    for slug, words in (("instrumented", PROJECTED["china_shock"]), ("joint", PROJECTED["china_shock_joint"]),
                        ("proxy", PROXY)):  # fmt: skip
        line: Any = found.loc[(f"Quantity, {buyer(spec.offset.ally)}", words), :]
        numbers |= {
            slug: float(line["value"]), f"{slug}_lower": float(line["lower"]), f"{slug}_upper": float(line["upper"]),
            f"{slug}_verdict": str(line["verdict"]), f"{slug}_detectable": float(line["detectable"]),
        }  # fmt: skip
        if isinstance(line["nobs_needed"], int):
            numbers[f"{slug}_needed"] = line["nobs_needed"]
    return numbers


def _cells(line: pd.Series) -> list[Any]:
    ends = float(line["lower"]), float(line["upper"])
    words = render(Estimate(float(line["value"]), Unavailable("not shown"), *ends), "interval:2")
    verdict = str(line["verdict"]).removesuffix(" with these data")
    needed = line["nobs_needed"] if all(map(math.isfinite, ends)) else "–"
    return [float(line["value"]), words, line["detectable"], int(line["nobs"]), needed, verdict]


def _symmetries(spec: Specification) -> dict[str, Symmetry]:
    """Both impacts and the tests that they are equal, by design."""
    options: dict[str, Any] = {"response": spec.primary.maturity, "horizon": spec.primary.horizon, "level": spec.level}
    systems = {words: fitted(spec).identify(Cholesky(*ordered(spec, order))) for order, words in PRICED.items()}
    systems["Own shocks, VAR"] = own_shocks(spec)
    boot = MovingBlock(draws=spec.var.draws)
    tests = {
        words: symmetry(svar, CHINA, JAPAN, cumulative=True, bootstrap=boot, rng=spec.rng, **options)
        for words, svar in systems.items()
    }
    data = instrumented(spec)
    options |= {"controls": spec.offset.controls, "lags": spec.projection.lags}
    pairs = {"Own shocks, projections": OWN[JAPAN], "Own shock, interventions": INTERVENTION}
    for words, of_japan in pairs.items():
        if of_japan not in data.frame:  # no intervention falls into the sample
            continue
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
                cell(test.tests, "Wald", "p_value"),
                cell(test.tests, "Anderson-Rubin", "p_value"),
            ],
        )
        for words, test in tests.items()
    ]
    table = Table(
        ["China", "Japan", "Wald", "Anderson-Rubin"], rows, spans=[("Impact of a purchase of 1%, bp", 2), ("Equal: p-value", 2)],
        decimals=2, below="interval",
        notes=[
            f"{yield_words(spec.primary.maturity)} after {months(spec.primary.horizon)}, the other's purchases held fixed. Wald: delta method; "
            "Anderson-Rubin: valid however weak the shocks, by projection. Interventions: yen for which Japan sold dollars, in "
            "five months.",
            sampled(spec),
        ],
    )  # fmt: skip
    own = tests["Own shocks, projections"]
    return table, {
        "symmetry_wald": cell(own.tests, "Wald", "p_value"),
        "symmetry_ar": cell(own.tests, "Anderson-Rubin", "p_value"),
        "symmetry_error": float(own.difference.std_error),  # type: ignore[arg-type]
    }


if __name__ == "__main__":
    main(result, baseline)
