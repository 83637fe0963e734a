"""Price impact by design: yields after a sale of 1% of debt, by projections with and without instruments."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analyses._projections import (
    AVERAGES,
    CHINA,
    FOREIGN,
    FURTHER,
    HUBS,
    JAPAN,
    LABELS,
    LONG_CONTROLS,
    OFFICIAL,
    PREMIA,
    YIELDS,
    Sale,
    granular,
    intervention_shocks,
    interventions,
    long_monthly,
    monthly,
    with_instruments,
)  # fmt: skip
from analyses._units import debt_tn, per_100bn
from analyses.specification import Specification, baseline
from econ import Dataset, Estimate, LocalProjection
from econ.errors import SpecificationError
from econ.infer import equivalence
from econ.projection import ProjectionResults
from econ.report import Exhibit, Figure, Panel, Row, Table, Unavailable, main

HORIZONS = (0, 1, 3, 6, 12, 24)


PATHS = ("ols_long", "ols_china", "granular", "combined")


@dataclass(frozen=True)
class Design:
    """One way to learn the price impact.

    Parameters
    ----------
    words : str
        Row of the tables.
    sale : Sale
        Whose sales.
    instruments : tuple of str
        Empty for least squares.
    exclude : tuple of str
        Holders left out of the granular instrument.
    long : bool
        Foreign officials since 1985, average yields.
    """

    words: str
    sale: Sale
    instruments: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    long: bool = False


DESIGNS = {
    "ols_long": Design("LS officials, 1985 on", OFFICIAL, long=True),
    "ols_official": Design("LS officials", OFFICIAL),
    "ols_china": Design("LS China", CHINA),
    "ols_japan": Design("LS Japan", JAPAN),
    "granular": Design("Granular, all", FOREIGN, ("granular",)),
    "granular_ex_hubs": Design("Granular, no hubs", FOREIGN, ("granular",), HUBS),
    "granular_china": Design("China's own shocks", CHINA, ("china_shock",)),
    "intervention": Design("Interventions", JAPAN, ("intervention",)),
    "intervention_shock": Design("Intervention shocks", JAPAN, ("intervention_shock",)),
    "combined": Design("Combined", FOREIGN, ("granular", "intervention")),
}


def primary_key(spec: Specification) -> str:
    """The design with the seller and the instruments of the primary cell of H1."""
    for key, design in DESIGNS.items():
        if (design.sale.slug, design.instruments, design.exclude) == (
            spec.primary_seller,
            spec.primary_instruments,
            (),
        ):
            return key
    raise SpecificationError(
        f"no design for sales of {spec.primary_seller!r} by {spec.primary_instruments}; add it to DESIGNS."
    )


def data_of(design: Design, spec: Specification, *, premia: bool = False, further: tuple[str, ...] = ()) -> Dataset:
    """The months and columns of a design; ``premia`` puts term premia in the place of yields."""
    if design.long:
        return long_monthly(design.sale, spec, responses=PREMIA if premia else AVERAGES)
    data = monthly(design.sale, spec, responses=PREMIA if premia else YIELDS, further=further)
    if not design.instruments:
        return data
    giv = granular(spec, exclude=design.exclude)
    months = pd.PeriodIndex(data.frame.index)
    made = {
        "granular": lambda: giv.series,
        "china_shock": lambda: giv.shocks["china"],
        "intervention": lambda: interventions(months).series,
        "intervention_shock": lambda: intervention_shocks(spec, first=spec.sample[0]).series,
    }
    return with_instruments(data, **{name: made[name]() for name in design.instruments})


def project(
    design: Design, spec: Specification, *, horizon: int, premia: bool = False, controls: tuple[str, ...] | None = None
) -> ProjectionResults:
    """Estimate one design; the response is the yield relative to the month before the sale."""
    usual = LONG_CONTROLS if design.long else spec.primary_controls
    controls = usual if controls is None else controls
    data = data_of(design, spec, premia=premia, further=tuple(name for name in controls if name not in usual))
    responses = tuple(name for name in data.frame.columns if name in LABELS)
    model = LocalProjection(
        data, response=responses, impulse=design.sale.name, controls=controls,
        lags=spec.long_lags if design.long else spec.projection_lags, instrument=design.instruments or None,
        difference=True,
    )  # fmt: skip
    return model.fit(horizon)


def result(spec: Specification = baseline) -> Exhibit:
    """Every design at every maturity and horizon, with weak-instrument-robust sets."""
    fits = {key: project(design, spec, horizon=spec.horizon) for key, design in DESIGNS.items()}
    cells = {key: {h: _cell(fit, spec.primary_maturity, h, spec) for h in HORIZONS} for key, fit in fits.items()}
    controlled = _controlled(spec)
    numbers = _numbers(fits, cells, spec) | {f"controls_{key}": row[0] for key, row in controlled.items()}
    return Exhibit(
        key="price_impact", title="Price impact of a sale, by design", numbers=numbers,
        tables={
            "": _maturities(fits, spec), "horizons": _horizons(cells, spec),
            "horizons_today": _horizons(_today(cells, spec), spec), "premia": _premia(spec),
            "controls": _controls(controlled, spec),
        },
        figures={"": Figure(_plotted(cells, spec), _draw, height=3.2), "paths": Figure(_paths(fits, spec), _draw_paths, height=2.6)},
        vintages=data_of(DESIGNS[primary_key(spec)], spec).vintages, spec=spec,
    )  # fmt: skip


def _cell(
    fit: ProjectionResults, response: str, horizon: int, spec: Specification, *, small_sample: bool = True
) -> Estimate | Unavailable:
    name = response if response in fit.parent.responses else f"{response}_average"
    if name not in fit.parent.responses:
        return Unavailable("no yield of this maturity in this sample")
    estimate = replace(fit.irf.at(horizon, response=name, level=spec.level), units="bp per 1% of debt")
    if not fit.parent.instruments:
        return estimate
    region = fit.robust_set(name, horizon, level=spec.level, small_sample=small_sample)
    return replace(estimate, lower=region.lower, upper=region.upper, region=region)


def _maturities(fits: dict[str, ProjectionResults], spec: Specification) -> Table:
    rows: list[Row | Panel] = []
    for key, fit in fits.items():
        strength = fit.first_stage(spec.primary_horizon).statistic if fit.parent.instruments else "–"
        cells = [_cell(fit, name, spec.primary_horizon, spec) for name in YIELDS]
        today = per_100bn(_cell(fit, spec.primary_maturity, spec.primary_horizon, spec), spec)
        rows.append(Row(DESIGNS[key].words, [*cells, today, strength, fit.nobs]))
    return Table(
        [*(LABELS[name] for name in YIELDS), "10-year", "Effective F", "Months"],
        rows,
        spans=[("Per 1% of debt", len(YIELDS)), ("Per $100bn", 1), ("", 2)],
        decimals=0,
        below="interval",
        notes=[
            f"Yields after {spec.primary_horizon} months, bp, per sale of 1% of debt and of $100 billion at today's debt "
            f"(${debt_tn(spec):.1f} trillion) by foreign officials, China, Japan (also under interventions), or all foreigners "
            f"(granular and combined); LS: least squares. Brackets: {spec.level:.0%}; with instruments Anderson-Rubin sets, "
            "which stay valid when the instrument is weak and may be unions or the whole line. Intervention shocks: what past "
            "yields, financial conditions and interventions do not explain. Effective F: Montiel Olea and Pflueger; with one "
            "instrument, values below 23 leave two-stage least squares with a worst-case bias above 10%. No 5-year yield is in "
            "the archive."
        ],
    )


def _today(cells: dict, spec: Specification) -> dict:
    """The same cells in bp per $100 billion."""
    return {key: {h: per_100bn(cell, spec) for h, cell in row.items()} for key, row in cells.items()}


def _horizons(cells: dict, spec: Specification) -> Table:
    rows = [Row(DESIGNS[key].words, list(row.values())) for key, row in cells.items()]
    return Table(
        ["Same month", *(f"{h} month{'s' if h > 1 else ''}" for h in HORIZONS[1:])],
        rows,
        decimals=0,
        below="interval",
        notes=[
            "Response of the 10-year yield relative to the month before. Brackets as in the table by maturity. "
            f"{spec.projection_lags} lags ({spec.long_lags} since 1985) of yields, sales and "
            "controls: the Fed's purchases, the Bund yield, financial conditions (since 1985: Bund, gilt, federal funds, "
            "financial conditions); lag-augmented, heteroskedasticity-robust."
        ],
    )


def _premia(spec: Specification) -> Table:
    rows = []
    for design in DESIGNS.values():
        fit = project(design, spec, horizon=spec.primary_horizon, premia=True)
        cells = [_cell(fit, name, spec.primary_horizon, spec) for name in PREMIA]
        rows.append(Row(design.words, [*cells, per_100bn(cells[-1], spec), fit.nobs]))
    return Table(
        [*(LABELS[name] for name in PREMIA), "10-year", "Months"],
        rows,
        spans=[("Per 1% of debt", len(PREMIA)), ("Per $100bn", 1), ("", 1)],
        decimals=0,
        below="interval",
        notes=[
            f"Term premia of Adrian, Crump and Moench after {spec.primary_horizon} months, bp, in the place of yields (which "
            "leave the controls with them); the archive has them to mid-2025. Brackets as in the table of yields."
        ],
    )


def _controlled(spec: Specification) -> dict[str, tuple]:
    """The primary cell with other controls: estimate, effective F, months."""
    sets = {"fixed": spec.primary_controls, "none": (), "all": (*spec.primary_controls, *FURTHER)}
    found = {}
    for key, controls in sets.items():
        fit = project(DESIGNS[primary_key(spec)], spec, horizon=spec.primary_horizon, controls=controls)
        cell = _cell(fit, spec.primary_maturity, spec.primary_horizon, spec)
        found[key] = (cell, per_100bn(cell, spec), fit.first_stage(spec.primary_horizon).statistic, fit.nobs)
    return found


def _controls(found: dict[str, tuple], spec: Specification) -> Table:
    words = {"fixed": "As fixed in advance", "none": "Yields and sales only", "all": "All that the archive holds"}
    return Table(
        ["Per 1% of debt", "Per $100bn", "Effective F", "Months"],
        [Row(words[key], list(row)) for key, row in found.items()],
        decimals=0,
        below="interval",
        notes=[
            f"The primary cell (10-year yield, {spec.primary_horizon} months, bp) with other controls, each with "
            f"{spec.projection_lags} lags. As fixed: the Fed's purchases, the Bund yield, financial conditions. All: also the "
            "gilt yield, federal funds and growth of industrial production. Consumer prices of October 2025 were never "
            "published. Not in the archive: the volatility index, the dollar, Japanese yields, coupon issuance, news on prices "
            "and payrolls, the Treasury's account at the Fed."
        ],
    )


def _numbers(fits, cells, spec: Specification) -> dict:  # noqa: ANN001
    primary = cells[primary_key(spec)][spec.primary_horizon]
    numbers = {f"{key}_{h}": cell for key, row in cells.items() for h, cell in row.items()}
    for key, fit in fits.items():
        if fit.parent.instruments:
            numbers[f"{key}_f"] = float(fit.first_stage(spec.primary_horizon).statistic)
    assert isinstance(primary.std_error, float)
    for name, bound in zip(("short", "long", "small"), spec.impact_bounds, strict=True):
        test = equivalence(primary.value, primary.std_error, bound)
        numbers[f"equivalent_{name}"] = "yes" if test.accepted else "no"
    numbers["smallest_bound"] = equivalence(primary.value, primary.std_error, spec.impact_bounds[0]).smallest_bound
    plain = _cell(fits[primary_key(spec)], spec.primary_maturity, spec.primary_horizon, spec, small_sample=False)
    return numbers | {"primary": primary, "primary_100bn": per_100bn(primary, spec), "primary_chi_square": plain}


def _plotted(cells, spec: Specification) -> pd.DataFrame:  # noqa: ANN001
    rows = []
    for key, row in cells.items():
        cell = row[spec.primary_horizon]
        for low, high in cell.region or ((cell.lower, cell.upper),):
            rows.append((DESIGNS[key].words, cell.value, max(low, -400.0), min(high, 400.0)))
    return pd.DataFrame(rows, columns=["design", "value", "lower", "upper"])


def _paths(fits, spec: Specification) -> pd.DataFrame:  # noqa: ANN001
    rows = []
    for key in PATHS:
        for h in range(spec.horizon + 1):
            cell = _cell(fits[key], spec.primary_maturity, h, spec)
            rows.append((DESIGNS[key].words, h, cell.value, max(cell.lower, -500.0), min(cell.upper, 500.0)))
    return pd.DataFrame(rows, columns=["design", "month", "value", "lower", "upper"])


def _draw_paths(page, data: pd.DataFrame) -> None:  # noqa: ANN001
    grid = page.subplots(1, len(PATHS), sharey=True)
    for axes, (name, path) in zip(grid, data.groupby("design", sort=False), strict=True):
        axes.fill_between(path["month"], path["lower"], path["upper"], color="C0", alpha=0.25, lw=0)
        axes.plot(path["month"], path["value"], color="C0")
        axes.axhline(0.0, color="0.4", lw=0.6)
        axes.set_title(name.replace(", ", ",\n"), fontsize="small")
        axes.set_xticks(np.arange(0, data["month"].max() + 1, 6))
        axes.set_xlabel("months")
    grid[0].set_ylim(-500, 500)
    grid[0].set_ylabel("bp per 1% of debt")


def _draw(page, data: pd.DataFrame) -> None:  # noqa: ANN001
    page.set_layout_engine("constrained", w_pad=0.2)
    axes = page.subplots()
    place = {design: -number for number, design in enumerate(dict.fromkeys(data["design"]))}
    heights = [place[design] for design in data["design"]]
    axes.axvspan(5, 28, color="0.9", lw=0)
    axes.axvline(0.0, color="0.4", lw=0.6)
    axes.hlines(heights, data["lower"], data["upper"], color="C0", lw=1.2)
    axes.plot(data["value"], heights, "s", color="C0", ms=4)
    axes.set_yticks(list(place.values()), list(place))
    axes.set_xlim(-400, 400)
    axes.set_xlabel("10-year yield after three months, bp per sale of 1% of debt")


if __name__ == "__main__":
    main(result, baseline)
