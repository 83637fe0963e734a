"""The impact of a flow that leans: algebra of the moments, coverage, weak news, refusals."""

import math

import numpy as np
import pytest
import statsmodels.api as sm

from econ.errors import NotIdentified, SampleTooShort, SchemaError, SpecificationError
from econ.infer import anderson_rubin, leaning_curve, news_leaning
from econ.infer._quartics import least, quartic
from econ.simulate import OperationMarket

B, C = 0.8, 0.5


def world(seed=1, size=600, strength=1.0, share=0.0):
    """dy = -b f + n, f = c dy + e, n = strength z + rest; the news seen is z - share b f."""
    generator = np.random.default_rng(seed)
    z, rest, own = generator.standard_normal((3, size))
    news = strength * z + rest
    flow = (own + C * news) / (1.0 + B * C)
    return news - B * flow, flow, z - share * B * flow


def test_the_curve_is_the_ratio_of_moments_and_its_error_the_delta_method():
    dy, f, _ = world()
    curve = leaning_curve(dy, f, cov="hc0")
    y, x = dy - dy.mean(), f - f.mean()
    for c in (-1.0, 0.0, 0.5, 2.0):
        own = x - c * y
        made = curve.at(c)
        assert made.value == pytest.approx(-(own @ y) / (own @ x), rel=1e-12)
        assert np.mean(own * (y + made.value * x)) == pytest.approx(0.0, abs=1e-12)
        moment = own * (y + made.value * x)
        assert made.std_error == pytest.approx(math.sqrt(moment @ moment) / abs(own @ x), rel=1e-10)
    least_squares = sm.OLS(dy, sm.add_constant(f)).fit(cov_type="HC0")
    assert curve.at(0.0).value == pytest.approx(-least_squares.params[1], rel=1e-10)
    assert curve.at(0.0).std_error == pytest.approx(least_squares.bse[1], rel=1e-10)
    table = curve.table([0.0, 0.5])
    assert table.loc[0.5, "impact"] == curve.at(0.5).value
    assert list(table.columns) == ["impact", "std_error", "set lower", "set upper", "bounded"]


def test_the_leaning_that_an_impact_takes_is_the_curve_read_backwards():
    dy, f, _ = world()
    curve = leaning_curve(dy, f, cov="hc0")
    for c in (0.0, 0.3, 0.5):
        assert curve.needed(curve.at(c).value).value == pytest.approx(c, abs=1e-10)
    ols = sm.OLS(f, sm.add_constant(dy)).fit(cov_type="HC0")
    made = curve.needed(0.0, units="USD bn per bp")
    assert (made.value, made.std_error, made.units) == (
        pytest.approx(ols.params[1], rel=1e-10), pytest.approx(ols.bse[1], rel=1e-10), "USD bn per bp"
    )  # fmt: skip
    news = (dy - dy.mean()) + B * (f - f.mean())
    expected = anderson_rubin(f - f.mean(), dy - dy.mean(), news, cov="hc0", level=0.8)
    assert next(iter(curve.needed(B, level=0.8).region)) == pytest.approx(next(iter(expected)), rel=1e-12)
    y, x = dy - dy.mean(), f - f.mean()
    with pytest.raises(NotIdentified, match="the leaning is free"):
        curve.needed(-(y @ y) / (x @ y))


def test_the_set_is_where_the_moment_is_not_rejected():
    dy, f, _ = world(3, 300)
    region = leaning_curve(dy, f, cov="hc1").at(0.5).region
    own = (f - f.mean()) - 0.5 * (dy - dy.mean())
    for b in np.linspace(0.4, 1.3, 61):
        fit = sm.OLS(dy + b * f, sm.add_constant(own)).fit(cov_type="HC1")
        assert (b in region) == (abs(fit.tvalues[1]) <= 1.6448536269514722)


def test_controls_are_partialled_out():
    dy, f, z = world()
    rest = np.random.default_rng(9).standard_normal(len(dy))
    plain = leaning_curve(dy, f).at(0.5).value
    shifted = leaning_curve(dy + 3.0 * rest + 7.0, f - 2.0 * rest, controls=rest).at(0.5).value
    assert shifted == pytest.approx(leaning_curve(dy, f, controls=rest).at(0.5).value, rel=1e-9)
    assert shifted == pytest.approx(plain, abs=0.02)
    found = news_leaning(dy + rest, f, z, controls=rest, cov="hc1")
    assert found.leaning.value == pytest.approx(C, abs=0.15)


def test_news_gives_the_leaning_and_with_it_the_impact():
    dy, f, z = world(2, 4000)
    found = news_leaning(dy, f, z, cov="hc1", units=("USD bn per bp", "bp per USD bn"))
    y, x, n = dy - dy.mean(), f - f.mean(), z - z.mean()
    assert found.leaning.value == pytest.approx((n @ x) / (n @ y), rel=1e-10)
    assert found.impact.value == pytest.approx(found.curve.at(found.leaning.value).value, rel=1e-10)
    assert found.leaning.value == pytest.approx(C, abs=0.06)
    assert found.impact.value == pytest.approx(B, abs=0.1)
    assert found.leaning.region == anderson_rubin(x, y, n, cov="hc1", level=0.90)
    assert (found.leaning.units, found.impact.units) == ("USD bn per bp", "bp per USD bn")
    assert found.relevance.strong
    assert found.influence.shape == (4000, 2)
    assert np.sqrt((found.influence**2).sum(axis=0) * 4000 / 3998) == pytest.approx(
        [found.leaning.std_error, found.impact.std_error], rel=1e-3
    )


def test_the_errors_are_those_of_repeated_samples():
    made = [news_leaning(*world(seed), cov="hc1") for seed in range(120)]
    for name in ("leaning", "impact"):
        values = np.array([getattr(each, name).value for each in made])
        errors = np.array([getattr(each, name).std_error for each in made])
        assert np.mean(errors) == pytest.approx(values.std(), rel=0.2)


def months(seed, size=300, ratio=3.0, days=21):
    """Monthly sums of a daily market, and the part of the change that falls on two days of news a month."""
    generator = np.random.default_rng(seed)
    n, e = generator.standard_normal((2, size, days))
    n[:, :2] *= math.sqrt(ratio)
    flow = (C * n + e) / (1.0 + B * C)
    change = n - B * flow
    return change.sum(axis=1), flow.sum(axis=1), change[:, :2].sum(axis=1)


@pytest.mark.slow
@pytest.mark.parametrize("ratio", [1.0, 3.0, 20.0])
def test_sets_cover_however_weak_the_news(ratio):
    made = [news_leaning(*months(seed, ratio=ratio), share=2.0 / 21.0, cov="hc1") for seed in range(400)]
    covered = [
        np.mean([C in each.leaning.region for each in made]),
        np.mean([B in each.impact.region for each in made]),
    ]
    assert covered == pytest.approx([0.90, 0.90], abs=0.045)  # three Monte Carlo errors
    bounded = np.mean([each.impact.region.bounded for each in made])
    assert bounded < 0.2 if ratio == 1.0 else bounded > 0.9 if ratio == 20.0 else True


def test_the_set_of_the_impact_is_that_of_a_brute_force_grid():
    """At every b: the least over a fine grid of leanings of the statistic of both moments; two shapes of the set."""
    shapes, angles = set(), np.linspace(-0.5 * math.pi, 0.5 * math.pi, 1501)
    for seed, ratio in ((1, 20.0), (2, 3.0), (3, 3.0), (5, 1.0), (8, 2.0)):
        dy, f, z = months(seed, 120, ratio)
        region = news_leaning(dy, f, z, share=2.0 / 21.0, cov="hc0").impact.region
        shapes.add((region.bounded, len(list(region))))
        y, x, own = dy - dy.mean(), f - f.mean(), (z - z.mean()) - 2.0 / 21.0 * (dy - dy.mean())
        for b in np.concatenate([np.linspace(-6.0, 6.0, 60), [-1e6, 1e6]]):
            e = np.cos(angles)[:, None] * x - np.sin(angles)[:, None] * y * x.std() / y.std()
            psi = np.stack([own * e, (y + b * x) * e], axis=-1)  # (angles, T, 2)
            total = psi.sum(axis=1)
            psi = psi - psi.mean(axis=1, keepdims=True)
            spread = psi.swapaxes(1, 2) @ psi
            least = (total * np.linalg.solve(spread, total[..., None])[..., 0]).sum(axis=1).min()
            assert (b in region) == (least <= 2.705543454095404) or abs(least - 2.7055) < 0.01, (seed, b, least)
    assert len(shapes) > 1


def test_units_do_not_matter():
    dy, f, z = months(2)
    plain = news_leaning(dy, f, z, share=0.1).impact
    scaled = news_leaning(1e4 * dy, 1e-6 * f, 1e-3 * z, share=0.1 * 1e-7).impact
    assert scaled.value == pytest.approx(1e10 * plain.value, rel=1e-9)
    assert [end for piece in scaled.region for end in piece] == pytest.approx(
        [1e10 * end for piece in plain.region for end in piece], rel=1e-6
    )


def test_a_leak_biases_the_leaning_and_is_corrected_whatever_the_impact():
    dy, f, z = world(5, 40_000, share=0.3)
    naive = news_leaning(dy, f, z, cov="hc1")
    assert C - naive.leaning.value > 0.1
    assert B - naive.impact.value > 0.1
    found = news_leaning(dy, f, z, share=0.3, cov="hc1")
    assert found.leaning.value == pytest.approx(C, abs=0.015)
    assert found.impact.value == pytest.approx(B, abs=0.025)
    assert found.share == 0.3
    contrast = z - 0.3 * dy  # the algebra: the contrast is the instrument
    assert news_leaning(dy, f, contrast, cov="hc1").impact.value == pytest.approx(found.impact.value, rel=1e-10)


def test_least_squares_is_wrong_for_a_holder_that_leans_and_the_curve_is_right():
    """Daily operations: dy = impact f + n, so b = -impact, and f = c dy + e with c = lean / (1 + lean impact)."""
    market = OperationMarket(impact=2.0, lean=0.15, load=0.0, share=0.5, campaign=50.0)
    sample = market.simulate(days=6000, rng=2)
    frame = sample.daily.frame
    sold = sample.amounts.reindex(frame.index)
    change = 100.0 * frame["yield"].diff()
    live = sold.notna() & change.notna()
    dy, f, news = change[live].to_numpy(), sold[live].to_numpy(), frame["news"][live].to_numpy()
    found = news_leaning(dy, f, news, cov="hc1")
    assert found.leaning.value == pytest.approx(0.15 / 1.3, rel=0.05)
    assert -found.impact.value == pytest.approx(2.0, abs=0.4)
    assert -found.curve.at(0.0).value > 3.0


def test_what_is_not_identified_is_said():
    dy, f, z = world()
    y, x = dy - dy.mean(), f - f.mean()
    with pytest.raises(NotIdentified, match="no part of its own"):
        leaning_curve(dy, f).at((x @ x) / (x @ y))
    apart = z - y * (z @ y) / (y @ y)
    with pytest.raises(NotIdentified, match="unrelated to the price"):
        news_leaning(dy, f, apart - apart.mean(), cov="hc1")


def test_bad_data_raise_their_own_error():
    dy, f, z = world(1, 50)
    for given, options, error, words in (
        ((dy, f[:-1]), {}, SpecificationError, "of one length"),
        ((dy, np.where(np.arange(50) == 4, np.nan, f)), {}, SchemaError, "finite"),
        ((dy, np.ones(50)), {}, SchemaError, "does not vary"),
        ((dy[:8], f[:8]), {}, SampleTooShort, "observations"),
        ((dy, f), {"cov": "cluster"}, SpecificationError, "no covariance"),
        ((dy, f), {"controls": np.ones((3, 2))}, SpecificationError, "controls must be"),
    ):
        with pytest.raises(error, match=words):
            leaning_curve(*given, **options)
    for share in (math.nan, 1.0, -0.1):
        with pytest.raises(SpecificationError, match="share"):
            news_leaning(dy, f, z, share=share)
    with pytest.raises(SpecificationError, match="leaning"):
        leaning_curve(dy, f).at(math.inf)
    with pytest.raises(ValueError, match="read-only"):
        leaning_curve(dy, f).flow[0] = 1.0


def test_a_bandwidth_without_a_use_is_refused_and_a_useful_one_used():
    dy, f, z = world(1, 120)
    for made in (lambda **how: leaning_curve(dy, f, **how), lambda **how: news_leaning(dy, f, z, **how)):
        with pytest.raises(SpecificationError, match="bandwidth belongs to"):
            made(cov="hc1", bandwidth=5)
        with pytest.raises(SpecificationError):
            made(cov="hac", bandwidth=-1)
    assert leaning_curve(dy, f, bandwidth=0).at(0.5).std_error != leaning_curve(dy, f, bandwidth=12).at(0.5).std_error
    wide, narrow = (news_leaning(dy, f, z, level=level).impact.region for level in (0.95, 0.5))
    assert wide.lower < narrow.lower < narrow.upper < wide.upper
    few, many = (news_leaning(dy, f, z, bandwidth=lags).impact for lags in (0, 12))
    assert few.region.upper != many.region.upper


@pytest.mark.parametrize("bound", [0.05, 0.5, 2.7])
def test_the_quartic_is_negative_where_the_statistic_falls_below_the_bound(bound):
    generator, c = np.random.default_rng(4), np.tan(np.linspace(-1.57, 1.57, 20001))
    root, total = generator.standard_normal((60, 4, 4)), 4.0 * generator.standard_normal((60, 4))
    spread = root @ root.swapaxes(1, 2)
    found, seen = least(quartic(total, spread, bound)), set()
    for j in range(60):
        ones, nones = np.ones_like(c), np.zeros_like(c)
        a = np.stack([np.stack([ones, -c, nones, nones], -1), np.stack([nones, nones, ones, -c], -1)], axis=1)
        m, w = a @ total[j], a @ spread[j] @ a.swapaxes(1, 2)
        smallest = (m * np.linalg.solve(w, m[..., None])[..., 0]).sum(axis=1).min()
        if abs(smallest - bound) > 1e-3:
            assert (smallest < bound) == (found[j] < 0.0), j
            seen.add(bool(found[j] < 0.0))
    assert seen == {True, False}


def test_the_least_of_a_quartic_is_at_a_root_of_its_slope():
    generator = np.random.default_rng(1)
    many = generator.standard_normal((5, 300))
    many[4] = np.abs(many[4]) * 10.0 ** generator.uniform(-5.0, 1.0, 300)
    many[4, :20] *= -1.0
    found = least(many)
    np.testing.assert_array_equal(found[:20], many[4, :20])
    for j in range(20, 300):
        quartic_ = many[::-1, j]
        at = np.roots(np.polyder(quartic_))
        at = at[np.abs(at.imag) < 1e-8 * (1.0 + np.abs(at))].real
        expected = (np.polyval(quartic_, at) / (1.0 + at**2) ** 2)[[at.argmin(), at.argmax()]].min()
        assert found[j] == pytest.approx(expected, rel=1e-8, abs=1e-9)
    for known, value in (((4.0, 0.0, -5.0, 0.0, 1.0), -2.25 / 3.5**2), ((1.0, 0.0, 0.0, 0.0, 1.0), 1.0)):
        assert least(np.array(known)[:, None])[0] == pytest.approx(value, rel=1e-12)
