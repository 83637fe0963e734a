r"""What part of a change in holdings is price: a duration and convexity model of each holder's portfolio.

The return of a portfolio of Treasuries over month t is approximated, with yields in percentage points, by

.. math:: r_t = a - b_2 \Delta y^{2}_t - b_{10} \Delta y^{10}_t + \tfrac12 c (\Delta y^{10}_t)^2,

where :math:`b_2 + b_{10}` is the portfolio's duration (split over two key rates), c its convexity and a the
pull of prices to par. It is fitted by least squares, holder by holder, on the months in which the valuation
change is officially published (Bertaut-Judson to 2020-12, SLT from 2023-02), as a share of the position at the
end of the month before. It serves the 25 months without official figures only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from econ.errors import SampleTooShort

TERMS = ("constant", "duration_2y", "duration_10y", "convexity")


@dataclass(frozen=True, eq=False)
class ValuationModel:
    """Fitted valuation model of one holder.

    Parameters
    ----------
    params : Series
        ``constant`` (percent a month), ``duration_2y`` and ``duration_10y`` (percent per percentage point),
        ``convexity`` (percent per squared percentage point).
    r2 : float
        Share of the variance of the official valuation return that the model explains.
    rmse : float
        Root mean squared error, in percent of the position.
    nobs : int
        Official months.
    """

    params: pd.Series
    r2: float
    rmse: float
    nobs: int

    def returns(self, yields: pd.DataFrame) -> pd.Series:
        """Modelled valuation return of each month, in percent of the previous month's position."""
        return pd.Series(_design(yields) @ self.params.to_numpy(), index=yields.index)


def _design(yields: pd.DataFrame) -> np.ndarray:
    change = yields.diff()
    short, long = change["yield_2y"].to_numpy(), change["yield_10y"].to_numpy()
    return np.column_stack([np.ones(len(change)), -short, -long, 0.5 * long**2])


def fit_valuation(returns: pd.Series, yields: pd.DataFrame) -> ValuationModel:
    """Fit the model on the months with an official valuation change.

    Parameters
    ----------
    returns : Series
        Official valuation change in percent of the position a month earlier; NaN where nothing was published.
    yields : DataFrame
        Month-end ``yield_2y`` and ``yield_10y`` in percent, on consecutive months.

    Returns
    -------
    ValuationModel

    Raises
    ------
    SampleTooShort
        With fewer official months than parameters + 10.

    Examples
    --------
    >>> months = pd.period_range("2020-01", periods=40, freq="M")
    >>> level = np.sin(np.arange(40.0))
    >>> yields = pd.DataFrame({"yield_2y": level, "yield_10y": level**2}, index=months)
    >>> fit_valuation(-5.0 * yields["yield_10y"].diff(), yields).params.round(6).abs().tolist()
    [0.0, 0.0, 5.0, 0.0]
    """
    outcome, design = returns.reindex(yields.index).to_numpy(float), _design(yields)
    use = np.isfinite(outcome) & np.isfinite(design).all(axis=1)
    if use.sum() < len(TERMS) + 10:
        raise SampleTooShort(
            f"the valuation model needs {len(TERMS) + 10} official months; found {int(use.sum())}; widen the sample."
        )
    params, *_ = np.linalg.lstsq(design[use], outcome[use], rcond=None)
    errors = outcome[use] - design[use] @ params
    return ValuationModel(
        params=pd.Series(params, index=list(TERMS)),
        r2=float(1.0 - errors.var() / outcome[use].var()),
        rmse=float(np.sqrt(np.mean(errors**2))),
        nobs=int(use.sum()),
    )
