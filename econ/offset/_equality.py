"""Tests that two ratios are one number, valid however near to zero what they divide by may be."""

from __future__ import annotations

import math

import numpy as np
import scipy

from econ.arrays import Array
from econ.estimate import Estimate, Unavailable
from econ.infer.form import ReducedForm
from econ.infer.weak import ar_statistic

GRID = 2001


def anderson_rubin_row(
    outcome: Array, first: Array, covariance: Array, *, nobs: int, null: str, df: float = math.inf, factor: float = 1.0
) -> dict[str, object]:
    """Smallest Anderson-Rubin statistic over r of ``outcome_j = r first_j``, j = 1, 2.

    A projection: compared with a chi-square of two degrees of freedom although one r is estimated, so that it never
    rejects too often. ``covariance`` is that of (outcome, first), (4, 4); ``df`` and ``factor`` count its error as
    :func:`econ.infer.anderson_rubin` does for two instruments.
    """
    form = ReducedForm(outcome, first, covariance, np.eye(2), nobs)
    standard, _, _ = form.standardised()

    def at(angle: float) -> float:
        return float(ar_statistic(standard, float(np.tan(angle))))

    angles = np.linspace(-0.5 * np.pi, 0.5 * np.pi, GRID + 2)[1:-1]
    best = float(angles[int(np.argmin(ar_statistic(standard, np.tan(angles))))])
    step = np.pi / (GRID + 1)
    near = scipy.optimize.minimize_scalar(  # by values: only the least one is used, and it has all of its digits
        at, bounds=(best - step, best + step), method="bounded", options={"xatol": 1e-12}
    )
    statistic = min(float(near.fun), at(best)) / factor
    if np.isinf(df):
        return row(statistic, float(scipy.special.chdtrc(2, statistic)), "chi-square(2), projection", null)
    room = df - 1.0
    p_value = float(scipy.special.fdtrc(2, room, statistic * room / (2.0 * df)))
    return row(statistic, p_value, f"scaled F(2, {room:.1f}), projection", null)


def wald_row(difference: Estimate, df: float | None, null: str) -> dict[str, object]:
    """Square of the difference over its delta-method error; needs strong shocks."""
    if isinstance(difference.std_error, Unavailable):
        return row(difference.std_error, difference.std_error, "none", null)
    statistic = (difference.value / difference.std_error) ** 2
    p_value = scipy.special.chdtrc(1, statistic) if df is None else scipy.special.fdtrc(1, df, statistic)
    words = "chi-square(1)" if df is None else f"F(1, {df:g})"
    return row(statistic, float(p_value), words, null)


def row(
    statistic: float | Unavailable, p_value: float | Unavailable, distribution: str, null: str
) -> dict[str, object]:
    """One line of a table of tests."""
    return {"statistic": statistic, "p_value": p_value, "distribution": distribution, "null": null}
