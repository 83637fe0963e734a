"""The mean path over the event window, with pointwise and simultaneous bands."""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy

from econ import checks
from econ.arrays import Array, Seed
from econ.eventstudy._kernels import Windows
from econ.parallel import map_blocks

BLOCK = 1000


def mean_path(
    windows: Windows,
    *,
    level: float,
    draws: int,
    rng: Seed,
    n_jobs: int = 1,
) -> pd.DataFrame:
    """Mean cumulative abnormal change day by day; see `EventStudyResults.path`."""
    level = checks.level(level)
    n = len(windows)
    paths = np.cumsum(windows.abnormal, axis=1)
    mean = paths.mean(axis=0)
    if n > 1:
        deviations, df = (paths - mean) / np.sqrt(n * (n - 1.0)), n - 1
    else:  # one event: the forecast covariance of its own window
        total = np.tril(np.ones((windows.length, windows.length)))
        deviations = windows.scale[0] * (total @ np.linalg.cholesky(windows.spread[0])).T
        df = int(windows.df[0])
    error = np.sqrt(np.einsum("nd,nd->d", deviations, deviations))
    point = float(scipy.special.stdtrit(df, 0.5 + level / 2.0))
    joint = sup_t_quantile(deviations, error, df, pooled=n == 1, level=level, draws=draws, rng=rng, n_jobs=n_jobs)
    joint = max(point, joint)
    days = pd.RangeIndex(windows.first, windows.first + windows.length, name="day")
    columns = {
        "mean": mean,
        "std_error": error,
        "lower": mean - point * error,
        "upper": mean + point * error,
        "lower sup-t": mean - joint * error,
        "upper sup-t": mean + joint * error,
    }
    return pd.DataFrame(columns, index=days)


def sup_t_quantile(
    deviations: Array,
    error: Array,
    df: int,
    *,
    pooled: bool,
    level: float,
    draws: int,
    rng: Seed,
    n_jobs: int = 1,
) -> float:
    """Quantile of the largest |t| over the days, by simulating Gaussian paths.

    Parameters
    ----------
    deviations : array (n, d)
        Their cross-products are the covariance of the path.
    error : array (d,)
        Its standard errors; days without any are left out.
    df : int
        Degrees of freedom of the standard errors.
    pooled : bool
        Whether one estimated variance scales all days (one event), so that each draw has one chi; else each
        day of a draw is divided by its own standard deviation over ``df`` simulated deviations, as the data are.
    """
    live = error > 0.0
    if not live.any():
        return 0.0
    root = np.linalg.qr(deviations[:, live] / error[live], mode="r")

    def work(size: int, generator: np.random.Generator) -> Array:
        paths = generator.standard_normal((size, len(root))) @ root
        if pooled:
            variance = generator.chisquare(df, size=(size, 1)) / df
        else:
            variance = np.zeros(paths.shape)
            for _ in range(df):
                variance += (generator.standard_normal((size, len(root))) @ root) ** 2 / df
        return np.asarray((np.abs(paths) / np.sqrt(variance)).max(axis=1))

    largest = np.concatenate(map_blocks(work, draws, rng=rng, n_jobs=n_jobs, block=BLOCK, label="band"))
    return float(np.quantile(largest, level))
