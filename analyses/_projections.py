"""Data and instruments that the exhibits on local projections share."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

import econ
from analyses.specification import BUND, Specification
from econ import Dataset
from econ.data import Variable, flows, holder
from econ.projection import GranularInstrument, Instrument, granular_instrument, intervention_instrument

YIELDS = ("yield_2y", "yield_10y", "yield_30y")
AVERAGES = ("yield_2y_average", "yield_10y_average")
PREMIA = ("term_premium_2y", "term_premium_5y", "term_premium_10y")
LABELS = {
    "yield_2y": "2-year", "yield_10y": "10-year", "yield_30y": "30-year",
    "yield_2y_average": "2-year", "yield_10y_average": "10-year",
    "term_premium_2y": "2-year", "term_premium_5y": "5-year", "term_premium_10y": "10-year",
}  # fmt: skip
FURTHER = ("yield_10y_uk", "fed_funds", "industrial_production")
"""What else of the usual controls the archive holds in every month; consumer prices of October 2025 do not exist."""
LONG_CONTROLS = (BUND, "yield_10y_uk", "fed_funds", "financial_conditions")
HUBS = ("uk", "belgium", "luxembourg", "ireland", "cayman", "switzerland", "hong_kong", "singapore")
PANEL = (
    "china", "japan", "taiwan", "korea", "india", "brazil", "norway", "canada", "france", "germany", "australia", *HUBS
)  # fmt: skip
"""Holders with net purchases in every month since 2011-06; Saudi Arabia is not published before 2012."""


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
    sale: Sale, spec: Specification, *, responses: tuple[str, ...] = YIELDS, further: tuple[str, ...] = ()
) -> Dataset:
    """Sales, yields in basis points and controls, from 2011-07."""
    return _assembled(sale, responses, (*spec.primary_controls, *further), spec).sample(spec.sample[0], None).complete()


def long_monthly(sale: Sale, spec: Specification, *, responses: tuple[str, ...] = AVERAGES) -> Dataset:
    """The same with average yields, from 1985."""
    return _assembled(sale, responses, LONG_CONTROLS, spec)


def _assembled(sale: Sale, responses: tuple[str, ...], controls: tuple[str, ...], spec: Specification) -> Dataset:
    data = econ.load(f"{sale.slug}_net_purchases", *responses, *controls, as_of=spec.as_of)
    percent = {name: "basis points" for name, variable in data.variables.items() if variable.units == "percent"}
    data = data.transform(industrial_production="log_diff") if "industrial_production" in controls else data
    return with_sales(data.convert(**percent), sale)


def granular(spec: Specification, *, factors: int | None = None, exclude: tuple[str, ...] = ()) -> GranularInstrument:
    """Idiosyncratic shocks of the panel of holders, in percent of their positions."""
    position = pd.DataFrame({name: flows(name, "position", "usd_bn", as_of=spec.as_of)["value"] for name in PANEL})
    bought = pd.DataFrame({name: flows(name, scale="usd_bn", as_of=spec.as_of)["value"] for name in PANEL})
    growth = (100.0 * bought / position.shift()).loc[spec.sample[0] : spec.sample[1]]
    count = spec.granular_factors if factors is None else factors
    return granular_instrument(growth, position, factors=count, exclude=exclude)


def interventions(index: pd.PeriodIndex) -> Instrument:
    """Dollars that Japan sold in interventions, trillions of yen a month; zero in other months."""
    return intervention_instrument(index)


def intervention_shocks(spec: Specification, *, first: str) -> Instrument:
    """What past yields, financial conditions and interventions do not explain of the interventions.

    The yen and Japanese yields, which the ministry watches, are not in the archive; US yields and conditions are.
    """
    data = econ.load("yield_2y", "yield_10y", "financial_conditions", as_of=spec.as_of)
    drivers = data.transform(yield_2y="diff", yield_10y="diff").sample(first, spec.sample[1]).frame
    return interventions(pd.PeriodIndex(drivers.index)).residual(drivers, lags=spec.projection_lags)


def with_instruments(data: Dataset, **series: pd.Series) -> Dataset:
    """Add instruments as columns and keep the months that have all of them."""
    frame = data.frame.join(pd.DataFrame(series), how="inner")
    variables = {name: Variable(name, name, "instrument") for name in series}
    return Dataset(frame, {**data.variables, **variables}, data.vintages, parent=data).complete()
