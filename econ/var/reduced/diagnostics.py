"""What the residuals say about the specification: serial correlation, normality, ARCH, stability."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Mask
from econ.checks import SPARE
from econ.estimate import Unavailable
from econ.var import _kernels as kernels

if TYPE_CHECKING:
    from econ.var.reduced.results import VARResults

ARCH_LAGS = 5


class Row(NamedTuple):
    """One test."""

    statistic: float | Unavailable
    p_value: float | Unavailable
    distribution: str
    null: str


def diagnostics(fit: VARResults, *, lags: int | None = None) -> pd.DataFrame:
    """Test the residuals of a VAR.

    Parameters
    ----------
    fit : VARResults
        The VAR.
    lags : int, optional
        Autocorrelations of the portmanteau and LM tests; by default p + 4. The portmanteau needs more than p.

    Returns
    -------
    DataFrame
        Columns ``statistic``, ``p_value``, ``distribution``, ``null``; rows ``portmanteau`` (Lütkepohl 2005,
        section 4.4.3, small-sample form), ``lm`` (Breusch-Godfrey, section 4.4.4), ``normality`` (Jarque-Bera,
        section 4.5), ``arch`` (multivariate LM, 5 lags, Lütkepohl 2005, section 16.5) and one
        ``cusum: variable`` an equation (OLS residuals, Ploberger and Krämer 1992). A test that the sample cannot
        support is `Unavailable` with the reason.

    Raises
    ------
    SpecificationError
        If ``lags`` is not a positive integer or leaves no observation.

    Notes
    -----
    The chi-squares are those of long samples. Rejections in percent of true nulls at a nominal 5%, 177 observations,
    p + 4 lags, Gaussian errors (500 samples, Monte Carlo error 1 point; that of "arch" with Student's t(5) last):

    =====================  ===========  ===  =========  ====  ==========
    variables, lags p      portmanteau  lm   normality  arch  arch, t(5)
    =====================  ===========  ===  =========  ====  ==========
    3 variables, 3 lags    5.8          9.6  8.2        4.2   7.8
    5 variables, 3 lags    7.6          20   6.6        1.0   3.0
    6 variables, 6 lags    67           98   6.8        0.0   0.2
    =====================  ===========  ===  =========  ====  ==========

    With many variables and lags ask for few ``lags``, and take no rejection by "portmanteau" or "lm" at its word.

    References
    ----------
    Lütkepohl, H. (2005), New Introduction to Multiple Time Series Analysis, Springer.
    Ploberger, W. and W. Krämer (1992), The CUSUM test with OLS residuals, Econometrica 60(2), 271-285.

    See Also
    --------
    econ.var.reduced.breaks.sup_f : test of a break at an unknown date.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR
    >>> table = VAR(simulated_var(periods=300, rng=1), lags=1).fit().diagnostics()
    >>> list(table.index)
    ['portmanteau', 'lm', 'normality', 'arch', 'cusum: x', 'cusum: y']
    """
    asked = fit.lags + 4 if lags is None else lags
    lags = checks.count("lags", asked, most=fit.nobs - 1, of=f"for {fit.nobs} residuals")
    rows = {
        "portmanteau": portmanteau(fit, lags),
        "lm": breusch_godfrey(fit, lags),
        "normality": jarque_bera(fit),
        "arch": arch_lm(fit, ARCH_LAGS),
    }
    rows |= {f"cusum: {name}": cusum(fit, name) for name in fit.variables}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(Row._fields))


def portmanteau(fit: VARResults, lags: int) -> Row:
    """Q = T² Σ_j tr(C_j' C_0⁻¹ C_j C_0⁻¹) / (T - j), chi2(n² lags - lag coefficients estimated)."""
    null = f"no residual autocorrelation up to lag {lags}"
    if lags <= fit.lags:
        reason = Unavailable(f"needs more autocorrelations than the {fit.lags} lags of the VAR")
        return Row(reason, reason, "chi2", null)
    u, periods = fit.residuals.to_numpy(), fit.nobs
    inverse = np.linalg.inv(u.T @ u / periods)
    statistic = 0.0
    for j in range(1, lags + 1):
        c = u[j:].T @ u[:-j] / periods
        statistic += float(np.trace(c.T @ inverse @ c @ inverse)) / (periods - j)
    m, n = len(fit.parent.terms), len(fit.variables)
    estimated = n**2 * fit.lags if fit.free is None else int(fit.free[m:].sum())
    return _chi2(periods**2 * statistic, n**2 * lags - estimated, null)


def breusch_godfrey(fit: VARResults, lags: int) -> Row:
    """LM = T (n - tr(S_R⁻¹ S_e)): S_R of û, S_e of û on the regressors and its own lags, chi2(lags n²).

    With exclusions, the score of the lags c = vec(E'U S_R⁻¹) times its inverse variance, which is the same without.
    """
    u, periods = fit.residuals.to_numpy(), fit.nobs
    n = u.shape[1]
    null = f"no residual autocorrelation up to lag {lags}"
    lagged = kernels.lag_matrix(np.vstack([np.zeros((lags, n)), u]), lags)
    x = np.hstack([fit.parent.design(fit.lags), lagged])
    if periods < x.shape[1] + SPARE:
        reason = Unavailable(f"{x.shape[1]} regressors for {periods} observations")
        return Row(reason, reason, "chi2", null)
    if fit.free is not None:
        return _chi2(_restricted_score(fit, fit.free, lagged), lags * n**2, null)
    e = u - x @ kernels.least_squares(x, u)[0]
    return _chi2(periods * (n - float(np.trace(np.linalg.solve(u.T @ u, e.T @ e)))), lags * n**2, null)


def _restricted_score(fit: VARResults, free: Mask, lagged: Array) -> float:
    """c'V⁻¹c with V the variance of c net of the free coefficients; regressors and lags in units of their length."""
    u, x = fit.residuals.to_numpy(), fit.parent.design(fit.lags)
    x, z = (each / np.linalg.norm(each, axis=0) for each in (x, lagged))
    weight = np.linalg.inv(u.T @ u / len(u))
    keep = free.T.reshape(-1)
    own = np.kron(weight, x.T @ x)[np.ix_(keep, keep)]
    shared = np.kron(weight, z.T @ x)[:, keep]
    c, left = (z.T @ u @ weight).T.reshape(-1), (x.T @ u @ weight).T.reshape(-1)[keep]
    solved = np.linalg.solve(own, np.column_stack([shared.T, left]))
    c = c - shared @ solved[:, -1]  # the step of GLS used other weights, so its own score is not exactly zero
    variance = np.kron(weight, z.T @ z) - shared @ solved[:, :-1]
    return float(c @ np.linalg.solve(variance, c))


def jarque_bera(fit: VARResults) -> Row:
    """Skewness and excess kurtosis of the residuals standardised by the Cholesky factor, chi2(2 n)."""
    u = fit.residuals.to_numpy()
    u = u - u.mean(axis=0)
    w = np.linalg.solve(np.linalg.cholesky(u.T @ u / len(u)), u.T)
    third, fourth = (w**3).mean(axis=1), (w**4).mean(axis=1) - 3.0
    statistic = len(u) * float(third @ third / 6.0 + fourth @ fourth / 24.0)
    return _chi2(statistic, 2 * u.shape[1], "residuals are Gaussian")


def arch_lm(fit: VARResults, lags: int) -> Row:
    """LM = T (d - tr(S_R⁻¹ S_e)) of the d = n (n + 1) / 2 products u_i u_j on their own lags, chi2(lags d²)."""
    u = fit.residuals.to_numpy()
    i, j = np.tril_indices(u.shape[1])
    products = u[:, i] * u[:, j]
    d = products.shape[1]
    null = f"no ARCH up to lag {lags}"
    y, periods = products[lags:], len(products) - lags
    x = np.hstack([np.ones((periods, 1)), kernels.lag_matrix(products, lags)])
    if periods < x.shape[1] + SPARE:
        reason = Unavailable(f"{x.shape[1]} regressors for {periods} observations")
        return Row(reason, reason, "chi2", null)
    deviation = y - y.mean(axis=0)
    e = y - x @ kernels.least_squares(x, y)[0]
    trace = float(np.trace(np.linalg.solve(deviation.T @ deviation, e.T @ e)))
    return _chi2(periods * (d - trace), lags * d**2, null)


def cusum(fit: VARResults, variable: str) -> Row:
    """Largest |cumulated OLS residual| / (s √T), sup of a Brownian bridge."""
    from scipy.stats import kstwobign

    u = fit.residuals[variable].to_numpy()
    statistic = float(np.abs(np.cumsum(u)).max() / np.sqrt(u @ u))
    null = f"constant coefficients of {variable}"
    return Row(statistic, float(kstwobign.sf(statistic)), "sup |Brownian bridge|", null)


def _chi2(statistic: float, restrictions: int, null: str) -> Row:
    from scipy.stats import chi2

    return Row(statistic, float(chi2.sf(statistic, restrictions)), f"chi2({restrictions})", null)
