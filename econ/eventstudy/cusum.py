"""CUSUM over the event window: does the abnormal path leave zero at any day, not only at the end."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import scipy

from econ.arrays import Array
from econ.eventstudy._kernels import Windows
from econ.eventstudy.outcome import Outcome, unavailable
from econ.eventstudy.parametric import FLAT, NO_SPREAD, ONE_EVENT

NO_PATH = "the mean abnormal path is 0 on every day of the window"
MIXTURE = 40  # quantiles of chi² averaged over


def cusum(windows: Windows) -> Outcome:
    """Largest cumulated recursive residual of the mean event over the d days of the window.

    The forecast errors of each event are made uncorrelated by the Cholesky factor of their covariance,
    e_i = chol(C_i)^-1 A_i / s_i: the recursive residuals of Brown, Durbin and Evans (1975). With their mean
    ē over n events and their pooled cross-sectional variance v (d (n - 1) degrees of freedom),

        statistic = max_j | sqrt(n) (ē_1 + ... + ē_j) | / sqrt(d v),

    referred to the law of the maximum of a Gaussian walk of d steps over an independent chi, computed by
    numerical integration (no Brownian limit, which is off for windows of few days). With one day it is BMP.

    References
    ----------
    Brown, R. L., J. Durbin and J. M. Evans (1975), Techniques for testing the constancy of regression
    relationships over time, JRSS B 37(2).
    """
    n, d = windows.abnormal.shape
    words, df = f"max of a Gaussian walk of {d} steps", d * (n - 1)
    if n < 2:
        return unavailable(ONE_EVENT, words, NO_PATH)
    statistic = cusum_statistic(windows)
    if not math.isfinite(statistic):
        return unavailable(NO_SPREAD, words, NO_PATH)
    return Outcome(statistic, walk_tail(statistic, d, df), f"{words}, {df} df", NO_PATH)


def cusum_statistic(windows: Windows) -> float:
    """The statistic of `cusum` for two events or more; infinite where they have no spread."""
    n, d = windows.abnormal.shape
    e = recursive_residuals(windows)
    mean = e.mean(axis=0)
    variance = float(((e - mean) ** 2).sum()) / (d * (n - 1))
    if math.sqrt(variance) <= FLAT * float(np.abs(mean).max()):
        return math.inf
    return float(np.abs(np.cumsum(mean)).max()) * math.sqrt(n / (d * variance))


def recursive_residuals(windows: Windows) -> Array:
    """(n, d) forecast errors of each event made uncorrelated, in units of its scale."""
    factor = np.linalg.cholesky(windows.spread)
    return np.asarray(np.linalg.solve(factor, (windows.abnormal / windows.scale[:, None])[..., None])[..., 0])


@lru_cache(maxsize=32)
def critical_level(size: float, steps: int, df: float) -> float:
    """Level that the walk of `walk_tail` reaches with probability ``size``."""
    from scipy.optimize import brentq

    return float(brentq(lambda level: walk_tail(level, steps, df) - size, 0.0, 50.0, xtol=1e-10))


def walk_tail(level: float, steps: int, df: float) -> float:
    """P( max_j |z_1 + ... + z_j| / sqrt(steps) >= level sqrt(chi²_df / df) ) for standard normal z.

    The density of the walk that has stayed inside is carried from step to step by Gauss-Legendre
    quadrature (Armitage, McPherson and Rowe 1969), and averaged over the quantiles of chi².
    """
    shares, share_weights = _quadrature(MIXTURE)
    chi = scipy.special.chdtri(df, 0.5 - 0.5 * shares)  # upper-tail probability (1 - u) / 2
    stays = _stays(level * np.sqrt(chi / df) * math.sqrt(steps), steps)
    return min(1.0, max(0.0, 1.0 - 0.5 * float(share_weights @ stays)))


def _stays(edges: Array, steps: int) -> Array:
    """P(|z_1 + ... + z_j| < edge for all j up to ``steps``), one value an edge."""
    far = 6.0 * math.sqrt(steps) + 4.0  # never reached: leaves the nodes where the density is
    nodes, weights = _quadrature(50 + 10 * math.isqrt(steps))
    x, w = np.minimum(edges, far)[:, None] * nodes, np.minimum(edges, far)[:, None] * weights
    density = _phi(x)
    if steps > 1:
        step = _phi(x[:, :, None] - x[:, None, :]) * w[:, None, :]
        for _ in range(steps - 1):
            density = (step @ density[..., None])[..., 0]
    return np.asarray(np.einsum("en,en->e", w, density))


@lru_cache(maxsize=8)
def _quadrature(count: int) -> tuple[Array, Array]:
    """Gauss-Legendre nodes and weights on (-1, 1); the eigenvalue problem behind them is worth keeping."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return nodes, weights


def _phi(z: Array) -> Array:
    return np.asarray(np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi))
