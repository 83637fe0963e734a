"""`KernelVAR`: a VAR estimated around every date, by kernel weights."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Seed
from econ.checks import SPARE
from econ.data.dataset import Dataset
from econ.errors import SampleTooShort, SingularDesign
from econ.frozen import guarded
from econ.infer._kernels import effective, weights_around
from econ.parallel import map_blocks, seed_sequence
from econ.var.reduced.exact import refuse_exact_fit
from econ.var.reduced.model import VAR
from econ.var.varying.results import Reduced, VaryingResults


@guarded
@dataclass(frozen=True, eq=False)
class KernelVAR:
    """VAR of each date, by least squares with normal kernel weights around it.

    At date t, period j has the weight ``K((j - t) / H)`` with K the normal density and H the bandwidth. Coefficients
    and the covariance of the errors of a date are weighted least squares and weighted moments of its residuals (with
    n / (n - k) for degrees of freedom, n = (Σ w)² / Σ w² the effective observations, k the coefficients of an
    equation). For coefficients that drift as bounded random walks or smoothly this is consistent if H grows more slowly
    than T, at any date (Giraitis, Kapetanios and Yates 2014, 2018).

    Parameters
    ----------
    data : Dataset or DataFrame
        One column a variable, no missing values, regular periods.
    lags : int, default 2
        p.
    trend, exog
        As in `VAR`.
    bandwidth : float, optional
        H in periods; by default T^0.5, T the effective observations. A wide one is precise where nothing changes and
        biased where something does: report more than one.

    Raises
    ------
    SampleTooShort
        If the kernel holds fewer effective observations, at an end of the sample, than coefficients of an equation +
        10.

    See Also
    --------
    TimeVaryingVAR : random walks and stochastic volatility, by Gibbs sampling.

    Notes
    -----
    Bands are percentiles of a weighted bootstrap: every period gets an independent exponential weight with mean one,
    the same at every date, so that draws of two dates belong together and heteroskedastic errors are allowed. They say
    nothing of the bias that change inside the window brings.

    Read nominal 90% bands as bands of some 80%. Measured in :doc:`/coverage`.

    References
    ----------
    Giraitis, L., G. Kapetanios and T. Yates (2014), Inference on stochastic time-varying coefficient models, Journal of
    Econometrics 179(1), 46-65; (2018), Inference on multivariate heteroscedastic time varying random coefficient
    models, Journal of Time Series Analysis 39(2), 129-149.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import Cholesky
    >>> fit = KernelVAR(simulated_var(periods=200, rng=1), lags=1).fit(draws=50, rng=1)
    >>> svar = fit.identify(Cholesky("x", "y"))
    >>> svar.contrast("1992-01", "2002-01", response="y", shock="x", horizon=1).shape
    (2, 7)
    """

    data: Dataset | pd.DataFrame
    lags: int = 2
    trend: str = "c"
    exog: pd.DataFrame | None = field(default=None, kw_only=True)
    bandwidth: float | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        checks.keep(self, lags=checks.count("lags", self.lags))
        object.__setattr__(self, "data", self.var.data)
        if self.bandwidth is not None:
            checks.keep(self, bandwidth=checks.real("bandwidth", self.bandwidth, above=0.0, most=1e6))
        needed, found = (
            len(self.var.regressors(self.lags)) + SPARE,
            effective(weights_around(len(self.dates), 0, self.width)),
        )
        if found < needed:
            raise SampleTooShort(
                f"a bandwidth of {self.width:.1f} periods holds {found:.1f} effective observations at the ends of the "
                f"sample, and the coefficients of an equation + {SPARE} need {needed}; use fewer lags or a wider one."
            )

    @cached_property
    def var(self) -> VAR:
        """The VAR whose coefficients drift: data, lags and deterministic terms."""
        return VAR(self.data, self.lags, self.trend, self.exog)

    @property
    def dates(self) -> pd.Index:
        """Dates after the lags."""
        return self.var.parent.frame.index[self.lags :]

    @property
    def width(self) -> float:
        """The bandwidth in periods."""
        return math.sqrt(len(self.dates)) if self.bandwidth is None else self.bandwidth

    def fit(self, draws: int = 500, rng: Seed = None, *, n_jobs: int = 1) -> KernelVARResults:
        """Estimate every date, and draw the weights of the bootstrap.

        Parameters
        ----------
        draws : int, default 500
            Bootstrap draws.
        rng : int or SeedSequence
            Seed.
        n_jobs : int, default 1
            Workers; the draws do not depend on them.

        Returns
        -------
        KernelVARResults

        Raises
        ------
        SingularDesign
            If regressors are collinear, or predict a variable exactly.
        """
        seed, draws = seed_sequence(rng), checks.count("draws", draws, least=2)
        self.var.fit()  # refuses collinear regressors by name
        size = len(self.dates)
        blocks = map_blocks(
            lambda count, generator: generator.standard_exponential((count, size)), draws, rng=seed, n_jobs=n_jobs
        )
        return KernelVARResults(self, weights=np.concatenate(blocks), origin=(seed.entropy, seed.spawn_key))


@guarded
@dataclass(frozen=True, eq=False)
class KernelVARResults(VaryingResults):
    """Kernel estimates by date; made by :meth:`econ.var.KernelVAR.fit`.

    Parameters
    ----------
    weights : array (D, T)
        Exponential weights of the bootstrap, the same at every date.
    origin : object
        Seed.
    """

    parent: KernelVAR = field(repr=False)
    weights: Array = field(kw_only=True, repr=False)
    origin: object = field(kw_only=True, repr=False)

    @property
    def identity(self) -> object:
        """Seed."""
        return self.origin

    @cached_property
    def _products(self) -> tuple[Array, Array]:
        """x_t x_t' (T, k, k) and x_t y_t' (T, k, n)."""
        x, frame, _ = self._design
        return x[:, :, None] * x[:, None, :], x[:, :, None] * frame.to_numpy(dtype=float)[:, None, :]

    def _at(self, row: int) -> Reduced:
        x, frame, _ = self._design
        own = weights_around(len(x), row, self.parent.width)
        params = self._solved(own[None], row)[0]
        y = frame.to_numpy(dtype=float)
        u, root = y - x @ params, np.sqrt(own)[:, None]
        refuse_exact_fit(root * u, root * y, self.parent.var.variables)
        held = effective(own)
        scale = held / (held - x.shape[1])
        squares = u[:, :, None] * u[:, None, :]
        weighted = own * self.weights
        covariance = np.tensordot(own, squares, 1) * (scale / own.sum())
        drawn = np.tensordot(weighted, squares, 1) * (scale / weighted.sum(axis=1))[:, None, None]
        return params, covariance, self._solved(weighted, row), np.linalg.cholesky(drawn)

    def _solved(self, weights: Array, row: int) -> Array:
        cross, moments = (np.tensordot(weights, each, 1) for each in self._products)
        scale = np.sqrt(np.einsum("bkk->bk", cross))
        try:
            found = np.linalg.solve(cross / (scale[:, :, None] * scale[:, None, :]), moments / scale[:, :, None])
        except np.linalg.LinAlgError as error:
            raise SingularDesign(
                f"regressors are collinear around {self.dates[row]}; take a wider bandwidth or fewer lags."
            ) from error
        return np.asarray(found / scale[:, :, None])
