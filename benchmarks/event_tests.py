"""Fifty events, three maturities, every test and 9,999 placebo draws: target under 3 s on two cores.

Run ``OPENBLAS_NUM_THREADS=1 python -m benchmarks.event_tests``; prints one line a part and the total.
"""

import time
from itertools import pairwise

import numpy as np
import pandas as pd

from econ.eventstudy import EventStudy, joint_tests, romano_wolf_table

TARGET = 3.0
MATURITIES = ("yield_2y", "yield_10y", "yield_30y")


def sample(days: int = 6600, count: int = 50, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Daily yields of 26 years in percent and fifty events of five classes."""
    generator = np.random.default_rng(seed)
    index = pd.bdate_range("2000-01-03", periods=days, name="date")
    steps = generator.normal(scale=0.04, size=(days, 1)) + generator.normal(scale=0.03, size=(days, 3))
    frame = pd.DataFrame(4.0 + np.round(steps.cumsum(axis=0), 2), index=index, columns=list(MATURITIES))
    rows = np.sort(generator.choice(np.arange(200, days - 10), size=count, replace=False))
    kinds = [f"class {number % 5}" for number in range(count)]
    return frame, pd.DataFrame({"date": index[rows], "kind": kinds, "label": [f"event {row}" for row in rows]})


def main() -> None:
    frame, events = sample()
    marks = [("start", time.perf_counter())]
    study = EventStudy(frame, events, response=MATURITIES[0])
    results = {name: study.with_response(name).fit() for name in MATURITIES}
    marks.append(("fit", time.perf_counter()))
    for fitted in results.values():
        fitted.tests(n_jobs=2)
    marks.append(("tests, 1,999 bootstrap draws", time.perf_counter()))
    for fitted in results.values():
        fitted.placebo(draws=9999, rng=1, n_jobs=2)
    marks.append(("placebo, 9,999 draws", time.perf_counter()))
    joint_tests(results)
    romano_wolf_table(results, draws=9999, rng=1, n_jobs=2)
    marks.append(("joint tests and Romano-Wolf, 9,999 draws", time.perf_counter()))
    for (_, before), (label, after) in pairwise(marks):
        print(f"{label:<45} {after - before:6.2f} s")
    total = marks[-1][1] - marks[0][1]
    print(f"{'total (50 events x 3 maturities)':<45} {total:6.2f} s")
    print(f"{'share of the target of 3 s':<45} {total / TARGET:6.2f}")


if __name__ == "__main__":
    main()
