r"""Digits typed by hand: a number of the text is a key, unless ``paper/typed.toml`` says why it may be typed.

Each entry there is a pattern with its reason, such as names of yields, dates, units and what other papers print::

    [years]
    pattern = '\b(?:19|20)\d\d\b'
    why = "years"

Attributes, mathematics, code, addresses, citations and files of figures are no prose and are not read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from econ.errors import SchemaError, SpecificationError

FILE = "typed.toml"
_NO_PROSE = re.compile(
    r"```.*?```|`[^`]*`|\$\$.*?\$\$|(?<!\\)\$(?=\S)[^$]*(?<=\S)\$(?!\d)|\]\([^)]*\)|\{[^{}]*\}|https?://\S+|@[\w:-]+",
    re.DOTALL,
)


def read(folder: Path) -> dict[str, re.Pattern[str]]:
    """Patterns of digits that may be typed, by name.

    Raises
    ------
    SchemaError
        If an entry lacks its pattern or its reason.
    """
    path = folder / FILE
    body = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for name, given in body.items():
        if not isinstance(given, dict) or set(given) != {"pattern", "why"} or not all(given.values()):
            raise SchemaError(f"{FILE}: [{name}] needs pattern = and why =.")
    return {name: re.compile(given["pattern"]) for name, given in body.items()}


def prose(text: str) -> str:
    """Words that a reader reads, with line breaks where they were."""
    return _NO_PROSE.sub(lambda match: "\n" * match[0].count("\n"), text)


def check(text: str, allowed: Mapping[str, re.Pattern[str]]) -> None:
    """Refuse a digit that no pattern allows, and a pattern that allows none.

    Raises
    ------
    SpecificationError
        Names the line and the words around the digit.
    SchemaError
        If a pattern matches nothing in the text.

    Examples
    --------
    >>> check("The 10-year yield.", {"maturities": re.compile(r"10-year")})
    >>> check("It rose by 7 bp.", {})
    Traceback (most recent call last):
    ...
    econ.errors.SpecificationError: line 1 of the text types a number by hand: 'It rose by 7 bp.'; key it ...
    """
    left = prose(text)
    for name, pattern in allowed.items():
        left, count = pattern.subn(lambda match: "\n" * match[0].count("\n"), left)
        if count == 0:
            raise SchemaError(f"{FILE}: [{name}] matches nothing in the text; take it out.")
    if match := re.search(r"\d", left):
        start, line = match.start(), left.count("\n", 0, match.start()) + 1
        around = " ".join(left[max(0, start - 30) : start + 30].split())
        raise SpecificationError(
            f"line {line} of the text types a number by hand: {around!r}; key it to a result "
            f"([]{{.num key=exhibit.number}}), or say in {FILE} why it may be typed."
        )
