"""Tests on ranks within each event's own days: Corrado, Corrado-Zivney, GRANK.

For event i the days of its estimation and event windows are ranked together. Ties get mean ranks:
yields are quoted to the basis point, so equal changes are the rule.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from econ.arrays import Array, Mask
from econ.eventstudy._kernels import Windows
from econ.eventstudy.outcome import NO_SHIFT, Outcome, normal_outcome, student_outcome, unavailable
from econ.eventstudy.parametric import FLAT, NO_SPREAD, ONE_EVENT

TIE = 1e-9  # relative distance below which two values count as equal


def mean_ranks(values: Array, valid: Mask) -> Array:
    """Rank each row of ``values`` (n, m) among its valid entries, ties sharing their mean; 0 elsewhere.

    Neighbours closer than 1e-9 of the row's largest value are ties: 4.01 - 4.00 and 3.52 - 3.51 are the same
    basis point, but differ in the last bit.
    """
    magnitude = np.where(valid, np.abs(values), 0.0).max(axis=1, keepdims=True)
    filled = np.where(valid, values, 2.0 * magnitude + 1.0)
    order = np.argsort(filled, axis=1)  # in whatever order ties come, they share their rank
    ordered = np.take_along_axis(filled, order, axis=1)
    m = values.shape[1]
    places = np.arange(m)
    fresh = np.ones(ordered.shape, dtype=bool)
    fresh[:, 1:] = (np.diff(ordered, axis=1) > TIE * magnitude) | (ordered[:, 1:] > magnitude)  # or not valid
    ranks = np.empty_like(filled)
    if fresh.all():
        np.put_along_axis(ranks, order, np.broadcast_to(1.0 + places, order.shape), axis=1)
        return np.where(valid, ranks, 0.0)
    first = np.maximum.accumulate(np.where(fresh, places, 0), axis=1)
    ends = np.ones(ordered.shape, dtype=bool)
    ends[:, :-1] = fresh[:, 1:]
    last = np.minimum.accumulate(np.where(ends, places, m)[:, ::-1], axis=1)[:, ::-1]
    np.put_along_axis(ranks, order, 1.0 + 0.5 * (first + last), axis=1)
    return np.where(valid, ranks, 0.0)


def centred_ranks(values: Array, valid: Mask) -> Array:
    """U = rank / (1 + M) - 1/2 with M the valid entries of the row; 0 elsewhere (Corrado-Zivney 1992)."""
    count = valid.sum(axis=1, keepdims=True)
    return np.where(valid, mean_ranks(values, valid) / (1.0 + count) - 0.5, 0.0)


def rank_statistic(u: Array, valid: Mask, length: int) -> Array:
    """Sum of the scaled mean ranks over the last ``length`` columns over its standard deviation; u is (n, M).

    With Z_t = n_t^-1/2 sum_i U_it over the n_t events that have day t, S² = sum_t Z_t² / M over all M
    columns in use, and sum_(t in window) Z_t / ( S sqrt(length (M - length) / (M - 1)) ). The last factor
    is the variance of a sum of ``length`` of M ranks drawn without replacement; it is 1 for one day.
    """
    return sum_statistic(u.sum(axis=0), valid.sum(axis=0), length)


def sum_statistic(sums: Array, count: Array, length: int) -> Array:
    """`rank_statistic` from the sums (..., M) over ``count`` (..., M) events."""
    z = sums / np.sqrt(np.maximum(count, 1))
    m = np.count_nonzero(count, axis=-1)
    variance = np.vecdot(z, z) / m
    return np.asarray(z[..., -length:].sum(axis=-1) / np.sqrt(variance * length * (m - length) / (m - 1)))


def with_window(estimation: Array, event: Array, windows: Windows) -> tuple[Array, Mask]:
    """Put estimation days (n, p) and event days (n, d) side by side with the mask of days in use."""
    valid = np.concatenate([windows.used, np.ones(event.shape, dtype=bool)], axis=1)
    return np.concatenate([estimation, event], axis=1), valid


def corrado(windows: Windows) -> Outcome:
    """Rank test of Corrado (1989), with mean ranks for ties and events of unequal length.

    U_it = rank of the abnormal change of day t among the M_i days of event i, over 1 + M_i, minus 1/2;
    the statistic is the mean rank of the window's days over its standard deviation across the days of
    estimation and event window together (see `rank_statistic`), ~ N(0, 1). A window of several days sums
    the daily mean ranks (Campbell and Wasley 1993; eqs. (37) and (38) of Kolari and Pynnönen 2011), with the
    finite-population factor for ranks, eq. (41) of Kolari and Pynnönen (2011).

    Ranks of one event use the changes themselves, so no distribution is assumed; a variance increase on
    event days spreads ranks symmetrically and leaves the mean alone but not its variance: use
    `corrado_zivney` or GRANK then.

    References
    ----------
    Corrado, C. J. (1989), A nonparametric test for abnormal security-price performance in event studies,
    JFE 23(2).
    Corrado, C. J. and T. L. Zivney (1992), The specification and power of the sign test in event study
    hypothesis tests using daily stock returns, JFQA 27(3).
    Campbell, C. J. and C. E. Wasley (1993), Measuring security price performance using daily NASDAQ
    returns, JFE 33(1).
    Kolari, J. W. and S. Pynnönen (2011), Nonparametric rank tests for event studies, Journal of Empirical
    Finance 18(5), eqs. (37), (38), (41).
    """
    values, valid = with_window(windows.residuals, windows.abnormal / windows.event_scale, windows)
    return normal_outcome(float(rank_statistic(centred_ranks(values, valid), valid, windows.length)), NO_SHIFT)


def corrado_zivney(windows: Windows) -> Outcome:
    """Rank test of Corrado and Zivney (1992): standardised changes, adjusted for a variance increase.

    Estimation days enter as studentised residuals, event days as standardised abnormal changes divided by
    their cross-sectional standard deviation on that day of the window; then as in `corrado`. Unavailable
    with one event, which has no cross-sectional standard deviation.

    References
    ----------
    Corrado, C. J. and T. L. Zivney (1992), The specification and power of the sign test in event study
    hypothesis tests using daily stock returns, JFQA 27(3).
    """
    if len(windows) < 2:
        return unavailable(ONE_EVENT, "N(0, 1)", NO_SHIFT)
    spread = windows.daily_standardised.std(axis=0, ddof=1)
    if (spread <= FLAT * np.abs(windows.daily_standardised).max()).any():
        return unavailable(NO_SPREAD, "N(0, 1)", NO_SHIFT)
    values, valid = with_window(windows.studentised_residuals, windows.daily_standardised / spread, windows)
    return normal_outcome(float(rank_statistic(centred_ranks(values, valid), valid, windows.length)), NO_SHIFT)


@lru_cache(maxsize=1)
def _generalised_ranks(windows: Windows) -> tuple[Array, Mask] | None:
    """U of the generalised standardised changes: estimation days and the whole window as one more day.

    Both tests read them one after the other.
    """
    spread = float(windows.standardised.std(ddof=1))
    if spread <= FLAT * float(np.abs(windows.standardised).max()):
        return None
    window_day = (windows.standardised / spread)[:, None]
    values, valid = with_window(windows.studentised_residuals, window_day, windows)
    return centred_ranks(values, valid), valid


def grank_t(windows: Windows) -> Outcome:
    """GRANK-T of Kolari and Pynnönen (2011): the event window as one day among the estimation days.

    SCAR_i over its cross-sectional standard deviation is ranked among the studentised residuals of event i;
    U_it = rank / (T_i + 1) - 1/2 with T_i = L_i + 1 (their eq. (9)). With Z = Ū_0 / S, S² = sum_t (n_t / n) Ū_t² / T,

        t = Z sqrt( (T - 2) / (T - 1 - Z²) ),   t(T - 2),   their eq. (12),

    T the number of days relative to day 0 in use, plus one. Robust to a variance increase, to serial
    correlation within the window and, through S, to correlation between events on the same relative day;
    of events that share calendar days at other relative days it knows nothing.

    References
    ----------
    Kolari, J. W. and S. Pynnönen (2011), Nonparametric rank tests for event studies, Journal of Empirical
    Finance 18(5), eqs. (9) and (12).
    """
    if len(windows) < 2:
        return unavailable(ONE_EVENT, "t(T - 2)", NO_SHIFT)
    ranked = _generalised_ranks(windows)
    if ranked is None:
        return unavailable(NO_SPREAD, "t(T - 2)", NO_SHIFT)
    days = int(np.count_nonzero(ranked[1].any(axis=0)))
    z = float(rank_statistic(*ranked, 1))
    return student_outcome(z * math.sqrt((days - 2) / max(days - 1 - z * z, 1e-12)), days - 2, NO_SHIFT)


def grank_z(windows: Windows) -> Outcome:
    """GRANK-Z of Kolari and Pynnönen (2011): as GRANK-T with the variance known under the null.

    z = sum_i U_i0 / sqrt( sum_i (T_i - 1) / (12 (T_i + 1)) ) ~ N(0, 1), for events independent of each other; with
    equal T_i their eq. (20).

    References
    ----------
    Kolari, J. W. and S. Pynnönen (2011), Nonparametric rank tests for event studies, Journal of Empirical
    Finance 18(5), eq. (20).
    """
    if len(windows) < 2:
        return unavailable(ONE_EVENT, "N(0, 1)", NO_SHIFT)
    ranked = _generalised_ranks(windows)
    if ranked is None:
        return unavailable(NO_SPREAD, "N(0, 1)", NO_SHIFT)
    days = ranked[1].sum(axis=1)
    variance = float(((days - 1.0) / (12.0 * (days + 1.0))).sum())
    return normal_outcome(float(ranked[0][:, -1].sum()) / math.sqrt(variance), NO_SHIFT)
