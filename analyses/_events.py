"""Classes of news and the studies that the exhibits on events share."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

import econ
from analyses._words import label, short
from analyses.specification import Specification
from econ import Dataset, EventStudy
from econ.data import Variable
from econ.eventstudy import EventStudyResults

SLOPE = "slope"


def words_of(spec: Specification) -> dict[str, str]:
    """Words of each class of news."""
    return {each.key: each.words for each in spec.events.classes}


def response_label(response: str, spec: Specification) -> str:
    """Head of a column: a maturity, or the slope with its ends."""
    far, near = spec.yields.slope
    return f"Slope {short(far)}-{short(near)}" if response == SLOPE else label(response)


def with_slope(spec: Specification) -> tuple[str, ...]:
    """The maturities and the slope."""
    return (*spec.yields.maturities, SLOPE)


def catalogue(spec: Specification) -> pd.DataFrame:
    """The events with the paper's classes as ``kind``."""
    table = econ.events()
    to_class = {kind: each.key for each in spec.events.classes for kind in each.kinds}
    table = table.assign(kind=table["kind"].map(to_class))
    return table[table["kind"].notna()]


def daily(spec: Specification) -> Dataset:
    """Daily yields in percent, and the slope."""
    far, near = spec.yields.slope
    data = econ.load(*dict.fromkeys((*spec.yields.maturities, far, near)), frequency="D", as_of=spec.as_of)
    variable = Variable(SLOPE, f"{label(far)} less {label(near)} yield", "percent", "the curve is steeper")
    frame = data.frame.assign(**{SLOPE: data.frame[far] - data.frame[near]})
    return replace(data, frame=frame, variables={**data.variables, SLOPE: variable}, parent=data)


def studies(
    spec: Specification,
    events: pd.DataFrame,
    *,
    responses: tuple[str, ...] | None = None,
    window: tuple[int, int] | None = None,
    confounders: tuple[str, ...] | None = None,
    data: Dataset | None = None,
) -> dict[str, EventStudyResults]:
    """One study per response, constant-mean model; events whose window holds a confounder are dropped.

    The responses are the maturities unless said otherwise; ``data`` are those of `daily`.
    """
    responses = spec.yields.maturities if responses is None else responses
    study = EventStudy(
        daily(spec) if data is None else data,
        events,
        response=responses[0],
        window=spec.events.window if window is None else window,
        estimation=spec.events.estimation,
        confounders=confounders,
    )
    return dict(study.pooled(responses).firms)


def dated(results: EventStudyResults) -> str:
    """Sentence of a note: the first and the last event."""
    first, last = results.events["date"].min(), results.events["date"].max()
    return f"Events: {first.date()} to {last.date()}."
