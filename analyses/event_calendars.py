"""Classes of dates by rule or list: what moves yields, as a check that the tests see what there is to see."""

from __future__ import annotations

import pandas as pd

from analyses._events import MATURITIES, daily, studies
from analyses.specification import Specification, baseline
from econ import Estimate
from econ.data import calendar, calendars
from econ.eventstudy import EventStudyResults
from econ.report import Exhibit, Panel, Row, Table, Unavailable, main, render

PANELS = {
    "What holders do": {
        "tic_release": "TIC releases",
        "h41": "H.4.1, with custody holdings",
        "safe_reserves": "China's reserves",
        "sells": "Japan sells dollars",
        "buys": "Japan buys dollars",
    },
    "Policy": {"rating_actions": "US ratings and outlooks", "tariff_days": "Tariffs"},
    "Known to move yields": {"fomc": "FOMC", "cpi": "Consumer prices", "payrolls": "Payrolls"},
    "The market's own calendar": {
        "auction_10y": "10-year auctions",
        "auction_30y": "30-year auctions",
        "quarter_end": "Quarter ends",
    },
}
DROPPED = ("fomc", "payrolls")  # days that would speak for another class
DRAWS = 1999


def result(spec: Specification = baseline) -> Exhibit:
    """Mean change on day 0 by maturity, placebo p-value, smallest bound and shift in variance, class by class."""
    index = pd.DatetimeIndex(daily(spec).frame.index)
    rows: list[Row | Panel] = []
    numbers: dict[str, Estimate | float | int | Unavailable] = {}
    for title, names in PANELS.items():
        rows.append(Panel(title))
        for name, words in names.items():
            others = None if title == "Known to move yields" else DROPPED
            fits = studies(spec, dates_of(name, index, spec), window=(0, 0), confounders=others)
            row, found = _class_row(name, words, fits, spec=spec)
            rows.append(row)
            numbers |= found
    table = Table(
        ["Days", "2-year", "10-year", "30-year", "Placebo", "Bound", "Variance shift"],
        rows,
        spans=[("", 1), ("Mean abnormal change, bp", 3), ("10-year", 3)],
        decimals=1,
        notes=[
            "Day on which a quote could first reflect the news; constant-mean model. Dates by rule or list (econ.data.calendars), "
            "inside the daily data and the span for which the class is complete, days of the FOMC and of payrolls left out of the "
            f"other classes; where a rule misses a day the class is diluted. Placebo: p-value from {DRAWS:,} draws of dates matched on weekday, volatility and part of the month. Bound: "
            "within which the mean effect is shown to lie at 5%. Variance shift: standard deviation of the news that only these "
            "days have (Rigobon and Sack), or none where the Brown-Forsythe test at 5% finds no shift; its "
            "standard error takes many days for granted."
        ],
    )
    return Exhibit(
        key="event_calendars", title="Classes of dates", numbers=numbers, tables=table,
        vintages=daily(spec).vintages, spec=spec,
    )  # fmt: skip


def dates_of(name: str, index: pd.DatetimeIndex, spec: Specification) -> pd.DataFrame:
    """The dates of a class that leave room for an estimation window in the data; interventions by their side."""
    whole = "intervention_days" if name in ("sells", "buys") else name
    span = calendars().loc[whole]
    first, last = max(span["first"], index[-spec.estimation_window[0] + 1]), min(span["last"], index[-3])
    table = calendar(whole, first, last)
    if whole != name:
        table = table[table["label"].str.contains(name)]
    return table.assign(kind=name)


def _class_row(
    name: str, words: str, fits: dict[str, EventStudyResults], *, spec: Specification
) -> tuple[Row, dict[str, Estimate | float | int | Unavailable]]:
    ten = fits["yield_10y"]
    weekly = Unavailable("every week has its release: no day like it is left")
    placebo = weekly if name == "h41" else ten.placebo(name, draws=DRAWS, rng=spec.rng).p_value
    bound = ten.detectability(bound=spec.event_bound).loc[name, "smallest bound"]
    shift = ten.variance_shift(name)
    news: str | Estimate = "none" if isinstance(shift, Unavailable) else shift.news
    means = {maturity: fits[maturity].mean(name, level=spec.level) for maturity in MATURITIES}
    cells = [
        len(ten.events),
        *means.values(),
        placebo if isinstance(placebo, Unavailable) else render(placebo, "p:2"),
        bound,
        news,
    ]
    found: dict[str, Estimate | float | int | Unavailable] = {
        f"{name}_10y": means["yield_10y"],
        f"{name}_days": len(ten.events),
        f"{name}_news": shift if isinstance(shift, Unavailable) else shift.news,
    }
    return Row(words, cells), found


if __name__ == "__main__":
    main(result, baseline)
