"""The nowcast: what weekly custody and yields say of China's purchases before they are published."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

import econ
from analyses._samples import loaded
from analyses._units import cell
from analyses._words import counted, month, months, name_of, span, yield_words
from analyses.specification import Specification, baseline
from econ import Dataset, Minnesota, MixedFrequencyVAR
from econ.data import Variable
from econ.infer import regress
from econ.report import Exhibit, Row, Table, main, recorded
from econ.var import NowcastEvaluation, pseudo_real_time

CUSTODY, DEBT = "custody_growth", "debt_growth"
METHODS = {
    "nowcast": "Weekly custody and yields, quarterly debt", "ar": "Its own last months", "random_walk": "The last month",
    "mean": "Its mean",
}  # fmt: skip
TIGHTNESS = 0.2


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Nowcasts of every month from what was published before it, beside forecasts from its own past."""
    choices, name = spec.nowcast, f"{spec.nowcast.holder}_net_purchases"
    model = system(spec)
    done = pseudo_real_time(
        model, name, choices.evaluated[0], end=choices.evaluated[1], refit=choices.refitted, draws=choices.draws,
        burn=max(10, choices.draws // 2), level=spec.level, rng=spec.rng,
        delays={name: choices.delay, DEBT: choices.delay, CUSTODY: 1, spec.primary.maturity: 1},
    )  # fmt: skip
    scores = done.summary().to_frame()
    gain, p_value = against(done, "ar")
    rows = [
        Row(words, [cell(scores, method, column) for column in ("rmse", "relative_rmse", "crps", "coverage")])
        for method, words in METHODS.items()
    ]
    rows.append(Row("p-value, no better than its own last months", [p_value, "", "", ""]))
    numbers: dict[str, Any] = {
        f"{method}_{column}": cell(scores, method, str(column)) for method in METHODS for column in scores
    }
    return Exhibit(
        key="nowcast", title="What weekly custody says of a month before it is published",
        numbers=numbers | {"gain": gain, "p_value": p_value}, tables={"": _table(rows, spec)},
        spec=spec,
    )  # fmt: skip


def system(spec: Specification) -> MixedFrequencyVAR:
    """Weekly growth of custody and the yield, monthly purchases, quarterly growth of the debt."""
    choices, name = spec.nowcast, f"{spec.nowcast.holder}_net_purchases"
    first, last = choices.sample
    custody = econ.load("fed_custody", frequency="W", as_of=spec.as_of)
    daily = econ.load(spec.primary.maturity, frequency="D", as_of=spec.as_of)
    held = custody.frame["fed_custody"]
    quoted = daily.frame[spec.primary.maturity].resample("W-WED").last().reindex(held.index)
    weekly = pd.DataFrame({CUSTODY: 100.0 * np.log(held).diff(), spec.primary.maturity: quoted}).loc[first:last]
    debt = econ.load("federal_debt", frequency="Q", as_of=spec.as_of)
    growth = pd.DataFrame({DEBT: (100.0 * np.log(debt.frame["federal_debt"])).diff()}).loc[first:last]
    bought = loaded(spec, name).sample(first, last).complete()
    tables = {
        "W": Dataset(
            weekly,
            {CUSTODY: Variable(CUSTODY, "growth of custody", "percent"), **daily.variables},
            (*custody.vintages, *daily.vintages),
        ),
        "M": bought,
        "Q": Dataset(growth, {DEBT: Variable(DEBT, "growth of the debt", "percent")}, debt.vintages),
    }
    own = {CUSTODY: 0.0, name: 0.0, DEBT: 0.0}
    return MixedFrequencyVAR(
        tables, choices.lags, aggregation={name: "sum", DEBT: "sum"}, prior=Minnesota(TIGHTNESS, own_lag=own)
    )


def against(done: NowcastEvaluation, method: str) -> tuple[float, float]:
    """Mean squared error of a method less that of the nowcast, and the one-sided p-value of Diebold and Mariano."""
    errors = done.frame["error"].astype(float).unstack("method")
    gain = (errors[method] ** 2 - errors["nowcast"] ** 2).rename("gain")
    one = pd.DataFrame({"mean": 1.0}, index=gain.index)
    fit = regress(gain, one, cov="ewc", intercept=False)
    value, both = float(fit.coefficients["mean"]), float(fit.pvalues["mean"])
    return value, 0.5 * both if value > 0.0 else 1.0 - 0.5 * both


def _table(rows: list[Row], spec: Specification) -> Table:
    choices = spec.nowcast
    return Table(
        ["RMSE", "Relative", "CRPS", "Coverage"], rows, stub="Forecast from", decimals=3,
        notes=[
            f"{name_of(choices.holder)}'s purchases of a month, percent of debt, from what was published the day before they came out, {choices.delay} days after the month; months {span(choices.evaluated)}, data from {month(choices.sample[0])}, a mixed-frequency Bayesian VAR "
            f"of weekly growth of custody at the Federal Reserve, the {yield_words(spec.primary.maturity)}, monthly purchases and quarterly growth of the debt, {counted(choices.lags, 'lag')} of weeks, estimated again every {months(choices.refitted)}, {choices.draws:,} draws. "
            f"Relative: to its own last months, an autoregression. Coverage: of {spec.level:.0%} intervals. p-value: one-sided, Diebold and Mariano with fixed-smoothing errors. Values are those of today's vintage, not those of the day."
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main(result, baseline)
