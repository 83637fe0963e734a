"""Bias, spread, coverage, size, power and length from the outcomes of one estimator in one cell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from econ.estimate import Unavailable

KEYS = ("impact", "offset", "periods", "faults", "estimator")
SIZE_ONLY = Unavailable("the truth is 0: see size")
POWER_ONLY = Unavailable("the truth is not 0: see power")
NO_SET = Unavailable("no bounded set")
NO_VALUE = Unavailable("no sample gave an estimate")
ONE = Unavailable("a Monte Carlo standard error needs two samples")


def score(outcomes: Mapping[str, Sequence[Any]], truth: float) -> dict[str, Any]:
    """One row of the table, each statistic with its Monte Carlo standard error.

    With R samples: share p has sqrt(p (1 - p) / R); a mean sd / sqrt(R); the RMSE, by the delta method,
    sd(e²) / (2 RMSE sqrt(R)); a median, half the distance between the order statistics one binomial standard
    deviation either side of it.

    Parameters
    ----------
    outcomes : mapping
        ``value`` (None = none given), ``length`` (None = unbounded or failed), ``covered``, ``rejects``, ``seconds``,
        ``failure``, one entry a sample. A sample that failed counts as not covering and not rejecting.
    truth : float
        The number aimed at.

    Examples
    --------
    >>> columns = {"value": [1.0, 3.0], "length": [2.0, None], "covered": [True, False], "rejects": [False, True]}
    >>> row = score({**columns, "seconds": [0.1, 0.1], "failure": [None, None]}, truth=1.0)
    >>> row["bias"], row["coverage"], row["unbounded"]
    (1.0, 0.5, 0.5)
    """
    total = len(outcomes["covered"])
    valid = np.array([failure is None for failure in outcomes["failure"]], dtype=bool)
    errors = np.array([value for value in outcomes["value"] if value is not None], dtype=float) - truth
    lengths = np.array([math.inf if item is None else item for item in outcomes["length"]], dtype=float)[valid]
    bounded = lengths[np.isfinite(lengths)]
    row: dict[str, Any] = {"truth": truth}
    row |= _pair("bias", *_mean(errors))
    row |= _pair("median_bias", *_median(errors))
    row |= _pair("rmse", *_rmse(errors))
    row |= _pair("coverage", *_share(outcomes["covered"]))
    rejects = _share(outcomes["rejects"])
    row |= _pair("rejects", *rejects)
    row |= _pair("size", *(rejects if truth == 0.0 else (POWER_ONLY, POWER_ONLY)))
    row |= _pair("power", *(rejects if truth != 0.0 else (SIZE_ONLY, SIZE_ONLY)))
    row |= _pair("length", *(_mean(bounded) if len(bounded) else (NO_SET, NO_SET)))
    row["median_length"] = float(np.median(lengths)) if len(lengths) else NO_VALUE
    row |= _pair("unbounded", *_share(~np.isfinite(lengths)))
    row |= _pair("seconds", *_mean(np.array(outcomes["seconds"], dtype=float)))
    row |= _pair("failed", *_share(~valid))
    row["replications"] = total
    return row


def _pair(name: str, value: Any, error: Any) -> dict[str, Any]:
    return {name: value, f"{name}_se": error}


def _mean(values: np.ndarray) -> tuple[Any, Any]:
    if not len(values):
        return NO_VALUE, NO_VALUE
    error: Any = ONE if len(values) < 2 else float(values.std(ddof=1) / math.sqrt(len(values)))
    return float(values.mean()), error


def _median(values: np.ndarray) -> tuple[Any, Any]:
    if not len(values):
        return NO_VALUE, NO_VALUE
    ordered, size = np.sort(values), len(values)
    reach = 0.5 * math.sqrt(size)
    low, high = max(0, math.floor(0.5 * (size - 1) - reach)), min(size - 1, math.ceil(0.5 * (size - 1) + reach))
    return float(np.median(ordered)), float(ordered[high] - ordered[low]) / 2.0 if size > 1 else ONE


def _rmse(errors: np.ndarray) -> tuple[Any, Any]:
    if not len(errors):
        return NO_VALUE, NO_VALUE
    rmse = math.sqrt(float((errors**2).mean()))
    if len(errors) < 2 or rmse == 0.0:
        return rmse, ONE if len(errors) < 2 else 0.0
    return rmse, float((errors**2).std(ddof=1)) / (2.0 * rmse * math.sqrt(len(errors)))


def _share(flags: Any) -> tuple[Any, Any]:
    values = np.asarray(flags, dtype=bool)
    if not len(values):
        return NO_VALUE, NO_VALUE
    share = float(values.mean())
    return share, math.sqrt(share * (1.0 - share) / len(values))
