"""Responses of several identifications of one reduced form, read off the same bootstrap samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from econ import checks
from econ.arrays import Seed
from econ.errors import SpecificationError
from econ.parallel import BLOCK
from econ.responses.irf import IRF
from econ.responses.kept import Block
from econ.var.reduced.bootstrap import bootstrap_blocks
from econ.var.reduced.draws import SimulatedDraws
from econ.var.structure.structural import StructuralResults, responses_of_draws

if TYPE_CHECKING:
    from econ.responses.resampling import Bootstrap

T = TypeVar("T")


def irfs(
    several: Sequence[StructuralResults], horizon: int, bootstrap: Bootstrap, rng: Seed, *, n_jobs: int = 1
) -> list[IRF]:
    """What ``irf`` of each gives, to the bit, but the samples are drawn and the VAR is estimated on them once.

    Parameters
    ----------
    several : sequence of StructuralResults
        Of one reduced form, by schemes whose samples are those of the bootstrap (`Heteroskedasticity` has its own).
    horizon, bootstrap, rng, n_jobs
        As in `StructuralResults.irf`.

    Returns
    -------
    list of IRF
        In the order given.

    Raises
    ------
    SpecificationError
        If there is none, they belong to different reduced forms, or one has samples or draws of its own.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR, Cholesky, MovingBlock
    >>> fit = VAR(simulated_var(periods=100, rng=1), lags=1).fit()
    >>> both = [fit.identify(Cholesky("x", "y")), fit.identify(Cholesky("y", "x"))]
    >>> together = irfs(both, 4, MovingBlock(draws=20), rng=1)
    >>> bool((together[1].draws == both[1].irf(4, MovingBlock(draws=20), rng=1).draws).all())
    True
    """
    horizon = checks.horizon(horizon)
    if not several or any(each.parent is not several[0].parent for each in several):
        raise SpecificationError("responses are made together of one reduced form; give identifications of the same.")
    for each in several:
        if each._resampled(bootstrap) is not bootstrap:
            raise SpecificationError(f"{type(each.scheme).__name__} draws samples of its own; call its irf.")
    places = [each._place(horizon, bootstrap, folder=None, errors=False) for each in several]
    readers = [
        each._reader(partial(responses_of_draws, scheme=each.scheme, bootstrap=bootstrap, horizon=horizon, inner=0),
                     bootstrap)
        for each in several
    ]  # fmt: skip
    blocks = bootstrap_blocks(several[0].parent, bootstrap, partial(_all, readers), rng=rng, n_jobs=n_jobs)
    return [
        each._responding(horizon, place.fill(partial(_kept, block)), bootstrap=bootstrap, rng=rng)
        for each, place, block in zip(several, places, zip(*blocks, strict=True), strict=True)
    ]


def _all(readers: Sequence[Callable[[SimulatedDraws], T]], draws: SimulatedDraws) -> list[T]:
    """What each makes of one block of draws."""
    return [reader(draws) for reader in readers]


def _kept(blocks: Sequence[Block], keep: Callable[[int, Block], Block]) -> list[Block]:
    """Blocks of draws put one behind the other."""
    return [keep(BLOCK * number, block) for number, block in enumerate(blocks)]
