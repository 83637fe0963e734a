"""Behaviour: who bought in stress, what Japan and the UK react to, the offset by state, when China's selling changed."""

from __future__ import annotations

import pandas as pd

import econ
from analyses._offsets import own_shock
from analyses._projections import interventions
from analyses.specification import CHINA, JAPAN, UK, Specification, baseline
from econ import Dataset
from econ.data import Variable
from econ.infer.breaks import Breaks, bai_perron
from econ.offset import (
    EPISODES,
    StateOffset,
    episodes,
    event_months,
    reaction_function,
    realised_volatility,
    state_offset,
)
from econ.report import Estimate, Exhibit, Panel, Row, Table, Unavailable, main

HOLDERS = {
    "china": "China",
    "japan": "Japan",
    "uk": "United Kingdom",
    "official": "Foreign official",
    "foreign": "All foreign",
}
GAP_GERMANY, GAP_UK, VOLATILITY, TENSION, CURRENCY = (
    "gap_germany",
    "gap_uk",
    "realised_volatility",
    "tension",
    "intervention",
)
TERMS = {
    "Yield over Germany": (GAP_GERMANY,), "Yield over the UK": (GAP_UK,), "Currency: interventions": (CURRENCY,),
    "Volatility and conditions": (VOLATILITY, "financial_conditions"), "Threats, freezes, tariffs": (TENSION,),
    "Fed purchases": ("fed_net_purchases",), "China's purchases": (CHINA,),
}  # fmt: skip
NOT_FOR = {JAPAN: {"Yield over the UK"}, UK: {"Yield over Germany", "Currency: interventions"}}
SLUGS = {JAPAN: "japan", UK: "uk"}
LAGS = 3
SHOCK, AFTER = "china_shock", "after"
FREEZE = "2022-02"
"""Month of the freeze of Russia's reserves: the state is low to it, high after it."""
STATES = {"volatile": (VOLATILITY, "Calm", "Volatile"), "after": (AFTER, "To February 2022", "After February 2022")}


def result(spec: Specification = baseline) -> Exhibit:
    """Episodes, reaction functions, the offset by state, breaks."""
    table, found = _episodes(spec)
    reactions, tests = _reactions(spec)
    states, by_state = _states(spec)
    dates, breaks = _breaks(spec)
    return Exhibit(
        key="behaviour", title="Who bought, and what holders react to", numbers=found | tests | by_state | breaks,
        tables={"": table, "reactions": reactions, "states": states, "breaks": dates}, vintages=monthly(spec).vintages,
        spec=spec,
    )  # fmt: skip


def _episodes(spec: Specification) -> tuple[Table, dict[str, float | Unavailable]]:
    sums = episodes(list(HOLDERS), as_of=spec.as_of)
    rows, numbers = [], {}
    for episode in EPISODES:
        cells = [sums.loc[(episode, holder), "usd_bn"] for holder in HOLDERS]
        rows.append(Row(episode, cells))
        slug = episode.lower().replace(" ", "_").replace("-", "_")
        numbers |= {f"{slug}_{holder}": cell for holder, cell in zip(HOLDERS, cells, strict=True)}
    note = "Net purchases of long-term Treasuries, USD billion; September and October 2022 are imputed."
    return Table(list(HOLDERS.values()), rows, decimals=1, notes=[note]), numbers


def monthly(spec: Specification) -> Dataset:
    """Purchases in percent of debt, and what the archive has of the terms of a reaction function.

    Yield differentials are of monthly averages, percentage points; volatility is that of daily changes of the 10-year
    yield, basis points; tension counts the events of the catalogue that are threats, freezes or tariffs; interventions
    are trillions of yen for which Japan sold dollars.
    """
    names = (CHINA, JAPAN, UK, "fed_net_purchases", "financial_conditions")
    yields = ("yield_10y_average", "yield_10y_germany", "yield_10y_uk")
    data = econ.load(*names, *yields, as_of=spec.as_of)
    daily = econ.load("yield_10y", frequency="D", as_of=spec.as_of)
    frame = data.frame.copy()
    index = pd.PeriodIndex(frame.index)
    frame[GAP_GERMANY] = frame["yield_10y_average"] - frame["yield_10y_germany"]
    frame[GAP_UK] = frame["yield_10y_average"] - frame["yield_10y_uk"]
    frame[VOLATILITY] = 100.0 * realised_volatility(daily.frame["yield_10y"]).reindex(index)
    frame[TENSION] = event_months(index)
    frame[CURRENCY] = interventions(index).series
    units = {GAP_GERMANY: "percentage points", GAP_UK: "percentage points", VOLATILITY: "basis points",
             TENSION: "events", CURRENCY: "trillion yen"}  # fmt: skip
    made = {name: Variable(name, name.replace("_", " ").capitalize(), unit) for name, unit in units.items()}
    variables = {name: data.variables[name] for name in names} | made
    files = tuple(dict.fromkeys((*data.vintages, *daily.vintages)))
    return Dataset(frame[[*names, *units]], variables, files, parent=data).sample(*spec.sample)


def _reactions(spec: Specification) -> tuple[Table, dict[str, float | Unavailable]]:
    """p-values of the hypothesis that lags of a group of terms do not move the holder's purchases."""
    data = monthly(spec)
    fits = {}
    for name in (JAPAN, UK):
        terms = {group: columns for group, columns in TERMS.items() if group not in NOT_FOR[name]}
        fits[name] = reaction_function(data, name, terms, lags=LAGS, own_lags=LAGS)
    groups = [*TERMS, "all terms"]
    rows = []
    for group in groups:
        cells = [float(fit.tests.loc[group, "p_value"]) if group in fit.tests.index else "–" for fit in fits.values()]
        rows.append(Row(group.capitalize() if group == "all terms" else group, cells))
    rows.append(Row("R²", [fit.regression.r2 for fit in fits.values()]))
    months = int((data.frame[TENSION] > 0).sum())
    table = Table(
        ["Japan", "United Kingdom"], rows, decimals=2,
        notes=[
            f"p-values that {LAGS} lags of the terms do not move net purchases (percent of debt), with as many own lags; "
            "HC3 errors. Yield: 10-year Treasury less Bund (Japan) or gilt (UK), for lack of Japanese yields. Volatility: "
            "realised, of the daily 10-year yield, with the Chicago Fed's index of conditions. Threats to sell, freezes of "
            f"reserves, tariffs: events of the catalogue, in {months} months, so that this test has little power. Hedged "
            "yields, exchange rates and indices of geopolitical risk are not in the archive."
        ],
    )  # fmt: skip
    short = {"China's purchases": "china", "Volatility and conditions": "volatility", "Threats, freezes, tariffs": "tension",
             "Yield over Germany": "yield", "Yield over the UK": "yield", "Currency: interventions": "currency"}  # fmt: skip
    numbers: dict[str, float | Unavailable] = {
        f"{SLUGS[name]}_reacts_to_{slug}": float(fit.tests.loc[group, "p_value"])
        for name, fit in fits.items()
        for group, slug in short.items()
        if group in fit.tests.index
    }
    return table, numbers | {"tension_months": months}


def by_state(spec: Specification, key: str, ally: str) -> StateOffset:
    """The offset by the state of last month, sales moved by China's own granular shock."""
    data = monthly(spec)
    column = STATES[key][0]
    frame = data.frame[[CHINA, JAPAN, UK, "fed_net_purchases"]].copy()
    index = pd.PeriodIndex(frame.index)
    after = pd.Series(index > pd.Period(FREEZE, "M"), index=index)
    volatile = data.frame[VOLATILITY] > data.frame[VOLATILITY].median()
    frame["state"] = (after if column == AFTER else volatile).astype(float)
    frame = frame.join(own_shock(spec, CHINA).rename(SHOCK), how="inner")
    variables = {name: data.variables[name] for name in (CHINA, JAPAN, UK, "fed_net_purchases")}
    added = {"state": Variable("state", "State", "0 or 1"), SHOCK: Variable(SHOCK, "Own shock", "percent of position")}
    whole = Dataset(frame, variables | added, data.vintages, parent=data)
    return state_offset(
        whole.complete(), CHINA, ally, instrument=SHOCK, state="state", horizon=spec.offset_horizon,
        controls=("fed_net_purchases",), lags=spec.state_lags, level=spec.level,
    )  # fmt: skip


def _states(spec: Specification) -> tuple[Table, dict[str, Estimate | float]]:
    rows: list[Row | Panel] = []
    numbers: dict[str, Estimate | float] = {}
    for key, (_, low, high) in STATES.items():
        found = {slug: by_state(spec, key, ally) for ally, slug in SLUGS.items()}
        rows += [Row(low, [part.low for part in found.values()]), Row(high, [part.high for part in found.values()])]
        for test in ("Wald", "Anderson-Rubin"):
            cells: list[float | str] = [float(part.tests.loc[test, "p_value"]) for part in found.values()]
            rows.append(Row(f"Equal: {test}, p-value", cells))
        for slug, part in found.items():
            robust = float(part.tests.loc["Anderson-Rubin", "p_value"])
            numbers |= {f"{key}_{slug}_low": part.low, f"{key}_{slug}_high": part.high, f"{key}_{slug}_p": robust}
    table = Table(
        ["Japan", "UK custodians"], rows, decimals=2, below="interval",
        notes=[
            f"Share of a Chinese sale bought within {spec.offset_horizon} months by the state of the month before it; local "
            f"projections on China's own granular shock, all regressors interacted, {spec.state_lags} lag; {spec.level:.0%} "
            "Fieller sets, which with one instrument are Anderson-Rubin sets. Volatile: realised volatility of the 10-year "
            "yield above its median. Equal: Wald by the delta method; Anderson-Rubin by projection."
        ],
    )  # fmt: skip
    return table, numbers


def _breaks(spec: Specification) -> tuple[Table, dict[str, int | float | str]]:
    """Breaks in the mean of China's purchases: those that the sequential tests keep, and those of the criterion."""
    china = econ.load(CHINA, as_of=spec.as_of).sample(*spec.sample)
    kept, looser = (
        bai_perron(china.frame[CHINA], rng=spec.rng, level=spec.level, parent=china, select=select)
        for select in ("sequential", "bic")
    )
    rows: list[Row | Panel] = [
        Row(f"{number} breaks against {number + 1}", [line["statistic"], line["p_value"]])
        for number, (_, line) in enumerate(kept.tests.iterrows())
    ]
    for words, found in (("Kept by the tests", kept), ("Kept by BIC", looser)):
        rows.append(Panel(words))
        rows += _dated(found) or [Row("None", ["", ""])]
    table = Table(
        ["sup-F, or interval", "p-value, or mean after"], rows, decimals=2,
        notes=[
            f"Mean of China's net purchases, percent of debt a month; Bai and Perron, sequential tests at 5% by a block-wild "
            f"bootstrap, or the Bayesian criterion; {spec.level:.0%} intervals of the dates after Bai (1997)."
        ],
    )  # fmt: skip
    numbers: dict[str, int | float | str] = {
        "breaks": len(kept.dates), "breaks_bic": len(looser.dates), "break_p": float(kept.tests["p_value"].iloc[0]),
    }  # fmt: skip
    if len(looser.dates):
        first = looser.dates.iloc[0]
        numbers |= {
            "first_break": str(first["date"]),
            "first_break_lower": str(first["lower"]),
            "first_break_upper": str(first["upper"]),
        }
    return table, numbers


def _dated(found: Breaks) -> list[Row]:
    means = found.coefficients.iloc[0].to_numpy()
    return [
        Row(f"Break: {line['date']}", [f"{line['lower']} to {line['upper']}", float(mean)])
        for (_, line), mean in zip(found.dates.iterrows(), means[1:], strict=True)
    ]


if __name__ == "__main__":
    main(result, baseline)
