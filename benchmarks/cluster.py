"""A million bootstrap draws of responses on two local Dask workers over TCP: seconds, bytes, memory, who is busy.

Run ``OPENBLAS_NUM_THREADS=1 python -m benchmarks.cluster [--draws 1000000]``; it needs a gigabyte on the disk for a
million draws. Starts a scheduler and two workers of one thread on 127.0.0.1 and ends them. Prints one line a part.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
from distributed import Client
from distributed.protocol.serialize import serialize

from econ import Cholesky, Residual, quiet
from econ.parallel import BLOCK, _block, _jobs, stream
from econ.testing import simulated_var
from econ.var import VAR, StructuralResults
from econ.var.reduced.bootstrap import _read, _Simulator
from econ.var.structure.structural import _identified, responses_of_draws

HORIZON = 24
WORKERS = 2
Where = tuple[str, int, list[int]]
"""Address; numbers of the processes of scheduler and workers."""


def model() -> StructuralResults:
    """A small VAR of 300 months."""
    data = simulated_var(300, rng=1)
    return VAR(data, lags=2).fit().identify(Cholesky("x", "y"))


@contextmanager
def cluster(folder: Path) -> Iterator[Where]:
    """Address, scheduler and workers, each a process of its own."""
    file = folder / "scheduler.json"
    started = []

    def start(program: str, *words: str) -> int:
        command = [sys.executable, "-m", f"distributed.cli.{program}", *words, "--host", "127.0.0.1", "--no-dashboard"]
        with (folder / "log.txt").open("ab") as log:
            started.append(subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "PYTHONPATH": "."}))
        return started[-1].pid

    try:
        scheduler = start("dask_scheduler", "--port", "0", "--scheduler-file", str(file))
        while not file.is_file():
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        place = ("--nthreads", "1", "--no-nanny", "--local-directory", str(folder))
        yield address, scheduler, [start("dask_worker", address, *place) for _ in range(WORKERS)]
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


def sizes(svar: StructuralResults) -> tuple[int, int, int]:
    """Bytes, as they are sent, of the model, of a block's task and of its result."""
    bootstrap = Residual(draws=BLOCK)
    scheme = Cholesky("x", "y")
    read = partial(
        _identified,
        scheme,
        svar.signs,
        partial(responses_of_draws, scheme=scheme, bootstrap=bootstrap, horizon=HORIZON, inner=0),
    )
    work = partial(_block, partial(_read, simulator=_Simulator(svar.parent, bootstrap), read=read))
    (job,) = _jobs(BLOCK, BLOCK, np.random.SeedSequence(1), None)
    return sized(work), sized(job), sized(work(job))


def sized(value: object) -> int:
    return sum(memoryview(each).nbytes for each in serialize(value)[1])


class Peak:
    """Largest memory of this process but for pages of files, which the system takes back at will."""

    def __enter__(self) -> "Peak":
        self.start, self.most, self.over = anonymous(), 0, threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def watch(self) -> None:
        """Look, until it is over."""
        while not self.over.wait(0.05):
            self.most = max(self.most, anonymous())

    def __exit__(self, *error: object) -> None:
        self.over.set()
        self.thread.join()


def anonymous() -> int:
    """Bytes in use that belong to no file."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return 1024 * int(line.split()[1])
    raise SystemExit("this system does not say what of the memory in use belongs to files.")


def processor(process: int) -> float:
    """Seconds of processor time that a process has used, by its number."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def clocks(where: Where, what: str, pieces: int) -> Iterator[None]:
    """Print the seconds of what is done inside, and the processor time of each process for one of ``pieces``."""
    processes = [os.getpid(), where[1], *where[2]]
    before = [processor(each) for each in processes]
    start = time.perf_counter()
    yield
    taken = time.perf_counter() - start
    busy = [1000 * (processor(each) - then) / pieces for each, then in zip(processes, before, strict=True)]
    print(f"{what}, {WORKERS} workers: {taken:.0f} s; processor ms: ", end="")
    print(f"client {busy[0]:.2f}, scheduler {busy[1]:.2f}, workers together {sum(busy[2:]):.2f} each", flush=True)


def empty(where: Where, tasks: int = 2000) -> None:
    """What a task costs that does nothing and sends nothing."""
    with clocks(where, f"{tasks:,} empty tasks", tasks):
        list(stream(abs, range(tasks), scheduler=where[0]))


def run(svar: StructuralResults, draws: int, where: Where, *, direct: bool) -> np.ndarray:
    """The first draws of a run that is kept on the disk."""
    what = f"{draws:,} draws{', sent straight from worker to client' if direct else ''}, a block"
    with tempfile.TemporaryDirectory() as folder, Client(where[0], direct_to_workers=direct):  # type: ignore[no-untyped-call]
        with Peak() as peak, clocks(where, what, -(-draws // BLOCK)):
            irf = svar.irf(HORIZON, Residual(draws=draws), rng=1, backend="dask", folder=folder)
        print(f"  client memory: {peak.start / 1e6:.0f} MB before, peak {peak.most / 1e6:.0f}", flush=True)
        return irf.joint_draws("the first draws")[: 20 * BLOCK].copy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=1_000_000)
    words = parser.parse_args()
    svar = model()
    print("bytes: model {:,} once, task {:,} and result {:,} a block".format(*sizes(svar)))
    start = time.process_time()
    alone = svar.irf(HORIZON, Residual(draws=20 * BLOCK), rng=1).joint_draws("one process")
    print(f"one process: {1000 * (time.process_time() - start) / 20:.2f} processor ms a block of {BLOCK} draws")
    with tempfile.TemporaryDirectory() as folder, cluster(Path(folder)) as where, quiet():
        svar.irf(HORIZON, Residual(draws=100 * BLOCK), rng=1, scheduler=where[0])  # workers import and get warm
        empty(where)
        few = min(100_000, words.draws)
        for draws, direct in ((few, False), (few, True), (words.draws, False)):
            if not np.array_equal(run(svar, draws, where, direct=direct), alone[:draws]):
                raise SystemExit("the cluster's draws are not those of one process.")


if __name__ == "__main__":
    main()
