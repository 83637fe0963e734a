"""Many replications at once reject as each by itself."""

from dataclasses import fields, replace
from itertools import chain, combinations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from econ.estimate import Unavailable
from econ.eventstudy import size
from econ.eventstudy._kernels import Windows
from econ.eventstudy._replications import (
    _rank_statistics,
    before,
    cusum_statistics,
    flipped_statistics,
    p_values,
    resampled_p,
)
from econ.eventstudy.battery import TESTS
from econ.eventstudy.cusum import cusum_statistic
from econ.eventstudy.outcome import draws_outcome
from econ.eventstudy.parametric import row_statistics
from econ.eventstudy.ranks import centred_ranks, rank_statistic
from econ.eventstudy.resampling import draw_runs, find_runs, run_sums
from econ.eventstudy.series import Series
from econ.eventstudy.signs import signed_rank, signed_rank_tails


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
    known = before(stacked(parts), 4)._replace(correlation=correlation)  # which takes stacked series to share days
    together = p_values(stacked(parts), known)
    assert [*together, "CUSUM"] == list(TESTS)
    for name, found in together.items():
        np.testing.assert_allclose(found, [TESTS[name](each).p_value for each in parts], rtol=1e-12, err_msg=name)
    alone = [cusum_statistic(each) for each in parts]
    np.testing.assert_allclose(cusum_statistics(stacked(parts), 4), alone, rtol=1e-12)


def test_what_is_unavailable_does_not_reject():
    windows = one(np.random.default_rng(1))
    flat = windows.shifted(windows.cumulative_error[:, None] * np.array([0.0, 1.0]) - windows.abnormal)
    both = stacked([flat, windows])
    found = p_values(both, before(both, 2)._replace(correlation=np.array([1.0, windows.average_correlation])))
    for name in ("BMP", "Kolari-Pynnonen", "GRANK", "GRANK-Z", "Corrado-Zivney rank"):
        assert isinstance(TESTS[name](flat).p_value, Unavailable) or name == "Corrado-Zivney rank"
        assert found[name][0] == 1.0 or name == "Corrado-Zivney rank"
    still = windows.shifted(-windows.abnormal)
    found = p_values(still, before(still, 1))
    assert found["sign"] == found["Wilcoxon"] == 1.0


def test_draws_decide_as_they_do_for_one():
    generator = np.random.default_rng(2)
    drawn, observed = generator.standard_normal((3, 49)), np.array([1.5, -0.2, np.inf])
    drawn[0, 0] = -1.5  # a tie
    found = resampled_p(observed, drawn)
    for j in range(2):
        assert found[j] == draws_outcome(observed[j], np.abs(drawn[j]), "draws", null="").p_value
    assert found[2] == 1.0


@pytest.mark.parametrize("scenario", size.SCENARIOS)
def test_series_side_by_side_are_those_of_each_generator(scenario):
    """What stands in front of a series or behind it moves none of its numbers."""
    design = {"scenario": scenario, "events": 12, "days": 500, "draws": 19}
    seeds = np.random.SeedSequence(4).spawn(3)
    generators = [np.random.default_rng(seed) for seed in seeds]
    together = size._draw(generators, **design)
    for number, seed in enumerate(seeds):
        generator = np.random.default_rng(seed)
        alone, at = size._draw([generator], **design), slice(12 * number, 12 * number + 12)
        for name in ("abnormal", "spread", "scale", "df", "residuals", "leverage", "loadings", "used"):
            np.testing.assert_array_equal(getattr(together.windows, name)[at], getattr(alone.windows, name))
        correlation = before(together.windows, 3).correlation[number]
        assert correlation == pytest.approx(alone.windows.average_correlation, rel=1e-12)
        np.testing.assert_array_equal(together.day_0[at], alone.day_0)
        np.testing.assert_array_equal(together.flips[number], alone.flips[0])
        for name, drawn in together.drawn.items():
            np.testing.assert_allclose(drawn[number], alone.drawn[name][0], rtol=1e-9, err_msg=name)
        assert generators[number].bit_generator.state == generator.bit_generator.state


def test_event_days_are_ranked_among_days_with_ties():
    generator = np.random.default_rng(6)
    windows = one(generator)
    n, p = windows.used.shape
    residuals = np.where(windows.used, np.round(windows.residuals, 1), 0.0)
    windows, event = replace(windows, residuals=residuals), np.round(generator.standard_normal((n, 3)), 1)
    values = np.concatenate([residuals, event], axis=1)
    valid = np.concatenate([windows.used, np.ones(event.shape, dtype=bool)], axis=1)
    u = centred_ranks(values, valid)
    found, sums = _rank_statistics(event, before(windows, 1))
    np.testing.assert_allclose(found, [rank_statistic(u, valid, 3)], rtol=1e-11)
    np.testing.assert_allclose(sums[0], u[:, p:].sum(axis=0), atol=1e-12)
    assert not windows.used.all()


def test_signed_ranks_know_ties_and_zeros():
    ranks = np.array([[1.0, 2, 3, 4, 5], [1.5, 1.5, 3, 4, 0], [2, 1, 0, 0, 3], [0, 0, 0, 0, 0]])
    positive = np.array([[0, 1, 0, 1, 1], [1, 0, 1, 1, 0], [1, 0, 0, 0, 1], [0, 0, 0, 0, 0]], dtype=bool)
    z, p, exact = signed_rank(ranks, positive, np.count_nonzero(ranks, axis=1))
    assert exact.tolist() == [True, False, True, True]
    np.testing.assert_allclose(z[:2], [3.5 / 13.75**0.5, 3.5 / (30 / 4 - 6 / 48) ** 0.5])
    assert p[0] == pytest.approx(2 * sum(sum(s) >= 11 for s in _subsets(5)) / 32)
    assert p[2] == pytest.approx(2 * sum(sum(s) >= 5 for s in _subsets(3)) / 8)
    assert p[1] == pytest.approx(2 * norm.sf(z[1]))
    assert signed_rank_tails(3)[3] == p[3] == 1.0


def _subsets(m):
    return chain.from_iterable(combinations(range(1, m + 1), k) for k in range(m + 1))


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
    sums = run_sums(windows, *draw_runs(runs, draws, [generator]))
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


def test_every_worker_has_blocks_to_do():
    assert size._together(10_000, 1, alone=True) == size.LOCKSTEP
    assert size._together(10_000, 2, alone=True) == size.LOCKSTEP
    for replications, n_jobs in ((500, 2), (1000, 8), (2000, 16), (25, 4), (60, 2)):
        blocks = -(-replications // size.BLOCK)
        tasks = -(-blocks // size._together(replications, n_jobs, alone=True))
        assert tasks >= min(blocks, 2 * n_jobs)
    assert size._together(10_000, 1, alone=False) == 1
