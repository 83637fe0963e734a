"""Where an offset reads its responses: joint ones as they are, or those that an identified VAR draws on request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from econ import checks
from econ.arrays import Seed
from econ.data.dataset import Dataset
from econ.errors import SpecificationError
from econ.responses import Bootstrap, Identified, JointResponses
from econ.units import one_unit

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


def check_unit(source: Source, names: Sequence[str]) -> None:
    """Refuse purchases whose units are known and differ, which no share and no difference can be made of.

    Whoever has responses without saying in what, as somebody's own `JointResponses` may, is taken at his word.
    """
    units = getattr(source, "units", {})
    one_unit({repr(name): units.get(name, "") for name in names})


def check_columns(data: Dataset, names: Sequence[str]) -> None:
    """The same for columns of a table; one that is not there is refused by who reads it."""
    one_unit({repr(name): data.variables[name].units for name in names if name in data.variables})


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
