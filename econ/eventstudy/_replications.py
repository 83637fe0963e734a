"""p-values of the battery in many replications at once: `econ.eventstudy.battery.TESTS` without a call for each.

A replication is n events, at least two, of a series of its own; the windows of R replications stand below each other,
those of the first before those of the second. What a test asks stands where the test is; here the same sums are taken
along an axis. A p-value is 1 where a test is unavailable.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy

from econ.arrays import Array
from econ.eventstudy._kernels import Windows, calendar_rows
from econ.eventstudy.cusum import recursive_residuals
from econ.eventstudy.parametric import FLAT, SHARED, row_statistics, t_statistics
from econ.eventstudy.ranks import TIE, mean_ranks, sum_statistic
from econ.eventstudy.signs import binomial_p, signed_rank


class Before(NamedTuple):
    """What the tests ask of the estimation windows of R replications of n events, whatever happened afterwards.

    Parameters
    ----------
    correlation : array (R,)
        `average_correlations`.
    positive : array (R,)
        Mean over events of the share of days with a positive change.
    residuals : array (N, p)
        Those of `Windows`, missing on days not used; N = R n.
    largest : array (N,)
        Their largest size.
    days : array (N,)
        Days used.
    used : array (R, n, p)
        1 on days used, else 0.
    users : array (R, p)
        Events that use each day.
    ranks : array (N, p)
        Ranks of the residuals within their event, 0 on days not used.
    """

    correlation: Array
    positive: Array
    residuals: Array
    largest: Array
    days: Array
    used: Array
    users: Array
    ranks: Array


def before(windows: Windows, replications: int) -> Before:
    """Read the estimation windows, of a constant-mean model."""
    residuals, used = windows.residuals, windows.used.astype(float).reshape(replications, -1, windows.used.shape[1])
    days, positive = windows.df + 1.0, (residuals > TIE * windows.scale[:, None]).sum(axis=1)
    return Before(
        average_correlations(windows, replications),
        (positive / days).reshape(replications, -1).mean(axis=1),
        np.where(windows.used, residuals, np.nan),
        np.abs(residuals).max(axis=1),
        days,
        used,
        used.sum(axis=1),
        mean_ranks(residuals, windows.used),
    )


def average_correlations(windows: Windows, replications: int) -> Array:
    """`Windows.average_correlation` (R,) of each replication; replications share no day."""
    day, value = calendar_rows(windows)
    n, total = len(windows) // replications, np.bincount(day.ravel(), value.ravel())
    return np.asarray((np.vecdot(value, total[day]).reshape(replications, n).sum(axis=1) - n) / (n * (n - 1)))


def p_values(windows: Windows, known: Before) -> dict[str, Array]:
    """p-values (R,) by the names of `econ.eventstudy.battery.TESTS`, but for "CUSUM"."""
    correlation = known.correlation
    shape = (len(correlation), -1)
    standard, df = windows.standardised.reshape(shape), windows.df.reshape(shape)
    n = standard.shape[1]
    bmp, more = row_statistics(standard), 1.0 + (n - 1) * correlation
    factor = np.sqrt(np.maximum(1.0 - correlation, 1.0 - SHARED) / more)
    patell = standard.sum(axis=1) / np.sqrt((df / (df - 2.0)).sum(axis=1))
    return {
        "t": _student(row_statistics(windows.cumulative.reshape(shape)), n - 1),
        "Patell": _normal(patell),
        "BMP": _student(bmp, n - 1),
        "Kolari-Pynnonen": np.where(correlation > SHARED, 1.0, _student(factor * bmp, n - 1)),
        "Kolari-Pynnonen Patell": _normal(patell / np.sqrt(more)),
        **_of_ranks(windows, known),
        **_of_signs(windows, known.positive),
    }


def flipped_statistics(values: Array, flips: Array) -> Array:
    """Cross-sectional t (R, B) of ``values`` (R, n) times signs (R, B, n), which leave the sum of squares alone."""
    n, mean = values.shape[1], (flips @ values[:, :, None])[:, :, 0] / values.shape[1]
    squares = np.vecdot(values, values)[:, None] - n * mean**2
    return t_statistics(mean, np.sqrt(np.maximum(squares, 0.0) / (n - 1)), n)


def resampled_p(observed: Array, drawn: Array) -> Array:
    """p-values (R,) of statistics among (R, B) draws, as `econ.eventstudy.outcome.draws_outcome` gives one."""
    reached = (np.abs(drawn) >= (np.abs(observed) * (1.0 - 1e-9))[:, None]).sum(axis=1)
    return np.asarray(np.where(np.isfinite(observed), (1.0 + reached) / (1.0 + drawn.shape[1]), 1.0))


def cusum_statistics(windows: Windows, replications: int) -> Array:
    """Statistic of the CUSUM (R,); infinite where a replication has no spread."""
    e = recursive_residuals(windows)
    e = e.reshape(replications, -1, e.shape[1])
    n, d = e.shape[1:]
    mean = e.mean(axis=1)
    variance = ((e - mean[:, None]) ** 2).sum(axis=(1, 2)) / (d * (n - 1))
    flat = np.sqrt(variance) <= FLAT * np.abs(mean).max(axis=1)
    size = np.abs(np.cumsum(mean, axis=1)).max(axis=1) * np.sqrt(n / (d * np.where(flat, 1.0, variance)))
    return np.where(flat, np.inf, size)


def _of_ranks(windows: Windows, known: Before) -> dict[str, Array]:
    """Studentised residuals are ranked as residuals are: those of a constant mean have one standard error an event."""
    replications = len(known.correlation)
    daily = windows.daily_standardised.reshape(replications, -1, windows.length)
    standard = windows.standardised.reshape(replications, -1)
    spread, one = daily.std(axis=1, ddof=1), standard.std(axis=1, ddof=1)
    flat = (spread <= FLAT * np.abs(daily).max(axis=(1, 2))[:, None]).any(axis=1)
    same = one <= FLAT * np.abs(standard).max(axis=1)
    error = (windows.scale * np.sqrt(1.0 - 1.0 / known.days))[:, None]
    relative = (daily / np.where(flat[:, None], 1.0, spread)[:, None]).reshape(-1, windows.length)
    whole = (standard / np.where(same, 1.0, one)[:, None]).reshape(-1, 1)
    corrado, _ = _rank_statistics(windows.abnormal / windows.event_scale, known)
    zivney, _ = _rank_statistics(relative * error, known)
    z, u = _rank_statistics(whole * error, known)
    days, own = np.count_nonzero(known.users, axis=1) + 1, known.days.reshape(replications, -1) + 1.0
    t = z * np.sqrt((days - 2) / np.maximum(days - 1 - z * z, 1e-12))
    variance = ((own - 1.0) / (12.0 * (own + 1.0))).sum(axis=1)
    return {
        "Corrado rank": _normal(corrado),
        "Corrado-Zivney rank": np.where(flat, 1.0, _normal(zivney)),
        "GRANK": np.where(same, 1.0, _student(t, days - 2)),
        "GRANK-Z": np.where(same, 1.0, _normal(u[:, 0] / np.sqrt(variance))),
    }


def _rank_statistics(event: Array, known: Before) -> tuple[Array, Array]:
    """Statistic (R,) of event days (N, d) ranked among the days before, and the sums (R, d) of their scaled ranks.

    A day that an event day passes moves up by one, by a half in a tie.
    """
    replications, (total, d) = len(known.correlation), event.shape
    reach = TIE * np.maximum(known.largest, np.abs(event).max(axis=1))[:, None]
    moved, own = np.zeros(known.residuals.shape, dtype=np.int16), np.tile(0.5 * (known.days[:, None] + 1.0 + d), d)
    for day in range(d):
        low, high = event[:, [day]] - reach, event[:, [day]] + reach
        side = (known.residuals > high).view(np.int8) - (known.residuals < low).view(np.int8)
        own[:, day] -= 0.5 * side.sum(axis=1, dtype=np.int16)
        own -= 0.5 * ((event < low).astype(float) - (event > high))
        moved += side
    weight, shape = 1.0 / (1.0 + d + known.days), (replications, total // replications)
    # on a day not used neither the rank nor the move counts
    by_event = weight.reshape(replications, 1, -1)
    ranks = (by_event @ (known.ranks + 0.5 * moved).reshape(*shape, -1))[:, 0]
    level = 0.5 * d * (by_event @ known.used)[:, 0] - 0.5 * known.users
    u = (weight[:, None] * own - 0.5).reshape(*shape, d).sum(axis=1)
    count = np.concatenate([known.users, np.full((replications, d), shape[1])], axis=1)
    return sum_statistic(np.concatenate([ranks + level, u], axis=1), count, d), u


def _of_signs(windows: Windows, share: Array) -> dict[str, Array]:
    values = windows.cumulative.reshape(len(share), -1)
    moved = np.abs(values) > TIE * windows.cumulative_error.reshape(values.shape)
    positive, n = moved & (values > 0.0), values.shape[1]
    w, count = positive.sum(axis=1), moved.sum(axis=1)
    return {
        "sign": np.where(count == 0, 1.0, binomial_p(w, count)),
        "generalised sign": _normal((w - n * share) / np.sqrt(n * share * (1.0 - share))),
        "Wilcoxon": np.where(count == 0, 1.0, signed_rank(mean_ranks(np.abs(values), moved), positive, count)[1]),
    }


def _normal(z: Array) -> Array:
    return np.asarray(2.0 * scipy.special.ndtr(-np.abs(z)))


def _student(t: Array, df: float | Array) -> Array:
    return np.asarray(np.where(np.isfinite(t), 2.0 * scipy.special.stdtr(df, -np.abs(t)), 1.0))
