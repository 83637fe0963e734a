"""One linear regression with the covariance asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import scipy

from econ import checks
from econ.arrays import Array
from econ.border import checked, warn
from econ.checks import SPARE
from econ.data.index import as_period_index, at_periods, dates
from econ.data.values import check_values
from econ.errors import SampleTooShort, SchemaError, ShortSample, SpecificationError
from econ.estimate import Estimate
from econ.frozen import guarded
from econ.infer import _kernels as k
from econ.infer.covariance import FEW_GROUPS, KINDS, check_terms, cluster, ewc, ewc_terms, newey_west, white
from econ.infer.quantiles import two_sided
from econ.rows import same_rows
from econ.tables.shown import Facts, Shown, coefficient_table, degrees

COVARIANCES = ("classical", *KINDS, "hac", "ewc", "cluster")


@guarded
@dataclass(frozen=True, eq=False)
class Regression(Shown):
    """Coefficients of a linear regression and their covariance.

    Parameters
    ----------
    coefficients : Series (k,)
        In units of y per unit of the column named.
    covariance : DataFrame (k, k)
        ``covariance.loc[i, j]`` of coefficients i and j.
    residuals : Series (T,)
        In units of y, on the dates of y.
    r2 : float
        Share of the variance of y explained (of its square when there is no intercept).
    nobs : int
        Observations.
    df : float
        Degrees of freedom of the t statistics; ``inf`` means the normal.
    cov : str
        Name of the covariance.
    parent : object, optional
        The `Dataset` the series came from.
    """

    coefficients: pd.Series
    covariance: pd.DataFrame
    residuals: pd.Series
    r2: float
    nobs: int
    df: float
    cov: str
    parent: object = field(default=None, repr=False)

    def _facts(self) -> Facts:
        return {
            "covariance": self.cov,
            "observations": self.nobs,
            "R²": self.r2,
            "degrees of freedom": degrees(self.df),
        }

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        return coefficient_table(self.coefficients, self.std_errors, level=level, df=self.df)

    @cached_property
    def std_errors(self) -> pd.Series:
        """Standard errors (k,), in the units of the coefficients."""
        return pd.Series(np.sqrt(np.diag(self.covariance.to_numpy())), index=self.coefficients.index, name="std_error")

    @cached_property
    def tstats(self) -> pd.Series:
        """Coefficients over their standard errors."""
        return (self.coefficients / self.std_errors).rename("tstat")

    @cached_property
    def pvalues(self) -> pd.Series:
        """Two-sided p-values of zero coefficients."""
        p = 2.0 * scipy.special.stdtr(self.df, -np.abs(self.tstats.to_numpy()))
        return pd.Series(p, index=self.coefficients.index, name="p_value")

    def estimate(self, name: str, *, level: float = 0.90, units: str = "", label: str = "") -> Estimate:
        """One coefficient as an `Estimate`.

        Raises
        ------
        UnknownName
            If no coefficient has that name.
        """
        checks.position("coefficient", name, list(self.coefficients.index))
        level = checks.level(level)
        value, std_error = float(self.coefficients[name]), float(self.std_errors[name])
        reach = two_sided(level, self.df) * std_error
        return Estimate(
            value, std_error, value - reach, value + reach, level, units, label or name, self.nobs, parent=self
        )


@checked
def regress(
    y: pd.Series,
    X: pd.DataFrame | pd.Series,
    *,
    cov: str = "hac",
    bandwidth: int | None = None,
    groups: Any = None,
    intercept: bool = True,
    gaps: str = "refuse",
    parent: object = None,
) -> Regression:
    """Regress ``y`` on the columns of ``X`` by least squares.

    Parameters
    ----------
    y : Series (T,)
        Dependent variable.
    X : DataFrame (T, k) or Series (T,)
        Regressors on the same dates; an intercept named ``const`` is added.
    cov : {"hac", "ewc", "hc0", "hc1", "hc2", "hc3", "cluster", "classical"}
        Newey-West (Bartlett, no small-sample factor); equal-weighted cosines (Student quantiles);
        White's family; clustered by ``groups`` (Student with G - 1); homoskedastic (Student with T - k).
    bandwidth : int, optional
        Bartlett lags of "hac", default ``0.75 T^(1/3)`` rounded up; cosines of "ewc", default ``0.4 T^(2/3)``.
    groups : array (T,), optional
        Group of each row, for "cluster" only.
    intercept : bool, default True
        Whether to add the column ``const``.
    gaps : {"refuse", "zero"}
        What "hac" does about missing periods: refuse them, or let them enter the autocovariances with score
        zero, so that only pairs of months that are truly j apart count at lag j (Parzen 1963).
    parent : object, optional
        The `Dataset` the series came from, kept in the result.

    Returns
    -------
    Regression

    Raises
    ------
    SpecificationError
        If the dates differ, ``cov`` is unknown, or an option does not belong to it.
    SampleTooShort
        With fewer than k + 10 observations.
    SchemaError, FrequencyError
        On missing or infinite values, a constant column, or (for "hac" and "ewc") gaps in the dates.
    SingularDesign
        If columns are collinear; names them.

    Warns
    -----
    ShortSample
        With "cluster" and fewer than 40 groups.

    References
    ----------
    See :mod:`econ.infer.covariance`. Parzen, E. (1963), On spectral analysis with missing observations and
    amplitude modulation, Sankhya A 25. The default bandwidth is that of Stock, J. H. and M. W. Watson (2020),
    Introduction to Econometrics.

    Examples
    --------
    >>> dates = pd.period_range("2000-01", periods=40, freq="M")
    >>> x = pd.Series(np.sin(np.arange(40.0)), index=dates, name="flow")
    >>> fit = regress(1.0 + 2.0 * x, x, cov="hac", bandwidth=3)
    >>> fit.coefficients.round(6).to_dict()
    {'const': 1.0, 'flow': 2.0}
    """
    _check_options(cov, bandwidth, groups, gaps)
    y, X = aligned(y, X, dated=cov in ("hac", "ewc") and gaps == "refuse", intercept=intercept)
    if isinstance(groups, pd.Series) and not groups.index.equals(y.index):
        groups = at_periods(groups.to_frame("group"), y.index, what="groups")["group"]
    names = [str(name) for name in X.columns]
    x, outcome = X.to_numpy(dtype=float), y.to_numpy(dtype=float)
    size, columns = x.shape
    if size < columns + SPARE:
        raise SampleTooShort(
            f"{columns} coefficients need at least {columns + SPARE} observations; found {size}; "
            "drop regressors or extend the sample."
        )
    coefficients, u = _solved(x, outcome, names)
    rows, errors = _with_gaps(y.index, x, u) if gaps == "zero" else (x, u)
    matrix, df = _covariance(rows, errors, cov, bandwidth=bandwidth, groups=groups)
    centred = outcome - outcome.mean() if intercept else outcome
    return Regression(
        coefficients=pd.Series(coefficients, index=names, name="coefficient"),
        covariance=pd.DataFrame(matrix, index=names, columns=names),
        residuals=pd.Series(u, index=y.index, name="residual"),
        r2=1.0 - float(u @ u) / float(centred @ centred),
        nobs=size,
        df=df,
        cov=cov,
        parent=parent,
    )


def slope(y: Array, x: Array, *, cov: str, level: float) -> Estimate:
    """Coefficient of x (T,) in the regression of y (T,) on it and a constant; `regress` without its tables."""
    columns = np.column_stack([np.ones(len(x)), x])
    coefficients, u = _solved(columns, y, ["const", "x"])
    matrix, df = _covariance(columns, u, cov, bandwidth=None, groups=None)
    value, std_error = float(coefficients[1]), math.sqrt(float(matrix[1, 1]))
    reach = two_sided(level, df) * std_error
    return Estimate(value, std_error, value - reach, value + reach, level, nobs=len(y))


def _solved(x: Array, y: Array, names: list[str]) -> tuple[Array, Array]:
    """Least-squares coefficients and residuals."""
    q, r = k.full_rank_qr(x, names, "the regression")
    coefficients: Array = np.linalg.solve(r, q.T @ y).astype(float)
    return coefficients, y - x @ coefficients


def aligned(
    y: pd.Series,
    X: pd.DataFrame | pd.Series,
    *,
    dated: bool,
    intercept: bool,
) -> tuple[pd.Series, pd.DataFrame]:
    """Both as floats on the same rows, checked, the intercept ``const`` first where it is asked for."""
    frame = X.to_frame() if isinstance(X, pd.Series) else X
    same_rows(y=y, X=frame)
    check_values(frame, allow_missing=False)
    check_values(y.to_frame("y" if y.name is None else y.name), allow_missing=False)
    y, frame = y.astype(float), frame.astype(float)
    if dated:
        dates(y.index)
    if np.ptp(y.to_numpy()) == 0.0:
        raise SchemaError(f"the dependent variable {y.name!r} is constant ({y.iloc[0]}); nothing can explain it.")
    if not intercept:
        return y, frame
    for name in frame.columns:
        if np.ptp(frame[name].to_numpy()) == 0.0:
            raise SchemaError(
                f"column {name!r} is constant; regress adds the intercept itself: drop it or pass intercept=False."
            )
    if "const" in frame.columns:
        raise SpecificationError("a regressor is called 'const', the name of the intercept; rename it.")
    return y, frame.assign(const=1.0)[["const", *frame.columns]]


def _with_gaps(index: pd.Index, x: Array, u: Array) -> tuple[Array, Array]:
    """Put rows of zeros where periods are missing: X'X is unchanged, lags count true distances."""
    index = as_period_index(index)
    if not isinstance(index, pd.PeriodIndex) or not index.is_monotonic_increasing or not index.is_unique:
        raise SpecificationError("gaps='zero' needs ordered, distinct periods; use pandas.PeriodIndex.")
    where = index.asi8 - index.asi8[0]
    rows = np.zeros((int(where[-1]) + 1, x.shape[1])), np.zeros(int(where[-1]) + 1)
    rows[0][where], rows[1][where] = x, u
    return rows


def _check_options(cov: str, bandwidth: int | None, groups: Any, gaps: str) -> None:
    checks.choice("covariance", cov, COVARIANCES)
    if gaps not in ("refuse", "zero") or (gaps == "zero" and cov != "hac"):
        raise SpecificationError(f"gaps is 'refuse', or 'zero' with cov='hac'; found {gaps!r} with {cov!r}.")
    if bandwidth is not None and cov not in ("hac", "ewc"):
        raise SpecificationError(f"bandwidth belongs to 'hac' and 'ewc'; the covariance asked for is {cov!r}.")
    if (groups is not None) != (cov == "cluster"):
        raise SpecificationError(f"groups go with cov='cluster' and only with it; the covariance is {cov!r}.")


def _covariance(x: Array, u: Array, cov: str, *, bandwidth: int | None, groups: Any) -> tuple[Array, float]:
    """Covariance matrix and degrees of freedom of the t statistics."""
    size, columns = x.shape
    if cov == "ewc":
        terms = check_terms(ewc_terms(size) if bandwidth is None else bandwidth, size)
        return ewc(x, u, terms=terms), float(terms)
    if cov == "cluster":
        matrix, count = cluster(x, u, groups=groups), len(np.unique(np.asarray(groups)))
        if count < FEW_GROUPS:
            warn(
                f"clustered errors need many groups; found {count}, and below {FEW_GROUPS} tests reject too often even "
                "by Student's t; use a wild cluster bootstrap, as econ.projection.PanelResults.wild_cluster does.",
                ShortSample,
            )
        return matrix, float(count - 1)
    if cov == "hac":
        return newey_west(x, u, lags=default_lags(size) if bandwidth is None else bandwidth), math.inf
    if cov == "classical":
        inverse = np.linalg.inv(np.linalg.qr(x, mode="r"))
        return inverse @ inverse.T * float(u @ u) / (size - columns), float(size - columns)
    return white(x, u, kind=cov), math.inf


def default_lags(nobs: int) -> int:
    """Bartlett lags for ``nobs`` observations when none are asked for, ``0.75 T^(1/3)`` rounded up."""
    return math.ceil(0.75 * math.cbrt(nobs))
