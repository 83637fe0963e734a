"""Ends of inverted sets: searched side by side, each as if it were alone."""

import math

import numpy as np
import scipy

from econ.infer.inversion import _edges, invert


def test_ends_are_those_of_brent_one_by_one():
    generator = np.random.default_rng(1)
    seen = 0
    for _ in range(20):
        c = generator.standard_normal(5)

        def f(angle, c=c):
            return c[0] + c[1] * np.sin(3.0 * angle + c[2]) + c[3] * angle**3 + np.exp(c[4] * angle) - 1.5

        grid = np.linspace(-1.5, 1.5, 60)
        turns = np.flatnonzero((f(grid[1:]) >= 0.0) != (f(grid[:-1]) >= 0.0))
        alone = [
            scipy.optimize.brentq(lambda at: float(f(np.array(at))), grid[j], grid[j + 1], xtol=1e-14, rtol=1e-12)
            for j in turns
        ]
        np.testing.assert_allclose(
            _edges(lambda _, at: f(at), grid[turns], grid[turns + 1]), alone, rtol=0.0, atol=1e-14
        )
        seen += len(turns)
    assert seen > 20


def test_one_call_a_step_serves_all_ends():
    sizes = []

    def accept(angle):
        sizes.append(len(angle))
        return 0.25 - np.abs(np.abs(angle) - 0.7) ** 1.5

    found = invert(accept, 0.0, 1.0, level=0.9, grid=201)
    reach = 0.25 ** (2.0 / 3.0)
    ends = [[math.tan(-0.7 - reach), math.tan(-0.7 + reach)], [math.tan(0.7 - reach), math.tan(0.7 + reach)]]
    np.testing.assert_allclose(found.intervals, ends, rtol=1e-10)
    assert sizes[:3] == [201, 4, 4]
    assert len(sizes) < 20


def test_an_end_that_is_a_root_and_a_sign_that_rounding_lost():
    assert _edges(lambda _, angle: angle, np.array([0.0, -1.0]), np.array([1.0, 0.0])) == [0.0, 0.0]
    assert _edges(lambda _, angle: np.where(angle < 0.5, 1e-17, 1.0), np.array([0.25]), np.array([0.75])) == [0.25]
