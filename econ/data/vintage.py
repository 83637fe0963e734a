"""`Vintage`: one file as one publisher served it on one date."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from econ.errors import SpecificationError
from econ.frozen import guarded


@guarded
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
        Address that was asked, without secrets: the publisher's, or that of a mirror; several, with blanks between,
        where a table is made of several files.
    file : str
        Path inside the store, relative.
    sha256 : str
        Checksum of the file, verified when it is read.
    licence : str
        Terms of redistribution.
    retrieved_at : str
        When it was downloaded, by the publisher's clock; empty in the embedded archive.
    frame : DataFrame or None
        The file as parsed, right after a download; takes no part in comparisons.
    """

    as_of: str
    publisher: str
    table: str
    url: str
    file: str
    sha256: str
    licence: str
    retrieved_at: str = ""
    frame: pd.DataFrame | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.as_of, str):
            raise SpecificationError(f"as_of is an ISO date, such as '2026-07-17'; found {self.as_of!r}.")
