"""The sentences of the paper: each claim is borne out, would fail if turned round, and hangs on its numbers."""

import re
from pathlib import Path

import pytest

from econ import Estimate, Unavailable
from econ.errors import OutputDiffers, SpecificationError
from econ.report import Exhibit, assertions
from econ.report.build import checked_text, results, source

PAPER = Path(__file__).parents[2] / "paper"
TEXT, GIVEN, LOOK = source(PAPER), assertions.read(PAPER), results(PAPER)
CLAIMS = dict(assertions.spans(TEXT))
CONDITIONS = [(key, each) for key, given in GIVEN.items() for one in given for each in assertions.expanded(one)]
OPPOSITE = {
    "<": ">=", "<=": ">", ">": "<=", ">=": "<", "contains": "excludes", "is unbounded": "is bounded",
    "is missing": "is bounded", "=": "= 'other words' =", "names": "names 'other words",
}  # fmt: skip
_RELATION = re.compile(r"(?<= )(<=|>=|<|>|=|contains|names|is unbounded|is missing)(?= |$)")


def turned(condition):
    """The condition with one of its relations turned round, each in turn."""
    for match in _RELATION.finditer(condition):
        yield condition[: match.start()] + OPPOSITE[match[1]] + condition[match.end() :]


def altered(found):
    """Results that this one might have been."""
    if isinstance(found, str):
        return ["something else"]
    away = [Estimate(centre, 1.0, centre - 1.0, centre + 1.0) for centre in (-1000.0, 1000.0)]
    return away if isinstance(found, (Estimate, Unavailable)) else [-1000.0, 1000.0]


def test_every_claim_of_the_text_is_borne_out_and_every_assertion_has_its_sentence():
    checked_text(PAPER)
    assert set(CLAIMS) == set(GIVEN)
    assert len(CLAIMS) > 65


@pytest.mark.parametrize(("key", "condition"), CONDITIONS)
def test_an_assertion_turned_round_stops_the_build(key, condition):
    sentence = f"[{CLAIMS[key]}]{{.claim key={key}}}"
    wrong = list(turned(condition))
    assert wrong, condition
    for each in wrong:
        with pytest.raises((OutputDiffers, SpecificationError)):
            assertions.check(sentence, {key: [each]}, LOOK)


@pytest.mark.parametrize("key", GIVEN)
def test_no_claim_is_empty(key):
    """Each result that an assertion reads could make it false."""
    sentence = f"[{CLAIMS[key]}]{{.claim key={key}}}"
    for condition in GIVEN[key]:
        for one in assertions.expanded(condition):
            for name in assertions.named(one):
                assert any(_fails(sentence, key, one, {name: other}) for other in altered(LOOK(name))), (one, name)


def _fails(sentence, key, condition, changed):
    try:
        assertions.check(sentence, {key: [condition]}, lambda name: changed.get(name) or LOOK(name))
    except (OutputDiffers, SpecificationError):
        return True
    return False


def test_all_sentences_that_are_false_are_named_at_once():
    changed = {name: Estimate(1000.0, 1.0, 999.0, 1001.0) for name in ("price_impact.primary", "operations.far")}
    with pytest.raises(OutputDiffers, match=r"results say .* = 1,000\.0 .*False too: .*far-open.*primary-holds-both"):
        assertions.check(TEXT, GIVEN, lambda name: changed.get(name) or LOOK(name))


def test_the_two_year_yield_lies_below_zero_after_a_sale_by_granular_shocks():
    assert "that of the 2-year yield does after three" in " ".join(TEXT.split())
    rows = {row.label: row.cells for row in Exhibit.open("price_impact", PAPER).tables[""].body}
    assert rows["Granular, all"][0].upper < 0


def test_china_sold_more_in_two_earlier_years_than_in_the_last():
    assert "they were larger in 2016 and in 2019" in " ".join(TEXT.split())
    sold = {row.label: -row.cells[1] for row in Exhibit.open("claims", PAPER).tables["annual"].body}
    assert min(sold["2016"], sold["2019"]) > sold["2025"] > 0


def test_every_table_is_in_the_paper_or_named_once_among_the_supplementary_ones():
    shown = set(re.findall(r'src="tables/(\w+)"', TEXT))
    named = re.findall(r"`(\w+)`", TEXT.split("# Appendix C.")[1])
    assert len(named) == len(set(named))
    assert not shown & set(named)
    assert shown | set(named) == {path.stem for path in (PAPER / "tables").glob("*.csv")}


def test_the_abstract_is_short_and_its_numbers_stand_in_the_body():
    head, body = TEXT.split("\n---\n", 1)
    abstract = head.split("abstract: |")[1].split("keywords:")[0]
    words = re.sub(r"\{[^}]*\}", "", abstract).replace("[]", "0").replace("[", "").replace("]", "")
    assert len(words.split()) <= 150
    keys = re.findall(r"\.num key=([\w.]+)", abstract)
    assert len(set(keys)) > 5
    assert all(key in body for key in keys)
    assert all(key in body for key, _ in assertions.spans(abstract) if key != "neither-decided")
