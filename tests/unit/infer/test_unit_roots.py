"""Unit roots: against statsmodels, loops, and what must not matter; urca in ``reference/test_cointegration.py``."""

import warnings

import numpy as np
import pandas as pd
import pytest

from econ import errors
from econ.estimate import Unavailable
from econ.infer import unit_root
from econ.infer.unit_roots import (
    _chosen_lags,
    _modified_aic,
    dickey_fuller,
    gls_detrended,
    kpss,
    phillips_perron,
    zivot_andrews,
)

MONTHS = pd.period_range("1990-01", periods=180, freq="M")


@pytest.fixture(scope="module")
def frame():
    e = np.random.default_rng(2).standard_normal((180, 2))
    stationary = np.zeros(180)
    for t in range(1, 180):
        stationary[t] = 0.5 * stationary[t - 1] + e[t, 1]
    return pd.DataFrame({"walk": e[:, 0].cumsum(), "stationary": stationary}, index=MONTHS)


@pytest.fixture(scope="module")
def table(frame):
    return unit_root(frame)


def test_the_verdicts(frame, table):
    assert list(table.loc["walk"].index) == ["adf", "adf-gls", "phillips-perron", "kpss", "zivot-andrews"]
    walk, stationary = table.loc["walk", "verdict"], table.loc["stationary", "verdict"]
    for test in ("adf", "adf-gls", "phillips-perron"):
        assert walk[test] == "a unit root is not rejected"
        assert stationary[test] == "a unit root is rejected"
    assert stationary["kpss"] == "stationarity is not rejected"
    trending = unit_root(frame[["stationary"]].add(0.05 * np.arange(180), axis=0))
    assert trending.loc[("stationary", "kpss"), "verdict"] == "stationarity is rejected"
    assert walk["zivot-andrews"].startswith("a unit root is not rejected; strongest break after ")
    assert table.loc[("walk", "kpss"), "null"] == "stationary around a constant"


@pytest.mark.parametrize("trend", ["c", "ct"])
def test_statistics_are_those_of_statsmodels(frame, trend):
    import statsmodels.tsa.stattools as stattools

    y = frame["walk"].to_numpy()
    found = unit_root(frame[["walk"]], trend=trend, lags=2).loc["walk"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its results will be of another class; its table of KPSS ends
        statistic, p, _, _, critical, *_ = stattools.adfuller(y, maxlag=2, regression=trend, autolag=None)
        level, probability, bandwidth, bounds, *_ = stattools.kpss(y, regression=trend, nlags="auto")
        chosen = stattools.adfuller(y, maxlag=12, regression=trend, autolag="AIC")[2]
        broken = stattools.zivot_andrews(y, maxlag=2, regression=trend, autolag=None)
    assert found.loc["kpss", ["statistic", "p_value", "critical_value"]].tolist() == pytest.approx(
        [level, probability, bounds["5%"]], rel=1e-8
    )
    assert found.loc["kpss", "lags"] == bandwidth
    assert _chosen_lags(y, trend, 12) == chosen
    assert found.loc["adf", ["statistic", "p_value", "critical_value"]].tolist() == pytest.approx(
        [statistic, p, critical["5%"]], rel=1e-8
    )
    assert found.loc["zivot-andrews", "statistic"] == pytest.approx(broken[0], rel=1e-8)
    assert found["lags"].tolist()[:2] == [2, 2]
    assert isinstance(found.loc["zivot-andrews", "p_value"], Unavailable)
    assert isinstance(found.loc["adf-gls", "p_value"], Unavailable) == (trend == "ct")


def test_breaks_one_by_one(frame):
    y = frame["stationary"].to_numpy()
    for trend, columns in (("c", 1), ("ct", 2)):
        ratios = {}
        for last in range(27, 153):
            t = np.arange(1, 180)
            after = (t > last) * 1.0
            shifts = np.column_stack([after, after * (t - last)])[:, :columns]
            x = np.column_stack([y[:-1], np.ones(179), t, shifts])
            slopes, squares = np.linalg.lstsq(x, np.diff(y), rcond=None)[:2]
            ratios[last] = slopes[0] / np.sqrt(squares[0] / (179 - x.shape[1]) * np.linalg.inv(x.T @ x)[0, 0])
        statistic, where = zivot_andrews(y, trend, 0)
        assert statistic == pytest.approx(min(ratios.values()))
        assert ratios[where] == min(ratios.values())


def test_detrending_and_the_phillips_perron_correction(frame):
    y = frame["walk"].to_numpy()
    left = gls_detrended(y, "ct")
    moved = gls_detrended(y + 3.0 - 0.2 * np.arange(180), "ct")
    np.testing.assert_allclose(left, moved, atol=1e-9)
    t, slope, squares, count = dickey_fuller(left, 0)
    assert count == 179
    assert slope == pytest.approx(left[:-1] @ np.diff(left) / (left[:-1] @ left[:-1]))
    assert t == pytest.approx(slope / np.sqrt(squares / 178 / (left[:-1] @ left[:-1])))
    assert phillips_perron(y, "c", 0) == pytest.approx(dickey_fuller(y, 0, trend="c")[0])
    assert kpss(y, "ct")[0] == pytest.approx(kpss(y + 3.0 - 0.2 * np.arange(180), "ct")[0])


def test_lags_of_the_detrended_series_are_those_of_ng_and_perron(frame):
    """Their criterion in a loop over least squares, all on the periods that the longest leaves."""
    y, most, scores = gls_detrended(frame["walk"].to_numpy(), "c"), 6, []
    change = np.diff(y)
    for lags in range(most + 1):
        x = np.column_stack([y[most:-1], *(change[most - lag : -lag] for lag in range(1, lags + 1))])
        slopes, squares = np.linalg.lstsq(x, change[most:], rcond=None)[:2]
        variance = squares[0] / (179 - most)
        penalty = slopes[0] ** 2 * (y[most:-1] ** 2).sum() / variance
        scores.append(np.log(variance) + 2.0 * (penalty + lags) / (179 - most))
    assert _modified_aic(y, most) == int(np.argmin(scores))
    assert unit_root(frame[["walk"]]).loc[("walk", "adf-gls"), "lags"] == _modified_aic(
        gls_detrended((frame["walk"] / frame["walk"].std(ddof=0)).to_numpy(), "c"), 14
    )


def test_units_and_origin_do_not_matter(frame, table):
    other = unit_root(5.0 - 1e-3 * frame)
    pd.testing.assert_frame_equal(other.drop(columns="p_value"), table.drop(columns="p_value"), rtol=1e-6)


def test_sizes_move_the_critical_values_and_the_verdict(frame):
    strict, loose = (unit_root(frame[["walk"]], lags=1, size=size) for size in (0.01, 0.10))
    for test in ("adf", "adf-gls", "phillips-perron", "zivot-andrews"):
        assert strict.loc[("walk", test), "critical_value"] < loose.loc[("walk", test), "critical_value"]
    assert strict.loc[("walk", "kpss"), "critical_value"] > loose.loc[("walk", "kpss"), "critical_value"]
    assert strict.loc[("walk", "adf-gls"), "statistic"] == loose.loc[("walk", "adf-gls"), "statistic"]


def test_bad_input_is_refused(frame):
    with pytest.raises(errors.SpecificationError, match="trend"):
        unit_root(frame, trend="n")
    with pytest.raises(errors.SpecificationError, match="size"):
        unit_root(frame, size=0.2)
    with pytest.raises(errors.SpecificationError, match="lags"):
        unit_root(frame, lags=-1)
    with pytest.raises(errors.SampleTooShort, match="need 30"):
        unit_root(frame.iloc[:29], lags=0)
    with pytest.raises(errors.SampleTooShort):
        unit_root(frame, lags=90)
    with pytest.raises(errors.SchemaError, match="constant"):
        unit_root(frame.assign(walk=1.0))
    with pytest.raises(errors.FrequencyError):
        unit_root(frame.drop(frame.index[4]))
    with pytest.raises(errors.SingularDesign, match="predicted exactly"):
        unit_root(pd.DataFrame({"line": np.arange(180.0)}, index=MONTHS))
    assert unit_root(frame["walk"], lags=1).index[0] == ("walk", "adf")
    for size in (0.051, 0.0949, 0.2):
        with pytest.raises(errors.SpecificationError, match="size"):
            unit_root(frame, lags=1, size=size)


@pytest.mark.slow
@pytest.mark.parametrize("trend", ["c", "ct"])
def test_size_of_the_tests_with_a_unit_root(trend):
    """150 random walks of 150 periods, one lag: ADF-GLS, Phillips-Perron and the break test at a nominal 5%."""
    walks = np.random.default_rng(1).standard_normal((150, 150)).cumsum(axis=1)
    counts = dict.fromkeys(("adf", "adf-gls", "phillips-perron", "zivot-andrews"), 0)
    for walk in walks:
        found = unit_root(pd.DataFrame({"x": walk}), trend=trend, lags=1).loc["x"]
        for test in counts:
            counts[test] += found.loc[test, "statistic"] < found.loc[test, "critical_value"]
    shares = {test: count / 150 for test, count in counts.items()}
    print(shares)
    assert all(0.01 <= share <= 0.12 for share in shares.values())
