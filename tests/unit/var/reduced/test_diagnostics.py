"""Residual tests against statsmodels and under simulated violations."""

import numpy as np
import pandas as pd
import pytest

from econ.errors import SpecificationError
from econ.estimate import Unavailable
from econ.testing import simulated_var
from econ.var import VAR, BayesianVAR, Minnesota, MovingBlock, Residual, Wild
from econ.var.reduced import _autocorrelation_kernels as kernels
from econ.var.reduced.bootstrap import bootstrap_blocks
from econ.var.reduced.causality import instantaneous


def test_portmanteau_and_normality_equal_those_of_statsmodels(data, fit, statsmodels_fit):
    peer = statsmodels_fit(data.frame, 2, "c")
    table = fit.diagnostics(lags=10)
    whiteness = peer.test_whiteness(10, adjusted=True)
    assert table.loc["portmanteau", "statistic"] == pytest.approx(whiteness.test_statistic, rel=1e-10)
    assert table.loc["portmanteau", "p_value"] == pytest.approx(whiteness.pvalue, rel=1e-9)
    normality = peer.test_normality()
    assert table.loc["normality", "statistic"] == pytest.approx(normality.test_statistic, rel=1e-9)
    assert table.loc["normality", "p_value"] == pytest.approx(normality.pvalue, rel=1e-8)


def test_instantaneous_causality_equals_statsmodels(data, fit, statsmodels_fit):
    peer = statsmodels_fit(data.frame, 2, "c").test_inst_causality(causing=[0])
    ours = instantaneous(fit, "china")
    assert ours["statistic"] == pytest.approx(peer.test_statistic, rel=1e-9)
    assert ours["p_value"] == pytest.approx(peer.pvalue, rel=1e-8, abs=1e-15)


def test_one_variable_lm_tests_equal_the_scalar_ones(data):
    from statsmodels.stats.diagnostic import het_arch

    fit = VAR(data.select("yield"), lags=1).fit()
    table = fit.diagnostics(lags=3)
    arch = het_arch(fit.residuals["yield"].to_numpy(), nlags=5, result_object=False)
    assert table.loc["arch", "statistic"] == pytest.approx(arch[0], rel=1e-9)
    u = fit.residuals["yield"].to_numpy()
    x = np.column_stack([fit.parent.design(1), *(np.r_[np.zeros(j), u[:-j]] for j in (1, 2, 3))])
    e = u - x @ np.linalg.lstsq(x, u, rcond=None)[0]
    assert table.loc["lm: chi-square", "statistic"] == pytest.approx(len(u) * (1 - (e @ e) / (u @ u)), rel=1e-9)


@pytest.mark.parametrize("lags", [1, 2, 5])
def test_the_f_of_one_equation_is_that_of_statsmodels(data, lags):
    from statsmodels.regression.linear_model import OLS
    from statsmodels.stats.diagnostic import acorr_breusch_godfrey

    fit = VAR(data.select("yield"), lags=2).fit()
    y = data.frame["yield"].to_numpy()[2:]
    peer = acorr_breusch_godfrey(OLS(y, fit.parent.design(2)).fit(), nlags=lags, result_object=True)
    table = fit.diagnostics(lags=lags)
    assert table.loc["lm", "statistic"] == pytest.approx(peer.fval, rel=1e-10)
    assert table.loc["lm", "p_value"] == pytest.approx(peer.fpval, rel=1e-10)
    assert table.loc["lm", "distribution"] == f"F({lags}, {fit.nobs - 3 - lags:.1f})"
    assert table.loc["lm: chi-square", "statistic"] == pytest.approx(peer.lm, rel=1e-10)


@pytest.mark.parametrize("lags", [1, 4])
def test_the_f_of_a_system_is_that_of_a_multivariate_regression(data, fit, lags):
    """Wilks' and Pillai's F of the lagged residuals in a regression of the residuals, by statsmodels."""
    from statsmodels.multivariate.multivariate_ols import _MultivariateOLS

    u = fit.residuals.to_numpy()
    lagged = [np.vstack([np.zeros((j, 3)), u[:-j]]) for j in range(1, lags + 1)]
    x = np.column_stack([fit.parent.design(fit.lags), *lagged])
    contrast = np.eye(x.shape[1])[-3 * lags :]
    peer = _MultivariateOLS(u, x).fit().mv_test([("lags", contrast)]).results["lags"]["stat"].astype(float)
    row, wilks = fit.diagnostics(lags=lags).loc["lm"], peer.loc["Wilks' lambda"]
    assert row["statistic"] == pytest.approx(wilks["F Value"], rel=1e-10)
    assert row["p_value"] == pytest.approx(wilks["Pr > F"], rel=1e-9)
    assert row["distribution"] == f"F({9 * lags}, {wilks['Den DF']:.1f})"
    every = np.ones(fit.params.shape, dtype=bool)
    score = kernels.restricted_score(fit.parent.design(fit.lags)[None], u[None], every, lags=lags)
    pillai = peer.loc["Pillai's trace"]
    assert score[0] / len(u) == pytest.approx(pillai["Value"], rel=1e-6)  # eigenvalues of statsmodels
    found, second = kernels.pillai_f(score[0] / len(u), 3, 3 * lags, df=len(u) - x.shape[1])
    assert (found, second) == pytest.approx((pillai["F Value"], pillai["Den DF"]), rel=1e-6)


def test_a_bootstrap_compares_with_the_same_tests_of_its_samples(data, fit):
    boot = Residual(draws=40)
    table, plain = fit.diagnostics(4, boot, rng=3), fit.diagnostics(4)
    rows = ["portmanteau", "lm"]
    assert table.loc[rows, "statistic"].equals(plain.loc[rows, "statistic"])
    assert table.drop(rows).equals(plain.drop(rows))
    assert (table.loc[rows, "distribution"] == "residual bootstrap, 40 draws").all()
    paths = np.concatenate(bootstrap_blocks(fit, boot, lambda draws: draws.paths, rng=3))
    names = fit.variables
    again = [
        VAR(data.frame.set_axis(names, axis=1) * 0.0 + path, lags=fit.lags).fit().diagnostics(4).loc[rows, "statistic"]
        for path in paths
    ]
    beyond = (pd.DataFrame(again) >= plain.loc[rows, "statistic"]).sum()
    assert table.loc[rows, "p_value"].tolist() == ((1 + beyond) / 41).tolist()


def test_a_bootstrap_finds_a_missing_lag_and_does_not_depend_on_workers():
    lags = np.array([[[0.4, 0.0], [0.0, 0.4]], [[0.4, 0.0], [0.0, 0.4]]])
    data = simulated_var(200, rng=1, lags=lags)
    short, right = (VAR(data, lags=p).fit() for p in (1, 2))
    for boot in (Residual(draws=199), Wild(draws=199)):
        found = short.diagnostics(6, boot, rng=1)
        assert (found.loc[["portmanteau", "lm"], "p_value"] == 1 / 200).all()
        assert (right.diagnostics(6, boot, rng=1).loc[["portmanteau", "lm"], "p_value"] > 0.02).all()
        assert found.equals(short.diagnostics(6, boot, rng=1, n_jobs=2))


def test_bootstraps_that_keep_autocorrelation_or_belong_to_a_posterior_are_refused(data, fit):
    with pytest.raises(SpecificationError, match="Residual"):
        fit.diagnostics(4, MovingBlock(draws=9), rng=1)
    with pytest.raises(SpecificationError, match=r"VAR\(...\).fit"):
        BayesianVAR(data, lags=2, prior=Minnesota()).fit(rng=1, draws=20).diagnostics(4, Residual(draws=9), rng=1)
    with pytest.raises(SpecificationError, match="rng=None"):
        fit.diagnostics(4, Residual(draws=9))
    with pytest.raises(SpecificationError, match="bootstrap"):
        fit.diagnostics(4, 99, rng=1)


def test_too_many_equations_for_the_f_are_said_so():
    names = tuple(f"v{i:02d}" for i in range(16))
    data = simulated_var(46, rng=1, lags=[0.3 * np.eye(16)], impact=np.eye(16), names=names)
    table = VAR(data, lags=1).fit().diagnostics(lags=1)
    assert isinstance(table.loc["lm", "p_value"], Unavailable)
    assert "fewer lags" in table.loc["lm", "p_value"].reason
    assert 0.0 <= table.loc["lm: chi-square", "p_value"] <= 1.0


@pytest.mark.slow
@pytest.mark.parametrize(("n", "p", "periods", "samples"), [(2, 2, 177, 300), (6, 6, 177, 200), (6, 3, 420, 200)])
def test_sizes_of_the_docstring(n, p, periods, samples):
    """Nominal 5%: the F in all samples, the bootstrap in the first ones, and what the chi-squares do."""
    generator = np.random.default_rng(10 * n + p)
    lags = generator.normal(scale=0.3 / np.sqrt(n * p), size=(p, n, n))
    lags[0] += 0.5 * np.eye(n)
    impact = np.linalg.cholesky(np.cov(generator.standard_normal((n, 4 * n))))
    options = {"lags": lags, "impact": impact, "names": tuple(f"v{i}" for i in range(n))}
    plain, drawn = [], []
    for seed in range(samples):
        fit = VAR(simulated_var(periods + p, rng=seed, **options), lags=p).fit()
        plain.append(fit.diagnostics().loc[["portmanteau", "lm", "lm: chi-square"], "p_value"].to_numpy(dtype=float))
        if seed < 60:
            rows = fit.diagnostics(None, Residual(draws=99), rng=seed)
            drawn.append(rows.loc[["portmanteau", "lm"], "p_value"].to_numpy(dtype=float))
    portmanteau, lm, chi_square = (np.array(plain) <= 0.05).mean(axis=0)
    assert 0.01 <= lm <= 0.09
    assert (np.array(drawn) <= 0.05).mean(axis=0).max() <= 0.135  # 5% and three standard errors of 60 samples
    if n == 6:
        assert chi_square > 0.08
        assert (portmanteau > 0.5) == (p == 6)


def test_cusum_equals_statsmodels(fit):
    from statsmodels.stats.diagnostic import breaks_cusumolsresid

    table = fit.diagnostics()
    for name in fit.variables:
        statistic, p_value, _ = breaks_cusumolsresid(fit.residuals[name].to_numpy())
        assert table.loc[f"cusum: {name}", "statistic"] == pytest.approx(statistic, rel=1e-9)
        assert table.loc[f"cusum: {name}", "p_value"] == pytest.approx(p_value, rel=1e-9)


def test_a_missing_lag_is_found():
    lags = np.array([[[0.4, 0.0], [0.0, 0.4]], [[0.4, 0.0], [0.0, 0.4]]])
    data = simulated_var(400, rng=1, lags=lags)
    short, right = (VAR(data, lags=p).fit().diagnostics(lags=8) for p in (1, 2))
    for test in ("portmanteau", "lm"):
        assert short.loc[test, "p_value"] < 1e-6
        assert right.loc[test, "p_value"] > 0.01


def test_sizes_are_near_nominal():
    names = ["portmanteau", "lm", "lm: chi-square", "normality", "arch", "cusum: x"]
    tables = [VAR(simulated_var(300, rng=seed), lags=1).fit().diagnostics() for seed in range(200)]
    rejected = np.mean([[table.loc[name, "p_value"] < 0.10 for name in names] for table in tables], axis=0)
    assert (rejected > 0.03).all(), dict(zip(names, rejected, strict=True))
    assert (rejected < 0.18).all(), dict(zip(names, rejected, strict=True))


def test_what_the_sample_cannot_support_is_unavailable(data, fit):
    table = VAR(data.sample("1990-01", "1993-12"), lags=4).fit().diagnostics(lags=3)
    for test in ("portmanteau", "arch"):
        assert isinstance(table.loc[test, "statistic"], Unavailable)
    with pytest.raises(SpecificationError, match="lags"):
        fit.diagnostics(lags=0)
    with pytest.raises(SpecificationError, match="for 258 residuals"):
        fit.diagnostics(lags=400)
