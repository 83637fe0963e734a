"""Identification by independence: recovery, contrasts, tests of Gaussian shocks, refusals."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from econ.errors import NotIdentified, SpecificationError
from econ.var import VAR, MovingBlock, NonGaussian
from econ.var.schemes import _independence_kernels as independence
from econ.var.schemes.non_gaussian import _cumulants, gaussianity

NAMES = ("china", "japan", "yield")
IMPACT = np.array([[1.0, 0.3, 0.2], [0.4, 0.8, -0.3], [-0.5, 0.3, 1.2]])
LAG = np.array([[0.5, 0.1, 0.0], [0.1, 0.3, 0.1], [-0.2, 0.1, 0.6]])


def sample(seed, periods=301, gaussian=0):
    """Student t(4), Laplace and uniform shocks of unit variance, the last ``gaussian`` of them normal instead."""
    rng = np.random.default_rng(seed)
    count = periods + 100
    columns = [
        rng.standard_t(4, count) / np.sqrt(2.0),
        rng.laplace(size=count) / np.sqrt(2.0),
        rng.uniform(-1.0, 1.0, count) * np.sqrt(3.0),
    ]
    shocks = np.column_stack([*columns[: 3 - gaussian], rng.standard_normal((count, gaussian))])
    y = np.zeros((count, 3))
    for t in range(1, count):
        y[t] = LAG @ y[t - 1] + IMPACT @ shocks[t]
    dates = pd.period_range("1990-01", periods=periods, freq="M")
    return pd.DataFrame(y[-periods:], index=dates, columns=list(NAMES))


@pytest.fixture(scope="module")
def fit():
    return VAR(sample(1), lags=1).fit()


@pytest.fixture(scope="module")
def svar(fit):
    return fit.identify(NonGaussian())


def test_distance_covariance_equals_its_definition():
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((2, 40))
    a, b = np.abs(np.subtract.outer(x, x)), np.abs(np.subtract.outer(y, y))
    centred = [m - m.mean(axis=0) - m.mean(axis=1)[:, None] + m.mean() for m in (a, b)]
    found = independence.distance_covariance(np.stack([x, x]), np.stack([y, x]))
    assert found[0] == pytest.approx((centred[0] * centred[1]).mean(), rel=1e-10)
    assert found[1] == pytest.approx((centred[0] ** 2).mean(), rel=1e-10)


def test_expected_log_cosh_of_the_normal():
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    expected = (weights * np.log(np.cosh(nodes))).sum() / weights.sum()
    assert pytest.approx(expected, abs=1e-7) == independence.NORMAL
    assert independence.log_cosh(np.array([1000.0])) == pytest.approx(1000.0 - np.log(2.0))


@pytest.mark.parametrize("method", ["ica", "distance-covariance"])
def test_no_rotation_of_a_pair_has_a_lower_contrast(fit, method):
    e = fit.identify(NonGaussian(method)).shocks.to_numpy().T
    e = (e - e.mean(axis=1, keepdims=True)) / np.sqrt((e**2).mean())
    contrast = independence.negentropy if method == "ica" else independence.dependence
    for i, j, k in ((0, 1, 2), (0, 2, 1), (1, 2, 0)):
        values = []
        for angle in np.linspace(-np.pi / 4, np.pi / 4, 41):
            turned = np.cos(angle) * e[i] + np.sin(angle) * e[j], np.cos(angle) * e[j] - np.sin(angle) * e[i]
            values.append(float(contrast(turned[0][None], turned[1][None], e[k][None, :, None])[0]))
        assert int(np.argmin(values)) == 20


def slopes(e):
    """Derivatives of the contrast of all series by the angle of each pair, written out."""
    size = [np.mean(np.log(np.cosh(each))) - independence.NORMAL for each in e]
    cross = np.array([[np.mean(np.tanh(one) * other) for other in e] for one in e])
    return np.array([2.0 * (size[j] * cross[j, i] - size[i] * cross[i, j]) for i in range(len(e)) for j in range(i)])


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_the_contrast_is_flat_in_every_direction_to_the_last_digits(seed):
    """A search by values ends somewhere within a bracket of 1e-5 radians, and processors differ on where."""
    e = VAR(sample(seed), lags=1).fit().identify(NonGaussian()).shocks.to_numpy().T
    e = (e - e.mean(axis=1, keepdims=True)) / np.sqrt((e**2).mean())
    assert np.abs(slopes(e)).max() < 1e-13


def test_neither_the_start_nor_the_order_of_the_periods_moves_a_digit(fit):
    """Sums in another order are what another processor makes; another start has other brackets."""
    u = fit.residuals.to_numpy()
    z = np.linalg.solve(np.linalg.cholesky(u.T @ u / len(u)), (u - u.mean(axis=0)).T).T
    turned = np.linalg.qr(np.eye(3) + 0.01 * np.random.default_rng(2).standard_normal((3, 3)))[0]
    turned *= np.sign(np.diag(turned))
    found = []
    for order, start in ((slice(None), np.eye(3)), (np.random.default_rng(1).permutation(len(z)), turned)):
        each = z[order][None]
        q = independence.independent(each, start[None], independence.negentropy)
        found.append(independence.settled(each, q)[0])
    np.testing.assert_allclose(found[1], found[0], rtol=0.0, atol=1e-13)
    np.testing.assert_allclose(found[0] @ found[0].T, np.eye(3), atol=1e-14)


def test_a_draw_far_from_a_valley_or_on_a_crest_is_left_as_it_is():
    z = np.random.default_rng(1).laplace(size=(2, 500, 2)) / np.sqrt(2.0)
    turn = 0.25 * np.pi  # halfway between two valleys: a crest
    there = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    valley = independence.independent(z, np.stack([np.eye(2)] * 2), independence.negentropy)
    given = np.stack([valley[0], valley[1] @ there])
    found = independence.settled(z, given)
    assert 0.0 < np.abs(found[0] - given[0]).max() < 1e-4
    np.testing.assert_array_equal(found[1], given[1])


def test_long_samples_recover_the_impact():
    found = VAR(sample(3, periods=6000), lags=1).fit().identify(NonGaussian()).impact
    np.testing.assert_allclose(found, IMPACT, atol=0.06)


@pytest.mark.slow
def test_long_samples_recover_the_impact_by_distance_covariance():
    found = VAR(sample(3, periods=1000), lags=1).fit().identify(NonGaussian("distance-covariance")).impact
    np.testing.assert_allclose(found, IMPACT, atol=0.17)


def test_read_outs_add_up_and_labels_follow_the_rule(svar, fit):
    np.testing.assert_allclose(svar.impact @ svar.impact.T, fit.sigma_u, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(svar.fevd(6).sum(axis=1), 1.0, rtol=1e-10)
    assert (np.diag(svar.impact) > 0).all()
    assert svar.labels.index.tolist() == list(NAMES)
    assert (svar.labels["share"] > 0.5).all()


def test_order_and_scale_do_not_matter(svar, fit):
    factor, order = np.array([1.0, 100.0, 0.01]), ["yield", "china", "japan"]
    other = VAR((fit.data.frame * factor)[order], lags=1).fit().identify(NonGaussian())
    expected = svar.impact.mul(factor, axis=0)
    np.testing.assert_allclose(other.impact.loc[list(NAMES), list(NAMES)], expected, rtol=1e-3, atol=1e-5)


def test_draws_differ_repeat_and_do_not_depend_on_workers(svar):
    first = svar.irf(2, MovingBlock(draws=110), rng=1)
    again = svar.irf(2, MovingBlock(draws=110), rng=1, n_jobs=2)
    np.testing.assert_array_equal(first.draws, again.draws)
    assert len(np.unique(first.draws[:, 1, 2, 0])) == 110
    spread = first.draws[:, 0].std(axis=0)
    assert (spread < 0.25).all()


def test_distance_covariance_can_be_bootstrapped():
    fit = VAR(sample(1)[["china", "yield"]], lags=1).fit()
    svar = fit.identify(NonGaussian("distance-covariance"))
    draws = svar.irf(1, MovingBlock(draws=6), rng=1).draws
    assert draws.shape == (6, 2, 2, 2)
    assert len(np.unique(draws[:, 0, 0, 0])) == 6


def test_cumulants_do_not_depend_on_the_rotation():
    pair = np.random.default_rng(1).standard_t(5, (200, 2))
    turn = np.array([[np.cos(0.7), -np.sin(0.7)], [np.sin(0.7), np.cos(0.7)]])
    assert _cumulants(pair @ turn) == pytest.approx(_cumulants(pair), rel=1e-10)
    normal = [_cumulants(np.random.default_rng(seed).standard_normal((1000, 2))) for seed in range(300)]
    assert np.mean(normal) == pytest.approx(9.0, abs=0.8)
    assert np.mean(np.array(normal) > stats.chi2.ppf(0.95, 9)) < 0.11


def test_jarque_bera_equals_statsmodels(svar):
    from statsmodels.stats.stattools import jarque_bera

    table = svar.tests()
    for name in NAMES:
        statistic, p_value, *_ = jarque_bera(svar.shocks[name])
        assert table.loc[f"Gaussian: {name}", "statistic"] == pytest.approx(statistic, rel=1e-10)
        assert table.loc[f"Gaussian: {name}", "p_value"] == pytest.approx(p_value, rel=1e-8)
    assert table.index[-1].startswith("two Gaussian: ")
    assert table["distribution"].iloc[-1] == "chi2(9)"
    assert gaussianity(svar.shocks[["china"]]).shape == (1, 4)


def test_one_gaussian_shock_is_allowed_and_two_are_not():
    one = VAR(sample(2, gaussian=1), lags=1).fit().identify(NonGaussian())
    assert one.impact.shape == (3, 3)
    with pytest.raises(NotIdentified, match="may both be Gaussian"):
        VAR(sample(2, gaussian=2), lags=1).fit().identify(NonGaussian())


def test_refuses_bad_requests():
    with pytest.raises(SpecificationError, match="did you mean 'distance-covariance'"):
        NonGaussian("distance_covariance")
    with pytest.raises(SpecificationError, match="size"):
        NonGaussian(size=5.0)


def test_one_variable(fit):
    svar = VAR(sample(1)[["yield"]], lags=1).fit().identify(NonGaussian())
    assert svar.impact.iloc[0, 0] == pytest.approx(np.sqrt(svar.parent.sigma_u.iloc[0, 0]))


@pytest.mark.slow
def test_bootstrap_intervals_cover():
    """90% percentile intervals of `MovingBlock`, 200 samples of T = 300 (each takes seconds), "ica"."""
    path = np.array([np.linalg.matrix_power(LAG, h) @ IMPACT for h in (0, 3, 12)])
    inside = np.zeros((3, 3, 3))
    for seed in range(200):
        svar = NonGaussian(size=0.5).identify(VAR(sample(seed), lags=1).fit())
        lower, upper = svar.irf(12, MovingBlock(draws=99), rng=seed).band(0.90)
        inside += (lower[[0, 3, 12]] <= path) & (path <= upper[[0, 3, 12]])
    share = inside / 200
    assert share.mean() > 0.8, share
    assert share.min() > 0.7, share


@pytest.mark.parametrize("contrast", [independence.negentropy, independence.dependence])
def test_angles_asked_together_are_those_asked_one_by_one(contrast, monkeypatch):
    a, b, *rest = np.random.default_rng(3).laplace(size=(4, 3, 40))
    found = []
    for together in (1, 500, 10**9):
        monkeypatch.setattr(independence, "TOGETHER", together)
        found.append(independence._best_angle(a, b, np.stack(rest, axis=2), contrast=contrast))
    assert np.abs(found[0]).max() > 0.01
    np.testing.assert_array_equal(found[1], found[0])
    np.testing.assert_array_equal(found[2], found[0])
