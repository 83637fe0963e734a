"""Intervals of partially identified numbers: the papers' equations, coverage, refusals."""

import math

import numpy as np
import pytest
from scipy import stats

from econ.errors import SpecificationError
from econ.estimate import Estimate, Unavailable
from econ.infer import bounds, imbens_manski, opposite_bias


def test_imbens_and_manski_solve_their_equation():
    for width, errors, level in ((0.0, (1.0, 1.0), 0.95), (1.0, (0.5, 2.0), 0.9), (30.0, (1.0, 3.0), 0.9)):
        region = imbens_manski((2.0, 2.0 + width), errors, level=level, method="imbens-manski")
        c = (2.0 - region.lower) / errors[0]
        assert stats.norm.cdf(c + width / max(errors)) - stats.norm.cdf(-c) == pytest.approx(level, abs=1e-9)
        assert region.upper == pytest.approx(2.0 + width + c * errors[1])


@pytest.mark.parametrize("correlation", [-0.8, 0.0, 0.6])
def test_the_shortest_interval_is_found_to_the_last_digits(correlation):
    """The same problem in other units and turned round has other sums; by values alone half of the digits moved."""
    given = {"correlation": correlation, "threshold": 0.0}
    plain = imbens_manski((0.0, 0.8), (1.0, 0.5), **given)
    turned = imbens_manski((-0.8, 0.0), (0.5, 1.0), **given)
    scaled = imbens_manski((0.0, 0.8 / 3.0), (1.0 / 3.0, 0.5 / 3.0), **given)
    assert (-turned.upper, -turned.lower) == pytest.approx((plain.lower, plain.upper), rel=1e-12)
    assert (3.0 * scaled.lower, 3.0 * scaled.upper) == pytest.approx((plain.lower, plain.upper), rel=1e-12)


def test_a_wide_interval_has_the_quantile_of_one_tail():
    region = imbens_manski((0.0, 10.0), (1.0, 1.0))
    assert (-region.lower, region.upper - 10.0) == pytest.approx((stats.norm.ppf(0.9),) * 2, rel=2e-9)


@pytest.mark.parametrize("correlation", [-0.8, 0.0, 0.6])
@pytest.mark.parametrize("width", [0.0, 0.8, 3.0])
def test_stoye_meets_both_conditions_and_no_interval_on_a_grid_is_shorter(width, correlation):
    errors, level = (1.0, 0.5), 0.90
    region = imbens_manski((0.0, width), errors, correlation=correlation, threshold=0.0)
    c_low, c_high = -region.lower / errors[0], (region.upper - width) / errors[1]
    spread = [[1.0, -correlation], [-correlation, 1.0]]

    def held(a, b):
        return min(
            stats.multivariate_normal.cdf([a, b + width / errors[1]], cov=spread),
            stats.multivariate_normal.cdf([b, a + width / errors[0]], cov=spread),
        )

    assert held(c_low, c_high) == pytest.approx(level, abs=1e-6)
    length = c_low * errors[0] + c_high * errors[1]
    for a in np.linspace(0.9, 2.6, 18):
        for b in np.linspace(0.9, 2.6, 18):
            if a * errors[0] + b * errors[1] < length - 1e-3:
                assert held(a, b) < level + 1e-9


@pytest.mark.parametrize("correlation", [-0.999, -0.5, 0.0, 0.3, 0.95, 0.999])
def test_the_probability_of_two_normals_is_that_of_scipy(correlation):
    spread = [[1.0, correlation], [correlation, 1.0]]
    for a, b in ((0.0, 0.0), (1.3, 1.7), (-1.0, 2.0), (1.5, 9.0), (-3.0, 3.0)):
        expected = stats.multivariate_normal.cdf([a, b], cov=spread)
        assert bounds._both(a, b, correlation) == pytest.approx(expected, abs=2e-6)


def test_a_point_and_a_wide_range_are_the_two_and_the_one_sided_interval():
    point = imbens_manski((1.0, 1.0), (1.0, 1.0), correlation=1.0)
    assert point.upper - 1.0 == pytest.approx(stats.norm.ppf(0.95), abs=1e-6)
    wide = imbens_manski((0.0, 100.0), (1.0, 2.0))
    assert -wide.lower == pytest.approx(stats.norm.ppf(0.90), abs=1e-6)
    assert wide.upper - 100.0 == pytest.approx(2.0 * stats.norm.ppf(0.90), abs=1e-5)
    narrow = imbens_manski((0.0, 0.5), (1.0, 1.0))
    assert narrow.lower == pytest.approx(imbens_manski((0.0, 0.0), (1.0, 1.0)).lower, abs=1e-5)  # it may be a point
    assert narrow.lower < imbens_manski((0.0, 0.5), (1.0, 1.0), threshold=0.0).lower - 0.01


def test_crossed_ends_leave_little_or_nothing():
    assert imbens_manski((5.0, 0.0), (0.5, 0.5)).intervals == ()
    assert imbens_manski((0.2, 0.0), (0.5, 0.5)).bounded
    with pytest.raises(SpecificationError, match="cross"):
        imbens_manski((5.0, 0.0), (0.5, 0.5), method="imbens-manski")


@pytest.mark.slow
@pytest.mark.parametrize("width", [0.0, 1.0, 6.0])
@pytest.mark.parametrize("correlation", [0.0, 0.7])
def test_each_number_in_the_range_is_covered(width, correlation):
    generator, covered = np.random.default_rng(4), np.zeros(2)
    spread = [[1.0, correlation * 0.8], [correlation * 0.8, 0.64]]
    draws = generator.multivariate_normal([0.0, width], spread, 200)
    for low, high in draws:
        region = imbens_manski((low, high), (1.0, 0.8), correlation=correlation)
        covered += [0.0 in region, width in region]
    assert (covered / 200 >= 0.90 - 0.064).all()
    if width == 6.0:
        assert (covered / 200 <= 0.90 + 0.064).all()


def test_two_estimates_that_are_biased_opposite_ways():
    low, high = Estimate(1.0, 0.5, 0.0, 2.0, units="bp", label="b"), Estimate(3.0, 0.4, 2.0, 4.0, units="bp", label="b")
    made = opposite_bias(low, high, correlation=0.3, level=0.95)
    assert (made.lower, made.upper, made.crossed, made.label) == (1.0, 3.0, False, "b")
    assert made.interval == imbens_manski((1.0, 3.0), (0.5, 0.4), correlation=0.3, level=0.95)
    assert opposite_bias(high, low).crossed
    for first, second, words in (
        (low, Estimate(3.0, 0.4, 2.0, 4.0, units="percent"), "convert one"),
        (low, Estimate(3.0, Unavailable("none"), 2.0, 4.0, units="bp"), "standard errors"),
        (low, 3.0, "must be an Estimate"),
    ):
        with pytest.raises(SpecificationError, match=words):
            opposite_bias(first, second)
    for options, words in (
        ({"correlation": 1.5}, "correlation"),
        ({"level": 90}, "level"),
        ({"method": "wald"}, "no method"),
        ({"threshold": -1.0}, "threshold"),
    ):
        with pytest.raises(SpecificationError, match=words):
            opposite_bias(low, high, **options)
    with pytest.raises(SpecificationError, match="standard error"):
        imbens_manski((0.0, 1.0), (0.0, 1.0))
    with pytest.raises(SpecificationError, match="an end"):
        imbens_manski((0.0, math.inf), (1.0, 1.0))
