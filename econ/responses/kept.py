"""Draws as they come, block by block, into one array: in memory, or in a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

    def fill(self, make: Callable[[Callable[[int, Block], Block]], Sequence[Block]]) -> Block:
        """One block that holds all of those that ``make(keep)`` hands to ``keep(number of its first draw, block)``.

        Several threads may do so at once, in any order: every block has a place of its own.
        """
        if self.folder is None:
            return self._filled(np.empty(self.shape), make)
        with array_file(self.folder / FILE, self.shape) as draws:
            _, errors, unstable = self._filled(draws, make)
        return np.load(self.folder / FILE, mmap_mode="r"), errors, unstable

    def _filled(self, draws: Array, make: Callable[[Callable[[int, Block], Block]], Sequence[Block]]) -> Block:
        errors = np.empty(self.shape) if self.errors else None

        def keep(first: int, block: Block) -> Block:
            responses, spread, unstable = block
            rows = slice(first, first + len(responses))
            draws[rows] = responses
            if errors is not None and spread is not None:
                errors[rows] = spread
            let_go(draws)
            return draws[rows], None, unstable

        unstable = sum(each[2] for each in make(keep))
        return sealed(draws), None if errors is None else sealed(errors), unstable
