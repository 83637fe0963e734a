"""`PermanentTransitory`: shocks told apart by whether their effect on the levels lasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from econ import checks
from econ.arrays import Array, Rows, Seed
from econ.errors import NotIdentified, SpecificationError
from econ.frozen import guarded
from econ.var.cointegration import _kernels as kernels
from econ.var.cointegration.levels import CointegratedVARResults
from econ.var.reduced.draws import ReducedDraws
from econ.var.scheme import check_order
from econ.var.structure.structural import StructuralResults

if TYPE_CHECKING:
    from econ.var.reduced.results import VARResults

SMALL = 1e-8  # share of its length that a direction must have in the variables that tell it apart


@guarded
@dataclass(frozen=True, init=False)
class PermanentTransitory:
    """n - r permanent shocks and r transitory ones of a VECM of rank r (King, Plosser, Stock and Watson).

    With C = β_⊥(α_⊥'Γβ_⊥)⁻¹α_⊥' the long-run effect of the residuals, transitory shocks are those with C b = 0, so b
    lies in the span of α; permanent ones, uncorrelated with them, are combinations of α_⊥'u_t (Gonzalo and Ng). Among
    themselves they are told apart by order: the long-run effect of permanent shocks on the variables ``permanent`` and
    the impact of transitory shocks on the variables ``transitory`` are lower triangular with positive diagonals. A
    single shock of a kind needs no order.

    Nominal 90% intervals cover in 80-100% of samples. Measured in :doc:`/coverage`.

    Parameters
    ----------
    permanent : str or sequence of str
        n - r variables after which the permanent shocks are named, in order.
    transitory : str or sequence of str
        The other r variables, after which the transitory shocks are named, in order.

    Raises
    ------
    SpecificationError
        If a name stands twice. On ``identify``, if the VAR is no VECM, names are unknown or missing, or their numbers
        are not n - r and r.
    NotIdentified
        On ``identify``, if the permanent shocks do not move the variables ``permanent`` independently in the long run,
        or the transitory ones the variables ``transitory`` on impact.

    References
    ----------
    King, R. G., C. I. Plosser, J. H. Stock and M. W. Watson (1991), Stochastic Trends and Economic Fluctuations,
    American Economic Review 81(4), 819-840.
    Gonzalo, J. and S. Ng (2001), A Systematic Framework for Analyzing the Dynamic Effects of Permanent and Transitory
    Shocks, Journal of Economic Dynamics and Control 25(10), 1527-1546.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VECM
    >>> data = simulated_var(200, rng=1, lags=[[[0.8, 0.2], [0.2, 0.8]]])
    >>> svar = VECM(data, 1, 1).fit().identify(PermanentTransitory("x", "y"))
    >>> bool(abs(svar.irf(200).at(200, response="x", shock="y").value) < 1e-12)
    True
    """

    permanent: tuple[str, ...]
    transitory: tuple[str, ...]

    def __init__(self, permanent: str | Sequence[str], transitory: str | Sequence[str]) -> None:
        checks.keep(self, permanent=checks.names("permanent", permanent, least=1))
        checks.keep(self, transitory=checks.names("transitory", transitory, least=1))
        both = [name for name in self.permanent if name in self.transitory]
        if both:
            raise SpecificationError(f"{both[0]!r} names a permanent and a transitory shock; name it once.")

    def identify(self, fit: VARResults, rng: Seed = None) -> StructuralResults:
        """Identify the shocks; ``rng`` is not needed."""
        self._places(fit)
        return StructuralResults.from_point(fit, self, shock_names=(*self.permanent, *self.transitory))

    def impact_batch(self, draws: ReducedDraws) -> Array:
        """Impact matrices (B, n, n) of a batch of reduced forms, permanent shocks first."""
        places = self._places(draws.fit)
        lasting, passing = places[: len(self.permanent)], places[len(self.permanent) :]
        found = kernels.spaces(draws.lag_blocks, len(passing))
        pushes = draws.sigma @ found.alpha_out
        permanent = _unit(pushes, draws.factor)
        transitory = _unit(found.alpha, draws.factor)
        long_run = (found.effect @ permanent)[:, lasting]
        return np.concatenate(
            [
                permanent @ _turn(long_run, self.permanent, "permanent shocks in the long run"),
                transitory @ _turn(transitory[:, passing], self.transitory, "transitory shocks on impact"),
            ],
            axis=2,
        )

    def _places(self, fit: VARResults) -> Rows:
        rank, n = cointegrating_rank(fit, "PermanentTransitory"), len(fit.variables)
        order = check_order((*self.permanent, *self.transitory), fit.variables, scheme="PermanentTransitory")
        if len(self.permanent) != n - rank:
            raise SpecificationError(
                f"rank {rank} of {n} variables gives {n - rank} permanent and {rank} transitory shocks; found "
                f"{list(self.permanent)} and {list(self.transitory)}."
            )
        return np.array(order)


def cointegrating_rank(fit: VARResults, scheme: str) -> int:
    """Rank of a VECM; refuses a VAR that is none."""
    if not isinstance(fit, CointegratedVARResults):
        raise SpecificationError(
            f"{scheme} takes a cointegrated VAR; VECM(data, lags, rank).fit().identify(...) has one, and for a stable "
            "VAR there is LongRun."
        )
    return fit.rank


def _unit(directions: Array, factor: Array) -> Array:
    """Directions (B, n, s) turned so that the shocks that they belong to are uncorrelated with unit variance."""
    white = np.linalg.solve(factor, directions)
    return np.asarray(factor @ np.linalg.qr(white)[0])


def _turn(effect: Array, names: tuple[str, ...], what: str) -> Array:
    """Rotations Q (B, s, s) such that ``effect`` Q is lower triangular with a positive diagonal."""
    q, r = np.linalg.qr(np.swapaxes(effect, 1, 2))
    diagonal = np.einsum("bii->bi", r)
    if (np.abs(diagonal) <= SMALL * np.linalg.norm(effect, axis=2)).any():
        raise NotIdentified(
            f"the {what} do not move {list(names)} independently, so their order does not tell them apart; name other "
            "variables."
        )
    return np.asarray(q * np.sign(diagonal)[:, None])
