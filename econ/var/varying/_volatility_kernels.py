"""Arrays in, arrays out: log volatilities that are random walks, by a mixture of normals for log chi-square errors.

Symbols: T dates, n equations, e_it = exp(h_it) ε_it with ε normal (0, 1), h_t = h_{t-1} + η_t with η normal (0, W).
log e_it² = 2 h_it + log ε_it², and the law of log ε² is that of ten normals mixed (Omori, Chib, Shephard and Nakajima
2007, Journal of Econometrics 140(2), table 1); s_it says which of the ten.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from econ.arrays import Array
from econ.var.varying._state_kernels import drawn

SHARES = np.array([0.00609, 0.04775, 0.13057, 0.20674, 0.22715, 0.18842, 0.12047, 0.05591, 0.01575, 0.00115])
MEANS = np.array([1.92677, 1.34744, 0.73504, 0.02266, -0.85173, -1.97278, -3.46788, -5.55246, -8.68384, -14.65])
VARIANCES = np.array([0.11265, 0.17788, 0.26768, 0.40611, 0.62699, 0.98583, 1.57469, 2.54498, 4.16591, 7.33342])
CONSTANTS = np.log(SHARES) - 0.5 * np.log(VARIANCES)
SMALLEST = -700.0  # log of the smallest square: an error that is exactly zero has no logarithm

States = NDArray[np.intp]


def log_squares(e: Array) -> Array:
    """Log of e², of zero a very negative number."""
    return np.maximum(np.log(np.maximum(e * e, np.finfo(float).tiny)), SMALLEST)


def draw_mixture(logs: Array, h: Array, generator: np.random.Generator) -> States:
    """Which of the ten normals each log square (T, n) came from, given h (T, n)."""
    ten = (-1, 1, 1)
    distance = (logs - 2.0 * h) - MEANS.reshape(ten)
    weights = CONSTANTS.reshape(ten) - 0.5 * distance * distance / VARIANCES.reshape(ten)
    weights -= weights.max(axis=0)
    np.exp(weights, out=weights)
    for before, after in pairwise(weights):  # sums so far, in the order of memory
        after += before
    return np.asarray((weights < generator.random(logs.shape) * weights[-1]).sum(axis=0))


def draw_volatilities(
    logs: Array, states: States, *, state: Array, initial: Array, mean: Array, generator: np.random.Generator
) -> Array:
    """Draw h (T, n) given log squares and their normals: Gaussian; W⁻¹, P0⁻¹ and h0 as in the state kernels."""
    periods, n = logs.shape
    weight = VARIANCES[states] ** -0.5
    design = np.zeros((periods, n, n))
    design[:, np.arange(n), np.arange(n)] = 2.0 * weight
    outcome = weight * (logs - MEANS[states])
    return drawn(design, outcome, state=state, initial=initial, mean=mean, generator=generator)
