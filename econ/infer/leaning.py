"""Leaning of a flow identified by news, and with it the impact of the flow.

News z that moves the price and reaches the flow only through it adds ``E[z (f - c dy)] = 0`` to the moment of
`econ.infer.leaning_curve` (Koijen and Yogo 2019 and the literature on demand systems use the same pair of exclusions).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from econ import checks
from econ.arrays import Array, Rows
from econ.border import checked
from econ.errors import NotIdentified
from econ.estimate import ConfidenceSet, Estimate
from econ.frozen import guarded
from econ.infer._quartics import least, quartic
from econ.infer.covariance import consecutive
from econ.infer.form import critical_ar
from econ.infer.hyperbola import ZERO, LeaningCurve, kind, leaning_curve, partialled
from econ.infer.inversion import invert_each
from econ.infer.sandwich import joint_covariance
from econ.infer.strength import EffectiveF, effective_f
from econ.infer.weak import anderson_rubin, reduced_form
from econ.rows import same_rows
from econ.tables.shown import Shown

Joint: TypeAlias = Callable[[Array], tuple[Array, float]]
FREE = "at the leaning that the news gives, the flow has no part of its own: the impact is free."
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
    SpecificationError, SchemaError, FrequencyError, SampleTooShort
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
    same_rows(change=change, news=news)  # the curve and the news ask the rest
    curve = leaning_curve(change, flow, controls=controls, cov=cov, bandwidth=bandwidth, units=units[1])
    consecutive(cov, news, bandwidth=bandwidth)
    y, x = curve.change, curve.flow
    z = partialled(news, flow, controls)[0] - share * y
    if abs(float(z @ y)) <= ZERO * float(np.linalg.norm(z) * np.linalg.norm(y)):
        raise NotIdentified("the news is unrelated to the price change, so that it identifies no leaning.")
    form = reduced_form(x, y, z, cov=cov, bandwidth=bandwidth)
    joint = partial(joint_covariance, cov=kind(curve), bandwidth=curve.bandwidth, columns=curve.columns + 1)
    values, errors, influence = solved(y, x, z, joint=joint)
    if np.isnan(values[1]):
        raise NotIdentified(FREE)
    (both,) = concentrated(y[None], x[None], z[None], centre=values[1:], scale=errors[1:], level=level, joint=joint)
    regions = (anderson_rubin(form, level=level), both)
    rows = zip(values.tolist(), errors.tolist(), regions, units, ("leaning", "impact"), strict=True)
    leaning, impact = (
        Estimate(value, error, found.lower, found.upper, level, unit, label, len(x), region=found, parent=curve)
        for value, error, found, unit, label in rows
    )
    return NewsLeaning(leaning, impact, effective_f(form), share, curve, influence)


def solved(y: Array, x: Array, z: Array, *, joint: Joint) -> tuple[Array, Array, Array]:
    """Leaning and impact that solve both moments in one sample, (T,) each, or in many, (..., T).

    Parameters
    ----------
    y, x, z : array (..., T)
        Price change, flow and news, constant and controls partialled out.
    joint : callable
        Covariance of the sum of influence functions, and its degrees of freedom.

    Returns
    -------
    values, errors : array (..., 2)
        Leaning and impact; errors by the delta method. NaN where the flow has no part of its own at that leaning.
    influence : array (..., T, 2)
    """
    carried = np.vecdot(z, y)[..., None]
    c = np.vecdot(z, x)[..., None] / carried
    own = x - c * y
    weight = np.vecdot(own, x)[..., None]
    least = ZERO * np.linalg.norm(own, axis=-1, keepdims=True) * np.linalg.norm(x, axis=-1, keepdims=True)
    weight = np.where(np.abs(weight) > least, weight, np.nan)
    b = -np.vecdot(own, y)[..., None] / weight
    news = y + b * x
    leaning = z * own / carried
    impact = (np.vecdot(y, news)[..., None] * leaning - own * news) / weight
    influence = np.stack([leaning, impact], axis=-1)
    errors = np.sqrt(np.diagonal(joint(influence)[0], axis1=-2, axis2=-1))
    return np.concatenate([c, b], axis=-1), errors, influence


def concentrated(
    y: Array, x: Array, z: Array, *, centre: Array, scale: Array, level: float, joint: Joint
) -> list[ConfidenceSet]:
    """All b at which both moments hold together for some leaning, of many samples: arrays (B, T), values (B,).

    Given b the leaning has two instruments, z and ``u = dy + b f``, and the least S statistic over all leanings is
    compared with one degree of freedom. It is a ratio of two quartics in c: the one less the
    bound times the other is negative somewhere or nowhere.
    """
    middle, unit = centre[:, None], scale[:, None]
    news = y + middle * x
    columns = np.stack([z * x, z * y, news * x, news * y, unit * x * x, unit * x * y], axis=-1)
    # the unit of c, so that its powers are of one order
    sizes = np.linalg.norm(x, axis=-1, keepdims=True) / np.linalg.norm(y, axis=-1, keepdims=True)
    columns[..., 1::2] *= sizes[..., None]
    total = columns.sum(axis=1)
    covariance, df = joint(columns - columns.mean(axis=1, keepdims=True))
    coefficients = _turning(total, covariance, critical_ar(level, 1, df))

    def accept(problem: Rows, angle: Array) -> Array:
        cos, sin = np.cos(angle), np.sin(angle)
        form = coefficients.take(problem, axis=2)
        return -least(form[:, 0] * (cos * cos) + form[:, 1] * (cos * sin) + form[:, 2] * (sin * sin))

    return invert_each(accept, centre, scale, level=level, grid=ANGLES)


def _turning(total: Array, covariance: Array, critical: float) -> Array:
    """Coefficients of the quartics at ``b = centre + scale tan(angle)`` as forms in cosine and sine: (5, 3, B).

    Everything of u times the cosine, so that the quartic is quadratic in the two: three angles give it.
    """
    cos, sin = np.array([1.0, 0.0, 1.0]), np.array([0.0, 1.0, 1.0])
    pick = np.zeros((3, 1, 4, 6))
    pick[:, 0, 0, 0] = pick[:, 0, 1, 1] = 1.0
    pick[:, 0, 2, 2] = pick[:, 0, 3, 3] = cos
    pick[:, 0, 2, 4] = pick[:, 0, 3, 5] = sin
    totals = (pick @ total[..., None]).reshape(-1, 4)
    spreads = (pick @ covariance @ pick.swapaxes(-1, -2)).reshape(-1, 4, 4)
    found = quartic(totals, spreads, critical).reshape(5, 3, -1)
    found[:, 2] -= found[:, 0] + found[:, 1]
    form: Array = found[:, [0, 2, 1]]
    form /= np.abs(form).max(axis=(0, 1))
    return form
