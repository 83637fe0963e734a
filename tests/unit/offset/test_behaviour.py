"""Episode tables from official flows; reaction functions."""

import numpy as np
import pandas as pd
import pytest

from econ.data import flows
from econ.errors import SeriesNotFound, SpecificationError
from econ.estimate import Unavailable
from econ.infer import regress
from econ.offset import EPISODES, episodes, reaction_function


def test_an_episode_is_the_sum_of_its_months():
    table = episodes(["china", "japan_uk"], {"stress": ("2022-09", "2022-10")})
    for holder in ("china", "japan_uk"):
        for column, scale in (("usd_bn", "usd_bn"), ("percent_of_debt", "debt")):
            months = flows(holder, scale=scale).loc["2022-09":"2022-10", "value"]
            assert table.loc[("stress", holder), column] == pytest.approx(months.sum(), rel=1e-12)
    assert table.loc[("stress", "china"), "imputed"] == 0
    by_position = episodes(["china"], {"stress": ("2022-09", "2022-10")}, concept="position")
    assert by_position.loc[("stress", "china"), "imputed"] == 2
    assert by_position.loc[("stress", "china"), "usd_bn"] != table.loc[("stress", "china"), "usd_bn"]
    together = episodes(["japan", "uk"], {"stress": ("2022-09", "2022-10")})["usd_bn"].sum()
    assert table.loc[("stress", "japan_uk"), "usd_bn"] == pytest.approx(together, rel=1e-12)


def test_what_is_not_published_is_not_given():
    table = episodes(["china", "official"], imputed=False)
    assert list(table.index.get_level_values("episode").unique()) == list(EPISODES)
    assert isinstance(table.loc[("September-October 2022", "official"), "usd_bn"], Unavailable)
    assert isinstance(table.loc[("September-October 2022", "china"), "usd_bn"], float)
    with_position = episodes(["china"], imputed=False, concept="position")
    assert isinstance(with_position.loc[("September-October 2022", "china"), "usd_bn"], Unavailable)
    assert isinstance(table.loc[("May 2026", "china"), "percent_of_debt"], Unavailable)
    assert isinstance(table.loc[("May 2026", "china"), "usd_bn"], float)
    assert isinstance(episodes(["china"], {"future": ("2030-01", "2030-02")}).iloc[0, 0], Unavailable)


def test_bad_episodes_raise_their_own_error():
    with pytest.raises(SpecificationError, match="before it starts"):
        episodes(["china"], {"wrong": ("2022-10", "2022-09")})
    for holders in (["china", "CHN"], ["china", "china"], [], 1):
        with pytest.raises(SpecificationError):
            episodes(holders)
    with pytest.raises(SeriesNotFound):
        episodes(["chine"])


def market(periods=300, seed=1):
    draws = np.random.default_rng(seed).standard_normal((periods, 4))
    index = pd.period_range("2000-01", periods=periods, freq="M")
    frame = pd.DataFrame(draws[:, :3], index=index, columns=["pickup", "volatility", "geopolitics"])
    bought = np.zeros(periods)
    for t in range(1, periods):
        bought[t] = 0.3 * bought[t - 1] + 0.5 * draws[t - 1, 0] - 0.4 * draws[t, 1] + draws[t, 3]
    return frame.assign(bought=bought)


@pytest.mark.parametrize("cov", ["hac", "ewc", "hc1"])
def test_a_reaction_function_finds_what_moves_purchases(cov):
    groups = {"yields": ("pickup",), "risk": ("volatility", "geopolitics")}
    found = reaction_function(market(), "bought", groups, contemporaneous=("volatility",), cov=cov)
    coefficients = found.regression.coefficients
    assert coefficients["L1.bought"] == pytest.approx(0.3, abs=0.15)
    assert coefficients["L1.pickup"] == pytest.approx(0.5, abs=0.2)
    assert coefficients["volatility"] == pytest.approx(-0.4, abs=0.2)
    assert list(found.tests.index) == ["yields", "risk", "all terms"]
    assert found.tests["p_value"].max() < 0.01
    t = found.regression.tstats["L1.pickup"]
    assert found.tests.loc["yields", "statistic"] == pytest.approx(t**2, rel=1e-9)


def test_the_regression_is_the_one_written_by_hand():
    frame = market()
    found = reaction_function(frame, "bought", ["pickup"], lags=2, own_lags=1, cov="hc1").regression
    design = pd.DataFrame({"a": frame["bought"].shift(1), "b": frame["pickup"].shift(1), "c": frame["pickup"].shift(2)})
    by_hand = regress(frame["bought"].iloc[2:], design.iloc[2:], cov="hc1")
    np.testing.assert_allclose(found.coefficients, by_hand.coefficients, rtol=1e-12)
    np.testing.assert_allclose(found.std_errors, by_hand.std_errors, rtol=1e-12)


@pytest.mark.slow
def test_terms_that_do_not_matter_are_rejected_as_often_as_the_size_says():
    p_values = [
        reaction_function(market(250, seed), "bought", ["geopolitics"], cov="hc1").tests.loc["all terms", "p_value"]
        for seed in range(300)
    ]
    assert 0.06 <= np.mean(np.array(p_values) < 0.10) <= 0.15


@pytest.mark.slow
def test_events_in_few_months_are_rejected_as_often_as_the_size_says():
    """By chi-square Newey-West rejects a true null on five months of events in 38% of samples; by its F it does not."""
    rejected = {}
    for cov in ("hac", "hc3"):
        p_values = []
        for seed in range(150):
            generator = np.random.default_rng(seed)
            frame = market(177, seed).assign(threat=0.0)
            frame.iloc[generator.choice(177, 5, replace=False), -1] = 1.0
            found = reaction_function(frame, "bought", ["threat", "pickup", "volatility"], lags=3, own_lags=3, cov=cov)
            p_values.append(found.tests.loc["threat", "p_value"])
        rejected[cov] = np.mean(np.array(p_values) < 0.10)
    assert 0.02 <= rejected["hac"] <= 0.15
    assert 0.04 <= rejected["hc3"] <= 0.16


def test_more_terms_than_degrees_of_freedom_have_no_test():
    frame = market(177)
    found = reaction_function(frame, "bought", ["pickup", "volatility", "geopolitics"], lags=8, cov="ewc")
    assert isinstance(found.tests.loc["all terms", "p_value"], Unavailable)
    assert 0.0 <= found.tests.loc["pickup", "p_value"] <= 1.0


def test_bad_reactions_raise_their_own_error():
    frame = market()
    for terms, options in (
        (["bought"], {}),
        (["pickup", "pickup"], {}),
        ({"a": ("pickup",), "b": ("pickup",)}, {}),
        ([], {}),
        (["pickup"], {"lags": 0}),
        (["pickup"], {"lags": -1}),
        (["pickup"], {"own_lags": -1}),
    ):
        with pytest.raises(SpecificationError):
            reaction_function(frame, "bought", terms, **options)
    with pytest.raises(SeriesNotFound):
        reaction_function(frame, "bought", ["pick"])
