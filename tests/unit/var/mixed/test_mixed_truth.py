"""What the sampler should recover: its own prior (Geweke), latent values and responses with their coverage."""

import numpy as np
import pandas as pd
import pytest

from econ.testing import simulated_var
from econ.var import Cholesky, Minnesota, MixedFrequencyVAR
from econ.var._kernels import inverse_wishart_factors, simulate
from econ.var.mixed._latent_kernels import LatentPath, Start
from econ.var.mixed.layout import Sums
from econ.var.mixed.sampler import Begin, MixedSampler
from econ.var.posterior.bayesian import BayesianVAR
from econ.var.posterior.conjugate import ConjugatePosterior
from econ.var.posterior.minnesota import PriorObservations


def test_a_sweep_turns_the_completed_data_into_the_coordinates_of_the_posterior():
    """Only what was drawn is turned again; the sum must be the completed data, terms and every lag of it, turned."""
    generator, periods, lags = np.random.default_rng(2), 16, 2
    months = pd.period_range("2000-01", periods=periods, freq="M")
    flat = pd.DataFrame(5.0 + generator.standard_normal((periods, 3)), months, ["x", "y", "z"])
    posterior = ConjugatePosterior(BayesianVAR(flat, lags, "c", prior=Minnesota(0.3)), lags)
    known, terms = flat.to_numpy(copy=True), np.ones((periods - lags, 1))
    known[:, 1], known[4, 0] = np.nan, np.nan
    sums = Sums(np.ones(5, dtype=int), np.arange(0, 15, 3), np.arange(2, 15, 3), flat["y"].to_numpy()[2:15:3])
    start = Start(np.full(3, 0.3), np.ones(3), np.full(3, 5.0), np.ones(3))
    latent = LatentPath(known, sums, terms=terms, lags=lags, start=start)
    sampler = MixedSampler(posterior, latent, Begin(np.empty(0), np.empty(0)), around=None, burn=0, terms=terms)
    path = np.where(latent.unknown, generator.standard_normal(known.shape), known)
    turned = path.take(sampler.window) @ sampler.turn + sampler.still
    np.testing.assert_allclose(turned, posterior.transformed(sampler.rows(path)), rtol=1e-10, atol=1e-12)


@pytest.mark.slow
def test_sweeps_leave_the_joint_distribution_alone():
    """Geweke (2004): data from the parameters, latent values and parameters from the data, give the prior back."""
    generator = np.random.default_rng(1)
    periods, n, lags, tightness = 15, 2, 1, 0.3
    months = pd.period_range("2000-01", periods=periods, freq="M")
    scale, own = np.array([1.0, 0.7]), np.array([0.3, 0.5])
    start = Start(own, scale, np.array([0.5, -0.5]), np.array([1.5, 0.8]))
    none = np.empty(0)
    artificial = PriorObservations.build(np.zeros((1, n)), none, none, scale=scale, means=own, shape=(lags, 1.0))
    flat = pd.DataFrame(generator.standard_normal((periods, n)), months, ["x", "y"])
    model = BayesianVAR(flat, lags, "n", prior=Minnesota(tightness, own_lag={"x": 0.3, "y": 0.5}))
    posterior = ConjugatePosterior(model, lags, artificial)

    def parameters():
        factor = inverse_wishart_factors(generator, np.diag(scale)[None], degrees=n + 2, size=1)[0]
        spread = tightness / scale[:, None] * generator.standard_normal((n, n))
        return np.diag(own) + spread @ factor.T, factor

    def path_of(coefficients, factor):
        first = start.centre + np.sqrt(start.variance) * generator.standard_normal(n)
        errors = generator.standard_normal((1, periods - 1, n)) @ factor.T
        return simulate(coefficients.T[None], errors, first[None])[0]

    def statistics(coefficients, factor, path):
        sigma = factor @ factor.T
        y = np.tanh(path[:, 1] / 3.0)  # bounded: the prior has explosive paths
        logs = np.log([sigma[0, 0], sigma[1, 1]])
        rest = [np.tanh(sigma[0, 1]), y[0], y[7], y[8], y[7] * y[8], y[14], y[14] ** 2, y[0] ** 2, (y[1] - y[0]) ** 2]
        return [*np.tanh(coefficients).ravel(), *np.tanh(coefficients).ravel() ** 2, *logs, *rest]

    rounds, prior, chain = 8_000, [], []
    for _ in range(rounds):
        drawn = parameters()
        prior.append(statistics(*drawn, path_of(*drawn)))
    quarters = np.arange(0, periods, 3)
    known = np.zeros((periods, n))
    known[:, 1], known[4, 0] = np.nan, np.nan
    sums = Sums(np.ones(5, dtype=int), quarters, quarters + 2, np.zeros(5))
    terms = np.empty((periods - lags, 0))
    latent = LatentPath(known, sums, terms=terms, lags=lags, start=start)
    options = {"around": None, "burn": 0, "terms": terms}
    coefficients, factor = parameters()
    for _ in range(rounds):
        path = path_of(coefficients, factor)
        latent.known = np.where(latent.unknown, np.nan, path)
        latent.total = path[:, 1].reshape(-1, 3).sum(axis=1)
        latent._around(terms)
        found = MixedSampler(posterior, latent, Begin(coefficients, factor), **options)(1, generator)
        coefficients, factor = found.coefficients[0], found.factors[0]
        path[latent.unknown] = found.latent[0]
        chain.append(statistics(coefficients, factor, path))
    prior, chain = np.array(prior), np.array(chain)
    batches = chain.reshape(80, -1, chain.shape[1]).mean(axis=1)
    error = np.sqrt(prior.var(axis=0) / rounds + batches.var(axis=0, ddof=1) / 80)
    z = (prior.mean(axis=0) - chain.mean(axis=0)) / error
    assert np.abs(z).max() < 3.7, z.round(2)


LAGS = np.array([[[0.6, 0.2], [0.1, 0.5]]])


def sample(seed, periods=180):
    """Monthly x with holes, quarterly sums of y with one left out, the ragged edge, and the truth."""
    truth = simulated_var(periods=periods, rng=seed, lags=LAGS).frame
    quarterly = truth[["y"]].groupby(truth.index.asfreq("Q")).sum()
    removed = quarterly["y"].copy()
    quarterly.iloc[[15, 30, -1]] = np.nan
    monthly = truth[["x"]].copy()
    monthly.iloc[[60, 61, 100]] = np.nan
    return monthly, quarterly, truth, removed


@pytest.mark.slow
def test_latent_values_removed_ones_and_responses_are_covered():
    """90% intervals, 40 samples: of the latent months, of the published values taken out, of the responses."""
    months, taken, responses = [], [], []
    impact = np.array([[1.0, 0.0], [0.5, 0.8]])
    true = np.array([np.linalg.matrix_power(LAGS[0], step) @ impact for step in range(4)])
    for seed in range(40):
        monthly, quarterly, truth, removed = sample(seed)
        model = MixedFrequencyVAR([monthly, quarterly], 1, aggregation={"y": "sum"}, prior=Minnesota(0.5, own_lag=0.5))
        fit = model.fit(draws=300, burn=80, rng=seed)
        table = fit.latent("y").summary(0.90)
        months.append(((table["lower"] <= truth["y"]) & (truth["y"] <= table["upper"])).mean())
        missing = fit.missing(0.90)
        actual = pd.concat({"x": truth["x"], "y": removed}).loc[missing.index]
        taken.append(((missing["lower"] <= actual) & (actual <= missing["upper"])).to_numpy())
        lower, upper = fit.identify(Cholesky("x", "y")).irf(3).band(0.90)
        free = true != 0.0
        responses.append(((lower <= true) & (true <= upper))[free])
    assert 0.86 <= np.mean(months) <= 0.94
    assert 0.86 <= np.mean(taken) <= 0.95
    assert 0.86 <= np.mean(responses) <= 0.96
