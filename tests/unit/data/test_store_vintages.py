"""The store: whole or not at all, never over the old, one writer, and nothing changes unseen."""

import errno
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest

import econ
from econ.data import store
from econ.data.archive import EMBEDDED, as_of_dates, manifest, read_table, table_bytes, verified
from econ.data.home import data_home
from econ.data.inspection import listing, verify_vintage
from econ.data.store import TableFile, locked, publish
from econ.data.use import using
from econ.errors import ChecksumMismatch, DataError, Revised, SeriesNotFound, VintageMissing

ABOUT = {"publisher": "P", "table": "T", "url": "https://example.org/x", "units": "percent", "frequency": "M",
         "first": "2026-01", "last": "2026-02", "rows": "2", "licence": "public", "citation": "",
         "retrieved_at": "2026-08-20T12:00:00Z", "carried_from": ""}  # fmt: skip


# This file is also the program that writes in a process of its own; it finds the package where the tests do.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])}


def program(what):
    return [sys.executable, __file__, what]


def tables(value="1.5", count=1):
    content = f"date,value\n2026-01,{value}\n2026-02,2.5\n".encode()
    return [TableFile(f"XYZ{number}", content, ABOUT, {f"XYZ{number}.csv": content * 50}) for number in range(count)]


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ECON_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def write(as_of="2026-08-20", **kwargs):
    with locked(data_home()):
        return publish(as_of, tables(**kwargs))


def test_a_vintage_is_written_whole_and_read_by_the_same_reader_as_the_archive(home):
    assert write() == "2026-08-20"
    frame, vintage = read_table("XYZ0", "2026-08-20")
    assert frame["value"].tolist() == [1.5, 2.5]
    assert vintage.retrieved_at == "2026-08-20T12:00:00Z"
    assert [file.table for file in verify_vintage("2026-08-20")] == ["T"]
    assert listing().loc["2026-08-20", ["where", "tables"]].tolist() == ["own", 1]


def test_figures_revised_after_the_vintage_loaded_are_told(home):
    """By name, number and last date; not where a later vintage has the same figures in other bytes, or lacks them."""
    later = []
    for name in ("DGS2", "DGS10", "DGS30"):
        content = table_bytes(name, EMBEDDED)[0].replace(b"2020-06-30,0.66", b"2020-06-30,1.66")
        later.append(TableFile(name, content + b"2099-01-01,\n", ABOUT, {}))
    with locked(data_home()):
        publish("2026-08-20", later)
    assert table_bytes("DGS2", "2026-08-20")[1].sha256 != table_bytes("DGS2", EMBEDDED)[1].sha256
    words = r"2026-08-20 on disk .*: 1 of \d+ values of 'yield_10y', the last at 2020-06;"
    with using() as files, pytest.warns(Revised, match=words) as told:
        econ.load("yield_2y", "yield_10y", "financial_conditions", "china_net_purchases")
    assert told[0].filename == __file__
    assert {file.as_of for file in files} == {EMBEDDED}  # figures that came later are behind none of these
    assert "yield_2y" not in str(told[0].message)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        econ.load("yield_2y", "yield_30y", "financial_conditions")
        econ.load("yield_10y", as_of="2026-08-20")


def test_a_second_vintage_of_a_day_lies_beside_the_first(home):
    first = (write(), (home / "2026-08-20" / "XYZ0.csv").read_bytes())
    assert write(value="1.6") == "2026-08-20.2"
    assert (home / "2026-08-20" / "XYZ0.csv").read_bytes() == first[1]


def test_the_embedded_vintage_is_never_shadowed(home):
    assert write("2026-07-17") == "2026-07-17.2"


def test_the_same_figures_make_no_new_vintage(home):
    assert write() == "2026-08-20"
    assert write("2026-09-18") == "2026-08-20"
    assert sorted(path.name for path in home.glob("2*")) == ["2026-08-20"]


@pytest.mark.parametrize("file", ["XYZ0.csv", "raw/XYZ0.csv"])
def test_a_changed_file_is_found(home, file):
    write()
    path = home / "2026-08-20" / file
    path.write_bytes(path.read_bytes().replace(b"1.5", b"1.6"))
    with pytest.raises(ChecksumMismatch, match=r"XYZ0\.csv was changed"):
        verify_vintage("2026-08-20")


def test_a_missing_raw_file_is_found(home):
    write()
    (home / "2026-08-20" / "raw" / "XYZ0.csv").unlink()
    with pytest.raises(VintageMissing, match="absent"):
        verify_vintage("2026-08-20")


def test_a_full_disk_leaves_nothing(home, monkeypatch):
    write()

    def full(path, content):
        if path.name == "manifest.csv":
            raise OSError(errno.ENOSPC, "No space left on device")
        path.write_bytes(content)

    monkeypatch.setattr(store, "write_atomic", full)
    with pytest.raises(DataError, match="No space left on device"):
        write(value="1.7")
    assert store.own_dates() == ("2026-08-20",)
    assert not (home / ".building").exists()
    verify_vintage("2026-08-20")


def test_a_file_system_that_is_really_full(home, tmp_path):
    """A file size limit of the system, in a process of its own, stands for a full disk."""
    write()
    run = subprocess.run(
        program("limited"), env=ENVIRONMENT | {"ECON_DATA": str(home)}, capture_output=True, text=True, check=False
    )
    assert run.stdout.startswith(f"WriteError vintage 2026-08-20.2 in {home} cannot be written"), (
        run.stdout + run.stderr
    )
    assert store.own_dates() == ("2026-08-20",)


def test_a_folder_that_cannot_be_made(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("ECON_DATA", str(tmp_path / "file" / "data"))
    with pytest.raises(DataError, match="cannot be written"):
        write()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_read_only_folder(home):
    home.mkdir()
    home.chmod(0o500)
    with pytest.raises(DataError, match="cannot be written"):
        write()


def test_a_read_only_folder_refuses_even_the_superuser(home, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(store.os, "open", refuse)
    with pytest.raises(DataError, match="Permission denied"):
        write()


def test_two_fetches_at_once(home):
    def hold(path, ready, done):
        with locked(path):
            ready.set()
            done.wait(20)

    context = multiprocessing.get_context("fork")
    ready, done = context.Event(), context.Event()
    other = context.Process(target=hold, args=(home, ready, done))
    other.start()
    assert ready.wait(20)
    with pytest.raises(DataError, match="another fetch"):
        write()
    done.set()
    other.join()
    assert write() == "2026-08-20"


def killed(home, moment, done, pause):
    """Start a process that writes vintage after vintage, and kill it some seconds after so many, or at the next."""
    before = len(store.own_dates())
    reached = moment(lambda: len(store.own_dates()) - before, done, pause)
    environment = ENVIRONMENT | {"ECON_DATA": str(home)}
    process = subprocess.Popen(program("endless"), env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline().strip() == "ready"
    while not reached() and process.poll() is None:
        time.sleep(0.001)
    assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()


@pytest.mark.slow
def test_kill_nine_at_twenty_random_moments(home, moment):
    write()
    before = (home / "2026-08-20" / "manifest.csv").read_bytes()
    moments = random.Random(20)
    for _ in range(20):
        killed(home, moment, moments.randint(0, 3), moments.uniform(0.0, 0.05))
        for as_of in store.own_dates():
            assert len(verify_vintage(as_of)) == len(manifest(as_of)) in (1, 12)
        assert (home / "2026-08-20" / "manifest.csv").read_bytes() == before
    assert write(value="99") in as_of_dates()
    assert not (home / ".building").exists()


def test_kill_nine_once(home, moment):
    write()
    killed(home, moment, 1, 0.01)
    for as_of in store.own_dates():
        verify_vintage(as_of)
    assert write(value="99") in as_of_dates()


def test_half_a_vintage_is_not_listed(home):
    (home / ".building" / "2026-09-01").mkdir(parents=True)
    (home / ".building" / "2026-09-01" / "manifest.csv").write_text("file\n")
    (home / "2026-09-02").mkdir()
    assert "2026-09-01" not in as_of_dates()
    assert "2026-09-02" not in as_of_dates()


@pytest.mark.skipif(sys.platform != "linux", reason="the customs of Linux, by name")
@pytest.mark.parametrize(
    ("variables", "folder"),
    [({"XDG_DATA_HOME": "/x/share"}, "/x/share/econ"), ({"HOME": "/h"}, "/h/.local/share/econ")],
)
def test_the_folder_follows_the_platforms_custom(monkeypatch, variables, folder):
    for name in ("ECON_DATA", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert data_home().as_posix() == folder
    monkeypatch.setenv("ECON_DATA", "/own")
    assert data_home().as_posix() == "/own"


def limited():
    """Write under a limit on the size of a file, and say what came of it."""
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))
    try:
        write(value="1.7")
    except DataError as error:
        print(type(error).__name__, error)


def endless():
    """Write vintage after vintage until killed."""
    print("ready", flush=True)
    for number in range(10_000):
        write(value=f"{number}.5", count=12)


if __name__ == "__main__":
    {"limited": limited, "endless": endless}[sys.argv[1]]()


def test_a_file_found_sound_is_read_again_when_it_changes(home):
    write()
    names = ("XYZ0",)
    assert verified(names, "2026-08-20") == verified(names, "2026-08-20") == (manifest("2026-08-20")["XYZ0"],)
    path = next(home.glob("2026-08-20/XYZ0.csv"))
    content = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(content.replace(b"1.5", b"1.6"))  # of the same size
    for _ in range(2):
        with pytest.raises(ChecksumMismatch, match=r"XYZ0\.csv was changed"):
            verified(names, "2026-08-20")
    path.write_bytes(content)
    assert verified(names, "2026-08-20")
    path.unlink()
    with pytest.raises(VintageMissing, match="absent"):
        verified(names, "2026-08-20")
    with pytest.raises(SeriesNotFound, match="no table 'XYZ9'"):
        verified(("XYZ9",), "2026-08-20")


def test_a_table_of_flows_is_the_caller_s_own():
    mine = econ.data.flows("china")
    mine.iloc[0, 0] = 1e6
    assert econ.data.flows("china").iloc[0, 0] != 1e6
