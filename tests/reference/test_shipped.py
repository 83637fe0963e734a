"""Against R and JMulTi, on inputs that statsmodels ships with numbers and programs: nothing of them is kept here."""

import re

import numpy as np
import pandas as pd
import pytest

from econ.projection import LocalProjection
from econ.var import VAR, Cholesky, LongRun, instantaneous

# What ``results_local_proj.R`` prints (base R's lm and sandwich::NeweyWest), as the tests of statsmodels quote it.
R_RESPONSES = [
    [1.00000000000, 0.52364991703, 3.8482300128],
    [0.17178466121, 0.09970743380, 1.1253122078],
    [0.18322583380, 0.07627130443, 0.7568887880],
    [-0.03403189708, 0.07068916493, -0.5903675451],
    [0.08371270402, -0.05310649472, 0.6617451473],
]


def test_var_of_the_r_package_vars(growth, statsmodels_results):
    """VAR(2) with constant: coefficients, errors, moving averages, log-likelihood and causality of ``var.R``."""
    fit = VAR(growth, lags=2).fit()
    with np.load(statsmodels_results / "results" / "vars_results.npz", allow_pickle=False) as kept:
        coefficients, errors, causality = (np.array(kept[name].tolist()) for name in ("coefs", "stderr", "causality"))
        moving = kept["phis"]
    np.testing.assert_allclose(fit.params, coefficients, rtol=1e-8)
    np.testing.assert_allclose(fit.std_errors, errors, rtol=1e-8)
    svar = fit.identify(Cholesky(*growth.columns))
    ours = svar.irf(5).point @ np.linalg.inv(svar.impact.to_numpy())
    np.testing.assert_allclose(ours, moving, rtol=1e-7, atol=1e-10)
    for name, expected in zip(growth.columns, causality.reshape(-1), strict=True):
        others = [other for other in growth.columns if other != name]
        assert fit.granger([name], others)["p_value"] == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("cause", ["realgdp", "realcons", "realinv"])
def test_causality_of_jmulti(macrodata, statsmodels_results, cause):
    """VAR(4) in levels: F of Granger causality and Wald of instantaneous causality, to all printed digits."""
    file = statsmodels_results / "JMulTi_results" / f"macrodata_jmulti_c_granger_causality_{cause}.txt"
    granger, wald = (float(value) for value in re.findall(r"statistic:? [lc] = ([\d.]+)", file.read_text()))
    names = ["realgdp", "realcons", "realinv"]
    fit = VAR(macrodata[names], lags=4).fit()
    others = [name for name in names if name != cause]
    assert fit.granger(others, cause)["statistic"] == pytest.approx(granger, abs=5.1e-5)
    assert instantaneous(fit, cause)["statistic"] == pytest.approx(wald, abs=5.1e-5)


def test_projections_of_r(growth):
    """Two lags, one sample for all horizons, as the program cuts it: every horizon to 1e-9."""
    for horizon in range(5):
        data = growth.iloc[: len(growth) - (4 - horizon)]  # the sample of horizon 4
        model = LocalProjection(data, response=list(growth.columns), impulse="realgdp", lags=2, lag_augmented=False)
        found = model.fit(horizon).point[horizon, :, 0]
        np.testing.assert_allclose(found, R_RESPONSES[horizon], rtol=2e-9)


def test_shares_of_three_variables(macrodata, statsmodels_fit):
    """The VAR of Stock and Watson (2001) on the data that ship: inflation, unemployment, bill rate, four lags."""
    frame = macrodata[["infl", "unemp", "tbilrate"]].loc["1960Q1":"2000Q4"]
    shares = VAR(frame, lags=4).fit().identify(Cholesky(*frame.columns)).fevd(12).to_numpy().reshape(12, 3, 3)
    peer = statsmodels_fit(frame, 4, "c")
    np.testing.assert_allclose(shares, np.swapaxes(peer.fevd(12).decomp, 0, 1), atol=1e-10)


def test_long_run_restriction_by_plain_algebra(macrodata, growth, statsmodels_fit):
    """The scheme of Blanchard and Quah (1989), eight lags: C(1) B lower triangular, by statsmodels' coefficients."""
    frame = pd.DataFrame({"y": 100.0 * growth["realgdp"], "u": macrodata["unemp"]}).dropna()
    frame = frame - frame.mean()
    svar = VAR(frame, lags=8, trend="n").fit().identify(LongRun("y", "u"))
    peer = statsmodels_fit(frame, 8, "n")
    gap = np.eye(2) - peer.coefs.sum(axis=0)
    long_run = np.linalg.inv(gap)
    covariance = long_run @ np.asarray(peer.sigma_u) @ long_run.T
    first = np.sqrt(covariance[0, 0])
    below = covariance[1, 0] / first
    factor = np.array([[first, 0.0], [below, np.sqrt(covariance[1, 1] - below**2)]])
    np.testing.assert_allclose(svar.impact, gap @ factor, rtol=1e-9)


def test_many_lags_as_in_the_oil_market(macrodata, statsmodels_fit):
    """Twenty-four lags of three variables, as in Kilian (2009): responses equal those of statsmodels."""
    frame = macrodata[["infl", "unemp", "tbilrate"]]
    svar = VAR(frame, lags=24).fit().identify(Cholesky(*frame.columns))
    peer = statsmodels_fit(frame, 24, "c").orth_ma_rep(18)
    np.testing.assert_allclose(svar.irf(18).point, peer, rtol=1e-8, atol=1e-8)
