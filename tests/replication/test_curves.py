"""Specification curves, change over time and the nowcast: their rules, and cells computed a second time."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from linearmodels.iv import IV2SLS

from analyses import _curves as curves
from analyses import nowcast, variation
from analyses.specification import baseline
from econ import Unavailable
from econ.errors import SpecificationError
from econ.estimate import Estimate
from econ.multiverse import LinearSpecification
from econ.var import NowcastEvaluation


@pytest.fixture(scope="module")
def have():
    return curves.tables(baseline)


CHOICES = {
    "seller": "foreign", "concept": "purchases", "outcome": "yield_10y", "horizon": 3, "controls": "policy", "lags": 3,
    "sample": "main", "design": "least squares", "weights": "calm",
}  # fmt: skip


def test_a_cell_of_the_curve_by_statsmodels(have):
    made = curves.sale(have, **CHOICES).estimate()
    sold, moved = have.sold["foreign purchases"], have.changes["yield_10y"]
    columns = (
        {"sold": sold} | {f"s{k}": sold.shift(k) for k in (1, 2, 3)} | {f"y{k}": moved.shift(k) for k in (1, 2, 3)}
    )
    for name in curves.POLICY["policy"]:
        columns |= {f"{name}{k}": have.controls[name].shift(k) for k in range(4)}
    rows = pd.DataFrame(columns).assign(y=sum(moved.shift(-k) for k in range(4)), w=have.calm)
    rows = rows.loc["2011-07":"2026-03"].dropna()
    peer = sm.WLS(rows["y"], sm.add_constant(rows.drop(columns=["y", "w"])), weights=rows["w"]).fit()
    assert made.value == pytest.approx(peer.params["sold"], rel=1e-8)
    assert made.nobs == len(rows)


def test_series_reach_as_far_as_they_are_published(have):
    last = pd.Period(baseline.sample.whole[1], "M")
    ends = {name: have.changes[name].last_valid_index() for name in have.changes}
    assert ends == {
        "yield_2y": last,
        "yield_10y": last,
        "term_premium_10y": pd.Period("2025-06"),
    }  # not the shortest for all
    assert all(have.controls[name].last_valid_index() == last for name in have.controls)
    begins = {name: str(have.controls[name].first_valid_index()) for name in have.controls}
    assert begins == dict.fromkeys(begins, "1985-04") | {"fed_net_purchases": "2003-01"}


def test_dollars_are_a_share_of_the_average_debt(have):
    debt = curves.sale(have, **CHOICES).estimate()
    dollars = curves.sale(have, **CHOICES, scale="dollars")
    mean = have.debt["2011-07":"2026-03"].mean()
    sold = have.sold["foreign purchases"] * have.debt / mean
    np.testing.assert_allclose(dollars.regressor.dropna(), sold.dropna())
    assert dollars.estimate().value != pytest.approx(debt.value, rel=1e-3)
    assert dollars.estimate().value == pytest.approx(debt.value, rel=0.9)


def test_a_share_is_what_the_ally_bought_of_what_was_sold(have):
    made = curves.share(
        have, seller="china", ally="japan", concept="purchases", horizon=3, controls="none", lags=1,
        design="least squares", weights="equal",
    ).estimate()  # fmt: skip
    china, japan = have.sold["china purchases"], -have.sold["japan purchases"]
    rows = pd.DataFrame(
        {
            "y": sum(japan.shift(-k) for k in range(4)), "x": sum(china.shift(-k) for k in range(4)), "z": china,
            "c1": china.shift(1), "j1": japan.shift(1), "const": 1.0,
        }
    ).loc["2011-07":"2026-03"].dropna()  # fmt: skip
    peer = IV2SLS(rows["y"], rows[["const", "c1", "j1"]], rows["x"], rows["z"]).fit()
    assert made.value == pytest.approx(peer.params["x"], rel=1e-8)
    assert len(rows) == made.nobs


def test_a_weak_instrument_is_no_estimate(have):
    weak = curves.sale(have, **CHOICES | {"design": "intervention", "lags": 6, "weights": "equal"})
    assert isinstance(weak, Unavailable)
    assert "first-stage F below 10" in weak.reason
    strong = curves.sale(have, **CHOICES | {"design": "intervention", "sample": "early", "controls": "none"})
    assert isinstance(strong, LinearSpecification)


def test_every_rule_leaves_out_something_and_enough_stays(have, monkeypatch):
    monkeypatch.setattr(curves, "tables", lambda spec: have)
    curve = curves.sale_curve(baseline)
    assert len(curve.plan.kept) >= 2000
    assert len(curves.share_curve(baseline).plan.kept) >= 500
    for rule in curves.RULES:
        assert any(rule.covers(dict(zip(curve.axes, labels, strict=True))) for labels in curve_combinations(curve))


def curve_combinations(curve):
    import itertools

    return itertools.product(*(curve.choices[axis] for axis in curve.axes))


def test_an_axis_with_one_option_is_no_choice(have, monkeypatch):
    monkeypatch.setattr(curves, "tables", lambda spec: have)
    one = baseline.changed({"multiverse.concepts": ("purchases",), "multiverse.sellers": ("foreign",)})
    curve = curves.sale_curve(one)
    assert "concept" not in curve.axes
    assert "seller" not in curve.axes
    whole = curves.sale_curve(baseline, curves.PRICED)
    kept = [dict(zip(whole.plan.axes, labels, strict=True)) for labels in whole.plan.kept]
    assert len(curve.plan.kept) == sum(each["seller"] == "foreign" for each in kept)
    lags = curves.sale_curve(
        baseline.changed("multiverse.lags", (3,))
    )  # the rule on dollars and lags then says nothing
    assert [rule.name for rule in lags.exclude] == [rule.name for rule in curves.RULES if rule.name != "dollars, lags"]
    assert [rule.name for rule in curves.sale_curve(baseline).exclude] == [rule.name for rule in curves.RULES]
    with pytest.raises(SpecificationError, match="designs"):
        baseline.changed("multiverse.designs", ("least squares", "tea leaves"))


def test_the_modifier_is_what_was_published_before_the_day():
    known = variation._known(baseline)
    weekly = variation._weekly(baseline).frame
    friday = pd.Timestamp("2008-10-10")
    assert known["conditions"][friday + pd.Timedelta(days=5)] == weekly.at[friday, "financial_conditions"]
    data = variation.daily(baseline).frame
    assert (
        data.at[pd.Timestamp("2008-10-14"), "conditions"]
        == weekly.at[pd.Timestamp("2008-10-03"), "financial_conditions"]
    )
    share = known["fed_share"].dropna()
    assert share["2014-12"].mean() == pytest.approx(19.0, abs=1.0)  # 2.46 of 12.8 trillion dollars


def test_the_difference_by_two_stage_least_squares():
    name = "conditions"
    frame = variation.daily(baseline).select(variation.CHANGE, variation.SOLD, name).complete().frame
    z = frame[name].shift(1)
    lead = {each: sum(frame[each].shift(-k) for k in range(3)) for each in (variation.CHANGE, variation.SOLD)}
    rows = pd.DataFrame(
        {
            "y": lead[variation.CHANGE], "x": lead[variation.SOLD], "xz": lead[variation.SOLD] * z,
            "s": frame[variation.SOLD], "sz": frame[variation.SOLD] * z, "z": z, "const": 1.0,
            **{f"y{k}": frame[variation.CHANGE].shift(k) for k in range(1, 6)},
            **{f"s{k}": frame[variation.SOLD].shift(k) for k in range(1, 6)},
        }
    ).dropna()  # fmt: skip
    exog = rows[["const", "z", *(f"y{k}" for k in range(1, 6)), *(f"s{k}" for k in range(1, 6))]]
    peer = IV2SLS(rows["y"], exog, rows[["x", "xz"]], rows[["s", "sz"]]).fit()
    _, numbers = variation._modified(baseline)
    days = frame.loc[frame[variation.SOLD] != 0.0, name]
    reach = days.quantile(0.9) - days.quantile(0.1)
    assert numbers["conditions_moved"].value == pytest.approx(peer.params["xz"] * reach, rel=1e-6)
    low = peer.params["x"] + peer.params["xz"] * days.quantile(0.1)
    assert numbers["conditions_low"].value == pytest.approx(low, rel=1e-6)


@pytest.mark.parametrize(("low", "high", "said"), [(1.0, 2.0, "up"), (-2.0, -1.0, "down"), (-1.0, 1.0, "not decided")])
def test_a_response_moves_if_the_whole_set_does(low, high, said):
    assert variation.verdict(Estimate(0.5 * (low + high), 1.0, low, high)) == said


def test_the_gain_of_a_nowcast_has_the_sign_of_its_errors():
    generator = np.random.default_rng(1)
    months = pd.period_range("2015-01", periods=80, freq="M")
    errors = {"nowcast": 0.5 * generator.standard_normal(80), "ar": generator.standard_normal(80)}
    frame = pd.concat(
        {k: pd.DataFrame({"error": v}, index=months) for k, v in errors.items()}, names=["method", "period"]
    )
    done = NowcastEvaluation("x", frame.swaplevel().rename_axis(["period", "method"]), 0.9, nowcast.system(baseline))
    gain, p_value = nowcast.against(done, "ar")
    assert gain == pytest.approx(float((errors["ar"] ** 2 - errors["nowcast"] ** 2).mean()))
    assert p_value < 0.01
    turned = {"nowcast": errors["ar"], "ar": errors["nowcast"]}
    frame = pd.concat(
        {k: pd.DataFrame({"error": v}, index=months) for k, v in turned.items()}, names=["method", "period"]
    )
    done = NowcastEvaluation("x", frame.swaplevel().rename_axis(["period", "method"]), 0.9, nowcast.system(baseline))
    assert nowcast.against(done, "ar")[1] == pytest.approx(1.0 - p_value)


def test_the_nowcast_reads_weeks_months_and_quarters():
    model = nowcast.system(baseline)
    assert model.variables == ("custody_growth", "yield_10y", "china_net_purchases", "debt_growth")
    assert [table.frequency for table in model.tables] == ["W", "M", "Q"]
