"""The zero of a derivative next to what a search by values has found."""

import numpy as np

from econ.infer._stationary import REACH, stationary

TOP = np.array([0.3, -1.2, 2.0])
FORM = np.array([[2.0, 0.3, 0.1], [0.3, 1.0, -0.2], [0.1, -0.2, 0.5]])


def slope(point):
    """Of a quadratic form and a fourth power, least at TOP."""
    away = point - TOP
    return FORM @ away + (away @ away) * away


def test_half_of_the_digits_become_all():
    for miss in (1e-8, 1e-5, 5e-3):
        found = stationary(slope, TOP + miss * np.array([1.0, -1.0, 0.5]))
        np.testing.assert_allclose(found, TOP, rtol=0.0, atol=1e-15)


def test_a_start_beyond_reach_or_without_numbers_is_kept():
    far = TOP + 2.0 * REACH
    np.testing.assert_array_equal(stationary(slope, far), far)
    np.testing.assert_array_equal(stationary(lambda point: np.full(3, np.nan), far), far)


def test_steps_do_not_follow_a_derivative_that_has_no_zero():
    np.testing.assert_array_equal(stationary(lambda point: np.ones(3) + 1e-3 * np.abs(point), TOP), TOP)


def test_a_direction_in_which_nothing_changes_has_no_step():
    flat = np.diag([1.0, 1.0, 0.0])
    start = TOP + np.array([1e-6, -1e-6, 1e-6])
    found = stationary(lambda point: flat @ (point - TOP), start)
    np.testing.assert_allclose(found[:2], TOP[:2], rtol=0.0, atol=1e-15)
    assert found[2] == start[2]
