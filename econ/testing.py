"""Simulated data with known truth, for the package's tests and for its users' own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from econ.data.dataset import Dataset
from econ.parallel import seed_sequence

LAG = ((0.5, 0.1), (0.2, 0.4))
IMPACT = ((1.0, 0.0), (0.5, 0.8))


def simulated_var(
    periods: int = 300,
    *,
    rng: int | np.random.SeedSequence,
    lags: ArrayLike = (LAG,),
    impact: ArrayLike = IMPACT,
    names: Sequence[str] = ("x", "y"),
) -> Dataset:
    """Simulate y_t = A_1 y_{t-1} + ... + A_p y_{t-p} + B e_t with standard normal e_t, after 200 periods of burn-in.

    Parameters
    ----------
    periods : int
        Observations kept.
    rng : int or SeedSequence
        Seed.
    lags : array (p, n, n)
        A_1, ..., A_p, ``[l - 1, i, j]`` = effect of variable j at t - l on variable i.
    impact : array (n, n)
        B, response on impact of each variable to each shock.
    names : sequence of str
        Names of the n variables.

    Returns
    -------
    Dataset
        Monthly, from 1990-01.

    Examples
    --------
    >>> simulated_var(periods=120, rng=1).frame.shape
    (120, 2)
    """
    a, b = np.asarray(lags, dtype=float), np.asarray(impact, dtype=float)
    burn_in, p = 200, len(a)
    errors = np.random.default_rng(seed_sequence(rng)).standard_normal((burn_in + periods, b.shape[1])) @ b.T
    path = np.zeros((p + len(errors), len(b)))
    for t, error in enumerate(errors, start=p):
        path[t] = error + sum(a[lag] @ path[t - 1 - lag] for lag in range(p))
    dates = pd.period_range("1990-01", periods=periods, freq="M")
    return Dataset.from_frame(pd.DataFrame(path[-periods:], index=dates, columns=list(names)))
