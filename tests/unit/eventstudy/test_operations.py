"""Dated amounts: statsmodels, plain loops, known truth, rules for days, refusals."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from linearmodels.iv import IV2SLS

from econ.errors import FrequencyError, SampleTooShort, SchemaError, SpecificationError, UnknownName
from econ.eventstudy import Operations
from econ.simulate import OperationMarket

MARKET = OperationMarket(impact=2.0, lasting=0.5)
ERAS = {"first": ("1991-01-01", "1992-12-31"), "second": ("1993-02-01", "1995-12-31")}
STUDY = {"response": "yield", "units": "USD bn sold", "horizons": (-5, 10)}


@pytest.fixture(scope="module")
def sample():
    return MARKET.simulate(days=900, rng=3)


@pytest.fixture(scope="module")
def fit(sample):
    return Operations(sample.daily, sample.amounts, eras=ERAS, **STUDY).fit(cov="hc3", draws=199, rng=1)


def by_hand(sample, horizon, eras=ERAS, last=10, first=-5):
    """Outcome, amount and era dummies of one horizon, by loops over days."""
    frame, rows = sample.daily.frame, []
    for t, when in enumerate(frame.index):
        era = [name for name, (start, end) in eras.items() if pd.Timestamp(start) <= when <= pd.Timestamp(end)]
        if t + first < 0 or t - 1 < 0 or t + last >= len(frame) or not era:
            continue
        change = 100.0 * (frame["yield"].iloc[t + horizon] - frame["yield"].iloc[t - 1])
        rows.append((when, change, sample.amounts.get(when, 0.0), *(float(each == era[0]) for each in eras)))
    return pd.DataFrame(rows, columns=["day", "change", "amount", *eras]).set_index("day")


@pytest.mark.parametrize("horizon", [-5, -2, 0, 10])
@pytest.mark.parametrize("cov", ["hc0", "hc1", "hc2", "hc3"])
def test_slopes_and_errors_are_those_of_statsmodels(sample, horizon, cov):
    table = by_hand(sample, horizon)
    theirs = sm.OLS(table["change"], table[["amount", *ERAS]]).fit(cov_type=cov.upper())
    found = Operations(sample.daily, sample.amounts, eras=ERAS, **STUDY).fit(cov=cov, draws=19, rng=1)
    made = found.at(horizon)
    assert made.value == pytest.approx(theirs.params["amount"], rel=1e-10)
    assert made.std_error == pytest.approx(theirs.bse["amount"], rel=1e-10)
    assert made.nobs == len(table)
    assert made.units == "bp per USD bn sold"


def test_the_influence_of_the_days_adds_up_to_the_variance(sample):
    found = Operations(sample.daily, sample.amounts, eras=ERAS, **STUDY).fit(cov="hc0", draws=19, rng=1)
    for horizon in (0, 10):
        psi = found.influence(horizon)
        assert np.sqrt((psi**2).sum()) == pytest.approx(found.at(horizon).std_error, rel=1e-12)
        assert psi.sum() == pytest.approx(0.0, abs=1e-12)
        assert psi.index.equals(found.window.days)


def test_newey_west_is_that_of_statsmodels_where_no_day_is_missing(sample):
    whole = {"all": ("1991-01-01", "1999-12-31")}
    table = by_hand(sample, 10, whole)
    theirs = sm.OLS(table["change"], table[["amount", "all"]]).fit(cov_type="HAC", cov_kwds={"maxlags": 12})
    found = Operations(sample.daily, sample.amounts, **STUDY).fit(bandwidth=12, draws=19, rng=1)
    assert found.at(10).std_error == pytest.approx(theirs.bse["amount"], rel=1e-10)
    default = Operations(sample.daily, sample.amounts, **STUDY).fit(draws=19, rng=1)
    lags = max(10, int(np.ceil(0.75 * np.cbrt(len(table)))))
    theirs = sm.OLS(table["change"], table[["amount", "all"]]).fit(cov_type="HAC", cov_kwds={"maxlags": lags})
    assert default.at(10).std_error == pytest.approx(theirs.bse["amount"], rel=1e-10)


def test_newey_west_counts_true_distances_across_days_left_out(sample):
    out = sample.daily.frame.index[200:260]
    found = Operations(sample.daily, sample.amounts, exclude={"news": list(out)}, **STUDY).fit(
        bandwidth=5, draws=19, rng=1
    )
    table = by_hand(sample, 0, {"all": ("1991-01-01", "1999-12-31")})
    rows = table.drop(out)
    x = rows["amount"] - rows["amount"].mean()
    beta = float(x @ rows["change"] / (x @ x))
    psi = (x * (rows["change"] - rows["change"].mean() - beta * x) / (x @ x)).reindex(table.index, fill_value=0.0)
    p = psi.to_numpy()
    variance = p @ p + sum(2 * (1 - lag / 6) * (p[lag:] @ p[:-lag]) for lag in range(1, 6))
    assert found.at(0).value == pytest.approx(beta, rel=1e-10)
    assert found.at(0).std_error == pytest.approx(np.sqrt(variance), rel=1e-10)
    assert set(found.window.left_out["reason"]) <= {"no whole window"} | {f"news on {day.date()}" for day in out}


@pytest.fixture(scope="module")
def summed(sample):
    return Operations(sample.daily, sample.amounts, eras=ERAS, summed=True, **STUDY).fit(cov="hc0", draws=199, rng=1)


def windows(sample, horizon, **options):
    """The table of one horizon with all amounts from the day to the horizon."""
    frame = sample.daily.frame
    placed = sample.amounts.reindex(frame.index, fill_value=0.0)
    total = sum(placed.shift(-k, fill_value=0.0) for k in range(max(horizon, 0) + 1))
    return by_hand(sample, horizon, **options).join(total.rename("total"))


@pytest.mark.parametrize("horizon", [-3, 0, 4, 10])
@pytest.mark.parametrize("cov", ["hc0", "hc1"])
def test_per_amount_of_the_window_is_two_stage_least_squares(sample, horizon, cov):
    table = windows(sample, horizon)
    theirs = IV2SLS(table["change"], table[[*ERAS]], table[["total"]], table[["amount"]]).fit(
        cov_type="robust", debiased=cov == "hc1"
    )
    made = (
        Operations(sample.daily, sample.amounts, eras=ERAS, summed=True, **STUDY)
        .fit(cov=cov, draws=19, rng=1)
        .at(horizon)
    )
    assert made.value == pytest.approx(theirs.params["total"], rel=1e-9)
    assert made.std_error == pytest.approx(theirs.std_errors["total"], rel=1e-9)
    if horizon <= 0:
        plain = Operations(sample.daily, sample.amounts, eras=ERAS, **STUDY).fit(cov=cov, draws=19, rng=1)
        assert made.value == pytest.approx(plain.at(horizon).value, rel=1e-12)


def test_the_set_per_amount_of_the_window_is_that_of_a_grid(sample, summed):
    """At every b: the change less b times the window's amounts, on the amounts turned round their eras."""
    table, made = windows(sample, 4), summed.at(4)
    x, eras = table["amount"].to_numpy(), table[list(ERAS)].to_numpy()[:, 0]
    test = summed.tests[summed.horizons.index(4)]
    generator = np.random.default_rng(np.random.SeedSequence(1))
    parts = [np.flatnonzero(eras == 1.0), np.flatnonzero(eras == 0.0)]
    shifts = np.column_stack([generator.integers(0, len(part), 199) for part in parts])
    turned = np.tile(x, (199, 1))
    for j, part in enumerate(parts):
        for k in range(199):
            turned[k, part] = np.roll(x[part], shifts[k, j])
    for b in np.linspace(made.value - 4 * made.std_error, made.value + 4 * made.std_error, 41):
        left = table["change"].to_numpy() - b * table["total"].to_numpy()
        for part in parts:
            left[part] -= left[part].mean()
        share = (1 + np.sum(np.abs(turned @ left) >= abs(x @ left) * (1 - 1e-12))) / 200
        assert (b in made.region) == (share > 0.10), b
    assert len(test.draws) == 199


def test_leaving_out_and_signs_per_amount_of_the_window_equal_estimating_again(sample, summed):
    table = windows(sample, 4)
    left = summed.leave_one_out(4)
    for when in left.index[[0, 7, -1]]:
        rows = table.drop(when)
        again = IV2SLS(rows["change"], rows[[*ERAS]], rows[["total"]], rows[["amount"]]).fit().params["total"]
        assert left.loc[when, "estimate"] == pytest.approx(again, rel=1e-9)
    frame = sample.daily.frame
    sides = {}
    for name, side in (("up", sample.amounts.clip(lower=0.0)), ("down", sample.amounts.clip(upper=0.0))):
        placed = side.reindex(frame.index, fill_value=0.0)
        sides[name] = sum(placed.shift(-k, fill_value=0.0) for k in range(5))
        sides[f"{name} day"] = placed
    both = table.join(pd.DataFrame(sides))
    theirs = IV2SLS(both["change"], both[[*ERAS]], both[["up", "down"]], both[["up day", "down day"]]).fit(
        cov_type="robust"
    )
    row = summed.by_sign().loc[4]
    assert row["positive"] == pytest.approx(theirs.params["up"], rel=1e-9)
    assert row["negative std_error"] == pytest.approx(theirs.std_errors["down"], rel=1e-9)
    eras = summed.leave_one_era_out(4)
    rows = table[table["second"] == 1.0]
    again = IV2SLS(rows["change"], rows[["second"]], rows[["total"]], rows[["amount"]]).fit().params["total"]
    assert eras.loc["first", "estimate"] == pytest.approx(again, rel=1e-9)
    psi = summed.influence(4)
    assert np.sqrt((psi**2).sum()) == pytest.approx(summed.at(4).std_error, rel=1e-12)


def test_leaving_out_a_day_or_an_era_equals_estimating_again(sample, fit):
    table = by_hand(sample, 10)
    left = fit.leave_one_out(10)
    for day in left.index[[0, 7, -1]]:
        rows = table.drop(day)
        again = sm.OLS(rows["change"], rows[["amount", *ERAS]]).fit().params["amount"]
        assert left.loc[day, "estimate"] == pytest.approx(again, rel=1e-10)
    eras = fit.leave_one_era_out(10)
    for name, other in (("first", "second"), ("second", "first")):
        rows = table[table[other] == 1.0]
        again = sm.OLS(rows["change"], rows[["amount", other]]).fit().params["amount"]
        assert eras.loc[name, "estimate"] == pytest.approx(again, rel=1e-10)
        assert eras.loc[other, "alone"] == pytest.approx(again, rel=1e-10)
    assert eras["operations"].sum() == len(fit.operations) == len(left)


def test_signs_apart_are_two_regressors(sample, fit):
    table = by_hand(sample, 0)
    x = table.assign(up=table["amount"].clip(lower=0.0), down=table["amount"].clip(upper=0.0))[["up", "down", *ERAS]]
    theirs = sm.OLS(table["change"], x).fit(cov_type="HC3")
    row = fit.by_sign().loc[0]
    assert row["positive"] == pytest.approx(theirs.params["up"], rel=1e-10)
    assert row["negative std_error"] == pytest.approx(theirs.bse["down"], rel=1e-10)
    test = theirs.t_test([1.0, -1.0, 0.0, 0.0])
    assert row["difference std_error"] == pytest.approx(float(test.sd[0, 0]), rel=1e-10)
    assert row["p_value"] == pytest.approx(float(test.pvalue), rel=1e-8)
    assert 0.01 < row["randomisation p_value"] <= 1.0


def test_a_response_that_depends_on_the_sign_is_found(sample):
    frame = sample.daily.frame.copy()
    extra = 6.0 * sample.amounts.clip(lower=0.0).reindex(frame.index, fill_value=0.0).cumsum()
    lop = frame.assign(**{"yield": frame["yield"] + 0.01 * extra})
    found = Operations(lop, sample.amounts, response="yield", units="bn", horizons=(-1, 2)).fit(draws=199, rng=1)
    row = found.by_sign().loc[0]
    assert row["difference"] == pytest.approx(0.06, abs=0.04)  # no units said: percent stay percent
    assert row["p_value"] < 0.01
    assert row["randomisation p_value"] <= 0.01


def test_inference_stands_side_by_side_and_joint_tests_share_the_draws(fit):
    table = fit.summary(level=0.9)
    assert -1 not in table.index
    assert list(table.index) == list(fit.horizons)
    made = fit.at(0)
    assert (table.loc[0, "set lower"], table.loc[0, "set upper"]) == (made.region.lower, made.region.upper)
    assert table.loc[0, "randomisation p_value"] <= 0.05
    assert fit.joint_test()["p_value"] <= 0.05
    assert fit.joint_test(-5, -2)["p_value"] > 0.05
    assert fit.joint_test(0, 0)["p_value"] == fit.tests[fit.horizons.index(0)].p_value
    assert "after 10 days" in str(fit)
    page = fit.plot()
    assert page.axes[0].get_ylabel() == "bp per USD bn sold"
    assert float(page.axes[0].lines[0].get_ydata()[4]) == 0.0  # the close before


def test_days_without_a_quote_follow_the_rule(sample):
    frame = sample.daily.frame[["yield"]].copy()
    when = sample.amounts.index[10]
    frame.loc[when, "yield"] = np.nan
    days = frame["yield"].dropna().index
    place = days.searchsorted(when)
    with pytest.raises(SpecificationError, match=f"1 operations are on days without a quote, first {when.date()}"):
        Operations(frame, sample.amounts, **STUDY).fit(draws=19, rng=1)
    options = {"draws": 19, "rng": 1}
    for rule, at in (("next", days[place]), ("previous", days[place - 1])):
        found = Operations(frame, sample.amounts, rule=rule, **STUDY).fit(**options)
        assert found.operations[at] == pytest.approx(sample.amounts[when] + sample.amounts.get(at, 0.0))
    dropped = Operations(frame, sample.amounts, rule="drop", **STUDY).fit(**options)
    assert "no quote" in set(dropped.window.left_out["reason"])
    assert when not in dropped.operations.index


def test_an_amount_is_carried_over_a_holiday_and_not_over_a_hole(sample):
    """Forty days without a quote in which others are quoted: only the days near an end are carried."""
    frame = sample.daily.frame.copy()
    frame.loc[frame.index[300:340], "yield"] = np.nan
    hole = frame.index[300:340]
    inside = sample.amounts[sample.amounts.index.isin(hole)]
    for rule, end in (("next", frame.index[340]), ("previous", frame.index[299])):
        fit = Operations(frame, sample.amounts, response="yield", units="bn", horizons=(-1, 2), rule=rule).fit(
            draws=19, rng=1
        )
        left = fit.window.left_out
        far = left[left["reason"] == "no quote within a week"]
        expected = inside[np.abs((inside.index - end).days) > 7]
        assert len(expected)
        assert list(far["day"]) == list(expected.index)


def test_bad_requests_raise_their_own_error(sample):
    daily, amounts = sample.daily, sample.amounts
    shuffled = amounts.iloc[[1, 0, *range(2, len(amounts))]]
    for given, options, error, words in (
        (amounts, {"units": " "}, SpecificationError, "need units"),
        (amounts, {"units": None}, SpecificationError, "units must be a word"),
        (amounts, {"rule": "later"}, SpecificationError, "no rule"),
        (amounts, {"response": "yeild"}, UnknownName, "did you mean 'yield'"),
        (amounts, {"horizons": (0, 5)}, SpecificationError, "horizons run from -1"),
        (shuffled, {}, SchemaError, "not in order"),
        (pd.concat([amounts.iloc[:1], amounts]), {}, SchemaError, "twice"),
        (amounts.mask(amounts == amounts.iloc[3]), {}, SchemaError, "no finite number"),
        (amounts.to_frame(), {}, SpecificationError, "must be a Series"),
    ):
        with pytest.raises(error, match=words):
            Operations(daily, given, **{**STUDY, **options})
    quiet = amounts[amounts.index < "1993-01-01"]
    beyond = pd.concat([amounts, pd.Series([1.0], index=[pd.Timestamp("2020-01-02")])])
    for given, options, error, words in (
        (quiet, {"eras": ERAS}, SpecificationError, "era 'second' has no operations"),
        (
            amounts,
            {"eras": {**ERAS, "late": ("2010-01-01", "2011-01-01")}},
            SpecificationError,
            "'late' has no trading day",
        ),
        (amounts, {"eras": {**ERAS, "both": ("1992-06-01", "1993-06-01")}}, SpecificationError, "overlaps another"),
        (amounts, {"eras": {"odd": "1992"}}, SpecificationError, "a first and a last day"),
        (beyond, {}, SpecificationError, "outside the data"),
        (amounts, {"horizons": (-5, 5000)}, SampleTooShort, "whole window"),
    ):
        with pytest.raises(error, match=words):
            Operations(daily, given, **{**STUDY, **options}).fit(draws=19, rng=1)
    with pytest.raises(SpecificationError, match="draws need rng"):
        Operations(daily, amounts, **STUDY).fit()
    with pytest.raises(SpecificationError, match="no covariance"):
        Operations(daily, amounts, **STUDY).fit(cov="nw", draws=19, rng=1)
    with pytest.raises(SpecificationError, match="bandwidth belongs"):
        Operations(daily, amounts, **STUDY).fit(cov="hc3", bandwidth=3, draws=19, rng=1)


def test_summed_is_a_flag(sample):
    with pytest.raises(SpecificationError, match="summed"):
        Operations(sample.daily, sample.amounts, summed=1, **STUDY)


def test_questions_without_an_answer_say_so(sample, fit):
    for horizon in (-1, -9, 11):
        with pytest.raises(SpecificationError, match="horizon"):
            fit.at(horizon)
    alone = Operations(sample.daily, sample.amounts.abs(), **STUDY).fit(draws=19, rng=1)
    with pytest.raises(SpecificationError, match="one sign"):
        alone.by_sign()
    with pytest.raises(SpecificationError, match="one era only"):
        alone.leave_one_era_out(0)
    with pytest.raises(SpecificationError, match="no horizon from 40"):
        fit.joint_test(40, 50)


def test_results_do_not_change_behind_ones_back(fit):
    table = fit.window.left_out
    table.loc[0, "reason"] = "edited"
    assert "edited" not in set(fit.window.left_out["reason"])
    with pytest.raises(ValueError, match="read-only"):
        fit.point[0] = 9.0


def test_the_simulated_market_has_the_moments_that_it_says():
    sample = OperationMarket(share=0.2, campaign=8.0, load=0.0, noise=3.0).simulate(days=20_000, rng=1)
    live = sample.daily.frame.index.isin(sample.amounts.index)
    assert live.mean() == pytest.approx(0.2, abs=0.02)
    assert live.sum() / (np.diff(live.astype(int)) == 1).sum() == pytest.approx(8.0, rel=0.08)
    assert sample.daily.frame["news"].std() == pytest.approx(3.0, rel=0.02)
    assert MARKET.response(-3) == 0.0
    for wrong in ({"share": 1.0}, {"decay": 1.0}, {"campaign": 0.5}, {"share": 0.9, "campaign": 2.0}):
        with pytest.raises(SpecificationError):
            OperationMarket(**wrong)


def rates(market, replications, horizon=10, **options):
    """Shares of samples in which the randomisation set, and the normal interval by Newey-West, hold the truth."""
    robust = normal = 0
    for seed in range(replications):
        sample = market.simulate(days=2000, rng=seed)
        study = {"response": "yield", "units": "bn", "horizons": (-1, horizon), **options}
        fit = Operations(sample.daily, sample.amounts, **study).fit(draws=199, rng=seed)
        table, truth = fit.summary().loc[horizon], sample.truth(horizon)
        robust += table["set lower"] <= truth <= table["set upper"]
        normal += table["lower"] <= truth <= table["upper"]
    return robust / replications, normal / replications


@pytest.mark.slow
def test_sets_cover_the_truth_of_lasting_responses_to_independent_operations():
    """A lasting response and campaigns without runs of sign: nothing of other operations in the window on average."""
    covered = rates(OperationMarket(load=0.0, campaign=2.0), 150, horizon=0)[0]
    assert abs(covered - 0.90) <= 0.075


def test_leaning_on_the_news_of_the_day_breaks_the_design_and_the_test_sees_it():
    """The holder sells when yields rise: the slope is news, not impact."""
    assert rates(OperationMarket(lean=0.2, load=0.0), 60, horizon=0)[0] < 0.3


@pytest.mark.slow
def test_the_coverage_of_the_docstring():
    for options, expected in COVERAGE.items():
        robust, normal = rates(OperationMarket(**dict(options[0])), 300, horizon=options[1], summed=len(options) > 2)
        assert (100.0 * robust, 100.0 * normal) == pytest.approx(expected, abs=6.0)


COVERAGE = {
    ((("load", 0.0),), 0): (91.1, 88.8),
    ((("load", 0.0),), 20): (90.3, 88.3),
    ((("load", 0.0), ("campaign", 10.0)), 20): (89.8, 85.4),
    ((), 20): (83.4, 79.1),
    ((("lean", 0.1), ("load", 0.0)), 0): (0.1, 0.0),
    ((), 20, "summed"): (90.5, 84.6),
}


@pytest.mark.parametrize("change", [lambda days: days.tz_localize("UTC"), lambda days: days + pd.Timedelta(hours=9)])
def test_amounts_and_eras_with_a_clock_are_refused_as_daily_data_are(change):
    sample = OperationMarket(impact=2.0).simulate(days=300, rng=1)
    days, amounts = sample.amounts.index, sample.amounts
    how = {"response": "yield", "units": "USD bn sold", "horizons": (-2, 3)}
    for daily, given, eras in (
        (sample.daily.frame.set_axis(change(sample.daily.frame.index), axis=0), amounts, None),
        (sample.daily, amounts.set_axis(change(days)), None),
        (sample.daily, amounts, {"one": (change(days)[0], days[-1])}),
        (sample.daily, amounts, {"one": (days[0], change(days)[-1])}),
    ):
        with pytest.raises(FrequencyError, match=r"time of day n?or zone; .*normalize\(\)"):
            Operations(daily, given, eras=eras, **how)
