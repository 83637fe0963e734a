"""Large Bayesian VARs under `AsymmetricMinnesota`, T = 480: 1,000 draws, processor time of one core.

Run ``OPENBLAS_NUM_THREADS=1 python -m benchmarks.large_systems``; prints one line a figure, and the peak memory.
"""

import resource
import time

import numpy as np
import pandas as pd

from econ.var import AsymmetricMinnesota, BayesianVAR

TARGET = 20.0  # seconds for 100 variables
SYSTEMS = ((40, 4), (100, 2), (100, 4))


def panel(variables: int, periods: int = 480, seed: int = 1) -> pd.DataFrame:
    """Persistent variables that share three factors."""
    rng = np.random.default_rng(seed)
    factors = np.cumsum(rng.standard_normal((periods, 3)), axis=0) * 0.1
    own = np.zeros((periods, variables))
    errors = rng.standard_normal((periods, variables))
    for t in range(1, periods):
        own[t] = 0.8 * own[t - 1] + errors[t]
    values = own + factors @ rng.standard_normal((3, variables))
    months = pd.period_range("1980-01", periods=periods, freq="M")
    return pd.DataFrame(values, index=months, columns=[f"x{number}" for number in range(variables)])


def main() -> None:
    for variables, lags in SYSTEMS:
        data = panel(variables)
        for choose in ("maximum", "hierarchical"):
            start = time.process_time()
            BayesianVAR(data, lags=lags, prior=AsymmetricMinnesota(choose=choose, own_lag=0.8)).fit(1000, rng=1)
            seconds = time.process_time() - start
            print(f"{f'{variables} variables, {lags} lags, {choose}':<45} {seconds:6.2f} s")
    print(f"{'target for 100 variables':<45} {TARGET:6.2f} s")
    print(f"{'peak memory':<45} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:6.0f} MB")


if __name__ == "__main__":
    main()
