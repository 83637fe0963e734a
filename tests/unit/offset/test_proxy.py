"""Offsets in a VAR identified by an instrument: algebra, an independent derivative, coverage, refusals."""

import numpy as np
import pandas as pd
import pytest

from econ import VAR, Cholesky, MovingBlock
from econ.errors import SeriesNotFound, SpecificationError
from econ.infer import fieller
from econ.infer.weak import anderson_rubin
from econ.offset import adding_up, quantity_offset
from econ.offset._proxy import proxy_moments
from econ.projection import LocalProjection
from econ.responses import Cell
from econ.simulate import Sample, TreasuryMarket
from econ.simulate.sample import ALLIED, FLOW
from econ.var import Proxy

RHO = 0.4
LAGS = np.array([[0.3, 0.1, -0.01], [-0.2, 0.3, 0.0], [-1.0, 0.0, 0.1]])
IMPACT = np.array([[1.0, 0.5, 0.2], [-RHO, 0.5, 0.6], [-4.0, 0.0, 3.0]])

pytestmark = pytest.mark.filterwarnings("ignore::econ.errors.WeakInstrument")


def sample(seed=1, *, strength=1.0, periods=300, count=1):
    """Flows that common shocks move together, and instruments of the seller's shock."""
    draws = np.random.default_rng(seed).standard_normal((periods + 50, 3 + count))
    values = np.zeros((periods + 50, 3))
    for t in range(1, periods + 50):
        values[t] = LAGS @ values[t - 1] + IMPACT @ draws[t, :3]
    index = pd.period_range("1990-01", periods=periods, freq="M")
    frame = pd.DataFrame(values[50:], index=index, columns=["cn", "jp", "y"])
    news = strength * draws[50:, :1] + draws[50:, 3:]
    return frame, pd.DataFrame(news, index=index, columns=[f"z{j}" for j in range(count)])


def truth(horizon):
    column, total = IMPACT[:, 0], np.zeros(3)
    for _ in range(horizon + 1):
        total, column = total + column, LAGS @ column
    return -total[1] / total[0]


def identified(seed=1, **options):
    frame, news = sample(seed, **options)
    return VAR(frame, lags=1).fit().identify(Proxy(news, shock="cn")), frame, news


def weighted(frame, news, weights, horizon):
    """Cumulated responses times the instrument's covariance, from weighted least squares, in plain Python."""
    y = frame.to_numpy()
    x, y, z = np.column_stack([np.ones(len(y) - 1), y[:-1]]), y[1:], news.to_numpy()[1:, 0]
    a = np.linalg.solve(x.T @ (weights[:, None] * x), x.T @ (weights[:, None] * y))
    u = y - x @ a
    gamma = (weights * (z - np.average(z, weights=weights))) @ u / weights.sum()
    total, column = np.zeros(3), gamma
    for _ in range(horizon + 1):
        total, column = total + column, a[1:].T @ column
    return total[:2]


@pytest.mark.parametrize("horizon", [0, 1, 6])
def test_the_covariance_is_that_of_an_infinitesimal_jackknife(horizon):
    """Half the difference when one month counts a little more and a little less is that month's influence."""
    svar, frame, news = identified(periods=80)
    found = proxy_moments(svar, [Cell(horizon, name, "cn", summed=True) for name in ("cn", "jp")])
    rows, step = len(frame) - 1, 1e-4
    influence = []
    for t in range(rows):
        bump = step * np.eye(rows)[t]
        up, down = (weighted(frame, news, 1.0 + sign * bump, horizon) for sign in (1, -1))
        influence.append((up - down) / (2.0 * step))
    influence = np.array(influence)
    np.testing.assert_allclose(found.point[:, 0], weighted(frame, news, np.ones(rows), horizon), rtol=1e-10)
    factor = rows / (rows - 4)  # as in the bootstraps: least squares leaves residuals too small
    np.testing.assert_allclose(found.covariance, factor * influence.T @ influence, rtol=1e-5)


@pytest.mark.parametrize("horizon", [0, 6])
def test_value_is_that_of_the_responses_and_the_set_is_fieller(horizon):
    svar, _, _ = identified()
    found = quantity_offset(svar, "cn", "jp", horizon=horizon)
    sums = svar.irf(horizon).point.sum(axis=0)[:, 0]
    assert found.value == pytest.approx(-sums[1] / sums[0], rel=1e-12)
    read = proxy_moments(svar, [Cell(horizon, name, "cn", summed=True) for name in ("cn", "jp")]).turned(
        np.array([[0.0, -1.0], [1.0, 0.0]])
    )
    region = fieller(read.point[0, 0], read.point[1, 0], read.covariance, level=0.90)
    np.testing.assert_allclose(found.region.intervals, region.intervals, rtol=1e-10)
    assert found.parent is svar
    assert found == quantity_offset(svar, "cn", "jp", horizon=horizon, method="anderson-rubin")


def test_on_impact_it_is_the_projection_on_the_same_instrument():
    svar, frame, news = identified()
    found = quantity_offset(svar, "cn", "jp", horizon=0)
    model = LocalProjection(
        frame.join(news),
        "jp",
        "cn",
        instrument="z0",
        controls=("y",),
        lags=1,
        lag_augmented=False,
        cumulative="multiplier",
    )
    results = model.fit(0, "hc1")
    assert found.value == pytest.approx(-results.point[0, 0, 0], rel=1e-10)
    lower, upper = anderson_rubin(results.reduced_form("jp", 0)).intervals[0]
    assert (found.lower, found.upper) == pytest.approx((-upper, -lower), rel=0.03)  # equal at the truth, not elsewhere


def test_several_instruments_have_an_anderson_rubin_set_and_the_two_stage_value():
    svar, _, _ = identified(count=2)
    found = quantity_offset(svar, "cn", "jp", horizon=3)
    sums = svar.irf(3).point.sum(axis=0)[:, 0]
    assert found.value == pytest.approx(-sums[1] / sums[0], rel=1e-10)
    read = proxy_moments(svar, [Cell(3, name, "cn", summed=True) for name in ("cn", "jp")])
    for end in found.region.intervals[0]:
        gap = read.turned(np.array([[end, 1.0]]))
        statistic = gap.point[0] @ np.linalg.solve(gap.covariance, gap.point[0])
        assert statistic == pytest.approx(4.605170185988091, rel=1e-5)  # chi-square(2), 90%
    with pytest.raises(SpecificationError, match="one instrument"):
        adding_up(svar, "cn", ["jp"], horizon=3)


def test_scale_sign_and_mean_of_the_instrument_do_not_matter():
    frame, news = sample()
    fit = VAR(frame, lags=1).fit()
    one, two = (
        quantity_offset(fit.identify(Proxy(table, shock="cn")), "cn", "jp") for table in (news, 5.0 - 3.0 * news)
    )
    assert (one.value, one.lower, one.upper) == pytest.approx((two.value, two.lower, two.upper), rel=1e-9)


def test_draws_give_the_error_but_not_the_set():
    svar, _, _ = identified()
    plain = quantity_offset(svar, "cn", "jp")
    drawn = quantity_offset(svar, "cn", "jp", bootstrap=MovingBlock(draws=199), rng=1)
    assert (drawn.value, drawn.region) == (plain.value, plain.region)
    assert drawn.std_error != plain.std_error
    assert drawn.std_error == pytest.approx(plain.std_error, rel=0.4)
    other = quantity_offset(svar, "cn", "jp", method="fieller", bootstrap=MovingBlock(draws=199), rng=1)
    assert other.region != plain.region


def test_shares_of_a_proxy_var_add_to_one_with_the_same_sets():
    svar, frame, news = identified()
    flows = frame.assign(issuance=np.random.default_rng(2).standard_normal(len(frame)))
    svar = VAR(flows, lags=1).fit().identify(Proxy(news, shock="cn"))
    split = adding_up(svar, "cn", ["jp"], supply="issuance", horizon=4)
    alone = quantity_offset(svar, "cn", "jp", horizon=4)
    assert abs(split.total - 1.0) < 1e-12
    assert split.shares["jp"].value == pytest.approx(alone.value, rel=1e-12)
    assert (split.shares["jp"].lower, split.shares["jp"].upper) == pytest.approx((alone.lower, alone.upper), rel=1e-9)


def test_a_weak_instrument_gives_an_unbounded_set_that_is_printed():
    svar, _, _ = identified(strength=0.02)
    found = quantity_offset(svar, "cn", "jp", horizon=6)
    assert svar.first_stage["effective_f"] < 3.0
    assert not found.region.bounded
    assert "inf" in str(found)


def test_bad_requests_raise_their_own_error():
    svar, frame, _ = identified()
    for options, error, words in (
        ({"ally": "cn"}, SpecificationError, "two holders"),
        ({"ally": "uk"}, SeriesNotFound, "no response 'uk'"),
        ({"horizon": -1}, SpecificationError, "horizon"),
        ({"level": 90}, SpecificationError, "coverage"),
        ({"shock": "jp"}, SpecificationError, "only shock"),
        ({"method": "fieler"}, SpecificationError, "did you mean 'fieller'"),
    ):
        with pytest.raises(error, match=words):
            quantity_offset(svar, "cn", **{"ally": "jp"} | options)
    ordered = VAR(frame, lags=1).fit().identify(Cholesky("cn", "jp", "y"))
    with pytest.raises(SpecificationError, match="proxy VAR"):
        quantity_offset(ordered, "cn", "jp", method="anderson-rubin")


@pytest.mark.slow
@pytest.mark.parametrize(("strength", "share"), [(1.0, 1.0), (0.2, 0.87), (0.05, 0.2)])
@pytest.mark.parametrize("horizon", [0, 6])
def test_the_set_covers_whatever_the_strength(strength, share, horizon):
    """At effective F of 190, 10 and 1.6 the set holds its level; at the last it is rarely bounded."""
    rho, rows = truth(horizon), []
    for seed in range(600):
        svar, _, _ = identified(seed, strength=strength)
        found = quantity_offset(svar, "cn", "jp", horizon=horizon)
        rows.append((svar.first_stage["effective_f"], rho in found.region, found.region.bounded))
    f, covered, bounded = np.array(rows, dtype=float).mean(axis=0)
    print(f"strength {strength}, h = {horizon}: F {f:.1f}, covered {covered:.3f}, bounded {bounded:.2f}")
    assert 0.865 <= covered <= 0.935
    assert bounded == pytest.approx(share, abs=0.08)


def test_the_normalising_variable_may_stand_anywhere():
    frame, news = sample(count=2)
    fit = VAR(frame[["y", "jp", "cn"]], lags=1).fit()
    svar = fit.identify(Proxy(news, shock="sale", normalise="cn"))
    found = quantity_offset(svar, "cn", "jp", horizon=3)
    sums = svar.irf(3).point.sum(axis=0)[:, 0]
    assert found.value == pytest.approx(-sums[1] / sums[2], rel=1e-10)
    plain = VAR(frame, lags=1).fit().identify(Proxy(news, shock="cn"))
    assert found.value == pytest.approx(quantity_offset(plain, "cn", "jp", horizon=3).value, rel=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("rho", [0.0, 1.0])
def test_the_set_covers_in_a_large_system_and_a_short_sample(rho):
    """Six variables with six lags, 177 months: 37 coefficients an equation."""
    covered = 0
    for seed in (11, 12, 13):
        samples = TreasuryMarket(offset=rho).samples(300, 177, seed)
        for number in range(300):
            drawn = Sample(samples, number, np.random.SeedSequence(1))
            svar = drawn.fit.identify(Proxy(drawn.frame["seller_news"], shock="seller", normalise=FLOW))
            covered += rho in quantity_offset(svar, FLOW, ALLIED, horizon=3).region
    assert covered / 900 == pytest.approx(0.90, abs=0.03)  # three Monte Carlo errors
