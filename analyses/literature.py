"""The bench of the literature: published estimates, the package's on their samples, and the one choice that moves each."""

from __future__ import annotations

import math
from typing import Any

from analyses import _bench, _bench_systems
from analyses._bench import Entry
from analyses._words import counted, listing, span
from analyses.specification import Specification, baseline
from econ import Estimate
from econ.report import Exhibit, Panel, Row, Table, main, recorded

ABSENT = {
    "Kaminska and Zinna (2020)": "needs real yields, a term-structure model",
}
"""Papers that the archive cannot put on the bench, and what is missing."""
REPRODUCED = ("inside", "reproduced")


def entries(spec: Specification) -> list[Entry]:
    """All papers on the bench, in the order of the table."""
    return [
        _bench.warnock(spec), *_bench.beltran(spec), *_bench_systems.cointegrated(spec), _bench_systems.martin(spec),
        *_bench_systems.ahmed(spec), _bench.bernanke(spec), _bench.march(spec), _bench_systems.wolcott(spec),
        _bench.tabova(spec), _bench.notebook(spec),
    ]  # fmt: skip


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Every paper with its published number, ours, the difference, and ours under other choices."""
    made = entries(spec)
    rows: list[Row | Panel] = []
    numbers: dict[str, Any] = {}
    for entry in made:
        rows.append(Panel(f"{entry.paper}: {entry.method}, {entry.units}"))
        rows.append(Row("As the paper", [_published(entry), entry.ours, difference(entry), where(entry, entry.ours)]))
        rows += [
            Row(f"{choice[0].upper()}{choice[1:]}", ["", each, "", where(entry, each)])
            for choice, each in entry.others.items()
        ]
        numbers |= {entry.key: entry.ours, f"{entry.key}_where": where(entry, entry.ours)}
        numbers |= {f"{entry.key}_{place}": each for place, each in enumerate(entry.others.values(), 1)}
    rows += [Panel("Not on the bench"), *(Row(paper, ["", "", "", why]) for paper, why in ABSENT.items())]
    compared = [where(entry, entry.ours) for entry in made if entry.published is not None and entry.seen]
    numbers |= {"compared": len(compared), "inside": sum(each in REPRODUCED for each in compared)}
    numbers["signed"] = sum(_signed(entry) for entry in made if where(entry, entry.ours) in REPRODUCED)
    numbers["warnock_persistence"] = _bench.persistence(spec)
    numbers |= {f"{key}_unrelated": p_value for key, p_value in _bench_systems.unrelated(spec).items()}
    table = Table(
        ["Published", "Recomputed", "Difference", "Published lies"],
        rows,
        decimals=2,
        below="interval",
        notes=_notes(spec, numbers),
    )
    return Exhibit(
        key="literature", title="The literature on one bench", numbers=numbers, tables={"": table},
        spec=spec,
    )  # fmt: skip


def difference(entry: Entry) -> float | str:
    """Ours less the middle of what is published, or less its end where it has one."""
    if entry.published is None:
        return ""
    low, high = entry.published
    value = entry.ours.value if isinstance(entry.ours, Estimate) else entry.ours
    return value - (low if math.isinf(high) else 0.5 * (low + high))


def where(entry: Entry, found: Estimate | float) -> str:
    """Where the published range lies next to the set of a recomputed number; a number without a set by rounding."""
    if entry.published is None:
        return ""
    low, high = entry.published
    if not isinstance(found, Estimate):
        return "reproduced" if round(found, entry.decimals) == round(low, entry.decimals) else "elsewhere"
    region = found.confidence_set()
    if any(low <= end and start <= high for start, end in region):
        return "inside"
    return "above" if low > region.upper else "below" if high < region.lower else "in a gap"


def _signed(entry: Entry) -> bool:
    """Whether the recomputed number has a sign: no set, or one without zero."""
    return not isinstance(entry.ours, Estimate) or 0.0 not in entry.ours.confidence_set()


def _published(entry: Entry) -> str:
    if entry.published is None:
        return "words only"
    low, high = (f"{value:g}".replace("-", "−") for value in entry.published)
    words = low if low == high else f"over {low}" if high == "inf" else f"{low} to {high}"
    return words if entry.seen else f"{words} (not verified)"


def _notes(spec: Specification, numbers: dict[str, Any]) -> list[str]:
    choices, years = spec.literature, _bench.known(spec)
    unrelated = [f"{numbers[f'{key}_unrelated']:.2f}" for key in ("beltran_long", "imf")]
    return [
        "Published: as printed, put on the scale of the table; not verified: we have not seen the number in print, and it does not count among those compared. Recomputed: with this package's "
        f"data on the sample of the paper as far as it is known (in the order of the table, {listing([span(each) for each in _samples(spec)])}), {spec.level:.0%} sets and intervals. "
        "Difference: recomputed less the middle of the published range. The lines below it change one choice each. Published lies inside: the range meets the set of the line.",
        f"Warnock and Warnock: flows in percent of debt, inflation, growth and the deficit of the past {choices.warnock_window} months in place of surveys of expectations, which the archive lacks "
        f"(forecasts of inflation and growth complete it), and the deviation of changes of the yield over {choices.warnock_risk} months, so that months run from {years[0]}. Set of the instrument: Anderson-Rubin where the model gives one. Cointegration: rank one, imposed, normalised on the premium; "
        f"that there is no relation is not rejected in either sample (trace, p = {unrelated[0]} and {unrelated[1]}). Responses of systems are cumulated to {counted(spec.primary.horizon, 'month')} after the sale where no other horizon stands there; Ahmed and Rebucci's are those of its month. "
        "Tabova and Warnock measure yields against those at home and holders by security; the row takes changes of the yield alone.",
    ]


def _samples(spec: Specification) -> list[tuple[str, str]]:
    choices = spec.literature
    return [choices.warnock, choices.beltran, choices.imf, choices.martin, choices.ahmed, choices.wolcott, choices.bernanke,
            choices.tabova, choices.notebook]  # fmt: skip


if __name__ == "__main__":
    main(result, baseline)
