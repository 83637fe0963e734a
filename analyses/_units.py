"""From bp per 1% of debt to bp per $100 billion at today's debt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

import econ
from analyses.specification import Specification
from econ import Estimate, Unavailable
from econ.data.use import remembered
from econ.errors import EstimationError

MISSING = Unavailable("a month of it was not published")


def debt_tn(spec: Specification) -> float:
    """Federal debt held by the public, last quarter of the vintage, USD trillions."""
    return _debt_tn(spec.as_of)


@remembered(8)
def _debt_tn(as_of: str) -> float:
    return float(econ.load("federal_debt", frequency="Q", as_of=as_of).frame["federal_debt"].iloc[-1]) / 1e6


def cell(frame: pd.DataFrame, row: object, column: str) -> float:
    """One number of a table."""
    found: Any = frame.at[row, column]
    return float(found)


def entry(frame: pd.DataFrame, row: object, column: str) -> Any:
    """One entry of a table, whatever it is."""
    return frame.at[row, column]


def scored(scores: pd.DataFrame, columns: tuple[str, ...], *, field: str, replications: int) -> pd.DataFrame:
    """Scores of a tournament, after a look that each of ``columns`` is a number for every estimator.

    Raises
    ------
    EstimationError
        If an estimator failed in every one of the few samples; names it and the field that asks for more.
    """
    for column in columns:
        for key, value in scores[column].items():
            if isinstance(value, Unavailable):
                names = dict(zip(scores.index.names, key if isinstance(key, tuple) else (key,), strict=True))
                raise EstimationError(
                    f"{names['estimator']!r} has no {column.replace('_', ' ')} ({value.reason}) in {replications} samples; raise {field}."
                )
    return scores


def month_words(index: pd.Index) -> list[str]:
    """Months of a table as ``2011-07``."""
    return [period.strftime("%Y-%m") for period in pd.PeriodIndex(index)]


def summed(series: pd.Series) -> float | Unavailable:
    """Sum of months; not available if one is missing."""
    return MISSING if series.isna().any() else float(series.sum())


def per_100bn(estimate: Estimate | Unavailable, spec: Specification) -> Estimate | Unavailable:
    """The same estimate in bp per $100 billion."""
    if isinstance(estimate, Unavailable):
        return estimate
    return scaled(estimate, 10.0 / debt_tn(spec), "bp per $100bn")


def scaled(estimate: Estimate, factor: float, units: str) -> Estimate:
    """The same estimate in units of which ``factor`` make one of the old."""
    parts = (estimate.std_error, estimate.lower, estimate.upper)
    error, *ends = (part if isinstance(part, Unavailable) else part * factor for part in parts)
    error = error if isinstance(error, Unavailable) else abs(error)
    lower, upper = ends if factor > 0.0 else ends[::-1]
    region = estimate.region
    if region is not None:
        turned = sorted(tuple(sorted((low * factor, high * factor))) for low, high in region)
        region = replace(region, intervals=tuple((low, high) for low, high in turned))
    return replace(
        estimate, value=estimate.value * factor, std_error=error, lower=lower, upper=upper, units=units, region=region
    )
