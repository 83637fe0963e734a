"""A sale with the allies kept out: paths, the shocks that keep them out, and how unusual those are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array
from econ.errors import NotIdentified, SpecificationError
from econ.frozen import guarded
from econ.offset import _kernels as kernels
from econ.responses import IRF
from econ.tables.shown import Shown
from econ.var.structure.counterfactual import plausibility, shut_off

METHODS = ("sims-zha", "scenario", "least-squares", "reduced")
MISSED = 1e-8  # share of the conditions that the shocks may leave unmet, rounding


@guarded
@dataclass(frozen=True, eq=False)
class ShutOff(Shown):
    """What a sale does with and without the allies' response.

    Parameters
    ----------
    paths : DataFrame (H + 1, 2 n)
        Responses to the sale, rows ``horizon``, columns (``path``: ``"actual"`` | ``"shut off"``, ``response``).
    interventions : DataFrame (H + 1, k)
        Shocks that keep the allies out, standard deviations, for a sale of the size asked for; rows ``horizon``,
        columns ``shock``.
    plausibility : float
        Bias of a coin as unusual as these shocks: 0.5 = ordinary, 1 = unheard of.
    residual : float
        Root mean square of what is left of the allies' purchases; 0 unless the method is least squares.
    parent : IRF
        Responses it was made from.
    """

    paths: pd.DataFrame = field(repr=False)
    interventions: pd.DataFrame = field(repr=False)
    plausibility: float
    residual: float
    parent: object = field(repr=False)

    def to_frame(self, level: float = 0.90) -> pd.DataFrame:
        """One row a horizon, path and response: ``point``; the paths are points, so ``level`` has no use."""
        found: pd.Series = self.paths.stack(["path", "response"], future_stack=True)  # type: ignore[assignment]
        return found.to_frame("point")


@dataclass(frozen=True)
class Plan:
    """Places of the seller's shock and purchases, of the allies' purchases and of the shocks that keep them out."""

    shock: int
    seller: int
    allies: list[int]
    tools: list[int]
    method: str
    hold_seller: bool

    @classmethod
    def of(
        cls,
        irf: IRF,
        seller: tuple[str, str],
        allies: Sequence[str],
        tools: Sequence[str],
        *,
        method: str,
        hold_seller: bool,
    ) -> Plan:
        """Look the names up and check that the tools suit the method."""
        name, shock = seller
        if shock in tools or not tools or len(set(tools)) < len(tools):
            raise SpecificationError(
                f"name each allied shock once, and not the seller's {shock!r}; found {list(tools)}."
            )
        exact = method in ("sims-zha", "reduced")
        if (exact and len(tools) != len(allies)) or (method == "scenario" and len(tools) < len(allies)):
            raise SpecificationError(
                f"{method} needs {'exactly' if exact else 'at least'} one shock an ally; found {list(tools)} for "
                f"{list(allies)}."
            )
        if hold_seller and method != "scenario":
            raise SpecificationError(f"hold_seller belongs to method='scenario'; the method is {method!r}.")
        return cls(
            checks.position("shock", shock, irf.shocks),
            checks.position("response", name, irf.responses),
            [checks.position("response", ally, irf.responses) for ally in allies],
            [checks.position("shock", tool, irf.shocks) for tool in tools],
            method,
            hold_seller,
        )


def paths(plan: Plan, theta: Array) -> tuple[Array, Array]:
    """Paths (B, H + 1, n) with the allies shut off and the shocks used (B, H + 1, k), from theta (B, H + 1, n, s)."""
    y = theta[..., plan.shock]
    if plan.method == "sims-zha":
        _check_rank(theta[:, 0][:, plan.allies][:, :, plan.tools], len(plan.allies))
        return shut_off(theta, plan.shock, silence=plan.allies, using=plan.tools)
    if plan.method == "least-squares":
        _check_rank(theta[:, :, plan.allies][..., plan.tools].reshape(len(theta), -1, len(plan.tools)), len(plan.tools))
        return kernels.at_once(theta, y, plan.allies, plan.tools)
    held = [plan.seller] if plan.hold_seller else []
    tools = [*plan.tools, plan.shock] if plan.hold_seller else plan.tools
    shut, used, missed = kernels.silenced(theta, y, plan.allies, held, tools)
    if missed.max() > MISSED:
        raise NotIdentified(
            f"the shocks cannot bring the scenario about: they leave {missed.max():.2g} of the conditions unmet; use "
            "shocks that move the allies' purchases, such as their own."
        )
    return shut, used


def own_prices(plan: Plan, theta: Array, row: int, *, cumulative: bool) -> Array:
    """Rho beta_ally and beta_seller, up to one factor, (B, 2); see :func:`econ.offset._kernels.own_price`."""
    sums = theta.sum(axis=1)
    if not cumulative:
        sums[:, row] = theta[:, -1, row]
    own = [sums[:, place, tool] for place, tool in zip(plan.allies, plan.tools, strict=True)]
    if not np.all(own):
        raise NotIdentified("an allied shock does not move the ally's own purchases, so their price impact is unknown.")
    return kernels.own_price(sums, plan.shock, plan.tools, (row, plan.allies))


def described(plan: Plan, irf: IRF, horizon: int, size: float) -> ShutOff:
    """The counterfactual of the point estimate, for a sale of ``size``."""
    size = checks.real("size", size)
    if size == 0.0:
        raise SpecificationError(f"size is the seller's shock in standard deviations, not 0; found {size!r}.")
    theta = irf.point[None, : horizon + 1]
    shut, used = paths(plan, theta)
    both = np.hstack([theta[0, :, :, plan.shock], shut[0]]) * size
    index = pd.RangeIndex(horizon + 1, name="horizon")
    tools = [irf.shocks[j] for j in plan.tools] + ([irf.shocks[plan.shock]] if plan.hold_seller else [])
    left = shut[0][:, plan.allies] * size
    return ShutOff(
        paths=pd.DataFrame(both, index=index, columns=_sides(irf.responses)),
        interventions=pd.DataFrame(used[0] * size, index=index, columns=pd.Index(tools, name="shock")),
        plausibility=plausibility(0.5 * float((used[0] ** 2).sum()) * size**2, (horizon + 1) * len(irf.responses)),
        residual=float(np.sqrt((left**2).mean())) if plan.method == "least-squares" else 0.0,
        parent=irf,
    )


@lru_cache(maxsize=64)
def _sides(responses: tuple[str, ...]) -> pd.MultiIndex:
    """Columns of both paths; the draws of a study all have the same."""
    return pd.MultiIndex.from_product([("actual", "shut off"), responses], names=["path", "response"])


def _check_rank(moved: Array, needed: int) -> None:
    if np.linalg.matrix_rank(moved).min() < needed:
        raise NotIdentified(
            "the shocks chosen do not move the allies' purchases; choose shocks that do, such as their own."
        )
