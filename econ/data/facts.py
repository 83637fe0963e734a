"""Single published figures that no series of the archive holds: dated, with a source, and whether it was seen."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from econ.border import checked
from econ.data.dates import day
from econ.errors import SchemaError, SeriesNotFound, SpecificationError, suggestion

_FILE = Path(__file__).parent / "facts.csv"
COLUMNS = ("key", "date", "value", "units", "published", "seen", "label", "source")


@checked
def facts(key: str | None = None, *, known_by: str | None = None) -> pd.DataFrame:
    """Single published figures that a verdict needs and no archived series holds.

    Parameters
    ----------
    key : str, optional
        One kind of figure, such as ``"us_debt"``; default: all.
    known_by : str, optional
        ISO date: figures published on that day or before.

    Returns
    -------
    DataFrame
        One row a figure, in order of ``date`` and then ``published``: ``key``; ``date`` to which it refers; ``value``
        in ``units``; ``published``: the day on which it came out; ``seen``: False if it is remembered and no source at
        hand confirms it, so that no verdict may rest on it alone; ``label``; ``source``.

    Raises
    ------
    SeriesNotFound
        For an unknown key, with suggestions, or if nothing of it was known by then.
    SpecificationError
        If ``known_by`` is no day of the calendar.
    SchemaError
        If the file was changed into something else.

    Examples
    --------
    >>> facts("sdr_renminbi_weight", known_by="2025-10-09")["value"].tolist()
    [10.92, 12.28]
    """
    frame = pd.read_csv(_FILE, dtype=str, keep_default_na=False)
    twice = tuple(frame.columns) == COLUMNS and frame.duplicated(["key", "date", "published"]).any()
    if tuple(frame.columns) != COLUMNS or twice or not frame["seen"].isin(("yes", "no")).all():
        raise SchemaError(f"{_FILE.name} must have columns {COLUMNS}, a figure once, and seen as yes or no.")
    for column in ("date", "published"):
        frame[column] = pd.to_datetime(frame[column], format="%Y-%m-%d")
    frame["value"], frame["seen"] = pd.to_numeric(frame["value"]), frame["seen"] == "yes"
    frame = frame.sort_values(["date", "published", "key"], kind="stable").reset_index(drop=True)
    if key is not None and key not in set(frame["key"]):
        raise SeriesNotFound(f"no fact {key!r}; {suggestion(key, sorted(set(frame['key'])))}")
    kept = frame["key"].eq(key) if key is not None else pd.Series(True, index=frame.index)
    if known_by is not None:
        kept &= frame["published"] <= day(known_by, "known_by", SpecificationError)
    if not kept.any():
        raise SeriesNotFound(f"nothing of {key or 'the facts'} was known by {known_by}; take a later day.")
    return frame[kept].reset_index(drop=True)
