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
        Columns ``horizon``, ``response``, ``shock``, ``lower``, ``upper``.

    Examples
    --------
    >>> print(intervals([[(0.0, 1.0)], []], response="yield", shock="sale"))
       horizon response shock  lower  upper
    0        0    yield  sale    0.0    1.0
    """
    rows = [(h, response, shock, low, high) for h, each in enumerate(sets) for low, high in each]
    return pd.DataFrame(rows, columns=[*LEVELS, "lower", "upper"])
