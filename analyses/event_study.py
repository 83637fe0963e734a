"""Event study: what yields did on the days on which the news said that a holder sells, threatens or buys."""

from __future__ import annotations

import pandas as pd

import econ
from analyses.specification import Specification, baseline
from econ import Estimate, EventStudy
from econ.eventstudy import EventStudyResults
from econ.infer import equivalence, minimum_detectable_effect
from econ.report import Exhibit, Figure, Panel, Row, Table, Unavailable, main, render

CLASSES = {
    "china_sells": ("China: sale news", ("china_sale_news", "china_sale_threat"), "+"),
    "china_reserves": ("China loses reserves", ("reserve_loss",), "+"),
    "china_denies": ("China denies", ("china_denial",), "−"),
    "china_devalues": ("China devalues", ("china_fx",), "+/−"),
    "japan_intervenes": ("Japan sells dollars", ("intervention",), "+"),
    "allies_threaten": ("Allies threaten to sell", ("ally_sale_threat", "ally_sale_news"), "+"),
    "allies_deny": ("Allies deny", ("ally_denial",), "−"),
    "boj": ("Bank of Japan tightens", ("boj",), "+"),
    "gilts": ("UK gilt crisis", ("uk_gilt_crisis",), "+/−"),
    "ratings": ("US ratings", ("rating",), "+"),
    "freeze": ("Freeze of reserves", ("freeze",), "+/−"),
    "auctions": ("Auctions, tariffs of 2025", ("auction", "tariff"), "+/−"),
    "tic": ("TIC releases", ("tic_release",), "0"),
    "custody": ("Custody shift, no sale", ("custody_shift",), "0"),
    "stress": ("Stress of March 2020", ("dash_for_cash", "fed_backstop"), "+/−"),
}
PANELS = {
    "Seller news": ("china_sells", "china_reserves", "china_denies", "china_devalues"),
    "Allies": ("japan_intervenes", "allies_threaten", "allies_deny", "boj", "gilts"),
    "Other": ("ratings", "freeze", "auctions", "tic", "custody", "stress"),
}
CONFOUNDERS = ("FOMC", "CPI", "payrolls", "refunding")
MATURITIES = ("yield_2y", "yield_10y", "yield_30y")


def catalogue() -> pd.DataFrame:
    """The events with the paper's classes as ``kind``."""
    table = econ.events()
    to_class = {kind: key for key, (_, kinds, _) in CLASSES.items() for kind in kinds}
    return table.assign(kind=table["kind"].map(to_class))


def studies(spec: Specification, events: pd.DataFrame) -> dict[str, EventStudyResults]:
    """One study per maturity, constant-mean model."""
    daily = econ.load(*MATURITIES, frequency="D", as_of=spec.as_of)
    return {
        maturity: EventStudy(
            daily, events, response=maturity, window=spec.event_window, estimation=spec.estimation_window
        ).fit()
        for maturity in MATURITIES
    }


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
    clean = events[~events["confounders"].str.contains("|".join(CONFOUNDERS))]
    clean_ten = studies(spec, clean)["yield_10y"]
    for key in ("china_sells", "japan_intervenes"):
        numbers |= {f"{key}_clean": clean_ten.mean(key, level=spec.level)} | _power(key, ten, spec)
    numbers |= {"events": len(ten.events), "moved": len(ten.moved)}
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


def _power(key: str, ten: EventStudyResults, spec: Specification) -> dict[str, float]:
    """What the class could have detected, and the smallest bound inside which it is equivalent to nothing."""
    mean = ten.mean(key, level=spec.level)
    assert not isinstance(mean.std_error, Unavailable)
    test = equivalence(mean.value, mean.std_error, spec.event_bound, df=mean.nobs - 1)
    return {
        f"{key}_detectable": minimum_detectable_effect(mean.std_error),
        f"{key}_smallest_bound": test.smallest_bound,
    }


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
