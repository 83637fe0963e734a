"""Identification by a variance shift: event days against the days before them (Rigobon and Sack)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import scipy

from econ import checks
from econ.arrays import Array, Mask
from econ.errors import EstimationError, SampleTooShort, SpecificationError
from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.eventstudy._kernels import Windows
from econ.eventstudy.outcome import Outcome
from econ.eventstudy.series import changes
from econ.frozen import guarded
from econ.infer import fieller
from econ.tables.shown import Shown

if TYPE_CHECKING:
    from econ.eventstudy.results import EventStudyResults

NO_SHIFT = "the variance on event days equals that on control days"
STILL = 1e-10  # relative change of the parameters at which Gauss-Newton ends
NOISE = 1e-13  # rounding of the loss, relative; the last digits of its value say nothing about a step


@guarded
@dataclass(frozen=True, eq=False)
class VarianceShift(Shown):
    """What the extra variance of event days identifies.

    Parameters
    ----------
    news : Estimate
        Standard deviation of the news that only event days have, in units of the response: square root of
        the difference of variances.
    effect : Estimate or None
        Response to one unit of the impulse caused by the news, with its weak-identification-robust set in
        ``region``; None without an impulse.
    brown_forsythe : Outcome
        Test that there is a shift in the variance of the impulse (of the response without an impulse).
    overidentification : Outcome or None
        Hansen's J of the three moments; None without an impulse.
    ratio : float
        Variance on event days over variance on control days.
    event_days, control_days : int
        Days compared.
    parent : object
        The results it came from.
    """

    news: Estimate
    effect: Estimate | None
    brown_forsythe: Outcome
    overidentification: Outcome | None
    ratio: float
    event_days: int
    control_days: int
    parent: object = field(default=None, repr=False)


def brown_forsythe(event: Array, control: Array) -> Outcome:
    """Levene's test with medians: the mean absolute deviation from the median is the same in both groups.

    F = (N - 2) sum_g n_g (z̄_g - z̄)² / sum_g sum_i (z_gi - z̄_g)², z = |y - median_g|, ~ F(1, N - 2). Holds its
    size for fat-tailed changes, which the ratio of variances does not.

    Parameters
    ----------
    event, control : arrays (n,), (m,)
        Changes on the two groups of days, in one unit.

    Returns
    -------
    Outcome

    Raises
    ------
    SpecificationError
        If a change is NaN or infinite.
    SampleTooShort
        If a group has fewer than two days.
    EstimationError
        If all changes of a group lie equally far from its median, so that there is nothing to compare with.

    References
    ----------
    Brown, M. B. and A. B. Forsythe (1974), Robust tests for the equality of variances, JASA 69(346).

    Examples
    --------
    >>> brown_forsythe(np.array([-2.0, 0.0, 2.0]), np.array([-1.0, 0.0, 1.0])).distribution
    'F(1, 4)'
    """
    for name, values in (("event", event), ("control", control)):
        if len(values) < 2:
            raise SampleTooShort(f"a variance needs two {name} days; found {len(values)}.")
        finite = np.isfinite(values)
        if not finite.all():
            raise SpecificationError(
                f"change {int(np.argmin(finite))} of the {name} days is no finite number; leave such days out."
            )
    groups = [np.abs(values - np.median(values)) for values in (event, control)]
    total = len(event) + len(control)
    grand = sum(float(z.sum()) for z in groups) / total
    between = sum(len(z) * (float(z.mean()) - grand) ** 2 for z in groups)
    within = sum(float(((z - z.mean()) ** 2).sum()) for z in groups)
    if within == 0.0:
        raise EstimationError(f"changes of both groups lie equally far from their medians ({len(event)} event days).")
    statistic = (total - 2.0) * between / within
    return Outcome(statistic, float(scipy.special.fdtrc(1.0, total - 2.0, statistic)), f"F(1, {total - 2})", NO_SHIFT)


@guarded
@dataclass(frozen=True, eq=False)
class Moments:
    """Second moments of demeaned series on event less control days, with their covariance."""

    difference: Array
    covariance: Array


def moment_shift(event: Array, control: Array) -> Moments:
    """Differences of second moments of the columns, event less control days.

    With columns (x, y): (Δvar x, Δcov xy, Δvar y); with one column: (Δvar,). Moments are about the mean of
    each regime with divisor n - 1; their covariance sums over regimes cov(products) / n, robust to fat tails.
    """
    low = np.tril_indices(event.shape[1])
    means, covariance = [], np.zeros((len(low[0]), len(low[0])))
    for values in (event, control):
        n = len(values)
        centred = values - values.mean(axis=0)
        products = centred[:, low[0]] * centred[:, low[1]]
        means.append(products.sum(axis=0) / (n - 1.0))
        covariance += np.atleast_2d(np.cov(products, rowvar=False)) / n
    return Moments(means[0] - means[1], covariance)


def robust_set(moments: Moments, level: float) -> ConfidenceSet:
    """Set of a with Δcov - a Δvar x = 0 not rejected: valid however small the shift (Fieller form).

    The moment is linear in a, so the test inverts to a quadratic: an interval when Δvar x is significantly
    different from zero, else a half-line, two of them, or the whole line.
    """
    order = [1, 0]
    return fieller(
        float(moments.difference[1]),
        float(moments.difference[0]),
        moments.covariance[np.ix_(order, order)],
        level=level,
    )


def gmm(moments: Moments) -> tuple[float, float, float, float]:
    """Efficient GMM of (λ, a) from Δ = λ (1, a, a²): a, its standard error, λ, and J.

    λ is the extra variance of the impulse, a the response to one unit of it (Rigobon and Sack 2004). The
    weight is the inverse of the moments' covariance, which does not depend on the parameters, so the
    minimum is found by Gauss-Newton from the ratio Δcov / Δvar x. It ends where the step does: the loss is flat at
    its least, so its digits run out when half of those of a are still to come.
    """
    weight: Array = np.asarray(np.linalg.inv(moments.covariance), dtype=np.float64)
    point = np.array([moments.difference[0], moments.difference[1] / moments.difference[0]])
    loss = _loss(point, moments, weight)
    for _ in range(200):
        gap, slope = _gap(point, moments)
        step = np.linalg.lstsq(slope.T @ weight @ slope, slope.T @ weight @ gap, rcond=None)[0]
        size, most = 1.0, loss + NOISE * (1.0 + loss)
        while size > 1e-10 and _loss(point - size * step, moments, weight) > most:
            size *= 0.5
        point = point - size * step
        loss = _loss(point, moments, weight)
        if np.all(np.abs(size * step) <= STILL * np.abs(point)):
            break
    _, slope = _gap(point, moments)
    covariance = np.linalg.pinv(slope.T @ weight @ slope)
    return float(point[1]), math.sqrt(float(covariance[1, 1])), float(point[0]), loss


def _gap(point: Array, moments: Moments) -> tuple[Array, Array]:
    """Model less data, and its derivative in (λ, a)."""
    shift, a = point
    model = shift * np.array([1.0, a, a * a])
    slope = np.column_stack([[1.0, a, a * a], [0.0, shift, 2.0 * a * shift]])
    return model - moments.difference, slope


def _loss(point: Array, moments: Moments, weight: Array) -> float:
    gap = _gap(point, moments)[0]
    return float(gap @ weight @ gap)


def identify_shift(
    event: Array, control: Array, *, units: tuple[str, ...], level: float, size: float, parent: object
) -> VarianceShift | Unavailable:
    """Variance shift of the columns (impulse, response) or (response,); `EventStudyResults.variance_shift`."""
    level, size = checks.level(level), checks.real("size", size, above=0.0, below=1.0)
    if len(event) < 3:
        return Unavailable(f"{len(event)} event days: a variance needs at least 3")
    test = brown_forsythe(event[:, 0], control[:, 0])
    ratio = float(event[:, 0].var(ddof=1) / control[:, 0].var(ddof=1))
    if isinstance(test.p_value, Unavailable) or test.p_value > size or ratio <= 1.0:
        return Unavailable(
            f"no variance shift: variance ratio {ratio:.2f} on {len(event)} event against {len(control)} control days, "
            f"Brown-Forsythe p = {test.p_value:.3f}"
        )
    effect, hansen = None, None
    if event.shape[1] == 2:
        moments = moment_shift(event, control)
        value, error, _, loss = gmm(moments)
        region = robust_set(moments, level)
        effect = Estimate(
            value,
            error,
            region.lower,
            region.upper,
            level,
            f"{units[1]} per {units[0]}" if all(units) else "",
            "response to one unit of the impulse",
            len(event),
            region=region,
            parent=parent,
        )
        null = "one kind of news explains the shift of both variances and of the covariance"
        hansen = Outcome(loss, float(scipy.special.chdtrc(1.0, loss)), "chi2(1)", null)
    news = _news(event[:, -1:], control[:, -1:], units[-1], level, parent)
    return VarianceShift(news, effect, test, hansen, ratio, len(event), len(control), parent=parent)


def _news(event: Array, control: Array, units: str, level: float, parent: object) -> Estimate:
    """Square root of the variance difference, interval from that of the difference, cut at zero."""
    moments = moment_shift(event, control)
    shift, error = float(moments.difference[0]), math.sqrt(float(moments.covariance[0, 0]))
    half = float(scipy.special.ndtri(0.5 + level / 2.0)) * error
    low, high = max(shift - half, 0.0), max(shift + half, 0.0)
    value = math.sqrt(max(shift, 0.0))
    spread: float | Unavailable = error / (2.0 * value) if value > 0.0 else Unavailable("at the boundary of zero")
    label = "standard deviation of the news"
    return Estimate(value, spread, math.sqrt(low), math.sqrt(high), level, units, label, len(event), parent=parent)


def split_days(
    columns: Array, windows: Windows, days: tuple[int, int], *, window: tuple[int, int]
) -> tuple[Array, Array]:
    """Rows of ``columns`` (T, m) on event days and on the days of the estimation windows, each day once.

    Raises
    ------
    SpecificationError
        If ``days`` do not lie in the event window, whose days are kept out of the controls.
    """
    days = checks.span("days", days)
    if days[0] < window[0] or days[1] > window[1]:
        raise SpecificationError(f"days {days} must be in order and lie in the event window {window}.")
    complete: Mask = np.asarray(np.isfinite(columns).all(axis=1))
    event = np.unique(windows.positions[:, None] + np.arange(days[0], days[1] + 1))
    control = np.unique(windows.slots[windows.used])
    return columns[event[complete[event]]], columns[control[complete[control]]]


def variance_shift(
    results: EventStudyResults,
    kind: str | None = None,
    *,
    impulse: str | None = None,
    days: tuple[int, int] | None = None,
    level: float = 0.90,
    size: float = 0.05,
) -> VarianceShift | Unavailable:
    """Identify the effect of news from the extra variance of event days (Rigobon and Sack 2004).

    Event days differ from control days (the estimation windows of the events) by news of variance λ that moves the
    impulse by 1 and the response by a: the covariance matrix of (impulse, response) shifts by λ (1, a; a, a²),
    whatever else moves both every day. Rigobon (2003), REStat 85(4). Works on changes of both columns.

    Parameters
    ----------
    kind : str, optional
        Class of events; all when absent.
    impulse : str, optional
        Column through which the news is measured, such as the 2-year yield. Without it only the standard
        deviation of the news in the response is identified.
    days : (int, int), optional
        Days that count as event days; day 0 alone when the window holds it, else the window.
    level : float
        Coverage of intervals and sets.
    size : float
        Size of the Brown-Forsythe test below which a shift counts as present.

    Returns
    -------
    VarianceShift or Unavailable
        ``Unavailable("no variance shift ...")`` when the test does not reject, or event days are calmer:
        there is then nothing to identify the effect from.

    Raises
    ------
    SpecificationError
        If ``days`` leave the event window or the impulse is the response.
    UnknownName
        If the impulse is not a column.
    """
    return shift_of_study(results, results.select(kind), impulse=impulse, days=days, level=level, size=size)


def shift_of_study(
    results: EventStudyResults,
    windows: Windows,
    *,
    impulse: str | None,
    days: tuple[int, int] | None,
    level: float,
    size: float,
) -> VarianceShift | Unavailable:
    """Collect the changes of impulse and response and compare event with control days."""
    study, series = results.parent, results.series
    if impulse == study.response:
        raise SpecificationError(f"the impulse {impulse!r} is the response; name another column or none.")
    holds_zero = study.window[0] <= 0 <= study.window[1]
    days = ((0, 0) if holds_zero else study.window) if days is None else checks.span("days", days)
    columns, units = [series.y], [series.units]
    if impulse is not None:
        frame = study.data.select(impulse).frame.reindex(series.index)
        values, unit = changes(frame, impulse, study.data, transform=study.transform)
        columns, units = [values, *columns], [unit, *units]
    event, control = split_days(np.column_stack(columns), windows, days, window=study.window)
    return identify_shift(event, control, units=tuple(units), level=level, size=size, parent=results)
