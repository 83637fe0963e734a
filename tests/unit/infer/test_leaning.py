"""The impact of a flow that leans: algebra of the moments, coverage, weak news, refusals."""

import math

import numpy as np
import pytest
import statsmodels.api as sm

from econ.errors import NotIdentified, SampleTooShort, SchemaError, SpecificationError
from econ.infer import anderson_rubin, leaning_curve, news_leaning
from econ.simulate import OperationMarket

B, C = 0.8, 0.5


def world(seed=1, size=600, strength=1.0, leak=0.0):
    """dy = -b f + n, f = c dy + e, n = strength z + rest; the news seen is z + leak f."""
    generator = np.random.default_rng(seed)
    z, rest, own = generator.standard_normal((3, size))
    news = strength * z + rest
    flow = (own + C * news) / (1.0 + B * C)
    return news - B * flow, flow, z + leak * flow


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


def test_the_errors_are_those_of_repeated_samples():
    made = [news_leaning(*world(seed), cov="hc1") for seed in range(120)]
    for name in ("leaning", "impact"):
        values = np.array([getattr(each, name).value for each in made])
        errors = np.array([getattr(each, name).std_error for each in made])
        assert np.mean(errors) == pytest.approx(values.std(), rel=0.2)


@pytest.mark.parametrize("strength", [0.0, 0.15, 1.0])
def test_sets_cover_however_weak_the_news(strength):
    covered = np.zeros(2)
    for seed in range(100):
        found = news_leaning(*world(seed, 300, strength), cov="hc1")
        covered += [C in found.leaning.region, B in found.impact.region]
    assert abs(covered[0] / 100 - 0.90) <= 0.09
    assert covered[1] / 100 >= 0.85
    if strength == 0.0:
        assert not found.leaning.region.bounded


def test_a_leak_biases_the_leaning_by_what_the_docstring_says_and_is_corrected():
    dy, f, z = world(5, 40_000, leak=0.5)
    e = f - C * dy
    naive = news_leaning(dy, f, z, cov="hc1").leaning.value
    assert naive - C == pytest.approx(0.5 * np.mean(f * e) / np.mean(z * dy), rel=0.05)
    assert naive - C > 0.1
    found = news_leaning(dy, f, z, leak=0.5, cov="hc1")
    assert found.leaning.value == pytest.approx(C, abs=0.01)
    assert found.impact.value == pytest.approx(B, abs=0.02)


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
    with pytest.raises(SpecificationError, match="leak"):
        news_leaning(dy, f, z, leak=math.nan)
    with pytest.raises(SpecificationError, match="leaning"):
        leaning_curve(dy, f).at(math.inf)
    with pytest.raises(ValueError, match="read-only"):
        leaning_curve(dy, f).flow[0] = 1.0
