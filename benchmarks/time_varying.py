"""VAR with drifting coefficients and stochastic volatility: 3 variables, 2 lags, T = 480, 10,000 draws under 60 s.

Run ``OPENBLAS_NUM_THREADS=1 python -m benchmarks.time_varying``; prints one line a figure. The peer draws the states of
one sweep, all 21 coefficients at all dates given volatilities, by the simulation smoothers of statsmodels, compiled, as
one would in a Gibbs loop written on top of them: Kalman filter and smoother (Durbin and Koopman 2002), and Cholesky
factor algorithm (Chan and Jeliazkov 2009).
"""

import time

import numpy as np
import pandas as pd

from econ.var import KernelVAR, TimeVaryingVAR
from econ.var.varying import _gibbs_kernels as gibbs

TARGET = 60.0
DRAWS = 10_000
CORES = 2
SWEEPS = 10


def sample(periods: int = 480, seed: int = 1) -> pd.DataFrame:
    """A stable VAR whose errors grow and shrink."""
    e = np.random.default_rng(seed).standard_normal((periods, 3))
    size, y = np.exp(0.5 * np.sin(np.arange(periods) / 60.0)), np.zeros((periods, 3))
    for t in range(1, periods):
        y[t] = 0.6 * y[t - 1] + 0.1 * y[t - 1].mean() + size[t] * e[t]
    return pd.DataFrame(y, columns=["x", "y", "z"], index=pd.period_range("1980-01", periods=periods, freq="M"))


def sweep(form: str, sweeps: int = 1000) -> float:
    """Milliseconds of processor time a sweep of one chain, every tenth draw kept."""
    model = TimeVaryingVAR(sample(), form=form)
    start = time.process_time()
    model.fit(sweeps // 10, rng=1, burn=0, thin=10, chains=1)
    return 1000.0 * (time.process_time() - start) / sweeps


def peer(method: str, sweeps: int = SWEEPS) -> float:
    """Milliseconds a draw of the coefficients by statsmodels, matrices of the sweep bound anew."""
    from statsmodels.tsa.statespace.mlemodel import MLEModel

    model = TimeVaryingVAR(sample())
    x, y = (each[40:] for each in (model.var.design(2), model.var.parent.frame.to_numpy()[2:]))
    space = MLEModel(y, k_states=21, k_posdef=21)
    space["design"] = np.stack([np.kron(np.eye(3), row) for row in x], axis=2)
    space["transition"], space["selection"], space["state_cov"] = np.eye(21), np.eye(21), 1e-4 * np.eye(21)
    space["obs_cov"] = np.stack([np.eye(3)] * len(y), axis=2)
    space.initialize_known(np.zeros(21), np.eye(21))
    smoother, generator = space.simulation_smoother(method=method), np.random.default_rng(1)
    start = time.process_time()
    for _ in range(sweeps):
        space["obs_cov"] = np.stack([np.diag(row) for row in 0.5 + generator.random(y.shape)], axis=2)
        smoother.simulate()
    return 1000.0 * (time.process_time() - start) / sweeps


def ours(sweeps: int = 10 * SWEEPS) -> float:
    """Milliseconds of the same step here."""
    model, generator = TimeVaryingVAR(sample()), np.random.default_rng(1)
    x, y = (each[40:] for each in (model.var.design(2), model.var.parent.frame.to_numpy()[2:]))
    data, beliefs = gibbs.Sample(x, y), model._beliefs
    state = gibbs.start(beliefs, data, generator)
    start = time.process_time()
    for _ in range(sweeps):
        gibbs.draw_reduced(beliefs, data, state, generator)
    return 1000.0 * (time.process_time() - start) / sweeps


def main() -> None:
    for form in ("reduced", "structural"):
        each = sweep(form)
        spent = each * DRAWS / 1000.0 / CORES
        print(f"{f'{form} form, a sweep':<60} {each:7.2f} ms of processor time")
        print(
            f"{'10,000 of them, a chain on each of two cores':<60} {spent:7.1f} s, {spent / TARGET:.2f} of the target"
        )
    step = ours()
    print(f"{'coefficients of one sweep, reduced form':<60} {step:7.2f} ms")
    for method in ("kfs", "cfa"):
        other = peer(method)
        print(f"{f'the same by statsmodels, {method}':<60} {other:7.2f} ms, {other / step:.1f} times")
    start = time.process_time()
    KernelVAR(sample()).fit(500, rng=1).volatility("x")
    print(f"{'kernel VAR, 478 dates, 500 bootstrap draws':<60} {time.process_time() - start:7.1f} s")


if __name__ == "__main__":
    main()
