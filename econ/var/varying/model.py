"""`TimeVaryingVAR`: coefficients and volatilities that are random walks."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Seed
from econ.checks import SPARE
from econ.data.dataset import Dataset
from econ.errors import SampleTooShort, Unstable
from econ.frozen import guarded
from econ.memory import within_memory
from econ.parallel import map_blocks, seed_sequence
from econ.var.reduced.exact import refuse_predicted
from econ.var.reduced.model import VAR
from econ.var.varying._chain import Chain, concatenated, explosive
from econ.var.varying._gibbs_kernels import Beliefs, Sample
from econ.var.varying.prior import DriftPrior, reduced_beliefs, structural_beliefs
from econ.var.varying.results import TimeVaryingVARResults

FORMS = ("reduced", "structural")
EXPLOSIVE = ("keep", "reject")


@guarded
@dataclass(frozen=True, eq=False)
class TimeVaryingVAR:
    """VAR with drifting coefficients, simultaneous relations and volatilities (Primiceri 2005), by Gibbs sampling.

        y_t = C_t x_t + u_t,   A_t u_t = Σ_t ε_t,   ε_t normal (0, I),

    x_t deterministic terms and ``lags`` lags, A_t lower triangular with ones on its diagonal, Σ_t diagonal. The
    coefficients, the free elements of A_t and the log standard deviations log σ_it are random walks without drift, with
    covariances of their steps Q, S (block-diagonal by row of A) and W.

    A sweep draws, in the order of algorithm 2 of Del Negro and Primiceri (2015), which corrects that of Primiceri
    (2005): log σ given the indicators s of the mixture of normals; then coefficients, A and Q, S, W given σ and **not**
    s; then s given all else, so that the σ drawn next never meets an s that belongs to other coefficients. Whole paths
    are drawn at once from their banded precision (Chan and Jeliazkov 2009); log ε² is ten normals mixed (Omori, Chib,
    Shephard and Nakajima 2007), an approximation that is not corrected for.

    Parameters
    ----------
    data : Dataset or DataFrame
        One column a variable, no missing values, regular periods.
    lags : int, default 2
        p.
    trend, exog
        As in `VAR`; their coefficients drift too.
    training : int, default 40
        First periods after the lags, on which the prior is estimated; coefficients by date begin after them.
    prior : DriftPrior
        How much may change.
    form : {"reduced", "structural"}
        "reduced" is Primiceri's: one Q for all coefficients of the reduced form, full. "structural" puts the random
        walks on A_t C_t, equation by equation, y_i on x_t and on minus the variables before it (as in Chan and
        Eisenstat 2018): steps of different equations are independent a priori, the prior and so the posterior depend
        on the order of the columns more than the first form's does, and a sweep costs a third; for many variables.
    explosive : {"keep", "reject"}
        "reject" draws paths of coefficients until they have no root on or outside the unit circle at any date (Cogley
        and Sargent 2005); after 100 paths the chain stays where it is, which leaves its law as it is.

    Raises
    ------
    SpecificationError
        For words and numbers that mean nothing.
    SampleTooShort
        If the training sample leaves the prior of Q improper, or fewer periods than coefficients of an equation + 10
        follow it.
    SingularDesign
        If terms and lags predict a variable exactly, or are collinear, in the training periods or after them.

    See Also
    --------
    KernelVAR : the same responses by date in a second, without prior and chains.
    CommonVolatility : constant coefficients, one volatility for all.

    Notes
    -----
    A and the order of the columns are part of the prior: Σ_t implied by other orders differs a little. Recursive
    identification in another order than the data's is exact all the same, draw by draw.

    90% bands cover in 76-99% of dates: the default prior is against much drift. Measured in :doc:`/coverage`. Posterior
    draws of data drawn from the prior have the prior's law in both forms (Geweke 2004, some 36 moments). A sweep of 3
    variables, 2 lags and 438 dates takes 7.8 ms of processor time, one of the structural form 3.5 ms. W mixes slowest:
    read :meth:`TimeVaryingVARResults.convergence`.

    References
    ----------
    Primiceri, G. E. (2005), Time Varying Structural Vector Autoregressions and Monetary Policy, Review of Economic
    Studies 72(3), 821-852. Del Negro, M. and G. E. Primiceri (2015), Time Varying Structural Vector Autoregressions and
    Monetary Policy: A Corrigendum, Review of Economic Studies 82(4), 1342-1345. Chan, J. C. C. and I. Jeliazkov (2009),
    Efficient simulation and integrated likelihood estimation in state space models, International Journal of
    Mathematical Modelling and Numerical Optimisation 1(1/2), 101-120. Chan, J. C. C. and E. Eisenstat (2018), Bayesian
    model comparison for time-varying parameter VARs with stochastic volatility, Journal of Applied Econometrics 33(4),
    509-532. Cogley, T. and T. J. Sargent (2005), Drifts and volatilities, Review of Economic Dynamics 8(2), 262-302.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> from econ.var import Cholesky
    >>> data = simulated_var(periods=120, rng=1)
    >>> fit = TimeVaryingVAR(data, lags=1).fit(draws=20, burn=20, thin=1, rng=1)
    >>> fit.dates[0], len(fit.dates)
    (Period('1993-06', 'M'), 79)
    >>> fit.identify(Cholesky("x", "y")).irf(4, date="1995-01").draws.shape
    (20, 5, 2, 2)
    """

    data: Dataset | pd.DataFrame
    lags: int = 2
    trend: str = "c"
    exog: pd.DataFrame | None = field(default=None, kw_only=True)
    training: int = field(default=40, kw_only=True)
    prior: DriftPrior = field(default=DriftPrior(), kw_only=True)
    form: str = field(default="reduced", kw_only=True)
    explosive: str = field(default="keep", kw_only=True)

    def __post_init__(self) -> None:
        checks.keep(
            self,
            lags=checks.count("lags", self.lags),
            training=checks.count("training", self.training),
            form=checks.choice("form", self.form, FORMS),
            explosive=checks.choice("word of explosive", self.explosive, EXPLOSIVE),
        )
        object.__setattr__(self, "data", self.var.data)
        left = len(self.var.parent.frame) - self.lags - self.training
        needed = len(self.var.regressors(self.lags)) + SPARE
        if left < needed:
            raise SampleTooShort(
                f"{needed} periods (coefficients of an equation + {SPARE}) must follow the {self.lags} lags and the "
                f"{self.training} training periods; found {left}; use fewer lags, a shorter training= or more data."
            )
        self._beliefs  # an improper prior is refused here  # noqa: B018

    @cached_property
    def var(self) -> VAR:
        """The VAR whose coefficients drift: data, lags and deterministic terms."""
        return VAR(self.data, self.lags, self.trend, self.exog)

    @property
    def dates(self) -> pd.Index:
        """Dates after the training sample."""
        return self.var.parent.frame.index[self.lags + self.training :]

    @cached_property
    def _beliefs(self) -> Beliefs:
        """The prior in numbers, from the training sample."""
        self._refuse_predicted()
        x, y = self.var.design(self.lags), self.var.parent.frame.to_numpy(dtype=float)[self.lags :]
        made = reduced_beliefs if self.form == "reduced" else structural_beliefs
        return made(self.prior, x[: self.training], y[: self.training])

    def _refuse_predicted(self) -> None:
        """Refuse variables without a shock of their own, in the training periods or after them."""
        values, terms = self.var.parent.frame.to_numpy(dtype=float), self.var.term_values(self.lags)
        for rows in (slice(0, self.training), slice(self.training, len(terms))):
            held = values[rows.start : rows.stop + self.lags]
            refuse_predicted(held, terms[rows], self.lags, self.var.variables)

    def fit(
        self,
        draws: int = 1000,
        rng: Seed = None,
        *,
        burn: int = 2000,
        thin: int = 5,
        chains: int = 2,
        n_jobs: int = 1,
        backend: str | None = None,
        scheduler: str | None = None,
    ) -> TimeVaryingVARResults:
        """Draw from the posterior.

        Parameters
        ----------
        draws : int, default 1000
            Draws kept, of all chains together.
        rng : int or SeedSequence
            Seed.
        burn, thin : int, default 2000, 5
            Sweeps that every chain forgets; sweeps a draw. A draw of 3 variables, 2 lags and 440 dates takes 75 kB.
        chains : int, default 2
            Chains, from different starts.
        n_jobs : int, default 1
            Workers; the draws do not depend on them.
        backend, scheduler : str, optional
            As in :func:`econ.parallel.map_blocks`: threads by default, "loky" for processes, which are the faster for
            long chains, "dask" or the address of a scheduler for a cluster.

        Returns
        -------
        TimeVaryingVARResults

        Raises
        ------
        SpecificationError
            Without ``rng``, for fewer than 2 draws, or for numbers that are not positive integers.
        Unstable
            With ``explosive="reject"``, if the prior mean itself is explosive.
        """
        seed, draws = seed_sequence(rng), checks.count("draws", draws, least=2)
        burn, thin = checks.count("burn", burn, least=0), checks.count("thin", thin)
        chains = checks.count("chains", chains, most=draws, of=f"for {draws} draws")
        chain = self._chain(burn, thin)
        each = -(-draws // chains)
        with within_memory(f"{draws} draws of {len(chain.sample.y)} dates"):
            blocks = map_blocks(
                chain, draws, rng=seed, n_jobs=n_jobs, backend=backend, scheduler=scheduler, block=each, label="draws"
            )
            kept = concatenated(blocks)
        return TimeVaryingVARResults(
            parent=self,
            coefficient_draws=kept.coefficients,
            row_draws=kept.rows,
            log_volatility_draws=kept.log_volatilities,
            step_draws=kept.steps,
            rejected=kept.rejected,
            chain=each,
            origin=(seed.entropy, seed.spawn_key),
        )

    def _chain(self, burn: int, thin: int) -> Chain:
        """The sampler, whose start is looked at where explosive paths are refused."""
        x, y = self.var.design(self.lags), self.var.parent.frame.to_numpy(dtype=float)[self.lags :]
        # one order in memory: sums must have the same bits here and where the sample was sent
        sample = Sample(*(np.ascontiguousarray(each[self.training :]) for each in (x, y)))
        chain = Chain(self._beliefs, sample, burn, thin, self.lags if self.explosive == "reject" else None)
        if self.explosive == "reject":
            self._check_start(chain)
        return chain

    def _check_start(self, chain: Chain) -> None:
        walks, a = chain.beliefs, np.eye(len(self.var.variables))
        mean = np.concatenate([walk.mean for walk in walks.coefficients]).reshape(len(a), -1)
        for i, walk in enumerate(walks.rows, start=1):
            a[i, :i] = walk.mean
        start = mean if walks.joint is None else np.linalg.solve(a, mean)
        if explosive(start[None], self.lags).any():
            raise Unstable(
                f"the VAR of the {self.training} training periods is explosive, so no chain can start without a root "
                "outside the unit circle; make training= longer, difference the data, or explosive='keep'."
            )
