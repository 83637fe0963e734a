"""Finished blocks of a tournament: in a folder, one file each, or in memory."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from econ.errors import SchemaError, SpecificationError
from econ.files import write_atomic
from econ.simulate.grid import differences

SPECIFICATION = "specification.json"
FIELDS = ("value", "length", "covered", "rejects", "seconds", "failure")
Record = dict[str, dict[str, list[Any]]]  # estimator -> field -> one value a replication
Key = tuple[int, int]  # cell, block


@dataclass
class Store:
    """Blocks by (cell, block); a folder keeps them across runs.

    Each file is written whole or not at all as its block is done, so a killed run loses the blocks then being computed.

    Parameters
    ----------
    folder : Path or None
        Where to keep them; None keeps them in memory until their cell is read.
    specification : dict
        What is being computed; a folder that holds another is refused.
    """

    folder: Path | None
    specification: dict[str, Any]
    memory: dict[Key, Record] = field(default_factory=dict, repr=False)

    def open(self) -> None:
        """Create the folder, or check that it belongs to this specification.

        Raises
        ------
        SpecificationError
            If it holds results of another specification; names the differences.
        """
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / SPECIFICATION
        content = json.dumps(self.specification, indent=1, sort_keys=True) + "\n"
        if path.is_file():
            found = _read(path)
            lines = differences(json.loads(content), found)
            if lines:
                more = f" and {len(lines) - 5} more differences" if len(lines) > 5 else ""
                raise SpecificationError(
                    f"{self.folder.name!r} holds a tournament of another specification: {'; '.join(lines[:5])}{more}; "
                    "give another folder, or the specification it was made with."
                )
        elif any(self.folder.iterdir()):
            raise SpecificationError(f"{self.folder.name!r} is not empty and holds no tournament; give another folder.")
        write_atomic(path, content.encode())

    def missing(self, keys: list[Key]) -> list[Key]:
        """Which of ``keys`` are not there yet."""
        if self.folder is None:
            return keys
        there = {path.name for path in self.folder.glob("block-*.json")}
        return [key for key in keys if _name(key) not in there]

    def put(self, key: Key, record: Record) -> None:
        """Keep one block."""
        if self.folder is None:
            self.memory[key] = record
        else:
            content = json.dumps(record, separators=(",", ":"), allow_nan=False) + "\n"
            write_atomic(self.folder / _name(key), content.encode())

    def take(self, key: Key) -> Record:
        """Read one block; memory forgets it."""
        if self.folder is None:
            return self.memory.pop(key)
        record = _read(self.folder / _name(key))
        if not isinstance(record, dict) or any(set(columns) != set(FIELDS) for columns in record.values()):
            raise SchemaError(f"{_name(key)!r} is not a block of a tournament; delete it and run again.")
        return record


def _name(key: Key) -> str:
    return f"block-{key[0]:04d}-{key[1]:06d}.json"


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SchemaError(f"{path.name!r} is damaged ({error}); delete it and run again.") from error
