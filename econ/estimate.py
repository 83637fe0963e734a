"""A number with its uncertainty: :class:`Estimate`, :class:`ConfidenceSet`, :class:`Unavailable`.

They stand below every other room because every model ends in them; ``econ.report`` re-exports them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from econ import checks
from econ.errors import SpecificationError


@dataclass(frozen=True)
class Unavailable:
    """A statistic that cannot be given, with the reason.

    Parameters
    ----------
    reason : str
        One sentence; tables print "n.a." and put the reason in a note.

    Examples
    --------
    >>> print(Unavailable("one event only"))
    n.a. (one event only)
    """

    reason: str

    def __str__(self) -> str:
        return f"n.a. ({self.reason})"


@dataclass(frozen=True)
class ConfidenceSet:
    """A union of closed intervals that covers the truth with probability ``level``.

    Parameters
    ----------
    intervals : tuple of (float, float)
        Disjoint, increasing; ``-inf`` and ``inf`` where the set is open-ended; empty for an empty set.
    level : float
        Coverage, such as 0.90.

    Examples
    --------
    >>> print(ConfidenceSet(((-math.inf, -2.0), (3.0, math.inf)), 0.90))
    (-inf, -2.00] ∪ [3.00, inf)
    """

    intervals: tuple[tuple[float, float], ...]
    level: float

    def __post_init__(self) -> None:
        checks.keep(self, level=checks.level(self.level))
        ends = [end for interval in self.intervals for end in interval]
        if any(math.isnan(end) for end in ends) or ends != sorted(ends):
            raise SpecificationError(f"intervals must be disjoint and increasing; found {self.intervals}.")

    def __contains__(self, value: float) -> bool:
        return any(low <= value <= high for low, high in self.intervals)

    def __iter__(self) -> Iterator[tuple[float, float]]:
        return iter(self.intervals)

    @property
    def lower(self) -> float:
        """Smallest point of the set, ``-inf`` when there is none."""
        return self.intervals[0][0] if self.intervals else math.inf

    @property
    def upper(self) -> float:
        """Largest point of the set, ``inf`` when there is none."""
        return self.intervals[-1][1] if self.intervals else -math.inf

    @property
    def bounded(self) -> bool:
        """Whether both ends are finite."""
        return math.isfinite(self.lower) and math.isfinite(self.upper)

    def __neg__(self) -> ConfidenceSet:
        return replace(self, intervals=tuple((-high, -low) for low, high in reversed(self.intervals)))

    def shifted(self, by: float) -> ConfidenceSet:
        """The set of the quantity plus ``by``."""
        return replace(self, intervals=tuple((low + by, high + by) for low, high in self.intervals))

    def __str__(self) -> str:
        if not self.intervals:
            return "(empty)"
        return " ∪ ".join(_interval(low, high) for low, high in self.intervals)


def _interval(low: float, high: float) -> str:
    left = "(-inf" if low == -math.inf else f"[{low:.2f}"
    right = "inf)" if high == math.inf else f"{high:.2f}]"
    return f"{left}, {right}"


@dataclass(frozen=True)
class Estimate:
    """One number, its standard error and its interval, with units and provenance.

    Parameters
    ----------
    value : float
        Point estimate, in ``units``.
    std_error : float or Unavailable
        Standard error, in ``units``.
    lower, upper : float or Unavailable
        Ends of the interval (of its convex hull when ``region`` is a union); ``±inf`` where open.
    level : float, default 0.90
        Coverage of the interval.
    units : str
        Printed after the value, such as ``"bp"``.
    label : str
        What the number is.
    nobs : int
        Observations (or events) behind it.
    region : ConfidenceSet, optional
        The set itself where it need not be one bounded interval (Fieller, Anderson-Rubin).
    parent : object, optional
        What it was read from; ``econ.report.trace`` walks the parents back to files.

    Examples
    --------
    >>> print(Estimate(-6.0, 1.5, -8.5, -3.5, level=0.90, units="bp", label="impact", nobs=312))
    -6.0 bp, s.e. 1.5
    """

    value: float
    std_error: float | Unavailable
    lower: float | Unavailable
    upper: float | Unavailable
    level: float = 0.90
    units: str = ""
    label: str = ""
    nobs: int = 0
    region: ConfidenceSet | None = None
    parent: object = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        checks.keep(self, level=checks.level(self.level))

    @property
    def interval(self) -> tuple[float | Unavailable, float | Unavailable]:
        """``(lower, upper)``."""
        return (self.lower, self.upper)

    def __neg__(self) -> Estimate:
        """The same number counted the other way round, its interval and set too."""
        lower = self.upper if isinstance(self.upper, Unavailable) else -self.upper
        upper = self.lower if isinstance(self.lower, Unavailable) else -self.lower
        region = None if self.region is None else -self.region
        return replace(self, value=-self.value, lower=lower, upper=upper, region=region)

    def __str__(self) -> str:
        value = f"{self.value:.{_decimals(self)}f}" + (f" {self.units}" if self.units else "")
        if not isinstance(self.std_error, Unavailable):
            value += f", s.e. {self.std_error:.{_decimals(self)}f}"
        return value if self.region is None else f"{value}, {self.level:.0%} set {self.region}"


def _decimals(estimate: Estimate) -> int:
    """Digits after the point that leave two significant digits of the standard error."""
    scale = estimate.value if isinstance(estimate.std_error, Unavailable) else estimate.std_error
    if not math.isfinite(scale) or scale == 0.0:
        return 2
    return max(0, 1 - math.floor(math.log10(abs(scale))))
