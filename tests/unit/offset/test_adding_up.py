"""The adding-up system: shares of a sale add to one, whoever is listed, from VARs and projections."""

import numpy as np
import pandas as pd
import pytest

from econ import VAR, Cholesky, MovingBlock
from econ.errors import SeriesNotFound, SpecificationError
from econ.estimate import Unavailable
from econ.offset import adding_up, pro_rata, quantity_offset
from econ.projection import LocalProjection
from econ.testing import simulated_var

FLOATS = {"jp": 0.2, "uk": 0.3, "domestic_private": 0.5}


def flows(periods=300, seed=1, supply=1.0):
    """Japan takes 0.4 of a sale, the UK 0.1; issuance moves by itself; the rest is whatever clears the market."""
    draws = np.random.default_rng(seed).standard_normal((periods, 4))
    seller = draws[:, 0].copy()
    for t in range(1, periods):
        seller[t] += 0.3 * seller[t - 1]
    index = pd.period_range("2000-01", periods=periods, freq="M")
    frame = pd.DataFrame({"cn": seller, "jp": -0.4 * seller + 0.5 * draws[:, 1]}, index=index)
    frame["uk"] = -0.1 * seller + 0.5 * draws[:, 2]
    frame["issuance"] = supply * draws[:, 3]
    frame["rest"] = frame["issuance"] - frame[["cn", "jp", "uk"]].sum(axis=1)
    return frame


@pytest.fixture(scope="module")
def irf():
    names = ["cn", "jp", "uk", "issuance"]
    return VAR(flows()[names], lags=2).fit().identify(Cholesky(*names)).irf(8, MovingBlock(draws=199), rng=1)


def test_shares_add_to_one_and_each_is_the_quantity_offset(irf):
    split = adding_up(irf, "cn", ["jp", "uk"], supply="issuance", horizon=4, benchmark=FLOATS)
    assert abs(split.total - 1.0) < 1e-12
    for name in ("jp", "uk"):
        alone = quantity_offset(irf, "cn", name, horizon=4)
        assert split.shares[name].value == pytest.approx(alone.value, rel=1e-12)
        assert split.shares[name].region.intervals[0] == pytest.approx(alone.region.intervals[0], rel=1e-9)
        excess = split.excess[name]
        assert excess.value == pytest.approx(alone.value - FLOATS[name], rel=1e-12)
        assert (excess.lower, excess.upper) == pytest.approx(
            (alone.lower - FLOATS[name], alone.upper - FLOATS[name]), rel=1e-9
        )
    assert isinstance(split.excess["less net supply"], Unavailable)
    assert split.parent is irf


def test_the_residual_group_is_what_a_listed_group_would_be():
    frame = flows()
    options = {"impulse": "cn", "lags": 2, "cumulative": True}
    listed = LocalProjection(frame, ("cn", "jp", "uk", "rest"), **options).fit(3, "hc1")
    left = LocalProjection(frame, ("cn", "jp", "uk", "issuance"), **options).fit(3, "hc1")
    one = adding_up(listed, "cn", ["jp", "uk", "rest"], horizon=3)
    two = adding_up(left, "cn", ["jp", "uk"], supply="issuance", residual="rest", horizon=3)
    assert list(one.shares) == list(two.shares) == ["jp", "uk", "rest", "less net supply"]
    for name in one.shares:
        assert one.shares[name].value == pytest.approx(two.shares[name].value, abs=1e-10)
        assert one.shares[name].std_error == pytest.approx(two.shares[name].std_error, rel=1e-8)
    for split in (one, two):
        assert abs(split.total - 1.0) < 1e-12
    assert one.tests.loc["holders add to one", "statistic"] == pytest.approx(
        two.tests.loc["holders add to one", "statistic"], rel=1e-8
    )


def test_the_sum_test_by_hand(irf):
    split = adding_up(irf, "cn", ["jp", "uk"], supply="issuance", horizon=4, benchmark=FLOATS)
    sums = irf.draws[:, :5, :, 0].sum(axis=1)
    supply = irf.point[:5, 3, 0].sum()
    row = split.tests.loc["holders add to one"]
    assert row["statistic"] == pytest.approx(supply**2 / sums[:, 3].var(ddof=1), rel=1e-9)
    own, jp, uk, issued = sums.T
    gaps = np.column_stack([-jp - 0.2 * own, -uk - 0.3 * own, own + jp + uk - issued - 0.5 * own])
    point = irf.point[:5, :, 0].sum(axis=0)
    gap = np.array([-point[1] - 0.2 * point[0], -point[2] - 0.3 * point[0],
                    point[:3].sum() - point[3] - 0.5 * point[0]])  # fmt: skip
    statistic = gap @ np.linalg.solve(np.cov(gaps, rowvar=False), gap)
    assert split.tests.loc["pro rata", "statistic"] == pytest.approx(statistic, rel=1e-8)
    assert split.tests.loc["pro rata", "distribution"] == "chi-square(3)"


def test_groups_of_several_holders_and_their_order(irf):
    both = adding_up(irf, "cn", {"allies": ("jp", "uk")}, supply="issuance", horizon=4)
    apart = adding_up(irf, "cn", ["uk", "jp"], supply="issuance", horizon=4)
    assert both.shares["allies"].value == pytest.approx(apart.shares["jp"].value + apart.shares["uk"].value, rel=1e-12)
    assert both.shares["domestic_private"].value == pytest.approx(apart.shares["domestic_private"].value, rel=1e-12)
    pair = quantity_offset(irf, "cn", ("jp", "uk"), horizon=4)
    assert both.shares["allies"].upper == pytest.approx(pair.upper, rel=1e-9)


def test_an_instrument_moves_all_flows():
    frame = flows().assign(news=lambda x: x["cn"] + np.random.default_rng(3).standard_normal(len(x)))
    names = ("cn", "jp", "uk", "issuance")
    results = LocalProjection(frame, names, "news", lags=1, cumulative=True).fit(2, "hac")
    split = adding_up(results, "cn", ["jp", "uk"], supply="issuance", horizon=2)
    assert split.shares["jp"].value == pytest.approx(-results.point[2, 1, 0] / results.point[2, 0, 0], rel=1e-12)
    assert abs(split.total - 1.0) < 1e-12


def test_a_supply_that_does_not_vary_is_said_so(irf):
    from dataclasses import replace

    point, draws = irf.point.copy(), irf.draws.copy()
    point[:, 3, 0] = draws[:, :, 3, 0] = 0.0
    still = replace(irf, point=point, draws=draws)
    split = adding_up(still, "cn", ["jp", "uk"], supply="issuance", horizon=4)
    assert isinstance(split.tests.loc["holders add to one", "statistic"], Unavailable)
    assert sum(split.shares[name].value for name in ("jp", "uk", "domestic_private")) == pytest.approx(1.0, abs=1e-12)
    assert split.shares["less net supply"].value == 0.0


def test_pro_rata_shares():
    assert pro_rata({"jp": 1.0, "uk": 3.0}) == {"jp": 0.25, "uk": 0.75}
    assert sum(pro_rata({"jp": 1.1, "uk": 0.7}, total=23.0).values()) == pytest.approx(1.0, abs=1e-15)
    for stocks, total in (({"jp": -1.0}, None), ({"jp": 2.0}, 1.0), ({"jp": float("nan")}, None)):
        with pytest.raises(SpecificationError, match=r"within the float|of at least 0"):
            pro_rata(stocks, total=total)


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        (["jp", "jp"], "overlap"),
        ({"a": ("jp", "uk"), "b": ("uk",)}, "overlap"),
        (["cn", "jp"], "overlap"),
        (["jp", "issuance"], "net supply"),
        ([], "at least one"),
        ({"a": ()}, "at least one"),
        (["domestic_private"], "at least one"),
        ("jp", "list of responses"),
        (["official_net_purchases", "japan_net_purchases"], "overlap"),
        (["japan_net_purchases", "foreign_net_purchases"], "overlap"),
        (["japan_uk_net_purchases", "uk_net_purchases"], "overlap"),
    ],
)
def test_overlapping_groups_raise(irf, groups, words):
    with pytest.raises(SpecificationError, match=words):
        adding_up(irf, "cn", groups, supply="issuance")


def test_the_seller_among_all_foreigners_and_other_bad_requests(irf):
    with pytest.raises(SpecificationError, match="the seller"):
        adding_up(irf, "china_net_purchases", ["official_net_purchases"], supply="issuance")
    with pytest.raises(SeriesNotFound):
        adding_up(irf, "cn", ["japan_net_purchases", "uk_net_purchases"], supply="issuance")
    with pytest.raises(SpecificationError, match="from 0 to 8"):
        adding_up(irf, "cn", ["jp"], supply="issuance", horizon=9)
    for wrong in ({"jp": 1.0}, {**FLOATS, "jp": 0.3}, {**FLOATS, "jp": -0.1, "uk": 0.6}):
        with pytest.raises(SpecificationError, match="benchmark"):
            adding_up(irf, "cn", ["jp", "uk"], supply="issuance", benchmark=wrong)


def test_a_weak_seller_gives_unbounded_sets(irf):
    from dataclasses import replace

    noise = np.random.default_rng(1).standard_normal(irf.draws.shape)
    weak = replace(irf, draws=irf.point + 20.0 * noise)
    split = adding_up(weak, "cn", ["jp", "uk"], supply="issuance", horizon=4)
    assert not any(share.region.bounded for share in split.shares.values())
    assert abs(split.total - 1.0) < 1e-12


@pytest.mark.slow
@pytest.mark.parametrize("groups", [2, 6])
def test_sizes_of_the_docstring(groups):
    """177 months, horizon 6, nominal 5%: every group takes its share of the float and supply does not respond."""
    names = ["cn", *(f"g{i}" for i in range(groups)), "issuance"]
    impact = np.diag([1.0, *[0.5] * groups, 1.0])
    impact[1:-1, 0] = -0.8 / groups
    floats = {name: 0.8 / groups for name in names[1:-1]} | {"domestic_private": 0.2}
    rejected = []
    for seed in range(200):
        data = simulated_var(179, rng=seed, lags=[0.3 * np.eye(len(names))], impact=impact, names=names)
        irf = VAR(data, lags=2).fit().identify(Cholesky(*names)).irf(6, MovingBlock(draws=199), rng=seed)
        split = adding_up(irf, "cn", names[1:-1], supply="issuance", horizon=6, benchmark=floats)
        rejected.append(split.tests["p_value"])
    assert split.shares["g0"].value == pytest.approx(0.8 / groups, abs=0.5)
    sizes = (np.array(rejected, dtype=float) < 0.05).mean(axis=0)
    assert ((sizes >= 0.015) & (sizes <= 0.13)).all(), sizes
