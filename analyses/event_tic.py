"""TIC release days by rule: whether yields move, what could be seen, and what the small mean change is."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from analyses._events import daily, response_label, studies, with_slope
from analyses._plots import bands
from analyses._units import cell, entry
from analyses._words import number, yield_words
from analyses.specification import Specification, baseline
from econ import Estimate
from econ.data import calendar, calendars
from econ.eventstudy import EventStudyResults
from econ.infer import regress, romano_wolf
from econ.report import Exhibit, Figure, Panel, Row, Table, Unavailable, main, recorded, render

CLASS = "tic_release"
CONTROLLED = "and FOMC, payrolls, auctions, quarter ends, coupon dates"


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Means, tests, bounds and variance by maturity; the 10-year mean under controls and at other distances."""
    fits = studies(spec, calendar(CLASS), responses=with_slope(spec), window=spec.calendars.window)
    two = studies(spec, calendar(CLASS), responses=with_slope(spec), window=spec.calendars.two_days)
    name, draws = spec.primary.maturity, spec.calendars.draws
    ten = fits[name]
    tests = {
        each: fit.tests(CLASS, draws=spec.events.test_draws, rng=spec.rng)["p_value"] for each, fit in fits.items()
    }
    placebo = {each: fit.placebo(CLASS, draws=draws, rng=spec.rng).p_value for each, fit in fits.items()}
    controls, distances = controlled(spec), by_distance(spec)
    path = studies(spec, calendar(CLASS), responses=(name,), window=spec.calendars.path)[name]
    shown = pd.concat(
        [
            path.path(CLASS, level=spec.level, draws=spec.events.draws, rng=spec.rng).reset_index().assign(what="path"),
            distances.assign(what="day"),
        ],
        ignore_index=True,
    )
    other = distances[distances["day"] != 0]
    numbers = {
        "releases": len(ten.events),
        "hits": _hits(),
        "mean_10y": ten.mean(CLASS, level=spec.level),
        "two_days_10y": two[name].mean(CLASS, level=spec.level),
        "bound_10y": cell(ten.detectability(bound=spec.events.bound), CLASS, "smallest bound"),
        "controlled_10y": controls[CONTROLLED],
        "placebo_10y": placebo[name],
        "rank_10y": tests[name]["GRANK"],
        "adjusted_10y": cell(distances.set_index("day"), 0, "adjusted"),
        "largest_other_t": cell(other, other["t"].abs().idxmax(), "t"),
        "largest_other_before": -int(cell(other, other["t"].abs().idxmax(), "day")),
    }
    return Exhibit(
        key="event_tic", title="Yields on days of TIC releases", numbers=numbers,
        tables={"": _table(fits, two, tests, placebo=placebo, spec=spec), "controls": _controls_table(controls, distances, spec)},
        figures={"": Figure(shown, partial(_draw, level=spec.level), height=2.9)}, spec=spec,
    )  # fmt: skip


def _hits() -> str:
    """How many releases the rule dates right, of how many."""
    return str(entry(calendars(), CLASS, "checked")).split(" releases")[0]


def _t(found: Estimate) -> float | Unavailable:
    error = found.std_error
    return error if isinstance(error, Unavailable) else found.value / error


def _table(
    fits: dict[str, EventStudyResults],
    two: dict[str, EventStudyResults],
    tests: dict[str, pd.Series],
    *,
    placebo: dict[str, float | Unavailable],
    spec: Specification,
) -> Table:
    power = {name: fit.detectability(bound=spec.events.bound) for name, fit in fits.items()}
    rows: list[Row | Panel] = [Panel("Day of the release")]
    rows.append(Row("Mean abnormal change, bp", [fit.mean(CLASS, level=spec.level) for fit in fits.values()]))
    names = {"t": "p-value, t", "Kolari-Pynnonen": "p-value, Kolari-Pynnönen", "GRANK": "p-value, GRANK-T"}
    rows += [Row(words, [tests[name][test] for name in fits], decimals=2) for test, words in names.items()]
    rows.append(Row("p-value, placebo dates", list(placebo.values()), decimals=2))
    rows.append(Row("Detectable effect, bp", [entry(power[name], CLASS, "detectable") for name in fits]))
    rows.append(Row("Smallest bound, bp", [entry(power[name], CLASS, "smallest bound") for name in fits]))
    rows.append(Row("Variance shift", [_shift(fit) for fit in fits.values()]))
    rows.append(Panel("Two days"))
    rows.append(Row("Mean abnormal change, bp", [fit.mean(CLASS, level=spec.level) for fit in two.values()]))
    later = [fit.placebo(CLASS, draws=spec.calendars.draws, rng=spec.rng).p_value for fit in two.values()]
    rows.append(Row("p-value, placebo dates", later, decimals=2))
    return Table(
        [response_label(name, spec) for name in fits],
        rows,
        decimals=1,
        notes=[
            f"{len(next(iter(fits.values())).events)} releases from December 2003 to September 2023, dated by the Treasury's "
            "rule, the eleventh federal business day of the month (true for "
            f"{_hits()} of them). "
            f"Constant-mean model; placebo: {spec.calendars.draws:,} draws of dates matched on weekday, volatility and part of the month. "
            "Detectable: with 80% power at 5%. Smallest bound: within which the effect is shown to lie at 5%. Variance shift: "
            "none where the Brown-Forsythe test at 5% does not find release days more volatile than control days; identification "
            "through the variance of news is then not available."
        ],
    )


def _shift(fit: EventStudyResults) -> str | Estimate:
    shift = fit.variance_shift(CLASS)
    return "none" if isinstance(shift, Unavailable) else shift.news


def changes(spec: Specification) -> pd.Series:
    """Daily changes of the yield of the primary cell, bp, over the span of the class."""
    span = calendars().loc[CLASS]
    change = 100.0 * daily(spec).frame[spec.primary.maturity].diff()
    return change[span["first"] : span["last"]]


def indicator(dates: pd.Series | str, index: pd.DatetimeIndex) -> pd.Series:
    """1 on the trading days that carry the dates, given or of a calendar."""
    name, dates = (dates, calendar(dates)["date"]) if isinstance(dates, str) else (CLASS, dates)
    rows = index.searchsorted(dates[(dates >= index[0]) & (dates <= index[-1])])
    return pd.Series(np.isin(np.arange(len(index)), rows).astype(float), index=index, name=name)


def controlled(spec: Specification, releases: pd.Series | str = CLASS) -> dict[str, Estimate]:
    """Release days less other days, with more and more of the calendar held fixed; by half of the sample."""
    y = changes(spec)
    index = pd.DatetimeIndex(y.index)
    release = indicator(releases, index)
    day = pd.Series(index.day, index=index)
    weekday = pd.get_dummies(pd.Series(index.day_of_week, index=index), prefix="weekday", drop_first=True, dtype=float)
    month_day = pd.get_dummies(day, prefix="day", drop_first=True, dtype=float)
    news = [indicator(name, index) for name in spec.calendars.news]
    settles = ((day >= 15) & (day.shift(1) < 15)).astype(float)
    calendar_news = pd.concat([*news, settles.rename("coupons settle")], axis=1)
    cpi = indicator("cpi", index)
    designs: dict[str, list[pd.Series | pd.DataFrame]] = {
        "Release days less other days": [release],
        "with the weekday held fixed": [release, weekday],
        "and the day of the month": [release, weekday, month_day],
        CONTROLLED: [release, weekday, month_day, calendar_news],
    }
    found = {words: _effect(y, pd.concat(parts, axis=1), spec) for words, parts in designs.items()}
    recent = np.asarray(index >= pd.Timestamp(entry(calendars(), "cpi", "first")))
    everything = pd.concat([release, weekday, month_day, calendar_news, cpi], axis=1)
    found["and the CPI, from 2010"] = _effect(y[recent], everything[recent], spec)
    second = pd.Timestamp(spec.calendars.halves)
    half = np.asarray(index < second)
    found[f"Release days less other days, to {second.year - 1}"] = _effect(y[half], release[half].to_frame(), spec)
    found[f"Release days less other days, from {second.year}"] = _effect(y[~half], release[~half].to_frame(), spec)
    return found


def _effect(y: pd.Series, x: pd.DataFrame, spec: Specification) -> Estimate:
    fit = regress(y, x, cov="hc3")
    return fit.estimate(CLASS, level=spec.level, units="bp", label="release days less other days")


def by_distance(spec: Specification) -> pd.DataFrame:
    """Mean change at every distance from the release: ``day``, ``mean``, ``t``, ``adjusted`` (Romano-Wolf over all).

    Null draws flip the sign of the whole month around a release.
    """
    y, first, last = changes(spec).to_numpy(), *spec.calendars.distances
    days = range(first, last + 1)
    at = np.flatnonzero(indicator(CLASS, pd.DatetimeIndex(changes(spec).index)))
    at = at[(at + first >= 0) & (at + last < len(y))]
    values = y[at[:, None] + np.array(days)]
    signs = np.random.default_rng(spec.rng).choice([-1.0, 1.0], size=(spec.calendars.draws, len(at)))
    mean, squares = values.mean(axis=0), (values**2).mean(axis=0)
    n = len(at)
    drawn = signs @ values / n  # flipping signs leaves the squares alone
    t = mean / np.sqrt((squares - mean**2) / (n - 1))
    null = drawn / np.sqrt((squares - drawn**2) / (n - 1))
    return pd.DataFrame({"day": list(days), "mean": mean, "t": t, "adjusted": romano_wolf(np.abs(t), np.abs(null))})


def _controls_table(controls: dict[str, Estimate], distances: pd.DataFrame, spec: Specification) -> Table:
    first, last = spec.calendars.distances
    rows: list[Row | Panel] = [Panel(f"Mean change of the {yield_words(spec.primary.maturity)}, bp")]
    rows += [Row(words, [found, _t(found), ""]) for words, found in controls.items()]
    rows.append(Panel("Mean change at other distances from the release, bp"))
    order = distances.reindex(distances["t"].abs().sort_values(ascending=False).index).head(spec.calendars.farthest)
    for _, row in order.iterrows():
        day = int(row["day"])
        words = "day of the release" if day == 0 else f"{abs(day)} trading days {'before' if day < 0 else 'after'}"
        rows.append(Row(words, [row["mean"], row["t"], render(row["adjusted"], "p:2")]))
    return Table(
        ["Mean", "t", "Adjusted p"],
        rows,
        decimals=2,
        notes=[
            "Releases by rule, December 2003 to September 2023; heteroskedasticity-robust standard errors (HC3). Coupon dates: first "
            f"trading day from the 15th, on which notes and bonds settle. Other distances: the {number(spec.calendars.farthest)} largest t among the "
            f"{last - first + 1} trading days from {-first} before to {last} after the release; p adjusted for having "
            "looked at all of them (Romano-Wolf, the signs of a whole month flipped together)."
        ],
    )


def slopes(spec: Specification, surprises: pd.DataFrame) -> dict[tuple[int, int], Estimate]:
    """Response of the 10-year yield to the surprise in the first print, for the day of the release and two days.

    Parameters
    ----------
    spec : Specification
        Data vintage and estimation window.
    surprises : DataFrame
        ``econ.eventstudy.release_surprises`` of first prints of one's own (`econ.data.realtime.first_prints`), which
        are not shipped.

    Returns
    -------
    dict
        From window to slope, bp per $10bn.
    """
    table = surprises.assign(surprise=surprises["surprise"] / 10.0)
    return {
        window: studies(spec, table, responses=(spec.primary.maturity,), window=window)[spec.primary.maturity].slope(
            "surprise", level=spec.level
        )
        for window in (spec.calendars.window, spec.calendars.two_days)
    }


def _draw(page: Any, data: pd.DataFrame, level: float) -> None:
    words = bands(level, "all days")
    left, right = page.subplots(1, 2)
    path, days = data[data["what"] == "path"], data[data["what"] == "day"]
    left.fill_between(
        path["day"], path["lower sup-t"], path["upper sup-t"], color="C0", alpha=0.12, lw=0, label=words["all"]
    )
    left.fill_between(path["day"], path["lower"], path["upper"], color="C0", alpha=0.25, lw=0, label=words["each"])
    left.plot(path["day"], path["mean"], color="C0")
    left.set_ylabel("basis points, cumulated")
    right.bar(days["day"], days["mean"], color=["C1" if day == 0 else "0.7" for day in days["day"]], width=0.8)
    right.set_ylabel("basis points a day")
    for axes in (left, right):
        axes.axhline(0.0, color="0.4", lw=0.6)
        axes.set_xlabel("trading days from the release")
    page.legend(loc="outside upper left", ncols=2)


if __name__ == "__main__":
    main(result, baseline)
