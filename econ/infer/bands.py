"""Bands from draws: pointwise quantiles and simultaneous sup-t bands."""

from __future__ import annotations

import numpy as np

from econ import checks
from econ.arrays import Array, Rows, broadcast_in_place
from econ.border import checked
from econ.errors import SpecificationError
from econ.memory import pieces

KINDS = ("pointwise", "sup-t")
CACHE = 2**22  # bytes of draws at a time: few calls, and what was just copied is still near the processor


def pointwise(draws: Array, *, level: float = 0.90) -> tuple[Array, Array]:
    """Equal-tailed quantiles of each column.

    Parameters
    ----------
    draws : array (B, ...)
        Draws along the first axis.
    level : float
        Coverage of each interval by itself.

    Returns
    -------
    lower, upper : array (...)
        Quantiles (1 - level) / 2 and (1 + level) / 2, linear between order statistics.

    Raises
    ------
    SpecificationError
        If a draw is NaN: it has no place in the order of the others.

    Examples
    --------
    >>> import numpy as np
    >>> lower, upper = pointwise(np.arange(101.0)[:, None], level=0.90)
    >>> round(float(lower[0]), 9), round(float(upper[0]), 9)
    (5.0, 95.0)
    """
    check_draws(draws)
    columns = sorted_columns(draws)
    shape = draws.shape[1:]
    position = np.full(len(columns), (columns.shape[1] - 1) * (1.0 - checks.level(level)) / 2.0)
    lower, upper = _at(columns, position)
    return lower.reshape(shape), upper.reshape(shape)


@checked
def sup_t(draws: Array, *, level: float = 0.90, point: Array | None = None) -> tuple[Array, Array]:
    """Simultaneous band: all m coordinates lie inside together with probability ``level``.

    Parameters
    ----------
    draws : array (B, m)
        Draws (bootstrap or posterior) of the vector.
    level : float, default 0.90
        Joint coverage.
    point : array (m,), optional
        With it the band is ``point ± c s_j``, s_j the standard deviation of column j and c the ``level`` quantile of
        ``max_j |draw_j - mean_j| / s_j``. Without it, equal-tailed quantiles of the draws, with the tail probability
        calibrated so that a share of at least ``level`` of the draws lies inside entirely.

    Returns
    -------
    lower, upper : array (m,)
        Never inside the pointwise band of the same level and kind.

    Raises
    ------
    SpecificationError
        If ``draws`` is not two-dimensional, holds fewer than two draws, or a draw or the point is NaN.

    References
    ----------
    Montiel Olea, J. L. and M. Plagborg-Møller (2019), Simultaneous confidence bands: Theory, implementation, and
    an application to SVARs, Journal of Applied Econometrics 34(1), 1-17, algorithms 2 and 3.

    Examples
    --------
    >>> import numpy as np
    >>> draws = np.random.default_rng(1).standard_normal((5000, 10))
    >>> lower, upper = sup_t(draws, level=0.90)
    >>> inside = ((draws >= lower) & (draws <= upper)).all(axis=1).mean()
    >>> bool(0.90 <= inside < 0.91)
    True
    """
    level = checks.level(level)
    if draws.ndim != 2 or len(draws) < 2:
        raise SpecificationError(f"sup_t needs draws of shape (B, m) with B of at least 2; found {draws.shape}.")
    check_draws(draws)
    checks.finite("draws", draws)
    if point is not None:
        point = checks.paths("point", point)
        if point.shape != draws.shape[1:]:
            raise SpecificationError(f"point must have the shape {draws.shape[1:]} of a draw; found {point.shape}.")
        check_draws(point, "point")
        checks.finite("point", point)
        width = _critical_value(draws, level) * draws.std(axis=0, ddof=1)
        return point - width, point + width
    columns = sorted_columns(draws)
    position = calibrated_position(draws.T[None], columns[None], level=level)
    return _at(columns, np.repeat(position, len(columns)))


def path_band(draws: Array, *, level: float = 0.90, kind: str = "pointwise") -> tuple[Array, Array]:
    """Equal-tailed bands of many paths, along the first axis after the draws.

    Parameters
    ----------
    draws : array (B, T, ...)
        Draws of paths of T steps.
    level : float
        Coverage of each step by itself, or of each path as a whole.
    kind : {"pointwise", "sup-t"}
        Which of the two.

    Returns
    -------
    lower, upper : array (T, ...)

    Raises
    ------
    SpecificationError
        For another kind, a level outside (0, 1), or a draw that is NaN.

    Examples
    --------
    >>> draws = np.random.default_rng(1).standard_normal((2000, 5, 3))
    >>> lower, upper = path_band(draws, kind="sup-t")
    >>> ((draws >= lower) & (draws <= upper)).all(axis=1).mean(axis=0).round(2).tolist()
    [0.9, 0.9, 0.9]
    """
    check_kind(kind)
    check_draws(draws)
    return by_path(draws, level=checks.level(level), kind=kind)


def by_path(draws: Array, *, level: float, kind: str, tails: Array | None = None) -> tuple[Array, Array]:
    """The same of draws and words that were checked: a few paths at a time, so that no copy of all draws is made.

    ``tails`` are the :class:`Ordered` tails of this level where they are known.
    """
    count, steps = draws.shape[:2]
    width = draws[0, 0].size
    lower, upper = np.empty((width, steps)), np.empty((width, steps))
    few = _few(draws)
    for start in range(0, width, few):
        rows = slice(start, start + few)
        if tails is None or kind != "pointwise":
            paths = _some(draws, rows)
        columns = _tails_of(paths, level) if tails is None else tails[rows]
        position = np.full(len(columns), (count - 1) * (1.0 - level) / 2.0)
        if kind == "sup-t":
            position = calibrated_position(paths, columns, level=level)
        lower[rows], upper[rows] = (
            end.reshape(-1, steps) for end in _at(columns.reshape(-1, columns.shape[2]), np.repeat(position, steps))
        )
    return lower.T.reshape(draws.shape[1:]), upper.T.reshape(draws.shape[1:])


class Ordered:
    """Both ends of the draws (B, T, ...) of every path in order, as far as bands look: once a level, then kept."""

    def __init__(self, draws: Array) -> None:
        self._draws = draws
        self._kept: dict[float, Array] = {}

    def tails(self, level: float) -> Array:
        """Those that bands of this ``level`` need, (paths, T, w)."""
        if level not in self._kept:
            few, draws = _few(self._draws), self._draws
            starts = range(0, draws[0, 0].size, few)
            self._kept[level] = np.concatenate([_tails_of(_some(draws, slice(i, i + few)), level) for i in starts])
        return self._kept[level]


def _few(draws: Array) -> int:
    """Paths at a time: several where they are small, since they lie side by side in memory."""
    return max(1, int(CACHE // (8 * draws.shape[0] * draws.shape[1])))


def _some(draws: Array, rows: slice) -> Array:
    """Some of the paths, draws last: (g, T, B)."""
    flat = draws.reshape(*draws.shape[:2], -1)
    out = np.empty((len(range(*rows.indices(flat.shape[2]))), flat.shape[1], len(flat)))
    for drawn, part in pieces(flat):
        out[:, :, drawn] = part[:, :, rows].transpose(2, 1, 0)
    return out


def _tails_of(paths: Array, level: float) -> Array:
    """The same of paths (g, T, B) at hand."""
    columns, end = np.sort(paths, axis=2), _deepest(paths.shape[2], level) + 1
    return columns if 2 * end >= paths.shape[2] else np.concatenate([columns[..., :end], columns[..., -end:]], axis=2)


def _deepest(count: int, level: float) -> int:
    """A position that no tail of a band goes beyond."""
    return int(count * (1.0 - level) / 2.0) + 1


def check_kind(kind: str) -> None:
    """Refuse a word that names no kind of band."""
    checks.choice("band", kind, KINDS)


def check_draws(draws: Array, what: str = "draw") -> None:
    """Refuse NaN, which sorts behind every number and would shift each quantile."""
    bad = np.isnan(draws)
    if bad.any():
        place = tuple(int(where) for where in np.argwhere(bad)[0])
        raise SpecificationError(
            f"a band needs a number in every draw; {what} {place} is NaN, one of {int(bad.sum())} of {bad.size}; "
            "leave out what could not be computed and say how many."
        )


def sorted_columns(draws: Array) -> Array:
    """Each coordinate's draws in increasing order: (m, B) from (B, ...)."""
    columns = np.array(draws.reshape(len(draws), -1).T, order="C")
    columns.sort(axis=1)
    return columns


def _at(columns: Array, position: Array) -> tuple[Array, Array]:
    """Order statistics ``position`` (counted from 0, fractions interpolate) from below and from above."""
    floor = np.floor(position).astype(np.intp)
    share = position - floor
    last = columns.shape[1] - 1
    above = np.minimum(floor + 1, last)
    rows = np.arange(len(columns))
    lower = columns[rows, floor] * (1.0 - share) + columns[rows, above] * share
    upper = columns[rows, last - floor] * (1.0 - share) + columns[rows, last - above] * share
    return lower, upper


def calibrated_position(draws: Array, columns: Array, *, level: float) -> Array:
    """Largest tail position at which each band still holds a share ``level`` of its draws entirely.

    Parameters
    ----------
    draws : array (g, m, B)
        Draws of g vectors of m coordinates.
    columns : array (g, m, B or fewer)
        The same, sorted along the last axis; what no band looks at may be left out of the middle.
    level : float
        Joint coverage.

    Returns
    -------
    array (g,)
        Positions from either end, at most those of the pointwise quantiles.
    """
    count = draws.shape[2]
    low = np.zeros(len(draws), dtype=np.intp)  # the range of the draws holds them all
    high = np.full(len(draws), _deepest(count, level), dtype=np.intp)
    guess, halve = np.sqrt(high), False
    while (high - low > 1).any():
        middle = np.clip(np.rint(guess).astype(np.intp), np.minimum(low + 1, high), np.maximum(high - 1, low))
        outside = _outside(draws, columns, middle)
        enough = 1.0 - outside / count >= level - 1e-12
        low, high = np.where(enough, middle, low), np.where(enough, high, middle)
        # twice the position, about twice as many draws outside; halves in between bound the number of turns
        guess = (low + high) // 2 if halve else middle * (count * (1.0 - level)) / np.maximum(outside, 1)
        halve = not halve
    position: Array = np.minimum(low, (count - 1) * (1.0 - level) / 2.0)
    return position


def _outside(draws: Array, columns: Array, position: Rows) -> Rows:
    """How many draws of each vector leave its band at that position, (g,)."""
    groups, coordinates = np.arange(len(draws))[:, None], np.arange(draws.shape[1])
    lower, upper = (columns[groups, coordinates, each[:, None]][:, :, None] for each in (position, -1 - position))
    with broadcast_in_place():
        found: Rows = np.count_nonzero(((draws < lower) | (draws > upper)).any(axis=1), axis=1)
    return found


def _critical_value(draws: Array, level: float) -> float:
    """The ``level`` quantile of the largest standardised deviation; constant columns do not count."""
    deviation = draws - draws.mean(axis=0)
    scale = draws.std(axis=0, ddof=1)
    moving = scale > 0.0
    if not moving.any():
        return 0.0
    largest = np.abs(deviation[:, moving] / scale[moving]).max(axis=1)
    return float(np.quantile(largest, level))
