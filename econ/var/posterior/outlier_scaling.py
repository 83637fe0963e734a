"""`OutlierScaling`: errors whose size jumped in the spring of 2020 and came back slowly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array
from econ.data.dates import period
from econ.errors import SpecificationError
from econ.frozen import guarded

NAMES = ("scale_0", "scale_1", "scale_2", "recovery")
MODE, DEVIATION = 0.8, 0.2  # of the Beta prior of the recovery rate


@guarded
@dataclass(frozen=True)
class OutlierScaling:
    """Common scale of all errors in extreme months: s_t u_t instead of u_t.

    s_t is 1 before ``start``; free in ``start`` and the two periods after it (scale_0, scale_1, scale_2); then
    1 + (scale_2 - 1) ρ^(t - start - 2) with ρ the recovery rate. Scales have Pareto(1, 1) priors, ρ a Beta prior with
    mode 0.8 and standard deviation 0.2; all are estimated jointly with the tightness of the prior.

    Parameters
    ----------
    start : str, default "2020-03"
        First extreme period; for quarterly data "2020Q1".

    References
    ----------
    Lenza, M. and G. E. Primiceri (2022), How to estimate a VAR after March 2020, Journal of Applied Econometrics
    37(4), 688-699.

    Examples
    --------
    >>> OutlierScaling().weights(np.array([[4.0, 3.0, 2.0, 0.5]]), periods=5)
    array([[4.  , 3.  , 2.  , 1.5 , 1.25]])
    """

    start: str = "2020-03"

    def position(self, index: pd.Index) -> int:
        """Where the first extreme period stands in ``index``, which must hold it and two more.

        Raises
        ------
        SpecificationError
            If the dates are not periods, or do not hold the extreme ones.
        """
        if not isinstance(index, pd.PeriodIndex):
            raise SpecificationError("outlier scaling needs monthly or quarterly data; these dates are no periods.")
        if len(index) == 0 or not index.is_unique:
            raise SpecificationError(f"outlier scaling needs {len(index)} different periods; an index holds each once.")
        try:
            first = period(self.start, index)
        except SpecificationError as error:
            raise SpecificationError(f"outlier scaling cannot start at {self.start!r}: {error}") from error
        if first not in index or first + 2 not in index:
            raise SpecificationError(
                f"outlier scaling starts at {first} and needs it and two more periods after the lags; "
                f"the effective sample runs from {index[0]} to {index[-1]}; leave it out for this sample."
            )
        return int(index.get_indexer(pd.Index([first]))[0])

    @staticmethod
    def weights(values: Array, periods: int) -> Array:
        """s_t of the ``periods`` from ``start`` on, (N, periods), from N rows of (scale_0, scale_1, scale_2, ρ)."""
        if values.ndim != 2 or values.shape[1] != 4:
            raise SpecificationError(f"values must be rows of four numbers, (N, 4); found shape {values.shape}.")
        checks.finite("values", values)
        periods = checks.count("periods", periods)
        decay = values[:, 3:4] ** np.arange(1, max(periods - 3, 0) + 1)
        later = 1.0 + (values[:, 2:3] - 1.0) * decay
        return np.hstack([values[:, :3], later])[:, :periods]


def beta_shape() -> tuple[float, float]:
    """Shapes (a, b) of the Beta distribution with the mode and standard deviation of the recovery rate.

    a = 1 + m c, b = 1 + (1 - m) c; the variance a b / ((a + b)² (a + b + 1)) falls in c, which is found by bisection.
    """
    low, high = 0.0, 1e4
    for _ in range(200):
        middle = 0.5 * (low + high)
        a, b = 1.0 + MODE * middle, 1.0 + (1.0 - MODE) * middle
        if a * b / ((a + b) ** 2 * (a + b + 1.0)) > DEVIATION**2:
            low = middle
        else:
            high = middle
    return a, b
