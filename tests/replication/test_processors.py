"""The paper's numbers are the same on every processor: exhibits made again with the kernels of the least one.

A search by function values ends on half of the digits, which are those of the processor: `custody`, `replacement` and
`concepts` once moved by more than `make verify` lets pass. `make verify-matrix` tries every exhibit and every kind.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from econ.report import Exhibit
from econ.report.compare import Tolerance, compare
from econ.report.processor import KINDS, here
from econ.report.run import THREADS

ROOT = Path(__file__).resolve().parents[2]
DIGITS = Tolerance(1e-9)
# Errors of these are standard deviations of draws of a ratio whose denominator comes near zero: they have no moment to
# estimate, and every digit of the denominator counts.
LOOSE = {"structural_responses": ("sign_", "Signs (sign imposed)")}


def moved(folder, key, kind):
    """Cells of an exhibit, made as on a kind of processor, that differ from the committed results."""
    has = here()
    if {*has.blas} != {"openblas"} or not {*kind.needs} <= {*has.features}:
        pytest.skip("not OpenBLAS, or not on this processor")
    environment = {**os.environ, **dict.fromkeys(THREADS, "1"), **kind.variables(has)}
    words = [sys.executable, "-m", f"analyses.{key}", "--into", str(folder)]
    subprocess.run(words, cwd=ROOT, env=environment, check=True, capture_output=True)
    found = compare(Exhibit.open(key, ROOT / "paper"), Exhibit.open(key, folder), DIGITS)
    loose = LOOSE.get(key, ())
    return [
        str(each)
        for each in found.changes
        if each.relative > Tolerance.relative
        or not ("std_error" in each.cell and any(words in each.cell for words in loose))
    ]


def test_custody_is_the_same_with_the_kernels_of_another_processor(tmp_path):
    assert moved(tmp_path, "custody", KINDS[1]) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize(
    "key", ["custody", "replacement", "concepts", "ledger", "variance_designs", "structural_responses"]
)
def test_exhibits_that_once_hung_on_the_processor_do_not(tmp_path, key, kind):
    assert moved(tmp_path, key, kind) == []
