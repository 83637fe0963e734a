"""Abnormal changes, the first tests and the errors of an event study."""

import numpy as np
import pandas as pd
import pytest

from econ.data import Dataset
from econ.errors import (
    EconError,
    FrequencyError,
    MissingValues,
    SampleTooShort,
    SchemaError,
    SeriesNotFound,
    SpecificationError,
)
from econ.estimate import Estimate, Unavailable
from econ.eventstudy import EventStudy
from econ.testing import event_table, simulated_levels

RESAMPLED = {"wild bootstrap", "block bootstrap"}
ADJUSTED = {"Kolari-Pynnonen", "Kolari-Pynnonen Patell"}  # their own test below
POSITIONS = (150, 151, 153, 170, 300, 420, 421, 555, 640, 700)


def statistics_of(plain):
    """Each statistic of a table by its function of the events and the window."""
    return {
        "t": lambda events, window: plain.t_statistic([event["car"] for event in events]),
        "Patell": lambda events, window: plain.patell(events),
        "BMP": lambda events, window: plain.t_statistic([event["scar"] for event in events]),
        "Corrado rank": plain.corrado,
        "Corrado-Zivney rank": plain.corrado_zivney,
        "GRANK": lambda events, window: plain.grank(events)[0],
        "GRANK-Z": lambda events, window: plain.grank(events)[1],
        "sign": lambda events, window: plain.sign([event["car"] for event in events])[0],
        "generalised sign": lambda events, window: plain.generalised_sign(events),
        "Wilcoxon": lambda events, window: plain.wilcoxon([event["car"] for event in events]),
        "CUSUM": lambda events, window: plain.cusum(events),
    }


def twin(plain, frame, positions, window, estimation=(-130, -11), normal="mean"):
    """The plain implementation on the same data, in bp."""
    changes = [float("nan"), *(100.0 * np.diff(frame["yield_10y"].to_numpy())).tolist()]
    skip = {position + step for position in positions for step in range(window[0], window[1] + 1)}
    regressors = [[1.0] if normal == "mean" else [] for _ in changes]
    return plain.study(changes, regressors, positions, window, estimation, skip)


def fitted(frame, positions=POSITIONS, **options):
    data = Dataset.from_frame(frame, units={"yield_10y": "percent"})
    return EventStudy(data, event_table(frame.index, positions), response="yield_10y", **options).fit()


@pytest.mark.parametrize("window", [(0, 0), (0, 1), (-1, 3)])
@pytest.mark.parametrize("normal", ["mean", "zero"])
def test_statistics_equal_the_plain_implementation(plain, window, normal):
    frame = simulated_levels()
    results = fitted(frame, window=window, normal=normal)
    events = twin(plain, frame, POSITIONS, window, normal=normal)
    np.testing.assert_allclose(results.abnormal, [event["abnormal"] for event in events], atol=1e-12)
    np.testing.assert_allclose(results.standardised, [event["scar"] for event in events], rtol=1e-12)
    table = results.tests()
    statistics = statistics_of(plain)
    assert set(statistics) == set(table.index) - RESAMPLED - ADJUSTED
    for name, statistic in statistics.items():
        assert table.loc[name, "statistic"] == pytest.approx(statistic(events, window), rel=1e-12, abs=1e-12), name


@pytest.mark.parametrize("window", [(0, 0), (0, 1), (-1, 3)])
def test_kolari_pynnonen_uses_the_correlation_of_shared_days(plain, window):
    frame = simulated_levels()
    events = twin(plain, frame, POSITIONS, window)
    n, r = len(events), plain.average_correlation(events)
    assert r > 1e-4  # windows (0, 1) of days 150 and 151 overlap, and estimation windows do
    table = fitted(frame, window=window).tests()
    bmp = plain.t_statistic([event["scar"] for event in events])
    expected = bmp * ((1 - r) / (1 + (n - 1) * r)) ** 0.5
    assert table.loc["Kolari-Pynnonen", "statistic"] == pytest.approx(expected, rel=1e-12)
    expected = plain.patell(events) / (1 + (n - 1) * r) ** 0.5
    assert table.loc["Kolari-Pynnonen Patell", "statistic"] == pytest.approx(expected, rel=1e-12)


def test_far_events_leave_bmp_as_it_is():
    frame = simulated_levels(1500)
    table = fitted(frame, positions=(200, 600, 1000, 1400)).tests()
    assert table.loc["Kolari-Pynnonen", "statistic"] == pytest.approx(table.loc["BMP", "statistic"], rel=1e-12)


def test_percent_levels_give_basis_points_and_other_units_stay():
    frame = simulated_levels()
    assert fitted(frame).units == "bp"
    bare = EventStudy(frame, event_table(frame.index, POSITIONS), response="yield_10y").fit()
    assert bare.units == ""
    np.testing.assert_allclose(fitted(frame).cumulative, 100.0 * bare.cumulative, rtol=1e-12)
    taken = EventStudy(
        frame.diff().iloc[1:], event_table(frame.index, POSITIONS), response="yield_10y", transform="level"
    )
    np.testing.assert_allclose(taken.fit().cumulative, bare.cumulative, atol=1e-14)


def test_changes_are_not_differenced_again():
    data = Dataset.from_frame(simulated_levels(), units={"yield_10y": "percent"}).transform(yield_10y="diff")
    with pytest.raises(SpecificationError, match="already holds changes"):
        EventStudy(data, event_table(data.frame.index, POSITIONS), response="yield_10y").fit()


def test_order_of_events_scale_and_far_days_do_not_matter():
    frame = simulated_levels()
    results = fitted(frame)
    shuffled = event_table(frame.index, POSITIONS).sample(frac=1.0, random_state=3)
    again = EventStudy(frame, shuffled, response="yield_10y").fit()
    np.testing.assert_allclose(
        again.tests()["statistic"].astype(float), results.tests()["statistic"].astype(float), rtol=1e-10
    )
    np.testing.assert_allclose(again.cumulative.sort_index() * 100.0, results.cumulative, rtol=1e-10)
    changed = frame.copy()
    changed.iloc[760:] += 3.0  # after every window
    np.testing.assert_array_equal(fitted(changed).abnormal, results.abnormal)


def test_estimation_windows_skip_other_events_and_missing_quotes():
    frame = simulated_levels()
    results = fitted(frame, window=(0, 1))
    clean = 120 - np.array(
        [
            sum(
                day in range(p - 130, p - 10)
                for q in POSITIONS
                for day in {q, q + 1} - {r for other in POSITIONS if other < q for r in (other, other + 1)}
            )
            for p in POSITIONS
        ]
    )
    np.testing.assert_array_equal(results.events["estimation_days"], clean)
    jumped = frame.copy()
    jumped.iloc[300:] += 1.0  # an enormous event on day 300 must not enter the variance of event 420
    assert fitted(jumped).windows.scale[5] == pytest.approx(results.windows.scale[5], rel=1e-9)
    holed = frame.copy()
    holed.iloc[640 - 50] = np.nan  # two changes go
    assert fitted(holed).events["estimation_days"].iloc[8] == results.events["estimation_days"].iloc[8] - 2


def test_summary_by_kind_and_mean_agree():
    frame = simulated_levels()
    events = event_table(frame.index, POSITIONS, kinds=("sale", "denial", "rating"))
    results = EventStudy(frame, events, response="yield_10y").fit()
    table = results.summary(by="kind")
    assert table.index.tolist() == ["sale", "denial", "rating"]
    assert table["events"].tolist() == [4, 3, 3]
    for kind in table.index:
        estimate = results.mean(kind)
        assert isinstance(estimate, Estimate)
        values = results.cumulative[results.events["kind"] == kind]
        assert table.loc[kind, "mean"] == pytest.approx(values.mean()) == pytest.approx(estimate.value)
        assert table.loc[kind, "std_error"] == pytest.approx(values.sem()) == pytest.approx(estimate.std_error)
        assert table.loc[kind, "lower"] == pytest.approx(estimate.lower)
        assert table.loc[kind, "p_value"] == results.tests(kind).loc["t", "p_value"]
    assert results.summary(by=None).loc["all", "events"] == 10
    assert estimate.parent is results
    assert results.parent.parent.frame.equals(frame)


def test_one_event_has_no_cross_section_but_a_patell():
    frame = simulated_levels()
    results = fitted(frame, positions=(400,))
    table = results.tests()
    cross_sectional = (
        *("t", "BMP", "Kolari-Pynnonen", "Kolari-Pynnonen Patell", "Corrado-Zivney rank", "GRANK", "GRANK-Z"),
        *("CUSUM", "wild bootstrap", "block bootstrap"),
    )
    for name in cross_sectional:
        assert isinstance(table.loc[name, "statistic"], Unavailable)
        assert "one event only" in table.loc[name, "p_value"].reason
    assert np.isfinite(table.loc["Patell", "statistic"])
    assert np.isfinite(table.loc["Corrado rank", "statistic"])
    assert isinstance(results.summary().loc["sale", "std_error"], Unavailable)
    assert results.mean().std_error == pytest.approx(results.windows.cumulative_error[0])
    assert 0.0 < results.placebo(draws=199, rng=1).p_value <= 1.0


def test_equal_events_have_no_spread():
    frame = simulated_levels()
    step = pd.Series(np.where(np.arange(len(frame)) % 2, 0.01, -0.01), index=frame.index).cumsum().to_frame("yield_10y")
    table = EventStudy(step, event_table(step.index, (300, 500)), response="yield_10y", window=(0, 0)).fit().tests()
    assert "no variance between them" in table.loc["t", "statistic"].reason


def test_placebo_repeats_and_does_not_depend_on_workers():
    results = fitted(simulated_levels())
    one = results.placebo(draws=2500, rng=4)
    two = results.placebo(draws=2500, rng=4, n_jobs=2)
    np.testing.assert_array_equal(one.draws, two.draws)
    assert one.p_value == two.p_value
    assert np.unique(one.draws).size > 2000
    assert not np.array_equal(one.draws, results.placebo(draws=2500, rng=5).draws)
    assert (one.candidates >= 20).all()
    assert one.distribution == "2500 placebo dates"
    with pytest.raises(SpecificationError, match="rng"):
        results.placebo(draws=10, rng=None)


def test_placebo_finds_an_effect_and_its_p_value_counts_the_events():
    frame = simulated_levels()
    moved = frame.copy()
    for position in POSITIONS:
        moved.iloc[position:] += 0.25
    assert fitted(moved).placebo(draws=999, rng=1).p_value == 1 / 1000
    assert fitted(moved).placebo(draws=999, rng=1, statistic="mean").p_value == 1 / 1000
    assert fitted(frame).placebo(draws=999, rng=1).p_value > 0.01


def test_bad_input_never_yields_a_number():
    frame = simulated_levels()
    index = frame.index
    good = event_table(index, POSITIONS)

    def fit(events=good, data=frame, **options):
        return EventStudy(data, events, **{"response": "yield_10y", **options}).fit()

    cases = [
        (SeriesNotFound, "yield_10y", {"response": "yield_10"}),
        (SchemaError, "outside the data", {"events": good.assign(date=["1990-01-01", *good["date"].iloc[1:]])}),
        (SchemaError, "outside the data", {"events": good.assign(date=[*good["date"].iloc[1:], "2035-01-01"])}),
        (SchemaError, "runs out of the data", {"events": event_table(index, (899,))}),
        (SchemaError, "stands twice", {"events": pd.concat([good, good.iloc[[2]]])}),
        (SchemaError, "lack the columns", {"events": good.drop(columns="kind")}),
        (SchemaError, "no value", {"events": good.assign(date=[None, *good["date"].iloc[1:]])}),
        (SchemaError, r"columns \['day'\]", {"events": good.assign(day=good["date"])}),
        (SpecificationError, "no rows", {"events": good.iloc[:0]}),
        (SampleTooShort, "usable estimation days", {"events": event_table(index, (40,))}),
        (SampleTooShort, "spans fewer", {"estimation": (-30, -11)}),
        (SpecificationError, "overlaps", {"estimation": (-130, 0)}),
        (SpecificationError, "in order", {"window": (1, 0)}),
        (SpecificationError, "did you mean", {"normal": "means"}),
        (SchemaError, "constant", {"data": frame * 0.0}),
        (SchemaError, "finite", {"data": frame.replace(frame.iloc[5, 0], np.inf)}),
        (SchemaError, "stands twice", {"data": pd.concat([frame, frame.iloc[[-1]]])}),
        (FrequencyError, "daily", {"data": frame.resample("ME").last()}),
        (SpecificationError, "DataFrame", {"events": [1, 2]}),
    ]
    for error, words, options in cases:
        with pytest.raises(error, match=words) as caught:
            fit(**options)
        assert isinstance(caught.value, EconError)


def test_missing_quote_in_an_event_window_is_refused_unless_the_market_was_closed():
    frame = simulated_levels()
    holed = frame.copy()
    holed.iloc[300] = np.nan
    with pytest.raises(SchemaError, match=rf"'yield_10y' has no quote on {frame.index[300].date()}.*event 4"):
        fitted(holed)
    closed = fitted(holed, missing="closed")
    assert closed.moved["label"].tolist() == ["event 4"]
    assert closed.events["day"].iloc[4] == frame.index[301]


def test_days_taken_as_closed_although_another_column_is_quoted_are_told():
    frame = simulated_levels(names=("yield_10y", "yield_2y"))
    frame.iloc[300] = np.nan  # nobody quotes: the market was closed
    options = {"missing": "closed", "normal": "market", "factors": ["yield_2y"]}
    fitted(frame, **options)  # warnings are errors here
    frame.loc[frame.index[[310, 320]], "yield_2y"] = np.nan
    first, last = (frame.index[row].date() for row in (310, 320))
    with pytest.warns(MissingValues, match=rf"2 days .*\['yield_2y'\] had none, first on {first}, last on {last}"):
        assert len(fitted(frame, **options).series.y) == len(frame) - 3


def test_an_event_listed_under_two_kinds_counts_once_in_the_pool():
    frame = simulated_levels()
    once = event_table(frame.index, POSITIONS)
    twice = pd.concat([once, once.assign(kind="also")], ignore_index=True)
    one = EventStudy(frame, once, response="yield_10y").fit()
    two = EventStudy(frame, twice, response="yield_10y").fit()
    pd.testing.assert_frame_equal(one.tests(), two.tests())
    assert two.placebo(draws=199).p_value == one.placebo(draws=199).p_value
    assert two.summary()["events"].tolist() == [10, 10]


def test_sign_and_start_of_the_sample_do_not_matter():
    frame = simulated_levels()
    results = fitted(frame)
    flipped = EventStudy(-100.0 * frame, event_table(frame.index, POSITIONS), response="yield_10y").fit()
    np.testing.assert_allclose(flipped.abnormal, -results.abnormal, atol=1e-10)
    one, other = results.tests(), flipped.tests()
    odd = one.index.difference(["CUSUM"])  # a maximum of absolute values
    np.testing.assert_allclose(
        other.loc[odd, "statistic"].astype(float), -one.loc[odd, "statistic"].astype(float), rtol=1e-9
    )
    np.testing.assert_allclose(other["p_value"].astype(float), one["p_value"].astype(float), rtol=1e-9)
    earlier = pd.bdate_range(end=frame.index[0] - pd.Timedelta(days=1), periods=200)
    longer = pd.concat([pd.DataFrame({"yield_10y": 4.0}, index=earlier), frame])
    again = EventStudy(longer, event_table(frame.index, POSITIONS), response="yield_10y").fit()
    np.testing.assert_allclose(100.0 * again.abnormal, results.abnormal, atol=1e-10)


@pytest.mark.parametrize("apart", [3, 40, 400])
def test_summed_correlation_is_the_sum_over_all_pairs(apart):
    """The sum that no pair is visited for, against the matrix of every pair written out day by day."""
    from econ.eventstudy._kernels import summed_correlation

    frame = simulated_levels(2400, rng=2)
    news = event_table(frame.index, range(200, 2300, apart)[:40])
    windows = EventStudy(frame, news, response="yield_10y").fit().windows
    scale = np.broadcast_to(windows.event_scale, (len(windows), windows.length))
    weights = np.zeros((len(windows), len(frame)))
    for i, position in enumerate(windows.positions):
        weights[i, position + windows.first : position + windows.first + windows.length] += scale[i]
        used = windows.used[i]
        weights[i, windows.slots[i, used]] += windows.loadings[i, used]
    unit = weights / np.sqrt((weights**2).sum(axis=1))[:, None]
    assert summed_correlation(windows) == pytest.approx((unit @ unit.T).sum(), rel=1e-12)
    assert (summed_correlation(windows) == pytest.approx(len(windows), rel=1e-12)) == (apart == 400)
