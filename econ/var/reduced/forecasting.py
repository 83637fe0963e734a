"""Where the variables go from here: means and intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array
from econ.errors import SchemaError, SpecificationError
from econ.var import _kernels as kernels

if TYPE_CHECKING:
    from econ.var.reduced.results import VARResults


def forecast(fit: VARResults, steps: int, *, level: float = 0.90, exog: pd.DataFrame | None = None) -> pd.DataFrame:
    """Forecast the next ``steps`` periods.

    Parameters
    ----------
    fit : VARResults
        The VAR.
    steps : int
        Periods ahead, at least 1.
    level : float, default 0.90
        Coverage of the intervals: Gaussian errors, coefficients taken as known.
    exog : DataFrame, optional
        Future values of the exogenous regressors, ``steps`` rows; needed if the VAR has any.

    Returns
    -------
    DataFrame
        One row a future period; columns (variable, ``mean`` | ``lower`` | ``upper``), units of the variables.

    Raises
    ------
    SpecificationError
        If ``steps`` or ``level`` makes no sense, or ``exog`` is missing or not wanted.

    References
    ----------
    Lütkepohl, H. (2005), New Introduction to Multiple Time Series Analysis, Springer, section 2.2.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR
    >>> VAR(simulated_var(periods=200, rng=1), lags=1).fit().forecast(3).shape
    (3, 6)
    """
    from scipy.special import ndtri

    steps = checks.count("steps", steps)
    width = float(ndtri(0.5 + checks.level(level) / 2.0))
    means = mean_path(fit, steps, exog=exog)
    spread = np.sqrt(np.einsum("hii->hi", forecast_covariance(fit, steps)))
    columns = pd.MultiIndex.from_product([fit.variables, ("mean", "lower", "upper")], names=["variable", "value"])
    values = np.stack([means, means - width * spread, means + width * spread], axis=-1)
    return pd.DataFrame(values.reshape(steps, -1), index=future_index(fit, steps), columns=columns)


def mean_path(fit: VARResults, steps: int, *, exog: pd.DataFrame | None = None) -> Array:
    """Expected values of the next ``steps`` periods, (steps, n), units of the variables."""
    terms = future_terms(fit, steps, exog)
    driving = terms @ fit.params.to_numpy()[: terms.shape[1]]
    history = fit.parent.parent.frame.to_numpy(dtype=float)[-fit.lags :]
    return kernels.simulate(fit.lag_blocks, driving[None], history)[0, fit.lags :]


def forecast_covariance(fit: VARResults, steps: int) -> Array:
    """Covariance of the h-step forecast error, h = 1, ..., ``steps``: (steps, n, n)."""
    impact = np.linalg.cholesky(fit.sigma_u.to_numpy())
    theta = kernels.responses(fit.lag_blocks[None], impact[None], steps - 1)[0]
    return np.cumsum(theta @ np.swapaxes(theta, 1, 2), axis=0)


def future_terms(fit: VARResults, steps: int, exog: pd.DataFrame | None) -> Array:
    """Deterministic and exogenous regressors of the next ``steps`` periods, (steps, m)."""
    model = fit.parent
    trend = kernels.deterministic(model.trend, len(model.parent.frame) + 1, steps)
    if model.exog is None:
        if exog is not None:
            raise SpecificationError("future exogenous values were given, but the VAR has no exogenous regressor.")
        return trend
    if exog is None:
        raise SpecificationError(
            f"the VAR has exogenous regressors {list(model.exog.columns)}; pass exog= with their next {steps} values."
        )
    if list(exog.columns) != list(model.exog.columns) or len(exog) != steps:
        raise SpecificationError(
            f"exog must have columns {list(model.exog.columns)} and {steps} rows; "
            f"found {list(exog.columns)} and {len(exog)} rows."
        )
    values = exog.to_numpy(dtype=float)
    if not np.isfinite(values).all():
        raise SchemaError("future exogenous values must be finite; fill the missing ones by a rule you state.")
    return np.hstack([trend, values])


def future_index(fit: VARResults, steps: int) -> pd.Index:
    """The periods after the sample: the next periods, business days or integers."""
    index = fit.parent.parent.frame.index
    last = index[-1]
    if isinstance(index, pd.PeriodIndex):
        return pd.period_range(last + 1, periods=steps, freq=index.freq)
    if isinstance(index, pd.DatetimeIndex):
        return pd.bdate_range(last + pd.Timedelta(days=1), periods=steps)
    return pd.RangeIndex(last + 1, last + 1 + steps)
