"""Several threads at once: the same bits as from one, and nothing of the process left changed."""

import contextlib
import copy
import dataclasses
import functools
import gc
import subprocess
import sys
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.artist import Artist
from surface.calls import REFUSED, calls
from threadpoolctl import threadpool_info, threadpool_limits

import econ
from econ.border import hushed, warn
from econ.data.use import used, using
from econ.errors import ShortSample, WeakInstrument
from econ.frozen import guarded
from econ.parallel import map_blocks, stream
from econ.responses.page import style
from econ.threads import imported, one_thread, silenced, submitted

CALLS = calls()
THREADS = 6
TIMED = {"seconds", "seconds_se"}
"""Fields and columns that hold what a clock said."""


@pytest.fixture(autouse=True)
def _short_turns():
    """A thread with the lock of the interpreter gives it up after few steps, so that others come between."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def at_once(work, threads=THREADS):
    """What each thread returns or raises, all begun at the same time."""
    barrier = threading.Barrier(threads)

    def begun(number):
        barrier.wait()
        try:
            return work(number)
        except Exception as error:
            return f"{type(error).__name__}: {error}"

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(begun, range(threads)))


def bits(value):
    """All numbers and words of a value, exactly, in an order that is the same each time."""
    if isinstance(value, pd.DataFrame):
        kept = value[[name for name in value.columns if name not in TIMED]]
        return ("frame", repr(list(kept.columns)), repr(kept.index), [bits(each.array) for _, each in kept.items()])
    if isinstance(value, pd.Series):
        return ("series", repr(value.name), repr(value.index), bits(value.array))
    if isinstance(value, (np.ndarray, pd.api.extensions.ExtensionArray)):
        array = np.asarray(value)
        return (array.shape, repr(array.tolist()) if array.dtype.kind == "O" else array.tobytes())
    if isinstance(value, (Artist, type)) or callable(value):
        return type(value).__name__
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value) if field.name not in TIMED]
        return (type(value).__name__, [(name, bits(getattr(value, name))) for name in names])
    if isinstance(value, dict) or hasattr(value, "items"):
        return [(repr(key), bits(each)) for key, each in value.items() if key not in TIMED]
    if isinstance(value, (set, frozenset)):
        return sorted(map(repr, value))
    if isinstance(value, (list, tuple)):
        return [bits(each) for each in value]
    return repr(value)


def forgetful(call):
    """The same call on an object that has not computed anything yet, with no memory in the package."""
    for each in gc.get_objects():
        if isinstance(each, functools._lru_cache_wrapper) and str(each.__module__).startswith("econ."):
            each.cache_clear()
    owner = getattr(call.target, "__self__", None)
    if not dataclasses.is_dataclass(owner) or isinstance(owner, type):
        return call
    fresh = copy.copy(owner)
    for name in set(vars(fresh)) - {field.name for field in dataclasses.fields(fresh)}:
        del vars(fresh)[name]
    return type(call)(call.target.__func__.__get__(fresh), **call.arguments)


def drawing(call):
    """Whether it is given a generator, which goes on from call to call and so belongs to one thread."""
    return any(isinstance(each, np.random.Generator) for each in call.arguments.values())


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(name for name in CALLS if name not in REFUSED and not drawing(CALLS[name])))
def test_every_public_callable_gives_several_threads_the_bits_of_one(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    call = CALLS[name]
    call = type(call)(call.target, **{key: value for key, value in call.arguments.items() if key != "ax"})
    alone = bits(forgetful(call)())
    for _ in range(2):
        shared = forgetful(call)
        assert [each == alone for each in at_once(lambda number, shared=shared: bits(shared()))] == [True] * THREADS


def larger(call, n_jobs):
    """The same with enough draws for two blocks, and by how many workers."""
    other = {"n_jobs": n_jobs} | ({"backend": "threading"} if "backend" in call.parameters() and n_jobs > 1 else {})
    if "draws" in call.arguments:
        other["draws"] = 130
    if "bootstrap" in call.arguments:
        other["bootstrap"] = dataclasses.replace(call.arguments["bootstrap"], draws=130)
    return type(call)(call.target, **{**call.arguments, **other})


WORKED = sorted(
    name
    for name, call in CALLS.items()
    if name not in REFUSED and "n_jobs" in call.parameters() and not isinstance(call.target, type)
)


@pytest.mark.slow
@pytest.mark.parametrize("name", WORKED)
def test_several_threads_with_several_workers_each_give_the_bits_of_one(name):
    call = CALLS[name]
    alone, shared = bits(larger(forgetful(call), 1)()), larger(forgetful(call), 3)
    assert [each == alone for each in at_once(lambda number: bits(shared()), 4)] == [True] * 4


@pytest.mark.slow
def test_sets_that_several_threads_draw_have_the_bits_of_one():
    fit = CALLS["VARResults.bootstrap"].target.__self__

    def drawn(n_jobs):
        scheme = CALLS["SignRestrictions"](draws=130, n_jobs=n_jobs)
        return bits(fit.identify(scheme, rng=1).irf(4).to_frame())

    assert at_once(lambda number: drawn(3), 4) == [drawn(1)] * 4


@guarded
@dataclasses.dataclass(frozen=True)
class Slow:
    """Computes something once, and takes its time."""

    pause: float

    @functools.cached_property
    def made(self) -> object:
        """An object of its own."""
        time.sleep(self.pause)
        return object()


def test_what_is_computed_once_is_the_same_object_for_all_threads():
    for _ in range(20):
        slow = Slow(0.002)
        assert len(set(at_once(lambda number, slow=slow: (slow.made, slow.made)[number % 2]))) == 1


def test_a_sample_reads_one_fit_whoever_computes_it():
    call = CALLS["Sample.recursive"]
    for _ in range(20):
        shared = forgetful(call)
        assert len({id(each) for each in at_once(lambda number, shared=shared: shared())}) == 1


def test_several_threads_save_one_result_under_one_name_and_read_it(tmp_path):
    irf = CALLS["StructuralResults.irf"]()

    def kept(number):
        econ.save(irf, tmp_path / "irf.zip")
        return bits(econ.load_result(tmp_path / "irf.zip"))

    assert at_once(kept) == [bits(irf)] * THREADS
    assert [path.name for path in tmp_path.iterdir()] == ["irf.zip"]


IMPORTS = """
import sys, threading
import econ
sys.setswitchinterval(1e-5)
names = sorted({*econ.__all__, *econ._ROOMS}, key=lambda name: hash((name, %d)))
barrier, broken = threading.Barrier(8), []

def ask(number):
    barrier.wait()
    for name in names[number::8]:
        try:
            getattr(econ, name)
        except Exception as error:
            broken.append(f"{name}: {error}")

threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
for each in threads:
    each.start()
for each in threads:
    each.join()
print(broken)
"""


@pytest.mark.parametrize("order", [1, 2, 3])
def test_names_may_be_asked_for_first_by_several_threads(order, monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", str(order))
    done = subprocess.run([sys.executable, "-c", IMPORTS % order], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_module_is_imported_by_one_thread_at_a_time():
    found = at_once(lambda number: imported("econ.errors"))
    assert set(found) == {econ.errors}


def blas():
    return sorted((each["filepath"], each["num_threads"]) for each in threadpool_info())


def test_blas_gets_its_threads_back_from_the_last_who_leaves():
    with threadpool_limits(2):
        before = blas()
        first, second = contextlib.ExitStack(), contextlib.ExitStack()
        first.enter_context(one_thread)
        second.enter_context(one_thread)
        first.close()
        assert {threads for _, threads in blas()} == {1}  # the second is still at work
        second.close()
        assert blas() == before


def test_blocks_of_several_callers_leave_the_threads_of_blas_as_they_were():
    with threadpool_limits(2):
        before = blas()

        def work(number):
            return map_blocks(lambda size, generator: time.sleep(0.001 * (number + 1)), 300, rng=1, n_jobs=2)

        at_once(work)
        assert blas() == before


def test_a_style_is_that_of_one_thread_and_the_options_of_the_process_stay():
    before = dict(matplotlib.rcParams)

    def draw(number):
        with style():
            inside = matplotlib.rcParams["font.size"], matplotlib.rcParams["axes.spines.top"]
            time.sleep(0.002 * (number % 3))
            return inside == (matplotlib.rcParams["font.size"], matplotlib.rcParams["axes.spines.top"])

    with matplotlib.rc_context({"font.size": 31.0, "axes.spines.top": True}):
        mine = dict(matplotlib.rcParams)
        assert at_once(draw) == [True] * THREADS
        assert dict(matplotlib.rcParams) == mine
    assert dict(matplotlib.rcParams) == before


def test_what_one_thread_hushes_others_are_told():
    barrier = threading.Barrier(2)

    def work(number):
        with hushed(ShortSample) if number else contextlib.nullcontext():
            barrier.wait()
            warn("few observations", ShortSample)
            barrier.wait()

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        at_once(work, 2)
    assert [each.category for each in told] == [ShortSample]


def test_a_hush_holds_for_its_kind_and_ends():
    with hushed(ShortSample):
        warn("few observations", ShortSample)
        with pytest.warns(WeakInstrument):
            warn("F is 2", WeakInstrument)
    with pytest.warns(ShortSample):
        warn("few observations", ShortSample)


def test_filters_of_warnings_stay_as_they_were():
    before = list(warnings.filters)

    def work(number):
        with silenced(UserWarning):
            time.sleep(0.001 * (number + 1))

    assert at_once(work) == [None] * THREADS
    assert warnings.filters == before


def read(number):
    """A task that reads a file and may be warned."""
    warn("few observations", ShortSample)
    return len(econ.load("yield_10y").frame) + number


def test_tasks_in_threads_tell_the_caller_which_files_they_read():
    found = []
    for backend in ("serial", "threading"):
        with using() as files, hushed(ShortSample):
            assert len(dict(stream(read, [1, 2, 3], n_jobs=2, backend=backend))) == 3
        found.append([each.file for each in files])
    assert found[0] == found[1]
    assert len(found[0]) == 1


def test_work_for_a_pool_knows_what_its_caller_knows():
    file = econ.load("yield_10y").vintages[0]
    with using() as files, ThreadPoolExecutor(1) as pool:
        submitted(pool, used, file).result()
    assert list(files) == [file]


@pytest.mark.parametrize("n_jobs", [1, 3])
def test_blocks_in_threads_tell_the_caller_which_files_they_read(n_jobs):
    with using() as files, hushed(ShortSample):
        map_blocks(lambda size, generator: read(size), 400, rng=1, n_jobs=n_jobs)
    assert len(files) == 1


def test_blocks_that_nobody_has_begun_are_let_go_where_one_raises():
    begun = []

    def work(size, generator):
        begun.append(size)
        time.sleep(0.01)
        raise ArithmeticError("the first block")

    with pytest.raises(ArithmeticError, match="the first"):
        map_blocks(work, 20_000, rng=1, n_jobs=2)
    assert len(begun) < 20
