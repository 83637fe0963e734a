"""Refuse variables that have no shock of their own: what their errors are made of is rounding.

A shrinking prior hides such a variable, it does not cure it: the posterior of its variance collapses, and responses to
its "shock" are ratios of rounding errors. So every room that estimates a system asks here, of the data alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from econ.arrays import Array, Mask
from econ.checks import SPARE
from econ.errors import SingularDesign
from econ.var import _kernels as kernels

EXACT = 1e-9  # residuals smaller than this share of the variable, or of themselves given others, are rounding errors


def refuse_exact_fit(residuals: Array, y: Array, names: Sequence[str]) -> None:
    """Refuse an equation without errors, and errors that others determine: shocks would be made of rounding errors.

    Parameters
    ----------
    residuals, y : array (T, n)
        Errors of the equations, and what they explain.
    names : sequence of str
        Names of the n variables.

    Raises
    ------
    SingularDesign
        Names the variable.
    """
    size = np.sqrt(np.einsum("ti,ti->i", residuals, residuals))
    exact = np.flatnonzero(size <= EXACT * np.sqrt(np.einsum("ti,ti->i", y, y)))
    if len(exact):
        name = names[int(exact[0])]
        raise SingularDesign(
            f"the lags and terms of its equation predict {name!r} exactly, so it has no shock of its own; drop it, or "
            "pass it as exog= where the model takes one and its future is known."
        )
    pivots = np.abs(np.diagonal(np.linalg.qr(residuals / size, mode="r")))
    tied = np.flatnonzero(pivots <= EXACT)
    if len(tied):
        last = int(tied[0])
        raise SingularDesign(
            f"the residuals of {names[last]!r} are a linear combination of those of {list(names[:last])}, so the "
            "covariance of the errors is singular; drop one of these variables."
        )


def refuse_predicted(values: Array, terms: Array, lags: int, names: Sequence[str]) -> None:
    """Refuse variables that least squares on ``terms`` and ``lags`` predicts exactly, before a prior shrinks them.

    Where the system has more coefficients than the sample can tell apart, every variable is fitted exactly and that
    says nothing; then it has as many lags as leave 10 observations to spare, and each variable also all its own lags.

    Parameters
    ----------
    values : array (lags + T, n)
        Data; rows that lack a value, or one of its lags (NaN), are left out.
    terms : array (T, m)
        Deterministic and exogenous terms.
    lags : int
        At least 1.
    names : sequence of str
        Names of the n variables.

    Raises
    ------
    SingularDesign
        Names the variable.
    """
    n, m = values.shape[1], terms.shape[1]
    full = np.asarray(np.isfinite(np.hstack([values[lags:], kernels.lag_matrix(values, lags)])).all(axis=1))
    room = int(full.sum()) - m - SPARE  # coefficients that an equation may have
    together, alone = min(lags, room // n), min(lags, room)
    if together >= 1:
        _refuse(values[lags - together :], terms, full, names)
    if alone > max(together, 0):
        for column, name in enumerate(names):
            _refuse(values[lags - alone :, [column]], terms, full, [name])


def _refuse(values: Array, terms: Array, full: Mask, names: Sequence[str]) -> None:
    """The check of a least-squares fit; regressors that are collinear only span what the others do."""
    lags = len(values) - len(terms)
    x, y = np.hstack([terms, kernels.lag_matrix(values, lags)])[full], values[lags:][full]
    scale = np.sqrt(np.einsum("tk,tk->k", x, x))
    q = np.linalg.qr(x / np.where(scale > 0.0, scale, 1.0))[0]
    refuse_exact_fit(y - q @ (q.T @ y), y, names)
