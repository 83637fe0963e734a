"""A variable that others, its past or time predict exactly has no shock of its own, whatever estimates the system."""

import numpy as np
import pandas as pd
import pytest

from econ.errors import SingularDesign
from econ.var import (
    VAR,
    VECM,
    AsymmetricMinnesota,
    BayesianVAR,
    CommonVolatility,
    FactorAugmentedVAR,
    KernelVAR,
    Minnesota,
    MixedFrequencyVAR,
    TimeVaryingVAR,
)


def _columns():
    frame = pd.DataFrame(np.random.default_rng(0).standard_normal((200, 2)), columns=["x", "y"])
    frame.index = pd.period_range("2000-01", periods=200, freq="M")
    return {
        "alternates": frame.assign(d=np.arange(200) % 2.0),
        "trend": frame.assign(d=np.arange(200.0)),
        "another column's lag": frame.assign(d=frame["x"].shift(fill_value=0.3)),
        "pulse in the first row": frame.assign(d=(np.arange(200) == 0).astype(float)),
        "identity with a lag": frame.assign(d=frame["x"] + frame["y"].shift(fill_value=0.3)),
    }


@pytest.mark.parametrize("case", list(_columns()))
def test_a_column_without_errors_of_its_own_is_refused(case):
    with pytest.raises(SingularDesign, match="'d'"):
        VAR(_columns()[case], lags=1).fit()


POSTERIORS = {
    "hierarchical": {},
    "flat": {"prior": Minnesota(np.inf)},
    "tight": {"prior": Minnesota(0.05)},
    "asymmetric": {"prior": AsymmetricMinnesota(0.2, 0.1)},
    "volatile": {"volatility": CommonVolatility()},
}


@pytest.mark.parametrize("case", list(_columns()))
@pytest.mark.parametrize("kind", POSTERIORS)
def test_no_prior_hides_a_column_without_errors_of_its_own(case, kind):
    with pytest.raises(SingularDesign, match=r"'d'|linear combinations"):
        BayesianVAR(_columns()[case], lags=2, **POSTERIORS[kind]).fit(draws=20, rng=1)


def test_neither_does_a_system_of_more_coefficients_than_periods():
    frame = _columns()["alternates"].iloc[:60]
    wide = frame.assign(**{f"w{j}": np.random.default_rng(j).standard_normal(60) for j in range(9)})
    BayesianVAR(wide.drop(columns="d"), lags=12).fit(draws=20, rng=1)
    with pytest.raises(SingularDesign, match="'d'"):
        BayesianVAR(wide, lags=12).fit(draws=20, rng=1)
    seasons = wide.assign(d=np.tile(frame["x"].to_numpy()[:12], 5))  # its own twelfth lag, and no shorter one
    with pytest.raises(SingularDesign, match="'d'"):
        BayesianVAR(seasons, lags=12).fit(draws=20, rng=1)


def test_mixed_frequencies_are_asked_table_by_table():
    frame = _columns()["alternates"]
    quarters = frame[["y"]].groupby(frame.index.asfreq("Q")).sum().iloc[:-1]  # the last quarter is not whole
    options = {"aggregation": {"y": "sum"}, "prior": Minnesota(0.2)}
    MixedFrequencyVAR([frame[["x"]], quarters], lags=2, **options).fit(4, 2, rng=1)
    with pytest.raises(SingularDesign, match="'d'"):
        MixedFrequencyVAR([frame[["x", "d"]], quarters], lags=2, **options).fit(4, 2, rng=1)
    hidden = frame[["x", "d"]].mask(np.outer(frame.index.month == 7, [True, True]))
    with pytest.raises(SingularDesign, match="'d'"):  # also where some of its values are not published
        MixedFrequencyVAR([hidden, quarters], lags=2, **options).fit(4, 2, rng=1)
    alternating = quarters.assign(y=np.arange(len(quarters)) % 2.0)
    with pytest.raises(SingularDesign, match="'y'"):
        MixedFrequencyVAR([frame[["x"]], alternating], lags=2, **options).fit(4, 2, rng=1)


@pytest.mark.parametrize("case", list(_columns()))
def test_drifting_coefficients_are_asked_too(case):
    with pytest.raises(SingularDesign, match=r"'d'|L\d\.d|collinear"):
        TimeVaryingVAR(_columns()[case], lags=1).fit(4, 1, burn=1, thin=1)
    with pytest.raises(SingularDesign, match=r"'d'|L\d\.d"):
        KernelVAR(_columns()[case], lags=1).fit(4, rng=1)


def test_a_part_of_the_sample_without_errors_is_refused_where_coefficients_drift():
    frame = _columns()["alternates"]
    pegged = frame.assign(d=np.where(np.arange(200) < 100, frame["x"], 1.0))
    with pytest.raises(SingularDesign, match="'d'"):
        TimeVaryingVAR(pegged, lags=1, training=110).fit(4, 1, burn=1, thin=1)
    with pytest.raises(SingularDesign, match="'d'"):
        TimeVaryingVAR(pegged.iloc[::-1].set_axis(frame.index), lags=1, training=40)


def test_systems_built_on_a_var_are_asked_by_it():
    frame, generator = _columns()["alternates"], np.random.default_rng(1)
    panel = pd.DataFrame(generator.standard_normal((200, 6)), index=frame.index, columns=list("abcdef")).add_prefix("p")
    with pytest.raises(SingularDesign, match="'d'"):
        FactorAugmentedVAR(frame, panel, factors=1, lags=1).fit()
    with pytest.raises(SingularDesign, match=r"L2\.d"):
        VECM(frame, lags=2, rank=1).fit()


def test_small_and_large_units_are_not_taken_for_an_exact_fit():
    frame = _columns()["alternates"][["x", "y"]]
    fit = VAR(frame * [1e-6, 1e6] + [0.0, 1e9], lags=1).fit()
    assert fit.nobs == 199
    assert BayesianVAR(frame * [1e-6, 1e6] + [0.0, 1e9], lags=1).fit(draws=20, rng=1).nobs == 199
