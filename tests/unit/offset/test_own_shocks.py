"""Shocks identified one at a time: joint draws, the same answers as alone, offsets from them, refusals."""

import numpy as np
import pytest

from econ import VAR, Cholesky, MovingBlock, SignRestrictions
from econ.errors import SpecificationError
from econ.offset import OwnShocks, price_offset, quantity_offset, symmetry
from econ.testing import simulated_var
from econ.var import Proxy

NAMES = ("cn", "jp", "y")
IMPACT = np.array([[1.0, 0.3, 0.2], [-0.4, 0.8, 0.1], [-10.0 + 2.4, -4.8, 4.0]])


@pytest.fixture(scope="module")
def market():
    """Each holder has an instrument, known in all months and in half of them."""
    data = simulated_var(400, rng=2, lags=[np.diag([0.3, 0.3, 0.1])], impact=IMPACT, names=NAMES)
    fit = VAR(data, lags=1).fit()
    shocks = np.linalg.solve(IMPACT, fit.residuals.to_numpy().T).T
    noise = np.random.default_rng(2).standard_normal(shocks.shape)
    news = fit.residuals.copy()
    news[["cn", "jp"]] = shocks[:, :2] + 0.3 * noise[:, :2]
    return fit, Proxy(news["cn"], shock="cn"), Proxy(news["jp"].iloc[100:], shock="jp")


def test_each_shock_is_what_its_scheme_finds_alone_draw_by_draw(market):
    fit, seller, ally = market
    boot = {"bootstrap": MovingBlock(draws=60), "rng": 3}
    both = fit.identify(OwnShocks(seller, ally)).irf(4, **boot)
    for name, scheme in (("cn", seller), ("jp", ally)):
        alone = fit.identify(scheme).irf(4, **boot)
        np.testing.assert_allclose(both.shock(name).point, alone.point, rtol=1e-10)
        np.testing.assert_allclose(both.shock(name).draws, alone.draws, rtol=1e-9, atol=1e-12)


def test_a_recursive_order_may_stand_beside_instruments(market):
    fit, seller, _ = market
    named = Proxy(seller.instruments, shock="sale", normalise="cn")
    irf = fit.identify(OwnShocks(named, Cholesky(*NAMES))).irf(2, bootstrap=MovingBlock(draws=40), rng=1)
    assert irf.shocks == ("sale", *NAMES)
    plain = fit.identify(Cholesky(*NAMES)).irf(2, bootstrap=MovingBlock(draws=40), rng=1)
    np.testing.assert_allclose(irf.draws[..., 1:], plain.draws, rtol=1e-9, atol=1e-12)


def test_offsets_and_symmetry_of_the_true_market(market):
    fit, seller, ally = market
    svar = fit.identify(OwnShocks(seller, ally))
    boot = {"bootstrap": MovingBlock(draws=199), "rng": 1}
    assert 0.4 in quantity_offset(svar, "cn", "jp", horizon=0, **boot).region
    for method in ("sims-zha", "scenario", "least-squares", "reduced"):
        found = price_offset(svar, "cn", "jp", response="y", horizon=0, method=method, **boot)
        assert found.value == pytest.approx(0.24, abs=0.1)
        assert 0.24 in found.region
    impacts = symmetry(svar, "cn", "jp", response="y", horizon=0, **boot)
    seller_impact, ally_impact = np.linalg.solve(IMPACT[:2, :2].T, IMPACT[2, :2])
    for found, expected in ((impacts.seller, seller_impact), (impacts.ally, ally_impact)):
        assert found.std_error < 2.0
        assert abs(found.value - expected) < 3.0 * found.std_error


def test_inner_bootstrap_draws_the_instruments_along(market):
    fit, seller, ally = market
    irf = fit.identify(OwnShocks(seller, ally)).irf(1, bootstrap=MovingBlock(draws=10), rng=1, inner=20)
    assert irf.draw_errors.shape == irf.draws.shape
    assert (irf.draw_errors > 0.0).all()


def test_bad_requests_raise_their_own_error(market):
    fit, seller, _ = market
    for schemes, words in (
        ((), "one answer"),
        ((seller, seller), "each shock once"),
        ((SignRestrictions({"cn": {"cn": "+"}}),), "one answer"),
        (("cn",), "one answer"),
    ):
        with pytest.raises(SpecificationError, match=words):
            fit.identify(OwnShocks(*schemes))
