"""What every parser shares: bytes in, numbered lines, strict numbers, a tidy frame out.

A parser never guesses. Each layout states its header, its separators, its marks for "missing" and its
identities; whatever departs from them is a `SchemaError` that names file, line and reason.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NoReturn

import numpy as np
import pandas as pd

from econ.errors import SchemaError, VintageMissing

LARGEST = 64 * 2**20
"""Bytes, unpacked: ten times the largest official file."""

# An exponent must be negative: one stray letter must not turn 25 into 2e5.
_NUMBER = r"-?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?(?:[eE]-[0-9]{1,3})?"
_NUMBER_LINE = re.compile(rf"(?:{_NUMBER}\n)*")
_NUMBER_CELL = re.compile(_NUMBER)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Source:
    """An official file in memory.

    Parameters
    ----------
    name : str
        File name for messages; ``"bytes"`` when none is known.
    content : bytes
        The file, unpacked.
    also : frozenset of str
        Printed holder names that the caller vouches for, beside those known.
    series : str
        The one series that the file must hold, if the caller knows it.
    """

    name: str
    content: bytes
    also: frozenset[str] = frozenset()
    series: str = ""

    def fail(self, line: int | str, reason: str) -> NoReturn:
        """Raise `SchemaError` with file, line and reason."""
        raise SchemaError(f"{self.name} line {line}: {reason}")

    @cached_property
    def text(self) -> str:
        """The file as text: UTF-16 where a byte-order mark says so, UTF-8 otherwise."""
        encoding = "utf-16" if self.content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        try:
            text = self.content.decode(encoding)
        except UnicodeDecodeError as error:
            self.fail(self.content[: error.start].count(b"\n") + 1, f"bytes that are not {encoding} text: {error}.")
        if "\0" in text:
            self.fail(text[: text.index("\0")].count("\n") + 1, "a zero byte; this is not the publisher's text file.")
        if not text.strip():
            self.fail(1, "the file is empty.")
        return text

    @cached_property
    def lines(self) -> list[str]:
        """Lines without their line ends; the first is line 1 in messages."""
        return [line.removesuffix("\r") for line in self.text.removesuffix("\n").split("\n")]

    def complete_lines(self) -> list[str]:
        """Lines of a file that must end with a line end: a cut number looks like a number."""
        if not self.text.endswith("\n"):
            self.fail(len(self.lines), "the last line is cut; download the file again.")
        return self.lines

    def numbers(self, cells: Sequence[str], lines: Sequence[int], *, missing: str | None) -> np.ndarray:
        """Turn one column of cells into floats, NaN where ``missing`` is printed.

        Parameters
        ----------
        cells : sequence of str
            One cell a row, without quotes.
        lines : sequence of int
            Line of each cell.
        missing : str or None
            The one mark for "not available", or None if there is none.
        """
        present = [cell for cell in cells if cell != missing]
        if _NUMBER_LINE.fullmatch("\n".join([*present, ""])) is None:
            for cell, line in zip(cells, lines, strict=True):
                if cell != missing and _NUMBER_CELL.fullmatch(cell) is None:
                    self.fail(line, f"expected a number, found {cell[:40]!r}.")
        values = np.array([cell.replace(",", "") for cell in present], dtype=object).astype(float)
        if not np.isfinite(values).all():
            self.fail(lines[0], "a number is too large for any official figure.")
        if len(present) == len(cells):
            return values
        out = np.full(len(cells), np.nan)
        out[np.fromiter((cell != missing for cell in cells), bool, len(cells))] = values
        return out

    def months(self, cells: Sequence[str], lines: Sequence[int]) -> pd.PeriodIndex:
        """Turn ``YYYY-MM`` cells into months."""
        for cell, line in zip(cells, lines, strict=True):
            if _MONTH.fullmatch(cell) is None:
                self.fail(line, f"expected a month YYYY-MM, found {cell[:40]!r}.")
        codes = [(int(cell[:4]) - 1970) * 12 + int(cell[5:]) - 1 for cell in cells]
        return pd.PeriodIndex(np.array(codes, dtype="datetime64[M]"), freq="M")

    def days(self, cells: Sequence[str], lines: Sequence[int], *, form: str) -> pd.DatetimeIndex:
        """Turn cells of one ``strptime`` form into days."""
        for cell, line in zip(cells, lines, strict=True):
            if _DAYS[form].fullmatch(cell) is None:
                self.fail(line, f"expected a date {form}, found {cell[:40]!r}.")
        dates = pd.to_datetime(pd.Series(list(cells), dtype=object), format=form, errors="coerce", exact=True)
        if dates.isna().any():
            where = int(np.argmax(dates.isna().to_numpy()))
            self.fail(lines[where], f"expected a date {form}, found {cells[where][:40]!r}.")
        outside = (dates.dt.year < 1800) | (dates.dt.year > 2100)
        if outside.any():
            where = int(np.argmax(outside.to_numpy()))
            self.fail(lines[where], f"year {dates.iloc[where].year} lies outside 1800-2100.")
        return pd.DatetimeIndex(dates)

    def ascending(self, dates: pd.Index, lines: Sequence[int]) -> None:
        """Refuse dates that do not go up: repeated or reordered lines."""
        order = dates.asi8  # type: ignore[attr-defined]
        bad = np.flatnonzero(np.diff(order) <= 0)
        if bad.size:
            where = int(bad[0]) + 1
            self.fail(
                lines[where], f"date {dates[where]} stands after {dates[where - 1]}; lines repeated or reordered?"
            )

    def consecutive(self, dates: pd.PeriodIndex, lines: Sequence[int]) -> None:
        """Refuse periods that jump: a line is lost."""
        self.ascending(dates, lines)
        bad = np.flatnonzero(np.diff(dates.asi8) != 1)
        if bad.size:
            where = int(bad[0]) + 1
            self.fail(lines[where], f"{dates[where]} follows {dates[where - 1]}; a line is missing between them.")

    def unique(self, keys: Sequence[tuple[object, ...]], lines: Sequence[int]) -> None:
        """Refuse a key that stands on two lines."""
        seen: dict[tuple[object, ...], int] = {}
        for key, line in zip(keys, lines, strict=True):
            if key in seen:
                self.fail(line, f"{' '.join(map(str, key))} stands already on line {seen[key]}.")
            seen[key] = line


def split_quoted(line: str, mark: str) -> list[str]:
    """Cells of a line; quotes may enclose whole cells only, anything else leaves the line in one piece.

    Examples
    --------
    >>> split_quoted('"China, Mainland",41408,"5,367"', ",")
    ['China, Mainland', '41408', '5,367']
    """
    if '"' not in line:
        return line.split(mark)
    cell = rf'(?:"[^"]*"|[^"{mark}]*)'
    if re.fullmatch(f"{cell}(?:{mark}{cell})*", line) is None:
        return [line]
    cells = re.findall(f"(?:^|{mark})({cell})", line)
    return [found[1:-1] if found[:1] == '"' else found for found in cells]


_MONTH = re.compile(r"(?:18|19|20)[0-9]{2}-(?:0[1-9]|1[0-2])")


_DAYS = {
    "%Y-%m-%d": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "%Y/%m/%d": re.compile(r"[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}"),
    "%m/%d/%Y": re.compile(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}"),
    "%d-%b-%Y": re.compile(r"[0-9]{2}-[A-Z][a-z]{2}-[0-9]{4}"),
}
"""Forms of dates that publishers print; a digit too few is no date."""


def read_source(source: str | Path | bytes, *, also: Sequence[str] = (), series: str = "") -> Source:
    """Load an official file, unpacking gzip up to `LARGEST` bytes.

    Raises
    ------
    VintageMissing
        If the path does not exist.
    SchemaError
        If the file is empty, larger than `LARGEST`, or a broken gzip file.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        name, content = "bytes", bytes(source)
    else:
        path = Path(source)
        if not path.is_file():
            raise VintageMissing(f"no file {path.name!r} to parse; check the path.")
        name = path.name
        if path.stat().st_size > LARGEST:
            raise SchemaError(f"{name} line 1: larger than {LARGEST} bytes; no official table is.")
        content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        content = gunzip(content, name)
    if len(content) > LARGEST:
        raise SchemaError(f"{name} line 1: larger than {LARGEST} bytes; no official table is.")
    return Source(name, content, frozenset(also), series)


def gunzip(content: bytes, name: str) -> bytes:
    """Unpack gzip, stopping at `LARGEST` bytes.

    Raises
    ------
    SchemaError
        If the stream is damaged, cut, or unpacks to more.
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            out = stream.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise SchemaError(f"{name} line 1: damaged gzip file ({error}); download it again.") from error
    if len(out) > LARGEST:
        raise SchemaError(f"{name} line 1: unpacks to more than {LARGEST} bytes; refused as a decompression bomb.")
    return out


@dataclass(frozen=True, eq=False)
class Wide:
    """A parsed table before it is made long: rows of cells with one date and one name each.

    Parameters
    ----------
    dates : PeriodIndex or DatetimeIndex (n,)
        Date of each row.
    names : list of str (n,)
        Holder or series of each row.
    printed : list of str (n,) or None
        Holder as printed.
    items : sequence of str (k,)
        Meaning of each column.
    values : ndarray (n, k)
        NaN where nothing was published.
    units : str
        Units of every value.
    notes : list of str (n,) or str
        Vintage and series notes.
    """

    dates: pd.PeriodIndex | pd.DatetimeIndex
    names: Sequence[str]
    printed: Sequence[str] | None
    items: Sequence[str]
    values: np.ndarray
    units: str
    notes: Sequence[str] | str = ""

    def tidy(self, key: str) -> pd.DataFrame:
        """One row a published number: ``date``, ``key``, ``item``, ``value``, ``unit``, ``notes`` (and ``printed``)."""
        rows, columns = np.nonzero(np.isfinite(self.values))
        order = np.asarray(self.items, dtype=object)
        out = {
            "date": self.dates[rows],
            key: np.asarray(self.names, dtype=object)[rows],
            "item": order[columns],
            "value": self.values[rows, columns],
            "unit": np.full(len(rows), self.units, dtype=object),
            "notes": np.full(len(rows), self.notes, dtype=object)
            if isinstance(self.notes, str)
            else np.asarray(self.notes, dtype=object)[rows],
        }
        if self.printed is not None:
            out["printed"] = np.asarray(self.printed, dtype=object)[rows]
        return pd.DataFrame(out)
