"""How often the rules and lists of dates hit the days of official lists that may be used but not shipped."""

import gzip
import io

import pandas as pd
import pytest

from econ.data import calendar, calendars


def hits(rule, truth):
    """Dates of ``truth`` that the rule gives, and how many there are."""
    truth = pd.DatetimeIndex(truth).unique()
    return int(truth.isin(pd.DatetimeIndex(rule["date"])).sum()), len(truth)


def test_the_tic_rule_hits_the_releases_of_twenty_years(shared):
    released = pd.to_datetime(pd.read_csv(shared("data/raw/first_prints/tic_release_dates.csv"))["release_date"])
    last = calendars().loc["tic_release", "last"]
    inside = released[released <= last]
    found, total = hits(calendar("tic_release"), inside)
    assert (found, total) == (232, 238)
    assert calendars().loc["tic_release", "checked"].startswith(f"{found} of {total} ")
    index = pd.bdate_range("2003-12-01", last)
    rule, place = index.get_indexer(calendar("tic_release")["date"]), index.get_indexer(inside)
    nearest = abs(rule[:, None] - place).min(axis=0)
    assert (nearest <= 1).sum() == 236
    assert [f"{day:%Y-%m}" for day in inside[nearest > 1]] == ["2013-10", "2019-01"]  # after shutdowns
    later = released[released > last]
    ranks = [len(pd.bdate_range(day.replace(day=1), day)) for day in later]
    assert (min(ranks), max(ranks)) == (11, 15)  # weekdays, holidays not taken out: no rule


def test_fomc_days_are_those_of_a_published_list(shared):
    listed = pd.read_csv(shared("data/raw/other/fomc_surprises_jk.csv"), parse_dates=["start"])
    listed = listed[listed["start"] >= "2000-01-01"]
    ours = calendar("fomc", None, "2024-09-30")
    official = listed["description"].str.startswith("FOMC Rate Decision")
    days = listed.loc[official, "start"].dt.normalize()
    found, total = hits(ours, days)
    missed = sorted(set(days) - set(ours["date"]))
    extra = sorted(set(ours["date"]) - set(listed["start"].dt.normalize()))
    assert [day.strftime("%Y-%m-%d") for day in missed] == []
    assert [day.strftime("%Y-%m-%d") for day in extra] == ["2020-03-23"]  # a statement on purchases, no rate decision
    assert calendars().loc["fomc", "checked"].startswith(f"{found} of {total} ")


@pytest.mark.parametrize(("name", "term", "expected"), [("auction_10y", "10-Year", 72), ("auction_30y", "30-Year", 79)])
def test_auction_rules_hit_most_auctions(shared, name, term, expected):
    text = gzip.decompress(shared("data/raw/other/treasurydirect_auctions_partial_2008_2022.csv.gz").read_bytes())
    table = pd.read_csv(io.StringIO(text.decode("utf-16").split("\n", 1)[1]), low_memory=False)
    table = table[(table["originalSecurityTerm"] == term) & (table["tips"] == "No")]
    days = pd.to_datetime(table["auctionDate"]).dt.normalize()
    found, total = hits(calendar(name), days[days >= calendars().loc[name, "first"]])
    assert found == expected
    assert calendars().loc[name, "checked"].startswith(f"{found} of {total} ")
