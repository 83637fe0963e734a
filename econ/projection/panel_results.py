"""`PanelResults`: clustered, Driscoll-Kraay and wild-cluster inference for panel projections."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from econ.errors import SpecificationError
from econ.estimate import ConfidenceSet, check_level
from econ.infer._kernels import by_group
from econ.infer.covariance import check_lags
from econ.infer.inversion import invert
from econ.parallel import map_blocks
from econ.projection import _kernels as kernels
from econ.projection._kernels import Array
from econ.projection.bootstrap import Bootstrap, PlugIn
from econ.projection.effects import Effects
from econ.var.irf import IRF
from econ.var.resampling import Wild

if TYPE_CHECKING:
    from econ.projection.panel import PanelProjection


@dataclass(frozen=True, eq=False)
class CrossSection:
    """One horizon: response and impulse (N,) with effects and controls partialled out.

    Parameters
    ----------
    outcome, impulse : array (N,)
        Residuals.
    controls : array (N, c)
        Orthonormal controls, effects taken out.
    effects : Effects
        Unit and time codes of the rows.
    columns : int
        Coefficients, unit effects not counted.
    """

    outcome: Array = field(repr=False)
    impulse: Array = field(repr=False)
    controls: Array = field(repr=False)
    effects: Effects = field(repr=False)
    columns: int

    @property
    def nobs(self) -> int:
        """Rows."""
        return len(self.outcome)

    @cached_property
    def point(self) -> float:
        """Least-squares response."""
        return float(self.impulse @ self.outcome / (self.impulse @ self.impulse))

    @cached_property
    def influence(self) -> Array:
        """Influence functions (N,)."""
        u = self.outcome - self.impulse * self.point
        return np.asarray(self.impulse * u / (self.impulse @ self.impulse))

    @property
    def factor(self) -> float:
        """Small-sample factor of the clustered variance."""
        groups = int(self.effects.units.max()) + 1
        return groups / (groups - 1.0) * (self.nobs - 1.0) / (self.nobs - self.columns)

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
        """P-value of the wild cluster bootstrap t test with the null imposed.

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
            ``(1 + #{|t*| >= |t|}) / (1 + draws)``.

        References
        ----------
        Cameron, A. C., J. B. Gelbach and D. L. Miller (2008), Review of Economics and Statistics 90(3). Roodman, D.,
        J. G. MacKinnon, M. Ø. Nielsen and M. D. Webb (2019), Stata Journal 19(1), for the algebra by cluster.
        """
        return float(self._wild(horizon, draws, rng)(np.array([float(null)]))[0])

    def wild_cluster_set(
        self,
        horizon: int,
        *,
        level: float = 0.90,
        draws: int = 999,
        rng: int | np.random.SeedSequence | None = None,
    ) -> ConfidenceSet:
        """Responses that the wild cluster bootstrap test does not reject; parameters as :meth:`wild_cluster`."""
        p_value = self._wild(horizon, draws, rng)
        centre, scale = self.sections[horizon].point, float(self.std_errors[horizon, 0, 0])
        size = 1.0 - check_level(level)
        return invert(lambda angle: p_value(centre + scale * np.tan(angle)) - size, centre, scale, level=level)

    def _wild(self, horizon: int, draws: int, rng: int | np.random.SeedSequence | None) -> WildTest:
        if self.cov != "cluster":
            raise SpecificationError("the wild cluster bootstrap goes with cov='cluster'.")
        if isinstance(horizon, bool) or horizon not in range(len(self.sections)):
            raise SpecificationError(f"horizon must be from 0 to {len(self.sections) - 1}; found {horizon!r}.")
        section = self.sections[horizon]
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


class WildTest:
    """P-values of many nulls from sums by unit, computed once.

    With restricted residuals ``e = y - b0 d`` and signs v by unit, the bootstrap error is ``v'a / D`` with
    ``a_g = d_g'e_g``, and the score of unit g is ``(K v)_g - d_g'd_g v'a / D`` with K the products of d by unit
    with the residuals of each unit's e; a and K are linear in b0.
    """

    def __init__(self, section: CrossSection, signs: Array) -> None:
        y, d, units = section.outcome, section.impulse, section.effects.units
        groups = int(units.max()) + 1
        member = np.zeros((len(y), groups))
        member[np.arange(len(y)), units] = 1.0
        self.own = by_group((d * d)[:, None], units)[:, 0]
        self.total = float(self.own.sum())
        self.point = section.point
        self.errors: list[Array] = []
        self.scores: list[Array] = []
        for values in (y, d):
            spread = section.residual(member * values[:, None])
            products = by_group(d[:, None] * spread, units)
            self.scores.append(signs @ products.T)
            self.errors.append(signs @ by_group((d * values)[:, None], units)[:, 0] / self.total)
        u = y - self.point * d
        self.std_error = math.sqrt(float((by_group((d * u)[:, None], units) ** 2).sum())) / self.total

    def __call__(self, nulls: Array) -> Array:
        """P-values of each null."""
        return np.array([self._one(float(null)) for null in np.asarray(nulls)])

    def _one(self, null: float) -> float:
        error = self.errors[0] - null * self.errors[1]
        score = self.scores[0] - null * self.scores[1] - error[:, None] * self.own
        drawn = np.abs(error) * self.total / np.sqrt((score * score).sum(axis=1))
        return float(
            (1.0 + (drawn >= abs(self.point - null) / self.std_error * (1.0 - 1e-12)).sum()) / (1.0 + len(drawn))
        )
