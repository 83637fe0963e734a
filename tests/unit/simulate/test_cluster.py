"""The same call on a real Dask cluster: scheduler and two worker processes over TCP on this machine."""

import json
import os
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from econ import cluster as dask
from econ import memory
from econ.errors import EstimationError, OutOfMemory, SpecificationError, Unstable
from econ.estimate import Estimate
from econ.eventstudy import size_table
from econ.parallel import BLOCK, Failed, map_blocks, stream
from econ.simulate import Estimator, Faults, Truths, tournament
from econ.testing import simulated_var
from econ.var import VAR, Cholesky, Heteroskedasticity, MovingBlock, Residual, TimeVaryingVAR

ROOT = Path(__file__).parents[3]
SMALL = Truths(impacts=(0.0, -15.0), offsets=(0.5,), periods=(120,), faults={"none": Faults()})
CHEAP = ["oracle", "ols_flows", "offset_oracle"]
pytestmark = pytest.mark.slow
pytest.importorskip("distributed", reason="distributed is not installed (extra 'cluster')")


def slow_and_noisy(sample, seconds=0.05):
    """An estimate that takes its time, so that a worker can be killed meanwhile."""
    time.sleep(seconds)
    value = float(sample.frame["china_net_purchases"].sum())
    return Estimate(value, 1.0, value - 1.0, value + 1.0, sample.level)


def breaks(sample):
    if sample.samples.market.impact == -15.0 and sample.number == 7:
        raise RuntimeError("a bug on purpose")
    return slow_and_noisy(sample, 0.0)


class Cluster:
    """Processes of one cluster."""

    def __init__(self, folder, workers=2):
        self.folder = folder
        self.file = folder / "scheduler.json"
        words = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(self.file)]
        self.scheduler = self.start("dask_scheduler", *words)
        wait_until(lambda: self.file.is_file() and self.file.read_text().rstrip().endswith("}"), "the scheduler")
        self.address = json.loads(self.file.read_text())["address"]
        self.workers = [self.start_worker() for _ in range(workers)]

    def start_worker(self):
        place = self.folder / f"worker-{time.monotonic_ns()}"
        words = [
            "--nthreads",
            "1",
            "--no-nanny",
            "--no-dashboard",
            "--host",
            "127.0.0.1",
            "--local-directory",
            str(place),
        ]
        return self.start("dask_worker", self.address, *words)

    def start(self, program, *words):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
        with (self.folder / "log.txt").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{program}", *words],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
            )

    def stop(self):
        for process in (*self.workers, self.scheduler):
            if process.poll() is None:
                process.kill()
            process.wait()


def wait_until(condition, what, seconds=180.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} did not come within {seconds} s"
        time.sleep(0.02)


@pytest.fixture
def cluster(tmp_path):
    folder = tmp_path / "cluster"
    folder.mkdir()
    running = Cluster(folder)
    yield running
    running.stop()


def without_seconds(result):
    return result.table.drop(columns=["seconds", "seconds_se"])


def same(one, two):
    pd.testing.assert_frame_equal(without_seconds(one), without_seconds(two), rtol=0, atol=0)


def blocks(folder):
    return len(list(folder.glob("block-*.json")))


def meanwhile(call):
    """Run ``call`` in a thread; the list gets its result or its error."""
    outcome = []

    def run():
        try:
            outcome.append(call())
        except Exception as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome


def test_a_cluster_gives_the_bits_of_one_process(cluster, tmp_path):
    serial = tournament(SMALL, CHEAP, 40, rng=1, block=5)
    far = tournament(SMALL, CHEAP, 40, rng=1, block=5, scheduler=cluster.address, folder=tmp_path / "run")
    same(serial, far)
    assert blocks(tmp_path / "run") == 16


def test_a_client_opened_before_is_used(cluster):
    from distributed import Client

    with Client(cluster.address):
        result = tournament(SMALL, CHEAP, 20, rng=1, block=5, backend="dask")
    same(result, tournament(SMALL, CHEAP, 20, rng=1, block=5))


def test_a_killed_worker_changes_nothing(cluster, tmp_path):
    estimators, folder = [Estimator("slow", slow_and_noisy)], tmp_path / "run"
    call = partial(tournament, SMALL, estimators, 100, rng=1, block=5)
    thread, outcome = meanwhile(partial(call, scheduler=cluster.address, folder=folder))
    wait_until(lambda: blocks(folder) >= 4, "the first blocks")
    done = blocks(folder)
    cluster.workers[0].kill()
    cluster.workers[0].wait()
    thread.join(120)
    assert done < 40  # it died in the middle
    assert not isinstance(outcome[0], Exception), outcome[0]
    assert blocks(folder) == 40
    same(outcome[0], call())


def test_a_lost_scheduler_is_said_and_the_blocks_are_kept(cluster, tmp_path):
    estimators, folder = [Estimator("slow", slow_and_noisy)], tmp_path / "run"
    call = partial(tournament, SMALL, estimators, 100, rng=1, block=5, folder=folder)
    thread, outcome = meanwhile(partial(call, scheduler=cluster.address))
    wait_until(lambda: blocks(folder) >= 4, "the first blocks")
    cluster.scheduler.kill()
    cluster.scheduler.wait()
    thread.join(120)
    assert not thread.is_alive()
    assert isinstance(outcome[0], EstimationError), outcome[0]
    assert "run again to go on" in str(outcome[0])
    kept = blocks(folder)
    assert 4 <= kept < 40
    same(call(n_jobs=1), tournament(SMALL, estimators, 100, rng=1, block=5))  # resumes at home
    assert blocks(folder) == 40


def test_a_block_that_raises_is_named_and_the_others_kept(cluster, tmp_path):
    folder = tmp_path / "run"
    with pytest.raises(EstimationError, match=r"1 of 4 blocks raised.*impact -15.0.*RuntimeError: a bug on purpose"):
        tournament(SMALL, [Estimator("broken", breaks)], 14, rng=1, block=10, scheduler=cluster.address, folder=folder)
    assert blocks(folder) == 3


def test_a_task_that_fails_does_not_stop_the_others(cluster):
    results = dict(stream(int, ["1", "x", "3"], scheduler=cluster.address))
    assert (results[0], results[2]) == (1, 3)
    assert isinstance(results[1], Failed)
    assert "invalid literal" in results[1].error


def unreadable():
    raise ValueError("nobody can read this")


class Spoilt:
    def __reduce__(self):
        return unreadable, ()


def test_a_task_that_cannot_arrive_is_said(cluster):
    with pytest.raises(EstimationError, match=r"(?s)the cluster lost a block .*deserialization.*run again"):
        list(stream(len, [Spoilt(), Spoilt()], scheduler=cluster.address))


def test_no_scheduler_is_said():
    with pytest.raises(EstimationError, match="no Dask scheduler answers at 'tcp"):
        list(stream(int, ["1"], scheduler="tcp://127.0.0.1:1"))


def test_a_scheduler_without_workers_is_said_after_seconds(tmp_path, monkeypatch):
    """At the start, with a client of one's own, in blocks of draws, and when the last worker dies on the way."""
    from distributed import Client

    monkeypatch.setattr(dask, "WORKERS", 1.0)
    folder = tmp_path / "cluster"
    folder.mkdir()
    running = Cluster(folder, workers=0)
    try:
        start = time.monotonic()
        with pytest.raises(EstimationError, match=r"at 'tcp://127\.0\.0\.1:\d+' has had no worker for 1 seconds"):
            list(stream(int, ["1"], scheduler=running.address))
        with Client(running.address):
            with pytest.raises(EstimationError, match="dask worker tcp://127"):
                list(stream(int, ["1"], backend="dask"))
            with pytest.raises(EstimationError, match="has had no worker"):
                map_blocks(lambda size, generator: size, 200, rng=1, n_jobs=2, backend="dask")
        assert time.monotonic() - start < 60.0
        monkeypatch.setattr(dask, "WORKERS", 20.0)
        running.workers = [running.start_worker()]
        assert list(stream(int, ["1"], scheduler=running.address)) == [(0, 1)]
        monkeypatch.setattr(dask, "WORKERS", 1.0)
        thread, outcome = meanwhile(lambda: list(stream(time.sleep, [300.0], scheduler=running.address)))
        time.sleep(3.0)  # a block that takes longer than the patience is no sign that nobody works
        assert thread.is_alive()
        running.workers[0].kill()
        thread.join(60)
        assert isinstance(outcome[0], EstimationError), outcome
    finally:
        running.stop()


def recursive():
    return VAR(simulated_var(120, rng=3), lags=2).fit().identify(Cholesky("x", "y"))


@pytest.mark.parametrize(
    ("bootstrap", "inner"), [(Residual(draws=1250), 0), (MovingBlock(draws=450), 0), (MovingBlock(draws=110), 2)]
)
def test_responses_have_the_bits_of_one_process(cluster, tmp_path, bootstrap, inner):
    svar = recursive()
    here = svar.irf(6, bootstrap, rng=5, inner=inner)
    far = svar.irf(6, bootstrap, rng=5, inner=inner, scheduler=cluster.address, folder=tmp_path / "draws")
    assert isinstance(far.draws, np.memmap)
    np.testing.assert_array_equal(far.draws, here.draws)
    assert far.unstable == here.unstable
    if inner:
        np.testing.assert_array_equal(far.draw_errors, here.draw_errors)
    assert (tmp_path / "draws" / "draws.npy").stat().st_size > 8 * here.draws.size


def test_regimes_sizes_and_drift_have_the_bits_of_one_process(cluster):
    """Everything that takes blocks of draws takes a cluster by the same words, or the client opened before."""
    from distributed import Client

    svar = recursive()
    dates = svar.parent.data.frame.index
    regimes = pd.Series(["calm"] * 60 + ["wild"] * (len(dates) - 60), index=dates)
    by_regime = Heteroskedasticity(regimes).identify(svar.parent)  # nothing tells them apart here: no warning wanted
    study = partial(size_table, events=10, days=400, replications=60, draws=19, scenarios=["normal"], rng=2)
    drift = partial(TimeVaryingVAR(svar.parent.data, lags=1).fit, 4, rng=1, burn=2, thin=1)
    with Client(cluster.address):
        for where in ({"backend": "dask"}, {"scheduler": cluster.address}):
            again = by_regime.irf(3, MovingBlock(draws=250), rng=5, **where)
            np.testing.assert_array_equal(again.draws, by_regime.irf(3, MovingBlock(draws=250), rng=5).draws)
            pd.testing.assert_frame_equal(study(**where), study(), check_exact=True)
            np.testing.assert_array_equal(drift(**where).coefficient_draws, drift().coefficient_draws)


def slow_numbers(size, generator):
    time.sleep(0.1)
    return generator.standard_normal(size)


def heavy(ballast, size, generator):
    return size + ballast.size


def broken_draw(size, generator):
    if size < 100:
        raise Unstable("the last block is unstable; ask for whole ones.")
    return size


def test_a_worker_killed_between_blocks_of_draws_changes_nothing(cluster):
    seen = []

    def keep(first, result):
        seen.append(first)
        if len(seen) == 3:
            cluster.workers[0].kill()
        return result

    far = map_blocks(slow_numbers, 3000, rng=4, scheduler=cluster.address, keep=keep)
    assert seen == list(range(0, 3000, BLOCK))
    assert cluster.workers[0].wait() != 0
    np.testing.assert_array_equal(np.concatenate(far), np.concatenate(map_blocks(slow_numbers, 3000, rng=4)))


def test_a_lost_scheduler_is_said_to_who_draws(cluster):
    def keep(first, result):
        if not first:
            cluster.scheduler.kill()
        return result

    with pytest.raises(EstimationError, match=r"the cluster lost a block.*run again"):
        map_blocks(slow_numbers, 6000, rng=4, scheduler=cluster.address, keep=keep)


def test_an_error_in_a_block_is_that_of_one_process(cluster):
    for where in ({}, {"scheduler": cluster.address}):
        with pytest.raises(Unstable, match="the last block is unstable"):
            map_blocks(broken_draw, 250, rng=1, **where)


def resident(statm):
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_the_function_is_sent_once_and_few_blocks_are_out(cluster, monkeypatch):
    """A function of 8 MB for 300 blocks: the scheduler would otherwise hold 2.4 GB."""
    statm = Path(f"/proc/{cluster.scheduler.pid}/statm")
    before, taken, out = resident(statm), 0, []

    def keep(first, result):
        nonlocal taken
        taken += 1
        if taken % 50 == 0:
            out.append(len(client.processing()) and sum(map(len, client.has_what().values())))
        return 0

    from distributed import Client

    with Client(cluster.address) as client:
        tasks, send = [], client.map
        monkeypatch.setattr(client, "map", lambda f, some, **how: tasks.extend(some) or send(f, some, **how))
        work = partial(heavy, np.random.default_rng(1).standard_normal(10**6))
        assert map_blocks(work, 300 * BLOCK, rng=1, backend="dask", keep=keep) == [0] * 300
    assert resident(statm) - before < 200e6
    assert sum(map(len, tasks)) == 300
    assert len(tasks) < 100  # blocks that are done at once share tasks
    assert max(out) <= 2 * (dask.AHEAD * 2 + 2)  # tasks done, and the function on each of two workers


def test_few_tasks_are_done_whose_results_nobody_takes(cluster):
    from distributed import Client

    with Client(cluster.address) as client:
        results = stream(abs, list(range(-300, 0)), backend="dask")
        next(results)
        time.sleep(1.0)
        done = sum(map(len, client.has_what().values()))
        assert len(list(results)) == 299
    assert done <= dask.AHEAD * 2 + 2  # and the function on each of two workers


def test_memory_is_refused_before_anybody_is_called(monkeypatch):
    monkeypatch.setattr(memory, "_room", lambda: 1e6)
    with pytest.raises(OutOfMemory, match="folder="):
        recursive().irf(24, Residual(draws=100_000), rng=1, scheduler="tcp://127.0.0.1:1")


def test_a_scheduler_is_refused_with_another_backend_or_without_an_address(monkeypatch):
    monkeypatch.setattr(dask, "CONNECT", "1s")
    for call in (
        partial(recursive().irf, 4, Residual(draws=9), 1),
        partial(size_table, replications=2),
        partial(map_blocks, heavy, 3, rng=1),
    ):
        with pytest.raises(SpecificationError, match="'dask' alone; found backend='loky'"):
            call(backend="loky", scheduler="tcp://127.0.0.1:1")
        with pytest.raises(SpecificationError, match=r"such as tcp://.*found 'here'"):
            call(scheduler="here")
        with pytest.raises(SpecificationError, match="backend"):
            call(backend="ray")
        with pytest.raises(EstimationError, match="no Dask scheduler answers"):
            call(scheduler="tcp://127.0.0.1:1")
        with pytest.raises(SpecificationError, match="needs scheduler="):
            call(backend="dask")


def test_dask_without_client_or_address_is_refused():
    with pytest.raises(SpecificationError, match="needs scheduler="):
        list(stream(int, ["1"], backend="dask"))
