"""The exhibits: known facts come out, choices change them, numbers walk back to files."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from analyses import (
    claims,
    event_study,
    holdings_and_flows,
    quantity_offset,
    recursive_responses,
    structural_responses,
    valuation_model,
)
from analyses._samples import actions, ordered
from analyses.specification import CHINA, JAPAN, UK, baseline, fitted, system
from econ.errors import NotIdentified
from econ.estimate import Estimate
from econ.report import Panel
from econ.report.exhibit import Exhibit, built
from econ.var import Proxy

PAPER = Path(__file__).parents[2] / "paper"
QUICK = baseline.changed({"var.draws": 60, "var.horizon": 12, "var.horizons": (0, 3, 6)})
OFFSET = baseline.changed("var.draws", 60)


@pytest.fixture(scope="module")
def measures():
    return holdings_and_flows.result(baseline).numbers


def test_the_artefact_of_holdings_has_the_sign_and_size_found_before(measures):
    # officials, 2003-2020: -31.1 (4.7) with holdings, +8.4 (3.5) with flows; China from 2011: +55.6 (18.8)
    holdings, bought = measures["official_early_position_change"], measures["official_early_net_purchases"]
    assert holdings.value == pytest.approx(-31.1, abs=1.0)
    assert bought.value == pytest.approx(8.4, abs=1.0)
    assert measures["china_recent_net_purchases"].value == pytest.approx(55.6, abs=2.0)
    assert measures["china_recent_net_purchases"].std_error == pytest.approx(18.8, abs=2.0)


def test_the_valuation_part_alone_drives_the_negative_sign(measures):
    for key in ("official_long", "official_early", "foreign_recent", "china_recent", "japan_recent"):
        assert measures[f"{key}_valuation_change"].upper < 0
        assert measures[f"{key}_net_purchases"].value > measures[f"{key}_position_change"].value


def test_the_claims_on_allies_are_wrong_by_the_factors_found_before():
    numbers = claims.result(baseline).numbers
    assert numbers["japan_factor"] == pytest.approx(2.7, abs=0.05)
    assert numbers["uk_factor"] == pytest.approx(7.4, abs=0.05)
    assert numbers["july_now"] == pytest.approx(35.8)
    assert numbers["july_sold"] == pytest.approx(23.6, abs=0.05)
    assert numbers["foreign_half_change"] == pytest.approx(474.7, abs=0.05)
    assert numbers["lowest_since"] == "2008-10"


@pytest.mark.parametrize(
    ("claimed", "first", "now", "words"),
    [
        (10.0, 9.0, 10.2, "right"),
        (25.7, 25.7, 35.8, "right at first print"),
        (32.0, 87.8, 86.4, "wrong: too small 2.7-fold"),
        (100.0, 50.0, 50.0, "wrong: too large 2.0-fold"),
    ],
)
def test_the_verdict_follows_one_rule(claimed, first, now, words):
    assert claims.verdict(claimed, first, now) == words


def test_responses_to_yields_ordered_first_are_zero_in_the_same_month():
    (irf,) = recursive_responses.responses(QUICK, "yields_first")
    for shock in actions(QUICK):
        assert irf.at(0, response="yield_10y", shock=shock).value == 0.0


def test_a_shock_is_a_sale_or_purchase_of_one_percent_of_debt():
    (irf,) = recursive_responses.responses(QUICK, "flows_first")
    for shock, (_, size) in actions(QUICK).items():
        assert irf.at(0, response=shock, shock=shock).value == pytest.approx(size)


def test_changing_one_choice_changes_the_exhibit():
    (base,) = recursive_responses.responses(QUICK, "flows_first")
    (other,) = recursive_responses.responses(QUICK.changed("var.lags", 3), "flows_first")
    cell = {"response": "yield_10y", "shock": "china_net_purchases"}
    assert base.at(3, **cell).value != other.at(3, **cell).value
    assert base.nobs == other.nobs - 3


def test_every_number_of_the_offset_walks_back_to_files():
    exhibit = quantity_offset.result(OFFSET)
    trace = exhibit.trace("china_japan_6")
    files = {vintage.file.split("/")[-1] for vintage in trace.files}
    assert {"slt_table1.csv", "s_form.csv", "FYGFDPUN.csv", "DGS10.csv", "TREAST.csv"} <= files
    assert all(len(vintage.sha256) == 64 for vintage in trace.files)


def test_the_primary_cells_are_those_of_the_specification():
    offsets = quantity_offset.result(OFFSET).numbers
    ally = baseline.offset.ally.removesuffix("_net_purchases")
    assert f"china_{ally}_{baseline.offset.horizon}" in offsets
    assert baseline.primary.horizon in baseline.var.horizons
    assert baseline.primary.maturity == "yield_10y"
    assert (baseline.primary.bounds, baseline.offset.none, baseline.offset.full) == ((15.0, 8.0, 2.4), 0.25, 0.75)


def test_the_decision_follows_the_thresholds():
    def primary(value, error):
        return Estimate(value, error, value - 1.645 * error, value + 1.645 * error)

    def decide(value, error):
        return quantity_offset._decision("k", primary(value, error), baseline)["k_decision"]

    assert decide(0.0, 0.05) == "no meaningful offset"
    assert decide(0.95, 0.05) == "offset"
    assert decide(0.3, 0.3) == "not decidable with these data"


def test_news_of_chinese_sales_has_no_effect_beyond_the_bound():
    numbers = event_study.result(baseline).numbers
    assert numbers["events"] == 41
    assert abs(numbers["china_sells_10y"].value) < baseline.events.bound
    assert 0.05 < numbers["china_sells_placebo"] <= 1


def test_the_valuation_model_table_has_every_holder():
    table = valuation_model.result(baseline).table
    assert len(table.body) == 22


def test_the_system_is_complete_and_spans_the_main_sample():
    frame = system(baseline).frame
    assert not frame.isna().any().any()
    assert (str(frame.index[0]), str(frame.index[-1])) == baseline.sample.main


def test_structural_responses_scale_each_holder_to_one_percent_of_debt():
    """Against the responses of the VAR read by hand: a sale and two purchases, summed over three months."""
    found, bare = (_recursive(structural_responses.cases(QUICK)[end, "yield_10y"]) for end in ("", "_bare"))
    point = fitted(QUICK).identify(structural_responses.Cholesky(*ordered(QUICK, "flows_first"))).irf(3).point
    names = fitted(QUICK).variables
    for holder, size in ((CHINA, -1.0), (JAPAN, 1.0), (UK, 1.0)):
        j = names.index(holder)
        expected = size * point[:, names.index("yield_10y"), j].sum() / point[0, j, j]
        assert found[holder].value == pytest.approx(expected, rel=1e-9)
        assert found[holder].lower < found[holder].upper
    assert bare[CHINA].value != pytest.approx(found[CHINA].value, rel=1e-3)


def _recursive(case):
    svars = structural_responses.identified(case, "flows_first")
    return structural_responses.responses(svars, case.spec)["flows_first"]


def test_a_scheme_that_fails_in_a_sample_takes_no_other_with_it(monkeypatch):
    case = structural_responses.cases(QUICK)["", "yield_10y"]
    svars = structural_responses.identified(case, "flows_first", "proxy")
    whole = structural_responses.responses(svars, case.spec)

    def failing(scheme, draws):
        raise NotIdentified("no instrument in this sample.")

    monkeypatch.setattr(Proxy, "impact_batch", failing)
    alone = structural_responses.responses(svars, case.spec)
    assert alone["flows_first"] == whole["flows_first"]
    assert {cell.reason for cell in alone["proxy"].values()} == {structural_responses.REASONS["NotIdentified"]}


def test_cells_away_from_zero_are_named_and_imposed_signs_left_out():
    near = Estimate(1.0, 1.0, -1.0, 3.0, 0.9, "bp", "", 100)
    away = replace(near, lower=0.5)
    cells = {
        ("", key, name): dict.fromkeys(actions(baseline), near)
        for key in structural_responses.SCHEMES
        for name in structural_responses.maturities(baseline)
    }
    assert structural_responses._away(cells, "", baseline) == "none"
    cells["", "proxy", "yield_2y"] = {**cells["", "proxy", "yield_2y"], JAPAN: away}
    cells["", "sign", "yield_2y"] = dict.fromkeys(actions(baseline), away)
    assert structural_responses._away(cells, "", baseline) == "own granular shock: Japan buys, 2-year"


def test_every_table_of_the_paper_says_its_sample():
    """Dates in its words, or that it is simulated."""
    for key in built(PAPER):
        for name, table in Exhibit.open(key, PAPER).tables.items():
            heads = [*table.columns, *(words for words, _ in table.spans)]
            rows = [row.title if isinstance(row, Panel) else row.label for row in table.rows]
            words = " ".join([*table.notes, *heads, *rows])
            cited = re.sub(r"\([^()]*\d{4}\)", "", words)  # years of papers are no sample
            assert re.search(r"\b(19|20)\d\d\b|simulated", cited), f"{key} {name}"
