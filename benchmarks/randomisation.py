"""355 operations on 8,800 days in four eras, 9,999 shifts, p-values and sets: target under 2 s on one core.

Run ``OPENBLAS_NUM_THREADS=1 python -m benchmarks.randomisation``; prints one line a figure.
"""

import time

import numpy as np

from econ.arrays import Array
from econ.infer import randomise_slope

TARGET = 2.0


def sample(days: int = 8800, operations: int = 355, outcomes: int = 1, seed: int = 1) -> tuple[Array, Array, Array]:
    """Changes over windows, exactly dated amounts, and eras."""
    generator = np.random.default_rng(seed)
    amounts = np.zeros(days)
    amounts[generator.choice(days, operations, replace=False)] = generator.exponential(size=operations)
    return generator.standard_normal((days, outcomes)), amounts, np.repeat(np.arange(4), days // 4)


def main() -> None:
    for outcomes, words in ((1, "one horizon"), (66, "all horizons, -5 to 60 days")):
        y, amounts, eras = sample(outcomes=outcomes)
        start = time.perf_counter()
        tests = randomise_slope(y, amounts, eras=eras, draws=9999, rng=1)
        _ = [test.confidence_set(0.90) for test in tests]
        spent = time.perf_counter() - start
        print(f"{words:<45} {spent:6.2f} s")
        print(f"{'share of the target of 2 s':<45} {spent / TARGET:6.2f}")


if __name__ == "__main__":
    main()
