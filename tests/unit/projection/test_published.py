"""Published numbers: Ramey and Zubairy's projections of Auerbach and Gorodnichenko's data, Jordà's interest rules."""

import numpy as np
import pandas as pd
import pytest

from econ.errors import SpecificationError
from econ.projection import LocalProjection

# Supplementary appendix of Ramey and Zubairy (2018), from their Matlab code, as the R package lpirfs prints them
LINEAR = (
    *(1, 1.27, 1.40, 1.46, 1.38, 1.16, 1.05, 0.90, 0.85, 0.82),
    *(0.73, 0.53, 0.45, 0.30, 0.27, 0.28, 0.31, 0.35, 0.36, 0.27),
)
EXPANSION = (
    *(1.00, 1.02, 0.78, 0.60, 0.37, 0.12, 0.04, -0.09, 0.04, -0.07),
    *(-0.21, -0.30, -0.28, -0.42, -0.29, -0.23, 0.02, 0.11, 0.13, -0.01),
)
RECESSION = (
    *(1.00, 1.24, 1.65, 2.01, 2.24, 2.12, 1.97, 1.73, 1.44, 1.48),
    *(1.45, 1.27, 1.26, 1.19, 1.04, 1.10, 0.87, 0.86, 0.89, 0.97),
)


@pytest.fixture
def fiscal(shared):
    """Government purchases, taxes and output, 1948Q3 to 2008Q4, with the mean forecast shock and the moving average."""
    table = pd.read_csv(shared("data/cases/auerbach_gorodnichenko/data.csv")).iloc[6:]
    index = pd.period_range("1948Q3", periods=len(table), freq="Q")
    return table.set_axis(index).drop(columns=["Year", "Quarter"])


def test_published_responses_of_government_purchases(fiscal):
    data = fiscal.loc["1948Q4":, ["Gov", "Tax", "GDP"]]
    lp = LocalProjection(data, response=["Gov", "Tax", "GDP"], impulse="Gov", lags=4, lag_augmented=False)
    np.testing.assert_array_equal(lp.fit(19).irf.point[:, 0, 0].round(2), LINEAR)


def test_published_responses_by_state_of_the_cycle(fiscal):
    """Three lags of the system by state; constant and four lags of the moving average without."""
    lags = {f"L{lag}.{name}": fiscal[name].shift(lag) for lag in (1, 2, 3) for name in ("Gov", "Tax", "GDP")}
    shared = {f"L{lag}.average": fiscal["GDP_MA"].shift(lag) for lag in (1, 2, 3, 4)}
    data = fiscal[["Gov"]].assign(
        **lags, **shared, shock=fiscal["Gov_shock_mean"], slack=1.0 / (1.0 + np.exp(3.0 * (fiscal["GDP_MA"] - 0.8)))
    )
    # the first quarter of shocks needs nothing but the state of the quarter before
    start = fiscal["Gov_shock_mean"].first_valid_index()
    data = data.loc[start - 1 :].fillna(0.0)
    irf = LocalProjection(
        data, response="Gov", impulse="shock", contemporaneous=[*lags, *shared], common=["const", *shared], lags=0,
        lag_augmented=False, state="slack",
    ).fit(19).irf  # fmt: skip
    assert irf.nobs == 238
    np.testing.assert_allclose(irf.point[:, 0, 0], EXPANSION, atol=0.0051)
    np.testing.assert_allclose(irf.point[:, 0, 1], RECESSION, atol=0.0051)


def test_published_response_of_the_output_gap_to_itself(shared):
    """Figure 5 of Jordà (2005), read off by lpirfs: 0.9 after a quarter (within 5%), one standard deviation."""
    data = pd.read_csv(shared("data/cases/lpirfs_jorda/data_interest_rules.csv"))
    irf = LocalProjection(
        data, response=["GDP_gap", "Infl", "FF"], impulse="GDP_gap", lags=4, lag_augmented=False
    ).fit(24, "hac").irf  # fmt: skip
    residual = irf.parent.impulse[0, :, 0]
    shock = np.sqrt(residual @ residual / (len(residual) - 13))
    assert shock * irf.point[1, 0, 0] == pytest.approx(0.9, rel=0.05)


def test_common_coefficients_are_those_of_statsmodels():
    import statsmodels.api as sm

    generator = np.random.default_rng(4)
    frame = pd.DataFrame(generator.standard_normal((160, 4)), columns=["y", "x", "w", "v"])
    frame["high"] = generator.random(160)
    irf = LocalProjection(
        frame, response="y", impulse="x", contemporaneous=["w", "v"], common=["const", "v"], lags=0,
        lag_augmented=False, state="high",
    ).fit(0, "hc1").irf  # fmt: skip
    now, high = frame.iloc[1:], frame["high"].shift(1).iloc[1:]
    columns = [now["x"] * (1 - high), now["x"] * high, now["w"] * (1 - high), now["w"] * high, now["v"]]
    theirs = sm.OLS(now["y"].to_numpy(), sm.add_constant(np.column_stack(columns))).fit(cov_type="HC1")
    np.testing.assert_allclose(irf.point[0, 0], theirs.params[1:3], rtol=1e-8)
    np.testing.assert_allclose(irf.std_errors[0, 0], theirs.bse[1:3], rtol=1e-8)
    for options in ({"common": ["w"]}, {"common": ["v"], "state": "high"}):
        with pytest.raises(SpecificationError, match="common names"):
            LocalProjection(frame, response="y", impulse="x", contemporaneous=["w"], **options)
