"""One covariance over one calendar: against clusters, Newey-West and a loop; only what is shared counts."""

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from econ.errors import FrequencyError, SampleTooShort, SchemaError, SingularDesign, SpecificationError
from econ.infer import calendar_covariance, minimum_distance

DAYS = pd.bdate_range("2010-01-01", "2015-12-31")


def shocks(seed=1, index=DAYS):
    return pd.Series(np.random.default_rng(seed).standard_normal(len(index)), index)


def mean_of(series):
    """Influence of a mean."""
    return (series - series.mean()) / len(series)


def three(seed=1):
    """A daily mean, a mean over event days, a monthly mean, all of one history."""
    daily = shocks(seed)
    events = daily[np.random.default_rng(seed + 50).random(len(daily)) < 0.06] + 0.5
    monthly = daily.groupby(DAYS.to_period("M")).sum()
    return {"daily": mean_of(daily), "events": mean_of(events), "monthly": mean_of(monthly)}


def test_without_lags_it_is_the_clustered_covariance():
    daily = shocks()
    found = calendar_covariance({"mean": mean_of(daily)}, bandwidth=0)
    groups = pd.factorize(DAYS.to_period("M"))[0]
    fit = sm.OLS(daily.to_numpy(), np.ones(len(daily))).fit(cov_type="cluster", cov_kwds={"groups": groups})
    assert found.std_errors["mean"] == pytest.approx(fit.bse[0])
    assert found.nobs["mean"] == len(daily)


@pytest.mark.parametrize("lags", [1, 4])
def test_with_lags_it_is_newey_west_of_the_sums(lags):
    monthly = shocks(2).groupby(DAYS.to_period("M")).mean()
    found = calendar_covariance({"mean": mean_of(monthly)}, bandwidth=lags)
    fit = sm.OLS(monthly.to_numpy(), np.ones(72)).fit(cov_type="HAC", cov_kwds={"maxlags": lags})
    assert found.std_errors["mean"] == pytest.approx(fit.bse[0] * math.sqrt(72.0 / (72.0 - lags - 1.0)))


def test_frequencies_meet_in_the_month_as_a_loop_over_pairs_of_dates_says():
    influence = three()
    found = calendar_covariance(influence, bandwidth=2)
    month = {name: [each.year * 12 + each.month for each in series.index] for name, series in influence.items()}
    own = {name: len(set(each)) for name, each in month.items()}
    for one, a in influence.items():
        for two, b in influence.items():
            apart = np.abs(np.subtract.outer(month[one], month[two]))
            total = (np.outer(a, b) * np.maximum(1.0 - apart / 3.0, 0.0)).sum()
            factor = math.sqrt(own[one] / (own[one] - 3.0) * own[two] / (own[two] - 3.0))
            assert found.covariance.loc[one, two] == pytest.approx(factor * total, rel=1e-9, abs=1e-15)
    assert found.correlation.loc["daily", "monthly"] > 0.99
    assert 0.0 < found.correlation.loc["daily", "events"] < 0.7


@pytest.mark.parametrize("blocks", ["M", "Q", "Y"])
def test_samples_that_never_meet_have_no_covariance(blocks):
    first, second = shocks(3)[:"2011-12"], shocks(4)["2014-01":]
    influence = {"old": mean_of(first), "new": mean_of(second)}
    if blocks == "Y":
        with pytest.raises(SampleTooShort, match="2 years"):
            calendar_covariance(influence, blocks=blocks, bandwidth=0)
        return
    found = calendar_covariance(influence, blocks=blocks, bandwidth=1)
    assert found.covariance.loc["old", "new"] == 0.0
    assert found.overlap.loc["old", "new"] == 0
    assert found.overlap.loc["old", "old"] == {"M": 24, "Q": 8}[blocks]


def test_neighbours_in_time_meet_through_lags_only():
    influence = {"old": mean_of(shocks(3)[:"2012-12"]), "new": mean_of(shocks(3)["2013-01":])}
    assert calendar_covariance(influence, bandwidth=0).covariance.loc["old", "new"] == 0.0
    assert calendar_covariance(influence, bandwidth=1).covariance.loc["old", "new"] != 0.0


def test_one_series_twice_is_one_design():
    daily = mean_of(shocks())
    monthly = daily.groupby(DAYS.to_period("M")).sum()
    for again in (daily, monthly, -3.0 * monthly):
        found = calendar_covariance({"daily": daily, "again": again}, bandwidth=1)
        assert abs(found.correlation.loc["daily", "again"]) == pytest.approx(1.0, abs=0.003)
    found = calendar_covariance({"daily": daily, "again": daily}, bandwidth=1)
    assert found.correlation.loc["daily", "again"] == pytest.approx(1.0)
    with pytest.raises(SingularDesign, match="'daily' and 'again' are one design"):
        minimum_distance(pd.Series([1.0, 1.0], ["daily", "again"]), found)


def test_units_and_order_and_the_kind_of_dates_do_not_matter():
    influence = three(5)
    found = calendar_covariance(influence, bandwidth=2)
    turned = calendar_covariance(dict(reversed(influence.items())), bandwidth=2)
    names = list(influence)
    pd.testing.assert_frame_equal(turned.covariance.loc[names, names], found.covariance)
    assert turned.df == found.df
    scaled = calendar_covariance({**influence, "events": 1e5 * influence["events"]}, bandwidth=2)
    np.testing.assert_allclose(scaled.correlation, found.correlation, rtol=1e-10)
    assert scaled.std_errors["events"] == pytest.approx(1e5 * found.std_errors["events"])
    periods = (
        influence["daily"].to_period("D"),
        influence["monthly"].to_timestamp(how="end").rename(lambda d: d.normalize()),
    )
    same = calendar_covariance({**influence, "daily": periods[0], "monthly": periods[1]}, bandwidth=2)
    pd.testing.assert_frame_equal(same.covariance, found.covariance)
    shifted = calendar_covariance({**influence, "daily": influence["daily"] + 7.0}, bandwidth=2)
    np.testing.assert_allclose(shifted.covariance, found.covariance, rtol=1e-9)


def test_weeks_belong_to_the_month_in_which_they_end():
    weeks = pd.period_range("2010-01-04", periods=200, freq="W-FRI")
    values = pd.Series(np.random.default_rng(1).standard_normal(200), weeks)
    ends = pd.Series(values.to_numpy(), weeks.to_timestamp(how="end").normalize())
    one, two = (calendar_covariance({"w": each}, bandwidth=1).covariance for each in (values, ends))
    pd.testing.assert_frame_equal(one, two)


def test_degrees_of_freedom_count_blocks_that_matter():
    months = pd.period_range("2000-01", periods=120, freq="M")
    even = pd.Series(np.tile([1.0, -1.0], 60), months)
    assert calendar_covariance({"even": even}, bandwidth=0).df == 119.0  # never more than the blocks
    assert (
        calendar_covariance({"even": even + shocks(1, months)}, bandwidth=3).df
        < 119.0 / (1.0 + 2.0 * 14.0 / 16.0) + 1e-9
    )
    few = pd.Series(1e-3 * shocks(2, months), months)
    few.iloc[::20] += [5.0, -5.0, 5.0, -5.0, 5.0, -5.0]
    assert calendar_covariance({"few": few}, bandwidth=0).df == pytest.approx(18.0, rel=0.02)  # three times six
    both = calendar_covariance({"even": even, "few": few}, bandwidth=0)
    assert both.df == pytest.approx(calendar_covariance({"few": few}, bandwidth=0).df)


def test_draws_have_the_covariance_and_repeat():
    found = calendar_covariance(three(6), bandwidth=3)
    draws = found.draws(20_000, rng=1)
    errors = found.std_errors.to_numpy()
    np.testing.assert_allclose(draws.cov() / np.outer(errors, errors), found.correlation, atol=0.05)
    assert draws.shape == (20_000, 3)
    pd.testing.assert_frame_equal(draws.iloc[:500], found.draws(500, rng=1))
    assert not draws.iloc[:99].equals(found.draws(99, rng=2))
    with pytest.raises(SpecificationError, match="rng"):
        found.draws(9)


MONTHS = pd.period_range("2000-01", periods=60, freq="M")


@pytest.mark.parametrize(
    ("influence", "options", "error", "said"),
    [
        ({}, {}, SpecificationError, "at least one design"),
        ({"a": shocks(1, MONTHS).to_numpy()}, {}, SpecificationError, "Series"),
        ({"a": shocks(1, MONTHS).reset_index(drop=True)}, {}, SchemaError, "date on every row"),
        ({"a": shocks(1, MONTHS)[::-1]}, {}, SchemaError, "in order"),
        ({"a": pd.concat([shocks(1, MONTHS)] * 2)}, {}, SchemaError, "in order"),
        ({"a": shocks(1, MONTHS).replace(shocks(1, MONTHS).iloc[3], np.nan)}, {}, SchemaError, "nan"),
        ({"a": pd.Series(2.0, MONTHS)}, {}, SchemaError, "does not vary"),
        ({"a": 1e200 * shocks(1, MONTHS)}, {}, SpecificationError, "change units"),
        ({"a": shocks(1, DAYS + pd.Timedelta(hours=9))}, {}, FrequencyError, "time or zone"),
        ({"a": shocks(1, DAYS.tz_localize("UTC"))}, {}, FrequencyError, "time or zone"),
        ({"a": shocks(1, MONTHS.asfreq("Q").unique())}, {}, FrequencyError, "take longer blocks"),
        ({"a": shocks(1, MONTHS)}, {"blocks": "W"}, SpecificationError, "no block 'W'"),
        ({"a": shocks(1, MONTHS)}, {"bandwidth": 60}, SpecificationError, "lags"),
        ({"a": shocks(1, MONTHS)}, {"bandwidth": 59}, SampleTooShort, "61 are needed"),
        ({"a": shocks(1, MONTHS[:4])}, {"bandwidth": 0}, SampleTooShort, "4 months; 5 are needed"),
    ],
)
def test_what_is_no_influence_is_refused(influence, options, error, said):
    with pytest.raises(error, match=said):
        calendar_covariance(influence, **options)


@pytest.mark.slow
def test_intervals_of_each_estimate_and_of_a_difference_cover():
    generator, count, hits = np.random.default_rng(9), 600, np.zeros(4)
    codes, months = pd.factorize(DAYS.to_period("M"))
    for _ in range(count):
        factor = generator.standard_normal(len(months))
        daily = pd.Series(generator.standard_normal(len(DAYS)) + factor[codes], DAYS)
        monthly = pd.Series(generator.standard_normal(len(months)) + factor, months)
        found = calendar_covariance({"daily": mean_of(daily), "monthly": mean_of(monthly)}, bandwidth=0)
        reach, v = stats.t.ppf(0.95, found.df), found.covariance.to_numpy()
        gap, size = daily.mean() - monthly.mean(), v[0, 0] + v[1, 1]
        hits += [
            abs(daily.mean()) <= reach * math.sqrt(v[0, 0]),
            abs(monthly.mean()) <= reach * math.sqrt(v[1, 1]),
            abs(gap) <= reach * math.sqrt(size - 2.0 * v[0, 1]),
            abs(gap) <= reach * math.sqrt(size),
        ]
    assert hits[:3] / count == pytest.approx(0.90, abs=4 * math.sqrt(0.09 / count))
    assert hits[3] / count > 0.98  # as if independent: far too wide for what the designs share
