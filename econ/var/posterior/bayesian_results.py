"""`BayesianVARResults`: posterior draws of a VAR, with the interface of the least-squares results."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Seed
from econ.errors import SpecificationError
from econ.estimate import Unavailable
from econ.frozen import guarded
from econ.infer import bands
from econ.tables.shown import Facts, told
from econ.tables.table import Table
from econ.var import _kernels as kernels
from econ.var.posterior.asymmetric import AsymmetricMinnesota
from econ.var.posterior.bayesian_plot import plot_hyperparameters
from econ.var.posterior.convergence import effective_sample_size, r_hat, split_chains
from econ.var.reduced.draws import ReducedDraws
from econ.var.reduced.results import VARResults
from econ.var.reduced.summary import sample

if TYPE_CHECKING:
    from econ.responses.resampling import Bootstrap


@guarded
@dataclass(frozen=True, eq=False)
class BayesianVARResults(VARResults):
    """Posterior of a VAR; made by :meth:`econ.var.BayesianVAR.fit`.

    ``params``, ``residuals`` and ``sigma_u`` are at the posterior mean, so everything that `VARResults` reads off them
    (roots, forecasts, residual tests) is too. ``std_errors`` are posterior standard deviations, ``pvalues`` twice the
    posterior probability of the sign less often drawn.

    Parameters
    ----------
    covariance : DataFrame (n, n)
        Posterior mean of Σ (of normal times, if outliers are scaled).
    coefficient_draws : array (D, k, n)
        In the order of ``params``.
    factor_draws : array (D, n, n)
        Lower Cholesky factors of the draws of Σ.
    hyperparameters : DataFrame (D, h)
        Draws of the free hyperparameters; no column if all are given.
    log_marginal_likelihood : float or Unavailable
        Log density of the data given the first p observations, hyperparameters integrated out.
    acceptance : float
        Share of Metropolis proposals accepted.
    chain : int
        Draws per chain.
    origin : object
        Seed.
    log_variances : array (D, T), optional
        Draws of h_t, with mean zero over the sample, under `CommonVolatility`.
    """

    covariance: pd.DataFrame = field(kw_only=True, repr=False)
    coefficient_draws: Array = field(kw_only=True, repr=False)
    factor_draws: Array = field(kw_only=True, repr=False)
    hyperparameters: pd.DataFrame = field(kw_only=True, repr=False)
    log_marginal_likelihood: float | Unavailable = field(kw_only=True)
    acceptance: float = field(kw_only=True)
    chain: int = field(kw_only=True, repr=False)
    origin: object = field(kw_only=True, repr=False)
    log_variances: Array | None = field(default=None, kw_only=True, repr=False)

    def _facts(self) -> Facts:
        return {
            **sample(self),
            "prior": type(getattr(self.parent, "prior", None)).__name__,
            "draws": len(self.coefficient_draws),
            "log marginal likelihood": self.log_marginal_likelihood,
            "acceptance": self.acceptance,
        }

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        return self.summary(level).to_frame()

    @cached_property
    def draws(self) -> ReducedDraws:
        """Posterior draws: ``.coefficients`` (D, k, n), ``.factor`` and ``.sigma`` (D, n, n), ``.lag_blocks``."""
        return ReducedDraws(fit=self, coefficients=self.coefficient_draws, factor=self.factor_draws)

    @property
    def posterior(self) -> ReducedDraws | None:
        """The draws, so that ``identify`` maps each of them to an impact matrix."""
        return self.draws

    @property
    def sigma_u(self) -> pd.DataFrame:
        """Posterior mean of Σ, (n, n)."""
        return self.covariance

    @cached_property
    def std_errors(self) -> pd.DataFrame:
        """Posterior standard deviations, (k, n); needs two draws."""
        if len(self.coefficient_draws) < 2:
            raise SpecificationError("one draw has no standard deviation; ask for more draws.")
        return self._like_params(self.coefficient_draws.std(axis=0, ddof=1))

    @cached_property
    def pvalues(self) -> pd.DataFrame:
        """Twice the posterior probability of the rarer sign, (k, n); from 0 (sign certain) to 1."""
        positive = (self.coefficient_draws > 0.0).mean(axis=0)
        return self._like_params(2.0 * np.minimum(positive, 1.0 - positive))

    @cached_property
    def params_cov(self) -> Array:
        """Posterior covariance of the coefficients, equation by equation, (n k, n k).

        sigma_u ⊗ (X'X + Ω⁻¹)⁻¹ under `Minnesota`; the covariance of the draws under `AsymmetricMinnesota`.
        """
        if not self._asymmetric:
            return np.kron(self.sigma_u.to_numpy(), self.cross_inverse)
        flat = np.swapaxes(self.coefficient_draws, 1, 2).reshape(len(self.coefficient_draws), -1)
        return np.cov(flat, rowvar=False)

    @cached_property
    def influence(self) -> Array:
        """What each period adds to the error of the coefficients, (T, k, n), as for least squares."""
        if self._asymmetric:
            raise SpecificationError(
                "under AsymmetricMinnesota every equation weighs periods its own way, so that there is no influence of "
                "a period to report; use the draws, or VAR(...).fit()."
            )
        weights = self.parent.design(self.lags) @ self.cross_inverse
        return np.asarray(weights[:, :, None] * self.residuals.to_numpy()[:, None])

    @property
    def _asymmetric(self) -> bool:
        return isinstance(getattr(self.parent, "prior", None), AsymmetricMinnesota)

    @cached_property
    def loglik(self) -> float:
        """Gaussian log likelihood at the posterior mean (errors of normal size throughout)."""
        sigma, n = self.sigma_u.to_numpy(), len(self.variables)
        distance = np.trace(np.linalg.solve(sigma, self._cross_residuals))
        determinant = np.linalg.slogdet(sigma)[1]
        return float(-0.5 * (self.nobs * (n * np.log(2.0 * np.pi) + determinant) + distance))

    @property
    def aic(self) -> Unavailable:  # type: ignore[override]
        """Not given: criteria compare maxima of the likelihood."""
        return _NO_CRITERION

    @property
    def bic(self) -> Unavailable:  # type: ignore[override]
        """Not given: criteria compare maxima of the likelihood."""
        return _NO_CRITERION

    @property
    def hqic(self) -> Unavailable:  # type: ignore[override]
        """Not given: criteria compare maxima of the likelihood."""
        return _NO_CRITERION

    def volatility(self, level: float = 0.90) -> pd.DataFrame:
        """Size of the errors by period, exp(h_t / 2): ``median``, ``lower``, ``upper``, relative to its average.

        Raises
        ------
        SpecificationError
            If the model has no `CommonVolatility`.
        """
        if self.log_variances is None:
            raise SpecificationError("these errors have one size; fit BayesianVAR(..., volatility=CommonVolatility()).")
        level, sizes = checks.level(level), np.exp(0.5 * self.log_variances)
        lower, upper = bands.pointwise(sizes, level=level)
        columns = {"median": np.median(sizes, axis=0), "lower": lower, "upper": upper}
        return pd.DataFrame(columns, index=self.residuals.index)

    @cached_property
    def stable_share(self) -> float:
        """Share of draws with every root inside the unit circle."""
        scale = np.sqrt(np.diag(self.covariance))
        return float(kernels.is_stable(self.draws.lag_blocks * scale / scale[:, None]).mean())

    def summary(self, level: float = 0.90) -> Table:
        """Posterior of every coefficient and hyperparameter.

        Parameters
        ----------
        level : float, default 0.90
            Coverage of the equal-tailed credible intervals.

        Returns
        -------
        Table
            Index (equation, coefficient), hyperparameters under the equation ``hyperparameter``; columns ``mean``,
            ``std``, ``lower``, ``upper``, ``r_hat``, ``effective_draws``.

        Raises
        ------
        SpecificationError
            For fewer than 8 draws, or 4 in a chain.
        """
        level = checks.level(level)
        if len(self.coefficient_draws) < 8 or self.chain < 4:
            raise SpecificationError(
                f"a summary needs 8 draws, and 4 in a chain; found {len(self.coefficient_draws)}; ask for more."
            )
        flat = np.swapaxes(self.coefficient_draws, 1, 2).reshape(len(self.coefficient_draws), -1)
        draws = np.hstack([flat, self.hyperparameters.to_numpy(dtype=float)])
        lower, upper = bands.pointwise(draws, level=level)
        chains = split_chains(draws, self.chain)
        names = [(name, row) for name in self.variables for row in self.params.index]
        names += [("hyperparameter", name) for name in self.hyperparameters.columns]
        columns = {
            "mean": draws.mean(axis=0),
            "std": draws.std(axis=0, ddof=1),
            "lower": lower,
            "upper": upper,
            "r_hat": r_hat(chains),
            "effective_draws": effective_sample_size(chains),
        }
        index = pd.MultiIndex.from_tuples(names, names=["equation", "coefficient"])
        return told(self, pd.DataFrame(columns, index=index), level=level)

    plot = plot_hyperparameters

    def granger(self, caused: str | list[str], causing: str | list[str]) -> pd.Series:
        """Refused: the F test is about least squares."""
        raise SpecificationError(
            "the Granger test is an F test of least squares; call VAR(...).fit().granger(...), or read the posterior "
            "of the coefficients in summary()."
        )

    def bias_corrected(self, bootstrap: Bootstrap | None = None, *, rng: Seed = None) -> VARResults:
        """Refused: a posterior mean is shrunk on purpose."""
        raise SpecificationError("a posterior has no small-sample bias to remove; correct VAR(...).fit() instead.")

    def bootstrap(self, bootstrap: Bootstrap, *, rng: Seed = None, n_jobs: int = 1) -> Array:
        """Refused: the posterior has draws already."""
        raise SpecificationError("a posterior has draws already, in .draws; bootstrap VAR(...).fit() instead.")

    def _like_params(self, values: Array) -> pd.DataFrame:
        return pd.DataFrame(values, index=self.params.index, columns=self.params.columns)


_NO_CRITERION = Unavailable("criteria compare maxima of the likelihood; compare log_marginal_likelihood")
