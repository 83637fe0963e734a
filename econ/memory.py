"""What is said when the system gives no more memory."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from econ.errors import EconError, OutOfMemory

LEAST = 512 * 2**20
"""Bytes of addresses below which numpy and scipy do not load: their BLAS then asks for ever and never ends."""
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
