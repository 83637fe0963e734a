"""Write a file whole or not at all: the one place of the package where bytes go to a disk."""

from __future__ import annotations

import contextlib
import filecmp
import math
import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from econ.errors import EconError, WriteError

_BESIDE = re.compile(r"\..+\.[0-9a-f]{8}")
HOUR = 3600.0
"""Seconds after which a temporary file has no writer any more."""


def write_atomic(path: Path, content: bytes | memoryview) -> bool:
    """Write ``content`` to a temporary file beside ``path``, then rename it; leave an equal file alone.

    Who may read it is what the user's umask says. A writer that is killed leaves the temporary file, hidden, which
    `sweep` takes away; ``path`` is then as it was.

    Parameters
    ----------
    path : Path
        Where to write; its folder is made if it is not there.
    content : bytes or memoryview
        What to write.

    Returns
    -------
    bool
        Whether the file changed.

    Raises
    ------
    WriteError
        If the disk is full or the folder cannot be written; ``path`` is then as it was.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [write_atomic(Path(folder) / "a" / "b.txt", b"text") for _ in range(2)]
    [True, False]
    """
    with writing(f"the file {path}", "what was there stays; free the disk or the folder, and run again."):
        if path.is_file() and path.read_bytes() == content:
            return False
        with atomic_stream(path) as stream:
            stream.write(content)
    return True


def renew(path: Path) -> None:
    """Make the time of a file now and leave its bytes alone: make compares times.

    Raises
    ------
    WriteError
        If the file is not there or its time cannot be set.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     renew(Path(folder) / "x")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    econ.errors.WriteError: the time of ... cannot be written (No such file or directory); ...
    """
    with writing(f"the time of {path}", "make the folder writable, and run again."):
        os.utime(path)


@contextlib.contextmanager
def atomic_stream(path: Path) -> Iterator[IO[bytes]]:
    """A file to be written in the block, bit by bit; it has its name only if the block succeeds.

    Where a file of that name holds the same bytes, it is left alone.

    Parameters
    ----------
    path : Path
        Where to write; its folder is made if it is not there.

    Raises
    ------
    WriteError
        If the disk is full or the folder cannot be written; ``path`` is then as it was.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_stream(Path(folder) / "b.txt") as stream:
    ...         _ = stream.write(b"te"), stream.write(b"xt")
    ...     (Path(folder) / "b.txt").read_bytes()
    b'text'
    """
    with writing(f"the file {path}", "what was there stays; free the disk or the folder, and run again."):
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        try:
            with os.fdopen(handle, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            if path.is_file() and filecmp.cmp(beside, path, shallow=False):
                beside.unlink()
            else:
                beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise


@dataclass(frozen=True)
class ArrayFile:
    """An array of floats on the disk whose rows are written where they belong, by any thread or process at once.

    Parameters
    ----------
    path : Path
        The file.
    start : int
        Byte at which the first row begins.
    shape : tuple of int
        Of the array.
    """

    path: Path
    start: int
    shape: tuple[int, ...]

    def write(self, first: int, rows: Any) -> None:
        """Write rows from number ``first`` on.

        Raises
        ------
        WriteError
            If they cannot be written.
        """
        import numpy as np

        content = np.ascontiguousarray(rows, dtype=np.float64)
        with writing(f"the file {self.path}", _OTHER_FOLDER), self.path.open("rb+") as stream:
            stream.seek(self.start + first * math.prod(self.shape[1:]) * content.itemsize)
            stream.write(content.data.cast("B"))


_OTHER_FOLDER = "what was there stays; free the disk or give another folder, and run again."


@contextlib.contextmanager
def array_file(path: Path, shape: tuple[int, ...]) -> Iterator[ArrayFile]:
    """An array of floats on the disk (``.npy``) to be written in the block; it has its name only if the block succeeds.

    Parameters
    ----------
    path : Path
        Where to write; its folder is made if it is not there, a file of that name is replaced.
    shape : tuple of int
        Of the array.

    Raises
    ------
    WriteError
        If there is no room for all of it, before the block begins, or the folder cannot be written.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with array_file(Path(folder) / "a.npy", (2, 3)) as array:
    ...         array.write(1, [[1.0, 2.0, 3.0]])
    ...     (Path(folder) / "a.npy").stat().st_size
    176
    """
    import numpy as np

    with writing(f"the file {path}", _OTHER_FOLDER):
        new = not path.parent.exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path.parent)
        beside = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}")
        try:
            start = np.lib.format.open_memmap(beside, mode="w+", dtype=np.float64, shape=shape).offset
            if hasattr(os, "posix_fallocate"):  # a full disk is told now, not amid the work
                with beside.open("rb+") as stream:
                    os.posix_fallocate(stream.fileno(), 0, beside.stat().st_size)
            yield ArrayFile(beside, start, shape)
            with beside.open("rb+") as stream:
                os.fsync(stream.fileno())
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            if new:
                with contextlib.suppress(OSError):  # somebody else's file may be there by now
                    path.parent.rmdir()
            raise


@contextlib.contextmanager
def writing(what: str, cure: str) -> Iterator[None]:
    """Turn what the system says about a full or closed disk into a message.

    Parameters
    ----------
    what : str
        What is being written, with its name.
    cure : str
        What is left as it was, and what to do.

    Raises
    ------
    WriteError
        For any `OSError` of the block; in its own words if the block writes inside another one.

    Examples
    --------
    >>> with writing("the file x", "give another folder."):
    ...     raise OSError(28, "No space left on device")
    Traceback (most recent call last):
    econ.errors.WriteError: the file x cannot be written (No space left on device); give another folder.
    """
    try:
        yield
    except (OSError, EconError) as error:
        if isinstance(error, EconError) and not isinstance(error, WriteError):  # some are an OSError too
            raise
        told = error.__cause__ if isinstance(error, WriteError) else error
        reason = getattr(told, "strerror", None) or told
        raise WriteError(f"{what} cannot be written ({reason}); {cure}") from told


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """An empty folder of the system's for temporary files, taken away afterwards.

    Raises
    ------
    WriteError
        If there is no room for one.

    Examples
    --------
    >>> with scratch() as folder:
    ...     write_atomic(folder / "x", b"text")
    True
    """
    with writing("a folder for temporary files", "free the disk, or set TMPDIR to another folder."):
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    with folder as name:
        yield Path(name)


def nameless() -> IO[bytes]:
    """A temporary file without a name, gone once nobody has it open.

    Raises
    ------
    WriteError
        If there is no room for one.

    Examples
    --------
    >>> with nameless() as file:
    ...     file.write(b"text")
    4
    """
    with writing("a temporary file", "free the disk, or set TMPDIR to another folder."):
        return tempfile.TemporaryFile()


def sweep(folder: Path) -> int:
    """Take away temporary files that killed writers left in a folder; those of an hour ago, so of nobody at work.

    The disk's own clock is asked, by a file, so that machines that share a folder agree.

    Parameters
    ----------
    folder : Path
        Where to look, not below; it need not exist.

    Returns
    -------
    int
        How many were taken away.

    Raises
    ------
    WriteError
        If the folder cannot be written.
    """
    old = [path for path in folder.glob(".*") if _BESIDE.fullmatch(path.name) and path.is_file()]
    if not old:
        return 0
    with writing(f"the folder {folder}", "what is in it stays; make it writable, and run again."):
        clock = folder / f".clock.{secrets.token_hex(4)}"
        clock.touch()
        now = clock.stat().st_mtime
        clock.unlink()
        gone = [path for path in old if path.is_file() and path.stat().st_mtime < now - HOUR]
        for path in gone:
            path.unlink(missing_ok=True)
    return len(gone)
