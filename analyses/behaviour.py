"""Behaviour: who bought in stress, what Japan and the UK react to, the offset by state, when China's selling changed."""

from __future__ import annotations

import pandas as pd

import econ
from analyses._measurement import BUND
from analyses._offsets import own_shock
from analyses._projections import interventions
from analyses._samples import cut, loaded, sampled, window
from analyses._units import cell, entry
from analyses._words import concept, counted, month, months, yield_words
from analyses.specification import CHINA, FED, JAPAN, UK, Specification, baseline
from econ import Dataset
from econ.data import Variable, holder
from econ.data.use import using
from econ.infer.breaks import Breaks, bai_perron
from econ.offset import (
    StateOffset,
    episodes,
    event_months,
    reaction_function,
    realised_volatility,
    state_offset,
)
from econ.report import Estimate, Exhibit, Panel, Row, Table, Unavailable, main, recorded

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
    "Fed purchases": (FED,), "China's purchases": (CHINA,),
}  # fmt: skip
NOT_FOR = {JAPAN: {"Yield over the UK"}, UK: {"Yield over Germany", "Currency: interventions"}}
SLUGS = {JAPAN: "japan", UK: "uk"}
SHOCK, AFTER = "china_shock", "after"


def states(spec: Specification) -> dict[str, tuple[str, str, str]]:
    """States of the month before a sale: column, words of the low and of the high state."""
    frozen, (first, last) = month(spec.behaviour.freeze), window(spec)
    found = {"volatile": (VOLATILITY, "Calm", "Volatile")}
    inside = first <= spec.behaviour.freeze < last
    return found | ({"after": (AFTER, f"To {frozen}", f"After {frozen}")} if inside else {})


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Episodes, reaction functions, the offset by state, breaks."""
    table, found = _episodes(spec)
    reactions, tests = _reactions(spec)
    by_states, found_states = _states(spec)
    dates, breaks = _breaks(spec)
    return Exhibit(
        key="behaviour", title="Who bought, and what holders react to", numbers={**found, **tests, **found_states, **breaks},
        tables={"": table, "reactions": reactions, "states": by_states, "breaks": dates},
        spec=spec,
    )  # fmt: skip


def _episodes(spec: Specification) -> tuple[Table, dict[str, float | Unavailable]]:
    holders, spans = spec.behaviour.holders, {each.key: (each.first, each.last) for each in spec.behaviour.episodes}
    sums = episodes(list(holders), spans, concept=spec.concept, as_of=spec.as_of)
    rows: list[Row | Panel] = []
    numbers: dict[str, float | Unavailable] = {}
    for episode in spans:
        cells = [entry(sums, (episode, slug), "usd_bn") for slug in holders]
        rows.append(Row(episode, cells))
        key = episode.lower().replace(" ", "_").replace("-", "_")
        numbers |= {f"{key}_{slug}": cell for slug, cell in zip(holders, cells, strict=True)}
    note = f"Net purchases of long-term Treasuries, USD billion; {concept(spec)}."
    return Table([holder(slug).name for slug in holders], rows, decimals=1, notes=[note]), numbers


def monthly(spec: Specification) -> Dataset:
    """Purchases in percent of debt, and what the archive has of the terms of a reaction function.

    Yield differentials are of monthly averages, percentage points; volatility is that of daily changes of the 10-year
    yield, basis points; tension counts the events of the catalogue that are threats, freezes or tariffs; interventions
    are trillions of yen for which Japan sold dollars.
    """
    names = tuple(dict.fromkeys((CHINA, JAPAN, UK, FED, "financial_conditions", *spec.offset.controls)))
    data = loaded(spec, *dict.fromkeys((*names, "yield_10y_average", BUND, "yield_10y_uk")))
    name = spec.primary.maturity
    daily = econ.load(name, frequency="D", as_of=spec.as_of)
    frame = data.frame.copy()
    index = pd.PeriodIndex(frame.index)
    frame[GAP_GERMANY] = frame["yield_10y_average"] - frame["yield_10y_germany"]
    frame[GAP_UK] = frame["yield_10y_average"] - frame["yield_10y_uk"]
    frame[VOLATILITY] = 100.0 * realised_volatility(daily.frame[name]).reindex(index)
    frame[TENSION] = event_months(index, known=(index[0], index[-1]))  # an assumption: the catalogue lacks none
    frame[CURRENCY] = interventions(index).series
    units = {GAP_GERMANY: "percentage points", GAP_UK: "percentage points", VOLATILITY: "basis points",
             TENSION: "events", CURRENCY: "trillion yen"}  # fmt: skip
    made = {each: Variable(each, each.replace("_", " ").capitalize(), unit) for each, unit in units.items()}
    variables = {each: data.variables[each] for each in names} | made
    files = (*data.vintages, *daily.vintages)
    return cut(Dataset(frame[[*names, *units]], variables, files, parent=data), spec)


def _reactions(spec: Specification) -> tuple[Table, dict[str, float | Unavailable]]:
    """p-values of the hypothesis that lags of a group of terms do not move the holder's purchases."""
    data = monthly(spec)
    silent = [name for name in (CURRENCY, TENSION) if not data.frame[name].any()]  # nothing of it falls into the sample
    known = {group: columns for group, columns in TERMS.items() if not set(columns) & set(silent)}
    fits = {}
    for name in (JAPAN, UK):
        terms = {group: columns for group, columns in known.items() if group not in NOT_FOR[name]}
        fits[name] = reaction_function(data, name, terms, lags=spec.behaviour.lags, own_lags=spec.behaviour.lags)
    groups = [*known, "all terms"]
    rows = []
    for group in groups:
        cells = [cell(fit.tests, group, "p_value") if group in fit.tests.index else "–" for fit in fits.values()]
        rows.append(Row(group.capitalize() if group == "all terms" else group, cells))
    rows.append(Row("R²", [fit.regression.r2 for fit in fits.values()]))
    months = int((data.frame[TENSION] > 0).sum())
    table = Table(
        ["Japan", "United Kingdom"], rows, decimals=2,
        notes=[
            f"p-values that {counted(spec.behaviour.lags, 'lag')} of the terms do not move net purchases (percent of debt), with as many own lags; "
            "HC3 errors, Wald statistics against those of the residuals turned round the sample. Yield: 10-year Treasury less Bund (Japan) or gilt (UK), for lack of Japanese yields. Volatility: "
            f"realised, of the daily {yield_words(spec.primary.maturity)}, with the Chicago Fed's index of conditions. Threats to sell, freezes of "
            f"reserves, tariffs: events of the catalogue, in {months} months, so that this test has little power. Hedged "
            "yields, exchange rates and indices of geopolitical risk are not in the archive.",
            sampled(spec),
        ],
    )  # fmt: skip
    short = {"China's purchases": "china", "Volatility and conditions": "volatility", "Threats, freezes, tariffs": "tension",
             "Yield over Germany": "yield", "Yield over the UK": "yield", "Currency: interventions": "currency"}  # fmt: skip
    numbers: dict[str, float | Unavailable] = {
        f"{SLUGS[name]}_reacts_to_{slug}": cell(fit.tests, group, "p_value")
        for name, fit in fits.items()
        for group, slug in short.items()
        if group in fit.tests.index
    }
    return table, numbers | {"tension_months": months}


def by_state(spec: Specification, key: str, ally: str) -> StateOffset:
    """The offset by the state of last month, sales moved by China's own granular shock."""
    data = monthly(spec)
    column = states(spec)[key][0]
    names = dict.fromkeys((CHINA, JAPAN, UK, *spec.offset.controls))
    frame = data.frame[list(names)].copy()
    index = pd.PeriodIndex(frame.index)
    after = pd.Series(index > pd.Period(spec.behaviour.freeze, "M"), index=index)
    volatile = data.frame[VOLATILITY] > data.frame[VOLATILITY].quantile(spec.behaviour.volatile)
    frame["state"] = (after if column == AFTER else volatile).astype(float)
    with using() as files:
        frame = frame.join(own_shock(spec, CHINA).rename(SHOCK), how="inner")
    variables = {name: data.variables[name] for name in names}
    added = {"state": Variable("state", "State", "0 or 1"), SHOCK: Variable(SHOCK, "Own shock", "percent of position")}
    whole = Dataset(frame, variables | added, (*data.vintages, *files), parent=data)
    return state_offset(
        whole.complete(), CHINA, ally, instrument=SHOCK, state="state", horizon=spec.offset.horizon,
        controls=spec.offset.controls, lags=spec.behaviour.state_lags, level=spec.level,
    )  # fmt: skip


def _quantile(spec: Specification) -> str:
    share = spec.behaviour.volatile
    return "its median" if share == 0.5 else f"its quantile of {share:g}"


def _states(spec: Specification) -> tuple[Table, dict[str, Estimate | float]]:
    rows: list[Row | Panel] = []
    numbers: dict[str, Estimate | float] = {}
    for key, (_, low, high) in states(spec).items():
        found = {slug: by_state(spec, key, ally) for ally, slug in SLUGS.items()}
        rows += [Row(low, [part.low for part in found.values()]), Row(high, [part.high for part in found.values()])]
        for test in ("Wald", "Anderson-Rubin"):
            cells: list[float | str] = [cell(part.tests, test, "p_value") for part in found.values()]
            rows.append(Row(f"Equal: {test}, p-value", cells))
        for slug, part in found.items():
            robust = cell(part.tests, "Anderson-Rubin", "p_value")
            numbers |= {f"{key}_{slug}_low": part.low, f"{key}_{slug}_high": part.high, f"{key}_{slug}_p": robust}
    table = Table(
        ["Japan", "UK custodians"], rows, decimals=2, below="interval",
        notes=[
            f"Share of a Chinese sale bought within {months(spec.offset.horizon)} by the state of the month before it; local "
            f"projections on China's own granular shock, all regressors interacted, {counted(spec.behaviour.state_lags, 'lag')}; {spec.level:.0%} "
            f"Fieller sets, which with one instrument are Anderson-Rubin sets. Volatile: realised volatility of the "
            f"{yield_words(spec.primary.maturity)} above {_quantile(spec)}. Equal: Wald by the delta method; Anderson-Rubin by projection.",
            sampled(spec),
        ],
    )  # fmt: skip
    return table, numbers


def _breaks(spec: Specification) -> tuple[Table, dict[str, int | float | str]]:
    """Breaks in the mean of China's purchases: those that the sequential tests keep, and those of the criterion."""
    china = cut(loaded(spec, CHINA), spec)
    kept, looser = (
        bai_perron(
            china.frame[CHINA],
            max_breaks=spec.behaviour.max_breaks,
            trim=spec.behaviour.trim,
            size=spec.behaviour.break_size,
            draws=spec.behaviour.break_draws,
            block=spec.behaviour.break_block,
            rng=spec.rng,
            level=spec.level,
            parent=china,
            select=select,
        )
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
            f"Mean of China's net purchases, percent of debt a month; Bai and Perron, sequential tests at {spec.behaviour.break_size:.0%} by a block-wild "
            f"bootstrap in blocks of {months(spec.behaviour.break_block)}, or the Bayesian criterion; {spec.level:.0%} intervals of the dates after Bai (1997).",
            sampled(spec),
        ],
    )  # fmt: skip
    return table, _break_numbers(kept, looser)


def _break_numbers(kept: Breaks, looser: Breaks) -> dict[str, int | float | str]:
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
    return numbers


def _dated(found: Breaks) -> list[Row]:
    means = found.coefficients.iloc[0].to_numpy()
    return [
        Row(f"Break: {line['date']}", [f"{line['lower']} to {line['upper']}", float(mean)])
        for (_, line), mean in zip(found.dates.iterrows(), means[1:], strict=True)
    ]


if __name__ == "__main__":
    main(result, baseline)
