"""Refuse a series of lower frequency that is what others add up to: it would have no shock of its own.

The base path of such a series is drawn, so nothing in its table shows it; but the path that equals the others is one of
those that the published values allow, and where the sampler finds it the covariance of the errors is singular.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from econ.arrays import Array
from econ.checks import SPARE
from econ.errors import SingularDesign
from econ.var import _kernels as kernels
from econ.var.mixed.layout import Group, Layout
from econ.var.reduced.exact import EXACT


def refuse_sums(layout: Layout, trend: str, lags: int) -> None:
    """Refuse published values that those of finer series, their lags and the trend give exactly.

    Every series of lower frequency is held against the values of the base series and of finer groups over the same
    periods, added up by its own rule: each of them alone with as many of its lags as the values can tell apart, then
    all together.

    Parameters
    ----------
    layout : Layout
        What was published.
    trend : str
        Deterministic terms of the model.
    lags : int
        Lags of the model, base periods.

    Raises
    ------
    SingularDesign
        Names the series, the rule and what it is made of.
    """
    terms = kernels.deterministic(trend, 1, len(layout.index))
    for group in layout.groups:
        finer = dict(_finer(layout, group))
        for names in [[name] for name in finer] + ([list(finer)] if len(finer) > 1 else []):
            if _is_exact(group, terms, [finer[name] for name in names], lags):
                raise SingularDesign(
                    f"{layout.variables[group.column]!r} by the rule {group.rule!r} is an exact combination of "
                    f"{', '.join(map(repr, names))} over the same periods, their lags and the trend, so it has no "
                    "shock of its own; drop one of them."
                )


def _finer(layout: Layout, group: Group) -> Iterator[tuple[str, Array]]:
    """Base paths (T,) of other series whose aggregates over the periods of ``group`` are known, NaN where they are not.

    The total of a finer period stands in its last row, which is all that its sum over a longer one asks for.
    """
    for column, name in enumerate(layout.variables):
        if np.isfinite(layout.base[:, column]).any():
            yield name, layout.base[:, column]
    for other in layout.groups:
        shorter = len(other.periods) and len(group.periods) and other.lengths.max() < group.lengths.max()
        if shorter and (other.rule == "end") == (group.rule == "end"):
            path = np.full(len(layout.index), np.nan)
            for first, last, total in zip(other.first, other.last, _totals(other), strict=True):
                path[first:last], path[last] = 0.0, total
            yield layout.variables[other.column], path


def _totals(group: Group) -> Array:
    return group.published * group.lengths if group.rule == "average" else group.published


def _is_exact(group: Group, terms: Array, paths: Sequence[Array], lags: int) -> bool:
    """Whether least squares leaves nothing of the published values, on the periods in which all is known."""
    now = [group.aggregated(path) for path in paths]
    known = np.isfinite(group.published) & np.isfinite(np.array(now)).all(axis=0)
    room = int(known.sum()) - terms.shape[1] - SPARE
    columns = [group.aggregated(column) for column in terms.T]
    for lag in range(min(lags, room // len(paths) - 1) + 1):
        columns += [group.aggregated(np.append(np.full(lag, np.nan), path[: len(path) - lag])) for path in paths]
    if len(columns) == terms.shape[1]:
        return False
    x, y = np.array(columns).T, group.published
    rows = known & np.isfinite(x).all(axis=1)
    if rows.sum() < x.shape[1] + SPARE:
        rows, x = known, x[:, : terms.shape[1] + len(paths)]
    x, y = x[rows], y[rows]
    scale = np.sqrt(np.einsum("tk,tk->k", x, x))
    q = np.linalg.qr(x / np.where(scale > 0.0, scale, 1.0))[0]
    return bool(np.linalg.norm(y - q @ (q.T @ y)) <= EXACT * np.linalg.norm(y))
