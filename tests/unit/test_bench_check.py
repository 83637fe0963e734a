"""The check of ratios to peers: what is worse is named, what is missing is said, what rose passes."""

import importlib
from pathlib import Path

import pytest


@pytest.fixture
def check(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2]))
    return importlib.import_module("benchmarks._check")


def test_a_ratio_far_below_the_committed_one_is_named(check, capsys):
    found = check.compare(
        {"same": lambda: 9.0, "slow": lambda: 6.9, "fast": lambda: 30.0}, dict.fromkeys(("same", "slow", "fast"), 10.0)
    )
    assert found == ["slow"]
    assert capsys.readouterr().out.count("WORSE") == 1


def test_a_noisy_ratio_is_measured_again(check):
    values = iter([1.0, 9.0])
    assert check.compare({"noisy": lambda: next(values)}, {"noisy": 10.0}) == []


def test_a_ratio_that_nobody_committed_does_not_pass(check):
    assert check.compare({"new": lambda: 99.0}, {}) == ["new"]


def test_a_row_whose_peer_is_absent_says_so(check, monkeypatch, capsys):
    monkeypatch.setattr(check, "lacking", lambda name: "peer")
    assert check.compare({"row": lambda: 0.0}, {"row": 10.0}) == []
    assert "install peer" in capsys.readouterr().out
