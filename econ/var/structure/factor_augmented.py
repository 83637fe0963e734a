"""`FactorAugmentedVAR`: a VAR of a few variables and the factors of many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Mask
from econ.data.dataset import Dataset, as_dataset, complete_frame
from econ.data.index import at_periods
from econ.errors import SampleTooShort, SchemaError, SingularDesign
from econ.frozen import guarded
from econ.var.reduced import _factor_kernels as kernels
from econ.var.reduced.factor_number import CRITERIA, FLAT, MAX_FACTORS, factor_number
from econ.var.reduced.model import CRITERIA as LAG_CRITERIA
from econ.var.reduced.model import VAR
from econ.var.reduced.terms import TRENDS
from econ.var.structure.factor_augmented_results import FactorAugmentedResults

FACTOR = "factor_{}"


@guarded
@dataclass(frozen=True, eq=False)
class FactorAugmentedVAR:
    """Vector autoregression of observed variables y and of k factors f of a panel x, in two steps.

    x_it = c_i + λ_i' f_t + γ_i' y_t + e_it and (f_t', y_t')' follows a VAR. First, f are k principal components of the
    standardised panel, less what they owe to y: ĉ_t is regressed on the components of the variables that do not move
    with y on impact (``slow``) and on y, and the part of y is taken off (Bernanke, Boivin and Eliasz 2005, section IV).
    Second, least squares. Factors have names ``factor_1``, ``factor_2``, ... and stand before y, so that
    ``Cholesky("factor_1", "factor_2", "rate")`` is their scheme. Factors are found up to a rotation: responses of y and
    of the panel to a shock that is ordered after all factors do not depend on it.

    Parameters
    ----------
    data : Dataset or DataFrame
        Observed variables y, no missing values.
    panel : Dataset or DataFrame
        x: must hold every period of ``data``, stationary, no missing values, other names than y.
    factors : int or {"ic1", "ic2", "ic3"}
        k; a criterion of Bai and Ng picks it, from 1 to ``max_factors`` (`factor_number`).
    lags : int or {"aic", "bic", "hqic"}, default 12
        As in `VAR`.
    trend : {"c", "n", "ct", "ctt"}
        As in `VAR`.
    slow : sequence of str, optional
        Columns of the panel that do not move with y within the period; None: factors are plain components.
    max_factors : int, default 8
        Most factors that a criterion may pick.

    Raises
    ------
    SpecificationError
        For an unknown criterion, or factors or lags that are not a positive integer.
    SampleTooShort
        If the panel, or its slow part, has no more columns or periods than factors.
    SchemaError
        If the panel lacks a period or shares a name with the data.
    SingularDesign
        If the panel has fewer independent columns than factors.

    See Also
    --------
    factor_number : the criteria.

    References
    ----------
    Bernanke, B. S., J. Boivin and P. Eliasz (2005), Measuring the Effects of Monetary Policy: A Factor-Augmented Vector
    Autoregressive (FAVAR) Approach, Quarterly Journal of Economics 120(1), 387-422.
    Stock, J. H. and M. W. Watson (2002), Forecasting Using Principal Components from a Large Number of Predictors,
    Journal of the American Statistical Association 97(460), 1167-1179.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import Cholesky
    >>> both = simulated_var(periods=200, rng=1).frame
    >>> noise = np.random.default_rng(1).standard_normal((200, 20))
    >>> panel = pd.DataFrame(both[["x"]].to_numpy() + noise, index=both.index).rename(columns="p{}".format)
    >>> fit = FactorAugmentedVAR(both[["y"]], panel, factors=1, lags=1, slow=list(panel)).fit()
    >>> fit.identify(Cholesky("factor_1", "y")).irf(4, responses=["p3", "y"]).point.shape
    (5, 2, 2)
    """

    data: Dataset | pd.DataFrame
    panel: Dataset | pd.DataFrame
    factors: int | str
    lags: int | str = field(default=12, kw_only=True)
    trend: str = field(default="c", kw_only=True)
    slow: Sequence[str] | None = field(default=None, kw_only=True)
    max_factors: int = field(default=MAX_FACTORS, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", as_dataset(self.data))
        object.__setattr__(self, "panel", as_dataset(self.panel))
        observed = complete_frame(self.parent, what="a VAR")
        many = complete_frame(at_periods_of(self.parent, self.columns), what="a factor model")
        checks.keep(self, max_factors=checks.count("max_factors", self.max_factors))
        checks.keep(self, trend=checks.choice("trend", self.trend, TRENDS))
        if isinstance(self.lags, str):
            checks.keep(self, lags=checks.choice("criterion", self.lags, LAG_CRITERIA))
        else:
            checks.keep(self, lags=checks.count("lags", self.lags))
        if isinstance(self.factors, str):
            checks.keep(self, factors=checks.choice("criterion", self.factors, CRITERIA))
        else:
            checks.keep(self, factors=checks.count("factors", self.factors))
        taken = [name for name in many if name in observed]
        taken += [name for name in (*many, *observed) if str(name).startswith(FACTOR.format(""))]
        if taken:
            raise SchemaError(f"the column {taken[0]!r} bears the name of another variable or of a factor; rename it.")
        if self.slow is not None:
            checks.keep(self, slow=checks.names("slow", self.slow))
            for name in self.slow:
                checks.position("column", name, list(map(str, many)), of="in the panel for slow")
        chosen = isinstance(self.factors, str)
        checks.idle("max_factors", self.max_factors, MAX_FACTORS, used=chosen, needs="a criterion as factors=")
        self._check_size(self.factors if isinstance(self.factors, int) else self.max_factors, many)

    @property
    def parent(self) -> Dataset:
        """The observed variables."""
        return as_dataset(self.data)

    @property
    def columns(self) -> Dataset:
        """The panel, with its variables and files."""
        return as_dataset(self.panel)

    @property
    def used(self) -> pd.DataFrame:
        """The panel in the periods of the data, (T, N)."""
        return at_periods_of(self.parent, self.columns)

    @property
    def slow_columns(self) -> Mask | None:
        """Which columns of the panel are slow, (N,)."""
        if self.slow is None:
            return None
        return np.asarray(self.used.columns.isin(list(self.slow)))

    def number(self) -> int:
        """k, picked if a criterion was named."""
        if isinstance(self.factors, int):
            return self.factors
        return 1 + int(factor_number(self.used, self.max_factors)[self.factors].to_numpy()[1:].argmin())

    def fit(self) -> FactorAugmentedResults:
        """Estimate factors, their VAR with the data, and the loadings of every column of the panel.

        Returns
        -------
        FactorAugmentedResults

        Raises
        ------
        SingularDesign
            If the panel has fewer independent columns than factors, or the VAR is collinear.
        SampleTooShort
            If the lags leave too few observations.
        """
        k, panel, observed = self.number(), self.used, self.parent.frame
        x, y = panel.to_numpy(dtype=float)[None], observed.to_numpy(dtype=float)[None]
        _refuse_rank(x[0], k, "the panel")
        if self.slow_columns is not None:
            _refuse_rank(x[0][:, self.slow_columns], k, "the slow part of the panel")
        names = [FACTOR.format(number) for number in range(1, k + 1)]
        found = kernels.rotated(x, y, k, self.slow_columns)
        states = np.concatenate([found, y], axis=2)
        reduced = VAR(self._states(states[0], names), self.lags, self.trend).fit()
        loadings = kernels.regression(states, x)[0]
        common = (states[0] - states[0].mean(axis=0)) @ loadings
        errors = x[0] - x[0].mean(axis=0) - common
        return FactorAugmentedResults(
            parent=self,
            reduced=reduced,
            loadings=pd.DataFrame(loadings.T, index=panel.columns, columns=[*names, *observed.columns]),
            idiosyncratic=pd.DataFrame(errors, index=panel.index, columns=panel.columns),
        )

    def _states(self, values: Array, names: list[str]) -> Dataset:
        frame = self.parent.frame
        factors = Dataset.from_frame(pd.DataFrame(values[:, : len(names)], index=frame.index, columns=names))
        joined = pd.concat([factors.frame, frame], axis=1)
        return replace(self.parent, frame=joined, variables={**factors.variables, **self.parent.variables})

    def _check_size(self, factors: int, panel: pd.DataFrame) -> None:
        for what, size in (("panel", panel.shape[1]), ("slow part", None if self.slow is None else len(self.slow))):
            if size is not None and min(size, len(panel)) <= factors:
                raise SampleTooShort(
                    f"{factors} factors need a {what} of more than {factors} columns and periods; found {size} columns "
                    f"and {len(panel)} periods; ask for fewer factors or give more variables."
                )


def at_periods_of(data: Dataset, panel: Dataset) -> pd.DataFrame:
    """The panel in the periods of the data."""
    absent = data.frame.index.difference(panel.frame.index)
    if len(absent):
        raise SchemaError(f"the panel has no value at {absent[0]}; it must span the data.")
    return at_periods(panel.frame.loc[data.frame.index], data.frame.index, what="the panel")


def _refuse_rank(values: Array, factors: int, what: str) -> None:
    left = kernels.unexplained(kernels.standardised(values[None])[0][0], factors)
    if left[factors - 1] <= FLAT:
        raise SingularDesign(
            f"{what} has fewer independent columns than {factors} factors; drop copies or ask for fewer factors."
        )
