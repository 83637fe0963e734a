"""Draws as they come, block by block, into one array: in memory, or in a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from econ.arrays import Array, mark_sound
from econ.border import all_usual
from econ.files import ArrayFile, array_file
from econ.frozen import sealed
from econ.memory import check_room
from econ.parallel import KeptThere

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

        Several threads may do so at once, in any order, and with a folder other processes: every block has its place.
        """
        if self.folder is None:
            draws = np.empty(self.shape)
            blocks = make(_InMemory(draws))
        else:
            with array_file(self.folder / FILE, self.shape) as file:
                blocks = make(_OnDisk(file))
            draws = np.load(self.folder / FILE, mmap_mode="r")
        draws = sealed(draws)
        if blocks and all(usual.all() for usual, _, _ in blocks):
            mark_sound(draws)
        errors = [spread for _, spread, _ in blocks if spread is not None]
        return draws, sealed(np.concatenate(errors)) if errors else None, sum(each[2] for each in blocks)


@dataclass(frozen=True)
class _InMemory:
    draws: Array

    def __call__(self, first: int, block: Block) -> Block:
        responses, errors, unstable = block
        self.draws[first : first + len(responses)] = responses
        return _usual(responses), errors, unstable


@dataclass(frozen=True)
class _OnDisk(KeptThere):
    """What processes write themselves; only errors and numbers come back."""

    file: ArrayFile

    def __call__(self, first: int, block: Block) -> Block:
        responses, errors, unstable = block
        self.file.write(first, responses)
        return _usual(responses), errors, unstable


def _usual(responses: Array) -> Array:
    """What is left of responses that are in their place: whether all are finite and of usual size, (1,)."""
    return np.array([float(all_usual(responses))])
