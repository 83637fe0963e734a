"""Leaning of a flow identified by news, and with it the impact of the flow.

News z that moves the price and reaches the flow only through it adds ``E[z (f - c dy)] = 0`` to the moment of
`econ.infer.leaning_curve` (Koijen and Yogo 2019 and the literature on demand systems use the same pair of exclusions).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from econ import checks
from econ.arrays import Array
from econ.border import checked
from econ.errors import NotIdentified
from econ.estimate import ConfidenceSet, Estimate
from econ.frozen import guarded
from econ.infer._quartics import least, quartic
from econ.infer.form import critical_ar
from econ.infer.hyperbola import ZERO, LeaningCurve, kind, leaning_curve, partialled, spread
from econ.infer.inversion import invert
from econ.infer.sandwich import joint_covariance
from econ.infer.strength import EffectiveF, effective_f
from econ.infer.weak import anderson_rubin, reduced_form
from econ.tables.shown import Shown

Pair: TypeAlias = tuple[float, float]
ANGLES = 401
"""Impacts tried at first; ends between two of them are then found to rounding."""


@guarded
@dataclass(frozen=True, eq=False)
class NewsLeaning(Shown):
    """Leaning identified by news, and the impact that goes with it.

    Parameters
    ----------
    leaning : Estimate
        c, with the S set.
    impact : Estimate
        b at the estimated c; the error counts that of c, and the region is the S set of both moments together.
    relevance : EffectiveF
        Of the news for the price change.
    share : float
        Part of the impact in the measure of news that was taken out.
    curve : LeaningCurve
        Impact at any other leaning.
    influence : array (T, 2)
        What each period adds to the error of leaning and impact: for the joint covariance of several designs.
    """

    leaning: Estimate
    impact: Estimate
    relevance: EffectiveF
    share: float
    curve: LeaningCurve = field(repr=False)
    influence: Array = field(repr=False)

    def __str__(self) -> str:
        return f"leaning {self.leaning}; impact {self.impact}; news: {self.relevance}"


@checked
def news_leaning(
    change: ArrayLike,
    flow: ArrayLike,
    news: ArrayLike,
    *,
    share: float = 0.0,
    controls: ArrayLike | None = None,
    cov: str = "hac",
    bandwidth: int | None = None,
    level: float = 0.90,
    units: tuple[str, str] = ("", ""),
) -> NewsLeaning:
    """Identify leaning by news that reaches the flow through the price only, and the impact with it.

    ``E[z (f - c dy)] = 0`` and ``E[(f - c dy)(dy + b f)] = 0``. News is often measured by the price itself, such as the
    change of a yield on the days of announcements, and part of the impact of the flow of the month then falls into it:
    ``news = z - share b f``. With ``dy = n - b f`` the contrast ``news - share dy = z - share n`` is free of the flow
    whatever b, so that it takes the place of z. With flows spread evenly, ``share`` is the share of days with news;
    without the correction c is too small and b with it, if sales raise yields.

    Parameters
    ----------
    change, flow, controls, cov, bandwidth
        As in :func:`leaning_curve`.
    news : array (T,)
        Such as surprises of announcements, 0 in periods without, or the part of ``change`` on their days.
    share : float, default 0.0
        Part of the impact that the measure of news holds, at least 0 and below 1; 0 for news measured without prices.
    level : float, default 0.90
        Coverage of both sets.
    units : (str, str)
        Of leaning and impact.

    Returns
    -------
    NewsLeaning
        Both sets are S sets (Stock and Wright 2000), valid however weak the news is: that of the leaning from its
        moment alone, that of the impact from both, with the leaning concentrated out. Given b the leaning is strongly
        identified by ``dy + b f``, so that one degree of freedom is left.

    Raises
    ------
    SpecificationError, SchemaError, SampleTooShort
        As :func:`leaning_curve`.
    NotIdentified
        If the news is unrelated to the price change.

    References
    ----------
    As :func:`leaning_curve`; its theorem 3 is on strongly identified parameters that are concentrated out.

    Notes
    -----
    90% sets cover in 88-91% of samples with the right share, in 37-69% with a share of 0. Measured in :doc:`/coverage`.

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> news, own, rest = generator.standard_normal((3, 2000))
    >>> flow = (own + 0.5 * (news + rest)) / (1.0 + 0.5 * 0.8)
    >>> found = news_leaning(news + rest - 0.8 * flow, flow, news, cov="hc1")
    >>> print(found.leaning)
    0.460, s.e. 0.030, 90% set [0.41, 0.51]
    >>> print(found.impact)
    0.737, s.e. 0.042, 90% set [0.67, 0.81]
    """
    level, share = checks.level(level), checks.real("share", share, least=0.0, below=1.0)
    curve = leaning_curve(change, flow, controls=controls, cov=cov, bandwidth=bandwidth, units=units[1])
    y, x = curve.change, curve.flow
    z = partialled(news, flow, controls)[0] - share * y
    if abs(float(z @ y)) <= ZERO * float(np.linalg.norm(z) * np.linalg.norm(y)):
        raise NotIdentified("the news is unrelated to the price change, so that it identifies no leaning.")
    form = reduced_form(x, y, z, cov=cov, bandwidth=bandwidth)
    values, errors, influence = solved(curve, z)
    regions = (anderson_rubin(form, level=level), concentrated(curve, z, values[1], scale=errors[1], level=level))
    leaning, impact = (
        Estimate(value, error, found.lower, found.upper, level, unit, label, len(x), region=found, parent=curve)
        for value, error, found, unit, label in zip(
            values, errors, regions, units, ("leaning", "impact"), strict=True
        )
    )  # fmt: skip
    return NewsLeaning(leaning, impact, effective_f(form), share, curve, influence)


def solved(curve: LeaningCurve, z: Array) -> tuple[Pair, Pair, Array]:
    """Leaning and impact that solve both moments, their errors by the delta method, and the influence (T, 2)."""
    y, x = curve.change, curve.flow
    c = float(z @ x) / float(z @ y)
    own = x - c * y
    if abs(float(own @ x)) <= ZERO * float(np.linalg.norm(own) * np.linalg.norm(x)):
        raise NotIdentified("at the leaning that the news gives, the flow has no part of its own: the impact is free.")
    b = -float(own @ y) / float(own @ x)
    moments = np.column_stack([z * own, own * (y + b * x)])
    slope = np.array([[-float(z @ y), 0.0], [-float(y @ (y + b * x)), float(own @ x)]])
    influence = -np.linalg.solve(slope, moments.T).T
    errors = np.sqrt(np.diag(spread(influence, curve)))
    return (c, b), (float(errors[0]), float(errors[1])), influence


def concentrated(curve: LeaningCurve, z: Array, centre: float, *, scale: float, level: float) -> ConfidenceSet:
    """All b at which both moments hold together for some leaning.

    Given b the leaning has two instruments, z and ``u = dy + b f``, and the least S statistic over all leanings is
    compared with one degree of freedom. It is a ratio of two quartics in c: the one less the
    bound times the other is negative somewhere or nowhere.
    """
    y, x = curve.change, curve.flow
    columns = np.column_stack([z * x, z * y, (y + centre * x) * x, (y + centre * x) * y, scale * x * x, scale * x * y])
    sizes = np.linalg.norm(x) / np.linalg.norm(y)  # the unit of c, so that its powers are of one order
    columns = columns * np.array([1.0, sizes, 1.0, sizes, 1.0, sizes])
    total = columns.sum(axis=0)
    covariance, df = joint_covariance(
        columns - columns.mean(axis=0), cov=kind(curve), bandwidth=curve.bandwidth, columns=curve.columns + 1
    )
    coefficients = _turning(total, covariance, critical_ar(level, 1, df))

    def accept(angle: Array) -> Array:
        cos, sin = np.cos(angle), np.sin(angle)
        return -least(coefficients @ np.stack([cos * cos, cos * sin, sin * sin]))

    return invert(accept, centre, scale, level=level, grid=ANGLES)


def _turning(total: Array, covariance: Array, critical: float) -> Array:
    """Coefficients of the quartic at ``b = centre + scale tan(angle)`` as a form in cosine and sine: (5, 3).

    Everything of u times the cosine, so that the quartic is quadratic in the two: three angles give it.
    """
    cos, sin = np.array([1.0, 0.0, 1.0]), np.array([0.0, 1.0, 1.0])
    pick = np.zeros((3, 4, 6))
    pick[:, 0, 0] = pick[:, 1, 1] = 1.0
    pick[:, 2, 2] = pick[:, 3, 3] = cos
    pick[:, 2, 4] = pick[:, 3, 5] = sin
    found = quartic(pick @ total, pick @ covariance @ pick.swapaxes(1, 2), critical)
    found[:, 2] -= found[:, 0] + found[:, 1]
    form: Array = found[:, [0, 2, 1]]
    form /= np.abs(form).max()
    return form
