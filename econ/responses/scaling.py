"""Pick or resize a shock: the point, every draw, and standard errors by the delta method."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from econ import checks
from econ.arrays import Array
from econ.errors import SpecificationError

if TYPE_CHECKING:
    from econ.responses.irf import IRF


def of_shock(irf: IRF, shock: int) -> IRF:
    """Responses to shock number ``shock``."""
    if len(irf.shocks) == 1:
        return irf
    one = slice(shock, shock + 1)
    return replace(
        irf,
        point=irf.point[..., one],
        shocks=irf.shocks[one],
        draws=None if irf.draws is None else irf.draws[..., one],
        std_errors=None if irf.std_errors is None else irf.std_errors[..., one],
        draw_errors=None if irf.draw_errors is None else irf.draw_errors[..., one],
        spread=None if irf.draws is not None or irf.rows is None else irf.rows[..., one],
    )


def check_debt(irf: IRF, debt: float, response: str) -> float:
    """The debt, of which ``response`` must be in percent."""
    units = irf.units.get(response, "")
    if "debt" not in units:
        raise SpecificationError(
            f"a size in billions at a given debt needs a response in percent of debt; {response!r} is in "
            f"{units!r}; scale it in its own units."
        )
    return checks.real("debt", debt, above=0.0)


def scaled(irf: IRF, to: float, *, response: int, horizon: int, shock: int) -> IRF:
    """Responses to shock number ``shock`` times what makes ``response`` equal ``to`` at ``horizon``, draw by draw.

    Without draws, the response b_c becomes to b_c / b_k, k the cell that is fixed; with influence rows ψ, whose cross
    product is the joint covariance, its rows are (to / b_k) (ψ_c - (b_c / b_k) ψ_k): zero at k itself. Where the joint
    covariance is not known there is no standard error.
    """
    to = checks.real("to", to)
    values = irf.point[horizon, response, shock]
    drawn = None if irf.draws is None else irf.draws[:, horizon, response, shock]
    if values == 0.0 or (drawn is not None and not np.all(drawn)):
        raise SpecificationError(
            f"shock {irf.shocks[shock]!r} does not move {irf.responses[response]!r} at horizon {horizon}, so it cannot "
            f"be scaled to {to} there; scale by another response or horizon."
        )
    point = irf.point.copy()
    point[..., shock] *= to / values
    if irf.draws is not None and drawn is not None:
        draws = irf.draws.copy()
        draws[..., shock] *= (to / drawn)[:, None, None]
        return replace(irf, point=point, draws=draws, std_errors=None, draw_errors=None, spread=None)
    spread = _scaled_rows(irf, to, response=response, horizon=horizon, shock=shock)
    return replace(irf, point=point, std_errors=errors(spread), draw_errors=None, spread=spread)


def _scaled_rows(irf: IRF, to: float, *, response: int, horizon: int, shock: int) -> Array | None:
    rows = irf.rows
    if rows is None:
        return None
    fixed = irf.point[horizon, response, shock]
    own = rows[:, horizon, response, shock]
    result = rows.copy()
    shares = irf.point[..., shock] / fixed
    result[..., shock] = (to / fixed) * (rows[..., shock] - shares * own[:, None, None])
    result[:, horizon, response, shock] = 0.0
    return result


def errors(rows: Array | None) -> Array | None:
    """Standard errors (H + 1, n, s) from influence rows (R, H + 1, n, s)."""
    return None if rows is None else np.sqrt(np.einsum("rhij,rhij->hij", rows, rows))
