"""What is said when the system gives no more memory."""

from __future__ import annotations

import contextlib
import math
import mmap
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from econ.errors import EconError, OutOfMemory

LEAST = 512 * 2**20
"""Bytes of addresses below which numpy and scipy do not load: their BLAS then asks for ever and never ends."""
HEAP = 2**25 - 2**16
"""Bytes just below the largest array that glibc keeps the memory of."""
_REFUSED = re.compile("failed to map segment|cannot allocate memory|can't start new thread", re.IGNORECASE)


def check_limit() -> None:
    """Refuse to start under a limit of memory (``ulimit -v``) under which the libraries hang instead of failing.

    Raises
    ------
    OutOfMemory
        If the limit is below `LEAST`.

    Examples
    --------
    >>> check_limit()
    """
    try:
        import resource
    except ImportError:  # Windows
        return
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit != resource.RLIM_INFINITY and limit < LEAST:
        raise OutOfMemory(
            f"this process may use {limit / 2**20:.0f} MB of memory, and the libraries need {LEAST / 2**20:.0f} to "
            "load; nothing was written; raise the limit (ulimit -v), and run again."
        )


def hold_heap() -> None:
    """Let the C library keep the memory of arrays up to 32 MB for the next ones, instead of giving it back each time.

    glibc does so from the first such array that is given back; one that nobody touches will do. Blocks of draws
    otherwise ask the system for the same pages again and again, and several threads wait for each other in doing so:
    31 pages a draw of a VAR(12) of six variables, two fifths of its time.

    Examples
    --------
    >>> hold_heap()
    """
    np.empty(HEAP, dtype=np.uint8)


def let_go(array: Any) -> None:
    """Give the memory of an array on the disk back to the system; what was written to it is not lost.

    Pages of a file that were once read or written stay with the process until then. An array in memory stays as it is.

    Parameters
    ----------
    array : array
        Any; of a `numpy.memmap` that was opened to read or to write.

    Examples
    --------
    >>> let_go(np.ones(3))
    """
    mapped = getattr(array, "_mmap", None)  # numpy gives no other way to it
    if mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)


def pieces(array: Any) -> Iterator[tuple[slice, Any]]:
    """Rows of an array on the disk, `HEAP` bytes at a time, each given back after use; one in memory as a whole.

    Parameters
    ----------
    array : array
        With rows along the first axis.

    Yields
    ------
    slice, array
        Which rows, and these.

    Examples
    --------
    >>> [part.shape for rows, part in pieces(np.ones((3, 2)))]
    [(3, 2)]
    """
    rows = max(1, HEAP // array[:1].nbytes) if isinstance(array, np.memmap) and array.size else max(1, len(array))
    for start in range(0, len(array), rows):
        yield slice(start, start + rows), array[start : start + rows]
        let_go(array)


def check_room(needed: int, what: str, *, cure: str) -> None:
    """Refuse, before any work, what cannot have the memory it must have.

    Parameters
    ----------
    needed : int
        Bytes, at the least.
    what : str
        What needs them, in the plural.
    cure : str
        What needs less.

    Raises
    ------
    OutOfMemory
        If they are more than the limit of the process (``ulimit -v``) leaves, or than the machine has.

    Examples
    --------
    >>> check_room(2**60, "the draws", cure="ask for fewer.")
    Traceback (most recent call last):
    econ.errors.OutOfMemory: the draws need 1,152,921,504,607 MB of memory, ...
    """
    left = _room()
    if needed > left:
        raise OutOfMemory(
            f"{what} need {needed / 1e6:,.0f} MB of memory, and this process may use {max(left, 0) / 1e6:,.0f} more; "
            f"nothing was begun; {cure}"
        )


def _room() -> float:
    """Bytes that this process may still ask for: by its own limit, and by what the machine has in all."""
    try:
        import resource
    except ImportError:  # Windows
        return math.inf
    machine = float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return machine if limit == resource.RLIM_INFINITY else min(machine, limit - _taken())


def _taken() -> int:
    """Bytes of addresses in use; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


@contextlib.contextmanager
def within_memory(what: str) -> Iterator[None]:
    """Turn what the system says when it gives no more memory into a message.

    Parameters
    ----------
    what : str
        What was being done.

    Raises
    ------
    OutOfMemory
        If memory for an array, a thread or a library was refused.

    Examples
    --------
    >>> with within_memory("the exhibit 'x'"):
    ...     raise MemoryError("Unable to allocate 7 GiB")
    Traceback (most recent call last):
    econ.errors.OutOfMemory: the exhibit 'x' needs more memory than it may use (Unable to allocate 7 GiB); nothing was
    half written; raise the limit (ulimit -v), end other programs or use fewer workers, and run again.
    """
    try:
        yield
    except (MemoryError, RuntimeError, ImportError, OSError) as error:
        if isinstance(error, EconError) or not (isinstance(error, MemoryError) or _REFUSED.search(str(error))):
            raise
        raise OutOfMemory(
            f"{what} needs more memory than it may use ({str(error) or 'refused by the system'}); nothing was half "
            "written; raise the limit (ulimit -v), end other programs or use fewer workers, and run again."
        ) from error
