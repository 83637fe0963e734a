"""Work on random draws in blocks: one seed a block, any number of workers, the same bits.

A job of ``draws`` draws is cut into blocks of a fixed size. Every block gets its own child of the
caller's seed, so block k computes the same numbers whoever computes it. BLAS runs on one thread inside
(two threads fighting over small matrices cost a factor of 20).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

from econ.errors import SpecificationError

T = TypeVar("T")

BLOCK = 100


def seed_sequence(rng: int | np.random.SeedSequence | None) -> np.random.SeedSequence:
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
    if isinstance(rng, (int, np.integer)) and not isinstance(rng, bool) and rng >= 0:
        return np.random.SeedSequence(int(rng))
    raise SpecificationError(
        f"draws were asked for with rng={rng!r}; pass a non-negative int or a numpy SeedSequence, "
        "so that the result can be repeated."
    )


def map_blocks(
    work: Callable[[int, np.random.Generator], T],
    draws: int,
    *,
    rng: int | np.random.SeedSequence | None,
    n_jobs: int = 1,
    backend: str = "threading",
    block: int = BLOCK,
    label: str | None = None,
) -> list[T]:
    """Call ``work(size, generator)`` for every block of draws, in order.

    Parameters
    ----------
    work : callable
        Gets the number of draws of the block and the block's own generator; must not share state.
    draws : int
        Total number of draws, at least 1.
    rng : int or SeedSequence
        Seed; see :func:`seed_sequence`.
    n_jobs : int, default 1
        Workers.
    backend : str, default "threading"
        "threading" (numpy releases the lock in its kernels), or a joblib backend such as "loky" or "dask".
    block : int
        Draws per block. Part of the result's definition: another block size gives other draws.
    label : str, optional
        Words of the progress line, shown on a terminal only.

    Returns
    -------
    list
        The results, block by block, whatever the workers.

    Raises
    ------
    SpecificationError
        If ``draws``, ``block`` or ``n_jobs`` is not a positive integer, or ``rng`` is None.

    Examples
    --------
    >>> sum(map_blocks(lambda size, generator: size, 250, rng=1))
    250
    """
    for name, count in (("draws", draws), ("block", block), ("n_jobs", n_jobs)):
        if isinstance(count, bool) or not isinstance(count, (int, np.integer)) or count < 1:
            raise SpecificationError(f"{name} must be a positive integer; found {count!r}.")
    sizes = [block] * (draws // block) + ([draws % block] if draws % block else [])
    seeds = seed_sequence(rng).spawn(len(sizes))
    jobs = list(zip(sizes, seeds, strict=True))
    if n_jobs == 1 or backend == "threading":
        with threadpool_limits(limits=1):  # of the whole process: once, since asking costs as much as a small block
            if n_jobs == 1:
                return [work(size, np.random.default_rng(seed)) for size, seed in progress(jobs, label)]
            with ThreadPoolExecutor(n_jobs) as pool:
                results = pool.map(lambda job: work(job[0], np.random.default_rng(job[1])), jobs)
                return list(progress(results, label, total=len(jobs)))
    from joblib import Parallel, delayed

    results = Parallel(n_jobs=n_jobs, backend=backend, return_as="generator")(
        delayed(_run)(work, size, seed) for size, seed in jobs
    )
    return list(progress(results, label, total=len(jobs)))


def _run(work: Callable[[int, np.random.Generator], T], size: int, seed: np.random.SeedSequence) -> T:
    """One block in a process of its own."""
    with threadpool_limits(limits=1):
        return work(size, np.random.default_rng(seed))


def progress(items: Any, label: str | None, total: int | None = None) -> Any:
    """Yield ``items``, with a counter on standard error if that is a terminal and a label was given."""
    total = len(items) if total is None else total
    show = label is not None and sys.stderr.isatty() and total > 1
    for number, item in enumerate(items, start=1):
        yield item
        if show:
            end = "\n" if number == total else "\r"
            sys.stderr.write(f"{label}: {number}/{total} blocks{end}")
            sys.stderr.flush()
