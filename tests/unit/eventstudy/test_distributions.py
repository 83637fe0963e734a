"""The laws behind the p-values, against scipy and simulation."""

import numpy as np
import pytest
from scipy import stats

from econ.eventstudy import EventStudy
from econ.eventstudy.cusum import critical_level, walk_tail
from econ.eventstudy.ranks import mean_ranks
from econ.eventstudy.signs import signed_rank_law
from econ.testing import event_table, simulated_levels

POSITIONS = (150, 200, 260, 300, 333, 420, 470, 555, 640, 700, 760, 820)


def continuous(days=900, seed=5):
    """Levels without ties."""
    frame = simulated_levels(days, rng=seed)
    return frame + np.random.default_rng(seed).normal(scale=0.05, size=frame.shape).cumsum(axis=0)


def test_p_values_follow_the_named_distributions(plain):
    frame = continuous()
    results = EventStudy(frame, event_table(frame.index, POSITIONS), response="yield_10y").fit()
    table, n = results.tests(), len(POSITIONS)
    for name in ("t", "BMP", "Kolari-Pynnonen"):
        assert table.loc[name, "distribution"] == f"t({n - 1})"
        assert table.loc[name, "p_value"] == pytest.approx(2 * stats.t.sf(abs(table.loc[name, "statistic"]), n - 1))
    for name in ("Patell", "Kolari-Pynnonen Patell", "Corrado rank", "Corrado-Zivney rank", "GRANK-Z"):
        assert table.loc[name, "p_value"] == pytest.approx(2 * stats.norm.sf(abs(table.loc[name, "statistic"])))
    days = int(table.loc["GRANK", "distribution"][2:-1])
    assert days == 120 + 1 - 2
    assert table.loc["GRANK", "p_value"] == pytest.approx(2 * stats.t.sf(abs(table.loc["GRANK", "statistic"]), days))
    assert table.loc["sign", "p_value"] == pytest.approx(plain.sign(results.cumulative.tolist())[1], rel=1e-12)
    exact = stats.wilcoxon(results.cumulative, method="exact")
    assert table.loc["Wilcoxon", "p_value"] == pytest.approx(exact.pvalue, rel=1e-12)
    one = stats.ttest_1samp(results.cumulative, 0.0)
    assert table.loc["t", "statistic"] == pytest.approx(one.statistic, rel=1e-12)


def test_signed_rank_law_adds_up():
    law = signed_rank_law(9)
    assert law.sum() == pytest.approx(1.0)
    assert law[0] == law[-1] == pytest.approx(2.0**-9)
    np.testing.assert_allclose(law, law[::-1])


def test_mean_ranks_equal_scipy():
    generator = np.random.default_rng(2)
    values = np.round(generator.normal(size=(5, 40)), 1)
    valid = generator.uniform(size=values.shape) < 0.8
    ranks = mean_ranks(values, valid)
    for row in range(5):
        np.testing.assert_array_equal(ranks[row, valid[row]], stats.rankdata(values[row, valid[row]]))
    assert (ranks[~valid] == 0.0).all()


def test_mean_ranks_without_ties_equal_scipy():
    generator = np.random.default_rng(3)
    values, valid = generator.normal(size=(5, 40)), generator.uniform(size=(5, 40)) < 0.8
    ranks = mean_ranks(values, valid)
    for row in range(5):
        np.testing.assert_array_equal(ranks[row, valid[row]], stats.rankdata(values[row, valid[row]]))
    assert (ranks[~valid] == 0.0).all()


def test_equal_quotes_are_ties_whatever_the_last_bit():
    changes = np.array([[4.01 - 4.00, 3.52 - 3.51, 0.0, 2.25 - 2.26]])
    assert changes[0, 0] != changes[0, 1]
    np.testing.assert_array_equal(mean_ranks(changes, np.ones((1, 4), dtype=bool)), [[3.5, 3.5, 2.0, 1.0]])


def test_unchanged_quotes_are_no_sign():
    frame = simulated_levels(400)
    frame.iloc[300] = frame.iloc[299]
    frame.iloc[301] = frame.iloc[299]
    events = event_table(frame.index, (300, 320, 340, 360))
    table = EventStudy(frame, events, response="yield_10y", window=(0, 1), normal="zero").fit().tests()
    assert table.loc["sign", "distribution"] == "binomial(3, 0.5)"


@pytest.mark.parametrize(("level", "steps", "df"), [(1.3, 2, 20), (1.8, 5, 12), (2.3, 12, 100)])
def test_law_of_the_walk_equals_simulation(level, steps, df):
    generator = np.random.default_rng(9)
    walks = np.abs(generator.normal(size=(200_000, steps)).cumsum(axis=1)).max(axis=1) / np.sqrt(steps)
    scale = np.sqrt(generator.chisquare(df, size=200_000) / df)
    share = (walks >= level * scale).mean()
    assert walk_tail(level, steps, df) == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 200_000))


def test_walk_of_one_step_is_student():
    for level in (0.0, 0.5, 2.0, 4.0, 40.0):
        assert walk_tail(level, 1, 15) == pytest.approx(2 * stats.t.sf(level, 15), abs=2e-5)


def test_cusum_of_one_day_is_bmp_and_sees_a_path_that_comes_back():
    frame = continuous()
    table = EventStudy(frame, event_table(frame.index, POSITIONS), response="yield_10y", window=(0, 0)).fit().tests()
    assert table.loc["CUSUM", "statistic"] == pytest.approx(abs(table.loc["BMP", "statistic"]))
    assert table.loc["CUSUM", "p_value"] == pytest.approx(table.loc["BMP", "p_value"], abs=2e-5)
    moved = frame.copy()
    for position in POSITIONS:
        moved.iloc[position : position + 3] += 0.3  # gone three days later
    table = EventStudy(moved, event_table(frame.index, POSITIONS), response="yield_10y", window=(0, 4)).fit().tests()
    assert table.loc["CUSUM", "p_value"] < 1e-4
    assert table.loc["BMP", "p_value"] > 0.05


def test_bootstraps_repeat_and_do_not_depend_on_workers():
    frame = continuous()
    results = EventStudy(frame, event_table(frame.index, POSITIONS), response="yield_10y").fit()
    rows = ["wild bootstrap", "block bootstrap"]
    one = results.tests(draws=3000, rng=7).loc[rows, "p_value"]
    two = results.tests(draws=3000, rng=7, n_jobs=2).loc[rows, "p_value"]
    assert one.tolist() == two.tolist()
    assert one.tolist() != results.tests(draws=3000, rng=8).loc[rows, "p_value"].tolist()
    student = results.tests().loc["BMP", "p_value"]
    assert abs(one - student).max() < 0.05  # normal changes: all three agree


def test_wild_bootstrap_flips_overlapping_events_together():
    frame = continuous()
    moved = frame.copy()
    moved.iloc[300:] += 3.0  # one jump counted by three overlapping windows, and one event elsewhere
    results = EventStudy(
        moved, event_table(frame.index, (298, 299, 300, 600)), response="yield_10y", window=(0, 2)
    ).fit()
    table = results.tests(draws=999)
    assert table.loc["wild bootstrap", "distribution"] == "999 sign flips of 2 clusters"
    assert table.loc["wild bootstrap", "p_value"] > 0.4  # 2^(1 - G) is the floor


def test_block_bootstrap_needs_runs():
    frame = continuous()
    events = event_table(frame.index, range(300, 400, 4))  # one cluster of 102 days
    results = EventStudy(frame, events, response="yield_10y", window=(0, 5)).fit()
    outcome = results.tests(draws=99).loc["block bootstrap", "statistic"]
    assert "runs of residuals" in outcome.reason


def test_critical_level_is_where_the_law_of_the_walk_says():
    for size, steps, df in ((0.05, 2, 58), (0.10, 5, 20)):
        assert walk_tail(critical_level(size, steps, df), steps, df) == pytest.approx(size, abs=1e-8)
    assert critical_level(0.05, 1, 15) == pytest.approx(stats.t.isf(0.025, 15), abs=5e-4)
