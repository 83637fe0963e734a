"""Estimates and sets: what they refuse, and how they print."""

import math

import numpy as np
import pytest

from econ import ConfidenceSet, Estimate, Unavailable
from econ.errors import SpecificationError

NONE = Unavailable("no draws")
EMPTY = ConfidenceSet((), 0.9)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ((math.nan, 1.0, 0.0, 2.0), "value of 'impact' must be a number; found nan"),
        ((np.nan, NONE, NONE, NONE), "value of 'impact'"),
        ((NONE, NONE, NONE, NONE), "value of 'impact'"),
        (("1", 1.0, 0.0, 2.0), "found '1'"),
        ((True, 1.0, 0.0, 2.0), "found True"),
        ((None, 1.0, 0.0, 2.0), "found None"),
        ((1.0, -0.1, 0.0, 2.0), "std_error of 'impact' must be a number of at least 0; found -0.1"),
        ((1.0, math.nan, 0.0, 2.0), "std_error of 'impact'"),
        ((1.0, 1.0, math.nan, 2.0), "lower of 'impact'"),
        ((1.0, 1.0, 0.0, np.float64("nan")), "upper of 'impact'"),
        ((1.0, 1.0, 2.0, 0.0), r"interval of 'impact' runs from 2\.0 to 0\.0"),
        ((1.0, NONE, math.inf, -math.inf), "runs from inf to -inf"),
    ],
)
def test_what_is_no_estimate_is_refused(parts, words):
    with pytest.raises(SpecificationError, match=words):
        Estimate(*parts, label="impact")


@pytest.mark.parametrize("level", [0.0, 1.0, 90, -0.1, math.nan, "0.9", True, None])
def test_a_level_is_a_coverage(level):
    with pytest.raises(SpecificationError, match="level is the coverage"):
        Estimate(1.0, 1.0, 0.0, 2.0, level=level)
    with pytest.raises(SpecificationError, match="level is the coverage"):
        ConfidenceSet((), level)


@pytest.mark.parametrize("intervals", [((2.0, 1.0),), ((0.0, 2.0), (1.0, 3.0)), ((math.nan, 1.0),)])
def test_intervals_of_a_set_increase(intervals):
    with pytest.raises(SpecificationError, match="disjoint and increasing"):
        ConfidenceSet(intervals, 0.9)


def test_any_real_number_is_kept_as_a_plain_float():
    made = Estimate(np.float32(0.5), 1, np.int64(-1), NONE, level=np.float64(0.9))
    assert [type(part) for part in (made.value, made.std_error, made.lower, made.level)] == [float] * 4
    assert (made.value, made.std_error, made.lower, made.upper) == (0.5, 1.0, -1.0, NONE)


def test_open_and_empty_sets_have_their_ends():
    assert Estimate(1.0, NONE, EMPTY.lower, EMPTY.upper, region=EMPTY).interval == (math.inf, -math.inf)
    assert Estimate(1.0, math.inf, -math.inf, math.inf).interval == (-math.inf, math.inf)


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (-6.0, 1.5, "-6.0, s.e. 1.5"),
        (-0.04, 1.5, "0.0, s.e. 1.5"),
        (-0.04, NONE, "-0.040"),
        (0.4, 31.0, "0, s.e. 31"),
        (-0.4, 31.0, "0, s.e. 31"),
        (1e-12, 3e-13, "1.00e-12, s.e. 3.0e-13"),
        (-1e-12, NONE, "-1.0e-12"),
        (0.0, 3e-13, "0.0, s.e. 3.0e-13"),
        (1e-15, 3e-13, "0.0, s.e. 3.0e-13"),
        (2.0, 3e-8, "2.000000000, s.e. 3.0e-08"),
        (2.0, 1e-20, "2.000000000000000, s.e. 1.0e-20"),
        (1.0, 0.0, "1.00, s.e. 0.00"),
        (0.0, NONE, "0.00"),
        (math.inf, NONE, "inf"),
    ],
)
def test_digits_of_an_estimate(value, error, text):
    assert str(Estimate(value, error, NONE, NONE)) == text


@pytest.mark.parametrize(
    ("intervals", "text"),
    [
        (((-0.001, 3.0),), "[0.00, 3.00]"),
        (((-1e-12, 2e-12),), "[-1.0e-12, 2.0e-12]"),
        (((-math.inf, -0.02), (0.03, math.inf)), "(-inf, -0.020] ∪ [0.030, inf)"),
        (((-math.inf, math.inf),), "(-inf, inf)"),
        ((), "(empty)"),
    ],
)
def test_digits_of_a_set(intervals, text):
    assert str(ConfidenceSet(intervals, 0.9)) == text
