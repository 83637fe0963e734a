"""What a data editor checks: the page equal to the code, citation, clean commands, a verified working tree."""

import csv
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

import econ
from econ.__main__ import main
from econ.errors import SchemaError
from econ.report.doctor import archive, doctor, lock
from econ.report.exhibit import Exhibit, built
from econ.report.readme import BLOCKS, PAGE, refreshed
from econ.report.reproduce import programs
from econ.report.verification import labels, verify

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
REPLICATION = (ROOT / PAGE).read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_the_page_is_what_the_code_renders():
    assert refreshed(REPLICATION, ROOT) == REPLICATION, "run make readme"


def test_every_block_is_on_the_page():
    assert sorted(re.findall(r"<!-- begin:([\w-]+) -->", REPLICATION)) == sorted(BLOCKS)


def test_a_stale_and_an_unknown_block_are_noticed():
    stale = REPLICATION.replace("`2026-07-17/DGS10.csv`", "`2026-07-17/DGS11.csv`")
    assert stale != REPLICATION
    assert refreshed(stale, ROOT) != stale
    with pytest.raises(SchemaError, match="did you mean 'datasets'"):
        refreshed(REPLICATION.replace("begin:datasets", "begin:dataset"), ROOT)
    with pytest.raises(SchemaError, match="has no block"):
        refreshed("# No blocks\n", ROOT)


def test_places_that_the_pages_name_exist():
    pages = REPLICATION.split("### Where things live")[1] + CONTRIBUTING
    named = set(re.findall(r"`((?:econ|analyses|tests|paper)/[\w./-]*)`", pages))
    named -= {"analyses/NAME.py", "paper/explorer.html", "paper/paper.html"}  # the last two are built
    assert len(named) > 60
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_the_guards_that_the_tests_page_lists_exist():
    page = (ROOT / "tests" / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", page)
    assert len(named) > 40
    absent = [
        f"{file}::{test}" for file, test in named
        if f"def {test}(" not in (ROOT / "tests" / file).read_text(encoding="utf-8")
    ]  # fmt: skip
    assert absent == []


def test_what_the_security_page_names_exists():
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:econ|analyses|tests|paper|benchmarks)/[\w./-]*)`", page))
    assert len(named) > 8
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"`{project['version']}`" in page
    targets = set(re.findall(r"^make ([\w-]+)", page, re.MULTILINE))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert targets == {"audit", "doctor", "test"}
    assert all(f"\n{target}:" in makefile for target in targets)
    library = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "econ").rglob("*.py"))
    assert all(word in library for word in ("FRED_API_KEY", "ECON_DATA", "ECON_URL_"))
    assert "LARGEST = 64 * 2**20" in library  # "at most 64 MB"


def test_the_two_commands_are_on_the_first_screen_and_replicators_are_sent_on():
    first = README.splitlines()[:26]
    assert any(line.startswith("make  ") for line in first)
    assert any(line.startswith("make test") for line in first)
    assert any("](docs/replication.md)" in line for line in first)
    assert any("`make verify`" in line for line in first)


def test_the_first_page_is_a_screen_and_a_half():
    """One table, one picture that an exhibit made, and an example of fifteen lines."""
    assert len(README.splitlines()) <= 75
    assert README.count("\n| --- |") == 1
    (picture,) = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)
    assert Path(picture).stem in programs(ROOT)
    assert (ROOT / picture).is_file()
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert 10 <= len([line for line in example.splitlines() if line.strip()]) <= 16


def test_the_names_on_the_first_page_exist():
    table = README.partition("## What is inside")[2].partition("\n[")[0]
    named = re.findall(r"`([\w.]+)`", table)
    assert len(named) > 20
    absent = [name for name in named if not any(_reached(econ, name) for name in (name, name.removeprefix("econ.")))]
    assert absent == ["weak_iv_set"]  # a method of projections and proxies
    assert hasattr(econ.projection.ProjectionResults, "weak_iv_set")


def _reached(value, dotted):
    for part in dotted.split("."):
        value = getattr(value, part, None)
    return value is not None


def test_sections_stand_in_the_data_editors_order():
    words = [
        "overview",
        "availability",
        "dataset list",
        "requirements",
        "programs",
        "instructions",
        "exhibits",
        "references",
    ]
    heads = [line.lower() for line in REPLICATION.splitlines() if line.startswith("## ")]
    places = [next(place for place, head in enumerate(heads) if word in head) for word in words]
    assert places == sorted(places)


def test_citation_has_the_version_of_the_package():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"\nversion: {project['version']}\n" in citation
    assert f"\nlicense: {project['license']}\n" in citation
    for field in ("cff-version: 1.2.0", "message:", "title:", "authors:"):
        assert re.search(rf"^{field}", citation, re.MULTILINE)


def test_every_program_has_committed_results_and_a_place_in_the_paper():
    assert built(ROOT / "paper") == programs(ROOT)
    assert set(labels(ROOT / "paper")) <= set(programs(ROOT))


def test_results_on_disk_agree_with_the_tables_and_the_commit():
    report = verify(rebuild=False, root=ROOT, show=None)
    assert [str(error) for error in report.errors] == []


SIMULATED = ("offset_designs",)
"""Exhibits that read no file: markets of given constants, whose moments `designs` holds against the archive."""


def test_every_number_of_every_exhibit_leads_to_files_of_the_archive():
    known = set()
    for path in (ROOT / "econ/data/archive").glob("*/manifest.csv"):
        rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
        known |= {(f"{path.parent.name}/{row['file']}", row["sha256"]) for row in rows}
    for key in programs(ROOT):
        exhibit = Exhibit.open(key, ROOT / "paper")
        for number in exhibit.numbers:
            files = {(each.file, each.sha256) for each in exhibit.trace(number).files}
            assert bool(files) == (key not in SIMULATED), f"{key}.{number}"
            assert files <= known, f"{key}.{number}"


def test_every_entry_of_the_archive_is_cited_in_the_references():
    from econ.data import catalogue

    references = (ROOT / "paper/refs.bib").read_text(encoding="utf-8")
    keys = set(re.findall(r"^@\w+\{([^,]+),", references, re.MULTILINE))
    frame = catalogue()
    assert set(frame.loc[frame["archived"], "citation"]) <= keys


def test_doctor_finds_this_machine_well_and_says_what_is_not(tmp_path):
    assert [str(each) for each in doctor(ROOT) if not each.ok] == []
    wrong = tmp_path / "requirements.lock"
    wrong.write_text("numpy==0.0.1 \\\n    --hash=sha256:00\nabsentpackage==1.0 ; sys_platform == 'win32'\n")
    finding = lock(wrong)
    assert not finding.ok
    assert "(lock 0.0.1)" in finding.details
    assert "absentpackage" not in finding.details
    assert not lock(tmp_path / "nothing.lock").ok


def test_doctor_finds_a_tampered_archive(tmp_path, monkeypatch):
    import shutil

    copy = tmp_path / "2026-07-18"
    shutil.copytree(ROOT / "econ/data/archive/2026-07-17", copy)
    (copy / "DGS10.csv").write_text((copy / "DGS10.csv").read_text() + "\n")
    monkeypatch.setenv("ECON_DATA", str(tmp_path))
    finding = archive()
    assert not finding.ok
    assert "DGS10.csv" in finding.details


def test_commands_explain_themselves(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    printed = capsys.readouterr().out
    assert all(word in printed for word in ("reproduce", "verify", "data", "doctor"))
    with pytest.raises(SystemExit) as stop:
        main(["verfy"])
    assert stop.value.code == 2


@pytest.mark.slow
def test_every_exhibit_can_be_rebuilt():
    report = verify(root=ROOT, show=None)
    assert [str(error) for error in report.errors] == []


def test_make_lists_its_targets():
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = set(re.findall(r"^make (\S+)", done.stdout, re.MULTILINE))
    assert {"all", "test", "test-slow", "verify", "paper", "data", "bench", "docs", "clean", "help"} <= listed


def test_no_file_is_junk_or_oversized():
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    if names == [""]:
        names = []  # a download without git holds only what was committed
    junk = [name for name in names if re.search(r"(\.DS_Store|__MACOSX|\.pyc|\.zip|\.run\.json|\.orig|~)$", name)]
    assert junk == []
    sizes = {name: (ROOT / name).stat().st_size for name in names if name and (ROOT / name).is_file()}
    assert [name for name, size in sizes.items() if size > 2_000_000] == []
