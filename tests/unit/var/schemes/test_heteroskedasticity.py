"""Identification by changes of variances: published values, algebra, likelihood, labels, tests, refusals."""

import numpy as np
import pandas as pd
import pytest
from scipy import linalg

from econ.data import Dataset
from econ.errors import SampleTooShort, SchemaError, SpecificationError
from econ.var import VAR, Heteroskedasticity, MovingBlock, Residual, Wild
from econ.var.schemes import _volatility_kernels as volatility
from econ.var.schemes import heteroskedasticity

pytestmark = pytest.mark.filterwarnings("ignore::econ.errors.WeakIdentification")  # test_doubt.py asks for it

NAMES = ("china", "japan", "yield")
LAGS = np.array(
    [
        [[0.5, 0.1, 0.0], [0.1, 0.3, 0.1], [-0.2, 0.1, 0.6]],
        [[0.1, 0.0, 0.1], [0.0, 0.2, -0.1], [0.1, 0.0, 0.1]],
    ]
)
IMPACT = np.array([[1.0, 0.3, 0.2], [0.4, 0.8, -0.3], [-0.5, 0.3, 1.2]])
TWO = np.array([[1.0, 1.0, 1.0], [8.0, 2.0, 0.4]])
THREE = np.array([[1.0, 1.0, 1.0], [6.0, 2.0, 0.4], [1.0, 5.0, 0.3]])


def sample(seed, variances=TWO, periods=302, kurtosis=None):
    """Data whose shocks have these variances, in contiguous regimes of equal length, and the regimes."""
    rng = np.random.default_rng(seed)
    codes = np.arange(periods + 100) * 0 - 1
    codes[-periods:] = np.arange(periods) * len(variances) // periods
    shape = (len(codes), 3)
    shocks = rng.standard_normal(shape) if kurtosis is None else rng.standard_t(kurtosis, shape)
    errors = (shocks * np.sqrt(variances[codes])) @ IMPACT.T
    y = np.zeros((len(codes) + 2, 3))
    for t, error in enumerate(errors, start=2):
        y[t] = LAGS[0] @ y[t - 1] + LAGS[1] @ y[t - 2] + error
    dates = pd.period_range("1990-01", periods=periods, freq="M")
    frame = pd.DataFrame(y[-periods:], index=dates, columns=list(NAMES))
    return Dataset.from_frame(frame), pd.Series(codes[-periods:], index=dates).map({0: "calm", 1: "war", 2: "crisis"})


def truth(variances, codes, horizon=0):
    """Responses to one standard deviation, averaged over the effective sample."""
    order = codes.iloc[2:].map({"calm": 0, "war": 1, "crisis": 2})
    path = [IMPACT * np.sqrt(variances[order].mean(axis=0))]
    for h in range(1, horizon + 1):
        path.append(sum(LAGS[lag] @ path[h - 1 - lag] for lag in range(min(h, 2))))
    return np.array(path)


@pytest.fixture(scope="module")
def two():
    data, regimes = sample(1)
    return VAR(data, lags=2).fit(), regimes


@pytest.fixture(scope="module")
def three():
    data, regimes = sample(2, THREE)
    return VAR(data, lags=2).fit(), regimes


@pytest.fixture(scope="module")
def svar(two):
    return two[0].identify(Heteroskedasticity(two[1]))


def regime_moments(fit, regimes):
    groups = regimes.reindex(fit.residuals.index)
    return {name: u.T @ u / len(u) for name, u in ((g, fit.residuals[groups == g].to_numpy()) for g in groups.unique())}


def test_us_example_of_the_r_package_svars(shared):
    """Output gap, inflation, federal funds rate, VAR(6), break in 1979Q3: the B and Λ that the paper on svars (Lange
    et al. 2021, Journal of Statistical Software 97(5)) prints for id.cv, iterated to its tolerance of 0.001."""
    raw = pd.read_csv(shared("data/cases/svars_usa/data.csv"))
    frame = raw[["x", "pi", "i"]].set_axis(pd.period_range("1965Q1", periods=len(raw), freq="Q"), axis=0)
    regimes = pd.Series(np.where(frame.index < pd.Period("1979Q3"), "before", "after"), index=frame.index)
    svar = VAR(frame, lags=6).fit().identify(Heteroskedasticity(regimes))
    fit, ratio = svar.parent, svar.variances["after"] / svar.variances["before"]
    before = svar.impact * np.sqrt(svar.variances["before"] * fit.df_resid / fit.nobs)
    expected = [[0.6119, -0.5932, 0.2241], [0.7556, 1.2988, 0.1131], [-0.0290, 0.1573, 0.7085]]
    np.testing.assert_allclose(before, expected, atol=1e-3)
    np.testing.assert_allclose(ratio, [0.3926, 0.1921, 1.2443], atol=1e-3)


def test_two_regimes_by_moments_are_the_generalised_eigenvectors(two):
    fit, regimes = two
    svar = fit.identify(Heteroskedasticity(regimes, method="moments"))
    moments = regime_moments(fit, regimes)
    ratios = np.sort(linalg.eigh(moments["war"], moments["calm"], eigvals_only=True))
    np.testing.assert_allclose(np.sort(svar.variances["war"] / svar.variances["calm"]), ratios, rtol=1e-10)
    for name in ("calm", "war"):
        rebuilt = svar.impact.to_numpy() @ np.diag(svar.variances[name]) @ svar.impact.T.to_numpy()
        np.testing.assert_allclose(rebuilt * fit.df_resid / fit.nobs, moments[name], rtol=1e-9, atol=1e-10)
    assert svar.parent is fit


@pytest.mark.parametrize("which", ["two", "three"])
def test_maximum_likelihood_cannot_be_improved(which, request):
    """Any small change of coefficients, impact or variances lowers the Gaussian likelihood."""
    fit, regimes = request.getfixturevalue(which)
    svar = fit.identify(Heteroskedasticity(regimes))
    codes = pd.factorize(regimes.reindex(fit.residuals.index))[0]
    x, y = fit.parent.design(2), fit.data.frame.to_numpy()[2:]
    w = np.bincount(codes) / len(codes)
    u = svar.parent.residuals.to_numpy()[None]
    counts = np.bincount(codes)[:, None, None]
    moments = volatility.by_regime(u, u, codes) / counts
    unmixing, variances = volatility.maximise(moments, w, np.linalg.inv(svar.impact.to_numpy())[None])

    def loglik(a, mixing, lam):
        e = np.linalg.solve(mixing, (y - x @ a).T).T
        each = -0.5 * (np.log(lam[codes]) + e**2 / lam[codes]).sum(axis=1) - np.linalg.slogdet(mixing)[1]
        return each.sum()

    at = (svar.parent.params.to_numpy(), np.linalg.inv(unmixing[0]), variances[0])
    best = loglik(*at)
    assert best > loglik(fit.params.to_numpy(), *at[1:]) + 0.01
    rng = np.random.default_rng(1)
    for part in range(3):
        for _ in range(20):
            moved = list(at)
            direction = 1e-3 * rng.standard_normal(at[part].shape) * np.abs(at[part])
            moved[part] = at[part] + direction
            up = loglik(*moved) - best
            moved[part] = at[part] - direction
            down = loglik(*moved) - best
            assert max(up, down) < 0.0
            assert abs(up - down) < 0.05 * abs(up + down)  # the slope is zero, the curvature is not


def test_the_maximum_does_not_hang_on_the_last_digit_of_the_moments():
    """Two shocks of nearly equal relative variances: steps are slow, and another machine rounds otherwise."""
    lam = np.array([[1.0, 1.2, 1.0], [2.0, 2.0, 0.4], [1.5, 2.2, 0.6]])
    rng = np.random.default_rng(7)
    error = np.array([(z := 0.05 * rng.standard_normal((3, 3))) @ z.T for _ in lam])
    moments = np.stack([IMPACT @ np.diag(v) @ IMPACT.T for v in lam])[None] + error
    w, found = np.array([0.2, 0.5, 0.3]), []
    start = np.linalg.inv(IMPACT)[None]
    for _ in range(12):
        noise = 1.0 + 1e-15 * rng.standard_normal(moments.shape)
        found.append(volatility.unmix(moments * noise, w, start)[0])
    assert np.ptp(found, axis=0).max() < 1e-11
    step = volatility._newton_step(moments, w, found[0][None])
    assert np.abs(step).max() < volatility.TOLERANCE


@pytest.mark.parametrize("which", ["two", "three"])
def test_coefficients_are_as_near_to_the_maximum_as_the_tolerance_says(which, request, monkeypatch):
    """Along an orthonormal basis of the regressors, in standard deviations of the errors, against three digits more."""
    fit, regimes = request.getfixturevalue(which)
    found = fit.identify(Heteroskedasticity(regimes))
    monkeypatch.setattr(heteroskedasticity, "TOLERANCE", 1e-13)
    exact = fit.identify(Heteroskedasticity(regimes))
    upper = np.linalg.qr(fit.parent.design(2), mode="r")
    off = upper @ (found.parent.params - exact.parent.params).to_numpy() / np.sqrt(np.diag(fit.sigma_u))
    assert np.abs(off).max() < 1e-10
    np.testing.assert_allclose(found.impact, exact.impact, rtol=1e-9, atol=1e-10)


def test_a_round_takes_off_two_digits(two, monkeypatch):
    rounds, step = [], volatility.weighted_step
    monkeypatch.setattr(volatility, "weighted_step", lambda *given: rounds.append(1) or step(*given))
    taken = []
    for tolerance in (1e-6, 1e-8, heteroskedasticity.TOLERANCE):
        rounds.clear()
        monkeypatch.setattr(heteroskedasticity, "TOLERANCE", tolerance)
        two[0].identify(Heteroskedasticity(two[1]))
        taken.append(len(rounds))
    assert np.diff(taken).max() <= 2


def test_weighted_step_equals_stacked_generalised_least_squares(two):
    fit, regimes = two
    codes = pd.factorize(regimes.reindex(fit.residuals.index))[0]
    x, u = fit.parent.design(2), fit.residuals.to_numpy()
    variances, mixing = np.array([[1.0, 0.5, 2.0], [3.0, 1.5, 0.2]]), IMPACT
    sums = [volatility.by_regime(left[None], right[None], codes) for left, right in ((x, x), (x, u))]
    found = volatility.weighted_step(*sums, mixing[None], variances[None])[0]
    inverse = [np.linalg.inv(mixing @ np.diag(v) @ mixing.T) for v in variances]
    bread = sum(np.kron(inverse[code], np.outer(row, row)) for code, row in zip(codes, x, strict=True))
    right = sum(np.kron(inverse[c] @ error, row) for c, row, error in zip(codes, x, u, strict=True))
    np.testing.assert_allclose(found.T.reshape(-1), np.linalg.solve(bread, right), rtol=1e-8, atol=1e-12)


def test_three_regimes_recover_common_diagonals_exactly():
    """Noise-free covariances: both the likelihood and the least-squares rotation find B itself."""
    moments = np.stack([IMPACT @ np.diag(v) @ IMPACT.T for v in THREE])[None]
    w = np.array([0.2, 0.5, 0.3])
    factor = np.linalg.cholesky(np.einsum("r,brij->bij", w, moments))
    expected = IMPACT * np.sqrt(w @ THREE)
    for likelihood in (True, False):
        found = (factor @ volatility.turn(moments, w, likelihood=likelihood))[0]
        likeness = np.abs(np.linalg.solve(expected, found))
        np.testing.assert_allclose(np.sort(likeness, axis=0), [[0.0] * 3, [0.0] * 3, [1.0] * 3], atol=1e-7)


@pytest.mark.parametrize("method", ["ml", "moments"])
@pytest.mark.parametrize("which", ["two", "three"])
def test_read_outs_add_up(which, method, request):
    fit, regimes = request.getfixturevalue(which)
    svar = fit.identify(Heteroskedasticity(regimes, method=method))
    np.testing.assert_allclose(svar.impact @ svar.impact.T, svar.parent.sigma_u, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(svar.fevd(8).sum(axis=1), 1.0, rtol=1e-9)
    total = svar.historical_decomposition().T.groupby(level="variable", sort=False).sum().T
    np.testing.assert_allclose(total, fit.data.frame.iloc[2:], rtol=1e-8, atol=1e-8)
    counts = regimes.iloc[2:].value_counts()
    average = (svar.variances * counts.reindex(svar.variances.columns)).sum(axis=1) / counts.sum()
    np.testing.assert_allclose(average, 1.0, rtol=1e-10)
    assert svar.impact.columns.tolist() == list(NAMES)
    assert svar.parent.parent is fit.parent


@pytest.mark.parametrize("method", ["ml", "moments"])
@pytest.mark.parametrize("which", ["two", "three"])
def test_order_scale_and_names_of_regimes_do_not_matter(which, method, request):
    fit, regimes = request.getfixturevalue(which)
    frame = fit.data.frame
    svar = fit.identify(Heteroskedasticity(regimes, method=method))
    factor, order = np.array([1.0, 100.0, 0.01]), ["yield", "china", "japan"]
    renamed = regimes.map({"calm": 2.5, "war": -1.0, "crisis": 0.0})
    other = VAR((frame * factor)[order], lags=2).fit().identify(Heteroskedasticity(renamed, method=method))
    expected = svar.impact.mul(factor, axis=0)
    np.testing.assert_allclose(other.impact.loc[list(NAMES), list(NAMES)], expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("bootstrap", [MovingBlock(draws=210), Residual(draws=210)])
@pytest.mark.parametrize("method", ["ml", "moments"])
def test_draws_differ_repeat_and_do_not_depend_on_workers(two, bootstrap, method):
    svar = two[0].identify(Heteroskedasticity(two[1], method=method))
    first = svar.irf(3, bootstrap, rng=1)
    again = svar.irf(3, bootstrap, rng=1, n_jobs=2)
    np.testing.assert_array_equal(first.draws, again.draws)
    assert len(np.unique(first.draws[:, 2, 2, 0])) == 210
    assert not np.array_equal(first.draws, svar.irf(3, bootstrap, rng=2).draws)


@pytest.mark.parametrize("method", ["ml", "moments"])
def test_each_draw_is_the_estimate_on_its_own_sample(two, method):
    from econ.var.reduced.bootstrap import _Simulator
    from econ.var.schemes.regime_resampling import WithinRegimes

    fit, regimes = two
    scheme = Heteroskedasticity(regimes, method=method)
    svar = fit.identify(scheme)
    codes, _ = scheme.codes(fit)
    draws = _Simulator(svar.parent, WithinRegimes(MovingBlock(draws=3), codes))(3, np.random.default_rng(1))
    assert (codes[draws.resample.rows] == codes).all()
    reduced, impacts = scheme.estimate(draws)
    for b in range(3):
        again = VAR(fit.data.frame * 0.0 + draws.paths[b], lags=2).fit().identify(scheme)
        np.testing.assert_allclose(reduced.coefficients[b], again.parent.params, rtol=1e-4, atol=1e-6)
        likeness = np.abs(np.linalg.solve(again.impact, impacts[b]))
        np.testing.assert_allclose(likeness.max(axis=0), 1.0, atol=1e-5)


def test_unstable_draws_are_replaced_within_their_regime(two):
    from econ.var.schemes.regime_resampling import WithinRegimes

    codes, _ = Heteroskedasticity(two[1]).codes(two[0])
    within = WithinRegimes(MovingBlock(draws=1, length=5), codes)
    first = within.resample(np.random.default_rng(1), 4, len(codes))
    second = within.resample(np.random.default_rng(2), 2, len(codes))
    values = two[0].residuals.to_numpy()
    mixed = first.replaced(np.array([0, 3]), second).apply(values)
    np.testing.assert_array_equal(mixed[[0, 3]], second.apply(values))
    np.testing.assert_array_equal(mixed[[1, 2]], first.apply(values)[[1, 2]])


def test_bias_corrected_coefficients_are_kept(two):
    corrected = two[0].bias_corrected()
    svar = corrected.identify(Heteroskedasticity(two[1]))
    assert svar.parent is corrected
    np.testing.assert_allclose(svar.impact @ svar.impact.T, corrected.sigma_u, rtol=1e-9)


def test_labels_follow_the_rule(svar):
    labels = svar.labels
    shares = svar.impact.to_numpy() ** 2 / np.diag(svar.parent.sigma_u)[:, None]
    np.testing.assert_allclose(labels["share"], np.diag(shares), rtol=1e-9)
    assert (np.diag(svar.impact) > 0).all()
    assert labels.loc["china", "rival_share"] == pytest.approx(np.delete(shares[:, 0], 0).max())
    permutations = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
    assert np.trace(shares) == pytest.approx(max(np.trace(shares[:, p]) for p in permutations))
    stability = svar.label_stability(MovingBlock(draws=100), rng=1)
    assert stability.index.tolist() == list(NAMES)
    assert (stability > 0.9).all()


def test_matching_undoes_permutations_and_signs():
    from econ.var.schemes.labelling import arrange

    reference = IMPACT
    scrambled = np.stack([IMPACT[:, [2, 0, 1]] * [1, -1, 1], -IMPACT[:, [1, 0, 2]]])
    np.testing.assert_array_equal(arrange(scrambled, reference), np.stack([IMPACT, IMPACT]))
    twice = np.stack([np.column_stack([IMPACT[:, 0], IMPACT[:, 0] + 0.1 * IMPACT[:, 1], IMPACT[:, 2]])])
    np.testing.assert_array_equal(np.sort(arrange(twice, reference)[0], axis=1), np.sort(twice[0], axis=1))


def test_tests_tell_identified_from_unidentified():
    data, regimes = sample(5)
    strong = VAR(data, lags=2).fit().identify(Heteroskedasticity(regimes)).tests()
    assert (strong["p_value"] < 0.01).all()
    assert strong.columns.tolist() == ["statistic", "p_value", "distribution", "null"]
    data, regimes = sample(5, np.array([[1.0, 1.0, 1.0], [4.0, 4.0, 4.0]]))
    same = VAR(data, lags=2).fit().identify(Heteroskedasticity(regimes, method="moments")).tests()
    assert same.loc["constant covariance", "p_value"] < 0.01
    assert (same["p_value"].iloc[1:] > 0.05).any()
    assert "over-identification" not in same.index


def test_degrees_of_freedom_of_three_regimes(three):
    table = three[0].identify(Heteroskedasticity(three[1])).tests()["distribution"]
    assert table.tolist() == ["chi2(12)", "chi2(3)", "chi2(3)", "chi2(3)", "chi2(3)"]


def test_pair_test_equals_a_numerical_likelihood_ratio():
    from scipy.optimize import minimize

    from econ.var.schemes.volatility_tests import _proportional

    d, counts = np.array([[1.0, 2.0], [3.0, 1.5], [0.5, 0.7]]), np.array([50.0, 80.0, 70.0])

    def minus_loglik(theta):
        fitted = np.exp(np.array([[theta[0], theta[0]], [theta[1], theta[1]], [0.0, 0.0]]) + theta[2:])
        return float(counts @ (np.log(fitted) + d / fitted).sum(axis=1))

    best = minimize(minus_loglik, np.zeros(4), tol=1e-12).fun - float(counts @ (np.log(d) + 1.0).sum(axis=1))
    assert _proportional(d, counts) == pytest.approx(best, rel=1e-6)


def test_refuses_bad_regimes(two):
    fit, regimes = two
    few = regimes.copy()
    few[:] = "calm"
    few.iloc[-12:] = "war"
    cases = [
        (few, SampleTooShort, "'war' has 12 periods"),
        (few.where(few == "calm", "calm"), SpecificationError, "two or more"),
        (regimes.iloc[:-1], SchemaError, "no regime at 2015-02"),
        (regimes.where(regimes.index != regimes.index[9]), SchemaError, "no regime at 1990-10"),
        (pd.concat([regimes, regimes.iloc[:1]]), SchemaError, "twice"),
    ]
    for labels, error, words in cases:
        with pytest.raises(error, match=words):
            fit.identify(Heteroskedasticity(labels))
    with pytest.raises(SpecificationError, match="did you mean 'moments'"):
        Heteroskedasticity(regimes, method="moment")
    with pytest.raises(SpecificationError, match="regimes must be a Series"):
        Heteroskedasticity(list(regimes))
    with pytest.raises(SpecificationError, match="20%"):
        fit.identify(Heteroskedasticity(regimes)).irf(3, Wild(draws=10), rng=1)


def test_one_variable():
    data, regimes = sample(1)
    svar = VAR(data.select("yield"), lags=1).fit().identify(Heteroskedasticity(regimes))
    assert svar.impact.iloc[0, 0] == pytest.approx(np.sqrt(svar.parent.sigma_u.iloc[0, 0]))
    assert svar.tests().index.tolist() == ["constant covariance"]
    assert svar.labels["share"].tolist() == [1.0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variances", "method", "bootstrap"),
    [
        (TWO, "moments", MovingBlock(draws=299)),
        (TWO, "moments", Residual(draws=299)),
        (TWO, "ml", MovingBlock(draws=199)),
        (THREE, "moments", Residual(draws=299)),
        (THREE, "ml", MovingBlock(draws=199)),
    ],
)
def test_bootstrap_intervals_cover(variances, method, bootstrap):
    """90% percentile intervals, 150 samples of T = 300, impact, 3 and 12 months: what the docstring reports."""
    inside = np.zeros((3, 3, 3))
    for seed in range(150):
        data, regimes = sample(seed, variances)
        scheme = Heteroskedasticity(regimes, method=method)
        svar = scheme.identify(VAR(data, lags=2).fit())  # every sample counts, also those that fit.identify warns of
        lower, upper = svar.irf(12, bootstrap, rng=seed).band(0.90)
        path = truth(variances, regimes, 12)
        inside += ((lower <= path) & (path <= upper))[[0, 3, 12]]
    share = inside / 150
    assert 0.83 < share.mean() < 0.93, share
    assert share.min() > 0.72, share


@pytest.mark.slow
@pytest.mark.parametrize("kurtosis", [None, 8])
def test_size_of_the_tests(kurtosis):
    """Nominal 5% on 400 samples of T = 300, normal or t(8) shocks: two shocks in proportion; one impact matrix."""
    equal = np.array([[1.0, 1.0, 1.0], [3.0, 3.0, 0.2]])
    rejected = np.zeros(2)
    for seed in range(400):
        for column, variances in enumerate((equal, THREE)):
            data, regimes = sample(seed, variances, kurtosis=kurtosis)
            scheme = Heteroskedasticity(regimes, method="moments")
            found = scheme.identify(VAR(data, lags=2).fit()).tests()["p_value"]
            smallest = found.filter(like="over") if column else found.filter(like="equal")
            rejected[column] += smallest.max() < 0.05
    assert ((rejected / 400 > 0.01) & (rejected / 400 < 0.09)).all(), rejected


def test_a_turn_of_two_columns_is_the_product_with_a_whole_rotation():
    """One pair after the other by n x n matrices, as the sweeps are defined."""
    generator = np.random.default_rng(4)
    errors = generator.standard_normal((3, 4, 30, 3)) * np.exp(generator.standard_normal((1, 4, 1, 3)))
    _, white = volatility.whitened(np.swapaxes(errors, 2, 3) @ errors / 30.0, np.full(4, 0.25))
    q = np.linalg.eigh(white[:, 0])[1]
    for _ in range(60):
        for i, j in ((0, 1), (0, 2), (1, 2)):
            m = np.swapaxes(q, 1, 2)[:, None] @ white @ q[:, None]
            gap, cross = m[:, :, i, i] - m[:, :, j, j], 2.0 * m[:, :, i, j]
            angle = 0.25 * np.arctan2(2.0 * (gap * cross).sum(axis=1), (gap**2 - cross**2).sum(axis=1))
            turn = np.tile(np.eye(3), (3, 1, 1))
            turn[:, i, i] = turn[:, j, j] = np.cos(angle)
            turn[:, j, i], turn[:, i, j] = np.sin(angle), -np.sin(angle)
            q = q @ turn
    np.testing.assert_allclose(volatility.rotation(white), q, atol=1e-7)


def test_samples_that_stand_still_are_left_out_of_the_turns_of_the_others():
    """Most of these are diagonalised soon, some late: together each ends where it ends alone."""
    generator = np.random.default_rng(6)
    errors = generator.standard_normal((40, 3, 60, 4)) * np.exp(generator.standard_normal((40, 3, 1, 4)))
    _, white = volatility.whitened(np.swapaxes(errors, 2, 3) @ errors / 60.0, np.full(3, 1.0 / 3.0))
    alone = np.concatenate([volatility.rotation(each[None]) for each in white])
    np.testing.assert_allclose(volatility.rotation(white), alone, rtol=0.0, atol=2e-8)
    np.testing.assert_allclose(np.swapaxes(alone, 1, 2) @ alone, np.broadcast_to(np.eye(4), (40, 4, 4)), atol=1e-13)
