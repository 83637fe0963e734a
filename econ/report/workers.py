"""``python -m econ.report.workers``: the programs of exhibits, each in a process of its own out of one that is warm.

Importing the libraries takes longer than most exhibits. This program imports them once; where the system can split a
process safely (Linux), each exhibit is then made by a copy of it, elsewhere by a fresh interpreter. No two exhibits
share a process, so that none can see what another one has set, whatever the order.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import re
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import IO, Protocol

from econ.errors import SpecificationError
from econ.files import nameless
from econ.memory import within_memory
from econ.report.pool import Ran
from econ.report.store import loads
from econ.report.vintages import on_vintage

SPLITS = sys.platform == "linux"
"""Whether a process that has loaded numpy may be split: macOS has libraries that do not bear it, Windows no fork."""
LIBRARIES = (
    *(f"econ.{room}" for room in ("var", "eventstudy", "infer", "multiverse", "offset", "projection", "simulate")),
    "scipy.optimize",
    *(f"matplotlib.{room}" for room in ("figure", "style", "backends.backend_svg", "backends.backend_pdf")),
)
"""What most exhibits import."""
MOST = 8
"""Workers at most, unless asked for: each may take 700 MB."""
PAUSE = 0.01
"""Seconds between two looks at the workers."""


class Worker(Protocol):
    """A process that makes one exhibit: what `subprocess.Popen` can do, and `Split`."""

    def poll(self) -> int | None:
        """Exit status, or None while it runs."""

    def terminate(self) -> None:
        """End it."""


@dataclass
class Split:
    """A copy of this process."""

    number: int
    status: int | None = None

    def poll(self) -> int | None:
        """Exit status, or None while it runs."""
        if self.status is None:
            number, status = os.waitpid(self.number, os.WNOHANG)
            self.status = os.waitstatus_to_exitcode(status) if number else None
        return self.status

    def terminate(self) -> None:
        """End it."""
        if self.poll() is None:
            os.kill(self.number, signal.SIGTERM)


@dataclass
class Work:
    """An exhibit that is being made: its process, what it said on standard error, when it began."""

    key: str
    worker: Worker
    told: IO[bytes]
    began: float = field(default_factory=time.perf_counter)

    def words(self) -> str:
        """What it said, once it is over."""
        self.told.seek(0)
        return self.told.read().decode("utf-8", errors="replace")


def workers(environment: Mapping[str, str]) -> int:
    """How many processes to use: the number behind ``make -j``, else the cores of this process, at most `MOST`.

    Examples
    --------
    >>> workers({"MAKEFLAGS": "-j3 --jobserver-auth=3,4"})
    3
    """
    asked = re.search(r"(?:^|\s)(?:-j|--jobs=)(\d+)", environment.get("MAKEFLAGS", ""))
    if asked:
        return max(1, int(asked[1]))
    share = getattr(os, "sched_getaffinity", None)  # containers may use fewer cores than the machine has
    return min(MOST, len(share(0)) if share else os.cpu_count() or 1)


def heaviest_first(keys: Sequence[str], root: Path) -> list[str]:
    """Keys by the seconds of the last run that was kept, the longest first; before them those that never ran.

    Examples
    --------
    >>> heaviest_first(["b", "a"], Path("no such folder"))
    ['a', 'b']
    """
    path = root / "paper" / "runtimes.json"
    known = loads(path)["exhibits"] if path.is_file() else {}
    return sorted(set(keys), key=lambda key: (-float(known.get(key, {}).get("seconds", "inf")), key))


def warm(root: Path) -> None:
    """Import what the programs will import. What fails here fails, and is named, in the programs that need it."""
    shared = [path.stem for path in sorted(root.glob("analyses/_[a-z]*.py"))]
    for name in (*LIBRARIES, "analyses.specification", *(f"analyses.{stem}" for stem in shared)):
        with contextlib.suppress(Exception):
            import_module(name)
    gc.freeze()  # a copy that collects its garbage leaves alone, and so shares, what was there before it


def read(as_of: str | None = None) -> None:
    """Read what several programs read: the panel of holders, and China's holdings by the survey of custodians."""
    with contextlib.suppress(Exception):
        spec = import_module("analyses.specification").baseline
        spec = spec if as_of is None else on_vintage(spec, as_of)
        import_module("analyses._projections").granular(spec)
        import_module("econ.data.custody").custody_adjusted(as_of=spec.as_of)
    gc.freeze()


def reason(told: str, status: int) -> str:
    r"""Why a program failed: the last line of its standard error that names an error, else the last; or the signal.

    Warnings of workers that end with it may stand below.

    Examples
    --------
    >>> reason("Traceback ...\nValueError: no such month\nx.py:1: UserWarning: left over\n  warnings.warn(\n", 1)
    'ValueError: no such month'
    >>> reason("", -9)
    'ended from outside by signal 9; was it memory?'
    """
    lines = told.strip().splitlines()
    named = [line for line in lines if re.match(r"(?:[a-z_]\w*\.)*[A-Z]\w+(?::|$)", line)]
    if status < 0 and not named:
        return f"ended from outside by signal {-status}; was it memory?"
    return (named or lines or ["no message"])[-1]


def start(key: str, words: Sequence[str], *, split: bool) -> Work:
    """Begin to make an exhibit; in the copy of this process that makes it, do not return."""
    told = nameless()
    if not split:
        return Work(key, subprocess.Popen([sys.executable, "-m", f"analyses.{key}", *words], stderr=told), told)
    number = os.fork()
    if number:
        return Work(key, Split(number), told)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.dup2(told.fileno(), 2)
    sys.modules.pop(f"analyses.{key}", None)  # a helper may have imported it; it runs as the program here
    sys.argv = [f"analyses.{key}", *words]
    runpy.run_module(f"analyses.{key}", run_name="__main__", alter_sys=True)
    raise SystemExit(0)


def _nothing() -> None:
    """Neither wait nor work."""


def finished(running: list[Work]) -> Iterator[tuple[Work, int]]:
    """Wait until at least one is over; those that are, with their exit status."""
    while True:
        over = [(work, status) for work in running if (status := work.worker.poll()) is not None]
        if over:
            yield from over
            return
        time.sleep(PAUSE)


def run(
    keys: Sequence[str], words: Sequence[str], *, jobs: int, split: bool, meanwhile: Callable[[], None]
) -> Iterator[tuple[Work, int]]:
    """Make the exhibits, ``jobs`` at a time, in this order; each with its exit status as soon as it is over.

    What is done ``meanwhile``, once the first have begun, is there for those that are split off after them.
    One that fails does not stop the others. If this process is stopped, so are they; what they were about to write is
    whole or absent (`econ.files`).
    """
    waiting, running, own = list(keys), list[Work](), os.getpid()
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                running.append(start(waiting.pop(0), words, split=split))
            meanwhile()
            meanwhile = _nothing
            for work, status in finished(running):
                running.remove(work)
                yield work, status
    finally:
        for work in running if os.getpid() == own else ():
            work.worker.terminate()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m econ.report.workers", description="Make exhibits side by side.")
    parser.add_argument("keys", nargs="+", metavar="KEY", help="exhibits, by the names of their programs")
    parser.add_argument("--into", metavar="FOLDER", help="folder of the paper, instead of the project's own")
    parser.add_argument("--as-of", metavar="DATE", help="data vintage instead of the paper's own")
    parser.add_argument("--jobs", type=int, default=workers(os.environ), help="processes (make -j, else the cores)")
    parser.add_argument("--report", action="store_true", help="say what became of each as JSON on standard error")
    parser.add_argument("--fresh", action="store_true", help="a new interpreter for each, as where none can be split")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Make the exhibits; 1 if one of them failed, with its name and reason."""
    options = _parser().parse_args(argv)
    root, failures = Path.cwd(), list[str]()
    if options.jobs < 1:
        raise SpecificationError(f"--jobs must be at least 1; found {options.jobs}.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the workers are ended too
    words = [
        *(["--into", options.into] if options.into else []),
        *(["--as-of", options.as_of] if options.as_of else []),
    ]
    order, split = heaviest_first(options.keys, root), SPLITS and not options.fresh
    if split and len(order) > 1:
        warm(root)
    meanwhile = partial(read, options.as_of) if split and len(order) > options.jobs else _nothing
    with within_memory("making the exhibits"):
        for work, status in run(order, words, jobs=options.jobs, split=split, meanwhile=meanwhile):
            error = reason(work.words(), status) if status else ""
            ran = Ran(work.key, round(time.perf_counter() - work.began, 3), error)
            if options.report:
                print(json.dumps(asdict(ran)), file=sys.stderr, flush=True)
                continue
            sys.stderr.write(work.words())
            failures += [ran.message] if error else []
    print(*failures, sep="\n", end="\n" if failures else "", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
