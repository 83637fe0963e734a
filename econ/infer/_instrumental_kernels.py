"""First stages of several endogenous variables: their strength, their rank, and the Anderson-Rubin statistic."""

from __future__ import annotations

from typing import Any

import numpy as np

from econ.arrays import Array
from econ.infer.sandwich import joint_covariance

CELLS, HALVINGS = 401, 60


def first_stages(
    y: Array, w: Array, x: Array, z: Array, *, cov: str, bandwidth: int | None, groups: Any
) -> tuple[Array, Array, Array, float]:
    """Reduced form (m, 1 + g), its covariance, strength of each first stage (g, 3), rank statistic over m."""
    q, _ = np.linalg.qr(w)
    y, x, z = (each - q @ (q.T @ each) for each in (y, x, z))
    scales = [np.sqrt((each**2).mean(axis=0)) for each in (x, z)]
    columns, m, g = w.shape[1] + z.shape[1], z.shape[1], x.shape[1]

    def projected(left: Array) -> tuple[Array, Array, Array]:
        """Coefficients on the instruments (m, c), residuals, covariance of the stacked coefficients."""
        inverse = np.linalg.inv(z.T @ z)
        slopes = inverse @ (z.T @ left)
        rest = left - z @ slopes
        if cov == "unadjusted":
            return slopes, rest, np.kron(rest.T @ rest / (len(z) - columns), inverse)
        psi = (z @ inverse)[:, None, :] * rest[:, :, None]
        flat = psi.reshape(len(z), -1)
        return slopes, rest, joint_covariance(flat, cov=cov, bandwidth=bandwidth, groups=groups, columns=columns)[0]

    form, rest, covariance = projected(np.column_stack([y, x]))
    strengths = np.empty((g, 3))
    for j in range(g):
        own = slice((1 + j) * m, (2 + j) * m)
        others = np.delete(x, j, axis=1)
        left = x[:, [j]]
        if g > 1:
            fitted = z @ np.linalg.lstsq(z, others, rcond=None)[0]
            left = left - others @ np.linalg.lstsq(fitted, left, rcond=None)[0]
        slopes, _, spread = projected(left)
        wald = float(slopes[:, 0] @ np.linalg.solve(spread, slopes[:, 0]))
        plain = float(form[:, 1 + j] @ np.linalg.solve(covariance[own, own], form[:, 1 + j]))
        unexplained = float((rest[:, 1 + j] ** 2).sum() / (x[:, j] ** 2).sum())
        strengths[j] = 1.0 - unexplained, plain / m, wald / (m - g + 1)
    rank = rank_statistic(form[:, 1:], covariance[m:, m:], x / scales[0], z / scales[1], scales)
    return form, covariance, strengths, rank / m


def rank_statistic(slopes: Array, covariance: Array, x: Array, z: Array, scales: list[Array]) -> float:
    """Wald statistic of Kleibergen and Paap (2006) that ``slopes`` (m, g) has rank g - 1; chi-square, m - g + 1."""
    size, g = x.shape
    root_z, root_x = np.linalg.cholesky(z.T @ z / size), np.linalg.cholesky(x.T @ x / size)
    left, right = root_z.T * scales[1], np.linalg.inv(root_x.T * scales[0])
    theta = left @ slopes @ right
    turn = np.kron(right.T, left)
    spread = turn @ covariance @ turn.T
    u, _, vt = np.linalg.svd(theta)
    q = g - 1
    u2, v2 = u[:, q:], vt[q:].T
    last, end = u2[q:], v2[q:]
    across = u2 @ np.linalg.inv(last) @ _root(last @ last.T)
    along = _root(end @ end.T) @ np.linalg.inv(end.T) @ v2.T
    value = (across.T @ theta @ along.T).reshape(-1, order="F")
    both = np.kron(along, across.T)
    return float(value @ np.linalg.solve(both @ spread @ both.T, value))


def _root(square: Array) -> Array:
    values, vectors = np.linalg.eigh(square)
    root: Array = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return root


def anderson_rubin_at(form: Array, covariance: Array, weights: Array) -> Array:
    """Wald statistic that ``form`` (m, c) times each of ``weights`` (..., c) is zero."""
    m, c = form.shape
    blocks = covariance.reshape(c, m, c, m)
    g = weights @ form.T
    spread = np.einsum("...a,...b,aibj->...ij", weights, weights, blocks, optimize=True)
    solved = np.linalg.solve(spread, g[..., None])[..., 0]
    value: Array = (g * solved).sum(axis=-1)
    return value


def least_anderson_rubin(
    form: Array, covariance: Array, values: Array, *, place: int, around: tuple[float, float] | None
) -> Array:
    """Statistic of each of ``values`` of coefficient ``place``, least over the other one, (N,).

    The other coefficient is ``centre + scale tan(angle)``; the best of ``CELLS`` angles is improved by golden sections:
    by values, as only the least one is used and not where it is.
    """
    if around is None:
        return anderson_rubin_at(form, covariance, np.stack([np.ones(len(values)), -values], axis=-1))
    centre, scale = around

    def statistic(angle: Array) -> Array:
        cos = np.cos(angle)
        both = [-(values[:, None] * cos), -(centre * cos + scale * np.sin(angle))]
        weights = np.stack([cos, *(both if place == 0 else both[::-1])], axis=-1)
        return anderson_rubin_at(form, covariance, weights / np.linalg.norm(weights, axis=-1, keepdims=True))

    grid = np.linspace(-0.5, 0.5, CELLS) * np.pi
    found = statistic(np.broadcast_to(grid, (len(values), CELLS)))
    best = found.argmin(axis=1)
    step = grid[1] - grid[0]
    low, high = grid[best] - step, grid[best] + step
    share = 0.5 * (np.sqrt(5.0) - 1.0)
    for _ in range(HALVINGS):
        inner = np.stack([high - share * (high - low), low + share * (high - low)], axis=1)
        first, second = statistic(inner).T
        low, high = np.where(first < second, low, inner[:, 0]), np.where(first < second, inner[:, 1], high)
    least: Array = np.minimum(statistic(0.5 * (low + high)[:, None])[:, 0], found.min(axis=1))
    return least
