"""Read vintages: find the folder of an as-of date, verify every byte, parse each table once."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeVar

import pandas as pd

from econ.border import checked
from econ.data.home import data_home
from econ.data.use import used
from econ.data.vintage import Vintage
from econ.errors import ChecksumMismatch, SchemaError, SeriesNotFound, VintageMissing, suggestion

T = TypeVar("T")

EMBEDDED = "2026-07-17"
ARCHIVE = Path(__file__).parent / "archive"


def roots() -> tuple[Path, ...]:
    """Folders that hold vintages: the embedded archive, then the user's own (`data_home`)."""
    return (ARCHIVE, data_home())


_NAME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:\.([1-9][0-9]{0,5}))?")
COLUMNS = ("file", "sha256", "publisher", "table", "url", "licence")
"""What every row of a manifest must say."""


def place(as_of: str) -> tuple[str, int]:
    """Place of a vintage in time: its day, and which of that day it is.

    Raises
    ------
    SchemaError
        If the text cannot name a vintage.

    Examples
    --------
    >>> sorted(["2026-08-20.10", "2026-08-20.2", "2026-08-20"], key=place)
    ['2026-08-20', '2026-08-20.2', '2026-08-20.10']
    """
    text = str(as_of)
    found = _place(text)
    if found is not None:
        return found
    shown = text if len(text) <= 40 else f"{text[:40]}..."
    raise SchemaError(
        f"a vintage is a folder named by the ISO date of its figures, such as {EMBEDDED}; found {shown!r}; "
        f"on disk are {', '.join(as_of_dates()) or 'none'}."
    )


def _place(text: str) -> tuple[str, int] | None:
    found = _NAME.fullmatch(text)
    try:
        return None if found is None else (date.fromisoformat(found[1]).isoformat(), int(found[2] or 1))
    except ValueError:  # a thirteenth month has the form of a date and is none
        return None


def as_of_dates() -> tuple[str, ...]:
    """As-of dates of the vintages on disk, oldest first; a folder without a date or a manifest does not count."""
    found = {path.parent.name for root in roots() for path in root.glob("*/manifest.csv") if path.is_file()}
    return tuple(sorted(filter(_place, found), key=place))


def folder(as_of: str = EMBEDDED) -> Path:
    """Find the folder of a vintage.

    Parameters
    ----------
    as_of : str
        ISO date, as `as_of_dates` lists them.

    Raises
    ------
    VintageMissing
        If no vintage of that date is on disk; names those that are.
    SchemaError
        If it is no ISO date.
    """
    place(as_of)
    here = ARCHIVE / str(as_of)
    if not (here / "manifest.csv").is_file():  # only then ask the system where the user's own are
        here = data_home() / str(as_of)
    if (here / "manifest.csv").is_file():
        return here
    raise VintageMissing(
        f"no vintage {as_of!r}; on disk are {', '.join(as_of_dates()) or 'none'}; "
        "`python -m econ data fetch` adds today's."
    )


def cure(as_of: str) -> str:
    """What to do about a damaged vintage: the embedded one comes with the package, an own one can be fetched again."""
    if folder(as_of).parent == ARCHIVE:
        return "restore it from the repository."
    return f"`python -m econ data remove {as_of}` takes the vintage away, `fetch` gets today's."


def manifest_rows(as_of: str = EMBEDDED) -> tuple[dict[str, str], ...]:
    """The rows of a manifest, every cell as text.

    Raises
    ------
    SchemaError
        If it cannot be read, is empty, lacks a column or has a malformed row; names the vintage's folder.
    """
    return tuple(map(dict, _read(as_of, _rows)))  # the caller's own


def _read(as_of: str, of: Callable[[bytes], T]) -> T:
    """What the bytes of a manifest say."""
    try:
        content = (folder(as_of) / "manifest.csv").read_bytes()
    except OSError as error:
        raise SchemaError(f"{as_of}/manifest.csv cannot be read ({error.strerror}); {cure(as_of)}") from error
    try:
        return of(content)
    except ValueError as error:  # text that is no UTF-8 too
        raise SchemaError(f"{as_of}/manifest.csv is damaged ({error}); {cure(as_of)}") from error


@lru_cache(maxsize=64)
def _rows(content: bytes) -> tuple[dict[str, str], ...]:
    try:
        lines = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
        rows = tuple(dict(row) for row in lines)
        header = lines.fieldnames or ()
    except csv.Error as error:
        raise ValueError(str(error)) from error
    lost = [name for name in COLUMNS if name not in header]
    if lost:
        raise ValueError(f"it lacks column {lost[0]!r}")
    if not rows:
        raise ValueError("it names no table")
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values() or not all(row[name] for name in COLUMNS[:2]):
            raise ValueError(f"line {number} has not the {len(header)} cells of its header")
    names = [row["file"] for row in rows]
    if len(set(names)) < len(names):
        raise ValueError("it names a file twice")
    return rows


def manifest(as_of: str = EMBEDDED) -> dict[str, Vintage]:
    """The files of a vintage, by table name.

    Raises
    ------
    SchemaError
        As `manifest_rows`.
    """
    return dict(_read(as_of, partial(_vintages, str(as_of))))


@lru_cache(maxsize=64)
def _vintages(as_of: str, content: bytes) -> dict[str, Vintage]:
    return {
        Path(row["file"]).stem: Vintage(
            as_of=as_of, publisher=row["publisher"], table=row["table"], url=row["url"],
            file=f"{as_of}/{row['file']}", sha256=row["sha256"], licence=row["licence"],
            retrieved_at=row.get("retrieved_at", ""),
        )
        for row in _rows(content)
    }  # fmt: skip


def sound(path: Path, name: str, expected: str, advice: str) -> bytes:
    """Bytes of a file after its checksum was verified.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        What to call it: ``<as-of>/<file>``.
    expected : str
        sha256, hexadecimal.
    advice : str
        What to do about a changed file.

    Raises
    ------
    VintageMissing
        If it is not there.
    ChecksumMismatch
        If it is another file; says so if the line ends alone make the difference.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise VintageMissing(f"{name} is named in the manifest but absent; {advice}") from error
    found = hashlib.sha256(content).hexdigest()
    if found == expected:
        return content
    plain = content.replace(b"\r\n", b"\n")
    if expected in (hashlib.sha256(text).hexdigest() for text in (plain, plain.replace(b"\n", b"\r\n"))):
        raise ChecksumMismatch(
            f"{name} has the right text with other line ends: expected sha256 {expected}, found {found}; a program "
            "rewrote CRLF and LF, as Git does under core.autocrlf; run `git config core.autocrlf false`, delete the "
            "file and `git checkout` it again."
        )
    raise ChecksumMismatch(f"{name} was changed: expected sha256 {expected}, found {found}; {advice}")


def table_bytes(name: str, as_of: str = EMBEDDED) -> tuple[bytes, Vintage]:
    """Bytes of one file of a vintage, after its checksum was verified.

    Raises
    ------
    SeriesNotFound
        If the vintage has no such table.
    VintageMissing
        If the manifest names the file but it is not there.
    ChecksumMismatch
        If the file is not the one that the manifest describes; names file, expected and found.
    """
    files = manifest(as_of)
    if name not in files:
        raise SeriesNotFound(f"no table {name!r} in vintage {as_of}; {suggestion(name, files)}")
    path = folder(as_of) / f"{name}.csv"
    used(files[name])
    return sound(path, files[name].file, files[name].sha256, cure(as_of)), files[name]


def verified(names: Sequence[str], as_of: str = EMBEDDED) -> tuple[Vintage, ...]:
    """Files of a vintage after their checksums were verified: as `table_bytes`, without the bytes.

    A file is read again only if its size, its times or its place on the disk are others than when it was found sound.
    """
    files, where = manifest(as_of), folder(as_of)
    for name in names:
        path = where / f"{name}.csv"
        if name not in files or not path.is_file():
            table_bytes(name, as_of)  # says what is wrong
        state = path.stat()
        _found_sound(path, files[name], (state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino))
    return tuple(files[name] for name in names)


@lru_cache(maxsize=1024)
def _found_sound(path: Path, file: Vintage, state: tuple[int, ...]) -> None:
    """Verify a file once in each ``state`` of it; what fails is not remembered."""
    sound(path, file.file, file.sha256, cure(file.as_of))


def read_table(name: str, as_of: str = EMBEDDED) -> tuple[pd.DataFrame, Vintage]:
    """A table of a vintage as a frame (text dates, float values), with the file behind it.

    Raises
    ------
    SchemaError
        If the file cannot be parsed; and as `table_bytes`.
    """
    content, vintage = table_bytes(name, as_of)
    return _parsed(content, vintage.file).copy(), vintage  # the caller's own: an edit must not reach the next reader


@lru_cache(maxsize=256)
def _parsed(content: bytes, file: str) -> pd.DataFrame:
    return parsed(content, file)


def parsed(content: bytes, file: str) -> pd.DataFrame:
    """Tidy CSV as a frame: text dates, float values.

    Raises
    ------
    SchemaError
        If it cannot be read or has no dated rows.
    """
    text = dict.fromkeys(("date", "holder", "printed", "series", "item", "unit", "notes"), str)
    try:
        frame = pd.read_csv(io.BytesIO(content), dtype=text, keep_default_na=False, na_values={"value": [""]})
        for column in frame.columns.difference(list(text)):
            frame[column] = pd.to_numeric(frame[column])
    except (ValueError, UnicodeDecodeError, pd.errors.ParserError) as error:
        raise SchemaError(f"{file} cannot be read: {error}.") from error
    if "date" not in frame.columns or frame.empty:
        raise SchemaError(f"{file} has no dated rows; a vintage with an empty table is no vintage.")
    return frame


@checked
def verify_archive(as_of: str = EMBEDDED) -> tuple[Vintage, ...]:
    """Rehash every file of a vintage; return the files, or raise as `table_bytes` does."""
    return tuple(table_bytes(name, as_of)[1] for name in manifest(as_of))
