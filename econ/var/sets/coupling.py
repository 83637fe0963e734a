"""Largest responses under signs and zeros, and when the restrictions of one shock bind the column of another."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from econ.arrays import Array
from econ.errors import SpecificationError
from econ.var import _kernels as kernels
from econ.var.reduced.draws import ReducedDraws
from econ.var.sets.restrictions import LONG_RUN, Restrictions, Sign, Zero

if TYPE_CHECKING:
    from econ.var.reduced.results import VARResults

NUDGE = 1e-6  # relative push of an objective, see largest
SLACK = 1e-8  # by which a solution may miss a restriction, in units of the restriction's length


class Rays(NamedTuple):
    """Edges of a cone in every draw: unit vectors (B, R, n), and which of them lie in the cone (B, R)."""

    vectors: Array
    valid: NDArray[np.bool_]


def coupled_shock(single: Restrictions, name: str, fit: VARResults) -> str | None:
    """The other shock whose restrictions can exclude columns of ``name``; None if no shock does.

    The columns that signs and zeros allow a shock i form a cone K_i with d_i = n - rank(S_i, Z_i) dimensions of lines.
    With d_i ≥ m a cone that is more than its lines holds a column orthogonal to any m given columns: move a ray along
    the lines until it is. Order the other shocks by d_i: the one at position m (from 1) must be orthogonal to ``name``
    and to m - 1 others, and does not bind if d_i ≥ m. Only the first may fail that, with d_i = 0.

    Raises
    ------
    SpecificationError
        If more than one shock binds.
    """
    n, model = len(fit.variables), fit.as_draws
    spare: list[tuple[int, str]] = []
    for shock in single.shocks:
        restricted = single.of(shock)
        if shock != name and (restricted.signs or restricted.zeros):
            signs, zeros = (rows[0] for rows in restriction_rows(model, restricted))
            lines = n - int(np.linalg.matrix_rank(np.concatenate([signs, zeros])))
            spare.append((lines if _has_ray(signs, zeros) else lines - 1, shock))
    spare.sort()
    binding = [shock for position, (lines, shock) in enumerate(spare, start=1) if lines < position]
    if not binding:
        return None
    if binding != [spare[0][1]] or not single.of(binding[0]).signs:
        raise SpecificationError(
            f"the columns of shocks {[name, *binding]} are restricted so much that they must be found jointly, and "
            "robust bounds enumerate one such shock beside the one asked for; restrict fewer horizons or shocks, or "
            "read the draws of identify()."
        )
    return binding[0]


def _has_ray(signs: Array, zeros: Array) -> bool:
    """Whether S q ≥ 0, Z q = 0 has a solution that is no line: one with S q not zero."""
    from scipy.optimize import linprog

    if not len(signs):
        return False
    equal = {"A_eq": zeros, "b_eq": np.zeros(len(zeros))} if len(zeros) else {}
    found = linprog(-signs.sum(axis=0), A_ub=-signs, b_ub=np.zeros(len(signs)), bounds=(-1.0, 1.0), **equal)
    return bool(found.fun < -1e-9)


def restriction_rows(reduced: ReducedDraws, restricted: Restrictions) -> tuple[Array, Array]:
    """Rows S (B, r, n) with S q ≥ 0 and Z (B, z, n) with Z q = 0, each of unit length."""
    path = kernels.responses(reduced.lag_blocks, reduced.factor, restricted.horizon)
    variables = list(reduced.fit.variables)
    at: dict[int | str, Array] = {h: path[:, h] for h in range(path.shape[1])}
    cells: list[Sign | Zero] = [*restricted.signs, *restricted.zeros]
    if any(each.horizon == LONG_RUN for each in cells):
        gap = np.eye(len(variables)) - reduced.lag_blocks.sum(axis=1)
        at[LONG_RUN] = np.asarray(np.linalg.solve(gap, reduced.factor), dtype=float)

    def row(variable: str, when: int | str) -> Array:
        picked = at[when][:, variables.index(variable)]
        unit: Array = picked / np.linalg.norm(picked, axis=1, keepdims=True)
        return unit

    empty = np.empty((len(path), 0, len(variables)))
    signs = [each.sign * row(each.variable, each.horizon) for each in restricted.signs]
    zeros = [row(each.variable, each.horizon) for each in restricted.zeros]
    return np.stack(signs, 1) if signs else empty, np.stack(zeros, 1) if zeros else empty


def extreme_rays(signs: Array, zeros: Array) -> Rays:
    """Edges of the cone {q: S q ≥ 0, Z q = 0} without lines: n - 1 independent rows hold with equality on each."""
    n = signs.shape[2]
    vectors, valid = [], []
    for rows in combinations(range(signs.shape[1]), n - 1 - zeros.shape[1]):
        equal = np.concatenate([zeros, signs[:, list(rows)]], axis=1)
        last = np.linalg.qr(np.swapaxes(equal, 1, 2), mode="complete")[0][:, :, -1]
        values = (signs @ last[:, :, None])[:, :, 0]
        side = np.where(values.sum(axis=1) < 0.0, -1.0, 1.0)[:, None]
        vectors.append(side * last)
        valid.append((side * values >= -SLACK).all(axis=1))
    return Rays(np.stack(vectors, 1), np.stack(valid, 1))


def largest(objective: Array, signs: Array, zeros: Array, rays: Rays | None = None) -> Array:
    """Largest c'q over unit q with S q ≥ 0 and Z q = 0, for (B, m, n) objectives c; -inf where no q exists: (B, m).

    Where c itself is a restricted row its projection can vanish and leave q undetermined; so a push of `NUDGE` of its
    length decides which q is taken, and the value is read without the push.

    With ``rays`` another shock must find a column orthogonal to q in the cone they span: r'q ≤ 0 for one ray and ≥ 0
    for one. Where that binds, r'q = 0 for a ray r, which then serves as the other column; so every ray is tried as
    one more zero.
    """
    value = _enumerated(objective, signs, zeros, rays)
    if rays is None:
        return value
    for position in range(rays.vectors.shape[1]):
        more = np.concatenate([zeros, rays.vectors[:, [position]]], axis=1)
        if more.shape[1] < objective.shape[2]:
            tried = _enumerated(objective, signs, more, None)
            value = np.maximum(value, np.where(rays.valid[:, [position]], tried, -np.inf))
    return value


def _enumerated(objective: Array, signs: Array, zeros: Array, rays: Rays | None) -> Array:
    """The largest value over all sets of active rows."""
    size, count, n = objective.shape
    best, value = np.full((size, count), -np.inf), np.full((size, count), -np.inf)
    length = np.linalg.norm(objective, axis=2, keepdims=True)
    pushed = objective + NUDGE * length * np.cos(np.arange(1.0, n + 1.0))
    for active in range(min(signs.shape[1], n - 1 - zeros.shape[1]) + 1):
        for rows in combinations(range(signs.shape[1]), active):
            equal = np.concatenate([zeros, signs[:, list(rows)]], axis=1)
            basis = np.linalg.qr(np.swapaxes(equal, 1, 2))[0] if equal.shape[1] else np.zeros((size, n, 0))
            point = pushed - (pushed @ basis) @ np.swapaxes(basis, 1, 2)
            unit = point / np.linalg.norm(point, axis=2, keepdims=True)
            coupled = np.True_ if rays is None else _leaves_room(unit, rays)
            for side in (1.0, -1.0) if equal.shape[1] == n - 1 else (1.0,):  # on a line both ends are candidates
                inside = (side * (unit @ np.swapaxes(signs, 1, 2)) >= -SLACK).all(axis=2) & coupled
                reached = side * (pushed * unit).sum(axis=2)
                better = inside & (reached > best)
                best = np.where(better, reached, best)
                value = np.where(better, side * (objective * unit).sum(axis=2), value)
    return value


def _leaves_room(unit: Array, rays: Rays) -> NDArray[np.bool_]:
    """Whether the cone of the rays holds a vector orthogonal to q, (B, m)."""
    cosines = unit @ np.swapaxes(rays.vectors, 1, 2)
    valid = rays.valid[:, None, :]
    lowest = np.where(valid, cosines, np.inf).min(axis=2)
    highest = np.where(valid, cosines, -np.inf).max(axis=2)
    return np.asarray((lowest <= SLACK) & (highest >= -SLACK))
