"""Stochastic volatility common to all errors of a Bayesian VAR."""

import numpy as np
import pandas as pd
import pytest

from econ.errors import SpecificationError
from econ.estimate import Unavailable
from econ.testing import simulated_var
from econ.var import (
    BayesianVAR,
    Cholesky,
    CommonVolatility,
    Minnesota,
    OutlierScaling,
    SignRestrictions,
)
from econ.var.posterior._common_volatility_kernels import (
    INNOVATION,
    _conditional_prior,
    draw_dynamics,
    draw_log_variances,
)

LAGS = np.array([[[0.5, 0.1], [0.2, 0.4]]])
IMPACT = np.array([[1.0, 0.0], [0.5, 0.8]])
PHI, OMEGA = 0.95, 0.25


def drifting(periods, seed):
    """Data with a common log variance, and that log variance."""
    generator = np.random.default_rng(seed)
    h = np.zeros(periods)
    h[0] = generator.standard_normal() * OMEGA / np.sqrt(1 - PHI**2)
    y = np.zeros((periods, 2))
    for t in range(1, periods):
        h[t] = PHI * h[t - 1] + OMEGA * generator.standard_normal()
        y[t] = LAGS[0] @ y[t - 1] + np.exp(0.5 * h[t]) * IMPACT @ generator.standard_normal(2)
    index = pd.period_range("1990-01", periods=periods, freq="M")
    return pd.DataFrame(y, index=index, columns=["x", "y"]), h


def test_conditional_prior_is_that_of_the_whole_precision_matrix():
    periods, phi, omega2 = 47, 0.8, 0.3
    whole = (np.eye(periods) * (1 + phi**2) - phi * (np.eye(periods, k=1) + np.eye(periods, k=-1))) / omega2
    whole[0, 0] = whole[-1, -1] = 1 / omega2
    covariance = omega2 / (1 - phi**2) * phi ** np.abs(np.subtract.outer(np.arange(periods), np.arange(periods)))
    np.testing.assert_allclose(np.linalg.inv(covariance), whole, atol=1e-10)
    h = np.random.default_rng(1).standard_normal(periods)
    rows = np.full((3, 20), -1)
    for row, (first, last) in enumerate(((0, 7), (7, 27), (27, 47))):
        rows[row, : last - first] = np.arange(first, last)
    precision, pull = _conditional_prior(h, rows, phi=phi, omega2=omega2)
    for row, (first, last) in enumerate(((0, 7), (7, 27), (27, 47))):
        inside = np.arange(first, last)
        outside = np.setdiff1d(np.arange(periods), inside)
        np.testing.assert_allclose(precision[row, : last - first, : last - first], whole[np.ix_(inside, inside)])
        np.testing.assert_allclose(pull[row, : last - first], -whole[np.ix_(inside, outside)] @ h[outside], atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 3])
def test_sweeps_leave_the_joint_distribution_alone(n):
    """Geweke (2004): drawing w given h and h given w in turn must give h its prior back."""
    generator = np.random.default_rng(n)
    periods, phi, omega2 = 45, 0.7, 0.5
    h, kept = np.zeros(periods), []
    for sweep in range(6000):
        w = np.exp(h) * generator.chisquare(n, size=periods)
        h = draw_log_variances(h, w, n, phi=phi, omega2=omega2, generator=generator)
        if sweep >= 200:
            kept.append(h)
    kept = np.array(kept)
    variance = omega2 / (1 - phi**2)
    assert kept.mean() == pytest.approx(0.0, abs=0.06)
    assert kept.var() == pytest.approx(variance, rel=0.06)
    assert (kept[:, 1:] * kept[:, :-1]).mean() == pytest.approx(phi * variance, rel=0.08)
    for level in (0.05, 0.95):
        z = {0.05: -1.645, 0.95: 1.645}[level]
        assert np.quantile(kept, level) == pytest.approx(z * np.sqrt(variance), rel=0.07)
    assert kept[:, 0].var() == pytest.approx(variance, rel=0.15)
    assert kept[:, -1].var() == pytest.approx(variance, rel=0.15)


def test_dynamics_leave_their_prior_alone():
    """The same for φ and ω²: h drawn from its law given them, and they given h, return the prior."""
    generator = np.random.default_rng(3)
    phi, omega2, kept = 0.9, 0.04, []
    for sweep in range(12000):
        shocks = np.sqrt(omega2) * generator.standard_normal(12)
        h = np.empty(12)
        h[0] = shocks[0] / np.sqrt(1 - phi**2)
        for t in range(1, 12):
            h[t] = phi * h[t - 1] + shocks[t]
        phi, omega2 = draw_dynamics(h, phi=phi, omega2=omega2, generator=generator)
        if sweep >= 200:
            kept.append((phi, omega2))
    drawn = np.array(kept)
    prior = 0.9 + 0.1 * np.random.default_rng(4).standard_normal(400_000)
    prior = prior[np.abs(prior) < 1]
    assert drawn[:, 0].mean() == pytest.approx(prior.mean(), abs=0.015)
    assert drawn[:, 0].std() == pytest.approx(prior.std(), rel=0.12)
    shape, scale = INNOVATION
    assert drawn[:, 1].mean() == pytest.approx(scale / (shape - 1), rel=0.08)
    assert np.median(1 / drawn[:, 1]) == pytest.approx(
        np.median(np.random.default_rng(5).gamma(shape, 1 / scale, 400_000)), rel=0.06
    )


@pytest.fixture(scope="module")
def moving():
    data, h = drifting(260, 7)
    model = BayesianVAR(data, lags=2, prior=Minnesota(tightness=0.3), volatility=CommonVolatility(burn_in=100, thin=1))
    return model.fit(200, rng=1), h, data


def test_the_volatility_that_made_the_data_is_found(moving):
    fit, h, _ = moving
    truth = h[2:] - h[2:].mean()
    found = fit.log_variances.mean(axis=0)
    assert np.corrcoef(found, truth)[0, 1] > 0.7
    lower, upper = np.quantile(fit.log_variances, [0.05, 0.95], axis=0)
    assert 0.75 < ((lower <= truth) & (truth <= upper)).mean() <= 1.0
    np.testing.assert_allclose(fit.log_variances.mean(axis=1), 0.0, atol=1e-12)
    table = fit.volatility(0.90)
    assert list(table.columns) == ["median", "lower", "upper"]
    assert (table["lower"] < table["upper"]).all()
    assert len(table) == fit.nobs


def test_coefficients_and_covariance_are_recovered(moving):
    fit, h, _ = moving
    size = np.exp(h[2:].mean())
    np.testing.assert_allclose(fit.covariance, size * IMPACT @ IMPACT.T, rtol=0.35)
    assert (np.abs(fit.params.iloc[1:3].T - LAGS[0]) < 4 * fit.std_errors.iloc[1:3].T).all().all()
    assert isinstance(fit.log_marginal_likelihood, Unavailable)
    assert fit.residuals.shape == (258, 2)


def test_calm_data_give_the_posterior_of_one_size():
    data = simulated_var(240, rng=3, lags=LAGS, impact=IMPACT)
    prior = Minnesota(tightness=0.3)
    plain = BayesianVAR(data, lags=2, prior=prior).fit(400, rng=1)
    drifted = BayesianVAR(data, lags=2, prior=prior, volatility=CommonVolatility(burn_in=100, thin=1)).fit(400, rng=1)
    gap = np.abs(drifted.params - plain.params) / plain.std_errors
    assert gap.iloc[1:].to_numpy().max() < 0.5
    np.testing.assert_allclose(drifted.std_errors, plain.std_errors, rtol=0.25)
    assert drifted.volatility()["median"].between(0.6, 1.6).all()


def test_jumps_between_calm_and_noisy_months_are_followed():
    """Sizes of 0.3 and 3 by turns, which are no draw from the model: the median keeps the two apart."""
    generator = np.random.default_rng(5)
    size = np.where(np.arange(300) % 100 < 50, 0.3, 3.0)
    y = np.zeros((300, 2))
    for t in range(1, 300):
        y[t] = LAGS[0] @ y[t - 1] + size[t] * IMPACT @ generator.standard_normal(2)
    data = pd.DataFrame(y, index=pd.period_range("1990-01", periods=300, freq="M"), columns=["x", "y"])
    model = BayesianVAR(data, lags=1, prior=Minnesota(tightness=0.5), volatility=CommonVolatility(burn_in=100, thin=1))
    median = model.fit(100, rng=1).volatility()["median"].to_numpy()
    assert np.corrcoef(np.log(median), np.log(size[1:]))[0, 1] > 0.85
    assert np.median(median[size[1:] > 1]) > 4 * np.median(median[size[1:] < 1])


def test_hierarchical_draws_repeat_move_and_do_not_depend_on_workers():
    data, _ = drifting(130, 2)
    model = BayesianVAR(data, lags=2, volatility=CommonVolatility(burn_in=30, thin=1))
    one, two = (model.fit(150, rng=4, n_jobs=jobs) for jobs in (1, 2))
    np.testing.assert_array_equal(one.coefficient_draws, two.coefficient_draws)
    np.testing.assert_array_equal(one.log_variances, two.log_variances)
    assert len(np.unique(one.hyperparameters["tightness"])) > 20
    assert 0.1 < one.acceptance < 0.95
    assert not np.array_equal(one.coefficient_draws, model.fit(150, rng=5).coefficient_draws)


def test_schemes_read_the_draws(moving):
    fit, _, data = moving
    irf = fit.identify(Cholesky("x", "y")).irf(4)
    assert irf.draws.shape == (200, 5, 2, 2)
    svar = fit.identify(SignRestrictions({"s": {"x": "+", "y": "+"}}, draws=50), rng=1)
    assert svar.draws.shape == (50, 2, 1)
    parts = svar.historical_decomposition()
    total = parts.T.groupby(level="variable", sort=False).sum().T
    np.testing.assert_allclose(total, data.iloc[2:], rtol=1e-8, atol=1e-8)


def test_refuses_what_makes_no_sense(moving):
    data = simulated_var(120, rng=1)
    with pytest.raises(SpecificationError, match="choose one"):
        BayesianVAR(data, volatility=CommonVolatility(), outliers=OutlierScaling())
    with pytest.raises(SpecificationError, match="must be a CommonVolatility"):
        BayesianVAR(data, volatility="stochastic")
    with pytest.raises(SpecificationError, match="burn_in"):
        CommonVolatility(burn_in=0)
    with pytest.raises(SpecificationError, match="one size"):
        BayesianVAR(data, lags=1, prior=Minnesota(tightness=0.2)).fit(20, rng=1).volatility()
