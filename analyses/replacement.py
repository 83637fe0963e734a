"""Replacement: does Japan buy what China sells, and do others undo what official Japan buys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

import econ
from analyses._samples import loaded, window
from analyses._words import listing, months, name_of, span
from analyses.specification import CHINA, JAPAN, UK, Specification, baseline
from econ import Dataset, Estimate, LocalProjection, Unavailable
from econ.data import Variable, holder, reallocated_purchases
from econ.data.flows import debt_scale
from econ.data.surveys import SURVEYS
from econ.data.use import using
from econ.errors import EstimationError
from econ.offset import instrumented_offset, quantity_offset
from econ.projection import ProjectionResults
from econ.report import Exhibit, Panel, Row, Table, main, recorded

SEVERAL = Unavailable("trades of several hubs were moved to China, the UK's among them")
OTHERS, BOUGHT = "other_purchases", "official_dollars"


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Japan's share of a Chinese sale on three samples, and the reverse experiment."""
    choices = spec.replacement
    samples = {
        "surveyed": (f"With the surveys' help to {SURVEYS[-1]}, {span(choices.sample)}", surveyed(spec)),
        "told": (f"Months whose trades tell the owner, {span(window(spec))}", _flows(spec, window(spec))),
        "traded": (f"Trades as printed, {span(choices.trades_sample)}", _flows(spec, choices.trades_sample)),
    }
    rows: list[Row | Panel] = [Panel(f"Share of a Chinese sale bought within {months(choices.horizon)}")]
    numbers: dict[str, Any] = {}
    for key, (words, data) in samples.items():
        shares: dict[str, Estimate | Unavailable] = {ally: share(data, ally, spec) for ally in (JAPAN, UK)}
        if key == "surveyed" and choices.hubs != ("uk",):
            shares[UK] = SEVERAL
        rows.append(Row(words, [*shares.values(), verdict(shares[JAPAN], spec), len(data.frame)]))
        numbers |= {f"{key}_japan": shares[JAPAN], f"{key}_uk": shares[UK]}
    rows.append(Panel(f"Share of an official Japanese purchase undone within {months(choices.reverse_horizon)}"))
    undone, strength, size = reverse(spec)
    rows.append(
        Row(f"All other foreigners, {span(choices.reverse_sample)}; effective F {strength:.0f}", [undone, "", "", size])
    )
    numbers |= {
        "verdict": verdict(numbers["surveyed_japan"], spec), "undone": undone, "undone_f": strength,
        "survey_error": float(_reallocated(spec)["std_error"].max()),
    }  # fmt: skip
    table = Table(
        [name_of(JAPAN), f"{name_of(UK)} custodians", f"Below {choices.less_than}", "Months"], rows, decimals=2,
        below="interval", notes=_notes(numbers["survey_error"], spec),
    )  # fmt: skip
    return Exhibit(
        key="replacement", title="What Japan replaces, and what others undo", numbers=numbers, tables={"": table},
        spec=spec,
    )  # fmt: skip


def share(data: Dataset, ally: str, spec: Specification) -> Estimate:
    """Minus the ally's cumulated purchases over China's, after what lags of both do not explain of China's."""
    choices = spec.replacement
    model = LocalProjection(
        data.select(CHINA, ally), (ally, CHINA), CHINA, lags=choices.lags, lag_augmented=False, cumulative=True
    )
    fit = model.fit(choices.horizon, "hac")
    return quantity_offset(fit, CHINA, ally, horizon=choices.horizon, level=spec.level)


def verdict(made: Estimate | Unavailable, spec: Specification) -> str:
    """Whether the whole set lies below the share that was fixed."""
    if isinstance(made, Unavailable):
        return "not decidable"
    return "yes" if made.confidence_set().upper < spec.replacement.less_than else "not decidable"


def reverse(spec: Specification) -> tuple[Estimate, float, int]:
    """What other foreigners undo of a Japanese purchase that operations bring about, the first stage, and the months."""
    choices = spec.replacement
    data = _others(spec)
    made = instrumented_offset(
        data, JAPAN, OTHERS, instrument=BOUGHT, horizon=choices.reverse_horizon, lags=choices.lags, level=spec.level
    )
    parent = made.parent
    if not isinstance(parent, ProjectionResults):
        raise EstimationError("an instrumented offset has projections as its parent; this one has none.")
    strength = parent.first_stage(choices.reverse_horizon)
    return made, strength.statistic, len(data.frame)


def surveyed(spec: Specification) -> Dataset:
    """China's purchases as surveys correct them until the last survey, as reported after it; the allies' as reported."""
    choices = spec.replacement
    data = _flows(spec, choices.sample)
    with using() as files:
        found = _reallocated(spec)["purchases"]
        scale = debt_scale(pd.PeriodIndex(found.index), as_of=spec.as_of)
    corrected = (100.0 * found / scale).reindex(data.frame.index)
    moved = (corrected - data.frame[CHINA]).fillna(0.0)  # what the surveys give to China were trades of the hubs
    frame = data.frame.assign(**{CHINA: data.frame[CHINA] + moved})
    if choices.hubs == ("uk",):  # several hubs share what was moved, each by its own share
        frame = frame.assign(**{UK: frame[UK] - moved})
    return replace(data, frame=frame, vintages=(*data.vintages, *files), parent=data)


def _reallocated(spec: Specification) -> pd.DataFrame:
    return reallocated_purchases("china", hubs=spec.replacement.hubs, as_of=spec.as_of).frame


def _flows(spec: Specification, sample: tuple[str, str]) -> Dataset:
    """Purchases of China, Japan and UK custodians as they are reported, percent of debt."""
    return loaded(spec, CHINA, JAPAN, UK).sample(*sample).complete()


def _others(spec: Specification) -> Dataset:
    """Purchases of Japan, those of all other foreigners, and the dollars that Japan's operations brought, by month."""
    first, last = spec.replacement.reverse_sample
    data = loaded(spec, JAPAN, "foreign_net_purchases")
    daily = econ.load("japan_dollar_purchases", frequency="D", as_of=spec.as_of)
    bought = (
        daily.frame["japan_dollar_purchases"]
        .groupby(pd.DatetimeIndex(daily.frame.index).to_period("M"))
        .sum(min_count=1)
    )
    frame = data.frame.assign(**{OTHERS: data.frame["foreign_net_purchases"] - data.frame[JAPAN], BOUGHT: bought})
    units = data.variables[JAPAN].units
    made = {
        OTHERS: Variable(OTHERS, "All foreigners but Japan: net purchases", units, "they buy"),
        BOUGHT: Variable(BOUGHT, "Dollars bought in Japan's operations", units, "dollars are bought"),
    }
    both = Dataset(
        frame[[JAPAN, OTHERS, BOUGHT]],
        {JAPAN: data.variables[JAPAN], **made},
        (*data.vintages, *daily.vintages),
        parent=data,
    )
    return both.sample(first, last).complete()


def _notes(error: float, spec: Specification) -> list[str]:
    choices = spec.replacement
    hubs = listing([holder(each).name for each in choices.hubs])
    return [
        "Share: minus the purchases of the ally, cumulated, over those of China, cumulated, after a month in which China's "
        f"differ from what {choices.lags} lags of both explain (local projections, Newey-West). A shock to the dollar that makes "
        f"both sell lowers it. Brackets: {spec.level:.0%} Fieller sets, for the last panel Anderson-Rubin sets. Below: yes if the "
        f"whole set lies below the share fixed before; the first line decides. Surveys: trades through {hubs} are given "
        "to China, and taken from UK custodians, as the surveys of owners tell. Sets take that "
        f"correction as known; its standard error is up to {error:.0f} billion dollars. Trades as printed show a third of China's purchases before. The UK is reported and not decided on. Months: of the sample.",
        "Undone: minus the purchases of all foreigners but Japan over those of Japan, moved by the dollars that the Ministry of Finance bought.",
    ]


if __name__ == "__main__":
    main(result, baseline)
