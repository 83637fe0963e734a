"""Posterior of two elasticities: by grid, by draws."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array
from econ.errors import NotIdentified, SpecificationError
from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.frozen import guarded
from econ.infer import bands
from econ.tables.shown import Facts, Shown, told
from econ.tables.table import Table
from econ.var.posterior._supply_demand_chains import TOGETHER
from econ.var.posterior.convergence import effective_sample_size, r_hat, split_chains
from econ.var.posterior.supply_demand_plot import plot_elasticities

if TYPE_CHECKING:
    from econ.var.posterior.elasticity_prior import ElasticityPrior
    from econ.var.posterior.supply_demand import SupplyDemand

NAMES = ("impact", "leaning")
SETS = ("equal-tailed", "highest-density")
PARTS = 8
"""Parts of a cell in a set of highest density."""


@dataclass(frozen=True, eq=False)
class Margin:
    """Posterior of one elasticity: mass of cells between edges, and prior probability of each."""

    prior: ElasticityPrior
    edges: Array
    mass: Array

    @property
    def middle(self) -> Array:
        """Centres of the cells."""
        return 0.5 * (self.edges[:-1] + self.edges[1:])

    @cached_property
    def prior_mass(self) -> Array:
        """Prior probability of the cells."""
        return self.prior._between(self.edges[:-1], self.edges[1:])

    @cached_property
    def density(self) -> Array:
        """Posterior density at the centres: prior density times the mean likelihood of the cell."""
        share = np.divide(self.mass, self.prior_mass, out=np.zeros_like(self.mass), where=self.prior_mass > 0.0)
        return share * np.exp(self.prior._logpdf(self.middle))

    def quantile(self, probabilities: Array) -> Array:
        """Values below which the posterior has these probabilities."""
        kept = self.mass > 0.0
        below = np.concatenate([[0.0], np.cumsum(self.mass[kept])])
        edges = np.concatenate([self.edges[:-1][kept][:1], self.edges[1:][kept]])
        found: Array = np.interp(probabilities, below, edges)
        return found

    def above(self, threshold: float) -> float:
        """Probability of more than ``threshold``, cells cut where it lies."""
        below = np.concatenate([[0.0], np.cumsum(self.mass)])
        return float(min(max(1.0 - np.interp(threshold, self.edges, below), 0.0), 1.0))

    @cached_property
    def moments(self) -> tuple[float, float]:
        """Mean and standard deviation."""
        mean = float(self.mass @ self.middle)
        return mean, float(np.sqrt(self.mass @ (self.middle - mean) ** 2))

    def highest(self, level: float) -> ConfidenceSet:
        """Where the density is highest, ``level`` of the mass; cells are cut in parts, neighbours joined."""
        step = np.arange(PARTS) / PARTS
        edges = np.concatenate([(self.edges[:-1, None] + np.diff(self.edges)[:, None] * step).ravel(), self.edges[-1:]])
        density = np.interp(0.5 * (edges[:-1] + edges[1:]), self.middle, self.density)
        order = np.argsort(-density, kind="stable")
        held = np.cumsum(np.repeat(self.mass / PARTS, PARTS)[order])
        chosen = np.zeros(len(order), dtype=bool)
        chosen[order[: int(np.searchsorted(held, level)) + 1]] = True
        turns = np.flatnonzero(np.diff(np.concatenate([[False], chosen, [False]]).astype(int)))
        return ConfidenceSet(tuple((float(low), float(high)) for low, high in edges[turns].reshape(-1, 2)), level)

    @property
    def divergence(self) -> float:
        """Kullback-Leibler divergence of the posterior from the prior, in nats."""
        kept = self.mass > 0.0
        return max(float(self.mass[kept] @ np.log(self.mass[kept] / self.prior_mass[kept])), 0.0)


@guarded
@dataclass(frozen=True, eq=False)
class SupplyDemandResults(Shown):
    """Posterior of impact and leaning on a grid; made by :meth:`econ.var.SupplyDemand.fit`.

    Parameters
    ----------
    nobs : int
        Effective observations.
    covariance : DataFrame (2, 2)
        Ω of (dy, f).
    impact_edges, leaning_edges : array (n + 1,), (m + 1,)
        Ends of the cells.
    mass : array (n, m)
        Posterior probability of the cells, adding to one.
    """

    parent: SupplyDemand = field(repr=False)
    nobs: int
    covariance: pd.DataFrame = field(repr=False)
    impact_edges: Array = field(repr=False)
    leaning_edges: Array = field(repr=False)
    mass: Array = field(repr=False)

    def _facts(self) -> Facts:
        return {
            "price": self.parent.change,
            "flow": self.parent.flow,
            "lags": self.parent.lags,
            "observations": self.nobs,
        }

    def impact(self, level: float = 0.90, *, kind: str = "equal-tailed") -> Estimate:
        """Impact b: posterior median, standard deviation and credible set.

        Parameters
        ----------
        level : float, default 0.90
            Posterior probability of the set.
        kind : {"equal-tailed", "highest-density"}
            The second may be a union of intervals; it holds up to 0.3% more than ``level``.
        """
        return self._estimate("impact", level, kind)

    def leaning(self, level: float = 0.90, *, kind: str = "equal-tailed") -> Estimate:
        """Leaning c, as :meth:`impact`."""
        return self._estimate("leaning", level, kind)

    def probability(self, name: str, *, above: float = 0.0) -> float:
        """Posterior probability that ``"impact"`` or ``"leaning"`` is above a threshold."""
        return self._margin(checks.choice("elasticity", name, NAMES)).above(checks.real("above", above))

    def density(self, name: str) -> pd.DataFrame:
        """Posterior and prior density of ``"impact"`` or ``"leaning"``: columns value, posterior, prior."""
        margin = self._margin(checks.choice("elasticity", name, NAMES))
        prior = np.exp(margin.prior._logpdf(margin.middle))
        return pd.DataFrame({"value": margin.middle, "posterior": margin.density, "prior": prior})

    def learning(self) -> pd.DataFrame:
        """What the data do to beliefs.

        Returns
        -------
        Table
            Rows impact, leaning; columns ``prior_std``, ``posterior_std``, ``std_left`` (the second over the first) and
            ``divergence`` (Kullback-Leibler divergence of the posterior from the prior, nats; 0 if nothing was
            learned). A prior without variance has `Unavailable` in the first and third.
        """
        rows = {}
        for name in NAMES:
            margin = self._margin(name)
            before, after = margin.prior.std, margin.moments[1]
            left = before if isinstance(before, Unavailable) else after / before
            rows[name] = {"prior_std": before, "posterior_std": after, "std_left": left}
            rows[name] |= {"divergence": margin.divergence}
        return pd.DataFrame.from_dict(rows, orient="index")

    def ridge(self, leaning: float) -> float:
        """Impact that fits best at a leaning: ``-(ω_yf - c ω_yy) / (ω_ff - c ω_yf)``.

        The likelihood is the same all along this curve; as T grows the posterior gathers on it.

        Raises
        ------
        NotIdentified
            At the leaning where the denominator vanishes.
        """
        c, omega = checks.real("leaning", leaning), self.covariance.to_numpy()
        own = omega[1, 1] - c * omega[0, 1]
        if abs(own) <= 1e-12 * (omega[1, 1] + abs(c * omega[0, 1])):
            raise NotIdentified(f"at a leaning of {c:g} the flow has no part of its own: b is free there.")
        return float(-(omega[0, 1] - c * omega[0, 0]) / own)

    def summary(self, level: float = 0.90) -> Table:
        """Posterior of both: median, mean, std, lower, upper (equal-tailed), and the probability of a positive sign."""
        tails = _tails(level)
        rows = {}
        for name in NAMES:
            margin = self._margin(name)
            median, lower, upper = margin.quantile(np.array([0.5, *tails]))
            mean, std = margin.moments
            rows[name] = {"median": median, "mean": mean, "std": std, "lower": lower, "upper": upper}
            rows[name] |= {"positive": margin.above(0.0)}
        return told(self, pd.DataFrame.from_dict(rows, orient="index"), level=level)

    plot = plot_elasticities

    def _margin(self, name: str) -> Margin:
        if name == "impact":
            return Margin(self.parent.impact, self.impact_edges, self.mass.sum(axis=1))
        return Margin(self.parent.leaning, self.leaning_edges, self.mass.sum(axis=0))

    def _estimate(self, name: str, level: float, kind: str) -> Estimate:
        margin, level = self._margin(name), checks.level(level)
        kind = checks.choice("kind", kind, SETS)
        median, lower, upper = (float(each) for each in margin.quantile(np.array([0.5, *_tails(level)])))
        before = margin.prior.std
        error = margin.moments[1] if not isinstance(before, Unavailable) else Unavailable(
            f"{before.reason}, and along the curve the data do not thin its tails"
        )  # fmt: skip
        region = margin.highest(level) if kind == "highest-density" else ConfidenceSet(((lower, upper),), level)
        units = self.parent.units[NAMES.index(name)]
        return Estimate(
            median, error, region.lower, region.upper, level, units, name, self.nobs, region=region, parent=self
        )


def _tails(level: float) -> tuple[float, float]:
    level = checks.level(level)
    return 0.5 - 0.5 * level, 0.5 + 0.5 * level


@guarded
@dataclass(frozen=True, eq=False)
class SupplyDemandDraws(Shown):
    """Draws of impact and leaning; made by :meth:`econ.var.SupplyDemand.sample`.

    Parameters
    ----------
    table : DataFrame (D, 2)
        Columns ``impact`` and ``leaning``, chain after chain.
    acceptance : float
        Share of proposals accepted.
    chain : int
        Draws per chain.
    origin : object
        Seed.
    """

    parent: SupplyDemand = field(repr=False)
    table: pd.DataFrame = field(repr=False)
    acceptance: float
    chain: int
    origin: object = field(repr=False)

    def _facts(self) -> Facts:
        return {
            "price": self.parent.change,
            "flow": self.parent.flow,
            "lags": self.parent.lags,
            "draws": len(self.table),
            "acceptance": self.acceptance,
        }

    def probability(self, name: str, *, above: float = 0.0) -> float:
        """Share of the draws of ``"impact"`` or ``"leaning"`` above a threshold."""
        name = checks.choice("elasticity", name, NAMES)
        return float((self.table[name] > checks.real("above", above)).mean())

    def summary(self, level: float = 0.90) -> Table:
        """Posterior of both, and whether the chains have converged.

        Returns
        -------
        Table
            Rows impact, leaning; columns median, mean, std, lower, upper, positive, and ``r_hat`` and
            ``effective_draws`` of their ranks, which heavy tails do not disturb (Vehtari et al. 2021, Bayesian Analysis
            16(2)).

        Raises
        ------
        SpecificationError
            For fewer than 8 draws.
        """
        level, draws = checks.level(level), self.table.to_numpy()
        if len(draws) < 8:
            raise SpecificationError(f"a summary needs 8 draws; found {len(draws)}; ask for more.")
        lower, upper = bands.pointwise(draws, level=level)
        ranks = np.argsort(np.argsort(draws, axis=0, kind="stable"), axis=0).astype(float)
        whole = len(ranks) // TOGETHER * TOGETHER or len(ranks)  # chains of the last block may be shorter
        chains = split_chains(ranks[:whole], self.chain)  # heavy tails have no variance, their ranks have
        columns = {
            "median": np.median(draws, axis=0),
            "mean": draws.mean(axis=0),
            "std": draws.std(axis=0, ddof=1),
            "lower": lower,
            "upper": upper,
            "positive": (draws > 0.0).mean(axis=0),
            "r_hat": r_hat(chains),
            "effective_draws": effective_sample_size(chains),
        }
        return told(self, pd.DataFrame(columns, index=list(NAMES)), level=level)
