"""Who leads whom: Granger and instantaneous causality."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.border import checked
from econ.errors import SpecificationError

if TYPE_CHECKING:
    from econ.var.reduced.results import VARResults


def granger(fit: VARResults, caused: str | Sequence[str], *, causing: str | Sequence[str]) -> pd.Series:
    """F test that no lag of ``causing`` enters the equations of ``caused``.

    Parameters
    ----------
    fit : VARResults
        The unrestricted VAR.
    caused, causing : str or sequence of str
        Variables; the two sets must not overlap.

    Returns
    -------
    Series
        ``statistic`` (Wald statistic / restrictions), ``p_value``, ``distribution`` F(restrictions, n (T - k))
        and ``null``.

    Raises
    ------
    SpecificationError
        For a name that is not in the VAR, one that stands on both sides, or lags that are all excluded.

    Notes
    -----
    Sizes at a nominal 5% are 5.8-8.0%. Measured in :doc:`/coverage`. It knows no heteroskedasticity that moves with
    the regressors; :func:`econ.infer.joint_test` does.

    References
    ----------
    Lütkepohl, H. (2005), New Introduction to Multiple Time Series Analysis, Springer, section 3.6.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR
    >>> VAR(simulated_var(periods=300, rng=1), lags=1).fit().granger("y", "x")["distribution"]
    'F(1, 592)'
    """
    from scipy.stats import f

    targets, sources = _names(fit, caused), _names(fit, causing)
    both = sorted(set(targets) & set(sources))
    if both:
        raise SpecificationError(f"{both} cannot cause itself in the test; name it on one side only.")
    rows = [f"L{lag}.{source}" for lag in range(1, fit.lags + 1) for source in sources]
    k, within = len(fit.params), fit.params.index.get_indexer(pd.Index(rows))
    where = np.concatenate([fit.variables.index(target) * k + within for target in targets])
    if fit.free is not None:  # what is excluded is zero already
        where = where[fit.free.T.reshape(-1)[where]]
        if not len(where):
            raise SpecificationError(
                f"no lag of {sources} enters the equations of {targets}: exclude= left them out, so there is nothing "
                "to test; test the VAR without these exclusions."
            )
    effects = fit.params.to_numpy().T.reshape(-1)[where]
    restrictions = len(effects)
    statistic = float(effects @ np.linalg.solve(fit.params_cov[np.ix_(where, where)], effects)) / restrictions
    df_resid = round(len(fit.variables) * fit.df_resid)
    return pd.Series(
        {
            "statistic": statistic,
            "p_value": float(f.sf(statistic, restrictions, df_resid)),
            "distribution": f"F({restrictions}, {df_resid})",
            "null": f"{', '.join(sources)} does not Granger-cause {', '.join(targets)}",
        }
    )


@checked
def instantaneous(fit: VARResults, causing: str | Sequence[str]) -> pd.Series:
    """Wald test that the residuals of ``causing`` are uncorrelated with those of the other variables.

    Parameters
    ----------
    fit : VARResults
        The VAR.
    causing : str or sequence of str
        One side of the division of the variables; the test is symmetric in the two sides.

    Returns
    -------
    Series
        ``statistic``, ``p_value``, ``distribution`` chi2(restrictions) and ``null``.

    Raises
    ------
    SpecificationError
        For a name that is not in the VAR, or if no variable is left on the other side.

    Notes
    -----
    Sizes at a nominal 5% are 4.2-8.6%. Measured in :doc:`/coverage`.

    References
    ----------
    Lütkepohl, H. (2005), New Introduction to Multiple Time Series Analysis, Springer, section 3.6.3.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR
    >>> fit = VAR(simulated_var(periods=300, rng=1), lags=1).fit()
    >>> bool(instantaneous(fit, "x")["p_value"] < 0.001)
    True
    """
    from scipy.stats import chi2

    sources = _names(fit, causing)
    others = [name for name in fit.variables if name not in sources]
    if not others:
        raise SpecificationError("instantaneous causality needs a variable on each side; all were named.")
    sigma = fit.sigma_u
    cross = sigma.loc[sources, others].to_numpy()
    covariances = cross.reshape(-1)
    # Gaussian errors: T cov(s_ij, s_kl) = sigma_ik sigma_jl + sigma_il sigma_kj
    variance = np.kron(sigma.loc[sources, sources], sigma.loc[others, others])
    variance += np.einsum("il,kj->ijkl", cross, cross).reshape(variance.shape)
    statistic = fit.nobs * float(covariances @ np.linalg.solve(variance, covariances))
    return pd.Series(
        {
            "statistic": statistic,
            "p_value": float(chi2.sf(statistic, covariances.size)),
            "distribution": f"chi2({covariances.size})",
            "null": f"residuals of {', '.join(sources)} uncorrelated with those of {', '.join(others)}",
        }
    )


def _names(fit: VARResults, wanted: str | Sequence[str]) -> list[str]:
    names = list(checks.names("a side of a causality test", wanted, least=1))
    for name in names:
        checks.position("variable", name, fit.variables)
    return names
