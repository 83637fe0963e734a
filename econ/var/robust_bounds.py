"""What signs and zeros say whatever the prior on rotations: bounds of the identified set, draw by draw."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from econ.errors import NoAdmissibleDraw, SpecificationError
from econ.estimate import check_level
from econ.parallel import map_blocks, seed_sequence
from econ.var import _kernels as kernels
from econ.var._kernels import Array
from econ.var.model import check_positive
from econ.var.restrictions import LONG_RUN, Restrictions, check_variables
from econ.var.rotations import ReducedForms
from econ.var.scheme import ReducedDraws
from econ.var.structural import check_horizon

if TYPE_CHECKING:
    from econ.var.results import VARResults
    from econ.var.sign_restrictions import SignRestrictions

MOST_SETS = 20_000  # active sets that are enumerated at most
NUDGE = 1e-6  # relative push of an objective, see _largest
SLACK = 1e-8  # by which a solution may miss a restriction, in units of the restriction's length
GRID = 200  # centres tried for the robust credible region


@dataclass(frozen=True, eq=False)
class RobustBounds:
    """Identified sets of the responses to one shock, for posterior draws of the reduced form.

    Parameters
    ----------
    lower, upper : array (D, H + 1, n)
        Smallest and largest response of each variable at each horizon that the restrictions allow given draw d.
    responses : tuple of str
        Variables.
    shock : str
        The restricted shock.
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
        check_level(level)
        flat = [end.reshape(len(end), -1) for end in (self.lower, self.upper)]
        ends = np.array([_shortest(low, high, level) for low, high in zip(flat[0].T, flat[1].T, strict=True)])
        shape = self.lower.shape[1:]
        return ends[:, 0].reshape(shape), ends[:, 1].reshape(shape)

    def to_frame(self, level: float = 0.90) -> pd.DataFrame:
        """One row a horizon and response: ``mean_lower``, ``mean_upper``, ``lower``, ``upper``."""
        steps = self.lower.shape[1]
        index = pd.MultiIndex.from_product([range(steps), self.responses], names=["horizon", "response"])
        columns = [*self.mean, *self.credible_region(level)]
        names = ["mean_lower", "mean_upper", "lower", "upper"]
        return pd.DataFrame({name: each.reshape(-1) for name, each in zip(names, columns, strict=True)}, index=index)


def robust_bounds(
    scheme: SignRestrictions,
    fit: VARResults,
    horizon: int = 12,
    *,
    rng: int | np.random.SeedSequence | None = None,
    draws: int = 300,
) -> RobustBounds:
    """Bounds of the responses to the one restricted shock that no prior on rotations can move.

    With C the Cholesky factor of Σ, a response is c'q with c a row of the moving average times C, and q ranges over the
    unit vectors with S q ≥ 0 and Z q = 0. At a maximum some of the rows of S hold with equality, and given those q is
    the projection of c on their null space, made of unit length. All sets of active rows are enumerated, so the bounds
    are exact up to 1e-6 of the length of c.

    Parameters
    ----------
    scheme : SignRestrictions
        Signs and zeros on exactly one shock.
    fit : VARResults
        The reduced form; a `BayesianVAR` gives its own posterior.
    horizon : int, default 12
        Longest horizon.
    rng : int or SeedSequence
        Seed.
    draws : int, default 300
        Draws of the reduced form; those with an empty identified set are counted and left out.

    Returns
    -------
    RobustBounds

    Raises
    ------
    SpecificationError
        If several shocks are restricted, or history or ratios are, or there are too many restrictions to enumerate.
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
    check_positive("draws", draws)
    check_horizon(horizon)
    if len(single.shocks) != 1 or single.bounds or scheme.narrative or scheme.proxy:
        raise SpecificationError(
            "robust bounds are exact for signs and zeros of one shock; found shocks "
            f"{list(single.shocks)}, {len(single.bounds)} ratio bounds, {len(scheme.narrative or ())} narrative "
            f"restrictions and {len(scheme.proxy or ())} proxies; restrict one shock, or read the draws of identify()."
        )
    _check_count(single, len(fit.variables))
    forms = ReducedForms(fit, scheme.reduced_form)

    def work(size: int, generator: np.random.Generator) -> tuple[Array, Array, NDArray[np.bool_]]:
        factors, rows = forms.factors(generator, size)
        return _block_bounds(forms.complete(generator, factors, rows), single, horizon)

    blocks = map_blocks(work, draws, rng=seed_sequence(rng), n_jobs=scheme.n_jobs, block=50, label="robust bounds")
    lower, upper, found = (np.concatenate([block[part] for block in blocks]) for part in range(3))
    if not found.any():
        raise NoAdmissibleDraw(
            f"the identified set of shock {single.shocks[0]!r} is empty for all {draws} draws of the reduced form; the "
            "restrictions contradict the data: drop the one that SignRestrictions reports as failing most."
        )
    return RobustBounds(lower[found], upper[found], fit.variables, single.shocks[0], float(found.mean()), fit)


def _check_count(single: Restrictions, n: int) -> None:
    free = n - 1 - len(single.zeros)
    count = sum(comb(len(single.signs), active) for active in range(min(free, len(single.signs)) + 1))
    if count > MOST_SETS:
        raise SpecificationError(
            f"{len(single.signs)} sign restrictions with {n} variables have {count:,} sets of active restrictions; at "
            f"most {MOST_SETS:,} are enumerated; restrict fewer horizons."
        )


def _block_bounds(reduced: ReducedDraws, single: Restrictions, horizon: int) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Bounds (B, H + 1, n) each, and whether the identified set has a point."""
    longest = max(horizon, single.horizon)
    path = kernels.responses(reduced.lag_blocks, reduced.factor, longest)
    objective = path[:, : horizon + 1].reshape(len(path), -1, path.shape[3])
    variables = list(reduced.fit.variables)
    long_run = None
    horizons = [each.horizon for each in single.signs] + [each.horizon for each in single.zeros]
    if LONG_RUN in horizons:
        gap = np.eye(len(variables)) - reduced.lag_blocks.sum(axis=1)
        long_run = np.linalg.solve(gap, reduced.factor)

    def row(variable: str, when: int | str) -> Array:
        matrix = long_run if isinstance(when, str) else path[:, when]
        assert matrix is not None
        picked = matrix[:, variables.index(variable)]
        unit: Array = picked / np.linalg.norm(picked, axis=1, keepdims=True)
        return unit

    empty = np.empty((len(path), 0, len(variables)))
    signs = (
        np.stack([each.sign * row(each.variable, each.horizon) for each in single.signs], 1) if single.signs else empty
    )
    zeros = np.stack([row(each.variable, each.horizon) for each in single.zeros], 1) if single.zeros else empty
    upper = _largest(objective, signs, zeros)
    lower = -_largest(-objective, signs, zeros)
    shape = (len(path), horizon + 1, len(variables))
    return lower.reshape(shape), upper.reshape(shape), np.asarray(np.isfinite(upper).all(axis=1))


def _largest(objective: Array, signs: Array, zeros: Array) -> Array:
    """Largest c'q over unit q with S q ≥ 0 and Z q = 0, for (B, m, n) objectives c; -inf where no q exists: (B, m).

    Where c itself is a restricted row its projection can vanish and leave q undetermined; so a push of `NUDGE` of its
    length decides which q is taken, and the value is read without the push.
    """
    size, count, n = objective.shape
    best, value = np.full((size, count), -np.inf), np.full((size, count), -np.inf)
    length = np.linalg.norm(objective, axis=2, keepdims=True)
    pushed = objective + NUDGE * length * np.cos(np.arange(1.0, n + 1.0))
    for active in range(min(signs.shape[1], n - 1 - zeros.shape[1]) + 1):
        for rows in combinations(range(signs.shape[1]), active):
            equal = np.concatenate([zeros, signs[:, list(rows)]], axis=1)
            basis = np.linalg.qr(np.swapaxes(equal, 1, 2))[0] if equal.shape[1] else np.zeros((size, n, 0))
            point = pushed - (pushed @ basis) @ np.swapaxes(basis, 1, 2)
            unit = point / np.linalg.norm(point, axis=2, keepdims=True)
            for side in (1.0, -1.0) if equal.shape[1] == n - 1 else (1.0,):  # on a line both ends are candidates
                inside = (side * (unit @ np.swapaxes(signs, 1, 2)) >= -SLACK).all(axis=2)
                reached = side * (pushed * unit).sum(axis=2)
                better = inside & (reached > best)
                best = np.where(better, reached, best)
                value = np.where(better, side * (objective * unit).sum(axis=2), value)
    return value


def _shortest(lower: Array, upper: Array, level: float) -> tuple[float, float]:
    """Shortest interval that contains a share ``level`` of the intervals [lower, upper]."""
    centres = np.linspace(lower.min(), upper.max(), GRID)[:, None]
    reach = np.sort(np.maximum(np.abs(centres - lower), np.abs(centres - upper)), axis=1)
    width = reach[:, int(np.ceil(level * len(lower))) - 1]
    best = int(width.argmin())
    return float(centres[best, 0] - width[best]), float(centres[best, 0] + width[best])
