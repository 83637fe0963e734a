"""`Vintage`: one file as one publisher served it on one date."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Vintage:
    """A file behind a number.

    Parameters
    ----------
    as_of : str
        ISO date on which the publisher's figures were current.
    publisher : str
        Who published them.
    table : str
        Official table or series name.
    url : str
        Official address, without secrets.
    file : str
        Path inside the store, relative.
    sha256 : str
        Checksum of the file, verified when it is read.
    licence : str
        Terms of redistribution.
    """

    as_of: str
    publisher: str
    table: str
    url: str
    file: str
    sha256: str
    licence: str
