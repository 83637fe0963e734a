"""Arrays in, arrays out: responses with an ally shut off.

Symbols: theta (B, H + 1, n, s), ``theta[b, h, i, j]`` = response of variable i to shock j at h; e (B, H + 1, k)
shocks of the tools at dates 0..H, in standard deviations; y (B, H + 1, n) paths.
"""

from __future__ import annotations

import numpy as np

from econ.arrays import Array
from econ.var._kernels import stacked
from econ.var.structure.counterfactual import shut_off

SINGULAR = 1e-10


def silenced(theta: Array, y: Array, rows: list[int], held: list[int], tools: list[int]) -> tuple[Array, Array, Array]:
    """Smallest shocks that bring y[rows] to zero and leave y[held] as it is.

    min |e| subject to R e = r with R the effects of the tools (block lower triangular over dates), r = -y[rows] and 0
    for held. As many tools as conditions leave no choice: then e is found date by date, which meets the conditions
    however badly scaled a draw is. Returns the new y, e, and the relative size of what no e can remove (B,).
    """
    now = theta[:, 0][:, [*rows, *held]][:, :, tools]
    if now.shape[1] == now.shape[2] and np.linalg.matrix_rank(now).min() == len(tools):
        return _date_by_date(theta, y, rows, held, tools)
    draws, steps, n, _ = theta.shape
    effect = stacked(theta[..., tools])
    target = np.zeros((draws, steps, len(rows) + len(held)))
    target[:, :, : len(rows)] = -y[:, :, rows]
    target = target.reshape(draws, -1, 1)
    bound = effect.reshape(draws, steps, n, -1)[:, :, [*rows, *held]].reshape(draws, target.shape[1], -1)
    e = np.linalg.pinv(bound, rcond=SINGULAR) @ target
    size = np.sqrt((target**2).sum(axis=(1, 2)))
    left = np.sqrt(((bound @ e - target) ** 2).sum(axis=(1, 2)))
    missed = np.divide(left, size, out=np.zeros_like(left), where=size > 0.0)
    return y + (effect @ e).reshape(y.shape), e.reshape(draws, steps, len(tools)), missed


def _date_by_date(
    theta: Array, y: Array, rows: list[int], held: list[int], tools: list[int]
) -> tuple[Array, Array, Array]:
    """Shut off the distance of y from where it shall be, by one shock a condition and date."""
    kept = np.zeros_like(y)
    kept[:, :, held] = y[:, :, held]
    distance = np.concatenate([theta, (y - kept)[..., None]], axis=3)
    path, e = shut_off(distance, distance.shape[3] - 1, silence=[*rows, *held], using=tools)
    return path + kept, e, np.zeros(len(theta))


def at_once(theta: Array, y: Array, rows: list[int], tools: list[int]) -> tuple[Array, Array]:
    """Shocks of the tools at date 0 alone that make the sum of squares of y[rows] smallest: the new y, and e."""
    draws, steps, _, _ = theta.shape
    x = theta[:, :, rows][..., tools].reshape(draws, -1, len(tools))
    first = np.linalg.pinv(x, rcond=SINGULAR) @ -y[:, :, rows].reshape(draws, -1, 1)
    e = np.zeros((draws, steps, len(tools)))
    e[:, 0] = first[..., 0]
    return y + (theta[..., tools] @ first[:, None])[..., 0], e


def own_price(theta: Array, seller: int, allies: list[int], y: tuple[int, list[int]]) -> Array:
    """Reduced form: rho beta_A and beta_C per unit of the seller's shock, (B, 2), from theta summed over horizons.

    ``y`` = place of the response and of the allies' purchases. With A_j the ally's purchases and Y_j the response to
    shock j, rho beta_A is proportional to N = -sum_A A_s Y_A / A_A, and beta_C, the seller's impact before the allies
    react, to Y_s + N.
    """
    row, bought = y
    offset = np.zeros(len(theta))
    for ally, place in zip(allies, bought, strict=True):
        offset -= theta[:, place, seller] * theta[:, row, ally] / theta[:, place, ally]
    return np.column_stack([offset, theta[:, row, seller] + offset])
