"""Which holder a printed name is: TIC country codes and names to ISO 3166, from ``places.csv``."""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from pathlib import Path

from econ.data.parsers.source import Source

GROUPS = frozenset({"All Other", "Belgium-Luxembourg", "Carib Bnkng Ctrs", "Oil Exporters"})
"""Lines of the MFH tables that are no country and change meaning over time; they keep their printed name."""


@lru_cache(maxsize=1)
def _places() -> tuple[dict[str, tuple[str, frozenset[str]]], dict[str, str]]:
    by_code, by_name = {}, {}
    with (Path(__file__).parent / "places.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            names = frozenset(row["names"].split("|"))
            by_code[row["code"]] = (row["iso3"], names)
            for name in names:
                by_name[name] = row["iso3"] or name
    return by_code, by_name


def coded_holder(source: Source, line: int, name: str, code: str) -> str:
    """ISO3, TOT, OFF or the printed name of a line that prints a TIC country code.

    Raises
    ------
    SchemaError
        If code and name do not belong together, or neither is known and the caller does not vouch for the name.
    """
    by_code, _ = _places()
    if re.fullmatch(r"[0-9]{5}", code) is None:
        source.fail(line, f"expected a country code of five digits, found {code[:40]!r}.")
    if code in by_code and name in by_code[code][1]:
        return by_code[code][0] or name
    if code not in by_code and name in source.also:
        return name
    source.fail(line, f"holder {name[:60]!r} with code {code} is not known; if it is new, pass also=[{name[:60]!r}].")


def named_holder(source: Source, line: int, name: str) -> str:
    """ISO3 or the printed name of a line of the MFH tables, which print no code.

    Raises
    ------
    SchemaError
        If the name is not known and the caller does not vouch for it.
    """
    _, by_name = _places()
    if name in by_name or name in GROUPS or name in source.also:
        return by_name.get(name, name)
    source.fail(line, f"holder {name[:60]!r} is not known; if it is new, pass also=[{name[:60]!r}].")
