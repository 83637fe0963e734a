"""Placebo dates: who may stand in for an event, and what a draw looks like."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from econ.errors import SpecificationError
from econ.eventstudy import EventStudy
from econ.eventstudy.placebo import _thirds, day_outcomes, draw_dates, find_candidates, strata
from econ.testing import event_table, simulated_levels

POSITIONS = (200, 201, 203, 400, 555, 640, 900, 1200, 1201, 1500)


def prepared(window=(0, 1), match=("weekday", "volatility", "calendar"), days=2500):
    frame = simulated_levels(days)
    results = EventStudy(frame, event_table(frame.index, POSITIONS), response="yield_10y", window=window).fit()
    outcomes = day_outcomes(results.series, results.usable, window=window, estimation=(-130, -11), minimum=30)
    found = find_candidates(
        results.series, results.usable, results.windows.positions, window=window, outcomes=outcomes, match=match
    )
    return results, outcomes, found


@pytest.mark.parametrize("window", [(0, 0), (0, 1), (-2, 3)])
def test_outcomes_of_days_equal_studies_of_those_days(window):
    results, (standardised, cumulative), _ = prepared(window)
    frame, index = results.parent.data.frame, results.series.index
    for row in (300, 777, 1800):
        events = pd.concat(
            [event_table(index, POSITIONS), event_table(index, (row,)).assign(kind="placebo", label="placebo")]
        )
        again = EventStudy(frame, events.reset_index(drop=True), response="yield_10y", window=window).fit()
        # its estimation window skips the same events; its own window lies after it
        assert again.cumulative.iloc[-1] == pytest.approx(cumulative[row], abs=1e-12)
        assert again.standardised.iloc[-1] == pytest.approx(standardised[row], rel=1e-10)


@pytest.mark.parametrize(
    "options",
    [
        {"normal": "zero"},
        {"volatility": "garch"},
        {"normal": "market", "factors": "bund"},
        {"normal": "factors", "factors": ["bund", "yield_2y"], "volatility": "garch"},
        {"transform": "level"},
    ],
)
def test_running_sums_equal_windows(options):
    frame = simulated_levels(1200, names=("yield_10y", "yield_2y", "bund"))
    frame.iloc[333, 1] = np.nan
    window, estimation = (-1, 2), (-130, -11)
    study = EventStudy(
        frame,
        event_table(frame.index, (400, 700)),
        response="yield_10y",
        window=window,
        estimation=estimation,
        **options,
    )
    results = study.fit()
    rows = np.array([100, 250, 480, 900, 1190])
    windows = results.series.fit(results.usable, rows, window=window, estimation=estimation)
    change, error, days, floor = results.series.scan(results.usable, rows, window=window, estimation=estimation)
    np.testing.assert_allclose(change, windows.cumulative, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(error, windows.cumulative_error, rtol=1e-9)
    np.testing.assert_allclose(floor, windows.gram_floor, rtol=1e-8)
    assert days.tolist() == windows.used.sum(axis=1).tolist()


def test_thirds_are_quantiles_of_the_chosen():
    generator = np.random.default_rng(7)
    values, chosen = generator.integers(0, 40, (9, 30)).astype(float), generator.random((9, 30)) < 0.7
    chosen[0], chosen[1], chosen[2, :10], chosen[2, 10:] = False, [True, *[False] * 29], True, False
    values[~chosen] = np.nan
    found = np.concatenate(_thirds(values, chosen), axis=1)
    expected = [np.quantile(row[of], [1 / 3, 2 / 3]) for row, of in zip(values[1:], chosen[1:], strict=True)]
    np.testing.assert_array_equal(found, [[0.0, 0.0], *expected])


def test_candidates_match_and_keep_away_from_events():
    results, _, found = prepared()
    index, usable = results.series.index, results.usable
    classes = strata(results.series, usable, np.isfinite(found.standardised), first=0)
    assert len(found.kinds) == 8  # 200 and 201 move together, and so do 1200 and 1201
    for number, kind in enumerate(found.kinds):
        rows, members = found.anchors[kind], np.flatnonzero(found.cluster == number)
        anchor = results.windows.positions[members].min()
        assert found.relaxed[kind] == ""
        assert (index[rows].day_of_week == index[anchor].day_of_week).all()
        for values in classes.values():
            assert (values[rows] == values[anchor]).all()
        for offset in found.distance[members]:
            assert usable[rows + offset].all()
            assert usable[rows + offset + 1].all()


def test_draws_are_those_of_one_draw_after_the_other():
    """Every draw by itself, cluster by cluster: the same numbers from the same generator."""
    _, _, found = prepared()
    size, generator, again = 60, np.random.default_rng(6), np.random.default_rng(6)
    dates = draw_dates(found, size, [generator], length=2)[0]
    lists = [found.anchors[kind] for kind in found.kinds]
    lags = [found.distance[found.cluster == number] for number in range(len(lists))]
    drawn = np.array([[rows[again.integers(len(rows))] for rows in lists] for _ in range(size)])
    live = list(range(size))
    while live:
        later = []
        for draw in live:  # in order of the days; the later of two that meet goes
            order = np.argsort(drawn[draw], kind="stable")
            pairs = pairwise(order)
            later += [(draw, b) for a, b in pairs if drawn[draw, b] - drawn[draw, a] < max(lags[a]) + 2]
        for draw, number in later:
            drawn[draw, number] = lists[number][again.integers(len(lists[number]))]
        live = list(dict.fromkeys(draw for draw, _ in later))
    for number, members in enumerate(np.flatnonzero(found.cluster == each) for each in range(len(lists))):
        np.testing.assert_array_equal(dates[:, members], drawn[:, [number]] + lags[number])
    assert generator.bit_generator.state == again.bit_generator.state


def test_matches_are_given_up_from_the_last_and_reported():
    results, _, found = prepared(days=1650)
    assert all(word in ("", "calendar", "volatility, calendar") for word in found.relaxed)
    placebo = results.placebo(draws=99, rng=1, match=("weekday", "volatility", "calendar"))
    assert (placebo.candidates >= 20).all()
    short = EventStudy(
        simulated_levels(260), event_table(simulated_levels(260).index, (200, 210)), response="yield_10y"
    ).fit()
    relaxed = short.placebo(draws=99, rng=1).relaxed
    assert relaxed.str.contains("calendar").all()


def test_draws_keep_the_spacing_and_do_not_overlap():
    _, _, found = prepared()
    dates = draw_dates(found, 500, [np.random.default_rng(3)], length=2)[0]
    spacing = dates - dates[:, [0]]
    assert (spacing[:, 1] == 1).all()  # events on 200 and 201
    assert (dates[:, 8] - dates[:, 7] == 1).all()  # events on 1200 and 1201
    assert np.unique(dates[:, 3]).size > 20
    ordered = np.sort(dates[:, [0, 2, 3, 4, 5, 6, 7, 9]], axis=1)
    assert (np.diff(ordered, axis=1) >= 2).mean() > 0.999
    assert np.isfinite(found.standardised[dates]).all()


def test_few_days_or_unknown_words_are_refused():
    frame = simulated_levels(220)
    results = EventStudy(frame, event_table(frame.index, (180, 190, 200)), response="yield_10y", window=(0, 5)).fit()
    crowded = EventStudy(
        frame, event_table(frame.index, range(60, 214, 7)), response="yield_10y", window=(0, 5), estimation=(-210, -11)
    ).fit()
    with pytest.raises(SpecificationError, match="can serve as placebo"):
        crowded.placebo()
    with pytest.raises(SpecificationError, match="did you mean 'weekday'"):
        results.placebo(match=["weekdays"])
    with pytest.raises(SpecificationError, match="no statistic 'median'"):
        results.placebo(statistic="median")


def test_mean_statistic_is_in_units_and_sees_a_variance_increase():
    frame = simulated_levels(2500)
    generator = np.random.default_rng(8)
    positions = np.sort(generator.choice(np.arange(150, 2400), size=60, replace=False))
    noisy = frame.diff()
    noisy.iloc[positions] *= 4.0
    noisy = noisy.fillna(4.0).cumsum()
    results = EventStudy(noisy, event_table(frame.index, positions), response="yield_10y", window=(0, 0)).fit()
    placebo = results.placebo(draws=999, statistic="mean")
    assert placebo.statistic == pytest.approx(results.cumulative.mean())
    spread = results.cumulative.std() / np.sqrt(60)
    assert placebo.draws.std() < 0.5 * spread  # calm placebo days: the sharp null is about variance too
    assert results.placebo(draws=999).draws.std() == pytest.approx(1.0, abs=0.1)
    one = results.placebo("sale", draws=99)
    assert one.p_value == results.placebo(draws=99).p_value  # a single class is the pool


def test_crowded_draws_are_redrawn_until_no_windows_meet():
    frame = simulated_levels(2500)
    results = EventStudy(
        frame, event_table(frame.index, range(150, 2450, 38)), response="yield_10y", window=(0, 2)
    ).fit()
    outcomes = day_outcomes(results.series, results.usable, window=(0, 2), estimation=(-130, -11), minimum=30)
    found = find_candidates(
        results.series, results.usable, results.windows.positions, window=(0, 2), outcomes=outcomes, match=("weekday",)
    )
    dates = np.sort(draw_dates(found, 400, [np.random.default_rng(4)], length=3)[0], axis=1)
    assert dates.shape[1] == 61  # about 15 of 61 windows of 3 days would meet others in every draw
    assert (np.diff(dates, axis=1) >= 3).mean() > 0.9999
