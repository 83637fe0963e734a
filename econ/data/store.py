"""The user's vintages on disk: written whole or not at all, never over an old one, one writer at a time.

A vintage is a folder ``<as-of>/`` like the embedded archive: tidy CSV tables, ``manifest.csv`` with their sha256,
and ``raw/`` with the publishers' own files. It is built under a hidden folder two levels down, where no reader
looks, flushed to the disk, and then renamed: a killed fetch leaves rubbish, never half a vintage.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from econ.data.archive import as_of_dates, manifest, place
from econ.data.home import data_home
from econ.errors import DataError, SchemaError, SpecificationError, VintageMissing
from econ.files import sweep, write_atomic, writing

HEADER = ("file", "sha256", "bytes", "publisher", "table", "url", "units", "frequency", "first", "last", "rows",
          "licence", "citation", "retrieved_at", "raw", "carried_from", "mirror", "realtime", "allowed")  # fmt: skip
_BUILDING = ".building"


@dataclass(frozen=True)
class TableFile:
    """One table of a vintage, ready to be written.

    Parameters
    ----------
    name : str
        Table; the file is ``<name>.csv``.
    content : bytes
        Tidy CSV.
    about : mapping
        The other columns of the manifest.
    raw : mapping
        The publishers' files it was made from, by file name.
    """

    name: str
    content: bytes = field(repr=False)
    about: Mapping[str, str]
    raw: Mapping[str, bytes] = field(default_factory=dict, repr=False)


@contextlib.contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold the store's lock; the system gives it back when the process ends, however it ends.

    Raises
    ------
    DataError
        If another fetch holds it.
    WriteError
        If the folder cannot be written.
    """
    with writing(f"the data folder {home}", "set ECON_DATA to one that can."):
        home.mkdir(parents=True, exist_ok=True)
        handle = os.open(home / ".lock", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        _acquire(handle)
        yield
    finally:
        os.close(handle)


def _acquire(handle: int) -> None:
    busy = DataError("another fetch is writing to the data folder; wait until it ends.")
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            raise busy from None
    else:
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise busy from None


def publish(as_of: str, tables: Sequence[TableFile]) -> str:
    """Write a new vintage; call it under `locked`.

    Parameters
    ----------
    as_of : str
        ISO date wished for; ``.2``, ``.3`` ... is added where the date is taken.
    tables : sequence of TableFile
        Every table of the vintage.

    Returns
    -------
    str
        The as-of date under which it is found; an older one if the newest vintage has the same figures.

    Raises
    ------
    WriteError
        If it cannot be written; nothing is left that a reader would see.
    """
    home = data_home()
    shutil.rmtree(home / _BUILDING, ignore_errors=True)
    same = _same_as_newest(tables)
    if same is not None:
        return same
    name = _free_name(as_of)
    cure = "nothing was changed; free the disk or set ECON_DATA to another folder."
    try:
        with writing(f"vintage {name} in {home}", cure):
            _put(tables, home / _BUILDING / name, home / name)
    finally:
        shutil.rmtree(home / _BUILDING, ignore_errors=True)
    return name


def _put(tables: Sequence[TableFile], building: Path, final: Path) -> None:
    """Write every file of a vintage where no reader looks, then rename the folder."""
    (building / "raw").mkdir(parents=True)
    for table in tables:
        for file, content in table.raw.items():
            write_atomic(building / "raw" / file, content)
        write_atomic(building / f"{table.name}.csv", table.content)
    write_atomic(building / "manifest.csv", manifest_csv(tables))
    _flush(building)
    building.rename(final)
    _flush(final.parent)


def manifest_csv(tables: Sequence[TableFile]) -> bytes:
    """The manifest of a vintage: one row a table, with the sha256 of its file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER, lineterminator="\n")
    writer.writeheader()
    for table in sorted(tables, key=lambda each: each.name):
        sums = " ".join(f"{file}:{_sha256(content)}" for file, content in table.raw.items())
        size = str(len(table.content))
        writer.writerow(
            {"file": f"{table.name}.csv", "sha256": _sha256(table.content), "bytes": size, "raw": sums, **table.about}
        )
    return text.getvalue().encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _flush(path: Path) -> None:
    """Ask the disk to keep a folder's entries; a system without it loses nothing but that promise."""
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _free_name(as_of: str) -> str:
    taken, number, name = as_of_dates(), 1, as_of
    while name in taken or (data_home() / name).exists():
        number += 1
        name = f"{as_of}.{number}"
    return name


def own_dates() -> tuple[str, ...]:
    """As-of dates of the user's own vintages, oldest first."""
    return tuple(as_of for as_of in as_of_dates() if (data_home() / as_of / "manifest.csv").is_file())


def remove(as_of: str) -> None:
    """Take one of the user's own vintages away; readers see it whole or not at all.

    Parameters
    ----------
    as_of : str
        As-of date; the vintage may be damaged.

    Raises
    ------
    SpecificationError
        For the embedded vintage, which belongs to the package.
    VintageMissing
        If the user has no vintage of that date.
    SchemaError
        If it is no as-of date.
    DataError
        If a fetch is writing.
    WriteError
        If the folder cannot be changed.
    """
    place(as_of)
    home, own = data_home(), own_dates()
    if as_of in as_of_dates() and as_of not in own:
        raise SpecificationError(f"{as_of} is the embedded vintage, a part of the package; only own ones are removed.")
    if not (home / as_of).is_dir():
        raise VintageMissing(f"no own vintage {as_of!r} to remove; yours are {', '.join(own) or 'none'}.")
    gone = home / _BUILDING / f"removed-{as_of}"
    with locked(home):
        with writing(f"the data folder {home}", f"vintage {as_of} was not removed; make it writable."):
            shutil.rmtree(home / _BUILDING, ignore_errors=True)
            gone.parent.mkdir()
            (home / as_of).rename(gone)
        shutil.rmtree(home / _BUILDING, ignore_errors=True)


def _same_as_newest(tables: Sequence[TableFile]) -> str | None:
    own = own_dates()
    if not own:
        return None
    try:
        newest = {name: file.sha256 for name, file in manifest(own[-1]).items()}
    except SchemaError:  # a damaged vintage is nobody's equal
        return None
    return own[-1] if newest == {table.name: _sha256(table.content) for table in tables} else None


@dataclass(frozen=True)
class Cached:
    """The last good copy of a publisher's file, for conditional requests and for resuming.

    Parameters
    ----------
    content : bytes
        The file.
    url, date, etag, modified : str
        Address without secrets, the publisher's clock, validators.
    """

    content: bytes = field(repr=False)
    url: str
    date: str
    etag: str = ""
    modified: str = ""


def read_cache(file: str) -> Cached | None:
    """The cached copy of a file, or nothing if there is none or it was damaged."""
    path = data_home() / ".cache" / file
    try:
        about = json.loads(path.with_name(f"{file}.json").read_text(encoding="utf-8"))
        content = path.read_bytes()
        if about.pop("sha256") != _sha256(content):
            return None
        return Cached(content, **about)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def drop_cache(file: str) -> None:
    """Forget a copy that proved bad, so that the next fetch does not ask whether it is unchanged."""
    path = data_home() / ".cache" / file
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
        path.with_name(f"{file}.json").unlink(missing_ok=True)


def write_cache(file: str, copy: Cached) -> None:
    """Keep a good copy; a full disk costs the cache, not the fetch."""
    about = {"url": copy.url, "date": copy.date, "etag": copy.etag, "modified": copy.modified}
    with contextlib.suppress(OSError):
        path = data_home() / ".cache" / file
        sweep(path.parent)
        write_atomic(path, copy.content)
        write_atomic(
            path.with_name(f"{file}.json"), json.dumps({**about, "sha256": _sha256(copy.content)}, indent=1).encode()
        )
