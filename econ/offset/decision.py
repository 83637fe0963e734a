"""What an estimated offset decides, by thresholds fixed before looking."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import scipy

from econ import checks
from econ.border import checked
from econ.errors import SpecificationError
from econ.estimate import ConfidenceSet, Estimate, Unavailable, digits
from econ.frozen import guarded
from econ.infer.equivalence import Equivalence, equivalence, minimum_detectable_effect
from econ.offset._ratio import Ratio
from econ.tables.shown import Shown

NONE, PARTIAL, FULL, AGAINST = "no meaningful offset", "partial offset", "offset", "selling alongside"
OPEN = "not decidable with these data"
FARTHEST = 10_000_000
"""Observations beyond which no number says anything."""
NO_SAMPLE = Unavailable("the estimate does not say how many observations are behind it")
NO_ERROR = Unavailable("the estimate has no standard error; only its set decides")


@guarded
@dataclass(frozen=True)
class Decision(Shown):
    """Verdict on one offset.

    Parameters
    ----------
    verdict : str
        ``"no meaningful offset"``, ``"offset"``, ``"partial offset"``, ``"selling alongside"`` or
        ``"not decidable with these data"``.
    test : Equivalence
        Whether the reported set lies within the bound of no offset, and the smallest bound within which it does.
    detectable : float or Unavailable
        Smallest offset found with probability ``power`` by a two-sided test.
    nobs_needed : int or Unavailable
        Observations with which, at this precision per observation, an offset of 0 would be shown to be none and one of
        1 to be full, each with probability ``power``; `Unavailable` where the verdict stands, or the estimate does not
        say how many it had. For ratios it takes the
        seller's response (for a price offset, that of the price) to be what was estimated; where the set is unbounded
        that response may be zero, and no sample would do.
    line : str
        One sentence.
    parent : Estimate
        The estimate.

    Raises
    ------
    SpecificationError
        For another verdict, or a detectable offset of NaN.
    """

    verdict: str
    test: Equivalence
    detectable: float | Unavailable
    nobs_needed: int | Unavailable
    line: str
    parent: Estimate = field(repr=False)

    def __post_init__(self) -> None:
        checks.keep(self, verdict=checks.choice("verdict", self.verdict, (NONE, PARTIAL, FULL, AGAINST, OPEN)))
        checks.known(self, "detectable")

    def __str__(self) -> str:
        return self.line


@checked
def decide(
    estimate: Estimate, label: str = "", *, none: float = 0.25, full: float = 0.75, power: float = 0.8
) -> Decision:
    """Apply the thresholds to one estimated offset.

    The confidence set decides, whether an interval or a union: no meaningful offset if it lies in ``[-none, none]``
    (with a 90% interval, the two one-sided tests at 5%), offset if above ``full``, partial offset if between the two,
    selling alongside if below ``-none``; anything else is not decidable.

    Parameters
    ----------
    estimate : Estimate
        Quantity or price offset.
    label : str, optional
        Estimand and design for the line; default the estimate's label.
    none, full : float
        Thresholds, fixed before looking.
    power : float, default 0.8
        Of the detectable offset and the sample size.

    Returns
    -------
    Decision

    Raises
    ------
    SpecificationError
        Unless ``0 < none < full < 1``, or if the estimate has no set, a unit, which no share has, or an interval that
        trusts an instrument (:meth:`econ.Estimate.deciding_set`).

    Examples
    --------
    >>> print(decide(Estimate(0.1, 0.4, -0.56, 0.76, label="Japan, six months", nobs=170)))
    Japan, six months: not decidable with these data (0.10, 90% set [-0.56, 0.76]; detectable 1.12; 3,727 observations
    would decide).
    """
    none, full = checks.real("none", none, above=0.0, below=1.0), checks.real("full", full, above=0.0, below=1.0)
    power = checks.real("power", power, least=0.5, below=1.0)
    if none >= full:
        raise SpecificationError(f"thresholds must satisfy 0 < none < full < 1; found {none} and {full}.")
    if estimate.units:
        raise SpecificationError(
            f"an offset is a share, without a unit; the estimate is in {estimate.units!r}; pass what an offset gave."
        )
    region = estimate.deciding_set()
    verdict = _verdict(region, none, full)
    error = estimate.std_error
    detectable: float | Unavailable = NO_ERROR
    needed: int | Unavailable = NO_ERROR
    if not isinstance(error, Unavailable) and 0.0 < error < math.inf:
        one_sided = 0.5 + estimate.level / 2.0
        detectable = minimum_detectable_effect(_precision(estimate, error, 0.0), power)
        needed = _observations(estimate, error, one_sided, (none, full), power)
    if verdict != OPEN:
        needed = Unavailable("decided already")
    return Decision(
        verdict,
        equivalence(estimate, bound=none),
        detectable,
        needed,
        _line(estimate, region, verdict, detectable, needed, label),
        estimate,
    )


@checked
def decisions(estimates: Mapping[tuple[str, str], Estimate], *, none: float = 0.25, full: float = 0.75) -> pd.DataFrame:
    """One verdict line per estimand and design.

    Parameters
    ----------
    estimates : mapping of (str, str) to Estimate
        Keys are (estimand, design).
    none, full : float
        Thresholds.

    Returns
    -------
    DataFrame
        Rows (estimand, design); columns value, lower, upper, verdict, smallest_bound, detectable, nobs, nobs_needed,
        line. Cells that cannot be given are `Unavailable`.
    """
    rows = {}
    for key in estimates:
        if not isinstance(key, tuple) or len(key) != 2:
            raise SpecificationError(f"estimates map (estimand, design) to Estimate; found the key {key!r}.")
    for (estimand, design), estimate in estimates.items():
        made = decide(estimate, f"{estimand}, {design}", none=none, full=full)
        rows[estimand, design] = {
            "value": estimate.value,
            "lower": estimate.lower,
            "upper": estimate.upper,
            "verdict": made.verdict,
            "smallest_bound": made.test.smallest_bound,
            "detectable": made.detectable,
            "nobs": estimate.nobs,
            "nobs_needed": made.nobs_needed,
            "line": made.line,
        }
    table = pd.DataFrame.from_dict(rows, orient="index", dtype=object)
    table.index = pd.MultiIndex.from_tuples(list(rows), names=["estimand", "design"])
    return table


def _verdict(region: ConfidenceSet, none: float, full: float) -> str:
    if not region.intervals:
        return OPEN
    low, high = region.lower, region.upper
    if -none <= low and high <= none:
        return NONE
    if low > full:
        return FULL
    if high < -none:
        return AGAINST
    return PARTIAL if low > none and high <= full else OPEN


def _precision(estimate: Estimate, error: float, value: float) -> float:
    """Standard error of the test that the offset is ``value``; ``error`` is that of the estimate.

    Of a ratio a / b it is ``sd(a - value b) / |b|``, which Fieller's set rests on; the delta method's error is that at
    the estimate itself, which says nothing when b may be zero.
    """
    pair = estimate.pair if isinstance(estimate, Ratio) else None
    if pair is None:
        return error
    turn = np.array([1.0, -value])
    return math.sqrt(float(turn @ pair.covariance @ turn)) / abs(float(pair.point[1]))


def _observations(
    estimate: Estimate, error: float, one_sided: float, thresholds: tuple[float, float], power: float
) -> int | Unavailable:
    """Standard errors fall with the root of the sample; at an offset of 0 both one-sided tests must reject."""
    if estimate.nobs == 0:
        return NO_SAMPLE
    (none, full), quantile = thresholds, float(scipy.special.ndtri(one_sided))
    room = none / (quantile + float(scipy.special.ndtri(0.5 + power / 2.0)))
    equal = max(_precision(estimate, error, -none), _precision(estimate, error, none)) / room
    above = _precision(estimate, error, full) * (quantile + float(scipy.special.ndtri(power))) / (1.0 - full)
    needed = math.ceil(estimate.nobs * max(equal, above) ** 2)
    return needed if needed <= FARTHEST else Unavailable(f"more than {FARTHEST:,} observations would be needed")


def _line(
    estimate: Estimate,
    region: ConfidenceSet,
    verdict: str,
    detectable: float | Unavailable,
    needed: int | Unavailable,
    label: str,
) -> str:
    parts = [f"{digits(estimate.value, 2)}, {estimate.level:.0%} set {region}"]
    if isinstance(detectable, float):
        parts.append(f"detectable {detectable:.2f}")
    if isinstance(needed, int):
        parts.append(f"{needed:,} observations would decide")
    return f"{label or estimate.label or 'offset'}: {verdict} ({'; '.join(parts)})."
