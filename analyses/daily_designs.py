"""Designs with days on known truth, by fault, and beside it what each says of the sample."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import cycle
from typing import Any

import pandas as pd

from analyses._units import cell, scored
from analyses._verdicts import Evidence, Scores, verdicts, wanted
from analyses._words import listing
from analyses.specification import Specification, baseline
from econ.report import Exhibit, Figure, Panel, Row, Table, Unavailable, main, recorded
from econ.simulate import DAILY_ESTIMATORS, DailyFaults, DailyMarket, Tournament, Truths, tournament

LABELS = {
    "operations": "Operations, days 0–2", "operations_hac": "The same, Newey-West", "operations_day": "Operations, day 0",
    "operations_summed": "Operations, summed",
    "news_uncorrected": "News", "news_corrected": "News, corrected", "granular": "Granular",
    "least_squares": "Least squares", "bracket": "News to operations",
}  # fmt: skip
FAULTS = {
    "none": "None", "answer": "Answer", "yen": "Yen", "crowded": "In a row", "unlike": "Unlike", "risk": "Flights",
    "misplaced": "Owner", "direct": "Direct",
}  # fmt: skip
STATISTICS = {"median_bias": "Median bias", "coverage": "Coverage", "rejects": "Power or size"}
RANGE = Unavailable("a range has no bias")


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Tournament of the designs in the daily market, one fault at a time."""
    daily = spec.daily
    market = DailyMarket(
        leaning=daily.leaning, noise=daily.noise, news_factor=daily.news_factor, flow=daily.flow, squares=daily.squares,
        campaigns=daily.campaigns, length=daily.length,
    )  # fmt: skip
    faults = {name: DailyFaults(**_switch(name, spec)) for name in daily.faults}
    scores = tournament(
        Truths(market, daily.impacts, (0.0,), (daily.months,), faults), replications=daily.replications, rng=spec.rng,
        draws=daily.draws, level=spec.level, block=daily.block,
    )  # fmt: skip
    table = scored(
        scores.table, ("coverage", "rejects"), field="daily.replications", replications=daily.replications
    ).droplevel(["offset", "periods"])
    numbers = _numbers(table, scores, spec)
    evidence = Evidence.of(spec)
    lines, found = verdicts(LABELS, _beside(table, numbers, spec), evidence, spec=spec)
    more, times = wanted(evidence, spec)
    return Exhibit(
        key="daily_designs", title="Designs with days on known truth and on the sample", numbers={**numbers, **found, **times},
        tables={"": _summary(table, scores, spec), "all": _everything(table, spec), "verdicts": lines, "wanted": more},
        figures={"": Figure(_curves(table, spec), partial(_draw, size=1.0 - spec.level), height=2.8)}, spec=spec,
    )  # fmt: skip


def _beside(table: pd.DataFrame, numbers: Mapping[str, float | int | str], spec: Specification) -> Scores:
    """Power at each impact without a fault, coverage where the assumptions hold, and what breaks it, by design."""
    first = spec.daily.faults[0]
    return {
        name: (
            [cell(table, (impact, first, name), "rejects") for impact in spec.daily.impacts if impact != 0.0],
            float(numbers[f"{name}_coverage"]), str(numbers[f"{name}_broken_by"]),
        )
        for name in DAILY_ESTIMATORS
    }  # fmt: skip


def _switch(name: str, spec: Specification) -> dict[str, float]:
    """The fault of that name at its strength."""
    return {} if name == "none" else {name: float(getattr(spec.daily, name))}


def _summary(table: pd.DataFrame, scores: Tournament, spec: Specification) -> Table:
    """Designs by fault: bias, lowest coverage, share of sets without zero."""
    daily, believable = spec.daily, scores.believable(spec.simulation.shortfall)["believable"]
    at = table.xs(daily.shown, level="impact")
    lowest = table["coverage"].astype(float).groupby(level=["faults", "estimator"]).min()
    panels = {
        f"Median bias at an impact of {daily.shown:g}": at["median_bias"],
        "Lowest coverage over all impacts": lowest,
        f"Share of sets without zero at an impact of {daily.shown:g}": at["rejects"],
    }
    rows: list[Row | Panel] = []
    for title, values in panels.items():
        rows.append(Panel(title))
        for name in DAILY_ESTIMATORS:
            cells = [_cell(values.loc[(fault, name)]) for fault in daily.faults]
            word = ("yes" if believable[name] else "no") if values is lowest else ""
            if RANGE not in cells:
                rows.append(Row(LABELS[name], [*cells, word], decimals=1 if "bias" in title else None))
    heads = [*(FAULTS[name] for name in daily.faults), "Believable"]
    return Table(heads, rows, decimals=2, notes=[_note(spec), _faults(spec), _at_none(table, spec)])


def _at_none(table: pd.DataFrame, spec: Specification) -> str:
    """What operations show where there is nothing to find, under the faults that they rule out."""
    name, none = "operations_summed", min(spec.daily.impacts, key=abs)
    words = [
        f"{_at(table, none, fault, name=name, column='median_bias'):.0f} bp under {FAULTS[fault]}, with "
        f"{_at(table, none, fault, name=name, column='rejects'):.0%} of sets without zero"
        for fault in spec.daily.faults
        if fault in DAILY_ESTIMATORS[name].excludes
    ]
    told = f"At an impact of {none:g} the bias of {LABELS[name]} is {listing(words)}; e" if words else "E"
    return f"{told}very impact stands in the supplementary table daily_designs_all."


def _everything(table: pd.DataFrame, spec: Specification) -> Table:
    """Every market: faults in panels, impacts across."""
    daily = spec.daily
    rows: list[Row | Panel] = []
    for fault in daily.faults:
        rows.append(Panel(FAULTS[fault]))
        for name in DAILY_ESTIMATORS:
            cells = [_cell(table.at[(impact, fault, name), each]) for impact in daily.impacts for each in STATISTICS]
            rows.append(Row(LABELS[name], cells))
    heads = list(STATISTICS.values()) * len(daily.impacts)
    spans = [(f"Impact {impact:g}", len(STATISTICS)) for impact in daily.impacts]
    return Table(heads, rows, spans=spans, decimals=2, notes=[_note(spec), _faults(spec)])


def _cell(value: object) -> Any:
    return RANGE if isinstance(value, Unavailable) else value


def _at(table: pd.DataFrame, impact: float, fault: str, *, name: str, column: str) -> float:
    found: Any = table.at[(impact, fault, name), column]
    return float(found)


def _note(spec: Specification) -> str:
    daily, error = spec.daily, 100.0 * (spec.level * (1.0 - spec.level) / spec.daily.replications) ** 0.5
    ruled = {
        name: [FAULTS[fault] for fault in daily.faults if fault in each.excludes]
        for name, each in DAILY_ESTIMATORS.items()
    }
    words = [
        f"{LABELS[name]}: {listing(faults)}" for name, faults in ruled.items() if faults and name != "operations_hac"
    ]
    return (
        f"{daily.replications} simulated samples of {daily.months} months of 21 days a market, impacts of "
        f"{listing([f'{impact:g}' for impact in daily.impacts])} bp per 1% of debt sold. Purchases lean by {daily.leaning:g}% of "
        f"debt per bp; news of {daily.noise:g} bp a day, of {daily.news_factor:g} times the variance on two days a month; own "
        f"purchases of {daily.flow:g}% of debt a month; {daily.campaigns} campaigns of {daily.length} operations with squares that add to "
        f"{daily.squares:g}. Operations and the range aim at the response with others leaning, the rest at the impact itself. Summed: change of days 0 to 2 per amount "
        f"of those days, by that of the first. Coverage of {spec.level:.0%} sets, with a Monte Carlo standard error of {error:.1f} points at {spec.level:.0%} and more below. Believable: in every market that its assumptions allow "
        f"coverage and twice its Monte Carlo error there reach {spec.level - spec.simulation.shortfall:.0%} together. What they rule out: "
        f"{'; '.join(words)}."
    )


def _faults(spec: Specification) -> str:
    """The faults in words, with their strength."""
    daily = spec.daily
    words = {
        "answer": f"operations sell {daily.answer:g}% of debt more per bp of the same day's news",
        "yen": f"amounts follow the yen, which moves with yields, by {daily.yen:g} times their own spread",
        "crowded": f"{daily.crowded:.0%} of campaigns sell on days in a row, not once a week",
        "unlike": f"holders lean unlike, with a spread of {daily.unlike:g} times the mean",
        "risk": f"flights to safety are {daily.risk**2:.0%} of the variance of news and purchases",
        "misplaced": f"{daily.misplaced:.0%} of purchases are booked at another holder",
        "direct": f"purchases answer news of scheduled days by {daily.direct:g}% of debt per bp beside the yield",
    }
    return f"Faults: {'; '.join(f'{FAULTS[name]}, {words[name]}' for name in daily.faults if name in words)}."


def _numbers(table: pd.DataFrame, scores: Tournament, spec: Specification) -> dict[str, float | int | str]:
    believable, broken = scores.believable(spec.simulation.shortfall), scores.broken(spec.simulation.shortfall)
    kept, first = (
        [LABELS[name] for name in DAILY_ESTIMATORS if believable.loc[name, "believable"]],
        spec.daily.faults[0],
    )
    found: dict[str, float | int | str] = {
        "replications": spec.daily.replications,
        "shown": spec.daily.shown,
        "believable": len(kept),
        "believable_names": "; ".join(kept) or "none",
    }
    for name in DAILY_ESTIMATORS:
        by = [FAULTS[fault] for fault in spec.daily.faults if broken.loc[name, fault]]
        found[f"{name}_broken_by"] = "everything" if by[:1] == [FAULTS["none"]] else ", ".join(by) or "nothing"
        found[f"{name}_coverage"] = cell(believable, name, "worst_coverage")
        found[f"{name}_power"] = _at(table, spec.daily.shown, first, name=name, column="rejects")
    none = min(spec.daily.impacts, key=abs)
    for fault in spec.daily.faults:
        found[f"zero_bias_{fault}"] = cell(table, (none, fault, "operations_summed"), "median_bias")
        found[f"zero_rejects_{fault}"] = cell(table, (none, fault, "operations_summed"), "rejects")
        found[f"operations_bias_{fault}"] = _at(table, spec.daily.shown, fault, name="operations", column="median_bias")
    leak = _at(table, spec.daily.shown, first, name="news_uncorrected", column="median_bias")
    return {**found, "news_bias_of_the_leak": leak}


def _curves(table: pd.DataFrame, spec: Specification) -> pd.DataFrame:
    fault = spec.daily.faults[0]
    rows = [
        (LABELS[name], impact, _at(table, impact, fault, name=name, column="rejects"))
        for name in spec.daily.curves
        for impact in spec.daily.impacts
    ]
    return pd.DataFrame(rows, columns=["design", "impact", "rejects"])


def _draw(page: Any, data: pd.DataFrame, size: float) -> None:
    axes = page.subplots()
    styles = cycle(("-", "--", ":", "-.", (0, (5, 1)), (0, (1, 1))))
    for (design, curve), style in zip(data.groupby("design", sort=False), styles, strict=False):
        axes.plot(curve["impact"], curve["rejects"], linestyle=style, marker="o", ms=3, label=design)
    axes.axhline(size, color="0.4", lw=0.6)
    axes.set_xlabel("true price impact, bp per 1% of debt sold")
    axes.set_ylabel("share of sets without zero")
    axes.set_ylim(0, 1.02)
    page.legend(loc="outside right upper")


if __name__ == "__main__":
    main(result, baseline)
