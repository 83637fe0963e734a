"""The worked studies of ``docs/gallery``: each runs, is short, and lands beside the number that it is held against."""

import re
import runpy
from pathlib import Path

import pytest

GALLERY = Path(__file__).resolve().parents[2] / "docs" / "gallery"
SCRIPTS = sorted(path.name for path in GALLERY.glob("plot_*.py"))
# What may lie between the columns: rounding, a later vintage (as in unit/var/test_published.py), or sampling
PUBLISHED = {
    "plot_blanchard_quah.py": 4.5, "plot_danish_money.py": 0.011, "plot_firms.py": 0.006, "plot_gertler_karadi.py": 0.1,
    "plot_kaenzig.py": 0.006, "plot_kilian.py": 0.0, "plot_multiplier.py": 0.006, "plot_states.py": 0.006,
    "plot_stock_watson.py": 7.0, "plot_uhlig.py": 0.0, "plot_weak_instrument.py": 0.05,
}  # fmt: skip
TRUTH = {
    "plot_blanchard_quah.py": 20.0, "plot_danish_money.py": 0.011, "plot_firms.py": 0.5, "plot_gertler_karadi.py": 40.0,
    "plot_kaenzig.py": 15.0, "plot_kilian.py": 0.0, "plot_multiplier.py": 0.1, "plot_offset.py": 5.0,
    "plot_states.py": 0.05, "plot_stock_watson.py": 6.0, "plot_uhlig.py": 0.0, "plot_weak_instrument.py": 6.0,
}  # fmt: skip
APART = {"plot_one_choice.py"}  # compares two of our own numbers; its output is tested with the specification


def run(script, monkeypatch, capsys, cases):
    """Namespace that a script leaves behind, with the folder of published files as given."""
    monkeypatch.setenv("ECON_CASES", str(cases))
    monkeypatch.syspath_prepend(str(GALLERY))
    left = runpy.run_path(str(GALLERY / script))
    assert capsys.readouterr().out
    return left


def distance(table):
    reference, ours = (table.iloc[:, place].to_numpy(dtype=float) for place in (0, 1))
    assert len(table) >= 2
    return float(abs(reference - ours).max())


def test_every_study_has_its_tolerance():
    assert set(SCRIPTS) - APART == set(TRUTH)
    assert set(PUBLISHED) == set(TRUTH) - {"plot_offset.py"}
    assert len(SCRIPTS) >= 11


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_study_fits_on_a_screen(script):
    text = (GALLERY / script).read_text(encoding="utf-8")
    assert len([line for line in re.sub(r'(?s)^""".*?"""', "", text).splitlines() if line.strip()]) < 40


@pytest.mark.parametrize("script", sorted(TRUTH))
def test_on_simulated_data_a_study_finds_the_truth(script, monkeypatch, capsys, tmp_path):
    assert distance(run(script, monkeypatch, capsys, tmp_path)["table"]) <= TRUTH[script]


@pytest.mark.slow
@pytest.mark.parametrize("script", sorted(PUBLISHED))
def test_on_the_published_data_a_study_finds_the_published_number(script, shared, monkeypatch, capsys):
    assert distance(run(script, monkeypatch, capsys, shared("data/cases"))["table"]) <= PUBLISHED[script]
