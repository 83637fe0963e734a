"""The sup-F test of a break at an unknown date."""

import numpy as np
import pandas as pd
import pytest

from econ.data import Dataset
from econ.errors import SampleTooShort, SpecificationError
from econ.testing import simulated_var
from econ.var import VAR
from econ.var.reduced.breaks import sup_f


def broken(at=120, periods=240):
    calm = simulated_var(periods, rng=1).frame
    moved = calm.copy()
    moved.iloc[at:, 0] += 3.0
    return Dataset.from_frame(moved)


def test_statistic_is_the_largest_chow_test():
    fit = VAR(broken(), lags=1).fit()
    found = sup_f(fit, "x", rng=1, draws=19)
    x, y = fit.parent.design(1), fit.data.frame["x"].to_numpy()[1:]
    dates = range(round(0.15 * fit.nobs), fit.nobs - round(0.15 * fit.nobs) + 1)

    def squares(rows):
        return float(((y[rows] - x[rows] @ np.linalg.lstsq(x[rows], y[rows], rcond=None)[0]) ** 2).sum())

    free = np.array([squares(slice(0, date)) + squares(slice(date, None)) for date in dates])
    chow = (squares(slice(None)) - free) / 3 / (free / (fit.nobs - 6))
    assert found["statistic"] == pytest.approx(chow.max(), rel=1e-9)
    assert found["date"] == fit.residuals.index[dates[int(chow.argmax())]]


def test_a_break_is_found_and_dated():
    fit = VAR(broken(), lags=1).fit()
    found = sup_f(fit, "x", rng=1, draws=199)
    assert found["p_value"] == pytest.approx(1 / 200)
    assert abs((found["date"] - pd.Period("2000-01", "M")).n) <= 6


def test_size_is_near_nominal():
    p_values = [
        sup_f(VAR(simulated_var(80, rng=seed), lags=1).fit(), "y", rng=seed, draws=79)["p_value"] for seed in range(100)
    ]
    assert 0.04 < np.mean(np.array(p_values) <= 0.10) < 0.18


def test_draws_do_not_depend_on_workers_and_repeat():
    fit = VAR(simulated_var(160, rng=1), lags=1).fit()
    assert sup_f(fit, "y", rng=1, draws=250).equals(sup_f(fit, "y", rng=1, draws=250, n_jobs=2))


def test_refuses_nonsense():
    fit = VAR(simulated_var(60, rng=1), lags=1).fit()
    with pytest.raises(SpecificationError, match="no equation"):
        sup_f(fit, "z", rng=1)
    with pytest.raises(SpecificationError, match="trim"):
        sup_f(fit, "x", rng=1, trim=0.6)
    with pytest.raises(SpecificationError, match="rng=None"):
        sup_f(fit, "x", rng=None)
    with pytest.raises(SampleTooShort, match="both sides"):
        sup_f(VAR(simulated_var(60, rng=1), lags=9).fit(), "x", rng=1)


@pytest.mark.slow
@pytest.mark.parametrize(("n", "p", "periods", "samples"), [(2, 2, 177, 150), (6, 6, 177, 80)])
def test_sizes_of_the_docstring(n, p, periods, samples):
    """Nominal 5% in the systems of the paper's sizes; cautious where coefficients are many."""
    lags, names = np.zeros((p, n, n)), tuple(f"v{i}" for i in range(n))
    lags[0], lags[-1] = 0.5 * np.eye(n) + 0.05, 0.1 * np.eye(n)
    rejected = []
    for seed in range(samples):
        data = simulated_var(periods + p, rng=seed, lags=lags, impact=np.eye(n), names=names)
        rejected.append(sup_f(VAR(data, lags=p).fit(), "v0", rng=seed, draws=99)["p_value"] <= 0.05)
    assert np.mean(rejected) <= 0.12
    if n == 2:
        assert np.mean(rejected) >= 0.01
