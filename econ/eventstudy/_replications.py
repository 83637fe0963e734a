"""p-values of the battery in many replications at once: `econ.eventstudy.battery.TESTS` without a call for each.

A replication is n events, at least two, of a series of its own; the windows of R replications stand below each other,
those of the first before those of the second. What a test asks stands where the test is; here the same sums are taken
along an axis. A p-value is 1 where a test is unavailable.
"""

from __future__ import annotations

import numpy as np
import scipy

from econ.arrays import Array, Mask
from econ.eventstudy._kernels import Windows, calendar_rows
from econ.eventstudy.cusum import recursive_residuals
from econ.eventstudy.parametric import FLAT, SHARED, row_statistics, t_statistics
from econ.eventstudy.ranks import TIE, mean_ranks, rank_statistic
from econ.eventstudy.signs import binomial_p, signed_rank


def average_correlations(windows: Windows, replications: int) -> Array:
    """`Windows.average_correlation` (R,) of each replication; replications share no day."""
    day, value = calendar_rows(windows)
    n, total = len(windows) // replications, np.bincount(day.ravel(), value.ravel())
    return np.asarray((np.vecdot(value, total[day]).reshape(replications, n).sum(axis=1) - n) / (n * (n - 1)))


def p_values(windows: Windows, correlation: Array) -> dict[str, Array]:
    """p-values (R,) by the names of `econ.eventstudy.battery.TESTS`, but for "CUSUM".

    Parameters
    ----------
    windows : Windows
        R replications of n events each.
    correlation : array (R,)
        `average_correlations`.
    """
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
        **_of_ranks(windows, len(correlation)),
        **_of_signs(windows, len(correlation)),
    }


def flipped_statistics(values: Array, flips: Array) -> Array:
    """Cross-sectional t (R, B) of ``values`` (R, n) times signs (R, B, n), which leave the sum of squares alone."""
    n, mean = values.shape[1], np.matvec(flips, values) / values.shape[1]
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


def _of_ranks(windows: Windows, replications: int) -> dict[str, Array]:
    daily = windows.daily_standardised.reshape(replications, -1, windows.length)
    standard = windows.standardised.reshape(replications, -1)
    spread, one = daily.std(axis=1, ddof=1), standard.std(axis=1, ddof=1)
    flat = (spread <= FLAT * np.abs(daily).max(axis=(1, 2))[:, None]).any(axis=1)
    same = one <= FLAT * np.abs(standard).max(axis=1)
    estimation = windows.studentised_residuals
    changes = {
        "Corrado rank": (windows.residuals, windows.abnormal / windows.event_scale),
        "Corrado-Zivney rank": (estimation, _rows(daily / np.where(flat[:, None], 1.0, spread)[:, None])),
        "GRANK": (estimation, (standard / np.where(same, 1.0, one)[:, None]).reshape(-1, 1)),
    }
    found, base = {}, mean_ranks(windows.residuals, windows.used)
    for name, (before, event) in changes.items():
        ranks, valid = _inserted(base, before, event, windows.used)
        shape = (replications, -1, ranks.shape[1])
        u = np.where(valid, ranks / (1.0 + valid.sum(axis=1, keepdims=True)) - 0.5, 0.0).reshape(shape)
        valid = valid.reshape(shape)
        z = rank_statistic(u, valid, event.shape[1])
        found[name] = _normal(z)
    days = valid.any(axis=1).sum(axis=1)
    t = z * np.sqrt((days - 2) / np.maximum(days - 1 - z * z, 1e-12))
    own = valid.sum(axis=2)
    variance = ((own - 1.0) / (12.0 * (own + 1.0))).sum(axis=1)
    found |= {"GRANK": _student(t, days - 2), "GRANK-Z": _normal(u[:, :, -1].sum(axis=1) / np.sqrt(variance))}
    undefined = {"Corrado-Zivney rank": flat, "GRANK": same, "GRANK-Z": same}
    return {name: np.where(undefined.get(name, False), 1.0, p) for name, p in found.items()}


def _inserted(base: Array, before: Array, event: Array, used: Mask) -> tuple[Array, Mask]:
    """Ranks (N, p + d) of estimation and event days together, from the ranks ``base`` (N, p) of the former alone.

    A day that an event day passes moves up by one, by a half in a tie. Studentised residuals are ranked as residuals
    are: those of a constant mean have one standard error an event.
    """
    reach = TIE * np.maximum(np.abs(before).max(axis=1), np.abs(event).max(axis=1))[:, None]
    moved = np.zeros(before.shape, dtype=np.int8)
    own = 0.5 * (used.sum(axis=1, keepdims=True) + 1.0) + 0.5 * event.shape[1] * np.ones(event.shape)
    for day in range(event.shape[1]):
        low, high = event[:, [day]] - reach, event[:, [day]] + reach
        side = ((before > high) & used).view(np.int8) - ((before < low) & used).view(np.int8)
        moved += side
        own[:, day] -= 0.5 * side.sum(axis=1)
        own -= 0.5 * ((event < low).astype(float) - (event > high))
    ranks = np.concatenate([base + 0.5 * (moved + float(event.shape[1])), own], axis=1)
    return ranks, np.concatenate([used, np.ones(event.shape, dtype=bool)], axis=1)


def _of_signs(windows: Windows, replications: int) -> dict[str, Array]:
    shape = (replications, -1)
    values = windows.cumulative.reshape(shape)
    moved = (np.abs(windows.cumulative) > TIE * windows.cumulative_error).reshape(shape)
    count, positive = moved.sum(axis=1), (moved & (values > 0.0)).sum(axis=1)
    before = ((windows.residuals > TIE * windows.scale[:, None]) & windows.used).sum(axis=1)
    share = (before / windows.used.sum(axis=1)).reshape(shape).mean(axis=1)
    n = values.shape[1]
    ranks = mean_ranks(np.abs(values), moved)
    signed = [signed_rank(ranks[j, moved[j]], values[j, moved[j]] > 0.0)[1] if m else 1.0 for j, m in enumerate(count)]
    return {
        "sign": np.where(count == 0, 1.0, binomial_p(positive, count)),
        "generalised sign": _normal((positive - n * share) / np.sqrt(n * share * (1.0 - share))),
        "Wilcoxon": np.array(signed),
    }


def _rows(values: Array) -> Array:
    """(R, n, d) as (R n, d)."""
    return values.reshape(-1, values.shape[2])


def _normal(z: Array) -> Array:
    return np.asarray(2.0 * scipy.special.ndtr(-np.abs(z)))


def _student(t: Array, df: float | Array) -> Array:
    return np.asarray(np.where(np.isfinite(t), 2.0 * scipy.special.stdtr(df, -np.abs(t)), 1.0))
