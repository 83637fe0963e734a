"""Bias and degrees of freedom of robust covariances: dense algebra, simulation, known limits."""

import numpy as np
import pytest

from econ.infer.sandwich import joint_covariance
from econ.infer.working import working_moments

SIZE, BANDWIDTH = 90, 5
KINDS = ["hc0", "hc1", "hc2", "hc3", "hac", "cluster"]


def design(instruments=3, seed=2):
    generator = np.random.default_rng(seed)
    w = np.column_stack([np.ones(SIZE), generator.standard_normal((SIZE, 4))])
    z = generator.standard_normal((SIZE, instruments)) * (1.0 + np.abs(w[:, 1:2]))
    z -= w @ np.linalg.lstsq(w, z, rcond=None)[0]
    return z, np.linalg.qr(np.column_stack([w, z]))[0], np.repeat(np.arange(15), 6)


def weights(kind, basis, groups):
    """k(s, t) with the small-sample factor of each kind, (T, T)."""
    gap = np.abs(np.subtract.outer(np.arange(SIZE), np.arange(SIZE)))
    room, columns = 1.0 - (basis**2).sum(axis=1), basis.shape[1]
    return {
        "hc0": np.eye(SIZE),
        "hc1": np.eye(SIZE) * SIZE / (SIZE - columns),
        "hc2": np.diag(1.0 / room),
        "hc3": np.diag(1.0 / room**2),
        "hac": np.clip(1.0 - gap / (BANDWIDTH + 1.0), 0.0, None),
        "cluster": (groups[:, None] == groups) * 15 / 14 * (SIZE - 1) / (SIZE - columns),
    }[kind]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("instruments", [1, 3])
def test_moments_are_the_traces_of_the_dense_quadratic_forms(kind, instruments):
    z, basis, groups = design(instruments)
    q = np.linalg.qr(z)[0]
    k = weights(kind, basis, groups)
    maker = np.eye(SIZE) - basis @ basis.T
    gram = q @ q.T
    mean = (k * gram * maker).sum() / instruments
    room = np.sqrt(np.diag(maker))
    spread = 0.0
    for i in range(instruments):
        for j in range(instruments):
            form = 0.5 * k * (np.outer(q[:, i], q[:, j]) + np.outer(q[:, j], q[:, i])) * np.outer(room, room)
            spread += 2.0 * (form * form).sum()
    found = working_moments(z, basis, cov=kind, bandwidth=BANDWIDTH, groups=groups)
    df = instruments * (instruments + 1) * mean**2 / spread
    np.testing.assert_allclose(found, (mean, df), rtol=1e-10)


@pytest.mark.parametrize("kind", [*KINDS, "ewc"])
def test_moments_are_those_of_simulated_covariances(kind):
    z, basis, groups = design()
    q = np.linalg.qr(z)[0]
    options = {"hac": {"bandwidth": BANDWIDTH}, "ewc": {"bandwidth": 8}, "cluster": {"groups": groups}}.get(kind, {})
    generator, drawn = np.random.default_rng(1), []
    for _ in range(4000):
        u = generator.standard_normal(SIZE)
        u -= basis @ (basis.T @ u)
        drawn.append(joint_covariance(q * u[:, None], cov=kind, columns=basis.shape[1], basis=basis, **options)[0])
    drawn = np.array(drawn)
    mean, df = working_moments(z, basis, cov=kind, **options)
    average = np.trace(drawn.mean(axis=0)) / 3
    assert average == pytest.approx(mean, rel=0.02 if kind != "ewc" else 0.12)
    spread = drawn.var(axis=0).sum()
    assert 3 * 4 * average**2 / spread == pytest.approx(df, rel=0.15)


def test_known_limits():
    """Dummies of equal groups: HC2 is unbiased; a constant has T - 1 degrees of freedom at no lags."""
    one = np.ones((SIZE, 1))
    basis = one / np.sqrt(SIZE)
    mean, df = working_moments(one, basis, cov="hc2")
    assert mean == pytest.approx(1.0, rel=1e-12)
    assert df == pytest.approx(SIZE, rel=0.03)
    z, basis, _ = design(1)
    wide, _ = working_moments(z, basis, cov="hac", bandwidth=20)
    narrow, _ = working_moments(z, basis, cov="hac", bandwidth=0)
    assert wide < narrow < 1.0
    scaled = working_moments(100.0 * z, basis, cov="hac", bandwidth=4)
    np.testing.assert_allclose(scaled, working_moments(z, basis, cov="hac", bandwidth=4), rtol=1e-10)
