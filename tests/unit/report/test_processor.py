"""What the libraries take: by themselves, and as told to by the two variables."""

import sys
from pathlib import Path

import pytest

from econ.report import processor
from econ.report.processor import KINDS, LEFT, ask, here

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def has():
    return here()


def test_this_process_says_what_it_took(has):
    assert len(has.blas) == len(has.kernels) > 0
    assert {*has.loops} <= {*has.features}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_libraries_of_another_process_do_as_they_are_told(has, kind):
    if {*has.blas} != {"openblas"} or not {*kind.needs} <= {*has.features}:
        pytest.skip("not OpenBLAS, or not on this processor")
    now = ask(Path(sys.executable), ROOT, kind.variables(has))
    assert kind.taken(now)
    assert bool(now.loops) is (not kind.plain and bool(has.loops))
    assert [each.kernel for each in KINDS if each.plain is kind.plain and each.taken(now)] == [kind.kernel]


def test_a_process_that_dies_has_said_nothing(tmp_path):
    (tmp_path / "econ").mkdir()
    (tmp_path / "econ" / "__init__.py").write_text("raise SystemExit(4)")
    assert ask(Path(sys.executable), tmp_path, {LEFT: ""}) is None


def test_a_numpy_that_does_not_tell_has_no_features(monkeypatch):
    import numpy as np

    monkeypatch.delattr(np._core._multiarray_umath, "__cpu_features__")
    assert processor.here().features == processor.here().loops == ()


def test_a_numpy_that_keeps_its_loops_has_not_done_as_told():
    kept, left = (processor.Processor(("openblas",), ("Katmai",), (), loops) for loops in (("X86_V3",), ()))
    assert [kind.taken(kept) for kind in KINDS[:2]] == [False, True]
    assert KINDS[0].taken(left)
