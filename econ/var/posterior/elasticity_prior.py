"""`ElasticityPrior`: what is believed about one elasticity before the data are seen."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from econ import checks
from econ.arrays import Array, Seed
from econ.errors import SpecificationError
from econ.estimate import Unavailable
from econ.frozen import guarded
from econ.parallel import seed_sequence
from econ.rows import same_rows

FAMILIES = ("t", "normal", "uniform")
DF = 3.0
"""Degrees of freedom of Student's t where none are given: those of Baumeister and Hamilton."""
MILESTONES = tuple(sorted({0.0, *(sign * 2.0 * 4.0**power for sign in (-1, 1) for power in range(20))}))
"""Deviations at which integrals are cut into pieces, so that none of them misses the peak."""


@guarded
@dataclass(frozen=True)
class ElasticityPrior:
    """Prior density of one elasticity: Student's t, normal or uniform, truncated where it must not be.

    Parameters
    ----------
    family : {"t", "normal", "uniform"}
        Shape.
    location, scale : float
        Centre and scale before truncation, in units of the elasticity; not of "uniform".
    df : float, optional
        Degrees of freedom of "t", at least 0.5; 3 by default.
    lower, upper : float
        Ends of the support: ``lower=0.0`` says that the elasticity is positive. "uniform" needs both.

    Raises
    ------
    SpecificationError
        For an unknown family, a parameter that the family lacks, a support that is empty or holds less than 1e-9 of the
        density before truncation.

    References
    ----------
    Baumeister, C. and J. D. Hamilton (2015), Sign Restrictions, Structural Vector Autoregressions, and Useful Prior
    Information, Econometrica 83(5), 1963-1999: truncated t with 3 degrees of freedom for elasticities of labour.

    Examples
    --------
    >>> prior = ElasticityPrior("t", 2.0, 1.0, lower=0.0)
    >>> prior.quantile([0.05, 0.5, 0.95]).round(2).tolist()
    [0.51, 2.09, 4.43]
    >>> round(prior.std, 2)
    1.39
    """

    family: str
    location: float | None = None
    scale: float | None = None
    df: float | None = field(default=None, kw_only=True)
    lower: float = field(default=-math.inf, kw_only=True)
    upper: float = field(default=math.inf, kw_only=True)

    def __post_init__(self) -> None:
        family = checks.choice("family", self.family, FAMILIES)
        checks.keep(self, lower=_end("lower", self.lower), upper=_end("upper", self.upper))
        if not self.lower < self.upper:
            raise SpecificationError(f"the support of a prior runs from lower to upper; found {self.support}.")
        if family == "uniform":
            self._check_uniform()
            return
        if self.location is None or self.scale is None:
            raise SpecificationError(f"a {family} prior needs location and scale; found {self.location}, {self.scale}.")
        location, scale = checks.real("location", self.location), checks.real("scale", self.scale, above=0.0)
        if family == "normal" and self.df is not None:
            raise SpecificationError(f"a normal prior has no degrees of freedom; found df={self.df!r}; use 't'.")
        checks.keep(self, location=location, scale=scale)
        if family == "t":
            checks.keep(self, df=checks.real("df", DF if self.df is None else self.df, least=0.5))
        if self._whole < checks.TINY:
            raise SpecificationError(
                f"{family}({location:g}, {scale:g}) has {self._whole:.1e} of its mass on {self.support}, less than "
                f"{checks.TINY:g}; move location or widen scale, or drop the truncation."
            )

    def _check_uniform(self) -> None:
        given = [word for word in ("location", "scale", "df") if getattr(self, word) is not None]
        if given or not (math.isfinite(self.lower) and math.isfinite(self.upper)):
            raise SpecificationError(
                f"a uniform prior has a finite lower and upper and nothing else; found {self.support} and {given}."
            )

    @property
    def support(self) -> tuple[float, float]:
        """``(lower, upper)``."""
        return (self.lower, self.upper)

    @property
    def mode(self) -> float:
        """Where the density is highest; of a uniform its middle."""
        if self.family == "uniform":
            return 0.5 * (self.lower + self.upper)
        return min(max(self._centre, self.lower), self.upper)

    def logpdf(self, values: ArrayLike) -> Array:
        """Log density, as many as ``values``; minus infinity outside of the support."""
        found = _row("values", values)
        checks.finite("values", found)
        return self._logpdf(found)

    def probability(self, lower: ArrayLike, upper: ArrayLike) -> Array:
        """Prior probability of the intervals from ``lower`` to ``upper``; exact in both tails."""
        same_rows(lower=lower, upper=upper)
        low, high = _row("lower", lower), _row("upper", upper)
        if low.shape != high.shape or not (low <= high).all():
            raise SpecificationError("an interval runs from lower to upper, each as many numbers as the other.")
        return self._between(low, high)

    def quantile(self, probabilities: ArrayLike) -> Array:
        """Values below which the prior has these probabilities, each above 0 and below 1."""
        p = _row("probabilities", probabilities)
        if not ((p > 0.0) & (p < 1.0)).all():
            raise SpecificationError(f"probabilities lie between 0 and 1; found {probabilities!r}.")
        return self._quantile(p)

    def draw(self, size: int, rng: Seed = None) -> Array:
        """``size`` independent draws."""
        size = checks.count("size", size)
        uniform = np.random.default_rng(seed_sequence(rng)).random(size)
        return self._quantile(np.clip(uniform, 1e-16, 1.0 - 1e-16))

    @cached_property
    def mean(self) -> float | Unavailable:
        """Mean; Unavailable where a tail is too heavy for one."""
        if self.family == "uniform":
            return self.mode
        if not self._has_moment(1):
            return Unavailable(f"an unbounded t with {self.df:g} degrees of freedom has no mean")
        return self._centre + self._width * self._moment(1, 0.0)

    @cached_property
    def std(self) -> float | Unavailable:
        """Standard deviation; Unavailable where a tail is too heavy for one."""
        if self.family == "uniform":
            return (self.upper - self.lower) / math.sqrt(12.0)
        if not self._has_moment(2):
            return Unavailable(f"an unbounded t with {self.df:g} degrees of freedom has no variance")
        return self._width * math.sqrt(self._moment(2, self._moment(1, 0.0)))

    def _has_moment(self, order: int) -> bool:
        bounded = math.isfinite(self.lower) and math.isfinite(self.upper)
        return bounded or self.family != "t" or float(self.df or DF) > order

    def _moment(self, order: int, around: float) -> float:
        """∫ (z - around)^order p(z) dz of the standardised elasticity."""
        from scipy.integrate import quad

        low, high = ((end - self._centre) / self._width for end in self.support)
        cuts = [low, *(cut for cut in MILESTONES if low < cut < high), high]

        def weighted(z: float) -> float:
            return float((z - around) ** order * math.exp(float(self._standard_logpdf(np.array(z)))))

        whole = sum(quad(weighted, *piece)[0] for piece in pairwise(cuts))
        return float(whole / self._whole)

    def _logpdf(self, values: Array) -> Array:
        inside = (values >= self.lower) & (values <= self.upper)
        if self.family == "uniform":
            return np.where(inside, -math.log(self.upper - self.lower), -np.inf)
        z = np.clip((values - self._centre) / self._width, -1e100, 1e100)
        return np.where(inside, self._standard_logpdf(z) - math.log(self._width * self._whole), -np.inf)

    def _standard_logpdf(self, z: Array) -> Array:
        from scipy.special import gammaln

        if self.df is None:
            found: Array = -0.5 * (z * z + math.log(2.0 * math.pi))
            return found
        half = 0.5 * (self.df + 1.0)
        constant = gammaln(half) - gammaln(0.5 * self.df) - 0.5 * math.log(self.df * math.pi)
        tails: Array = constant - half * np.log1p(z * z / self.df)
        return tails

    def _between(self, low: Array, high: Array) -> Array:
        low, high = (np.clip(each, self.lower, self.upper) for each in (low, high))
        if self.family == "uniform":
            share: Array = (high - low) / (self.upper - self.lower)
            return share
        return self._between_standard((low - self._centre) / self._width, (high - self._centre) / self._width) / (
            self._whole
        )

    def _between_standard(self, low: Array, high: Array) -> Array:
        """Of z before truncation: a difference of two small numbers, never of two near one."""
        below, above = self._cdf(high) - self._cdf(low), self._cdf(-low) - self._cdf(-high)
        return np.maximum(np.where(low > 0.0, above, below), 0.0)

    def _quantile(self, p: Array) -> Array:
        if self.family == "uniform":
            return self.lower + p * (self.upper - self.lower)
        low, high = ((end - self._centre) / self._width for end in self.support)
        if low > 0.0:
            z = -self._inverse(self._cdf(np.array(-high)) + (1.0 - p) * self._whole)
        else:
            z = self._inverse(self._cdf(np.array(low)) + p * self._whole)
        return np.clip(self._centre + self._width * z, self.lower, self.upper)

    def _cdf(self, z: Array) -> Array:
        from scipy.special import ndtr, stdtr

        found: Array = ndtr(z) if self.df is None else stdtr(self.df, z)
        return found

    def _inverse(self, p: Array) -> Array:
        from scipy.special import ndtri, stdtrit

        found: Array = ndtri(p) if self.df is None else stdtrit(self.df, p)
        return found

    @property
    def _centre(self) -> float:
        return float(self.location or 0.0)

    @property
    def _width(self) -> float:
        return float(self.scale or 1.0)

    @cached_property
    def _whole(self) -> float:
        """Mass on the support before truncation."""
        low, high = ((np.array(end) - self._centre) / self._width for end in self.support)
        return float(self._between_standard(low, high))


def _end(name: str, value: object) -> float:
    """A number, or an infinity where the support has no end."""
    open_ended = isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isinf(value)
    return float(value) if open_ended else checks.real(name, value)  # type: ignore[arg-type]


def _row(name: str, values: ArrayLike) -> Array:
    """One number or a row of them, as a row."""
    found = np.atleast_1d(checks.paths(name, values))
    if found.ndim != 1 or found.size == 0 or np.isnan(found).any():
        raise SpecificationError(f"{name} must be one number or a row of them; found {values!r}.")
    return found
