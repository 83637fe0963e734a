"""The fifty points: all of them on the project, and each program finds its point broken on a damaged copy."""

import re
import shutil
from pathlib import Path

import pytest

from econ.report import points as module
from econ.report.points import POINTS, answers

ROOT = Path(__file__).resolve().parents[3]
LEFT = shutil.ignore_patterns(".venv", ".git", "build", "dist", "__pycache__", ".*_cache", ".hypothesis", "docs")
ARCHIVE = "econ/data/archive/2026-07-17"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy that a test may damage, and puts right again."""
    folder = tmp_path_factory.mktemp("points") / "project"
    shutil.copytree(ROOT, folder, ignore=LEFT, symlinks=True)
    (folder / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "replication.md", folder / "docs")
    return folder


@pytest.fixture
def damaged(project):
    """Write another text into a file, or take a file away; undone after the test."""
    kept = {}

    def damage(name, change):
        path = project / name
        kept[path] = path.read_bytes() if path.exists() else None
        if change is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(change(kept[path] or b""))

    yield damage
    for path, content in kept.items():
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)


def swapped(old, new):
    def change(content):
        assert old.encode() in content
        return content.replace(old.encode(), new.encode(), 1)

    return change


def added(text):
    return lambda content: content + text.encode()


PAGE = "docs/replication.md"
DAMAGES = {
    1: ("README.rst", added("x")),
    2: (PAGE, swapped("One command, `make`", "One command")),
    5: (f"{ARCHIVE}/manifest.csv", swapped("public domain; citation requested,bls_cpi", "public domain,")),
    6: (PAGE, swapped("`2026-07-17/DGS10.csv`", "`2026-07-17/DGS11.csv`")),
    7: (PAGE, swapped("| `yield_2y` |", "| `yield_3y` |")),
    8: (PAGE, swapped("pandas 3", "pandas 2")),
    9: ("analyses/specification.py", swapped("20260717  # seed", "20260718  # seed")),
    10: (PAGE, swapped("Disk: 1.2 GB", "Some disk")),
    11: (PAGE, swapped("| `econ/data` |", "| `econ/date` |")),
    12: (PAGE, swapped("\n1. Clone", "\nClone it\n1. a\n2. b\n3. c\n1. Clone")),
    13: (PAGE, swapped("`results/claims.json`", "`results/claim.json`")),
    14: (f"{ARCHIVE}/manifest.csv", swapped(",bls_cpi", ",bls_cpj")),
    17: (f"{ARCHIVE}/DGS10.csv", added("\n")),
    18: (f"{ARCHIVE}/stray.csv", added("x")),
    19: ("analyses/claims.py", swapped("from __future__", "import socket\nfrom __future__")),
    20: ("analyses/specification.py", swapped('= "2026-07-17"  # vintage', '= "2026-07-18"  # vintage')),
    22: (
        f"{ARCHIVE}/manifest.csv",
        swapped("public domain; citation requested,bls_cpi", "all rights reserved,bls_cpi"),
    ),
    23: ("analyses/claims.py", added(f"# {'0123456789abcdef' * 2}\n")),
    24: (f"{ARCHIVE}/DGS2.csv", added("\r\n")),
    26: ("econ/data/events.csv", swapped("20:30", "")),
    27: ("paper/tables/summary_statistics.csv", swapped("Mean", "Men")),
    29: ("Makefile", lambda content: content.replace(b"\nall:", b"\neverything:")),
    30: ("requirements-docs.lock", added("bare==1.0\n")),
    31: ("analyses/claims.py", added('FOLDER = "/home/somebody/data"\n')),
    32: ("analyses/claims.py", added("import requests\n")),
    34: ("paper/results/claims.json", swapped('"program": "analyses/claims.py"', '"program": "analyses/claim.py"')),
    35: ("paper/tables/claims.tex", swapped("made by analyses/", "made in ")),
    36: ("paper/paper.md", swapped("key=claims.japan_factor", "key=claims.japan_facto")),
    37: ("analyses/claims.py", added("import numpy as np\n\nx = np.random.default_rng()\n")),
    38: ("analyses/empty.txt", added("")),
    39: ("pyproject.toml", swapped('    "error",\n', "")),
    41: ("paper/figures/custody.csv", None),
    42: ("paper/tables/claims.csv", swapped("730.7", "730.8")),
    45: (".ci/run", swapped("make verify", "true")),
    47: ("LICENSE", lambda content: content.replace(b"CC BY 4.0", b"CC BY-NC")),
    48: ("CITATION.cff", swapped("\nversion: ", "\nversion: 9")),
    50: (".gitignore", swapped("paper/build/\n", "")),
}


HEAVY = {2, 13, 23, 32, 34, 36, 41, 42}
"""Points that read every exhibit or every file."""
NUMBERS = [pytest.param(number, marks=pytest.mark.slow) if number in HEAVY else number for number in DAMAGES]


def found(number, root):
    return next(iter(answers_of(POINTS[number - 1], root)))


def answers_of(point, root):
    kept = module.POINTS
    module.POINTS = (point,)
    try:
        yield from answers(root)
    finally:
        module.POINTS = kept


def test_there_are_fifty_and_every_automatic_one_has_its_damage():
    assert [point.number for point in POINTS] == list(range(1, 51))
    assert {point.number for point in POINTS if not isinstance(point.check, str)} == DAMAGES.keys()
    assert all(point.check for point in POINTS)


@pytest.mark.slow
def test_the_project_passes(capsys):
    assert module.main(ROOT) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 51
    assert [int(line.split()[0]) for line in lines[:-1]] == list(range(1, 51))
    assert lines[-1] == f"{len(DAMAGES)} points hold, {50 - len(DAMAGES)} are for the reader, 0 do not hold"


@pytest.mark.parametrize("number", NUMBERS)
def test_a_broken_point_is_found_and_said(number, project, damaged):
    damaged(*DAMAGES[number])
    answer = found(number, project)
    assert answer.state == "PROBLEM"
    assert re.match(rf" *{number} [MS] PROBLEM  .+: .+", str(answer))


def test_points_name_what_the_page_has():
    page = (ROOT / "docs" / "replication.md").read_text(encoding="utf-8")
    for point in POINTS:
        if isinstance(point.check, str):
            for section in re.findall(r"section (\d)", point.check):
                assert f"\n## {section}. " in page
