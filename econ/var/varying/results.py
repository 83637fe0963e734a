"""`VaryingResults`: coefficients and covariances by date; `TimeVaryingVARResults`: those of a posterior."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Seed
from econ.errors import SpecificationError
from econ.frozen import guarded
from econ.parallel import seed_sequence
from econ.tables.shown import Facts, Shown, listed, period
from econ.var import _kernels as kernels
from econ.var.posterior.convergence import effective_sample_size, r_hat, split_chains
from econ.var.scheme import Scheme
from econ.var.schemes.cholesky import Cholesky
from econ.var.schemes.long_run import LongRun
from econ.var.schemes.max_share import MaxShare
from econ.var.sets.sign_restrictions import SignRestrictions
from econ.var.varying._chain import explosive
from econ.var.varying.dated import DatedVAR, Varying, row_of, tails
from econ.var.varying.structural import VaryingStructural

SCHEMES = (Cholesky, LongRun, MaxShare, SignRestrictions)
Reduced = tuple[Array, Array, Array, Array]
"""Coefficients (k, n) and covariance (n, n) of a date, and their draws."""
STATISTICS = ("point", "std_error", "lower", "upper")


@guarded
@dataclass(frozen=True, eq=False)
class VaryingResults(Shown, ABC):
    """What results of all VARs that change over time share."""

    parent: Varying = field(repr=False)

    def _facts(self) -> Facts:
        return {
            "variables": listed(self.variables),
            "lags": self.lags,
            "dates": period(self.dates),
            "observations": self.nobs,
            "draws": len(self._at(0)[2]),
        }

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        """Standard deviations of the errors at five dates from the first to the last."""
        chosen = sorted({round(part * (self.nobs - 1) / 4) for part in range(5)})
        tables = {name: self.volatility(name, level=level).iloc[chosen] for name in self.variables}
        return pd.concat(tables, names=["volatility of", "date"])

    @property
    def dates(self) -> pd.Index:
        """Dates that have coefficients, T."""
        return self.parent.dates

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the equations."""
        return self.parent.var.variables

    @property
    def nobs(self) -> int:
        """Dates."""
        return len(self.dates)

    @property
    @abstractmethod
    def identity(self) -> object:
        """What tells these draws from others."""

    def identify(self, scheme: Scheme, rng: Seed = None) -> VaryingStructural:
        """Find the structural shocks, at every date by the same scheme.

        Parameters
        ----------
        scheme : Cholesky, LongRun, MaxShare or SignRestrictions
            Schemes that need coefficients and covariance of a date and nothing else.
        rng : int or SeedSequence, optional
            Seed; needed by schemes that draw.

        Returns
        -------
        VaryingStructural

        Raises
        ------
        SpecificationError
            For another scheme, narrative restrictions or a proxy, which speak of errors at other dates.
        """
        further = isinstance(scheme, SignRestrictions) and (scheme.narrative or scheme.proxy)
        if not isinstance(scheme, SCHEMES) or further:
            raise SpecificationError(
                "at a date shocks are identified by Cholesky, LongRun, MaxShare or SignRestrictions without narrative "
                f"and proxy, which need its coefficients and covariance only; found {scheme!r}."
            )
        found = VaryingStructural(self, scheme, None if rng is None else seed_sequence(rng))
        found.impact(self.dates[-1])  # unknown names are refused here
        return found

    def coefficients(self, date: object) -> pd.DataFrame:
        """Coefficients at a date, (k, n): rows const, ..., L1.x, ..., columns = equations."""
        return self._dated(row_of(date, self.dates)).params

    def covariance(self, date: object) -> pd.DataFrame:
        """Covariance of the errors at a date, (n, n)."""
        return self._dated(row_of(date, self.dates)).sigma_u

    def coefficient(self, equation: str, name: str, *, level: float = 0.90) -> pd.DataFrame:
        """One coefficient by date: ``point``, ``std_error``, ``lower``, ``upper`` (equal-tailed)."""
        i = checks.position("equation", equation, self.variables)
        j = checks.position("coefficient", name, self.parent.var.regressors(self.lags))
        return self._by_date(level, lambda at: (float(at[0][j, i]), at[2][:, j, i]))

    def volatility(self, variable: str, *, level: float = 0.90) -> pd.DataFrame:
        """Standard deviation of the error of one equation by date: ``point``, ``std_error``, ``lower``, ``upper``."""
        i = checks.position("variable", variable, self.variables)

        def read(at: Reduced) -> tuple[float, Array]:
            return math.sqrt(at[1][i, i]), np.sqrt((at[3][:, i] ** 2).sum(axis=1))

        return self._by_date(level, read)

    @property
    def lags(self) -> int:
        """Lags, p."""
        return self.parent.lags

    @abstractmethod
    def _at(self, row: int) -> Reduced:
        """Coefficients (k, n) and covariance (n, n) of the date in a row, their draws (D, k, n), (D, n, n) factors."""

    def _by_date(self, level: float, read: Callable[[Reduced], tuple[float, Array]]) -> pd.DataFrame:
        ends, rows = tails(level), []
        for row in range(self.nobs):
            point, draws = read(self._at(row))
            rows.append((float(point), draws.std(ddof=1), *np.quantile(draws, ends)))
        return pd.DataFrame(rows, columns=list(STATISTICS), index=self.dates)

    def _dated(self, row: int) -> DatedVAR:
        """The reduced form of the date in a row of ``dates``, with its draws."""
        params, covariance, coefficients, factors = self._at(checks.count("row", row, least=0, most=self.nobs - 1))
        var, names = self.parent.var, list(self.variables)
        design, frame, cross_inverse = self._design
        residuals = frame.to_numpy(dtype=float) - design @ params
        return DatedVAR(
            parent=var,
            lags=self.lags,
            params=pd.DataFrame(params, index=var.regressors(self.lags), columns=names),
            residuals=pd.DataFrame(residuals, index=frame.index, columns=names),
            cross_inverse=cross_inverse,
            covariance=pd.DataFrame(covariance, index=names, columns=names),
            coefficient_draws=coefficients,
            factor_draws=factors,
        )

    @cached_property
    def _design(self) -> tuple[Array, pd.DataFrame, Array]:
        var = self.parent.var
        design, frame = var.design(self.lags), var.parent.frame.iloc[self.lags :]
        return design, frame, kernels.least_squares(design, frame.to_numpy(dtype=float))[1]


@guarded
@dataclass(frozen=True, eq=False)
class TimeVaryingVARResults(VaryingResults):
    """Posterior of a VAR that changes over time; made by :meth:`econ.var.TimeVaryingVAR.fit`.

    Points are posterior means, and responses at a date those of the posterior means of its coefficients and covariance.

    Parameters
    ----------
    coefficient_draws : array (D, T, n, k)
        Reduced-form coefficients, ``[draw, date, equation, regressor]``.
    row_draws : array (D, T, n (n - 1) / 2)
        Free elements of A_t, row after row.
    log_volatility_draws : array (D, T, n)
        log σ_it.
    step_draws : array (D, ...)
        Standard deviations of the steps of coefficients (structural ones in that form), elements of A and log σ.
    rejected : int
        Paths of coefficients that were drawn and rejected for an explosive date.
    chain : int
        Draws per chain.
    origin : object
        Seed.
    """

    coefficient_draws: Array = field(kw_only=True, repr=False)
    row_draws: Array = field(kw_only=True, repr=False)
    log_volatility_draws: Array = field(kw_only=True, repr=False)
    step_draws: Array = field(kw_only=True, repr=False)
    rejected: int = field(kw_only=True)
    chain: int = field(kw_only=True, repr=False)
    origin: object = field(kw_only=True, repr=False)

    @property
    def identity(self) -> object:
        """Seed."""
        return self.origin

    @cached_property
    def explosive(self) -> pd.Series:
        """Share of the draws, by date, whose coefficients have a root on or outside the unit circle."""
        draws, shares = self.coefficient_draws, []
        for row in range(self.nobs):
            shares.append(float(explosive(draws[:, row], self.lags).mean()))
        return pd.Series(shares, index=self.dates, name="explosive")

    def drift(self, *, level: float = 0.90) -> pd.DataFrame:
        """Standard deviations of the steps of the random walks: ``mean``, ``lower``, ``upper``.

        Rows (what, equation, name): coefficients, relations (elements of A: equation, variable), log volatilities.
        """
        ends, regressors = tails(level), self.parent.var.regressors(self.lags)
        names = [("coefficient", one, name) for one in self.variables for name in regressors]
        names += [("relation", one, other) for i, one in enumerate(self.variables) for other in self.variables[:i]]
        names += [("log volatility", one, one) for one in self.variables]
        lower, upper = np.quantile(self.step_draws, ends, axis=0)
        columns = {"mean": self.step_draws.mean(axis=0), "lower": lower, "upper": upper}
        return pd.DataFrame(columns, index=pd.MultiIndex.from_tuples(names, names=["what", "equation", "name"]))

    def convergence(self) -> pd.DataFrame:
        """Have the chains converged: over all quantities of a kind, at forty dates or all if there are fewer.

        Returns
        -------
        DataFrame
            Rows coefficients, relations (if n > 1), log volatilities, steps; columns ``quantities``, ``r_hat`` (the
            largest), ``effective_draws`` (the smallest) and ``median_effective_draws``; of split chains.

        Raises
        ------
        SpecificationError
            For fewer than 8 draws, or 4 in a chain.
        """
        if len(self.step_draws) < 8 or self.chain < 4:
            raise SpecificationError(
                f"convergence needs 8 draws, and 4 in a chain; found {len(self.step_draws)}; ask for more."
            )
        every = max(1, self.nobs // 40)
        kinds = {
            "coefficients": self.coefficient_draws[:, ::every],
            "relations": self.row_draws[:, ::every],
            "log volatilities": self.log_volatility_draws[:, ::every],
            "steps": np.log(self.step_draws),
        }
        rows = {}
        for name, draws in kinds.items():
            if draws.size:
                chains = split_chains(draws.reshape(len(draws), -1), self.chain)
                size = effective_sample_size(chains)
                rows[name] = [chains.shape[2], r_hat(chains).max(), size.min(), np.median(size)]
        columns = ["quantities", "r_hat", "effective_draws", "median_effective_draws"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns).astype({"quantities": int})

    def _at(self, row: int) -> Reduced:
        n = len(self.variables)
        coefficients = np.swapaxes(self.coefficient_draws[:, row], 1, 2)
        a = np.tile(np.eye(n), (len(coefficients), 1, 1))
        a[:, *np.tril_indices(n, -1)] = self.row_draws[:, row]
        sizes = np.exp(self.log_volatility_draws[:, row])
        factors = np.asarray(np.linalg.inv(a) * sizes[:, None, :], dtype=float)
        covariance = np.asarray((factors @ np.swapaxes(factors, 1, 2)).mean(axis=0))
        return np.asarray(coefficients.mean(axis=0)), covariance, coefficients, factors
