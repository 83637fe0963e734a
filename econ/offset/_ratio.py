"""An `Estimate` of a ratio, with Fieller's set, the delta method's interval or the quantiles of the draws."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from econ import checks
from econ.arrays import Array
from econ.errors import SpecificationError
from econ.estimate import ConfidenceSet, Estimate
from econ.infer import bands
from econ.infer.quantiles import two_sided
from econ.infer.ratio import fieller
from econ.responses import Reading
from econ.responses.joint import MINIMUM_DRAWS

METHODS = ("fieller", "delta", "bootstrap")


@dataclass(frozen=True)
class Ratio(Estimate):
    """An `Estimate` that knows the two numbers it divides, so that precision can be read at any value of the ratio.

    Parameters
    ----------
    pair : Reading, optional
        Numerator and denominator with their covariance.
    """

    pair: Reading | None = field(default=None, repr=False, compare=False)

    __str__ = Estimate.__str__

    def __neg__(self) -> Self:
        return replace(super().__neg__(), pair=self._times(-1.0))

    def scaled(self, by: float, *, units: str | None = None) -> Self:
        """As that of an `Estimate`; the numerator is scaled with it."""
        return replace(super().scaled(by, units=units), pair=self._times(by))

    def _times(self, by: float) -> Reading | None:
        return None if self.pair is None else self.pair.turned(np.diag([by, 1.0]))


def ratio_estimate(pair: Reading, *, method: str, level: float, label: str) -> Ratio:
    """Ratio of the first to the second of two responses, with the set that ``method`` names."""
    level, method = checks.level(level), checks.choice("method", method, METHODS)
    numerator, denominator = (float(value) for value in pair.point)
    value, std_error = delta_ratio(numerator, denominator, pair.covariance)
    region: ConfidenceSet | None = None
    if method == "fieller":
        region = fieller(numerator, denominator, pair.covariance, level=level, df=pair.df)
        lower, upper = region.lower, region.upper
    elif method == "delta":
        reach = std_error * two_sided(level, pair.df)
        lower, upper = value - reach, value + reach
    else:
        lower, upper = _quantiles(pair.draws, level)
    return Ratio(
        value, std_error, lower, upper, level, "", label, pair.nobs, region=region, parent=pair.parent, pair=pair
    )


def ratio_of_draws(
    values: Array, *, method: str = "fieller", level: float, label: str, nobs: int, parent: object
) -> Ratio:
    """`ratio_estimate` of two numbers (1 + B, 2), the estimate first and then its draws, whose covariance serves."""
    if len(values) <= MINIMUM_DRAWS:
        raise SpecificationError(
            f"a set needs at least {MINIMUM_DRAWS} draws of the responses; found {len(values) - 1}."
        )
    pair = Reading(values[0], np.cov(values[1:], rowvar=False), values[1:], nobs, None, parent)
    return ratio_estimate(pair, method=method, level=level, label=label)


def delta_ratio(numerator: float, denominator: float, covariance: Array) -> tuple[float, float]:
    """Ratio and its delta-method standard error ``sqrt(g'Vg)``, ``g = (1, -ratio) / denominator``."""
    ratio = float(numerator / denominator)
    gradient = np.array([1.0, -ratio]) / denominator
    return ratio, math.sqrt(max(float(gradient @ covariance @ gradient), 0.0))


def _quantiles(draws: Array | None, level: float) -> tuple[float, float]:
    if draws is None:
        raise SpecificationError("method 'bootstrap' needs draws of the responses; pass bootstrap= and rng=.")
    drawn = draws[draws[:, 1] != 0.0]
    lower, upper = bands.pointwise((drawn[:, 0] / drawn[:, 1])[:, None], level=level)
    return float(lower[0]), float(upper[0])
