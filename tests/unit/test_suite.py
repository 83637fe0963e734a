"""The suite itself: tests that wait for files of ../shared are listed once, by file, with one worker or two."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WAITING = """
import pytest

def test_one(shared):
    shared("data/raw/absent.csv")

def test_two(shared):
    shared("data/raw/absent.csv")

@pytest.mark.shared_files("data/raw/fred/*.csv")
def test_each(shared_file):
    raise AssertionError("there is a file after all")

def test_runs(shared):
    assert shared("data/here.csv").read_text() == "x"

@pytest.mark.shared_files("data/*.csv", without=("left_out.csv",))
def test_every(shared_file):
    assert shared_file.name == "here.csv"

@pytest.mark.skip(reason="another reason")
def test_other():
    pass
"""


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["one", "two"])
def test_what_waits_for_shared_files_is_listed_once(tmp_path, workers):
    suite = tmp_path / "project" / "tests"
    suite.mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "conftest.py", suite)
    (suite / "test_waiting.py").write_text(WAITING)
    (tmp_path / "shared" / "data").mkdir(parents=True)
    for name in ("here.csv", "left_out.csv"):
        (tmp_path / "shared" / "data" / name).write_text("x")
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *workers, str(suite)]
    run = subprocess.run(words, cwd=suite.parent, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "2 passed, 4 skipped" in run.stdout
    told = run.stdout[run.stdout.index("3 tests need files of ../shared that are absent") :].splitlines()
    assert [line.strip().split("test_waiting.py::")[-1] for line in told[1:6]] == [
        "../shared/data/raw/absent.csv",
        "test_one",
        "test_two",
        "../shared/data/raw/fred/*.csv",
        "test_each[*.csv]",
    ]
