"""The exhibits on the offset: the primary cell, the thresholds, instruments without the allies, sums, sizes."""

import math

import numpy as np
import pandas as pd
import pytest

from analyses import _offsets, adding_up, behaviour, decisions, price_offset, quantity_offset
from analyses._projections import granular
from analyses._units import scored
from analyses.specification import CHINA, JAPAN, UK, baseline
from econ.errors import EstimationError
from econ.estimate import Estimate
from econ.offset import decide
from econ.offset import quantity_offset as library_offset
from econ.simulate.scores import score

QUICK = baseline.changed("var.draws", 60)


def plain(numbers, key):
    """What the library says about one cell of the exhibit, from responses computed afresh."""
    order = quantity_offset.ORDERS[key][1]
    return library_offset(quantity_offset.responses(QUICK, order), CHINA, "japan_net_purchases", horizon=6, level=0.90)


def test_the_primary_cell_is_six_months_of_japan_and_nothing_else():
    assert (baseline.offset.ally, baseline.offset.horizon, baseline.level) == ("japan_net_purchases", 6, 0.90)
    numbers = quantity_offset.result(QUICK).numbers
    for key in ("china", "allies"):
        made = decide(plain(numbers, key), none=0.25, full=0.75)
        assert numbers[f"{key}_japan_6"].value == pytest.approx(made.parent.value, rel=1e-12)
        assert numbers[f"{key}_decision"] == made.verdict
        assert numbers[f"{key}_smallest_bound"] == pytest.approx(made.test.smallest_bound, rel=1e-9)
        assert numbers[f"{key}_detectable"] == pytest.approx(made.detectable, rel=1e-9)
    proxy = decide(library_offset(_offsets.proxy_system(QUICK), CHINA, JAPAN, horizon=6))
    assert numbers["proxy_decision"] == proxy.verdict
    assert numbers["proxy_detectable"] == pytest.approx(proxy.detectable, rel=1e-9)


def test_another_primary_cell_gives_other_numbers():
    base = quantity_offset.result(QUICK).numbers
    for changed in (QUICK.changed("offset.ally", UK), QUICK.changed("offset.horizon", 3)):
        other = quantity_offset.result(changed).numbers
        assert other["china_detectable"] != pytest.approx(base["china_detectable"], rel=1e-3)


@pytest.fixture(scope="module")
def cells():
    return decisions.estimates(QUICK)


def test_every_estimand_has_every_design_at_the_horizon_of_the_specification(cells):
    for estimand in decisions.quantity(QUICK):
        designs = {design for name, design in cells if name == estimand}
        assert designs == {*decisions.RECURSIVE.values(), *decisions.PROJECTED.values(), decisions.PROXY}
    for estimand in decisions.price(QUICK):
        assert {d for name, d in cells if name == estimand} == {*decisions.PRICED.values(), decisions.APART}
    assert all("6 periods" in each.label for each in cells.values())


def test_undecided_lines_say_what_sample_would_decide(cells):
    for (estimand, design), each in cells.items():
        made = decide(each, f"{estimand}, {design}", none=baseline.offset.none, full=baseline.offset.full)
        if made.verdict == "not decidable with these data":
            assert isinstance(made.nobs_needed, int)
            assert made.nobs_needed > each.nobs
            assert "would decide" in made.line


def test_the_instrument_of_a_seller_contains_no_ally():
    panel = granular(QUICK, exclude=("japan", "uk"))
    assert not {"japan", "uk"} & set(panel.reference_weights.index)
    np.testing.assert_array_equal(_offsets.own_shock(QUICK, CHINA), panel.shocks["china"])
    joint = _offsets.own_shock(QUICK, CHINA, apart=False)
    assert granular(QUICK).reference_weights["japan"] > 0.1
    assert not np.allclose(joint, panel.shocks["china"])


def test_the_sums_of_the_adding_up_table():
    exhibit = adding_up.result(QUICK)
    for order in adding_up.ORDERS:
        slugs = [name.removesuffix("_net_purchases").replace(" ", "_") for name in adding_up.GROUPS]
        shares = [exhibit.numbers[f"{order}_{slug}"].value for slug in slugs]
        assert len(shares) == 8
        assert abs(math.fsum(shares) - 1.0) < 1e-12
        joint = exhibit.numbers[f"{order}_japan_uk"].value
        assert joint == pytest.approx(shares[0] + shares[1], rel=1e-10)
    floats = adding_up.float_shares(QUICK)
    assert abs(math.fsum(floats.values()) - 1.0) < 1e-12


def test_price_offsets_say_what_they_ask_for():
    exhibit = price_offset.result(QUICK)
    table = exhibit.tables[""]
    labels = [row.label for row in table.body if hasattr(row, "cells")]
    assert labels.count("Scenario: plausibility, 0.5 to 1") == len(price_offset.ORDERS)
    for order in price_offset.ORDERS:
        assert 0.5 < exhibit.numbers[f"{order}_plausibility"] < baseline.offset.doubtful
        assert exhibit.numbers[f"{order}_residual"] > 0.0
    titles = exhibit.figure.data["order"].unique()
    assert all("plausibility 0." in title for title in titles)
    assert exhibit.numbers["cells"] == sum(isinstance(each, Estimate) for each in exhibit.numbers.values())


def test_states_split_the_sample_at_the_freeze():
    data = behaviour.monthly(QUICK)
    assert not data.frame.isna().any().any()
    assert (str(data.frame.index[0]), str(data.frame.index[-1])) == baseline.sample.main
    found = behaviour.by_state(QUICK, "after", JAPAN)
    assert found.low.parent is found.parent
    state = found.parent.parent.parent.frame["state"]
    assert (state.loc[:"2022-02"] == 0.0).all()
    assert (state.loc["2022-03":] == 1.0).all()


def test_an_estimator_that_fails_in_every_sample_is_named_with_the_field_that_asks_for_more():
    """One sample, and the estimator gives nothing in it: words, not a TypeError from the middle of a table."""
    gone = {"value": [None], "length": [None], "covered": [False], "rejects": [False], "seconds": [0.1]}
    good = {**gone, "value": [1.0], "length": [2.0], "failure": [None]}
    rows = [score(good, 0.0), score({**gone, "failure": ["singular"]}, 0.0)]
    index = pd.MultiIndex.from_tuples([(0.0, "lp_iv"), (0.0, "granular")], names=["impact", "estimator"])
    table = pd.DataFrame(rows, index=index)
    for column in ("median_bias", "unbounded"):
        with pytest.raises(EstimationError, match=r"'granular' has no .* in 1 samples; raise simulation\.replications"):
            scored(table, ("coverage", column), field="simulation.replications", replications=1)
    assert scored(table.iloc[:1], ("median_bias", "coverage", "unbounded"), field="", replications=1) is not None
