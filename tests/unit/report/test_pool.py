"""One command makes several exhibits: none sees what another has set, one that fails is named, the rest is whole."""

import json
import os
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from analyses.specification import baseline
from econ.errors import ReplicationError
from econ.report import workers
from econ.report.pool import run_programs
from econ.report.reproduce import reproduce
from econ.report.run import input_hashes

HELPER = '''
"""State that a program can leave behind."""

seen: list[str] = []
'''
RUDE = '''
"""A program that leaves everything changed behind it, and tells what it found."""

import os
import warnings

import matplotlib
import numpy as np
import pandas as pd

from analyses import _state
from analyses.specification import baseline
from econ.report import Exhibit, Figure, main

NAME = __file__.rsplit("/", 1)[-1][:-3]


def draw(page, data):
    page.subplots().plot(data["x"])


def result(spec):
    """What this process holds."""
    found = {"seen": len(_state.seen), "size": float(matplotlib.rcParams["font.size"])}
    found |= {"set": int("RUDE" in os.environ)}
    found |= {"error": np.geterr()["divide"], "filters": sum(each[0] == "once" for each in warnings.filters)}
    _state.seen.append(NAME)
    matplotlib.rcParams["font.size"] = 30.0
    matplotlib.rcParams["lines.linewidth"] = 9.0
    os.environ["RUDE"] = "1"
    np.seterr(divide="ignore")
    np.random.seed(1)
    warnings.simplefilter("once")
    pd.set_option("display.precision", 2)
    return Exhibit(NAME, "A rude one", found, figures=Figure(pd.DataFrame({"x": [1.0, 2.0]}), draw), spec=spec)


if __name__ == "__main__":
    main(result, baseline)
'''


TOLD = """
import os, sys

threads = len(os.listdir(f"/proc/{os.getppid()}/task")) if sys.platform == "linux" else 1
raise RuntimeError(f"{threads} threads where scipy.optimize is loaded: {'scipy.optimize' in sys.modules}")
"""
KILLED = "import os, signal\n\nos.kill(os.getpid(), signal.SIGKILL)\n"
KEYS = ("broken", "counts", "killed", "market", "nosuch", "told")


def outputs(folder):
    """Every file that programs wrote, but the records of their runs."""
    paths = [path for place in ("results", "tables", "figures") for path in (folder / place).glob("*")]
    return {path.name: path.read_bytes() for path in paths if not path.name.endswith(".run.json")}


def run_workers(project, *words):
    """The command, as make calls it."""
    command = [sys.executable, "-m", "econ.report.workers", *words]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def last(project, key):
    """Say that this exhibit took longest, so that it begins."""
    seconds = {each: {"seconds": 1.0 + (each == key)} for each in ("counts", "market")}
    (project / "paper/runtimes.json").write_text(json.dumps({"exhibits": seconds}))


@pytest.fixture
def rude(project):
    """Two programs that set whatever can be set, one like the other."""
    (project / "analyses/_state.py").write_text(HELPER)
    for key in ("counts", "market"):
        (project / f"analyses/{key}.py").write_text(RUDE)
    return project


def made(project, folder, *words, first="counts"):
    """What two programs write, one after the other, beginning with ``first``."""
    last(project, first)
    done = run_workers(project, "counts", "market", "--into", str(folder), "--jobs", "1", *words)
    assert (done.returncode, done.stdout.split()[0]) == (0, first)
    return outputs(folder)


def test_no_exhibit_sees_what_another_one_left(rude, tmp_path):
    expected = made(rude, tmp_path / "a")
    assert len(expected) == 8
    numbers = json.loads(expected["market.json"])["numbers"]
    assert (numbers["seen"], numbers["set"], numbers["error"], numbers["filters"]) == (0, 0, "warn", 0)
    assert b"font-size: 30" not in expected["market.svg"]
    assert run_workers(rude, "market", "--into", str(tmp_path / "alone")).returncode == 0
    alone = outputs(tmp_path / "alone")
    assert len(alone) == 4
    assert {name: expected[name] for name in alone} == alone


@pytest.mark.slow
def test_the_order_does_not_matter_nor_does_how_processes_begin(rude, tmp_path):
    expected = made(rude, tmp_path / "a")
    assert made(rude, tmp_path / "b", first="market") == expected
    assert made(rude, tmp_path / "c", "--fresh") == expected


def test_what_fails_is_named_and_the_others_write_what_they_write_alone(project, tmp_path):
    fine = (project / "analyses/counts.py").read_text()
    broken = fine.replace("return Exhibit", "raise KeyError('gone')\n    return Exhibit")
    for key, text in {"broken": broken, "killed": KILLED, "told": TOLD}.items():
        (project / f"analyses/{key}.py").write_text(text)
    errors = {ran.key: ran.error for ran in run_programs(project, KEYS, into=tmp_path / "into")}
    assert "No module named analyses.nosuch" in errors.pop("nosuch")
    assert errors == {
        "broken": "KeyError: 'gone'",
        "counts": "",
        "killed": "ended from outside by signal 9; was it memory?",
        "market": "",
        "told": f"RuntimeError: 1 threads where scipy.optimize is loaded: {workers.SPLITS}",
    }
    assert outputs(tmp_path / "into") == outputs(project / "paper")


def test_reproduce_raises_what_failed_and_sets_no_paper(project):
    path = project / "analyses/counts.py"
    path.write_text(path.read_text().replace("return Exhibit", "raise KeyError('gone')\n    return Exhibit"))
    record = project / "paper/results/market.run.json"
    shown, kept = [], json.loads(record.read_text())
    record.write_text(json.dumps(kept | {"inputs": input_hashes(project, "market")}))
    with pytest.raises(ReplicationError, match=r"^analyses/counts.py failed: KeyError: 'gone' Run python -m analyses"):
        reproduce(project, show=shown.append)
    assert shown == [f"{'market':<28} up to date"]
    assert not (project / "paper/paper.pdf").exists()
    done = run_workers(project, "counts")
    assert done.returncode == 1
    assert done.stdout.split()[0] == "counts"
    assert "in result\n" in done.stderr  # where, too
    assert done.stderr.splitlines()[-1].startswith("analyses/counts.py failed: KeyError: 'gone'")
    assert "--jobs must be at least 1; found 0." in run_workers(project, "counts", "--jobs", "0").stderr


@pytest.mark.slow
def test_whoever_stops_to_listen_stops_the_programs(project, tmp_path):
    note = tmp_path / "pid"
    (project / "analyses/market.py").write_text(
        f"import os, pathlib, time\n\npathlib.Path({str(note)!r}).write_text(str(os.getpid()))\ntime.sleep(60)\n"
    )
    listening = run_programs(project, ["counts", "market"], into=tmp_path)
    assert next(listening).key == "counts"
    while not note.exists() or not note.read_text():
        time.sleep(0.01)
    listening.close()
    with pytest.raises(ProcessLookupError):
        await_the_end(int(note.read_text()))


def await_the_end(number):
    """Look for a process until there is none."""
    for _ in range(1000):
        os.kill(number, 0)
        time.sleep(0.01)


def test_the_death_of_the_command_is_told_with_what_is_left(project, tmp_path, monkeypatch):
    monkeypatch.setattr("econ.report.pool.sys.executable", "/bin/false")
    with pytest.raises(ReplicationError, match=r"the exhibits counts, market were not made, .* died: exit status 1"):
        list(run_programs(project, ["counts", "market"], into=tmp_path))
    assert list(run_programs(project, [])) == []


@pytest.mark.parametrize(
    ("flags", "number"), [("-j3", 3), (" --jobserver-auth=3,4 -j12 -- A=-j5", 12), ("--jobs=2", 2), ("-j1", 1)]
)
def test_the_number_of_workers_is_that_of_make(flags, number):
    assert workers.workers({"MAKEFLAGS": flags}) == number


@pytest.mark.parametrize("flags", [None, "", "s", "-j --jobserver-auth=3,4", "-- A=a-j7"])
def test_without_one_it_is_that_of_the_cores(flags):
    assert workers.workers({} if flags is None else {"MAKEFLAGS": flags}) == min(8, len(os.sched_getaffinity(0)))


def test_the_heaviest_begins_and_one_that_never_ran_before_it(tmp_path):
    (tmp_path / "paper").mkdir()
    (tmp_path / "paper/runtimes.json").write_text(
        json.dumps({"exhibits": {key: {"seconds": seconds} for key, seconds in {"a": 1.0, "b": 5.0, "c": 3.0}.items()}})
    )
    assert workers.heaviest_first(["a", "b", "c", "new"], tmp_path) == ["new", "b", "c", "a"]


def test_data_are_read_once_for_all_programs_and_on_their_vintage(monkeypatch):
    asked = []
    monkeypatch.setattr(workers.gc, "freeze", lambda: asked.append("shared"))
    monkeypatch.setattr(workers, "on_vintage", lambda spec, as_of: SimpleNamespace(as_of=as_of))
    monkeypatch.setattr("analyses._projections.granular", lambda spec: asked.append(spec.as_of))
    monkeypatch.setattr("econ.data.custody.custody_adjusted", lambda as_of: asked.append(as_of))
    workers.read()
    workers.read("2031-02-03")
    assert asked == [baseline.as_of, baseline.as_of, "shared", "2031-02-03", "2031-02-03", "shared"]


def test_they_are_read_while_the_first_programs_run(monkeypatch):
    happened = []

    def begun(key, words, split):
        happened.append(key)
        return workers.Work(key, SimpleNamespace(poll=lambda: 0, terminate=lambda: None), None)

    monkeypatch.setattr(workers, "start", begun)
    run = workers.run("abc", (), jobs=2, split=True, meanwhile=lambda: happened.append("read"))
    assert [work.key for work, _ in run] == ["a", "b", "c"]
    assert happened == ["a", "b", "read", "c"]
