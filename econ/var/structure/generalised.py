"""Generalised impulse responses: one variable is surprised, the others move with it as they usually do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from econ import checks
from econ.arrays import Array, Seed
from econ.border import checked
from econ.parallel import seed_identity
from econ.responses.irf import IRF
from econ.responses.resampling import check_structural
from econ.units import STANDARD
from econ.var import _kernels as kernels
from econ.var.reduced.bootstrap import bootstrap_blocks
from econ.var.reduced.draws import ReducedDraws

if TYPE_CHECKING:
    from econ.responses.resampling import Bootstrap
    from econ.var.reduced.results import VARResults


@checked
def generalised_irf(
    fit: VARResults,
    horizon: int = 48,
    *,
    bootstrap: Bootstrap | None = None,
    rng: Seed = None,
    n_jobs: int = 1,
) -> IRF:
    """Responses to a residual of one standard deviation in each variable, Σ_u e_j / √σ_jj on impact.

    They do not depend on an order of the variables, and are no structural responses: the surprises are correlated.

    Parameters
    ----------
    fit : VARResults
        The VAR.
    horizon : int, default 48
        Last horizon.
    bootstrap : MovingBlock or Residual, optional
        How to draw.
    rng : int or SeedSequence
        Seed, needed with a bootstrap.
    n_jobs : int
        Threads.

    Returns
    -------
    IRF
        Shocks named after the variables surprised.

    References
    ----------
    Pesaran, M. H. and Y. Shin (1998), Generalized impulse response analysis in linear multivariate models, Economics
    Letters 58(1), 17-29.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR, Cholesky
    >>> fit = VAR(simulated_var(periods=200, rng=1), lags=1).fit()
    >>> first = fit.identify(Cholesky("x", "y")).irf(8).shock("x")
    >>> bool(np.allclose(generalised_irf(fit, 8).shock("x").point, first.point))
    True
    """
    horizon = checks.horizon(horizon)

    def read(draws: ReducedDraws) -> tuple[Array, int]:
        sigma = draws.sigma
        impact = sigma / np.sqrt(np.einsum("bii->bi", sigma))[:, None, :]
        return kernels.responses(draws.lag_blocks, impact, horizon), draws.unstable

    blocks = []
    if bootstrap is not None:
        check_structural(bootstrap)
        blocks = bootstrap_blocks(fit, bootstrap, read, rng=rng, n_jobs=n_jobs)
    return IRF(
        point=read(fit.as_draws)[0][0],
        responses=fit.variables,
        shocks=fit.variables,
        draws=np.concatenate([block[0] for block in blocks]) if blocks else None,
        units=fit.units,
        sizes=dict.fromkeys(fit.variables, STANDARD),
        nobs=fit.nobs,
        parent=fit,
        origin=None if bootstrap is None else (bootstrap, *seed_identity(rng)),
        unstable=sum(block[1] for block in blocks),
    )
