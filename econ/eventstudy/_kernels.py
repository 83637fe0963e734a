"""Window regressions for many event dates of one series at once: arrays in, arrays out.

Symbols: ``y`` (T,) daily changes, ``x`` (T, k) regressors of the normal model, ``v`` (T,) conditional
standard deviations (ones unless volatility is modelled). For event i with day 0 at position p_i, E_i is
the set of usable estimation days, D the days of the event window:

    b_i  = (X'X)^-1 X'y           over E_i, rows divided by v
    s_i² = e'e / (L_i - k)        L_i = number of days in E_i
    A_i  = y_D - X_D b_i          abnormal changes
    C_i  = diag(v_D²) + X_D (X'X)^-1 X_D'      so that Var(A_i) = s_i² C_i
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import NDArray

from econ.arrays import Array, Mask
from econ.frozen import guarded

Positions = NDArray[np.int64]

SINGULAR = 1e-10  # smallest eigenvalue of scaled cross-products that still counts as full rank
MINIMUM_DAYS = 30  # usable days below which a normal model is not fitted
ESTIMATED = ("cumulative_error", "studentised_residuals", "average_correlation")
"""What follows from the estimation windows alone."""


@guarded
@dataclass(frozen=True, eq=False)
class Windows:
    """Fitted windows of n events; d days a window, p slots an estimation window.

    Parameters
    ----------
    positions : (n,)
        Row of day 0 of each event.
    first : int
        First day of the event window relative to day 0.
    abnormal : (n, d)
        Forecast errors A_i in the event window.
    spread : (n, d, d)
        C_i: their covariance divided by s_i².
    event_scale : (n, d)
        v on the days of the window, forecast from the day before it.
    scale : (n,)
        s_i, from the estimation window alone.
    df : (n,)
        L_i - k.
    residuals : (n, p)
        Estimation residuals divided by v, 0 in slots not used.
    leverage : (n, p)
        Diagonal of the hat matrix, 0 in slots not used.
    loadings : (n, p)
        Weight of the standardised innovation of each estimation day in the cumulative abnormal change.
    used : (n, p)
        Slots that hold a usable estimation day.
    slots : (n, p)
        Row of each slot.
    gram_floor : (n,)
        Smallest eigenvalue of the correlation-scaled cross-products: 0 when regressors are collinear.
    """

    positions: Positions
    first: int
    abnormal: Array
    spread: Array
    event_scale: Array
    scale: Array
    df: Array
    residuals: Array
    leverage: Array
    loadings: Array
    used: Mask
    slots: Positions
    gram_floor: Array

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def length(self) -> int:
        """Days of the event window."""
        return int(self.abnormal.shape[1])

    @cached_property
    def cumulative(self) -> Array:
        """(n,) sum of the abnormal changes over the window."""
        return np.asarray(self.abnormal.sum(axis=1))

    @cached_property
    def cumulative_error(self) -> Array:
        """(n,) forecast standard error of the sum: s_i sqrt(1'C_i 1)."""
        return np.asarray(self.scale * np.sqrt(self.spread.sum(axis=(1, 2))))

    @cached_property
    def standardised(self) -> Array:
        """(n,) cumulative abnormal change over its forecast standard error (SCAR)."""
        return np.asarray(self.cumulative / self.cumulative_error)

    @cached_property
    def daily_standardised(self) -> Array:
        """(n, d) abnormal changes over their forecast standard errors (SAR)."""
        diagonal = np.einsum("ndd->nd", self.spread)
        return np.asarray(self.abnormal / (self.scale[:, None] * np.sqrt(diagonal)))

    @cached_property
    def studentised_residuals(self) -> Array:
        """(n, p) residuals of the estimation window over s_i sqrt(1 - h), 0 in slots not used."""
        return np.asarray(self.residuals / (self.scale[:, None] * np.sqrt(1.0 - self.leverage)))

    @cached_property
    def average_correlation(self) -> float:
        """Mean of `calendar_correlation` over the n (n - 1) pairs of different events."""
        n = len(self)
        return float((summed_correlation(self) - n) / (n * (n - 1)))

    def shifted(self, change: Array) -> Windows:
        """The same with (n, d) added to the abnormal changes; what does not depend on these is not computed again."""
        other = replace(self, abnormal=self.abnormal + change)
        vars(other).update({name: vars(self)[name] for name in ESTIMATED if name in vars(self)})
        return other

    def take(self, rows: Positions | Mask) -> Windows:
        """Keep some of the events, in the order given."""
        kept: dict[str, Any] = {}
        for name in self.__dataclass_fields__:
            field = getattr(self, name)
            kept[name] = field if name == "first" else field[rows]
        return Windows(**kept)


def fit_windows(
    y: Array,
    x: Array,
    v: Array,
    *,
    usable: Mask,
    positions: Positions,
    window: tuple[int, int],
    estimation: tuple[int, int],
    event_scale: Array | None = None,
) -> Windows:
    """Fit the normal model on the estimation window of every event and forecast its event window.

    ``usable`` (T,) marks the days that may serve for estimation; every event window must hold finite
    values. ``event_scale`` (n, d) defaults to ``v`` on the days of the window.
    """
    slots, used = _estimation_days(positions, estimation, usable)
    w = np.where(used, 1.0 / v[slots], 0.0)
    ys = w * np.where(used, y[slots], 0.0)
    xs = w[..., None] * np.where(used[..., None], x[slots], 0.0)
    inverse, floor = _inverse(np.einsum("npk,npl->nkl", xs, xs))
    b = np.einsum("nkl,nl->nk", inverse, np.einsum("npk,np->nk", xs, ys))
    e = ys - np.einsum("npk,nk->np", xs, b)
    df = used.sum(axis=1) - float(x.shape[1])
    days = positions[:, None] + np.arange(window[0], window[1] + 1)
    xd = x[days]
    vd = v[days] if event_scale is None else event_scale
    half = np.einsum("ndk,nkl->ndl", xd, inverse)
    spread = np.einsum("ndl,ncl->ndc", half, xd) + np.einsum("nd,dc->ndc", vd**2, np.eye(days.shape[1]))
    return Windows(
        positions=positions,
        first=window[0],
        abnormal=y[days] - np.einsum("ndk,nk->nd", xd, b),
        spread=spread,
        event_scale=vd,
        scale=np.sqrt(np.einsum("np,np->n", e, e) / np.maximum(df, 1.0)),
        df=df,
        residuals=e,
        leverage=np.einsum("npk,nkl,npl->np", xs, inverse, xs),
        loadings=-np.einsum("npk,nk->np", xs, half.sum(axis=1)),
        used=used,
        slots=slots,
        gram_floor=floor,
    )


def _estimation_days(positions: Positions, estimation: tuple[int, int], usable: Mask) -> tuple[Positions, Mask]:
    """Rows of every estimation window, and which of them lie in the sample and may serve."""
    slots = positions[:, None] + np.arange(estimation[0], estimation[1] + 1)
    inside = (slots >= 0) & (slots < len(usable))
    slots = np.where(inside, slots, 0)
    return slots, inside & usable[slots]


def scan_days(
    y: Array,
    x: Array,
    v: Array,
    *,
    usable: Mask,
    positions: Positions,
    window: tuple[int, int],
    estimation: tuple[int, int],
    event_scale: Array | None = None,
) -> tuple[Array, Array, Array, Array]:
    """Cumulative abnormal change at many day 0, from running sums of cross-products instead of windows.

    Same numbers as `fit_windows` up to rounding, at a cost that does not grow with the estimation window.
    Centre ``y`` and ``x`` first: the residual sum of squares is a difference, e'e = y'y - b'X'y.

    Returns
    -------
    cumulative, error, days, floor : arrays (n,)
        CAR, its forecast standard error, usable estimation days L, and smallest eigenvalue as in `Windows`.
    """
    w = np.where(usable, 1.0 / v, 0.0)
    data = np.where(usable, np.vstack([x.T, y]), 0.0) * w
    left, right = np.array(list(combinations_with_replacement(range(len(data)), 2))).T
    running = np.zeros((len(left) + 1, len(y) + 1))
    np.cumsum(data[left] * data[right], axis=1, out=running[:-1, 1:])
    np.cumsum(usable, out=running[-1, 1:])
    low, high = positions + estimation[0], positions + estimation[1] + 1
    sums = running.take(high, axis=1, mode="clip") - running.take(low, axis=1, mode="clip")
    k, pair = x.shape[1], np.empty((len(data), len(data)), dtype=np.int64)
    pair[left, right] = pair[right, left] = np.arange(len(left))
    total, days = sums[pair], sums[-1]
    cross = total[:k, k]
    inverse, floor = _inverse(np.moveaxis(total[:k, :k], 2, 0))
    b = np.einsum("nkl,ln->kn", inverse, cross)
    df = np.maximum(days - k, 1.0)
    scale = np.sqrt(np.maximum(total[k, k] - np.einsum("kn,kn->n", b, cross), 0.0) / df)
    event = [positions + day for day in range(window[0], window[1] + 1)]
    xd = np.add.reduce([x.T[:, day] for day in event])
    vd = np.stack([v[day] for day in event]) if event_scale is None else event_scale.T
    cumulative = np.add.reduce([y[day] for day in event]) - np.einsum("kn,kn->n", xd, b)
    spread = np.einsum("dn,dn->n", vd, vd) + np.einsum("kn,kn->n", xd, np.einsum("nkl,ln->kn", inverse, xd))
    return cumulative, scale * np.sqrt(spread), days, floor


def _inverse(gram: Array) -> tuple[Array, Array]:
    """Inverse of each cross-product matrix (0 where it is singular) and its smallest scaled eigenvalue."""
    floor = _gram_floor(gram)
    regular, inverse = floor > SINGULAR, np.zeros_like(gram)
    if gram.shape[1] == 1:
        np.divide(1.0, gram, out=inverse, where=regular[:, None, None])
    else:
        inverse[regular] = np.linalg.inv(gram[regular])
    return inverse, floor


def _gram_floor(gram: Array) -> Array:
    """(n,) smallest eigenvalue of each cross-product matrix scaled to a unit diagonal (1 when k = 0)."""
    if gram.shape[1] < 2:
        return (gram > 0.0).reshape(len(gram), -1).all(axis=1).astype(float)
    d = np.sqrt(np.einsum("nkk->nk", gram))
    d = np.where(d > 0.0, d, np.inf)
    scaled = gram / (d[:, :, None] * d[:, None, :])
    return np.asarray(np.linalg.eigvalsh(scaled)[:, 0])


def summed_correlation(windows: Windows) -> float:
    """Sum over all n x n pairs of `calendar_correlation`: no pair is visited."""
    day, value = calendar_rows(windows)
    total = np.bincount(day.ravel(), value.ravel())
    return float(total @ total)


def calendar_correlation(windows: Windows) -> Array:
    """(n, n) correlation of the cumulative abnormal changes that sharing calendar days implies, V V'."""
    from scipy.sparse import csr_array

    day, value = calendar_rows(windows)
    v = csr_array((value.ravel(), (np.repeat(np.arange(len(day)), day.shape[1]), day.ravel())))
    return np.asarray((v @ v.T).toarray())


def calendar_rows(windows: Windows) -> tuple[Positions, Array]:
    """Calendar days (n, p + d) and values of V, one row an event, rows of length one; 0 on days not used.

    Each cumulative abnormal change is a weighted sum of daily innovations: ``event_scale`` on the days of its window,
    ``loadings`` on the days of its estimation window, which are others. With serially uncorrelated innovations of unit
    variance the correlations are V V'.
    """
    days = windows.positions[:, None] + windows.first + np.arange(windows.length)
    v = np.concatenate([windows.loadings, np.broadcast_to(windows.event_scale, days.shape)], axis=1)
    return np.concatenate([windows.slots, days], axis=1), v / np.sqrt(np.vecdot(v, v))[:, None]
