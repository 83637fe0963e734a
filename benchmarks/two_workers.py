"""Two threads over one, beside two processes that share nothing: the most that any second worker can do on the machine.

Work: responses of a Residual bootstrap, without bands, of 20 variables (4 lags, 1,000 draws) and of the system of
`benchmarks.var_bootstrap` (12 lags, 6 variables, 10,000 draws); T = 300, 48 steps. Wall time, the best of several.

Run: ``OPENBLAS_NUM_THREADS=1 python -m benchmarks.two_workers``. It needs two idle cores.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

import numpy as np

from benchmarks import var_bootstrap
from econ.testing import simulated_var
from econ.var import VAR, Cholesky, Residual, StructuralResults

VARIABLES, LAGS, PERIODS, HORIZON = 20, 4, 300, 48
WORKS = {"20 variables, 1,000 draws": 1_000, "6 variables, 10,000 draws": 10_000}
SECONDS = 5.0  # for which a process repeats the work


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alone", choices=list(WORKS), help="repeat the work once told to; print seconds")
    alone = parser.parse_args().alone
    if alone:
        svar = system(alone)
        once(svar, WORKS[alone], 1)
        sys.stdin.readline()
        print(typical(svar, WORKS[alone]))
        return
    print(f"{'work':28s}{'one':>9s}{'two threads':>13s}{'ratio':>8s}{'two processes':>15s}")
    for name, draws in WORKS.items():
        svar = system(name)
        one, two = (min(once(svar, draws, workers) for _ in range(7)) for workers in (1, 2))
        print(f"{name:28s}{one:7.3f} s{two:11.3f} s{one / two:8.2f}{apart(name):15.2f}", flush=True)


def system(name: str) -> StructuralResults:
    """The identified VAR of that name."""
    if name.startswith("6"):
        return var_bootstrap.model()
    names = tuple(f"v{i}" for i in range(VARIABLES))
    lags = 0.01 * np.random.default_rng(0).standard_normal((LAGS, VARIABLES, VARIABLES))
    lags[0] += 0.5 * np.eye(VARIABLES)
    data = simulated_var(PERIODS, rng=1, lags=lags, impact=np.eye(VARIABLES), names=names)
    return VAR(data, lags=LAGS).fit().identify(Cholesky(*names))


def once(svar: StructuralResults, draws: int, workers: int) -> float:
    """Seconds of all draws."""
    start = time.perf_counter()
    svar.irf(HORIZON, Residual(draws=draws), rng=1, n_jobs=workers)
    return time.perf_counter() - start


def typical(svar: StructuralResults, draws: int) -> float:
    """Median seconds of the work, repeated for a while."""
    spent, end = [], time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        spent.append(once(svar, draws, 1))
    return float(np.median(spent))


def apart(name: str) -> float:
    """Work that two processes do at once, over that of one in the same time."""
    one = together(name, 1)[0]
    return sum(one / each for each in together(name, 2))


def together(name: str, count: int) -> list[float]:
    """Seconds of each of so many processes that begin at the same time."""
    command = [sys.executable, "-m", "benchmarks.two_workers", "--alone", name]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(count)
    ]
    time.sleep(SECONDS)  # all have imported by then
    for each in running:
        if each.stdin is None:
            raise RuntimeError("a process was started without the input that tells it to begin")
        each.stdin.write("\n")
        each.stdin.flush()
    return [float(each.communicate()[0]) for each in running]


if __name__ == "__main__":
    main()
