"""`StructuralResults`: what every identification scheme returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ.errors import SpecificationError
from econ.parallel import seed_sequence
from econ.var import _kernels as kernels
from econ.var._kernels import Array
from econ.var.bootstrap import bootstrap_blocks
from econ.var.irf import IRF
from econ.var.resampling import Bootstrap, Wild
from econ.var.scheme import PointScheme, ReducedDraws, Scheme

if TYPE_CHECKING:
    from econ.var.results import VARResults


@dataclass(frozen=True, eq=False)
class StructuralResults:
    """Structural shocks of a VAR and what they do.

    Point-identified and set-identified schemes share this class; the second fills ``draws``.

    Parameters
    ----------
    parent : VARResults
        The reduced form.
    scheme : Scheme
        How the shocks were identified.
    impact : DataFrame (n, s)
        B: response of each variable on impact to one standard deviation of each shock.
    draws : array (D, n, s), optional
        Impact matrices of a set-identified scheme or a posterior; None when identification is by a point.
    reduced_draws : ReducedDraws, optional
        Reduced forms that belong to ``draws``, D of them; None = all draws rotate the point estimate.
    """

    parent: VARResults = field(repr=False)
    scheme: Scheme
    impact: pd.DataFrame
    draws: Array | None = field(default=None, repr=False)
    reduced_draws: ReducedDraws | None = field(default=None, repr=False)

    @classmethod
    def from_point(cls, fit: VARResults, scheme: PointScheme, *, shock_names: tuple[str, ...]) -> StructuralResults:
        """Results of a scheme that gives one impact matrix for one reduced form."""
        impact = scheme.impact_batch(fit.as_draws)[0]
        return cls(fit, scheme, pd.DataFrame(impact, index=list(fit.variables), columns=list(shock_names)))

    @property
    def shock_names(self) -> tuple[str, ...]:
        """Names of the shocks."""
        return tuple(str(name) for name in self.impact.columns)

    @cached_property
    def shocks(self) -> pd.DataFrame:
        """Structural shocks, (T, s), unit variance under sigma_u: B' Σ_u⁻¹ u_t, which is B⁻¹ u_t for square B."""
        fit = self.parent
        weights = np.linalg.solve(fit.sigma_u.to_numpy(), self.impact.to_numpy())
        values = fit.residuals.to_numpy() @ weights
        return pd.DataFrame(values, index=fit.residuals.index, columns=list(self.shock_names))

    def irf(
        self,
        horizon: int = 48,
        bootstrap: Bootstrap | None = None,
        rng: int | np.random.SeedSequence | None = None,
        *,
        n_jobs: int = 1,
    ) -> IRF:
        """Responses to one standard deviation of each shock.

        Parameters
        ----------
        horizon : int, default 48
            Last horizon; 0 is the impact.
        bootstrap : MovingBlock or Residual, optional
            How to draw; None gives points only (or the draws that a set-identified scheme already has).
        rng : int or SeedSequence
            Seed; needed with a bootstrap.
        n_jobs : int, default 1
            Threads; the draws do not depend on them.

        Returns
        -------
        IRF

        Raises
        ------
        SpecificationError
            For a negative horizon, a bootstrap without ``rng``, the wild bootstrap (its bands of structural
            responses are wrong), or a bootstrap of a scheme that draws by itself.
        """
        _check_horizon(horizon)
        impact = self.impact.to_numpy()
        common = {
            "point": kernels.responses(self.parent.lag_blocks[None], impact[None], horizon)[0],
            "responses": self.parent.variables,
            "shocks": self.shock_names,
            "units": self.parent.units,
            "nobs": self.parent.nobs,
            "parent": self,
        }
        if bootstrap is None:
            draws = None if self.draws is None else self._set_responses(horizon)
            return IRF(draws=draws, **common)
        seed = seed_sequence(rng)
        drawn, unstable = self._bootstrap(horizon, bootstrap, seed, n_jobs)
        origin = (bootstrap, seed.entropy, seed.spawn_key)
        return IRF(draws=drawn, origin=origin, unstable=unstable, **common)

    def fevd(self, horizon: int) -> pd.DataFrame:
        """Share of each shock in the forecast-error variance; see :func:`econ.var.decomposition.fevd`."""
        from econ.var.decomposition import fevd

        return fevd(self, horizon)

    def historical_decomposition(self) -> pd.DataFrame:
        """The data as sums of shocks; see :func:`econ.var.decomposition.historical_decomposition`."""
        from econ.var.decomposition import historical_decomposition

        return historical_decomposition(self)

    def _bootstrap(
        self, horizon: int, bootstrap: Bootstrap, seed: np.random.SeedSequence, n_jobs: int
    ) -> tuple[Array, int]:
        scheme = self.scheme
        if isinstance(bootstrap, Wild):
            raise SpecificationError(
                "the wild bootstrap cannot give bands of structural responses: signs leave u_t u_t' unchanged, so the "
                "covariance hardly varies (90% bands of the impact covered 20%); use MovingBlock()."
            )
        if self.draws is not None or not isinstance(scheme, PointScheme):
            raise SpecificationError(
                f"{type(scheme).__name__} draws by itself; call irf(horizon) without a bootstrap to use its draws."
            )

        def read(draws: ReducedDraws) -> tuple[Array, int]:
            return kernels.responses(draws.lag_blocks, scheme.impact_batch(draws), horizon), draws.unstable

        blocks = bootstrap_blocks(self.parent, bootstrap, read, rng=seed, n_jobs=n_jobs)
        return np.concatenate([drawn for drawn, _ in blocks]), sum(count for _, count in blocks)

    def _set_responses(self, horizon: int) -> Array:
        assert self.draws is not None
        blocks = self.parent.lag_blocks[None] if self.reduced_draws is None else self.reduced_draws.lag_blocks
        blocks = np.broadcast_to(blocks, (len(self.draws), *blocks.shape[1:]))
        return kernels.responses(blocks, self.draws, horizon)


def _check_horizon(horizon: object) -> None:
    if isinstance(horizon, bool) or not isinstance(horizon, (int, np.integer)) or horizon < 0:
        raise SpecificationError(f"horizon must be an integer of at least 0; found {horizon!r}.")
