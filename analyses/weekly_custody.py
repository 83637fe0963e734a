"""Weekly custody: yields after changes in the Treasuries that the Fed keeps for foreign officials, 2007-2026."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

import econ
from analyses._units import per_100bn
from analyses.specification import Specification, baseline
from econ import Dataset, Estimate, LocalProjection
from econ.data import Variable, debt_scale
from econ.infer import equivalence, regress
from econ.projection import Credentials, Instrument, credentials, custody_instrument
from econ.report import Exhibit, Figure, Panel, Row, Table, main
from econ.var import IRF

MATURITIES = ("yield_2y", "yield_10y", "yield_30y")
LABELS = {"yield_2y": "2-year", "yield_10y": "10-year", "yield_30y": "30-year"}
HORIZONS = (0, 1, 4, 8, 12)
LEADS = (1, 2, 4, 8, 12)
LAGS = 8
PLACEBO = "2014-03-12"
"""Week in which a record amount left custody without being sold (Russia moved its custodian)."""


def weekly(spec: Specification) -> Dataset:
    """Wednesdays: custody sales and Fed purchases in percent of debt, yields in basis points.

    Custody and the Fed's holdings are recorded at face value, so prices do not enter them.
    """
    stocks = econ.load("fed_custody", "fed_treasuries", frequency="W", as_of=spec.as_of)
    daily = econ.load(*MATURITIES, frequency="D", as_of=spec.as_of)
    wednesdays = stocks.frame.index
    yields = 100.0 * daily.frame.reindex(wednesdays.union(daily.frame.index)).ffill().loc[wednesdays]
    change = stocks.frame.diff() / 1000.0
    months = pd.PeriodIndex(wednesdays.to_period("M"))
    debt = debt_scale(months.unique(), as_of=spec.as_of).reindex(months).to_numpy()
    frame = pd.DataFrame(
        {
            "custody_sales": -100.0 * change["fed_custody"] / debt,
            "fed_purchases": 100.0 * change["fed_treasuries"] / debt,
        }
    ).join(yields)
    last = min(daily.frame.index[-1], frame["custody_sales"].last_valid_index())
    variables = {
        "custody_sales": Variable(
            "custody_sales", "Fall of custody holdings", "percent of debt", "officials sell or move"
        ),
        "fed_purchases": Variable("fed_purchases", "Fed purchases", "percent of debt", "the Fed buys"),
        **{name: Variable(name, LABELS[name], "basis points", "higher yield") for name in MATURITIES},
    }
    debt_file = econ.load("federal_debt", frequency="Q", as_of=spec.as_of).vintages
    return Dataset(frame.iloc[1:].loc[:last], variables, (*stocks.vintages, *daily.vintages, *debt_file))


def instrument(spec: Specification, frequency: str = "W") -> Instrument:
    """Falls of custody holdings by week or month, percent of debt."""
    stocks = econ.load("fed_custody", frequency=frequency, as_of=spec.as_of).frame["fed_custody"] / 1000.0
    months = pd.PeriodIndex(stocks.index, freq="M") if frequency == "M" else pd.PeriodIndex(stocks.index.to_period("M"))
    debt = pd.Series(debt_scale(months.unique(), as_of=spec.as_of).reindex(months).to_numpy(), index=stocks.index)
    both = stocks.notna() & debt.notna()
    return custody_instrument(stocks[both], debt[both])


def credentials_by_month(spec: Specification, *, lags: int) -> Credentials:
    """Monthly falls of custody as an instrument for sales by foreign officials."""
    monthly = instrument(spec, "M")
    data = econ.load("official_net_purchases", "yield_10y", as_of=spec.as_of).convert(yield_10y="basis points")
    data = data.transform(yield_10y="diff")
    sales = -data.frame["official_net_purchases"].rename("official_sales").dropna()
    common = monthly.series.index.intersection(sales.index)
    episodes = {name: at for name, at in monthly.episodes.items() if at[0] in common}
    monthly = replace(monthly, series=monthly.series.loc[common], episodes=episodes)
    return credentials(monthly, data.frame["yield_10y"], sales, lags=lags)


def result(spec: Specification = baseline) -> Exhibit:
    """Projections by maturity, the placebo week left out, and what yields did before."""
    data = weekly(spec)
    irf = _projection(data).fit(horizon=max(HORIZONS)).irf
    dummy = data.frame.assign(placebo=(data.frame.index == PLACEBO).astype(float))
    without = _projection(
        Dataset(dummy, {**data.variables, "placebo": Variable("placebo", "Week of the custody shift")}, data.vintages),
        contemporaneous=("placebo",), controls=("fed_purchases",),
    ).fit(horizon=max(HORIZONS)).irf  # fmt: skip
    rows: list[Row | Panel] = [Panel("Yield after a fall of custody holdings by 1% of debt, bp")]
    rows += [Row(LABELS[name], [_cell(irf, name, h, spec) for h in HORIZONS]) for name in MATURITIES]
    rows.append(Panel("Without the custody shift of March 2014"))
    rows += [Row(LABELS[name], [_cell(without, name, h, spec) for h in HORIZONS]) for name in MATURITIES]
    rows.append(Panel("Yield after a fall of custody holdings by $100 billion at today's debt, bp"))
    rows += [Row(LABELS[name], [per_100bn(_cell(irf, name, h, spec), spec) for h in HORIZONS]) for name in MATURITIES]
    placebo = instrument(spec).placebo(data.frame["yield_10y"], [pd.Timestamp(PLACEBO)], horizons=HORIZONS)
    rows.append(Panel("The placebo: week of 12 March 2014, in which Russia moved its custodian"))
    rows.append(Row("10-year, change in bp", [float(value) for value in placebo["change"]]))
    rows.append(Row("10-year, bp per 1% of debt", [float(value) for value in placebo["per_unit"]]))
    rows.append(Row("p-value", [float(value) for value in placebo["p_value"]], decimals=2))
    table = Table(
        [f"{h} week{'s' if h > 1 else ''}" if h else "Same week" for h in HORIZONS],
        rows,
        decimals=1,
        notes=[
            f"Weekly local projections, {data.frame.index[0].date()} to {data.frame.index[-1].date()} (Wednesdays), yield "
            f"relative to the week before, {LAGS} lags of all yields, custody sales and the Fed's purchases, lag-augmented, "
            "heteroskedasticity-robust standard errors. Not identified: officials choose when to sell. Placebo: the change from "
            "the week before; p-value: share of all weeks from which the yield moved at least as much."
        ],
    )
    return Exhibit(
        key="weekly_custody", title="Weekly custody holdings and yields", numbers=_numbers(data, irf, spec) | {f"placebo_p_{h}": float(p) for h, p in zip(HORIZONS, placebo["p_value"], strict=True)},
        tables=table,
        figures=Figure(_plotted(irf, spec), _draw, height=2.6), vintages=data.vintages, spec=spec,
    )  # fmt: skip


def _numbers(data: Dataset, irf: IRF, spec: Specification) -> dict[str, Estimate | float | int]:
    four = _cell(irf, spec.primary_maturity, 4, spec)
    return {
        **{
            f"custody_{name.removeprefix('yield_')}_{h}": _cell(irf, name, h, spec)
            for name in MATURITIES
            for h in HORIZONS
        },
        **_before(data, spec),
        "placebo_share": float(data.frame.loc[PLACEBO, "custody_sales"]),
        "placebo_change": float(data.frame["yield_10y"].diff()[PLACEBO]),
        "placebo_next": float(data.frame["yield_10y"].diff().shift(-1)[PLACEBO]),
        "smallest_bound": equivalence(four.value, _error(four), spec.impact_bounds[0]).smallest_bound,
        "weeks": four.nobs,
    }


def _projection(data: Dataset, **more: object) -> LocalProjection:
    options = {"controls": ("fed_purchases",), "lags": LAGS, "difference": True} | more
    return LocalProjection(data, response=MATURITIES, impulse="custody_sales", **options)


def _cell(irf: IRF, name: str, horizon: int, spec: Specification) -> Estimate:
    return irf.at(horizon, response=name, level=spec.level)


def _error(estimate: Estimate) -> float:
    assert isinstance(estimate.std_error, float)
    return estimate.std_error


def _before(data: Dataset, spec: Specification) -> dict[str, Estimate]:
    """Pre-trends: the yield's change over the weeks before, on custody sales."""
    found = {}
    for lead in LEADS:
        past = data.frame["yield_10y"].shift(1) - data.frame["yield_10y"].shift(1 + lead)
        both = pd.concat([past.rename("past"), data.frame["custody_sales"]], axis=1).dropna()
        fit = regress(both["past"], both["custody_sales"], cov="hac", bandwidth=lead + 4)
        found[f"before_{lead}"] = fit.estimate("custody_sales", level=spec.level, units="bp per 1% of debt")
    return found


def _plotted(irf: IRF, spec: Specification) -> pd.DataFrame:
    lower, upper = irf.band(spec.level)
    parts = [
        pd.DataFrame(
            {"maturity": LABELS[name], "week": np.arange(irf.horizon + 1), "response": irf.point[:, i, 0],
             "lower": lower[:, i, 0], "upper": upper[:, i, 0]}
        )
        for i, name in enumerate(irf.responses)
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _draw(page, data: pd.DataFrame) -> None:  # noqa: ANN001
    grid = page.subplots(1, len(MATURITIES), sharey=True)
    for axes, (name, path) in zip(grid, data.groupby("maturity", sort=False), strict=True):
        axes.fill_between(path["week"], path["lower"], path["upper"], color="C0", alpha=0.25, lw=0)
        axes.plot(path["week"], path["response"], color="C0")
        axes.axhline(0.0, color="0.4", lw=0.6)
        axes.set_title(name)
        axes.set_xlabel("weeks")
    grid[0].set_ylabel("bp per 1% of debt")


if __name__ == "__main__":
    main(result, baseline)
