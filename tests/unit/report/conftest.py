"""A sample project, built once for all tests of the room and copied by those that change it."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FILTERS = ("numbers.lua", "crossref.lua", "template.typ", "paper.css", "head.tex")


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
