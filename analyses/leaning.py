"""Leaning: what a sale does to the yield, given how flows answer the yield; and how they answer it, from news."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

import econ
from analyses import _operations as operations
from analyses._plots import going_on
from analyses._samples import loaded, window
from analyses._units import scaled
from analyses._words import listing, name_of, span, yield_words
from analyses.specification import Specification, baseline
from analyses.weekly_custody import weekly
from econ import Estimate
from econ.data import calendar
from econ.infer import NewsLeaning, news_leaning
from econ.report import Exhibit, Figure, Panel, Row, Table, main, recorded

UNITS = ("% of debt per bp", "bp per 1% of debt sold")
PER = 10.0
"""Basis points per which leaning is printed."""
LITERATURE = {
    "IMF (2017)": 2.2, "Beltran et al. (2013), long run": 8.0, "Warnock and Warnock (2009)": 17.0,
    "Beltran et al. (2013), short run": 20.0, "Ahmed and Rebucci (2022)": 90.0,
}  # fmt: skip
"""Impacts per 1% of debt, bp, as converted in the text; ranges by their middle."""
OF = {
    "IMF (2017)": "2-year premium", "Beltran et al. (2013), long run": "5-year premium",
    "Warnock and Warnock (2009)": "10-year yield", "Beltran et al. (2013), short run": "5-year premium",
    "Ahmed and Rebucci (2022)": "10-year yield",
}  # fmt: skip
"""What each of them moves; the figure puts all on the axis of one yield."""
STEPS = 81
"""Leanings at which the curve is drawn."""


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """The impact as a function of leaning, the leaning that news identifies, and what the literature takes for granted."""
    choices = spec.leaning
    main_one = identified(spec)
    other = identified(spec, choices.alone, choices.alone_sample)
    both, alone = (choices.news, main_one, choices.sample), (choices.alone, other, choices.alone_sample)
    table, numbers = _table({"both": both, "alone": alone}, spec)
    needed, read = _needed(main_one, spec)
    by_week = custody(spec)
    numbers |= {"custody_leaning": per_10(by_week.leaning), "custody_impact": by_week.impact}
    points = _points(main_one, spec)
    return Exhibit(
        key="leaning", title="What an impact takes: leaning, and leaning that news identifies",
        numbers={**numbers, **read}, tables={"": table, "needed": needed},
        figures={"": Figure(_curve(main_one, points, spec), partial(_draw, steepest=choices.steepest), height=3.6)},
        spec=spec,
    )  # fmt: skip


def identified(
    spec: Specification,
    news: tuple[str, ...] = (),
    sample: tuple[str, str] | None = None,
    *,
    leak: bool = True,
    share: float | None = None,
    without: tuple[str, str] | None = None,
) -> NewsLeaning:
    """Leaning of the seller and impact of its sales, from the change of the yield on days of news."""
    frame = months_of(spec, news or spec.leaning.news, sample or spec.leaning.sample)
    if share is None:
        share = _share(frame) if leak else 0.0
    return _estimated(frame, spec, share=share, lags=spec.leaning.lags, without=without)


def custody(spec: Specification, *, leak: bool = True) -> NewsLeaning:
    """The same by weeks, for the Treasuries that the Fed keeps for foreign officials."""
    frame = weeks_of(spec)
    return _estimated(frame, spec, share=_share(frame) if leak else 0.0, lags=spec.weekly.lags)


def _share(frame: pd.DataFrame) -> float:
    """Share of days with news."""
    return float(frame["news_days"].sum() / frame["days"].sum())


def _estimated(
    frame: pd.DataFrame, spec: Specification, *, share: float, lags: int, without: tuple[str, str] | None = None
) -> NewsLeaning:
    past = _lagged(frame, lags)
    kept = frame.join(past).dropna()
    if without is not None:
        kept = kept.drop(kept.loc[without[0] : without[1]].index)
    return news_leaning(
        kept["change"].to_numpy(), kept["flow"].to_numpy(), kept["news"].to_numpy(), share=share,
        controls=kept[list(past.columns)].to_numpy() if lags else None, level=spec.level, units=UNITS,
    )  # fmt: skip


def months_used(spec: Specification) -> pd.PeriodIndex:
    """Months behind :func:`identified`: those of the sample whose lags are in it."""
    frame = months_of(spec, spec.leaning.news, spec.leaning.sample)
    return pd.PeriodIndex(frame.join(_lagged(frame, spec.leaning.lags)).dropna().index)


def _lagged(frame: pd.DataFrame, lags: int) -> pd.DataFrame:
    """Lags of both that are partialled out."""
    columns = {f"{name}_{k}": frame[name].shift(k) for name in ("change", "flow") for k in range(1, lags + 1)}
    return pd.DataFrame(columns, index=frame.index)


def per_10(estimate: Estimate) -> Estimate:
    """Leaning per 10 bp."""
    return scaled(estimate, PER, "% of debt per 10 bp")


def months_of(spec: Specification, news: tuple[str, ...], sample: tuple[str, str]) -> pd.DataFrame:
    """By month: change of the yield, its part on days of news (bp), purchases (percent of debt), and numbers of days."""
    bought = f"{spec.leaning.seller}_net_purchases"
    frame = _days(spec, news, pd.Period(sample[0]).start_time, pd.Period(sample[1]).end_time)
    purchases = loaded(spec, bought).frame[bought].rename("flow")
    table = frame.groupby(pd.DatetimeIndex(frame.index).to_period("M")).sum().join(purchases, how="inner")
    return table.loc[sample[0] : sample[1]].dropna()


def weeks_of(spec: Specification) -> pd.DataFrame:
    """The same by weeks that end on Wednesdays, for the rise of custody holdings."""
    held = weekly(spec).frame
    wednesdays = pd.DatetimeIndex(held.index)
    frame = _days(spec, spec.leaning.news, wednesdays[0] - pd.Timedelta(days=6), wednesdays[-1])
    days = pd.DatetimeIndex(frame.index)
    ends = days + pd.to_timedelta((2 - days.day_of_week) % 7, unit="D")
    return frame.groupby(ends).sum().join(-held["custody_sales"].rename("flow"), how="inner").dropna()


def _days(spec: Specification, news: tuple[str, ...], first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """By trading day: change of the yield, the same on days of news, and what to count."""
    name = spec.primary.maturity
    change = 100.0 * econ.load(name, frequency="D", as_of=spec.as_of).frame[name].dropna().diff()
    change = change[(change.index >= first) & (change.index <= last)]
    quoted = pd.DatetimeIndex(change.index)
    told = pd.concat(
        [calendar(each, first.date(), last.date(), as_of=spec.as_of)["date"] for each in news]
    ).drop_duplicates()
    places = quoted.searchsorted(pd.DatetimeIndex(told))  # news while the market is closed is met on its next day
    on_news = np.zeros(len(quoted), dtype=bool)
    on_news[places[places < len(quoted)]] = True
    return pd.DataFrame({"change": change, "news": change.where(on_news, 0.0), "days": 1.0, "news_days": 1.0 * on_news})


Found = dict[str, tuple[tuple[str, ...], NewsLeaning, tuple[str, str]]]
"""News, what it identifies and the sample, by the word in the names of numbers; the news of both may be the same."""


def _table(found: Found, spec: Specification) -> tuple[Table, dict[str, Any]]:
    rows: list[Row | Panel] = []
    numbers: dict[str, Any] = {}
    for key, (news, made, sample) in found.items():
        rows.append(Panel(f"{_named(news)}, {span(sample)}"))
        bare = identified(spec, news, sample, leak=False)
        for words, each in (("News days against the others", made), ("The same, leak not taken out", bare)):
            rows.append(Row(words, [per_10(each.leaning), each.impact, each.relevance.statistic]))
        if key == "both":
            for words, each in _other_news(spec).items():
                rows.append(Row(words, [per_10(each.leaning), each.impact, each.relevance.statistic]))
            numbers["without_stress"] = identified(spec, without=spec.leaning.stress).impact
        squares = made.curve.at(0.0, level=spec.level)
        rows.append(Row("Least squares: no leaning", ["", squares, ""]))
        numbers |= {
            f"{key}_leaning": per_10(made.leaning), f"{key}_impact": made.impact, f"{key}_f": made.relevance.statistic,
            f"{key}_bare": bare.impact, f"{key}_least_squares": squares, f"{key}_share": made.share,
        }  # fmt: skip
    rows += _by_week(spec)
    table = Table(
        ["Leaning", "Impact", "Effective F"], rows, decimals=2, below="interval",
        notes=[
            f"Leaning: purchases of {name_of(spec.leaning.seller).lower()} holders, percent of debt, that a rise of the {yield_words(spec.primary.maturity)} by 10 bp in the "
            f"month brings. Impact: of a sale of 1% of debt on the yield of the month, bp. Brackets: {spec.level:.0%} S sets, valid however weak the news. "
            f"News days against the others: change of the yield on days of news less their share of days times that of the month, which is free of what flows do if they are spread evenly over days; the rows below take other shares. "
            f"{spec.leaning.lags} lags of both (by week {spec.weekly.lags}) partialled out; Newey-West. Custody: purchases are the rise of what the Fed keeps for foreign officials, the yield from Wednesday to Wednesday."
        ],
    )  # fmt: skip
    return table, numbers


def _by_week(spec: Specification) -> list[Row | Panel]:
    """Custody holdings, week by week."""
    made, bare = custody(spec), custody(spec, leak=False)
    rows: list[Row | Panel] = [
        Panel(f"Custody holdings by week, {_named(spec.leaning.news)}, {span(window(spec, 'custody'))}")
    ]
    for words, each in (("News days against the others", made), ("The same, leak not taken out", bare)):
        rows.append(Row(words, [per_10(each.leaning), each.impact, each.relevance.statistic]))
    return [*rows, Row("Least squares: no leaning", ["", made.curve.at(0.0, level=spec.level), ""])]


def _other_news(spec: Specification) -> dict[str, NewsLeaning]:
    """Other parts of the impact on days of news, and the months of stress left out."""
    choices = spec.leaning
    found = {f"If they hold {share:.0%} of the impact": identified(spec, share=share) for share in choices.shares}
    found[f"Without {span(choices.stress)}"] = identified(spec, without=choices.stress)
    return found


def _named(news: tuple[str, ...]) -> str:
    words = {"fomc": "FOMC", "payrolls": "payrolls", "cpi": "consumer prices"}
    return listing([words.get(each, each.replace("_", " ")) for each in news])


def _needed(made: NewsLeaning, spec: Specification) -> tuple[Table, dict[str, Estimate]]:
    """The leaning that each impact of the literature takes, in the flows and yields of the sample."""
    impacts = {"No impact": 0.0, **LITERATURE}
    found = {words: per_10(made.curve.needed(each, level=spec.level)) for words, each in impacts.items()}
    rows = [Row(words, [impacts[words], each]) for words, each in found.items()]
    rows.append(Row(f"News: {_named(spec.leaning.news)}", [made.impact, per_10(made.leaning)]))
    table = Table(
        ["Impact", "Leaning it takes"], rows, decimals=3, below="interval",
        notes=[
            "Impact: bp per sale of 1% of debt, as converted in the text. Leaning: percent of debt bought per 10 bp in the month, at which the "
            f"moment of flows and yields gives that impact; {spec.level:.0%} S sets at the impact. Sample: {span(spec.leaning.sample)}."
        ],
    )  # fmt: skip
    names = ("zero", "imf", "beltran_long", "warnock", "beltran_short", "ahmed")
    return table, {f"needed_{name}": each for name, each in zip(names, found.values(), strict=True)}


def _points(made: NewsLeaning, spec: Specification) -> dict[str, tuple[float, ...]]:
    """Designs in the figure: leaning, impact and its set. An impact of another design stands where the curve has it."""
    whole = next(iter(operations.records(spec).values()))
    daily = operations.primary(operations.fitted(whole, spec), spec)
    at = PER * made.curve.needed(daily.value).value
    return {
        "news": (PER * made.leaning.value, made.impact.value, made.impact.confidence_set().lower, made.impact.confidence_set().upper),
        "operations": (at, daily.value, daily.confidence_set().lower, daily.confidence_set().upper),
    }  # fmt: skip


def _curve(made: NewsLeaning, points: dict[str, tuple[float, ...]], spec: Specification) -> pd.DataFrame:
    """The curve with its sets, the designs on it, and the literature at the leaning that it takes."""
    grid = np.linspace(0.0, spec.leaning.steepest, STEPS)
    table = made.curve.table([float(each) for each in grid / PER], level=spec.level).reset_index()
    table["leaning"] = grid
    rows = [
        ("curve", "", *line) for line in table[["leaning", "impact", "set lower", "set upper"]].itertuples(index=False)
    ]
    rows += [("design", name, *values) for name, values in points.items()]
    rows += [
        ("literature", f"{words}: {OF[words]}", PER * made.curve.needed(each).value, each, None, None)
        for words, each in LITERATURE.items()
    ]
    return pd.DataFrame(rows, columns=["what", "name", "leaning", "impact", "lower", "upper"])


def _draw(page: Any, data: pd.DataFrame, steepest: float) -> None:
    axes = page.subplots()
    curve = data[data["what"] == "curve"].astype({"lower": float, "upper": float})
    bottom, top = -60.0, 1.15 * float(data.loc[data["what"] == "literature", "impact"].max())
    axes.fill_between(
        curve["leaning"],
        curve["lower"].clip(bottom, top),
        curve["upper"].clip(bottom, top),
        color="C0",
        alpha=0.18,
        lw=0,
    )
    axes.plot(curve["leaning"], curve["impact"], color="C0")
    axes.axhline(0.0, color="0.4", lw=0.6)
    for (_, line), marker, color in zip(
        data[data["what"] == "design"].iterrows(), ("s", "o"), ("C1", "C2"), strict=True
    ):
        ends = float(line["lower"]), float(line["upper"])
        axes.vlines(line["leaning"], max(ends[0], bottom), min(ends[1], top), color=color, lw=1.2)
        going_on(axes, ends[:1], ends[1:], [line["leaning"]], window=(bottom, top), color=color, upright=True)
        axes.plot(line["leaning"], line["impact"], marker, color=color, ms=5, label=f"{line['name']}, with its set")
    _cite(axes, data[data["what"] == "literature"])
    axes.set_xlim(0.0, steepest)
    axes.set_ylim(bottom, top)
    axes.set_xlabel("leaning: percent of debt bought in the month per 10 bp")
    axes.set_ylabel("impact: bp per sale of 1% of debt")
    page.legend(loc="outside upper right", ncols=2)


def _cite(axes: Any, cited: pd.DataFrame) -> None:
    """Numbered circles where the literature stands, and the list of their names."""
    for place, (_, line) in enumerate(cited.iterrows()):
        axes.plot(line["leaning"], line["impact"], "o", mfc="white", color="0.25", ms=3.5)
        axes.annotate(
            f"{place + 1}",
            (line["leaning"], line["impact"]),
            xytext=(-2, 5) if place % 2 else (2, -11),  # 17 and 20 bp stand side by side
            textcoords="offset points",
            fontsize=8,
        )
    words = "\n".join(f"{place + 1}  {name}" for place, name in enumerate(cited["name"]))
    axes.text(
        0.98, 0.04, words, transform=axes.transAxes, ha="right", va="bottom", multialignment="left", fontsize=8, color="0.25",
    )  # fmt: skip


if __name__ == "__main__":
    main(result, baseline)
