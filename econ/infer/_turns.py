"""Other assignments of the same values: turns and orders within eras, and linear statistics at all of them.

An assignment is read by rows: era j turned by k days holds at its day t the value of day t - k.
"""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import scipy

from econ.arrays import Array, Rows, Seed
from econ.errors import SchemaError, SpecificationError
from econ.parallel import map_blocks, seed_sequence

MOST = 200_000
"""Turns that are enumerated; beyond, they are drawn."""
FEW = 8
"""Products a day up to which the sums at some turns cost less than the transform that gives all of them."""


def linear_draws(
    outcomes: Array, amounts: Array, parts: list[Rows], *, scheme: str, draws: int | None, rng: Seed
) -> Array:
    """``sum_t a_{t-k} y_t``, a the amounts less their mean in the era, at every assignment k and outcome: (B, H)."""
    a = centred(amounts, parts)
    if scheme == "permutation":

        def work(count: int, generator: np.random.Generator) -> Array:
            product_: Array = a[drawn_rows(parts, scheme, count, generator)] @ outcomes
            return product_

        return np.concatenate(map_blocks(work, int(draws or 0), rng=rng, n_jobs=1, label="randomisation"))
    if draws is None:
        turns = all_turns(parts)
    else:
        generator = np.random.default_rng(seed_sequence(rng))
        turns = np.column_stack([generator.integers(0, len(part), draws) for part in parts])
    total = np.zeros((len(turns), outcomes.shape[1]))
    for j, part in enumerate(parts):
        if len(turns) * np.count_nonzero(amounts[part]) <= FEW * len(part):
            total += _at_turns(amounts[part], outcomes.take(part, axis=0), turns[:, j])
        else:
            total += _turns_of(a[part], outcomes.take(part, axis=0)).take(turns[:, j], axis=0)
    return total


def _at_turns(amounts: Array, y: Array, turns: Rows) -> Array:
    """``sum_t a_{(t - k) mod T} y_t`` at some turns k of every column, from the days with amounts alone: (B, H)."""
    days = np.flatnonzero(amounts)
    found: Array = amounts[days] @ np.concatenate([y, y]).take(turns[:, None] + days, axis=0)  # brackets: three times
    found -= amounts.mean() * y.sum(axis=0)
    return found


def _turns_of(a: Array, y: Array) -> Array:
    """``sum_t a_{(t - k) mod T} y_t``, k = 0..T-1, of every column: (T, H)."""
    found: Array = scipy.fft.irfft(scipy.fft.rfft(y, axis=0) * np.conj(scipy.fft.rfft(a))[:, None], n=len(a), axis=0)
    return found


def centred(values: Array, parts: list[Rows]) -> Array:
    """Values less their mean in each era, along the first axis."""
    out = np.array(values, dtype=float)
    for part in parts:
        out[part] -= out[part].mean(axis=0)
    return out


def era_rows(eras: Any, size: int) -> list[Rows]:
    """Rows of each era in order."""
    if eras is None:
        return [np.arange(size)]
    labels = np.asarray(eras)
    if labels.shape != (size,):
        raise SpecificationError(f"eras must hold one label for each of {size} days; found shape {labels.shape}.")
    if pd.isna(labels).any():
        raise SchemaError(f"eras has no label on row {int(np.flatnonzero(pd.isna(labels))[0])}; leave such days out.")
    return [np.flatnonzero(labels == name) for name in np.unique(labels)]


def all_turns(parts: list[Rows]) -> Rows:
    total = math.prod(len(part) for part in parts)
    if total > MOST:
        raise SpecificationError(
            f"{len(parts)} eras have {total:,} turns together; say how many draws, such as draws=9999."
        )
    return np.array(list(product(*(range(len(part)) for part in parts))), dtype=np.intp)


def turned(parts: list[Rows], turns: Rows) -> Rows:
    """Rows to read so that era j is turned by ``turns[:, j]`` days: (B, T)."""
    out = np.empty((len(turns), sum(len(part) for part in parts)), dtype=np.intp)
    for j, part in enumerate(parts):
        out[:, part] = part[(np.arange(len(part))[None, :] - turns[:, j, None]) % len(part)]
    return out


def drawn_rows(parts: list[Rows], scheme: str, count: int, generator: np.random.Generator) -> Rows:
    if scheme == "shift":
        return turned(parts, np.column_stack([generator.integers(0, len(part), count) for part in parts]))
    out = np.empty((count, sum(len(part) for part in parts)), dtype=np.intp)
    for part in parts:
        out[:, part] = part[np.argsort(generator.random((count, len(part))), axis=1)]
    return out
