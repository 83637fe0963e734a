"""Draws as they come, block by block, into one array: in memory, or in a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from econ.arrays import Array
from econ.files import array_file
from econ.frozen import sealed
from econ.memory import check_room, let_go

FILE = "draws.npy"
Block: TypeAlias = tuple[Array, Array | None, int]
"""Responses (b, H + 1, n, s), standard errors of each draw, unstable samples met."""


@dataclass(frozen=True)
class Place:
    """Where draws of a ``shape`` go: to ``folder``, or where there is none to memory; ``errors`` always to memory."""

    shape: tuple[int, ...]
    folder: Path | None
    errors: bool

    def __post_init__(self) -> None:
        arrays = (self.folder is None) + self.errors
        check_room(
            arrays * 8 * int(np.prod([int(each) for each in self.shape], dtype=object)),
            f"{self.shape[0]:,} draws of responses",
            cure="keep them on the disk (folder=), ask for fewer draws or a shorter horizon, or raise the limit.",
        )

    def fill(self, blocks: Iterable[Block]) -> list[Block]:
        """One block that holds all of them."""
        if self.folder is None:
            return [self._filled(np.empty(self.shape), blocks)]
        with array_file(self.folder / FILE, self.shape) as draws:
            _, errors, unstable = self._filled(draws, blocks)
        return [(np.load(self.folder / FILE, mmap_mode="r"), errors, unstable)]

    def _filled(self, draws: Array, blocks: Iterable[Block]) -> Block:
        errors = np.empty(self.shape) if self.errors else None
        start = total = 0
        for each, spread, unstable in blocks:
            rows = slice(start, start + len(each))
            draws[rows] = each
            if errors is not None and spread is not None:
                errors[rows] = spread
            let_go(draws)
            start, total = rows.stop, total + unstable
        return sealed(draws), None if errors is None else sealed(errors), total
