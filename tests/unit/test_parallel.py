"""Progress bars: after two seconds, on a terminal or in a notebook, and nowhere else."""

import sys
import types

import pytest

import econ
from econ import parallel


@pytest.fixture
def bars(monkeypatch):
    """What the library of bars was asked for; it shows nothing."""
    asked = []

    def tqdm(items, **options):
        asked.append(options)
        return items

    monkeypatch.setitem(sys.modules, "tqdm", types.ModuleType("tqdm"))
    module = types.ModuleType("tqdm.auto")
    module.tqdm = tqdm
    monkeypatch.setitem(sys.modules, "tqdm.auto", module)
    return asked


def draw(draws=250):
    return parallel.map_blocks(lambda size, generator: size, draws, rng=1, label="words")


def terminal(monkeypatch, *, is_one):
    monkeypatch.setattr(sys, "stderr", types.SimpleNamespace(isatty=lambda: is_one, write=lambda text: None))


def test_a_terminal_gets_a_bar_after_two_seconds(bars, monkeypatch):
    terminal(monkeypatch, is_one=True)
    assert draw() == [100, 100, 50]
    (bar,) = bars
    assert (bar["desc"], bar["total"], bar["delay"], bar["leave"]) == ("words", 3, 2.0, False)
    assert draw(7) == [7]  # one block is there or it is not
    assert len(bars) == 1
    assert sorted(parallel.stream(len, ["a", "bb"], label="tasks")) == [(0, 1), (1, 2)]
    assert bars[1]["desc"] == "tasks"


def test_a_file_gets_none(bars, monkeypatch):
    terminal(monkeypatch, is_one=False)
    assert draw() == [100, 100, 50]
    assert bars == []


@pytest.mark.parametrize(("config", "shown"), [({"IPKernelApp": {}}, 1), ({}, 0)])
def test_a_notebook_gets_one_and_a_plain_shell_without_a_terminal_none(bars, monkeypatch, config, shown):
    terminal(monkeypatch, is_one=False)
    shell = types.SimpleNamespace(config=config)
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    draw()
    assert len(bars) == shown


def test_quiet_has_none_inside_and_only_there(bars, monkeypatch):
    terminal(monkeypatch, is_one=True)
    with econ.quiet():
        with econ.quiet():
            draw()
        draw()
        assert bars == []
    draw()
    assert len(bars) == 1
    with pytest.raises(RuntimeError, match="inside"), econ.quiet():
        raise RuntimeError("inside")
    draw()
    assert len(bars) == 2


@pytest.mark.parametrize(
    "workers", [{}, {"n_jobs": 2}, pytest.param({"n_jobs": 2, "backend": "loky"}, marks=pytest.mark.slow)]
)
def test_blocks_in_lockstep_keep_their_own_generators(workers):
    alone = parallel.map_blocks(_first, 95, rng=3, block=10)
    groups = parallel.map_blocks(_firsts, 95, rng=3, block=10, lockstep=4, **workers)
    assert [len(group) for group in groups] == [4, 4, 2]
    assert [block for group in groups for block in group] == alone
    assert [size for size, _ in alone] == [10] * 9 + [5]


def test_no_block_in_lockstep_is_refused():
    with pytest.raises(econ.errors.SpecificationError, match="lockstep"):
        parallel.map_blocks(_firsts, 95, rng=3, lockstep=0)


def _first(size, generator):
    return size, generator.random()


def _firsts(sizes, generators):
    return [_first(*each) for each in zip(sizes, generators, strict=True)]
