"""A real HTTP server on 127.0.0.1 that serves the publishers' files, and misbehaves on request."""

import hashlib
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pandas as pd

from econ.data.archive import read_table
from tests.unit.data.layouts import FEIO, GSW, SOMA

RAW = Path(__file__).resolve().parents[4] / "shared" / "data" / "raw"
FIGURES = RAW.parents[1] / "figures"
DATE = "Thu, 20 Aug 2026 12:00:00 GMT"
SPECIAL = {
    "ACMTermPremium.xls": "nyfed/ACMTermPremium_monthly_2025-06.csv",
    "s1_globl.txt": "tic/s1_globl.txt.gz",
}
KEYS = ("FRED", "TREASURY", "FEDBOARD", "NYFED", "MOF", "SAFE")


def real_file(path):
    """Bytes of the publisher's file behind an official address, or None."""
    parts = urlsplit(path)
    series = parse_qs(parts.query).get("id")
    if series == ["IRLTLT01GBM156N"]:
        return rendered(series[0])  # the file at hand begins in 2000, fifteen years after the archive's
    if series:
        file = RAW / "fred" / f"{series[0]}.csv"
        return file.read_bytes() if file.is_file() else None
    name = parts.path.rsplit("/", 1)[-1]
    if name in SPECIAL:
        return (RAW / SPECIAL[name]).read_bytes()
    return next((file.read_bytes() for file in RAW.glob(f"*/{name}")), None) if name else None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.requests.append((self.path, dict(self.headers)))
        self.server.answer(self)

    def log_message(self, *args):
        pass

    def date_time_string(self, timestamp=None):
        return self.server.date

    def reply(self, body, status=200, headers=()):
        self.send_response(status)
        names = {name.lower() for name, _ in headers}
        for name, value in headers:
            self.send_header(name, value)
        if "content-length" not in names and "transfer-encoding" not in names:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True


def serve_real(handler):
    """Serve the real files, with validators."""
    body = real_file(handler.path)
    if body is None:
        return handler.reply(b"no such file", 404)
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    if handler.headers.get("If-None-Match") == etag:
        return handler.reply(b"", 304, [("ETag", etag)])
    return handler.reply(body, 200, [("ETag", etag)])


def rendered(series):
    """A series of the archive in FRED's own layout: for the one of which no publisher's file is at hand."""
    frame, _ = read_table(series)
    dates = [date.to_timestamp() for date in pd.PeriodIndex(frame["date"], freq="M")]
    rows = (
        f"{date:%Y-%m-%d},{'' if pd.isna(value) else repr(value)}"
        for date, value in zip(dates, frame["value"], strict=True)
    )
    return "\n".join([f"observation_date,{series}", *rows, ""]).encode()


WRITTEN = {"feds200628.csv": GSW, "summary.json": SOMA, "foreign_exchange_intervention_operations.csv": FEIO}


def serve_every_table(handler):
    """Serve the real files; where one is not at hand, a sample or the archive's figures in the same layout."""
    name = urlsplit(handler.path).path.rsplit("/", 1)[-1]
    if name in WRITTEN:
        return handler.reply(WRITTEN[name])
    series = parse_qs(urlsplit(handler.path).query).get("id", [""])[0]
    if series == "IRLTLT01DEM156N":
        return handler.reply(rendered(series))
    return serve_real(handler)


@contextmanager
def loopback(answer=serve_real, date=DATE):
    """Run the server; gives its address and itself."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.answer, server.requests, server.date, server.daemon_threads = answer, [], date, True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
