"""How many factors a panel has."""

from __future__ import annotations

import numpy as np
import pandas as pd

from econ import checks
from econ.border import checked
from econ.data.dataset import Dataset, complete_frame
from econ.errors import SampleTooShort, SingularDesign
from econ.var.reduced import _factor_kernels as kernels

CRITERIA = ("ic1", "ic2", "ic3")
MAX_FACTORS = 8  # most that a criterion picks unless told otherwise
FLAT = 1e-10  # share of the variance below which a component is a rounding error


@checked
def factor_number(panel: Dataset | pd.DataFrame, max_factors: int = MAX_FACTORS) -> pd.DataFrame:
    """Information criteria of Bai and Ng for 0 to ``max_factors`` factors; the number is where one is smallest.

    IC_j(k) = log V(k) + k g_j, V(k) the mean squared residual of the standardised panel given k principal components,
    g_1 = (N + T) / (N T) log(N T / (N + T)), g_2 = (N + T) / (N T) log(min(N, T)), g_3 = log(min(N, T)) / min(N, T).

    Parameters
    ----------
    panel : Dataset or DataFrame
        One column a variable (N), no missing values, stationary.
    max_factors : int, default 8
        Largest number, below N and T.

    Returns
    -------
    DataFrame
        Index 0, ..., ``max_factors``; columns ``ic1``, ``ic2``, ``ic3``, ``explained`` (share of the variance).

    Raises
    ------
    SampleTooShort
        If the panel has no more columns or periods than ``max_factors``.
    SingularDesign
        If so many factors leave nothing unexplained.

    References
    ----------
    Bai, J. and S. Ng (2002), Determining the Number of Factors in Approximate Factor Models, Econometrica 70(1),
    191-221.

    Examples
    --------
    >>> factors, errors = np.random.default_rng(1).standard_normal((2, 200, 30))
    >>> panel = pd.DataFrame(factors[:, :2] @ factors[:30, :2].T + errors).rename(columns="x{}".format)
    >>> int(factor_number(panel)["ic2"].idxmin())
    2
    """
    most = checks.count("max_factors", max_factors)
    values = complete_frame(panel, what="a factor model").to_numpy(dtype=float)
    periods, size = values.shape
    if min(periods, size) <= most:
        raise SampleTooShort(
            f"{most} factors need a panel of more than {most} columns and periods; found {size} columns and {periods} "
            "periods; ask for fewer factors or give more variables."
        )
    left = kernels.unexplained(kernels.standardised(values[None])[0][0], most)
    if left[-1] <= FLAT:
        raise SingularDesign(
            f"{most} factors or fewer explain the whole panel, which has copies or sums among its columns, or hardly a "
            "period more than factors; drop columns or ask for fewer factors."
        )
    number, least = np.arange(most + 1), min(periods, size)
    rate = (size + periods) / (size * periods)
    penalties = (-rate * np.log(rate), rate * np.log(least), np.log(least) / least)
    columns = {name: np.log(left) + number * each for name, each in zip(CRITERIA, penalties, strict=True)}
    return pd.DataFrame({**columns, "explained": 1.0 - left / left[0]}, index=number)
