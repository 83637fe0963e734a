"""Responses by date: against the algebra of the published algorithm, in its limits, where the truth is known."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

from econ import Estimate
from econ.errors import SampleTooShort, SpecificationError, UnknownName
from econ.projection import LocalProjection, PathProjection
from econ.projection import _path_kernels as paths


def sample(periods=200, seed=1, effect=(1.0, 1.0), instrument=False, ar=0.0):
    """A flow that moves a yield by an effect on a line from one value to another."""
    generator = np.random.default_rng(seed)
    z, e, u = generator.standard_normal((3, periods))
    for t in range(1, periods):
        u[t] += ar * u[t - 1]
    b = np.linspace(*effect, periods)
    flow = z + e
    y = b * flow + u + (e if instrument else 0.0)
    index = pd.period_range("1990-01", periods=periods, freq="M")
    return pd.DataFrame({"flow": flow, "y": y, "z": z}, index=index), b


def model(frame, **options):
    return LocalProjection(frame, response="y", impulse="flow", **{"lags": 1, "lag_augmented": False, **options})


def by_the_book(x, c):
    """Steps (a) to (d) of Müller and Petalas (2010), one period at a time."""
    size, r = len(x), 1.0 - c / len(x)
    z = np.empty(size)
    z[0] = x[0]
    for t in range(1, size):
        z[t] = r * z[t - 1] + x[t] - x[t - 1]
    trend = r ** np.arange(size)
    z = z - trend * (trend @ z) / (trend @ trend)
    back = np.empty(size)
    back[-1] = z[-1]
    for t in range(size - 2, -1, -1):
        back[t] = r * back[t + 1] + z[t] - z[t + 1]
    return x - r * back


def test_the_path_is_that_of_the_published_algorithm():
    frame, _ = sample()
    results = PathProjection(model(frame)).fit(horizon=2, cov="hac")
    for h in (0, 2):
        stable = results.stable
        size = stable.nobs - h
        x = size * stable.influence[h, :size, 0, 0]
        variance = size * stable.std_errors[h, 0, 0] ** 2
        each, logs = [], []
        for c in range(0, 55, 5):
            moved, r = by_the_book(x, c), 1.0 - c / size
            statistic = -(moved @ x) / variance  # sum of (r z - x)' y with y = x / v
            odds = size * (1 - r**2) * r ** (size - 1) / (1 - r ** (2 * size)) if c else 1.0
            each.append(stable.point[h, 0, 0] + moved)
            logs.append(0.5 * np.log(odds) - 0.5 * statistic)
        weights = np.exp(np.array(logs) - max(logs))
        weights /= weights.sum()
        np.testing.assert_allclose(results.point[h, :size, 0, 0], weights @ np.array(each), rtol=1e-9)
        np.testing.assert_allclose(results.variation().loc[(h, "y", "flow")], weights, atol=1e-10)


@pytest.mark.parametrize("c", [0.0, 5.0, 20.0, 50.0])
def test_the_spread_is_that_of_the_smoother_and_of_the_published_limit(c):
    size = 120
    smoother = np.stack([paths.smoothed(column, c) for column in np.eye(size)])
    np.testing.assert_allclose(smoother, smoother.T, atol=1e-12)
    np.testing.assert_allclose(np.diag(smoother), paths.spread(size, c), atol=1e-12)
    np.testing.assert_allclose(smoother.sum(axis=1), 1.0, atol=1e-10)
    size, s = 20_000, (np.arange(20_000) + 1) / 20_000
    if c:
        top = 1.0 + np.exp(-2 * c) + np.exp(2 * c * (s - 1)) + np.exp(-2 * c * s)
        kappa = c * top / (2.0 * (1.0 - np.exp(-2 * c)))
    else:
        kappa = np.ones(size)
    np.testing.assert_allclose(size * paths.spread(size, c), kappa, rtol=2e-3 + c / 10_000)


PUBLISHED = {1: (-11.05, -8.36, -7.14), 2: (-17.57, -14.32, -12.80), 3: (-23.42, -19.84, -18.07)}
"""Elliott and Müller (2006), table 1: 1%, 5% and 10% for one, two and three coefficients, simulated there."""


@pytest.mark.parametrize("parameters", PUBLISHED)
def test_quantiles_of_the_limit_are_those_that_were_published(parameters):
    for size, value in zip((0.01, 0.05, 0.10), PUBLISHED[parameters], strict=True):
        exact = brentq(lambda q, p=size: paths.tail(q, parameters) - p, -60.0, -1.0)
        assert exact == pytest.approx(value, abs=0.13)  # their simulation error


def test_the_limit_is_the_sum_of_weighted_chi_squares():
    generator = np.random.default_rng(2)
    j = np.arange(1, 120)
    weights = 100.0 / (100.0 + np.pi**2 * j**2)
    drawn = generator.chisquare(1, (8000, len(j))) @ weights + 4.5 - weights.sum()  # all weights add to 4.5
    for value in (-3.0, -6.0, -9.0):
        assert paths.tail(value) == pytest.approx((drawn >= -value).mean(), abs=0.02)
    assert paths.tail(0.0) == paths.tail(3.0) == 1.0


def test_a_stable_response_has_a_flat_path_and_a_drifting_one_is_seen():
    flat = PathProjection(model(sample(periods=400, seed=3)[0])).fit(horizon=0)
    assert flat.stability()["p_value"].iloc[0] > 0.10
    assert np.ptp(flat.point[0, :, 0, 0]) < 0.35
    frame, b = sample(periods=400, seed=3, effect=(-1.0, 2.0))
    moved = PathProjection(model(frame)).fit(horizon=0)
    assert moved.stability()["p_value"].iloc[0] < 0.001
    truth = b[-len(moved.dates) :]
    assert np.corrcoef(moved.point[0, :, 0, 0], truth)[0, 1] > 0.95
    early, late = moved.dates[:40], moved.dates[-40:]
    found = moved.contrast(late, early, response="y")
    assert isinstance(found, Estimate)
    assert found.value > 1.5
    assert moved.contrast_p_value(late, early) < 0.001
    assert flat.contrast_p_value(late, early) > 0.05
    for kind in (list, tuple, np.array, pd.Series):
        assert moved.contrast(kind(late), kind(early), response="y").value == found.value


@pytest.mark.parametrize("options", [{}, {"method": "kernel", "bandwidth": 30.0}])
def test_estimates_irfs_and_contrasts_read_the_same_path(options):
    frame, _ = sample(effect=(0.0, 1.0))
    results = PathProjection(model(frame), **options).fit(horizon=2, cov="hac")
    date = results.dates[60]
    path = results.path(1, level=0.8)
    at = results.at(date, horizon=1, level=0.8)
    row = path.loc[date]
    assert [row["point"], row["std_error"]] == pytest.approx([at.value, at.std_error], rel=1e-9)
    assert [row["lower"], row["upper"]] == pytest.approx([at.lower, at.upper], rel=1e-9)
    assert results.irf(date).at(1, response="y").value == pytest.approx(at.value)
    assert results.irf(results.dates[-1]).horizon == 0
    one, other = results.dates[20], results.dates[90]
    contrast = results.contrast([one], other, horizon=1, level=0.8)
    assert contrast.value == pytest.approx(path.loc[one, "point"] - path.loc[other, "point"])
    assert contrast.upper - contrast.value == pytest.approx(1.2815515655 * contrast.std_error)
    same = results.contrast(one, one, horizon=1)
    assert (same.value, same.std_error) == (0.0, 0.0)
    assert results.contrast_p_value(one, one, horizon=1) == 1.0


def test_units_do_not_matter_for_the_test_and_scale_the_path():
    frame, _ = sample(effect=(0.0, 1.0))
    one = PathProjection(model(frame)).fit(horizon=1)
    other = PathProjection(model(frame * [1.0, 1000.0, 1.0])).fit(horizon=1)
    np.testing.assert_allclose(one.stability()["statistic"], other.stability()["statistic"], rtol=1e-9)
    np.testing.assert_allclose(1000.0 * one.point, other.point, rtol=1e-8)


def test_a_kernel_without_end_is_the_stable_projection():
    frame, _ = sample(instrument=True)
    for controls in ("constant", "local"):
        plain = model(frame, instrument="z")
        found = PathProjection(plain, method="kernel", bandwidth=1e6, controls=controls).fit(horizon=1, cov="hc0")
        for h in (0, 1):
            np.testing.assert_allclose(
                found.point[h, : found.stable.nobs - h, 0], found.stable.point[h, 0, 0], rtol=1e-7
            )


def test_a_local_kernel_is_weighted_two_stage_least_squares():
    frame, _ = sample(instrument=True, effect=(0.0, 2.0))
    plain = model(frame, instrument="z")
    found = PathProjection(plain, method="kernel", bandwidth=25.0, controls="local").fit(horizon=0, cov="hc0")
    design, row = plain.design, 77
    w = np.exp(-0.5 * ((np.arange(design.size) - row) / 25.0) ** 2)
    x = np.column_stack([design.impulses, design.controls])
    z = np.column_stack([design.instruments, design.controls])
    y = design.responses[design.first :, 0]
    b = np.linalg.solve(z.T @ (w[:, None] * x), z.T @ (w * y))
    assert found.point[0, row, 0, 0] == pytest.approx(b[0], rel=1e-9)
    bread = np.linalg.inv(z.T @ (w[:, None] * x))
    u = (w * (y - x @ b))[:, None] * z
    number = w.sum() ** 2 / (w @ w)
    error = np.sqrt((bread @ (u.T @ u) @ bread.T)[0, 0] * number / (number - x.shape[1]))
    assert found.std_errors[0, row, 0, 0] == pytest.approx(error, rel=1e-9)


def test_instruments_find_the_path_that_least_squares_misses():
    frame, b = sample(periods=600, effect=(0.0, 2.0), instrument=True)
    for options in ({}, {"method": "kernel", "bandwidth": 60.0}):
        biased = PathProjection(model(frame), **options).fit(horizon=0)
        valid = PathProjection(model(frame, instrument="z"), **options).fit(horizon=0)
        truth = b[-len(valid.dates) :]
        assert np.abs(valid.point[0, :, 0, 0] - truth).mean() < 0.25
        assert (biased.point[0, :, 0, 0] - truth).mean() > 0.35


def test_states_have_a_path_each():
    frame, _ = sample(periods=300)
    frame["war"] = (np.random.default_rng(4).random(300) > 0.5).astype(float)
    results = PathProjection(model(frame, state="war")).fit(horizon=1)
    assert results.point.shape[3] == 2
    with pytest.raises(SpecificationError, match="say which"):
        results.path(0)
    assert len(results.path(0, shock="flow|high")) == results.stable.nobs
    with pytest.raises(SpecificationError, match="one impulse"):
        PathProjection(model(frame, state="war"), method="kernel").fit(horizon=1)


def test_what_makes_no_sense_is_refused():
    frame, _ = sample()
    with pytest.raises(SpecificationError, match="kernel"):
        PathProjection(model(frame), bandwidth=10.0)
    with pytest.raises(SpecificationError, match="kernel"):
        PathProjection(model(frame), controls="local")
    with pytest.raises(SpecificationError, match="least-risk"):
        PathProjection(model(frame), method="spline")
    with pytest.raises(SpecificationError, match="hc3"):
        PathProjection(model(frame)).fit(horizon=1, cov="hc3")
    with pytest.raises(SampleTooShort, match="60 rows"):
        PathProjection(model(frame.iloc[:70])).fit(horizon=12)
    with pytest.raises(SampleTooShort, match="bandwidth"):
        PathProjection(model(frame), method="kernel", bandwidth=3.0, controls="local").fit(horizon=1)
    results = PathProjection(model(frame)).fit(horizon=2)
    with pytest.raises(SpecificationError, match="no response at horizon 2"):
        results.at(results.dates[-1], horizon=2)
    with pytest.raises(SpecificationError, match="there is no response"):
        results.irf("2050-01")
    with pytest.raises(SpecificationError, match="each once"):
        results.contrast([results.dates[0], results.dates[0]], results.dates[3])
    with pytest.raises(UnknownName):
        results.path(0, response="z")
    kernel = PathProjection(model(frame), method="kernel").fit(horizon=0)
    with pytest.raises(SpecificationError, match="least-risk"):
        kernel.variation()


@pytest.mark.slow
@pytest.mark.parametrize(("periods", "ar", "cov", "most"), [(200, 0.0, "hc1", 0.07), (480, 0.0, "hc1", 0.07)])
def test_the_size_of_the_test_of_stability(periods, ar, cov, most):
    rejected = []
    for seed in range(500):
        fit = PathProjection(model(sample(periods, seed, ar=ar)[0])).fit(horizon=0, cov=cov)
        rejected.append(fit.stability()["p_value"].iloc[0] < 0.05)
    print(f"size {np.mean(rejected):.3f} at T = {periods}, AR {ar}")
    assert np.mean(rejected) < most


def walk(periods, seed, amount, instrument=False):
    """A sample whose effect is a random walk of a size that tests barely see: ``amount`` noise units over the root."""
    generator = np.random.default_rng(10_000 + seed)
    steps = generator.standard_normal(periods) * amount / periods / np.sqrt(2.0)  # v = 1 / var(flow) = 1 / 2
    frame, _ = sample(periods, seed, instrument=instrument)
    b = 1.0 + steps.cumsum()
    frame["y"] += (b - 1.0) * frame["flow"]
    return frame, b


@pytest.mark.slow
@pytest.mark.parametrize(("amount", "options", "least"), [
    (0.0, {}, 0.90),
    (10.0, {}, 0.82),
    (30.0, {}, 0.80),
    (0.0, {"method": "kernel"}, 0.82),
    (10.0, {"method": "kernel"}, 0.75),
])  # fmt: skip
def test_bands_cover_paths_on_average(amount, options, least):
    covered, contrasts = [], []
    for seed in range(150):
        frame, b = walk(300, seed, amount)
        results = PathProjection(model(frame), **options).fit(horizon=0)
        table, truth = results.path(0), b[-len(results.dates) :]
        covered.append(((table["lower"] <= truth) & (truth <= table["upper"])).mean())
        found = results.contrast(results.dates[-60:], results.dates[:60])
        contrasts.append(found.lower <= truth[-60:].mean() - truth[:60].mean() <= found.upper)
    print(f"coverage {np.mean(covered):.3f}, contrasts {np.mean(contrasts):.3f}; amount {amount}, {options}")
    assert np.mean(covered) > least
    assert np.mean(contrasts) > least - 0.05
