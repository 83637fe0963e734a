r"""What part of a change in holdings is price: a duration and convexity model of each holder's portfolio.

The return of a portfolio of Treasuries over month t is approximated, with yields in percentage points, by

.. math:: r_t = a - b_2 \Delta y^{2}_t - b_{10} \Delta y^{10}_t + \tfrac12 c (\Delta y^{10}_t)^2,

where :math:`b_2 + b_{10}` is the portfolio's duration (split over two key rates), c its convexity and a the
pull of prices to par. It is fitted by least squares, holder by holder, on the months in which the valuation
change is officially published (Bertaut-Judson to 2020-12, SLT from 2023-02), as a share of the position at the
end of the month before. It serves the 25 months without official figures only.

With one rate in the place of two (``rates=("yield_10y",)``) the price of short bonds follows the 10-year yield. The
rule that judges between them does not look at the flows: the smaller root mean squared error, averaged over holders,
of the official valuation of each year predicted from the other years. ``analyses/valuation_model.py`` judges by it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from econ import checks
from econ.border import checked
from econ.data.index import as_period_index, dates
from econ.errors import FrequencyError, SampleTooShort, SchemaError
from econ.frozen import guarded
from econ.tables.shown import Shown

RATES = ("yield_2y", "yield_10y")


@guarded
@dataclass(frozen=True, eq=False)
class ValuationModel(Shown):
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
    rates : tuple of str
        Yields that move prices; convexity is in the last.
    """

    params: pd.Series
    r2: float
    rmse: float
    nobs: int
    rates: tuple[str, ...] = RATES

    @property
    def duration(self) -> float:
        """Sum of the key-rate durations, percent per percentage point, which is years."""
        return float(self.params.filter(like="duration").sum())

    def returns(self, yields: pd.DataFrame) -> pd.Series:
        """Modelled valuation return of each month, in percent of the previous month's position.

        Raises
        ------
        FrequencyError, SchemaError
            Unless the yields stand on consecutive months, in order.
        """
        yields = _months(yields, self.rates)
        return pd.Series(_design(yields, self.rates) @ self.params.to_numpy(), index=yields.index)


def _design(yields: pd.DataFrame, rates: tuple[str, ...]) -> np.ndarray:
    change = yields[list(rates)].diff().to_numpy()
    return np.column_stack([np.ones(len(change)), -change, 0.5 * change[:, -1] ** 2])


@checked
def fit_valuation(returns: pd.Series, yields: pd.DataFrame, *, rates: tuple[str, ...] = RATES) -> ValuationModel:
    """Fit the model on the months with an official valuation change.

    Parameters
    ----------
    returns : Series
        Official valuation change in percent of the position a month earlier; NaN or no row where nothing was published.
    yields : DataFrame
        Month-end ``yield_2y`` and ``yield_10y`` in percent, on consecutive months.
    rates : tuple of str
        Columns of ``yields`` that move prices.

    Returns
    -------
    ValuationModel

    Raises
    ------
    SampleTooShort
        With fewer official months than parameters + 10.
    FrequencyError, SchemaError
        Unless the yields stand on consecutive months, in order: a change over a hole is that of no month.

    Examples
    --------
    >>> months = pd.period_range("2020-01", periods=40, freq="M")
    >>> level = np.sin(np.arange(40.0))
    >>> yields = pd.DataFrame({"yield_2y": level, "yield_10y": level**2}, index=months)
    >>> fit_valuation(-5.0 * yields["yield_10y"].diff(), yields).params.round(6).abs().tolist()
    [0.0, 0.0, 5.0, 0.0]
    """
    official, design, rates = _sample(returns, yields, rates)
    outcome = official.to_numpy()
    params, use = _least_squares(outcome, design)
    errors = outcome[use] - design[use] @ params
    terms = ["constant", *(rate.replace("yield", "duration") for rate in rates), "convexity"]
    return ValuationModel(
        params=pd.Series(params, index=terms),
        r2=float(1.0 - errors.var() / outcome[use].var()),
        rmse=float(np.sqrt(np.mean(errors**2))),
        nobs=int(use.sum()),
        rates=rates,
    )


@checked
def left_out_errors(returns: pd.Series, yields: pd.DataFrame, *, rates: tuple[str, ...] = RATES) -> pd.Series:
    """Official valuation of each month less that of the model fitted on all other calendar years, percent.

    Raises
    ------
    SampleTooShort
        As `fit_valuation`, of the months of the other years.
    FrequencyError, SchemaError
        As `fit_valuation`.

    Examples
    --------
    >>> months = pd.period_range("2020-01", periods=60, freq="M")
    >>> yields = pd.DataFrame({"yield_2y": np.cos(np.arange(60.0)), "yield_10y": np.sin(np.arange(60.0))}, index=months)
    >>> float(left_out_errors(-5.0 * yields["yield_10y"].diff(), yields).abs().max()) < 1e-12
    True
    """
    outcome, design, _ = _sample(returns, yields, rates)
    index = pd.PeriodIndex(outcome.index)
    years, errors, official = index.year.to_numpy(), np.full(len(index), np.nan), outcome.to_numpy()
    for year in np.unique(years[np.isfinite(official)]):
        inside = years == year
        params, _ = _least_squares(np.where(inside, np.nan, official), design)
        errors[inside] = (official - design @ params)[inside]
    return pd.Series(errors, index=index).dropna()


def _sample(
    returns: pd.Series, yields: pd.DataFrame, rates: tuple[str, ...]
) -> tuple[pd.Series, np.ndarray, tuple[str, ...]]:
    """Official returns and regressors on the months of the yields, and the names of the rates, checked."""
    rates = checks.names("rates", rates, least=1)
    yields = _months(yields, rates)
    returns = checks.figures("returns", returns, holes=True).sort_index()
    returns = returns.set_axis(as_period_index(returns.index))
    _check_monthly("returns", returns.index)
    return returns.reindex(yields.index), _design(yields, rates), tuple(rates)


def _months(yields: pd.DataFrame, rates: tuple[str, ...]) -> pd.DataFrame:
    """Yields on consecutive months: only their changes are changes of a month."""
    yields = checks.figures("yields", yields, columns=rates, holes=True)
    yields = yields.set_axis(dates(yields.index), axis=0)
    _check_monthly("yields", yields.index)
    return yields


def _check_monthly(name: str, index: pd.Index) -> None:
    if not isinstance(index, pd.PeriodIndex) or index.freqstr != "M":
        found = f"periods {index.freqstr}" if isinstance(index, pd.PeriodIndex) else f"an index of {index.dtype}"
        raise FrequencyError(f"the valuation model needs {name} by month; found {found}; convert them by a rule.")


def _least_squares(outcome: np.ndarray, design: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients, and the months that they were fitted on."""
    use = np.isfinite(outcome) & np.isfinite(design).all(axis=1)
    least = design.shape[1] + 10
    if use.sum() < least:
        raise SampleTooShort(
            f"the valuation model needs {least} official months; found {int(use.sum())}; widen the sample."
        )
    if np.ptp(outcome[use]) == 0.0:
        raise SchemaError(f"all official returns are {outcome[use][0]:g}; there is nothing to explain.")
    params, *_ = np.linalg.lstsq(design[use], outcome[use], rcond=None)
    return params, use
