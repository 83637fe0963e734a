"""Supply and demand with priors on elasticities: closed form, grid, chains, what the data cannot say."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, linalg, stats

from econ.data import Dataset
from econ.errors import (
    NotConverged,
    NotIdentified,
    PriorExcludesData,
    SampleTooShort,
    SchemaError,
    SingularDesign,
    SpecificationError,
    UnknownName,
)
from econ.estimate import Estimate, Unavailable
from econ.infer import leaning_curve, news_leaning
from econ.var import ElasticityPrior, SupplyDemand

IMPACT = ElasticityPrior("t", 1.0, 0.5)
LEANING = ElasticityPrior("t", 0.5, 0.4, lower=0.0)


def world(periods, impact=0.8, leaning=0.5, sizes=(1.0, 1.0), seed=1):
    """Price changes and flows that answer each other, and their shocks."""
    n, e = np.random.default_rng(seed).standard_normal((2, periods)) * np.array(sizes)[:, None]
    flow = (e + leaning * n) / (1.0 + impact * leaning)
    return pd.DataFrame({"dy": n - impact * flow, "f": flow})


def model(frame, **options):
    return SupplyDemand(frame, "dy", "f", **{"impact": IMPACT, "leaning": LEANING, "lags": 0, **options})


def rows(b, c):
    return np.array([1.0, b]), np.array([-c, 1.0])


def by_quadrature(frame, point, *, shape, scales):
    """Log likelihood of (b, c): constants and variances of both equations integrated by adaptive quadrature."""
    y = frame.to_numpy()
    b, c = point
    found = (len(y) - 1) * math.log(abs(1.0 + b * c))  # constants flat in the reduced form: one power of |det A| less
    for row in rows(b, c):
        series = y @ row
        tau = shape * float(row**2 @ np.square(scales))
        middle, size = series.mean(), series.var()
        top = -0.5 * len(y) * (1.0 + math.log(size))

        def density(log_d, mean, series=series, tau=tau, top=top):
            d = math.exp(log_d)
            likelihood = -0.5 * len(series) * log_d - 0.5 * float(((series - mean) ** 2).sum()) / d
            prior = shape * math.log(tau) - math.lgamma(shape) - (shape + 1.0) * log_d - tau / d
            return math.exp(likelihood + prior + log_d - top)

        wide = 12.0 * math.sqrt(size / len(y))
        ends = (math.log(size) - 3.0, math.log(size) + 4.0)
        value, _ = integrate.dblquad(density, middle - wide, middle + wide, *ends, epsrel=1e-8, epsabs=0.0)
        found += math.log(value) + top
    return found


@pytest.mark.parametrize("shape", [2.0, 5.0])
def test_likelihood_is_the_integral_over_constants_and_variances(shape):
    frame, scales = world(16, seed=3), (1.3, 0.7)
    made = model(frame, shape=shape, scales=scales)._likelihood
    points = [(0.8, 0.5), (0.0, 0.0), (-0.6, 0.3), (3.0, 2.0), (1.5, -0.4)]
    ours = [log_likelihood(made, *point) for point in points]
    theirs = [by_quadrature(frame, point, shape=shape, scales=scales) for point in points]
    np.testing.assert_allclose(np.diff(ours), np.diff(theirs), rtol=0.0, atol=1e-6)


def log_likelihood(made, b, c):
    """What grid and chains use, at one point."""
    b, c = np.array(b), np.array(c)
    ridge = made.ridge(made.angle_of_impact(b), made.angle_of_leaning(c))
    return float(ridge + made.variances_of_impact(b) + made.variances_of_leaning(c))


def by_multivariate_t(frame, values, place, *, lags, tightness, expected, shape=2.0):
    """Log density of the structural series of one equation, constants projected out, for each elasticity."""
    y = frame.to_numpy()
    x = np.hstack([y[lags - lag : len(y) - lag] for lag in range(1, lags + 1)]) if lags else np.empty((len(y), 0))
    free = linalg.null_space(np.ones((1, len(y) - lags))).T
    spread = [tightness**2 / (lag**2 * expected[j, j]) for lag in range(1, lags + 1) for j in (0, 1)]
    within = np.eye(len(free)) + free @ x @ np.diag(spread) @ x.T @ free.T if lags else np.eye(len(free))
    out = []
    for value in values:
        row = rows(value, value)[place]
        middle = float(row @ expected @ row)
        joint = stats.multivariate_t(shape=middle * within, df=2.0 * shape)
        out.append(joint.logpdf(free @ (y[lags:] @ row)))
    return np.array(out)


def own_residuals(frame, lags):
    """Covariance of the residuals of regressions of each series on its own lags."""
    y, errors = frame.to_numpy(), []
    for j in range(2):
        x = np.column_stack([np.ones(len(y) - lags), *(y[lags - lag : len(y) - lag, j] for lag in range(1, lags + 1))])
        errors.append(y[lags:, j] - x @ np.linalg.lstsq(x, y[lags:, j])[0])
    return np.array(errors) @ np.array(errors).T / (len(y) - 2 * lags - 1)


@pytest.mark.parametrize(("lags", "tightness", "scales"), [(0, math.inf, (1, 0.9)), (1, 0.5, (1, 0.9)), (2, 0.2, None)])
def test_grid_is_the_posterior_by_brute_force(lags, tightness, scales):
    """Dense integration over (b, c) of multivariate t densities of both equations: to 1e-3 of a standard deviation."""
    frame = world(40, seed=5)
    believed = {"impact": ElasticityPrior("t", 1.0, 0.5, lower=-2.0, upper=5.0)}
    believed["leaning"] = ElasticityPrior("t", 0.5, 0.4, lower=0.0, upper=4.0)
    summary = model(frame, lags=lags, tightness=tightness, scales=scales, **believed).fit().summary()
    ends = {"impact": np.linspace(-2.0, 5.0, 1402), "leaning": np.linspace(0.0, 4.0, 1001)}
    b, c = (0.5 * (each[:-1] + each[1:]) for each in ends.values())
    expected = own_residuals(frame, lags) if scales is None else np.diag(np.square(scales))
    options = {"lags": lags, "tightness": tightness, "expected": expected}
    log = (len(frame) - lags - 1) * np.log(np.abs(1.0 + b[:, None] * c))
    log += by_multivariate_t(frame, b, 0, **options)[:, None] + by_multivariate_t(frame, c, 1, **options)
    log += stats.t(3).logpdf((b - 1.0) / 0.5)[:, None] + stats.t(3).logpdf((c - 0.5) / 0.4)
    mass = np.exp(log - log.max())
    mass /= mass.sum()
    for name, values, margin in (("impact", b, mass.sum(axis=1)), ("leaning", c, mass.sum(axis=0))):
        mean = margin @ values
        std = math.sqrt(margin @ (values - mean) ** 2)
        quantiles = np.interp([0.05, 0.5, 0.95], np.cumsum(margin), ends[name][1:])
        found = summary.loc[name, ["mean", "std", "lower", "median", "upper"]].astype(float)
        np.testing.assert_allclose(found, [mean, std, *quantiles], rtol=0.0, atol=1e-3 * std)


def test_grid_and_chains_agree():
    made = model(world(490), lags=6)
    by_grid, draws = made.fit().summary(), made.sample(10_000, rng=1)
    by_draws = draws.summary()
    assert (by_draws["r_hat"] < 1.02).all()
    assert (by_draws["effective_draws"] > 4000).all()
    assert 0.2 < draws.acceptance < 0.5
    error = by_grid["std"] / np.sqrt(by_draws["effective_draws"])
    assert (abs(by_draws["mean"] - by_grid["mean"]) < 4.0 * error).all()
    for name, probability in (("lower", 0.05), ("median", 0.5), ("upper", 0.95)):
        for side in ("impact", "leaning"):
            below = (draws.table[side] < by_grid.loc[side, name]).mean()
            spread = math.sqrt(probability * (1.0 - probability) / by_draws.loc[side, "effective_draws"])
            assert below == pytest.approx(probability, abs=4.0 * spread)


def test_best_impact_at_a_leaning_is_on_the_leaning_curve():
    """Flat priors: the posterior is as high at every point of the curve, and lower at every other."""
    frame = world(300)
    flat = {"impact": ElasticityPrior("uniform", lower=-1.0, upper=20.0)}
    flat["leaning"] = ElasticityPrior("uniform", lower=0.0, upper=1.2)
    made = model(frame, lags=2, shape=0.0, **flat)
    fit, y = made.fit(), frame.to_numpy()
    lagged = np.hstack([y[1:-1], y[:-2]])
    curve = leaning_curve(y[2:, 0], y[2:, 1], controls=lagged)
    for c in (0.0, 0.3, 1.1):
        b = fit.ridge(c)
        assert b == pytest.approx(curve.at(c).value, rel=1e-9)
        assert log_likelihood(made._likelihood, b, c) == pytest.approx(0.0, abs=1e-9)
        assert log_likelihood(made._likelihood, b + 0.02, c) < -1e-3 > log_likelihood(made._likelihood, b - 0.02, c)
    middle = 0.5 * (fit.leaning_edges[:-1] + fit.leaning_edges[1:])
    density = fit.mass / np.outer(np.diff(fit.impact_edges), np.diff(fit.leaning_edges))
    for place in range(5, len(middle) - 5, 20):
        best = density[:, place].argmax()
        low, high = fit.impact_edges[[best - 1, best + 2]]
        assert low <= fit.ridge(middle[place]) <= high


def test_posterior_gathers_on_the_curve_and_not_on_a_point():
    """Given c the spread of b falls as 1 / sqrt(T); the spread of b itself stays, and with it what is not known."""
    along = []
    for periods in (400, 40_000):
        fit = model(world(periods)).fit()
        table = fit.mass[:, np.searchsorted(fit.leaning_edges, 0.5) - 1]
        b = 0.5 * (fit.impact_edges[:-1] + fit.impact_edges[1:])
        mean, row = table @ b / table.sum(), np.array([1.0, fit.ridge(0.5)])
        across = math.sqrt(table @ (b - mean) ** 2 / table.sum())
        omega = fit.covariance.to_numpy()
        assert across == pytest.approx(row @ omega @ row / math.sqrt(np.linalg.det(omega) * periods), rel=0.06)
        assert mean == pytest.approx(fit.ridge(0.5), abs=0.5 * across)
        along.append(fit.impact().std_error)
    assert along[1] > 0.8 * along[0]
    assert fit.learning().loc["impact", "std_left"] > 0.3


def test_both_equations_may_change_places():
    """Without signs the likelihood is the same at (-1/c, -1/b), and a set of highest density can be in two pieces."""
    made = model(world(400), shape=0.0, scales=(1.0, 1.0))._likelihood
    for b, c in ((0.8, 0.5), (2.0, 0.1)):
        assert log_likelihood(made, b, c) == pytest.approx(log_likelihood(made, -1.0 / c, -1.0 / b), rel=1e-9)
    wide = ElasticityPrior("normal", 0.0, 2.0)
    fit = model(world(400), impact=wide, leaning=wide, shape=0.0).fit()
    region = fit.impact(0.6, kind="highest-density").region
    assert len(region.intervals) == 2
    assert model(world(400), impact=wide, leaning=LEANING).fit().probability("impact") > 0.9


def test_units_and_signs_do_not_matter():
    frame = world(120)
    base = model(frame, lags=1, tightness=0.3).fit()
    other = model(
        pd.DataFrame({"dy": 100.0 * frame["dy"] + 7.0, "f": -0.01 * frame["f"]}),
        impact=ElasticityPrior("t", -1e4, 5e3),
        leaning=ElasticityPrior("t", -0.5e-4, 0.4e-4, upper=0.0),
        lags=1,
        tightness=0.3,
    ).fit()
    for name, factor in (("impact", -1e4), ("leaning", -1e-4)):
        one, two = getattr(base, name)(), getattr(other, name)()
        expected = factor * np.array([one.value, one.lower, one.upper])
        np.testing.assert_allclose([two.value, two.upper, two.lower], expected, rtol=2e-3)
    assert other.learning()["divergence"].tolist() == pytest.approx(base.learning()["divergence"].tolist(), rel=2e-3)


def test_controls_are_partialled_out_and_dates_do_not_matter():
    frame, rest = world(200), np.random.default_rng(9).standard_normal(200)
    moved = frame.assign(dy=frame["dy"] + 3.0 * rest, f=frame["f"] - 2.0 * rest, rest=rest)
    plain = model(frame.assign(rest=rest), controls="rest").fit()
    dated = moved.set_axis(pd.period_range("2000-01", periods=200, freq="M"))
    pd.testing.assert_frame_equal(model(dated, controls=["rest"]).fit().to_frame(), plain.to_frame(), rtol=1e-6)
    assert plain.nobs == 200


def products(made):
    """Cross-products of the residuals."""
    return made.residual_covariance * made._degrees


def test_lags_that_are_flat_are_the_limit_of_wide_ones():
    """Up to the observations that a flat prior spends on its coefficients."""
    frame = world(300)
    flat, wide = model(frame, lags=2), model(frame, lags=2, tightness=1e4)
    pd.testing.assert_frame_equal(products(wide), products(flat), rtol=1e-6)
    assert wide._degrees - flat._degrees == 4
    tight = model(frame, lags=2, tightness=1e-6)
    later = frame.iloc[2:] - frame.iloc[2:].mean()
    pd.testing.assert_frame_equal(products(tight), later.T @ later, rtol=1e-6)


def test_news_is_one_more_normal_likelihood_of_the_leaning():
    frame = world(150)
    prior, news = ElasticityPrior("normal", 0.4, 0.3), (0.7, 0.15)
    weight = np.array([0.3**-2, 0.15**-2])
    merged = ElasticityPrior("normal", float(weight @ [0.4, 0.7] / weight.sum()), float(weight.sum() ** -0.5))
    one, other = model(frame, leaning=prior, news=news).fit(), model(frame, leaning=merged).fit()
    np.testing.assert_allclose(one.to_frame(), other.to_frame(), rtol=2e-3, atol=1e-6)
    estimate = Estimate(0.7, 0.15, 0.4, 1.0)
    pd.testing.assert_frame_equal(model(frame, leaning=prior, news=estimate).fit().to_frame(), one.to_frame())
    draws = model(frame, leaning=prior, news=news).sample(4000, rng=1).table
    assert draws["leaning"].mean() == pytest.approx(one.leaning().value, abs=0.01)


def test_news_among_the_controls_is_independent_of_the_residuals_and_news_outside_is_not():
    """What the docstring says of news from the same periods."""
    found = {"controls": [], "outside": []}
    for seed in range(400):
        z, n, e = np.random.default_rng(seed).standard_normal((3, 200))
        flow = (e + 0.5 * (z + n)) / (1.0 + 0.5 * 0.8)
        dy = z + n - 0.8 * flow
        c = float(z @ flow / (z @ dy))
        for name, regressors in (("controls", np.column_stack([np.ones(200), z])), ("outside", np.ones((200, 1)))):
            q = np.linalg.qr(regressors)[0]
            left = [each - q @ (q.T @ each) for each in (dy, flow)]
            found[name].append([c, float((left[0] + 0.8 * left[1]) @ (left[1] - 0.5 * left[0]))])
    correlation = {name: np.corrcoef(np.array(values).T)[0, 1] for name, values in found.items()}
    assert abs(correlation["controls"]) < 3.0 / math.sqrt(400)
    assert correlation["outside"] > 0.5


def test_news_of_the_real_kind_is_taken():
    generator = np.random.default_rng(2)
    z, n, e = generator.standard_normal((3, 400))
    flow = (e + 0.5 * (z + n)) / (1.0 + 0.5 * 0.8)
    frame = pd.DataFrame({"dy": z + n - 0.8 * flow, "f": flow, "z": z})
    news = news_leaning(frame["dy"], flow, z, cov="hc1").leaning
    before, after = (model(frame, controls="z", news=each).fit().learning() for each in (None, news))
    assert after.loc["leaning", "std_left"] < 0.5 * before.loc["leaning", "std_left"]
    assert after.loc["impact", "divergence"] > before.loc["impact", "divergence"]


def test_sets_hold_what_they_say():
    fit = model(world(200)).fit()
    for name, read in (("impact", fit.impact), ("leaning", fit.leaning)):
        table = fit.density(name)
        step = np.diff(fit.impact_edges if name == "impact" else fit.leaning_edges)
        assert float(table["posterior"] @ step) == pytest.approx(1.0, abs=2e-3)
        for level in (0.5, 0.9):
            tails, highest = read(level), read(level, kind="highest-density")
            inside = fit.probability(name, above=tails.lower) - fit.probability(name, above=tails.upper)
            assert inside == pytest.approx(level, abs=1e-9)
            held = sum(
                fit.probability(name, above=low) - fit.probability(name, above=high) for low, high in highest.region
            )
            assert level <= held < level + 0.003
            assert highest.upper - highest.lower < tails.upper - tails.lower
        assert fit.probability(name, above=read().value) == pytest.approx(0.5, abs=1e-9)
    assert fit.probability("leaning") == 1.0


def test_learning_is_nothing_where_the_prior_says_all():
    tight = {"impact": ElasticityPrior("normal", 0.8, 1e-4), "leaning": ElasticityPrior("normal", 0.5, 1e-4)}
    table = model(world(100), **tight).fit().learning()
    assert table["std_left"].tolist() == pytest.approx([1.0, 1.0], abs=2e-3)
    assert (table["divergence"] < 1e-4).all()
    heavy = model(world(100), impact=ElasticityPrior("t", 1.0, 0.5, df=2.0)).fit()
    assert isinstance(heavy.learning().loc["impact", "std_left"], Unavailable)
    assert isinstance(heavy.impact().std_error, Unavailable)


def test_divergence_is_that_of_normals_where_both_are():
    """Leaning known to be 0: b is a regression slope, its posterior nearly normal, and the divergence has a formula."""
    frame = world(2000, leaning=0.0)
    prior = ElasticityPrior("normal", 0.7, 0.5)
    fit = model(frame, impact=prior, leaning=ElasticityPrior("normal", 0.0, 1e-6), shape=0.0).fit()
    y, x = (frame - frame.mean()).to_numpy().T
    slope = -float(x @ y / (x @ x))
    error = math.sqrt(float((y + slope * x) @ (y + slope * x)) / (len(frame) - 1) / float(x @ x))
    weight = error**-2 + 0.5**-2
    mean, std = (slope / error**2 + 0.7 / 0.5**2) / weight, weight**-0.5
    assert fit.impact().value == pytest.approx(mean, abs=0.01 * std)
    assert fit.impact().std_error == pytest.approx(std, rel=0.01)
    expected = math.log(0.5 / std) + (std**2 + (mean - 0.7) ** 2) / (2.0 * 0.5**2) - 0.5
    assert fit.learning().loc["impact", "divergence"] == pytest.approx(expected, rel=5e-3)


def drawn_from_the_prior(generator, periods, *, shape=2.0):
    """Elasticities, variances and data, in the words of the docstring; the constant is free and does not matter."""
    b, c = (float(prior.draw(1, int(generator.integers(2**31)))[0]) for prior in (IMPACT, LEANING))
    sides = np.array(rows(b, c))
    variances = shape * (sides**2).sum(axis=1) / generator.gamma(shape, size=2)
    shocks = generator.standard_normal((periods, 2)) * np.sqrt(variances)
    return (b, c), pd.DataFrame(shocks @ np.linalg.inv(sides).T + 5.0, columns=["dy", "f"])


def ranks(replications, periods, seed):
    """Posterior probability below the truth, and whether the 90% sets cover it, truths drawn from the prior."""
    generator = np.random.default_rng(seed)
    below, covered = np.empty((replications, 2)), np.empty((replications, 2))
    for place in range(replications):
        truth, frame = drawn_from_the_prior(generator, periods)
        fit = model(frame, scales=(1.0, 1.0)).fit()
        for j, (name, value) in enumerate(zip(("impact", "leaning"), truth, strict=True)):
            below[place, j] = 1.0 - fit.probability(name, above=value)
            covered[place, j] = value in getattr(fit, name)(0.9).region
    return below, covered


@pytest.mark.slow
def test_ranks_of_truths_from_the_prior_are_uniform():
    below, covered = ranks(150, 60, seed=11)
    assert (np.abs(covered.mean(axis=0) - 0.9) < 3.0 * math.sqrt(0.09 / 150)).all()
    for j in range(2):
        assert stats.kstest(below[:, j], "uniform").pvalue > 0.01


@pytest.mark.slow
def test_many_ranks_of_truths_from_the_prior_are_uniform():
    below, covered = ranks(2000, 150, seed=2)
    assert (np.abs(covered.mean(axis=0) - 0.9) < 3.0 * math.sqrt(0.09 / 2000)).all()
    for j in range(2):
        counts = np.histogram(below[:, j], bins=20, range=(0.0, 1.0))[0]
        assert stats.chisquare(counts).pvalue > 0.01


def test_draws_repeat_and_do_not_depend_on_workers():
    made = model(world(80))
    one, two = made.sample(11_000, rng=3), made.sample(11_000, rng=3, n_jobs=2)
    pd.testing.assert_frame_equal(one.table, two.table)
    assert len(one.table) == 11_000
    assert not one.table.equals(made.sample(11_000, rng=4).table)
    assert one.probability("impact", above=0.9) == float((one.table["impact"] > 0.9).mean())
    assert len(made.sample(9, rng=1).summary()) == 2
    with pytest.raises(SpecificationError, match="8 draws"):
        made.sample(7, rng=1).summary()


def test_chains_find_both_pieces_of_a_posterior():
    wide = ElasticityPrior("normal", 0.0, 2.0)
    made = model(world(400), impact=wide, leaning=wide, shape=0.0)
    draws = made.sample(10_000, rng=1)
    assert draws.probability("impact") == pytest.approx(made.fit().probability("impact"), abs=0.03)


def test_units_come_from_the_data():
    frame = world(60).set_axis(pd.period_range("2000-01", periods=60, freq="M"))
    data = Dataset.from_frame(frame, units={"dy": "bp", "f": "percent of debt"})
    fit = model(data).fit()
    assert fit.impact().units == "bp per percent of debt"
    assert fit.leaning().units == "percent of debt per bp"
    assert fit.impact().parent is fit
    assert fit.plot().axes[0].get_title() == "Impact, bp per percent of debt"


def test_a_prior_that_excludes_the_data_is_refused():
    """Prices fall with purchases by at least 30 if c > 0, and the prior says that they rise."""
    frame = world(500, impact=3.0)
    with pytest.raises(PriorExcludesData, match="nothing in common"):
        model(frame, impact=ElasticityPrior("uniform", lower=-5.0, upper=-2.0)).fit()
    with pytest.raises(PriorExcludesData, match="check signs and units"):
        model(frame, impact=ElasticityPrior("normal", -40.0, 0.1)).sample(100, rng=1)
    with pytest.raises(PriorExcludesData):
        model(frame, leaning=ElasticityPrior("normal", 0.5, 0.01), news=(9.0, 0.01)).fit()


def test_a_posterior_beyond_the_grid_is_refused():
    frame = world(30, impact=0.0, leaning=0.0)
    heavy = ElasticityPrior("t", 0.0, 1.0, df=0.5)
    with pytest.raises(NotConverged, match="finite lower and upper"):
        model(frame, impact=heavy, leaning=heavy).fit()


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"lags": -1}, SpecificationError, "lags"),
        ({"tightness": 0.0}, SpecificationError, "tightness"),
        ({"tightness": math.nan}, SpecificationError, "tightness"),
        ({"shape": -1.0}, SpecificationError, "shape"),
        ({"scales": (1.0, 0.0)}, SpecificationError, "scales"),
        ({"scales": (1.0,)}, SpecificationError, "scales"),
        ({"news": (0.5, 0.0)}, SpecificationError, "error of the news"),
        ({"news": (math.nan, 1.0)}, SpecificationError, "news"),
        ({"news": Estimate(0.5, Unavailable("none"), 0.0, 1.0)}, SpecificationError, "standard error"),
        ({"controls": "absent"}, UnknownName, "absent"),
        ({"controls": "f"}, SpecificationError, "stands twice"),
        ({"lags": 40}, SampleTooShort, "longer sample"),
        ({"impact": None}, SpecificationError, "impact"),
    ],
)
def test_what_makes_no_sense_is_refused(options, error, words):
    with pytest.raises(error, match=words):
        model(world(60), **options)


def test_data_without_shocks_of_their_own_are_refused():
    frame = world(60)
    with pytest.raises(SingularDesign, match="no shock of its own"):
        model(frame.assign(f=2.0 * frame["dy"])).fit()
    with pytest.raises(SingularDesign, match="linear combinations"):
        model(frame.assign(a=1.0 + frame["f"], b=frame["f"] - 3.0), controls=["a", "b"]).fit()
    with pytest.raises(SingularDesign, match="no shock of its own"):
        model(frame.assign(a=1.0 + frame["f"]), controls="a").fit()
    with pytest.raises(SingularDesign, match="no shock of its own"):  # a prior on the lags does not hide it
        model(frame.assign(f=np.arange(60) % 2.0), lags=1, tightness=0.2).fit()
    with pytest.raises(SchemaError, match="constant"):
        model(frame.assign(f=1.0))
    with pytest.raises(SchemaError):
        model(frame.assign(f=frame["f"].where(frame.index != 5)))
    flat = model(world(300)).fit()
    with pytest.raises(NotIdentified, match="free there"):
        flat.ridge(flat.covariance.loc["f", "f"] / flat.covariance.loc["dy", "f"])
