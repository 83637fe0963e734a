"""Speed of local projections, beside a loop over statsmodels OLS fits of the same regressions in the same run.

Work: 48 horizons, 6 responses, 12 lags of 6 variables, 500 months, Newey-West errors with lags = horizon; then 2,000
wild-bootstrap draws of it with pointwise and sup-t bands. The statsmodels loop gets its design matrix ready-made and
must fit and give the HAC standard error of the impulse.

Run: ``OPENBLAS_NUM_THREADS=1 python -m benchmarks.projection [--quick]`` (``--quick`` loops over every eighth horizon
and scales up by the number of fits).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from econ.projection import LocalProjection
from econ.var import IRF, Wild

PERIODS, LAGS, HORIZON, DRAWS = 500, 12, 48, 2000
NAMES = ("flow", "yield", "vix", "dollar", "ally", "term_premium")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    frame = table()
    ours = best(lambda: project(frame))
    loop, gap = statsmodels_loop(frame, range(0, HORIZON + 1, 8 if options.quick else 1))
    wild = best(lambda: bands(frame), repeats=3)
    print(
        f"{HORIZON} horizons, {len(NAMES)} responses, {LAGS} lags of {len(NAMES)} variables, T = {PERIODS}, one thread"
    )
    line("LocalProjection, Newey-West", ours, f"agrees with statsmodels to {gap:.0e}")
    line("loop over statsmodels OLS fits", loop, f"{loop / ours:.0f} times; at least 100")
    line(f"{DRAWS} wild draws, both bands", wild, "at most 5 s")


def table() -> pd.DataFrame:
    """A persistent system of six variables."""
    shocks = np.random.default_rng(0).standard_normal((PERIODS, len(NAMES)))
    values = np.zeros_like(shocks)
    for t in range(1, PERIODS):
        values[t] = 0.9 * values[t - 1] + 0.015 * values[t - 1].sum() + shocks[t]
    index = pd.period_range("1985-01", periods=PERIODS, freq="M")
    return pd.DataFrame(values, columns=list(NAMES), index=index)


def plain(frame: pd.DataFrame) -> LocalProjection:
    return LocalProjection(frame, response=NAMES, impulse="flow", lags=LAGS, lag_augmented=False)


def project(frame: pd.DataFrame) -> IRF:
    return plain(frame).fit(HORIZON, "hac").irf


def bands(frame: pd.DataFrame) -> None:
    model = LocalProjection(frame, response=NAMES, impulse="flow", lags=LAGS)
    irf = model.fit(HORIZON, bootstrap=Wild(draws=DRAWS), rng=1, n_jobs=2).irf
    irf.band(0.90)
    irf.band(0.90, "sup-t")


def statsmodels_loop(frame: pd.DataFrame, horizons: range) -> tuple[float, float]:
    """Seconds of all fits (scaled up if horizons were left out) and the largest difference of a standard error."""
    from statsmodels.regression.linear_model import OLS

    design, irf = plain(frame).design, project(frame)
    errors = np.asarray(irf.std_errors)
    x = np.column_stack([design.controls, design.impulses])
    gap, start = 0.0, time.perf_counter()
    for h in horizons:
        for i in range(len(NAMES)):
            y = design.responses[design.first + h :, i]
            fit = OLS(y, x[: len(y)]).fit(cov_type="HAC", cov_kwds={"maxlags": h})
            gap = max(gap, abs(fit.params[-1] - irf.point[h, i, 0]), abs(fit.bse[-1] - errors[h, i, 0]))
    return (time.perf_counter() - start) * (HORIZON + 1) / len(horizons), gap


def best(work: Callable[[], object], repeats: int = 9) -> float:
    """Wall seconds, the best of ``repeats``."""
    clocks = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        clocks.append(time.perf_counter() - start)
    return min(clocks)


def line(what: str, seconds: float, note: str) -> None:
    print(f"{what:34s}{1000 * seconds:10.1f} ms   {note}")


if __name__ == "__main__":
    main()
