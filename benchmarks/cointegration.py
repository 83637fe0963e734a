"""Bootstrap of a cointegrated VAR beside that of a VAR, and beside a loop over statsmodels fits.

Work: four variables, 480 months, three lags in levels, rank 2; Cholesky responses to 48 months with 1,000 moving-block
draws, each estimated by Johansen's reduced rank. Peers: our own VAR in levels with the same draws, and statsmodels'
``VECM(...).fit()`` with ``irf`` on the samples that our bootstrap simulated, whose responses must be the same.

Run ``OPENBLAS_NUM_THREADS=1 python -m benchmarks.cointegration [--quick]``; ``--quick`` does 50 statsmodels draws and
scales up.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd

from econ.var import VAR, VECM, Cholesky, MovingBlock, Residual, StructuralResults
from econ.var.reduced.bootstrap import bootstrap_blocks

PERIODS, LAGS, RANK, HORIZON, DRAWS = 480, 3, 2, 48, 1000
NAMES = tuple("abcd")
ALPHA = np.array([[-0.2, 0.0], [0.1, -0.15], [0.1, 0.1], [0.0, 0.1]])
BETA = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.3], [0.5, -0.4]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    data = sample()
    scheme, bootstrap = Cholesky(*NAMES), MovingBlock(draws=DRAWS)
    stationary = VAR(data, LAGS).fit().identify(scheme)
    cointegrated = VECM(data, LAGS, RANK).fit().identify(scheme)
    plain = best(lambda: stationary.irf(HORIZON, bootstrap, rng=1))
    ours = best(lambda: cointegrated.irf(HORIZON, bootstrap, rng=1))
    loop = statsmodels_loop(cointegrated, 50 if options.quick else DRAWS)
    tests = VECM(data, LAGS).cointegration_tests()
    ranks = best(lambda: tests.bootstrap(Residual(draws=DRAWS), rng=1), 3)
    print(
        f"VECM({LAGS}), {len(NAMES)} variables, rank {RANK}, {PERIODS} months, {HORIZON} steps, {DRAWS} draws, one core"
    )
    print(f"{'VAR in levels, MovingBlock':45s} {plain:7.3f} s")
    print(f"{'VECM, MovingBlock':45s} {ours:7.3f} s   {ours / plain:.2f} times the VAR; at most 2")
    print(f"{'loop over statsmodels fits':45s} {loop:7.3f} s   {loop / ours:.0f} times the VECM; at least 20")
    print(f"{'bootstrap of four rank tests':45s} {ranks:7.3f} s")


def sample() -> pd.DataFrame:
    """Four I(1) variables with two cointegrating vectors."""
    errors = np.random.default_rng(1).standard_normal((PERIODS, len(NAMES)))
    path = np.zeros((PERIODS, len(NAMES)))
    for t in range(2, PERIODS):
        path[t] = path[t - 1] + ALPHA @ BETA.T @ path[t - 1] + 0.2 * (path[t - 1] - path[t - 2]) + errors[t]
    return pd.DataFrame(path, columns=list(NAMES), index=pd.period_range("1980-01", periods=PERIODS, freq="M"))


def best(work: Callable[[], object], repeats: int = 5) -> float:
    """Seconds, the best of ``repeats``."""
    spent = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return min(spent)


def statsmodels_loop(svar: StructuralResults, draws: int) -> float:
    """Seconds for ``DRAWS`` fits and responses, on samples that our bootstrap simulated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.tsa.vector_ar.vecm import VECM as Peer

        paths = np.concatenate(
            bootstrap_blocks(svar.parent, MovingBlock(draws=draws), lambda drawn: drawn.paths, rng=1)
        )
        start = time.perf_counter()
        responses = np.stack(
            [_responses(Peer(path, k_ar_diff=LAGS - 1, coint_rank=RANK, deterministic="co")) for path in paths]
        )
        spent = (time.perf_counter() - start) * DRAWS / draws
    ours = np.asarray(svar.irf(HORIZON, MovingBlock(draws=draws), rng=1).draws)
    scale = np.sqrt(svar.parent.nobs / svar.parent.df_resid)  # statsmodels divides residuals by T
    np.testing.assert_allclose(ours, scale * responses, rtol=1e-5, atol=1e-7)
    return spent


def _responses(peer: object) -> np.ndarray:
    return np.asarray(peer.fit().orth_ma_rep(HORIZON))  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
