"""Values that do not change behind one's back: mappings that can be pickled, and `guarded` result classes.

A frozen dataclass refuses a new value for a field, but not an edit of the table or array in the field. A class that is
`guarded` hands out copies of its tables, and arrays that refuse writing, so that an answer given once stays the answer.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd

K = TypeVar("K")
V = TypeVar("V")
C = TypeVar("C", bound=type)


class FrozenMapping(Mapping[K, V]):
    """A mapping without a way to change it; unlike ``types.MappingProxyType`` it can be copied, pickled and compared.

    Examples
    --------
    >>> FrozenMapping({"y": 1})["y"]
    1
    """

    def __init__(self, content: Mapping[K, V]) -> None:
        self._content = dict(content)

    def __getitem__(self, key: K) -> V:
        return self._content[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._content)

    def __len__(self) -> int:
        return len(self._content)

    def __repr__(self) -> str:
        return repr(self._content)


def held(value: Any) -> Any:
    """What an object keeps of ``value``: an array as a view that cannot be written to, anything else as it is."""
    if isinstance(value, np.ndarray) and value.flags.writeable:
        value = value.view()
        value.flags.writeable = False
    return value


def handed_out(value: Any) -> Any:
    """What an object gives of what it holds: a copy of a table, anything else as it is."""
    return value.copy() if isinstance(value, (pd.DataFrame, pd.Series)) else value


class _Field:
    """Data descriptor of one field: it stands before the instance's dictionary, where the value lies."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: type) -> Any:
        if instance is None:
            raise AttributeError(self.name)
        try:
            return handed_out(instance.__dict__[self.name])
        except KeyError:
            raise AttributeError(self.name) from None

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
            instance.__dict__[self.name] = held(self.compute(instance))
        return handed_out(instance.__dict__[self.name])


def guarded(cls: C) -> C:
    """Guard the tables and arrays of a frozen dataclass; written above ``@dataclass``.

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
        if any(word in str(field.type) for word in ("DataFrame", "Series", "Array", "ndarray", "Rows", "Mask")):
            setattr(cls, field.name, _Field(field.name))
    for name, attribute in list(vars(cls).items()):
        if isinstance(attribute, cached_property):
            setattr(cls, name, _Cached(name, attribute.func))
    return cls
