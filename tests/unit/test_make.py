"""The Makefile, with a python that only notes what it is told: what is out of date is made, and nothing else."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = """#!/bin/sh
echo "$@" >> ran
[ ! -e failing ] || exit 1
for word; do case $word in
  analyses.*) key=${word#analyses.}; touch paper/results/$key.json paper/results/$key.run.json;;
  [a-c]) touch paper/results/$word.json paper/results/$word.run.json;;
  econ.report.build) touch paper/paper.pdf;;
esac; done
"""

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")


@pytest.fixture
def project(tmp_path):
    """Three programs, none of which has run, and a Makefile."""
    for name in ("analyses", "paper/results", ".venv/bin", "econ"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("a", "b", "c", "specification", "_helper"):
        (tmp_path / "analyses" / f"{name}.py").touch()
    for name in ("paper/paper.md", "requirements.lock", ".venv/.ready"):
        (tmp_path / name).touch()
    shutil.copy(ROOT / "Makefile", tmp_path)
    python = tmp_path / ".venv/bin/python"
    python.write_text(PYTHON)
    python.chmod(0o755)
    return tmp_path


def make(folder, *words):
    """Exit status of ``make``, and what it told python to do."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    (folder / "ran").write_text("")
    run = subprocess.run(["make", *words], cwd=folder, env=environment, capture_output=True, check=False)
    return run.returncode, (folder / "ran").read_text().splitlines()


def settle(folder):
    """Everything made, long ago: the sources first, then the results, then the paper; nothing is out of date."""
    make(folder)
    os.utime(folder / "paper/build/edition", (1e9, 1e9))
    for hours, pattern in enumerate(("analyses/*.py", "paper/results/*", "paper/paper.md", "paper/paper.pdf")):
        for path in folder.glob(pattern):
            os.utime(path, (1e9 + 3600.0 * hours,) * 2)
    assert make(folder) == (0, [])


PAPER = "-m econ.report.build"


@pytest.mark.parametrize("words", [(), ("-j4",), ("paper",)], ids=" ".join)
def test_all_that_is_out_of_date_is_made_out_of_one_process_and_then_the_paper(project, words):
    assert make(project, *words) == (0, ["-m econ.report.workers a b c", PAPER])
    assert make(project, *words) == (0, [])


@pytest.mark.parametrize(
    ("changed", "made"),
    [
        ("analyses/b.py", "b"),
        ("analyses/_helper.py", "a b c"),
        ("analyses/specification.py", "a b c"),
        ("paper/paper.md", None),
    ],
)
def test_the_files_decide_what_is_out_of_date(project, changed, made):
    settle(project)
    (project / changed).touch()
    assert make(project) == (0, [*([f"-m econ.report.workers {made}"] if made else []), PAPER])


def test_a_record_beside_results_that_somebody_deleted_is_none(project):
    settle(project)
    (project / "paper/results/c.json").unlink()
    assert make(project) == (0, ["-m econ.report.workers c", PAPER])


def test_one_exhibit_is_made_alone_and_the_paper_follows(project):
    settle(project)
    (project / "analyses/b.py").touch()
    assert make(project, "paper/results/b.run.json") == (0, ["-m analyses.b"])
    assert make(project) == (0, [PAPER])


def test_no_paper_is_set_when_an_exhibit_fails(project):
    (project / "failing").touch()
    code, told = make(project)
    assert code != 0
    assert told[0] == "-m econ.report.workers a b c"
    assert PAPER not in told


def test_a_dry_run_makes_nothing(project):
    assert make(project, "--dry-run") == (0, [])
