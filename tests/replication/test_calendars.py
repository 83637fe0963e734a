"""How often the rules and lists of dates hit the days of official lists that may be used but not shipped."""

import gzip
import io

import pandas as pd
import pytest

import econ
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
    ours = calendar("fomc", None, "2024-09-30")
    official = listed["description"].str.startswith("FOMC Rate Decision")
    days = listed.loc[official, "start"].dt.normalize()
    found, total = hits(ours, days)
    missed = sorted(set(days) - set(ours["date"]))
    extra = sorted(set(ours["date"]) - set(listed["start"].dt.normalize()))
    assert [day.strftime("%Y-%m-%d") for day in missed] == []
    assert [day.strftime("%Y-%m-%d") for day in extra] == ["2020-03-23"]  # a statement on purchases, no rate decision
    assert calendars().loc["fomc", "checked"].startswith(f"{found} of {total} ")
    early = ours[ours["date"] < "2000-01-01"]
    between = listed[listed["description"].str.contains("Unscheduled")]["start"].dt.normalize()
    assert early["date"].isin(between).tolist() == early["label"].str.contains("between meetings").tolist()
    times = pd.to_datetime(early["date"].dt.strftime("%Y-%m-%d ") + early["time"])
    assert (times.isin(listed["start"]).sum(), len(early)) == (139, 147)  # the other eight lie minutes apart
    nearest = abs(times.to_numpy()[:, None] - listed["start"].to_numpy()).min(axis=1)
    assert nearest.max() <= pd.Timedelta(minutes=30)


def test_the_early_days_of_the_fomc_are_the_table_that_they_were_read_from(shared):
    text = shared("figures/fomc_1988_1999.txt").read_text(encoding="utf-8")
    days = {}
    for line in text.splitlines()[1:]:
        year, _, entries = line.partition(": ")
        for entry in entries.split(", "):
            date, time, *between = entry.split()
            days.setdefault(f"{year}-{date}", []).append((time, bool(between)))
    ours = calendar("fomc", None, "1999-12-31")
    found = [(time, "between meetings" in label) for time, label in zip(ours["time"], ours["label"], strict=True)]
    assert dict(zip(ours["date"].dt.strftime("%Y-%m-%d"), found, strict=True)) == {
        date: times[0] for date, times in days.items()
    }
    twice = {date: times for date, times in days.items() if len(times) > 1}
    assert len(twice) == 7
    for date, times in twice.items():
        assert ours.set_index("date").loc[date, "label"].endswith(f", {times[0][0]} and {times[1][0]}")


def test_quarter_ends_are_the_last_quotes():
    quotes = econ.load("yield_10y", frequency="D").frame.loc[:"2026-03"].index
    last = pd.Series(quotes, quotes).groupby(quotes.to_period("Q")).max()
    found, total = hits(calendar("quarter_end"), last)
    assert f"{found} of {total} quarters" in calendars().loc["quarter_end", "checked"]
    assert found == total


@pytest.mark.parametrize(("name", "term", "expected"), [("auction_10y", "10-Year", 72), ("auction_30y", "30-Year", 79)])
def test_auction_rules_hit_most_auctions(shared, name, term, expected):
    text = gzip.decompress(shared("data/raw/other/treasurydirect_auctions_partial_2008_2022.csv.gz").read_bytes())
    table = pd.read_csv(io.StringIO(text.decode("utf-16").split("\n", 1)[1]), low_memory=False)
    table = table[(table["originalSecurityTerm"] == term) & (table["tips"] == "No")]
    days = pd.to_datetime(table["auctionDate"]).dt.normalize()
    found, total = hits(calendar(name), days[days >= calendars().loc[name, "first"]])
    assert found == expected
    assert calendars().loc[name, "checked"].startswith(f"{found} of {total} ")
