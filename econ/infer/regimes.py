"""Impact and leaning identified by regimes in which the variances of news and of the flow change unlike each other."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import ArrayLike

from econ import checks
from econ.arrays import Array, Rows
from econ.border import checked
from econ.errors import SampleTooShort, SchemaError, SpecificationError
from econ.estimate import ConfidenceSet, Estimate, Unavailable
from econ.frozen import guarded
from econ.infer._stationary import stationary
from econ.infer.covariance import consecutive
from econ.infer.hyperbola import checked_bandwidth, partialled
from econ.infer.inversion import invert
from econ.infer.sandwich import joint_covariance
from econ.rows import same_rows
from econ.tables.shown import Shown

ANGLES = 201
"""Values of one parameter tried for each of the other, and of that other at first."""
ROUNDS = 40
"""Golden sections after the first look: an interval of 1/100 shrinks to 1e-10."""
GOLDEN = 0.5 * (math.sqrt(5.0) - 1.0)
LEAST = 12
"""Periods of a regime."""


@guarded
@dataclass(frozen=True, eq=False)
class RegimeLeaning(Shown):
    """Impact and leaning by variance regimes.

    Parameters
    ----------
    impact, leaning : Estimate
        b and c with S sets, each with the other concentrated out.
    agreement : Series
        ``statistic``, ``p_value``, ``distribution``, ``null``: whether one pair (b, c) fits all regimes.
    variances : DataFrame
        By regime: ``periods``, and the standard deviations of news and of the flow's own part at the estimate.
    """

    impact: Estimate
    leaning: Estimate
    agreement: pd.Series
    variances: pd.DataFrame = field(repr=False)

    def __str__(self) -> str:
        p = self.agreement["p_value"]  # there is none with two regimes: two moments, two numbers
        return f"impact {self.impact}; leaning {self.leaning}" + (
            "" if isinstance(p, Unavailable) else f"; agreement p = {p:.2f}"
        )


@checked
def regime_leaning(
    change: ArrayLike,
    flow: ArrayLike,
    regimes: Any,
    *,
    controls: ArrayLike | None = None,
    cov: str = "hac",
    bandwidth: int | None = None,
    level: float = 0.90,
    units: tuple[str, str] = ("", ""),
) -> RegimeLeaning:
    """Identify impact and leaning by the moments ``E[(dy + b f)(f - c dy) | regime] = 0``, one a regime.

    Two regimes identify both if the variance of news and that of the flow's own part do not keep their ratio (Rigobon
    2003); more test that b and c are the same in all. The S statistic of all moments, minimised over the other
    parameter, is compared with chi-square: valid if the variances hardly change and the regimes say little. The pair
    ``(-1/c, -1/b)``, news and flow interchanged, fits as well; of the two the one with ``|b c| < 1`` is meant, a
    feedback within the period that dies out.

    Parameters
    ----------
    change, flow, controls, bandwidth
        As in :func:`leaning_curve`.
    regimes : array (T,)
        Label of the regime of each period; at least two, of twelve periods or more.
    cov : {"hac", "hc0", "hc1"}
        Covariance of the moments.
    level : float, default 0.90
        Coverage of both sets.
    units : (str, str)
        Of impact and leaning.

    Returns
    -------
    RegimeLeaning

    Raises
    ------
    SpecificationError, SchemaError, FrequencyError, SampleTooShort
        As :func:`leaning_curve`; also for fewer than two regimes, or one that is too short.

    References
    ----------
    Rigobon, R. (2003), Identification through Heteroskedasticity, Review of Economics and Statistics 85(4). Stock, J.
    H. and J. H. Wright (2000), GMM with Weak Identification, Econometrica 68(5).

    Notes
    -----
    90% sets cover in 86-92% of samples. Measured in :doc:`/coverage`.

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> regimes = np.repeat(["calm", "news", "flows"], 200)
    >>> news = generator.standard_normal(600) * np.repeat([1.0, 2.0, 1.0], 200)
    >>> own = generator.standard_normal(600) * np.repeat([1.0, 1.0, 2.0], 200)
    >>> flow = (own + 0.5 * news) / (1.0 + 0.5 * 0.8)  # b = 0.8, c = 0.5
    >>> print(regime_leaning(news - 0.8 * flow, flow, regimes, cov="hc1").impact)
    0.765, s.e. 0.050, 90% set [0.67, 0.87]
    """
    level = checks.level(level)
    same_rows(change=change, regimes=regimes)
    cov = checks.choice("covariance", cov, ("hac", "hc0", "hc1"))
    consecutive(cov, change, flow, controls, bandwidth=bandwidth)
    y, x, columns = partialled(change, flow, controls)
    bandwidth = checked_bandwidth(cov, bandwidth, len(y))
    names, codes = _regimes(regimes, len(y))
    sizes = float(np.linalg.norm(y) / np.linalg.norm(x))
    moments = _Moments.of(y / np.linalg.norm(y), x / np.linalg.norm(x), codes, cov, bandwidth, columns)
    b, c, errors = moments.least()
    count = len(names)
    critical = float(2.0 * scipy.special.gammaincinv((count - 1) / 2.0, level))
    regions = []
    for least, centre, scale, unit in (
        (moments.over_leanings, b, errors[0], sizes),
        (moments.over_impacts, c, errors[1], 1.0 / sizes),
    ):
        accept = partial(_accept, least, critical, centre, scale)
        regions.append(_scaled(invert(accept, centre, scale, level=level, grid=ANGLES), unit))
    impact, leaning = (
        Estimate(value * unit, error * unit, region.lower, region.upper, level, words, label, len(y), region=region)
        for value, error, unit, region, words, label in zip(
            (b, c), errors, (sizes, 1.0 / sizes), regions, units, ("impact", "leaning"), strict=True
        )
    )  # fmt: skip
    return RegimeLeaning(
        impact, leaning, _agreement(moments, b, c, count), _variances(y, x, codes, names, (impact.value, leaning.value))
    )


def _accept(least: Callable[[Array], Array], critical: float, centre: float, scale: float, angle: Array) -> Array:
    return critical - least(centre + scale * np.tan(angle))


@dataclass(frozen=True)
class _Moments:
    """Sums of ``f dy, dy^2, f^2`` by regime (R, 3) and their covariance (R, 3, R, 3), both series of length one."""

    sums: Array
    covariance: Array

    @classmethod
    def of(cls, y: Array, x: Array, codes: Rows, cov: str, bandwidth: int | None, columns: int) -> _Moments:
        count = int(codes.max()) + 1
        inside = codes[:, None] == np.arange(count)
        products = np.column_stack([x * y, y * y, x * x])
        sums = inside.T @ products
        means = sums / inside.sum(axis=0)[:, None]
        psi = (inside[:, :, None] * (products - means[codes])[:, None, :]).reshape(len(y), 3 * count)
        covariance = joint_covariance(psi, cov=cov, bandwidth=bandwidth, columns=columns + 1)[0]
        return cls(sums, covariance.reshape(count, 3, count, 3))

    def statistic(self, b: Array, c: Array) -> Array:
        """S at pairs of impact and leaning, of any shape."""
        a = np.stack(np.broadcast_arrays(1.0 - b * c, -c, b), axis=-1)
        moment = a @ self.sums.T
        spread = np.einsum("...i,risj,...j->...rs", a, self.covariance, a, optimize=True)
        found: Array = (moment * np.linalg.solve(spread, moment[..., None])[..., 0]).sum(axis=-1)
        return found

    def slope(self, pair: Array) -> Array:
        """Derivatives of S by impact and leaning, (2,), at one pair; they are zero where S is least."""
        moment, spread, slopes, bent = self._local(float(pair[0]), float(pair[1]))
        weighted = np.linalg.solve(spread, moment)
        found: Array = 2.0 * (weighted @ slopes - np.einsum("r,krs,s->k", weighted, bent, weighted))
        return found

    def _local(self, b: float, c: float) -> tuple[Array, Array, Array, Array]:
        """At one pair: moments (R,), covariance (R, R), slopes of the first (R, 2), half of the second's (2, R, R)."""
        a, turns = np.array([1.0 - b * c, -c, b]), np.array([[-c, 0.0, 1.0], [-b, -1.0, 0.0]])
        half = np.einsum("risj,j->ris", self.covariance, a)
        spread, bent = np.einsum("i,ris->rs", a, half), np.einsum("ki,ris->krs", turns, half)
        return self.sums @ a, spread, self.sums @ turns.T, bent

    def over_leanings(self, b: Array) -> Array:
        """Least S over all leanings at which the feedback dies out, for each impact."""
        return self._least(b, lambda other: self.statistic(b[:, None], other))[0]

    def over_impacts(self, c: Array) -> Array:
        """Least S over all such impacts, for each leaning."""
        return self._least(c, lambda other: self.statistic(other, c[:, None]))[0]

    def _least(self, given: Array, of: Callable[[Array], Array]) -> tuple[Array, Array]:
        """Least over the other parameter, within the angle at which the product of both is one, and where.

        The value is what sets are made of, and has all of its digits; where it is has half of them and is a start.
        """
        ends = np.arctan2(1.0, np.abs(given))[:, None] * (1.0 - 1e-9)
        tried = np.linspace(-1.0, 1.0, ANGLES)
        best = of(np.tan(ends * tried)).argmin(axis=1)
        low, high = (tried[np.clip(best + side, 0, ANGLES - 1)][:, None] for side in (-1, 1))
        for _ in range(ROUNDS):
            inner = np.hstack([high - GOLDEN * (high - low), low + GOLDEN * (high - low)])
            values = of(np.tan(ends * inner))
            left = (values[:, 0] <= values[:, 1])[:, None]
            low, high = np.where(left, low, inner[:, :1]), np.where(left, inner[:, 1:], high)
        at = np.tan(ends * 0.5 * (low + high))
        return of(at)[:, 0], at[:, 0]

    def least(self) -> tuple[float, float, tuple[float, float]]:
        """B and c at the least S, and their errors ``(G'W^{-1}G)^{-1}``, G the slopes of the moments."""
        grid = np.tan(np.linspace(-0.5 * math.pi, 0.5 * math.pi, ANGLES + 2)[1:-1])
        values, leanings = self._least(grid, lambda other: self.statistic(grid[:, None], other))
        at = int(values.argmin())
        found = scipy.optimize.minimize(
            lambda v: float(self.statistic(np.array(v[0]), np.array(v[1]))), (grid[at], leanings[at]),
            method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-8, "maxiter": 2000},
        )  # fmt: skip
        b, c = (float(each) for each in stationary(self.slope, found.x))
        _, spread, slopes, _ = self._local(b, c)
        information = slopes.T @ np.linalg.solve(spread, slopes)
        errors = np.sqrt(np.diag(np.linalg.pinv(information)))
        return b, c, (float(errors[0]), float(errors[1]))


def _scaled(region: ConfidenceSet, unit: float) -> ConfidenceSet:
    return ConfidenceSet(tuple((low * unit, high * unit) for low, high in region), region.level)


def _regimes(values: Any, size: int) -> tuple[list[str], Rows]:
    """Names of the regimes in the order in which they appear, and their code in each period."""
    given = np.asarray(values)
    if given.shape != (size,):
        raise SpecificationError(f"regimes must be ({size},), one label a period; found {given.shape}.")
    if pd.isna(given).any():
        raise SchemaError("every period needs a regime; found periods without a label: leave them out of all arrays.")
    labels = [str(each) for each in given.tolist()]
    names = list(dict.fromkeys(labels))
    if len(names) < 2:
        raise SpecificationError(f"one regime identifies nothing; found {names[0]!r} in every period.")
    codes = np.array([names.index(each) for each in labels])
    counts = np.bincount(codes)
    if counts.min() < LEAST:
        short = names[int(counts.argmin())]
        raise SampleTooShort(f"regime {short!r} has {counts.min()} periods; {LEAST} are needed: merge it with another.")
    return names, codes


def _agreement(moments: _Moments, b: float, c: float, count: int) -> pd.Series:
    """J: whether one pair fits every regime."""
    statistic = float(moments.statistic(np.array(b), np.array(c)))
    free = count - 2
    p_value: float | Unavailable = Unavailable("two regimes fit exactly")
    if free:
        p_value = float(scipy.special.chdtrc(free, statistic))
    return pd.Series(
        {
            "statistic": statistic,
            "p_value": p_value,
            "distribution": f"chi2({free})",
            "null": "one structure in all regimes",
        }
    )


def _variances(y: Array, x: Array, codes: Rows, names: list[str], pair: tuple[float, float]) -> pd.DataFrame:
    """Standard deviations of news and of the flow's own part at the estimate."""
    b, c = pair
    news, own = y + b * x, x - c * y
    rows = {}
    for k, name in enumerate(names):
        inside = codes == k
        rows[name] = {"periods": int(inside.sum()), "news": float(news[inside].std()), "flow": float(own[inside].std())}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("regime")
