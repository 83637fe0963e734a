"""Joint draws of the responses of a projection: wild bootstrap and plug-in normal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from econ import checks
from econ.arrays import Array, Seed
from econ.errors import SpecificationError
from econ.frozen import guarded
from econ.parallel import map_blocks
from econ.responses.resampling import Wild

if TYPE_CHECKING:
    from econ.projection.results import ProjectionResults


@guarded
@dataclass(frozen=True)
class PlugIn:
    """Normal draws around the estimate with its joint covariance; Student draws when that is "ewc".

    Parameters
    ----------
    draws : int, default 1999
        Draws.

    References
    ----------
    Montiel Olea, J. L. and M. Plagborg-Møller (2019), Journal of Applied Econometrics 34(1), for sup-t bands.

    Examples
    --------
    >>> PlugIn(draws=500).draws
    500
    """

    draws: int = 1999

    def __post_init__(self) -> None:
        checks.keep(self, draws=checks.count("draws", self.draws))


Bootstrap = Wild | PlugIn


def draw(
    results: ProjectionResults,
    bootstrap: Bootstrap,
    *,
    rng: Seed,
    n_jobs: int = 1,
) -> Array:
    """Draw all responses jointly, (B, H + 1, n, s).

    `Wild` keeps the regressors and multiplies the residuals of period t by one random sign for all horizons and
    responses; least squares is linear in the outcome, so each draw is ``point + sum_t sign_t psi_t`` exactly, without
    estimating again (with instruments, to first order). Under "hac" a sign stays for blocks of bandwidth + 1 periods
    (Shao 2010). `PlugIn` draws from the normal with the joint covariance.

    Raises
    ------
    SpecificationError
        For another bootstrap, or without ``rng``.
    """
    if isinstance(bootstrap, PlugIn):
        rows = results.spread

        df = float(results.df[-1])

        def weights(size: int, generator: np.random.Generator) -> Array:
            normal = generator.standard_normal((size, len(rows)))
            return normal if np.isinf(df) else normal / np.sqrt(generator.chisquare(df, (size, 1)) / df)

    elif isinstance(bootstrap, Wild):
        rows = np.moveaxis(results.influence, 0, 1).swapaxes(2, 3).reshape(results.nobs, -1)
        block = int(results.bandwidths[-1]) + 1 if results.cov == "hac" else 1

        def weights(size: int, generator: np.random.Generator) -> Array:
            signs = bootstrap.resample(generator, size, -(-len(rows) // block)).signs
            return np.repeat(np.asarray(signs), block, axis=1)[:, : len(rows)]

    else:
        raise SpecificationError(
            f"a projection draws by Wild() or PlugIn(); found {type(bootstrap).__name__}, which resamples a VAR."
        )
    point = results.point

    def work(size: int, generator: np.random.Generator) -> Array:
        return point + (weights(size, generator) @ rows).reshape(size, *point.shape)

    return np.concatenate(map_blocks(work, bootstrap.draws, rng=rng, n_jobs=n_jobs, label="projection"))


def draw_by_unit(point: Array, rows: Array, bootstrap: Bootstrap, *, rng: Seed) -> Array:
    """Draws (B, *point) around ``point`` from rows (R, point.size) whose cross-product is its covariance.

    `Wild` gives every row (a unit) a random sign, `PlugIn` a normal weight.
    """

    def work(size: int, generator: np.random.Generator) -> Array:
        if isinstance(bootstrap, PlugIn):
            weights = generator.standard_normal((size, len(rows)))
        else:
            weights = np.asarray(bootstrap.resample(generator, size, len(rows)).signs)
        return np.asarray(point + (weights @ rows).reshape(size, *point.shape))

    return np.concatenate(map_blocks(work, bootstrap.draws, rng=rng, label="projection"))
