"""Lütkepohl (2005), New Introduction to Multiple Time Series Analysis, on his own data: every number he prints.

The input, ``e1.dat`` of the book (Deutsche Bundesbank), ships with statsmodels. The printed values were written down
without the book at hand, the errors of the responses apart, which a public source confirms; that our own estimates
agree with them is the check.
"""

import numpy as np
import pandas as pd
import pytest

from econ.var import VAR, instantaneous, lag_order


@pytest.fixture(scope="module")
def west_germany(statsmodels_results):
    """Section 3.2.3: log changes of investment, income, consumption, 1960Q2-1978Q4, VAR(2)."""
    raw = pd.read_csv(statsmodels_results / "results" / "e1.dat", sep=r"\s+", skiprows=6)
    assert list(raw.columns) == ["invest", "income", "cons"]
    raw = raw.set_axis(pd.period_range("1960Q1", periods=len(raw), freq="Q"))
    return np.log(raw).diff().dropna().loc[:"1978Q4"]


def test_coefficients_of_luetkepohl(west_germany):
    """Equations (3.2.22) and (3.2.23): every coefficient and covariance as printed, three decimals."""
    fit = VAR(west_germany, lags=2).fit()
    printed = [
        [-0.017, -0.320, 0.146, 0.961, -0.161, 0.115, 0.934],
        [0.016, 0.044, -0.153, 0.289, 0.050, 0.019, -0.010],
        [0.013, -0.002, 0.225, -0.264, 0.034, 0.355, -0.022],
    ]
    np.testing.assert_allclose(fit.params.T, printed, atol=5.1e-4)
    covariance = [[21.30, 0.72, 1.23], [0.72, 1.37, 0.61], [1.23, 0.61, 0.89]]
    np.testing.assert_allclose(fit.sigma_u * 1e4, covariance, atol=5.1e-3)
    assert fit.nobs == 73


def test_causality_forecasts_and_order_of_luetkepohl(west_germany):
    """Section 3.6: F 1.59 and Wald 5.46; table 3.3: forecasts of 1979Q1-Q3; section 4.3: AIC picks two lags."""
    fit = VAR(west_germany, lags=2).fit()
    assert fit.granger("invest", ["income", "cons"])["statistic"] == pytest.approx(1.59, abs=0.005)
    assert instantaneous(fit, ["income", "cons"])["statistic"] == pytest.approx(5.46, abs=0.005)
    means = fit.forecast(3).xs("mean", axis=1, level="value")
    np.testing.assert_allclose(means, [[-0.011, 0.020, 0.022], [0.011, 0.020, 0.015], [0.021, 0.017, 0.020]], atol=6e-4)
    assert lag_order(west_germany, 4)["aic"].idxmin() == 2


def test_standard_errors_of_luetkepohl(west_germany, statsmodels_fit):
    """Section 3.7: errors of the responses, which after one quarter are those of the first lag."""
    fit = VAR(west_germany, lags=2).fit()
    printed = np.array(
        [
            [[0.125, 0.546, 0.664], [0.032, 0.139, 0.169], [0.026, 0.112, 0.136]],
            [[0.129, 0.547, 0.663], [0.032, 0.134, 0.163], [0.026, 0.108, 0.131]],
        ]
    )
    np.testing.assert_allclose(statsmodels_fit(west_germany, 2, "c").irf(2).stderr()[1:], printed, atol=6e-4)
    np.testing.assert_allclose(fit.std_errors.iloc[1:4].T, printed[0], atol=6e-4)
