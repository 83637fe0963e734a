"""What signs and zeros say whatever the prior on rotations: bounds of the identified set, draw by draw."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import comb
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from econ import checks
from econ.arrays import Array, Seed
from econ.errors import NoAdmissibleDraw, SpecificationError
from econ.frozen import guarded
from econ.parallel import map_blocks, seed_sequence
from econ.responses import labels
from econ.tables.shown import Facts, Shown, listed
from econ.var import _kernels as kernels
from econ.var.reduced.draws import ReducedDraws
from econ.var.sets.bounds_plot import plot_bounds
from econ.var.sets.candidates import ReducedForms
from econ.var.sets.coupling import Rays, coupled_shock, extreme_rays, largest, restriction_rows
from econ.var.sets.restrictions import Restrictions, check_variables

if TYPE_CHECKING:
    from econ.var.reduced.results import VARResults
    from econ.var.sets.sign_restrictions import SignRestrictions

MOST_SETS = 20_000  # active sets that are enumerated at most
GRID = 200  # centres tried for the robust credible region


@guarded
@dataclass(frozen=True, eq=False)
class RobustBounds(Shown):
    """Identified sets of the responses to one shock, for posterior draws of the reduced form.

    Parameters
    ----------
    lower, upper : array (D, H + 1, n)
        Smallest and largest response of each variable at each horizon that the restrictions allow given draw d.
    responses : tuple of str
        Variables.
    shock : str
        The shock whose responses these are.
    nonempty : float
        Share of reduced forms whose identified set is not empty: the plausibility of the restrictions. Only these
        have rows in ``lower`` and ``upper``.
    parent : VARResults
        The reduced form.
    """

    lower: Array = field(repr=False)
    upper: Array = field(repr=False)
    responses: tuple[str, ...]
    shock: str
    nonempty: float
    parent: object = field(default=None, repr=False)

    plot = plot_bounds

    def _facts(self) -> Facts:
        return {
            "shock": self.shock,
            "responses": listed(self.responses),
            "horizons": f"0 to {self.lower.shape[1] - 1}",
            "reduced forms": len(self.lower),
            "share with a set that is not empty": self.nonempty,
        }

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        return self.to_frame(level)

    @property
    def mean(self) -> tuple[Array, Array]:
        """Set of posterior means, (H + 1, n) each: the means that some prior on rotations gives."""
        return self.lower.mean(axis=0), self.upper.mean(axis=0)

    def credible_region(self, level: float = 0.90) -> tuple[Array, Array]:
        """Shortest interval that holds the identified set with posterior probability ``level``.

        For centre c the half width is the ``level`` quantile of max(abs(c - lower), abs(c - upper)); the best c is
        found on a grid (Giacomini and Kitagawa 2021, step 5 of algorithm 1).

        Returns
        -------
        lower, upper : array (H + 1, n)
        """
        level = checks.level(level)
        flat = [end.reshape(len(end), -1) for end in (self.lower, self.upper)]
        ends = np.array([_shortest(low, high, level) for low, high in zip(flat[0].T, flat[1].T, strict=True)])
        shape = self.lower.shape[1:]
        return ends[:, 0].reshape(shape), ends[:, 1].reshape(shape)

    def to_frame(self, level: float = 0.90) -> pd.DataFrame:
        """One row a horizon, response and shock: ``mean_lower``, ``mean_upper``, ``lower``, ``upper``."""
        index = labels.index(self.lower.shape[1] - 1, self.responses, (self.shock,))
        columns = [*self.mean, *self.credible_region(level)]
        names = ["mean_lower", "mean_upper", "lower", "upper"]
        return pd.DataFrame({name: each.reshape(-1) for name, each in zip(names, columns, strict=True)}, index=index)


def robust_bounds(
    scheme: SignRestrictions,
    fit: VARResults,
    horizon: int = 12,
    *,
    rng: Seed = None,
    draws: int = 300,
    shock: str | None = None,
) -> RobustBounds:
    """Bounds of the responses to a restricted shock that no prior on rotations can move.

    With C the Cholesky factor of Σ, a response is c'q with c a row of the moving average times C, and q ranges over the
    unit vectors with S q ≥ 0 and Z q = 0. At a maximum some of the rows of S hold with equality, and given those q is
    the projection of c on their null space, made of unit length. All sets of active rows are enumerated, so the bounds
    are exact up to 1e-6 of the length of c.

    Restrictions on other shocks matter only if they leave them no column orthogonal to q; which ones can is decided
    by :func:`econ.var.sets.coupling.coupled_shock`, and the one that does is enumerated too, so the bounds stay exact.

    Parameters
    ----------
    scheme : SignRestrictions
        Signs and zeros, on one shock or several.
    fit : VARResults
        The reduced form; a `BayesianVAR` gives its own posterior.
    horizon : int, default 12
        Longest horizon.
    rng : int or SeedSequence
        Seed.
    draws : int, default 300
        Draws of the reduced form; those with an empty identified set are counted and left out.
    shock : str, optional
        Whose responses; may be left out if one shock is restricted.

    Returns
    -------
    RobustBounds

    Raises
    ------
    SpecificationError
        If history or ratios are restricted, there are too many restrictions to enumerate, or two or more of the other
        shocks are restricted so much that their columns must be found jointly.
    NoAdmissibleDraw
        If the identified set is empty for every draw.

    References
    ----------
    Giacomini, R. and T. Kitagawa (2021), Robust Bayesian Inference for Set-Identified Models, Econometrica 89(4),
    1519-1556.
    Gafarov, B., M. Meier and J. L. Montiel Olea (2018), Delta-method inference for a class of set-identified SVARs,
    Journal of Econometrics 203(2), 316-327.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR, SignRestrictions
    >>> fit = VAR(simulated_var(periods=200, rng=1), lags=1).fit()
    >>> bounds = robust_bounds(SignRestrictions({"demand": {"x": "+", "y": "+"}}), fit, 4, rng=1, draws=50)
    >>> bounds.lower.shape, bool((bounds.lower[:, 0] > -1e-9).all())
    ((50, 5, 2), True)
    """
    single = scheme.single
    check_variables(single, fit.variables)
    draws = checks.count("draws", draws)
    horizon = checks.horizon(horizon)
    if single.bounds or scheme.narrative or scheme.proxy:
        raise SpecificationError(
            f"robust bounds are exact for signs and zeros; found {len(single.bounds)} ratio bounds, "
            f"{len(scheme.narrative or ())} narrative restrictions and {len(scheme.proxy or ())} proxies; leave them "
            "out, or read the draws of identify()."
        )
    name = _chosen(shock, single.shocks)
    own, other = single.of(name), coupled_shock(single, name, fit)
    _check_count(own, None if other is None else single.of(other), len(fit.variables))
    forms = ReducedForms(fit, scheme.reduced_form)

    def work(size: int, generator: np.random.Generator) -> tuple[Array, Array, NDArray[np.bool_]]:
        factors, rows = forms.factors(generator, size)
        reduced = forms.start(generator, factors, rows).reduced()
        rays = None if other is None else extreme_rays(*restriction_rows(reduced, single.of(other)))
        return _block_bounds(reduced, own, horizon, rays)

    blocks = map_blocks(work, draws, rng=seed_sequence(rng), n_jobs=scheme.n_jobs, block=50, label="robust bounds")
    lower, upper, found = (np.concatenate([block[part] for block in blocks]) for part in range(3))
    if not found.any():
        raise NoAdmissibleDraw(
            f"the identified set of shock {name!r} is empty for all {draws} draws of the reduced form; the "
            "restrictions contradict the data: drop the one that SignRestrictions reports as failing most."
        )
    return RobustBounds(lower[found], upper[found], fit.variables, name, float(found.mean()), fit)


def _chosen(shock: str | None, shocks: tuple[str, ...]) -> str:
    """The shock whose bounds are wanted."""
    if shock is None and len(shocks) > 1:
        raise SpecificationError(f"shocks {list(shocks)} are restricted; say whose responses with shock=.")
    return shocks[0 if shock is None else checks.position("restricted shock", shock, shocks)]


def _check_count(own: Restrictions, other: Restrictions | None, n: int) -> None:
    free = n - 1 - len(own.zeros)
    count = sum(comb(len(own.signs), active) for active in range(min(free, len(own.signs)) + 1))
    if other is not None:
        count *= 1 + comb(len(other.signs), n - 1 - len(other.zeros))
    if count > MOST_SETS:
        signs = len(own.signs) + (0 if other is None else len(other.signs))
        raise SpecificationError(
            f"{signs} sign restrictions with {n} variables have {count:,} sets of active restrictions; at most "
            f"{MOST_SETS:,} are enumerated; restrict fewer horizons."
        )


def _block_bounds(
    reduced: ReducedDraws, own: Restrictions, horizon: int, rays: Rays | None
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Bounds (B, H + 1, n) each, and whether the identified set has a point."""
    path = kernels.responses(reduced.lag_blocks, reduced.factor, horizon)
    objective = path.reshape(len(path), -1, path.shape[3])
    signs, zeros = restriction_rows(reduced, own)
    upper = largest(objective, signs, zeros, rays)
    lower = -largest(-objective, signs, zeros, rays)
    shape = (len(path), horizon + 1, len(reduced.fit.variables))
    return lower.reshape(shape), upper.reshape(shape), np.asarray(np.isfinite(upper).all(axis=1))


def _shortest(lower: Array, upper: Array, level: float) -> tuple[float, float]:
    """Shortest interval that contains a share ``level`` of the intervals [lower, upper]."""
    centres = np.linspace(lower.min(), upper.max(), GRID)[:, None]
    reach = np.sort(np.maximum(np.abs(centres - lower), np.abs(centres - upper)), axis=1)
    width = reach[:, int(np.ceil(level * len(lower))) - 1]
    best = int(width.argmin())
    return float(centres[best, 0] - width[best]), float(centres[best, 0] + width[best])
