"""FRED with a key: its own sentence once, the key on no open wire, and a manifest that says what was really asked."""

import gzip
from functools import partial
from pathlib import Path

import pytest

from econ.data import store
from econ.data.archive import EMBEDDED, manifest_rows
from econ.data.catalogue import TABLES
from econ.data.fetchers import fred, official
from econ.data.http import Client
from econ.data.inspection import verify_vintage
from econ.data.obtain import fetch_file
from econ.data.parsers import parse
from econ.data.parsers.plain_xml import plain_xml
from econ.data.refresh import fetch
from econ.errors import DownloadError, MissingValues, SchemaError, SeriesNotFound, SpecificationError

KEY = "0123456789abcdef" * 2  # in one piece it would be one that the audit finds
ROWS = '<observation date="2026-01-01" value="1.5"/><observation date="2026-02-01" value="."/>'
SENTENCE = "The value for variable api_key is not registered."


@pytest.fixture
def real(shared):
    """The publishers' files, without which there is nothing to serve."""
    return shared("data/raw")


def xml(body, count=2):
    return f'<?xml version="1.0"?><observations realtime_start="x" count="{count}">{body}</observations>'.encode()


def client():
    return Client(timeout=5.0, retries=0, pause=0.0)


@pytest.fixture(autouse=True)
def home(loopback, tmp_path, monkeypatch):
    monkeypatch.setenv("ECON_DATA", str(tmp_path / "data"))
    for name in ("FRED_API_KEY", *(f"ECON_URL_{key}" for key in loopback.keys)):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "data"


def error(sentence):
    return f'<?xml version="1.0" encoding="utf-8" ?>\n<error code="400" message="Bad Request.  {sentence}"/>'.encode()


def point(loopback, monkeypatch, base):
    for key in loopback.keys:
        monkeypatch.setenv(f"ECON_URL_{key}", base)


@pytest.mark.usefixtures("real")
def test_a_refused_key_is_told_once_in_freds_words_and_asked_for_once(loopback, monkeypatch):
    def answer(handler):
        handler.reply(error(SENTENCE), 400) if handler.path.startswith("/fred/") else loopback.serve_real(handler)

    with loopback(answer) as (base, server):
        point(loopback, monkeypatch, base)
        with pytest.raises(DownloadError) as caught:
            fetch(client=client(), key=KEY)
    message = str(caught.value)
    assert message.count(SENTENCE) == 1
    assert message.count("Bad Request") == 0
    assert "unset it: without a key" in message
    assert "CPIAUCSL, " in message  # the series that share the reason stand together
    assert KEY not in message
    assert len([path for path, _ in server.requests if path.startswith("/fred/")]) == 1


@pytest.mark.parametrize("packed", [False, True])
def test_an_unknown_series_is_told_in_freds_words(loopback, monkeypatch, packed):
    body = error("The series does not exist.")

    def answer(handler):
        if packed:
            return handler.reply(gzip.compress(body), 400, [("Content-Encoding", "gzip")])
        return handler.reply(body, 400)

    with loopback(answer) as (base, _):
        monkeypatch.setenv("ECON_URL_FRED", base)
        with pytest.raises(DownloadError, match=r"^FRED about XYZ: The series does not"):
            fetch_file("XYZ", client=client(), key=KEY)


def test_json_sentences_count_too_and_pages_do_not(loopback, monkeypatch):
    bodies = [
        b'{"error_code":400,"error_message":"Bad Request.  Too many."}',
        b"<html>no &amp; <b>message='x'</b></html>",
    ]
    found = []
    for body in bodies:
        with loopback(lambda handler, body=body: handler.reply(body, 400)) as (base, _):
            with pytest.raises(DownloadError) as caught:
                client().get(base + "/x")
            found.append(str(caught.value))
    assert "answered 400 Bad Request and says “Too many.”" in found[0]
    assert "says" not in found[1]


@pytest.mark.parametrize("key", [f"{KEY}\n", f"  {KEY}\r\n", f"\t{KEY} "])
def test_a_key_from_a_file_loses_its_line_end(loopback, monkeypatch, key):
    with loopback(lambda handler: handler.reply(xml(ROWS))) as (base, server):
        monkeypatch.setenv("ECON_URL_FRED", base)
        fetch_file("XYZ", client=client(), key=key)
        monkeypatch.setenv("FRED_API_KEY", key)
        fetch_file("XYZ", client=client())
    assert all(f"api_key={KEY}" == path.split("&")[-1] for path, _ in server.requests)
    assert len(server.requests) == 2


def test_a_blank_key_is_no_key(loopback, monkeypatch):
    with loopback(lambda handler: handler.reply(b"observation_date,XYZ\n2026-01-01,1\n2026-02-01,2\n")) as (
        base,
        server,
    ):
        monkeypatch.setenv("ECON_URL_FRED", base)
        fetch_file("XYZ", client=client(), key=" \n")
    assert [path for path, _ in server.requests] == ["/graph/fredgraph.csv?id=XYZ"]


@pytest.mark.parametrize("host", ["example.org", "fred.example:8080", "10.0.0.7", "127.0.0.1.example.org"])
def test_a_key_never_goes_over_plain_http_to_another_machine(monkeypatch, host):
    def never(*args, **kwargs):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr("urllib.request.OpenerDirector.open", never)
    monkeypatch.setenv("ECON_URL_FRED", f"http://{host}")
    with pytest.raises(DownloadError, match="a key goes over https only") as caught:
        fetch_file("XYZ", client=client(), key=KEY)
    assert KEY not in str(caught.value)


def refused(loopback, client, answer, secrets):
    with loopback(answer) as (base, _), pytest.raises(DownloadError) as caught:
        client.get(f"{base}/x", secrets=secrets)
    return str(caught.value)


@pytest.mark.parametrize("secret", [None, {"api_key": KEY}])
def test_a_redirect_to_another_port_is_refused_and_never_asked(loopback, secret):
    with loopback(lambda handler: handler.reply(b"x")) as (other, listener):
        message = refused(
            loopback, client(), lambda handler: handler.reply(b"", 302, [("Location", f"{other}/y")]), secret
        )
        assert "another host or port" in message
        assert listener.requests == []


def test_no_proxy_stands_between_this_machine_and_itself(loopback, monkeypatch):
    with loopback(lambda handler: handler.reply(b"stolen")) as (proxy, listener):
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        with loopback(lambda handler: handler.reply(b"own")) as (base, _):
            assert client().get(f"{base}/x", secrets={"api_key": KEY}).content == b"own"
        assert listener.requests == []


def api(loopback, handler):
    """FRED's interface in front of the real files: observations as XML, everything else as it lies there."""
    if not handler.path.startswith("/fred/"):
        return loopback.serve_real(handler)
    series = handler.path.partition("series_id=")[2].partition("&")[0]
    body = loopback.real_file(f"/graph/fredgraph.csv?id={series}")
    if body is None:
        return handler.reply(error("The series does not exist."), 400)
    lines = [line.split(",") for line in body.decode().splitlines()[1:]]
    rows = "".join(f'<observation date="{date}" value="{value or "."}"/>' for date, value in lines)
    return handler.reply(xml(rows, len(lines)))


@pytest.mark.usefixtures("real")
def test_the_manifest_says_which_address_was_asked_on_which_day_and_which_mirror(loopback, monkeypatch):
    with loopback(partial(api, loopback)) as (base, _):
        point(loopback, monkeypatch, base)
        report = fetch("DGS5", client=client(), key=KEY)
    assert "IRLTLT01DEM156N" in report.carried  # "does not exist" is the interface's 404
    rows = {row["file"].removesuffix(".csv"): row for row in manifest_rows(report.as_of)}
    asked = f"{base}/fred/series/observations?series_id="
    for name in ("DGS10", "DGS5"):
        assert rows[name]["url"] == f"{asked}{name}"
        assert rows[name]["realtime"] == "2026-08-20"
        assert rows[name]["mirror"] == base.removeprefix("http://")
    assert rows["acm"]["realtime"] == ""
    assert len(rows["mfh"]["url"].split()) == 2
    assert rows["IRLTLT01DEM156N"]["carried_from"] == EMBEDDED
    assert rows["IRLTLT01DEM156N"]["mirror"] == ""
    text = Path(store.data_home() / report.as_of / "manifest.csv").read_text()
    assert KEY not in text
    assert "https://fred.stlouisfed.org/graph" not in text
    assert len(verify_vintage(report.as_of)) == len(TABLES) + 1


def test_a_past_day_is_in_the_address(loopback, monkeypatch):
    with loopback(lambda handler: handler.reply(xml(ROWS))) as (base, _):
        monkeypatch.setenv("ECON_URL_FRED", base)
        vintage = fetch_file("XYZ", client=client(), key=KEY, as_of="2026-03-01")
    assert vintage.url.startswith(f"{base}/fred/series/observations?series_id=XYZ&")
    assert fred.realtime(vintage.url, vintage.retrieved_at) == "2026-03-01"
    assert fred.realtime("https://fred.stlouisfed.org/graph/fredgraph.csv?id=XYZ", "2026-08-20T") == ""


def test_figures_of_another_day_than_asked_for_are_refused(loopback, monkeypatch):
    body = xml(ROWS).replace(b'realtime_start="x"', b'realtime_start="2026-08-20"')
    with loopback(lambda handler: handler.reply(body)) as (base, _):
        monkeypatch.setenv("ECON_URL_FRED", base)
        assert len(fetch_file("XYZ", client=client(), key=KEY, as_of="2026-08-20").frame) == 1
        with pytest.raises(DownloadError, match="figures of 2026-03-01 and got those of 2026-08-20"):
            fetch_file("XYZ", client=client(), key=KEY, as_of="2026-03-01")


@pytest.mark.parametrize("day", ["2020-13-45", "2021-02-29", "20200101", "yesterday", "", 2020])
def test_a_day_that_is_on_no_calendar_is_refused_before_anything_is_asked(day):
    with pytest.raises(SpecificationError, match="as_of is an ISO date"):
        fetch_file("DGS10", as_of=day, key=KEY)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("gs10", "GS10"), ("dgs10", "DGS10"), ("Cpiaucsl", "CPIAUCSL"), ("SLT_Table1", "slt_table1"), ("YIELD_10Y", None)],
)
def test_capitals_are_suggested(name, meant):
    if meant is None:
        assert official(name).layout == "fred_csv"  # it could be one of FRED's: FRED will say
        return
    with pytest.raises(SeriesNotFound, match=f"did you mean '{meant}'"):
        official(name)


def test_if_every_name_is_wrong_nothing_is_asked():
    with pytest.raises(SeriesNotFound, match=r"'gs10'; did you mean 'GS10'.*'no such series'"):
        fetch("gs10", "no such series")
    with pytest.raises(SpecificationError, match="allow_shorter is a list of tables; found 'GS10'"):
        fetch(allow_shorter="GS10")
    with pytest.raises(SpecificationError, match="did you mean 'GS10'"):
        fetch(allow_shorter=["gs10"])


@pytest.mark.usefixtures("real")
def test_the_good_names_are_kept_and_the_bad_ones_named(loopback, monkeypatch):
    """One mistyped in small letters, one that no publisher has, one whose file is damaged, among good ones."""

    def answer(handler):
        handler.reply(b"observation_date,DGS7\n") if "DGS7" in handler.path else loopback.serve_real(handler)

    with loopback(answer) as (base, _):
        point(loopback, monkeypatch, base)
        with pytest.warns(MissingValues, match="4 of the names asked for are not in 2026-08-20") as told:
            report = fetch("DGS1", "gs1", "DGS5", "DGS2O", "DGS7", "yield_21y", "yield_30y", client=client())
    kept = {row["file"].removesuffix(".csv") for row in manifest_rows(report.as_of)}
    assert kept == {*TABLES, "DGS1", "DGS5"}
    assert [name for name, _ in report.refused] == ["gs1", "yield_21y", "DGS7", "DGS2O"]
    assert "did you mean 'GS1'" in dict(report.refused)["gs1"]
    assert "did you mean 'yield_2y'" in dict(report.refused)["yield_21y"]
    assert "no observations" in dict(report.refused)["DGS7"]
    assert told[0].filename == __file__


@pytest.mark.usefixtures("real")
def test_a_file_that_gives_less_writes_no_vintage_unless_allowed(loopback, monkeypatch):
    """The publisher's own file of British yields that is at hand begins in 2000; and the archive's in 1985."""
    short = (loopback.raw / "fred" / "IRLTLT01GBM156N.csv").read_bytes()

    def answer(handler):
        handler.reply(short, headers=[("ETag", '"1"')]) if "IRLTLT01GBM156N" in handler.path else loopback.serve_real(
            handler
        )

    with loopback(answer) as (base, server):
        point(loopback, monkeypatch, base)
        with pytest.raises(SchemaError, match=r"IRLTLT01GBM156N: .*began at 1985-01, now at 2000-01.*--allow-shorter"):
            fetch(client=client())
        assert store.own_dates() == ()
        report = fetch(client=client(), allow_shorter=["IRLTLT01GBM156N"])
    asked = [headers for path, headers in server.requests if "IRLTLT01GBM156N" in path]
    assert "If-None-Match" not in asked[1]  # what was refused is not asked about again, but downloaded again
    allowed = {row["file"]: row["allowed"] for row in manifest_rows(report.as_of)}
    assert [name for name, word in allowed.items() if word] == ["IRLTLT01GBM156N.csv"]
    assert len(verify_vintage(report.as_of)) == len(TABLES)


def csv_of(dates):
    return "".join(["observation_date,XYZ\n", *(f"{date},{number}.5\n" for number, date in enumerate(dates))]).encode()


@pytest.mark.parametrize(
    ("dates", "freq", "first"),
    [
        (["2000-01-01", "2001-01-01", "2002-01-01"], "Y-DEC", "2000"),
        (["2000-01-01", "2000-07-01", "2001-01-01"], "2Q-DEC", "2000Q1"),
        (["2000-07-01", "2001-01-01"], "2Q-DEC", "2000Q3"),
        (["2000-10-01", "2001-01-01"], "Q-DEC", "2000Q4"),
    ],
)
def test_years_and_half_years_are_taken(monkeypatch, dates, freq, first):
    frame = parse("fred_csv", csv_of(dates), series="XYZ")
    assert frame["date"].dtype == f"period[{freq}]"
    assert str(frame["date"].iloc[0]) == first
    assert len(frame) == len(dates)


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        (["2000-01-01", "2001-01-01", "2003-01-01"], "2003-01 follows 2001-01; a line is missing"),
        (["2000-01-01", "2000-07-01", "2001-07-01"], "2001-07 follows 2000-07; a line is missing"),
        (["2000-03-01", "2001-03-01"], "12 months apart"),
        (["2000-02-01", "2000-08-01"], "6 months apart"),
        (["2000-01-01", "2005-01-01"], "60 months apart; expected months, quarters, half-years or years"),
        (["2000-01-01", "2000-03-01"], "2 months apart"),
    ],
)
def test_other_steps_and_lost_lines_are_refused(dates, words):
    with pytest.raises(SchemaError, match=words):
        parse("fred_csv", csv_of(dates), series="XYZ")


@pytest.mark.usefixtures("real")
def test_an_annual_series_becomes_a_table(loopback, monkeypatch):
    body = csv_of([f"{year}-01-01" for year in range(2000, 2026)])

    def answer(handler):
        handler.reply(body) if "XYZ" in handler.path else loopback.serve_real(handler)

    with loopback(answer) as (base, _):
        point(loopback, monkeypatch, base)
        report = fetch("XYZ", client=client())
    row = next(row for row in manifest_rows(report.as_of) if row["file"] == "XYZ.csv")
    assert (row["first"], row["last"], row["rows"]) == ("2000", "2025", "26")
    verify_vintage(report.as_of)


BOMB = '<?xml version="1.0"{}?><!DOCTYPE x [<!ENTITY a "b">]><observations count="0">&a;</observations>'
ENCODED = {
    "ascii": BOMB.format("").encode(),
    "utf-8 with a mark": b"\xef\xbb\xbf" + BOMB.format("").encode(),
    "utf-16 with a mark": BOMB.format(' encoding="utf-16"').encode("utf-16"),
    "utf-16 without a declaration": BOMB.format("").encode("utf-16"),
    "utf-16 big-endian": b"\xfe\xff" + BOMB.format("").encode("utf-16-be"),
    "utf-16 without a mark": BOMB.format(' encoding="utf-16-le"').encode("utf-16-le"),
    "utf-32": BOMB.format(' encoding="utf-32"').encode("utf-32"),
    "ebcdic": BOMB.format(' encoding="cp037"').encode("cp037"),
    "far behind": BOMB.format("").replace("<!DOCTYPE", f"<!--{' ' * 10_000}--><!DOCTYPE").encode(),
    "a document type alone": b'<!DOCTYPE x SYSTEM "file:///etc/hosts"><observations count="0"/>',
}


@pytest.mark.parametrize("encoding", ENCODED)
def test_entities_are_refused_in_every_encoding(loopback, monkeypatch, encoding):
    unread = encoding in ("utf-32", "ebcdic", "utf-16 without a mark")  # the parser does not read those at all
    with pytest.raises(ValueError, match=r"token|encoding" if unread else "declares a document type"):
        plain_xml(ENCODED[encoding])
    with loopback(lambda handler: handler.reply(ENCODED[encoding])) as (base, _):
        monkeypatch.setenv("ECON_URL_FRED", base)
        with pytest.raises(DownloadError, match=r"entities|damaged XML"):
            fetch_file("XYZ", client=client(), key=KEY)


def test_plain_documents_are_read_in_every_encoding():
    for encoding in ("utf-8", "utf-16", "iso-8859-1"):
        text = f'<?xml version="1.0" encoding="{encoding}"?><a b="Å">ä</a>'
        root = plain_xml(text.encode(encoding))
        assert (root.text, root.get("b")) == ("ä", "Å")
