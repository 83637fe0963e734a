"""Bands over the window, detectability, several maturities and many classes."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from econ.data import Dataset
from econ.errors import SchemaError, SpecificationError
from econ.estimate import Unavailable
from econ.eventstudy import EventStudy, joint_tests, parametric, romano_wolf_table
from econ.infer import equivalence, minimum_detectable_effect, romano_wolf
from econ.testing import event_table, simulated_levels

NAMES = ("yield_2y", "yield_10y", "yield_30y")
POSITIONS = (150, 200, 260, 300, 333, 420, 470, 555, 640, 641, 760, 820)
KINDS = ("sale", "denial", "rating")


def curve(window=(0, 1), kinds=KINDS, effect=0.0, days=900, seed=1):
    frame = simulated_levels(days, rng=seed, names=NAMES)
    for position in POSITIONS[:: len(KINDS)]:
        frame.iloc[position:] += effect
    data = Dataset.from_frame(frame, units=dict.fromkeys(NAMES, "percent"))
    study = EventStudy(data, event_table(frame.index, POSITIONS, kinds=kinds), response=NAMES[0], window=window)
    return {name: study.with_response(name).fit() for name in NAMES}


def test_path_ends_at_the_mean_and_the_joint_band_is_wider():
    results = curve(window=(-2, 5))["yield_10y"]
    path = results.path("sale", level=0.90)
    mean = results.mean("sale", level=0.90)
    last = path.loc[5]
    assert last["mean"] == pytest.approx(mean.value)
    assert last["std_error"] == pytest.approx(mean.std_error)
    assert last["lower"] == pytest.approx(mean.lower)
    np.testing.assert_allclose(
        path["mean"].diff().iloc[1:], results.abnormal[results.events["kind"] == "sale"].mean()[1:]
    )
    assert (path["upper sup-t"] - path["upper"] > 0).all()
    two = results.path("sale", level=0.90, n_jobs=2)
    pd.testing.assert_frame_equal(path, two)


def test_joint_band_of_one_day_is_the_pointwise_band():
    path = curve(window=(0, 0))["yield_10y"].path(level=0.90, draws=99_999)
    width = path["upper"] - path["lower"]
    np.testing.assert_allclose(path["upper sup-t"] - path["lower sup-t"], width, rtol=0.02)


def test_joint_band_of_independent_days_follows_the_product_rule():
    from econ.eventstudy.path import sup_t_quantile

    generator = np.random.default_rng(3)
    deviations = np.linalg.qr(generator.normal(size=(60, 6)))[0]  # uncorrelated days, unit errors
    got = sup_t_quantile(deviations, np.ones(6), 1_000_000, pooled=True, level=0.90, draws=100_000, rng=1)
    assert got == pytest.approx(stats.norm.ppf(0.5 + 0.9 ** (1 / 6) / 2), abs=0.01)
    got = sup_t_quantile(deviations, np.ones(6), 9, pooled=False, level=0.90, draws=100_000, rng=1)
    assert got == pytest.approx(stats.t.ppf(0.5 + 0.9 ** (1 / 6) / 2, 9), abs=0.03)  # each day its own chi


def test_path_of_one_event_uses_its_forecast_error():
    results = curve(window=(0, 3), kinds=tuple(f"class {number}" for number in range(12)))["yield_10y"]
    path = results.path("class 4")
    mean = results.mean("class 4")
    assert path.loc[3, "std_error"] == pytest.approx(mean.std_error)
    assert path.loc[3, "lower"] == pytest.approx(mean.lower)
    assert (path["std_error"].diff().iloc[1:] > 0).all()


def test_simultaneous_band_covers_the_whole_path():
    covered = pointwise = 0
    generator = np.random.default_rng(12)
    index = pd.bdate_range("2000-01-03", periods=1000)
    events = event_table(index, range(150, 990, 60))
    for _ in range(150):
        level = pd.DataFrame({"y": generator.normal(size=1000).cumsum()}, index=index)
        path = EventStudy(level, events, response="y", window=(0, 4)).fit().path(level=0.90, draws=500)
        covered += bool(((path["lower sup-t"] <= 0) & (path["upper sup-t"] >= 0)).all())
        pointwise += bool(((path["lower"] <= 0) & (path["upper"] >= 0)).all())
    assert 0.84 <= covered / 150 <= 0.96
    assert pointwise < covered


def test_detectability_equals_the_inference_functions():
    results = curve()["yield_10y"]
    table = results.detectability(bound=5.0)
    for kind in KINDS:
        estimate, row = results.mean(kind), table.loc[kind]
        df = row["events"] - 1
        assert row["detectable"] == pytest.approx(minimum_detectable_effect(estimate.std_error, 0.8, size=0.05, df=df))
        test = equivalence(estimate.value, estimate.std_error, 5.0, df=df)
        assert row["equivalence p_value"] == pytest.approx(test.p_value)
        assert row["smallest bound"] == pytest.approx(test.smallest_bound)
        assert row["units"] == "bp"
    assert results.detectability(by=None).loc["all", "events"] == 12
    single = curve(kinds=tuple(f"class {number}" for number in range(12)))["yield_10y"].detectability()
    assert single["error"].tolist() == ["forecast"] * 12


def test_leave_one_out_is_the_mean_of_the_others():
    results = curve()["yield_10y"]
    table = results.leave_one_out("sale")
    values = results.cumulative[results.events["kind"] == "sale"]
    for event in table.index:
        others = values.drop(event)
        assert table.loc[event, "mean"] == pytest.approx(others.mean())
        assert table.loc[event, "t"] == pytest.approx(others.mean() / others.sem())
        assert table.loc[event, "cumulative"] == values[event]
    lone = curve(kinds=("sale", *["denial"] * 11))["yield_10y"]
    with pytest.raises(SpecificationError, match="one event only"):
        lone.leave_one_out("sale")


def test_joint_tests_of_one_series_are_its_own():
    results = curve()
    table, own = joint_tests({"yield_10y": results["yield_10y"]}), results["yield_10y"].tests()
    for name in ("Patell", "BMP", "Kolari-Pynnonen Patell", "Kolari-Pynnonen"):
        assert table.loc[name, "statistic"] == pytest.approx(own.loc[name, "statistic"], rel=1e-12)


def test_joint_tests_do_not_count_the_same_news_three_times():
    results = curve(effect=0.06)
    copies = {name: results["yield_10y"] for name in ("a", "b", "c")}
    one, three = joint_tests({"a": results["yield_10y"]}), joint_tests(copies)
    # three copies of one series: Patell's z must not grow by sqrt(3) once adjusted
    assert three.loc["Patell", "statistic"] == pytest.approx(np.sqrt(3) * one.loc["Patell", "statistic"])
    assert three.loc["Kolari-Pynnonen Patell", "statistic"] == pytest.approx(
        one.loc["Kolari-Pynnonen Patell", "statistic"]
    )
    assert abs(three.loc["BMP", "statistic"]) > 1.5 * abs(one.loc["BMP", "statistic"])
    assert three.loc["Kolari-Pynnonen", "statistic"] == pytest.approx(one.loc["Kolari-Pynnonen", "statistic"], rel=0.05)


def test_romano_wolf_uses_joint_sign_flips():
    results = curve(effect=0.4)
    table = romano_wolf_table(results, draws=1999, rng=3)
    assert table.shape == (9, 5)
    assert table.index.names == ["series", "kind"]
    assert (table["adjusted"] >= table["p_value"] - 0.02).all()
    assert (table.loc[(slice(None), "sale"), "adjusted"] < table.loc[(slice(None), "denial"), "adjusted"].min()).all()
    bmp = results["yield_30y"].tests("sale").loc["BMP"]
    assert table.loc[("yield_30y", "sale"), "statistic"] == pytest.approx(bmp["statistic"])
    assert table.loc[("yield_30y", "sale"), "p_value"] == pytest.approx(bmp["p_value"])
    pd.testing.assert_frame_equal(table, romano_wolf_table(results, draws=1999, rng=3, n_jobs=2))
    assert not table.equals(romano_wolf_table(results, draws=1999, rng=4))


def test_romano_wolf_of_one_test_is_the_wild_bootstrap():
    results = curve(kinds=("sale",))["yield_10y"]
    table = romano_wolf_table({"yield_10y": results}, draws=4999, rng=1)
    wild = results.tests(draws=4999).loc["wild bootstrap", "p_value"]
    assert table["adjusted"].iloc[0] == pytest.approx(wild, abs=0.03)
    assert romano_wolf([1.0], np.array([[0.5], [2.0], [1.5]]))[0] == 0.75


@pytest.mark.parametrize("n", [3, 7, 12, 20])
def test_a_sample_ties_with_its_own_flips_to_the_last_digit(n):
    """The p-value counts flips that reach the observed value, which is one of them: half a digit would lose it."""
    for seed in range(40):
        scar = np.random.default_rng(seed).standard_normal(n)
        both = parametric.row_statistics(np.stack([scar, -scar]))
        observed = parametric.mean_test(scar).statistic
        assert both.tolist() == [observed, -observed]


def test_romano_wolf_leaves_out_single_events_and_refuses_strangers():
    results = curve(kinds=("sale", "denial") + ("rating",) * 10)
    table = romano_wolf_table(results, draws=199)
    assert isinstance(table.loc[("yield_2y", "sale"), "adjusted"], Unavailable)
    assert isinstance(table.loc[("yield_2y", "rating"), "adjusted"], float)
    other = curve(days=950)
    with pytest.raises(SpecificationError, match="has other events"):
        romano_wolf_table({"a": results["yield_2y"], "b": other["yield_2y"]}, draws=199)
    with pytest.raises(SpecificationError, match="no class"):
        romano_wolf_table(curve(kinds=tuple("abcdefghijkl")), draws=199)
    with pytest.raises(SpecificationError, match="rng"):
        romano_wolf_table(results, rng=None)


def test_slope_is_the_regression_on_a_column_of_the_events():
    import statsmodels.api as sm

    frame = simulated_levels(names=("yield_10y",))
    positions = np.arange(150, 850, 25)
    surprise = np.random.default_rng(4).normal(size=len(positions))
    frame = frame.diff().fillna(0.0)
    frame.iloc[positions, 0] += 0.05 * surprise
    data = Dataset.from_frame(frame.cumsum(), units={"yield_10y": "percent"})
    events = event_table(frame.index, positions).assign(surprise=surprise)
    results = EventStudy(data, events, response="yield_10y", window=(0, 0)).fit()
    estimate = results.slope("surprise")
    reference = sm.OLS(results.cumulative.to_numpy(), sm.add_constant(surprise)).fit(cov_type="HC3")
    assert estimate.value == pytest.approx(reference.params[1], rel=1e-10)
    assert estimate.std_error == pytest.approx(reference.bse[1], rel=1e-10)
    assert estimate.units == "bp per unit of surprise"
    assert abs(estimate.value - 5.0) < 3 * estimate.std_error
    assert estimate.parent is not None
    with pytest.raises(SpecificationError, match="did you mean 'surprise'"):
        results.slope("surprize")


def test_summary_counts_events_that_moved_as_expected():
    frame = simulated_levels(names=("yield_10y",))
    events = event_table(frame.index, POSITIONS, kinds=KINDS)
    results = EventStudy(frame, events, response="yield_10y").fit()
    assert isinstance(results.summary().loc["sale", "as expected"], Unavailable)
    signs = ["+", "- (haven)", "+ / -", "0 (placebo)"] * 3
    table = EventStudy(frame, events.assign(expected=signs), response="yield_10y").fit().summary(by=None)
    up, down = results.cumulative.iloc[0::4] > 0, results.cumulative.iloc[1::4] < 0
    assert table.loc["all", "as expected"] == pytest.approx((up.sum() + down.sum()) / 6)


def test_clusters_are_in_the_table_of_events():
    results = curve(window=(0, 1))["yield_10y"]
    assert results.events["cluster"].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 9, 10]


@pytest.mark.parametrize("word", ["up", "positive", "+1 maybe", "down", "plus"])
def test_an_expected_sign_that_is_none_is_refused_with_the_signs(word):
    levels = simulated_levels(600)
    events = event_table(levels.index, range(150, 590, 20))
    signs = ["+", "- (haven)", "+ / -", "0", None, 1.0, ""] * 4
    EventStudy(levels, events.assign(expected=signs[: len(events)]), response="yield_10y").fit()
    with pytest.raises(SchemaError, match=r"in row 0 of events; write \'\+\', \'-\'"):
        EventStudy(levels, events.assign(expected=word), response="yield_10y").fit()
