"""Claims of the text: a sentence of direction, order or significance is keyed to an assertion over the results.

The text says ``[holdings fell by more than was sold]{.claim key=holdings-overstate}``, and ``paper/assertions.toml``
holds what must be so for it to be true::

    holdings-overstate = ["holdings_and_flows.china_reported < holdings_and_flows.china_bought < 0"]

The build computes each and stops at one that is false. A condition is a chain of comparisons or a word about a set:

======================== ==================================================================
``a < b <= c``           of numbers, in order; ``=`` also compares words: ``x.verdict = 'no'``
``a contains 0, 5``      the interval or set of an estimate holds every number named
``a excludes 0``         it holds none of them
``a is unbounded``       the set has an end at infinity; ``is bounded``: it has none
``a names 'Unlike'``     words that hold these
``a is missing``         the result is not available, such as a shift of variance that was not found
======================== ==================================================================

A side is a number, words in quotes, or a result as ``exhibit.number``, with ``:lower``, ``:upper`` or ``:se`` for that
part of an estimate, ``2 *`` before, ``+ 5`` or ``- 5`` after, and bars for the absolute value. Names in braces stand
for each in turn: ``price_impact.{granular,combined}_3 contains 0``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

from econ.errors import OutputDiffers, SchemaError, SeriesNotFound, SpecificationError, suggestion
from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.tables.numbers import Number, render

FILE = "assertions.toml"
_SPAN = re.compile(r"\[(?P<words>(?:[^\[\]]|\[(?:[^\[\]]|\[[^\[\]]*\])*\])*)\]\{\.claim\s+key=(?P<key>[\w-]+)\}")
_BRACES = re.compile(r"\{([^{}]+)\}")
_SIDE = re.compile(
    r"^(?:(?P<factor>[\d.]+)\s*\*\s*)?(?P<bar>\|?)(?:(?P<number>-?[\d.]+)|'(?P<words>[^']*)'|(?P<ref>[a-z]\w*\.\w+)(?P<part>:\w+)?)"
    r"(?P=bar)(?:\s*(?P<sign>[+-])\s*(?P<shift>[\d.]+))?$"
)
_WORD = re.compile(r"^(?P<left>\S+)\s+(?P<word>contains|excludes|is|names)\s+(?P<right>.+)$")
_ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip
Value: TypeAlias = float | str
Look: TypeAlias = Callable[[str], Number]


def spans(text: str) -> list[tuple[str, str]]:
    """Key and words of every claim of a text, in order.

    Raises
    ------
    SpecificationError
        If a claim has no key, or its brackets do not close.

    Examples
    --------
    >>> spans("Yields [rise by []{.num key=a.b} bp]{.claim key=rise} after a sale.")
    [('rise', 'rise by []{.num key=a.b} bp')]
    """
    found = [(match["key"], " ".join(match["words"].split())) for match in _SPAN.finditer(text)]
    if len(found) != (count := text.count("{.claim")):
        raise SpecificationError(
            f"{count} claims stand in the text and {len(found)} can be read; write [words]{{.claim key=name}}, "
            "with brackets inside the words that close."
        )
    return found


def read(folder: Path) -> dict[str, tuple[str, ...]]:
    """Conditions of every assertion, by its key; none where the paper has no file of them.

    Raises
    ------
    SchemaError
        If an entry is no list of conditions.
    """
    path = folder / FILE
    body = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for key, given in body.items():
        if not isinstance(given, list) or not given or not all(isinstance(each, str) for each in given):
            raise SchemaError(f"{FILE}: {key} needs a list of conditions in quotes; found {given!r}.")
    return {key: tuple(given) for key, given in body.items()}


@dataclass(frozen=True)
class Untrue:
    """A sentence that the results do not bear out: its key and words, the condition that fails, and what they say."""

    key: str
    words: str
    condition: str
    found: str

    def __str__(self) -> str:
        return f"{self.words!r} (claim {self.key}), which rests on {self.condition!r}; the results say {self.found}"


def check(text: str, given: Mapping[str, Iterable[str]], look: Look) -> None:
    """Hold every claim of a text to its assertion.

    Parameters
    ----------
    text : str
        The paper.
    given : mapping of str to conditions
        As from :func:`read`.
    look : callable
        Takes ``"exhibit.number"`` and returns the result.

    Raises
    ------
    SeriesNotFound
        If a claim has no assertion, or an assertion asks for a number that no exhibit has.
    SchemaError
        If an assertion belongs to no claim.
    OutputDiffers
        If a claim is false; names the sentence, the condition, the numbers, and the keys of all others that are false.
    """
    if false := untrue(text, given, look):
        others = sorted({each.key for each in false} - {false[0].key})
        raise OutputDiffers(
            f"the text says {false[0]}. Rewrite the sentence, and its condition in {FILE}."
            + (f" False too: {', '.join(others)}." if others else "")
        )


def untrue(text: str, given: Mapping[str, Iterable[str]], look: Look, *, missing: bool = False) -> tuple[Untrue, ...]:
    """Claims of a text that the results do not bear out, in the order of the text; a claim once for each condition.

    Parameters
    ----------
    text, given, look
        As for :func:`check`.
    missing : bool
        Whether a claim whose condition asks for more than a result that is not available can give is among them;
        otherwise it is refused.

    Raises
    ------
    SeriesNotFound, SchemaError
        As :func:`check`.
    SpecificationError
        If a condition cannot be read, or without ``missing`` cannot be computed.
    """
    said: dict[str, str] = {}
    for key, words in spans(text):
        if key not in given:
            raise SeriesNotFound(f"the text claims {words!r} by {key!r}, and {FILE} has none; {suggestion(key, given)}")
        said.setdefault(key, words)
    if idle := [key for key in given if key not in said]:
        raise SchemaError(f"{FILE}: {idle[0]!r} belongs to no claim of the text; key a sentence to it, or take it out.")
    asked = ((key, each) for key in said for condition in given[key] for each in expanded(condition))
    return tuple(
        Untrue(key, said[key], each, "; ".join(f"{name} = {_shown(look(name))}" for name in named(each)))
        for key, each in asked
        if (missing and _lacks(each, look)) or not holds(each, look)
    )


def _lacks(condition: str, look: Look) -> bool:
    """Whether a condition that is not about a gap reads a result that is one."""
    about = condition.endswith(" is missing")
    return not about and any(isinstance(look(name), Unavailable) for name in named(condition))


def expanded(condition: str) -> Iterator[str]:
    """One condition for each name in braces; the same braces twice stand for the same name.

    Examples
    --------
    >>> list(expanded("a.{x,y}_3 < b.{x,y}"))
    ['a.x_3 < b.x', 'a.y_3 < b.y']
    """
    braces = _BRACES.search(condition)
    if braces is None:
        yield condition
        return
    for name in braces[1].split(","):
        yield from expanded(condition.replace(braces[0], name.strip()))


def named(condition: str) -> list[str]:
    """Results that a condition reads, each once."""
    return list(dict.fromkeys(re.findall(r"(?<![\w'])[a-z]\w*\.[a-z]\w*", re.sub(r"'[^']*'", "", condition))))


def holds(condition: str, look: Look) -> bool:
    """Whether a condition without braces is true.

    Raises
    ------
    SpecificationError
        If it cannot be read.

    Examples
    --------
    >>> impact = Estimate(15.0, 5.0, 6.0, 24.0)
    >>> [holds(each, lambda name: impact) for each in ("0 < a.b:lower < a.b", "a.b contains 10, 30", "|a.b| > 2 * a.b")]
    [True, False, False]
    """
    if match := _WORD.match(condition):
        return _about_a_set(match["left"], match["word"], match["right"], look)
    sides = re.split(r"\s+(<=|>=|<|>|=)\s+", condition)
    if len(sides) < 3:
        raise _unread(condition)
    values = [_side(text, condition, look) for text in sides[::2]]
    return all(_compared(left, word, right) for (left, right), word in zip(pairwise(values), sides[1::2], strict=True))


def _compared(left: Value, word: str, right: Value) -> bool:
    if word == "=":
        return left == right
    if isinstance(left, str) or isinstance(right, str):
        raise SpecificationError(f"{left!r} {word} {right!r} compares words; words have no order, use = or names.")
    return _ORDER[word](left, right)


def _about_a_set(left: str, word: str, right: str, look: Look) -> bool:
    found = look(left)
    if word == "names":
        return isinstance(found, str) and right.strip("'") in found
    if word == "is" and right == "missing":
        return isinstance(found, Unavailable)
    region = _region(left, found)
    if word == "is" and right in ("bounded", "unbounded"):
        return region.bounded == (right == "bounded")
    if word == "is":
        raise _unread(f"{left} is {right}")
    points = [float(number) for number in right.split(",")]
    return all(point in region for point in points) if word == "contains" else all(p not in region for p in points)


def _region(name: str, found: Number) -> ConfidenceSet:
    if not isinstance(found, Estimate):
        raise SpecificationError(f"{name} is {found!r}, which has no set; compare it with <, > or =.")
    return found.confidence_set()


def _side(text: str, condition: str, look: Look) -> Value:
    match = _SIDE.match(text.strip())
    if match is None:
        raise _unread(condition)
    if match["words"] is not None:
        return match["words"]
    value = float(match["number"]) if match["number"] else _part(look(match["ref"]), match["part"], match["ref"])
    if isinstance(value, str):
        return value
    value = abs(value) if match["bar"] else value
    value = value * float(match["factor"] or 1.0)
    return value + float(f"{match['sign']}{match['shift']}") if match["sign"] else value


def _part(found: Number, part: str | None, name: str) -> Value:
    plain: float | str | Unavailable
    if isinstance(found, Estimate):
        names = {None: "value", ":lower": "lower", ":upper": "upper", ":se": "std_error"}
        if part not in names:
            raise SpecificationError(f"{name} has no part {part!r}; use :lower, :upper or :se.")
        plain = getattr(found, names[part])
    elif part is not None:
        raise SpecificationError(f"{name} is {found!r} and has no {part[1:]}; name it alone.")
    else:
        plain = found
    if isinstance(plain, Unavailable):
        raise SpecificationError(f"{name} is not available ({plain.reason}); no sentence can rest on it.")
    return plain if isinstance(plain, str) else float(plain)


def _shown(found: Number) -> str:
    return f"{render(found)} {render(found, 'interval')}" if isinstance(found, Estimate) else render(found)


def _unread(condition: str) -> SpecificationError:
    return SpecificationError(
        f"{FILE}: {condition!r} cannot be read; write a < b, a = 'words', a names 'words', a contains 0, a excludes 0, "
        "or a is bounded, unbounded or missing."
    )
