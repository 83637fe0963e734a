"""Holdings against flows: the same regression of a yield on four measures of foreign demand."""

from __future__ import annotations

from typing import Any

import pandas as pd

import econ
from analyses._samples import loaded
from analyses._units import MISSING, month_words
from analyses._words import concept, name_of, years, yield_words
from analyses.specification import Specification, baseline
from econ import Dataset, Estimate
from econ.data import flows
from econ.data.concepts import BREAK
from econ.data.flows import BY_CONCEPT
from econ.data.reported import IMPUTED
from econ.infer import regress
from econ.report import Exhibit, Figure, Panel, Row, Table, Unavailable, main, recorded

MEASURES = {
    "mfh_change": "Holdings, all Treasuries",
    "position_change": "Holdings, long-term",
    "valuation_change": "Valuation change alone",
    "net_purchases": "Net purchases",
}
AVERAGE = "_average"


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Regress monthly changes of the yield on each measure, for several holders and samples."""
    end, average = (_changes(f"{spec.primary.maturity}{what}", spec) for what in ("", AVERAGE))
    columns = {
        "official_long": ("official", average, spec.sample.long),
        "official_early": ("official", end, spec.sample.early),
        **{f"{slug}_recent": (slug, end, spec.sample.main) for slug in spec.holdings.holders},
    }
    cells = {
        (measure, key): _slope(slug, measure, outcome, sample, spec)
        for key, (slug, outcome, sample) in columns.items()
        for measure in MEASURES
    }
    rows = [Row(words, [cells[measure, key] for key in columns]) for measure, words in MEASURES.items()]
    counts = [Row(words, [cells[measure, key].nobs for key in columns]) for measure, words in MEASURES.items()]
    table = _table([*rows, Panel("Months"), *counts], [years(sample) for _, _, sample in columns.values()], spec)
    numbers: dict[str, Estimate | int | float | Unavailable] = {
        f"{key}_{measure}": cell for (measure, key), cell in cells.items()
    }
    figure_data = _cumulated(spec)
    last = figure_data.iloc[-1]
    numbers |= {
        "china_reported": float(last["reported"]),
        "china_bought": MISSING if pd.isna(last["bought"]) else float(last["bought"]),
    }
    return Exhibit(
        key="holdings_and_flows", title="The same regression on four measures of demand", numbers=numbers,
        tables={"": table}, figures={"": Figure(figure_data, _draw, height=2.9)}, spec=spec,
    )  # fmt: skip


def _table(rows: list[Row | Panel], samples: list[str], spec: Specification) -> Table:
    name = yield_words(spec.primary.maturity)
    modelled = f"{IMPUTED[0]} to {IMPUTED[-1]}"
    told = (
        f"the change in value of {modelled} is modelled"
        if spec.holdings.imputed
        else f"nobody published a change in value for {modelled}"
    )
    return Table(
        samples,
        [Panel(f"{name}, bp per 1% of debt"), *rows],
        spans=[("Foreign official", 2), *((name_of(slug), 1) for slug in spec.holdings.holders)],
        decimals=1,
        notes=[
            f"Each cell is one regression of the monthly change of the {name} (month end; monthly average in the first "
            "column) on a constant and one measure of demand in percent of debt: the change in reported holdings of all or "
            "of long-term Treasuries, its valuation part alone, or net purchases. Standard errors in parentheses: Newey-West "
            f"with {spec.holdings.hac_lags} Bartlett lags. Purchases: {concept(spec)}. Months: of each regression; "
            f"{told}. None of these is an estimate of the price "
            "impact: prices are on both sides of the first three rows, and holders choose when to buy in the fourth."
        ],
    )


def _changes(name: str, spec: Specification) -> Dataset:
    """Monthly changes of a yield, basis points."""
    return econ.load(name, as_of=spec.as_of).convert(**{name: "basis points"}).transform(**{name: "diff"})


def _slope(slug: str, measure: str, outcome: Dataset, sample: tuple[str, str], spec: Specification) -> Estimate:
    if measure in BY_CONCEPT:
        table = flows(slug, measure, concept=spec.concept, as_of=spec.as_of)
    else:
        table = flows(slug, measure, imputed=spec.holdings.imputed, as_of=spec.as_of)
    demand = table["value"].rename(measure)
    changes = outcome.frame.iloc[:, 0].rename("yield")
    both = pd.concat([changes, demand], axis=1).loc[sample[0] : sample[1]].dropna()
    parent = outcome.join(loaded(spec, f"{slug}_{measure}"))
    fit = regress(
        both["yield"], both[[measure]], cov="hac", bandwidth=spec.holdings.hac_lags, gaps="zero", parent=parent
    )
    label = f"{slug}: yield on {measure}, {sample[0]} to {sample[1]}"
    return fit.estimate(measure, level=spec.level, units="bp per 1% of debt", label=label)


def _cumulated(spec: Specification) -> pd.DataFrame:
    """China since a month: change in reported long-term holdings and cumulated net purchases, USD billion."""
    first = spec.holdings.since
    position = flows("china", "position", "usd_bn", as_of=spec.as_of)["value"].loc[first:]
    bought = flows("china", "net_purchases", "usd_bn", concept=spec.concept, as_of=spec.as_of)["value"].loc[first:]
    bought = bought.where(bought.index > bought.index[0], 0.0).cumsum(skipna=False)
    return pd.DataFrame(
        {
            "month": month_words(position.index),
            "reported": (position - position.iloc[0]).to_numpy(),
            "bought": bought.reindex(position.index).to_numpy(),
        }
    )


def _draw(page: Any, data: pd.DataFrame) -> None:
    axes = page.subplots()
    months = pd.PeriodIndex(data["month"], freq="M").to_timestamp()
    axes.axvline(BREAK.start_time, color="0.6", lw=0.8, linestyle=":", label="counterparty before, holder after")
    axes.plot(months, data["reported"], label=f"reported long-term holdings, change since {data['month'].iloc[0]}")
    axes.plot(months, data["bought"], label="cumulated net purchases", linestyle="--")
    axes.axhline(0.0, color="0.4", lw=0.6)
    axes.set_ylabel("USD billion")
    axes.legend(loc="lower left")


if __name__ == "__main__":
    main(result, baseline)
