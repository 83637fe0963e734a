"""`VARResults`: the estimated reduced form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from econ.arrays import Array, Seed
from econ.border import told_by
from econ.errors import SingularDesign, SpecificationError
from econ.estimate import Unavailable
from econ.frozen import guarded
from econ.tables.shown import Facts, Shown
from econ.var import _kernels as kernels
from econ.var.reduced import _restricted_kernels as restricted
from econ.var.reduced import summary
from econ.var.reduced.bias import bias_corrected
from econ.var.reduced.bootstrap import bootstrap_blocks
from econ.var.reduced.causality import granger
from econ.var.reduced.conditional import Conditions, conditional_forecast
from econ.var.reduced.diagnostics import diagnostics
from econ.var.reduced.draws import ReducedDraws
from econ.var.reduced.estimator import Estimator, LeastSquares
from econ.var.reduced.forecast_plot import plot_forecast
from econ.var.reduced.forecasting import forecast
from econ.var.reduced.predictive import predictive
from econ.var.scheme import Scheme

if TYPE_CHECKING:
    from econ.arrays import Mask
    from econ.data.dataset import Dataset
    from econ.responses.resampling import Bootstrap
    from econ.var.reduced.model import VAR
    from econ.var.structure.structural import StructuralResults


@guarded
@dataclass(frozen=True, eq=False)
class VARResults(Shown):
    """Estimates of a VAR; made by :meth:`econ.var.VAR.fit`.

    Parameters
    ----------
    parent : VAR
        Data and specification.
    lags : int
        p.
    params : DataFrame (k, n)
        Rows ``const``, ``trend``, exogenous names, ``L1.x``, ``L1.y``, ..., ``L2.x``; columns = equations.
    residuals : DataFrame (T, n)
        Units of the variables; T = observations - p.
    cross_inverse : array (k, k)
        (X'X)⁻¹.
    bias : array (n p, n), optional
        Estimated bias of the lag coefficients, if :meth:`bias_corrected` has removed it (all, or what its guard let).
    """

    parent: VAR = field(repr=False)
    lags: int
    params: pd.DataFrame = field(repr=False)
    residuals: pd.DataFrame = field(repr=False)
    cross_inverse: Array = field(repr=False)
    bias: Array | None = field(default=None, repr=False)

    plot_forecast = plot_forecast

    def _facts(self) -> Facts:
        return summary.facts(self)

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        return summary.numbers(self, level)

    @property
    def data(self) -> Dataset:
        """The data that the VAR was fitted to."""
        return self.parent.parent

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the equations."""
        return self.parent.variables

    @cached_property
    def nobs(self) -> int:
        """Effective observations, T."""
        return len(self.residuals)

    @cached_property
    def df_resid(self) -> float:
        """T less the coefficients of an equation, on average over the equations if some are excluded."""
        return self.nobs - (len(self.params) if self.free is None else self.coefficients / len(self.variables))

    @cached_property
    def free(self) -> Mask | None:
        """Which coefficients are estimated, (k, n); None if all are."""
        return self.parent.free(self.lags)

    @property
    def coefficients(self) -> int:
        """Coefficients estimated, in all equations."""
        return self.params.size if self.free is None else int(self.free.sum())

    @property
    def units(self) -> dict[str, str]:
        """Units of each variable, empty where the data say nothing."""
        return {name: self.data.variables[name].units for name in self.variables}

    @cached_property
    def lag_blocks(self) -> Array:
        """A_1, ..., A_p: (p, n, n), ``[l - 1, i, j]`` = effect of variable j at t - l on variable i at t."""
        return kernels.lag_blocks(self.params.to_numpy(), self.lags)

    @cached_property
    def sigma_u(self) -> pd.DataFrame:
        """Residual covariance with T - k degrees of freedom, (n, n)."""
        return self._square(self._cross_residuals / self.df_resid)

    @cached_property
    def sigma_u_mle(self) -> pd.DataFrame:
        """Residual covariance divided by T, (n, n)."""
        return self._square(self._cross_residuals / self.nobs)

    @cached_property
    def std_errors(self) -> pd.DataFrame:
        """Standard errors from ``params_cov``, (k, n); zero for coefficients that are excluded."""
        variances = np.diag(self.params_cov).reshape(len(self.variables), -1).T
        return pd.DataFrame(np.sqrt(variances), index=self.params.index, columns=self.params.columns)

    @cached_property
    def params_cov(self) -> Array:
        """Covariance of the coefficients, equation by equation, (n k, n k), valid under homoskedastic errors.

        sigma_u ⊗ (X'X)⁻¹; with exclusions (R' (sigma_u⁻¹ ⊗ X'X) R)⁻¹ among the free ones (Lütkepohl 2005, section 5.2).
        """
        sigma = self.sigma_u.to_numpy()
        if self.free is None:
            return np.kron(sigma, self.cross_inverse)
        x = self.parent.design(self.lags)
        return restricted.covariance(x.T @ x, sigma, self.free)

    @cached_property
    def influence(self) -> Array:
        """What each period adds to the error of the coefficients, (T, k, n): their sum over t is zero.

        (X'X)⁻¹ x_t u_t', or with exclusions the covariance times x_t (Σ_u⁻¹ u_t)'.
        """
        x, u = self.parent.design(self.lags), self.residuals.to_numpy()
        if self.free is None:
            return np.asarray((x @ self.cross_inverse)[:, :, None] * u[:, None, :])
        scores = np.linalg.solve(self.sigma_u.to_numpy(), u.T).T[:, :, None] * x[:, None, :]
        moved = scores.reshape(len(x), -1) @ self.params_cov
        return np.swapaxes(moved.reshape(len(x), u.shape[1], -1), 1, 2)

    @cached_property
    def tstats(self) -> pd.DataFrame:
        """Coefficients over standard errors, (k, n); `Unavailable` where excluded."""
        if self.free is None:
            return self.params / self.std_errors
        return self._where_free(self.params / self.std_errors.where(self.free, 1.0))

    @cached_property
    def pvalues(self) -> pd.DataFrame:
        """Two-sided p-values of ``tstats`` under the normal distribution, (k, n); `Unavailable` where excluded."""
        from scipy.special import ndtr

        errors = self.std_errors if self.free is None else self.std_errors.where(self.free, 1.0)
        ratios = np.abs(self.params / errors)
        values = pd.DataFrame(2.0 * ndtr(-ratios), index=self.params.index, columns=self.params.columns)
        return values if self.free is None else self._where_free(values)

    @cached_property
    def loglik(self) -> float:
        """Gaussian log likelihood at the estimate: the maximum, if no coefficient is excluded."""
        n = len(self.variables)
        return float(-0.5 * self.nobs * (n * np.log(2.0 * np.pi) + self._log_determinant + n))

    @property
    def aic(self) -> float:
        """Akaike's criterion, log det sigma_u_mle + 2 K / T with K all coefficients (Lütkepohl 2005, section 4.3)."""
        return self._criterion(2.0)

    @property
    def bic(self) -> float:
        """Schwarz's criterion, log det sigma_u_mle + log(T) K / T."""
        return self._criterion(float(np.log(self.nobs)))

    @property
    def hqic(self) -> float:
        """Hannan-Quinn's criterion, log det sigma_u_mle + 2 log(log(T)) K / T."""
        return self._criterion(2.0 * float(np.log(np.log(self.nobs))))

    @cached_property
    def roots(self) -> Array:
        """Moduli of the companion eigenvalues, largest first, (n p,); all below 1 if stable."""
        return kernels.root_moduli(self.lag_blocks)

    @property
    def is_stable(self) -> bool:
        """Whether every root lies inside the unit circle."""
        return bool(self.roots[0] < 1.0)

    @told_by(granger)
    def granger(self, caused: str | list[str], causing: str | list[str]) -> pd.Series:
        """F test that lags of ``causing`` do not enter ``caused``; see :func:`econ.var.reduced.causality.granger`."""
        return granger(self, caused, causing=causing)

    def forecast(
        self,
        steps: int,
        level: float = 0.90,
        *,
        conditions: Conditions | None = None,
        exog: pd.DataFrame | None = None,
        uncertainty: Conditions | None = None,
    ) -> pd.DataFrame:
        """Means and intervals of the next ``steps`` periods; see :func:`econ.var.reduced.forecasting.forecast`.

        ``conditions`` (paths by variable, NaN where free) make it a conditional forecast, in which all shocks may
        deviate: :func:`econ.var.reduced.conditional.conditional_forecast`. ``uncertainty`` (standard deviations around
        them) makes them soft.
        """
        if conditions is None:
            if uncertainty is not None:
                raise SpecificationError("uncertainty is that of conditions, and there are none; give conditions=.")
            return forecast(self, steps, level=level, exog=exog)
        draws = self.as_draws if self.posterior is None else self.posterior
        return conditional_forecast(
            draws, draws.factor, conditions, steps=steps, level=level, exog=exog, uncertainty=uncertainty
        )[0]

    def predictive(
        self,
        steps: int,
        draws: int = 1000,
        rng: Seed = None,
        *,
        bounds: Mapping[str, ArrayLike] | None = None,
        exog: pd.DataFrame | None = None,
        n_jobs: int = 1,
    ) -> Array:
        """Draws of the future, (draws, steps, n), maybe between bounds; see :mod:`econ.var.reduced.predictive`."""
        return predictive(self, steps, draws, rng=rng, bounds=bounds, exog=exog, n_jobs=n_jobs)

    @told_by(diagnostics)
    def diagnostics(
        self, lags: int | None = None, bootstrap: Bootstrap | None = None, rng: Seed = None, *, n_jobs: int = 1
    ) -> pd.DataFrame:
        """Residual tests, one row each; see :func:`econ.var.reduced.diagnostics.diagnostics`."""
        return diagnostics(self, lags=lags, bootstrap=bootstrap, rng=rng, n_jobs=n_jobs)

    def identify(self, scheme: Scheme, rng: Seed = None) -> StructuralResults:
        """Find the structural shocks behind the residuals.

        Parameters
        ----------
        scheme : Scheme
            ``Cholesky``, ``LongRun``, ``MaxShare``, ``Proxy``, ``Heteroskedasticity`` or ``SignRestrictions``.
        rng : int or SeedSequence, optional
            Seed; needed by schemes that draw.

        Returns
        -------
        StructuralResults

        Raises
        ------
        SpecificationError
            If ``scheme`` is no scheme, or names a variable that is not in the VAR.

        Warns
        -----
        WeakIdentification
            If changes of variances are to tell the shocks apart and the tests of the scheme do not show any; the
            results say so too, in ``doubt`` and wherever they or their responses are printed.
        """
        found = scheme.identify(self, rng)
        found._warn()  # here and not in the scheme, which also identifies draws by the thousand
        return found

    @told_by(bias_corrected)
    def bias_corrected(self, bootstrap: Bootstrap | None = None, *, rng: Seed = None) -> VARResults:
        """Remove the small-sample bias; see :func:`econ.var.reduced.bias.bias_corrected`."""
        return bias_corrected(self, bootstrap, rng=rng)

    def bootstrap(self, bootstrap: Bootstrap, *, rng: Seed = None, n_jobs: int = 1) -> Array:
        """Draws of the coefficients, (B, k, n) in the order of ``params``, units of the variables.

        Parameters
        ----------
        bootstrap : MovingBlock, Residual or Wild
            How errors are drawn.
        rng : int or SeedSequence
            Seed.
        n_jobs : int
            Threads; the draws do not depend on them.
        """
        return np.concatenate(
            bootstrap_blocks(self, bootstrap, lambda draws: draws.coefficients, rng=rng, n_jobs=n_jobs)
        )

    @cached_property
    def as_draws(self) -> ReducedDraws:
        """The estimate in the shape of one draw, so that schemes are written once, for batches."""
        try:
            factor = np.linalg.cholesky(self.sigma_u.to_numpy())
        except np.linalg.LinAlgError:
            raise SingularDesign(
                f"the residuals of {list(self.variables)} are numerically collinear; drop one that repeats others."
            ) from None
        return ReducedDraws(fit=self, coefficients=self.params.to_numpy()[None], factor=factor[None])

    @property
    def posterior(self) -> ReducedDraws | None:
        """Posterior draws of the reduced form; none for least squares. Schemes map each to an impact matrix."""
        return None

    @property
    def cross_root(self) -> Array:
        """Lower triangular L (k, k) with L L' = ``cross_inverse``: given Σ, coefficients scatter as L E Σ^½'."""
        return np.asarray(np.linalg.cholesky(self.cross_inverse))

    @property
    def redraws(self) -> bool:
        """Whether unstable bootstrap draws may be drawn again: where the estimate itself is stable."""
        return self.is_stable

    @property
    def estimator(self) -> Estimator:
        """How other samples are estimated as this one was."""
        return LeastSquares(self.parent, self.lags, self.free)

    @property
    def score_regressors(self) -> Array:
        """Regressors (T, k) to which the residuals are orthogonal, for tests of what they leave out."""
        return self.parent.design(self.lags)

    @property
    def lag_coefficients(self) -> int:
        """Coefficients of lags estimated, in all equations."""
        n, m = len(self.variables), len(self.parent.terms)
        return n**2 * self.lags if self.free is None else int(self.free[m:].sum())

    @cached_property
    def _cross_residuals(self) -> Array:
        values = self.residuals.to_numpy()
        cross: Array = values.T @ values
        return cross

    @cached_property
    def _log_determinant(self) -> float:
        return float(np.linalg.slogdet(self.sigma_u_mle.to_numpy())[1])

    def _criterion(self, penalty: float) -> float:
        return self._log_determinant + penalty * self.coefficients / self.nobs

    def _where_free(self, values: pd.DataFrame) -> pd.DataFrame:
        reason = Unavailable("this coefficient is excluded, not estimated")
        cells = [
            [cell if free else reason for cell, free in zip(row, kept, strict=True)]
            for row, kept in zip(values.to_numpy(), np.asarray(self.free), strict=True)
        ]
        return pd.DataFrame(cells, index=values.index, columns=values.columns)

    def _square(self, values: Array) -> pd.DataFrame:
        return pd.DataFrame(values, index=list(self.variables), columns=list(self.variables))
