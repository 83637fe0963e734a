"""Where the variables go from here: means and intervals of the predictive distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array
from econ.data.index import at_periods, next_periods
from econ.errors import SchemaError, SpecificationError
from econ.var import _kernels as kernels

if TYPE_CHECKING:
    from econ.var.reduced.draws import ReducedDraws
    from econ.var.reduced.results import VARResults

HALVINGS = 60  # of the bracket of a quantile: to the last digit


def forecast(fit: VARResults, steps: int, *, level: float = 0.90, exog: pd.DataFrame | None = None) -> pd.DataFrame:
    """Forecast the next ``steps`` periods.

    Parameters
    ----------
    fit : VARResults
        The VAR.
    steps : int
        Periods ahead, at least 1.
    level : float, default 0.90
        Coverage of the intervals, Gaussian errors. Of least squares, coefficients are taken as known; of a posterior,
        the intervals are quantiles of the predictive distribution, the mixture of the forecasts of all its draws.
    exog : DataFrame, optional
        Future values of the exogenous regressors, matched by date; needed if the VAR has any.

    Returns
    -------
    DataFrame
        One row a future period; columns (variable, ``mean`` | ``lower`` | ``upper``), units of the variables.

    Raises
    ------
    SpecificationError
        If ``steps`` or ``level`` makes no sense, or ``exog`` is missing or not wanted.
    SchemaError
        If ``exog`` lacks one of the future periods.

    References
    ----------
    Lütkepohl, H. (2005), New Introduction to Multiple Time Series Analysis, Springer, section 2.2.
    Karlsson, S. (2013), Forecasting with Bayesian Vector Autoregression, Handbook of Economic Forecasting 2B, section
    2, for the predictive distribution.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR
    >>> VAR(simulated_var(periods=200, rng=1), lags=1).fit().forecast(3).shape
    (3, 6)
    """
    steps = checks.count("steps", steps)
    draws = fit.as_draws if fit.posterior is None else fit.posterior
    theta = kernels.responses(draws.lag_blocks, draws.factor, steps - 1)
    spread = np.sqrt(np.cumsum((theta**2).sum(axis=3), axis=1))
    return predictive_table(fit, mean_paths(draws, steps, exog=exog), spread, level=level)


def predictive_table(fit: VARResults, means: Array, spread: Array, *, level: float) -> pd.DataFrame:
    """Table of future paths from the mean and standard deviation of every draw, (D, steps, n) each."""
    tail = (1.0 - checks.level(level)) / 2.0
    ends = [mixture_quantile(means, spread, probability) for probability in (tail, 1.0 - tail)]
    values = np.stack([means.mean(axis=0), *ends], axis=-1)
    columns = pd.MultiIndex.from_product([fit.variables, ("mean", "lower", "upper")], names=["variable", "value"])
    index = next_periods(fit.data.frame.index, len(values))
    return pd.DataFrame(values.reshape(len(values), -1), index=index, columns=columns)


def mixture_quantile(means: Array, spread: Array, probability: float) -> Array:
    """Quantile of the equal mixture of D normals along the first axis, by halving the bracket of their quantiles."""
    from scipy.special import ndtr, ndtri

    ends = means + float(ndtri(probability)) * spread
    lower: Array = ends.min(axis=0)
    upper: Array = ends.max(axis=0)
    if len(means) == 1:
        return lower
    safe = np.where(spread == 0.0, np.finfo(float).tiny, spread)
    for _ in range(HALVINGS):
        middle = 0.5 * (lower + upper)
        with np.errstate(over="ignore"):  # a path without spread is a step
            below = ndtr((middle - means) / safe).mean(axis=0) < probability
        lower, upper = np.where(below, middle, lower), np.where(below, upper, middle)
    return 0.5 * (lower + upper)


def mean_paths(draws: ReducedDraws, steps: int, *, exog: pd.DataFrame | None = None) -> Array:
    """Expected values of the next ``steps`` periods under every draw, (D, steps, n), units of the variables."""
    fit = draws.fit
    terms = future_terms(fit, steps, exog)
    driving = terms @ draws.coefficients[:, : terms.shape[1]]
    history = draws.history
    start = np.broadcast_to(history, (len(draws), *history.shape[1:]))
    return kernels.propagate(draws.lag_blocks, driving[..., None], start[..., None])[..., 0]


def future_terms(fit: VARResults, steps: int, exog: pd.DataFrame | None) -> Array:
    """Deterministic and exogenous regressors of the next ``steps`` periods, (steps, m)."""
    model = fit.parent
    index = model.parent.frame.index
    trend = model.known_terms(next_periods(index, steps), len(index) + 1)
    if model.exog is None:
        if exog is not None:
            raise SpecificationError("future exogenous values were given, but the VAR has no exogenous regressor.")
        return trend
    names = [str(name) for name in model.exog.columns]
    if exog is None:
        raise SpecificationError(
            f"the VAR has exogenous regressors {names}; pass exog= with their values in the next {steps} periods."
        )
    if sorted(map(str, exog.columns)) != sorted(names):
        raise SpecificationError(f"exog must be a DataFrame with the columns {names}; found {list(exog.columns)}.")
    future = at_periods(exog[names], next_periods(model.parent.frame.index, steps), what="exog")
    values = future.to_numpy(dtype=float)
    if not np.isfinite(values).all():
        raise SchemaError("future exogenous values must be finite; fill the missing ones by a rule you state.")
    return np.hstack([trend, values])
