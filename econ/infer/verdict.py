"""What figures say of a claim: a verdict computed by one rule for all claims, never typed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import scipy

from econ import checks
from econ.border import checked
from econ.errors import SpecificationError
from econ.estimate import ConfidenceSet, Estimate, Unavailable, digits
from econ.frozen import guarded
from econ.tables.shown import Shown
from econ.units import one_unit

COMPARISONS = ("equal", "at least", "at most", "sign")
VERDICTS = ("right", "right at first print", "wrong", "overstated", "not decidable")
MARGIN = 1e-9
"""Relative; a figure on the edge of the tolerance is within it."""


@guarded
@dataclass(frozen=True)
class Claim:
    """A number that somebody stated, and how exactly.

    Parameters
    ----------
    quantity : str
        What was stated, in words.
    stated : float
        The number; of a "sign" any number of that sign.
    comparison : {"equal", "at least", "at most", "sign"}
        What was said of it.
    decimals : int, optional
        Digits after the point to which it was rounded, negative for tens and hundreds: figures that round to it agree.
    tolerance : float, default 0.0
        Share of the figure found by which an "equal" may be off; the larger of the two allowances counts.
    units : str
        Units of ``stated``.

    Raises
    ------
    SpecificationError
        For an unknown comparison, a negative tolerance, a rounding of a sign, or a sign of 0.

    Examples
    --------
    >>> print(Claim("China sold", 25.7, decimals=1, units="USD bn"))
    China sold: 25.7 USD bn
    """

    quantity: str
    stated: float
    comparison: str = "equal"
    decimals: int | None = None
    tolerance: float = 0.0
    units: str = ""

    def __post_init__(self) -> None:
        checks.choice("comparison", self.comparison, COMPARISONS)
        checks.keep(self, stated=checks.real("stated", self.stated))
        checks.keep(self, tolerance=checks.real("tolerance", self.tolerance, least=0.0, below=1.0))
        if self.decimals is not None:
            checks.keep(self, decimals=checks.count("decimals", self.decimals, least=-15, most=15))
        if self.comparison == "sign" and (self.stated == 0.0 or self.decimals is not None or self.tolerance):
            raise SpecificationError(
                f"a claimed sign is that of a number other than 0, without rounding; found {self.stated} to "
                f"{self.decimals} decimals with tolerance {self.tolerance}."
            )

    def allowance(self, found: float) -> float:
        """Distance from ``found`` within which the claim holds: half a unit of its last digit, or the tolerance."""
        rounding = 0.0 if self.decimals is None else 0.5 * 10.0**-self.decimals
        return max(rounding, self.tolerance * abs(checks.real("found", found)))

    def __str__(self) -> str:
        if self.comparison == "sign":
            return f"{self.quantity}: {'positive' if self.stated > 0.0 else 'negative'}"
        words = "" if self.comparison == "equal" else f"{self.comparison} "
        number = f"{self.stated:g}" if self.decimals is None else digits(self.stated, max(0, self.decimals))
        return f"{self.quantity}: {words}{number}{' ' if self.units else ''}{self.units}"


@guarded
@dataclass(frozen=True)
class Verdict(Shown):
    """A claim beside what was found.

    Parameters
    ----------
    word : {"right", "right at first print", "wrong", "overstated", "not decidable"}
        See `verdict` for the rule.
    claim : Claim
        What was stated.
    found : Estimate, ConfidenceSet or float
        What it was held against.
    factor : float or Unavailable
        Found over stated: 2.7 means that the truth is 2.7 times the claim.
    detectable : float or Unavailable
        Smallest effect that the estimate would have seen, in its units: half of its set and room for its error.
        `Unavailable` where the set has no end or two parts.

    Raises
    ------
    SpecificationError
        For another word, or NaN.
    """

    word: str
    claim: Claim
    found: Estimate | ConfidenceSet | float
    factor: float | Unavailable
    detectable: float | Unavailable

    def __post_init__(self) -> None:
        checks.keep(self, word=checks.choice("verdict", self.word, VERDICTS))
        if not isinstance(self.found, (Estimate, ConfidenceSet)):
            checks.known(self, "found")
        checks.known(self, "factor", "detectable")

    def __str__(self) -> str:
        if self.word == "not decidable" and not isinstance(self.detectable, Unavailable):
            units = f" {self.claim.units}" if self.claim.units else ""
            return f"not decidable (an effect of {self.detectable:.3g}{units} would have been seen)"
        return self.word


@checked
def verdict(
    claim: Claim,
    found: Estimate | ConfidenceSet | float,
    first: float | None = None,
    *,
    power: float = 0.8,
) -> Verdict:
    """Judge a claim by a figure, or by an estimate with its set.

    A figure without error is within the claim's allowance or not: "right"; "right at first print" if only the figure
    first printed is; else "overstated" if claim and figure have one sign and the claim is larger in size, or "wrong".

    A set says more or less. Of "equal" it is "right" if it holds the stated value and not zero, or lies within the
    claim's allowance altogether, "overstated" if every value in it is smaller in size than the stated one (and not all
    of the other sign), "wrong" if it leaves the stated value out otherwise, and "not decidable" if it holds both the
    stated value and zero: a claim of no effect is right only where the set is as narrow as its allowance. Of "at
    least", "at most" and "sign" it is "right" if all of the set agrees, "wrong" (or "overstated", by the same rule) if
    none does, else "not decidable". These err with probability ``1 - level`` at most, each by itself, but for "right"
    of an "equal": that says that the data contradict zero and not the number, which others near it share.

    Parameters
    ----------
    claim : Claim
        What was stated.
    found : Estimate, ConfidenceSet or float
        Figure, or estimate; an `Estimate` without interval decides nothing and is refused.
    first : float, optional
        Figure as it was first printed; with a figure only.
    power : float, default 0.8
        With which `Verdict.detectable` would have been seen by a test of size ``1 - level``.

    Returns
    -------
    Verdict

    Raises
    ------
    SpecificationError
        If units differ, ``first`` is given with an estimate, there is nothing finite to compare with, or the interval
        of an estimate trusts an instrument (:meth:`econ.Estimate.deciding_set`).

    Examples
    --------
    >>> print(verdict(Claim("Japan added", 32.0, tolerance=0.02), 86.4, first=87.8))
    wrong
    >>> print(verdict(Claim("impact", 50.0, units="bp"), Estimate(2.0, 8.0, -11.2, 15.2, units="bp")))
    overstated
    >>> print(verdict(Claim("impact", 10.0, units="bp"), Estimate(2.0, 8.0, -11.2, 15.2, units="bp")))
    not decidable (an effect of 19.9 bp would have been seen)
    """
    if not isinstance(found, (Estimate, ConfidenceSet)):
        now = checks.real("found", found)
        old = None if first is None else checks.real("first", first)
        checks.real("power", power, least=0.5, below=1.0)
        word = _of_figure(claim, now, old)
        return Verdict(word, claim, now, _factor(now, claim), Unavailable("a figure without error"))
    if first is not None:
        raise SpecificationError("first is a figure beside a figure; an estimate has no first print.")
    if isinstance(found, Estimate):
        one_unit({"the claim": claim.units, "the estimate": found.units})
    region = found if isinstance(found, ConfidenceSet) else found.deciding_set()
    if not region.intervals:
        raise SpecificationError("the set is empty: it agrees with no claim; look at the model before the claim.")
    value: float | Unavailable = Unavailable("a set without a value")
    if isinstance(found, Estimate):
        value = _factor(checks.real("found", found.value), claim)
    return Verdict(_of_set(claim, region), claim, found, value, _detectable(found, power, region.level))


def _of_figure(claim: Claim, now: float, first: float | None) -> str:
    if _agrees(claim, now):
        return "right"
    if first is not None and _agrees(claim, first):
        return "right at first print"
    return "overstated" if claim.stated * now > 0.0 and abs(claim.stated) > abs(now) else "wrong"


def _agrees(claim: Claim, found: float) -> bool:
    if claim.comparison == "sign":
        return claim.stated * found > 0.0
    room = claim.allowance(found) + MARGIN * abs(claim.stated)
    gap = found - claim.stated
    return {"equal": abs(gap) <= room, "at least": gap >= -room, "at most": gap <= room}[claim.comparison]


def _of_set(claim: Claim, region: ConfidenceSet) -> str:
    inside = _overlap(claim, region)
    if claim.comparison == "equal":
        if inside:
            return "not decidable" if 0.0 in region and not _narrow(claim, region) else "right"
    elif inside:
        ends = [end for interval in region.intervals for end in interval]
        return "right" if all(_holds(claim, end) for end in ends) else "not decidable"
    side = math.copysign(1.0, claim.stated)
    low, high = sorted((side * region.lower, side * region.upper))
    smaller = max(abs(low), abs(high)) < abs(claim.stated) and high > 0.0
    return "overstated" if smaller and claim.comparison in ("equal", "at least", "at most") else "wrong"


def _narrow(claim: Claim, region: ConfidenceSet) -> bool:
    """Whether all of the set is the stated value but for the claim's allowance."""
    return max(claim.stated - region.lower, region.upper - claim.stated) <= claim.allowance(claim.stated)


def _holds(claim: Claim, end: float) -> bool:
    """Whether a value that may be infinite agrees with a one-sided claim."""
    if math.isinf(end):
        return (end > 0.0) == (claim.stated > 0.0 if claim.comparison == "sign" else claim.comparison == "at least")
    return _agrees(claim, end)


def _overlap(claim: Claim, region: ConfidenceSet) -> bool:
    """Whether some value of the set agrees with the claim."""
    if claim.comparison == "equal":
        room = claim.allowance(claim.stated) + MARGIN * abs(claim.stated)
        return any(low - room <= claim.stated <= high + room for low, high in region)
    return any(_holds(claim, end) for interval in region for end in interval)


def _factor(found: float, claim: Claim) -> float | Unavailable:
    if claim.comparison == "sign" or claim.stated == 0.0:
        return Unavailable("nothing to divide by")
    return found / claim.stated


def _detectable(found: Estimate | ConfidenceSet, power: float, level: float) -> float | Unavailable:
    """Half of the set, which an effect must exceed, and room for its error, by the test that made the set.

    A set that an instrument makes wide tells the error better than the standard error beside it; one that has no end,
    or two parts, belongs to a test that no size of the effect makes sure to reject.
    """
    power = checks.real("power", power, least=0.5, below=1.0)
    if isinstance(found, ConfidenceSet):
        return Unavailable("a set has no standard error")
    if isinstance(found.std_error, Unavailable):
        return found.std_error
    if found.std_error == 0.0 or math.isinf(found.std_error):
        return Unavailable("the standard error is 0 or infinite")
    region = found.confidence_set()
    if len(region.intervals) > 1 or not region.bounded:
        return Unavailable("no size of an effect is sure to be seen: the set has no end, or two parts")
    half = 0.5 * (region.upper - region.lower)
    error = found.std_error if found.region is None else half / float(scipy.special.ndtri(0.5 + 0.5 * level))
    return half + float(scipy.special.ndtri(power)) * error
