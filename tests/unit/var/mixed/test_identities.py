"""A series of lower frequency that others add up to has no shock of its own."""

import numpy as np
import pandas as pd
import pytest

from econ.errors import SingularDesign
from econ.var import Minnesota, MixedFrequencyVAR

G = np.random.default_rng(3)
WEEKS = pd.period_range("2012-01-04", periods=420, freq="W-WED")
WEEKLY = pd.DataFrame(G.standard_normal((420, 2)).cumsum(axis=0) * 0.1 + 5.0, WEEKS, ["flow", "yield"])
MONTHS = pd.PeriodIndex(WEEKS.end_time, freq="M")
RULES = {"sum": "sum", "average": "mean", "end": "last"}


def monthly(values, rule):
    """Whole months of a weekly series."""
    return values.groupby(MONTHS).agg(RULES[rule]).iloc[1:-1].rename("made")


def model(low, rule, base=WEEKLY, lags=2, **more):
    return MixedFrequencyVAR([base, low.to_frame()], lags, aggregation={low.name: rule}, prior=Minnesota(0.2), **more)


def refused(made, words):
    with pytest.raises(SingularDesign, match=words):
        made.fit(draws=4, burn=2, rng=1)


@pytest.mark.parametrize("rule", RULES)
def test_a_sum_of_a_weekly_series_is_found(rule):
    refused(
        model(monthly(WEEKLY["flow"], rule), rule), rf"'made' by the rule '{rule}' is .* combination of 'flow' over"
    )
    refused(model(-100.0 * monthly(WEEKLY["yield"], rule), rule), "combination of 'yield' over")
    refused(model(monthly(WEEKLY["flow"] + 2.0 * WEEKLY["yield"], rule), rule), "combination of 'flow', 'yield' over")


@pytest.mark.parametrize("rule", RULES)
def test_so_is_one_that_is_late_or_moved_by_the_trend(rule):
    refused(model(monthly(WEEKLY["flow"].shift(1).bfill(), rule).iloc[1:], rule), "combination of 'flow'")
    if rule != "sum":
        refused(model(3.0 + monthly(WEEKLY["flow"], rule), rule), "combination of 'flow'")
    each_week = pd.Series(np.arange(420.0), WEEKS)
    refused(model(monthly(WEEKLY["flow"] + each_week, rule), rule, trend="ct"), "combination of 'flow'")


def test_holes_and_ragged_edges_do_not_hide_it():
    low, base = monthly(WEEKLY["flow"], "sum"), WEEKLY.copy()
    low.iloc[[5, 6, 40]], base.iloc[[100, 200], 0], base.iloc[:300, 1] = np.nan, np.nan, np.nan
    refused(model(low, "sum", base), "combination of 'flow'")


def test_a_quarter_that_months_add_up_to_is_found_below_a_weekly_base():
    low = pd.Series(G.standard_normal(94), monthly(WEEKLY["flow"], "sum").index[:94], name="month")
    quarter = low.groupby(low.index.asfreq("Q")).agg(["sum", "count"])
    quarter = quarter.loc[quarter["count"] == 3, "sum"].rename("quarter")
    tables = [WEEKLY, low.to_frame(), quarter.to_frame()]
    for rules in ({"month": "sum", "quarter": "sum"}, {"month": "sum", "quarter": "average"}):
        made = MixedFrequencyVAR(tables, 2, aggregation=rules, prior=Minnesota(0.2))
        if rules["quarter"] == "sum":
            refused(made, "'quarter' by the rule 'sum' is .* combination of 'month'")
        else:  # quarters of 12 to 14 weeks: an average that equals a sum is none
            made.fit(draws=4, burn=2, rng=1)


def test_what_is_published_with_an_error_or_counts_otherwise_is_taken():
    total = monthly(WEEKLY["flow"], "sum")
    model(total.round(2), "sum").fit(draws=4, burn=2, rng=1)
    model(total + G.standard_normal(len(total)), "sum").fit(draws=4, burn=2, rng=1)
    model(monthly(WEEKLY["flow"], "end"), "average").fit(draws=4, burn=2, rng=1)
    model(total.iloc[:11], "sum").fit(draws=4, burn=2, rng=1)  # so few values that anything would fit them
