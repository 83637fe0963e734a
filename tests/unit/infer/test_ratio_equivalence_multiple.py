"""Fieller sets, equivalence, power and stepdown p-values: algebra, brute force, coverage."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from econ.errors import SchemaError, SpecificationError
from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.infer import equivalence, fieller, minimum_detectable_effect, romano_wolf, smallest_bound
from econ.infer.ratio import quadratic_set

CASES = {
    "bounded": (1.0, 2.0, [[0.04, 0.01], [0.01, 0.02]]),
    "negative denominator": (1.0, -2.0, [[0.04, 0.01], [0.01, 0.02]]),
    "complement": (1.0, 0.2, [[0.04, -0.02], [-0.02, 0.04]]),
    "line": (0.1, 0.1, [[0.04, 0.0], [0.0, 0.04]]),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("df", [None, 9.0])
def test_fieller_holds_exactly_the_ratios_not_rejected(name, df):
    a, b, v = CASES[name]
    region = fieller(a, b, v, level=0.95, df=df)
    critical = stats.norm.ppf(0.975) if df is None else stats.t.ppf(0.975, df)
    for r in np.concatenate([np.linspace(-60, 60, 2401), [-1e9, 1e9]]):
        statistic = abs(a - r * b) / math.sqrt(v[0][0] - 2 * r * v[0][1] + r * r * v[1][1])
        assert (r in region) == (statistic <= critical)


def test_fieller_takes_each_form():
    assert fieller(*CASES["bounded"]).bounded
    assert len(fieller(*CASES["complement"]).intervals) == 2
    assert str(fieller(*CASES["line"])) == "(-inf, inf)"
    assert fieller(0.0, 2.0, [[0.04, 0.0], [0.0, 0.0]], level=0.95).upper == pytest.approx(1.96 * 0.2 / 2, rel=1e-3)


def test_fieller_half_line_where_the_denominator_is_on_the_edge():
    critical = stats.norm.ppf(0.95)
    region = fieller(5.0, critical, [[1.0, 0.0], [0.0, 1.0]], level=0.90)
    near = fieller(5.0, critical * 1.000001, [[1.0, 0.0], [0.0, 1.0]], level=0.90)
    assert region.upper > 1e5
    assert near.bounded
    assert near.lower == pytest.approx(region.lower, rel=1e-4)


def test_fieller_is_scale_equivariant():
    a, b, v = CASES["bounded"]
    plain, scaled = fieller(a, b, v), fieller(100 * a, b, np.array(v) * [[1e4, 1e2], [1e2, 1.0]])
    assert scaled.lower == pytest.approx(100 * plain.lower)
    inverse = fieller(b, a, [[v[1][1], v[0][1]], [v[0][1], v[0][0]]])
    assert inverse.lower == pytest.approx(1 / plain.upper)


@pytest.mark.parametrize("denominator", [3.0, 0.5])
def test_fieller_covers_with_strong_and_weak_denominators(denominator):
    generator = np.random.default_rng(5)
    v = np.array([[1.0, 0.4], [0.4, 1.0]])
    draws = generator.multivariate_normal([2.0 * denominator, denominator], v, size=4000)
    covered = sum(2.0 in fieller(a, b, v, level=0.90) for a, b in draws)
    assert abs(covered / 4000 - 0.90) < 3 * math.sqrt(0.9 * 0.1 / 4000)


@pytest.mark.parametrize(
    ("a", "b", "v"),
    [
        (np.nan, 1.0, np.eye(2)),
        (1.0, 1.0, [[1.0, 2.0], [2.0, 1.0]]),
        (1.0, 1.0, [[-1.0, 0.0], [0.0, 1.0]]),
        (1.0, 1.0, np.eye(3)),
        (1.0, 1.0, [[1.0, 0.5], [0.2, 1.0]]),
    ],
)
def test_fieller_refuses_what_is_no_covariance(a, b, v):
    with pytest.raises(SpecificationError):
        fieller(a, b, v)
    with pytest.raises(SpecificationError, match="df must be a finite number above 0"):
        fieller(1.0, 2.0, np.eye(2), df=-1.0)


def test_equivalence_equals_the_larger_of_two_one_sided_p_values():
    result = equivalence(3.0, 4.0, 15.0, df=30)
    one_sided = max(stats.t.sf((15.0 + 3.0) / 4.0, 30), stats.t.cdf((3.0 - 15.0) / 4.0, 30))
    assert result.p_value == pytest.approx(one_sided, rel=1e-12)
    assert equivalence(-3.0, 4.0, 15.0, df=30).p_value == result.p_value


def test_smallest_bound_is_where_the_verdict_turns():
    bound = equivalence(3.0, 4.0, 15.0).smallest_bound
    assert equivalence(3.0, 4.0, bound * 1.0001).accepted
    assert not equivalence(3.0, 4.0, bound * 0.9999).accepted
    assert equivalence(3.0, 4.0, bound).p_value == pytest.approx(0.05, rel=1e-9)
    for wrong in ({"std_error": 0.0, "bound": 1.0}, {"std_error": 1.0, "bound": -1.0}):
        with pytest.raises(SpecificationError):
            equivalence(1.0, **wrong)


def test_the_smallest_bound_of_a_reported_set_is_its_end_farthest_from_zero():
    """A weak instrument: 153 by the two-stage error, 669 by the set that is printed beside it."""
    region = ConfidenceSet(((-243.0, 669.0),), 0.90)
    cell = Estimate(60.0, 56.6, region.lower, region.upper, 0.90, region=region)
    assert smallest_bound(cell) == smallest_bound(region) == smallest_bound(-cell) == 669.0
    assert [equivalence(cell, bound=bound).accepted for bound in (153.0, 668.9, 669.0)] == [False, False, True]
    assert equivalence(cell, bound=15.0).size == 0.05
    assert equivalence(replace(cell, region=None, lower=-5.0, upper=3.0), bound=5.0).accepted
    complement = ConfidenceSet(((-math.inf, -2.0), (3.0, math.inf)), 0.95)
    assert smallest_bound(complement) == math.inf
    open_ended = Estimate(1.0, 1.0, -math.inf, math.inf, 0.95, region=complement)
    made = equivalence(open_ended, bound=1e99)
    assert (made.accepted, made.size) == (False, 0.025)
    assert "not shown (smallest bound inf at 98%)" in str(made)


def test_an_empty_set_shows_nothing_and_an_estimate_takes_no_error_of_its_own():
    empty = Estimate(1.0, 1.0, math.inf, -math.inf, region=ConfidenceSet((), 0.90))
    assert isinstance(smallest_bound(empty), Unavailable)
    assert not equivalence(empty, bound=5.0).accepted
    cell = Estimate(1.0, 1.0, -1.0, 3.0)
    for wrong in ({"std_error": 1.0}, {"df": 5.0}, {"size": 0.05}):
        with pytest.raises(SpecificationError, match="brings its own error"):
            equivalence(cell, bound=1.0, **wrong)
    with pytest.raises(SpecificationError, match="no interval"):
        smallest_bound(Estimate(1.0, 1.0, Unavailable("no draws"), Unavailable("no draws")))
    with pytest.raises(SpecificationError, match="bound"):
        equivalence(cell)


def test_minimum_detectable_effect_has_the_power_it_says():
    effect = minimum_detectable_effect(2.0, power=0.8, size=0.05)
    assert effect == pytest.approx(2.0 * 2.8016, rel=1e-4)
    power = stats.norm.sf(1.959964 - effect / 2.0) + stats.norm.cdf(-1.959964 - effect / 2.0)
    assert power == pytest.approx(0.8, abs=1e-5)
    with pytest.raises(SpecificationError, match="power"):
        minimum_detectable_effect(2.0, power=1.0)


def plain_stepdown(statistics, draws):
    remaining, adjusted, floor = list(np.argsort(-statistics)), {}, 0.0
    while remaining:
        best = remaining[0]
        count = sum(max(row[j] for j in remaining) >= statistics[best] for row in draws)
        floor = max(floor, (1 + count) / (1 + len(draws)))
        adjusted[best] = floor
        remaining = remaining[1:]
    return np.array([adjusted[j] for j in range(len(statistics))])


def test_stepdown_equals_a_plain_loop():
    generator = np.random.default_rng(2)
    draws = np.abs(generator.standard_normal((199, 6)) @ generator.standard_normal((6, 6)))
    statistics = np.array([2.0, 6.0, 0.1, 4.0, 4.0, 3.0])
    np.testing.assert_array_equal(romano_wolf(statistics, draws), plain_stepdown(statistics, draws))
    order = np.array([3, 0, 5, 1, 2, 4])
    np.testing.assert_array_equal(
        romano_wolf(statistics[order], draws[:, order]), romano_wolf(statistics, draws)[order]
    )
    single = romano_wolf(statistics[:1], draws[:, :1])[0]
    assert romano_wolf(statistics, draws)[0] >= single


def test_stepdown_controls_the_familywise_error():
    generator = np.random.default_rng(7)
    root = np.linalg.cholesky(0.5 * np.eye(8) + 0.5)
    null = np.abs(generator.standard_normal((999, 8)) @ root.T)
    false = 0
    for _ in range(1000):
        statistics = generator.standard_normal(8) @ root.T
        statistics[:2] += 5.0
        false += romano_wolf(np.abs(statistics), null)[2:].min() <= 0.05
    assert false / 1000 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 1000)
    assert false / 1000 >= 0.02


def test_stepdown_refuses_bad_draws():
    with pytest.raises(SpecificationError, match="absolute"):
        romano_wolf([1.0, 2.0], [[-1.0, 0.5]])
    with pytest.raises(SpecificationError, match=r"\(B, m\)"):
        romano_wolf([1.0, 2.0], [[1.0], [2.0]])
    with pytest.raises(SchemaError):
        romano_wolf([1.0, np.nan], [[1.0, 2.0]])


@pytest.mark.parametrize("nudge", [0.0, 1e-15, -1e-15, 3e-15])
def test_a_set_is_the_whole_line_or_a_point_whatever_the_rounding(nudge):
    """(r - 1)² times ±1: the last digit of the discriminant must not decide."""
    assert quadratic_set(-1.0, -1.0, -1.0 * (1.0 + nudge)) == ((-math.inf, math.inf),)
    assert quadratic_set(1.0, 1.0, 1.0 * (1.0 + nudge)) == ((1.0, 1.0),)
    (low, high), (_, end) = quadratic_set(-1.0, -1.0, -1.0 + 1e-6)
    assert (low, end) == (-math.inf, math.inf)
    assert high == pytest.approx(1.0, abs=2e-3)
