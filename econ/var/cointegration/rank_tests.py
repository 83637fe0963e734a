"""How many cointegrating vectors there are: trace and maximum-eigenvalue tests, and the bootstrap of the first."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Seed
from econ.errors import SpecificationError
from econ.estimate import Unavailable
from econ.frozen import guarded
from econ.responses.resampling import MovingBlock, check_bootstrap
from econ.tables.shown import Facts, Shown
from econ.var.cointegration import _kernels as kernels
from econ.var.cointegration.estimation import reduced_rank, sample
from econ.var.cointegration.rank_distribution import critical_value, p_value
from econ.var.reduced.bootstrap import bootstrap_blocks

if TYPE_CHECKING:
    from econ.responses.resampling import Bootstrap
    from econ.var.cointegration.model import VECM
    from econ.var.reduced.draws import SimulatedDraws
    from econ.var.reduced.results import VARResults

TESTS = ("trace", "maximum")
CORRECTIONS = ("reinsel-ahn",)
NOMINAL = 0.05


@guarded
@dataclass(frozen=True, eq=False)
class RankTests(Shown):
    """Johansen's tests of the cointegrating rank; made by :meth:`econ.VECM.cointegration_tests`.

    Against the VAR without restriction, ``trace`` = -T Σ_{i > r} log(1 - λ_i); against rank r + 1, ``maximum`` =
    -T log(1 - λ_{r+1}). In short samples both reject true ranks too often: correct them or bootstrap. Sizes at a
    nominal 5% are 11% asymptotic, 3.0-7.5% with the factor or a bootstrap. Measured in :doc:`/coverage`.

    Parameters
    ----------
    parent : VECM
        Data and specification.
    base : VARResults
        The VAR in levels.
    eigenvalues : array (n,)
        λ_1, ..., λ_n, squared canonical correlations, largest first.
    correction : {"reinsel-ahn"}, optional
        Factor on the statistics.

    References
    ----------
    Johansen, S. (1995), Likelihood-Based Inference in Cointegrated Vector Autoregressive Models, chapters 6, 11, 12,
    15.
    Reinsel, G. C. and S. K. Ahn (1992), Vector Autoregressive Models with Unit Roots and Reduced Rank Structure,
    Journal of Time Series Analysis 13(4), 353-375.
    """

    parent: VECM = field(repr=False)
    base: VARResults = field(repr=False)
    eigenvalues: Array
    correction: str | None = None

    def _facts(self) -> Facts:
        return {"observations": self.nobs, "correction": self.correction}

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        return self.table

    @property
    def nobs(self) -> int:
        """Effective observations, T."""
        return self.base.nobs

    @property
    def factor(self) -> float:
        """What the statistics are multiplied by: 1, or (T - n p) / T."""
        if self.correction is None:
            return 1.0
        return 1.0 - len(self.eigenvalues) * self.base.lags / self.nobs

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a test and rank.

        Returns
        -------
        DataFrame
            Rows ``trace: rank 0``, ..., ``maximum: rank n - 1``; columns ``statistic``, ``p_value``, ``distribution``,
            ``null`` and ``critical_value`` (at 5%). p-values are those of a gamma distribution with the moments of
            Doornik (1998): within 0.01 of the limit where it matters, for up to a dozen variables.
        """
        case, n = self.parent.deterministic, len(self.eigenvalues)
        rows = {}
        for test in TESTS:
            for rank, value in enumerate(self._statistics(test)):
                alternative = f"{n}" if test == "trace" else f"{rank + 1}"
                rows[f"{test}: rank {rank}"] = [
                    float(value),
                    p_value(float(value), test, case, q=n - rank),
                    f"limit for {n - rank} unit roots, {case}",
                    f"rank {rank} against {alternative}",
                    critical_value(NOMINAL, test, case, q=n - rank),
                ]
        columns = ["statistic", "p_value", "distribution", "null", "critical_value"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns)

    def rank(self, test: str = "trace", size: float = NOMINAL) -> int:
        """The first rank that is not rejected, from 0 upwards; n if all are.

        Parameters
        ----------
        test : {"trace", "maximum"}
            Which tests.
        size : float, default 0.05
            Of each test. The rank is too large with this probability in long samples, and never too small.
        """
        test, size = checks.choice("rank test", test, TESTS), checks.real("size", size, above=0.0, below=1.0)
        probabilities, n = self.table["p_value"].to_dict(), len(self.eigenvalues)
        kept = [rank for rank in range(n) if probabilities[f"{test}: rank {rank}"] >= size]
        return min(kept, default=n)

    def bootstrap(self, bootstrap: Bootstrap, rng: Seed = None, *, n_jobs: int = 1) -> pd.DataFrame:
        """Trace tests with p-values from samples of the VECM at the rank of the null (Cavaliere, Rahbek and Taylor).

        Parameters
        ----------
        bootstrap : Residual or Wild
            How errors are drawn; `Wild` keeps changes of variance.
        rng : int or SeedSequence
            Seed.
        n_jobs : int
            Threads; the p-values do not depend on them.

        Returns
        -------
        DataFrame
            Rows ``trace: rank 0``, ...; columns ``statistic``, ``p_value`` (one plus the draws at least as large, over
            one plus the draws), ``distribution``, ``null``, ``root`` (largest modulus of the VECM at this rank beyond
            its unit roots) and ``unstable`` (draws that, estimated at this rank, have a root on or outside the unit
            circle beyond them; they are kept). Where ``root`` is not below one, samples explode: `Unavailable`.

        Raises
        ------
        SpecificationError
            For a bootstrap of blocks (the errors must have no autocorrelation), or without ``rng``.

        Notes
        -----
        Parameters and residuals of the null, initial values of the data. A factor on the statistics does not matter.

        References
        ----------
        Cavaliere, G., A. Rahbek and A. M. R. Taylor (2012), Bootstrap Determination of the Co-integration Rank in
        Vector Autoregressive Models, Econometrica 80(4), 1721-1740; (2014), Bootstrap Determination of the
        Co-integration Rank in Heteroskedastic VAR Models, Econometric Reviews 33(5-6), 606-650.
        """
        check_bootstrap(bootstrap)
        if isinstance(bootstrap, MovingBlock):
            raise SpecificationError(
                "rank tests are bootstrapped with errors that have no autocorrelation; pass Residual() or Wild()."
            )
        statistics = self._statistics("trace")
        rows = {
            f"trace: rank {rank}": self._bootstrapped(rank, statistics[rank], bootstrap, rng=rng, n_jobs=n_jobs)
            for rank in range(len(statistics))
        }
        columns = ["statistic", "p_value", "distribution", "null", "root", "unstable"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns)

    def _bootstrapped(
        self, rank: int, statistic: float, bootstrap: Bootstrap, *, rng: Seed, n_jobs: int
    ) -> list[object]:
        fit = reduced_rank(self.parent, self.base, rank, free=True)
        null, n = f"rank {rank} against {len(self.eigenvalues)}", fit.nobs
        found: list[object] = [float(statistic)]
        if not fit.is_stable:
            reason = Unavailable("the VECM of this rank has an explosive root, and so have its samples")
            return [*found, reason, "none", null, fit.next_root, reason]
        where, terms = fit.levels.layout, fit.parent.levels.term_values(fit.lags)
        centre = fit.data.frame.to_numpy(dtype=float).mean(axis=0) if "const" in fit.parent.levels.terms else 0.0

        def read(draws: SimulatedDraws) -> tuple[Array, int]:
            values = kernels.canonical(kernels.sample_factor(draws.paths - centre, terms, where), where).eigenvalues
            return -n * np.log1p(-values[:, rank:]).sum(axis=1), draws.unstable

        kept = replace(bootstrap, unstable="keep")  # type: ignore[type-var]
        blocks = bootstrap_blocks(fit.levels, kept, read, rng=rng, n_jobs=n_jobs)
        drawn = np.concatenate([block[0] for block in blocks]) * self.factor
        p = (1 + int((drawn >= statistic).sum())) / (1 + len(drawn))
        words = f"{type(bootstrap).__name__.lower()} bootstrap, {len(drawn)} draws"
        return [*found, p, words, null, fit.next_root, sum(block[1] for block in blocks)]

    def _statistics(self, test: str) -> Array:
        logs = -self.nobs * np.log1p(-self.eigenvalues) * self.factor
        return logs if test == "maximum" else np.cumsum(logs[::-1])[::-1]


def rank_tests(model: VECM, base: VARResults, *, correction: str | None) -> RankTests:
    """The tests of a model whose VAR in levels is ``base``."""
    kept = None if correction is None else checks.choice("correction", correction, CORRECTIONS)
    z, where = sample(model, base.lags)
    values = kernels.canonical(kernels.data_factor(z), where).eigenvalues[0]
    return RankTests(model, base, values, kept)
