"""Nowcasts: the distribution of a value that is not published yet, given all that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Seed
from econ.data.dates import day, period
from econ.errors import FrequencyError, SpecificationError
from econ.parallel import BLOCK, seed_sequence
from econ.var.mixed._edge_kernels import Edges
from econ.var.mixed.latent import Nowcast
from econ.var.mixed.layout import Layout, days_of, layout_of

if TYPE_CHECKING:
    from econ.var.mixed.model import MixedFrequencyVAR
    from econ.var.mixed.results import MixedFrequencyResults


def nowcast(
    fit: MixedFrequencyResults,
    variable: str,
    date: str | pd.Period | pd.Timestamp,
    *,
    as_of: str | pd.Timestamp | None = None,
    delays: Mapping[str, int] | None = None,
    rng: Seed = None,
) -> Nowcast:
    """Predictive distribution of ``variable`` in a period of its own frequency.

    Parameters
    ----------
    fit : MixedFrequencyResults
        The posterior.
    variable : str
        Name.
    date : str, Period or Timestamp
        Period of the variable's own frequency; may lie after the data.
    as_of : str or Timestamp, optional
        A day. Whatever came out after it is left out and the latent values are drawn anew, exactly, given each draw of
        the parameters: these are those of the whole sample (`pseudo_real_time` estimates them again). None: all data.
    delays : mapping of str to int, optional
        Days from the last day of a period to its publication, by variable; 0 where not named. Only with ``as_of``.
    rng : int or SeedSequence
        Seed; needed unless the period is inside the calendar and ``as_of`` is None.

    Returns
    -------
    Nowcast

    Raises
    ------
    UnknownName
        For a variable that is not in the model.
    SpecificationError
        For a date that names no period of the variable, a period before the calendar, delays without ``as_of`` or
        negative ones, or a seed that is missing.
    """
    column = checks.position("variable", variable, fit.variables, of="in the VAR")
    model, units = fit.model, fit.units[variable]
    if as_of is None:
        if delays is not None:
            raise SpecificationError("delays say what was known on a day; give that day as as_of='2020-03-31'.")
        inside = fit.latent(variable, own=True)
        label = _label(model._layout, column, date)
        row = int(inside.index.get_indexer(pd.Index([label]))[0])
        if row >= 0:
            return Nowcast(variable, label, inside.draws[:, row], units, None, fit)
        _check_after(model._layout, column, label)
        layout, when = _until(model, label), None
    else:
        when = day(as_of, "as_of", SpecificationError)
        label = _label(model._layout, column, date)
        layout = known_on(_until(model, label), when, read_delays(delays, fit.variables), label=label)
    (draws,) = redrawn(fit, [(layout, label)], [seed_sequence(rng)], column=column)
    return Nowcast(variable, label, draws, units, when, fit)


def read_delays(delays: Mapping[str, int] | None, variables: tuple[str, ...]) -> Array:
    """Days from the end of a period to its publication, (n,).

    Raises
    ------
    UnknownName, SpecificationError
        For a variable that is not in the model, or a delay that is no integer of at least 0.
    """
    found = np.zeros(len(variables))
    for name, days in (delays or {}).items():
        column = checks.position("variable", name, variables, of="in the VAR for delays")
        found[column] = checks.count(f"the delay of {name!r}", days, least=0, most=3660)
    return found


def known_on(layout: Layout, when: pd.Timestamp, delays: Array, *, label: pd.Period | pd.Timestamp) -> Layout:
    """The layout as it was known on a day: later publications are missing, the calendar ends where it is needed to.

    Raises
    ------
    SpecificationError
        If nothing was known, or a day cannot be told because the data have no dates.
    """
    if layout.days is None:
        raise SpecificationError("what was known on a day cannot be told of undated data; give periods or dates.")
    if when.tz is not None:
        raise SpecificationError(f"as_of is a day without a time zone; found {when}; use tz_localize(None).")
    base = layout.base.copy()
    for column in range(base.shape[1]):
        base[layout.days + pd.Timedelta(days=int(delays[column])) > when, column] = np.nan
    groups = tuple(
        replace(
            group,
            published=np.where(
                group.ends + pd.Timedelta(days=int(delays[group.column])) > when, np.nan, group.published
            ),
        )
        for group in layout.groups
    )
    masked = replace(layout, base=base, groups=groups)
    if not np.isfinite(base).any():
        raise SpecificationError(f"nothing of the base was known on {when.date()}; ask for a later day.")
    last = max(
        [int(np.flatnonzero(np.isfinite(base).any(axis=1))[-1])]
        + [int(group.last[np.isfinite(group.published)].max(initial=0)) for group in groups]
        + [int(np.searchsorted(np.asarray(layout.days), np.datetime64(_end(label)), side="right")) - 1]
    )
    return masked.cut(last + 1)


def redrawn(
    fit: MixedFrequencyResults,
    asked: Sequence[tuple[Layout, pd.Period | pd.Timestamp]],
    seeds: Sequence[np.random.SeedSequence],
    *,
    column: int,
) -> list[Array]:
    """A draw of one value given a layout under each draw of the parameters, (D,); of every layout asked about."""
    model = fit.model
    few = min(len(layout.index) for layout, _ in asked)
    if few <= model.lags:
        raise SpecificationError(
            f"{few} base periods were known, no more than the {model.lags} lags; ask for a later day."
        )
    rows = [_row(layout, column, label) for layout, label in asked]
    groups = [layout.group(column) for layout, _ in asked]
    places = list(zip([layout for layout, _ in asked], groups, rows, strict=True))
    out = [
        np.full(len(fit.factor_draws), layout.base[row, column] if group is None else group.published[row])
        for layout, group, row in places
    ]
    left = [number for number, values in enumerate(out) if np.isnan(values[0])]
    if not left:
        return out
    until = min(row if group is None else int(group.first[row]) for _, group, row in (places[each] for each in left))
    edges = Edges.of(
        [places[each][0] for each in left], start=model._prior[1], lags=model.lags, trend=model.trend, until=until
    )
    generators = [np.random.default_rng(seeds[each]) for each in left]
    for begin in range(0, len(fit.factor_draws), BLOCK):
        part = slice(begin, begin + BLOCK)
        drawn = edges.draw(fit.coefficient_draws[part], fit.factor_draws[part], generators)
        for each, paths in zip(left, drawn, strict=True):
            out[each][part] = edges.values(paths, groups[each], column=column, row=rows[each])
    return out


def _label(layout: Layout, column: int, date: str | pd.Period | pd.Timestamp) -> pd.Period | pd.Timestamp:
    """The period of the variable's own frequency that a date names."""
    group = layout.group(column)
    index = layout.index if group is None else group.periods
    if isinstance(index, pd.PeriodIndex):
        return period(date, index)
    if not isinstance(index, pd.DatetimeIndex):
        raise SpecificationError(
            f"{layout.variables[column]!r} has no dates, so none can be named; give periods, or read latent()."
        )
    return day(date, "the nowcast", SpecificationError)


def _end(label: pd.Period | pd.Timestamp) -> pd.Timestamp:
    return days_of(pd.Index([label]))[0]


def _check_after(layout: Layout, column: int, label: pd.Period | pd.Timestamp) -> None:
    group = layout.group(column)
    index = layout.index if group is None else group.periods
    if _end(label) <= days_of(index[-1:])[0]:
        raise SpecificationError(
            f"{layout.variables[column]!r} has no period {label} on the calendar, which runs from {index[0]} to "
            f"{index[-1]}; ask for one of its periods or a later one."
        )


MOST_AHEAD = 3660
"""Days after the data that a nowcast may reach."""


def _until(model: MixedFrequencyVAR, label: pd.Period | pd.Timestamp) -> Layout:
    """The calendar of the model, gone on to the end of a period."""
    layout = model._layout
    if layout.days is None:
        return layout
    ahead = (_end(label) - layout.days[-1]).days
    if ahead > MOST_AHEAD:
        raise SpecificationError(
            f"{label} ends {ahead} days after the data; a nowcast reaches {MOST_AHEAD}; ask for less."
        )
    return layout if ahead <= 0 else layout_of(model.tables, model.aggregation, _end(label))


def _row(layout: Layout, column: int, label: pd.Period | pd.Timestamp) -> int:
    """Where a period stands among those of the variable.

    Raises
    ------
    FrequencyError
        If the calendar has no such period.
    """
    group = layout.group(column)
    index = layout.index if group is None else group.periods
    row = int(index.get_indexer(pd.Index([label]))[0])
    if row < 0:
        raise FrequencyError(
            f"{layout.variables[column]!r} has no period {label} on the calendar of the base, whose dates run from "
            f"{layout.index[0]} to {layout.index[-1]}; ask for one of its own."
        )
    return row
