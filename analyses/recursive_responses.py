"""Recursive responses: the 10-year yield after sales by China and purchases by Japan and the UK, both orders."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analyses._units import debt_tn, per_100bn
from analyses.specification import CHINA, JAPAN, UK, YIELD, Specification, baseline, fitted, system
from econ import Cholesky, Estimate, MovingBlock
from econ.report import Exhibit, Figure, Panel, Row, Table, main
from econ.var import IRF

ACTIONS = {CHINA: ("China sells", -1.0), JAPAN: ("Japan buys", 1.0), UK: ("UK buys", 1.0)}
HORIZONS = (0, 3, 6, 12, 24)
ORDERS = {"flows": "Flows first", "yields": "Yields first"}
VARIANTS = {
    "Baseline": {},
    "3 lags": {"lags": 3},
    "12 lags": {"lags": 12},
    "Published flows only, to 2020-12": {"sample": ("2011-07", "2020-12")},
    "Without Fed purchases and Bund yield": {
        "flows_first": (CHINA, JAPAN, UK, YIELD),
        "yields_first": (YIELD, CHINA, JAPAN, UK),
    },
}


def responses(spec: Specification, order: tuple[str, ...]) -> IRF:
    """Cumulated responses, with joint moving-block draws."""
    irf = (
        fitted(spec).identify(Cholesky(*order)).irf(spec.horizon, bootstrap=MovingBlock(draws=spec.draws), rng=spec.rng)
    )
    for name, (_, size) in ACTIONS.items():
        irf = irf.scale(to=size, response=name, horizon=0, shock=name)
    return irf.cumulate()


def result(spec: Specification = baseline) -> Exhibit:
    """Responses under both orders, their path, and the primary cell under other choices."""
    irfs = {"flows": responses(spec, spec.flows_first), "yields": responses(spec, spec.yields_first)}
    numbers: dict[str, Estimate | float | int | str] = {"debt_tn": debt_tn(spec)}
    rows: list[Row | Panel] = []
    for key, words in ORDERS.items():
        rows.append(Panel(f"{words}: 10-year yield, bp per 1% of debt, cumulated"))
        for shock, (action, _) in ACTIONS.items():
            cells = [_cell(irfs[key], shock, horizon, spec) for horizon in HORIZONS]
            rows.append(Row(action, cells))
            slug = shock.removesuffix("_net_purchases")
            numbers |= {f"{key}_{slug}_{horizon}": cell for horizon, cell in zip(HORIZONS, cells, strict=True)}
    for key in ORDERS:
        primary = numbers[f"{key}_china_{spec.primary_horizon}"]
        assert isinstance(primary, Estimate)
        numbers[f"{key}_china_100bn"] = per_100bn(primary, spec)
    table = Table(
        [f"{horizon} months" if horizon else "Same month" for horizon in HORIZONS],
        rows,
        decimals=0,
        below="interval",
        notes=[
            f"Monthly VAR with {spec.lags} lags, {spec.sample[0]} to {spec.sample[1]}: net purchases of China, Japan and the "
            "UK (custodians), the Fed's purchases, changes of the 10-year Bund and Treasury yields. A positive number is a "
            f"rise of the yield. Brackets: {spec.level:.0%} intervals, moving-block bootstrap, {spec.draws:,} draws. The "
            "orders are bounds and not estimates: the first puts every joint movement within the month down to the flow, the "
            "second to the yield."
        ],
    )
    variants, varied = _variants(spec)
    fit = irfs["flows"].parent.parent
    numbers |= {"nobs": fit.nobs, "largest_root": float(max(fit.roots)), **varied}
    return Exhibit(
        key="recursive_responses", title="Yield responses under both recursive orders", numbers=numbers,
        tables={"": table, "variants": variants}, figures=Figure(_plotted(irfs, spec), _draw, height=4.4), spec=spec,
        vintages=system(spec).vintages,
    )  # fmt: skip


def _cell(irf: IRF, shock: str, horizon: int, spec: Specification) -> Estimate:
    estimate = irf.at(horizon, response=spec.primary_maturity, shock=shock, level=spec.level)
    return replace(estimate, units="bp per 1% of debt")


def _variants(spec: Specification) -> tuple[Table, dict[str, Estimate]]:
    """The primary cell, a Chinese sale after three months, when one choice changes."""
    rows, numbers = [], {}
    for words, changes in VARIANTS.items():
        varied = replace(spec, **changes)
        cells = []
        for key, order in (("flows", varied.flows_first), ("yields", varied.yields_first)):
            cell = _cell(responses(varied, order), CHINA, spec.primary_horizon, spec)
            cells.append(cell)
            numbers[f"variant_{len(rows)}_{key}"] = cell
        rows.append(Row(words, [*cells, cells[0].nobs]))
    table = Table(
        [*ORDERS.values(), "Months"],
        rows,
        decimals=0,
        below="interval",
        notes=[
            f"Response of the 10-year yield to a Chinese sale of 1% of debt after {spec.primary_horizon} months, bp; "
            f"{spec.level:.0%} intervals. One choice differs from the baseline in each row."
        ],
    )
    return table, numbers


def _plotted(irfs: dict[str, IRF], spec: Specification) -> pd.DataFrame:
    parts = []
    for key, irf in irfs.items():
        for shock, (action, _) in ACTIONS.items():
            one = irf.shock(shock)
            i = one.responses.index(spec.primary_maturity)
            lower, upper = (end[:, i, 0] for end in one.band(spec.level))
            wide_lower, wide_upper = (end[:, i, 0] for end in one.band(spec.level, kind="sup-t"))
            parts.append(
                pd.DataFrame(
                    {
                        "order": ORDERS[key], "action": action, "horizon": range(spec.horizon + 1),
                        "response": one.point[:, i, 0], "lower": lower, "upper": upper,
                        "simultaneous_lower": wide_lower, "simultaneous_upper": wide_upper,
                    }
                )
            )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _draw(page, data: pd.DataFrame) -> None:  # noqa: ANN001
    grid = page.subplots(len(ORDERS), len(ACTIONS), sharex=True, sharey=True)
    for i, order in enumerate(ORDERS.values()):
        for j, (action, _) in enumerate(ACTIONS.values()):
            axes, cell = grid[i][j], data[(data["order"] == order) & (data["action"] == action)]
            axes.fill_between(
                cell["horizon"], cell["simultaneous_lower"], cell["simultaneous_upper"], color="C0", alpha=0.12, lw=0
            )
            axes.fill_between(cell["horizon"], cell["lower"], cell["upper"], color="C0", alpha=0.25, lw=0)
            axes.plot(cell["horizon"], cell["response"], color="C0")
            axes.axhline(0.0, color="0.4", lw=0.6)
            if i == 0:
                axes.set_title(action)
            if j == 0:
                axes.set_ylabel(f"{order}\nbasis points")
            if i == len(ORDERS) - 1:
                axes.set_xlabel("months")


if __name__ == "__main__":
    main(result, baseline)
