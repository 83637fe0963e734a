"""The paper on another data vintage: beside the committed results, never over them."""

from __future__ import annotations

from dataclasses import is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from econ.data.archive import folder as vintage_folder
from econ.errors import SpecificationError
from econ.report.store import write

Spec = TypeVar("Spec")

_SOURCES = ("paper.md", "*.bib", "*.csl", "*.lua", "*.css", "*.toml", "head.tex", "template.typ")
"""Files of the paper folder from which, with the results, the paper is set."""


def folder_of(root: Path, as_of: str | None = None) -> Path:
    """Folder of the paper: the project's own, or ``paper/build/<as_of>`` for a vintage named on purpose.

    Parameters
    ----------
    root : Path
        Project folder.
    as_of : str, optional
        Data vintage; None for the paper's own.

    Examples
    --------
    >>> folder_of(Path("x"), "2026-08-20").as_posix(), folder_of(Path("x")).as_posix()
    ('x/paper/build/2026-08-20', 'x/paper')
    """
    return root / "paper" if as_of is None else root / "paper" / "build" / as_of


def prepared(root: Path, as_of: str | None = None) -> Path:
    """The folder of `folder_of`, holding the text and style of the paper; nothing is copied over what is the same.

    Raises
    ------
    VintageMissing
        If there is no vintage of that date; names those that there are.
    """
    target = folder_of(root, as_of)
    if as_of is None:
        return target
    vintage_folder(as_of)
    for pattern in _SOURCES:
        for path in (root / "paper").glob(pattern):
            write(target / path.name, path.read_bytes())
    return target


def on_vintage(spec: Spec, as_of: str) -> Spec:
    """The same choices on another data vintage.

    Raises
    ------
    VintageMissing
        If there is no vintage of that date.
    SpecificationError
        If the choices name no vintage.
    """
    vintage_folder(as_of)
    if not is_dataclass(spec) or not hasattr(spec, "as_of"):
        raise SpecificationError("the specification has no field as_of; this program cannot change its vintage.")
    return cast("Spec", replace(cast("Any", spec), as_of=as_of))
