"""Write a file whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_atomic(path: Path, content: bytes) -> bool:
    """Write ``content`` to a temporary file beside ``path``, then rename it; leave an equal file alone.

    Who may read it is what the user's umask says.

    Parameters
    ----------
    path : Path
        Where to write; its folder must exist.
    content : bytes
        What to write.

    Returns
    -------
    bool
        Whether the file changed.

    Raises
    ------
    OSError
        If the disk is full or the folder cannot be written; ``path`` is then as it was.
    """
    if path.is_file() and path.read_bytes() == content:
        return False
    beside = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return True
