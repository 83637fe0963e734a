"""A table never gives less than the vintage before it, unless somebody says that the publisher withdrew figures.

A file that was cut at a line end, a table emptied behind a sound header and a date typed a year ahead all parse. They
show beside the newest vintage on disk: a series that ended later, began earlier, held more figures, or is gone.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from econ.data.archive import as_of_dates, folder, manifest_rows, parsed, place, roots, table_bytes
from econ.errors import DataError, SchemaError

_KEYS = ("holder", "printed", "series", "item")
_TEXT = ("date", *_KEYS, "unit", "notes")
_SHOWN = 4
ADVICE = "if the publisher really withdrew it, allow it (allow_shorter=, --allow-shorter)"


def check_succession(
    table: str, content: bytes, retrieved_at: str, *, before: str | None = None, allowed: bool = False
) -> None:
    """Refuse a table that gives less than its predecessor, or dates that had not come when it was retrieved.

    Parameters
    ----------
    table : str
        Table of a vintage.
    content : bytes
        Tidy CSV.
    retrieved_at : str
        When it was downloaded, ISO.
    before : str, optional
        As-of date: only older vintages count as predecessors; default: every vintage on disk.
    allowed : bool
        Whether somebody vouches for it: then it may give less or run ahead, but not be empty.

    Raises
    ------
    SchemaError
        Naming table, series, what the older vintage has, and what was found.
    """
    frame = parsed(content, f"{table}.csv")
    extents = _extents(frame)
    if not extents:
        raise SchemaError(f"{table} has dates and not one figure; the file is empty behind its header.")
    if allowed:
        return
    _not_ahead(table, extents, retrieved_at)
    found = predecessor(table, before)
    if found is None:
        return
    as_of, old = found
    lost = _losses(_extents(old), extents)
    if lost:
        more = f" and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
        raise SchemaError(
            f"{table} gives less than vintage {as_of}: {'; '.join(lost[:_SHOWN])}{more}. The file may be cut; {ADVICE}."
        )


def predecessor(table: str, before: str | None = None) -> tuple[str, pd.DataFrame] | None:
    """The newest vintage on disk that has a sound copy of the table, with the table; bad ones are passed over.

    A vintage whose manifest has no column ``allowed`` was written before this guard stood, so it is judged itself.
    """
    for as_of in reversed(as_of_dates()):
        if before is not None and place(as_of) >= place(before):
            continue
        try:
            row = next((row for row in manifest_rows(as_of) if row["file"] == f"{table}.csv"), None)
            if row is None:
                continue
            content, vintage = table_bytes(table, as_of)
            if "allowed" not in row and folder(as_of).parent != roots()[0]:
                check_succession(table, content, vintage.retrieved_at, before=as_of)
            return as_of, parsed(content, vintage.file)
        except DataError:
            continue
    return None


def _not_ahead(table: str, extents: dict[str, Extent], retrieved_at: str) -> None:
    """Dates of figures that lie after the download; a period counts from its first day."""
    last = max(each.last for each in extents.values())
    if retrieved_at and first_day(last) > retrieved_at[:10]:
        raise SchemaError(
            f"{table} has a figure of {last}, after the day {retrieved_at[:10]} on which it was retrieved; if the "
            "publisher gives projections, allow it (allow_shorter=, --allow-shorter)."
        )


def first_day(date: str) -> str:
    """First day of a day, month, quarter or year, ISO.

    Examples
    --------
    >>> first_day("2026Q3"), first_day("2026-08"), first_day("2026"), first_day("2026-08-20")
    ('2026-07-01', '2026-08-01', '2026-01-01', '2026-08-20')
    """
    return date if len(date) == 10 else f"{pd.Period(date).start_time:%Y-%m-%d}"


class Extent(NamedTuple):
    """First and last date of a series, and its number of figures."""

    first: str
    last: str
    figures: int


def _extents(frame: pd.DataFrame) -> dict[str, Extent]:
    """Extent of every series of a table, by name; a figure is a cell with a number."""
    keys = [name for name in _KEYS if name in frame]
    found = {}
    for column in frame.columns.difference(list(_TEXT), sort=False):
        rows = frame.loc[frame[column].notna(), ["date", *keys]]
        for names, dates in rows.groupby(keys, sort=False)["date"] if keys else [((), rows["date"])]:
            if len(dates):
                name = " ".join([*map(str, names), column])
                found[" ".join(name.split())] = Extent(str(dates.min()), str(dates.max()), len(dates))
    return found


def _losses(old: dict[str, Extent], new: dict[str, Extent]) -> list[str]:
    """What the older extents have and the newer do not, in words."""
    lost = []
    for name, before in old.items():
        after = new.get(name)
        if after is None:
            lost.append(f"{name} is gone ({before.figures} figures)")
        elif after.last < before.last:
            lost.append(f"{name} ended at {before.last}, now at {after.last}")
        elif after.first > before.first:
            lost.append(f"{name} began at {before.first}, now at {after.first}")
        elif after.figures < before.figures:
            lost.append(f"{name} had {before.figures} figures, now {after.figures}")
    return lost
