"""The asymptotic distributions of the rank tests, approximated by gamma distributions with the right two moments."""

from __future__ import annotations

import numpy as np

CASES = ("none", "restricted constant", "constant", "restricted trend", "trend")
"""Johansen's five cases, in the order of the rows below."""

# Doornik (1998), Journal of Economic Surveys 12(5), tables 7 and 8 (with the correction of 1999): by case, factors of
# q², q, 1, q = 1, q = 2, √q, with q = n - r unit roots under the null
TRACE_MEAN = (
    (2.0, -1.00, 0.07, 0.07, 0.0, 0.0),
    (2.0, 2.01, 0.0, 0.06, 0.05, 0.0),
    (2.0, 1.05, -1.55, -0.50, -0.23, 0.0),
    (2.0, 4.05, 0.50, -0.23, -0.07, 0.0),
    (2.0, 2.85, -5.10, -0.10, -0.06, 1.35),
)
TRACE_VARIANCE = (
    (3.0, -0.33, -0.55, 0.0, 0.0, 0.0),
    (3.0, 3.60, 0.75, -0.40, -0.30, 0.0),
    (3.0, 1.80, 0.0, -2.80, -1.10, 0.0),
    (3.0, 5.70, 3.20, -1.30, -0.50, 0.0),
    (3.0, 4.00, 0.80, -5.80, -2.66, 0.0),
)
MAXIMUM_MEAN = (
    (0.0, 6.0019, -2.7558, 0.67185, 0.11490, -2.7764),
    (0.0, 5.9498, 0.43402, 0.048360, 0.018198, -2.3669),
    (0.0, 5.8271, -1.6487, -1.6118, -0.25949, -1.5666),
    (0.0, 5.8658, 2.5595, -0.34443, -0.077991, -1.7552),
    (0.0, 5.6364, -0.90531, -3.5166, -0.47966, -0.21447),
)
MAXIMUM_VARIANCE = (
    (0.0, 1.8806, -15.499, 1.1136, 0.070508, 14.714),
    (0.0, 2.2231, -7.9064, 0.58592, -0.034324, 12.058),
    (0.0, 2.0785, -9.7846, -3.3680, -0.24528, 13.074),
    (0.0, 1.9955, -5.5428, 1.2425, 0.41949, 12.841),
    (0.0, 2.0899, -5.3303, -7.1523, -0.25260, 12.393),
)
MOMENTS = {"trace": (TRACE_MEAN, TRACE_VARIANCE), "maximum": (MAXIMUM_MEAN, MAXIMUM_VARIANCE)}


def gamma_moments(test: str, case: str, q: int) -> tuple[float, float]:
    """Mean and variance of the limit of a rank test with ``q`` unit roots under the null.

    Parameters
    ----------
    test : {"trace", "maximum"}
        Which test.
    case : str
        Deterministic case.
    q : int
        n - r.

    Returns
    -------
    tuple of float

    References
    ----------
    Doornik, J. A. (1998), Approximations to the Asymptotic Distributions of Cointegration Tests, Journal of Economic
    Surveys 12(5), 573-593.

    Examples
    --------
    >>> mean, variance = gamma_moments("trace", "constant", 1)  # a chi-square with one degree of freedom
    >>> round(mean, 6), round(variance, 6)
    (1.0, 2.0)
    """
    powers = np.array([q**2, q, 1.0, q == 1, q == 2, np.sqrt(q)], dtype=float)
    mean, variance = (float(powers @ np.array(rows[CASES.index(case)])) for rows in MOMENTS[test])
    return mean, variance


def p_value(statistic: float, test: str, case: str, *, q: int) -> float:
    """Probability of a larger statistic under the null."""
    from scipy.stats import gamma

    mean, variance = gamma_moments(test, case, q)
    return float(gamma.sf(statistic, mean**2 / variance, scale=variance / mean))


def critical_value(size: float, test: str, case: str, *, q: int) -> float:
    """Value that a statistic exceeds with probability ``size`` under the null."""
    from scipy.stats import gamma

    mean, variance = gamma_moments(test, case, q)
    return float(gamma.isf(size, mean**2 / variance, scale=variance / mean))
