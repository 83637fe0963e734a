"""Speed and memory of bootstrap bands, beside statsmodels and tsecon in the same run.

Work: VAR(12), 6 variables, 300 months, Cholesky responses to 48 months, 1,000 draws, 90% pointwise and sup-t bands.

Peers: a loop over statsmodels fits on the samples that our moving-block bootstrap simulated, ``irf_errband_mc`` of
statsmodels, and ``var_irf_bands`` of tsecon (Rust), which is a peer only and not among the dependencies: its rows say
so where it is not installed.

Run: ``OPENBLAS_NUM_THREADS=1 python -m benchmarks.var_bootstrap [--quick]`` (``--quick`` does 100 statsmodels
draws and scales up). CPU seconds are of all threads: half of them is the time on two idle cores.
"""

from __future__ import annotations

import argparse
import importlib
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from types import ModuleType

import numpy as np

from econ.testing import simulated_var
from econ.var import VAR, Cholesky, MovingBlock, Residual, StructuralResults
from econ.var.reduced.bootstrap import bootstrap_blocks

VARIABLES, LAGS, PERIODS, HORIZON, DRAWS = 6, 12, 300, 48, 1000
NAMES = tuple(f"v{i}" for i in range(VARIABLES))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--memory", type=int, help="draw so many, print the peak memory in MB, and stop")
    options = parser.parse_args()
    svar = model()
    if options.memory:
        bands(svar, MovingBlock(draws=options.memory))
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    residual = best(lambda: bands(svar, Residual(draws=DRAWS)))
    block = best(lambda: bands(svar, MovingBlock(draws=DRAWS)))
    corrected = svar.parent.bias_corrected().identify(svar.scheme)
    kilian = best(lambda: bands(corrected, Residual(draws=DRAWS)))
    loop = statsmodels_loop(svar, 100 if options.quick else DRAWS)
    monte_carlo = error_bands(svar, 100 if options.quick else DRAWS)
    command = [sys.executable, "-m", "benchmarks.var_bootstrap", "--memory", "10000"]
    memory = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    print(f"VAR({LAGS}), {VARIABLES} variables, {PERIODS} months, {HORIZON} steps, {DRAWS} draws, two threads")
    line("Residual, pointwise and sup-t bands", residual, "at most 0.20 s")
    line("MovingBlock, the same", block, f"{block[0] / residual[0]:.2f} times Residual; at most 1.3")
    line("with Kilian's correction", kilian, f"{kilian[0] / residual[0]:.2f} times Residual; at most 3")
    line(
        "loop over statsmodels fits, pointwise bands", loop, f"{loop[0] / block[0]:.0f} times MovingBlock; at least 20"
    )
    line("statsmodels irf_errband_mc", monte_carlo, f"{monte_carlo[0] / residual[0]:.0f} times Residual; at least 50")
    rust_rows(svar, residual, kilian)
    print(f"{'peak memory, 10,000 draws':48s}{memory:8.0f} MB   below 1,000 MB")


def model() -> StructuralResults:
    """A persistent, moderately correlated system."""
    generator = np.random.default_rng(0)
    lags = 0.01 * generator.standard_normal((LAGS, VARIABLES, VARIABLES))
    lags[0] += 0.6 * np.eye(VARIABLES)
    lags[1] += 0.2 * np.eye(VARIABLES)
    impact = np.linalg.cholesky(0.5 * np.eye(VARIABLES) + 0.5)
    data = simulated_var(PERIODS, rng=1, lags=lags, impact=impact, names=NAMES)
    return VAR(data, lags=LAGS).fit().identify(Cholesky(*NAMES))


def bands(svar: StructuralResults, bootstrap: MovingBlock | Residual) -> None:
    irf = svar.irf(HORIZON, bootstrap, rng=1, n_jobs=2)
    irf.band(0.90)
    irf.band(0.90, "sup-t")


def best(work: Callable[[], object], repeats: int = 7) -> tuple[float, float]:
    """Wall and CPU seconds, the best of ``repeats``."""
    clocks = []
    for _ in range(repeats):
        start = time.perf_counter(), time.process_time()
        work()
        clocks.append((time.perf_counter() - start[0], time.process_time() - start[1]))
    return min(wall for wall, _ in clocks), min(cpu for _, cpu in clocks)


def statsmodels_loop(svar: StructuralResults, draws: int) -> tuple[float, float]:
    """Wall and CPU seconds for ``DRAWS`` fits, on samples that our moving-block bootstrap simulated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.tsa.api import VAR as Peer

        paths = np.concatenate(
            bootstrap_blocks(svar.parent, MovingBlock(draws=draws), lambda drawn: drawn.paths, rng=1)
        )
        start = time.perf_counter(), time.process_time()
        responses = np.stack([Peer(path).fit(LAGS, trend="c").orth_ma_rep(HORIZON) for path in paths])
        np.quantile(responses, [0.05, 0.95], axis=0)
        scale = DRAWS / draws
        seconds = (time.perf_counter() - start[0]) * scale, (time.process_time() - start[1]) * scale
    ours = svar.irf(HORIZON, MovingBlock(draws=draws), rng=1).draws
    np.testing.assert_allclose(np.asarray(ours), responses, rtol=1e-6, atol=1e-8)
    return seconds


def error_bands(svar: StructuralResults, draws: int) -> tuple[float, float]:
    """Wall and CPU seconds of the Monte Carlo bands of statsmodels, ``DRAWS`` replications."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.tsa.api import VAR as Peer

        fitted = Peer(svar.parent.parent.parent.frame).fit(LAGS, trend="c")
        start = time.perf_counter(), time.process_time()
        fitted.irf_errband_mc(orth=True, repl=draws, steps=HORIZON, signif=0.10)
        scale = DRAWS / draws
        return (time.perf_counter() - start[0]) * scale, (time.process_time() - start[1]) * scale


def rust_rows(svar: StructuralResults, residual: tuple[float, float], kilian: tuple[float, float]) -> None:
    """Two rows of tsecon: its residual bootstrap with both bands, plain and with the bias correction."""
    words = ("tsecon var_irf_bands, both bands", "tsecon, with the bias correction")
    peer = tsecon()
    if peer is None:
        for each in words:
            print(f"{each:48s}    n.a.: install tsecon")
        return
    values = svar.parent.parent.parent.frame.to_numpy()
    given = {"lags": LAGS, "horizon": HORIZON, "method": "bootstrap", "n_boot": DRAWS, "seed": 1, "band": "sup-t"}
    point = np.array(peer.var_irf_bands(values, **{**given, "n_boot": 10})["point"])
    ours = svar.irf(HORIZON).point
    # the same responses, up to the degrees of freedom of the covariance
    np.testing.assert_allclose(point / point[0, 0, 0], ours / ours[0, 0, 0], rtol=1e-8, atol=1e-10)
    for each, corrected, own in ((words[0], False, residual), (words[1], True, kilian)):
        seconds = best(partial(peer.var_irf_bands, values, bias_correct=corrected, **given), 3)
        line(each, seconds, f"{seconds[0] / own[0]:.1f} times ours; at least 2")


def tsecon() -> ModuleType | None:
    """The peer, if it is installed."""
    try:
        return importlib.import_module("tsecon")
    except ModuleNotFoundError:
        return None


def line(what: str, seconds: tuple[float, float], remark: str) -> None:
    print(f"{what:48s}{seconds[0]:8.3f} s {seconds[1]:8.3f} s CPU   {remark}")


if __name__ == "__main__":
    main()
