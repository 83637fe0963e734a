"""`DatedVAR`: the reduced form of one date, on which identification schemes work."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol, runtime_checkable

import pandas as pd

from econ import checks
from econ.arrays import Array
from econ.data.dates import listed, place
from econ.errors import SpecificationError
from econ.frozen import guarded
from econ.var.reduced.draws import ReducedDraws
from econ.var.reduced.model import VAR
from econ.var.reduced.results import VARResults


@runtime_checkable
class Varying(Protocol):
    """A model whose coefficients have dates."""

    @property
    def var(self) -> VAR:
        """The VAR behind it."""
        ...

    @property
    def lags(self) -> int:
        """Lags, p."""
        ...

    @property
    def dates(self) -> pd.Index:
        """Dates that have coefficients."""
        ...


@guarded
@dataclass(frozen=True, eq=False)
class DatedVAR(VARResults):
    """Coefficients and covariance of one date, held for ever; made by results of VARs that change over time.

    Parameters
    ----------
    covariance : DataFrame (n, n)
        Σ of the date.
    coefficient_draws : array (D, k, n)
        Draws of the coefficients of the date.
    factor_draws : array (D, n, n)
        Lower Cholesky factors of the draws of Σ.
    """

    covariance: pd.DataFrame = field(kw_only=True, repr=False)
    coefficient_draws: Array = field(kw_only=True, repr=False)
    factor_draws: Array = field(kw_only=True, repr=False)

    @property
    def sigma_u(self) -> pd.DataFrame:
        """Σ of the date."""
        return self.covariance

    @cached_property
    def posterior(self) -> ReducedDraws:
        """The draws, which schemes map to impact matrices."""
        return ReducedDraws(fit=self, coefficients=self.coefficient_draws, factor=self.factor_draws)


def row_of(date: object, dates: pd.Index) -> int:
    """Row of one date.

    Raises
    ------
    SpecificationError
        If it is no date, or none of these.
    """
    row = place(date, dates)
    if row is None:
        raise SpecificationError(
            f"there are no coefficients at {date}; they run from {dates[0]} to {dates[-1]} (training periods and lags "
            "have none)."
        )
    return row


def rows_of(chosen: object, dates: pd.Index) -> list[int]:
    """Rows of one date or several, each once."""
    names = listed(chosen)
    if not names:
        raise SpecificationError("no date is given; name one, or a list of dates.")
    rows = [row_of(each, dates) for each in names]
    twice = [str(dates[row]) for row in rows if rows.count(row) > 1]
    if twice:
        raise SpecificationError(f"the date {twice[0]} stands twice; name it once.")
    return rows


def tails(level: float) -> tuple[float, float]:
    """Probabilities below which the ends of an equal-tailed interval lie."""
    level = checks.level(level)
    return 0.5 - 0.5 * level, 0.5 + 0.5 * level
