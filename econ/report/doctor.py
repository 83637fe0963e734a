"""Whether this machine can reproduce the paper: versions, lock, archive, tools."""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass
from pathlib import Path

from econ.errors import EconError
from econ.report.run import commit_of, installed

_PIN = re.compile(r"^(?P<name>[A-Za-z0-9_.-]+)==(?P<version>[^ ;\\]+)(?P<marker> *;)?")
MINIMUM = (3, 11)


@dataclass(frozen=True)
class Finding:
    """One line of the doctor: what was looked at, whether it is well, and the details."""

    subject: str
    ok: bool
    details: str

    def __str__(self) -> str:
        return f"{self.subject:<14} {'ok' if self.ok else 'PROBLEM':<8} {self.details}"


def doctor(root: Path) -> tuple[Finding, ...]:
    """Look at Python, the lock, the archive and the sources.

    Parameters
    ----------
    root : Path
        Project folder.

    Returns
    -------
    tuple of Finding
        One a subject.
    """
    version = platform.python_version()
    new_enough = tuple(int(part) for part in version.split(".")[:2]) >= MINIMUM
    python = Finding(
        "python", new_enough, f"{version} on {platform.system()} {platform.machine()}, 3.11 or newer needed"
    )
    return (python, lock(root / "requirements.lock"), archive(), Finding("commit", True, str(commit_of(root))))


def lock(*paths: Path) -> Finding:
    """Whether every package of the locks is installed at one of its pinned versions.

    A package pinned for some platforms only may be absent.
    """
    pins: dict[str, set[str]] = {}
    optional: set[str] = set()
    for path in paths:
        if not path.exists():
            return Finding("lock", False, f"no {path.name}; restore it from the repository.")
        for match in map(_PIN.match, path.read_text(encoding="utf-8").splitlines()):
            if match:
                pins.setdefault(match["name"], set()).add(match["version"])
                optional |= {match["name"]} if match["marker"] else set()
    found = installed(pins)
    wrong = [
        f"{name} {found[name]} (lock {' or '.join(sorted(versions))})"
        for name, versions in pins.items()
        if found[name] not in versions and not (found[name] == "absent" and name in optional)
    ]
    if wrong:
        cure = f"python -m pip install --require-hashes {' '.join(f'-r {path.name}' for path in paths)}"
        return Finding("lock", False, f"{len(wrong)} of {len(pins)} differ: {', '.join(wrong)}; {cure}")
    return Finding("lock", bool(pins), f"{len(pins)} packages at their pinned versions")


def archive() -> Finding:
    """Whether every file of every vintage on disk has the checksum of its manifest."""
    from econ.data import as_of_dates, verify_archive

    try:
        files = {date: len(verify_archive(date)) for date in as_of_dates()}
    except EconError as error:
        return Finding("archive", False, str(error))
    words = ", ".join(f"{count} files of {date}" for date, count in files.items())
    return Finding("archive", bool(files), words or "no vintage on disk; restore econ/data/archive.")
