"""Intervals for a number that lies between two estimates, such as two estimators that are biased opposite ways."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import scipy

from econ import checks
from econ.border import checked
from econ.errors import SpecificationError
from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.frozen import guarded
from econ.tables.shown import Shown
from econ.units import alike, one_unit

METHODS = ("stoye", "imbens-manski")
NODES, WEIGHTS = np.polynomial.legendre.leggauss(96)
SINGULAR = 0.9999
"""Correlation from which two normals count as one; the probability is then off by at most 0.006."""
NEAR = 1e-5
"""Of the place of a least length that its values have found, how far the place may be off."""
FAR = 12.0
"""Standard errors beyond which a normal probability is one."""


@guarded
@dataclass(frozen=True)
class Bounds(Shown):
    """Two ends between which a number lies, and the interval that covers the number.

    Parameters
    ----------
    lower, upper : float
        Estimated ends; crossed where ``lower > upper``.
    interval : ConfidenceSet
        Covers each number between the true ends with the level asked for; empty where crossed ends are too far apart.
    method : str
        "stoye" or "imbens-manski".
    units, label : str
        As in `Estimate`.
    parents : tuple
        The two estimates.

    Raises
    ------
    SpecificationError
        For NaN.
    """

    lower: float
    upper: float
    interval: ConfidenceSet
    method: str
    units: str = ""
    label: str = ""
    parents: tuple[Estimate, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        checks.known(self, "lower", "upper")

    @property
    def crossed(self) -> bool:
        """Whether the estimated ends are in the wrong order, which speaks against one of the two signs of bias."""
        return self.lower > self.upper

    def __str__(self) -> str:
        ends = f"[{self.lower:.4g}, {self.upper:.4g}]{' ' if self.units else ''}{self.units}"
        return f"{ends}, {self.interval.level:.0%} interval {self.interval}"


@checked
def opposite_bias(
    low: Estimate,
    high: Estimate,
    *,
    correlation: float = 0.0,
    level: float = 0.90,
    method: str = "stoye",
    threshold: float = 2.0,
) -> Bounds:
    """Bound a number by an estimator that is biased downwards and one that is biased upwards.

    Such as the response to sales that lean against news by least squares, and by the sales of a holder that others
    follow: whatever the size of each bias, the truth is between.

    Parameters
    ----------
    low, high : Estimate
        Of the same number, in the same units: the one that is too low on average, and the one that is too high.
    correlation : float, default 0.0
        Between their errors.
    level : float, default 0.90
        Coverage of the number, not of the whole range.
    method : {"stoye", "imbens-manski"}
        As in :func:`imbens_manski`.
    threshold : float, default 2.0
        As there.

    Returns
    -------
    Bounds

    Raises
    ------
    SpecificationError
        For estimates without standard errors, by instruments, in different units or of shocks of different sizes, or as
        :func:`imbens_manski`.

    Examples
    --------
    >>> low, high = Estimate(1.0, 0.5, 0.2, 1.8, units="bp"), Estimate(3.0, 0.4, 2.3, 3.7, units="bp")
    >>> print(opposite_bias(low, high))
    [1, 3] bp, 90% interval [0.36, 3.51]
    """
    for each in (low, high):
        if not isinstance(each, Estimate) or isinstance(each.std_error, Unavailable):
            raise SpecificationError(f"bounds need two Estimates with standard errors; found {each!r}.")
        if getattr(each.parent, "trusts_instruments", False):
            raise SpecificationError(
                f"bounds rest on normal errors, and that of {each.label or 'an estimate'!r} trusts its instruments; "
                "use its set, robust_set() or weak_iv_set(), by itself."
            )
    unit = one_unit({"low": low.units, "high": high.units}, known=False)
    alike("a bound", {"low": low.measure, "high": high.measure})
    errors = (float(low.std_error), float(high.std_error))  # type: ignore[arg-type]
    interval = imbens_manski(
        (low.value, high.value), errors, correlation=correlation, level=level, method=method, threshold=threshold
    )
    label = low.label if low.label == high.label else f"{low.label} to {high.label}"
    return Bounds(low.value, high.value, interval, method, unit, label, (low, high))


@checked
def imbens_manski(
    ends: tuple[float, float],
    std_errors: tuple[float, float],
    *,
    correlation: float = 0.0,
    level: float = 0.90,
    method: str = "stoye",
    threshold: float = 2.0,
) -> ConfidenceSet:
    """Interval that covers a number known to lie between two estimated ends.

    "imbens-manski": ``[l - c s_l, u + c s_u]`` with ``Phi(c + (u - l) / max(s_l, s_u)) - Phi(-c) = level``. It shortens
    the two-sided interval towards the one-sided as the range widens, and needs ends in order by construction.

    "stoye": ``[l - c_l s_l, u + c_u s_u]``, the shortest with ``P(z_1 <= c_l, z_2 <= c_u + D / s_u) >= level`` and
    ``P(z_1 <= c_u, z_2 <= c_l + D / s_l) >= level`` for normal z with correlation minus that of the ends, where D is
    ``u - l``, or 0 where that is below ``threshold`` standard errors: valid when the range may be a point and the ends
    may cross, for which the set may be empty.

    Parameters
    ----------
    ends, std_errors : (float, float)
        Estimates of the lower and the upper end, and their errors, positive.
    correlation : float
        Between the two, from -1 to 1; "stoye" only.
    level : float
        Coverage of each number in the range.
    method : {"stoye", "imbens-manski"}
        As above.
    threshold : float
        Standard errors of the range below which it counts as a point, "stoye" only. In theory it grows slowly with the
        sample; 0 uses the range as estimated.

    Returns
    -------
    ConfidenceSet

    Raises
    ------
    SpecificationError
        For errors that are not positive, a correlation outside [-1, 1], an unknown method, or crossed ends by
        "imbens-manski".

    References
    ----------
    Imbens, G. W. and C. F. Manski (2004), Confidence Intervals for Partially Identified Parameters, Econometrica 72(6),
    eq. (7). Stoye, J. (2009), More on Confidence Intervals for Partially Identified Parameters, Econometrica 77(4),
    section 4.

    Examples
    --------
    >>> print(imbens_manski((0.0, 10.0), (1.0, 1.0)))  # wide: one-sided quantiles, 1.28
    [-1.28, 11.28]
    >>> print(imbens_manski((0.0, 0.0), (1.0, 1.0), correlation=1.0))  # a point: two-sided, 1.64
    [-1.64, 1.64]
    """
    low, high = (checks.real("an end", end) for end in ends)
    first, second = (checks.real("a standard error", error, above=0.0) for error in std_errors)
    correlation = checks.real("correlation", correlation, least=-1.0, most=1.0)
    level, method = checks.level(level), checks.choice("method", method, METHODS)
    threshold = checks.real("threshold", threshold, least=0.0)
    width = high - low
    if method == "imbens-manski":
        if width < 0.0:
            raise SpecificationError(
                f"the ends {low:g} and {high:g} cross; 'imbens-manski' has them in order: use 'stoye'."
            )
        gap = width / max(first, second)
        c = float(
            scipy.optimize.brentq(
                lambda c: scipy.special.ndtr(c + gap) - scipy.special.ndtr(-c) - level, 0.0, FAR, xtol=1e-12
            )
        )
        return ConfidenceSet(((low - c * first, high + c * second),), level)
    error = math.sqrt(max(first**2 + second**2 - 2.0 * correlation * first * second, 0.0))
    width = width if width > threshold * error else 0.0
    c_low, c_high = _stoye(width / first, width / second, ratio=second / first, correlation=correlation, level=level)
    found = (low - c_low * first, high + c_high * second)
    return ConfidenceSet((found,) if found[0] <= found[1] else (), level)


def _stoye(gap_low: float, gap_high: float, *, ratio: float, correlation: float, level: float) -> tuple[float, float]:
    """``(c_l, c_u)`` of the shortest interval; ``ratio`` is s_u / s_l."""

    def least(c_low: float) -> float:
        """The smallest c_u that meets both conditions; in closed form where the two ends are independent."""
        if correlation == 0.0:
            p, q = float(scipy.special.ndtr(c_low)), float(scipy.special.ndtr(c_low + gap_low))
            if min(p, q) <= level:
                return math.inf
            first, second = float(scipy.special.ndtri(level / p)), float(scipy.special.ndtri(level / q))
            return max(first - gap_high, second)

        def short(c_high: float) -> float:
            one = _both(c_low, c_high + gap_high, -correlation)
            return min(one, _both(c_high, c_low + gap_low, -correlation)) - level

        return float(scipy.optimize.brentq(short, -FAR, FAR, xtol=1e-14)) if short(FAR) > 0.0 else math.inf

    # c_l exceeds the quantile of one tail, or the first condition fails for every c_u; two tails are enough
    start = float(scipy.special.ndtri(level)) + 1e-9
    stop = max(float(scipy.special.ndtri(0.5 + level / 2.0)), start + 1e-6) + 1.0
    found = scipy.optimize.minimize_scalar(
        lambda c: c + ratio * least(c), bounds=(start, stop), method="bounded", options={"xatol": 1e-9}
    )

    def slope(c_low: float) -> float:
        c_high = least(c_low)
        if math.isinf(c_high):
            return -1.0  # no c_u is enough: the length comes down from infinity
        return 1.0 + ratio * _exchange(c_low, c_high, (gap_low, gap_high), -correlation)

    # ends whose errors move one for one leave a corner, which values find to the last digits
    near = float(found.x) if abs(correlation) > SINGULAR else _turning(slope, float(found.x), start)
    return near, least(near)


def _turning(slope: Callable[[float], float], near: float, start: float) -> float:
    """Where a derivative becomes positive, close to what values have found, but not below ``start``.

    The length is flat at its least, and its values tell half of the digits of where that is.
    """
    low, high = max(near - NEAR, start), near + NEAR
    if slope(high) <= 0.0:
        return near
    if slope(low) < 0.0:
        return float(scipy.optimize.brentq(slope, low, high, xtol=1e-14))
    return start if low == start else near


def _exchange(c_low: float, c_high: float, gaps: tuple[float, float], correlation: float) -> float:
    """Derivative of the smallest c_u by c_l, along the condition that binds; it jumps where the other one does."""
    first, second = (c_low, c_high + gaps[1]), (c_high, c_low + gaps[0])
    if _both(*first, correlation) <= _both(*second, correlation):
        by_low, by_high = _partials(*first, correlation)
    else:
        by_high, by_low = _partials(*second, correlation)
    return -by_low / max(by_high, 1e-300)


def _partials(a: float, b: float, correlation: float) -> tuple[float, float]:
    """Derivatives of `_both` by a and by b, times the root of 2 pi."""
    root = math.sqrt(1.0 - correlation**2)
    one = float(scipy.special.ndtr((b - correlation * a) / root)) * math.exp(-0.5 * a * a)
    other = float(scipy.special.ndtr((a - correlation * b) / root)) * math.exp(-0.5 * b * b)
    return one, other


def _both(a: float, b: float, correlation: float) -> float:
    """P(z_1 <= a, z_2 <= b) of standard normals, by Plackett's integral over the correlation.

    ``Phi(a) Phi(b) + 1 / (2 pi) int_0^asin(r) exp(-(a^2 + b^2 - 2 a b sin t) / (2 cos^2 t)) dt``, with the limits where
    the correlation is so near to one that the integrand is a spike.
    """
    p, q = float(scipy.special.ndtr(a)), float(scipy.special.ndtr(b))
    if correlation == 0.0:
        return p * q
    if abs(correlation) > SINGULAR:
        return min(p, q) if correlation > 0.0 else max(0.0, p + q - 1.0)
    angle = 0.5 * math.asin(correlation) * (1.0 + NODES)
    sine = np.sin(angle)
    density = np.exp(-0.5 * (a * a + b * b - 2.0 * a * b * sine) / (1.0 - sine * sine))
    return p * q + 0.25 * math.asin(correlation) / math.pi * float(WEIGHTS @ density)
