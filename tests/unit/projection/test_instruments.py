"""Instruments as documented objects: constructors, reaction function, reserve losses, custody, their credentials."""

import numpy as np
import pandas as pd
import pytest

import econ
from econ.errors import FrequencyError, SampleTooShort, SchemaError, SeriesNotFound, SingularDesign, SpecificationError
from econ.estimate import Unavailable
from econ.infer import anderson_rubin, effective_f, reduced_form
from econ.projection import (
    LocalProjection,
    credentials,
    custody_instrument,
    intervention_instrument,
    reaction_controls,
    reserve_losses,
)

MONTHS = pd.period_range("2000-01", periods=240, freq="M")


def world(seed=1, size=240, effect=-4.0, reaction=0.8, echo=0.0):
    """Yen momentum moves the intervention a month later; the flow follows the intervention; yields the flow."""
    generator = np.random.default_rng(seed)
    momentum, news, shock, noise = generator.standard_normal((4, size))
    amount = np.zeros(size)
    amount[1:] = reaction * momentum[:-1]
    amount += shock
    flow = 0.8 * amount + news
    outcome = effect * flow + 3.0 * news + noise
    outcome[1:] += echo * momentum[:-1]
    index = pd.period_range("2000-01", periods=size, freq="M")
    return (
        pd.Series(amount, index, name="amount"),
        pd.DataFrame({"momentum": momentum}, index),
        pd.DataFrame({"flow": flow, "yield": outcome}, index),
    )


def test_catalogued_interventions_add_up_by_month_and_by_day():
    table = econ.events("intervention")
    months = intervention_instrument(pd.period_range("2011-07", "2026-06", freq="M"))
    assert months.series.sum() == pytest.approx(table["amount"].sum(), rel=1e-12)
    assert months.series["2022-10"] == pytest.approx(5.6202 + 0.7296)
    assert (months.series != 0.0).sum() == 6
    days = pd.bdate_range("2011-07-01", "2026-06-30")
    daily = intervention_instrument(days)
    assert daily.series.sum() == pytest.approx(table["amount"].sum(), rel=1e-12)
    # a Sunday evening counts on Monday; 16:10 on a Wednesday counts on Thursday
    assert daily.series["2022-10-24"] == pytest.approx(0.7296)
    assert daily.series["2024-05-02"] == pytest.approx(3.87)
    assert daily.series["2024-05-01"] == 0.0
    assert list(daily.episodes) == ["2022-09-22 to 2022-10-24", "2024-04-29 to 2024-07-11", "2026-04-30"]
    for word in ("needs:", "fails:", "Ministry of Finance", "trillions of yen"):
        assert word in str(months)


def test_amounts_of_a_user_replace_the_catalogue():
    """An official series in hundreds of millions of yen that counts purchases of dollars."""
    days = pd.to_datetime(["2003-01-15", "2003-01-31", "2003-03-03"])
    bought = pd.Series([10_000.0, 5_000.0, -20_000.0], index=days)
    found = intervention_instrument(pd.period_range("2003-01", "2003-04", freq="M"), bought, scale=-1e-4)
    np.testing.assert_allclose(found.series, [-1.5, 0.0, 2.0, 0.0])
    assert found.source == "given by the caller"
    monthly = bought.groupby(bought.index.to_period("M")).sum()
    again = intervention_instrument(pd.period_range("2003-01", "2003-04", freq="M"), monthly, scale=-1e-4)
    pd.testing.assert_series_equal(again.series, found.series)


def test_the_reaction_function_is_recovered_and_its_residual_is_orthogonal():
    amount, drivers, _ = world(size=5000)
    raw = intervention_instrument(amount.index, amount, units="units")
    shocks = raw.residual(drivers)
    fit = shocks.reaction
    assert fit.coefficients["L1.momentum"] == pytest.approx(0.8, abs=0.05)
    assert fit.coefficients["L1.intervention"] == pytest.approx(0.0, abs=0.05)
    controls = reaction_controls(raw.series, drivers)
    assert abs(controls.T @ shocks.series).max() < 1e-8
    assert shocks.parent is raw
    assert isinstance(raw.reaction, Unavailable)
    assert "momentum" in shocks.measures


def test_residual_and_raw_series_agree_exactly_when_the_drivers_are_controls():
    """Frisch, Waugh and Lovell: nothing is generated when the reaction function stands in the equation too."""
    amount, drivers, table = world(echo=2.0)
    raw = intervention_instrument(amount.index, amount, units="units")
    shocks = raw.residual(drivers, lags=2)
    controls = reaction_controls(raw.series, drivers, lags=2)
    rows = table.loc[controls.index]
    sets = []
    for each in (raw, shocks):
        form = reduced_form(rows["yield"], rows["flow"], each.series.loc[controls.index], controls=controls, cov="hc1")
        sets.append((*anderson_rubin(form).intervals[0], effective_f(form).statistic))
    np.testing.assert_allclose(sets[0], sets[1], rtol=1e-9)


@pytest.mark.slow
def test_the_error_of_a_generated_instrument_shows_where_drivers_are_left_out():
    """Drivers move the outcome: without them as controls sets cover otherwise than with them, which cover 90%."""
    with_controls, without, draws = 0, 0, 1000
    for seed in range(draws):
        amount, drivers, table = world(seed=seed, size=120, echo=12.0)
        raw = intervention_instrument(amount.index, amount, units="units")
        shocks = raw.residual(drivers)
        controls = reaction_controls(raw.series, drivers)
        rows = table.loc[controls.index]
        z = shocks.series
        with_controls += -4.0 in anderson_rubin(rows["yield"], rows["flow"], z, controls=controls, cov="hc1")
        without += -4.0 in anderson_rubin(rows["yield"], rows["flow"], z, cov="hc1")
    assert abs(with_controls / draws - 0.90) <= 0.03
    assert abs(without / draws - 0.90) > 0.04


def test_credentials_of_an_intervention():
    amount, drivers, table = world(echo=0.0, reaction=1.5)
    sparse = amount.where(amount.abs() > 1.5, 0.0)
    raw = intervention_instrument(amount.index, sparse, units="units")
    names = list(raw.episodes)
    assert len(names) > 4
    halves = (tuple(names[: len(names) // 2]), tuple(names[len(names) // 2 :]))
    table = table.assign(momentum=drivers["momentum"])
    checks = credentials(raw, table["yield"], table["flow"], groups=halves, lags=2)
    assert checks.relevance.strong
    assert list(checks.influence.index) == names
    assert checks.influence["f"].min() < checks.relevance.statistic
    assert checks.overidentification.loc["J", "p_value"] > 0.01
    for word in ("relevance", "balance", "influence", "over-identification: p ="):
        assert word in str(checks)
    alone = credentials(raw, table["yield"], table["flow"], lags=2)
    assert isinstance(alone.overidentification, Unavailable)
    assert "two groups" in str(alone)
    # the past of what the ministry answers to predicts the raw series, and not the residual
    momentum = table["momentum"].rename("momentum")
    whole = intervention_instrument(amount.index, amount, units="units")
    assert credentials(whole, momentum, table["flow"], lags=2).balance.loc["momentum", "p_value"] < 0.01
    shocks = whole.residual(drivers)
    later = credentials(shocks, momentum, table["flow"], lags=1)
    assert later.balance.loc["momentum", "p_value"] > 0.5


def test_an_episode_left_out_adds_nothing_to_the_first_stage():
    amount, _, table = world()
    sparse = amount.where(amount.abs() > 1.5, 0.0)
    raw = intervention_instrument(amount.index, sparse, units="units")
    name = next(iter(raw.episodes))
    z = raw.leave_one_out()[name]
    assert np.ptp(z.loc[list(raw.episodes[name])]) == 0.0
    rest = z.index.difference(list(raw.episodes[name]))
    pd.testing.assert_series_equal(z.loc[rest], raw.series.loc[rest], check_names=False)
    assert (raw.group(name) != 0.0).sum() == len(raw.episodes[name])
    assert len(table) == len(z)


def test_valuation_alone_is_no_loss():
    """Reserves that move by the stated weights only: the adjusted change is zero, whatever the dollar does."""
    generator = np.random.default_rng(3)
    dollar = pd.Series(100.0 * np.exp(np.cumsum(0.01 * generator.standard_normal(240))), MONTHS, name="dollar")
    yields = pd.DataFrame({"yield": 3.0 + np.cumsum(0.2 * generator.standard_normal(240))}, MONTHS)
    growth = -0.4 * np.log(dollar).diff() - 0.03 * yields["yield"].diff()
    stock = 3000.0 * (1.0 + growth.fillna(0.0)).cumprod()
    lost = generator.standard_normal(240)
    found = reserve_losses(stock * (1.0 - lost / 100.0).cumprod(), dollar=dollar, yields=yields,
                           other_currencies=0.4, duration=3.0)  # fmt: skip
    assert np.corrcoef(found.series, lost[1:])[0, 1] > 0.98
    # wrong weights are mended by the regression; without it they are not
    plain = reserve_losses(stock * (1.0 - lost / 100.0).cumprod())
    mended = reserve_losses(stock * (1.0 - lost / 100.0).cumprod(), dollar=dollar, yields=yields)
    assert np.corrcoef(mended.series, lost[1:])[0, 1] > 0.97
    assert np.corrcoef(plain.series, lost[1:])[0, 1] < 0.95
    changes = pd.concat([np.log(dollar).diff(), yields.diff()], axis=1).iloc[1:]
    assert abs(changes.T @ mended.series).max() < 1e-8
    pure = reserve_losses(stock, other_currencies=0.4, duration=3.0, dollar=dollar, yields=yields)
    assert pure.series.abs().max() < 1e-8


def test_a_loss_orthogonal_to_a_yield_cannot_move_it_on_impact():
    """The caveat of the docstring."""
    generator = np.random.default_rng(4)
    lost = generator.standard_normal(240)
    level = np.cumsum(0.1 * lost + 0.1 * generator.standard_normal(240))
    stock = pd.Series(3000.0 * np.cumprod(1.0 - lost / 100.0), MONTHS)
    yields = pd.DataFrame({"yield": 3.0 + level}, MONTHS)
    z = reserve_losses(stock, yields=yields).series
    data = pd.concat([yields.iloc[1:], z], axis=1)
    lp = LocalProjection(data, response="yield", impulse="reserve_loss", lags=0, difference=True, lag_augmented=False)
    assert lp.fit(0).irf.point[0, 0, 0] == pytest.approx(0.0, abs=1e-3)  # the first month is lost to the difference
    raw = data.assign(reserve_loss=reserve_losses(stock).series)
    lp = LocalProjection(raw, response="yield", impulse="reserve_loss", lags=0, difference=True, lag_augmented=False)
    assert lp.fit(0).irf.point[0, 0, 0] > 0.05


def test_official_reserves_of_china_go_through(shared):
    files = sorted(shared("data/raw/other").glob("safe_ora_20*.xls*"))
    table = pd.concat([econ.data.parse("safe", file) for file in files])
    printed = table[(table["item"] == "foreign_currency_reserves") & table["unit"].str.startswith("usd")]
    printed = printed.dropna(subset="value").drop_duplicates("date")
    with pytest.raises(FrequencyError, match="jump from 2024-11 to 2025-01"):  # the file of 2024 lacks its December
        reserve_losses(table)
    table, printed = (each[pd.PeriodIndex(each["date"], freq="M") <= "2024-11"] for each in (table, printed))
    found = reserve_losses(table)
    assert len(found.series) == len(printed) - 1
    assert found.series.abs().max() < 5.0
    assert found.source.startswith("State Administration")
    last = printed["value"].iloc[-2:].to_numpy()
    assert found.series.iloc[-1] == pytest.approx(100.0 * (1.0 - last[1] / last[0]))
    dollars = pd.read_csv(shared("data/raw/fred/DTWEXBGS.csv"), parse_dates=[0], index_col=0).iloc[:, 0]
    dollars = pd.to_numeric(dollars, errors="coerce").dropna()
    monthly = dollars.groupby(dollars.index.to_period("M")).last()
    short = table[pd.PeriodIndex(table["date"], freq="M") <= monthly.index[-1]]
    adjusted = reserve_losses(short, dollar=monthly, other_currencies=0.4)
    # reserves in other currencies lose dollars when the dollar rises: the raw loss goes with it
    both = pd.concat([found.series, np.log(monthly).diff().rename("dollar")], axis=1, join="inner")
    assert both.corr().iloc[0, 1] > 0.5
    assert adjusted.series.std() < found.series.loc[adjusted.series.index].std()


def test_custody_and_the_placebo():
    generator = np.random.default_rng(5)
    weeks = pd.date_range("2010-01-06", periods=400, freq="W-WED")
    sales = 0.05 * generator.standard_normal(400)
    moved = weeks[250]
    drop = np.where(weeks == moved, 0.9, 0.0)
    stock = pd.Series(3000.0 - 12_000.0 * np.cumsum(sales + drop) / 100.0, weeks)
    outcome = pd.Series(np.cumsum(40.0 * sales + generator.standard_normal(400)), weeks)
    found = custody_instrument(stock, 12_000.0)
    np.testing.assert_allclose(found.series, (sales + drop)[1:], atol=1e-10)
    assert next(iter(found.episodes)) == str(moved.date())
    shown = found.placebo(outcome, [moved], horizons=(0, 4))
    assert list(shown["horizon"]) == [0, 4]
    assert (shown["p_value"] > 0.05).all()
    assert (shown["per_unit"].abs() < 12.0).all()
    assert shown["change"].iloc[0] == pytest.approx(outcome.iloc[250] - outcome.iloc[249])
    # had it been a sale, the test would have seen it
    sold = outcome + 40.0 * np.cumsum(drop)
    assert (found.placebo(sold, [moved], horizons=(0, 4))["p_value"] < 0.01).all()
    assert (found.placebo(-sold, [moved], horizons=(0, 4))["p_value"] < 0.01).all()


def test_bad_input_raises_its_own_error():
    months = pd.period_range("2020-01", "2026-06", freq="M")
    with pytest.raises(SpecificationError, match="no intervention falls between 2012-01 to 2012-12"):
        intervention_instrument(pd.period_range("2012-01", "2012-12", freq="M"))
    with pytest.raises(SchemaError, match=r"missing \['amount'\]"):
        intervention_instrument(months, pd.DataFrame({"date": ["2022-10-21"], "yen": [1.0]}))
    with pytest.raises(SchemaError, match="2022-10-21 is not finite"):
        intervention_instrument(months, pd.Series([np.nan], index=pd.to_datetime(["2022-10-21"])))
    amount, drivers, _ = world()
    raw = intervention_instrument(amount.index, amount, units="units")
    with pytest.raises(SpecificationError, match="no row at 2019-12"):
        raw.residual(drivers.iloc[:-1])
    with pytest.raises(SchemaError, match="'momentum'"):
        raw.residual(drivers.mask(drivers > 2.0))
    with pytest.raises(SingularDesign, match="combination"):
        raw.residual(drivers.assign(twice=2.0 * drivers["momentum"]))
    with pytest.raises(SpecificationError, match="lags must be"):
        raw.residual(drivers, lags=0)
    short = intervention_instrument(amount.index[:12], amount.iloc[:12], units="units")
    with pytest.raises(SampleTooShort, match="need more than 12 periods; found 12"):
        short.residual(drivers, lags=2)
    with pytest.raises(SeriesNotFound, match="no episode"):
        raw.group("1999")
    stock = pd.Series(np.linspace(3000.0, 2900.0, 60), MONTHS[:60])
    with pytest.raises(SpecificationError, match="from 0 to 1"):
        reserve_losses(stock, other_currencies=40.0)
    with pytest.raises(SpecificationError, match="needs dollar="):
        reserve_losses(stock, other_currencies=0.4)
    with pytest.raises(SchemaError, match="must be positive"):
        reserve_losses(stock - 2950.0)
    with pytest.raises(FrequencyError, match="jump"):
        reserve_losses(stock.drop(MONTHS[30]))
    with pytest.raises(SchemaError, match="date, item and value"):
        reserve_losses(stock.to_frame())
    weeks = pd.date_range("2014-01-01", periods=30, freq="W-WED")
    custody = pd.Series(np.linspace(3000.0, 2900.0, 30), weeks)
    with pytest.raises(SchemaError, match="must be finite"):
        custody_instrument(custody, pd.Series(1.0, weeks[:-1]))
    with pytest.raises(SpecificationError, match="no value at 2013-01-02"):
        custody_instrument(custody, 1e4).placebo(custody, [pd.Timestamp("2013-01-02")])
    with pytest.raises(SpecificationError, match="periods after"):
        custody_instrument(custody, 1e4).placebo(custody, [weeks[-1]], horizons=(1,))


def test_custody_takes_no_negative_debt_or_holdings():
    weeks = pd.date_range("2014-02-26", periods=4, freq="W-WED")
    stock = pd.Series([2960.0, 2954, 2850, 2860], weeks)
    for debt in (-12_000.0, 0.0, pd.Series([1.0, 1.0, -1.0, 1.0], weeks)):
        with pytest.raises(SchemaError, match=r"debt is .* at 2014-0.*; debt is above 0"):
            custody_instrument(stock, debt)
    with pytest.raises(SchemaError, match="custody is -2850 at 2014-03-12"):
        custody_instrument(stock.where(stock.index != weeks[2], -2850.0), 12_000.0)
