"""Many replications at once reject as each by itself."""

import numpy as np
import pandas as pd
import pytest

from econ.estimate import Unavailable
from econ.eventstudy import size
from econ.eventstudy._replications import cusum_statistics, p_values, resampled_p, stacked
from econ.eventstudy.battery import TESTS
from econ.eventstudy.cusum import cusum_statistic
from econ.eventstudy.outcome import draws_outcome
from econ.eventstudy.series import Series


def one(generator, *, events=12, days=600, scenario="clustered events"):
    positions = size.event_days(generator, events, days, scenario=scenario)
    y = size.daily_changes(generator, days, positions, scenario=scenario)
    usable = np.ones(days, dtype=bool)
    usable[positions[:, None] + np.arange(2)] = False
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


def test_one_event_is_no_cross_section():
    with pytest.raises(Exception, match="events must be an integer of at least 2"):
        size.size_table(events=1, replications=1)
