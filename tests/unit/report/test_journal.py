"""The folder for the journal: a manuscript that pdflatex can set, an archive that works elsewhere, the response."""

import gzip
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from econ.errors import SchemaError, VintageMissing
from econ.report.journal import MOMENT, archive, faults, handed, kit, main, manuscript
from econ.report.store import dumps, loads

ROOT = Path(__file__).parents[3]
TEX = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage{booktabs,graphicx}
\DeclareUnicodeCharacter{2212}{\ensuremath{-}}
\newenvironment{wide}{\begin{list}{}{}}{\end{list}}
\begin{document}
Années: −1 – see \ref{a}, \hyperref[b]{B}.\label{a}\label{b}
\begin{figure}\includegraphics[width=2cm]{figures/x.pdf}\end{figure}
\end{document}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "x.pdf").write_bytes(b"%PDF")
    (tmp_path / "paper.tex").write_text(TEX, encoding="utf-8")
    return tmp_path


def test_a_sound_manuscript_has_no_fault(folder):
    assert faults(TEX, folder) == []
    assert list(manuscript(folder)) == ["manuscript/paper.tex", "manuscript/figures/x.pdf"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("booktabs,", "booktabs,tabularray,", "the package tabularray"),
        ("\\usepackage[T1]{fontenc}", "\\usepackage{fontspec}", "the package fontspec"),
        ("{2212}", "{2213}", "the character U+2212"),
        ("Années", "Ann\u03b5es", "the character U+03B5"),
        ("{figures/x.pdf}", "{figures/y.pdf}", "the figure figures/y.pdf, which is not there"),
        ("{figures/x.pdf}", "{../x.pdf}", "the figure ../x.pdf outside the folder"),
        ("{figures/x.pdf}", "{/x.pdf}", "the figure /x.pdf outside the folder"),
        ("\\label{a}", "", "the reference a without a label"),
        ("\\label{b}", "", "the reference b without a label"),
        ("\\label{b}", "\\label{b}\\label{a}", "the label a twice"),
        ("\\end{figure}", "", "the beginning of figure without its end"),
        ("\\begin{figure}", "", "the end of figure without its beginning"),
    ],
)
def test_each_fault_is_named(folder, old, new, fault):
    assert old in TEX
    (folder / "paper.tex").write_text(TEX.replace(old, new), encoding="utf-8")
    assert faults(TEX.replace(old, new), folder) == [fault]
    with pytest.raises(SchemaError, match="pdflatex could not set"):
        manuscript(folder)


def test_without_a_paper_or_a_response_nothing_is_written(tmp_path, set_paper):
    with pytest.raises(VintageMissing, match="set the paper first"):
        manuscript(tmp_path)
    with pytest.raises(VintageMissing, match="response"):
        kit(set_paper, into=tmp_path / "kit")
    assert not (tmp_path / "kit").exists()


def test_the_kit_of_a_project_is_whole_and_the_same_each_time(project, capsys):
    (project / "docs").mkdir()
    (project / "docs" / "response.md").write_text("# Response\n\n**A.** Done, see `tbl:a`.\n")
    (project / "pyproject.toml").write_text('[project]\nname = "sample"\nversion = "1.0"\n')
    (project / "build" / "x").mkdir(parents=True)
    (project / "build" / "x" / "left.txt").write_text("x")
    files = {path.relative_to(project / "build/journal").as_posix(): path for path in kit(project)}
    assert {"README.txt", "paper.pdf", "replication.tar.gz", "response.md", "response.html"} < set(files)
    assert "manuscript/figures/market.pdf" in files
    listed = files["README.txt"].read_text().partition("sha256 of each file:\n")[2].splitlines()
    told = dict(reversed(line.split("  ")) for line in listed)
    before = {name: path.read_bytes() for name, path in files.items()}
    assert told == {name: hashlib.sha256(each).hexdigest() for name, each in before.items() if name != "README.txt"}
    assert "<strong>A.</strong>" in files["response.html"].read_text()
    for path in project.rglob("*"):
        os.utime(path, (1e9, 1e9))
    assert main() == 0
    assert "files" in capsys.readouterr().out
    assert {name: path.read_bytes() for name, path in files.items()} == before
    with tarfile.TarFile(fileobj=io.BytesIO(gzip.decompress(before["replication.tar.gz"]))) as packed:
        entries = packed.getmembers()
    names = [each.name for each in entries]
    assert names == sorted(names)
    assert {"sample-1.0/paper/results/market.json", "sample-1.0/analyses/market.py"} < set(names)
    assert not [name for name in names if "/build/" in name or name.endswith((".run.json", "paper.pdf", ".pyc"))]
    assert {(each.mtime, each.uid, each.gid, each.uname, each.gname) for each in entries} == {(MOMENT, 0, 0, "", "")}


def test_a_name_too_long_for_tar_is_refused(project):
    (project / "pyproject.toml").write_text('[project]\nname = "sample"\nversion = "1.0"\n')
    (project / "analyses" / ("x" * 150)).write_text("x")
    with pytest.raises(SchemaError, match="shorter name"):
        archive(project)


def test_the_archive_holds_what_a_replicator_needs_and_nothing_built():
    names = set(handed(ROOT))
    needed = {"Makefile", "requirements.lock", "pyproject.toml", "LICENSE", "docs/replication.md", "paper/paper.md"}
    assert needed < names
    assert {path.relative_to(ROOT).as_posix() for path in (ROOT / "paper/results").glob("*.json")} - names == {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "paper/results").glob("*.run.json")
    }
    assert not [name for name in names if name.startswith((".git/", ".venv", "build/", "paper/build/"))]


LIGHT = ("claims", "holdings_and_flows", "freeze")


@pytest.mark.slow
def test_the_archive_unpacked_elsewhere_makes_and_verifies_exhibits(tmp_path):
    """Two programs run again, then `verify` of three in a tree of its own; all others need `make verify` by hand."""
    with tarfile.TarFile(fileobj=io.BytesIO(gzip.decompress(archive(ROOT)))) as packed:
        packed.extractall(tmp_path, filter="data")
    (tree,) = tmp_path.iterdir()
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(*words):
        return subprocess.run(
            [sys.executable, *words], cwd=tree, env=environment, capture_output=True, text=True, check=False
        )

    where = run("-c", "import econ; print(econ.__file__)").stdout
    assert Path(where.strip()).is_relative_to(tree)
    for path in [*(tree / "analyses").glob("[a-z]*.py"), *(tree / "paper/results").glob("*.json")]:
        if path.stem not in (*LIGHT, "specification"):
            path.unlink()
    shutil.rmtree(tree / "paper" / "deposited", ignore_errors=True)
    made = run("-m", "econ", "verify")
    assert made.returncode == 0, made.stdout + made.stderr
    assert f"{len(LIGHT)} exhibits agree" in made.stdout
    for key in LIGHT[:2]:
        done = run("-m", f"analyses.{key}")
        assert done.returncode == 0, done.stderr
        name = f"paper/results/{key}.json"
        assert (tree / name).read_bytes() == (ROOT / name).read_bytes()
    for key in LIGHT[1:]:
        (tree / f"analyses/{key}.py").unlink()
        (tree / f"paper/results/{key}.json").unlink()
    path = tree / "paper/results/claims.json"
    body = loads(path)
    assert isinstance(body["numbers"]["july_now"], float)
    body["numbers"]["july_now"] += 1.0
    path.write_text(dumps(body), encoding="utf-8")
    spoiled = run("-m", "econ", "verify")
    assert spoiled.returncode == 1
    assert "FAILED" in spoiled.stdout


@pytest.mark.slow
def test_the_paper_sets_from_the_archive_as_it_sets_here(tmp_path):
    with tarfile.TarFile(fileobj=io.BytesIO(gzip.decompress(archive(ROOT)))) as packed:
        packed.extractall(tmp_path, filter="data")
    (tree,) = tmp_path.iterdir()
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "econ.report.journal"],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tree / "build/journal/manuscript/paper.tex").is_file()
    assert "Unversioned" in (tree / "build/journal/README.txt").read_text()
    with tarfile.TarFile(
        fileobj=io.BytesIO(gzip.decompress((tree / "build/journal/replication.tar.gz").read_bytes()))
    ) as packed:
        again = {name.partition("/")[2] for name in packed.getnames()}
    assert again == set(handed(ROOT))
