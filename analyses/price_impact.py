"""Price impact by design: yields after a sale of 1% of debt, by projections with and without instruments."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pandas as pd

from analyses._projections import (
    CHINA,
    CONTROLS,
    FOREIGN,
    HUBS,
    JAPAN,
    LABELS,
    LONG_CONTROLS,
    OFFICIAL,
    YIELDS,
    Sale,
    granular,
    interventions,
    long_monthly,
    monthly,
    with_instruments,
)  # fmt: skip
from analyses.specification import Specification, baseline
from econ import Dataset, Estimate, LocalProjection
from econ.infer import equivalence
from econ.projection import ProjectionResults
from econ.report import Exhibit, Figure, Panel, Row, Table, Unavailable, main

HORIZONS = (0, 1, 3, 6, 12, 24)


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
    exclude: tuple[str, ...] = field(default=())
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
    "combined": Design("Combined", FOREIGN, ("granular", "intervention")),
}
PRIMARY = "combined"
"""The design of the primary cell of H1, with ``primary_maturity`` and ``primary_horizon`` of the specification."""


def data_of(design: Design, spec: Specification) -> Dataset:
    """The months and columns of a design."""
    if design.long:
        return long_monthly(design.sale, spec)
    data = monthly(design.sale, spec)
    if not design.instruments:
        return data
    giv = granular(spec, exclude=design.exclude)
    china = giv.shocks.get("china")
    series = {
        "granular": giv.series,
        "china_shock": china,
        "intervention": interventions(pd.PeriodIndex(data.frame.index)),
    }
    return with_instruments(data, **{name: series[name] for name in design.instruments})


def project(design: Design, spec: Specification, *, horizon: int) -> ProjectionResults:
    """Estimate one design; the response is the yield relative to the month before the sale."""
    data = data_of(design, spec)
    responses = tuple(name for name in data.frame.columns if name in LABELS)
    model = LocalProjection(
        data, response=responses, impulse=design.sale.name, controls=LONG_CONTROLS if design.long else CONTROLS,
        lags=spec.long_lags if design.long else spec.projection_lags, instrument=design.instruments or None,
        difference=True,
    )  # fmt: skip
    return model.estimate(horizon)


def result(spec: Specification = baseline) -> Exhibit:
    """Every design at every maturity and horizon, with first stages and weak-instrument-robust sets."""
    fits = {key: project(design, spec, horizon=max(HORIZONS)) for key, design in DESIGNS.items()}
    cells = {key: {h: _cell(fit, spec.primary_maturity, h, spec) for h in HORIZONS} for key, fit in fits.items()}
    horizons = Table(
        [f"{h} months" if h else "Same month" for h in HORIZONS],
        [Row(DESIGNS[key].words, list(row.values())) for key, row in cells.items()],
        decimals=0,
        below="interval",
        notes=[
            "Response of the 10-year yield, bp, to a sale of 1% of debt, relative to the month before. Brackets: "
            f"{spec.level:.0%}; with instruments Anderson-Rubin sets, which stay valid when the instrument is weak and may be "
            f"unions or the whole line. {spec.projection_lags} lags ({spec.long_lags} since 1985) of yields, sales and "
            "controls: the Fed's purchases, the Bund yield, financial conditions (since 1985: Bund, gilt, federal funds, "
            "financial conditions); lag-augmented, heteroskedasticity-robust."
        ],
    )
    primary = cells[PRIMARY][spec.primary_horizon]
    numbers = _numbers(fits, cells, primary, spec)
    return Exhibit(
        key="price_impact", title="Price impact of a sale, by design", numbers=numbers,
        tables={"": _maturities(fits, spec), "horizons": horizons},
        figures=Figure(_plotted(cells, spec), _draw, height=3.2), vintages=data_of(DESIGNS[PRIMARY], spec).vintages,
        spec=spec,
    )  # fmt: skip


def _cell(fit: ProjectionResults, response: str, horizon: int, spec: Specification) -> Estimate | Unavailable:
    name = response if response in fit.parent.responses else f"{response}_average"
    if name not in fit.parent.responses:
        return Unavailable("no yield of this maturity in this sample")
    estimate = replace(fit.irf().at(horizon, response=name, level=spec.level), units="bp per 1% of debt")
    if not fit.parent.instruments:
        return estimate
    region = fit.robust_set(name, horizon, level=spec.level)
    return replace(estimate, lower=region.lower, upper=region.upper, region=region)


def _maturities(fits: dict[str, ProjectionResults], spec: Specification) -> Table:
    rows: list[Row | Panel] = []
    for key, fit in fits.items():
        strength = fit.first_stage(spec.primary_horizon).statistic if fit.parent.instruments else "–"
        cells = [_cell(fit, name, spec.primary_horizon, spec) for name in YIELDS]
        rows.append(Row(DESIGNS[key].words, [*cells, strength, fit.nobs]))
    return Table(
        [*(LABELS[name] for name in YIELDS), "Effective F", "Months"],
        rows,
        decimals=0,
        below="interval",
        notes=[
            f"Yields after {spec.primary_horizon} months, bp per sale of 1% of debt by foreign officials, China, Japan (also under interventions), or all foreigners (granular and combined); LS: least squares; brackets as in the table by horizon. "
            "Effective F: Montiel Olea and Pflueger; with one instrument, values below 23 leave two-stage least squares with "
            "a worst-case bias above 10%."
        ],
    )


def _numbers(fits, cells, primary: Estimate, spec: Specification) -> dict:  # noqa: ANN001
    numbers = {f"{key}_{h}": cell for key, row in cells.items() for h, cell in row.items()}
    for key, fit in fits.items():
        if fit.parent.instruments:
            numbers[f"{key}_f"] = float(fit.first_stage(spec.primary_horizon).statistic)
    assert isinstance(primary.std_error, float)
    for name, bound in zip(("short", "long", "small"), spec.impact_bounds, strict=True):
        test = equivalence(primary.value, primary.std_error, bound)
        numbers[f"equivalent_{name}"] = "yes" if test.accepted else "no"
    numbers["smallest_bound"] = equivalence(primary.value, primary.std_error, spec.impact_bounds[0]).smallest_bound
    numbers["primary"] = primary
    return numbers


def _plotted(cells, spec: Specification) -> pd.DataFrame:  # noqa: ANN001
    rows = []
    for key, row in cells.items():
        cell = row[spec.primary_horizon]
        for low, high in cell.region or ((cell.lower, cell.upper),):
            rows.append((DESIGNS[key].words, cell.value, max(low, -400.0), min(high, 400.0)))
    return pd.DataFrame(rows, columns=["design", "value", "lower", "upper"])


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
