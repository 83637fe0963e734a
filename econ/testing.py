"""Simulated data with known truth, and hypothesis strategies, for the package's tests and for its users' own.

The strategies need the package ``hypothesis``, which this package does not install for its users.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from econ.checks import count
from econ.data.dataset import Dataset
from econ.errors import SpecificationError
from econ.parallel import seed_sequence

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

LAG = ((0.5, 0.1), (0.2, 0.4))
IMPACT = ((1.0, 0.0), (0.5, 0.8))


def simulated_var(
    periods: int = 300,
    *,
    rng: int | np.random.SeedSequence,
    lags: ArrayLike = (LAG,),
    impact: ArrayLike = IMPACT,
    names: Sequence[str] = ("x", "y"),
) -> Dataset:
    """Simulate y_t = A_1 y_{t-1} + ... + A_p y_{t-p} + B e_t with standard normal e_t, after 200 periods of burn-in.

    Parameters
    ----------
    periods : int
        Observations kept.
    rng : int or SeedSequence
        Seed.
    lags : array (p, n, n)
        A_1, ..., A_p, ``[l - 1, i, j]`` = effect of variable j at t - l on variable i.
    impact : array (n, n)
        B, response on impact of each variable to each shock.
    names : sequence of str
        Names of the n variables.

    Returns
    -------
    Dataset
        Monthly, from 1990-01.

    Examples
    --------
    >>> simulated_var(periods=120, rng=1).frame.shape
    (120, 2)
    """
    a, b = np.asarray(lags, dtype=float), np.asarray(impact, dtype=float)
    burn_in, p, periods = 200, len(a), count("periods", periods)
    errors = np.random.default_rng(seed_sequence(rng)).standard_normal((burn_in + periods, b.shape[1])) @ b.T
    path = np.zeros((p + len(errors), len(b)))
    for t, error in enumerate(errors, start=p):
        path[t] = error + sum(a[lag] @ path[t - 1 - lag] for lag in range(p))
    dates = pd.period_range("1990-01", periods=periods, freq="M")
    return Dataset.from_frame(pd.DataFrame(path[-periods:], index=dates, columns=list(names)))


def simulated_levels(
    days: int = 900,
    *,
    rng: int | np.random.SeedSequence = 1,
    start: str = "2018-01-01",
    names: Sequence[str] = ("yield_10y",),
) -> pd.DataFrame:
    """Simulate daily yields: random walks in percent, quoted to a basis point, with a common step and one of their own.

    Parameters
    ----------
    days : int
        Business days.
    rng : int or SeedSequence
        Seed.
    start : str
        First day.
    names : sequence of str
        Names of the yields.

    Returns
    -------
    DataFrame
        One column a yield, percent; steps have a standard deviation of 5 basis points.

    Examples
    --------
    >>> simulated_levels(3, rng=1).round(2)["yield_10y"].tolist()
    [3.97, 4.03, 4.06]
    """
    generator = np.random.default_rng(seed_sequence(rng))
    common = generator.normal(scale=0.04, size=(days, 1))
    own = generator.normal(scale=0.03, size=(days, len(names)))
    index = pd.bdate_range(start, periods=days, name="date")
    return pd.DataFrame(4.0 + np.round((common + own).cumsum(axis=0), 2), index=index, columns=list(names))


def event_table(index: pd.DatetimeIndex, positions: Sequence[int], *, kinds: Sequence[str] = ("sale",)) -> pd.DataFrame:
    """Table of events on the days at these positions of an index, the kinds taken in turn.

    Parameters
    ----------
    index : DatetimeIndex
        Days of the data.
    positions : sequence of int
        Positions of the event days in ``index``.
    kinds : sequence of str
        Kinds of events.

    Returns
    -------
    DataFrame
        Columns ``date``, ``kind`` and ``label``, as `econ.EventStudy` reads them.

    Examples
    --------
    >>> event_table(simulated_levels(9, rng=1).index, (2, 5))["date"].dt.day.tolist()
    [3, 8]
    """
    count = len(positions)
    return pd.DataFrame(
        {
            "date": index[list(positions)],
            "kind": [kinds[number % len(kinds)] for number in range(count)],
            "label": [f"event {number}" for number in range(count)],
        }
    )


def stable_lags(variables: int = 2, lags: int = 2, *, modulus: float = 0.9) -> SearchStrategy[np.ndarray[Any, Any]]:
    """Strategy for the coefficients of stable VARs: every root of the companion matrix within ``modulus``.

    Raw coefficients in [-1, 1] are drawn, and where their largest root r exceeds the bound, A_l is multiplied by
    (modulus / r)^l, which divides every root by r / modulus (Lütkepohl 2005, section 2.1).

    Parameters
    ----------
    variables, lags : int
        n and p.
    modulus : float
        Bound of the roots, between 0 and 1.

    Returns
    -------
    SearchStrategy of array (p, n, n)
        As ``lags`` of :func:`simulated_var`; shrinks towards zero, white noise.

    Raises
    ------
    SpecificationError
        If a number is not positive, or the modulus is not below one.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(stable_lags(2, 3), lambda drawn: True).shape
    (3, 2, 2)
    """
    from hypothesis import strategies

    from econ.var._kernels import companion

    if variables < 1 or lags < 1 or not 0.0 < modulus < 1.0:
        raise SpecificationError(
            "stable lags need one variable and one lag or more, and a modulus between 0 and 1; "
            f"found {variables}, {lags} and {modulus}."
        )
    size = lags * variables**2
    raw = strategies.lists(strategies.floats(-1.0, 1.0), min_size=size, max_size=size)

    def shrunk(values: list[float]) -> np.ndarray[Any, Any]:
        blocks = np.array(values).reshape(lags, variables, variables)
        largest = float(np.abs(np.linalg.eigvals(companion(blocks))).max())
        powers = np.arange(1, lags + 1)[:, None, None]
        return blocks if largest <= modulus else blocks * (modulus / largest) ** powers

    return raw.map(shrunk)


def var_datasets(
    max_variables: int = 4, max_lags: int = 3, *, periods: int = 150
) -> SearchStrategy[tuple[Dataset, int]]:
    """Strategy for data to fit a VAR to: stable, correlated, each variable with a scale and a location of its own.

    Parameters
    ----------
    max_variables, max_lags : int
        Largest n, and largest number of lags to fit.
    periods : int
        Months.

    Returns
    -------
    SearchStrategy of (Dataset, int)
        The data, variables ``v0``, ``v1``, ...; and the lags.

    Raises
    ------
    SpecificationError
        If a number is not positive.

    Examples
    --------
    >>> from hypothesis import find
    >>> data, lags = find(var_datasets(), lambda drawn: True)
    >>> data.frame.shape, lags
    ((150, 1), 1)
    """
    from hypothesis import strategies

    if min(max_variables, max_lags, periods) < 1:
        raise SpecificationError(
            f"variables, lags and periods must be 1 or more; found {max_variables}, {max_lags}, {periods}."
        )

    @strategies.composite
    def drawn(draw: Any) -> tuple[Dataset, int]:
        n, lags = draw(strategies.integers(1, max_variables)), draw(strategies.integers(1, max_lags))
        seed = draw(strategies.integers(0, 2**32 - 1))
        impact = np.random.default_rng(seed).standard_normal((n, n))
        names = [f"v{i}" for i in range(n)]
        data = simulated_var(periods, rng=seed, lags=draw(stable_lags(n, lags)), impact=impact, names=names)
        scale = 10.0 ** np.array(draw(strategies.lists(strategies.integers(-4, 4), min_size=n, max_size=n)))
        location = np.array(draw(strategies.lists(strategies.floats(-50.0, 50.0), min_size=n, max_size=n)))
        return Dataset.from_frame((data.frame + location) * scale), lags

    return drawn()
