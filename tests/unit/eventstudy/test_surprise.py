"""Surprises of releases: residuals of an autoregression, as events with a regressor."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from econ.errors import SampleTooShort, SchemaError, SpecificationError
from econ.eventstudy import EventStudy, release_surprises
from econ.testing import simulated_levels


def prints(count=120, seed=3, start="2008-01"):
    """An AR(1) of flows in USD billions, released on the 17th two months later."""
    generator = np.random.default_rng(seed)
    news = generator.normal(scale=20.0, size=count)
    value = np.empty(count)
    value[0] = news[0]
    for month in range(1, count):
        value[month] = 5.0 + 0.5 * value[month - 1] + news[month]
    months = pd.period_range(start, periods=count, freq="M")
    released = (months + 2).to_timestamp() + pd.Timedelta(days=16)
    frame = pd.DataFrame({"date": months, "holder": "OFF", "value": value, "release_date": released})
    return frame, news


def test_surprises_are_the_residuals_of_an_autoregression():
    frame, news = prints()
    table = release_surprises(frame, lags=3)
    y = frame["value"]
    past = sm.add_constant(pd.concat([y.shift(lag).rename(f"L{lag}") for lag in (1, 2, 3)], axis=1)).iloc[3:]
    np.testing.assert_allclose(table["surprise"], sm.OLS(y.iloc[3:], past).fit().resid, atol=1e-10)
    assert np.corrcoef(table["surprise"], news[3:])[0, 1] > 0.97
    assert table["date"].tolist() == frame["release_date"].iloc[3:].tolist()
    assert table["label"].iloc[0] == "TIC for 2008-04"


def test_order_gaps_other_holders_and_double_releases_do_not_matter():
    frame, _ = prints()
    other = frame.assign(holder="PRIVATE", value=-frame["value"])
    shuffled = pd.concat([other, frame]).sample(frac=1.0, random_state=1)
    pd.testing.assert_frame_equal(release_surprises(shuffled), release_surprises(frame))
    early = frame.iloc[[50]].assign(date=frame["date"].iloc[50] - 1, value=999.0)  # an older month on the same day
    pd.testing.assert_frame_equal(release_surprises(pd.concat([frame, early])), release_surprises(frame))
    assert len(release_surprises(frame.drop(index=[60, 61]))) == 115


def test_a_surprise_that_moves_yields_is_found():
    frame, _ = prints()
    daily = simulated_levels(2700, start="2008-01-01")
    table = release_surprises(frame)
    for day, surprise in zip(table["date"], table["surprise"], strict=True):
        daily.loc[daily.index >= day] += -0.003 * surprise  # -0.3 bp per $bn
    slope = EventStudy(daily, table, response="yield_10y", window=(0, 0)).fit().slope("surprise")
    assert slope.value == pytest.approx(-0.003, abs=3 * slope.std_error)
    assert slope.upper < 0


def test_bad_prints_are_refused():
    frame, _ = prints()
    with pytest.raises(SchemaError, match=r"lack the columns \['release_date'\]"):
        release_surprises(frame.drop(columns="release_date"))
    with pytest.raises(SpecificationError, match="no prints of 'OF'; did you mean 'OFF'"):
        release_surprises(frame, holder="OF")
    with pytest.raises(SpecificationError, match="lags must be a positive integer"):
        release_surprises(frame, lags=0)
    with pytest.raises(SampleTooShort, match="32 prints of 'OFF'; at least 33"):
        release_surprises(frame.iloc[:32])
    with pytest.raises(SchemaError, match="released on 2012-07-17"):
        release_surprises(frame.assign(value=frame["value"].where(frame["date"] != pd.Period("2012-05"))))


def test_prints_are_taken_in_order_of_release():
    frame, _ = prints()
    late = frame.copy()
    late.loc[60, "release_date"] = late.loc[61, "release_date"] + pd.Timedelta(days=3)  # a month printed after the next
    swapped = frame.copy()
    swapped.loc[[60, 61], "value"] = frame.loc[[61, 60], "value"].to_numpy()
    np.testing.assert_allclose(release_surprises(late)["surprise"], release_surprises(swapped)["surprise"])
