"""Prior densities of elasticities: against scipy, integrals and draws; refusals."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from econ.errors import SpecificationError
from econ.estimate import Unavailable
from econ.var import ElasticityPrior

PRIORS = [
    ElasticityPrior("t", 1.0, 0.5),
    ElasticityPrior("t", 0.5, 0.4, lower=0.0),
    ElasticityPrior("t", -2.0, 1.0, df=5.0, lower=0.0),
    ElasticityPrior("t", 2.0, 0.3, upper=1.0),
    ElasticityPrior("normal", 0.3, 2.0),
    ElasticityPrior("normal", 0.0, 1.0, lower=4.0),
    ElasticityPrior("normal", 0.0, 1.0, lower=-1.0, upper=0.5),
    ElasticityPrior("uniform", lower=-1.0, upper=3.0),
]


@pytest.mark.parametrize("prior", PRIORS, ids=str)
def test_density_probability_quantile_and_draws_agree(prior):
    def density(value):
        return float(np.exp(prior.logpdf(value))[0])

    low, middle, high = prior.quantile([0.02, 0.5, 0.95])
    for start, end in ((low, middle), (middle, high)):
        assert integrate.quad(density, start, end)[0] == pytest.approx(prior.probability(start, end)[0], rel=1e-8)
    assert prior.probability(low, high)[0] == pytest.approx(0.93, rel=1e-9)
    assert prior.probability(-math.inf, math.inf)[0] == pytest.approx(1.0, rel=1e-12)
    draws = prior.draw(2000, 1)
    assert stats.kstest(draws, lambda x: np.array([prior.probability(-math.inf, each)[0] for each in x])).pvalue > 0.01
    assert prior.lower <= draws.min() <= draws.max() <= prior.upper
    np.testing.assert_array_equal(draws, prior.draw(2000, 1))
    assert density(prior.mode) >= max(density(low), density(high))


@pytest.mark.parametrize(
    ("prior", "peer"),
    [
        (ElasticityPrior("t", 1.0, 0.5), stats.t(3, 1.0, 0.5)),
        (ElasticityPrior("t", 1.0, 0.5, df=8.0), stats.t(8, 1.0, 0.5)),
        (ElasticityPrior("normal", 0.3, 2.0), stats.norm(0.3, 2.0)),
        (ElasticityPrior("normal", 0.0, 1.0, lower=4.0), stats.truncnorm(4.0, math.inf)),
        (ElasticityPrior("normal", 1.0, 2.0, lower=0.0, upper=2.0), stats.truncnorm(-0.5, 0.5, 1.0, 2.0)),
        (ElasticityPrior("uniform", lower=-1.0, upper=3.0), stats.uniform(-1.0, 4.0)),
    ],
)
def test_it_is_scipys_distribution(prior, peer):
    values = np.linspace(*prior.quantile([0.001, 0.999]), 21)
    np.testing.assert_allclose(prior.logpdf(values), peer.logpdf(values), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(prior.quantile([0.1, 0.7]), peer.ppf([0.1, 0.7]), rtol=1e-8)
    assert prior.mean == pytest.approx(peer.mean(), rel=1e-6)
    assert prior.std == pytest.approx(peer.std(), rel=1e-6)


def test_moments_of_a_truncated_t():
    prior = ElasticityPrior("t", 0.5, 0.4, df=4.0, lower=0.0, upper=50.0)
    draws = prior.draw(400_000, 1)
    assert prior.mean == pytest.approx(draws.mean(), abs=4.0 * draws.std() / math.sqrt(len(draws)))
    assert prior.std == pytest.approx(draws.std(), rel=0.02)
    narrow = ElasticityPrior("t", 1e4, 1.0, df=5.0, lower=0.0)  # the peak is far from the end of the support
    assert narrow.std == pytest.approx(math.sqrt(5.0 / 3.0), rel=1e-6)


def test_heavy_tails_have_no_moments():
    assert isinstance(ElasticityPrior("t", 0.0, 1.0, df=2.0).std, Unavailable)
    assert isinstance(ElasticityPrior("t", 0.0, 1.0, df=1.0, lower=0.0).mean, Unavailable)
    assert ElasticityPrior("t", 0.0, 1.0, df=1.0, lower=-1.0, upper=1.0).mean == pytest.approx(0.0, abs=1e-9)


def test_no_density_outside_of_the_support():
    prior = ElasticityPrior("t", 0.5, 0.4, lower=0.0, upper=2.0)
    assert np.isneginf(prior.logpdf([-0.1, 2.1])).all()
    assert prior.probability(-5.0, 0.0)[0] == 0.0
    assert prior.support == (0.0, 2.0)
    tail = ElasticityPrior("normal", 0.0, 1.0)
    assert tail.probability(8.0, 9.0)[0] == pytest.approx(stats.norm.sf(8.0), rel=1e-3)


@pytest.mark.parametrize(
    ("given", "options", "words"),
    [
        (("cauchy", 0.0, 1.0), {}, "family"),
        (("t",), {}, "location and scale"),
        (("t", 0.0, 0.0), {}, "scale"),
        (("t", math.nan, 1.0), {}, "location"),
        (("t", 0.0, 1.0), {"df": 0.1}, "df"),
        (("normal", 0.0, 1.0), {"df": 3.0}, "degrees of freedom"),
        (("normal", 0.0, 1.0), {"lower": 2.0, "upper": 1.0}, "support"),
        (("normal", 0.0, 1.0), {"lower": math.inf}, "support"),
        (("normal", 0.0, 1.0), {"lower": math.nan}, "lower"),
        (("normal", 0.0, 1.0), {"lower": 7.0}, "of its mass"),
        (("uniform", 0.0, 1.0), {"lower": 0.0, "upper": 1.0}, "nothing else"),
        (("uniform",), {"lower": 0.0}, "finite lower and upper"),
    ],
)
def test_what_is_no_prior_is_refused(given, options, words):
    with pytest.raises(SpecificationError, match=words):
        ElasticityPrior(*given, **options)


def test_questions_without_an_answer_are_refused():
    prior = PRIORS[0]
    with pytest.raises(SpecificationError, match="between 0 and 1"):
        prior.quantile([0.0, 0.5])
    with pytest.raises(SpecificationError, match="finite"):
        prior.logpdf([1.0, math.inf])
    with pytest.raises(SpecificationError, match="from lower to upper"):
        prior.probability(1.0, 0.0)
    with pytest.raises(SpecificationError, match="row of them"):
        prior.logpdf(np.eye(2))
    with pytest.raises(SpecificationError, match="can be repeated"):
        prior.draw(3)
