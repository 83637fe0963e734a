"""Import, load and save: seconds to import econ beside statsmodels, to load series, to save draws, and peak memory.

Run ``python -m benchmarks.package``. Imports are measured in processor time, with bytecode on disk on either side.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

NAMES = [f"{slug}_{measure}" for slug in ("china", "japan", "uk", "official", "belgium", "cayman", "taiwan")
         for measure in ("net_purchases", "valuation_change", "position_change", "position")]  # fmt: skip
REPEATS = 5


def importing(*statements: str) -> list[float]:
    """Processor seconds of each statement, the best of several fresh interpreters in turn, less an empty one."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def seconds(code: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    rounds = [[seconds(code) for code in ("pass", *statements)] for _ in range(REPEATS + 1)][1:]  # the first one warms
    empty, *best = (min(times) for times in zip(*rounds, strict=True))
    return [each - empty for each in best]


def processor(work: Callable[[], object]) -> float:
    """Processor seconds of ``work``, the best of several."""
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def saving(draws: int = 4000) -> tuple[float, float, float]:
    """Megabytes of draws of responses, processor seconds to save them, and to write their bare bytes to the disk."""
    import numpy as np

    import econ

    names = tuple("abcdef")
    values = np.random.default_rng(1).standard_normal((draws, 49, 6, 6))
    irf = econ.IRF(values[0], names, names, draws=values)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bare")

        def bare() -> None:
            path.unlink(missing_ok=True)
            with path.open("wb") as stream:
                stream.write(values.data)
                stream.flush()
                os.fsync(stream.fileno())

        def saved() -> None:
            path.unlink(missing_ok=True)
            econ.save(irf, path)

        return values.nbytes / 1e6, processor(saved), processor(bare)


def main() -> None:
    ours, one, all_names, theirs, floor = importing(
        "import econ", "from econ import VAR", "from econ import *", "import statsmodels.tsa.api", "import pandas"
    )
    print(f"import econ                {ours:7.2f} s   {ours / theirs:5.2f} of statsmodels.tsa.api ({theirs:.2f} s)")
    print(f"from econ import VAR       {one:7.2f} s   {one / theirs:5.2f} of it; pandas alone {floor / theirs:.2f}")
    print(f"every public name          {all_names:7.2f} s   {all_names / theirs:5.2f} of it")
    import econ

    econ.load(*NAMES, "yield_10y", "yield_2y")
    start = time.perf_counter()
    econ.load(*NAMES, "yield_10y", "yield_2y")
    print(f"load 30 monthly series     {1000 * (time.perf_counter() - start):7.1f} ms")
    print(f"peak memory                {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:7.0f} MiB")
    size, saved, bare = saving()
    print(
        f"save {size:.0f} MB of draws      {saved:7.3f} s   {saved / bare:5.2f} of writing their bytes ({bare:.3f} s)"
    )


if __name__ == "__main__":
    main()
