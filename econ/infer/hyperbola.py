"""Impact of a flow that leans against the price, as a function of how it leans.

The price change answers the flow and the flow the price change of the same period,

    dy_t = -b f_t + n_t,    f_t = c dy_t + e_t,    E[n_t e_t] = 0,

so that least squares mixes b and c. One moment, ``E[(f - c dy)(dy + b f)] = 0``, ties them together: for each c there
is one b, and for each b one c.
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
from econ.infer.covariance import check_lags, check_terms, consecutive
from econ.infer.sandwich import joint_covariance
from econ.infer.weak import anderson_rubin
from econ.rows import same_rows
from econ.tables.shown import Shown

ZERO = 1e-12
"""Cosine below which two series are unrelated."""


@guarded
@dataclass(frozen=True, eq=False)
class LeaningCurve(Shown):
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

    def to_frame(self, level: float = 0.90) -> pd.DataFrame:
        """One row a period: ``change`` and ``flow``, constant and controls partialled out; ``level`` has no use."""
        return pd.DataFrame({"change": self.change, "flow": self.flow}).rename_axis("period")

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
        error = math.sqrt(float(spread(psi, self)[0, 0]))
        region = self._region(own, level)
        return Estimate(
            value, error, region.lower, region.upper, checks.level(level), self.units,
            f"impact at a leaning of {leaning:g}", len(own), region=region, parent=self,
        )  # fmt: skip

    def needed(self, impact: float, *, level: float = 0.90, units: str = "") -> Estimate:
        """Leaning c that an impact b takes: ``E[(dy + b f) f] / E[(dy + b f) dy]``, the curve read the other way.

        Parameters
        ----------
        impact : float
            b; taken as known. Zero gives the regression of the flow on the price change.
        level : float, default 0.90
            Coverage of the S set, in closed form as that of the impact.
        units : str
            Of the leaning.

        Raises
        ------
        NotIdentified
            If at this impact the moment does not contain the leaning.
        """
        impact = checks.real("impact", impact)
        news = self.change + impact * self.flow
        weight = float(news @ self.change)
        if abs(weight) <= ZERO * float(np.linalg.norm(news) * np.linalg.norm(self.change)):
            raise NotIdentified(
                f"at an impact of {impact:g} the news has no part in the price: the leaning is free there."
            )
        value = float(news @ self.flow) / weight
        psi = (news * (self.flow - value * self.change) / weight)[:, None]
        error = math.sqrt(float(spread(psi, self)[0, 0]))
        region = anderson_rubin(self.flow, self.change, news, cov=self.cov, bandwidth=self.bandwidth, level=level)
        return Estimate(
            value, error, region.lower, region.upper, checks.level(level), units,
            f"leaning at an impact of {impact:g}", len(news), region=region, parent=self,
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
        For arrays of different lengths, series on unlike rows, or an unknown covariance.
    SchemaError, FrequencyError
        For values that are not finite, a series that does not vary, or (for "hac" and "ewc") dates that are out of
        order or have gaps.
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
    cov = checks.choice("covariance", cov, ("hac", "ewc", "hc0", "hc1", "hc2", "hc3"))
    consecutive(cov, change, flow, controls, bandwidth=bandwidth)
    y, x, columns = partialled(change, flow, controls)
    return LeaningCurve(y, x, columns, cov, checked_bandwidth(cov, bandwidth, len(y)), units)


def checked_bandwidth(cov: str, bandwidth: int | None, size: int) -> int | None:
    """The bandwidth, refused where the covariance has none or it does not fit the sample."""
    if bandwidth is None:
        return None
    if cov not in ("hac", "ewc"):
        raise SpecificationError(f"bandwidth belongs to 'hac' and 'ewc'; the covariance asked for is {cov!r}.")
    return check_lags(bandwidth, size) if cov == "hac" else check_terms(bandwidth, size)


def partialled(first: ArrayLike, second: ArrayLike, controls: ArrayLike | None) -> tuple[Array, Array, int]:
    """Both series less their projection on a constant and the controls."""
    same_rows(change=first, flow=second, controls=controls)
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


def kind(curve: LeaningCurve) -> str:
    """Covariance of influence functions: leverages have no meaning for a product of two residuals."""
    return "hc1" if curve.cov in ("hc2", "hc3") else curve.cov


def spread(psi: Array, curve: LeaningCurve) -> Array:
    """Covariance of the sum of influence functions under the covariance of the curve."""
    return joint_covariance(psi, cov=kind(curve), bandwidth=curve.bandwidth, columns=curve.columns + 1)[0]
