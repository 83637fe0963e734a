"""`SpecificationCurveResults`: every specification with its estimate or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from econ.arrays import Seed
from econ.errors import EstimationError, SpecificationError
from econ.estimate import Estimate, Unavailable
from econ.frozen import guarded
from econ.multiverse.decomposition import ChoiceTree, grown, shares_of_variance
from econ.multiverse.joint import JointInference, joint
from econ.multiverse.nulls import NullPlan
from econ.multiverse.plot import plot_curve
from econ.multiverse.work import How
from econ.parallel import seed_sequence
from econ.tables.shown import Facts, Shown, told
from econ.tables.table import Table
from econ.units import one_unit

if TYPE_CHECKING:
    from econ.multiverse.curve import SpecificationCurve

NUMBERS = ("value", "std_error", "lower", "upper")
KINDS: dict[str, type] = {**dict.fromkeys((*NUMBERS, "z_score", "p_value"), float), "significant": bool, "nobs": int}
SAME = ("value", "std_error", "lower", "upper", "level", "nobs", "first", "last")
"""Specifications in which all of these have the same bits are one."""


@guarded
@dataclass(frozen=True, eq=False)
class SpecificationCurveResults(Shown):
    """Estimates of all specifications of a `SpecificationCurve`.

    Parameters
    ----------
    curve : SpecificationCurve
        Choices, rules and function.
    table : DataFrame
        One row a specification, in an order that does not depend on how axes were written down: a column of labels an
        axis; ``value, std_error, lower, upper``; ``z_score`` (value over standard error) and its two-sided ``p_value``
        (normal); ``significant``, whether the reported set leaves out zero; ``nobs``; ``copies``, combinations that the
        row stands for; ``failure``, empty where there is an estimate. What a row does not have is `Unavailable`.
    excluded : DataFrame
        One row a rule: ``reason``, ``combinations`` that it leaves out, and how many of them it ``alone`` does.
    merged : DataFrame
        One row a specification whose estimate, set and sample have the bits of one in the table: its labels, and that
        row's number in ``same_as``.
    level : float
        Coverage of the sets.
    units : str
        Of the estimates.
    calendar : tuple of int, or None
        First and last place of all samples on their calendar; None unless all specifications are `Batched`.
    origin : int, SeedSequence or None
        Seed of the run.
    """

    curve: SpecificationCurve = field(repr=False)
    table: pd.DataFrame = field(repr=False)
    excluded: pd.DataFrame = field(repr=False)
    merged: pd.DataFrame = field(repr=False)
    level: float
    units: str
    calendar: tuple[int, int] | None = None
    origin: Seed = field(default=None, repr=False)

    def _facts(self) -> Facts:
        values = self.estimates["value"].to_numpy()
        return {"estimated": len(values), "median": float(np.median(values)), "units": self.units, "level": self.level}

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """Rows of the table that have an estimate, from the smallest to the largest."""
        table = self.table
        rows = table[table["failure"] == ""].drop(columns="failure")
        rows["value"] = rows["value"].astype(float)
        return rows.sort_values("value", kind="stable")

    @cached_property
    def failures(self) -> pd.DataFrame:
        """How many specifications failed, by reason: index reason, column ``specifications``, the most frequent first.

        Examples of a reason are "SampleTooShort: ..." and the words of an `Unavailable`.
        """
        reasons = self.table.loc[self.table["failure"] != "", "failure"]
        counts = reasons.groupby(reasons, sort=True).size().sort_values(ascending=False, kind="stable")
        return counts.rename_axis("reason").to_frame("specifications")

    def to_frame(self, level: float = 0.90) -> pd.DataFrame:
        """The table, at the level at which the curve was run; see the class."""
        return self.table

    def summary(self) -> Table:  # type: ignore[override]
        """The curve in a few numbers.

        Returns
        -------
        Table
            ``combinations`` of choices, ``excluded`` by rule, ``merged`` (declared the same, or equal to the bit),
            ``failed``, ``estimated``; ``median``, ``lowest`` and ``highest`` estimate, in the units of the estimates,
            and the choices behind the two; ``share_positive``; ``share_significant`` with either sign,
            ``share_significant_positive`` and ``share_significant_negative`` (`Unavailable` where a specification
            reports no set). A specification counts once, however many combinations it stands for.
        """
        table, rows = self.table, self.estimates
        values = rows["value"].to_numpy()
        whole = int(np.prod([len(options) for options in self.curve.choices.values()]))
        left = int(table["copies"].sum())
        found = pd.Series(
            {
                "combinations": whole,
                "excluded": whole - left,
                "merged": left - len(table),
                "failed": len(table) - len(rows),
                "estimated": len(rows),
                "median": float(np.median(values)),
                "lowest": float(values[0]),
                "lowest_at": self._words(0),
                "highest": float(values[-1]),
                "highest_at": self._words(-1),
                "share_positive": float((values > 0.0).mean()),
                **_significance(rows),
            },
            dtype=object,
            name="summary",
        )
        return told(self, found)

    def _words(self, place: int) -> str:
        row = self.estimates.iloc[place]
        return ", ".join(f"{axis}={row[axis]!r}" for axis in self.curve.axes)

    def __str__(self) -> str:
        told = self.summary()
        return (
            f"{told['estimated']} specifications of {told['combinations']} combinations ({told['excluded']} excluded, "
            f"{told['merged']} merged, {told['failed']} failed): median {told['median']:.4g}, from "
            f"{told['lowest']:.4g} to {told['highest']:.4g}{' ' if self.units else ''}{self.units}"
        )

    def decompose(self) -> pd.DataFrame:
        """How much of the variance of the estimates each axis accounts for.

        Returns
        -------
        DataFrame
            One row an axis, and ``interactions``: ``first``, the R2 of the axis alone, ``Var(E[b | axis]) / Var(b)``;
            ``shapley``, its part in the R2 of all axes as main effects, averaged over the orders in which they can
            enter, and what is left to interactions: these add to one; ``total``, the variance left among
            specifications that agree on every other axis, ``E[Var(b | others)] / Var(b)`` (Sobol's total effect).
            On a full grid ``first`` equals ``shapley``, and ``total - first`` is what the axis does jointly with
            others; where rules thinned the grid out, axes go together, and ``shapley`` is the one that adds up.

        Raises
        ------
        EstimationError
            If all estimates are the same, so that there is nothing to divide.
        SpecificationError
            With more than 12 axes.

        References
        ----------
        Lindeman, R. H., P. F. Merenda and R. Z. Gold (1980), Introduction to Bivariate and Multivariate Analysis,
        Scott, Foresman. Sobol', I. M. (2001), Global Sensitivity Indices, Mathematics and Computers in Simulation 55.
        """
        rows = self.estimates
        return shares_of_variance({axis: rows[axis].to_numpy() for axis in self.curve.axes}, rows["value"].to_numpy())

    def tree(self, depth: int = 3, *, least: int = 5) -> ChoiceTree:
        """Which choices move the estimate: a regression tree on the axes.

        Parameters
        ----------
        depth : int, default 3
            Questions asked of a specification at most.
        least : int, default 5
            Specifications on each side of a question.

        Returns
        -------
        ChoiceTree
            Print it. Each question divides the options of one axis in two so that the sum of squares falls most; ties
            go to the axis, then to the label, that comes first in the alphabet.

        References
        ----------
        Breiman, L., J. H. Friedman, R. A. Olshen and C. J. Stone (1984), Classification and Regression Trees,
        Wadsworth, theorem 4.5: the best division puts options in the order of their means.
        """
        rows = self.estimates
        labels = {axis: rows[axis].to_numpy() for axis in self.curve.axes}
        return grown(labels, rows["value"].to_numpy(), depth=depth, least=least)

    def beside(self, literature: Mapping[str, Estimate]) -> pd.DataFrame:
        """Estimates of others beside the curve.

        Parameters
        ----------
        literature : mapping of str to Estimate
            By label, in the units of the curve.

        Returns
        -------
        DataFrame
            By label: ``value``, ``lower``, ``upper`` (`Unavailable` where there is none), and ``rank``, the share of
            the specifications whose estimate is smaller (one that is equal counts by half).

        Raises
        ------
        SpecificationError
            If there is none, or one has other units.
        """
        if not literature:
            raise SpecificationError("literature needs an estimate at least, by its label.")
        values, rows = self.estimates["value"].to_numpy(), {}
        for label, estimate in literature.items():
            one_unit({repr(label): estimate.units, "the curve": self.units})
            rank = float((values < estimate.value).mean() + 0.5 * (values == estimate.value).mean())
            rows[label] = (estimate.value, estimate.lower, estimate.upper, rank)
        return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "lower", "upper", "rank"])

    plot = plot_curve

    def joint(
        self,
        draws: int = 499,
        *,
        rng: Seed = None,
        scheme: str = "shift",
        length: int | None = None,
        size: float = 0.05,
        n_jobs: int = 1,
        backend: str | None = None,
        scheduler: str | None = None,
        folder: str | Path | None = None,
    ) -> JointInference:
        """Test all specifications at once: is the curve what samples without any effect would give.

        Four statistics of all estimates and z scores (`JointInference`) are held against their values in samples made
        without an effect, the same samples for all specifications, each of which counts once:

        * "shift": what the controls leave of the outcome is turned round the whole calendar by the same number of
          periods for all, against regressor and controls that stay, and each sample is cut from that. It keeps the
          autocorrelation of both; exact, but for estimated controls, if both are stationary over the calendar and
          independent of each other under the null; not valid where the variance of the outcome goes with the regressor.
        * "permutation": the same with the order drawn at random. Valid for cross-sections and for outcomes without
          autocorrelation only.
        * "blocks": each specification's estimated effect is taken out of its outcome, and blocks of periods are drawn
          with replacement, all columns together. Valid with heteroskedasticity of any kind and predetermined controls,
          such as lags, if blocks are long and many; otherwise it rejects too often.

        z scores use each specification's own covariance, whose faults are those of its draws.

        Parameters
        ----------
        draws : int, default 499
            Null samples. "shift" has as many as the calendar has periods, less one.
        rng : int or SeedSequence
            Needed.
        scheme : {"shift", "permutation", "blocks"}
            How a sample without effect is made.
        length : int, optional
            Periods in a block, with "blocks" only; default ``T^(1/3)`` rounded.
        size : float, default 0.05
            Two-sided, at which a specification counts as significant.
        n_jobs, backend, scheduler, folder : optional
            As in `SpecificationCurve.run`.

        Returns
        -------
        JointInference

        Raises
        ------
        SpecificationError
            If the specifications are not `Batched`, or there is no ``rng``.
        EstimationError
            If most draws leave some specification without a sample.

        Notes
        -----
        Sizes at a nominal 5% are 2-8% with "shift" and "blocks"; "permutation" rejects far too often where errors are
        persistent. Measured in :doc:`/coverage`.

        References
        ----------
        Simonsohn, U., J. P. Simmons and L. D. Nelson (2020), Specification Curve Analysis, Nature Human Behaviour 4.
        Freedman, D. and D. Lane (1983), A Nonstochastic Interpretation of Reported Significance Levels, Journal of
        Business & Economic Statistics 1(4). Künsch, H. R. (1989), The Jackknife and the Bootstrap for General
        Stationary Observations, Annals of Statistics 17(3).
        """
        if self.calendar is None:
            raise SpecificationError(
                "joint tests draw samples for all specifications at once, so base must return a LinearSpecification "
                "(or what else is Batched); with draws of your own, joint_inference takes them."
            )
        plan = NullPlan(scheme, *self.calendar, draws, seed_sequence(rng), length)
        return joint(self, plan, How(n_jobs, backend, scheduler), size=size, folder=folder)


def _significance(rows: pd.DataFrame) -> dict[str, Any]:
    names = ("share_significant", "share_significant_positive", "share_significant_negative")
    if any(isinstance(each, Unavailable) for each in rows["significant"]):
        return dict.fromkeys(names, Unavailable("a specification reports no set"))
    seen, values = rows["significant"].to_numpy(dtype=bool), rows["value"].to_numpy()
    shares = (seen.mean(), (seen & (values > 0.0)).mean(), (seen & (values < 0.0)).mean())
    return {name: float(share) for name, share in zip(names, shares, strict=True)}


def assembled(curve: SpecificationCurve, rows: Sequence[dict[str, Any]], rng: Seed) -> SpecificationCurveResults:
    """Results of the rows of all specifications, those with the same bits put together.

    Raises
    ------
    EstimationError
        If no specification could be estimated.
    SpecificationError
        If estimates have more than one unit or level.
    """
    plan, good = curve.plan, [row for row in rows if row["failure"] is None]
    if not good:
        reasons = [row["failure"] for row in rows]
        often = max(sorted(set(reasons)), key=reasons.count)
        raise EstimationError(f"none of {len(rows)} specifications could be estimated; most often: {often}")
    for name in ("units", "level"):
        found = sorted({row[name] for row in good})
        if len(found) > 1:
            raise SpecificationError(f"estimates of one curve need one of {name}; found {found}; make them the same.")
    first: dict[Any, int] = {}
    kept: list[dict[str, Any]] = []
    merged: list[dict[str, Any]] = []
    for labels, copies, row in zip(plan.kept, plan.copies, rows, strict=True):
        own = dict(zip(plan.axes, labels, strict=True))
        key = (*own.values(),) if row["failure"] is not None else tuple(row[name] for name in SAME)
        place = first.setdefault(key, len(kept))
        if place < len(kept):
            kept[place]["copies"] += copies
            merged.append({**{axis: own[axis] for axis in curve.axes}, "same_as": place})
        else:
            kept.append({**{axis: own[axis] for axis in curve.axes}, **_shown(row), "copies": copies})
    columns = [*curve.axes, "same_as"]
    starts, ends = [row["first"] for row in good], [row["last"] for row in good]
    return SpecificationCurveResults(
        curve, _tidied(kept), plan.excluded, pd.DataFrame(merged, columns=columns), good[0]["level"], good[0]["units"],
        None if None in starts else (min(starts), max(ends)), rng,
    )  # fmt: skip


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A row as the table has it."""
    if row["failure"] is not None:
        reason = Unavailable(row["failure"])
        names = (*NUMBERS, "z_score", "p_value", "significant", "nobs")
        return {**dict.fromkeys(names, reason), "failure": row["failure"]}
    none = {"z_score": "no standard error", "p_value": "no standard error", "significant": "no set is reported"}
    return {
        **{name: _part(row[name]) for name in NUMBERS},
        **{name: Unavailable(why) if row[name] is None else row[name] for name, why in none.items()},
        "nobs": row["nobs"],
        "failure": "",
    }


def _part(value: float | str) -> float | Unavailable:
    if isinstance(value, str):
        return float(value) if value in ("inf", "-inf") else Unavailable(value)
    return value


def _tidied(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Columns as plain numbers where every cell is one."""
    last = [name for name in ("copies", "failure") if name in rows[0]]
    names = [*(name for name in rows[0] if name not in last), *last]
    columns = {name: _column(name, [row[name] for row in rows]) for name in names}
    return pd.DataFrame(columns, index=pd.RangeIndex(len(rows), name="specification"))


def _column(name: str, cells: list[Any]) -> Any:
    """Cells as they are, but numbers as an array of one kind unless one of them cannot be given."""
    if name not in KINDS:
        return cells
    known = not any(isinstance(each, Unavailable) for each in cells)
    return np.array(cells, dtype=KINDS[name]) if known else pd.Series(cells, dtype=object)
