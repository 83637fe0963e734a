"""Against programs written apart, on simulated data: the running counterparts of replications that need ../shared."""

import numpy as np
import pandas as pd
import pytest

from econ.eventstudy import EventStudy, joint_tests
from econ.projection import LocalProjection, granular_elasticities
from econ.var import VAR, Heteroskedasticity, SignRestrictions


def quarters(frame):
    return frame.set_axis(pd.period_range("1960Q1", periods=len(frame), freq="Q"))


def test_granular_elasticities(reference):
    """As the example of OptimalGIV.jl: one elasticity, one a holder, and holders that need not clear the market."""
    frame, numbers = reference("granular")
    sizes = pd.Series([0.35, 0.25, 0.2, 0.12, 0.08], index=list("abcde"))
    given = {"factors": frame[["factor"]], "constant": False}
    for names, key in ((list("abcde"), "each"), (list("bcde"), "without the largest")):
        fit = granular_elasticities(frame[names], frame["price"], sizes[names], **given)
        np.testing.assert_allclose(fit.elasticities, numbers[key]["elasticities"], rtol=1e-7)
        np.testing.assert_allclose(fit.std_errors, numbers[key]["std_errors"], rtol=1e-6)
    fit = granular_elasticities(frame[list("abcde")], frame["price"], sizes, homogeneous=True, **given)
    assert fit.aggregate().value == pytest.approx(numbers["common"]["elasticity"], rel=1e-7)
    assert fit.aggregate().std_error == pytest.approx(numbers["common"]["std_error"], rel=1e-6)


def test_event_study_of_several_firms(reference):
    """As the case of estudy2: market model, one day, firms as the cross-section, two of them listed late."""
    frame, numbers = reference("event_study")
    frame = frame.set_index(pd.DatetimeIndex(frame.pop("date"), name="date"))
    event = pd.DataFrame({"date": [frame.index[190]], "kind": "fall", "label": ["fall"]})
    model = {"window": (0, 0), "estimation": (-190, -1), "normal": "market", "factors": "market", "transform": "level"}
    fits = {firm: EventStudy(frame, event, response=firm, **model).fit() for firm in frame.columns.drop("market")}
    np.testing.assert_allclose([fit.cumulative.item() for fit in fits.values()], numbers["abnormal"], rtol=1e-9)
    assert [fit.windows.df.item() for fit in fits.values()] == numbers["df"]
    found = joint_tests(fits)["statistic"]
    for name in ("Patell", "BMP"):
        assert found[name] == pytest.approx(numbers[name], rel=1e-9), name


def test_one_change_of_variances(reference):
    """As the US example of svars: coefficients, impact and ratios at the maximum of one likelihood."""
    frame, numbers = reference("variances")
    frame = quarters(frame)
    regimes = pd.Series(np.where(np.arange(161) < 81, "before", "after"), index=frame.index)
    svar = VAR(frame, lags=1).fit().identify(Heteroskedasticity(regimes))
    fit, ratio = svar.parent, svar.variances["after"] / svar.variances["before"]
    before = svar.impact.to_numpy() * np.sqrt(svar.variances["before"].to_numpy() * fit.df_resid / fit.nobs)
    order = np.argsort(-ratio.to_numpy())
    signs = np.sign(np.diag(before[:, order]))
    np.testing.assert_allclose(fit.params, numbers["coefficients"], atol=1e-4)
    np.testing.assert_allclose(before[:, order] * signs, numbers["impact before"], atol=1e-4)
    np.testing.assert_allclose(ratio.to_numpy()[order], numbers["ratio"], rtol=2e-4)


def test_sign_restrictions_draw_what_a_loop_over_candidates_draws(reference):
    """As Uhlig (2005): quantiles of 2,000 draws against those of 1,000, within five simulation errors.

    The error of a quartile-like quantile of n draws is about 1.5 s / sqrt(n), with s the spread of the draws.
    """
    frame, numbers = reference("signs")
    months = range(3)
    scheme = SignRestrictions({"policy": {"rate": ("+", months), "prices": ("-", months)}}, draws=2000)
    draws = VAR(quarters(frame), lags=1, trend="n").fit().identify(scheme, rng=1).irf(12).draws[:, :, :, 0]
    for horizon, expected in numbers.items():
        found = np.quantile(draws[:, int(horizon)], [0.16, 0.5, 0.84], axis=0)
        error = 1.5 * draws[:, int(horizon)].std(axis=0) * np.sqrt(1 / 1000 + 1 / 2000)
        assert (np.abs(found - expected) < 5 * error).all(), horizon


def test_projections_by_state_of_the_cycle(reference):
    """As Ramey and Zubairy (2018): lags of the system by state, constant and moving average without."""
    frame, numbers = reference("states")
    frame = quarters(frame)
    system = {f"L{lag}.{name}": frame[name].shift(lag) for lag in (1, 2) for name in ("spending", "gdp")}
    cycle = {f"L{lag}.average": frame["average"].shift(lag) for lag in (1, 2)}
    data = frame[["spending", "shock", "slack"]].assign(**system, **cycle).iloc[1:]
    data.iloc[0] = data.iloc[0].fillna(0.0)  # the first quarter gives nothing but the state of the next
    irf = LocalProjection(
        data, response="spending", impulse="shock", contemporaneous=[*system, *cycle], common=["const", *cycle], lags=0,
        lag_augmented=False, state="slack",
    ).fit(8)  # fmt: skip
    np.testing.assert_allclose(irf.point[:, 0, 0], numbers["low"], rtol=1e-8)
    np.testing.assert_allclose(irf.point[:, 0, 1], numbers["high"], rtol=1e-8)
