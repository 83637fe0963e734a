"""What an earlier edition printed: every number that moved is listed with its cause, and nothing else is."""

import importlib
import warnings
from pathlib import Path

import pytest

from econ.errors import SchemaError
from econ.report import editions
from econ.report.build import reprinted
from econ.report.exhibit import Exhibit
from econ.tables.numbers import render

ROOT = Path(__file__).parents[3]
PAPER = ROOT / "paper"
NEW = {"flows.a value": "2", "flows.a interval": "[1, 3]", "flows.b value": "5", "flows.c value": "9"}
FIRST = 'number,format,printed\nflows.a,value,1\nflows.a,interval,"[0, 2]"\nflows.b,value,5\nflows.d,value,7\n'


@pytest.fixture
def paper(tmp_path):
    """A paper whose earlier edition printed one number otherwise, one alike and one that is gone."""
    Exhibit(key="flows", title="Flows", numbers={"a": 2.0, "b": 5.0, "c": 9.0}).save(tmp_path)
    (tmp_path / "editions").mkdir()
    (tmp_path / "editions" / "first.csv").write_text(FIRST)
    cause(tmp_path, "flows.a")
    return tmp_path


def cause(folder, *numbers):
    (folder / "editions" / "causes.toml").write_text(f'[data]\nwhy = "other data"\nnumbers = {list(numbers)}\n')


def test_a_moved_number_stands_with_both_prints_and_its_cause(paper):
    table = editions.table(paper, NEW)
    assert [(row.label, *row.cells) for row in table.body] == [("a", "1 [0, 2]", "2 [1, 3]", "a")]
    assert "that are others now, 1 of 2," in table.notes[0]
    assert "(a) other data" in table.notes[0]
    assert "1 readings of that text no result holds any more" in table.notes[0]


def test_a_number_without_a_cause_and_a_cause_without_a_number_are_refused(paper):
    cause(paper, "flows.b")
    with pytest.raises(SchemaError, match=r"'flows.a' otherwise than the first edition, and no cause"):
        editions.table(paper, NEW)
    cause(paper, "flows.a", "flows.b")
    with pytest.raises(SchemaError, match=r"\[data\] names 'flows.b', which prints as it did"):
        editions.table(paper, NEW)
    (paper / "editions" / "causes.toml").write_text('[data]\nwhy = ""\nnumbers = ["flows.a"]\n')
    with pytest.raises(SchemaError, match=r"\[data\] needs why = words"):
        editions.table(paper, NEW)


def test_a_paper_without_an_earlier_edition_has_no_table(tmp_path):
    assert editions.save(tmp_path, NEW) == ()
    assert list(tmp_path.iterdir()) == []


def test_the_files_lie_where_the_text_says(paper):
    written = editions.save(paper, NEW)
    assert {path.name for path in written} == {f"editions.{end}" for end in ("csv", "tex", "typ", "html")}
    assert "`paper/build/editions`" in (PAPER / "paper.md").read_text(encoding="utf-8")
    assert "1 [0, 2]" in (paper / "build" / "editions.html").read_text(encoding="utf-8")


def test_every_moved_number_of_the_paper_has_a_cause():
    printed = reprinted(PAPER)
    rows = editions.table(PAPER, printed).body
    assert len(rows) == len(editions.moved(editions.earlier(PAPER), printed))
    assert len(rows) > 90
    assert all(row.cells[0] != row.cells[1] or "list" in row.cells[0] for row in rows)


@pytest.mark.slow
def test_imputed_purchases_give_what_the_first_edition_printed():
    """The cause is what it says: with that one choice turned back, the program prints the earlier numbers."""
    baseline = importlib.import_module("analyses.specification").baseline.changed("concept", "imputed")
    given = editions.causes(PAPER)
    moved = editions.moved(editions.earlier(PAPER), reprinted(PAPER))
    alone = {
        key: changes for key, changes in moved.items()
        if [name for name, (_, numbers) in given.items() if editions._named(key, numbers)] == ["purchases"]
    }  # fmt: skip
    assert len(alone) > 60
    made = {}
    for key, changes in alone.items():
        program, _, number = key.partition(".")
        if program not in made:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # an exhibit that does not read the choice cannot have moved by it
                made[program] = importlib.import_module(f"analyses.{program}").result(baseline)
        for fmt, was, _ in changes:
            assert render(made[program].numbers[number], fmt) == was, f"{key} {fmt}"
