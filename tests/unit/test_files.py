"""Every writer goes through one place, which writes whole or not at all and says what to do."""

import ast
import errno
import os
from pathlib import Path

import pytest

from econ import files
from econ.errors import DataError, DownloadError, EconError, OutOfMemory, VintageMissing, WriteError
from econ.files import scratch, sweep, write_atomic, writing
from econ.memory import LEAST, check_limit, within_memory

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((*(ROOT / "econ").rglob("*.py"), *(ROOT / "analyses").glob("*.py")))

WRITERS = {"write_text", "write_bytes", "touch", "utime", "unlink", "mkdir", "rmtree", "copyfile", "copytree"}
WRITERS |= {"mkdtemp", "TemporaryDirectory", "NamedTemporaryFile", "TemporaryFile"}
INTO = {"savefig", "to_csv", "to_json", "to_parquet", "savez"}  # with a place to write to; without, they return
INTO |= {"print_figure", "print_svg", "print_pdf", "print_png"}
ELSEWHERE = {
    "econ/data/store.py": {"mkdir", "rmtree", "unlink"},  # a vintage is a folder, renamed whole
    "econ/blocks.py": {"mkdir"},
    "econ/report/runner.py": {"unlink"},
    "econ/report/figure.py": {"print_svg", "print_pdf"},  # these three write to memory
    "econ/responses/page.py": {"savefig"},
    "econ/saved/archive.py": {"open"},
}
NETWORK = {"urllib.request", "http.client", "socket", "ssl", "requests", "httpx", "ftplib", "smtplib", "asyncio"}


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def writers(path):
    """Calls that write, by their names, and ``open`` for writing."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        words = {each.value for each in ast.walk(node) if isinstance(each, ast.Constant)}
        if (
            called in WRITERS
            or (called in INTO and node.args)
            or (called == "open" and words & {"w", "wb", "a", "ab", "x", "xb", "r+", "r+b"})
        ):
            found.add(called)
    return found


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_files_are_written_in_one_place(path):
    if name_of(path) != "econ/files.py":
        assert writers(path) - ELSEWHERE.get(name_of(path), set()) == set()


def test_exceptions_are_still_needed():
    assert {name: names for name, names in ELSEWHERE.items() if writers(ROOT / name) != names} == {}


@pytest.mark.parametrize(
    "line", ["p.write_text('x')", "p.touch()", "os.utime(p)", "open(p, 'w')", "p.open('wb')", "shutil.rmtree(p)",
             "tempfile.TemporaryDirectory()", "frame.to_csv(p)", "page.savefig(p)"]
)  # fmt: skip
def test_a_writer_is_found(tmp_path, line):
    (tmp_path / "bad.py").write_text(line)
    assert len(writers(tmp_path / "bad.py")) == 1


def test_only_one_module_opens_connections():
    found = {}
    for path in SOURCES:
        names = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
        if names & NETWORK:
            found[name_of(path)] = names & NETWORK
    assert found == {"econ/data/http.py": {"http.client", "urllib.request"}}


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_a_full_or_closed_disk_is_said_with_the_path_and_leaves_the_old_file(tmp_path, monkeypatch, code):
    path = tmp_path / "results" / "x.json"
    assert write_atomic(path, b"old")

    def refuse(handle):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(WriteError) as caught:
        write_atomic(path, b"new")
    assert isinstance(caught.value, (DataError, OSError))
    assert str(caught.value) == (
        f"the file {path} cannot be written ({os.strerror(code)}); what was there stays; free the disk or the folder, "
        "and run again."
    )
    assert [each.name for each in path.parent.iterdir()] == ["x.json"]
    assert path.read_bytes() == b"old"


def test_a_folder_that_is_a_file_is_said(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x")
    with pytest.raises(WriteError, match=r"cannot be written \((File exists|Not a directory)\)"):
        write_atomic(tmp_path / "file" / "x.json", b"x")
    monkeypatch.setattr(files.tempfile, "tempdir", str(tmp_path / "file"))
    with pytest.raises(WriteError, match="a folder for temporary files cannot be written"), scratch():
        pass


def test_an_outer_writer_says_it_in_its_words_and_other_errors_pass():
    full = OSError(errno.ENOSPC, "full")
    words = r"^a cannot be written \(full\); b\.$"
    with pytest.raises(WriteError, match=words) as caught, writing("a", "b."), writing("inner", "no."):
        raise full
    assert caught.value.__cause__ is full
    for error in (VintageMissing("absent"), DownloadError("refused"), ValueError("other")):
        with pytest.raises(type(error)) as caught, writing("x", "y."):
            raise error
        assert caught.value is error


def test_what_killed_writers_left_is_swept_after_an_hour_and_nothing_else(tmp_path):
    names = [".x.json.0123abcd", ".y.csv.ffffffff", "x.json", ".hidden", ".x.json.0123abcg"]
    for name in names:
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, (1e9, 1e9))
    (tmp_path / ".z.json.01234567").write_text("being written")
    assert sweep(tmp_path) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*names[2:], ".z.json.01234567"])
    assert sweep(tmp_path / "absent") == 0


@pytest.mark.parametrize(
    "error",
    [
        MemoryError("Unable to allocate 7 GiB"),
        MemoryError(),
        RuntimeError("can't start new thread"),
        ImportError("x.so: failed to map segment from shared object"),
        OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)),
    ],
)
def test_memory_that_is_refused_is_said(error):
    words = r"^the exhibit needs more memory than it may use \(.+\); nothing was half"
    with pytest.raises(OutOfMemory, match=words), within_memory("the exhibit"):
        raise error


@pytest.mark.parametrize("error", [RuntimeError("a bug"), ImportError("no module x"), OSError(2, "x"), EconError("y")])
def test_other_errors_are_not_called_a_want_of_memory(error):
    with pytest.raises(type(error)) as caught, within_memory("the exhibit"):
        raise error
    assert caught.value is error


def test_a_limit_under_which_the_libraries_do_not_load_is_refused_before_they_are(monkeypatch):
    resource = pytest.importorskip("resource")
    for limit in (resource.RLIM_INFINITY, LEAST):
        monkeypatch.setattr(resource, "getrlimit", lambda which, limit=limit: (limit, limit))
        check_limit()
    monkeypatch.setattr(resource, "getrlimit", lambda which: (LEAST - 1, LEAST))
    with pytest.raises(OutOfMemory, match=r"may use 512 MB of memory.*raise the limit \(ulimit -v\)"):
        check_limit()
