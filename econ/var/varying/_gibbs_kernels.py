"""Arrays in, arrays out: one Gibbs sweep of a VAR with drifting coefficients and volatilities.

Symbols: T dates, n equations, k regressors x_t, y_t = C_t x_t + u_t, A_t u_t = e_t, e_it normal (0, exp(2 h_it)), A_t
lower triangular with ones on its diagonal, C (T, n, k). In the structural form B_t = A_t C_t.

Order of a sweep (Del Negro and Primiceri 2015, Review of Economic Studies 82(4), algorithm 2):

    h given the data, coefficients and mixture states s;
    coefficients, A and the three covariances given the data and h, but **not** s;
    s given the data and everything else.

Coefficients drawn from a law that knows h but not s must not be followed by a draw of h with the old s: s is drawn anew
right before h. Primiceri (2005) drew s right after h, so that h met new coefficients and an s of the old ones: another
stationary law.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from econ.arrays import Array
from econ.var.varying._state_kernels import drawn, wishart
from econ.var.varying._volatility_kernels import States, draw_mixture, draw_volatilities, log_squares


@dataclass(frozen=True, eq=False)
class Walk:
    """Beliefs about a random walk: b_1 normal (mean, initial⁻¹), covariance of its steps IW(scale, degrees)."""

    mean: Array
    initial: Array
    scale: Array
    degrees: float

    def draw_covariance(self, path: Array, generator: np.random.Generator) -> Array:
        """Draw Q⁻¹ given a path (T, m)."""
        steps = path[1:] - path[:-1]
        return wishart(self.scale + steps.T @ steps, self.degrees + len(steps), generator)

    def start(self, generator: np.random.Generator) -> Array:
        """Q⁻¹ from the prior."""
        return wishart(self.scale, self.degrees, generator)


@dataclass(frozen=True, eq=False)
class Beliefs:
    """Prior of every path: coefficients (one walk, or one an equation), rows of A (from the second), log volatilities.

    In the structural form coefficient i and row i form one state with block-diagonal steps; ``joint`` holds the
    precisions and means of the two together at the first date.
    """

    coefficients: tuple[Walk, ...]
    rows: tuple[Walk, ...]
    volatility: Walk
    joint: tuple[tuple[Array, Array], ...] | None = None


class State(NamedTuple):
    """Where a chain is: paths, precisions of their steps, log squares of the errors and their mixture states."""

    coefficients: Array
    a: Array
    h: Array
    logs: Array
    states: States
    q: tuple[Array, ...]
    s: tuple[Array, ...]
    w: Array


@dataclass(frozen=True, eq=False)
class Sample:
    """Regressors (T, k) and outcomes (T, n)."""

    x: Array
    y: Array

    def residuals(self, coefficients: Array) -> Array:
        """u_t = y_t - C_t x_t, (T, n)."""
        return self.y - times(coefficients, self.x)


def times(matrices: Array, vectors: Array) -> Array:
    """A matrix (T, n, k) times a vector (T, k) at each date, (T, n)."""
    return np.asarray(np.einsum("tnk,tk->tn", matrices, vectors))


def start(beliefs: Beliefs, sample: Sample, generator: np.random.Generator) -> State:
    """Constant paths at the prior means, log volatilities moved away from theirs, covariances from their priors."""
    (periods, n), k = sample.y.shape, sample.x.shape[1]
    a = np.tile(np.eye(n), (periods, 1, 1))
    for i, walk in enumerate(beliefs.rows, start=1):
        a[:, i, :i] = walk.mean
    coefficients = np.concatenate([walk.mean for walk in beliefs.coefficients]).reshape(n, k)
    if beliefs.joint is not None:
        coefficients = np.linalg.solve(a[0], coefficients)
    away = 0.5 * generator.standard_normal(n) / np.sqrt(np.diag(beliefs.volatility.initial))
    state = State(
        coefficients=np.tile(coefficients, (periods, 1, 1)),
        a=a,
        h=np.tile(beliefs.volatility.mean + away, (periods, 1)),
        logs=np.zeros((periods, n)),
        states=np.zeros((periods, n), dtype=np.intp),
        q=tuple(walk.start(generator) for walk in beliefs.coefficients),
        s=tuple(walk.start(generator) for walk in beliefs.rows),
        w=beliefs.volatility.start(generator),
    )
    return draw_states(sample.residuals(state.coefficients), state, generator)


def draw_states(u: Array, state: State, generator: np.random.Generator) -> State:
    """Draw s given everything else, u (T, n) the residuals."""
    logs = log_squares(times(state.a, u))
    return state._replace(logs=logs, states=draw_mixture(logs, state.h, generator))


def draw_h(beliefs: Beliefs, state: State, generator: np.random.Generator) -> State:
    """Draw h given s and the log squares that it was drawn with."""
    walk = beliefs.volatility
    common = {"state": state.w, "initial": walk.initial, "mean": walk.mean}
    return state._replace(h=draw_volatilities(state.logs, state.states, **common, generator=generator))


def draw_reduced(beliefs: Beliefs, sample: Sample, state: State, generator: np.random.Generator) -> Array:
    """Coefficients (T, n, k) given A and h, all equations at once: Q is full."""
    periods, n, k = state.coefficients.shape
    weighted = state.a * np.exp(-state.h)[:, :, None]
    design = weighted[:, :, :, None] * sample.x[:, None, None, :]
    (walk,) = beliefs.coefficients
    path = drawn(
        design.reshape(periods, n, n * k),
        times(weighted, sample.y),
        state=state.q[0],
        initial=walk.initial,
        mean=walk.mean,
        generator=generator,
    )
    return path.reshape(periods, n, k)


def draw_rows(beliefs: Beliefs, u: Array, state: State, generator: np.random.Generator) -> Array:
    """A (T, n, n) given residuals u (T, n) and h: u_i regressed on minus the u before it, row after row."""
    a = state.a.copy()
    for i, walk in enumerate(beliefs.rows, start=1):
        weighted = u[:, : i + 1] * np.exp(-state.h[:, i, None])
        common = {"state": state.s[i - 1], "initial": walk.initial, "mean": walk.mean}
        a[:, i, :i] = drawn(-weighted[:, None, :i], weighted[:, i:], **common, generator=generator)
    return a


def draw_structural(beliefs: Beliefs, sample: Sample, state: State, generator: np.random.Generator) -> State:
    """Coefficients and A, equation by equation: y_i on x and minus the y before it (their law is a product)."""
    k, a = sample.x.shape[1], state.a.copy()
    b = np.empty_like(state.coefficients)
    for i, (initial, mean) in enumerate(beliefs.joint or ()):
        weight = np.exp(-state.h[:, i, None])
        design = np.hstack([sample.x, -sample.y[:, :i]]) * weight
        step = np.zeros((k + i, k + i))
        step[:k, :k] = state.q[i]
        if i:
            step[k:, k:] = state.s[i - 1]
        outcome = sample.y[:, i, None] * weight
        path = drawn(design[:, None], outcome, state=step, initial=initial, mean=mean, generator=generator)
        b[:, i], a[:, i, :i] = path[:, :k], path[:, k:]
    return state._replace(coefficients=np.asarray(np.linalg.solve(a, b), dtype=float), a=a)


def draw_covariances(beliefs: Beliefs, state: State, generator: np.random.Generator) -> State:
    """Q, S and W given the paths."""
    paths = state.coefficients if beliefs.joint is None else state.a @ state.coefficients
    n = paths.shape[1]
    parts = [paths.reshape(len(paths), -1)] if beliefs.joint is None else [paths[:, i] for i in range(n)]
    return state._replace(
        q=tuple(walk.draw_covariance(path, generator) for walk, path in zip(beliefs.coefficients, parts, strict=True)),
        s=tuple(walk.draw_covariance(state.a[:, i, :i], generator) for i, walk in enumerate(beliefs.rows, start=1)),
        w=beliefs.volatility.draw_covariance(state.h, generator),
    )


def draw_coefficients(beliefs: Beliefs, sample: Sample, state: State, generator: np.random.Generator) -> State:
    """Coefficients (and A with them in the structural form) given h."""
    if beliefs.joint is not None:
        return draw_structural(beliefs, sample, state, generator)
    return state._replace(coefficients=draw_reduced(beliefs, sample, state, generator))


def finish(beliefs: Beliefs, sample: Sample, state: State, generator: np.random.Generator) -> State:
    """What follows the coefficients: A in the reduced form, covariances, and s at the very end."""
    u = sample.residuals(state.coefficients)
    if beliefs.joint is None:
        state = state._replace(a=draw_rows(beliefs, u, state, generator))
    return draw_states(u, draw_covariances(beliefs, state, generator), generator)


def sweep(beliefs: Beliefs, sample: Sample, state: State, generator: np.random.Generator) -> State:
    """One sweep in the order above."""
    state = draw_h(beliefs, state, generator)
    return finish(beliefs, sample, draw_coefficients(beliefs, sample, state, generator), generator)
