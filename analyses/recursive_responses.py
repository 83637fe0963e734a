"""Recursive responses: the yield after sales by China and purchases by Japan and the UK, both orders."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from analyses._plots import bands
from analyses._samples import actions, ordered, window, without_controls
from analyses._units import debt_tn, per_100bn
from analyses._words import counted, heads, months, name_of, span, variables, yield_words
from analyses.specification import Specification, baseline, fitted
from econ import Cholesky, Estimate, MovingBlock
from econ.errors import Unstable
from econ.report import Exhibit, Figure, Panel, Row, Table, Unavailable, main, recorded
from econ.var import IRF
from econ.var.structure import together

ORDERS = {"flows": ("Flows first", "flows_first"), "yields": ("Yields first", "yields_first")}


def responses(spec: Specification, *orders: str) -> list[IRF]:
    """Cumulated responses under orders of the specification, with joint moving-block draws, the same for all of them."""
    fit = fitted(spec)
    found = [fit.identify(Cholesky(*ordered(spec, order))) for order in orders]
    irfs = together.irfs(found, spec.var.horizon, MovingBlock(draws=spec.var.draws), rng=spec.rng)
    for name, (_, size) in actions(spec).items():
        irfs = [irf.scale(to=size, response=name, horizon=0, shock=name) for irf in irfs]
    return [irf.cumulate() for irf in irfs]


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Responses under both orders, their path, and the primary cell under other choices."""
    irfs = dict(zip(ORDERS, responses(spec, *(order for _, order in ORDERS.values())), strict=True))
    name, horizons, seller = yield_words(spec.primary.maturity), spec.var.horizons, spec.var.sellers[0]
    numbers: dict[str, Estimate | float | int | str | Unavailable] = {"debt_tn": debt_tn(spec)}
    rows: list[Row | Panel] = []
    for key, (words, _) in ORDERS.items():
        rows.append(Panel(f"{words}: {name}, bp per 1% of debt, cumulated"))
        for shock, (action, _) in actions(spec).items():
            cells = [_cell(irfs[key], shock, horizon, spec) for horizon in horizons]
            rows.append(Row(action, cells))
            slug = shock.removesuffix("_net_purchases")
            numbers |= {f"{key}_{slug}_{horizon}": cell for horizon, cell in zip(horizons, cells, strict=True)}
    for key in ORDERS:
        numbers[f"{key}_{seller}_100bn"] = per_100bn(_primary(irfs[key], spec), spec)
    table = Table(
        heads(horizons),
        rows,
        decimals=0,
        below="interval",
        notes=[
            f"Monthly VAR with {counted(spec.var.lags, 'lag')}, {span(window(spec))}: {variables(ordered(spec, 'flows_first'))}; yields in changes. A positive number is a rise of the yield. Brackets: {spec.level:.0%} intervals, moving-block bootstrap, "
            f"{spec.var.draws:,} draws. The orders are conventions and not estimates: the first puts every joint movement within "
            "the month down to the flow, the second to the yield."
        ],
    )
    variants, varied = _variants(spec, irfs)
    fit = fitted(spec)
    numbers |= {"nobs": fit.nobs, "largest_root": float(max(fit.roots)), **varied}
    return Exhibit(
        key="recursive_responses", title="Yield responses under both recursive orders", numbers=numbers,
        tables={"": table, "variants": variants}, figures={"": Figure(_plotted(irfs, spec), partial(_draw, level=spec.level), height=4.6)}, spec=spec,
    )  # fmt: skip


def _cell(irf: IRF, shock: str, horizon: int, spec: Specification) -> Estimate:
    estimate = irf.at(horizon, response=spec.primary.maturity, shock=shock, level=spec.level)
    return replace(estimate, units="bp per 1% of debt")


def _variants(spec: Specification, irfs: dict[str, IRF]) -> tuple[Table, dict[str, Estimate | Unavailable]]:
    """The primary cell, a sale after so many months, when one choice changes."""
    changes = {f"{lags} lags": spec.changed("var.lags", lags) for lags in spec.var.lag_variants}
    last = spec.sample.one_concept[1]
    changes[f"Trading counterparty only, to {last}"] = spec.changed("sample.main", spec.sample.one_concept)
    changes["Purchases by position"] = spec.changed("concept", "position")
    changes["Without Fed purchases and Bund yield"] = without_controls(spec)
    found: dict[str, list[Estimate | Unavailable]] = {"Baseline": [_primary(irf, spec) for irf in irfs.values()]}
    orders = [order for _, order in ORDERS.values()]
    found |= {words: primary_cells(varied, *orders) for words, varied in changes.items()}
    rows: list[Row | Panel] = []
    numbers: dict[str, Estimate | Unavailable] = {}
    for words, cells in found.items():
        numbers |= {f"variant_{len(rows)}_{key}": cell for key, cell in zip(ORDERS, cells, strict=True)}
        nobs = [cell.nobs if isinstance(cell, Estimate) else cell for cell in cells]
        rows.append(Row(words, [*cells, nobs[0]]))
    table = Table(
        [*(words for words, _ in ORDERS.values()), "Months"],
        rows,
        decimals=0,
        below="interval",
        notes=[
            f"Response of the {yield_words(spec.primary.maturity)} to a sale of 1% of debt by {name_of(spec.var.sellers[0])} after "
            f"{months(spec.primary.horizon)}, bp; "
            f"{spec.level:.0%} intervals. One choice differs from the baseline in each row."
        ],
    )
    return table, numbers


def primary_cells(spec: Specification, *orders: str) -> list[Estimate | Unavailable]:
    """The primary cell under each order, if the reduced form is stable."""
    try:
        return [_primary(irf, spec) for irf in responses(spec, *orders)]
    except Unstable:
        return [Unavailable("the VAR is not stable") for _ in orders]


def _primary(irf: IRF, spec: Specification) -> Estimate:
    """The first seller's sale after the primary horizon."""
    return _cell(irf, f"{spec.var.sellers[0]}_net_purchases", spec.primary.horizon, spec)


def _plotted(irfs: dict[str, IRF], spec: Specification) -> pd.DataFrame:
    parts = []
    for key, irf in irfs.items():
        for shock, (action, _) in actions(spec).items():
            one = irf.shock(shock)
            i = one.responses.index(spec.primary.maturity)
            lower, upper = (end[:, i, 0] for end in one.band(spec.level))
            wide_lower, wide_upper = (end[:, i, 0] for end in one.band(spec.level, kind="sup-t"))
            parts.append(
                pd.DataFrame(
                    {
                        "order": ORDERS[key][0], "action": action, "horizon": range(spec.var.horizon + 1),
                        "response": one.point[:, i, 0], "lower": lower, "upper": upper,
                        "simultaneous_lower": wide_lower, "simultaneous_upper": wide_upper,
                    }
                )
            )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _draw(page: Any, data: pd.DataFrame, level: float) -> None:
    words = bands(level, "all months")
    orders, names = list(dict.fromkeys(data["order"])), list(dict.fromkeys(data["action"]))
    grid = page.subplots(len(orders), len(names), sharex=True, sharey=True, squeeze=False)
    for i, order in enumerate(orders):
        for j, action in enumerate(names):
            axes, cell = grid[i][j], data[(data["order"] == order) & (data["action"] == action)]
            axes.fill_between(
                cell["horizon"], cell["simultaneous_lower"], cell["simultaneous_upper"], color="C0", alpha=0.12, lw=0,
                label=words["all"],
            )  # fmt: skip
            axes.fill_between(
                cell["horizon"], cell["lower"], cell["upper"], color="C0", alpha=0.25, lw=0, label=words["each"]
            )
            axes.plot(cell["horizon"], cell["response"], color="C0")
            axes.axhline(0.0, color="0.4", lw=0.6)
            if i == 0:
                axes.set_title(action)
            if j == 0:
                axes.set_ylabel(f"{order}\nbasis points")
            if i == len(orders) - 1:
                axes.set_xlabel("months")
    page.legend(*grid[0][0].get_legend_handles_labels(), loc="outside upper left", ncols=2)


if __name__ == "__main__":
    main(result, baseline)
