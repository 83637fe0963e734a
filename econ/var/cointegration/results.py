"""`VECMResults`: the estimated vector error correction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ.arrays import Array, Seed
from econ.estimate import Unavailable
from econ.frozen import guarded
from econ.tables.shown import Facts, Shown, listed, period
from econ.var import _kernels as algebra
from econ.var.cointegration import _kernels as kernels
from econ.var.cointegration.levels import CointegratedVARResults
from econ.var.cointegration.summary import vecm_numbers

if TYPE_CHECKING:
    from econ.data.dataset import Dataset
    from econ.responses.resampling import Bootstrap
    from econ.var.cointegration.model import VECM
    from econ.var.cointegration.restrictions import RestrictionTest
    from econ.var.reduced.conditional import Conditions
    from econ.var.scheme import Scheme
    from econ.var.structure.structural import StructuralResults


@guarded
@dataclass(frozen=True, eq=False)
class VECMResults(Shown):
    """Estimates of a VECM; made by :meth:`econ.VECM.fit` and :meth:`econ.var.VECMResults.restrict`.

    Parameters
    ----------
    parent : VECM
        Data and specification.
    levels : CointegratedVARResults
        The same estimates as a VAR in levels.
    eigenvalues : array (min(n, n1),)
        Squared canonical correlations of Δy_t and [y_{t-1}, restricted terms], largest first.
    alpha : DataFrame (n, r)
        Adjustment of each variable to each error correction ``ec1``, ..., a period.
    beta : DataFrame (n1, r)
        Cointegrating vectors, normalised; rows = variables, then ``const`` or ``trend`` inside the error correction.
    gamma : DataFrame (m2, n)
        The other coefficients: terms outside the error correction, exogenous names, ``D1.x``, ``D1.y``, ...; columns =
        equations.
    cross_inverse : array (m2 + r, m2 + r)
        (X'X)⁻¹ of the regressors [gamma's, error corrections].
    """

    parent: VECM = field(repr=False)
    levels: CointegratedVARResults = field(repr=False)
    eigenvalues: Array = field(repr=False)
    alpha: pd.DataFrame
    beta: pd.DataFrame
    gamma: pd.DataFrame = field(repr=False)
    cross_inverse: Array = field(repr=False)

    def _facts(self) -> Facts:
        return {
            "variables": listed(self.variables),
            "rank": self.rank,
            "lags in levels": self.lags,
            "sample": period(self.residuals.index),
            "observations": self.nobs,
            "log likelihood": self.loglik,
            "next root": self.next_root,
        }

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        return vecm_numbers(self, level)

    @property
    def data(self) -> Dataset:
        """The data that the VECM was fitted to."""
        return self.parent.parent

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the equations."""
        return self.parent.variables

    @property
    def rank(self) -> int:
        """Cointegrating vectors, r."""
        return self.levels.rank

    @property
    def lags(self) -> int:
        """Lags of the VAR in levels, p."""
        return self.levels.lags

    @property
    def nobs(self) -> int:
        """Effective observations, T."""
        return self.levels.nobs

    @property
    def residuals(self) -> pd.DataFrame:
        """Residuals (T, n), units of the variables."""
        return self.levels.residuals

    @property
    def sigma_u(self) -> pd.DataFrame:
        """Residual covariance over T less the free parameters of an equation, (n, n)."""
        return self.levels.sigma_u

    @property
    def sigma_u_mle(self) -> pd.DataFrame:
        """Residual covariance divided by T, (n, n)."""
        return self.levels.sigma_u_mle

    @property
    def loglik(self) -> float:
        """Gaussian log likelihood at the estimate."""
        return self.levels.loglik

    @property
    def roots(self) -> Array:
        """Moduli of the companion eigenvalues, largest first, (n p,): n - r are one."""
        return self.levels.roots

    @property
    def is_stable(self) -> bool:
        """Whether n - r roots are one and all others inside the unit circle: the data are I(1) of this rank."""
        return self.levels.redraws

    @cached_property
    def error_correction(self) -> pd.DataFrame:
        """β'y_{t-1} + ρ'd_t at every effective period t, (T, r)."""
        values = self.levels.score_regressors[:, len(self.gamma) :]
        return pd.DataFrame(values, index=self.residuals.index, columns=list(self.alpha.columns))

    @cached_property
    def alpha_std_errors(self) -> pd.DataFrame:
        """Standard errors of alpha, (n, r), β taken as known; zero where an equation does not adjust by restriction."""
        values = self._errors[len(self.gamma) :].T * (self.alpha.to_numpy() != 0.0)
        return pd.DataFrame(values, index=list(self.alpha.index), columns=list(self.alpha.columns))

    @cached_property
    def gamma_std_errors(self) -> pd.DataFrame:
        """Standard errors of gamma, (m2, n), β taken as known."""
        values = self._errors[: len(self.gamma)]
        return pd.DataFrame(values, index=list(self.gamma.index), columns=list(self.gamma.columns))

    @cached_property
    def beta_std_errors(self) -> pd.DataFrame:
        """Standard errors of beta, (n1, r); `Unavailable` where it is normalised or restricted.

        β is mixed Gaussian: the covariance of the free rows is (R1'R1)⁻¹ ⊗ (α'Σ_u⁻¹α)⁻¹, R1 the residuals of their
        regressors on those of gamma, so that t ratios are standard normal (Johansen 1995, chapter 13).
        """
        if self.levels.held:
            reason = Unavailable("the vectors are restricted; test other restrictions by restrict()")
            return self.beta.astype(object).map(lambda value: reason)
        model = self.parent
        fixed = list(model.variables[: self.rank] if model.normalise is None else model.normalise)
        free = [name not in fixed for name in self.beta.index]
        z, where = self._sample
        z2, z1 = z[:, : where.free], z[:, where.free : where.free + where.inside][:, free]
        left = z1 - z2 @ algebra.least_squares(z2, z1)[0] if where.free else z1
        inner = algebra.least_squares(left, left)[1]
        alpha = self.alpha.to_numpy()
        outer = np.linalg.inv(alpha.T @ np.linalg.solve(self.sigma_u.to_numpy(), alpha))
        out = self.beta.astype(object).map(lambda value: Unavailable("normalised, not estimated"))
        out.loc[free] = np.sqrt(np.outer(np.diag(inner), np.diag(outer))).astype(object)
        return out

    def to_var(self) -> CointegratedVARResults:
        """The VAR in levels, (y_{t-1}, ..., y_{t-p}): everything that `VARResults` does, at this rank."""
        return self.levels

    def identify(self, scheme: Scheme, rng: Seed = None) -> StructuralResults:
        """Find the structural shocks, by any scheme that a VAR takes; see :meth:`econ.var.VARResults.identify`.

        Responses, variance shares, decompositions and bootstrap bands are those of the VAR in levels, and draws are
        estimated at this rank. `Cholesky`, `MaxShare`, `Proxy`, `Heteroskedasticity`, `NonGaussian` and
        `ChangingVolatility` read the residuals and work as in any VAR. `SignRestrictions` draws from the posterior
        given β, which converges faster than the rest, so that every draw has the rank. `LongRun` needs a stable VAR and
        refuses; `PermanentTransitory` and `SVEC` are for cointegrated variables.
        """
        return self.levels.identify(scheme, rng)

    def forecast(
        self,
        steps: int,
        level: float = 0.90,
        *,
        conditions: Conditions | None = None,
        exog: pd.DataFrame | None = None,
        uncertainty: Conditions | None = None,
    ) -> pd.DataFrame:
        """Means and intervals of the next ``steps`` levels; see :meth:`econ.var.VARResults.forecast`."""
        return self.levels.forecast(steps, level, conditions=conditions, exog=exog, uncertainty=uncertainty)

    def diagnostics(
        self, lags: int | None = None, bootstrap: Bootstrap | None = None, rng: Seed = None, *, n_jobs: int = 1
    ) -> pd.DataFrame:
        """Residual tests, one row each, and the row ``stability``.

        Parameters
        ----------
        lags, bootstrap, rng, n_jobs
            As :func:`econ.var.reduced.diagnostics.diagnostics`; regressors are differences and error corrections.

        Returns
        -------
        DataFrame
            As there; ``stability`` has the largest modulus beyond the n - r unit roots as its statistic.
        """
        table = self.levels.diagnostics(lags, bootstrap, rng, n_jobs=n_jobs)
        free = len(self.variables) - self.rank
        words = f"{free} unit roots; the others inside the unit circle: {'yes' if self.is_stable else 'no'}"
        last = [self.next_root, Unavailable("a property of the estimate, no test"), "none", words]
        return pd.concat([table, pd.DataFrame([last], index=["stability"], columns=table.columns)])

    @cached_property
    def next_root(self) -> float:
        """Largest modulus of a root beyond the n - r unit roots."""
        return float(algebra.root_moduli(kernels.stationary_blocks(self.levels.lag_blocks[None], self.rank))[0, 0])

    def restrict(
        self,
        *,
        beta: pd.DataFrame | Sequence[pd.DataFrame] | None = None,
        known: pd.DataFrame | None = None,
        exogenous: str | Sequence[str] | None = None,
    ) -> RestrictionTest:
        """Likelihood-ratio test of restrictions on β and α; see :func:`econ.var.cointegration.restrictions.restrict`.

        Parameters
        ----------
        beta : DataFrame (n1, s) or sequence of r of them, optional
            H: every vector is a combination of its columns, β = H φ; or one H_i for each vector, β_i = H_i φ_i.
        known : DataFrame (n1, s), optional
            Vectors that are known, as columns; the other r - s are free.
        exogenous : str or sequence of str, optional
            Variables that do not adjust: their rows of α are zero (weak exogeneity for β).
        """
        from econ.var.cointegration.restrictions import restrict

        return restrict(self, beta=beta, known=known, exogenous=exogenous)

    def vectors(self, vectors: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
        """A table of vectors for :meth:`restrict`, with the rows of β, zero where nothing is said.

        Parameters
        ----------
        vectors : mapping of str to mapping of str to float
            For each column its coefficients by variable (or ``const``, ``trend``): ``{"spread": {"x": 1, "y": -1}}``.

        Returns
        -------
        DataFrame (n1, s)
        """
        from econ.var.cointegration.restrictions import vectors_of

        return vectors_of(self, vectors)

    @property
    def _sample(self) -> tuple[Array, kernels.Layout]:
        where = self.levels.layout
        values = self.data.frame.to_numpy(dtype=float)
        return kernels.window(values, self.parent.levels.term_values(self.lags), self.lags) @ where.selection, where

    @property
    def _errors(self) -> Array:
        """Standard errors of [gamma; alpha'], (m2 + r, n)."""
        return np.asarray(np.sqrt(np.outer(np.diag(self.cross_inverse), np.diag(self.sigma_u.to_numpy()))))
