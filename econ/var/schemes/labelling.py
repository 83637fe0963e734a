"""Names for shocks that statistics tell apart, and how much the names can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ.arrays import Array, Rows, Seed
from econ.border import warn
from econ.errors import SpecificationError, WeakIdentification
from econ.frozen import guarded
from econ.var.structure.structural import StructuralResults

if TYPE_CHECKING:
    from econ.responses.resampling import Bootstrap
    from econ.var.reduced.draws import ReducedDraws

SIZE = 0.05
"""Size of the tests that must reject, each by itself, before shocks count as told apart."""
NAMED = 2
"""Most pairs of shocks that words name."""


@guarded
@dataclass(frozen=True, eq=False)
class LabelledResults(StructuralResults):
    """Results whose shocks were told apart by statistics and named by a rule.

    Rule: each shock is named after one variable, each variable once, such that the sum over shocks of the share of
    the named variable's impact variance is largest; the sign makes the named variable rise. Bootstrap draws are put in
    the order, and given the signs, in which they are most like the point estimate B: the columns of B⁻¹B* with the
    largest squared diagonal.
    """

    def _warn(self) -> None:
        if self.doubt:
            warn(
                f"{type(self.scheme).__name__} may not tell the shocks apart: {self.doubt}; needed are p-values of at "
                f"most {SIZE}. Responses to these shocks may be any mixture of them, whatever their bands say; see "
                "svar.tests(), and use a scheme with restrictions or instruments.",
                WeakIdentification,
            )

    @property
    def labels(self) -> pd.DataFrame:
        """How clear the names are.

        Returns
        -------
        DataFrame
            Index = shocks; ``share`` of the impact variance of the variable named, ``rival`` = the other variable on
            which the shock loads most, ``rival_share``. A rival share above ``share`` says that the name was left over.
        """
        impact = self.impact.to_numpy()
        shares = (impact / np.linalg.norm(impact, axis=1, keepdims=True)) ** 2
        names = self.parent.variables
        own = np.diag(shares).copy()
        if len(names) == 1:
            return pd.DataFrame({"share": own, "rival": "", "rival_share": 0.0}, index=list(names))
        others = shares - 2.0 * np.eye(len(names))
        rivals = others.argmax(axis=0)
        columns = {"share": own, "rival": [names[i] for i in rivals], "rival_share": others.max(axis=0)}
        return pd.DataFrame(columns, index=list(self.shock_names))

    def label_stability(self, bootstrap: Bootstrap, rng: Seed = None, *, n_jobs: int = 1) -> pd.Series:
        """Share of bootstrap draws in which the rule, applied afresh, gives each shock the same name.

        Parameters
        ----------
        bootstrap : MovingBlock or Residual
            How to draw.
        rng : int or SeedSequence
            Seed.
        n_jobs : int
            Threads; the draws do not depend on them.

        Returns
        -------
        Series
            One share a shock; near one where the name is not an accident of the sample.
        """

        def read(_: ReducedDraws, impacts: Array) -> Array:
            return np.stack([by_rule(impact)[0] == np.arange(len(impact)) for impact in impacts])

        blocks = self.read_draws(read, bootstrap, rng, n_jobs=n_jobs)
        if blocks is None:
            raise SpecificationError("the stability of labels needs draws; pass a bootstrap such as MovingBlock().")
        return pd.Series(np.concatenate(blocks).mean(axis=0), index=list(self.shock_names), name="label stability")


def in_words(pairs: dict[str, float]) -> str:
    """Pairs of shocks with their p-values, largest first, and how many more there are.

    Examples
    --------
    >>> in_words({"x and y": 0.2, "x and z": 0.31, "y and z": 0.1})
    'x and z (p 0.310), x and y (p 0.200), 1 more'
    """
    ordered = sorted(pairs.items(), key=lambda each: -each[1])
    words = [f"{name} (p {value:.3f})" for name, value in ordered[:NAMED]]
    return ", ".join([*words, *([f"{len(ordered) - NAMED} more"] if len(ordered) > NAMED else [])])


def by_rule(impact: Array) -> tuple[Rows, Array]:
    """Column for each variable, and its sign, by the rule of `LabelledResults`: (n,), (n,)."""
    from scipy.optimize import linear_sum_assignment

    shares = (impact / np.linalg.norm(impact, axis=1, keepdims=True)) ** 2
    columns: Rows = linear_sum_assignment(-shares)[1]
    return columns, np.where(impact[np.arange(len(impact)), columns] < 0.0, -1.0, 1.0)


def arrange(impacts: Array, reference: Array | None) -> Array:
    """Columns in the order and with the signs of ``reference``; by the rule where there is none: (B, n, n)."""
    if reference is None:
        found = [by_rule(impact) for impact in impacts]
        order, signs = np.stack([each[0] for each in found]), np.stack([each[1] for each in found])
        return np.take_along_axis(impacts, order[:, None], axis=2) * signs[:, None]
    likeness = np.linalg.solve(reference, impacts)
    order = (likeness**2).argmax(axis=2)
    ambiguous = np.flatnonzero((np.sort(order, axis=1) != np.arange(order.shape[1])).any(axis=1))
    if len(ambiguous):
        from scipy.optimize import linear_sum_assignment

        for draw in ambiguous:
            order[draw] = linear_sum_assignment(-(likeness[draw] ** 2))[1]
    arranged = np.take_along_axis(impacts, order[:, None], axis=2)
    own = np.take_along_axis(likeness, order[:, :, None], axis=2)[..., 0]
    return arranged * np.where(own < 0.0, -1.0, 1.0)[:, None]
