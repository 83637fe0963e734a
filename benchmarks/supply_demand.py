"""Posterior of two elasticities, T = 490, six lags: 10,000 draws under 1 s on one core, and the grid.

Run ``OPENBLAS_NUM_THREADS=1 python -m benchmarks.supply_demand``; prints one line a figure.
"""

import time

import numpy as np
import pandas as pd

from econ.var import ElasticityPrior, SupplyDemand

TARGET = 1.0
REPEATS = 5


def model(periods: int = 490, seed: int = 1) -> SupplyDemand:
    """Price changes and flows that answer each other."""
    n, e = np.random.default_rng(seed).standard_normal((2, periods))
    flow = (e + 0.5 * n) / (1.0 + 0.5 * 0.8)
    frame = pd.DataFrame({"dy": n - 0.8 * flow, "f": flow})
    impact, leaning = ElasticityPrior("t", 1.0, 0.5), ElasticityPrior("t", 0.5, 0.4, lower=0.0)
    return SupplyDemand(frame, "dy", "f", impact=impact, leaning=leaning, lags=6)


def main() -> None:
    spent: dict[str, list[float]] = {"grid": [], "10,000 draws": []}
    for repeat in range(REPEATS):
        made = model(seed=repeat)
        start = time.perf_counter()
        made.fit()
        middle = time.perf_counter()
        summary = model(seed=repeat).sample(10_000, rng=1).summary()
        spent["grid"].append(middle - start)
        spent["10,000 draws"].append(time.perf_counter() - middle)
    for name, seconds in spent.items():
        print(f"{name:<45} {min(seconds):6.2f} s")
    print(f"{'effective draws, impact and leaning':<45} {summary['effective_draws'].round().tolist()}")
    print(f"{'share of the target of 1 s':<45} {min(spent['10,000 draws']) / TARGET:6.2f}")


if __name__ == "__main__":
    main()
