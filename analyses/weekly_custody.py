"""Weekly custody: yields after changes in the Treasuries that the Fed keeps for foreign officials."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

import econ
from analyses._samples import cut, window, with_changes
from analyses._units import cell, per_100bn
from analyses._words import counted, day, heads, label, month
from analyses.specification import Specification, baseline
from econ import Dataset, Estimate, LocalProjection
from econ.data import Variable, debt_scale
from econ.data.use import using
from econ.infer import equivalence, regress
from econ.projection import Credentials, Instrument, credentials, custody_instrument
from econ.report import Exhibit, Figure, Panel, Row, Table, main, recorded
from econ.tables.numbers import Number
from econ.var import IRF


def weekly(spec: Specification) -> Dataset:
    """Wednesdays: custody sales and Fed purchases in percent of debt, yields in basis points.

    Custody and the Fed's holdings are recorded at face value, so prices do not enter them.
    """
    stocks = econ.load("fed_custody", "fed_treasuries", frequency="W", as_of=spec.as_of)
    daily = econ.load(*spec.yields.maturities, frequency="D", as_of=spec.as_of)
    wednesdays = stocks.frame.index
    yields = 100.0 * daily.frame.reindex(wednesdays.union(daily.frame.index)).ffill().loc[wednesdays]
    change = stocks.frame.diff() / 1000.0
    months = pd.DatetimeIndex(wednesdays).to_period("M")
    with using() as files:
        debt = debt_scale(months.unique(), as_of=spec.as_of).reindex(months).to_numpy()
    frame = pd.DataFrame(
        {
            "custody_sales": -100.0 * change["fed_custody"] / debt,
            "fed_purchases": 100.0 * change["fed_treasuries"] / debt,
        }
    ).join(yields)
    variables = {
        "custody_sales": Variable(
            "custody_sales", "Fall of custody holdings", "percent of debt", "officials sell or move"
        ),
        "fed_purchases": Variable("fed_purchases", "Fed purchases", "percent of debt", "the Fed buys"),
        **{name: Variable(name, label(name), "basis points", "higher yield") for name in spec.yields.maturities},
    }
    whole = Dataset(frame.iloc[1:], variables, (*stocks.vintages, *daily.vintages, *files))
    return cut(whole, spec, "custody")


def instrument(spec: Specification, frequency: str = "W") -> Instrument:
    """Falls of custody holdings by week or month, percent of debt."""
    stocks = econ.load("fed_custody", frequency=frequency, as_of=spec.as_of).frame["fed_custody"] / 1000.0
    months = (
        pd.PeriodIndex(stocks.index, freq="M") if frequency == "M" else pd.DatetimeIndex(stocks.index).to_period("M")
    )
    debt = pd.Series(debt_scale(months.unique(), as_of=spec.as_of).reindex(months).to_numpy(), index=stocks.index)
    both = stocks.notna() & debt.notna()
    whole = custody_instrument(stocks[both], debt[both])
    first, last = (end if frequency == "W" else end[:7] for end in window(spec, "custody"))
    return _within(whole, whole.series.loc[first:last].index)


def _within(made: Instrument, dates: pd.Index) -> Instrument:
    """The same on some of its dates."""
    episodes = {name: at for name, at in made.episodes.items() if at[0] in dates}
    return replace(made, series=made.series.loc[dates], episodes=episodes)


def credentials_by_month(spec: Specification, *, lags: int) -> Credentials:
    """Monthly falls of custody as an instrument for sales by foreign officials."""
    monthly = instrument(spec, "M")
    name = spec.primary.maturity
    data = with_changes(spec, "official_net_purchases", name)
    data = data.sample(None, spec.sample.long[1])  # as long as officials' flows are published without a hole
    sales = -data.frame["official_net_purchases"].rename("official_sales").dropna()
    monthly = _within(monthly, monthly.series.index.intersection(sales.index))
    return credentials(monthly, data.frame[name], sales, lags=lags)


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Projections by maturity, the placebo week left out, and what yields did before."""
    data, horizons, maturities = weekly(spec), spec.weekly.horizons, spec.yields.maturities
    longest, placebo_week = max(*horizons, spec.weekly.horizon), spec.weekly.placebo
    irf = _projection(data, spec).fit(horizon=longest).irf
    dummy = data.frame.assign(placebo=(data.frame.index == placebo_week).astype(float))
    without = _projection(
        Dataset(dummy, {**data.variables, "placebo": Variable("placebo", "Week of the custody shift")}, data.vintages),
        spec, contemporaneous=("placebo",), controls=("fed_purchases",),
    ).fit(horizon=longest).irf  # fmt: skip
    rows: list[Row | Panel] = [Panel("Yield after a fall of custody holdings by 1% of debt, bp")]
    rows += [Row(label(name), [_cell(irf, name, h, spec) for h in horizons]) for name in maturities]
    rows.append(Panel(f"Without the custody shift of {month(placebo_week)}"))
    rows += [Row(label(name), [_cell(without, name, h, spec) for h in horizons]) for name in maturities]
    rows.append(Panel("Yield after a fall of custody holdings by $100 billion at today's debt, bp"))
    rows += [Row(label(name), [per_100bn(_cell(irf, name, h, spec), spec) for h in horizons]) for name in maturities]
    placebo = _placebo(data, spec)
    rows.append(Panel(f"The placebo: week of {day(placebo_week)}, in which Russia moved its custodian"))
    rows.append(Row(f"{label(spec.primary.maturity)}, change in bp", [float(value) for value in placebo["change"]]))
    rows.append(
        Row(f"{label(spec.primary.maturity)}, bp per 1% of debt", [float(value) for value in placebo["per_unit"]])
    )
    p_values = [float(value) for value in placebo["p_value"]]
    rows.append(Row("p-value", p_values, decimals=2))
    table = Table(
        heads(horizons, "week"),
        rows,
        decimals=1,
        notes=[
            f"Weekly local projections, {data.frame.index[0].date()} to {data.frame.index[-1].date()} (Wednesdays), yield "
            f"relative to the week before, {counted(spec.weekly.lags, 'lag')} of all yields, custody sales and the Fed's purchases, lag-augmented, "
            "heteroskedasticity-robust standard errors. Not identified: officials choose when to sell. Placebo: the change from "
            "the week before; p-value: share of all weeks from which the yield moved at least as much."
        ],
    )
    return Exhibit(
        key="weekly_custody", title="Weekly custody holdings and yields", numbers=_numbers(data, irf, spec) | {f"placebo_p_{h}": p for h, p in zip(horizons, p_values, strict=True)},
        tables={"": table},
        figures={"": Figure(_plotted(irf, spec), partial(_draw, level=spec.level), height=2.6)}, spec=spec,
    )  # fmt: skip


def _placebo(data: Dataset, spec: Specification) -> pd.DataFrame:
    """What the yield did after the placebo week."""
    weeks = [pd.Timestamp(spec.weekly.placebo)]
    return instrument(spec).placebo(data.frame[spec.primary.maturity], weeks, horizons=spec.weekly.horizons)


def _numbers(data: Dataset, irf: IRF, spec: Specification) -> dict[str, Number]:
    name, placebo = spec.primary.maturity, spec.weekly.placebo
    four = _cell(irf, name, spec.weekly.horizon, spec)
    test = equivalence(four, bound=spec.primary.bounds[0])
    return {
        **{
            f"custody_{each.removeprefix('yield_')}_{h}": _cell(irf, each, h, spec)
            for each in spec.yields.maturities
            for h in spec.weekly.horizons
        },
        **_before(data, spec),
        "placebo_share": cell(data.frame, placebo, "custody_sales"),
        "placebo_change": float(data.frame[name].diff()[placebo]),
        "placebo_next": float(data.frame[name].diff().shift(-1)[placebo]),
        "smallest_bound": test.smallest_bound,
        "equivalent_short": "yes" if test.accepted else "no",
        "weeks": irf.nobs,
    }


def _projection(data: Dataset, spec: Specification, **more: Any) -> LocalProjection:
    options: dict[str, Any] = {"controls": ("fed_purchases",), "lags": spec.weekly.lags, "difference": True} | more
    return LocalProjection(data, response=spec.yields.maturities, impulse="custody_sales", **options)


def _cell(irf: IRF, name: str, horizon: int, spec: Specification) -> Estimate:
    return irf.at(horizon, response=name, level=spec.level)


def _before(data: Dataset, spec: Specification) -> dict[str, Estimate]:
    """Pre-trends: the yield's change over the weeks before, on custody sales."""
    found, name = {}, spec.primary.maturity
    for lead in spec.weekly.leads:
        past = data.frame[name].shift(1) - data.frame[name].shift(1 + lead)
        both = pd.concat([past.rename("past"), data.frame["custody_sales"]], axis=1).dropna()
        fit = regress(both["past"], both["custody_sales"], cov="hac", bandwidth=lead + spec.weekly.lead_bandwidth)
        found[f"before_{lead}"] = fit.estimate("custody_sales", level=spec.level, units="bp per 1% of debt")
    return found


def _plotted(irf: IRF, spec: Specification) -> pd.DataFrame:
    lower, upper = irf.band(spec.level)
    parts = [
        pd.DataFrame(
            {"maturity": label(name), "week": np.arange(irf.horizon + 1), "response": irf.point[:, i, 0],
             "lower": lower[:, i, 0], "upper": upper[:, i, 0]}
        )
        for i, name in enumerate(irf.responses)
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _draw(page: Any, data: pd.DataFrame, level: float) -> None:
    grid = page.subplots(1, data["maturity"].nunique(), sharey=True)
    for axes, (name, path) in zip(grid, data.groupby("maturity", sort=False), strict=True):
        axes.fill_between(
            path["week"], path["lower"], path["upper"], color="C0", alpha=0.25, lw=0, label=f"{level:.0%} band"
        )
        axes.plot(path["week"], path["response"], color="C0")
        axes.axhline(0.0, color="0.4", lw=0.6)
        axes.set_title(name)
        axes.set_xlabel("weeks")
    grid[0].set_ylabel("bp per 1% of debt")
    grid[0].legend(loc="best")


if __name__ == "__main__":
    main(result, baseline)
