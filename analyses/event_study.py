"""Event study: what yields did on the days on which the news said that a holder sells, threatens or buys."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from analyses._events import catalogue, studies, words_of
from analyses._kinds import NewsClass
from analyses._plots import going_on
from analyses._units import cell, entry
from analyses._words import counted, days, label, yield_words
from analyses.specification import Specification, baseline
from econ import Estimate
from econ.eventstudy import EventStudyResults
from econ.report import Exhibit, Figure, Panel, Row, Table, Unavailable, main, recorded, render

QUOTED = ("china_sells", "japan_intervenes")
"""Classes whose further numbers the text quotes."""
NAMED = "allies_threaten"
"""A class of a few pieces of news that differ in kind; the note names them."""
MONTH = "E41"
"""Sales published as a month's total; the note says so."""


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Mean abnormal changes by class and maturity, with every test the class permits."""
    events, name = catalogue(spec), spec.primary.maturity
    fits = studies(spec, events)
    ten = fits[name]
    rows: list[Row | Panel] = []
    numbers: dict[str, Estimate | float | int | Unavailable] = {}
    for title in dict.fromkeys(each.panel for each in spec.events.classes):
        rows.append(Panel(title))
        for each in spec.events.classes:
            if each.panel == title:
                row, found = _class_row(each, fits, spec)
                rows.append(row)
                numbers |= found
    clean_ten = studies(spec, events, responses=(name,), confounders=spec.events.confounders)[name]
    power = ten.detectability(bound=spec.events.bound)
    for key in (key for key in QUOTED if key in power.index):
        numbers[f"{key}_clean"] = clean_ten.mean(key, level=spec.level)
        numbers[f"{key}_detectable"] = cell(power, key, "detectable")
        numbers[f"{key}_smallest_bound"] = cell(power, key, "smallest bound")
    numbers |= {"events": len(ten.events), "moved": len(ten.moved), "confounded": len(clean_ten.dropped)}
    table = Table(
        ["Sign", "Events", *(label(each) for each in fits), "t", "BMP", "Rank", "Placebo"],
        rows,
        spans=[("", 2), ("Mean abnormal change, bp", len(fits)), (f"p-value, {label(name)}", 4)],
        decimals=1,
        notes=[
            f"Days {days(spec.events.window)} around the first trading day on which a quote could "
            "reflect the news; constant-mean model, estimated on trading days "
            f"{days(spec.events.estimation)} that lie in no event window. Sign: of the change "
            "if selling raises yields. Standard errors: across events; from the forecast where there is one event. Placebo: "
            f"{spec.events.draws:,} draws of dates matched on weekday, volatility and part of the month. Confounded events are included.",
            _which(events, spec),
        ],
    )
    return Exhibit(
        key="event_study", title="Yields around news about holders", numbers=numbers, tables={"": table},
        figures={"": Figure(_plotted(ten, spec), partial(_draw, xlabel=_under(spec)), height=4.2)}, spec=spec,
    )  # fmt: skip


def _which(events: pd.DataFrame, spec: Specification) -> str:
    """Sentences of the note on news that is not what its class suggests."""
    named = "; ".join(events.loc[events["kind"] == NAMED, "label"])
    (month,) = events.loc[events["id"] == MONTH, "label"]
    return f"{words_of(spec)[NAMED]}: {named}. Not a day but a month, dated to its beginning: {month}."


def _class_row(
    news: NewsClass, fits: dict[str, EventStudyResults], spec: Specification
) -> tuple[Row, dict[str, Estimate | float | int | Unavailable]]:
    key, ten = news.key, fits[spec.primary.maturity]
    means = {maturity: fit.mean(key, level=spec.level) for maturity, fit in fits.items()}
    tests = ten.tests(key, draws=spec.events.test_draws)
    placebo = ten.placebo(key, draws=spec.events.draws, rng=spec.rng)
    values = [entry(tests, name, "p_value") for name in ("t", "BMP", "Corrado rank")]
    cells = [
        news.sign,
        means[spec.primary.maturity].nobs,
        *means.values(),
        *(_p(value) for value in values),
        _p(placebo.p_value),
    ]
    numbers: dict[str, Estimate | float | int | Unavailable] = {
        f"{key}_{maturity.removeprefix('yield_')}": mean for maturity, mean in means.items()
    }
    return Row(news.words, cells), numbers | {
        f"{key}_placebo": placebo.p_value,
        f"{key}_n": means[spec.primary.maturity].nobs,
    }


def _p(value: float | Unavailable) -> str | Unavailable:
    return value if isinstance(value, Unavailable) else render(value, "p:2")


def _plotted(ten: EventStudyResults, spec: Specification) -> pd.DataFrame:
    rows: list[tuple[str, str, float, object, object]] = []
    for key, words in words_of(spec).items():
        mean = ten.mean(key, level=spec.level)
        for event in ten.events.index[ten.events["kind"] == key]:
            rows.append((words, "event", float(ten.cumulative[event]), None, None))
        rows.append((words, "mean", mean.value, mean.lower, mean.upper))
    return pd.DataFrame(rows, columns=["kind", "what", "value", "lower", "upper"])


def _under(spec: Specification) -> str:
    first, last = spec.events.window
    name = yield_words(spec.primary.maturity)
    return f"abnormal change of the {name} over {counted(last - first + 1, 'day')}, basis points"


def _draw(page: Any, data: pd.DataFrame, xlabel: str) -> None:
    page.set_layout_engine("constrained", w_pad=0.1)
    axes = page.subplots()
    labels = list(dict.fromkeys(data["kind"]))
    place = {label: -number for number, label in enumerate(labels)}
    single, mean = data[data["what"] == "event"], data[data["what"] == "mean"]
    axes.axvline(0.0, color="0.4", lw=0.6)
    heights = [place[kind] for kind in mean["kind"]]
    axes.hlines(heights, mean["lower"].astype(float), mean["upper"].astype(float), color="C0", lw=1.2)
    axes.plot(mean["value"], heights, "s", color="C0", ms=4, label="mean and interval")
    axes.plot(
        single["value"], [place[kind] for kind in single["kind"]], "o", mfc="none", color="0.45", ms=3.5, label="event"
    )
    window = (-60.0, 60.0)
    going_on(axes, mean["lower"], mean["upper"], heights, window=window)
    beyond = single[single["value"].abs() > window[1]]
    going_on(
        axes, beyond["value"], beyond["value"], [place[kind] for kind in beyond["kind"]], window=window, color="0.45"
    )
    axes.set_yticks(list(place.values()), labels)
    axes.set_xlim(*window)
    axes.set_xlabel(xlabel)
    page.legend(loc="outside upper right", ncols=2)


if __name__ == "__main__":
    main(result, baseline)
