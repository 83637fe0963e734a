"""Whether the paper's headline moves from one data vintage to another."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd

from econ.border import checked
from econ.errors import SchemaError, SeriesNotFound, suggestion
from econ.estimate import Estimate, Unavailable
from econ.report.exhibit import Exhibit
from econ.report.pool import run_programs
from econ.report.reproduce import is_up_to_date
from econ.report.store import project_root
from econ.report.vintages import folder_of, prepared


@checked
def headline(old: str, new: str, *, root: Path | None = None) -> pd.DataFrame:
    """Compute the paper's headline numbers on two vintages, each by the program of its exhibit.

    Parameters
    ----------
    old, new : str
        As-of dates.
    root : Path, optional
        Project folder; its ``paper/headline.toml`` names the numbers and the decimals with which they are printed.

    Returns
    -------
    DataFrame
        One row a number (index: ``exhibit.number``): ``label``, ``units``, ``old``, ``new``, ``difference``,
        ``std_error`` (of the old one), ``moves`` (whether the number as printed, or the side of zero on which its
        interval lies, changes). Results lie in ``paper/build/<as-of>/``; the committed ones are not touched.

    Raises
    ------
    VintageMissing
        If a vintage or the project folder is not there.
    ReplicationError
        If a program fails on a vintage, with what it said.
    """
    root = root or project_root()
    numbers = _numbers(root)
    found = {as_of: _estimates(root, numbers, as_of) for as_of in (old, new)}
    rows = {name: _row(found[old][name], found[new][name], decimals) for name, decimals in numbers.items()}
    return pd.DataFrame.from_dict(rows, orient="index")


def _numbers(root: Path) -> dict[str, int]:
    path = root / "paper" / "headline.toml"
    numbers = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    for name, decimals in numbers.items():
        if isinstance(decimals, bool) or not isinstance(decimals, int) or name.count(".") != 1:
            raise SchemaError(f"headline.toml: {name!r} = {decimals!r} is not understood; write 'exhibit.number' = 1.")
    if not numbers:
        raise SchemaError("paper/headline.toml names no number; restore it from the repository.")
    return numbers


def _estimates(root: Path, numbers: dict[str, int], as_of: str) -> dict[str, Estimate]:
    prepared(root, as_of)
    keys = dict.fromkeys(name.split(".")[0] for name in numbers)
    for ran in run_programs(
        root, [key for key in keys if not is_up_to_date(root, key, as_of=as_of)], as_of=as_of, silent=True
    ):
        ran.check()
    exhibits = {key: Exhibit.open(key, folder_of(root, as_of)) for key in keys}
    out = {}
    for name in numbers:
        key, number = name.split(".")
        found = exhibits[key].numbers.get(number)
        if not isinstance(found, Estimate):
            hint = suggestion(number, exhibits[key].numbers)
            raise SeriesNotFound(f"headline.toml asks for the estimate {name!r}; {hint}")
        out[name] = found
    return out


def _row(old: Estimate, new: Estimate, decimals: int) -> dict[str, object]:
    printed = [f"{each.value:z.{decimals}f}" for each in (old, new)]
    return {
        "label": old.label,
        "units": old.units,
        "old": old.value,
        "new": new.value,
        "difference": new.value - old.value,
        "std_error": old.std_error,
        "moves": printed[0] != printed[1] or _side(old) != _side(new),
    }


def _side(estimate: Estimate) -> int:
    """Side of zero on which the interval or set lies: -1, 1, or 0 if it has both or contains zero."""
    lower, upper = estimate.interval
    if isinstance(lower, Unavailable) or isinstance(upper, Unavailable):
        return 0
    return int(lower > 0) - int(upper < 0)
