"""`PanelResults`: clustered, Driscoll-Kraay and wild-cluster inference for panel projections."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from econ import checks
from econ.arrays import Array, Seed
from econ.errors import SpecificationError
from econ.estimate import ConfidenceSet
from econ.frozen import guarded
from econ.infer._kernels import by_group
from econ.infer.covariance import check_lags
from econ.infer.form import ReducedForm
from econ.infer.inversion import invert
from econ.infer.strength import EffectiveF, effective_f
from econ.infer.weak import anderson_rubin, conditional_lr
from econ.infer.working import approximate_df, working_moments
from econ.parallel import map_blocks
from econ.projection import _kernels as kernels
from econ.projection.bootstrap import Bootstrap, PlugIn, draw_by_unit
from econ.projection.cross_section import CrossSection
from econ.projection.panel_wild import WildTest
from econ.projection.summary import projection_facts, summary
from econ.responses import joint, labels
from econ.responses.irf import IRF
from econ.responses.plot import plot_own
from econ.responses.resampling import Wild
from econ.responses.set_plot import plot_weak_iv_set
from econ.tables.shown import Facts, Shown, told
from econ.tables.table import Table
from econ.units import Measure, Size

if TYPE_CHECKING:
    from econ.projection.panel import PanelProjection

SETS = {"anderson-rubin": anderson_rubin, "clr": conditional_lr}


@guarded
@dataclass(frozen=True, eq=False)
class PanelResults(Shown):
    """Panel projections at horizons 0..H.

    Parameters
    ----------
    parent : PanelProjection
        What was estimated.
    sections : tuple of CrossSection
        One a horizon.
    cov : {"cluster", "driscoll-kraay"}
        Covariance.
    bandwidth : int or None
        Bartlett lags; None means the horizon.
    draws : array (B, H + 1, 1, 1), optional
        Joint draws of all horizons.
    origin : object
        Bootstrap and seed of the draws.
    """

    parent: PanelProjection = field(repr=False)
    sections: tuple[CrossSection, ...] = field(repr=False)
    cov: str
    bandwidth: int | None = None
    draws: Array | None = field(default=None, repr=False)
    origin: object = field(default=None, repr=False)

    plot, plot_weak_iv_set = plot_own, plot_weak_iv_set

    def _facts(self) -> Facts:
        return projection_facts(self.parent, nobs=self.nobs, cov=self.cov)

    def _numbers(self, level: float = 0.90) -> pd.DataFrame:
        return self.irf.to_frame(level)

    def _measure(self, key: tuple[str, ...]) -> Measure:
        return self.irf._measure(key)

    @property
    def responses(self) -> tuple[str, ...]:
        """Name of the response."""
        return (self.parent.response,)

    @property
    def shocks(self) -> tuple[str, ...]:
        """Name of the impulse."""
        return (self.parent.impulse,)

    @property
    def horizon(self) -> int:
        """Last horizon, H."""
        return len(self.sections) - 1

    @property
    def nobs(self) -> int:
        """Rows at horizon 0."""
        return self.sections[0].nobs

    @cached_property
    def point(self) -> Array:
        """Responses (H + 1, 1, 1)."""
        return np.array([section.point for section in self.sections])[:, None, None]

    @cached_property
    def scores(self) -> Array:
        """Influence summed by unit (G, H + 1), small-sample factor included, or by period (T, H + 1)."""
        sums = [
            math.sqrt(each.factor) * by_group(each.influence[:, None], each.effects.units)
            if self.cov == "cluster"
            else by_group(each.influence[:, None], each.effects.periods)
            for each in self.sections
        ]
        longest = len(sums[0])
        return np.hstack([np.pad(column, ((0, longest - len(column)), (0, 0))) for column in sums])

    @cached_property
    def std_errors(self) -> Array:
        """Standard errors (H + 1, 1, 1)."""
        if self.cov == "cluster":
            variances = (self.scores**2).sum(axis=0)
        else:
            lags = [h if self.bandwidth is None else self.bandwidth for h in range(len(self.sections))]
            sizes = [int(each.effects.periods.max()) + 1 for each in self.sections]
            rows = [
                kernels.box_sums(self.scores[:size, [h]], check_lags(lag, size))
                for h, (lag, size) in enumerate(zip(lags, sizes, strict=True))
            ]
            variances = np.array([float((row * row).sum()) for row in rows])
        return np.asarray(np.sqrt(variances)[:, None, None])

    @property
    def df(self) -> Array:
        """Degrees of freedom at each horizon: units less one when clustered."""
        groups = [float(each.effects.units.max()) for each in self.sections]
        return np.array(groups) if self.cov == "cluster" else np.full(len(groups), np.inf)

    @cached_property
    def spread(self) -> Array:
        """Rows r (R, H + 1) whose cross-product is the joint covariance of all horizons.

        Correlations use the Bartlett lags of the last horizon for all; variances are those of ``std_errors``.
        """
        lags = self.horizon if self.bandwidth is None else self.bandwidth
        rows = self.scores if self.cov == "cluster" else kernels.box_sums(self.scores, lags)
        scale = np.sqrt((rows * rows).sum(axis=0))
        return np.asarray(rows * (self.std_errors[:, 0, 0] / scale))

    @cached_property
    def irf(self) -> IRF:
        """Responses as the same object that a VAR gives, with the draws that :meth:`PanelProjection.fit` made."""
        return IRF(
            point=self.point,
            responses=self.responses,
            shocks=self.shocks,
            draws=self.draws,
            std_errors=self.std_errors,
            df=self.df,
            sizes=dict.fromkeys(self.shocks, Size.unit_of(self.parent.impulse)),
            nobs=self.nobs,
            nobs_by_horizon=tuple(each.nobs for each in self.sections),
            parent=self,
            origin=self.origin,
            cumulated=bool(self.parent.cumulative),
        )

    def read(self, cells: Sequence[joint.Cell]) -> joint.Reading:
        """Several horizons with their joint covariance; see :meth:`econ.responses.joint.JointResponses.read`."""
        w = joint.weights(self, cells, cumulated=bool(self.parent.cumulative))
        drawn = joint.from_draws(self, self.draws, w)
        if drawn is not None:
            return drawn
        last = max(cell.horizon for cell in cells)
        spread = self.spread[:, : w.shape[1]] @ w.T
        df = float(self.df[last])
        return joint.Reading(
            joint.weighted(self, w),
            spread.T @ spread,
            None,
            self.sections[last].nobs,
            None if np.isinf(df) else df,
            self,
        )

    def summary(self, level: float = 0.90) -> Table:
        """Every horizon with its uncertainty, rows and strength of instruments: :meth:`ProjectionResults.summary`."""
        strength = None
        if self.parent.instruments:
            strength = [self.first_stage(h).statistic for h in range(self.horizon + 1)]
        table = summary(self.irf, level, nobs=[each.nobs for each in self.sections], first_stages=strength)
        return told(self, table, level=level)

    def wild_cluster(
        self,
        horizon: int,
        *,
        null: float = 0.0,
        draws: int = 999,
        rng: Seed = None,
    ) -> float:
        """P-value of the wild cluster bootstrap test with the null imposed.

        By least squares this is the t test. With instruments it is that of Anderson and Rubin: the instruments do not
        predict ``y - null x``, so the p-value stays right when they are weak.

        Parameters
        ----------
        horizon : int
            From 0 to H.
        null : float, default 0
            Response under the null.
        draws : int, default 999
            Vectors of one random sign a unit.
        rng : int or SeedSequence
            Seed.

        Returns
        -------
        float
            ``(1 + #{W* >= W}) / (1 + draws)`` for the Wald statistic W clustered by unit.

        References
        ----------
        Cameron, A. C., J. B. Gelbach and D. L. Miller (2008), Review of Economics and Statistics 90(3). Roodman, D.,
        J. G. MacKinnon, M. Ø. Nielsen and M. D. Webb (2019), Stata Journal 19(1), for the algebra by cluster. Davidson,
        R. and J. G. MacKinnon (2010), Journal of Business & Economic Statistics 28(1), for instruments.
        """
        return float(self._wild(horizon, draws, rng)(np.array([checks.real("null", null)]))[0])

    def wild_cluster_set(
        self,
        horizon: int,
        *,
        level: float = 0.90,
        draws: int = 999,
        rng: Seed = None,
    ) -> ConfidenceSet:
        """Responses that the wild cluster bootstrap test does not reject; parameters as :meth:`wild_cluster`."""
        p_value, horizon = self._wild(horizon, draws, rng), checks.horizon(horizon, len(self.sections) - 1)
        centre, scale = self.sections[horizon].point, float(self.std_errors[horizon, 0, 0])
        level = checks.level(level)
        size = 1.0 - level
        return invert(lambda angle: p_value(centre + scale * np.tan(angle)) - size, centre, scale, level=level)

    def reduced_form(self, horizon: int = 0) -> ReducedForm:
        """Response and impulse on the instruments at one horizon, with the covariance of this panel.

        Raises
        ------
        SpecificationError
            Without instruments.
        """
        section, z = self._section(horizon), self._section(horizon).instruments
        if not self.parent.instruments:
            raise SpecificationError("this panel projection has no instruments; pass instrument=.")
        both = np.column_stack([section.outcome, section.impulse])
        moments: Array = z.T @ z
        coefficients = np.linalg.solve(moments, z.T @ both).astype(float)
        u = both - z @ coefficients
        weights = np.linalg.solve(moments, z.T).T
        psi = np.hstack([weights * u[:, :1], weights * u[:, 1:]])
        covariance, mean, df = self._joint(section, psi)
        b = coefficients
        return ReducedForm(b[:, 0], b[:, 1], covariance, moments, section.nobs, df, 1.0 / mean, parent=self)

    def _joint(self, section: CrossSection, psi: Array) -> tuple[Array, float, float]:
        """Covariance of ``sum psi``, its mean relative to the truth, its degrees of freedom."""
        effects = section.effects
        if self.cov == "cluster":
            sums = by_group(psi, effects.units)
            mean, df = working_moments(
                section.instruments, section.basis(), cov="cluster", groups=effects.units
            )  # fmt: skip
            return section.factor * sums.T @ sums, mean, df
        sums = by_group(psi, effects.periods)
        lags = self.sections.index(section) if self.bandwidth is None else self.bandwidth
        rows = kernels.box_sums(sums, check_lags(lags, len(sums)))
        df, _ = approximate_df("hac", math.inf, lags, size=len(sums), columns=0)
        return rows.T @ rows, 1.0, df

    def first_stage(self, horizon: int = 0) -> EffectiveF:
        """Effective F of the instruments at one horizon (Montiel Olea and Pflueger 2013)."""
        return effective_f(self.reduced_form(horizon))

    def weak_iv_set(
        self, response: str, horizon: int, level: float = 0.90, *, method: str = "anderson-rubin", to: float = 1.0
    ) -> pd.DataFrame:
        """Sets at horizons 0, ..., ``horizon`` that stay valid when the instruments are weak.

        Parameters
        ----------
        response : str
            The response of the panel.
        horizon : int
            Last horizon wanted.
        level : float, default 0.90
            Coverage of each set.
        method : {"anderson-rubin", "clr"}
            Anderson-Rubin or conditional likelihood ratio.
        to : float, default 1.0
            Size of the impulse, in its units, such as -1.0 for a fall; each set is that of one unit times ``to``.

        Returns
        -------
        DataFrame
            As :meth:`ProjectionResults.weak_iv_set`.

        Raises
        ------
        SpecificationError
            Without instruments, for an unknown response or method, or a horizon that was not estimated.
        """
        checks.position("response", response, self.responses)
        last = checks.horizon(horizon, self.horizon)
        sets = [self.robust_set(h, level=level, method=method) for h in range(last + 1)]
        return labels.intervals(sets, response=response, shock=self.parent.impulse, size=to)

    def robust_set(self, horizon: int, *, level: float = 0.90, method: str = "anderson-rubin") -> ConfidenceSet:
        """Anderson-Rubin or conditional likelihood-ratio ("clr") set of the response at one horizon."""
        chosen = SETS[checks.choice("set", method, SETS)]
        return chosen(self.reduced_form(horizon), level=level, small_sample=True)  # clusters are few

    @property
    def instrumented(self) -> bool:
        """Whether instruments stand behind the responses."""
        return bool(self.parent.instruments)

    def robust_region(self, response: str, horizon: int, *, level: float) -> ConfidenceSet | None:
        """The set that estimates of ``irf.at`` carry: `robust_set`, or None without instruments."""
        checks.position("response", response, self.responses)
        return self.robust_set(horizon, level=level) if self.instrumented else None

    def _section(self, horizon: int) -> CrossSection:
        return self.sections[checks.horizon(horizon, len(self.sections) - 1)]

    def _wild(self, horizon: int, draws: int, rng: Seed) -> WildTest:
        if self.cov != "cluster":
            raise SpecificationError("the wild cluster bootstrap goes with cov='cluster'.")
        section = self._section(horizon)
        groups = int(section.effects.units.max()) + 1
        signs = map_blocks(
            lambda size, generator: generator.choice(np.array([-1.0, 1.0]), size=(size, groups)), draws, rng=rng
        )
        return WildTest(section, np.concatenate(signs))

    def drawn(self, bootstrap: Bootstrap, rng: Seed) -> PanelResults:
        """The same results with joint draws of all horizons, by unit or from the normal."""
        if not isinstance(bootstrap, PlugIn) and not (isinstance(bootstrap, Wild) and self.cov == "cluster"):
            raise SpecificationError(
                f"panel draws are Wild() by unit with cov='cluster', or PlugIn(); found {type(bootstrap).__name__} "
                f"with {self.cov!r}."
            )
        draws = draw_by_unit(self.point, self.spread, bootstrap, rng=rng)
        return replace(self, draws=draws, origin=(bootstrap, str(rng)))
