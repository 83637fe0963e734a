"""How much an estimate speaks for an effect that others found before, against none."""

from __future__ import annotations

import math
from dataclasses import dataclass

from econ import checks
from econ.border import checked
from econ.errors import SpecificationError
from econ.estimate import Estimate, Unavailable
from econ.frozen import guarded
from econ.tables.shown import Shown
from econ.units import alike, one_unit

WORDS = ((100.0, "decisive"), (30.0, "very strong"), (10.0, "strong"), (3.0, "moderate"), (1.0, "anecdotal"))
"""Jeffreys (1961), appendix B, in round numbers: at least so much."""
LARGEST = 700.0
"""Logarithm beyond which a ratio is no number of this machine."""


@guarded
@dataclass(frozen=True)
class BayesFactor(Shown):
    """Odds that the data give for an effect drawn from a prior, against the null.

    Parameters
    ----------
    log : float
        Natural logarithm of the factor: positive speaks for the effect.
    posterior_mean, posterior_sd : float
        Of the effect under the prior, in its units.
    null : float
        Effect under the null.

    Raises
    ------
    SpecificationError
        For NaN.
    """

    log: float
    posterior_mean: float
    posterior_sd: float
    null: float = 0.0

    def __post_init__(self) -> None:
        checks.known(self, "log", "posterior_mean", "posterior_sd", "null")

    @property
    def value(self) -> float:
        """The factor itself; ``inf`` where it is no number of this machine."""
        return math.exp(self.log) if self.log < LARGEST else math.inf

    @property
    def against(self) -> float:
        """One over the factor: the odds for the null."""
        return math.exp(-self.log) if self.log > -LARGEST else math.inf

    def __str__(self) -> str:
        odds, side = (self.value, "the effect") if self.log >= 0.0 else (self.against, "the null")
        word = next((word for least, word in WORDS if odds >= least), "anecdotal")
        return f"{odds:.3g} to 1 for {side} ({word})"


@checked
def bayes_factor(estimate: Estimate, prior_mean: float, prior_sd: float, *, null: float = 0.0) -> BayesFactor:
    """Bayes factor of an effect with a normal prior, such as the literature's, against a point null.

    With the estimate b normal around the effect, standard error s, and the effect normal around m with standard
    deviation t, ``BF = N(b; m, s^2 + t^2) / N(b; null, s^2)``. That is the density of the prior over that of the
    posterior at the null (Dickey 1971), as a test confirms. A wide prior favours the null without end (Lindley 1957):
    give the prior that the literature holds, not a vague one.

    Parameters
    ----------
    estimate : Estimate
        With a standard error above 0; its interval is not read.
    prior_mean, prior_sd : float
        Of the effect where there is one, in the units of the estimate; the standard deviation above 0.
    null : float, default 0.0
        Effect where there is none.

    Returns
    -------
    BayesFactor

    Raises
    ------
    SpecificationError
        If the estimate has no standard error, or it or ``prior_sd`` is not positive and finite.

    Notes
    -----
    Under the null, with ``prior_mean=0`` and ``prior_sd`` equal to the standard error, a factor of 10 or more comes in
    0.11% of samples; never in more than a tenth, whatever the prior (Markov's inequality).

    References
    ----------
    Jeffreys, H. (1961), Theory of Probability, 3rd ed., Oxford. Dickey, J. M. (1971), The Weighted Likelihood Ratio,
    Annals of Mathematical Statistics 42(1). Lindley, D. V. (1957), A Statistical Paradox, Biometrika 44.

    Examples
    --------
    >>> print(bayes_factor(Estimate(-6.0, 1.5, -8.5, -3.5), prior_mean=-10.0, prior_sd=5.0))
    639 to 1 for the effect (decisive)
    """
    error = estimate.std_error
    if isinstance(error, Unavailable):
        raise SpecificationError(f"a Bayes factor needs a standard error; that of the estimate is {error}.")
    value, error = checks.real("the estimate", estimate.value), checks.real("its standard error", error, above=0.0)
    mean, spread = checks.real("prior_mean", prior_mean), checks.real("prior_sd", prior_sd, above=0.0)
    null = checks.real("null", null)
    wide = math.hypot(error, spread)
    scores = (value - mean) / wide, (value - null) / error
    if max(map(abs, scores)) > 1e100:
        raise SpecificationError("the estimate lies more than 1e100 standard errors away; check the units of both.")
    log = 0.5 * (scores[1] ** 2 - scores[0] ** 2) + math.log(error / wide)
    share = (spread / wide) ** 2
    return BayesFactor(log, mean + share * (value - mean), error * spread / wide, null)


@checked
def replication_bayes_factor(original: Estimate, replication: Estimate) -> BayesFactor:
    """Whether a replication found the effect of the original study, or none.

    The prior is what the original leaves to believe, normal around its estimate with its standard error: `bayes_factor`
    with it, as in Verhagen and Wagenmakers (2014) for large samples.

    Parameters
    ----------
    original, replication : Estimate
        In the same units, from samples without common observations, each with a standard error above 0.

    Returns
    -------
    BayesFactor
        Above 1 the replication speaks for the original's effect.

    Raises
    ------
    SpecificationError
        If a standard error is absent or not positive, or units or the sizes of the shocks differ.

    References
    ----------
    Verhagen, J. and E.-J. Wagenmakers (2014), Bayesian Tests to Quantify the Result of a Replication Attempt, Journal
    of Experimental Psychology: General 143(4).

    Examples
    --------
    >>> print(replication_bayes_factor(Estimate(5.0, 2.0, 1.7, 8.3), Estimate(0.5, 1.0, -1.1, 2.1)))
    15 to 1 for the null (strong)
    """
    one_unit({"the original": original.units, "the replication": replication.units}, known=False)
    alike("the effect", {"the original": original.measure, "the replication": replication.measure})
    if isinstance(original.std_error, Unavailable):
        raise SpecificationError(f"a prior needs a standard error; that of the original is {original.std_error}.")
    return bayes_factor(replication, original.value, original.std_error)
