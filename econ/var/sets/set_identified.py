"""`SetIdentified`: structural results with many admissible models, one of which is shown."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Seed
from econ.frozen import guarded
from econ.tables.shown import Facts
from econ.var import _kernels as kernels
from econ.var.reduced.draws import ReducedDraws
from econ.var.structure.decomposition import components, variance_shares
from econ.var.structure.structural import StructuralResults

if TYPE_CHECKING:
    from econ.var.sets.robust_bounds import RobustBounds
    from econ.var.sets.sign_restrictions import SignRestrictions


@guarded
@dataclass(frozen=True, eq=False)
class SetIdentified(StructuralResults):
    """Structural results of a set-identified scheme.

    ``draws`` (D, n, s) holds an impact matrix of every admissible draw, ``reduced_draws`` the reduced form of the same
    draw. What is shown as a point (``impact``, ``shocks``, ``irf().point``, ``fevd``, ``historical_decomposition``)
    belongs to one and the same draw, the median target of Fry and Pagan (2011): the draw whose responses are nearest
    to the pointwise medians, in units of their standard deviations. It is a summary of the set, not an estimate.

    Parameters
    ----------
    target : int
        Row of ``draws`` that is the median target.
    tried : int
        Candidates tried, each column turned to the side where most of its signs hold.
    admissible : int
        Candidates that met every restriction, those beyond the number of draws wanted included.
    effective_draws : float
        Equally weighted draws that tell as much as the importance-weighted ones; the number of draws if all weights
        are equal.
    failures : DataFrame
        Each restriction: ``failed``, ``tested``, ``share``.

    References
    ----------
    Fry, R. and A. Pagan (2011), Sign Restrictions in Structural Vector Autoregressions: A Critical Review, Journal of
    Economic Literature 49(4), 938-960.
    """

    scheme: SignRestrictions
    draws: Array = field(kw_only=True, repr=False)
    reduced_draws: ReducedDraws = field(kw_only=True, repr=False)
    target: int = 0
    tried: int = 0
    admissible: int = 0
    effective_draws: float = 0.0
    failures: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)

    def _facts(self) -> Facts:
        return {**super()._facts(), "candidates": self.tried, "admissible": self.admissible}

    @classmethod
    def from_draws(
        cls,
        scheme: SignRestrictions,
        reduced: ReducedDraws,
        rotations: Array,
        *,
        shocks: tuple[str, ...],
        tried: int,
        admissible: int,
        effective: float,
        failures: pd.DataFrame,
    ) -> SetIdentified:
        """Find the median target among draws with rotations (D, n, s)."""
        draws = reduced.factor @ rotations
        target = median_target(kernels.responses(reduced.lag_blocks, draws, scheme.target_horizon))
        impact = pd.DataFrame(draws[target], index=list(reduced.fit.variables), columns=list(shocks))
        return cls(
            reduced.fit,
            scheme,
            impact,
            draws=draws,
            reduced_draws=reduced,
            target=target,
            tried=tried,
            admissible=admissible,
            effective_draws=effective,
            failures=failures,
        )

    def robust_bounds(
        self, horizon: int = 12, *, rng: Seed = None, draws: int = 300, shock: str | None = None
    ) -> RobustBounds:
        """Bounds that no prior on rotations can move; see :meth:`econ.SignRestrictions.robust_bounds`.

        Parameters
        ----------
        horizon : int, default 12
            Longest horizon.
        rng : int or SeedSequence
            Seed.
        draws : int, default 300
            Draws of the reduced form.
        shock : str, optional
            Whose responses; may be left out if one shock is restricted.
        """
        place = None if shock is None else checks.position("restricted shock", shock, self.shock_names)
        given = self.scheme.single.shocks
        asked = None if place is None else given[place]
        found = self.scheme.robust_bounds(self.parent, horizon, rng=rng, draws=draws, shock=asked)
        place = given.index(found.shock)
        found = replace(found, shock=self.shock_names[place])
        return replace(found, lower=-found.upper, upper=-found.lower) if place in self.turned else found

    @property
    def acceptance(self) -> float:
        """Admissible candidates over all candidates."""
        return self.admissible / self.tried

    @cached_property
    def model(self) -> ReducedDraws:
        """Reduced form of the median target, as one draw."""
        row = slice(self.target, self.target + 1)
        found = self.reduced_draws
        return ReducedDraws(fit=self.parent, coefficients=found.coefficients[row], factor=found.factor[row])

    def fevd_draws(self, horizon: int) -> Array:
        """Variance shares of every draw.

        Parameters
        ----------
        horizon : int
            Longest forecast, at least 1 step.

        Returns
        -------
        array (D, horizon, n, s or s + 1)
            ``[d, h - 1, i, j]`` = share of shock j in the h-step variance of variable i; the last column is ``other``
            where fewer shocks than variables are named. Rows add to one in every draw.
        """
        horizon = checks.count("horizon", horizon)

        def read(reduced: ReducedDraws, impact: Array) -> Array:
            return variance_shares(reduced.lag_blocks, impact, reduced.factor, horizon)

        shares = np.concatenate(self.read_own(read))
        if shares.shape[3] == shares.shape[2]:
            return shares
        return np.concatenate([shares, 1.0 - shares.sum(axis=3, keepdims=True)], axis=3)

    def historical_decomposition_draws(self) -> Array:
        """The data as sums of shocks in every draw.

        Returns
        -------
        array (D, T, n, c)
            ``[d, t, i, m]`` = contribution of component m (shocks, ``other`` if any, ``initial``, ``deterministic``) to
            variable i in period t; in every draw they add to the data.
        """
        return np.concatenate(self.read_own(components))


def median_target(responses: Array) -> int:
    """Row of (D, H + 1, n, s) nearest to the pointwise medians, distances in standard deviations."""
    flat = responses.reshape(len(responses), -1)
    spread = flat.std(axis=0)
    moving = spread > 1e-12 * (1.0 + np.abs(flat).max(axis=0))
    distance = ((flat[:, moving] - np.median(flat[:, moving], axis=0)) / spread[moving]) ** 2
    return int(distance.sum(axis=1).argmin())
