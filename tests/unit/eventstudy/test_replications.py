"""Many replications at once reject as each by itself."""

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from econ.estimate import Unavailable
from econ.eventstudy import size
from econ.eventstudy._kernels import Windows
from econ.eventstudy._replications import (
    _inserted,
    average_correlations,
    cusum_statistics,
    fit_replications,
    flipped_statistics,
    p_values,
    resampled_p,
)
from econ.eventstudy.battery import TESTS
from econ.eventstudy.cusum import cusum_statistic
from econ.eventstudy.outcome import draws_outcome
from econ.eventstudy.parametric import row_statistics
from econ.eventstudy.ranks import mean_ranks
from econ.eventstudy.resampling import draw_runs, find_runs, run_sums
from econ.eventstudy.series import Series


def stacked(windows):
    """Windows below each other."""
    names = [each.name for each in fields(Windows) if each.name != "first"]
    return Windows(first=0, **{name: np.concatenate([getattr(one, name) for one in windows]) for name in names})


def simulated(generator, *, events=12, days=600, scenario="clustered events"):
    positions = size.event_days(generator, events, days, scenario=scenario)
    y = size.daily_changes(generator, days, positions, scenario=scenario)
    usable = np.ones(days, dtype=bool)
    usable[positions[:, None] + np.arange(2)] = False
    return y, usable, positions


def one(generator, *, days=600, scenario="clustered events"):
    y, usable, positions = simulated(generator, days=days, scenario=scenario)
    series = Series(pd.bdate_range("2000-01-03", periods=days), y, np.ones((days, 1)), ("const",), "sd")
    return series.fit(usable, positions, window=size.WINDOW, estimation=size.ESTIMATION)


@pytest.mark.parametrize("scenario", ["clustered events", "fat tails"])
def test_p_values_of_several_replications_are_those_of_each(scenario):
    generator = np.random.default_rng(5)
    parts = [one(generator, scenario=scenario) for _ in range(4)]
    correlation = np.array([each.average_correlation for each in parts])
    together = p_values(stacked(parts), correlation)
    assert [*together, "CUSUM"] == list(TESTS)
    for name, found in together.items():
        np.testing.assert_allclose(found, [TESTS[name](each).p_value for each in parts], rtol=1e-12, err_msg=name)
    alone = [cusum_statistic(each) for each in parts]
    np.testing.assert_allclose(cusum_statistics(stacked(parts), 4), alone, rtol=1e-12)


def test_what_is_unavailable_does_not_reject():
    windows = one(np.random.default_rng(1))
    flat = windows.shifted(windows.cumulative_error[:, None] * np.array([0.0, 1.0]) - windows.abnormal)
    found = p_values(stacked([flat, windows]), np.array([1.0, windows.average_correlation]))
    for name in ("BMP", "Kolari-Pynnonen", "GRANK", "GRANK-Z", "Corrado-Zivney rank"):
        assert isinstance(TESTS[name](flat).p_value, Unavailable) or name == "Corrado-Zivney rank"
        assert found[name][0] == 1.0 or name == "Corrado-Zivney rank"
    still = windows.shifted(-windows.abnormal)
    assert p_values(stacked([still]), np.array([0.0]))["sign"] == 1.0
    assert p_values(stacked([still]), np.array([0.0]))["Wilcoxon"] == 1.0


def test_draws_decide_as_they_do_for_one():
    generator = np.random.default_rng(2)
    drawn, observed = generator.standard_normal((3, 49)), np.array([1.5, -0.2, np.inf])
    drawn[0, 0] = -1.5  # a tie
    found = resampled_p(observed, drawn)
    for j in range(2):
        assert found[j] == draws_outcome(observed[j], np.abs(drawn[j]), "draws", null="").p_value
    assert found[2] == 1.0


def test_series_of_a_block_are_fitted_one_after_the_other():
    generator = np.random.default_rng(4)
    parts = [simulated(generator) for _ in range(3)]
    y, usable, positions = (np.stack(each) for each in zip(*parts, strict=True))
    together = fit_replications(y, usable, positions, window=size.WINDOW, estimation=size.ESTIMATION)
    index = pd.bdate_range("2000-01-03", periods=600)
    alone = [
        Series(index, y, np.ones((600, 1)), ("const",), "sd").fit(
            usable, positions, window=size.WINDOW, estimation=size.ESTIMATION
        )
        for y, usable, positions in parts
    ]
    for name in ("abnormal", "spread", "scale", "df", "residuals", "leverage", "loadings", "used"):
        np.testing.assert_array_equal(getattr(together, name), np.concatenate([getattr(one, name) for one in alone]))
    expected = [each.average_correlation for each in alone]
    np.testing.assert_allclose(average_correlations(together, 3), expected, rtol=1e-12)


def test_event_days_are_put_among_ranked_days_with_ties():
    generator = np.random.default_rng(6)
    used = generator.random((8, 15)) < 0.8
    before, event = np.where(used, generator.integers(-4, 5, (8, 15)), 0.0), generator.integers(-4, 5, (8, 3)) + 0.0
    ranks, valid = _inserted(mean_ranks(before, used), before, event, used)
    expected = mean_ranks(np.concatenate([before, event], axis=1), valid)
    np.testing.assert_array_equal(np.where(valid, ranks, 0.0), expected)
    assert valid.sum() == used.sum() + event.size


def test_flips_leave_the_squares_alone():
    generator = np.random.default_rng(3)
    values, flips = generator.standard_normal((3, 7)), generator.choice([-1.0, 1.0], size=(3, 11, 7))
    np.testing.assert_allclose(flipped_statistics(values, flips), row_statistics(values[:, None] * flips), rtol=1e-12)
    assert (flipped_statistics(np.zeros((1, 7)), flips[:1]) == 0.0).all()
    assert np.isinf(flipped_statistics(np.full((1, 4), 0.5), np.ones((1, 2, 4)))).all()


def test_runs_are_drawn_and_summed_as_one_by_one():
    """Every run of every cluster written out, one call of the generator a cluster."""
    windows, draws = one(np.random.default_rng(7)), 40
    generator, again = np.random.default_rng(8), np.random.default_rng(8)
    runs = find_runs(windows.positions, windows.used, windows.length)
    sums = run_sums(windows, *draw_runs(runs, draws, generator))
    residuals, positions, length = windows.studentised_residuals, windows.positions, windows.length
    for number in range(runs.cluster.max() + 1):
        events = np.flatnonzero(runs.cluster == number)
        first = events[np.argmin(positions[events])]
        span = positions[events].max() - positions[first] + length
        starts = [slot for slot in range(120 - span + 1) if windows.used[first, slot : slot + span].all()]
        begin = np.array(starts)[again.integers(len(starts), size=draws)]
        for event in events:
            at = begin + positions[event] - positions[first]
            expected = [residuals[first, slot : slot + length].sum() / np.sqrt(length) for slot in at]
            np.testing.assert_allclose(sums[:, event], expected, atol=1e-12)
    assert runs.counts.min() < 119  # some estimation windows hold event days
    assert generator.bit_generator.state == again.bit_generator.state


def test_changes_that_cluster_follow_their_recursion():
    shocks = np.random.default_rng(9).standard_normal(50)
    h, expected = 1.0, []
    for shock in shocks:
        expected.append(h**0.5 * shock)
        h = 0.02 + 0.08 * expected[-1] ** 2 + 0.90 * h
    np.testing.assert_allclose(size._garch(shocks), expected, rtol=1e-12)


def test_one_event_is_no_cross_section():
    with pytest.raises(Exception, match="events must be an integer of at least 2"):
        size.size_table(events=1, replications=1)
