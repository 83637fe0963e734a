"""What a null result shows: two one-sided tests and the smallest effect a design can detect."""

from __future__ import annotations

from dataclasses import dataclass

from scipy import stats

from econ import checks
from econ.border import checked
from econ.frozen import guarded


@guarded
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
    size : float
        Size of each of the two tests.
    """

    value: float
    std_error: float
    bound: float
    statistic: float
    p_value: float
    smallest_bound: float
    size: float

    @property
    def accepted(self) -> bool:
        """Whether the effect is shown to lie within the bound."""
        return self.bound >= self.smallest_bound

    def __str__(self) -> str:
        verdict = "shown" if self.accepted else "not shown"
        return (
            f"equivalence within ±{self.bound:g} {verdict} (p = {self.p_value:.3f}; "
            f"smallest bound {self.smallest_bound:.3g} at {1.0 - self.size:.0%})"
        )


@checked
def equivalence(
    value: float, std_error: float, bound: float, *, df: float | None = None, size: float = 0.05
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
    size : float, default 0.05
        Of each one-sided test, so equivalence at 0.05 means that the two-sided 90% interval lies inside the bounds.

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
    value, size = checks.real("value", value), checks.real("size", size, above=0.0, below=1.0)
    std_error, bound = checks.real("std_error", std_error, above=0.0), checks.real("bound", bound, above=0.0)
    statistic = (bound - abs(value)) / std_error
    reference = _reference(df)
    smallest = abs(value) + float(reference.ppf(1.0 - size)) * std_error
    return Equivalence(value, std_error, bound, statistic, float(reference.sf(statistic)), smallest, size)


@checked
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
    reference = _reference(df)
    quantiles = float(reference.ppf(1.0 - size / 2.0)) + float(reference.ppf(power))
    return quantiles * std_error


def _reference(df: float | None) -> stats.rv_frozen:
    if df is None:
        return stats.norm()
    return stats.t(checks.real("df", df, above=0.0))
