"""What the residuals say about the specification: serial correlation, normality, ARCH, stability."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Seed
from econ.checks import SPARE
from econ.errors import SpecificationError
from econ.estimate import Unavailable
from econ.responses.resampling import MovingBlock
from econ.var import _kernels as algebra
from econ.var.reduced import _autocorrelation_kernels as kernels
from econ.var.reduced.bootstrap import bootstrap_blocks

if TYPE_CHECKING:
    from econ.responses.resampling import Bootstrap
    from econ.var.reduced.draws import SimulatedDraws
    from econ.var.reduced.results import VARResults

ARCH_LAGS = 5


class Row(NamedTuple):
    """One test."""

    statistic: float | Unavailable
    p_value: float | Unavailable
    distribution: str
    null: str


def diagnostics(
    fit: VARResults,
    *,
    lags: int | None = None,
    bootstrap: Bootstrap | None = None,
    rng: Seed = None,
    n_jobs: int = 1,
) -> pd.DataFrame:
    """Test the residuals of a VAR.

    Parameters
    ----------
    fit : VARResults
        The VAR.
    lags : int, optional
        Autocorrelations of the portmanteau and LM tests; by default p + 4. The portmanteau needs more than p.
    bootstrap : Residual or Wild, optional
        Draws for the p-values of "portmanteau" and "lm" in place of their distributions: samples of the fitted VAR with
        independent errors, tested anew. `Wild` keeps changes of variance.
    rng : int or SeedSequence
        Seed, needed with a bootstrap.
    n_jobs : int
        Threads; the p-values do not depend on them.

    Returns
    -------
    DataFrame
        Columns ``statistic``, ``p_value``, ``distribution``, ``null``; rows ``portmanteau`` (Hosking 1980; Lütkepohl
        2005, section 4.4.3, small-sample form), ``lm`` (Breusch-Godfrey as an F: Rao's of Wilks' Λ, Edgerton and Shukur
        1999, and of Pillai's trace with exclusions), ``lm: chi-square`` (the same for long samples, section 4.4.4),
        ``normality`` (Jarque-Bera, section 4.5), ``arch`` (multivariate LM, 5 lags, section 16.5) and one
        ``cusum: variable`` an equation (OLS residuals, Ploberger and Krämer 1992). A test that the sample cannot
        support is `Unavailable` with the reason.

    Raises
    ------
    SpecificationError
        If ``lags`` is not a positive integer or leaves no observation, for a bootstrap of blocks (they keep what the
        null excludes) or without ``rng``, and for a bootstrap of a posterior.

    Notes
    -----
    ``Λ = |Σ_t e_t e_t'| / |Σ_t û_t û_t'|`` with e the residuals of û on the regressors and on h of its own lags,
    m = n h, N = T - k - m - (n - m + 1) / 2 and r = √((n² m² - 4) / (n² + m² - 5)):
    F = (Λ^(-1/r) - 1) (N r - n m / 2 + 1) / (n m). One equation has the usual F of a Breusch-Godfrey test.

    Read "lm", and "portmanteau" with a bootstrap only, which is cautious where variables and lags are many. Measured in
    :doc:`/coverage`.

    References
    ----------
    Lütkepohl, H. (2005), New Introduction to Multiple Time Series Analysis, Springer.
    Edgerton, D. and G. Shukur (1999), Testing autocorrelation in a system perspective, Econometric Reviews 18(4),
    343-386.
    Hosking, J. R. M. (1980), The multivariate portmanteau statistic, Journal of the American Statistical Association
    75(371), 602-608.
    Ahlgren, N. and P. Catani (2017), Wild bootstrap tests for autocorrelation in vector autoregressive models,
    Statistical Papers 58(4), 1189-1216.
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
    ['portmanteau', 'lm', 'lm: chi-square', 'normality', 'arch', 'cusum: x', 'cusum: y']
    """
    asked = fit.lags + 4 if lags is None else lags
    lags = checks.count("lags", asked, most=fit.nobs - 1, of=f"for {fit.nobs} residuals")
    rows = autocorrelation(fit, lags, bootstrap=bootstrap, rng=rng, n_jobs=n_jobs)
    rows |= {"normality": jarque_bera(fit), "arch": arch_lm(fit, ARCH_LAGS)}
    rows |= {f"cusum: {name}": cusum(fit, name) for name in fit.variables}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(Row._fields))


def autocorrelation(
    fit: VARResults, lags: int, *, bootstrap: Bootstrap | None = None, rng: Seed = None, n_jobs: int = 1
) -> dict[str, Row]:
    """The rows ``portmanteau``, ``lm`` and ``lm: chi-square`` of :func:`diagnostics`."""
    x, u = fit.parent.design(fit.lags)[None], fit.residuals.to_numpy()[None]
    rows = {"portmanteau": _portmanteau(fit, u, lags)}
    rows |= _breusch_godfrey(fit, fit.score_regressors[None], u, lags=lags)
    if bootstrap is None:
        return rows
    if isinstance(bootstrap, MovingBlock) or fit.posterior is not None:
        raise SpecificationError(
            "tests of autocorrelation are bootstrapped from least squares with errors that have none; pass "
            "bootstrap=Residual() or Wild() to the diagnostics of VAR(...).fit()."
        )
    known = [name for name in ("portmanteau", "lm") if not isinstance(rows[name].statistic, Unavailable)]

    def read(draws: SimulatedDraws) -> Array:
        return _statistics(fit, draws.design, draws.residuals, lags=lags, known=known)

    drawn = np.concatenate(bootstrap_blocks(fit, bootstrap, read, rng=rng, n_jobs=n_jobs))
    found = _statistics(fit, x, u, lags=lags, known=known)[0]
    words = f"{type(bootstrap).__name__.lower()} bootstrap, {len(drawn)} draws"
    for name, column, value in zip(known, drawn.T, found, strict=True):
        p_value = (1 + int((column >= value).sum())) / (1 + len(drawn))
        rows[name] = rows[name]._replace(p_value=p_value, distribution=words)
    return rows


def _statistics(fit: VARResults, x: Array, u: Array, *, lags: int, known: list[str]) -> Array:
    """What the bootstrap compares, (B, tests): Q, and 1 / Λ in logs (the score statistic with exclusions)."""
    columns = []
    if "portmanteau" in known:
        columns.append(kernels.portmanteau(u, lags))
    if "lm" in known and fit.free is None:
        columns.append(-kernels.breusch_godfrey(x, u, lags)[1])
    elif "lm" in known:
        columns.append(kernels.restricted_score(x, u, np.asarray(fit.free), lags=lags))
    return np.stack(columns, axis=1) if columns else np.empty((len(u), 0))


def _portmanteau(fit: VARResults, u: Array, lags: int) -> Row:
    """Q against chi2(n² lags - lag coefficients estimated)."""
    null = f"no residual autocorrelation up to lag {lags}"
    if lags <= fit.lags:
        reason = Unavailable(f"needs more autocorrelations than the {fit.lags} lags of the VAR")
        return Row(reason, reason, "chi2", null)
    degrees = len(fit.variables) ** 2 * lags - fit.lag_coefficients
    return _chi2(float(kernels.portmanteau(u, lags)[0]), degrees, null)


def _breusch_godfrey(fit: VARResults, x: Array, u: Array, *, lags: int) -> dict[str, Row]:
    """Rao's F of the lags of û in a regression on the regressors and them, and the chi-square of long samples.

    With exclusions the score of the lags c = vec(E'U S_R⁻¹) times its inverse variance, which is T times Pillai's trace
    without any, and the F of that trace.
    """
    from scipy.stats import f

    null, n, m = f"no residual autocorrelation up to lag {lags}", len(fit.variables), len(fit.variables) * lags
    df = fit.df_resid - m
    if fit.nobs < x.shape[2] + m + SPARE:
        reason = Unavailable(f"{x.shape[2] + m} regressors for {fit.nobs} observations")
        return {"lm": Row(reason, reason, "F", null), "lm: chi-square": Row(reason, reason, "chi2", null)}
    if fit.free is None:
        statistic, wilks = (float(each[0]) for each in kernels.breusch_godfrey(x, u, lags))
        value, second = kernels.rao_f(wilks, n, m, df=df)
    else:
        statistic = float(kernels.restricted_score(x, u, fit.free, lags=lags)[0])
        value, second = kernels.pillai_f(statistic / fit.nobs, n, m, df=df)
    long = {"lm: chi-square": _chi2(statistic, n * m, null)}
    if second < SPARE:
        reason = Unavailable(f"{n} variables are too many for {fit.nobs} observations; pass fewer lags")
        return {"lm": Row(reason, reason, "F", null), **long}
    return {"lm": Row(value, float(f.sf(value, n * m, second)), f"F({n * m}, {second:.1f})", null), **long}


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
    x = np.hstack([np.ones((periods, 1)), algebra.lag_matrix(products, lags)])
    if periods < x.shape[1] + SPARE:
        reason = Unavailable(f"{x.shape[1]} regressors for {periods} observations")
        return Row(reason, reason, "chi2", null)
    deviation = y - y.mean(axis=0)
    e = y - x @ algebra.least_squares(x, y)[0]
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
