"""Normal models: market, factors, principal components, GARCH."""

import math

import numpy as np
import pytest

from econ.errors import SampleTooShort, SchemaError, SingularDesign, SpecificationError
from econ.eventstudy import EventStudy
from econ.eventstudy.garch import _slope, conditional_variance, fit_garch
from econ.testing import event_table, simulated_levels

NAMES = ("yield_10y", "yield_2y", "yield_30y", "bund")
POSITIONS = (150, 151, 170, 300, 420, 421, 555, 640, 700)
WINDOW = (-1, 2)


def twin(plain, frame, factors):
    changes = frame.diff().to_numpy()
    columns = [list(frame.columns).index(name) for name in factors]
    regressors = [[1.0, *row[columns]] for row in changes]
    skip = {position + step for position in POSITIONS for step in range(WINDOW[0], WINDOW[1] + 1)}
    return plain.study(changes[:, 0].tolist(), regressors, POSITIONS, WINDOW, (-130, -11), skip)


@pytest.mark.parametrize(
    ("normal", "factors"), [("market", "yield_2y"), ("factors", ["yield_2y", "yield_30y", "bund"])]
)
def test_factor_models_equal_the_plain_implementation(plain, normal, factors):
    frame = simulated_levels(names=NAMES)
    study = EventStudy(
        frame, event_table(frame.index, POSITIONS), response="yield_10y", window=WINDOW, normal=normal, factors=factors
    )
    results, events = study.fit(), twin(plain, frame, [factors] if isinstance(factors, str) else factors)
    np.testing.assert_allclose(results.abnormal, [event["abnormal"] for event in events], atol=1e-13)
    np.testing.assert_allclose(results.standardised, [event["scar"] for event in events], rtol=1e-12)
    table = results.tests()
    expected = {
        "Patell": plain.patell(events),
        "BMP": plain.t_statistic([event["scar"] for event in events]),
        "GRANK": plain.grank(events)[0],
        "Corrado-Zivney rank": plain.corrado_zivney(events, WINDOW),
        "CUSUM": plain.cusum(events),
    }
    for name, value in expected.items():
        assert table.loc[name, "statistic"] == pytest.approx(value, rel=1e-11), name
    n, r = len(events), plain.average_correlation(events)
    ratio = table.loc["Kolari-Pynnonen", "statistic"] / table.loc["BMP", "statistic"]
    assert ratio == pytest.approx(math.sqrt((1 - r) / (1 + (n - 1) * r)), rel=1e-11)


def test_market_model_removes_what_the_factor_explains():
    frame = simulated_levels(names=NAMES)
    for position in POSITIONS:  # the whole curve jumps
        frame.iloc[position:] += 0.5
    events = event_table(frame.index, POSITIONS)
    mean = EventStudy(frame, events, response="yield_10y", window=(0, 0)).fit()
    market = EventStudy(frame, events, response="yield_10y", window=(0, 0), normal="market", factors="yield_2y").fit()
    assert mean.mean().value > 0.45
    assert abs(market.mean().value) < mean.mean().value / 2


def test_all_components_equal_all_factors_and_scale_does_not_matter():
    frame = simulated_levels(names=NAMES)
    events = event_table(frame.index, POSITIONS)
    options = {"response": "yield_10y", "normal": "factors", "factors": NAMES[1:]}
    factors = EventStudy(frame, events, **options).fit()
    all_of_them = EventStudy(frame, events, components=3, **options).fit()
    np.testing.assert_allclose(all_of_them.abnormal, factors.abnormal, atol=1e-12)
    one = EventStudy(frame, events, components=1, **options).fit()
    scaled = EventStudy(frame * [1.0, 100.0, 0.1, 7.0], events, components=1, **options).fit()
    np.testing.assert_allclose(scaled.abnormal, one.abnormal, atol=1e-12)
    assert one.series.names == ("const", "component 1")
    assert not np.allclose(one.abnormal, factors.abnormal)
    usable = one.usable
    changes = frame[list(NAMES[1:])].diff().to_numpy()
    z = (changes - changes[usable].mean(axis=0)) / changes[usable].std(axis=0)
    first = z @ np.linalg.svd(z[usable], full_matrices=False)[2][0]
    assert abs(np.corrcoef(first[1:], one.series.x[1:, 1])[0, 1]) == pytest.approx(1.0)


def test_bad_factors_are_refused():
    frame = simulated_levels(names=NAMES)
    events = event_table(frame.index, POSITIONS)
    for words, options in [
        ("takes 1 to 1 factors", {"normal": "market"}),
        ("takes 1 to 20 factors", {"normal": "factors"}),
        ("takes 0 to 0 factors", {"normal": "mean", "factors": "bund"}),
        ("other columns", {"normal": "market", "factors": "yield_10y"}),
        ("asks for principal components", {"normal": "factors", "factors": ["bund"], "components": 2}),
    ]:
        with pytest.raises(SpecificationError, match=words):
            EventStudy(frame, events, response="yield_10y", **options)
    frame["copy"] = 2.0 * frame["bund"] + 1.0
    with pytest.raises(SingularDesign, match="'copy'"):
        EventStudy(frame, events, response="yield_10y", normal="factors", factors=["bund", "copy"]).fit()
    frame["still"] = 1.0
    frame.iloc[300:, -1] = 2.0  # moves on one event day only
    with pytest.raises(SchemaError, match="do not move"):
        EventStudy(frame, events, response="yield_10y", normal="market", factors="still").fit()
    frame["late"] = frame["bund"].where(np.arange(len(frame)) > 400)
    late = event_table(frame.index, (425,))
    with pytest.raises(SampleTooShort):
        EventStudy(frame, late, response="yield_10y", normal="market", factors="late").fit()


def garch_series(days, alpha, beta, seed, variance=25.0):
    generator = np.random.default_rng(seed)
    shocks = generator.normal(size=days)
    h, e = np.empty(days), np.empty(days)
    h[0] = variance
    for day in range(days):
        if day:
            h[day] = (1 - alpha - beta) * variance + alpha * e[day - 1] ** 2 + beta * h[day - 1]
        e[day] = math.sqrt(h[day]) * shocks[day]
    return e, h


def test_garch_recursion_equals_a_loop():
    e, h = garch_series(300, 0.1, 0.85, seed=1)
    np.testing.assert_allclose(conditional_variance(e**2, 0.1, 0.85, variance=25.0), h, rtol=1e-12)


def test_garch_fit_is_a_maximum_near_the_truth():
    e, _ = garch_series(6000, 0.08, 0.88, seed=3)
    usable = np.ones(len(e), dtype=bool)
    usable[1000:1010] = False
    e[1000:1010] = np.nan
    fit = fit_garch(e, usable)
    assert fit.alpha == pytest.approx(0.08, abs=0.025)
    assert fit.beta == pytest.approx(0.88, abs=0.04)
    variance = np.mean(e[usable] ** 2)

    def loglik(alpha, beta):
        h = conditional_variance(np.where(usable, np.nan_to_num(e) ** 2, variance), alpha, beta, variance=variance)[
            usable
        ]
        return -0.5 * np.sum(np.log(2 * np.pi * h) + e[usable] ** 2 / h)

    assert fit.loglik == pytest.approx(loglik(fit.alpha, fit.beta))
    for step in (-0.004, 0.004):
        assert loglik(fit.alpha + step, fit.beta) < fit.loglik
        assert loglik(fit.alpha, fit.beta + step) < fit.loglik
    forecast = fit.forecast(np.array([50]), 0, 400)[0]
    assert forecast[0] == fit.scale[50]
    assert forecast[-1] ** 2 == pytest.approx(fit.variance, rel=1e-3)


def test_a_garch_fit_is_where_the_derivatives_of_its_likelihood_are_zero():
    """By values alone the top is known to half of the digits, and the other half are the processor's."""
    e, _ = garch_series(1500, 0.1, 0.85, seed=4)
    usable = np.ones(len(e), dtype=bool)
    usable[700:710] = False
    fit = fit_garch(e, usable)
    variance = np.mean(e[usable] ** 2)
    squares = np.where(usable, e**2, variance)

    def loss(point):
        together, share = 1.0 / (1.0 + np.exp(-point))
        h = conditional_variance(squares, together * share, together * (1.0 - share), variance=variance)[usable]
        return 0.5 * np.sum(np.log(h) + squares[usable] / h)

    share = fit.alpha / (fit.alpha + fit.beta)
    top = np.array([np.log(each / (1.0 - each)) for each in (fit.alpha + fit.beta, share)])
    assert np.abs(_slope(top, squares, usable, variance)).max() < 1e-10
    away = top + 0.1
    shifts = 1e-5 * np.eye(2)
    found = [(loss(away + shift) - loss(away - shift)) / 2e-5 for shift in shifts]
    np.testing.assert_allclose(_slope(away, squares, usable, variance), found, rtol=1e-6)


def test_garch_filter_evens_out_standardised_changes():
    e, _ = garch_series(3000, 0.15, 0.82, seed=8)
    frame = simulated_levels(3000)
    frame["yield_10y"] = np.cumsum(e)
    events = event_table(frame.index, range(200, 2990, 12))
    plain_study = EventStudy(frame, events, response="yield_10y", window=(0, 0)).fit()
    filtered = EventStudy(frame, events, response="yield_10y", window=(0, 0), volatility="garch").fit()

    def kurtosis(values):
        return np.mean(values**4) / np.mean(values**2) ** 2

    assert kurtosis(plain_study.standardised) > kurtosis(filtered.standardised)
    assert kurtosis(filtered.standardised) == pytest.approx(3.0, abs=0.8)
    assert np.std(filtered.standardised) == pytest.approx(1.0, abs=0.12)
    # an event of 50 sd leaves the filter as it was
    moved = frame.copy()
    moved.iloc[events["date"].map(frame.index.get_loc).iloc[100] :] += 250.0
    again = EventStudy(moved, events, response="yield_10y", window=(0, 0), volatility="garch").fit()
    assert again.series.garch.alpha == pytest.approx(filtered.series.garch.alpha, rel=1e-6)
    np.testing.assert_allclose(np.delete(again.standardised, 100), np.delete(filtered.standardised, 100), rtol=1e-6)
    assert 0.0 < filtered.placebo(draws=199, rng=1).p_value <= 1.0
