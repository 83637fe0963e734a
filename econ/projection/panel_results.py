"""`PanelResults`: clustered, Driscoll-Kraay and wild-cluster inference for panel projections."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from econ import checks
from econ.arrays import Array
from econ.errors import SpecificationError
from econ.estimate import ConfidenceSet
from econ.infer._kernels import by_group
from econ.infer.covariance import check_lags
from econ.infer.inversion import invert
from econ.infer.strength import EffectiveF, effective_f
from econ.infer.weak import ReducedForm, anderson_rubin, conditional_lr
from econ.infer.working import approximate_df, working_moments
from econ.parallel import map_blocks
from econ.projection import _kernels as kernels
from econ.projection.bootstrap import Bootstrap, PlugIn
from econ.projection.effects import Effects
from econ.projection.panel_wild import WildTest
from econ.responses.irf import IRF
from econ.responses.resampling import Wild

if TYPE_CHECKING:
    from econ.projection.panel import PanelProjection


@dataclass(frozen=True, eq=False)
class CrossSection:
    """One horizon: response and impulse (N,) with effects and controls partialled out.

    Parameters
    ----------
    outcome, impulse : array (N,)
        Residuals.
    instruments : array (N, m)
        Residuals of the instruments; the impulse itself, (N, 1), by least squares.
    controls : array (N, c)
        Orthonormal controls, effects taken out.
    effects : Effects
        Unit and time codes of the rows.
    columns : int
        Coefficients, unit effects not counted.
    """

    outcome: Array = field(repr=False)
    impulse: Array = field(repr=False)
    instruments: Array = field(repr=False)
    controls: Array = field(repr=False)
    effects: Effects = field(repr=False)
    columns: int

    @property
    def nobs(self) -> int:
        """Rows."""
        return len(self.outcome)

    @cached_property
    def fitted(self) -> Array:
        """First stage: projection of the impulse on the instruments (N,)."""
        z = self.instruments
        return np.asarray(z @ np.linalg.solve(z.T @ z, z.T @ self.impulse))

    @cached_property
    def point(self) -> float:
        """Two-stage (or ordinary) least-squares response."""
        return float(self.fitted @ self.outcome / (self.fitted @ self.impulse))

    @cached_property
    def influence(self) -> Array:
        """Influence functions (N,)."""
        u = self.outcome - self.impulse * self.point
        return np.asarray(self.fitted * u / (self.fitted @ self.impulse))

    @property
    def factor(self) -> float:
        """Small-sample factor of the clustered variance."""
        groups = int(self.effects.units.max()) + 1
        return groups / (groups - 1.0) * (self.nobs - 1.0) / (self.nobs - self.columns)

    def basis(self) -> Array:
        """Orthonormal basis of period effects, controls and instruments, unit effects taken out of each."""
        effects = self.effects
        dummies = np.zeros((self.nobs, effects.columns))
        dummies[np.arange(self.nobs), effects.periods if effects.time else 0] = 1.0
        if effects.unit:  # the unit effects, which are not listed, span one of them
            dummies = replace(effects, time=False).residual(dummies)[:, 1:]
        return np.linalg.qr(np.column_stack([dummies, self.controls, self.instruments]))[0]

    def residual(self, v: Array) -> Array:
        """Residuals of (N, c) on effects and controls."""
        v = self.effects.residual(v)
        return np.asarray(v - self.controls @ (self.controls.T @ v))


@dataclass(frozen=True, eq=False)
class PanelResults:
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
    """

    parent: PanelProjection = field(repr=False)
    sections: tuple[CrossSection, ...] = field(repr=False)
    cov: str
    bandwidth: int | None = None

    @property
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

    def irf(self, *, bootstrap: Bootstrap | None = None, rng: int | np.random.SeedSequence | None = None) -> IRF:
        """Responses as the same object that a VAR gives; see :meth:`PanelProjection.fit`."""
        return IRF(
            point=self.point,
            responses=(self.parent.response,),
            shocks=(self.parent.impulse,),
            draws=None if bootstrap is None else self._draws(bootstrap, rng),
            std_errors=self.std_errors,
            df=self.df,
            nobs=self.sections[0].nobs,
            parent=self,
            origin=(bootstrap, str(rng)),
            cumulated=bool(self.parent.cumulative),
        )

    def wild_cluster(
        self,
        horizon: int,
        *,
        null: float = 0.0,
        draws: int = 999,
        rng: int | np.random.SeedSequence | None = None,
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
        rng: int | np.random.SeedSequence | None = None,
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

    def robust_set(self, horizon: int, *, level: float = 0.90, method: str = "ar") -> ConfidenceSet:
        """Anderson-Rubin ("ar") or conditional likelihood-ratio ("clr") set of the response at one horizon."""
        sets = {"ar": anderson_rubin, "clr": conditional_lr}
        chosen = sets[checks.choice("set", method, sets)]
        return chosen(self.reduced_form(horizon), level=level, small_sample=True)  # clusters are few

    def _section(self, horizon: int) -> CrossSection:
        return self.sections[checks.horizon(horizon, len(self.sections) - 1)]

    def _wild(self, horizon: int, draws: int, rng: int | np.random.SeedSequence | None) -> WildTest:
        if self.cov != "cluster":
            raise SpecificationError("the wild cluster bootstrap goes with cov='cluster'.")
        section = self._section(horizon)
        groups = int(section.effects.units.max()) + 1
        signs = map_blocks(
            lambda size, generator: generator.choice(np.array([-1.0, 1.0]), size=(size, groups)), draws, rng=rng
        )
        return WildTest(section, np.concatenate(signs))

    def _draws(self, bootstrap: Bootstrap, rng: int | np.random.SeedSequence | None) -> Array:
        cluster = self.cov == "cluster"
        if not isinstance(bootstrap, PlugIn) and not (isinstance(bootstrap, Wild) and cluster):
            raise SpecificationError(
                f"panel draws are Wild() by unit with cov='cluster', or PlugIn(); found {type(bootstrap).__name__} "
                f"with {self.cov!r}."
            )
        lags = len(self.sections) - 1 if self.bandwidth is None else self.bandwidth
        rows = self.scores if cluster else kernels.box_sums(self.scores, lags)
        scale = np.sqrt((rows * rows).sum(axis=0))
        rows = rows * (self.std_errors[:, 0, 0] / scale)

        def work(size: int, generator: np.random.Generator) -> Array:
            if isinstance(bootstrap, PlugIn):
                weights = generator.standard_normal((size, len(rows)))
            else:
                weights = np.asarray(bootstrap.resample(generator, size, len(rows)).signs)
            return np.asarray(self.point + (weights @ rows)[:, :, None, None])

        return np.concatenate(map_blocks(work, bootstrap.draws, rng=rng))
