"""A weekly VAR of six variables, three of them monthly or quarterly: 5,000 draws under 120 s on two cores.

Run ``OPENBLAS_NUM_THREADS=1 python -m benchmarks.mixed_frequency``; prints one line a figure. The peer draws the same
latent values, given the same parameters, with the simulation smoother of statsmodels (states are the last 14 weeks,
sums a time-varying design); it is run a few times only, and compared a draw of the path.
"""

import time

import numpy as np
import pandas as pd

from econ.arrays import Array
from econ.var import Minnesota, MixedFrequencyVAR

TARGET = 120.0
DRAWS, BURN, WEEKS, LAGS = 5_000, 250, 1_040, 12
PEER_DRAWS = 3


def model(weeks: int = WEEKS, seed: int = 1) -> MixedFrequencyVAR:
    """Three weekly series, two monthly sums, one quarterly stock."""
    generator = np.random.default_rng(seed)
    persistence = np.array([0.9, 0.95, 0.5, 0.2, 0.3, 0.9])
    impact = np.tril(0.3 * generator.standard_normal((6, 6)), -1) + np.eye(6)
    errors = generator.standard_normal((weeks, 6)) @ impact.T
    y = np.zeros((weeks, 6))
    for t in range(1, weeks):
        y[t] = persistence * y[t - 1] + errors[t]
    dates = pd.date_range("2004-01-07", periods=weeks, freq="W-WED")
    weekly = pd.DataFrame(y, index=dates, columns=list("abcdef"))
    monthly = weekly[["d", "e"]].groupby(dates.to_period("M")).sum()
    quarterly = weekly[["f"]].groupby(dates.to_period("Q")).last()
    rules = {"d": "sum", "e": "sum", "f": "end"}
    tables = {"W": weekly[["a", "b", "c"]], "M": monthly, "Q": quarterly}
    return MixedFrequencyVAR(tables, LAGS, aggregation=rules, prior=Minnesota(0.2, own_lag=0.0))


def peer(made: MixedFrequencyVAR, coefficients: Array, factor: Array) -> float:
    """Seconds a draw of the path by the simulation smoother of statsmodels."""
    from statsmodels.tsa.statespace.simulation_smoother import SimulationSmoother

    layout = made._layout
    (periods, n), sums = layout.known.shape, layout.sums
    deep = max(int((sums.last - sums.first).max()) + 1, LAGS)
    states = n * deep
    observed = np.hstack([layout.known, np.full((periods, n), np.nan)])
    design = np.zeros((2 * n, states, periods))
    design[:n, :n] = np.eye(n)[:, :, None]
    for column, first, last, total in zip(sums.column, sums.first, sums.last, sums.total, strict=True):
        observed[last, n + column] = total
        design[n + column, [column + n * back for back in range(last - first + 1)], last] = 1.0
    smoother = SimulationSmoother(2 * n, states, n)
    smoother.bind(observed)
    transition, intercept = np.eye(states, k=-n), np.zeros((states, 1))
    transition[:n, : n * LAGS], intercept[:n, 0] = coefficients[1:].T, coefficients[0]
    smoother["design"], smoother["transition"], smoother["state_intercept"] = design, transition, intercept
    smoother["selection"], smoother["state_cov"] = np.eye(states, n), factor @ factor.T
    smoother.initialize_known(np.zeros(states), np.eye(states))
    simulation = smoother.simulation_smoother()
    simulation.simulate()
    start = time.perf_counter()
    for _ in range(PEER_DRAWS):
        simulation.simulate()
    return (time.perf_counter() - start) / PEER_DRAWS


def main() -> None:
    made = model()
    start = time.perf_counter()
    fit = made.fit(DRAWS, BURN, rng=1, n_jobs=2)
    seconds = time.perf_counter() - start
    print(f"{'5,000 draws and 1,000 of burn-in, two threads':<55} {seconds:7.1f} s")
    print(f"{'share of the target of 120 s':<55} {seconds / TARGET:7.2f}")
    coefficients, factor = fit.coefficient_draws[-1], fit.factor_draws[-1]
    latent = made._latent
    generator = np.random.default_rng(1)
    start = time.perf_counter()
    for _ in range(50):
        latent.draw(coefficients[None], factor[None], generator.standard_normal((1, len(latent.free))))
    own = (time.perf_counter() - start) / 50
    other = peer(made, coefficients, factor)
    print(f"{'one draw of the latent path, one thread':<55} {1e3 * own:7.2f} ms")
    print(f"{'the same by statsmodels':<55} {1e3 * other:7.1f} ms, {other / own:.0f} times slower")
    print(f"{'free latent values, width of their band':<55} {len(latent.free)}, {latent.width}")
    worst = fit.summary()["effective_draws"].min()
    print(f"{'fewest effective draws of a coefficient':<55} {worst:7.0f}")


if __name__ == "__main__":
    main()
