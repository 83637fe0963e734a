"""Verdicts by thresholds fixed before looking."""

import math

import numpy as np
import pytest

from econ.errors import SpecificationError
from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.infer import equivalence, minimum_detectable_effect
from econ.offset import decide, decisions
from econ.offset._ratio import ratio_estimate
from econ.responses import Reading


def interval(value, error, nobs=100):
    reach = 1.6448536269514722 * error
    return Estimate(value, error, value - reach, value + reach, nobs=nobs, label="rho")


@pytest.mark.parametrize(
    ("value", "error", "verdict"),
    [
        (0.0, 0.05, "no meaningful offset"),
        (0.1, 0.05, "no meaningful offset"),
        (1.0, 0.1, "offset"),
        (0.5, 0.05, "partial offset"),
        (-0.6, 0.1, "selling alongside"),
        (0.25, 0.05, "not decidable with these data"),
        (0.75, 0.05, "not decidable with these data"),
        (0.0, 1.0, "not decidable with these data"),
    ],
)
def test_the_set_decides(value, error, verdict):
    made = decide(interval(value, error))
    assert made.verdict == verdict
    assert (made.verdict == "no meaningful offset") == made.test.accepted
    assert made.test == equivalence(interval(value, error), bound=0.25)
    assert made.test.smallest_bound == pytest.approx(equivalence(value, error, 0.25).smallest_bound, rel=1e-12)
    assert made.detectable == minimum_detectable_effect(error)
    assert verdict in str(made)
    assert isinstance(made.nobs_needed, int) == (verdict == "not decidable with these data")


def test_an_unbounded_set_is_not_decidable_and_the_line_says_so():
    for intervals in (((-math.inf, math.inf),), ((-math.inf, -2.0), (0.8, math.inf)), ()):
        found = Estimate(0.1, 0.9, -math.inf, math.inf, region=ConfidenceSet(intervals, 0.90), nobs=50)
        made = decide(found, "Japan, granular")
        assert made.verdict == "not decidable with these data"
        assert str(ConfidenceSet(intervals, 0.90)) in made.line
        assert made.line.startswith("Japan, granular")
        assert made.test.smallest_bound == math.inf if intervals else isinstance(made.test.smallest_bound, Unavailable)
        assert not made.test.accepted


def test_the_sample_size_decides_as_often_as_promised():
    made = decide(interval(0.3, 0.4, nobs=100))
    error = 0.4 * math.sqrt(100 / made.nobs_needed)
    draws = np.random.default_rng(1).standard_normal(800)
    none = np.mean([decide(interval(error * draw, error)).verdict == "no meaningful offset" for draw in draws])
    full = np.mean([decide(interval(1.0 + error * draw, error)).verdict == "offset" for draw in draws])
    assert none == pytest.approx(0.8, abs=0.04)
    assert full >= 0.8


def test_one_line_an_estimand_and_design():
    table = decisions({("rho", "proxy"): interval(0.1, 0.05), ("pi", "recursive"): interval(0.1, 0.5)})
    assert list(table.index) == [("rho", "proxy"), ("pi", "recursive")]
    assert table.loc[("rho", "proxy"), "verdict"] == "no meaningful offset"
    assert isinstance(table.loc[("rho", "proxy"), "nobs_needed"], Unavailable)
    assert table.loc[("pi", "recursive"), "line"].startswith("pi, recursive: not decidable")


def test_without_a_standard_error_the_set_alone_decides():
    reason = Unavailable("inverted")
    made = decide(Estimate(0.9, reason, 0.8, 1.1, nobs=50))
    assert made.verdict == "offset"
    assert made.test.smallest_bound == 1.1
    assert isinstance(made.detectable, Unavailable)


def test_bad_requests_raise_their_own_error():
    for options in ({"none": 0.8}, {"full": 1.0}, {"none": 0.0}):
        with pytest.raises(SpecificationError, match=r"thresholds|above 0 and below 1"):
            decide(interval(0.0, 0.1), **options)
    reason = Unavailable("no draws")
    with pytest.raises(SpecificationError, match="no interval"):
        decide(Estimate(0.1, reason, reason, reason))


def ratio(a, b, spread, level=0.90, nobs=100):
    pair = Reading(np.array([a, b]), np.asarray(spread, dtype=float), None, nobs, None, None)
    return ratio_estimate(pair, method="fieller", level=level, label="rho")


def test_the_precision_of_a_ratio_is_that_of_the_test_of_each_threshold():
    spread = np.array([[0.04, -0.03], [-0.03, 0.09]])
    found = ratio(0.2, 0.8, spread)
    made = decide(found)
    at_zero = math.sqrt(0.04) / 0.8
    assert made.detectable == pytest.approx(minimum_detectable_effect(at_zero), rel=1e-12)
    errors = {r: math.sqrt(0.04 + 0.06 * r + 0.09 * r**2) / 0.8 for r in (-0.25, 0.25, 0.75)}
    none = max(errors[-0.25], errors[0.25]) * (1.6448536269514722 + 1.2815515655446004) / 0.25
    full = errors[0.75] * (1.6448536269514722 + 0.8416212335729143) / 0.25
    assert made.nobs_needed == math.ceil(100 * max(none, full) ** 2)


def test_with_the_sample_size_needed_fieller_sets_decide_as_often_as_promised():
    spread = np.array([[0.04, -0.03], [-0.03, 0.09]])
    needed = decide(ratio(0.2, 0.8, spread)).nobs_needed
    smaller = spread * 100 / needed
    draws = np.random.default_rng(1).multivariate_normal([0.0, 0.0], smaller, 800)
    none = np.mean([decide(ratio(a, 0.8 + b, smaller)).verdict == "no meaningful offset" for a, b in draws])
    full = np.mean([decide(ratio(0.8 + a, 0.8 + b, smaller)).verdict == "offset" for a, b in draws])
    assert min(none, full) == pytest.approx(0.8, abs=0.05)
    assert max(none, full) >= 0.78


def test_an_estimate_that_no_sample_decides_says_so():
    made = decide(Estimate(0.3, 400.0, -660.0, 660.0, nobs=177), none=0.01)
    assert made.verdict == "not decidable with these data"
    assert isinstance(made.nobs_needed, Unavailable)
    assert "more than 10,000,000 observations" in made.nobs_needed.reason
    assert "would decide" not in made.line


def test_an_estimate_of_unknown_sample_size_does_not_say_how_many_more():
    made = decide(Estimate(0.1, 0.4, -0.56, 0.76))
    assert isinstance(made.nobs_needed, Unavailable)
    assert "observations would decide" not in made.line
    assert made.detectable == pytest.approx(decide(Estimate(0.1, 0.4, -0.56, 0.76, nobs=170)).detectable)
