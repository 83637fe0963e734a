"""Every simulated input and every number is what its program writes."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

PROGRAMS = sorted(Path(__file__).parent.glob("*/make.py"))


def leaves(value):
    """Numbers of nested lists and dicts, in order."""
    if isinstance(value, dict):
        return [leaf for name in value for leaf in leaves(value[name])]
    return [leaf for each in value for leaf in leaves(each)] if isinstance(value, list) else [value]


def test_there_are_programs():
    assert {path.parent.name for path in PROGRAMS} == {"event_study", "granular", "signs", "states", "variances"}


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.parent.name)
def test_the_program_writes_the_input_and_the_numbers(program, tmp_path):
    subprocess.run([sys.executable, str(program), str(tmp_path)], check=True)
    kept = program.parent
    made = pd.read_csv(tmp_path / "input.csv")
    pd.testing.assert_frame_equal(made, pd.read_csv(kept / "input.csv"), rtol=0.0, atol=1.01e-6)  # a last digit
    new, old = (json.loads((folder / "numbers.json").read_text(encoding="utf-8")) for folder in (tmp_path, kept))
    assert list(new) == list(old)
    np.testing.assert_allclose(leaves(new), leaves(old), rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.parent.name)
def test_the_program_knows_nothing_of_the_package(program):
    assert "import econ" not in program.read_text(encoding="utf-8")
    assert "from econ" not in program.read_text(encoding="utf-8")
