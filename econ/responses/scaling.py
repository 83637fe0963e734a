"""Pick, resize, turn or rename a shock, or sum its responses: the point, every draw, and the joint covariance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from econ import checks
from econ.arrays import Array
from econ.errors import SpecificationError
from econ.frozen import sealed
from econ.units import Size

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


def flip(irf: IRF, shock: str | Sequence[str] | None = None) -> IRF:
    """Count a shock the other way round: its responses, draws and bands change sign, their errors do not.

    Parameters
    ----------
    shock : str or sequence of str, optional
        Shock or shocks to turn; the only one when absent.

    Returns
    -------
    IRF
        The lower band is the old upper band with the other sign.

    Raises
    ------
    SpecificationError
        If there are several shocks and none is named, or for multipliers: a ratio has no sign to change.
    UnknownName
        If there is no such shock.

    Examples
    --------
    >>> import econ
    >>> one = econ.IRF(np.array([[[1.0, 2.0]]]), ("y",), ("a", "b"))
    >>> one.flip("b").point.tolist()
    [[[1.0, -2.0]]]
    """
    sign = signs(irf.shocks, shock)
    if irf.multiplier:
        raise SpecificationError("a multiplier is the same whichever way its impulse is counted; there is no flip.")
    draws = None if irf.draws is None else irf.draws * sign
    spread = None if draws is not None or irf.rows is None else irf.rows * sign
    turned = [each for each, way in zip(irf.shocks, sign, strict=True) if way < 0.0 and each in irf.sizes]
    sizes = {**irf.sizes, **{each: irf.sizes[each].flipped() for each in turned}}
    return replace(irf, point=irf.point * sign, draws=draws, spread=spread, sizes=sizes)


def signs(shocks: tuple[str, ...], turned: str | Sequence[str] | None) -> Array:
    """-1 for each shock to be turned, by default the only one, and 1 for the others: (s,).

    Examples
    --------
    >>> signs(("a", "b"), "b").tolist()
    [1.0, -1.0]
    """
    if turned is None and len(shocks) > 1:
        raise SpecificationError(f"there are shocks {list(shocks)}; say which to flip.")
    chosen = shocks if turned is None else checks.names("shock", turned, least=1)
    sign = np.ones(len(shocks))
    sign[[checks.position("shock", each, shocks) for each in chosen]] = -1.0
    return sign


def renamed(shocks: tuple[str, ...], names: Mapping[str, str]) -> tuple[str, ...]:
    """The names of shocks after a change of some.

    Examples
    --------
    >>> renamed(("a", "b"), {"b": "c"})
    ('a', 'c')
    """
    for old in names:
        checks.position("shock", old, shocks)
    found = checks.names("shocks", [names.get(each, each) for each in shocks])
    if not all(found):
        raise SpecificationError("a shock needs a name of at least one letter; found ''.")
    return found


def rename_shocks(irf: IRF, names: Mapping[str, str]) -> IRF:
    """Give shocks other names, such as ``{"shock_1": "sale"}``; those not named keep theirs.

    Parameters
    ----------
    names : mapping of str to str
        New name by old name.

    Raises
    ------
    SpecificationError
        If two shocks would have one name, or a name is empty.
    UnknownName
        If there is no such shock.

    Examples
    --------
    >>> import econ
    >>> econ.IRF(np.array([[[1.0]]]), ("y",), ("shock_1",)).rename_shocks({"shock_1": "sale"}).shocks
    ('sale',)
    """
    rows = None if irf.draws is not None else irf.rows
    shocks = renamed(irf.shocks, names)
    sizes = {new: irf.sizes[old] for old, new in zip(irf.shocks, shocks, strict=True) if old in irf.sizes}
    point = irf.point.copy()  # no longer its parent's, by name
    return replace(irf, point=point, shocks=shocks, spread=rows, sizes=sizes)


def cumulate(irf: IRF, only: str | Sequence[str] | None = None) -> IRF:
    """Sums of the responses over horizons 0, ..., h; quantiles are those of the cumulated draws.

    Parameters
    ----------
    only : str or sequence of str, optional
        Responses to sum, such as growth rates beside an interest rate; all when absent, or all that are no sums yet.

    Raises
    ------
    SpecificationError
        If these are sums already.
    UnknownName
        If there is no such response.

    Examples
    --------
    >>> import econ
    >>> two = econ.IRF(np.array([[[1.0], [1.0]], [[0.5], [0.5]]]), ("growth", "rate"), ("news",))
    >>> two.cumulate(only="growth").point[1, :, 0].tolist()
    [1.5, 0.5]
    """
    left = [each for each in irf.responses if not irf.cumulated and each not in irf.sums]
    wanted = left if only is None else checks.names("only", only, least=1)
    places: Any = [checks.position("response", each, irf.responses) for each in wanted]
    places = slice(None) if len(places) == len(irf.responses) else places
    if not left or set(wanted) - set(left):
        raise SpecificationError(
            "these responses are sums over horizons already; cumulate the responses that irf() gave, once."
        )
    point = _summed(irf.point, places)
    draws = None if irf.draws is None else _summed(irf.draws, places)
    rows = None if irf.draws is not None or irf.rows is None else _summed(irf.rows, places)
    every = len(left) == len(wanted)
    sums = () if every else (*irf.sums, *wanted)
    bare = replace(irf, point=point, draws=draws, draw_errors=None, cumulated=every, sums=sums)
    return replace(bare, spread=rows, std_errors=errors(rows))


def _summed(values: Array, places: Any) -> Array:
    """Values (..., H + 1, n, s) with the responses at ``places`` summed over horizons."""
    found = np.array(values)
    for h in range(1, found.shape[-3]):
        found[..., h, places, :] += found[..., h - 1, places, :]
    return sealed(found)


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
    name, word = irf.responses[response], irf.shocks[shock]
    irf = replace(irf, sizes={**irf.sizes, word: Size.at(to, name, horizon, irf.units.get(name, ""))})
    point = irf.point.copy()
    point[..., shock] *= to / values
    if irf.draws is not None and drawn is not None:
        draws = irf.draws.copy()
        draws[..., shock] *= (to / drawn)[:, None, None]
        return replace(irf, point=point, draws=sealed(draws), std_errors=None, draw_errors=None, spread=None)
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
