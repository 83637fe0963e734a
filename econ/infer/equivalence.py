"""What a null result shows: two one-sided tests and the smallest effect a design can detect."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import stats

from econ.errors import SpecificationError
from econ.estimate import check_level


@dataclass(frozen=True)
class Equivalence:
    """Result of two one-sided tests that an effect lies within ``±bound``.

    Parameters
    ----------
    value, std_error, bound : float
        Estimate, its standard error and the bound, in one unit.
    statistic : float
        The smaller of the two one-sided t statistics, ``(bound - |value|) / std_error``.
    p_value : float
        Of the null that the effect is at least as large as the bound.
    smallest_bound : float
        The smallest bound at which equivalence would be accepted, ``|value| + q std_error``.
    level : float
        One minus the size of the test.
    """

    value: float
    std_error: float
    bound: float
    statistic: float
    p_value: float
    smallest_bound: float
    level: float

    @property
    def accepted(self) -> bool:
        """Whether the effect is shown to lie within the bound."""
        return self.bound >= self.smallest_bound

    def __str__(self) -> str:
        verdict = "shown" if self.accepted else "not shown"
        return (
            f"equivalence within ±{self.bound:g} {verdict} (p = {self.p_value:.3f}; "
            f"smallest bound {self.smallest_bound:.3g} at {self.level:.0%})"
        )


def equivalence(
    value: float, std_error: float, bound: float, *, df: float | None = None, level: float = 0.95
) -> Equivalence:
    """Test that an effect is smaller than ``bound`` in absolute value (two one-sided tests).

    Parameters
    ----------
    value, std_error : float
        Estimate and standard error.
    bound : float
        Smallest effect of interest, positive, in the units of ``value``; fix it before looking.
    df : float, optional
        Degrees of freedom of Student's t; None uses the normal.
    level : float, default 0.95
        Each one-sided test has size ``1 - level``, so equivalence at 0.95 means that the two-sided 90%
        interval lies inside the bounds.

    Returns
    -------
    Equivalence

    Raises
    ------
    SpecificationError
        If the standard error or the bound is not positive, or a value is not finite.

    References
    ----------
    Schuirmann, D. J. (1987), Journal of Pharmacokinetics and Biopharmaceutics 15(6).

    Examples
    --------
    >>> print(equivalence(2.0, 4.0, 15.0))
    equivalence within ±15 shown (p = 0.001; smallest bound 8.58 at 95%)
    """
    for name, number in (("std_error", std_error), ("bound", bound)):
        _check_positive(name, number)
    if not math.isfinite(value):
        raise SpecificationError(f"value must be finite; found {value!r}.")
    statistic = (bound - abs(value)) / std_error
    reference = _reference(df)
    smallest = abs(value) + float(reference.ppf(check_level(level))) * std_error
    return Equivalence(value, std_error, bound, statistic, float(reference.sf(statistic)), smallest, level)


def minimum_detectable_effect(
    std_error: float, power: float = 0.8, level: float = 0.95, *, df: float | None = None
) -> float:
    """Effect that a two-sided test rejects with probability ``power``.

    ``(q[(1 + level) / 2] + q[power]) std_error``: 2.80 standard errors at 80% power and the 5% level. The
    chance of rejecting on the wrong side, below 1e-5 there, is left out.

    Parameters
    ----------
    std_error : float
        Standard error of the estimate.
    power : float, default 0.8
        Probability of rejection, above 0.5.
    level : float, default 0.95
        One minus the size of the test.
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
    _check_positive("std_error", std_error)
    if not 0.5 <= power < 1.0:
        raise SpecificationError(f"power must be at least 0.5 and below 1; found {power!r}.")
    reference = _reference(df)
    quantiles = float(reference.ppf(0.5 + check_level(level) / 2.0)) + float(reference.ppf(power))
    return quantiles * std_error


def _check_positive(name: str, number: float) -> None:
    if not (math.isfinite(number) and number > 0.0):
        raise SpecificationError(f"{name} must be positive and finite; found {number!r}.")


def _reference(df: float | None) -> stats.rv_frozen:
    if df is None:
        return stats.norm()
    if not df > 0:
        raise SpecificationError(f"degrees of freedom must be positive; found {df!r}.")
    return stats.t(df)
