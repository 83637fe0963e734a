"""Impact of a flow that leans against the price: the curve of impacts by leaning, and leaning identified by news.

The price change answers the flow and the flow the price change of the same day,

    dy_t = -b f_t + n_t,    f_t = c dy_t + e_t,    E[n_t e_t] = 0,

so that least squares mixes b and c. One moment, ``E[(f - c dy)(dy + b f)] = 0``, ties them together: for each c there
is one b. News z that moves the price and reaches the flow only through it gives the other,
``E[z (f - c dy)] = 0`` (Koijen and Yogo 2019 and the literature on demand systems use the same pair of exclusions).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from econ import checks
from econ.arrays import Array
from econ.border import checked
from econ.checks import SPARE
from econ.errors import NotIdentified, SampleTooShort, SchemaError, SpecificationError
from econ.estimate import ConfidenceSet, Estimate
from econ.frozen import guarded
from econ.infer.sandwich import joint_covariance
from econ.infer.strength import EffectiveF, effective_f
from econ.infer.weak import anderson_rubin, reduced_form

ANGLES = 101
"""Leanings tried when the impact is projected over the set of the leaning."""
ZERO = 1e-12


@guarded
@dataclass(frozen=True, eq=False)
class LeaningCurve:
    """Impact of the flow as a function of how it leans.

    Parameters
    ----------
    change, flow : array (T,)
        Price change and flow, constant and controls partialled out.
    columns : int
        Regressors partialled out, the constant among them.
    cov : str
        Covariance.
    bandwidth : int or None
        Of "hac" and "ewc".
    units : str
        Of the impact.
    """

    change: Array = field(repr=False)
    flow: Array = field(repr=False)
    columns: int
    cov: str
    bandwidth: int | None
    units: str

    def at(self, leaning: float, *, level: float = 0.90) -> Estimate:
        """Impact b if the flow leans by c: ``-E[(f - c dy) dy] / E[(f - c dy) f]``.

        The standard error is the delta method's; the region is the S set of Stock and Wright (2000), all b at which the
        moment is not rejected: with one linear moment Anderson and Rubin's, in closed form, unbounded where the
        denominator may be zero.

        Parameters
        ----------
        leaning : float
            c, flow per unit of the price change; taken as known.
        level : float, default 0.90
            Coverage.

        Raises
        ------
        NotIdentified
            If at this leaning the moment does not contain the impact.
        """
        leaning = checks.real("leaning", leaning)
        own = self.flow - leaning * self.change
        weight = float(own @ self.flow)
        if abs(weight) <= ZERO * float(np.linalg.norm(own) * np.linalg.norm(self.flow)):
            raise NotIdentified(f"at a leaning of {leaning:g} the flow has no part of its own: b is free there.")
        value = -float(own @ self.change) / weight
        psi = -(own * (self.change + value * self.flow) / weight)[:, None]
        error = math.sqrt(float(_spread(psi, self)[0, 0]))
        region = self._region(own, level)
        return Estimate(
            value, error, region.lower, region.upper, checks.level(level), self.units,
            f"impact at a leaning of {leaning:g}", len(own), region=region, parent=self,
        )  # fmt: skip

    def table(self, leanings: Sequence[float], *, level: float = 0.90) -> pd.DataFrame:
        """The curve: rows leaning; columns impact, std_error, "set lower", "set upper", bounded."""
        rows = {}
        for leaning in leanings:
            made = self.at(leaning, level=level)
            region = made.confidence_set()
            rows[float(leaning)] = {
                "impact": made.value, "std_error": made.std_error, "set lower": region.lower, "set upper": region.upper,
                "bounded": region.bounded,
            }  # fmt: skip
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("leaning")

    def _region(self, own: Array, level: float) -> ConfidenceSet:
        """The S set with ``own`` as the instrument for -f in the equation of dy."""
        return anderson_rubin(self.change, -self.flow, own, cov=self.cov, bandwidth=self.bandwidth, level=level)


@guarded
@dataclass(frozen=True, eq=False)
class NewsLeaning:
    """Leaning identified by news, and the impact that goes with it.

    Parameters
    ----------
    leaning : Estimate
        c, with the S set.
    impact : Estimate
        b at the estimated c; the error counts that of c, the region covers b whatever c in its set (Bonferroni).
    relevance : EffectiveF
        Of the news for the price change.
    leak : float
        Footprint of the flow in the news that was taken out.
    curve : LeaningCurve
        Impact at any other leaning.
    """

    leaning: Estimate
    impact: Estimate
    relevance: EffectiveF
    leak: float
    curve: LeaningCurve = field(repr=False)

    def __str__(self) -> str:
        return f"leaning {self.leaning}; impact {self.impact}; news: {self.relevance}"


@checked
def leaning_curve(
    change: ArrayLike,
    flow: ArrayLike,
    *,
    controls: ArrayLike | None = None,
    cov: str = "hac",
    bandwidth: int | None = None,
    units: str = "",
) -> LeaningCurve:
    """Impact of a flow on the price as a function of how the flow leans on the price of the same period.

    Parameters
    ----------
    change, flow : array (T,)
        Price change dy and flow f, such as basis points and dollars bought; ``b > 0`` says that a purchase lowers dy.
    controls : array (T, m), optional
        Partialled out of both, with a constant.
    cov, bandwidth
        As in :func:`econ.infer.anderson_rubin`, groups aside.
    units : str
        Of the impact, such as ``"bp per USD bn"``.

    Returns
    -------
    LeaningCurve

    Raises
    ------
    SpecificationError
        For arrays of different lengths or an unknown covariance.
    SchemaError
        For values that are not finite, or a series that does not vary.
    SampleTooShort
        With fewer observations than regressors + 10.

    References
    ----------
    Stock, J. H. and J. H. Wright (2000), GMM with Weak Identification, Econometrica 68(5). Leamer, E. E. (1981), Is It
    a Demand Curve, or Is It a Supply Curve?, Review of Economics and Statistics 63(3): b(c) is his hyperbola.

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> news, own = generator.standard_normal((2, 2000))
    >>> flow = (own + 0.5 * news) / (1.0 + 0.5 * 0.8)  # b = 0.8, c = 0.5
    >>> curve = leaning_curve(news - 0.8 * flow, flow, cov="hc1", units="bp per USD bn")
    >>> print(curve.at(0.5))
    0.842 bp per USD bn, s.e. 0.032, 90% set [0.79, 0.90]
    """
    y, x, columns = _partialled(change, flow, controls)
    cov = checks.choice("covariance", cov, ("hac", "ewc", "hc0", "hc1", "hc2", "hc3"))
    return LeaningCurve(y, x, columns, cov, bandwidth, units)


@checked
def news_leaning(
    change: ArrayLike,
    flow: ArrayLike,
    news: ArrayLike,
    *,
    leak: float = 0.0,
    controls: ArrayLike | None = None,
    cov: str = "hac",
    bandwidth: int | None = None,
    level: float = 0.90,
    units: tuple[str, str] = ("", ""),
) -> NewsLeaning:
    """Identify leaning by news that reaches the flow through the price only, and the impact with it.

    ``E[(z - leak f)(f - c dy)] = 0`` and ``E[(f - c dy)(dy + b f)] = 0``. ``leak`` corrects news that holds a footprint
    of the flow itself, ``z = z* + leak f``, because the operation fell into the window in which the news was measured:
    without it c is too large by ``leak E[f e] / E[z dy]``. It must come from elsewhere (a window without operations, a
    bound); give several values to see what it does.

    Parameters
    ----------
    change, flow, controls, cov, bandwidth
        As in :func:`leaning_curve`.
    news : array (T,)
        Such as surprises of announcements, 0 on days without.
    leak : float, default 0.0
        News per unit of the flow.
    level : float, default 0.90
        Coverage of both sets.
    units : (str, str)
        Of leaning and impact.

    Returns
    -------
    NewsLeaning
        The set of the leaning is the S set of its moment; that of the impact the union of its S sets over the former,
        both at ``(1 + level) / 2`` (Bonferroni), so that it covers however weak the news is.

    Raises
    ------
    SpecificationError, SchemaError, SampleTooShort
        As :func:`leaning_curve`.
    NotIdentified
        If the news is unrelated to the price change.

    References
    ----------
    As :func:`leaning_curve`; Dufour, J.-M. (1997), Some Impossibility Theorems in Econometrics, Econometrica 65(6), for
    projection.

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> news, own, rest = generator.standard_normal((3, 2000))
    >>> flow = (own + 0.5 * (news + rest)) / (1.0 + 0.5 * 0.8)
    >>> found = news_leaning(news + rest - 0.8 * flow, flow, news, cov="hc1")
    >>> print(found.leaning)
    0.460, s.e. 0.030, 90% set [0.41, 0.51]
    >>> print(found.impact)
    0.737, s.e. 0.042, 90% set [0.55, 0.95]
    """
    level, leak = checks.level(level), checks.real("leak", leak)
    curve = leaning_curve(change, flow, controls=controls, cov=cov, bandwidth=bandwidth, units=units[1])
    y, x = curve.change, curve.flow
    z = _partialled(news, flow, controls)[0] - leak * x
    if abs(float(z @ y)) <= ZERO * float(np.linalg.norm(z) * np.linalg.norm(y)):
        raise NotIdentified("the news is unrelated to the price change, so that it identifies no leaning.")
    c, b, errors = _solved(curve, z)
    form = reduced_form(x, y, z, cov=cov, bandwidth=bandwidth)
    region = anderson_rubin(form, level=level)
    projected = _projected(curve, anderson_rubin(form, level=0.5 + 0.5 * level), level)
    leaning, impact = (
        Estimate(value, error, found.lower, found.upper, level, unit, label, len(x), region=found, parent=curve)
        for value, error, found, unit, label in zip(
            (c, b), errors, (region, projected), units, ("leaning", "impact"), strict=True
        )
    )
    return NewsLeaning(leaning, impact, effective_f(form), leak, curve)


def _solved(curve: LeaningCurve, z: Array) -> tuple[float, float, tuple[float, float]]:
    """C and b that solve both moments, and their errors by the delta method for both together."""
    y, x = curve.change, curve.flow
    c = float(z @ x) / float(z @ y)
    own = x - c * y
    if abs(float(own @ x)) <= ZERO * float(np.linalg.norm(own) * np.linalg.norm(x)):
        raise NotIdentified("at the leaning that the news gives, the flow has no part of its own: the impact is free.")
    b = -float(own @ y) / float(own @ x)
    moments = np.column_stack([z * own, own * (y + b * x)])
    slope = np.array([[-float(z @ y), 0.0], [-float(y @ (y + b * x)), float(own @ x)]])
    spread = _spread(-np.linalg.solve(slope, moments.T).T, curve)
    return c, b, (math.sqrt(spread[0, 0]), math.sqrt(spread[1, 1]))


def _projected(curve: LeaningCurve, leanings: ConfidenceSet, level: float) -> ConfidenceSet:
    """Union of the sets of b over c in its set; c runs over angles, so that infinite leanings are among them."""
    each = 0.5 + 0.5 * level
    pieces: list[tuple[float, float]] = []
    for low, high in leanings:
        angles = np.linspace(math.atan(low), math.atan(high), ANGLES)
        for angle in angles:
            own = math.cos(angle) * curve.flow - math.sin(angle) * curve.change
            pieces += list(curve._region(own, each))
    return ConfidenceSet(_merged(pieces), level)


def _merged(pieces: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    out: list[tuple[float, float]] = []
    for low, high in sorted(pieces):
        if out and low <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], high))
        else:
            out.append((low, high))
    return tuple(out)


def _partialled(first: ArrayLike, second: ArrayLike, controls: ArrayLike | None) -> tuple[Array, Array, int]:
    """Both series less their projection on a constant and the controls."""
    a, b = (np.asarray(each, dtype=float) for each in (first, second))
    if a.ndim != 1 or b.shape != a.shape:
        raise SpecificationError(f"change, flow and news must be (T,), of one length; found {a.shape} and {b.shape}.")
    w = np.ones((len(a), 1))
    if controls is not None:
        given = np.asarray(controls, dtype=float)
        given = given[:, None] if given.ndim == 1 else given
        if given.ndim != 2 or len(given) != len(a):
            raise SpecificationError(f"controls must be ({len(a)}, m); found {given.shape}.")
        w = np.column_stack([w, given])
    if not all(np.isfinite(each).all() for each in (a, b, w)):
        raise SchemaError("change, flow, news and controls must be finite; leave days without one out of all.")
    if len(a) < w.shape[1] + SPARE:
        raise SampleTooShort(f"{w.shape[1]} regressors need {w.shape[1] + SPARE} observations; found {len(a)}.")
    q = np.linalg.qr(w)[0]
    left = [each - q @ (q.T @ each) for each in (a, b)]
    for name, each, before in zip(("the first series", "the flow"), left, (a, b), strict=True):
        if float(each @ each) <= 1e-20 * max(float(before @ before), 1e-300):
            raise SchemaError(
                f"{name} does not vary beyond a constant and the controls; there is nothing to learn from it."
            )
    return left[0], left[1], w.shape[1]


def _spread(psi: Array, curve: LeaningCurve) -> Array:
    """Covariance of the sum of influence functions under the covariance of the curve."""
    cov = "hc1" if curve.cov in ("hc2", "hc3") else curve.cov
    return joint_covariance(psi, cov=cov, bandwidth=curve.bandwidth, columns=curve.columns + 1)[0]
