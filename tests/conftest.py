"""What all tests share: one BLAS thread, errors of arithmetic, the files of ``../shared``, a publisher on 127.0.0.1."""

import os

# Before numpy is imported: sums in another order differ in the last bits.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import hashlib  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402
from collections import defaultdict  # noqa: E402
from contextlib import contextmanager  # noqa: E402
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer  # noqa: E402
from pathlib import Path  # noqa: E402
from urllib.parse import parse_qs, urlsplit  # noqa: E402

import matplotlib  # noqa: E402
import numpy as np  # noqa: E402
import pytest  # noqa: E402

matplotlib.use("Agg")

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[1] / "shared"
SAMPLES = HERE / "unit" / "data" / "samples"
WANTED = "needs ../shared/"


@pytest.fixture(autouse=True)
def _numpy_shouts():
    """Overflow, division by zero and invalid operations fail a test instead of printing a warning."""
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        yield


@pytest.fixture(autouse=True)
def _no_page_stays_open():
    """Where a test has imported pyplot, every picture of a later one is pyplot's too: none is left to the next."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture(scope="session")
def shared():
    """Path of a file or folder of ``../shared``; skips the test, naming the file, where it is absent."""

    def find(name):
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"{WANTED}{name}")
        return path

    return find


def pytest_generate_tests(metafunc):
    """``shared_files("data/raw/fred/*.csv")`` gives ``shared_file`` each file there is, or the pattern if none."""
    mark = metafunc.definition.get_closest_marker("shared_files")
    if mark:
        without = mark.kwargs.get("without", ())
        found = [path for pattern in mark.args for path in sorted(SHARED.glob(pattern)) if path.name not in without]
        names = [path.relative_to(SHARED).as_posix() for path in found] or [mark.args[0]]
        metafunc.parametrize("shared_file", names, ids=[name.rsplit("/", 1)[-1] for name in names], indirect=True)


@pytest.fixture
def shared_file(request, shared):
    return shared(request.param)


def pytest_terminal_summary(terminalreporter):
    """How many hostile calls there were; one list of the tests skipped for want of a file of ``../shared``, by file."""
    passed = terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", [])
    calls = sum(number for report in passed for name, number in report.user_properties if name == "hostile calls")
    if calls:
        terminalreporter.line(f"{calls:,} hostile calls")
    waiting = defaultdict(list)
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        if WANTED in reason:
            waiting[reason.split(WANTED, 1)[1]].append(report.nodeid)
    if waiting:
        count = sum(map(len, waiting.values()))
        terminalreporter.section(f"{count} tests need files of ../shared that are absent")
    for name in sorted(waiting):
        terminalreporter.line(f"../shared/{name}")
        for test in sorted(waiting[name]):
            terminalreporter.line(f"    {test}")


@pytest.fixture(scope="session")
def statsmodels_fit():
    """The second opinion: ``statsmodels_fit(frame, lags, trend, exog=None)``."""

    def fit(frame, lags, trend, exog=None):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from statsmodels.tsa.api import VAR as Peer

            return Peer(frame.to_numpy(), exog=None if exog is None else exog.to_numpy()).fit(lags, trend=trend)

    return fit


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


def rendered(series):
    """A series of the archive in FRED's own layout: for the one of which no publisher's file is at hand."""
    import pandas as pd

    from econ.data.archive import read_table

    frame, _ = read_table(series)
    dates = [date.to_timestamp() for date in pd.PeriodIndex(frame["date"], freq="M")]
    rows = (
        f"{date:%Y-%m-%d},{'' if pd.isna(value) else repr(value)}"
        for date, value in zip(dates, frame["value"], strict=True)
    )
    return "\n".join([f"observation_date,{series}", *rows, ""]).encode()


def rendered_operations():
    """Japan's operations of the archive in the ministry's own layout; the sample at hand ends in 2003."""
    import pandas as pd

    from econ.data.archive import read_table

    frame, _ = read_table("mof_usdjpy")
    amounts = frame.set_index(pd.to_datetime(frame["date"]))["value"]
    opening = {1: "January - March", 2: "April - June", 3: "July - September", 4: "October - December"}
    lines = ["年,月,日,Year,Month,Day,金額(amount),売買通貨,Currency pairs"]
    for quarter, days in amounts.groupby(amounts.index.to_period("Q")):
        for day, amount in days[days != 0].items():
            era = f"平成{day.year - 1988}" if day < pd.Timestamp("2019-05-01") else f"令和{day.year - 2018}"
            way = ("買い", "売り", "bought", "sold") if amount > 0 else ("売り", "買い", "sold", "bought")
            lines.append(
                f'{era}年,{day.month}月,{day.day}日,{day:%Y,%b},{day.day},"{abs(amount):,.0f}",'
                f"米ドル{way[0]}・日本円{way[1]},the US dollar ({way[2]}) the Japanese yen ({way[3]})"
            )
        total = days.abs().sum()
        lines.append(f'四半期計,,,{opening[quarter.quarter]} {quarter.year},,,"{total:,.0f}",,')
    return "\n".join([*lines, ""]).encode("cp932")


class Loopback:
    """A real HTTP server on 127.0.0.1 that serves the publishers' files, and misbehaves on request.

    ``with loopback(answer, date) as (address, server)``; ``answer(handler)`` replies to one request.
    """

    raw = SHARED / "data" / "raw"
    keys = ("FRED", "TREASURY", "FEDBOARD", "NYFED", "MOF", "SAFE")
    elsewhere = {
        "ACMTermPremium.xls": "nyfed/ACMTermPremium_monthly_2025-06.csv",
        "s1_globl.txt": "tic/s1_globl.txt.gz",
    }
    written = {
        "feds200628.csv": "gsw.csv",
        "summary.json": "soma.json",
        "foreign_exchange_intervention_operations.csv": "feio.csv",
    }

    @contextmanager
    def __call__(self, answer=None, date="Thu, 20 Aug 2026 12:00:00 GMT"):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.answer, server.requests = answer or self.serve_real, []
        server.date, server.daemon_threads = date, True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", server
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def point(self, monkeypatch, base):
        """Send every publisher's addresses to the server."""
        for key in self.keys:
            monkeypatch.setenv(f"ECON_URL_{key}", base)

    def real_file(self, path):
        """Bytes of the publisher's file behind an official address, or None."""
        parts = urlsplit(path)
        series = parse_qs(parts.query).get("id")
        if series == ["IRLTLT01GBM156N"]:
            return rendered(series[0])  # the file at hand begins in 2000, fifteen years after the archive's
        if series:
            file = self.raw / "fred" / f"{series[0]}.csv"
            return file.read_bytes() if file.is_file() else None
        name = parts.path.rsplit("/", 1)[-1]
        if "/en/file/file/" in parts.path:
            from econ.data.fetchers import safe

            # SAFE gives its workbooks random names
            name = next((each.file for each in safe.OFFICIALS if each.url.partition("?")[0].endswith(parts.path)), name)
        if name in self.elsewhere:
            return (self.raw / self.elsewhere[name]).read_bytes()
        return next((file.read_bytes() for file in self.raw.glob(f"*/{name}")), None) if name else None

    def serve_real(self, handler):
        """Serve the real files, with validators."""
        body = self.real_file(handler.path)
        if body is None:
            return handler.reply(b"no such file", 404)
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if handler.headers.get("If-None-Match") == etag:
            return handler.reply(b"", 304, [("ETag", etag)])
        return handler.reply(body, 200, [("ETag", etag)])

    def serve_every_table(self, handler):
        """Serve the real files; where one is not at hand, a sample or the archive's figures in the same layout."""
        name = urlsplit(handler.path).path.rsplit("/", 1)[-1]
        if name in self.written:
            return handler.reply((SAMPLES / self.written[name]).read_bytes())
        series = parse_qs(urlsplit(handler.path).query).get("id", [""])[0]
        if series == "IRLTLT01DEM156N":
            return handler.reply(rendered(series))
        return self.serve_real(handler)

    def serve_whole_tables(self, handler):
        """The same, no table shorter than the archive's: the sample of Japan's operations ends in 2003."""
        if handler.path.endswith("/foreign_exchange_intervention_operations.csv"):
            return handler.reply(rendered_operations())
        if parse_qs(urlsplit(handler.path).query).get("id") == ["EXJPUS"]:
            return handler.reply(rendered("EXJPUS"))
        return self.serve_every_table(handler)


@pytest.fixture(scope="session")
def moment():
    """``moment(progress, done, pause)``: a function that says whether a run is where it is to be killed.

    It is when ``progress()`` is at ``done`` and ``pause`` seconds have passed since, or when it is beyond. What a run
    has done says where it is; a share of its seconds does not: it is before the first file on a machine with much to
    do, and after the last on one with nothing.
    """

    def of(progress, done, pause):
        seen = []

        def reached():
            found = progress()
            if found >= done:
                seen.append(time.monotonic())
            return found > done or (found == done and seen[-1] - seen[0] >= pause)

        return reached

    return of


@pytest.fixture(scope="session")
def loopback():
    return Loopback()
