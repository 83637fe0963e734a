"""Covariances of OLS coefficients: White, Newey-West, equal-weighted cosine, clustered, Driscoll-Kraay.

Every function takes the regressors (constant included) and the residuals and returns ``cov[i, j]``, the
covariance of coefficients i and j in (units of y / units of x_i)(units of y / units of x_j).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import ArrayLike, NDArray

from econ import checks
from econ.arrays import Array
from econ.border import checked
from econ.data.index import dates
from econ.errors import SchemaError, SpecificationError
from econ.infer import _kernels as k
from econ.rows import same_rows

KINDS = ("hc0", "hc1", "hc2", "hc3")
DATED = ("hac", "ewc")  # what depends on the distances between rows
FEW_GROUPS = 40
"""Groups below which clustered tests reject too often (Cameron and Miller 2015)."""


@checked
def white(x: ArrayLike, u: ArrayLike, *, kind: str = "hc1") -> Array:
    """Covariance under heteroskedasticity without autocorrelation.

    Parameters
    ----------
    x : array (T, k)
        Regressors, constant included.
    u : array (T,)
        OLS residuals, in the units of the dependent variable.
    kind : {"hc0", "hc1", "hc2", "hc3"}
        Plain; times T / (T - k); residuals divided by sqrt(1 - leverage); by 1 - leverage.

    Returns
    -------
    array (k, k)

    Raises
    ------
    SpecificationError
        If ``kind`` is unknown, an observation has leverage one under "hc2" or "hc3", or x and u are tables on unlike
        rows.
    SingularDesign
        If ``x`` has rank below k; names the columns involved.

    References
    ----------
    White, H. (1980), Econometrica 48(4). MacKinnon, J. G. and H. White (1985), Journal of Econometrics 29(3).

    Examples
    --------
    >>> white(np.ones((4, 1)), np.array([1.0, -1.0, 1.0, -1.0]), kind="hc0")
    array([[0.25]])
    """
    kind = checks.choice("heteroskedasticity-robust kind", kind, KINDS)
    residuals, q, r = checked_design(x, u)
    size, columns = q.shape
    if kind in ("hc2", "hc3"):
        room = 1.0 - (q * q).sum(axis=1)
        if room.min() < 1e-10:
            raise SpecificationError(
                f"{kind} asked for, but observation {int(room.argmin())} has leverage 1 (a regressor is zero "
                "everywhere else); drop that regressor or use hc1."
            )
        residuals = residuals / (np.sqrt(room) if kind == "hc2" else room)
    cov = k.bartlett(k.influence(q, r, residuals), 0)
    return cov * (size / (size - columns)) if kind == "hc1" else cov


@checked
def newey_west(x: ArrayLike, u: ArrayLike, *, lags: int) -> Array:
    """Covariance under heteroskedasticity and autocorrelation, Bartlett weights, no small-sample factor.

    Parameters
    ----------
    x : array (T, k)
        Regressors, constant included.
    u : array (T,)
        OLS residuals, in the units of the dependent variable.
    lags : int
        Bartlett lags; 0 gives White (1980). Use at least the horizon for an h-step projection.

    Returns
    -------
    array (k, k)

    Raises
    ------
    SpecificationError
        If ``lags < 0`` or ``lags >= T``, or x and u are tables on unlike rows.
    SingularDesign
        If ``x`` has rank below k; names the columns involved.
    SchemaError, FrequencyError
        If ``x`` or ``u`` has dates that do not follow one another.

    References
    ----------
    Newey, W. K. and K. D. West (1987), Econometrica 55(3).

    Examples
    --------
    >>> newey_west(np.ones((4, 1)), np.array([1.0, -1.0, 1.0, -1.0]), lags=0)
    array([[0.25]])
    """
    consecutive("hac", x, u, bandwidth=lags)
    residuals, q, r = checked_design(x, u)
    return k.bartlett(k.influence(q, r, residuals), check_lags(lags, q.shape[0]))


@checked
def ewc(x: ArrayLike, u: ArrayLike, *, terms: int | None = None) -> Array:
    """Covariance under heteroskedasticity and autocorrelation from equal-weighted cosines.

    Each t statistic follows Student's t with ``terms`` degrees of freedom under fixed-b asymptotics
    (:func:`ewc_critical`), which keeps the size of tests where Newey-West with normal quantiles overrejects.

    Parameters
    ----------
    x : array (T, k)
        Regressors, constant included.
    u : array (T,)
        OLS residuals, in the units of the dependent variable.
    terms : int, optional
        Number of cosines; default :func:`ewc_terms`, ``0.4 T^(2/3)``.

    Returns
    -------
    array (k, k)

    Raises
    ------
    SpecificationError
        If ``terms < 1`` or ``terms >= T``, or x and u are tables on unlike rows.
    SingularDesign
        If ``x`` has rank below k; names the columns involved.
    SchemaError, FrequencyError
        If ``x`` or ``u`` has dates that do not follow one another.

    References
    ----------
    Lazarus, E., D. J. Lewis, J. H. Stock and M. W. Watson (2018), HAR Inference: Recommendations for
    Practice, Journal of Business & Economic Statistics 36(4).

    Examples
    --------
    >>> shock = np.random.default_rng(1).standard_normal(500)
    >>> bool(abs(500 * ewc(np.ones((500, 1)), shock - shock.mean())[0, 0] - 1.0) < 0.5)
    True
    """
    consecutive("ewc", x, u)
    residuals, q, r = checked_design(x, u)
    size = q.shape[0]
    terms = check_terms(ewc_terms(size) if terms is None else terms, size)
    return k.cosine(k.influence(q, r, residuals), terms)


@checked
def ewc_terms(nobs: int) -> int:
    """Cosines recommended for ``nobs`` observations, ``0.4 T^(2/3)`` rounded down, at least one.

    Examples
    --------
    >>> ewc_terms(200)
    13
    """
    return max(1, math.floor(0.4 * math.cbrt(checks.count("nobs", nobs)) ** 2))


@checked
def ewc_critical(level: float, terms: int, *, restrictions: int = 1) -> float:
    """Fixed-b critical value that goes with :func:`ewc`.

    Parameters
    ----------
    level : float
        Coverage, such as 0.90.
    terms : int
        Cosines used.
    restrictions : int, default 1
        Coefficients tested jointly, at most ``terms``.

    Returns
    -------
    float
        For one restriction the two-sided Student quantile of ``|t|``; for m restrictions the value for the
        F statistic (Wald / m), ``terms / (terms - m + 1) F(m, terms - m + 1)``.

    Raises
    ------
    SpecificationError
        If ``restrictions`` is not between 1 and ``terms``.

    Examples
    --------
    >>> round(ewc_critical(0.95, 13), 3)
    2.16
    """
    level, terms = checks.level(level), checks.count("terms", terms)
    restrictions = checks.count("restrictions", restrictions, most=terms)
    if restrictions == 1:
        return float(scipy.special.stdtrit(terms, 0.5 + level / 2.0))
    room = terms - restrictions + 1
    return float(scipy.special.fdtri(restrictions, room, level)) * terms / room


@checked
def cluster(x: ArrayLike, u: ArrayLike, *, groups: Any) -> Array:
    """Covariance under arbitrary dependence within groups and none between.

    The small-sample factor is ``G / (G - 1) (T - 1) / (T - k)``; use Student quantiles with G - 1 degrees
    of freedom, and the wild cluster bootstrap below some 40 groups (`FEW_GROUPS`).

    Parameters
    ----------
    x : array (T, k)
        Regressors, constant included.
    u : array (T,)
        OLS residuals, in the units of the dependent variable.
    groups : array (T,)
        Group of each observation, any labels.

    Returns
    -------
    array (k, k)

    Raises
    ------
    SpecificationError
        If there are fewer than two groups, ``groups`` has another length, or tables stand on unlike rows.
    SingularDesign
        If ``x`` has rank below k; names the columns involved.

    References
    ----------
    Liang, K.-Y. and S. L. Zeger (1986), Biometrika 73(1). Cameron, A. C. and D. L. Miller (2015), Journal of
    Human Resources 50(2).

    Examples
    --------
    >>> cluster(np.ones((4, 1)), np.array([1.0, 1.0, -1.0, -1.0]), groups=["a", "a", "b", "b"])
    array([[1.]])
    """
    residuals, q, r = checked_design(x, u, groups=groups)
    size, columns = q.shape
    codes = group_codes(groups, size)
    count = int(codes.max()) + 1
    sums = k.by_group(k.influence(q, r, residuals), codes)
    factor = count / (count - 1.0) * (size - 1.0) / (size - columns)
    cov: Array = sums.T @ sums * factor
    return cov


@checked
def driscoll_kraay(x: ArrayLike, u: ArrayLike, *, periods: Any, lags: int) -> Array:
    """Covariance of pooled OLS under dependence across units and over time, Bartlett weights.

    Parameters
    ----------
    x : array (N, k)
        Regressors of all units stacked.
    u : array (N,)
        Residuals.
    periods : array (N,)
        Period of each row: dates, periods or integers, sortable, none missing between them (with ``lags=0`` any label).
        Scores are summed within periods, then treated as a time series.
    lags : int
        Bartlett lags, in periods.

    Returns
    -------
    array (k, k)

    Raises
    ------
    SpecificationError
        If ``lags`` is negative or not below the number of periods, or tables stand on unlike rows.
    SchemaError, FrequencyError
        With lags, if a period is missing between the others: scores on both sides of it would count as neighbours.

    References
    ----------
    Driscoll, J. C. and A. C. Kraay (1998), Review of Economics and Statistics 80(4).

    Examples
    --------
    >>> driscoll_kraay(np.ones((4, 1)), np.array([1.0, 1.0, -1.0, -1.0]), periods=[1, 1, 2, 2], lags=0)
    array([[0.5]])
    """
    residuals, q, r = checked_design(x, u, periods=periods)
    codes = group_codes(periods, q.shape[0])
    lags = check_lags(lags, int(codes.max()) + 1)
    if lags:
        dates(pd.Index(np.unique(np.asarray(periods))))
    return k.bartlett(k.by_group(k.influence(q, r, residuals), codes), lags)


def consecutive(cov: str, *given: object, bandwidth: int | None = None) -> None:
    """Refuse dated rows that do not follow one another, where a covariance counts distances between them.

    Rows without dates (arrays) are taken as they stand; of a Series or DataFrame, also a part of another, rows left out
    or shuffled would be neighbours that they are not.

    Raises
    ------
    SchemaError, FrequencyError
        As :func:`econ.data.index.dates`, with "hac" and "ewc", but for a bandwidth of no lags.
    """
    if cov not in DATED or (cov == "hac" and bandwidth == 0):
        return
    for each in given:
        if isinstance(each, (pd.Series, pd.DataFrame)):
            dates(each.index)


def check_lags(lags: int, size: int) -> int:
    """Return ``lags`` if it is an integer from 0 to ``size - 1``; raise ``SpecificationError`` otherwise."""
    return checks.count("lags", lags, least=0, most=size - 1, of=f"for {size} periods")


def check_terms(terms: int, size: int) -> int:
    """Return ``terms`` if it is an integer from 1 to ``size - 1``; raise ``SpecificationError`` otherwise."""
    return checks.count("terms", terms, most=size - 1, of=f"for {size} periods")


def group_codes(groups: Any, size: int) -> NDArray[np.intp]:
    """Codes 0..G-1 in sorted order of the labels; refuses another length than ``size``, no label, or one group only."""
    labels = np.asarray(groups)
    if labels.shape != (size,):
        raise SpecificationError(f"groups must hold one label for each of {size} rows; found shape {labels.shape}.")
    absent = np.flatnonzero(pd.isna(labels))
    if len(absent):
        raise SchemaError(f"groups need a label in every row; row {absent[0]} has none; leave it out or name it.")
    names, codes = np.unique(labels, return_inverse=True)
    if len(names) < 2:
        raise SpecificationError(f"at least two groups are needed; all {size} rows are in {names[0]}.")
    return codes


def checked_design(x: ArrayLike, u: ArrayLike, **labels: Any) -> tuple[Array, Array, Array]:
    """Residuals and the QR of x, refusing rows and shapes that do not match and values that are not finite."""
    same_rows(x=x, u=u, **labels)
    design, residuals = np.asarray(x, dtype=float), np.asarray(u, dtype=float)
    if design.ndim != 2 or residuals.shape != design.shape[:1]:
        raise SpecificationError(f"x must be (T, k) and u (T,); found {design.shape} and {residuals.shape}.")
    if not (np.isfinite(design).all() and np.isfinite(residuals).all()):
        raise SchemaError("x and u must be finite; found a missing or infinite value.")
    size, columns = design.shape
    if size <= columns:
        raise SpecificationError(f"more observations than regressors are needed; found {size} and {columns}.")
    q, r = k.full_rank_qr(design, [f"column {j}" for j in range(columns)], "x")
    return residuals, q, r
