"""Terms of reaction functions: formulas by hand, official files where they lie, refusals."""

import numpy as np
import pandas as pd
import pytest

import econ
from econ.data.parsers.biff import old_workbook_lines
from econ.data.parsers.source import Source
from econ.errors import FrequencyError, SchemaError, SpecificationError
from econ.offset import TENSION, event_months, hedged_pickup, reaction_function, realised_volatility

MONTHS = pd.period_range("2020-01", periods=24, freq="M")


def series(seed, index=MONTHS):
    return pd.Series(np.random.default_rng(seed).standard_normal(len(index)), index=index)


def test_the_pickup_is_slope_against_slope():
    us_long, own_long, us_short, own_short, basis = (series(seed) for seed in range(5))
    found = hedged_pickup(us_long, own_long, us_short=us_short, own_short=own_short, basis=basis)
    by_hand = (us_long - us_short) - (own_long - own_short) + basis
    np.testing.assert_allclose(found, by_hand, rtol=1e-12)
    # a level shift of a whole curve, or the same rates at home, leave nothing to gain
    shifted = hedged_pickup(us_long + 2.0, own_long, us_short=us_short + 2.0, own_short=own_short)
    np.testing.assert_allclose(shifted, hedged_pickup(us_long, own_long, us_short=us_short, own_short=own_short))
    assert (hedged_pickup(us_long, us_long, us_short=us_short, own_short=us_short) == 0.0).all()


def test_the_pickup_is_what_a_rolled_forward_earns():
    """Buy at spot S, sell dollars a year forward at S (1 + own) / (1 + us): the first-order gain is the formula."""
    spot, us_long, us_short, own_short = 150.0, 0.040, 0.046, -0.001
    forward = spot * (1.0 + own_short) / (1.0 + us_short)
    earned = (1.0 + us_long) * forward / spot - 1.0
    one = [pd.Series([100.0 * rate], index=MONTHS[:1]) for rate in (us_long, 0.0025, us_short, own_short)]
    found = hedged_pickup(one[0], one[1], us_short=one[2], own_short=one[3])
    assert found.iloc[0] == pytest.approx(100.0 * (earned - 0.0025), abs=0.05)


def test_dates_are_joined_and_gaps_stay_gaps():
    us_long = series(1).iloc[3:]
    own_long = series(2).copy()
    own_long.iloc[10] = np.nan
    found = hedged_pickup(us_long, own_long, us_short=series(3), own_short=series(4))
    assert list(found.index) == list(MONTHS[3:])
    assert found.index[found.isna()].tolist() == [MONTHS[10]]


def test_realised_volatility_by_hand():
    days = pd.bdate_range("2024-01-01", "2024-03-08")
    level = 4.0 + 0.05 * pd.Series(np.random.default_rng(1).standard_normal(len(days)), index=days).cumsum()
    found = realised_volatility(level)
    february = [
        (level.iloc[place] - level.iloc[place - 1]) ** 2 for place, day in enumerate(days) if day.month == 2 and place
    ]
    assert found[pd.Period("2024-02", "M")] == pytest.approx(np.sqrt(sum(february)), rel=1e-12)
    assert np.isnan(found[pd.Period("2024-03", "M")])  # six days
    assert (realised_volatility(3.0 * level).dropna() / found.dropna()).to_numpy() == pytest.approx(3.0)


def test_volatility_does_not_square_the_jump_over_a_hole():
    days = pd.bdate_range("2000-01-03", "2010-12-31")
    level = pd.Series(np.random.default_rng(1).standard_normal(len(days)), index=days).cumsum()
    hole = level[(days < "2002-02-01") | (days > "2006-02-09")]
    for given in (hole, hole.reindex(days)):  # without rows, or with rows that are missing
        with pytest.raises(FrequencyError, match="jump from 2002-01-31"):
            realised_volatility(given)
    holidays = level.drop(days[(days >= "2002-12-23") & (days <= "2003-01-02")])
    assert realised_volatility(holidays).loc["2004":].equals(realised_volatility(level).loc["2004":])


def test_months_of_tension_follow_the_rule():
    found = event_months(pd.period_range("2011-07", "2026-05", freq="M"))
    table = econ.events()
    chosen = table[table["kind"].isin(TENSION)]
    assert found.sum() == len(chosen)
    months = ["2018-03", "2019-05", "2022-02", "2025-04", "2025-05"]  # two threats, the freeze, tariffs, a threat
    assert found[found > 0].index.astype(str).tolist() == months
    assert event_months(MONTHS, ["intervention"]).sum() == 0.0
    own = pd.DataFrame({"date": ["2020-03-01", "2020-03-09"], "kind": ["strike", "strike"]})
    assert event_months(MONTHS, ["strike"], events=own)[pd.Period("2020-03", "M")] == 2.0


def test_months_outside_the_record_are_not_known():
    index = pd.period_range("2011-06", "2026-06", freq="M")
    found, table = event_months(index), econ.events()
    assert (table["date"].min(), table["date"].max()) == (pd.Timestamp("2011-08-05"), pd.Timestamp("2026-04-30"))
    assert found.index[found.isna()].astype(str).tolist() == ["2011-06", "2011-07", "2026-05", "2026-06"]
    assert found["2011-08"] == 0.0  # an event of another kind: nobody threatened to sell
    pd.testing.assert_series_equal(
        event_months(index, known=("2011-07", "2026-06"))["2011-07":], found["2011-07":].fillna(0.0)
    )
    own = pd.DataFrame({"date": ["2020-03-01", "2020-05-09"], "kind": ["strike", "talks"]})
    assert event_months(MONTHS, ["strike"], events=own).dropna().tolist() == [2.0 - 1.0, 0.0, 0.0]
    assert event_months(MONTHS, ["strike"], events=own, known=("2019-01", "2022-12")).notna().all()


@pytest.mark.parametrize(
    "known", [("2012-01", "2011-12"), ("2012-01",), "2012-01", ("soon", "2012-01"), (None, "2012-01")]
)
def test_a_record_is_two_months_in_order(known):
    with pytest.raises(SpecificationError):
        event_months(MONTHS, known=known)


def test_bad_terms_raise_their_own_error():
    days = pd.bdate_range("2020-01-01", periods=24)
    good = {"us_short": series(3), "own_short": series(4)}
    for own_long, error in (
        (series(2, days), FrequencyError),
        (series(2, pd.RangeIndex(24)), FrequencyError),
        (series(2, MONTHS.append(MONTHS[:1])), SchemaError),
        (series(2, MONTHS + 100), SchemaError),
        (series(2).astype(str), SchemaError),
        (series(2).replace(series(2).iloc[0], np.inf), SchemaError),
    ):
        with pytest.raises(error):
            hedged_pickup(series(1), own_long, **good)
    with pytest.raises(FrequencyError):
        realised_volatility(series(1))
    with pytest.raises(SpecificationError, match="minimum"):
        realised_volatility(series(1, days), minimum=0)
    with pytest.raises(FrequencyError):
        event_months(days)
    with pytest.raises(SpecificationError, match="did you mean 'freeze'"):
        event_months(MONTHS, ["freze"])


@pytest.fixture
def official(shared):
    return lambda path: shared(f"data/raw/{path}")


@pytest.fixture
def month_end(official):
    def read(layout, path, name):
        table = econ.data.parse(layout, official(path))
        table = table[table["series"] == name]
        dates = pd.DatetimeIndex(table["date"])
        return pd.Series(table["value"].to_numpy(float), index=dates.to_period("M")).groupby(level=0).last()

    return read


@pytest.fixture
def threats(official):
    """Geopolitical risk of Caldara and Iacoviello, by month; the workbook counts days from 1899-12-30."""
    path = official("other/data_gpr_export.xls")
    rows = old_workbook_lines(Source(path.name, path.read_bytes()))
    column = rows[0].index("GPR")
    found = {
        (pd.Timestamp("1899-12-30") + pd.Timedelta(days=int(row[0]))).to_period("M"): float(row[column])
        for row in rows[1:]
        if row[column]
    }
    return pd.Series(found).sort_index()


@pytest.mark.filterwarnings("ignore::econ.errors.Revised")
def test_japan_reacts_on_official_files_with_hedged_yield_fx_volatility_and_threats(month_end, threats):
    jgb = {years: month_end("jgb", "other/jgbcme_all.csv", f"JGB{years}Y") for years in (1, 10)}
    us = {years: month_end("fred_csv", f"fred/DGS{years}.csv", f"DGS{years}") for years in (1, 10)}
    pickup = hedged_pickup(us[10], jgb[10], us_short=us[1], own_short=jgb[1])
    # the curve was steep in 2013 and inverted in December 2022: hedged Treasuries paid, then cost
    assert pickup[pd.Period("2013-12", "M")] > 1.5
    assert pickup[pd.Period("2022-12", "M")] < -1.0
    assert pickup[pd.Period("2022-12", "M")] == pytest.approx((3.88 - 4.73) - (0.454 - 0.005), abs=0.1)
    yen = np.log(month_end("fred_csv", "fred/DEXJPUS.csv", "DEXJPUS")).diff()
    fear = month_end("fred_csv", "fred/VIXCLS.csv", "VIXCLS")
    terms = {"pickup": pickup, "yen": 100.0 * yen, "vix": fear, "gpr": np.log(threats)}
    bought = econ.load("japan_net_purchases").frame["japan_net_purchases"]
    frame = pd.DataFrame({"bought": bought, **terms}).loc["2011-07":"2025-08"]
    assert frame.notna().all().all()
    found = reaction_function(frame, "bought", {name: (name,) for name in terms}, lags=3, own_lags=3)
    assert list(found.tests.index) == ["pickup", "yen", "vix", "gpr", "all terms"]
    assert found.tests["p_value"].between(0.0, 1.0).all()
    assert found.regression.nobs == len(frame) - 3
