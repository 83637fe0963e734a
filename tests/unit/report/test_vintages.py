"""The paper on another vintage: in a folder of its own, with the headline of both side by side."""

import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

import econ
from econ.__main__ import main
from econ.data import diff
from econ.data.archive import EMBEDDED, manifest, table_bytes
from econ.data.home import data_home
from econ.data.store import TableFile, locked, publish
from econ.errors import OutputDiffers, Revised, SchemaError, SeriesNotFound, SpecificationError, VintageMissing
from econ.report import Estimate, Exhibit, Unavailable, headline
from econ.report.assertions import untrue
from econ.report.build import build
from econ.report.headline import _row
from econ.report.reproduce import is_up_to_date, reproduce
from econ.report.vintages import folder_of, on_vintage, prepared

ROOT = Path(__file__).parents[3]
NEW = "2026-08-20"
SPECIFICATION = f'''
from dataclasses import dataclass


@dataclass(frozen=True)
class Specification:
    as_of: str = "{EMBEDDED}"
    rng: int = 1


baseline = Specification()
'''
MEAN = '''
"""Mean of the 10-year yield in 2020."""

import econ
from analyses.specification import baseline
from econ import Estimate
from econ.report import Exhibit, main


def result(spec):
    """The mean."""
    data = econ.load("yield_10y", as_of=spec.as_of).sample("2020-01", "2020-12")
    value, error = float(data.frame.mean().iloc[0]), float(data.frame.sem().iloc[0])
    mean = Estimate(value, error, value - error, value + error, units="percent", label="mean", nobs=12, parent=data)
    return Exhibit("mean", "Mean", numbers={"yield": mean, "months": 12}, vintages=data.vintages, spec=spec)


if __name__ == "__main__":
    main(result, baseline)
'''


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A paper with one exhibit, and a second vintage in which the yield of one day is revised by a point."""
    monkeypatch.setenv("ECON_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    folder = tmp_path / "project"
    for name, text in {"specification": SPECIFICATION, "mean": MEAN, "__init__": ""}.items():
        path = folder / "analyses" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    (folder / "paper").mkdir()
    (folder / "paper" / "headline.toml").write_text('"mean.yield" = 2\n')
    (folder / "paper" / "paper.md").write_text("A note.\n")
    monkeypatch.chdir(folder)
    revised = {"DGS10": (b"2020-06-30,0.66", b"2020-06-30,1.66")}
    with locked(data_home()):
        publish(NEW, [table(name, *revised.get(name, (b"", b""))) for name in manifest(EMBEDDED)])
    return folder


def table(name, old, new):
    content, vintage = table_bytes(name, EMBEDDED)
    changed = content.replace(old, new) if old else content
    assert not old or changed != content
    about = {"publisher": vintage.publisher, "table": vintage.table, "url": vintage.url, "licence": vintage.licence}
    rest = {"units": "", "frequency": "", "first": "2000-01", "last": "2026-05", "rows": "1", "citation": ""}
    return TableFile(name, changed, {**about, **rest, "retrieved_at": "2026-08-20T12:00:00Z", "carried_from": ""})


def program(folder, *words):
    command = [sys.executable, "-m", "analyses.mean", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def contents(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_program_on_another_vintage_leaves_the_committed_results_alone(project):
    done = program(project)
    assert (done.returncode, done.stderr) == (0, "")  # the paper names its vintage: no warning that a later one differs
    before = contents(project / "paper" / "results")
    assert program(project, "--as-of", NEW).returncode == 0
    assert contents(project / "paper" / "results") == before
    old, new = Exhibit.open("mean", project / "paper"), Exhibit.open("mean", folder_of(project, NEW))
    assert {each.as_of for each in new.vintages} == {NEW}
    assert new.numbers["yield"].value - old.numbers["yield"].value == pytest.approx(1 / 12)
    assert is_up_to_date(project, "mean")
    assert is_up_to_date(project, "mean", as_of=NEW)


CLAIMS = """---
title: A note
abstract: "[The mean is low]{.claim key=low}."
---

# One {#sec:one}

[The mean, []{.num key=mean.yield fmt=value:2}, is low]{.claim key=low}, and [it is positive]{.claim key=positive}.
"""


def test_a_sentence_that_no_longer_holds_is_marked_on_another_vintage_and_stops_the_papers_own(project):
    for name in ("numbers.lua", "web.lua", "crossref.lua", "template.typ", "paper.css", "head.tex"):
        shutil.copy(ROOT / "paper" / name, project / "paper" / name)
    (project / "paper" / "paper.md").write_text(CLAIMS)
    (project / "paper" / "assertions.toml").write_text('low = ["mean.yield < 0.86"]\npositive = ["0 < mean.yield"]\n')
    shown = []
    reproduce(project, show=shown.append)
    assert not [line for line in shown if "no longer" in line]
    plain = (project / "paper" / "paper.html").read_text()
    assert "no longer" not in plain
    assert "<del>" not in plain
    reproduce(project, as_of=NEW, show=shown.append)
    (told,) = [line for line in shown if "no longer" in line]
    assert "'The mean is low' (claim low), which rests on 'mean.yield < 0.86'; the results say mean.yield = 0.9" in told
    folder = folder_of(project, NEW)
    html, tex, typ = ((folder / f"paper.{ending}").read_text() for ending in ("html", "tex", "typ"))
    for page, once in ((html, "<del>"), (typ, "#strike[")):
        assert page.count(once) == 2  # in the abstract and in the text
    for page in (html, tex, typ):
        words = " ".join(page.replace("{[}", "[").replace("{]}", "]").replace("\\[", "[").replace("\\]", "]").split())
        assert words.count("[no longer so on this vintage]") == 2
        assert words.index("no longer hold on this vintage") < words.rindex("it is positive")
        assert "is low" in words[words.index("no longer hold") :]
    with pytest.raises(OutputDiffers, match="The mean is low"):
        build(folder)
    (project / "paper" / "assertions.toml").write_text('low = ["mean.yield > 9"]\npositive = ["0 < mean.yield"]\n')
    with pytest.raises(OutputDiffers, match="The mean is low"):
        reproduce(project, show=shown.append)


def test_a_claim_about_a_result_that_is_not_available_is_marked_only_if_asked():
    gap = Unavailable("one event only")
    text, given = "[It falls]{.claim key=falls}.", {"falls": ["a.b < 0"]}
    (found,) = untrue(text, given, lambda name: gap, missing=True)
    assert (found.key, found.words, found.condition) == ("falls", "It falls", "a.b < 0")
    with pytest.raises(SpecificationError, match="not available"):
        untrue(text, given, lambda name: gap)
    assert untrue(text, {"falls": ["a.b is missing"]}, lambda name: gap, missing=True) == ()


def test_results_are_built_again_when_the_vintage_under_that_name_changes(project):
    program(project, "--as-of", NEW)
    path = data_home() / NEW / "manifest.csv"
    path.write_bytes(path.read_bytes() + b"\n")
    assert not is_up_to_date(project, "mean", as_of=NEW)


def test_results_are_built_again_when_a_helper_of_the_programs_changes(project):
    program(project)
    assert is_up_to_date(project, "mean")
    (project / "analyses" / "_helper.py").write_text("x = 1\n")
    assert not is_up_to_date(project, "mean")


@pytest.mark.parametrize(
    ("new", "moves"),
    [((1.001, -1.0, 3.0), False), ((1.2, -1.0, 3.0), True), ((1.0, 0.1, 2.0), True), ((1.0, -3.0, -0.1), True)],
)
def test_a_headline_moves_if_its_print_or_its_side_of_zero_does(new, moves):
    old = Estimate(1.0, 1.0, -1.0, 3.0)
    assert _row(old, Estimate(new[0], 1.0, new[1], new[2]), 1)["moves"] == moves


def test_a_headline_that_rounds_to_zero_from_either_side_does_not_move():
    below, above = Estimate(-0.04, 1.0, -2.0, 2.0), Estimate(0.04, 1.0, -2.0, 2.0)
    assert not _row(below, above, 1)["moves"]
    assert _row(below, above, 2)["moves"]


def test_a_vintage_that_is_not_there_is_named(project):
    assert "no vintage '1999-01-01'" in program(project, "--as-of", "1999-01-01").stderr
    for ask in (lambda: prepared(project, "1999-01-01"), lambda: reproduce(project, as_of="1999-01-01")):
        with pytest.raises(VintageMissing, match="no vintage '1999-01-01'"):
            ask()
    assert not folder_of(project, "1999-01-01").exists()


def test_a_specification_without_a_vintage_is_refused():
    with pytest.raises(SpecificationError, match="no field as_of"):
        on_vintage(3, EMBEDDED)


def test_the_headline_of_both_vintages_stands_side_by_side(project):
    found = headline(EMBEDDED, NEW, root=project)
    row = found.loc["mean.yield"]
    assert list(found.columns) == ["label", "units", "old", "new", "difference", "std_error", "moves"]
    with pytest.warns(Revised, match=f"vintage {NEW} on disk revises"):
        assert row["old"] == econ.load("yield_10y").sample("2020-01", "2020-12").frame["yield_10y"].mean()
    assert row["difference"] == pytest.approx(1 / 12)
    assert row["moves"]
    assert not headline(EMBEDDED, EMBEDDED, root=project)["moves"].any()
    assert not (project / "paper" / "results").exists()


def test_diff_asks_the_paper_only_if_told_to(project):
    assert diff(EMBEDDED, NEW).headline is None
    found = diff(EMBEDDED, NEW, headline=lambda old, new: headline(old, new, root=project))
    assert found.revised[["table", "date"]].to_numpy().tolist() == [["DGS10", "2020-06-30"]]
    assert found.revised["change"].tolist() == pytest.approx([1.0])
    assert "The paper's headline moves in 1 of 1 numbers" in str(found)
    same = diff(EMBEDDED, EMBEDDED, headline=lambda old, new: headline(old, new, root=project))
    assert "The paper's headline does not move" in str(same)


def test_the_command_prints_revisions_and_headline(project, capsys):
    assert main(["data", "diff", EMBEDDED, NEW]) == 0
    out = capsys.readouterr().out
    assert "1 revised, 0 added, 0 withdrawn" in out
    assert "The paper's headline moves in 1 of 1 numbers" in out
    assert main(["data", "diff", EMBEDDED, NEW, "--data-only"]) == 0
    assert "headline" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "error", "reason"),
    [
        ("", SchemaError, "names no number"),
        ('"mean" = 2\n', SchemaError, "is not understood"),
        ('"mean.yield" = true\n', SchemaError, "is not understood"),
        ('"mean.yeild" = 2\n', SeriesNotFound, "did you mean 'yield'"),
        ('"mean.months" = 2\n', SeriesNotFound, "asks for the estimate"),
    ],
)
def test_a_mistake_in_the_list_of_headline_numbers_is_named(project, text, error, reason):
    (project / "paper" / "headline.toml").write_text(text)
    with pytest.raises(error, match=reason):
        headline(EMBEDDED, EMBEDDED, root=project)


def test_every_headline_number_of_the_paper_is_an_estimate_of_an_exhibit():
    import tomllib

    for name in tomllib.loads((ROOT / "paper" / "headline.toml").read_text()):
        key, number = name.split(".")
        assert Exhibit.open(key, ROOT / "paper").numbers[number].nobs > 100


def test_make_hands_the_vintage_on():
    words = ["make", "--dry-run", "--silent", "AS_OF=2026-08-20"]
    run = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "-m econ reproduce --as-of 2026-08-20" in run.stdout
    assert "analyses." not in run.stdout


def test_the_folder_of_a_vintage_is_never_committed():
    ignored = subprocess.run(
        ["git", "check-ignore", "paper/build/2026-08-20/results/claims.json"],
        cwd=ROOT,
        check=False,
        capture_output=True,
    )
    inside = (ROOT / ".git").exists()
    assert ignored.returncode == 0 or not inside
