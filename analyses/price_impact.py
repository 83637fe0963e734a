"""Price impact by design: yields after a sale of 1% of debt, by projections with and without instruments."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from analyses._impacts import design_of, designs, impact, primary_key, project
from analyses._plots import going_on
from analyses._projections import intervened
from analyses._units import debt_tn, per_100bn
from analyses._words import concept, heads, label, listing, months, series, yield_words
from analyses.specification import Specification, baseline
from econ import Estimate
from econ.infer import equivalence
from econ.projection import ProjectionResults
from econ.report import Exhibit, Figure, Panel, Row, Table, Unavailable, main, recorded
from econ.tables.numbers import Number

REACH = 400.0
"""Where intervals are cut in the figures, bp; as drawn in the paths, a quarter more."""
PUBLISHED = (5, 28)
"""Most published estimates, bp per 1% of debt."""

Fits = dict[str, ProjectionResults]
Cells = dict[str, dict[int, Estimate | Unavailable]]
Controlled = tuple[Estimate | Unavailable, Estimate | Unavailable, float, int]


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Every design at every maturity and horizon, with weak-instrument-robust sets."""
    fits = {key: project(design, spec, horizon=spec.projection.horizon) for key, design in designs(spec).items()}
    shown = (*spec.projection.horizons, spec.primary.horizon)
    cells = {
        key: {h: impact(fit, spec.primary.maturity, h, spec) for h in dict.fromkeys(shown)} for key, fit in fits.items()
    }
    controlled = _controlled(spec)
    numbers = _numbers(fits, cells, spec) | {f"controls_{key}": row[0] for key, row in controlled.items()}
    return Exhibit(
        key="price_impact", title="Price impact of a sale, by design", numbers=numbers,
        tables={
            "": _maturities(fits, spec), "horizons": _horizons(cells, spec),
            "horizons_today": _horizons(_today(cells, spec), spec), "premia": _premia(spec),
            "controls": _controls(controlled, spec),
        },
        figures={"": Figure(_plotted(cells, spec), partial(_draw, xlabel=_under(spec)), height=3.2), "paths": Figure(_paths(fits, spec), partial(_draw_paths, level=spec.level), height=2.6)},
        spec=spec,
    )  # fmt: skip


def _maturities(fits: dict[str, ProjectionResults], spec: Specification) -> Table:
    rows: list[Row | Panel] = []
    found = designs(spec)
    for key, fit in fits.items():
        strength = fit.first_stage(spec.primary.horizon).statistic if fit.parent.instruments else "–"
        cells = [impact(fit, name, spec.primary.horizon, spec) for name in spec.yields.maturities]
        today = per_100bn(impact(fit, spec.primary.maturity, spec.primary.horizon, spec), spec)
        rows.append(Row(found[key].words, [*cells, today, strength, _rows(fit, spec)]))
    return Table(
        [*(label(name) for name in spec.yields.maturities), label(spec.primary.maturity), "Effective F", "Months"],
        rows,
        spans=[("Per 1% of debt", len(spec.yields.maturities)), ("Per $100bn", 1), ("", 2)],
        decimals=0,
        below="interval",
        notes=[
            f"Yields after {months(spec.primary.horizon)}, bp, per sale of 1% of debt and of $100 billion at today's debt "
            f"(${debt_tn(spec):.1f} trillion) by foreign officials, China, Japan (also under interventions), or all foreigners "
            f"(granular and combined); LS: least squares. Purchases: {concept(spec)}. Brackets: {spec.level:.0%}; with instruments Anderson-Rubin sets, "
            "which stay valid when the instrument is weak and may be unions or the whole line. Intervention shocks: what past "
            "yields, financial conditions and interventions do not explain. Effective F: Montiel Olea and Pflueger; with one "
            "instrument, values below 23 leave two-stage least squares with a worst-case bias above 10%. Months: of the regressions of the row. No 5-year yield is in "
            f"the archive.{_left_out(spec)}"
        ],
    )


def _rows(fit: ProjectionResults, spec: Specification) -> int:
    """Months of the regressions of a row: those of the sale that have a yield at the horizon."""
    return fit.nobs_by_horizon[spec.primary.horizon]


def _left_out(spec: Specification) -> str:
    return "" if intervened(spec) else " No intervention falls into the sample, so that no design uses them."


def _today(cells: Cells, spec: Specification) -> Cells:
    """The same cells in bp per $100 billion."""
    return {key: {h: per_100bn(cell, spec) for h, cell in row.items()} for key, row in cells.items()}


def _horizons(cells: Cells, spec: Specification) -> Table:
    horizons, found = spec.projection.horizons, designs(spec)
    rows = [Row(found[key].words, [row[h] for h in horizons]) for key, row in cells.items()]
    return Table(
        heads(horizons),
        rows,
        decimals=0,
        below="interval",
        notes=[
            f"Response of the {yield_words(spec.primary.maturity)} relative to the month before. Brackets as in the table by maturity. "
            f"{spec.projection.lags} lags ({spec.projection.long_lags} since 1985) of yields, sales and "
            f"controls: {_named(spec.primary.controls)} (since 1985: {_named(spec.projection.long_controls)}); lag-augmented, "
            "heteroskedasticity-robust."
        ],
    )


def _named(controls: tuple[str, ...]) -> str:
    """Controls in words."""
    return listing([series(name) for name in controls]) if controls else "none"


def _premia(spec: Specification) -> Table:
    rows = []
    for design in designs(spec).values():
        fit = project(design, spec, horizon=spec.primary.horizon, premia=True)
        cells = [impact(fit, name, spec.primary.horizon, spec) for name in spec.yields.premia]
        rows.append(Row(design.words, [*cells, per_100bn(cells[-1], spec), _rows(fit, spec)]))
    return Table(
        [*(label(name) for name in spec.yields.premia), label(spec.yields.premia[-1]), "Months"],
        rows,
        spans=[("Per 1% of debt", len(spec.yields.premia)), ("Per $100bn", 1), ("", 1)],
        decimals=0,
        below="interval",
        notes=[
            f"Term premia of Adrian, Crump and Moench after {months(spec.primary.horizon)}, bp, in the place of yields (which "
            "leave the controls with them); the archive has them to mid-2025. Brackets as in the table of yields."
        ],
    )


def _controlled(spec: Specification) -> dict[str, Controlled]:
    """The primary cell with other controls: estimate, effective F, months."""
    sets = {
        "fixed": spec.primary.controls,
        "none": (),
        "all": tuple(dict.fromkeys((*spec.primary.controls, *spec.projection.further))),
    }
    found = {}
    for key, controls in sets.items():
        fit = project(design_of(primary_key(spec), spec), spec, horizon=spec.primary.horizon, controls=controls)
        cell = impact(fit, spec.primary.maturity, spec.primary.horizon, spec)
        found[key] = (cell, per_100bn(cell, spec), fit.first_stage(spec.primary.horizon).statistic, _rows(fit, spec))
    return found


def _controls(found: dict[str, Controlled], spec: Specification) -> Table:
    words = {"fixed": "As in the primary cell", "none": "Yields and sales only", "all": "All that the archive holds"}
    return Table(
        ["Per 1% of debt", "Per $100bn", "Effective F", "Months"],
        [Row(words[key], list(row)) for key, row in found.items()],
        decimals=0,
        below="interval",
        notes=[
            f"The primary cell ({yield_words(spec.primary.maturity)}, {months(spec.primary.horizon)}, bp) with other controls, each with "
            f"{spec.projection.lags} lags. Primary cell: {_named(spec.primary.controls)}. All: also "
            f"{_named(spec.projection.further)}. Consumer prices of October 2025 were never "
            "published. Not in the archive: the volatility index, the dollar, Japanese yields, coupon issuance, news on prices "
            "and payrolls, the Treasury's account at the Fed."
        ],
    )


def _numbers(fits: Fits, cells: Cells, spec: Specification) -> dict[str, Number]:
    primary = cells[primary_key(spec)][spec.primary.horizon]
    numbers: dict[str, Number] = {f"{key}_{h}": cell for key, row in cells.items() for h, cell in row.items()}
    for key, fit in fits.items():
        if fit.parent.instruments:
            numbers[f"{key}_f"] = float(fit.first_stage(spec.primary.horizon).statistic)
    plain = impact(fits[primary_key(spec)], spec.primary.maturity, spec.primary.horizon, spec, small_sample=False)
    numbers |= {"primary": primary, "primary_100bn": per_100bn(primary, spec), "primary_chi_square": plain}
    return numbers | _equivalent(primary, spec) | _on_record(spec)


def _on_record(spec: Specification) -> dict[str, Number]:
    """The primary cell with all operations on record for its interventions, asked for when results had been seen."""
    design = design_of(primary_key(spec), spec)
    if "intervention" not in design.instruments:
        return {}
    names = tuple("intervention_record" if name == "intervention" else name for name in design.instruments)
    fit = project(replace(design, instruments=names), spec, horizon=spec.primary.horizon)
    cell = impact(fit, spec.primary.maturity, spec.primary.horizon, spec)
    return {"primary_on_record": cell, "on_record_f": float(fit.first_stage(spec.primary.horizon).statistic)}


def _equivalent(primary: Estimate | Unavailable, spec: Specification) -> dict[str, Number]:
    """Whether the primary cell is shown to lie within each bound, and the smallest within which it is."""
    if isinstance(primary, Unavailable):
        return {}
    tests = [equivalence(primary, bound=bound) for bound in spec.primary.bounds]
    names = ("short", "long", "small")
    words: dict[str, Number] = {
        f"equivalent_{name}": "yes" if test.accepted else "no" for name, test in zip(names, tests, strict=True)
    }
    return words | {"smallest_bound": tests[0].smallest_bound}


def _ends(cell: Estimate | Unavailable, reach: float) -> list[tuple[float, float, float]]:
    """Value and ends of each interval of an estimate, cut for the figure; nothing where there is none."""
    if isinstance(cell, Unavailable):
        return []
    ends = tuple(cell.region) if cell.region else ((cell.lower, cell.upper),)
    return [
        (cell.value, max(low, -reach), min(high, reach))
        for low, high in ends
        if not isinstance(low, Unavailable) and not isinstance(high, Unavailable)
    ]


def _plotted(cells: Cells, spec: Specification) -> pd.DataFrame:
    found = designs(spec)
    rows = [(found[key].words, *ends) for key, row in cells.items() for ends in _ends(row[spec.primary.horizon], REACH)]
    return pd.DataFrame(rows, columns=["design", "value", "lower", "upper"])


def _paths(fits: Fits, spec: Specification) -> pd.DataFrame:
    """Responses by month; where a set falls apart its hull is drawn."""
    rows, found = [], designs(spec)
    for key in (key for key in spec.projection.paths if key in fits):
        for h in range(spec.projection.horizon + 1):
            cell = impact(fits[key], spec.primary.maturity, h, spec)
            hull = cell if isinstance(cell, Unavailable) else replace(cell, region=None)
            rows += [(found[key].words, h, *ends) for ends in _ends(hull, 1.25 * REACH)]
    return pd.DataFrame(rows, columns=["design", "month", "value", "lower", "upper"])


def _draw_paths(page: Any, data: pd.DataFrame, level: float) -> None:
    grid = page.subplots(1, data["design"].nunique(), sharey=True)
    for axes, (name, path) in zip(grid, data.groupby("design", sort=False), strict=True):
        axes.fill_between(
            path["month"], path["lower"], path["upper"], color="C0", alpha=0.25, lw=0, label=f"{level:.0%} set"
        )
        axes.plot(path["month"], path["value"], color="C0")
        axes.axhline(0.0, color="0.4", lw=0.6)
        axes.set_title(str(name).replace(", ", ",\n"), fontsize="small")
        axes.set_xticks(np.arange(0, data["month"].max() + 1, 6))
        axes.set_xlabel("months")
    grid[0].set_ylim(-1.25 * REACH, 1.25 * REACH)
    grid[0].set_ylabel("bp per 1% of debt")
    grid[0].legend(loc="lower left")


def _under(spec: Specification) -> str:
    return f"{yield_words(spec.primary.maturity)} after {months(spec.primary.horizon)}, bp per sale of 1% of debt"


def _draw(page: Any, data: pd.DataFrame, xlabel: str) -> None:
    page.set_layout_engine("constrained", w_pad=0.1)
    axes = page.subplots()
    place = {design: -number for number, design in enumerate(dict.fromkeys(data["design"]))}
    heights = [place[design] for design in data["design"]]
    axes.axvspan(*PUBLISHED, color="0.9", lw=0, label="most published estimates")
    axes.axvline(0.0, color="0.4", lw=0.6)
    axes.hlines(heights, data["lower"], data["upper"], color="C0", lw=1.2)
    going_on(axes, data["lower"], data["upper"], heights, window=(-REACH, REACH))
    within = data["value"].abs() <= REACH
    axes.plot(
        data["value"][within],
        [height for height, inside in zip(heights, within, strict=True) if inside],
        "s",
        color="C0",
        ms=4,
    )
    axes.set_yticks(list(place.values()), list(place))
    axes.set_xlim(-REACH, REACH)
    axes.set_xlabel(xlabel)
    page.legend(loc="outside upper right")


if __name__ == "__main__":
    main(result, baseline)
