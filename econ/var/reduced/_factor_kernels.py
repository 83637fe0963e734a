"""Factors of a panel, all draws of a batch at once; x (B, T, N), y (B, T, m), k factors."""

from __future__ import annotations

import numpy as np

from econ.arrays import Array, Mask


def standardised(x: Array) -> tuple[Array, Array]:
    """Columns with mean zero and unit variance, and their standard deviations (B, 1, N)."""
    centred = x - x.mean(axis=1, keepdims=True)
    scale = np.sqrt((centred**2).mean(axis=1, keepdims=True))
    return centred / scale, scale


def components(x: Array, k: int) -> Array:
    """First k principal components of standardised columns, F'F = T I, loadings of positive sum: (B, T, k)."""
    turned = np.swapaxes(x, 1, 2)
    periods = x.shape[1]
    if x.shape[2] <= periods:
        values, vectors = np.linalg.eigh(turned @ x)
        found = x @ vectors[:, :, : -k - 1 : -1] / np.sqrt(values[:, None, : -k - 1 : -1])
    else:
        found = np.linalg.eigh(x @ turned)[1][:, :, : -k - 1 : -1]
    sums = (turned @ found).sum(axis=1, keepdims=True)
    signed: Array = found * np.where(sums < 0.0, -1.0, 1.0) * np.sqrt(periods)
    return signed


def regression(right: Array, left: Array) -> Array:
    """Slopes (B, c, d) of left (B, T, d) on right (B, T, c), both in deviations from means."""
    x, scale = standardised(right)
    y = left - left.mean(axis=1, keepdims=True)
    turned = np.swapaxes(x, 1, 2)
    slopes: Array = np.linalg.solve(turned @ x, turned @ y) / np.swapaxes(scale, 1, 2)
    return slopes


def rotated(x: Array, y: Array, k: int, slow: Mask | None) -> Array:
    """Factors of a panel without what they owe to y: two steps of Bernanke, Boivin and Eliasz (2005), (B, T, k)."""
    x = standardised(x)[0]
    common = components(x, k)
    if slow is None:
        return common
    slopes = regression(np.concatenate([components(x[:, :, slow], k), y], axis=2), common)
    purged: Array = common - (y - y.mean(axis=1, keepdims=True)) @ slopes[:, k:]
    return purged


def aligned(found: Array, target: Array) -> Array:
    """``found`` (B, T, k) turned so that its regression on ``target`` is the identity."""
    turn = regression(target, found)
    turned: Array = found @ np.linalg.inv(turn)
    return turned


def unexplained(x: Array, most: int) -> Array:
    """Mean squared residual of a standardised panel (T, N) given its first 0, 1, ..., ``most`` components."""
    values = np.linalg.svd(x, compute_uv=False) ** 2
    total = values.sum()
    left: Array = (total - np.concatenate([[0.0], np.cumsum(values[:most])])) / x.size
    return left
