"""The downloader against a real server under hostile conditions; hand-written bodies only."""

import gzip
import logging
import socket
import time
import traceback

import pytest

from econ.data.fetchers import fred
from econ.data.http import Client, redacted
from econ.data.obtain import fetch_file
from econ.errors import DownloadError, SchemaError, SpecificationError

BODY = b"observation_date,XYZ\n2026-01-01,1.5\n2026-02-01,2.5\n"
KEY = "0123456789abcdef" * 2  # in one piece it would be one that the audit finds


@pytest.fixture
def waits():
    return []


@pytest.fixture
def client(waits):
    return Client(timeout=2.0, retries=2, backoff=1.0, pause=0.0, largest=200_000, sleep=waits.append)


@pytest.fixture
def refused(loopback):
    def get(client, answer):
        with loopback(answer) as (base, server), pytest.raises(DownloadError) as caught:
            client.get(base + "/x.csv")
        return str(caught.value), server

    return get


def test_a_file_arrives_with_the_publishers_clock(loopback, client):
    with loopback(lambda handler: handler.reply(BODY, headers=[("ETag", '"1"')])) as (base, _):
        answer = client.get(base + "/x.csv")
    assert (answer.content, answer.etag, answer.date[:16]) == (BODY, '"1"', "Thu, 20 Aug 2026")


def test_gzip_bodies_are_unpacked(loopback, client):
    def answer(handler):
        handler.reply(gzip.compress(BODY), headers=[("Content-Encoding", "gzip")])

    with loopback(answer) as (base, _):
        assert client.get(base + "/x.csv").content == BODY


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_refusal_is_not_tried_again(refused, client, status):
    message, server = refused(client, lambda handler: handler.reply(b"no", status))
    assert f"answered {status}" in message
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_trouble_that_may_pass_is_tried_again_with_growing_waits(refused, client, waits, status):
    message, server = refused(client, lambda handler: handler.reply(b"later", status))
    assert f"answered {status}" in message
    assert "tried 3 times" in message
    assert len(server.requests) == 3
    assert waits == [1.0, 2.0]


def test_retry_after_is_obeyed(refused, client, waits):
    refused(client, lambda handler: handler.reply(b"", 429, [("Retry-After", "7")]))
    assert waits == [7.0, 7.0]


def test_a_server_that_recovers_is_enough(loopback, client):
    def answer(handler):
        handler.reply(BODY) if len(handler.server.requests) == 3 else handler.reply(b"", 503)

    with loopback(answer) as (base, _):
        assert client.get(base + "/x.csv").content == BODY


def test_the_pause_between_two_requests_to_one_host_is_kept(loopback, waits):
    client = Client(pause=60.0, sleep=waits.append)
    with loopback(lambda handler: handler.reply(BODY)) as (base, _):
        client.get(base + "/1")
        client.get(base + "/2")
    assert len(waits) == 1
    assert 30.0 < waits[0] <= 60.0


def test_server_down(client):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    with pytest.raises(DownloadError, match=r"no connection .*refused"):
        client.get(f"http://127.0.0.1:{port}/x.csv")


def test_dns_failure(client, monkeypatch):
    def fail(*args, **kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(DownloadError, match="Name or service not known"):
        client.get("http://no-such-host.invalid/x.csv")


def test_time_out(refused):
    client = Client(timeout=0.2, retries=1, pause=0.0, sleep=lambda seconds: None)
    message, _ = refused(client, lambda handler: time.sleep(0.6))
    assert "no answer within 0.2 seconds (tried 2 times)" in message or "tried 2 times" in message


def test_a_body_that_drips_is_given_up(refused):
    def answer(handler):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(60):
            handler.wfile.write(b"x" * 10)
            time.sleep(0.02)
        handler.close_connection = True

    client = Client(timeout=0.03, retries=0, pause=0.0, sleep=lambda seconds: None)
    refused(client, answer)


def test_redirects_are_followed_on_the_same_host(loopback, client):
    def answer(handler):
        if handler.path == "/x.csv":
            handler.reply(b"", 302, [("Location", "/y.csv")])
        else:
            handler.reply(BODY)

    with loopback(answer) as (base, _):
        assert client.get(base + "/x.csv").content == BODY


def test_redirect_loop(refused, client):
    message, server = refused(client, lambda handler: handler.reply(b"", 302, [("Location", "/x.csv")]))
    assert "more than 5 redirects" in message
    assert len(server.requests) == 6


def test_a_redirect_to_another_host_is_refused(refused, client):
    message, _ = refused(client, lambda handler: handler.reply(b"", 302, [("Location", "http://localhost:1/x")]))
    assert "another host" in message


def test_truncated_body(refused, client):
    message, _ = refused(client, lambda handler: handler.reply(BODY[:20], headers=[("Content-Length", "51")]))
    assert "announced 51 bytes, sent 20" in message


def test_a_body_longer_than_announced(refused, client):
    message, _ = refused(client, lambda handler: handler.reply(BODY, headers=[("Content-Length", "21")]))
    assert "announced 21 bytes, sent 51" in message


def test_an_html_page_with_status_200(refused, client):
    page = b"\n <!DOCTYPE html><html><body>Down for maintenance</body></html>"
    message, _ = refused(client, lambda handler: handler.reply(page))
    assert "HTML page" in message


def test_an_empty_body(refused, client):
    assert "empty" in refused(client, lambda handler: handler.reply(b""))[0]


def test_a_body_over_the_limit(refused, client):
    assert "limit of 200000" in refused(client, lambda handler: handler.reply(b"x" * 200_001))[0]
    chunk = b"%x\r\n" % 60_000 + b"x" * 60_000 + b"\r\n"
    endless = [("Transfer-Encoding", "chunked")]
    assert "limit of 200000" in refused(client, lambda handler: handler.reply(chunk * 10, headers=endless))[0]


def test_a_gzip_bomb(refused, client):
    bomb = gzip.compress(b"0" * 50_000_000)
    assert len(bomb) < 200_000
    message, _ = refused(client, lambda handler: handler.reply(bomb, headers=[("Content-Encoding", "gzip")]))
    assert "unpacks to more than the limit" in message


def test_a_cut_gzip_body(refused, client):
    cut = gzip.compress(BODY)[:-9]
    message, _ = refused(client, lambda handler: handler.reply(cut, headers=[("Content-Encoding", "gzip")]))
    assert "gzip" in message


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "file:///etc/hosts", "data:,x"])
def test_only_http(client, url):
    with pytest.raises(DownloadError, match="not an http address"):
        client.get(url)


def test_certificates_are_verified_by_default():
    import ssl

    context = ssl.create_default_context()
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ECON_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("FRED_API_KEY", raising=False)
    return tmp_path / "data"


def xml(body, count=2):
    return f'<?xml version="1.0"?><observations realtime_start="x" count="{count}">{body}</observations>'.encode()


ROWS = '<observation date="2026-01-01" value="1.5"/><observation date="2026-02-01" value="."/>'


def test_fred_with_a_key_goes_through_fredapi_and_asks_for_one_vintage(loopback, client, home, monkeypatch):
    with loopback(lambda handler: handler.reply(xml(ROWS))) as (base, server):
        monkeypatch.setenv("ECON_URL_FRED", base)
        vintage = fetch_file("XYZ", client=client, key=KEY, as_of="2026-03-01")
    path = server.requests[0][0]
    assert "realtime_start=2026-03-01&realtime_end=2026-03-01" in path
    assert f"api_key={KEY}" in path
    assert vintage.frame["value"].tolist() == [1.5]
    assert vintage.as_of == "2026-03-01"
    assert KEY not in repr(vintage) + vintage.url


HOSTILE = {
    "403": lambda handler: handler.reply(f"bad api_key={KEY}".encode(), 403),
    "500": lambda handler: handler.reply(KEY.encode(), 500),
    "html": lambda handler: handler.reply(f"<html>{KEY}</html>".encode()),
    "redirect loop": lambda handler: handler.reply(b"", 302, [("Location", f"/again?api_key={KEY}")]),
    "other host": lambda handler: handler.reply(b"", 302, [("Location", f"http://{KEY}.example/?api_key={KEY}")]),
    "not xml": lambda handler: handler.reply(f"{KEY} & broken".encode()),
    "error element": lambda handler: handler.reply(b'<error code="400" message="Bad Request"/>'),
    "text for a number": lambda handler: handler.reply(xml('<observation date="2026-01-01" value="abc"/>', 1)),
    "bomb": lambda handler: handler.reply(b'<!DOCTYPE x [<!ENTITY a "b">]><observations/>'),
    "wrong count": lambda handler: handler.reply(xml(ROWS, 3)),
    "hang up": lambda handler: setattr(handler, "close_connection", True),
}


@pytest.mark.parametrize("condition", HOSTILE)
def test_the_key_never_shows(loopback, client, home, monkeypatch, caplog, capfd, condition):
    caplog.set_level(logging.DEBUG)
    with loopback(HOSTILE[condition]) as (base, _):
        monkeypatch.setenv("ECON_URL_FRED", base)
        with pytest.raises((DownloadError, SchemaError)) as caught:
            fetch_file("XYZ", client=client, key=KEY)
    seen = "".join(traceback.format_exception(caught.value, chain=True)) + repr(caught.value) + repr(client)
    error = caught.value
    while error is not None:
        seen += repr(vars(error)) + repr(error.args)
        error = error.__cause__ or error.__context__
    out, err = capfd.readouterr()
    assert KEY not in seen + out + err + caplog.text
    assert not any(KEY.encode() in path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_the_key_is_in_no_file_of_the_store(loopback, client, home, monkeypatch):
    with loopback(lambda handler: handler.reply(xml(ROWS))) as (base, _):
        monkeypatch.setenv("ECON_URL_FRED", base)
        monkeypatch.setenv("FRED_API_KEY", KEY)
        fetch_file("XYZ", client=client)
    assert not any(KEY.encode() in path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_redaction_takes_out_quoted_forms_too():
    assert redacted("GET /x?api_key=a%2Bb&id=1", {"api_key": "a+b"}) == "GET /x?id=1"
    assert redacted("refused a+b", {"api_key": "a+b"}) == "refused [hidden]"


def test_an_override_must_be_a_plain_http_address(monkeypatch):
    for bad in ("ftp://x", "http://user:" + "pw@x", "http://x/?key=1", "nonsense"):
        monkeypatch.setenv("ECON_URL_FRED", bad)
        with pytest.raises(SpecificationError, match="ECON_URL_FRED"):
            fred.official("DGS10").addresses()


def test_a_conditional_request_reuses_the_cached_copy(loopback, client, home, monkeypatch):
    def answer(handler):
        if handler.headers.get("If-None-Match") == '"7"':
            return handler.reply(b"", 304)
        return handler.reply(BODY, headers=[("ETag", '"7"')])

    with loopback(answer) as (base, server):
        monkeypatch.setenv("ECON_URL_FRED", base)
        first, second = (fetch_file("XYZ", client=client) for _ in range(2))
    assert first.sha256 == second.sha256
    assert [headers.get("If-None-Match") for _, headers in server.requests] == [None, '"7"']


def test_a_damaged_cache_is_downloaded_again(loopback, client, home, monkeypatch):
    with loopback(lambda handler: handler.reply(BODY, headers=[("ETag", '"7"')])) as (base, server):
        monkeypatch.setenv("ECON_URL_FRED", base)
        fetch_file("XYZ", client=client)
        (home / ".cache" / "XYZ.csv").write_bytes(BODY.replace(b"1.5", b"9.5"))
        assert fetch_file("XYZ", client=client).frame["value"].tolist() == [1.5, 2.5]
    assert "If-None-Match" not in server.requests[-1][1]


def test_another_series_than_asked_for_is_refused(loopback, client, home, monkeypatch):
    with loopback(lambda handler: handler.reply(BODY)) as (base, _):
        monkeypatch.setenv("ECON_URL_FRED", base)
        with pytest.raises(SchemaError, match="asked for ABC, got 'XYZ'"):
            fetch_file("ABC", client=client)
