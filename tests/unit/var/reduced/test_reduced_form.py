"""The reduced form against statsmodels, and the input it refuses."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import solve_triangular

from econ.data import Dataset
from econ.errors import FrequencyError, SampleTooShort, SchemaError, SingularDesign, SpecificationError
from econ.testing import simulated_var
from econ.var import VAR, Cholesky, lag_order
from econ.var import _kernels as kernels

TIGHT = {"rtol": 1e-10, "atol": 1e-10}


@pytest.mark.parametrize("trend", ["n", "c", "ct", "ctt"])
@pytest.mark.parametrize("lags", [1, 3])
def test_estimates_equal_those_of_statsmodels(data, trend, lags, statsmodels_fit):
    ours, peer = VAR(data, lags=lags, trend=trend).fit(), statsmodels_fit(data.frame, lags, trend)
    np.testing.assert_allclose(ours.params, peer.params, **TIGHT)
    np.testing.assert_allclose(ours.std_errors, peer.stderr, **TIGHT)
    np.testing.assert_allclose(ours.tstats, peer.tvalues, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(ours.pvalues, peer.pvalues, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(ours.sigma_u, peer.sigma_u, **TIGHT)
    np.testing.assert_allclose(ours.sigma_u_mle, peer.sigma_u_mle, **TIGHT)
    np.testing.assert_allclose(ours.residuals, peer.resid, atol=1e-9)
    for name in ("aic", "bic", "hqic"):
        assert getattr(ours, name) == pytest.approx(getattr(peer, name), abs=1e-10)
    assert ours.loglik == pytest.approx(peer.llf, abs=1e-8)
    assert ours.nobs == peer.nobs
    np.testing.assert_allclose(ours.roots, np.sort(1.0 / np.abs(peer.roots))[::-1], rtol=1e-8)
    assert ours.is_stable == peer.is_stable()


def test_exogenous_regressors_equal_those_of_statsmodels(data, exog, statsmodels_fit):
    ours, peer = VAR(data, lags=2, exog=exog).fit(), statsmodels_fit(data.frame, 2, "c", exog)
    assert list(ours.params.index[:3]) == ["const", "vix", "oil"]
    np.testing.assert_allclose(ours.params, peer.params, **TIGHT)
    np.testing.assert_allclose(ours.std_errors, peer.stderr, **TIGHT)
    assert ours.aic == pytest.approx(peer.aic, abs=1e-10)
    future = exog.iloc[:4].set_axis(exog.index[:4] + len(exog))
    expected = peer.forecast(data.frame.to_numpy()[-2:], 4, exog_future=future.to_numpy())
    found = ours.forecast(4, exog=future).xs("mean", axis=1, level="value")
    np.testing.assert_allclose(found, expected, **TIGHT)


@pytest.mark.parametrize("trend", ["n", "c", "ct"])
def test_forecasts_equal_those_of_statsmodels(data, trend, statsmodels_fit):
    ours, peer = VAR(data, lags=2, trend=trend).fit(), statsmodels_fit(data.frame, 2, trend)
    mean, lower, upper = peer.forecast_interval(data.frame.to_numpy()[-2:], 8, alpha=0.10)
    table = ours.forecast(8, level=0.90)
    for word, expected in (("mean", mean), ("lower", lower), ("upper", upper)):
        np.testing.assert_allclose(table.xs(word, axis=1, level="value"), expected, rtol=1e-9, atol=1e-10)
    assert table.index[0] == data.frame.index[-1] + 1


@pytest.mark.parametrize(
    ("caused", "causing"), [("yield", "china"), ("china", ["japan", "yield"]), (["china", "yield"], "japan")]
)
def test_granger_equals_statsmodels(data, caused, causing, statsmodels_fit):
    ours = VAR(data, lags=2).fit().granger(caused, causing)
    peer = statsmodels_fit(data.frame, 2, "c")
    peer.names = list(data.frame.columns)
    names = list(data.frame.columns)
    test = peer.test_causality(
        [names.index(name) for name in np.atleast_1d(caused)], [names.index(name) for name in np.atleast_1d(causing)]
    )
    assert ours["statistic"] == pytest.approx(test.test_statistic, rel=1e-10)
    assert ours["p_value"] == pytest.approx(test.pvalue, rel=1e-9)
    assert ours["distribution"] == f"F({test.df[0]}, {test.df[1]})"


def test_lag_order_equals_statsmodels_and_picks(data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.tsa.api import VAR as Peer

        peer = Peer(data.frame.to_numpy()).select_order(6, trend="c")
    table = lag_order(data, max_lags=6)
    for name in ("aic", "bic", "hqic"):
        np.testing.assert_allclose(table[name], peer.ics[name][1:], rtol=1e-10)
        assert VAR(data, lags=name, max_lags=6).fit().lags == table[name].idxmin()


def test_a_trend_is_one_at_the_first_observation(data):
    model = VAR(data, lags=3, trend="ct")
    assert model.design(3)[0, 1] == 4.0


def test_one_variable_and_one_lag_work(data):
    fit = VAR(data.select("yield"), lags=1).fit()
    y = data.frame["yield"].to_numpy()
    slope, constant = np.polyfit(y[:-1], y[1:], 1)
    np.testing.assert_allclose(fit.params["yield"], [constant, slope], rtol=1e-8)


def test_names_of_rows_and_indexes(fit, data):
    assert list(fit.params.index[:4]) == ["const", "L1.china", "L1.japan", "L1.yield"]
    assert fit.params.index[-1] == "L2.yield"
    assert fit.residuals.index[0] == data.frame.index[2]
    assert fit.data.frame.equals(data.frame)


def test_batched_estimator_equals_the_single_one(data):
    model = VAR(data, lags=3, trend="ct")
    fit = model.fit()
    values = data.frame.to_numpy()
    cross = kernels.cross_factor(np.stack([values, 2.0 * values]), model.term_values(3), 3)
    coefficients, factor = kernels.coefficients(cross, 3, 3), cross[:, -3:, -3:]
    np.testing.assert_allclose(coefficients[0], fit.params, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(factor[1] / np.sqrt(fit.df_resid), 2.0 * fit.as_draws.factor[0], rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(("p", "trend"), [(1, "n"), (3, "c"), (4, "ctt")])
def test_the_factor_is_that_of_the_cross_products_of_all_columns(p, trend):
    paths = np.random.default_rng(p).standard_normal((3, 60 + p, 2)).cumsum(axis=1)
    terms = kernels.deterministic(trend, 1, 60)
    found = kernels.cross_factor(paths, terms, p)
    for path, lower in zip(paths, found, strict=True):
        lags = [path[p - lag : p - lag + 60] for lag in range(p, -1, -1)]
        whole = np.hstack([terms, *lags])
        np.testing.assert_allclose(lower, np.linalg.cholesky(whole.T @ whole), rtol=1e-7, atol=1e-8)
        assert not np.triu(lower, 1).any()
    with pytest.raises(np.linalg.LinAlgError, match="not positive definite"):
        kernels.cross_factor(np.zeros((2, 60 + p, 2)), terms, p)


@pytest.mark.parametrize("k", [1, 5, 6, 7, 18, 25])
def test_triangular_systems_of_many_draws_are_those_of_each(k):
    generator = np.random.default_rng(k)
    lower = np.linalg.cholesky(np.eye(k) + 0.1 * (noise := generator.standard_normal((3, k, k))) @ noise.mT)
    lower += np.triu(np.full((k, k), np.nan), 1)  # nothing above the diagonal is read
    right = generator.standard_normal((3, k, 2))
    found = kernels.back_substitute(lower, right)
    each = [solve_triangular(np.tril(own), side, lower=True, trans="T") for own, side in zip(lower, right, strict=True)]
    np.testing.assert_allclose(found, each, rtol=1e-12, atol=1e-13)
    alone = kernels.back_substitute(lower[:1], right)
    np.testing.assert_allclose(alone[1], solve_triangular(np.tril(lower[0]), right[1], lower=True, trans="T"))


@pytest.mark.parametrize("n", [2, 9, 50])  # six periods a product, four, one
def test_chunked_simulation_equals_the_recursion(n):
    generator = np.random.default_rng(1)
    a, driving = 0.3 / n * generator.standard_normal((3, n, n)), generator.standard_normal((4, 17, n))
    initial = generator.standard_normal((3, n))
    path = kernels.simulate(a, driving, initial)
    for draw in range(4):
        y = list(initial)
        for t in range(17):
            y.append(driving[draw, t] + sum(a[lag] @ y[-1 - lag] for lag in range(3)))
        np.testing.assert_allclose(path[draw], y, rtol=1e-12, atol=1e-12)


def frame(periods=60, **columns):
    dates = pd.period_range("2000-01", periods=periods, freq="M")
    noise = np.random.default_rng(0).standard_normal((periods, 2))
    return pd.DataFrame({"x": noise[:, 0], "y": noise[:, 1], **columns}, index=dates)


def test_refuses_what_makes_no_sense():
    good = frame()
    with pytest.raises(SpecificationError, match="no trend 'tc'"):
        VAR(good, lags=1, trend="tc")
    with pytest.raises(SpecificationError, match="did you mean 'aic'"):
        VAR(good, lags="aicc")
    for lags in (0, -1, 1.5, True, None):
        with pytest.raises(SpecificationError, match="lags must be"):
            VAR(good, lags=lags)
    with pytest.raises(SpecificationError, match="Dataset or a DataFrame"):
        VAR(good.to_numpy(), lags=1)


def test_refuses_bad_data():
    hole = frame()
    hole.iloc[5, 1] = np.nan
    with pytest.raises(SchemaError, match=r"'y'.*2000-06"):
        VAR(hole, lags=1)
    with pytest.raises(SchemaError, match="'z' is constant"):
        VAR(frame(z=1.0), lags=1)
    with pytest.raises(FrequencyError, match="jump from 2000-05 to 2000-07"):
        VAR(frame().drop(index=pd.Period("2000-06", "M")), lags=1)
    with pytest.raises(SchemaError, match="finite"):
        VAR(frame(z=[np.inf] + [1.0] * 59), lags=1)


def test_refuses_a_sample_shorter_than_parameters_plus_ten():
    assert VAR(frame(18), lags=2).fit().nobs == 16
    with pytest.raises(SampleTooShort, match=r"need 17 observations.*found 16"):
        VAR(frame(16), lags=2)


def test_refuses_collinear_variables_by_name():
    table = frame()
    table["z"] = table["x"] - 2.0 * table["y"]
    with pytest.raises(SingularDesign, match=r"L1\.z"):
        VAR(table, lags=1).fit()


def test_refuses_bad_exogenous_tables(data, exog):
    with pytest.raises(SchemaError, match="no value at"):
        VAR(data, lags=1, exog=exog.iloc[1:])
    with pytest.raises(SchemaError, match="variables of the VAR too"):
        VAR(data, lags=1, exog=exog.rename(columns={"vix": "china"}))
    fit = VAR(data, lags=1, exog=exog).fit()
    with pytest.raises(SpecificationError, match="pass exog="):
        fit.forecast(3)
    with pytest.raises(SchemaError, match="no row for"):
        fit.forecast(3, exog=exog.iloc[:3])
    with pytest.raises(SchemaError, match="no dates and 2 rows"):
        fit.forecast(3, exog=exog.iloc[:2].reset_index(drop=True))
    with pytest.raises(SpecificationError, match="no exogenous"):
        VAR(data, lags=1).fit().forecast(1, exog=exog.iloc[:1])


def test_refuses_bad_causality_and_forecast_requests(fit):
    with pytest.raises(SpecificationError, match="did you mean 'china'"):
        fit.granger("yield", "chima")
    with pytest.raises(SpecificationError, match="cannot cause itself"):
        fit.granger("yield", ["yield", "china"])
    for steps in (0, 2.5):
        with pytest.raises(SpecificationError, match="steps"):
            fit.forecast(steps)
    with pytest.raises(SpecificationError, match="level"):
        fit.forecast(2, level=95)


def test_business_days_and_plain_integers_have_a_future():
    days = pd.bdate_range("2020-01-01", periods=60)
    values = np.random.default_rng(0).standard_normal((60, 2))
    daily = VAR(pd.DataFrame(values, index=days, columns=["x", "y"]), lags=1).fit().forecast(2)
    assert list(daily.index) == list(pd.bdate_range(days[-1], periods=3)[1:])
    plain = VAR(pd.DataFrame(values, columns=["x", "y"]), lags=1).fit().forecast(2)
    assert list(plain.index) == [60, 61]


def test_shifting_the_dates_shifts_the_index_only(data):
    later = Dataset.from_frame(data.frame.set_axis(data.frame.index + 24))
    first, second = VAR(data, lags=2).fit(), VAR(later, lags=2).fit()
    np.testing.assert_array_equal(first.params, second.params)
    assert second.residuals.index[0] == first.residuals.index[0] + 24


def test_simulated_var_is_stable_and_repeats():
    np.testing.assert_array_equal(simulated_var(50, rng=1).frame, simulated_var(50, rng=1).frame)
    assert not np.array_equal(simulated_var(50, rng=1).frame, simulated_var(50, rng=2).frame)


def test_real_data_agree_with_statsmodels_too(statsmodels_fit):
    from econ.data import load

    data = load("china_net_purchases", "japan_net_purchases", "yield_10y").complete()
    ours, peer = VAR(data, lags=6).fit(), statsmodels_fit(data.frame, 6, "c")
    np.testing.assert_allclose(ours.params, peer.params, **TIGHT)
    np.testing.assert_allclose(ours.std_errors, peer.stderr, **TIGHT)
    np.testing.assert_allclose(ours.sigma_u, peer.sigma_u, **TIGHT)
    np.testing.assert_allclose([ours.aic, ours.bic, ours.hqic], [peer.aic, peer.bic, peer.hqic], rtol=1e-10)
    svar = ours.identify(Cholesky(*data.frame.columns))
    np.testing.assert_allclose(svar.irf(48).point, peer.orth_ma_rep(48), **TIGHT)
    np.testing.assert_allclose(
        svar.fevd(24).to_numpy().reshape(24, 3, 3), np.swapaxes(peer.fevd(24).decomp, 0, 1), **TIGHT
    )
