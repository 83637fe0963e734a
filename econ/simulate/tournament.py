"""The tournament: every estimator on samples with known truth, on one core or a cluster."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Seed
from econ.blocks import Key, Record, Store, described
from econ.border import checked, hushed
from econ.errors import EconError, EconWarning, EstimationError, SpecificationError
from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.frozen import guarded
from econ.parallel import Failed, seed_sequence, stream
from econ.simulate.daily import DailyMarket
from econ.simulate.daily_designs import DAILY_ESTIMATORS
from econ.simulate.daily_samples import DailySample
from econ.simulate.estimators import ESTIMATORS, Estimator
from econ.simulate.grid import GridCell, Truths, as_truths
from econ.simulate.market import TreasuryMarket
from econ.simulate.sample import Sample
from econ.simulate.scores import KEYS, score
from econ.tables.shown import Shown

BLOCK = 25  # replications; part of the result's definition
FIELDS = ("value", "length", "covered", "rejects", "seconds", "failure")


@guarded
@dataclass(frozen=True, eq=False)
class Tournament(Shown):
    """Results of a tournament.

    Parameters
    ----------
    table : DataFrame
        One row a truth, sample size, faults and estimator (columns of the index in that order); see `tournament`.
    truths : Truths
        The grid.
    replications : int
        Samples a cell.
    level : float
        Nominal coverage of the sets.
    origin : tuple
        Entropy and spawn key of the seed.
    estimators : tuple of Estimator
        Those that were tried.
    """

    table: pd.DataFrame
    truths: Truths = field(repr=False)
    replications: int
    level: float
    origin: tuple[object, ...] = field(repr=False)
    estimators: tuple[Estimator, ...] = field(default=(), repr=False)

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        return self.table

    def power(self, estimator: str, *, offset: float = 0.0, faults: str | None = None) -> pd.DataFrame:
        """Share of samples that reject a zero, by impact: index (faults, periods, impact); the row of 0 is the size."""
        names = self.table.index.get_level_values("estimator")
        checks.position("estimator", estimator, list(names.unique()))
        place = self.table.index.get_level_values
        wanted = (place("estimator") == estimator) & (place("offset") == offset)
        if faults is not None:
            wanted &= place("faults") == faults
        rows = self.table.loc[wanted, ["truth", "rejects", "rejects_se"]].droplevel(["estimator", "offset"])
        return pd.DataFrame(rows.swaplevel("impact", "faults").sort_index())

    def believable(self, tolerance: float = 0.05) -> pd.DataFrame:
        """Which estimators cover the truth in every cell that their assumptions allow: one row each, best first.

        Cells with a fault that the estimator ``excludes`` do not count. Columns: ``believable`` (worst coverage at
        least ``level - tolerance``, less twice its Monte Carlo error), ``worst_coverage``, ``worst_at`` (cell),
        ``median_length``, ``unbounded`` (largest share), ``power`` (mean over cells with a truth other than 0).
        """
        rows, gap = {}, self._gap(tolerance)
        excluded = {each.name: each.excludes for each in self.estimators}
        for name, part in self.table.groupby(level="estimator", sort=False):
            cells = part.droplevel("estimator")
            own = ~cells.index.get_level_values("faults").isin(excluded.get(str(name), ()))
            if not own.any():
                raise SpecificationError(f"every fault tried is one that {name!r} excludes; try it without one, too.")
            cells = cells[own]
            worst = cells["coverage"].astype(float).idxmin()
            other = cells.loc[cells["truth"] != 0.0, "rejects"]
            rows[name] = {
                "believable": bool((gap.xs(name, level="estimator")[own] >= 0.0).all()),
                "worst_coverage": float(cells["coverage"].min()),
                "worst_at": worst,
                "median_length": float(cells["median_length"].median()),
                "unbounded": float(cells["unbounded"].max()),
                "power": float(other.mean()) if len(other) else Unavailable("no truth other than 0"),
            }
        table = pd.DataFrame.from_dict(rows, orient="index")
        return table.sort_values(["believable", "worst_coverage"], ascending=False)

    def broken(self, tolerance: float = 0.05) -> pd.DataFrame:
        """Which fault breaks which estimator: rows estimator, columns faults; True where a truth is not covered.

        By the rule of `believable` in all cells of that fault, whether the estimator excludes it or not.
        """
        worst = self._gap(tolerance).groupby(level=["estimator", "faults"], sort=False).min().unstack("faults")
        return worst < 0.0

    def _gap(self, tolerance: float) -> pd.Series:
        """Coverage of every cell, with twice its Monte Carlo error, beyond what is asked for."""
        tolerance = checks.real("tolerance", tolerance, least=0.0, most=1.0)
        table = self.table[["coverage", "coverage_se"]].astype(float)
        return table["coverage"] + 2.0 * table["coverage_se"] - (self.level - tolerance)


@dataclass(frozen=True)
class _Block:
    """What one worker does at once: some replications of one cell, all estimators on the same samples."""

    cell: GridCell
    estimators: tuple[Estimator, ...]
    key: Key
    size: int
    seed: np.random.SeedSequence
    draws: int
    level: float


@checked
def tournament(
    design: Truths | TreasuryMarket | DailyMarket,
    estimators: Sequence[str | Estimator] | None = None,
    replications: int = 500,
    *,
    rng: Seed = None,
    n_jobs: int = 1,
    backend: str | None = None,
    scheduler: str | None = None,
    folder: str | Path | None = None,
    draws: int = 199,
    level: float = 0.90,
    block: int = BLOCK,
) -> Tournament:
    """Try every estimator on samples of every truth and count how often it is right.

    Parameters
    ----------
    design : Truths, TreasuryMarket or DailyMarket
        Where the samples come from.
    estimators : sequence of str or Estimator, optional
        Names in ``econ.simulate.ESTIMATORS`` or ``DAILY_ESTIMATORS``, or your own `Estimator`; all for that kind of
        market when absent.
    replications : int, default 500
        Samples of every cell; all estimators see the same samples.
    rng : int or SeedSequence
        Seed. Cell c and block b use its child (c, b), so the table does not depend on workers or on interruptions.
    n_jobs, backend, scheduler
        Workers; as in :func:`econ.parallel.stream`. ``scheduler="tcp://host:port"`` runs on a Dask cluster.
    folder : path, optional
        Keeps every finished block; a second call with the same arguments computes what is missing.
    draws : int, default 199
        Bootstrap draws of estimators that need them.
    level : float, default 0.90
        Coverage of the sets.
    block : int, default 25
        Replications a worker does at once; another block size gives other samples.

    Returns
    -------
    Tournament
        ``table`` has the columns ``truth``; ``bias``, ``median_bias``, ``rmse`` (units of the target); ``coverage``,
        ``rejects`` (share of sets without zero; ``size`` repeats it where the truth is 0, ``power`` elsewhere),
        ``length`` (mean, bounded sets), ``median_length`` (all sets), ``unbounded`` (share); ``seconds`` (a
        replication); ``failed`` (share that raised an `EconError`); ``replications``; and ``<column>_se``, the Monte
        Carlo standard error. Estimates by instruments have no mean: read their median.

    Raises
    ------
    SpecificationError
        For zero replications, unknown estimators, an estimator that does not apply to a market, or a folder of a
        different specification.
    EstimationError
        If a block raised something other than an `EconError` (it is named; all other blocks are kept), or workers or
        scheduler are lost (finished blocks are kept in the folder).

    Notes
    -----
    *Cost, measured at T = 300 with 18 estimators, 199 draws and blocks of 25.* With C cells and R replications there
    are C R / 25 blocks. A block is sent as a market and names, 6 kB whatever R, and returns 14 kB (32 bytes an
    estimator and replication; 84 bytes in its file). It takes 25 times the sum of the column ``seconds``, 5 to 10 s. A
    worker needs 80 MB for a block on top of 140 MB for the imports. The caller holds one cell at a time, some 300 bytes
    (as Python objects) an estimator and replication, and one small record a block.

    *10,000 workers.* The default grid of 24 cells with 500 replications has 480 blocks: 480 workers are the most that
    help, and the run takes one block plus start-up, ten seconds. 10,000 workers want 10,000 blocks: 24 cells with
    10,400 replications then take the same ten seconds of work. The scheduler sends 60 MB and receives 140 MB, and at
    0.2 to 1 ms a task needs 2 to 10 s for 10,000 of them, as long as the work itself; ``block=250`` brings it below a
    tenth. The caller writes every file, 1 to 5 ms each, so workers need no common disk; beyond
    some hundreds of blocks a second that would be the next limit.

    Examples
    --------
    >>> result = tournament(TreasuryMarket(), ["ols_flows"], 25, rng=1)
    >>> float(result.table["coverage"].iloc[0])
    0.0
    """
    truths = as_truths(design)
    chosen = _chosen(estimators, daily=isinstance(truths.market, DailyMarket))
    replications, draws = checks.count("replications", replications), checks.count("draws", draws)
    block, level = checks.count("block", block), checks.level(level)
    for cell in truths.cells:
        for estimator in chosen:
            estimator.check(cell.market)
    seed = seed_sequence(rng)
    specification = {
        "truths": described(truths),
        "estimators": described(chosen),
        "replications": replications,
        "seed": [str(seed.entropy), [int(part) for part in seed.spawn_key]],
        "draws": draws,
        "level": level,
        "block": block,
    }
    store = Store(None if folder is None else Path(folder), specification, "tournament", FIELDS)
    store.open()
    blocks = list(_blocks(truths, chosen, seed, replications=replications, draws=draws, level=level, block=block))
    table = _run(blocks, store, n_jobs=n_jobs, backend=backend, scheduler=scheduler)
    return Tournament(table, truths, replications, level, (seed.entropy, seed.spawn_key), chosen)


def _chosen(estimators: Sequence[str | Estimator] | None, *, daily: bool) -> tuple[Estimator, ...]:
    chosen, known = [], DAILY_ESTIMATORS if daily else ESTIMATORS
    for item in known if estimators is None else estimators:
        if not isinstance(item, Estimator):
            item = known[checks.choice("estimator", item, known)]
        chosen.append(item)
    names = [item.name for item in chosen]
    if not names or len(set(names)) < len(names):
        raise SpecificationError(f"a tournament needs estimators, each once; found {names}.")
    return tuple(chosen)


def _blocks(
    truths: Truths,
    estimators: tuple[Estimator, ...],
    seed: np.random.SeedSequence,
    *,
    replications: int,
    draws: int,
    level: float,
    block: int,
) -> Iterator[_Block]:
    for number, cell in enumerate(truths.cells):
        for part, start in enumerate(range(0, replications, block)):
            own = np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, number, part))
            yield _Block(cell, estimators, (number, part), min(block, replications - start), own, draws, level)


def _run(
    blocks: list[_Block], store: Store, *, n_jobs: int, backend: str | None, scheduler: str | None
) -> pd.DataFrame:
    """Compute the blocks that are missing, keep each, and score each cell as soon as it is complete."""
    missing = set(store.missing([each.key for each in blocks]))
    todo = [each for each in blocks if each.key in missing]
    left: dict[int, int] = {}
    for each in todo:
        left[each.key[0]] = left.get(each.key[0], 0) + 1
    rows, broken = {}, []
    for cell in {each.key[0] for each in blocks} - left.keys():
        rows[cell] = _score_cell(blocks, cell, store)
    results = stream(run_block, todo, n_jobs=n_jobs, backend=backend, scheduler=scheduler, label="tournament")
    for number, record in results:
        key = todo[number].key
        if isinstance(record, Failed):
            broken.append((key, record))
            continue
        store.put(key, record)
        left[key[0]] -= 1
        if not left[key[0]]:
            rows[key[0]] = _score_cell(blocks, key[0], store)
    if broken:
        (cell, part), failure = min(broken, key=lambda item: item[0])
        kept = "kept" if store.folder else "lost (give a folder to keep them)"
        raise EstimationError(
            f"{len(broken)} of {len(todo)} blocks raised, first block {part} of cell {cell} ({_words(blocks, cell)}): "
            f"{failure.error} ({failure.where}); the other {len(todo) - len(broken)} are {kept}."
        )
    return pd.concat([rows[cell] for cell in sorted(rows)])


def _words(blocks: list[_Block], number: int) -> str:
    cell = next(each.cell for each in blocks if each.key[0] == number)
    return f"impact {cell.market.impact}, offset {cell.offset}, {cell.periods} months, faults {cell.faults!r}"


def _score_cell(blocks: list[_Block], number: int, store: Store) -> pd.DataFrame:
    own = [each for each in blocks if each.key[0] == number]
    cell, estimators = own[0].cell, own[0].estimators
    columns: Record = {each.name: {name: [] for name in FIELDS} for each in estimators}
    for each in own:
        for owner, values in store.take(each.key).items():
            for name, items in values.items():
                columns[owner][name] += items
    rows = {}
    for estimator in estimators:
        key = (cell.market.impact, cell.offset, cell.periods, cell.faults, estimator.name)
        rows[key] = score(columns[estimator.name], estimator.truth(cell.market))
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(rows, names=KEYS)
    return table


def run_block(block: _Block) -> Record:
    """Simulate the samples of a block at once and let every estimator read each."""
    main, own = block.seed.spawn(2)
    samples = block.cell.market.samples(block.size, block.cell.periods, main)
    record: Record = {each.name: {name: [] for name in FIELDS} for each in block.estimators}
    truths = {each.name: each.truth(block.cell.market) for each in block.estimators}
    with hushed(EconWarning):  # a weak instrument is what the table counts
        for number, seed in enumerate(own.spawn(block.size)):
            sample = block.cell.read(samples, number, seed, draws=block.draws, level=block.level)
            for estimator in block.estimators:
                row = _outcome(sample, estimator, truths[estimator.name])
                for name, value in zip(FIELDS, row, strict=True):
                    record[estimator.name][name].append(value)
    return record


def _outcome(sample: Sample | DailySample, estimator: Estimator, truth: float) -> tuple[object, ...]:
    """Value, length (None = unbounded), covered, rejects zero, seconds, failure."""
    start = time.perf_counter()
    try:
        estimate = estimator.estimate(sample)
    except EconError as error:
        return None, None, False, False, time.perf_counter() - start, type(error).__name__
    seconds = time.perf_counter() - start
    ends = _ends(estimate)
    covered = any(low <= truth <= high for low, high in ends)
    rejects = not any(low <= 0.0 <= high for low, high in ends)
    length = ends[-1][1] - ends[0][0] if ends else 0.0
    value = None if isinstance(estimate, ConfidenceSet) else estimate.value
    return value, length if np.isfinite(length) else None, covered, rejects, seconds, None


def _ends(estimate: Estimate | ConfidenceSet) -> tuple[tuple[float, float], ...]:
    if isinstance(estimate, ConfidenceSet):
        return estimate.intervals
    if estimate.region is not None:
        return estimate.region.intervals
    if isinstance(estimate.lower, Unavailable) or isinstance(estimate.upper, Unavailable):
        raise SpecificationError(f"an estimator must give a set; {estimate.label or 'the estimate'} has no interval.")
    return ((float(estimate.lower), float(estimate.upper)),)
