"""Work on random draws in blocks: one seed a block, any number of workers, the same bits.

A job of ``draws`` draws is cut into blocks of a fixed size. Every block gets its own child of the
caller's seed, so block k computes the same numbers whoever computes it. BLAS runs on one thread inside
(two threads fighting over small matrices cost a factor of 20).
"""

from __future__ import annotations

import contextlib
import numbers
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from econ.arrays import Seed
from econ.checks import choice, count
from econ.cluster import on_cluster
from econ.errors import EstimationError, SpecificationError
from econ.memory import hold_heap
from econ.threads import mapped, one_thread, submitted

T = TypeVar("T")
Task = TypeVar("Task")

BLOCK = 100
BACKENDS = ("serial", "threading", "loky", "dask")
ADDRESS = re.compile(r"[a-z]+://\S+")
DELAY = 2.0
"""Seconds after which a bar is worth showing."""
_QUIET: ContextVar[bool] = ContextVar("quiet", default=False)
TOGETHER = 64  # blocks that one task of a cluster may take


class KeptThere:
    """Kind of a ``keep`` of :func:`map_blocks` that other processes of the machine call too: no result need travel."""


def seed_sequence(rng: Seed) -> np.random.SeedSequence:
    """Turn the caller's ``rng`` into a fresh seed sequence.

    Parameters
    ----------
    rng : int or numpy.random.SeedSequence
        The same value gives the same draws, however often it is passed.

    Returns
    -------
    numpy.random.SeedSequence
        A copy that has spawned nothing yet.

    Raises
    ------
    SpecificationError
        If ``rng`` is None or anything else: randomness enters by this argument only.

    Examples
    --------
    >>> seed_sequence(7).entropy
    7
    """
    if isinstance(rng, np.random.SeedSequence):
        return np.random.SeedSequence(entropy=rng.entropy, spawn_key=rng.spawn_key, pool_size=rng.pool_size)
    if isinstance(rng, numbers.Integral) and not isinstance(rng, bool) and int(rng) >= 0:
        return np.random.SeedSequence(int(rng))
    raise SpecificationError(
        f"draws were asked for with rng={rng!r}; pass a non-negative int or a numpy SeedSequence, "
        "so that the result can be repeated."
    )


def seed_identity(rng: Seed) -> tuple[object, ...]:
    """What tells one set of draws from another."""
    seed = seed_sequence(rng)
    return seed.entropy, seed.spawn_key


def map_blocks(
    work: Callable[[Any, Any], T],
    draws: int,
    *,
    rng: Seed,
    n_jobs: int = 1,
    backend: str | None = None,
    scheduler: str | None = None,
    block: int = BLOCK,
    lockstep: int | None = None,
    label: str | None = None,
    keep: Callable[[int, T], T] | None = None,
) -> list[T]:
    """Call ``work(size, generator)`` for every block of draws, in order.

    Parameters
    ----------
    work : callable
        Gets the number of draws of the block and the block's own generator; must not share state.
    draws : int
        Total number of draws, at least 1.
    rng : int or SeedSequence
        Seed; see `econ.parallel.seed_sequence`.
    n_jobs : int, default 1
        Workers of this machine; a cluster brings its own.
    backend : {"serial", "threading", "loky", "dask"}, optional
        As in :func:`stream`, but threads by default for more than one worker: numpy releases the lock in its kernels.
    scheduler : str, optional
        Address of a Dask scheduler, ``tcp://host:port``. ``work`` is sent there once; a block sends its size and seed,
        and brings back what ``work`` returned.
    block : int
        Draws per block. Part of the result's definition: another block size gives other draws.
    lockstep : int, optional
        Blocks that one call gets, to be worked on side by side: ``work(sizes, generators)``, a tuple of each.
    label : str, optional
        Words before the progress bar, which a terminal or a notebook shows after two seconds.
    keep : callable, optional
        ``keep(number of the block's first draw, result)`` gives what is listed in place of the result, as where it lies
        in an array of all. Called by the thread that made the result, several at once; for other machines, and other
        processes unless it is a `KeptThere`, by the caller's, in order.

    Returns
    -------
    list
        The results, or what ``keep`` made of them, block by block, whatever the workers.

    Raises
    ------
    SpecificationError
        If ``draws``, ``block``, ``lockstep`` or ``n_jobs`` is not a positive integer, ``rng`` is None, or as
        :func:`stream`.
    EstimationError
        As :func:`stream`.

    Examples
    --------
    >>> sum(map_blocks(lambda size, generator: size, 250, rng=1))
    250
    """
    draws, block, n_jobs = count("draws", draws), count("block", block), count("n_jobs", n_jobs)
    jobs = _jobs(draws, block, seed_sequence(rng), None if lockstep is None else count("lockstep", lockstep))
    each, keep = partial(_block, work), keep or _result
    chosen = _chosen(backend, scheduler, n_jobs, many="threading")
    if chosen == "dask":
        work_far = partial(_together, partial(_caught, each))
        far: Iterator[T] = map(_opened, on_cluster(work_far, jobs, scheduler, together=TOGETHER, in_order=True))
    elif n_jobs > 1 and chosen == "loky":
        if isinstance(keep, KeptThere):
            each, keep = partial(_kept, each, keep), _result
        far = _blocks_in_processes(each, jobs, n_jobs)
    else:
        return _blocks_here(partial(_kept, each, keep), jobs, 1 if chosen == "serial" else n_jobs, label)
    return [keep(job[0], found) for job, found in zip(jobs, progress(far, label, total=len(jobs)), strict=True)]


def _jobs(draws: int, block: int, seed: np.random.SeedSequence, lockstep: int | None) -> list[Any]:
    """(number of the first draw, size, seed) of every block; of blocks in lockstep the first number, and tuples."""
    sizes = [block] * (draws // block) + ([draws % block] if draws % block else [])
    seeds = seed.spawn(len(sizes))
    if lockstep is None:
        return list(zip(range(0, draws, block), sizes, seeds, strict=True))
    parts = [slice(first, first + lockstep) for first in range(0, len(sizes), lockstep)]
    return [(part.start * block, tuple(sizes[part]), tuple(seeds[part])) for part in parts]


def _block(work: Callable[[Any, Any], T], job: tuple[int, Any, Any]) -> T:
    """One block, or those in lockstep."""
    return work(job[1], _generators(job[2]))


def _kept(each: Callable[[Any], T], keep: Callable[[int, T], T], job: tuple[int, Any, Any]) -> T:
    """One block where it belongs."""
    return keep(job[0], each(job))


def _result(first: int, result: T) -> T:
    return result


def _blocks_here(each: Callable[[Any], T], jobs: Sequence[Any], n_jobs: int, label: str | None) -> list[T]:
    with one_thread:  # of the whole process: once, since asking costs as much as a small block
        hold_heap()
        if n_jobs == 1:
            return [each(job) for job in progress(jobs, label)]
        with ThreadPoolExecutor(n_jobs) as pool:
            return list(progress(mapped(pool, each, jobs), label, total=len(jobs)))


def _chosen(backend: str | None, scheduler: str | None, n_jobs: int, *, many: str) -> str:
    """The backend asked for, or the one that follows from the scheduler and the number of workers."""
    chosen = choice("backend", backend or ("dask" if scheduler else "serial" if n_jobs == 1 else many), BACKENDS)
    if scheduler is not None and not ADDRESS.fullmatch(scheduler):
        raise SpecificationError(
            "scheduler must be the address that 'dask scheduler' prints, such as tcp://127.0.0.1:8786; "
            f"found {scheduler!r}."
        )
    if scheduler is not None and chosen != "dask":
        raise SpecificationError(
            f"a scheduler ({scheduler!r}) goes with backend 'dask' alone; found backend={chosen!r}; leave one "
            "of the two out."
        )
    return chosen


def _generators(seeds: Any) -> Any:
    """The generator of a block, or those of blocks in lockstep."""
    return tuple(map(_generators, seeds)) if isinstance(seeds, tuple) else np.random.default_rng(seeds)


def _blocks_in_processes(each: Callable[[Any], T], jobs: Sequence[Any], n_jobs: int) -> Iterator[T]:
    from joblib import Parallel, delayed

    with _alive("run again"):
        yield from Parallel(n_jobs=n_jobs, backend="loky", return_as="generator")(
            delayed(_alone)(each, job) for job in jobs
        )


@dataclass(frozen=True)
class _Raised:
    """What a block raised far away."""

    error: Exception


def _caught(each: Callable[[Any], T], job: Any) -> T | _Raised:
    try:
        return each(job)
    except Exception as error:
        return _Raised(error)


def _opened(result: T | _Raised) -> T:
    if isinstance(result, _Raised):
        raise result.error
    return result


def _together(each: Callable[[Any], T], items: Sequence[Any]) -> list[T]:
    """Some tasks on a worker of a cluster."""
    with one_thread:
        hold_heap()
        return [each(item) for item in items]


@dataclass(frozen=True)
class Failed:
    """A task that raised: the error in words, and where it came from."""

    error: str
    where: str


def stream(
    work: Callable[[Task], T],
    tasks: Sequence[Task],
    *,
    n_jobs: int = 1,
    backend: str | None = None,
    scheduler: str | None = None,
    label: str | None = None,
) -> Iterator[tuple[int, T | Failed]]:
    """Call ``work(task)`` for every task and yield ``(number of the task, result)`` as each is done.

    A task that raises yields `Failed`; the others go on.

    Parameters
    ----------
    work : callable
        A function of a module (or a partial of one), so that other processes can import it.
    tasks : sequence
        Small values that say what to do; each is sent to one worker.
    n_jobs : int, default 1
        Workers of this machine; a cluster brings its own.
    backend : {"serial", "threading", "loky", "dask"}, optional
        Default: "dask" with a scheduler, else "serial" for one worker and "loky" (processes) for more. "dask" without
        a scheduler uses the client that the caller has opened.
    scheduler : str, optional
        Address of a Dask scheduler, ``tcp://host:port``.
    label : str, optional
        Words before the progress bar.

    Raises
    ------
    SpecificationError
        For an unknown backend, a scheduler with another one than "dask", or "dask" without distributed or a client.
    EstimationError
        If the scheduler cannot be reached or is lost, or worker processes die.

    Examples
    --------
    >>> sorted(stream(len, ["a", "bb"]))
    [(0, 1), (1, 2)]
    """
    n_jobs = count("n_jobs", n_jobs)
    chosen = _chosen(backend, scheduler, n_jobs, many="loky")
    each = partial(_guarded, work)
    numbered = list(enumerate(tasks))
    if chosen == "dask":
        results = on_cluster(partial(_together, each), numbered, scheduler)
    elif chosen == "loky":
        results = _in_processes(each, numbered, n_jobs)
    else:
        results = _in_this_process(each, numbered, n_jobs if chosen == "threading" else 1)
    yield from progress(results, label, total=len(numbered))


def _guarded(work: Callable[[Task], T], numbered: tuple[int, Task]) -> tuple[int, T | Failed]:
    number, task = numbered
    try:
        return number, work(task)
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{last.name}, line {last.lineno} of {Path(last.filename).name}"
        return number, Failed(f"{type(error).__name__}: {error}", where)


def _alone(each: Callable[[Any], T], item: Any) -> T:
    """One task or block in a process of its own."""
    hold_heap()
    with one_thread:
        return each(item)


def _in_this_process(each: Any, numbered: Sequence[Any], n_jobs: int) -> Iterator[Any]:
    hold_heap()
    if n_jobs == 1:
        with one_thread:
            yield from map(each, numbered)
        return
    with one_thread, ThreadPoolExecutor(n_jobs) as pool:
        for done in as_completed([submitted(pool, each, item) for item in numbered]):
            yield done.result()


def _in_processes(each: Any, numbered: Sequence[Any], n_jobs: int) -> Iterator[Any]:
    from joblib import Parallel, delayed

    parallel = Parallel(n_jobs=n_jobs, backend="loky", return_as="generator_unordered", batch_size=1)
    with _alive("finished blocks stay; run again to go on"):
        yield from parallel(delayed(_alone)(each, item) for item in numbered)


@contextlib.contextmanager
def _alive(cure: str) -> Iterator[None]:
    """Say that a worker process died, in the words of the package."""
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    try:
        yield
    except TerminatedWorkerError as error:
        raise EstimationError(
            f"a worker process died (memory used up, or killed from outside); {cure}, if it was memory with fewer."
        ) from error


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """No progress bars inside: ``with econ.quiet(): ...``.

    Examples
    --------
    >>> with quiet():
    ...     map_blocks(lambda size, generator: size, 3, rng=1)
    [3]
    """
    token = _QUIET.set(True)
    try:
        yield
    finally:
        _QUIET.reset(token)


def progress(items: Any, label: str | None, total: int | None = None) -> Any:
    """The same ``items``, counted by a bar once they have taken `DELAY` seconds.

    The bar is that of a terminal or of a notebook; where standard error is neither, or inside `quiet`, there is none.
    """
    total = len(items) if total is None else total
    if total < 2 or _QUIET.get() or not (sys.stderr.isatty() or _in_notebook()):
        return items
    from tqdm.auto import tqdm

    return tqdm(items, desc=label or "working", total=total, delay=DELAY, unit="block", leave=False, dynamic_ncols=True)


def _in_notebook() -> bool:
    """Whether a Jupyter kernel runs this, whose output is no terminal and yet shows bars."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return shell is not None and "IPKernelApp" in shell.config
