"""One horizon of a difference-in-differences: estimates and what each row adds to their error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from econ.arrays import Array, Mask
from econ.frozen import guarded
from econ.infer._kernels import by_group, full_rank_qr
from econ.projection.effects import Codes, Effects


@guarded
@dataclass(frozen=True, eq=False)
class Section:
    """An estimate, its scores summed by unit (G,) with the small-sample factor in, and the rows behind it."""

    point: float
    scores: Array
    treated: int
    controls: int
    clusters: int
    switchers: int  # units that are newly treated


def variance_weighted(
    y: Array, treated: Mask, x: Array, *, units: Codes, periods: Codes, names: Sequence[str]
) -> Section | None:
    """Least squares of y on the treatment, period effects and x; None if nothing of the treatment is left."""
    if not treated.any():
        return None
    effects = Effects(units, _dense(periods), False, True)
    values = effects.residual(np.column_stack([y, treated.astype(float), x]))
    controls = values[:, 2:]
    if controls.shape[1]:
        q, _ = full_rank_qr(controls, list(names), "the controls, periods taken out,")
        values = values[:, :2] - q @ (q.T @ values[:, :2])
    y, d = values[:, 0], values[:, 1]
    size = float(d @ d)
    if size <= 1e-9 * treated.sum():
        return None
    point = float(d @ y) / size
    columns = effects.columns + x.shape[1] + 1
    return _section(point, d * (y - point * d) / size, treated, units, columns)


def equally_weighted(
    y: Array, treated: Mask, x: Array, *, units: Codes, periods: Codes, names: Sequence[str]
) -> Section | None:
    """Mean over treated rows of y less what controls predict; None if there are no treated rows."""
    if not treated.any():
        return None
    codes = _dense(periods)
    design = np.column_stack([np.eye(int(codes.max()) + 1)[codes], x])
    control = design[~treated]
    names = [f"period {number}" for number in range(int(codes.max()) + 1)] + list(names)
    q, r = full_rank_qr(control, names, "the regression of clean controls")
    slopes = np.linalg.solve(r, q.T @ y[~treated])
    rest = y - design @ slopes
    count = int(treated.sum())
    point = float(rest[treated].mean())
    pull = np.linalg.solve(r.T, design[treated].mean(axis=0))
    influence = np.empty(len(y))
    influence[treated] = (rest[treated] - point) / count
    influence[~treated] = -(q @ pull) * rest[~treated]
    return _section(point, influence, treated, units, design.shape[1] + 1)


def _section(point: float, influence: Array, treated: Mask, units: Codes, columns: int) -> Section | None:
    rows, clusters = len(influence), len(np.unique(units))
    if clusters < 3 or rows <= columns:
        return None
    factor = clusters / (clusters - 1.0) * (rows - 1.0) / (rows - columns)
    scores = math.sqrt(factor) * by_group(influence[:, None], units)[:, 0]
    count = int(treated.sum())
    return Section(point, scores, count, rows - count, clusters, len(np.unique(units[treated])))


def _dense(codes: Codes) -> Codes:
    return np.unique(codes, return_inverse=True)[1]
