"""The border of every public callable: what comes in is of the kind that the signature says, or is refused in words.

Bounds of numbers, words that are known and names that exist are the business of :mod:`econ.checks`. Here stand the
kinds: an integer, a word, a table, a mapping, results of another room, a function.
"""

from __future__ import annotations

import inspect
import math
import numbers
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, wraps
from typing import Any, TypeAlias, TypeVar

import numpy as np
import pandas as pd

from econ.errors import SpecificationError
from econ.memory import pieces

F = TypeVar("F", bound=Callable[..., Any])

MOST = 10_000_000
"""Largest integer argument: draws, horizons, lags. More fit neither a computer nor a lifetime."""
LARGEST = 1e100
"""Largest number in a table: the square of a larger one is no number on this machine."""

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


def checked(function: F) -> F:
    """Refuse arguments that are not of the kind in the signature; written above a public function.

    Raises
    ------
    SpecificationError
        Naming the argument, what it takes, what was found and how to get it.

    Examples
    --------
    >>> @checked
    ... def length(table: pd.DataFrame) -> int:
    ...     return len(table)
    >>> length([1, 2])
    Traceback (most recent call last):
    econ.errors.SpecificationError: table must be a DataFrame; found a list, [1, 2]; pd.DataFrame(values, index=dates, \
columns=names) makes one.
    """
    parameters = list(inspect.signature(function).parameters.values())
    kinds = {each.name: _kind(each) for each in parameters}
    wanted = {name: kind for name, kind in kinds.items() if kind is not None}
    if not wanted:
        return function
    order = [each.name for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]
    rest = next((each.name for each in parameters if each.kind is each.VAR_POSITIONAL), "")
    more = next((each.name for each in parameters if each.kind is each.VAR_KEYWORD), "")
    scope = function.__globals__

    @wraps(function)
    def call(*values: Any, **named: Any) -> Any:
        for number, value in enumerate(values):
            _check(order[number] if number < len(order) else rest, value, wanted, scope)
        for name, value in named.items():
            _check(name if name in kinds else more, value, wanted, scope)
        return function(*values, **named)

    return call  # type: ignore[return-value]


def told_by(function: Callable[..., Any]) -> Callable[[F], F]:
    """Give a method the help text of the function that does its work: its own arguments, without the examples.

    Written above a method whose own text is one line, so that ``help`` says what its arguments are.

    Examples
    --------
    >>> def area(shape, unit):
    ...     '''Size.
    ...
    ...     Parameters
    ...     ----------
    ...     shape : object
    ...         What to measure.
    ...     unit : str
    ...         In what.
    ...     '''
    >>> @told_by(area)
    ... def method(self, unit):
    ...     '''Size; see :func:`area`.'''
    >>> "unit : str" in method.__doc__, "shape" in method.__doc__
    (True, False)
    """

    def tell(method: F) -> F:
        text = inspect.cleandoc(function.__doc__ or "")
        text = re.split(r"\n(?:Examples|See Also)\n-+\n", text)[0]
        head, rule, rest = text.partition("Parameters\n----------\n")
        arguments, heading, after = rest.partition("\n\n")
        known = inspect.signature(method).parameters
        kept = [
            entry
            for entry in re.split(r"\n(?=\S)", arguments)
            if set(re.split(r", ", entry.split(" : ")[0].split("\n")[0])) & known.keys()
        ]
        method.__doc__ = "".join([head, rule, "\n".join(kept), heading, after]).rstrip() + "\n"
        return method

    return tell


def warn(message: str, category: type[Warning]) -> None:
    """Warn at the line of the caller outside the package, however many of its functions lie between."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and str(frame.f_back.f_globals.get("__name__", "")).startswith("econ."):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level + 1)


def checked_class(cls: type) -> None:
    """The same for the constructor and the public methods that a class defines."""
    for name, member in list(vars(cls).items()):
        if name.startswith("_") and name != "__init__":
            continue
        if inspect.isfunction(member):
            setattr(cls, name, checked(member))
        elif isinstance(member, (classmethod, staticmethod)):
            setattr(cls, name, type(member)(checked(member.__func__)))


Kind: TypeAlias = tuple[str, tuple[Any, ...]]
"""A word of an annotation and, by the same rule, what stands in its brackets; a union is the word ``|``."""


def _kind(parameter: inspect.Parameter) -> Kind | None:
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


def _check(name: str, value: object, wanted: Mapping[str, Kind], scope: Mapping[str, Any]) -> None:
    kind = wanted.get(name)
    if kind is None:
        return
    if not _is(value, kind, scope):
        _refuse(name, value, kind)
    if (
        isinstance(value, numbers.Integral)
        and abs(int(value)) > MOST
        and "int" in {kind[0], *(each[0] for each in kind[1])}
    ):
        raise SpecificationError(f"{name} must be an integer of at most {MOST:,}; found {int(value):,}; ask for less.")
    if isinstance(value, float) and LARGEST < abs(value) < math.inf:
        raise SpecificationError(f"{name} is {value:g}; above {LARGEST:g} sums overflow: change units.")
    if isinstance(value, (pd.DataFrame, pd.Series, np.ndarray)):
        _check_size(name, value)


def _check_size(name: str, value: pd.DataFrame | pd.Series | np.ndarray) -> None:
    if isinstance(value, np.memmap) and value.ndim:
        for _, part in pieces(value):
            _check_size(name, np.asarray(part))
        return
    if _is_small(value):
        return
    columns = [value.iloc[:, place] for place in range(value.shape[1])] if isinstance(value, pd.DataFrame) else [value]
    for column in columns:
        if getattr(column.dtype, "kind", "") == "f":
            figures = np.asarray(column, dtype=float)
            flat = figures.ravel(order="K")
            with np.errstate(invalid="ignore", over="ignore"):
                if np.dot(flat, flat) <= LARGEST:  # so are all; False for NaN, and one pass
                    continue
                large = (np.abs(figures) > LARGEST) & np.isfinite(figures)
            if large.any():
                found = float(figures[large].flat[0])
                raise SpecificationError(f"{name} holds {found:g}; above {LARGEST:g} sums overflow: change units.")


def _is_small(value: pd.DataFrame | pd.Series | np.ndarray) -> bool:
    """Whether all numbers together show that none is too large, whatever is missing; infinity leaves it open."""
    kinds = value.dtypes if isinstance(value, pd.DataFrame) else [value.dtype]
    if any(not isinstance(each, np.dtype) or each.kind != "f" for each in kinds):
        return False
    figures = np.asarray(value, dtype=float).ravel(order="K")
    with np.errstate(all="ignore"):
        if figures @ figures < LARGEST**2:
            return True
        most, least = np.fmax.reduce(figures, initial=0.0), np.fmin.reduce(figures, initial=0.0)
    return bool(most <= LARGEST and least >= -LARGEST)


def _is(value: object, kind: Kind, scope: Mapping[str, Any]) -> bool:
    word, inside = kind
    if word == "|":
        return any(_is(value, each, scope) for each in inside)
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
        return all(_is(key, inside[0], scope) and (deep or _is(item, inside[1], scope)) for key, item in value.items())
    if isinstance(value, str):  # one name is as good as a list of one, but not as two
        return inside[0][0] == "str" and (word != "tuple" or inside[-1][0] == "...")
    if word == "tuple" and inside[-1][0] != "...":
        parts = list(value)
        return len(parts) == len(inside) and all(map(lambda one, of: _is(one, of, scope), parts, inside))
    return all(_is(item, inside[0], scope) for item in value)


def _is_numeric(value: Any, word: str) -> bool:
    if word != "ArrayLike":
        return isinstance(value, np.ndarray) and value.dtype.kind in NUMERIC[word]
    try:
        array = np.asarray(value)
        return array.dtype.kind in "fiub" or (array.dtype.kind == "O" and np.asarray(array, dtype=float) is not None)
    except (TypeError, ValueError):
        return False


def _is_instance(value: object, word: str, scope: Mapping[str, Any]) -> bool:
    first, *rest = word.split(".")
    try:
        kind: Any = scope.get(first) or _elsewhere(first)
    except LookupError:
        return True
    for each in rest:
        kind = getattr(kind, each)
    if isinstance(kind, type) and issubclass(kind, pd.Index):  # whether its dates suit is another question
        kind = pd.Index
    if not isinstance(kind, type) and word != "Source":  # a word for several kinds is explained where it is used
        return True
    try:
        return isinstance(value, kind)
    except TypeError:  # a protocol that says nothing of its instances
        return True


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


def _refuse(name: str, value: object, kind: Kind) -> None:
    if isinstance(value, type):
        found = f"the class {value.__name__}, not one of its values"
    else:
        shown = re.sub(r"\s+", " ", repr(value))
        article = "an" if type(value).__name__[0] in "aeiouAEIOU" else "a"
        found = f"{article} {type(value).__name__}, {shown if len(shown) <= 60 else shown[:57] + '...'}"
    words = [each[0].split(".")[-1] for each in (kind[1] if kind[0] == "|" else (kind,))]
    cure = next((f"; {CURES[word]}" for word in words if word in CURES), "")
    raise SpecificationError(f"{name} must be {_named(kind)}; found {found}{cure}.")
