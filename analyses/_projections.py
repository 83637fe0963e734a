"""Data and instruments that the exhibits on local projections share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

import econ
from analyses._samples import cut, loaded, window
from analyses.specification import Specification
from econ import Dataset
from econ.data import Variable, flows, holder, operations
from econ.data.use import using
from econ.projection import GranularInstrument, Instrument, granular_instrument, intervention_instrument

INTERVENTION_YIELDS = ("yield_2y", "yield_10y")
"""Drivers of the interventions: both ends of the curve, whatever the yield that is explained."""


@dataclass(frozen=True)
class Sale:
    """A holder's sales: the name of the series and the words of the table."""

    slug: str
    words: str

    @property
    def name(self) -> str:
        """Name of the series, positive when the holder sells."""
        return f"{self.slug}_sales"


CHINA, JAPAN, OFFICIAL, FOREIGN = (
    Sale("china", "China"), Sale("japan", "Japan"), Sale("official", "Foreign official"), Sale("foreign", "All foreign")
)  # fmt: skip


def with_sales(data: Dataset, sale: Sale) -> Dataset:
    """Add a holder's sales, percent of debt, in place of its purchases."""
    bought = f"{sale.slug}_net_purchases"
    old = data.variables[bought]
    sold = Variable(
        sale.name, f"{holder(sale.slug).name}: net sales", old.units, "the holder sells", imputed=old.imputed
    )
    frame = data.frame.assign(**{sale.name: -data.frame[bought]}).drop(columns=bought)
    return Dataset(frame, {**data.variables, sale.name: sold}, data.vintages, parent=data)


def monthly(
    sale: Sale, spec: Specification, *, responses: tuple[str, ...], further: tuple[str, ...] = (), ends: bool = True
) -> Dataset:
    """Sales, yields in basis points and controls, over the main sample; ``ends=False`` if responses end before it."""
    return cut(_assembled(sale, responses, (*spec.primary.controls, *further), spec), spec, ends=ends).complete()


def long_monthly(sale: Sale, spec: Specification, *, responses: tuple[str, ...], ends: bool = True) -> Dataset:
    """The same with average yields, from 1985: to the end for all foreigners, as long as published for officials."""
    sample = "whole" if sale == FOREIGN else "long"
    return cut(_assembled(sale, responses, spec.projection.long_controls, spec), spec, sample, ends=ends).complete()


def _assembled(sale: Sale, responses: tuple[str, ...], controls: tuple[str, ...], spec: Specification) -> Dataset:
    data = loaded(spec, f"{sale.slug}_net_purchases", *responses, *controls)
    percent = {name: "basis points" for name, variable in data.variables.items() if variable.units == "percent"}
    data = data.transform(industrial_production="log_diff") if "industrial_production" in controls else data
    return with_sales(data.convert(**percent), sale)


def granular(spec: Specification, *, factors: int | None = None, exclude: tuple[str, ...] = ()) -> GranularInstrument:
    """Idiosyncratic shocks of the panel of holders, in percent of their positions."""
    panel, (first, last) = spec.panel.everybody, window(spec)
    position = pd.DataFrame({name: flows(name, "position", "usd_bn", as_of=spec.as_of)["value"] for name in panel})
    bought = pd.DataFrame(
        {name: flows(name, scale="usd_bn", concept=spec.concept, as_of=spec.as_of)["value"] for name in panel}
    )
    growth = (100.0 * bought / position.shift()).loc[first:last]
    count = spec.panel.factors if factors is None else factors
    return granular_instrument(growth, position, factors=count, exclude=exclude)


def own_shocks(spec: Specification) -> Dataset:
    """The own shock of every holder of the panel, with the files behind it."""
    with using() as files:
        shocks = granular(spec).shocks
    return Dataset(
        shocks, {name: Variable(name, name, "percent of position") for name in map(str, shocks)}, tuple(files)
    )


def interventions(index: pd.PeriodIndex) -> Instrument:
    """Dollars that Japan sold in interventions since 2022, trillions of yen a month; zero in other months."""
    return intervention_instrument(index)


def recorded_operations(index: pd.PeriodIndex, spec: Specification) -> Instrument:
    """All operations on record, trillions of yen sold for dollars a month: purchases of dollars, as in 2011, below zero."""
    return intervention_instrument(index, operations(as_of=spec.as_of))


def intervened(spec: Specification) -> bool:
    """Whether an intervention falls into the main sample; the first since 2011 are of 2022."""
    first, last = window(spec)
    months = econ.events("intervention")["date"].dt.strftime("%Y-%m")
    return bool(months.between(first, last).any())


def intervention_shocks(spec: Specification) -> Instrument:
    """What past yields, financial conditions and interventions do not explain of the interventions.

    The yen and Japanese yields, which the ministry watches, are not in the archive; US yields and conditions are.
    """
    data = econ.load(*INTERVENTION_YIELDS, "financial_conditions", as_of=spec.as_of)
    drivers = cut(data.transform(**dict.fromkeys(INTERVENTION_YIELDS, "diff")), spec).frame
    return interventions(pd.PeriodIndex(drivers.index)).residual(drivers, lags=spec.projection.lags)


def with_instruments(data: Dataset, **made: Callable[[], pd.Series]) -> Dataset:
    """Make instruments, add them as columns with the files behind them, and keep the months that have all of them."""
    with using() as files:
        series = {name: make() for name, make in made.items()}
    frame = data.frame.join(pd.DataFrame(series), how="inner")
    variables = {name: Variable(name, name, "instrument") for name in series}
    return Dataset(frame, {**data.variables, **variables}, (*data.vintages, *files), parent=data).complete()
