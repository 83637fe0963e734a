"""What the response to operations does not survive: asked after the cell that decides had been seen."""

from __future__ import annotations

from typing import Any

import numpy as np

from analyses._operations import (
    FEW,
    Fits,
    Record,
    clean_operations,
    days,
    fitted,
    held_fixed,
    known_news,
    primary,
    turned,
)
from analyses._units import scaled
from analyses._words import listing, month, number, span
from analyses.specification import Specification
from econ import Estimate, Unavailable
from econ.data.operations import ERAS
from econ.eventstudy import OperationResults
from econ.report import Panel, Row, Table

Cell = Estimate | float | Unavailable


def doubts(both: dict[str, Record], fits: Fits, spec: Specification) -> tuple[Table, dict[str, Any]]:
    """The cell that decides on fewer days or operations, the days before it, and the answer that would make it up."""
    choices, numbers = spec.operations, dict[str, Any]()
    rows: list[Row | Panel] = [Panel(f"{days(choices.day)}, per amount of the window")]
    for key, (words, cells) in _fewer(both, fits, spec).items():
        rows.append(Row(words, cells))
        numbers |= {key: cells[0], f"{key}_without": cells[1]}
    length = number(choices.day + 1)
    rows.append(Panel(f"{length.capitalize()} days, per amount of the day"))
    for key, (words, cells) in _around(both, length, spec).items():
        rows.append(Row(words, cells))
        numbers |= {key: cells[0], f"{key}_without": cells[1]}
    rows.append(Panel("What would make up the response of the day"))
    needed = [_break_even(fit) for fit in fits.values()]
    rows.append(Row("Sold in answer to the day's news, % of debt per bp", needed, decimals=4))
    numbers |= {"break_even": needed[0], "explained": _explained(fits["All"], spec), "cleaned": _cleaned(both, fits)}
    return Table(list(both), rows, decimals=1, below="interval", notes=_notes(numbers, spec)), numbers


def _fewer(both: dict[str, Record], fits: Fits, spec: Specification) -> dict[str, tuple[str, list[Cell]]]:
    choices = spec.operations
    late = [each.since(choices.also_since) for each in both.values()]
    news = (*choices.clean, *choices.also)
    gone = [each.without(*choices.campaign) for each in both.values()]
    first, last = (month(each[:7]) for each in choices.campaign)
    found: dict[str, tuple[str, list[Cell]]] = {
        "kept_out": (
            f"No {listing(choices.also)} in the window either, where known",
            [primary(fitted(each, spec, news=known_news(spec)), spec) for each in both.values()],
        ),
        "late": (f"From {choices.also_since[:4]}", [primary(fitted(each, spec), spec) for each in late]),
        "also": (
            f"From {choices.also_since[:4]}, no {listing(choices.also)} in the window either",
            [primary(fitted(each, spec, news=news), spec) for each in late],
        ),
        "campaign_out": (f"Without {first} to {last}", [primary(fitted(each, spec), spec) for each in gone]),
        "first": (
            f"First of a campaign: none in {number(choices.apart)} days before",
            [turned(fit, choices.day, spec, apart=choices.apart) for fit in fits.values()],
        ),
        "lags": (
            f"Last {number(choices.lags)} changes of the yield held fixed",
            [turned(fit, choices.day, spec, lags=choices.lags) for fit in fits.values()],
        ),
    }
    for at in choices.to_the_end:
        cells: list[Cell] = [_to_the_end(each, at, spec) for each in both.values()]
        found[f"to_{at}"] = (f"{days(at)}, no {listing([each.upper() for each in choices.clean])} to their end", cells)
    return found


def _to_the_end(record: Record, at: int, spec: Specification) -> Estimate | Unavailable:
    """A longer response on days without other news up to its end; eras that lose all their operations are left out."""
    kept = record
    for era in ERAS:
        alone = record.within(era)
        if len(alone.sold) and not clean_operations(alone, at, spec):
            kept = kept.without(era.first, era.last)
    return fitted(kept, spec, last=at, around=at).at(at, level=spec.level) if len(kept.sold) else FEW


def _around(both: dict[str, Record], length: str, spec: Specification) -> dict[str, tuple[str, list[Cell]]]:
    """As many days before an operation as from it on, in the same units."""
    choices = spec.operations
    first = -choices.day - 2
    fits = [fitted(each, spec, first=first, summed=False) for each in both.values()]
    return {
        "from_it": ("From the operation on", [primary(fit, spec) for fit in fits]),
        "before": ("Before it", [_risen(turned(fit, first, spec)) for fit in fits]),
        "before_first": (
            "Before it, first of a campaign",
            [_risen(turned(fit, first, spec, apart=choices.apart)) for fit in fits],
        ),
    }


def _risen(made: Estimate | Unavailable) -> Estimate | Unavailable:
    """From a change measured backwards to one forwards."""
    return FEW if isinstance(made, Unavailable) else scaled(made, -1.0, made.units)


def _break_even(fit: OperationResults) -> float:
    """Percent of debt sold per bp of the same day's news at which no impact at all would give the response of day 0."""
    window, j = fit.window, fit.horizons.index(0)
    live = window.amounts != 0.0
    squares = float(((window.amounts - window.amounts.mean()) ** 2).sum())
    return float(fit.point[j]) * squares / float((window.outcome[live, j] ** 2).sum())


def _explained(fit: OperationResults, spec: Specification) -> float:
    """Share of the change over the days that decide which past changes explain."""
    change = fit.window.outcome[:, [fit.horizons.index(spec.operations.day)]]
    bare, left = (held_fixed(change, fit, lags) for lags in (0, spec.operations.lags))
    return 1.0 - float((left**2).sum() / (bare**2).sum())


def _cleaned(both: dict[str, Record], fits: Fits) -> float:
    """Share of the squared amounts on days that other news takes out."""
    kept = float((fits["All"].operations ** 2).sum())
    return 1.0 - kept / float(np.square(both["All"].sold).sum())


def _notes(numbers: dict[str, Any], spec: Specification) -> list[str]:
    choices = spec.operations
    return [
        f"Bp per 1% of debt sold, {span(choices.span)}; sets as in the table of operations. All of it was asked after that table had been seen. "
        f"Of the squared amounts {numbers['cleaned']:.0%} fall on days with the FOMC in their window and are in no row; payrolls are in the calendar from "
        f"{choices.also_since[:4]} on. The last changes explain {numbers['explained']:.1%} of the next, so that holding them fixed could hardly move the response. Before: rise of the yield "
        "up to the close before the operation. The last row takes every bp of the day's change on days of operations for news."
    ]
