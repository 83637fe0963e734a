"""Where trades lie about owners: the S form against the surveys, and a reallocation of London's purchases."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import econ
from econ.data import against_surveys, flows, holders, misplaced, parse, reallocated_purchases
from econ.data.surveys import SURVEYS, TOLERANCE
from econ.errors import SampleTooShort, SchemaError, SeriesNotFound


def test_the_surveys_of_the_archive_say_whose_trades_are_their_own():
    table = misplaced(against_surveys())
    assert table.loc[["foreign", "japan", "brazil"], "alone"].all()
    assert not table.loc[["china", "uk", "belgium", "luxembourg"], "alone"].any()
    share = table["counterparty"] / table["surveyed"]
    assert share["china"] == pytest.approx(0.36, abs=0.01)  # a third
    assert share["uk"] > 10


def test_the_marks_in_the_codebook_are_what_the_long_term_survey_says(shared):
    """Every ``owner_since`` and figure of ``holders.csv``, recomputed from the Treasury's own file of surveys."""
    years = against_surveys(parse("shlhistdat", shared("data/raw/tic/shlhistdat.txt")))
    table, book = misplaced(years), holders()
    for slug, row in table.iterrows():
        figure = f"2002-07 to 2011-06: trades {row['counterparty']:.1f}bn, surveys {row['surveyed']:.1f}bn"
        expected = ("", "") if row["alone"] else ("2011-07", figure)
        assert tuple(book.loc[slug, ["owner_since", "owner_reason"]]) == expected, slug
    assert TOLERANCE == 0.15
    assert years.loc[("china", "2009-06"), "counterparty"] == pytest.approx(96, abs=0.5)
    assert years.loc[("china", "2009-06"), "surveyed"] == pytest.approx(235, rel=0.05)
    assert years.loc[("uk", "2010-06"), "counterparty"] == pytest.approx(286, abs=0.5)
    assert years.loc[("uk", "2010-06"), "surveyed"] == pytest.approx(16, abs=3)


def test_marked_holders_carry_the_month_and_the_figure_in_every_dataset():
    marked = dict(econ.load("china_net_purchases").variables["china_net_purchases"].breaks)
    assert "trades 417.9bn, surveys 1170.8bn" in marked["2011-07"]
    assert "2011-07" not in dict(econ.load("japan_net_purchases").variables["japan_net_purchases"].breaks)
    assert "2011-07" in dict(econ.load("china_custody_net_purchases").variables["china_custody_net_purchases"].breaks)


def test_reallocated_purchases_add_up_to_the_survey_in_every_year():
    found, years = reallocated_purchases("china"), against_surveys().loc["china"]
    for before, after in pairwise(SURVEYS):
        bought = found.frame["purchases"].loc[before + 1 : after].sum()
        assert bought == pytest.approx(years.loc[str(after), "surveyed"], abs=1e-6)
    assert 0.2 < found.shares["uk"].value < 0.8
    assert (found.frame["std_error"] > 0).all()
    reported = flows("china", scale="usd_bn", concept="counterparty")["value"]
    assert np.array_equal(found.frame["counterparty"], reported.reindex(found.frame.index))


def test_without_a_hub_the_hidden_flow_is_spread_over_the_year():
    found = reallocated_purchases("china", hubs=())
    assert found.shares == {}
    assert (found.frame["hubs"] == 0).all()
    hidden = (found.frame["purchases"] - found.frame["counterparty"]).to_numpy()
    assert np.ptp(hidden[:12]) < np.ptp(hidden)


def test_bad_surveys_and_holders_are_refused():
    with pytest.raises(SchemaError, match="lacks"):
        against_surveys(pd.DataFrame({"date": ["2002-06"]}))
    empty = pd.DataFrame({"date": ["2002-06"], "holder": ["CHN"], "item": ["treasury_long_term"], "value": [1.0]})
    with pytest.raises(SeriesNotFound, match="no holder has all surveys from 2002-06"):
        against_surveys(empty)
    with pytest.raises(SeriesNotFound, match="'india' lacks a survey"):
        reallocated_purchases("india")
    with pytest.raises(SeriesNotFound, match="no holder"):
        reallocated_purchases("atlantis")
    with pytest.raises(SampleTooShort):
        reallocated_purchases(
            "china", hubs=("uk", "belgium", "luxembourg", "ireland", "switzerland", "singapore", "korea")
        )
