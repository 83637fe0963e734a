"""Bootstrap tests of no effect: wild (sign flips by cluster) and moving block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from econ.arrays import Array, Mask, Seed
from econ.eventstudy._kernels import Positions, Windows
from econ.eventstudy.calendar import clusters
from econ.eventstudy.outcome import NO_MEAN, Outcome, draws_outcome, unavailable
from econ.eventstudy.parametric import mean_test, row_statistics
from econ.parallel import map_blocks, seed_sequence

BLOCK = 1000


def sign_flips(groups: Positions, draws: int, rng: Seed, *, n_jobs: int = 1) -> Array:
    """(draws, n) of +1 and -1, the same for all events of a group (numbered from 0)."""

    def work(size: int, generator: np.random.Generator) -> Array:
        return one_block_of_flips(groups, size, generator)

    return np.concatenate(map_blocks(work, draws, rng=rng, n_jobs=n_jobs, block=BLOCK, label="wild bootstrap"))


def one_block_of_flips(groups: Positions, size: int, generator: np.random.Generator) -> Array:
    """(size, n) of +1 and -1 from one generator."""
    signs = 2.0 * generator.integers(0, 2, size=(size, int(groups.max()) + 1)) - 1.0
    return np.asarray(signs[:, groups], dtype=np.float64)


def wild_bootstrap(windows: Windows, *, draws: int, rng: Seed, n_jobs: int = 1) -> Outcome:
    """Wild cluster bootstrap of the BMP statistic with the null imposed.

    Each draw multiplies the SCAR of every event by +1 or -1 with probability 1/2, the same sign for events
    whose windows overlap, and recomputes the statistic. Exact for independent clusters that are
    symmetric about zero, whatever their variances and tails; with G clusters no p-value is below 2^(1 - G).

    References
    ----------
    Liu, R. Y. (1988), Bootstrap procedures under some non-i.i.d. models, Annals of Statistics 16(4).
    Cameron, A. C., J. B. Gelbach and D. L. Miller (2008), Bootstrap-based improvements for inference with
    clustered errors, REStat 90(3).
    Davidson, R. and E. Flachaire (2008), The wild bootstrap, tamed at last, J. Econometrics 146(1).
    """
    observed = mean_test(windows.standardised).statistic
    if not isinstance(observed, float):
        return unavailable(observed.reason, f"{draws} sign flips", NO_MEAN)
    groups = clusters(windows.positions, windows.length)
    flips = sign_flips(groups, draws, rng, n_jobs=n_jobs)
    drawn = row_statistics(windows.standardised * flips)
    return draws_outcome(observed, np.abs(drawn), f"sign flips of {int(groups.max()) + 1} clusters", null=NO_MEAN)


def block_bootstrap(windows: Windows, *, draws: int, rng: Seed, n_jobs: int = 1) -> Outcome:
    """Moving-block bootstrap of the BMP statistic from the days before the events.

    For every cluster of events with overlapping windows a draw takes a run of consecutive studentised
    residuals from the estimation window of its first event, as long as the cluster, and sums each event's
    days of it over the square root of their number. Serial correlation within a window, fat tails,
    skewness and overlap are those of the residuals. Unavailable where estimation windows hold fewer than 20
    such runs.

    References
    ----------
    Künsch, H. R. (1989), The jackknife and the bootstrap for general stationary observations, Annals of
    Statistics 17(3).
    Kramer, L. A. (2001), Alternative methods for robust analysis in event study applications, Advances in
    Investment Analysis and Portfolio Management 8.
    """
    words = f"{draws} block draws"
    observed = mean_test(windows.standardised).statistic
    if not isinstance(observed, float):
        return unavailable(observed.reason, words, NO_MEAN)
    runs = find_runs(windows.positions, windows.used, windows.length)
    if runs.counts.min() < 20:
        number = np.flatnonzero(runs.counts < 20)[0]
        row = windows.positions[np.flatnonzero(runs.cluster == number)[0]]
        reason = f"{runs.counts[number]} runs of residuals as long as the events around row {row}"
        return unavailable(f"only {reason}; 20 are needed", words, NO_MEAN)

    def work(size: int, generator: np.random.Generator) -> Array:
        return run_sums(windows, *draw_runs(runs, size, [generator]))

    drawn = row_statistics(
        np.concatenate(map_blocks(work, draws, rng=rng, n_jobs=n_jobs, block=BLOCK, label="bootstrap"))
    )
    return draws_outcome(observed, np.abs(drawn), "block draws", null=NO_MEAN)


class Runs(NamedTuple):
    """Where runs of usable days as long as each cluster of events begin in the estimation window of its first event.

    ``starts`` are the slots, those of cluster c behind the first ``low[c]`` of them, ``counts[c]`` in number. Event i
    is of ``cluster[i]``, whose first event is ``leader[i]``, ``distance[i]`` days before it.
    """

    starts: Positions
    low: Positions
    counts: Positions
    cluster: Positions
    leader: Positions
    distance: Positions


def find_runs(positions: Positions, used: Mask, length: int) -> Runs:
    """The runs of every cluster of events with windows of ``length`` days; ``used`` (n, p) as in `Windows`."""
    cluster = clusters(positions, length)
    members = np.bincount(cluster)
    leaders = np.argsort(positions, kind="stable")[np.cumsum(members) - members]
    distance = positions - positions[leaders[cluster]]
    spans = np.full(len(leaders), length)
    np.maximum.at(spans, cluster, distance + length)
    running = np.zeros((len(leaders), used.shape[1] + 1), dtype=np.int64)
    np.cumsum(used[leaders], axis=1, out=running[:, 1:])
    end = np.arange(running.shape[1]) + spans[:, None]
    inside = np.minimum(end, used.shape[1])
    whole = (np.take_along_axis(running, inside, axis=1) - running == spans[:, None]) & (end == inside)
    counts = whole.sum(axis=1)
    return Runs(np.nonzero(whole)[1], np.cumsum(counts) - counts, counts, cluster, leaders[cluster], distance)


def draw_runs(runs: Runs, size: int, generators: Sequence[np.random.Generator]) -> tuple[Positions, Positions]:
    """Slots (size, n) at which the days drawn for each event begin, in the estimation windows of events (n,).

    Where the events are those of R series, one behind the other, each has its own generator and as many clusters.
    """
    counts = runs.counts.reshape(len(generators), -1, 1)
    parts = [each.integers(most, size=(len(most), size)) for each, most in zip(generators, counts, strict=True)]
    drawn = runs.low[:, None] + np.concatenate(parts)
    return np.ascontiguousarray(runs.starts[drawn[runs.cluster]].T) + runs.distance, runs.leader


def run_sums(windows: Windows, begin: Positions, leader: Positions) -> Array:
    """(size, n) drawn SCARs: studentised residuals of the days of a window, summed, over the root of their number."""
    residuals, length = windows.studentised_residuals, windows.length
    running = np.zeros((len(residuals), residuals.shape[1] + 1))
    np.cumsum(residuals, axis=1, out=running[:, 1:])
    sums = (running[:, length:] - running[:, :-length]) / np.sqrt(length)
    return np.asarray(sums[leader, begin])


def resampling_tests(windows: Windows, *, draws: int, rng: Seed, n_jobs: int = 1) -> dict[str, Outcome]:
    """Both bootstraps, each with its own child of the seed."""
    wild, block = seed_sequence(rng).spawn(2)
    return {
        "wild bootstrap": wild_bootstrap(windows, draws=draws, rng=wild, n_jobs=n_jobs),
        "block bootstrap": block_bootstrap(windows, draws=draws, rng=block, n_jobs=n_jobs),
    }
