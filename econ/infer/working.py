"""What a robust covariance is worth in a finite sample, under independent errors of one variance.

A heteroskedasticity- or autocorrelation-robust covariance of m coefficients is a quadratic form in the residuals. With
errors that are independent, normal and of one variance, its mean and its variance are known exactly, whatever the
regressors; they give the bias to undo and the degrees of freedom of the Wishart matrix with the same first two moments.
The Wald statistic is then Hotelling's, ``m df / (df - m + 1) F(m, df - m + 1)``. The bias holds both the leverage that
makes residuals too small and the loss of the lags cut off; fixed-b theory has the second only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from econ.arrays import Array
from econ.infer._kernels import by_group
from econ.infer.covariance import ewc_terms, group_codes
from econ.infer.regression import default_lags


def working_moments(
    instruments: Array, basis: Array, *, cov: str, bandwidth: int = 0, groups: Any = None
) -> tuple[float, float]:
    """Mean (relative to the truth) and degrees of freedom of a robust covariance under the working model.

    With q_t the m orthonormal instruments, ``V = sum_st k(s, t) q_s q_t' u_s u_t`` and u the residuals on all
    regressors, whose hat matrix is H: ``mean = sum_st k g_st (1[s = t] - H_st) / m`` and
    ``df = m (m + 1) mean^2 / sum_st k^2 (h_s h_t + g_st^2) r_s r_t``, where ``g_st = q_s'q_t``, ``h_t = g_tt`` and
    ``r_t = 1 - H_tt`` is the variance of a residual (the small covariances of residuals are left out of df).

    Parameters
    ----------
    instruments : array (T, m)
        Instruments with the other regressors partialled out; need not be orthonormal.
    basis : array (T, k)
        Orthonormal basis of all regressors, instruments among them.
    cov : {"hc0", "hc1", "hc2", "hc3", "hac", "ewc", "cluster"}
        Covariance.
    bandwidth : int
        Bartlett lags ("hac") or cosines ("ewc").
    groups : array (T,), optional
        For "cluster".

    Returns
    -------
    mean : float
        One for an unbiased covariance.
    df : float
        Degrees of freedom; the number of cosines for "ewc".

    References
    ----------
    Pustejovsky, J. E. and E. Tipton (2018), Small-Sample Methods for Cluster-Robust Variance Estimation and Hypothesis
    Testing in Fixed Effects Models, Journal of Business & Economic Statistics 36(4). Sun, Y. (2014), Let's Fix It:
    Fixed-b Asymptotics versus Small-b Asymptotics in Heteroskedasticity and Autocorrelation Robust Inference, Journal
    of Econometrics 178.

    Examples
    --------
    >>> z = np.random.default_rng(1).standard_normal((200, 2))
    >>> q = np.linalg.qr(np.column_stack([np.ones(200), z]))[0]
    >>> mean, df = working_moments(z - z.mean(axis=0), q, cov="hac", bandwidth=6)
    >>> print(f"{mean:.2f} of the truth, {df:.0f} degrees of freedom")
    0.94 of the truth, 28 degrees of freedom
    """
    q = np.linalg.qr(instruments)[0]
    (size, columns), m = basis.shape, q.shape[1]
    own, leverage = (q * q).sum(axis=1), (basis * basis).sum(axis=1)
    if cov == "ewc":
        return 1.0, float(bandwidth)
    if cov == "cluster":
        return _clustered(q, basis, group_codes(groups, size))
    weights = np.ones(size)
    if cov in ("hc2", "hc3"):
        weights = (1.0 - leverage) ** (-1.0 if cov == "hc2" else -2.0)
    factor = size / (size - columns) if cov == "hc1" else 1.0
    room = 1.0 - leverage
    mean = float((weights * own * room).sum())
    spread = 2.0 * float(((weights * own * room) ** 2).sum())
    for lag in range(1, bandwidth + 1 if cov == "hac" else 1):
        weight = 1.0 - lag / (bandwidth + 1.0)
        cross = (q[lag:] * q[:-lag]).sum(axis=1)
        mean -= 2.0 * weight * float(cross @ (basis[lag:] * basis[:-lag]).sum(axis=1))
        spread += 2.0 * weight**2 * float((own[lag:] * own[:-lag] + cross**2) @ (room[lag:] * room[:-lag]))
    return factor * mean / m, m * (m + 1.0) * mean**2 / m**2 / spread


def _clustered(q: Array, basis: Array, codes: NDArray[np.intp]) -> tuple[float, float]:
    """The same for scores summed by group, with the factor ``G / (G - 1) (T - 1) / (T - k)``."""
    (size, columns), m = basis.shape, q.shape[1]
    groups = int(codes.max()) + 1
    room = 1.0 - (basis * basis).sum(axis=1)
    across = by_group((q[:, :, None] * basis[:, None, :]).reshape(size, -1), codes)
    mean = float((q * q).sum() - (across * across).sum())
    products = by_group((q[:, :, None] * q[:, None, :] * room[:, None, None]).reshape(size, -1), codes)
    products = products.reshape(groups, m, m)
    traces = np.trace(products, axis1=1, axis2=2)
    spread = float((traces**2).sum() + (products * products).sum())
    factor = groups / (groups - 1.0) * (size - 1.0) / (size - columns)
    return factor * mean / m, m * (m + 1.0) * mean**2 / m**2 / spread


def resolved(cov: str, bandwidth: int | None, size: int) -> int:
    """Lags or cosines that a covariance of ``size`` observations uses when ``bandwidth`` was asked for."""
    if bandwidth is not None:
        return bandwidth
    return {"hac": default_lags(size), "ewc": ewc_terms(size)}.get(cov, 0)


def approximate_df(cov: str, df: float, bandwidth: int | None, *, size: int, columns: int) -> tuple[float, float]:
    """Degrees of freedom and covariance factor of joint coefficients whose regressors are not at hand.

    Bartlett weights over L lags leave about ``3 T / (2 (L + 1))`` degrees of freedom (Lazarus, Lewis, Stock and
    Watson 2018); "hac" and "hc0" have no small-sample factor of their own. Where the regressors are known,
    :func:`working_moments` is exact.
    """
    if cov == "hac":
        lags = default_lags(size) if bandwidth is None else bandwidth
        df = 1.5 * size / (lags + 1.0)
    return df, size / (size - columns) if cov in ("hac", "hc0") else 1.0
