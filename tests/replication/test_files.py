"""An exhibit names the files that its program read: none is left out and none is too many."""

import json
import os
import shutil
import subprocess
import sys
import warnings
from importlib import import_module
from pathlib import Path

import pytest

from analyses.specification import baseline
from econ.data.archive import ARCHIVE, EMBEDDED
from econ.errors import UnusedChoice
from econ.report import Exhibit
from econ.report.exhibit import built

ROOT = Path(__file__).parents[2]
QUICK = ("claims", "event_channels")

FRESH = """
import importlib, json, sys
import econ.data.archive as archive

parsed, read = archive.parsed, set()

def noting(content, file):
    read.add(file)
    return parsed(content, file)

archive.parsed = noting  # below everything that remembers, in a process that remembers nothing yet
exhibit = importlib.import_module(f"analyses.{sys.argv[1]}").result()
print(json.dumps([sorted(read), [each.file for each in exhibit.vintages]]))
"""


def in_a_fresh_process(key):
    """Files that were parsed while an exhibit was made, and those that it names."""
    words = [sys.executable, "-W", "ignore", "-c", FRESH, key]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    told = subprocess.run(words, capture_output=True, text=True, check=True, cwd=ROOT, env=environment)
    return json.loads(told.stdout)


def check_files(key):
    read, named = in_a_fresh_process(key)
    assert named == read
    assert [each.file for each in Exhibit.open(key, ROOT / "paper").vintages] == read


@pytest.mark.parametrize("key", QUICK)
def test_a_quick_exhibit_names_the_files_that_were_parsed_for_it(key):
    check_files(key)


@pytest.mark.slow
@pytest.mark.parametrize("key", [key for key in built(ROOT / "paper") if key not in QUICK])
def test_every_exhibit_names_the_files_that_were_parsed_for_it(key):
    check_files(key)


@pytest.mark.parametrize("key", QUICK)
def test_an_exhibit_names_the_same_files_when_they_are_remembered(key):
    committed = Exhibit.open(key, ROOT / "paper")
    for _ in range(2):
        exhibit = import_module(f"analyses.{key}").result()
        assert exhibit.vintages == committed.vintages
        assert exhibit.traces == committed.traces


OTHER = "2026-08-20"


@pytest.fixture
def other(tmp_path, monkeypatch):
    """The same files under another date, as a fetch that found nothing new would leave them."""
    shutil.copytree(ARCHIVE / EMBEDDED, tmp_path / OTHER)
    monkeypatch.setenv("ECON_DATA", str(tmp_path))


def vintages_of(key):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnusedChoice)  # a tournament without data
        exhibit = import_module(f"analyses.{key}").result(baseline.changed("as_of", OTHER))
    return {each.as_of for each in exhibit.vintages}


@pytest.mark.parametrize("key", [*QUICK, "event_calendars"])
def test_a_quick_exhibit_of_another_vintage_reads_no_file_of_the_papers(key, other):
    assert vintages_of(key) <= {OTHER}


@pytest.mark.slow
@pytest.mark.parametrize("key", [key for key in built(ROOT / "paper") if key not in (*QUICK, "event_calendars")])
def test_an_exhibit_of_another_vintage_reads_no_file_of_the_papers(key, other):
    assert vintages_of(key) <= {OTHER}


def traced(key, number):
    """Tables behind one committed number."""
    return {Path(each.file).stem for each in Exhibit.open(key, ROOT / "paper").trace(number).files}


@pytest.mark.parametrize(
    ("key", "number", "instrument"),
    [
        ("price_impact", "granular_3", {"bertaut_judson"}),
        ("structural_responses", "proxy_china", {"bertaut_judson"}),
        ("quantity_offset", "proxy_japan_6", {"bertaut_judson"}),
        ("replacement", "surveyed_japan", {"mfh", "foreign_official"}),
        ("event_calendars", "sells_10y", {"mof_usdjpy"}),
        ("operations", "also", {"mof_usdjpy", "EXJPUS"}),
    ],
)
def test_the_files_of_an_instrument_are_behind_the_numbers_that_it_identifies(key, number, instrument):
    assert instrument <= traced(key, number)


def test_a_number_without_the_instrument_does_not_rest_on_its_files():
    assert "bertaut_judson" not in traced("structural_responses", "flows_first_china")
    assert "bertaut_judson" not in traced("price_impact", "ols_china_3")
    assert "mof_usdjpy" not in traced("event_calendars", "fomc_10y")
