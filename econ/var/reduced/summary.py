"""What a reduced form prints of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from econ.estimate import Unavailable
from econ.tables.shown import Facts, coefficient_table, listed, period

if TYPE_CHECKING:
    from econ.var.reduced.results import VARResults


def sample(fit: VARResults) -> Facts:
    """Variables, lags and the effective sample."""
    return {
        "variables": listed(fit.variables),
        "lags": fit.lags,
        "sample": period(fit.residuals.index),
        "observations": fit.nobs,
    }


def facts(fit: VARResults) -> Facts:
    """Sample, fit and stability of a VAR by least squares."""
    return {
        **sample(fit),
        "covariance": "homoskedastic" if fit.free is None else "homoskedastic, restricted",
        "log likelihood": fit.loglik,
        "AIC": fit.aic,
        "BIC": fit.bic,
        "HQIC": fit.hqic,
        "largest root": float(fit.roots[0]),
    }


def numbers(fit: VARResults, level: float = 0.90) -> pd.DataFrame:
    """One row an equation and coefficient: estimate, std_error, t, p_value, lower, upper under the normal."""
    names = ["equation", "coefficient"]
    index = pd.MultiIndex.from_product([fit.variables, [str(row) for row in fit.params.index]], names=names)
    values, errors = (pd.Series(table.to_numpy().T.reshape(-1), index) for table in (fit.params, fit.std_errors))
    if fit.free is not None:
        excluded = Unavailable("this coefficient is excluded, not estimated")
        errors = errors.astype(object).where(fit.free.T.reshape(-1), excluded)
    return coefficient_table(values, errors, level=level)
