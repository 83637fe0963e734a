"""Which shocks made the forecast errors, and which made history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ.var import _kernels as kernels
from econ.var._kernels import Array
from econ.var.model import check_positive

if TYPE_CHECKING:
    from econ.var.structural import StructuralResults

OTHER = "other"  # what shocks that a scheme leaves unidentified do


def fevd(svar: StructuralResults, horizon: int) -> pd.DataFrame:
    """Share of each shock in the variance of the forecast error.

    Parameters
    ----------
    svar : StructuralResults
        The identified VAR.
    horizon : int
        Longest forecast, at least 1 step.

    Returns
    -------
    DataFrame
        Index (``step`` 1, ..., horizon, ``variable``); columns = shocks, and ``other`` where the scheme identifies
        fewer shocks than variables. Rows add to one.

    Raises
    ------
    SpecificationError
        If ``horizon`` is not a positive integer.

    References
    ----------
    Lütkepohl, H. (2005), New Introduction to Multiple Time Series Analysis, Springer, section 2.3.3.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR, Cholesky
    >>> svar = VAR(simulated_var(periods=200, rng=1), lags=1).fit().identify(Cholesky("x", "y"))
    >>> fevd(svar, 2).loc[(1, "x")].tolist()
    [1.0, 0.0]
    """
    check_positive("horizon", horizon)
    fit = svar.parent
    factor = fit.as_draws.factor
    shares = variance_shares(fit.lag_blocks[None], svar.impact.to_numpy()[None], factor, horizon)[0]
    names = list(svar.shock_names)
    if len(names) < len(fit.variables):
        shares, names = np.concatenate([shares, 1.0 - shares.sum(axis=2, keepdims=True)], axis=2), [*names, OTHER]
    index = pd.MultiIndex.from_product([range(1, horizon + 1), fit.variables], names=["step", "variable"])
    return pd.DataFrame(shares.reshape(len(index), -1), index=index, columns=names)


def variance_shares(a: Array, impact: Array, factor: Array, horizon: int) -> Array:
    """Shares (B, horizon, n, s) from lag blocks, impact matrices and Cholesky factors of Σ_u."""
    explained = np.cumsum(kernels.responses(a, impact, horizon - 1) ** 2, axis=1)
    total = np.cumsum(kernels.responses(a, factor, horizon - 1) ** 2, axis=1).sum(axis=3, keepdims=True)
    shares: Array = explained / total
    return shares


def historical_decomposition(svar: StructuralResults) -> pd.DataFrame:
    """Split the data into what each shock, the initial condition and the deterministic terms made of them.

    Every component is the path of the VAR driven by that part alone, through the whole moving average:
    a shock by B_j ε_jt from a zero start, ``initial`` by the first p observations, ``deterministic`` by D_t c
    (exogenous regressors included).

    Parameters
    ----------
    svar : StructuralResults
        The identified VAR.

    Returns
    -------
    DataFrame (T, n (s + 2))
        Columns (variable, component), units of the variables; components = shocks, ``other`` where the scheme
        identifies fewer shocks than variables, ``initial``, ``deterministic``. They add to the data exactly.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR, Cholesky
    >>> data = simulated_var(periods=200, rng=1)
    >>> parts = VAR(data, lags=1).fit().identify(Cholesky("x", "y")).historical_decomposition()
    >>> bool(abs(parts["x"].sum(axis=1) - data.frame["x"].iloc[1:]).max() < 1e-12)
    True
    """
    fit = svar.parent
    residuals = fit.residuals.to_numpy()
    pushes = svar.shocks.to_numpy().T[:, :, None] * svar.impact.to_numpy().T[:, None, :]
    names = list(svar.shock_names)
    if len(names) < len(fit.variables):
        pushes, names = np.concatenate([pushes, (residuals - pushes.sum(axis=0))[None]]), [*names, OTHER]
    terms = fit.parent.term_values(fit.lags)
    initial = fit.parent.parent.frame.to_numpy(dtype=float)[: fit.lags]
    nothing = np.zeros((1, *residuals.shape))
    expected = (terms @ fit.params.to_numpy()[: terms.shape[1]])[None]
    from_zero = np.concatenate([pushes, expected])
    paths = kernels.simulate(fit.lag_blocks, from_zero, np.zeros_like(initial))[:, fit.lags :]
    start = kernels.simulate(fit.lag_blocks, nothing, initial)[:, fit.lags :]
    parts = np.concatenate([paths[:-1], start, paths[-1:]])
    components = [*names, "initial", "deterministic"]
    columns = pd.MultiIndex.from_product([fit.variables, components], names=["variable", "component"])
    values = np.moveaxis(parts, 0, 2).reshape(len(residuals), -1)
    return pd.DataFrame(values, index=fit.residuals.index, columns=columns)
