"""Verdicts on claims, Bayes factors and false discoveries: algebra, a second implementation, limits, simulation."""

import math
import warnings

import numpy as np
import pytest
from scipy import integrate, stats

from econ.errors import SpecificationError
from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.infer import (
    Claim,
    bayes_factor,
    benjamini_yekutieli,
    minimum_detectable_effect,
    replication_bayes_factor,
    verdict,
)

NOISY = Estimate(2.0, 8.0, -11.2, 15.2, units="bp")
CLEAR = Estimate(6.0, 1.0, 4.4, 7.6, units="bp")


def test_false_discoveries_agree_with_a_second_implementation():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.stats.multitest import multipletests

        for seed in range(5):
            p = np.random.default_rng(seed).uniform(size=17) ** 3
            p[3] = p[9]  # ties
            np.testing.assert_allclose(benjamini_yekutieli(p), multipletests(p, method="fdr_by")[1], rtol=1e-12)


def test_false_discoveries_keep_order_and_bounds():
    p = np.array([0.9, 0.001, 0.04])
    adjusted = benjamini_yekutieli(p)
    assert (adjusted >= p).all()
    assert adjusted.max() <= 1.0
    np.testing.assert_array_equal(benjamini_yekutieli(p[::-1]), adjusted[::-1])
    assert benjamini_yekutieli([0.03]).tolist() == [0.03]


@pytest.mark.parametrize("wrong", [[], [1.2], [-0.1], [math.nan], [[0.1]]])
def test_what_are_no_p_values_is_refused(wrong):
    with pytest.raises(SpecificationError, match="from 0 to 1"):
        benjamini_yekutieli(wrong)


@pytest.mark.parametrize("null", [0.0, 1.5])
def test_the_factor_is_the_ratio_of_integrals_and_of_densities_at_the_null(null):
    estimate, m, t = Estimate(2.0, 0.7, 0.8, 3.2), 1.0, 1.3
    found = bayes_factor(estimate, m, t, null=null)
    likelihood = lambda effect: stats.norm.pdf(2.0, effect, 0.7)  # noqa: E731
    marginal = integrate.quad(lambda effect: likelihood(effect) * stats.norm.pdf(effect, m, t), -20, 20)[0]
    assert found.value == pytest.approx(marginal / likelihood(null), rel=1e-9)
    posterior = stats.norm.pdf(null, found.posterior_mean, found.posterior_sd)
    assert found.value == pytest.approx(stats.norm.pdf(null, m, t) / posterior, rel=1e-12)  # Savage and Dickey
    assert found.against == pytest.approx(1.0 / found.value)


def test_the_factor_has_the_limits_of_the_textbook():
    estimate = Estimate(2.0, 1.0, 0.4, 3.6)
    logs = [bayes_factor(estimate, 0.0, spread).log for spread in (1e-6, 1.0, 1e3, 1e9)]
    assert logs[0] == pytest.approx(0.0, abs=1e-9)  # a prior of nothing says nothing
    assert logs[1] > 0.0 > logs[2] > logs[3]  # Lindley
    scaled = bayes_factor(Estimate(200.0, 100.0, 40.0, 360.0), 0.0, 100.0)
    assert scaled.log == pytest.approx(logs[1], rel=1e-12)  # units do not matter
    assert bayes_factor(Estimate(1e3, 1.0, 998.0, 1002.0), 0.0, 10.0).value == math.inf
    assert "for the effect (decisive)" in str(bayes_factor(Estimate(1e3, 1.0, 998.0, 1002.0), 0.0, 10.0))


def test_a_factor_of_ten_is_as_rare_under_the_null_as_the_page_says():
    draws = np.random.default_rng(1).standard_normal(4_000)
    logs = np.array([bayes_factor(Estimate(float(b), 1.0, b - 1.0, b + 1.0), 0.0, 1.0).log for b in draws])
    assert (logs >= math.log(10.0)).mean() < 0.004
    assert 2.0 * stats.norm.sf(math.sqrt(4.0 * math.log(10.0 * math.sqrt(2.0)))) == pytest.approx(0.0011, abs=1e-4)


def test_a_replication_that_finds_the_same_speaks_for_it():
    original = Estimate(5.0, 1.0, 3.4, 6.6, units="bp")
    same, none = Estimate(5.0, 1.0, 3.4, 6.6, units="bp"), Estimate(0.0, 1.0, -1.6, 1.6, units="bp")
    assert replication_bayes_factor(original, same).log > 0.0 > replication_bayes_factor(original, none).log
    by_hand = stats.norm.logpdf(0.0, 5.0, math.sqrt(2.0)) - stats.norm.logpdf(0.0, 0.0, 1.0)
    assert replication_bayes_factor(original, none).log == pytest.approx(by_hand, rel=1e-12)


def test_factors_of_nothing_are_refused():
    bare = Estimate(1.0, Unavailable("none"), 0.0, 2.0)
    for call in (
        lambda: bayes_factor(bare, 0.0, 1.0),
        lambda: bayes_factor(CLEAR, 0.0, 0.0),
        lambda: bayes_factor(Estimate(1.0, 0.0, 1.0, 1.0), 0.0, 1.0),
        lambda: replication_bayes_factor(bare, CLEAR),
        lambda: replication_bayes_factor(CLEAR, Estimate(1.0, 1.0, 0.0, 2.0, units="percent")),
    ):
        with pytest.raises(SpecificationError):
            call()


@pytest.mark.parametrize(
    ("claim", "now", "first", "word"),
    [
        (Claim("a", 25.7, tolerance=0.02), 35.8, 25.7, "right at first print"),
        (Claim("a", 10.0, tolerance=0.02), 10.1, None, "right"),
        (Claim("a", 10.0, tolerance=0.02), 10.3, None, "wrong"),
        (Claim("a", 10.3, tolerance=0.02), 10.0, None, "overstated"),
        (Claim("a", -10.3), 10.0, None, "wrong"),
        (Claim("a", 25.7, decimals=1), 25.74, None, "right"),
        (Claim("a", 25.7, decimals=1), 25.65, None, "right"),
        (Claim("a", 25.7, decimals=1), 25.76, None, "wrong"),
        (Claim("a", 700.0, decimals=-2), 731.0, None, "right"),
        (Claim("a", 700.0, "at least"), 731.0, None, "right"),
        (Claim("a", 700.0, "at least"), 650.0, None, "overstated"),
        (Claim("a", 700.0, "at most"), 731.0, None, "wrong"),
        (Claim("a", -1.0, "sign"), -0.2, None, "right"),
        (Claim("a", -1.0, "sign"), 0.2, None, "wrong"),
        (Claim("a", -1.0, "sign"), 0.0, -0.1, "right at first print"),
    ],
)
def test_figures_are_judged_by_one_rule(claim, now, first, word):
    found = verdict(claim, now, first)
    assert found.word == word
    assert str(found) == word


@pytest.mark.parametrize(
    ("claim", "found", "word"),
    [
        (Claim("a", 6.5), CLEAR, "right"),
        (Claim("a", 10.0), CLEAR, "overstated"),
        (Claim("a", 8.0, decimals=0), CLEAR, "right"),
        (Claim("a", 2.0), CLEAR, "wrong"),
        (Claim("a", -10.0), CLEAR, "wrong"),
        (Claim("a", 10.0), NOISY, "not decidable"),
        (Claim("a", 50.0), NOISY, "overstated"),
        (Claim("a", -50.0), NOISY, "overstated"),
        (Claim("a", 0.0), NOISY, "not decidable"),
        (Claim("a", 0.0), CLEAR, "wrong"),
        (Claim("a", 0.0, decimals=-1), Estimate(0.5, 1.0, -1.1, 2.1), "right"),
        (Claim("a", 0.0, decimals=0), Estimate(0.5, 1.0, -1.1, 2.1), "not decidable"),
        (Claim("a", 4.0, "at least"), CLEAR, "right"),
        (Claim("a", 5.0, "at least"), CLEAR, "not decidable"),
        (Claim("a", 9.0, "at least"), CLEAR, "overstated"),
        (Claim("a", 3.0, "at most"), CLEAR, "wrong"),
        (Claim("a", 1.0, "sign"), CLEAR, "right"),
        (Claim("a", -1.0, "sign"), CLEAR, "wrong"),
        (Claim("a", 1.0, "sign"), NOISY, "not decidable"),
        (Claim("a", 1.0, "sign"), ConfidenceSet(((-math.inf, -1.0), (2.0, math.inf)), 0.9), "not decidable"),
        (Claim("a", 1.0, "sign"), ConfidenceSet(((2.0, math.inf),), 0.9), "right"),
        (Claim("a", 5.0, "at most"), ConfidenceSet(((-math.inf, 4.0),), 0.9), "right"),
    ],
)
def test_sets_are_judged_by_what_they_hold(claim, found, word):
    assert verdict(claim, found).word == word
    if isinstance(found, Estimate):  # the mirror image
        mirrored = {"at least": "at most", "at most": "at least"}.get(claim.comparison, claim.comparison)
        other = Claim("a", -claim.stated, mirrored, claim.decimals)
        swapped = {"overstated", "wrong"} if claim.comparison.startswith("at") else {word}
        assert verdict(other, -found).word in {word} | (swapped if word in swapped else set())


def test_what_cannot_be_decided_says_what_would_have_been_seen():
    found = verdict(Claim("impact", 10.0, units="bp"), NOISY, power=0.9)
    assert found.detectable == pytest.approx(minimum_detectable_effect(8.0, 0.9, size=1.0 - 0.9), rel=0.005)
    assert "would have been seen" in str(found)
    assert verdict(Claim("a", 10.0), NOISY).detectable < found.detectable
    assert found.factor == pytest.approx(0.2)
    assert isinstance(verdict(Claim("a", 10.0), 12.0).detectable, Unavailable)
    assert isinstance(verdict(Claim("a", 0.0), 12.0).factor, Unavailable)


def test_what_would_have_been_seen_is_said_by_the_set_and_not_by_the_standard_error_beside_it():
    claim = Claim("impact", 1.0, "sign")
    wide = Estimate(-24.0, 32.0, -94.0, 82.0, 0.9, region=ConfidenceSet(((-94.0, 82.0),), 0.9))
    assert verdict(claim, wide).detectable == pytest.approx(
        minimum_detectable_effect(88.0 / 1.6449, size=0.1), rel=1e-3
    )
    few = Estimate(0.0, 1.0, -2.015, 2.015, 0.9)  # five degrees of freedom
    assert verdict(claim, few).detectable == pytest.approx(2.015 + 0.8416, rel=1e-3)
    for intervals in (((-math.inf, 18.0), (113.0, math.inf)), ((-math.inf, 18.0),), ((-3.0, -1.0), (-0.5, 2.0))):
        region = ConfidenceSet(intervals, 0.9)
        torn = Estimate(-0.7, 1.0, region.lower, region.upper, 0.9, region=region)
        assert isinstance(verdict(claim, torn).detectable, Unavailable)
        assert str(verdict(claim, torn)) == "not decidable"


def test_claims_say_themselves_and_nonsense_is_refused():
    assert str(Claim("impact", -6.0, "at least", decimals=1, units="bp")) == "impact: at least -6.0 bp"
    assert str(Claim("impact", -6.0, "sign")) == "impact: negative"
    for wrong in (
        lambda: Claim("a", 0.0, "sign"),
        lambda: Claim("a", 1.0, "about"),
        lambda: Claim("a", math.nan),
        lambda: Claim("a", 1.0, tolerance=-0.1),
        lambda: verdict(Claim("a", 1.0), CLEAR, first=1.0),
        lambda: verdict(Claim("a", 1.0, units="percent"), CLEAR),
        lambda: verdict(Claim("a", 1.0), math.nan),
        lambda: verdict(Claim("a", 1.0), ConfidenceSet((), 0.9)),
        lambda: verdict(Claim("a", 1.0), Estimate(1.0, 1.0, Unavailable("x"), Unavailable("x"))),
        lambda: verdict(Claim("a", 1.0), 1.0, power=0.2),
    ):
        with pytest.raises(SpecificationError):
            wrong()


def test_wrong_verdicts_on_a_true_claim_are_as_rare_as_the_level_says():
    draws = np.random.default_rng(3).standard_normal(2_000)
    words = [verdict(Claim("a", 3.0), Estimate(3.0 + b, 1.0, 3.0 + b - 1.645, 3.0 + b + 1.645)).word for b in draws]
    assert np.isin(words, ["wrong", "overstated"]).mean() == pytest.approx(0.10, abs=0.02)
    assert words.count("right") > 0.8 * len(words)
