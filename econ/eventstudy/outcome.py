"""One test of the hypothesis of no effect: its statistic, p-value, distribution and null."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from econ.errors import EstimationError
from econ.estimate import Unavailable
from econ.frozen import guarded
from econ.tables.shown import Shown

NO_MEAN = "the mean abnormal change over the window is 0"
NO_MEDIAN = "the abnormal change over the window is as often positive as negative"
NO_SHIFT = "days of the window are ranked like days of the estimation window"


@guarded
@dataclass(frozen=True)
class Outcome(Shown):
    """Result of one test; a row of ``EventStudyResults.tests()``.

    Parameters
    ----------
    statistic : float or Unavailable
        Value of the statistic.
    p_value : float or Unavailable
        Two-sided unless ``null`` says otherwise.
    distribution : str
        Law of the statistic under the null, with degrees of freedom.
    null : str
        The hypothesis tested.

    Raises
    ------
    EstimationError
        If the statistic or its p-value is NaN: a test that cannot be made is `Unavailable`, with the reason.
    """

    statistic: float | Unavailable
    p_value: float | Unavailable
    distribution: str
    null: str

    def __post_init__(self) -> None:
        if self.statistic != self.statistic or self.p_value != self.p_value:
            raise EstimationError(
                f"the test against {self.distribution} that {self.null} gives statistic {self.statistic}, p-value "
                f"{self.p_value}; look for missing or constant changes."
            )


def normal_outcome(statistic: float, null: str) -> Outcome:
    """Two-sided test against N(0, 1)."""
    return Outcome(float(statistic), float(2.0 * scipy.special.ndtr(-abs(statistic))), "N(0, 1)", null)


def student_outcome(statistic: float, df: float, null: str) -> Outcome:
    """Two-sided test against Student's t."""
    return Outcome(float(statistic), float(2.0 * scipy.special.stdtr(df, -abs(statistic))), f"t({df:g})", null)


def draws_outcome(statistic: float, draws: np.ndarray, what: str, *, null: str) -> Outcome:
    """Two-sided test against draws of |statistic|: p = (1 + #{draws >= |statistic|}) / (1 + B).

    The observed statistic counts as one draw, so p is never 0 and the test is exact whenever observed
    and drawn statistics are exchangeable (Davison and Hinkley 1997, section 4.2). Draws within 1e-9 of
    the statistic count as ties.
    """
    value = abs(statistic)
    reached = int(np.count_nonzero(draws >= value * (1.0 - 1e-9)))
    return Outcome(float(statistic), (1.0 + reached) / (1.0 + len(draws)), f"{len(draws)} {what}", null)


def unavailable(reason: str, distribution: str, null: str) -> Outcome:
    """A test that these events do not permit."""
    return Outcome(Unavailable(reason), Unavailable(reason), distribution, null)


def outcome_table(outcomes: Mapping[str, Outcome]) -> pd.DataFrame:
    """One row a test, index = its name."""
    rows = {
        name: [outcome.statistic, outcome.p_value, outcome.distribution, outcome.null]
        for name, outcome in outcomes.items()
    }
    columns = ["statistic", "p_value", "distribution", "null"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("test")
