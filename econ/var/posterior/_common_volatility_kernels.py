"""Arrays in, arrays out: one Gibbs sweep of a common log variance h_t.

Symbols: e_t n independent normal errors with variance exp(h_t), w_t = e_t'e_t, h_t = φ h_{t-1} + ω η_t with a
stationary start, T periods. Given w the log density of h is that of its prior less Σ (n h_t + w_t exp(-h_t)) / 2,
which is concave.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from econ.arrays import Array, Rows

LENGTH = 20  # periods of a block that is proposed at once
NEWTON = 10  # steps towards the mode of a block; any number is valid, too few only lower the acceptance
PERSISTENCE = (0.9, 0.1)  # mean and standard deviation of the normal prior of φ, cut to (-1, 1)
INNOVATION = (5.0, 0.16)  # shape and scale of the inverse gamma prior of ω²; mean 0.04


def draw_log_variances(
    h: Array, w: Array, n: int, *, phi: float, omega2: float, generator: np.random.Generator
) -> Array:
    """Draw h (T,) given w (T,), in blocks with random borders; every other block at once, as they are independent.

    A block is proposed from the normal law around its mode given its neighbours (mode and curvature by Newton's method
    from the prior mean) and accepted by Metropolis and Hastings, so the draws are exact.
    """
    h = h.copy()
    blocks = _blocks(len(h), int(generator.integers(1, LENGTH + 1)))
    for parity in (0, 1):
        where = blocks[parity::2]
        if len(where):
            h = _draw_blocks(h, w, n, where=where, phi=phi, omega2=omega2, generator=generator)
    return h


def _blocks(periods: int, offset: int) -> Rows:
    """Periods of each block, (count, LENGTH), -1 where a block at the border is shorter."""
    edges = [0, *range(offset, periods, LENGTH), periods]
    rows = np.full((len(edges) - 1, LENGTH), -1, dtype=np.intp)
    for row, (first, last) in enumerate(pairwise(edges)):
        rows[row, : last - first] = np.arange(first, last)
    return rows


def _draw_blocks(
    h: Array, w: Array, n: int, *, where: Rows, phi: float, omega2: float, generator: np.random.Generator
) -> Array:
    real, last = where >= 0, len(h) - 1
    precision, pull = _conditional_prior(h, where, phi=phi, omega2=omega2)
    count, squares = np.where(real, float(n), 0.0), np.where(real, w[where], 0.0)
    mode = np.linalg.solve(precision, pull[:, :, None])[:, :, 0]
    for _ in range(NEWTON):
        weight = 0.5 * squares * np.exp(-mode)
        curvature = precision + weight[:, :, None] * np.eye(LENGTH)
        slope = pull - 0.5 * count + weight - (precision @ mode[:, :, None])[:, :, 0]
        mode = mode + np.clip(np.linalg.solve(curvature, slope[:, :, None])[:, :, 0], -2.0, 2.0)
    curvature = precision + (0.5 * squares * np.exp(-mode))[:, :, None] * np.eye(LENGTH)
    lower = np.linalg.cholesky(curvature)
    noise = generator.standard_normal(mode.shape)
    proposed = mode + np.linalg.solve(np.swapaxes(lower, 1, 2), noise[:, :, None])[:, :, 0]
    current = np.where(real, h[np.clip(where, 0, last)], proposed)

    def log_ratio(x: Array) -> Array:
        """Log target less log proposal."""
        target: Array = ((pull - 0.5 * count) * x - 0.5 * squares * np.exp(-x)).sum(axis=1)
        target = target - 0.5 * np.einsum("bi,bij,bj->b", x, precision, x)
        distance = x - mode
        target += 0.5 * np.einsum("bi,bij,bj->b", distance, curvature, distance)
        return target

    accepted = np.log(generator.random(len(where))) < log_ratio(proposed) - log_ratio(current)
    taken = real & accepted[:, None]
    out = h.copy()
    out[where[taken]] = proposed[taken]
    return out


def _conditional_prior(h: Array, where: Rows, *, phi: float, omega2: float) -> tuple[Array, Array]:
    """Precision (b, LENGTH, LENGTH) of each block given the rest, and precision times mean; ones where none is."""
    real, last = where >= 0, len(h) - 1
    edge = (where == 0) | (where == last)
    diagonal = np.where(real, np.where(edge, 1.0, 1.0 + phi**2) / omega2, 1.0)
    if last == 0:
        diagonal = np.where(real, (1.0 - phi**2) / omega2, 1.0)
    precision = diagonal[:, :, None] * np.eye(LENGTH)
    linked = np.where(real[:, 1:] & real[:, :-1], -phi / omega2, 0.0)
    steps = np.arange(LENGTH - 1)
    precision[:, steps, steps + 1] = precision[:, steps + 1, steps] = linked
    pull = np.zeros(where.shape)
    first, final = where[:, 0], where.max(axis=1)
    sizes = real.sum(axis=1)
    rows = np.arange(len(where))
    pull[rows, 0] += np.where(first > 0, phi / omega2 * h[np.maximum(first - 1, 0)], 0.0)
    pull[rows, sizes - 1] += np.where(final < last, phi / omega2 * h[np.minimum(final + 1, last)], 0.0)
    return precision, pull


def draw_dynamics(h: Array, *, phi: float, omega2: float, generator: np.random.Generator) -> tuple[float, float]:
    """Draw φ and ω² given h: φ from its regression, corrected for the stationary start by Metropolis and Hastings."""
    mean, deviation = PERSISTENCE
    past, now = h[:-1], h[1:]
    precision = past @ past / omega2 + deviation**-2
    proposed = (past @ now / omega2 + mean * deviation**-2) / precision + generator.standard_normal() / np.sqrt(
        precision
    )
    uniform = generator.random()
    if abs(proposed) < 1.0:
        start = 0.5 * (np.log1p(-(proposed**2)) - np.log1p(-(phi**2)))
        start += 0.5 * h[0] ** 2 * (proposed**2 - phi**2) / omega2
        phi = float(proposed) if np.log(uniform) < start else phi
    shape, scale = INNOVATION
    left = (1.0 - phi**2) * h[0] ** 2 + ((now - phi * past) ** 2).sum()
    return phi, float((scale + 0.5 * left) / generator.standard_gamma(shape + 0.5 * len(h)))
