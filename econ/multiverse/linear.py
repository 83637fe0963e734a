"""One linear regression of a multiverse, ready to be estimated in hundreds of null samples at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import scipy

from econ import checks
from econ.arrays import Array, Rows
from econ.checks import SPARE
from econ.errors import EstimationError, SpecificationError
from econ.estimate import Estimate
from econ.frozen import guarded
from econ.infer.covariance import check_lags
from econ.infer.regression import default_lags
from econ.multiverse import _kernels as k
from econ.multiverse.nulls import NullPlan, standing
from econ.multiverse.prepared import Arrays, prepared

COVARIANCES = ("hac", "hc0", "hc1", "classical")


@dataclass(frozen=True)
class Fitted:
    """Estimate, its standard error and z score."""

    value: float
    std_error: float
    z_score: float
    df: float


@guarded
@dataclass(frozen=True, eq=False)
class LinearSpecification:
    """Least squares of an outcome on one regressor, or its instrument, and controls.

    ``y_t = b x_t + controls_t' g + u_t``, an intercept among the controls; b is the estimate. A function that returns
    one of these, instead of an `Estimate`, lets `SpecificationCurve` test all specifications jointly.

    Parameters
    ----------
    outcome, regressor : Series (T,)
        On the same dates: periods, days, or 0, 1, 2, ... without a gap.
    controls : DataFrame (T, c), optional
        Further regressors.
    lags : int, default 0
        Lags of outcome, regressor and controls that are controls too; the first ``lags`` rows of the data are lost.
    sample : (first, last) or Series of bool (T,), optional
        Rows that are used: two dates, or True on each of them. Values may be missing outside of it.
    weights : Series (T,), optional
        Positive, of each row in the sum of squares.
    instrument : Series (T,), optional
        Of the regressor: b is then the just-identified instrumental-variable estimate.
    cov : {"hac", "hc0", "hc1", "classical"}
        Newey-West with Bartlett weights (rows left out inside the sample count as time), White's two, homoskedastic
        (Student with T - k; the others normal).
    bandwidth : int, optional
        Bartlett lags of "hac", default ``0.75 T^(1/3)`` rounded up.
    level : float, default 0.90
        Coverage of the interval.
    units, label : str
        Of the estimate.

    Raises
    ------
    SpecificationError
        If the dates differ, ``cov`` is unknown, an option does not belong to it, or the sample is no sample.
    SampleTooShort
        With fewer than k + 10 rows.
    SchemaError, FrequencyError
        On missing or infinite values in the sample, or gaps in the dates.
    SingularDesign
        If regressors are collinear; names them.
    NotIdentified
        If the instrument has nothing to do with the regressor.
    EstimationError
        If the regression fits without error, or the controls, or the instrument, are the outcome.

    Examples
    --------
    >>> dates = pd.period_range("2000-01", periods=60, freq="M")
    >>> x = pd.Series(np.sin(np.arange(60.0)), dates)
    >>> y = 2.0 * x + pd.Series(np.cos(7.0 * np.arange(60.0)), dates)
    >>> print(LinearSpecification(y, x, sample=("2001-01", "2004-12")).estimate())
    1.97, s.e. 0.19
    """

    outcome: pd.Series
    regressor: pd.Series
    controls: pd.DataFrame | None = None
    lags: int = field(default=0, kw_only=True)
    sample: pd.Series | Sequence[Any] | None = field(default=None, kw_only=True)
    weights: pd.Series | None = field(default=None, kw_only=True)
    instrument: pd.Series | None = field(default=None, kw_only=True)
    cov: str = field(default="hac", kw_only=True)
    bandwidth: int | None = field(default=None, kw_only=True)
    level: float = field(default=0.90, kw_only=True)
    units: str = field(default="", kw_only=True)
    label: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        checks.choice("covariance", self.cov, COVARIANCES)
        checks.keep(self, level=checks.level(self.level), lags=checks.count("lags", self.lags, least=0))
        if self.bandwidth is not None:
            if self.cov != "hac":
                raise SpecificationError(f"bandwidth belongs to 'hac'; the covariance asked for is {self.cov!r}.")
            checks.keep(self, bandwidth=checks.count("bandwidth", self.bandwidth, least=0))
        given = vars(self)  # uncopied
        index, sample = given["outcome"].index, given["sample"]
        for name in ("regressor", "controls", "weights", "instrument"):
            if given[name] is not None and not given[name].index.equals(index):
                raise SpecificationError(f"{name} must stand on the dates of the outcome; reindex one to the other.")
        if isinstance(sample, pd.Series):
            if sample.dtype != bool or not sample.index.equals(index):
                raise SpecificationError("a sample by rows is a Series of True and False on the dates of the outcome.")
        elif sample is not None:
            ends = tuple(sample)
            if len(ends) != 2 or any(isinstance(end, float) for end in ends):
                raise SpecificationError(f"sample takes (first, last), two dates; found {sample!r}.")
            checks.keep(self, sample=ends)

    @property
    def nobs(self) -> int:
        """Rows used."""
        return len(self._arrays.y)

    @property
    def calendar(self) -> tuple[int, int]:
        """First and last place of the sample among months, quarters, business days or rows since the epoch."""
        positions = self._arrays.positions
        return int(positions[0]), int(positions[-1])

    @property
    def z_score(self) -> float:
        """The t statistic as a quantile of the normal."""
        return self._fitted.z_score

    def estimate(self) -> Estimate:
        """The coefficient of the regressor, in units of the outcome per unit of it."""
        fit = self._fitted
        top = 0.5 + self.level / 2.0
        reach = (
            float(scipy.special.ndtri(top) if math.isinf(fit.df) else scipy.special.stdtrit(fit.df, top))
            * fit.std_error
        )
        ends = fit.value - reach, fit.value + reach
        name = self.label or str(vars(self)["regressor"].name or "regressor")
        return Estimate(fit.value, fit.std_error, *ends, self.level, self.units, name, self.nobs, parent=self)

    @property
    def trusts_instruments(self) -> bool:
        """Whether the interval holds only where the instrument is strong."""
        return vars(self)["instrument"] is not None

    def null_draws(self, plan: NullPlan) -> tuple[Array, Array]:
        """Estimate and z score in each null sample of a plan, (B,) and (B,).

        Turned or reordered: what the controls leave of the outcome, with the sample's coefficients, takes another order
        on the whole calendar and is regressed again in the sample (Freedman and Lane 1983); it is stretched by the
        degrees of freedom that the controls took, and repeats itself where the data do not reach. Blocks: rows are
        drawn with all their regressors, from an outcome less its estimated effect; NaN where a draw leaves too few rows
        or no variation of the regressor.

        References
        ----------
        Freedman, D. and D. Lane (1983), A Nonstochastic Interpretation of Reported Significance Levels, Journal of
        Business & Economic Statistics 1(4).
        """
        have = self._arrays
        here = plan.within(have.positions)
        if here.min() < 0:
            raise SpecificationError(
                f"the plan's calendar, {plan.first} to {plan.last}, must hold the sample, {list(self.calendar)}."
            )
        if plan.scheme == "blocks":
            return self._from_blocks(*standing(plan, have.positions.tobytes()))
        left = self._on_calendar(plan, here) * math.sqrt(self.nobs / (self.nobs - have.q.shape[1]))
        b, psi, u = k.fitted(have.q, have.x, have.z, left[plan.places[here]] * have.root[:, None])
        rows = np.full(len(b), float(self.nobs))
        return b, self._scores(b, self._variance(psi, u, rows), rows)

    def _on_calendar(self, plan: NullPlan, here: Rows) -> Array:
        """Residuals of the outcome on the controls at every place (T,); the sample's own again where there are none."""
        have = self._arrays
        place = plan.within(have.everywhere)
        left = np.full(plan.periods, np.nan)
        left[place[place >= 0]] = have.residuals[place >= 0]
        absent = np.flatnonzero(np.isnan(left))
        own = left[here]
        left[absent] = own[(absent - here[0]) % len(own)]
        return left

    def _from_blocks(self, where: Rows, counts: Array) -> tuple[Array, Array]:
        have = self._arrays
        parts = [have.x] if have.z is have.x else [have.x, have.z]
        columns = np.column_stack([k.swept(have.q, have.y) - self._fitted.value * have.x, *parts])
        b, psi, u, scale = k.resampled(have.q, columns, counts)
        rows = counts.sum(axis=0)
        empty = np.isnan(b) | (rows < have.q.shape[1] + 1 + SPARE)
        psi = k.in_order(psi, where)
        u = k.in_order(u, where) if self.cov == "classical" else psi  # which other covariances do not look at
        rows = np.where(empty, self.nobs, rows)
        z = self._scores(np.where(empty, 0.0, b), self._variances(psi, u, rows, scale), rows)
        return np.where(empty, np.nan, b), np.where(empty, np.nan, z)

    @cached_property
    def _fitted(self) -> Fitted:
        have = self._arrays
        y = k.swept(have.q, have.y)[:, None]
        b, psi, u = k.fitted(have.q, have.x, have.z, y)
        if float(np.linalg.norm(y)) <= k.SMALL * float(np.linalg.norm(have.y)):
            raise EstimationError(
                "the controls explain the outcome exactly; drop the control that is the outcome itself."
            )
        if have.z is not have.x and np.linalg.norm(_without(y[:, 0], have.z)) <= k.SMALL * np.linalg.norm(y):
            raise EstimationError(
                "the instrument is the outcome itself, given the controls; instrument by another series."
            )
        if float(np.abs(u).max()) <= 1e-12 * float(np.abs(y).max()):
            raise EstimationError("the regression fits without error; drop the control that is the outcome itself.")
        rows = np.array([float(self.nobs)])
        variance = self._variance(psi, u, rows)
        error, z = float(np.sqrt(variance[0])), self._scores(b, variance, rows)
        df = float(self.nobs - have.q.shape[1] - 1) if self.cov == "classical" else math.inf
        return Fitted(float(b[0]), error, float(z[0]), df)

    def _variance(self, psi: Array, u: Array, rows: Array) -> Array:
        """Variance of b by column, rows at their distances in time."""
        have, psi = self._arrays, self._spaced(psi)
        u = self._spaced(u) if self.cov == "classical" else psi  # which other covariances do not look at
        scale = np.full(len(rows), float(have.z @ have.z) / float(have.z @ have.x) ** 2)
        return self._variances(psi, u, rows, scale)

    def _variances(self, psi: Array, u: Array, rows: Array, scale: Array) -> Array:
        lags = default_lags(self.nobs) if self.bandwidth is None else check_lags(self.bandwidth, self.nobs)
        columns = self._arrays.q.shape[1] + 1
        return k.variances(psi, u, cov=self.cov, lags=lags, rows=rows, columns=columns, scale=scale)

    def _scores(self, b: Array, variance: Array, rows: Array) -> Array:
        """Estimates over standard errors, as quantiles of the normal."""
        t = np.divide(b, np.sqrt(variance), out=np.zeros_like(b), where=variance > 0.0)
        if self.cov != "classical":
            return t
        size = np.minimum(np.abs(t), 1e3)
        df = rows - self._arrays.q.shape[1] - 1
        z = -scipy.special.ndtri(np.maximum(scipy.special.stdtr(df, -size), 1e-300))
        result: Array = np.copysign(z, t)
        return result

    def _spaced(self, values: Array) -> Array:
        """Rows at their distances in time, zeros where the sample leaves some out."""
        rows = self._arrays.rows
        if rows[-1] - rows[0] + 1 == len(rows):
            return values
        out = np.zeros((int(rows[-1] - rows[0]) + 1, values.shape[1]))
        out[rows - rows[0]] = values
        return out

    @cached_property
    def _arrays(self) -> Arrays:
        given = vars(self)  # uncopied: nobody writes to what these arrays are views of
        names = ("outcome", "regressor", "controls", "lags", "sample", "weights", "instrument")
        return prepared(**{name: given[name] for name in names})


def _without(values: Array, other: Array) -> Array:
    """What (n,) values have nothing of another series in."""
    result: Array = values - other * (float(other @ values) / float(other @ other))
    return result
