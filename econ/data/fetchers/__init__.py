"""Fetchers: one module a publisher, each saying what there is and under which address."""

from __future__ import annotations

from econ.data.catalogue import ENTRIES, TABLES
from econ.data.fetchers import fedboard, fred, mof, nyfed, safe, treasury
from econ.data.fetchers.official import PUBLISHERS, Official, Publisher
from econ.errors import SeriesNotFound, suggestion

NAMED: dict[str, Official] = {
    official.name: official for module in (treasury, fedboard, nyfed, mof, safe) for official in module.OFFICIALS
}
SOURCES: dict[str, tuple[str, ...]] = {
    "foreign_official": ("foiadj",),
    "mfh": ("mfhhis01", "slt_table5"),
    "mof_usdjpy": ("feio",),
    "safe_reserves": tuple(each.name for each in safe.OFFICIALS),
    "s_form": ("s1_globl",),
    **{name: (name,) for name in ("acm", "bertaut_judson", "slt_table1")},
}
"""Official files behind each table of a vintage; a table that is not here is a FRED series or an official file."""


def official(name: str) -> Official:
    """The official file of that name: one of `NAMED`, or any FRED series of the catalogue or by its own name.

    Raises
    ------
    SeriesNotFound
        If no publisher has it; suggests the nearest.

    Examples
    --------
    >>> official("mfhhis01").url.rsplit("/", 1)[-1], official("DGS5").layout
    ('mfhhis01.txt', 'fred_csv')
    """
    if name in NAMED:
        return NAMED[name]
    if name in ENTRIES:
        return sources(ENTRIES[name].table)[0]
    if name.isupper() and fred.may_be(name):
        return fred.official(name)
    if fred.may_be(name.upper()) and "_" not in name and name.lower() not in NAMED:
        raise SeriesNotFound(f"no publisher has {name!r}; did you mean {name.upper()!r}? FRED writes its names so.")
    raise SeriesNotFound(f"no publisher has {name!r}; {suggestion(name, [*NAMED, *ENTRIES, *TABLES])}")


def sources(table: str) -> tuple[Official, ...]:
    """Official files from which a table of a vintage is built.

    Raises
    ------
    SeriesNotFound
        If no publisher has it, or nothing here reads the publisher's file.
    """
    if table in TABLES and not TABLES[table].served:
        known = TABLES[table]
        raise SeriesNotFound(f"no fetch reads {table!r} ({known.publisher}, {known.url}); vintages carry it over.")
    return tuple(official(name) for name in SOURCES.get(table, (table,)))


__all__ = ["NAMED", "PUBLISHERS", "SOURCES", "Official", "Publisher", "official", "sources"]
