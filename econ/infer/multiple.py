"""Many hypotheses at once: p-values that keep the familywise error, or the share of false discoveries."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from econ.arrays import Array
from econ.border import checked
from econ.errors import SchemaError, SpecificationError
from econ.rows import same_columns


@checked
def romano_wolf(statistics: ArrayLike, null_draws: ArrayLike) -> Array:
    """Stepdown p-values that control the chance of any false rejection in a family of tests.

    Hypotheses are ordered by their statistics; the p-value of each counts the draws in which the largest
    statistic of the hypotheses not yet passed reaches it, ``(1 + count) / (1 + B)``, and is at least that
    of the hypothesis before it. Dependence between the tests enters through the joint draws.

    Parameters
    ----------
    statistics : array (m,)
        Absolute (studentised) statistics, larger against the null.
    null_draws : array (B, m)
        The same statistics drawn jointly under the null (bootstrap or permutation, centred), absolute.

    Returns
    -------
    array (m,)
        Adjusted p-values, in the order given.

    Raises
    ------
    SpecificationError
        If the shapes do not match, names are not those of the columns of the draws, or a value is negative.
    SchemaError
        If a value is missing or infinite.

    References
    ----------
    Romano, J. P. and M. Wolf (2005), Econometrica 73(4); (2016), Statistics & Probability Letters 113.

    Examples
    --------
    >>> draws = np.array([[0.5, 0.1], [1.0, 2.5], [0.2, 0.3]])
    >>> romano_wolf([3.0, 0.4], draws)
    array([0.25, 0.5 ])
    """
    same_columns("null_draws", null_draws, statistics=statistics)
    statistics, null_draws = np.asarray(statistics, dtype=float), np.asarray(null_draws, dtype=float)
    if statistics.ndim != 1 or null_draws.ndim != 2 or null_draws.shape[1] != len(statistics) or not null_draws.size:
        raise SpecificationError(
            f"statistics must be (m,) and null_draws (B, m); found {statistics.shape} and {null_draws.shape}."
        )
    if not (np.isfinite(statistics).all() and np.isfinite(null_draws).all()):
        raise SchemaError("statistics and null draws must be finite; found a missing or infinite value.")
    if min(statistics.min(), null_draws.min()) < 0.0:
        raise SpecificationError("statistics and null draws must be absolute values; found a negative one.")
    order = np.argsort(-statistics, kind="stable")
    # column s: largest draw among the hypotheses ranked s or lower
    largest = np.maximum.accumulate(null_draws[:, order[::-1]], axis=1)[:, ::-1]
    exceed = (largest >= statistics[order]).sum(axis=0)
    adjusted = np.empty_like(statistics)
    adjusted[order] = np.maximum.accumulate((1.0 + exceed) / (1.0 + null_draws.shape[0]))
    return adjusted


@checked
def benjamini_yekutieli(p_values: ArrayLike) -> Array:
    """Adjusted p-values that control the false discovery rate whatever the dependence between the tests.

    The i-th smallest of m p-values becomes ``min_(j >= i) p_(j) m c(m) / j``, at most one, with
    ``c(m) = 1 + 1/2 + ... + 1/m``: rejecting those at or below q, a share of at most q of the rejections is expected to
    be false. `romano_wolf` controls the chance of any false rejection, and needs draws.

    Parameters
    ----------
    p_values : array (m,)
        One a test, from 0 to 1.

    Returns
    -------
    array (m,)
        Adjusted, in the order given.

    Raises
    ------
    SpecificationError
        If there is none, or one is not between 0 and 1.

    References
    ----------
    Benjamini, Y. and D. Yekutieli (2001), The Control of the False Discovery Rate in Multiple Testing under Dependency,
    Annals of Statistics 29(4), theorem 1.3.

    Examples
    --------
    >>> benjamini_yekutieli([0.01, 0.04]).round(3)
    array([0.03, 0.06])
    """
    p = np.asarray(p_values, dtype=float)
    if p.ndim != 1 or not p.size or not ((p >= 0.0) & (p <= 1.0)).all():
        raise SpecificationError(f"p_values must be (m,) numbers from 0 to 1; found {p_values!r}.")
    size = len(p)
    order = np.argsort(p, kind="stable")
    ranks = np.arange(1, size + 1)
    raised = p[order] * (size * (1.0 / ranks).sum()) / ranks
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return adjusted
