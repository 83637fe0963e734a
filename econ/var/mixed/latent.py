"""`LatentValues`: draws of what was not published; `Nowcast`: draws of one value that comes out later."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array
from econ.data.dates import place
from econ.errors import SpecificationError
from econ.estimate import Estimate
from econ.frozen import guarded
from econ.infer import bands
from econ.tables.shown import Facts, Shown, period, told
from econ.tables.table import Table


@guarded
@dataclass(frozen=True, eq=False)
class LatentValues(Shown):
    """Posterior of a variable, period by period; published values are the same in every draw.

    Parameters
    ----------
    variable : str
        Name.
    index : Index (T,)
        Periods: base periods, or the variable's own.
    draws : array (D, T)
        Units of the variable.
    published : bool array (T,)
        Where the value was published.
    units : str
        Units.
    parent : MixedFrequencyResults
        The posterior.

    Examples
    --------
    >>> months = pd.period_range("2020-01", periods=2, freq="M")
    >>> draws = np.array([[1.0, 2.0], [1.0, 4.0]])
    >>> print(LatentValues("flow", months, draws, np.array([True, False]), units="bn").at("2020-02"))
    3.0 bn, s.e. 1.0
    """

    variable: str
    index: pd.Index = field(repr=False)
    draws: Array = field(repr=False)
    published: Array = field(repr=False)
    units: str = ""
    parent: object = field(default=None, repr=False)

    def _facts(self) -> Facts:
        return {
            "variable": self.variable,
            "sample": period(self.index),
            "units": self.units,
            "published": int(self.published.sum()),
            "draws": len(self.draws),
        }

    @cached_property
    def mean(self) -> pd.Series:
        """Posterior means, (T,)."""
        return pd.Series(self.draws.mean(axis=0), index=self.index, name=self.variable)

    def summary(self, level: float = 0.90) -> Table:
        """``mean``, ``std``, ``lower``, ``upper`` (equal-tailed) and ``published`` of every period."""
        level = checks.level(level)
        lower, upper = bands.pointwise(self.draws, level=level)
        columns = {
            "mean": self.draws.mean(axis=0),
            "std": self.draws.std(axis=0),
            "lower": lower,
            "upper": upper,
            "published": self.published,
        }
        return told(self, pd.DataFrame(columns, index=self.index), level=level)

    def quantile(self, probability: float) -> pd.Series:
        """Posterior quantile of every period, (T,)."""
        probability = checks.real("probability", probability, above=0.0, below=1.0)
        return pd.Series(np.quantile(self.draws, probability, axis=0), index=self.index, name=self.variable)

    def at(self, date: str | pd.Period | pd.Timestamp, level: float = 0.90) -> Estimate:
        """The value at one date: posterior mean, standard deviation and equal-tailed interval.

        Raises
        ------
        SpecificationError
            For a date that is none of the periods.
        """
        row = place(date, self.index)
        if row is None:
            raise SpecificationError(
                f"{self.variable!r} has no period {date}; its periods run from {self.index[0]} to {self.index[-1]}."
            )
        return estimate_of(self.draws[:, row], f"{self.variable} at {self.index[row]}", self, level=level)


@guarded
@dataclass(frozen=True, eq=False)
class Nowcast(Shown):
    """Predictive distribution of one value, given what was known on a day.

    Parameters
    ----------
    variable : str
        Name.
    period : Period or Timestamp
        Period of the variable's own frequency.
    draws : array (D,)
        Draws of the value, units of the variable.
    units : str
        Units.
    as_of : Timestamp, optional
        The day; None stands for all that the data hold.
    parent : MixedFrequencyResults
        The posterior of the parameters.

    Examples
    --------
    >>> made = Nowcast("flow", pd.Period("2020-02"), np.array([1.0, 2.0, 3.0]), units="bn")
    >>> made.score(2.5)["error"]
    0.5
    """

    variable: str
    period: pd.Period | pd.Timestamp
    draws: Array = field(repr=False)
    units: str = ""
    as_of: pd.Timestamp | None = None
    parent: object = field(default=None, repr=False)

    def _facts(self) -> Facts:
        return {"variable": self.variable, "period": self.period, "as of": self.as_of, "draws": len(self.draws)}

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        return pd.DataFrame({"value": [self.estimate(level)]}, index=[f"{self.variable}, {self.period}"])

    def estimate(self, level: float = 0.90) -> Estimate:
        """Mean, standard deviation and equal-tailed predictive interval."""
        return estimate_of(self.draws, f"{self.variable} in {self.period}", self, level=level)

    def score(self, actual: float, level: float = 0.90) -> dict[str, float]:
        """How the predictive distribution did.

        Parameters
        ----------
        actual : float
            What came out, units of the variable.
        level : float, default 0.90
            Coverage of the interval.

        Returns
        -------
        dict
            ``error`` (actual less mean), ``log_score`` (log density of a normal distribution with mean and variance of
            the draws; higher is better), ``crps`` (of the draws; lower is better, units of the variable) and
            ``covered`` (1 or 0).

        Raises
        ------
        SpecificationError
            For an ``actual`` that is no finite number, or draws without spread (the value was known).

        References
        ----------
        Gneiting, T. and A. E. Raftery (2007), Strictly Proper Scoring Rules, Prediction, and Estimation, Journal of the
        American Statistical Association 102(477), 359-378.
        """
        actual = checks.real("actual", actual)
        found = self.estimate(level)
        spread = float(self.draws.std())
        if np.ptp(self.draws) == 0.0:
            raise SpecificationError(f"{self.variable!r} in {self.period} was known, so there is nothing to score.")
        return {
            "error": actual - found.value,
            "log_score": normal_log_score(actual, found.value, spread),
            "crps": crps_of_draws(self.draws, actual),
            "covered": float(found.lower <= actual <= found.upper),  # type: ignore[operator]
        }


def estimate_of(draws: Array, label: str, parent: LatentValues | Nowcast, *, level: float) -> Estimate:
    """Mean, standard deviation and equal-tailed interval of (D,) draws."""
    level = checks.level(level)
    if np.ptp(draws) == 0.0:
        return Estimate(draws[0], 0.0, draws[0], draws[0], level, parent.units, label, len(draws), parent=parent)
    lower, upper = (float(each[0]) for each in bands.pointwise(draws[:, None], level=level))
    value, spread = float(draws.mean()), float(draws.std())
    return Estimate(value, spread, lower, upper, level, parent.units, label, len(draws), parent=parent)


def normal_log_score(actual: float, mean: float, spread: float) -> float:
    """Log density of a normal distribution."""
    return float(-0.5 * np.log(2.0 * np.pi) - np.log(spread) - 0.5 * ((actual - mean) / spread) ** 2)


def normal_crps(actual: float, mean: float, spread: float) -> float:
    """Continuous ranked probability score of a normal distribution.

    Examples
    --------
    >>> round(normal_crps(0.0, 0.0, 1.0), 4)
    0.2337
    """
    from scipy.special import ndtr

    z = (actual - mean) / spread
    density = np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)
    return float(spread * (z * (2.0 * ndtr(z) - 1.0) + 2.0 * density - 1.0 / np.sqrt(np.pi)))


def crps_of_draws(draws: Array, actual: float) -> float:
    """E|X - a| - E|X - X'| / 2 over draws of X and all pairs of them.

    Examples
    --------
    >>> crps_of_draws(np.array([1.0, 3.0]), 2.0)
    0.5
    """
    size = len(draws)
    ranks = 2.0 * np.arange(1, size + 1) - size - 1.0
    return float(np.abs(draws - actual).mean() - (ranks @ np.sort(draws)) / size**2)
