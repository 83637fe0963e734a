"""Take a result apart: a list of plain JSON records, each after those it refers to, and the arrays of numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd

from econ.errors import SpecificationError
from econ.frozen import FrozenMapping
from econ.saved import registry, tables

KEPT = "biufcU"
"""Kinds of numpy's dtypes that an array may have."""


class Writer:
    """One file in the making: what is shared is written once, so that it is shared again when it is loaded."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.arrays: list[np.ndarray[Any, Any]] = []
        self.places: dict[int, int] = {}
        self.alive: list[object] = []
        self.path: list[str] = []
        self.lenient = False

    def node(self, value: Any) -> Any:
        """A value as JSON: plain numbers and words as they are, anything else under a word that says what it is.

        Raises
        ------
        SpecificationError
            For what no file keeps: functions, handles, objects of other packages.
        """
        if value is None or type(value) in (bool, str, int):
            return value
        if type(value) is float:
            return value if math.isfinite(value) else {"float": str(value)}
        if isinstance(value, np.str_):
            return str(value)
        if isinstance(value, np.generic) and value.dtype.kind in "biuf" and value.dtype.itemsize <= 8:
            return {"scalar": value.dtype.str, "value": self.node(value.item())}
        if type(value) in (list, tuple, frozenset):
            word = type(value).__name__
            parts = [self.node(each) for each in (sorted(value) if word == "frozenset" else value)]
            return {word: parts}
        if isinstance(value, pd.Period):
            return {"period": value.freqstr, "ordinal": value.ordinal}
        if isinstance(value, pd.Timestamp):
            return {"time": tables.index_parts(pd.DatetimeIndex([value]), self)}
        if value is pd.NaT:
            return {"NaT": True}
        return self._reference(value)

    def _reference(self, value: Any) -> dict[str, int]:
        """The place of what may be shared."""
        if id(value) not in self.places:
            record = self._record(value)
            self.alive.append(value)  # so that no other object gets its id
            self.places[id(value)] = len(self.records)
            self.records.append(record)
        return {"ref": self.places[id(value)]}

    def _record(self, value: Any) -> dict[str, Any]:
        if isinstance(value, np.ndarray):
            return self._array(value)
        if isinstance(value, pd.DataFrame):
            return {"table": tables.table_parts(value, self)}
        if isinstance(value, pd.Series):
            parts = {"index": tables.index_parts(value.index, self), "name": self.node(value.name)}
            return {"series": {**parts, "values": tables.column_parts(value, self)}}
        if isinstance(value, pd.Index):
            return {"index": tables.index_parts(value, self)}
        if isinstance(value, (FrozenMapping, dict)):
            content = value._content if isinstance(value, FrozenMapping) else value
            word = "mapping" if isinstance(value, FrozenMapping) else "dict"
            return {word: [[self.node(key), self._at(key, each)] for key, each in content.items()]}
        if isinstance(value, np.random.SeedSequence):
            seed = {"entropy": value.entropy, "spawn_key": tuple(value.spawn_key), "pool_size": value.pool_size}
            return {"seed": {name: self.node(each) for name, each in seed.items()}, "spawned": value.n_children_spawned}
        return self._object(value)

    def _array(self, value: np.ndarray[Any, Any]) -> dict[str, Any]:
        if value.dtype == object:
            return {"objects": [self.node(each) for each in value.ravel()], "shape": list(value.shape)}
        if value.dtype.kind not in KEPT or value.dtype.itemsize == 0 or type(value) is not np.ndarray:
            raise self._refusal(f"an array of dtype {value.dtype}", "convert it to float or to words")
        order = sorted(range(value.ndim), key=lambda axis: -abs(value.strides[axis]))
        self.arrays.append(np.asarray(value.transpose(order), order="C"))
        return {"array": len(self.arrays) - 1, "axes": [order.index(axis) for axis in range(value.ndim)]}

    def _object(self, value: Any) -> dict[str, Any]:
        name = registry.names().get(type(value))
        if name is None:
            if callable(value) and self.lenient:
                return {"type": "saved.LeftOut", "fields": {"name": registry.words_of(value)}}
            raise self._stranger(value)
        if isinstance(value, tuple):  # a named one
            return {
                "type": name,
                "fields": {each: self._at(each, getattr(value, each)) for each in vars(type(value))["_fields"]},
            }
        content, before = vars(value), self.lenient
        parts = {}
        for each in fields(value):
            self.lenient = before or each.name in registry.FUNCTIONS.get(name, ())
            parts[each.name] = self._at(each.name, content[each.name])
        self.lenient = before
        return {"type": name, "fields": parts}

    def _at(self, name: object, value: Any) -> Any:
        self.path.append(str(name))
        try:
            return self.node(value)
        finally:
            self.path.pop()

    def _stranger(self, value: Any) -> SpecificationError:
        kind = type(value)
        if callable(value):
            return self._refusal(
                f"the function {registry.words_of(value)!r}", "keep its program beside the file, and save what it gave"
            )
        return self._refusal(
            f"a {kind.__module__}.{kind.__qualname__}", "save results of econ, and your own objects in your own way"
        )

    def _refusal(self, what: str, cure: str) -> SpecificationError:
        where = f" in {'.'.join(self.path)}" if self.path else ""
        return SpecificationError(f"a file of results cannot hold {what}{where}; {cure}.")


def is_result(value: object) -> bool:
    """Whether a value is worth a file: a result, a table, or a collection of some."""
    if isinstance(value, (Mapping, list, tuple)) and type(value) not in registry.names():
        parts = list(value.values()) if isinstance(value, Mapping) else list(value)
        return bool(parts) and all(is_result(each) for each in parts)
    return isinstance(value, (pd.DataFrame, pd.Series, np.ndarray)) or not isinstance(
        value, (type(None), bool, int, float, complex, str, bytes, np.generic, type)
    )
