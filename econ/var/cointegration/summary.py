"""What a cointegrated system prints of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from econ.estimate import Unavailable
from econ.tables.shown import coefficient_table

if TYPE_CHECKING:
    from econ.var.cointegration.results import VECMResults

RESTRICTED = Unavailable("this coefficient is restricted, not estimated")


def vecm_numbers(fit: VECMResults, level: float = 0.90) -> pd.DataFrame:
    """Rows (part, equation or vector, coefficient) of beta, alpha and gamma: estimate, std_error, t, p_value, interval.

    Beta is by vector; alpha and gamma are by equation. Ratios are standard normal (Johansen 1995, chapter 13).
    """
    parts = {
        "beta": (fit.beta, fit.beta_std_errors),
        "alpha": (fit.alpha.T, fit.alpha_std_errors.T),
        "gamma": (fit.gamma, fit.gamma_std_errors),
    }
    labels, values, errors = [], [], []
    for part, (table, spread) in parts.items():
        for column in table.columns:
            for name in table.index:
                labels.append((part, str(column), str(name)))
                values.append(float(table.loc[name, column]))
                errors.append(spread.loc[name, column] or RESTRICTED)
    index = pd.MultiIndex.from_tuples(labels, names=["part", "equation", "coefficient"])
    return coefficient_table(pd.Series(values, index), pd.Series(errors, index, dtype=object), level=level)
