"""`BayesianVAR`: a VAR with a conjugate prior whose tightness the data choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Seed
from econ.checks import SPARE
from econ.errors import SampleTooShort, SpecificationError
from econ.estimate import Unavailable
from econ.frozen import guarded, own
from econ.parallel import BLOCK, map_blocks, seed_sequence
from econ.var.posterior.asymmetric import AsymmetricMinnesota
from econ.var.posterior.asymmetric_posterior import AsymmetricPosterior
from econ.var.posterior.bayesian_results import BayesianVARResults
from econ.var.posterior.common_volatility import CommonVolatility, VolatilityChain
from econ.var.posterior.conjugate import ConjugatePosterior
from econ.var.posterior.hyperparameters import Proposal, independence_chain, proposal
from econ.var.posterior.minnesota import Minnesota
from econ.var.posterior.outlier_scaling import OutlierScaling
from econ.var.reduced.exact import refuse_predicted
from econ.var.reduced.model import VAR

BURN_IN = 25  # states that every chain forgets


@guarded
@dataclass(frozen=True, eq=False)
class BayesianVAR(VAR):
    """Vector autoregression with a normal-inverse-Wishart prior.

    Given the hyperparameters the posterior and the marginal likelihood are closed forms. Free hyperparameters are
    sampled: maximise their posterior (marginal likelihood times hyperprior), then run independence Metropolis chains,
    one for each block of draws, with multivariate t proposals around that mode; coefficients and Σ are drawn exactly
    given each state.

    Parameters
    ----------
    data : Dataset or DataFrame
        One column a variable, no missing values, regular periods.
    lags : int, default 12
        p. The prior shrinks long lags, so no criterion is needed and none is accepted.
    trend : {"c", "n", "ct", "ctt"}
        Deterministic terms, as in `VAR`; diffuse prior.
    exog : DataFrame, optional
        Further regressors, entering at t; diffuse prior.
    prior : Minnesota or AsymmetricMinnesota
        Shrinkage; by default hierarchical tightness. The second shrinks lags of other variables harder than own lags,
        for large systems; it takes neither `OutlierScaling` nor ``volatility``.
    seasonal : bool, default False
        Dummies of months or quarters, as in `VAR`; diffuse prior.
    outliers : OutlierScaling or sequence of str, optional
        Larger errors in the spring of 2020, sizes estimated; or dates with a dummy of their own, as in `VAR`.
    volatility : CommonVolatility, optional
        Errors whose size drifts, all together; not with ``outliers``.

    Raises
    ------
    SpecificationError
        For lags that are not a positive integer, a prior that is none, or outliers and volatility together.
    SampleTooShort
        If effective observations are fewer than variables + deterministic terms + 10 (with a flat prior: than the
        coefficients of an equation + 10).

    See Also
    --------
    Minnesota : what the prior says.

    Notes
    -----
    90% credible intervals cover in 88-99% of samples. Measured in :doc:`/coverage`.

    References
    ----------
    Giannone, D., M. Lenza and G. E. Primiceri (2015), Prior Selection for Vector Autoregressions, Review of Economics
    and Statistics 97(2), 436-451.

    Examples
    --------
    >>> from econ.testing import simulated_var
    >>> fit = BayesianVAR(simulated_var(periods=200, rng=1), lags=4).fit(draws=200, rng=1)
    >>> fit.draws.coefficients.shape
    (200, 9, 2)
    """

    lags: int = 12
    prior: Minnesota | AsymmetricMinnesota = field(default=Minnesota(), kw_only=True)
    outliers: OutlierScaling | Sequence[str] | None = field(default=None, kw_only=True)  # type: ignore[assignment]
    volatility: CommonVolatility | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if self.volatility is not None and self.scaling is not None:
            raise SpecificationError("OutlierScaling and volatility both scale the errors; choose one of them.")
        if isinstance(self.prior, AsymmetricMinnesota) and (self.scaling, self.volatility) != (None, None):
            raise SpecificationError(
                "AsymmetricMinnesota takes errors of one size, no scaled outliers and no volatility; leave them out, "
                "or use prior=Minnesota()."
            )
        checks.keep(self, lags=checks.count("lags", self.lags))
        if self.exclude is not None:
            raise SpecificationError(
                "a BayesianVAR shrinks coefficients and excludes none: the conjugate prior treats all equations alike; "
                "use VAR(..., exclude=...) for exact zeros."
            )
        super().__post_init__()

    @property
    def scaling(self) -> OutlierScaling | None:
        """The errors of another size, if outliers are scaled."""
        return self.outliers if isinstance(self.outliers, OutlierScaling) else None

    @property
    def outlier_dates(self) -> tuple[str, ...]:
        """Dates that have a dummy of their own."""
        return () if self.outliers is None or isinstance(self.outliers, OutlierScaling) else tuple(self.outliers)

    def fit(self, draws: int = 2000, rng: Seed = None, *, n_jobs: int = 1) -> BayesianVARResults:
        """Draw from the posterior.

        Parameters
        ----------
        draws : int, default 2000
            Posterior draws; every 100 are one chain.
        rng : int or SeedSequence
            Seed.
        n_jobs : int, default 1
            Threads; the draws do not depend on them.

        Returns
        -------
        BayesianVARResults

        Raises
        ------
        SpecificationError
            Without ``rng``, or for draws that are not a positive integer.
        NotConverged
            If the hyperparameters have no posterior mode.
        SingularDesign
            If variables are collinear, or terms and lags predict one exactly, alone or given the others; with a flat
            prior, if any regressors are collinear.
        """
        seed = seed_sequence(rng)
        draws = checks.count("draws", draws)
        prior = self.prior
        asymmetric = isinstance(prior, AsymmetricMinnesota)
        posterior = AsymmetricPosterior(self, self.lags) if asymmetric else ConjugatePosterior(self, self.lags)
        values = self.parent.frame.to_numpy(dtype=float)
        refuse_predicted(values, self.term_values(self.lags), self.lags, self.variables)
        maximised = isinstance(prior, AsymmetricMinnesota) and prior.choose == "maximum"
        free = posterior.hyperparameters

        def log_density(points: Array) -> Array:
            likelihood = posterior.solve(points).log_likelihood
            return likelihood if maximised else likelihood + free.log_density(points)

        around = proposal(log_density, free.start) if free.names else None
        sampler = _Sampler(posterior, around, volatility=self.volatility, maximised=maximised)
        blocks = map_blocks(sampler, draws, rng=seed, n_jobs=n_jobs, label="posterior")
        return _collected(self, sampler, blocks, seed=seed)

    def _check_length(self, lags: int) -> None:
        if self.prior.is_flat:
            super()._check_length(lags)
            return
        periods, needed = len(self.parent.frame) - lags, len(self.terms) + len(self.variables) + SPARE
        if periods < needed:
            raise SampleTooShort(
                f"{lags} lags of {len(self.variables)} variables need {needed + lags} observations (terms + "
                f"variables + {SPARE} + lags); found {len(self.parent.frame)}; use fewer lags or a longer sample."
            )


@dataclass(frozen=True, eq=False)
class _Block:
    """What one block of draws brings home."""

    mean: Array
    variance: Array
    coefficients: Array
    factors: Array
    free: Array
    accepted: int
    log_weights: Array
    log_variances: Array | None = None


class _Sampler:
    """One chain of hyperparameters and the draws that belong to its states."""

    def __init__(
        self,
        posterior: ConjugatePosterior | AsymmetricPosterior,
        around: Proposal | None,
        *,
        volatility: CommonVolatility | None,
        maximised: bool,
    ) -> None:
        self.posterior, self.around = posterior, None if maximised else around
        self.point = posterior.hyperparameters.start if around is None else around.mode
        self.reference: Any = posterior.solve(self.point[None])
        self.chain = None
        if volatility is not None and isinstance(posterior, ConjugatePosterior):
            self.chain = VolatilityChain(posterior, around, volatility=volatility)

    def __call__(self, size: int, generator: np.random.Generator) -> _Block:
        if self.chain is not None:
            found = self.chain(size, generator)
            means, scales, coefficients, factors, free, log_variances = found.draws
            variance = (scales @ np.swapaxes(scales, 1, 2)).mean(axis=0)
            kept = (coefficients, factors, free, found.accepted, np.empty(0), log_variances)
            return _Block(means.mean(axis=0), variance, *kept)
        if self.around is None:
            free = np.broadcast_to(self.point, (size, len(self.point)))
            solution, weights, accepted = self.reference, np.empty(0), size
        else:
            points = self.around.draw(generator, size + BURN_IN)
            proposed: Any = self.posterior.solve(points)
            weights = proposed.log_likelihood + self.posterior.hyperparameters.log_density(points)
            weights = weights - self.around.log_density(points)
            states = independence_chain(weights, generator.random(len(points)), keep=size)
            free, solution = points[states], proposed.take(states)
            accepted = int(np.count_nonzero(np.diff(states)))
        means, scales, coefficients, factors = self.posterior.draw(solution, size, generator)
        variance = (scales @ np.swapaxes(scales, 1, 2)).mean(axis=0)
        return _Block(means.mean(axis=0), variance, coefficients, factors, free, accepted, weights)


def _collected(
    model: BayesianVAR, sampler: _Sampler, blocks: list[_Block], *, seed: np.random.SeedSequence
) -> BayesianVARResults:
    posterior, sizes = sampler.posterior, np.array([len(block.coefficients) for block in blocks])
    params = np.average([block.mean for block in blocks], axis=0, weights=sizes)
    variance = np.average([block.variance for block in blocks], axis=0, weights=sizes)
    free = np.concatenate([block.free for block in blocks])
    drifts = [block.log_variances for block in blocks if block.log_variances is not None]
    named = posterior.hyperparameters.named(free)
    names, columns = model.regressors(model.lags), list(model.variables)
    frame = model.parent.frame.iloc[model.lags :]
    residuals = frame.to_numpy(dtype=float) - model.design(model.lags) @ params
    return BayesianVARResults(
        parent=model,
        lags=model.lags,
        params=pd.DataFrame(params, index=names, columns=columns),
        residuals=pd.DataFrame(residuals, index=frame.index, columns=columns),
        cross_inverse=posterior.cross_inverse(sampler.reference),
        covariance=pd.DataFrame(variance, index=columns, columns=columns),
        coefficient_draws=own(np.concatenate([block.coefficients for block in blocks])),
        factor_draws=own(np.concatenate([block.factors for block in blocks])),
        hyperparameters=pd.DataFrame(
            {name: named[name] for name in posterior.hyperparameters.names}, index=range(len(free))
        ),
        log_marginal_likelihood=_log_marginal_likelihood(sampler, blocks),
        acceptance=float(sum(block.accepted for block in blocks) / sizes.sum()),
        chain=min(BLOCK, int(sizes[0])),
        origin=(seed.entropy, seed.spawn_key),
        log_variances=np.concatenate(drifts) if drifts else None,
    )


def _log_marginal_likelihood(sampler: _Sampler, blocks: list[_Block]) -> float | Unavailable:
    """Closed form for given hyperparameters; else log of the mean importance weight of all proposals."""
    if sampler.posterior.flat:
        return Unavailable("the flat prior is improper, so its marginal likelihood has no scale")
    if sampler.chain is not None:
        return Unavailable("the likelihood of drifting volatility has no closed form")
    if sampler.around is None:
        return float(sampler.reference.log_likelihood[0])
    weights = np.concatenate([block.log_weights for block in blocks])
    top = weights.max()
    return float(top + np.log(np.exp(weights - top).mean()))
