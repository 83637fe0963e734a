"""Tests on the signs of the cumulative abnormal changes: sign, generalised sign, Wilcoxon."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import scipy
from numpy.typing import ArrayLike

from econ.arrays import Array, Mask
from econ.eventstudy._kernels import Windows
from econ.eventstudy.outcome import NO_MEDIAN, Outcome, normal_outcome, unavailable
from econ.eventstudy.ranks import TIE, mean_ranks

EXACT = 50
NO_CHANGE = "every abnormal change is exactly 0"


def _moved(windows: Windows) -> Array:
    """Cumulative abnormal changes that are not 0 up to rounding."""
    return windows.cumulative[np.abs(windows.cumulative) > TIE * windows.cumulative_error]


def sign(windows: Windows) -> Outcome:
    """Binomial sign test: w positive of n' non-zero cumulative abnormal changes.

    The statistic is z = (w - n' / 2) / sqrt(n' / 4); the p-value is exact, twice the smaller tail of
    binomial(n', 1/2), so the size is at most nominal: at 5% it is 4.3% with 30 events, 3.3% with 50.

    References
    ----------
    Brown, S. J. and J. B. Warner (1980), Measuring security price performance, JFE 8(3).
    """
    values = _moved(windows)
    n, w = len(values), int((values > 0.0).sum())
    if n == 0:
        return unavailable(NO_CHANGE, "binomial", NO_MEDIAN)
    return Outcome((w - n / 2.0) / math.sqrt(n / 4.0), float(binomial_p(w, n)), f"binomial({n}, 0.5)", NO_MEDIAN)


def binomial_p(positive: ArrayLike, count: ArrayLike) -> Array:
    """Twice the smaller tail of binomial(count, 1/2) at ``positive``, at most 1."""
    w = np.asarray(positive, dtype=float)
    upper = np.where(w > 0, scipy.special.bdtrc(np.maximum(w - 1, 0), count, 0.5), 1.0)
    return np.asarray(np.minimum(1.0, 2.0 * np.minimum(scipy.special.bdtr(w, count, 0.5), upper)))


def generalised_sign(windows: Windows) -> Outcome:
    """Generalised sign test of Cowan (1992): the share of positive days before the events is the norm.

    z = (w - n p) / sqrt(n p (1 - p)) ~ N(0, 1), with p the mean over events of the share of estimation
    days whose abnormal change is positive. Robust to skewed changes, which the sign test is not.

    References
    ----------
    Cowan, A. R. (1992), Nonparametric event study tests, Review of Quantitative Finance and Accounting 2(4).
    """
    n = len(windows)
    w = int((_moved(windows) > 0.0).sum())
    share = (
        float(
            ((windows.residuals > TIE * windows.scale[:, None]) & windows.used).sum(axis=1)
            @ (1.0 / windows.used.sum(axis=1))
        )
        / n
    )
    return normal_outcome(
        (w - n * share) / math.sqrt(n * share * (1.0 - share)),
        "the abnormal change over the window is as often positive as before the events",
    )


def wilcoxon(windows: Windows) -> Outcome:
    """Wilcoxon's signed-rank test on the cumulative abnormal changes.

    W = sum of the ranks of |CAR| over positive CAR, zeros left out, ties at their mean rank;
    z = (W - m (m + 1) / 4) / sqrt( m (m + 1) (2 m + 1) / 24 - sum (t³ - t) / 48 ), t the sizes of the groups
    of ties. The p-value is exact for up to 50 events without ties, normal otherwise. Needs symmetry.

    References
    ----------
    Wilcoxon, F. (1945), Individual comparisons by ranking methods, Biometrics Bulletin 1(6).
    """
    values = _moved(windows)
    m = len(values)
    if m == 0:
        return unavailable(NO_CHANGE, "signed rank", NO_MEDIAN)
    ranks = mean_ranks(np.abs(values)[None, :], np.ones((1, m), dtype=bool))
    z, p_value, exact = (each.item() for each in signed_rank(ranks, values[None, :] > 0.0, np.array([m])))
    return Outcome(z, p_value, f"exact signed rank, n = {m}" if exact else "N(0, 1)", NO_MEDIAN)


def signed_rank(ranks: Array, positive: Mask, count: Array) -> tuple[Array, Array, Mask]:
    """Statistic z and p-value (R,) from the ranks (R, m) of the sizes of changes, and whether the p-value is exact.

    ``count`` (R,) are the numbers of changes that are not 0; the others have rank 0. The variance of W is a quarter of
    the sum of the squared ranks: that of `wilcoxon`, largest without ties.
    """
    w, squares = np.vecdot(ranks, positive), np.vecdot(ranks, ranks)
    z = (w - count * (count + 1) / 4.0) / np.sqrt(np.where(count == 0, 1.0, squares / 4.0))
    p = 2.0 * scipy.special.ndtr(-np.abs(z))
    exact = (count <= EXACT) & (squares == count * (count + 1) * (2 * count + 1) / 6.0)
    for m in np.unique(count[exact]).tolist():
        rows = exact & (count == m)
        p[rows] = signed_rank_tails(m)[w[rows].astype(int)]
    return z, p, exact


@cache
def signed_rank_tails(m: int) -> Array:
    """Twice the smaller tail, at most 1, at W = 0, 1, ..., m (m + 1) / 2."""
    below = np.cumsum(signed_rank_law(m))
    tails = np.minimum(1.0, 2.0 * np.minimum(below, below[::-1]))
    tails.flags.writeable = False  # all who ask get this one
    return np.asarray(tails)


def signed_rank_law(m: int) -> Array:
    """(m (m + 1) / 2 + 1,) probabilities of W = 0, 1, ...: each rank is in or out with probability 1/2."""
    law = np.zeros(m * (m + 1) // 2 + 1)
    law[0] = 1.0
    for rank in range(1, m + 1):
        law[rank:] = 0.5 * (law[rank:] + law[:-rank].copy())
        law[:rank] *= 0.5
    return law
