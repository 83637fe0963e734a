"""Which choice moves the estimate: shares of variance by axis, and a small tree."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from econ import checks
from econ.arrays import Array, Mask, Rows
from econ.errors import EstimationError, SpecificationError
from econ.frozen import guarded
from econ.tables.shown import Shown

MOST = 12
"""Axes whose orders are averaged: 2^12 regressions."""
NOISE = 1e-12
"""Share of the variance below which a reduction is rounding."""

Labels = Mapping[str, NDArray[Any]]


def shares_of_variance(labels: Labels, values: Array) -> pd.DataFrame:
    """See `SpecificationCurveResults.decompose`."""
    if len(labels) > MOST:
        raise SpecificationError(f"{len(labels)} axes have too many orders; at most {MOST} are decomposed: fix some.")
    y = values - values.mean()
    whole = float(y @ y)
    if whole <= NOISE * len(y) * float(np.abs(values).max()) ** 2:
        raise EstimationError("all estimates are the same; there is no variance to divide.")
    y = y / math.sqrt(whole)
    names = list(labels)
    codes = {name: np.unique(labels[name].astype(str), return_inverse=True)[1] for name in names}
    explained = _explained([_dummies(codes[name]) for name in names], y)
    rows = {}
    for place, name in enumerate(names):
        others = [codes[each] for each in names if each != name]
        rows[name] = (
            explained[1 << place],
            _shapley(place, len(names), explained),
            1.0 - _between(_cells(others, len(y)), y),
        )
    rest = 1.0 - explained[-1]
    table = {**rows, "interactions": (rest, rest, rest)}
    return pd.DataFrame.from_dict(table, orient="index", columns=["first", "shapley", "total"]).clip(lower=0.0)


def _dummies(codes: Rows) -> Array:
    """Centred columns of an axis, without the first option: (S, options - 1)."""
    columns = (codes[:, None] == np.arange(1, int(codes.max(initial=0)) + 1)).astype(float)
    centred: Array = columns - columns.mean(axis=0)
    return centred


def _explained(blocks: list[Array], y: Array) -> Array:
    """R2 of every set of axes: place ``sum of 1 << i``."""
    ends = np.concatenate([[0], np.cumsum([block.shape[1] for block in blocks])])
    whole = np.hstack(blocks)
    gram, moments = whole.T @ whole, whole.T @ y
    found = np.zeros(1 << len(blocks))
    for chosen in range(1, len(found)):
        inside = np.concatenate([np.arange(ends[i], ends[i + 1]) for i in range(len(blocks)) if chosen >> i & 1])
        part = moments[inside]
        found[chosen] = part @ np.linalg.pinv(gram[np.ix_(inside, inside)], rcond=1e-10, hermitian=True) @ part
    return found


def _shapley(place: int, axes: int, explained: Array) -> float:
    """What an axis adds to R2, averaged over the orders in which axes enter."""
    bit, others = 1 << place, [i for i in range(axes) if i != place]
    total = 0.0
    for size in range(axes):
        weight = math.factorial(size) * math.factorial(axes - size - 1) / math.factorial(axes)
        for chosen in itertools.combinations(others, size):
            before = sum(1 << i for i in chosen)
            total += weight * float(explained[before | bit] - explained[before])
    return total


def _cells(codes: list[Rows], size: int) -> Rows:
    """Number of the combination of all these labels."""
    if not codes:
        return np.zeros(size, dtype=np.intp)
    return np.unique(np.column_stack(codes), axis=0, return_inverse=True)[1].reshape(-1)


def _between(cells: Rows, y: Array) -> float:
    """Sum of squares of the means of the cells; y is centred."""
    counts, sums = np.bincount(cells), np.bincount(cells, weights=y)
    return float((sums**2 / np.maximum(counts, 1)).sum())


@guarded
@dataclass(frozen=True)
class Node:
    """Specifications that gave the same answers so far.

    Parameters
    ----------
    depth : int
        Questions asked before.
    answer : str
        Last answer in words, empty at the root.
    count : int
        Specifications.
    mean : float
        Of their estimates.
    axis : str
        Of the next question; empty where none follows.
    share : float
        Of the variance of all estimates that the next question accounts for.
    """

    depth: int
    answer: str
    count: int
    mean: float
    axis: str = ""
    share: float = 0.0


@guarded
@dataclass(frozen=True)
class ChoiceTree(Shown):
    """Questions on choices, each dividing the specifications in two; `print` it.

    Parameters
    ----------
    nodes : tuple of Node
        From the root down, the answer with the smaller estimates first.
    """

    nodes: tuple[Node, ...]

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        return self.to_frame()

    @property
    def explained(self) -> float:
        """Share of the variance of the estimates that the whole tree accounts for."""
        return sum(node.share for node in self.nodes)

    def to_frame(self, level: float = 0.90) -> pd.DataFrame:
        """One row a node, columns as the fields of `Node`; a node has no interval, so ``level`` has no use."""
        names = ("depth", "answer", "count", "mean", "axis", "share")
        return pd.DataFrame([[getattr(node, name) for name in names] for node in self.nodes], columns=list(names))

    def __str__(self) -> str:
        lines = []
        for node in self.nodes:
            asked = f"; by {node.axis}, {node.share:.0%} of the variance" if node.axis else ""
            lines.append(f"{'  ' * node.depth}{node.answer or 'all'}: {node.mean:.4g} ({node.count}{asked})")
        return "\n".join(lines)


@dataclass(frozen=True)
class _Question:
    """The best division of some specifications."""

    axis: str
    low: tuple[str, ...]
    high: tuple[str, ...]
    gain: float


def grown(labels: Labels, values: Array, *, depth: int, least: int) -> ChoiceTree:
    """See `SpecificationCurveResults.tree`."""
    depth, least = checks.count("depth", depth, most=20), checks.count("least", least)
    words = {name: labels[name].astype(str) for name in sorted(labels)}
    whole = float(((values - values.mean()) ** 2).sum())
    nodes: list[Node] = []

    def grow(rows: Mask, level: int, answer: str) -> None:
        own = values[rows]
        asked = _best({name: column[rows] for name, column in words.items()}, own, least) if level < depth else None
        worth = asked is not None and asked.gain > NOISE * whole
        if asked is None or not worth:
            nodes.append(Node(level, answer, len(own), float(own.mean())))
            return
        nodes.append(Node(level, answer, len(own), float(own.mean()), asked.axis, asked.gain / whole))
        for side in (asked.low, asked.high):
            grow(rows & np.isin(words[asked.axis], side), level + 1, f"{asked.axis} = {' or '.join(side)}")

    grow(np.ones(len(values), dtype=bool), 0, "")
    return ChoiceTree(tuple(nodes))


def _best(words: Labels, values: Array, least: int) -> _Question | None:
    """The division that takes most off the sum of squares, the first in the alphabet among equals."""
    best: _Question | None = None
    centred = values - values.mean()
    for axis, column in words.items():
        names, codes = np.unique(column, return_inverse=True)
        counts, sums = np.bincount(codes), np.bincount(codes, weights=centred)
        order = np.argsort(sums / counts, kind="stable")
        left, total = np.cumsum(counts[order])[:-1], np.cumsum(sums[order])[:-1]
        right = len(values) - left
        gains = np.where(np.minimum(left, right) >= least, total**2 / left + total**2 / right, -1.0)
        if not gains.size or gains.max() < 0.0:
            continue
        place = int(np.flatnonzero(gains >= gains.max() * (1.0 - 1e-9))[0])
        if best is None or gains[place] > best.gain * (1.0 + 1e-9):
            low, high = (tuple(sorted(str(names[i]) for i in part)) for part in np.split(order, [place + 1]))
            best = _Question(axis, low, high, float(gains[place]))
    return best
