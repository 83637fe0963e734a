"""The designs fixed anew: what they say of known data, their rules, and choices that contradict each other."""

import pandas as pd
import pytest

from analyses import _operations as dated
from analyses import leaning, replacement, variance_designs
from analyses._doubts import doubts
from analyses._verdicts import _decided
from analyses.specification import baseline
from econ.errors import SpecificationError, VintageMissing
from econ.estimate import ConfidenceSet, Estimate, Unavailable

QUICK = baseline.changed({"operations.draws": 199})


def made(*pieces):
    return Estimate(1.0, 1.0, pieces[0][0], pieces[-1][1], region=ConfidenceSet(pieces, 0.9))


@pytest.mark.parametrize(
    ("one", "two", "said"),
    [
        (made((1.0, 2.0)), made((0.5, 3.0)), "a sale raises the yield"),
        (made((-2.0, -1.0)), made((-3.0, -0.5)), "a sale lowers the yield"),
        (made((1.0, 2.0)), made((-0.5, 3.0)), "not decided"),
        (made((1.0, 2.0)), made((-3.0, -0.5)), "not decided"),
        (made((1.0, 2.0)), made((-3.0, -0.5), (0.5, 4.0)), "not decided"),
    ],
)
def test_the_rule_needs_both_sets_on_one_side_of_zero(one, two, said):
    assert _decided({"operations_summed": one, "without": two}) == said


def test_operations_are_those_of_the_record_in_percent_of_debt():
    whole, part = dated.records(QUICK).values()
    assert len(whole.sold) > len(part.sold) > 300
    assert part.sold[(part.sold.index >= "2011-01-01") & (part.sold.index <= "2011-12-31")].empty
    assert whole.sold["1998-04-10"] == pytest.approx(0.53, abs=0.03)  # 2.6 trillion yen sold on a Good Friday
    assert whole.sold["2003-01-15":"2004-03-31"].sum() == pytest.approx(-8.0, abs=0.6)  # the purchases of 35 trillion
    assert (whole.signed(1).sold > 0).all()
    assert (whole.signed(-1).sold < 0).all()


def test_a_referee_recomputed_the_cell_that_decides():
    """Values found with plain arrays by another program."""
    fits = {words: dated.fitted(record, QUICK) for words, record in dated.records(QUICK).items()}
    values = [dated.primary(fit, QUICK).value for fit in fits.values()]
    assert values == pytest.approx([14.638582004339, 12.313253712053], rel=1e-9)
    assert [len(fit.window.rows) for fit in fits.values()] == [4484, 4484]
    kept_out = dated.fitted(next(iter(dated.records(QUICK).values())), QUICK, news=dated.known_news(QUICK))
    assert dated.primary(kept_out, QUICK).value == pytest.approx(5.6, abs=0.05)


def test_doubts_are_answered_for_both_records():
    both = dated.records(QUICK)
    fits = {words: dated.fitted(record, QUICK) for words, record in both.items()}
    table, numbers = doubts(both, fits, QUICK)
    assert numbers["before"].value == pytest.approx(19.4, abs=0.1)
    assert numbers["first_without"].value == pytest.approx(5.21, abs=0.05)
    assert numbers["cleaned"] == pytest.approx(0.31, abs=0.01)
    assert all(len(row.cells) == 2 for row in table.body)


def test_news_gives_what_a_referee_found():
    found = leaning.identified(baseline)
    assert found.leaning.value * 10.0 == pytest.approx(0.0776155537, rel=1e-8)
    assert found.impact.value == pytest.approx(37.0987151346, rel=1e-8)
    assert found.curve.at(0.0).value == pytest.approx(-6.8228873900, rel=1e-8)
    assert leaning.identified(baseline, leak=False).share == 0.0
    assert leaning.identified(baseline, share=0.05).share == 0.05
    months = leaning.months_of(baseline, ("fomc",), ("2003-01", "2003-12"))
    assert months["news_days"].sum() == 8
    assert months.loc["2003-02", "news"] == 0.0


def test_weeks_are_those_of_the_custody_holdings():
    weeks, held = leaning.weeks_of(baseline), leaning.weekly(baseline).frame
    change = held["yield_10y"].diff().iloc[1:]
    assert (weeks["change"].iloc[1:] - change.reindex(weeks.index[1:])).abs().max() < 1e-9
    assert (weeks["flow"] + held["custody_sales"]).abs().max() == 0.0
    assert leaning.custody(baseline).share == pytest.approx(weeks["news_days"].sum() / weeks["days"].sum())
    assert leaning.custody(baseline, leak=False).share == 0.0


def test_what_surveys_give_to_china_is_taken_from_the_hub():
    china, uk = replacement.CHINA, replacement.UK
    bare = replacement._flows(baseline, baseline.replacement.sample).frame
    frame = replacement.surveyed(baseline).frame
    assert (frame[[china, uk]].sum(axis=1) - bare[[china, uk]].sum(axis=1)).abs().max() < 1e-12
    assert (frame.loc["2011-07":, china] - bare.loc["2011-07":, china]).abs().max() == 0.0
    assert frame.loc[:"2011-06", china].sum() > 2.0 * bare.loc[:"2011-06", china].sum()
    several = replacement.result(baseline.changed("replacement.hubs", ("uk", "belgium_luxembourg")))
    assert isinstance(several.numbers["surveyed_uk"], Unavailable)


def test_the_p_value_is_that_nothing_tells_the_shocks_apart():
    two = pd.Series([0.5, 0.004], index=["constant variance: flow", "constant variance: change"])
    assert variance_designs._told_apart(two) == pytest.approx(0.008)
    one = pd.Series([0.001, 0.03], index=["constant covariance", "equal relative variances: flow, change"])
    assert variance_designs._told_apart(one) == pytest.approx(0.03)


def test_choices_that_contradict_each_other_are_refused():
    for name, value, words in (
        ("beliefs.impact", (1.0, 2.0), "beliefs.impact takes location, scale"),
        ("beliefs.leaning", (0.0, -1.0, 3.0), "beliefs.leaning takes location, scale"),
        ("variances.ends", ("1970-12",), "variances.ends lie inside"),
        ("daily.faults", ("yen",), "daily.faults begin with 'none'"),
        ("daily.impacts", (15.0, 30.0), "daily.impacts hold 0"),
    ):
        with pytest.raises(SpecificationError, match=words):
            baseline.changed(name, value)


def test_news_of_leaning_is_of_the_vintage_asked_for(monkeypatch):
    """Yields are taken from the paper's vintage here, so that the news alone is asked for another."""
    load, other = leaning.econ.load, baseline.changed("as_of", "2026-09-01")
    monkeypatch.setattr(leaning.econ, "load", lambda *names, as_of, **more: load(*names, **more))
    days = pd.Timestamp("2022-01-03"), pd.Timestamp("2025-12-31")
    by_rule = leaning._days(other, ("payrolls",), *days)
    pd.testing.assert_frame_equal(by_rule, leaning._days(baseline, ("payrolls",), *days))
    assert by_rule["news_days"].sum() > 40
    assert leaning._days(baseline, ("intervention_days",), *days)["news_days"].sum() > 5
    with pytest.raises(VintageMissing, match="2026-09-01"):
        leaning._days(other, ("intervention_days",), *days)


def test_known_news_is_of_the_vintage_asked_for():
    """A class made from a record is looked for in it; classes by rule are of no vintage."""
    other = baseline.changed("as_of", "2026-09-01")
    assert list(dated.known_news(other)) == list(dated.known_news(baseline))
    with pytest.raises(VintageMissing, match="2026-09-01"):
        dated.known_news(other.changed("operations.also", ("intervention_days",)))
