"""Fifty points by which data editors judge a replication package, one by one, as `make audit` prints them.

A point is decided by a program that can find it broken, or is said to be for the reader, with what to look at. M is
a must, S what should be. The programs look at the folder that they are given: a damaged copy shows what they find.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from econ.errors import EconError
from econ.report import points_data as data
from econ.report import points_files as files
from econ.report.store import project_root

Check = Callable[[Path], list[str]]


@dataclass(frozen=True)
class Point:
    """One point: number, whether it is a must, what it asks, and the program that decides it or words for readers."""

    number: int
    must: bool
    asks: str
    check: Check | str


@dataclass(frozen=True)
class Answer:
    """What was found of one point: ``state`` is "ok", "PROBLEM" or "reader"."""

    point: Point
    state: str
    details: str

    def __str__(self) -> str:
        rank = "M" if self.point.must else "S"
        line = f"{self.point.number:>3} {rank} {self.state:<8} {self.point.asks}"
        return f"{line}: {self.details}" if self.details else line


def answers(root: Path) -> Iterator[Answer]:
    """Every point of the project in a folder, in order."""
    for point in POINTS:
        if isinstance(point.check, str):
            yield Answer(point, "reader", point.check)
            continue
        try:
            wrong = point.check(root)
        except (EconError, OSError, ValueError, KeyError) as error:
            wrong = [f"{type(error).__name__}: {error}"]
        yield Answer(point, "PROBLEM" if wrong else "ok", "; ".join(wrong[:3]))


def _points(*rows: tuple[str, str, Check | str]) -> tuple[Point, ...]:
    return tuple(Point(number, rank == "M", asks, check) for number, (rank, asks, check) in enumerate(rows, start=1))


POINTS = _points(
    ("M", "one README.md at the root, plain Markdown", files.one_readme),
    ("M", "the first paragraph says what, how much, which command, how long", data.block("overview")),
    ("M", "rights to use and to redistribute are stated", "section 2 of docs/replication.md"),
    ("M", "availability is summed up, and what its lack would stop", "section 2 of docs/replication.md; nothing lacks"),
    ("M", "each source has publisher, name, address, terms and citation", data.sources),
    ("M", "the dataset list is the manifest", data.block("datasets")),
    ("M", "the codebook is the catalogue", data.block("codebook")),
    ("M", "system, Python and versions are readable, and the lock is named", data.block("versions")),
    ("M", "file and line of the seed are named", data.block("seed")),
    ("M", "time and memory by exhibit, disk, and the machine", data.requirements),
    ("M", "every program has one line", data.block("programs")),
    ("M", "steps for replicators: numbered, at most five", files.steps),
    ("M", "every table, figure and number has its program, files and data", data.block("exhibits")),
    ("M", "data are cited as data, each from an entry that exists", data.block("citations")),
    ("S", "expected differences are stated", "section 7 of docs/replication.md; one platform was tried"),
    ("S", "contact and support", "section 1: the issue list of the repository, no promise of a date"),
    ("M", "data files lie apart and have the bytes of their manifest", data.checksums),
    ("M", "a manifest row a file", data.rows),
    ("M", "making the paper needs no network and no key", files.offline),
    ("M", "the vintage of the analysis is a date that is on disk", data.dated),
    ("M", "a download adds a vintage and never overwrites", "tests/replication/test_refresh.py, slow: it runs one"),
    ("M", "every file has terms that let it be passed on", data.terms),
    ("M", "no key in a file", files.no_key),
    ("M", "open formats: UTF-8, LF, ISO dates", files.formats),
    (
        "M",
        "analysis data are rebuilt by code",
        "section 2: from the archive, not from the publishers' files of that day",
    ),
    ("M", "every event has date, time, zone and source", data.dated_news),
    ("S", "moments, span, missing values and a plot of every variable", data.summary),
    ("S", "revisions, and whether the result survives", "exhibit concepts; `python -m econ data diff`"),
    ("M", "one command, and one without make", files.commands),
    ("M", "the lock has hashes", files.hashed),
    ("M", "no absolute path, no space in a name, no change of folder", files.portable),
    ("M", "declared are the packages that are imported", files.declared),
    ("M", "no hand between exhibits", "analyses/specification.py; a variant is a field, not an edit"),
    ("M", "one program an exhibit, and names agree", data.named_alike),
    ("M", "every table says which program made it", files.made_by),
    ("M", "every number in the text comes from results", data.quoted),
    ("M", "one seed, and no draw without it", files.seeded),
    ("M", "no empty, doubled or stray file", files.tidy),
    ("M", "warnings are errors in the tests", files.warnings),
    ("S", "variables have one name in code, codebook and paper", "the codebook; the paper writes its labels"),
    ("M", "results are committed, tables and figures with their numbers", data.committed),
    ("M", "results on disk agree with tables and commit", data.agreeing),
    ("M", "a run leaves commit, versions, threads, seed and seconds", "paper/results/*.run.json after `make`"),
    ("M", "the paper prints commit and vintage", "its first page"),
    ("M", "a fresh clone is tried by a program", files.clone),
    ("S", "two runs write the same bytes", "`make verify` on what `make` wrote; tests compare renderings"),
    ("M", "licences of code, text and data", files.licensed),
    ("M", "the citation has the version of the package", files.cited),
    ("S", "a tagged release with a DOI", "not yet: deposited when the paper is published; metadata in section 1"),
    ("S", "the archive is small and holds no history, caches or builds", files.small),
)
"""The points, in the order of the checklists they come from."""


def main(root: Path | None = None) -> int:
    """Print every point with what was found of it; 1 if a program found one broken."""
    found = []
    for answer in answers(root or project_root()):
        print(answer, flush=True)
        found.append(answer.state)
    held, readers, broken = (found.count(state) for state in ("ok", "reader", "PROBLEM"))
    print(f"{held} points hold, {readers} are for the reader, {broken} do not hold")
    return 1 if "PROBLEM" in found else 0


if __name__ == "__main__":
    raise SystemExit(main())
