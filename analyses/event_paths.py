"""Paths around the news: two weeks of the 10-year yield by class, and two weeks of stress day by day."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from analyses._events import catalogue, daily, studies, words_of
from analyses._plots import bands
from analyses._words import label
from analyses.specification import Specification, baseline
from econ import Dataset
from econ.eventstudy import EventStudyResults
from econ.report import Exhibit, Figure, main, recorded

STYLES = ("-", "--", ":", "-.")


@recorded
def result(spec: Specification = baseline) -> Exhibit:
    """Mean paths with pointwise and simultaneous bands; cumulated changes in two case windows."""
    name = spec.primary.maturity
    ten = studies(spec, catalogue(spec), responses=(name,), window=spec.events.path)[name]
    data = daily(spec)
    figures = {
        "": Figure(_paths(ten, spec), partial(_draw_paths, level=spec.level), height=2.8),
        "cases": Figure(_cases(data, spec), _draw_cases, height=2.6),
    }
    level, dash = data.frame[name], spec.events.dash
    april = data.frame.loc[spec.events.april[0] : spec.events.april[1]]
    numbers = {
        "dash_for_cash": 100.0 * float(level[dash[1]] - level[dash[0]]),
        **{f"april_2025_{each.removeprefix('yield_')}": 100.0 * float(april[each].iloc[-1] - april[each].iloc[0])
           for each in spec.yields.maturities},
        **{f"{key}_day_5": float(ten.path(key, draws=99, rng=spec.rng)["mean"].iloc[-1]) for key in spec.events.main},
    }  # fmt: skip
    return Exhibit(
        key="event_paths", title="Paths of yields around news and in stress", numbers=numbers, figures=figures,
        spec=spec,
    )  # fmt: skip


def _paths(ten: EventStudyResults, spec: Specification) -> pd.DataFrame:
    parts = []
    for key in spec.events.main:
        path = ten.path(key, level=spec.level, draws=spec.events.draws, rng=spec.rng).reset_index()
        parts.append(path.assign(kind=words_of(spec)[key]))
    return pd.concat(parts, ignore_index=True)


def _cases(data: Dataset, spec: Specification) -> pd.DataFrame:
    parts, names = [], list(spec.yields.maturities)
    for each in spec.events.cases:
        cut = 100.0 * (data.frame.loc[each.first : each.last, names] - data.frame.loc[each.first, names])
        cut = cut.rename(columns={name: label(name) for name in names}).rename_axis("date").reset_index()
        parts.append(cut.assign(date=cut["date"].dt.strftime("%Y-%m-%d"), case=each.key))
    return pd.concat(parts, ignore_index=True)


def _draw_paths(page: Any, data: pd.DataFrame, level: float) -> None:
    words = bands(level, "all days")
    grid = page.subplots(1, data["kind"].nunique(), sharey=True)
    for axes, (kind, path) in zip(grid, data.groupby("kind", sort=False), strict=True):
        axes.fill_between(
            path["day"], path["lower sup-t"], path["upper sup-t"], color="C0", alpha=0.12, lw=0, label=words["all"]
        )
        axes.fill_between(path["day"], path["lower"], path["upper"], color="C0", alpha=0.25, lw=0, label=words["each"])
        axes.plot(path["day"], path["mean"], color="C0")
        axes.axhline(0.0, color="0.4", lw=0.6)
        axes.axvline(0.0, color="0.4", lw=0.6, ls=":")
        axes.set_title(kind, fontsize=8.5)
        axes.set_xlabel("trading day")
    grid[0].set_ylabel("basis points, cumulated")
    page.legend(*grid[0].get_legend_handles_labels(), loc="outside upper left", ncols=2)


def _draw_cases(page: Any, data: pd.DataFrame) -> None:
    grid = page.subplots(1, data["case"].nunique())
    names = [name for name in data.columns if name not in ("date", "case")]
    for axes, (name, case) in zip(grid, data.groupby("case", sort=False), strict=True):
        days = range(len(case))
        for head, style in zip(names, STYLES, strict=False):
            axes.plot(days, case[head], style, label=head)
        axes.axhline(0.0, color="0.4", lw=0.6)
        axes.set_xticks(list(days)[::3], [date[5:] for date in case["date"].iloc[::3]])
        axes.set_title(name)
    grid[0].set_ylabel("basis points since the first day")
    grid[0].legend(loc="upper left")


if __name__ == "__main__":
    main(result, baseline)
