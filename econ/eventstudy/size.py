"""How often each test rejects when there is nothing to find, and when there is: size and power."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import scipy

from econ import checks
from econ.arrays import Array, Mask, Seed
from econ.border import checked
from econ.errors import SpecificationError
from econ.eventstudy._kernels import MINIMUM_DAYS, Positions, Windows
from econ.eventstudy._replications import (
    Before,
    before,
    cusum_statistics,
    flipped_statistics,
    p_values,
    resampled_p,
)
from econ.eventstudy.battery import TESTS
from econ.eventstudy.calendar import clusters
from econ.eventstudy.cusum import critical_level
from econ.eventstudy.parametric import row_statistics
from econ.eventstudy.placebo import day_outcomes, draw_dates, find_candidates
from econ.eventstudy.resampling import draw_runs, find_runs, one_block_of_flips, run_sums
from econ.eventstudy.series import Series
from econ.parallel import map_blocks, seed_sequence

WINDOW = (0, 1)
LENGTH = WINDOW[1] - WINDOW[0] + 1
ESTIMATION = (-130, -11)
SCENARIOS = ("normal", "variance increase", "fat tails", "volatility clustering", "clustered events")
RESAMPLED = ("wild bootstrap", "block bootstrap", "placebo dates")
NAMES = (*TESTS, *RESAMPLED)
BLOCK, LOCKSTEP = 25, 20


@checked
def size_table(
    *,
    events: int = 30,
    days: int = 3000,
    effect: float = 0.75,
    replications: int = 2000,
    size: float = 0.05,
    draws: int = 199,
    scenarios: Sequence[str] = SCENARIOS,
    rng: Seed = 1,
    n_jobs: int = 1,
    backend: str | None = None,
    scheduler: str | None = None,
) -> pd.DataFrame:
    """Simulate one series with many event dates and count rejections of every test.

    Every replication draws daily changes of unit variance and event dates with windows (0, 1) and
    estimation windows (-130, -11), and applies every test of ``EventStudyResults.tests`` and the placebo test,
    first as drawn (size), then with ``effect`` added on day 0 of every event (power).

    Scenarios: ``"normal"``, independent normal changes; ``"variance increase"``, standard deviation doubled in
    event windows; ``"fat tails"``, Student's t with 4 degrees of freedom; ``"volatility clustering"``,
    GARCH(1,1) with α = 0.08, β = 0.90; ``"clustered events"``, normal changes, events in groups of three on
    successive days, so that windows overlap.

    Parameters
    ----------
    events : int
        Number of events.
    days : int
        Length of the series.
    effect : float
        Effect on day 0, in standard deviations of a daily change.
    replications : int
        Number of simulated series a scenario.
    size : float
        Nominal size of the tests.
    draws : int
        Draws of each resampling test; with 199 their size at 5% is exact in theory.
    scenarios : sequence of str
        Which to run.
    rng : int or SeedSequence
        Seed; scenarios use children of it.
    n_jobs, backend, scheduler
        Workers, as in :func:`econ.parallel.map_blocks`: threads by default, "loky" for processes, "dask" or the address
        of a scheduler for a cluster; the result does not depend on them.

    Returns
    -------
    DataFrame
        One row a test; columns (scenario, "size" | "power"), shares of replications that reject.

    Raises
    ------
    SpecificationError
        For an unknown scenario, no ``rng``, or a series too short to hold the events.
    EstimationError
        If the scheduler or all its workers cannot be reached or are lost.

    Notes
    -----
    The Monte Carlo standard error of a share p is sqrt(p (1 - p) / replications): 0.5 points for a size of 5%
    with 2,000 replications, each of which costs about 2 ms of processor time; threads share one interpreter
    lock, so ``backend="loky"`` is the faster for two workers. The sign test's exact p-value is discrete: at 5%
    its size is 4.3% with 30 events.

    Examples
    --------
    >>> table = size_table(replications=5, events=10, days=500, scenarios=["normal"])
    >>> table.columns.tolist()
    [('normal', 'size'), ('normal', 'power')]
    """
    size, effect = checks.real("size", size, above=0.0, below=1.0), checks.real("effect", effect)
    events, days = checks.count("events", events, least=2), checks.count("days", days)
    draws = checks.count("draws", draws)
    replications, scenarios = checks.count("replications", replications), checks.names("scenarios", scenarios)
    n_jobs = checks.count("n_jobs", n_jobs)
    for name in scenarios:
        checks.choice("scenario", name, SCENARIOS)
    if days < 150 + 8 * events:
        raise SpecificationError(f"{events} events need at least {150 + 8 * events} days; found days={days}.")
    columns = {}
    for name, seed in zip(SCENARIOS, seed_sequence(rng).spawn(len(SCENARIOS)), strict=True):
        if name not in scenarios:
            continue
        work = partial(_blocks, scenario=name, events=events, days=days, effect=effect, size=size, draws=draws)
        workers: dict[str, Any] = {"n_jobs": n_jobs, "backend": backend, "scheduler": scheduler}
        together = _together(replications, n_jobs, alone=backend != "dask" and scheduler is None)
        blocks = map_blocks(
            work, replications, rng=seed, block=BLOCK, lockstep=together, label=f"size, {name}", **workers
        )
        shares = np.sum(blocks, axis=0) / replications
        columns[name, "size"], columns[name, "power"] = shares
    return pd.DataFrame(columns, index=pd.Index(NAMES, name="test"))


def _together(replications: int, n_jobs: int, *, alone: bool) -> int:
    """Blocks side by side in one task: all that pay, but enough tasks for every worker; a cluster's are not known."""
    if not alone:
        return 1
    blocks = -(-replications // BLOCK)
    return LOCKSTEP if n_jobs == 1 else max(1, min(LOCKSTEP, blocks // (2 * n_jobs)))


def _blocks(
    counts: Sequence[int],
    generators: Sequence[np.random.Generator],
    *,
    effect: float,
    size: float,
    **design: Any,
) -> Array:
    """(2, tests) rejections without and with the effect in blocks of ``counts`` replications.

    A block has one generator for its replications, which are drawn one after the other; the blocks stand side by side.
    """
    found = np.zeros((2, len(NAMES)))
    for turn in range(max(counts)):
        live = [each for each, count in zip(generators, counts, strict=True) if count > turn]
        found += _rejections(_draw(live, **design), effect, size)
    return found


class _Replications(NamedTuple):
    """R simulated series, fitted, and what was drawn for the tests of each."""

    windows: Windows
    day_0: Mask
    flips: Array
    drawn: dict[str, Array]


def _draw(
    generators: Sequence[np.random.Generator], *, scenario: str, events: int, days: int, draws: int
) -> _Replications:
    """Draw a series from each generator; the block bootstrap and the placebo test do not see its event windows.

    The series stand one behind the other, each with as many days that nobody uses behind it as windows reach back.
    """
    count, span = len(generators), days - ESTIMATION[0]
    positions = np.stack([event_days(each, events, days, scenario=scenario) for each in generators])
    y = np.full((count, span), np.nan)
    for row, each, at in zip(y, generators, positions, strict=True):
        row[:days] = daily_changes(each, days, at, scenario=scenario)
    at = (positions + span * np.arange(count)[:, None]).ravel()
    usable, event = np.isfinite(y).ravel(), np.zeros(y.size, dtype=bool)
    event[at], within = True, at[:, None] + np.arange(WINDOW[0], WINDOW[1] + 1)
    usable[within] = False
    index = pd.DatetimeIndex(np.tile(pd.bdate_range("2000-01-03", periods=span), count))
    series = Series(index=index, y=y.ravel(), x=np.ones((y.size, 1)), names=("const",), units="sd")
    outcomes = day_outcomes(series, usable, window=WINDOW, estimation=ESTIMATION, minimum=MINIMUM_DAYS)
    candidates = find_candidates(series, usable, at, window=WINDOW, outcomes=outcomes, match=("volatility",), days=span)
    placebo = candidates.standardised[draw_dates(candidates, draws, generators, length=LENGTH)]
    windows = series.fit(usable, at, window=WINDOW, estimation=ESTIMATION)
    block = run_sums(windows, *draw_runs(find_runs(at, windows.used, LENGTH), draws, generators))
    groups = clusters(positions[0], LENGTH)
    flips = np.stack([one_block_of_flips(groups, 2 * draws, each) for each in generators])
    return _Replications(
        windows,
        event[within],
        flips.reshape(count, 2, draws, events),
        {
            "block bootstrap": row_statistics(block.reshape(draws, count, events)).T,
            "placebo dates": row_statistics(placebo),
        },
    )


def _rejections(made: _Replications, effect: float, size: float) -> Array:
    """(2, tests) rejections without and with the effect on every day 0."""
    decide = partial(_rejected, known=before(made.windows, len(made.flips)), null=made.drawn, size=size)
    moved = made.windows.shifted(np.where(made.day_0, effect, 0.0))
    return np.array([decide(made.windows, flips=made.flips[:, 0]), decide(moved, flips=made.flips[:, 1])])


def _rejected(windows: Windows, *, flips: Array, known: Before, null: dict[str, Array], size: float) -> Array:
    """In how many of R replications each test rejects, in the order of NAMES; an unavailable test does not.

    ``null`` has the statistics (R, B) of draws, ``flips`` the signs (R, B, n) of the wild bootstrap.
    """
    replications, _, n = flips.shape
    standard = windows.standardised.reshape(replications, n)
    observed = row_statistics(standard)
    drawn = {"wild bootstrap": flipped_statistics(standard, flips)} | null
    p = p_values(windows, known) | {name: resampled_p(observed, drawn[name]) for name in RESAMPLED}
    steps, size_of = windows.length, cusum_statistics(windows, replications)
    # the same decision as by the p-value, without an integral a replication
    rejects = {name: each <= size for name, each in p.items()}
    rejects["CUSUM"] = np.isfinite(size_of) & (size_of >= critical_level(size, steps, steps * (n - 1)))
    return np.array([rejects[name].sum() for name in NAMES], dtype=float)


def event_days(generator: np.random.Generator, events: int, days: int, *, scenario: str) -> Positions:
    """Rows of day 0: separate windows, or groups of three on successive days."""
    group = 3 if scenario == "clustered events" else 1
    starts = -(-events // group)
    room = days - 135 - 2 - starts * (group + 1)
    gaps = np.sort(generator.integers(0, room, size=starts))
    first = 135 + gaps + (group + 1) * np.arange(starts)
    return np.asarray((first[:, None] + np.arange(group)).ravel()[:events], dtype=np.int64)


def daily_changes(generator: np.random.Generator, days: int, positions: Positions, *, scenario: str) -> Array:
    """(days,) changes of unit variance outside event windows."""
    simulate: dict[str, Callable[[], Array]] = {
        "fat tails": lambda: generator.standard_t(4, size=days) / np.sqrt(2.0),
        "volatility clustering": lambda: _garch(generator.standard_normal(days)),
    }
    y = simulate.get(scenario, lambda: generator.standard_normal(days))()
    if scenario == "variance increase":
        y[(positions[:, None] + np.arange(WINDOW[0], WINDOW[1] + 1)).ravel()] *= 2.0
    return y


def _garch(shocks: Array, alpha: float = 0.08, beta: float = 0.90) -> Array:
    """h_t = (1 - α - β) + (α z²_(t-1) + β) h_(t-1) from h_0 = 1, one linear equation a day; y = sqrt(h) z."""
    band = np.stack([np.ones(len(shocks)), -(alpha * shocks**2 + beta)])
    right = np.full((len(shocks), 1), 1.0 - alpha - beta)
    right[0] = 1.0
    h, _ = scipy.linalg.lapack.dtbtrs(band, right, uplo="L", diag="U")
    return np.asarray(np.sqrt(h[:, 0]) * shocks)
