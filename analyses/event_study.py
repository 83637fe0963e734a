"""Event study: what yields did on the days on which the news said that a holder sells, threatens or buys."""

from __future__ import annotations

import pandas as pd

from analyses._events import CLASSES, CONFOUNDERS, PANELS, catalogue, studies
from analyses.specification import Specification, baseline
from econ import Estimate
from econ.eventstudy import EventStudyResults
from econ.report import Exhibit, Figure, Panel, Row, Table, Unavailable, main, render


def result(spec: Specification = baseline) -> Exhibit:
    """Mean abnormal changes by class and maturity, with every test the class permits."""
    events = catalogue()
    fits = studies(spec, events)
    ten = fits["yield_10y"]
    rows: list[Row | Panel] = []
    numbers: dict[str, Estimate | float | int | Unavailable] = {}
    for title, keys in PANELS.items():
        rows.append(Panel(title))
        for key in keys:
            row, found = _class_row(key, fits, spec)
            rows.append(row)
            numbers |= found
    clean_ten = studies(spec, events, responses=("yield_10y",), confounders=CONFOUNDERS)["yield_10y"]
    power = ten.detectability(bound=spec.event_bound)
    for key in ("china_sells", "japan_intervenes"):
        numbers[f"{key}_clean"] = clean_ten.mean(key, level=spec.level)
        numbers[f"{key}_detectable"] = float(power.loc[key, "detectable"])
        numbers[f"{key}_smallest_bound"] = float(power.loc[key, "smallest bound"])
    numbers |= {"events": len(ten.events), "moved": len(ten.moved), "confounded": len(clean_ten.dropped)}
    table = Table(
        ["Sign", "Events", "2-year", "10-year", "30-year", "t", "BMP", "Rank", "Placebo"],
        rows,
        spans=[("", 2), ("Mean abnormal change, bp", 3), ("p-value, 10-year", 4)],
        decimals=1,
        notes=[
            f"Days {spec.event_window[0]} to {spec.event_window[1]} around the first trading day on which a quote could "
            "reflect the news; constant-mean model, estimated on trading days "
            f"{spec.estimation_window[0]} to {spec.estimation_window[1]} that lie in no event window. Sign: of the change "
            "if selling raises yields. Standard errors: across events; from the forecast where there is one event. Placebo: "
            "9,999 draws of dates matched on weekday, volatility and part of the month. Confounded events are included."
        ],
    )
    return Exhibit(
        key="event_study", title="Yields around news about holders", numbers=numbers, tables=table,
        figures=Figure(_plotted(ten, spec), _draw, height=4.2), vintages=ten.parent.data.vintages, spec=spec,
    )  # fmt: skip


def _class_row(key: str, fits: dict[str, EventStudyResults], spec: Specification) -> tuple[Row, dict]:
    words, _, sign = CLASSES[key]
    means = {maturity: fit.mean(key, level=spec.level) for maturity, fit in fits.items()}
    tests = fits["yield_10y"].tests(key)
    placebo = fits["yield_10y"].placebo(key, draws=9999, rng=spec.rng)
    values = [tests.loc[name, "p_value"] for name in ("t", "BMP", "Corrado rank")]
    cells = [sign, means["yield_10y"].nobs, *means.values(), *(_p(value) for value in values), _p(placebo.p_value)]
    numbers = {f"{key}_{maturity.removeprefix('yield_')}": mean for maturity, mean in means.items()}
    return Row(words, cells), numbers | {f"{key}_placebo": placebo.p_value, f"{key}_n": means["yield_10y"].nobs}


def _p(value: float | Unavailable) -> str | Unavailable:
    return value if isinstance(value, Unavailable) else render(value, "p:2")


def _plotted(ten: EventStudyResults, spec: Specification) -> pd.DataFrame:
    rows = []
    for key in (name for names in PANELS.values() for name in names):
        mean = ten.mean(key, level=spec.level)
        for event in ten.events.index[ten.events["kind"] == key]:
            rows.append((CLASSES[key][0], "event", float(ten.cumulative[event]), None, None))
        rows.append((CLASSES[key][0], "mean", mean.value, mean.lower, mean.upper))
    return pd.DataFrame(rows, columns=["kind", "what", "value", "lower", "upper"])


def _draw(page, data: pd.DataFrame) -> None:  # noqa: ANN001
    page.set_layout_engine("constrained", w_pad=0.2)
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
    axes.set_yticks(list(place.values()), labels)
    axes.set_xlim(-60, 60)
    axes.set_xlabel("abnormal change of the 10-year yield over two days, basis points")
    page.legend(loc="outside upper right", ncols=2)


if __name__ == "__main__":
    main(result, baseline)
