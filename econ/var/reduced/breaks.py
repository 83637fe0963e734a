"""Tests of a break in the coefficients at an unknown date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Seed
from econ.border import checked
from econ.checks import SPARE
from econ.errors import SampleTooShort
from econ.parallel import map_blocks

if TYPE_CHECKING:
    from econ.var.reduced.results import VARResults


@checked
def sup_f(
    fit: VARResults,
    equation: str,
    *,
    rng: Seed,
    draws: int = 999,
    trim: float = 0.15,
    n_jobs: int = 1,
) -> pd.Series:
    """Largest Chow F over all break dates inside the sample, for all coefficients of one equation.

    Parameters
    ----------
    fit : VARResults
        The VAR.
    equation : str
        Variable whose equation is tested.
    rng : int or SeedSequence
        Seed of the bootstrap.
    draws : int, default 999
        Bootstrap samples.
    trim : float, default 0.15
        Share of the sample kept on either side of a break; raised where a side would have fewer observations than
        coefficients + 10.
    n_jobs : int
        Threads.

    Returns
    -------
    Series
        ``statistic``, ``p_value``, ``distribution``, ``null`` and ``date``, the first period of the second regime at
        the largest F. The p-value is from the fixed-regressor bootstrap with heteroskedastic errors: û_t times a
        standard normal is regressed on the same regressors, so that it holds for lagged dependent variables and for
        regressors whose distribution changes.

    Raises
    ------
    SpecificationError
        For an unknown equation or a trim outside (0, 0.5).
    SampleTooShort
        If no date leaves enough observations on both sides.

    Notes
    -----
    Sizes at a nominal 5% are 2.0-5.0%. Measured in :doc:`/coverage`.

    References
    ----------
    Andrews, D. W. K. (1993), Tests for Parameter Instability and Structural Change with Unknown Change Point,
    Econometrica 61(4), 821-856.
    Hansen, B. E. (2000), Testing for structural change in conditional models, Journal of Econometrics 97(1), 93-115.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import VAR
    >>> fit = VAR(simulated_var(periods=200, rng=2), lags=1).fit()
    >>> bool(sup_f(fit, "x", rng=1, draws=199)["p_value"] > 0.05)
    True
    """
    dates, draws = _candidates(fit, equation, trim), checks.count("draws", draws)
    x = fit.parent.design(fit.lags)
    if fit.free is not None:
        x = x[:, fit.free[:, fit.variables.index(equation)]]
    k = x.shape[1]
    u = fit.residuals[equation].to_numpy()
    bases = [(_basis(x[:date]), _basis(x[date:])) for date in dates]
    whole = _basis(x)
    found = _chow(u[:, None], whole, bases, k=k)[:, 0]

    def simulate(size: int, generator: np.random.Generator) -> Array:
        samples = u[:, None] * generator.standard_normal((len(u), size))
        largest: Array = _chow(samples, whole, bases, k=k).max(axis=0)
        return largest

    drawn = np.concatenate(map_blocks(simulate, draws, rng=rng, n_jobs=n_jobs, label="break test"))
    statistic = float(found.max())
    return pd.Series(
        {
            "statistic": statistic,
            "p_value": (1 + int((drawn >= statistic).sum())) / (1 + draws),
            "distribution": f"fixed-regressor bootstrap, {draws} draws",
            "null": f"no break in the equation of {equation}",
            "date": fit.residuals.index[dates[int(found.argmax())]],
        }
    )


def _candidates(fit: VARResults, equation: str, trim: float) -> range:
    """Positions at which a second regime may start."""
    checks.position("equation", equation, fit.variables)
    trim = checks.real("trim", trim, above=0.0, below=0.5)
    k = len(fit.params)
    side = max(round(trim * fit.nobs), k + SPARE)
    dates = range(side, fit.nobs - side + 1)
    if not dates:
        raise SampleTooShort(
            f"a break test of {k} coefficients needs {k + SPARE} observations on both sides; found {fit.nobs} in all; "
            "use fewer lags."
        )
    return dates


def _basis(x: Array) -> Array:
    return np.asarray(np.linalg.qr(x / np.sqrt(np.einsum("tk,tk->k", x, x)))[0], dtype=float)


def _chow(y: Array, whole: Array, bases: list[tuple[Array, Array]], *, k: int) -> Array:
    """F at every date for every column of ``y`` (T, B): (dates, B)."""
    total = (y**2).sum(axis=0)
    restricted = total - ((whole.T @ y) ** 2).sum(axis=0)
    values = np.empty((len(bases), y.shape[1]))
    for row, (first, second) in enumerate(bases):
        split = len(first)
        free = total - ((first.T @ y[:split]) ** 2).sum(axis=0) - ((second.T @ y[split:]) ** 2).sum(axis=0)
        values[row] = (restricted - free) / k / (free / (len(y) - 2 * k))
    return values
