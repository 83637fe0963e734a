"""What lies in the store and whether it is sound: a list of every vintage, and a look at every byte of one."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from econ.border import checked
from econ.data.archive import as_of_dates, cure, folder, manifest, manifest_rows, parsed, roots, sound, table_bytes
from econ.data.home import data_home
from econ.data.succession import check_succession, first_day
from econ.data.vintage import Vintage
from econ.errors import DataError, SchemaError


def listing() -> pd.DataFrame:
    """Every vintage on disk, sound or not.

    Returns
    -------
    DataFrame
        Index: as-of date. ``where`` (own or embedded), ``tables``, ``first`` and ``last`` observation,
        ``retrieved_at``, and ``state``: ``ok``, or what its manifest shows to be wrong.
    """
    rows = []
    for as_of in as_of_dates():
        where = "own" if folder(as_of).parent == data_home() else "embedded"
        try:
            files = manifest_rows(as_of)
        except SchemaError as error:
            rows.append((as_of, where, 0, "", "", "", f"BAD: {error}"))
            continue
        spans = [_span(row) for row in files]
        first = min((span[0] for span in spans if span[0]), default="")
        last = max(span[1] for span in spans)
        retrieved = max(row.get("retrieved_at", "") for row in files)
        faults = [fault for row in files if (fault := _fault(row))]
        state = f"BAD: {'; '.join(faults)}" if faults else "ok"
        rows.append((as_of, where, len(files), first, last, retrieved, state))
    names = ["as_of", "where", "tables", "first", "last", "retrieved_at", "state"]
    return pd.DataFrame(rows, columns=names).set_index("as_of")


def _span(row: dict[str, str]) -> tuple[str, str]:
    """First and last day of a table by its manifest; blank where it says no date."""
    try:
        return first_day(row.get("first", "")), _last_day(row.get("last", ""))
    except (ValueError, AttributeError):  # no date, or pandas' "no date" (NaT), which has no first day
        return "", ""


def _last_day(date: str) -> str:
    """Last day of a month, quarter or year in ISO form; a day as it is."""
    return date if len(date) == 10 else f"{pd.Period(date).end_time:%Y-%m-%d}"


def _fault(row: dict[str, str]) -> str:
    """What is wrong with a table, by its line of the manifest alone."""
    if not all(_span(row)) or row.get("rows", "1") == "0":
        return f"{row['file']} has no dated rows"
    retrieved, allowed = row.get("retrieved_at", "")[:10], row.get("allowed", "")
    if retrieved and not allowed and first_day(row["last"]) > retrieved:
        return f"{row['file']} runs to {row['last']}, after {retrieved}"
    return ""


@checked
def verify_vintage(as_of: str) -> tuple[Vintage, ...]:
    """Rehash every table of a vintage and every publisher's file kept with it, and compare it with the one before.

    Returns
    -------
    tuple of Vintage
        The tables.

    Raises
    ------
    ChecksumMismatch
        For a changed file; names it with both sums.
    VintageMissing
        For a vintage or a file that is not there.
    SchemaError
        For a manifest or a table that cannot be read, an empty table, figures dated after the download, or a table
        that gives less than the vintage before it without anybody having allowed it.
    """
    faults = vintage_faults(as_of)
    if not faults:
        return tuple(manifest(as_of).values())
    if len(faults) == 1:
        raise faults[0]
    kind = type(faults[0])
    raise kind(f"vintage {as_of} has {len(faults)} faults: " + " ".join(map(str, faults)))


def vintage_faults(as_of: str) -> tuple[DataError, ...]:
    """Everything that is wrong with a vintage; nothing if it is sound."""
    own = folder(as_of).parent != roots()[0]
    try:
        rows = manifest_rows(as_of)
    except SchemaError as error:
        return (error,)
    faults: list[DataError] = []
    for row in rows:
        try:
            _verify_table(as_of, row, own)
        except DataError as error:
            faults.append(error)
    return tuple(faults)


def _verify_table(as_of: str, row: dict[str, str], own: bool) -> None:
    table = Path(row["file"]).stem
    content, vintage = table_bytes(table, as_of)
    for entry in row.get("raw", "").split():
        file, _, expected = entry.rpartition(":")
        sound(folder(as_of) / "raw" / Path(file).name, f"{as_of}/raw/{file}", expected, cure(as_of))
    try:
        parsed(content, vintage.file)
        if own and not row.get("carried_from"):  # a carried table is an older one, which was judged when it came
            retrieved = row.get("retrieved_at", "")
            check_succession(table, content, retrieved, before=as_of, allowed=bool(row.get("allowed")))
    except SchemaError as error:
        raise SchemaError(f"{as_of}: {error} {cure(as_of)}") from error
