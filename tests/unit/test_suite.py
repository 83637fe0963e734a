"""The suite itself: tests that wait for files of ../shared are listed once, by file, with one worker or two."""

import os
import shutil
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info

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


def test_arithmetic_that_leaves_the_numbers_fails_a_test():
    big = np.array([1e308])
    for act in (lambda: big * 10.0, lambda: big / 0.0, lambda: np.sqrt(-big)):
        with pytest.raises(FloatingPointError):
            act()


def test_a_warning_fails_a_test():
    with pytest.raises(UserWarning, match="left over"):
        warnings.warn("left over", UserWarning, stacklevel=1)


def test_sums_are_made_on_one_thread():
    (np.eye(3) @ np.eye(3)).sum()
    assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {1}


PYTHON = """#!/bin/sh
echo "$@" >> ran
case "$*" in *unit/broken*) [ ! -e failing ];; *) exit 0;; esac
"""


@pytest.fixture
def project(tmp_path):
    """The Makefile beside two rooms with slow tests and one without, and a python that only notes what it is told."""
    for room, text in {"fine": "@pytest.mark.slow", "broken": "@pytest.mark.slow", "quick": ""}.items():
        (tmp_path / "tests" / "unit" / room).mkdir(parents=True)
        (tmp_path / "tests" / "unit" / room / f"test_{room}.py").write_text(text)
    for name in ("tests/conftest.py", "tests/unit/conftest.py", "pyproject.toml"):
        (tmp_path / name).touch()
    for name in ("requirements.lock", "requirements-test.lock"):
        (tmp_path / name).touch()
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / ".ready").touch()
    (tmp_path / ".venv" / ".testing").touch()
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text(PYTHON)
    python.chmod(0o755)
    return tmp_path


def rooms_run(folder, *words):
    """Exit status of ``make test-slow``, and the rooms whose tests it ran."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    (folder / "ran").write_text("")
    run = subprocess.run(["make", "test-slow", *words], cwd=folder, env=environment, capture_output=True, check=False)
    return run.returncode, [line.rsplit("/", 1)[-1] for line in (folder / "ran").read_text().splitlines()]


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")
def test_slow_tests_go_on_with_the_rooms_that_have_not_passed(project):
    (project / "failing").touch()
    code, rooms = rooms_run(project)
    assert code != 0
    assert rooms == ["broken", "fine"]  # a room that fails does not stop the next
    (project / "failing").unlink()
    assert rooms_run(project) == (0, ["broken"])
    assert rooms_run(project) == (0, [])
    later = time.time() + 60
    os.utime(project / "tests" / "unit" / "fine" / "test_fine.py", (later, later))
    assert rooms_run(project) == (0, ["fine"])
    subprocess.run(["make", "clean"], cwd=project, capture_output=True, check=True)
    assert rooms_run(project, "ROOM=fine") == (0, ["fine"])
    assert rooms_run(project, "ROOM=nosuch") == (2, [])
