"""Holdings against flows: the same regression of the 10-year yield on four measures of foreign demand."""

from __future__ import annotations

import pandas as pd

import econ
from analyses.specification import Specification, baseline
from econ import Dataset, Estimate
from econ.data import flows
from econ.infer import regress
from econ.report import Exhibit, Figure, Panel, Row, Table, main

MEASURES = {
    "mfh_change": "Holdings, all Treasuries",
    "position_change": "Holdings, long-term",
    "valuation_change": "Valuation change alone",
    "net_purchases": "Net purchases",
}
SAMPLES = {"early": ("2003-01", "2020-12"), "full": ("2003-01", "2026-03"), "recent": ("2011-07", "2026-03")}
LONG = ("1985-02", "2020-12")


def result(spec: Specification = baseline) -> Exhibit:
    """Regress monthly changes of the yield on each measure, for three holders and several samples."""
    end, average = _changes(spec.primary_maturity, spec), _changes("yield_10y_average", spec)
    columns = {
        "official_long": ("official", average, LONG),
        "official_early": ("official", end, SAMPLES["early"]),
        "official_full": ("official", end, SAMPLES["full"]),
        "china_recent": ("china", end, SAMPLES["recent"]),
        "japan_recent": ("japan", end, SAMPLES["recent"]),
    }
    cells = {
        (measure, key): _slope(slug, measure, outcome, sample, spec)
        for key, (slug, outcome, sample) in columns.items()
        for measure in MEASURES
    }
    rows = [Row(words, [cells[measure, key] for key in columns]) for measure, words in MEASURES.items()]
    rows.append(Row("Months, net purchases", [cells["net_purchases", key].nobs for key in columns], decimals=0))
    table = Table(
        ["1985–2020", "2003–2020", "2003–2026", "2011–2026", "2011–2026"],
        [Panel("10-year yield, bp per 1% of debt"), *rows],
        spans=[("Foreign official", 3), ("China", 1), ("Japan", 1)],
        decimals=1,
        notes=[
            "Each cell is one regression of the monthly change of the 10-year yield (month end; monthly average in the first "
            "column) on a constant and one measure of demand in percent of debt: the change in reported holdings of all or of long-term Treasuries, its valuation part alone, or net purchases. Standard errors in parentheses: Newey-West "
            f"with {spec.hac_lags} Bartlett lags. Imputed months are left out. None of these is an estimate of the price "
            "impact: prices are on both sides of the first three rows, and holders choose when to buy in the fourth."
        ],
    )  # fmt: skip
    numbers: dict[str, Estimate | int | float] = {f"{key}_{measure}": cell for (measure, key), cell in cells.items()}
    figure_data = _cumulated(spec)
    last = figure_data.iloc[-1]
    numbers |= {"china_reported": float(last["reported"]), "china_bought": float(last["bought"])}
    return Exhibit(
        key="holdings_and_flows", title="The same regression on four measures of demand", numbers=numbers,
        tables=table, figures=Figure(figure_data, _draw, height=2.9), vintages=_vintages(spec), spec=spec,
    )  # fmt: skip


def _changes(name: str, spec: Specification) -> Dataset:
    """Monthly changes of a yield, basis points."""
    return econ.load(name, as_of=spec.as_of).convert(**{name: "basis points"}).transform(**{name: "diff"})


def _slope(slug: str, measure: str, outcome: Dataset, sample: tuple[str, str], spec: Specification) -> Estimate:
    demand = flows(slug, measure, imputed=False, as_of=spec.as_of)["value"].rename(measure)
    changes = outcome.frame.iloc[:, 0].rename("yield")
    both = pd.concat([changes, demand], axis=1).loc[sample[0] : sample[1]].dropna()
    parent = outcome.join(econ.load(f"{slug}_{measure}", as_of=spec.as_of))
    fit = regress(both["yield"], both[[measure]], cov="hac", bandwidth=spec.hac_lags, gaps="zero", parent=parent)
    label = f"{slug}: yield on {measure}, {sample[0]} to {sample[1]}"
    return fit.estimate(measure, level=spec.level, units="bp per 1% of debt", label=label)


def _cumulated(spec: Specification) -> pd.DataFrame:
    """China since 2011-12: change in reported long-term holdings and cumulated net purchases, USD billion."""
    position = flows("china", "position", "usd_bn", as_of=spec.as_of)["value"].loc["2011-12":]
    bought = flows("china", "net_purchases", "usd_bn", as_of=spec.as_of)["value"].loc["2012-01":].cumsum()
    bought = pd.concat([pd.Series([0.0], index=position.index[:1]), bought])
    return pd.DataFrame(
        {
            "month": position.index.strftime("%Y-%m"),
            "reported": (position - position.iloc[0]).to_numpy(),
            "bought": bought.reindex(position.index).to_numpy(),
        }
    )


def _draw(page, data: pd.DataFrame) -> None:  # noqa: ANN001
    axes = page.subplots()
    months = pd.PeriodIndex(data["month"], freq="M").to_timestamp()
    axes.axvspan(pd.Timestamp("2021-01-01"), pd.Timestamp("2023-01-31"), color="0.9", lw=0, label="imputed months")
    axes.plot(months, data["reported"], label="reported long-term holdings, change since 2011-12")
    axes.plot(months, data["bought"], label="cumulated net purchases", linestyle="--")
    axes.axhline(0.0, color="0.4", lw=0.6)
    axes.set_ylabel("USD billion")
    axes.legend(loc="lower left")


def _vintages(spec: Specification) -> tuple:
    names = [
        f"{slug}_{measure}" for slug in ("official", "china", "japan") for measure in ("mfh_change", "net_purchases")
    ]
    return econ.load("yield_10y", "yield_10y_average", *names, as_of=spec.as_of).vintages


if __name__ == "__main__":
    main(result, baseline)
