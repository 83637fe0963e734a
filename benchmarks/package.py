"""Import and load: seconds to import econ beside statsmodels, to load series, and peak memory.

Run ``python -m benchmarks.package``.
"""

import resource
import subprocess
import sys
import time

NAMES = [f"{slug}_{measure}" for slug in ("china", "japan", "uk", "official", "belgium", "cayman", "taiwan")
         for measure in ("net_purchases", "valuation_change", "position_change", "position")]  # fmt: skip
REPEATS = 5


def importing(module: str) -> float:
    """Best of several fresh interpreters, less that of an empty one."""
    return seconds(f"import {module}")


def seconds(code: str) -> float:
    """Seconds that a line of Python takes a fresh interpreter, less those of an empty one; the best of several."""

    def best(code: str) -> float:
        times = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            times.append(time.perf_counter() - start)
        return min(times)

    return best(code) - best("pass")


def main() -> None:
    ours, theirs = importing("econ"), importing("statsmodels.api")
    print(f"import econ                {ours:7.2f} s   {theirs / ours:5.1f} times faster than statsmodels.api")
    import econ

    econ.load(*NAMES, "yield_10y", "yield_2y")
    start = time.perf_counter()
    econ.load(*NAMES, "yield_10y", "yield_2y")
    print(f"load 30 monthly series     {1000 * (time.perf_counter() - start):7.1f} ms")
    print(f"peak memory                {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:7.0f} MiB")


if __name__ == "__main__":
    main()
