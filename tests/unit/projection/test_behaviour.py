"""Local projections: draws, invariances, weak-instrument sets, coverage, refusals."""

import numpy as np
import pandas as pd
import pytest

from econ.errors import (
    SampleTooShort,
    SchemaError,
    SeriesNotFound,
    SingularDesign,
    SpecificationError,
)
from econ.infer import anderson_rubin, conditional_lr, ewc_critical
from econ.offset import quantity_offset
from econ.projection import LocalProjection, PlugIn
from econ.var import IRF, MovingBlock, Wild


def table(size=240, seed=3, strength=0.7):
    generator = np.random.default_rng(seed)
    shocks = generator.standard_normal((size, 3))
    shocks[:, 1] -= 0.8 * shocks[:, 0]
    values = np.zeros((size, 3))
    for t in range(1, size):
        values[t] = [0.4, 0.9, 0.5] * values[t - 1] + shocks[t] + [0.0, 0.0, -0.4 * shocks[t, 0]]
    frame = pd.DataFrame(
        values, columns=["flow", "yield", "ally"], index=pd.period_range("2001-01", periods=size, freq="M")
    )
    return frame.assign(z=strength * shocks[:, 0] + generator.standard_normal(size))


def projection(frame, **options):
    return LocalProjection(frame, response=["yield", "flow"], impulse="flow", controls=["ally"], lags=2, **options)


def test_the_result_is_the_irf_of_a_var():
    irf = projection(table()).fit(6).irf
    assert isinstance(irf, IRF)
    assert (irf.responses, irf.shocks, irf.nobs) == (("yield", "flow"), ("flow",), 237)
    estimate = irf.at(3, response="yield", level=0.90)
    assert estimate.upper - estimate.value == pytest.approx(1.6448536 * estimate.std_error)
    assert irf.parent.parent.parent.frame.shape == (240, 4)


def test_cosine_intervals_use_student_quantiles():
    irf = projection(table()).fit(6, "ewc").irf
    estimate = irf.at(6, response="yield", level=0.95)
    critical = ewc_critical(0.95, int(irf.df[6]))
    assert critical > 2.1
    assert estimate.upper - estimate.value == pytest.approx(critical * estimate.std_error, rel=1e-9)
    assert irf.band(0.95)[1][6, 0, 0] == pytest.approx(estimate.upper, rel=1e-12)


def test_own_response_on_impact_is_one_without_error():
    irf = projection(table()).fit(2).irf
    assert irf.point[0, 1, 0] == pytest.approx(1.0, rel=1e-12)
    assert irf.std_errors[0, 1, 0] == pytest.approx(0.0, abs=1e-12)


def test_a_wild_draw_is_the_estimate_on_the_wild_sample():
    """Fixed regressors, y* = fitted + sign * residual, estimated again by plain least squares."""
    frame = table()
    irf = projection(frame).fit(4, "hc0", bootstrap=Wild(draws=3), rng=9).irf
    design = irf.parent.parent.design
    x = np.column_stack([design.controls, design.impulses])
    size = len(x)
    seeds = np.random.SeedSequence(9).spawn(1)
    signs = Wild(draws=3).resample(np.random.default_rng(seeds[0]), 3, size).signs
    for h in (0, 4):
        rows = size - h
        y = frame["yield"].to_numpy()[design.first + h :]
        b = np.linalg.lstsq(x[:rows], y, rcond=None)[0]
        residual = y - x[:rows] @ b
        for draw in range(3):
            again = np.linalg.lstsq(x[:rows], x[:rows] @ b + signs[draw, :rows] * residual, rcond=None)[0]
            assert irf.draws[draw, h, 0, 0] == pytest.approx(again[-1], rel=1e-9)


@pytest.mark.parametrize("bootstrap", [Wild(draws=250), PlugIn(draws=250)])
@pytest.mark.parametrize("cov", ["hc1", "hac"])
def test_draws_differ_repeat_and_ignore_the_workers(bootstrap, cov):
    lp = projection(table())
    one, two = (lp.fit(5, cov, bootstrap=bootstrap, rng=4, n_jobs=n_jobs).irf for n_jobs in (1, 2))
    np.testing.assert_array_equal(one.draws, two.draws)
    assert not np.array_equal(one.draws[0], one.draws[1])
    assert not np.array_equal(one.draws, lp.fit(5, cov, bootstrap=bootstrap, rng=5).irf.draws)
    with pytest.raises(SpecificationError, match="rng=None"):
        lp.fit(5, cov, bootstrap=bootstrap)


@pytest.mark.parametrize(
    ("bootstrap", "cov"), [(Wild(4000), "hc1"), (PlugIn(4000), "hc1"), (PlugIn(4000), "hac"), (PlugIn(4000), "ewc")]
)
def test_spread_of_draws_is_the_standard_error(bootstrap, cov):
    irf = projection(table()).fit(5, cov, bootstrap=bootstrap, rng=4).irf
    df = irf.df[5]
    student = 1.0 if np.isinf(df) else np.sqrt(df / (df - 2.0))
    np.testing.assert_allclose(irf.draws.std(axis=0)[1:], student * irf.std_errors[1:], rtol=0.06)


def test_joint_covariance_has_the_variances_on_its_diagonal():
    results = projection(table()).fit(5, "hac", bootstrap=PlugIn(20_000), rng=1)
    covariance = results.covariance
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)), results.std_errors.reshape(-1), rtol=1e-9, atol=1e-15)
    assert np.linalg.eigvalsh(covariance).min() > -1e-12
    ratio = np.corrcoef(results.draws[:, 3:5, 0, 0], rowvar=False)[0, 1]
    place = [3 * 2, 4 * 2]
    expected = covariance[place[0], place[1]] / np.sqrt(covariance[place[0], place[0]] * covariance[place[1], place[1]])
    assert ratio == pytest.approx(expected, abs=0.03)


def test_bands_and_offsets_work_on_a_projection():
    lp = LocalProjection(table(), response=["flow", "ally"], impulse="flow", lags=2)
    irf = lp.fit(6, bootstrap=PlugIn(), rng=1).irf
    pointwise, simultaneous = irf.band(0.90), irf.band(0.90, "sup-t")
    assert (simultaneous[0] <= pointwise[0] + 1e-12).all()
    assert (simultaneous[1] >= pointwise[1] - 1e-12).all()
    estimate = quantity_offset(irf, "flow", "ally", horizon=4)
    total = irf.point[:5, :, 0].sum(axis=0)
    assert estimate.value == pytest.approx(-total[1] / total[0])
    assert 0.0 < estimate.lower < 0.4 / 1.67 * 2 < estimate.upper + 1.0


def test_scaling_and_reordering_carry_through():
    frame = table()
    plain = projection(frame).fit(4).irf
    scaled = projection(frame.assign(**{"yield": 100.0 * frame["yield"], "flow": frame["flow"] / 5.0})).fit(4).irf
    np.testing.assert_allclose(scaled.point[:, 0], 500.0 * plain.point[:, 0], rtol=1e-8)
    np.testing.assert_allclose(scaled.std_errors[:, 0], 500.0 * plain.std_errors[:, 0], rtol=1e-8)
    swapped = (
        LocalProjection(
            frame[["z", "ally", "yield", "flow"]], response=["flow", "yield"], impulse="flow", controls=["ally"], lags=2
        )
        .fit(4)
        .irf
    )
    np.testing.assert_allclose(swapped.point[:, ::-1], plain.point, rtol=1e-8, atol=1e-12)
    later = frame.set_axis(frame.index + 60)
    np.testing.assert_array_equal(projection(later).fit(4).irf.point, plain.point)


def test_a_shorter_horizon_leaves_the_others_alone():
    frame = table()
    long, short = projection(frame).fit(12, "hac").irf, projection(frame).fit(5, "hac").irf
    np.testing.assert_allclose(long.point[:6], short.point, rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(long.std_errors[:6], short.std_errors, rtol=1e-9, atol=1e-13)


def test_weak_instrument_sets_use_the_errors_of_the_projection():
    results = projection(table(), instrument="z").fit(4, "hac")
    form = results.reduced_form("yield", 3)
    assert results.robust_set("yield", 3) == anderson_rubin(form)
    assert results.robust_set("yield", 3, method="clr", level=0.95) == conditional_lr(form, level=0.95)
    assert results.point[3, 0, 0] in results.robust_set("yield", 3)
    assert form.outcome[0] / form.first[0] == pytest.approx(results.point[3, 0, 0], rel=1e-9)
    interval = results.robust_set("yield", 3, method="tf", level=0.95)
    assert interval.upper - interval.lower >= 2 * 1.96 * results.std_errors[3, 0, 0] * (1 - 1e-12)


def test_sets_of_all_horizons_are_the_table_of_a_proxy_var():
    for strength, method in ((0.7, "anderson-rubin"), (0.0, "anderson-rubin"), (0.0, "clr")):
        results = projection(table(strength=strength), instrument="z").fit(4, "hac")
        found = results.weak_iv_set("yield", 3, 0.80, method=method)
        assert list(found.columns) == ["horizon", "lower", "upper"]
        expected = [
            (h, low, high) for h in range(4) for low, high in results.robust_set("yield", h, level=0.80, method=method)
        ]
        assert list(found.itertuples(index=False, name=None)) == expected
    assert np.isinf(found[["lower", "upper"]].to_numpy()).any()


def test_sets_of_a_projection_are_those_of_its_regressions():
    """Anderson-Rubin on raw columns, all controls given, equals the one on partialled-out variables."""
    frame = table()
    for options, horizon in (({}, 3), ({"cumulative": "multiplier"}, 2)):
        lp = projection(frame, instrument="z", **options)
        results = lp.fit(4, "hac")
        design, rows = lp.design, results.nobs - horizon
        y = frame["yield"].to_numpy()[design.first :]
        d = frame["flow"].to_numpy()[design.first :]
        if options:
            y, d = (sum(v[j : j + rows] for j in range(horizon + 1)) for v in (y, d))
        else:
            y, d = y[horizon : horizon + rows], d[:rows]
        z, w = design.instruments[:rows], design.controls[:rows, 1:]
        expected = anderson_rubin(y, d, z, controls=w, cov="hac", bandwidth=horizon)
        found = results.robust_set("yield", horizon)
        np.testing.assert_allclose(found.intervals, expected.intervals, rtol=1e-8)


def test_weak_instruments_give_unbounded_sets():
    bounded = [
        projection(table(seed=seed, strength=0.02), instrument="z").fit(1).robust_set("yield", 1).bounded
        for seed in range(12)
    ]
    assert not all(bounded)


def test_requests_that_make_no_sense():
    frame = table()
    with pytest.raises(SeriesNotFound, match="did you mean 'yield'"):
        LocalProjection(frame, response="yeld", impulse="flow")
    with pytest.raises(SeriesNotFound, match="no variable 'q'"):
        LocalProjection(frame, response="yield", impulse="flow", instrument="q")
    for options, words in (
        ({"lags": -1}, "lags must be"),
        ({"lags": 2.0}, "lags must be"),
        ({"cumulative": "sum"}, "cumulative is"),
        ({"estimator": "gmm"}, "no estimator"),
        ({"transition": 1.0}, "goes with state"),
        ({"impulse": ["flow"]}, "impulse must be a word"),
        ({"controls": "al"}, "no variable 'al'"),
        ({"instrument": "flow"}, "stands in instrument too"),
        ({"contemporaneous": ["flow"]}, "stands in contemporaneous too"),
        ({"contemporaneous": ["z"], "instrument": "z"}, "cannot be both"),
    ):
        with pytest.raises((SpecificationError, SeriesNotFound), match=words):
            LocalProjection(frame, **({"response": "yield", "impulse": "flow"} | options))
    lp = LocalProjection(frame, response="yield", impulse="flow", lags=2)
    for arguments, words in (
        ((4, "hc9"), "did you mean"),
        ((-1,), "horizon must be"),
        ((500,), "from 0 to 236"),
        ((2.5,), "horizon must be"),
    ):
        with pytest.raises(SpecificationError, match=words):
            lp.fit(*arguments)
    with pytest.raises(SpecificationError, match="bandwidth belongs"):
        lp.fit(4, "hc1", bandwidth=3)
    for terms in (0, 2.5, 300):
        with pytest.raises(SpecificationError, match=r"(terms|bandwidth) must be"):
            lp.fit(4, "ewc", bandwidth=terms)
    with pytest.raises(SpecificationError, match="Wild"):
        lp.fit(4, bootstrap=MovingBlock(), rng=1)
    with pytest.raises(SpecificationError, match="no instruments"):
        lp.fit(4).weak_iv_set("yield", 2)
    with pytest.raises(SpecificationError, match="not defined for instruments"):
        projection(frame, instrument="z").fit(4, "hc3")
    with pytest.raises(SpecificationError, match="horizon must be"):
        projection(frame, instrument="z").fit(4).weak_iv_set("yield", 5)


def test_data_that_cannot_serve():
    frame = table()
    with pytest.raises(SampleTooShort, match="at horizon 225 there are 12 rows"):
        LocalProjection(frame, response="yield", impulse="flow", lags=2).fit(225)
    with pytest.raises(SchemaError, match=r"'flow'.*2003-02"):
        projection(frame.assign(flow=frame["flow"].where(frame.index != "2003-02"))).fit(2)
    with pytest.raises(SchemaError, match="'ally' is constant"):
        projection(frame.assign(ally=1.0)).fit(2)
    with pytest.raises(SingularDesign, match=r"'L\d.twin' is a combination of 'L\d.ally'"):
        LocalProjection(
            frame.assign(twin=2.0 * frame["ally"]), response="yield", impulse="flow", controls=["ally", "twin"], lags=2
        ).fit(2)
    combination = frame.assign(z=frame["yield"].shift(1).bfill() + frame["ally"].shift(2).bfill())
    with pytest.raises(SingularDesign, match="first stage"):
        LocalProjection(combination, response="yield", impulse="flow", controls=["ally"], lags=3, instrument="z").fit(2)
    rare = frame.assign(state=(np.arange(240) % 12 == 0).astype(float))
    with pytest.raises(SampleTooShort, match=r"state 'high' holds 19.0 of 233 rows at horizon 4"):
        LocalProjection(rare, response="yield", impulse="flow", lags=2, state="state", controls=["ally"]).fit(4)
    with pytest.raises(SpecificationError, match="runs from"):
        LocalProjection(frame, response="yield", impulse="flow", lags=2, state="yield").fit(4)
    with pytest.raises(SampleTooShort, match="lags need more than"):
        LocalProjection(frame.iloc[:20], response="yield", impulse="flow", lags=12).fit(1)


def test_controls_collinear_only_at_a_long_horizon_are_named():
    """A dummy that is one in the last months only: gone when those rows are lost to leads."""
    frame = table()
    frame["late"] = (np.arange(240) >= 236).astype(float)
    lp = LocalProjection(frame, response="yield", impulse="flow", contemporaneous=["late"], lags=1)
    assert np.isfinite(lp.fit(2).irf.point).all()
    with pytest.raises(SingularDesign, match="'late' of the projection at horizon 4 is zero"):
        lp.fit(6)


def simulated_coverage(persistence, horizon, draws, cov, **options):
    size, covered = 240, 0
    truth = -0.8 * persistence**horizon
    for seed in range(draws):
        generator = np.random.default_rng(seed)
        shocks = generator.standard_normal((size + 50, 2))
        y = np.zeros(size + 50)
        for t in range(1, size + 50):
            y[t] = persistence * y[t - 1] - 0.8 * shocks[t, 0] + shocks[t, 1]
        frame = pd.DataFrame({"flow": shocks[50:, 0], "yield": y[50:]})
        estimate = (
            LocalProjection(frame, response="yield", impulse="flow", lags=1, **options)
            .fit(horizon, cov)
            .irf.at(horizon, response="yield", level=0.90)
        )
        covered += estimate.lower <= truth <= estimate.upper
    return covered / draws


@pytest.mark.slow
@pytest.mark.parametrize("persistence", [0.5, 0.95])
@pytest.mark.parametrize("horizon", [1, 8])
def test_lag_augmented_intervals_cover(persistence, horizon):
    """The bias of Herbst and Johannsen costs some points where the horizon is long and the data persistent."""
    least = 0.82 if persistence > 0.9 and horizon > 1 else 0.86
    assert least <= simulated_coverage(persistence, horizon, 1000, None) <= 0.94


@pytest.mark.slow
@pytest.mark.parametrize("size", [180, 480])
@pytest.mark.parametrize("f", [3.0, 50.0])
def test_projections_with_instruments_cover_by_their_robust_sets(size, f):
    """AR(1) outcome, endogenous flow, HAC at horizon 2; the set covers 90% whatever the first stage."""
    covered, draws = 0, 1000
    strength = np.sqrt((f - 1.0) / size)
    for seed in range(draws):
        generator = np.random.default_rng(seed)
        z, v, e = generator.standard_normal((3, size))
        flow = strength * z + v
        error = 0.9 * v + np.sqrt(1 - 0.81) * e
        y = np.zeros(size)
        for t in range(1, size):
            y[t] = 0.6 * y[t - 1] - 0.5 * flow[t] + error[t]
        frame = pd.DataFrame({"flow": flow, "yield": y, "z": z})
        results = LocalProjection(frame, response="yield", impulse="flow", instrument="z", lags=1).fit(2)
        covered += -0.5 * 0.36 in results.robust_set("yield", 2, level=0.90)
    assert abs(covered / draws - 0.90) <= 0.03


@pytest.mark.parametrize(
    ("idle", "needed"),
    [({"estimator": "liml"}, "instrument"), ({"state_lag": 3}, "state"), ({"modifier_lag": 3}, "modifier")],
)
def test_an_option_that_nothing_reads_is_refused(idle, needed):
    frame = pd.DataFrame(np.random.default_rng(1).standard_normal((80, 4)), columns=list("yxzs"))
    with pytest.raises(SpecificationError, match=f"goes with {needed}=; found"):
        LocalProjection(frame, "y", "x", lags=1, **idle)
    LocalProjection(frame, "y", "x", lags=1, **idle, **{needed: "z"})
    LocalProjection(frame, "y", "x", lags=1, estimator="liml", cumulative="multiplier")
