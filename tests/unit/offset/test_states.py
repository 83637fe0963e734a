"""Offsets by state: two samples run apart, size and power of the tests of equality, weak states, refusals."""

import numpy as np
import pandas as pd
import pytest

from econ.errors import SampleTooShort, SeriesNotFound, SpecificationError
from econ.infer import fieller
from econ.offset import state_offset
from econ.projection import LocalProjection


def market(low=0.3, high=0.3, periods=300, seed=1, strength=(1.0, 1.0)):
    """Sales persist; the share that Japan takes, and how much the news moves the seller, depend on the state before."""
    draws = np.random.default_rng(seed).standard_normal((periods, 4))
    war = (np.random.default_rng(seed + 9_000).random(periods) < 0.5).astype(float)
    before = np.r_[0.0, war[:-1]]
    cn = np.where(before > 0, strength[1], strength[0]) * draws[:, 0] + 0.7 * draws[:, 1]
    jp = -np.where(before > 0, high, low) * cn + 0.4 * draws[:, 1] + 0.5 * draws[:, 2]
    index = pd.period_range("2000-01", periods=periods, freq="M")
    return pd.DataFrame(
        {"cn": cn, "jp": jp, "uk": 0.5 * draws[:, 3] - 0.1 * cn, "z": draws[:, 0], "war": war}, index=index
    )


OPTIONS = {"instrument": "z", "state": "war", "lags": 1, "horizon": 0, "cov": "hc1"}


def test_each_state_is_the_sample_of_that_state_alone():
    frame = market(0.2, 0.7)
    found = state_offset(frame, "cn", "jp", **OPTIONS | {"cov": "hc0"})
    before, rows = frame["war"].shift().iloc[1:], frame.iloc[1:]
    lagged = frame[["jp", "cn", "z"]].shift().iloc[1:]
    for state, estimate in ((0.0, found.low), (1.0, found.high)):
        keep = (before == state).to_numpy()
        x = np.column_stack([np.ones(keep.sum()), lagged[keep], rows["z"][keep]])
        y = rows.loc[keep, ["jp", "cn"]].to_numpy()
        coefficients = np.linalg.lstsq(x, y, rcond=None)[0]
        u = y - x @ coefficients
        influence = np.linalg.solve(x.T @ x, x.T)[-1][:, None] * u
        covariance = influence.T @ influence * np.array([[1.0, -1.0], [-1.0, 1.0]])
        region = fieller(-coefficients[-1, 0], coefficients[-1, 1], covariance, level=0.90)
        assert estimate.value == pytest.approx(-coefficients[-1, 0] / coefficients[-1, 1], rel=1e-10)
        np.testing.assert_allclose(estimate.region.intervals, region.intervals, rtol=1e-9)


def test_the_difference_and_its_wald_test_by_hand():
    found = state_offset(market(0.2, 0.7), "cn", "jp", **OPTIONS)
    variance = found.low.std_error**2 + found.high.std_error**2  # disjoint rows
    assert found.difference.value == pytest.approx(found.high.value - found.low.value, rel=1e-12)
    assert found.difference.std_error == pytest.approx(np.sqrt(variance), rel=1e-8)
    assert found.tests.loc["Wald", "statistic"] == pytest.approx(found.difference.value**2 / variance, rel=1e-8)
    assert found.tests["p_value"].max() < 0.05


def test_names_of_the_states_swap_with_the_dummy():
    frame = market(0.2, 0.7)
    one = state_offset(frame, "cn", ("jp", "uk"), **OPTIONS | {"horizon": 2, "cov": "hac"})
    two = state_offset(
        frame.assign(war=1.0 - frame["war"]), "cn", ("jp", "uk"), **OPTIONS | {"horizon": 2, "cov": "hac"}
    )
    assert one.low.value == pytest.approx(two.high.value, rel=1e-9)
    assert one.difference.value == pytest.approx(-two.difference.value, rel=1e-9)
    np.testing.assert_allclose(one.tests["statistic"].astype(float), two.tests["statistic"].astype(float), rtol=1e-6)


def test_one_offset_in_both_states_is_that_of_the_whole_sample():
    frame = market(0.4, 0.4, periods=4000)
    found = state_offset(frame, "cn", "jp", **OPTIONS | {"horizon": 3, "cov": "hac"})
    model = LocalProjection(frame, ("jp", "cn"), "z", lags=1, cumulative=True, lag_augmented=False).fit(3, "hac")
    whole = -model.point[3, 0, 0] / model.point[3, 1, 0]
    for part in (found.low, found.high):
        assert part.value == pytest.approx(whole, abs=0.15)
        assert 0.4 in part.region


def test_a_state_without_sales_has_an_unbounded_set():
    found = state_offset(market(strength=(0.0, 1.0)), "cn", "jp", **OPTIONS)
    assert not found.low.region.bounded
    assert found.high.region.bounded


def test_bad_requests_raise_their_own_error():
    frame = market()
    for ally, options, error in (
        ("cn", {}, SpecificationError),
        ("us", {}, SeriesNotFound),
        ("jp", {"horizon": -1}, SpecificationError),
        ("jp", {"level": 90}, SpecificationError),
        ("jp", {"state": "cn"}, SpecificationError),
        ("jp", {"state": "peace"}, SeriesNotFound),
    ):
        with pytest.raises(error):
            state_offset(frame, "cn", ally, **OPTIONS | options)
    rare = frame.assign(war=(np.arange(len(frame)) > len(frame) - 12).astype(float))
    with pytest.raises(SampleTooShort, match="state 'high'"):
        state_offset(rare, "cn", "jp", **OPTIONS)


@pytest.mark.slow
def test_size_and_power_of_the_tests_of_equality():
    def rejections(**options):
        found = [
            (state_offset(market(seed=seed, **options), "cn", "jp", **OPTIONS).tests["p_value"] < 0.10).to_numpy()
            for seed in range(300)
        ]
        return np.mean(found, axis=0)

    covered = np.mean(
        [
            (0.3 in found.low.region, 0.8 in found.high.region)
            for found in (state_offset(market(high=0.8, seed=seed), "cn", "jp", **OPTIONS) for seed in range(300))
        ],
        axis=0,
    )
    assert ((covered > 0.85) & (covered < 0.95)).all(), covered
    equal, apart, weak = rejections(), rejections(high=0.8), rejections(strength=(0.05, 1.0))
    print(f"Wald, Anderson-Rubin: equal {equal}, apart {apart}, one state weak {weak}")
    assert 0.05 <= equal[0] <= 0.15
    assert equal[1] <= 0.10
    assert weak[1] <= 0.10
    assert apart.min() > 0.8
