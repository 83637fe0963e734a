"""Randomisation over placebo dates: whether days like these, without news, do the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Mask, Seed
from econ.errors import SpecificationError
from econ.estimate import Unavailable
from econ.eventstudy._kernels import MINIMUM_DAYS, SINGULAR, Positions, Windows
from econ.eventstudy.calendar import clusters
from econ.eventstudy.outcome import draws_outcome, unavailable
from econ.eventstudy.parametric import mean_test, row_statistics
from econ.eventstudy.series import Series
from econ.eventstudy.window_plot import plot_placebo
from econ.frozen import guarded
from econ.parallel import map_blocks
from econ.tables.shown import Shown

if TYPE_CHECKING:
    from econ.eventstudy.results import EventStudyResults

MATCHES = ("weekday", "volatility", "calendar")
ENOUGH = 20
REDRAWS = 50
BLOCK = 1000


@guarded
@dataclass(frozen=True, eq=False)
class Placebo(Shown):
    """Result of a placebo test.

    Parameters
    ----------
    statistic : float or Unavailable
        Statistic at the events.
    p_value : float or Unavailable
        Share of draws at least as large in absolute value, the events counted as one draw.
    distribution : str
        Number and kind of draws.
    null : str
        The hypothesis.
    draws : array (B,)
        Statistic at each draw of placebo dates, signed.
    candidates : Series (n,)
        Placebo days available to each event.
    relaxed : Series (n,)
        Matches given up because they left fewer than 20 candidates, "" when none.
    parent : object
        The results it came from.
    """

    statistic: float | Unavailable
    p_value: float | Unavailable
    distribution: str
    null: str
    draws: Array
    candidates: pd.Series
    relaxed: pd.Series
    parent: object = field(default=None, repr=False)

    plot = plot_placebo


class Candidates(NamedTuple):
    """Placebo days of every cluster of events and the outcome at every day of the sample.

    Clusters of one kind may stand at the same days: ``anchors[k]`` are the rows at which the first event of a cluster
    of kind k may be put, ``relaxed[k]`` the matches given up for them, ``kinds`` (G,) the kind of each cluster.
    ``cluster`` (n,) is the number of each event's cluster, ``distance`` (n,) its distance from the first event there.
    Where several series stand one behind the other, so do their clusters and events.
    ``standardised`` and ``cumulative`` (T,) hold SCAR and CAR with day 0 at each row, NaN where not allowed.
    """

    anchors: list[Positions]
    relaxed: list[str]
    kinds: Positions
    cluster: Positions
    distance: Positions
    standardised: Array
    cumulative: Array


def day_outcomes(
    series: Series, usable: Mask, *, window: tuple[int, int], estimation: tuple[int, int], minimum: int
) -> tuple[Array, Array]:
    """SCAR and CAR (T,) with day 0 at every row whose window holds no event; NaN elsewhere."""
    y, last = series.y, len(series.y) - max(0, window[1])
    rows = np.arange(max(0, -window[0]), last)
    clean = np.logical_and.reduce([usable[rows + day] for day in range(window[0], window[1] + 1)])
    rows = rows[clean]
    change, error, days, floor = series.scan(usable, rows, window=window, estimation=estimation)
    ready = (days >= minimum) & (floor > SINGULAR) & (error > 1e-6 * y[~np.isnan(y)].std())
    standardised, cumulative = np.full(len(y), np.nan), np.full(len(y), np.nan)
    cumulative[rows[ready]] = change[ready]
    standardised[rows[ready]] = change[ready] / error[ready]
    return standardised, cumulative


def strata(
    series: Series, usable: Mask, ready: Mask, *, first: int, match: Sequence[str] = MATCHES, days: int | None = None
) -> dict[str, Array]:
    """Class of every row under each match that is asked for; (T,) each.

    ``weekday``: of day 0. ``volatility``: third of the candidates' distribution into which the standard
    deviation of the last 22 usable changes before the window falls, within each series of ``days`` rows.
    ``calendar``: third of the month.
    """
    simple: dict[str, Callable[[], Array]] = {
        "weekday": lambda: np.asarray(series.index.day_of_week, dtype=float),
        "volatility": lambda: _regimes(np.where(usable, series.y, np.nan), ready, first, days),
        "calendar": lambda: np.minimum((np.asarray(series.index.day, dtype=float) - 1) // 10, 2.0),
    }
    return {word: simple[word]() for word in match}


def _regimes(y: Array, ready: Mask, first: int, days: int | None) -> Array:
    spread = pd.Series(y).rolling(22, min_periods=11).std().to_numpy()
    shift, recent = first - 1, np.full(len(y), np.nan)  # to the day before the window
    into = slice(max(0, -shift), len(y) - max(0, shift))
    recent[into] = spread[into.start + shift : into.stop + shift]
    rows = recent.reshape(-1, days or len(y))
    known = np.isfinite(rows)
    low, high = _thirds(rows, ready.reshape(rows.shape) & known)
    return np.where(known, (rows > low).astype(float) + (rows > high), -1.0).ravel()


def _thirds(values: Array, chosen: Mask) -> tuple[Array, Array]:
    """Lower and upper third (R, 1) of the chosen values of each row, as by ``np.quantile``; 0 where none is."""
    ordered, count = np.sort(np.where(chosen, values, np.inf), axis=1), chosen.sum(axis=1, keepdims=True)
    last, cuts = np.maximum(count - 1, 0), []
    for share in (1 / 3, 2 / 3):
        place = share * last
        below = np.floor(place).astype(np.int64)
        ends = (np.take_along_axis(ordered, at, axis=1) for at in (below, np.minimum(below + 1, last)))
        (low, high), t = (np.where(count > 0, end, 0.0) for end in ends), place - below
        cuts.append(np.where(t < 0.5, low + (high - low) * t, high - (high - low) * (1.0 - t)))
    return cuts[0], cuts[1]


def find_candidates(
    series: Series,
    usable: Mask,
    positions: Positions,
    *,
    window: tuple[int, int],
    outcomes: tuple[Array, Array],
    match: tuple[str, ...],
    days: int | None = None,
) -> Candidates:
    """List the placebo days of each cluster of overlapping events, matched on its first day 0.

    The rows may be several series one behind the other, of ``days`` rows each; an event has the days of its own.
    """
    for word in match:
        checks.choice("match", word, MATCHES)
    standardised, cumulative = outcomes
    ready, days = np.isfinite(standardised), days or len(standardised)
    classes = strata(series, usable, ready, first=window[0], match=match, days=days)
    cluster = clusters(positions, window[1] - window[0] + 1)
    order, counts = np.argsort(cluster, kind="stable"), np.bincount(cluster)
    ends = np.cumsum(counts)
    first = np.minimum.reduceat(positions[order], ends - counts)
    distance = positions - first[cluster]
    lags, home = distance[order].tolist(), (first // days).tolist()
    shapes = [tuple(lags[start:end]) for start, end in pairwise([0, *ends.tolist()])]
    keys = list(zip(shapes, home, *[classes[word][first].tolist() for word in match], strict=True))
    kinds: dict[Any, int] = {}  # by the shape of a cluster, mostly a single event, its series and its classes
    of = np.array([kinds.setdefault(key, len(kinds)) for key in keys])
    rooms: dict[Any, tuple[Positions, list[Array]]] = {}
    alike = []
    for number in np.unique(of, return_index=True)[1].tolist():
        shape, at, *wanted = keys[number]
        if (shape, at) not in rooms:
            rows = _rooms(ready, shape, at, days=days)
            _check_room(rows, series.index, int(first[number]))
            rooms[shape, at] = rows, [classes[word][rows] for word in match]
        rows, found = rooms[shape, at]
        alike.append(_matched(rows, list(zip(match, found, wanted, strict=True))))
    anchors, relaxed = (list(each) for each in zip(*alike, strict=True))
    return Candidates(anchors, relaxed, of, cluster, distance, standardised, cumulative)


def _rooms(ready: Mask, shape: tuple[int, ...], home: int, *, days: int) -> Positions:
    """Rows of series ``home`` at which the first event of a cluster of that shape may be put."""
    start, stop = home * days, (home + 1) * days - max(shape)
    free = np.logical_and.reduce([ready[start + lag : stop + lag] for lag in shape])
    return np.asarray(start + np.flatnonzero(free))


def _check_room(rows: Positions, index: pd.DatetimeIndex, anchor: int) -> None:
    if len(rows) < ENOUGH:
        raise SpecificationError(
            f"only {len(rows)} days without events can serve as placebo for the events around {index[anchor].date()}; "
            f"at least {ENOUGH} are needed: lengthen the data."
        )


def _matched(rows: Positions, classes: list[tuple[str, Array, Any]]) -> tuple[Positions, str]:
    """Rows of the wanted class under every match, giving up matches from the last until 20 are left."""
    for count in range(len(classes), 0, -1):
        same = np.logical_and.reduce([of == wanted for _, of, wanted in classes[:count]])
        if np.count_nonzero(same) >= ENOUGH:
            return rows[same], ", ".join(word for word, *_ in classes[count:])
    return rows, ", ".join(word for word, *_ in classes)


def draw_dates(
    candidates: Candidates, size: int, generators: Sequence[np.random.Generator], *, length: int
) -> Positions:
    """Draw (R, size, n) placebo rows of day 0: clusters keep their spacing, windows of one draw do not meet.

    A cluster whose window meets that of an earlier one is drawn again, up to 50 times. Each of R series has its own
    generator; the events of all cluster alike.
    """
    rows, counts = np.concatenate(candidates.anchors), np.array([len(each) for each in candidates.anchors])
    shape = (len(generators), -1)
    kinds = candidates.kinds.reshape(shape)
    cluster, distance = (each.reshape(shape)[0] for each in (candidates.cluster, candidates.distance))
    low, counts = (np.cumsum(counts) - counts)[kinds], counts[kinds]
    many = kinds.shape[1]
    spans, columns = np.full(many, length), np.arange(many)
    np.maximum.at(spans, cluster, distance + length)
    first = [each.integers(most, size=(size, len(most))) for each, most in zip(generators, counts, strict=True)]
    drawn = rows[low[:, None] + np.stack(first)].reshape(-1, many)
    live = np.arange(len(drawn))  # draws whose windows may still meet
    for _ in range(REDRAWS):
        # by row, then by column: both in one number, which sorts faster than the order of the rows is found
        ordered = np.sort(drawn[live] * many + columns, axis=1)
        near = np.flatnonzero(ordered[:, 1:] - ordered[:, :-1] < spans.max() * many)  # those that meet are among them
        row, place = np.divmod(near, many - 1)
        before, after = ordered[row, place], ordered[row, place + 1]
        meets = after // many - before // many < spans[before % many]
        if not meets.any():
            break
        row, again = live[row[meets]], after[meets] % many
        home = row // size
        drawn[row, again] = rows[low[home, again] + _drawn_again(generators, home, counts[home, again])]
        live = np.unique(row)
    return np.asarray(drawn[:, cluster] + distance).reshape(len(generators), size, -1)


def _drawn_again(generators: Sequence[np.random.Generator], home: Positions, counts: Positions) -> Positions:
    """One number below each of ``counts`` from the generator of its series; ``home`` does not fall."""
    ends = np.cumsum(np.bincount(home, minlength=len(generators))).tolist()
    parts = zip(generators, pairwise([0, *ends]), strict=True)
    return np.concatenate([each.integers(counts[start:end]) for each, (start, end) in parts if end > start])


def placebo_of_study(
    results: EventStudyResults,
    rows: np.ndarray,
    *,
    match: tuple[str, ...],
    statistic: str,
    draws: int,
    rng: Seed,
    n_jobs: int,
) -> Placebo:
    """Placebo test of the events in ``rows``; `EventStudyResults.placebo`."""
    windows, study = results.windows.take(rows), results.parent
    outcomes = day_outcomes(
        results.series, results.usable, window=study.window, estimation=study.estimation, minimum=MINIMUM_DAYS
    )
    candidates = find_candidates(
        results.series, results.usable, windows.positions, window=study.window, outcomes=outcomes, match=match
    )
    return placebo_test(
        candidates,
        windows,
        statistic=statistic,
        draws=draws,
        rng=rng,
        n_jobs=n_jobs,
        events=results.events.index[rows],
        parent=results,
    )


def placebo_test(
    candidates: Candidates,
    windows: Windows,
    *,
    statistic: str,
    draws: int,
    rng: Seed,
    n_jobs: int,
    events: pd.Index,
    parent: object,
) -> Placebo:
    """Compare the statistic at the events with its values at drawn placebo dates."""
    statistic = checks.choice("statistic", statistic, ("studentised", "mean"))
    alone = len(windows) == 1
    values = candidates.cumulative if statistic == "mean" else candidates.standardised

    def work(size: int, generator: np.random.Generator) -> Array:
        sample = values[draw_dates(candidates, size, [generator], length=windows.length)[0]]
        return sample.mean(axis=1) if statistic == "mean" or alone else row_statistics(sample)

    drawn = np.concatenate(map_blocks(work, draws, rng=rng, n_jobs=n_jobs, block=BLOCK, label="placebo dates"))
    observed = _observed(windows, statistic)
    null = "days with the news move like matched days without"
    if isinstance(observed, Unavailable):
        outcome = unavailable(observed.reason, f"{draws} placebo dates", null)
    else:
        outcome = draws_outcome(observed, np.abs(drawn), "placebo dates", null=null)
    return Placebo(
        outcome.statistic,
        outcome.p_value,
        outcome.distribution,
        null,
        draws=drawn,
        candidates=_per_event([len(rows) for rows in candidates.anchors], candidates, events),
        relaxed=_per_event(candidates.relaxed, candidates, events),
        parent=parent,
    )


def _observed(windows: Windows, statistic: str) -> float | Unavailable:
    """The statistic at the events themselves."""
    if statistic == "mean":
        return float(windows.cumulative.mean())
    return float(windows.standardised[0]) if len(windows) == 1 else mean_test(windows.standardised).statistic


def _per_event(values: Sequence[object], candidates: Candidates, events: pd.Index) -> pd.Series:
    """Spread one value a kind of cluster over the events."""
    return pd.Series([values[kind] for kind in candidates.kinds[candidates.cluster]], index=events)
