"""Difference-in-differences by local projections: stacked regressions, exact effects, refusals."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from econ.errors import NotIdentified, SampleTooShort, SchemaError, ShortSample, SpecificationError, UnknownName
from econ.projection import LocalProjectionDiD, PlugIn
from econ.responses import MovingBlock, Wild


def cohorts(units):
    """First treated period: a third at 6, a third at 11, the others never."""
    return np.where(np.arange(units) < units // 3, 6, np.where(np.arange(units) < 2 * units // 3, 11, 99))


def simulated(rng, *, units=60, periods=20, noise=1.0):
    """Effects that grow with time and differ by cohort; errors that last."""
    index = pd.MultiIndex.from_product([range(units), range(periods)], names=["unit", "year"])
    unit, year = (np.asarray(index.get_level_values(level)) for level in (0, 1))
    first = cohorts(units)[unit]
    errors = np.zeros((units, periods))
    for t in range(periods):
        errors[:, t] = (0.5 * errors[:, t - 1] if t else 0.0) + noise * rng.standard_normal(units)
    effect = np.where(year >= first, np.where(first == 6, 1.0, 0.3) * (year - first + 1), 0.0)
    w = rng.standard_normal(len(index))
    y = rng.standard_normal(units)[unit] + 0.2 * year + effect + errors.reshape(-1)
    return pd.DataFrame({"y": y, "d": (year >= first).astype(float), "w": w}, index=index)


@pytest.fixture(scope="module")
def panel():
    return simulated(np.random.default_rng(1), units=30, periods=16)


def stacked(panel, horizon, base=1):
    """Events and their clean controls, one experiment under the other; rows (event, unit, change, treated, w)."""
    wide, d, w = (panel[name].unstack("year") for name in ("y", "d", "w"))
    found = []
    for start in (6, 11):
        if start + max(horizon, 0) not in wide:
            continue
        before = wide[[start - j for j in range(1, base + 1)]].mean(axis=1)
        change = wide[start + horizon] - before
        treated = (d[start] == 1.0) & (d[start - 1] == 0.0)
        clean = d[start + max(horizon, 0)] == 0.0
        part = pd.DataFrame({"event": start, "change": change, "treated": treated.astype(float), "w": w[start - 1]})
        found.append(part[treated | clean].rename_axis("unit").reset_index())
    return pd.concat(found, ignore_index=True)


@pytest.mark.parametrize(("horizon", "base"), [(0, 1), (3, 1), (-3, 2), (2, 3)])
def test_least_squares_is_the_stacked_regression(panel, horizon, base):
    rows = stacked(panel, horizon, base)
    dummies = pd.get_dummies(rows["event"], dtype=float)
    design = np.column_stack([rows["treated"], dummies])
    wanted = sm.OLS(rows["change"], design).fit(cov_type="cluster", cov_kwds={"groups": rows["unit"]})
    model = LocalProjectionDiD(panel, "y", "d", base=base)
    found = model.section(horizon, horizon)
    assert found.point == pytest.approx(wanted.params["x1"], abs=1e-10)
    assert found.treated == rows["treated"].sum()
    units = rows["unit"].nunique()
    used, periods = found.treated + found.controls, len(panel.index.levels[1]) - max(base, -horizon) - max(horizon, 0)
    factor = (used - 1) / (used - periods - 1) * units / (units - 1)
    ours = (found.scores**2).sum() / factor
    own = wanted.cov_params().iloc[0, 0] / ((len(rows) - 1) / (len(rows) - design.shape[1]) * units / (units - 1))
    assert ours == pytest.approx(own, rel=1e-10)


def everything(panel, horizon):
    """All rows that serve at a horizon, of every period."""
    wide, d, w = (panel[name].unstack("year") for name in ("y", "d", "w"))
    rows = []
    for t in range(1, 16 - horizon):
        new, clean = (d[t] == 1.0) & (d[t - 1] == 0.0), d[t + horizon] == 0.0
        change = wide[t + horizon] - wide[t - 1]
        part = pd.DataFrame({"t": t, "change": change, "new": new.astype(float), "w": w[t - 1]})
        rows.append(part[new | clean].rename_axis("unit").reset_index())
    return pd.concat(rows, ignore_index=True)


def test_controls_are_those_of_one_regression_over_all_periods(panel):
    found = LocalProjectionDiD(panel, "y", "d", controls="w").section(1, 1)
    rows = everything(panel, 1)
    design = np.column_stack([rows[["new", "w"]], pd.get_dummies(rows["t"], dtype=float)])
    wanted = sm.OLS(rows["change"].to_numpy(), design).fit(cov_type="cluster", cov_kwds={"groups": rows["unit"]})
    assert found.point == pytest.approx(wanted.params[0], abs=1e-10)
    assert np.sqrt((found.scores**2).sum()) == pytest.approx(wanted.bse[0], rel=1e-10)


def test_equal_weights_average_what_controls_predict(panel):
    rows = stacked(panel, 2)
    clean, new = rows[rows["treated"] == 0.0], rows[rows["treated"] == 1.0]
    gaps = new["change"] - clean.groupby("event")["change"].mean().loc[new["event"]].to_numpy()
    found = LocalProjectionDiD(panel, "y", "d", weights="equal").section(2, 2)
    assert found.point == pytest.approx(gaps.mean(), abs=1e-12)
    rows = everything(panel, 2)
    design, new = np.column_stack([pd.get_dummies(rows["t"], dtype=float), rows["w"]]), rows["new"] == 1.0
    slopes = sm.OLS(rows["change"][~new], design[~new]).fit().params
    with_w = LocalProjectionDiD(panel, "y", "d", weights="equal", controls=["w"]).section(2, 2)
    left = (rows["change"] - design @ slopes.to_numpy())[new]
    assert with_w.point == pytest.approx(left.mean(), abs=1e-12)
    weights = design[new].mean(axis=0) @ np.linalg.inv(design[~new].T @ design[~new])
    influence = pd.Series(0.0, index=rows.index)
    influence[new] = (left - left.mean()) / new.sum()
    influence[~new] = -(design[~new] @ weights) * (rows["change"][~new] - design[~new] @ slopes.to_numpy())
    clusters, size = rows["unit"].nunique(), len(rows)
    factor = clusters / (clusters - 1) * (size - 1) / (size - design.shape[1] - 1)
    wanted = factor * (influence.groupby(rows["unit"]).sum() ** 2).sum()
    assert (with_w.scores**2).sum() == pytest.approx(wanted, rel=1e-10)


def test_effects_are_exact_without_noise_where_two_way_effects_are_biased():
    frame = simulated(np.random.default_rng(2), noise=0.0)
    for weights in ("equal", "variance"):
        found = LocalProjectionDiD(frame, "y", "d", weights=weights).fit(4, pre=4)
        summary = found.summary()
        np.testing.assert_allclose(summary["estimate"].loc[:-1], 0.0, atol=1e-12)
        slopes = summary["estimate"].loc[0:] / np.arange(1, 6)  # 1 and 0.3 for cohorts of one size
        if weights == "equal":
            np.testing.assert_allclose(slopes, 0.65, atol=1e-12)
        else:
            assert ((slopes > 0.3) & (slopes < 1.0)).all()
    unit, year = (frame.index.get_level_values(level) for level in (0, 1))
    both = [pd.get_dummies(unit, dtype=float), pd.get_dummies(year, drop_first=True, dtype=float)]
    two_way = sm.OLS(frame["y"].to_numpy(), np.column_stack([frame["d"], *both])).fit().params[0]
    treated = frame["d"] == 1.0
    first = cohorts(60)[np.asarray(unit)]
    average = np.where(first == 6, 1.0, 0.3)[treated] * (np.asarray(year) - first + 1)[treated]
    assert two_way < 0.75 * average.mean()


def test_units_levels_and_names_do_not_matter(panel):
    model = LocalProjectionDiD(panel, "y", "d").fit(3, pre=2)
    unit = panel.index.get_level_values(0).to_numpy()
    moved = panel.assign(y=1000.0 * (panel["y"] + 7.0 * unit))
    moved.index = panel.index.set_levels([f"u{99 - number}" for number in range(30)], level=0)
    other = LocalProjectionDiD(moved, "y", "d").fit(3, pre=2)
    np.testing.assert_allclose(other.irf.point, 1000.0 * model.irf.point, rtol=1e-8)
    np.testing.assert_allclose(other.irf.std_errors, 1000.0 * model.irf.std_errors, rtol=1e-8)
    assert other.pretrends()["p_value"] == pytest.approx(model.pretrends()["p_value"])


def test_a_treatment_that_comes_and_goes_needs_quiet_before():
    rng = np.random.default_rng(3)
    index = pd.MultiIndex.from_product([range(6), range(12)], names=["unit", "year"])
    d = np.zeros((6, 12))
    d[0, 4:7] = d[1, 5:] = d[2, 2:4] = d[2, 5:] = 1.0
    y = rng.standard_normal((6, 12))
    frame = pd.DataFrame({"y": y.reshape(-1), "d": d.reshape(-1)}, index=index)
    found = LocalProjectionDiD(frame, "y", "d", stabilises=2, weights="equal").section(1, 1)
    gaps = []
    for unit, t in ((0, 4), (1, 5)):  # unit 2 had changed within two periods before it switched on again
        quiet = [j for j in range(6) if (np.diff(d[j, t - 3 : t + 2]) == 0.0).all()]
        gaps.append(y[unit, t + 1] - y[unit, t - 1] - np.mean([y[j, t + 1] - y[j, t - 1] for j in quiet]))
    assert found.treated == 2
    assert found.point == pytest.approx(np.mean(gaps), abs=1e-12)
    less = LocalProjectionDiD(frame, "y", "d", stabilises=1, weights="equal").section(1, 1)
    assert less.treated == 3
    with pytest.raises(SpecificationError, match="switches off at"):
        LocalProjectionDiD(frame, "y", "d")


def test_pooled_effects_are_those_of_the_mean_outcome(panel):
    model = LocalProjectionDiD(panel, "y", "d", weights="equal")
    fit = model.fit(2, pre=4)
    mean = np.mean([stacked(panel, 2)["change"]] + [_at(panel, h, 2) for h in (0, 1)], axis=0)
    rows = stacked(panel, 2).assign(change=mean)
    clean, new = rows[rows["treated"] == 0.0], rows[rows["treated"] == 1.0]
    gaps = new["change"] - clean.groupby("event")["change"].mean().loc[new["event"]].to_numpy()
    pooled = fit.pooled()
    assert pooled.value == pytest.approx(gaps.mean(), abs=1e-12)
    assert pooled.lower < pooled.value < pooled.upper
    before = fit.pooled(-4)
    assert before.value == pytest.approx(fit.summary()["estimate"].loc[-4:-2].mean(), abs=1e-12)
    wald = fit.pretrends()
    points = np.array([each.point for each in fit.before])
    spread = np.column_stack([each.scores for each in fit.before])
    assert wald["statistic"] == pytest.approx(points @ np.linalg.inv(spread.T @ spread) @ points * 27 / (29 * 3))
    with pytest.raises(SpecificationError, match="hold the base"):
        fit.pooled(-2, 1)


def _at(panel, horizon, clean):
    """Changes at one horizon on the rows that are clean at another."""
    wide = panel["y"].unstack("year")
    rows = stacked(panel, clean)
    return [wide.loc[u, e + horizon] - wide.loc[u, e - 1] for u, e in zip(rows["unit"], rows["event"], strict=True)]


def test_bands_over_all_horizons_come_from_draws_by_unit(panel):
    model = LocalProjectionDiD(panel, "y", "d")
    for way in (Wild(draws=400), PlugIn(draws=400)):
        irf = model.fit(3, bootstrap=way, rng=1).irf
        np.testing.assert_allclose(irf.draws.std(axis=0), irf.std_errors, rtol=0.2)
        lower, upper = irf.band(0.9, kind="sup-t")
        inner = irf.band(0.9)
        assert (lower < inner[0]).all()
        assert (upper > inner[1]).all()
    again = model.fit(3, bootstrap=PlugIn(draws=400), rng=1).irf
    np.testing.assert_array_equal(irf.draws, again.draws)
    reading = irf.at(2, response="y")
    assert reading.value == irf.point[2, 0, 0]
    with pytest.raises(SpecificationError, match="found MovingBlock"):
        model.fit(3, bootstrap=MovingBlock(), rng=1)


def test_units_with_other_spans_serve_where_they_can(panel):
    short = panel.drop(index=[(29, year) for year in range(9, 16)]).drop(index=[(28, year) for year in range(4)])
    found = LocalProjectionDiD(short, "y", "d").fit(2, pre=3).summary()
    whole = LocalProjectionDiD(panel, "y", "d").fit(2, pre=3).summary()
    assert (found["controls"] < whole["controls"]).all()
    assert (found["treated"] == whole["treated"]).all()


def test_what_makes_no_sense_is_refused(panel):
    with pytest.raises(SchemaError, match=r"must be 0 or 1; found 0\.5"):
        LocalProjectionDiD(panel.assign(d=panel["d"] / 2.0), "y", "d")
    with pytest.raises(NotIdentified, match="no unit switches"):
        LocalProjectionDiD(panel.assign(d=(panel.index.get_level_values(0) < 9).astype(float)), "y", "d")
    with pytest.raises(SpecificationError, match="different columns"):
        LocalProjectionDiD(panel, "y", "y")
    with pytest.raises(SpecificationError, match="at least 3 units"):
        LocalProjectionDiD(panel.loc[[0, 29]], "y", "d")
    with pytest.raises(UnknownName, match="'q'"):
        LocalProjectionDiD(panel, "y", "d", controls=["q"])
    with pytest.raises(SpecificationError, match="weights"):
        LocalProjectionDiD(panel, "y", "d", weights="equally")
    treated = panel.loc[:19]
    for weights in ("variance", "equal"):
        model = LocalProjectionDiD(treated, "y", "d", weights=weights)
        assert model.fit(4).after[4].treated == 10  # the second cohort has no clean controls
        with pytest.raises(NotIdentified, match="at horizon 5 no period has both"):
            model.fit(5)
    with pytest.raises(NotIdentified, match="at horizon 12"):
        LocalProjectionDiD(panel, "y", "d").section(12, 12)
    with pytest.raises(SpecificationError, match="no horizon before"):
        LocalProjectionDiD(panel, "y", "d").fit(1).pretrends()


@pytest.mark.parametrize("weights", ["variance", "equal"])
def test_few_treated_units_are_warned_of_and_one_is_refused(panel, weights):
    never = panel.loc[20:]
    with pytest.raises(SampleTooShort, match="horizon 0 one unit"):
        LocalProjectionDiD(pd.concat([panel.loc[:0], never]), "y", "d", weights=weights).fit(2)
    with pytest.warns(ShortSample, match="found 7"):
        LocalProjectionDiD(pd.concat([panel.loc[:6], never]), "y", "d", weights=weights).fit(2)
    enough = LocalProjectionDiD(pd.concat([panel.loc[:7], never]), "y", "d", weights=weights).fit(2)
    assert enough.after[0].switchers == 8


@pytest.mark.slow
def test_intervals_cover_the_average_effect():
    rng, truth, covered, together = np.random.default_rng(4), 0.65 * np.arange(1, 6), [], []
    for number in range(200):
        model = LocalProjectionDiD(simulated(rng), "y", "d", weights="equal")
        fit = model.fit(4, pre=3, bootstrap=Wild(draws=299), rng=number)
        summary = fit.summary()
        true = np.concatenate([[0.0, 0.0], truth])
        covered.append((summary["lower"] <= true) & (true <= summary["upper"]))
        lower, upper = fit.irf.band(0.9, kind="sup-t")
        together.append(((lower[:, 0, 0] <= truth) & (truth <= upper[:, 0, 0])).all())
    assert ((np.mean(covered, axis=0) > 0.84) & (np.mean(covered, axis=0) < 0.99)).all()
    assert 0.85 < np.mean(together) < 0.97


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::econ.errors.ShortSample")
@pytest.mark.parametrize(("adopt", "least", "most"), [(2, 0.5, 0.72), (8, 0.84, 0.95)])
def test_intervals_of_few_treated_units_are_too_short(adopt, least, most):
    rng, inside = np.random.default_rng(5), []
    index = pd.MultiIndex.from_product([range(40), range(12)], names=["unit", "year"])
    unit, year = (np.asarray(index.get_level_values(level)) for level in (0, 1))
    treated = ((unit < adopt) & (year >= 5 + unit % 2)).astype(float)
    for _ in range(200):
        frame = pd.DataFrame({"y": 2.0 * treated + rng.standard_normal(480), "d": treated}, index=index)
        found = LocalProjectionDiD(frame, "y", "d", weights="equal").fit(1).irf.at(1, response="y")
        inside.append(found.lower <= 2.0 <= found.upper)
    assert least < np.mean(inside) < most
