"""The archive itself: stored members, fixed dates, one list of checks; refused unless it is just that."""

from __future__ import annotations

import hashlib
import io
import math
import struct
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

from econ.errors import ChecksumMismatch, ResultMissing, SchemaError

HEADER, SUMS = "econ.json", "SHA256SUMS"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The date of every member: the earliest that the format has, so that equal results are equal bytes."""
MOST_HEADER = 10_000
"""Bytes within which an array says its shape; a longer one is not ours."""
PIECE = 1 << 18
"""Bytes written at once."""
_DAMAGE = (zipfile.BadZipFile, EOFError, LookupError, RuntimeError, ValueError, struct.error)
"""What the library says of archives that are none."""
AGAIN = "save the result once more, or take a copy that is whole"


def pack(stream: IO[bytes], header: bytes, arrays: Iterable[np.ndarray[Any, Any]]) -> None:
    """Write an archive: ``econ.json``, ``arrays/0.npy``, ... and ``SHA256SUMS``, which sha256sum can check.

    Arrays go to the file piece by piece, each summed on its way, so that no second copy of them is made.
    """
    sums = []
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        sums.append(_put(archive, HEADER, [header]))
        for number, array in enumerate(arrays):
            top = io.BytesIO()
            np.lib.format.write_array_header_1_0(top, np.lib.format.header_data_from_array_1_0(array))
            body = array.reshape(-1).view(np.uint8).data if array.size else b""
            sums.append(_put(archive, f"arrays/{number}.npy", [top.getvalue(), body]))
        _put(archive, SUMS, ["".join(sums).encode()])


def _put(archive: zipfile.ZipFile, name: str, parts: list[Any]) -> str:
    """Write one member; its line in the list of checks."""
    member = zipfile.ZipInfo(name, FIRST_DAY)
    member.create_system, member.external_attr = 3, 0o644 << 16  # the same on every system
    member.file_size = sum(len(part) for part in parts)
    digest = hashlib.sha256()
    with archive.open(member, "w") as stream:
        for part in parts:
            for start in range(0, len(part), PIECE):  # small enough to stay in the cache from the sum to the file
                piece = part[start : start + PIECE]
                digest.update(piece)
                stream.write(piece)
    return f"{digest.hexdigest()}  {name}\n"


def unpacked(path: Path) -> tuple[bytes, list[np.ndarray[Any, Any]]]:
    """Header and arrays of an archive, each checked against its sum.

    Raises
    ------
    ResultMissing
        If there is no such file.
    SchemaError
        If it is no archive of ours: truncated, compressed, with other members or with paths.
    ChecksumMismatch
        If a member is not what the list of checks says.
    """
    if not path.is_file():
        raise ResultMissing(f"there is no file {path}; econ.save(result, path) writes one.")
    try:
        with zipfile.ZipFile(path) as archive:
            names = _members(archive, path)
            content = {name: archive.read(name) for name in names}
    except SchemaError:
        raise
    except OSError as error:
        raise SchemaError(f"{path} cannot be read ({error.strerror or error}); {AGAIN}.") from error
    except _DAMAGE as error:
        raise SchemaError(f"{path} is no whole file of econ.save ({error}); {AGAIN}.") from error
    _check_sums(content, path)
    count = len(content) - 2
    return content[HEADER], [_array(content.pop(f"arrays/{each}.npy"), path) for each in range(count)]


def _members(archive: zipfile.ZipFile, path: Path) -> list[str]:
    """Names of the members, if they are those of a file of ours; nothing has been read yet."""
    members = archive.infolist()
    found = [each.filename for each in members]
    wanted = {HEADER, SUMS, *(f"arrays/{number}.npy" for number in range(len(found) - 2))}
    if len(found) != len(set(found)) or set(found) != wanted:
        strange = sorted(set(found) - wanted) or sorted(wanted - set(found)) or ["a member twice"]
        raise SchemaError(f"{path} is no file of econ.save: {strange[0][:80]!r} should not be so; {AGAIN}.")
    packed_up = [each.filename for each in members if each.compress_type != zipfile.ZIP_STORED or each.flag_bits & 1]
    if packed_up or sum(each.file_size for each in members) > path.stat().st_size:
        raise SchemaError(
            f"{path} is no file of econ.save: its members are compressed or larger than the file, as in an archive "
            f"that fills the memory; {AGAIN}."
        )
    return found


def _check_sums(content: Mapping[str, bytes], path: Path) -> None:
    lines = (line.partition("  ") for line in content[SUMS].decode("ascii", "replace").splitlines())
    listed = {name: sum_ for sum_, _, name in lines}
    for name in content.keys() - {SUMS} | listed.keys():
        found = hashlib.sha256(content.get(name, b"")).hexdigest()
        if listed.get(name) != found:
            raise ChecksumMismatch(
                f"{name} in {path} was changed after it was saved: its sha256 is {found[:12]}..., the file says "
                f"{str(listed.get(name))[:12]}...; {AGAIN}."
            )


def _array(content: bytes, path: Path) -> np.ndarray[Any, Any]:
    """The array of a member; numbers and words only, of just the bytes that there are."""
    stream = io.BytesIO(content)
    try:
        if np.lib.format.read_magic(stream) != (1, 0):
            raise ValueError("another version of the format of arrays")
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream, max_header_size=MOST_HEADER)
        size = math.prod(shape) * dtype.itemsize
        known = dtype.kind in "biufcU" and dtype.itemsize > 0 and not fortran and min(shape, default=0) >= 0
        if not known or size != len(content) - stream.tell():
            raise ValueError(f"{dtype} of the shape {shape}")
    except (ValueError, TypeError, OverflowError) as error:
        raise SchemaError(f"{path} holds an array that econ.save does not write: {error}; {AGAIN}.") from error
    return np.frombuffer(content, dtype=dtype, offset=stream.tell()).reshape(shape).copy()
