"""A vintage never gives less than the one before it unseen; a bad one on disk is marked, found and can be removed."""

import csv
import hashlib
import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import econ
from econ.data import archive, cli, store
from econ.data.archive import EMBEDDED, as_of_dates, manifest, manifest_rows, read_table, table_bytes
from econ.data.home import data_home
from econ.data.inspection import listing, verify_vintage, vintage_faults
from econ.data.store import TableFile, locked, manifest_csv, publish, remove
from econ.data.succession import check_succession
from econ.errors import ChecksumMismatch, DataError, SchemaError, SpecificationError, VintageMissing
from econ.files import write_atomic

ABOUT = {"publisher": "P", "table": "T", "url": "https://example.org/x", "units": "percent", "frequency": "M",
         "first": "2026-01", "last": "2026-02", "rows": "2", "licence": "public", "citation": "",
         "retrieved_at": "2026-08-20T12:00:00Z", "carried_from": ""}  # fmt: skip
RETRIEVED = "2026-08-20T12:00:00Z"
ROOT = Path(__file__).resolve().parents[3]


def tables(value="1.5", count=1):
    content = f"date,value\n2026-01,{value}\n2026-02,2.5\n".encode()
    return [TableFile(f"XYZ{number}", content, ABOUT, {f"XYZ{number}.csv": content * 50}) for number in range(count)]


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ECON_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def embedded(table):
    return table_bytes(table, EMBEDDED)[0]


def to(last):
    """Cut at a line end, after a date."""

    def cut(content):
        lines = content.splitlines(keepends=True)
        return b"".join([lines[0], *(line for line in lines[1:] if line.split(b",")[0].decode() <= last)])

    return cut


def since(first):
    def cut(content):
        lines = content.splitlines(keepends=True)
        return b"".join([lines[0], *(line for line in lines[1:] if line.split(b",")[0].decode() >= first)])

    return cut


def without(word):
    return lambda content: b"".join(line for line in content.splitlines(keepends=True) if word not in line)


def blank(date):
    """A figure taken out, its line left."""

    def cut(content):
        lines = content.decode().splitlines(keepends=True)
        return "".join(f"{date},\n" if line.startswith(date) else line for line in lines).encode()

    return cut


LESS = {
    "cut at a line end": ("DGS10", to("2020-01-02"), "value ended at 2026-05-26, now at 2020-01-02"),
    "one day short": ("DGS10", to("2026-05-25"), "value ended at 2026-05-26"),
    "months": ("CPIAUCSL", to("1994-12"), "value ended at 2026-05, now at 1994-12"),
    "weeks": ("TREAST", to("2014-12-31"), "now at 2014-12-31"),
    "a wide table": ("acm", to("2020-12"), "tp2 ended at .* tp5 ended at .* tp10 ended at"),
    "holders": ("bertaut_judson", to("2015-01"), "ended at .*, now at 2015-01.* and [0-9]+ more"),
    "a later start": ("GS10", since("1990-01"), "value began at 1985-01, now at 1990-01"),
    "one holder gone": ("slt_table1", without(b",JPN,"), "JPN net_purchases is gone"),
    "a hole": ("DGS10", blank("2020-01-02"), "value had 6602 figures, now 6601|value had [0-9]+ figures, now [0-9]+"),
    "only the header": ("DGS10", lambda content: b"date,value\n", "no dated rows"),
    "no bytes": ("DGS10", lambda content: b"", "cannot be read"),
    "no figures": ("DGS10", lambda content: b"date,value\n2026-07-01,\n", "not one figure"),
    "a date after the download": ("DGS10", lambda content: content + b"2027-08-20,4.5\n", "a figure of 2027-08-20"),
    "a month after it": ("GS10", lambda content: content + b"2026-09,4.5\n", "a figure of 2026-09, after the day"),
}


@pytest.mark.parametrize("fault", LESS)
def test_less_than_the_vintage_before_is_refused(home, fault):
    table, change, words = LESS[fault]
    check_succession(table, embedded(table), RETRIEVED)
    with pytest.raises(SchemaError, match=words) as caught:
        check_succession(table, change(embedded(table)), RETRIEVED)
    assert table in str(caught.value)


@pytest.mark.parametrize("fault", LESS)
def test_who_vouches_for_it_may_have_it_but_not_an_empty_table(home, fault):
    table, change, words = LESS[fault]
    content = change(embedded(table))
    if fault in ("only the header", "no bytes", "no figures"):
        with pytest.raises(SchemaError, match=words):
            check_succession(table, content, RETRIEVED, allowed=True)
    else:
        check_succession(table, content, RETRIEVED, allowed=True)


def test_the_newest_sound_vintage_counts_not_the_embedded_one(home):
    longer = embedded("GS10") + b"2026-07,4.5\n2026-08,4.6\n"
    put("2026-08-20", {"GS10": longer})
    with pytest.raises(SchemaError, match=r"less than vintage 2026-08-20: value ended at 2026-08, now at"):
        check_succession("GS10", embedded("GS10"), "2026-09-18T12:00:00Z")
    (home / "2026-08-20" / "GS10.csv").write_bytes(b"damaged")
    check_succession("GS10", embedded("GS10"), "2026-09-18T12:00:00Z")  # a damaged one forbids nothing


def test_a_bad_vintage_of_an_older_package_neither_forbids_nor_excuses(home):
    put("2026-08-20", {"GS10": embedded("GS10") + b"2027-08,4.5\n"})
    check_succession("GS10", embedded("GS10"), "2026-09-18T12:00:00Z")
    put("2026-09-18", {"GS10": to("1999-12")(embedded("GS10"))})
    with pytest.raises(SchemaError, match=f"less than vintage {EMBEDDED}: value ended at .*, now at 1999-12"):
        check_succession("GS10", to("1999-12")(embedded("GS10")), "2026-10-18T12:00:00Z")


def put(as_of, contents, **about):
    """A vintage written past every guard, as older versions of the package did."""
    files = []
    for name, content in contents.items():
        dates = [line.split(b",")[0].decode() for line in content.splitlines()[1:]] or ["nan"]
        row = {**ABOUT, "first": min(dates), "last": max(dates), "rows": str(len(dates)), **about}
        files.append(TableFile(name, content, row, {}))
    folder = data_home() / as_of
    folder.mkdir(parents=True)
    for each in files:
        write_atomic(folder / f"{each.name}.csv", each.content)
    rows = list(csv.DictReader(io.StringIO(manifest_csv(files).decode())))
    names = [name for name in rows[0] if "allowed" in about or name not in ("mirror", "realtime", "allowed")]
    lines = [names, *([row[name] for name in names] for row in rows)]
    write_atomic(folder / "manifest.csv", "".join(",".join(line) + "\n" for line in lines).encode())


def run(capsys, *words):
    code = cli.main(words)
    out, err = capsys.readouterr()
    return code, out, err


BAD = {
    "no rows": lambda: put("2026-08-20", {"DGS10": b"date,value\n"}, rows="0"),
    "cut": lambda: put("2026-08-20", {"DGS10": to("2020-01-02")(embedded("DGS10"))}),
    "ahead": lambda: put("2026-08-20", {"DGS10": embedded("DGS10") + b"2027-08-20,4.5\n"}),
    "changed": lambda: change_file(),
    "no text": lambda: damaged(b"\xff\xfe\x00\x81manifest"),
    "empty": lambda: damaged(b""),
    "a header alone": lambda: damaged(b"file,sha256,publisher,table,url,licence\n"),
    "headless": lambda: damaged(b"DGS10.csv,00,P,T,U,L\n"),
    "a short row": lambda: damaged(b"file,sha256,publisher,table,url,licence\nDGS10.csv,00\n"),
    "a file twice": lambda: damaged(b"file,sha256,publisher,table,url,licence\n" + 2 * b"DGS10.csv,00,P,T,U,L\n"),
    "an open quote": lambda: damaged(b'file,sha256,publisher,table,url,licence\n"DGS10.csv,00,P,T,U,L\n'),
}
BY_MANIFEST = ("no rows", "ahead", "no text", "empty", "a header alone", "headless", "a short row", "a file twice",
               "an open quote")  # fmt: skip


def damaged(content):
    put("2026-08-20", {"DGS10": embedded("DGS10")})
    (data_home() / "2026-08-20" / "manifest.csv").write_bytes(content)


def change_file():
    put("2026-08-20", {"DGS10": embedded("DGS10")})
    path = data_home() / "2026-08-20" / "DGS10.csv"
    path.write_bytes(path.read_bytes().replace(b"6.58", b"6.59", 1))


@pytest.mark.parametrize("fault", BAD)
def test_one_bad_vintage_is_marked_found_and_removed(home, capsys, fault):
    BAD[fault]()
    put("2026-09-18", {"DGS10": embedded("DGS10")})
    code, out, _ = run(capsys, "list")
    assert code == 0
    marked = [line.split()[0] for line in out.splitlines() if "BAD" in line]
    assert marked == (["2026-08-20"] if fault in BY_MANIFEST else [])
    assert listing()["state"].drop("2026-08-20").tolist() == ["ok", "ok"]
    code, out, err = run(capsys, "verify")
    assert code == 1
    assert [line.split(":")[0] for line in out.splitlines()] == [EMBEDDED, "2026-09-18"]  # the bad one hides neither
    assert "2026-08-20: BAD: " in err
    assert "data remove 2026-08-20" in err
    with pytest.raises(DataError, match="2026-08-20"):
        verify_vintage("2026-08-20")
    assert len(econ.load("yield_10y").frame) > 300  # the embedded vintage is as readable as ever
    with locked(data_home()):
        assert publish("2026-10-01", tables()) == "2026-10-01"  # and a fetch can write
    code, out, _ = run(capsys, "remove", "2026-08-20")
    assert (code, out) == (0, "removed vintage 2026-08-20.\n")
    assert not (home / "2026-08-20").exists()
    assert not (home / ".building").exists()
    assert run(capsys, "verify")[0] == 0


@pytest.mark.parametrize("fault", [each for each in BY_MANIFEST if each not in ("no rows", "ahead")])
def test_a_damaged_manifest_is_one_error_that_names_the_folder(home, fault):
    BAD[fault]()
    for ask in (manifest, manifest_rows, verify_vintage, lambda as_of: read_table("DGS10", as_of)):
        with pytest.raises(SchemaError, match=r"2026-08-20/manifest\.csv is damaged"):
            ask("2026-08-20")
    with pytest.raises(SchemaError, match="2026-08-20"):
        econ.load("yield_10y", as_of="2026-08-20")


def test_the_embedded_vintage_is_never_removed(home, capsys):
    for as_of, kind, words in (
        (EMBEDDED, SpecificationError, "part of the package"),
        ("2026-08-20", VintageMissing, "no own vintage '2026-08-20' to remove; yours are none"),
        ("../data", SchemaError, "named by the ISO date"),
        (".cache", SchemaError, "named by the ISO date"),
    ):
        with pytest.raises(kind, match=words):
            remove(as_of)
    assert run(capsys, "remove", EMBEDDED)[0] == 1
    assert len(verify_vintage(EMBEDDED)) == 24


def test_a_vintage_that_somebody_vouched_for_is_sound(home):
    shorter = to("2020-01-02")(embedded("DGS10"))
    put("2026-08-20", {"DGS10": shorter}, allowed="shorter")
    assert vintage_faults("2026-08-20") == ()
    put("2026-08-21", {"DGS10": shorter})
    assert vintage_faults("2026-08-21") == ()  # not shorter than the one before
    put("2026-08-22", {"DGS10": to("2020-01-01")(embedded("DGS10"))})
    assert "less than vintage 2026-08-21" in str(vintage_faults("2026-08-22")[0])


def test_vintages_of_one_day_are_in_the_order_in_which_they_came(home):
    for number in range(1, 12):
        with locked(data_home()):
            publish("2026-08-20", tables(value=f"{number}.5"))
    assert as_of_dates()[-3:] == ("2026-08-20.9", "2026-08-20.10", "2026-08-20.11")
    assert store.own_dates()[0] == "2026-08-20"
    assert read_table("XYZ0", store.own_dates()[-1])[0]["value"].tolist() == [11.5, 2.5]


def test_a_folder_without_a_date_is_no_vintage(home):
    put("2026-08-20", {"DGS10": embedded("DGS10")})
    shutil.copytree(home / "2026-08-20", home / "2026-08-20 (copy)")
    shutil.copytree(home / "2026-08-20", home / "2026-13-45")
    assert as_of_dates() == (EMBEDDED, "2026-08-20")


@pytest.mark.skipif(sys.platform == "win32", reason="the mode bits of POSIX")
@pytest.mark.parametrize(("umask", "mode"), [(0o077, 0o600), (0o022, 0o644), (0o002, 0o664)])
def test_files_are_as_private_as_the_umask_says(home, umask, mode):
    code = (
        f"import os; os.umask({umask}); from econ.data.home import data_home; "
        "from econ.data.store import Cached, TableFile, locked, publish, write_cache\n"
        f"table = TableFile('XYZ0', {tables()[0].content!r}, {ABOUT!r}, {{'XYZ0.csv': b'raw'}})\n"
        "with locked(data_home()):\n    publish('2026-08-20', [table])\nwrite_cache('x.csv', Cached(b'1', 'u', 'd'))"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    files = [path for path in home.rglob("*") if path.is_file()]
    assert len(files) == 6
    assert {path.stat().st_mode & 0o777 for path in files} == {mode}


@pytest.mark.parametrize("start", ["embedded", "own"])
def test_line_ends_are_named_when_they_are_the_cause(tmp_path, home, monkeypatch, start):
    if start == "embedded":
        shutil.copytree(archive.ARCHIVE, tmp_path / "archive")
        monkeypatch.setattr(archive, "ARCHIVE", tmp_path / "archive")
        folder, as_of = tmp_path / "archive" / EMBEDDED, EMBEDDED
    else:
        put("2026-08-20", {"DGS10": embedded("DGS10")})
        folder, as_of = home / "2026-08-20", "2026-08-20"
    path = folder / "DGS10.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    with pytest.raises(ChecksumMismatch, match=r"DGS10\.csv has the right text with other line ends.*core\.autocrlf"):
        read_table("DGS10", as_of)
    path.write_bytes(path.read_bytes().replace(b"6.58", b"6.59", 1))
    with pytest.raises(ChecksumMismatch, match="was changed"):
        read_table("DGS10", as_of)


def test_line_ends_of_a_publishers_file_too(home):
    with locked(data_home()):
        publish("2026-08-20", tables())
    path = home / "2026-08-20" / "raw" / "XYZ0.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    with pytest.raises(ChecksumMismatch, match="other line ends"):
        verify_vintage("2026-08-20")


def test_a_clone_that_converts_line_ends_still_has_the_archive_of_the_manifest(tmp_path):
    """What Git for Windows does by default, with the attributes of this repository and without them."""
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    source = tmp_path / "source"
    shutil.copytree(ROOT / "econ/data/archive" / EMBEDDED, source / EMBEDDED)
    shutil.copy(ROOT / ".gitattributes", source)
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"]):
        subprocess.run([*git, *words], cwd=source, check=True, capture_output=True)
    expected = {row["file"]: row["sha256"] for row in manifest_rows(EMBEDDED)}

    def cloned(name):
        clone = ["-c", "core.autocrlf=true", "clone", "-q", str(source), str(tmp_path / name)]
        subprocess.run([*git, *clone], check=True, capture_output=True)
        folder = tmp_path / name / EMBEDDED
        return {file: hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in expected}

    assert cloned("with") == expected
    subprocess.run([*git, "rm", "-q", ".gitattributes"], cwd=source, check=True)
    subprocess.run([*git, "commit", "-qm", "without"], cwd=source, check=True)
    assert cloned("without") != expected  # so the test sees what it is about


REFUSALS = """
import os, sys
from pathlib import Path
import econ
from econ.data.fetchers import official
from econ.data.http import Client
from econ.data.obtain import fetch_file
from econ.data.parsers.plain_xml import plain_xml
from econ.data.store import remove
from econ.data.succession import check_succession
from econ.errors import EconError

asks = [
    lambda: econ.load("yield_10y", as_of="x" * 300),
    lambda: econ.load("yield_10y", "yield_10y"),
    lambda: econ.load("yield_10y", frequency="X"),
    lambda: remove("2026-07-17"),
    lambda: official("gs10"),
    lambda: fetch_file("DGS10", as_of="2020-13-45", key="k"),
    lambda: Client().get("http://example.org/x", secrets={"api_key": "k"}),
    lambda: check_succession("DGS10", b"date,value\\n2000-01-03,6.58\\n", "2026-08-20"),
    lambda: econ.VAR(econ.load("yield_10y", "yield_2y"), lags=-1),
    lambda: plain_xml(b'<!DOCTYPE a><a/>'),
]
refused = 0
for number, ask in enumerate(asks):
    try:
        ask()
        print("not refused:", number)
    except (EconError, ValueError) as error:
        refused += 1
print(sys.flags.optimize, refused, len(asks))
"""


def test_refusals_stand_when_python_leaves_asserts_out(home):
    done = subprocess.run([sys.executable, "-O", "-c", REFUSALS], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["1", "10", "10"], done.stdout + done.stderr
