"""From a number on the page back to the files behind it, along the ``parent`` of every object."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from econ.data.dataset import Dataset
from econ.data.vintage import Vintage
from econ.frozen import guarded


@guarded
@dataclass(frozen=True)
class Trace:
    """The path of a number.

    Parameters
    ----------
    steps : tuple of str
        Kinds of object from the number back to the data.
    files : tuple of Vintage
        Every file behind it: path, sha256, publisher, licence.

    Examples
    --------
    >>> print(Trace(("Estimate", "IRF", "Dataset"), ()))
    Estimate ← IRF ← Dataset ← 0 files
    """

    steps: tuple[str, ...]
    files: tuple[Vintage, ...]

    def __str__(self) -> str:
        count = len(self.files)
        return " ← ".join((*self.steps, f"{count} file{'' if count == 1 else 's'}"))


def trace(value: object) -> Trace:
    """Walk from a result along its parents to the files.

    Parameters
    ----------
    value : object
        An `Estimate`, or any object of the package with a ``parent``.

    Returns
    -------
    Trace
        Steps along the first parents; files along all of them.

    Examples
    --------
    >>> from econ import Estimate
    >>> trace(Estimate(1.0, 0.5, 0.2, 1.8)).steps
    ('Estimate',)
    """
    steps: list[str] = []
    node: object | None = value
    seen: set[int] = set()
    while node is not None and id(node) not in seen:
        seen.add(id(node))
        if (name := _name(node)) not in steps[-1:]:  # a Dataset cut from a Dataset is one step
            steps.append(name)
        parents = _parents(node)
        node = parents[0] if parents else None
    return Trace(tuple(steps), files_behind([value]))


def files_behind(values: Iterable[object]) -> tuple[Vintage, ...]:
    """Every file behind several results, in order of path."""
    found: dict[tuple[str, str], Vintage] = {}
    waiting, seen = list(values), set[int]()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        for vintage in getattr(node, "vintages", ()):
            found[vintage.file, vintage.sha256] = vintage
        waiting.extend((*_parents(node), *_beside(node)))
    return tuple(found[key] for key in sorted(found))


def _parents(node: object) -> tuple[object, ...]:
    parent = getattr(node, "parent", None)
    if isinstance(parent, (tuple, list)):
        return tuple(parent)
    return () if parent is None else (parent,)


def _beside(node: object) -> list[object]:
    """What identifies a result beside its parents: schemes, and the tables of instruments that they hold."""
    schemes, table = getattr(node, "schemes", ()), getattr(node, "instruments", None)
    found = [getattr(node, "scheme", None), *(schemes if isinstance(schemes, tuple) else ())]
    return [*found, table] if isinstance(table, Dataset) else found


def _name(node: object) -> str:
    lags = getattr(node, "lags", None)
    kind = type(node).__name__
    return f"{kind}({lags})" if isinstance(lags, int) and not isinstance(lags, bool) else kind
