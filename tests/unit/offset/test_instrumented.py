"""The instrumented offset: one step equals two equations, Fieller equals Anderson-Rubin, coverage, refusals."""

import numpy as np
import pandas as pd
import pytest

from econ import Wild
from econ.errors import SeriesNotFound, SpecificationError
from econ.infer import fieller
from econ.offset import instrumented_offset, quantity_offset
from econ.projection import LocalProjection, PlugIn, granular_instrument


def market(periods=240, rho=0.5, seed=1, strength=1.0):
    """A common dollar shock moves both holders, so that least squares is biased; the instrument moves the seller."""
    draws = np.random.default_rng(seed).standard_normal((periods, 5))
    news, own, dollar, extra, yields = draws.T
    seller = strength * news + own + dollar
    for t in range(1, periods):
        seller[t] += 0.3 * seller[t - 1]
    index = pd.period_range("2000-01", periods=periods, freq="M")
    ally = -rho * seller + 1.5 * dollar + 0.5 * extra
    return pd.DataFrame({"cn": seller, "jp": ally, "uk": extra, "yield": yields, "news": news}, index=index)


@pytest.mark.parametrize("cov", ["hac", "hc1", "ewc"])
@pytest.mark.parametrize("strength", [1.0, 0.1])
@pytest.mark.parametrize("horizon", [0, 3])
def test_one_step_and_two_equations_agree_and_fieller_is_anderson_rubin(cov, strength, horizon):
    options = {"instrument": "news", "horizon": horizon, "lags": 3, "controls": ("yield",), "cov": cov}
    one, two = (
        instrumented_offset(market(strength=strength), "cn", "jp", method=method, **options)
        for method in ("anderson-rubin", "fieller")
    )
    assert one.value == pytest.approx(two.value, rel=1e-10)
    assert one.std_error == pytest.approx(two.std_error, rel=1e-8)
    assert len(one.region.intervals) == len(two.region.intervals)
    np.testing.assert_allclose(np.array(one.region.intervals), np.array(two.region.intervals), rtol=1e-10, atol=1e-10)
    assert one.nobs == two.nobs


def test_the_value_is_the_indirect_least_squares_ratio():
    frame = market()
    found = instrumented_offset(frame, "cn", "jp", instrument="news", horizon=2, lags=1)
    rows = range(1, len(frame) - 2)
    z = np.column_stack([np.ones(len(rows)), *(frame[name].to_numpy()[0:-3] for name in ("jp", "cn", "news"))])
    z = np.column_stack([z, frame["news"].to_numpy()[1:-2]])
    sums = [np.array([frame[name].to_numpy()[t : t + 3].sum() for t in rows]) for name in ("jp", "cn")]
    top, bottom = (np.linalg.lstsq(z, total, rcond=None)[0][-1] for total in sums)
    assert found.value == pytest.approx(-top / bottom, rel=1e-9)


def test_a_weak_instrument_gives_an_unbounded_set_and_says_so():
    found = instrumented_offset(market(120, strength=0.0, seed=5), "cn", "jp", instrument="news", horizon=3, lags=2)
    assert not found.region.bounded
    assert "inf" in str(found)


def test_delta_and_bootstrap_are_close_to_anderson_rubin_when_the_instrument_is_strong():
    frame = market(2000, strength=3.0)
    options = {"instrument": "news", "horizon": 2, "lags": 1, "cov": "hc1"}
    sets = [instrumented_offset(frame, "cn", "jp", method=method, **options) for method in ("anderson-rubin", "delta")]
    for draw in (Wild(draws=999), PlugIn(draws=999)):
        sets.append(instrumented_offset(frame, "cn", "jp", method="bootstrap", bootstrap=draw, rng=1, **options))
    for found in sets[1:]:
        assert found.value == pytest.approx(sets[0].value, rel=1e-9)
        assert (found.lower, found.upper) == pytest.approx((sets[0].lower, sets[0].upper), abs=0.012)


def test_several_allies_are_added_and_several_instruments_take_one_step():
    frame = market().assign(second=lambda x: x["news"] + np.random.default_rng(9).standard_normal(len(x)))
    options = {"horizon": 2, "lags": 1}
    both = instrumented_offset(frame, "cn", ("jp", "uk"), instrument="news", **options)
    summed = frame.assign(both=frame["jp"] + frame["uk"])
    assert both.value == pytest.approx(instrumented_offset(summed, "cn", "both", instrument="news", **options).value)
    assert instrumented_offset(frame, "cn", "jp", instrument=("news", "second"), **options).region is not None
    with pytest.raises(SpecificationError, match="one instrument"):
        instrumented_offset(frame, "cn", "jp", instrument=("news", "second"), method="fieller", **options)


def test_units_and_the_order_of_controls_do_not_matter():
    frame = market()
    options = {"instrument": "news", "horizon": 3, "lags": 2}
    plain = instrumented_offset(frame, "cn", "jp", controls=("yield", "uk"), **options)
    scaled = frame.assign(cn=10 * frame["cn"], jp=10 * frame["jp"], news=-3 * frame["news"])
    other = instrumented_offset(scaled, "cn", "jp", controls=("uk", "yield"), **options)
    assert (other.value, other.lower, other.upper) == pytest.approx((plain.value, plain.lower, plain.upper), rel=1e-9)


def test_projections_summed_or_not_serve_the_offset():
    frame = market()
    options = {"controls": ("news",), "lags": 2}
    summed = LocalProjection(frame, ("cn", "jp"), "news", cumulative=True, **options).fit(4, "hc1")
    plain = LocalProjection(frame, ("cn", "jp"), "news", **options).fit(4, "hc1")
    first = quantity_offset(summed, "cn", "jp", horizon=4)
    assert first.value == pytest.approx(-summed.point[4, 1, 0] / summed.point[4, 0, 0], rel=1e-12)
    second = quantity_offset(plain, "cn", "jp", horizon=4)
    sums = plain.point[:, :, 0].sum(axis=0)
    assert second.value == pytest.approx(-sums[1] / sums[0], rel=1e-12)
    weights = np.zeros((2, *plain.point.shape))
    weights[0, :, 1], weights[1, :, 0] = -1.0, 1.0
    weights = weights.reshape(2, -1)
    covariance = weights @ plain.covariance @ weights.T
    gradient = np.array([1.0, -second.value]) / sums[0]
    assert second.std_error == pytest.approx(np.sqrt(gradient @ covariance @ gradient), rel=1e-9)
    multiplier = LocalProjection(frame, "jp", "cn", instrument="news", cumulative="multiplier", lags=2).fit(2)
    with pytest.raises(SpecificationError, match="one-step"):
        quantity_offset(multiplier, "cn", "jp", horizon=2)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"ally": "cn"}, SpecificationError, "two holders"),
        ({"method": "boot"}, SpecificationError, "no method 'boot'"),
        ({"horizon": -1}, SpecificationError, "at least 0"),
        ({"horizon": 500}, SpecificationError, "horizon"),
        ({"instrument": "cn"}, SpecificationError, "impulse"),
        ({"ally": "jpn"}, SeriesNotFound, "'jp'"),
        ({"method": "bootstrap"}, SpecificationError, "Wild|PlugIn|draws"),
    ],
)
def test_bad_requests_raise_their_own_error(change, error, words):
    options = {"ally": "jp", "instrument": "news", "horizon": 2, "lags": 1} | change
    with pytest.raises(error, match=words):
        instrumented_offset(market(), "cn", **options)


@pytest.mark.slow
@pytest.mark.parametrize("rho", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("strength", [1.0, 0.15])
def test_the_set_covers_the_true_offset_however_weak_the_instrument(rho, strength):
    found = [
        instrumented_offset(
            market(250, rho, seed, strength), "cn", "jp", instrument="news", horizon=2, lags=2, cov="hc1"
        )
        for seed in range(400)
    ]
    covered = np.mean([rho in estimate.region for estimate in found])
    assert 0.86 <= covered <= 0.94
    if strength == 1.0:
        assert np.mean([estimate.value for estimate in found]) == pytest.approx(rho, abs=0.03)


def test_an_instrument_made_with_the_ally_finds_an_offset_where_there_is_none():
    """Nine holders buy at random; a shock less the mean of all contains minus a ninth of the ally's purchases."""
    rng = np.random.default_rng(1)
    index = pd.period_range("1990-01", periods=4000, freq="M")
    flows = pd.DataFrame(rng.standard_normal((4000, 9)), index=index, columns=["cn", "jp", *"abcdefg"])
    sizes = pd.Series(np.arange(1.0, 10.0)[::-1], index=flows.columns)
    found = {}
    for words, exclude in (("with", ()), ("without", ("jp",))):
        shock = granular_instrument(flows, sizes, factors=0, exclude=exclude).shocks["cn"].rename("z")
        frame = flows[["cn", "jp"]].join(shock)
        found[words] = instrumented_offset(frame, "cn", "jp", instrument="z", horizon=0, lags=1, cov="hc1")
    assert found["with"].value == pytest.approx(1.0 / 8.0, abs=0.03)  # w / (1 - w) with w = 1 / 9
    assert found["with"].lower > 0.05
    assert 0.0 in found["without"].region


@pytest.mark.parametrize("rho", [0.0, 0.7])
def test_the_estimate_knows_the_two_numbers_it_divides(rho):
    found = instrumented_offset(market(rho=rho), "cn", "jp", instrument="news", horizon=2, lags=1)
    a, b = found.pair.point
    assert a / b == pytest.approx(found.value, rel=1e-10)
    region = fieller(a, b, found.pair.covariance, level=0.90)
    np.testing.assert_allclose(found.region.intervals, region.intervals, rtol=1e-9)
