"""Every sentence of direction in the paper rests on a number: it stands there, and the results bear it out."""

import re
from functools import cache
from pathlib import Path

import pytest

from econ.report import Exhibit

PAPER = Path(__file__).parents[2] / "paper"


@cache
def numbers(key):
    return Exhibit.open(key, PAPER).numbers


def n(name):
    key, _, number = name.partition(".")
    return numbers(key)[number]


def parts(curve):
    """Parts of the variance of a curve that its choices account for, each alone."""
    names = numbers("multiverse")
    return [names[name] for name in names if name.startswith(f"{curve}_part_") and not name.endswith("interactions")]


def value(name):
    found = n(name)
    return getattr(found, "value", found)


def contains(name, *points):
    region = n(name).confidence_set()
    return all(any(low <= point <= high for low, high in region.intervals) for point in points)


IDENTIFIED = [f"price_impact.{key}_3" for key in ("granular", "granular_ex_hubs", "granular_china", "combined")]
INSTRUMENTED = [*IDENTIFIED, "price_impact.intervention_3", "price_impact.intervention_shock_3"]
OFFSETS = [f"quantity_offset.{key}_japan_6" for key in ("china", "allies", "proxy")]
MAIN = "holdings_and_flows.official_early"

SENTENCES = {
    "the two on allies are too small by factors": lambda: (
        value("claims.japan_factor") > 2 and value("claims.uk_factor") > 2
    ),
    "China's holdings fell by": lambda: value("claims.july_now") > 0 and value("claims.july_sold") > 0,
    "But net sales did rise": lambda: value("claims.sold_2022") < value("claims.sold_2025"),
    "the same regression gives": lambda: value(f"{MAIN}_position_change") < 0 < value(f"{MAIN}_net_purchases"),
    "right sign, size of the literature, highly significant": lambda: n(f"{MAIN}_position_change").upper < -5,
    "diluted by flows": lambda: value(f"{MAIN}_valuation_change") < value(f"{MAIN}_position_change"),
    "For China since 2011 it is +": lambda: n("holdings_and_flows.china_recent_net_purchases").lower > 0,
    "reported long-term holdings are down by": lambda: (
        value("holdings_and_flows.china_reported") < value("holdings_and_flows.china_bought") < 0
    ),
    "the gap $G_t$ is as large as the flow": lambda: abs(value("concepts.correlation_uk")) < 0.5,
    "the primary cell of H1 moves from": lambda: value("concepts.combined_old") > 0 > value("concepts.combined_new"),
    "turn the sign of that cell": lambda: value("concepts.combined_old") > 0 > value("price_impact.primary"),
    "of which the S form shows": lambda: value("concepts.traded_china") < 0.5 * value("concepts.surveyed_china"),
    "stayed there": lambda: value("concepts.surveyed_uk") < 0.2 * value("concepts.traded_uk"),
    "For all foreigners, Japan and Brazil the two agree": lambda: all(
        0.8 < value(f"concepts.traded_{slug}") / value(f"concepts.surveyed_{slug}") < 1.2
        for slug in ("foreign", "japan")
    ),
    "while it bought": lambda: value("custody.china_moved_2011") < 0 < value("custody.china_belgium_moved_2011"),
    "goes with a *fall* of the 10-year yield": lambda: n("recursive_responses.flows_china_0").upper < 0,
    "with intervals that allow either sign under the first": lambda: contains("recursive_responses.flows_china_3", 0.0),
    "excludes zero with three, six or twelve lags": lambda: all(
        n(f"recursive_responses.variant_{row}_yields").lower > 0 for row in (0, 1, 2)
    ),
    "with purchases read off positions it does not": lambda: contains("recursive_responses.variant_4_yields", 0.0),
    "no interval of the 10-year yield excludes zero": lambda: all(
        contains(f"structural_responses.{key}", 0.0)
        for key in ("flows_first_china", "proxy_china", "variance_china", "proxy_japan", "proxy_uk")
    ),
    "lies above most published estimates": lambda: n("structural_responses.yields_first_china").lower > 28,
    "all others contain them": lambda: all(
        contains(f"structural_responses.{key}_china", 5.0, 28.0) for key in ("flows_first", "proxy", "variance")
    ),
    "The point has the sign that H1 does not have": lambda: value("price_impact.primary") < 0,
    "Either set contains zero and most published estimates": lambda: (
        contains("price_impact.primary", 0.0, 5.0, 28.0) and contains("price_impact.primary_chi_square", 0.0, 5.0, 28.0)
    ),
    "had a positive point in the same cell": lambda: value("concepts.combined_old") > 0,
    "Equivalence to no effect within ±15 bp is not shown": lambda: n("price_impact.equivalent_short") == "no",
    "shows how far leaning against yields goes": lambda: (
        n("price_impact.ols_whole_3").upper < 0 and n("price_impact.ols_long_3").upper < 0
    ),
    "identify nothing": lambda: not n("price_impact.intervention_3").confidence_set().bounded,
    "But twelve lags of the yield predict it": lambda: value("instruments.balance_yield") < 0.05,
    "officials sell into rallies": lambda: n("weekly_custody.before_1").upper < 0,
    "do not agree on a sign": lambda: value("price_impact.granular_3") < 0 < value("price_impact.granular_china_3"),
    "each of their sets for the 10-year yield contains zero and most of the literature": lambda: all(
        contains(name, 0.0, 5.0, 28.0) for name in INSTRUMENTED
    ),
    "Full replacement by Japan is excluded each time": lambda: all(n(name).upper < 1 for name in OFFSETS),
    "the price offset is not even bounded": lambda: value("price_offset.unbounded") == value("price_offset.cells"),
    "In March 2020 Japan sold": lambda: all(
        value(f"behaviour.march_2020_{slug}") < 0 for slug in ("japan", "uk", "china")
    ),
    "in September and October 2022 Japan sold": lambda: value("behaviour.september_october_2022_japan") < 0,
    "while UK custodians bought": lambda: (
        value("behaviour.april_2025_japan") < 0 < value("behaviour.april_2025_uk")
    ),
    "after its interventions, which it pays for by selling": lambda: value("behaviour.japan_reacts_to_currency") < 0.1,
    "and after volatile months": lambda: value("behaviour.japan_reacts_to_volatility") < 0.1,
    "react to China's in the months before": lambda: all(
        value(f"behaviour.{slug}_reacts_to_{what}") > 0.1 for slug in ("japan", "uk") for what in ("china", "yield")
    ),
    "A break in China's own purchases is not found": lambda: value("behaviour.breaks") == 0,
    "the wrong sign. The effect": lambda: value("event_study.china_sells_10y") < 0,
    "By the rule fixed before, the sign is decided": lambda: (
        n("operations.primary").lower > 0 and n("operations.without").lower > 0
        and n("daily_designs.signs_decided") == "a sale raises the yield"
    ),
    "satisfy a rule fixed before they were run": lambda: (
        n("operations.primary").lower > 0 < n("operations.without").lower
    ),
    "The result does not survive: without windows that hold an employment report": lambda: (
        contains("operations.kept_out", 0.0) and contains("operations.kept_out_without", 0.0)
    ),
    "yields move as much before operations as after": lambda: (
        value("operations.before") > 0.8 * value("operations.from_it") and n("operations.before").lower > 0
    ),
    "and of sales alone the record does not know the sign": lambda: all(
        contains(f"operations.sales_{rule}", 0.0) for rule in ("next", "drop")
    ),
    "so that this could not help": lambda: value("operations.explained") < 0.01,
    "not thirty-five years of evidence": lambda: (
        contains("operations.campaign_out", 0.0) and contains("operations.campaign_out_without", 0.0)
    ),
    "most of the response comes on day 0": lambda: (
        value("daily_designs.sample_operations_day") > 0.5 * value("operations.primary")
    ),
    "show one of": lambda: value("daily_designs.zero_bias_answer") > 10,
    "Both are biases towards H1": lambda: (
        value("daily_designs.zero_bias_answer") > 0 and value("daily_designs.zero_bias_yen") > 0
    ),
    "and one structure fits all regimes": lambda: value("variance_designs.regimes_agreement") > 0.1,
    "GARCH, smooth change and independent shocks give either sign": lambda: all(
        contains(f"variance_designs.scheme_{place}", -5.0, 5.0) for place in (1, 2, 3)
    ),
    "too large by": lambda: value("daily_designs.operations_bias_crowded") > 20,
    "it biases the impact by news by": lambda: value("daily_designs.news_bias_of_the_leak") < -5,
    "Granular shocks fail when holders lean with unlike strength": lambda: (
        "Unlike" in n("daily_designs.granular_broken_by")
    ),
    "which can be told neither from none nor from its size after three": lambda: contains(
        "operations.far", 0.0, value("operations.primary")
    ),
    "That the two are one is not rejected": lambda: value("operations.equal_next") > 0.1,
    "it decides nothing": lambda: all(contains(f"leaning.{key}_impact", 0.0, 28.0) for key in ("both", "custody")),
    "cannot be told apart": lambda: value("daily_designs.agreement_p") > 0.1,
    "Monthly flows and yields do not settle what priors dispute": lambda: (
        contains("beliefs.impact_news", 0.0) and contains("beliefs.sceptic_news", 0.0)
        and value("beliefs.impact_news") > value("beliefs.sceptic_news") + 5
    ),
    "which excludes a quarter": lambda: n("replacement.told_japan").upper < 0.25,
    "full undoing is excluded and half is not": lambda: (
        n("replacement.undone").upper < 1 and contains("replacement.undone", 0.5)
    ),
    "less than a quarter is": lambda: n("replacement.verdict") == "not decidable",
    "times the weight of those on record, of which one day is most": lambda: value("daily_designs.sales_times") > 2,
    "in which a fall of prices counts as a sale": lambda: (
        n("literature.beltran_ols").upper < 16 and contains("literature.beltran_ols_1", 20.0)
    ),
    "in the same way": lambda: (
        n("literature.ahmed_recursive").upper < 0 and contains("literature.ahmed_recursive_2", 28.0)
        and n("literature.ahmed_recursive_2").lower > 0
    ),
    "more than is published": lambda: n("literature.warnock_where") == "below",
    "in changes nothing is left": lambda: (
        contains("literature.warnock_1", 0.0) and n("literature.warnock_1").upper < 16
    ),
    "are reproduced to a bp": lambda: (
        abs(value("literature.beltran_long") - 8.0) < 1 and abs(value("literature.imf") - 2.2) < 1
    ),
    "leave every size open": lambda: contains("literature.martin", 0.0, 21.0, 90.0),
    "moved the yield of the day by": lambda: (
        n("literature.bernanke").upper < 0.66 and value("literature.bernanke_1") < 0.5 * value("literature.bernanke")
    ),
    "in levels and": lambda: value("literature.notebook") < -0.5 and contains("literature.notebook_1", 0.0),
    "The choice that by itself moves them most is the concept of a sale": lambda: (
        n("multiverse.h1_part_concept") == max(parts("h1"))
    ),
    "what choices do jointly is": lambda: n("multiverse.h1_part_interactions") > n("multiverse.h1_part_concept"),
    "is below the index's mean of zero": lambda: n("variation.conditions_most") < 0.0,
    "that there is none is not rejected": lambda: (
        n("literature.beltran_long_unrelated") > 0.1 and n("literature.imf_unrelated") > 0.1
    ),
    "make that set too short": lambda: n("literature.warnock_persistence") > 0.7,
    "one of them a movement of yields that needs no estimate": lambda: (
        n("literature.march_where") == "reproduced" and isinstance(n("literature.march"), float)
    ),
    "the size of the literature; with": lambda: 5 < n("multiverse.h1_median_positions") < 28,
    "the sign that leaning gives": lambda: n("multiverse.h1_median_purchases") < 0,
    "are further on the side of leaning than samples without an effect": lambda: (
        n("multiverse.h1_median_p") < 0.05 and n("multiverse.h1_median_purchases") < 0
    ),
    "when it counts how many were tried, none is": lambda: n("multiverse.h1_left_romano_wolf") == 0.0,
    "speak to 1 for an impact of the literature's size against none": lambda: n("beliefs.operations_factor") > 3.0,
    "here concept and design move it": lambda: (
        {n("multiverse.h2_part_concept"), n("multiverse.h2_part_design")} == set(sorted(parts("h2"))[-2:])
    ),
    "is not decided, nor is the one by the Federal Reserve's share": lambda: (
        n("variation.conditions_verdict") == n("variation.fed_share_verdict") == "not decided"
    ),
    "and stability is not rejected": lambda: n("variation.stable_p") > 0.1,
    "Nor do weeks say much of months": lambda: n("nowcast.p_value") > 0.1 and n("nowcast.nowcast_relative_rmse") > 1.0,
    "because news says so little": lambda: n("leaning.both_impact").std_error > 2 * n("operations.primary").std_error,
}  # fmt: skip


def prose():
    text = re.sub(r"\[\]\{\.num [^}]*\}", "", (PAPER / "paper.md").read_text(encoding="utf-8"))
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("words", SENTENCES)
def test_a_sentence_of_direction_is_borne_out_by_the_results(words):
    assert words in prose(), "the text no longer says so: drop the line, or write what it says now"
    assert SENTENCES[words](), words
