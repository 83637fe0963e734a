"""Cumulated responses with their joint covariance, whether they come from a VAR or from local projections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from econ import checks
from econ.arrays import Array, Seed
from econ.errors import SpecificationError
from econ.projection import _kernels as kernels
from econ.projection.results import ProjectionResults
from econ.responses.irf import IRF
from econ.var.structure.structural import StructuralResults

MINIMUM_DRAWS = 20


@dataclass(frozen=True)
class Cell:
    """One number wanted: a response to a shock, at the horizon or summed up to it."""

    response: str
    shock: str
    summed: bool = True


@dataclass(frozen=True, eq=False)
class Responses:
    """Numbers wanted, (k,), their covariance (k, k), their draws (B, k) if there are any, and where they come from."""

    point: Array
    covariance: Array
    draws: Array | None
    nobs: int
    df: float | None
    parent: Any = field(repr=False)


def as_irf(source: Any, horizon: int, bootstrap: Any, rng: Seed, *, n_jobs: int = 1) -> Any:
    """Responses of an identified VAR up to ``horizon``; anything else passes unchanged."""
    if isinstance(source, StructuralResults):
        horizon = checks.horizon(horizon)
        return source.irf(horizon, bootstrap, rng, n_jobs=n_jobs)
    if bootstrap is not None:
        raise SpecificationError(
            "responses come with the draws they have; pass bootstrap= with an identified VAR only."
        )
    return source


def shock_of(source: Any, seller: str, shock: str | None) -> str:
    """The shock asked for; by default the one named like the seller, or the only one."""
    if shock is not None:
        return shock
    names = shocks_of(source)
    return names[0] if seller not in names and len(names) == 1 else seller


def shocks_of(source: Any) -> tuple[str, ...]:
    """Names of the shocks."""
    if isinstance(source, StructuralResults):
        return source.shock_names
    return source.parent.design.shocks if isinstance(source, ProjectionResults) else tuple(source.shocks)


def cumulated(source: Any, horizon: int, cells: Sequence[Cell]) -> Responses:
    """Read ``cells`` at ``horizon`` with their joint covariance.

    Draws give the covariance where there are any; local projections without draws give their joint covariance.

    Raises
    ------
    SpecificationError
        Without draws or joint covariance, for a horizon beyond the responses, or for one-step multipliers.
    UnknownName
        For an unknown response or shock.
    """
    results = _projections(source)
    already = bool(getattr(source, "cumulated", False)) or (results is not None and _is_summed(results))
    horizon = checks.horizon(horizon, source.point.shape[0] - 1)
    names = source.parent.responses if isinstance(source, ProjectionResults) else source.responses
    weights = np.zeros((len(cells), *source.point[: horizon + 1].shape))
    for row, cell in enumerate(cells):
        j = checks.position("shock", cell.shock, shocks_of(source))
        i = checks.position("response", cell.response, names)
        if already and not cell.summed:
            raise SpecificationError(
                f"every response is a sum here, but {cell.response!r} is wanted as it stands; enter it in "
                "changes, or pass responses that are not cumulated."
            )
        weights[row, horizon if already or not cell.summed else slice(None), i, j] = 1.0
    weights = weights.reshape(len(cells), -1)
    point = weights @ source.point[: horizon + 1].reshape(-1)
    draws = None if isinstance(source, ProjectionResults) else source.draws
    if draws is not None and len(draws) >= MINIMUM_DRAWS:
        drawn = draws[:, : horizon + 1].reshape(len(draws), -1) @ weights.T
        return Responses(point, np.atleast_2d(np.cov(drawn, rowvar=False)), drawn, source.nobs, None, source)
    if results is None or source.point is not results.point:
        raise SpecificationError(
            f"a set for the offset needs joint draws of the responses, at least {MINIMUM_DRAWS}; found "
            f"{0 if draws is None else len(draws)}; call irf(..., bootstrap=MovingBlock(draws=1999), rng=...)."
        )
    if already:  # one horizon: its own rows and bandwidth
        psi = results.influence[horizon, : results.nobs - horizon].swapaxes(1, 2)
        rows = kernels.spread(psi.reshape(len(psi), -1), results.cov, int(results.bandwidths[horizon]))
        spread = rows @ weights[:, -rows.shape[1] :].T
    else:
        spread = results.spread[:, : weights.shape[1]] @ weights.T
    df = float(results.df[horizon])
    return Responses(point, spread.T @ spread, None, results.nobs - horizon, None if np.isinf(df) else df, source)


def _projections(source: Any) -> ProjectionResults | None:
    if isinstance(source, ProjectionResults):
        return source
    parent = getattr(source, "parent", None)
    return parent if isinstance(source, IRF) and isinstance(parent, ProjectionResults) else None


def _is_summed(results: ProjectionResults) -> bool:
    if results.parent.cumulative == "multiplier":
        raise SpecificationError(
            "these projections are one-step multipliers already; use econ.offset.instrumented_offset, or project with "
            "cumulative=True."
        )
    return bool(results.parent.cumulative is True)


def check_allies(seller: str, ally: str | Sequence[str]) -> tuple[str, ...]:
    """Names of the allies, each once and none of them the seller."""
    allies = checks.names("ally", ally, least=1)
    if seller in allies:
        raise SpecificationError(f"seller and ally are both {seller!r}; an offset needs two holders.")
    return allies
