"""Behaviour: who bought in each episode of stress, what Japan and the UK react to, when China's selling changed."""

from __future__ import annotations

import econ
from analyses.specification import BUND, CHINA, JAPAN, UK, YIELD, Specification, baseline
from econ import Dataset
from econ.infer.breaks import bai_perron
from econ.offset import EPISODES, episodes, reaction_function
from econ.report import Exhibit, Panel, Row, Table, Unavailable, main

HOLDERS = {
    "china": "China",
    "japan": "Japan",
    "uk": "United Kingdom",
    "official": "Foreign official",
    "foreign": "All foreign",
}
TERMS = {
    "Yields": (YIELD, BUND), "Financial conditions": ("financial_conditions",), "Fed purchases": ("fed_net_purchases",),
    "China's purchases": (CHINA,),
}  # fmt: skip
LAGS = 3


def result(spec: Specification = baseline) -> Exhibit:
    """Episodes, reaction functions, breaks."""
    table, found = _episodes(spec)
    reactions, tests = _reactions(spec)
    china = econ.load(CHINA, as_of=spec.as_of).sample(*spec.sample)
    breaks = bai_perron(china.frame[CHINA], rng=spec.rng, level=spec.level, parent=china)
    rows: list[Row | Panel] = [
        Row(f"{kept} breaks against {kept + 1}", [line["statistic"], line["p_value"]])
        for kept, (_, line) in enumerate(breaks.tests.iterrows())
    ]
    rows += [
        Row(f"Break: {line['date']}", [f"{line['lower']} to {line['upper']}", ""])
        for _, line in breaks.dates.iterrows()
    ]
    dates = Table(
        ["sup-F, or interval", "p-value"], rows, decimals=2,
        notes=[f"Mean of China's net purchases, percent of debt; Bai and Perron, sequential; {spec.level:.0%} intervals."],
    )  # fmt: skip
    numbers = found | tests | {"breaks": len(breaks.dates)}
    if len(breaks.dates):
        numbers["first_break"] = str(breaks.dates["date"].iloc[0])
    return Exhibit(
        key="behaviour", title="Who bought, and what holders react to", numbers=numbers,
        tables={"": table, "reactions": reactions, "breaks": dates}, vintages=_monthly(spec).vintages, spec=spec,
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


def _monthly(spec: Specification) -> Dataset:
    names = (JAPAN, UK, *(name for group in TERMS.values() for name in group))
    data = econ.load(*names, as_of=spec.as_of)
    yields = (YIELD, BUND)
    data = data.convert(**dict.fromkeys(yields, "basis points")).transform(**dict.fromkeys(yields, "diff"))
    return data.sample(*spec.sample)


def _reactions(spec: Specification) -> tuple[Table, dict[str, float]]:
    """p-values of the hypothesis that lags of a group of terms do not move the holder's purchases."""
    data = _monthly(spec)
    fits = {name: reaction_function(data, name, TERMS, lags=LAGS, own_lags=LAGS) for name in (JAPAN, UK)}
    rows = [Row(group, [float(fit.tests.loc[group, "p_value"]) for fit in fits.values()]) for group in TERMS]
    rows.append(Row("R²", [fit.regression.r2 for fit in fits.values()]))
    table = Table(
        ["Japan", "United Kingdom"], rows, decimals=2,
        notes=[
            f"p-values that {LAGS} lags of the terms do not move net purchases (percent of debt), with as many own lags; "
            "Newey-West. Hedged yields, exchange rates and geopolitical indices are not in the archive."
        ],
    )  # fmt: skip
    slugs = {JAPAN: "japan", UK: "uk"}
    return table, {
        f"{slugs[name]}_reacts_to_china": float(fit.tests.loc["China's purchases", "p_value"])
        for name, fit in fits.items()
    }


if __name__ == "__main__":
    main(result, baseline)
