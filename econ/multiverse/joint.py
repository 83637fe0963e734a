"""Joint inference on all specifications: the whole curve beside curves from samples without an effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import ArrayLike

from econ import checks
from econ.arrays import Array, Mask
from econ.blocks import Record
from econ.border import checked
from econ.errors import EstimationError, SchemaError, SpecificationError
from econ.frozen import guarded
from econ.infer.multiple import benjamini_yekutieli, romano_wolf
from econ.multiverse.choices import Labels
from econ.multiverse.nulls import NullPlan, is_batched
from econ.multiverse.work import BLOCK, How, computed, worded
from econ.rows import same_columns, same_rows
from econ.tables.shown import Shown

if TYPE_CHECKING:
    from econ.multiverse.results import SpecificationCurveResults

NULLS = {
    "median": "the median estimate is as far from zero as chance makes it",
    "share": "as many specifications are significant, with the sign that more of them have, as by chance",
    "stouffer": "z scores average to zero",
    "largest": "the largest z score is as large as the largest of so many by chance",
}
"""What each test asks, and its null."""
KEPT = ("values", "scores")
LEAST = 0.5
"""Share of the draws that must give every specification a sample."""
MARGIN = 1e-10
"""Relative; a statistic that equals the one observed but for rounding counts as equal to it."""


@guarded
@dataclass(frozen=True, eq=False)
class JointInference(Shown):
    """A specification curve beside curves under the null.

    Parameters
    ----------
    table : DataFrame
        One row a test, "median" (size of the median estimate), "share" (share of specifications that are significant
        and have the dominant sign), "stouffer" (size of ``sum z / sqrt(S)``), "largest" (largest size of a z score):
        ``observed``; ``null_median`` and ``null_upper``, the median and the 95% quantile under the null; ``p_value``,
        ``(1 + draws at least as large) / (1 + draws)``; ``null`` in words.
    null : DataFrame (B, 4)
        The four statistics in each null sample.
    curve : DataFrame (S, 4)
        The sorted estimates, ``observed``, beside the 2.5, 50 and 97.5% quantiles of the sorted curves under the null,
        ``lower, median, upper``.
    adjusted : DataFrame (S, 3)
        p-values of each specification, by the index of the results (the order given, of draws of one's own): ``plain``
        (normal, two-sided), ``romano_wolf`` (step-down over all from the same null samples) and
        ``benjamini_yekutieli`` (of the plain ones).
    specifications, draws, dropped : int
        Specifications; null samples that count; those that left some specification without a sample.
    size : float
        At which a specification counts as significant.
    scheme : str
        How null samples were made.
    """

    table: pd.DataFrame
    null: pd.DataFrame = field(repr=False)
    curve: pd.DataFrame = field(repr=False)
    adjusted: pd.DataFrame = field(repr=False)
    specifications: int
    draws: int
    dropped: int
    size: float
    scheme: str

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        return self.table

    def __str__(self) -> str:
        p = ", ".join(f"{name} {value:.3f}" for name, value in self.table["p_value"].items())
        return f"joint p-values of {self.specifications} specifications, {self.draws} draws ({self.scheme}): {p}"


@checked
def joint_inference(
    values: ArrayLike,
    scores: ArrayLike,
    *,
    null_values: ArrayLike,
    null_scores: ArrayLike,
    size: float = 0.05,
    scheme: str = "given",
) -> JointInference:
    """Joint tests of many specifications from draws that somebody made.

    Parameters
    ----------
    values, scores : array (S,)
        Estimates, and estimates over standard errors.
    null_values, null_scores : array (B, S)
        The same in samples without an effect, drawn jointly for all specifications.
    size : float, default 0.05
        Two-sided, at which a specification counts as significant.
    scheme : str
        How they were made, for the record.

    Returns
    -------
    JointInference

    Raises
    ------
    SpecificationError
        If the shapes do not match, or names of specifications or draws do not.
    SchemaError
        If a number is missing or infinite.

    References
    ----------
    Simonsohn, U., J. P. Simmons and L. D. Nelson (2020), Specification Curve Analysis, Nature Human Behaviour 4. The
    average of z scores is Stouffer's (1949).

    Examples
    --------
    >>> null = np.random.default_rng(1).standard_normal((99, 5))
    >>> joint_inference([2.0] * 5, [4.0] * 5, null_values=null, null_scores=null).table["p_value"].tolist()
    [0.01, 0.01, 0.01, 0.01]
    """
    same_rows(null_values=null_values, null_scores=null_scores)
    same_columns("null_values", null_values, null_scores=null_scores, values=values, scores=scores)
    own = [np.asarray(each, dtype=float) for each in (values, scores)]
    drawn = [np.asarray(each, dtype=float) for each in (null_values, null_scores)]
    _check(own, drawn)
    size = checks.real("size", size, above=0.0, below=1.0)
    observed = _statistics(own[0][None], own[1][None], size).iloc[0]
    null = _statistics(drawn[0], drawn[1], size)
    reached = (null >= observed - MARGIN * observed.abs()).sum()
    table = pd.DataFrame(
        {
            "observed": observed,
            "null_median": null.median(),
            "null_upper": null.quantile(0.95),
            "p_value": (1.0 + reached) / (1.0 + len(null)),
            "null": pd.Series(NULLS, dtype=object),
        }
    )
    quantiles = np.quantile(np.sort(drawn[0], axis=1), [0.025, 0.5, 0.975], axis=0)
    curve = pd.DataFrame(dict(zip(("lower", "median", "upper"), quantiles, strict=True)))
    curve.insert(0, "observed", np.sort(own[0]))
    adjusted = _adjusted(own[1], drawn[1])
    return JointInference(table, null, curve, adjusted, len(own[0]), len(null), 0, size, scheme)


def _adjusted(scores: Array, null_scores: Array) -> pd.DataFrame:
    """p-values of every specification by itself, and two that count how many there are."""
    plain = 2.0 * scipy.special.ndtr(-np.abs(scores))
    columns = {
        "plain": plain,
        "romano_wolf": romano_wolf(np.abs(scores), np.abs(null_scores)),
        "benjamini_yekutieli": benjamini_yekutieli(plain),
    }
    return pd.DataFrame(columns)


def _check(own: list[Array], drawn: list[Array]) -> None:
    """Refuse shapes that do not match, nothing at all, and numbers that are none."""
    shapes = [each.shape for each in (*own, *drawn)]
    if own[0].ndim != 1 or drawn[0].ndim != 2 or shapes[0] != shapes[1] or shapes[2] != shapes[3]:
        raise SpecificationError(f"values and scores must be (S,), their draws (B, S); found {shapes}.")
    if drawn[0].shape[1] != own[0].size or not drawn[0].size:
        raise SpecificationError(f"the draws need one column a specification and one row at least; found {shapes}.")
    if not all(np.isfinite(each).all() for each in (*own, *drawn)):
        raise SchemaError("estimates, scores and draws must be finite; leave specifications without an estimate out.")


def _statistics(values: Array, scores: Array, size: float) -> pd.DataFrame:
    """The four statistics of each row, larger against the null."""
    critical = -float(scipy.special.ndtri(size / 2.0))
    return pd.DataFrame(
        {
            "median": np.abs(np.median(values, axis=1)),
            "share": np.maximum((scores > critical).mean(axis=1), (scores < -critical).mean(axis=1)),
            "stouffer": np.abs(scores.sum(axis=1)) / np.sqrt(scores.shape[1]),
            "largest": np.abs(scores).max(axis=1),
        }
    )


def joint(
    results: SpecificationCurveResults, plan: NullPlan, how: How, *, size: float, folder: str | Path | None
) -> JointInference:
    """Joint tests of the specifications of a curve; see `SpecificationCurveResults.joint`."""
    size, rows = checks.real("size", size, above=0.0, below=1.0), results.estimates.sort_index()
    labels = [tuple(row) for row in rows[list(results.curve.plan.axes)].to_numpy()]
    values, scores = _drawn(results, plan, how, labels, folder)
    whole: Mask = np.asarray(np.isfinite(values).all(axis=1) & np.isfinite(scores).all(axis=1))
    dropped = int((~whole).sum())
    if dropped > (1.0 - LEAST) * plan.draws:
        worst = int(np.isnan(values).sum(axis=0).argmax())
        raise EstimationError(
            f"{dropped} of {plan.draws} draws leave a specification without a sample, most often "
            f"{worded(results.curve.plan.axes, labels[worst])}; leave it out by a Rule, or draw shorter blocks."
        )
    found = joint_inference(
        rows["value"].to_numpy(), rows["z_score"].to_numpy(dtype=float), null_values=values[whole],
        null_scores=scores[whole], size=size, scheme=plan.scheme,
    )  # fmt: skip
    return replace(found, dropped=dropped, adjusted=found.adjusted.set_axis(rows.index))


def _drawn(
    results: SpecificationCurveResults, plan: NullPlan, how: How, labels: list[Labels], folder: str | Path | None
) -> tuple[Array, Array]:
    """Estimates and z scores of all specifications in all null samples, (B, S) each."""
    curve = results.curve
    blocks = [labels[start : start + BLOCK] for start in range(0, len(labels), BLOCK)]
    tasks = [NullTask(curve.base, tuple(curve._given(part, results.origin)), plan) for part in blocks]
    more = {
        "does": ["joint", plan.scheme, plan.draws, plan.length, plan.first, plan.last],
        "estimated": [list(each) for each in labels],
        "draws": [str(plan.seed.entropy), [int(part) for part in plan.seed.spawn_key]],
    }
    store = curve._store(folder, results.origin, more, KEPT)
    records = computed(null_draws, tasks, store, how, lambda number: worded(curve.plan.axes, labels[number * BLOCK]))
    return _stacked(records, KEPT[0]), _stacked(records, KEPT[1])


@dataclass(frozen=True)
class NullTask:
    """What one worker does at once: null samples of some specifications."""

    base: Any
    given: tuple[Mapping[str, Any], ...]
    plan: NullPlan


def null_draws(task: NullTask) -> Record:
    """Estimates and z scores in all null samples, by the number of the specification in the block."""
    record: Record = {}
    for number, given in enumerate(task.given):
        found = task.base(**given)
        if not is_batched(found):
            raise EstimationError(f"base must give the same kind of specification each time; found {found!r}.")
        both = found.null_draws(task.plan)
        record[f"{number:02d}"] = {name: _listed(each) for name, each in zip(KEPT, both, strict=True)}
    return record


def _listed(numbers: Array) -> list[float | None]:
    plain: list[float | None] = numbers.tolist()
    for place in np.flatnonzero(~np.isfinite(numbers)):
        plain[place] = None
    return plain


def _stacked(records: list[Record], name: str) -> Array:
    """Draws of all specifications, (B, S); NaN where a specification had no sample."""
    columns = [record[number][name] for record in records for number in sorted(record)]
    return np.array(columns, dtype=float).T
