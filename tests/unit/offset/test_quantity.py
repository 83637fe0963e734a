"""The quantity offset: algebra, invariances, coverage, and refusals."""

from dataclasses import replace

import numpy as np
import pytest

from econ.errors import NotIdentified, SeriesNotFound, SpecificationError
from econ.infer import fieller
from econ.offset import quantity_offset
from econ.responses import IRF

FLOWS = {"seller": "china_net_purchases", "ally": "japan_net_purchases"}


def response(scale=0.05, seed=1, draws=400, seller=1.0):
    generator = np.random.default_rng(seed)
    point = np.zeros((9, 3, 2))
    point[:, 0, 0] = seller * 0.8 ** np.arange(9)
    point[:, 1, 0] = -0.3 * 0.8 ** np.arange(9)
    point[:, :, 1] = 0.1
    noise = scale * generator.standard_normal((draws, 9, 3, 2))
    return IRF(
        point=point,
        draws=point + noise,
        responses=("china_net_purchases", "japan_net_purchases", "yield_10y"),
        shocks=("china_net_purchases", "japan_net_purchases"),
        nobs=200,
    )


def test_value_is_minus_the_ratio_of_cumulated_responses():
    irf = response()
    estimate = quantity_offset(irf, **FLOWS, horizon=4)
    assert estimate.value == pytest.approx(0.3, rel=1e-12)
    sums = irf.draws[:, :5, :2, 0].sum(axis=1)
    covariance = np.cov(np.column_stack([-sums[:, 1], sums[:, 0]]), rowvar=False)
    total = irf.point[:5, 0, 0].sum()
    assert estimate.region == fieller(0.3 * total, total, covariance, level=0.90)
    assert (estimate.lower, estimate.upper) == (estimate.region.lower, estimate.region.upper)
    gradient = np.array([1.0, -0.3]) / total
    assert estimate.std_error == pytest.approx(np.sqrt(gradient @ covariance @ gradient), rel=1e-12)
    assert estimate.parent is irf


def test_sign_and_size_of_the_shock_cancel():
    irf = response()
    flipped = replace(irf, point=-2.5 * irf.point, draws=-2.5 * irf.draws)
    before, after = quantity_offset(irf, **FLOWS), quantity_offset(flipped, **FLOWS)
    assert after.value == pytest.approx(before.value, rel=1e-12)
    assert after.lower == pytest.approx(before.lower, rel=1e-9)


def test_an_unbounded_set_is_printed_as_such():
    estimate = quantity_offset(response(scale=3.0, seed=4), **FLOWS, horizon=6)
    assert not estimate.region.bounded
    assert "inf" in str(estimate)
    assert np.isinf([estimate.lower, estimate.upper]).all()


def test_the_seller_alone_may_have_another_shock():
    estimate = quantity_offset(response(), **FLOWS, horizon=2, shock="japan_net_purchases")
    assert estimate.value == pytest.approx(-1.0)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"ally": "china_net_purchases"}, SpecificationError, "two holders"),
        ({"ally": "japan_net_purchase"}, SeriesNotFound, "did you mean 'japan_net_purchases'"),
        ({"seller": "russia", "ally": "yield_10y"}, SeriesNotFound, "no shock 'russia'"),
        ({"horizon": 9}, SpecificationError, "from 0 to 8"),
        ({"horizon": -1}, SpecificationError, "at least 0"),
        ({"horizon": 2.5}, SpecificationError, "integer"),
        ({"level": 90}, SpecificationError, "coverage"),
    ],
)
def test_bad_requests_raise_their_own_error(options, error, words):
    with pytest.raises(error, match=words):
        quantity_offset(response(), **(FLOWS | options))


def test_no_draws_and_no_response_of_the_seller():
    irf = response()
    for draws in (None, irf.draws[:5]):
        with pytest.raises(SpecificationError, match="joint draws"):
            quantity_offset(replace(irf, draws=draws), **FLOWS)
    with pytest.raises(NotIdentified, match="does not respond"):
        quantity_offset(response(seller=0.0), **FLOWS)


def test_the_set_covers_the_true_share():
    covered = 0
    for seed in range(300):
        irf = response(scale=0.4, seed=seed)
        estimated = replace(irf, point=irf.draws[0], draws=irf.draws - irf.point + irf.draws[0])
        covered += 0.3 in quantity_offset(estimated, **FLOWS, horizon=6, level=0.90).region
    assert 0.85 <= covered / 300 <= 0.95


def test_two_allies_together_replace_the_sum_of_what_each_replaces():
    rng = np.random.default_rng(2)
    point = np.zeros((4, 3, 1))
    point[:, 0, 0], point[:, 1, 0], point[:, 2, 0] = -1.0, 0.3, 0.2
    draws = point + 0.05 * rng.standard_normal((200, 4, 3, 1))
    irf = IRF(point=point, draws=draws, responses=("cn", "jp", "uk"), shocks=("cn",), nobs=100)
    both = quantity_offset(irf, "cn", ("jp", "uk"), horizon=3)
    each = [quantity_offset(irf, "cn", ally, horizon=3).value for ally in ("jp", "uk")]
    assert both.value == pytest.approx(sum(each), abs=1e-12)
    for wrong in (("jp", "jp"), (), ("jp", "cn")):
        with pytest.raises(SpecificationError):
            quantity_offset(irf, "cn", wrong, horizon=3)


def test_holders_are_named_by_the_caller():
    with pytest.raises(TypeError, match="'seller' and 'ally'"):
        quantity_offset(response())


def test_a_ratio_counted_another_way_keeps_its_pair_and_its_set():
    share = quantity_offset(response(scale=1.0), **FLOWS, horizon=4)
    for turned, by in ((-share, -1.0), (share.scaled(-1.0), -1.0), (share.scaled(100.0, units="percent"), 100.0)):
        assert turned.value == by * share.value == pytest.approx(turned.pair.point[0] / turned.pair.point[1])
        assert turned.std_error == pytest.approx(abs(by) * share.std_error)
        assert turned.region == share.region.scaled(by)
    assert (share.scaled(100.0, units="percent").units, share.scaled(2.0).units) == ("percent", share.units)
