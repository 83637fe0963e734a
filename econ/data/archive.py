"""Read vintages: find the folder of an as-of date, verify every byte, parse each table once."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from functools import lru_cache
from pathlib import Path

import pandas as pd

from econ.data.home import data_home
from econ.data.vintage import Vintage
from econ.errors import ChecksumMismatch, SchemaError, SeriesNotFound, VintageMissing, suggestion

EMBEDDED = "2026-07-17"
ARCHIVE = Path(__file__).parent / "archive"


def roots() -> tuple[Path, ...]:
    """Folders that hold vintages: the embedded archive, then the user's own (`data_home`)."""
    return (ARCHIVE, data_home())


def as_of_dates() -> tuple[str, ...]:
    """As-of dates of the vintages on disk, oldest first; a folder without a manifest does not count."""
    found = {manifest.parent.name for root in roots() for manifest in root.glob("*/manifest.csv")}
    return tuple(sorted(found))


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
    """
    for root in roots():
        if re.fullmatch(r"[\w.-]+", str(as_of)) and (root / str(as_of) / "manifest.csv").is_file():
            return root / str(as_of)
    raise VintageMissing(
        f"no vintage {as_of!r}; on disk are {', '.join(as_of_dates()) or 'none'}; "
        "`python -m econ data fetch` adds today's."
    )


def manifest(as_of: str = EMBEDDED) -> dict[str, Vintage]:
    """The files of a vintage, by table name.

    Raises
    ------
    SchemaError
        If the manifest lacks a column or a row is malformed.
    """
    return dict(_manifest((folder(as_of) / "manifest.csv").read_bytes(), str(as_of)))


@lru_cache(maxsize=16)
def _manifest(content: bytes, as_of: str) -> dict[str, Vintage]:
    files = {}
    for row in csv.DictReader(io.StringIO(content.decode("utf-8"))):
        try:
            files[Path(row["file"]).stem] = Vintage(
                as_of=as_of, publisher=row["publisher"], table=row["table"], url=row["url"],
                file=f"{as_of}/{row['file']}", sha256=row["sha256"], licence=row["licence"],
                retrieved_at=row.get("retrieved_at", ""),
            )  # fmt: skip
        except (KeyError, TypeError) as error:
            raise SchemaError(f"{as_of}/manifest.csv lacks column {error}; restore it from the repository.") from error
    return files


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
    if not path.is_file():
        raise VintageMissing(f"{files[name].file} is named in the manifest but absent; restore it from the repository.")
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != files[name].sha256:
        raise ChecksumMismatch(
            f"{files[name].file} was changed: expected sha256 {files[name].sha256}, found {found}; "
            "restore it from the repository."
        )
    return content, files[name]


def read_table(name: str, as_of: str = EMBEDDED) -> tuple[pd.DataFrame, Vintage]:
    """A table of a vintage as a frame (text dates, float values), with the file behind it.

    Raises
    ------
    SchemaError
        If the file cannot be parsed; and as `table_bytes`.
    """
    content, vintage = table_bytes(name, as_of)
    return _parsed(content, vintage.file), vintage


@lru_cache(maxsize=256)
def _parsed(content: bytes, file: str) -> pd.DataFrame:
    text = dict.fromkeys(("date", "holder", "printed", "series", "item", "unit", "notes"), str)
    try:
        frame = pd.read_csv(io.BytesIO(content), dtype=text, keep_default_na=False, na_values={"value": [""]})
        for column in frame.columns.difference(list(text)):
            frame[column] = pd.to_numeric(frame[column])
    except (ValueError, UnicodeDecodeError, pd.errors.ParserError) as error:
        raise SchemaError(f"{file} cannot be read: {error}.") from error
    if "date" not in frame.columns or frame.empty:
        raise SchemaError(f"{file} has no dated rows; restore it from the repository.")
    return frame


def verify_archive(as_of: str = EMBEDDED) -> tuple[Vintage, ...]:
    """Rehash every file of a vintage; return the files, or raise as `table_bytes` does."""
    return tuple(table_bytes(name, as_of)[1] for name in manifest(as_of))
