"""The exhibits on classes of dates: the tests see news where everybody knows there is some, and none on TIC days."""

import numpy as np
import pandas as pd
import pytest

from analyses import event_calendars, event_tic
from analyses._events import catalogue, daily, studies
from analyses.specification import baseline
from econ.data import calendar
from econ.estimate import Unavailable


def study(name, confounders=None):
    index = pd.DatetimeIndex(daily(baseline).frame.index)
    table = event_calendars.dates_of(name, index, baseline)
    return studies(baseline, table, responses=("yield_10y",), window=(0, 0), confounders=confounders)["yield_10y"]


@pytest.mark.parametrize("name", ["fomc", "cpi", "payrolls"])
def test_days_that_are_known_to_move_yields_are_more_volatile(name):
    shift = study(name).variance_shift()
    assert shift.ratio > 1.2
    assert shift.brown_forsythe.p_value < 0.05  # 0.02 for consumer prices, far below 0.01 for the others
    assert shift.news.value > 2.0


@pytest.mark.parametrize("name", ["tic_release", "safe_reserves", "quarter_end"])
def test_days_without_news_are_not(name):
    assert isinstance(study(name, baseline.calendars.dropped).variance_shift(), Unavailable)


def test_interventions_are_split_by_their_side():
    index = pd.DatetimeIndex(daily(baseline).frame.index)
    sells, buys = (event_calendars.dates_of(side, index, baseline) for side in ("sells", "buys"))
    assert (len(sells), len(buys)) == (7, 8)
    assert sells["date"].min().year == 2022
    assert buys["date"].max().year == 2011


def test_the_catalogue_loses_its_confounded_events_and_says_why():
    fit = studies(baseline, catalogue(baseline), responses=("yield_10y",), confounders=baseline.events.confounders)[
        "yield_10y"
    ]
    reasons = fit.dropped.set_index("id")["reason"]
    assert reasons["E29"].startswith("cpi on 2024-07-11")
    assert reasons["E30"] == "fomc on 2024-07-31"
    assert reasons["E33"] == "payrolls on 2025-05-02"
    assert reasons["E15"] == "quarter_end on 2020-03-31"
    assert len(fit.events) + len(fit.dropped) == 41


def test_release_days_less_other_days_are_a_difference_of_means():
    y = event_tic.changes(baseline)
    days = event_tic.indicator(event_tic.CLASS, pd.DatetimeIndex(y.index))
    assert days.sum() == len(calendar(event_tic.CLASS)) == 238
    found = event_tic.controlled(baseline)["Release days less other days"]
    assert found.value == pytest.approx(y[days == 1].mean() - y[days == 0].mean())
    distances = event_tic.by_distance(baseline).set_index("day")
    inside = np.flatnonzero(days)[:-1] if np.flatnonzero(days)[-1] + 11 >= len(y) else np.flatnonzero(days)
    assert distances.loc[0, "mean"] == pytest.approx(y.iloc[inside].mean())
    assert (distances["adjusted"] >= 0.0005).all()
    assert distances["adjusted"].idxmin() == distances["t"].abs().idxmax() == -8
