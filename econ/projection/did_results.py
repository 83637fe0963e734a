"""`DiDResults`: effects by horizon, clustered by unit, with what went before treatment."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Seed
from econ.errors import SpecificationError
from econ.estimate import Estimate
from econ.frozen import guarded
from econ.projection._did_kernels import Section
from econ.projection.bootstrap import Bootstrap, PlugIn, draw_by_unit
from econ.responses.irf import IRF
from econ.responses.plot import plot_own
from econ.responses.resampling import Wild
from econ.tables.shown import Facts, Shown, told
from econ.tables.table import Table
from econ.units import Size

if TYPE_CHECKING:
    from econ.projection.did import LocalProjectionDiD


@guarded
@dataclass(frozen=True, eq=False)
class DiDResults(Shown):
    """Estimates of a `LocalProjectionDiD`; made by its ``fit``.

    Parameters
    ----------
    parent : LocalProjectionDiD
        Panel and specification.
    before, after : tuple of Section
        One a horizon before treatment, and from 0 to H.
    leads : tuple of int
        The horizons of ``before``, negative.
    draws : array (B, H + 1, 1, 1), optional
        Joint draws of horizons 0, ..., H.
    origin : object
        Bootstrap and seed of the draws.
    """

    parent: LocalProjectionDiD = field(repr=False)
    before: tuple[Section, ...] = field(repr=False)
    after: tuple[Section, ...] = field(repr=False)
    leads: tuple[int, ...]
    draws: Array | None = field(default=None, repr=False)
    origin: object = field(default=None, repr=False)

    plot = plot_own

    def _facts(self) -> Facts:
        return {
            "outcome": self.parent.outcome,
            "treatment": self.parent.treatment,
            "horizons": f"{self.leads[0] if self.leads else 0} to {self.horizon}",
            "treated at horizon 0": self.after[0].treated,
            "controls at horizon 0": self.after[0].controls,
        }

    @property
    def horizon(self) -> int:
        """Last horizon, H."""
        return len(self.after) - 1

    @property
    def df(self) -> Array:
        """Degrees of freedom of Student's t at horizons 0, ..., H: units less one."""
        return np.array([each.clusters - 1.0 for each in self.after])

    @property
    def point(self) -> Array:
        """Effects at horizons 0, ..., H: (H + 1, 1, 1)."""
        return np.array([each.point for each in self.after])[:, None, None]

    def drawn(self, bootstrap: Bootstrap, rng: Seed) -> DiDResults:
        """The same results with joint draws of horizons 0, ..., H in ``irf``."""
        if not isinstance(bootstrap, (Wild, PlugIn)):
            raise SpecificationError(f"these draws are Wild() by unit or PlugIn(); found {type(bootstrap).__name__}.")
        draws = draw_by_unit(self.point, _stacked(self.after), bootstrap, rng=rng)
        return replace(self, draws=draws, origin=(bootstrap, str(rng)))

    @cached_property
    def irf(self) -> IRF:
        """Effects at horizons 0, ..., H as the object that every model gives; its sup-t band needs joint draws."""
        spread = _stacked(self.after)
        return IRF(
            point=self.point,
            draws=self.draws,
            origin=self.origin,
            responses=(self.parent.outcome,),
            shocks=(self.parent.treatment,),
            std_errors=np.sqrt((spread**2).sum(axis=0))[:, None, None],
            df=self.df,
            sizes={self.parent.treatment: Size.unit_of(self.parent.treatment)},
            nobs=self.after[0].treated + self.after[0].controls,
            nobs_by_horizon=tuple(each.treated + each.controls for each in self.after),
            parent=self,
            spread=spread[:, :, None, None],
        )

    def summary(self, level: float = 0.90) -> Table:
        """Every horizon, those before treatment first.

        Parameters
        ----------
        level : float, default 0.90
            Coverage of the pointwise intervals, Student's t with units less one degrees of freedom.

        Returns
        -------
        Table
            Index ``horizon``; columns ``estimate``, ``std_error``, ``lower``, ``upper``, ``treated``, ``controls``.
        """
        rows = [
            (found.value, found.std_error, found.lower, found.upper, each.treated, each.controls)
            for each in (*self.before, *self.after)
            for found in (self._estimate(each, level, ""),)
        ]
        columns = ["estimate", "std_error", "lower", "upper", "treated", "controls"]
        index = pd.Index([*self.leads, *range(self.horizon + 1)], name="horizon")
        return told(self, pd.DataFrame(rows, index=index, columns=columns), level=level)

    def pooled(self, first: int = 0, last: int | None = None, *, level: float = 0.90) -> Estimate:
        """Effect on the mean outcome over horizons ``first`` to ``last``, on rows that are clean at the last of them.

        Parameters
        ----------
        first : int, default 0
            First horizon; negative for periods before treatment.
        last : int, optional
            Last horizon; by default H, or the last lead where ``first`` is negative.
        level : float, default 0.90
            Coverage.

        Returns
        -------
        Estimate

        Raises
        ------
        SpecificationError
            For horizons that cross the base.
        NotIdentified
            As :meth:`LocalProjectionDiD.fit`.
        """
        first = checks.count("first", first, least=None)
        base = self.parent.base
        end = checks.count("last", (self.horizon if first >= 0 else -base - 1) if last is None else last, least=first)
        if first < 0 and end > -base - 1:
            raise SpecificationError(
                f"horizons {first} to {end} hold the base, the {base} periods before treatment; pool those before it "
                "or those after."
            )
        words = f"mean effect on {self.parent.outcome}, horizons {first} to {end}"
        return self._estimate(self.parent.section(first, end), level, words)

    def pretrends(self) -> pd.Series:
        """Wald test that all effects before treatment are zero, as an F.

        Returns
        -------
        Series
            ``statistic``, ``p_value``, ``distribution``, ``null``.

        Raises
        ------
        SpecificationError
            Without horizons before treatment, or with fewer units than horizons allow.
        """
        from scipy.stats import f

        count = len(self.before)
        if not count:
            raise SpecificationError("no horizon before treatment was estimated; call fit(horizon, pre=4).")
        spread, df = _stacked(self.before), min(each.clusters for each in self.before) - 1
        room = df - count + 1
        if room < 1 or np.linalg.matrix_rank(spread) < count:
            raise SpecificationError(
                f"{count} horizons cannot be tested jointly with {df + 1} units; use a smaller pre."
            )
        points = np.array([each.point for each in self.before])
        wald = float(points @ np.linalg.solve(spread.T @ spread, points))
        statistic = wald * room / (df * count)
        null = f"no effect at horizons {self.leads[0]} to {self.leads[-1]}"
        values = [statistic, float(f.sf(statistic, count, room)), f"F({count}, {room})", null]
        return pd.Series(values, index=["statistic", "p_value", "distribution", "null"], dtype=object)

    def _estimate(self, section: Section, level: float, label: str) -> Estimate:
        from scipy.stats import t

        level = checks.level(level)
        error = float(np.sqrt((section.scores**2).sum()))
        width = float(t.ppf(0.5 + 0.5 * level, section.clusters - 1)) * error
        return Estimate(
            section.point,
            error,
            section.point - width,
            section.point + width,
            level=level,
            label=label,
            nobs=section.treated + section.controls,
            size=Size.unit_of(self.parent.treatment),
            kind="response",
        )


def _stacked(sections: tuple[Section, ...]) -> Array:
    """Scores of all horizons side by side, (G, horizons)."""
    longest = max(len(each.scores) for each in sections)
    return np.column_stack([np.pad(each.scores, (0, longest - len(each.scores))) for each in sections])
