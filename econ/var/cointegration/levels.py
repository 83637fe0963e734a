"""`CointegratedVARResults`: a VECM as the VAR in levels that it is, so that everything a VAR takes works on it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from econ.arrays import Array, Mask, Seed
from econ.errors import SpecificationError
from econ.frozen import guarded
from econ.tables.shown import Facts
from econ.var import _kernels as algebra
from econ.var.cointegration import _given_kernels as given
from econ.var.cointegration import _kernels as kernels
from econ.var.reduced.results import VARResults
from econ.var.reduced.terms import MAX_LAGS

if TYPE_CHECKING:
    import pandas as pd

    from econ.data.dataset import Dataset
    from econ.responses.resampling import Bootstrap
    from econ.var.cointegration.model import VECM


@guarded
@dataclass(frozen=True, eq=False)
class CointegratedVARResults(VARResults):
    """A VAR in levels of reduced rank; made by :meth:`econ.var.VECMResults.to_var`.

    y_t = A_1 y_{t-1} + ... + A_p y_{t-p} + terms + u_t with A_1 + ... + A_p - I = αβ' of rank r: n - r roots are one.
    Bootstrap samples are simulated from it and estimated again at this rank; a draw counts as unstable if a root beyond
    the n - r is on or outside the unit circle. Schemes that need a stable VAR (`LongRun`) refuse it; for long-run
    restrictions there are `PermanentTransitory` and `SVEC`.

    Parameters
    ----------
    parent, lags, params, residuals, cross_inverse, bias
        As `VARResults`. ``cross_inverse`` is J (X'X)⁻¹ J' with X = [β'y_{t-1}, Δy_{t-1}, ..., terms] and J the map to
        the levels: β converges faster than the rest and is taken as known (Lütkepohl 2005, section 7.2).
    vecm : VECM
        The specification.
    rank : int
        r.
    beta : array (n1, r)
        Cointegrating vectors, rows of restricted terms last.
    held : bool
        Whether bootstrap samples are estimated given this β (it was restricted) rather than at its rank.
    silent : bool array (n,)
        Equations whose rows of α are zero by restriction.
    removed : int
        Restrictions on α and β beyond the rank.
    """

    vecm: VECM = field(repr=False, kw_only=True)
    rank: int = field(kw_only=True)
    beta: Array = field(repr=False, kw_only=True)
    silent: Mask = field(repr=False, kw_only=True)
    held: bool = field(default=False, repr=False, kw_only=True)
    removed: int = field(default=0, repr=False, kw_only=True)

    def _facts(self) -> Facts:
        return {**super()._facts(), "rank": self.rank}

    @property
    def layout(self) -> kernels.Layout:
        """Where differences, levels and terms stand."""
        return self.vecm.layout(self.lags)

    @property
    def coefficients(self) -> int:
        """Free parameters of α, β and the rest, in all equations."""
        where = self.layout
        return self.rank * (where.n + where.inside - self.rank) + where.n * where.free - self.removed

    @property
    def df_resid(self) -> float:
        """T less the free parameters of an equation, on average over the equations."""
        return self.nobs - self.coefficients / len(self.variables)

    @cached_property
    def roots(self) -> Array:
        """Moduli of the companion eigenvalues, largest first, (n p,): n - r of them are one, exactly."""
        n = len(self.variables)
        scale = np.sqrt(np.diag(self.sigma_u))
        blocks = kernels.stationary_blocks(self.lag_blocks[None] * scale / scale[:, None], self.rank)
        others = algebra.root_moduli(blocks)[0, : self.rank + n * (self.lags - 1)]
        return np.sort(np.append(others, np.ones(n - self.rank)))[::-1].copy()

    @property
    def is_stable(self) -> bool:
        """Whether every root lies inside the unit circle: not below full rank."""
        return self.rank == len(self.variables) and bool(self.roots[0] < 1.0)

    @property
    def redraws(self) -> bool:
        """Whether bootstrap draws with a root outside the circle may be drawn again: where the estimate has none."""
        scale = np.sqrt(np.diag(self.sigma_u))
        return bool(self.estimator.are_stable(self.lag_blocks[None] * scale / scale[:, None])[0])

    @property
    def cross_root(self) -> Array:
        """Lower triangular L (k, k) with L L' = ``cross_inverse``, whose rank is that of X: β is taken as known."""
        x = self.score_regressors
        spread = kernels.level_map(self.layout, self.beta)
        root = np.zeros((len(spread), len(spread)))
        root[:, : x.shape[1]] = _triangle(spread @ np.linalg.inv(np.linalg.qr(x, mode="r")))
        return root

    @property
    def estimator(self) -> ReducedRank:
        """Reduced rank, or maximum likelihood given β where it was restricted."""
        return ReducedRank(self, self._lead)

    @cached_property
    def _lead(self) -> Array:
        """Orthonormal columns (n, r) that span α, in units of the residuals."""
        pi = self.lag_blocks.sum(axis=0) - np.eye(len(self.variables))
        scale = np.sqrt(np.diag(self.sigma_u))
        return np.asarray(np.linalg.svd(pi * scale / scale[:, None])[0][:, : self.rank])

    @property
    def score_regressors(self) -> Array:
        """[terms, Δy_{t-1}, ..., β'y_{t-1}], (T, m2 + r)."""
        where = self.layout
        z = kernels.window(self.data.frame.to_numpy(dtype=float), self.parent.term_values(self.lags), self.lags)
        z = z @ where.selection
        return np.hstack([z[:, : where.free], z[:, where.free : where.free + where.inside] @ self.beta])

    @property
    def lag_coefficients(self) -> int:
        """Coefficients of lags in all equations, β known (Brüggemann, Lütkepohl and Saikkonen 2006)."""
        n = len(self.variables)
        return n**2 * (self.lags - 1) + n * self.rank

    def granger(self, caused: str | list[str], causing: str | list[str]) -> pd.Series:
        """Refused: the usual F does not hold in levels with unit roots.

        Raises
        ------
        SpecificationError
            Always; with the test that holds.
        """
        raise SpecificationError(
            "the F test of lags in levels has no F distribution in a cointegrated VAR; test that lags 1 to "
            f"{self.lags} of a VAR with {self.lags + 1} lags are zero (Toda and Yamamoto 1995), or alpha by restrict()."
        )

    def bias_corrected(self, bootstrap: Bootstrap | None = None, *, rng: Seed = None) -> VARResults:
        """Refused: the formulas are for stable VARs, and a correction of the levels would break the rank.

        Raises
        ------
        SpecificationError
            Always.
        """
        raise SpecificationError(
            "the bias correction is for stable VARs; a VECM has unit roots by its rank; use the fit as it is, or a VAR "
            "in differences and error-correction terms."
        )


@dataclass(frozen=True, eq=False)
class ReducedRank:
    """Estimates samples at the rank of a fit, or given its β where that was restricted."""

    fit: CointegratedVARResults
    lead: Array

    def estimates(self, paths: Array, terms: Array) -> tuple[Array, Array, Array]:
        """As :meth:`econ.var.reduced.estimator.Estimator.estimates`, the factor in the order of the estimator."""
        fit = self.fit
        where, rank = fit.layout, fit.rank
        if fit.held:
            beta, silent = fit.beta, fit.silent
            factor = given.sample_factor(paths, terms, where, columns=given.selection(where, beta, silent))
            psi, alpha, root = given.estimates(factor, where, silent)
            return factor, kernels.level_rows(where, psi, alpha @ beta.T), root
        factor = kernels.sample_factor(paths, terms, where)
        found = kernels.canonical(factor, where)
        alpha, beta = found.alpha[:, :, :rank], found.beta[:, :, :rank]
        pi = alpha @ np.swapaxes(beta, 1, 2)
        root = np.asarray(np.linalg.cholesky(found.s00 - alpha @ np.swapaxes(alpha, 1, 2)))
        return factor, kernels.level_rows(where, kernels.free_rows(factor, where, pi), pi), root

    def are_stable(self, blocks: Array) -> Mask:
        """Which of many lag blocks (B, p, n, n) have n - r roots at one and all others inside the unit circle."""
        return algebra.is_stable(kernels.stationary_blocks(blocks, self.fit.rank, lead=self.lead))

    def settled(self, paths: Array, terms: Array, *, factor: Array, coefficients: Array) -> Mask:
        """As :meth:`econ.var.reduced.estimator.Estimator.settled`: with unit roots in every draw, none."""
        return np.zeros(len(paths), dtype=bool)

    def refitted(self, data: Dataset) -> VARResults:
        """The same lags and rank on other data.

        Raises
        ------
        SpecificationError
            If α or β is restricted: the restrictions are not estimated again.
        """
        fit = self.fit
        if fit.held:
            raise SpecificationError(
                "inner samples of a VECM with restricted α or β are not estimated; leave inner= at 0, or drop the "
                "restrictions."
            )
        usual = type(fit.vecm).size  # lags and rank are given now, so what chose them is idle
        given = replace(fit.vecm, data=data, lags=fit.lags, rank=fit.rank, max_lags=MAX_LAGS, size=usual)
        return given.fit().to_var()


def _triangle(root: Array) -> Array:
    """Lower trapezoid T (k, q) with T T' = R R' for R (k, q), k >= q."""
    return np.asarray(np.linalg.qr(root.T, mode="r")).T
