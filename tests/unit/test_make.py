"""The Makefile, with a python that only notes what it is told: what is out of date is made, and nothing else."""

import os
import shutil
import subprocess
import sys
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
  econ.report.explorer) touch paper/explorer.html;;
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
    order = ("analyses/*.py", "paper/results/*", "paper/paper.md", "paper/paper.pdf", "paper/explorer.html")
    for hours, pattern in enumerate(order):
        for path in folder.glob(pattern):
            os.utime(path, (1e9 + 3600.0 * hours,) * 2)
    assert make(folder) == (0, [])


PAPER, EXPLORER = "-m econ.report.build", "-m econ.report.explorer"
PIP = "import pathlib, sys\n\nwith pathlib.Path('pip').open('a') as file:\n    print(*sys.argv[1:], file=file)\n"
MAKES = """#!/bin/sh
[ "$1" = -m ] || exec "{python}" "$@"
"{python}" "$@" --without-pip || exit 1
for site in .venv/lib/python*/site-packages; do mkdir $site/pip; cp pip.py $site/pip/__main__.py; done
"""


@pytest.mark.parametrize("words", [(), ("-j4",), ("paper",)], ids=" ".join)
def test_all_that_is_out_of_date_is_made_out_of_one_process_and_then_the_paper(project, words):
    assert make(project, *words) == (0, ["-m econ.report.workers a b c", PAPER, EXPLORER])
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
    assert make(project) == (0, [f"-m econ.report.workers {made}", PAPER, EXPLORER] if made else [PAPER])


def test_a_record_beside_results_that_somebody_deleted_is_none(project):
    settle(project)
    (project / "paper/results/c.json").unlink()
    assert make(project) == (0, ["-m econ.report.workers c", PAPER, EXPLORER])


def test_one_exhibit_is_made_alone_and_the_paper_follows(project):
    settle(project)
    (project / "analyses/b.py").touch()
    assert make(project, "paper/results/b.run.json") == (0, ["-m analyses.b"])
    assert make(project) == (0, [PAPER, EXPLORER])


def test_no_paper_is_set_when_an_exhibit_fails(project):
    (project / "failing").touch()
    code, told = make(project)
    assert code != 0
    assert told[0] == "-m econ.report.workers a b c"
    assert PAPER not in told


def test_a_dry_run_makes_nothing(project):
    assert make(project, "--dry-run") == (0, [])


def imported(folder, elsewhere):
    """Where the environment of a project finds its package, asked from another folder."""
    words = [folder / ".venv/bin/python", "-c", "import econ; print(econ.__file__)"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(words, cwd=elsewhere, env=environment, capture_output=True, text=True, check=True)
    return Path(done.stdout.strip())


def test_the_environment_finds_the_project_from_any_folder_and_after_it_was_moved(tmp_path):
    """With a pip that only notes what it is told."""
    folder = tmp_path / "before"
    (folder / "econ").mkdir(parents=True)
    for name in ("econ/__init__.py", "requirements.lock", "requirements-test.lock"):
        (folder / name).touch()
    (folder / "pip.py").write_text(PIP)
    (folder / "python").write_text(MAKES.format(python=sys.executable))
    (folder / "python").chmod(0o755)
    shutil.copy(ROOT / "Makefile", folder)
    words = ["make", "PYTHON3=./python", ".venv/.testing"]
    subprocess.run(words, cwd=folder, capture_output=True, check=True)
    told = (folder / "pip").read_text().splitlines()
    assert [line.split()[-1] for line in told] == ["requirements.lock", "requirements-test.lock"]
    assert all(line.startswith("install ") and "--require-hashes" in line for line in told)
    assert [path.name for path in (folder / "econ").rglob("*.pyc")]  # compiled with the environment, before any import
    assert imported(folder, tmp_path) == folder / "econ/__init__.py"
    moved = folder.rename(tmp_path / "after")
    assert imported(moved, tmp_path) == moved / "econ/__init__.py"
