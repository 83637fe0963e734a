"""Numbers behind `SupplyDemand`: the likelihood of two elasticities, its grid and its chains.

With Ψ the cross-products of the residuals of (dy, f), ρ their correlation and a_1 = (1, b)', a_2 = (-c, 1)' in units of
their standard deviations, coefficients and variances integrate out to

    L(b, c) = |det A|^ν ∏ q_i^(-ν/2) w_i^κ (1 + 2 κ w_i / ν)^(-κ - ν/2),   q_i = a_i' R a_i,   w_i = a_i' S a_i / q_i,

R = [[1, ρ], [ρ, 1]]. In the plane of L'a, R = L L', the first two factors are |sin(φ_2 - φ_1)|^ν of the angles of the
two rows, whatever ρ: the likelihood is a straight ridge φ_2 = φ_1 + π/2 of one width. Grid and chains live there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from econ.arrays import Array
from econ.var.posterior.elasticity_prior import ElasticityPrior

FARTHEST = 1e6
"""Largest elasticity of the grid, in units of the standard deviations of the residuals."""
TAILS = np.geomspace(1e-9, 0.008, 30)
PROBABILITIES = np.concatenate([TAILS, np.linspace(0.01, 0.99, 99), 1.0 - TAILS[::-1]])
FAR = np.geomspace(4.0, FARTHEST, 90)
"""Edges in both tails, so that no cell is wide for where it lies."""
LEFT_OUT = 1e-11
"""Mass a side that a finer grid may leave to its first and last cell."""
ROUNDS = 4
CELLS = (150, 1600)
"""Least and most cells of equal angle."""


@dataclass(frozen=True, eq=False)
class Likelihood:
    """L(b, c), at most 1.

    ``correlation`` is ρ, ``degrees`` ν, ``shape`` κ, ``expected`` the elements (1, 1), (1, 2) and (2, 2) of S in units
    of the standard deviations of the residuals, ``unit`` that of dy over that of f.
    """

    correlation: float
    degrees: float
    shape: float
    expected: tuple[float, float, float]
    unit: float

    @cached_property
    def opening(self) -> tuple[float, float]:
        """(sin θ, θ) with cos θ = ρ."""
        return math.sqrt((1.0 - self.correlation) * (1.0 + self.correlation)), math.acos(self.correlation)

    def angle_of_impact(self, impact: Array) -> Array:
        """φ_1 from θ - π to θ, rising in b."""
        b, sine = impact / self.unit, self.opening[0]
        return np.arctan2(sine * b, 1.0 + self.correlation * b)

    def angle_of_leaning(self, leaning: Array) -> Array:
        """φ_2 from 0 to π, rising in c."""
        return np.arctan2(self.opening[0], self.correlation - leaning * self.unit)

    def impact_at(self, angle: Array) -> Array:
        """The b of an angle φ_1; the same π further."""
        return self.unit * np.sin(angle) / _nonzero(np.sin(self.opening[1] - angle))

    def leaning_at(self, angle: Array) -> Array:
        """The c of an angle φ_2; the same π further."""
        return (self.correlation - self.opening[0] * np.cos(angle) / _nonzero(np.sin(angle))) / self.unit

    def slope_of_impact(self, angle: Array) -> Array:
        """Log |db/dφ_1|."""
        sine, theta = self.opening
        return math.log(self.unit * sine) - 2.0 * np.log(np.abs(_nonzero(np.sin(theta - angle))))

    def slope_of_leaning(self, angle: Array) -> Array:
        """Log |dc/dφ_2|."""
        return math.log(self.opening[0] / self.unit) - 2.0 * np.log(np.abs(_nonzero(np.sin(angle))))

    def variances_of_impact(self, impact: Array) -> Array:
        """Log of the part of the likelihood that the prior of the variance of n makes."""
        return self._variances(np.ones(np.shape(impact)), impact / self.unit)

    def variances_of_leaning(self, leaning: Array) -> Array:
        """The same of e."""
        return self._variances(-leaning * self.unit, np.ones(np.shape(leaning)))

    def _variances(self, first: Array, second: Array) -> Array:
        """Of rows (first, second) of A."""
        if self.shape == 0.0:
            return np.zeros(np.shape(first))
        own, shared, other = self.expected
        w = own * first * first + 2.0 * shared * first * second + other * second * second
        w = w / (first * first + 2.0 * self.correlation * first * second + second * second)
        half, slope = self.shape + 0.5 * self.degrees, 2.0 * self.shape / self.degrees
        found: Array = self.shape * np.log(w) - half * (np.log1p(slope * w) - math.log1p(slope))
        return found

    def ridge(self, first: Array, second: Array) -> Array:
        """ν log |sin(φ_2 - φ_1)|."""
        found: Array = self.degrees * np.log(np.abs(_nonzero(np.sin(second - first))))
        return found


def _nonzero(values: Array) -> Array:
    return np.where(np.abs(values) < 1e-100, 1e-100, values)


@dataclass(frozen=True, eq=False)
class Side:
    """One elasticity: its prior, what else is known of it alone, and its way to an angle and back."""

    prior: ElasticityPrior
    angle: Callable[[Array], Array]
    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    variances: Callable[[Array], Array]
    ends: tuple[float, float]
    range: tuple[float, float]
    news: tuple[float, float] | None = None

    def known(self, values: Array) -> Array:
        """Log of the part of the likelihood that depends on this elasticity alone, at most 0."""
        found = self.variances(values)
        return found if self.news is None else found - 0.5 * ((values - self.news[0]) / self.news[1]) ** 2

    @property
    def _far(self) -> Array:
        unit = self.ends[1] / FARTHEST
        return np.concatenate([-FAR[::-1], FAR]) * unit

    def within(self, values: Array) -> Array:
        """The values inside of the support, its ends, and nothing twice."""
        low, high = (min(max(end, self.ends[0]), self.ends[1]) for end in self.prior.support)
        return np.unique(np.concatenate([[low], values[(values > low) & (values < high)], [high]]))

    def first_edges(self, width: float) -> Array:
        """Edges of cells that no ridge, prior or news falls between."""
        found = [self.prior._quantile(PROBABILITIES), self.value(_steps(*self.range, width)[1:-1]), self._far]
        if self.news is not None:
            found.append(self.news[0] + self.news[1] * np.linspace(-8.0, 8.0, 81))
        return self.within(np.concatenate(found))

    def finer_edges(self, edges: Array, mass: Array, width: float) -> Array:
        """Edges where the mass lies: cells of equal mass, of equal angle, and tails."""
        below = np.concatenate([[0.0], np.cumsum(mass)])
        first, last = np.searchsorted(below, [LEFT_OUT, 1.0 - LEFT_OUT])
        kept = edges[max(int(first) - 1, 0) : int(last) + 1]
        equal = np.interp(PROBABILITIES, below, edges)
        low, high = (float(each) for each in self.angle(kept[[0, -1]]))
        even = self.value(_steps(low, high, width)[1:-1])
        inside = np.concatenate([equal, even, self._far])
        return np.unique(np.concatenate([kept[[0, -1]], inside[(inside > kept[0]) & (inside < kept[-1])]]))


def _steps(low: float, high: float, width: float) -> Array:
    cells = min(max(math.ceil((high - low) / width), CELLS[0]), CELLS[1])
    return np.linspace(low, high, cells + 1)


@dataclass(frozen=True, eq=False)
class Grid:
    """Posterior mass (n_b, n_c) of the cells between edges.

    ``height`` is the log of the best of prior times likelihood over the best of each, ``beyond`` the mass beyond the
    farthest edges of each elasticity, as a share of what is within them.
    """

    impact: Array
    leaning: Array
    mass: Array
    height: float
    beyond: tuple[float, float]


def sides(
    likelihood: Likelihood,
    impact: ElasticityPrior,
    leaning: ElasticityPrior,
    *,
    news: tuple[float, float] | None = None,
) -> tuple[Side, Side]:
    """Both elasticities with their angles."""
    unit, far, theta = likelihood.unit, FARTHEST, likelihood.opening[1]
    return (
        Side(
            impact, likelihood.angle_of_impact, likelihood.impact_at, likelihood.slope_of_impact,
            likelihood.variances_of_impact, (-far * unit, far * unit), (theta - math.pi, theta),
        ),
        Side(
            leaning, likelihood.angle_of_leaning, likelihood.leaning_at, likelihood.slope_of_leaning,
            likelihood.variances_of_leaning, (-far / unit, far / unit), (0.0, math.pi), news,
        ),
    )  # fmt: skip


def grid(likelihood: Likelihood, pair: tuple[Side, Side]) -> Grid:
    """Integrate over cells: exact prior probability of a cell times the likelihood at its middle angle.

    The first grid spans the prior and all angles; each of the next follows the mass of the last. Cells of equal angle
    are half a standard deviation of the ridge wide.
    """
    width = 1.0 / (2.0 * math.sqrt(likelihood.degrees))
    edges = [side.first_edges(width) for side in pair]
    found = _cells(likelihood, pair, edges)
    for _ in range(ROUNDS - 1):
        margins = (found.mass.sum(axis=1), found.mass.sum(axis=0))
        edges = [side.finer_edges(edge, mass, width) for side, edge, mass in zip(pair, edges, margins, strict=True)]
        found = _cells(likelihood, pair, edges)
    return found


def _cells(likelihood: Likelihood, pair: tuple[Side, Side], edges: list[Array]) -> Grid:
    angles, parts, heights = [], [], []
    for side, edge in zip(pair, edges, strict=True):
        ends = side.angle(edge)
        middle = 0.5 * (ends[:-1] + ends[1:])
        values, share = side.value(middle), side.prior._between(edge[:-1], edge[1:])
        known = side.known(values)
        angles.append(middle)
        parts.append(known + _log(share))
        heights.append(known + side.prior._logpdf(values) - side.prior._logpdf(np.array(side.prior.mode)))
    ridge = likelihood.ridge(angles[0][:, None], angles[1])
    height = float((ridge + heights[0][:, None] + heights[1]).max())
    log_mass = ridge + parts[0][:, None] + parts[1]
    top = float(log_mass.max())
    if not math.isfinite(top):
        return Grid(edges[0], edges[1], np.zeros(ridge.shape), -math.inf, (1.0, 1.0))
    mass = np.exp(log_mass - top)
    whole = float(mass.sum())
    first, second = (
        _beyond(likelihood, side, angles[1 - place], others=parts[1 - place] - top) / whole
        for place, side in enumerate(pair)
    )
    return Grid(edges[0], edges[1], mass / whole, height, (first, second))


def _beyond(likelihood: Likelihood, side: Side, angles: Array, *, others: Array) -> float:
    """Prior times likelihood beyond the farthest edges, where the likelihood no longer changes."""
    ends = np.array(side.ends)
    share = side.prior._between(np.array([-np.inf, ends[1]]), np.array([ends[0], np.inf]))
    log_mass = likelihood.ridge(side.angle(ends)[:, None], angles) + others + (_log(share) + side.known(ends))[:, None]
    return float(np.exp(np.minimum(log_mass, 700.0)).sum())


def _log(share: Array) -> Array:
    return np.where(share > 0.0, np.log(np.where(share > 0.0, share, 1.0)), -np.inf)
