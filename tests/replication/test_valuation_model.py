"""The exhibit on the valuation model: where it fits, and by which rule two key rates are preferred to one."""

import numpy as np
import pandas as pd
import pytest

from analyses.specification import baseline
from analyses.valuation_model import alternatives, fits, left_out_error
from econ.data import flows, valuation_model


def test_the_valuation_model_fits_sovereign_holders_well_and_says_where_it_does_not():
    fit = fits(baseline.as_of)
    assert (fit.loc[["china", "japan", "official", "foreign"], "r2"] > 0.9).all()
    assert (fit.loc[["china", "japan", "official", "foreign"], "r2_slt"] > 0.8).all()
    assert fit.loc["uk", "r2_slt"] < 0.6  # custody: the portfolio behind it changes
    assert fit.loc["china", "nobs"] == 153
    assert 3 < fit.loc["official", "duration"] < 6
    assert valuation_model("CHN").r2 == fit.loc["china", "r2"]


def test_two_key_rates_predict_the_years_left_out_better_than_one():
    """The rule of the module: smaller left-out error, averaged over holders; and what each leaves for China in 2022."""
    table = alternatives(baseline.as_of)
    assert table["left_out_two"].mean() < table["left_out_one"].mean()
    for slug in ("china", "japan", "official", "foreign"):
        assert table.loc[slug, "better"] == "two"
        assert table.loc[slug, "rmse_slt_two"] < table.loc[slug, "rmse_slt_one"]
    assert table.loc["china", "bought_2022_two"] == pytest.approx(-50.8, abs=0.1)
    assert table.loc["china", "bought_2022_one"] == pytest.approx(-85.9, abs=0.1)
    imputed = flows("china", scale="usd_bn", concept="position")["value"].loc["2022-01":"2022-12"].sum()
    assert table.loc["china", "bought_2022_two"] == pytest.approx(imputed)


def test_the_left_out_error_is_that_of_plain_least_squares_year_by_year():
    rng = np.random.default_rng(8)
    months = pd.period_range("2011-06", periods=60, freq="M")
    yields = pd.DataFrame(rng.normal(0, 0.2, (60, 2)).cumsum(axis=0), index=months, columns=["yield_2y", "yield_10y"])
    change = yields.diff().iloc[1:]
    returns = pd.Series(0.1 - 4.0 * change["yield_10y"] + rng.normal(0, 0.3, 59), index=months[1:])
    design = np.column_stack([np.ones(59), -change["yield_10y"], 0.5 * change["yield_10y"] ** 2])
    errors = np.full(59, np.nan)
    for year in set(change.index.year):
        out = np.asarray(change.index.year == year)
        params = np.linalg.pinv(design[~out]) @ returns.to_numpy()[~out]
        errors[out] = returns.to_numpy()[out] - design[out] @ params
    assert left_out_error(returns, yields, rates=("yield_10y",)) == pytest.approx(np.sqrt(np.mean(errors**2)))
