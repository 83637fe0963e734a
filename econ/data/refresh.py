"""Bring the data up to date: download, parse, check, and write a new vintage beside the old ones."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import pandas as pd

from econ.data.archive import EMBEDDED, manifest, read_table, table_bytes
from econ.data.catalogue import ENTRIES, TABLES
from econ.data.checks import check_gaps, check_ranges, check_totals
from econ.data.fetchers import fred, official, sources
from econ.data.fetchers.official import Official
from econ.data.fetchers.tables import table_csv, vintage_table
from econ.data.home import data_home
from econ.data.http import Client
from econ.data.parsers import parse
from econ.data.parsers.source import Source
from econ.data.parsers.spreadsheet import archive_member
from econ.data.store import Cached, TableFile, locked, own_dates, publish, read_cache, write_cache
from econ.data.vintage import Vintage
from econ.errors import DataError, DownloadError, SchemaError

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, eq=False)
class FetchReport:
    """What a fetch did.

    Parameters
    ----------
    as_of : str
        The vintage that now holds the newest figures.
    fetched : tuple of Vintage
        Publishers' files, without their frames: `fetch_file` gives those.
    carried : tuple of str
        Tables that no publisher serves any more, taken over from an older vintage and marked in the manifest.
    new : bool
        Whether a vintage was written; False if the newest one has the same figures.
    summary : DataFrame
        One row a publisher's file: publisher, rows, newest date, retrieved at.
    """

    as_of: str
    fetched: tuple[Vintage, ...] = field(repr=False)
    carried: tuple[str, ...]
    new: bool
    summary: pd.DataFrame = field(repr=False)


@dataclass(eq=False)
class _Harvest:
    """What has come so far."""

    files: list[TableFile] = field(default_factory=list)
    vintages: list[Vintage] = field(default_factory=list)
    rows: list[tuple[str, str, int, str, str]] = field(default_factory=list)
    failures: dict[str, DataError] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)

    def summary(self) -> pd.DataFrame:
        """Table of the files that came."""
        names = ["file", "publisher", "rows", "newest", "retrieved_at"]
        return pd.DataFrame(self.rows, columns=names).set_index("file")


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
    """
    worker = client or Client()
    return _get(official(name), worker, key if key is not None else os.environ.get("FRED_API_KEY"), as_of, also)[0]


def _get(wanted: Official, client: Client, key: str | None, as_of: str | None,
         also: Sequence[str]) -> tuple[Vintage, bytes]:  # fmt: skip
    """One file as a vintage, and its bytes."""
    copy = _download(wanted, client, key, as_of)
    try:
        series = wanted.name if wanted.layout == "fred_csv" else ""
        frame = parse(wanted.layout, copy.content, also=also, series=series)
    except SchemaError as error:
        raise SchemaError(str(error).replace("bytes line", f"{wanted.file} line", 1)) from None
    if wanted.year and set(frame["date"].dt.year) != {wanted.year}:
        years = sorted(set(frame["date"].dt.year))
        raise SchemaError(f"{wanted.file} line 1: asked for {wanted.year}, got {years}; the publisher moved the file.")
    retrieved = _moment(copy.date)
    found = Vintage(
        as_of=as_of or retrieved[:10], publisher=wanted.publisher.name, table=wanted.title, url=wanted.url,
        file=wanted.file, sha256=hashlib.sha256(copy.content).hexdigest(), licence=wanted.publisher.licence,
        retrieved_at=retrieved, frame=frame,
    )  # fmt: skip
    return found, copy.content


def _download(wanted: Official, client: Client, key: str | None, as_of: str | None) -> Cached:
    """The file's bytes, from the network or, where the server says it is unchanged, from the cache."""
    if as_of is not None and (wanted.layout != "fred_csv" or not key):
        raise DownloadError(f"{wanted.name}: only FRED has figures of a past day, and it asks for FRED_API_KEY.")
    if wanted.layout == "fred_csv" and key:
        content, date = fred.with_key(wanted.name, key=key, client=client, as_of=as_of)
        return Cached(content, wanted.url, date)
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


def fetch(*names: str, client: Client | None = None, key: str | None = None, also: Sequence[str] = (),
          progress: Progress | None = None) -> FetchReport:  # fmt: skip
    """Download every table and write a new vintage beside the old ones.

    Parameters
    ----------
    *names : str
        Further tables beside those of the embedded vintage: FRED series, catalogue names or official files.
    client : Client, optional
        Who downloads; one keeps the pace of the whole fetch.
    key : str, optional
        FRED key; default ``FRED_API_KEY``.
    also : sequence of str
        Names of new holders that you vouch for.
    progress : callable, optional
        Called with (files done, files in all, file).

    Returns
    -------
    FetchReport

    Raises
    ------
    DownloadError, SchemaError
        Naming every file that failed; no vintage is written. What came is cached, so the next fetch resumes.
    DataError
        If another fetch runs, or the folder cannot be written.
    """
    further = (ENTRIES[name].table if name in ENTRIES else name for name in names)
    tables = {table: sources(table) for table in (*TABLES, *further)}
    secret, worker = key if key is not None else os.environ.get("FRED_API_KEY"), client or Client()
    steps = _Steps(sum(map(len, tables.values())), progress)
    with locked(data_home()):
        harvest = _Harvest()
        for table, officials in tables.items():
            _gather(harvest, table, officials, lambda each: _get(each, worker, secret, None, also), steps)
        if harvest.failures or not harvest.vintages:
            _refuse(harvest)
        harvest.files += [_carried(table) for table in harvest.gone]
        before = own_dates()
        named = publish(max(vintage.as_of for vintage in harvest.vintages), harvest.files)
    vintages, carried = tuple(harvest.vintages), tuple(harvest.gone)
    return FetchReport(named, vintages, carried, named not in before, harvest.summary())


@dataclass
class _Steps:
    """Count files and tell whoever watches."""

    total: int
    progress: Progress | None
    done: int = 0

    def tell(self, file: str) -> None:
        """One file more."""
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, self.total, file)


def _gone(wanted: Official, error: DataError) -> bool:
    """Whether a file is no longer served: the server says so, or the page of a closed publication leads nowhere."""
    closed = wanted.packed and not wanted.publisher.override and isinstance(error, DownloadError)
    return closed or "answered 404" in str(error) or "answered 410" in str(error)


def _gather(harvest: _Harvest, table: str, officials: tuple[Official, ...],
            get: Callable[[Official], tuple[Vintage, bytes]], steps: _Steps) -> None:  # fmt: skip
    """Fetch the files of one table and build it; its frames are let go, so that memory stays small."""
    got = []
    for each in officials:
        try:
            got.append(get(each))
        except DataError as error:
            if _gone(each, error):
                harvest.gone[table] = str(error)
            else:
                harvest.failures[each.name] = error
        steps.tell(each.file)
    if len(got) < len(officials):
        return
    try:
        harvest.files.append(_table_file(table, got, officials))
    except DataError as error:
        harvest.failures[table] = error
    for vintage, _ in got:
        frame = vintage.frame if vintage.frame is not None else pd.DataFrame({"date": []})
        newest = str(frame["date"].max())[:10]
        harvest.rows.append((vintage.file, vintage.publisher, len(frame), newest, vintage.retrieved_at))
        harvest.vintages.append(replace(vintage, frame=None))


def _refuse(harvest: _Harvest) -> None:
    failures = {name: str(error) for name, error in harvest.failures.items()} or harvest.gone
    kind = SchemaError if any(isinstance(each, SchemaError) for each in harvest.failures.values()) else DownloadError
    lines = "\n".join(f"  {name}: {error}" for name, error in failures.items())
    raise kind(
        f"{len(failures)} files failed, so no vintage was written; {len(harvest.vintages)} good ones are cached, and "
        f"the next fetch resumes.\n{lines}"
    )


def _carried(table: str) -> TableFile:
    """A table that nobody serves any more, from the newest vintage that has it, marked as such."""
    for as_of in (*reversed(own_dates()), EMBEDDED):
        if table in manifest(as_of):
            content, vintage = table_bytes(table, as_of)
            about = _about(table, read_table(table, as_of)[0]["date"], vintage)
            return TableFile(table, content, {**about, "retrieved_at": vintage.retrieved_at, "carried_from": as_of})
    raise DownloadError(f"no publisher serves {table!r}, and no vintage on disk has it; nothing was written.")


def _table_file(table: str, got: list[tuple[Vintage, bytes]], officials: tuple[Official, ...]) -> TableFile:
    frames = {each.layout: vintage.frame for each, (vintage, _) in zip(officials, got, strict=True)}
    frame = vintage_table(table, {layout: found for layout, found in frames.items() if found is not None})
    if table in TABLES:
        frame = frame[frame["date"] >= _first_date(table)]
    check_ranges(table, frame)
    for layout, parsed in frames.items():
        if parsed is not None and layout in ("slt_table1", "slt_table3"):
            check_totals(layout, parsed)
    if table == "slt_table1":
        check_gaps(table, frame)
    content = table_csv(frame)
    about = _about(table, frame["date"], got[0][0])
    raw = {each.file: kept for each, (_, kept) in zip(officials, got, strict=True)}
    retrieved = max(vintage.retrieved_at for vintage, _ in got)
    return TableFile(table, content, {**about, "retrieved_at": retrieved, "carried_from": ""}, raw)


def _first_date(table: str) -> str:
    """Where the embedded table begins: older figures stay in ``raw/``, so that no sample grows by fetching."""
    return str(read_table(table, EMBEDDED)[0]["date"].min())


def _about(table: str, dates: pd.Series, vintage: Vintage) -> dict[str, str]:
    known = TABLES.get(table)
    return {
        "publisher": known.publisher if known else vintage.publisher, "table": known.title if known else vintage.table,
        "url": known.url if known else vintage.url, "units": known.units if known else "as published",
        "frequency": known.frequency if known else "", "first": str(dates.min())[:10], "last": str(dates.max())[:10],
        "rows": str(len(dates)), "licence": known.licence if known else vintage.licence,
        "citation": known.citation if known else "",
    }  # fmt: skip
