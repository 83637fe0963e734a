"""Smoothing, bias correction and averaging."""

import itertools

import numpy as np
import pandas as pd
import pytest

from econ.errors import SpecificationError
from econ.projection import LocalProjection, PlugIn, average, bias_corrected, smooth
from econ.projection.smooth import PENALTIES, spline_basis
from econ.var import IRF, VAR, Cholesky, MovingBlock


def table(size=200, persistence=0.8, seed=1):
    generator = np.random.default_rng(seed)
    shocks = generator.standard_normal((size + 50, 2))
    y = np.zeros(size + 50)
    for t in range(1, size + 50):
        y[t] = persistence * y[t - 1] + shocks[t, 0] + shocks[t, 1]
    return pd.DataFrame({"flow": shocks[50:, 0], "yield": y[50:]})


def projection(frame, **options):
    return LocalProjection(frame, response="yield", impulse="flow", **({"lags": 2} | options))


def test_splines_add_to_one_and_span_the_horizons():
    basis = spline_basis(12)
    assert basis.shape == (13, 15)
    np.testing.assert_allclose(basis.sum(axis=1), 1.0)
    assert np.linalg.matrix_rank(basis) == 13


@pytest.mark.parametrize("cov", ["hc1", "hac"])
def test_no_penalty_is_the_plain_projection(cov):
    results = projection(table()).fit(12, cov, **({"bandwidth": 4} if cov == "hac" else {}))
    irf = smooth(results, penalty=0.0)
    np.testing.assert_allclose(irf.point, results.point, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(irf.std_errors, results.std_errors, rtol=1e-7)


def test_an_infinite_penalty_is_weighted_least_squares_on_a_polynomial():
    results = projection(table()).fit(12)
    irf = smooth(results, penalty=1e9, polynomial=1)
    weights = (results.impulse**2).sum(axis=(1, 2))
    h = np.arange(13.0)
    line = np.polynomial.Polynomial.fit(h, results.point[:, 0, 0], 1, w=np.sqrt(weights))(h)
    np.testing.assert_allclose(irf.point[:, 0, 0], line, atol=1e-5)


def test_smoothing_by_instruments_starts_from_two_stage_least_squares():
    frame = table()
    frame["z"] = frame["flow"] + np.random.default_rng(7).standard_normal(len(frame))
    results = projection(frame, instrument="z").fit(8)
    np.testing.assert_allclose(smooth(results, penalty=0.0).point, results.point, rtol=1e-7, atol=1e-9)


def test_cross_validation_reduces_the_mean_squared_error():
    truth = 0.8 ** np.arange(17.0)
    plain, smoothed = 0.0, 0.0
    for seed in range(40):
        results = projection(table(seed=seed)).fit(16)
        irf = smooth(results)
        plain += ((results.point[:, 0, 0] - truth) ** 2).sum()
        smoothed += ((irf.point[:, 0, 0] - truth) ** 2).sum()
        assert (irf.std_errors[8] <= 1.3 * results.std_errors[8]).all()
    assert smoothed < 0.95 * plain
    assert irf.parent.penalties[0] > 0.0
    assert irf.parent.parent is results


def test_the_penalty_has_the_smallest_prediction_error_left_out():
    """Prediction errors summed one row at a time, for every penalty on the grid."""
    results = projection(table(size=120, seed=5)).fit(6)
    d, y = results.impulse[:, :, 0], results.outcome[:, :, 0]
    basis = spline_basis(6)
    differences = np.diff(np.eye(basis.shape[1]), 3, axis=0)
    gram = basis.T @ ((d**2).sum(axis=1)[:, None] * basis)
    roughness = differences.T @ differences * np.trace(gram) / len(gram)
    edges = np.linspace(0, results.nobs, 6).astype(int)
    losses = []
    for penalty in PENALTIES:
        loss = 0.0
        for left, right in itertools.pairwise(edges):
            kept = np.r_[0:left, right : results.nobs]
            a = basis.T @ ((d[:, kept] ** 2).sum(axis=1)[:, None] * basis)
            theta = np.linalg.pinv(a + penalty * roughness) @ basis.T @ (d[:, kept] * y[:, kept]).sum(axis=1)
            loss += sum((y[h, t] - d[h, t] * (basis @ theta)[h]) ** 2 for h in range(7) for t in range(left, right))
        losses.append(loss)
    chosen = smooth(results).parent.penalties[0]
    assert losses[int(np.flatnonzero(chosen == PENALTIES)[0])] == pytest.approx(min(losses), rel=1e-6)
    assert max(losses) > 1.001 * min(losses)


def test_smoothing_refuses_what_it_cannot_do():
    results = projection(table()).fit(6)
    for options in ({"penalty": -1.0}, {"penalty": np.inf}, {"polynomial": 6}, {"polynomial": -1}):
        with pytest.raises(SpecificationError):
            smooth(results, **options)
    frame = table().assign(state=(np.arange(200) % 2).astype(float))
    with pytest.raises(SpecificationError, match="one impulse"):
        smooth(projection(frame, state="state").fit(6))
    with pytest.raises(SpecificationError, match="leverages"):
        smooth(projection(table()).fit(6, "hc3"))


def test_bias_correction_equals_its_recursion_written_out():
    results = projection(table(size=80)).fit(5)
    design = results.parent.design
    hat = design.controls @ np.linalg.pinv(design.controls)
    size, columns = design.controls.shape
    expected = results.point[:, 0, 0].copy()
    for h in range(1, 6):
        total = sum(np.trace(hat, offset=j) * expected[h - j] for j in range(1, h + 1))
        expected[h] += total / (size - h - columns - 1)
    np.testing.assert_allclose(bias_corrected(results).point[:, 0, 0], expected, rtol=1e-9)
    assert bias_corrected(results).std_errors is results.std_errors


@pytest.mark.slow
def test_bias_correction_removes_most_of_the_bias():
    """Persistent AR(1), 80 periods: mean error over horizons 4-12 before and after, 400 samples."""
    truth = 0.95 ** np.arange(13.0)
    plain, corrected = np.zeros(13), np.zeros(13)
    for seed in range(400):
        results = projection(table(size=80, persistence=0.95, seed=seed), lags=1, lag_augmented=False).fit(12)
        plain += results.point[:, 0, 0] / 400
        corrected += bias_corrected(results).point[:, 0, 0] / 400
    before, after = (plain - truth)[4:].mean(), (corrected - truth)[4:].mean()
    assert before < -0.1
    assert abs(after) < 0.6 * abs(before)


def test_bias_correction_refuses_other_forms():
    for options in ({"cumulative": True}, {"cumulative": "multiplier"}, {"instrument": "z"}):
        frame = table().assign(z=lambda t: t["flow"] + np.sin(np.arange(len(t))))
        with pytest.raises(SpecificationError, match="then cumulate"):
            bias_corrected(projection(frame, **options).fit(4))


def response(value, error):
    one = np.ones((3, 1, 1))
    return IRF(point=value * one, responses=("y",), shocks=("x",), std_errors=error * one)


def test_average_weighs_by_estimated_mean_squared_error():
    far = average(response(10.0, 2.0), response(1.0, 1.0))
    excess, bias = 4.0 - 1.0, 81.0 - 3.0
    weight = excess / (excess + bias)
    np.testing.assert_allclose(far.point, weight * 1.0 + (1 - weight) * 10.0)
    variance = weight**2 + (1 - weight) ** 2 * 4.0 + 2 * weight * (1 - weight)
    np.testing.assert_allclose(far.std_errors, np.sqrt(variance))
    np.testing.assert_allclose(average(response(2.0, 1.0), response(1.0, 2.0)).point, 1.0)
    np.testing.assert_allclose(average(response(2.0, 1.0), response(1.0, 2.0), weight=0.25).point, 1.75)


def test_average_of_real_estimates_lies_between_them():
    frame = table()
    lp = projection(frame, lags=1).fit(8, bootstrap=PlugIn(200), rng=1).irf
    var = VAR(frame, lags=1).fit().identify(Cholesky("flow", "yield")).irf(8, bootstrap=MovingBlock(200), rng=1)
    var = var.shock("flow").scale(to=1.0, response="flow")
    with pytest.raises(SpecificationError, match="cannot be averaged"):
        average(lp, var)
    both = LocalProjection(frame, response=["flow", "yield"], impulse="flow", lags=1).fit(8).irf
    mean = average(both, var)
    low, high = np.minimum(both.point, var.point), np.maximum(both.point, var.point)
    assert ((low - 1e-12 <= mean.point) & (mean.point <= high + 1e-12)).all()
    assert mean.parent.parent == (both, var)
    with pytest.raises(SpecificationError, match="from 0 to 1"):
        average(both, var, weight=1.5)
