"""Granular instruments: algebra, recovery of a known effect, invariances, credentials, refusals."""

import numpy as np
import pandas as pd
import pytest

from econ.errors import FrequencyError, NotIdentified, SchemaError, SeriesNotFound, SingularDesign, SpecificationError
from econ.infer import anderson_rubin, reduced_form
from econ.infer.weak import ar_statistic
from econ.projection import balance, credentials, granular_instrument, overidentification

EFFECT, FEEDBACK = -2.0, 0.6


def market(size=300, holders=30, seed=1, noise=2.0):
    """Price p = EFFECT * S'f + e; every holder buys f_i = FEEDBACK p + l_i F + u_i, small ones are noisy."""
    generator = np.random.default_rng(seed)
    names = [f"h{j}" for j in range(holders)]
    shares = 1.0 / np.arange(1, holders + 1)
    shares /= shares.sum()
    order = np.arange(holders)
    shocks = generator.standard_normal((size, holders)) * np.select([order < 3, order < 20], [2.0, 1.0], noise)
    factor = generator.standard_normal(size)
    common = np.outer(factor, 1.0 + 0.5 * generator.standard_normal(holders))
    own = common + shocks
    news = generator.standard_normal(size) + 0.8 * factor
    price = (EFFECT * own @ shares + news) / (1.0 - EFFECT * FEEDBACK)
    dates = pd.period_range("2001-01", periods=size, freq="M")
    flows = pd.DataFrame(own + FEEDBACK * price[:, None], columns=names, index=dates)
    return flows, pd.Series(shares, index=names), pd.Series(price, index=dates, name="price"), shocks


def test_series_is_the_gap_of_size_and_reference_weights_times_shocks():
    flows, sizes, _, _ = market()
    giv = granular_instrument(flows, sizes, factors=2)
    direct = (giv.shocks * sizes / sizes.sum()).sum(axis=1) - giv.shocks @ giv.reference_weights
    np.testing.assert_allclose(giv.series, direct, atol=1e-12)
    np.testing.assert_allclose(giv.contributions.sum(axis=1), giv.series, atol=1e-12)
    np.testing.assert_allclose(giv.reference_weights.sum(), 1.0)
    np.testing.assert_allclose(giv.shocks @ giv.reference_weights, 0.0, atol=1e-10)
    np.testing.assert_allclose(giv.shocks.T @ giv.factors, 0.0, atol=1e-8)
    assert giv.parent[0].shape == flows.shape


def test_without_factors_and_with_equal_weights_it_is_the_difference_of_averages():
    flows, sizes, _, _ = market()
    giv = granular_instrument(flows, sizes, factors=0, weights="equal")
    centred = flows - flows.mean()
    expected = centred @ sizes - centred.mean(axis=1)
    np.testing.assert_allclose(giv.series, expected, atol=1e-12)
    assert giv.diagnostics.loc["explained", "value"] == 0.0


def test_a_common_shock_to_all_holders_leaves_no_trace():
    flows, sizes, _, _ = market()
    common = pd.Series(np.random.default_rng(9).standard_normal(len(flows)), index=flows.index)
    again = granular_instrument(flows.add(5.0 * common, axis=0), sizes, factors=0, weights="equal")
    before = granular_instrument(flows, sizes, factors=0, weights="equal")
    np.testing.assert_allclose(again.series, before.series, atol=1e-10)


@pytest.mark.parametrize("weights", ["precision", "equal"])
def test_reordering_and_rescaling_carry_through(weights):
    flows, sizes, _, _ = market()
    plain = granular_instrument(flows, sizes, weights=weights).series
    names = list(flows.columns[::-1])
    np.testing.assert_allclose(
        granular_instrument(flows[names], 7.0 * sizes[names], weights=weights).series, plain, atol=1e-9
    )
    np.testing.assert_allclose(
        granular_instrument(10.0 * flows, sizes, weights=weights).series, 10.0 * plain, atol=1e-8
    )


def test_it_recovers_an_effect_that_least_squares_misses():
    estimates, naive, covered = [], [], 0
    for seed in range(60):
        flows, sizes, price, _ = market(seed=seed)
        total = flows @ sizes
        giv = granular_instrument(flows, sizes)
        form = reduced_form(price.to_numpy(), total.to_numpy(), giv.series.to_numpy(), cov="hc1")
        estimates.append(form.outcome[0] / form.first[0])
        naive.append(np.polyfit(total, price, 1)[0])
        covered += EFFECT in anderson_rubin(form, level=0.90)
    assert abs(np.median(estimates) - EFFECT) < 0.15
    assert abs(np.median(naive) - EFFECT) > 0.5
    assert covered / 60 >= 0.75


def test_precision_weights_make_it_stronger_when_small_holders_are_noisy():
    flows, sizes, price, _ = market(noise=12.0)
    total = flows @ sizes
    f = {
        w: credentials(granular_instrument(flows, sizes, weights=w), price, total, lags=2).relevance.statistic
        for w in ("precision", "equal")
    }
    assert f["precision"] > 2.0 * f["equal"]


def test_shocks_are_the_true_ones_but_for_the_factor():
    flows, sizes, _, shocks = market(size=1000)
    giv = granular_instrument(flows, sizes)
    for j in range(0, 12, 3):
        assert np.corrcoef(giv.shocks.iloc[:, j], shocks[:, j])[0, 1] > 0.9


def test_sizes_in_a_table_enter_with_one_lag():
    flows, sizes, _, _ = market()
    table = pd.DataFrame(np.tile(sizes, (len(flows), 1)), index=flows.index, columns=flows.columns)
    table.iloc[10, 0] = 50.0
    giv = granular_instrument(flows, table)
    assert giv.series.index[0] == flows.index[1]
    assert giv.size_weights.loc[flows.index[11], "h0"] > 0.9
    assert giv.size_weights.loc[flows.index[10], "h0"] < 0.5
    longer = pd.concat([table.iloc[:1].set_axis(table.index[:1] - 1), table])
    assert len(granular_instrument(flows, longer).series) == len(flows)


def test_exclusion_and_leaving_one_out_are_the_same_thing():
    flows, sizes, _, _ = market()
    giv = granular_instrument(flows, sizes)
    left_out = giv.leave_one_out()
    assert list(left_out.columns) == list(flows.columns)
    np.testing.assert_allclose(left_out["h1"], granular_instrument(flows, sizes, exclude=["h1"]).series, atol=1e-12)
    largest = giv.diagnostics.loc["largest_share", "detail"].rsplit(" ", 1)[1]
    correlation = left_out.corrwith(giv.series)
    assert correlation[largest] == correlation.min()


def test_largest_shocks_and_their_signs():
    flows, sizes, _, _ = market()
    flows.loc["2015-08", "h0"] -= 30.0
    giv = granular_instrument(flows, sizes)
    top = giv.largest(5)
    assert (str(top.loc[0, "date"]), top.loc[0, "holder"]) == ("2015-08", "h0")
    assert top["contribution"].abs().is_monotonic_decreasing
    checks = giv.sign_check({("2015-08", "h0"): "-", ("2015-08", "h1"): "+"})
    assert bool(checks.loc[0, "agrees"])
    assert checks.loc[1, "shock"] == giv.shocks.loc[pd.Period("2015-08", "M"), "h1"]
    for expected, error in (
        ({("2015-08", "h0"): "sold"}, SpecificationError),
        ({("1999-01", "h0"): "-"}, SpecificationError),
        ({("2015", "h0"): "-"}, SpecificationError),
        ({("2015-08", "h99"): "-"}, SeriesNotFound),
    ):
        with pytest.raises(error):
            giv.sign_check(expected)


def test_groups_are_instruments_of_their_own_and_overidentify():
    flows, sizes, price, _ = market(size=600)
    giv = granular_instrument(flows, sizes)
    everyone = giv.group(*flows.columns)
    np.testing.assert_allclose(everyone, giv.series, atol=1e-10)
    groups = (("h0", "h5", "h6", "h7"), ("h1", "h8", "h9"), ("h2", "h3", "h10"))
    with pytest.raises(SingularDesign, match="wherever the instrument is known"):  # not rounding over rounding
        credentials(giv, price, 0.0 * price + 0.1, lags=3)
    checks = credentials(giv, price, flows @ sizes, groups=groups, lags=3)
    assert checks.relevance.strong
    assert checks.overidentification.loc["J", "distribution"] == "chi2(2)"
    assert checks.overidentification.loc["J", "p_value"] > 0.01
    assert set(checks.balance.columns) == {"statistic", "p_value", "distribution", "null"}
    assert checks.influence.shape == (30, 2)
    with pytest.raises(SpecificationError, match="two holders"):
        giv.group("h1")


@pytest.mark.parametrize("strength", [0.3, 5.0, 50.0])
def test_overidentification_is_the_least_over_all_effects(strength):
    """Against two grids of effects, the second around the best of the first."""
    draws = np.random.default_rng(1).standard_normal((300, 4))
    flow = strength * (draws[:, 0] + draws[:, 1]) + draws[:, 2]
    form = reduced_form(3.0 * flow + draws[:, 3] + draws[:, 2], flow, draws[:, :2])
    standard, _, _ = form.standardised()
    wide = np.linspace(-0.5 * np.pi, 0.5 * np.pi, 200_001)
    best = wide[np.argmin(ar_statistic(standard, np.tan(wide)))]
    least = ar_statistic(standard, np.tan(best + np.linspace(-1e-4, 1e-4, 20_001))).min()
    assert overidentification(form).loc["J", "statistic"] == pytest.approx(least, rel=1e-9)


def test_overidentification_rejects_when_an_instrument_is_invalid():
    rejected = 0
    for seed in range(300):
        generator = np.random.default_rng(seed)
        z = generator.standard_normal((250, 3))
        v, e = generator.standard_normal((2, 250))
        flow = z @ [0.5, 0.5, 0.5] + v
        form = reduced_form(2.0 * flow + 0.5 * v + e, flow, z, cov="hc1")
        rejected += overidentification(form).loc["J", "p_value"] < 0.10
    assert 0.06 <= rejected / 300 <= 0.15
    bad = reduced_form(2.0 * flow + e + z[:, 0], flow, z, cov="hc1")
    assert overidentification(bad).loc["J", "p_value"] < 0.001


def test_balance_finds_a_trend_that_runs_ahead_of_the_instrument():
    generator = np.random.default_rng(2)
    dates = pd.period_range("2001-01", periods=300, freq="M")
    past = pd.DataFrame({"yield": generator.standard_normal(300)}, index=dates)
    clean = pd.Series(generator.standard_normal(300), index=dates)
    led = clean + 0.5 * past["yield"].shift(2).fillna(0.0)
    assert balance(clean, past).loc["yield", "p_value"] > 0.05
    found = balance(led, past)
    assert found.loc["yield", "p_value"] == pytest.approx(1.0 / 276)  # no turn of the sample does as much
    assert found.loc["yield", "distribution"] == "276 of 288 circular shifts"
    analytic = balance(led, past, reference="f", cov="hac")
    assert analytic.loc["yield", "p_value"] < 0.01
    assert analytic.loc["yield", "distribution"].startswith("scaled F(12, ")


def test_bad_input_raises_its_own_error():
    flows, sizes, _, _ = market(size=60)
    for options, error, words in (
        ({"weights": "value"}, SpecificationError, "no weights"),
        ({"factors": 28}, SpecificationError, "from 0 to 27 for 30 holders"),
        ({"factors": -1}, SpecificationError, "factors must be"),
        ({"exclude": ["hub"]}, SeriesNotFound, "no flows of holder 'hub'"),
    ):
        with pytest.raises(error, match=words):
            granular_instrument(flows, sizes, **options)
    with pytest.raises(SeriesNotFound, match="no sizes of holder 'h3'"):
        granular_instrument(flows, sizes.drop("h3"))
    with pytest.raises(SchemaError, match="'h2' must be a number of at least 0; found -1"):
        granular_instrument(flows, sizes.where(sizes.index != "h2", -1.0))
    with pytest.raises(SchemaError, match="missing values"):
        granular_instrument(flows.mask(np.arange(60)[:, None] == [[13] * 30], np.nan), sizes)
    with pytest.raises(SchemaError, match="'h4' is constant"):
        granular_instrument(flows.assign(h4=0.0), sizes)
    with pytest.raises(SchemaError, match="all sizes are zero"):
        granular_instrument(flows, 0.0 * sizes)
    with pytest.raises(NotIdentified, match="weights coincide"):
        granular_instrument(flows, 0.0 * sizes + 1.0, factors=0, weights="equal")
    with pytest.raises(SpecificationError, match="flows must be a DataFrame; found a ndarray"):
        granular_instrument(flows.to_numpy(), sizes)
    later = pd.DataFrame(1.0, index=flows.index + 600, columns=flows.columns)
    with pytest.raises(SpecificationError, match="no periods in common"):
        granular_instrument(flows, later)


def test_periods_without_sizes_are_refused_but_for_the_first():
    flows, sizes, _, _ = market(size=60)
    table = pd.DataFrame(np.tile(sizes, (len(flows), 1)), index=flows.index, columns=flows.columns)
    assert len(granular_instrument(flows, table.iloc[:-1]).series) == len(flows) - 1  # the last size weighs nothing
    for given, first in ((table.iloc[20:], 1), (table.iloc[:-2], len(flows) - 1)):
        with pytest.raises(SpecificationError, match=f"flows of {flows.index[first]} have no sizes"):
            granular_instrument(flows, given)
        inside = flows.loc[given.index[0] : given.index[-1] + 1]
        assert len(granular_instrument(inside, given).series) == len(inside) - 1


def test_dates_of_flows_and_sizes_are_periods_of_one_frequency():
    flows, sizes, _, _ = market(size=60)
    months = pd.period_range("2010-01", periods=60, freq="M")
    table = pd.DataFrame(np.tile(sizes.to_numpy(), (60, 1)), index=months, columns=sizes.index)
    flows = flows.set_axis(months, axis=0)
    expected = granular_instrument(flows, table).series
    starts, ends = (
        frame.set_axis(frame.index.to_timestamp(how=how).normalize(), axis=0)
        for frame, how in ((flows, "start"), (table, "end"))
    )
    pd.testing.assert_series_equal(granular_instrument(starts, ends).series, expected)
    with pytest.raises(FrequencyError, match="dates jump from 2010-12 to 2012-01"):
        granular_instrument(starts[starts.index.year != 2011], ends)
    with pytest.raises(FrequencyError, match="dates jump from 2010-12 to 2012-01"):
        granular_instrument(starts, ends[ends.index.year != 2011])
    quarterly = table.iloc[::3].set_axis(table.index[::3].asfreq("Q"), axis=0)
    with pytest.raises(FrequencyError, match="one frequency; found periods M and periods Q"):
        granular_instrument(flows, quarterly)
    past = pd.DataFrame({"yield": np.random.default_rng(1).standard_normal(60)}, index=months.to_timestamp())
    holed = past[past.index.year != 2011]
    with pytest.raises(FrequencyError, match="dates jump"):
        balance(expected.loc["2013":], holed, lags=2)
