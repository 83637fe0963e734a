"""Read an old workbook (.xls) with the standard library: the cells of one sheet, nothing else.

The container is the compound file of [MS-CFB], the records are BIFF8 of [MS-XLS]. Macros, links and formats are
not looked at; formulas give their stored numbers.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from econ.data.parsers.source import Source

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = 0xFFFFFFFC  # this and larger sector numbers end a chain
_SST, _CONTINUE, _BOF, _EOF, _SHEET, _LOCKED = 0xFC, 0x3C, 0x809, 0x0A, 0x85, 0x2F
_LABEL, _NUMBER, _RK, _MULRK, _FORMULA = 0xFD, 0x203, 0x27E, 0xBD, 0x06


def is_old_workbook(content: bytes) -> bool:
    """Whether the bytes are a compound file, as .xls files are."""
    return content[:8] == _MAGIC


def _chain(content: bytes, table: tuple[int, ...], start: int, size: int) -> bytes:
    """Join the sectors of a chain; a loop or a hole raises ValueError."""
    parts, seen = [], set()
    while start < _END:
        if start in seen or start >= len(table):
            raise ValueError("a chain of sectors loops or leaves the file")
        seen.add(start)
        parts.append(content[(start + 1) * size : (start + 2) * size])
        start = table[start]
    return b"".join(parts)


def _stream(content: bytes) -> bytes:
    """The stream named Workbook of a compound file."""
    shift, mini_shift = struct.unpack_from("<HH", content, 30)
    if shift not in (9, 12) or mini_shift != 6:
        raise ValueError("unusual sector size")
    size = 1 << shift
    count, directory, _, cutoff, mini_start, _, extra, _ = struct.unpack_from("<8I", content, 44)
    sectors = list(struct.unpack_from("<109I", content, 76))
    if count > 109 or extra < _END:
        raise ValueError("more sectors than a workbook of this kind has")
    table = tuple(
        number
        for sector in sectors[:count]
        for number in struct.unpack_from(f"<{size // 4}I", content, (sector + 1) * size)
    )
    entries = _chain(content, table, directory, size)
    streams: dict[str, tuple[int, int]] = {}
    for offset in range(0, len(entries), 128):
        length = struct.unpack_from("<H", entries, offset + 64)[0]
        name = entries[offset : offset + max(length - 2, 0)].decode("utf-16-le")
        streams.setdefault(name, struct.unpack_from("<IQ", entries, offset + 116))
    start, length = streams["Workbook"]
    if length < cutoff:
        root, mini_length = streams["Root Entry"]
        small = b"\0" * 64 + _chain(content, table, root, size)[:mini_length]
        links = _chain(content, table, mini_start, size)
        return _chain(small, struct.unpack(f"<{len(links) // 4}I", links), start, 64)[:length]
    return _chain(content, table, start, size)[:length]


def _records(stream: bytes) -> Iterator[tuple[int, int, list[bytes]]]:
    """Offset, kind and pieces of each record; a CONTINUE adds a piece to the record before it."""
    offset, pending = 0, None
    while offset + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, offset)
        piece = stream[offset + 4 : offset + 4 + length]
        if len(piece) != length:
            raise ValueError("a record is cut")
        if kind == _CONTINUE and pending is not None:
            pending[2].append(piece)
        else:
            if pending is not None:
                yield pending
            pending = (offset, kind, [piece])
        offset += 4 + length
    if pending is not None:
        yield pending


def _strings(pieces: list[bytes]) -> list[str]:
    """Strings of the shared table; characters may go on in the next piece after a new width flag."""
    count = struct.unpack_from("<I", pieces[0], 4)[0]
    place, at, out = 0, 8, []
    for _ in range(count):
        if at >= len(pieces[place]):
            place, at = place + 1, 0
        left, flags = struct.unpack_from("<HB", pieces[place], at)
        at += 3
        runs = struct.unpack_from("<H", pieces[place], at)[0] if flags & 8 else 0
        at += 2 if flags & 8 else 0
        phonetic = struct.unpack_from("<I", pieces[place], at)[0] if flags & 4 else 0
        at += 4 if flags & 4 else 0
        text, wide = "", flags & 1
        while True:
            step = 2 if wide else 1
            take = min(left, (len(pieces[place]) - at) // step)
            text += pieces[place][at : at + take * step].decode("utf-16-le" if wide else "latin-1")
            at, left = at + take * step, left - take
            if not left:
                break
            place, at = place + 1, 1
            wide = pieces[place][0] & 1
        at += 4 * runs + phonetic
        while at > len(pieces[place]) and place + 1 < len(pieces):
            at, place = at - len(pieces[place]), place + 1
        out.append(text)
    return out


def _rk(code: int) -> float:
    """Number packed in 30 bits."""
    if code & 2:
        value = float(code >> 2 if code < 1 << 31 else (code >> 2) - (1 << 30))
    else:
        value = struct.unpack("<d", struct.pack("<Q", (code & 0xFFFFFFFC) << 32))[0]
    return value / 100 if code & 1 else value


def _text(value: float) -> str:
    """Shortest text of a stored number: 2020.01, not 2020.0100000000000001."""
    return str(int(value)) if value == int(value) else repr(round(value, 10))


def _cells(kind: int, body: bytes, shared: list[str]) -> Iterator[tuple[int, int, str]]:
    """Row, column (from 0) and text of the cells of one record."""
    if kind in (_LABEL, _NUMBER, _RK, _FORMULA):
        row, column = struct.unpack_from("<HH", body)
        if kind == _LABEL:
            yield row, column, shared[struct.unpack_from("<I", body, 6)[0]]
        elif kind == _RK:
            yield row, column, _text(_rk(struct.unpack_from("<I", body, 6)[0]))
        elif kind == _FORMULA and body[12:14] == b"\xff\xff":
            raise ValueError("a formula that gives no number")
        else:
            yield row, column, _text(struct.unpack_from("<d", body, 6)[0])
    elif kind == _MULRK:
        row, first = struct.unpack_from("<HH", body)
        for place in range((len(body) - 6) // 6):
            yield row, first + place, _text(_rk(struct.unpack_from("<I", body, 4 + 6 * place + 2)[0]))


def _sheet_name(body: bytes) -> str:
    length, wide = body[6], body[7] & 1
    return body[8 : 8 + length * (1 + wide)].decode("utf-16-le" if wide else "latin-1")


def _grid(content: bytes, sheet: str | None) -> dict[tuple[int, int], str]:
    shared: list[str] = []
    start: int | None = None
    grid: dict[tuple[int, int], str] = {}
    inside = False
    for offset, kind, pieces in _records(_stream(content)):
        if kind == _LOCKED:
            raise ValueError("the workbook is encrypted")
        if kind == _SST:
            shared = _strings(pieces)
        elif kind == _SHEET and start is None and sheet in (None, _sheet_name(pieces[0])):
            start = struct.unpack_from("<I", pieces[0])[0]
        elif kind == _BOF and offset == start:
            inside = True
        elif kind == _EOF and inside:
            return grid
        elif inside:
            for row, column, text in _cells(kind, pieces[0], shared):
                if (row, column) in grid:
                    raise ValueError(f"the cell in row {row + 1} and column {column + 1} stands twice")
                grid[row, column] = text.replace("\xa0", " ")
    raise ValueError(f"sheet {sheet or 'one'} is missing or cut")


def old_workbook_lines(source: Source, sheet: str | None = None) -> list[list[str]]:
    """Rows of a sheet (the first, unless named) as text, every row as wide as the widest; row 1 is the first.

    Raises
    ------
    SchemaError
        For anything but a sound, unencrypted workbook.
    """
    try:
        grid = _grid(source.content, sheet)
    except (struct.error, ValueError, KeyError, IndexError, OverflowError) as error:
        source.fail(1, f"damaged workbook ({type(error).__name__}: {error}); download it again.")
    if not grid:
        source.fail(1, "the sheet is empty.")
    height, width = max(row for row, _ in grid) + 1, max(column for _, column in grid) + 1
    return [[grid.get((row, column), "") for column in range(width)] for row in range(height)]
