"""A number with its uncertainty: :class:`Estimate`, :class:`ConfidenceSet`, :class:`Unavailable`.

They stand below every other room because every model ends in them; ``econ.report`` re-exports them.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Self

from econ import checks
from econ.errors import SpecificationError
from econ.frozen import guarded
from econ.units import Measure, Size

MOST_DECIMALS = 6
"""Digits after the point from which a number is written in powers of ten."""
PRECISION = 15
"""Significant digits that a number of double precision has."""


@guarded
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


@guarded
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

    def scaled(self, by: float) -> ConfidenceSet:
        """The set of the quantity times ``by``; a negative number turns the ends round, an open end stays open.

        Raises
        ------
        SpecificationError
            For zero, or a number that is not finite: nothing would be left to cover.

        Examples
        --------
        >>> print(ConfidenceSet(((-math.inf, -2.0), (3.0, math.inf)), 0.90).scaled(-2.0))
        (-inf, -6.00] ∪ [4.00, inf)
        """
        by = checks.real("by", by)
        if by == 0.0:
            raise SpecificationError("by must not be 0: a set times nothing covers nothing; found 0.")
        turned = self if by > 0.0 else -self
        return replace(self, intervals=tuple((low * abs(by), high * abs(by)) for low, high in turned.intervals))

    def shifted(self, by: float) -> ConfidenceSet:
        """The set of the quantity plus ``by``."""
        return replace(self, intervals=tuple((low + by, high + by) for low, high in self.intervals))

    def __str__(self) -> str:
        if not self.intervals:
            return "(empty)"
        size = max((abs(end) for interval in self.intervals for end in interval if math.isfinite(end)), default=0.0)
        places = max(2, two_digits(size))
        return " ∪ ".join(
            f"{'(' if low == -math.inf else '['}{digits(low, places)}, "
            f"{digits(high, places)}{')' if high == math.inf else ']'}"
            for low, high in self.intervals
        )


def two_digits(scale: float) -> int:
    """Digits after the point that leave two significant digits of ``scale``; 2 where it has none.

    Examples
    --------
    >>> two_digits(1.5), two_digits(312.0), two_digits(3e-13), two_digits(0.0)
    (1, 0, 14, 2)
    """
    return max(0, 1 - math.floor(math.log10(abs(scale)))) if math.isfinite(scale) and scale != 0.0 else 2


def three_digits(scale: float) -> int:
    """Digits after the point that leave three significant digits of ``scale``, at most 6 unless these show nothing.

    Examples
    --------
    >>> three_digits(1.5), three_digits(3e-5), three_digits(3e-13), three_digits(0.0)
    (2, 6, 15, 2)
    """
    if not math.isfinite(scale) or scale == 0.0:
        return 2
    places = max(0, 2 - math.floor(math.log10(abs(scale))))
    return places if abs(scale) < 0.5 * 10.0**-MOST_DECIMALS else min(places, MOST_DECIMALS)


def digits(value: float, decimals: int) -> str:
    """A number rounded to ``decimals``, never to a negative zero; in powers of ten where it is tiny.

    Examples
    --------
    >>> digits(-0.04, 1), digits(-1234.5, 2), digits(-1e-12, 14), digits(0.0, 14)
    ('0.0', '-1,234.50', '-1.00e-12', '0.0')
    """
    if decimals <= MOST_DECIMALS or not math.isfinite(value):
        return f"{value:z,.{decimals}f}"
    if abs(value) >= 10.0**-MOST_DECIMALS:
        return f"{value:z,.{min(decimals, max(0, PRECISION - math.floor(math.log10(abs(value)))))}f}"
    return f"{value:.{max(0, decimals + math.floor(math.log10(abs(value))))}e}" if round(value, decimals) else "0.0"


@guarded
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
        Observations (or events) behind it; 0 where that is not known.
    region : ConfidenceSet, optional
        The set itself where it need not be one bounded interval (Fieller, Anderson-Rubin).
    parent : object, optional
        What it was read from; ``econ.report.trace`` walks the parents back to files.
    size : econ.units.Size, optional
        What one shock is, of a response; None where not known. What is set side by side or taken together is the
        response to one size.
    kind : str
        "response", "sum over horizons" or "multiplier", of a response; empty for anything else.

    Raises
    ------
    SpecificationError
        For NaN (a part that cannot be given is `Unavailable`), a negative standard error, ``lower`` above ``upper``
        unless ``region`` is empty, or a level outside (0, 1).

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
    size: Size | None = field(default=None, repr=False)
    kind: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        checks.keep(self, level=checks.level(self.level))
        for name in ("value", "std_error", "lower", "upper"):
            checks.keep(self, **{name: self._part(name)})
        empty = self.region is not None and not self.region.intervals
        ends = [end for end in (self.lower, self.upper) if not isinstance(end, Unavailable)]
        if ends != sorted(ends) and not empty:
            raise SpecificationError(
                f"the interval of {self.label or 'an estimate'!r} runs from {ends[0]} to {ends[1]}."
            )

    def _part(self, name: str) -> float | Unavailable:
        part = getattr(self, name)
        if isinstance(part, Unavailable) and name != "value":
            return part
        number = float(part) if isinstance(part, numbers.Real) and not isinstance(part, bool) else math.nan
        if math.isnan(number) or (name == "std_error" and number < 0.0):
            wanted = "a number of at least 0" if name == "std_error" else "a number"
            raise SpecificationError(
                f"{name} of {self.label or 'an estimate'!r} must be {wanted}; found {part!r}; "
                "where there is none, give Unavailable(reason)."
            )
        return number

    @property
    def measure(self) -> Measure:
        """What it is measured in, for :func:`econ.units.alike`."""
        return Measure(self.units, self.size, self.kind)

    @property
    def interval(self) -> tuple[float | Unavailable, float | Unavailable]:
        """``(lower, upper)``."""
        return (self.lower, self.upper)

    def confidence_set(self) -> ConfidenceSet:
        """The set that the estimate reports: its region, or its interval as a set.

        Raises
        ------
        SpecificationError
            If it has neither.
        """
        if self.region is not None:
            return self.region
        if isinstance(self.lower, Unavailable) or isinstance(self.upper, Unavailable):
            raise SpecificationError(
                f"{self.label or 'the estimate'} has no interval, so it decides nothing; ask for draws."
            )
        return ConfidenceSet(((self.lower, self.upper),), self.level)

    def deciding_set(self) -> ConfidenceSet:
        """The set that a verdict may rest on: :meth:`confidence_set`, where that does not trust an instrument.

        Raises
        ------
        SpecificationError
            If it has neither region nor interval, or an interval that covers only where the instruments behind it are
            strong: however weak they are, it looks as sure.
        """
        if self.region is None and getattr(self.parent, "trusts_instruments", False):
            raise SpecificationError(
                f"{self.label or 'the estimate'} comes from instruments, and its interval, {self.lower} to "
                f"{self.upper}, holds only if they are strong; give the set that holds however weak they are "
                "(robust_set(), weak_iv_set(), or modified_set() of the results), or dataclasses.replace(estimate, "
                "region=that set)."
            )
        return self.confidence_set()

    def __neg__(self) -> Self:
        """The same number counted the other way round, its interval and set too; to what shock is not known then."""
        lower = self.upper if isinstance(self.upper, Unavailable) else -self.upper
        upper = self.lower if isinstance(self.lower, Unavailable) else -self.lower
        region = None if self.region is None else -self.region
        return replace(self, value=-self.value, lower=lower, upper=upper, region=region, size=None)

    def scaled(self, by: float, *, units: str | None = None) -> Self:
        """The same number times ``by``, with its error, interval and set, in ``units`` (those it had when absent).

        With ``units`` it is another writing of the response to the same shock; without, the shock or the response may
        have grown, so ``size`` is not known.

        Raises
        ------
        SpecificationError
            For zero, or a number that is not finite.

        Examples
        --------
        >>> print(Estimate(-6.0, 1.5, -8.5, -3.5, units="bp").scaled(0.01, units="percent"))
        -0.060 percent, s.e. 0.015
        """
        by = checks.real("by", by)
        if by == 0.0:
            raise SpecificationError("by must not be 0: nothing of the estimate would be left; found 0.")
        turned, size = (self, by) if by > 0.0 else (-self, -by)
        error, lower, upper = (
            part if isinstance(part, Unavailable) else part * size
            for part in (turned.std_error, turned.lower, turned.upper)
        )
        region = None if turned.region is None else turned.region.scaled(size)
        words, value = self.units if units is None else units, turned.value * size
        made = replace(self, value=value, std_error=error, lower=lower, upper=upper, region=region, units=words)
        return replace(made, size=None if units is None else self.size)

    def __str__(self) -> str:
        places = two_digits(self.value if isinstance(self.std_error, Unavailable) else self.std_error)
        value = digits(self.value, places) + (f" {self.units}" if self.units else "")
        if not isinstance(self.std_error, Unavailable):
            value += f", s.e. {digits(self.std_error, places)}"
        return value if self.region is None else f"{value}, {self.level:.0%} set {self.region}"
