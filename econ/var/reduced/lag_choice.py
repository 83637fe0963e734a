"""How many lags: information criteria on the sample that all candidates share."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from econ import checks
from econ.border import checked
from econ.data.dataset import Dataset
from econ.var.reduced.model import CRITERIA, VAR
from econ.var.reduced.terms import MAX_LAGS


@checked
def lag_order(
    data: Dataset | pd.DataFrame,
    max_lags: int = MAX_LAGS,
    *,
    trend: str = "c",
    exog: pd.DataFrame | None = None,
    seasonal: bool = False,
    outliers: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Compare lag orders 1, ..., ``max_lags`` on the common sample.

    Parameters
    ----------
    data : Dataset or DataFrame
        The variables of the VAR.
    max_lags : int, default 12
        Longest order; its lags are held back from every candidate.
    trend : {"c", "n", "ct", "ctt"}
        Deterministic terms, as in :class:`econ.var.VAR`.
    exog : DataFrame, optional
        Exogenous regressors, as in :class:`econ.var.VAR`.
    seasonal : bool, default False
        Dummies of months or quarters, as in :class:`econ.var.VAR`.
    outliers : sequence of str, optional
        Dates with a dummy, as in :class:`econ.var.VAR`; none among the first ``max_lags``.

    Returns
    -------
    DataFrame
        Index ``lags``; columns ``aic``, ``bic``, ``hqic``, smaller is better. ``idxmin()`` names the choices.

    Raises
    ------
    SpecificationError
        If ``max_lags`` is not a positive integer.
    SampleTooShort
        If the longest candidate cannot be estimated.

    References
    ----------
    Lütkepohl, H. (2005), New Introduction to Multiple Time Series Analysis, Springer, section 4.3.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> int(lag_order(simulated_var(periods=400, rng=1), 4)["bic"].idxmin())
    1
    """
    max_lags = checks.count("max_lags", max_lags)
    candidates = VAR(data, 1, trend, exog, seasonal=seasonal, outliers=outliers).on_common_sample(max_lags)
    rows = {lags: [getattr(fit, name) for name in CRITERIA] for lags, fit in enumerate(map(VAR.fit, candidates), 1)}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(CRITERIA)).rename_axis("lags")
