"""What must hold for every VAR: algebra that no data can break."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ.errors import SpecificationError
from econ.testing import stable_lags, var_datasets
from econ.var import VAR, Cholesky, LongRun, MaxShare, MovingBlock, Residual
from econ.var import _kernels as kernels

FEW = settings(max_examples=25, deadline=None, derandomize=True, database=None)


@FEW
@given(st.integers(1, 3).flatmap(lambda lags: stable_lags(2, lags, modulus=0.8)))
def test_drawn_lags_are_stable(lags):
    assert np.abs(np.linalg.eigvals(kernels.companion(lags))).max() <= 0.8 + 1e-6


@pytest.mark.parametrize("ask", [lambda: stable_lags(0), lambda: stable_lags(modulus=1.0), lambda: var_datasets(0)])
def test_strategies_refuse_what_cannot_be_drawn(ask):
    with pytest.raises(SpecificationError, match="found"):
        ask()


def unit(irf, scale):
    """Responses in standard deviations of the variables."""
    return irf.point / scale[None, :, None]


@FEW
@given(var_datasets(), st.randoms(use_true_random=False))
def test_order_of_columns_does_not_matter(case, random):
    data, lags = case
    names = list(data.frame.columns)
    shuffled = random.sample(names, len(names))
    first = VAR(data, lags=lags).fit().identify(Cholesky(*names)).irf(5)
    second = VAR(data.select(*shuffled), lags=lags).fit().identify(Cholesky(*names)).irf(5)
    rows = [second.responses.index(name) for name in names]
    scale = data.frame.std().to_numpy()
    np.testing.assert_allclose(unit(first, scale), second.point[:, rows] / scale[None, :, None], atol=1e-7)


@FEW
@given(var_datasets())
def test_impact_matrices_reproduce_the_covariance(case):
    data, lags = case
    fit = VAR(data, lags=lags).fit()
    sizes = np.sqrt(np.diag(fit.sigma_u))
    for scheme in (Cholesky(*fit.variables[::-1]), LongRun(*fit.variables)):
        if isinstance(scheme, LongRun) and not fit.is_stable:
            continue
        impact = fit.identify(scheme).impact.to_numpy() / sizes[:, None]
        np.testing.assert_allclose(impact @ impact.T, fit.sigma_u / np.outer(sizes, sizes), atol=1e-8)


@FEW
@given(var_datasets())
def test_shares_add_to_one_and_history_to_the_data(case):
    data, lags = case
    fit = VAR(data, lags=lags).fit()
    scale = data.frame.std()
    for scheme in (Cholesky(*fit.variables), MaxShare(fit.variables[-1])):
        svar = fit.identify(scheme)
        np.testing.assert_allclose(svar.fevd(8).sum(axis=1), 1.0, atol=1e-9)
        parts = svar.historical_decomposition()
        total = parts.T.groupby(level="variable", sort=False).sum().T
        gap = (total - data.frame.iloc[lags:])[list(fit.variables)] / scale
        assert gap.abs().to_numpy().max() < 1e-7 * (1.0 + (data.frame.abs() / scale).to_numpy().max())


@FEW
@given(var_datasets())
def test_recursion_equals_powers_of_the_companion_matrix(case):
    data, lags = case
    fit = VAR(data, lags=lags).fit()
    impact = fit.as_draws.factor[0]
    n, power = len(impact), np.eye(len(impact) * lags)
    theta = kernels.responses(fit.lag_blocks[None], impact[None], 6)[0]
    for h in range(7):
        np.testing.assert_allclose(theta[h], power[:n, :n] @ impact, rtol=1e-8, atol=1e-9 * np.abs(theta).max())
        power = kernels.companion(fit.lag_blocks) @ power


@FEW
@given(var_datasets(), st.integers(1, 30), st.integers(0, 2**31))
def test_draws_repeat_and_do_not_depend_on_workers(case, length, seed):
    data, lags = case
    svar = VAR(data, lags=lags).fit().identify(Cholesky(*data.frame.columns))
    for bootstrap in (MovingBlock(draws=130, length=length), Residual(draws=130)):
        first, second = (svar.irf(3, bootstrap, rng=seed, n_jobs=n_jobs) for n_jobs in (1, 2))
        np.testing.assert_array_equal(first.draws, second.draws)
        assert np.isfinite(first.draws).all()


@FEW
@given(var_datasets(), st.floats(-3, 3).filter(lambda size: abs(size) > 1e-3))
def test_adding_and_scaling_are_linear(case, size):
    data, lags = case
    name = str(data.frame.columns[0])
    irf = VAR(data, lags=lags).fit().identify(Cholesky(*data.frame.columns)).irf(4, Residual(draws=30), rng=1)
    one = irf.shock(name)
    np.testing.assert_allclose((one + one).draws, 2 * one.draws)
    scaled = one.scale(to=size, response=name)
    np.testing.assert_allclose(scaled.cumulate().draws, one.cumulate().scale(to=size, response=name).draws, rtol=1e-7)
