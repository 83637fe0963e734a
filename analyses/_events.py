"""Classes of news and the studies that the exhibits on events share."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

import econ
from analyses.specification import Specification
from econ import Dataset, EventStudy
from econ.data import Variable
from econ.eventstudy import EventStudyResults

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
CONFOUNDERS = ("fomc", "cpi", "payrolls", "auction_10y", "auction_30y", "quarter_end")  # econ.data.calendars
MATURITIES = ("yield_2y", "yield_10y", "yield_30y")


MATURITIES_AND_SLOPE = (*MATURITIES, "slope")
LABELS = {"yield_2y": "2-year", "yield_10y": "10-year", "yield_30y": "30-year", "slope": "Slope 10y-2y"}


def catalogue() -> pd.DataFrame:
    """The events with the paper's classes as ``kind``."""
    table = econ.events()
    to_class = {kind: key for key, (_, kinds, _) in CLASSES.items() for kind in kinds}
    return table.assign(kind=table["kind"].map(to_class))


def daily(spec: Specification) -> Dataset:
    """Daily yields in percent, and the slope from 2 to 10 years."""
    data = econ.load(*MATURITIES, frequency="D", as_of=spec.as_of)
    slope = data.frame["yield_10y"] - data.frame["yield_2y"]
    variable = Variable("slope", "10-year less 2-year yield", "percent", "the curve is steeper")
    return replace(
        data, frame=data.frame.assign(slope=slope), variables={**data.variables, "slope": variable}, parent=data
    )


def studies(
    spec: Specification,
    events: pd.DataFrame,
    *,
    responses: tuple[str, ...] = MATURITIES,
    window: tuple[int, int] | None = None,
    confounders: tuple[str, ...] | None = None,
) -> dict[str, EventStudyResults]:
    """One study per response, constant-mean model; events whose window holds a confounder are dropped."""
    study = EventStudy(
        daily(spec),
        events,
        response=responses[0],
        window=window or spec.event_window,
        estimation=spec.estimation_window,
        confounders=confounders,
    )
    return {response: study.with_response(response).fit() for response in responses}
