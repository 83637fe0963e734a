"""Data: parsing every TIC and FRED file, a full fetch from 127.0.0.1, loading thirty series, memory.

Run ``OPENBLAS_NUM_THREADS=1 python -m benchmarks.data``. Targets: 5 s, 10 s beside the pause between requests,
50 ms, 300 MB. The publishers' files of ``../shared/data/raw`` are needed for the first two; they are skipped, and
said to be skipped, without them.
"""

import os
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import econ
from econ.data.catalogue import TABLES
from econ.data.http import Client
from econ.data.parsers import parse
from econ.data.refresh import fetch

SERIES = (
    "yield_2y", "yield_10y", "yield_30y", "yield_2y_average", "yield_10y_average", "fed_funds", "term_premium_2y",
    "term_premium_5y", "term_premium_10y", "yield_10y_germany", "yield_10y_uk", "fed_treasuries", "fed_custody",
    "financial_conditions", "cpi", "industrial_production",
    *(f"{holder}_{measure}" for holder in ("china", "japan", "uk", "belgium", "luxembourg", "official", "foreign")
      for measure in ("net_purchases", "position")),
)  # fmt: skip


RAW = Path(__file__).resolve().parents[2] / "shared" / "data" / "raw"
PUBLISHERS = ("FRED", "TREASURY", "FEDBOARD", "NYFED", "MOF", "SAFE")
ELSEWHERE = {
    "ACMTermPremium.xls": "nyfed/ACMTermPremium_monthly_2025-06.csv",
    "s1_globl.txt": "tic/s1_globl.txt.gz",
}
TIC = {
    "shlhistdat": "shlhistdat.txt", "mfhhis01": "mfhhis01.txt", "s1_globl": "s1_globl.txt.gz",
    "slt3d_globl": "slt3d_globl.csv", "slt_table1": "slt_table1.txt", "slt_table3": "slt_table3.txt",
    "slt_table5": "slt_table5.txt",
}  # fmt: skip
SHORTER = ("IRLTLT01GBM156N",)  # the file at hand begins in 2000, fifteen years after the archive
NO_FRED_LAYOUT = ("2026-01-MD.csv", "h10_exchange_rates_monthly.csv")


class Publisher(BaseHTTPRequestHandler):
    """Answer an official address with the publisher's file."""

    def do_GET(self) -> None:
        """Look the file up by the series or by the last part of the path."""
        parts = urlsplit(self.path)
        name = parts.path.rsplit("/", 1)[-1]
        series = parse_qs(parts.query).get("id")
        place = f"fred/{series[0]}.csv" if series else ELSEWHERE.get(name, f"*/{name}")
        file = next(iter(RAW.glob(place)), None)
        body = b"no such file" if file is None else file.read_bytes()
        self.send_response(404 if file is None else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Print nothing."""


@contextmanager
def publisher() -> Iterator[str]:
    """Serve the publishers' files on 127.0.0.1; gives the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def timed(what: str, target: object) -> Iterator[None]:
    """Print wall and processor time of a block beside its target."""
    wall, busy = time.perf_counter(), time.process_time()
    yield
    wall, busy = time.perf_counter() - wall, time.process_time() - busy
    print(f"{what}: {wall:.3f} s ({busy:.3f} s of processor), target {target} s", flush=True)


def memory() -> float:
    """Largest resident memory of the process so far, MB."""
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / 1024 if sys.platform != "darwin" else size / 2**20


def fred_files() -> list[Path]:
    """Every file in FRED's layout, vintages included."""
    found = [*RAW.glob("fred/*.csv"), *RAW.glob("fred/vintages/*.csv")]
    return sorted(path for path in found if path.name not in NO_FRED_LAYOUT)


def parse_all() -> int:
    """Parse every TIC and FRED file; rows in all."""
    files = [*((layout, RAW / "tic" / file) for layout, file in TIC.items()), *(("fred_csv", p) for p in fred_files())]
    return sum(len(parse(layout, path)) for layout, path in files)


def fetch_all() -> int:
    """Fetch the vintage and every other FRED file from 127.0.0.1; files fetched."""
    further = [path.stem for path in fred_files() if path.parent.name == "fred" and path.stem not in TABLES]
    with publisher() as base, tempfile.TemporaryDirectory() as home:
        os.environ.update({"ECON_DATA": home, **{f"ECON_URL_{key}": base for key in PUBLISHERS}})
        os.environ.pop("FRED_API_KEY", None)
        report = fetch(
            *further,
            "ebp",
            "jgb",
            "slt_table3",
            "s1_globl",
            "slt3d_globl",
            client=Client(pause=0.0),
            allow_shorter=SHORTER,
        )
        return len(report.fetched)


def main() -> None:
    with timed("first econ.load of 30 series", "-"):
        econ.load(*SERIES)
    with timed("econ.load of 30 monthly series", 0.05):
        econ.load(*SERIES)
    print(f"memory after loading: {memory():.0f} MB")
    if not RAW.is_dir():
        print("parsing and fetching skipped: the publishers' files of ../shared/data/raw are absent.")
        return
    with timed("parse every TIC and FRED file", 5):
        rows = parse_all()
    print(f"{rows} rows; memory so far: {memory():.0f} MB, target 300 MB")
    with timed("full fetch from 127.0.0.1, no pause", 10):
        asked = fetch_all()
    print(f"{asked} files; memory so far: {memory():.0f} MB, target 300 MB")


if __name__ == "__main__":
    main()
