"""Seasons and single periods as arguments: dummies by hand, what must not matter, forecasts, refusals."""

import numpy as np
import pandas as pd
import pytest

from econ.errors import SchemaError, SpecificationError
from econ.testing import simulated_var
from econ.var import VAR, AsymmetricMinnesota, BayesianVAR, Cholesky, Minnesota, MovingBlock, lag_order

WAVE = np.array([3.0, -1.0, 0.5, 2.0])


@pytest.fixture(scope="module")
def quarters():
    frame = simulated_var(periods=160, rng=3).frame.set_axis(pd.period_range("1980Q1", periods=160, freq="Q"))
    frame.loc["1990Q2", "x"] += 15.0
    return frame + WAVE[frame.index.quarter - 1][:, None]


def by_hand(index, outlier=None):
    table = pd.DataFrame({f"s{q}": (index.quarter == q) - 0.25 for q in (2, 3, 4)}, index=index)
    return table if outlier is None else table.assign(o=(index == pd.Period(outlier, "Q")).astype(float))


@pytest.mark.parametrize("trend", ["n", "c", "ct"])
def test_seasons_and_outliers_are_dummies_by_hand(quarters, trend):
    found = VAR(quarters, 2, trend, seasonal=True, outliers=["1990Q2"]).fit()
    wanted = VAR(quarters, 2, trend, by_hand(quarters.index, "1990Q2")).fit()
    np.testing.assert_allclose(found.params, wanted.params, atol=1e-10)
    np.testing.assert_allclose(found.residuals, wanted.residuals, atol=1e-10)
    names = ["season_2", "season_3", "season_4", "outlier_1990Q2"]
    assert [name for name in found.params.index if "_" in name] == names
    np.testing.assert_allclose(found.residuals.loc["1990Q2"], 0.0, atol=1e-10)


@pytest.mark.parametrize("prior", [Minnesota(0.3), AsymmetricMinnesota(0.3, 0.1)])
def test_a_posterior_takes_them_too(quarters, prior):
    extra = {"seasonal": True, "outliers": ["1990Q2"]}
    found = BayesianVAR(quarters, 2, prior=prior, **extra).fit(10, rng=1)
    wanted = BayesianVAR(quarters, 2, exog=by_hand(quarters.index, "1990Q2"), prior=prior).fit(10, rng=1)
    np.testing.assert_allclose(found.params, wanted.params, atol=1e-8)
    np.testing.assert_allclose(found.coefficient_draws, wanted.coefficient_draws, atol=1e-8)
    assert found.log_marginal_likelihood == pytest.approx(wanted.log_marginal_likelihood, abs=1e-7)


def test_forecasts_carry_seasons_on_and_know_no_outliers(quarters):
    found = VAR(quarters, 2, seasonal=True, outliers=["1990Q2"]).fit().forecast(6)
    exog = by_hand(pd.period_range("2020Q1", periods=6, freq="Q")).assign(o=0.0)
    wanted = VAR(quarters, 2, "c", by_hand(quarters.index, "1990Q2")).fit().forecast(6, exog=exog)
    np.testing.assert_allclose(found, wanted, atol=1e-9)


def test_a_seasonal_pattern_changes_constants_only(quarters):
    wave = np.array([4.0, -2.0, 1.0, 0.0])[quarters.index.quarter - 1]
    one = VAR(quarters, 2, seasonal=True).fit()
    two = VAR(quarters.assign(x=quarters["x"] + wave), 2, seasonal=True).fit()
    np.testing.assert_allclose(one.lag_blocks, two.lag_blocks, atol=1e-9)
    np.testing.assert_allclose(one.residuals, two.residuals, atol=1e-9)
    assert (VAR(quarters, 2).fit().sigma_u.to_numpy().diagonal() > one.sigma_u.to_numpy().diagonal()).all()


def test_the_constant_stays_that_of_the_average_season(quarters):
    fit = VAR(quarters, 1, seasonal=True).fit()
    levels = [VAR(quarters, 1, "n", pd.get_dummies(quarters.index.quarter, prefix="q", dtype=float).set_axis(
        quarters.index)).fit().params.iloc[:4]]  # fmt: skip
    np.testing.assert_allclose(fit.params.loc["const"], levels[0].mean(), atol=1e-9)


def test_months_have_twelve_and_lags_can_be_chosen():
    frame = simulated_var(periods=200, rng=1).frame
    fit = VAR(frame, "bic", seasonal=True, outliers=["1995-06"], max_lags=4).fit()
    assert len(fit.parent.terms) == 13
    table = lag_order(frame, 4, seasonal=True, outliers=["1995-06"])
    assert fit.lags == table["bic"].idxmin()
    plain = lag_order(frame, 4)
    assert (table["bic"] > plain["bic"]).all()
    assert (lag_order(frame, 4, seasonal=True)["aic"] != table["aic"]).all()


def test_bands_and_decompositions_keep_the_seasons(quarters):
    svar = VAR(quarters, 1, seasonal=True, outliers=["1990Q2"]).fit().identify(Cholesky("x", "y"))
    assert np.isfinite(svar.irf(3, MovingBlock(draws=20), rng=1).draws).all()
    parts = svar.historical_decomposition()
    np.testing.assert_allclose(parts["x"].sum(axis=1), quarters["x"].iloc[1:], atol=1e-9)
    with pytest.raises(SpecificationError, match="Pope's formula knows"):
        svar.parent.bias_corrected()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"outliers": ["1980Q1"]}, "a VAR of 2 lags explains, 1980Q3 to 2019Q4"),
        ({"outliers": ["2031Q1"]}, "not among the periods"),
        ({"outliers": ["soon"]}, "names no period"),
        ({"outliers": ["1990Q2", "1990-05"]}, "stands twice"),
        ({"outliers": []}, "at least 1 name"),
        ({"outliers": 3}, "outliers"),
        ({"seasonal": "yes"}, "seasonal"),
    ],
)
def test_what_makes_no_sense_is_refused(quarters, wrong, said):
    for model in (VAR, BayesianVAR):
        with pytest.raises(SpecificationError, match=said):
            model(quarters, 2, **wrong)


def test_seasons_need_a_year_and_names_of_their_own(quarters):
    with pytest.raises(SpecificationError, match="monthly or quarterly"):
        VAR(quarters.set_axis(range(len(quarters))), 2, seasonal=True)
    with pytest.raises(SchemaError, match="'season_2' is a variable and a deterministic term"):
        VAR(quarters.rename(columns={"x": "season_2"}), 2, seasonal=True)
    with pytest.raises(SpecificationError, match="not among the periods"):
        lag_order(quarters, 8, outliers=["1981Q1"])
