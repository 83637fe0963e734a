"""Count identified shocks the other way round, or give them other names: the point, all draws, and draws to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from econ.responses.scaling import renamed, signs

if TYPE_CHECKING:
    from econ.var.structure.structural import StructuralResults

Svar = TypeVar("Svar", bound="StructuralResults")


def flip(svar: Svar, shock: str | Sequence[str] | None = None) -> Svar:
    """Count a shock the other way round: its impact, its series, its draws and those of a bootstrap change sign.

    Parameters
    ----------
    shock : str or sequence of str, optional
        Shock or shocks to turn; the only one when absent.

    Returns
    -------
    results of the same type
        Responses to the turned shock are minus those before, to the last bit; variance shares and contributions to
        the data stay as they are. Sets of a proxy VAR are those of a shock that lowers the variable by one unit.

    Raises
    ------
    SpecificationError
        If there are several shocks and none is named.
    UnknownName
        If there is no such shock.

    Examples
    --------
    >>> from econ import VAR, Cholesky
    >>> from econ.testing import simulated_var
    >>> svar = VAR(simulated_var(120, rng=1), lags=1).fit().identify(Cholesky("x", "y"))
    >>> bool((svar.flip("x").shocks["x"] == -svar.shocks["x"]).all())
    True
    """
    sign = signs(svar.shock_names, shock)
    turned = tuple(place for place, each in enumerate(sign * svar.signs) if each < 0.0)
    draws = None if svar.draws is None else svar.draws * sign
    return replace(svar, impact=svar.impact * sign, draws=draws, turned=turned)


def rename_shocks(svar: Svar, names: Mapping[str, str]) -> Svar:
    """Give shocks other names, such as ``{"x": "sale"}``; those not named keep theirs.

    Parameters
    ----------
    names : mapping of str to str
        New name by old name.

    Returns
    -------
    results of the same type
        The same numbers; ``scheme`` knows the shocks by the names that it gave.

    Raises
    ------
    SpecificationError
        If two shocks would have one name, or a name is empty.
    UnknownName
        If there is no such shock.

    Examples
    --------
    >>> from econ import VAR, Cholesky
    >>> from econ.testing import simulated_var
    >>> svar = VAR(simulated_var(120, rng=1), lags=1).fit().identify(Cholesky("x", "y"))
    >>> svar.rename_shocks({"x": "sale"}).shock_names
    ('sale', 'y')
    """
    return replace(svar, impact=svar.impact.set_axis(list(renamed(svar.shock_names, names)), axis="columns"))
