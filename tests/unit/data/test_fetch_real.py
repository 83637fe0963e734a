"""A full fetch from a server on 127.0.0.1 that serves the publishers' real files.

Hostile conditions and where each is tested with the outcome it must have:

======================================  ==============================================================================
server down; time-out; DNS failure      ``test_fetch_http``: tried again, then `DownloadError`; here: no vintage
403, 404, 429, 500, Retry-After         ``test_fetch_http``: refusals once, trouble again with growing waits
redirect loop, other host, http         ``test_fetch_http``: at most five, on the same host, never down to http
truncated body, wrong length            ``test_fetch_http``: "announced 51 bytes, sent 20", either way
HTML with status 200; empty body        ``test_fetch_http`` and here: `DownloadError`
gzip bomb; body over the limit          ``test_fetch_http``, ``test_parse_samples``: stopped at the limit
absolute or parent path in an archive   ``test_fetch_addresses`` (zip), ``test_parse_samples`` (workbook): refused
changed columns, new country,           here, `HOSTILE`: `SchemaError` with file, line and reason, no vintage;
missing month, duplicated row,          a country is taken when somebody vouches for it; a month that one
negative position, wrong units,         holder lacks: ``test_checks``
non-UTF-8, empty file, cut file
a wrong digit inside a figure           here and ``test_checks``: what size totals, classes and adding-up show
structural damage, 10,000 a parser      ``test_parse_damage``
disk full, read-only folder             ``test_store_vintages``: `DataError`, nothing left that a reader sees
two fetches at once                     ``test_store_vintages`` and here: the second is refused
kill -9 at twenty random moments        ``test_store_vintages`` (writer) and here (whole fetch)
the FRED key                            ``test_fetch_http``: in no log, exception, repr, file or cached address
======================================  ==============================================================================
"""

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import econ
from econ.data import store
from econ.data.archive import EMBEDDED, as_of_dates, manifest, read_table
from econ.data.catalogue import TABLES
from econ.data.diff import diff
from econ.data.http import Client
from econ.data.inspection import verify_vintage
from econ.data.obtain import fetch_file
from econ.data.refresh import fetch
from econ.errors import DownloadError, Revised, SchemaError

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module", autouse=True)
def raw(shared):
    """The publishers' files, without which there is nothing to serve."""
    return shared("data/raw")


def quick():
    return Client(timeout=5.0, retries=0, pause=0.0)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ECON_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("FRED_API_KEY", raising=False)
    return tmp_path / "data"


@pytest.fixture
def altered(loopback):
    def serve(name, change):
        """Serve the real files, but one of them changed."""

        def answer(handler):
            body = loopback.real_file(handler.path)
            if body is not None and name in handler.path:
                return handler.reply(change(body))
            return loopback.serve_real(handler)

        return answer

    return serve


@pytest.fixture(scope="module")
def fetched(tmp_path_factory, raw, loopback):
    """One full fetch, and what the server saw."""
    with pytest.MonkeyPatch.context() as patch, loopback() as (base, server):
        patch.setenv("ECON_DATA", str(tmp_path_factory.mktemp("home")))
        patch.delenv("FRED_API_KEY", raising=False)
        loopback.point(patch, base)
        done = []
        report = fetch(client=quick(), progress=lambda *step: done.append(step))
        again = fetch(client=quick())
        yield report, again, server, done


def test_a_fetch_builds_a_complete_vintage_from_the_publishers_files(fetched):
    report, _, _, done = fetched
    assert report.as_of == "2026-08-20"
    assert report.new
    assert set(manifest(report.as_of)) == set(TABLES)
    assert report.carried == ("EXJPUS", "IRLTLT01DEM156N", "mof_usdjpy", "cofer_shares")
    assert len(report.summary) == len(report.fetched) == 27
    assert done[-1][0] == done[-1][1] == 30
    assert all(vintage.url.startswith("http://127.0.0.1:") for vintage in report.fetched)


def test_the_second_fetch_asks_conditionally_and_writes_nothing(fetched):
    report, again, server, _ = fetched
    assert not again.new
    assert again.as_of == report.as_of
    asked = [path for path, headers in server.requests if "If-None-Match" in headers]
    assert len(asked) == 27


def test_load_works_the_same_on_the_fetched_vintage(fetched):
    report = fetched[0]
    names = ("china_net_purchases_usd", "japan_net_purchases_usd", "yield_10y", "term_premium_10y", "fed_custody")
    with pytest.warns(Revised, match="25 of [0-9]+ values of 'china_net_purchases_usd', the last at 2023-01"):
        ours = econ.load(*names, concept="position")  # the valuation model has seen more months since
    theirs = econ.load(*names, concept="position", as_of=report.as_of)
    published = [econ.load("uk_net_purchases_usd", as_of=as_of).frame for as_of in (EMBEDDED, report.as_of)]
    assert published[0].equals(published[1].loc[: published[0].index[-1]])
    assert list(ours.frame.columns) == list(theirs.frame.columns)
    common = ours.frame.index.intersection(theirs.frame.index)
    assert len(common) > 150
    left, right = ours.frame.loc[common], theirs.frame.loc[common]
    imputed = [str(month) in ours.variables["china_net_purchases_usd"].imputed for month in common]
    assert np.allclose(left[~np.array(imputed)], right[~np.array(imputed)], rtol=1e-9)
    assert {vintage.as_of for vintage in theirs.vintages} == {report.as_of}


def test_the_fetched_vintage_differs_from_the_archive_by_additions_only(fetched):
    difference = diff(EMBEDDED, fetched[0].as_of)
    assert difference.revised.empty
    assert set(difference.added["table"]) >= {"DGS10", "TREAST"}
    assert difference.withdrawn.empty
    assert difference.purchases["largest monthly change"].max() < 1.0
    assert "0 revised" in str(difference)


def test_every_file_of_the_fetched_vintage_is_verified(fetched):
    assert len(verify_vintage(fetched[0].as_of)) == len(TABLES)


def test_a_revision_is_found_and_named(loopback, altered, home, monkeypatch):
    old = b"2026-07-16,4.57"
    with loopback(altered("DGS10", lambda body: body.replace(old, b"2026-07-16,4.58"))) as (base, _):
        loopback.point(monkeypatch, base)
        first = fetch(client=quick())
    with loopback(date="Fri, 18 Sep 2026 12:00:00 GMT") as (base, _):
        loopback.point(monkeypatch, base)
        second = fetch(client=quick())
    revised = diff(first.as_of, second.as_of).revised
    assert (first.as_of, second.as_of) == ("2026-08-20", "2026-09-18")
    assert revised[["table", "date", "old", "new"]].to_numpy().tolist() == [["DGS10", "2026-07-16", 4.58, 4.57]]


def lines(body, change):
    rows = body.decode().splitlines(keepends=True)
    return "".join(change(rows)).encode()


def swap_columns(body):
    return body.replace(b"for_lt_treas_net\tfor_lt_treas_valchg", b"for_lt_treas_valchg\tfor_lt_treas_net")


def new_country(body):
    return lines(body, lambda rows: [*rows[:9], rows[9].replace("Austria\t10189", "Ruritania\t10190"), *rows[9:]])


def lose_month(body):
    return lines(body, lambda rows: rows[:400] + rows[401:])


HOSTILE = {
    "changed column order": ("slt_table1", swap_columns, "header changed"),
    "a new country": ("slt_table1", new_country, "'Ruritania' with code 10190 is not known; if it is new, pass also="),
    "a missing month": ("GS10", lose_month, "a line is missing between them"),
    "a duplicated row": ("slt_table1", lambda body: lines(body, lambda rows: rows[:10] + rows[9:]), "stands already"),
    "a negative position": ("slt_table1", lambda body: body.replace(b"\t3967\t", b"\t-3967\t"), "negative position"),
    "billions for millions": ("slt_table1", lambda body: body.replace(b"Millions", b"Billions"), "the units changed"),
    "non-UTF-8 bytes": ("DGS10", lambda body: body[:50] + b"\xff" + body[50:], "not utf-8"),
    "an empty file": ("DGS10", lambda body: b"", "the body is empty"),
    "a cut file": ("DGS10", lambda body: body[:-4], "is cut"),
    "an HTML page": ("mfhhis01", lambda body: b"<html>maintenance</html>", "HTML page"),
}


@pytest.mark.parametrize("condition", HOSTILE)
def test_hostile_files_write_no_vintage_and_name_the_file(altered, loopback, home, monkeypatch, condition):
    name, change, reason = HOSTILE[condition]
    with loopback(altered(name, change)) as (base, _):
        loopback.point(monkeypatch, base)
        with pytest.raises((SchemaError, DownloadError)) as caught:
            fetch(client=quick())
    assert reason in str(caught.value)
    assert name in str(caught.value)
    assert "1 files failed, so no vintage was written" in str(caught.value)
    assert store.own_dates() == ()


def in_billions(body):
    """The same table with every figure a thousandth, as if it had silently changed its units."""

    def shrink(row):
        cells = row.rstrip("\r\n").split("\t")
        if len(cells) < 4 or not cells[1].isdigit():
            return row
        small = [cell if cell == "n.a." else f"{float(cell) / 1000:.3f}" for cell in cells[3:]]
        return "\t".join([*cells[:3], *small]) + "\r\n"

    return lines(body, lambda rows: [shrink(row) for row in rows])


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("slt_table1", in_billions, "slt_table1 column 'position' must lie between 1e+06"),
        ("DGS10", lambda body: body.replace(b"2026-07-16,4.57", b"2026-07-16,457"), "must lie between -1 and 20"),
    ],
)
def test_wrong_units_are_caught_by_the_ranges(altered, loopback, home, monkeypatch, name, change, reason):
    with loopback(altered(name, change)) as (base, _):
        loopback.point(monkeypatch, base)
        with pytest.raises(SchemaError, match="units changed") as caught:
            fetch(client=quick())
    assert reason in str(caught.value)
    assert store.own_dates() == ()


@pytest.mark.parametrize("error", [1, 5, 10, 100, 1000, 10_000])
def test_what_size_of_typing_error_the_adding_up_check_catches(raw, home, monkeypatch, error):
    """China's Treasuries in one month off by ``error`` million: seen from 7 million on, because the classes add up."""
    frame = econ.data.parse("slt_table1", raw / "tic/slt_table1.txt")
    where = (
        (frame["holder"] == "CHN") & (frame["item"] == "for_lt_treas_pos") & (frame["date"].astype(str) == "2025-06")
    )
    value = int(frame.loc[where, "value"].iloc[0])
    body = (raw / "tic/slt_table1.txt").read_bytes()
    row = next(row for row in body.split(b"\r\n") if row.startswith(b'"China, Mainland"') or row[:6] == b"China," 
               if b"\t2025-06\t" in row)  # fmt: skip
    changed = body.replace(row, row.replace(b"\t%d\t" % value, b"\t%d\t" % (value + error)))
    assert changed != body
    if error >= 10:
        with pytest.raises(SchemaError, match="sum of its parts"):
            econ.data.parse("slt_table1", changed)
    else:
        econ.data.parse("slt_table1", changed)


def test_a_new_country_is_taken_when_somebody_vouches_for_it(loopback, altered, home, monkeypatch):
    with loopback(altered("slt_table1", new_country)) as (base, _):
        loopback.point(monkeypatch, base)
        vintage = fetch_file("slt_table1", client=quick(), also=["Ruritania"])
    assert (vintage.frame["holder"] == "Ruritania").any()


def test_a_server_that_is_down_writes_nothing(loopback, home, monkeypatch):
    loopback.point(monkeypatch, "http://127.0.0.1:9")
    with pytest.raises(DownloadError, match="30 files failed"):
        fetch(client=quick())
    assert store.own_dates() == ()


def test_a_fetch_resumes_with_what_it_has(loopback, home, monkeypatch):
    def down(handler):
        handler.reply(b"", 503) if "slt_table1" in handler.path else loopback.serve_real(handler)

    with loopback(down) as (base, _):
        loopback.point(monkeypatch, base)
        with pytest.raises(DownloadError, match="26 good ones are cached, and the next fetch resumes"):
            fetch(client=quick())
    kept = {path.name for path in (home / ".cache").iterdir()}
    assert "mfhhis01.txt" in kept
    assert "slt_table1.txt" not in kept
    with loopback() as (base, _):
        loopback.point(monkeypatch, base)
        assert fetch(client=quick()).new


def test_further_series_and_files_become_tables(loopback, home, monkeypatch):
    with loopback() as (base, _):
        loopback.point(monkeypatch, base)
        report = fetch("yield_5y", "vix", "jgb", "slt_table3", client=quick())
    assert set(manifest(report.as_of)) - set(TABLES) == {"DGS5", "VIXCLS", "jgb", "slt_table3"}
    assert econ.load("yield_5y", as_of=report.as_of, frequency="D").frame.loc["2026-07-22"].item() == pytest.approx(
        4.4, abs=1
    )
    frame, _ = read_table("jgb", report.as_of)
    assert set(frame.columns) == {"date", "series", "item", "value", "unit", "notes"}


def test_the_reserves_of_every_year_come_from_their_own_workbook(loopback, home, monkeypatch):
    with loopback() as (base, _):
        loopback.point(monkeypatch, base)
        for year in range(2020, 2027):
            frame = fetch_file(f"safe_{year}", client=quick()).frame
            assert set(frame["date"].dt.year) == {year}
            assert len(frame[frame["item"] == "gold"]) > 0


def test_a_flat_mirror_works_too(loopback, home, monkeypatch):
    def flat(handler):
        handler.reply(b"", 404) if handler.path.count("/") > 1 else loopback.serve_real(handler)

    with loopback(flat) as (base, server):
        monkeypatch.setenv("ECON_URL_TREASURY", base)
        assert len(fetch_file("mfhhis01", client=quick()).frame) == 12712
    assert [path for path, _ in server.requests][-1] == "/mfhhis01.txt"


def test_a_holder_that_lost_a_month_writes_no_vintage(loopback, altered, home, monkeypatch):
    def lose_china(body):
        return lines(body, lambda rows: [row for row in rows if not ("41408" in row and "\t2025-03\t" in row)])

    with loopback(altered("slt_table1", lose_china)) as (base, _):
        loopback.point(monkeypatch, base)
        with pytest.raises(SchemaError, match="slt_table1 CHN has no position in 2025-03"):
            fetch(client=quick())
    assert store.own_dates() == ()


@pytest.mark.slow
def test_of_two_fetches_at_once_the_second_is_refused(loopback, home, monkeypatch):
    """Two commands, one data folder: the first is held at its first file until the second has given up."""
    release = threading.Event()

    def slowly(handler):
        release.wait(60)
        loopback.serve_real(handler)

    words = [sys.executable, "-m", "econ", "data", "fetch", "--quiet"]
    with loopback(slowly) as (base, server):
        loopback.point(monkeypatch, base)
        first = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while not server.requests and first.poll() is None:
            time.sleep(0.05)
        second = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
        release.set()
        out, err = first.communicate(timeout=120)
    assert second.returncode == 1
    assert "another fetch is writing to the data folder" in second.stderr
    assert first.returncode == 0, err
    assert "wrote vintage" in out
    assert len(store.own_dates()) == 1


def steps(server, home, as_of):
    """How far a fetch of a new vintage is: files asked for, then files written, then the vintage."""
    written = len(list((home / ".building" / as_of).rglob("*.csv")))
    return len(server.requests) + (1000 if (home / as_of).exists() else written)


@pytest.mark.slow
def test_kill_nine_at_twenty_random_moments_of_a_fetch(loopback, home, monkeypatch, moment):
    """A real fetch, a real server, a real kill: the store opens and every vintage in it is whole.

    Ten kills are at a file that is asked for, ten where all are there and are checked and written.
    """
    moments, count = random.Random(7), Counter()
    words = [sys.executable, "-m", "econ", "data", "fetch", "--quiet"]
    extra = ["DGS1", "DGS5", "DGS7", "DGS20"]  # other tables, so that there is something to write
    with loopback() as (base, server):
        loopback.point(monkeypatch, base)
        first = fetch(client=quick())
        before = (home / first.as_of / "manifest.csv").read_bytes()
        server.date = "Fri, 01 Jan 2027 12:00:00 GMT"
        server.requests.clear()
        subprocess.run([*words, *extra], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        requests, undisturbed = len(server.requests) - len(extra), store.own_dates()
        assert len(undisturbed) == 2
        for number in range(20):
            server.date = f"Fri, {number + 2:02d} Jan 2027 12:00:00 GMT"
            server.requests.clear()
            asked = [*words, *extra[: number % 4]]
            last = requests + number % 4
            done = last + moments.randint(0, 50) if number % 2 else moments.randint(0, last - 1)
            reached = moment(partial(steps, server, home, f"2027-01-{number + 2:02d}"), done, moments.uniform(0.0, 0.5))
            process = subprocess.Popen(asked, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while not reached() and process.poll() is None:
                time.sleep(0.001)
            count["in time" if process.poll() is None else "too late"] += 1
            process.send_signal(signal.SIGKILL)
            process.wait()
            for as_of in store.own_dates():
                assert len(verify_vintage(as_of)) >= len(TABLES)
            assert (home / first.as_of / "manifest.csv").read_bytes() == before
            assert set(undisturbed) <= set(store.own_dates()) <= set(as_of_dates())
        written = len(store.own_dates()) - 2
        server.date = "Mon, 01 Mar 2027 12:00:00 GMT"
        last = fetch("DGS2", client=quick())  # the next run ends well, with the figures of the undisturbed one
        for name, file in manifest(first.as_of).items():
            assert manifest(last.as_of)[name].sha256 == file.sha256, name
        assert not (home / ".building").exists()
    print(f"20 kills of a fetch, {dict(count)}: {written} had written their vintage, {20 - written} left none")
    assert count["in time"] >= 10


@pytest.mark.slow
def test_the_command_builds_a_vintage_that_the_environment_names(loopback, home, monkeypatch):
    with loopback() as (base, _):
        loopback.point(monkeypatch, base)
        words = [sys.executable, "-m", "econ", "data", "fetch"]
        run = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, env=os.environ.copy(), check=False)
    assert run.returncode == 0, run.stderr
    assert "wrote vintage 2026-08-20" in run.stdout
    told = [tuple(map(int, pair)) for pair in re.findall(r"^(\d+)/(\d+) ", run.stderr, flags=re.MULTILINE)]
    assert told == [(number + 1, len(told)) for number in range(len(told))]  # every file once, to the last
    assert len(told) >= 20
    assert pd.read_csv(home / "2026-08-20" / "manifest.csv")["file"].is_unique
