"""Paths around the news: two weeks of the 10-year yield by class, and two weeks of stress day by day."""

from __future__ import annotations

import pandas as pd

from analyses._events import CLASSES, LABELS, MATURITIES, catalogue, daily, studies
from analyses.specification import Specification, baseline
from econ import Dataset
from econ.eventstudy import EventStudyResults
from econ.report import Exhibit, Figure, main

KEYS = ("china_sells", "china_reserves", "japan_intervenes", "ratings")
WINDOW = (-5, 5)
CASES = {"March 2020": ("2020-03-06", "2020-03-20"), "April 2025": ("2025-04-01", "2025-04-15")}
DASH = ("2020-03-09", "2020-03-18")


def result(spec: Specification = baseline) -> Exhibit:
    """Mean paths with pointwise and simultaneous bands; cumulated changes in two case windows."""
    ten = studies(spec, catalogue(), responses=("yield_10y",), window=WINDOW)["yield_10y"]
    data = daily(spec)
    figures = {
        "": Figure(_paths(ten, spec), _draw_paths, height=2.6),
        "cases": Figure(_cases(data), _draw_cases, height=2.6),
    }
    level = data.frame["yield_10y"]
    april = data.frame.loc["2025-04-04":"2025-04-11"]
    numbers = {
        "dash_for_cash": 100.0 * float(level[DASH[1]] - level[DASH[0]]),
        **{f"april_2025_{name.removeprefix('yield_')}": 100.0 * float(april[name].iloc[-1] - april[name].iloc[0])
           for name in MATURITIES},
        **{f"{key}_day_5": float(ten.path(key, draws=99, rng=spec.rng)["mean"].iloc[-1]) for key in KEYS},
    }  # fmt: skip
    return Exhibit(
        key="event_paths", title="Paths of yields around news and in stress", numbers=numbers, figures=figures,
        vintages=data.vintages, spec=spec,
    )  # fmt: skip


def _paths(ten: EventStudyResults, spec: Specification) -> pd.DataFrame:
    parts = []
    for key in KEYS:
        path = ten.path(key, level=spec.level, rng=spec.rng).reset_index()
        parts.append(path.assign(kind=CLASSES[key][0]))
    return pd.concat(parts, ignore_index=True)


def _cases(data: Dataset) -> pd.DataFrame:
    parts = []
    for name, (start, end) in CASES.items():
        cut = 100.0 * (data.frame.loc[start:end, list(MATURITIES)] - data.frame.loc[start, list(MATURITIES)])
        cut = cut.rename(columns=LABELS).rename_axis("date").reset_index()
        parts.append(cut.assign(date=cut["date"].dt.strftime("%Y-%m-%d"), case=name))
    return pd.concat(parts, ignore_index=True)


def _draw_paths(page, data: pd.DataFrame) -> None:  # noqa: ANN001
    grid = page.subplots(1, len(KEYS), sharey=True)
    for axes, (kind, path) in zip(grid, data.groupby("kind", sort=False), strict=True):
        axes.fill_between(path["day"], path["lower sup-t"], path["upper sup-t"], color="C0", alpha=0.12, lw=0)
        axes.fill_between(path["day"], path["lower"], path["upper"], color="C0", alpha=0.25, lw=0)
        axes.plot(path["day"], path["mean"], color="C0")
        axes.axhline(0.0, color="0.4", lw=0.6)
        axes.axvline(0.0, color="0.4", lw=0.6, ls=":")
        axes.set_title(kind, fontsize=8.5)
        axes.set_xlabel("trading day")
    grid[0].set_ylabel("basis points, cumulated")


def _draw_cases(page, data: pd.DataFrame) -> None:  # noqa: ANN001
    grid = page.subplots(1, len(CASES))
    for axes, (name, case) in zip(grid, data.groupby("case", sort=False), strict=True):
        days = range(len(case))
        for label, style in zip((LABELS[m] for m in MATURITIES), ("-", "--", ":"), strict=True):
            axes.plot(days, case[label], style, label=label)
        axes.axhline(0.0, color="0.4", lw=0.6)
        axes.set_xticks(list(days)[::3], [date[5:] for date in case["date"].iloc[::3]])
        axes.set_title(name)
    grid[0].set_ylabel("basis points since the first day")
    grid[0].legend(loc="upper left")


if __name__ == "__main__":
    main(result, baseline)
