"""The hyperparameters of a Bayesian VAR: their names, their priors, and how they are sampled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from econ.arrays import Array, Rows
from econ.errors import NotConverged
from econ.var.posterior import asymmetric, minnesota
from econ.var.posterior.asymmetric import AsymmetricMinnesota
from econ.var.posterior.minnesota import Minnesota, gamma_shape
from econ.var.posterior.outlier_scaling import NAMES, beta_shape

if TYPE_CHECKING:
    from econ.var.posterior.bayesian import BayesianVAR

STEP = 1e-3  # of the finite differences, in logs
ROUNDS = 100
TAIL = 5.0  # degrees of freedom of the proposals
WIDENING = 1.2  # of the proposals against the curvature at the mode
MODES = {**minnesota.MODES, **asymmetric.MODES}
START = {**{name: mode for name, (mode, _) in MODES.items()}, **dict.fromkeys(NAMES[:3], 3.0), NAMES[3]: 0.8}


@dataclass(frozen=True, eq=False)
class Hyperparameters:
    """Free hyperparameters as unrestricted numbers: logs of tightnesses, log(scale - 1), logit ρ.

    Parameters
    ----------
    prior : Minnesota or AsymmetricMinnesota
        Says which are fixed, and at what.
    names : tuple of str
        Those that are free, in order.
    """

    prior: Minnesota | AsymmetricMinnesota
    names: tuple[str, ...]

    @classmethod
    def of(cls, model: BayesianVAR) -> Hyperparameters:
        """The free ones of a model."""
        return cls(model.prior, model.prior.hierarchical + (() if model.scaling is None else NAMES))

    @property
    def start(self) -> Array:
        """Where the search for the mode begins."""
        return np.array([_free(name, START[name]) for name in self.names])

    def uses(self, name: str) -> bool:
        """Whether the prior holds this group of artificial observations."""
        return getattr(self.prior, name) is not None

    def named(self, free: Array) -> dict[str, Array]:
        """Values by name, fixed ones included, (N,) each."""
        fixed = {name: getattr(self.prior, name, None) for name in MODES}
        values = {
            name: np.full(len(free), float(value)) for name, value in fixed.items() if isinstance(value, (int, float))
        }
        return values | {name: _value(name, free[:, j]) for j, name in enumerate(self.names)}

    def outlier_values(self, free: Array) -> Array:
        """(scale_0, scale_1, scale_2, ρ), (N, 4)."""
        named = self.named(free)
        return np.column_stack([named[name] for name in NAMES])

    def log_density(self, free: Array) -> Array:
        """Log prior density of the unrestricted numbers, Jacobian included, (N,)."""
        return sum((_log_prior(name, free[:, j]) for j, name in enumerate(self.names)), np.zeros(len(free)))


def _free(name: str, value: float) -> float:
    if name == "recovery":
        return float(np.log(value / (1.0 - value)))
    return float(np.log(value - 1.0 if name in NAMES else value))


def _value(name: str, free: Array) -> Array:
    if name == "recovery":
        logistic: Array = 1.0 / (1.0 + np.exp(-free))
        return logistic
    return np.exp(free) + (1.0 if name in NAMES else 0.0)


def _log_prior(name: str, free: Array) -> Array:
    from scipy.special import betaln, gammaln

    value = _value(name, free)
    if name == "recovery":  # Beta(a, b) times ρ (1 - ρ)
        a, b = beta_shape()
        density: Array = a * np.log(value) + b * np.log1p(-value) - betaln(a, b)
        return density
    if name in NAMES:  # Pareto(1, 1) times (scale - 1)
        return free - 2.0 * np.log(value)
    shape, scale = gamma_shape(*MODES[name])
    density = shape * free - value / scale - gammaln(shape) - shape * np.log(scale)
    return density


def prior_density(name: str, values: Array) -> Array:
    """Prior density of a hyperparameter at (N,) values inside its range."""
    free = np.array([_free(name, value) for value in values])
    slope = values * (1.0 - values) if name == "recovery" else values - (1.0 if name in NAMES else 0.0)
    density: Array = np.exp(_log_prior(name, free)) / slope
    return density


@dataclass(frozen=True, eq=False)
class Proposal:
    """Multivariate t around the mode of a log density.

    Parameters
    ----------
    mode : array (m,)
    root : array (m, m)
        Lower factor of the scale matrix.
    """

    mode: Array
    root: Array

    def draw(self, generator: np.random.Generator, size: int) -> Array:
        """``size`` points, (size, m)."""
        normal = generator.standard_normal((size, len(self.mode))) @ self.root.T
        return self.mode + normal / np.sqrt(generator.chisquare(TAIL, size=(size, 1)) / TAIL)

    def log_density(self, points: Array) -> Array:
        """Log density at (N, m) points."""
        from scipy.special import gammaln

        m = len(self.mode)
        standard = np.linalg.solve(self.root, (points - self.mode).T)
        constant = gammaln((TAIL + m) / 2.0) - gammaln(TAIL / 2.0) - 0.5 * m * np.log(TAIL * np.pi)
        distance = np.log1p((standard**2).sum(axis=0) / TAIL)
        density: Array = constant - np.log(np.diagonal(self.root)).sum() - 0.5 * (TAIL + m) * distance
        return density


def proposal(log_density: Callable[[Array], Array], start: Array) -> Proposal:
    """Find the mode by Newton's method with halved steps; scale the proposal by the curvature there.

    Raises
    ------
    NotConverged
        If the gradient does not vanish in `ROUNDS` steps.
    """
    point = start
    for _ in range(ROUNDS):
        value, gradient, hessian = _derivatives(log_density, point)
        roots, vectors = np.linalg.eigh(-hessian)
        curvature = np.maximum(np.abs(roots), 0.05)
        step = vectors @ ((vectors.T @ gradient) / curvature)
        if np.abs(step).max() < 1e-4:
            return Proposal(point, np.linalg.cholesky((vectors / curvature) @ vectors.T) * WIDENING)
        step *= min(1.0, 1.5 / np.abs(step).max())
        trials = point + 0.5 ** np.arange(12)[:, None] * step
        values = log_density(trials)
        best = int(values.argmax())
        if not values[best] > value:
            return Proposal(point, np.linalg.cholesky((vectors / curvature) @ vectors.T) * WIDENING)
        point = trials[best]
    raise NotConverged(
        f"the marginal likelihood has no maximum within {ROUNDS} Newton steps (last hyperparameters, in logs: "
        f"{np.round(point, 3).tolist()}); fix the tightness."
    )


def _derivatives(log_density: Callable[[Array], Array], point: Array) -> tuple[float, Array, Array]:
    """Value, gradient and Hessian by central differences, all evaluations in one batch."""
    m = len(point)
    unit = STEP * np.eye(m)
    pairs = [(i, j) for i in range(m) for j in range(i)]
    both = np.array([unit[i] + unit[j] for i, j in pairs]).reshape(-1, m)
    values = log_density(point + np.concatenate([np.zeros((1, m)), unit, -unit, both, -both]))
    centre, up, down = values[0], values[1 : m + 1], values[m + 1 : 2 * m + 1]
    plus, minus = values[2 * m + 1 : 2 * m + 1 + len(pairs)], values[2 * m + 1 + len(pairs) :]
    hessian = np.diag(up + down - 2.0 * centre)
    for (i, j), above, below in zip(pairs, plus, minus, strict=True):
        cross = above + below - up[i] - down[i] - up[j] - down[j] + 2.0 * centre
        hessian[i, j] = hessian[j, i] = 0.5 * cross
    return float(centre), (up - down) / (2.0 * STEP), hessian / STEP**2


def independence_chain(log_ratio: Array, uniforms: Array, *, keep: int) -> Rows:
    """Which proposal each of the last ``keep`` states of an independence Metropolis chain is.

    Parameters
    ----------
    log_ratio : array (N,)
        Log target less log proposal density of the proposals, in order; the first is the initial state.
    uniforms : array (N,)
        Numbers in (0, 1).
    keep : int
        States kept at the end.
    """
    state, states = 0, np.empty(len(log_ratio), dtype=np.intp)
    for step, (ratio, uniform) in enumerate(zip(log_ratio, uniforms, strict=True)):
        if np.log(uniform) < ratio - log_ratio[state]:
            state = step
        states[step] = state
    return states[-keep:]
