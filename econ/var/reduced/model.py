"""`VAR`: data and specification of a vector autoregression; `fit` estimates it by least squares."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Mask
from econ.checks import SPARE
from econ.data.dataset import Dataset, as_dataset, complete_frame
from econ.errors import SampleTooShort, SchemaError, SingularDesign
from econ.frozen import guarded
from econ.var import _kernels as kernels
from econ.var.reduced import _restricted_kernels as restricted
from econ.var.reduced.exact import refuse_exact_fit
from econ.var.reduced.exclusions import free_coefficients, read_exclusions
from econ.var.reduced.results import VARResults
from econ.var.reduced.terms import (
    MAX_LAGS,
    TRENDS,
    outlier_names,
    outlier_values,
    read_outliers,
    season_names,
    season_values,
)

RESERVED = ("const", "trend", "trend_squared", "initial", "deterministic", "other")
CRITERIA = ("aic", "bic", "hqic")


@guarded
@dataclass(frozen=True, eq=False)
class VAR:
    """Vector autoregression y_t = D_t c + A_1 y_{t-1} + ... + A_p y_{t-p} + u_t.

    Parameters
    ----------
    data : Dataset or DataFrame
        One column a variable, no missing values, regular periods.
    lags : int or {"aic", "bic", "hqic"}
        p, at least 1; a criterion picks it up to ``max_lags`` on the common sample.
    trend : {"c", "n", "ct", "ctt"}
        Constant, nothing, constant and t, constant, t and t². t is 1 at the first observation of ``data``.
    exog : DataFrame, optional
        Further regressors, entering at t; must hold every period of ``data``.
    seasonal : bool, default False
        Centred dummies of months or quarters, ``season_2``, ...: the constant stays the average of a year, and
        forecasts carry the seasons on.
    outliers : sequence of str, optional
        Dates of the effective sample with a dummy of their own, ``outlier_2020-03``: their residuals are zero, also
        where a bootstrap draws from residuals, and they teach the coefficients nothing. Forecasts have none.
    max_lags : int, default 12
        Longest lag that a criterion may pick; it compares VARs without exclusions. With ``lags`` a number any other
        than 12 is refused.
    exclude : mapping of str to sequence of str, optional
        Zero restrictions: ``{"equation": ["oil", "L3.gold", "const"]}`` leaves all lags of oil, one lag of gold and the
        constant out of that equation.

    Raises
    ------
    SpecificationError
        For an unknown trend or criterion, lags that are not a positive integer, ``max_lags`` beside them,
        exclusions of unknown names, seasons of data that are neither monthly nor quarterly, or outliers that are no
        dates of the effective sample, each once.
    SchemaError
        For missing values, a constant column, exogenous columns that lack a period or repeat a name, or a variable with
        the name of a deterministic term.
    SampleTooShort
        If the effective observations are fewer than the coefficients of an equation + 10.

    References
    ----------
    Lütkepohl, H. (2005), New Introduction to Multiple Time Series Analysis, Springer, chapter 3 and section 5.2.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> data = simulated_var(periods=200, rng=1)
    >>> fit = VAR(data, lags=1).fit()
    >>> list(fit.params.index)
    ['const', 'L1.x', 'L1.y']
    >>> float(VAR(data, lags=1, exclude={"x": ["y"]}).fit().params.loc["L1.y", "x"])
    0.0
    """

    data: Dataset | pd.DataFrame
    lags: int | str
    trend: str = "c"
    exog: pd.DataFrame | None = None
    max_lags: int = MAX_LAGS
    exclude: Mapping[str, str | Sequence[str]] | None = field(default=None, kw_only=True)
    seasonal: bool = field(default=False, kw_only=True)
    outliers: Sequence[str] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", as_dataset(self.data))
        checks.keep(self, trend=checks.choice("trend", self.trend, TRENDS))
        if isinstance(self.lags, str):
            lags = checks.choice("criterion", self.lags, CRITERIA)
            checks.keep(self, lags=lags, max_lags=checks.count("max_lags", self.max_lags))
        else:
            checks.keep(self, lags=checks.count("lags", self.lags))
        checks.idle("max_lags", self.max_lags, MAX_LAGS, used=isinstance(self.lags, str), needs="a criterion as lags=")
        frame = complete_frame(self.parent, what="a VAR")
        _refuse_reserved(frame.columns)
        if self.exog is not None:
            object.__setattr__(self, "exog", _aligned(self.exog, frame))
            _refuse_reserved(self.exog.columns)
        self._read_terms(frame)
        self._check_length(self.lags if isinstance(self.lags, int) else 1)
        if self.exclude is not None:
            object.__setattr__(self, "exclude", read_exclusions(self.exclude))
            if isinstance(self.lags, int):
                self.free(self.lags)

    @property
    def parent(self) -> Dataset:
        """The data, with their variables and files."""
        return as_dataset(self.data)

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """Names of the equations."""
        return tuple(str(name) for name in self.parent.frame.columns)

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the deterministic and exogenous regressors."""
        seasons = season_names(self.parent.frame.index) if self.seasonal else ()
        exog = () if self.exog is None else tuple(self.exog.columns)
        return (*TRENDS[self.trend], *seasons, *outlier_names(self.outlier_dates), *exog)

    @property
    def outlier_dates(self) -> tuple[str, ...]:
        """Dates that have a dummy of their own."""
        return () if self.outliers is None else tuple(self.outliers)

    def fit(self) -> VARResults:
        """Estimate every equation by ordinary least squares, or the system by estimated GLS if there are exclusions.

        Returns
        -------
        VARResults

        Raises
        ------
        SingularDesign
            If regressors are collinear, or a variable has no errors of its own: its equation fits exactly, or its
            residuals are a combination of those of others; names the columns.
        SampleTooShort
            If the lags picked leave too few observations.
        """
        lags = self.lags if isinstance(self.lags, int) else self._best_lags(self.lags)
        self._check_length(lags)
        y = self.parent.frame.to_numpy(dtype=float)
        x = self.design(lags)
        names = self.regressors(lags)
        dependent = kernels.dependent_columns(x)
        if dependent:
            raise SingularDesign(
                f"regressors {[names[j] for j in dependent]} are linear combinations of earlier ones; "
                "drop a variable or use fewer lags."
            )
        coefficients, cross_inverse = kernels.least_squares(x, y[lags:])
        free = self.free(lags)
        if free is not None:
            factor = restricted.data_factor(x, y[lags:], lags)
            coefficients = restricted.restricted_coefficients(factor, free, lags, rounds=3)[0]
        residuals = y[lags:] - x @ coefficients
        refuse_exact_fit(residuals, y, self.variables)
        columns, dates = list(self.variables), self.parent.frame.index[lags:]
        return VARResults(
            parent=self,
            lags=lags,
            params=pd.DataFrame(coefficients, index=names, columns=columns),
            residuals=pd.DataFrame(residuals, index=dates, columns=columns),
            cross_inverse=cross_inverse,
        )

    def on_common_sample(self, max_lags: int) -> list[VAR]:
        """VARs of 1, ..., ``max_lags`` lags without exclusions on the periods that the longest of them leaves."""
        dates = self.outlier_dates or None
        longest = VAR(self.parent, max_lags, self.trend, self.exog, seasonal=self.seasonal, outliers=dates)
        data = self.parent
        return [
            replace(longest, data=replace(data, frame=data.frame.iloc[max_lags - lags :]), lags=lags)
            for lags in range(1, max_lags + 1)
        ]

    def _best_lags(self, criterion: str) -> int:
        """The order up to ``max_lags`` at which ``criterion`` is smallest."""
        scores = [getattr(candidate.fit(), criterion) for candidate in self.on_common_sample(self.max_lags)]
        return 1 + int(np.argmin(scores))

    def design(self, lags: int) -> Array:
        """Regressors of the effective sample, (T - lags, k), in the order of :meth:`regressors`."""
        lags, y = checks.count("lags", lags), self.parent.frame.to_numpy(dtype=float)
        return np.hstack([self.term_values(lags), kernels.lag_matrix(y, lags)])

    def term_values(self, lags: int) -> Array:
        """Deterministic and exogenous regressors of the effective sample, (T - lags, m)."""
        values = self.known_terms(self.parent.frame.index[lags:], lags + 1)
        return values if self.exog is None else np.hstack([values, self.exog.to_numpy(dtype=float)[lags:]])

    def known_terms(self, index: pd.Index, first: int) -> Array:
        """Regressors whose future is known, at the dates ``index``, of which the first counts as period ``first``."""
        parts = [kernels.deterministic(self.trend, checks.count("first", first), len(index))]
        if self.seasonal:
            parts.append(season_values(self.parent.frame.index, index))
        if self.outlier_dates:
            parts.append(outlier_values(self.outlier_dates, index))
        return np.hstack(parts)

    def free(self, lags: int) -> Mask | None:
        """Which coefficients are estimated, (k, n) in the order of :meth:`regressors`; None if all are."""
        if self.exclude is None:
            return None
        return free_coefficients(read_exclusions(self.exclude), self.variables, self.regressors(lags), lags=lags)

    def regressors(self, lags: int) -> list[str]:
        """Names of the rows of the coefficients: terms, then ``L1.x``, ``L1.y``, ..., ``L2.x``, ..."""
        return [*self.terms, *(f"L{lag}.{name}" for lag in range(1, lags + 1) for name in self.variables)]

    def _read_terms(self, frame: pd.DataFrame) -> None:
        """Refuse seasons that there are none of, outliers that are not explained, and names that stand twice."""
        if self.outliers is not None and getattr(self, "scaling", None) is None:
            longest = self.lags if isinstance(self.lags, int) else self.max_lags
            given = read_outliers(self.outliers, frame.index, min(longest, len(frame) - 1))
            object.__setattr__(self, "outliers", given)
        names = [*frame.columns, *self.terms]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise SchemaError(f"{twice[0]!r} is a variable and a deterministic term; rename the variable.")

    def _check_length(self, lags: int) -> None:
        periods, needed = len(self.parent.frame) - lags, len(self.terms) + lags * len(self.variables) + SPARE
        if periods < needed:
            raise SampleTooShort(
                f"{lags} lags of {len(self.variables)} variables need {needed + lags} observations "
                f"(coefficients of an equation + {SPARE} + lags); found {len(self.parent.frame)}; "
                "use fewer lags or a longer sample."
            )


def _refuse_reserved(names: pd.Index) -> None:
    """Refuse names that rows of ``params`` or parts of a decomposition bear already."""
    taken = [str(name) for name in names if name in RESERVED or re.match(r"L\d+\.", str(name))]
    if taken:
        raise SchemaError(
            f"a variable is called {taken[0]!r}, a name that coefficients or components of the VAR bear "
            f"({', '.join(RESERVED)}, L1.x, ...); rename it."
        )


def _aligned(exog: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Bring the exogenous table to the periods of the data."""
    table = as_dataset(exog).frame
    twice = [name for name in table.columns if name in frame.columns]
    if twice:
        raise SchemaError(f"exogenous columns {twice} are variables of the VAR too; rename or drop them.")
    absent = frame.index.difference(table.index)
    if len(absent):
        raise SchemaError(f"the exogenous columns have no value at {absent[0]}; they must span the data.")
    return complete_frame(table.loc[frame.index], what="a VAR")
