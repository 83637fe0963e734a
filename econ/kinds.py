"""What the words of a signature mean: which values are of a kind, and how a value that is not is refused."""

from __future__ import annotations

import builtins
import inspect
import numbers
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from econ.errors import SpecificationError

KINDS: dict[str, tuple[type, ...]] = {
    "int": (numbers.Integral,),
    "float": (numbers.Real,),
    "str": (str,),
    "bytes": (bytes,),
    "bool": (bool, np.bool_),
    "Mapping": (Mapping,),
    "dict": (Mapping,),
    "Sequence": (Iterable,),
    "Collection": (Iterable,),
    "list": (Iterable,),
    "tuple": (Iterable,),
    "frozenset": (Iterable,),
}
WORDS = {
    "int": "an integer",
    "float": "a number",
    "str": "a word",
    "bool": "True or False",
    "ArrayLike": "an array of numbers",
    "Array": "an array of numbers",
    "Rows": "an array of integers",
    "Mask": "an array of True and False",
    "Scheme": "a scheme, such as Cholesky('x', 'y')",
    "PointScheme": "a scheme with one answer, such as Cholesky or Proxy",
    "Source": "responses of a VAR or a projection",
}
NUMERIC = {"Array": "fiub", "Rows": "iu", "Mask": "b"}
"""Kinds of numpy's numbers that an array may hold."""
FREE = {
    "Any",
    "object",
    "Seed",
    "NDArray",
    "Bootstrap",
    "Narrative",
    "Self",
    "",
}
"""What is checked where it is used, in words of its own."""
OWN = {"as_of", "level", "value", "std_error", "lower", "upper", "tables", "figures"}
"""Arguments that are taken in more kinds than their types say, or refused in words of their own."""
CURES = {
    "VARResults": "VAR(data, lags=1).fit() gives them",
    "StructuralResults": "fit.identify(Cholesky(...)) gives them",
    "IRF": "results.irf(horizon) gives one",
    "ReducedForm": "econ.infer.reduced_form gives one",
    "Estimate": "irf.at(horizon, response=...) gives one",
    "ReducedDraws": "fit.as_draws gives them",
    "DataFrame": "pd.DataFrame(values, index=dates, columns=names) makes one",
    "Series": "pd.Series(values, index=dates) makes one",
    "bool": "write True or False",
}

Kind: TypeAlias = tuple[str, tuple[Any, ...]]
"""A word of an annotation and, by the same rule, what stands in its brackets; a union is the word ``|``."""


def kind_of(parameter: inspect.Parameter) -> Kind | None:
    """What a parameter takes, read from its annotation; None where there is nothing to check."""
    text = str(parameter.annotation)
    if parameter.annotation is parameter.empty or "<" in text or parameter.name in OWN:
        return None
    kind = _read(text)
    words = {each[0] for each in (kind[1] if kind[0] == "|" else (kind,))}
    return None if FREE & words else kind


def _read(text: str) -> Kind:
    parts = _split(text, "|")
    if len(parts) > 1:
        return ("|", tuple(_read(part) for part in parts))
    head, _, inside = parts[0].partition("[")
    return (head, tuple(_read(part) for part in _split(inside[:-1], ",")) if inside and head in KINDS else ())


def _split(text: str, sign: str) -> list[str]:
    """Parts of a text between signs that stand in no brackets."""
    depth, parts = 0, [""]
    for letter in text:
        depth += (letter in "[(") - (letter in "])")
        if letter == sign and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def is_of(value: object, kind: Kind, scope: Mapping[str, Any]) -> bool:
    """Whether a value is of a kind, whose words mean what they mean in the module that wrote them."""
    word, inside = kind
    if word == "|":
        return any(is_of(value, each, scope) for each in inside)
    if word == "None":
        return value is None
    if word in FREE:
        return True
    if word in KINDS:
        return _is_plain(value, word) and _holds(value, word, inside, scope)
    if word == "Callable":
        return callable(value) and not isinstance(value, type)
    if isinstance(value, type):  # a protocol would take the class for one of its values
        return False
    if word == "ArrayLike" or word in NUMERIC:
        return _is_numeric(value, word)
    return _is_instance(value, word, scope)


def _is_plain(value: object, word: str) -> bool:
    if word in ("int", "float") and isinstance(value, (bool, np.bool_)):
        return False
    if word in ("Sequence", "Collection", "list", "tuple") and isinstance(value, (Iterator, bytes, pd.DataFrame)):
        return False
    return isinstance(value, KINDS[word])


def _holds(value: Any, word: str, inside: tuple[Kind, ...], scope: Mapping[str, Any]) -> bool:
    """Whether what stands in a container is of the kinds in its brackets."""
    if not inside:
        return True
    if word in ("Mapping", "dict"):
        deep = inside[1][0] in {"|", "Mapping", "Sequence", "tuple"}  # what is nested is explained where it is used
        return all(
            is_of(key, inside[0], scope) and (deep or is_of(item, inside[1], scope)) for key, item in value.items()
        )
    if isinstance(value, str):  # one name is as good as a list of one, but not as two
        return inside[0][0] == "str" and (word != "tuple" or inside[-1][0] == "...")
    if word == "tuple" and inside[-1][0] != "...":
        parts = list(value)
        return len(parts) == len(inside) and all(map(lambda one, of: is_of(one, of, scope), parts, inside))
    return all(is_of(item, inside[0], scope) for item in value)


def _is_numeric(value: Any, word: str) -> bool:
    if word != "ArrayLike":
        return isinstance(value, np.ndarray) and value.dtype.kind in NUMERIC[word]
    try:
        array = np.asarray(value)
        return array.dtype.kind in "fiub" or (array.dtype.kind == "O" and np.asarray(array, dtype=float) is not None)
    except (TypeError, ValueError):
        return False


def _is_instance(value: object, word: str, scope: Mapping[str, Any]) -> bool:
    kind = class_of(word, scope)
    if kind is None:
        return True
    if isinstance(kind, type) and issubclass(kind, pd.Index):  # whether its dates suit is another question
        kind = pd.Index
    if not isinstance(kind, type) and word != "Source":  # a word for several kinds is explained where it is used
        return True
    try:
        return isinstance(value, kind)
    except TypeError:  # a protocol that says nothing of its instances
        return True


def class_of(word: str, scope: Mapping[str, Any]) -> Any:
    """What a word of a signature stands for; None where no module that was imported says."""
    first, *rest = word.split(".")
    try:
        kind: Any = scope.get(first) or getattr(builtins, first, None) or _elsewhere(first)
    except LookupError:
        return None
    for each in rest:
        kind = getattr(kind, each)
    return kind


@cache
def _elsewhere(word: str) -> Any:
    """What a name stands for that a module imports for its signatures only; what is not found is sought again."""
    for name, module in list(sys.modules.items()):
        if name.startswith("econ.") and vars(module).get(word) is not None:
            return vars(module)[word]
    raise LookupError(word)


def _named(kind: Kind) -> str:
    """A kind in words of a message."""
    word, inside = kind
    if word == "|":
        return " or ".join(_named(each) for each in inside if each[0] != "None")
    short = word.split(".")[-1]
    plain = WORDS.get(short, f"{'an' if short[:1] in 'AEIOU' else 'a'} {short}")
    parts = [_named(each) for each in inside if each[0] not in {*FREE, "..."}]
    return f"{plain} of {' and '.join(dict.fromkeys(parts))}" if parts else plain


def refuse(name: str, value: object, kind: Kind) -> None:
    """Say what an argument takes, what was found and how to get it."""
    if isinstance(value, type):
        found = f"the class {value.__name__}, not one of its values"
    else:
        shown = re.sub(r"\s+", " ", repr(value))
        article = "an" if type(value).__name__[0] in "aeiouAEIOU" else "a"
        found = f"{article} {type(value).__name__}, {shown if len(shown) <= 60 else shown[:57] + '...'}"
    words = [each[0].split(".")[-1] for each in (kind[1] if kind[0] == "|" else (kind,))]
    cure = next((f"; {CURES[word]}" for word in words if word in CURES), "")
    raise SpecificationError(f"{name} must be {_named(kind)}; found {found}{cure}.")
