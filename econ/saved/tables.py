"""Tables, series and indexes as parts: numbers in arrays, everything else in words; and back, to the same dtype."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import pandas as pd

from econ.errors import SchemaError, SpecificationError

PLAIN = "biufc"
"""Kinds of numpy's dtypes that are written as they are; times are written as integers."""


class Writer(Protocol):
    """What writes the parts: `econ.saved.write.Writer`."""

    def node(self, value: Any) -> Any:
        """A value as JSON."""
        ...


def index_parts(index: pd.Index, write: Writer) -> dict[str, Any]:
    """What an index is made of.

    Raises
    ------
    SpecificationError
        For a kind of index that no result has: intervals, lengths of time.
    """
    name = write.node(index.name)
    if isinstance(index, pd.MultiIndex):
        levels = [index_parts(level, write) for level in index.levels]
        codes = [write.node(np.asarray(each)) for each in index.codes]
        return {"is": "levels", "levels": levels, "codes": codes, "names": [write.node(each) for each in index.names]}
    if isinstance(index, pd.RangeIndex):
        return {"is": "range", "from": index.start, "to": index.stop, "step": index.step, "name": name}
    if isinstance(index, pd.PeriodIndex):
        return {"is": "periods", "freq": index.freqstr, "ordinals": write.node(index.asi8), "name": name}
    if isinstance(index, pd.DatetimeIndex):
        zone = None if index.tz is None else str(index.tz)
        words = {"is": "times", "unit": index.unit, "zone": zone, "freq": index.freqstr, "name": name}
        return {**words, "since_1970": write.node(index.asi8)}
    if isinstance(index, pd.CategoricalIndex):
        codes, words = write.node(np.asarray(index.codes)), index_parts(index.categories, write)
        return {"is": "categories", "codes": codes, "categories": words, "ordered": bool(index.ordered), "name": name}
    if index.dtype == "str":
        return {"is": "words", "values": [None if pd.isna(each) else str(each) for each in index], "name": name}
    if index.dtype == object:
        return {"is": "objects", "values": [write.node(each) for each in index], "name": name}
    if isinstance(index.dtype, np.dtype) and index.dtype.kind in PLAIN:
        return {"is": "numbers", "values": write.node(index.to_numpy()), "name": name}
    raise SpecificationError(
        f"a table holds values of dtype {str(index.dtype)!r}, which no file keeps; convert them before you estimate, "
        "for example with astype(float) or astype(str)."
    )


def index_of(parts: dict[str, Any], read: Any) -> pd.Index:
    """The index that `index_parts` took apart."""
    kind, name = parts["is"], read(parts.get("name"))
    found: Any = None
    if kind == "levels":
        levels: Any = [index_of(each, read) for each in parts["levels"]]
        codes, names = ([read(each) for each in parts[word]] for word in ("codes", "names"))
        return pd.MultiIndex(levels=levels, codes=codes, names=names)
    if kind == "range":
        found = pd.RangeIndex(parts["from"], parts["to"], parts["step"])
    elif kind == "periods":
        maker: Any = pd.PeriodIndex
        found = maker.from_ordinals(read(parts["ordinals"]), freq=parts["freq"])
    elif kind == "times":
        found = _times(parts, read(parts["since_1970"]))
    elif kind == "categories":
        words = index_of(parts["categories"], read)
        found = pd.CategoricalIndex(pd.Categorical.from_codes(read(parts["codes"]), words, ordered=parts["ordered"]))
    elif kind == "words":
        found = pd.Index(parts["values"], dtype="str")
    elif kind == "objects":
        found = pd.Index(objects(parts["values"], read), dtype=object)
    elif kind == "numbers":
        found = pd.Index(read(parts["values"]), copy=False)
    if not isinstance(found, pd.Index):
        raise SchemaError(f"the file holds an index of the kind {kind!r}, which this version of econ does not know.")
    return found.rename(name)


def objects(nodes: list[Any], read: Any) -> np.ndarray[Any, Any]:
    """An array of whatever the nodes are, one a place."""
    values = np.empty(len(nodes), dtype=object)
    for place, each in enumerate(nodes):
        values[place] = read(each)
    return values


def _times(parts: dict[str, Any], values: Any) -> pd.DatetimeIndex:
    index = pd.DatetimeIndex(values.view(f"M8[{parts['unit']}]"))
    if parts["zone"] is not None:
        index = index.tz_localize("UTC").tz_convert(parts["zone"])
    return pd.DatetimeIndex(index, freq=parts["freq"]) if parts["freq"] is not None else index


def column_parts(column: pd.Series, write: Writer) -> Any:
    """Values of a series, without its dates and name."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in PLAIN:
        return write.node(column.to_numpy())
    return index_parts(pd.Index(column.array, dtype=column.dtype), write)


def column_of(parts: Any, read: Any, *, index: pd.Index, name: Any = None) -> pd.Series:
    """The series whose values `column_parts` took apart."""
    values = index_of(parts, read) if "is" in parts else read(parts)
    return pd.Series(values, index=index, name=name, dtype=values.dtype, copy=False)


def table_parts(table: pd.DataFrame, write: Writer) -> dict[str, Any]:
    """A table: one array where its columns are of one dtype, else column by column."""
    kinds = set(table.dtypes)
    parts = {"index": index_parts(table.index, write), "columns": index_parts(table.columns, write)}
    if len(kinds) == 1 and isinstance(kind := next(iter(kinds)), np.dtype) and kind.kind in PLAIN:
        return {**parts, "values": write.node(table.to_numpy())}
    return {**parts, "parts": [column_parts(table.iloc[:, place], write) for place in range(table.shape[1])]}


def table_of(parts: dict[str, Any], read: Any) -> pd.DataFrame:
    """The table that `table_parts` took apart."""
    index, columns = index_of(parts["index"], read), index_of(parts["columns"], read)
    if "values" in parts:
        return pd.DataFrame(read(parts["values"]), index=index, columns=columns, copy=False)
    series = {place: column_of(each, read, index=index) for place, each in enumerate(parts["parts"])}
    return pd.DataFrame(series, index=index).set_axis(columns, axis=1)
