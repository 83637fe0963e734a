"""An official file: who publishes it, where, in which layout, and which tables of a vintage need it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from econ.data.catalogue import CC_BY, PUBLIC
from econ.errors import SpecificationError


@dataclass(frozen=True)
class Publisher:
    """A publisher and its address; the environment variable ``ECON_URL_<key>`` replaces the address.

    Parameters
    ----------
    key : str
        ``FRED``, ``TREASURY``, ``FEDBOARD``, ``NYFED``, ``MOF`` or ``SAFE``.
    name : str
        Who it is.
    base : str
        Scheme and host of the official address.
    licence : str
        Terms of redistribution.
    """

    key: str
    name: str
    base: str
    licence: str = PUBLIC

    @property
    def variable(self) -> str:
        """Name of the environment variable that replaces the address."""
        return f"ECON_URL_{self.key}"

    @property
    def override(self) -> str:
        """The replacing address without a slash at its end, or nothing.

        Raises
        ------
        SpecificationError
            If it is no http address, or carries a user, a password or a query.
        """
        own = os.environ.get(self.variable, "").rstrip("/")
        parts = urlsplit(own)
        if own and (parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.query):
            raise SpecificationError(f"{self.variable} must be an http address without user or query.")
        return own


PUBLISHERS = {
    publisher.key: publisher
    for publisher in (
        Publisher("FRED", "Federal Reserve Bank of St. Louis (FRED)", "https://fred.stlouisfed.org"),
        Publisher("TREASURY", "US Department of the Treasury", "https://ticdata.treasury.gov"),
        Publisher("FEDBOARD", "Board of Governors of the Federal Reserve System", "https://www.federalreserve.gov"),
        Publisher("NYFED", "Federal Reserve Bank of New York", "https://www.newyorkfed.org"),
        Publisher("MOF", "Ministry of Finance, Japan", "https://www.mof.go.jp", CC_BY),
        Publisher("SAFE", "State Administration of Foreign Exchange, China", "https://www.safe.gov.cn",
                  "as published; cite the source"),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Official:
    """A file that a publisher serves.

    Parameters
    ----------
    name : str
        Short name: ``"mfhhis01"``, ``"DGS10"``.
    layout : str
        Layout for `econ.data.parse`.
    publisher : Publisher
        Who serves it.
    path : str
        Path and query of the official address, beginning with a slash.
    title : str
        What it is.
    file : str
        File name in a flat mirror and in the store.
    base : str
        Scheme and host, where the publisher serves this file from another host than the rest.
    packed : bool
        Whether ``path`` is the page that links to the one zip archive holding ``file``, because the publisher gives
        the file no address of its own.
    year : int
        The only year that the file may hold; 0 for any.
    """

    name: str
    layout: str
    publisher: Publisher
    path: str
    title: str
    file: str
    base: str = ""
    packed: bool = False
    year: int = 0

    @property
    def url(self) -> str:
        """Official address, whatever the override."""
        return (self.base or self.publisher.base) + self.path

    def addresses(self) -> tuple[str, ...]:
        """Where to look: the official address; or, in a mirror, the same path, then the bare file name.

        A mirror serves a packed file bare.
        """
        own = self.publisher.override
        if self.packed and own:
            return (f"{own}/{self.file}",)
        return (f"{own}{self.path}", f"{own}/{self.file}") if own else (self.url,)
