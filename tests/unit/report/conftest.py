"""A sample project, built once for all tests of the room and copied by those that change it."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FILTERS = ("numbers.lua", "web.lua", "crossref.lua", "template.typ", "paper.css", "head.tex")


def load_sample():
    spec = importlib.util.spec_from_file_location("report_sample", Path(__file__).with_name("sample.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def environment():
    """Programs of a sample find the package under test, whatever the working folder."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="session")
def built_project(tmp_path_factory, environment):
    folder = load_sample().make_project(tmp_path_factory.mktemp("project"))
    for name in FILTERS:
        shutil.copy(ROOT / "paper" / name, folder / "paper" / name)
    for key in ("market", "counts"):
        subprocess.run([sys.executable, "-m", f"analyses.{key}"], cwd=folder, env=environment, check=True)
    return folder


@pytest.fixture(scope="session")
def set_paper(built_project, tmp_path_factory):
    """A copy of the sample with its paper in all formats; the sample itself has none."""
    from econ.report.build import build

    folder = Path(shutil.copytree(built_project, tmp_path_factory.mktemp("paper") / "project"))
    build(folder / "paper")
    return folder


@pytest.fixture
def project(built_project, tmp_path, monkeypatch, environment):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    folder = Path(shutil.copytree(built_project, tmp_path / "project"))
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def committed_project(project):
    """The sample under git, with its results committed."""
    (project / ".gitignore").write_text("*.run.json\npaper/paper.pdf\npaper/paper.html\npaper/paper.t*\n__pycache__/\n")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"]):
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *words]
        subprocess.run(git, cwd=project, check=True, capture_output=True)
    return project


def load_devtools():
    spec = importlib.util.spec_from_file_location("report_devtools", Path(__file__).with_name("devtools.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def browser():
    """A headless browser; where the machine has none, its tests are skipped and say so."""
    devtools = load_devtools()
    path = devtools.found()
    if path is None:
        pytest.skip("no browser on this machine: install chromium, or name one in ECON_BROWSER")
    made = devtools.Browser(path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def faults():
    """``faults(page)``: serious and critical findings of axe-core on a page, each with the elements it is about."""
    axe = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")

    def look(page):
        page.ask(f"{axe};0")
        found = page.ask("axe.run(document, {resultTypes: ['violations']}).then((each) => each.violations)")
        return [
            (each["id"], each["impact"], [node["target"] for node in each["nodes"]][:3])
            for each in found
            if each["impact"] in ("serious", "critical")
        ]

    return look
