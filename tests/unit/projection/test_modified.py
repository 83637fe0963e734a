"""Responses that move with a covariate: against a regression with products, at weak instruments, in other units."""

import numpy as np
import pandas as pd
import pytest

from econ.errors import SpecificationError, UnknownName
from econ.infer import regress
from econ.projection import LocalProjection


def sample(periods=300, seed=1, strength=1.0, slope=0.5):
    generator = np.random.default_rng(seed)
    z, e, m = generator.standard_normal((3, periods))
    before = np.r_[0.0, m[:-1]]
    flow = strength * z + e
    y = (1.0 + slope * before) * flow + 0.9 * e + 0.44 * generator.standard_normal(periods)
    return pd.DataFrame({"y": y, "flow": flow, "z": z, "m": m})


def projection(frame, **options):
    return LocalProjection(frame, "y", "flow", lags=1, lag_augmented=False, **{"modifier": "m", **options})


def test_it_is_the_regression_on_the_product():
    frame = sample()
    fit = projection(frame).fit(horizon=0, cov="hc1")
    lag = frame.shift(1)
    x = pd.DataFrame({"flow": frame["flow"], "product": frame["flow"] * lag["m"], "m": lag["m"], "y": lag["y"]})
    x["last"] = lag["flow"]
    reference = regress(frame["y"].iloc[1:], x.iloc[1:], cov="hc1")
    np.testing.assert_allclose(fit.point[0, 0], reference.coefficients[["flow", "product"]], rtol=1e-9)
    covariance = reference.covariance.loc[["flow", "product"], ["flow", "product"]].to_numpy()
    at = fit.at_modifier(1.5).at(0, response="y")
    weights = np.array([1.0, 1.5])
    assert at.value == pytest.approx(fit.point[0, 0] @ weights)
    assert at.std_error == pytest.approx(np.sqrt(weights @ covariance @ weights), rel=1e-6)
    assert fit.shocks == ("flow", "flow*m")
    assert fit.irf.shock("flow*m").at(0, response="y").value == pytest.approx(0.5, abs=0.15)


def test_the_lag_of_the_modifier_is_read_and_its_units_do_not_matter():
    frame = sample()
    one = projection(frame).fit(horizon=2, cov="hac")
    other = projection(frame.assign(m=100.0 * frame["m"])).fit(horizon=2, cov="hac")
    for response in (one, other):
        assert response.at_modifier(0.0).shocks == ("flow",)
    np.testing.assert_allclose(one.at_modifier(2.0).point, other.at_modifier(200.0).point, rtol=1e-8)
    now = projection(frame, modifier_lag=0, contemporaneous=("m",)).fit(horizon=0)
    assert abs(now.point[0, 0, 1]) < 0.3
    later = projection(frame, modifier_lag=3).fit(horizon=0)
    assert later.nobs == one.nobs - 2


def test_a_shifted_modifier_gives_the_same_responses_and_sets():
    frame = sample()
    one = projection(frame, instrument="z").fit(horizon=0, cov="hc1")
    other = projection(frame.assign(m=frame["m"] + 7.0), instrument="z").fit(horizon=0, cov="hc1")
    np.testing.assert_allclose(one.at_modifier(1.0).point, other.at_modifier(8.0).point, rtol=1e-8)
    first, second = one.modified_set("y", 0, value=1.0), other.modified_set("y", 0, value=8.0)
    np.testing.assert_allclose(first.intervals, second.intervals, rtol=1e-3)
    assert 1.5 in first
    narrow = one.modified_set("y", 0, value=1.0, level=0.5)
    assert first.lower < narrow.lower < narrow.upper < first.upper
    plain = one.modified_set("y", 0, value=1.0, small_sample=False)
    assert plain.upper - plain.lower < first.upper - first.lower


def test_the_set_is_the_projection_of_the_joint_set():
    """Against a search over slopes by brute force."""
    fit = projection(sample(), instrument="z").fit(horizon=0, cov="hc0")
    found = fit.modified_set("y", 0, value=1.0, small_sample=False)
    z, d, y = (each[0, : fit.nobs] for each in (fit.instrument, fit.impulse, fit.outcome))
    d = np.column_stack([d[:, 0], d[:, 1] - d[:, 0]])
    first = np.linalg.solve(z.T @ z, z.T @ np.column_stack([y, d]))
    u = np.column_stack([y, d]) - z @ first

    def statistic(effect):
        best = np.inf
        for slope in np.linspace(0.0, 1.0, 801):
            w = np.array([1.0, -effect, -slope])
            g = z.T @ z @ first @ w
            scores = z * (u @ w)[:, None]
            best = min(best, g @ np.linalg.solve(scores.T @ scores, g))
        return best

    for end in (found.lower, found.upper):
        assert statistic(end) == pytest.approx(4.60517, abs=0.02)


def test_draws_are_kept_and_cumulated_responses_too():
    from econ.projection import PlugIn

    fit = projection(sample(), cumulative=True).fit(horizon=2, bootstrap=PlugIn(draws=400), rng=1)
    at = fit.at_modifier(1.0)
    assert at.draws.shape == (400, 3, 1, 1)
    assert at.cumulated
    assert at.draws.std(axis=0)[2, 0, 0] == pytest.approx(at.std_errors[2, 0, 0], rel=0.15)


def test_what_makes_no_sense_is_refused():
    frame = sample()
    with pytest.raises(SpecificationError, match="choose one"):
        projection(frame.assign(w=(frame["m"] > 0.0).astype(float)), state="w")
    with pytest.raises(UnknownName):
        projection(frame, modifier="nothing")
    with pytest.raises(SpecificationError, match="no modifier"):
        projection(frame, modifier=None).fit(horizon=0).at_modifier(1.0)
    fit = projection(frame).fit(horizon=0)
    with pytest.raises(SpecificationError, match="no instruments"):
        fit.modified_set("y", 0, value=1.0)
    with pytest.raises(SpecificationError, match="range of the modifier"):
        fit.at_modifier(1e4)
    with pytest.raises(SpecificationError, match=r"one impulse; with a modifier modified_set\(\)"):
        projection(frame, instrument="z").fit(horizon=0).weak_iv_set("y", 0)


@pytest.mark.slow
@pytest.mark.parametrize("strength", [1.0, 0.12])
def test_sets_cover_however_weak_the_instruments(strength):
    inside, wald = [], []
    for seed in range(400):
        fit = projection(sample(seed=seed, strength=strength), instrument="z").fit(horizon=0, cov="hc1")
        at = fit.at_modifier(1.0).at(0, response="y")
        wald.append(at.lower <= 1.5 <= at.upper)
        inside.append(1.5 in fit.modified_set("y", 0, value=1.0))
    print(f"strength {strength}: set {np.mean(inside):.3f}, Wald {np.mean(wald):.3f}")
    assert np.mean(inside) > 0.88
