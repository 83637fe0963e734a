"""Put a result together again from its records and arrays; only types of the registry are made, nothing is called."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd

from econ.errors import SchemaError
from econ.frozen import FrozenMapping
from econ.saved import registry, tables

BUILTIN = {"tuple": tuple, "list": list, "frozenset": frozenset}


class Reader:
    """One file being read: record after record, each from those before it."""

    def __init__(self, arrays: list[np.ndarray[Any, Any]]) -> None:
        self.arrays = arrays
        self.made: list[Any] = []

    def add(self, record: dict[str, Any]) -> None:
        """Make what the next record describes."""
        self.made.append(self._made(record))

    def node(self, node: Any) -> Any:
        """The value of a node; what is shared is the same object at each of its places."""
        if not isinstance(node, dict):
            return node
        if "ref" in node:
            return self.made[node["ref"]]
        if "float" in node:
            return float(node["float"])
        if "scalar" in node:
            return np.dtype(node["scalar"]).type(self.node(node["value"]))
        if "period" in node:
            return pd.Period(ordinal=node["ordinal"], freq=node["period"])
        if "time" in node:
            return tables.index_of(node["time"], self.node)[0]
        if "NaT" in node:
            return pd.NaT
        word = next(iter(node))
        return BUILTIN[word](self.node(each) for each in node[word])

    def _made(self, record: dict[str, Any]) -> Any:
        if "array" in record:
            return self.arrays[record["array"]].transpose(record["axes"])
        if "objects" in record:
            return tables.objects(record["objects"], self.node).reshape(record["shape"])
        if "table" in record:
            return tables.table_of(record["table"], self.node)
        if "series" in record:
            parts = record["series"]
            index = tables.index_of(parts["index"], self.node)
            return tables.column_of(parts["values"], self.node, index=index, name=self.node(parts["name"]))
        if "index" in record:
            return tables.index_of(record["index"], self.node)
        if "mapping" in record or "dict" in record:
            pairs = record["mapping" if "mapping" in record else "dict"]
            content = {self.node(key): self.node(value) for key, value in pairs}
            return FrozenMapping(content) if "mapping" in record else content
        if "seed" in record:
            seed = {name: self.node(each) for name, each in record["seed"].items()}
            return np.random.SeedSequence(**seed, n_children_spawned=record["spawned"])
        return self._object(record)

    def _object(self, record: dict[str, Any]) -> Any:
        kind = registry.kind_of(record["type"])
        given = {name: self.node(each) for name, each in record["fields"].items()}
        if not is_dataclass(kind):
            return kind(**given)
        known = {each.name: each for each in fields(kind)}
        if unknown := [name for name in given if name not in known]:
            raise SchemaError(
                f"a {record['type']} in the file has {unknown[0]!r}, which this version of econ does not know; the "
                "file is newer: update econ."
            )
        made = object.__new__(kind)
        vars(made).update({name: given[name] if name in given else _default(each) for name, each in known.items()})
        return made


def _default(field: Field[Any]) -> Any:
    """What a field is in a file that is older than the field."""
    if field.default is not MISSING:
        return field.default
    if field.default_factory is not MISSING:
        return field.default_factory()
    raise SchemaError(f"the file lacks {field.name!r}, without which the result cannot be had; save it once more.")
