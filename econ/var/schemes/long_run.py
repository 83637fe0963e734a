"""`LongRun`: shocks told apart by what they do in the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from econ.arrays import Array, Seed
from econ.errors import Unstable
from econ.frozen import guarded
from econ.var.reduced.draws import ReducedDraws
from econ.var.scheme import check_order
from econ.var.structure.structural import StructuralResults

if TYPE_CHECKING:
    from econ.var.reduced.results import VARResults


@guarded
@dataclass(frozen=True, init=False)
class LongRun:
    """A variable's cumulated response is zero in the long run to shocks of the variables named after it.

    With C(1) = (I - A_1 - ... - A_p)⁻¹ and P the permutation to ``order``, P C(1) B is lower triangular with a
    positive diagonal: the Cholesky factor of P C(1) Σ_u C(1)' P'. A variable that enters in differences then has a
    level that later shocks do not move in the long run.

    Nominal 90% percentile intervals cover in 85-93% of samples, Hall's in fewer. Measured in :doc:`/coverage`.

    Parameters
    ----------
    *order : str
        Every variable once. Shocks carry these names, in this order.

    Raises
    ------
    SpecificationError
        On ``identify``, if a name is unknown, repeated or missing.
    Unstable
        On ``identify``, if the VAR has a root on or outside the unit circle: C(1) does not exist.

    References
    ----------
    Blanchard, O. J. and D. Quah (1989), The Dynamic Effects of Aggregate Demand and Supply Disturbances, American
    Economic Review 79(4), 655-673.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR
    >>> svar = VAR(simulated_var(periods=200, rng=1), lags=1).fit().identify(LongRun("x", "y"))
    >>> bool(abs(svar.irf(400).cumulate().at(400, response="x", shock="y").value) < 1e-12)
    True
    """

    order: tuple[str, ...]

    def __init__(self, *order: str) -> None:
        object.__setattr__(self, "order", order)

    def identify(self, fit: VARResults, rng: Seed = None) -> StructuralResults:
        """Identify the shocks; ``rng`` is not needed."""
        check_order(self.order, fit.variables, scheme="LongRun")
        if not fit.is_stable:
            raise Unstable(
                f"long-run restrictions need a stable VAR; the largest root is {fit.roots[0]:.4f}; "
                "enter the variables with a unit root in differences."
            )
        return StructuralResults.from_point(fit, self, shock_names=self.order)

    def impact_batch(self, draws: ReducedDraws) -> Array:
        """Impact matrices (B, n, n) of a batch of reduced forms."""
        where = check_order(self.order, draws.fit.variables, scheme="LongRun")
        gap = np.eye(len(where)) - draws.lag_blocks.sum(axis=1)
        moved = np.linalg.solve(gap, draws.factor)[:, where]
        long_run = np.empty_like(moved)
        long_run[:, where] = np.linalg.cholesky(moved @ np.swapaxes(moved, 1, 2))
        impact: Array = gap @ long_run
        return impact
