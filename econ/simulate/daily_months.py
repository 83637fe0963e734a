"""What designs find in the months of many samples of a `DailyMarket` at once: the algebra of `econ.infer` on arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from econ.arrays import Array
from econ.errors import NotIdentified
from econ.estimate import ConfidenceSet, Estimate
from econ.infer.form import ReducedForm
from econ.infer.leaning import FREE, concentrated, solved
from econ.infer.sandwich import joint_covariance

NEWEY_WEST = partial(joint_covariance, cov="hac")


@dataclass(frozen=True)
class Impacts:
    """The impact alone by scheduled news in B samples: values and errors (B,), NaN where it is free, and S sets."""

    values: Array
    errors: Array
    regions: list[ConfidenceSet]
    months: int
    level: float

    def of(self, number: int, units: str) -> Estimate:
        """That of one sample.

        Raises
        ------
        NotIdentified
            Where the impact is free.
        """
        value, error, region = float(self.values[number]), float(self.errors[number]), self.regions[number]
        if np.isnan(value):
            raise NotIdentified(FREE)
        return Estimate(
            value, error, region.lower, region.upper, self.level, units, "impact", self.months, region=region
        )


def impacts_by_news(change: Array, flow: Array, news: Array, *, share: float, level: float) -> Impacts:
    """As :func:`econ.infer.news_leaning` of arrays (B, M), the leaning left out."""
    y, x = centred(change), centred(flow)
    z = centred(news) - share * y
    values, errors, _ = solved(y, x, z, joint=NEWEY_WEST)
    value, error = values[:, 1], errors[:, 1]
    regions = concentrated(y, x, z, centre=value, scale=error, level=level, joint=NEWEY_WEST)
    return Impacts(value, error, regions, change.shape[1], level)


def granular_series(growth: Array, sizes: Array) -> Array:
    """The instrument (..., T) of :func:`econ.projection.granular_instrument` without factors, of (..., T, K) and (K,).

    Both weights add to one, so that what is common to all holders drops out of their difference.
    """
    own = growth - growth.mean(axis=-2, keepdims=True)
    precision = 1.0 / (own - own.mean(axis=-1, keepdims=True)).var(axis=-2)
    reference = precision / precision.sum(axis=-1, keepdims=True)
    z: Array = (own @ (sizes / sizes.sum() - reference)[..., None])[..., 0]
    return z


def reduced_forms(outcome: Array, endogenous: Array, instrument: Array) -> list[ReducedForm]:
    """As :func:`econ.infer.reduced_form` of arrays (B, M), Newey and West's covariance, without degrees of freedom."""
    z, both = centred(instrument), np.stack([centred(outcome), centred(endogenous)], axis=-1)
    moments = np.vecdot(z, z)[:, None, None]
    found = z[:, None] @ both / moments
    residuals = both - z[..., None] * found
    covariance, _ = NEWEY_WEST(z[..., None] * residuals / moments)
    return [
        ReducedForm(own[0, :1], own[0, 1:], spread, size, z.shape[1])
        for own, spread, size in zip(found, covariance, moments, strict=True)
    ]


def centred(values: Array) -> Array:
    """Months less their mean."""
    out: Array = values - values.mean(axis=-1, keepdims=True)
    return out
