"""Read a workbook (.xlsx) with the standard library: a zip of XML, within limits, never executed."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING

from econ.data.parsers.plain_xml import Entities, plain_xml
from econ.data.parsers.source import LARGEST, Source

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_MEMBERS = 200
_CELLS = 2_000_000
_DAMAGE = (zipfile.BadZipFile, zlib.error, LookupError, ValueError, OSError, EOFError, RuntimeError)


def is_workbook(content: bytes) -> bool:
    """Whether the bytes are a zip archive, as .xlsx files are."""
    return content[:4] == b"PK\x03\x04"


def _member(source: Source, archive: zipfile.ZipFile, name: str) -> ET.Element:
    """Parse one XML member; entities are refused, so nothing can expand."""
    if name not in archive.namelist():
        source.fail(name, "the workbook lacks this part.")
    with archive.open(name) as stream:
        content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        source.fail(name, "the workbook part is too large.")
    try:
        return plain_xml(content)
    except Entities as error:
        source.fail(name, f"the workbook part is refused: {error}.")


def _open(source: Source) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(source.content))
    members = archive.infolist()
    if len(members) > _MEMBERS or sum(member.file_size for member in members) > LARGEST:
        source.fail(1, f"more than {_MEMBERS} parts or {LARGEST} bytes; refused as a decompression bomb.")
    for member in members:
        if member.filename.startswith(("/", "\\")) or ".." in member.filename or ":" in member.filename:
            source.fail(member.filename, "an absolute or parent path in the archive; refused.")
    return archive


def archive_member(source: Source, file: str) -> bytes:
    """The one file of that name in a zip archive, whatever its folder.

    Raises
    ------
    SchemaError
        If the archive is damaged, too large, holds an absolute or parent path, or not exactly one such file.
    """
    try:
        archive = _open(source)
        found = [member for member in archive.infolist() if member.filename.rsplit("/", 1)[-1] == file]
        if len(found) != 1:
            source.fail(file, f"expected once in the archive, found {len(found)} times.")
        with archive.open(found[0]) as stream:
            content = stream.read(LARGEST + 1)
    except _DAMAGE as error:
        if type(error).__module__.startswith("econ."):
            raise
        source.fail(1, f"damaged archive ({type(error).__name__}: {error}); download it again.")
    if len(content) > LARGEST:
        source.fail(file, f"larger than {LARGEST} bytes; no official table is.")
    return content


def _first_sheet(source: Source, archive: zipfile.ZipFile) -> str:
    sheets = _member(source, archive, "xl/workbook.xml").find(f"{_MAIN}sheets")
    if sheets is None or len(sheets) == 0:
        source.fail("xl/workbook.xml", "the workbook names no sheet.")
    wanted = sheets[0].get(_LINK)
    for link in _member(source, archive, "xl/_rels/workbook.xml.rels"):
        if link.get("Id") == wanted:
            return "xl/" + str(link.get("Target")).removeprefix("/xl/")
    source.fail("xl/_rels/workbook.xml.rels", "the first sheet is not linked.")


def _column(reference: str) -> int:
    number = 0
    for letter in reference:
        number = number * 26 + ord(letter) - 64
    return number


def _grid(source: Source) -> dict[int, dict[int, str]]:
    archive = _open(source)
    shared: list[str] = []
    if "xl/sharedStrings.xml" in archive.namelist():
        for item in _member(source, archive, "xl/sharedStrings.xml"):
            runs = [*item.findall(f"{_MAIN}t"), *item.findall(f"{_MAIN}r/{_MAIN}t")]
            shared.append("".join(run.text or "" for run in runs))
    sheet = _first_sheet(source, archive)
    grid: dict[int, dict[int, str]] = {}
    for count, cell in enumerate(_member(source, archive, sheet).iter(f"{_MAIN}c")):
        place = re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", cell.get("r") or "")
        if count > _CELLS or place is None:
            source.fail(sheet, "a cell without a place, or too many cells.")
        value = cell.find(f"{_MAIN}v")
        text = "" if value is None or value.text is None else value.text
        if cell.get("t") == "s" and text:
            text = shared[int(text)]
        elif cell.get("t") == "inlineStr":
            text = "".join(run.text or "" for run in cell.iter(f"{_MAIN}t"))
        elif cell.get("t") == "e":
            source.fail(place.group(0), f"the cell holds the error {text}.")
        row = grid.setdefault(int(place.group(2)), {})
        if _column(place.group(1)) in row:
            source.fail(place.group(0), "the cell stands twice.")
        row[_column(place.group(1))] = text.replace("\xa0", " ")
    return grid


def workbook_lines(source: Source) -> list[list[str]]:
    """Rows of the first sheet as text, every row as wide as the widest; row 1 is the first.

    Raises
    ------
    SchemaError
        For anything but a sound workbook within the limits of size.
    """
    try:
        grid = _grid(source)
    except _DAMAGE as error:
        if type(error).__module__.startswith("econ."):
            raise
        source.fail(1, f"damaged workbook ({type(error).__name__}: {error}); download it again.")
    if not grid or max(grid) > 1_000_000:
        source.fail(1, "the first sheet is empty.")
    width = max(max(row) for row in grid.values())
    if width * max(grid) > 4 * _CELLS:
        source.fail(1, "the first sheet is larger than any official table.")
    return [[grid.get(row, {}).get(column, "") for column in range(1, width + 1)] for row in range(1, max(grid) + 1)]
