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
    series: Series, usable: Mask, ready: Mask, *, first: int, match: Sequence[str] = MATCHES
) -> dict[str, Array]:
    """Class of every row under each match that is asked for; (T,) each.

    ``weekday``: of day 0. ``volatility``: third of the candidates' distribution into which the standard
    deviation of the last 22 usable changes before the window falls. ``calendar``: third of the month.
    """
    simple: dict[str, Callable[[], Array]] = {
        "weekday": lambda: np.asarray(series.index.day_of_week, dtype=float),
        "volatility": lambda: _regimes(np.where(usable, series.y, np.nan), ready, first),
        "calendar": lambda: np.minimum((np.asarray(series.index.day, dtype=float) - 1) // 10, 2.0),
    }
    return {word: simple[word]() for word in match}


def _regimes(y: Array, ready: Mask, first: int) -> Array:
    spread = pd.Series(y).rolling(22, min_periods=11).std().to_numpy()
    last = np.arange(len(y)) + first - 1  # the day before the window
    inside = (last >= 0) & (last < len(y))
    recent = np.where(inside, spread[np.where(inside, last, 0)], np.nan)
    known = np.isfinite(recent)
    chosen = recent[ready & known]
    cuts = np.quantile(chosen, [1 / 3, 2 / 3]) if len(chosen) else np.zeros(2)
    return np.where(known, (recent > cuts[0]).astype(float) + (recent > cuts[1]), -1.0)


def find_candidates(
    series: Series,
    usable: Mask,
    positions: Positions,
    *,
    window: tuple[int, int],
    outcomes: tuple[Array, Array],
    match: tuple[str, ...],
) -> Candidates:
    """List the placebo days of each cluster of overlapping events, matched on its first day 0."""
    for word in match:
        checks.choice("match", word, MATCHES)
    standardised, cumulative = outcomes
    ready = np.isfinite(standardised)
    classes = strata(series, usable, ready, first=window[0], match=match)
    cluster = clusters(positions, window[1] - window[0] + 1)
    order, counts = np.argsort(cluster, kind="stable"), np.bincount(cluster)
    ends = np.cumsum(counts)
    first = np.minimum.reduceat(positions[order], ends - counts)
    distance = positions - first[cluster]
    lags, values = distance[order].tolist(), [classes[word][first].tolist() for word in match]
    allowed: dict[tuple[int, ...], Positions] = {}  # by the shape of a cluster: most are single events
    alike: dict[Any, tuple[Positions, str]] = {}  # by shape and classes
    kinds = []
    for number, (start, end) in enumerate(pairwise([0, *ends.tolist()])):
        shape = tuple(lags[start:end])
        kind = (shape, *(each[number] for each in values))
        if shape not in allowed:
            allowed[shape] = _rooms(ready, shape, series.index[first[number]])
        if kind not in alike:
            alike[kind] = _matched(allowed[shape], int(first[number]), [(word, classes[word]) for word in match])
        kinds.append(kind)
    numbers = {kind: number for number, kind in enumerate(alike)}
    anchors, relaxed = (list(each) for each in zip(*alike.values(), strict=True))
    return Candidates(
        anchors, relaxed, np.array([numbers[kind] for kind in kinds]), cluster, distance, standardised, cumulative
    )


def _rooms(ready: Mask, shape: tuple[int, ...], day: pd.Timestamp) -> Positions:
    """Rows at which the first event of a cluster of that shape may be put; ``day`` is that of its own first event."""
    rows = np.arange(len(ready) - max(shape))
    rows = rows[np.logical_and.reduce([ready[rows + lag] for lag in shape])]
    if len(rows) < ENOUGH:
        raise SpecificationError(
            f"only {len(rows)} days without events can serve as placebo for the events around {day.date()}; at least "
            f"{ENOUGH} are needed: lengthen the data."
        )
    return rows


def _matched(rows: Positions, anchor: int, classes: list[tuple[str, Array]]) -> tuple[Positions, str]:
    """Rows in the anchor's class under every match, giving up matches from the last until 20 are left."""
    for count in range(len(classes), 0, -1):
        same = np.logical_and.reduce([values[rows] == values[anchor] for _, values in classes[:count]])
        if same.sum() >= ENOUGH:
            return rows[same], ", ".join(word for word, _ in classes[count:])
    return rows, ", ".join(word for word, _ in classes)


def draw_dates(candidates: Candidates, size: int, generator: np.random.Generator, *, length: int) -> Positions:
    """Draw (size, n) placebo rows of day 0: clusters keep their spacing, windows of one draw do not meet.

    A cluster whose window meets that of an earlier one is drawn again, up to 50 times.
    """
    rows, counts = np.concatenate(candidates.anchors), np.array([len(each) for each in candidates.anchors])
    kinds, cluster, distance = candidates.kinds, candidates.cluster, candidates.distance
    low, counts = (np.cumsum(counts) - counts)[kinds], counts[kinds]
    spans, columns = np.full(len(kinds), length), np.arange(len(kinds))
    np.maximum.at(spans, cluster, distance + length)
    drawn = rows[low + generator.integers(counts, size=(size, len(counts)))]
    live = np.arange(size)  # draws whose windows may still meet
    for _ in range(REDRAWS):
        # by row, then by column: both in one number, which sorts faster than the order of the rows is found
        ordered = np.sort(drawn[live] * len(columns) + columns, axis=1)
        start = ordered // len(columns)
        order = ordered - start * len(columns)
        meets = start[:, 1:] - start[:, :-1] < spans[order[:, :-1]]
        row, place = np.nonzero(meets)
        if not row.size:
            break
        again = order[row, place + 1]
        drawn[live[row], again] = rows[low[again] + generator.integers(counts[again])]
        live = live[meets.any(axis=1)]
    return np.asarray(drawn[:, cluster] + distance)


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
        sample = values[draw_dates(candidates, size, generator, length=windows.length)]
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
