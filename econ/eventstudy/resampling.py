"""Bootstrap tests of no effect: wild (sign flips by cluster) and moving block."""

from __future__ import annotations

import numpy as np

from econ.arrays import Array, Seed
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
    tables = block_tables(windows)
    few = [(events, sums) for events, sums in tables if len(sums) < 20]
    if few:
        events, sums = few[0]
        reason = f"{len(sums)} runs of residuals as long as the events around row {windows.positions[events[0]]}"
        return unavailable(f"only {reason}; 20 are needed", words, NO_MEAN)

    def work(size: int, generator: np.random.Generator) -> Array:
        return one_block_of_sums(tables, size, generator)

    drawn = row_statistics(
        np.concatenate(map_blocks(work, draws, rng=rng, n_jobs=n_jobs, block=BLOCK, label="bootstrap"))
    )
    return draws_outcome(observed, np.abs(drawn), "block draws", null=NO_MEAN)


def block_tables(windows: Windows) -> list[tuple[Positions, Array]]:
    """Events and run sums of each cluster."""
    groups = clusters(windows.positions, windows.length)
    members = [np.flatnonzero(groups == number) for number in range(int(groups.max()) + 1)]
    residuals, used = windows.studentised_residuals, windows.used
    total, count = np.zeros((2, len(used), used.shape[1] + 1))
    np.cumsum(residuals, axis=1, out=total[:, 1:])
    np.cumsum(used, axis=1, out=count[:, 1:])
    positions, length = windows.positions, windows.length
    return [(events, _block_sums((total, count), events, positions[events], length=length)) for events in members]


def one_block_of_sums(tables: list[tuple[Positions, Array]], size: int, generator: np.random.Generator) -> Array:
    """(size, n) drawn SCARs from one generator."""
    sample = np.empty((size, sum(len(events) for events, _ in tables)))
    for events, sums in tables:
        sample[:, events] = sums[generator.integers(len(sums), size=size)]
    return sample


def _block_sums(running: tuple[Array, Array], events: Positions, positions: Positions, *, length: int) -> Array:
    """(runs, events of the cluster) sums of studentised residuals over sqrt(length), one row a run.

    ``running`` are the running sums (n, p + 1) of residuals and of usable days, from 0.
    """
    first = np.argmin(positions)
    offsets = positions - positions[first]
    total, count = (each[events[first]] for each in running)
    span = int(offsets.max()) + length
    starts = np.flatnonzero(count[span:] - count[:-span] == span)
    begin = starts[:, None] + offsets
    return np.asarray((total[begin + length] - total[begin]) / np.sqrt(length))


def resampling_tests(windows: Windows, *, draws: int, rng: Seed, n_jobs: int = 1) -> dict[str, Outcome]:
    """Both bootstraps, each with its own child of the seed."""
    wild, block = seed_sequence(rng).spawn(2)
    return {
        "wild bootstrap": wild_bootstrap(windows, draws=draws, rng=wild, n_jobs=n_jobs),
        "block bootstrap": block_bootstrap(windows, draws=draws, rng=block, n_jobs=n_jobs),
    }
