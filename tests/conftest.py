"""One BLAS thread before numpy is imported: sums in another order differ in the last bits."""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import matplotlib  # noqa: E402
import numpy as np  # noqa: E402
import pytest  # noqa: E402

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def _numpy_shouts():
    """Overflow, division by zero and invalid operations fail a test instead of printing a warning."""
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        yield
