"""Where an offset reads its responses: joint ones as they are, or those that an identified VAR draws on request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from econ import checks
from econ.arrays import Seed
from econ.errors import SpecificationError
from econ.responses import Bootstrap, Identified, JointResponses

Source: TypeAlias = JointResponses | Identified


def joint(
    source: Source, horizon: int, bootstrap: Bootstrap | None = None, rng: Seed = None, *, n_jobs: int = 1
) -> JointResponses:
    """Responses of an identified VAR up to ``horizon``; those that are responses already pass unchanged."""
    if isinstance(source, Identified):
        return source.irf(horizon, bootstrap, rng, n_jobs=n_jobs)
    if not isinstance(source, JointResponses):
        raise SpecificationError(
            "an offset is read off an IRF, the results of a projection or an identified VAR; found "
            f"{type(source).__name__}; pass what irf(), fit() or identify() returned."
        )
    if bootstrap is not None:
        raise SpecificationError(
            "responses come with the draws they have; pass bootstrap= with an identified VAR only."
        )
    return source


def shock_of(source: Source, seller: str, shock: str | None) -> str:
    """The shock asked for; by default the one named like the seller, or the only one."""
    if shock is not None:
        return shock
    names = source.shock_names if isinstance(source, Identified) else source.shocks
    return names[0] if seller not in names and len(names) == 1 else seller


def check_allies(seller: str, ally: str | Sequence[str]) -> tuple[str, ...]:
    """Names of the allies, each once and none of them the seller."""
    allies = checks.names("ally", ally, least=1)
    if seller in allies:
        raise SpecificationError(f"seller and ally are both {seller!r}; an offset needs two holders.")
    return allies
