"""Residual tests against statsmodels and under simulated violations."""

import numpy as np
import pytest

from econ.errors import SpecificationError
from econ.estimate import Unavailable
from econ.testing import simulated_var
from econ.var import VAR
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
    assert table.loc["lm", "statistic"] == pytest.approx(len(u) * (1 - (e @ e) / (u @ u)), rel=1e-9)


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
    names = ["portmanteau", "lm", "normality", "arch", "cusum: x"]
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
