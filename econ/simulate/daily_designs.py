"""The designs on a `DailyMarket`: dated operations, news, granular shocks, least squares, and a range between two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import scipy

from econ.border import checked
from econ.estimate import ConfidenceSet, Estimate
from econ.frozen import FrozenMapping
from econ.infer import opposite_bias
from econ.simulate.daily import DailyFaults, DailyMarket
from econ.simulate.daily_samples import HORIZONS, REFERENCE, UNITS, DailySample, slope
from econ.simulate.estimators import Estimator, by_name
from econ.simulate.grid import Truths
from econ.simulate.structural import from_instrument

DAILY_FAULTS: Mapping[str, DailyFaults] = FrozenMapping(
    {
        "none": DailyFaults(),
        "answer": DailyFaults(answer=0.01),
        "yen": DailyFaults(yen=1.0),
        "crowded": DailyFaults(crowded=1.0),
        "unlike": DailyFaults(unlike=0.5),
        "risk": DailyFaults(risk=0.5),
        "misplaced": DailyFaults(misplaced=0.2),
        "direct": DailyFaults(direct=0.005),
    }
)
"""What may go wrong, one fault at a time."""


def operations(sample: DailySample, horizon: int = HORIZONS[-1]) -> Estimate:
    """Response to the dated amounts, with the set that turns of them do not reject."""
    return sample.operation(horizon)


def operations_normal(sample: DailySample, horizon: int = HORIZONS[-1]) -> Estimate:
    """The same with the normal interval of Newey and West."""
    found = sample.operation(horizon)
    return _normal(found.value, float(found.std_error), sample)  # type: ignore[arg-type]


def operations_summed(sample: DailySample) -> Estimate:
    """Response over the window per amount sold in it."""
    return sample.summed


def news(sample: DailySample, *, corrected: bool) -> Estimate:
    """Impact by scheduled news."""
    return sample.impacts[corrected]


def granular(sample: DailySample) -> Estimate:
    """Change of the month on all sales, instrumented by granular shocks of the holders."""
    return from_instrument(sample, sample.samples.granular[sample.number])


def least_squares(sample: DailySample) -> Estimate:
    """Change of the month on all sales, with the normal interval of Newey and West."""
    return _normal(*slope(sample.change, -sample.flow), sample)


def bracket(sample: DailySample) -> ConfidenceSet:
    """Range from news with the footprint left in, too low, to operations, too high if they answer news."""
    return opposite_bias(sample.impacts[False], sample.summed, level=sample.level).interval


def _normal(value: float, error: float, sample: DailySample) -> Estimate:
    half = float(scipy.special.ndtri(0.5 + sample.level / 2.0)) * error
    return Estimate(value, error, value - half, value + half, sample.level, f"bp per {UNITS}")


OPERATIONAL = ("answer", "yen")
TIED = ("risk", "direct", *OPERATIONAL)
"""Faults that tie purchases to news by other ways than the yield."""
DAILY_ESTIMATORS: Mapping[str, Estimator] = by_name(
    Estimator(
        "operations", operations, "two_days", excludes=(*OPERATIONAL, "crowded"),
        words="dated amounts, days 0 to 2, turns",
    ),
    Estimator(
        "operations_hac", operations_normal, "two_days", excludes=(*OPERATIONAL, "crowded"),
        words="dated amounts, days 0 to 2, Newey-West",
    ),
    Estimator(
        "operations_day", partial(operations, horizon=0), "same_day", excludes=OPERATIONAL,
        words="dated amounts, the day itself, turns",
    ),
    Estimator(
        "operations_summed", operations_summed, "two_days", excludes=OPERATIONAL,
        words="dated amounts, days 0 to 2 per amount of those days, turns",
    ),
    Estimator(
        "news_uncorrected", partial(news, corrected=False), "flow_impact", excludes=TIED,
        words="leaning by scheduled news, footprint left in",
    ),
    Estimator(
        "news_corrected", partial(news, corrected=True), "flow_impact", excludes=TIED,
        words="leaning by scheduled news, footprint taken out",
    ),
    Estimator(
        "granular", granular, "flow_impact", excludes=("unlike", "misplaced", *OPERATIONAL),
        words="granular shocks of the holders",
    ),
    Estimator("least_squares", least_squares, "flow_impact", excludes=TIED, words="change on sales"),
    Estimator(
        "bracket", bracket, "two_days", excludes=("risk", "direct"),
        words="from news, footprint left in, to operations",
    ),
)  # fmt: skip
"""Every design; each with the faults that its assumptions rule out."""


@checked
def daily_truths(
    impacts: Sequence[float] = (0.0, 15.0, 30.0, 60.0),
    periods: Sequence[int] = (REFERENCE,),
    faults: Mapping[str, DailyFaults] = DAILY_FAULTS,
) -> Truths:
    """Daily markets for a tournament of ``DAILY_ESTIMATORS``.

    Parameters
    ----------
    impacts : sequence of float
        Bp per 1% of debt sold.
    periods : sequence of int
        Months of 21 trading days.
    faults : mapping of str to DailyFaults
        By name.

    Notes
    -----
    No design covers in every market with a fault. Measured in :doc:`/coverage`.

    Examples
    --------
    >>> len(daily_truths().cells)
    32
    """
    return Truths(DailyMarket(), impacts, (0.0,), periods, faults)
