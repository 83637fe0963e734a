"""`OwnShocks`: the shocks of several holders in one VAR, each found by its own scheme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from econ.arrays import Seed
from econ.errors import SpecificationError
from econ.frozen import guarded
from econ.var.reduced.draws import ReducedDraws
from econ.var.scheme import DatedScheme, PointScheme
from econ.var.structure.structural import StructuralResults

if TYPE_CHECKING:
    from econ.arrays import Array
    from econ.var.reduced.results import VARResults


@guarded
@dataclass(frozen=True, eq=False, init=False)
class OwnShocks:
    """Several shocks of one VAR, each identified apart: a seller's by one instrument, an ally's by another.

    :func:`econ.offset.price_offset` and :func:`econ.offset.symmetry` need both shocks with joint draws; here every draw
    of the reduced form, and of the instruments with it, goes through all schemes.

    Parameters
    ----------
    *schemes : Proxy, Cholesky or another scheme with one answer
        Each contributes its shocks, in the order given.

    Raises
    ------
    SpecificationError
        On ``identify``, without schemes, for one that draws by itself (signs), or if a shock stands twice.

    Notes
    -----
    Nothing makes shocks identified apart uncorrelated in the sample; in the population they are, if each instrument
    moves with one shock only. Read responses and offsets from the results; variance shares, historical decompositions
    and scenarios of shocks that overlap are refused.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR, Proxy
    >>> fit = VAR(simulated_var(periods=300, rng=1), lags=1).fit()
    >>> svar = fit.identify(OwnShocks(*(Proxy(fit.residuals[name], shock=name) for name in ("x", "y"))))
    >>> svar.shock_names
    ('x', 'y')
    """

    schemes: tuple[PointScheme, ...]

    def __init__(self, *schemes: PointScheme) -> None:
        object.__setattr__(self, "schemes", schemes)

    def identify(self, fit: VARResults, rng: Seed = None) -> StructuralResults:
        """Identify each shock; ``rng`` is not needed."""
        wrong = [type(scheme).__name__ for scheme in self.schemes if not isinstance(scheme, PointScheme)]
        if wrong or not self.schemes:
            raise SpecificationError(f"OwnShocks takes schemes with one answer, such as Proxy; found {wrong}.")
        names = tuple(name for scheme in self.schemes for name in scheme.identify(fit).shock_names)
        if len(set(names)) < len(names):
            raise SpecificationError(f"each shock once; found {list(names)}; give them names of their own.")
        return StructuralResults.from_point(fit, self, shock_names=names)

    def impact_batch(self, draws: ReducedDraws) -> Array:
        """Impact of all shocks in a batch of reduced forms, (B, n, s)."""
        return np.concatenate([scheme.impact_batch(draws) for scheme in self.schemes], axis=2)

    def redrawn(self, fit: VARResults, rows: np.ndarray) -> OwnShocks:
        """The schemes on a sample whose period t has the instruments of the observed period ``rows[t]``."""
        drawn = [each.redrawn(fit, rows) if isinstance(each, DatedScheme) else each for each in self.schemes]
        return OwnShocks(*drawn)  # type: ignore[arg-type]
