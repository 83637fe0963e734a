"""Files of the package: where the project lies, how a file is written, how results become JSON."""

from __future__ import annotations

import json
import math
import numbers
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from econ.errors import SchemaError, SpecificationError, VintageMissing
from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.files import write_atomic
from econ.report.noise import same
from econ.tables.numbers import Number, check_number
from econ.tables.row import Panel, Row
from econ.tables.table import Table

_ENDS = ("value", "std_error", "lower", "upper")


def project_root(start: Path | None = None) -> Path:
    """Folder that holds ``analyses`` and ``paper``: the working folder or one above it.

    Raises
    ------
    VintageMissing
        If there is none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[2]):
        if (folder / "analyses").is_dir() and (folder / "paper").is_dir():
            return folder
    raise VintageMissing("no folder with analyses/ and paper/ here or above; run from a clone of the repository.")


def write(path: Path, content: str | bytes) -> bool:
    """Write a file whole or not at all, and only if its content changes; make its folder.

    Returns
    -------
    bool
        Whether the file was written.

    Raises
    ------
    WriteError
        If the disk is full or the folder cannot be written; the file is then as it was.
    """
    return write_atomic(path, content.encode("utf-8") if isinstance(content, str) else content)


def dumps(value: object) -> str:
    """JSON with sorted keys and full precision; NaN is refused."""
    return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def loads(path: Path) -> Any:
    """Read a JSON file; `SchemaError` names a file that is malformed."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise SchemaError(f"{path.name} is no JSON ({error}); restore it from the repository or run make.") from error


def same_but_noise(left: object, right: object, scale: float = 0.0) -> bool:
    """Whether the JSON value ``right`` is that of ``left`` but for the last digits, which differ between machines.

    Noise in an estimate is relative to the largest of its value, error and ends: a response that is nearly zero
    with an error of 100 bp has no last digits of its own.

    Examples
    --------
    >>> same_but_noise({"a": [1.0, "x"]}, {"a": [1.0 + 1e-12, "x"]}), same_but_noise([1.0], [1.1])
    (True, False)
    """
    if isinstance(left, dict) and isinstance(right, dict):
        if left.keys() != right.keys():
            return False
        scale = max(_sizes(left), default=0.0) if {*_ENDS} <= left.keys() else scale
        return all(same_but_noise(left[key], right[key], scale) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same_but_noise, left, right, [scale] * len(left)))
    if isinstance(left, float) and isinstance(right, float):
        return same(left, right, scale)
    return type(left) is type(right) and left == right


def _sizes(value: object) -> Iterator[float]:
    """Sizes of the numbers of an estimate: its value, error and ends, also those of its region; not its level."""
    if isinstance(value, dict):
        value = [part for name, part in value.items() if name != "level"]
    if isinstance(value, list):
        for part in value:
            yield from _sizes(part)
    elif isinstance(value, float):
        yield abs(value)


def encode(value: Number) -> object:
    """Turn a result into JSON values; :func:`decode` turns it back exactly."""
    check_number(value)
    if isinstance(value, Unavailable):
        return {"unavailable": value.reason}
    if isinstance(value, str):
        return value
    if isinstance(value, Estimate):
        body: dict[str, object] = {name: encode(getattr(value, name)) for name in _ENDS[:2]}
        body |= {"lower": encode(value.lower), "upper": encode(value.upper), "level": float(value.level)}
        body |= {"units": value.units, "label": value.label, "nobs": int(value.nobs)}
        if value.region is not None:
            ends = [[encode(low), encode(high)] for low, high in value.region]
            body["region"] = {"intervals": ends, "level": float(value.region.level)}
        return {"estimate": body}
    if isinstance(value, numbers.Integral):
        return int(value)
    return float(value) if math.isfinite(value) else {"infinite": "+" if value > 0 else "-"}


def decode(value: Any) -> Any:
    """Undo :func:`encode`; `SchemaError` for anything else."""
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        return value
    if isinstance(value, dict) and len(value) == 1:
        [(kind, body)] = value.items()
        if kind == "unavailable":
            return Unavailable(body)
        if kind == "infinite":
            return math.inf if body == "+" else -math.inf
        if kind == "estimate":
            return _estimate(body)
    raise SchemaError(f"{value!r} is no result; restore the file from the repository or run make.")


def _estimate(body: Mapping[str, Any]) -> Estimate:
    region = body.get("region")
    if region is not None:
        region = ConfidenceSet(tuple((decode(a), decode(b)) for a, b in region["intervals"]), region["level"])
    numeric = {name: decode(body[name]) for name in _ENDS}
    return Estimate(**numeric, **{name: body[name] for name in ("level", "units", "label", "nobs")}, region=region)


def encode_table(table: Table) -> dict[str, object]:
    """Turn a table into JSON values, cells at full precision."""
    rows: list[dict[str, object]] = []
    for row in table.rows:
        if isinstance(row, Row):
            cells = [encode(cell) for cell in row.cells]
            rows.append({"label": row.label, "cells": cells, "decimals": row.decimals, "below": row.below})
        elif isinstance(row, Panel):
            rows.append({"panel": row.title})
    spans = [[text, width] for text, width in table.spans]
    head = {"columns": list(table.columns), "spans": spans, "stub": table.stub, "notes": list(table.notes)}
    return {**head, "rows": rows, "decimals": table.decimals, "below": table.below}


def decode_table(body: Mapping[str, Any]) -> Table:
    """Undo :func:`encode_table`."""
    rows: list[Panel | Row] = []
    for row in body["rows"]:
        if "panel" in row:
            rows.append(Panel(row["panel"]))
        else:
            cells = [decode(cell) for cell in row["cells"]]
            rows.append(Row(row["label"], cells, row["decimals"], row["below"]))
    spans = [(text, width) for text, width in body["spans"]]
    rest = {name: body[name] for name in ("stub", "notes", "decimals", "below")}
    return Table(body["columns"], rows, spans=spans, **rest)


def plain(value: object) -> object:
    """Turn a specification into JSON values: dataclasses become objects, the rest words.

    Raises
    ------
    SpecificationError
        For an object whose words hold a memory address, which would change from run to run.
    """
    if value is None or isinstance(value, (str, bool)):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        shown = [part for part in fields(value) if part.repr]
        return {part.name: plain(getattr(value, part.name)) for part in shown} | {"kind": type(value).__name__}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((plain(item) for item in value), key=repr)
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    if isinstance(value, numbers.Real):
        return encode(int(value) if isinstance(value, numbers.Integral) else float(value))
    words = getattr(value, "__qualname__", None) or str(value)
    if re.search(r"0x[0-9a-f]{6,}", words):
        raise SpecificationError(f"a specification holds values with words of their own; found {type(value).__name__}.")
    return words
