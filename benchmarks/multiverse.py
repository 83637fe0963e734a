"""A multiverse of 2,000 linear specifications: HAC errors, 500 joint permutations, 199 draws of blocks each.

Run ``OPENBLAS_NUM_THREADS=1 python -m benchmarks.multiverse``; prints one line a figure. Two workers.
"""

import functools
import time

import numpy as np
import pandas as pd

from econ.multiverse import LinearSpecification, SpecificationCurve
from econ.multiverse.results import SpecificationCurveResults

TARGETS = {"HAC errors": 60.0, "500 permutations": 300.0, "500 shifts": 300.0, "199 block draws": 600.0}
PERIODS = 520
CONTROLS = ("a", "b", "c", "d")
SAMPLES = {
    "all": None,
    "early": ("1983-01", "2007-12"),
    "late": ("1995-01", "2025-12"),
    "without": ("1986-01", "2019-12"),
}
BANDWIDTHS = (4, 6, 9, 12)


def data(seed: int = 1) -> pd.DataFrame:
    """An outcome, five regressors of which one could be chosen, and controls, all autocorrelated."""
    shocks = np.random.default_rng(seed).standard_normal((PERIODS, 10))
    for t in range(1, PERIODS):
        shocks[t] += 0.5 * shocks[t - 1]
    dates = pd.period_range("1982-09", periods=PERIODS, freq="M")
    return pd.DataFrame(shocks, dates, ["y", "x0", "x1", "x2", "x3", "x4", *CONTROLS])


Held = dict[int, pd.DataFrame | None]


def held(frame: pd.DataFrame) -> Held:
    """Tables of the controls, by their number."""
    return {number: frame[list(CONTROLS[:number])] if number else None for number in range(len(CONTROLS) + 1)}


def base(
    frame: pd.DataFrame, held: Held, *, regressor: str, controls: int, lags: int, sample: str, bandwidth: int
) -> LinearSpecification:
    """One specification."""
    return LinearSpecification(
        frame["y"], frame[regressor], held[controls], lags=lags, sample=SAMPLES[sample], bandwidth=bandwidth
    )


def curve() -> SpecificationCurve:
    """5 regressors x 5 sets of controls x 5 lag orders x 4 samples x 4 bandwidths."""
    axes = {
        "regressor": ["x0", "x1", "x2", "x3", "x4"],
        "controls": [0, 1, 2, 3, 4],
        "lags": [0, 1, 2, 3, 6],
        "sample": list(SAMPLES),
        "bandwidth": list(BANDWIDTHS),
    }
    frame = data()
    return SpecificationCurve(functools.partial(base, frame, held(frame)), axes)


def main() -> None:
    spent: dict[str, float] = {}
    start = time.perf_counter()
    results: SpecificationCurveResults = curve().run(n_jobs=2)
    spent["HAC errors"] = time.perf_counter() - start
    for name, scheme, draws in (
        ("500 permutations", "permutation", 500),
        ("500 shifts", "shift", 500),
        ("199 block draws", "blocks", 199),
    ):
        start = time.perf_counter()
        print(results.joint(draws, rng=1, scheme=scheme, n_jobs=2))
        spent[name] = time.perf_counter() - start
    print(results)
    for name, seconds in spent.items():
        print(f"{name:<45} {seconds:6.1f} s, target {TARGETS[name]:.0f} s")


if __name__ == "__main__":
    main()
