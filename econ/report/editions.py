"""Numbers of an earlier edition's text that are others now: what it printed, what the results say, and why.

``paper/editions/first.csv`` holds every number of that edition's text as it stood on its pages, and
``paper/editions/causes.toml`` the causes, each with the numbers that it moved. The build writes the table from both and
from the results of today, printed in the text of today or not; it refuses a moved number without a cause, and a
cause that moves nothing.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from econ.errors import SchemaError
from econ.report.exhibit import Exhibit, table_files
from econ.tables.row import Panel, Row
from econ.tables.table import Table

FOLDER, FIRST, CAUSES = "editions", "first.csv", "causes.toml"
LONGEST = 40
"""Characters of a cell; lists of words beyond it are in the files only."""


def earlier(folder: Path) -> dict[str, str]:
    """What the earlier edition printed, by ``"key format"``; empty where the paper has no earlier edition."""
    path = folder / FOLDER / FIRST
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as lines:
        return {f"{line['number']} {line['format']}": line["printed"] for line in csv.DictReader(lines)}


def causes(folder: Path) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Each cause in words and the numbers that it moved (names or patterns such as ``"designs.*"``), by its name.

    Raises
    ------
    SchemaError
        If a cause lacks words or numbers.
    """
    path = folder / FOLDER / CAUSES
    body = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for name, given in body.items():
        if set(given) != {"why", "numbers"} or not given["why"] or not given["numbers"]:
            raise SchemaError(f"{path.name}: [{name}] needs why = words and numbers = [names]; found {sorted(given)}.")
    return {name: (given["why"], tuple(given["numbers"])) for name, given in body.items()}


def moved(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, list[tuple[str, str, str]]]:
    """Numbers that both editions print, and differently: (format, old, new) of each, by key."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for name in sorted(old.keys() & new.keys()):
        if old[name] != new[name]:
            key, _, fmt = name.partition(" ")
            found.setdefault(key, []).append((fmt, old[name], new[name]))
    return found


def table(folder: Path, new: Mapping[str, str]) -> Table:
    """Every moved number with the words of its causes, exhibit after exhibit.

    Parameters
    ----------
    folder : Path
        Folder of the paper.
    new : mapping of str to str
        What the results say now, by ``"key format"``.

    Raises
    ------
    SchemaError
        If a moved number has no cause, or a cause names a number that did not move.
    """
    old, given = earlier(folder), causes(folder)
    found = moved(old, new)
    _complete(found, given)
    letters = {name: chr(ord("a") + place) for place, name in enumerate(given)}
    rows: list[Row | Panel] = []
    exhibit = ""
    for key, changes in found.items():
        if key.partition(".")[0] != exhibit:
            exhibit = key.partition(".")[0]
            rows.append(Panel(Exhibit.open(exhibit, folder).title))
        why = ", ".join(letters[name] for name, (_, numbers) in given.items() if _named(key, numbers))
        before, now = (_cell({each[0]: each[side] for each in changes}) for side in (1, 2))
        rows.append(Row(key.partition(".")[2].replace("_", " "), [before, now, why]))
    gone = len(old.keys() - new.keys())
    words = "; ".join(f"({letters[name]}) {why}" for name, (why, _) in given.items())
    return Table(
        ["First edition", "Now", "Why"], rows, stub="Number",
        notes=[
            f"All numbers of the first edition's text that are others now, {len(found)} of {len(_keys(old, new))}, "
            f"by the name under which results/ holds them. Why: {words}. {gone} readings of that text no "
            "result holds any more."
        ],
    )  # fmt: skip


def save(folder: Path, new: Mapping[str, str]) -> tuple[Path, ...]:
    """Write the table below ``build/``, beside the supplementary tables; nothing without an earlier edition."""
    from econ.report.store import write

    if not earlier(folder):
        return ()
    files = table_files(table(folder, new), folder / "build" / "editions", "econ.report.build")
    for path, content in files.items():
        write(path, content)
    return tuple(files)


def _keys(old: Mapping[str, str], new: Mapping[str, str]) -> set[str]:
    return {name.partition(" ")[0] for name in old.keys() & new.keys()}


def _named(key: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(key, pattern) for pattern in patterns)


def _cell(texts: Mapping[str, str]) -> str:
    """Readings of one number side by side, by format: the value, its error, its set; long lists by their length."""
    ordered = sorted(texts, key=lambda fmt: (fmt.startswith("interval"), fmt.startswith("se")))
    joined = " ".join(f"({texts[fmt]})" if fmt.startswith("se") else texts[fmt] for fmt in ordered)
    return joined if len(joined) <= LONGEST else f"a list of {len(joined.split('; ' if '; ' in joined else ', '))}"


def _complete(found: Mapping[str, object], given: Mapping[str, tuple[str, tuple[str, ...]]]) -> None:
    lost = [key for key in found if not any(_named(key, numbers) for _, numbers in given.values())]
    if lost:
        raise SchemaError(
            f"the text prints {lost[0]!r} otherwise than the first edition, and no cause in {FOLDER}/{CAUSES} names it "
            f"({len(lost)} such); add it to the cause that moved it."
        )
    idle = [(name, each) for name, (_, numbers) in given.items() for each in numbers
            if not any(fnmatchcase(key, each) for key in found)]  # fmt: skip
    if idle:
        raise SchemaError(
            f"{FOLDER}/{CAUSES}: [{idle[0][0]}] names {idle[0][1]!r}, which prints as it did; take it out."
        )
