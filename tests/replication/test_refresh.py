"""From the publishers' files to a paper on a new vintage: fetch, rebuild, and say what changed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from econ.data import diff
from econ.data.archive import manifest
from econ.data.catalogue import TABLES
from econ.report import Exhibit, headline
from econ.report.reproduce import programs
from econ.report.vintages import folder_of

ROOT = Path(__file__).parents[2]
EARLIER = {"slt_table1.txt": "slt_table1_2026-06.txt", "mfhhis01.txt": "mfhhis01_2026-04.txt"}
pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The programs and the paper in a folder of their own, with a data folder beside."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "analyses", folder / "analyses", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "paper", folder / "paper", ignore=shutil.ignore_patterns("build", "*.run.json"))
    monkeypatch.setenv("ECON_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("FRED_API_KEY", raising=False)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def serve_earlier(shared, loopback):
    """The same files as a month or two before, where an earlier state of one is at hand."""
    earlier = {name: shared(f"data/raw/tic/vintages/{file}").read_bytes() for name, file in EARLIER.items()}

    def answer(handler):
        name = handler.path.rsplit("/", 1)[-1]
        return handler.reply(earlier[name]) if name in earlier else loopback.serve_whole_tables(handler)

    return answer


def command(*words):
    return subprocess.run([sys.executable, "-m", "econ", *words], capture_output=True, text=True, check=False)


def fetched(monkeypatch, loopback, answer, date, *words):
    with loopback(answer, date=date) as (base, _):
        loopback.point(monkeypatch, base)
        return command("data", "fetch", "--quiet", *words, "gsw", "soma", "feio", "ebp", "jgb", "shlhistdat")


def contents(folder):
    return {path: path.read_bytes() for path in sorted(folder.glob("*/*")) if path.is_file()}


def test_a_fetch_a_rebuilt_paper_and_what_changed(project, monkeypatch, loopback, serve_earlier):
    refused = fetched(monkeypatch, loopback, serve_earlier, "Fri, 24 Jul 2026 12:00:00 GMT")
    assert "slt_table1 gives less than vintage" in refused.stderr  # the state of a month before the embedded one
    shorter = ("--allow-shorter", "slt_table1")
    first = fetched(monkeypatch, loopback, serve_earlier, "Fri, 24 Jul 2026 12:00:00 GMT", *shorter)
    second = fetched(monkeypatch, loopback, loopback.serve_whole_tables, "Thu, 20 Aug 2026 12:00:00 GMT")
    assert "wrote vintage 2026-07-24" in first.stdout, first.stderr
    assert "wrote vintage 2026-08-20" in second.stdout, second.stderr
    carried = [line for line in (first.stderr + second.stderr).splitlines() if "carried over" in line]
    assert all("cofer_shares" in line for line in carried)  # every other table came in its publisher's format
    assert len(carried) == 2
    assert set(manifest("2026-08-20")) == {*TABLES, "gsw", "soma", "feio", "ebp", "jgb", "shlhistdat"}

    before = contents(project / "paper")
    built = command("reproduce", "--as-of", "2026-08-20")
    assert built.returncode == 0, built.stderr
    assert {
        path: content for path, content in contents(project / "paper").items() if "build" not in path.parts
    } == before
    folder = folder_of(project, "2026-08-20")
    assert (folder / "paper.pdf").stat().st_size > 100_000
    for key in programs(project):
        vintages = {each.as_of for each in Exhibit.open(key, folder).vintages}
        assert vintages <= {"2026-08-20"}, key
    assert "data vintage 2026-08-20" in (folder / "paper.html").read_text(encoding="utf-8")
    again = command("reproduce", "--as-of", "2026-08-20")
    assert again.stdout.count("up to date") == len(programs(project))

    found = diff("2026-07-24", "2026-08-20", headline=lambda old, new: headline(old, new, root=project))
    assert set(found.revised["table"]) == {"mfh", "slt_table1"}
    sizes = found.revised["change"].abs()
    assert sizes.max() > 0
    assert not found.headline["difference"].isna().any()
    told = command("data", "diff", "2026-07-24", "2026-08-20").stdout
    assert f"{len(found.revised)} revised" in told
    assert "The paper's headline" in told
    assert os.environ["ECON_DATA"] not in told
