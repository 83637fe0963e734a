"""What a null result shows: two one-sided tests and the smallest effect a design can detect."""

from __future__ import annotations

from dataclasses import dataclass

import scipy

from econ import checks
from econ.border import checked
from econ.errors import SpecificationError
from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.frozen import guarded
from econ.tables.shown import Shown

BY_SET = Unavailable("the reported set decides, not a standard error")


@guarded
@dataclass(frozen=True)
class Equivalence(Shown):
    """Result of a test that an effect lies within ``±bound``.

    Parameters
    ----------
    value : float
        Estimate.
    std_error : float or Unavailable
        Its standard error.
    bound : float
        In the units of ``value``.
    statistic : float or Unavailable
        The smaller of the two one-sided t statistics, ``(bound - |value|) / std_error``; `Unavailable` where
        a set decides.
    p_value : float or Unavailable
        Of the null that the effect is at least as large as the bound.
    smallest_bound : float or Unavailable
        The smallest bound at which equivalence would be accepted; ``inf`` where the set is unbounded.
    size : float
        Size of each of the two tests.

    Raises
    ------
    SpecificationError
        For NaN; what cannot be given is `Unavailable`.
    """

    value: float
    std_error: float | Unavailable
    bound: float
    statistic: float | Unavailable
    p_value: float | Unavailable
    smallest_bound: float | Unavailable
    size: float

    def __post_init__(self) -> None:
        checks.known(self, "value", "std_error", "bound", "statistic", "p_value", "smallest_bound", "size")

    @property
    def accepted(self) -> bool:
        """Whether the effect is shown to lie within the bound; an empty set shows nothing."""
        return not isinstance(self.smallest_bound, Unavailable) and self.bound >= self.smallest_bound

    def __str__(self) -> str:
        verdict = "shown" if self.accepted else "not shown"
        p_value = "" if isinstance(self.p_value, Unavailable) else f"p = {self.p_value:.3f}; "
        least = self.smallest_bound
        words = f"{least}" if isinstance(least, Unavailable) else f"{least:.3g} at {1.0 - self.size:.0%}"
        return f"equivalence within ±{self.bound:g} {verdict} ({p_value}smallest bound {words})"


@checked
def equivalence(
    value: float | Estimate,
    std_error: float | None = None,
    bound: float | None = None,
    *,
    df: float | None = None,
    size: float | None = None,
) -> Equivalence:
    """Test that an effect is smaller than ``bound`` in absolute value.

    Of a number and its standard error, by two one-sided tests. Of an `Estimate`, by the set that it reports:
    equivalence at ``size`` is shown if the set of coverage ``1 - 2 size`` lies within the bounds, whatever test the set
    inverts, so that an instrument that is weak, or a denominator that may be zero, counts as it does in the set.

    Parameters
    ----------
    value : float or Estimate
        Estimate; an `Estimate` decides by its region (or interval) and takes ``bound`` by name and nothing else.
    std_error : float
        Standard error of a number.
    bound : float
        Smallest effect of interest, positive, in the units of ``value``; fix it before looking.
    df : float, optional
        Degrees of freedom of Student's t; None uses the normal.
    size : float, optional
        Of each one-sided test, 0.05 by default, so that the two-sided 90% interval must lie inside the bounds. With an
        `Estimate` the level of its set says it, ``(1 - level) / 2``.

    Returns
    -------
    Equivalence

    Raises
    ------
    SpecificationError
        If the standard error or the bound is not positive, a value is not finite, an `Estimate` has no interval, or one
        that trusts an instrument (:meth:`econ.Estimate.deciding_set`), or an option does not belong to it.

    References
    ----------
    Schuirmann, D. J. (1987), Journal of Pharmacokinetics and Biopharmaceutics 15(6). Berger, R. L. and J. C. Hsu
    (1996), Bioequivalence Trials, Intersection-Union Tests and Equivalence Confidence Sets, Statistical Science 11(4).

    Examples
    --------
    >>> print(equivalence(2.0, 4.0, 15.0))
    equivalence within ±15 shown (p = 0.001; smallest bound 8.58 at 95%)
    >>> weak = Estimate(12.0, 4.0, -3.0, 40.0, region=ConfidenceSet(((-3.0, 40.0),), 0.90))
    >>> print(equivalence(weak, bound=20.0))
    equivalence within ±20 not shown (smallest bound 40 at 95%)
    """
    bound = checks.real("bound", bound, above=0.0)
    if isinstance(value, Estimate):
        if std_error is not None or df is not None or size is not None:
            raise SpecificationError(
                "an Estimate brings its own error and level; give equivalence the Estimate and bound= alone."
            )
        least, size = smallest_bound(value), round(0.5 - 0.5 * value.deciding_set().level, 12)
        return Equivalence(value.value, value.std_error, bound, BY_SET, BY_SET, least, size)
    value, std_error = checks.real("value", value), checks.real("std_error", std_error, above=0.0)
    size = checks.real("size", 0.05 if size is None else size, above=0.0, below=1.0)
    statistic = (bound - abs(value)) / std_error
    df = None if df is None else checks.real("df", df, above=0.0)
    smallest = abs(value) + _quantile(1.0 - size, df) * std_error
    p_value = float(scipy.special.ndtr(-statistic) if df is None else scipy.special.stdtr(df, -statistic))
    return Equivalence(value, std_error, bound, statistic, p_value, smallest, size)


@checked
def smallest_bound(effect: Estimate | ConfidenceSet) -> float | Unavailable:
    """The smallest bound within which an effect is shown to lie: the largest absolute end of its set.

    Parameters
    ----------
    effect : Estimate or ConfidenceSet
        A set of coverage 0.90 stands for equivalence at 0.05. An `Estimate` brings its region, or else its interval.

    Returns
    -------
    float or Unavailable
        In the units of the effect; ``inf`` where the set is unbounded; `Unavailable` where it is empty, for then no
        value of the effect agrees with the data.

    Raises
    ------
    SpecificationError
        If an `Estimate` has no interval, or one that trusts an instrument (:meth:`econ.Estimate.deciding_set`).

    Examples
    --------
    >>> smallest_bound(ConfidenceSet(((-243.0, 669.0),), 0.90))
    669.0
    >>> smallest_bound(ConfidenceSet(((-float("inf"), -2.0), (3.0, float("inf"))), 0.90))
    inf
    """
    region = effect if isinstance(effect, ConfidenceSet) else effect.deciding_set()
    if not region.intervals:
        return Unavailable("the set is empty: the test rejects every value of the effect")
    return max(abs(region.lower), abs(region.upper))


def minimum_detectable_effect(
    std_error: float, power: float = 0.8, *, size: float = 0.05, df: float | None = None
) -> float:
    """Effect that a two-sided test rejects with probability ``power``.

    ``(q[1 - size / 2] + q[power]) std_error``: 2.80 standard errors at 80% power and the 5% level. The
    chance of rejecting on the wrong side, below 1e-5 there, is left out.

    Parameters
    ----------
    std_error : float
        Standard error of the estimate.
    power : float, default 0.8
        Probability of rejection, above 0.5.
    size : float, default 0.05
        Size of the two-sided test.
    df : float, optional
        Degrees of freedom of Student's t; None uses the normal.

    Returns
    -------
    float
        In the units of ``std_error``.

    Raises
    ------
    SpecificationError
        If ``std_error`` is not positive or ``power`` is not between 0.5 and 1.

    References
    ----------
    Bloom, H. S. (1995), Evaluation Review 19(5).

    Examples
    --------
    >>> round(minimum_detectable_effect(4.9), 1)
    13.7
    """
    std_error, size = checks.real("std_error", std_error, above=0.0), checks.real("size", size, above=0.0, below=1.0)
    power = checks.real("power", power, least=0.5, below=1.0)
    df = None if df is None else checks.real("df", df, above=0.0)
    return (_quantile(1.0 - size / 2.0, df) + _quantile(power, df)) * std_error


def _quantile(share: float, df: float | None) -> float:
    """Of the standard normal, or of Student's t."""
    return float(scipy.special.ndtri(share) if df is None else scipy.special.stdtrit(df, share))
