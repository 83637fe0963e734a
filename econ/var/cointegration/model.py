"""`VECM`: data and specification of a cointegrated VAR; `fit` estimates it by reduced-rank maximum likelihood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from econ import checks
from econ.data.dataset import Dataset, as_dataset
from econ.errors import NotCointegrated, SpecificationError
from econ.frozen import guarded
from econ.var.cointegration import _kernels as kernels
from econ.var.cointegration.estimation import reduced_rank
from econ.var.cointegration.rank_tests import NOMINAL, RankTests, rank_tests
from econ.var.cointegration.results import VECMResults
from econ.var.reduced.model import VAR
from econ.var.reduced.terms import MAX_LAGS

CASES = {
    "none": ("n", ()),
    "restricted constant": ("c", ("const",)),
    "constant": ("c", ()),
    "restricted trend": ("ct", ("trend",)),
    "trend": ("ct", ()),
}
"""Trend of the VAR in levels, and which of its terms stand inside the error correction, by deterministic case."""


@guarded
@dataclass(frozen=True, eq=False)
class VECM:
    """Vector error correction Δy_t = α (β'y_{t-1} + ρ'd_t) + Γ_1 Δy_{t-1} + ... + Γ_{p-1} Δy_{t-p+1} + Φ D_t + u_t.

    Parameters
    ----------
    data : Dataset or DataFrame
        Levels, one column a variable, two or more; no missing values, regular periods.
    lags : int or {"aic", "bic", "hqic"}
        p, lags of the VAR in levels, as in `VAR`; p - 1 lags of differences.
    rank : int or "trace", optional
        Cointegrating vectors r, 1 to n - 1; ``"trace"`` takes the first rank that the trace tests do not reject at
        ``size``. Without one there are :meth:`cointegration_tests`, but no fit.
    deterministic : {"constant", "none", "restricted constant", "restricted trend", "trend"}
        Johansen's five cases: no term; a constant inside the error correction (no drift); a free constant (drift); a
        free constant and a trend inside the error correction; both free (quadratic trends in levels). t is 1 at the
        first observation.
    exog : DataFrame, optional
        Further regressors outside the error correction, such as centred seasonal dummies; they leave the distributions
        of rank tests as they are only if they sum to a stationary process.
    normalise : sequence of str, optional
        r variables on which β is normalised: these rows of β are the identity. By default the first r.
    max_lags : int, default 12
        Longest lag that a criterion may pick; refused beside a number of lags, as in `VAR`.
    size : float, default 0.05
        Of each test in the sequence that chooses the rank; refused beside a rank that is given.

    Raises
    ------
    SpecificationError
        For an unknown case, a rank below 1 or above n - 1 (rank 0 is a VAR in differences, full rank a VAR in levels),
        one variable, or names to normalise on that are not r variables.
    SchemaError
        For missing values or a constant column.
    FrequencyError
        For gaps in the dates.
    SampleTooShort
        If the effective observations are fewer than the coefficients of an equation + 10.

    References
    ----------
    Johansen, S. (1995), Likelihood-Based Inference in Cointegrated Vector Autoregressive Models, Oxford University
    Press, chapters 5 and 6.
    Lütkepohl, H. (2005), New Introduction to Multiple Time Series Analysis, Springer, chapters 6 to 9.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> data = simulated_var(200, rng=1, lags=[[[0.8, 0.2], [0.2, 0.8]]])
    >>> fit = VECM(data, 1, 1).fit()
    >>> fit.beta.round(1)["ec1"].tolist(), fit.to_var().roots.round(2).tolist()
    ([1.0, -1.0], [1.0, 0.56])
    """

    data: Dataset | pd.DataFrame
    lags: int | str
    rank: int | str | None = None
    deterministic: str = field(default="constant", kw_only=True)
    exog: pd.DataFrame | None = field(default=None, kw_only=True)
    normalise: str | Sequence[str] | None = field(default=None, kw_only=True)
    max_lags: int = field(default=MAX_LAGS, kw_only=True)
    size: float = field(default=NOMINAL, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", as_dataset(self.data))
        checks.keep(self, deterministic=checks.choice("deterministic case", self.deterministic, CASES))
        checks.keep(self, max_lags=checks.count("max_lags", self.max_lags))
        checks.keep(self, size=checks.real("size", self.size, above=0.0, below=1.0))
        levels = self.levels
        checks.keep(self, lags=levels.lags)
        checks.idle("size", self.size, NOMINAL, used=isinstance(self.rank, str), needs="rank='trace'")
        if self.exog is not None:
            object.__setattr__(self, "exog", levels.exog)
        n = len(levels.variables)
        if n < 2:
            raise SpecificationError(f"cointegration needs two variables or more; found {list(levels.variables)}.")
        if isinstance(self.rank, str):
            checks.keep(self, rank=checks.choice("way to choose the rank", self.rank, ("trace",)))
        elif self.rank is not None:
            checks.keep(self, rank=_known_rank(self.rank, n))
        if self.normalise is not None:
            checks.keep(self, normalise=self._normalised(self.normalise))

    @property
    def parent(self) -> Dataset:
        """The data, with their variables and files."""
        return as_dataset(self.data)

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the equations."""
        return self.levels.variables

    @cached_property
    def levels(self) -> VAR:
        """The unrestricted VAR in levels of which this is the error-correction form."""
        return VAR(self.parent, self.lags, CASES[self.deterministic][0], self.exog, self.max_lags)

    @property
    def inside(self) -> tuple[str, ...]:
        """Names of the rows of β: the variables, then the terms inside the error correction."""
        return (*self.variables, *CASES[self.deterministic][1])

    def outside(self, lags: int) -> list[str]:
        """Names of the rows of Γ: terms outside the error correction, then ``D1.x``, ``D1.y``, ..., ``D2.x``, ..."""
        lags, held = checks.count("lags", lags), CASES[self.deterministic][1]
        terms = [name for name in self.levels.terms if name not in held]
        return [*terms, *(f"D{lag}.{name}" for lag in range(1, lags) for name in self.variables)]

    def layout(self, lags: int) -> kernels.Layout:
        """Where differences, levels and terms stand in a sample with this number of lags."""
        held = CASES[self.deterministic][1]
        restricted = np.array([name in held for name in self.levels.terms], dtype=bool)
        return kernels.layout(len(self.variables), checks.count("lags", lags), restricted)

    def cointegration_tests(self, correction: str | None = None) -> RankTests:
        """Trace and maximum-eigenvalue tests; see :class:`econ.var.RankTests`.

        Parameters
        ----------
        correction : {"reinsel-ahn"}, optional
            Factor (T - n p) / T on the statistics, against their excess in short samples.
        """
        return rank_tests(self, self.levels.fit(), correction=correction)

    def fit(self) -> VECMResults:
        """Estimate by Johansen's reduced-rank maximum likelihood.

        Returns
        -------
        VECMResults

        Raises
        ------
        SpecificationError
            If no rank was given.
        NotCointegrated
            If the tests choose rank 0 (no cointegration) or full rank (no unit root).
        SingularDesign
            If regressors are collinear; names the columns.
        NotIdentified
            If β cannot be normalised on the variables asked for.
        """
        if self.rank is None:
            raise SpecificationError(
                "no rank was given; read cointegration_tests(), and pass rank= an integer, or 'trace' for the tests to "
                "choose."
            )
        base = self.levels.fit()
        rank = self.rank if isinstance(self.rank, int) else self._tested_rank()
        return reduced_rank(self, base, rank)

    def _tested_rank(self) -> int:
        n, rank = len(self.variables), self.cointegration_tests().rank(size=self.size)
        if rank in (0, n):
            found = "no cointegration" if rank == 0 else "no unit root"
            cure = "a VAR of first differences" if rank == 0 else "a VAR in levels"
            raise NotCointegrated(
                f"the trace tests at {self.size:.0%} choose rank {rank} of {n}, {found}; estimate {cure}, or pass the "
                "rank that theory gives."
            )
        return rank

    def _normalised(self, names: str | Sequence[str]) -> tuple[str, ...]:
        found = checks.names("normalise", names, least=1)
        for name in found:
            checks.position("variable", name, self.variables, of="to normalise on")
        if isinstance(self.rank, int) and len(found) != self.rank:
            raise SpecificationError(f"rank {self.rank} is normalised on {self.rank} variables; found {list(found)}.")
        return found


def _known_rank(rank: int, n: int) -> int:
    found = checks.count("rank", rank, least=0)
    if found == 0:
        raise SpecificationError("rank 0 means no cointegration; estimate a VAR of the first differences instead.")
    if found == n:
        raise SpecificationError(f"rank {n} of {n} variables means no unit root; estimate a VAR in levels instead.")
    return checks.count("rank", found, most=n - 1, of=f"for {n} variables")
