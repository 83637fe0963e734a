"""Finished blocks of a long computation: in a folder, one file each, or in memory; a killed run goes on from them."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, fields, is_dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from econ.errors import SchemaError, SpecificationError
from econ.files import sweep, write_atomic, writing

SPECIFICATION = "specification.json"
Record = dict[str, dict[str, list[Any]]]  # name -> field -> one value an item: estimator -> value -> replication
Key = tuple[int, int]  # cell, block


@dataclass
class Store:
    """Blocks by (cell, block); a folder keeps them across runs.

    Each file is written whole or not at all as its block is done, so a killed run loses the blocks then being computed.
    It says which block of which specification it is, and the checksum of its numbers, so an edited digit, an exchanged
    file or a block of another folder is refused.

    Parameters
    ----------
    folder : Path or None
        Where to keep them; None keeps them in memory until their cell is read.
    specification : dict
        What is being computed; a folder that holds another is refused.
    what : str
        Word for it in messages, such as "tournament".
    columns : tuple of str
        Fields that every record has.
    """

    folder: Path | None
    specification: dict[str, Any]
    what: str
    columns: tuple[str, ...]
    memory: dict[Key, Record] = field(default_factory=dict, repr=False)

    def open(self) -> None:
        """Create the folder, or check that it belongs to this specification.

        Raises
        ------
        SpecificationError
            If it holds results of another specification; names the differences.
        WriteError
            If it cannot be written.
        """
        if self.folder is None:
            return
        with _writing(self.folder, self.what):
            self.folder.mkdir(parents=True, exist_ok=True)
            sweep(self.folder)
        path = self.folder / SPECIFICATION
        content = self._content()
        if path.is_file():
            found = _read(path)
            lines = differences(json.loads(content), found)
            if lines:
                more = f" and {len(lines) - 5} more differences" if len(lines) > 5 else ""
                raise SpecificationError(
                    f"{self.folder.name!r} holds a {self.what} of another specification: {'; '.join(lines[:5])}{more}; "
                    "give another folder, or the specification it was made with."
                )
        elif any(self.folder.iterdir()):
            raise SpecificationError(
                f"{self.folder.name!r} is not empty and holds no {self.what}; give another folder."
            )
        with _writing(self.folder, self.what):
            write_atomic(path, content.encode())

    def _content(self) -> str:
        return json.dumps(self.specification, indent=1, sort_keys=True) + "\n"

    def _seal(self, key: Key, record: Record) -> dict[str, Any]:
        """What a block says of itself: its place, its specification, the checksum of both and of its numbers."""
        place = {"cell": key[0], "block": key[1], "specification": _sha256(self._content())}
        return {**place, "sha256": _sha256(json.dumps([place, record], sort_keys=True))}

    def missing(self, keys: list[Key]) -> list[Key]:
        """Which of ``keys`` are not there yet."""
        if self.folder is None:
            return keys
        there = {path.name for path in self.folder.glob("block-*.json")}
        return [key for key in keys if _name(key) not in there]

    def put(self, key: Key, record: Record) -> None:
        """Keep one block.

        Raises
        ------
        WriteError
            If it cannot be written; the folder is as it was.
        """
        if self.folder is None:
            self.memory[key] = record
            return
        body = {**self._seal(key, record), "record": record}
        content = json.dumps(body, separators=(",", ":"), allow_nan=False) + "\n"
        with _writing(self.folder, self.what):
            write_atomic(self.folder / _name(key), content.encode())

    def take(self, key: Key) -> Record:
        """Read one block; memory forgets it.

        Raises
        ------
        SchemaError
            If the file is no block, was edited, or is the block of another place or specification.
        """
        if self.folder is None:
            return self.memory.pop(key)
        name = _name(key)
        body = _read(self.folder / name)
        record = body.get("record") if isinstance(body, dict) else None
        if not isinstance(record, dict) or any(_fields(each) != set(self.columns) for each in record.values()):
            raise SchemaError(f"{name!r} is not a block of a {self.what}; delete it and run again.")
        seal = self._seal(key, record)
        found = {label: value for label, value in body.items() if label != "record"}
        lines = differences({**seal, "sha256": found.get("sha256")}, {"sha256": None, **found})
        if lines:
            raise SchemaError(f"{name!r} holds another block: {'; '.join(lines)}; delete it and run again.")
        if found.get("sha256") != seal["sha256"]:
            raise SchemaError(f"{name!r} was changed since it was written; delete it and run again.")
        return record


def _fields(columns: object) -> set[str]:
    return set(columns) if isinstance(columns, dict) else set()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _writing(folder: Path, what: str) -> AbstractContextManager[None]:
    """What is said about a full or closed disk."""
    return writing(
        f"the folder {str(folder)!r} of the {what}",
        "finished blocks stay; free the disk or give another folder, and run again to go on.",
    )


def _name(key: Key) -> str:
    return f"block-{key[0]:04d}-{key[1]:06d}.json"


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SchemaError(f"{path.name!r} cannot be read ({error.strerror}); delete it and run again.") from error
    except ValueError as error:
        raise SchemaError(f"{path.name!r} is damaged ({error}); delete it and run again.") from error


def described(value: Any) -> Any:
    """Plain lists, dicts, numbers and words that stand for a specification; equal if and only if it is.

    A function stands for itself by its name alone, a table by the checksum of its numbers and labels.

    Examples
    --------
    >>> described({"lags": (1, 2), "end": math.inf, "by": len})
    {'lags': [1, 2], 'end': 'inf', 'by': 'builtins.len'}
    """
    if hasattr(value, "_described") and not isinstance(value, type):
        return described(value._described())
    if isinstance(value, (pd.DataFrame, pd.Series)):
        return {"table": _sha256(value.to_csv(float_format=repr) + str(value.index.dtype))}
    if isinstance(value, np.ndarray) and value.dtype.hasobject:  # its bytes are addresses
        return {"array": [list(value.shape), described(value.tolist())]}
    if isinstance(value, np.ndarray):
        return {"array": [list(value.shape), value.dtype.str, hashlib.sha256(value.tobytes()).hexdigest()]}
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: described(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): described(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [described(item) for item in value]
    if isinstance(value, partial):
        given = {"given": described(value.args)} if value.args else {}
        return {"function": described(value.func), "arguments": described(value.keywords), **given}
    if callable(value):
        return f"{value.__module__}.{value.__qualname__}"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def differences(wanted: Any, found: Any, path: str = "") -> list[str]:
    """Where two descriptions differ, in words."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        lines = []
        for name in sorted({*wanted, *found}):
            where = f"{path}.{name}" if path else name
            if name not in found or name not in wanted:
                lines.append(f"{where} stands only in the {'request' if name in wanted else 'folder'}")
            else:
                lines += differences(wanted[name], found[name], where)
        return lines
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        return [
            line
            for number, pair in enumerate(zip(wanted, found, strict=True))
            for line in differences(*pair, f"{path}[{number}]")
        ]
    return [] if wanted == found else [f"{path} is {found!r} in the folder, {wanted!r} in the request"]
