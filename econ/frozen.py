"""Values that do not change behind one's back: mappings that can be pickled, and `guarded` result classes.

A frozen dataclass refuses a new value for a field, but not an edit of the table or array in the field. A class that is
`guarded` hands out copies of its tables, and arrays that refuse writing, so that an answer given once stays the answer.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from econ.border import checked_class

K = TypeVar("K")
V = TypeVar("V")
C = TypeVar("C", bound=type)
A = TypeVar("A", bound=np.ndarray[Any, Any])

PLAIN = {"str", "bytes", "int", "float", "complex", "bool", "None", "tuple", "frozenset"}
"""Words of the types that nobody can edit: a field of any other type is guarded."""
ATOMS = {float, int, str, bool, type(None)}
"""The commonest values that nobody can edit, told apart first."""
DEEP = int(pd.__version__.partition(".")[0]) < 3
"""Whether a table that is handed out must be copied at once; pandas 3 copies it when one of the two is written to."""


class FrozenMapping(Mapping[K, V]):
    """A mapping without a way to change it; unlike ``types.MappingProxyType`` it can be copied, pickled and compared.

    Its tables are handed out as copies, its arrays refuse writing.

    Examples
    --------
    >>> FrozenMapping({"y": 1})["y"]
    1
    """

    def __init__(self, content: Mapping[K, V]) -> None:
        self._content = {key: held(value) for key, value in content.items()}

    def __getitem__(self, key: K) -> V:
        return handed_out(self._content[key])  # type: ignore[no-any-return]

    def __iter__(self) -> Iterator[K]:
        return iter(self._content)

    def __len__(self) -> int:
        return len(self._content)

    def __repr__(self) -> str:
        return repr(self._content)


def held(value: Any) -> Any:
    """What an object keeps of ``value``, so that no later edit of ``value`` changes the object.

    A table is copied, and so is an array that anybody could write to, through itself or the array that it is a view of;
    one that nobody can is kept. A dictionary becomes a `FrozenMapping`; lists and tuples are kept part by part.
    """
    if type(value) in ATOMS:
        return value
    if isinstance(value, np.ndarray):
        return value if _unwritable(value) else _locked(value.copy())
    if isinstance(value, (pd.DataFrame, pd.Series)):
        return value.copy()
    if isinstance(value, dict):
        return FrozenMapping(value)
    return _parts(value, held)


def own(value: Any) -> Any:
    """What an object keeps of a ``value`` that it has just computed: an array of its own needs no copy."""
    return _locked(value) if isinstance(value, np.ndarray) and value.base is None else held(value)


def sealed(value: A) -> A:
    """The same array, which refuses writing from now on, itself and what it is a view of: `held` keeps it uncopied.

    For an array that was just computed, and that nobody else will write to.

    Examples
    --------
    >>> table = sealed(np.ones(4).reshape(2, 2))
    >>> held(table) is table
    True
    """
    each: Any = value
    while isinstance(each, np.ndarray):
        _locked(each)
        each = each.base
    return value


def handed_out(value: Any) -> Any:
    """What an object gives of what it holds: copies of tables, arrays that refuse writing, anything else as it is."""
    if isinstance(value, np.ndarray):
        return _locked(value)  # an array that was pickled or copied with its object can be written to again
    if isinstance(value, (pd.DataFrame, pd.Series)):
        return value.copy(deep=DEEP)
    return _parts(value, handed_out)


def _parts(value: Any, of: Callable[[Any], Any]) -> Any:
    """A list, tuple or named tuple with ``of`` each part; a tuple whose parts stay the same is the same tuple."""
    if not isinstance(value, (list, tuple)) or (type(value) is tuple and ATOMS.issuperset(map(type, value))):
        return value
    parts = [of(part) for part in value]
    if isinstance(value, list):
        return parts
    if all(new is old for new, old in zip(parts, value, strict=True)):
        return value
    return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)


def _locked(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The same array, which refuses writing from now on."""
    if array.flags.writeable:
        array.flags.writeable = False
    return array


def _unwritable(array: np.ndarray[Any, Any]) -> bool:
    """Whether neither the array nor any array that it is a view of can be written to."""
    each: Any = array
    while isinstance(each, np.ndarray):
        if each.flags.writeable:
            return False
        if isinstance(each, np.memmap) and each.mode == "r":  # a file that this array cannot write to
            return True
        each = each.base
    return each is None


class _Field:
    """Data descriptor of one field: it stands before the instance's dictionary, where the value lies."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: type) -> Any:
        if instance is None:
            raise AttributeError(self.name)
        try:
            value = instance.__dict__[self.name]
        except KeyError:
            raise AttributeError(self.name) from None
        return value if type(value) in ATOMS else handed_out(value)

    def __set__(self, instance: object, value: Any) -> None:
        instance.__dict__[self.name] = held(value)


class _Cached(_Field):
    """The same for a cached property: computed once, then handed out like a field."""

    def __init__(self, name: str, compute: Callable[[Any], Any]) -> None:
        super().__init__(name)
        self.compute, self.__doc__ = compute, compute.__doc__

    def __get__(self, instance: object, owner: type) -> Any:
        if instance is None:
            return self
        if self.name not in instance.__dict__:
            value = own(self.compute(instance))
            instance.__dict__.setdefault(self.name, value)  # of several threads' the first stays, so all share one
        return handed_out(instance.__dict__[self.name])


def guarded(cls: C) -> C:
    """Guard the tables, arrays and mappings of a frozen dataclass; written above ``@dataclass``.

    What comes in is copied where the caller could still edit it; what goes out is a copy or refuses writing. A loop
    that reads a table many times reads it once into a variable of its own. Constructor and public methods refuse what
    is not of the kind that their signatures say; see :mod:`econ.border`. Its ``repr`` is short.

    Examples
    --------
    >>> @guarded
    ... @dataclasses.dataclass(frozen=True)
    ... class Point:
    ...     at: pd.Series
    >>> point = Point(pd.Series([1.0, 2.0]))
    >>> at = point.at
    >>> at.iloc[0] = 9.0
    >>> point.at.tolist()
    [1.0, 2.0]
    """
    for field in dataclasses.fields(cls):
        if not set(re.findall(r"\w+", str(field.type))) <= PLAIN:
            setattr(cls, field.name, _Field(field.name))
    for name, attribute in list(vars(cls).items()):
        if isinstance(attribute, cached_property):
            setattr(cls, name, _Cached(name, attribute.func))
    if hasattr(vars(cls).get("__repr__"), "__wrapped__"):  # written by the dataclass, whole tables and all
        setattr(cls, "__repr__", _brief)  # noqa: B010
    checked_class(cls)
    return cls


LONGEST = 100
"""Most letters of one field in a ``repr``."""


def _brief(self: Any) -> str:
    """Name and fields as a dataclass prints them, but tables and arrays by their shape and long texts cut."""
    told = [field for field in dataclasses.fields(self) if field.repr] or dataclasses.fields(self)  # else only a name
    fields = [f"{field.name}={_words(getattr(self, field.name))}" for field in told]
    line = f"{type(self).__qualname__}({', '.join(fields)})"
    if len(line) <= 2 * LONGEST:
        return line
    shown = fields if len(fields) <= 10 else [*fields[:9], f"... ({len(fields)} fields)"]
    return f"{type(self).__qualname__}(\n  " + ",\n  ".join(shown) + "\n)"


def _words(value: Any) -> str:
    if isinstance(value, (pd.DataFrame, pd.Series)) or (isinstance(value, np.ndarray) and value.size > 6):
        return f"<{type(value).__name__} {' × '.join(map(str, value.shape))}>"
    text = re.sub(r"\s+", " ", repr(value))
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
