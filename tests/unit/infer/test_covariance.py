"""Covariances against statsmodels and against plain loops over their definitions."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from econ.errors import (
    FrequencyError,
    SampleTooShort,
    SchemaError,
    SeriesNotFound,
    ShortSample,
    SingularDesign,
    SpecificationError,
)
from econ.infer import cluster, driscoll_kraay, ewc, ewc_critical, ewc_terms, newey_west, regress, white


@pytest.fixture
def table():
    generator = np.random.default_rng(3)
    size = 150
    shocks = generator.standard_normal((size, 3))
    x = pd.DataFrame(shocks[:, :2], columns=["flow", "vix"], index=pd.period_range("2001-01", periods=size, freq="M"))
    x["vix"] = x["vix"].cumsum() + 20.0
    error = shocks[:, 2] * (1.0 + x["flow"].abs())
    error = error + 0.6 * error.shift(1).fillna(0.0)
    return x.assign(y=1.0 - 3.0 * x["flow"] + 0.2 * x["vix"] + error)


STATSMODELS = {
    "hac": {"cov_type": "HAC", "cov_kwds": {"maxlags": 12}},
    "hc0": {"cov_type": "HC0"},
    "hc1": {"cov_type": "HC1"},
    "hc2": {"cov_type": "HC2"},
    "hc3": {"cov_type": "HC3"},
    "classical": {"cov_type": "nonrobust"},
}


@pytest.mark.parametrize("cov", STATSMODELS)
def test_regress_agrees_with_statsmodels(table, cov):
    ours = regress(table["y"], table[["flow", "vix"]], cov=cov, bandwidth=12 if cov == "hac" else None)
    theirs = sm.OLS(table["y"], sm.add_constant(table[["flow", "vix"]])).fit(**STATSMODELS[cov])
    np.testing.assert_allclose(ours.coefficients, theirs.params, rtol=1e-10)
    np.testing.assert_allclose(ours.std_errors, theirs.bse, rtol=1e-10)
    np.testing.assert_allclose(ours.covariance, theirs.cov_params(), rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(ours.pvalues, theirs.pvalues, rtol=1e-8, atol=1e-14)
    np.testing.assert_allclose(ours.residuals, theirs.resid, atol=1e-11)
    assert ours.r2 == pytest.approx(theirs.rsquared, rel=1e-12)
    assert (ours.nobs, list(ours.coefficients.index)) == (150, ["const", "flow", "vix"])


def test_clustered_errors_agree_with_statsmodels(table):
    groups = np.repeat(np.arange(15), 10)
    with pytest.warns(ShortSample, match="found 15, and below 40"):
        ours = regress(table["y"], table[["flow", "vix"]], cov="cluster", groups=groups)
    theirs = sm.OLS(table["y"], sm.add_constant(table[["flow", "vix"]])).fit(
        cov_type="cluster", cov_kwds={"groups": groups}
    )
    np.testing.assert_allclose(ours.std_errors, theirs.bse, rtol=1e-10)
    assert ours.df == 14


def test_forty_groups_are_enough_to_cluster_without_a_warning(table):
    groups = np.arange(150) % 40
    assert regress(table["y"], table["flow"], cov="cluster", groups=groups).df == 39  # warnings are errors here
    with pytest.warns(ShortSample, match="found 39"):
        regress(table["y"], table["flow"], cov="cluster", groups=np.minimum(groups, 38))


def test_r2_without_intercept_agrees_with_statsmodels(table):
    ours = regress(table["y"], table[["flow", "vix"]], cov="hc1", intercept=False)
    assert ours.r2 == pytest.approx(sm.OLS(table["y"], table[["flow", "vix"]]).fit().rsquared, rel=1e-12)


def plain_bread(x):
    return np.linalg.inv(x.T @ x)


def test_ewc_equals_its_definition_written_out(table):
    x = sm.add_constant(table[["flow", "vix"]]).to_numpy()
    u = sm.OLS(table["y"], x).fit().resid.to_numpy()
    terms, size = ewc_terms(len(u)), len(u)
    assert terms == 11
    long_run = np.zeros((3, 3))
    for j in range(1, terms + 1):
        projection = np.zeros(3)
        for t in range(1, size + 1):
            projection += np.sqrt(2.0 / size) * np.cos(np.pi * j * (t - 0.5) / size) * x[t - 1] * u[t - 1]
        long_run += np.outer(projection, projection) / terms
    expected = plain_bread(x) @ (size * long_run) @ plain_bread(x)
    np.testing.assert_allclose(ewc(x, u), expected, rtol=1e-9)


def test_driscoll_kraay_is_newey_west_of_period_sums(table):
    x = sm.add_constant(table[["flow", "vix"]]).to_numpy()
    u = sm.OLS(table["y"], x).fit().resid.to_numpy()
    periods = np.tile(np.arange(50), 3)
    sums = (x * u[:, None]).reshape(3, 50, 3).sum(axis=0)
    meat = sums.T @ sums
    for lag in (1, 2):
        gamma = sums[lag:].T @ sums[:-lag]
        meat += (1 - lag / 3) * (gamma + gamma.T)
    expected = plain_bread(x) @ meat @ plain_bread(x)
    np.testing.assert_allclose(driscoll_kraay(x, u, periods=periods, lags=2), expected, rtol=1e-9)
    shuffled = np.random.default_rng(1).permutation(150)
    again = driscoll_kraay(x[shuffled], u[shuffled], periods=periods[shuffled], lags=2)
    np.testing.assert_allclose(again, expected, rtol=1e-9)


def test_one_period_a_group_makes_clusters_white(table):
    x = sm.add_constant(table[["flow", "vix"]]).to_numpy()
    u = sm.OLS(table["y"], x).fit().resid.to_numpy()
    factor = 150 / 149 * 149 / 147
    np.testing.assert_allclose(cluster(x, u, groups=np.arange(150)), factor * white(x, u, kind="hc0"), rtol=1e-12)
    np.testing.assert_allclose(newey_west(x, u, lags=0), white(x, u, kind="hc0"), rtol=1e-12)


def test_rescaling_a_regressor_rescales_its_error(table):
    plain = regress(table["y"], table[["flow", "vix"]], bandwidth=12)
    scaled = regress(table["y"], table[["flow", "vix"]].assign(flow=1e6 * table["flow"]), bandwidth=12)
    assert scaled.std_errors["flow"] * 1e6 == pytest.approx(plain.std_errors["flow"], rel=1e-10)
    assert scaled.tstats["flow"] == pytest.approx(plain.tstats["flow"], rel=1e-10)
    swapped = regress(table["y"], table[["vix", "flow"]], bandwidth=12)
    np.testing.assert_allclose(swapped.std_errors[["flow", "vix"]], plain.std_errors[["flow", "vix"]], rtol=1e-10)


def test_estimate_uses_the_quantiles_of_the_covariance(table):
    fit = regress(table["y"], table["flow"], cov="ewc", bandwidth=8)
    estimate = fit.estimate("flow", level=0.95, units="bp")
    assert estimate.upper - estimate.value == pytest.approx(ewc_critical(0.95, 8) * fit.std_errors["flow"])
    assert estimate.parent is fit
    with pytest.raises(SeriesNotFound, match="did you mean 'flow'"):
        fit.estimate("flw")


def test_fixed_b_value_for_joint_tests_falls_to_the_chi_square():
    assert ewc_critical(0.95, 10, restrictions=3) == pytest.approx(10 / 8 * 4.066, rel=1e-3)
    assert ewc_critical(0.95, 100_000, restrictions=2) == pytest.approx(5.9915 / 2, rel=1e-3)
    with pytest.raises(SpecificationError, match="from 1 to 3"):
        ewc_critical(0.95, 3, restrictions=4)


@pytest.mark.slow
def test_ewc_keeps_the_size_under_autocorrelation():
    """AR(1) with 0.7, T = 200: t tests of a mean reject about 5-11% with EWC, far more with White."""
    generator = np.random.default_rng(11)
    draws, size = 2000, 200
    shocks = generator.standard_normal((draws, size + 100))
    series = np.zeros_like(shocks)
    for t in range(1, size + 100):
        series[:, t] = 0.7 * series[:, t - 1] + shocks[:, t]
    rejected = {"ewc": 0, "white": 0}
    ones = np.ones((size, 1))
    for y in series[:, 100:]:
        u = y - y.mean()
        rejected["ewc"] += abs(y.mean()) > ewc_critical(0.95, ewc_terms(size)) * np.sqrt(ewc(ones, u)[0, 0])
        rejected["white"] += abs(y.mean()) > 1.96 * np.sqrt(white(ones, u, kind="hc0")[0, 0])
    assert 0.04 <= rejected["ewc"] / draws <= 0.11
    assert rejected["white"] / draws > 0.30


def test_bad_input_raises_its_own_error(table):
    y, x = table["y"], table[["flow", "vix"]]
    with pytest.raises(SingularDesign, match=r"'double' is a combination of .*'flow'|'flow' is a combination of"):
        regress(y, x.assign(double=2 * x["flow"] + 1.0))
    with pytest.raises(SchemaError, match=r"'flow'.*nan at 2001-05"):
        regress(y, x.assign(flow=x["flow"].where(x.index != "2001-05")))
    with pytest.raises(SchemaError, match="'one' is constant"):
        regress(y, x.assign(one=1.0))
    with pytest.raises(SchemaError, match="dependent variable"):
        regress(y * 0.0, x)
    with pytest.raises(SampleTooShort, match="need at least 13 observations; found 12"):
        regress(y.iloc[:12], x.iloc[:12])
    with pytest.raises(FrequencyError, match="jump"):
        regress(y.drop(y.index[5]), x.drop(x.index[5]))
    with pytest.raises(SpecificationError, match="same rows"):
        regress(y.iloc[1:], x)
    with pytest.raises(SpecificationError, match="did you mean 'hc3'"):
        regress(y, x, cov="hc33")
    with pytest.raises(SpecificationError, match="bandwidth belongs"):
        regress(y, x, cov="hc1", bandwidth=3)
    with pytest.raises(SpecificationError, match="groups go with"):
        regress(y, x, cov="cluster")
    with pytest.raises(SpecificationError, match="lags must be"):
        regress(y, x, bandwidth=150)
    with pytest.raises(SpecificationError, match="two groups"):
        regress(y, x, cov="cluster", groups=np.zeros(150))


def test_array_functions_refuse_bad_shapes_and_values():
    x, u = np.ones((20, 1)), np.linspace(-1, 1, 20)
    with pytest.raises(SpecificationError, match=r"\(T, k\)"):
        white(x[:, 0], u)
    with pytest.raises(SchemaError, match="finite"):
        newey_west(x, np.where(u > 0.9, np.nan, u), lags=1)
    with pytest.raises(SpecificationError, match="kind 'hc9'"):
        white(x, u, kind="hc9")
    with pytest.raises(SpecificationError, match="terms must be"):
        ewc(x, u, terms=20)
    with pytest.raises(SingularDesign, match="zero throughout"):
        white(np.column_stack([x, 0 * x]), u)
    spike = np.column_stack([x, np.eye(20)[:, 0]])
    with pytest.raises(SpecificationError, match="observation 0 has leverage 1"):
        white(spike, u, kind="hc3")
