"""Where the inputs and numbers of this folder lie."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def reference():
    """``reference("granular")``: the simulated input as a table, and the numbers made from it."""

    def read(name):
        folder = HERE / name
        return pd.read_csv(folder / "input.csv"), json.loads((folder / "numbers.json").read_text(encoding="utf-8"))

    return read


@pytest.fixture(scope="session")
def statsmodels_results():
    """Folder of the reference files that statsmodels ships with its own tests of vector autoregressions."""
    import statsmodels

    return Path(statsmodels.__file__).parent / "tsa" / "vector_ar" / "tests"


@pytest.fixture(scope="session")
def macrodata():
    """United States, 1959Q1 to 2009Q3, as statsmodels ships them (public domain)."""
    import statsmodels.datasets.macrodata

    table = statsmodels.datasets.macrodata.load_pandas().data
    return table.set_axis(pd.period_range("1959Q1", periods=len(table), freq="Q"))


@pytest.fixture(scope="session")
def growth(macrodata):
    """Log changes of output, consumption and investment."""
    return np.log(macrodata[["realgdp", "realcons", "realinv"]]).diff().dropna()
