"""Bring the data up to date: download, parse, check, and write a new vintage beside the old ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import pandas as pd

from econ.border import checked, warn
from econ.data.archive import EMBEDDED, manifest_rows, read_table, table_bytes
from econ.data.catalogue import ENTRIES, TABLES
from econ.data.checks import check_gaps, check_ranges, check_totals
from econ.data.fetchers import fred, sources
from econ.data.fetchers.official import Official
from econ.data.fetchers.tables import table_csv, vintage_table
from econ.data.home import data_home
from econ.data.http import Client
from econ.data.obtain import obtain
from econ.data.store import TableFile, drop_cache, locked, own_dates, publish
from econ.data.succession import check_succession
from econ.data.vintage import Vintage
from econ.errors import DataError, DownloadError, EconError, MissingValues, SchemaError, SpecificationError, suggestion
from econ.frozen import guarded

Progress = Callable[[int, int, str], None]
Get = Callable[[Official], tuple[Vintage, bytes]]


@guarded
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
        Tables that no publisher serves any more or no fetch reads, taken over from an older vintage and marked in the
        manifest.
    new : bool
        Whether a vintage was written; False if the newest one has the same figures.
    summary : DataFrame
        One row a publisher's file: publisher, rows, newest date, retrieved at.
    refused : tuple of (str, str)
        Further names that were asked for and are not in the vintage, each with the reason; `fetch` warns of them.
    """

    as_of: str
    fetched: tuple[Vintage, ...] = field(repr=False)
    carried: tuple[str, ...]
    new: bool
    summary: pd.DataFrame = field(repr=False)
    refused: tuple[tuple[str, str], ...] = ()


@dataclass(eq=False)
class _Harvest:
    """What has come so far."""

    files: list[TableFile] = field(default_factory=list)
    vintages: list[Vintage] = field(default_factory=list)
    rows: list[tuple[str, str, int, str, str]] = field(default_factory=list)
    failures: dict[str, EconError] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)
    refused: dict[str, EconError] = field(default_factory=dict)
    key_refused: DownloadError | None = None

    def fail(self, table: str, name: str, error: EconError) -> None:
        """Keep a failure; of a table that the vintage needs it forbids the vintage, of a further one only the table."""
        if table in TABLES:
            self.failures[name] = error
        else:
            self.refused[table] = error

    def summary(self) -> pd.DataFrame:
        """Table of the files that came."""
        names = ["file", "publisher", "rows", "newest", "retrieved_at"]
        return pd.DataFrame(self.rows, columns=names).set_index("file")


@checked
def fetch(*names: str, client: Client | None = None, key: str | None = None, also: Sequence[str] = (),
          allow_shorter: Sequence[str] = (), progress: Progress | None = None) -> FetchReport:  # fmt: skip
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
    allow_shorter : sequence of str
        Tables that may give less than the newest vintage on disk, or run ahead of today, because you know that the
        publisher withdrew figures or publishes projections; the manifest keeps that you said so.
    progress : callable, optional
        Called with (files done, files in all, file).

    Returns
    -------
    FetchReport

    Raises
    ------
    DownloadError, SchemaError
        Naming every file of the vintage's own tables that failed; no vintage is written. What came is cached, so the
        next fetch resumes. A table that gives less than the newest vintage on disk fails.
    SeriesNotFound, SpecificationError
        If none of the further names can be anybody's, or ``allow_shorter`` names no table of the fetch.
    DataError
        If another fetch runs, or the folder cannot be written.

    Warns
    -----
    MissingValues
        If some of the further names could not be had; the others are in the vintage.
    """
    harvest, worker, secret = _Harvest(), client or Client(), fred.secret(key)
    tables = _asked(names, harvest)
    _check_allowed(allow_shorter, tables)
    steps = _Steps(sum(map(len, tables.values())), progress)

    def get(each: Official) -> tuple[Vintage, bytes]:
        if each.layout == "fred_csv" and secret and harvest.key_refused is not None:
            raise harvest.key_refused  # FRED said it once
        return obtain(each, worker, secret, None, also)

    with locked(data_home()):
        for table, officials in tables.items():
            _gather(harvest, table, officials, get, steps, allowed=table in allow_shorter)
        if harvest.failures or not harvest.vintages:
            _refuse(harvest)
        carried = _carry(harvest)
        before = own_dates()
        named = publish(max(vintage.as_of for vintage in harvest.vintages), harvest.files)
    refused = tuple((name, str(error)) for name, error in harvest.refused.items())
    if refused:
        lines = "\n".join(f"  {name}: {reason}" for name, reason in refused)
        warn(f"{len(refused)} of the names asked for are not in {named}:\n{lines}", MissingValues)
    return FetchReport(named, tuple(harvest.vintages), carried, named not in before, harvest.summary(), refused)


def _asked(names: Sequence[str], harvest: _Harvest) -> dict[str, tuple[Official, ...]]:
    """Publishers' files of every table; a further name that nobody can have is set aside, unless all are such."""
    tables = {table: sources(table) for table in TABLES if TABLES[table].served}
    for name in names:
        table = ENTRIES[name].table if name in ENTRIES else name
        try:
            tables[table] = sources(table)
        except EconError as error:
            harvest.refused[name] = error
    if names and len(harvest.refused) == len(set(names)):
        first, *more = harvest.refused.values()
        raise type(first)(" ".join(map(str, (first, *more))))
    return tables


def _check_allowed(allow_shorter: Sequence[str], tables: Mapping[str, object]) -> None:
    if isinstance(allow_shorter, str) or not isinstance(allow_shorter, Sequence):
        raise SpecificationError(f"allow_shorter is a list of tables; found {allow_shorter!r}.")
    for table in allow_shorter:
        if table not in tables:
            raise SpecificationError(
                f"allow_shorter names {table!r}, no table of this fetch; {suggestion(table, tables)}"
            )


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
    return closed or any(words in str(error) for words in ("answered 404", "answered 410", fred.NO_SERIES))


def _gather(
    harvest: _Harvest, table: str, officials: tuple[Official, ...], get: Get, steps: _Steps, *, allowed: bool = False
) -> None:
    """Fetch the files of one table and build it; its frames are let go, so that memory stays small."""
    got = []
    for each in officials:
        try:
            got.append(get(each))
        except DataError as error:
            if fred.KEY_REFUSED in str(error) and isinstance(error, DownloadError):
                harvest.key_refused = error
            if _gone(each, error):
                harvest.gone[table] = str(error)
            else:
                harvest.fail(table, each.name, error)
        steps.tell(each.file)
    if len(got) < len(officials):
        return
    try:
        content, dates = _content(table, got, officials)
        rows = [_came(vintage) for vintage, _ in got]
        got = [(replace(vintage, frame=None), kept) for vintage, kept in got]  # before the content is read again
        harvest.files.append(_table_file(table, content, dates, got, officials, allowed))
    except DataError as error:
        for each in officials:
            drop_cache(each.file)
        harvest.fail(table, table, error)
        return
    harvest.rows += rows
    harvest.vintages += [vintage for vintage, _ in got]


def _came(vintage: Vintage) -> tuple[str, str, int, str, str]:
    """Row of the summary: file, publisher, rows, newest date, when it was retrieved."""
    frame = vintage.frame if vintage.frame is not None else pd.DataFrame({"date": []})
    return vintage.file, vintage.publisher, len(frame), str(frame["date"].max())[:10], vintage.retrieved_at


def _refuse(harvest: _Harvest) -> None:
    """Say what failed, each reason once."""
    failures = {name: str(error) for name, error in harvest.failures.items()} or harvest.gone
    kind = SchemaError if any(isinstance(each, SchemaError) for each in harvest.failures.values()) else DownloadError
    names: dict[str, list[str]] = {}
    for name, reason in failures.items():
        names.setdefault(reason, []).append(name)
    lines = "\n".join(f"  {', '.join(each)}: {reason}" for reason, each in names.items())
    raise kind(
        f"{len(failures)} files failed, so no vintage was written; {len(harvest.vintages)} good ones are cached, and "
        f"the next fetch resumes.\n{lines}"
    )


def _carry(harvest: _Harvest) -> tuple[str, ...]:
    """Take over what nobody serves any more, or no fetch reads; a further table that no vintage has is refused."""
    harvest.gone.update({table: "no fetch reads it" for table in TABLES if not TABLES[table].served})
    for table, reason in list(harvest.gone.items()):
        try:
            harvest.files.append(_carried(table))
        except DownloadError as error:
            if table in TABLES:
                raise
            harvest.refused[table] = DownloadError(f"{error} {reason}")
            del harvest.gone[table]
    return tuple(harvest.gone)


def _carried(table: str) -> TableFile:
    """A table that nobody serves any more, from the newest vintage that has it, marked as such."""
    for as_of in (*reversed(own_dates()), EMBEDDED):
        try:
            content, vintage = table_bytes(table, as_of)
        except DataError:  # not in that vintage, or damaged there
            continue
        about = _about(table, read_table(table, as_of)[0]["date"], (vintage,))
        row = next(row for row in manifest_rows(as_of) if row["sha256"] == vintage.sha256)
        kept = {name: row.get(name, "") for name in ("retrieved_at", "mirror", "realtime", "allowed")}
        return TableFile(table, content, {**about, **kept, "carried_from": row.get("carried_from") or as_of})
    raise DownloadError(f"no publisher serves {table!r}, and no vintage on disk has it.")


def _content(table: str, got: list[tuple[Vintage, bytes]], officials: tuple[Official, ...]) -> tuple[bytes, pd.Series]:
    """A table of the vintage as it is written, its values checked, and its dates."""
    parts: dict[str, list[pd.DataFrame]] = {}
    for each, (vintage, _) in zip(officials, got, strict=True):
        if vintage.frame is not None:
            parts.setdefault(each.layout, []).append(vintage.frame)
    frames = {layout: pd.concat(each, ignore_index=True) for layout, each in parts.items()}
    frame = vintage_table(table, frames)
    if table in TABLES:
        frame = frame[frame["date"] >= _first_date(table)]
    check_ranges(table, frame)
    for layout, parsed in frames.items():
        if layout in ("slt_table1", "slt_table3"):
            check_totals(layout, parsed)
    if table == "slt_table1":
        check_gaps(table, frame)
    return table_csv(frame), frame["date"].copy()


def _table_file(
    table: str,
    content: bytes,
    dates: pd.Series,
    got: list[tuple[Vintage, bytes]],
    officials: tuple[Official, ...],
    allowed: bool,
) -> TableFile:
    retrieved = max(vintage.retrieved_at for vintage, _ in got)
    check_succession(table, content, retrieved, allowed=allowed)
    about = {
        **_about(table, dates, [vintage for vintage, _ in got]), "retrieved_at": retrieved,
        "mirror": " ".join(sorted({name for each, (vintage, _) in zip(officials, got, strict=True)
                                   if (name := _mirror(each, vintage))})),
        "realtime": max(fred.realtime(vintage.url, vintage.retrieved_at) for vintage, _ in got),
        "allowed": "shorter" if allowed else "", "carried_from": "",
    }  # fmt: skip
    raw = {each.file: kept for each, (_, kept) in zip(officials, got, strict=True)}
    return TableFile(table, content, about, raw)


def _mirror(wanted: Official, vintage: Vintage) -> str:
    """Host that served the file in the publisher's place; empty for the publisher itself."""
    return urlsplit(vintage.url).netloc if wanted.publisher.override else ""


def _first_date(table: str) -> str:
    """Where the embedded table begins: older figures stay in ``raw/``, so that no sample grows by fetching."""
    return str(read_table(table, EMBEDDED)[0]["date"].min())


def _about(table: str, dates: pd.Series, vintages: Sequence[Vintage]) -> dict[str, str]:
    """What the manifest says of a table: what it is by the catalogue, and the addresses that were asked for it."""
    known, first = TABLES.get(table), vintages[0]
    return {
        "publisher": known.publisher if known else first.publisher, "table": known.title if known else first.table,
        "url": " ".join(dict.fromkeys(vintage.url for vintage in vintages)),
        "units": known.units if known else "as published",
        "frequency": known.frequency if known else "", "first": str(dates.min())[:10], "last": str(dates.max())[:10],
        "rows": str(len(dates)), "licence": known.licence if known else first.licence,
        "citation": known.citation if known else "",
    }  # fmt: skip
