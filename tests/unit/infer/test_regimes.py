"""Leaning and impact by variance regimes: brute force, known truth, labels, refusals."""

import numpy as np
import pandas as pd
import pytest

from econ.errors import SampleTooShort, SchemaError, SpecificationError
from econ.estimate import Unavailable
from econ.infer import regime_leaning
from econ.infer.regimes import _Moments

B, C = 0.8, 0.5


def world(seed=1, size=600, news=(1.0, 2.0, 1.0), own=(1.0, 1.0, 2.0)):
    generator = np.random.default_rng(seed)
    codes = np.repeat(np.arange(len(news)), size // len(news))
    n, e = (generator.standard_normal(len(codes)) * np.array(each)[codes] for each in (news, own))
    flow = (e + C * n) / (1.0 + B * C)
    return n - B * flow, flow, codes


def by_hand(dy, f, codes, b, c):
    """S at one pair, by loops over regimes, with White's covariance about the mean of each regime."""
    y, x = dy - dy.mean(), f - f.mean()
    total = 0.0
    for code in np.unique(codes):
        moment = ((y + b * x) * (x - c * y))[codes == code]
        total += moment.sum() ** 2 / np.sum((moment - moment.mean()) ** 2)
    return total


def test_sets_are_those_of_a_brute_force_grid():
    dy, f, codes = world(3, 360)
    found = regime_leaning(dy, f, codes, cov="hc0")
    for b in np.linspace(0.1, 1.9, 25):
        ends = 1.0 / abs(b)
        least = min(by_hand(dy, f, codes, b, c) for c in np.linspace(-ends, ends, 2001))
        assert (b in found.impact.region) == (least <= 4.605170185988092) or abs(least - 4.605) < 0.02
    for c in np.linspace(0.05, 1.2, 25):
        ends = 1.0 / abs(c)
        least = min(by_hand(dy, f, codes, b, c) for b in np.linspace(-ends, ends, 2001))
        assert (c in found.leaning.region) == (least <= 4.605170185988092) or abs(least - 4.605) < 0.02


def test_two_regimes_are_the_closed_form_and_fit_exactly():
    """Eigenvectors of one covariance relative to the other (Rigobon): the moments hold without error."""
    dy, f, codes = world(5, 600, (1.0, 2.0), (1.0, 0.8))
    found = regime_leaning(dy, f, codes, cov="hc0")
    y, x = dy - dy.mean(), f - f.mean()
    for code in (0, 1):
        inside = codes == code
        moment = np.sum(((y + found.impact.value * x) * (x - found.leaning.value * y))[inside])
        assert moment == pytest.approx(0.0, abs=1e-10)
    sums = [np.array([[x[codes == k] @ x[codes == k], x[codes == k] @ y[codes == k]],
                      [x[codes == k] @ y[codes == k], y[codes == k] @ y[codes == k]]]) for k in (0, 1)]  # fmt: skip
    _, vectors = np.linalg.eig(np.linalg.solve(sums[0], sums[1]))
    ratios = sorted(vectors[0] / vectors[1])  # rows (1, b) and (-c, 1) up to scale, as (f, dy)
    assert any(found.impact.value == pytest.approx(ratio, rel=1e-3) for ratio in ratios)
    assert isinstance(found.agreement["p_value"], Unavailable)
    assert abs(found.impact.value * found.leaning.value) < 1.0


def test_the_truth_is_found_and_the_variances_are_told():
    dy, f, codes = world(2, 6000)
    found = regime_leaning(dy, f, np.array(["a", "b", "c"])[codes], units=("bp per %", "% per bp"))
    assert found.impact.value == pytest.approx(B, abs=0.06)
    assert found.leaning.value == pytest.approx(C, abs=0.06)
    assert (found.impact.units, found.leaning.units) == ("bp per %", "% per bp")
    assert found.agreement["p_value"] > 0.01
    assert found.variances.loc["b", "news"] == pytest.approx(2.0, abs=0.15)
    assert found.variances.loc["c", "flow"] == pytest.approx(2.0, abs=0.15)
    assert found.variances["periods"].tolist() == [2000, 2000, 2000]


def test_news_and_flow_interchanged_fit_as_well_and_are_not_meant():
    """The image of the truth, (-1/c, -1/b), has a feedback above one: it is not searched, though its S is small."""
    dy, f, codes = world(2, 6000)
    y, x = dy - dy.mean(), f - f.mean()
    moments = _Moments.of(y, x, codes, "hc0", None, 1)
    b, c = -1.0 / C, -1.0 / B
    assert float(moments.statistic(np.array(b), np.array(c))) < 15.0
    assert moments.over_leanings(np.array([b]))[0] > 100.0
    assert moments.over_impacts(np.array([c]))[0] > 100.0
    assert moments.over_leanings(np.array([B]))[0] < 15.0


def test_units_and_order_of_regimes_do_not_matter():
    dy, f, codes = world(4)
    plain = regime_leaning(dy, f, codes)
    scaled = regime_leaning(1e4 * dy, 1e-3 * f, codes)
    assert scaled.impact.value == pytest.approx(1e7 * plain.impact.value, rel=1e-5)
    assert scaled.impact.upper == pytest.approx(1e7 * plain.impact.upper, rel=1e-5)
    other = regime_leaning(dy, f, 2 - codes)
    assert other.impact.upper == pytest.approx(plain.impact.upper, rel=1e-6)


def test_a_structure_that_changes_is_noticed():
    dy, f, codes = world(6, 3000, (1.0, 2.0, 1.0, 2.0), (1.0, 1.0, 2.0, 2.0))
    broken = np.where(codes == 3, dy - 1.5 * f, dy)
    assert regime_leaning(dy, f, codes).agreement["p_value"] > 0.01
    assert regime_leaning(broken, f, codes).agreement["p_value"] < 0.01


def test_controls_are_partialled_out():
    dy, f, codes = world(7)
    rest = np.random.default_rng(9).standard_normal(len(dy))
    with_rest = regime_leaning(dy + 3.0 * rest, f - 2.0 * rest, codes, controls=rest)
    assert with_rest.impact.value == pytest.approx(regime_leaning(dy, f, codes, controls=rest).impact.value, rel=1e-4)


def test_bad_regimes_are_refused():
    dy, f, codes = world()
    with pytest.raises(SpecificationError, match="one regime identifies nothing"):
        regime_leaning(dy, f, np.zeros(len(dy)))
    with pytest.raises(SampleTooShort, match="regime '9' has 3 periods"):
        regime_leaning(dy, f, np.where(np.arange(len(dy)) < 3, 9, codes))
    with pytest.raises(SchemaError, match="every period needs a regime"):
        regime_leaning(dy, f, np.where(codes == 0, np.nan, codes))
    with pytest.raises(SpecificationError, match="one label a period"):
        regime_leaning(dy, f, codes[:-1])
    with pytest.raises(SpecificationError, match="covariance"):
        regime_leaning(dy, f, codes, cov="ewc")


def test_level_and_bandwidth_are_used():
    dy, f, codes = world(8, 240)
    wide, narrow = (regime_leaning(dy, f, codes, level=level).impact for level in (0.95, 0.5))
    assert wide.lower < narrow.lower < narrow.upper < wide.upper
    assert (
        regime_leaning(dy, f, codes, bandwidth=0).impact.upper != regime_leaning(dy, f, codes, bandwidth=9).impact.upper
    )
    with pytest.raises(SpecificationError, match="bandwidth belongs to"):
        regime_leaning(dy, f, codes, cov="hc1", bandwidth=3)


@pytest.mark.slow
@pytest.mark.parametrize(("news", "own"), [((1, 1, 1, 1), (1, 1, 1, 1)), ((1, 2, 1, 1), (1, 1, 2, 1))])
def test_sets_cover_whether_variances_change_or_not(news, own):
    made = [regime_leaning(*world(seed, 480, news, own), cov="hc1") for seed in range(120)]
    covered = [
        np.mean([B in each.impact.region for each in made]),
        np.mean([C in each.leaning.region for each in made]),
    ]
    assert covered == pytest.approx([0.90, 0.90], abs=0.085)  # three Monte Carlo errors
    rejected = np.mean([each.agreement["p_value"] < 0.05 for each in made])
    assert rejected <= 0.11


def test_moments_of_a_pair_are_linear_in_products():
    dy, f, codes = world(1, 60)
    moments = _Moments.of(dy - dy.mean(), f - f.mean(), codes, "hc0", None, 1)
    pairs = pd.DataFrame({"b": [0.0, 0.7, -0.3], "c": [0.2, 0.0, 1.1]})
    expected = [by_hand(dy, f, codes, b, c) for b, c in pairs.itertuples(index=False)]
    assert moments.statistic(pairs["b"].to_numpy(), pairs["c"].to_numpy()) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("cov", ["hac", "hc0"])
def test_the_least_is_where_its_derivatives_are_zero_whatever_the_order_of_the_sums(cov):
    """By values alone half of the digits of both are those of the processor."""
    dy, f, codes = world(3, 360)
    y, x = dy / np.linalg.norm(dy), f / np.linalg.norm(f)
    moments = _Moments.of(y, x, codes, cov, 4 if cov == "hac" else None, 1)
    b, c, _ = moments.least()
    apart = 1e-4
    for k, value in enumerate((b, c)):  # the derivatives are those of S
        ends = [np.where(np.arange(2) == k, value + side * apart, (b, c)) for side in (-1.0, 1.0)]
        low, high = (float(moments.statistic(end[0], end[1])) for end in ends)
        assert (high - low) / (2.0 * apart) == pytest.approx(0.0, abs=1e-3)
        bent = (high + low - 2.0 * float(moments.statistic(np.array(b), np.array(c)))) / apart**2
        assert moments.slope(ends[1])[k] == pytest.approx(bent * apart, rel=1e-2)
        assert abs(moments.slope(np.array([b, c]))[k]) < 1e-13 * bent
    turned = _Moments(moments.sums[::-1], moments.covariance[::-1, :, ::-1])
    scaled = _Moments(moments.sums / 3.0, moments.covariance / 9.0)
    assert [each.least()[:2] for each in (turned, scaled)] == [pytest.approx((b, c), rel=1e-12)] * 2


def test_two_regimes_say_what_they_found_without_a_test_of_it():
    dy, f, codes = world(1, 360)
    two = regime_leaning(dy[codes != codes[-1]], f[codes != codes[-1]], codes[codes != codes[-1]], cov="hc1")
    several = regime_leaning(dy, f, codes, cov="hc1")
    assert (len(two.variances), len(several.variances)) == (len(np.unique(codes)) - 1, len(np.unique(codes)))
    assert ("agreement" in str(two)) == (len(two.variances) > 2)
    assert "agreement p = " in str(several)
