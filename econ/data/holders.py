"""Who holds Treasuries, and what kind of holder each is: a judgement with a reason and a source.

TIC data are by country of the *custodian*. A central bank that holds its bonds through a London custodian
shows up as the United Kingdom. So "the UK bought" is a statement about custodians; the groups below say for
which countries the reported figures come close to what the country's own officials decide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from econ.border import checked
from econ.errors import SeriesNotFound, suggestion


@dataclass(frozen=True)
class Holder:
    """A holder of Treasuries as the official tables name it.

    Parameters
    ----------
    code : str
        ISO 3166 alpha-3, or ``TOT`` (all foreign), ``OFF`` (all foreign official).
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


_TREATY = "US Department of State, U.S. Collective Defense Arrangements"
_CUSTODY = "US Treasury, TIC: Frequently Asked Questions, section B (custodial bias)"
_SINCE = {
    "AUS": "1952-04-29", "BEL": "1949-08-24", "CAN": "1949-08-24", "DEU": "1955-05-06", "FRA": "1949-08-24",
    "GBR": "1949-08-24", "JPN": "1960-06-23", "KOR": "1954-11-17", "LUX": "1949-08-24", "NOR": "1949-08-24",
}  # fmt: skip
"""Entry into force: North Atlantic Treaty (1949; Germany 1955), ANZUS (1952), the mutual defence treaties with Korea
(1954) and Japan (1960)."""

_HOLDERS: tuple[Holder, ...] = (
    Holder("CHN", "china", "China", False, True, False,
           "State Administration of Foreign Exchange holds most; part sits with custodians in Belgium and Luxembourg",
           _CUSTODY),
    Holder("JPN", "japan", "Japan", True, True, False,
           "Ministry of Finance reserves are the largest block, but private insurers and banks hold a large rest",
           _TREATY),
    Holder("GBR", "uk", "United Kingdom", True, False, True,
           "London custodians, dealers and hedge funds; the UK's own reserves are a small part", _CUSTODY),
    Holder("BEL", "belgium", "Belgium", True, False, True, "home of Euroclear, custodian of others", _CUSTODY),
    Holder("LUX", "luxembourg", "Luxembourg", True, False, True, "home of Clearstream and of funds", _CUSTODY),
    Holder("IRL", "ireland", "Ireland", False, False, True, "domicile of funds sold elsewhere", _CUSTODY),
    Holder("CYM", "cayman", "Cayman Islands", False, False, True, "domicile of hedge funds run elsewhere", _CUSTODY),
    Holder("CHE", "switzerland", "Switzerland", False, False, True,
           "Swiss National Bank reserves and the bonds of private banking clients", _CUSTODY),
    Holder("HKG", "hong_kong", "Hong Kong", False, False, True,
           "monetary authority reserves together with mainland and private clients", _CUSTODY),
    Holder("SGP", "singapore", "Singapore", False, False, True,
           "official investors together with a regional financial centre", _CUSTODY),
    Holder("TWN", "taiwan", "Taiwan", False, True, False, "central bank reserves and insurers", _CUSTODY),
    Holder("KOR", "korea", "Korea", True, True, False, "Bank of Korea reserves and pension fund", _TREATY),
    Holder("IND", "india", "India", False, True, False, "Reserve Bank of India reserves", _CUSTODY),
    Holder("BRA", "brazil", "Brazil", False, True, False, "Central Bank of Brazil reserves", _CUSTODY),
    Holder("SAU", "saudi_arabia", "Saudi Arabia", False, True, False, "Saudi Central Bank reserves", _CUSTODY),
    Holder("NOR", "norway", "Norway", True, True, False, "Government Pension Fund Global", _TREATY),
    Holder("CAN", "canada", "Canada", True, False, False, "banks, pension funds and dealers; small reserves", _TREATY),
    Holder("FRA", "france", "France", True, False, False, "banks and insurers", _TREATY),
    Holder("DEU", "germany", "Germany", True, False, False, "banks, insurers and reserves", _TREATY),
    Holder("AUS", "australia", "Australia", True, False, False, "pension funds and reserves", _TREATY),
    Holder("OFF", "official", "Foreign official", False, True, False,
           "all foreign official institutions, as the custodians report them", _CUSTODY),
    Holder("TOT", "foreign", "All foreign", False, False, False, "every foreign resident", _CUSTODY),
)  # fmt: skip

HOLDERS = tuple(replace(entry, ally_since=_SINCE.get(entry.code, "")) for entry in _HOLDERS)
HOLDERS_PRINTED = {
    "Belgium": "BEL", "France": "FRA", "Germany": "DEU", "Ireland": "IRL", "Luxembourg": "LUX", "Norway": "NOR",
    "Switzerland": "CHE", "UK": "GBR", "United Kingdom": "GBR", "Canada": "CAN", "Brazil": "BRA", "Cayman": "CYM",
    "Cayman Islands": "CYM", "China": "CHN", "China, Mainland": "CHN", "HongKong": "HKG", "Hong Kong": "HKG",
    "India": "IND", "Japan": "JPN", "Korea": "KOR", "Korea, South": "KOR", "SaudiArabia": "SAU",
    "Saudi Arabia": "SAU", "Singapore": "SGP", "Taiwan": "TWN", "Australia": "AUS", "Mexico": "MEX",
    "Russia": "RUS", "FOI_All_Countries": "OFF", "For. Official": "OFF", "Total": "TOT", "Grand Total": "TOT",
}  # fmt: skip
"""Printed names in the official tables; a name not here keeps its printed form and has no code."""


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
