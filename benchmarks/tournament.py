"""The tournament's targets: samples, overhead of a block, twelve designs, two workers, memory.

Run ``OPENBLAS_NUM_THREADS=1 python -m benchmarks.tournament`` for all parts, ``... speed`` without the long one, or

    python -m benchmarks.tournament run FOLDER [--replications 500] [--n-jobs 2] [--scheduler tcp://host:port]

for the whole grid, kept in FOLDER and resumed from it; ``offsets`` in the place of ``run`` is the grid of quantity and
price offsets. Prints one line a part.
"""

import argparse
import resource
import subprocess
import sys
import time

from econ.estimate import Estimate
from econ.parallel import stream
from econ.simulate import (
    OFFSET_ESTIMATORS,
    Estimator,
    Faults,
    Sample,
    TreasuryMarket,
    Truths,
    offset_truths,
    tournament,
)

TWELVE = (
    "ols_holdings",
    "ols_flows",
    "recursive_flow_first",
    "recursive_yield_first",
    "signs",
    "heteroskedasticity",
    "proxy_var",
    "granular",
    "intervention",
    "lp_iv",
    "event_study",
    "variance_shift",
)
TARGETS = {"samples": 2.0, "overhead": 0.005, "twelve": 600.0, "workers": 1.85}
ONE = Truths(impacts=(-15.0,), offsets=(0.5,), periods=(300,), faults={"none": Faults()})


def nothing(sample: Sample) -> Estimate:
    """An estimator that costs nothing."""
    return Estimate(0.0, 1.0, -1.0, 1.0, sample.level)


def samples() -> None:
    start = time.perf_counter()
    TreasuryMarket(faults=Faults.archive()).samples(1000, 480, 1)
    taken = time.perf_counter() - start
    print(f"1,000 samples of 480 months: {taken:.2f} s (target {TARGETS['samples']})")


def overhead(blocks: int = 400) -> None:
    """Seconds a block beyond its own work: empty tasks, then blocks of one sample less the sample itself."""
    start = time.perf_counter()
    list(stream(abs, list(range(blocks))))
    empty = (time.perf_counter() - start) / blocks
    truths = Truths(impacts=(-15.0,), offsets=(0.5,), periods=(60,), faults={"none": Faults()})
    market = truths.cells[0].market
    start = time.perf_counter()
    for number in range(blocks):
        market.samples(1, 60, number)
    own = (time.perf_counter() - start) / blocks
    start = time.perf_counter()
    tournament(truths, [Estimator("nothing", nothing)], blocks, rng=1, block=1)
    whole = (time.perf_counter() - start) / blocks
    target = 1000 * TARGETS["overhead"]
    print(f"overhead of a block: {1000 * empty:.2f} ms empty, {1000 * (whole - own):.2f} ms kept (target {target:.0f})")


def twelve(n_jobs: int = 2, replications: int = 500) -> None:
    start = time.perf_counter()
    result = tournament(ONE, TWELVE, replications, rng=1, n_jobs=n_jobs)
    taken = time.perf_counter() - start
    print(f"12 designs x {replications} replications, {n_jobs} workers: {taken:.0f} s (target {TARGETS['twelve']:.0f})")
    print(result.table.droplevel(["impact", "offset", "periods", "faults"])[["coverage", "seconds"]].to_string())


def workers(replications: int = 400) -> None:
    """Speed of two workers relative to one; both start warm."""
    for n_jobs in (1, 2):  # both processes' imports and caches, or one side would start cold
        tournament(ONE, TWELVE, 50, rng=1, n_jobs=n_jobs)
    taken = []
    for n_jobs in (1, 2):
        start = time.perf_counter()
        tournament(ONE, TWELVE, replications, rng=1, n_jobs=n_jobs)
        taken.append(time.perf_counter() - start)
    print(f"two workers: {taken[0] / taken[1]:.2f} times one (target {TARGETS['workers']})")


def memory() -> None:
    """Peak memory of the caller for 250 and for 5,000 replications, each in a process of its own."""
    peaks = []
    for replications in (250, 5000):
        words = [sys.executable, "-m", "benchmarks.tournament", "peak", "--replications", str(replications)]
        peaks.append(float(subprocess.run(words, capture_output=True, text=True, check=True).stdout))
    print(f"peak memory: {peaks[0]:.0f} MB for 250 replications, {peaks[1]:.0f} MB for 5,000")


def peak(replications: int) -> None:
    tournament(ONE, ["ols_flows", "oracle"], replications, rng=1)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", nargs="?", default="all", choices=("all", "speed", "run", "offsets", "peak"))
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--replications", type=int, default=500)
    parser.add_argument("--n-jobs", type=int, default=2)
    parser.add_argument("--scheduler")
    words = parser.parse_args()
    if words.part == "peak":
        peak(words.replications)
    elif words.part in ("run", "offsets"):
        truths, estimators = (Truths(), None)
        if words.part == "offsets":
            truths, estimators = offset_truths(), list(OFFSET_ESTIMATORS.values())
        options = {"n_jobs": words.n_jobs, "scheduler": words.scheduler, "folder": words.folder}
        result = tournament(truths, estimators, words.replications, rng=1, **options)
        print(result.table.to_string())
    else:
        memory()  # first: a child inherits the peak of its parent
        samples()
        overhead()
        workers()
        if words.part == "all":
            twelve()


if __name__ == "__main__":
    main()
