"""Who holds Treasuries, and what kind of holder each is: a judgement with a reason and a source.

TIC data are by country of the *custodian*. A central bank that holds its bonds through a London custodian
shows up as the United Kingdom. So "the UK bought" is a statement about custodians; the groups below say for
which countries the reported figures come close to what the country's own officials decide. Every judgement
stands in ``holders.csv``, a line a holder.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from econ.border import checked
from econ.errors import SchemaError, SeriesNotFound, suggestion


@dataclass(frozen=True)
class Holder:
    """A holder of Treasuries as the official tables name it.

    Parameters
    ----------
    code : str
        ISO 3166 alpha-3, or ``TOT`` (all foreign), ``OFF`` (all foreign official), ``BEL_LUX`` and ``CARIB`` (lines
        that the S form prints to 2000-12 and their parts since), ``ROW`` (all foreign less every line of a place).
    slug : str
        Prefix of the holder's variables: ``china`` gives ``china_net_purchases``.
    name : str
        Words for tables.
    ally : bool
        Bound to the United States by a mutual defence treaty (NATO, or bilateral).
    official : bool
        Reported holdings are mostly those of the country's own monetary authorities.
    hub : bool
        Financial centre whose figure is mostly other people's bonds.
    reason : str
        Why official, hub or neither.
    source : str
        Where the judgement comes from.
    ally_since : str
        ISO date on which the treaty came into force; empty if there is none.
    s_form_first, s_form_last : str
        Months between which the S form prints its purchases; empty if it never did.
    slt : bool
        Whether the SLT form prints it.
    owner_since : str
        First month from which flows by trading counterparty may stand for this holder alone; empty if always.
    owner_reason : str
        The figure that says so.
    """

    code: str
    slug: str
    name: str
    ally: bool
    official: bool
    hub: bool
    reason: str
    source: str
    ally_since: str = ""
    s_form_first: str = ""
    s_form_last: str = ""
    slt: bool = False
    owner_since: str = ""
    owner_reason: str = ""


_COLUMNS = ("code", "slug", "name", "printed", "ally_since", "official", "hub", "s_form_first", "s_form_last", "slt",
            "owner_since", "owner_reason", "reason", "source")  # fmt: skip


def _read() -> tuple[tuple[Holder, tuple[str, ...]], ...]:
    """The codebook ``holders.csv``: each holder, and the names under which official tables print it."""
    with (Path(__file__).parent / "holders.csv").open(encoding="utf-8", newline="") as stream:
        lines = csv.DictReader(stream)
        if tuple(lines.fieldnames or ()) != _COLUMNS:
            raise SchemaError(f"holders.csv must have the columns {_COLUMNS}; found {lines.fieldnames}.")
        rows = list(lines)
    found = []
    for row in rows:
        printed = tuple(filter(None, row["printed"].split("|")))
        entry = Holder(
            row["code"], row["slug"], row["name"], bool(row["ally_since"]), row["official"] == "yes",
            row["hub"] == "yes", row["reason"], row["source"], row["ally_since"], row["s_form_first"],
            row["s_form_last"], row["slt"] == "yes", row["owner_since"], row["owner_reason"],
        )  # fmt: skip
        found.append((entry, printed))
    return tuple(found)


_BOOK = _read()
HOLDERS = tuple(entry for entry, _ in _BOOK)
HOLDERS_PRINTED = {name: entry.code for entry, printed in _BOOK for name in printed}
"""Printed names in the official tables; a name not here keeps its printed form and has no code."""
PARTS = {"BEL_LUX": ("BEL", "LUX"), "CARIB": ("CYM",)}
"""Lines that the S form prints to 2000-12, and the places that carry them on from 2001-01."""
WHOLES = ("TOT", "OFF")
"""Holders that hold what others hold: every foreigner, every foreign official."""


@checked
def holder(name: str) -> Holder:
    """Find a holder by code, slug or name.

    Parameters
    ----------
    name : str
        ``"CHN"``, ``"china"`` or ``"China"``; case does not matter.

    Returns
    -------
    Holder

    Raises
    ------
    SeriesNotFound
        With the nearest names.

    Examples
    --------
    >>> holder("japan").code
    'JPN'
    """
    wanted = str(name).strip().lower()
    for entry in HOLDERS:
        if wanted in (entry.code.lower(), entry.slug, entry.name.lower()):
            return entry
    raise SeriesNotFound(f"no holder {name!r}; {suggestion(wanted, [entry.slug for entry in HOLDERS])}")


def holders() -> pd.DataFrame:
    """Every holder with its groups, reason and source, one row a holder, indexed by slug."""
    return pd.DataFrame([vars(entry) for entry in HOLDERS]).set_index("slug")
