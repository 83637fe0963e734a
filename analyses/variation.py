"""Time variation: whether the response to a sale moves with financial conditions or the Fed's share, and by date."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

import econ
from analyses import _operations as dated
from analyses._samples import loaded
from analyses._units import cell, month_words, scaled
from analyses._words import counted, name_of, span, yield_words
from analyses.specification import Specification, baseline
from econ import Cholesky, Dataset, Estimate, LocalProjection
from econ.data import Variable
from econ.data.flows import debt_scale
from econ.data.use import using
from econ.errors import SpecificationError
from econ.projection import PathProjection
from econ.report import Exhibit, Figure, Panel, Row, Table, main, recorded
from econ.var import TimeVaryingVAR

CHANGE, SOLD, FLOW = "change", "sold", "flow"
MODIFIERS = {"conditions": "Financial conditions", "fed_share": "Fed's share of the debt"}
UNITS = "bp per 1% of debt sold"
LATE = {"conditions": 5, "fed_share": 2}
"""Days after its own date until a weekly figure is published: Friday's index on Wednesday, Wednesday's holdings on Thursday."""
BURN, EVERY = 1000, 3


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """The response by level of each modifier, the monthly response by date, and tests of no change."""
    table, numbers = _modified(spec)
    by_date, drawn, told = _by_date(spec)
    return Exhibit(
        key="variation", title="Whether the response has changed", numbers=numbers | told,
        tables={"": table, "dates": by_date}, figures={"": Figure(drawn, _draw, height=2.9)},
        spec=spec,
    )  # fmt: skip


def daily(spec: Specification) -> Dataset:
    """Daily changes of the yield (bp), dollars sold (percent of debt) and the modifiers as known the day before."""
    record = next(iter(dated.records(spec).values()))
    quoted = 100.0 * record.daily.frame[spec.primary.maturity].dropna().diff().iloc[1:]
    index = pd.DatetimeIndex(quoted.index)
    at = index.searchsorted(pd.DatetimeIndex(record.sold.index))  # while New York is closed: the next quoted day
    sold = record.sold[at < len(index)].groupby(index[at[at < len(index)]]).sum().reindex(index, fill_value=0.0)
    with using() as files:
        known = {name: weekly.reindex(index, method="ffill") for name, weekly in _known(spec).items()}
    columns = {CHANGE: quoted, SOLD: sold} | known
    variables = {
        CHANGE: Variable(CHANGE, f"change of the {yield_words(spec.primary.maturity)}", "bp"),
        SOLD: Variable(SOLD, "dollars sold", "percent of debt"),
        **{name: Variable(name, MODIFIERS[name], "index or percent") for name in spec.variation.modifiers},
    }
    return Dataset(pd.DataFrame(columns, index=index), variables, (*record.daily.vintages, *files))


def _known(spec: Specification) -> dict[str, pd.Series]:
    """Each modifier on the day on which it was published."""
    weekly = _weekly(spec).frame
    months = pd.PeriodIndex(weekly.index, freq="M")
    debt = debt_scale(months.unique(), as_of=spec.as_of)
    series = {
        "conditions": weekly["financial_conditions"],
        "fed_share": weekly["fed_treasuries"] / 10.0 / debt.reindex(months).to_numpy(),
    }
    return {
        name: series[name].dropna().set_axis(series[name].dropna().index + pd.Timedelta(days=LATE[name]))
        for name in spec.variation.modifiers
    }


def _weekly(spec: Specification) -> Dataset:
    conditions, held = (
        econ.load(name, frequency="W", as_of=spec.as_of) for name in ("financial_conditions", "fed_treasuries")
    )
    frame = conditions.frame.join(held.frame, how="outer").loc["1985-04-05":]
    return Dataset(frame, {**conditions.variables, **held.variables}, (*conditions.vintages, *held.vintages))


def _modified(spec: Specification) -> tuple[Table, dict[str, Any]]:
    """The response some days after an operation at a low and a high value of each modifier."""
    choices, data = spec.variation, daily(spec)
    rows: list[Row | Panel] = []
    numbers: dict[str, Any] = {}
    for name in choices.modifiers:
        kept = data.select(CHANGE, SOLD, name).complete()
        fit = LocalProjection(
            kept, CHANGE, SOLD, modifier=name, lags=choices.lags, cumulative="multiplier", lag_augmented=False
        ).fit(choices.day, "hac")
        days = kept.frame.loc[kept.frame[SOLD] != 0.0, name]  # the range that operations have met
        low, high = (float(days.quantile(level)) for level in choices.levels)
        cells = [
            _units(fit.at_modifier(value).at(choices.day, response=CHANGE, level=spec.level)) for value in (low, high)
        ]
        slope = fit.irf.at(choices.day, response=CHANGE, shock=f"{SOLD}*{name}", level=spec.level)
        moved = scaled(slope, high - low, UNITS)
        rows.append(Row(MODIFIERS[name], [low, high, *cells, moved, verdict(moved), len(days)]))
        numbers |= {
            f"{name}_low": cells[0],
            f"{name}_high": cells[1],
            f"{name}_moved": moved,
            f"{name}_verdict": verdict(moved),
        }
        numbers |= {
            f"{name}_from": low,
            f"{name}_to": high,
            f"{name}_operations": len(days),
            f"{name}_most": float(days.max()),
        }
    quantiles = [f"{level:.0%}" for level in choices.levels]
    table = Table(
        [*quantiles, *quantiles, "Difference", "Moves with it", "Operations"], rows, decimals=1, below="interval",
        spans=[("Modifier", 2), (UNITS, 3), ("", 2)], notes=[_note(spec, numbers)],
    )  # fmt: skip
    return table, numbers


def _units(estimate: Estimate) -> Estimate:
    return scaled(estimate, 1.0, UNITS)


def verdict(moved: Estimate) -> str:
    """Whether the whole set of the difference lies on one side of zero."""
    region = moved.confidence_set()
    return "up" if region.lower > 0.0 else "down" if region.upper < 0.0 else "not decided"


def _note(spec: Specification, numbers: dict[str, Any]) -> str:
    choices = spec.variation
    first, last = spec.operations.span
    return (
        f"Change of the {yield_words(spec.primary.maturity)} from the day before an operation to {choices.day} trading days after it, per amount of those days (cumulated, the amount of the first as instrument), "
        f"{first} to {last}, for the Fed's share from December 2002. The response moves linearly with the modifier as it was published before the day; {counted(choices.lags, 'lag')} of both, Newey-West, {spec.level:.0%} intervals. "
        "Values: quantiles over days with operations. Conditions: the index of the Chicago Fed, of mean zero, revised since"
        + (f"; no operation met more than {numbers['conditions_most']:.2f}" if "conditions_most" in numbers else "")
        + ". The archive has no balance sheet of dealers."
    )


def _months(spec: Specification) -> Dataset:
    """Purchases of the seller (percent of debt) and the change of the yield from month end to month end (bp)."""
    name, bought = spec.primary.maturity, f"{spec.variation.seller}_net_purchases"
    data = loaded(spec, bought)
    quoted = econ.load(name, frequency="D", as_of=spec.as_of)
    moved = 100.0 * quoted.frame[name].dropna().diff()
    change = moved.groupby(pd.DatetimeIndex(moved.index).to_period("M")).sum()
    frame = pd.DataFrame({FLOW: data.frame[bought], CHANGE: change}).loc[slice(*spec.variation.sample)].dropna()
    variables = {
        FLOW: Variable(FLOW, "net purchases", "percent of debt"),
        CHANGE: Variable(CHANGE, "change of the yield", "bp"),
    }
    return Dataset(frame, variables, (*data.vintages, *quoted.vintages))


def _by_date(spec: Specification) -> tuple[Table, pd.DataFrame, dict[str, Any]]:
    """Yields after a sale by date: a VAR that drifts, the path of the projection, and the test that nothing moves."""
    choices, data = spec.variation, _months(spec)
    svar = TimeVaryingVAR(data, choices.var_lags, training=choices.training).fit(
        choices.draws, spec.rng, burn=BURN, thin=1
    ).identify(Cholesky(FLOW, CHANGE))  # fmt: skip
    read = partial(svar.path, choices.horizon, response=CHANGE, shock=FLOW, per=FLOW, cumulated=True, level=spec.level)
    model = LocalProjection(data, CHANGE, FLOW, lags=choices.monthly_lags, cumulative=True, lag_augmented=False)
    paths = PathProjection(model).fit(choices.horizon, "hac")
    path = paths.path(choices.horizon, level=spec.level)
    dates = _within(choices.dates, svar.dates.intersection(path.index))
    drift = read(dates=dates)
    rows: list[Row | Panel] = [Row(date, [_sale(drift, date, spec), _sale(path, date, spec)]) for date in dates]
    tests = paths.stability()
    stable = float(tests["p_value"].to_numpy()[[name[0] == choices.horizon for name in tests.index]][0])
    ends = svar.contrast(dates[-1], dates[0], response=CHANGE, shock=FLOW, horizon=0, per=FLOW, level=spec.level)
    rows.append(Row("p-value, the same at all dates", ["", stable]))
    table = Table(
        ["Drifting VAR", "Path of projections"], rows, stub="Month", decimals=1, below="interval",
        notes=[
            f"Change of the {yield_words(spec.primary.maturity)} over the month of a sale of 1% of debt by {name_of(choices.seller).lower()} holders and {choices.horizon} months more, bp, {span(choices.sample)}; purchases come first within the month, so that the "
            f"level is that of an order and no impact; what is asked is whether it moves. VAR: {counted(choices.var_lags, 'lag')}, drifting coefficients and volatilities, prior from the first {choices.training} months, {choices.draws:,} draws, {spec.level:.0%} posterior intervals. "
            f"Path: least average risk (Inoue, Rossi and Wang), {counted(choices.monthly_lags, 'lag')}; p-value of Elliott and Müller. Draws with explosive coefficients are kept: {drift['explosive'].max():.1%} at most.",
        ],
    )  # fmt: skip
    shown = read(dates=list(svar.dates[::EVERY]))
    drawn = pd.DataFrame({"month": month_words(shown.index), "point": -shown["point"].to_numpy(),
                          "lower": -shown["upper"].to_numpy(), "upper": -shown["lower"].to_numpy()})  # fmt: skip
    told = {
        "stable_p": stable,
        "later_larger": 1.0 - cell(ends, 0, "positive"),
        "least": float(drawn["point"].min()),
        "most": float(drawn["point"].max()),
    }
    return table, drawn, told


def _within(dates: tuple[str, ...], known: pd.Index) -> list[str]:
    """Dates of the table that have a response; purchases read off positions begin in 2011.

    Raises
    ------
    SpecificationError
        If none has.
    """
    kept = [date for date in dates if pd.Period(date, freq="M") in known]
    if not kept:
        raise SpecificationError(
            f"variation.dates are {dates[0]} to {dates[-1]}; responses are known from {known[0]} to {known[-1]}."
        )
    return kept


def _sale(table: pd.DataFrame, date: str, spec: Specification) -> Estimate:
    """The response to a sale from that to a purchase."""
    month = pd.Period(date, freq="M")
    value, error, lower, upper = (cell(table, month, each) for each in ("point", "std_error", "lower", "upper"))
    return Estimate(-value, error, -upper, -lower, spec.level, UNITS)


def _draw(page: Any, data: pd.DataFrame) -> None:
    axes = page.subplots()
    at = np.arange(len(data))
    axes.fill_between(at, data["lower"], data["upper"], color="#0b3c6f", alpha=0.18, linewidth=0)
    axes.plot(at, data["point"], color="#0b3c6f")
    axes.axhline(0.0, color="black", linewidth=0.6)
    years = [
        place
        for place, month in enumerate(data["month"])
        if month.endswith(("-01", "-02", "-03")) and int(month[:4]) % 5 == 0
    ]
    axes.set_xticks(years, [data["month"][place][:4] for place in years])
    axes.set_ylabel(UNITS)


if __name__ == "__main__":
    main(result, baseline)
