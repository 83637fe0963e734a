"""One official file: from its publisher, a mirror or the cache, parsed and dated by the publisher's clock."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

from econ.border import checked
from econ.data.fetchers import fred, official
from econ.data.fetchers.official import Official
from econ.data.http import Client
from econ.data.parsers import parse
from econ.data.parsers.source import Source
from econ.data.parsers.spreadsheet import archive_member
from econ.data.store import Cached, drop_cache, read_cache, write_cache
from econ.data.vintage import Vintage
from econ.errors import DownloadError, SchemaError


@checked
def fetch_file(name: str, *, client: Client | None = None, key: str | None = None, as_of: str | None = None,
               also: Sequence[str] = ()) -> Vintage:  # fmt: skip
    """Download and parse one official file; nothing but the cache is written.

    Parameters
    ----------
    name : str
        Official file (``"mfhhis01"``), FRED series (``"DGS10"``) or catalogue name.
    client : Client, optional
        Who downloads.
    key : str, optional
        FRED key; default ``FRED_API_KEY``; without one the CSV address of FRED is used.
    as_of : str, optional
        ISO date: the figures of that day (ALFRED); needs a key.
    also : sequence of str
        Names of new holders that you vouch for.

    Returns
    -------
    Vintage
        With the parsed frame.

    Raises
    ------
    DownloadError
        If nothing trustworthy came.
    SchemaError
        If the file departs from its layout.
    SpecificationError
        If ``as_of`` is no day of the calendar.
    """
    fred.check_day(as_of)
    return obtain(official(name), client or Client(), fred.secret(key), as_of, also)[0]


def obtain(wanted: Official, client: Client, key: str | None, as_of: str | None,
         also: Sequence[str]) -> tuple[Vintage, bytes]:  # fmt: skip
    """Download and parse one file.

    Returns
    -------
    vintage : Vintage
        With the parsed frame and the address asked.
    content : bytes
        The publisher's bytes.

    Raises
    ------
    DownloadError, SchemaError
        As `fetch_file`; a file that departs from its layout leaves the cache.
    """
    copy = _download(wanted, client, key, as_of)
    try:
        series = wanted.name if wanted.layout == "fred_csv" else ""
        frame = parse(wanted.layout, copy.content, also=also, series=series)
    except SchemaError as error:
        drop_cache(wanted.file)
        raise SchemaError(str(error).replace("bytes line", f"{wanted.file} line", 1)) from None
    if wanted.year and set(frame["date"].dt.year) != {wanted.year}:
        years = sorted(set(frame["date"].dt.year))
        raise SchemaError(f"{wanted.file} line 1: asked for {wanted.year}, got {years}; the publisher moved the file.")
    retrieved = _moment(copy.date)
    found = Vintage(
        as_of=as_of or retrieved[:10], publisher=wanted.publisher.name, table=wanted.title, url=copy.url,
        file=wanted.file, sha256=hashlib.sha256(copy.content).hexdigest(), licence=wanted.publisher.licence,
        retrieved_at=retrieved, frame=frame,
    )  # fmt: skip
    return found, copy.content


def _download(wanted: Official, client: Client, key: str | None, as_of: str | None) -> Cached:
    """The file's bytes, from the network or, where the server says it is unchanged, from the cache."""
    if as_of is not None and (wanted.layout != "fred_csv" or not key):
        raise DownloadError(f"{wanted.name}: only FRED has figures of a past day, and it asks for FRED_API_KEY.")
    if wanted.layout == "fred_csv" and key:
        answer = fred.with_key(wanted.name, key=key, client=client, as_of=as_of)
        return Cached(answer.content, answer.url, answer.date)
    if wanted.packed and not wanted.publisher.override:
        return _unpacked(wanted, client)
    cached = read_cache(wanted.file)
    *first, last = wanted.addresses()
    for address in first:
        try:
            return _conditional(wanted, address, client, cached)
        except DownloadError as error:
            if "answered 404" not in str(error):
                raise
    return _conditional(wanted, last, client, cached)


_ZIP = re.compile(rb"""href\s*=\s*["']([^"'<>]+\.zip)["']""", re.IGNORECASE)


def _unpacked(wanted: Official, client: Client) -> Cached:
    """The file out of the one archive that the publisher's page links to, on the publisher's own host."""
    page = client.get(wanted.url, page=True)
    links = sorted({urljoin(wanted.url, link.decode("ascii", "replace")) for link in _ZIP.findall(page.content)})
    if len(links) != 1 or urlsplit(links[0]).netloc != urlsplit(wanted.url).netloc:
        raise DownloadError(f"{wanted.url} should link to one zip archive of its own host; found {links}.")
    name = urlsplit(links[0]).path.rsplit("/", 1)[-1]
    archive = _conditional(replace(wanted, file=name), links[0], client, read_cache(name))
    return replace(archive, content=archive_member(Source(name, archive.content), wanted.file))


def _conditional(wanted: Official, address: str, client: Client, cached: Cached | None) -> Cached:
    known = cached if cached is not None and cached.url == address else None
    etag, modified = (known.etag, known.modified) if known else ("", "")
    answer = client.get(address, etag=etag, modified=modified)
    if answer.unchanged:
        if known is None:
            raise DownloadError(f"{address} says 'unchanged' without being asked.")
        return replace(known, date=answer.date or known.date)
    copy = Cached(answer.content, answer.url, answer.date, answer.etag, answer.modified)
    write_cache(wanted.file, copy)
    return copy


def _moment(date: str) -> str:
    """ISO form of a ``Date`` header, the publisher's clock."""
    try:
        return parsedate_to_datetime(date).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (TypeError, ValueError, IndexError):
        raise DownloadError(f"the server sent no usable Date header ({date!r}); the vintage cannot be dated.") from None
