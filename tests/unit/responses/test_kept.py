"""Draws kept on the disk are those in memory, and so are their bands; what cannot fit is refused before any work."""

import os
import resource
import subprocess
import sys
import threading
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from econ import checks, parallel
from econ import memory as memories
from econ.arrays import is_sound, mark_sound
from econ.errors import OutOfMemory, SingularDesign, SpecificationError, WriteError
from econ.infer import bands
from econ.parallel import KeptThere
from econ.responses.kept import FILE, Place
from econ.testing import simulated_var
from econ.var import VAR, Cholesky, MovingBlock
from econ.var.structure import structural


@pytest.fixture(scope="module")
def svar():
    return VAR(simulated_var(periods=150, rng=1), lags=2).fit().identify(Cholesky("x", "y"))


@pytest.fixture(scope="module")
def memory(svar):
    return svar.irf(8, MovingBlock(draws=250), rng=1)


@pytest.mark.parametrize(("n_jobs", "backend"), [(1, None), (3, None), (2, "loky")])
def test_draws_on_the_disk_are_those_in_memory(svar, memory, tmp_path, n_jobs, backend):
    disk = svar.irf(8, MovingBlock(draws=250), rng=1, n_jobs=n_jobs, backend=backend, folder=tmp_path / "new")
    assert isinstance(disk.draws, np.memmap)
    assert not disk.draws.flags.writeable
    assert [path.name for path in (tmp_path / "new").iterdir()] == [FILE]
    np.testing.assert_array_equal(np.load(tmp_path / "new" / FILE), memory.draws)
    assert disk.unstable == memory.unstable
    for kind in ("pointwise", "sup-t", "joint"):
        for interval in ("percentile", "hall"):
            found, wanted = (each.band(0.8, kind, interval=interval) for each in (disk, memory))
            np.testing.assert_array_equal(found, wanted)
    assert disk.at(3, response="y", shock="x") == replace(memory.at(3, response="y", shock="x"), parent=disk)


@pytest.mark.parametrize("kind", ["pointwise", "sup-t"])
def test_bands_copy_a_few_paths_at_a_time(svar, memory, tmp_path, monkeypatch, kind):
    disk, copied, some = svar.irf(8, MovingBlock(draws=250), rng=1, folder=tmp_path), [], bands._some
    monkeypatch.setattr(bands, "CACHE", 8 * 250 * 9)
    monkeypatch.setattr(
        bands, "_some", lambda draws, rows: copied.append(some(draws, rows).nbytes) or some(draws, rows)
    )
    fresh = replace(memory)  # nothing kept from another test
    np.testing.assert_array_equal(disk.band(kind=kind), fresh.band(kind=kind))
    assert max(copied) == bands.CACHE
    before = len(copied)
    fresh.band(kind="pointwise")  # the tails in order are kept, and enough
    assert before >= 8
    assert len(copied) == before


def test_draws_in_memory_are_there_once(svar, monkeypatch):
    monkeypatch.setattr(parallel, "hold_heap", lambda: None)  # which asks for more than all draws, and uses none of it
    monkeypatch.setattr(bands, "CACHE", 2**17)
    size = 12_000 * 9 * 4 * 8
    tracemalloc.start()
    try:
        irf = svar.irf(8, MovingBlock(draws=12_000), rng=1)
        irf.band()
        irf.band(kind="sup-t")
        assert size < tracemalloc.get_traced_memory()[1] < 1.7 * size
    finally:
        tracemalloc.stop()


def test_an_array_on_the_disk_is_read_in_pieces_and_loses_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(memories, "HEAP", 2 * 3 * 8)
    written = np.lib.format.open_memmap(tmp_path / "a.npy", mode="w+", dtype=float, shape=(5, 3))
    for rows, part in memories.pieces(written):
        part[:] = np.arange(5.0)[rows, None]
    assert [rows.start for rows, _ in memories.pieces(written)] == [0, 2, 4]
    np.testing.assert_array_equal(written[:, 1], np.arange(5.0))
    written[3, 2] = np.inf
    written.flush()
    with pytest.raises(SpecificationError, match=r"finite; found inf at \[3, 2\]"):
        checks.finite("draws", np.load(tmp_path / "a.npy", mmap_mode="r"))


def test_own_draws_of_a_scheme_go_to_the_disk_too(svar, tmp_path):
    own = replace(svar, draws=np.stack([svar.impact.to_numpy()] * 120))
    np.testing.assert_array_equal(own.irf(4, folder=tmp_path).draws, own.irf(4).draws)
    assert isinstance(own.irf(4, folder=tmp_path).draws, np.memmap)


def test_an_error_amid_the_work_leaves_no_file(svar, tmp_path, monkeypatch):
    def broken(*_, **__):
        raise SingularDesign("amid the work")

    monkeypatch.setattr(
        structural.kernels, "responses", lambda *a: np.zeros((1, 5, 2, 2)) if len(a[0]) == 1 else broken()
    )
    with pytest.raises(SingularDesign, match="amid"):
        svar.irf(4, MovingBlock(draws=250), rng=1, folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_one(svar, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match="give another folder"):
        svar.irf(4, MovingBlock(draws=20), rng=1, folder=tmp_path / "file")


def test_more_draws_than_the_limit_leaves_are_refused_before_work(svar, tmp_path, monkeypatch):
    monkeypatch.setattr(structural, "bootstrap_blocks", lambda *_, **__: pytest.fail("the work began"))
    pages = Path("/proc/self/statm").read_text().split()[0] if sys.platform == "linux" else "0"
    limit = int(pages) * resource.getpagesize() + 50_000_000
    monkeypatch.setattr(resource, "getrlimit", lambda _: (limit, limit))
    with pytest.raises(OutOfMemory, match=r"100,000 draws of responses need 64 MB .* (4\d|5\d) more; .*folder="):
        svar.irf(19, MovingBlock(draws=100_000), rng=1)
    with pytest.raises(OutOfMemory, match="need 64 MB"):  # errors of the draws stay in memory
        Place((100_000, 20, 2, 2), tmp_path, errors=True)
    Place((100_000, 20, 2, 2), tmp_path, errors=False)


def test_more_than_the_machine_has_is_refused(svar):
    with pytest.raises(OutOfMemory, match="10,000,000 draws of responses need 320,320 MB"):
        svar.irf(1000, MovingBlock(draws=10_000_000), rng=1)


@pytest.mark.skipif(sys.platform != "linux", reason="how the C library of Linux gives memory back")
def test_blocks_use_the_memory_of_the_blocks_before():
    code = (
        "import resource, numpy as np\nfrom econ.parallel import map_blocks\n"
        "def work(size, generator): return sum(np.ones(2**18).sum() for _ in range(3)) + np.ones((3, 2**18)).sum()\n"
        "map_blocks(work, 300, rng=1)\nbefore = resource.getrusage(resource.RUSAGE_SELF).ru_minflt\n"
        "map_blocks(work, 2000, rng=1)\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 5000


@pytest.mark.parametrize("n_jobs", [1, 3])
def test_who_made_a_block_puts_it_where_it_belongs(n_jobs):
    makers, keepers = {}, {}

    def work(size, generator):
        time.sleep(0.002)
        makers[number := int(generator.integers(10**9))] = threading.get_ident()
        return number

    def keep(first, number):
        keepers[number] = threading.get_ident()
        return first

    assert parallel.map_blocks(work, 950, rng=1, n_jobs=n_jobs, keep=keep) == list(range(0, 950, 100))
    assert keepers == makers
    assert len(set(makers.values())) == n_jobs


class KeptPid(KeptThere):
    def __call__(self, first, result):
        return os.getpid()


def one(size, generator):
    return 1


def test_processes_put_their_blocks_where_they_belong_if_that_is_for_all_to_reach():
    here = parallel.map_blocks(one, 400, rng=1, n_jobs=2, backend="loky", keep=lambda first, result: os.getpid())
    there = parallel.map_blocks(one, 400, rng=1, n_jobs=2, backend="loky", keep=KeptPid())
    assert set(here) == {os.getpid()}
    assert os.getpid() not in there


def test_errors_of_draws_on_the_disk_come_back_from_processes(svar, tmp_path):
    wanted = svar.irf(2, MovingBlock(draws=120), rng=1, inner=2)
    found = svar.irf(2, MovingBlock(draws=120), rng=1, inner=2, n_jobs=2, backend="loky", folder=tmp_path)
    np.testing.assert_array_equal(found.draw_errors, wanted.draw_errors)
    np.testing.assert_array_equal(found.draws, wanted.draws)


def test_a_place_takes_blocks_in_any_order(tmp_path):
    def backwards(keep):
        firsts = (4, 2, 0)
        return [keep(first, (np.full((2, 1, 1, 1), first), np.full((2, 1, 1, 1), -first), 1)) for first in firsts][::-1]

    for folder in (None, tmp_path):
        draws, errors, unstable = Place((6, 1, 1, 1), folder, errors=True).fill(backwards)
        np.testing.assert_array_equal(draws.ravel(), [0, 0, 2, 2, 4, 4])
        np.testing.assert_array_equal(errors, -draws)
        assert unstable == 3
        assert not draws.flags.writeable


def test_a_refused_request_leaves_no_folder(svar, tmp_path):
    with pytest.raises(SpecificationError, match="backend"):
        svar.irf(4, MovingBlock(draws=20), rng=1, backend="none", folder=tmp_path / "new")
    assert not list(tmp_path.iterdir())


def test_numbers_looked_at_as_they_were_made_are_not_read_again(svar, tmp_path, monkeypatch):
    read = []
    monkeypatch.setattr(checks, "pieces", lambda values: read.append(values.shape) or memories.pieces(values))
    for folder in (None, tmp_path):
        irf = svar.irf(8, MovingBlock(draws=250), rng=1, folder=folder)
        assert is_sound(irf.draws)
        assert irf.draws.shape not in read
        replace(irf, draws=np.array(irf.draws))
        assert irf.draws.shape in read
        read.clear()


def test_draws_that_are_not_finite_are_refused_wherever_they_were_made(svar, monkeypatch):
    odd = np.full((250, 5, 2, 2), 1.0)
    odd[-1, -1] = np.nan

    def responses(a, impact, horizon):
        return odd[: len(a)] if len(a) == 50 else np.zeros((len(a), 5, 2, 2))

    monkeypatch.setattr(structural.kernels, "responses", responses)
    odd[49, -1] = np.nan
    with pytest.raises(SpecificationError, match=r"draws of responses must be finite; found nan at \[249, 4, 0, 0\]"):
        svar.irf(4, MovingBlock(draws=250), rng=1)


def test_who_may_write_to_an_array_is_not_believed():
    draws = np.ones(5)
    draws.flags.writeable = False
    mark_sound(draws)
    assert is_sound(draws)
    draws.flags.writeable = True
    assert not is_sound(draws)
    draws[2] = np.nan
    with pytest.raises(SpecificationError, match="finite"):
        checks.finite("draws", draws)


def test_blocks_in_lockstep_are_known_by_their_first_draw():
    found = parallel.map_blocks(
        lambda sizes, _: sizes, 450, rng=1, lockstep=2, keep=lambda first, sizes: (first, sizes)
    )
    assert found == [(0, (100, 100)), (200, (100, 100)), (400, (50,))]
