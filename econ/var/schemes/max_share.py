"""`MaxShare`: the shock that explains most of one variable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from econ import checks
from econ.arrays import Array, Seed
from econ.errors import SpecificationError
from econ.frozen import guarded
from econ.var import _kernels as kernels
from econ.var.reduced.draws import ReducedDraws
from econ.var.structure.structural import StructuralResults

if TYPE_CHECKING:
    from econ.var.reduced.results import VARResults
HORIZON = (0, 12)
GRID = 512  # frequencies between 0 and π


@guarded
@dataclass(frozen=True)
class MaxShare:
    """The one shock that explains the largest part of the variance of ``target``.

    With chol the Cholesky factor of Σ_u, the impact is chol q, q the eigenvector of the largest eigenvalue of
    S = Σ_{h in horizon} Σ_{l ≤ h} θ_l' θ_l, where θ_l is the response of the target to the Cholesky shocks at l: the
    sum of the forecast-error variances at the horizons (Uhlig 2004), or the variance at one horizon (Francis, Owyang,
    Roush and DiCecio 2014). With ``frequency`` S is the spectrum of the target integrated over a band of periods.

    The sign makes the sum of the target's responses from impact to the last horizon positive (with ``frequency``, to
    the longest period, at most 240).

    Nominal 90% intervals cover in 85-91% of samples. Measured in :doc:`/coverage`.

    Parameters
    ----------
    target : str
        The variable; the shock carries its name.
    horizon : int or (int, int), default (0, 12)
        Horizon, or first and last horizon, both included.
    frequency : (float, float), optional
        Shortest and longest period, such as ``(18, 96)`` months; used instead of ``horizon``, which then stays
        as it is. ``inf`` includes frequency zero.

    Raises
    ------
    SpecificationError
        For an unknown target, or a horizon or band that makes no sense.

    References
    ----------
    Uhlig, H. (2004), Do Technology Shocks Lead to a Fall in Total Hours Worked?, Journal of the European Economic
    Association 2(2-3), 361-371.
    Francis, N., M. T. Owyang, J. E. Roush and R. DiCecio (2014), A Flexible Finite-Horizon Alternative to Long-Run
    Restrictions with an Application to Technology Shocks, Review of Economics and Statistics 96(4), 638-647.
    Angeletos, G.-M., F. Collard and H. Dellas (2020), Business-Cycle Anatomy, American Economic Review 110(10).

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR, Cholesky
    >>> fit = VAR(simulated_var(periods=200, rng=1), lags=1).fit()
    >>> svar = fit.identify(MaxShare("y", horizon=0))
    >>> round(float(svar.fevd(1).loc[(1, "y"), "y"]), 12)
    1.0
    """

    target: str
    horizon: int | tuple[int, int] = HORIZON
    frequency: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        ends = self.horizon if isinstance(self.horizon, (tuple, list)) else (self.horizon, self.horizon)
        checks.keep(self, horizon=checks.span("horizon", ends, least=0))
        if self.frequency is not None and self.horizon != HORIZON:
            raise SpecificationError(
                f"frequency is used instead of horizon, which is idle beside it; found horizon={self.horizon}; "
                "leave one out."
            )
        if self.frequency is not None and len(self.frequency) != 2:
            raise SpecificationError(f"frequency is (shortest, longest) period; found {self.frequency!r}.")
        if self.frequency is not None and not 2.0 <= self.frequency[0] < self.frequency[1]:
            raise SpecificationError(
                f"frequency is (shortest, longest) period, the shortest at least 2; found {self.frequency!r}."
            )

    def identify(self, fit: VARResults, rng: Seed = None) -> StructuralResults:
        """Identify the shock; ``rng`` is not needed."""
        checks.position("variable", self.target, fit.variables)
        return StructuralResults.from_point(fit, self, shock_names=(self.target,))

    def impact_batch(self, draws: ReducedDraws) -> Array:
        """Impact vectors (B, n, 1) of a batch of reduced forms."""
        row = draws.fit.variables.index(self.target)
        last = self._sign_horizon
        theta = kernels.responses(draws.lag_blocks, draws.factor, last)[:, :, row]
        weights = (
            self._horizon_weights(theta) if self.frequency is None else self._band_weights(draws, row, self.frequency)
        )
        q = np.linalg.eigh(weights)[1][:, :, -1:]
        direction = np.sign((theta @ q).sum(axis=1, keepdims=True))
        impact: Array = draws.factor @ (q * np.where(direction == 0.0, 1.0, direction))
        return impact

    @property
    def _window(self) -> tuple[int, int]:
        return self.horizon if isinstance(self.horizon, tuple) else (self.horizon, self.horizon)

    @property
    def _sign_horizon(self) -> int:
        if self.frequency is None:
            return self._window[1]
        return int(min(self.frequency[1], 240.0))

    def _horizon_weights(self, theta: Array) -> Array:
        first, last = self._window
        lags = np.arange(last + 1)
        counts = last + 1 - np.maximum(first, lags)  # forecast horizons in the window that the response at l enters
        weights: Array = np.einsum("l,bli,blj->bij", counts.astype(float), theta, theta)
        return weights

    @staticmethod
    def _band_weights(draws: ReducedDraws, row: int, band: tuple[float, float]) -> Array:
        """Real part of Σ_ω c(ω)* c(ω), c(ω) = row of (I - Σ_l A_l e^{-iωl})⁻¹ chol, ω in the band."""
        shortest, longest = band
        grid = np.linspace(0.0, np.pi, GRID + 1)
        grid = grid[(grid >= 2 * np.pi / longest - 1e-12) & (grid <= 2 * np.pi / shortest + 1e-12)]
        blocks = draws.lag_blocks
        n = blocks.shape[-1]
        pick = np.zeros((n, 1))
        pick[row] = 1.0
        weights = np.zeros((len(blocks), n, n))
        for omega in grid:
            waves = np.exp(-1j * omega * np.arange(1, blocks.shape[1] + 1))
            gap = np.eye(n) - np.einsum("l,blij->bij", waves, blocks)
            c = np.swapaxes(np.linalg.solve(np.swapaxes(gap, 1, 2), pick), 1, 2) @ draws.factor
            weights += (np.swapaxes(c.conj(), 1, 2) @ c).real
        return weights
