"""Rows of the tables by class: effect, detectability, leave-one-out."""

from __future__ import annotations

import numbers
import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import scipy

from econ import checks
from econ.arrays import Array
from econ.errors import SpecificationError
from econ.estimate import Estimate, Unavailable
from econ.eventstudy import parametric
from econ.eventstudy._kernels import Windows
from econ.infer import equivalence, minimum_detectable_effect, regress
from econ.tables.shown import Facts, listed

if TYPE_CHECKING:
    from econ.eventstudy.results import EventStudyResults


def study_facts(results: EventStudyResults) -> Facts:
    """What was studied, on which days, with which normal model."""
    study = results.parent
    return {
        "response": study.response,
        "events": f"{len(results.events)}, {len(results.dropped)} dropped",
        "kinds": listed(results.kinds),
        "window": "days {} to {}".format(*study.window),
        "estimation": "days {} to {}".format(*study.estimation),
        "normal model": study.normal,
        **({"units": results.units} if results.units else {}),
    }


def mean_and_error(windows: Windows) -> tuple[float, float, float]:
    """Mean cumulative abnormal change, its standard error and degrees of freedom.

    Cross-sectional, sd / sqrt(n) with n - 1; with one event the forecast error of its window with L - k.
    """
    n = len(windows)
    value = float(windows.cumulative.mean())
    if n == 1:
        return value, float(windows.cumulative_error[0]), float(windows.df[0])
    return value, float(windows.cumulative.std(ddof=1) / np.sqrt(n)), n - 1.0


def detectability_row(windows: Windows, *, bound: float, power: float, size: float) -> dict[str, object]:
    """One row of `EventStudyResults.detectability`."""
    value, error, df = mean_and_error(windows)
    row: dict[str, object] = {
        "events": len(windows),
        "mean": value,
        "std_error": error,
        "error": "cross-section" if len(windows) > 1 else "forecast",
    }
    if error <= 0.0:
        nothing = Unavailable("the events' changes have no spread")
        return row | {"detectable": nothing, "equivalence p_value": nothing, "smallest bound": nothing}
    test = equivalence(value, error, bound, df=df, size=size)
    return row | {
        "detectable": minimum_detectable_effect(error, power, size=size, df=df),
        "equivalence p_value": test.p_value,
        "smallest bound": test.smallest_bound,
    }


def detectability(
    results: EventStudyResults, by: str | None = "kind", *, bound: float = 5.0, power: float = 0.8, size: float = 0.05
) -> pd.DataFrame:
    """What each class of events could have shown: detectable effect and equivalence.

    Parameters
    ----------
    by : str or None
        Column of ``events`` that makes the classes; None for all together.
    bound : float
        Effects below it count as none, in `units` (5 bp for yields in percent).
    power : float
        Power of the minimum detectable effect.
    size : float
        Size of the tests.

    Returns
    -------
    DataFrame
        ``events``, ``mean``, ``std_error``, ``error`` ("cross-section", or "forecast" with one event),
        ``detectable`` (minimum detectable effect), ``equivalence p_value`` (two one-sided tests that the
        effect lies within the bound), ``smallest bound`` (at which equivalence is accepted), ``units``.
    """
    rows = {
        name: detectability_row(results.windows.take(group), bound=bound, power=power, size=size)
        | {"units": results.units}
        for name, group in results._groups(by).items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(by)


def summary_row(windows: Windows, level: float) -> dict[str, object]:
    """One row of `EventStudyResults.summary`, without units."""
    values = windows.cumulative
    t, patell = parametric.cross_sectional_t(windows), parametric.patell(windows)
    value, error, df = mean_and_error(windows)
    half = float(scipy.special.stdtrit(df, 0.5 + level / 2.0)) * error
    alone = Unavailable(parametric.ONE_EVENT) if len(windows) == 1 else None
    return {
        "events": len(windows),
        "mean": value,
        "median": float(np.median(values)),
        "std_error": alone or error,
        "lower": alone or value - half,
        "upper": alone or value + half,
        "t": t.statistic,
        "p_value": t.p_value,
        "Patell": patell.statistic,
        "Patell p_value": patell.p_value,
        "positive": float((values > 0.0).mean()),
    }


def leave_one_out(windows: Windows, events: pd.DataFrame) -> pd.DataFrame:
    """Table of `EventStudyResults.leave_one_out`."""
    n, values = len(windows), windows.cumulative
    if n < 2:
        raise SpecificationError("one event only: nothing is left without it.")
    others = [parametric.mean_test(np.delete(values, place)) for place in range(n)]
    tests = pd.DataFrame({"t": [test.statistic for test in others], "p_value": [test.p_value for test in others]})
    return (
        events[["label", "day"]]
        .assign(cumulative=values, mean=(values.sum() - values) / (n - 1))
        .join(tests.set_axis(events.index, axis=0))
    )


def as_expected(values: Array, events: pd.DataFrame) -> float | Unavailable:
    """Share of the events with an expected sign that moved that way; words in brackets are left aside."""
    if "expected" not in events.columns:
        return Unavailable("the events have no column 'expected'")
    signs = np.array([expected_sign(word) for word in events["expected"]])
    if not signs.any():
        return Unavailable("no event has one expected sign")
    return float((np.sign(values[signs != 0]) == signs[signs != 0]).mean())


def expected_sign(word: object) -> int:
    """+1 or -1 where ``word`` says one sign ("+", "- (haven)", -1.0), 0 where it says none or both.

    Examples
    --------
    >>> [expected_sign(word) for word in ("+ (2 May)", "-", "+ / -", "0 (placebo)", -1.0, None)]
    [1, -1, 0, 0, -1, 0]
    """
    if isinstance(word, numbers.Real):
        return int(np.nan_to_num(np.sign(float(word))))
    said = re.sub(r"\(.*?\)", "", word) if isinstance(word, str) else ""
    return int("+" in said) - int("-" in said or "\N{MINUS SIGN}" in said)


def slope(values: Array, events: pd.DataFrame, *, column: str, units: str, level: float, parent: object) -> Estimate:
    """Slope of `EventStudyResults.slope`."""
    checks.position("column", column, list(events.columns), of="of the events")
    days = pd.DatetimeIndex(events["day"])
    regressor = events[column].set_axis(days, axis=0)
    fit = regress(pd.Series(values, index=days, name="change"), regressor, cov="hc3", parent=parent)
    label = f"slope of the abnormal change on {column}"
    return fit.estimate(column, level=level, units=f"{units} per unit of {column}".strip(), label=label)
