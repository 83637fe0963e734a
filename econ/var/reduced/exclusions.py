"""Coefficients of a VAR that are zero by assumption: which they are, in the words of the user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from econ import checks
from econ.arrays import Mask
from econ.errors import SpecificationError

Words = Mapping[str, str | Sequence[str]]


def read_exclusions(words: Words) -> dict[str, tuple[str, ...]]:
    """The same with a tuple for every equation.

    Raises
    ------
    SpecificationError
        If it is no mapping of equations to names.
    """
    if not words:
        raise SpecificationError(
            f"exclude must map equations to regressors, such as {{'yield': ['oil', 'L3.gold']}}; found {words!r}."
        )
    found = {}
    for equation, names in words.items():
        found[str(equation)] = checks.names(f"exclude of equation {equation!r}", names)
    return found


def free_coefficients(
    exclude: Mapping[str, tuple[str, ...]], variables: Sequence[str], regressors: Sequence[str], *, lags: int
) -> Mask:
    """Which coefficients are estimated, (k, n).

    A variable's name stands for all its lags; a regressor's name (``const``, an exogenous column, ``L2.x``) for itself.

    Raises
    ------
    SpecificationError
        For an unknown equation or regressor, or if nothing is left to estimate.
    """
    free = np.ones((len(regressors), len(variables)), dtype=bool)
    for equation, names in exclude.items():
        column = checks.position("equation", equation, variables)
        for name in names:
            meant = {f"L{lag}.{name}" for lag in range(1, lags + 1)} if name in variables else {name}
            rows = [row for row, regressor in enumerate(regressors) if regressor in meant]
            if not rows:
                checks.position("regressor", name, [*variables, *regressors], of=f"of {equation!r} to exclude")
            free[rows, column] = False
    if not free.any():
        raise SpecificationError("exclude leaves no coefficient to estimate; keep at least one.")
    return free
