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
