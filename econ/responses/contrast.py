"""Sums, differences and ratios of responses, from the same draws."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from econ import checks
from econ.arrays import Array
from econ.errors import SpecificationError
from econ.estimate import Estimate
from econ.infer import bands
from econ.infer.ratio import fieller
from econ.responses.joint import Cell, CellLike, as_cell
from econ.responses.scaling import errors
from econ.units import Size, one_unit

if TYPE_CHECKING:
    from econ.responses.irf import IRF


def difference(irf: IRF, first: CellLike, second: CellLike, *, level: float = 0.90) -> Estimate:
    """One response less another.

    Parameters
    ----------
    irf : IRF
        Responses with draws.
    first, second : Cell or (int, str, str)
        Horizon, response and shock, read as it stands unless the cell says ``summed``; units must be the same.
    level : float, default 0.90
        Coverage of the equal-tailed interval of the differences of the draws.

    Returns
    -------
    Estimate
        Units of the responses.

    Raises
    ------
    SpecificationError
        For unknown names or horizons, responses in different units, or no draws.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR, Cholesky, MovingBlock
    >>> svar = VAR(simulated_var(periods=300, rng=1), lags=1).fit().identify(Cholesky("x", "y"))
    >>> irf = svar.irf(4, MovingBlock(draws=200), rng=1)
    >>> difference(irf, (0, "x", "x"), (0, "x", "x")).value
    0.0
    """
    first, second = as_cell(first), as_cell(second)
    for cell in (first, second):
        checks.position("response", cell.response, irf.responses)
    unit = one_unit({repr(cell.response): irf.units.get(cell.response, "") for cell in (first, second)}, known=False)
    level = checks.level(level)
    (one, ones), (other, others) = _read(irf, first), _read(irf, second)
    drawn = ones - others
    lower, upper = (float(end[0]) for end in bands.pointwise(drawn[:, None], level=level))
    return Estimate(
        one - other,
        float(drawn.std(ddof=1)),
        lower,
        upper,
        level,
        unit,
        f"{_words(first)} less {_words(second)}",
        _nobs(irf, first, second),
        parent=irf,
        **_measured(irf, first, second),
    )


def _measured(irf: IRF, first: Cell, second: Cell) -> dict[str, Any]:
    """Size of the shock and kind of a difference, where both of its responses have them in common."""
    one, other = (irf._measure(("", cell.response, cell.shock)) for cell in (first, second))
    sums = [cell.summed and not irf.multiplier for cell in (first, second)]
    kinds = {"sum over horizons" if summed else each.kind for each, summed in zip((one, other), sums, strict=True)}
    return {"size": one.size if one.size == other.size else None, "kind": kinds.pop() if len(kinds) == 1 else ""}


def ratio(irf: IRF, numerator: CellLike, denominator: CellLike, *, level: float = 0.90) -> Estimate:
    """One response over another, with Fieller's set.

    Parameters
    ----------
    irf : IRF
        Responses with draws.
    numerator, denominator : Cell or (int, str, str)
        Horizon, response and shock, read as it stands unless the cell says ``summed``.
    level : float, default 0.90
        Coverage of the set.

    Returns
    -------
    Estimate
        ``region`` is Fieller's set from the covariance of the two responses over the draws, unbounded where the
        denominator may be zero; ``std_error`` is the delta method's; units of the numerator per unit of the
        denominator.

    Raises
    ------
    SpecificationError
        For unknown names or horizons, a denominator of exactly zero, or no draws.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR, Cholesky, MovingBlock
    >>> svar = VAR(simulated_var(periods=300, rng=1), lags=1).fit().identify(Cholesky("x", "y"))
    >>> irf = svar.irf(4, MovingBlock(draws=200), rng=1)
    >>> ratio(irf, (0, "y", "x"), (0, "x", "x")).region.bounded
    True
    """
    level = checks.level(level)
    numerator, denominator = as_cell(numerator), as_cell(denominator)
    (top, tops), (bottom, bottoms) = _read(irf, numerator), _read(irf, denominator)
    if bottom == 0.0:
        raise SpecificationError(f"{_words(denominator)} is exactly zero; a ratio to it means nothing.")
    covariance = np.cov(np.stack([tops, bottoms]))
    region = fieller(top, bottom, covariance, level=level)
    value = top / bottom
    slope = np.array([1.0, -value]) / bottom
    units = [irf.units.get(cell[1], "") for cell in (numerator, denominator)]
    return Estimate(
        value,
        float(np.sqrt(slope @ covariance @ slope)),
        region.lower,
        region.upper,
        level,
        "" if units[0] == units[1] else f"{units[0]} per {units[1]}",
        f"{_words(numerator)} over {_words(denominator)}",
        _nobs(irf, numerator, denominator),
        region=region,
        parent=irf,
    )


def combined(one: IRF, other: IRF, sign: float) -> IRF:
    """Response to two shocks at once; the draws are added draw by draw, so they must be joint."""
    if one.parent is not other.parent or one.origin != other.origin:
        raise SpecificationError(
            "these responses come from different estimates or draws, so their joint uncertainty is unknown; "
            "combine responses of one irf() call."
        )
    if (one.cumulated, one.sums) != (other.cumulated, other.sums):
        raise SpecificationError("one of these responses is a sum over horizons and one is not; cumulate both.")
    same = one.point.shape == other.point.shape and one.responses == other.responses
    if not same or (one.draws is None) != (other.draws is None):
        raise SpecificationError(
            f"responses of shapes {one.point.shape} and {other.point.shape} cannot be combined; "
            "pick the same horizon, variables and number of shocks."
        )
    word = " + " if sign > 0 else " - "
    names = tuple(
        left if left == right and sign > 0 else f"{left}{word}{right}"
        for left, right in zip(one.shocks, other.shocks, strict=True)
    )
    draws = None if one.draws is None or other.draws is None else one.draws + sign * other.draws
    rows = None if draws is not None or one.rows is None or other.rows is None else one.rows + sign * other.rows
    sizes = _sizes(one, other, names, sign)
    bare = replace(one, point=one.point + sign * other.point, draws=draws, draw_errors=None, shocks=names, sizes=sizes)
    return replace(bare, spread=rows, std_errors=errors(rows))


def _sizes(one: IRF, other: IRF, names: tuple[str, ...], sign: float) -> dict[str, Size]:
    """What both shocks at once are, where both are one size or one shock."""
    found = {}
    for left, right, name in zip(one.shocks, other.shocks, names, strict=True):
        first, second = one.sizes.get(left), other.sizes.get(right)
        if first is not None and second is not None and first[1:] == second[1:] and left == right:
            found[name] = first._replace(amount=first.amount + sign * second.amount)
        elif first is not None and first == second:
            found[name] = first
    return found


def _read(irf: IRF, cell: Cell) -> tuple[float, Array]:
    horizon, response, shock, summed = cell
    if summed and not (irf.cumulated or response in irf.sums):
        irf = irf.cumulate(only=response)
    at = checks.horizon(horizon, irf.horizon), checks.position("response", response, irf.responses)
    value = float(irf.point[(*at, checks.position("shock", shock, irf.shocks))])
    draws = irf.joint_draws("a difference or ratio")
    if len(draws) < 2:
        raise SpecificationError(f"a difference or ratio needs at least two draws; found {len(draws)}.")
    return value, draws[:, horizon, irf.responses.index(response), irf.shocks.index(shock)]


def _nobs(irf: IRF, *cells: Cell) -> int:
    """Observations behind several cells: those of the horizon that has fewest."""
    return min((irf.nobs_by_horizon[cell.horizon] for cell in cells), default=0) if irf.nobs_by_horizon else irf.nobs


def _words(cell: Cell) -> str:
    horizon, response, shock, summed = cell
    return f"{response} to {shock} {'up to' if summed else 'at'} {horizon}"
