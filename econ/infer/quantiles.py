"""Quantiles of the normal and of Student's t."""

from __future__ import annotations

import scipy


def two_sided(level: float, df: float | None = None) -> float:
    """What a standard normal, or Student's t with ``df`` degrees of freedom, stays within with probability ``level``.

    Examples
    --------
    >>> round(two_sided(0.90), 3), round(two_sided(0.90, 10.0), 3)
    (1.645, 1.812)
    """
    half = 0.5 + level / 2.0
    return float(scipy.special.ndtri(half) if df is None else scipy.special.stdtrit(df, half))
