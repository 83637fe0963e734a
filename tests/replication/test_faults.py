"""Killed, out of disk, out of memory: a build, a fetch and a tournament lose nothing and go on.

Each trial kills the whole family of processes with SIGKILL at a random moment, or takes away the disk or the memory;
then every file is whole or absent, and the next run ends well with what an undisturbed one gives. The moments are drawn
from a seed, as files that are there and seconds after them; the counts are printed (``pytest -s``). The kills of a
fetch are in ``tests/unit/data/test_fetch_real.py``.
"""

import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from econ.report.audit import files

resource = pytest.importorskip("resource")
ROOT = Path(__file__).resolve().parents[2]
KEPT = ("claims", "custody")
FULL = "cannot be written (No space left on device)"

TOURNAMENT = """
import json, sys
from pathlib import Path
from econ.simulate import Faults, Truths, tournament

truths = Truths(impacts=(0.0, -15.0), offsets=(0.5,), periods=(120,), faults={"none": Faults()})
print("ready", flush=True)
folder, n_jobs = Path(sys.argv[1]), int(sys.argv[2])
table = tournament(truths, ["oracle", "ols_flows"], 400, rng=1, block=10, n_jobs=n_jobs, folder=folder).table
print(table[[name for name in table if "seconds" not in name]].to_json())
"""


def environment(**more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**kept, **threads, "PYTHONPATH": str(ROOT), **more}


def run(words, folder, memory=None, **more):
    """Exit status and both streams of a command; ``memory`` bytes of addresses at most."""

    def limit():
        if memory is not None:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    done = subprocess.run(
        words, cwd=folder, env=environment(**more), capture_output=True, text=True, check=False, preexec_fn=limit,
        timeout=600,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def killed(words, folder, reached, **more):
    """Kill a command and all that it started as soon as ``reached()``; whether it was still at work."""
    process = subprocess.Popen(
        words, cwd=folder, env=environment(**more), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    while not reached() and process.poll() is None:
        time.sleep(0.001)
    at_work = process.poll() is None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return at_work


@contextlib.contextmanager
def small_disk(folder, size):
    """A disk of ``size`` bytes at ``folder``; gives a function that makes it larger."""
    folder.mkdir(parents=True, exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", str(folder)]
    if subprocess.run(words, capture_output=True, check=False).returncode != 0:
        pytest.skip("no disk can be mounted here: run as root")
    try:
        yield lambda more: subprocess.run(["mount", "-o", f"remount,size={more}", str(folder)], check=True)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def contents(folder, pattern="**/*"):
    """Files by name, without hidden ones, run records and what is not a result."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.glob(pattern) if path.is_file()}
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in found.items()
        if not path.name.startswith(".") and not name.endswith(".run.json") and not name.startswith("build/")
    }


def hidden(folder):
    """Files that writers have begun; a kill leaves what it interrupts, for an hour."""
    return {path for path in folder.rglob(".*") if path.is_file()}


def forget(paper):
    """Take away all that a build makes of the exhibits kept."""
    for name in KEPT:
        for path in [*paper.glob(f"*/{name}*"), *paper.glob("paper.[hpt]*")]:
            if path.name != "paper.md":
                path.unlink()


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A copy of the project with two quick programs, committed and built once, and what the build gave."""
    folder = tmp_path_factory.mktemp("faults") / "project"
    programs = [path for path in (ROOT / "analyses").glob("[a-z]*.py") if path.stem not in (*KEPT, "specification")]
    for path in files(ROOT):
        name = path.relative_to(ROOT)
        if path not in programs and name.parts[0] not in ("tests", "benchmarks", ".venv"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / name)
    with (folder / ".gitignore").open("a") as ignored:
        ignored.write(".venv\n")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"]):
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *words]
        subprocess.run(git, cwd=folder, check=True, capture_output=True)
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (folder / ".venv" / "bin" / "python").chmod(0o755)
    (folder / ".venv" / ".ready").touch()
    forget(folder / "paper")
    code, _, told = run(["make"], folder, PYTHONPATH="")
    assert code == 0, told
    return folder, contents(folder / "paper")


def whole(folder, expected):
    """Whether every file that is there is the undisturbed one; how many are missing."""
    found = contents(folder)
    assert {name: digest for name, digest in found.items() if expected.get(name) != digest} == {}
    return len(expected.keys() - found.keys())


def there(paths):
    """How many of these files there are."""
    return sum(path.is_file() for path in paths)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")
def test_fifty_kills_of_a_build(built, moment):
    folder, expected = built
    moments, count = random.Random(50), Counter()
    for number in range(50):
        forget(folder / "paper")
        wanted = [folder / "paper" / name for name in expected if not (folder / "paper" / name).exists()]
        reached = moment(partial(there, wanted), moments.randint(0, len(wanted)), moments.uniform(0.0, 3.0))
        at_work = killed(["make"], folder, reached, PYTHONPATH="")
        missing = whole(folder / "paper", expected)
        count["in time" if at_work else "too late"] += 1
        first = missing == len(wanted)
        count["before the first file" if first else "between files" if missing else "after the last file"] += 1
        code, _, told = run(["make"], folder, PYTHONPATH="")
        assert code == 0, f"after kill {number}: {told}"
        assert contents(folder / "paper") == expected, f"after kill {number}"
        assert all((folder / "paper" / "results" / f"{key}.run.json").is_file() for key in KEPT)
    print(f"50 kills of make: {dict(count)}; 50 of 50 next runs gave the undisturbed paper")
    assert count["in time"] >= 40
    assert count["between files"] >= 25


@pytest.mark.slow
def test_a_build_on_a_full_disk(built, tmp_path):
    folder, expected = built
    project = tmp_path / "project"
    shutil.copytree(folder, project, symlinks=True, ignore=shutil.ignore_patterns("paper"))
    forget(folder / "paper")
    size = sum(path.stat().st_blocks * 512 for path in (folder / "paper").rglob("*") if path.is_file())
    with small_disk(project / "paper", size + 2**20) as enlarge:
        shutil.copytree(folder / "paper", project / "paper", dirs_exist_ok=True)
        before = hidden(project / "paper")
        free = shutil.disk_usage(project / "paper").free
        (project / "paper" / "filler").write_bytes(b"x" * (free - 16384))
        code, _, told = run([sys.executable, "-m", "analyses.custody"], project, PYTHONPATH="")
        assert code == 1
        assert told.splitlines()[-1].startswith(f"econ.errors.WriteError: the file {project / 'paper'}/")
        assert FULL in told.splitlines()[-1]
        assert "free the disk" in told.splitlines()[-1]
        whole(project / "paper", expected | {"filler": hashlib.sha256(b"x" * (free - 16384)).hexdigest()})
        assert not (project / "paper" / "results" / "custody.run.json").exists()
        assert hidden(project / "paper") == before
        code, _, told = run([sys.executable, "-m", "econ", "reproduce"], project, PYTHONPATH="")
        assert code == 1
        assert told.startswith("econ: analyses/")
        assert FULL in told
        (project / "paper" / "filler").unlink()
        enlarge(64 * 2**20)
        code, _, told = run(["make"], project, PYTHONPATH="")
        assert code == 0, told
        assert contents(project / "paper") == expected
    run(["make"], folder, PYTHONPATH="")


@pytest.mark.slow
@pytest.mark.parametrize("megabytes", [128, 256, 400, 511, 520, 540, 600])
def test_a_build_without_memory(built, tmp_path, megabytes):
    """Too little to load the libraries, too little to compute, just enough."""
    folder, expected = built
    words = [sys.executable, "-m", "analyses.custody", "--into", str(tmp_path / "paper")]
    code, _, told = run(words, folder, memory=megabytes * 2**20, PYTHONPATH="")
    made = contents(tmp_path / "paper")
    if code == 0:
        names = {name for name in expected if Path(name).name.startswith("custody")}
        assert made == {name: expected[name] for name in names}
    else:
        assert code == 1
        assert told.splitlines()[-1].startswith("econ.errors.OutOfMemory: "), told
        assert "raise the limit (ulimit -v)" in told.splitlines()[-1]
        assert made == {}
    assert (code == 0) == (megabytes >= 540) or 511 < megabytes < 600
    print(f"{megabytes} MB for an exhibit: exit status {code}")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tournament")
    code, printed, told = run([sys.executable, "-c", TOURNAMENT, str(folder / "run"), "2"], folder)
    assert code == 0, told
    return printed.splitlines()[-1], blocks(folder / "run")


def blocks(folder):
    """How many finished blocks there are."""
    return len(list(folder.glob("block-*.json")))


def check_blocks(folder):
    """Every block that is there says its own checksum; how many there are."""
    blocks = sorted(folder.glob("block-*.json"))
    for path in blocks:
        body = json.loads(path.read_text())
        place = {name: body[name] for name in ("cell", "block", "specification")}
        seal = hashlib.sha256(json.dumps([place, body["record"]], sort_keys=True).encode()).hexdigest()
        assert seal == body["sha256"], path.name
    return len(blocks)


@pytest.mark.slow
def test_twenty_kills_of_a_tournament(undisturbed, tmp_path, moment):
    """Five before the first block or at it, fifteen within the first half of the blocks, at moments between two."""
    expected, every = undisturbed
    moments, count = random.Random(20), Counter()
    for number in range(20):
        words = [sys.executable, "-c", TOURNAMENT, str(tmp_path / str(number)), "2"]
        done, pause = (0, 5.0) if number % 4 == 0 else (moments.randint(1, every // 2), 0.05)
        reached = moment(partial(blocks, tmp_path / str(number)), done, moments.uniform(0.0, pause))
        at_work = killed(words, tmp_path, reached)
        before = {path.name: path.read_bytes() for path in (tmp_path / str(number)).glob("block-*.json")}
        kept = check_blocks(tmp_path / str(number))
        assert kept >= done
        count["in time" if at_work else "too late"] += 1
        count["no block" if kept == 0 else "some blocks" if kept < every else "all blocks"] += 1
        code, printed, told = run(words, tmp_path)
        assert code == 0, f"after kill {number}: {told}"
        assert printed.splitlines()[-1] == expected, f"after kill {number}"
        assert {name: (tmp_path / str(number) / name).read_bytes() for name in before} == before  # none was made again
    print(f"20 kills of a tournament: {dict(count)}; 20 of 20 next runs gave the undisturbed table")
    assert count["in time"] >= 15
    assert count["some blocks"] >= 10


@pytest.mark.slow
def test_a_tournament_on_a_full_disk(undisturbed, tmp_path):
    expected, every = undisturbed
    words = [sys.executable, "-c", TOURNAMENT, str(tmp_path / "disk" / "run"), "1"]
    with small_disk(tmp_path / "disk", 96 * 1024) as enlarge:
        code, _, told = run(words, tmp_path)
        assert code == 1
        assert told.splitlines()[-1].startswith(f"econ.errors.WriteError: the folder '{tmp_path / 'disk' / 'run'}'")
        assert FULL in told.splitlines()[-1]
        kept = check_blocks(tmp_path / "disk" / "run")
        assert 0 < kept < every
        assert list((tmp_path / "disk" / "run").glob(".*")) == []
        enlarge(2**22)
        code, printed, told = run(words, tmp_path)
        assert code == 0, told
        assert printed.splitlines()[-1] == expected
    print(f"a full disk kept {kept} blocks of {every}")


GREEDY = """
import numpy
blocks, work = [], sys.modules["econ.simulate.tournament"].run_block
def greedy(task):
    blocks.append(task)
    if len(blocks) == 30:
        numpy.ones(2**30)
    return work(task)
sys.modules["econ.simulate.tournament"].run_block = greedy
"""


@pytest.mark.slow
def test_a_tournament_without_memory(undisturbed, tmp_path):
    """An estimator that asks for more than there is: the blocks of the others stay, and the next run goes on."""
    expected, every = undisturbed
    greedy = TOURNAMENT.replace('print("ready", flush=True)', GREEDY)
    code, _, told = run([sys.executable, "-c", greedy, str(tmp_path / "run"), "1"], tmp_path, memory=2**30)
    assert code == 1
    last = told.splitlines()[-1]
    assert last.startswith("econ.errors.EstimationError: "), told
    assert "MemoryError: Unable to allocate 8.00 GiB" in last
    assert "are kept" in last
    kept = check_blocks(tmp_path / "run")
    assert 0 < kept < every
    code, printed, told = run([sys.executable, "-c", TOURNAMENT, str(tmp_path / "run"), "1"], tmp_path)
    assert code == 0, told
    assert printed.splitlines()[-1] == expected
    print(f"without memory {kept} of {every} blocks were kept")


FETCH = [sys.executable, "-m", "econ", "data", "fetch", "--quiet"]


@pytest.fixture
def publisher(shared, loopback, monkeypatch):
    """The publishers' files on 127.0.0.1, to which every fetch of the test goes."""
    shared("data/raw")
    with loopback() as (base, _):
        loopback.point(monkeypatch, base)
        yield base


@pytest.mark.slow
def test_a_fetch_on_a_full_disk(publisher, tmp_path):
    code, _, told = run(FETCH, ROOT, ECON_DATA=str(tmp_path / "undisturbed"))
    assert code == 0, told
    expected = contents(tmp_path / "undisturbed", "20*/*.csv")
    with small_disk(tmp_path / "disk", 2**18) as enlarge:
        code, _, told = run(FETCH, ROOT, ECON_DATA=str(tmp_path / "disk"))
        assert code == 1
        assert told.splitlines()[-1].startswith("econ data fetch: vintage 2026-08-20 in ")
        assert FULL in told.splitlines()[-1]
        assert "set ECON_DATA to another folder" in told.splitlines()[-1]
        assert contents(tmp_path / "disk", "20*/*.csv") == {}
        assert not (tmp_path / "disk" / ".building").exists()
        enlarge(2**28)
        code, _, told = run(FETCH, ROOT, ECON_DATA=str(tmp_path / "disk"))
        assert code == 0, told
        found = contents(tmp_path / "disk", "20*/*.csv")
    assert tables(found) == tables(expected)


def tables(found):
    """The tables of a vintage, not its manifest, which has the moment of the download."""
    return {name: digest for name, digest in found.items() if not name.endswith("manifest.csv")}


@pytest.mark.slow
@pytest.mark.parametrize("megabytes", [256, 511, 520, 560, 640])
def test_a_fetch_without_memory(publisher, tmp_path, megabytes):
    code, _, told = run(FETCH, ROOT, memory=megabytes * 2**20, ECON_DATA=str(tmp_path))
    found = contents(tmp_path, "20*/*.csv")
    if code == 0:
        assert "2026-08-20/manifest.csv" in found
    else:
        assert code == 1
        assert told.splitlines()[-1].startswith("econ"), told
        assert "raise the limit (ulimit -v)" in told.splitlines()[-1]
        assert found == {}
    assert (code == 0) == (megabytes > 511) or 511 < megabytes < 640
    print(f"{megabytes} MB for a fetch: exit status {code}")
