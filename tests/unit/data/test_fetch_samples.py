"""The curve, the portfolio and the interventions: fetched from 127.0.0.1, stored, loaded; hand-written figures only."""

import pandas as pd
import pytest

import econ
from econ.data import operations
from econ.data.catalogue import ENTRIES, TABLES
from econ.data.checks import check_ranges
from econ.data.convert import monthly
from econ.data.fetchers import official
from econ.data.fetchers.tables import table_csv, vintage_table
from econ.data.home import data_home
from econ.data.http import Client
from econ.data.obtain import fetch_file
from econ.data.store import TableFile, locked, publish
from econ.errors import FrequencyError, SchemaError, SeriesNotFound

AS_OF, LATER = "2026-08-20", "2026-08-21"


@pytest.fixture
def vintages(loopback, tmp_path, monkeypatch):
    """The three files as a fetch leaves them, in a vintage of their own."""
    monkeypatch.setenv("ECON_DATA", str(tmp_path / "data"))
    client = Client(timeout=5.0, retries=0, pause=0.0)
    with loopback(loopback.serve_every_table) as (base, _):
        loopback.point(monkeypatch, base)
        got = {name: fetch_file(name, client=client) for name in ("gsw", "soma", "feio")}
    tables = []
    built = {**{name: (vintage, vintage_table(name, {name: vintage.frame})) for name, vintage in got.items()},
             "mof_usdjpy": (got["feio"], vintage_table("mof_usdjpy", {"feio": got["feio"].frame}))}  # fmt: skip
    for name, (vintage, frame) in built.items():
        check_ranges(name, frame)
        about = {"publisher": vintage.publisher, "table": vintage.table, "url": vintage.url, "licence": vintage.licence}
        rest = {"units": "", "frequency": "", "first": "2003-01", "last": "2026-05", "rows": "1", "citation": ""}
        tables.append(TableFile(name, table_csv(frame), {**about, **rest, "retrieved_at": "x", "carried_from": ""}))
    with locked(data_home()):
        publish(AS_OF, tables)
    return got


def test_they_say_who_published_them_and_where(vintages):
    urls = {name: vintage.url for name, vintage in vintages.items()}
    asked = {name: url.partition("//127.0.0.1:")[2].partition("/")[2] for name, url in urls.items()}
    assert asked["gsw"] == "data/yield-curve-tables/feds200628.csv"
    assert asked["soma"] == "api/soma/summary.json"
    assert asked["feio"].startswith("english/policy/international_policy/reference/feio/")
    assert official("gsw").url == f"https://www.federalreserve.gov/{asked['gsw']}"
    assert official("soma").url == f"https://markets.newyorkfed.org/{asked['soma']}"
    assert official("feio").url == f"https://www.mof.go.jp/{asked['feio']}"
    assert {vintage.as_of for vintage in vintages.values()} == {AS_OF}
    assert official("soma").addresses()[0].endswith("/api/soma/summary.json")


def test_operations_of_a_fetched_vintage_use_its_own_rates_debt_and_quotes(vintages):
    with pytest.raises(SeriesNotFound, match="no table 'EXJPUS' in vintage 2026-08-20"):
        operations(as_of=AS_OF)
    months = pd.period_range("2003-01", "2003-09", freq="M").astype(str)
    ours = {
        "EXJPUS": pd.DataFrame({"date": months, "value": [100.0] * 8 + [125.0]}),
        "FYGFDPUN": pd.DataFrame({"date": ["2002Q4", "2003Q1"], "value": [4e6, 5e6]}),
        "DGS10": pd.DataFrame({"date": ["2003-01-15", "2003-09-30"], "value": [4.0, 4.1]}),
    }
    about = dict.fromkeys(("publisher", "table", "url", "licence", "units", "frequency", "citation"), "")
    about |= {"first": "2003-01", "last": "2003-09", "rows": "1", "retrieved_at": "x", "carried_from": ""}
    rest = [TableFile("mof_usdjpy", table_csv(vintage_table("mof_usdjpy", {"feio": vintages["feio"].frame})), about)]
    with locked(data_home()):
        publish(LATER, [*rest, *(TableFile(name, table_csv(frame), about) for name, frame in ours.items())])
    table = operations("2003-01-01", "2003-09-30", as_of=LATER)
    assert table["yen_bn"].tolist() == [8.0, 123.4, 30.0, -200.0]
    assert table["usd_bn"].tolist() == pytest.approx([0.08, 1.234, 0.3, -1.6])
    shares = [100 * 0.08 / 4000, 100 * 1.234 / 4000, float("nan"), float("nan")]  # no debt of 2003Q2
    assert table["percent_of_debt"].tolist() == pytest.approx(shares, nan_ok=True)
    assert table["quoted"].tolist() == [True, False, False, True]
    loaded = econ.load("japan_dollar_purchases_usd", as_of=LATER).frame["japan_dollar_purchases_usd"]
    assert loaded["2003-09"] == pytest.approx(-1.6)


def test_every_entry_of_the_catalogue_has_an_official_file():
    """Also one whose table has another name than its file: s_form, mfh, mof_usdjpy."""
    unread = {name for name, item in ENTRIES.items() if item.table in TABLES and not TABLES[item.table].served}
    assert unread == {"cofer_dollar_share", "cofer_renminbi_share"}
    for name in unread:
        with pytest.raises(SeriesNotFound, match=r"no fetch reads 'cofer_shares' .*vintages carry it over"):
            official(name)
    found = {name: official(name).name for name in ENTRIES if name not in unread}
    wanted = (
        "china_net_purchases",
        "japan_mfh_change",
        "japan_dollar_purchases",
        "yen_per_dollar",
        "soma_bills",
        "china_gold",
    )
    assert [found[name] for name in wanted] == ["s1_globl", "mfhhis01", "feio", "EXJPUS", "soma", "safe_2020"]


def test_a_series_of_a_file_of_many_series_is_loaded_by_name(vintages):
    data = econ.load("gsw_yield_1y", "gsw_yield_5y", as_of=AS_OF, frequency="D")
    assert data.frame.loc["1961-06-16", "gsw_yield_1y"] == 3.0477
    assert data.variables["gsw_yield_5y"].units == "percent"
    total = econ.load("soma_total", as_of=AS_OF, frequency="W").frame["soma_total"]
    assert total.loc["2003-11-26"] == 661091816001.4
    with pytest.raises(SchemaError, match="no series 'SOMA_frn'"):
        econ.load("soma_frn", as_of=AS_OF, frequency="W")


def test_interventions_are_summed_by_month_and_a_month_without_any_is_zero(vintages):
    by_month = econ.load("japan_intervention_usd", as_of=AS_OF).frame["japan_intervention_usd"]
    assert by_month.loc["2003-01"] == 1314.0
    assert by_month.loc["2003-07"] == 300.0
    assert by_month.loc["2003-09"] == -2000.0
    assert by_month.sum() == 1314.0 + 300.0 - 2000.0
    assert len(by_month) == 9
    days = econ.load("japan_intervention_usd", "japan_intervention_eur", as_of=AS_OF, frequency="D").frame
    assert days.loc["2003-07-01"].tolist() == [300.0, 500.0]
    assert days.loc["2003-05-06"].tolist() == [0.0, 0.0]
    assert monthly("japan_intervention_usd", as_of=AS_OF, rule="mean").loc["2003-07"] == 300.0 / 23


def test_frequencies_are_not_mixed(vintages):
    with pytest.raises(FrequencyError, match="'soma_total' has frequency 'W', not 'D'"):
        econ.load("gsw_yield_1y", "soma_total", as_of=AS_OF, frequency="D")


def test_interventions_in_other_units_are_caught_by_the_range(vintages):
    frames = {"feio": vintages["feio"].frame}
    frame = vintage_table("mof_usdjpy", frames)
    with pytest.raises(SchemaError, match="mof_usdjpy column 'value' must lie between -200000 and 200000; found -2020"):
        check_ranges("mof_usdjpy", frame.assign(value=101 * frame["value"]))
    frame = vintage_table("feio", frames)
    with pytest.raises(SchemaError, match="feio column 'EURJPY' must lie between -200000 and 200000; found 202000"):
        check_ranges("feio", frame.assign(EURJPY=404 * frame["EURJPY"]))


def test_a_series_outside_its_range_is_caught_in_a_file_of_many(vintages):
    frame = vintages["soma"].frame
    wrong = frame.assign(value=frame["value"].where(frame["series"] != "SOMA_bills", 3e13))
    with pytest.raises(SchemaError, match=r"must lie between 0 and 2e\+13; found 3e\+13"):
        check_ranges("soma", wrong)
    curve = vintage_table("gsw", {"gsw": vintages["gsw"].frame})
    with pytest.raises(SchemaError, match="gsw column 'SVENY10' must lie between -2 and 20; found"):
        check_ranges("gsw", curve.assign(SVENY10=100 * curve["SVENY10"]))
