"""`make verify-matrix`: every Python that is found is verified in an environment of its own; the others are named."""

import sys
import tomllib
from pathlib import Path

import pytest

from econ.errors import SchemaError
from econ.report import matrix
from econ.report.matrix import FLOORS, VERSIONS, environment, floors, found, verify_matrix
from econ.report.processor import CHOICE, LEFT, Processor

ROOT = Path(__file__).resolve().parents[3]
HERE = "{}.{}".format(*sys.version_info[:2])


class Runs:
    """Commands that were run, and the statuses they get."""

    def __init__(self, **statuses):
        self.words, self.variables, self.statuses = [], [], statuses

    def __call__(self, words, root, variables):
        self.words.append(list(words))
        self.variables.append(dict(variables))
        return next((status for word, status in self.statuses.items() if word in words), 0)


@pytest.fixture
def root(tmp_path):
    (tmp_path / "requirements.lock").write_text("numpy==2.4.6 --hash=sha256:00\n")
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["numpy>=2.0", "pandas>=2.2.2"]\n')
    for version in (*VERSIONS, FLOORS):
        (tmp_path / "build" / "matrix" / version).mkdir(parents=True)
    return tmp_path


def silent(python, root, variables):
    """Libraries whose kernels cannot be chosen."""
    return Processor(("mkl",), ("unknown",), (), ())


def chip(*features, taken=None, loops=("X86_V3",)):
    """A processor with these features, whose OpenBLAS takes what it is told, or ``taken``."""

    def probe(python, root, variables):
        kernel = taken or variables.get(CHOICE, "Haswell")
        left = variables.get(LEFT, "").split()
        return Processor(("openblas",) * 2, (kernel,) * 2, features, tuple(each for each in loops if each not in left))

    return probe


def verified(runs):
    """What was verified: the environment, and the variables."""
    pairs = zip(runs.words, runs.variables, strict=True)
    return [(Path(words[0]).parents[1].name, given) for words, given in pairs if words[1:] == ["-m", "econ", "verify"]]


def some(*versions):
    return lambda version: Path(f"/x/python{version}") if version in versions else None


def test_each_found_version_is_verified_and_the_others_are_named(root):
    runs, lines = Runs(), []
    assert verify_matrix(root, find=some("3.11", "3.13"), run=runs, show=lines.append, probe=silent)
    assert lines == ["python3.11: ok", "python3.12: not found on this machine", "python3.13: ok",
                     "python3.14: not found on this machine", "python3.11, floors: ok",
                     "python3.11, processors: not tried: BLAS is mkl, whose kernels cannot be chosen"]  # fmt: skip
    assert verified(runs) == [(name, {}) for name in ("3.11", "3.13", "floors")]
    assert runs.words[2][0] == str(root / "build/matrix/3.11/bin/python")
    installs = [words for words in runs.words if "pip" in words]
    assert len(installs) == 3
    assert all(words[-3:] == ["--require-hashes", "-r", "requirements.lock"] for words in installs[:2])
    assert installs[2][-2:] == ["numpy==2.0", "pandas==2.2.2"]


def test_the_floors_stand_on_the_oldest_python_that_was_found(root):
    runs, lines = Runs(), []
    assert verify_matrix(root, find=some("3.12", "3.13"), run=runs, show=lines.append, probe=silent)
    assert lines[-2] == "python3.12, floors: ok"
    made = {words[-1]: words[0] for words in runs.words if "venv" in words}
    assert made[str(root / "build/matrix/floors")] == "/x/python3.12"


def test_floors_that_fail_fail_the_whole(root):
    class Broken(Runs):
        def __call__(self, words, root, variables):
            super().__call__(words, root, variables)
            return int("floors" in words[0] and "verify" in words)

    lines = []
    assert not verify_matrix(root, find=some("3.13"), run=Broken(), show=lines.append, probe=silent)
    assert lines[3:5] == ["python3.14: not found on this machine", "python3.13, floors: FAILED"]


def test_the_oldest_python_is_verified_as_on_each_kind_of_processor(root):
    runs, lines = Runs(), []
    probe = chip("SSE3", "AVX", "AVX2", "FMA3", loops=("X86_V3", "X86_V4"))
    assert verify_matrix(root, find=some("3.12", "3.13"), run=runs, show=lines.append, probe=probe)
    assert lines[5:] == [
        "python3.12, Prescott (SSE3) and numpy without vectors: ok", "python3.12, Prescott (SSE3): ok",
        "python3.12, Sandybridge (AVX): ok", "python3.12, Haswell (AVX2): ok",
        "python3.12, SkylakeX (AVX-512): not on this processor",
    ]  # fmt: skip
    plain, *rest = verified(runs)[3:]
    assert plain == ("3.12", {CHOICE: "Prescott", LEFT: "X86_V3 X86_V4"})
    assert rest == [("3.12", {CHOICE: kernel, LEFT: ""}) for kernel in ("Prescott", "Sandybridge", "Haswell")]


def test_a_kind_that_differs_fails_the_whole(root):
    class Broken(Runs):
        def __call__(self, words, root, variables):
            super().__call__(words, root, variables)
            return int(variables.get(CHOICE) == "Sandybridge")

    lines, probe = [], chip("SSE3", "AVX")
    assert not verify_matrix(root, find=some("3.12"), run=Broken(), show=lines.append, probe=probe)
    assert [line for line in lines if "FAILED" in line] == ["python3.12, Sandybridge (AVX): FAILED"]


@pytest.mark.parametrize(
    ("probe", "said", "passes"),
    [
        (chip("SSE3", taken="Zen"), "not tried: the libraries took Zen and Zen and X86_V3 instead", True),
        (chip("SSE3", taken="Katmai"), "ok", True),
        (lambda python, root, variables: None, "FAILED: the libraries did not say what they take", False),
        (lambda python, root, variables: None if variables else chip("SSE3")(python, root, {}),
         "FAILED: Python does not start", False),
    ],
)  # fmt: skip
def test_a_kind_that_cannot_be_tried_is_said_and_one_that_kills_python_fails(root, probe, said, passes):
    lines = []
    assert verify_matrix(root, find=some("3.12"), run=Runs(), show=lines.append, probe=probe) is passes
    assert [
        line.partition(": ")[2]
        for line in lines
        if line.startswith(("python3.12, Prescott (SSE3):", "python3.12, pro"))
    ] == [said]


def test_processors_are_left_out_where_there_is_no_environment(root):
    runs, lines = Runs(venv=1), []
    assert not verify_matrix(root, find=some("3.12"), run=runs, show=lines.append, probe=chip("SSE3"))
    assert len(lines) == len(VERSIONS) + 1
    assert sum("venv" in words for words in runs.words) == 2  # its own and that of the floors, each once


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
    assert not verify_matrix(root, find=some("3.12"), run=Runs(**statuses), show=lines.append, probe=silent)
    assert lines[1].startswith(f"python3.12: {verdict}")


def test_no_python_at_all_is_no_success(root):
    assert not verify_matrix(root, find=some(), run=Runs(), show=lambda line: None, probe=silent)


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
    told = "os.environ['OPENBLAS_NUM_THREADS'] + os.environ['GIVEN']"
    code = f"import os, pathlib; pathlib.Path('out').write_text({told}); raise SystemExit(3)"
    assert matrix.call([sys.executable, "-c", code], tmp_path, {"GIVEN": "2"}) == 3
    assert (tmp_path / "out").read_text() == "12"
