"""Panel projections with instruments: linearmodels, statsmodels, the bootstrap from its definition, coverage."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from linearmodels.iv import IV2SLS
from scipy import stats

from econ.errors import SeriesNotFound, SingularDesign, SpecificationError
from econ.infer import anderson_rubin
from econ.infer.weak import ar_statistic
from econ.projection import PanelProjection, PlugIn
from econ.var import Wild


def panel(units=10, periods=60, seed=1, strength=0.8, effect=0.5, unbalanced=True):
    generator = np.random.default_rng(seed)
    months = pd.period_range("2011-01", periods=periods, freq="M")
    common = generator.standard_normal(periods)
    parts = []
    for j in range(units):
        z, w, v, e = generator.standard_normal((4, periods))
        x = strength * (z + 0.5 * w) + v + common + 0.3 * j
        u = 0.9 * v + 0.4 * e * (1.0 + 0.2 * j)
        y = np.zeros(periods)
        for t in range(1, periods):
            y[t] = 0.5 * y[t - 1] + effect * x[t] + 0.5 * common[t] + u[t] + 0.2 * j
        part = pd.DataFrame({"flow": y, "pickup": x, "z": z, "w": w, "unit": f"c{j}", "month": months})
        parts.append(part.iloc[j % 4 if unbalanced else 0 :])
    return pd.concat(parts).set_index(["unit", "month"])


def raw(frame, lags, horizon, effects=("unit", "time")):
    """Lead, impulse, instruments and dense controls with dummies, as any other program would be given them."""
    by_unit = frame.groupby(level=0)
    columns = {f"L{lag}.{name}": by_unit[name].shift(lag) for lag in range(1, lags + 1) for name in ("flow", "pickup")}
    table = pd.DataFrame(columns).assign(y=by_unit["flow"].shift(-horizon), **frame[["pickup", "z", "w"]]).dropna()
    dummies = [np.ones((len(table), 1))]
    for level, word in enumerate(("unit", "time")):
        if word in effects:
            dummies.append(pd.get_dummies(table.index.get_level_values(level), drop_first=True, dtype=float).to_numpy())
    controls = np.column_stack([table[list(columns)].to_numpy(), *dummies])
    return table, controls, pd.factorize(table.index.get_level_values(0))[0]


@pytest.mark.parametrize("effects", [("unit", "time"), ("unit",), ("time",), ()])
@pytest.mark.parametrize("instruments", [["z"], ["z", "w"]])
@pytest.mark.parametrize("horizon", [0, 3])
def test_two_stage_least_squares_agree_with_linearmodels(effects, instruments, horizon):
    frame = panel()
    lp = PanelProjection(frame, response="flow", impulse="pickup", lags=2, instrument=instruments, effects=effects)
    results = lp.fit(horizon)
    table, controls, units = raw(frame, 2, horizon, effects)
    theirs = IV2SLS(table["y"], controls, table["pickup"], table[instruments]).fit(
        cov_type="clustered", clusters=units, debiased=False
    )
    section = results.sections[horizon]
    assert section.point == pytest.approx(theirs.params["pickup"], rel=1e-8)
    plain = results.std_errors[horizon, 0, 0] / np.sqrt(section.factor)
    assert plain == pytest.approx(theirs.std_errors["pickup"], rel=1e-8)


@pytest.mark.parametrize("instruments", [["z"], ["z", "w"]])
@pytest.mark.parametrize("null", [0.0, 0.5, 3.0])
def test_anderson_rubin_statistic_is_the_clustered_wald_test_of_statsmodels(instruments, null):
    frame = panel()
    results = PanelProjection(frame, response="flow", impulse="pickup", lags=1, instrument=instruments).fit(2)
    table, controls, units = raw(frame, 1, 2)
    x = np.column_stack([controls, table[instruments]])
    theirs = sm.OLS(table["y"] - null * table["pickup"], x).fit(
        cov_type="cluster", cov_kwds={"groups": units, "use_correction": False}
    )
    restriction = np.eye(x.shape[1])[-len(instruments) :]
    expected = theirs.wald_test(restriction, scalar=True, use_f=False).statistic / results.sections[2].factor
    form = results.reduced_form(2)
    assert float(ar_statistic(form, null)) == pytest.approx(expected, rel=1e-7)
    assert (null in results.robust_set(2)) == (
        expected <= form.factor * stats.f.ppf(0.9, len(instruments), form.df - len(instruments) + 1)
        * len(instruments) * form.df / (form.df - len(instruments) + 1)
    )  # fmt: skip


def test_driscoll_kraay_reduced_form_is_that_of_period_sums():
    frame = panel(unbalanced=False)
    lp = PanelProjection(frame, response="flow", impulse="pickup", lags=1, instrument="z")
    results = lp.fit(2, "driscoll-kraay")
    table, controls, _ = raw(frame, 1, 2)
    x = np.column_stack([controls, table["z"]])
    times = pd.factorize(table.index.get_level_values(1), sort=True)[0]
    order = np.argsort(times, kind="stable")
    theirs = sm.OLS(table["pickup"].to_numpy()[order], x[order]).fit(
        cov_type="hac-groupsum", cov_kwds={"time": times[order], "maxlags": 2, "use_correction": False}
    )
    expected = np.asarray(theirs.tvalues)[-1] ** 2
    assert results.first_stage(2).statistic == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("instruments", [["z"], ["z", "w"]])
def test_wild_anderson_rubin_is_its_definition(instruments):
    """Residuals restricted by the null, one sign a unit, all estimated again by dense least squares."""
    frame = panel(units=6, periods=30)
    results = PanelProjection(frame, response="flow", impulse="pickup", lags=1, instrument=instruments).fit(1)
    ours = results.wild_cluster(1, null=0.3, draws=40, rng=5)
    table, w, units = raw(frame, 1, 1)
    m = len(instruments)
    x = np.column_stack([w, table[instruments]])
    inverse = np.linalg.inv(x.T @ x)

    def wald(e):
        b = inverse @ (x.T @ e)
        sums = np.array([(x * (e - x @ b)[:, None])[units == g].sum(axis=0) for g in range(6)])
        v = (inverse @ sums.T @ sums @ inverse)[-m:, -m:]
        return b[-m:] @ np.linalg.solve(v, b[-m:])

    e = (table["y"] - 0.3 * table["pickup"]).to_numpy()
    restricted = e - w @ np.linalg.lstsq(w, e, rcond=None)[0]
    seed = np.random.SeedSequence(5).spawn(1)[0]
    signs = np.random.default_rng(seed).choice(np.array([-1.0, 1.0]), size=(40, 6))
    drawn = [wald(each[units] * restricted) for each in signs]
    assert ours == pytest.approx((1 + sum(each >= wald(restricted) * (1 - 1e-9) for each in drawn)) / 41)


def test_an_instrument_that_is_the_impulse_gives_least_squares():
    frame = panel()
    plain = PanelProjection(frame, response="flow", impulse="pickup", lags=1).fit(2)
    same = PanelProjection(frame.assign(twin=2.0 * frame["pickup"]), response="flow", impulse="pickup", lags=1,
                           instrument="twin").fit(2)  # fmt: skip
    np.testing.assert_allclose(same.point, plain.point, rtol=1e-10)
    np.testing.assert_allclose(same.std_errors, plain.std_errors, rtol=1e-10)
    assert same.wild_cluster(2, null=0.4, rng=1) == plain.wild_cluster(2, null=0.4, rng=1)


def test_weak_instruments_give_open_sets_and_strong_ones_agree():
    weak = PanelProjection(panel(strength=0.0), response="flow", impulse="pickup", lags=1, instrument="z").fit(0)
    assert not weak.robust_set(0).bounded
    assert not weak.wild_cluster_set(0, rng=1, draws=199).bounded
    lp = PanelProjection(panel(), response="flow", impulse="pickup", lags=1, instrument="z")
    strong = lp.fit(0, bootstrap=PlugIn(2000), rng=1)
    assert strong.first_stage(0).strong
    first, second = strong.robust_set(0), strong.wild_cluster_set(0, rng=1, draws=999)
    assert first.bounded
    assert second.lower == pytest.approx(first.lower, abs=0.5 * (first.upper - first.lower))
    for irf in (strong.irf, lp.fit(0, bootstrap=Wild(3000), rng=2).irf):
        np.testing.assert_allclose(irf.draws.std(axis=0), irf.std_errors, rtol=0.06)


def test_reduced_form_of_one_panel_is_that_of_its_dense_regression():
    frame = panel(unbalanced=False)
    results = PanelProjection(frame, response="flow", impulse="pickup", lags=1, instrument="z").fit(0)
    table, controls, units = raw(frame, 1, 0)
    dense = anderson_rubin(table["y"], table["pickup"], table["z"], controls=np.delete(controls, 2, axis=1),
                           cov="cluster", groups=units)  # fmt: skip
    found = results.robust_set(0)
    # the unit effects count as coefficients there, and as clusters' own means here
    np.testing.assert_allclose(found.intervals, dense.intervals, rtol=0.03)


def test_requests_that_make_no_sense():
    frame = panel()
    good = {"response": "flow", "impulse": "pickup", "lags": 1}
    with pytest.raises(SeriesNotFound, match="no column 'q'"):
        PanelProjection(frame, **good, instrument="q")
    with pytest.raises(SpecificationError, match="'pickup' is an instrument and a regressor"):
        PanelProjection(frame, **good, instrument="pickup")
    with pytest.raises(SpecificationError, match="no instruments"):
        PanelProjection(frame, **good).fit(0).robust_set(0)
    with pytest.raises(SpecificationError, match="no set"):
        PanelProjection(frame, **good, instrument="z").fit(0).robust_set(0, method="tf")
    months = frame.index.get_level_values(1).astype("int64").to_numpy()
    with pytest.raises(SingularDesign, match="'world': it is the same for all units in every period"):
        PanelProjection(frame.assign(world=np.sin(months)), **good, instrument="world").fit(0)
    lag = frame.groupby(level=0)["flow"].shift(1).fillna(0.0)
    with pytest.raises(SingularDesign, match="first stage"):
        PanelProjection(frame.assign(old=lag), **good, instrument="old").fit(0)


@pytest.mark.slow
def test_wild_and_analytic_sets_cover_with_weak_instruments_and_few_units():
    """12 units, first-stage F of about 3, endogeneity 0.9."""
    wild, analytic, strengths = 0, 0, []
    for seed in range(400):
        frame = panel(units=12, periods=40, seed=seed, strength=0.07, unbalanced=False)
        results = PanelProjection(frame, response="flow", impulse="pickup", lags=1, instrument="z").fit(0)
        wild += results.wild_cluster(0, null=0.5, draws=399, rng=seed) > 0.10
        analytic += 0.5 in results.robust_set(0)
        strengths.append(results.first_stage(0).statistic)
    assert np.median(strengths) < 6.0
    assert abs(wild / 400 - 0.90) <= 0.04
    assert abs(analytic / 400 - 0.90) <= 0.04
