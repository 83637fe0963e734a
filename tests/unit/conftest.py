"""Simulated VARs that the tests of several rooms share."""

import numpy as np
import pandas as pd
import pytest

from econ.data import Dataset
from econ.testing import simulated_var
from econ.var import VAR, Cholesky

NAMES = ("china", "japan", "yield")


@pytest.fixture(scope="session")
def data() -> Dataset:
    lags = np.array(
        [
            [[0.5, 0.1, 0.0], [0.1, 0.3, 0.1], [-0.2, 0.1, 0.6]],
            [[0.1, 0.0, 0.1], [0.0, 0.2, -0.1], [0.1, 0.0, 0.1]],
        ]
    )
    impact = np.array([[1.0, 0.0, 0.0], [0.4, 0.8, 0.0], [-0.5, 0.3, 1.2]])
    raw = simulated_var(260, rng=3, lags=lags, impact=impact, names=NAMES)
    return Dataset.from_frame(raw.frame.add([5.0, -2.0, 40.0]), units={"yield": "bp"})


@pytest.fixture(scope="session")
def exog(data: Dataset) -> pd.DataFrame:
    values = np.random.default_rng(5).standard_normal((len(data.frame), 2))
    return pd.DataFrame(values, index=data.frame.index, columns=["vix", "oil"])


@pytest.fixture(scope="session")
def fit(data: Dataset):
    return VAR(data, lags=2).fit()


@pytest.fixture(scope="session")
def svar(fit):
    return fit.identify(Cholesky(*NAMES))
