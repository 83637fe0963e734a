"""The specification is the truth: a changed field changes a number, and each exhibit says what it read."""

import inspect
import json
import re
import warnings
from dataclasses import fields, replace
from functools import cache
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest

from analyses import claims, event_channels, holdings_and_flows, price_impact, weekly_custody
from analyses._kinds import Dates, NewsClass, Span
from analyses._samples import cut, window
from analyses.specification import RECORDS, Specification, baseline, system
from econ.errors import SpecificationError, UnusedChoice, VintageMissing
from econ.report import Choices, Exhibit, Unavailable, choices_of
from econ.report.compare import cells
from econ.report.store import encode

ROOT = Path(__file__).parents[2]
SECONDS = {
    key: each["seconds"] for key, each in json.loads((ROOT / "paper/runtimes.json").read_text())["exhibits"].items()
}
CHOICES = {key: Exhibit.open(key, ROOT / "paper").choices for key in SECONDS}
FIELDS = [name for name in choices_of(baseline) if name not in RECORDS]
CHEAP = ("claims", "event_channels", "holdings_and_flows", "weekly_custody")

SMALL = {
    "var.draws": 99, "var.scheme_draws": 19, "var.sign_draws": 40, "events.draws": 199, "events.test_draws": 199,
    "events.size_replications": 4, "events.size_draws": 19, "events.size_days": 1500, "calendars.draws": 199,
    "behaviour.break_draws": 49, "behaviour.break_size": 0.9,  # the tests go on to the next break
    "simulation.replications": 10, "simulation.draws": 39, "simulation.block": 2,
    "simulation.offset_replications": 10, "simulation.offset_draws": 39, "simulation.offset_block": 2,
    "operations.draws": 199, "beliefs.draws": 400, "variances.draws": 39,
    "ledger.draws": 199, "ledger.haven_draws": 19, "freeze.draws": 199, "daily.months": 120, "daily.replications": 4, "daily.draws": 39, "daily.block": 2,
    "literature.martin_draws": 100, "literature.ahmed_draws": 39,
    "multiverse.shifts": 19, "multiverse.outcomes": ("yield_10y", "term_premium_10y"), "multiverse.horizons": (0, 3),
    "multiverse.lags": (0, 3), "multiverse.ally_lags": (1, 3), "multiverse.ally_horizons": (3, 6),
    "variation.draws": 40, "nowcast.draws": 20,
}  # fmt: skip
"""Draws with which both sides of a comparison are made."""

CHANGED = {
    "level": 0.8,
    "sample.main": ("2012-01", "2025-12"), "sample.one_concept": ("2011-07", "2021-12"),
    "sample.early": ("2004-01", "2020-12"), "sample.long": ("1986-01", "2020-12"), "sample.whole": ("1986-01", "2026-03"),
    "sample.custody": ("2008-01-02", "2026-03-25"), "concept": "position",
    "yields.maturities": ("yield_2y", "yield_10y"), "yields.averages": ("yield_10y_average",),
    "yields.premia": ("term_premium_2y", "term_premium_10y"), "yields.premium": "term_premium_5y",
    "yields.slope": ("yield_30y", "yield_2y"),
    "primary.maturity": "yield_30y", "primary.seller": "japan", "primary.instruments": ("granular",),
    "primary.bounds": (10_000.0, 8.0, 2.4), "primary.horizon": 6,
    "var.flows_first": ("japan_net_purchases", "china_net_purchases", *baseline.var.flows_first[2:]),
    "var.yields_first": baseline.var.yields_first[::-1], "var.allies_first": baseline.var.allies_first[::-1],
    "var.controls": ("fed_net_purchases",), "var.sellers": ("japan",),
    "var.regimes": ("2013-12", "2019-12"), "behaviour.max_breaks": 1,
    "offset.ally": "uk_net_purchases", "offset.none": 0.01, "offset.full": 0.3,
    "offset.doubtful": 0.51, "offset.controls": ("fed_net_purchases", "financial_conditions"),
    "offset.methods": ("sims-zha", "scenario", "least-squares"),
    "adding_up.china_first": baseline.adding_up.china_first[::-1], "adding_up.china_last": baseline.adding_up.china_last[::-1],
    "panel.countries": baseline.panel.countries[:-1], "panel.factors": 2, "panel.sales": ("2015-08 china", "2016-11 china"),
    "projection.further": ("yield_10y_uk",), "custody.spans": (Span("2011–13", "2011-07", "2013-12"), *baseline.custody.spans[1:]),
    "custody.since": "2024-01", "custody.survey": "2009-06", "custody.groups": ("china", "china_belgium"),
    "custody.survey_hubs": (), "claims.tolerance": 0.5, "claims.years": (2013, 2025), "claims.selling": (2023, 2025),
    "summary.yields": ("yield_10y_uk",), "summary.flows": ("china", "japan", "uk", "official"),
    "events.window": (0, 2), "events.estimation": (-120, -11), "events.path": (-4, 5), "events.classes": baseline.events.classes[:-1],
    "events.cases": (Span("March 2020", "2020-03-06", "2020-03-19"),), "events.dash": ("2020-03-09", "2020-03-17"),
    "events.april": ("2025-04-04", "2025-04-10"), "events.size_effect": 3.0, "events.bound": 12.0,
    "calendars.window": (0, 1), "calendars.two_days": (0, 2), "calendars.path": (-4, 5), "calendars.distances": (-9, 11),
    "calendars.halves": "2012-01-01", "calendars.first": "2005-01-01", "calendars.interventions": ("2010-01-01", "2022-12-31"),
    "calendars.classes": baseline.calendars.classes[:5], "calendars.dropped": ("fomc",),
    "weekly.placebo": "2015-03-11", "weekly.leads": (1, 2, 4, 8, 13),
    "holdings.since": "2012-06", "behaviour.freeze": "2021-02", "behaviour.volatile": 0.6,
    "behaviour.episodes": baseline.behaviour.episodes[:-1], "behaviour.break_size": 0.05, "behaviour.trim": 0.25, "behaviour.break_block": 2,
    "simulation.impacts": (0.0, -20.0, -60.0), "simulation.offset": 0.4, "simulation.shortfall": 0.8, "simulation.offset_impact": -40.0,
    "simulation.block": 1, "simulation.offset_block": 1, "simulation.faults": ("none",), "simulation.offsets": (0.0, 0.6, 1.0),
    "daily.block": 1, "daily.shown": 15.0,
    "operations.span": ("1993-01-01", "2026-03-31"), "operations.days": (0, 2, 5, 10, 20, 40), "operations.path": (-4, 10),
    "operations.without": ("2003-01-01", "2003-12-31"), "operations.clean": (), "operations.closed": "drop",
    "operations.closed_otherwise": "previous", "leaning.seller": "japan", "leaning.sample": ("2002-01", "2026-03"),
    "leaning.news": ("fomc",), "leaning.alone": ("fomc", "quarter_end"), "leaning.alone_sample": ("2001-03", "2026-03"),
    "beliefs.impact": (20.0, 12.0, 3.0), "beliefs.sceptic": (0.0, 10.0, 3.0), "beliefs.leaning": (0.0, 0.01, 3.0),
    "operations.also": ("quarter_end",), "operations.also_since": "2005-01-03",
    "operations.campaign": ("2003-06-01", "2004-03-31"), "operations.to_the_end": (4, 10),
    "leaning.shares": (0.04, 0.08, 0.12), "leaning.stress": ("2020-03", "2020-03"),
    "variances.sample": ("1986-04", "2026-03"), "variances.ends": ("1998-12", "2008-12", "2014-12"),
    "replacement.sample": ("2003-07", "2026-03"), "replacement.trades_sample": ("1995-01", "2026-03"),
    "replacement.less_than": 0.6, "replacement.hubs": ("uk", "belgium_luxembourg"),
    "replacement.reverse_sample": ("1993-01", "2026-03"),
    "ledger.story": "2025-10-20", "ledger.haven": ("2005-01-07", "2026-05-22"), "ledger.haven_ends": "2025-04-02",
    "ledger.gold_since": "2022-11", "ledger.gold_seller": "china", "ledger.returns": ("2023-08", "2026-05"),
    "ledger.shares": ("2015-01", "2026-03"), "ledger.shares_broken": "2021-12",
    "freeze.date": "2021-02", "freeze.before": 36, "freeze.after": 36, "freeze.block": 6, "freeze.scaled": "2021-06",
    "freeze.custody": "china_belgium",
    "literature.bernanke": ("2001-01-01", "2004-12-31"), "literature.warnock": ("1992-01", "2005-05"),
    "literature.beltran": ("1995-01", "2007-06"), "literature.martin": ("1986-04", "2008-12"),
    "literature.imf": ("1995-01", "2015-12"), "literature.ahmed": ("2004-01", "2020-12"), "literature.ahmed_break": "2009-12",
    "literature.march": ("2020-03-09", "2020-03-19"), "literature.wolcott": ("1986-04", "2008-12"),
    "literature.tabova": ("1986-04", "2020-12"), "literature.notebook": ("2012-06", "2025-12"),
    "multiverse.outcomes": ("yield_10y", "yield_2y"), "multiverse.horizons": (0, 1), "multiverse.lags": (0, 6),
    "multiverse.ally_lags": (1, 6), "multiverse.ally_horizons": (3, 12), "multiverse.size": 0.5,
    "variation.levels": (0.2, 0.9), "variation.seller": "japan", "variation.sample": ("1986-04", "2026-03"),
    "nowcast.holder": "japan", "nowcast.sample": ("2012-07", "2026-03"), "nowcast.evaluated": ("2020-01", "2026-03"),
    "nowcast.delay": 60,
}  # fmt: skip
"""Another value of each field for which the rule of `another` makes none."""


def another(name):
    """Another value that the field allows: a flag turned, a number more, a list without its last entry."""
    value = choices_of(baseline)[name]
    if name in CHANGED:
        return CHANGED[name]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return 0.8 * value
    return value[:-1]


def made(key, spec):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return import_module(f"analyses.{key}").result(spec)


def small(key):
    """The paper's choices with few draws, where the exhibit reads them."""
    return baseline.changed({name: value for name, value in SMALL.items() if name in CHOICES[key]})


@cache
def before(key):
    return values(made(key, small(key)))


def values(exhibit):
    """Every cell and number, by any name: titles, heads, labels and notes are left out."""
    drawn = sorted(repr(cell) for cell in cells(replace(exhibit, numbers={})).values())
    return drawn, [json.dumps(encode(value), sort_keys=True) for value in exhibit.numbers.values()]


def readers(name):
    """Exhibits that read a field, the quickest first."""
    return sorted((key for key, read in CHOICES.items() if name in read), key=SECONDS.get)


def moves(name, keys):
    return any(values(made(key, small(key).changed(name, another(name)))) != before(key) for key in keys)


@pytest.mark.parametrize("name", [name for name in FIELDS if set(readers(name)) & set(CHEAP)])
def test_a_changed_field_changes_a_number_of_a_quick_exhibit_that_reads_it(name):
    keys = [key for key in readers(name) if key in CHEAP]
    if name == "as_of":
        with pytest.raises(VintageMissing, match="2026-07-18"):
            made(keys[0], baseline.changed(name, "2026-07-18"))
        return
    assert moves(name, keys), f"{name} is read by {keys} and moves none of their numbers"


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in FIELDS if name != "as_of" and not set(readers(name)) & set(CHEAP)])
def test_a_changed_field_changes_a_number_of_an_exhibit_that_reads_it(name):
    assert moves(name, readers(name)), f"{name} is read by {readers(name)} and moves none of their numbers"


def test_every_field_is_read_by_an_exhibit_or_is_a_record():
    assert [name for name in FIELDS if not readers(name)] == []
    assert [name for name in RECORDS if readers(name)] == []
    assert set(RECORDS) <= set(choices_of(baseline))


def test_every_field_is_explained_beside_it():
    parts = (baseline, *(getattr(baseline, each.name) for each in fields(baseline)))
    classes = [type(each) for each in parts if isinstance(each, Choices)]
    bodies = [Path(inspect.getfile(each)).read_text().split(f"\nclass {each.__name__}(")[1] for each in classes]
    bodies = [re.split(r"\n    def |\n\n\n|\n    sample: Sample", body)[0] for body in bodies]
    fields_of = [text for body in bodies for text in re.split(r"\n    (?=\w+: kind\.)", body)[1:]]
    fields_of += re.findall(r"\n    (decided_on: kind.*)", (ROOT / "analyses/specification.py").read_text())
    assert len(fields_of) == len(choices_of(baseline))
    for text in fields_of:
        assert re.search(r"  # \w|\n    # \w", text), text


USES = {"main": ("summary_statistics", "holdings_and_flows", "behaviour", "instruments", "adding_up", "quantity_offset"),
        "early": ("holdings_and_flows",), "long": ("holdings_and_flows",),
        "custody": ("weekly_custody", "instruments")}  # fmt: skip


@pytest.mark.parametrize(("name", "key"), [(name, key) for name, keys in USES.items() for key in keys])
def test_both_ends_of_a_sample_change_every_exhibit_that_uses_it(name, key):
    check_ends(name, key)


@pytest.mark.slow
@pytest.mark.parametrize("name", [each.name for each in fields(baseline.sample)])
def test_both_ends_of_a_sample_change_the_exhibits_that_take_longer(name):
    for key in readers(f"sample.{name}"):
        if key not in USES.get(name, ()) and SECONDS[key] < 30.0:
            check_ends(name, key)


ENDED_BEFORE = {("custody", "instruments"): "purchases of officials are published to 2020-12 without a hole"}
"""Samples whose last month an exhibit does not reach."""
BEGUN_AFTER = {("long", "instruments"): "custody holdings begin in 2002, after the sample"}
"""Samples whose first month comes before the data of an exhibit."""


def check_ends(name, key):
    first, last = getattr(baseline.sample, name)
    step = {"D": 364, "M": 12}["D" if len(first) == 10 else "M"]
    freq = "D" if len(first) == 10 else "M"
    changed = [(str(pd.Period(first, freq) + step), last), (first, str(pd.Period(last, freq) - step))]
    changed = changed[:1] if (name, key) in ENDED_BEFORE else changed[1:] if (name, key) in BEGUN_AFTER else changed
    for ends in changed:
        assert values(made(key, small(key).changed(f"sample.{name}", ends))) != before(key), (key, ends)


def test_the_committed_choices_are_those_that_were_read():
    for key in CHEAP:
        assert made(key, baseline).choices == CHOICES[key]


def test_a_changed_field_that_an_exhibit_does_not_read_is_warned_of_by_name():
    with pytest.warns(UnusedChoice, match=r"'claims' does not read 'weekly\.lags'"):
        claims.result(baseline.changed("weekly.lags", 4))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        claims.result(baseline.changed("claims.tolerance", 0.01))


def test_no_month_of_purchases_is_imputed():
    """Unless a referee asks for them: then the 25 months are those whose valuation nobody published."""
    for name, variable in system(baseline).variables.items():
        assert not variable.imputed, name
    for concept in ("position", "imputed"):
        variables = system(baseline.changed("concept", concept)).variables
        assert len(variables["china_net_purchases"].imputed) == 25
    rows = {row.label: row.cells for row in claims.result(baseline).tables["annual"].body if hasattr(row, "cells")}
    assert isinstance(rows["2021"][1], float)
    assert isinstance(rows["2021"][2], Unavailable)
    assert isinstance(rows["2023"][2], Unavailable)  # January


def test_trades_by_counterparty_end_before_the_break_and_the_reported_holder_begins_at_it():
    spec = baseline.changed("concept", "counterparty")
    assert window(spec) == ("2011-07", "2023-01")
    assert str(system(spec).frame.index[-1]) == "2023-01"
    with pytest.raises(SpecificationError, match=r"sample\.main asks for 2011-07 to 2026-03; .* have 2023-02"):
        system(baseline.changed("concept", "holder"))


def test_samples_in_which_flows_do_not_tell_who_bought_are_refused_with_months():
    early = baseline.changed("sample.main", ("2005-01", "2026-03"))
    with pytest.raises(
        SpecificationError, match=r"begins in 2005-01, but trades of China tell who bought from 2011-07"
    ):
        system(early)
    officials = baseline.changed({"primary.seller": "official"})
    with pytest.raises(SpecificationError, match="official_net_purchases was not published from 2021-01 to 2023-01"):
        price_impact.result(officials)


INDIFFERENT = {
    "concepts": "compares named concepts, whatever the specification says",
}
"""Exhibits that read the concept and have no number that rests on it."""


@pytest.mark.slow
@pytest.mark.parametrize("key", [key for key in SECONDS if "concept" in CHOICES[key] and key not in INDIFFERENT])
def test_another_concept_makes_every_exhibit_that_uses_flows_another(key):
    spec = small(key)
    if key == "price_impact":  # all foreigners' positions, from which purchases are read, begin a month later
        with pytest.raises(SpecificationError, match=r"sample\.main asks for 2011-07 to 2026-03"):
            made(key, spec.changed("concept", "position"))
        spec = spec.changed("sample.main", ("2011-08", "2026-03"))
    assert values(made(key, spec.changed("concept", "position"))) != values(made(key, spec))


def test_words_follow_the_fields():
    spec = baseline.changed({"primary.maturity": "yield_2y", "sample.early": ("2005-01", "2019-12")})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnusedChoice)
        exhibit = holdings_and_flows.result(spec)
    table = exhibit.table
    assert table.columns[1] == "2005–2019"
    assert "2-year yield" in table.notes[0]
    assert "10-year" not in table.notes[0]
    weekly = weekly_custody.result(baseline.changed({"weekly.lags": 4, "weekly.horizons": (0, 2)}))
    assert "four lags" in weekly.table.notes[0]
    assert list(weekly.table.columns) == ["Same week", "2 weeks"]
    channels = event_channels.result(baseline.changed({"events.window": (0, 2), "events.draws": 199}))
    assert "Days 0 to 2" in channels.table.notes[0]
    assert "199 sign-flip" in channels.table.notes[0]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("events.windw", (0, 1), "no field 'events.windw'; did you mean 'events.window'"),
        ("lags", 3, "no field 'lags'"),
        ("panel.hubs", ("uk", "uk"), "'uk' stands twice in panel.hubs"),
        ("panel.countries", ("china", "japan", "uk"), "United Kingdom stands twice in panel.countries and panel.hubs"),
        ("panel.hubs", ("belgium",), "panel: no 'uk'"),
        ("panel.hubs", ("uk", "belgum"), "panel.hubs names holders; no holder 'belgum'; did you mean 'belgium'"),
        ("sample.main", ("2011-07", "2030-01"), "sample.main ends in 2030-01, after the data vintage"),
        ("sample.main", ("2026-03", "2011-07"), "sample.main takes a first and a last date"),
        ("sample.main", ("2011-07", "2026-3"), "sample.main takes a date such as '2011-07'"),
        ("sample", 3, "sample takes a Sample; found 3"),
        ("events", (0, 1), "events takes a Events; found"),
        ("events.classes", ("rating",), "events.classes takes a list of NewsClass"),
        ("events.main", ("ratngs",), "events.main: no 'ratngs'; did you mean 'ratings'"),
        ("events.window", 1, "events.window takes a first and a last trading day"),
        ("var.lags", 2.5, "var.lags must be a positive integer"),
        ("var.bias_corrected", 1, "var.bias_corrected is True or False"),
        ("var.yields_first", ("yield",), "var.yields_first orders the variables of var.flows_first"),
        ("primary.maturity", "yield_9y", "primary.maturity names series; no series 'yield_9y'"),
        ("primary.maturity", "fed_funds", "primary.maturity: no 'fed_funds'"),
        ("offset.none", 0.9, "offset.none .0.9. must lie below offset.full"),
        ("level", 90, "level must be a finite number"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused_by_its_name(name, value, words):
    with pytest.raises(SpecificationError, match=words):
        baseline.changed(name, value)


def test_a_sample_outside_the_data_is_refused_where_the_data_are_known():
    with pytest.raises(SpecificationError, match=r"sample\.main asks for 2001-01 to 2026-03"):
        system(baseline.changed("sample.main", ("2001-01", "2026-03")))
    assert str(cut(system(baseline), baseline).frame.index[0]) == "2011-07"


def test_parts_are_replaced_whole_too():
    spec = replace(baseline, var=replace(baseline.var, lags=3))
    assert spec == baseline.changed("var.lags", 3)
    assert isinstance(spec, Specification)
    with pytest.raises(SpecificationError, match=r"no field 'var\.lag'"):
        replace(baseline.var, lag=3)
    with pytest.raises(SpecificationError, match="result takes a Specification; found 3"):
        claims.result(3)
    assert NewsClass("a", "b", "c", "rating", "+").kinds == ("rating",)
    assert Dates("fomc", "Policy", "FOMC").alone
