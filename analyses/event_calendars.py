"""Classes of dates by rule or list: what moves yields, as a check that the tests see what there is to see."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analyses._events import daily, studies
from analyses._kinds import Dates
from analyses._units import entry
from analyses._words import days, label, listing
from analyses.specification import Specification, baseline
from econ import Estimate
from econ.data import calendar, calendars
from econ.data.use import using
from econ.eventstudy import EventStudyResults
from econ.report import Exhibit, Panel, Row, Table, Unavailable, main, recorded, render


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Mean change on day 0 by maturity, placebo p-value, smallest bound and shift in variance, class by class."""
    data = daily(spec)
    index = pd.DatetimeIndex(data.frame.index)
    rows: list[Row | Panel] = []
    numbers: dict[str, Estimate | float | int | Unavailable] = {}
    draws, name = spec.calendars.draws, spec.primary.maturity
    for title in dict.fromkeys(each.panel for each in spec.calendars.classes):
        rows.append(Panel(title))
        for each in spec.calendars.classes:
            if each.panel == title:
                others = spec.calendars.dropped if each.alone else None
                with using() as files:
                    dates = dates_of(each.key, index, spec)
                told = replace(data, vintages=(*data.vintages, *files))
                fits = studies(spec, dates, window=spec.calendars.window, confounders=others, data=told)
                row, found = _class_row(each, fits, spec=spec)
                rows.append(row)
                numbers |= found
    table = Table(
        ["Days", *(label(each) for each in spec.yields.maturities), "Placebo", "Bound", "Variance shift"],
        rows,
        spans=[("", 1), ("Mean abnormal change, bp", len(spec.yields.maturities)), (label(name), 3)],
        decimals=1,
        notes=[
            f"{_when(spec)} a quote could first reflect the news; constant-mean model. Dates by rule or list (econ.data.calendars), "
            f"inside the daily data and the span for which the class is complete, from {spec.calendars.first[:4]} on (Japan: "
            f"{'–'.join(day[:4] for day in spec.calendars.interventions)}), {_dropped(spec)} left out of the "
            f"other classes; where a rule misses a day the class is diluted. Placebo: p-value from {draws:,} draws of dates matched on weekday, volatility and part of the month. Bound: "
            "within which the mean effect is shown to lie at 5%. Variance shift: standard deviation of the news that only these "
            "days have (Rigobon and Sack), or none where the Brown-Forsythe test at 5% finds no shift; its "
            "standard error takes many days for granted."
        ],
    )
    return Exhibit(
        key="event_calendars", title="Classes of dates", numbers=numbers, tables={"": table},
        spec=spec,
    )  # fmt: skip


def _when(spec: Specification) -> str:
    window = spec.calendars.window
    return "Day on which" if window == (0, 0) else f"Trading days {days(window)} from the day on which"


def _dropped(spec: Specification) -> str:
    words = {each.key: each.words for each in spec.calendars.classes}
    return f"days of {listing([words.get(name, name) for name in spec.calendars.dropped])}"


def dates_of(name: str, index: pd.DatetimeIndex, spec: Specification) -> pd.DataFrame:
    """The dates of a class that leave room for an estimation window in the data; interventions by their side."""
    whole = "intervention_days" if name in ("sells", "buys") else name
    span = calendars().loc[whole]
    chosen = spec.calendars.interventions if whole != name else (spec.calendars.first, str(span["last"].date()))
    first = max(span["first"], pd.Timestamp(chosen[0]), index[-spec.events.estimation[0] + 1])
    last = min(span["last"], pd.Timestamp(chosen[1]), index[-3])
    table = calendar(whole, first, last, as_of=spec.as_of)
    if whole != name:
        table = table[table["label"].str.contains(name)]
    return table.assign(kind=name)


def _class_row(
    each: Dates, fits: dict[str, EventStudyResults], *, spec: Specification
) -> tuple[Row, dict[str, Estimate | float | int | Unavailable]]:
    name, ten = each.key, fits[spec.primary.maturity]
    weekly = Unavailable("every week has its release: no day like it is left")
    placebo = weekly if name == "h41" else ten.placebo(name, draws=spec.calendars.draws, rng=spec.rng).p_value
    bound = entry(ten.detectability(bound=spec.events.bound), name, "smallest bound")
    shift = ten.variance_shift(name)
    news: str | Estimate = "none" if isinstance(shift, Unavailable) else shift.news
    means = {maturity: fits[maturity].mean(name, level=spec.level) for maturity in fits}
    cells = [
        len(ten.events),
        *means.values(),
        placebo if isinstance(placebo, Unavailable) else render(placebo, "p:2"),
        bound,
        news,
    ]
    found: dict[str, Estimate | float | int | Unavailable] = {
        f"{name}_10y": means[spec.primary.maturity],
        f"{name}_days": len(ten.events),
        f"{name}_news": shift if isinstance(shift, Unavailable) else shift.news,
    }
    return Row(each.words, cells), found


if __name__ == "__main__":
    main(result, baseline)
