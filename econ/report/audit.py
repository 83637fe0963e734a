"""`make audit`: what the locks bring in, under which licences, and that no file holds a key or names a package index.

It reads the locks, the metadata of the installed packages, the digests of vendored files and the files of the project;
it asks no network.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from econ.errors import EconError, SchemaError
from econ.report.doctor import Finding, lock
from econ.report.run import git
from econ.report.store import project_root

ALLOWED = frozenset(
    {"0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-CMU", "MPL-2.0", "NCSA",
     "PSF-2.0", "Zlib"}
)  # fmt: skip
"""Licences that ask nothing of who uses the package or changes it: permissive, and MPL, which binds its own files."""

NAMES = {
    "2-clause BSD": "BSD-2-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""Words of packages that are older than licence expressions."""

STATED = {
    "colorama": "BSD-3-Clause",  # for Windows only
    "fredapi": "Apache-2.0",  # its metadata is silent; the licence lies in the wheel as a file
    "importlib-metadata": "Apache-2.0",  # this and the next two for Python 3.11 only
    "lazy-importer": "Apache-2.0",
    "zipp": "MIT",
}
"""Licences read by a person, of packages that are absent from some systems or whose metadata does not give them."""

FORBIDDEN = {
    "a private key": rb"-{5}BEGIN [A-Z ]*PRIVATE KEY-{5}",
    "a key of a service": rb"\b(?:AKIA[0-9A-Z]{16}|gh[opsu]_\w{36}|github_pat_\w{60,}|xox[abp]-[\w-]{20,})"
    rb"|\bpypi-\w{40,}",
    "a FRED key": rb"(?<![\w/])[0-9a-f]{32}(?![\w.])",
    "a user and password": rb"\b(?:https?|ftp)://[^\s/@:\"'{}]+:[^\s/@\"'{}]+@",
    "a package index": rb"\b(?:pypi\.org|pythonhosted\.org)\b|\bhttps?://[^\s\"']+/simple\b"
    rb"|-{2}(?:(?:extra-)?index-url|find-links|trusted-host)\b",
}
LONG = 60
"""Characters from which a field is no name of a licence but its text."""
INDEXES = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX")
SKIPPED = ("build", "dist", "__pycache__", "deposited")

_PIN = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)==(?P<version>[^ ;\\]+)(?: *; *(?P<marker>[^\\]+?))?")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Pin:
    """One requirement of the lock: name, version, for which systems (empty: all), and how many hashes it has."""

    name: str
    version: str
    marker: str
    hashes: int


def locks(root: Path) -> tuple[Path, ...]:
    """The lock of the paper, and those of what is installed on top of it: ``requirements-test.lock`` and its like.

    The documentation has an environment of its own; `apart` names its lock.
    """
    beside = {path.name for path in apart(root)}
    return (root / "requirements.lock", *(p for p in sorted(root.glob("requirements-*.lock")) if p.name not in beside))


def apart(root: Path) -> tuple[Path, ...]:
    """Locks of environments of their own, which are not the one that is looked at: their hashes are counted."""
    return tuple(root.glob("requirements-docs.lock"))


def pins(path: Path) -> tuple[Pin, ...]:
    """Every requirement of a lock, line by line.

    Raises
    ------
    SchemaError
        For anything else than ``name==version``, a marker and sha256 hashes: an option, an address, a range.
    """
    found = []
    for number, line in enumerate(_logical(path.read_text(encoding="utf-8")), start=1):
        head, *hashes = re.split(r" +(?=--)", line)
        match = _PIN.fullmatch(head.strip())
        if match is None or not all(_HASH.fullmatch(each) for each in hashes):
            raise SchemaError(f"{path.name}, requirement {number} is not name==version with hashes: {line[:80]!r}.")
        found.append(Pin(match["name"], match["version"], match["marker"] or "", len(hashes)))
    return tuple(found)


def _logical(text: str) -> Iterator[str]:
    """Lines with their continuations, without comments and blanks."""
    for line in re.sub(r" *\\\n *", " ", text).splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield line.strip()


def licence(name: str) -> str:
    """Licence of a package as an expression of SPDX names; empty if neither its metadata nor `STATED` gives one."""
    try:
        return _given(name) or STATED.get(name, "")
    except PackageNotFoundError:
        return STATED.get(name, "")


def _given(name: str) -> str:
    """What the metadata of an installed package says: the expression, else the class or the word, as understood."""
    about: Any = metadata(name)  # a message; its stubs hide that it has get
    expression = about.get("License-Expression")
    if expression:
        return str(expression)
    words = [each.rsplit(" :: ", 1)[1] for each in about.get_all("Classifier") or () if each.startswith("License ::")]
    known = [NAMES.get(each, each) for each in (*words, str(about.get("License") or "").strip()) if each]
    understood = [each for each in known if each in ALLOWED]
    return understood[0] if understood else next((each for each in known if len(each) < LONG), "")


def allowed(expression: str) -> bool:
    """Whether every part of a licence expression is on the list, and of alternatives one.

    Examples
    --------
    >>> allowed("MIT AND (Apache-2.0 OR GPL-3.0-only)"), allowed("MIT AND GPL-3.0-only"), allowed("")
    (True, False, False)
    """
    parts = [part.strip("() ").split(" OR ") for part in expression.split(" AND ")]
    return all(any(each.strip("() ") in ALLOWED for each in part) for part in parts)


def licences(required: tuple[Pin, ...]) -> Finding:
    """Whether every package of the lock has a licence of the list; names those that have not."""
    found = {pin.name: licence(pin.name) for pin in required}
    wrong = [f"{name} ({each or 'unknown'})" for name, each in found.items() if not allowed(each)]
    if wrong:
        return Finding("licences", False, f"not on the list: {', '.join(wrong)}; replace it, or read its licence.")
    return Finding("licences", True, f"{len(found)} packages, every licence on the list")


def hashes(required: tuple[Pin, ...]) -> Finding:
    """Whether every requirement has at least one hash, so that pip installs no other bytes."""
    bare = [pin.name for pin in required if pin.hashes == 0]
    if bare or not required:
        return Finding("hashes", False, f"no hash: {', '.join(bare) or 'the lock is empty'}; write the lock again.")
    return Finding("hashes", True, f"{len(required)} requirements, {sum(pin.hashes for pin in required)} hashes")


def vendored(root: Path) -> Finding:
    """Whether each file of another project, as ``vendor/vendor.toml`` lists it, is the published one."""
    wrong, count = [], 0
    for table in (path for path in files(root) if path.name == "vendor.toml"):
        about = tomllib.loads(table.read_text(encoding="utf-8"))
        count += len(about)
        wrong += [f"{path.name} (not listed)" for path in table.parent.glob("*.js") if path.name not in about]
        for name, each in about.items():
            path = table.parent / name
            if not path.exists() or sha256(path.read_bytes()).hexdigest() != each["sha256"]:
                wrong.append(f"{name} (not the file that was published)")
            if each["licence"] not in ALLOWED or not (table.parent / each["licence-file"]).exists():
                wrong.append(f"{name} ({each['licence']}, no licence of the list with its text beside it)")
    if wrong:
        return Finding("vendored", False, f"{', '.join(wrong)}; take the file from its package again.")
    return Finding("vendored", True, f"{count} files of other projects, as published, each with its licence")


def files(root: Path) -> list[Path]:
    """Files of the project: those that git knows or would add; without git all but the hidden and the built."""
    listed = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if listed is not None:
        found = [root / name for name in listed.split("\0") if name]
    else:
        found = [path for path in root.rglob("*") if not _passed_over(path.relative_to(root))]
    return sorted(path for path in found if path.is_file())


def _passed_over(path: Path) -> bool:
    return any(part in SKIPPED or (part.startswith(".") and part != ".ci") for part in path.parts[:-1])


def secrets(root: Path, environment: Mapping[str, str] = os.environ) -> Finding:
    """Whether a file holds a key or names an index, the one that this machine's environment gives to pip included."""
    hosts = {urlsplit(each).hostname for name in INDEXES for each in environment.get(name, "").split()} - {None}
    patterns = FORBIDDEN | {f"the index {host}": re.escape(str(host)).encode() for host in hosts}
    wrong = []
    looked = files(root)
    for path in looked:
        content = path.read_bytes()
        for what, pattern in patterns.items():
            match = re.search(pattern, content)
            if match:
                line = content.count(b"\n", 0, match.start()) + 1
                wrong.append(f"{path.relative_to(root).as_posix()}:{line} ({what})")
    if wrong or not looked:
        return Finding("keys", False, f"{', '.join(wrong) or 'no file was found'}; take it out and withdraw the key.")
    return Finding("keys", True, f"{len(looked)} files hold no key and name no package index")


def audit(root: Path) -> tuple[tuple[Pin, ...], tuple[Finding, ...]]:
    """Look at the locks, the installed packages and the files.

    Parameters
    ----------
    root : Path
        Project folder.

    Returns
    -------
    tuple of (Pin, ...) and (Finding, ...)
        Every requirement, and one finding a subject.

    Raises
    ------
    SchemaError
        If a lock holds something else than pinned requirements.
    """
    paths = locks(root)
    required = tuple(pin for path in paths for pin in pins(path))
    hashed = required + tuple(pin for path in apart(root) for pin in pins(path))
    return required, (lock(*paths), hashes(hashed), licences(required), vendored(root), secrets(root))


def main() -> int:
    """Print every package with version and licence, then the findings; 1 if something is wrong."""
    try:
        required, findings = audit(project_root())
    except EconError as error:
        print(f"PROBLEM {error}")
        return 1
    for pin in required:
        systems = f"  if {pin.marker}" if pin.marker else ""
        print(f"{pin.name:<20} {pin.version:<16} {licence(pin.name) or 'unknown'}{systems}")
    print(*findings, sep="\n")
    return 0 if all(finding.ok for finding in findings) else 1


if __name__ == "__main__":
    raise SystemExit(main())
