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
from econ.infer._quartics import least_s
from econ.infer.form import critical_ar
from econ.infer.inversion import invert
from econ.infer.sandwich import joint_covariance
from econ.infer.strength import EffectiveF, effective_f
from econ.infer.weak import anderson_rubin, reduced_form

ANGLES = 401
"""Impacts tried at first; ends between two of them are then found to rounding."""
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
        b at the estimated c; the error counts that of c, and the region is the S set of both moments together.
    relevance : EffectiveF
        Of the news for the price change.
    share : float
        Part of the impact in the measure of news that was taken out.
    curve : LeaningCurve
        Impact at any other leaning.
    """

    leaning: Estimate
    impact: Estimate
    relevance: EffectiveF
    share: float
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
    Coverage of the 90% sets and median estimate of an impact of 0.5 (leaning 0.5) in 1,000 samples of months of 21
    days, two of them with news, whose changes are the news (Monte Carlo error 1 point); ratio: variance of the yield's
    own changes on days of news over that of other days. With a ratio of one there is no news, and the set says so.

    ======  =====  ================  =======  ======  ======  =======
    months  ratio  share             leaning  impact  median  bounded
    ======  =====  ================  =======  ======  ======  =======
    177     1      0                 42       39      0.00    100
    177     1      2/21              90       91      -0.01   10
    177     3      0                 69       63      0.26    100
    177     3      2/21              91       91      0.50    98
    177     8      2/21              91       90      0.50    100
    420     3      0                 45       37      0.27    100
    420     3      2/21              89       89      0.50    100
    420     8      2/21              88       89      0.50    100
    ======  =====  ================  =======  ======  ======  =======

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
    z = _partialled(news, flow, controls)[0] - share * y
    if abs(float(z @ y)) <= ZERO * float(np.linalg.norm(z) * np.linalg.norm(y)):
        raise NotIdentified("the news is unrelated to the price change, so that it identifies no leaning.")
    c, b, errors = _solved(curve, z)
    form = reduced_form(x, y, z, cov=cov, bandwidth=bandwidth)
    regions = (anderson_rubin(form, level=level), _concentrated(curve, z, b, errors[1], level=level))
    leaning, impact = (
        Estimate(value, error, found.lower, found.upper, level, unit, label, len(x), region=found, parent=curve)
        for value, error, found, unit, label in zip(
            (c, b), errors, regions, units, ("leaning", "impact"), strict=True
        )
    )  # fmt: skip
    return NewsLeaning(leaning, impact, effective_f(form), share, curve)


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


def _concentrated(curve: LeaningCurve, z: Array, centre: float, scale: float, *, level: float) -> ConfidenceSet:
    """All b at which both moments hold together for some leaning.

    Given b the leaning has two instruments, z and ``u = dy + b f``, and the least S statistic over all leanings is
    compared with one degree of freedom. It is a ratio of two quartics in c, so that its stationary points are roots.
    """
    y, x = curve.change, curve.flow
    columns = np.column_stack([z * x, z * y, (y + centre * x) * x, (y + centre * x) * y, scale * x * x, scale * x * y])
    sizes = np.linalg.norm(x) / np.linalg.norm(y)  # the unit of c, so that its powers are of one order
    columns = columns * np.array([1.0, sizes, 1.0, sizes, 1.0, sizes])
    total = columns.sum(axis=0)
    spread, df = joint_covariance(
        columns - columns.mean(axis=0), cov=_kind(curve), bandwidth=curve.bandwidth, columns=curve.columns + 1
    )
    critical = critical_ar(level, 1, df)

    def accept(angle: Array) -> Array:
        """``b = centre + scale tan(angle)``, everything of u times the cosine."""
        pick = np.zeros((len(angle), 4, 6))
        pick[:, 0, 0] = pick[:, 1, 1] = 1.0
        pick[:, 2, 2] = pick[:, 3, 3] = np.cos(angle)
        pick[:, 2, 4] = pick[:, 3, 5] = np.sin(angle)
        return critical - least_s(pick @ total, pick @ spread @ pick.swapaxes(1, 2))

    return invert(accept, centre, scale, level=level, grid=ANGLES)


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


def _kind(curve: LeaningCurve) -> str:
    """Covariance of influence functions: leverages have no meaning for a product of two residuals."""
    return "hc1" if curve.cov in ("hc2", "hc3") else curve.cov


def _spread(psi: Array, curve: LeaningCurve) -> Array:
    """Covariance of the sum of influence functions under the covariance of the curve."""
    return joint_covariance(psi, cov=_kind(curve), bandwidth=curve.bandwidth, columns=curve.columns + 1)[0]
