"""Three concepts of a purchase: what each form prints, where they meet, and that places add up to the total."""

import numpy as np
import pandas as pd
import pytest

import econ
from econ.data import flows, holders
from econ.data.archive import read_table
from econ.data.concepts import BREAK, LINES, LISTED
from econ.data.holders import PARTS
from econ.errors import SeriesNotFound, SpecificationError


def bought(name, concept="spliced"):
    return flows(name, scale="usd_bn", concept=concept)["value"]


def test_spliced_purchases_run_from_1985_to_the_last_release_without_a_hole():
    data = econ.load("japan_net_purchases_usd", concept="spliced")
    assert (str(data.frame.index[0]), str(data.frame.index[-1])) == ("1985-01", "2026-05")
    assert data.frame.notna().all(axis=None)
    assert not data.variables["japan_net_purchases_usd"].imputed
    scaled = econ.load("japan_net_purchases").frame  # debt is published from 1985Q1, and scales the quarter after
    assert (str(scaled.index[0]), str(scaled.index[-1]), int(scaled.isna().sum().sum())) == ("1985-04", "2026-03", 0)


def test_the_s_form_equals_bertaut_and_judson_where_both_are():
    form, theirs = read_table("s_form")[0], read_table("bertaut_judson")[0]
    both = form.merge(theirs, on=["date", "holder"]).dropna(subset=["net_purchases_x", "net_purchases_y"])
    gap = (both["net_purchases_x"] - both["net_purchases_y"]).abs()
    assert len(both) > 2000
    assert (gap <= 1.0).mean() > 0.999
    assert np.corrcoef(both["net_purchases_x"], both["net_purchases_y"])[0, 1] > 0.99999


@pytest.mark.parametrize(("name", "correlation"), [("china", 0.35), ("japan", 0.41), ("uk", -0.14), ("foreign", -0.12)])
def test_what_was_imputed_from_positions_is_not_what_was_published(name, correlation):
    """The 25 months whose purchases an earlier edition imputed: the published ones are another series."""
    months = slice("2021-01", "2023-01")
    found = np.corrcoef(bought(name).loc[months], bought(name, "position").loc[months])[0, 1]
    assert found == pytest.approx(correlation, abs=0.03)


def test_each_concept_has_its_months_and_the_splice_is_marked_as_a_break():
    early, late, both = (bought("uk", concept) for concept in ("counterparty", "holder", "spliced"))
    assert str(early.index[-1]) == "2023-01"
    assert late.index[0] == BREAK
    assert np.array_equal(both, pd.concat([early, late]))
    marked = econ.load("uk_net_purchases").variables["uk_net_purchases"]
    assert [month for month, _ in marked.breaks if month == str(BREAK)] == ["2023-02"]
    for concept in ("counterparty", "holder", "position"):
        variable = econ.load("uk_net_purchases", concept=concept).variables["uk_net_purchases"]
        assert "2023-02" not in dict(variable.breaks)
        assert variable.source != marked.source
    described = econ.load("uk_net_purchases").describe()["breaks"]["uk_net_purchases"]
    assert "2023-02: trading counterparty" in described


@pytest.mark.parametrize("concept", ["counterparty", "holder", "spliced"])
def test_places_and_the_rest_of_the_world_add_up_to_all_foreigners(concept):
    lines = [*LISTED, *PARTS, "ROW"]
    table = pd.DataFrame({code: bought(code, concept) for code in lines})
    before = table.index < pd.Period("2001-01", freq="M")
    table.loc[~before, list(PARTS)] = 0.0  # their parts stand for them
    assert table.loc[before, list(part for parts in PARTS.values() for part in parts)].isna().all(axis=None)
    total = bought("foreign", concept)
    assert np.allclose(table.sum(axis=1), total, atol=1e-9)
    assert str(total.index[0]) == ("2023-02" if concept == "holder" else "1985-01")


def test_a_line_that_ended_is_carried_on_by_its_parts():
    assert set(PARTS) < set(LINES)
    for slug, parts in (("belgium_luxembourg", ("belgium", "luxembourg")), ("caribbean", ("cayman",))):
        line = bought(slug)
        assert str(line.index[0]) == "1985-01"
        assert line.notna().all()
        assert np.allclose(line.loc["2001-01":], sum(bought(part) for part in parts))
        assert str(bought(parts[0]).index[0]) == "2001-01"
        position = flows(slug, "position", "usd_bn")["value"].dropna()
        assert np.allclose(position, sum(flows(part, "position", "usd_bn")["value"].dropna() for part in parts))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("belgium+belgium_luxembourg", "counts Belgium twice: Belgium and Luxembourg contains it"),
        ("caribbean+japan+cayman", "counts Cayman Islands twice"),
        ("foreign+china", "counts China twice: All foreign contains it"),
        ("official+foreign", "twice"),
        ("china+china", "counts China twice"),
    ],
)
def test_sums_over_places_that_overlap_are_refused(name, words):
    with pytest.raises(SpecificationError, match=words):
        flows(name)
    assert flows("china+belgium")["value"].notna().any()


def test_concepts_that_make_no_sense_are_refused():
    with pytest.raises(SpecificationError, match="concept"):
        flows("china", concept="owner")
    with pytest.raises(SpecificationError, match="position is the same under every concept"):
        flows("china", "position", concept="holder")
    with pytest.raises(SpecificationError, match="no series of"):
        econ.load("yield_10y", concept="holder")
    with pytest.raises(SeriesNotFound, match="nobody publishes positions of the rest of the world"):
        flows("rest_of_world", concept="position")
    with pytest.raises(SeriesNotFound, match="nobody publishes 'position' of Rest of the world"):
        flows("rest_of_world", "position")


def test_officials_have_no_purchases_between_the_two_publications():
    """The S form does not print them: Bertaut and Judson end in 2020-12, SLT begins in 2023-02."""
    official = bought("official")
    missing = official.index[official.isna()]
    assert (str(missing[0]), str(missing[-1]), len(missing)) == ("2021-01", "2023-01", 25)


def test_the_yen_is_that_of_the_federal_reserve(shared):
    theirs = pd.read_csv(shared("data/raw/fred/h10_exchange_rates_monthly.csv"))
    theirs = theirs[theirs["Country"] == "Japan"].set_index("Date")["Exchange rate"]
    ours = read_table("EXJPUS")[0].set_index("date")["value"]
    theirs.index = theirs.index.str[:7]
    common = theirs.index.intersection(ours.index)
    assert len(common) > 400
    assert np.allclose(ours[common], theirs[common], atol=0.0051)


def test_the_codebook_of_holders_is_the_archive():
    table, form, slt = holders(), read_table("s_form")[0], read_table("slt_table1")[0]
    spans = form.groupby("holder")["date"].agg(["min", "max"])
    coded = table[table["s_form_first"] != ""].set_index("code")
    assert spans["min"].to_dict() == coded["s_form_first"].to_dict()
    assert spans["max"].to_dict() == coded["s_form_last"].to_dict()
    assert set(slt["holder"]) == set(table[table["slt"]]["code"])
