"""Tests on the size of the abnormal changes: cross-sectional t, Patell, BMP, Kolari-Pynnönen.

One series, many dates. The papers have n firms with a common event day; here one series has n event
days. A "firm" of the formula is an event with its own estimation window, so its variance s_i², its
degrees of freedom L_i - k and its forecast-error correction are those of its own window, and event i
enters each sum once. Cross-sectional correlation, which the papers estimate from residuals of different
firms on the same days, here comes only from calendar days that events share - overlapping event windows,
common estimation days, an event inside another's estimation window - and is therefore known exactly for
serially uncorrelated changes: `econ.eventstudy._kernels.summed_correlation`.

Notation: CAR_i cumulative abnormal change, s_i² C_i forecast covariance of the window,
SCAR_i = CAR_i / (s_i sqrt(1'C_i 1)), n events.
"""

from __future__ import annotations

import math

import numpy as np

from econ.arrays import Array
from econ.eventstudy._kernels import Windows
from econ.eventstudy.outcome import NO_MEAN, Outcome, normal_outcome, student_outcome, unavailable

ONE_EVENT = "one event only: no cross-section to take a variance from"


FLAT = 1e-10  # relative spread below which changes count as equal
SHARED = 1.0 - 1e-10  # correlation of events above which they count as one
NO_SPREAD = "all events have the same abnormal change: no variance between them"


def mean_test(values: Array, factor: float = 1.0) -> Outcome:
    """Refer factor sqrt(n) mean / sd (sd with n - 1) to t(n - 1); Unavailable without a spread."""
    n = len(values)
    if n < 2:
        return unavailable(ONE_EVENT, "t(n - 1)", NO_MEAN)
    mean, spread = float(values.mean()), float(values.std(ddof=1))
    if spread <= FLAT * abs(mean):
        return unavailable(NO_SPREAD, f"t({n - 1})", NO_MEAN)
    return student_outcome(factor * math.sqrt(n) * mean / spread, n - 1, NO_MEAN)


def cross_sectional_t(windows: Windows) -> Outcome:
    """Cross-sectional t test of Brown and Warner (1985): sqrt(n) mean(CAR) / sd(CAR) ~ t(n - 1).

    The variance is that of the events themselves, so a variance increase on event days is harmless;
    unequal variances cost power, overlap inflates it.

    Parameters
    ----------
    windows : Windows
        n events.

    Returns
    -------
    Outcome
        Unavailable with one event.

    References
    ----------
    Brown, S. J. and J. B. Warner (1985), Using daily stock returns: the case of event studies, JFE 14(1).
    MacKinlay, A. C. (1997), Event studies in economics and finance, JEL 35(1).
    """
    return mean_test(windows.cumulative)


def patell(windows: Windows) -> Outcome:
    """Patell's (1976) standardised residual test.

    z = sum_i SCAR_i / sqrt( sum_i (L_i - k) / (L_i - k - 2) ) ~ N(0, 1).

    SCAR_i carries the forecast-error correction (C_i holds the estimation error of the normal model), and
    each event its own degrees of freedom: SCAR_i is t(L_i - k), whose variance is the summand. A variance
    increase on event days makes it reject too often; use BMP then.

    References
    ----------
    Patell, J. M. (1976), Corporate forecasts of earnings per share and stock price behavior, Journal of
    Accounting Research 14(2).
    """
    return normal_outcome(_patell_statistic(windows), NO_MEAN)


def _patell_statistic(windows: Windows) -> float:
    return float(windows.standardised.sum() / math.sqrt((windows.df / (windows.df - 2.0)).sum()))


def bmp(windows: Windows) -> Outcome:
    """Standardised cross-sectional test of Boehmer, Musumeci and Poulsen (1991).

    t = sqrt(n) mean(SCAR) / sd(SCAR), referred to t(n - 1); eq. (6) of Kolari and Pynnönen (2010), who restate it.

    Robust to a variance increase on event days that is common in relative size. Several events of one
    series are n observations of SCAR, each entering once; the correlation that their shared days bring is
    the business of `kolari_pynnonen`.

    References
    ----------
    Boehmer, E., J. Musumeci and A. B. Poulsen (1991), Event-study methodology under conditions of
    event-induced variance, JFE 30(2).
    Kolari, J. W. and S. Pynnönen (2010), Event study testing with cross-sectional correlation of abnormal
    returns, RFS 23(11), eq. (6).
    """
    return mean_test(windows.standardised)


def kolari_pynnonen(windows: Windows) -> Outcome:
    """BMP adjusted for correlation between events, Kolari and Pynnönen (2010).

    t = t_BMP sqrt( (1 - r̄) / (1 + (n - 1) r̄) ), referred to t(n - 1); their eq. (11).

    With r̄ the average correlation of the SCARs, the mean has variance σ² (1 + (n - 1) r̄) / n while the
    cross-sectional variance estimates σ² (1 - r̄). Here r̄ is the one that shared calendar days imply
    (see the module's text); with well separated events it is near 0 and the row equals BMP.

    References
    ----------
    Kolari, J. W. and S. Pynnönen (2010), Event study testing with cross-sectional correlation of abnormal
    returns, RFS 23(11), eq. (11).
    """
    if len(windows) < 2:
        return unavailable(ONE_EVENT, "t(n - 1)", NO_MEAN)
    n, r = len(windows), windows.average_correlation
    if r > SHARED:
        return unavailable("the events share all their days", "t(n - 1)", NO_MEAN)
    factor = math.sqrt((1.0 - r) / (1.0 + (n - 1) * r))
    return mean_test(windows.standardised, factor)


def kolari_pynnonen_patell(windows: Windows) -> Outcome:
    """Patell's z adjusted for correlation between events, Kolari and Pynnönen (2010).

    z = z_Patell / sqrt(1 + (n - 1) r̄) ~ N(0, 1); their eq. (13).

    References
    ----------
    Kolari, J. W. and S. Pynnönen (2010), Event study testing with cross-sectional correlation of abnormal
    returns, RFS 23(11), eq. (13).
    """
    n = len(windows)
    if n < 2:
        return unavailable("one event only: no pair of events to be correlated", "N(0, 1)", NO_MEAN)
    return normal_outcome(_patell_statistic(windows) / math.sqrt(1.0 + (n - 1) * windows.average_correlation), NO_MEAN)


def row_statistics(values: Array) -> Array:
    """Cross-sectional t of every row of ``values`` (..., n); infinite (0) for equal non-zero (zero) values."""
    return t_statistics(values.mean(axis=-1), values.std(axis=-1, ddof=1), values.shape[-1])


def t_statistics(mean: Array, spread: Array, n: int) -> Array:
    """sqrt(n) mean / sd of samples of n; infinite (0) where the spread is none and the mean is some (none)."""
    flat = spread <= FLAT * np.abs(mean)
    return np.where(flat, np.where(mean == 0.0, 0.0, np.inf), math.sqrt(n) * mean / np.where(flat, 1.0, spread))
