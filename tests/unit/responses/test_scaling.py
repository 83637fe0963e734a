"""Resized shocks without draws: standard errors by the delta method with the joint covariance, or none."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from econ import IRF, LocalProjection
from econ.errors import SpecificationError
from econ.estimate import Unavailable
from econ.projection import PlugIn
from econ.responses.joint import Cell


@pytest.fixture(scope="module")
def fit():
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.standard_normal((200, 2)), columns=["x", "y"])
    frame["y"] += 0.6 * frame["x"]
    return LocalProjection(frame, response=["x", "y"], impulse="x", lags=2).fit(horizon=4)


def test_errors_of_a_resized_shock_are_those_of_the_delta_method(fit):
    """By algebra: b_c / b_k has gradient (1, -b_c / b_k) / b_k."""
    irf = fit.irf.scale(to=-2.0, response="y", horizon=1)
    spread = fit.spread.reshape(-1, 5, 2, 1)
    covariance = np.einsum("rhij,r->hij", spread, spread[:, 1, 1, 0])
    variance = np.einsum("rhij,rhij->hij", spread, spread)
    b, k = fit.point, fit.point[1, 1, 0]
    ratio = b / k
    expected = np.sqrt(np.maximum(variance - 2 * ratio * covariance + ratio**2 * variance[1, 1, 0], 0.0)) * 2.0 / abs(k)
    np.testing.assert_allclose(irf.std_errors, expected, rtol=1e-9, atol=1e-12)
    assert irf.at(1, response="y").value == pytest.approx(-2.0)
    assert irf.at(1, response="y").std_error == 0.0


def test_the_cell_that_is_fixed_at_one_has_no_error_and_others_do_not_keep_theirs(fit):
    irf = fit.irf.scale(to=-1.0, response="x")
    assert irf.std_errors[0, 0, 0] == 0.0
    simulated = fit.parent.fit(horizon=4, bootstrap=PlugIn(draws=20000), rng=1).irf.scale(to=-1.0, response="x")
    np.testing.assert_allclose(irf.std_errors[:, 1], simulated.draws[:, :, 1].std(axis=0), rtol=0.03)


def test_scaling_twice_is_scaling_once_and_sums_have_errors_too(fit):
    once = fit.irf.scale(to=3.0, response="y", horizon=0)
    twice = fit.irf.scale(to=-7.0, response="x").scale(to=3.0, response="y", horizon=0)
    np.testing.assert_allclose(once.std_errors, twice.std_errors, rtol=1e-8, atol=1e-12)
    total = fit.irf.cumulate().at(4, response="y")
    read = fit.irf.read([Cell(4, "y", "x", summed=True)])
    assert total.std_error == pytest.approx(float(np.sqrt(read.covariance[0, 0])))
    doubled = fit.irf + fit.irf
    np.testing.assert_allclose(doubled.std_errors, 2.0 * fit.std_errors, rtol=1e-9)
    ratio = once.read([Cell(2, "y", "x"), Cell(3, "x", "x")])
    np.testing.assert_allclose(np.sqrt(np.diag(ratio.covariance)), [once.std_errors[2, 1, 0], once.std_errors[3, 0, 0]])


def test_without_a_joint_covariance_there_is_no_error(fit):
    plain = IRF(fit.point, ("x", "y"), ("x",), std_errors=fit.std_errors)
    found = plain.scale(to=1.0, response="x").at(2, response="y")
    assert isinstance(found.std_error, Unavailable)
    assert isinstance(plain.cumulate().at(2, response="y").std_error, Unavailable)


@pytest.mark.parametrize("field", ["point", "draws", "std_errors"])
def test_responses_that_are_no_numbers_are_refused(fit, field):
    values = fit.point[None] if field == "draws" else fit.point
    bad = np.where(np.arange(values.size).reshape(values.shape) == 3, np.nan, values)
    with pytest.raises(SpecificationError, match=f"{field} of responses must be finite; found nan"):
        dataclasses.replace(fit.irf, **{field: bad})
    with pytest.raises(SpecificationError, match="std_errors of responses must not be negative"):
        dataclasses.replace(fit.irf, std_errors=-np.ones_like(fit.point))
