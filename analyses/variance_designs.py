"""Variances on the long sample: regimes by date, GARCH, smooth change and independent shocks, 1985 to 2026."""

from __future__ import annotations

from typing import Any

import pandas as pd

import econ
from analyses import leaning
from analyses._samples import loaded
from analyses._words import counted, listing, month, name_of, span, yield_words
from analyses.specification import Specification, baseline
from econ import VAR, Dataset, Estimate, Heteroskedasticity, MovingBlock, NonGaussian, Unavailable
from econ.data import Variable
from econ.errors import EstimationError, IdentificationError
from econ.infer import RegimeLeaning, regime_leaning
from econ.report import Exhibit, Panel, Row, Table, main, recorded
from econ.var import ChangingVolatility, VARResults

FLOW, CHANGE = "flow", "change"
NO_ESTIMATE = {
    "NotIdentified": "shocks too close to Gaussian to be told apart",
    "NotConverged": "the variances move too little",
}


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """The yield of the month after a sale by four ways of reading variances, and what tells them apart."""
    data = pair(spec)
    made = regimes(data, spec)
    fit = VAR(data, lags=spec.variances.lags).fit()
    impacts, tests = _schemes(fit, spec)
    rows: list[Row | Panel] = [
        Panel("Set valid however little the variances change"),
        Row("Regimes by date, S set", [made.impact, leaning.per_10(made.leaning), made.agreement["p_value"]]),
        Panel("Bootstrap intervals, as if shocks were told apart for certain"),
        *(Row(words, [impacts[words], "", tests[words]]) for words in impacts),
    ]
    table = Table(
        ["Impact", "Leaning per 10 bp", "p-value"], rows, decimals=2, below="interval",
        notes=[_note(spec)],
    )  # fmt: skip
    numbers: dict[str, Any] = {"regimes": made.impact, "regimes_agreement": made.agreement["p_value"]}
    numbers |= {f"scheme_{place}": each for place, each in enumerate(impacts.values())}
    return Exhibit(
        key="variance_designs", title="Variances on the long sample", numbers=numbers,
        tables={"": table, "regimes": _variances(made, spec)}, spec=spec,
    )  # fmt: skip


def pair(spec: Specification) -> Dataset:
    """Change of the yield from month end to month end (bp) and purchases of all foreigners (percent of debt)."""
    name, bought = spec.primary.maturity, f"{spec.leaning.seller}_net_purchases"
    daily = econ.load(name, frequency="D", as_of=spec.as_of)
    change = 100.0 * daily.frame[name].dropna().diff()
    data = loaded(spec, bought)
    table = pd.DataFrame(
        {FLOW: data.frame[bought], CHANGE: change.groupby(pd.DatetimeIndex(change.index).to_period("M")).sum()}
    )
    variables = {
        FLOW: Variable(FLOW, "net purchases", "% of debt"),
        CHANGE: Variable(CHANGE, f"change of the {yield_words(name)}", "bp"),
    }
    kept = table.loc[spec.variances.sample[0] : spec.variances.sample[1]].dropna()
    return Dataset(kept, variables, data.vintages + daily.vintages)


def regimes(data: Dataset, spec: Specification) -> RegimeLeaning:
    """Impact and leaning by regimes of variance, lags of both partialled out."""
    frame = data.frame
    lags = pd.concat(
        {f"{name}_{k}": frame[name].shift(k) for name in frame for k in range(1, spec.variances.lags + 1)}, axis=1
    )
    kept = frame.join(lags).dropna()
    return regime_leaning(
        kept[CHANGE].to_numpy(), kept[FLOW].to_numpy(), _labels(pd.PeriodIndex(kept.index), spec).to_numpy(),
        controls=kept[list(lags.columns)].to_numpy(), level=spec.level, units=(leaning.UNITS[1], leaning.UNITS[0]),
    )  # fmt: skip


def _labels(index: pd.PeriodIndex, spec: Specification) -> pd.Series:
    """Regime of each month, by its first and last."""
    ends = [pd.Period(end, freq="M") for end in spec.variances.ends]
    edges = [index[0], *(end + 1 for end in ends)], [*ends, index[-1]]
    names = [span((str(first), str(last))) for first, last in zip(*edges, strict=True)]
    return pd.Series([names[sum(each > end for end in ends)] for each in index], index=index)


def _schemes(fit: VARResults, spec: Specification) -> tuple[dict[str, Estimate | Unavailable], dict[str, Any]]:
    index = pd.PeriodIndex(fit.data.frame.index)
    schemes: dict[str, Any] = {
        "Regimes by date, moments": Heteroskedasticity(_labels(index, spec), method="moments"),
        "GARCH": ChangingVolatility("garch"),
        "Smooth change with time": ChangingVolatility("smooth"),
        "Independent, non-Gaussian": NonGaussian(),
    }
    impacts: dict[str, Estimate | Unavailable] = {}
    tests: dict[str, Any] = {}
    for words, scheme in schemes.items():
        try:
            svar: Any = scheme.identify(fit)  # which does not warn: the p-value is printed beside the result
            irf = svar.irf(0, bootstrap=MovingBlock(draws=spec.variances.draws), rng=spec.rng)
            sale = irf.shock(FLOW).scale(to=-1.0, response=FLOW, horizon=0)
            impacts[words] = sale.at(0, response=CHANGE, level=spec.level)
            tests[words] = _told_apart(svar.tests()["p_value"].astype(float))
        except (IdentificationError, EstimationError) as error:
            impacts[words] = Unavailable(NO_ESTIMATE.get(type(error).__name__, "the estimate does not exist"))
            tests[words] = ""
    return impacts, tests


def _told_apart(p_values: pd.Series) -> float:
    """P-value that nothing tells the two shocks apart: one test of both, or the smaller of two (Bonferroni)."""
    both = p_values[[str(name).startswith(("equal relative", "two Gaussian")) for name in p_values.index]]
    return float(both.iloc[0]) if len(both) else min(1.0, len(p_values) * float(p_values.min()))


def _variances(made: RegimeLeaning, spec: Specification) -> Table:
    """What changes from regime to regime."""
    rows = [
        Row(str(name), [int(line["periods"]), line["news"], line["flow"]]) for name, line in made.variances.iterrows()
    ]
    return Table(
        ["Months", "News, bp", "Own flow, % of debt"], rows, stub="Regime", decimals=2,
        spans=[("", 1), ("Standard deviation", 2)],
        notes=["News and the flow's own part at the point estimate of the S set."],
    )  # fmt: skip


def _note(spec: Specification) -> str:
    choices = spec.variances
    return (
        f"Change of the {yield_words(spec.primary.maturity)} in the month of a sale of 1% of debt by {name_of(spec.leaning.seller).lower()} holders, bp, {span(choices.sample)}; "
        f"{counted(choices.lags, 'lag')} of both. Regimes end in {listing([month(each) for each in choices.ends])}. {spec.level:.0%} sets and intervals, the latter with "
        f"{choices.draws:,} moving-block draws. p-value, first row: that one structure fits all regimes, of the two that would the one with impact times leaning below one. Others: that the shocks cannot be told apart, for equal relative variances, for variances of both that are constant (Bonferroni), or for two Gaussian shocks. "
        "Fixed when the designs above had been seen."
    )


if __name__ == "__main__":
    main(result, baseline)
