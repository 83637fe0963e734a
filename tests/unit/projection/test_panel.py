"""Panel projections: linearmodels, statsmodels, the wild cluster bootstrap from its definition, refusals."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from linearmodels.panel import PanelOLS

from econ.errors import (
    FrequencyError,
    SampleTooShort,
    SchemaError,
    SeriesNotFound,
    SingularDesign,
    SpecificationError,
)
from econ.projection import PanelProjection, PlugIn
from econ.var import Wild


def panel(units=10, periods=60, seed=1, effect=0.5, unbalanced=True):
    generator = np.random.default_rng(seed)
    months = pd.period_range("2011-01", periods=periods, freq="M")
    common = generator.standard_normal(periods)
    parts = []
    for j in range(units):
        x = generator.standard_normal(periods) + common + 0.3 * j
        e = generator.standard_normal(periods) * (1.0 + 0.1 * j)
        y = np.zeros(periods)
        for t in range(1, periods):
            y[t] = 0.5 * y[t - 1] + effect * x[t] + 0.5 * common[t] + e[t] + 0.2 * j
        part = pd.DataFrame({"flow": y, "pickup": x, "vix": generator.standard_normal(periods)})
        part["unit"], part["month"] = f"c{j}", months
        parts.append(part.iloc[j % 4 if unbalanced else 0 :])
    return pd.concat(parts).set_index(["unit", "month"])


def long_table(frame, names, lags, horizon, response="flow"):
    by_unit = frame.groupby(level=0)
    columns = {f"L{lag}.{name}": by_unit[name].shift(lag) for lag in range(1, lags + 1) for name in names}
    return pd.DataFrame(columns).assign(y=by_unit[response].shift(-horizon), pickup=frame["pickup"]).dropna()


@pytest.mark.parametrize("effects", [("unit", "time"), ("unit",), ("time",)])
@pytest.mark.parametrize("horizon", [0, 3])
def test_point_and_errors_agree_with_linearmodels(effects, horizon):
    frame = panel()
    table = long_table(frame, ["flow", "pickup", "vix"], 2, horizon)
    table.index = table.index.set_levels(table.index.levels[1].to_timestamp(), level=1)
    model = PanelOLS(
        table["y"], table.drop(columns="y"), entity_effects="unit" in effects, time_effects="time" in effects
    )
    options = {"controls": ["vix"], "lags": 2, "effects": effects}
    ours = PanelProjection(frame, response="flow", impulse="pickup", **options)
    clustered = ours.fit(horizon)
    theirs = model.fit(cov_type="clustered", cluster_entity=True, debiased=False, auto_df=False, count_effects=False)
    assert clustered.point[horizon, 0, 0] == pytest.approx(theirs.params["pickup"], rel=1e-8)
    plain = clustered.std_errors[horizon, 0, 0] / np.sqrt(clustered.sections[horizon].factor)
    assert plain == pytest.approx(theirs.std_errors["pickup"], rel=1e-8)
    kraay = ours.fit(horizon, "driscoll-kraay")
    theirs = model.fit(
        cov_type="driscoll-kraay",
        kernel="bartlett",
        bandwidth=horizon,
        debiased=False,
        auto_df=False,
        count_effects=False,
    )
    assert kraay.std_errors[horizon, 0, 0] == pytest.approx(theirs.std_errors["pickup"], rel=1e-8)


def test_clustered_errors_have_the_factor_of_statsmodels_without_unit_dummies():
    frame = panel()
    table = long_table(frame, ["flow", "pickup"], 1, 2)
    dummies = [pd.get_dummies(table.index.get_level_values(j), drop_first=bool(j), dtype=float) for j in (0, 1)]
    x = np.column_stack([table.drop(columns="y").to_numpy(), *dummies])
    units = pd.factorize(table.index.get_level_values(0))[0]
    theirs = sm.OLS(table["y"].to_numpy(), x).fit(cov_type="cluster", cov_kwds={"groups": units})
    ours = PanelProjection(frame, response="flow", impulse="pickup", lags=1).fit(2)
    size, columns = x.shape
    adjust = (size - columns) / (size - columns + 9)
    assert ours.std_errors[2, 0, 0] == pytest.approx(theirs.bse[2] * np.sqrt(adjust), rel=1e-8)
    assert ours.df.tolist() == [9.0] * 3


def test_wild_cluster_test_equals_estimating_every_draw_again():
    frame = panel(units=6, periods=30)
    results = PanelProjection(frame, response="flow", impulse="pickup", lags=1).fit(1)
    ours = results.wild_cluster(1, null=0.3, draws=60, rng=5)
    table = long_table(frame, ["flow", "pickup"], 1, 1)
    dummies = [pd.get_dummies(table.index.get_level_values(j), drop_first=bool(j), dtype=float) for j in (0, 1)]
    w = np.column_stack([table[["L1.flow", "L1.pickup"]], *dummies])
    x = np.column_stack([w, table["pickup"]])
    units = pd.factorize(table.index.get_level_values(0))[0]

    def t_statistic(y, null):
        b = np.linalg.lstsq(x, y, rcond=None)[0]
        inverse = np.linalg.inv(x.T @ x)
        u = y - x @ b
        sums = np.array([(x * u[:, None])[units == g].sum(axis=0) for g in range(6)])
        return (b[-1] - null) / np.sqrt((inverse @ sums.T @ sums @ inverse)[-1, -1])

    y = table["y"].to_numpy()
    restricted = y - 0.3 * x[:, -1]
    e = restricted - w @ np.linalg.lstsq(w, restricted, rcond=None)[0]
    seed = np.random.SeedSequence(5).spawn(1)[0]
    signs = np.random.default_rng(seed).choice(np.array([-1.0, 1.0]), size=(60, 6))
    drawn = [t_statistic(y - e + each[units] * e, 0.3) for each in signs]
    actual = t_statistic(y, 0.3)
    expected = (1 + sum(abs(t) >= abs(actual) * (1 - 1e-9) for t in drawn)) / 61
    assert ours == pytest.approx(expected)


def test_wild_cluster_set_holds_what_the_test_accepts():
    results = PanelProjection(panel(), response="flow", impulse="pickup", lags=1).fit(0)
    region = results.wild_cluster_set(0, level=0.90, rng=1)
    assert results.point[0, 0, 0] in region
    for null in (region.lower + 0.01, region.upper - 0.01):
        assert results.wild_cluster(0, null=null, rng=1) >= 0.10
    for null in (region.lower - 0.01, region.upper + 0.01):
        assert results.wild_cluster(0, null=null, rng=1) < 0.10
    assert results.wild_cluster(0, rng=1) == results.wild_cluster(0, rng=1)


@pytest.mark.slow
def test_few_clusters_are_covered_by_the_wild_bootstrap():
    covered = 0
    for seed in range(300):
        frame = panel(units=8, periods=40, seed=seed, unbalanced=False)
        results = PanelProjection(frame, response="flow", impulse="pickup", lags=1).fit(0)
        covered += results.wild_cluster(0, null=0.5, draws=399, rng=seed) > 0.10
    assert abs(covered / 300 - 0.90) <= 0.05


@pytest.mark.parametrize(
    ("cov", "bootstrap"), [("cluster", Wild(3000)), ("cluster", PlugIn(3000)), ("driscoll-kraay", PlugIn(3000))]
)
def test_draws_have_the_spread_of_the_errors_and_repeat(cov, bootstrap):
    projection = PanelProjection(panel(), response="flow", impulse="pickup", lags=1)
    irf = projection.fit(4, cov, bootstrap=bootstrap, rng=2).irf
    np.testing.assert_allclose(irf.draws.std(axis=0), irf.std_errors, rtol=0.06)
    np.testing.assert_array_equal(irf.draws, projection.fit(4, cov, bootstrap=bootstrap, rng=2).irf.draws)
    assert not np.array_equal(irf.draws[0], irf.draws[1])
    assert (irf.band(0.9, "sup-t")[0] <= irf.band(0.9)[0] + 1e-12).all()


def test_cumulated_and_differenced_responses_are_sums():
    frame = panel()
    options = {"response": "flow", "impulse": "pickup", "lags": 1}
    level = PanelProjection(frame, **options).fit(2)
    changed = PanelProjection(frame, **options, difference=True).fit(2)
    np.testing.assert_allclose(changed.point, level.point, rtol=1e-9)
    total = frame["flow"] + frame.groupby(level=0)["flow"].shift(-1)
    table = long_table(frame.assign(total=total), ["flow", "pickup"], 1, 0, response="total")
    dummies = [pd.get_dummies(table.index.get_level_values(j), drop_first=bool(j), dtype=float) for j in (0, 1)]
    theirs = sm.OLS(
        table["y"].to_numpy(), np.column_stack([table["pickup"], table[["L1.flow", "L1.pickup"]], *dummies])
    ).fit()
    summed = PanelProjection(frame, **options, cumulative=True).fit(1)
    assert summed.point[1, 0, 0] == pytest.approx(theirs.params[0], rel=1e-8)


def test_order_of_rows_and_names_of_units_do_not_matter():
    frame = panel()
    shuffled = frame.sample(frac=1.0, random_state=3)
    renamed = frame.rename(index=lambda unit: f"z{unit}"[::-1], level=0)
    first, second, third = (
        PanelProjection(each, response="flow", impulse="pickup", lags=1).fit(3) for each in (frame, shuffled, renamed)
    )
    np.testing.assert_array_equal(first.std_errors, second.std_errors)
    np.testing.assert_allclose(third.std_errors, first.std_errors, rtol=1e-9)


def test_bad_panels_raise_their_own_error():
    frame = panel()
    good = {"response": "flow", "impulse": "pickup", "lags": 1}
    with pytest.raises(FrequencyError, match=r"unit 'c1'.*jump from 2012-02 to 2012-04"):
        PanelProjection(frame.drop(("c1", pd.Period("2012-03", "M"))), **good)
    with pytest.raises(SchemaError, match="stands twice"):
        PanelProjection(pd.concat([frame, frame.iloc[:1]]), **good)
    with pytest.raises(SchemaError, match="'flow' must have no missing values"):
        PanelProjection(frame.assign(flow=frame["flow"].where(frame["flow"] < frame["flow"].max())), **good)
    with pytest.raises(SpecificationError, match="indexed by"):
        PanelProjection(frame.reset_index(), **good)
    with pytest.raises(SpecificationError, match="two units"):
        PanelProjection(frame.loc[["c1"]], **good)
    with pytest.raises(SeriesNotFound, match="did you mean 'flow'"):
        PanelProjection(frame, response="flo", impulse="pickup")
    with pytest.raises(SpecificationError, match="no effect 'units'"):
        PanelProjection(frame, **good, effects=["units"])
    short = pd.concat([frame, frame.loc[["c1"]].iloc[:6].rename(index={"c1": "short"}, level=0)])
    with pytest.raises(SampleTooShort, match=r"units \['short'\] have fewer than two rows at horizon 4"):
        PanelProjection(short, **good).fit(4)
    months = frame.index.get_level_values(1).astype("int64").to_numpy()
    with pytest.raises(SingularDesign, match=r"'world': it is the same for all units .*effects=\['unit'\] keeps it"):
        PanelProjection(frame.assign(world=np.sin(months)), response="flow", impulse="world", lags=0).fit(1)
    with pytest.raises(SpecificationError, match="at least 3 units"):
        PanelProjection(frame.loc[["c1", "c2"]], **good).fit(1)
    with pytest.raises(SeriesNotFound, match="'pick'"):
        PanelProjection(frame, **good, controls="pick")
    projection = PanelProjection(frame, **good)
    for arguments, options, words in (
        ((2, "hac"), {}, "no panel covariance"),
        ((-1,), {}, "at least 0"),
        ((2,), {"bandwidth": 3}, "belongs to"),
        ((2, "driscoll-kraay"), {"bandwidth": 100}, "lags must be"),
        ((2, "driscoll-kraay"), {"bootstrap": Wild(20), "rng": 1}, "panel draws are"),
    ):
        with pytest.raises(SpecificationError, match=words):
            projection.fit(*arguments, **options)
    with pytest.raises(SpecificationError, match="goes with cov"):
        projection.fit(1, "driscoll-kraay").wild_cluster(0, rng=1)
    with pytest.raises(SpecificationError, match="rng=None"):
        projection.fit(1).wild_cluster(0)


def stamped(frame, how="start"):
    """The panel of months with timestamps in the place of periods."""
    months = frame.index.levels[1].to_timestamp(how=how).normalize()
    return frame.set_axis(frame.index.set_levels(months, level=1), axis=0)


def test_monthly_timestamps_are_months():
    frame = panel(unbalanced=False)
    options = {"response": "flow", "impulse": "pickup", "lags": 1}
    expected = PanelProjection(frame, **options).fit(3)
    ends = stamped(frame, "end")
    mixed = pd.concat([stamped(frame).loc[["c0", "c1"]], ends.drop(index=["c0", "c1"])])  # other units, other habits
    shuffled = stamped(frame).sample(frac=1.0, random_state=1)
    for table in (stamped(frame), ends, mixed, shuffled):
        found = PanelProjection(table, **options).fit(3)
        np.testing.assert_array_equal(found.point, expected.point)
        np.testing.assert_array_equal(found.std_errors, expected.std_errors)


def test_a_missing_year_is_no_lag():
    options = {"response": "flow", "impulse": "pickup", "lags": 1}
    frame = panel(unbalanced=False)
    for table, words in ((frame, "2011-12 to 2013-01"), (stamped(frame), "2011-12 to 2013-01")):
        with pytest.raises(FrequencyError, match=f"unit 'c0': dates jump from {words}"):
            PanelProjection(table[table.index.get_level_values(1).year != 2012], **options).fit(3)
    one = stamped(frame).drop(index=("c4", pd.Timestamp("2012-03-01")))
    with pytest.raises(FrequencyError, match="unit 'c4': dates jump from 2012-02 to 2012-04"):
        PanelProjection(one, **options)


def test_units_of_other_frequencies_and_repeated_months_are_refused():
    options = {"response": "flow", "impulse": "pickup", "lags": 1}
    frame = panel(unbalanced=False)
    quarters = frame.index.get_level_values(1).month % 3 == 0
    unit = frame.index.get_level_values(0) == "c9"
    with pytest.raises(FrequencyError, match="unit 'c9': dates jump from 2011-03 to 2011-06"):
        PanelProjection(frame[~unit | quarters], **options)
    with pytest.raises(FrequencyError, match=r"found M \(unit 'c0'\) and Q-DEC \(unit 'c9'\); convert or drop one"):
        PanelProjection(stamped(frame)[~unit | quarters], **options)
    months = stamped(frame)
    twice = months.rename(index={pd.Timestamp("2012-03-01"): pd.Timestamp("2012-02-28")}, level=1)
    for table in (pd.concat([months, months.iloc[:1]]), twice):
        with pytest.raises(SchemaError, match="stands twice"):
            PanelProjection(table, **options)
    mixed = frame.index.map(lambda row: (row[0], row[1].asfreq("Q") if row[0] == "c9" else row[1]))
    with pytest.raises(FrequencyError, match=r"one frequency for all units; found \['M', 'Q-DEC'\]"):
        PanelProjection(frame.set_axis(mixed, axis=0)[~unit | quarters], **options)


@pytest.mark.parametrize("swapped", [lambda frame: frame.swaplevel(), lambda frame: frame.swaplevel().sort_index()])
@pytest.mark.parametrize("units", [list("abcd"), range(4)])
@pytest.mark.parametrize("dates", [pd.period_range("2000-01", periods=30, freq="M"), pd.date_range("2000", periods=30)])
def test_a_panel_with_the_period_first_is_told_to_swap_its_levels(swapped, units, dates):
    index = pd.MultiIndex.from_product([units, dates])
    frame = pd.DataFrame(np.random.default_rng(1).standard_normal((120, 2)), index=index, columns=["y", "x"])
    PanelProjection(frame, response="y", impulse="x", lags=1)
    with pytest.raises(SchemaError, match=r"\(unit, period\), in this order; found the period .*frame.swaplevel\(\)"):
        PanelProjection(swapped(frame), response="y", impulse="x", lags=1)


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("world", r"'world': it is the same for all units in every period, .*effects=\['unit'\] keeps it"),
        ("fixed", r"'fixed': it never changes within a unit, .*effects=\['time'\] keeps it"),
        ("both", "'both': unit and time effects together take away all of it"),
    ],
)
def test_what_effects_take_away_is_named_by_its_own_column(column, words):
    index = pd.MultiIndex.from_product([list("abcd"), range(40)])
    draws = np.random.default_rng(1)
    frame = pd.DataFrame({"y": draws.standard_normal(160)}, index=index)
    frame["world"], frame["fixed"] = np.tile(draws.standard_normal(40), 4), np.repeat(draws.standard_normal(4), 40)
    frame["both"] = frame["world"] + frame["fixed"]
    with pytest.raises(SingularDesign, match=words):
        PanelProjection(frame, response="y", impulse=column, lags=1).fit(1)
    if column != "fixed":
        kept = PanelProjection(frame, response="y", impulse=column, lags=1, effects=["unit"]).fit(1)
        assert np.isfinite(kept.irf.point).all()
