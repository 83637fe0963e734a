"""The posterior of a mixed-frequency VAR: its special cases, what must not matter, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from econ.errors import (
    FrequencyError,
    SampleTooShort,
    SchemaError,
    SingularDesign,
    SpecificationError,
    UnknownName,
)
from econ.estimate import Unavailable
from econ.testing import simulated_var
from econ.var import BayesianVAR, Cholesky, Minnesota, MixedFrequencyVAR, Proxy, SignRestrictions
from econ.var.mixed.prior import aggregate_scale

PRIOR = Minnesota(0.3, own_lag=0.5)


def tables(periods=120, seed=1, rule="sum"):
    """Monthly x, quarterly y, and the monthly truth of both."""
    truth = simulated_var(periods=periods, rng=seed).frame
    grouped = truth[["y"]].groupby(truth.index.asfreq("Q"))
    return truth[["x"]], {"sum": grouped.sum(), "average": grouped.mean(), "end": grouped.last()}[rule], truth


@pytest.fixture(scope="module")
def model():
    monthly, quarterly, _ = tables()
    quarterly = quarterly.copy()
    quarterly.iloc[[4, 20, -1]] = np.nan
    monthly = monthly.copy()
    monthly.iloc[[50, 51]] = np.nan
    return MixedFrequencyVAR({"M": monthly, "Q": quarterly}, 2, aggregation={"y": "sum"}, prior=PRIOR)


@pytest.fixture(scope="module")
def fit(model):
    return model.fit(draws=60, burn=20, rng=3)


@pytest.mark.parametrize("prior", [PRIOR, Minnesota(0.2, sum_of_coefficients=1.0, initial_observation=0.5)])
def test_with_nothing_missing_the_posterior_is_that_of_the_plain_var(prior):
    frame = tables()[2]
    plain = BayesianVAR(frame, 2, "ct", prior=prior).fit(draws=400, rng=1)
    mixed = MixedFrequencyVAR(frame, 2, "ct", prior=prior).fit(draws=400, burn=1, rng=1)
    assert (mixed.params - plain.params).abs().max().max() < 1e-12  # averages of exact means
    assert (mixed.sigma_u - plain.sigma_u).abs().max().max() < 1e-12
    error = np.abs(mixed.coefficient_draws.mean(axis=0) - plain.params.to_numpy())
    assert (error < 4.5 * plain.coefficient_draws.std(axis=0) / 20.0).all()
    np.testing.assert_allclose(mixed.coefficient_draws.std(axis=0), plain.coefficient_draws.std(axis=0), rtol=0.2)
    assert mixed.missing().empty
    assert mixed.latent_draws.shape == (400, 0)


@pytest.mark.slow
def test_free_hyperparameters_have_the_posterior_that_they_have_in_the_plain_var():
    frame = tables(80)[2]
    plain = BayesianVAR(frame, 2).fit(draws=2000, rng=1)
    mixed = MixedFrequencyVAR(frame, 2).fit(draws=1200, burn=50, rng=1)
    logs = [np.log(each.hyperparameters["tightness"]) for each in (plain, mixed)]
    assert logs[0].mean() == pytest.approx(logs[1].mean(), abs=0.3 * logs[0].std())
    assert logs[0].std() == pytest.approx(logs[1].std(), rel=0.25)
    assert 0.1 < mixed.acceptance < 0.8


def test_published_values_are_kept_and_missing_ones_are_drawn(model, fit):
    _, quarterly, truth = tables()
    own = fit.latent("y", own=True)
    summed = fit.latent("y").draws.reshape(60, 40, 3).sum(axis=2)
    kept = np.setdiff1d(np.arange(40), [4, 20, 39])
    np.testing.assert_allclose(summed[:, kept], np.tile(quarterly["y"].to_numpy()[kept], (60, 1)), atol=1e-10)
    assert (own.draws[:, kept] == quarterly["y"].to_numpy()[kept]).all()
    np.testing.assert_allclose(own.draws[:, 4], summed[:, 4])
    assert own.draws[:, [4, 20, 39]].std(axis=0).min() > 0.3
    missing = fit.missing()
    assert [str(each) for each in missing.loc["y"].index] == ["1991Q1", "1995Q1", "1999Q4"]
    assert [str(each) for each in missing.loc["x"].index] == ["1994-03", "1994-04"]
    x = fit.latent("x")
    assert (x.draws[:, 7] == truth["x"].iloc[7]).all()
    assert x.at("1994-03").std_error > 0.3
    assert x.at("1994-05").std_error == 0.0
    assert x.at("1994-03").lower == missing.loc[("x", x.index[50]), "lower"]
    assert own.mean.index.equals(quarterly.index)
    assert (own.quantile(0.9) >= own.quantile(0.1)).all()
    with pytest.raises(SpecificationError, match="has no period 2005Q1"):
        own.at("2005Q1")


@pytest.mark.parametrize("rule", ["sum", "average", "end"])
def test_every_rule_ties_the_latent_values_to_what_was_published(rule):
    monthly, quarterly, _ = tables(rule=rule)
    made = MixedFrequencyVAR([monthly, quarterly], 1, aggregation={"y": rule}, prior=PRIOR)
    found = made.fit(draws=8, burn=5, rng=1).latent("y").draws.reshape(8, 40, 3)
    value = {"sum": found.sum(axis=2), "average": found.mean(axis=2), "end": found[:, :, 2]}[rule]
    np.testing.assert_allclose(value, np.tile(quarterly["y"], (8, 1)), atol=1e-10)


def test_draws_repeat_and_do_not_depend_on_workers(model, fit):
    again = model.fit(draws=60, burn=20, rng=3, n_jobs=2)
    assert (again.coefficient_draws == fit.coefficient_draws).all()
    assert (again.latent_draws == fit.latent_draws).all()
    assert fit.chain == 15
    assert not np.allclose(model.fit(draws=60, burn=20, rng=4).coefficient_draws, fit.coefficient_draws)
    assert not np.allclose(model.fit(draws=60, burn=21, rng=3).coefficient_draws, fit.coefficient_draws)


def test_units_do_not_matter():
    monthly, quarterly, _ = tables(60)
    plain = MixedFrequencyVAR([monthly, quarterly], 2, aggregation={"y": "sum"}, prior=PRIOR)
    scaled = MixedFrequencyVAR([monthly * 0.01, quarterly * 1000.0], 2, aggregation={"y": "sum"}, prior=PRIOR)
    found = [each.fit(draws=12, burn=5, rng=1) for each in (plain, scaled)]
    np.testing.assert_allclose(found[1].latent("y").draws, 1000.0 * found[0].latent("y").draws, rtol=1e-6, atol=1e-4)
    np.testing.assert_allclose(found[1].sigma_u, found[0].sigma_u * np.outer([0.01, 1e3], [0.01, 1e3]), rtol=1e-6)


def test_the_order_of_variables_does_not_matter():
    frame = tables(90)[2].copy()
    frame.iloc[40:43, 0] = np.nan
    one = MixedFrequencyVAR(frame, 1, prior=PRIOR)
    other = MixedFrequencyVAR(frame[["y", "x"]], 1, prior=PRIOR)
    coefficients, factor = np.array([[0.1, 0.2], [0.5, 0.1], [0.2, 0.4]]), np.eye(2)
    turned = coefficients[[0, 2, 1]][:, ::-1]
    means = [
        each._latent.draw(values[None], factor[None])[0]
        for each, values in zip((one, other), (coefficients, turned), strict=True)
    ]
    np.testing.assert_allclose(means[0], means[1][:, ::-1], atol=1e-12)


@pytest.mark.parametrize("persistence", [0.0, 0.6, 1.0])
@pytest.mark.parametrize("rule", ["sum", "average", "end"])
def test_the_size_of_an_aggregated_variable_is_that_of_its_base_process(rule, persistence):
    generator = np.random.default_rng(1)
    errors = generator.standard_normal(400_000)
    from scipy.signal import lfilter

    y = lfilter([1.0], [1.0, -persistence], errors).reshape(-1, 4)
    values = {"sum": y.sum(axis=1), "average": y.mean(axis=1), "end": y[:, -1]}[rule]
    changes = np.diff(values)
    slope = 1.0 if persistence == 1.0 else np.polyfit(values[:-1], values[1:], 1)[0]
    residual = changes if persistence == 1.0 else values[1:] - slope * values[:-1]
    assert aggregate_scale(persistence, 4, rule) == pytest.approx(residual.std(), rel=0.01)


def test_the_prior_is_of_the_size_that_the_published_values_show(model):
    monthly, quarterly, _ = tables()
    artificial, start = model._prior
    y = quarterly["y"].to_numpy().copy()
    y[[4, 20, 39]] = np.nan
    pairs = np.isfinite(y[1:]) & np.isfinite(y[:-1])
    x = np.column_stack([np.ones(pairs.sum()), y[:-1][pairs]])
    (_, residual, *_), degrees = np.linalg.lstsq(x, y[1:][pairs], rcond=None), pairs.sum() - 2
    expected = np.sqrt(residual[0] / degrees) / aggregate_scale(0.5, 3, "sum")
    assert artificial.scale[1] == pytest.approx(expected)
    base = y[np.isfinite(y)] / 3.0
    assert start.centre[1] == pytest.approx(base.mean())
    assert start.variance[1] == pytest.approx(max(base.var(ddof=1), expected**2))
    known = monthly["x"].drop(monthly.index[[50, 51]])
    assert start.variance[0] == pytest.approx(known.var())
    assert start.persistence.tolist() == [0.5, 0.5]


def test_what_the_results_average_is_the_average_of_the_draws(fit):
    np.testing.assert_allclose(fit.data.frame, fit.draws.paths.mean(axis=0), atol=1e-10)
    np.testing.assert_allclose(fit.params, fit.coefficient_draws.mean(axis=0), atol=0.3)
    assert fit.acceptance == 1.0
    assert fit.hyperparameters.shape == (60, 0)
    free = MixedFrequencyVAR(tables(60)[2], 1).fit(draws=24, burn=2, rng=1)
    assert free.hyperparameters["tightness"].between(0.01, 10.0).all()
    assert free.hyperparameters["tightness"].nunique() > 2
    assert 0.0 < free.acceptance < 1.0
    assert free.acceptance * 24 == round(free.acceptance * 24)
    parts = fit.identify(Cholesky("x", "y")).historical_decomposition()
    np.testing.assert_allclose(parts["y"].sum(axis=1), fit.data.frame["y"].iloc[2:], atol=1e-9)


def test_schemes_and_forecasts_work_on_the_draws(model, fit):
    svar = fit.identify(Cholesky("x", "y"))
    assert svar.irf(4).draws.shape == (60, 5, 2, 2)
    signs = fit.identify(SignRestrictions({"s": {"x": "+", "y": "+"}}, draws=20), rng=1)
    assert signs.irf(2).draws.shape[0] == 20
    errors = fit.residuals["x"] + np.random.default_rng(1).standard_normal(fit.nobs)
    assert fit.identify(Proxy(errors, shock="x")).irf(2).draws.shape[0] == 60
    draws = fit.draws
    np.testing.assert_array_equal(draws.history, draws.paths[:, -2:])
    own = draws.paths[5, 2:] - draws.design[5] @ draws.coefficients[5]
    np.testing.assert_allclose(draws.residuals[5], own, atol=1e-12)
    np.testing.assert_allclose(draws.part(slice(5, 7)).residuals[0], own, atol=1e-12)
    first = fit.forecast(2).iloc[0]
    expected = np.mean([np.concatenate([[1.0], path[-1], path[-2]]) @ b
                        for path, b in zip(draws.paths, draws.coefficients, strict=True)], axis=0)  # fmt: skip
    np.testing.assert_allclose([first["x", "mean"], first["y", "mean"]], expected)
    assert isinstance(fit.loglik, Unavailable)
    assert isinstance(fit.log_marginal_likelihood, Unavailable)
    for refused in (fit.diagnostics, fit.volatility):
        with pytest.raises(SpecificationError):
            refused()
    assert fit.explosive == round(60 * (1.0 - fit.stable_share))


def test_explosive_draws_are_counted():
    generator = np.random.default_rng(2)
    walk = generator.standard_normal((60, 2)).cumsum(axis=0)
    frame = pd.DataFrame(walk, columns=["x", "y"], index=pd.period_range("2000-01", periods=60, freq="M"))
    frame.iloc[20, 0] = np.nan
    found = MixedFrequencyVAR(frame, 1, prior=Minnesota(0.5)).fit(draws=60, burn=10, rng=1)
    moduli = np.abs(np.linalg.eigvals(found.draws.lag_blocks[:, 0])).max(axis=1)
    assert found.explosive == np.count_nonzero(moduli >= 1.0) > 0


MONTHS = pd.period_range("2000-01", periods=60, freq="M")


def frame_of(index=MONTHS, seed=0, **names):
    return pd.DataFrame(
        np.random.default_rng(seed).standard_normal((len(index), len(names))), index=index, columns=list(names)
    )


def quarters(periods=20, start="2000Q1"):
    return frame_of(pd.period_range(start, periods=periods, freq="Q"), seed=3, q=0)


BAD = {
    "no rule": (lambda: ([frame_of(x=0), quarters()], {}), FrequencyError, "'q' is quarterly and the base is monthly"),
    "a rule for the base": (lambda: (frame_of(x=0), {"x": "sum"}), FrequencyError, "'x' is monthly, which is the base"),
    "a rule for nothing": (lambda: (frame_of(x=0), {"z": "sum"}), UnknownName, "no series 'z'"),
    "an unknown rule": (lambda: ([frame_of(x=0), quarters()], {"q": "max"}), SpecificationError, "rule of aggregation"),
    "a wrong key": (lambda: ({"W": frame_of(x=0)}, {}), FrequencyError, "given as 'W' \\(weekly\\)"),
    "no key": (lambda: ({"months": frame_of(x=0)}, {}), SpecificationError, "no frequency 'months'"),
    "no table": (lambda: ([], {}), SpecificationError, "no table was given"),
    "undated and dated": (
        lambda: ([frame_of(x=0), frame_of(pd.RangeIndex(60), y=0)], {}), FrequencyError, "undated table",
    ),
    "twice": (
        lambda: ([frame_of(q=0), quarters()], {"q": "sum"}), SchemaError, "'q' stands in tables of two frequencies",
    ),
    "no overlap": (
        lambda: ([frame_of(x=0), quarters(20, "1980Q1")], {"q": "sum"}), SchemaError, "have no overlap",
    ),
    "all missing": (lambda: (frame_of(x=0, y=0).assign(y=np.nan), {}), SchemaError, "'y' has no value"),
    "low all missing": (lambda: ([frame_of(x=0), quarters() * np.nan], {"q": "sum"}), SchemaError, "no value at all"),
    "constant": (lambda: (frame_of(x=0, y=0).assign(y=1.0), {}), SchemaError, "'y' is constant"),
    "few": (lambda: ([frame_of(x=0), quarters(9)], {"q": "sum"}), SampleTooShort, "'q' has 9 values"),
    "scattered": (
        lambda: (frame_of(x=0, y=0).assign(y=lambda f: f["y"].where(np.arange(60) % 3 == 0)), {}),
        SampleTooShort, "pairs of neighbouring values",
    ),
    "short": (lambda: (frame_of(MONTHS[:14], x=0, y=0), {}), SampleTooShort, "observations"),
    "infinite": (lambda: (frame_of(x=0).replace(frame_of(x=0).iloc[3, 0], np.inf), {}), SchemaError, "must be finite"),
    "a gap": (lambda: (frame_of(x=0).drop(MONTHS[5]), {}), FrequencyError, "jump"),
    "another weekday": (
        lambda: ([frame_of(pd.date_range("2020-01-01", periods=40, freq="W-WED"), x=0),
                  frame_of(pd.date_range("2020-01-03", periods=40, freq="W-FRI"), y=0)], {}),
        FrequencyError, "different days",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_bad_data_are_refused_in_words(what):
    make, error, words = BAD[what]
    data, rules = make()
    with pytest.raises(error, match=words):
        MixedFrequencyVAR(data, 2, aggregation=rules, prior=Minnesota(0.2))


def test_other_bad_arguments_are_refused_in_words(model):
    frame = frame_of(x=0, y=0)
    for bad, words in (({"lags": 0}, "lags"), ({"trend": "t"}, "trend"), ({"prior": Minnesota(np.inf)}, "flat prior")):
        with pytest.raises(SpecificationError, match=words):
            MixedFrequencyVAR(frame, **{"lags": 1, **bad})

    class Own(Minnesota):
        def observations(self, model, lags, *, before=None):
            return super().observations(model, lags, before=before)

    with pytest.raises(SpecificationError, match="Own writes its observations from complete data"):
        MixedFrequencyVAR(frame, 1, prior=Own(0.2))
    for bad in ({"draws": 0}, {"draws": 1}, {"burn": 0}, {"rng": None}, {"n_jobs": 0}):
        with pytest.raises(SpecificationError):
            model.fit(**{"draws": 8, "burn": 2, "rng": 1, **bad})
    double = frame.assign(z=frame["x"] * 2.0)
    with pytest.raises(SingularDesign):
        MixedFrequencyVAR(double, 1, prior=Minnesota(0.2)).fit(draws=8, burn=1, rng=1)
