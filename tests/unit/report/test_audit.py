"""`make audit`: the lock, the licences and the files of the project, and that each fault is found."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from econ.errors import SchemaError
from econ.report import audit as module
from econ.report.audit import (
    ALLOWED,
    FORBIDDEN,
    STATED,
    allowed,
    audit,
    files,
    hashes,
    licence,
    licences,
    locks,
    pins,
    secrets,
    vendored,
)

ROOT = Path(__file__).resolve().parents[3]
SHA = "0123456789abcdef" * 4
KEY = "0123456789abcdef" * 2


@pytest.fixture
def lock(tmp_path):
    def write(text):
        path = tmp_path / "requirements.lock"
        path.write_text(text)
        return path

    return write


def test_the_project_passes_and_every_requirement_is_listed(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert module.main() == 0
    lines = capsys.readouterr().out.splitlines()
    required, findings = audit(ROOT)
    assert [each.subject for each in findings] == ["lock", "hashes", "licences", "vendored", "keys"]
    assert len(lines) == len(required) + len(findings)
    assert re.match(r"^numpy +2\.\S+ +BSD-3-Clause AND ", next(line for line in lines if line.startswith("numpy ")))
    assert not any("unknown" in line for line in lines)


def test_no_requirement_of_the_lock_is_overlooked():
    """Counted by another rule: every line that does not begin with a blank or a comment."""
    lines = [line for path in locks(ROOT) for line in path.read_text(encoding="utf-8").splitlines()]
    found = audit(ROOT)[0]
    assert len(found) == sum(line[:1] not in ("", " ", "#") for line in lines)
    assert sum(each.hashes for each in found) == sum("--hash=sha256:" in line for line in lines)
    assert {each.name for each in found} >= STATED.keys()


def test_each_package_stands_in_one_lock_and_the_paper_needs_no_test_tool():
    paper, *others = locks(ROOT)
    assert [path.name for path in others][-1:] == ["requirements-test.lock"]
    names = [{each.name for each in pins(path)} for path in (paper, *others)]
    assert sum(map(len, names)) == len(set().union(*names))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {
        extra: {re.match(r"[\w-]+", line)[0] for line in lines}
        for extra, lines in {"": project["dependencies"], **project["optional-dependencies"]}.items()
    }
    assert asked[""] | asked["paper"] <= names[0]
    assert (asked["test"] | asked["cluster"]) - names[0] <= names[-1]
    assert asked["test"] & names[0] == set()


def test_a_requirement_without_a_hash_is_named(lock):
    text = f"good==1.0 \\\n    --hash=sha256:{SHA}\nbare==2.0 ; sys_platform == 'win32'\n"
    required = pins(lock(text))
    assert [(each.name, each.version, each.marker, each.hashes) for each in required] == [
        ("good", "1.0", "", 1),
        ("bare", "2.0", "sys_platform == 'win32'", 0),
    ]
    finding = hashes(required)
    assert not finding.ok
    assert "no hash: bare;" in finding.details
    assert hashes(required[:1]).ok
    assert not hashes(()).ok


@pytest.mark.parametrize(
    "line",
    ["numpy>=2.0", "numpy", "-e .", "git+https://example.org/x.git", "x @ https://example.org/x.whl", "--no-binary x",
     f"x==1.0 --hash=md5:{KEY}", f"x==1.0 --hash=sha256:{KEY}", "x==1.0 --config-settings=a"],
)  # fmt: skip
def test_what_is_no_pinned_requirement_is_refused(lock, line):
    with pytest.raises(SchemaError, match="is not name==version with hashes"):
        pins(lock(f"good==1.0 --hash=sha256:{SHA}\n{line}\n"))


def test_a_licence_that_is_unknown_or_not_on_the_list_fails(lock, monkeypatch):
    required = pins(lock(f"fredapi==0.5.2 --hash=sha256:{SHA}\nabsent-package==1.0 --hash=sha256:{SHA}\n"))
    finding = licences(required)
    assert not finding.ok
    assert finding.details.startswith("not on the list: absent-package (unknown);")
    monkeypatch.setattr(module, "_given", lambda name: "GPL-3.0-only")
    assert "fredapi (GPL-3.0-only)" in licences(required).details


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([("License-Expression", "MIT"), ("License", "GPL")], "MIT"),
        ([("Classifier", "License :: OSI Approved :: MIT License")], "MIT"),
        ([("License", "Apache 2.0")], "Apache-2.0"),
        ([("License", "The whole text of a licence. " * 5)], ""),
        ([("License", "Proprietary"), ("Classifier", "Programming Language :: Python")], "Proprietary"),
        ([], ""),
    ],
)
def test_a_licence_is_read_from_any_of_the_three_places(monkeypatch, fields, expected):
    from email.message import Message

    about = Message()
    for name, value in fields:
        about[name] = value
    monkeypatch.setattr(module, "metadata", lambda name: about)
    assert licence("x") == expected


def test_what_a_person_stated_is_needed_and_does_not_hide_the_metadata(monkeypatch):
    pinned = {each.name: each for path in locks(ROOT) for each in pins(path)}
    for name, stated in STATED.items():
        assert stated in ALLOWED
        assert name == "fredapi" or pinned[name].marker, f"{name} is on every system; its metadata speaks"
    monkeypatch.setattr(module, "_given", lambda name: "GPL-3.0-only")
    assert licence("fredapi") == "GPL-3.0-only"


@pytest.mark.parametrize(
    ("expression", "verdict"),
    [
        ("MIT", True),
        ("BSD-3-Clause AND MIT", True),
        ("Apache-2.0 OR GPL-2.0-only", True),
        ("MIT AND (GPL-2.0-only OR LGPL-3.0-only)", False),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_expressions_of_licences(expression, verdict):
    assert allowed(expression) is verdict


SAMPLES = {
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "a key of a service": "AKIA" + "0123456789ABCDEF",
    "a FRED key": f'api_key = "{KEY}"',
    "a user and password": "https://me" + ":secret@example.org/x",
    "a package index": "https://pypi" + ".org/project",
}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"ISC"', '"GPL-3.0-only"', "GPL-3.0-only"),
        ("LICENSE-d3", "LICENSE-none", "with its text"),
        ('sha256 = "9', 'sha256 = "8', "not the file"),
        ('"d3.min.js"', '"d4.min.js"', "d3.min.js (not listed)"),
    ],
)
def test_a_vendored_file_that_was_changed_or_has_no_licence_is_found(tmp_path, old, new, told):
    folder = Path(shutil.copytree(ROOT / "econ" / "report" / "vendor", tmp_path / "vendor"))
    assert vendored(tmp_path).ok
    text = (folder / "vendor.toml").read_text(encoding="utf-8")
    (folder / "vendor.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    assert told in str(vendored(tmp_path))
    assert not vendored(tmp_path).ok


@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_key_or_an_index_in_a_file_is_found(tmp_path, what):
    (tmp_path / "notes.md").write_text(f"first line\n{SAMPLES[what]}\n")
    finding = secrets(tmp_path, {})
    assert not finding.ok
    assert f"notes.md:2 ({what})" in finding.details


@pytest.mark.parametrize(
    "text",
    ["https://mirror.example/root/" + "simple/", "pip install --extra-" + "index-url x", "github_pat_" + "a" * 70],
)
def test_other_spellings_are_found(tmp_path, text):
    (tmp_path / "x.txt").write_text(text)
    assert not secrets(tmp_path, {}).ok


def test_the_index_of_this_machine_is_found_by_its_name(tmp_path):
    (tmp_path / "x.py").write_text("# from packages.example\n")
    assert secrets(tmp_path, {}).ok
    finding = secrets(tmp_path, {"PIP_INDEX_URL": "https://user" + ":word@packages.example/root"})
    assert "x.py:1 (the index packages.example)" in finding.details


def test_checksums_and_addresses_are_no_keys(tmp_path):
    (tmp_path / "x.csv").write_text(f"{SHA}\nhttps://example.org/{KEY}.xls\nhttp://127.0.0.1:80/x@y\n")
    finding = secrets(tmp_path, {})
    assert finding.ok
    assert finding.details.startswith("1 files")


def test_files_are_those_of_the_project_with_git_and_without(tmp_path):
    for name in ("a.py", "econ/b.py", ".ci/run", ".venv/lib/c.py", "build/d.py", "ignored.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / ".gitignore").write_text("ignored.txt\n.venv/\nbuild/\n")

    def names():
        return [path.relative_to(tmp_path).as_posix() for path in files(tmp_path)]

    assert names() == [".ci/run", ".gitignore", "a.py", "econ/b.py", "ignored.txt"]
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    assert names() == [".ci/run", ".gitignore", "a.py", "econ/b.py"]
    assert not secrets(tmp_path / "build" / "nothing", {}).ok  # a look at no file is no success


def test_a_broken_lock_is_said(tmp_path, monkeypatch, capsys):
    (tmp_path / "analyses").mkdir()
    (tmp_path / "paper").mkdir()
    (tmp_path / "requirements.lock").write_text("numpy>=2.0\n")
    monkeypatch.chdir(tmp_path)
    assert module.main() == 1
    assert "requirement 1 is not name==version" in capsys.readouterr().out
