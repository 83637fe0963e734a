"""`ReducedForm`: what every set that is robust to weak instruments starts from."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
import pandas as pd
import scipy

from econ import checks
from econ.arrays import Array
from econ.errors import SingularDesign, SpecificationError
from econ.frozen import guarded
from econ.tables.shown import Facts, Shown, coefficient_table, degrees

SINGULAR = 1e-12


@guarded
@dataclass(frozen=True, eq=False)
class ReducedForm(Shown):
    """Coefficients of outcome and endogenous variable on m instruments, controls partialled out.

    Parameters
    ----------
    outcome : array (m,)
        Coefficients of the outcome.
    first : array (m,)
        Coefficients of the endogenous variable (the first stage).
    covariance : array (2 m, 2 m)
        Joint covariance, outcome first.
    moments : array (m, m)
        Cross-products of the instruments after partialling out.
    nobs : int
        Observations.
    df : float
        Degrees of freedom that the covariance was estimated with; ``inf`` means it counts as known.
    factor : float
        Small-sample factor that the covariance lacks.
    plain_df : float
        Degrees of freedom of the covariance in its own theory: the cosines of "ewc", infinitely many for the others.
    parent : object, optional
        What it was estimated from.

    Raises
    ------
    SpecificationError
        For shapes that do not match, values that are not finite, a covariance or moments that are none (not symmetric,
        a negative variance or eigenvalue), or degrees of freedom and a factor that are not above 0.
    """

    outcome: Array
    first: Array
    covariance: Array
    moments: Array
    nobs: int
    df: float = math.inf
    factor: float = 1.0
    plain_df: float = math.inf
    parent: object = field(default=None, repr=False)

    def _facts(self) -> Facts:
        return {"instruments": len(self.first), "observations": self.nobs, "degrees of freedom": degrees(self.df)}

    def to_frame(self, level: float = 0.90) -> pd.DataFrame:
        """One row an equation (outcome, first) and instrument: estimate, std_error, t, p_value and ends."""
        names = [("outcome", "first"), range(len(self.first))]
        index = pd.MultiIndex.from_product(names, names=["equation", "instrument"])
        values = pd.Series(np.concatenate([self.outcome, self.first]), index=index)
        errors = pd.Series(np.sqrt(np.diag(self.covariance)), index=index)
        return coefficient_table(values, errors, level=level, df=self.df)

    def __post_init__(self) -> None:
        m = len(self.first) if self.first.ndim == 1 else -1
        wanted = {"outcome": (m,), "first": (m,), "covariance": (2 * m, 2 * m), "moments": (m, m)}
        for name, shape in wanted.items():
            if getattr(self, name).shape != shape:
                raise SpecificationError(
                    f"{name} of {max(m, 0)} instruments must have the shape {shape}; found {getattr(self, name).shape}."
                )
            checks.finite(name, getattr(self, name))
        checks.covariance("covariance", self.covariance)
        checks.covariance("moments", self.moments)
        for name in ("df", "factor", "plain_df"):
            if not getattr(self, name) > 0.0 or (name == "factor" and math.isinf(self.factor)):
                raise SpecificationError(f"{name} must be a number above 0, or inf; found {getattr(self, name)!r}.")

    def rotate(self, angle: float | Array) -> tuple[Array, Array, Array, Array, Array]:
        """Turn the pair (outcome, first) by ``angle``, so that ``tan(angle)`` is the effect under test.

        Returns
        -------
        g : array (..., m)
            ``cos(angle) outcome - sin(angle) first``: zero when the effect is ``tan(angle)``.
        d : array (..., m)
            ``sin(angle) outcome + cos(angle) first``.
        v_gg, v_dg, v_dd : array (..., m, m)
            Their covariances. At a right angle g is minus the first stage: the effect is infinite.
        """
        m, v = len(self.first), self.covariance
        angle = np.asarray(angle, dtype=float)
        checks.finite("angle", angle)
        cos, sin = np.cos(angle)[..., None], np.sin(angle)[..., None]
        g, d = cos * self.outcome - sin * self.first, sin * self.outcome + cos * self.first
        cos, sin = cos[..., None], sin[..., None]
        yy, yd, dy, dd = v[:m, :m], v[:m, m:], v[m:, :m], v[m:, m:]
        v_gg = cos**2 * yy - cos * sin * (yd + dy) + sin**2 * dd
        v_dg = sin * cos * (yy - dd) - sin**2 * yd + cos**2 * dy
        v_dd = sin**2 * yy + cos * sin * (yd + dy) + cos**2 * dd
        return g, d, v_gg, v_dg, v_dd

    def inflated(self, level: float, small_sample: bool | None = True) -> ReducedForm:
        """Enlarge the covariance until the chi-square quantile of m is the F quantile that its error calls for.

        A Wald statistic of m restrictions whose covariance has ``df`` degrees of freedom is about
        ``m df / (df - m + 1) F(m, df - m + 1)`` (Hotelling). ``small_sample`` as in :func:`anderson_rubin`.
        """
        m, level = len(self.first), checks.level(level)
        known = m == 1 if small_sample is None else not small_sample
        df, factor = (self.plain_df, 1.0) if known else (self.df, self.factor)
        ratio = factor * critical_ar(level, m, df) / critical_ar(level, m, math.inf)
        return replace(self, covariance=self.covariance * ratio, df=math.inf, factor=1.0)

    def standardised(self) -> tuple[ReducedForm, float, float]:
        """Measure effects from the two-stage estimate in its standard errors: form, centre, scale."""
        check_definite(self.covariance)
        weight = self.moments @ self.first
        strength = float(self.first @ weight)
        centre = float(self.outcome @ weight) / strength
        m = len(self.first)
        turn = np.block([[np.eye(m), -centre * np.eye(m)], [np.zeros((m, m)), np.eye(m)]])
        v = turn @ self.covariance @ turn.T
        scale = math.sqrt(float(weight @ v[:m, :m] @ weight)) / abs(strength)
        turn[:m] /= scale
        outcome = (self.outcome - centre * self.first) / scale
        return replace(self, outcome=outcome, covariance=turn @ self.covariance @ turn.T), centre, scale


def check_definite(covariance: Array) -> None:
    """Refuse a singular covariance of a reduced form."""
    scale = np.sqrt(np.diag(covariance))
    if scale.min() == 0.0 or np.linalg.eigvalsh(covariance / np.outer(scale, scale))[0] < SINGULAR:
        raise SingularDesign(
            "the reduced form has a singular covariance: given the instruments and controls, outcome and endogenous "
            "variable are proportional, or there are fewer cosines or groups than coefficients; change one of them."
        )


@lru_cache(maxsize=1024)
def critical_ar(level: float, m: int, df: float) -> float:
    """Critical value of the Wald statistic: chi-square, or the fixed-b F scaled to a Wald statistic."""
    if math.isinf(df):
        return 2.0 * float(scipy.special.gammaincinv(0.5 * m, level))
    if m > df:
        raise SpecificationError(f"{m} instruments need at least as many degrees of freedom; found {df:g}.")
    room = df - m + 1.0
    return float(scipy.special.fdtri(m, room, level)) * m * df / room
