"""The names that every frame of responses and of sets of responses carries: written once, so that frames join."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

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


def intervals(sets: Iterable[Iterable[tuple[float, float]]], *, response: str, shock: str) -> pd.DataFrame:
    """One row an interval of the set at each horizon 0, 1, ...: a union has several, an empty set none.

    Returns
    -------
    DataFrame
        Levels ``response``, ``shock``; columns ``horizon``, ``lower``, ``upper``.

    Examples
    --------
    >>> intervals([[(0.0, 1.0)], []], response="yield", shock="sale").reset_index().columns.tolist()
    ['response', 'shock', 'horizon', 'lower', 'upper']
    """
    rows = [(h, low, high) for h, each in enumerate(sets) for low, high in each]
    levels = pd.MultiIndex.from_tuples([(response, shock)] * len(rows), names=["response", "shock"])
    return pd.DataFrame(rows, index=levels, columns=["horizon", "lower", "upper"])
