"""Days of operations of a daily sample, with the windows before them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from econ.arrays import Array
from econ.errors import SpecificationError
from econ.eventstudy._kernels import Windows
from econ.eventstudy.series import Series
from econ.eventstudy.study import check_fitted
from econ.frozen import guarded
from econ.simulate.samples import Samples

FIRST_EVENT = 160  # business days before the first operation studied
WINDOW, ESTIMATION = (0, 0), (-130, -11)


@guarded
@dataclass(frozen=True, eq=False)
class EventDays:
    """What designs with days of operations read.

    Parameters
    ----------
    change : array (T,)
        Change of the 10-year yield, bp; missing on the first day.
    flow : array (T,)
        The seller's purchases, percent of debt.
    sizes : array (n,)
        Operations with a full estimation window before them, percent of debt.
    windows : Windows
        The study of their days.
    """

    change: Array = field(repr=False)
    flow: Array = field(repr=False)
    sizes: Array = field(repr=False)
    windows: Windows = field(repr=False)


def event_days(samples: Samples) -> EventDays:
    """Study the operations of one daily sample.

    Raises
    ------
    SpecificationError
        If the sample has none.
    SampleTooShort
        If too few days lie between them.
    """
    columns, operations = samples.columns(0), samples.operations[0]
    change = 100.0 * np.diff(columns["yield_10y"], prepend=np.nan)
    positions = np.flatnonzero(operations)
    positions = positions[positions >= FIRST_EVENT]
    if not len(positions):
        raise SpecificationError("the sample has no operation with a full window before it; draw more days.")
    usable = np.isfinite(change)
    usable[positions] = False
    series = Series(pd.DatetimeIndex(samples.index), change, np.ones((len(change), 1)), ("const",), "bp")
    windows = series.fit(usable, positions, window=WINDOW, estimation=ESTIMATION)
    check_fitted(samples.index[positions], windows, series)
    return EventDays(change, columns["china_net_purchases"], operations[positions], windows)
