"""Data: parsing every TIC and FRED file, a full fetch from 127.0.0.1, loading thirty series, memory.

Run ``OPENBLAS_NUM_THREADS=1 python -m benchmarks.data``. Targets: 5 s, 10 s beside the pause between requests,
50 ms, 300 MB. The publishers' files of ``../shared/data/raw`` are needed for the first two; they are skipped, and
said to be skipped, without them.
"""

import os
import resource
import sys
import tempfile
import time
from contextlib import contextmanager

import econ
from econ.data.catalogue import TABLES
from econ.data.http import Client
from econ.data.parsers import parse
from econ.data.refresh import fetch
from tests.unit.data.loopback import KEYS, RAW, loopback
from tests.unit.data.test_parse_official import FRED, OFFICIAL

SERIES = (
    "yield_2y", "yield_10y", "yield_30y", "yield_2y_average", "yield_10y_average", "fed_funds", "term_premium_2y",
    "term_premium_5y", "term_premium_10y", "yield_10y_germany", "yield_10y_uk", "fed_treasuries", "fed_custody",
    "financial_conditions", "cpi", "industrial_production",
    *(f"{holder}_{measure}" for holder in ("china", "japan", "uk", "belgium", "luxembourg", "official", "foreign")
      for measure in ("net_purchases", "position")),
)  # fmt: skip


@contextmanager
def timed(what, target):
    """Print wall and processor time of a block beside its target."""
    wall, busy = time.perf_counter(), time.process_time()
    yield
    wall, busy = time.perf_counter() - wall, time.process_time() - busy
    print(f"{what}: {wall:.3f} s ({busy:.3f} s of processor), target {target} s", flush=True)


def memory():
    """Largest resident memory of the process so far, MB."""
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / 1024 if sys.platform != "darwin" else size / 2**20


def parse_all():
    """Parse every TIC and FRED file; rows in all."""
    files = [(layout, RAW / file) for layout, file, _ in OFFICIAL if file.startswith("tic/")]
    return sum(len(parse(layout, path)) for layout, path in [*files, *(("fred_csv", path) for path in FRED)])


def fetch_all():
    """Fetch the vintage and every other FRED file from the loopback server; files asked for."""
    further = [path.stem for path in FRED if path.parent.name == "fred" and path.stem not in TABLES]
    with loopback() as (base, server), tempfile.TemporaryDirectory() as home:
        os.environ.update({"ECON_DATA": home, **{f"ECON_URL_{key}": base for key in KEYS}})
        os.environ.pop("FRED_API_KEY", None)
        fetch(*further, "ebp", "jgb", "slt_table3", "s1_globl", "slt3d_globl", client=Client(pause=0.0))
        return len(server.requests)


def main():
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
    print(f"{asked} requests; memory so far: {memory():.0f} MB, target 300 MB")


if __name__ == "__main__":
    main()
