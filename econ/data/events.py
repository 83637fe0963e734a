"""The event catalogue: dated news about holders of Treasuries, each with its source and confounders."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from econ.border import checked
from econ.data.calendars import calendars
from econ.errors import SchemaError, SeriesNotFound, suggestion

_FILE = Path(__file__).parent / "events.csv"
COLUMNS = ("id", "date", "time", "tz", "kind", "expected", "label", "amount", "confounders", "source")
SIGNS = ("+", "-", "0")


@checked
def events(kind: str | None = None) -> pd.DataFrame:
    """Dated news about sales, purchases, threats, denials, interventions and ratings.

    Parameters
    ----------
    kind : str, optional
        One class, such as ``"china_sale_news"`` or ``"intervention"``; default: all.

    Returns
    -------
    DataFrame
        One row an event, in order of date: ``id``; ``date`` and ``time`` at which the news came out in zone
        ``tz`` (news after the close moves the next trading day); ``kind``; ``expected`` sign of the 10-year
        yield's change if selling raises yields (``+``, ``-``, ``0`` for a placebo); ``label``;
        ``amount``: dollars sold by Japan in an intervention, trillions of yen (NaN elsewhere);
        ``confounders``: other news in the window; ``source``.

    Raises
    ------
    SeriesNotFound
        For an unknown kind, with suggestions.
    SchemaError
        If the file was changed into something else.

    See Also
    --------
    econ.data.calendar : classes of dates (TIC releases, FOMC, CPI, payrolls, auctions, ...), each with its rule.

    Examples
    --------
    >>> events("china_denial")["id"].tolist()
    ['E10']
    """
    frame = _catalogue().copy()
    if kind is None:
        return frame
    kinds = sorted(frame["kind"].unique())
    if kind not in kinds and kind in calendars().index:
        raise SeriesNotFound(f"{kind!r} is no kind of the catalogue but a calendar; use econ.data.calendar({kind!r}).")
    if kind not in kinds:
        raise SeriesNotFound(f"no events of kind {kind!r}; {suggestion(kind, kinds)}")
    return frame[frame["kind"] == kind].reset_index(drop=True)


@cache
def _catalogue() -> pd.DataFrame:
    """All events, in order of date."""
    frame = pd.read_csv(_FILE, dtype=str, keep_default_na=False)
    if tuple(frame.columns) != COLUMNS or frame["id"].duplicated().any() or not frame["expected"].isin(SIGNS).all():
        raise SchemaError(f"{_FILE.name} must have columns {COLUMNS}, unique ids and signs in {SIGNS}.")
    frame["date"] = pd.to_datetime(frame["date"], format="%Y-%m-%d")
    frame["amount"] = pd.to_numeric(frame["amount"])
    return frame.sort_values(["date", "time"], kind="stable").reset_index(drop=True)
