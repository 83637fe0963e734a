"""Several firms and events at once: against the papers' algebra, what must not matter, and the size of the tests."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from econ import Dataset, EventStudy
from econ.errors import SpecificationError, UnknownName
from econ.eventstudy._kernels import fit_windows
from econ.eventstudy.battery import TESTS
from econ.eventstudy.pooled import pooled_windows
from econ.testing import event_table

DAYS = pd.bdate_range("2015-01-01", periods=420)
FIRMS = list("abcdef")


@pytest.fixture(scope="module")
def returns():
    draws = np.random.default_rng(1).standard_normal((420, 7))
    return pd.DataFrame(draws[:, :6] * [1.0, 2.0, 0.5, 1.0, 1.5, 3.0] + 0.8 * draws[:, 6:], DAYS, FIRMS)


def study(returns, places, **how):
    options = {"response": "a", "transform": "level", "window": (0, 1), "estimation": (-120, -11), **how}
    return EventStudy(returns, event_table(DAYS, places), **options)


def test_one_common_day_gives_the_statistics_of_the_papers(returns):
    found = study(returns, [300]).pooled()
    past, event = returns.to_numpy()[180:290], returns.to_numpy()[300:302]
    residuals = past - past.mean(axis=0)
    length, n = len(past), len(FIRMS)
    s = np.sqrt((residuals**2).sum(axis=0) / (length - 1))
    scar = (event - past.mean(axis=0)).sum(axis=0) / (s * math.sqrt(2.0 + 4.0 / length))
    r = (np.corrcoef(residuals.T).sum() - n) / (n * (n - 1))
    bmp = math.sqrt(n) * scar.mean() / scar.std(ddof=1)
    patell = scar.sum() / math.sqrt(n * (length - 1) / (length - 3))
    wanted = {
        "BMP": bmp,
        "Patell": patell,
        "Kolari-Pynnonen": bmp * math.sqrt((1 - r) / (1 + (n - 1) * r)),
        "Kolari-Pynnonen Patell": patell / math.sqrt(1 + (n - 1) * r),
    }
    table = found.tests()
    for name, value in wanted.items():
        assert table.loc[name, "statistic"] == pytest.approx(value, rel=1e-10), name
    assert r > 0.2
    assert found.windows.average_correlation == pytest.approx(r, rel=1e-10)
    assert table.loc["Kolari-Pynnonen", "p_value"] == pytest.approx(
        2 * stats.t.sf(abs(wanted["Kolari-Pynnonen"]), n - 1)
    )


def test_an_estimate_for_each_firm_and_event_is_that_of_the_firm(returns):
    pooled = study(returns, [200, 300, 350], normal="market", factors="f").pooled()
    table = pooled.to_frame(0.8)
    assert table.columns.tolist() == ["response", "label", "kind", "day", "point", "std_error", "lower", "upper"]
    assert len(table) == 15
    assert pooled.names == tuple("abcde")
    one = study(returns, [200, 300, 350], normal="market", factors="f", response="c").fit()
    own = table[table["response"] == "c"]
    np.testing.assert_allclose(own["point"], one.cumulative)
    np.testing.assert_allclose(own["std_error"], one.windows.cumulative_error)
    half = stats.t.ppf(0.9, one.windows.df) * one.windows.cumulative_error
    np.testing.assert_allclose(own["upper"] - own["point"], half)
    np.testing.assert_allclose(own["point"] - own["lower"], half)


def test_one_firm_has_the_tests_of_its_own_study(returns):
    alone = study(returns, range(160, 410, 25))
    pooled, own = alone.pooled(["a"]).tests(), alone.fit().tests(draws=9)
    assert pooled["statistic"].to_numpy(dtype=float) == pytest.approx(
        own.loc[pooled.index, "statistic"].to_numpy(dtype=float)
    )
    assert set(TESTS) - set(pooled.index) == {"CUSUM"}


def test_the_order_of_firms_and_their_scale_do_not_matter(returns):
    one = study(returns, [200, 300]).pooled(FIRMS).tests()["statistic"].astype(float)
    scaled = returns * [1.0, 10.0, 0.1, 3.0, 1.0, 7.0]
    other = study(scaled, [200, 300]).pooled(FIRMS[::-1]).tests()["statistic"].astype(float)
    standardised = ["Patell", "BMP", "Kolari-Pynnonen", "Kolari-Pynnonen Patell", "GRANK", "Corrado rank"]
    np.testing.assert_allclose(one[standardised], other[standardised], rtol=1e-9)


def test_events_of_firms_on_days_of_their_own_are_as_good_as_independent(returns):
    news = event_table(DAYS, [150, 200, 250, 300, 350, 400]).assign(response=FIRMS)
    own = EventStudy(returns, news, response="a", transform="level", estimation=(-60, -11)).pooled()
    assert own.to_frame()["response"].tolist() == FIRMS
    shared = study(returns, [300]).pooled()
    assert abs(own.windows.average_correlation) < 0.05 < 0.2 < shared.windows.average_correlation
    few = EventStudy(returns, news.iloc[:2], response="a", transform="level", estimation=(-60, -11)).pooled()
    assert few.names == ("a", "b")


def test_the_mean_knows_that_firms_move_together(returns):
    pooled = study(returns, [300]).pooled()
    found, n, r = pooled.mean("sale", level=0.8), 6, pooled.windows.average_correlation
    values = pooled.to_frame()["point"]
    error = values.std() * math.sqrt((1 + (n - 1) * r) / (n * (1 - r)))
    assert (found.value, found.std_error) == (pytest.approx(values.mean()), pytest.approx(error))
    assert found.upper - found.value == pytest.approx(stats.t.ppf(0.9, n - 1) * error)
    assert error > 1.2 * values.std() / math.sqrt(n)
    assert (found.nobs, found.level) == (6, 0.8)


def test_classes_of_events_are_tested_one_by_one(returns):
    news = event_table(DAYS, [200, 250, 300, 350], kinds=("sale", "tariff"))
    pooled = EventStudy(returns, news, response="a", transform="level").pooled()
    sales = EventStudy(returns, news[news["kind"] == "sale"], response="a", transform="level").pooled()
    assert pooled.mean("sale").nobs == 12
    assert pooled.mean().nobs == 24
    assert len(sales.to_frame()) == 12
    with pytest.raises(UnknownName, match="did you mean 'sale'"):
        pooled.tests("sales")


def test_what_cannot_be_pooled_is_refused(returns):
    one = study(returns, [300])
    with pytest.raises(SpecificationError, match="days in common"):
        study(returns, [300], missing="closed").pooled()
    with pytest.raises(UnknownName, match="no variable 'z'"):
        one.pooled(["a", "z"])
    with pytest.raises(SpecificationError, match="at least 1 name"):
        one.pooled([])
    with pytest.raises(UnknownName, match="named in the events"):
        EventStudy(returns, one.events.assign(response="z"), response="a", transform="level").pooled()
    with pytest.raises(SpecificationError, match="one firm and event only"):
        one.pooled(["a"]).mean()
    twins = study(returns.assign(b=returns["a"])[["a", "b"]], [300]).pooled()
    with pytest.raises(SpecificationError, match="average correlation"):
        twins.mean()


def rejections(replications, firms, *, increase, common=0.6, seed=1):
    """Shares of samples in which tests at 5% reject; one day of news for all firms, one factor moves them."""
    rng, counts = np.random.default_rng(seed), {}
    x, ones, usable = np.ones((160, 1)), np.ones(160), np.arange(160) < 140
    how = {"usable": usable, "positions": np.array([150]), "window": (0, 0), "estimation": (-120, -11)}
    for _ in range(replications):
        y = rng.standard_normal((160, firms)) + common * rng.standard_normal((160, 1))
        y[150] *= increase
        windows = pooled_windows([fit_windows(y[:, firm], x, ones, **how) for firm in range(firms)])
        for name in ("Patell", "BMP", "Kolari-Pynnonen", "Kolari-Pynnonen Patell", "GRANK"):
            counts[name] = counts.get(name, 0) + (TESTS[name](windows).p_value < 0.05)
    return {name: count / replications for name, count in counts.items()}


@pytest.mark.slow
@pytest.mark.parametrize("increase", [1.0, 2.0])
def test_size_with_one_day_for_all_firms(increase, record_property):
    """Kolari and Pynnönen (2010): BMP rejects a true null several times too often, their test does not."""
    shares = rejections(800, 30, increase=increase)
    record_property("shares", shares)
    assert shares["BMP"] > 0.25
    assert shares["Patell"] > 0.25
    assert 0.03 < shares["Kolari-Pynnonen"] < 0.075
    if increase == 1.0:
        assert 0.03 < shares["Kolari-Pynnonen Patell"] < 0.075
        assert 0.03 < shares["GRANK"] < 0.08
    else:
        assert shares["Kolari-Pynnonen Patell"] > 0.15  # knows nothing of days on which all moves are larger


def test_pooled_events_show_themselves_by_kind(returns):
    found = study(returns, [300]).pooled()
    kind = found.events["kind"].iloc[0]
    table = found.summary(level=0.8).to_frame()
    mean, test = found.mean(kind, level=0.8), found.tests(kind).loc["Kolari-Pynnonen"]
    row = [len(FIRMS), mean.value, mean.std_error, mean.lower, mean.upper, test["statistic"], test["p_value"]]
    assert table.loc[kind].to_list() == row
    assert list(table.columns[:5]) == ["events", "mean", "std_error", "lower", "upper"]
    for words in ("a, b, c, d, e, f", "window", "days 0 to 1", "mean"):
        assert words in repr(found)
    assert str(len(FIRMS)) in found._repr_html_()


def test_a_kind_with_one_event_says_why_it_has_no_mean(returns):
    alone = EventStudy(returns, event_table(DAYS, [300]), response="a", transform="level").pooled(["a"])
    row = alone.summary().to_frame().iloc[0]
    assert row["events"] == 1
    assert all(str(row[name]).startswith("n.a.") for name in ("mean", "std_error", "lower", "upper"))
    assert "one firm and event only" in str(row["mean"])
    assert alone.summary().to_markdown()


def test_a_study_without_units_has_no_empty_line_for_them(returns):
    one = study(returns, [300]).fit()
    assert one.units == ""
    assert "units" not in repr(one)


def test_a_mean_over_firms_is_of_one_unit(returns):
    units = dict.fromkeys(FIRMS, "percent")
    assert study(Dataset.from_frame(returns, units=units), [200, 300]).pooled().mean().units == "percent"
    with pytest.raises(SpecificationError, match="'a' is in 'percent' and 'b' in 'USD'; convert one first"):
        study(Dataset.from_frame(returns, units=units | {"b": "USD"}), [200, 300]).pooled().mean()
