"""The names that every frame of responses and of sets of responses carries: written once, so that frames join."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from econ.estimate import ConfidenceSet

LEVELS = ("horizon", "response", "shock")
VALUES = ("point", "std_error", "lower", "upper")


def index(horizon: int, responses: Sequence[str], shocks: Sequence[str]) -> pd.MultiIndex:
    """Levels ``horizon``, ``response``, ``shock`` of one row a number, in the order of an array (H + 1, n, s).

    Examples
    --------
    >>> index(1, ["yield"], ["sale"]).tolist()
    [(0, 'yield', 'sale'), (1, 'yield', 'sale')]
    """
    return pd.MultiIndex.from_product([range(horizon + 1), responses, shocks], names=list(LEVELS))


def intervals(sets: Iterable[ConfidenceSet], *, response: str, shock: str, size: float | None = None) -> pd.DataFrame:
    """One row an interval of the set at each horizon 0, 1, ...: a union has several, an empty set none.

    Parameters
    ----------
    sets : iterable of ConfidenceSet
        For a shock of one unit.
    response, shock : str
        Names.
    size : float, optional
        Units of the shock; sets are multiplied by it, and negative sizes turn their ends round.

    Returns
    -------
    DataFrame
        Levels ``response``, ``shock``; columns ``horizon``, ``lower``, ``upper``.

    Examples
    --------
    >>> sets = [ConfidenceSet(((0.0, 1.0),), 0.9), ConfidenceSet((), 0.9)]
    >>> intervals(sets, response="yield", shock="sale", size=-2.0).reset_index().values.tolist()
    [['yield', 'sale', 0, -2.0, -0.0]]
    """
    known = sets if size is None else [each.scaled(size) for each in sets]
    rows = [(h, low, high) for h, each in enumerate(known) for low, high in each]
    levels = pd.MultiIndex.from_tuples([(response, shock)] * len(rows), names=["response", "shock"])
    return pd.DataFrame(rows, index=levels, columns=["horizon", "lower", "upper"])
