"""Cointegrated samples with known truth."""

import numpy as np
import pandas as pd
import pytest

from econ.data import Dataset
from econ.testing import simulated_var
from econ.var import VECM

NAMES = ("china", "japan", "yield")
ALPHA = np.array([[-0.3], [0.2], [0.1]])
BETA = np.array([[1.0], [-0.5], [0.5]])
GAMMA = np.array([[0.2, 0.0, 0.1], [0.1, 0.3, 0.0], [0.0, -0.1, 0.2]])
IMPACT = np.array([[1.0, 0.0, 0.0], [0.4, 0.8, 0.0], [-0.5, 0.3, 1.2]])
LAGS = np.stack([np.eye(3) + ALPHA @ BETA.T + GAMMA, -GAMMA])


@pytest.fixture(scope="session")
def draw():
    """``draw(periods, seed)``: three variables of rank 1, two lags."""

    def simulate(periods, seed):
        return simulated_var(periods, rng=seed, lags=LAGS, impact=IMPACT, names=NAMES)

    return simulate


@pytest.fixture(scope="session")
def levels(draw) -> Dataset:
    raw = draw(240, 3)
    return Dataset.from_frame(raw.frame.add([5.0, -2.0, 40.0]), units={"yield": "bp"})


@pytest.fixture(scope="session")
def wide() -> pd.DataFrame:
    """Four variables of rank 2 with drift and units far apart."""
    generator = np.random.default_rng(0)
    periods = 160
    y = np.cumsum(generator.standard_normal((periods, 4)), axis=0)
    y[:, 2] = y[:, 0] - 0.5 * y[:, 1] + generator.standard_normal(periods) + 5.0
    y[:, 0] = 0.5 * y[:, 0] + 0.3 * y[:, 1] + generator.standard_normal(periods)
    y[:, 3] += 0.1 * np.arange(periods)
    index = pd.period_range("1990-01", periods=periods, freq="M")
    return pd.DataFrame(y * [1.0, 100.0, 0.01, 1.0], columns=list("abcd"), index=index)


@pytest.fixture(scope="session")
def fit(levels):
    return VECM(levels, 2, 1).fit()
