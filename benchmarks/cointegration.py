"""Bootstrap of a cointegrated VAR beside that of a VAR, and beside a loop over statsmodels fits.

Work: four variables, 480 months, three lags in levels, rank 2; Cholesky responses to 48 months with 1,000 moving-block
draws, each estimated by Johansen's reduced rank. Peers: our own VAR in levels with the same draws, and a loop that
simulates a sample from the same errors, fits it by ``VECM(...).fit()`` of statsmodels and takes its responses, which
must be ours. The loop does 100 draws and is scaled up. Seconds are of the processor, so that a crowded machine changes
no ratio.

Run ``OPENBLAS_NUM_THREADS=1 python -m benchmarks.cointegration``.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd

from econ.parallel import BLOCK
from econ.var import VAR, VECM, Cholesky, MovingBlock, Residual, StructuralResults, VARResults
from econ.var.reduced.bootstrap import bootstrap_blocks

PERIODS, LAGS, RANK, HORIZON, DRAWS = 480, 3, 2, 48, 1000
NAMES = tuple("abcd")
ALPHA = np.array([[-0.2, 0.0], [0.1, -0.15], [0.1, 0.1], [0.0, 0.1]])
BETA = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.3], [0.5, -0.4]])


def main() -> None:
    data = sample()
    scheme, bootstrap = Cholesky(*NAMES), MovingBlock(draws=DRAWS)
    stationary = VAR(data, LAGS).fit().identify(scheme)
    cointegrated = VECM(data, LAGS, RANK).fit().identify(scheme)
    plain = best(lambda: stationary.irf(HORIZON, bootstrap, rng=1))
    ours = best(lambda: cointegrated.irf(HORIZON, bootstrap, rng=1))
    simulating, fitting = statsmodels_loop(cointegrated, BLOCK)
    tests = VECM(data, LAGS).cointegration_tests()
    ranks = best(lambda: tests.bootstrap(Residual(draws=DRAWS), rng=1), 3)
    print(
        f"VECM({LAGS}), {len(NAMES)} variables, rank {RANK}, {PERIODS} months, {HORIZON} steps, {DRAWS} draws, one core"
    )
    print(f"{'VAR in levels, MovingBlock':45s} {plain:7.3f} s")
    print(f"{'VECM, MovingBlock':45s} {ours:7.3f} s   {ours / plain:.2f} times the VAR; at most 2")
    loop = simulating + fitting
    words = f"{loop / ours:.0f} times ours; at least 20"
    print(f"{'loop: simulate, fit by statsmodels, respond':45s} {loop:7.3f} s   {words}")
    print(f"{'  of it statsmodels':45s} {fitting:7.3f} s   {fitting / ours:.0f} times ours")
    print(f"{'bootstrap of four rank tests':45s} {ranks:7.3f} s")


def sample() -> pd.DataFrame:
    """Four I(1) variables with two cointegrating vectors."""
    errors = np.random.default_rng(1).standard_normal((PERIODS, len(NAMES)))
    path = np.zeros((PERIODS, len(NAMES)))
    for t in range(2, PERIODS):
        path[t] = path[t - 1] + ALPHA @ BETA.T @ path[t - 1] + 0.2 * (path[t - 1] - path[t - 2]) + errors[t]
    return pd.DataFrame(path, columns=list(NAMES), index=pd.period_range("1980-01", periods=PERIODS, freq="M"))


def best(work: Callable[[], object], repeats: int = 5) -> float:
    """Processor seconds, the best of ``repeats``."""
    spent = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return min(spent)


def statsmodels_loop(svar: StructuralResults, draws: int) -> tuple[float, float]:
    """Processor seconds for ``DRAWS`` samples in a Python loop: simulating each, and fits with their responses.

    The loop is given the errors that our bootstrap drew, and its samples and responses must be ours.
    """
    fit = svar.parent
    scale = np.sqrt(fit.nobs / fit.df_resid)  # statsmodels divides residuals by T
    residuals = fit.residuals.to_numpy() * scale
    (drawn,) = bootstrap_blocks(fit, MovingBlock(draws=draws), lambda made: made, rng=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.tsa.vector_ar.vecm import VECM as Peer

        start = time.process_time()
        paths = [_simulated(fit, errors) for errors in drawn.resample.apply(residuals)]
        middle = time.process_time()
        responses = []
        for path in paths:
            peer = Peer(path, k_ar_diff=LAGS - 1, coint_rank=RANK, deterministic="co").fit()
            responses.append(peer.orth_ma_rep(HORIZON))
        np.quantile(responses, [0.05, 0.95], axis=0)
        end = time.process_time()
    np.testing.assert_allclose(np.stack(paths), drawn.paths, rtol=1e-6, atol=1e-7)
    ours = svar.irf(HORIZON, MovingBlock(draws=draws), rng=1).draws
    np.testing.assert_allclose(np.asarray(ours), scale * np.stack(responses), rtol=1e-5, atol=1e-7)
    return (middle - start) * DRAWS / draws, (end - middle) * DRAWS / draws


def _simulated(fit: VARResults, errors: np.ndarray) -> np.ndarray:
    """One sample of the VAR in levels, period by period."""
    rows, lags = fit.params.to_numpy(), fit.lags
    path = fit.data.frame.to_numpy(dtype=float).copy()
    for t, error in enumerate(errors, start=lags):
        path[t] = rows[0] + path[t - lags : t][::-1].reshape(-1) @ rows[1:] + error
    return path


if __name__ == "__main__":
    main()
