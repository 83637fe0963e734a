"""Verification: a difference is found, named and fatal; nothing in the project is touched; rebuilds are real."""

import dataclasses
import json
import math
import platform
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from econ import Estimate
from econ.__main__ import main
from econ.errors import OutputDiffers, SchemaError, SeriesNotFound, VintageMissing
from econ.report import Exhibit, Figure, Row, Run, Table, exhibits, run, verify
from econ.report.compare import Tolerance, compare, tolerances
from econ.report.reproduce import is_up_to_date, reproduce


def state(folder):
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


def replace_in(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_an_honest_project_passes_and_is_left_alone(project):
    before, lines = state(project), []
    report = verify(show=lines.append)
    assert report.ok
    assert report.failed == ()
    report.check()
    assert state(project) == before
    assert sorted(lines) == [str(each) for each in report.exhibits]  # shown as they are done, kept as they stand
    lines.sort()
    assert [line.split()[:3] for line in lines] == [["Table", "1,", "Figure"], ["Table", "3,", "counts"]]
    assert all(" ok " in line and "max |diff| 0e+00" in line for line in lines)
    assert "tol 1e-06" in lines[0]
    assert "tol 1e-08" in lines[1]


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (
            "results/market.json",
            '"share": 0.344',
            '"share": 0.345',
            "share: expected 0.344, found 0.345, tolerance 1e-06",
        ),
        ("results/market.json", "1234.5", "1234.6", "2-year yield / value), Response: h = 12: expected 1234.5"),
        ("results/market.json", "never mind", "mind", "expected 'never mind', found 'mind'"),
        ("figures/market.csv", "12,", "13,", "figure market, point 13, horizon: expected 12.0, found 13.0"),
        ("tables/market.typ", "1,234", "1,235", "tables/market.typ should render the results"),
        ("tables/market.tex", "1,234", "1,235", "tables/market.tex should render the results"),
    ],
)
def test_every_tampered_cell_is_found_and_named(committed_project, file, old, new, words):
    assert verify(rebuild=False, show=None).ok
    replace_in(committed_project / "paper" / file, old, new)
    report = verify(rebuild=False, show=None)
    assert report.failed == ("market",)
    assert words in " ".join(map(str, report.errors))
    with pytest.raises(OutputDiffers, match="exhibit 'market'"):
        report.check()


def test_a_change_of_the_program_is_found(project):
    replace_in(project / "analyses/counts.py", '"events": 12', '"events": 13')
    assert verify(show=None).failed == ("counts",)
    assert verify(rebuild=False, show=None).ok  # nothing was run


def test_results_rewritten_since_the_commit_do_not_vouch_for_themselves(committed_project):
    replace_in(committed_project / "analyses/counts.py", '"events": 12', '"events": 13')
    subprocess.run([sys.executable, "-m", "analyses.counts"], cwd=committed_project, check=True, capture_output=True)
    report = verify(show=None)
    assert report.failed == ("counts",)
    assert "expected 12.0, found 13.0" in str(report.errors[0])
    assert report.expected.startswith("commit ")
    changes = Exhibit.open("counts").compare(Run.last())
    assert changes.frame.to_dict("index") == {
        "events": {
            "was": 12.0, "is": 13.0, "difference": 1.0, "printed was": "12", "printed is": "13", "units": "",
        }
    }  # fmt: skip
    assert str(changes).splitlines() == [
        f"exhibit 'counts': 1 of {changes.cells} cells differ, the others agree within 1e-08 relative; "
        "largest change: events: 12 → 13.",
        "  events: 12 → 13",
    ]


@pytest.fixture
def handed_over(project):
    """The sample as an archive without a history: results, and no record of a run."""
    for path in (project / "paper/results").glob("*.run.json"):
        path.unlink()
    return project


def run_here(project, key="counts"):
    subprocess.run([sys.executable, "-m", f"analyses.{key}"], cwd=project, check=True, capture_output=True)


def test_results_deposited_without_a_history_are_what_a_rebuild_is_compared_with(handed_over):
    """`make` in an unpacked archive writes over the results; they must not vouch for themselves afterwards."""
    project = handed_over
    assert verify(show=None).expected == "files on disk"
    for key in ("counts", "market"):
        run_here(project, key)
    same = verify(show=None)
    assert same.ok
    assert same.expected == "the results as deposited"
    replace_in(project / "analyses/counts.py", '"events": 12', '"events": 13')
    for _ in range(2):  # the second run finds its own results and must not keep those
        run_here(project)
    assert Exhibit.open("counts").numbers["events"] == 13
    report = verify(show=None)
    assert report.failed == ("counts",)
    assert "expected 12.0, found 13.0" in str(report.errors[0])
    assert verify(rebuild=False, show=None).failed == ("counts",)


def test_the_plotted_numbers_of_a_deposit_are_kept_too(handed_over):
    run_here(handed_over, "market")
    replace_in(handed_over / "analyses/market.py", "0.8**horizon", "0.9**horizon")
    run_here(handed_over, "market")
    assert "figure market, point" in str(verify(show=None).errors[0])


def test_a_deposit_is_kept_only_where_nothing_else_remembers(committed_project, tmp_path, monkeypatch):
    (committed_project / "paper/results/counts.run.json").unlink()
    run_here(committed_project)
    assert not (committed_project / "paper/deposited").exists()  # the commit has them
    shutil.rmtree(committed_project / ".git")
    run_here(committed_project)
    assert not (committed_project / "paper/deposited").exists()  # made here


def test_missing_and_orphaned_exhibits_fail(project):
    (project / "paper/results/counts.json").unlink()
    assert verify(rebuild=False, show=None).failed == ("counts",)
    (project / "analyses/market.py").unlink()
    report = verify(show=None)
    assert set(report.failed) == {"counts", "market"}


def test_a_program_that_fails_is_a_difference_with_its_message(project):
    replace_in(project / "analyses/counts.py", "return Exhibit", "raise KeyError('gone')\n    return Exhibit")
    report = verify(show=None)
    assert report.failed == ("counts",)
    assert "gone" in str(report.errors[0])


def test_no_program_is_no_success(tmp_path):
    (tmp_path / "analyses").mkdir()
    (tmp_path / "paper").mkdir()
    with pytest.raises(VintageMissing, match="holds no program"):
        verify(root=tmp_path)


def test_command_line_says_so_with_its_status(project, capsys):
    replace_in(project / "paper/results/market.json", '"share": 0.344', '"share": 0.345')
    assert main(["verify"]) == 1
    printed = capsys.readouterr()
    assert "1 exhibits agree with files on disk, which were made here, 1 differ" in printed.out
    assert printed.out.startswith(f"Python {platform.python_version()} on ")
    assert f"numpy {np.__version__}" in printed.out
    assert "exhibit 'market', share: expected 0.345, found 0.344" in printed.err
    replace_in(project / "paper/results/market.json", '"share": 0.345', '"share": 0.344')
    assert main(["verify", "--no-rebuild"]) == 0
    assert "2 exhibits agree" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("expected", "found", "difference"),
    [
        (2.0, 2.0 + 2e-8, 1e-8),
        (0.0, 1e-10, 1e-8),
        (-1e6, -1e6 - 1.0, 1e-6),
        (math.inf, math.inf, 0.0),
        (math.inf, -math.inf, math.inf),
        (1.0, math.inf, math.inf),
        ("a", "a", 0.0),
        ("a", "b", math.inf),
        ("absent", 1.0, math.inf),
    ],
)
def test_differences_are_relative_with_a_floor(expected, found, difference):
    assert Tolerance(1e-8, scale=1e-2).difference(expected, found) == pytest.approx(difference, rel=1e-6)


def test_a_cell_is_judged_by_the_size_of_its_estimate_or_line_and_of_no_other():
    def exhibit(value=0.01, other=0.01, point=0.01):
        table = Table(["bp", "share"], [("x", Estimate(value, 100.0, -50.0, math.inf), other), ("x", 1e6, 1e6)])
        drawn = Figure(pd.DataFrame({"line": [point, 100.0], "share": [0.5, 0.5]}), lambda page, data: None)
        return Exhibit("sample", "A sample", {"impact": Estimate(value, 100.0, -50.0, math.inf)}, table, {"": drawn})

    assert compare(exhibit(), exhibit(value=0.01 + 5e-7, point=0.01 + 5e-7)).errors == ()
    assert len(compare(exhibit(), exhibit(value=0.01 + 5e-6)).errors) == 2  # the number and the table
    assert len(compare(exhibit(), exhibit(other=0.01 + 5e-7)).errors) == 1
    assert len(compare(exhibit(), exhibit(point=0.01 + 5e-6)).errors) == 1


def test_an_unchanged_rebuild_has_one_line_and_a_changed_one_its_largest_change_first(project):
    def exhibit(shift=0.0, factor=1.0, word="yes"):
        impact = Estimate(-6.04 * factor + shift, 1.53 * factor, -8.5, -3.5, units="bp")
        table = Table(["h = 0", "verdict"], [Row("10-year", [0.123 * factor, word], decimals=3), ("n", 312, "")])
        drawn = Figure(pd.DataFrame({"line": [0.5 * factor, 100.0]}), lambda page, data: None)
        return Exhibit("market", "A sample", {"impact": impact}, table, {"": drawn})

    again = exhibit().compare(exhibit(factor=1.0 + 2e-16))
    assert (len(again), again.frame.empty, len(str(again).splitlines())) == (0, True, 1)
    assert again.verdict == f"exhibit 'market': all {again.cells} cells agree within 1e-06 relative " + (
        f"(largest difference {again.largest:.0e})."
    )
    assert 0.0 < again.largest < 1e-15
    changed = exhibit(shift=-0.1, factor=1.0 + 1e-5, word="no").compare(exhibit())
    printed = changed.frame[["printed was", "printed is", "units"]].to_numpy().tolist()
    assert printed[:3] == [["yes", "no", ""], ["−6.0", "−6.1", "bp"], ["0.123", "0.123", ""]]
    assert changed.frame["difference"].iloc[1] == pytest.approx(-0.1 - 6.04e-5)
    assert [change.relative for change in changed.changes] == sorted(
        (change.relative for change in changed.changes), reverse=True
    )
    assert "largest change: table market, line 1 (10-year / value), verdict: yes → no." in changed.verdict
    assert "  impact: −6.0 bp → −6.1 bp" in str(changed)
    assert "−6.1" in changed._repr_html_()
    (project / "paper/exhibits.toml").write_text("[market]\ntolerance = 1.0\n")
    assert len(exhibit(shift=-0.1).compare(exhibit())) == 0  # what verify lets pass is no change


def test_added_and_dropped_numbers_are_differences():
    one, two = Exhibit("x", "x", {"a": 1.0}), Exhibit("x", "x", {"a": 1.0, "b": 2.0})
    assert "expected 'absent', found 2.0" in str(compare(one, two).errors[0])
    assert "expected 2.0, found 'absent'" in str(compare(two, one).errors[0])
    assert compare(one, one).errors == ()


def test_tolerances_are_read_and_mistakes_named(tmp_path):
    path = tmp_path / "exhibits.toml"
    path.write_text("[a]\ntolerance = 1e-6\n[b]\nscale = 1.0\n")
    assert tolerances(tmp_path) == {"a": Tolerance(1e-6), "b": Tolerance(scale=1.0)}
    for bad in ("[a]\ntolerence = 1e-6\n", "[a]\ntolerance = 'big'\n", "[a]\ntolerance = true\n"):
        path.write_text(bad)
        with pytest.raises(SchemaError, match="not understood"):
            tolerances(tmp_path)


def test_exhibits_by_key_and_by_label(project):
    found = exhibits()
    assert list(found) == ["market", "counts"]
    assert found["Table 1"].key == found["Figure 1"].key == found["market"].key == "market"
    assert "Table 3" in found
    assert len(found) == 2
    with pytest.raises(SeriesNotFound, match="did you mean 'market'"):
        found["markt"]


def test_reproduce_builds_what_changed_and_only_that(project, monkeypatch):
    lines = []
    monkeypatch.setattr(run, "library_hash", lambda: "the package as it is")  # it may change while it is tested
    for key in ("counts", "market"):
        path = project / f"paper/results/{key}.run.json"
        record = json.loads(path.read_text())
        record["inputs"]["econ"] = "the package as it is"
        path.write_text(json.dumps(record))
    assert reproduce(project, show=lines.append) == ()
    assert len(lines) == 2
    assert (project / "paper/paper.pdf").exists()
    (project / "paper/tables/counts.tex").write_text("edited by hand")
    assert not is_up_to_date(project, "counts")
    assert reproduce(project, show=lines.append) == ("counts",)
    assert (project / "paper/tables/counts.tex").read_text().startswith("% made by analyses/counts.py")
    replace_in(project / "analyses/specification.py", "lags: int = 2", "lags: int = 3")
    assert reproduce(project, show=lines.append) == ("counts", "market")
    assert Exhibit.open("market").numbers["lags"] == 3


def test_a_program_named_otherwise_is_refused(project):
    replace_in(project / "analyses/counts.py", 'Exhibit("counts"', 'Exhibit("count"')
    done = subprocess.run(
        [sys.executable, "-m", "analyses.counts"], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "name both alike" in done.stderr
    assert not (project / "paper/results/count.json").exists()


def test_plotted_words_that_look_like_numbers_are_those_that_are_stored(project):
    stored = Exhibit.open("market")
    name = next(iter(stored.figures))
    figure = stored.figures[name]
    data = figure.data.assign(lags=pd.Series([3] * len(figure.data), dtype=float))
    one, two = (
        dataclasses.replace(stored, figures={name: dataclasses.replace(figure, data=each)})
        for each in (data, data.assign(lags=["3"] * len(data)))
    )
    assert len(compare(one, two)) == 0
    assert len(compare(one, dataclasses.replace(two, figures={name: dataclasses.replace(figure, data=data + 1.0)}))) > 0
