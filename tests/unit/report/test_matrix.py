"""`make verify-matrix`: every Python that is found is verified in an environment of its own; the others are named."""

import sys
import tomllib
from pathlib import Path

import pytest

from econ.errors import SchemaError
from econ.report import matrix
from econ.report.matrix import FLOORS, VERSIONS, environment, floors, found, verify_matrix

ROOT = Path(__file__).resolve().parents[3]
HERE = "{}.{}".format(*sys.version_info[:2])


class Runs:
    """Commands that were run, and the statuses they get."""

    def __init__(self, **statuses):
        self.words, self.statuses = [], statuses

    def __call__(self, words, root):
        self.words.append(list(words))
        return next((status for word, status in self.statuses.items() if word in words), 0)


@pytest.fixture
def root(tmp_path):
    (tmp_path / "requirements.lock").write_text("numpy==2.4.6 --hash=sha256:00\n")
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["numpy>=2.0", "pandas>=2.2.2"]\n')
    for version in (*VERSIONS, FLOORS):
        (tmp_path / "build" / "matrix" / version).mkdir(parents=True)
    return tmp_path


def some(*versions):
    return lambda version: Path(f"/x/python{version}") if version in versions else None


def test_each_found_version_is_verified_and_the_others_are_named(root):
    runs, lines = Runs(), []
    assert verify_matrix(root, find=some("3.11", "3.13"), run=runs, show=lines.append)
    assert lines == ["python3.11: ok", "python3.12: not found on this machine", "python3.13: ok",
                     "python3.14: not found on this machine", "python3.11, floors: ok"]  # fmt: skip
    verified = [words[0] for words in runs.words if words[1:] == ["-m", "econ", "verify"]]
    assert verified == [str(root / "build/matrix" / name / "bin/python") for name in ("3.11", "3.13", "floors")]
    installs = [words for words in runs.words if "pip" in words]
    assert len(installs) == 3
    assert all(words[-3:] == ["--require-hashes", "-r", "requirements.lock"] for words in installs[:2])
    assert installs[2][-2:] == ["numpy==2.0", "pandas==2.2.2"]


def test_the_floors_stand_on_the_oldest_python_that_was_found(root):
    runs, lines = Runs(), []
    assert verify_matrix(root, find=some("3.12", "3.13"), run=runs, show=lines.append)
    assert lines[-1] == "python3.12, floors: ok"
    made = {words[-1]: words[0] for words in runs.words if "venv" in words}
    assert made[str(root / "build/matrix/floors")] == "/x/python3.12"


def test_floors_that_fail_fail_the_whole(root):
    class Broken(Runs):
        def __call__(self, words, root):
            super().__call__(words, root)
            return int("floors" in words[0] and "verify" in words)

    lines = []
    assert not verify_matrix(root, find=some("3.13"), run=Broken(), show=lines.append)
    assert lines[-2:] == ["python3.14: not found on this machine", "python3.13, floors: FAILED"]


def test_every_dependency_has_a_floor_and_the_oldest_python_is_in_the_matrix(root):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert [line.replace("==", ">=") for line in floors(ROOT)] == project["dependencies"]
    assert project["requires-python"] == f">={VERSIONS[0]}"
    (root / "pyproject.toml").write_text('[project]\ndependencies = ["numpy"]\n')
    with pytest.raises(SchemaError, match="'numpy' declares no floor"):
        floors(root)


@pytest.mark.parametrize(
    ("statuses", "verdict"), [({"verify": 1}, "FAILED"), ({"pip": 1}, "FAILED: the packages"), ({"venv": 1}, "FAILED")]
)
def test_one_that_differs_or_cannot_be_set_up_fails_the_whole(root, statuses, verdict):
    lines = []
    assert not verify_matrix(root, find=some("3.12"), run=Runs(**statuses), show=lines.append)
    assert lines[1].startswith(f"python3.12: {verdict}")


def test_no_python_at_all_is_no_success(root):
    assert not verify_matrix(root, find=some(), run=Runs(), show=lambda line: None)


@pytest.mark.parametrize(
    ("name", "file", "text"),
    [
        ("3.12", "requirements.lock", "numpy==2.5.5 --hash=sha256:00\n"),
        (FLOORS, "pyproject.toml", '[project]\ndependencies = ["numpy>=2.1"]\n'),
    ],
)
def test_an_environment_is_made_again_when_what_it_was_made_from_changes(root, name, file, text):
    runs = Runs()
    for _ in range(2):
        environment(root, name, Path("/x/python3.12"), runs)
    assert len(runs.words) == 2  # venv and pip, once
    (root / file).write_text(text)
    environment(root, name, Path("/x/python3.12"), runs)
    assert len(runs.words) == 4
    environment(root, name, Path("/y/python3.12"), runs)
    assert len(runs.words) == 6


@pytest.mark.skipif(sys.platform == "win32", reason="scripts as shims")
def test_a_shim_that_does_not_run_is_passed_over(tmp_path, monkeypatch):
    """A version manager leaves names on the path behind which no interpreter stands."""
    shims, real = tmp_path / "shims", tmp_path / "bin"
    for folder in (shims, real):
        folder.mkdir()
    (shims / f"python{HERE}").write_text("#!/bin/sh\nexit 127\n")
    (shims / f"python{HERE}").chmod(0o755)
    (real / f"python{HERE}").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", f"{shims}:{real}")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "none"))
    assert found(HERE) == real / f"python{HERE}"
    (real / f"python{HERE}").unlink()
    assert found(HERE) is None


def test_commands_run_on_one_thread_in_the_folder(tmp_path):
    code = "import os, pathlib; pathlib.Path('out').write_text(os.environ['OPENBLAS_NUM_THREADS']); raise SystemExit(3)"
    assert matrix.call([sys.executable, "-c", code], tmp_path) == 3
    assert (tmp_path / "out").read_text() == "1"
