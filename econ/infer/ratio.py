"""Confidence sets of a ratio of two estimates."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from econ import checks
from econ.border import checked
from econ.errors import SpecificationError
from econ.estimate import ConfidenceSet
from econ.infer.quantiles import two_sided

MARGIN = 1e-11  # relative, far above what the order of a sum changes and far below what data decide


@checked
def fieller(
    numerator: float,
    denominator: float,
    covariance: ArrayLike,
    *,
    level: float = 0.90,
    df: float | None = None,
) -> ConfidenceSet:
    """Fieller's confidence set of ``numerator / denominator``.

    The set holds every ratio r for which ``numerator - r denominator = 0`` is not rejected:
    ``(a - r b)^2 <= c^2 (V_aa - 2 r V_ab + r^2 V_bb)``. It is an interval when the denominator differs
    significantly from zero, else the complement of an interval or the whole line; no bounded set can
    cover a ratio whose denominator may be zero.

    Parameters
    ----------
    numerator, denominator : float
        The two estimates.
    covariance : array (2, 2)
        Their covariance: variance of the numerator first.
    level : float, default 0.90
        Coverage.
    df : float, optional
        Degrees of freedom of Student's t; None uses the normal.

    Returns
    -------
    ConfidenceSet
        One bounded interval, two half-lines, one half-line (the limiting case) or the whole line.

    Raises
    ------
    SpecificationError
        If a value is not finite, or ``covariance`` is not a symmetric, positive semi-definite 2 x 2 matrix.

    References
    ----------
    Fieller, E. C. (1954), Some Problems in Interval Estimation, Journal of the Royal Statistical Society B 16(2).

    Examples
    --------
    >>> print(fieller(1.0, 2.0, [[0.01, 0.0], [0.0, 0.01]], level=0.95))
    [0.39, 0.62]
    >>> print(fieller(1.0, 0.1, [[0.01, 0.0], [0.0, 0.01]], level=0.95))
    (-inf, -10.32] ∪ [3.28, inf)
    >>> print(fieller(0.1, 0.1, [[0.01, 0.0], [0.0, 0.01]], level=0.95))
    (-inf, inf)
    """
    v = _checked(numerator, denominator, covariance)
    level = checks.level(level)
    c2 = two_sided(level, None if df is None else checks.real("df", df, above=0.0)) ** 2
    # a r^2 - 2 b r + c <= 0
    a = float(denominator**2 - c2 * v[1, 1])
    b = float(numerator * denominator - c2 * v[0, 1])
    c = float(numerator**2 - c2 * v[0, 0])
    return ConfidenceSet(quadratic_set(a, b, c), level)


def quadratic_set(a: float, b: float, c: float) -> tuple[tuple[float, float], ...]:
    """Intervals on which ``a r^2 - 2 b r + c <= 0``.

    A discriminant below `MARGIN` of its two terms is rounding: it is zero, and the set the whole line, a point or
    empty, on every machine alike.
    """
    inf = math.inf
    if a == 0.0:
        if b == 0.0:
            return ((-inf, inf),) if c <= 0.0 else ()
        edge = c / (2.0 * b)
        return ((edge, inf),) if b > 0.0 else ((-inf, edge),)
    discriminant = b * b - a * c
    touches = abs(discriminant) <= MARGIN * max(b * b, abs(a * c))
    if discriminant <= 0.0 or touches:
        if a < 0.0:
            return ((-inf, inf),)
        return ((b / a, b / a),) if touches else ()
    low, high = _roots(a, b, c, math.sqrt(discriminant))
    return ((low, high),) if a > 0.0 else ((-inf, low), (high, inf))


def _roots(a: float, b: float, c: float, root: float) -> tuple[float, float]:
    """Both roots without subtracting nearly equal numbers."""
    q = b + math.copysign(root, b)
    first, second = q / a, c / q
    return min(first, second), max(first, second)


def _checked(numerator: float, denominator: float, covariance: ArrayLike) -> np.ndarray:
    v = np.asarray(covariance, dtype=float)
    if v.shape != (2, 2):
        raise SpecificationError(f"covariance must be 2 x 2, variance of the numerator first; found shape {v.shape}.")
    if not (math.isfinite(numerator) and math.isfinite(denominator) and np.isfinite(v).all()):
        raise SpecificationError(
            f"a ratio needs finite estimates and variances; found {numerator} / {denominator} with {v.tolist()}."
        )
    scale = math.sqrt(max(v[0, 0], 0.0) * max(v[1, 1], 0.0))
    if v.diagonal().min() < 0.0 or abs(v[0, 1] - v[1, 0]) > 1e-10 * scale or abs(v[0, 1]) > scale * (1.0 + 1e-9):
        raise SpecificationError(f"covariance must be symmetric and positive semi-definite; found {v.tolist()}.")
    return v
