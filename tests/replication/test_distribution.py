"""What others get: one version, pages that name what exists, a wheel with types, an sdist that makes exhibits."""

import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import econ

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CHANGES = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")

USER = """
import numpy as np
import pandas as pd

from econ import IRF, VAR, Cholesky, Estimate, MovingBlock, __version__

months = pd.period_range("2000-01", periods=120, freq="M")
frame = pd.DataFrame(np.random.default_rng(1).normal(size=(120, 2)), index=months, columns=["x", "y"])
fit = VAR(frame, lags=2).fit()
irf: IRF = fit.identify(Cholesky("x", "y")).irf(horizon=4, bootstrap=MovingBlock(draws=19), rng=1)
impact: Estimate = irf.at(0, response="y", shock="x")
observations: int = fit.nobs
print(__version__, observations, f"{impact.value:.3f}")
"""
WRONG = {
    "VAR(frame, lag=2)": "call-arg",
    'fit.identify("x")': "arg-type",
    "text: str = irf": "assignment",
    "fit.no_such_name": "attr-defined",
}


def test_the_version_is_one():
    assert econ.__version__ == PROJECT["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", econ.__version__)
    released = re.findall(r"^## \[(\d[\w.]*)\] - \d{4}-\d\d-\d\d$", CHANGES, re.MULTILINE)
    assert released[0] == econ.__version__
    assert "\n## [Unreleased]" in CHANGES


def test_every_public_name_that_the_changes_tell_of_exists():
    names = {name for name in re.findall(r"`([A-Z]\w+)`", CHANGES) if not name.isupper() or name in econ.__all__}
    known = {*dir(econ), *dir(econ.errors), *dir(econ.report)}
    assert len(names) > 20
    assert names - known - {"CONTRIBUTING", "DeprecationWarning"} == set()


def test_every_path_and_command_that_contributors_are_told_of_exists():
    marked = re.findall(r"`([^`\n]+)`|^(make.*?) +#", CONTRIBUTING, re.MULTILINE)
    spans = [span for pair in marked for span in pair if span]
    path = re.compile(r"\.?\w[\w.-]*/[\w./-]*|[\w-]+\.(?:md|toml|lock|cff)|Makefile")
    paths = [span for span in spans if path.fullmatch(span)]
    paths = [path for path in paths if "NAME" not in path]
    assert len(paths) > 25
    assert [path for path in paths if not (ROOT / path).exists()] == []
    targets = {target for span in spans for target in re.findall(r"^make ([\w-]+)", span)}
    assert {"test", "test-slow", "verify", "audit", "readme", "lint", "bench"} <= targets
    assert [target for target in sorted(targets) if f"\n{target}:" not in MAKEFILE] == []
    for module in re.findall(r"python -m ([\w.]+)", CONTRIBUTING):
        assert module == "pip" or (ROOT / f"{module.replace('.', '/')}.py").exists(), module
    for name in ("_HOMES", "__all__"):
        assert hasattr(econ, name)
    assert "econ.pth" in MAKEFILE
    assert "--no-deps" in MAKEFILE


def test_every_extra_says_what_it_brings():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for extra in PROJECT["optional-dependencies"]:
        assert re.search(rf"^{extra} = \[.*# \w+", text, re.MULTILINE), extra
    assert "Typing :: Typed" in PROJECT["classifiers"]
    minors = {line.rsplit(" ", 1)[1] for line in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", line)}
    assert minors == {"3.11", "3.12", "3.13", "3.14"}  # those of make verify-matrix


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Folder with the wheel and the sdist of this tree; nothing is written into the tree."""
    folder = tmp_path_factory.mktemp("dist")
    words = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    return folder


@pytest.fixture(scope="module")
def python(built, tmp_path_factory):
    """A fresh environment with the wheel; its libraries are those of this one, so that no network is asked."""
    folder = tmp_path_factory.mktemp("fresh")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    own = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    (wheel,) = built.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--python", str(own), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--disable-pip-version-check", str(wheel)], check=True)
    site = subprocess.run(
        [str(own), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    (Path(site) / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return own


@pytest.mark.slow
def test_the_wheel_holds_the_package_with_its_types_and_data_and_nothing_else(built):
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"econ", f"econ-{econ.__version__}.dist-info"}
    assert {"econ/py.typed", "econ/responses/econ.mplstyle", "econ/data/archive/2026-07-17/manifest.csv"} <= set(names)
    assert f"econ-{econ.__version__}.dist-info/licenses/LICENSE" in names
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "econ").rglob("*.py")}
    assert modules <= set(names)


@pytest.mark.slow
def test_a_user_of_the_wheel_has_types(python, tmp_path):
    (tmp_path / "user.py").write_text(USER)
    run = subprocess.run([str(python), "user.py"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.split()[:2] == [econ.__version__, "118"]
    where = "import econ, importlib.metadata as m; print(econ.__file__, m.version('econ'))"
    told = subprocess.run([str(python), "-c", where], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert Path(told.split()[0]).is_relative_to(python.parents[1])  # the wheel, not this tree
    assert told.split()[1] == econ.__version__
    for number, line in enumerate(WRONG):
        (tmp_path / f"wrong{number}.py").write_text(f"{USER}{line}\n")
    words = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--python-executable", str(python)]
    files = sorted(path.name for path in tmp_path.glob("*.py"))
    done = subprocess.run([*words, *files], cwd=tmp_path, capture_output=True, text=True, check=False)
    errors = re.findall(r"^(\w+)\.py:\d+: error: .*\[([\w-]+)\]$", done.stdout, re.MULTILINE)
    assert sorted(errors) == [(f"wrong{number}", code) for number, code in enumerate(WRONG.values())], done.stdout


@pytest.mark.slow
def test_an_exhibit_is_made_from_the_unpacked_sdist(built, python, tmp_path):
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    for name in (
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "README.md",
        ".ci/run",
        "requirements-test.lock",
        "tests/README.md",
    ):
        assert (folder / name).is_file()
    assert not list(folder.rglob("*.run.json"))
    words = [str(python), "-m", "analyses.claims"]
    subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True)
    made = folder / "paper/results/claims.json"
    assert made.with_suffix(".run.json").exists()
    assert made.read_bytes() == (ROOT / "paper/results/claims.json").read_bytes()
