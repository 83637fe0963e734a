"""News channels: sellers' news and allies' sales by maturity, adjusted for having looked at all of them."""

from __future__ import annotations

import pandas as pd

from analyses._events import SLOPE, catalogue, dated, response_label, studies, with_slope, words_of
from analyses._units import entry
from analyses._words import days, yield_words
from analyses.specification import Specification, baseline
from econ import Estimate
from econ.eventstudy import EventStudyResults, romano_wolf_table
from econ.report import Exhibit, Panel, Row, Table, Unavailable, main, recorded


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Means, Romano-Wolf p-values, what could be detected, leave-one-out and variance shift, class by class."""
    fits = studies(spec, catalogue(spec), responses=with_slope(spec))
    keys, words = spec.events.channels, words_of(spec)
    adjusted = romano_wolf_table(fits, draws=spec.events.draws, rng=spec.rng)["adjusted"]
    rows: list[Row | Panel] = [Panel("Mean abnormal change, bp (standard error)")]
    rows += [Row(words[key], [fit.mean(key, level=spec.level) for fit in fits.values()]) for key in keys]
    rows.append(Panel("p-value, BMP, adjusted for all classes and maturities (Romano-Wolf)"))
    rows += [Row(words[key], [adjusted[response, key] for response in fits], decimals=2) for key in keys]
    rows.append(Panel("Smallest effect that could have been detected, bp (80% power)"))
    power = {response: fit.detectability(bound=spec.events.bound) for response, fit in fits.items()}
    rows += [Row(words[key], [entry(power[response], key, "detectable") for response in fits]) for key in keys]
    rows.append(Panel("Smallest bound within which the effect is shown to lie, bp (5% level)"))
    rows += [Row(words[key], [entry(power[response], key, "smallest bound") for response in fits]) for key in keys]
    table = Table(
        [response_label(response, spec) for response in fits],
        rows,
        decimals=1,
        notes=[
            f"Days {days(spec.events.window)}; constant-mean model. The family of the adjusted p-values "
            f"is every class with two events or more, at every maturity and the slope, with {spec.events.draws:,} sign-flip draws that keep "
            "overlapping events and maturities together. A smallest bound above the fixed "
            f"{spec.events.bound:.0f} bp means that equivalence to no effect is not shown at that bound.",
            dated(fits[spec.primary.maturity]),
        ],
    )
    ten = fits[spec.primary.maturity]
    return Exhibit(
        key="event_channels", title="News of sellers and sales of allies, by maturity",
        numbers=_numbers(fits, adjusted, spec) | {"within_bound": _within(power, spec)}, tables={"": table, "robustness": _robustness(ten, spec)},
        spec=spec,
    )  # fmt: skip


def _within(power: dict[str, pd.DataFrame], spec: Specification) -> int:
    """Number of cells in which the effect is shown to lie within the bound."""
    bounds = [entry(power[response], key, "smallest bound") for response in power for key in spec.events.channels]
    return sum(isinstance(bound, float) and bool(bound <= spec.events.bound) for bound in bounds)


def _numbers(
    fits: dict[str, EventStudyResults], adjusted: pd.Series, spec: Specification
) -> dict[str, Estimate | float]:
    found: dict[str, Estimate | float] = {"smallest_adjusted": min(p for p in adjusted if isinstance(p, float))}
    for key in spec.events.channels:
        found[f"{key}_slope"] = fits[SLOPE].mean(key)
        found[f"{key}_adjusted_10y"] = adjusted[spec.primary.maturity, key]
    return found


def _robustness(ten: EventStudyResults, spec: Specification) -> Table:
    """The 10-year yield: range of the mean when one event is left out, and whether event days are more volatile."""
    rows, words = [], words_of(spec)
    for key in spec.events.channels:
        left = ten.leave_one_out(key)
        shift = ten.variance_shift(key)
        events = ten.mean(key).nobs
        news = "none" if isinstance(shift, Unavailable) else shift.news
        rows.append(Row(words[key], [events, left["mean"].min(), left["mean"].max(), news]))
    return Table(
        ["Events", "Lowest", "Highest", "Variance shift"],
        rows,
        spans=[("", 1), ("Mean without one event", 2), ("", 1)],
        decimals=1,
        notes=[
            f"{yield_words(spec.primary.maturity)}, bp. Variance shift: standard deviation of the news that day 0 has and control days have not "
            "(Rigobon and Sack), or none where the Brown-Forsythe test at 5% finds no shift in variance (or there are fewer "
            "than three event days): nothing is then identified.",
            dated(ten),
        ],
    )


if __name__ == "__main__":
    main(result, baseline)
