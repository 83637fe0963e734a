"""Minimum distance in standard errors of the designs: the solution, its error, and the tests of agreement.

Symbols: t (k,) estimates, v (k, k) their covariance, h (k, p) loadings, x (k, p) with h'x = I, so that theta = x't.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from econ.arrays import Array, Rows
from econ.errors import NotIdentified
from econ.estimate import Unavailable
from econ.infer.quantiles import two_sided

NULL = "all designs agree"
LEFT_OUT = ("value", "std_error", "change", "agreement", "fits")
TINY = 1e-10
"""Relative to one standard error of a design: nothing."""


@dataclass(frozen=True)
class Problem:
    """Estimates t, covariance v, map h, all in standard errors of the designs (`scale`), and how to weigh."""

    t: Array
    v: Array
    h: Array
    scale: Array
    weight: str | Array
    worst: bool
    df: float

    def only(self, rows: Rows) -> Problem:
        weight = self.weight if isinstance(self.weight, str) else self.weight[np.ix_(rows, rows)]
        v = self.v[np.ix_(rows, rows)]
        return Problem(self.t[rows], v, self.h[rows], self.scale[rows], weight, self.worst, self.df)

    @property
    def spare(self) -> int:
        return int(self.h.shape[0] - self.h.shape[1])


def solution(problem: Problem) -> Array:
    """X (k, p), with H'X = I."""
    if problem.worst and isinstance(problem.weight, str) and problem.weight == "efficient":
        return _cautious(problem.h)
    h, weight = problem.h, problem.weight
    w = weight if not isinstance(weight, str) else np.eye(len(h))
    wh = np.linalg.solve(problem.v, h) if isinstance(weight, str) and weight == "efficient" else w @ h
    inner = h.T @ wh
    size = np.sqrt(np.diag(inner).clip(1e-300))
    if np.linalg.eigvalsh(inner / np.outer(size, size))[0] < 1e-12:
        raise NotIdentified(
            "with this weight a parameter does not move the distance; weigh the designs that load on it."
        )
    x: Array = np.linalg.solve(inner, wh.T).T
    return x


def _cautious(h: Array) -> Array:
    """For each parameter the x with ``h'x = e`` and the least sum of absolute values: one linear programme."""
    size, p = h.shape
    unit = np.abs(h).max(axis=0)  # the solver's tolerances are absolute
    h = h / unit
    if p == 1:
        best = int(np.abs(h[:, 0]).argmax())
        alone: Array = np.where(np.arange(size) == best, 1.0 / h[best, 0], 0.0)[:, None] / unit
        return alone
    columns = []
    for j in range(p):
        made = scipy.optimize.linprog(np.ones(2 * size), A_eq=np.hstack([h.T, -h.T]), b_eq=np.eye(p)[j], method="highs")
        columns.append((made.x[:size] - made.x[size:]) / unit[j])
    return np.column_stack(columns)


def answer(problem: Problem, x: Array, level: float) -> tuple[Array, Array, Array]:
    """Values, standard errors and half-widths."""
    theta = x.T @ problem.t
    n, estimated = problem.df, _estimated(problem)
    room = n - problem.spare if estimated else n
    known = x.T @ problem.v @ x * inflation(problem)
    error = np.abs(x).sum(axis=0) if problem.worst else np.sqrt(np.diag(known))
    return theta, error, two_sided(level, room) * error


def _estimated(problem: Problem) -> bool:
    """Whether the weights are those of the estimated covariance."""
    return not problem.worst and isinstance(problem.weight, str) and problem.weight == "efficient"


def inflation(problem: Problem) -> float:
    n, q = problem.df, problem.spare
    if math.isinf(n) or not _estimated(problem):
        return 1.0
    return n / (n - q) * (1.0 + _distance(problem) / n)


def _distance(problem: Problem) -> float:
    """J: the part of t orthogonal to H, in its covariance."""
    basis = np.linalg.qr(problem.h, mode="complete")[0][:, problem.h.shape[1] :]
    c = basis.T @ problem.t
    return float(c @ np.linalg.solve(basis.T @ problem.v @ basis, c))


def agreement(problem: Problem, x: Array) -> pd.Series:
    q, n = problem.spare, problem.df
    statistic: float | Unavailable
    p_value: float | Unavailable
    if q == 0:
        statistic = p_value = Unavailable("as many designs as parameters: nothing is left to disagree")
        words = "none"
    elif problem.worst:
        turn = np.eye(len(x)) - problem.h @ x.T
        error = np.abs(turn).sum(axis=1)
        open_ = error > TINY
        ratio = np.abs(turn @ problem.t)[open_] / error[open_]
        statistic = float(ratio.max())
        p_value = min(1.0, 2.0 * len(ratio) * float(scipy.special.stdtr(n, -statistic)))
        words = f"largest of {len(ratio)}, Bonferroni"
    else:
        statistic = _distance(problem)
        p_value, words = against(statistic, q, n)
    return pd.Series({"statistic": statistic, "p_value": p_value, "distribution": words, "null": NULL})


def against(statistic: float, q: int, n: float) -> tuple[float, str]:
    if math.isinf(n):
        return float(scipy.special.chdtrc(q, max(statistic, 0.0))), f"chi2({q})"
    room = n - q + 1.0
    return float(scipy.special.fdtrc(q, room, max(statistic, 0.0) * room / (n * q))), f"scaled F({q}, {room:.0f})"


def left_out(problem: Problem, names: list[str], parameters: list[str], theta: Array) -> pd.DataFrame:
    """Every design left out in turn."""
    rows = {}
    for i, name in enumerate(names):
        kept = np.flatnonzero(np.arange(len(names)) != i)
        for parameter, row in zip(parameters, _rest(problem, kept, theta), strict=True):
            rows[name, parameter] = dict(zip(LEFT_OUT, row, strict=True))
    found = pd.DataFrame.from_dict(rows, orient="index", columns=list(LEFT_OUT)).astype(object)
    found.index = pd.MultiIndex.from_tuples(list(rows), names=["without", "parameter"])
    return found


def _rest(problem: Problem, kept: Rows, theta: Array) -> list[tuple[object, ...]]:
    p = problem.h.shape[1]
    part = problem.only(kept)
    if len(kept) < p or np.linalg.matrix_rank(part.h, tol=TINY * float(np.abs(part.h).max())) < p:
        reason = Unavailable("the other designs do not identify the parameters")
        return [(reason,) * len(LEFT_OUT)] * p
    mine = solution(part)
    value, error, _ = answer(part, mine, 0.90)
    together = agreement(part, mine)["p_value"]
    out = int(np.setdiff1d(np.arange(len(problem.t)), kept)[0])
    if problem.worst:
        told = problem.h[out]
        gap = abs(float(problem.t[out] - told @ value)) / (1.0 + float(np.abs(mine @ told).sum()))
        fits = 2.0 * float(scipy.special.stdtr(problem.df, -gap))
    else:
        fits = _fits(problem, part)
    return [
        (value[j].item(), error[j].item(), (value[j] - theta[j]).item(), together, fits) for j in range(p)
    ]  # fmt: skip


def _fits(problem: Problem, part: Problem) -> float:
    """P-value of the rise of J that the design brings: chi2(1), or Rao's F where the covariance is estimated."""
    n, q = problem.df, problem.spare
    before = _distance(part) if part.spare else 0.0
    rise = max(_distance(problem) - before, 0.0)
    if math.isinf(n):
        return float(scipy.special.chdtrc(1, rise))
    room = n - q + 1.0
    return float(scipy.special.fdtrc(1, room, rise * room / (n + before)))
