"""Points of a replication package that data, results and the generated blocks of its page decide."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from econ.report.exhibit import Exhibit
from econ.report.readme import BLOCKS, PAGE, RUNTIMES
from econ.report.reproduce import programs
from econ.report.store import loads
from econ.report.verification import verify

TERMS = ("public domain", "CC BY 4.0", "IMF terms for data", "official statistics")
"""Terms under which files may be passed on, as manifests begin them."""
NEEDED = ("sha256", "bytes", "publisher", "table", "url", "units", "frequency", "first", "last", "rows", "licence",
          "citation")  # fmt: skip


def block(name: str) -> Callable[[Path], list[str]]:
    """A check that a generated block of the page is there and is what the code renders today."""

    def check(root: Path) -> list[str]:
        found = re.search(rf"<!-- begin:{name} -->\n(.*?)<!-- end -->", _page(root), re.DOTALL)
        if found is None:
            return [f"{PAGE} has no block {name}"]
        return [] if found[1].strip() == BLOCKS[name](root).strip() else [f"block {name} is old; run make readme"]

    return check


def _page(root: Path) -> str:
    return (root / PAGE).read_text(encoding="utf-8")


def _manifests(root: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    for path in sorted(root.glob("econ/data/archive/*/manifest.csv")):
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
            yield path.parent / row["file"], row


def sources(root: Path) -> list[str]:
    """What a manifest row leaves open of publisher, name, address, units, span, terms and citation."""
    return [f"{path.name}: no {name}" for path, row in _manifests(root) for name in NEEDED if not row.get(name)]


def rows(root: Path) -> list[str]:
    """Files of the archive without a row, and rows without a file."""
    listed = {path for path, _ in _manifests(root)}
    there = {path for path in root.glob("econ/data/archive/*/*.csv") if path.name != "manifest.csv"}
    return [
        f"{path.name} stands only in {'the manifest' if path in listed else 'the folder'}" for path in listed ^ there
    ]


def checksums(root: Path) -> list[str]:
    """Files whose bytes are not those of the manifest."""
    return [
        f"{path.name} was changed"
        for path, row in _manifests(root)
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != row["sha256"]
    ]


def terms(root: Path) -> list[str]:
    """Files whose terms are not among those that let them be passed on."""
    return [f"{path.name}: {row['licence']}" for path, row in _manifests(root) if not row["licence"].startswith(TERMS)]


def requirements(root: Path) -> list[str]:
    """What is missing of run times, memory, machine and disk."""
    wrong = block("runtimes")(root)
    timed = set(loads(root / RUNTIMES)["exhibits"]) if (root / RUNTIMES).exists() else set()
    wrong += [f"exhibit {key} has no run time" for key in programs(root) if key not in timed]
    return wrong + ([] if re.search(r"^Disk: [\d.]+ [GM]B", _page(root), re.MULTILINE) else ["no disk space"])


def dated(root: Path) -> list[str]:
    """Whether the vintage that the specification names is a date on disk."""
    text = (root / "analyses" / "specification.py").read_text(encoding="utf-8")
    found = re.search(r'^ +as_of: [\w.]+ = "([^"]+)"', text, re.MULTILINE)
    if found is None:
        return ["the specification names no vintage"]
    date.fromisoformat(found[1])
    there = (root / "econ" / "data" / "archive" / found[1] / "manifest.csv").is_file()
    return [] if there else [f"vintage {found[1]} is not on disk"]


def dated_news(root: Path) -> list[str]:
    """Events without date, time, zone or source."""
    text = (root / "econ" / "data" / "events.csv").read_text(encoding="utf-8")
    found = list(csv.DictReader(text.splitlines()))
    wrong = [f"{row['id']}: no {name}" for row in found for name in ("date", "time", "tz", "source") if not row[name]]
    return wrong if found else ["no events"]


def summary(root: Path) -> list[str]:
    """What the exhibit on the variables lacks."""
    exhibit = Exhibit.open("summary_statistics", root / "paper")
    words = " ".join((root / "paper" / "tables" / "summary_statistics.csv").read_text("utf-8").splitlines()[:1]).lower()
    wrong = [] if exhibit.figures else ["no plots"]
    return wrong + [
        f"no column {name}" for name in ("missing", "mean", "std. dev.", "minimum", "maximum") if name not in words
    ]


def named_alike(root: Path) -> list[str]:
    """Programs without results, results without a program, and results that name another one."""
    files = {path.stem: path for path in (root / "paper" / "results").glob("*.json") if not path.stem.endswith(".run")}
    wrong = [f"{key} has no program or no results" for key in sorted(files.keys() ^ set(programs(root)))]
    for key, path in files.items():
        made = loads(path)["program"]
        wrong += [f"{key}: made by {made}"] if made != f"analyses/{key}.py" else []
    return wrong


def quoted(root: Path) -> list[str]:
    """Numbers of the text whose key no exhibit has."""
    text = (root / "paper" / "paper.md").read_text(encoding="utf-8")
    keys = {match[1] for match in re.finditer(r"\{\.num key=([\w.]+)", text)}
    known = {f"{key}.{name}" for key in programs(root) for name in Exhibit.open(key, root / "paper").numbers}
    return [f"unknown key {key}" for key in sorted(keys - known)] if keys else ["the text quotes no number"]


def committed(root: Path) -> list[str]:
    """Tables and figures of exhibits without a file of their numbers."""
    wrong = []
    for key in programs(root):
        exhibit = Exhibit.open(key, root / "paper")
        wanted = [f"tables/{exhibit.stem(name)}.csv" for name in exhibit.tables]
        wanted += [f"figures/{exhibit.stem(name)}.csv" for name in exhibit.figures]
        wrong += [f"no {name}" for name in wanted if not (root / "paper" / name).is_file()]
    return wrong


def agreeing(root: Path) -> list[str]:
    """Differences of results, tables and commit, without building anything."""
    return [str(error) for error in verify(rebuild=False, root=root, show=None).errors]
