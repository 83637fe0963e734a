"""Flows: identities, imputation, breaks and scales."""

import numpy as np
import pandas as pd
import pytest

import econ
from econ.data import archive, debt_scale, fit_valuation, flows, holder, holders, parse
from econ.data.valuation import left_out_errors
from econ.errors import FrequencyError, SampleTooShort, SchemaError, SeriesNotFound, SpecificationError


def raw(table, code, column):
    frame, _ = archive.read_table(table)
    rows = frame[frame["holder"] == code]
    return pd.Series(rows[column].to_numpy() / 1000, index=pd.PeriodIndex(rows["date"], freq="M"))


def test_official_months_are_the_published_net_purchases():
    china = flows("china", scale="usd_bn")
    early, late = raw("s_form", "CHN", "net_purchases"), raw("slt_table1", "CHN", "net_purchases").dropna()
    assert np.array_equal(china.loc["1985-01":"2023-01", "value"], early)
    assert np.array_equal(china.loc["2023-02":, "value"], late)
    assert not china["imputed"].any()


def test_exactly_the_months_without_a_published_valuation_are_modelled_flagged_and_removable():
    china = flows("china", "valuation_change", scale="usd_bn")
    months = china.index[china["imputed"]]
    assert (str(months[0]), str(months[-1]), len(months)) == ("2021-01", "2023-01", 25)
    without = flows("china", "valuation_change", scale="usd_bn", imputed=False)["value"]
    assert without[months].isna().all()
    assert without.drop(months).notna().all()
    assert econ.load("china_valuation_change").variables["china_valuation_change"].imputed == {str(m) for m in months}
    for published in ("china_position", "china_net_purchases"):
        assert not econ.load(published).variables[published].imputed


def test_purchases_by_position_and_valuation_add_to_the_change_in_position():
    for name in ("china", "japan", "uk", "official"):
        bought = flows(name, scale="usd_bn", concept="position")
        rest = [flows(name, measure, "usd_bn")["value"] for measure in ("valuation_change", "position_change")]
        assert (rest[1] - bought["value"] - rest[0]).abs().max() < 1e-9
        assert bought.index[bought["imputed"]].equals(pd.period_range("2021-01", "2023-01", freq="M"))
        assert flows(name, "gap", "usd_bn", concept="position")["value"].abs().max() < 1e-9


def test_the_first_imputed_change_stays_inside_the_slt_table():
    position = raw("slt_table1", "CHN", "position")
    change = flows("china", "position_change", "usd_bn")["value"]
    assert change["2021-01"] == pytest.approx(position["2021-01"] - position["2020-12"], abs=1e-9)


def test_foreign_official_flows_reach_back_to_1985_and_change_source_in_2011():
    official = flows("official", scale="usd_bn")
    assert str(official["value"].first_valid_index()) == "1985-01"
    assert official.loc["1985-01", "value"] == pytest.approx(2.539)
    assert official.loc["2011-07", "value"] == pytest.approx(raw("bertaut_judson", "OFF", "net_purchases")["2011-07"])
    step = raw("bertaut_judson", "OFF", "position")
    change = flows("official", "position_change", "usd_bn")["value"]
    assert change["2011-07"] == pytest.approx(step["2011-07"] - step["2011-06"])


def test_the_debt_scale_uses_the_end_of_the_previous_quarter():
    debt = econ.load("federal_debt", frequency="Q").frame["federal_debt"]
    dollars, share = flows("china", scale="usd_bn")["value"], flows("china")["value"]
    assert share["2025-07"] == pytest.approx(100 * dollars["2025-07"] / (debt["2025Q2"] / 1000))
    assert share["2025-06"] == pytest.approx(100 * dollars["2025-06"] / (debt["2025Q1"] / 1000))
    assert share.loc["2026-04":].isna().all()  # the debt of 2026Q1 is not in the vintage


def test_holdings_are_never_differenced_across_a_survey_break():
    change = flows("china", "mfh_change", "usd_bn")["value"]
    assert change["2010-06"] == pytest.approx(843.7 - 867.7)  # old series
    assert change["2010-07"] == pytest.approx(1115.1 - 1112.1)  # new series
    assert np.isnan(change["2011-12"])
    assert change["2025-07"] == pytest.approx(-35.8)


def test_japan_and_uk_together_are_the_sum_of_each():
    both = flows("japan_uk", scale="usd_bn")["value"]
    each = flows("japan", scale="usd_bn")["value"] + flows("uk", scale="usd_bn")["value"]
    pd.testing.assert_series_equal(both, each, check_names=False)


def test_unknown_words_are_refused_with_a_suggestion():
    with pytest.raises(SeriesNotFound, match="did you mean 'china'"):
        flows("chinaa")
    with pytest.raises(SpecificationError, match="did you mean 'net_purchases'"):
        flows("china", "net_purchase")
    with pytest.raises(SpecificationError, match="scale"):
        flows("china", scale="gdp")


def test_valuation_model_recovers_a_known_portfolio():
    rng = np.random.default_rng(3)
    months = pd.period_range("2011-06", periods=160, freq="M")
    yields = pd.DataFrame(rng.normal(0, 0.2, (160, 2)).cumsum(axis=0), index=months, columns=["yield_2y", "yield_10y"])
    change = yields.diff()
    truth = 0.1 - 1.5 * change["yield_2y"] - 3.0 * change["yield_10y"] + 0.5 * 0.4 * change["yield_10y"] ** 2
    model = fit_valuation(truth, yields)
    assert np.allclose(model.params, [0.1, 1.5, 3.0, 0.4], atol=1e-10)
    assert model.r2 == pytest.approx(1.0)
    assert np.allclose(model.returns(yields).iloc[1:], truth.iloc[1:])
    with pytest.raises(SampleTooShort, match="needs 14 official months; found 9"):
        fit_valuation(truth.iloc[:10], yields.iloc[:10])


def test_valuation_takes_changes_of_consecutive_months_alone():
    rng = np.random.default_rng(3)
    months = pd.period_range("2011-06", periods=160, freq="M")
    yields = pd.DataFrame(rng.normal(0, 0.2, (160, 2)).cumsum(axis=0), index=months, columns=["yield_2y", "yield_10y"])
    truth = -5.0 * yields["yield_10y"].diff()
    whole = fit_valuation(truth, yields)
    assert whole.params["duration_10y"] == pytest.approx(5.0)
    holes = yields.drop(yields.index[30:160:9])
    for given, error, words in (
        (holes, FrequencyError, "dates jump from 2013-11 to 2014-01"),
        (yields.sample(frac=1.0, random_state=0), SchemaError, "not in order"),
        (yields.set_axis(months.to_timestamp(), axis=0).drop(pd.Timestamp("2014-01-01")), FrequencyError, "jump"),
        (
            yields.set_axis(pd.period_range("1980Q1", periods=160, freq="Q")),
            FrequencyError,
            "by month; found periods Q",
        ),
    ):
        for call in (lambda y: fit_valuation(truth, y), lambda y: left_out_errors(truth, y), whole.returns):
            with pytest.raises(error, match=words):
                call(given)
    some = truth.iloc[1:].drop(months[40:60]).sample(frac=1.0, random_state=0)  # official months may be any, dated
    assert fit_valuation(some, yields).params.to_numpy() == pytest.approx(whole.params.to_numpy(), abs=1e-10)
    stamped = fit_valuation(truth.set_axis(months.to_timestamp()), yields.set_axis(months.to_timestamp(), axis=0))
    assert stamped.params.equals(whole.params)


def test_the_gap_closes_the_adding_up_identity():
    """Change in position = net purchases + valuation + gap, in every month with official figures."""
    parts = {
        name: flows("uk", name, "usd_bn") for name in ("position_change", "net_purchases", "valuation_change", "gap")
    }
    value = {name: table["value"] for name, table in parts.items()}
    official = ~parts["gap"]["imputed"] & value["position_change"].notna() & value["net_purchases"].notna()
    left = value["net_purchases"] + value["valuation_change"] + value["gap"]
    assert official.sum() == 154
    assert np.allclose(left[official], value["position_change"][official])
    assert parts["gap"].index[parts["gap"]["imputed"]].equals(pd.period_range("2021-01", "2023-01", freq="M"))
    assert flows("uk", "gap", "usd_bn", imputed=False)["value"].loc["2021-01":"2023-01"].isna().all()
    since = value["gap"].loc["2023-03":"2026-04"].abs().mean()
    assert since > 5 * flows("china", "gap", "usd_bn")["value"].loc["2023-03":"2026-04"].abs().mean()
    assert econ.load("uk_gap_usd").variables["uk_gap_usd"].units == "usd_bn"


def test_the_gap_is_the_one_that_bertaut_and_judson_publish(shared):
    frame = parse("bertaut_judson", shared("data/raw/fed/bertaut_judson_positions_liabs_2021.csv"))
    rows = frame[(frame["holder"] == "CHN") & (frame["item"] == "ftot_treas_monthly_gap")]
    theirs = pd.Series(rows["value"].to_numpy() / 1000.0, index=pd.PeriodIndex(rows["date"], freq="M"))
    ours = flows("china", "gap", "usd_bn")["value"]
    months = theirs.loc["2012-02":"2020-12"].index  # their coverage changed between 2011-12 and 2012-01
    assert np.allclose(ours[months], theirs[months], atol=0.0021)


def test_every_holder_has_a_reason_and_a_source():
    table = holders()
    assert (table[["reason", "source", "code", "name"]] != "").all().all()
    assert ((table["ally_since"] != "") == table["ally"]).all()
    assert pd.to_datetime(table.loc[table["ally"], "ally_since"]).max() == pd.Timestamp("2024-03-07")  # Sweden in NATO
    assert table.loc["uk", "hub"]
    assert not table.loc["uk", "official"]
    assert table.loc["japan", "ally"]
    assert not table.loc["china", "ally"]
    assert holder("CHN") is holder("China")


def test_the_feds_purchases_are_the_change_in_face_value_over_lagged_debt():
    holdings = econ.load("fed_treasuries").frame["fed_treasuries"]
    debt = econ.load("federal_debt", frequency="Q").frame["federal_debt"]
    flow = econ.load("fed_net_purchases").frame["fed_net_purchases"]
    assert flow["2020-03"] == pytest.approx(100 * (holdings["2020-03"] - holdings["2020-02"]) / debt["2019Q4"])
    assert str(flow.idxmax()) == "2020-04"


def test_no_debt_scales_months_before_it_was_published():
    first = pd.Period("1985-04", freq="M")
    assert debt_scale(pd.period_range(first, periods=2, freq="M")).notna().all()
    with pytest.raises(
        SpecificationError, match="published from 1985Q1 on and scales 1985Q2 and later; asked for 1985-03"
    ):
        debt_scale(pd.period_range(first - 1, periods=2, freq="M"))
    with pytest.raises(SpecificationError, match="DatetimeIndex, not PeriodIndex"):
        debt_scale(pd.date_range("2020-01-31", periods=2, freq="ME"))
