"""Import and load: seconds to import econ beside statsmodels, to load series, and peak memory.

Run ``python -m benchmarks.package``. Imports are measured in processor time, with bytecode on disk on either side.
"""

import os
import resource
import subprocess
import sys
import time

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


if __name__ == "__main__":
    main()
