"""Identification by GARCH and by a smooth transition of variances."""

import numpy as np
import pandas as pd
import pytest

from econ.errors import SchemaError, SpecificationError
from econ.var import VAR, ChangingVolatility, MovingBlock
from econ.var.schemes import _clustering_kernels as clustering

NAMES = ("china", "japan", "yield")
IMPACT = np.array([[1.0, 0.3, 0.2], [0.4, 0.8, -0.3], [-0.5, 0.3, 1.2]])


def sample(seed, model, periods=301):
    """Shocks with GARCH(1, 1) variances, or with variances that move to (8, 2, 0.4) in mid-sample."""
    rng = np.random.default_rng(seed)
    count = periods + 100
    e = rng.standard_normal((count, 3))
    if model == "garch":
        a, p, v = np.array([0.3, 0.2, 0.0]), np.array([0.9, 0.95, 0.5]), np.ones(3)
        for t in range(count):
            e[t] *= np.sqrt(v)
            v = 1.0 - p + a * e[t] ** 2 + (p - a) * v
    else:
        weight = 1.0 / (1.0 + np.exp(-(np.arange(count) - 100 - periods / 2) / 10.0))[:, None]
        e *= np.sqrt(1.0 - weight + weight * np.array([8.0, 2.0, 0.4]))
    y = np.zeros((count, 3))
    for t in range(1, count):
        y[t] = 0.5 * y[t - 1] + IMPACT @ e[t]
    dates = pd.period_range("1990-01", periods=periods, freq="M")
    return pd.DataFrame(y[-periods:], index=dates, columns=list(NAMES))


@pytest.fixture(scope="module", params=["garch", "smooth"])
def svar(request):
    return VAR(sample(1, request.param), lags=1).fit().identify(ChangingVolatility(request.param))


def test_long_samples_recover_the_impact():
    garch = VAR(sample(2, "garch", periods=4000), lags=1).fit().identify(ChangingVolatility()).impact
    np.testing.assert_allclose(garch / np.diag(garch), IMPACT / np.diag(IMPACT), atol=0.1)
    smooth = VAR(sample(2, "smooth", periods=1500), lags=1).fit().identify(ChangingVolatility("smooth")).impact
    np.testing.assert_allclose(smooth / np.diag(smooth), IMPACT / np.diag(IMPACT), atol=0.2)


def test_shocks_solve_the_estimating_equation(svar):
    e, v = svar.shocks.to_numpy(), svar.variances.to_numpy()
    score = (e / v).T @ e / len(e)
    np.testing.assert_allclose(score, score.T, atol=1e-5)
    np.testing.assert_allclose(v.mean(axis=0), 1.0, rtol=1e-10)


def test_read_outs_add_up(svar):
    np.testing.assert_allclose(svar.impact @ svar.impact.T, svar.parent.sigma_u, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(svar.fevd(5).sum(axis=1), 1.0, rtol=1e-10)
    assert svar.labels.index.tolist() == list(NAMES)
    assert (np.diag(svar.impact) > 0).all()
    assert svar.tests()["p_value"].min() < 0.01


def test_order_and_scale_do_not_matter(svar):
    factor, order = np.array([1.0, 100.0, 0.01]), ["yield", "china", "japan"]
    other = VAR((svar.parent.parent.parent.frame * factor)[order], lags=1).fit().identify(svar.scheme)
    expected = svar.impact.mul(factor, axis=0)
    np.testing.assert_allclose(other.impact.loc[list(NAMES), list(NAMES)], expected, rtol=1e-3, atol=1e-5)


def test_draws_differ_and_repeat(svar):
    first = svar.irf(1, MovingBlock(draws=10), rng=1)
    again = svar.irf(1, MovingBlock(draws=10), rng=1)
    np.testing.assert_array_equal(first.draws, again.draws)
    assert len(np.unique(first.draws[:, 1, 2, 0])) == 10


@pytest.mark.slow
def test_draws_do_not_depend_on_workers(svar):
    first = svar.irf(1, MovingBlock(draws=102), rng=1)
    again = svar.irf(1, MovingBlock(draws=102), rng=1, n_jobs=2)
    np.testing.assert_array_equal(first.draws, again.draws)


def test_transition_variable_is_drawn_along_with_the_errors():
    from econ.var.reduced.bootstrap import _Simulator

    fit = VAR(sample(1, "smooth"), lags=1).fit()
    series = pd.Series(np.arange(301.0) ** 1.5, index=fit.data.frame.index)
    scheme = ChangingVolatility("smooth", transition=series)
    draws = _Simulator(fit, MovingBlock(draws=2))(2, np.random.default_rng(1))
    rows = draws.resample.rows[0]
    redrawn = scheme.redrawn(fit, rows)
    np.testing.assert_array_equal(redrawn.transition, series.to_numpy()[1:][rows])
    assert ChangingVolatility().redrawn(fit, rows).transition is None
    impacts, weight = scheme.impact_batch(draws), scheme._weight(fit)
    for b in range(2):
        e = np.linalg.solve(impacts[b], draws.residuals[b].T).T
        e /= np.sqrt((e**2).mean())
        v = clustering.transition(e[None], weight[draws.resample.rows[b]][None])[0]
        score = (e / v).T @ e / len(e)
        np.testing.assert_allclose(score, score.T, atol=1e-5)


def test_garch_takes_the_likeliest_recursion_of_the_grid():
    e = np.random.default_rng(1).standard_normal((2, 50, 3))
    found, chosen = clustering.garch(e, None)
    for b, i in np.ndindex(2, 3):
        losses, paths = [], []
        for a, p in clustering.GRID:
            v = [1.0]
            for past in e[b, :-1, i]:
                v.append(1.0 - p + a * past**2 + (p - a) * v[-1])
            paths.append(v)
            losses.append((np.log(v) + e[b, :, i] ** 2 / v).sum())
        series = np.swapaxes(e, 0, 1).reshape(50, 6) ** 2
        np.testing.assert_allclose(clustering._losses(series)[:, 3 * b + i], losses, rtol=1e-12)
        assert chosen[b, i] == np.argmin(losses)
        likeliest = np.array(paths[np.argmin(losses)])
        np.testing.assert_allclose(found[b, :, i], likeliest / likeliest.mean(), rtol=1e-12)
    np.testing.assert_array_equal(clustering.garch(e, chosen)[0], found)
    assert len(np.unique(chosen)) > 2


def test_least_finds_the_lowest_weighted_sum_of_squares():
    rng = np.random.default_rng(1)
    e, weights = rng.standard_normal((1, 80, 3)), rng.uniform(0.2, 3.0, (1, 80, 3))
    best = clustering.least(e, weights)[0]

    def loss(q):
        return float(((e[0] @ q) ** 2 * weights[0]).sum())

    for seed in range(200):
        turn = np.linalg.qr(np.random.default_rng(seed).standard_normal((3, 3)))[0]
        small = np.linalg.qr(np.eye(3) + 0.02 * turn)[0]
        assert loss(best @ small) >= loss(best) - 1e-9
        assert loss(turn) >= loss(best) - 1e-9
    same = np.repeat(weights[:, :, :1], 3, axis=2)
    np.testing.assert_array_equal(clustering.least(e, same)[0], np.eye(3))


def test_transition_variances_recover_their_levels():
    weight = np.linspace(0.0, 1.0, 4000)[None]
    truth = np.stack([1.0 + 3.0 * weight[0], 2.0 - 1.5 * weight[0]], axis=1)
    e = np.random.default_rng(1).standard_normal((1, 4000, 2)) * np.sqrt(truth)
    found = clustering.transition(e, weight)[0]
    np.testing.assert_allclose(found, truth / truth.mean(axis=0), atol=0.15)


@pytest.mark.parametrize("shared", [True, False])
def test_transition_variances_are_reweighted_least_squares(shared):
    rng = np.random.default_rng(2)
    weight, e = rng.uniform(0.0, 1.0, (1 if shared else 3, 60)), rng.standard_normal((3, 60, 2))
    e[0, :, 0] *= np.linspace(0.01, 2.0, 60)[np.argsort(np.argsort(weight[0]))]  # one b_0 is the least allowed
    found = clustering.transition(e, weight)
    for b, i in np.ndindex(3, 2):
        g = weight[0 if shared else b]
        x, v = np.column_stack([1.0 - g, g]), np.ones(60)
        for _ in range(20):
            b_0_1 = np.linalg.lstsq(x / v[:, None], e[b, :, i] ** 2 / v, rcond=None)[0]
            v = x @ np.maximum(b_0_1, clustering.LEAST)
        np.testing.assert_allclose(found[b, :, i], v / v.mean(), rtol=1e-9)


def test_refuses_bad_requests():
    frame = sample(1, "smooth")
    fit, series = VAR(frame, lags=1).fit(), pd.Series(np.arange(301.0), index=frame.index)
    with pytest.raises(SpecificationError, match="did you mean 'garch'"):
        ChangingVolatility("arch")
    with pytest.raises(SpecificationError, match="only model='smooth'"):
        ChangingVolatility("garch", transition=series)
    cases = [(series.iloc[:50], "no finite value at 1994-03"), (series * 0.0, "constant")]
    for bad, words in [*cases, (pd.concat([series, series.iloc[:1]]), "twice")]:
        with pytest.raises(SchemaError, match=words):
            fit.identify(ChangingVolatility("smooth", transition=bad))


def pair(seed, model):
    """Two shocks, T = 300: variances that change fourfold in opposite directions, or persistent GARCH."""
    generator = np.random.default_rng(seed)
    t = np.arange(300)
    weight = 1.0 / (1.0 + np.exp(-8.0 * (t / 300 - 0.5) * np.sqrt(12)))
    e, v = generator.standard_normal((300, 2)), np.ones(2)
    if model == "smooth":
        e *= np.sqrt(np.column_stack([0.4 + 1.2 * weight, 1.6 - 1.2 * weight]))
    else:
        for period in range(1, 300):
            v = np.array([0.03, 0.1]) + np.array([0.25, 0.1]) * e[period - 1] ** 2 + np.array([0.72, 0.8]) * v
            e[period] *= np.sqrt(v)
    y = np.zeros((300, 2))
    for period in range(1, 300):
        y[period] = PAIR_LAGS @ y[period - 1] + PAIR_IMPACT @ e[period]
    return pd.DataFrame(y, index=pd.period_range("2000-01", periods=300, freq="M"), columns=["x", "y"])


PAIR_LAGS, PAIR_IMPACT = np.array([[0.5, 0.1], [0.2, 0.4]]), np.array([[1.0, 0.3], [0.5, 0.8]])


@pytest.mark.slow
@pytest.mark.parametrize("model", ["garch", "smooth"])
def test_intervals_of_unit_effects_cover_as_the_docstring_says(model):
    """40 samples, so 5 points of Monte Carlo error a cell; impact, 3 and 12 months."""
    unit = PAIR_IMPACT / np.diag(PAIR_IMPACT)
    truth = np.stack([np.linalg.matrix_power(PAIR_LAGS, h) @ unit for h in (0, 3, 12)])
    inside = []
    for seed in range(40):
        fit = VAR(pair(seed, model), lags=1).fit().bias_corrected()
        svar = ChangingVolatility(model).identify(fit)  # every sample counts, also those that fit.identify warns of
        irf = svar.irf(12, MovingBlock(draws=99), rng=seed)
        irf = irf.scale(to=1.0, response="x", shock="x").scale(to=1.0, response="y", shock="y")
        lower, upper = (end[[0, 3, 12]] for end in irf.band(0.90))
        inside.append((lower <= truth + 1e-12) & (truth - 1e-12 <= upper))
    share = np.mean(inside, axis=0)
    moving = np.ones(share.shape, dtype=bool)
    moving[0] = ~np.eye(2, dtype=bool)  # the unit effect itself
    assert share[moving].min() > 0.72
    assert 0.82 < share[moving].mean() < 0.99
