"""`verify`: rebuild every exhibit into an empty folder and compare it with what is committed."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from econ.border import checked
from econ.errors import EconError, OutputDiffers, ReplicationError, SeriesNotFound, suggestion
from econ.files import scratch
from econ.report.compare import Comparison, Tolerance, compare, tolerances
from econ.report.deposit import deposited, expectation
from econ.report.exhibit import Exhibit, built, committed, table_files
from econ.report.pool import Ran, run_programs
from econ.report.reproduce import programs
from econ.report.store import project_root

_DEFINITION = re.compile(
    r"!\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(figures/(?P<figure>\w+)\)\{#fig:|#(?P<table>tbl):[\w-]+(?:[^}\n]*src=\"tables/(?P<source>\w+)\")?"
)


@dataclass(frozen=True)
class Verified:
    """Verdict on one exhibit: largest relative difference, tolerance, seconds, and every error."""

    key: str
    labels: tuple[str, ...]
    largest: float
    tolerance: float
    seconds: float
    errors: tuple[ReplicationError, ...]

    def __str__(self) -> str:
        word = "FAILED" if self.errors else "ok"
        names = ", ".join((*self.labels, self.key))
        return f"{names:<48} {word:<6} max |diff| {self.largest:.0e}  tol {self.tolerance:.0e} {self.seconds:6.1f} s"


@dataclass(frozen=True)
class Report:
    """Verdict on all exhibits.

    Parameters
    ----------
    exhibits : tuple of Verified
        One an exhibit.
    expected : str
        Where the expectations came from.
    """

    exhibits: tuple[Verified, ...]
    expected: str

    @property
    def failed(self) -> tuple[str, ...]:
        """Keys of the exhibits that differ."""
        return tuple(each.key for each in self.exhibits if each.errors)

    @property
    def ok(self) -> bool:
        """Whether every exhibit agrees."""
        return not self.failed

    @property
    def errors(self) -> tuple[ReplicationError, ...]:
        """Every difference of every exhibit."""
        return tuple(error for each in self.exhibits for error in each.errors)

    def check(self) -> None:
        """Raise the first `OutputDiffers` if there is one."""
        for error in self.errors:
            raise error

    @property
    def summary(self) -> str:
        """One sentence: how many agree, with what."""
        agree = len(self.exhibits) - len(self.failed)
        return f"{agree} exhibits agree with {self.expected}, {len(self.failed)} differ"

    def __str__(self) -> str:
        return "\n".join([*map(str, self.exhibits), self.summary])


class Exhibits(Mapping[str, Exhibit]):
    """The exhibits of a paper, by key or by the label the paper gives them ("Table 3")."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._labels = labels(folder)

    def __getitem__(self, name: str) -> Exhibit:
        keys = [key for key, given in self._labels.items() if name in given] or [name]
        if keys[0] not in built(self._folder):
            known = [*built(self._folder), *(label for given in self._labels.values() for label in given)]
            raise SeriesNotFound(f"no exhibit {name!r}; {suggestion(name, known)}")
        return Exhibit.open(keys[0], self._folder)

    def __iter__(self) -> Iterator[str]:
        keys = built(self._folder)
        return iter(sorted(keys, key=lambda key: (list(self._labels).index(key) if key in self._labels else 999, key)))

    def __len__(self) -> int:
        return len(built(self._folder))

    def __contains__(self, name: object) -> bool:
        return name in built(self._folder) or any(name in given for given in self._labels.values())

    def __repr__(self) -> str:
        return "\n".join(f"{', '.join((*self._labels.get(key, ()), key))}" for key in self)


@checked
def exhibits(folder: Path | None = None) -> Exhibits:
    """The exhibits on disk, in the order of the paper.

    Parameters
    ----------
    folder : Path, optional
        Folder of the paper; by default that of the project.

    Returns
    -------
    Exhibits
        A mapping; ``exhibits()["Table 3"]`` and ``exhibits()["<key>"]`` open the same one.
    """
    return Exhibits(project_root() / "paper" if folder is None else folder)


def labels(folder: Path) -> dict[str, tuple[str, ...]]:
    """Labels that the paper gives to each exhibit, counted in the order in which they stand in it."""
    path = folder / "paper.md"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    keys, count = built(folder), {"Figure": 0, "Table": 0}
    found: dict[str, tuple[str, ...]] = {}
    for match in _DEFINITION.finditer(text):
        word = "Figure" if match["figure"] else "Table"
        count[word] += 1
        stem = match["figure"] or match["source"] or ""
        owners = [key for key in keys if stem == key or stem.startswith(f"{key}_")]
        if owners:
            owner = max(owners, key=len)
            found[owner] = (*found.get(owner, ()), f"{word} {count[word]}")
    return found


@checked
def verify(rebuild: bool = True, *, root: Path | None = None, show: Callable[[str], object] | None = print) -> Report:
    """Compare every exhibit with what is committed.

    Parameters
    ----------
    rebuild : bool
        Run every program again, into an empty folder that is removed afterwards; otherwise take the
        results on disk and check only that tables and expectations agree with them.
    root : Path, optional
        Project folder.
    show : callable, optional
        Gets one line an exhibit as soon as it is done (several are made at a time); None is silent.

    Returns
    -------
    Report
        With ``ok``, ``failed`` and ``errors``; nothing in the project folder is written.

    Raises
    ------
    VintageMissing
        If there is no program to verify.
    """
    root = root or project_root()
    folder = root / "paper"
    keys = programs(root)
    orphans = [key for key in built(folder) if key not in keys]
    limits, given = tolerances(folder), labels(folder)
    order = list(dict.fromkeys([*(key for key in given if key in keys), *keys, *orphans]))
    done = {}
    with scratch() as empty:
        for ran in _again(root, order, keys, empty if rebuild else None):
            start, limit = time.perf_counter(), limits.get(ran.key, Tolerance())
            largest, errors = _verdict(root, ran, limit, empty if rebuild else None)
            seconds = ran.seconds + time.perf_counter() - start
            done[ran.key] = Verified(ran.key, given.get(ran.key, ()), largest, limit.relative, seconds, tuple(errors))
            if show:
                show(str(done[ran.key]))
    return Report(tuple(done[key] for key in order), expectation(root))


def _again(root: Path, order: Sequence[str], keys: Sequence[str], target: Path | None) -> Iterator[Ran]:
    """Every exhibit, once its program has run again if there is one and a folder for what it writes."""
    run_again = [key for key in order if key in keys and target is not None]
    yield from (Ran(key, 0.0, "") for key in order if key not in run_again)
    yield from run_programs(root, run_again, into=target)


def _verdict(root: Path, ran: Ran, limit: Tolerance, target: Path | None) -> tuple[float, list[ReplicationError]]:
    key, folder = ran.key, root / "paper"
    try:
        ran.check()
        on_disk = Exhibit.open(key, folder)
        expected = [on_disk]
        formers = (committed(key, root), deposited(root, key))
        expected += [each for each in formers if each is not None]  # results written since do not vouch for themselves
        found = on_disk if target is None else Exhibit.open(key, target)
    except EconError as error:
        return math.inf, [OutputDiffers(f"exhibit {key!r}: {error}")]
    compared: list[Comparison] = [compare(each, found, limit) for each in expected]
    errors: list[ReplicationError] = []
    for each in compared:
        errors += [error for error in each.errors if str(error) not in {str(known) for known in errors}]
    return max(each.largest for each in compared), errors + _stale(on_disk, folder)


def _stale(exhibit: Exhibit, folder: Path) -> list[ReplicationError]:
    """Table files that are not what the results on disk render to: edited by hand, or from another run."""
    errors: list[ReplicationError] = []
    for name, table in exhibit.tables.items():
        for path, content in table_files(table, folder / "tables" / exhibit.stem(name), exhibit.program).items():
            if not path.exists() or path.read_text(encoding="utf-8") != content:
                found = "another text" if path.exists() else "no file"
                errors.append(
                    OutputDiffers(
                        f"exhibit {exhibit.key!r}: tables/{path.name} should render the results; "
                        f"found {found}; run make."
                    )
                )
    return errors
